//! Sign-offs: what a person said of a quotation, and whether it still holds.
//!
//! A sign-off is of words and of what they rest on. It holds for another state of the draft where neither changed; where
//! one did, it is shown as what it was. The machine signs nothing.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use crate::archive::Checked;
use crate::archive::SignedQuotation;
use crate::archive::Unsettled;
use crate::cite::Citations;
use crate::cite::Quoted;
use crate::cite::needs_attention;
use crate::record::Digest;
use crate::record::Zone;

/// What was said of a quotation by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    /// `checked`, `query`, `stet`, `changed`, `off-archive` or `to-check`.
    pub state: String,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was recorded.
    pub at: String,
    /// The day of that in the archive's zone.
    #[serde(skip)]
    day: String,
    /// How it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
    /// A remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The entry.
    pub entry: u64,
    /// Its number in the draft that it was signed in, where that is an older one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried_from: Option<String>,
    /// What changed since it was signed, so that it has to be looked at again; nothing where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outdated: Option<&'static str>,
}

impl Signed {
    /// Whether it settles the quotation: nothing changed since, and it does not ask for more.
    pub fn settles(&self) -> bool {
        self.outdated.is_none() && !matches!(self.state.as_str(), "to-check" | "query")
    }

    /// It in a line, with how it was checked and the remark.
    pub fn in_full(&self) -> String {
        let mut line = self.line();
        for (what, words) in [("how", &self.how), ("note", &self.note)] {
            if let Some(words) = words {
                let _ = write!(line, "; {what}: {words}");
            }
        }
        line
    }

    /// It in a line.
    pub fn line(&self) -> String {
        let by = self.by.as_deref().map(|by| format!(" by {by}"));
        let mut line = format!(
            "{}{}, {} (entry {})",
            self.state,
            by.unwrap_or_default(),
            self.day,
            self.entry
        );
        if let Some(from) = &self.carried_from {
            let _ = write!(line, ", carried over from {from} of the older draft");
        }
        if let Some(outdated) = self.outdated {
            let _ = write!(line, "; to be looked at again: {outdated}");
        }
        line
    }
}

/// What became of the sign-offs of an older draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Since {
    /// The older draft.
    pub sha256: Digest,
    /// Quotations whose sign-off was carried over.
    pub carried: usize,
    /// Quotations that are new, or of which words or evidence changed.
    pub changed: Vec<String>,
    /// Sign-offs of quotations that the draft no longer has, by their numbers in the older one.
    pub gone: Vec<String>,
}

/// By what a sign-off knows a quotation.
pub fn signed_quotation(quoted: &Quoted) -> SignedQuotation {
    SignedQuotation {
        id: quoted.id.clone(),
        said: Some(said(quoted)),
        words: words(quoted),
        verdict: quoted.verdict.word().to_owned(),
    }
}

fn words(quoted: &Quoted) -> Digest {
    Digest::new(Sha256::digest(quoted.text.as_bytes()).into())
}

/// What the draft says of who, to whom and when beside a quotation, with what came of each.
fn said(quoted: &Quoted) -> Digest {
    let mut hash = Sha256::new();
    for it in &quoted.statements {
        let line = format!("{:?} {} {}\n", it.sort, it.result.label(), it.words);
        hash.update(line.as_bytes());
    }
    Digest::new(hash.finalize().into())
}

/// The items that a quotation rests on.
pub fn evidence(quoted: &Quoted) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for found in &quoted.matches {
        let joined = found.joins.iter().map(|it| &it.item);
        for item in std::iter::once(&found.item).chain(joined) {
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
    }
    items
}

/// Writes what was signed off of this very draft beside its quotations and, where an older one is named, carries over what
/// was signed off of that.
pub fn sign(citations: &mut Citations, own: &[Checked], older: Option<(Digest, &[Checked])>) {
    put_beside(citations, own, older);
    let zone = citations.zone.as_deref().and_then(|it| it.parse().ok());
    let zone: Zone = zone.unwrap_or(Zone::UTC);
    for signed in citations
        .quotations
        .iter_mut()
        .filter_map(|it| it.signed.as_mut())
    {
        signed.day = zone.day(&signed.at);
    }
    citations.counts.attention = citations.to_look_at().len();
}

