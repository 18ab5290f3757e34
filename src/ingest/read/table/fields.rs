//! A row as a message: what its cells say, by the mapping.

use super::super::Limits;
use super::super::text::line_feeds;
use super::super::urls::Links;
use super::mapping::Column;
use super::mapping::Columned;
use super::mapping::Escape;
use super::mapping::Mapping;
use super::mapping::Rows;
use super::times;

use crate::record::Conversation;
use crate::record::Event;
use crate::record::Instant;
use crate::record::Message;
use crate::record::Participant;

/// Addressees of one row, at most.
const ADDRESSEES: usize = 1_000;

/// What rows are read with.
pub(super) struct Context<'a> {
    pub(super) mapping: &'a Mapping,
    /// The name of the table's file.
    pub(super) table: String,
    pub(super) limits: &'a Limits,
}

/// A row that was not taken apart: its text is all of it, if that is text. Nothing is said of who wrote it and when.
pub(super) fn whole(context: &Context<'_>, text: Option<String>, note: String) -> Message {
    let mut message = Message {
        event: Event {
            sort: "unknown".to_owned(),
            ..Event::default()
        },
        conversation: Some(conversation(context, None, None)),
        from: Vec::new(),
        to: Vec::new(),
        subject: None,
        at: Instant::unknown(None),
        links: Vec::new(),
        attachments: Vec::new(),
        flags: Vec::new(),
        exported_by: None,
        notes: vec![note],
        text: None,
    };
    set_text(&mut message, text, context, None);
    message
}

/// A row as the mapping has it. `cells` gives what a column says, in the table's own words: several values where a cell
/// is a list.
pub(super) fn mapped(
    context: &Context<'_>,
    cells: &dyn Fn(&Column) -> Vec<String>,
    notes: Vec<String>,
) -> Message {
    let mapping = context.mapping;
    let columns = &mapping.columns;
    let one = |column: Option<&Column>| {
        let value = cells(column?).into_iter().next()?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let several = |columns: Option<&Columned>| -> Vec<String> {
        let columns = columns.map(Columned::all).unwrap_or_default();
        let values = columns.iter().flat_map(cells);
        values
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
            .collect()
    };
    let mut message = whole(context, None, String::new());
    message.notes = notes;
    "message".clone_into(&mut message.event.sort);
    message.event.id = one(columns.id.as_ref());
    message.conversation = Some(conversation(
        context,
        message.event.id.as_deref(),
        one(columns.conversation.as_ref()),
    ));
    let from = one(columns.from.as_ref()).or_else(|| mapping.stated.from.clone());
    message.from = from
        .map(|name| person(context, name, "from"))
        .into_iter()
        .collect();
    let stated = mapping.stated.to.clone();
    message.to = several(columns.to.as_ref())
        .into_iter()
        .chain(stated)
        .take(ADDRESSEES)
        .map(|name| person(context, name, "to"))
        .collect();
    let words = several(columns.time.as_ref()).join(" ");
    message.at = match &mapping.stated.time {
        Some(stated) => times::stated(stated, mapping, &mut message.notes),
        None if columns.time.is_none() => Instant::unknown(None),
        None if words.is_empty() => {
            let note = "it does not say when it was written".to_owned();
            message.notes.push(note);
            Instant::unknown(None)
        }
        None => times::of_cell(&words, mapping, &mut message.notes),
    };
    let text = cells(&columns.text).into_iter().next();
    set_text(&mut message, text, context, one(columns.link.as_ref()));
    message
}

/// Somebody as the table has them. Names of one mapping are of one list; the same name in another list may be another's.
fn person(context: &Context<'_>, name: String, role: &str) -> Participant {
    Participant {
        account: Some(format!("table:{}/{name}", context.mapping.name)),
        display: Some(name),
        role: role.to_owned(),
    }
}

/// The conversation of a row: a post stands for itself; other rows belong to the one that they name, or are all of the
/// table's. The table's name is part of it, since what is called 1 in one table is not what is called so in another.
fn conversation(context: &Context<'_>, id: Option<&str>, named: Option<String>) -> Conversation {
    let own = match context.mapping.rows {
        Rows::Posts => id.map(str::to_owned),
        Rows::Messages | Rows::Transcript => named,
    };
    let sort = match context.mapping.rows {
        Rows::Posts => "post",
        Rows::Messages => "channel",
        Rows::Transcript => "transcript",
    };
    Conversation {
        id: match own {
            Some(own) => format!("{}: {own}", context.table),
            None => context.table.clone(),
        },
        platform: "table".to_owned(),
        sort: sort.to_owned(),
        display: None,
    }
}

/// Sets the text as it stands, with what the mapping says of it, and the links in it and beside it.
fn set_text(
    message: &mut Message,
    text: Option<String>,
    context: &Context<'_>,
    link: Option<String>,
) {
    message.text = text.filter(|text| !text.is_empty()).map(line_feeds);
    let mut links = Links::new(context.limits.message_links);
    if let Some(link) = link {
        links.add(&link, None);
    }
    links.add_from(message.text.as_deref().unwrap_or_default());
    message.links = links.finish(&mut message.notes);
    if message.text.is_none() {
        return;
    }
    if context.mapping.escaped == Some(Escape::Html) {
        message.flags.push("html-escaped".to_owned());
    }
    if let Some(lost) = &context.mapping.degraded {
        message.flags.push(format!("degraded: {lost}"));
    }
}
