//! The conversation that a message is part of.

use std::fmt::Write as _;

use serde::Serialize;

use super::warn_of;
use crate::archive::Archive;
use crate::archive::Card;
use crate::archive::Custodian;
use crate::archive::Opened;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::ui::Answer;
use crate::cli::ui::count;
use crate::cli::ui::number;
use crate::record::Conversation;
use crate::record::Instant;
use crate::record::Participant;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;

/// `fonds/thread/1`.
#[derive(Debug, Serialize)]
struct Thread {
    schema: &'static str,
    conversation: String,
    /// How many messages it has in all.
    total: u64,
    messages: Vec<InThread>,
}

#[derive(Debug, Serialize)]
struct InThread {
    item: String,
    from: Vec<String>,
    to: Vec<String>,
    at: Option<Instant>,
    shown: String,
    text: Option<String>,
}

impl Answer for Thread {
    fn text(&self) -> String {
        let shown = self.messages.len() as u64;
        let mut text = if shown < self.total {
            format!(
                "{} of {}, those around the one asked for: --limit N shows more\n",
                number(shown),
                count(self.total, "message", "messages")
            )
        } else {
            format!("{}\n", count(shown, "message", "messages"))
        };
        for message in &self.messages {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "\n{}  {}  {}",
                message.item,
                message.shown,
                if message.from.is_empty() {
                    "(sender not known)".to_owned()
                } else {
                    visible(&message.from.join(", "))
                }
            );
            for line in message
                .text
                .as_deref()
                .unwrap_or_default()
                .trim_end()
                .lines()
            {
                let _ = writeln!(text, "  {line}");
            }
        }
        text
    }
}

pub(super) fn run(
    context: &Context,
    archive: &Archive,
    card: &Card,
    opened: &Opened,
    most: u64,
) -> Result<Outcome, CliError> {
    let conversation: Option<Conversation> = opened.get("conversation")?;
    let (Some(key), Some(conversation)) = (&card.conversation, conversation) else {
        return Err(CliError::usage(
            format!("{} is not part of a conversation", archive.reference(card)?),
            "fonds show ITEM        without --thread",
        ));
    };
    let zone: Zone = context.settings().zone.parse().unwrap_or(Zone::UTC);
    let custodian = Custodian::new(archive)?;
    let mut messages = Vec::new();
    let mut outcome = Outcome::Done;
    for card in archive.around(key, card, most.saturating_sub(1).div_ceil(2))? {
        let Some(opened) = archive.item(card.item)? else {
            continue;
        };
        if let Some(altered) = archive.altered(card.item)? {
            warn_of(context, &archive.reference(&card)?, &altered);
            outcome = Outcome::Findings;
        }
        let at: Option<Instant> = opened.get("at")?;
        let named = |slot| -> Result<Vec<String>, CliError> {
            let found: Vec<Participant> = opened.get(slot)?.unwrap_or_default();
            Ok(custodian.names(&found))
        };
        messages.push(InThread {
            item: archive.reference(&card)?,
            from: named("from")?,
            to: named("to")?,
            shown: at
                .as_ref()
                .map_or_else(String::new, |at| visible(&show(at, zone))),
            at,
            text: archive.text(card.item)?,
        });
    }
    context.ui.answer(&Thread {
        schema: "fonds/thread/1",
        conversation: conversation.id,
        total: archive.conversation_count(key)?,
        messages,
    })?;
    Ok(outcome)
}
