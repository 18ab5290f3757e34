//! What is left out of a document is told, once for each reason.

use std::io::Write as _;

use fonds::ingest::read::Limits;
use fonds::record::Kind;

use crate::support::TestResult;
use crate::support::read_as;
use crate::support::read_with;

const FROM: &str = "From a@b.example Tue Jul 11 13:29:00 2023\n";

fn nothing(_: &str, _: u64) -> Option<Vec<u8>> {
    None
}

#[test]
fn a_message_longer_than_the_limit_is_told_of() {
    let limits = Limits {
        message: 1 << 20,
        ..Limits::default()
    };
    let mail = format!("From: a@b.example\n\n{}\n", "text ".repeat(400_000));
    let told = "longer than 1048576 bytes, so that only the headers were read, not the text and the attachments: ";
    let finds = read_with(Kind::Mail, mail.as_bytes(), &limits, &nothing);
    assert_eq!(finds.unread, [format!("{told}1 message")]);
    let mailbox = format!("{FROM}{mail}\n{FROM}Subject: 2\n\n2\n\n{FROM}{mail}");
    let finds = read_with(Kind::Mbox, mailbox.as_bytes(), &limits, &nothing);
    let third = mailbox.len() - mail.len() - FROM.len();
    assert_eq!(finds.letters.len(), 3);
    assert_eq!(
        finds.unread,
        [format!("{told}2 messages, at byte 0, {third}")]
    );
}

#[test]
fn attachments_and_parts_beyond_a_limit_are_told_of() {
    let limits = Limits {
        parts: 2,
        ..Limits::default()
    };
    let part = "--b\nContent-Disposition: attachment\n\nx\n";
    let mail = |parts: usize| {
        format!(
            "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n{}--b--\n",
            part.repeat(parts)
        )
    };
    let finds = read_with(Kind::Mail, mail(2).as_bytes(), &limits, &nothing);
    assert!(finds.unread.is_empty(), "{:?}", finds.unread);
    let finds = read_with(Kind::Mail, mail(3).as_bytes(), &limits, &nothing);
    assert_eq!(
        finds.unread,
        [
            "attachments beyond the limit of 2 and 268435456 bytes a message were not taken out: 1 message"
        ]
    );
    let finds = read_as(Kind::Mail, mail(10_001).as_bytes());
    assert!(
        finds.unread[1].starts_with("parts that were too many"),
        "{:?}",
        finds.unread
    );
    let level = |depth| format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
    let levels: Vec<String> = (0..110).map(level).collect();
    let deep = format!("From: a@b.example\n{}\n\nthe bottom\n", levels.concat());
    let finds = read_as(Kind::Mail, deep.as_bytes());
    assert!(
        finds.notices[0].starts_with("parts that lie too deep"),
        "{:?}",
        finds.notices
    );
}

fn chat(texts: &[&str]) -> String {
    let messages: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| {
            format!(
                r#"{{"messageCreate":{{"id":"{n}","senderId":"1","recipientId":"2","text":"{text}","createdAt":"2023-07-11T13:29:00.000Z"}}}}"#
            )
        })
        .collect();
    format!(
        r#"window.YTD.direct_messages.part0 = [{{"dmConversation":{{"conversationId":"1-2","messages":[{}]}}}}]"#,
        messages.join(",")
    )
}

#[test]
fn a_message_of_an_export_that_cannot_be_read_is_told_of() {
    let long = "a".repeat(5 << 20);
    let file = chat(&["one", &long, r"bad \x escape", "four"]);
    let finds = read_as(Kind::XDirectMessages, file.as_bytes());
    assert_eq!(finds.letters.len(), 4);
    let starts: Vec<u64> = finds.letters.iter().map(|it| it.span.start).collect();
    assert_eq!(
        finds.unread,
        [
            format!(
                "longer than 4194304 bytes and not read: 1 message, at byte {}",
                starts[1]
            ),
            format!("not JSON and not read: 1 message, at byte {}", starts[2]),
        ]
    );
}

