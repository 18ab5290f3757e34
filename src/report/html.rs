//! The shell of every page: one file, one style sheet, no script, nothing loaded from anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::DOCTYPE;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use sha2::Digest as _;
use sha2::Sha256;

use crate::record::legible;

/// The style sheet of all pages.
const STYLE: &str = include_str!("assets/report.css");

/// A whole page. The policy allows the one style sheet by its digest and nothing else, so that a document's text cannot
/// load or run anything even where escaping had a fault. Nothing of the page's own moves a cursor or turns the direction of
/// letters, so whatever does is somebody's words, and is named instead.
pub fn page(title: &str, body: &Markup) -> String {
    legible(&whole(title, body, None))
}

/// A whole page with one script, which the policy allows by its digest as it does the style sheet. The script stands
/// last, behind everything that it looks at.
pub(super) fn page_with_script(title: &str, body: &Markup, script: &str) -> String {
    whole(title, body, Some(script))
}

fn whole(title: &str, body: &Markup, script: Option<&str>) -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    let scripts = script.map_or_else(String::new, |script| {
        format!("script-src 'sha256-{}'; ", digest(script))
    });
    let policy = format!(
        "default-src 'none'; {scripts}style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE)
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (body)
                @if let Some(script) = script { script { (PreEscaped(script)) } }
            }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_allows_its_own_style_and_nothing_else() {
        let page = page("<b>", &html! { p { "<script>" } });
        assert!(page.contains("default-src 'none'; style-src 'sha256-"));
        assert!(page.contains("<title>&lt;b&gt;</title>"));
        assert!(!page.contains("<script"));
        let page = super::page(
            "\u{202e}",
            &html! { p title="\u{1b}[2J" { "a\u{2066}b\r\nc" } },
        );
        assert!(page.contains("<title>⟨U+202E⟩</title>"), "{page}");
        assert!(
            page.contains("<p title=\"⟨U+001B⟩[2J\">a⟨U+2066⟩b\nc</p>"),
            "{page}"
        );
        assert!(!page.contains("style=\""));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("</"));
    }
}
