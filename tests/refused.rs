//! What is refused before anything is done, and what a doctored archive can no longer make the program say.

#![expect(
    clippy::disallowed_methods,
    reason = "an attacker does not ask for durable writes"
)]

#[path = "support/desk.rs"]
mod desk;

use std::fs;

use serde_json::Value;

use desk::Desk;
use desk::TestResult;

const LETTER: &str = "Subject: Harbor\r\nFrom: ann@x.example\r\nTo: bob@x.example\r\nMessage-ID: <one@x.example>\r\n\
    Date: Mon, 3 Jul 2023 10:00:00 +0000\r\n\r\nThe harbor wall was never inspected by anybody.\r\n";
const DRAFT: &str = "She wrote: “The harbor wall was never inspected by anybody.”\n";

/// A desk with one letter in its archive, and a draft.
fn desk() -> TestResult<Desk> {
    let desk = Desk::new()?;
    fs::write(desk.path("one.eml"), LETTER)?;
    fs::write(desk.path("draft.md"), DRAFT)?;
    desk.run(&["ingest", "one.eml", "--from", "Ann"])?;
    Ok(desk)
}

/// The reference of the letter's message and of its document.
fn letter(desk: &Desk) -> TestResult<(String, String)> {
    let found = desk.run(&["cite", "draft.md", "--json"])?.json()?;
    let matched = &found["quotations"][0]["matches"][0];
    let of = |name: &str| matched[name].as_str().unwrap_or_default().to_owned();
    Ok((of("item"), of("document")))
}

#[test]
fn a_report_never_takes_the_place_of_its_draft() -> TestResult {
    let desk = desk()?;
    std::os::unix::fs::symlink(desk.path("draft.md"), desk.path("link.md"))?;
    fs::hard_link(desk.path("draft.md"), desk.path("other.md"))?;
    for output in ["draft.md", "./draft.md", "link.md", "other.md"] {
        let ran = desk.run(&["cite", "draft.md", "-o", output])?;
        assert_eq!(ran.code, Some(2), "{output}: {}", ran.told);
        for said in ["is the draft itself", "nothing was changed", "try: "] {
            assert!(ran.told.contains(said), "{output}: {}", ran.told);
        }
        assert!(ran.out.is_empty(), "{}", ran.out);
    }
    assert_eq!(fs::read_to_string(desk.path("draft.md"))?, DRAFT);
    assert_eq!(fs::read_to_string(desk.path("other.md"))?, DRAFT);
    Ok(())
}

#[test]
fn no_report_is_written_into_the_archives_own_folder() -> TestResult {
    let desk = desk()?;
    std::os::unix::fs::symlink(desk.path("archive/log"), desk.path("elsewhere"))?;
    let (_, document) = letter(&desk)?;
    for output in ["archive/report.md", "archive/packs/r.md", "elsewhere/r.md"] {
        for verb in [["cite", "draft.md"], ["provenance", &document]] {
            let mut args = verb.to_vec();
            args.extend(["-o", output]);
            let ran = desk.run(&args)?;
            assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.told);
            assert!(ran.told.contains("archive's own folder"), "{}", ran.told);
            assert!(!desk.path(output).exists(), "{output}");
        }
    }
    Ok(())
}

