//! That no answer came: read from a sentence, and held against what the archive has after a message.

use super::super::words::is_speech;
use super::Agreement;
use super::Statement;
use super::StatementSort;
use super::against::Desk;
use super::against::Told;
use super::compare::gap;
use super::compare::is_called;
use super::names::party;
use super::reading::Who;
use super::reading::subject_before;
use super::words::Word;
use crate::cite::CiteError;
use crate::cite::Following;
use crate::cite::Match;
use crate::cite::Quoted;

impl Desk<'_> {
    /// That no answer came to what was quoted last.
    pub(super) fn silence(
        &mut self,
        who: Option<&Who>,
        words: &str,
        quoted: &mut Quoted,
    ) -> Result<(), CiteError> {
        // Of several places, the one of which the rest of what is stated is true.
        let said = quoted.statements.iter().find_map(|it| it.item.clone());
        let found = (quoted.matches.iter())
            .find(|it| said.as_deref() == Some(it.item.as_str()))
            .or_else(|| quoted.matches.first());
        let told = match found {
            Some(found) => self.unanswered(who, words, found)?,
            None => Told::cannot("no source of it is held"),
        };
        let item = found.map(|it| it.item.clone());
        quoted.statements.push(Statement {
            sort: StatementSort::Silence,
            words: words.to_owned(),
            result: told.result,
            record: told.record,
            item,
            why: told.why,
        });
        Ok(())
    }

    fn unanswered(&self, who: Option<&Who>, words: &str, found: &Match) -> Result<Told, CiteError> {
        let parties = self.sources.parties(&found.item)?;
        if let Some(Who::Named(name)) = who {
            if parties.from.iter().any(|it| is_called(it, name)) {
                return Ok(Told::cannot(format!("what is quoted before is by {name}")));
            }
            if !parties.to.iter().any(|it| is_called(it, name)) {
                return Ok(Told::cannot(format!(
                    "what is quoted before was not sent to {name}"
                )));
            }
        } else if matches!(who, Some(Who::Described(_))) {
            return Ok(Told::cannot("no name is given"));
        }
        let Some(after) = self.sources.after(&found.item)? else {
            return Ok(Told::cannot(
                "it is part of no conversation in the records held",
            ));
        };
        let shown = |it: &Following| {
            let gap = gap(&found.at, &it.at);
            let gap = gap.map_or_else(String::new, |gap| format!(", {gap} later"));
            format!("{} by {}{gap}", it.item, it.from.join(", "))
        };
        // Of several to whom it went, only what the one who is named wrote is an answer of that one.
        let only = match who {
            Some(Who::Named(name)) if parties.to.len() > 1 => Some(name.as_str()),
            _ => None,
        };
        let is_answer = |it: &&Following| {
            let of = |name: &str| {
                let mut meant = parties.to.iter().filter(|it| is_called(it, name));
                meant.any(|known| {
                    let mut names = known.names.iter().chain([&known.shown]);
                    names.any(|name| it.from.contains(name))
                })
            };
            it.from != found.from && only.is_none_or(of)
        };
        if let Some(next) = after.messages.first().filter(is_answer) {
            return Ok(Told {
                result: Agreement::Differs,
                record: Some(format!("next is {}", shown(next))),
                why: None,
            });
        }
        if let Some(answer) = after.messages.iter().find(is_answer) {
            let never = words.split(' ').any(|it| it.eq_ignore_ascii_case("never"));
            return Ok(Told {
                result: if never {
                    Agreement::Differs
                } else {
                    Agreement::CannotTell
                },
                record: Some(match only {
                    Some(name) => format!(
                        "in the records held somebody else wrote next; {name}'s next is {}",
                        shown(answer)
                    ),
                    None => format!(
                        "in the records held the same side wrote next; the other side's next is {}",
                        shown(answer)
                    ),
                }),
                why: (!never).then(|| "it may be the answer".to_owned()),
            });
        }
        if let Some(back) = &after.back {
            return Ok(Told {
                result: Agreement::CannotTell,
                record: Some(format!("outside of its conversation came {}", shown(back))),
                why: Some(
                    if is_answer(&back) {
                        "it may be the answer"
                    } else {
                        "what else came from outside of it is not looked at"
                    }
                    .to_owned(),
                ),
            });
        }
        if let Some(unsure) = after.unsure {
            return Ok(Told::cannot(unsure));
        }
        Ok(Told {
            result: Agreement::Agrees,
            record: Some(match only {
                _ if after.messages.is_empty() => {
                    "in the records held nothing follows it in its conversation".to_owned()
                }
                Some(name) => {
                    format!("in the records held nothing by {name} follows it in its conversation")
                }
                None => "in the records held only the same side wrote after it".to_owned(),
            }),
            why: None,
        })
    }
}

/// That an answer is said to be missing.
pub(super) struct Silent {
    /// Who did not give it, if that is said.
    pub(super) who: Option<Who>,
    pub(super) words: String,
    /// The byte of the paragraph at which the words begin.
    pub(super) at: usize,
}

