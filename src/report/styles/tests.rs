//! The patterns of the guides, with invented names. Dates and words are theirs; what is ours is that a reference is printed,
//! and the zone of every time of day.

use std::sync::LazyLock;

use super::*;
use crate::cite::Change;
use crate::cite::Context;
use crate::cite::Counts;
use crate::cite::DraftName;
use crate::cite::Form;
use crate::cite::Place;
use crate::cite::Quoted;
use crate::cite::Rules;
use crate::cite::Verdict;
use crate::record::Digest;
use crate::record::Instant;

const ON_RECORD: &str = "Halloran, Nora";

fn at(time: &str) -> Instant {
    Instant::exact(time.parse().unwrap(), "", "export").in_zone("UTC", "format")
}

/// A day without a time.
fn on(day: &str) -> Instant {
    Instant {
        latest: format!("{day}T23:59:59Z").parse().ok(),
        ..at(&format!("{day}T00:00:00Z"))
    }
}

fn source(genre: &str, item: &str, collection: &str) -> Match {
    Match {
        item: item.to_owned(),
        document: "d-9x2f".to_owned(),
        text: "I never spoke to him.".to_owned(),
        before: String::new(),
        after: String::new(),
        verdict: Verdict::Exact,
        changes: Vec::<Change>::new(),
        from: vec!["Nora Halloran".to_owned()],
        to: vec!["Peter Voss".to_owned()],
        at: at("2023-07-11T13:29:00Z"),
        custody: "Source A → the archive".to_owned(),
        locator: String::new(),
        entry: Some(1),
        subject: None,
        genre: genre.to_owned(),
        collection: collection.to_owned(),
        post: None,
        url: None,
        family_first: vec![ON_RECORD.to_owned()],
        citation: String::new(),
        sha256: None,
        accession: None,
        terms: None,
        also: Vec::new(),
        joins: Vec::new(),
    }
}

fn email() -> Match {
    source("email", "m-7kq2", "Voss production")
}

fn direct_message() -> Match {
    source("direct message", "m-51d0", "X export")
}

fn post() -> Match {
    Match {
        from: vec!["Nora Halloran (@nhalloran)".to_owned()],
        to: Vec::new(),
        at: at("2023-07-12T14:04:00Z"),
        url: Some("https://x.com/nhalloran/status/1679".to_owned()),
        ..source("post", "m-9p0c", "X export")
    }
}

fn memorandum() -> Match {
    Match {
        from: vec!["Harbor Authority".to_owned()],
        to: Vec::new(),
        at: on("2023-06-02"),
        subject: Some("Incident Memorandum".to_owned()),
        ..source("memorandum", "d-41ac", "Source A papers")
    }
}

/// Style files take a while to read.
static APA_FILE: LazyLock<Option<Engine>> = LazyLock::new(|| Engine::new(Style::Apa));
static MLA_FILE: LazyLock<Option<Engine>> = LazyLock::new(|| Engine::new(Style::Mla));

fn cited(found: Match, form: Form) -> String {
    let engine = match form.style {
        Style::Apa => APA_FILE.as_ref(),
        Style::Mla => MLA_FILE.as_ref(),
        Style::Chicago | Style::Bluebook => None,
    };
    one(&found.clone(), &citing(found, form), engine)
}

fn citing(found: Match, form: Form) -> Citations {
    let quoted = Quoted {
        id: "Q1".to_owned(),
        text: String::new(),
        parts: Vec::new(),
        verdict: Verdict::Exact,
        paragraph: 1,
        place: Place::default(),
        context: Context::default(),
        pins: Vec::new(),
        findings: Vec::new(),
        matches: vec![found],
        statements: Vec::new(),
        signed: None,
        nearest: None,
    };
    Citations {
        schema: "fonds/cite/1",
        draft: DraftName {
            sha256: Digest::new([0; 32]),
            name: None,
            title: None,
        },
        archive: "Harbor Archive".to_owned(),
        rules: Rules {
            norm: "norm/1",
            stated: "stated/1",
            house: "magazine",
            strict: false,
        },
        form,
        by: None,
        time: None,
        zone: Some("America/New_York".to_owned()),
        counts: Counts::default(),
        quotations: vec![quoted],
        claims: Vec::new(),
        unquoted: Vec::new(),
        since: None,
        dated: Vec::new(),
        findings: Vec::new(),
        gone_through: None,
        versions: Vec::new(),
        corrected: false,
    }
}

const CHICAGO: Form = Form {
    style: Style::Chicago,
    readers_can_reach_archive: false,
    digests: false,
};
const APA: Form = Form {
    style: Style::Apa,
    ..CHICAGO
};
const MLA: Form = Form {
    style: Style::Mla,
    ..CHICAGO
};
const BLUEBOOK: Form = Form {
    style: Style::Bluebook,
    ..CHICAGO
};

fn reached(form: Form) -> Form {
    Form {
        readers_can_reach_archive: true,
        ..form
    }
}

