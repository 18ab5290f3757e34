//! A draft held against a conversation, as a checker meets it: quotations made of several messages, of parts in another
//! order, or with words left out, and who is said to have written them, and when.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

#[path = "support/desk.rs"]
mod desk;

use std::fs;
use std::path::Path;

use desk::Desk;
use desk::TestResult;
use serde_json::Value;

const MAPPING: &str = "name = 'talk'\nformat = 'csv'\n[columns]\ntime = 'at'\nfrom = 'from'\nto = 'to'\ntext = 'text'\n\
                       [time]\nzone = 'UTC'\n";

const TALK: &str = "at,from,to,text\n\
    2023-02-02 16:10,Tobin,Ada,I was told not to use this account for anything about the pier.\n\
    2023-02-02 16:14,Ada,Tobin,By whom?\n\
    2023-02-02 16:19,Tobin,Ada,By people who are paid to tell me such things. I have not told the Senator where the photographs came from.\n\
    2023-02-28 17:05,Tobin,Ada,\"You saw. I would never, on my own, have written that without the minutes in front of me.\"\n\
    2023-02-28 17:09,Ada,Tobin,\"We paid Oddwater 1,200 for the minutes of the pier committee.\"\n\
    2023-07-11 09:29,Ada,Tobin,They opened it at nine this morning. There is a truck on it now. Did you ever tell her the number?\n\
    2023-07-12 17:44,Tobin,Ada,Please stop writing to me.\n";

/// A desk with that conversation, and the references of its messages in their order.
fn desk() -> TestResult<(Desk, Vec<String>)> {
    let desk = Desk::new()?;
    fs::write(desk.path("talk.toml"), MAPPING)?;
    fs::write(desk.path("talk.csv"), TALK)?;
    let ran = desk.run(&["ingest", "--table", "talk.toml", "talk.csv"])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    let mut items = Vec::new();
    for words in [
        "told not to use",
        "whom",
        "paid to tell",
        "own",
        "Oddwater",
        "truck",
        "stop writing",
    ] {
        let found = desk.run(&["find", words, "--json"])?.json()?;
        let item = found["hits"][0]["item"].as_str();
        items.push(item.ok_or_else(|| format!("{words}: {found}"))?.to_owned());
    }
    Ok((desk, items))
}

fn cited(desk: &Desk, draft: &str) -> TestResult<Vec<Value>> {
    fs::write(desk.path("draft.md"), draft)?;
    let cited = desk.run(&["cite", "draft.md", "--json"])?.json()?;
    let quotations = cited["quotations"].as_array();
    Ok(quotations.ok_or_else(|| cited.to_string())?.clone())
}

/// What is said of each of them: verdict, items whose words are taken, messages of its findings.
fn told(quotations: &[Value]) -> Vec<String> {
    let each = |quoted: &Value| {
        let joins = quoted["matches"][0]["joins"].as_array();
        let items = joins.into_iter().flatten();
        let items: Vec<&str> = items.filter_map(|it| it["item"].as_str()).collect();
        let findings = quoted["findings"].as_array().into_iter().flatten();
        let said: Vec<&str> = findings.filter_map(|it| it["message"].as_str()).collect();
        let verdict = quoted["verdict"].as_str().unwrap_or_default();
        format!("{verdict} {} | {}", items.join(" "), said.join(" | "))
    };
    quotations.iter().map(each).collect()
}

#[test]
fn of_messages_run_together_those_are_named_whose_words_are_taken() -> TestResult {
    let (desk, items) = desk()?;
    let draft = "“I was told not to use this account for anything about the pier … I have not told the Senator where the \
                 photographs came from.”\n";
    let quotations = cited(&desk, draft)?;
    let (first, last) = (&items[0], &items[2]);
    assert_eq!(
        told(&quotations),
        [format!(
            "altered {first} {last} | it runs together words of {first} and {last} as if they were one message | \
             the dots leave out 12 words: “. By whom? By people who are paid to tell me such things.”"
        )]
    );
    Ok(())
}

