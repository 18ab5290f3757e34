//! Looking things up: the full-text index in `search/`.
//!
//! The index is a convenience that can be thrown away: it holds no text, only which words stand in which item, and is
//! built again from the catalogue at will. Nothing is proved by it and no verdict rests on it; it only says where to
//! look. It remembers up to which item everything is in, so that a stopped indexing goes on where it was.
//!
//! It trusts the items it is fed. It does not trust its own folder, which travels with the archive: an index that is
//! damaged, foreign or of another version is begun anew (for writing) or reported as not usable (for reading), and no
//! file outside the folder can be touched through it (`folder.rs`).

mod folder;
mod lookup;
mod query;
mod snippet;
#[cfg(test)]
mod tests;
mod words;
mod writer;

pub use query::Query;
pub use query::Term;
pub use query::parse_words;
pub use query::remarks;
pub use snippet::Piece;
pub use snippet::pieces;
pub use snippet::snippet;
pub use writer::Writer;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use tantivy::IndexReader;
use tantivy::ReloadPolicy;

use crate::durable;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::NumericOptions;
use tantivy::schema::Schema;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;
use tantivy::tokenizer::RawTokenizer;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::tokenizer::TokenizerManager;

/// Most words that one question may have.
pub const MOST_WORDS: usize = 512;

/// Longest text of one item that is indexed, in bytes; what lies beyond can't be found.
pub const LONGEST_TEXT: usize = 32 << 20;

/// Name of the tokenizer that keeps a value whole.
const WHOLE: &str = "fonds-whole-1";

/// Why something could not be looked up or indexed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no index yet.
    #[error("nothing is indexed yet ({} does not exist)", path.display())]
    Missing {
        /// Where it would be.
        path: PathBuf,
    },
    /// The index can't be read; it can be begun anew.
    #[error("the search index in {} is not usable: {reason}", path.display())]
    NotUsable {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder holds something that no index has, so that it is not cleared away.
    #[error("{} is not part of a search index and is left alone", path.display())]
    Foreign {
        /// What it holds.
        path: PathBuf,
    },
    /// What stands in the place of the folder is none.
    #[error("{} is a link or a file and no folder; nothing was read, written or removed there", path.display())]
    NoFolder {
        /// The place.
        path: PathBuf,
    },
    /// Someone else is indexing.
    #[error("the search index in {} is being written by another process", path.display())]
    InUse {
        /// Where it is.
        path: PathBuf,
    },
    /// The index was opened for reading.
    #[error("the search index in {} was opened for reading", path.display())]
    ReadOnly {
        /// Where it is.
        path: PathBuf,
    },
    /// A question with too many words.
    #[error("{found} words were asked for; at most {MOST_WORDS} can be looked up at once")]
    TooManyWords {
        /// How many there were.
        found: usize,
    },
    /// The index could not be written.
    #[error("the search index in {} could not be written", path.display())]
    Write {
        /// Where it is.
        path: PathBuf,
        /// What the index library says.
        #[source]
        cause: tantivy::TantivyError,
    },
    /// The folder could not be made or cleared.
    #[error("{}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
}

/// The result of this module's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// One item as it is indexed. Fields that it does not have are empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry<'a> {
    /// Row number of the item; entries are added in ascending order.
    pub id: u64,
    /// Its kind, as recorded.
    pub kind: &'a str,
    /// Who sent or made it: names and accounts.
    pub from: &'a str,
    /// To whom: names and accounts.
    pub to: &'a str,
    /// Its subject line or title.
    pub subject: &'a str,
    /// Its file name.
    pub name: &'a str,
    /// When, in milliseconds since 1970: the earliest and the latest it can mean (`i64::MIN`, `i64::MAX` for open).
    pub at: Option<(i64, i64)>,
    /// Its text.
    pub text: &'a str,
}

/// An item that matches a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Row number of the item.
    pub id: u64,
    /// How well it matches (BM25); only comparable within one answer.
    pub score: f32,
    /// Where the words were found: of `text`, `subject`, `name`. Empty when only people, times or kinds were asked for.
    pub fields: Vec<&'static str>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// How many items match.
    pub total: u64,
    /// The best of them: by score, then by row number.
    pub hits: Vec<Hit>,
    /// How many would match but for the times asked for, and have no known time of their own.
    pub undated: u64,
    /// What was asked for but has no letters or digits to look up; where it is all there was, nothing matches.
    pub ignored: Vec<String>,
}

