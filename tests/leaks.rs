//! The leak check: what came in with the material does not leave in a publication, a report or an export unless it is
//! let through by name.

#![expect(clippy::disallowed_methods, reason = "tests write what is brought in")]

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use age::secrecy::ExposeSecret as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const MAIL: &str = "Received: from desk.pier.example ([203.0.113.7]) by mx.lists.example; Tue, 11 Jul 2023 09:00:00 +0000\r
X-Originating-IP: [198.51.100.4]\r
User-Agent: Pier Mail 3.1\r
From: nora@halloran.example\r
To: peter@voss.example\r
Date: Tue, 11 Jul 2023 09:00:00 +0000\r
Message-ID: <1@halloran.example>\r
Subject: The pier\r
\r
I am at 203.0.113.7 and write with Pier Mail 3.1 today.\r
";

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> TestResult<Self> {
        let desk = Self {
            folder: tempfile::tempdir()?,
        };
        desk.run(&["init", "archive", "--zone", "UTC"])?;
        Ok(desk)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, args: &[&str]) -> TestResult<Output> {
        Ok(self.command(args).stdin(Stdio::null()).output()?)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fonds"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("FONDS_USER", self.path("user"))
            .env("FONDS_ARCHIVE", self.path("archive"))
            .args(args);
        command
    }

    /// Ends well.
    fn done(&self, args: &[&str]) -> TestResult<String> {
        let output = self.run(args)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {said}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Is refused, and says so.
    fn refused(&self, args: &[&str]) -> TestResult<String> {
        let output = self.run(args)?;
        let said = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("tell who gave the material"), "{said}");
        assert!(output.stdout.is_empty());
        Ok(said)
    }

    fn bring(&self, path: &str, bytes: &[u8]) -> TestResult<String> {
        let path = self.path(path);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(&path, bytes)?;
        self.done(&["ingest", &path.to_string_lossy()])?;
        let archive = fonds::archive::Archive::open(&self.path("archive"))?;
        let digest = fonds::record::Digest::new(sha2::Sha256::digest(bytes).into());
        Ok(archive.document_reference(&digest)?.ok_or("not here")?)
    }

    fn message(&self) -> TestResult<String> {
        let archive = fonds::archive::Archive::open(&self.path("archive"))?;
        let cards = archive.after(0, 100)?;
        let message = cards
            .iter()
            .find(|card| card.class == "m")
            .ok_or("no message")?;
        Ok(archive.reference(message)?)
    }
}

#[test]
fn headers_of_a_mail_do_not_leave_with_it() -> TestResult {
    let desk = Desk::new()?;
    desk.bring("mail.eml", MAIL.as_bytes())?;
    let message = desk.message()?;
    let publish = ["publish", &message, "-o", "page.html", "--yes"];
    let said = desk.refused(&publish)?;
    assert!(
        said.contains("a host in Received") && said.contains("203.0.113.7"),
        "{said}"
    );
    assert!(
        said.contains("the mail program") && said.contains("Pier Mail 3.1"),
        "{said}"
    );
    assert!(
        !said.contains("198.51.100.4"),
        "it is not in what is published: {said}"
    );
    assert!(!desk.path("page.html").exists());
    let one = [&publish[..], &["--allow", "203.0.113.7"]].concat();
    assert!(!desk.refused(&one)?.contains("a host in Received"));
    desk.done(&[&one[..], &["--allow", "Pier Mail 3.1"]].concat())?;
    assert!(desk.path("page.html").exists());
    // The same in a timeline and in a report of a draft.
    desk.refused(&["--json", "timeline"])?;
    for format in ["html", "csv", "json"] {
        let timeline = ["timeline", "--format", format];
        desk.refused(&timeline)?;
        let allowed = ["--allow", "203.0.113.7", "--allow", "Pier Mail 3.1"];
        assert!(
            desk.done(&[&timeline[..], &allowed].concat())?
                .contains("203.0.113.7")
        );
    }
    desk.done(&["timeline"])?;
    fs::write(
        desk.path("draft.md"),
        format!("\u{201c}I am at 203.0.113.7 and write\u{201d} [{message}]\n"),
    )?;
    for name in [
        "report.html",
        "report.md",
        "report.json",
        "report.annotations.json",
    ] {
        desk.refused(&["cite", "draft.md", "-o", name])?;
        assert!(!desk.path(name).exists(), "{name}");
    }
    desk.run(&[
        "cite",
        "draft.md",
        "-o",
        "report.html",
        "--allow",
        "203.0.113.7",
        "--allow",
        "Pier Mail 3.1",
    ])?;
    assert!(desk.path("report.html").exists());
    Ok(())
}

