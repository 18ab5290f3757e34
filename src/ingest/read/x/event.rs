//! Direct messages, group messages and posts of an X archive, out of the JSON of one of them.
//!
//! X numbers its messages by time ('snowflakes'): a number and a time that do not agree are pointed out, since an edit
//! of either shows there.

use serde_json::Map;
use serde_json::Value;

use super::super::Limits;
use super::super::text::line_feeds;
use super::super::time::export_time;
use super::super::time::post_time;
use super::super::urls::Links;
use super::beside::Owner;

use crate::record::Attachment;
use crate::record::Conversation;
use crate::record::Event;
use crate::record::Instant;
use crate::record::Message;
use crate::record::Participant;

/// Milliseconds since 1970 at which X's numbers begin, and the first that count time (November 2010).
const EPOCH: i64 = 1_288_834_974_657;
const FIRST: u64 = 29_700_859_247;
/// How far a number and a time may be apart, in milliseconds.
const APART: i64 = 1_000;
/// How many accounts of one event are kept.
const ACCOUNTS: usize = 10_000;

/// What an event is read with.
pub(super) struct Context<'a> {
    pub owner: Option<&'a Owner>,
    pub limits: &'a Limits,
    /// Says whether a file of the archive's media folder is there.
    pub holds: &'a dyn Fn(&str) -> bool,
    /// The folder in which its media lie.
    pub media: &'a str,
    /// Whether the conversation is among a group.
    pub group: bool,
}

/// A message that could not be read.
pub(super) fn unreadable(context: &Context<'_>, note: String) -> Message {
    let mut message = blank(context, "unknown");
    message.notes.push(note);
    message
}

fn blank(context: &Context<'_>, sort: &str) -> Message {
    Message {
        event: Event {
            sort: sort.to_owned(),
            ..Event::default()
        },
        conversation: None,
        from: Vec::new(),
        to: Vec::new(),
        subject: None,
        at: Instant::unknown(None),
        links: Vec::new(),
        attachments: Vec::new(),
        flags: Vec::new(),
        exported_by: context.owner.map(Owner::exporter),
        notes: Vec::new(),
        text: None,
    }
}

/// Reads an entry of a conversation: `{"messageCreate": {...}}` and its like.
pub(super) fn direct(
    entry: &Map<String, Value>,
    conversation: Option<&str>,
    context: &Context<'_>,
) -> Message {
    let known = [
        ("messageCreate", "message"),
        ("joinConversation", "join"),
        ("participantsJoin", "join"),
        ("participantsLeave", "leave"),
        ("conversationNameUpdate", "unknown"),
    ];
    let found = known
        .iter()
        .find_map(|(key, sort)| Some((*key, *sort, entry.get(*key)?)));
    let (key, sort, body) = match found {
        Some(found) => found,
        None => match entry.iter().next() {
            Some((key, body)) => (key.as_str(), "unknown", body),
            None => ("", "unknown", &Value::Null),
        },
    };
    let mut message = blank(context, sort);
    message.conversation = conversation.map(|id| Conversation {
        id: id.to_owned(),
        platform: "x".to_owned(),
        sort: if context.group { "channel" } else { "direct" }.to_owned(),
        display: None,
    });
    message.event.id = word(body, "id");
    let sender = word(body, "senderId").or_else(|| word(body, "initiatingUserId"));
    from(&mut message, sender, context);
    if let Some(to) = word(body, "recipientId") {
        message.to.push(account(&to, "to", context));
    }
    for name in ["participantsSnapshot", "userIds"] {
        let ids = words(body, name).take(ACCOUNTS);
        if sort == "leave" {
            message
                .from
                .extend(ids.map(|id| account(&id, "from", context)));
        } else {
            message
                .to
                .extend(ids.map(|id| account(&id, "member", context)));
        }
    }
    match word(body, "createdAt") {
        Some(at) => message.at = export_time(&at, &mut message.notes),
        None => message
            .notes
            .push("it does not say when it was written".to_owned()),
    }
    compare_number(&mut message, 0);
    message.text = match key {
        "messageCreate" => word(body, "text").map(line_feeds),
        "joinConversation" | "participantsJoin" => {
            Some("[brought members into the conversation]".to_owned())
        }
        "participantsLeave" => Some("[left the conversation]".to_owned()),
        "conversationNameUpdate" => {
            let name = word(body, "name").map(line_feeds).unwrap_or_default();
            Some(format!("[named the conversation: {name}]"))
        }
        _ => {
            let key: String = key.chars().take(60).collect();
            message.notes.push(format!(
                "it is a {key:?}, which is not read by this version"
            ));
            None
        }
    };
    let mut links = Links::new(context.limits.message_links);
    for link in list(body, "urls") {
        if let Some(url) = word(link, "url") {
            links.add(&url, word(link, "expanded"));
        }
    }
    for url in words(body, "mediaUrls") {
        links.add(&url, None);
        attach(&mut message, &url, context);
    }
    links.add_from(message.text.as_deref().unwrap_or_default());
    message.links = links.finish(&mut message.notes);
    message
}

