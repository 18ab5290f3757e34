//! The citation report in Markdown: the same sections, for a mail or a repository.

use std::fmt::Write as _;

use crate::cite::Citations;
use crate::cite::Quoted;
use crate::cite::Rest;
use crate::record::visible;

use super::NOT_SHOWN;
use super::Seal;
use super::citation::commands;
use super::citation::corrections_markdown;
use super::citation::draft_title;
use super::citation::joined_parties;
use super::citation::moment;
use super::citation::not_held;
use super::citation::parties;
use super::citation::pressing;
use super::citation::proof;
use super::citation::rules;
use super::citation::sentence;
use super::citation::shorten;
use super::citation::steps;
use super::citation::style;
use super::citation::tally;
use super::citation::who;
use super::citation::zone;
use super::sources::Chain;
use super::sources::chains;
use super::sources::cited;
use super::sources::messages;
use super::sources::number_of;
use super::sources::quoted_of;
use super::sources::terms;
use super::times;

/// Words of others in one line, so that nothing in them is read as Markdown or HTML, moves a cursor or fools a reader.
pub(super) fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' => {
                safe.push('\\');
                safe.push(character);
            }
            _ => safe.push(character),
        }
    }
    safe
}

pub(super) fn citations(citations: &Citations, seal: Option<&Seal>) -> String {
    let mut page = String::new();
    // Writing to a string cannot go wrong.
    let _ = write(&mut page, citations, seal);
    page
}

fn write(page: &mut String, citations: &Citations, seal: Option<&Seal>) -> std::fmt::Result {
    let chains = chains(citations);
    head(page, citations)?;
    attention(page, citations)?;
    writeln!(page, "\n## Quotations\n")?;
    for quotation in &citations.quotations {
        card(page, quotation, citations, &chains, seal)?;
    }
    claims(page, citations)?;
    unquoted(page, citations)?;
    dated(page, citations)?;
    hands(page, citations, &chains)?;
    foot(page, citations, &chains, seal)
}

fn head(page: &mut String, citations: &Citations) -> std::fmt::Result {
    let draft = &citations.draft;
    writeln!(
        page,
        "# Citation report: {}\n",
        plain(draft_title(citations))
    )?;
    writeln!(page, "{}\n", tally(citations))?;
    if let Some(name) = &draft.name {
        writeln!(page, "- Draft: {}", plain(name))?;
    }
    writeln!(page, "- Draft’s SHA-256: `{}`", draft.sha256)?;
    if !citations.archive.is_empty() {
        writeln!(page, "- Archive: {}", plain(&citations.archive))?;
    }
    writeln!(page, "- Rules: {}", rules(citations))?;
    writeln!(page, "- Citations: {}", style(citations))?;
    writeln!(
        page,
        "- Times: in {}; beside them, as they were written",
        plain(zone(citations))
    )?;
    if let Some(through) = &citations.gone_through {
        writeln!(page, "- Gone through: {}", plain(&through.sentence()))?;
    }
    if let Some(by) = &citations.by {
        writeln!(page, "- Run by: {}", plain(by))?;
    }
    if let Some(time) = &citations.time {
        writeln!(page, "- Run at: {}", plain(&moment(time, citations)))?;
    }
    writeln!(
        page,
        "\n**Not yet checked.** This page says what the archive held when it was written.\n"
    )
}

fn attention(page: &mut String, citations: &Citations) -> std::fmt::Result {
    writeln!(page, "## Needs attention\n")?;
    let terms = terms(citations);
    let dated = || citations.dated.iter().filter(|it| it.needs_attention());
    let mut none = citations.findings.is_empty() && terms.is_empty() && dated().next().is_none();
    for terms in &terms {
        writeln!(
            page,
            "- **Terms**: {} given on these terms: “{}”. Quoted in {}. See that they allow what this page shows.",
            terms.who(),
            plain(terms.words),
            terms.quoted.join(", ")
        )?;
    }
    for finding in &citations.findings {
        writeln!(
            page,
            "- **{}**: {}.",
            plain(&finding.subject),
            plain(&finding.message)
        )?;
    }
    for quotation in citations.to_look_at() {
        none = false;
        let said: Vec<String> = pressing(quotation).iter().map(|it| plain(it)).collect();
        writeln!(
            page,
            "- **{} {}**, paragraph {}: “{}” {}",
            quotation.id,
            quotation.verdict.label(),
            quotation.paragraph,
            plain(&shorten(&quotation.text)),
            said.join(" ")
        )?;
    }
    for dated in dated() {
        writeln!(
            page,
            "- **{}**, paragraph {}: {}.",
            plain(&dated.text),
            dated.paragraph,
            plain(&dated.said)
        )?;
    }
    if none {
        writeln!(page, "Nothing needs attention.")?;
    }
    Ok(())
}

fn dated(page: &mut String, citations: &Citations) -> std::fmt::Result {
    if !citations.dated.is_empty() {
        writeln!(page, "## Printed times of posts\n")?;
        for dated in &citations.dated {
            writeln!(
                page,
                "- {}, paragraph {}: **{}**: {}.",
                plain(&dated.text),
                dated.paragraph,
                dated.label(),
                plain(&dated.said)
            )?;
        }
        writeln!(page)?;
    }
    Ok(())
}

fn claims(page: &mut String, citations: &Citations) -> std::fmt::Result {
    if !citations.claims.is_empty() {
        writeln!(page, "## Pinned claims\n")?;
        for claim in &citations.claims {
            let state = match claim.state {
                Rest::Held => String::new(),
                state => format!(": {}", state.label()),
            };
            writeln!(
                page,
                "- paragraph {}: {} ({}{state})",
                claim.paragraph,
                plain(&claim.context),
                plain(&claim.pin)
            )?;
        }
        writeln!(page)?;
    }
    Ok(())
}

