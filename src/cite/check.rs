//! Checks a draft: each quotation against what it is pinned to, or against the passages in which its words may stand.

use crate::cite::Agreement;
use crate::cite::Citations;
use crate::cite::CiteError;
use crate::cite::Context;
use crate::cite::Counts;
use crate::cite::Draft;
use crate::cite::DraftName;
use crate::cite::Joined;
use crate::cite::Judgement;
use crate::cite::Manner;
use crate::cite::Match;
use crate::cite::NORM;
use crate::cite::Nearest;
use crate::cite::Options;
use crate::cite::Passage;
use crate::cite::Pin;
use crate::cite::Quotation;
use crate::cite::Quoted;
use crate::cite::Rules;
use crate::cite::Sought;
use crate::cite::Sources;
use crate::cite::Verdict;
use crate::cite::extract;
use crate::record::Finding;
use crate::record::Zone;

use super::differences::CUT_AFTER_NEGATION;
use super::differences::CUT_FROM_CONDITION;
use super::edits::ACROSS;
use super::evidence::Evidence;
use super::judge::wanted;
use super::library::Library;
use super::lookalikes::lookalikes;
use super::own::Own;
use super::pinned::claim;
use super::pinned::posts_at;
use super::printed;
use super::shown::matched;
use super::stated;
use super::words::is_negation;
use super::words::is_supposition;

/// Passages looked at for one quotation, at most.
const PASSAGES: usize = 50;
/// Matches listed for one quotation, at most.
const LISTED: usize = 20;
/// Quotations of no more words are not searched for without a pin: they would be found anywhere.
pub(super) const TOO_SHORT: usize = 2;
/// Quotations with dots or brackets need this many words of their own to be searched for without a pin.
const ELASTIC: usize = 4;
/// And this many of them that are not so common that any text holds them.
const TELLING: usize = 2;
/// Quotations above which a search index is not asked for each: going through all texts once costs less.
const BATCH: usize = 200;
/// Words that say something of their own: so few that a text may hold them by chance.
const FEW: usize = 2;
/// Words that no two texts have in common, in order, by chance.
const MANY: usize = 10;
/// Checks a draft's quotations against an archive.
pub fn check(
    sources: &dyn Sources,
    draft: &Draft,
    options: &Options,
) -> Result<Citations, CiteError> {
    let mut found = extract(draft);
    for quotation in &mut found.quotations {
        let posts = posts_at(sources, &quotation.pins)?;
        quotation.pins.extend(posts);
    }
    let mut checker = Checker {
        sources,
        manner: Manner {
            house: options.house,
            strict: options.strict,
        },
        indexed: sources.indexed() && (found.quotations.len() <= BATCH || !sources.reads_all()),
        library: Library::default(),
        inside: (0, 0),
        own: Own::new(draft, &found.quotations),
    };
    let mut quotations = Vec::with_capacity(found.quotations.len());
    let mut evidence = Evidence::new(sources);
    for quotation in &found.quotations {
        quotations.push(checker.quotation(quotation)?);
    }
    let gone_through = checker.through(&found.quotations, &mut quotations)?;
    for (quoted, quotation) in quotations.iter_mut().zip(&found.quotations) {
        quoted.findings.extend(lookalikes(quotation));
        leave_out_what_the_draft_says(quotation, &mut quoted.findings);
        if quotation.place.paragraph < quotation.place.last {
            for finding in &mut quoted.findings {
                finding.message = finding.message.replace(ACROSS, "between two paragraphs");
            }
        }
        evidence.hold(quoted)?;
        for found in &mut quoted.matches {
            sources.tell(found)?;
        }
    }
    stated::hold(sources, draft, &found.quotations, &mut quotations, options)?;
    let mut findings = draft.findings.clone();
    findings.extend(found.findings);
    findings.append(&mut checker.own.findings);
    let mut claims = Vec::with_capacity(found.claims.len());
    for loose in found.claims {
        claims.push(claim(sources, loose, &mut findings)?);
    }
    let zone = options.zone.as_deref().and_then(|zone| zone.parse().ok());
    let dated = printed::held_against(sources, &draft.paragraphs, zone.unwrap_or(Zone::UTC))?;
    Ok(Citations {
        schema: "fonds/cite/1",
        draft: DraftName {
            sha256: draft.sha256,
            name: draft.name.clone(),
            title: draft.title.clone(),
        },
        archive: options.archive.clone(),
        rules: Rules {
            norm: NORM,
            stated: stated::VERSION,
            house: options.house.word(),
            strict: options.strict,
        },
        form: options.form,
        by: options.by.clone(),
        time: options.time.clone(),
        zone: options.zone.clone(),
        counts: count(&quotations, claims.len()),
        quotations,
        claims,
        unquoted: stated::unquoted(draft),
        since: None,
        dated,
        versions: Vec::new(),
        corrected: false,
        findings,
        gone_through,
    })
}

