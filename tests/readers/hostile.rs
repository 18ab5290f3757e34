//! Documents made to do harm: each is read, within its limits, and what was left out is said.

use std::cell::Cell;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write as _;

use fonds::ingest::read::Found;
use fonds::ingest::read::Input;
use fonds::ingest::read::Limits;
use fonds::ingest::read::ReadError;
use fonds::ingest::read::Stop;
use fonds::ingest::read::read;
use fonds::record::Kind;

use crate::support::TestResult;
use crate::support::read_as;
use crate::support::read_with;

fn nothing(_: &str, _: u64) -> Option<Vec<u8>> {
    None
}

#[test]
fn parts_nested_without_end_are_one_message() {
    let level = |depth| format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
    let levels: Vec<String> = (0..100_000).map(level).collect();
    let mut mail = format!("From: a@b.example\nSubject: deep\n{}", levels.concat());
    mail += "\n\nthe bottom\n";
    let finds = read_as(Kind::Mail, mail.as_bytes());
    assert_eq!(finds.letters.len(), 1);
    let message = &finds.letters[0].message;
    assert_eq!(message.subject.as_deref(), Some("deep"));
    assert!(
        message.notes.iter().any(|it| it.contains("100 deep")),
        "{:?}",
        message.notes
    );
    assert!(
        message
            .text
            .as_deref()
            .unwrap_or_default()
            .contains("the bottom")
    );
}

#[test]
fn messages_attached_to_messages_are_handed_out_whole() {
    let mail = "From: a@b.example\nContent-Type: message/rfc822\n\n".repeat(100_000);
    let finds = read_as(Kind::Mail, mail.as_bytes());
    assert_eq!(finds.letters.len(), 1);
    let parts = &finds.letters[0].parts;
    assert_eq!(parts.len(), 1);
    assert!(mail.as_bytes().ends_with(&parts[0].bytes));
}

#[test]
fn many_parts_are_told_apart_up_to_a_limit() {
    let part = "--b\nContent-Disposition: attachment\n\nx\n".repeat(20_000);
    let mail =
        format!("From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n{part}--b--\n");
    let finds = read_as(Kind::Mail, mail.as_bytes());
    let letter = &finds.letters[0];
    assert_eq!(letter.parts.len(), Limits::default().parts);
    assert!(letter.message.attachments.len() > letter.parts.len());
    assert!(
        letter
            .message
            .notes
            .iter()
            .any(|it| it.contains("limit of 1000 attachments"))
    );
}

/// A file that is made while it is read: a start, then the same byte to its end.
struct Endless {
    start: &'static [u8],
    size: u64,
    at: u64,
    largest: Cell<usize>,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.largest.set(self.largest.get().max(buffer.len()));
        let left = usize::try_from(self.size - self.at).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        for (index, byte) in buffer.iter_mut().take(count).enumerate() {
            let at = usize::try_from(self.at).unwrap_or(usize::MAX) + index;
            *byte = self.start.get(at).copied().unwrap_or(b'a');
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if let SeekFrom::Start(at) = to {
            self.at = at.min(self.size);
        }
        Ok(self.at)
    }
}

#[test]
fn a_line_without_end_is_one_message_that_is_not_read() -> TestResult {
    let size = 16 << 20;
    let mut content = Endless {
        start: b"From a@b.example Tue Jul 11 13:29:00 2023\nSubject: long\n\n",
        size,
        at: 0,
        largest: Cell::new(0),
    };
    let limits = Limits {
        message: 2 << 20,
        ..Limits::default()
    };
    let mut spans = Vec::new();
    let mut input = Input {
        kind: Kind::Mbox,
        name: None,
        size,
        content: &mut content,
        companion: &nothing,
        table: None,
        limits: &limits,
    };
    read(&mut input, &mut |found| {
        if let Found::Message {
            span,
            header,
            raw,
            message,
            ..
        } = found
        {
            assert_eq!(message.subject.as_deref(), Some("long"));
            assert!(raw.is_empty() && message.text.is_none());
            assert!(
                message.notes[0].contains("2097152 bytes"),
                "{:?}",
                message.notes
            );
            spans.push((span.start, header, span.end));
        }
        Ok(())
    })?;
    assert_eq!(spans, [(0, 42, size)]);
    assert!(content.largest.get() <= 1 << 20);
    Ok(())
}

