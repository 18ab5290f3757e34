//! A small archive made through the library, with one of everything that a record can hold: a text, a container with
//! messages that spans two segments, an attachment, a page and its reading, a long text, a large file, and acts on them.

#![expect(clippy::unwrap_used, reason = "its own constants are known to fit")]

use std::path::PathBuf;

use fonds::archive::EntryDraft;
use fonds::archive::ItemDraft;
use fonds::archive::PublicKeys;
use fonds::archive::SegmentDraft;
use fonds::archive::Signer;
use fonds::archive::Step;
use fonds::archive::Writer;
use fonds::commitment::Committer;
use fonds::keys::KeyPair;
use fonds::keys::Places;
use fonds::record::Attachment;
use fonds::record::Bytes;
use fonds::record::Conversation;
use fonds::record::Digest;
use fonds::record::Document;
use fonds::record::Event;
use fonds::record::Instant;
use fonds::record::Kind;
use fonds::record::Link;
use fonds::record::Message;
use fonds::record::Name;
use fonds::record::Parent;
use fonds::record::Participant;
use fonds::record::Reading;
use fonds::record::Span;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;

pub(crate) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

pub(crate) const NOTES: &str =
    "Harbour board, 4 May\n\nThe pier stays closed. Costs: 1,250.\nSigned, A. Example\n";
pub(crate) const CONTAINER: &str = "window.part0 = [ {\"id\":\"1\",\"text\":\"Is it open?\"}, {\"id\":\"2\",\"text\":\"Not yet\"} ,\n {\"id\":\"3\",\"text\":\"See you there\"} ]\n";
const PAGE: &str = "<html><title>Pier facts</title><p>The pier is 312 m long.</p></html>";
pub(crate) const SEED: [u8; 32] = [7; 32];

pub(crate) struct Sample {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) keys: PublicKeys,
}

impl Sample {
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    pub(crate) fn places(&self) -> Places {
        Places {
            config: self.folder.path().join("config"),
            state: self.folder.path().join("state"),
        }
    }

    pub(crate) fn origin(&self) -> String {
        self.keys.origin().to_string()
    }

    pub(crate) fn signer(&self) -> TestResult<Signer> {
        Ok(Signer::new(
            &self.places(),
            &self.origin(),
            KeyPair::from_seed(SEED),
        )?)
    }

    /// The database as somebody sees it who has the file and no manners.
    pub(crate) fn sql(&self) -> TestResult<rusqlite::Connection> {
        Ok(rusqlite::Connection::open(
            self.root().join("archive.sqlite"),
        )?)
    }
}

pub(crate) fn bytes_of(bytes: &[u8]) -> Bytes {
    Bytes {
        sha256: digest(bytes),
        size: bytes.len() as u64,
    }
}

pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest::new(Sha256::digest(bytes).into())
}

/// `rest` as FORMAT has it, for containers of which these parts are not covered.
pub(crate) fn rest(containers: &[&[u8]]) -> Digest {
    let mut all = Sha256::new();
    for gaps in containers {
        all.update(Sha256::digest(gaps));
    }
    Digest::new(all.finalize().into())
}

pub(crate) fn document(kind: Kind, name: &str) -> Document {
    Document {
        kind,
        media_type: "application/octet-stream".to_owned(),
        name: Some(Name::Text(name.to_owned())),
        path: Some(Name::Text(format!("box/{name}"))),
        locator: None,
        modified: Some(Instant::unknown(Some("last spring".to_owned()))),
        encoding: None,
        title: None,
        flags: Vec::new(),
        notes: Vec::new(),
    }
}

pub(crate) fn message(id: &str, text: &str) -> Message {
    let person = |account: &str, role: &str| Participant {
        account: Some(account.to_owned()),
        display: Some(format!("Name of {account}")),
        role: role.to_owned(),
    };
    Message {
        event: Event {
            id: Some(id.to_owned()),
            sort: "message".to_owned(),
            ..Event::default()
        },
        conversation: Some(Conversation {
            id: "1-2".to_owned(),
            platform: "x".to_owned(),
            sort: "direct".to_owned(),
            display: None,
        }),
        from: vec![person("x:1", "from")],
        to: vec![person("x:2", "to")],
        subject: None,
        at: Instant::exact(
            fonds::record::Moment::from_seconds(1_683_200_000).unwrap(),
            "2023-05-04T11:33:20.000Z",
            "export",
        ),
        links: Vec::new(),
        attachments: Vec::new(),
        flags: Vec::new(),
        exported_by: None,
        notes: Vec::new(),
        text: Some(text.to_owned()),
    }
}

