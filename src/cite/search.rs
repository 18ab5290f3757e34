//! One look at each text for all that is wanted: which texts hold most of a quotation's runs of words.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;

use crate::cite::Likely;
use crate::cite::Wanted;

use super::grams::LONGEST;
use super::grams::gram;
use super::grams::words;
use super::normal::unescaped;
use super::words::is_common;

/// Texts kept for one quotation, at most.
pub(super) const MOST: usize = 50;

/// Of these, texts that do not hold all runs of the words, at most: the one that is meant holds more of them than others.
pub(super) const PARTLY: usize = 8;

/// The same where other texts hold all of them.
const BESIDE: usize = 2;

/// Texts remembered for one quotation before the best are kept.
const REMEMBERED: usize = 4 * MOST;

/// A quotation of no more words is looked for by its runs of two as well: one changed word leaves no run of three.
const FEW_WORDS: usize = 8;

/// Words of a text that are gone through at a time.
const AT_A_TIME: usize = 4096;

/// Bits of the filters that most runs of a text end at, as powers of two, by the length of the runs: few are looked for
/// that are shorter than three words.
const FILTER_BITS: [u32; LONGEST] = [15, 16, 20];

/// What is looked for, and the items found so far. A text is read once, whatever the number of quotations, and a quotation
/// is weighed only where one of its runs of words stands.
pub(super) struct Search {
    /// By the length of the runs.
    filters: [Filter; LONGEST],
    /// Numbers of the runs that are looked for.
    grams: HashMap<u64, usize, BuildHasherDefault<AsItIs>>,
    /// By their numbers.
    runs: Vec<Run>,
    /// For each quotation: the number of the last text with a run of it, and what those weigh together.
    weights: Vec<(u64, u32)>,
    wanted: Vec<One>,
    text: u64,
    /// Words of the text, and runs of them that may be looked for.
    numbers: Vec<u64>,
    chosen: Vec<u64>,
    touched: Vec<usize>,
}

/// A run of words that is looked for.
struct Run {
    /// Runs of common words stand anywhere, and weigh less.
    weight: u32,
    /// The quotations that it stands in.
    quotations: Vec<usize>,
    /// The number of the last text that holds it.
    text: u64,
}

#[derive(Default)]
struct One {
    /// What all its runs weigh.
    whole: u32,
    /// What a text must hold more than, to be remembered.
    least: u32,
    found: Vec<(u32, u64)>,
}

/// Says of most runs that they are not looked for; one without bits, of all.
struct Filter {
    bits: Vec<u64>,
    power: u32,
}

impl Filter {
    fn place(&self, run: u64) -> (usize, u64) {
        let bit = run >> (u64::BITS - self.power);
        (
            usize::try_from(bit / 64).unwrap_or(usize::MAX),
            1 << (bit % 64),
        )
    }

    fn add(&mut self, run: u64) {
        self.bits.resize(1 << (self.power - 6), 0);
        let (at, bit) = self.place(run);
        if let Some(bits) = self.bits.get_mut(at) {
            *bits |= bit;
        }
    }

    /// The runs of so many words that may be looked for.
    fn choose<const LENGTH: usize>(&self, words: &[u64], chosen: &mut Vec<u64>) {
        if self.bits.is_empty() {
            return;
        }
        for run in words
            .windows(LENGTH)
            .filter_map(<[u64]>::first_chunk::<LENGTH>)
        {
            let number = gram(run);
            let (at, bit) = self.place(number);
            if self.bits.get(at).is_some_and(|bits| bits & bit != 0) {
                chosen.push(number);
            }
        }
    }
}

