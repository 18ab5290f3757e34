//! Timelines as they are shown.

use super::*;
use crate::record::when;

fn york() -> Zone {
    "America/New_York".parse().unwrap()
}

fn message(item: &str, from: &str, to: &str, at: &str, text: &str) -> Input {
    Input {
        item: item.to_owned(),
        kind: "message".to_owned(),
        from: Some(from.to_owned()),
        to: vec![to.to_owned()],
        at: when::stated(at, york(), "archive"),
        text: text.to_owned(),
        picked: true,
    }
}

fn options() -> Options {
    Options {
        parties: vec!["Halloran".to_owned(), "Voss".to_owned()],
        gap_seconds: 8 * 3600,
        zone: york(),
        partial: Vec::new(),
        picked: None,
        notes: Vec::new(),
    }
}

fn correspondence() -> Vec<Input> {
    vec![
        message(
            "m-2f61",
            "Halloran",
            "Voss",
            "2023-07-10 23:52",
            "everyone knew the harbor was never safe",
        ),
        message(
            "m-7kq2",
            "Halloran",
            "Voss",
            "2023-07-11 09:29",
            "Did you get my note?",
        ),
        message(
            "m-81ta",
            "Halloran",
            "Voss",
            "2023-07-11 21:40",
            "Ines, please.",
        ),
        message("m-9d0c", "Voss", "Halloran", "2023-07-12 08:05", "Call me."),
        message("m-9d1e", "Halloran", "Voss", "2023-07-12 08:06", "Calling."),
    ]
}

