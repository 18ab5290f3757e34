//! What is known of a document from where it lay: its name, its place, what lay beside it. And what its bytes then say.

use std::os::unix::ffi::OsStrExt as _;

use super::companions::Beside;
use super::read::Part;
use super::read::is_manifest;
use super::read::sniff;
use super::walk::Walked;
use crate::archive::ArchiveError;
use crate::archive::ItemDraft;
use crate::commitment::Committer;
use crate::record::Bytes;
use crate::record::Document;
use crate::record::Instant;
use crate::record::Kind;
use crate::record::Locator;
use crate::record::Name;

/// Bytes at the start of a document by which its kind is judged.
pub(super) const HEAD: usize = 64 << 10;

/// A document as it was met.
#[derive(Clone, Default)]
pub(super) struct Came {
    /// Its path as the user gave it, or that of the file it lies in and its name there. For telling, never recorded.
    pub(super) given: String,
    pub(super) name: Option<Name>,
    pub(super) path: Option<Name>,
    pub(super) modified: Option<Instant>,
    pub(super) locator: Option<Locator>,
    pub(super) in_maildir: bool,
    pub(super) beside: Beside,
    pub(super) stated_type: Option<String>,
}

impl Came {
    pub(super) fn from_file(file: &Walked) -> Self {
        let name = file
            .path
            .file_name()
            .map(|name| Name::from_bytes(name.as_bytes()));
        Self {
            given: file.path.display().to_string(),
            name,
            path: Some(Name::from_bytes(file.shown.as_os_str().as_bytes())),
            modified: file.modified.clone(),
            in_maildir: file.in_maildir,
            beside: file.path.parent().map_or(Beside::Nothing, |folder| {
                Beside::Folder(folder.to_path_buf())
            }),
            ..Self::default()
        }
    }

    pub(super) fn from_stdin() -> Self {
        Self {
            given: "-".to_owned(),
            path: Some(Name::Text("-".to_owned())),
            ..Self::default()
        }
    }

    pub(super) fn from_part(part: &Part) -> Self {
        Self {
            name: part.name.clone(),
            locator: Some(Locator::Part {
                number: part.number.clone(),
            }),
            stated_type: Some(part.media_type.clone()),
            ..Self::default()
        }
    }

    /// The same, lying in another document.
    pub(super) fn within(mut self, outer: &Self) -> Self {
        self.given = format!("{} > {}", outer.given, self.shown());
        self
    }

    /// What to call it before it has a reference.
    pub(super) fn shown(&self) -> Name {
        let shown = self.path.as_ref().or(self.name.as_ref());
        shown
            .cloned()
            .unwrap_or_else(|| Name::Text("(without a name)".to_owned()))
    }

    /// Judges what the document is and drafts its record. `held` is all of it, or its beginning where it is long.
    pub(super) fn draft(
        &self,
        committer: &Committer,
        kind: Option<Kind>,
        held: &[u8],
        bytes: Bytes,
    ) -> Result<(Kind, ItemDraft), ArchiveError> {
        let name = self.name.as_ref().map(ToString::to_string);
        let beginning = held.get(..HEAD).unwrap_or(held);
        let sniffed = sniff(beginning, name.as_deref(), self.in_maildir);
        let kind = match (kind, &self.stated_type) {
            (Some(kind), _) => kind,
            // A message that was attached is one, whatever its headers look like.
            (None, Some(stated)) if stated.eq_ignore_ascii_case("message/rfc822") => Kind::Mail,
            (None, _) => sniffed.kind,
        };
        let document = Document {
            kind,
            media_type: sniffed.media_type,
            name: self.name.clone(),
            path: self.path.clone(),
            locator: self.locator.clone(),
            modified: self.modified.clone(),
            encoding: None,
            title: None,
            flags: self.flags(),
            notes: Vec::new(),
        };
        let text = own_text(kind, held, bytes.size);
        Ok((
            kind,
            ItemDraft::document(committer, &document, bytes, text)?,
        ))
    }

    /// Marks in the name of a Maildir's file, behind `:2,`.
    fn flags(&self) -> Vec<String> {
        let Some(Name::Text(name)) = self.name.as_ref().filter(|_| self.in_maildir) else {
            return Vec::new();
        };
        match name.rsplit_once(":2,") {
            Some((_, flags)) if !flags.is_empty() => vec![flags.to_owned()],
            _ => Vec::new(),
        }
    }
}

/// The text that a document's bytes are, where they are all held and plain UTF-8.
pub(super) fn own_text(kind: Kind, held: &[u8], size: u64) -> Option<&str> {
    let is_text = matches!(
        kind,
        Kind::Text | Kind::Markdown | Kind::XAccount | Kind::XOther
    );
    let plain = is_text
        && held.len() as u64 == size
        && !held.starts_with(b"\xef\xbb\xbf")
        && memchr::memchr(0, held).is_none();
    if plain {
        std::str::from_utf8(held).ok()
    } else {
        None
    }
}

/// Whether a reader has to look inside.
pub(super) fn needs_reading(kind: Kind, held: Option<&[u8]>, size: u64) -> bool {
    match kind {
        Kind::Text | Kind::Markdown => {
            held.is_some_and(|held| own_text(kind, held, size).is_none())
        }
        Kind::Html | Kind::XAccount => true,
        Kind::XOther => held.is_some_and(is_manifest),
        kind => kind.is_container(),
    }
}
