//! The shell of every page: one file, one style sheet, no script, nothing loaded from anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::DOCTYPE;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use sha2::Digest as _;
use sha2::Sha256;

/// The style sheet of all pages.
const STYLE: &str = include_str!("assets/report.css");

/// A whole page. The policy allows the one style sheet by its digest and nothing else, so that a document's text cannot
/// load or run anything even where escaping had a fault.
pub fn page(title: &str, body: &Markup) -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
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
            body { (body) }
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
        assert!(!page.contains("style=\""));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("</"));
    }
}