/// Runs are numbers that are spread already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Search {
    pub(super) fn new(wanted: &[Wanted]) -> Self {
        let mut search = Self {
            filters: FILTER_BITS.map(|power| Filter {
                bits: Vec::new(),
                power,
            }),
            grams: HashMap::default(),
            runs: Vec::new(),
            weights: vec![(0, 0); wanted.len()],
            wanted: Vec::with_capacity(wanted.len()),
            text: 0,
            numbers: Vec::new(),
            chosen: Vec::new(),
            touched: Vec::new(),
        };
        for (quotation, wanted) in wanted.iter().enumerate() {
            let mut whole = 0;
            for (number, length, weight) in runs(wanted) {
                whole += search.look_for(number, length, weight, quotation);
            }
            search.wanted.push(One {
                whole,
                ..One::default()
            });
        }
        search
    }

    /// Adds a run of a quotation; what it weighs, or nothing where the quotation has it already.
    fn look_for(&mut self, number: u64, length: usize, weight: u32, quotation: usize) -> u32 {
        if let Some(filter) = self.filters.get_mut(length - 1) {
            filter.add(number);
        }
        let next = self.runs.len();
        let index = *self.grams.entry(number).or_insert(next);
        if index == next {
            self.runs.push(Run {
                weight,
                quotations: Vec::new(),
                text: 0,
            });
        }
        match self.runs.get_mut(index) {
            Some(run)
                // Quotations are taken in order, so one that has it already is the last.
                if run.quotations.last() != Some(&quotation) =>
            {
                run.quotations.push(quotation);
                run.weight
            }
            _ => 0,
        }
    }

    /// Looks at the text of an item.
    pub(super) fn look_at(&mut self, text: &str, item: u64) {
        // Whether the text is escaped is known to whoever compares; to look in it without its escapes costs nothing.
        let plain = unescaped(text);
        let text = plain.as_deref().unwrap_or(text);
        self.text += 1;
        let mut numbers = std::mem::take(&mut self.numbers);
        words(text, |word| {
            numbers.push(word);
            if numbers.len() == AT_A_TIME {
                self.look_for_runs(&numbers);
                // A run may go on.
                numbers.drain(..=AT_A_TIME - LONGEST);
            }
        });
        self.look_for_runs(&numbers);
        numbers.clear();
        self.numbers = numbers;
        let touched = std::mem::take(&mut self.touched);
        for quotation in &touched {
            let (Some((_, weight)), Some(one)) = (
                self.weights.get(*quotation),
                self.wanted.get_mut(*quotation),
            ) else {
                continue;
            };
            if *weight > one.least {
                one.found.push((*weight, item));
                if one.found.len() >= REMEMBERED {
                    one.cut();
                }
            }
        }
        self.touched = touched;
        self.touched.clear();
    }

    /// Takes note of the runs of these words that are looked for.
    fn look_for_runs(&mut self, words: &[u64]) {
        let [ones, twos, threes] = &self.filters;
        ones.choose::<1>(words, &mut self.chosen);
        twos.choose::<2>(words, &mut self.chosen);
        threes.choose::<LONGEST>(words, &mut self.chosen);
        while let Some(number) = self.chosen.pop() {
            self.meet(number);
        }
    }

    /// Takes note of a run that stands in the text, if it is looked for.
    fn meet(&mut self, number: u64) {
        let Some(index) = self.grams.get(&number) else {
            return;
        };
        let Some(run) = self.runs.get_mut(*index) else {
            return;
        };
        if run.text == self.text {
            return;
        }
        run.text = self.text;
        for quotation in &run.quotations {
            let Some(sum) = self.weights.get_mut(*quotation) else {
                continue;
            };
            if sum.0 != self.text {
                *sum = (self.text, 0);
                self.touched.push(*quotation);
            }
            sum.1 += run.weight;
        }
    }

    /// The items for each of what was wanted.
    pub(super) fn items(mut self) -> Vec<Likely> {
        self.wanted.iter_mut().for_each(One::cut);
        let items = |one: One| {
            let whole = one.found.partition_point(|it| it.0 >= one.whole);
            let (whole, partly) = one.found.split_at(whole);
            let partly = partly.get(..PARTLY).unwrap_or(partly);
            let beside = if whole.is_empty() {
                partly.len()
            } else {
                // Beside what holds all, another one is at best the same words in another spelling, which loses few runs.
                let third = partly.partition_point(|it| it.0 * 3 >= one.whole);
                third.min(BESIDE)
            };
            let (beside, further) = partly.split_at(beside);
            let items = |found: &[(u32, u64)]| found.iter().map(|it| it.1).collect();
            Likely {
                first: items(&[whole, beside].concat()),
                further: items(further),
            }
        };
        self.wanted.into_iter().map(items).collect()
    }
}

impl One {
    /// Keeps as many as are compared: those that hold most of the runs, and of these the first.
    fn cut(&mut self) {
        self.found
            .sort_unstable_by(|one, other| (other.0, one.1).cmp(&(one.0, other.1)));
        self.found.dedup();
        self.found.truncate(MOST);
        // Where so many hold all of it, another one like them is no better.
        self.least = match self.found.last() {
            Some((weight, _)) if self.found.len() == MOST => (*weight).min(self.whole),
            _ => 0,
        };
    }
}