#[test]
fn a_message_beyond_the_limit_does_not_take_the_next_with_it() {
    let from = "From a@b.example Tue Jul 11 13:29:00 2023\n";
    let long = format!("{from}Subject: long\n\n{}\n\n", "text ".repeat(400_000));
    let mailbox = format!("{from}Subject: one\n\n1\n\n{long}{from}Subject: three\n\n3\n");
    let limits = Limits {
        message: 1 << 20,
        ..Limits::default()
    };
    let finds = read_with(Kind::Mbox, mailbox.as_bytes(), &limits, &nothing);
    let subjects: Vec<_> = finds
        .letters
        .iter()
        .map(|it| {
            (
                it.message.subject.as_deref().unwrap_or_default(),
                it.span.start,
                it.raw.len(),
            )
        })
        .collect();
    let first = from.len() + "Subject: one\n\n1\n\n".len();
    let third = first + long.len();
    assert_eq!(subjects.len(), 3);
    assert_eq!(subjects[0], ("one", 0, first));
    assert_eq!(subjects[1], ("long", first as u64, 0));
    assert_eq!((subjects[2].0, subjects[2].1), ("three", third as u64));
    assert_eq!(finds.letters[1].span.end, third as u64);
}

#[test]
fn every_byte_of_a_mailbox_belongs_to_one_message() {
    let message = "From a@b.example Tue Jul 11 13:29:00 2023\nSubject: s\n\nFrom here\n\n";
    let mailbox = message.repeat(20_000);
    let finds = read_as(Kind::Mbox, mailbox.as_bytes());
    assert_eq!(finds.letters.len(), 20_000);
    let mut end = 0;
    for letter in &finds.letters {
        assert_eq!(letter.span.start, end);
        end = letter.span.end;
        assert_eq!(letter.raw, message.as_bytes());
    }
    assert_eq!(end, mailbox.len() as u64);
}

fn zip_of(members: &[(&str, &[u8])]) -> TestResult<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[test]
fn members_beyond_a_limit_are_named_and_the_rest_is_unpacked() -> TestResult {
    let zeros = vec![0; 3 << 20];
    let bytes = zip_of(&[
        ("bomb.bin", &zeros),
        ("../../etc/passwd", b"x"),
        ("C:\\a.txt", b"y"),
        ("a/", b""),
    ])?;
    let limits = Limits {
        ratio_floor: 1 << 20,
        ..Limits::default()
    };
    let finds = read_with(Kind::Zip, &bytes, &limits, &nothing);
    let names: Vec<_> = finds.members.iter().map(|it| it.name.to_string()).collect();
    assert_eq!(names, ["passwd", "a.txt"]);
    assert_eq!(finds.members[0].bytes.as_deref(), Ok(&b"x"[..]));
    let locator = serde_json::to_string(&finds.members[0].locator)?;
    assert_eq!(
        locator,
        r#"{"member":{"index":1,"name":"../../etc/passwd"}}"#
    );
    assert_eq!(finds.members[0].size, 1);
    assert_eq!(finds.notices.len(), 2);
    assert!(finds.notices[1].contains("etc/passwd\" and of 1 more leads out"));
    assert!(
        finds.notices[0].starts_with("not unpacked: member \"bomb.bin\": limit of 200"),
        "{:?}",
        finds.notices
    );
    Ok(())
}

#[test]
fn a_member_whose_bytes_were_changed_is_named() -> TestResult {
    let mut bytes = zip_of(&[
        (
            "note.txt",
            b"the quick brown fox, stored as it stands, no doubt",
        ),
        ("b.txt", b"b"),
    ])?;
    let at = 40;
    bytes[at] ^= 0xff;
    let finds = read_as(Kind::Zip, &bytes);
    let broken = finds.members.iter().filter(|it| it.bytes.is_err()).count();
    assert_eq!((finds.members.len(), broken), (2, 1), "{:?}", finds.notices);
    assert!(finds.notices[0].contains("note.txt"));
    Ok(())
}

