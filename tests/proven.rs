//! The citation report that carries a proof of the passages it shows: the sample's, checked without its archive, and each
//! way to change it.

#![expect(
    clippy::disallowed_methods,
    reason = "what a test writes need not outlive it"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// A folder of one's own, and the sample's report in it.
struct Sample(tempfile::TempDir);

impl Sample {
    fn new() -> TestResult<Self> {
        let sample = Self(tempfile::tempdir()?);
        let (status, _) = sample.run(&["demo", "demo"])?;
        assert_eq!(status, Some(0));
        Ok(sample)
    }

    fn run(&self, args: &[&str]) -> TestResult<(Option<i32>, String)> {
        let output = Command::new(env!("CARGO_BIN_EXE_fonds"))
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("FONDS_USER", self.0.path().join("user"))
            .env("FONDS_NOW", "2026-11-23T09:30:00Z")
            .args(args)
            .output()?;
        Ok((output.status.code(), String::from_utf8(output.stdout)?))
    }

    fn report(&self) -> TestResult<String> {
        Ok(fs::read_to_string(self.0.path().join("demo/report.html"))?)
    }

    /// What the program says of a page that is all it has.
    fn verified(&self, page: &str) -> TestResult<Value> {
        let path = self.0.path().join("page.html");
        fs::write(&path, page)?;
        let (_, said) = self.run(&["verify", "--json", "page.html"])?;
        Ok(serde_json::from_str(&said)?)
    }
}

#[test]
fn a_report_with_its_proof_is_checked_without_the_archive() -> TestResult {
    let sample = Sample::new()?;
    let page = sample.report()?;
    fs::remove_dir_all(sample.0.path().join("demo/archive"))?;
    let said = sample.verified(&page)?;
    let of = said["passages"].clone();
    assert_eq!(
        (&said["what"], &said["state"]),
        (&"report".into(), &"matches".into()),
        "{said}"
    );
    // Each source that a card shows, both messages of one that runs two together.
    let panes = page.matches(" data-source").count() as u64;
    assert_eq!(
        (&of["shown"], &of["proved"]),
        (&panes.into(), &panes.into())
    );
    assert!(panes > 24, "{panes}");
    let (status, told) = sample.run(&["verify", "page.html"])?;
    assert_eq!(status, Some(0));
    assert!(
        told.contains("names, times and custody beside the passages are what the report says"),
        "{told}"
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/output/verify-file-1.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(script)?)?;
    let validator = jsonschema::validator_for(&schema)?;
    assert!(validator.is_valid(&said), "{said}");
    Ok(())
}

#[test]
fn nothing_of_a_source_is_opened_but_what_the_report_shows() -> TestResult {
    let sample = Sample::new()?;
    let page = sample.report()?;
    let (_, held) = page.split_once("id=\"proof\">").ok_or("no proof")?;
    let (held, _) = held.split_once("</script>").ok_or("no end")?;
    let proof: Value = serde_json::from_str(held)?;
    let items = proof["items"].as_array().ok_or("no items")?;
    let mut slots: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items {
        for opening in item["openings"].as_array().ok_or("no openings")? {
            *slots
                .entry(opening["slot"].as_str().ok_or("no slot")?)
                .or_default() += 1;
        }
        // A digest only of what is shown whole.
        let opened = |slot: &str| {
            item["openings"]
                .as_array()
                .is_some_and(|all| all.iter().any(|it| it["slot"] == slot))
        };
        if item["text"]["passages"].is_array() {
            assert!(!opened("text_digest") && !opened("bytes"), "{item}");
        }
    }
    let names: Vec<&str> = slots.into_keys().collect();
    let all = ["at", "bytes", "from", "kind", "text", "text_digest", "to"];
    assert!(names.iter().all(|it| all.contains(it)), "{names:?}");
    Ok(())
}

/// The page with one thing put in the place of another.
fn once(page: &str, from: &str, to: &str) -> String {
    assert!(page.contains(from), "{from}");
    page.replacen(from, to, 1)
}

const MAIN: &str = "<main data-page=\"citation-report\">";
const RECORDED: &str = "<section><h2 id=\"recorded\"";
const SOURCE: &str = "<p class=\"said\" dir=\"auto\" data-source";