/// Reads a post: `{"tweet": {...}}`, or what stands inside that.
pub(super) fn post(entry: &Map<String, Value>, context: &Context<'_>) -> Message {
    let whole;
    let body = if let Some(body) = entry.get("tweet") {
        body
    } else {
        whole = Value::Object(entry.clone());
        &whole
    };
    let mut message = blank(context, "message");
    let id = word(body, "id_str").or_else(|| word(body, "id"));
    let parent =
        word(body, "in_reply_to_status_id_str").or_else(|| word(body, "in_reply_to_status_id"));
    message.conversation = parent.as_ref().or(id.as_ref()).map(|id| Conversation {
        id: id.clone(),
        platform: "x".to_owned(),
        sort: "post".to_owned(),
        display: None,
    });
    message.event.id = id;
    message.event.parent = parent;
    from(
        &mut message,
        context.owner.map(|owner| owner.id.clone()),
        context,
    );
    let replied_to =
        word(body, "in_reply_to_user_id_str").or_else(|| word(body, "in_reply_to_user_id"));
    if let Some(to) = replied_to {
        let mut to = account(&to, "to", context);
        let handle = word(body, "in_reply_to_screen_name").map(|handle| format!("@{handle}"));
        to.display = to.display.or(handle);
        message.to.push(to);
    }
    match word(body, "created_at") {
        Some(at) => message.at = post_time(&at, &mut message.notes),
        None => message
            .notes
            .push("it does not say when it was written".to_owned()),
    }
    compare_number(&mut message, 999);
    if let Some(escaped) = word(body, "full_text").or_else(|| word(body, "text")) {
        let escaped = line_feeds(escaped);
        let text = escaped
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&");
        if text != escaped {
            message
                .notes
                .push("&amp;, &lt; and &gt; in its text are shown as &, < and >".to_owned());
        }
        if text.starts_with("RT @") {
            message.flags.push("repost".to_owned());
        }
        message.text = Some(text);
    }
    let mut links = Links::new(context.limits.message_links);
    let entities = body.get("entities").unwrap_or(&Value::Null);
    for link in list(entities, "urls") {
        if let Some(url) = word(link, "url") {
            links.add(&url, word(link, "expanded_url"));
        }
    }
    let extended = body.get("extended_entities").unwrap_or(&Value::Null);
    let holder = if list(extended, "media").next().is_some() {
        extended
    } else {
        entities
    };
    for media in list(holder, "media") {
        if let Some(url) = word(media, "url") {
            links.add(&url, word(media, "expanded_url"));
        }
        if let Some(url) = word(media, "media_url_https").or_else(|| word(media, "media_url")) {
            attach(&mut message, &url, context);
        }
    }
    links.add_from(message.text.as_deref().unwrap_or_default());
    message.links = links.finish(&mut message.notes);
    message
}

/// Sets who it is from and, seen from the owner, which way it went.
fn from(message: &mut Message, sender: Option<String>, context: &Context<'_>) {
    let Some(sender) = sender else {
        return;
    };
    message.event.direction = context.owner.map(|owner| {
        let own = owner.id == sender;
        if own { "outgoing" } else { "incoming" }.to_owned()
    });
    message.from.push(account(&sender, "from", context));
}

fn account(id: &str, role: &str, context: &Context<'_>) -> Participant {
    Participant {
        display: context
            .owner
            .filter(|owner| owner.id == id)
            .and_then(|owner| owner.display.clone()),
        account: Some(format!("x:{id}")),
        role: role.to_owned(),
    }
}

/// Notes where a message's number and its time are more than a second apart. `slack` is how much later than written the
/// time may be, in milliseconds, for times without fractions.
fn compare_number(message: &mut Message, slack: i64) {
    let (Some(id), Some(at)) = (&message.event.id, message.at.earliest) else {
        return;
    };
    let Some(id) = id.parse::<u64>().ok().filter(|id| *id >= FIRST) else {
        return;
    };
    let Ok(since) = i64::try_from(id >> 22) else {
        return;
    };
    let numbered = EPOCH.saturating_add(since);
    let written = at.millis();
    if numbered < written - APART || numbered > written + slack + APART {
        message.notes.push(format!(
            "its number was given at {}, which is not the time written in it",
            crate::record::Moment::from_millis(numbered)
                .map_or_else(|| numbered.to_string(), |at| at.to_string())
        ));
    }
}

/// Lists a picture or video, by the name under which the archive keeps it: `<message>-<file>`.
fn attach(message: &mut Message, url: &str, context: &Context<'_>) {
    if message.attachments.len() >= context.limits.parts {
        return;
    }
    let file = url.split(['?', '#']).next().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or_default();
    let id = message.event.id.as_deref().unwrap_or_default();
    let safe = |text: &str| {
        !text.is_empty()
            && text.len() < 200
            && !text.starts_with('.')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
    };
    let name = format!("{id}-{file}");
    let present = safe(id) && safe(file) && (context.holds)(&format!("{}/{name}", context.media));
    let media_type = match file.rsplit('.').next() {
        Some("jpg" | "jpeg") => Some("image/jpeg"),
        Some("png") => Some("image/png"),
        Some("gif") => Some("image/gif"),
        Some("mp4") => Some("video/mp4"),
        _ => None,
    };
    message.attachments.push(Attachment {
        display: Some(name),
        media_type: media_type.map(str::to_owned),
        size: None,
        sha256: None,
        present,
    });
}

/// A field that is a string that says something, or a number.
fn word(of: &Value, name: &str) -> Option<String> {
    match of.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn list<'v>(of: &'v Value, name: &str) -> std::slice::Iter<'v, Value> {
    of.get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
}

fn words<'v>(of: &'v Value, name: &str) -> impl Iterator<Item = String> + use<'v> {
    list(of, name).filter_map(|value| value.as_str().map(str::to_owned))
}
