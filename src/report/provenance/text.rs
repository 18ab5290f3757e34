//! The provenance report for a terminal.

use std::fmt;
use std::fmt::Write as _;

use super::All;
use super::Provenance;
use super::html::gaps;
use super::said::recorded;
use super::sections::Body;
use super::sections::sections;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;
use crate::report::NOT_SHOWN;

/// The report as text; nothing in it can move a terminal's cursor.
pub fn text(report: &Provenance) -> String {
    let mut page = String::new();
    // Writing to a string cannot go wrong.
    let _ = write(&mut page, report);
    page
}

fn write(page: &mut String, report: &Provenance) -> fmt::Result {
    for subject in &report.items {
        writeln!(page, "{}  {}", subject.item, visible(&subject.what))?;
        if let Some(begins) = &subject.begins {
            writeln!(page, "  “{}”", visible(begins))?;
        }
        for section in sections(subject, report.zone) {
            writeln!(page, "\n{}", section.heading)?;
            match section.body {
                Body::Facts(facts) => {
                    for (name, value) in facts {
                        writeln!(page, "  {name:<22} {}", visible(&value))?;
                    }
                }
                Body::Points(points) => {
                    for point in points {
                        writeln!(page, "  {}", visible(&point))?;
                    }
                }
                Body::Steps(steps, impossible) => {
                    for step in steps {
                        writeln!(page, "  {:<3}{}", step.number, visible(&step.what))?;
                        writeln!(
                            page,
                            "     {}, {}",
                            visible(&step.when),
                            visible(&step.standing)
                        )?;
                        for detail in &step.details {
                            writeln!(page, "     {}", visible(detail))?;
                        }
                    }
                    for said in impossible {
                        writeln!(page, "  look: {}", visible(&said))?;
                    }
                }
            }
        }
        writeln!(page)?;
    }
    if let Some(all) = &report.all {
        table(page, all, report.zone)?;
    }
    writeln!(page, "What this report does not show")?;
    for line in NOT_SHOWN {
        writeln!(page, "  {line}")?;
    }
    Ok(())
}

fn table(page: &mut String, all: &All, zone: Zone) -> fmt::Result {
    for row in &all.accessions {
        let from = row
            .from
            .as_deref()
            .map_or_else(|| row.blank("from"), visible);
        let received = row
            .received
            .as_ref()
            .map_or_else(|| row.blank("received"), |at| visible(&show(at, zone)));
        let documents = if row.documents == 1 {
            "document"
        } else {
            "documents"
        };
        writeln!(
            page,
            "{}  {} {documents} from {from}, received {received}; entry {}, {}",
            row.accession,
            row.documents,
            row.entry,
            recorded(row.recorded.as_deref(), zone)
        )?;
        let gap = if row.gaps > 0 {
            format!(" ({})", gaps(row.gaps))
        } else {
            String::new()
        };
        writeln!(page, "  hands    {}{gap}", visible(&row.custody))?;
        let missing = row
            .missing
            .as_deref()
            .map_or_else(|| row.blank("missing"), visible);
        writeln!(page, "  missing  {missing}")?;
    }
    writeln!(page)?;
    for row in &all.documents {
        writeln!(
            page,
            "{}  {}  {}, {}, {}{} bytes",
            row.document,
            row.digested(),
            visible(&row.named("no name")),
            visible(&row.what),
            match row.messages {
                0 => String::new(),
                1 => "1 message, ".to_owned(),
                many => format!("{many} messages, "),
            },
            row.sized()
        )?;
    }
    writeln!(page)
}
