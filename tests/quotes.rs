//! Published quotations against the debates, speeches and posts that they were taken from: an archive of all the sources,
//! and `cite` as a newsroom would run it. `tests/quotes` prints what comes of it.
//!
//! The material is real, and nothing of it stands here: quotations are named by article and offset. What the words of a
//! quotation and of its source come to was read by a person where the collection's own class does not settle it; these
//! verdicts are in `tests/fixtures/quotes-read.tsv`, with the reason for each.

#![expect(clippy::print_stdout, reason = "what was measured is said plainly")]

#[path = "support/skipped.rs"]
mod skipped;
mod support;

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use fonds::archive::Archive;
use fonds::cite::Citations;
use fonds::cite::Draft;
use fonds::cite::DraftFormat;
use fonds::cite::Held;
use fonds::cite::Options;
use fonds::cite::Quoted;
use fonds::cite::Verdict;
use fonds::cite::check;
use fonds::ingest;
use fonds::ingest::read::Mapping;
use fonds::record::Event;
use skipped::skipped;
use support::Bench;
use support::TestResult;
use support::outside;
use support::request;

const TRANSCRIPT: &str = include_str!("import/table/transcript.toml");
const POSTS: &str = include_str!("import/table/posts.toml");

/// Verdicts that a person came to: article, offset, verdict, why.
const READ: &str = include_str!("fixtures/quotes-read.tsv");

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("FONDS_CORPORA").map(PathBuf::from);
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpora");
    let found = named.unwrap_or_else(|| beside.into()).join("quotes");
    found.join("sources").is_dir().then_some(found)
}

/// An archive of all sources, and where each of its items comes from.
struct Sources {
    bench: Bench,
    /// For each item the file and the number that the collection gives it there.
    places: HashMap<String, (String, String)>,
}

impl Sources {
    fn new(corpus: &Path) -> TestResult<Self> {
        let bench = Bench::new()?;
        let mut writer = bench.writer()?;
        for (folder, mapping, files) in [("transcripts", TRANSCRIPT, 6), ("tweets", POSTS, 1)] {
            let path = corpus.join("sources").join(folder);
            let mut wanted = request(&[&path], Some("the collection"));
            wanted.table = Some(Mapping::read(mapping)?);
            let receipt = ingest::run(&mut writer, &wanted, &mut outside())?;
            assert_eq!(receipt.files, files, "{folder}");
            assert!(receipt.failed.is_empty(), "{:?}", receipt.failed);
            assert!(receipt.notices.is_empty(), "{:?}", receipt.notices);
        }
        drop(writer);
        let speeches = corpus.join("sources/transcripts");
        let again = bench.ingest(&[&speeches], Some("the collection"))?;
        assert_eq!(again.accession, None);
        let archive = Archive::open(&bench.archive())?;
        let mut places = HashMap::new();
        let mut done = 0;
        loop {
            let cards = archive.after(done, 512)?;
            let Some(last) = cards.last() else { break };
            done = last.item;
            for card in cards.iter().filter(|card| card.class == "m") {
                let parent = card.parent.map(|item| archive.card(item)).transpose()?;
                let file = parent.flatten().and_then(|card| card.name);
                let event = archive
                    .item(card.item)?
                    .and_then(|opened| opened.get::<Event>("event").ok().flatten()?.id);
                places.insert(
                    archive.reference(card)?,
                    (file.unwrap_or_default(), event.unwrap_or_default()),
                );
            }
        }
        Ok(Self { bench, places })
    }

    /// Checks a draft in which each of these is a block quotation, behind its pin where it has one.
    fn cite(&self, quotations: &[(String, Option<String>)]) -> TestResult<Citations> {
        let mut text = String::new();
        for (quotation, pin) in quotations {
            let pin = pin
                .as_ref()
                .map_or_else(String::new, |pin| format!(" [{pin}]"));
            writeln!(text, "> {}{pin}\n", quotation.trim())?;
        }
        let draft = Draft::read(text.as_bytes(), Some("quotes.txt"), DraftFormat::Text)?;
        let archive = Archive::open(&self.bench.archive())?;
        let found = check(&Held::new(&archive)?, &draft, &Options::default())?;
        assert_eq!(found.quotations.len(), quotations.len());
        Ok(found)
    }

    /// Whether an item is one that the collection names as the source.
    fn is_source(&self, item: &str, pair: &Pair) -> bool {
        let Some((file, number)) = self.places.get(item) else {
            return false;
        };
        if pair.file == "tweet" {
            return *number == pair.place;
        }
        let (first, last) = pair
            .place
            .split_once('-')
            .unwrap_or((&pair.place, &pair.place));
        let number = number.parse::<u32>().unwrap_or(0);
        let within = first.parse().is_ok_and(|first: u32| first <= number)
            && last.parse().is_ok_and(|last: u32| number <= last);
        *file == pair.file && within
    }

