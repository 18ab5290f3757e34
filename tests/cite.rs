//! `fonds cite` as a desk runs it on the drafts of a word processor: what it says, what it writes and with which exit
//! status it ends.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/office.rs"]
mod office;
#[path = "support/part.rs"]
mod part;
#[path = "support/skipped.rs"]
mod skipped;

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use desk::Desk;
use desk::TestResult;
use office::docx;
use office::odt;
use office::p;
use office::r;
use part::part;
use serde_json::Value;
use skipped::skipped;

/// An archive with two letters in it; their references.
fn desk() -> TestResult<(Desk, [String; 2])> {
    let desk = Desk::new()?;
    let letters = [
        "I never asked him to sign it.\n",
        "We paid him $50,000 in cash, on the pier.\n",
    ];
    for (index, letter) in letters.iter().enumerate() {
        fs::write(desk.path(&format!("{index}.txt")), letter)?;
    }
    desk.run(&["ingest", "0.txt", "1.txt"])?;
    let reference = |words: &str| -> TestResult<String> {
        let found = desk.run(&["find", words, "--json"])?.json()?;
        let first = found["hits"][0]["item"].as_str();
        Ok(first.ok_or_else(|| format!("{found}"))?.to_owned())
    };
    let references = [reference("asked")?, reference("cash")?];
    Ok((desk, references))
}

fn states(answer: &Value) -> Vec<(String, String)> {
    let word = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let quotations = answer["quotations"].as_array().into_iter().flatten();
    let quotations = quotations.map(|it| (word(&it["text"]), word(&it["verdict"])));
    let claims = answer["claims"].as_array().into_iter().flatten();
    let claims = claims.map(|it| (word(&it["pin"]), word(&it["state"])));
    quotations.chain(claims).collect()
}

#[test]
fn a_docx_is_checked_and_given_back_with_what_was_found() -> TestResult {
    let (desk, [first, second]) = desk()?;
    let comments = format!(
        "<w:comment w:id=\"0\" w:author=\"Ines Valder\">{}</w:comment>",
        p(&first)
    );
    let body = [
        format!(
            "<w:p><w:commentRangeStart w:id=\"0\"/>{}<w:commentRangeEnd w:id=\"0\"/><w:r><w:commentReference w:id=\"0\"/></w:r>{}</w:p>",
            r("“I never asked him to sign it,”"),
            r(" she wrote.")
        ),
        p(&format!("“We paid him $15,000 in cash” [{second}].")),
        p("“We met on the second floor” [off the archive: Source A], he says."),
        p("Nobody was told [m-0000000]. It was dark [off the archive]."),
        p("The minutes say so [https://pier.example/minutes]."),
    ]
    .concat();
    fs::write(
        desk.path("draft.docx"),
        docx(&body, &[("comments", &comments)])?,
    )?;
    let ran = desk.run(&["cite", "draft.docx", "--comments", "checked.docx", "--json"])?;
    assert_eq!(ran.code, Some(1), "{ran}");
    let answer = ran.json()?;
    let states = states(&answer);
    let states: Vec<(&str, &str)> = states
        .iter()
        .map(|it| (it.0.as_str(), it.1.as_str()))
        .collect();
    assert_eq!(
        states,
        [
            ("I never asked him to sign it,", "house-style"),
            ("We paid him $15,000 in cash", "altered"),
            ("We met on the second floor", "off-archive"),
            ("m-0000000", "unknown"),
            ("off the archive", "off-archive"),
            ("https://pier.example/minutes", "web"),
        ]
    );
    assert_eq!(answer["counts"]["off-archive"], 1);
    let digest = <sha2::Sha256 as sha2::Digest>::digest(fs::read(desk.path("draft.docx"))?);
    let digest = hex::encode(digest);
    assert_eq!(answer["draft"]["sha256"], digest.as_str());
    let written = fs::read(desk.path("checked.docx"))?;
    let remarks = part(&written, "word/comments.xml")?;
    for words in [
        "Q2: altered",
        "A figure is changed: the draft has “15,000”, the source “50,000”.",
        "We paid him $50,000 in cash",
        "Q3: off the archive",
        "Rests on Source A; not in the archive.",
        "m-0000000: leads nowhere.",
        &digest,
    ] {
        assert!(remarks.contains(words), "{words}: {remarks}");
    }
    let said = desk.run(&["cite", "draft.docx"])?;
    assert!(
        said.out.contains("3 statements pinned without a quotation: 1 leads nowhere; 1 on the web, not looked at; 1 not in the archive."),
        "{said}"
    );
    assert!(
        said.out
            .contains("paragraph 4: m-0000000 names nothing in this archive"),
        "{said}"
    );
    // The copy with comments is a draft of its own, and its verdicts are the same.
    let again = desk.run(&["cite", "checked.docx", "--json"])?.json()?;
    assert_eq!(again["counts"], answer["counts"]);
    for report in ["report.html", "report.md"] {
        desk.run(&["cite", "draft.docx", "-o", report])?;
        let page = fs::read_to_string(desk.path(report))?;
        assert!(
            page.contains("Rests on Source A; not in the archive."),
            "{page}"
        );
        assert!(page.contains(&digest));
    }
    Ok(())
}

