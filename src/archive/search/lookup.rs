//! Answering a question, and naming the items that a quotation may have come from.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::hash_map::Entry;
use std::ops::Bound;

use tantivy::DocAddress;
use tantivy::DocId;
use tantivy::DocSet as _;
use tantivy::Order;
use tantivy::Searcher;
use tantivy::Term as IndexTerm;
use tantivy::collector::Count;
use tantivy::collector::TopDocs;
use tantivy::query::AllQuery;
use tantivy::query::BooleanQuery;
use tantivy::query::ConstScoreQuery;
use tantivy::query::EnableScoring;
use tantivy::query::ExistsQuery;
use tantivy::query::Occur;
use tantivy::query::PhraseQuery;
use tantivy::query::Query as IndexQuery;
use tantivy::query::RangeQuery;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

use super::Error;
use super::Fields;
use super::Found;
use super::Hit;
use super::Index;
use super::MOST_WORDS;
use super::Query;
use super::Result;
use super::guarded;
use super::words::words;

type Part = Box<dyn IndexQuery>;

/// How many of a quotation's rarest words must all be there at the second try.
const RAREST_TOGETHER: usize = 5;

/// How many of a quotation's rarest words are looked for at the third try, any two of them. A union of single words would
/// go through every item that has one: of common words that is most of a large archive.
const RAREST_PAIRED: usize = 6;

/// Items gone through for such pairs, at most: each costs as many as have the rarer of its words. So does a run of words
/// cost as many as have the rarest of them.
const MOST_PAIRED: u64 = 200_000;

/// How many of a quotation's runs of words are weighed against each other.
const RUNS: usize = 8;

impl Index {
    /// Answers a question. No string in it is an error; more than [`MOST_WORDS`] words are.
    pub fn search(&self, query: &Query) -> Result<Found> {
        let mut terms = Vec::new();
        let mut ignored = Vec::new();
        for term in &query.terms {
            let words = term.words();
            if words.is_empty() {
                ignored.push(term.typed());
            } else {
                terms.push(words);
            }
        }
        let people = |names: &[String]| names.iter().map(|name| words(name).len()).sum::<usize>();
        let found =
            terms.iter().map(Vec::len).sum::<usize>() + people(&query.who) + people(&query.to);
        if found > MOST_WORDS {
            return Err(Error::TooManyWords { found });
        }
        if terms.is_empty() && !ignored.is_empty() {
            return Ok(Found {
                ignored,
                ..Found::default()
            });
        }
        let mut found = guarded(&self.path, || self.answer(query, &terms))?;
        found.ignored = ignored;
        Ok(found)
    }

    fn answer(&self, query: &Query, terms: &[Vec<String>]) -> tantivy::Result<Found> {
        let searcher = self.reader.searcher();
        let fields = &self.fields;
        let mut parts: Vec<Part> = terms
            .iter()
            .map(|term| anywhere(&searcher, fields, term))
            .collect::<tantivy::Result<_>>()?;
        for (field, names) in [(fields.from, &query.who), (fields.to, &query.to)] {
            if !names.is_empty() {
                parts.push(silent(any(names.iter().map(|name| person(field, name)))));
            }
        }
        if !query.kinds.is_empty() {
            let kinds = query.kinds.iter().map(|kind| {
                let term = IndexTerm::from_field_text(fields.kind, kind);
                Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Part
            });
            parts.push(silent(any(kinds)));
        }
        let undated = if query.since.is_some() || query.until.is_some() {
            undated(&searcher, &parts)?
        } else {
            0
        };
        if let Some(since) = query.since {
            let bound = Bound::Included(IndexTerm::from_field_i64(fields.latest, since));
            parts.push(silent(Box::new(RangeQuery::new(bound, Bound::Unbounded))));
        }
        if let Some(until) = query.until {
            let bound = Bound::Included(IndexTerm::from_field_i64(fields.earliest, until));
            parts.push(silent(Box::new(RangeQuery::new(Bound::Unbounded, bound))));
        }
        let whole = all(parts);
        let total = searcher.search(&whole, &Count)?;
        let hits = if query.limit == 0 || total == 0 {
            Vec::new()
        } else {
            best(&searcher, &whole, query.limit.min(total), terms.is_empty())?
        };
        Ok(Found {
            total: u64::try_from(total).unwrap_or(u64::MAX),
            hits: explain(&searcher, fields, terms, &hits)?,
            undated,
            ignored: Vec::new(),
        })
    }

