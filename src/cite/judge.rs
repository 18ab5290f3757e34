//! Judges one quotation against one passage: a verdict from the differences, each difference named.

use std::collections::HashSet;

use crate::cite::Change;
use crate::cite::House;
use crate::cite::Passage;
use crate::cite::Verdict;
use crate::cite::Wanted;
use crate::cite::needs_attention;
use crate::record::Finding;

use super::align::Aligned;
use super::align::Step;
use super::align::align;
use super::align::is_taken;
use super::align::occurrences;
use super::differences::CUT_AFTER_NEGATION;
use super::differences::CUT_FROM_CONDITION;
use super::differences::Differences;
use super::edits::ACROSS;
use super::naming::tells;
use super::normal::Lines;
use super::normal::reorders;
use super::normal::unescaped;
use super::pieces;
use super::pieces::Placed;
use super::second_hand;
use super::tokens::Prepared;
use super::tokens::Sort;
use super::tokens::Token;
use super::tokens::quoted;

/// Of a quotation's words, the part that must stand in the passage for it to be `altered` and not `not-found`.
const LIKE: f64 = 0.60;
/// Of a quotation's words in any order, the part that makes it `altered` with its order changed.
const BAG: f64 = 0.85;
/// Quotations of fewer words must have all of them in the passage.
const SHORT: usize = 4;
/// Words left out, above which an omission asks for a person.
const LONG_OMISSION: usize = 100;
/// A piece of fewer words than `PIECE` counts as found only this many words from its neighbour: dots between scattered
/// words would otherwise find anything in a long text.
const SCATTER: usize = 25;
pub(super) const PIECE: usize = 3;

/// Ends of sentences at which a quotation may have been cut that are tried, at most.
const MOST_SENTENCES: usize = 12;

/// The rules of a check.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// The house's rules of quoting.
    pub house: House,
    /// Whether nothing passes silently.
    pub strict: bool,
}

impl Manner {
    /// Whether first letter and closing punctuation may be changed without a mark.
    pub(super) const fn fits_silently(self) -> bool {
        self.house.allows_silent_fitting() && !self.strict
    }
}

/// A quotation cut for comparing.
#[derive(Debug)]
pub struct Sought {
    /// Its name in findings.
    pub(super) id: String,
    /// Its words, the pieces joined by a space.
    pub(super) text: String,
    pub(super) tokens: Vec<Token>,
    /// Indexes of the tokens at which 'she wrote' cuts it.
    pub(super) breaks: Vec<usize>,
    /// Whether it steers the direction of writing.
    pub(super) reorders: bool,
}

impl Sought {
    /// Cuts a quotation given in pieces; one piece where it is whole.
    pub fn new(id: &str, pieces: &[&str]) -> Self {
        let mut sought = Self {
            id: id.to_owned(),
            text: String::new(),
            tokens: Vec::new(),
            breaks: Vec::new(),
            reorders: pieces.iter().any(|it| it.chars().any(reorders)),
        };
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 && !sought.tokens.is_empty() {
                let end = sought.text.len();
                sought.breaks.push(sought.tokens.len());
                sought.tokens.push(Token {
                    sort: Sort::Break,
                    plain: String::new(),
                    folded: String::new(),
                    lower: String::new(),
                    start: end,
                    end,
                });
            }
            if !sought.text.is_empty() {
                sought.text.push(' ');
            }
            let offset = sought.text.len();
            sought.text.push_str(piece);
            sought
                .tokens
                .extend(quoted(piece).into_iter().map(|token| Token {
                    start: token.start + offset,
                    end: token.end + offset,
                    ..token
                }));
        }
        sought
    }

    /// How many words stand outside brackets.
    pub fn words(&self) -> usize {
        self.tokens.iter().filter(|it| counts(it)).count()
    }

    /// How many of its words are not so common that any text holds them.
    pub(super) fn telling(&self) -> usize {
        self.tokens.iter().filter(|it| tells(it)).count()
    }

    /// Whether dots or brackets in it can stand for other words. Dots before its first word and after its last stand for
    /// none of the quotation's.
    pub(super) fn is_elastic(&self) -> bool {
        let stands = |it: &Token| counts(it) || matches!(it.sort, Sort::Bracket(_));
        let first = self.tokens.iter().position(stands).unwrap_or_default();
        let last = self.tokens.iter().rposition(stands).unwrap_or_default();
        let within = self.tokens.get(first..=last).unwrap_or_default();
        (within.iter()).any(|it| matches!(it.sort, Sort::Gap | Sort::Dots | Sort::Bracket(_)))
    }
}