#[test]
fn two_lanes_show_who_did_not_answer() {
    let text = Timeline::new(correspondence(), &options()).to_text(44);
    insta::assert_snapshot!(text, @r"
    2023    Halloran           Voss
    10 Jul  11:52 pm ●
    11 Jul   9:29 am ●
             9:40 pm ●
                     ┊  no reply for 32 h 13 min, since m-2f61 of 10 Jul 2023
    12 Jul           ┊      8:05 am ●
             8:06 am ●
    Halloran wrote 4, Voss wrote 1. Longest silence in the records held: Voss, 32 h 13 min. 0 messages have an uncertain time.
    m-9d1e of Halloran (12 Jul 2023 8:06 am EDT) has no reply from Voss in the records held.
    Times of day are in America/New_York.
    ");
}

#[test]
fn a_wide_terminal_shows_the_words_too() {
    let mut items = correspondence();
    items.push(message(
        "m-3t00",
        "Aide\u{202e}",
        "Voss",
        "early July 2023",
        "\n  \u{1b}[2JThe minister asks\nand more",
    ));
    items.push(message("m-0000", "Voss", "Halloran", "unknown", "undated"));
    let text = Timeline::new(items, &options()).to_text(100);
    insta::assert_snapshot!(text, @r"
    2023    Halloran           Voss         others
     1 Jul                                       ? ○  m-3t00 Aide⟨U+202E⟩ [1 Jul 2023 to 10 Jul 2023] …
    10 Jul  11:52 pm ●                                m-2f61 everyone knew the harbor was never safe
    11 Jul   9:29 am ●                                m-7kq2 Did you get my note?
             9:40 pm ●                                m-81ta Ines, please.
                     ┊  no reply for 32 h 13 min, since m-2f61 of 10 Jul 2023
                     ┊  (unless m-0000, of uncertain time, lies in it)
    12 Jul           ┊      8:05 am ●                 m-9d0c Call me.
             8:06 am ●                                m-9d1e Calling.
    no date                         ○                 m-0000 [time not known] undated
    ○ the time is uncertain; what is known of it stands beside it
    Halloran wrote 4, Voss wrote 2, others wrote 1. Longest silence in the records held: Voss, 32 h 13 min; unless m-0000, of uncertain time, lies in it. 2 messages have an uncertain time.
    m-9d1e of Halloran (12 Jul 2023 8:06 am EDT) has no reply from Voss in the records held, unless m-0000, of uncertain time, came after it.
    Times of day are in America/New_York.
    ");
}

#[test]
fn many_parties_are_listed() {
    let mut options = options();
    options.parties = Vec::new();
    let mut items = correspondence();
    for name in ["Ada", "Bo", "Cy"] {
        items.push(message("m-5555", name, "Voss", "2023-08-01 10:00", "hello"));
    }
    let timeline = Timeline::new(items, &options);
    assert_eq!(timeline.parties.len(), 5);
    insta::assert_snapshot!(timeline.to_text(80), @r"
    ● 10 Jul 2023 11:52 pm EDT Halloran to Voss m-2f61
    ● 11 Jul 2023 9:29 am EDT Halloran to Voss m-7kq2
    ● 11 Jul 2023 9:40 pm EDT Halloran to Voss m-81ta
      ┊ no reply from Voss for 32 h 13 min, since m-2f61 of 10 Jul 2023
    ● 12 Jul 2023 8:05 am EDT Voss to Halloran m-9d0c
    ● 12 Jul 2023 8:06 am EDT Halloran to Voss m-9d1e
    ● 1 Aug 2023 10:00 am EDT Ada to Voss m-5555
    ● 1 Aug 2023 10:00 am EDT Bo to Voss m-5555
    ● 1 Aug 2023 10:00 am EDT Cy to Voss m-5555
    Halloran wrote 4, Voss wrote 1, Ada wrote 1, Bo wrote 1, Cy wrote 1. Longest silence in the records held: Voss, 32 h 13 min. 0 messages have an uncertain time.
    m-9d1e of Halloran (12 Jul 2023 8:06 am EDT) has no reply from Voss in the records held.
    m-5555 of Ada (1 Aug 2023 10:00 am EDT) has no reply from Voss in the records held.
    m-5555 of Bo (1 Aug 2023 10:00 am EDT) has no reply from Voss in the records held.
    m-5555 of Cy (1 Aug 2023 10:00 am EDT) has no reply from Voss in the records held.
    Times of day are in America/New_York.
    ");
}

#[test]
fn a_silence_runs_from_the_first_unanswered_message() {
    let timeline = Timeline::new(correspondence(), &options());
    let silence = &timeline.silences[0];
    assert_eq!(timeline.silences.len(), 1);
    assert_eq!(
        (
            silence.first.as_str(),
            silence.last.as_str(),
            silence.reply.as_str()
        ),
        ("m-2f61", "m-81ta", "m-9d0c")
    );
    assert_eq!(silence.length(), "32 h 13 min");
    assert_eq!(timeline.unanswered[0].first, "m-9d1e");
}

#[test]
fn a_message_of_uncertain_time_may_break_a_silence_and_is_named() {
    let mut items = correspondence();
    items.push(message(
        "m-5a5a",
        "Voss",
        "Halloran",
        "2023-07-11",
        "Noted.",
    ));
    let timeline = Timeline::new(items, &options());
    let lengths: Vec<String> = timeline.silences.iter().map(Silence::in_words).collect();
    insta::assert_debug_snapshot!(lengths, @r#"
    [
        "22 h 36 min; unless m-5a5a, of uncertain time, lies in it",
    ]
    "#);
}

#[test]
fn a_silence_is_only_as_long_as_it_must_have_been() {
    let items = vec![
        message("m-1", "Halloran", "Voss", "2023-07-10", "?"),
        message("m-2", "Voss", "Halloran", "2023-07-12 12:00", "!"),
        message("m-3", "Halloran", "Voss", "by 2023-07-13", "?"),
        message("m-4", "Voss", "Halloran", "after 2023-07-14", "!"),
    ];
    let timeline = Timeline::new(items, &options());
    let lengths: Vec<String> = timeline.silences.iter().map(Silence::length).collect();
    assert_eq!(lengths, ["at least 36 h 0 min", "at least 24 h 0 min"]);
    assert_eq!(timeline.silences[1].at_most_seconds, None);
}

/// The correspondence with only those shown that are given, as `--since` and `--until` or words would pick them.
fn picked(shown: &[&str], by_words: bool, since: &str, until: &str) -> Timeline {
    let mut items = correspondence();
    for item in &mut items {
        item.picked = shown.contains(&item.item.as_str());
    }
    let mut options = options();
    options.picked = Some(Picked {
        asked: "what is asked for".to_owned(),
        by_words,
        since: since.parse().ok(),
        until: until.parse().ok(),
    });
    Timeline::new(items, &options)
}

#[test]
fn a_message_that_is_not_shown_still_answers() {
    let timeline = picked(&["m-9d1e", "m-2f61"], true, "", "");
    assert_eq!(timeline.silences.len(), 1);
    assert_eq!(timeline.silences[0].reply, "m-9d0c");
    insta::assert_snapshot!(timeline.to_text(44), @r"
    2023    Halloran           Voss
    10 Jul  11:52 pm ●
    12 Jul   8:06 am ●
    Of the messages shown Halloran wrote 2, Voss wrote 0. Longest silence in the records held, of those that touch what was asked for: Voss, 32 h 13 min. 0 messages have an uncertain time.
    Asked for: what is asked for. 2 of 5 messages held are shown; silences and replies were looked for in all of these.
    m-2f61 of Halloran had no reply from Voss for 32 h 13 min; the reply, m-9d0c, is not shown.
    m-9d1e of Halloran (12 Jul 2023 8:06 am EDT) has no reply from Voss in the records held.
    Times of day are in America/New_York.
    ");
}

#[test]
fn a_silence_whose_beginning_is_not_shown_names_it() {
    let text = picked(&["m-9d0c"], true, "", "").to_text(80);
    insta::assert_snapshot!(text, @r"
    2023    Halloran           Voss
                     ┊  no reply for 32 h 13 min, since m-2f61 of 10 Jul 2023
                     ┊  (m-2f61 is not shown)
    12 Jul           ┊      8:05 am ●  m-9d0c Call me.
    Of the messages shown Halloran wrote 0, Voss wrote 1. Longest silence in the records held, of those that touch what was asked for: Voss, 32 h 13 min. 0 messages have an uncertain time.
    Asked for: what is asked for. 1 of 5 messages held are shown; silences and replies were looked for in all of these.
    Times of day are in America/New_York.
    ");
}

#[test]
fn the_end_of_the_time_asked_for_makes_no_silence() {
    // The reply of the 12th lies behind it, and so does the last message, which nobody answered.
    let until = "2023-07-11T14:00:00Z";
    let timeline = picked(&["m-2f61", "m-7kq2"], false, "", until);
    assert_eq!(timeline.unanswered, []);
    insta::assert_snapshot!(timeline.summary(), @"Of the messages shown Halloran wrote 2, Voss wrote 0. Longest silence in the records held, of those that touch what was asked for: Voss, 32 h 13 min. 0 messages have an uncertain time.");
    insta::assert_debug_snapshot!(timeline.remarks(), @r#"
    [
        "Asked for: what is asked for. 2 of 5 messages held are shown; silences and replies were looked for in all of these.",
        "m-2f61 of Halloran had no reply from Voss for 32 h 13 min; the reply, m-9d0c, is not shown.",
    ]
    "#);
}

#[test]
fn a_silence_all_around_the_time_asked_for_is_told() {
    let timeline = picked(&[], false, "2023-07-12T02:00:00Z", "2023-07-12T03:00:00Z");
    insta::assert_snapshot!(timeline.to_text(80), @r"
    No messages.
    Asked for: what is asked for. 0 of 5 messages held are shown; silences and replies were looked for in all of these.
    m-2f61 of Halloran had no reply from Voss for 32 h 13 min; the reply, m-9d0c, is not shown.
    ");
    let timeline = picked(&[], false, "2023-08-12T02:00:00Z", "2023-08-12T03:00:00Z");
    assert_eq!(timeline.silences, []);
    assert_eq!(timeline.unanswered.len(), 1);
}

#[test]
fn posts_and_messages_to_others_ask_for_no_reply() {
    let mut post = message("m-1", "Halloran", "Voss", "2023-07-01 10:00", "To all");
    post.to.clear();
    let items = vec![
        post,
        message("m-2", "Halloran", "Aide", "2023-07-01 10:00", "?"),
        message("m-3", "Voss", "Halloran", "2023-07-12 12:00", "!"),
    ];
    assert_eq!(Timeline::new(items, &options()).silences, []);
}

#[test]
fn partial_records_qualify_a_silence_everywhere() {
    let mut options = options();
    options.partial.push(Partial {
        from: Some("2023-07-11T00:00:00Z".parse().unwrap()),
        to: Some("2023-07-12T00:00:00Z".parse().unwrap()),
        reason: "12 message numbers are missing".to_owned(),
    });
    let timeline = Timeline::new(correspondence(), &options);
    assert_eq!(
        timeline.silences[0].partial,
        ["12 message numbers are missing"]
    );
    let html = timeline.to_html("Halloran and Voss");
    assert!(html.contains("fill=\"url(#hatch)\""));
    assert!(html.contains("the records are partial here: 12 message numbers are missing"));
    assert!(
        timeline
            .to_text(44)
            .contains("┊  (the records are partial here: 12 message numbers are missing)")
    );
    assert!(timeline.to_csv().contains("the records are partial here"));
}

#[test]
fn the_page_has_no_script_no_style_attribute_and_no_markup_of_strangers() {
    let mut items = correspondence();
    items.push(message(
        "m-xss",
        "<script>alert(1)</script>",
        "Voss",
        "about 2023-07-11",
        "<img src=x onerror=alert(1)>",
    ));
    let html = Timeline::new(items, &options()).to_html("A & B");
    for never in [
        "<script",
        "<img",
        "style=\"",
        "javascript:",
        "http://",
        "https://",
    ] {
        assert!(!html.contains(never), "{never}");
    }
    assert!(html.contains("<title>A &amp; B</title>"));
    assert!(html.contains("script-src") || html.contains("default-src 'none'"));
}

#[test]
fn a_cell_that_could_be_a_formula_is_defused() {
    let items = vec![message(
        "m-1",
        "=cmd|' /C calc'!A0",
        "Voss",
        "2023-07-10 10:00",
        "say \"hi\", then @go",
    )];
    insta::assert_snapshot!(Timeline::new(items, &options()).to_csv(), @r#"
    "item","kind","from","to","shown","as_written","earliest","latest","zone","uncertain","silence_before","silence_by","silence_waiting","text"
    "m-1","message","'=cmd|' /C calc'!A0","Voss","10 Jul 2023 10:00 am EDT","2023-07-10 10:00","2023-07-10T14:00:00Z","2023-07-10T14:00:59.999Z","America/New_York","no","","","","say ""hi"", then @go"
    "#);
}

#[test]
fn the_json_names_its_schema_and_its_silences() {
    let json = serde_json::to_value(Timeline::new(correspondence(), &options())).unwrap();
    assert_eq!(json["schema"], "fonds/timeline/1");
    assert_eq!(
        json["silences"][0]["at_most_seconds"],
        32 * 3600 + 13 * 60 + 59
    );
    assert_eq!(json["rows"][1]["shown"], "11 Jul 2023 9:29 am EDT");
}

#[test]
fn nothing_at_all_is_said_plainly() {
    let timeline = Timeline::new(
        Vec::new(),
        &Options {
            parties: Vec::new(),
            ..options()
        },
    );
    insta::assert_snapshot!(timeline.to_text(80), @r"
    No messages.
    ");
    assert!(!timeline.to_html("Nothing").contains("<svg"));
}

#[test]
fn lengths_of_time_are_read_and_written() {
    assert_eq!(parse_gap("12h").unwrap(), 43_200);
    assert_eq!(parse_gap("90m").unwrap(), 5400);
    assert!(parse_gap("12").is_err() && parse_gap("h").is_err() && parse_gap("9999999d").is_err());
    assert_eq!(length(45 * 60), "45 min");
    assert_eq!(length(5 * 86_400 + 3 * 3600 + 59), "5 days 3 h");
}

#[test]
fn a_reply_that_ends_several_silences_has_them_all_in_the_table() {
    let mut reply = message("m-3", "Voss", "Halloran", "2023-07-12 12:00", "To both");
    reply.to.push("Aide".to_owned());
    let items = vec![
        message("m-1", "Halloran", "Voss", "2023-07-10 12:00", "?"),
        message("m-2", "Aide", "Voss", "2023-07-11 12:00", "?"),
        reply,
    ];
    let mut options = options();
    options.parties.push("Aide".to_owned());
    let csv = Timeline::new(items, &options).to_csv();
    assert!(
        csv.contains(r#""no","48 h 0 min | 24 h 0 min","Voss","Halloran | Aide","To both""#),
        "{csv}"
    );
}

#[test]
fn of_many_messages_of_uncertain_time_ten_are_named_and_all_counted() {
    let undated: Vec<Input> = (0..2000)
        .map(|number| {
            let item = format!("m-u{number:04}");
            message(&item, "Voss", "Halloran", "unknown", "?")
        })
        .collect();
    let day = |number: i64, item: &str, from, to| {
        let mut dated = message(item, from, to, "unknown", "!");
        let millis = 1_689_000_000_000 + number * 86_400_000;
        dated.at = Instant::exact(Moment::from_millis(millis).unwrap(), "", "archive");
        dated
    };
    let mut items = undated;
    for number in 0..2000 {
        items.push(day(2 * number, "m-ask", "Halloran", "Voss"));
        items.push(day(2 * number + 1, "m-reply", "Voss", "Halloran"));
    }
    // One that lies before the last silence, and one that may lie in it.
    items.push(message("m-early", "Voss", "Halloran", "2023-07-10", "?"));
    items.push(message(
        "m-late",
        "Voss",
        "Halloran",
        "after 2023-07-12",
        "?",
    ));
    items.push(day(5000, "m-last", "Halloran", "Voss"));
    let timeline = Timeline::new(items, &options());
    let by_voss = |silence: &&Silence| silence.by == "Voss";
    assert_eq!(timeline.silences.iter().filter(by_voss).count(), 2000);
    let last = timeline.silences.iter().rfind(by_voss).unwrap();
    assert_eq!(last.perhaps_broken_by.len(), 10);
    assert_eq!(last.perhaps_broken_count, 2001);
    let named = serde_json::to_string(&timeline).unwrap();
    assert!(named.len() < 4_000_000, "{} bytes", named.len());
    assert!(
        last.in_words()
            .ends_with("m-u0008 and 1991 more, of uncertain time, lies in it"),
        "{}",
        last.in_words()
    );
    assert_eq!(timeline.unanswered[0].perhaps_answered_count, 2001);
}

#[test]
fn a_reply_of_uncertain_time_does_not_break_the_silence_that_it_ends() {
    let items = vec![
        message("m-1", "Halloran", "Voss", "2023-07-10 12:00", "?"),
        message("m-2", "Voss", "Halloran", "after 2023-07-13", "!"),
        message("m-3", "Voss", "Halloran", "after 2023-07-14", "!"),
    ];
    let timeline = Timeline::new(items, &options());
    // The reply may be as late as ever, and so the other may have been before it.
    assert_eq!(timeline.silences[0].reply, "m-2");
    assert_eq!(timeline.silences[0].perhaps_broken_by, ["m-3"]);
    assert_eq!(timeline.silences[0].perhaps_broken_count, 1);
}