#[test]
fn what_is_not_a_zip_archive_is_an_error_with_a_reason() {
    let finds = read_as(Kind::Zip, b"PK\x03\x04 and no more");
    let error = finds
        .error
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(error.starts_with("it begins like a zip archive"), "{error}");
}

#[test]
fn a_part_of_an_x_archive_cut_anywhere_gives_what_is_whole() -> TestResult {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/import/x/direct-messages.js"
    );
    let bytes = std::fs::read(path)?;
    let whole = read_as(Kind::XDirectMessages, &bytes).letters.len();
    let mut before = 0;
    for end in 0..bytes.trim_ascii_end().len() {
        let finds = read_as(Kind::XDirectMessages, &bytes[..end]);
        assert!(finds.error.is_some(), "cut at {end}");
        assert!(finds.letters.len() >= before);
        before = finds.letters.len();
    }
    assert_eq!(before, whole);
    Ok(())
}

#[test]
fn tags_without_end_are_text_without_end() {
    let page = format!("<title>t</title>{}bottom", "<div><b>".repeat(200_000));
    let finds = read_as(Kind::Html, page.as_bytes());
    assert_eq!(finds.texts[0].text, "bottom\n");
    let page = format!("<p>top<a href=\"{}", "x".repeat(1 << 20));
    let finds = read_as(Kind::Html, page.as_bytes());
    assert_eq!(finds.texts[0].text, "top\n");
}

