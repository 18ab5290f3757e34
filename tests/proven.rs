//! The citation report that carries a proof of the passages it shows: the sample's, checked without its archive, and each
//! way to change it.

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

#[test]
fn a_report_of_which_anything_proved_was_changed_does_not_match() -> TestResult {
    let sample = Sample::new()?;
    let page = sample.report()?;
    let once = |from: &str, to: &str| -> TestResult<String> {
        assert!(page.contains(from), "{from}");
        Ok(page.replacen(from, to, 1))
    };
    let (_, pane) = page
        .split_once("data-source data-quoted=")
        .ok_or("no source")?;
    let (around, pane) = pane.split_once("</span>").ok_or("no words")?;
    let (words, _) = pane.split_once('<').ok_or("no end")?;
    let (_, words_of) = page
        .split_once("data-proven=\"words\">")
        .ok_or("no words")?;
    let (twelve, _) = words_of.split_once('<').ok_or("no end")?;
    let (_, text) = page
        .split_once("data-proven=\"0/text/0\">")
        .ok_or("no text")?;
    let (text, _) = text.split_once('<').ok_or("no end")?;
    assert!(words.len() > 10 && text.len() > 10 && twelve.split(' ').count() == 12);
    let main = "<main data-page=\"citation-report\">";
    let mut ways = vec![
        (
            "a word of a source",
            once(
                &format!("{around}</span>{words}"),
                &format!("{around}</span>{words} not"),
            )?,
        ),
        (
            "a source set beside another's proof",
            once("data-quoted=\"0\"", "data-quoted=\"1\"")?,
        ),
        (
            "a source that the proof has not",
            once("data-quoted=\"0\"", "data-quoted=\"9999\"")?,
        ),
        (
            "a number that is none",
            once("data-quoted=\"0\"", "data-quoted=\"x\"")?,
        ),
        (
            "a source emptied, and words beside it",
            once(
                "<p class=\"said\" dir=\"auto\" data-source",
                "<p class=\"said\" dir=\"auto\">Mine</p><p class=\"said\" dir=\"auto\" data-source",
            )?,
        ),
        (
            "a source that is another element",
            once(
                "<p class=\"said\" dir=\"auto\" data-source",
                "<div data-source></div><p class=\"said\" dir=\"auto\" data-source",
            )?,
        ),
        (
            "a word behind an attribute that hides it",
            once(
                &format!("{around}</span>{words}"),
                &format!("{around}</span><span hidden>not</span>{words}"),
            )?,
        ),
        (
            "words of one's own as something said besides",
            once(
                &format!("{around}</span>{words}"),
                &format!("{around}</span><span class=\"caret\">never</span>{words}"),
            )?,
        ),
        (
            "a class that the screen does not show",
            once(
                &format!("{around}</span>{words}"),
                &format!("{around}</span><span class=\"signoff\">not</span>{words}"),
            )?,
        ),
        (
            "an element whose words are not shown",
            once(
                &format!("{around}</span>{words}"),
                &format!("{around}</span><meter>not</meter>{words}"),
            )?,
        ),
        (
            "a mark that is hidden",
            once(
                &format!("{around}</span>{words}"),
                &format!("{around}</span><mark class=\"hidden\">not</mark>{words}"),
            )?,
        ),
        (
            "the passages in a part that is hidden",
            once(
                "<section><h2 id=\"recorded\"",
                "<div hidden><section><h2 id=\"recorded\"",
            )?,
        ),
        (
            "an element that is not closed",
            once(
                "<section><h2 id=\"recorded\"",
                "<div><section><h2 id=\"recorded\"",
            )?,
        ),
        (
            "a page that goes elsewhere",
            once(
                main,
                &format!("{main}<meta http-equiv=\"refresh\" content=\"0;url=https://x.example\">"),
            )?,
        ),
        (
            "the whole passage another's",
            once(
                "<p class=\"said\" dir=\"auto\" data-source data-quoted=\"0\">",
                "<p class=\"said\" dir=\"auto\">",
            )?,
        ),
        (
            "what was recorded",
            once(
                &format!("0/text/0\">{text}"),
                &format!("0/text/0\">{text} not"),
            )?,
        ),
        (
            "the words in the command",
            once(
                twelve,
                "abandon ability able about above absent absorb abstract absurd abuse access accident",
            )?,
        ),
        (
            "the words to be compared",
            once(
                &format!("data-proven=\"words\">{twelve}"),
                &format!("data-proven=\"words\">{}", twelve.to_uppercase()),
            )?,
        ),
        (
            "a second set of words",
            once(main, &format!("{main}<p data-proven=\"words\">mine</p>"))?,
        ),
        (
            "a script of one's own",
            once("</main>", "<script>1</script></main>")?,
        ),
        (
            "a style of one's own",
            once("</main>", "<style>p{display:none}</style></main>")?,
        ),
        (
            "words that are hidden",
            once(main, &format!("{main}<template></template>"))?,
        ),
        (
            "a remark around it",
            once(main, &format!("{main}<!-- x -->"))?,
        ),
        (
            "a style of an element",
            once(
                "<p class=\"tally\"",
                "<p style=\"display:none\" class=\"tally\"",
            )?,
        ),
        (
            "another script",
            once("\"use strict\";", "\"use strict\" ;")?,
        ),
        ("its last byte", page[..page.len() - 1].to_owned()),
    ];
    let (before, proof) = page.split_once("id=\"proof\">").ok_or("no proof")?;
    for (what, from, to) in [
        ("a salt", "\"salt\":\"", "\"salt\":\"f"),
        ("a commitment", "\"c\":[\"", "\"c\":[\"f"),
        ("a path", "\"path\":[\"", "\"path\":[\"f"),
        ("a text", "\"text\":\"", "\"text\":\"Not so. "),
    ] {
        ways.push((
            what,
            format!("{before}id=\"proof\">{}", proof.replacen(from, to, 1)),
        ));
    }
    for (what, changed) in ways {
        assert_ne!(changed, page, "{what}");
        let said = sample.verified(&changed)?;
        let findings = &said["findings"];
        assert_eq!(said["state"], "does-not-match", "{what}: {findings}");
    }
    // Without its name it is taken for a published page, which it is not.
    let said = sample.verified(&once(main, "<main>")?)?;
    assert_eq!(said["state"], "does-not-match", "{said}");
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
