//! Published versions are compared with each other, with drafts, and with the page on which they stand.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/published.rs"]
mod published;
#[path = "support/schemas.rs"]
mod schemas;

use std::fs;

use desk::Desk;
use desk::TestResult;
use published::DRAFT;
use published::sorts;
use serde_json::Value;

#[test]
fn a_correction_that_rests_on_a_withdrawn_one_is_not_applied_and_that_is_said() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let version = desk.published("draft.md", &[], 1)?;
    desk.correct(&version, "on Tuesday", "on Wednesday", &[])?;
    let listed = desk.json(&["cite", "versions"], 0)?;
    let first = &listed["versions"][0]["corrections"][0]["entry"];
    let first = first.as_u64().ok_or("no correction")?;
    assert_eq!(
        desk.correct(&version, "on Wednesday", "on Monday", &[])?
            .code,
        Some(1)
    );
    desk.run(&[
        "correct",
        &first.to_string(),
        "--withdraw",
        "--reason",
        "no",
    ])?;
    let compared = desk.json(&["cite", "compare", &version], 0)?;
    assert_eq!(sorts(&compared), [""; 0]);
    let said = compared["words"]["not_compared"][0]
        .as_str()
        .unwrap_or_default();
    assert!(
        said.contains(&format!("under entry {}", first + 1)),
        "{compared}"
    );
    Ok(())
}

#[test]
fn two_versions_are_compared_in_words_and_in_what_they_rest_on() -> TestResult {
    let (desk, mail) = Desk::with_mail()?;
    let first = desk.published("draft.md", &[], 1)?;
    desk.correct(&first, "on Tuesday", "on Monday", &[])?;
    let next = DRAFT
        .replace("By Ines Valder\n\n", "")
        .replace("Tuesday", "Monday")
        .replace("$15,000", "$50,000")
        .replace(
            "Nobody answered.",
            &format!("Nobody answered her [{mail}].\n\nThe end."),
        );
    fs::write(desk.path("next.md"), next)?;
    let second = desk.published("next.md", &["--previous", &first], 0)?;
    for new in [second.as_str(), "next.md"] {
        let compared = desk.json(&["cite", "compare", &first, new], 1)?;
        assert_eq!(compared["old"]["corrections"], 1);
        assert_eq!(
            sorts(&compared),
            [
                "removed: By Ines Valder",
                "changed: $15,000/$50,000",
                "changed: answered./answered her.",
                "added: The end.",
            ]
        );
        let evidence = &compared["evidence"];
        assert_eq!(evidence["same"], 2);
        assert_eq!(evidence["changed"][0]["was"]["verdict"], "altered");
        assert_eq!(evidence["pins_added"][0]["pin"], mail);
    }
    assert_eq!(
        desk.json(&["cite", "compare", &second, "next.md"], 0)?["words"]["same"],
        6
    );
    desk.json(&["cite", "compare", &first, "999"], 4)?;
    desk.json(&["cite", "compare", &first, "nothing.md"], 4)?;
    // What is withheld after publication is a change of evidence against what was frozen.
    let withheld = desk.run(&["withhold", &mail, "--reason", "asked"])?;
    assert!(
        withheld.told.contains(&format!(
            "is quoted in what was published under entry {second}"
        )),
        "{}",
        withheld.told
    );
    let report = desk.json(&["cite", "versions", &second, "--report", "again.html"], 2)?;
    let said = report["message"].as_str().unwrap_or_default();
    assert!(said.contains("withheld under entry"), "{said}");
    assert!(!desk.path("again.html").exists());
    let compared = desk.json(&["cite", "compare", &second], 1)?;
    let changed = compared["evidence"]["changed"].as_array().map(Vec::len);
    assert_eq!(changed, Some(3), "{compared:#}");
    Ok(())
}