#[test]
fn paths_user_names_and_authors_of_office_files_do_not_leave() -> TestResult {
    let desk = Desk::new()?;
    let memo = desk.bring(
        "home/brandt/memo.txt",
        b"Seen by Brandt, kept for the board.\n",
    )?;
    let said = desk.refused(&["publish", &memo, "-o", "page.html", "--yes"])?;
    assert!(
        said.contains("the user name in a path") && said.contains("brandt"),
        "{said}"
    );
    desk.done(&[
        "publish",
        &memo,
        "-o",
        "page.html",
        "--yes",
        "--allow",
        "brandt",
    ])?;
    // An office file says who wrote it.
    let letter = desk.bring("letter.docx", &office_file()?)?;
    fs::write(
        desk.path("draft.md"),
        format!("She wrote: \u{201c}Per Holm and Ulla Mark were there\u{201d} [{letter}].\n"),
    )?;
    let said = desk.refused(&["cite", "draft.md", "-o", "report.md"])?;
    assert!(
        said.contains("the author") && said.contains("Ulla Mark"),
        "{said}"
    );
    assert!(
        said.contains("who saved last") && said.contains("Per Holm"),
        "{said}"
    );
    let changed = desk.bring(
        "changed.txt",
        format!("Ada Lunde sent {letter}.\n").as_bytes(),
    )?;
    let said = desk.refused(&["publish", &changed, "-o", "changed.html", "--yes"])?;
    assert!(
        said.contains(&format!(
            "who changed or commented on the text of {letter} Ada Lunde"
        )),
        "{said}"
    );
    // Words that look like references and name nothing do not crowd it out.
    let crowd: Vec<String> = (0..12_000).map(|it| format!("d-00{it:05}\n")).collect();
    let crowd = crowd.concat();
    let list = format!("{crowd}Ulla Mark wrote {letter}.\n");
    let list = desk.bring("list.txt", list.as_bytes())?;
    let said = desk.refused(&["publish", &list, "-o", "list.html", "--yes"])?;
    assert!(said.contains("Ulla Mark"), "{said}");
    Ok(())
}

/// A mail with one file attached, and these words.
fn mail_with(words: &str, sort: &str, name: &str, file: &[u8]) -> String {
    format!(
        "From: nora@halloran.example\nTo: peter@voss.example\nDate: Tue, 11 Jul 2023 12:00:00 +0000\n\
         Message-ID: <{name}@halloran.example>\nSubject: The pier\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\n{words}\n\
         --b\nContent-Type: {sort}\nContent-Disposition: attachment; filename=\"{name}\"\n\
         Content-Transfer-Encoding: base64\n\n{}\n--b--\n",
        STANDARD.encode(file)
    )
}

#[test]
fn what_lies_deep_in_a_message_does_not_leave_with_it() -> TestResult {
    let desk = Desk::new()?;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("letter.docx", stored)?;
    zip.write_all(&office_file()?)?;
    let zip = zip.finish()?.into_inner();
    let forwarded = MAIL.replace("I am at", "They were at");
    for (words, sort, name, file, what) in [
        (
            "Ulla Mark saw it.",
            "application/zip",
            "all.zip",
            &zip[..],
            "Ulla Mark",
        ),
        (
            "It came by desk.pier.example.",
            "message/rfc822",
            "fwd.eml",
            mail_with(
                "See below.",
                "message/rfc822",
                "in.eml",
                forwarded.as_bytes(),
            )
            .as_bytes(),
            "a host in Received",
        ),
    ] {
        desk.bring(name, mail_with(words, sort, name, file).as_bytes())?;
        let archive = fonds::archive::Archive::open(&desk.path("archive"))?;
        let mut outer = None;
        for card in archive.after(0, 100)? {
            let text = archive.text(card.item)?.unwrap_or_default();
            if card.class == "m" && text.contains(words) {
                outer = Some(archive.reference(&card)?);
            }
        }
        let outer = outer.ok_or("no message")?;
        let said = desk.refused(&["publish", &outer, "-o", "page.html", "--yes"])?;
        assert!(said.contains(what), "{said}");
    }
    Ok(())
}