#[test]
fn no_verb_replaces_the_database_a_key_or_what_it_reads() -> TestResult {
    let desk = desk()?;
    let (message, _) = letter(&desk)?;
    assert_eq!(desk.run(&["witness", "init", "me.example"])?.code, Some(0));
    let key = fs::read_dir(desk.path("user/config/keys"))?
        .next()
        .ok_or("no key")??
        .path();
    let key = key.display().to_string();
    let database = fs::read(desk.path("archive/archive.sqlite"))?;
    let (secret, held) = (fs::read(&key)?, fs::read(desk.path("one.eml"))?);
    for verb in [
        ["publish", &message, "--yes", "-o"].as_slice(),
        &["anchor", "request", "-o"],
        &["witness", "cosign", "one.eml", "-o"],
        &["cite", "draft.md", "-o"],
        &["provenance", &message, "-o"],
    ] {
        for output in ["archive/archive.sqlite", "archive/page.html", &key] {
            // Some verbs want an ending: what is refused for that is refused.
            let ran = desk.run(&[verb, &[output]].concat())?;
            assert_eq!(ran.code, Some(2), "{verb:?} {output}: {}", ran.told);
            assert!(!desk.path("archive/page.html").exists(), "{verb:?}");
        }
        let ran = desk.run(&[verb, &["archive/page.html"]].concat())?;
        assert!(ran.told.contains("archive's own folder"), "{}", ran.told);
        let ran = desk.run(&[verb, &["user/state/page.html"]].concat())?;
        assert!(ran.told.contains("among your own keys"), "{}", ran.told);
    }
    // The page takes the item's reference for its name, in the folder where the program is run.
    let ran = desk
        .command(&["publish", &message, "--yes"])
        .current_dir(desk.path("archive"))
        .output()?;
    let told = String::from_utf8(ran.stderr)?;
    assert!(told.contains("archive's own folder"), "{told}");
    let ran = desk.run(&["witness", "cosign", "one.eml", "-o", "one.eml"])?;
    assert!(ran.told.contains("is the request itself"), "{}", ran.told);
    assert_eq!(fs::read(desk.path("archive/archive.sqlite"))?, database);
    assert_eq!(
        (fs::read(&key)?, fs::read(desk.path("one.eml"))?),
        (secret, held)
    );
    Ok(())
}

#[test]
fn a_digest_of_a_withheld_text_is_not_opened() -> TestResult {
    let desk = desk()?;
    let (message, document) = letter(&desk)?;
    for (item, slot) in [(&message, "text_digest"), (&message, "bytes")] {
        let asked = ["publish", item, "--yes", "-o", "page.html", "--open", slot];
        let ran = desk.run(&[&asked[..], &["--withhold", "text"]].concat())?;
        assert_eq!(ran.code, Some(2), "{slot}: {}", ran.out);
        assert!(ran.told.contains("could be guessed"), "{}", ran.told);
        assert!(!desk.path("page.html").exists());
        assert_eq!(desk.run(&asked)?.code, Some(0), "{slot}");
        fs::remove_file(desk.path("page.html"))?;
    }
    let asked = [
        "publish",
        &document,
        "--yes",
        "-o",
        "page.html",
        "--open",
        "bytes",
    ];
    assert_eq!(desk.run(&asked)?.code, Some(0));
    Ok(())
}

#[test]
fn a_page_that_is_large_is_checked_to_its_end() -> TestResult {
    let desk = desk()?;
    // Each of these takes six bytes in the page's proof and four in its text.
    let line = format!("A list: {}\n", "<".repeat(400));
    fs::write(desk.path("long.txt"), line.repeat(5_000))?;
    desk.run(&["ingest", "long.txt"])?;
    let found = desk.run(&["find", "list", "--json"])?.json()?;
    let item = found["hits"][0]["item"].as_str().ok_or("nothing found")?;
    let ran = desk.run(&["publish", item, "--yes", "-o", "long.html"])?;
    assert_eq!(ran.code, Some(0), "{}", ran.told);
    let page = fs::read(desk.path("long.html"))?;
    assert!(page.len() > 16 << 20, "{} bytes", page.len());
    let ran = desk.run(&["verify", "long.html", "--json"])?;
    assert_eq!(ran.json()?["state"], "matches", "{}", ran.out);
    // Of what is not read to its end nothing is said.
    fs::File::options()
        .write(true)
        .open(desk.path("long.html"))?
        .set_len((64 << 20) + 1)?;
    let ran = desk.run(&["verify", "long.html", "--json"])?;
    assert_eq!(ran.code, Some(2), "{}", ran.told);
    let said = ran.json()?;
    assert_eq!(said["state"], "cannot-be-checked");
    assert_eq!(said["findings"][0]["code"], "proof.too-large");
    Ok(())
}