#[test]
fn parts_that_stand_in_another_order_are_said_to() -> TestResult {
    let (desk, items) = desk()?;
    let draft = "“I have not told the Senator where the photographs came from … I was told not to use this account for \
                 anything about the pier.”\n\n“Did you ever tell her the number … They opened it at nine this morning.”\n";
    let (first, last) = (&items[0], &items[2]);
    assert_eq!(
        told(&cited(&desk, draft)?),
        [
            format!(
                "altered {first} {last} | its parts stand there word for word, in another order | it runs together words of \
                 {first} and {last} as if they were one message"
            ),
            "altered  | its parts stand there word for word, in another order".to_owned(),
        ]
    );
    Ok(())
}

#[test]
fn a_stretch_left_out_is_one_change_and_not_words_replaced() -> TestResult {
    let (desk, _) = desk()?;
    let draft = "“We paid the minutes of the pier committee.”\n\n“I would not have written that without the minutes…”\n";
    assert_eq!(
        told(&cited(&desk, draft)?),
        [
            "altered  | a figure is left out: the draft leaves out “Oddwater 1,200 for”",
            "altered  | the draft has “not”, the source “never, on my own,” | dots at an end: the source goes on beyond it",
        ]
    );
    Ok(())
}

#[test]
fn an_article_that_quotes_a_message_is_not_taken_for_it() -> TestResult {
    let (desk, items) = desk()?;
    let article = "Asked about it, Tobin said: “I would never, on my own, have written that without the minutes…”\n";
    fs::write(desk.path("article.txt"), article)?;
    desk.run(&["ingest", "article.txt"])?;
    let quotations = cited(
        &desk,
        "“I would not have written that without the minutes…” he wrote.\n",
    )?;
    assert_eq!(quotations[0]["verdict"], "altered");
    assert_eq!(quotations[0]["matches"][0]["item"], items[3].as_str());
    Ok(())
}

#[test]
fn a_note_pins_what_its_sentence_speaks_of_and_nothing_behind_it() -> TestResult {
    let (desk, items) = desk()?;
    let draft = format!(
        "“There is a truck on it now.”[^1]\n\n[^1]: {}: “They opened it at nine this morning.” See also “Please stop writing \
         to me.”\n",
        items[5]
    );
    let quotations = cited(&desk, &draft)?;
    let pinned: Vec<(&Value, usize)> = quotations
        .iter()
        .map(|it| (&it["verdict"], it["pins"].as_array().map_or(0, Vec::len)))
        .collect();
    let exact = Value::from("exact");
    assert_eq!(pinned, [(&exact, 1), (&exact, 1), (&exact, 0)]);
    Ok(())
}

#[test]
fn what_is_left_out_between_two_paragraphs_is_not_said_to_be_at_an_attribution() -> TestResult {
    let (desk, _) = desk()?;
    let draft = "> They opened it at nine this morning.\n>\n> Did you ever tell her the number?\n";
    assert_eq!(
        told(&cited(&desk, draft)?),
        [
            "altered  | the draft leaves out 7 words between two paragraphs without a mark: “There is a truck on it now.”"
        ]
    );
    Ok(())
}

#[test]
fn what_stands_in_several_places_is_said_on_the_terminal() -> TestResult {
    let (desk, _) = desk()?;
    fs::write(desk.path("copy.txt"), "Please stop writing to me.\n")?;
    desk.run(&["ingest", "copy.txt"])?;
    fs::write(
        desk.path("draft.md"),
        "“Please stop writing to me.”\n\n“By whom? By whom?”\n",
    )?;
    let ran = desk.run(&["cite", "draft.md"])?;
    let said = "In several places: the words of Q1; a pin says which is meant.";
    assert!(ran.out.contains(said), "{ran}");
    Ok(())
}

#[test]
fn whose_name_an_account_shows_is_not_anybody() -> TestResult {
    let desk = Desk::new()?;
    let export = Path::new(env!("CARGO_MANIFEST_DIR")).join("archive/sources/x-export");
    let ran = desk.run(&["ingest", &export.to_string_lossy()])?;
    assert_eq!(ran.code, Some(0), "{ran}");
    let draft = "“Doors at half past one on Tuesday,” Ida Fennimore wrote.\n\n\
                 “Doors at half past one on Tuesday,” Ashgrove wrote.\n\n\
                 “Write back before somebody is hurt,” Ida Fennimore wrote.\n";
    let quotations = cited(&desk, draft)?;
    let results: Vec<&str> = quotations
        .iter()
        .filter_map(|it| it["statements"][0]["result"].as_str())
        .collect();
    assert_eq!(results, ["differs", "agrees", "cannot-tell"]);
    Ok(())
}

