//! The items that verdicts rest on, held against their records before the verdict is given.

use std::collections::HashMap;

use crate::cite::CiteError;
use crate::cite::Quoted;
use crate::cite::Sources;
use crate::record::Finding;

/// What is known of the items that were looked at: nothing where they are as recorded.
pub(super) struct Evidence<'a> {
    sources: &'a dyn Sources,
    known: HashMap<String, Option<String>>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(sources: &'a dyn Sources) -> Self {
        Self {
            sources,
            known: HashMap::new(),
        }
    }

    /// Says of each item that a quotation was matched with, or that is named as nearest to it, that it is not as recorded.
    /// A difference may be the damage's as well as the draft's, so this is asked whatever the verdict is.
    pub(super) fn hold(&mut self, quoted: &mut Quoted) -> Result<(), CiteError> {
        let mut items = super::signed::evidence(quoted);
        items.extend(quoted.nearest.iter().map(|it| it.item.clone()));
        for item in items.into_iter().rev() {
            if let Some(altered) = self.altered(&item)? {
                let message = format!(
                    "{item} is not as it was recorded: {altered}; do not rest on it before fonds verify has said what is \
                     damaged"
                );
                let finding = Finding::new("quotation.evidence-altered", &quoted.id, message);
                quoted.findings.insert(0, finding);
            }
        }
        Ok(())
    }

    fn altered(&mut self, item: &str) -> Result<Option<String>, CiteError> {
        if let Some(known) = self.known.get(item) {
            return Ok(known.clone());
        }
        let altered = self.sources.altered(item)?;
        self.known.insert(item.to_owned(), altered.clone());
        Ok(altered)
    }
}