pub(crate) fn reading(kind: Kind, text: String) -> Reading {
    Reading {
        kind,
        encoding: Some("UTF-8".to_owned()),
        title: Some("Pier facts".to_owned()),
        language: None,
        links: vec![Link {
            url: "https://pier.example/".to_owned(),
            expanded: None,
        }],
        text,
        notes: Vec::new(),
    }
}

fn span_of(part: &str) -> Span {
    let start = CONTAINER.find(part).unwrap();
    Span {
        start: start as u64,
        end: (start + part.len()) as u64,
    }
}

fn messages() -> [Span; 3] {
    [
        span_of("{\"id\":\"1\",\"text\":\"Is it open?\"}"),
        span_of("{\"id\":\"2\",\"text\":\"Not yet\"}"),
        span_of("{\"id\":\"3\",\"text\":\"See you there\"}"),
    ]
}

fn piece(from: u64, to: u64) -> &'static str {
    &CONTAINER[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()]
}

pub(crate) fn item_of(
    committer: &Committer,
    message: Message,
    span: Span,
    container: Parent,
) -> TestResult<ItemDraft> {
    let bytes = bytes_of(piece(span.start, span.end).as_bytes());
    let text = message
        .text
        .as_deref()
        .map(|text| bytes_of(text.as_bytes()));
    Ok(ItemDraft::message(
        committer, container, message, bytes, span, text,
    )?)
}

