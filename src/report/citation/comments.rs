//! What is written beside a draft's words, in the draft itself.

use crate::cite::Citations;
use crate::cite::Comment;
use crate::cite::Match;
use crate::cite::Place;
use crate::cite::Quoted;
use crate::cite::Rest;
use crate::record::Finding;

use super::super::times;
use super::moment;
use super::rules;
use super::sentence;
use super::shorten;
use super::tally;
use super::who;
use super::zone;

/// The remarks: one at the beginning on the whole, one at each quotation, and one at each pin that leads nowhere or does not
/// say where.
pub fn comments(citations: &Citations) -> Vec<Comment> {
    let mut comments = vec![whole(citations)];
    comments.extend(citations.quotations.iter().map(|it| Comment {
        place: it.place,
        lines: quotation(it, citations),
    }));
    for claim in &citations.claims {
        if matches!(
            claim.state,
            Rest::Vague | Rest::Unknown | Rest::NotCitable | Rest::Withheld | Rest::Destroyed
        ) {
            comments.push(Comment {
                place: claim.place,
                lines: vec![format!("{}: {}.", claim.pin, claim.state.label())],
            });
        }
    }
    comments
}

fn whole(citations: &Citations) -> Comment {
    let by = citations.by.as_ref();
    let by = by.map_or_else(String::new, |it| format!(" by {it}"));
    let at = citations.time.as_ref();
    let at = at.map_or_else(String::new, |it| format!(" on {}", moment(it, citations)));
    let against = if citations.archive.is_empty() {
        "an archive".to_owned()
    } else {
        format!("the archive {}", citations.archive)
    };
    let mut lines = vec![
        format!("Checked with fonds against {against}{by}{at}."),
        tally(citations),
    ];
    lines.extend(said(&citations.findings));
    lines.push(format!(
        "The draft that was checked has the SHA-256 {}.",
        citations.draft.sha256
    ));
    lines.push(format!("Rules: {}.", rules(citations)));
    lines.push(
        "A verdict says that the words stand in the item: not who wrote them, nor whether they are true.".to_owned(),
    );
    Comment {
        place: Place {
            paragraph: 1,
            from: 0,
            last: 1,
            to: 0,
        },
        lines,
    }
}

fn said(findings: &[Finding]) -> impl Iterator<Item = String> {
    findings.iter().map(|it| sentence(&it.message))
}

fn quotation(quoted: &Quoted, citations: &Citations) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", quoted.id, quoted.verdict.label())];
    lines.extend(said(&quoted.findings));
    if quoted.findings.is_empty() {
        lines.push("The words are the same.".to_owned());
    }
    if let Some(signed) = &quoted.signed {
        lines.push(sentence(&format!("signed off: {}", signed.in_full())));
    }
    let Some(found) = quoted.matches.first() else {
        return lines;
    };
    lines.extend(source(found, citations));
    if quoted.matches.len() > 1 {
        let others = quoted.matches.iter().skip(1);
        let others: Vec<&str> = others.map(|it| it.item.as_str()).collect();
        lines.push(format!("Also in {}.", others.join(", ")));
    }
    let terms = found.terms.iter();
    lines.extend(terms.map(|it| format!("It was given on these terms: “{it}”.")));
    lines
}

/// The source's own words, whose they are and when.
fn source(found: &Match, citations: &Citations) -> Vec<String> {
    let zone = Some(zone(citations));
    let line = |item: &str, text: &str, parts: [String; 3]| {
        let parts = parts.into_iter().filter(|it| !it.is_empty());
        let parts: Vec<String> = parts.collect();
        format!("{item}: “{}” ({})", shorten(text.trim()), parts.join(" · "))
    };
    if found.joins.is_empty() {
        let parts = [
            who(&found.from, &found.to),
            found.genre.clone(),
            times::when(&found.at, zone),
        ];
        return vec![line(&found.item, &found.text, parts)];
    }
    let joins = found.joins.iter().map(|it| {
        let parts = [
            who(&it.from, &it.to),
            String::new(),
            times::when(&it.at, zone),
        ];
        line(&it.item, &it.text, parts)
    });
    joins.collect()
}
