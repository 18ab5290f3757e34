//! What brackets in a draft are: words put in or replaced, letters changed, [sic], notes, dots.

use super::Cutter;
use super::QUOTE;
use super::Sort;
use super::cut;
use super::is_letter;

/// Letters in a bracket, at most; a longer one is punctuation.
const BRACKET: usize = 300;

impl Cutter<'_> {
    pub(super) fn bracket(&mut self, at: usize) -> usize {
        let (open, close) = if self.folded(at) == Some('(') {
            ('(', ')')
        } else {
            ('[', ']')
        };
        let inside = self.letters.get(at + 1..).unwrap_or_default();
        let length = inside
            .iter()
            .take(BRACKET)
            .position(|it| it.folded == close || it.folded == '[');
        let found =
            length.filter(|length| inside.get(*length).is_some_and(|it| it.folded == close));
        let plain = |cutter: &mut Self| {
            cutter.push(Sort::Mark, at, at + 1, open.to_string());
            at + 1
        };
        let Some(length) = found else {
            return plain(self);
        };
        let content = inside.get(..length).unwrap_or_default();
        let text: String = content.iter().map(|it| it.plain).collect();
        let bare = text.trim().to_lowercase();
        let bare = bare.trim_end_matches(['.', '!', ',', ';']);
        let to = at + length + 2;
        if bare == "sic" {
            self.push(Sort::Sic, at, to, "[sic]".to_owned());
            return to;
        }
        if open == '(' && !is_emphasis(bare) {
            return plain(self);
        }
        let attached = at > 0 && self.is_letter(at - 1) || self.is_letter(to);
        if attached && content.iter().all(is_letter) {
            return self.edited(at);
        }
        let tokens = cut(content, false);
        let sort = match tokens.as_slice() {
            [only] if only.sort == Sort::Dots => Sort::Gap,
            [mark, dots] if mark.sort == Sort::Mark && dots.sort == Sort::Dots => Sort::Gap,
            _ if is_note(bare) => Sort::Note,
            all => Sort::Bracket(all.iter().map(|it| it.lower.clone()).collect()),
        };
        self.push(sort, at, to, format!("[{text}]"));
        to
    }

    /// A word of which letters stand in brackets: `[T]he`, `walk[ed]`.
    fn edited(&mut self, mut at: usize) -> usize {
        let mut pieces = Vec::new();
        let mut from = at;
        if at > 0
            && self.is_letter(at - 1)
            && let Some(before) = self.tokens.pop()
        {
            from = self
                .letters
                .get(..at)
                .unwrap_or_default()
                .partition_point(|it| it.start < before.start);
            pieces.push((false, before.folded));
        }
        loop {
            let bracketed = self.folded(at) == Some('[');
            let begin = at + usize::from(bracketed);
            let mut end = begin;
            while self.is_letter(end)
                || (!bracketed
                    && end > begin
                    && self.folded(end) == Some(QUOTE)
                    && self.is_letter(end + 1))
            {
                end += 1;
            }
            let closed = !bracketed || self.folded(end) == Some(']');
            if !closed || (!bracketed && end == begin) {
                break;
            }
            let piece = self.letters.get(begin..end).unwrap_or_default();
            let piece = piece
                .iter()
                .map(|it| if it.folded == QUOTE { '\'' } else { it.folded });
            pieces.push((bracketed, piece.collect::<String>()));
            at = end + usize::from(bracketed);
        }
        let whole: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
        self.push(Sort::Edited(pieces), from, at, whole);
        at
    }
}

/// The remarks on emphasis, which stand in parentheses as often as in brackets.
fn is_emphasis(bare: &str) -> bool {
    const FORMS: &[&str] = &[
        "emphasis added",
        "emphasis mine",
        "emphasis in original",
        "emphasis in the original",
        "emphasis supplied",
        "italics added",
        "italics mine",
        "italics in original",
        "italics in the original",
        "my emphasis",
        "our emphasis",
        "original emphasis",
    ];
    FORMS.contains(&bare)
}

fn is_note(bare: &str) -> bool {
    const STARTS: &[&str] = &[
        "emphasis",
        "italics",
        "my emphasis",
        "our emphasis",
        "original emphasis",
        "laugh",
        "pause",
        "crosstalk",
        "inaudible",
        "unintelligible",
        "applause",
        "translat",
        "our translation",
        "my translation",
        "illegible",
        "editor's note",
        "ed. note",
        "ed.:",
        "note:",
    ];
    STARTS.iter().any(|start| bare.starts_with(start))
}