/// That an answer is said to be missing, read from a sentence.
pub(super) fn read(sentence: &[Word]) -> Option<Silent> {
    let lower = |at: usize| sentence.get(at).map_or("", |it| it.lower.as_str());
    // What a newsroom asked is no message of the archive.
    if sentence.iter().any(|it| {
        matches!(
            it.lower.as_str(),
            "comment" | "questions" | "question" | "request" | "requests" | "calls"
        )
    }) {
        return None;
    }
    let silent = |who: Option<Who>, from: usize, to: usize| {
        let words = sentence.get(from..to).unwrap_or_default();
        let at = words.first().map_or(0, |it| it.at.0);
        let words: Vec<&str> = words.iter().map(|it| it.text.as_str()).collect();
        let words = words.join(" ");
        Silent { who, words, at }
    };
    (0..sentence.len()).find_map(|at| match lower(at) {
        "no" if matches!(lower(at + 1), "answer" | "reply" | "response") => {
            let from = match (at.checked_sub(2).map(&lower), at.checked_sub(1).map(&lower)) {
                (Some("there"), Some("was" | "came")) => at - 2,
                (_, Some("got" | "received" | "was")) => at - 1,
                _ if lower(at + 2) == "came" => at,
                _ => return None,
            };
            let to = at + 2 + usize::from(lower(at + 2) == "came");
            let said = is_absolute(sentence, from, to) && !is_doubted(sentence, from, to);
            said.then(|| silent(None, from, to))
        }
        "not" | "never" | "didn't" | "hasn't" => {
            let answers = matches!(
                lower(at + 1),
                "reply" | "respond" | "answer" | "replied" | "responded" | "answered"
            ) || lower(at + 1) == "write" && lower(at + 2) == "back";
            let helped = matches!(
                (at.checked_sub(1).map(&lower), lower(at)),
                (Some("did" | "has" | "had"), "not") | (_, "never" | "didn't" | "hasn't")
            );
            if !answers || !helped {
                return None;
            }
            let verb = at - usize::from(lower(at) == "not");
            let to = at + 2 + usize::from(lower(at + 1) == "write");
            if !is_absolute(sentence, verb, to) {
                return None;
            }
            let who = subject_before(sentence, verb).map(|it| it.0);
            let length = who.as_ref().map_or(0, |it| it.words().split(' ').count());
            // 'A lawyer for Voss never replied', 'nobody but Voss never replied': of whom it is said, no rule reads.
            let before = verb.checked_sub(1).and_then(|it| sentence.get(it));
            let elided = before.is_none_or(|it| {
                it.pause || it.quotation || matches!(it.lower.as_str(), "and" | "but" | "who")
            });
            let from = verb.saturating_sub(length);
            ((who.is_some() || elided) && !is_doubted(sentence, from, to))
                .then(|| silent(who, from, to))
        }
        _ => None,
    })
}

/// Whether a clause says that no answer came at all: nothing before it or behind it says until when, for how long or to
/// what. Behind it only whom it would have gone to may stand.
fn is_absolute(sentence: &[Word], from: usize, to: usize) -> bool {
    let within = |it: &Word| {
        matches!(
            it.lower.as_str(),
            "by" | "until" | "till" | "before" | "within" | "for" | "during" | "after" | "as"
        )
    };
    let ended = |at: usize| {
        let last = at.checked_sub(1).and_then(|it| sentence.get(it));
        sentence.get(at).is_none_or(|it| {
            it.quotation || it.lower == "and" || last.is_some_and(|last| last.pause)
        })
    };
    if sentence.iter().take(from).any(within) {
        return false;
    }
    let next = to + usize::from(sentence.get(to).is_some_and(|it| it.lower == "to"));
    ended(to) || party(sentence, next).is_some_and(|(_, past)| ended(past))
}

/// Whether it is only said, or denied, that no answer came: `it is not true that Voss never replied`.
fn is_doubted(sentence: &[Word], from: usize, to: usize) -> bool {
    const DOUBT: &[&str] = &[
        "that", "not", "never", "denied", "denies", "deny", "nobody", "whether", "false", "untrue",
        "true", "claim", "claims", "claimed", "believe", "believes", "believed", "neither", "nor",
        "unlikely", "lie", "myth", "nothing",
    ];
    let clause = |it: &&Word| !it.quotation && !it.semicolon;
    let before = sentence.get(..from).unwrap_or_default().iter().rev();
    let doubts = |it: &Word| DOUBT.contains(&it.lower.as_str()) || it.lower.ends_with("n't");
    let last = from.checked_sub(1).and_then(|it| sentence.get(it));
    let said = last.is_some_and(|it| !it.quotation && is_speech(&it.lower));
    // 'Voss never replied, Brask claimed.'
    let behind = sentence
        .get(to..)
        .unwrap_or_default()
        .iter()
        .take_while(clause);
    let after = behind.take(4).any(|it| is_speech(&it.lower) || doubts(it));
    said || before.take_while(clause).any(doubts) || after
}
