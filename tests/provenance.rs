//! Pages of provenance over a hostile item: nothing of it is read as markup, and what is blank stays visible.

use fonds::archive::Custody;
use fonds::record::Digest;
use fonds::record::Zone;
use fonds::report::NOT_SHOWN;
use fonds::report::provenance;
use fonds::report::provenance::All;
use fonds::report::provenance::DocumentRow;
use fonds::report::provenance::Field;
use fonds::report::provenance::Held;
use fonds::report::provenance::Ledger;
use fonds::report::provenance::Marks;
use fonds::report::provenance::Provenance;
use fonds::report::provenance::Read;
use fonds::report::provenance::Said;
use fonds::report::provenance::Stated;
use fonds::report::provenance::Subject;

const HOSTILE: &str = "<script>alert(1)</script>\u{1b}[2J [a](http://x.example) | `b` \u{202e}c";

fn report(read: Read) -> Provenance {
    let mut subject = Subject {
        item: "m-7kq2".to_owned(),
        what: HOSTILE.to_owned(),
        title: Some(HOSTILE.to_owned()),
        begins: Some(HOSTILE.to_owned()),
        from: vec![HOSTILE.to_owned()],
        to: Vec::new(),
        at: None,
        document: Some(Held {
            reference: "d-41ac".to_owned(),
            name: Some(HOSTILE.to_owned()),
            path: None,
            digest: Some(Digest::new([7; 32])),
            size: 12,
            media_type: Some(HOSTILE.to_owned()),
            modified: None,
            span: None,
            lay_in: None,
            ledger: Ledger::default(),
            parted_under: None,
            read,
        }),
        accession: Stated {
            accession: "a-02mx".to_owned(),
            entry: 3,
            by: None,
            fields: vec![
                Field {
                    slot: "authority",
                    label: "On what authority",
                    stated: Some("unknown".to_owned()),
                    destroyed_under: None,
                },
                Field {
                    slot: "via",
                    label: "Through",
                    stated: Some(" ".to_owned()),
                    destroyed_under: None,
                },
            ],
        },
        also: Vec::new(),
        attributions: Vec::new(),
        custody: Custody {
            subject: "m-7kq2".to_owned(),
            steps: Vec::new(),
            impossible: vec![HOSTILE.to_owned()],
            withdrawn: Vec::new(),
        },
        custody_line: String::new(),
        ledger: Ledger::default(),
        derivations: Vec::new(),
        acts: Vec::new(),
        marks: Marks::default(),
        said: Said::default(),
    };
    subject.said = provenance::say(&subject, Zone::UTC);
    Provenance {
        schema: "fonds/provenance/1",
        archive: HOSTILE.to_owned(),
        time: None,
        by: None,
        seal: None,
        items: vec![subject],
        all: Some(All {
            documents: vec![DocumentRow {
                document: "d-41ac".to_owned(),
                what: HOSTILE.to_owned(),
                name: Some(HOSTILE.to_owned()),
                digest: None,
                withheld: None,
                size: None,
                messages: 0,
                accession: None,
                parent: None,
                entry: None,
                recorded: None,
            }],
            ..All::default()
        }),
        not_shown: NOT_SHOWN,
        zone: Zone::UTC,
    }
}

#[test]
fn nothing_of_a_hostile_item_is_markup_or_moves_a_cursor() {
    let report = report(Read::Unchanged);
    let page = provenance::html(&report);
    assert!(!page.contains("<script"));
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
    let markdown = provenance::markdown(&report);
    let count = |what: &str| markdown.matches(what).count();
    assert!(count("<") > 0 && count("<") == count("\\<"));
    assert!(!markdown.contains("[a](http") && !markdown.contains('\u{1b}'));
    let text = provenance::text(&report);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
}

#[test]
fn unknown_is_an_answer_and_blank_is_not_stated() {
    let text = provenance::text(&report(Read::Unchanged));
    assert!(text.contains("On what authority      unknown"), "{text}");
    assert!(text.contains("Through                not stated"), "{text}");
}

#[test]
fn altered_bytes_are_said_first_and_never_called_unchanged() {
    let found = Digest::new([9; 32]);
    let report = report(Read::Altered { found: Some(found) });
    assert!(report.items[0].is_damaged());
    let text = provenance::text(&report);
    assert!(text.contains("NOT those that were recorded"), "{text}");
    assert!(text.contains(&found.to_string()), "{text}");
    assert!(!text.contains("unchanged"), "{text}");
}