    /// Row numbers of the items that a quotation may have come from, the likeliest first: those that have its longest run
    /// of words that are not all common as it stands, then those that have its rarest words, then, `partly` at most, those
    /// that have any two of them. It only says where to look, and takes no longer in a large archive for a quotation of
    /// which only some words are common.
    pub fn candidates(
        &self,
        runs: &[String],
        all_words: &[String],
        (limit, partly): (usize, usize),
    ) -> Result<Vec<u64>> {
        let cut = |mut cut: Vec<String>| {
            cut.truncate(MOST_WORDS);
            cut
        };
        let mut runs: Vec<Vec<String>> = runs.iter().map(|run| cut(words(run))).collect();
        runs.retain(|run| !run.is_empty());
        runs.sort_by_key(|run| Reverse(run.len()));
        runs.truncate(RUNS);
        let all_words = cut(all_words.iter().flat_map(|word| words(word)).collect());
        if runs.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        guarded(&self.path, || {
            self.likeliest(&runs, &all_words, (limit, partly))
        })
    }

    fn likeliest(
        &self,
        runs: &[Vec<String>],
        all_words: &[String],
        (limit, partly): (usize, usize),
    ) -> tantivy::Result<Vec<u64>> {
        let searcher = self.reader.searcher();
        let fields = &self.fields;
        let mut found = Candidates {
            seen: HashSet::new(),
            ids: Vec::new(),
        };
        let mut phrases = Vec::new();
        for field in [fields.text, fields.subject] {
            phrases.extend(
                telling(&searcher, field, runs, MOST_PAIRED)?.map(|run| in_order(field, run)),
            );
        }
        if !phrases.is_empty() {
            found.take(&searcher, any(phrases).as_ref(), limit)?;
        }
        let rarest = rarest(&searcher, fields.text, all_words)?;
        if found.ids.len() >= limit || rarest.is_empty() {
            return Ok(found.ids);
        }
        let together = |words: &[&String]| {
            let words = words.iter().map(|word| std::slice::from_ref(*word));
            all(words.map(|word| in_order(fields.text, word)).collect())
        };
        let first: Vec<&String> = (rarest.iter().take(RAREST_TOGETHER))
            .map(|(_, word)| word)
            .collect();
        found.take(&searcher, together(&first).as_ref(), limit)?;
        let pairs = pairs(&rarest);
        if found.ids.len() < limit && !pairs.is_empty() {
            let pairs = pairs.iter().map(|pair| together(pair));
            let limit = limit.min(found.ids.len() + partly);
            found.take(&searcher, any(pairs).as_ref(), limit)?;
        }
        Ok(found.ids)
    }
}

/// Items gathered over several tries.
struct Candidates {
    seen: HashSet<u64>,
    ids: Vec<u64>,
}

impl Candidates {
    /// Takes the best that are not here yet, until there are so many in all.
    fn take(
        &mut self,
        searcher: &Searcher,
        query: &dyn IndexQuery,
        limit: usize,
    ) -> tantivy::Result<()> {
        let most = limit.min(documents(searcher)).max(1);
        let top = searcher.search(query, &TopDocs::with_limit(most).order_by_score())?;
        for id in ids_of(searcher, top.into_iter().map(|(_, address)| address))? {
            if self.ids.len() < limit && self.seen.insert(id) {
                self.ids.push(id);
            }
        }
        Ok(())
    }
}

