//! The citation report: what became of each quotation of a draft, for the editor, the checker and the file.

mod comments;
mod panes;
mod proven;
mod sections;
mod sides;
mod versions;

use maud::Markup;
use maud::html;

use crate::cite::Citations;
use crate::cite::Dated;
use crate::cite::Draft;
use crate::cite::Joined;
use crate::cite::Match;
use crate::cite::Quoted;
use crate::cite::Style;
use crate::cite::needs_attention;
use crate::record::Finding;
use crate::record::Instant;
use crate::record::Moment;

use super::NOT_SHOWN;
use super::Seal;
use super::annotations;
use super::biblatex;
use super::csl;
use super::markdown;
use super::sources::Chain;
use super::sources::chains;
use super::sources::terms;
use super::times;

pub use super::styles::cite;
pub use comments::comments;
pub use proven::Proven;
pub use proven::compare;
pub use proven::is_report;

use sections::claims;
use sections::correspondence;
use sections::custody;
use sections::dated;
use sections::links;
use sections::signoff;
use sections::sources;
use sections::stated;
use sections::unquoted;
use sections::way;
pub(super) use sides::not_held;
use sides::sides;
use versions::corrections;
pub(super) use versions::corrections_markdown;

/// What stands where a section has nothing to show.
const NOTHING_HERE: [&str; 3] = [
    "Nothing needs attention.",
    "The draft has no quotations.",
    "No source is cited.",
];

/// What stands over the checkpoint.
const CHECKPOINT: &str = "Checkpoint";

/// What the state of a page is called for those who do not see it.
const STATE: &str = "State of this page";

/// The report as one HTML page.
pub fn html(citations: &Citations, seal: Option<&Seal>) -> String {
    let title = format!("Citation report: {}", draft_title(citations));
    let proven = seal.and_then(|it| it.proven.as_ref());
    let body = html! {
        (head(citations, seal))
        main data-page=[proven.map(|_| proven::PAGE)] {
            (attention(citations))
            (quotations(citations, seal))
            (claims(citations))
            (unquoted(citations))
            (dated(citations))
            (correspondence(citations))
            (custody(citations))
            (sources(citations))
            @if let Some(proven) = proven { (proven.section()) }
            (corrections(citations))
            (how_to_check(citations, seal))
            section {
                h2 id="not-shown" { "What this page does not show" }
                ul { @for line in NOT_SHOWN { li { (line) } } }
            }
        }
    };
    match proven {
        None => super::page(&title, &body),
        Some(proven) => proven.page(&title, body),
    }
}

/// The report as Markdown.
pub fn markdown(citations: &Citations, seal: Option<&Seal>) -> String {
    markdown::citations(citations, seal)
}

/// The report as JSON, `fonds/cite/1`.
pub fn json(citations: &Citations) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(citations)
}

/// The sources cited as CSL-JSON.
pub fn csl_json(citations: &Citations) -> String {
    csl::text(citations)
}

/// The sources cited as BibLaTeX.
pub fn biblatex(citations: &Citations) -> String {
    biblatex::text(citations)
}

/// The quotations as annotations of the draft, in the W3C's Web Annotation Data Model.
pub fn annotations(citations: &Citations, draft: &Draft) -> String {
    annotations::text(citations, draft)
}

/// What a draft is called: its title, or its file name.
pub(super) fn draft_title(citations: &Citations) -> &str {
    let draft = &citations.draft;
    draft
        .title
        .as_deref()
        .or(draft.name.as_deref())
        .unwrap_or("a draft")
}