/// An archive in which nothing was changed.
#[expect(
    clippy::too_many_lines,
    reason = "the whole archive in the order in which it is made"
)]
pub(crate) fn sample() -> TestResult<Sample> {
    let folder = tempfile::tempdir()?;
    let key = KeyPair::from_seed(SEED);
    let keys = PublicKeys {
        log: *key.public().as_bytes(),
        recovery: *KeyPair::from_seed([8; 32]).public().as_bytes(),
        salt: [9; 32],
    };
    let sample = Sample { folder, keys };
    let mut writer = Writer::create(
        &sample.root(),
        keys,
        sample.signer()?,
        &[
            ("by", json!("A. Keeper")),
            ("t", json!("2026-01-02T03:04:05Z")),
        ],
    )?;
    let committer = writer.archive().committer().clone();
    let large = vec![0x5a; (1 << 20) + 11];
    let attachment = b"\x89PNG of a pier";
    let long = "A very long page. ".repeat(1_000);

    let mut batch = writer.batch()?;
    for small in [
        NOTES.as_bytes(),
        CONTAINER.as_bytes(),
        PAGE.as_bytes(),
        attachment,
    ] {
        batch.put(digest(small), small)?;
    }
    batch.put_reader(&mut large.as_slice(), &|_| false)?;
    let received = vec![
        ItemDraft::document(
            &committer,
            &document(Kind::Text, "notes.txt"),
            bytes_of(NOTES.as_bytes()),
            Some(NOTES),
        )?,
        ItemDraft::document(
            &committer,
            &document(Kind::XDirectMessages, "direct-messages.js"),
            bytes_of(CONTAINER.as_bytes()),
            None,
        )?,
        ItemDraft::document(
            &committer,
            &document(Kind::Html, "facts.html"),
            bytes_of(PAGE.as_bytes()),
            None,
        )?,
        ItemDraft::document(
            &committer,
            &document(Kind::Other, "scan.bin"),
            bytes_of(&large),
            None,
        )?,
    ];
    let [first, second, third] = messages();
    let container = Parent { r: 0, s: 0, i: 1 };
    let mut with_attachment = message("1", "Is it open?");
    with_attachment.attachments.push(Attachment {
        display: Some("pier.png".to_owned()),
        media_type: None,
        size: Some(attachment.len() as u64),
        sha256: Some(digest(attachment)),
        present: true,
    });
    let mut inner = ItemDraft::document(
        &committer,
        &document(Kind::Other, "pier.png"),
        bytes_of(attachment),
        None,
    )?;
    inner.set_parent(&committer, Parent { r: 1, s: 0, i: 0 })?;
    let derived = vec![
        item_of(&committer, with_attachment, first, container)?,
        inner,
        item_of(&committer, message("2", "Not yet"), second, container)?,
    ];
    let gaps = [piece(0, first.start), piece(first.end, second.start)].concat();
    let said = |total: Option<u64>| -> Vec<(&'static str, Value)> {
        let mut values = vec![
            ("tool", json!({"name": "fonds", "version": "0"})),
            ("t", json!("2026-01-02T03:04:06Z")),
        ];
        values.extend(total.map(|total| ("total", json!(total))));
        values
    };
    let segment = |run, number, items, rest, total| {
        Step::Segment(SegmentDraft {
            derived: run > 0,
            accession: 3,
            run,
            number,
            items,
            rest,
            values: said(total),
        })
    };
    writer.append(
        vec![
            Step::Entry(EntryDraft::new(
                "agent.named/1",
                &[
                    ("kind", json!("person")),
                    ("name", json!("B. Giver")),
                    ("accounts", json!(["x:1"])),
                ],
            )?),
            Step::Entry(EntryDraft::new(
                "agent.named/1",
                &[("kind", json!("body")), ("name", json!("Harbour board"))],
            )?),
            Step::Entry(EntryDraft::new(
                "accessioned/1",
                &[
                    ("how", json!("given")),
                    ("from", json!({"entry": 1})),
                    ("paths", json!(["box"])),
                    ("t", json!("2026-01-02T03:04:06Z")),
                ],
            )?),
            segment(0, 0, received, None, None),
            segment(1, 0, derived, Some(rest(&[gaps.as_bytes()])), None),
        ],
        Some(batch),
    )?;

    let mut batch = writer.batch()?;
    batch.put(digest(long.as_bytes()), long.as_bytes())?;
    let text = "The pier is 312 m long.";
    let mut short_reading = ItemDraft::reading(
        &committer,
        reading(Kind::Html, text.to_owned()),
        bytes_of(text.as_bytes()),
    )?;
    short_reading.set_parent(&committer, Parent { r: 0, s: 0, i: 2 })?;
    let mut long_reading = ItemDraft::reading(
        &committer,
        reading(Kind::Text, long.clone()),
        bytes_of(long.as_bytes()),
    )?;
    long_reading.set_parent(&committer, Parent { r: 0, s: 0, i: 3 })?;
    let derived = vec![
        item_of(&committer, message("3", "See you there"), third, container)?,
        short_reading,
        long_reading,
    ];
    let gaps = [
        piece(second.end, third.start),
        piece(third.end, CONTAINER.len() as u64),
    ]
    .concat();
    writer.append(
        vec![
            segment(0, 1, Vec::new(), None, Some(4)),
            segment(1, 1, derived, Some(rest(&[gaps.as_bytes()])), Some(6)),
        ],
        Some(batch),
    )?;
    writer.append(
        vec![
            Step::Entry(EntryDraft::new(
                "attributed/1",
                &[
                    ("about", json!({"item": {"a": 3, "r": 1, "s": 0, "i": 0}})),
                    ("role", json!("sender")),
                    ("who", json!({"entry": 1})),
                ],
            )?),
            Step::Entry(EntryDraft::new(
                "transferred/1",
                &[
                    ("about", json!({"entry": 3})),
                    ("from", json!("unknown")),
                    ("standing", json!("stated")),
                ],
            )?),
            Step::Entry(EntryDraft::new(
                "agents.merged/1",
                &[
                    ("agents", json!([{"entry": 1}, {"entry": 2}])),
                    ("into", json!({"entry": 2})),
                ],
            )?),
            Step::Entry(EntryDraft::new(
                "noted/1",
                &[
                    ("about", json!({"entry": 3})),
                    ("text", json!("Box was wet.")),
                ],
            )?),
        ],
        None,
    )?;
    drop(writer);
    Ok(sample)
}
