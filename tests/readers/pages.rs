//! Articles that others took out of pages: their words are in what we read of the page, in order.

use std::collections::HashSet;

use fonds::record::Kind;

use crate::support::TestResult;
use crate::support::corpora;
use crate::support::files;
use crate::support::read_as;

/// How many words in a row are looked for at a time.
const RUN: usize = 6;

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The words of a page by another's converter, as far from ours as there is one.
fn their_words(html: &str) -> Vec<String> {
    words(&mail_parser::decoders::html::html_to_text(html))
}

#[test]
fn articles_are_in_the_text_of_their_pages() -> TestResult {
    let Some(folder) = corpora("web/mozilla__readability") else {
        return Ok(());
    };
    let mut poor = Vec::new();
    let (mut count, mut all_met, mut all_all) = (0, 0, 0);
    for path in files(&folder)? {
        if path.file_name().is_none_or(|name| name != "source.html") {
            continue;
        }
        let expected = std::fs::read_to_string(path.with_file_name("expected.html"))?;
        let finds = read_as(Kind::Html, &std::fs::read(&path)?);
        let ours = words(&finds.texts[0].text);
        let runs: HashSet<&[String]> = ours.windows(RUN).collect();
        let theirs = their_words(&expected);
        let all = theirs.windows(RUN).count();
        let met = theirs.windows(RUN).filter(|run| runs.contains(run)).count();
        count += 1;
        all_met += met;
        all_all += all;
        // What they drop from between (headings of link lists, mostly) breaks runs that we keep.
        if met * 100 < all * 75 {
            poor.push(format!("{}: {met} of {all}", path.display()));
        }
    }
    assert!(count > 10, "{count}");
    assert!(all_met * 100 >= all_all * 95, "{all_met} of {all_all}");
    assert!(poor.is_empty(), "{}", poor.join("\n"));
    Ok(())
}
