//! Withholding: which items are not to be published, cited or shown in reports, as `withheld/1` entries say.

use std::collections::HashMap;

use super::Archive;
use super::ArchiveError;
use super::Card;
use crate::record::Digest;

/// What is withheld now, to be asked for many items.
#[derive(Debug, Clone, Default)]
pub struct Withholding {
    /// The entries, by the items that they are about.
    entries: HashMap<u64, u64>,
    /// The items that entries are about, by the digests of their bytes, and by those of what lies in them, as far as the
    /// same bytes lie somewhere else too.
    digests: HashMap<Digest, Vec<u64>>,
    /// By the digests of what a withheld item lies in, at any depth, one such item.
    holders: HashMap<Digest, u64>,
}

/// Why something is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withheld {
    /// The entry.
    pub entry: u64,
    /// The item that the entry is about: the one asked for, another receipt of the same bytes, or what one of these lies
    /// in.
    pub item: u64,
}

impl Archive {
    /// What is withheld now. The latest entry on something decides; one that names no slot lifts what was said before.
    /// Where anything is withheld all items are gone through once, for other receipts of the same bytes.
    pub fn withholding(&self) -> Result<Withholding, ArchiveError> {
        let acts: Vec<(u64, u64)> = self
            .conn
            .prepare_cached(
                "SELECT seq, about_item FROM act WHERE schema = 'withheld/1' \
                 AND about_item IS NOT NULL ORDER BY seq",
            )?
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut found = Withholding::default();
        for (seq, item) in acts {
            let slots = match self.entry(seq)? {
                Some(entry) => entry.get::<Vec<String>>("slots")?,
                None => None,
            };
            if slots.is_some_and(|slots| slots.is_empty()) {
                found.entries.remove(&item);
            } else {
                found.entries.insert(item, seq);
            }
        }
        for item in found.entries.keys() {
            if let Some(card) = self.card(*item)? {
                found.digests.entry(card.sha256).or_default().push(*item);
            }
        }
        let withheld: Vec<u64> = found.entries.keys().copied().collect();
        for (item, digest) in self.twice_inside(&withheld)? {
            found.digests.entry(digest).or_default().push(item);
        }
        for inside in found.digests.values_mut() {
            inside.sort_unstable();
        }
        if !found.digests.is_empty() {
            found.holders = self.enclosing(&found.digests)?;
        }
        Ok(found)
    }

    /// The digests of what lies in these items, at any depth, whose bytes lie in another place too, each with the item that
    /// it lies in: the file that a message was sent with may have come with another message.
    fn twice_inside(&self, items: &[u64]) -> Result<Vec<(u64, Digest)>, ArchiveError> {
        const INSIDE: &str = "WITH RECURSIVE inside (root, item) AS (SELECT value, value FROM json_each(?1) UNION \
             SELECT inside.root, card.item FROM card JOIN inside ON card.parent = inside.item), \
             own AS (SELECT root, card.item, class, sha256 FROM card JOIN inside ON card.item = inside.item \
             WHERE card.item <> root)";
        // Documents are found by the index of their digests. Of messages there is none: where one lies in what is withheld,
        // all cards are gone through, once.
        let documents = format!(
            "{INSIDE} SELECT DISTINCT root, sha256 FROM own WHERE class = 'd' AND EXISTS (SELECT 1 FROM card AS other \
             WHERE other.class = 'd' AND other.sha256 = own.sha256 AND other.item <> own.item)"
        );
        let messages = format!(
            "{INSIDE} SELECT DISTINCT root, sha256 FROM own WHERE class = 'm' AND sha256 IN ( \
             SELECT sha256 FROM card WHERE sha256 IN (SELECT sha256 FROM own WHERE class = 'm') \
             GROUP BY sha256 HAVING count(*) > 1)"
        );
        let items = serde_json::to_string(items).unwrap_or_default();
        let mut found = Vec::new();
        for sql in [documents, messages] {
            let mut statement = self.conn.prepare_cached(&sql)?;
            let digests =
                statement.query_map([&items], |row| Ok((row.get(0)?, Digest::new(row.get(1)?))))?;
            for digest in digests {
                found.push(digest?);
            }
        }
        Ok(found)
    }

    /// What items with these bytes lie in, at any depth and in any receipt.
    fn enclosing(
        &self,
        digests: &HashMap<Digest, Vec<u64>>,
    ) -> Result<HashMap<Digest, u64>, ArchiveError> {
        let mut holders: HashMap<Digest, u64> = HashMap::new();
        let mut statement = self
            .conn
            .prepare_cached("SELECT parent, sha256 FROM card WHERE parent IS NOT NULL")?;
        // Each pass goes one document outwards, and what lies in documents is not deep.
        loop {
            let mut parents: HashMap<u64, u64> = HashMap::new();
            let mut rows = statement.query(())?;
            while let Some(row) = rows.next()? {
                let digest = Digest::new(row.get(1)?);
                let items = digests.get(&digest);
                let inside = items.and_then(|items| items.first());
                if let Some(item) = inside.or_else(|| holders.get(&digest)) {
                    parents.insert(row.get(0)?, *item);
                }
            }
            let before = holders.len();
            for (parent, item) in parents {
                if let Some(card) = self.card(parent)? {
                    holders.entry(card.sha256).or_insert(item);
                }
            }
            if holders.len() == before {
                return Ok(holders);
            }
        }
    }
}

impl Withholding {
    /// Why an item is withheld: by an entry about itself, about another receipt of the same bytes, about what it lies in, or
    /// about what another receipt of the same bytes lies in.
    pub fn of(&self, archive: &Archive, item: u64) -> Result<Option<Withheld>, ArchiveError> {
        if self.entries.is_empty() {
            return Ok(None);
        }
        let mut next = Some(item);
        while let Some(item) = next {
            if let Some(entry) = self.entries.get(&item) {
                return Ok(Some(Withheld {
                    entry: *entry,
                    item,
                }));
            }
            let Some(card) = archive.card(item)? else {
                break;
            };
            let same = self.digests.get(&card.sha256).into_iter().flatten();
            for item in same {
                if let Some(entry) = self.entries.get(item) {
                    return Ok(Some(Withheld {
                        entry: *entry,
                        item: *item,
                    }));
                }
            }
            next = card.parent.filter(|parent| *parent < item);
        }
        Ok(None)
    }

    /// Why the bytes of an item that is not withheld itself, and what was read out of them as a whole, do not leave:
    /// something in it is withheld, and is guessed from the digest of the whole by whoever has the rest.
    pub fn inside(&self, archive: &Archive, card: &Card) -> Result<Option<Withheld>, ArchiveError> {
        if self.holders.is_empty() {
            return Ok(None);
        }
        let whole = match (card.class.as_str(), card.parent) {
            ("t", Some(parent)) => archive.card(parent)?,
            _ => None,
        };
        let whole = whole.as_ref().unwrap_or(card);
        let item = self.holders.get(&whole.sha256).copied();
        Ok(item.and_then(|item| {
            let entry = self.entries.get(&item).copied()?;
            Some(Withheld { entry, item })
        }))
    }

    /// As if the entry about an item were lifted.
    pub fn lift(&mut self, item: u64) {
        self.entries.remove(&item);
    }
}
