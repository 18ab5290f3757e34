//! The messages around one in its conversation.

use rusqlite::named_params;

use super::Archive;
use super::ArchiveError;
use super::Card;
use super::query::CARD;

impl Archive {
    /// The first message after one in which somebody it went to writes to whoever wrote it, in whatever conversation. By
    /// accounts as they stand in the messages.
    pub fn written_back(&self, card: &Card) -> Result<Option<Card>, ArchiveError> {
        let found = self.cards(
            &format!(
                "{CARD} WHERE class = 'm' AND earliest > :after AND item IN ( \
                 SELECT theirs.item FROM participant AS theirs JOIN participant AS back ON back.item = theirs.item \
                 WHERE theirs.role = 0 AND back.role <> 0 \
                 AND theirs.account IN (SELECT account FROM participant WHERE item = :item AND role <> 0) \
                 AND theirs.account NOT IN (SELECT account FROM participant WHERE item = :item AND role = 0) \
                 AND back.account IN (SELECT account FROM participant WHERE item = :item AND role = 0)) \
                 ORDER BY earliest, item LIMIT 1"
            ),
            named_params! {":item": card.item, ":after": card.latest.or(card.earliest)},
        )?;
        Ok(found.into_iter().next())
    }

    /// The messages of a conversation around one, itself included, in order of time: at most so many before and after.
    /// Those without any time come first there, as in [`Archive::conversation`].
    pub fn around(&self, id: &str, card: &Card, most: u64) -> Result<Vec<Card>, ArchiveError> {
        // A time that is not known sorts before all others; the index by conversation and time serves the first two.
        let key = "(earliest IS NOT NULL, coalesce(earliest, 0), coalesce(latest, -9000000000000000), item)";
        let bound = ":known, :earliest, :latest, :item";
        let side = |than: &str, first: &str, range: &str| {
            format!(
                "{CARD} WHERE conversation = :id AND {range} AND {key} {than} ({bound}) \
                 ORDER BY earliest {first}, latest {first}, item {first} LIMIT :most"
            )
        };
        let (known, earliest) = (card.earliest.is_some(), card.earliest.unwrap_or(0));
        let latest = card.latest.unwrap_or(-9_000_000_000_000_000);
        let ask = |sql: &str| {
            self.cards(
                sql,
                named_params! {":id": id, ":known": known, ":earliest": earliest, ":latest": latest,
                ":item": card.item, ":most": most},
            )
        };
        if !known && card.latest.is_none() {
            // Without a time at all, as all rows of a table may be: their numbers are their order, and come first.
            let untimed = |than: &str, first: &str| {
                format!(
                    "{CARD} WHERE conversation = :id AND earliest IS NULL AND latest IS NULL AND item {than} :item \
                     ORDER BY item {first} LIMIT :most"
                )
            };
            let some = |sql: &str, most: u64| {
                self.cards(
                    sql,
                    named_params! {":id": id, ":item": card.item, ":most": most},
                )
            };
            let mut around = some(&untimed("<", "DESC"), most)?;
            around.reverse();
            around.push(card.clone());
            let after = some(&untimed(">", "ASC"), most)?;
            let left = most.saturating_sub(after.len() as u64);
            around.extend(after);
            let timed = format!(
                "{CARD} WHERE conversation = :id AND (earliest IS NOT NULL OR latest IS NOT NULL) AND item <> :item \
                 ORDER BY earliest, latest, item LIMIT :most"
            );
            if left > 0 {
                around.extend(some(&timed, left)?);
            }
            return Ok(around);
        }
        let (before, after) = if known {
            (
                "(earliest IS NULL OR earliest <= :earliest)",
                "earliest >= :earliest",
            )
        } else {
            ("earliest IS NULL", "true")
        };
        let mut around = ask(&side("<", "DESC", before))?;
        around.reverse();
        around.push(card.clone());
        around.extend(ask(&side(">", "ASC", after))?);
        Ok(around)
    }
}
