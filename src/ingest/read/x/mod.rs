//! Parts of an X (Twitter) archive: direct messages, group messages, posts.
//!
//! Each file of the archive assigns one JSON array to a name. Each message is recorded with the byte range of its JSON
//! object, in file order; one message at a time is in memory. What the archive shows is one party's view: what others
//! deleted, and what was written in encrypted chats, is not in it.

mod beside;
mod event;
mod json;
mod repair;
mod scan;

use std::borrow::Cow;

use serde_json::Map;
use serde_json::Value;

use self::beside::Owner;
use self::beside::assigned;
use self::beside::gaps;
use self::beside::missing;
use self::event::Context;
use self::repair::repaired;
use self::scan::Scanner;

use super::Found;
use super::Input;
use super::ReadError;
use super::Sink;
use super::cuts::Cut;
use super::cuts::Cuts;

use crate::record::Kind;
use crate::record::Message;
use crate::record::Span;

/// How many bytes of JSON one entry may be; real ones have a few thousand. Read, JSON takes many times its length.
const ENTRY: u64 = 4 << 20;

/// How many lists of messages one conversation may have before its id; real ones have one.
const LISTS: usize = 64;

/// Reads a part.
pub(super) fn read(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let owner = Owner::read(input);
    let companion = input.companion;
    let kind = input.kind;
    let context = Context {
        owner: owner.as_ref(),
        limits: input.limits,
        holds: &|path| companion(path, 0).is_some(),
        media: match kind {
            Kind::XTweets => "tweets_media",
            Kind::XGroupMessages => "direct_messages_group_media",
            _ => "direct_messages_media",
        },
        group: kind == Kind::XGroupMessages,
    };
    let mut cuts = Cuts::default();
    let mut scanner = Scanner::new(input.content);
    scanner.pass_assignment()?;
    scanner.open(b'[')?;
    let (mut first, mut count) = (true, 0);
    let outcome = loop {
        match scanner.next_element(&mut first) {
            Ok(true) => {}
            Ok(false) => break scanner.rest(),
            Err(error) => break Err(error),
        }
        // Nobody needs to be known as the exporter of nothing.
        if count == 0 && owner.is_none() {
            sink(Found::Notice(
                "account.js is not beside it or cannot be read: which account exported it is not known"
                    .to_owned(),
            ))?;
        }
        let read = if kind == Kind::XTweets {
            entry(&mut scanner, &context, (&mut cuts, &mut *sink), &|entry| {
                event::post(entry, &context)
            })
        } else {
            conversation(&mut scanner, &context, (&mut cuts, &mut *sink))
        };
        if let Err(error) = read {
            break Err(error);
        }
        count += 1;
    };
    // What was left out of the messages before the place where it breaks off is said all the same.
    if !matches!(outcome, Err(ReadError::Stopped(_))) {
        cuts.report(input.limits, true, sink)?;
    }
    if let Ok(Some(rest)) = outcome {
        sink(Found::Unread(format!(
            "it goes on behind the end of its list, at byte {rest}; what stands there was not read"
        )))?;
    }
    // Of a part that breaks off the manifest says how much of it there should be.
    if !matches!(outcome, Err(ReadError::Stopped(_))) {
        for notice in gaps(input, count) {
            sink(Found::Notice(notice))?;
        }
    }
    outcome.map(|_| ())
}

/// Looks whether `account.js` is whole; what it says is asked for by the parts.
pub(super) fn read_account(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    if assigned(input)?.is_none() {
        sink(Found::Unread(
            "it breaks off or is no JSON: which account exported the archive is not known"
                .to_owned(),
        ))?;
    }
    Ok(())
}

/// Holds `manifest.js` against the files beside it.
pub(super) fn read_manifest(input: &mut Input<'_>, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let Some(manifest) = assigned(input)? else {
        sink(Found::Unread(
            "it breaks off or is no JSON: which files the archive should hold is not known"
                .to_owned(),
        ))?;
        return Ok(());
    };
    for notice in missing(input, &manifest) {
        sink(Found::Notice(notice))?;
    }
    Ok(())
}

