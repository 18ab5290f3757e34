//! The vault: each sealed name's file held against the digest that was recorded. What is in one, nobody can see here.

use super::Pass;
use crate::archive::ArchiveError;
use crate::archive::SealedName;
use crate::archive::VaultFile;
use crate::record::Digest;
use crate::record::Finding;

impl Pass<'_, '_> {
    /// Checks the vault's files, and names those that are not what the ledger says.
    pub(super) fn check_vault(&mut self) -> Result<(), ArchiveError> {
        let names = self.archive.sealed_names()?;
        for name in &names {
            self.sealed_name(name)?;
        }
        for (file, fits) in self.archive.unnamed_vault_files(&names)? {
            let subject = format!("vault/{file}");
            if fits {
                let text =
                    "No entry names it: left by an act that was stopped, or its entry was lost.";
                self.found.note(subject, text);
            } else {
                let message = "It is not of this archive, or has not the bytes that its name says.";
                self.found
                    .add(Finding::new("vault.unexpected", subject, message));
            }
        }
        Ok(())
    }

    fn sealed_name(&mut self, name: &SealedName) -> Result<(), ArchiveError> {
        let subject = self
            .archive
            .entry_reference(name.agent)?
            .unwrap_or_else(|| format!("entry {}", name.agent));
        let mut left = Vec::new();
        for file in &name.earlier {
            if self.vault_file(file)? != VaultFile::Missing {
                left.push(file);
            }
        }
        let found = self.vault_file(&name.file)?;
        if name.shredded.is_some() && found != VaultFile::Missing {
            left.push(&name.file);
        }
        for file in left {
            let message = "A sealed file that was ordered to be destroyed is still there: ordered, not carried out.";
            self.found.add(
                Finding::new("vault.left", &*subject, message).with("nothing", file.to_string()),
            );
        }
        let expected = name.file.to_string();
        match (name.shredded, found) {
            (Some(entry), VaultFile::Missing) => {
                let text = format!("Its sealed name was destroyed under entry {entry}.");
                self.found.note(subject, text);
            }
            (None, VaultFile::Missing) => {
                let message = "The file with its sealed name is missing, and no entry says that it was destroyed.";
                let finding = Finding::new("vault.missing", subject, message);
                self.found.add(finding.with(expected, "nothing"));
            }
            (None, VaultFile::Altered) => {
                let message = "The file with its sealed name is not the one that was recorded.";
                let finding = Finding::new("vault.altered", subject, message);
                self.found.add(finding.with(expected, "other bytes"));
            }
            _ => {}
        }
        Ok(())
    }

    /// What lies in a file's place. One that the system does not let us read is not what was recorded, as far as anybody
    /// can tell.
    fn vault_file(&self, file: &Digest) -> Result<VaultFile, ArchiveError> {
        match self.archive.vault_file(file) {
            Err(ArchiveError::Read { .. }) => Ok(VaultFile::Altered),
            found => found,
        }
    }
}