#[test]
fn days_in_figures_parts_of_a_day_and_years_are_read() -> TestResult {
    let (desk, _) = desk()?;
    let told = "“I was told not to use this account for anything about the pier.”";
    let stop = "“Please stop writing to me.”";
    let mut results = Vec::new();
    for when in [
        "On 2/2/2023",
        "On 3/2/2023",
        "On 2/3/2023",
        "On 28/2/2023",
        "On the afternoon of February 2nd",
        "On the morning of February 2",
        "In 2023",
        "In 2022",
        "In 2023 messages",
        "On 12/7/2023",
        "On 7/12/23",
    ] {
        let words = if when.contains("12") { stop } else { told };
        let quotations = cited(&desk, &format!("{when}, Tobin wrote: {words}\n"))?;
        let statements = quotations[0]["statements"].as_array();
        let times = statements.into_iter().flatten();
        let times: Vec<&str> = times
            .filter(|it| it["sort"] == "time")
            .filter_map(|it| it["result"].as_str())
            .collect();
        results.push(format!("{when}: {}", times.join(" ")));
    }
    assert_eq!(
        results,
        [
            "On 2/2/2023: agrees",
            "On 3/2/2023: differs",
            "On 2/3/2023: differs",
            "On 28/2/2023: differs",
            "On the afternoon of February 2nd: agrees",
            "On the morning of February 2: differs",
            "In 2023: agrees",
            "In 2022: differs",
            "In 2023 messages: ",
            "On 12/7/2023: agrees",
            "On 7/12/23: agrees",
        ]
    );
    Ok(())
}

const FORWARD: &str = "From: Greta Brask <greta@example.org>\nTo: Felix Voss <felix@example.org>\n\
    Date: Fri, 11 Aug 2023 12:00:00 -0400\nMessage-ID: <a1@example.org>\nSubject: Fwd: transfer\n\n\
    It is a disgrace to everyone here.\n\n---------- Forwarded message ---------\nFrom: Henri Moreau <henri@example.org>\n\
    Date: Thu, Aug 10, 2023\nSubject: transfer\nTo: Greta Brask <greta@example.org>\n\n\
    The transfer of 4,500,000 euros was stopped at the border of good taste.\n";

const INLINE: &str = "From: Maas <maas@example.org>\nTo: Quist <quist@example.org>\n\
    Date: Fri, 11 Aug 2023 13:00:00 -0400\nMessage-ID: <a2@example.org>\nSubject: marina\n\n\
    Voss said to me yesterday: \"I will drain the whole marina if they vote against me.\" The crane fell because nobody had\n\
    inspected the chain since 1998. I would rather drown than read that letter again. Do not call my daughter.\n";

/// What is said of who, to whom and when, as results.
fn results(quoted: &Value) -> Vec<&str> {
    let statements = quoted["statements"].as_array().into_iter().flatten();
    statements.filter_map(|it| it["result"].as_str()).collect()
}

#[test]
fn words_that_a_message_only_passes_on_are_not_its_senders() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("forward.eml"), FORWARD)?;
    fs::write(desk.path("inline.eml"), INLINE)?;
    desk.run(&["ingest", "forward.eml", "inline.eml"])?;
    let quotations = cited(
        &desk,
        "“It is a disgrace to everyone here. … The transfer of 4,500,000 euros was stopped at the border of good taste,” Brask \
         wrote to Voss.\n\n“I will drain the whole marina if they vote against me,” Maas wrote to Quist.\n\n\
         “Voss said to me yesterday: ‘I will drain the whole marina if they vote against me,’” Maas wrote to Quist.\n",
    )?;
    assert_eq!(quotations[0]["verdict"], "altered");
    assert_eq!(results(&quotations[0]), ["cannot-tell", "cannot-tell"]);
    assert_eq!(quotations[1]["verdict"], "house-style");
    assert_eq!(results(&quotations[1]), ["cannot-tell", "cannot-tell"]);
    assert_eq!(results(&quotations[2]), ["agrees", "agrees"]);
    let said = told(&quotations);
    assert!(
        said[0].contains("some of the words stand in a forwarded message, and some do not"),
        "{said:?}"
    );
    assert!(
        said[1].contains("the words stand in quotation marks: they may be another person's"),
        "{said:?}"
    );
    assert!(!said[2].contains("another person's"), "{said:?}");
    Ok(())
}