/// What the index remembers with each commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Memory {
    up_to: u64,
    stamp: String,
}

/// The index's fields.
#[derive(Debug, Clone, Copy)]
struct Fields {
    id: Field,
    kind: Field,
    from: Field,
    to: Field,
    subject: Field,
    name: Field,
    earliest: Field,
    latest: Field,
    text: Field,
}

impl Fields {
    /// The fields in which words are looked for, with the names under which they are reported.
    const fn worded(&self) -> [(Field, &'static str); 3] {
        [
            (self.text, "text"),
            (self.subject, "subject"),
            (self.name, "name"),
        ]
    }
}

/// The full-text index of an archive.
pub struct Index {
    path: PathBuf,
    inner: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
    writable: bool,
    begun_anew: Option<String>,
}

impl Index {
    /// Opens the index in the folder `dir`.
    ///
    /// For writing, the folder is made if need be, and an index that is damaged, foreign or of another version is thrown
    /// away and begun anew ([`Index::begun_anew`] says so). For reading it is [`Error::Missing`] or [`Error::NotUsable`].
    pub fn open(dir: &Path, write: bool) -> Result<Self> {
        demand_folder(dir)?;
        if !write {
            return if dir.join("meta.json").exists() {
                Self::open_existing(dir, false)
            } else {
                Err(Error::Missing {
                    path: dir.to_owned(),
                })
            };
        }
        fs::create_dir_all(dir).map_err(|cause| Error::Io {
            path: dir.to_owned(),
            cause,
        })?;
        if !dir.join("meta.json").exists()
            && fs::read_dir(dir).is_ok_and(|mut dir| dir.next().is_none())
        {
            return Self::create(dir);
        }
        match Self::open_existing(dir, true) {
            Err(Error::NotUsable { reason, .. }) => {
                let mut index = Self::begin_anew(dir)?;
                index.begun_anew = Some(reason);
                Ok(index)
            }
            opened => opened,
        }
    }

    /// Throws away whatever index there is in `dir` and begins an empty one.
    pub fn begin_anew(dir: &Path) -> Result<Self> {
        Self::clear_and_create(dir, &|_| Ok(()))
    }

    /// As [`Self::begin_anew`], and writes over what there was: words of a destroyed text stand in it.
    pub fn erase_and_begin_anew(dir: &Path) -> Result<Self> {
        Self::clear_and_create(dir, &|file| {
            durable::erase(file).map_err(|error| Error::Io {
                path: error.path,
                cause: error.source,
            })
        })
    }

    fn clear_and_create(dir: &Path, clear: &dyn Fn(&Path) -> Result<()>) -> Result<Self> {
        let io = |cause| Error::Io {
            path: dir.to_owned(),
            cause,
        };
        if demand_folder(dir)? {
            // An index is flat. Whatever is not is somebody's, and clearing a tree away on a guess can't be undone.
            let mut files = Vec::new();
            for entry in fs::read_dir(dir).map_err(io)? {
                let entry = entry.map_err(io)?;
                if !entry.file_type().map_err(io)?.is_file() {
                    return Err(Error::Foreign { path: entry.path() });
                }
                files.push(entry.path());
            }
            for file in files {
                clear(&file)?;
            }
            fs::remove_dir_all(dir).map_err(io)?;
        }
        fs::create_dir_all(dir).map_err(io)?;
        Self::create(dir)
    }

    fn create(dir: &Path) -> Result<Self> {
        guarded(dir, || {
            let (schema, _) = schema();
            tantivy::Index::builder()
                .schema(schema)
                .tokenizers(tokenizers())
                .open_or_create(Folder::open(dir, true)?)
        })?;
        Self::open_existing(dir, true)
    }

    fn open_existing(dir: &Path, writable: bool) -> Result<Self> {
        let (expected, fields) = schema();
        let (inner, reader) = guarded(dir, || {
            let mut inner = tantivy::Index::open(Folder::open(dir, writable)?)?;
            if inner.schema() != expected {
                return Err(tantivy::TantivyError::SchemaError(
                    "it was made by another version".to_owned(),
                ));
            }
            inner.set_tokenizers(tokenizers());
            let reader = inner
                .reader_builder()
                .reload_policy(ReloadPolicy::Manual)
                .try_into()?;
            Ok((inner, reader))
        })?;
        let index = Self {
            path: dir.to_owned(),
            inner,
            reader,
            fields,
            writable,
            begun_anew: None,
        };
        index.memory()?;
        Ok(index)
    }

