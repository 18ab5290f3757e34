//! The text of a message and its attachments, out of its parts.
//!
//! Of the alternatives that a message offers, the plain text is taken, unless it is empty or a stub beside an HTML
//! version: what a reader had before them is what a quotation will be held against.

use std::collections::BTreeMap;

use mail_parser::ContentType;

use super::file_name;
use super::mime::Leaf;
use super::mime::decoded;

use super::super::Limits;
use super::super::Part;
use super::super::cuts::Cut;
use super::super::html;
use super::super::text::decode_mail;
use super::super::text::line_feeds;
use super::super::urls::Links;

use crate::record::Attachment;
use crate::record::Link;
use crate::record::Name;

/// What was read.
pub(super) struct Body {
    pub text: Option<String>,
    pub links: Vec<Link>,
    pub attachments: Vec<Attachment>,
    pub parts: Vec<Part>,
    pub cuts: Vec<Cut>,
}

/// A text of the message.
struct Shown<'l> {
    choices: &'l [(u32, u32)],
    text: String,
    links: Vec<Link>,
    html: bool,
    enriched: bool,
}

/// What a part says of itself.
struct Described {
    media_type: String,
    name: Option<String>,
    charset: Option<String>,
    attachment: bool,
}

/// Reads the parts.
pub(super) fn read(
    leaves: &[Leaf<'_>],
    in_mailbox: bool,
    limits: &Limits,
    notes: &mut Vec<String>,
) -> Body {
    let mut shown = Vec::new();
    let mut body = Body {
        text: None,
        links: Vec::new(),
        attachments: Vec::new(),
        parts: Vec::new(),
        cuts: Vec::new(),
    };
    // What all texts of the message may still have: a text that is not read leaves none for the message, since a part of
    // it would be taken for all that was written.
    let mut room = Some(usize::try_from(limits.decoded).unwrap_or(usize::MAX));
    let mut budget = Budget {
        bytes: limits.part_bytes,
        parts: limits.parts,
        reached: false,
    };
    for (index, leaf) in leaves.iter().enumerate() {
        let about = describe(leaf);
        let text = matches!(
            about.media_type.as_str(),
            "text/plain" | "text/html" | "text/enriched"
        ) || about.media_type.starts_with("multipart/");
        let named = about.name.is_some() && index > 0;
        if text && !about.attachment && !named && !leaf.aside {
            let most = room.unwrap_or(0);
            let text = room.and_then(|_| show(leaf, &about, in_mailbox, most, limits, notes));
            room = text.as_ref().and_then(|it| most.checked_sub(it.text.len()));
            shown.extend(text);
        } else {
            attach(leaf, about, &mut budget, &mut body, notes);
        }
    }
    if budget.reached {
        body.cuts.push(Cut::Attachments);
        let kept = body.parts.len();
        let (count, bytes) = (limits.parts, limits.part_bytes);
        notes.push(format!(
            "only its first {kept} attachments were taken out: limit of {count} attachments and {bytes} bytes a message"
        ));
    }
    if room.is_none() {
        notes.push(format!(
            "its text has more than {} bytes and was not read",
            limits.decoded
        ));
        body.cuts.push(Cut::Text);
        return body;
    }
    let taken = taken(&shown, notes);
    let mut links = Links::new(limits.message_links);
    let mut text = String::new();
    let mut any = false;
    for shown in &mut shown {
        for link in &shown.links {
            links.add(&link.url, link.expanded.clone());
        }
        let stays = shown
            .choices
            .iter()
            .all(|(choice, branch)| taken.get(choice).is_none_or(|taken| taken.contains(branch)));
        if !stays {
            continue;
        }
        links.add_from(&shown.text);
        any = true;
        if text.is_empty() {
            text = std::mem::take(&mut shown.text);
        } else {
            text.push_str(&std::mem::take(&mut shown.text));
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
    }
    body.text = any.then_some(text);
    body.links = links.finish(notes);
    body
}

fn describe(leaf: &Leaf<'_>) -> Described {
    let content_type = leaf.headers.content_type("content-type");
    let disposition = leaf.headers.content_type("content-disposition");
    let attribute = |of: &Option<ContentType<'_>>, name: &str| -> Option<String> {
        let value = of.as_ref()?.attribute(name)?;
        Some(value.to_owned()).filter(|value| !value.is_empty())
    };
    let media_type = match &content_type {
        Some(it) => match it.subtype() {
            Some(subtype) => format!("{}/{subtype}", it.ctype()).to_ascii_lowercase(),
            None if it.ctype().eq_ignore_ascii_case("text") => "text/plain".to_owned(),
            None => it.ctype().to_ascii_lowercase(),
        },
        None if leaf.digest => "message/rfc822".to_owned(),
        None => "text/plain".to_owned(),
    };
    Described {
        media_type,
        name: attribute(&disposition, "filename")
            .or_else(|| attribute(&content_type, "name"))
            .map(|name| file_name(&name)),
        charset: attribute(&content_type, "charset"),
        attachment: disposition.is_some_and(|it| it.ctype().eq_ignore_ascii_case("attachment")),
    }
}

/// A part as text for a reader; nothing where it would have more than `most` bytes.
fn show<'l>(
    leaf: &'l Leaf<'_>,
    about: &Described,
    in_mailbox: bool,
    most: usize,
    limits: &Limits,
    notes: &mut Vec<String>,
) -> Option<Shown<'l>> {
    let bytes = decoded(leaf, notes);
    let html = about.media_type == "text/html";
    let stated = about
        .charset
        .clone()
        .or_else(|| html.then(|| html::stated_encoding(&bytes)).flatten());
    let decoded = decode_mail(bytes, stated.as_deref(), most)?;
    for note in decoded.notes {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    let mut text = line_feeds(decoded.text.into_owned());
    if in_mailbox && let Some(unescaped) = without_escapes(&text) {
        notes.push(
            "lines that the mailbox holds as >From are shown without the > that it puts there"
                .to_owned(),
        );
        text = unescaped;
    }
    let mut links = Vec::new();
    if html {
        let page = html::page(&text, limits.message_links);
        text = page.text;
        links = page.links;
    }
    Some(Shown {
        choices: &leaf.choices,
        text,
        links,
        html,
        enriched: about.media_type == "text/enriched",
    })
}