/// What an archive is asked for: the longest run of words without a mark, and all words.
pub(super) fn wanted(sought: &Sought) -> Wanted {
    let mut words: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    let mut runs: Vec<Vec<&str>> = vec![Vec::new()];
    for token in &sought.tokens {
        if token.sort.is_word() {
            if known.insert(token.lower.as_str()) {
                words.push(token.lower.clone());
            }
            if let Some(run) = runs.last_mut() {
                run.push(&token.lower);
            }
        } else if counts(token) || !token.sort.is_mark() {
            runs.push(Vec::new());
        }
    }
    Wanted {
        runs: runs
            .iter()
            .filter(|it| !it.is_empty())
            .map(|it| it.join(" "))
            .collect(),
        words,
    }
}

/// Whether a token of a quotation is one of its words.
pub(super) fn counts(token: &Token) -> bool {
    token.sort.is_word() || matches!(token.sort, Sort::Edited(_))
}

/// What one passage says about one quotation.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The verdict, if this passage alone decided.
    pub verdict: Verdict,
    /// The differences, named.
    pub findings: Vec<Finding>,
    /// Draft and passage in order, equal and different.
    pub changes: Vec<Change>,
    /// The bytes of the passage's text that the quotation stands against.
    pub found: std::ops::Range<usize>,
    /// The bytes of it at which the words begin that the quotation takes from it, in any order.
    pub(super) taken: Vec<usize>,
    /// How many of its words stand there in order.
    pub equal: usize,
    /// Of how many.
    pub words: usize,
    /// Of its words that say something of their own, how many stand there, and how many there are.
    pub telling: (usize, usize),
    /// How often it stands there word for word.
    pub times: usize,
    /// What the differences weigh, to choose between passages of the same verdict; says nothing else.
    pub(super) cost: u64,
}

impl Judgement {
    pub(super) fn none(words: usize, verdict: Verdict) -> Self {
        Self {
            verdict,
            findings: Vec::new(),
            changes: Vec::new(),
            found: 0..0,
            taken: Vec::new(),
            equal: 0,
            words,
            telling: (0, 0),
            times: 0,
            cost: u64::MAX,
        }
    }
}

/// Judges a quotation against a passage as if it were pinned to it.
pub fn judge(sought: &Sought, passage: &Passage, manner: Manner) -> Judgement {
    readings(passage)
        .iter()
        .map(|text| judge_prepared(sought, passage, text, manner))
        .min_by_key(|it| (it.verdict, it.cost))
        .unwrap_or_else(|| Judgement::none(sought.words(), Verdict::NotFound))
}

/// The ways in which a passage's lines can be read: a hyphen at the end of a printed line may or may not be one.
pub(super) fn readings(passage: &Passage) -> Vec<Prepared> {
    let read = |lines| Prepared::new(&passage.text, lines, passage.escaped);
    if passage.layout {
        vec![read(Lines::Joined), read(Lines::Hyphenated)]
    } else {
        vec![read(Lines::Written)]
    }
}