#[test]
fn a_draft_of_which_nothing_needs_attention_ends_well() -> TestResult {
    let (desk, [first, _]) = desk()?;
    let body = p(&format!(
        "“I never asked him to sign it” [{first}]. So he says [off the archive: Source A]."
    ));
    fs::write(desk.path("draft.docx"), docx(&body, &[])?)?;
    let ran = desk.run(&["cite", "draft.docx"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    Ok(())
}

#[test]
fn a_draft_that_cannot_be_used_changes_nothing() -> TestResult {
    let (desk, _) = desk()?;
    let whole = docx(&p("“I never asked him to sign it”"), &[])?;
    fs::write(desk.path("half.docx"), &whole[..whole.len() / 2])?;
    fs::write(
        desk.path("old.doc"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more",
    )?;
    fs::write(desk.path("words.docx"), "He wrote.")?;
    fs::write(desk.path("draft.odt"), odt("", "<text:p>“a b c”</text:p>")?)?;
    fs::write(desk.path("draft.docx"), &whole)?;
    fs::write(desk.path("draft.pdf"), "%PDF-1.7")?;
    for (args, said, tip) in [
        (
            vec!["half.docx"],
            "cannot use half.docx: it is cut off or damaged",
            "save it anew",
        ),
        (
            vec!["old.doc"],
            "cannot use old.doc: it is a file of an old word processor",
            "save it as .docx",
        ),
        (
            vec!["words.docx"],
            "cannot use words.docx: it is no .docx and no .odt",
            "save the draft as",
        ),
        (
            vec!["draft.pdf"],
            "draft.pdf is not text",
            "save the draft as",
        ),
        (
            vec!["draft.odt", "--comments", "out.docx"],
            "comments can be written into a .docx alone",
            "save it as .docx",
        ),
        (
            vec!["draft.docx", "--comments", "out.txt"],
            "out.txt is not the name of a .docx",
            "ends in .docx",
        ),
        (
            vec!["draft.docx", "--comments", "draft.docx"],
            "draft.docx is the draft itself",
            "a name of its own",
        ),
        (
            vec!["draft.docx", "--comments", "archive/out.docx"],
            "lies in an archive's own folder",
            "outside the archive",
        ),
    ] {
        let ran = desk.run(&[&["cite"], args.as_slice()].concat())?;
        assert_eq!(ran.code, Some(2), "{args:?}: {ran}");
        for words in [said, tip, "nothing was changed"] {
            assert!(ran.told.contains(words), "{args:?}: {}", ran.told);
        }
        assert!(!desk.path("out.docx").exists());
    }
    assert_eq!(fs::read(desk.path("draft.docx"))?, whole);
    Ok(())
}

#[test]
fn a_markdown_draft_comes_back_as_a_plain_docx() -> TestResult {
    let (desk, [first, _]) = desk()?;
    fs::write(
        desk.path("draft.md"),
        format!("# The pier\n\n“I never asked him to sign it” [{first}].\n"),
    )?;
    let ran = desk.run(&["cite", "draft.md", "--comments", "checked.docx"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.told.contains("Wrote checked.docx"), "{}", ran.told);
    let remarks = part(&fs::read(desk.path("checked.docx"))?, "word/comments.xml")?;
    assert!(remarks.contains("Q1: exact"), "{remarks}");
    Ok(())
}

/// The text of a file beside the archive.
fn text(desk: &Desk, name: &str) -> TestResult<String> {
    Ok(fs::read_to_string(desk.path(name))?)
}

#[test]
fn the_style_of_citations_is_named_or_stands_in_the_settings() -> TestResult {
    let (desk, [first, _]) = desk()?;
    fs::write(
        desk.path("draft.md"),
        format!("“I never asked him to sign it.” [{first}]\n"),
    )?;
    let citation = |more: &[&str]| -> TestResult<(Value, String)> {
        let args = [&["cite", "draft.md", "--json", "-o", "report.html"], more].concat();
        let answer = desk.run(&args)?.json()?;
        let cited = answer["quotations"][0]["matches"][0]["citation"].as_str();
        let cited = cited.ok_or_else(|| format!("{answer}"))?.to_owned();
        let page = text(&desk, "report.html")?;
        assert!(page.contains("Cite as."), "{page}");
        let style = &answer["style"];
        let label = match style.as_str() {
            Some("chicago") => "Chicago (notes)",
            Some("mla") => "MLA (9th edition)",
            Some("bluebook") => "Bluebook",
            _ => "?",
        };
        assert!(page.contains(&format!("<dd>{label}")), "{style}");
        Ok((style.clone(), cited))
    };
    let (style, chicago) = citation(&[])?;
    assert_eq!(style, "chicago");
    assert!(chicago.contains(&format!("doc {first}")), "{chicago}");
    let (_, bluebook) = citation(&["--style", "bluebook", "--digests"])?;
    assert!(
        bluebook.contains("(on file with author)") && bluebook.contains(" SHA-256 "),
        "{bluebook}"
    );
    let settings = desk.path("archive/fonds.toml");
    let kept = fs::read_to_string(&settings)?;
    assert!(kept.contains("style = \"chicago\""), "{kept}");
    fs::write(&settings, kept.replace("\"chicago\"", "\"mla\""))?;
    assert_eq!(citation(&[])?.0, "mla");
    assert_eq!(citation(&["--style", "chicago"])?.1, chicago);
    fs::write(&settings, kept.replace("\"chicago\"", "\"vancouver\""))?;
    let ran = desk.run(&["cite", "draft.md", "-o", "other.html"])?;
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.told.contains("\"vancouver\" is not a style"), "{ran}");
    assert!(!desk.path("other.html").exists());
    Ok(())
}

#[test]
fn a_name_is_turned_round_where_people_have_recorded_its_parts() -> TestResult {
    let desk = Desk::new()?;
    let mail = "From: Nora Halloran <n.halloran@pier.example>\r\nTo: Peter Voss <voss@pier.example>\r\n\
                Subject: Pier\r\nDate: Tue, 11 Jul 2023 09:29:00 -0400\r\nMessage-ID: <1@pier.example>\r\n\r\n\
                I never spoke to him about any pier.\r\n";
    fs::write(desk.path("1.eml"), mail)?;
    desk.run(&["ingest", "1.eml"])?;
    fs::write(
        desk.path("draft.md"),
        "“I never spoke to him about any pier,” she wrote.\n",
    )?;
    let mla = || -> TestResult<String> {
        let ran = desk.run(&[
            "cite",
            "draft.md",
            "--json",
            "--style",
            "mla",
            "-o",
            "s.csl.json",
        ])?;
        let cited = &ran.json()?["quotations"][0]["matches"][0]["citation"];
        Ok(cited.as_str().ok_or_else(|| ran.to_string())?.to_owned())
    };
    assert_eq!(
        mla()?,
        "Nora Halloran. Email to Peter Voss. 11 July 2023. Sent 1:29 p.m. UTC."
    );
    assert!(text(&desk, "s.csl.json")?.contains("\"literal\": \"Nora Halloran\""));
    let account = "mail:n.halloran@pier.example";
    let name = ["people", "add", "Halloran, Nora", "--account", account];
    let ran = desk.run(&[&name[..], &["--kind", "person"]].concat())?;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(
        mla()?,
        "Halloran, Nora. Email to Peter Voss. 11 July 2023. Sent 1:29 p.m. UTC."
    );
    assert!(text(&desk, "s.csl.json")?.contains("\"family\": \"Halloran\""));
    Ok(())
}

#[test]
fn a_pdf_is_printed_by_a_browser_and_refused_where_there_is_none() -> TestResult {
    let (desk, [first, _]) = desk()?;
    fs::write(
        desk.path("draft.md"),
        format!("“I never asked him to sign it.” [{first}]\n"),
    )?;
    let verbs: [&[&str]; 2] = [
        &["cite", "draft.md", "-o", "report.md", "-o", "report.pdf"],
        &["provenance", &first, "-o", "report.md", "-o", "report.pdf"],
    ];
    // The program is run without a PATH, so that no browser is found.
    for args in verbs {
        let ran = desk.run(args)?;
        assert_eq!(ran.code, Some(2), "{ran}");
        assert!(ran.told.contains("any browser prints it as well"), "{ran}");
        assert!(!desk.path("report.md").exists() && !desk.path("report.pdf").exists());
    }
    // Nor is a program that lies in the folder where it is run.
    let fake = desk.path("chromium");
    fs::write(&fake, "#!/bin/sh\nexit 0\n")?;
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755))?;
    for (path, said) in [
        (".", "neither Chromium nor Chrome"),
        (desk.path("").to_str().unwrap_or_default(), "made no PDF"),
    ] {
        let output = desk.command(verbs[0]).env("PATH", path).output()?;
        let told = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(said), "{told}");
        assert!(!desk.path("report.md").exists());
    }
    let Some(path) = env::var_os("PATH") else {
        return Ok(());
    };
    let found = env::split_paths(&path).any(|it| {
        ["chromium", "google-chrome"]
            .iter()
            .any(|name| it.join(name).exists())
    });
    if !found {
        skipped("printing a report: there is no browser");
        return Ok(());
    }
    for args in verbs {
        let output = desk.command(args).env("PATH", &path).output()?;
        let told = String::from_utf8(output.stderr)?;
        assert!(matches!(output.status.code(), Some(0 | 1)), "{told}");
        let pdf = fs::read(desk.path("report.pdf"))?;
        assert!(
            pdf.starts_with(b"%PDF-") && pdf.len() > 10_000,
            "{}",
            pdf.len()
        );
        // Neither the place where it was made nor the sort of computer.
        for told in ["/tmp", "Linux", "file:"] {
            let is_in = pdf.windows(told.len()).any(|it| it == told.as_bytes());
            assert!(!is_in, "{told}");
        }
        fs::remove_file(desk.path("report.pdf"))?;
    }
    Ok(())
}