#[test]
fn nothing_rests_in_silence_on_a_document_that_was_changed() -> TestResult {
    let desk = desk()?;
    let (message, document) = letter(&desk)?;
    let pack = desk.path("archive/packs/000001.zip");
    let pack = if pack.exists() {
        pack
    } else {
        let lies: Value = desk.run(&["show", &document, "--path", "--json"])?.json()?;
        desk.path("archive")
            .join(lies["path"].as_str().unwrap_or_default())
    };
    let mut bytes = fs::read(&pack)?;
    let at = bytes
        .windows(5)
        .position(|it| it == b"never")
        .ok_or("the letter does not lie there")?;
    bytes[at] = b'N';
    let mut permissions = fs::metadata(&pack)?.permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "a test's own file")]
    permissions.set_readonly(false);
    fs::set_permissions(&pack, permissions)?;
    fs::write(&pack, bytes)?;

    let ran = desk.run(&["cite", "draft.md", "-o", "report.md"])?;
    assert_eq!(ran.code, Some(1), "{}", ran.out);
    assert!(ran.out.contains("is not as it was recorded"), "{}", ran.out);
    let report = fs::read_to_string(desk.path("report.md"))?;
    let look = report
        .split("## Needs attention")
        .nth(1)
        .unwrap_or_default();
    let look = look.split("## ").next().unwrap_or_default();
    assert!(look.contains("not as it was recorded"), "{report}");

    for args in [
        vec!["show", message.as_str()],
        vec!["show", message.as_str(), "--original"],
        vec!["show", document.as_str()],
        vec!["show", document.as_str(), "--original"],
    ] {
        let ran = desk.run(&args)?;
        assert_eq!(ran.code, Some(1), "{args:?}: {}", ran.out);
        assert!(
            ran.told.contains("not as it was recorded"),
            "{args:?}: {}",
            ran.told
        );
    }
    Ok(())
}

#[test]
fn nothing_rests_in_silence_on_a_text_that_was_changed() -> TestResult {
    let desk = desk()?;
    let (message, _) = letter(&desk)?;
    let database = rusqlite::Connection::open(desk.path("archive/archive.sqlite"))?;
    let changed = database.execute("UPDATE text SET body = replace(body, 'never', 'often')", ())?;
    assert!(changed > 0);
    drop(database);
    fs::write(desk.path("draft.md"), DRAFT.replace("never", "often"))?;
    let ran = desk.run(&["cite", "draft.md"])?;
    assert_eq!(ran.code, Some(1), "{}", ran.out);
    assert!(ran.out.contains("its text is not the one"), "{}", ran.out);
    let ran = desk.run(&["show", &message])?;
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    Ok(())
}

#[test]
fn a_draft_that_is_not_there_is_said_with_what_to_do() -> TestResult {
    let desk = desk()?;
    let ran = desk.run(&["cite", "nowhere.md"])?;
    assert_eq!(ran.code, Some(2));
    assert!(ran.told.contains("try: check the path"), "{}", ran.told);
    Ok(())
}

#[test]
fn a_doctored_search_index_cannot_deny_a_quotation() -> TestResult {
    let desk = desk()?;
    let (message, _) = letter(&desk)?;
    // An index made while the letter said something else.
    let database = rusqlite::Connection::open(desk.path("archive/archive.sqlite"))?;
    let body = |from: &str, to: &str| {
        database.execute("UPDATE text SET body = replace(body, ?1, ?2)", [from, to])
    };
    let (genuine, other) = (
        "The harbor wall was never inspected by anybody",
        "Fair weather",
    );
    assert!(body(genuine, other)? > 0);
    fs::remove_dir_all(desk.path("archive/search"))?;
    let found = desk.run(&["find", "weather"])?;
    assert!(found.out.contains(&message), "{}{}", found.out, found.told);
    assert!(body(other, genuine)? > 0);

    // Whoever asks the index alone is told so, and has no verdict.
    let quick = desk.run(&["cite", "draft.md", "--quick", "--json"])?;
    assert_eq!(quick.code, Some(1), "{quick}");
    let cited: Value = quick.json()?;
    let quoted = &cited["quotations"][0];
    assert_eq!(quoted["verdict"], "not-checked", "{quoted:#}");
    let said = quoted["findings"].to_string();
    assert!(
        said.contains("quotation.not-all-read") && said.contains("--quick"),
        "{said}"
    );
    assert_eq!(cited["gone_through"]["texts"], 0, "{cited:#}");

    let ran = desk.run(&["cite", "draft.md", "--json"])?;
    let cited: Value = ran.json()?;
    let quoted = &cited["quotations"][0];
    assert_eq!(quoted["verdict"], "exact", "{quoted:#}");
    let said = quoted["findings"].to_string();
    assert!(said.contains("quotation.index-missed"), "{said}");
    assert_eq!(
        quoted["matches"][0]["item"].as_str(),
        Some(message.as_str())
    );
    Ok(())
}

