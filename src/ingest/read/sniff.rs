//! Says what a document is, by its first bytes first and its name last: a name is only somebody's word.

use encoding_rs::Encoding;

use super::mail;
use super::mbox;
use super::text::is_wide;

use crate::record::Kind;

/// What the first bytes and the name say a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sniffed {
    /// What it is.
    pub kind: Kind,
    /// Its media type, such as `message/rfc822`.
    pub media_type: String,
}

impl Sniffed {
    fn new(kind: Kind, media_type: &str) -> Self {
        Self {
            kind,
            media_type: media_type.to_owned(),
        }
    }
}

/// Says what a document is by its first bytes (up to 64 KiB), its file name, and whether it lies in a Maildir.
pub fn sniff(head: &[u8], name: Option<&str>, in_maildir: bool) -> Sniffed {
    let extension = name
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .unwrap_or_default();
    let start = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    if in_maildir {
        return Sniffed::new(Kind::Mail, "message/rfc822");
    }
    if let Some(kind) = x_part(start) {
        return Sniffed::new(kind, "text/javascript");
    }
    if let Some(known) = by_magic(head, &extension) {
        return known;
    }
    let dated = mbox::from_line(start.get(..4096).unwrap_or(start)).0;
    let mailbox = matches!(extension.as_str(), "mbox" | "mbx") && start.starts_with(b"From ");
    if dated || mailbox {
        return Sniffed::new(Kind::Mbox, "application/mbox");
    }
    let text = looks_like_text(head);
    let markdown = matches!(extension.as_str(), "md" | "markdown" | "mdown");
    if text && markdown {
        return Sniffed::new(Kind::Markdown, "text/markdown");
    }
    let said_to_be_mail = extension == "eml" && !start.is_empty();
    if said_to_be_mail || mail::looks_like_mail(start) {
        return Sniffed::new(Kind::Mail, "message/rfc822");
    }
    if !text {
        return infer::get(head).map_or_else(
            || Sniffed::new(Kind::Other, "application/octet-stream"),
            |known| Sniffed::new(Kind::Other, known.mime_type()),
        );
    }
    if is_html(start, &extension) {
        return Sniffed::new(Kind::Html, "text/html");
    }
    let media_type = match extension.as_str() {
        "json" => "application/json",
        "jsonl" | "ndjson" => "application/jsonl",
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "xml" => "application/xml",
        "js" => "text/javascript",
        "css" => "text/css",
        "svg" => "image/svg+xml",
        "vcf" => "text/vcard",
        "ics" => "text/calendar",
        _ if start.starts_with(b"<?xml") => "application/xml",
        _ => "text/plain",
    };
    Sniffed::new(Kind::Text, media_type)
}

/// Whether a file of an X archive is its list of files.
pub(in crate::ingest) fn is_manifest(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    start
        .trim_ascii_start()
        .starts_with(b"window.__THAR_CONFIG")
}

/// The part of an X archive that a file is: its first line assigns to `window.YTD.<name>.part<n>`.
fn x_part(start: &[u8]) -> Option<Kind> {
    if is_manifest(start) {
        return Some(Kind::XOther);
    }
    let rest = start.strip_prefix(b"window.YTD.")?;
    let end = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')?;
    Some(match rest.get(..end)? {
        b"direct_messages" | b"direct_message" => Kind::XDirectMessages,
        b"direct_messages_group" | b"direct_message_group" => Kind::XGroupMessages,
        b"tweets" | b"tweet" => Kind::XTweets,
        b"account" => Kind::XAccount,
        _ => Kind::XOther,
    })
}

/// Formats with a number of their own at the start.
fn by_magic(head: &[u8], extension: &str) -> Option<Sniffed> {
    let other = |media_type: &str| Some(Sniffed::new(Kind::Other, media_type));
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        // Office documents and books are zip archives too, and are read as what they are.
        let of_name = match extension {
            "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "odt" => "application/vnd.oasis.opendocument.text",
            "ods" => "application/vnd.oasis.opendocument.spreadsheet",
            "odp" => "application/vnd.oasis.opendocument.presentation",
            "epub" => "application/epub+zip",
            _ => "",
        };
        if !of_name.is_empty() {
            return other(of_name);
        }
        return match infer::get(head).map(|known| known.mime_type()) {
            None | Some("application/zip") => Some(Sniffed::new(Kind::Zip, "application/zip")),
            Some(known) => other(known),
        };
    }
    if head.starts_with(b"WARC/") {
        return other("application/warc");
    }
    if head.starts_with(b"filedesc://") {
        return other("application/x-internet-archive");
    }
    if head.starts_with(b"!BDN") {
        return other("application/vnd.ms-outlook-pst");
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") && extension == "msg" {
        return other("application/vnd.ms-outlook");
    }
    if head.starts_with(b"%PDF-") {
        return other("application/pdf");
    }
    if head.starts_with(b"{\\rtf") {
        return other("application/rtf");
    }
    if head.starts_with(b"%!PS") {
        return other("application/postscript");
    }
    None
}

/// Whether a page starts here, by the tags that browsers look for (WHATWG MIME sniffing, 7.1) or by its name.
fn is_html(start: &[u8], extension: &str) -> bool {
    const TAGS: [&str; 15] = [
        "!doctype html",
        "html",
        "head",
        "script",
        "iframe",
        "h1",
        "div",
        "font",
        "table",
        "a",
        "style",
        "title",
        "body",
        "br",
        "p",
    ];
    if matches!(extension, "html" | "htm" | "xhtml") {
        return true;
    }
    if !start.starts_with(b"<") {
        return false;
    }
    let start = String::from_utf8_lossy(start.get(..4096).unwrap_or(start)).to_ascii_lowercase();
    let mut rest = start.trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        rest = comment
            .split_once("-->")
            .map_or("", |(_, after)| after.trim_start());
    }
    if rest.starts_with("<?xml") {
        return rest.contains("<html");
    }
    let Some(tag) = rest.strip_prefix('<') else {
        return false;
    };
    TAGS.iter().any(|name| {
        tag.strip_prefix(name)
            .is_some_and(|after| after.starts_with(|c: char| c == '>' || c.is_ascii_whitespace()))
    })
}

/// Whether the bytes are text in UTF-8, in UTF-16 behind a mark, or likely in an older encoding: few control bytes, and
/// none of value 0 unless the rest is UTF-8.
fn looks_like_text(head: &[u8]) -> bool {
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        // What is cut at the end of a head is no fault of it.
        let rest = head.get(mark..).unwrap_or_default();
        let even = rest.get(..rest.len() & !1).unwrap_or_default();
        let shorter = even.get(..even.len().saturating_sub(2)).unwrap_or_default();
        return if encoding == encoding_rs::UTF_8 {
            is_utf8(head)
        } else {
            rest.is_empty() || is_wide(even, encoding) || is_wide(shorter, encoding)
        };
    }
    // Most texts have none at all, which a look without branches tells.
    let suspect =
        |byte: u8| (byte < 32 && byte != b'\n' && byte != b'\r' && byte != b'\t') || byte == 127;
    let controls = if head
        .iter()
        .fold(false, |found, byte| found | suspect(*byte))
    {
        head.iter()
            .filter(|byte| matches!(byte, 0..=8 | 11 | 16..=26 | 28..=31 | 127))
            .count()
    } else {
        0
    };
    let few = controls * 100 <= head.len();
    few && (is_utf8(head) || memchr::memchr(0, head).is_none())
}

/// Whether the bytes are UTF-8, a character cut at their end left aside.
fn is_utf8(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}