#[test]
fn text_in_any_encoding_is_text() {
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("Grüße\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let finds = read_as(Kind::Text, &utf16);
    assert_eq!(finds.texts[0].text, "Grüße\n");
    assert_eq!(finds.texts[0].encoding.as_deref(), Some("utf-16le"));
    let finds = read_as(Kind::Markdown, b"# Caf\xe9 cr\xe8me br\xfbl\xe9e\rnext\0");
    assert_eq!(finds.texts[0].text, "# Café crème brûlée\nnext\u{fffd}");
    assert_eq!(finds.texts[0].notes.len(), 2);
}

#[test]
fn a_page_longer_than_its_limit_is_an_error_that_names_it() {
    let limits = Limits {
        text: 10,
        ..Limits::default()
    };
    let finds = read_with(Kind::Html, b"<p>eleven bytes", &limits, &nothing);
    let error = finds
        .error
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert_eq!(
        error,
        "15 bytes are more than the 10 that are read of a page"
    );
}

#[test]
fn a_sink_that_stops_is_heard() {
    let mut content = io::Cursor::new(b"<p>x".to_vec());
    let mut input = Input {
        kind: Kind::Html,
        name: None,
        size: 4,
        content: &mut content,
        companion: &nothing,
        table: None,
        limits: &Limits::default(),
    };
    let outcome = read(&mut input, &mut |_| Err(Stop("full disk".into())));
    assert!(matches!(outcome, Err(ReadError::Stopped(stop)) if stop.0.to_string() == "full disk"));
}

#[test]
fn a_page_that_is_one_link_after_another_is_read_at_once() {
    // 5 MB; looked through from each link to the end of the text, this took hours.
    let text = "http://".repeat(700_000);
    let mail =
        format!("From: a@b.example\nSubject: links\n\n{text}\nhttps://pier.example/a, and on.\n");
    let finds = read_as(Kind::Mail, mail.as_bytes());
    let message = &finds.letters[0].message;
    let links: Vec<_> = message.links.iter().map(|link| link.url.as_str()).collect();
    assert_eq!(links, ["https://pier.example/a"]);
    assert!(
        message.notes.iter().any(|note| note.contains("4096 bytes")),
        "{:?}",
        message.notes
    );
}

#[test]
fn a_member_whose_bytes_do_not_fit_its_crc_is_said_to_be_damaged() -> TestResult {
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("note.txt", stored)?;
    writer.write_all(b"We paid 50,000.")?;
    let mut bytes = writer.finish()?.into_inner();
    let at = memchr::memmem::find(&bytes, b"50,000").ok_or("the member is stored as it is")?;
    bytes[at] = b'1';
    let finds = read_with(Kind::Zip, &bytes, &Limits::default(), &nothing);
    assert!(
        finds.notices[0].contains("note.txt\": its packed bytes are damaged"),
        "{:?}",
        finds.notices
    );
    Ok(())
}

#[test]
fn lists_of_messages_around_a_conversations_id_are_read_in_their_order() {
    let message = |id: u32| {
        format!(
            r#"{{"messageCreate":{{"id":"{id}","senderId":"1","recipientId":"2","text":"number {id}","createdAt":"2023-07-11T13:29:00.000Z"}}}}"#
        )
    };
    let file = format!(
        r#"window.YTD.direct_messages.part0 = [{{"dmConversation":{{"messages":[{}],"messages":[{}],"conversationId":"1-2","messages":[{}]}}}}]"#,
        message(1),
        message(2),
        message(3)
    );
    let finds = read_as(Kind::XDirectMessages, file.as_bytes());
    let texts: Vec<_> = finds
        .letters
        .iter()
        .map(|letter| letter.message.text.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(texts, ["number 1", "number 2", "number 3"]);
    assert!(finds.letters.is_sorted_by_key(|letter| letter.span.start));
    let known = |letter: &crate::support::Letter| {
        letter.message.conversation.as_ref().map(|it| it.id.clone())
    };
    assert!(finds.letters.iter().all(|letter| known(letter).is_some()));
}

#[test]
fn a_text_that_is_too_long_once_decoded_is_left_out_and_that_is_said() {
    // In Latin-1 each of these letters is one byte, in UTF-8 two.
    let limits = Limits {
        decoded: 1_000,
        ..Limits::default()
    };
    let letters = |count: usize| vec![0xe9_u8; count];
    for kind in [Kind::Text, Kind::Html] {
        let mut short = b"caf\xe9 au lait, ".to_vec();
        short.extend(letters(400));
        assert_eq!(read_with(kind, &short, &limits, &nothing).texts.len(), 1);
        let mut long = b"caf\xe9 au lait, ".to_vec();
        long.extend(letters(600));
        let finds = read_with(kind, &long, &limits, &nothing);
        assert!(finds.texts.is_empty());
        assert_eq!(
            finds.notices,
            ["its text has more than 1000 bytes once it is decoded: stored, not searchable"]
        );
    }
    for charset in ["iso-8859-1", "utf-8", "us-ascii"] {
        let mut mail = format!(
            "From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nshort\n--b\n\
             Content-Type: text/plain; charset={charset}\n\n"
        )
        .into_bytes();
        mail.extend(letters(600));
        mail.extend(b"\n--b--\n");
        let finds = read_with(Kind::Mail, &mail, &limits, &nothing);
        let message = &finds.letters[0].message;
        assert_eq!(message.text, None, "{charset}");
        assert!(
            message
                .notes
                .contains(&"its text has more than 1000 bytes and was not read".to_owned()),
            "{:?}",
            message.notes
        );
        assert_eq!(
            finds.notices,
            ["text of more than 1000 bytes is stored, not searchable: 1 message"]
        );
        let from = b"From a@b.example Tue Jul 11 13:29:00 2023\n";
        let mailbox = [from, mail.as_slice(), b"\n", from, mail.as_slice()].concat();
        let finds = read_with(Kind::Mbox, &mailbox, &limits, &nothing);
        let second = from.len() + mail.len() + 1;
        assert_eq!(
            finds.notices,
            [format!(
                "text of more than 1000 bytes is stored, not searchable: 2 messages, at byte 0, {second}"
            )]
        );
    }
}

#[test]
fn no_text_is_read_that_the_archive_would_not_hold_again() {
    assert!(Limits::default().decoded <= fonds::archive::store::MOST_AT_ONCE);
}

#[test]
fn a_multipart_without_a_part_is_read_as_text() {
    let told = "a part said to hold parts has none in it; it is read as text".to_owned();
    let stray =
        "text before its first part or behind its last one belongs to no part and is not shown"
            .to_owned();
    let words = Some("The words that matter.\n");
    let read = |mail: &[u8]| {
        let finds = read_as(Kind::Mail, mail);
        let message = &finds.letters[0].message;
        (message.text.clone(), message.notes.clone())
    };
    for body in [
        "The words that matter.\n",
        "The words that matter.\n--abc--\n",
        "The words that matter.\n--other\n",
    ] {
        let mail =
            format!("From: a@b.example\nContent-Type: multipart/mixed; boundary=abc\n\n{body}");
        let (text, notes) = read(mail.as_bytes());
        assert!(
            text.unwrap_or_default()
                .starts_with("The words that matter."),
            "{body}"
        );
        assert!(notes.contains(&told), "{notes:?}");
    }
    // One inside another: what stands in the inner one is a part of the outer one.
    let (text, notes) = read(
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=abc\n\n--abc\n\
          Content-Type: multipart/alternative; boundary=def\n\nThe words that matter.\n--abc--\n",
    );
    assert_eq!(text.as_deref(), words);
    assert!(notes.contains(&told), "{notes:?}");
    // A boundary is bytes, whatever they say.
    for boundary in [&b"b\xe9b"[..], b"\"b\xe9 b\"", "b\u{e9}b".as_bytes()] {
        let line = boundary.trim_ascii();
        let line = line.strip_prefix(b"\"").unwrap_or(line);
        let line = line.strip_suffix(b"\"").unwrap_or(line);
        let mail = [
            b"From: a@b.example\nContent-Type: multipart/mixed; boundary=",
            boundary,
            b"; x=y\n\n--",
            line,
            b"\n\nThe words that matter.\n--",
            line,
            b"--\n",
        ]
        .concat();
        let (text, notes) = read(&mail);
        assert_eq!(text.as_deref(), words, "{notes:?}");
        assert!(!notes.contains(&told), "{notes:?}");
    }
    // What stands outside the parts is pointed out, unless it is what every mailer puts there.
    let around = |before: &str, after: &str| {
        let mail = format!(
            "From: a@b.example\nContent-Type: multipart/mixed; boundary=abc\n\n{before}\n--abc\n\nThe words that matter.\n--abc--\n{after}"
        );
        let (text, notes) = read(mail.as_bytes());
        assert_eq!(text.as_deref(), words);
        notes.contains(&stray)
    };
    assert!(around("Hidden.", ""));
    assert!(around("", "Hidden."));
    assert!(!around("", "\n"));
    assert!(!around(
        "This is a multi-part message in MIME format.",
        "\n"
    ));
}

#[test]
fn of_a_field_with_parameters_without_end_the_first_are_read() {
    let parameters: Vec<String> = (0..300).map(|n| format!(" p{n}*1=x;")).collect();
    let parameters = parameters.concat();
    let mail = format!("From: a@b.example\nContent-Type: text/plain;{parameters}\n\nHello\n");
    let finds = read_as(Kind::Mail, mail.as_bytes());
    let message = &finds.letters[0].message;
    assert!(
        message
            .notes
            .iter()
            .any(|it| it.contains("only their beginning was read: 1")),
        "{:?}",
        message.notes
    );
    assert_eq!(message.text.as_deref(), Some("Hello\n"));
}

#[test]
fn a_zip_archive_that_states_millions_of_members_is_not_listed() -> TestResult {
    let bytes = zip_of(&[("a.txt", b"x")])?;
    let end = bytes.len() - 22;
    for (count, record, said) in [
        (3_000_000_u64, true, "it states 3000000 members"),
        (3_000_000, false, "its end is not of a form that is read"),
    ] {
        let mut bomb = bytes[..end].to_vec();
        let place = bomb.len() as u64;
        let mut end64 = [0; 56];
        end64[..4].copy_from_slice(b"PK\x06\x06");
        end64[4..12].copy_from_slice(&44_u64.to_le_bytes());
        end64[24..32].copy_from_slice(&count.to_le_bytes());
        end64[32..40].copy_from_slice(&count.to_le_bytes());
        if record {
            bomb.extend(end64);
        }
        bomb.extend(b"PK\x06\x07\0\0\0\0");
        bomb.extend(place.to_le_bytes());
        bomb.extend(1_u32.to_le_bytes());
        bomb.extend(&bytes[end..]);
        let error = read_as(Kind::Zip, &bomb).error.ok_or("it was read")?;
        let refused = error.to_string();
        assert!(refused.contains(said), "{refused}");
    }
    Ok(())
}
