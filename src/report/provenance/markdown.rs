//! The provenance report in Markdown.

use std::fmt;
use std::fmt::Write as _;

use super::All;
use super::Provenance;
use super::html::commands;
use super::html::gaps;
use super::said::recorded;
use super::sections::Body;
use super::sections::sections;
use crate::record::Zone;
use crate::record::show;
use crate::report::NOT_SHOWN;
use crate::report::markdown::plain;

/// The report as Markdown.
pub fn markdown(report: &Provenance) -> String {
    let mut page = String::new();
    // Writing to a string cannot go wrong.
    let _ = write(&mut page, report);
    page
}

fn write(page: &mut String, report: &Provenance) -> fmt::Result {
    writeln!(page, "# Provenance report\n")?;
    if !report.archive.is_empty() {
        writeln!(page, "- Archive: {}", plain(&report.archive))?;
    }
    if let Some(by) = &report.by {
        writeln!(page, "- Written for: {}", plain(by))?;
    }
    if let Some(time) = &report.time {
        writeln!(page, "- Written at: {}", recorded(Some(time), report.zone))?;
    }
    for subject in &report.items {
        writeln!(page, "\n## {}: {}\n", subject.item, plain(&subject.what))?;
        if let Some(begins) = &subject.begins {
            writeln!(page, "> {}\n", plain(begins))?;
        }
        for section in sections(subject, report.zone) {
            writeln!(page, "### {}\n", section.heading)?;
            match section.body {
                Body::Facts(facts) => {
                    for (name, value) in facts {
                        writeln!(page, "- {name}: {}", plain(&value))?;
                    }
                }
                Body::Points(points) => {
                    for point in points {
                        writeln!(page, "- {}", plain(&point))?;
                    }
                }
                Body::Steps(steps, impossible) => {
                    for step in steps {
                        let (number, what) = (&step.number, plain(&step.what));
                        writeln!(
                            page,
                            "- **{number}** {what}: {}, {}",
                            plain(&step.when),
                            plain(&step.standing)
                        )?;
                        for detail in &step.details {
                            writeln!(page, "  - {}", plain(detail))?;
                        }
                    }
                    for said in impossible {
                        writeln!(page, "- **Cannot be as recorded:** {}", plain(&said))?;
                    }
                }
            }
            writeln!(page)?;
        }
    }
    if let Some(all) = &report.all {
        table(page, all, report.zone)?;
    }
    writeln!(
        page,
        "\n## How to check this page yourself\n\n```\n{}\n```\n",
        commands(report)
    )?;
    if let Some(seal) = &report.seal {
        writeln!(
            page,
            "The archive’s twelve words: **{}**\n",
            plain(&seal.words.join(" "))
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

fn table(page: &mut String, all: &All, zone: Zone) -> fmt::Result {
    writeln!(page, "\n## What came in, and from whom\n")?;
    writeln!(
        page,
        "| Accession | From, as stated | Received | Documents | Hands | Known to be missing | Recorded |"
    )?;
    writeln!(page, "|---|---|---|---:|---|---|---|")?;
    for row in &all.accessions {
        let or = |stated: Option<&str>, slot: &str| plain(stated.unwrap_or(&row.blank(slot)));
        let received = row.received.as_ref().map(|at| show(at, zone));
        let gap = if row.gaps > 0 {
            format!(" ({})", gaps(row.gaps))
        } else {
            String::new()
        };
        writeln!(
            page,
            "| {} | {} | {} | {} | {}{gap} | {} | entry {}, {} |",
            row.accession,
            or(row.from.as_deref(), "from"),
            or(received.as_deref(), "received"),
            row.documents,
            plain(&row.custody),
            or(row.missing.as_deref(), "missing"),
            row.entry,
            recorded(row.recorded.as_deref(), zone)
        )?;
    }
    writeln!(
        page,
        "\n## Documents\n\nBytes as they were recorded; they were not read again for this list.\n"
    )?;
    writeln!(
        page,
        "| Document | Name | What it is | Messages | Came with | Recorded | SHA-256 | Bytes |"
    )?;
    writeln!(page, "|---|---|---|---:|---|---|---|---:|")?;
    for row in &all.documents {
        let parent = row
            .parent
            .as_ref()
            .map_or_else(String::new, |parent| format!(", out of {parent}"));
        let entry = row
            .entry
            .map_or_else(String::new, |entry| format!("entry {entry}, "));
        writeln!(
            page,
            "| {} | {} | {}{parent} | {} | {} | {entry}{} | `{}` | {} |",
            row.document,
            plain(&row.named("none")),
            plain(&row.what),
            row.messages,
            row.accession.as_deref().unwrap_or("not recorded"),
            recorded(row.recorded.as_deref(), zone),
            row.digested(),
            row.sized()
        )?;
    }
    Ok(())
}