/// The text with one `>` less on every line that is `From ` behind one or more of them (the mboxrd rule), if there is
/// such a line.
fn without_escapes(text: &str) -> Option<String> {
    memchr::memmem::find(text.as_bytes(), b">From ")?;
    let mut out = String::with_capacity(text.len());
    let mut any = false;
    for line in text.split_inclusive('\n') {
        let escaped = line.starts_with('>') && line.trim_start_matches('>').starts_with("From ");
        any |= escaped;
        out.push_str(line.strip_prefix('>').filter(|_| escaped).unwrap_or(line));
    }
    any.then_some(out)
}

/// What there is left to spend on attachments.
struct Budget {
    bytes: u64,
    parts: usize,
    reached: bool,
}

fn attach(
    leaf: &Leaf<'_>,
    about: Described,
    budget: &mut Budget,
    body: &mut Body,
    notes: &mut Vec<String>,
) {
    let mut attachment = Attachment {
        display: about.name.clone(),
        media_type: Some(about.media_type.clone()),
        size: None,
        sha256: None,
        present: true,
    };
    let room = budget.parts > 0 && leaf.body.len() as u64 <= budget.bytes;
    if budget.reached || !room {
        budget.reached = true;
        body.attachments.push(attachment);
        return;
    }
    let bytes = decoded(leaf, notes).into_owned();
    let size = bytes.len() as u64;
    budget.parts -= 1;
    budget.bytes = budget.bytes.saturating_sub(size);
    attachment.size = Some(size);
    body.attachments.push(attachment);
    body.parts.push(Part {
        number: leaf.number.clone(),
        name: about.name.map(Name::Text),
        media_type: about.media_type,
        bytes,
    });
}

/// For each multipart/alternative, which branches are read: several only where several are plain text.
fn taken(shown: &[Shown<'_>], notes: &mut Vec<String>) -> BTreeMap<u32, Vec<u32>> {
    /// Letters of the plain, of the HTML and of the enriched text (RFC 1896) of a branch.
    #[derive(Default, Clone, Copy)]
    struct Weight {
        plain: usize,
        html: usize,
        enriched: usize,
    }
    let mut branches: BTreeMap<u32, Vec<(u32, Weight)>> = BTreeMap::new();
    for shown in shown {
        if shown.choices.is_empty() {
            continue;
        }
        let letters = shown.text.bytes().filter(u8::is_ascii_graphic).count()
            + shown.text.bytes().filter(|byte| !byte.is_ascii()).count();
        for (choice, branch) in shown.choices {
            let of_choice = branches.entry(*choice).or_default();
            if of_choice.last().is_none_or(|(last, _)| last != branch) {
                of_choice.push((*branch, Weight::default()));
            }
            if let Some((_, weight)) = of_choice.last_mut() {
                if shown.html {
                    weight.html += letters;
                } else if shown.enriched {
                    weight.enriched += letters;
                } else {
                    weight.plain += letters;
                }
            }
        }
    }
    let mut taken = BTreeMap::new();
    for (choice, branches) in branches {
        let plain = branches.iter().find(|(_, weight)| weight.plain > 0);
        let html = branches.iter().max_by_key(|(_, weight)| weight.html);
        let (Some(first), html) = (branches.first(), html) else {
            continue;
        };
        let read = match (plain, html) {
            (Some((_, p)), Some((branch, h))) if h.html >= 200 && h.html / 4 > p.plain + p.html => {
                notes.push(
                    "its plain version is much shorter than its HTML version; the HTML version was read"
                        .to_owned(),
                );
                vec![*branch]
            }
            (Some((first, _)), _) => branches
                .iter()
                .filter(|(branch, weight)| {
                    branch == first
                        || (weight.plain > 0 && weight.html == 0 && weight.enriched == 0)
                })
                .map(|(branch, _)| *branch)
                .collect(),
            (None, Some((branch, weight))) if weight.html > 0 => vec![*branch],
            _ => {
                // Whatever there is: enriched text is plain text with marks in it.
                let most = branches
                    .iter()
                    .rev()
                    .max_by_key(|(_, weight)| weight.enriched);
                vec![most.map_or(first.0, |(branch, _)| *branch)]
            }
        };
        taken.insert(choice, read);
    }
    taken
}