#[test]
fn owners_of_pictures_and_authors_of_pdf_files_do_not_leave() -> TestResult {
    let desk = Desk::new()?;
    let picture = desk.bring("pier.tif", &picture_by("Ulla Mark"))?;
    let pdf = desk.bring(
        "memo.pdf",
        b"%PDF-1.4\n1 0 obj<</Author (Per Holm)>>endobj\n",
    )?;
    for (reference, name) in [(picture, "Ulla Mark"), (pdf, "Per Holm")] {
        let text = format!("{reference} shows the pier; {name} was there.\n");
        let list = desk.bring(&format!("{reference}.txt"), text.as_bytes())?;
        let said = desk.refused(&["publish", &list, "-o", "page.html", "--yes"])?;
        assert!(
            said.contains(&format!("the author of {reference} {name}")),
            "{said}"
        );
    }
    // Nor where the name is an object of its own, nor where it stands in the fields of the press.
    let quartz =
        b"%PDF-1.3\n3 0 obj\n<< /Author 5 0 R >>\nendobj\n5 0 obj\n(Hanne Solberg)\nendobj\n";
    let press = b"\xff\xd8\xff\xed\0\x30Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x50\0\x0bIlse Brandt\xff\xd9";
    for (name, bytes, author) in [
        ("quartz.pdf", &quartz[..], "Hanne Solberg"),
        ("press.jpg", &press[..], "Ilse Brandt"),
    ] {
        let reference = desk.bring(name, bytes)?;
        let list = format!("{reference} is by {author}.\n");
        let list = desk.bring(&format!("{name}.txt"), list.as_bytes())?;
        let said = desk.refused(&["publish", &list, "-o", "page.html", "--yes"])?;
        assert!(
            said.contains(&format!("the author of {reference} {author}")),
            "{said}"
        );
    }
    // So of a picture that came with a mail.
    let mail = "From: nora@halloran.example\nTo: peter@voss.example\nDate: Tue, 11 Jul 2023 12:00:00 +0000\n\
Message-ID: <9@halloran.example>\nSubject: The pier\nMIME-Version: 1.0\n\
Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nAda Lunde took it.\n\
--b\nContent-Type: image/tiff\nContent-Disposition: attachment; filename=\"a.tif\"\n\
Content-Transfer-Encoding: base64\n\n";
    let attached = STANDARD.encode(picture_by("Ada Lunde"));
    desk.bring("mail.eml", format!("{mail}{attached}\n--b--\n").as_bytes())?;
    let message = desk.message()?;
    let said = desk.refused(&["publish", &message, "-o", "page.html", "--yes"])?;
    assert!(said.contains("Ada Lunde"), "{said}");
    Ok(())
}