/// Reads `{"dmConversation": {"conversationId": "...", "messages": [...]}}`.
fn conversation(
    scanner: &mut Scanner<'_>,
    context: &Context<'_>,
    (cuts, sink): Out<'_, '_>,
) -> Result<(), ReadError> {
    scanner.open(b'{')?;
    let mut first = true;
    while let Some(key) = scanner.next_key(&mut first)? {
        if key != "dmConversation" || scanner.next_byte()? != Some(b'{') {
            scanner.value(0)?;
            continue;
        }
        scanner.open(b'{')?;
        let mut first = true;
        let (mut id, mut early) = (None, Vec::new());
        while let Some(key) = scanner.next_key(&mut first)? {
            let next = scanner.next_byte()?;
            if key == "conversationId" && next == Some(b'"') {
                id = scanner.string()?;
            } else if key == "messages" && next == Some(b'[') && id.is_some() && early.is_empty() {
                messages(scanner, id.as_deref(), context, (&mut *cuts, &mut *sink))?;
            } else {
                // Messages before the conversation's id are read once it is known, and so are those after them: they
                // are handed over in the order in which they lie.
                if key == "messages" && next == Some(b'[') && early.len() < LISTS {
                    early.push(scanner.position());
                }
                scanner.value(0)?;
            }
        }
        let back = scanner.position();
        for list in &early {
            scanner.go_to(*list)?;
            messages(scanner, id.as_deref(), context, (&mut *cuts, &mut *sink))?;
        }
        if !early.is_empty() {
            scanner.go_to(back)?;
        }
    }
    Ok(())
}

/// Where what was read goes: what was left out, and the rest.
type Out<'a, 's> = (&'a mut Cuts, &'a mut Sink<'s>);

/// Reads the messages of a conversation.
fn messages(
    scanner: &mut Scanner<'_>,
    conversation: Option<&str>,
    context: &Context<'_>,
    (cuts, sink): Out<'_, '_>,
) -> Result<(), ReadError> {
    scanner.open(b'[')?;
    let mut first = true;
    while scanner.next_element(&mut first)? {
        entry(scanner, context, (&mut *cuts, &mut *sink), &|entry| {
            event::direct(entry, conversation, context)
        })?;
    }
    Ok(())
}

/// Reads one entry and hands it over, whatever it is.
fn entry(
    scanner: &mut Scanner<'_>,
    context: &Context<'_>,
    (cuts, sink): Out<'_, '_>,
    reader: &dyn Fn(&Map<String, Value>) -> Message,
) -> Result<(), ReadError> {
    let limit = context.limits.message.min(ENTRY);
    let is_object = scanner.next_byte()? == Some(b'{');
    let value = scanner.value(usize::try_from(limit).unwrap_or(usize::MAX))?;
    if !is_object {
        cuts.add(&[Cut::NoMessage], value.start);
        return Ok(());
    }
    let (message, cut) = match &value.bytes {
        None => {
            let note = format!("it is longer than {limit} bytes and was not read");
            let message = event::unreadable(context, note);
            (message, Some(Cut::Entry(limit)))
        }
        Some(bytes) => match object(bytes) {
            Ok((object, _)) if is_blank(&object) => {
                cuts.add(&[Cut::NoMessage], value.start);
                return Ok(());
            }
            Ok((object, notes)) => {
                let mut message = reader(&object);
                let cut = (!notes.is_empty()).then_some(Cut::Repaired);
                message.notes.extend(notes);
                (message, cut)
            }
            Err(reason) => {
                let note = format!("it cannot be read: {reason}");
                (event::unreadable(context, note), Some(Cut::Json))
            }
        },
    };
    cuts.add(cut.as_slice(), value.start);
    sink(Found::Message {
        span: Span {
            start: value.start,
            end: value.end,
        },
        header: value.start,
        raw: value.bytes.as_deref().unwrap_or_default(),
        message,
        parts: Vec::new(),
    })?;
    Ok(())
}

/// Whether an entry says nothing at all.
fn is_blank(entry: &Map<String, Value>) -> bool {
    entry.values().all(|value| match value {
        Value::Null => true,
        Value::Object(object) => object.is_empty(),
        _ => false,
    })
}

/// The entry as an object, and what had to be replaced to read it.
pub(super) fn object(bytes: &[u8]) -> Result<(Map<String, Value>, Vec<String>), serde_json::Error> {
    let mut notes = Vec::new();
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, Cow::Owned(_)) {
        notes.push("some of its bytes are not UTF-8; they are shown as U+FFFD".to_owned());
    }
    let (object, doubled) = match json::object(&text) {
        Ok(read) => read,
        Err(failed) => {
            let read = json::object(&repaired(&text)).map_err(|_| failed)?;
            notes.push(
                "it holds halves of surrogate pairs or control characters that JSON does not allow; the halves are shown as U+FFFD"
                    .to_owned(),
            );
            read
        }
    };
    if doubled {
        notes.push("a field of it is given more than once; the last one is shown".to_owned());
    }
    Ok((object, notes))
}
