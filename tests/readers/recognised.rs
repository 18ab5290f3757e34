//! What documents are recognised as.

use fonds::ingest::read::sniff;
use fonds::record::Kind;

use crate::support::TestResult;
use crate::support::corpora;
use crate::support::files;

/// First bytes, name, and what they must be taken for.
const CASES: &[(&[u8], &str, Kind, &str)] = &[
    (b"", "", Kind::Text, "text/plain"),
    (b"plain words", "", Kind::Text, "text/plain"),
    (b"plain words", "a.md", Kind::Markdown, "text/markdown"),
    (b"caf\xe9 au lait", "a.txt", Kind::Text, "text/plain"),
    (b"\xff\xfeh\0i\0", "a.txt", Kind::Text, "text/plain"),
    (b"cut caf\xc3", "", Kind::Text, "text/plain"),
    (b"{\"a\":1}", "a.json", Kind::Text, "application/json"),
    (
        b"<?xml version=\"1.0\"?><a/>",
        "",
        Kind::Text,
        "application/xml",
    ),
    (
        b"\n<!-- x --><!DOCTYPE HTML><p>",
        "",
        Kind::Html,
        "text/html",
    ),
    (b"\xef\xbb\xbf<html><p>", "", Kind::Html, "text/html"),
    (b"words", "page.html", Kind::Html, "text/html"),
    (b"<aside> is not a page", "", Kind::Text, "text/plain"),
    (
        b"From: a@b.example\r\nTo: c@d.example\r\n\r\nx",
        "",
        Kind::Mail,
        "message/rfc822",
    ),
    (
        b"Note: a text\nDate: today\n\nx",
        "",
        Kind::Text,
        "text/plain",
    ),
    (
        b"From a@b.example Tue Jul 11 13:29:00 2023\nSubject: s\n\nx",
        "",
        Kind::Mbox,
        "application/mbox",
    ),
    (
        b"From the start it was clear.\n",
        "",
        Kind::Text,
        "text/plain",
    ),
    (
        b"From the start it was clear.\n",
        "old.mbox",
        Kind::Mbox,
        "application/mbox",
    ),
    (
        b"window.YTD.direct_messages.part0 = [ ]",
        "",
        Kind::XDirectMessages,
        "text/javascript",
    ),
    (
        b"window.YTD.direct_messages_group.part1 = [ ]",
        "",
        Kind::XGroupMessages,
        "text/javascript",
    ),
    (
        b"window.YTD.direct_message_headers.part0 = [ ]",
        "",
        Kind::XOther,
        "text/javascript",
    ),
    (
        b"window.YTD.tweets.part0 = [ ]",
        "",
        Kind::XTweets,
        "text/javascript",
    ),
    (
        b"window.YTD.account.part0 = [ ]",
        "",
        Kind::XAccount,
        "text/javascript",
    ),
    (b"PK\x03\x04\x14\0", "a.zip", Kind::Zip, "application/zip"),
    (
        b"PK\x03\x04\x14\0",
        "a.docx",
        Kind::Other,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (b"%PDF-1.7\n", "a.txt", Kind::Other, "application/pdf"),
    (b"WARC/1.0\r\n", "a.warc", Kind::Other, "application/warc"),
    (
        b"!BDN\x01\x02\0\0",
        "a.pst",
        Kind::Other,
        "application/vnd.ms-outlook-pst",
    ),
    (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "a.txt",
        Kind::Other,
        "image/png",
    ),
    (
        b"\0\x01\x02\x03\0\0\0\0\x04",
        "a.txt",
        Kind::Other,
        "application/octet-stream",
    ),
];

#[test]
fn a_document_is_known_by_its_first_bytes() {
    for (head, name, kind, media_type) in CASES {
        let name = (!name.is_empty()).then_some(*name);
        let sniffed = sniff(head, name, false);
        let shown = String::from_utf8_lossy(head);
        assert_eq!(
            (sniffed.kind, sniffed.media_type.as_str()),
            (*kind, *media_type),
            "{shown:?} {name:?}"
        );
    }
    assert_eq!(sniff(b"anything", None, true).kind, Kind::Mail);
}

/// Every file below a folder is recognised as a kind, but for those named.
fn all_are(folder: &str, extension: &str, kind: Kind, but: &[&str]) -> TestResult {
    let Some(folder) = corpora(folder) else {
        return Ok(());
    };
    let mut wrong = Vec::new();
    for path in files(&folder)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !name.ends_with(extension) || but.iter().any(|it| path.to_string_lossy().contains(it)) {
            continue;
        }
        let bytes = std::fs::read(&path)?;
        let head = bytes.get(..65536).unwrap_or(&bytes);
        let found = sniff(head, Some(&name), false).kind;
        // A message cut out of a mailbox with its `From ` line is a mailbox of one.
        let cut_out = found == Kind::Mbox && kind == Kind::Mail && bytes.starts_with(b"From ");
        if found != kind && !cut_out {
            wrong.push(format!("{}: {found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn material_of_others_is_recognised() -> TestResult {
    all_are("mail-mime", ".eml", Kind::Mail, &[])?;
    all_are("mail-mime/notmuch__notmuch/default", "", Kind::Mail, &[])?;
    all_are("mail-box", ".mbox", Kind::Mbox, &[])?;
    all_are(
        "mail-box/apache__james-mime4j",
        "mbox.rlug",
        Kind::Mbox,
        &[],
    )?;
    all_are("web/mozilla__readability", "source.html", Kind::Html, &[])?;
    all_are("chat/joweich__chat-miner", ".txt", Kind::Text, &[])?;
    all_are(
        "hostile/chardet__chardet",
        ".txt",
        Kind::Text,
        &["UTF-16", "UTF-32", "iso-2022"],
    )
}