#[test]
fn where_a_picture_was_taken_and_with_what_does_not_leave() -> TestResult {
    let desk = Desk::new()?;
    let exif = picture_at(*b"Pier 5\0", *b"N\0\0\0", *b"E\0\0\0");
    let south = picture_at(*b"Pier 6\0", *b"S\0\0\0", *b"W\0\0\0");
    let chunk = |name: &[u8], bytes: &[u8]| -> TestResult<Vec<u8>> {
        let length = u32::try_from(bytes.len())?.to_be_bytes();
        Ok([&length, name, bytes, &[0; 4]].concat())
    };
    let png = [
        &b"\x89PNG\r\n\x1a\n"[..],
        &chunk(b"IHDR", &[0; 13])?,
        &chunk(b"eXIf", &exif)?,
        &chunk(b"IEND", b"")?,
    ];
    let length = u16::try_from(exif.len() + 8)?.to_be_bytes();
    let jpeg = [
        &b"\xff\xd8\xff\xe1"[..],
        &length,
        b"Exif\0\0",
        &exif,
        b"\xff\xd9",
    ];
    let riff = [
        b"WEBPEXIF",
        &u32::try_from(exif.len())?.to_le_bytes()[..],
        &exif,
    ]
    .concat();
    let webp = [
        &b"RIFF"[..],
        &u32::try_from(riff.len())?.to_le_bytes(),
        &riff,
    ];
    let xmp = b"\xff\xd8\xff\xe1 <rdf:Description exif:GPSLatitude=\"59,54.834N\" exif:GPSLongitude=\"10,45.132E\" tiff:Model=\"Pier 5\"/>";
    for (name, bytes, place) in [
        ("a.tif", exif.clone(), "59.91390 N, 10.75220 E"),
        ("b.tif", south, "59.91390 S, 10.75220 W"),
        ("c.png", png.concat(), "59.91390 N, 10.75220 E"),
        ("d.jpg", jpeg.concat(), "59.91390 N, 10.75220 E"),
        ("e.webp", webp.concat(), "59.91390 N, 10.75220 E"),
        ("f.jpg", xmp.to_vec(), "59.91390 N, 10.75220 E"),
    ] {
        let picture = desk.bring(name, &bytes)?;
        let text = format!(
            "{picture} is of the pier, 59\u{b0}54\u{2032}50\u{2033} and 10\u{b0}45\u{2032}8\u{2033}.\n"
        );
        let list = desk.bring(&format!("{name}.txt"), text.as_bytes())?;
        let publish = ["publish", &list, "-o", "page.html", "--yes"];
        let said = desk.refused(&publish)?;
        assert!(
            said.contains(&format!("where {picture} was taken: {place} (in")),
            "{name}: {said}"
        );
        assert!(said.contains("--allow VALUE"), "{said}");
        assert!(!desk.path("page.html").exists());
        desk.done(&[&publish[..], &["--allow", place]].concat())?;
        fs::remove_file(desk.path("page.html"))?;
        fs::remove_file(desk.path("page.proof.json"))?;
        if name != "a.tif" {
            continue;
        }
        // Numbers of another place tell nothing of it; the model of the camera does.
        let other = format!("{picture} is not of 59.8139, 10.7522.\n");
        let list = desk.bring("other.txt", other.as_bytes())?;
        desk.done(&["publish", &list, "-o", "other.html", "--yes"])?;
        let model = format!("{picture} was taken with a Pier 5.\n");
        let list = desk.bring("model.txt", model.as_bytes())?;
        let said = desk.refused(&["publish", &list, "-o", "page.html", "--yes"])?;
        let model = format!("the model of the camera of {picture} Pier 5");
        assert!(said.contains(&model), "{said}");
    }
    Ok(())
}

/// A picture in TIFF that says with which camera and where it was taken: 59\u{b0}54\u{2032}50.04\u{2033} and
/// 10\u{b0}45\u{2032}7.92\u{2033}, on these sides.
fn picture_at(model: [u8; 7], north: [u8; 4], east: [u8; 4]) -> Vec<u8> {
    let entry = |tag: u16, sort: u16, count: u32, value: [u8; 4]| {
        let tag = [tag.to_le_bytes(), sort.to_le_bytes()].concat();
        [&tag[..], &count.to_le_bytes(), &value].concat()
    };
    let at = |at: u32| at.to_le_bytes();
    let parts = |parts: [u32; 3]| -> Vec<u8> {
        let over = [1_u32, 1, 100];
        let parts = parts.iter().zip(over);
        parts
            .flat_map(|(part, over)| [part.to_le_bytes(), over.to_le_bytes()].concat())
            .collect()
    };
    let picture = [
        b"II*\0\x08\0\0\0\x02\0".to_vec(),
        entry(0x110, 2, 7, at(38)),
        entry(0x8825, 4, 1, at(46)),
        vec![0; 4],
        [&model[..], &[0]].concat(),
        b"\x04\0".to_vec(),
        entry(1, 2, 2, north),
        entry(2, 5, 3, at(100)),
        entry(3, 2, 2, east),
        entry(4, 5, 3, at(124)),
        vec![0; 4],
        parts([59, 54, 5004]),
        parts([10, 45, 792]),
    ];
    picture.concat()
}

/// A picture in TIFF that is nothing but the name of its author, of nine letters.
fn picture_by(name: &str) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\x01\0\x3b\x01\x02\0\x0a\0\0\0\x1a\0\0\0\0\0\0\0".to_vec();
    bytes.extend(name.bytes());
    bytes.push(0);
    bytes
}

/// An office file that says who made it, who saved it last and who changed it.
fn office_file() -> TestResult<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("docProps/core.xml", stored)?;
    zip.write_all(b"<cp:coreProperties><dc:creator xml:lang=\"en\">Ulla Mark</dc:creator><cp:lastModifiedBy>Per Holm</cp:lastModifiedBy></cp:coreProperties>")?;
    zip.start_file("word/document.xml", stored)?;
    zip.write_all(b"<w:document><w:del w:author=\"Ada Lunde\"/></w:document>")?;
    Ok(zip.finish()?.into_inner())
}