#[test]
fn a_page_of_what_has_no_pages_is_said_to_be_none() -> TestResult {
    let (desk, [first, second]) = desk()?;
    fs::write(
        desk.path("draft.md"),
        format!("“I never asked him to sign it.” [{first}:7]\n\nHe was paid. [{second}:2.12-15]\n"),
    )?;
    let ran = desk.run(&["cite", "draft.md", "--json"])?;
    assert_eq!(ran.code, Some(1), "{ran}");
    let answer = ran.json()?;
    assert_eq!(
        states(&answer),
        [
            (
                "I never asked him to sign it.".to_owned(),
                "exact".to_owned()
            ),
            (format!("{second}:2.12-15"), "held".to_owned()),
        ]
    );
    for finding in [
        &answer["quotations"][0]["findings"][0],
        &answer["findings"][0],
    ] {
        assert_eq!(finding["code"], "quotation.pin-without-pages", "{answer}");
    }
    Ok(())
}

#[test]
fn a_pin_in_capitals_is_one_and_a_pin_to_what_cannot_be_cited_is_a_finding() -> TestResult {
    let (desk, [first, second]) = desk()?;
    let log = desk.run(&["log"])?.out;
    let of = |class: &str| -> TestResult<String> {
        let mut words = log.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
        let found = words.find(|it| it.starts_with(class) && it.len() > 5);
        Ok(found
            .ok_or_else(|| format!("no {class} in {log}"))?
            .to_owned())
    };
    let accession = of("a-")?;
    // References are of random digits: one without a figure and with a vowel may be a word, and is left as one.
    let may_be_word = |it: &str| {
        !it.contains(|it: char| it.is_ascii_digit()) && it[2..].contains(['a', 'e', 'y'])
    };
    let capitals = |it: &str| {
        if may_be_word(it) {
            it.to_owned()
        } else {
            it.to_ascii_uppercase()
        }
    };
    fs::write(
        desk.path("pins.md"),
        format!(
            "“I never asked him to sign it,” she wrote [{}].\n\nThe money was paid [{}].\n\nIt was [D-DAY] for them.\n",
            capitals(&first),
            capitals(&second)
        ),
    )?;
    let ran = desk.run(&["cite", "pins.md", "--json"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    let answer = ran.json()?;
    assert_eq!(answer["quotations"][0]["pins"][0], first.as_str());
    assert_eq!(answer["claims"][0]["pin"], second.as_str());
    assert_eq!(answer["claims"][0]["state"], "held");
    assert_eq!(answer["claims"].as_array().map(Vec::len), Some(1));
    if may_be_word(&accession) {
        return Ok(());
    }
    // The words are looked for everywhere, and what to do about the pin is said.
    fs::write(
        desk.path("other.md"),
        format!(
            "“I never asked him to sign it,” she wrote [{accession}].\n\nThe money was paid [{accession}].\n\nSo it was [a-9zz9zz9].\n"
        ),
    )?;
    let ran = desk.run(&["cite", "other.md", "--json"])?;
    assert_eq!(ran.code, Some(1), "{ran}");
    let answer = ran.json()?;
    let quoted = &answer["quotations"][0];
    assert_eq!(quoted["verdict"], "house-style", "{quoted}");
    let findings = quoted["findings"].to_string();
    assert!(findings.contains("quotation.pin-not-citable"), "{findings}");
    assert!(
        findings.contains(&format!("fonds show {accession}")),
        "{findings}"
    );
    let states: Vec<&str> = answer["claims"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| it["state"].as_str())
        .collect();
    assert_eq!(states, ["not-citable", "unknown"]);
    let said = desk.run(&["cite", "other.md"])?.out;
    assert!(
        said.contains("1 leads nowhere; 1 names nothing that can be cited"),
        "{said}"
    );
    Ok(())
}

#[test]
fn on_what_terms_it_was_given_is_said_before_anything_leaves() -> TestResult {
    let desk = Desk::new()?;
    for (name, words, terms) in [
        (
            "no.txt",
            "I never asked him to sign it.\n",
            "not for publication",
        ),
        (
            "yes.txt",
            "We paid him in cash on the pier.\n",
            "on the record",
        ),
    ] {
        fs::write(desk.path(name), words)?;
        desk.run(&["ingest", name, "--from", "Source A", "--terms", terms])?;
    }
    let document = |words: &str| -> TestResult<String> {
        let found = desk.run(&["find", words, "--json"])?.json()?;
        Ok(found["hits"][0]["item"].as_str().ok_or("none")?.to_owned())
    };
    let (shut, free) = (document("asked")?, document("cash")?);
    fs::write(
        desk.path("draft.md"),
        "“I never asked him to sign it,” she wrote. “We paid him in cash on the pier.”\n",
    )?;
    let said = "given on these terms: “not for publication”";
    for output in [
        "a.bib",
        "a.csl.json",
        "a.annotations.json",
        "a.html",
        "a.md",
        "a.json",
    ] {
        let ran = desk.run(&["cite", "draft.md", "-o", output])?;
        assert_eq!(ran.told.matches(said).count(), 1, "{output}: {}", ran.told);
        assert!(ran.told.contains("Quoted in Q1;"), "{}", ran.told);
        assert!(!ran.told.contains("on the record"), "{}", ran.told);
    }
    // In JSON it is a notice; and where nothing is written there is nothing to look at.
    let ran = desk.run(&["cite", "draft.md", "-o", "b.bib", "--json"])?;
    let notice: Value = serde_json::from_str(ran.told.lines().next().unwrap_or_default())?;
    assert_eq!(notice["schema"], "fonds/notice/1");
    assert!(
        notice["message"]
            .as_str()
            .is_some_and(|it| it.contains(said))
    );
    assert!(!desk.run(&["cite", "draft.md"])?.told.contains("terms"));
    // Before it asks, which nobody answers here, and also where nothing is asked.
    for more in [&[][..], &["--yes"]] {
        let ran = desk.run(&[&["cite", "publish-version", "draft.md"], more].concat())?;
        assert!(ran.told.contains(said), "{}", ran.told);
        let ran = desk.run(&[&["publish", &shut, "-o", "page.html"], more].concat())?;
        assert!(ran.told.contains(said), "{}", ran.told);
    }
    let ran = desk.run(&["publish", &free, "-o", "free.html", "--yes"])?;
    assert!(!ran.told.contains("terms"), "{}", ran.told);
    Ok(())
}

#[test]
fn a_pin_in_a_cell_is_that_of_its_row_in_the_tables_of_word_processors() -> TestResult {
    let (desk, [first, second]) = desk()?;
    // The pin begins the row, and the row before has a quotation too.
    let rows = [
        [
            format!("Letter [{first}]"),
            "“I never asked him to sign it.”".to_owned(),
        ],
        [
            format!("Letter [{second}]"),
            "“We paid him $50,000 in cash”".to_owned(),
        ],
    ];
    let word = rows.each_ref().map(|cells| {
        let cells = cells.each_ref().map(|it| format!("<w:tc>{}</w:tc>", p(it)));
        format!("<w:tr>{}</w:tr>", cells.concat())
    });
    let open = rows.each_ref().map(|cells| {
        let cells = cells
            .each_ref()
            .map(|it| format!("<table:table-cell><text:p>{it}</text:p></table:table-cell>"));
        format!("<table:table-row>{}</table:table-row>", cells.concat())
    });
    let (word, open) = (word.concat(), open.concat());
    let table = format!("<w:tbl>{word}</w:tbl>");
    fs::write(desk.path("table.docx"), docx(&table, &[])?)?;
    let table = format!("<table:table>{open}</table:table>");
    fs::write(desk.path("table.odt"), odt("", &table)?)?;
    for draft in ["table.docx", "table.odt"] {
        let answer = desk.run(&["cite", draft, "--json"])?.json()?;
        let pins = [0, 1].map(|it| &answer["quotations"][it]["pins"]);
        assert_eq!(
            pins,
            [&serde_json::json!([first]), &serde_json::json!([second])],
            "{draft}: {answer}"
        );
        assert_eq!(answer["claims"], serde_json::json!([]), "{draft}");
    }
    Ok(())
}

#[test]
fn a_report_names_every_option_that_its_verdicts_rest_on() -> TestResult {
    let (desk, [first, _]) = desk()?;
    fs::write(
        desk.path("draft.md"),
        format!(
            "“i never asked him to sign it,” he wrote [{first}].\n\n“Nobody has seen the annex of it since,” he wrote.\n"
        ),
    )?;
    for (options, printed) in [
        (&[][..], "cite draft.md --house magazine\n"),
        (&["--house", "legal"], "cite draft.md --house legal\n"),
        (&["--strict"], "cite draft.md --house magazine --strict\n"),
        (&["--quick"], "cite draft.md --house magazine --quick\n"),
        (
            &[
                "--house",
                "ap",
                "--style",
                "apa",
                "--digests",
                "--readers-can-reach-archive",
            ],
            "cite draft.md --house ap --style apa --readers-can-reach-archive --digests\n",
        ),
    ] {
        let check = ["cite", "draft.md", "--json"];
        let made = desk.run(&[&check[..], options, &["-o", "r.md", "-o", "r.html"]].concat())?;
        let page = text(&desk, "r.md")?;
        let printed = format!("fonds -C ARCHIVE {printed}");
        assert!(page.contains(&printed), "{options:?}: {page}");
        assert!(text(&desk, "r.html")?.contains(printed.trim_end()));
        assert!(page.contains("fonds.toml in the copy of the archive names the zone"));
        // As printed, for whoever has another house in their settings.
        let settings = desk.path("archive/fonds.toml");
        let kept = fs::read_to_string(&settings)?;
        let other = kept.replace("house = \"magazine\"", "house = \"legal\"");
        assert_ne!(kept, other);
        fs::write(&settings, other)?;
        let again: Vec<&str> = printed.split_whitespace().skip(3).collect();
        let again = desk.run(&[&again[..], &["--json"]].concat())?.json()?;
        fs::write(&settings, kept)?;
        assert_eq!(states(&again), states(&made.json()?), "{options:?}");
    }
    Ok(())
}

#[test]
fn what_stands_elsewhere_than_it_is_pinned_is_not_said_to_stand_nowhere() -> TestResult {
    let (desk, [first, second]) = desk()?;
    fs::write(
        desk.path("draft.md"),
        format!(
            "“I never asked him to sign it,” he wrote [{second}].\n\n“We paid him $50,000 in cash,” he wrote.\n"
        ),
    )?;
    let ran = desk.run(&["cite", "draft.md", "--json", "-o", "r.md", "-o", "r.html"])?;
    assert_eq!(ran.json()?["quotations"][0]["verdict"], "not-found");
    for name in ["r.md", "r.html"] {
        let page = text(&desk, name)?;
        assert!(
            page.contains(&format!("he words stand in {first} (")),
            "{page}"
        );
        assert!(!page.contains("No passage holds these words."), "{page}");
        assert!(
            page.contains("Where it is pinned, no passage holds these words."),
            "{page}"
        );
    }
    // Such a page, with what a person said of it, is still taken for a report.
    desk.run(&[
        "cite", "mark", "draft.md", "Q1", "query", "--note", "which?",
    ])?;
    let proven = desk.run(&["cite", "draft.md", "-o", "p.html", "--proof"])?;
    assert_eq!(proven.code, Some(1), "{proven}");
    let verified = desk.run(&["verify", "p.html"])?;
    assert_eq!(verified.code, Some(0), "{verified}");
    Ok(())
}
