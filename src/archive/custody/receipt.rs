//! What the accession says of how it came, beside what transfers say of the same giving, and what was destroyed of either.

use serde_json::Value;

use super::Act;
use super::Custodian;
use super::CustodyStep;
use super::Gone;
use super::Party;
use super::order::is_among;
use super::order::is_within;
use super::trace::Found;
use crate::archive::ArchiveError;
use crate::archive::Opened;
use crate::archive::plain;
use crate::record::Instant;

/// The slots of an entry that say something of a step, beside whom it names.
const SAID: &[&str] = &[
    "at",
    "received",
    "kind",
    "how",
    "medium",
    "place",
    "purpose",
    "authority",
    "condition",
    "digest_seen",
    "basis",
];

impl Custodian<'_> {
    /// What an entry said of a step and does not any more, since that was destroyed; those whom it named say so themselves.
    pub(super) fn gone(&self, seq: u64) -> Vec<Gone> {
        let of = |slot: &&'static str| {
            let under = self.destroyed(seq, slot)?;
            Some(Gone { slot, under })
        };
        SAID.iter().filter_map(of).collect()
    }

    /// Those in whose hands it has come to the archive: who is stated to have received it, and who brought it in.
    pub(super) fn receivers(
        &self,
        seq: u64,
        received: &Opened,
    ) -> Result<Vec<Party>, ArchiveError> {
        let mut receivers = self.parties(seq, received, "received_by")?;
        receivers.retain(Party::is_known);
        receivers.extend(received.get::<String>("by")?.map(|by| Party {
            agent: None,
            name: Some(by),
        }));
        Ok(receivers)
    }

    /// Whether a transfer brought it to the archive's hands.
    pub(super) fn reached(
        &self,
        seq: u64,
        received: Option<&Opened>,
        found: &Found,
    ) -> Result<bool, ArchiveError> {
        let receivers = match received {
            Some(received) => self.receivers(seq, received)?,
            None => return Ok(found.transfers.is_empty()),
        };
        Ok(found.transfers.is_empty()
            || found
                .transfers
                .iter()
                .any(|step| is_among(&step.to, &receivers)))
    }

    /// What the accession says of how it came, unless a transfer says so already. Only a transfer to those who received
    /// it for the archive says that; the same giver may have given it to others too.
    pub(super) fn given(
        &self,
        seq: u64,
        received: &Opened,
        found: &mut Found,
    ) -> Result<Option<CustodyStep>, ArchiveError> {
        let from = self.parties(seq, received, "from")?;
        let receivers = self.receivers(seq, received)?;
        let at: Option<Instant> = received.get("received")?;
        let at = at.map(|at| self.bounded(at)).transpose()?;
        let said = found.transfers.iter_mut().find(|step| {
            let contradicts =
                |at: &Instant, other: &Instant| at.is_before(other) || other.is_before(at);
            is_among(&from, &step.from)
                && is_among(&step.to, &receivers)
                && !step
                    .at
                    .as_ref()
                    .zip(at.as_ref())
                    .is_some_and(|(one, other)| contradicts(one, other))
        });
        if let Some(said) = said {
            same_giving(said, received, at)?;
            said.destroyed.extend(self.gone(seq));
            return Ok(None);
        }
        if from.is_empty() && at.is_none() && !found.transfers.is_empty() {
            return Ok(None);
        }
        let gap = !from.iter().any(Party::is_known);
        let mut step = CustodyStep::new(if gap { Act::Gap } else { Act::Given });
        step.reference = self.archive().entry_reference(seq)?;
        step.entry = Some(seq);
        step.kind = received.get::<Value>("how")?.as_ref().map(plain);
        step.from = from;
        step.to = self.parties(seq, received, "received_by")?;
        step.at = at;
        step.authority = received.get("authority")?;
        step.basis = received.get("basis")?;
        step.standing = Some(if gap { "unknown" } else { "stated" }.to_owned());
        step.by = received.get("by")?;
        step.recorded = received.get("t")?;
        step.destroyed = self.gone(seq);
        Ok(Some(step))
    }
}

/// Adds what the accession says of a giving that a transfer records too: its time where that is narrower, how it came,
/// and what the transfer leaves out.
fn same_giving(
    said: &mut CustodyStep,
    received: &Opened,
    at: Option<Instant>,
) -> Result<(), ArchiveError> {
    if let Some(at) = at
        && said.at.as_ref().is_none_or(|known| is_within(&at, known))
    {
        said.at = Some(at);
    }
    let how = received.get::<Value>("how")?.as_ref().map(plain);
    if let Some(how) = how.filter(|how| how != "unknown") {
        said.kind = Some(match said.kind.take() {
            Some(kind) if kind != how => format!("{kind}; {how}"),
            _ => how,
        });
    }
    if said.authority.is_none() {
        said.authority = received.get("authority")?;
    }
    if said.basis.is_none() {
        said.basis = received.get("basis")?;
    }
    Ok(())
}
