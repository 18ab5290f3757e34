//! Parts of an X (Twitter) archive: direct messages, group messages, posts.
//!
//! Each file of the archive assigns one JSON array to a name. Each message is recorded with the byte range of its JSON
//! object, in file order; one message at a time is in memory. What the archive shows is one party's view: what others
//! deleted, and what was written in encrypted chats, is not in it.

mod beside;
mod event;
mod scan;

use serde_json::Map;
use serde_json::Value;

use self::beside::Owner;
use self::beside::gaps;
use self::event::Context;
use self::scan::Scanner;

use super::Found;
use super::Input;
use super::ReadError;
use super::Sink;

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
    if owner.is_none() {
        sink(Found::Notice(
            "account.js is not beside it or cannot be read: which account exported it is not known"
                .to_owned(),
        ))?;
    }
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
    let mut scanner = Scanner::new(input.content);
    scanner.pass_assignment()?;
    scanner.open(b'[')?;
    let (mut first, mut count) = (true, 0);
    while scanner.next_element(&mut first)? {
        if kind == Kind::XTweets {
            entry(&mut scanner, &context, sink, &|entry| {
                event::post(entry, &context)
            })?;
        } else {
            conversation(&mut scanner, &context, sink)?;
        }
        count += 1;
    }
    for notice in gaps(input, count) {
        sink(Found::Notice(notice))?;
    }
    Ok(())
}

/// Reads `{"dmConversation": {"conversationId": "...", "messages": [...]}}`.
fn conversation(
    scanner: &mut Scanner<'_>,
    context: &Context<'_>,
    sink: &mut Sink<'_>,
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
                messages(scanner, id.as_deref(), context, sink)?;
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
            messages(scanner, id.as_deref(), context, sink)?;
        }
        if !early.is_empty() {
            scanner.go_to(back)?;
        }
    }
    Ok(())
}

/// Reads the messages of a conversation.
fn messages(
    scanner: &mut Scanner<'_>,
    conversation: Option<&str>,
    context: &Context<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    scanner.open(b'[')?;
    let mut first = true;
    while scanner.next_element(&mut first)? {
        entry(scanner, context, sink, &|entry| {
            event::direct(entry, conversation, context)
        })?;
    }
    Ok(())
}

/// Reads one entry and hands it over, whatever it is.
fn entry(
    scanner: &mut Scanner<'_>,
    context: &Context<'_>,
    sink: &mut Sink<'_>,
    reader: &dyn Fn(&Map<String, Value>) -> Message,
) -> Result<(), ReadError> {
    let limit = context.limits.message.min(ENTRY);
    let value = scanner.value(usize::try_from(limit).unwrap_or(usize::MAX))?;
    let message = match &value.bytes {
        None => event::unreadable(
            context,
            format!("it is longer than {limit} bytes and was not read"),
        ),
        Some(bytes) => match object(bytes) {
            Ok((object, utf8)) => {
                let mut message = reader(&object);
                if !utf8 {
                    message.notes.push(
                        "some of its bytes are not UTF-8; they are shown as U+FFFD".to_owned(),
                    );
                }
                message
            }
            Err(reason) => event::unreadable(context, format!("it cannot be read: {reason}")),
        },
    };
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

/// The entry as an object, and whether all of it was UTF-8.
fn object(bytes: &[u8]) -> Result<(Map<String, Value>, bool), serde_json::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((serde_json::from_str(text)?, true)),
        Err(_) => Ok((
            serde_json::from_str(&String::from_utf8_lossy(bytes))?,
            false,
        )),
    }
}
