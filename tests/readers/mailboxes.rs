//! Where messages begin and end in a mailbox.

use fonds::record::Kind;

use crate::support::TestResult;
use crate::support::corpora;
use crate::support::read_as;

/// `MimeKit`'s offsets: `mboxMarkerOffset` is our start of a message, `beginOffset` our first header byte, and
/// `endOffset` stands before the blank line that sets the next message apart.
fn agrees_with_mimekit(mailbox: &str, offsets: &str, crlf: bool) -> TestResult {
    let Some(folder) = corpora("mail-box/jstedfast__MimeKit") else {
        return Ok(());
    };
    let mut bytes = std::fs::read(folder.join(mailbox))?;
    if crlf {
        bytes = String::from_utf8(bytes)?
            .replace("\r\n", "\n")
            .replace('\n', "\r\n")
            .into_bytes();
    }
    let expected: Vec<serde_json::Value> =
        serde_json::from_slice(&std::fs::read(folder.join(offsets))?)?;
    let finds = read_as(Kind::Mbox, &bytes);
    let ours: Vec<_> = finds
        .letters
        .iter()
        .map(|it| (it.span.start, it.header))
        .collect();
    let theirs: Vec<_> = expected
        .iter()
        .map(|it| {
            Some((
                it["mboxMarkerOffset"].as_u64()?,
                it["beginOffset"].as_u64()?,
            ))
        })
        .collect::<Option<_>>()
        .ok_or("offsets")?;
    assert_eq!(ours, theirs, "{mailbox} {:?}", finds.notices);
    Ok(())
}

#[test]
fn messages_begin_where_mimekit_says() -> TestResult {
    agrees_with_mimekit(
        "content-length.mbox.txt",
        "content-length.unix-offsets.json",
        false,
    )?;
    agrees_with_mimekit(
        "content-length.mbox.txt",
        "content-length.dos-offsets.json",
        true,
    )?;
    agrees_with_mimekit("issue1189.mbox.txt", "issue1189.unix-offsets.json", false)?;
    agrees_with_mimekit("issue1189.mbox.txt", "issue1189.dos-offsets.json", true)
}

#[test]
fn a_mailbox_splits_into_the_messages_it_was_split_into_by_others() -> TestResult {
    let Some(folder) = corpora("mail-box/apache__james-mime4j/test-1") else {
        return Ok(());
    };
    let finds = read_as(Kind::Mbox, &std::fs::read(folder.join("mbox.rlug"))?);
    assert_eq!(finds.letters.len(), 5);
    for (index, letter) in finds.letters.iter().enumerate() {
        let theirs = std::fs::read(folder.join(format!("mbox.rlug-{index}")))?;
        let header = usize::try_from(letter.header - letter.span.start)?;
        let ours = letter.raw.get(header..).unwrap_or_default();
        assert_eq!(
            String::from_utf8_lossy(ours).trim_end(),
            String::from_utf8_lossy(&theirs).trim_end(),
            "message {index}"
        );
    }
    Ok(())
}

#[test]
fn each_dated_from_line_begins_a_message() -> TestResult {
    let Some(folder) = corpora("mail-box/chaoss__grimoirelab-perceval") else {
        return Ok(());
    };
    for (name, count) in [
        ("mbox_single.mbox", 1),
        ("mbox_multipart.mbox", 2),
        ("mbox_complex.mbox", 2),
        ("mbox_no_fields.mbox", 6),
        ("mbox_iso8859_encoding.mbox", 1),
        ("mbox_unknown_encoding.mbox", 1),
        ("mbox_unixfrom_encoding.mbox", 1),
    ] {
        let finds = read_as(Kind::Mbox, &std::fs::read(folder.join(name))?);
        assert_eq!(finds.letters.len(), count, "{name} {:?}", finds.notices);
    }
    Ok(())
}