#[test]
fn a_doctored_search_index_cannot_put_an_altered_passage_in_the_place_of_the_true_one() -> TestResult
{
    let desk = desk()?;
    let (message, _) = letter(&desk)?;
    let other = LETTER
        .replace("one@x", "two@x")
        .replace("never inspected", "seldom inspected");
    fs::write(desk.path("two.eml"), other)?;
    desk.run(&["ingest", "two.eml"])?;
    // The index knows of the other letter only.
    let database = rusqlite::Connection::open(desk.path("archive/archive.sqlite"))?;
    let body = |from: &str, to: &str| {
        database.execute("UPDATE text SET body = replace(body, ?1, ?2)", [from, to])
    };
    let (genuine, hidden) = (
        "The harbor wall was never inspected by anybody",
        "Fair weather",
    );
    assert!(body(genuine, hidden)? > 0);
    fs::remove_dir_all(desk.path("archive/search"))?;
    desk.run(&["find", "weather"])?;
    assert!(body(hidden, genuine)? > 0);

    let quick = desk.run(&["cite", "draft.md", "--quick", "--json"])?;
    let cited: Value = quick.json()?;
    let quoted = &cited["quotations"][0];
    assert_eq!(quoted["verdict"], "altered", "{quoted:#}");
    assert!(quoted["findings"].to_string().contains("not-all-read"));

    let ran = desk.run(&["cite", "draft.md", "--json"])?;
    let cited: Value = serde_json::from_str(&ran.out)?;
    let quoted = &cited["quotations"][0];
    assert_eq!(quoted["verdict"], "exact", "{quoted:#}");
    assert_eq!(quoted["matches"][0]["item"], message.as_str());
    assert_eq!(cited["gone_through"]["quotations"], 1, "{cited:#}");
    Ok(())
}

#[test]
fn without_an_index_all_texts_are_gone_through_once() -> TestResult {
    let desk = desk()?;
    let (message, _) = letter(&desk)?;
    fs::remove_dir_all(desk.path("archive/search"))?;
    // Where no index can be made.
    fs::write(desk.path("archive/search"), "")?;
    let quick = desk.run(&["cite", "draft.md", "--quick"])?;
    assert_eq!(quick.code, Some(2), "{quick}");
    assert!(quick.told.contains("--quick asks"), "{}", quick.told);
    let ran = desk.run(&["cite", "draft.md", "--json"])?;
    let cited: Value = serde_json::from_str(&ran.out)?;
    let quoted = &cited["quotations"][0];
    assert_eq!(quoted["verdict"], "exact", "{quoted:#}{}", ran.told);
    assert_eq!(quoted["matches"][0]["item"], message.as_str());
    assert!(
        cited["gone_through"]["texts"]
            .as_u64()
            .is_some_and(|it| it > 0)
    );
    assert!(!quoted.to_string().contains("index-missed"), "{quoted:#}");
    Ok(())
}

#[test]
fn what_the_source_has_at_the_closing_mark_and_for_a_negation_is_said_as_it_is() -> TestResult {
    let desk = desk()?;
    let said = |draft: &str| -> TestResult<String> {
        fs::write(desk.path("other.md"), draft)?;
        Ok(desk.run(&["cite", "other.md", "--json"])?.out)
    };
    let comma = said("“The harbor wall was never inspected by anybody,” she wrote.\n")?;
    assert!(comma.contains("the source has “.”"), "{comma}");
    assert!(!comma.contains("has none there"), "{comma}");
    let cut = said("She wrote: “The harbor wall was never inspected.”\n")?;
    assert!(cut.contains("sentence goes on"), "{cut}");
    let turned = said("She wrote: “The harbor wall was inspected by anybody.”\n")?;
    assert!(turned.contains("the draft leaves out “never”"), "{turned}");
    assert!(!turned.contains("nothing, the source"), "{turned}");
    Ok(())
}

#[test]
fn an_act_that_says_nothing_is_refused_and_one_that_says_little_reads_well() -> TestResult {
    let desk = desk()?;
    let (_, document) = letter(&desk)?;
    let ran = desk.run(&["custody", "add", &document])?;
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    let ran = desk.run(&["attribute", &document, "--who", "Ann"])?;
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(ran.told.contains("--role"), "{}", ran.told);
    let ran = desk.run(&["attribute", &document, "--terms", "off record"])?;
    let told = format!("said of {document}: on the terms: off record");
    assert!(ran.out.contains(&told), "{}", ran.out);
    Ok(())
}
