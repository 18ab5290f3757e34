//! The timeline as a page of its own: a sentence, the picture, and a table that says the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::DOCTYPE;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use sha2::Digest as _;
use sha2::Sha256;

use super::Timeline;
use crate::record::kind_words;
use crate::record::visible;

const STYLE: &str = include_str!("timeline.css");

impl Timeline {
    /// A self-contained page: no script, nothing loaded, readable in print and by a screen reader.
    pub fn to_html(&self, title: &str) -> String {
        page(title, &self.body(title)).into_string()
    }

    fn body(&self, title: &str) -> Markup {
        html! {
            main {
                h1 { (visible(title)) }
                p { strong { (self.summary()) } }
                ul {
                    @for remark in self.remarks() { li { (remark) } }
                    li { "Times of day are in " (self.zone) "." }
                }
                @if let Some(picture) = self.picture() {
                    // On a narrow screen it is scrolled, by the keyboard too.
                    figure tabindex="0" aria-label="Who wrote when" {
                        (picture)
                        figcaption {
                            "A dot is a time known to the minute, a bar the stretch in which an uncertain time lies, a dot with tails "
                            "a time told as ‘about’. A dashed line is a time in which the party of that lane did not answer, in the "
                            "records held."
                            @if !self.partial.is_empty() {
                                " Where the picture is hatched the records are known to be partial, and a silence may be none."
                            }
                        }
                    }
                }
                (self.table())
            }
        }
    }

    fn table(&self) -> Markup {
        html! {
            table {
                caption { "All messages in order of time" }
                thead {
                    tr {
                        th scope="col" { "When" }
                        th scope="col" { "From" }
                        th scope="col" { "To" }
                        th scope="col" { "Item" }
                        th scope="col" { "First line" }
                    }
                }
                tbody {
                    @for (number, row) in self.rows.iter().enumerate() {
                        @for silence in self.silences_before(number) {
                            tr class="quiet" {
                                td colspan="5" {
                                    "No reply from " (visible(&silence.by)) " for " (silence.length()) ", after "
                                    (visible(&silence.first)) " and before " (visible(&silence.reply))
                                    ", in the records held"
                                    @for doubt in silence.doubts() { "; " (visible(&doubt)) }
                                    "."
                                }
                            }
                        }
                        tr {
                            td {
                                (visible(&row.shown))
                                @if row.uncertain { " " span class="mark" { "uncertain" } }
                            }
                            td dir="auto" { (visible(row.from.as_deref().unwrap_or("not known"))) }
                            td dir="auto" { (visible(&row.to.join(", "))) }
                            td { (visible(&row.item)) " " span class="kind" { (visible(kind_words(&row.kind))) } }
                            td dir="auto" { (visible(&row.text)) }
                        }
                    }
                }
            }
        }
    }
}

/// A page around a body. The style is let in by its digest, so that nothing else in the page can bring its own.
fn page(title: &str, body: &Markup) -> Markup {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (visible(title)) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
}