/// Which of these runs of words, the longest first, is looked for in a field: the first that has a word which so many items
/// have at most, else the longest. Nothing where each that would be has a word that stands nowhere.
pub(super) fn telling<'a>(
    searcher: &Searcher,
    field: Field,
    runs: &'a [Vec<String>],
    most: u64,
) -> tantivy::Result<Option<&'a [String]>> {
    let mut longest = None;
    for (index, run) in runs.iter().enumerate() {
        let mut least = u64::MAX;
        for word in run {
            least = least.min(searcher.doc_freq(&IndexTerm::from_field_text(field, word))?);
        }
        if (1..=most).contains(&least) {
            return Ok(Some(run));
        }
        if index == 0 && least > 0 {
            longest = Some(run.as_slice());
        }
    }
    Ok(longest)
}

/// Pairs of these words, of which those of the rarest come first.
fn pairs(rarest: &[(u64, String)]) -> Vec<[&String; 2]> {
    let paired = rarest.get(..RAREST_PAIRED).unwrap_or(rarest);
    let mut pairs = Vec::new();
    let mut gone_through = 0;
    for (at, (count, one)) in paired.iter().enumerate() {
        for (_, other) in paired.iter().skip(at + 1) {
            gone_through += count;
            if gone_through > MOST_PAIRED && !pairs.is_empty() {
                return pairs;
            }
            pairs.push([one, other]);
        }
    }
    pairs
}

/// The words that the index has, each once with the number of items that have it, the rarest first.
fn rarest(
    searcher: &Searcher,
    field: Field,
    cut: &[String],
) -> tantivy::Result<Vec<(u64, String)>> {
    let mut counted = Vec::new();
    let mut seen = HashSet::new();
    for word in cut {
        if seen.insert(word) {
            let count = searcher.doc_freq(&IndexTerm::from_field_text(field, word))?;
            if count > 0 {
                counted.push((count, word.clone()));
            }
        }
    }
    counted.sort();
    Ok(counted)
}

fn documents(searcher: &Searcher) -> usize {
    usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX)
}

/// These words one after the other in one field; nothing where there is no word.
fn in_order(field: Field, words: &[String]) -> Part {
    let mut terms: Vec<IndexTerm> = words
        .iter()
        .map(|word| IndexTerm::from_field_text(field, word))
        .collect();
    if terms.len() > 1 {
        return Box::new(PhraseQuery::new(terms));
    }
    match terms.pop() {
        Some(term) => Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)),
        None => Box::new(tantivy::query::EmptyQuery),
    }
}

/// These words one after the other in the text, the subject or the name. Fields that lack one of the words are not
/// asked: what is left is mostly one field, which the library counts and ranks without visiting each item.
fn anywhere(searcher: &Searcher, fields: &Fields, words: &[String]) -> tantivy::Result<Part> {
    let mut parts = Vec::new();
    for (field, _) in fields.worded() {
        let mut has_all = true;
        for word in words {
            has_all = has_all && searcher.doc_freq(&IndexTerm::from_field_text(field, word))? > 0;
        }
        if has_all {
            parts.push(in_order(field, words));
        }
    }
    Ok(match parts.len() {
        1 => parts.swap_remove(0),
        _ => any(parts),
    })
}

/// A person: an account as it stands, or all words of a name.
fn person(field: Field, name: &str) -> Part {
    let cut = words(name);
    if name.contains(['@', ':']) || cut.is_empty() {
        return in_order(field, &cut);
    }
    all(cut
        .iter()
        .map(|word| in_order(field, std::slice::from_ref(word)))
        .collect())
}

fn any(parts: impl IntoIterator<Item = Part>) -> Part {
    Box::new(BooleanQuery::union(parts.into_iter().collect()))
}

fn all(mut parts: Vec<Part>) -> Part {
    match parts.len() {
        0 => Box::new(AllQuery),
        1 => parts.swap_remove(0),
        _ => Box::new(BooleanQuery::intersection(parts)),
    }
}

/// The same, without a share in the score.
fn silent(part: Part) -> Part {
    Box::new(ConstScoreQuery::new(part, 0.0))
}