pub(super) fn judge_prepared(
    sought: &Sought,
    passage: &Passage,
    text: &Prepared,
    manner: Manner,
) -> Judgement {
    let words = sought.words();
    if words == 0 {
        let mut none = Judgement::none(0, Verdict::NotChecked);
        none.findings.push(Finding::new(
            "quotation.no-words",
            &sought.id,
            "there are no words to compare between the marks",
        ));
        return none;
    }
    let mut steps = match align(&sought.tokens, text) {
        Aligned::Steps(steps) => steps,
        Aligned::TooLong => {
            let mut none = Judgement::none(words, Verdict::NotChecked);
            none.findings.push(Finding::new(
                "quotation.too-long",
                &sought.id,
                "it does not stand there word for word, and it is too long to compare word by word; quote it in shorter pieces",
            ));
            return none;
        }
    };
    let mut found = Differences::of(sought, text, &steps, manner);
    let mut turned = None;
    if found.equal < words {
        match pieces::placed(sought, text) {
            Some(Placed::InOrder(straight)) => {
                found = Differences::of(sought, text, &straight, manner);
                steps = straight;
            }
            Some(Placed::Apart(sentences)) => {
                return apart(sought, passage, text, manner, &sentences);
            }
            Some(Placed::Turned(places)) => turned = Some(places),
            None => {}
        }
    }
    let equal = found.equal;
    let scattered = is_scattered(sought, text, &steps);
    let enough = is_enough(&found, words);
    let mut judgement = Judgement {
        equal,
        words,
        found: found.range(text),
        taken: taken(sought, text, &steps),
        telling: found.telling,
        times: occurrences(&sought.tokens, text),
        cost: found.cost,
        ..Judgement::none(words, Verdict::NotFound)
    };
    // What only stands in another order is nearer than what stands there in other words.
    let turned = turned.filter(|it| scattered || !enough || it.cost() < found.cost);
    if let Some(places) = turned {
        return pieces::in_another_order(sought, passage, text, &places);
    }
    if scattered || !enough {
        if let Some(cut) = cut_between_sentences(sought, passage, text, manner) {
            return cut;
        }
        return in_any_order(judgement, sought, passage, text);
    }
    found.weigh_brackets();
    found.join(passage, &judgement.taken);
    if second_hand::further(&passage.text, &judgement.taken).is_some() {
        found.alter();
    }
    if found.long_omission > LONG_OMISSION {
        found.note(
            "quotation.long-omission",
            format!(
                "the dots leave out {} words: check that one thought was not made of two",
                found.long_omission
            ),
        );
    }
    if found.order_changed() {
        found.findings.insert(0, order_changed(&sought.id));
    }
    let notes = note_text(sought, passage, &judgement.found, &judgement.taken);
    found.findings.extend(notes);
    judgement.verdict = found.verdict();
    judgement.changes = found.changes(sought, text, passage);
    (found.findings).sort_by_key(|it| {
        (
            !needs_attention(it.code),
            matches!(it.code, CUT_AFTER_NEGATION | CUT_FROM_CONDITION),
        )
    });
    judgement.findings = found.findings;
    judgement
}

/// Takes a quotation for altered where nearly all its words stand close together, in any order.
fn in_any_order(
    mut judgement: Judgement,
    sought: &Sought,
    passage: &Passage,
    text: &Prepared,
) -> Judgement {
    let words = judgement.words;
    if words >= SHORT
        && !sought.is_elastic()
        && let Some((range, held)) = same_words_elsewhere(sought, text)
    {
        judgement.verdict = Verdict::Altered;
        judgement.found = range.clone();
        judgement.changes = vec![Change {
            sort: "altered",
            draft: sought.text.clone(),
            found: passage.text.get(range).unwrap_or_default().to_owned(),
        }];
        judgement.findings = vec![if held == words {
            order_changed(&sought.id)
        } else {
            let message =
                format!("{held} of its {words} words stand there close together, in another order");
            Finding::new("quotation.order-changed", &sought.id, message)
        }];
    }
    judgement
}

