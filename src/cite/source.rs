//! What the checker may ask of an archive, and the passages it is answered with.

use crate::cite::CiteError;
use crate::cite::ItemPin;
use crate::cite::Match;
use crate::cite::Through;
use crate::record::Digest;
use crate::record::Instant;
use crate::record::Moment;

/// What the checker may ask of an archive.
pub trait Sources {
    /// What a pin such as `m-7kq2` or `d-41ac:7` leads to.
    fn pinned(&self, reference: &str) -> Result<Pinned, CiteError>;

    /// The copies that are held of the post at an address of the web; none where the address is no post's.
    fn posted_at(&self, _address: &str) -> Result<Vec<ItemPin>, CiteError> {
        Ok(Vec::new())
    }

    /// Where in a large container ([`Pinned::Container`]) those words may stand, as far as an index says. Asked for
    /// quotations pinned to one.
    fn within(&self, _reference: &str, _wanted: &Wanted) -> Result<Vec<Passage>, CiteError> {
        Ok(Vec::new())
    }

    /// As [`Sources::within`], by going through the container's texts. Asked where what an index said does not pass.
    fn within_all(&self, _reference: &str, _wanted: &Wanted) -> Result<Within, CiteError> {
        Ok(Within::default())
    }

    /// Where those words may stand: the phrase first, then its rarest words; at most 50 passages are looked at. Their order
    /// has no influence on a verdict.
    fn candidates(&self, wanted: &Wanted) -> Result<Vec<Passage>, CiteError>;

    /// Whether [`Sources::candidates`] has an index to ask. If not, it may name nothing, and all that does not pass is
    /// looked for by [`Sources::through`].
    fn indexed(&self) -> bool {
        true
    }

    /// Whether [`Sources::through`] reads what no index names. If not, the index is asked however many quotations there are.
    fn reads_all(&self) -> bool {
        true
    }

    /// Goes through every text for what [`Sources::candidates`] did not find as it is quoted, without an index. Asked
    /// once, of all such quotations.
    fn through(&self, _wanted: &[Wanted]) -> Result<Through, CiteError> {
        Ok(Through::default())
    }

    /// The passages of items that [`Sources::through`] named.
    fn opened(&self, _items: &[u64]) -> Result<Vec<Passage>, CiteError> {
        Ok(Vec::new())
    }

    /// The messages of the same conversation around an item, itself included, in order of time: at most so many before it,
    /// and so many after it, that hold text. Empty where there is none. It is asked only to see whether a quotation runs two
    /// messages together.
    fn neighbours(&self, item: &str, reach: (usize, usize)) -> Result<Vec<Passage>, CiteError>;

    /// The messages that follow an item in its conversation; nothing where it is part of none.
    fn after(&self, _item: &str) -> Result<Option<After>, CiteError> {
        Ok(None)
    }

    /// By what names those are known between whom an item went. Nobody for what is no message.
    fn parties(&self, _item: &str) -> Result<Parties, CiteError> {
        Ok(Parties::default())
    }

    /// The names of those who are on record as persons.
    fn people(&self) -> Vec<String> {
        Vec::new()
    }

    /// The posts made between two moments. Asked where a draft prints a post's time.
    fn posts(&self, _from: Moment, _to: Moment) -> Result<Vec<Post>, CiteError> {
        Ok(Vec::new())
    }

    /// Adds to a match what is told of its source and no verdict rests on: custody, collection, terms, other receipts.
    fn tell(&self, _found: &mut Match) -> Result<(), CiteError> {
        Ok(())
    }

    /// What of an item is not as it was recorded, as the end of a sentence; nothing where all is. Asked of every item that
    /// a verdict rests on.
    fn altered(&self, _item: &str) -> Result<Option<String>, CiteError> {
        Ok(None)
    }
}

/// What follows a message in its conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct After {
    /// The messages, in order of time.
    pub messages: Vec<Following>,
    /// Why these may not be all that the archive holds.
    pub unsure: Option<&'static str>,
    /// The first message in which somebody it went to writes to whoever wrote it, in whatever conversation.
    pub back: Option<Following>,
}