fn count(quotations: &[Quoted], claims: usize) -> Counts {
    let of = |verdict| quotations.iter().filter(|it| it.verdict == verdict).count();
    let stated = |result| {
        let all = quotations.iter().flat_map(|it| &it.statements);
        all.filter(|it| it.result == result).count()
    };
    Counts {
        quotations: quotations.len(),
        exact: of(Verdict::Exact),
        house_style: of(Verdict::HouseStyle),
        marked: of(Verdict::Marked),
        altered: of(Verdict::Altered),
        not_found: of(Verdict::NotFound),
        not_checked: of(Verdict::NotChecked),
        off_archive: of(Verdict::OffArchive),
        attention: quotations.iter().filter(|it| it.needs_attention()).count(),
        claims,
        statements_agree: stated(Agreement::Agrees),
        statements_differ: stated(Agreement::Differs),
        statements_open: stated(Agreement::CannotTell),
    }
}

/// A passage and what it says about a quotation.
pub(super) struct Judged {
    pub(super) passage: Passage,
    pub(super) judgement: Judgement,
    /// What is taken from each message, where the passage is several.
    pub(super) joins: Vec<Joined>,
}

impl Judged {
    pub(super) fn passes(&self) -> bool {
        self.judgement.verdict.passes()
    }

    fn is_second_hand(&self) -> bool {
        let mut findings = self.judgement.findings.iter();
        findings.any(|it| it.code == "quotation.second-hand")
    }
}

pub(super) struct Checker<'a> {
    pub(super) sources: &'a dyn Sources,
    pub(super) manner: Manner,
    /// Whether an index is asked where words may stand.
    pub(super) indexed: bool,
    pub(super) library: Library,
    /// For how many quotations containers were gone through, and how many messages were read for them.
    pub(super) inside: (usize, u64),
    /// The draft itself, which is no source.
    pub(super) own: Own,
}