    /// An item of the source that the collection names: the one in which the quotation was found, else the first.
    fn pin(&self, pair: &Pair, found: &Quoted) -> Option<String> {
        if let Some(here) = items(found)
            .into_iter()
            .find(|item| self.is_source(item, pair))
        {
            return Some(here.to_owned());
        }
        let mut items: Vec<(u32, &String)> = self
            .places
            .iter()
            .filter(|(item, _)| self.is_source(item, pair))
            .map(|(item, (_, number))| (number.parse().unwrap_or(0), item))
            .collect();
        items.sort_unstable();
        items.first().map(|(_, item)| (*item).clone())
    }
}

/// A row of the collection: a quotation, and what was found most like it.
struct Pair {
    article: String,
    offset: String,
    quotation: String,
    file: String,
    place: String,
    /// How much of it is alike, as the collection computed it.
    ratio: String,
    class: String,
}

impl Pair {
    fn name(&self) -> String {
        format!("{} at {}", self.article, self.offset)
    }

    /// Whether all its words stand in the source, as far as the collection's class says.
    fn stands(&self) -> bool {
        match self.class.as_str() {
            "exact" | "typographic" | "punctuation-or-case" => true,
            "impossible-source" => self.ratio == "1.000",
            _ => false,
        }
    }
}

fn pairs(corpus: &Path) -> TestResult<Vec<Pair>> {
    let mut pairs = Vec::new();
    for name in ["pairs.tsv", "pairs-mueller.tsv"] {
        for row in fs::read_to_string(corpus.join(name))?.lines().skip(1) {
            let cells: Vec<&str> = row.split('\t').collect();
            let [article, offset, quotation, file, place, _, _, ratio, class] = cells.as_slice()
            else {
                return Err(format!("{name}: {} cells", cells.len()).into());
            };
            pairs.push(Pair {
                article: (*article).to_owned(),
                offset: (*offset).to_owned(),
                quotation: (*quotation).to_owned(),
                file: (*file).to_owned(),
                place: (*place).to_owned(),
                ratio: (*ratio).to_owned(),
                class: (*class).to_owned(),
            });
        }
    }
    Ok(pairs)
}

/// A verdict that a person came to.
struct Read {
    verdict: &'static str,
    why: &'static str,
}

fn read_by_hand() -> HashMap<(&'static str, &'static str), Read> {
    READ.lines()
        .skip(1)
        .filter_map(|row| {
            let mut cells = row.split('\t');
            let place = (cells.next()?, cells.next()?);
            let verdict = cells.next()?;
            let why = cells.next()?;
            Some((place, Read { verdict, why }))
        })
        .collect()
}

fn codes(quoted: &Quoted) -> Vec<&str> {
    let codes = quoted.findings.iter();
    codes
        .filter_map(|finding| finding.code.strip_prefix("quotation."))
        .collect()
}

