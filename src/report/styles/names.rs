//! What a party of a message is called in a citation.
//!
//! A display name is whatever its owner typed: a handle, an office, a name with the family's part first or last. Which word
//! of it is the family's is never guessed, so it is printed as it stands. It is turned round only where the archive has
//! it on record as a person under a name that says so itself: `Halloran, Nora`.

use crate::cite::Match;

/// A party, taken apart as far as that is safe.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::report) struct Called<'a> {
    /// The name, without the handle beside it.
    name: &'a str,
    /// The handle beside it, with its `@`.
    pub(in crate::report) handle: Option<&'a str>,
    /// Family name and given name, where these are on record.
    pub(in crate::report) parts: Option<(&'a str, &'a str)>,
}

impl<'a> Called<'a> {
    /// One of the parties of a match.
    pub(in crate::report) fn of(shown: &'a str, found: &'a Match) -> Self {
        let split = shown
            .strip_suffix(')')
            .and_then(|it| it.rsplit_once(" ("))
            .filter(|(name, handle)| {
                !name.is_empty()
                    && handle.len() > 1
                    && handle.starts_with('@')
                    && !handle.contains(|it: char| it.is_whitespace() || it == ')')
            });
        let (name, handle) = match split {
            Some((name, handle)) => (name, Some(handle)),
            None => (shown, None),
        };
        let parts = found.family_first.iter().find_map(|on_record| {
            let (family, given) = on_record.split_once(", ")?;
            let natural = format!("{given} {family}");
            (name == natural || name == on_record).then_some((family, given))
        });
        Self {
            name,
            handle,
            parts,
        }
    }

    /// It as it is spoken, with the handle in brackets of this sort.
    pub(super) fn spoken(&self, open: char, close: char) -> String {
        let name = match self.parts {
            Some((family, given)) => format!("{given} {family}"),
            None => self.name.to_owned(),
        };
        self.beside(&name, open, close)
    }

    /// Family name first.
    pub(super) fn turned(&self) -> String {
        match self.parts {
            Some((family, given)) => self.beside(&format!("{family}, {given}"), '[', ']'),
            None => self.spoken('[', ']'),
        }
    }

    /// Family name first, and the first letters of the given names.
    pub(super) fn turned_short(&self) -> String {
        match self.parts {
            Some((family, given)) => {
                self.beside(&format!("{family}, {}", initials(given)), '[', ']')
            }
            None => self.spoken('[', ']'),
        }
    }

    /// The first letters of the given names, then the family name.
    pub(super) fn short(&self) -> String {
        match self.parts {
            Some((family, given)) => {
                self.beside(&format!("{} {family}", initials(given)), '[', ']')
            }
            None => self.spoken('[', ']'),
        }
    }

    fn beside(&self, name: &str, open: char, close: char) -> String {
        match self.handle {
            Some(handle) => format!("{name} {open}{handle}{close}"),
            None => name.to_owned(),
        }
    }
}

/// `Mary Ann` as `M. A.`, `Jean-Luc` as `J.-L.`
fn initials(given: &str) -> String {
    let letter = |part: &str| part.chars().next().map(|it| format!("{it}."));
    let words = given.split_whitespace().map(|word| {
        let parts: Vec<String> = word.split('-').filter_map(letter).collect();
        parts.join("-")
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Names one after the other, as a sentence has them; of more than three the first.
pub(super) fn listed(names: &[String], and: &str) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(one.clone()),
        [first, second] => Some(format!("{first} {and} {second}")),
        [first, second, third] => Some(format!("{first}, {second}, {and} {third}")),
        [first, ..] => Some(format!("{first} et al.")),
    }
}

/// The senders or addressees of a match, as they are spoken.
pub(super) fn spoken(names: &[String], found: &Match, and: &str) -> Option<String> {
    let names: Vec<String> = names
        .iter()
        .map(|it| Called::of(it, found).spoken('(', ')'))
        .collect();
    listed(&names, and)
}