impl Checker<'_> {
    fn quotation(&mut self, quotation: &Quotation) -> Result<Quoted, CiteError> {
        let mut result = Quoted {
            id: quotation.id.clone(),
            text: quotation.text(),
            parts: if quotation.parts.len() > 1 {
                quotation.parts.clone()
            } else {
                Vec::new()
            },
            verdict: Verdict::NotChecked,
            paragraph: quotation.place.paragraph,
            place: quotation.place,
            context: quotation.context.clone(),
            pins: quotation.pins.iter().map(ToString::to_string).collect(),
            findings: Vec::new(),
            matches: Vec::new(),
            statements: Vec::new(),
            signed: None,
            nearest: None,
        };
        if let Some(flaw) = &quotation.flaw {
            result.findings.push(flaw.clone());
            return Ok(result);
        }
        let parts: Vec<&str> = quotation.parts.iter().map(String::as_str).collect();
        let sought = Sought::new(&quotation.id, &parts);
        if sought.words() == 0 {
            result.findings.push(Finding::new(
                "quotation.no-words",
                &quotation.id,
                "there are no words to compare between the marks",
            ));
        } else if quotation.pins.is_empty() {
            self.search(&sought, &mut result)?;
        } else {
            self.pinned(&sought, &quotation.pins, &mut result)?;
        }
        Ok(result)
    }

    /// Looks wherever the words may stand.
    pub(super) fn search(&mut self, sought: &Sought, result: &mut Quoted) -> Result<(), CiteError> {
        let words = sought.words();
        if words <= TOO_SHORT
            || sought.is_elastic() && (words < ELASTIC || sought.telling() < TELLING)
        {
            result.findings.push(Finding::new(
                "quotation.short",
                &result.id,
                "too short to be searched for; pin it to have it checked",
            ));
            return Ok(());
        }
        let passages = self.candidates(sought)?;
        self.decide(sought, passages, result)
    }

    /// Where the words may stand, as far as an index is asked.
    pub(super) fn candidates(&mut self, sought: &Sought) -> Result<Vec<Passage>, CiteError> {
        if !self.indexed {
            return Ok(Vec::new());
        }
        let mut passages = self.sources.candidates(&wanted(sought))?;
        passages.retain(|it| !self.own.is_in(it));
        passages.truncate(PASSAGES);
        Ok(passages)
    }

    /// Whether what a quotation is most like may be like it by chance: it names no source, and few of its telling words
    /// stand there.
    fn may_be_chance(found: &Judgement, result: &Quoted) -> bool {
        let (held, of) = found.telling;
        // The same words in another order are there by no chance.
        let turned = (found.findings.iter()).any(|it| it.code == "quotation.order-changed");
        found.verdict == Verdict::Altered
            && !turned
            && result.pins.is_empty()
            && found.equal < found.words.min(MANY)
            && (held <= FEW || held * 4 < of * 3)
    }

    /// Whether words of a quotation do not stand there, other than figures and negations: of a misquotation more is left.
    fn lacks_words(found: &Judgement) -> bool {
        found.findings.iter().any(|it| it.code == "quotation.word")
    }

    /// Takes what is like a quotation by chance for no source of it, and names it for whoever knows better.
    fn by_chance(best: &Judged, result: &mut Quoted) {
        let Judgement {
            equal,
            words,
            telling: (held, of),
            ..
        } = best.judgement;
        let item = best.passage.item.clone();
        result.verdict = Verdict::NotFound;
        let not_found = format!(
            "the words do not stand in the archive; nearest is {item} ({equal} of {words} words)"
        );
        // Its words are not shown: a report speaks of the terms of those sources alone that it quotes.
        let chance = format!(
            "{held} of the {of} words that say something of their own stand in {item}: alike by chance, or misquoted; pin it \
             if it is meant"
        );
        result.findings.extend([
            Finding::new("quotation.not-found", &result.id, not_found),
            Finding::new("quotation.may-be-chance", &result.id, chance),
        ]);
        result.nearest = Some(Nearest {
            item,
            equal,
            of: words,
        });
    }

    /// Says of what is taken for a source that it may be like the quotation by chance.
    fn doubt(found: &Judgement, result: &mut Quoted) {
        let (held, of) = found.telling;
        result.findings.push(Finding::new(
            "quotation.may-be-chance",
            &result.id,
            format!(
                "{held} of the {of} words that say something of their own stand there: it may be alike by chance; pin the \
                 source that is meant"
            ),
        ));
    }

    pub(super) fn judge_all(&mut self, sought: &Sought, passages: Vec<Passage>) -> Vec<Judged> {
        self.judge_more(sought, Vec::new(), passages)
    }

    /// Judges passages beside those that are judged already; the best comes first.
    pub(super) fn judge_more(
        &mut self,
        sought: &Sought,
        mut judged: Vec<Judged>,
        passages: Vec<Passage>,
    ) -> Vec<Judged> {
        judged.extend(passages.into_iter().map(|passage| Judged {
            judgement: self.library.judge(sought, &passage, self.manner),
            passage,
            joins: Vec::new(),
        }));
        judged.sort_by(|one, other| {
            // Of two copies in which it stands, the one that has lost nothing.
            let key = |it: &Judged| {
                let degraded = it.passes() && it.passage.degraded.is_some();
                // And before one that quotes the words, the one whose own they are.
                let place = (it.judgement.cost, it.is_second_hand(), it.passage.entry);
                (!it.passes(), degraded, it.judgement.verdict, place)
            };
            key(one)
                .cmp(&key(other))
                .then_with(|| one.passage.item.cmp(&other.passage.item))
        });
        judged.dedup_by(|one, other| {
            one.passage.item == other.passage.item && one.passage.text == other.passage.text
        });
        judged
    }

    /// Takes the verdict of the passage that differs least.
    pub(super) fn decide(
        &mut self,
        sought: &Sought,
        passages: Vec<Passage>,
        result: &mut Quoted,
    ) -> Result<(), CiteError> {
        let judged = self.judge_all(sought, passages);
        self.settle(sought, judged, result)
    }

    /// Takes the verdict of the first of those that were judged.
    pub(super) fn settle(
        &mut self,
        sought: &Sought,
        mut judged: Vec<Judged>,
        result: &mut Quoted,
    ) -> Result<(), CiteError> {
        let passes = Judged::passes;
        if !judged.first().is_some_and(passes)
            && let Some(joined) = self.joined(sought, &judged)?
        {
            judged.insert(0, joined);
        }
        let Some(best) = judged.first() else {
            result.verdict = Verdict::NotFound;
            let message = if items(result).is_empty() {
                "no passage of the archive that may be shown holds enough of its words"
            } else {
                "where it is pinned there is nothing to compare it with"
            };
            result
                .findings
                .push(Finding::new("quotation.not-found", &result.id, message));
            return Ok(());
        };
        let doubtful = Self::may_be_chance(&best.judgement, result);
        if doubtful && Self::lacks_words(&best.judgement) {
            Self::by_chance(best, result);
            return Ok(());
        }
        result.verdict = best.judgement.verdict;
        result.findings.extend(best.judgement.findings.clone());
        if doubtful {
            Self::doubt(&best.judgement, result);
        }
        if result.verdict == Verdict::NotFound {
            self.nearest(sought, &judged, result);
            return Ok(());
        }
        if result.verdict == Verdict::NotChecked {
            return Ok(());
        }
        let times: usize = judged
            .iter()
            .filter(|it| passes(it))
            .map(|it| it.judgement.times.max(1))
            .sum();
        if times > 1 {
            let items = judged.iter().filter(|it| passes(it)).count();
            result.findings.push(Finding::new(
                "quotation.several-occurrences",
                &result.id,
                if items > 1 {
                    format!("the words stand in {items} items; pin the one that is meant")
                } else {
                    format!("the words stand {times} times in this item")
                },
            ));
        }
        let listed = if best.passes() { LISTED } else { 1 };
        let shown = judged
            .iter()
            .enumerate()
            .filter(|(index, it)| *index == 0 || passes(it));
        result.matches = shown
            .take(listed)
            .map(|(_, it)| Match {
                joins: it.joins.clone(),
                ..matched(&it.passage, &it.judgement)
            })
            .collect();
        Ok(())
    }

    /// Names the passage most like a quotation that was not found.
    fn nearest(&mut self, sought: &Sought, judged: &[Judged], result: &mut Quoted) {
        let words = sought.words();
        let likeliest = judged
            .iter()
            .map(|it| (self.library.overlap(sought, &it.passage), it))
            .max_by(|one, other| {
                (one.0.cmp(&other.0)).then_with(|| other.1.passage.item.cmp(&one.1.passage.item))
            });
        let items = items(result);
        let place = if items.is_empty() {
            "the words do not stand in the archive".to_owned()
        } else {
            format!("the words do not stand in {}", items.join(", "))
        };
        let message = match likeliest.filter(|it| it.0 > 0) {
            Some((held, likeliest)) => {
                let equal = held.min(words);
                result.nearest = Some(Nearest {
                    item: likeliest.passage.item.clone(),
                    equal,
                    of: words,
                });
                let item = &likeliest.passage.item;
                if equal == words {
                    format!(
                        "{place} as they are quoted; {item} has all {words}, apart or in another order"
                    )
                } else {
                    format!("{place}; nearest is {item} ({equal} of {words} words)")
                }
            }
            None => place,
        };
        result
            .findings
            .push(Finding::new("quotation.not-found", &result.id, message));
    }
}

/// Takes away what was noticed of a cut where the draft itself says what was cut off, as in: he would not “support the bill”.
fn leave_out_what_the_draft_says(quotation: &Quotation, findings: &mut Vec<Finding>) {
    const ENDS: [char; 3] = ['.', '?', '!'];
    let Context { before, after } = &quotation.context;
    let before = before.rsplit(ENDS).next().is_some_and(turns);
    let after = after.split(ENDS).next().is_some_and(turns);
    findings.retain(|it| match it.code {
        CUT_AFTER_NEGATION => !before,
        CUT_FROM_CONDITION => !before && !after,
        _ => true,
    });
}

/// Whether words have a negation or a supposition among them.
fn turns(words: &str) -> bool {
    words
        .split(|it: char| !it.is_alphanumeric() && !matches!(it, '\'' | '’'))
        .map(|word| word.replace('’', "'").to_lowercase())
        .any(|word| is_negation(&word) || is_supposition(&word))
}

/// The items that a quotation is pinned to.
fn items(result: &Quoted) -> Vec<&str> {
    let pins = result.pins.iter().map(String::as_str);
    pins.filter(|it| Pin::read(it).is_some_and(|pin| pin.item().is_some()))
        .collect()
}
