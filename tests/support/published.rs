//! A desk that has published a draft about one mail.

use std::fs;

use serde_json::Value;

use super::desk::Desk;
use super::desk::Ran;
use super::desk::TestResult;
use super::schemas;

/// The mail that is quoted.
const MAIL: &str = "Received: from desk.pier.example\n\tby mx.lists.example with ESMTP id 12\n\
    From: Nora Halloran <nora@pier.example>\nTo: Peter Voss <peter@pier.example>\n\
    Date: Tue, 11 Jul 2023 09:29:00 -0400\nSubject: the pier\nMessage-ID: <1@pier.example>\n\n\
    The pier was never safe, and everyone knew it.\nI signed the papers on Monday because he asked me to.\n\
    We paid him $50,000 in cash.\n";

/// The draft that quotes it: well, wrong in a day, and wrong in a figure.
pub(crate) const DRAFT: &str = "# The pier\n\nBy Ines Valder\n\n\
    Halloran wrote that “the pier was never safe, and everyone knew it” in a mail.\n\n\
    She signed “the papers on Tuesday because he asked me to.”\n\n\
    “We paid him $15,000 in cash.”\n\nNobody answered.\n";

impl Desk {
    /// A desk with one mail in it; the mail's reference.
    pub(crate) fn with_mail() -> TestResult<(Self, String)> {
        let desk = Self::new()?;
        fs::write(desk.path("one.eml"), MAIL)?;
        desk.run(&["ingest", "one.eml", "--from", "Source A"])?;
        fs::write(desk.path("draft.md"), DRAFT)?;
        let found = desk.run(&["find", "papers", "--json"])?.json()?;
        let item = found["hits"][0]["item"].as_str().ok_or("nothing found")?;
        Ok((desk, item.to_owned()))
    }

    /// Runs it with an answer in JSON that is as its schema says.
    pub(crate) fn json(&self, args: &[&str], status: i32) -> TestResult<Value> {
        let ran = self.run(&[args, &["--json"]].concat())?;
        assert_eq!(ran.code, Some(status), "{args:?}: {}{}", ran.out, ran.told);
        let text = if ran.out.is_empty() {
            &ran.told
        } else {
            &ran.out
        };
        // What is said beside an answer stands before it, a line each.
        let last = if ran.out.is_empty() {
            text.lines().last().unwrap_or_default()
        } else {
            text.as_str()
        };
        let answer = serde_json::from_str(last).map_err(|error| format!("{error}: {text}"))?;
        schemas::hold(&answer).map_err(|wrong| format!("{args:?}: {wrong}\n{answer:#}"))?;
        Ok(answer)
    }

    /// Freezes the draft; the entry.
    pub(crate) fn published(&self, draft: &str, more: &[&str], status: i32) -> TestResult<String> {
        let args = [&["cite", "publish-version", draft, "--yes"], more].concat();
        Ok(self.json(&args, status)?["entry"].to_string())
    }

    /// Corrects a version.
    pub(crate) fn correct(
        &self,
        version: &str,
        before: &str,
        after: &str,
        more: &[&str],
    ) -> TestResult<Ran> {
        let args = [
            "cite", "correct", version, "--before", before, "--after", after, "--reason", "a slip",
        ];
        self.run(&[&args, more].concat())
    }
}

/// What differs, each with the words that are not the same.
pub(crate) fn sorts(compared: &Value) -> Vec<String> {
    let all = compared["words"]["differences"].as_array();
    let all = all.into_iter().flatten();
    all.map(|it| {
        let words = it["words"].as_array().into_iter().flatten();
        let words = words.filter(|it| it["sort"] != "same");
        let words: Vec<&str> = words.filter_map(|it| it["text"].as_str()).collect();
        format!(
            "{}: {}",
            it["sort"].as_str().unwrap_or_default(),
            words.join("/")
        )
    })
    .collect()
}