#[test]
fn brackets_within_a_word_turn_no_sense_unsaid() -> TestResult {
    let desk = Desk::new()?;
    fs::write(desk.path("inline.eml"), INLINE)?;
    desk.run(&["ingest", "inline.eml"])?;
    let quotations = cited(
        &desk,
        "“The crane fell because [every]body had inspected the chain since 1998.”\n\n\
         “had inspected the chain since [20]98.”\n",
    )?;
    assert_eq!(
        told(&quotations),
        [
            "marked  | [every]body changes a negation: the source has “nobody” | the part of the word in brackets is the \
             draft's: the source has “nobody”",
            "marked  | a figure is changed: the draft has “[20]98”, the source “1998” | it begins just behind “nobody” in the \
             source: see that the draft does not turn the meaning | the part of the word in brackets is the draft's: the \
             source has “1998”",
        ]
    );
    Ok(())
}

#[test]
fn sentences_in_another_order_are_of_the_one_message_and_far_ones_in_their_own() -> TestResult {
    let desk = Desk::new()?;
    let between: Vec<String> = (0..300).map(|it| format!("word{it}")).collect();
    let far = format!(
        "They never opened it that spring. {}. Nobody paid me anything at all.\n",
        between.join(" ")
    );
    fs::write(desk.path("inline.eml"), INLINE)?;
    fs::write(desk.path("far.txt"), far)?;
    fs::write(
        desk.path("keeper.txt"),
        "\"I have never seen,\" the keeper told the board, \"a sea that could move a stone of that size.\" And it was so.\n",
    )?;
    desk.run(&["ingest", "inline.eml", "far.txt", "keeper.txt"])?;
    let quotations = cited(
        &desk,
        "“Do not call my daughter. I would rather drown than read that letter again.”\n\n\
         “They never opened it that spring … Nobody paid me anything at all.”\n\n\
         “I have never seen,” the keeper told the board, “a sea that could move a stone of that size.”\n",
    )?;
    let said = told(&quotations);
    assert_eq!(
        said[0],
        "altered  | its parts stand there word for word, in another order"
    );
    assert!(
        said[1].starts_with("marked  | the dots leave out 300 words"),
        "{said:?}"
    );
    assert!(!said[2].contains("leaves out"), "{said:?}");
    Ok(())
}

#[test]
fn a_note_goes_on_to_another_source_only_outside_of_quotation_marks() -> TestResult {
    let (desk, items) = desk()?;
    let (stop, truck) = (&items[6], &items[5]);
    let draft = format!(
        "A.[^1] B.[^2] C.[^3]\n\n\
         [^1]: {stop}: “Please stop writing to me. See also me.” “There is a truck on it now.”\n\n\
         [^2]: {stop}: “There is a truck on it now.” See also {truck}.\n\n\
         [^3]: {stop}. Compare and contrast it all with care. “There is a truck on it now.”\n"
    );
    let quotations = cited(&desk, &draft)?;
    let pins: Vec<String> = quotations.iter().map(|it| it["pins"].to_string()).collect();
    let one = format!("[\"{stop}\"]");
    assert_eq!(pins, [one.as_str(); 4]);
    assert!(
        quotations[1..]
            .iter()
            .all(|it| it["verdict"] == "not-found"),
        "{quotations:?}"
    );
    Ok(())
}

#[test]
fn two_who_speak_in_one_sentence_are_quoted_apart() -> TestResult {
    let (desk, _) = desk()?;
    for between in [
        "Ada asked, and Tobin answered,",
        "Tobin wrote, adding,",
        "Tobin told Ada, who asked,",
    ] {
        let draft =
            format!("“There is a truck on it now,” {between} “Please stop writing to me.”\n");
        let quotations = cited(&desk, &draft)?;
        let verdicts: Vec<&Value> = quotations.iter().map(|it| &it["verdict"]).collect();
        assert_eq!(verdicts, ["house-style", "exact"], "{between}");
    }
    Ok(())
}