/// The runs by which a quotation is looked for, each with its length and weight.
fn runs(wanted: &Wanted) -> Vec<(u64, usize, u32)> {
    let mut found = Vec::new();
    let all: Vec<Vec<(u64, bool)>> = wanted
        .runs
        .iter()
        .map(|run| {
            let mut numbers = Vec::new();
            for word in run.split(' ') {
                let tells = !is_common(word);
                words(word, |number| numbers.push((number, tells)));
            }
            numbers
        })
        .collect();
    let many: usize = all.iter().map(Vec::len).sum();
    for run in &all {
        let shortest = match run.len() {
            0 => continue,
            1 => 1,
            2 => 2,
            _ if many <= FEW_WORDS => 2,
            _ => 3,
        };
        for length in shortest..=LONGEST {
            for part in run.windows(length) {
                let numbers: Vec<u64> = part.iter().map(|it| it.0).collect();
                let telling = part.iter().filter(|it| it.1).count();
                let weight = 1 + 2 * u32::try_from(telling).unwrap_or_default();
                found.push((gram(&numbers), length, weight));
            }
        }
    }
    // Short runs between dots stand in most texts, and say little beside many long ones. A lone common word says nothing.
    if found.iter().filter(|it| it.1 == LONGEST).count() >= FEW_WORDS {
        found.retain(|it| it.1 == LONGEST);
    } else if found.iter().any(|it| it.1 > 1) {
        found.retain(|it| it.1 > 1 || it.2 > 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(runs: &[&str]) -> Wanted {
        Wanted {
            runs: runs.iter().map(|it| (*it).to_owned()).collect(),
            ..Wanted::default()
        }
    }

    fn first(search: Search) -> Vec<u64> {
        search.items().pop().unwrap_or_default().first
    }

    #[test]
    fn a_text_with_a_run_of_the_words_is_found_and_the_whole_comes_first() {
        let all = [
            wanted(&["the harbor was never safe"]),
            wanted(&["i sign it"]),
            wanted(&["船は出た"]),
            wanted(&["we had the numbers", "and", "sat on them"]),
        ];
        let mut search = Search::new(&all);
        let texts = [
            "never safe, he said of the boats",
            "Everyone knew The Harbor\nwas never safe",
            "nothing of it",
            "昨日船は出た。",
            "we sat on it; I did not sign it",
            "We had the numbers by March, and we sat on them.",
        ];
        for (text, item) in texts.iter().zip(1..) {
            search.look_at(text, item);
        }
        let likely = |first: u64, further: &[u64]| Likely {
            first: vec![first],
            further: further.to_vec(),
        };
        let expected = [
            likely(2, &[1]),
            likely(5, &[]),
            likely(4, &[]),
            likely(6, &[5]),
        ];
        assert_eq!(search.items(), expected);
    }

    #[test]
    fn a_run_is_found_wherever_it_lies_in_a_long_text() {
        for before in AT_A_TIME - LONGEST - 2..=AT_A_TIME + 2 {
            let mut search = Search::new(&[wanted(&["never safe at all"])]);
            let text = format!("{} never safe at all, he said", "pier ".repeat(before));
            search.look_at(&text, 1);
            search.look_at("never safe at", 2);
            // Both of its runs stand in the one, and one of them in the other.
            assert_eq!(first(search), [1, 2], "{before}");
        }
    }

    #[test]
    fn a_text_is_found_by_common_words_alone_where_it_shares_no_others() {
        // A negation that came in leaves two common words in a row.
        let mut search = Search::new(&[wanted(&["he was not informed"])]);
        search.look_at("He was never informed.", 1);
        assert_eq!(first(search), [1]);
        // Where many hold the name, the one that holds what stands before it too comes first.
        let mut search = Search::new(&[wanted(&["it was", "peter voss"])]);
        for item in 1..=60 {
            search.look_at("A letter to Peter Voss.", item);
        }
        search.look_at("It was never signed by Peter Voss.", 61);
        assert_eq!(first(search).first(), Some(&61));
    }

    #[test]
    fn beside_a_text_that_holds_all_one_that_spells_it_otherwise_is_compared_and_a_chance_one_is_not()
     {
        let mut search = Search::new(&[wanted(&["we knew of a well known crack in the wall"])]);
        search.look_at("We knew of a well-\nknown crack in the wall.", 1);
        search.look_at("We knew of a well-known crack in the wall.", 2);
        search.look_at("There was a crack in the wall.", 3);
        let likely = Likely {
            first: vec![2, 1],
            further: vec![3],
        };
        assert_eq!(search.items(), [likely]);
    }

    proptest::proptest! {
        /// A text that holds a quotation as it stands is always among those that are compared, and before those that do not.
        #[test]
        fn what_holds_all_of_it_comes_first(
            quotation in proptest::collection::vec("[ab]{1,2}", 1..9),
            texts in proptest::collection::vec("[ab ]{0,30}", 0..120),
        ) {
            let phrase = quotation.join(" ");
            let mut search = Search::new(&[wanted(&[&phrase])]);
            for (text, item) in texts.iter().zip(1..) {
                search.look_at(text, item);
            }
            let found = first(search);
            let holds = |text: &String| {
                let text: Vec<&str> = text.split_whitespace().collect();
                text.windows(quotation.len()).any(|part| part == quotation)
            };
            let whole: Vec<u64> = texts.iter().zip(1..).filter(|it| holds(it.0)).map(|it| it.1).collect();
            let kept = whole.iter().filter(|it| found.contains(it)).count();
            proptest::prop_assert!(kept == whole.len() || found.len() == MOST);
            if let Some(first) = found.first() && !whole.is_empty() {
                // Another text may hold the same runs in another order; one that holds fewer does not come first.
                let runs = |item: u64| {
                    let text = texts.get(usize::try_from(item).unwrap_or(1) - 1).map_or("", String::as_str);
                    let mut numbers = Vec::new();
                    words(text, |number| numbers.push(number));
                    runs(&wanted(&[&phrase])).iter().filter(|run| numbers.windows(run.1).any(|it| gram(it) == run.0)).count()
                };
                proptest::prop_assert_eq!(runs(*first), runs(whole[0]));
            }
        }
    }
}