/// The items in which a quotation was found.
fn items(quoted: &Quoted) -> Vec<&str> {
    quoted
        .matches
        .iter()
        .flat_map(|found| {
            let joins = found.joins.iter().map(|joined| joined.item.as_str());
            std::iter::once(found.item.as_str()).chain(joins)
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of quotations")]
fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "none".to_owned();
    }
    format!("{part} of {whole} ({:.2})", part as f64 / whole as f64)
}

/// What one class of quotations came to.
#[derive(Default)]
struct Class {
    all: usize,
    verdicts: BTreeMap<&'static str, usize>,
    /// Found in the source that the collection names, changed or not.
    found: usize,
    /// Found there and passed.
    passed: usize,
    /// Passed anywhere.
    passes: usize,
}

#[test]
fn published_quotations_are_found_where_they_were_taken_from() -> TestResult {
    let Some(corpus) = corpus() else {
        skipped("corpora/quotes not present, so no published quotation was looked for");
        return Ok(());
    };
    let sources = Sources::new(&corpus)?;
    let pairs = pairs(&corpus)?;
    let drafted: Vec<(String, Option<String>)> = pairs
        .iter()
        .map(|pair| (pair.quotation.clone(), None))
        .collect();
    // Without the index every text is gone through; with it the verdicts are the same.
    let through = sources.cite(&drafted)?;
    fonds::archive::index::go_on(&Archive::open(&sources.bench.archive())?, &|_, _| {})?;
    let indexed = sources.cite(&drafted)?;
    let pinned: Vec<(String, Option<String>)> = pairs
        .iter()
        .zip(&indexed.quotations)
        .map(|(pair, quoted)| (pair.quotation.clone(), sources.pin(pair, quoted)))
        .collect();
    let pinned = sources.cite(&pinned)?;

    let read = read_by_hand();
    let mut classes: BTreeMap<&str, Class> = BTreeMap::new();
    let (mut wrong, mut explained, mut otherwise) = (Vec::new(), Vec::new(), Vec::new());
    for (index, pair) in pairs.iter().enumerate() {
        let quoted = &indexed.quotations[index];
        let here = items(quoted)
            .iter()
            .any(|item| sources.is_source(item, pair));
        let class = classes.entry(&pair.class).or_default();
        class.all += 1;
        *class.verdicts.entry(quoted.verdict.word()).or_default() += 1;
        class.found += usize::from(here);
        class.passed += usize::from(here && quoted.verdict.passes());
        class.passes += usize::from(quoted.verdict.passes());
        let said = format!(
            "{} ({}): {} {:?} in {}",
            pair.name(),
            pair.class,
            quoted.verdict,
            codes(quoted),
            if here {
                "the source named"
            } else {
                "another item"
            }
        );
        let hand = read.get(&(pair.article.as_str(), pair.offset.as_str()));
        let wanted = match hand {
            Some(hand) => hand.verdict == quoted.verdict.word(),
            None if pair.stands() => here && quoted.verdict.passes(),
            None if pair.class == "altered" => quoted.verdict == Verdict::Altered && here,
            None => quoted.verdict == Verdict::NotFound,
        };
        match (wanted, hand) {
            (false, _) => wrong.push(said),
            (true, Some(hand)) => explained.push(format!("{said}\n      {}", hand.why)),
            (true, None) => {}
        }
        if through.quotations[index].verdict != quoted.verdict {
            wrong.push(format!(
                "{}: {} with the index, {} without",
                pair.name(),
                quoted.verdict,
                through.quotations[index].verdict
            ));
        }
        let pin = &pinned.quotations[index];
        if pin.pins.is_empty() {
            println!("{}: its source is not in the collection", pair.name());
        } else if pin.verdict != quoted.verdict {
            otherwise.push(format!(
                "{}: {} unpinned, {} {:?} pinned to the source named",
                pair.name(),
                quoted.verdict,
                pin.verdict,
                codes(pin)
            ));
        }
    }
    print_classes(&classes);
    print_shares(&pairs, &indexed);
    println!("\nread by hand, {} of them:", explained.len());
    for line in &explained {
        println!("  {line}");
    }
    println!("\nother verdicts when pinned, {} of them:", otherwise.len());
    for line in &otherwise {
        println!("  {line}");
    }
    assert!(
        wrong.is_empty(),
        "{} disagreements:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    Ok(())
}

/// Precision and recall over all classes.
fn print_shares(pairs: &[Pair], indexed: &Citations) {
    let stands: Vec<bool> = pairs.iter().map(Pair::stands).collect();
    let passes = |index: usize| indexed.quotations[index].verdict.passes();
    let passing = (0..pairs.len()).filter(|at| passes(*at)).count();
    let right = (0..pairs.len())
        .filter(|at| passes(*at) && stands[*at])
        .count();
    let wanted = stands.iter().filter(|stands| **stands).count();
    println!(
        "precision: of those that pass, all words stand in the source in {}",
        share(right, passing)
    );
    println!(
        "recall: of those of which all words stand, there pass {}",
        share(right, wanted)
    );
}

fn print_classes(classes: &BTreeMap<&str, Class>) {
    println!(
        "class: quotations; found in the source named; passed there; passed anywhere; verdicts"
    );
    for (name, class) in classes {
        let verdicts: Vec<String> = class
            .verdicts
            .iter()
            .map(|(word, count)| format!("{word} {count}"))
            .collect();
        println!(
            "  {name}: {}; {}; {}; {}; {}",
            class.all,
            share(class.found, class.all),
            share(class.passed, class.all),
            share(class.passes, class.all),
            verdicts.join(", ")
        );
    }
}

#[test]
fn the_verdicts_of_those_who_read_both_sides_are_met() -> TestResult {
    let Some(corpus) = corpus() else {
        skipped("corpora/quotes not present, so no verdict read by hand was met");
        return Ok(());
    };
    let sources = Sources::new(&corpus)?;
    fonds::archive::index::go_on(&Archive::open(&sources.bench.archive())?, &|_, _| {})?;
    let table = fs::read_to_string(corpus.join("gold.tsv"))?;
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|row| row.split('\t').collect())
        .collect();
    let drafted: Vec<(String, Option<String>)> =
        rows.iter().map(|row| (row[2].to_owned(), None)).collect();
    let found = sources.cite(&drafted)?;
    for (row, quoted) in rows.iter().zip(&found.quotations) {
        let pair = Pair {
            article: row[0].to_owned(),
            offset: row[1].to_owned(),
            quotation: row[2].to_owned(),
            file: row[3].to_owned(),
            place: row[4].to_owned(),
            ratio: String::new(),
            class: row[6].to_owned(),
        };
        let codes = codes(quoted);
        println!(
            "{} ({}): {} {codes:?}",
            pair.name(),
            pair.class,
            quoted.verdict
        );
        assert!(
            items(quoted)
                .iter()
                .any(|item| sources.is_source(item, &pair)),
            "{}",
            pair.name()
        );
        let (verdict, code) = match row[6] {
            "silent omission" => (Verdict::Altered, "number-changed"),
            "minor: dropped conjunction" => (Verdict::Altered, "silent-omission"),
            "misquotation" => (Verdict::Altered, "negation-changed"),
            "true quote (part)" => (Verdict::HouseStyle, "end-punctuation"),
            other => return Err(format!("{other}: a verdict that is not known here").into()),
        };
        assert_eq!(quoted.verdict, verdict, "{}", pair.name());
        assert!(codes.contains(&code), "{}: {codes:?}", pair.name());
    }
    Ok(())
}

/// The pages of the report, each as one paragraph, out of an archive that it was brought into as a table.
fn report(corpus: &Path) -> TestResult<Vec<(String, String)>> {
    let bench = Bench::new()?;
    let path = corpus.join("articles/mueller/volume1.csv");
    let mut wanted = request(&[&path], None);
    wanted.table = Some(Mapping::read(include_str!(
        "import/table/report-lines.toml"
    ))?);
    let receipt = ingest::run(&mut bench.writer()?, &wanted, &mut outside())?;
    assert!(receipt.failed.is_empty(), "{:?}", receipt.failed);
    let archive = Archive::open(&bench.archive())?;
    let mut pages: Vec<(String, String)> = Vec::new();
    let mut done = 0;
    loop {
        let cards = archive.after(done, 512)?;
        let Some(last) = cards.last() else {
            return Ok(pages);
        };
        done = last.item;
        for card in cards.iter().filter(|card| card.class == "m") {
            let page = card.conversation.clone().unwrap_or_default();
            let page = page.rsplit(' ').next().unwrap_or_default().to_owned();
            let text = archive.text(card.item)?.unwrap_or_default();
            match pages.last_mut().filter(|last| last.0 == page) {
                Some(last) => {
                    last.1.push(' ');
                    last.1.push_str(&text);
                }
                None => pages.push((page, text)),
            }
        }
    }
}

#[test]
fn printed_times_of_posts_are_held_against_the_posts_and_zones_are_named() -> TestResult {
    let Some(corpus) = corpus() else {
        skipped("corpora/quotes not present, so no printed time of a post was looked at");
        return Ok(());
    };
    let sources = Sources::new(&corpus)?;
    let pages = report(&corpus)?;
    assert!(pages.len() > 150, "{}", pages.len());
    let paragraphs: Vec<String> = pages.iter().map(|page| page.1.replace('>', " ")).collect();
    let draft = paragraphs.join("\n\n");
    let draft = Draft::read(draft.as_bytes(), Some("report.txt"), DraftFormat::Text)?;
    // Paragraphs are pages; one of nothing but a pin would not be.
    assert_eq!(draft.paragraphs.len(), pages.len());
    let draft = Draft {
        paragraphs: draft
            .paragraphs
            .into_iter()
            .filter(|paragraph| paragraph.text.contains('@'))
            .collect(),
        ..draft
    };
    let archive = Archive::open(&sources.bench.archive())?;
    let options = Options {
        zone: Some("America/New_York".to_owned()),
        ..Options::default()
    };
    let found = check(&Held::new(&archive)?, &draft, &options)?;
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for dated in &found.dated {
        *outcomes.entry(dated.outcome).or_default() += 1;
    }
    println!("printed times of posts: {outcomes:?}");
    for row in fs::read_to_string(corpus.join("tweet-citations.tsv"))?
        .lines()
        .skip(1)
    {
        let cells: Vec<&str> = row.split('\t').collect();
        let number = pages
            .iter()
            .position(|page| page.0 == cells[0])
            .ok_or("no such page")?
            + 1;
        let printed = cells[1];
        let dated = found
            .dated
            .iter()
            .find(|dated| dated.paragraph == number && dated.text == printed)
            .ok_or_else(|| format!("{printed} is not read"))?;
        let apart: i64 = cells[5].parse()?;
        println!(
            "  page {}: {}: {}",
            cells[0],
            dated.outcome,
            dated.said.replace(&dated.text, "it")
        );
        assert!(dated.said.contains("America/New_York"));
        // No post is held of that minute; where the same minute of another clock has one, both times are shown.
        let other_clock = apart.rem_euclid(3_600) < 60;
        assert_eq!(
            dated.outcome,
            if other_clock {
                "differs"
            } else {
                "cannot-tell"
            }
        );
    }
    Ok(())
}
