//! Tables as a newsroom brings them in: by a mapping that the archive keeps, each row an item, and what is known of a copy
//! said wherever a quotation rests on it.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/desk.rs"]
mod desk;

use std::fmt::Write as _;
use std::fs;

use desk::Desk;
use desk::Ran;
use desk::TestResult;
use serde_json::Value;

const POSTS: &str = "name = 'harbor-posts'\nformat = 'csv'\nrows = 'posts'\nescaped = 'html'\n[columns]\nid = 'id'\n\
                     from = 'who'\ntext = 'text'\ntime = 'at'\n[time]\nzone = 'America/New_York'\n";

const TALK: &str = "name = 'talk'\nformat = 'tsv'\nheader = false\nrows = 'transcript'\n[columns]\nid = 1\nfrom = 2\ntext = 3\n";

/// A desk with a table of posts and a mapping of its columns.
fn posts() -> TestResult<Desk> {
    let desk = Desk::new()?;
    fs::write(desk.path("posts.toml"), POSTS)?;
    fs::write(
        desk.path("posts.csv"),
        "id,who,text,at\n\
         7,Nora,\"The harbor &amp; the pier were never safe, he said.\",2023-07-11 09:29\n\
         8,Peter,We paid him in cash on the pier,2023-07-11 10:00\n",
    )?;
    Ok(desk)
}

/// What `cite` says of a draft of these paragraphs.
fn cited(desk: &Desk, draft: &str) -> TestResult<Vec<Value>> {
    fs::write(desk.path("draft.md"), draft)?;
    let cited = desk.run(&["cite", "draft.md", "--json"])?.json()?;
    Ok(cited["quotations"]
        .as_array()
        .ok_or("no quotations")?
        .clone())
}

fn codes(quoted: &Value) -> Vec<&str> {
    let findings = quoted["findings"].as_array().into_iter().flatten();
    findings
        .filter_map(|finding| finding["code"].as_str()?.strip_prefix("quotation."))
        .collect()
}

fn is_sound(desk: &Desk) -> TestResult {
    let verified = desk.run(&["verify"])?;
    assert_eq!(verified.code, Some(0), "{verified}");
    Ok(())
}