#[test]
fn half_a_surrogate_pair_and_raw_control_characters_are_read_around() {
    let texts = [
        r"cut \ud83d here",
        r"low \udc00 here",
        r"two \ud83d\ud83d\ude00 here",
        "tab\there\r\nand on",
        r"whole \ud83d\ude00 \\ud83d \u00e9",
    ];
    let file = chat(&texts);
    let finds = read_as(Kind::XDirectMessages, file.as_bytes());
    let read: Vec<_> = finds
        .letters
        .iter()
        .map(|it| it.message.text.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(
        read,
        [
            "cut \u{fffd} here",
            "low \u{fffd} here",
            "two \u{fffd}\u{1f600} here",
            "tab\there\nand on",
            "whole \u{1f600} \\ud83d \u{e9}",
        ]
    );
    assert!(finds.unread.is_empty(), "{:?}", finds.unread);
    let told = finds.notices.iter().any(|it| {
        it.starts_with("JSON that can be read in several ways") && it.contains(": 4 messages")
    });
    assert!(told, "{:?}", finds.notices);
    let noted = |n: usize| {
        let mut notes = finds.letters[n].message.notes.iter();
        notes.any(|note| note.contains("surrogate"))
    };
    assert!(noted(0) && noted(3) && !noted(4));
}

#[test]
fn a_carriage_return_in_the_name_of_a_conversation_is_a_line_feed_in_its_text() {
    let event = r#"{"conversationNameUpdate": {"initiatingUserId": "2", "name": "Har\r\nbour\rbuild", "createdAt": "2023-07-11T13:31:00.000Z"}}"#;
    let export = format!(
        "window.YTD.direct_messages_group.part0 = [{{\"dmConversation\": {{\"conversationId\": \"9\", \"messages\": [{event}]}}}}]"
    );
    let finds = read_as(Kind::XDirectMessages, export.as_bytes());
    let texts: Vec<_> = finds
        .letters
        .iter()
        .map(|letter| letter.message.text.as_deref())
        .collect();
    assert_eq!(texts, [Some("[named the conversation: Har\nbour\nbuild]")]);
}

#[test]
fn header_fields_without_end_are_read_in_part() {
    let many = |piece: &dyn Fn(usize) -> String, count: usize| -> String {
        (0..count).map(piece).collect()
    };
    let note = "header fields so long that only their beginning was read: 1";
    // Read to its end, the first took half a minute and the others hundreds of megabytes.
    for field in [
        format!(
            "Content-Type: text/plain; {}",
            many(&|n| format!("name*{n}=a; "), 300_000)
        ),
        format!("To: {}", many(&|n| format!("<a{n}@b.example>, "), 200_000)),
        format!("Subject: {}", "=?utf-8?q?=41?= ".repeat(200_000)),
    ] {
        let mail = format!("From: a@b.example\n{field}\n\nThe words that matter.\n");
        let finds = read_as(Kind::Mail, mail.as_bytes());
        let message = &finds.letters[0].message;
        assert_eq!(message.text.as_deref(), Some("The words that matter.\n"));
        assert!(
            message.notes.iter().any(|it| it == note),
            "{:?}",
            message.notes
        );
        assert!(message.to.len() <= 10_000);
        let whole = |to: &fonds::record::Participant| {
            to.account
                .as_deref()
                .is_some_and(|it| it.ends_with("@b.example"))
        };
        assert!(message.to.iter().all(whole));
        if field.starts_with("Subject") {
            let subject = message.subject.as_deref().unwrap_or_default();
            assert!(subject.starts_with("AAAA"), "the subject is read in part");
        }
        assert_eq!(
            finds.notices,
            ["header fields that are too many or too long were read in part: 1 message"]
        );
    }
    // In a part as well.
    let part = format!(
        "Content-Disposition: attachment; {}",
        "a=b; ".repeat(20_000)
    );
    let mail = format!(
        "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n{part}\n\nx\n--b--\n"
    );
    let finds = read_as(Kind::Mail, mail.as_bytes());
    assert_eq!(finds.letters[0].parts.len(), 1);
    assert_eq!(finds.notices.len(), 1, "{:?}", finds.notices);
}

/// A zip archive in which the names are then changed to others of the same length.
fn zip_renamed(members: &[(&str, &[u8])], renames: &[(&[u8], &[u8])]) -> TestResult<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    let mut bytes = writer.finish()?.into_inner();
    for (from, to) in renames {
        while let Some(at) = memchr::memmem::find(&bytes, from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    Ok(bytes)
}

#[test]
fn members_of_the_same_name_are_told_of_and_keep_their_places() -> TestResult {
    let members: [(&str, &[u8]); 4] = [
        ("1note.txt", b"first"),
        ("2note.txt", b"second"),
        ("other.txt", b"other"),
        ("3note.txt", b"third"),
    ];
    let renames: [(&[u8], &[u8]); 2] = [(b"2note.txt", b"1note.txt"), (b"3note.txt", b"1note.txt")];
    let bytes = zip_renamed(&members, &renames)?;
    let finds = read_as(Kind::Zip, &bytes);
    assert_eq!(
        finds.unread,
        [
            "not unpacked: members that have the name of another: 2; of each name the last one was read (3 times \"1note.txt\")"
        ]
    );
    let read: Vec<_> = finds
        .members
        .iter()
        .map(|it| (it.bytes.clone(), serde_json::to_value(&it.locator)))
        .map(|(bytes, place)| {
            let place = place
                .map(|it| it["member"]["index"].as_u64())
                .unwrap_or_default();
            (bytes, place)
        })
        .collect();
    assert_eq!(
        read,
        [
            (Ok(b"third".to_vec()), Some(3)),
            (Ok(b"other".to_vec()), Some(2))
        ]
    );
    Ok(())
}

#[test]
fn a_member_named_like_a_folder_is_read_where_it_has_bytes() -> TestResult {
    let bytes = zip_renamed(
        &[("a/noteX", b"The words that matter."), ("emptyX", b"")],
        &[(b"a/noteX", b"a/note/"), (b"emptyX", b"empty/")],
    )?;
    let finds = read_as(Kind::Zip, &bytes);
    assert_eq!(finds.members.len(), 1, "{:?}", finds.notices);
    assert_eq!(finds.members[0].name.to_string(), "note");
    assert_eq!(
        finds.members[0].bytes.as_deref(),
        Ok(&b"The words that matter."[..])
    );
    Ok(())
}

#[test]
fn a_member_that_states_another_size_is_said_to_be_damaged() -> TestResult {
    for (stated, than) in [(10_u32, "more"), (9_000_000, "fewer")] {
        let mut bytes = zip_renamed(&[("big.bin", &vec![7; 8 << 20])], &[])?;
        let size = (8_u32 << 20).to_le_bytes();
        let entry = memchr::memmem::rfind(&bytes, b"PK\x01\x02").ok_or("it has a directory")?;
        assert_eq!(bytes[entry + 24..entry + 28], size);
        bytes[entry + 24..entry + 28].copy_from_slice(&stated.to_le_bytes());
        let finds = read_as(Kind::Zip, &bytes);
        assert!(finds.members[0].bytes.is_err());
        assert!(
            finds.unread[0].contains("it is damaged") || finds.unread[0].contains("are damaged"),
            "{than}: {:?}",
            finds.unread
        );
    }
    Ok(())
}

#[test]
fn of_plain_and_enriched_text_one_is_read() {
    let part = |media: &str, text: &str| format!("--b\nContent-Type: {media}\n\n{text}\n");
    let read = |parts: &[String]| {
        let mail = format!(
            "From: a@b.example\nContent-Type: multipart/alternative; boundary=b\n\n{}--b--\n",
            parts.concat()
        );
        read_as(Kind::Mail, mail.as_bytes()).letters[0]
            .message
            .text
            .clone()
    };
    let plain = part("text/plain", "Who pays?");
    let enriched = part("text/enriched", "<bold>Who</bold> pays?");
    let html = part("text/html", "<p>Who pays, then?</p>");
    let empty = part("text/plain", "");
    assert_eq!(
        read(&[plain, enriched.clone()]).as_deref(),
        Some("Who pays?\n")
    );
    assert_eq!(
        read(&[empty, enriched.clone()]).as_deref(),
        Some("<bold>Who</bold> pays?\n")
    );
    assert_eq!(
        read(&[enriched, html]).as_deref(),
        Some("Who pays, then?\n")
    );
}

#[test]
fn an_entry_that_is_no_message_is_not_recorded_and_that_is_said() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let file = format!(
        "window.YTD.direct_messages.part0 = [{{\"dmConversation\":{{\"conversationId\":\"1-2\",\"messages\":[{deep}, 7, null, {{\"messageCreate\":{{\"id\":\"5\",\"text\":\"still here\"}}}}]}}}}]"
    );
    let finds = read_as(Kind::XDirectMessages, file.as_bytes());
    assert!(finds.error.is_none(), "{:?}", finds.error);
    assert_eq!(finds.letters.len(), 1);
    assert_eq!(finds.letters[0].message.text.as_deref(), Some("still here"));
    let start = usize::try_from(finds.letters[0].span.start).unwrap_or_default();
    assert!(file[start..].starts_with("{\"messageCreate\""));
    assert_eq!(finds.unread.len(), 1);
    let posts = r#"window.YTD.tweets.part0 = [{}, null, [], "x", 5, {"tweet":{}}, {"tweet":{"id_str":"1","full_text":"A post."}}]"#;
    let finds = read_as(Kind::XTweets, posts.as_bytes());
    assert_eq!(finds.letters.len(), 1);
    assert_eq!(
        finds.unread,
        [
            "no message, or an empty one, and not recorded: 6 entries, at byte 27, 31, 37, 41, 46, 49"
        ]
    );
}

#[test]
fn a_field_given_twice_and_bytes_behind_the_end_are_told_of() {
    let twice = r#"window.YTD.tweets.part0 = [{"tweet":{"id_str":"1","full_text":"first","full_text":"last"}}]"#;
    let finds = read_as(Kind::XTweets, twice.as_bytes());
    let message = &finds.letters[0].message;
    assert_eq!(message.text.as_deref(), Some("last"));
    let note = "a field of it is given more than once; the last one is shown";
    assert!(
        message.notes.iter().any(|it| it == note),
        "{:?}",
        message.notes
    );
    assert!(finds.notices.iter().any(|it| it.starts_with("JSON")));
    for (behind, told) in [
        ("", false),
        (" ;\n", false),
        ("\n[1]", true),
        ("; window.YTD.tweets.part1 = []", true),
    ] {
        let file = format!("{twice}{behind}");
        let finds = read_as(Kind::XTweets, file.as_bytes());
        let said = finds.unread.iter().any(|it| it.contains("behind the end"));
        assert_eq!(said, told, "{behind:?}: {:?}", finds.unread);
    }
    let empty = read_as(Kind::XTweets, b"window.YTD.tweets.part0 = [ ]");
    assert!(empty.notices.is_empty(), "{:?}", empty.notices);
}