fn put_beside(citations: &mut Citations, own: &[Checked], older: Option<(Digest, &[Checked])>) {
    let latest: HashMap<&str, &Checked> = own.iter().map(|it| (id(it), it)).collect();
    for quoted in &mut citations.quotations {
        if let Some(found) = latest.get(quoted.id.as_str()) {
            quoted.signed = Some(signed(found, None, differs(found, quoted)));
        }
    }
    let Some((sha256, older)) = older else {
        return;
    };
    // Of one quotation of the older draft the last word counts; equal words are taken in their order there.
    let mut last: Vec<&Checked> = older
        .iter()
        .map(|it| (id(it), it))
        .collect::<HashMap<_, _>>()
        .into_values()
        .collect();
    last.sort_by_key(|it| number(id(it)));
    let mut left: HashMap<Digest, VecDeque<&Checked>> = HashMap::new();
    for one in last {
        if let Some(words) = words_of(one) {
            left.entry(words).or_default().push_back(one);
        }
    }
    let mut since = Since {
        sha256,
        carried: 0,
        changed: Vec::new(),
        gone: Vec::new(),
    };
    for quoted in &mut citations.quotations {
        let found = left.get_mut(&words(quoted)).and_then(VecDeque::pop_front);
        let Some(found) = found else {
            since.changed.push(quoted.id.clone());
            continue;
        };
        let outdated = differs(found, quoted);
        if outdated.is_some() {
            since.changed.push(quoted.id.clone());
        } else {
            since.carried += 1;
        }
        if quoted.signed.is_none() {
            quoted.signed = Some(signed(found, Some(id(found)), outdated));
        }
    }
    let mut gone: Vec<&Checked> = left.into_values().flatten().collect();
    gone.sort_by_key(|it| number(id(it)));
    since.gone = gone.into_iter().map(|it| id(it).to_owned()).collect();
    citations.since = Some(since);
}

/// What a person has yet to settle before a draft is published: quotations and printed times that need attention and are not
/// signed off, those of which somebody asked for more, and what was noticed of the draft as a whole.
pub fn unsettled(citations: &Citations) -> Vec<Unsettled> {
    let mut open = Vec::new();
    for quoted in citations.quotations.iter().filter(|it| !it.is_settled()) {
        let mut why = Vec::new();
        if quoted.needs_attention() {
            let verdict = quoted.verdict;
            why.extend((!verdict.passes()).then(|| verdict.word().to_owned()));
            let codes = quoted.findings.iter().map(|it| it.code);
            why.extend(codes.filter(|it| needs_attention(it)).map(str::to_owned));
        }
        if let Some(signed) = &quoted.signed {
            why.push(match signed.outdated {
                Some(outdated) => format!("signed off {}, and {outdated}", signed.state),
                None => format!("signed off {}", signed.state),
            });
        }
        if !why.is_empty() {
            open.push(Unsettled {
                what: quoted.id.clone(),
                why: why.join(", "),
            });
        }
    }
    let findings = citations.findings.iter();
    open.extend(
        findings
            .filter(|it| needs_attention(it.code))
            .map(|it| Unsettled {
                what: it.subject.clone(),
                why: it.code.to_owned(),
            }),
    );
    let dated = citations.dated.iter().filter(|it| it.needs_attention());
    open.extend(dated.map(|it| Unsettled {
        what: format!("paragraph {}", it.paragraph),
        why: format!("{}: the post has another time", it.text),
    }));
    open
}

/// What a sign-off rested on and no longer is so.
fn differs(signed: &Checked, quoted: &Quoted) -> Option<&'static str> {
    let evidence = evidence(quoted);
    let verdict = signed.quotation.as_ref().map(|it| it.verdict.as_str());
    let same = evidence.len() == signed.evidence.len()
        && evidence.iter().all(|it| signed.evidence.contains(it));
    if words_of(signed) != Some(words(quoted)) {
        Some("the words changed")
    } else if !same {
        Some("what it rests on changed")
    } else if verdict != Some(quoted.verdict.word()) {
        Some("the verdict changed")
    } else if (signed.quotation.as_ref().and_then(|it| it.said))
        .is_some_and(|it| it != said(quoted))
    {
        Some("what the draft says of who or when changed")
    } else {
        None
    }
}

fn signed(found: &Checked, from: Option<&str>, outdated: Option<&'static str>) -> Signed {
    Signed {
        state: found.state.clone(),
        by: found.by.clone(),
        at: found.at.clone(),
        day: String::new(),
        how: found.how.clone(),
        note: found.note.clone(),
        entry: found.entry,
        carried_from: from.map(ToOwned::to_owned),
        outdated,
    }
}

fn id(found: &Checked) -> &str {
    found.quotation.as_ref().map_or("", |it| it.id.as_str())
}

fn words_of(found: &Checked) -> Option<Digest> {
    found.quotation.as_ref().map(|it| it.words)
}

/// The number behind the letter of `Q7`.
fn number(id: &str) -> u64 {
    id.trim_start_matches(|it: char| !it.is_ascii_digit())
        .parse()
        .unwrap_or_default()
}
