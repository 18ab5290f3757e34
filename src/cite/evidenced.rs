//! What two texts rest on, held against each other: quotations that came, went or changed their words, their verdict, their
//! items or their sign-off, and the pins without a quotation.
//!
//! Both sides are results of checks, `fonds/cite/1`: one made now, or one that was kept when a version was frozen.

use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::VecDeque;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use super::pairs::pair;

/// What a text rests on, as a check found it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Rests {
    #[serde(default)]
    quotations: Vec<Held>,
    #[serde(default)]
    claims: Vec<Pinned>,
}

impl Rests {
    /// Those of a result, `fonds/cite/1`.
    pub fn of(citations: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(citations)
    }
}

/// A quotation as a check found it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Held {
    id: String,
    text: String,
    verdict: String,
    paragraph: usize,
    #[serde(default)]
    matches: Vec<Matched>,
    #[serde(default)]
    signed: Option<SignedAs>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Matched {
    item: String,
    #[serde(default)]
    joins: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Part {
    item: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct SignedAs {
    state: String,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    outdated: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Pinned {
    pin: String,
    paragraph: usize,
    state: String,
}

/// A quotation and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Its number, such as `Q3`.
    pub id: String,
    /// The paragraph it begins in.
    pub paragraph: usize,
    /// Its words.
    pub text: String,
    /// Its verdict.
    pub verdict: String,
    /// The items that it rests on.
    pub evidence: Vec<String>,
    /// What was said of it by a person; nothing where nobody did, or something changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<String>,
}

/// A pin without a quotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PinNow {
    /// The pin.
    pub pin: String,
    /// The paragraph it stands in.
    pub paragraph: usize,
    /// What it comes to.
    pub state: String,
}

/// One quotation in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reheld {
    /// What changed: `words`, `verdict`, `evidence`, `sign-off`.
    pub what: Vec<&'static str>,
    /// As it was.
    pub was: Quote,
    /// As it is.
    pub now: Quote,
}

/// How what two texts rest on differs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Quotations of which nothing changed.
    pub same: usize,
    /// Those that changed.
    pub changed: Vec<Reheld>,
    /// Those that only the older one has.
    pub removed: Vec<Quote>,
    /// Those that only the newer one has.
    pub added: Vec<Quote>,
    /// Pins without a quotation that only the older one has, or that come to something else in the newer one.
    pub pins_removed: Vec<PinNow>,
    /// Pins without a quotation that only the newer one has, or that came to something else in the older one.
    pub pins_added: Vec<PinNow>,
}

impl Evidence {
    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        *self
            == Self {
                same: self.same,
                ..Self::default()
            }
    }
}

impl Held {
    fn quote(&self) -> Quote {
        let mut evidence: Vec<String> = Vec::new();
        for found in &self.matches {
            let joined = found.joins.iter().map(|it| &it.item);
            for item in std::iter::once(&found.item).chain(joined) {
                if !evidence.contains(item) {
                    evidence.push(item.clone());
                }
            }
        }
        let signed = self.signed.as_ref().filter(|it| it.outdated.is_none());
        Quote {
            id: self.id.clone(),
            paragraph: self.paragraph,
            text: self.text.clone(),
            verdict: self.verdict.clone(),
            evidence,
            signed: signed.map(|it| match &it.by {
                Some(by) => format!("{} by {by}", it.state),
                None => it.state.clone(),
            }),
        }
    }
}