/// The counts in one sentence.
pub(super) fn tally(citations: &Citations) -> String {
    let counts = &citations.counts;
    let of = [
        (counts.exact, "exact"),
        (counts.house_style, "house style"),
        (counts.marked, "marked edit"),
        (counts.altered, "altered"),
        (counts.not_found, "not found"),
        (counts.not_checked, "not checked"),
        (counts.off_archive, "off the archive"),
    ];
    let parts: Vec<String> = of
        .iter()
        .filter(|it| it.0 > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let attention = match counts.attention {
        0 => "None needs attention".to_owned(),
        1 => "1 needs attention".to_owned(),
        many => format!("{many} need attention"),
    };
    match counts.quotations {
        0 => "The draft has no quotations.".to_owned(),
        1 => format!("1 quotation: {}. {attention}.", parts.join(", ")),
        many => format!("{many} quotations: {}. {attention}.", parts.join(", ")),
    }
}

/// A recorded moment in the page's zone.
pub(super) fn moment(at: &str, citations: &Citations) -> String {
    at.parse::<Moment>().map_or_else(
        |_| at.to_owned(),
        |moment| {
            times::when(
                &Instant::exact(moment, "", "computed"),
                citations.zone.as_deref(),
            )
        },
    )
}

/// The zone of all times of the page.
pub(super) fn zone(citations: &Citations) -> &str {
    citations.zone.as_deref().unwrap_or("UTC")
}

/// The rules in words.
pub(super) fn rules(citations: &Citations) -> String {
    let rules = &citations.rules;
    let strict = if rules.strict { ", strict" } else { "" };
    format!(
        "house style {}{strict}; folding {}; who and when {}",
        rules.house, rules.norm, rules.stated
    )
}

/// The style of citations in words.
pub(super) fn style(citations: &Citations) -> String {
    let form = &citations.form;
    let reached = if form.readers_can_reach_archive {
        "; readers can reach the archive"
    } else {
        ""
    };
    format!("{}{reached}", form.style.label())
}

fn head(citations: &Citations, seal: Option<&Seal>) -> Markup {
    let draft = &citations.draft;
    html! {
        header {
            p.kicker { "Citation report" }
            h1 dir="auto" { (draft_title(citations)) }
            p.tally { (tally(citations)) }
            dl.facts {
                @if let Some(name) = &draft.name { dt { "Draft" } dd { (name) } }
                dt { "Draft’s SHA-256" } dd { span.hash { (draft.sha256) } }
                @if !citations.archive.is_empty() { dt { "Archive" } dd { (citations.archive) } }
                dt { "Rules" } dd { (rules(citations)) }
                dt { "Citations" } dd { (style(citations)) }
                dt { "Times" } dd { "in " (zone(citations)) "; beside them, as they were written" }
                @if let Some(by) = &citations.by { dt { "Run by" } dd { (by) } }
                @if let Some(time) = &citations.time { dt { "Run at" } dd { (moment(time, citations)) } }
                @if let Some(through) = &citations.gone_through { dt { "Gone through" } dd { (through.sentence()) } }
            }
        }
        section #state .state role="status" aria-label=(STATE) {
            p { strong #state-word { "Not yet checked" } }
            @if let Some(proven) = seal.and_then(|it| it.proven.as_ref()) {
                p #state-why { "Nothing on this page has been checked by your browser. The command below checks its passages without this page’s help." }
                (proven.whose())
            } @else {
                p #state-why { "This page says what the archive held when it was written. Whether the archive and the page still agree is for you to see:" }
                pre { code { (commands(citations, seal)) } }
            }
            @if let Some(seal) = seal.filter(|it| it.proven.is_none()) {
                p.label { "The archive’s twelve words" }
                p.words { (seal.words.join(" ")) }
                p.facts { "Compare them with the words that the archive has given elsewhere: in print, by telephone, on its own site. Words on this page alone prove nothing." }
            }
        }
    }
}

/// The commands that check this page.
pub(super) fn commands(citations: &Citations, seal: Option<&Seal>) -> String {
    let draft = citations.draft.name.as_deref().unwrap_or("DRAFT");
    let draft = if draft
        .chars()
        .all(|it| it.is_alphanumeric() || matches!(it, '.' | '-' | '_'))
    {
        draft
    } else {
        "DRAFT"
    };
    let verify = if seal.is_some() {
        "fonds -C ARCHIVE verify --against checkpoint.txt"
    } else {
        "fonds -C ARCHIVE verify"
    };
    match citations.versions.last() {
        Some(version) if citations.corrected => {
            format!("{verify}\nfonds -C ARCHIVE cite compare {}", version.entry)
        }
        _ => format!(
            "{verify}\nfonds -C ARCHIVE cite {draft}{}",
            options(citations)
        ),
    }
}

/// The options that make a report anew. The house is always named: where it is not, it is that of a settings file which
/// anybody may edit, and another one gives other verdicts.
fn options(citations: &Citations) -> String {
    let mut options = format!(" --house {}", citations.rules.house);
    if citations.rules.strict {
        options.push_str(" --strict");
    }
    // Where all was found in the index, it is the same without this option.
    let left_out = (citations.gone_through.as_ref()).and_then(|it| it.left_out.as_deref());
    if left_out.is_some_and(|it| it.contains("--quick")) {
        options.push_str(" --quick");
    }
    let form = &citations.form;
    if form.style != Style::Chicago {
        options.push_str(" --style ");
        options.push_str(form.style.word());
    }
    if form.readers_can_reach_archive {
        options.push_str(" --readers-can-reach-archive");
    }
    if form.digests {
        options.push_str(" --digests");
    }
    options
}

fn attention(citations: &Citations) -> Markup {
    let look: Vec<&Quoted> = citations.to_look_at();
    let terms = terms(citations);
    let settled = look.is_empty() && !citations.dated.iter().any(Dated::needs_attention);
    html! {
        section {
            h2 id="attention" { "Needs attention" }
            @if settled && citations.findings.is_empty() && terms.is_empty() {
                p.empty { (NOTHING_HERE[0]) }
            } @else {
                ul.look {
                    @for terms in &terms {
                        li {
                            p { strong { "Terms" } " " (terms.who()) " given on these terms: “" span dir="auto" { (terms.words) } "”. Quoted in " (links(&terms.quoted)) "." }
                            p { "This page quotes it and shows through whose hands it came: see that the terms allow that before it leaves the desk." }
                        }
                    }
                    @for quotation in look {
                        li {
                            p {
                                a href=(format!("#{}", quotation.id)) { (quotation.id) }
                                " " span class=(format!("verdict {}", quotation.verdict)) { (quotation.verdict.label()) }
                                " paragraph " (quotation.paragraph) ": "
                                span dir="auto" { "“" (shorten(&quotation.text)) "”" }
                            }
                            @for said in pressing(quotation) { p { (said) } }
                        }
                    }
                    @for dated in citations.dated.iter().filter(|it| it.needs_attention()) {
                        li { p { strong { (dated.text) } ", paragraph " (dated.paragraph) ": " (dated.said) "." } }
                    }
                    @for finding in &citations.findings {
                        li { p { strong { (finding.subject) } ": " (finding.message) "." } }
                    }
                }
            }
        }
    }
}

/// Why a quotation needs attention, in sentences: the pressing findings, or all where the verdict itself is the reason, and a
/// sign-off that is outdated.
pub(super) fn pressing(quotation: &Quoted) -> Vec<String> {
    let said = |it: &Finding| sentence(&it.message);
    let all = quotation.findings.iter();
    let pressing = all.clone().filter(|it| needs_attention(it.code));
    let mut pressing: Vec<String> = pressing.map(said).collect();
    let signed = quotation.signed.as_ref();
    let outdated = signed.filter(|it| it.outdated.is_some());
    if pressing.is_empty() && (outdated.is_none() || !quotation.verdict.passes()) {
        pressing.extend(all.map(said));
    }
    pressing.extend(outdated.map(|it| sentence(&format!("signed off: {}", it.in_full()))));
    pressing
}

fn quotations(citations: &Citations, seal: Option<&Seal>) -> Markup {
    html! {
        section {
            h2 id="quotations" { "Quotations" }
            @if citations.quotations.is_empty() { p.empty { (NOTHING_HERE[1]) } }
            @let chains = chains(citations);
            @for quotation in &citations.quotations {
                article.card id=(quotation.id) aria-labelledby=(format!("{}-h", quotation.id)) {
                    header {
                        h3 id=(format!("{}-h", quotation.id)) { (quotation.id) }
                        span class=(format!("verdict {}", quotation.verdict)) { (quotation.verdict.label()) }
                        span.where {
                            "paragraph " (quotation.paragraph)
                            @if !quotation.pins.is_empty() { " · pinned to " (quotation.pins.join(", ")) }
                        }
                    }
                    (sides(quotation, citations, seal.and_then(|it| it.proven.as_ref())))
                    (notes(quotation, &chains, seal))
                    (signoff(quotation))
                }
            }
        }
    }
}

/// Who to whom, and when.
pub(super) fn parties(found: &Match, zone: &str) -> String {
    let who = who(&found.from, &found.to);
    let genre = if who.is_empty() {
        sentence(&found.genre)
    } else {
        found.genre.clone()
    };
    in_a_line([who, genre, times::when(&found.at, Some(zone))])
}

/// As [`parties`], of one of several messages that a quotation runs together.
pub(super) fn joined_parties(message: &Joined, zone: &str) -> String {
    let when = times::when(&message.at, Some(zone));
    in_a_line([who(&message.from, &message.to), String::new(), when])
}

fn in_a_line(parts: [String; 3]) -> String {
    parts
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Who to whom.
pub(super) fn who(from: &[String], to: &[String]) -> String {
    let (from, to) = (from.join(", "), to.join(", "));
    match (from.is_empty(), to.is_empty()) {
        (true, true) => String::new(),
        (false, true) => from,
        (true, false) => format!("to {to}"),
        (false, false) => format!("{from} to {to}"),
    }
}

fn notes(quotation: &Quoted, chains: &[Chain<'_>], seal: Option<&Seal>) -> Markup {
    let found = quotation.matches.first();
    html! {
        div.notes {
            @if quotation.findings.is_empty() {
                p { "The words are the same." }
            } @else {
                ul {
                    @for finding in &quotation.findings {
                        @if needs_attention(finding.code) {
                            li.attention { (sentence(&finding.message)) }
                        } @else {
                            li { (sentence(&finding.message)) }
                        }
                    }
                }
            }
            (stated(quotation))
            @if let Some(found) = found {
                @if quotation.matches.len() > 1 {
                    p { "Also in " (quotation.matches.iter().skip(1).map(|it| it.item.as_str()).collect::<Vec<_>>().join(", ")) "." }
                }
                p {
                    strong { "Source. " }
                    @if let Some(line) = proof(found, seal) { (line) " " }
                    (way(&found.custody, chains))
                    @for receipt in &found.also {
                        " Also received: " (receipt.said()) ". " (way(&receipt.custody, chains))
                    }
                }
                p { strong { "Cite as. " } (found.citation) }
            }
        }
    }
}

/// Where the source stands in the ledger, in a sentence.
pub(super) fn proof(found: &Match, seal: Option<&Seal>) -> Option<String> {
    let entry = found.entry?;
    let place = if found.locator.is_empty() {
        String::new()
    } else {
        format!(", {}", found.locator)
    };
    let of = seal.map_or_else(String::new, |it| format!(" of {}", it.size));
    let document = if found.document.is_empty() || found.document == found.item {
        String::new()
    } else {
        format!(" in {}{place}", found.document)
    };
    Some(format!(
        "{}{document}; entry {entry}{of} of the ledger.",
        found.item
    ))
}

fn how_to_check(citations: &Citations, seal: Option<&Seal>) -> Markup {
    html! {
        section {
            h2 id="check" { "How to check this page yourself" }
            ol {
                @for step in steps(citations, seal) { li { (step) } }
            }
            pre { code { (commands(citations, seal)) } }
            @if seal.is_some_and(|it| it.proven.is_some()) {
                p { "The passages alone need no archive: " code { "fonds verify" } " and this file, as said at its head." }
            }
            @if let Some(seal) = seal {
                dl.facts {
                    dt { "Archive’s origin" } dd { span.hash { (seal.origin) } }
                    dt { "Ledger" } dd { (seal.size) " entries, root " span.hash { (seal.root) } }
                    @if let Some(time) = &seal.time { dt { "Signed at" } dd { (time) } }
                }
                p.label { (CHECKPOINT) }
                pre { code { (seal.checkpoint) } }
            }
        }
    }
}

/// What to do to check the page.
pub(super) fn steps(citations: &Citations, seal: Option<&Seal>) -> Vec<&'static str> {
    let mut steps = vec![
        "Ask for a copy of the archive and of the draft. The draft’s SHA-256 above must be that of the copy (sha256sum DRAFT).",
    ];
    if seal.is_some() {
        steps.push("Compare the archive’s twelve words with those it has given elsewhere.");
        steps.push("Save the checkpoint below as checkpoint.txt, with the empty line in it.");
    }
    // Times that say no zone are read in that of a settings file, and no option names another.
    let of_times = (citations.quotations.iter()).any(|it| !it.statements.is_empty());
    if of_times || !citations.dated.is_empty() {
        steps.push(
            "See that fonds.toml in the copy of the archive names the zone above: what is said of times rests on it.",
        );
    }
    steps.push(if citations.corrected {
        "Run the commands. The first says whether anything in the archive changed since; the second checks the text with its corrections anew, and says what they changed."
    } else {
        "Run the commands. The first says whether anything in the archive changed since; the second makes this report anew, and its verdicts must be the same."
    });
    steps
}

/// A message as a sentence.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    let text = format!("{}{}", first.unwrap_or_default(), letters.as_str());
    // A reference at the start keeps its small letter.
    let text = if message.get(1..2) == Some("-") {
        message.to_owned()
    } else {
        text
    };
    if text.ends_with(['.', '?', '!']) || text.is_empty() {
        text
    } else {
        format!("{text}.")
    }
}

pub(super) fn shorten(text: &str) -> String {
    cut(text, 160)
}

/// A text, or so many characters of it and dots.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let shown = text.get(..end).unwrap_or_default();
            format!("{}…", shown.rsplit_once(' ').map_or(shown, |it| it.0))
        }
    }
}
