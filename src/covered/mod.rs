//! Text that a file still holds, though nobody who looks at its pages sees it. In an office file: `office.rs`. In a PDF
//! file: under a box that was drawn over it, in the box's own colour, or marked to be taken out by a mark that was never
//! carried out.
//!
//! The pages are drawn by `hayro-interpret`, a reader of PDF files that is kept up by others, into a sheet that keeps each
//! letter with its place and asks, of all that is drawn afterwards, how much of the letter it hides. What a box is drawn
//! with does not matter: a rectangle, a shape, a thick line, a picture of one colour, the appearance of an annotation.
//!
//! Not looked at: what lies under a picture of more than one colour, which shows what was scanned and often hides its own
//! text on purpose; what is invisible without any box (white on white, outside the page); layers that are switched off;
//! attachments, form values and metadata. Not told: a letter that stands alone, since a box may be a little too wide; the
//! same letter again and again (XXXX); what can be read all the same because it was drawn again on top.
//!
//! Told apart: the stamp of a program that redacts, which writes the date on each box in the box's own colour. It is told
//! from dates that were redacted by three signs together: nothing else is hidden in the file, the dates were drawn on
//! their boxes and do not lie under them, and they are of at least three sizes, since each is made to fit its box. Dates
//! that stood in the text are as large as the text, and lie under what was laid over them.
//!
//! The bytes are hostile, and `hayro` bounds neither the memory nor the time that a file may take. [`look`] counts what it
//! does itself; whoever calls it with a stranger's file does so in a process that is bounded, as `fonds redact` does.

mod budget;
mod glyph;
mod marks;
mod office;
mod outline;
mod package;
mod sheet;
mod text;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use hayro_interpret::Context;
use hayro_interpret::InterpreterCache;
use hayro_interpret::InterpreterSettings;
use hayro_interpret::InterpreterWarning;
use hayro_interpret::TransformExt as _;
use hayro_interpret::hayro_syntax::LoadPdfError;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::Array;
use hayro_interpret::hayro_syntax::object::Stream;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::interpret_page;
use hayro_interpret::kurbo::Rect;

use budget::Budget;
use sheet::Sheet;

pub use office::Left;
pub use office::look_in_office;
pub use package::NotRead;
pub use package::is_office;

/// Where the mark of a PDF file may stand at the latest: readers look for it that far.
const MARK_WITHIN: usize = 1024;

/// How a piece of text is kept from the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Something is drawn over it, or it is drawn in the colour of what is under it.
    Hidden,
    /// It is marked to be taken out (an annotation of the kind `Redact`), and was not.
    Marked,
    /// It is a date that looks like the stamp of a program that redacts.
    Stamp,
}

/// A piece of text that the file holds and its pages do not show.
#[derive(Debug, Clone, PartialEq)]
pub struct Covered {
    /// The page, from 1.
    pub page: usize,
    /// Where on the page as it is shown, in points from its upper left corner: left, top, right, bottom.
    pub area: [f64; 4],
    /// How it is kept from the eye.
    pub why: Why,
    /// How many characters it has; spaces are not counted.
    pub characters: usize,
    /// The characters, without the spaces between them; U+FFFD where the file does not say which character it is.
    pub text: String,
}

/// Why a file was not looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotLooked {
    /// It is encrypted, and does not open without a password.
    #[error("it is encrypted")]
    Encrypted,
    /// It cannot be read as a PDF file.
    #[error("it is damaged, or no PDF file")]
    Damaged,
    /// What is drawn on this page cannot be read.
    #[error("page {0} cannot be read")]
    Page(usize),
    /// A font on this page cannot be read, so its text may be missing.
    #[error("a font on page {0} cannot be read")]
    Font(usize),
    /// More is drawn in it than is looked through; a page is named where it became too much.
    #[error("too much is drawn up to page {0}")]
    TooMuch(usize),
}

/// Whether these are the first bytes of a PDF file.
pub fn is_pdf(beginning: &[u8]) -> bool {
    let within = &beginning[..beginning.len().min(MARK_WITHIN)];
    memchr::memmem::find(within, b"%PDF-").is_some()
}

/// The text of a PDF file that its pages do not show, in the order of the pages. What is found before a page that cannot be
/// read is given; where nothing is found, the page is.
pub fn look(bytes: Vec<u8>) -> Result<Vec<Covered>, NotLooked> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => NotLooked::Encrypted,
        LoadPdfError::Invalid => NotLooked::Damaged,
    })?;
    let cache = InterpreterCache::new();
    let mut budget = Budget::default();
    let mut pieces = Vec::new();
    let mut stopped = None;
    for (before, page) in pdf.pages().iter().enumerate() {
        let number = before + 1;
        if !is_readable(page) {
            stopped.get_or_insert(NotLooked::Page(number));
        }
        let no_font = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&no_font);
        let settings = InterpreterSettings {
            warning_sink: Arc::new(move |warning| {
                if matches!(warning, InterpreterWarning::UnsupportedFont) {
                    told.store(true, Ordering::Relaxed);
                }
            }),
            ..InterpreterSettings::default()
        };
        let transform = page.initial_transform(true).to_kurbo();
        let (width, height) = page.render_dimensions();
        let bounds = Rect::new(0.0, 0.0, width.into(), height.into());
        let mut context = Context::new(transform, bounds, &cache, pdf.xref(), settings);
        let mut sheet = Sheet::new(budget);
        interpret_page(page, &mut context, &mut sheet);
        marks::draw(page, transform, &mut sheet);
        let glyphs;
        (glyphs, budget) = sheet.finish();
        pieces.extend(text::of(number, &glyphs));
        if budget.is_spent() {
            stopped.get_or_insert(NotLooked::TooMuch(number));
            break;
        }
        if no_font.load(Ordering::Relaxed) {
            stopped.get_or_insert(NotLooked::Font(number));
        }
    }
    let is_stamp = text::is_stamp(&pieces);
    let found: Vec<Covered> = pieces
        .into_iter()
        .map(|piece| Covered {
            why: if is_stamp {
                Why::Stamp
            } else {
                piece.covered.why
            },
            ..piece.covered
        })
        .collect();
    match stopped {
        Some(stopped) if is_stamp || found.is_empty() => Err(stopped),
        _ => Ok(found),
    }
}

/// Whether all that is drawn on a page can be decoded. What cannot be is left out by the reader without a word.
fn is_readable(page: &Page<'_>) -> bool {
    let contents = page.raw();
    if let Some(parts) = contents.get::<Array<'_>>("Contents") {
        let mut parts = parts.iter::<Stream<'_>>();
        return parts.all(|part| part.decoded_data().is_ok());
    }
    !contents.contains_key("Contents") || page.page_stream().is_some()
}
