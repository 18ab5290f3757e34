//! A text held against a page on which it stands among other things.

use serde::Serialize;

use crate::cite::Paragraph;
use crate::cite::Texts;
use crate::cite::compare;

use super::texts::ADDED;

/// What a page shows of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OnPage {
    /// How the text differs there; only what stands between its first and its last paragraph there counts as added.
    #[serde(flatten)]
    pub texts: Texts,
    /// What stands before that.
    pub before: Amount,
    /// What stands after it.
    pub after: Amount,
}

/// How much text there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Paragraphs.
    pub paragraphs: usize,
    /// Words.
    pub words: usize,
    /// The words of it that stand next to the text, so many at most.
    pub beside: String,
}

/// Words of a page that are shown before and after a text on it.
const BESIDE: usize = 30;

/// Holds a text against a page on which it stands among other things. What stands before its first and after its last
/// paragraph there is the page's own, as far as can be told, and is only counted.
pub fn on_page(text: &[Paragraph], page: &[Paragraph]) -> OnPage {
    let mut texts = compare(text, page);
    let (first, last) = texts.span.unwrap_or((page.len(), page.len()));
    texts
        .differences
        .retain(|it| it.sort != ADDED || (first..=last).contains(&it.at));
    let amount = |paragraphs: Option<&[Paragraph]>, precedes: bool| {
        let paragraphs = paragraphs.unwrap_or_default();
        let each = paragraphs
            .iter()
            .map(|it| it.text.split_whitespace().count());
        let each: Vec<usize> = each.filter(|words| *words > 0).collect();
        let words: usize = each.iter().sum();
        let all = paragraphs.iter().flat_map(|it| it.text.split_whitespace());
        let skipped = if precedes {
            words.saturating_sub(BESIDE)
        } else {
            0
        };
        Amount {
            paragraphs: each.len(),
            words,
            beside: all.skip(skipped).take(BESIDE).collect::<Vec<_>>().join(" "),
        }
    };
    OnPage {
        before: amount(page.get(..first), true),
        after: amount(page.get(last.saturating_add(1)..), false),
        texts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cite::Draft;
    use crate::cite::DraftFormat;

    #[test]
    fn what_stands_around_a_text_on_a_page_is_only_counted() {
        let read = |text: &str| {
            Draft::read(text.as_bytes(), None, DraftFormat::Text)
                .expect("text")
                .paragraphs
        };
        let text = read("The pier is shut.\n\nNobody knows why it is.\n\nThe end.");
        let page = read(
            "Home\n\nLog in here\n\nThe pier is shut.\n\nRead more\n\nThe end.\n\nAll rights.",
        );
        let found = on_page(&text, &page);
        let differ: Vec<(&str, String)> = (found.texts.differences.iter())
            .map(|it| (it.sort, it.text()))
            .collect();
        let differ: Vec<(&str, &str)> = differ.iter().map(|it| (it.0, it.1.as_str())).collect();
        assert_eq!(
            differ,
            [
                ("removed", "Nobody knows why it is."),
                ("added", "Read more")
            ]
        );
        let amount = |paragraphs, words, beside: &str| Amount {
            paragraphs,
            words,
            beside: beside.to_owned(),
        };
        assert_eq!(
            (found.before, found.after),
            (
                amount(2, 4, "Home Log in here"),
                amount(1, 2, "All rights.")
            )
        );
        let other = on_page(&text, &read("Not it.\n\nNor that."));
        assert_eq!(other.texts.same, 0);
        assert_eq!(
            (other.before, other.after),
            (amount(2, 4, "Not it. Nor that."), amount(0, 0, ""))
        );
        assert_eq!(other.texts.differences.len(), 3);
    }
}