/// Ways to have the page show other words of a source than those that are proved.
fn other_words(page: &str) -> TestResult<Vec<(String, String)>> {
    let (_, rest) = page
        .split_once("data-source data-quoted=")
        .ok_or("no source")?;
    let (around, rest) = rest.split_once("</span>").ok_or("no words")?;
    let (words, _) = rest.split_once('<').ok_or("no end")?;
    assert!(words.len() > 10);
    let place = format!("{around}</span>{words}");
    let mut ways = vec![(
        "a word more".to_owned(),
        once(page, &place, &format!("{place} not")),
    )];
    for put_in in [
        "<span hidden>not</span>",
        "<span class=\"caret\">never</span>",
        "<span class=\"hidden\">[never]</span>",
        "<span class=\"signoff\">not</span>",
        "<mark class=\"hidden\">not</mark>",
        "<meter>not</meter>",
        "<svg><desc>not</desc></svg>",
        "<p>not</p>",
    ] {
        let changed = once(page, &place, &format!("{around}</span>{put_in}{words}"));
        ways.push((put_in.to_owned(), changed));
    }
    for (what, from, to) in [
        (
            "beside another's proof",
            "data-quoted=\"0\"",
            "data-quoted=\"1\"",
        ),
        (
            "one that the proof has not",
            "data-quoted=\"0\"",
            "data-quoted=\"9999\"",
        ),
        (
            "a number that is none",
            "data-quoted=\"0\"",
            "data-quoted=\"x\"",
        ),
        (
            "words beside it",
            SOURCE,
            &format!("<p class=\"said\" dir=\"auto\">Mine</p>{SOURCE}"),
        ),
        (
            "another element",
            SOURCE,
            &format!("<div data-source></div>{SOURCE}"),
        ),
        (
            "another's alone",
            &format!("{SOURCE} data-quoted=\"0\""),
            "<p class=\"said\" dir=\"auto\"",
        ),
        (
            "hidden, and another's",
            SOURCE,
            &format!("<p class=\"hidden\">Mine</p>{SOURCE}"),
        ),
    ] {
        ways.push((what.to_owned(), once(page, from, to)));
    }
    Ok(ways)
}

/// Ways to change the rest of what is proved, and what the page is made of.
fn other_pages(page: &str) -> TestResult<Vec<(String, String)>> {
    let between = |start: &str| -> TestResult<String> {
        let (_, rest) = page.split_once(start).ok_or("not there")?;
        Ok(rest.split_once('<').ok_or("no end")?.0.to_owned())
    };
    let twelve = between("data-proven=\"words\">")?;
    let text = between("data-proven=\"0/text/0\">")?;
    assert_eq!(twelve.split(' ').count(), 12);
    let other =
        "abandon ability able about above absent absorb abstract absurd abuse access accident";
    let mut ways = Vec::new();
    for (what, from, to) in [
        (
            "what was recorded",
            &format!("0/text/0\">{text}"),
            &format!("0/text/0\">{text} not"),
        ),
        ("the words in the command", &twelve, &other.to_owned()),
        (
            "the words to be compared",
            &format!("words\">{twelve}"),
            &format!("words\">{other}"),
        ),
        (
            "a second set of words",
            &MAIN.to_owned(),
            &format!("{MAIN}<p data-proven=\"words\">mine</p>"),
        ),
        (
            "what is proved, hidden",
            &RECORDED.to_owned(),
            &format!("<div hidden>{RECORDED}"),
        ),
        (
            "an element not closed",
            &RECORDED.to_owned(),
            &format!("<div>{RECORDED}"),
        ),
        (
            "a script",
            &"</main>".to_owned(),
            &"<script>1</script></main>".to_owned(),
        ),
        (
            "a style",
            &"</main>".to_owned(),
            &"<style>p{display:none}</style></main>".to_owned(),
        ),
        (
            "a template",
            &MAIN.to_owned(),
            &format!("{MAIN}<template></template>"),
        ),
        ("a remark", &MAIN.to_owned(), &format!("{MAIN}<!-- x -->")),
        (
            "a page that leads elsewhere",
            &MAIN.to_owned(),
            &format!("{MAIN}<meta http-equiv=\"refresh\" content=\"0\">"),
        ),
        (
            "a style of an element",
            &"<p class=\"tally\"".to_owned(),
            &"<p style=\"x\" class=\"tally\"".to_owned(),
        ),
        (
            "another script",
            &"\"use strict\";".to_owned(),
            &"\"use strict\" ;".to_owned(),
        ),
        // Without its name it is taken for a published page, which it is not.
        ("its name", &MAIN.to_owned(), &"<main>".to_owned()),
    ] {
        ways.push((what.to_owned(), once(page, from, to)));
    }
    ways.push((
        "its last byte".to_owned(),
        page[..page.len() - 1].to_owned(),
    ));
    let (before, proof) = page.split_once("id=\"proof\">").ok_or("no proof")?;
    for (what, from, to) in [
        ("a salt", "\"salt\":\"", "\"salt\":\"f"),
        ("a commitment", "\"c\":[\"", "\"c\":[\"f"),
        ("a path", "\"path\":[\"", "\"path\":[\"f"),
        ("a text", "\"text\":\"", "\"text\":\"Not so. "),
    ] {
        let proof = once(proof, from, to);
        ways.push((what.to_owned(), format!("{before}id=\"proof\">{proof}")));
    }
    Ok(ways)
}