#[test]
fn chicago_notes_follow_the_guides() {
    for (found, note) in [
        (
            email(),
            "Nora Halloran, email to Peter Voss, July 11, 2023, msg m-7kq2, Voss production, Harbor Archive.",
        ),
        (
            direct_message(),
            "Nora Halloran, X direct message to Peter Voss, July 11, 2023, 9:29 a.m. EDT, msg m-51d0, X export, Harbor Archive.",
        ),
        (
            post(),
            "Nora Halloran (@nhalloran), “I never spoke to him,” X, July 12, 2023, 10:04 a.m. EDT, https://x.com/nhalloran/status/1679, msg m-9p0c, X export, Harbor Archive.",
        ),
        (
            memorandum(),
            "Harbor Authority, “Incident Memorandum,” unpublished memorandum, June 2, 2023, doc d-41ac, Source A papers, Harbor Archive.",
        ),
    ] {
        assert_eq!(cited(found, CHICAGO), note);
    }
    let mut undated = email();
    undated.at = Instant::unknown(None);
    assert!(cited(undated, CHICAGO).contains("date not known"));
}

#[test]
fn a_quotation_within_a_post_keeps_its_own_commas() {
    let mut found = post();
    found.post = Some("He said “no”, and left.".to_owned());
    let note = cited(found.clone(), CHICAGO);
    assert!(note.contains("“He said ‘no’, and left,” X"), "{note}");
    found.post = Some("He said \"no\".".to_owned());
    let note = cited(found, CHICAGO);
    assert!(note.contains("“He said ‘no,’” X"), "{note}");
    let of_document = |words: &str, form| {
        let mut found = memorandum();
        found.subject = Some(words.to_owned());
        cited(found, form)
    };
    let words = "The “last” word on the owners’ pier";
    for (form, expected) in [
        (CHICAGO, "“The ‘last’ word on the owners’ pier,”"),
        (MLA, "“The ‘last’ word on the owners’ pier.”"),
        // Set without marks around it, it keeps its own.
        (APA, words),
        (BLUEBOOK, words),
    ] {
        let note = of_document(words, form);
        assert!(note.contains(expected), "{note}");
    }
    // The mark of an end that is no mark of a quotation stays outside.
    let note = of_document("A pier of the owners’", CHICAGO);
    assert!(note.contains("“A pier of the owners’,”"), "{note}");
}

#[test]
fn bluebook_citations_follow_the_guides() {
    for (found, note) in [
        (
            email(),
            "E-mail from Nora Halloran to Peter Voss (July 11, 2023, 9:29 AM EDT) (on file with author) (m-7kq2).",
        ),
        (
            direct_message(),
            "X Direct Message from Nora Halloran to Peter Voss (July 11, 2023, 9:29 AM EDT) (on file with author) (m-51d0).",
        ),
        (
            post(),
            "Nora Halloran (@nhalloran), X (July 12, 2023, 10:04 AM EDT), https://x.com/nhalloran/status/1679 (on file with author) (m-9p0c).",
        ),
        (
            memorandum(),
            "Harbor Authority, Incident Memorandum (June 2, 2023) (unpublished memorandum) (on file with author) (d-41ac).",
        ),
    ] {
        assert_eq!(cited(found, BLUEBOOK), note);
    }
    let note = cited(email(), reached(BLUEBOOK));
    assert!(note.contains("(on file with Harbor Archive)"), "{note}");
    let mut september = email();
    september.at = on("2023-09-01");
    let note = cited(september, BLUEBOOK);
    assert!(note.contains("(Sept. 1, 2023)"), "{note}");
}

#[test]
fn apa_cites_what_nobody_can_see_in_the_text_and_the_rest_in_a_reference() {
    assert_eq!(
        cited(direct_message(), APA),
        "(N. Halloran, personal communication, July 11, 2023)"
    );
    let mut of_the_day = direct_message();
    of_the_day.at = on("2023-07-11");
    assert_eq!(
        cited(of_the_day, reached(APA)),
        "Halloran, N. (2023, July 11). [Direct message to Peter Voss]. X export (msg m-51d0), Harbor Archive."
    );
    let mut of_the_day = post();
    of_the_day.at = on("2023-07-12");
    assert_eq!(
        cited(of_the_day, APA),
        "Halloran, N. [@nhalloran]. (2023, July 12). I never spoke to him [Post]. X. https://x.com/nhalloran/status/1679"
    );
    assert_eq!(
        cited(memorandum(), APA),
        "Harbor Authority. (2023, June 2). Incident Memorandum [Unpublished memorandum]. Source A papers (doc d-41ac)."
    );
    let long: Vec<String> = (1..=30).map(|it| format!("w{it}")).collect();
    let mut found = post();
    found.post = Some(long.join(" "));
    let reference = cited(found, APA);
    assert!(reference.contains(" w20… [Post]"), "{reference}");
}