/// A message that follows another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Following {
    /// The item.
    pub item: String,
    /// Who is said to have sent it.
    pub from: Vec<String>,
    /// When.
    pub at: Instant,
}

/// A post, as far as a citation by its time is held against it.
#[derive(Debug, Clone, Default)]
pub struct Post {
    /// The item.
    pub item: String,
    /// Who made it.
    pub from: Vec<String>,
    /// When.
    pub at: Instant,
}

/// Between whom an item went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parties {
    /// Who is said to have sent or written it.
    pub from: Vec<Known>,
    /// To whom.
    pub to: Vec<Known>,
}

/// Somebody, and by what names the archive knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// What they are called in reports.
    pub shown: String,
    /// Every name and account: the message's own, and those recorded of the person, the body and their accounts.
    pub names: Vec<String>,
    /// Whether one of these is a person's or a body's name, and not an account's alone.
    pub is_named: bool,
}

/// What a pin leads to.
#[derive(Debug, Clone)]
pub enum Pinned {
    /// The passages that it names: usually one; the messages in it where it names a whole container.
    Found(Vec<Passage>),
    /// A container of more messages than are compared one by one: [`Sources::within`] says which may hold the words.
    Container,
    /// The archive holds nothing of that name, or more than one thing.
    NoSuchItem,
    /// It is an accession, an entry of custody or an agent, in which no words stand.
    NotCitable,
    /// It was destroyed by an order, told in a sentence without its end.
    Destroyed(String),
    /// It is withheld in this copy.
    Withheld,
    /// It is held, but there is no text to compare with.
    NoText,
}

/// The passages of a large container in which words may stand.
#[derive(Debug, Clone, Default)]
pub struct Within {
    /// The passages, the likeliest first.
    pub passages: Vec<Passage>,
    /// How many of its messages were looked through for the words.
    pub looked: u64,
    /// Whether these were all of them. If not, that the words were not found says nothing.
    pub all: bool,
}

/// Words to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The runs of words that the draft quotes without a mark, in lower case, separated by single spaces, in the draft's
    /// order.
    pub runs: Vec<String>,
    /// All words outside brackets, in lower case, each once, in the draft's order.
    pub words: Vec<String>,
}

/// A stretch of text that can be cited as one thing: a message, a page, a document.
#[derive(Debug, Clone, Default)]
pub struct Passage {
    /// Its reference, `m-7kq2` or `d-41ac`.
    pub item: String,
    /// The document it came in.
    pub document: String,
    /// Its text.
    pub text: String,
    /// Whether its lines are those of a printed page (PDF, recognised text), so that words may be broken at line ends.
    pub layout: bool,
    /// Whether its text is escaped as in HTML, `&amp;` for `&`: compared unescaped, shown as it stands.
    pub escaped: bool,
    /// What the copy that it stands in has lost, as whoever brought it in says; nothing where nothing is said.
    pub degraded: Option<String>,
    /// Whether it is a line of a transcript, where what one person says may go on in the next line.
    pub runs_on: bool,
    /// Byte offsets in the text at which another message begins.
    pub boundaries: Vec<usize>,
    /// Who is said to have sent or written it.
    pub from: Vec<String>,
    /// To whom.
    pub to: Vec<String>,
    /// When.
    pub at: Instant,
    /// Through whose hands it came, in one line.
    pub custody: String,
    /// Where it lies in its document, for a reader.
    pub locator: String,
    /// Its entry in the ledger.
    pub entry: Option<u64>,
    /// Its subject or title.
    pub subject: Option<String>,
    /// What it is, for a citation: `email`, `direct message`, `post`, `post in a table`, `transcript`, `message`, `web page`,
    /// `document`.
    pub genre: String,
    /// The collection it belongs to, for a citation: what the accession is called.
    pub collection: String,
    /// The digest of the document it came in.
    pub sha256: Option<Digest>,
}