/// What the draft states without quoting.
fn unquoted(page: &mut String, citations: &Citations) -> std::fmt::Result {
    if citations.unquoted.is_empty() {
        return Ok(());
    }
    writeln!(
        page,
        "## Stated without quotation marks\n\nNothing here was checked: that is for a person.\n"
    )?;
    for sentence in &citations.unquoted {
        writeln!(
            page,
            "- paragraph {} ({}): {}",
            sentence.paragraph,
            sentence.labels(),
            plain(&sentence.text)
        )?;
    }
    writeln!(page)
}

/// Who wrote what to whom, and through whose hands it came.
fn hands(page: &mut String, citations: &Citations, chains: &[Chain<'_>]) -> std::fmt::Result {
    let rows = messages(citations);
    if !rows.is_empty() {
        writeln!(page, "## Correspondence\n\n{}\n", plain(&quoted_of(&rows)))?;
        for row in rows {
            writeln!(
                page,
                "- {}: {}, {} {} ({})",
                plain(&times::known(row.at, Some(zone(citations)))),
                plain(&who(row.from, row.to)),
                plain(row.genre),
                row.item,
                row.quoted.join(", ")
            )?;
        }
        writeln!(page)?;
    }
    if !chains.is_empty() {
        writeln!(page, "## Custody\n")?;
        for (index, chain) in chains.iter().enumerate() {
            writeln!(
                page,
                "{}. {} ({}; quoted in {})",
                index + 1,
                plain(chain.line),
                chain.items.join(", "),
                chain.quoted.join(", ")
            )?;
        }
        writeln!(page)?;
    }
    Ok(())
}

fn foot(
    page: &mut String,
    citations: &Citations,
    chains: &[Chain<'_>],
    seal: Option<&Seal>,
) -> std::fmt::Result {
    writeln!(page, "## Sources cited\n")?;
    for (found, ids) in cited(citations) {
        let custody = number_of(&found.custody, chains);
        let custody = custody.map_or_else(String::new, |it| format!("; custody {it}"));
        writeln!(
            page,
            "- {} ({}{custody}; {})",
            plain(&found.citation),
            found.item,
            ids.join(", ")
        )?;
    }
    writeln!(page)?;
    corrections_markdown(page, citations)?;
    writeln!(page, "## How to check this page yourself\n")?;
    for (index, step) in steps(citations, seal).iter().enumerate() {
        writeln!(page, "{}. {step}", index + 1)?;
    }
    writeln!(page, "\n```\n{}\n```\n", commands(citations, seal))?;
    if let Some(seal) = seal {
        writeln!(
            page,
            "The archive’s twelve words: **{}**\n",
            plain(&seal.words.join(" "))
        )?;
        let size = seal.size;
        writeln!(
            page,
            "Ledger: {size} entries, root `{}`\n",
            seal.root.replace('`', "")
        )?;
        for line in seal.checkpoint.lines() {
            writeln!(page, "    {line}")?;
        }
        writeln!(page)?;
    }
    writeln!(page, "## What this page does not show\n")?;
    for line in NOT_SHOWN {
        writeln!(page, "- {line}")?;
    }
    Ok(())
}

fn card(
    page: &mut String,
    quotation: &Quoted,
    citations: &Citations,
    chains: &[Chain<'_>],
    seal: Option<&Seal>,
) -> std::fmt::Result {
    writeln!(
        page,
        "### {}: {} (paragraph {})\n",
        quotation.id,
        quotation.verdict.label(),
        quotation.paragraph
    )?;
    writeln!(page, "> The draft: “{}”\n", plain(&quotation.text))?;
    match quotation.matches.first() {
        Some(found) if !found.joins.is_empty() => {
            for message in &found.joins {
                writeln!(
                    page,
                    "> {}, {}: {}**{}**{}\n",
                    message.item,
                    plain(&joined_parties(message, zone(citations))),
                    plain(&message.before),
                    plain(message.text.trim()),
                    plain(&message.after)
                )?;
            }
        }
        Some(found) => {
            writeln!(
                page,
                "> The source, {}: {}**{}**{}\n",
                found.item,
                plain(&found.before),
                plain(found.text.trim()),
                plain(&found.after)
            )?;
            writeln!(page, "{}\n", plain(&parties(found, zone(citations))))?;
        }
        None => writeln!(page, "{}\n", not_held(quotation))?,
    }
    for finding in &quotation.findings {
        writeln!(page, "- {}", plain(&sentence(&finding.message)))?;
    }
    if quotation.findings.is_empty() {
        writeln!(page, "- The words are the same.")?;
    }
    if let Some(signed) = &quotation.signed {
        let line = sentence(&format!("signed off: {}", signed.in_full()));
        writeln!(page, "- {}", plain(&line))?;
    }
    for stated in quotation.stated_and_not_differing() {
        writeln!(page, "- The draft says {}.", plain(&stated))?;
    }
    if let Some(found) = quotation.matches.first() {
        if let Some(line) = proof(found, seal) {
            writeln!(page, "- Source: {}", plain(&line))?;
        }
        if let Some(number) = number_of(&found.custody, chains) {
            writeln!(page, "- Custody: number {number} below")?;
        }
        for receipt in &found.also {
            let custody = number_of(&receipt.custody, chains);
            let custody = custody.map_or_else(String::new, |it| format!("; custody number {it}"));
            writeln!(page, "- Also received: {}{custody}", plain(&receipt.said()))?;
        }
        writeln!(page, "- Cite as: {}", plain(&found.citation))?;
    }
    writeln!(page)
}