/// How many items match all of this and have no time.
fn undated(searcher: &Searcher, parts: &[Part]) -> tantivy::Result<u64> {
    let mut clauses: Vec<(Occur, Part)> = parts
        .iter()
        .map(|part| (Occur::Must, part.box_clone()))
        .collect();
    clauses.push((Occur::Must, Box::new(AllQuery)));
    let dated = ExistsQuery::new("earliest".to_owned(), false);
    clauses.push((Occur::MustNot, Box::new(dated)));
    let count = searcher.search(&BooleanQuery::new(clauses), &Count)?;
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

/// The best hits with their row numbers: by score, then by row number; by time where only people, times or kinds were
/// asked for.
fn best(
    searcher: &Searcher,
    query: &dyn IndexQuery,
    limit: usize,
    unscored: bool,
) -> tantivy::Result<Vec<(f32, u64, DocAddress)>> {
    let top = TopDocs::with_limit(limit);
    if unscored {
        // Nothing to rank by, so in order of time; what has none comes last.
        let by_time = top.order_by_fast_field::<i64>("earliest", Order::Asc);
        let found = searcher.search(query, &by_time)?;
        let ids = ids_of(searcher, found.iter().map(|(_, address)| *address))?;
        let mut found: Vec<_> = (found.into_iter().zip(ids))
            .map(|((at, address), id)| (at.is_none(), at, id, address))
            .collect();
        found.sort_by_key(|(undated, at, id, _)| (*undated, *at, *id));
        let found = found.into_iter();
        return Ok(found
            .map(|(_, _, id, address)| (0.0, id, address))
            .collect());
    }
    let scored = searcher.search(query, &top.order_by_score())?;
    let ids = ids_of(searcher, scored.iter().map(|(_, address)| *address))?;
    let mut hits: Vec<_> = (scored.into_iter().zip(ids))
        .map(|((score, address), id)| (score, id, address))
        .collect();
    hits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(hits)
}

/// The row numbers of these, in the same order.
fn ids_of(
    searcher: &Searcher,
    addresses: impl Iterator<Item = DocAddress>,
) -> tantivy::Result<Vec<u64>> {
    // To open a column takes longer than to look into it.
    let mut columns = HashMap::new();
    let mut ids = Vec::new();
    for address in addresses {
        let column = match columns.entry(address.segment_ord) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let segment = searcher.segment_reader(address.segment_ord);
                new.insert(segment.fast_fields().u64("id")?)
            }
        };
        ids.push(column.first(address.doc_id).unwrap_or_default());
    }
    Ok(ids)
}

/// Says for each hit in which fields its words were found.
fn explain(
    searcher: &Searcher,
    fields: &Fields,
    terms: &[Vec<String>],
    hits: &[(f32, u64, DocAddress)],
) -> tantivy::Result<Vec<Hit>> {
    let mut explained: Vec<Hit> = hits
        .iter()
        .map(|&(score, id, _)| Hit {
            id,
            score,
            fields: Vec::new(),
        })
        .collect();
    let mut in_segments: Vec<(u32, DocId, usize)> = hits
        .iter()
        .enumerate()
        .map(|(at, (_, _, address))| (address.segment_ord, address.doc_id, at))
        .collect();
    in_segments.sort_unstable();
    let scoring = EnableScoring::disabled_from_searcher(searcher);
    for (field, name) in fields.worded() {
        for term in terms {
            let weight = in_order(field, term).weight(scoring)?;
            for segment in in_segments.chunk_by(|a, b| a.0 == b.0) {
                let Some(&(ordinal, ..)) = segment.first() else {
                    continue;
                };
                let mut matching = weight.scorer(searcher.segment_reader(ordinal), 1.0)?;
                for &(_, document, at) in segment {
                    let found = matching.doc() == document
                        || (matching.doc() < document && matching.seek(document) == document);
                    if let Some(hit) = explained.get_mut(at)
                        && found
                        && !hit.fields.contains(&name)
                    {
                        hit.fields.push(name);
                    }
                }
            }
        }
    }
    Ok(explained)
}