    /// Why the index that was there before was thrown away, if it was.
    pub fn begun_anew(&self) -> Option<&str> {
        self.begun_anew.as_deref()
    }

    /// The row number up to which every item is in the index; 0 where nothing is.
    pub fn indexed_up_to(&self) -> Result<u64> {
        Ok(self.memory()?.up_to)
    }

    /// What the last commit was given to recognise the catalogue by (see [`Writer::commit`]); empty where there was none.
    /// Where it is not what the catalogue says, row numbers mean other items, and the index is to be begun anew.
    pub fn stamp(&self) -> Result<String> {
        Ok(self.memory()?.stamp)
    }

    /// Starts to write. Only one writer at a time, in all processes.
    pub fn writer(&self) -> Result<Writer> {
        Writer::open(self)
    }

    /// The index's files whose checksum is wrong. Reads all of them; for `doctor`, not for each question.
    pub fn damaged_files(&self) -> Result<BTreeSet<PathBuf>> {
        let files = guarded(&self.path, || self.inner.validate_checksum())?;
        Ok(files.into_iter().collect())
    }

    fn memory(&self) -> Result<Memory> {
        let metas = guarded(&self.path, || self.inner.load_metas())?;
        let Some(payload) = metas.payload else {
            return Ok(Memory::default());
        };
        serde_json::from_str(&payload).map_err(|_| Error::NotUsable {
            path: self.path.clone(),
            reason: "it does not say up to where it goes".to_owned(),
        })
    }
}

use folder::Folder;

/// Whether the folder is there. A link in its place is refused, wherever it leads: what is written would land there, and
/// what is cleared would be lost there.
fn demand_folder(dir: &Path) -> Result<bool> {
    match dir.symlink_metadata() {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(_) => Err(Error::NoFolder {
            path: dir.to_owned(),
        }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(Error::Io {
            path: dir.to_owned(),
            cause,
        }),
    }
}

/// Runs something inside the index library and turns what goes wrong there into [`Error::NotUsable`].
///
/// The library checks its files' frames but not each byte, and may stop on an inner assertion where one was changed.
/// That must not stop `fonds`, since the folder can be anybody's.
fn guarded<T>(dir: &Path, run: impl FnOnce() -> tantivy::Result<T>) -> Result<T> {
    let not_usable = |reason| Error::NotUsable {
        path: dir.to_owned(),
        reason,
    };
    match panic::catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(not_usable(error.to_string())),
        Err(_) => Err(not_usable("it is damaged".to_owned())),
    }
}

fn tokenizers() -> TokenizerManager {
    let tokenizers = TokenizerManager::new();
    tokenizers.register(words::NAME, TextAnalyzer::from(words::Words::default()));
    tokenizers.register(WHOLE, TextAnalyzer::from(RawTokenizer::default()));
    // Fields that are not text still ask for the library's default.
    tokenizers.register("default", TextAnalyzer::from(RawTokenizer::default()));
    tokenizers
}

fn schema() -> (Schema, Fields) {
    let worded = |norms| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(words::NAME)
                .set_fieldnorms(norms)
                .set_index_option(IndexRecordOption::WithFreqsAndPositions),
        )
    };
    let whole = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(WHOLE)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic),
    );
    let column = NumericOptions::default().set_fast();
    let mut schema = Schema::builder();
    let fields = Fields {
        id: schema.add_u64_field("id", column.clone()),
        kind: schema.add_text_field("kind", whole),
        from: schema.add_text_field("from", worded(false)),
        to: schema.add_text_field("to", worded(false)),
        subject: schema.add_text_field("subject", worded(true)),
        name: schema.add_text_field("name", worded(true)),
        earliest: schema.add_i64_field("earliest", column.clone()),
        latest: schema.add_i64_field("latest", column),
        text: schema.add_text_field("text", worded(true)),
    };
    (schema.build(), fields)
}