/// Holds what two texts rest on against each other. Quotations with the same words belong together, in their order; of the
/// rest those that have most words in common.
pub fn rests(old: &Rests, new: &Rests) -> Evidence {
    let mut evidence = Evidence::default();
    let mut by_words: HashMap<&str, VecDeque<&Held>> = HashMap::new();
    for one in &old.quotations {
        by_words.entry(&one.text).or_default().push_back(one);
    }
    let mut came: Vec<&Held> = Vec::new();
    for now in &new.quotations {
        match by_words
            .get_mut(now.text.as_str())
            .and_then(VecDeque::pop_front)
        {
            Some(was) => evidence.hold(was, now),
            None => came.push(now),
        }
    }
    let mut went: Vec<&Held> = by_words.into_values().flatten().collect();
    went.sort_by_key(|it| (it.paragraph, it.id.len(), it.id.as_str()));
    let words = |all: &[&'_ Held]| -> Vec<Vec<String>> {
        let words = |it: &&Held| {
            let mut words: Vec<String> = (it.text.split_whitespace())
                .map(str::to_lowercase)
                .collect();
            words.sort_unstable();
            words
        };
        all.iter().map(words).collect()
    };
    let (left, right) = (words(&went), words(&came));
    let pairs = pair(&borrowed(&left), &borrowed(&right)).unwrap_or_default();
    for (was, now) in &pairs {
        if let (Some(was), Some(now)) = (went.get(*was), came.get(*now)) {
            evidence.hold(was, now);
        }
    }
    let alone = |all: &[&Held], paired: &dyn Fn(usize) -> bool| -> Vec<Quote> {
        let alone = all.iter().enumerate().filter(|(index, _)| !paired(*index));
        alone.map(|(_, it)| it.quote()).collect()
    };
    let (left, right): (HashSet<usize>, HashSet<usize>) = pairs.into_iter().unzip();
    evidence.removed = alone(&went, &|index| left.contains(&index));
    evidence.added = alone(&came, &|index| right.contains(&index));
    evidence.pins(&old.claims, &new.claims);
    evidence
}

fn borrowed(all: &[Vec<String>]) -> Vec<Vec<&str>> {
    all.iter()
        .map(|words| words.iter().map(String::as_str).collect())
        .collect()
}

impl Evidence {
    fn hold(&mut self, was: &Held, now: &Held) {
        let (was, now) = (was.quote(), now.quote());
        let mut what = Vec::new();
        for (word, differs) in [
            ("words", was.text != now.text),
            ("verdict", was.verdict != now.verdict),
            ("evidence", was.evidence != now.evidence),
            ("sign-off", was.signed != now.signed),
        ] {
            if differs {
                what.push(word);
            }
        }
        if what.is_empty() {
            self.same += 1;
        } else {
            self.changed.push(Reheld { what, was, now });
        }
    }

    fn pins(&mut self, old: &[Pinned], new: &[Pinned]) {
        let mut left: HashMap<(&str, &str), usize> = HashMap::new();
        for one in old {
            *left.entry((&one.pin, &one.state)).or_default() += 1;
        }
        for one in new {
            match left.get_mut(&(one.pin.as_str(), one.state.as_str())) {
                Some(many) if *many > 0 => *many -= 1,
                _ => self.pins_added.push(one.shown()),
            }
        }
        for one in old.iter().rev() {
            if let Some(many) = left.get_mut(&(one.pin.as_str(), one.state.as_str()))
                && *many > 0
            {
                *many -= 1;
                self.pins_removed.push(one.shown());
            }
        }
        self.pins_removed.reverse();
    }
}

impl Pinned {
    fn shown(&self) -> PinNow {
        PinNow {
            pin: self.pin.clone(),
            paragraph: self.paragraph,
            state: self.state.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn quoted(id: &str, text: &str, verdict: &str, item: &str) -> Value {
        json!({"id": id, "text": text, "verdict": verdict, "paragraph": 1,
               "matches": [{"item": item, "joins": []}]})
    }

    #[test]
    fn a_quotation_is_known_by_its_words_and_else_by_most_of_them() {
        let old = json!({"quotations": [
            quoted("Q1", "we met at the pier", "exact", "m-aaaa"),
            quoted("Q2", "it was never safe", "altered", "m-bbbb"),
            quoted("Q3", "gone for good", "exact", "m-cccc"),
        ], "claims": [{"pin": "m-dddd", "paragraph": 2, "state": "held"}]});
        let new = json!({"quotations": [
            quoted("Q1", "a new one here", "exact", "m-eeee"),
            quoted("Q2", "we met at the pier", "exact", "m-ffff"),
            quoted("Q3", "it was not safe", "exact", "m-bbbb"),
        ], "claims": [{"pin": "m-dddd", "paragraph": 2, "state": "withheld"}]});
        let found = rests(&Rests::of(old).unwrap(), &Rests::of(new).unwrap());
        let changed: Vec<String> = (found.changed.iter())
            .map(|it| format!("{} {} {}", it.was.id, it.now.id, it.what.join("+")))
            .collect();
        assert_eq!(changed, ["Q1 Q2 evidence", "Q2 Q3 words+verdict"]);
        assert_eq!(found.removed[0].id, "Q3");
        assert_eq!(found.added[0].text, "a new one here");
        assert_eq!(found.pins_removed[0].state, "held");
        assert_eq!(found.pins_added[0].state, "withheld");
        assert!(!found.is_same());
    }
}