/// Whether what differs leaves enough of a quotation for it to be taken from there at all.
fn is_enough(found: &Differences, words: usize) -> bool {
    let equal = found.equal;
    if words < SHORT {
        return equal == words && found.similarity() >= LIKE;
    }
    // All of it in order, and fewer words left out between: a cut that is not marked, however much it weighs. So is one with
    // a word replaced, where what is left out is less than half.
    let differs = found.left_out + words.saturating_sub(equal);
    let cut = words > SHORT
        && (equal == words && differs < words
            || share(equal, words) >= BAG && differs * 2 <= words + 1);
    share(equal + found.respelled, words) >= LIKE
        && (cut || found.similarity() >= LIKE)
        && found.telling.0 * 2 >= found.telling.1
}

/// Notes what is to be known of the text in which the quotation stands, whatever the verdict.
pub(super) fn note_text(
    sought: &Sought,
    passage: &Passage,
    place: &std::ops::Range<usize>,
    taken: &[usize],
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut note = |code, message: String| findings.push(Finding::new(code, &sought.id, message));
    let hidden = sought.reorders
        || passage
            .text
            .get(place.clone())
            .is_some_and(|it| it.chars().any(reorders));
    if hidden {
        note(
            "quotation.hidden-characters",
            "characters that reverse the direction of writing stand in it: what is shown may not be what was compared"
                .to_owned(),
        );
    }
    if let Some(how) = second_hand::how(&passage.text, place.start) {
        note(
            "quotation.second-hand",
            format!("the words stand in {how}: they may be another person's"),
        );
    } else if let Some(how) = second_hand::further(&passage.text, taken) {
        note(
            "quotation.second-hand",
            format!(
                "some of the words stand in {how}, and some do not: they may be those of two persons"
            ),
        );
    }
    if passage.layout {
        note(
            "quotation.ocr-text",
            "the text was read from a printed page: compare the page itself".to_owned(),
        );
    }
    let stretch = passage.text.get(place.clone());
    if passage.escaped && stretch.is_some_and(|it| unescaped(it).is_some()) {
        note(
            "quotation.escaped-text",
            "the source's text is escaped as in HTML, such as &amp; for &: it was compared without, and is shown as it stands"
                .to_owned(),
        );
    }
    if let Some(lost) = &passage.degraded {
        note(
            "quotation.degraded-copy",
            format!(
                "the copy it was compared with has lost something, as whoever brought it in says ({lost}): compare a better one"
            ),
        );
    }
    findings
}

/// Where the words begin that stand against the quotation's own.
fn taken(sought: &Sought, text: &Prepared, steps: &[Step]) -> Vec<usize> {
    let begins = steps.iter().filter_map(|step| {
        let Step::Pair(at, found) = step else {
            return None;
        };
        let (quoted, token) = (sought.tokens.get(*at)?, text.token(*found)?);
        (counts(quoted) && is_taken(quoted, token)).then(|| text.tokens.get(*found))?
    });
    begins.map(|it| it.start).collect()
}

fn order_changed(id: &str) -> Finding {
    Finding::new(
        "quotation.order-changed",
        id,
        "the same words stand there in another order",
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of words, far below 2^52"
)]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Whether dots hold together words that stand too far apart to be one quotation.
fn is_scattered(sought: &Sought, text: &Prepared, steps: &[Step]) -> bool {
    let mut pieces: Vec<(usize, usize)> = vec![(0, 0)];
    for step in steps {
        match step {
            Step::Pair(index, _) if sought.tokens.get(*index).is_some_and(counts) => {
                if let Some(piece) = pieces.last_mut() {
                    piece.0 += 1;
                }
            }
            Step::Run(_, from, to) => {
                let left_out = (*from..*to)
                    .filter(|at| text.token(*at).is_some_and(|it| it.sort.is_word()))
                    .count();
                pieces.push((0, left_out));
            }
            _ => {}
        }
    }
    let far = |index: usize| pieces.get(index).is_some_and(|it| it.1 > SCATTER);
    (0..pieces.len()).any(|index| {
        let words = pieces.get(index).map_or(0, |it| it.0);
        (1..PIECE).contains(&words)
            && (index == 0 || far(index))
            && (index + 1 == pieces.len() || far(index + 1))
            && pieces.len() > 1
    })
}