#[test]
fn mla_keeps_the_addressee() {
    let of_the_day = |mut found: Match, day: &str| {
        found.at = on(day);
        found
    };
    assert_eq!(
        cited(of_the_day(email(), "2023-07-11"), MLA),
        "Halloran, Nora. Email to Peter Voss. 11 July 2023."
    );
    let text_message = source("message", "m-51d1", "");
    assert_eq!(
        cited(of_the_day(text_message, "2023-07-11"), MLA),
        "Halloran, Nora. Message to Peter Voss. 11 July 2023."
    );
    assert_eq!(
        cited(of_the_day(post(), "2023-07-12"), MLA),
        "Halloran, Nora [@nhalloran]. “I never spoke to him.” X, 12 July 2023, https://x.com/nhalloran/status/1679."
    );
    assert_eq!(
        cited(memorandum(), MLA),
        "Harbor Authority. “Incident Memorandum.” Unpublished memorandum. 2 June 2023, Source A papers, doc d-41ac."
    );
    assert_eq!(
        cited(of_the_day(email(), "2023-07-11"), reached(MLA)),
        "Halloran, Nora. Email to Peter Voss. 11 July 2023, Harbor Archive, Voss production, msg m-7kq2."
    );
}

#[test]
fn a_time_of_day_has_its_zone_in_every_style() {
    assert_eq!(
        cited(email(), MLA),
        "Halloran, Nora. Email to Peter Voss. 11 July 2023. Sent 9:29 a.m. EDT."
    );
    assert!(cited(post(), MLA).ends_with(" Posted 10:04 a.m. EDT."));
    assert!(cited(post(), APA).ends_with("/1679 (posted 10:04 a.m. EDT)"));
    assert!(cited(direct_message(), reached(APA)).ends_with("Archive. Sent 9:29 a.m. EDT."));
}

#[test]
fn a_name_is_turned_round_only_where_it_is_on_record_by_its_parts() {
    let of = |name: &str, on_record: &[&str], form| {
        let mut found = email();
        found.from = vec![name.to_owned()];
        found.family_first = on_record.iter().map(|it| (*it).to_owned()).collect();
        cited(found, form)
    };
    for name in [
        "Nora Halloran",
        "nhalloran",
        "Office of the Harbor Master",
        "+1 202 555 0199",
        "Harbor Authority, Legal",
    ] {
        let mla = of(name, &[], MLA);
        assert!(mla.starts_with(&format!("{name}. Email to")), "{mla}");
        let apa = of(name, &["Voss, Peter"], APA);
        assert!(apa.starts_with(&format!("({name}, personal")), "{apa}");
    }
    // What the archive knows of an account is not said of a message that does not say it.
    assert!(of("nhalloran", &[ON_RECORD], MLA).starts_with("nhalloran. "));
    assert!(of("Halloran, Nora", &[ON_RECORD], CHICAGO).starts_with("Nora Halloran, email"));
    assert!(of("Nagy Péter", &["Nagy, Péter"], MLA).starts_with("Nagy Péter. "));
    let long = of("Jean-Luc Mary Doe", &["Doe, Jean-Luc Mary"], APA);
    assert!(long.starts_with("(J.-L. M. Doe, "), "{long}");
}

#[test]
fn the_titles_of_others_keep_their_letters_and_their_own_ends() {
    let of = |words: &str, form| {
        let mut found = post();
        found.post = Some(words.to_owned());
        cited(found, form)
    };
    let words = "the bridge and <i>iPhone</i> & HARBOR: a view";
    for form in [CHICAGO, APA, MLA] {
        assert!(of(words, form).contains(words), "{}", of(words, form));
    }
    assert!(of("Where is he?", MLA).contains("“Where is he?” X"));
    assert!(of("I left. ", MLA).contains("“I left.” X"));
}

#[test]
fn a_span_of_days_is_never_finer_than_it_is_known() {
    for (latest, mla, bluebook) in [
        (
            "2023-07-14T20:00:00Z",
            "July 2023",
            "between July 11, 2023 and July 14, 2023",
        ),
        (
            "2023-09-14T20:00:00Z",
            "2023",
            "between July 11, 2023 and Sept. 14, 2023",
        ),
    ] {
        let mut found = email();
        found.at.latest = latest.parse().ok();
        let cited_mla = cited(found.clone(), MLA);
        assert_eq!(
            cited_mla,
            format!("Halloran, Nora. Email to Peter Voss. {mla}.")
        );
        assert!(cited(found, BLUEBOOK).contains(bluebook));
    }
}

#[test]
fn a_digest_is_given_on_request() {
    for form in [CHICAGO, APA, MLA, BLUEBOOK] {
        let mut found = email();
        found.sha256 = Some(Digest::new([0xab; 32]));
        let digest = "ab".repeat(32);
        assert!(!cited(found.clone(), form).contains(&digest));
        let form = Form {
            digests: true,
            ..form
        };
        assert!(cited(found, form).ends_with(&format!(" SHA-256 {digest}.")));
    }
}

proptest::proptest! {
    #[test]
    fn no_words_of_others_stop_a_style(name in "\\PC{0,40}", words in "\\PC{0,60}", genre in 0..4_usize) {
        let genre = ["email", "post", "transcript", "document"][genre];
        let found = Match {
            from: vec![name],
            subject: Some(words.clone()),
            post: Some(words),
            ..source(genre, "m-7kq2", "x")
        };
        for style in Style::ALL {
            let form = Form { style: *style, ..reached(CHICAGO) };
            proptest::prop_assert!(!cited(found.clone(), form).is_empty());
        }
    }
}
