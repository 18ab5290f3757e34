//! What a provenance report says of who else has the ledger's head in their hands.

use crate::anchor::Outside;
use crate::anchor::Standing;
use crate::archive::Archive;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::anchor;
use crate::cli::verify::hand;
use crate::record::Zone;
use crate::report::provenance::Anchored;

/// Heads in the hands of those whom this user trusts, the smallest first.
pub(super) fn anchors(
    context: &Context,
    archive: &Archive,
    zone: Zone,
) -> Result<Vec<Anchored>, CliError> {
    let mut outside = anchor::outside(context, archive)?;
    outside.retain(|it| it.standing == Standing::Counts);
    outside.sort_by_key(|it| (it.size, it.at));
    let said = |it: Outside| Anchored {
        size: it.size,
        said: hand(&it.kind, &it.by, it.at, zone),
    };
    Ok(outside.into_iter().map(said).collect())
}