/// Judges a quotation sentence by sentence: all stand there in order, and what lies between is left out without a mark.
fn apart(
    sought: &Sought,
    passage: &Passage,
    text: &Prepared,
    manner: Manner,
    sentences: &[std::ops::Range<usize>],
) -> Judgement {
    let pieces = sentences
        .iter()
        .filter_map(|it| sought.text.get(it.clone()));
    let pieces: Vec<&str> = pieces.collect();
    let cut = Sought::new(&sought.id, &pieces);
    between_sentences(judge_prepared(&cut, passage, text, manner))
}

fn between_sentences(mut cut: Judgement) -> Judgement {
    for finding in &mut cut.findings {
        finding.message = finding.message.replace(ACROSS, "between two sentences");
    }
    cut
}

/// The same where whole sentences are left out between two of it without a mark, however long they are: all of its words
/// stand there in order, before the cut and behind it.
fn cut_between_sentences(
    sought: &Sought,
    passage: &Passage,
    text: &Prepared,
    manner: Manner,
) -> Option<Judgement> {
    if sought.words() < SHORT || sought.is_elastic() || !sought.breaks.is_empty() {
        return None;
    }
    // Each end of a sentence is another comparison: none is made where a word does not stand there at all.
    let tokens = (0..text.tokens.len()).filter_map(|at| text.token(at));
    let there: HashSet<&str> = tokens.map(|it| it.lower.as_str()).collect();
    let mut words = sought.tokens.iter().filter(|it| counts(it));
    if !words.all(|it| there.contains(it.lower.as_str())) {
        return None;
    }
    let ends = sought.text.match_indices(['.', '?', '!']);
    let ends = ends.filter_map(|(at, mark)| {
        let (head, tail) = sought.text.split_at_checked(at + mark.len())?;
        tail.starts_with(' ').then(|| (head, tail.trim_start()))
    });
    let judged = ends.take(MOST_SENTENCES).map(|(head, tail)| {
        let sought = Sought::new(&sought.id, &[head, tail]);
        judge_prepared(&sought, passage, text, manner)
    });
    let whole = judged.filter(|it| it.verdict != Verdict::NotFound && it.equal == it.words);
    whole.min_by_key(|it| it.cost).map(between_sentences)
}

/// Where the quotation's words stand close together in any order, and how many of them.
fn same_words_elsewhere(
    sought: &Sought,
    text: &Prepared,
) -> Option<(std::ops::Range<usize>, usize)> {
    let mut wanted: std::collections::HashMap<&str, i64> = std::collections::HashMap::new();
    let mut total = 0_usize;
    for token in sought.tokens.iter().filter(|it| counts(it)) {
        *wanted.entry(token.lower.as_str()).or_default() += 1;
        total += 1;
    }
    let places: Vec<(usize, &str)> = (0..text.tokens.len())
        .filter_map(|at| Some((at, text.token(at)?)))
        .filter(|(_, token)| token.sort.is_word())
        .map(|(at, token)| (at, token.lower.as_str()))
        .collect();
    let width = total;
    let mut held = 0_usize;
    for (index, (_, word)) in places.iter().enumerate() {
        if let Some(left) = wanted.get_mut(word) {
            held += usize::from(*left > 0);
            *left -= 1;
        }
        let begin = (index + 1).saturating_sub(width);
        if let Some((_, out)) = begin.checked_sub(1).and_then(|it| places.get(it))
            && let Some(left) = wanted.get_mut(out)
        {
            *left += 1;
            held -= usize::from(*left > 0);
        }
        if share(held, total) >= BAG {
            let first = places.get(begin)?.0;
            let last = places.get(index)?.0;
            let range = text.tokens.get(first)?.start..text.tokens.get(last)?.end;
            return Some((range, held));
        }
    }
    None
}