#[test]
fn rows_are_items_and_the_mapping_is_in_the_ledger_by_its_name() -> TestResult {
    let desk = posts()?;
    let rehearsed = desk.run(&["ingest", "--table", "posts.toml", "posts.csv", "--dry-run"])?;
    assert!(rehearsed.out.contains("2 messages"), "{rehearsed}");
    let ran = desk.run(&["ingest", "--table", "posts.toml", "posts.csv", "--json"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    let ingested = ran.json()?;
    assert_eq!(ingested["messages"], 2);
    assert_eq!(ingested["kinds"]["table"], 1);
    is_sound(&desk)?;

    let found = desk
        .run(&["find", "cash", "--kind", "post", "--json"])?
        .json()?;
    let hit = &found["hits"][0];
    let item = hit["item"].as_str().ok_or("not found")?;
    let shown = desk.run(&["show", item, "--json"])?.json()?;
    assert_eq!(shown["from"][0]["display"], "Peter");
    assert_eq!(shown["at"]["earliest"], "2023-07-11T14:00:00Z");
    assert_eq!(shown["at"]["zone"], "America/New_York");
    assert_eq!(shown["at"]["zone_basis"], "stated");
    let raw = desk.run(&["show", item, "--original"])?;
    assert_eq!(
        raw.out,
        "8,Peter,We paid him in cash on the pier,2023-07-11 10:00"
    );

    // The next table of the layout needs the name only.
    fs::remove_file(desk.path("posts.toml"))?;
    fs::write(
        desk.path("more.csv"),
        "id,who,text,at\n9,Nora,Not a cent,2023-07-12 09:00\n",
    )?;
    let ran = desk.run(&["ingest", "--table", "harbor-posts", "more.csv"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.out.contains("1 message"), "{ran}");
    let refused = desk.run(&["ingest", "--table", "posts.toml", "more.csv"])?;
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(
        refused.told.contains("no mapping of that name was used"),
        "{refused}"
    );
    is_sound(&desk)
}

#[test]
fn a_mapping_that_does_not_fit_brings_nothing_in_and_can_be_mended() -> TestResult {
    let desk = posts()?;
    fs::write(desk.path("wrong.toml"), POSTS.replace("'who'", "'sender'"))?;
    let entries =
        || -> TestResult<Value> { Ok(desk.run(&["log", "--json"])?.json()?["total"].clone()) };
    let before = entries()?;
    let ran = desk.run(&["ingest", "--table", "wrong.toml", "posts.csv"])?;
    assert_eq!(ran.code, Some(3), "{ran}");
    let said = "not brought in, since the mapping harbor-posts does not fit it: there is no column \"sender\" in its first row \
                of 4 cells, which names \"id\", \"who\", \"text\", \"at\"";
    assert!(ran.out.contains(said), "{ran}");
    let headline = "Nothing was brought in: 1 file read, and none taken. Nothing was recorded.";
    assert!(ran.out.starts_with(headline), "{ran}");
    let mut piped = desk.command(&["ingest", "--table", "wrong.toml", "-"]);
    let output = piped
        .stdin(fs::File::open(desk.path("posts.csv"))?)
        .output()?;
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(entries()?, before);

    fs::write(
        desk.path("slip.toml"),
        POSTS.replace("[columns]", "[column]"),
    )?;
    let ran = desk.run(&["ingest", "--table", "slip.toml", "posts.csv"])?;
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(
        ran.told.contains("the mapping slip.toml cannot be used"),
        "{ran}"
    );

    let mut piped = desk.command(&["ingest", "--table", "posts.toml", "-"]);
    let output = piped
        .stdin(fs::File::open(desk.path("posts.csv"))?)
        .output()?;
    assert_eq!(output.status.code(), Some(0));
    is_sound(&desk)
}

#[test]
fn a_time_that_is_stated_of_all_rows_is_in_the_archives_zone_and_a_form_has_codes() -> TestResult {
    let desk = posts()?;
    let stated = "name = 'noon'\nformat = 'csv'\n[columns]\ntext = 'text'\n[stated]\ntime = '2023-07-11 noon'\n";
    fs::write(desk.path("noon.toml"), stated)?;
    let settings = desk.path("archive/fonds.toml");
    let elsewhere = fs::read_to_string(&settings)?.replace("UTC", "America/New_York");
    fs::write(settings, elsewhere)?;
    let ran = desk.run(&["ingest", "--table", "noon.toml", "posts.csv"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    let found = desk.run(&["find", "cash", "--json"])?.json()?;
    let item = found["hits"][0]["item"].as_str().ok_or("not found")?;
    let shown = desk.run(&["show", item, "--json"])?.json()?;
    assert_eq!(shown["at"]["earliest"], "2023-07-11T16:00:00Z", "{shown}");

    let slip = POSTS.replace("[time]", "[time]\nformat = 'unixx'");
    fs::write(desk.path("slip.toml"), slip)?;
    let ran = desk.run(&["ingest", "--table", "slip.toml", "posts.csv"])?;
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.told.contains("\"unixx\" is no form of a time"), "{ran}");
    Ok(())
}

#[test]
fn what_was_read_otherwise_before_is_not_read_again_unsaid() -> TestResult {
    let desk = posts()?;
    desk.run(&["ingest", "posts.csv"])?;
    let said = |ran: &Ran, how: &str| {
        assert_eq!(ran.code, Some(3), "{ran}");
        assert!(ran.out.contains("it is here already as d-"), "{ran}");
        assert!(ran.out.contains(how), "{ran}");
        assert!(ran.out.contains("--basis 'read as harbor-posts'"), "{ran}");
    };
    said(
        &desk.run(&["ingest", "--table", "posts.toml", "posts.csv"])?,
        "and was not read as a table",
    );
    said(
        &desk.run(&["ingest", "--dry-run", "--table", "posts.toml", "posts.csv"])?,
        "and was not read as a table",
    );
    let read = [
        "ingest",
        "--table",
        "posts.toml",
        "posts.csv",
        "--basis",
        "read as harbor-posts",
    ];
    let ran = desk.run(&read)?;
    assert_eq!(ran.code, Some(0), "{ran}");
    // The same again is known; by another mapping of that name it is not the same.
    assert_eq!(desk.run(&read)?.code, Some(0));
    fs::write(desk.path("posts.toml"), POSTS.replace("who", "id"))?;
    said(
        &desk.run(&read)?,
        "read by the mapping harbor-posts as it was then",
    );
    is_sound(&desk)
}

#[test]
fn text_is_compared_without_its_escapes_and_shown_with_them() -> TestResult {
    let desk = posts()?;
    desk.run(&["ingest", "--table", "posts.toml", "posts.csv"])?;
    let found = cited(&desk, "“The harbor & the pier were never safe, he said.”\n")?;
    assert_eq!(found[0]["verdict"], "exact");
    assert_eq!(codes(&found[0]), ["escaped-text"]);
    assert_eq!(
        found[0]["matches"][0]["text"],
        "The harbor &amp; the pier were never safe, he said."
    );
    assert_eq!(found[0]["matches"][0]["genre"], "post in a table");
    // Where it was posted nobody has said.
    desk.run(&["cite", "draft.md", "-o", "report.md"])?;
    let report = fs::read_to_string(desk.path("report.md"))?;
    assert!(
        report.contains(",” post, July 11, 2023, 1:29 p.m."),
        "{report}"
    );
    assert!(!report.contains(" X,"), "{report}");
    // A table that nobody says is escaped has the words as they stand.
    fs::write(
        desk.path("plain.toml"),
        POSTS.replace("escaped = 'html'\n", ""),
    )?;
    fs::write(
        desk.path("plain.csv"),
        "id,who,text,at\n1,Ines,The mole &amp; the quay were sold,2023-07-11 09:29\n",
    )?;
    desk.run(&["ingest", "--table", "plain.toml", "plain.csv"])?;
    let found = cited(&desk, "“The mole & the quay were sold”\n")?;
    assert_eq!(found[0]["verdict"], "altered");
    Ok(())
}

#[test]
fn an_address_of_a_post_that_is_held_is_a_pin_to_its_copies() -> TestResult {
    let desk = posts()?;
    desk.run(&["ingest", "--table", "posts.toml", "posts.csv"])?;
    let found = cited(
        &desk,
        "“We paid him in cash on the pier” [https://x.com/i/status/8]\n\n\
         “We paid him in cash on the pier” [https://twitter.com/nora/status/7]\n\n\
         “We paid him in cash on the pier” [https://x.com/peter/status/9]\n\n\
         “We were paid in coins for it” [https://x.com/peter/status/9]\n\n\
         Nobody was safe there [https://x.com/peter/status/7].\n",
    )?;
    let verdicts: Vec<_> = found.iter().map(|it| it["verdict"].clone()).collect();
    assert_eq!(verdicts, ["exact", "not-found", "exact", "not-found"]);
    assert_eq!(codes(&found[0]), [""; 0]);
    assert_eq!(codes(&found[1]), ["not-found", "pin-elsewhere"]);
    // That it is the post at that address, nobody can say.
    assert_eq!(codes(&found[2]), ["pin-url"]);
    assert_eq!(codes(&found[3]), ["not-found", "pin-url"]);
    let cited = desk.run(&["cite", "draft.md", "--json"])?.json()?;
    assert_eq!(cited["claims"][0]["state"], "held", "{}", cited["claims"]);
    Ok(())
}

#[test]
fn no_quotation_rests_on_a_degraded_copy_unsaid() -> TestResult {
    let desk = posts()?;
    let stripped = "id,who,text,at\n7,Nora,The harbor &amp; the pier were never safe he said.,2023-07-11 09:29\n\
                    9,Nora,Nobody was told of it,2023-07-11 09:40\n";
    fs::write(desk.path("stripped.csv"), stripped)?;
    let lost = POSTS.replace(
        "[columns]",
        "degraded = 'commas were stripped by the exporter'\n[columns]",
    );
    fs::write(desk.path("stripped.toml"), lost)?;
    desk.run(&["ingest", "--table", "stripped.toml", "stripped.csv"])?;
    let draft = "“The harbor & the pier were never safe he said.”\n\n“Nobody was told of it”\n\n\
                 “The harbor & the pier were never safe, he said.”\n";
    let found = cited(&desk, draft)?;
    let verdicts: Vec<_> = found.iter().map(|it| it["verdict"].clone()).collect();
    assert_eq!(verdicts, ["exact", "exact", "altered"]);
    for quoted in &found {
        assert!(codes(quoted).contains(&"degraded-copy"), "{quoted}");
    }
    let ran = desk.run(&["cite", "draft.md"])?;
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.out
            .contains("(commas were stripped by the exporter): compare a better one"),
        "{ran}"
    );
    let item = found[0]["matches"][0]["item"].as_str().ok_or("no item")?;
    let shown = desk.run(&["show", item])?;
    assert!(
        shown
            .out
            .contains("degraded: commas were stripped by the exporter"),
        "{shown}"
    );

    // Where a better copy is held, that one is named.
    desk.run(&["ingest", "--table", "posts.toml", "posts.csv"])?;
    let found = cited(&desk, draft)?;
    let verdicts: Vec<_> = found.iter().map(|it| it["verdict"].clone()).collect();
    assert_eq!(verdicts, ["exact", "exact", "exact"]);
    assert!(!codes(&found[2]).contains(&"degraded-copy"), "{}", found[2]);
    Ok(())
}

#[test]
fn what_one_person_says_in_several_lines_is_one_passage_and_what_two_say_is_not() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("talk.toml"), TALK)?;
    let mut talk = String::new();
    for line in 1..40 {
        writeln!(talk, "{line}\tCHAIR\tItem {line} of the agenda is moved.")?;
    }
    talk.push_str(
        "40\tNORA\tWell, the harbor was never safe.\n41\tNORA\tEverybody on the pier knew it.\n\
         42\tNORA\tAnd nobody was told.\n43\tPETER\tThat is not how I remember it.\n",
    );
    fs::write(desk.path("talk.tsv"), talk)?;
    let ran = desk.run(&["ingest", "--table", "talk.toml", "talk.tsv", "--no-index"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    let draft = "“The harbor was never safe. Everybody on the pier knew it. And nobody was told,” she said.\n\n\
                 “And nobody was told. That is not how I remember it.”\n\n\
                 “Everybody knew it. And nobody was told.”\n";
    // Without the index, by going through all texts, and with it.
    for index in [false, true] {
        if index {
            desk.run(&["find", "harbor"])?;
        }
        let found = cited(&desk, draft)?;
        let said: Vec<String> = found
            .iter()
            .map(|it| {
                format!(
                    "{} {:?}",
                    it["verdict"].as_str().unwrap_or_default(),
                    codes(it)
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "house-style [\"initial-case\", \"end-punctuation\", \"several-lines\"]",
                "altered [\"joins-two-messages\"]",
                "altered [\"silent-omission\", \"several-lines\"]",
            ],
            "{index}"
        );
        let joins = found[0]["matches"][0]["joins"]
            .as_array()
            .ok_or("no lines")?;
        assert_eq!(joins.len(), 3);
        assert_eq!(found[0]["matches"][0]["genre"], "transcript");
    }
    // Pinned to the line in which it begins, it stands there.
    let first = cited(&desk, draft)?[0]["matches"][0]["item"].clone();
    let first = first.as_str().ok_or("no item")?;
    let found = cited(
        &desk,
        &format!("“The harbor was never safe. Everybody on the pier knew it.” [{first}]\n"),
    )?;
    assert_eq!(found[0]["verdict"], "house-style", "{}", found[0]);
    Ok(())
}

#[test]
fn messages_run_together_are_found_over_rows_without_text_and_all_lines_of_a_long_turn()
-> TestResult {
    let desk = Desk::new()?;
    let mail = POSTS
        .replace("'posts'", "'messages'")
        .replace("escaped = 'html'\n", "");
    fs::write(desk.path("mail.toml"), mail)?;
    let mut rows = "id,who,text,at\n\
                    1,Nora,You promised me that the boats would stay.,2023-07-11 09:00\n"
        .to_owned();
    for row in 2..8 {
        writeln!(rows, "{row},Nora,,2023-07-11 09:0{row}")?;
    }
    rows.push_str("8,Nora,I am done with the harbor and its master.,2023-07-11 09:08\n");
    fs::write(desk.path("mail.csv"), rows)?;
    fs::write(desk.path("talk.toml"), TALK)?;
    let mut talk = "1\tCHAIR\tThe floor is yours.\n".to_owned();
    let said = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
    ];
    for (line, nth) in (2..).zip(said) {
        writeln!(talk, "{line}\tANNA\tOf the {nth} boat I saw nothing.")?;
    }
    fs::write(desk.path("talk.tsv"), talk)?;
    for (mapping, table) in [("mail.toml", "mail.csv"), ("talk.toml", "talk.tsv")] {
        desk.run(&["ingest", "--table", mapping, table, "--no-index"])?;
    }
    let turn: Vec<String> = said
        .iter()
        .map(|nth| format!("Of the {nth} boat I saw nothing."))
        .collect();
    let draft = format!(
        "“You promised me that the boats would stay. I am done with the harbor and its master.”\n\n“{}”\n",
        turn.join(" ")
    );
    for index in [false, true] {
        if index {
            desk.run(&["find", "harbor"])?;
        }
        let found = cited(&desk, &draft)?;
        assert_eq!(codes(&found[0]), ["joins-two-messages"], "{index}");
        assert_eq!(found[1]["verdict"], "exact", "{index}");
        assert!(codes(&found[1]).contains(&"several-lines"), "{index}");
        assert_eq!(
            found[1]["matches"][0]["joins"].as_array().map(Vec::len),
            Some(8)
        );
    }
    Ok(())
}

#[test]
fn of_two_that_hold_the_words_none_is_passed_over_for_how_it_sets_them() -> TestResult {
    let desk = posts()?;
    fs::write(
        desk.path("posts.csv"),
        "id,who,text,at\n\
         7,Nora,\"At the pier we knew of a well-\nknown crack in the wall, and didn´t tell.\",2023-07-11 09:29\n\
         8,Peter,\"At the pier we knew of a well-known crack in the wall, and didn't tell.\",2023-07-11 10:00\n",
    )?;
    desk.run(&["ingest", "--table", "posts.toml", "posts.csv", "--no-index"])?;
    let found = cited(
        &desk,
        "“At the pier we knew of a well-known crack in the wall, and didn’t tell.”\n",
    )?;
    assert_eq!(found[0]["verdict"], "exact", "{}", found[0]);
    assert_eq!(codes(&found[0]), ["typography", "several-occurrences"]);
    assert_eq!(found[0]["matches"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[test]
fn a_table_with_flaws_is_in_and_they_are_lines_of_the_answer() -> TestResult {
    let desk = posts()?;
    fs::write(
        desk.path("posts.csv"),
        "id,who,text,at\n1,Nora,Sold, and gone,2023-07-11 09:29\n2,Peter,Bought,2023-07-11 10:00\n3,Ines,\"Open,2023\n",
    )?;
    let ran = desk.run(&["ingest", "--table", "posts.toml", "posts.csv"])?;
    assert_eq!(ran.code, Some(3), "{ran}");
    for said in [
        "a quotation mark behind byte 86 is never closed",
        "with another number of cells than the first row, and not taken apart: 1 row, at byte 15",
        "3 messages",
    ] {
        assert!(ran.out.contains(said), "{said}: {ran}");
    }
    // Whose words a row is that was not taken apart, nobody says.
    let found = desk.run(&["find", "gone", "--json"])?.json()?;
    let item = found["hits"][0]["item"].as_str().ok_or("not found")?;
    let shown = desk.run(&["show", item, "--json"])?.json()?;
    assert!(
        shown["from"].as_array().is_none_or(Vec::is_empty),
        "{shown}"
    );
    is_sound(&desk)
}

#[test]
fn a_table_is_not_a_kind_without_a_mapping() -> TestResult {
    let desk = posts()?;
    for args in [
        &["ingest", "--as", "table", "posts.csv"][..],
        &[
            "ingest",
            "--as",
            "text",
            "--table",
            "posts.toml",
            "posts.csv",
        ],
    ] {
        let ran = desk.run(args)?;
        assert_eq!(ran.code, Some(2), "{ran}");
    }
    Ok(())
}