#[test]
fn a_report_of_which_anything_proved_was_changed_does_not_match() -> TestResult {
    let sample = Sample::new()?;
    let page = sample.report()?;
    let ways = [other_words(&page)?, other_pages(&page)?].concat();
    for (what, changed) in ways {
        assert_ne!(changed, page, "{what}");
        let said = sample.verified(&changed)?;
        let findings = &said["findings"];
        assert_eq!(said["state"], "does-not-match", "{what}: {findings}");
    }
    Ok(())
}

/// Ways to put words beside what is proved, so that they pass for a source's.
fn words_beside(page: &str) -> TestResult<Vec<(String, String)>> {
    let (_, rest) = page.split_once(SOURCE).ok_or("no source")?;
    let (words, rest) = rest.split_once("</p>").ok_or("no end")?;
    let (facts, _) = rest.split_once("</div>").ok_or("no end")?;
    let said = format!("{SOURCE}{words}</p>");
    let label = "<p class=\"label\">The source, m-";
    let (_, named) = page.split_once(label).ok_or("no label")?;
    let (code, _) = named.split_once('<').ok_or("no end")?;
    let label = format!("{label}{code}</p>");
    let none = "<p class=\"empty\">No passage holds these words.</p>";
    let lie = "I stole the fifty thousand crowns.";
    let notes = "<div class=\"notes\">";
    let mut ways = Vec::new();
    for (what, from, to) in [
        (
            "an empty pane with words",
            said.clone(),
            format!("<p class=\"empty\" dir=\"auto\">{lie}</p>"),
        ),
        (
            "a passage that is taken out",
            format!("{label}{said}{facts}"),
            format!("<p class=\"label\">The source</p>{none}"),
        ),
        (
            "words where there is no source",
            none.to_owned(),
            format!("<p class=\"empty\">{lie}</p>"),
        ),
        (
            "the draft as a source",
            "<p class=\"label\">The draft</p>".to_owned(),
            label.clone(),
        ),
        (
            "a label with words",
            "<p class=\"label\">The source</p>".to_owned(),
            format!("<p class=\"label\">The source, m-{code}: {lie}</p>"),
        ),
        (
            "another's name",
            label.clone(),
            "<p class=\"label\">The source, m-00000000</p>".to_owned(),
        ),
        (
            "words between the paragraphs",
            said.clone(),
            format!("{lie}{said}"),
        ),
        (
            "a side more",
            notes.to_owned(),
            format!("{notes}<div class=\"side\">{label}</div>"),
        ),
    ] {
        ways.push((what.to_owned(), once(page, &from, &to)));
    }
    for (what, more) in [
        (
            "a third side",
            format!("<div class=\"side\">{label}<p class=\"said\">{lie}</p></div>"),
        ),
        ("an empty side", "<div class=\"side\"></div>".to_owned()),
    ] {
        let end = "</div><div class=\"notes\">";
        ways.push((what.to_owned(), once(page, end, &format!("{more}{end}"))));
    }
    for put_in in [
        format!("<pre class=\"said\">{lie}</pre>"),
        "<p/>".to_owned(),
        format!("<p class=\"label\">The source, m-{code}: {lie}</p>"),
        format!("<p class=\"empty\">{lie}</p>"),
        format!("<p class=\"worded\">{lie}</p>"),
        format!("<div class=\"shown\">{lie}</div>"),
        format!("<figure><svg><text>m-{code}: {lie}</text></svg></figure>"),
        format!("<span class=\"said\">{lie}</span>"),
    ] {
        let changed = once(page, notes, &format!("{notes}{put_in}"));
        ways.push((put_in, changed));
    }
    for to in ["javascript:alert(1)", "https://evil.example/", ""] {
        let changed = once(page, "href=\"#custody-1\"", &format!("href=\"{to}\""));
        ways.push((to.to_owned(), changed));
    }
    let changed = once(
        page,
        "<p class=\"empty\">",
        "<p class=\"empty\" aria-hidden=\"true\">",
    );
    ways.push(("not for all readers".to_owned(), changed));
    Ok(ways)
}

#[test]
fn no_words_can_be_put_beside_what_is_proved() -> TestResult {
    let sample = Sample::new()?;
    let page = sample.report()?;
    for (what, changed) in words_beside(&page)? {
        assert_ne!(changed, page, "{what}");
        let said = sample.verified(&changed)?;
        assert_eq!(said["state"], "does-not-match", "{what}: {said}");
        assert_eq!(said["findings"][0]["code"], "proof.page-differs", "{what}");
    }
    Ok(())
}

#[test]
fn the_words_of_another_archive_do_not_pass() -> TestResult {
    let sample = Sample::new()?;
    fs::write(sample.0.path().join("page.html"), sample.report()?)?;
    let words =
        "abandon ability able about above absent absorb abstract absurd abuse access accident";
    let (status, _) = sample.run(&["verify", "page.html", "--key", words])?;
    assert_eq!(status, Some(1));
    Ok(())
}
