//! One look at each text for all that is wanted: which texts hold most of a quotation's words.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;

use crate::cite::Wanted;

/// Texts kept for one quotation, at most.
pub(super) const MOST: usize = 50;

/// What is looked for, and the items found so far. A text is read once, whatever the number of quotations: all words of
/// all of them are one automaton, and a quotation is weighed only where enough of its longest words stand.
pub(super) struct Search<'w> {
    wanted: Vec<One<'w>>,
    /// Finds every word, inside of others too: not every script sets spaces.
    words: Option<AhoCorasick>,
    /// For each word, the quotations that are looked for by it.
    by_word: Vec<Vec<usize>>,
    /// For each word, the number of the last text that holds it.
    held: Vec<u64>,
    /// For each quotation, the number of the last text with a word that it is looked for by, and how many there are.
    counts: Vec<(u64, usize)>,
    text: u64,
}

struct One<'w> {
    phrase: &'w str,
    /// Its words as numbers.
    words: Vec<usize>,
    /// How many of those it is looked for by must stand in a text of which half of all words may.
    least: usize,
    found: Vec<(bool, usize, u64)>,
}

impl<'w> Search<'w> {
    pub(super) fn new(wanted: &'w [Wanted]) -> Self {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut patterns: Vec<&str> = Vec::new();
        let mut by_word: Vec<Vec<usize>> = Vec::new();
        let mut all = Vec::with_capacity(wanted.len());
        for (index, wanted) in wanted.iter().enumerate() {
            let mut words: Vec<usize> = Vec::with_capacity(wanted.words.len());
            for word in wanted.words.iter().filter(|word| !word.is_empty()) {
                words.push(*numbers.entry(word).or_insert_with(|| {
                    patterns.push(word);
                    by_word.push(Vec::new());
                    patterns.len() - 1
                }));
            }
            // Where half of the words stand, all but half of any choice of them do. The longest are the rarest.
            let half = words.len() / 2;
            let chosen = (half + 1 + words.len() / 4).min(words.len());
            let mut longest = words.clone();
            longest.sort_by_key(|word| {
                std::cmp::Reverse(patterns.get(*word).map_or(0, |it| it.len()))
            });
            for word in longest.into_iter().take(chosen) {
                if let Some(quotations) = by_word.get_mut(word) {
                    quotations.push(index);
                }
            }
            all.push(One {
                phrase: &wanted.phrase,
                least: (chosen - half.min(chosen)).max(1),
                words,
                found: Vec::new(),
            });
        }
        Self {
            counts: vec![(0, 0); all.len()],
            wanted: all,
            held: vec![0; patterns.len()],
            // It fails only for more patterns than drafts may have words; then nothing is found, and nothing said of it.
            words: AhoCorasick::new(&patterns).ok(),
            by_word,
            text: 0,
        }
    }

    /// Looks at the text of an item.
    pub(super) fn look_at(&mut self, text: &str, item: u64) {
        let text = text.to_lowercase();
        self.text += 1;
        let Some(words) = &self.words else {
            return;
        };
        let mut likely: Vec<usize> = Vec::new();
        for found in words.find_overlapping_iter(&text) {
            let word = found.pattern().as_usize();
            match self.held.get_mut(word) {
                Some(last) if *last != self.text => *last = self.text,
                _ => continue,
            }
            for quotation in self.by_word.get(word).into_iter().flatten() {
                let (Some(count), Some(one)) =
                    (self.counts.get_mut(*quotation), self.wanted.get(*quotation))
                else {
                    continue;
                };
                if count.0 != self.text {
                    *count = (self.text, 0);
                }
                count.1 += 1;
                if count.1 == one.least {
                    likely.push(*quotation);
                }
            }
        }
        let mut line: Option<String> = None;
        for quotation in likely {
            let Some(one) = self.wanted.get_mut(quotation) else {
                continue;
            };
            let stands = |word: &&usize| self.held.get(**word) == Some(&self.text);
            let held = one.words.iter().filter(stands).count();
            if held * 2 >= one.words.len() {
                let line = line
                    .get_or_insert_with(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
                one.found.push((line.contains(one.phrase), held, item));
            }
        }
    }

    /// Keeps as many for each as are compared: those with the phrase as it stands before others, then those with most words.
    pub(super) fn cut(&mut self) {
        for one in &mut self.wanted {
            one.found.sort_unstable_by(|one, other| {
                (other.0, other.1, one.2).cmp(&(one.0, one.1, other.2))
            });
            one.found.dedup();
            one.found.truncate(MOST);
        }
    }

    /// The items for each of what was wanted, the likeliest first.
    pub(super) fn items(mut self) -> Vec<Vec<u64>> {
        self.cut();
        let items = |one: One<'_>| one.found.into_iter().map(|it| it.2).collect();
        self.wanted.into_iter().map(items).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(phrase: &str) -> Wanted {
        Wanted {
            phrase: phrase.to_owned(),
            words: phrase.split(' ').map(ToOwned::to_owned).collect(),
        }
    }

    #[test]
    fn a_text_with_half_of_the_words_is_found_and_the_phrase_comes_first() {
        let all = [
            wanted("the harbor was never safe"),
            wanted("i sign it"),
            wanted("船は出た"),
        ];
        let mut search = Search::new(&all);
        let texts = [
            "never safe, he said of the boats",
            "Everyone knew The Harbor\nwas never safe",
            "nothing of it",
            "昨日船は出た。",
            "we sat on it; I did not sign",
        ];
        for (text, item) in texts.iter().zip(1..) {
            search.look_at(text, item);
        }
        // Item 1 has three of five words; item 3 has two of three, the one inside of another word.
        assert_eq!(search.items(), [vec![2, 1], vec![5, 3], vec![4]]);
    }

    /// The same by the plain way: each word of each quotation looked for in each text.
    fn plainly(all: &[Wanted], texts: &[String]) -> Vec<Vec<u64>> {
        let one = |wanted: &Wanted| {
            let mut found: Vec<(bool, usize, u64)> = texts
                .iter()
                .zip(1..)
                .filter_map(|(text, item)| {
                    let held = wanted.words.iter().filter(|it| text.contains(*it)).count();
                    let half = held * 2 >= wanted.words.len();
                    half.then(|| (text.contains(&wanted.phrase), held, item))
                })
                .collect();
            found.sort_unstable_by(|one, other| {
                (other.0, other.1, one.2).cmp(&(one.0, one.1, other.2))
            });
            found.into_iter().take(MOST).map(|it| it.2).collect()
        };
        all.iter().map(one).collect()
    }

    proptest::proptest! {
        #[test]
        fn one_look_finds_what_many_would(
            quotations in proptest::collection::vec(proptest::collection::vec("[ab]{1,3}", 1..9), 1..6),
            texts in proptest::collection::vec("[ab ]{0,30}", 0..30),
        ) {
            let all: Vec<Wanted> = quotations
                .into_iter()
                .map(|mut words| {
                    let phrase = words.join(" ");
                    let mut known = std::collections::HashSet::new();
                    words.retain(|it| known.insert(it.clone()));
                    Wanted { phrase, words }
                })
                .collect();
            let texts: Vec<String> = texts
                .iter()
                .map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            let mut search = Search::new(&all);
            for (text, item) in texts.iter().zip(1..) {
                search.look_at(text, item);
            }
            proptest::prop_assert_eq!(search.items(), plainly(&all, &texts));
        }
    }
}