#[test]
fn a_page_from_the_web_is_held_against_the_version_paragraph_by_paragraph() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let version = desk.published("draft.md", &[], 1)?;
    desk.correct(&version, "on Tuesday", "on Monday", &[])?;
    let page = "<html><head><title>Harbor</title><style>p{}</style></head><body><nav><ul><li>Home<li>Log in</ul></nav>\
        <h1>The pier</h1><p>By Ines&nbsp;Valder</p><aside>Buy boats</aside>\
        <p>Halloran wrote that \"the pier was never safe, and everyone knew it\" in a <a href=x>mail</a>.\
        <p>She signed &ldquo;the papers on Monday because he asked me to.&rdquo;</p>\
        <p>“We paid him $15,000 in gold.”</p><footer>All rights <b>reserved</b></footer><script>var p='<p>Nobody answered.'</script>";
    fs::write(desk.path("page.html"), page)?;
    desk.run(&["ingest", "page.html", "--from", "the web"])?;
    let found = desk.run(&["find", "boats", "--json"])?.json()?;
    let item = found["hits"][0]["document"].as_str().ok_or("not found")?;
    for page in ["page.html", item] {
        let compared = desk.json(&["cite", "compare", &version, page], 1)?;
        assert_eq!(compared["words"]["same"], 4, "{compared:#}");
        assert_eq!(
            sorts(&compared),
            [
                "added: Buy boats",
                "changed: cash.”/gold.”",
                "removed: Nobody answered."
            ]
        );
        assert_eq!(compared["page"]["before"]["words"], 3);
        assert_eq!(compared["page"]["after"]["words"], 3);
        assert_eq!(compared["evidence"], Value::Null);
        let left = compared["words"]["not_compared"].to_string();
        assert!(left.contains("of the page only the text"), "{left}");
    }
    let text = desk.run(&["cite", "compare", &version, item])?.out;
    for said in [
        "1 missing there, 1 only there",
        "counted and not compared",
        "in [-cash.”-] [+gold.”+]",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // As a draft, all of it counts.
    let compared = desk.json(
        &["cite", "compare", &version, "page.html", "--as", "draft"],
        1,
    )?;
    assert!(
        sorts(&compared).contains(&"added: Home".to_owned()),
        "{compared:#}"
    );
    desk.json(&["cite", "compare", &version, "d-zzzzzz"], 4)?;
    desk.run(&["withhold", item, "--reason", "asked"])?;
    let refused = desk.json(&["cite", "compare", &version, item], 2)?;
    assert!(
        refused["message"]
            .as_str()
            .is_some_and(|it| it.contains("withheld"))
    );
    Ok(())
}

#[test]
fn the_page_of_an_article_is_no_source_of_what_the_article_quotes() -> TestResult {
    let (desk, mail) = Desk::with_mail()?;
    let before = desk.json(&["cite", "draft.md"], 1)?;
    let paragraphs = DRAFT.split("\n\n").map(|it| format!("<p>{it}</p>\n"));
    let page = paragraphs.collect::<Vec<String>>().concat();
    fs::write(
        desk.path("page.html"),
        format!("<p>Home</p>{page}<p>All rights reserved</p>"),
    )?;
    desk.run(&["ingest", "page.html", "--from", "the web"])?;
    let found = desk.run(&["find", "rights", "--json"])?.json()?;
    let item = found["hits"][0]["document"].as_str().ok_or("not found")?;
    let after = desk.json(&["cite", "draft.md"], 1)?;
    assert_eq!(after["counts"]["altered"], 2, "{after:#}");
    let matches = |cited: &Value| cited["quotations"][0]["matches"].as_array().map(Vec::len);
    assert_eq!((matches(&before), matches(&after)), (Some(1), Some(1)));
    assert_eq!(after["quotations"][0]["matches"][0]["item"], mail);
    let finding = &after["findings"][0];
    assert_eq!(
        (finding["code"].as_str(), finding["subject"].as_str()),
        (Some("draft.in-archive"), Some(item))
    );
    // Whether an index is there or not.
    fs::remove_dir_all(desk.path("archive/search"))?;
    fs::write(desk.path("archive/search"), "")?;
    assert_eq!(desk.json(&["cite", "draft.md"], 1)?["counts"]["altered"], 2);
    // Whoever pins it has said that it is the source; that the page itself only quotes the words is said.
    fs::write(
        desk.path("other.md"),
        format!("He wrote “the papers on Tuesday because he asked me to” [{item}].\n"),
    )?;
    let pinned = desk.json(&["cite", "other.md"], 1)?;
    assert_eq!(pinned["quotations"][0]["verdict"], "exact");
    let findings = &pinned["quotations"][0]["findings"];
    assert_eq!(findings[0]["code"], "quotation.second-hand");
    Ok(())
}

#[test]
fn texts_of_any_size_and_sort_are_compared_in_little_time() -> TestResult {
    let (desk, _) = Desk::with_mail()?;
    let version = desk.published("draft.md", &[], 1)?;
    let deep = format!(
        "{}The pier{}",
        "<div><p>".repeat(100_000),
        "</div>".repeat(9)
    );
    let rows: Vec<String> = (0..60_000)
        .map(|it| format!("<p>{it} pier she paid him\n"))
        .collect();
    for (name, page) in [
        ("deep.html", deep.into_bytes()),
        ("rows.html", rows.concat().into_bytes()),
        (
            "odd.html",
            b"<p>\xff\xfe The pier <![CDATA[ <!-- \x00"
                .iter()
                .map(|it| (*it).max(1))
                .collect(),
        ),
        ("empty.html", Vec::new()),
    ] {
        fs::write(desk.path(name), page)?;
        let started = std::time::Instant::now();
        desk.json(&["cite", "compare", &version, name], 1)?;
        assert!(started.elapsed().as_secs() < 60, "{name}");
    }
    let text = desk.run(&["cite", "compare", &version, "empty.html"])?.out;
    assert!(
        text.contains("Nothing of the text was found on the page"),
        "{text}"
    );
    fs::write(desk.path("binary.html"), b"PK\0\0")?;
    desk.json(&["cite", "compare", &version, "binary.html"], 2)?;
    Ok(())
}