#[test]
fn a_name_in_the_vault_does_not_leave_where_a_key_is_given() -> TestResult {
    let desk = Desk::new()?;
    let (one, two) = (
        age::x25519::Identity::generate(),
        age::x25519::Identity::generate(),
    );
    fs::create_dir_all(desk.path("user/config"))?;
    let list = format!("{}\n{}\n", one.to_public(), two.to_public());
    fs::write(desk.path("user/config/vault-recipients"), list)?;
    fs::write(desk.path("key"), one.to_string().expose_secret())?;
    let memo = desk.bring("memo.txt", b"Ask Wilhelmina Achterberg about it.\n")?;
    let accession = desk.done(&["log"])?;
    let accession = accession
        .split_whitespace()
        .find(|word| word.starts_with("a-"))
        .ok_or("none")?;
    let accession = accession.trim_end_matches([',', ':']).to_owned();
    let mut child = desk
        .command(&["attribute", &accession, "--confidential", "--from-fd", "0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = child.stdin.take().ok_or("no input")?;
    input.write_all(b"Wilhelmina Achterberg\n")?;
    drop(input);
    assert!(child.wait()?.success());
    let publish = [
        "publish",
        &memo,
        "-o",
        "page.html",
        "--yes",
        "--vault-identity",
        "key",
    ];
    let said = desk.refused(&publish)?;
    assert!(said.contains("the name behind Source"), "{said}");
    assert!(!said.contains("Achterberg"), "{said}");
    let mail = MAIL.replace(
        "I am at 203.0.113.7 and write",
        "Wilhelmina Achterberg writes",
    );
    desk.bring("mail.eml", mail.as_bytes())?;
    let allowed = ["--allow", "Pier Mail 3.1"];
    for format in ["text", "html", "csv", "json"] {
        let timeline = [&["timeline", "--format", format][..], &allowed].concat();
        assert!(desk.done(&timeline)?.contains("Achterberg"), "{format}");
        let said = desk.refused(&[&timeline[..], &["--vault-identity", "key"]].concat())?;
        assert!(
            said.contains("the name behind Source") && !said.contains("Achterberg"),
            "{said}"
        );
    }
    // Wrapped over a line, in the genitive, and in a report that is made to tell where things came from.
    for (file, text) in [
        ("wrapped.txt", "Ask Wilhelmina\nAchterberg of it.\n"),
        ("genitive.txt", "It is Wilhelmina Achterbergs list.\n"),
    ] {
        let document = desk.bring(file, text.as_bytes())?;
        for args in [
            &["publish", &document, "-o", "page.html", "--yes"][..],
            &["provenance", &document],
            &["provenance", &document, "-o", "report.html"],
            &["provenance", &document, "-o", "report.json"],
        ] {
            let said = desk.refused(&[args, &["--vault-identity", "key"]].concat())?;
            assert!(!said.contains("Achterberg"), "{said}");
        }
        desk.done(&["provenance", &document])?;
    }
    for file in ["page.html", "report.html", "report.json"] {
        assert!(!desk.path(file).exists(), "{file}");
    }
    // Whatever is written of a draft, also where a format takes the name apart; and what is printed.
    let mail = "From: Wilhelmina Achterberg <w@pier.example>\r\nTo: voss@pier.example\r\nMessage-ID: <1@pier.example>\r\n\
                \r\nI never saw the list of the pier.\r\n";
    desk.bring("mail.eml", mail.as_bytes())?;
    let account = ["--kind", "person", "--account", "mail:w@pier.example"];
    desk.done(&[&["people", "add", "Achterberg, Wilhelmina"], &account[..]].concat())?;
    let draft = "\u{201c}I never saw the list of the pier\u{201d}, it says.\n";
    fs::write(desk.path("draft.md"), draft)?;
    for name in [
        "x.html",
        "x.md",
        "x.json",
        "x.csl.json",
        "x.bib",
        "x.annotations.json",
    ] {
        let cite = ["cite", "draft.md", "-o", name];
        let said = desk.refused(&[&cite[..], &["--vault-identity", "key"]].concat())?;
        assert!(!said.contains("Achterberg"), "{said}");
        assert!(!desk.path(name).exists(), "{name}");
    }
    desk.refused(&["cite", "draft.md", "--json", "--vault-identity", "key"])?;
    Ok(())
}
