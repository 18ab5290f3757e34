//! `fonds anchor`.

mod add;
mod request;
mod stamp;
mod trust;

use std::fmt::Write as _;

use clap::Subcommand;
use serde::Serialize;

use super::CliError;
use super::Context;
use super::Outcome;
use super::ui::Answer;
use super::ui::columns;
use super::ui::count;
use super::ui::number;
use crate::anchor::Outside;
use crate::anchor::Standing;
use crate::anchor::Trusted;
use crate::anchor::judge;
use crate::archive::Archive;
use crate::record::Instant;
use crate::record::Zone;
use crate::record::show;
use crate::record::visible;

/// Put the archive's head into other hands, so that nobody can change what is under it unseen
///
/// Without an argument, shows what is in other hands and whom you trust. A witness is another person who cosigns the head
/// (fonds help witness). A time-stamp authority (RFC 3161) signs its digest and the time; its root certificate is pinned
/// with trust. A token counts until its certificate runs out: have a newer head stamped before. An OpenTimestamps proof
/// (.ots) is kept and not judged. Requests and answers are files; nothing goes over a network but by `fonds anchor stamp URL`,
/// which asks the authority that you name.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples
  fonds anchor trust mara 'mara.example+3f9c2a71+BF...'
  fonds anchor request --witness mara -o harbor.request
  fonds anchor add harbor.cosigned
  fonds anchor trust notary notary-root.pem
  fonds anchor request -o harbor.tsq
  fonds anchor add harbor.tsr
  fonds anchor stamp https://tsa.example/tsr
  fonds anchor

Exit status
  0 done, 2 could not be done, 10 no archive here, 12 wrong key")]
pub(super) struct AnchorArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write what somebody else is to sign
    Request(request::RequestArgs),
    /// Bring in what they gave back
    Add(add::AddArgs),
    /// Ask a time-stamp authority over the network, and bring in its answer
    Stamp(stamp::StampArgs),
    /// Say whose signatures count, from now on, for you
    Trust(trust::TrustArgs),
}

/// `fonds/anchor/1`.
#[derive(Debug, Serialize)]
struct InOtherHands {
    schema: &'static str,
    entries: u64,
    anchors: Vec<Outside>,
    /// Names of the witnesses whom this user trusts.
    witnesses: Vec<String>,
    /// Names of the authorities whose roots this user pinned.
    authorities: Vec<String>,
    #[serde(skip)]
    zone: Zone,
}

impl Answer for InOtherHands {
    fn text(&self) -> String {
        let rows: Vec<Vec<String>> = (self.anchors.iter())
            .map(|anchor| {
                let at = anchor.at.map_or_else(String::new, |at| {
                    show(&Instant::exact(at, "", "stated"), self.zone)
                });
                vec![
                    count(anchor.size, "entry", "entries"),
                    anchor.kind.clone(),
                    whose(anchor),
                    at,
                    standing(anchor),
                ]
            })
            .collect();
        let mut text = if rows.is_empty() {
            "Nothing is in other hands yet.\n".to_owned()
        } else {
            columns(&rows, "  ")
        };
        let covered = (self.anchors.iter())
            .filter(|anchor| anchor.standing == Standing::Counts)
            .map(|anchor| anchor.size)
            .max();
        // Writing to a string cannot fail.
        let _ = match covered {
            Some(covered) => writeln!(
                text,
                "Of {} the first {} are anchored outside.",
                count(self.entries, "entry", "entries"),
                number(covered)
            ),
            None => writeln!(
                text,
                "None of {} is anchored outside.",
                count(self.entries, "entry", "entries")
            ),
        };
        if self.witnesses.is_empty() && self.authorities.is_empty() {
            text.push_str("You trust nobody outside yet: fonds anchor trust NAME KEY|FILE");
        } else {
            let said = |names: &[String]| match names {
                [] => "none".to_owned(),
                names => names.join(", "),
            };
            let _ = write!(
                text,
                "You trust as witnesses: {}; as authorities: {}.",
                said(&self.witnesses),
                said(&self.authorities)
            );
        }
        text
    }
}

/// Whose an anchor is, as text: not every one says it.
pub(super) fn whose(anchor: &Outside) -> String {
    if anchor.by.is_empty() {
        "unnamed".to_owned()
    } else {
        visible(&anchor.by)
    }
}

/// Whether an anchor counts, in words.
pub(super) fn standing(anchor: &Outside) -> String {
    match &anchor.standing {
        Standing::Counts => match anchor.until {
            Some(until) => format!("counts; its certificate runs out on {until}"),
            None => "counts".to_owned(),
        },
        Standing::Unknown => match anchor.kind.as_str() {
            "witness" => "does not count: you do not trust this key".to_owned(),
            "token" => "does not count: you did not pin this authority's root".to_owned(),
            _ => "kept; this release does not check it".to_owned(),
        },
        Standing::Expired => "does not count: its certificate has run out".to_owned(),
        Standing::Ahead => "does not count: dated after this computer's clock".to_owned(),
        Standing::Wrong(reason) => format!("does not count: {}", visible(reason)),
    }
}

/// Every anchor of an archive as this user judges it.
pub(super) fn outside(context: &Context, archive: &Archive) -> Result<Vec<Outside>, CliError> {
    let trusted = Trusted::load(&context.places()?)?;
    let found = archive.anchors()?;
    let mut wrong = Vec::new();
    let mut kept = Vec::new();
    for (anchored, found) in found {
        match found {
            Ok(found) => kept.push(found),
            Err(reason) => wrong.push(Outside {
                entry: Some(anchored.entry),
                kind: anchored.kind,
                by: String::new(),
                size: anchored.size,
                at: None,
                until: None,
                standing: Standing::Wrong(reason),
            }),
        }
    }
    let mut all = judge(&kept, &trusted, context.now()?);
    all.extend(wrong);
    all.sort_by_key(|outside| outside.entry);
    Ok(all)
}

/// `fonds anchor`.
pub(super) fn run(context: &Context, args: &AnchorArgs) -> Result<Outcome, CliError> {
    match &args.what {
        Some(What::Request(args)) => request::run(context, args),
        Some(What::Add(args)) => add::run(context, args),
        Some(What::Stamp(args)) => stamp::run(context, args),
        Some(What::Trust(args)) => trust::run(context, args),
        None => {
            let archive = context.archive()?;
            let trusted = Trusted::load(&context.places()?)?;
            let mut roots: Vec<String> = trusted
                .authorities
                .iter()
                .map(|(name, _)| name.clone())
                .collect();
            roots.dedup();
            context.ui.answer(&InOtherHands {
                schema: "fonds/anchor/1",
                entries: archive.head()?.0,
                anchors: outside(context, &archive)?,
                witnesses: trusted
                    .witnesses
                    .into_iter()
                    .map(|(name, _)| name)
                    .collect(),
                authorities: roots,
                zone: context.settings().zone.parse().unwrap_or(Zone::UTC),
            })?;
            Ok(Outcome::Done)
        }
    }
}