#[test]
fn a_link_pins_the_quotation_within_it() -> TestResult {
    let (desk, items) = desk()?;
    let (truck, stop) = (&items[5], &items[6]);
    for (name, draft) in [
        (
            "draft.md",
            format!(
                "“There is a truck on it now,” she wrote. [He replied, “Please stop writing to me.”](fonds:{stop})\n\n\
                 “There is a truck on it now,” [she wrote](fonds:{truck}).\n"
            ),
        ),
        (
            "draft.html",
            format!(
                "<p>“There is a truck on it now,” she wrote. <a href='fonds:{stop}'>He replied, “Please stop writing to me.”</a>\
                 <p>“There is a truck on it now,” <a href='fonds:{truck}'>she wrote</a>."
            ),
        ),
    ] {
        fs::write(desk.path(name), draft)?;
        let cited = desk.run(&["cite", name, "--json"])?.json()?;
        let quotations = cited["quotations"].as_array().ok_or("none")?;
        let pins: Vec<String> = quotations
            .iter()
            .map(|it| it["pins"][0].as_str().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(pins, ["", stop, truck], "{name}");
    }
    Ok(())
}

#[test]
fn a_cut_between_sentences_and_a_hidden_never_are_named_as_what_they_are() -> TestResult {
    let (desk, _) = desk()?;
    let draft = "“They opened it at nine this morning. Did you ever tell her the number?”\n\n\
                 “would have written that without the minutes”\n";
    let quotations = cited(&desk, draft)?;
    assert_eq!(
        told(&quotations),
        [
            "altered  | the draft leaves out “There is a truck on it now.” without a mark",
            "altered  | the draft leaves out “never, on my own,”",
        ]
    );
    assert_eq!(
        quotations[1]["findings"][0]["code"],
        "quotation.negation-changed"
    );
    Ok(())
}

#[test]
fn words_that_changed_places_are_there_by_no_chance() -> TestResult {
    let desk = Desk::new()?;
    fs::write(
        desk.path("memo.txt"),
        "A follow-up inspection within six months is required, not advised. The deck was closed.\n",
    )?;
    desk.run(&["ingest", "memo.txt"])?;
    let quotations = cited(
        &desk,
        "“A follow-up inspection within six months is advised, not required.”\n",
    )?;
    assert_eq!(quotations[0]["verdict"], "altered");
    let said = told(&quotations);
    assert!(said[0].contains("in another order"), "{said:?}");
    Ok(())
}

#[test]
fn a_month_and_a_name_in_whose_a_block_quotation_is_are_not_compared() -> TestResult {
    let (desk, _) = desk()?;
    for whose in ["— Wilhelmina Strand, May 9, 2023", "— Mr. Will Strand"] {
        let quotations = cited(
            &desk,
            &format!("> They opened it at nine this morning.\n>\n> {whose}\n"),
        )?;
        assert_eq!(quotations[0]["verdict"], "exact", "{whose}");
    }
    Ok(())
}

#[test]
fn one_report_is_written_of_a_version() -> TestResult {
    let (desk, _) = desk()?;
    fs::write(desk.path("draft.md"), "“Please stop writing to me.”\n")?;
    let publish = ["cite", "publish-version", "draft.md", "--yes"];
    let two = [&publish[..], &["-o", "one.html", "-o", "two.md"]].concat();
    let ran = desk.run(&two)?;
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.told.contains("a version has one report"), "{ran}");
    assert!(!desk.path("two.md").exists());
    Ok(())
}

#[test]
fn a_sign_off_is_of_the_day_it_was_made_on_where_the_archive_is() -> TestResult {
    let (desk, _) = desk()?;
    let settings = desk.path("archive/fonds.toml");
    let honolulu = fs::read_to_string(&settings)?.replace("UTC", "Pacific/Honolulu");
    fs::write(settings, honolulu)?;
    fs::write(desk.path("draft.md"), "“Please stop writing to me.”\n")?;
    desk.run(&["cite", "mark", "draft.md", "Q1", "checked"])?;
    // At half past nine in the morning of 23 November in UTC.
    let ran = desk.run(&["cite", "draft.md"])?;
    assert!(
        ran.out
            .contains("checked by Ines Valder, 2026-11-22 (entry"),
        "{ran}"
    );
    Ok(())
}
