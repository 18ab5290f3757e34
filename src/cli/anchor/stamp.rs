//! `fonds anchor stamp`: the one act that goes over a network, to an address that the user names, by the user's own `curl`.
//! This program opens no connection itself; what comes back is judged like any file from outside.

use std::io::Read as _;
use std::io::Write as _;
use std::process::Command;
use std::process::Stdio;

use super::add;
use super::request;
use crate::cli::CliError;
use crate::cli::Context;
use crate::cli::Outcome;
use crate::cli::browser::on_path;
use crate::record::visible;

/// Bytes of an answer, at most: a token with its certificates has some thousand.
const LARGEST: u64 = 1 << 20;

/// Seconds that an authority may take.
const SECONDS: &str = "60";

#[derive(Debug, clap::Args)]
pub(super) struct StampArgs {
    /// The authority's address, which it publishes: http:// or https://
    url: String,
}

/// `fonds anchor stamp`.
pub(super) fn run(context: &Context, args: &StampArgs) -> Result<Outcome, CliError> {
    if !(args.url.starts_with("http://") || args.url.starts_with("https://")) {
        return Err(CliError::usage(
            format!("{} is no address of an authority", visible(&args.url)),
            "fonds anchor stamp https://…        the address that the authority publishes",
        ));
    }
    let archive = context.archive()?;
    let (note, _) = request::head(&archive)?;
    let request = request::of_authority(context, &archive, &note)?;
    context.ui.say(&format!(
        "Asking {}: it is sent one digest and a random number.",
        visible(&args.url)
    ));
    let answer = asked(&args.url, &request)?;
    add::keep(context, archive, answer, None)
}

/// What the authority answers.
fn asked(url: &str, request: &[u8]) -> Result<Vec<u8>, CliError> {
    let failed = |reason: String| {
        CliError::usage(
            format!(
                "the authority was not asked, or gave no answer: {reason}; nothing was recorded"
            ),
            "fonds anchor request -o FILE.tsq        writes the request, to be taken there by another way",
        )
    };
    let curl =
        on_path(&["curl"]).ok_or_else(|| failed("there is no curl on this computer".to_owned()))?;
    // -q: a configuration of the user's could send it elsewhere, or more than it. No redirection is followed.
    let spawned = Command::new(curl)
        .args(["-q", "--silent", "--show-error", "--fail", "--globoff"])
        .args(["--proto", "=http,https", "--max-time", SECONDS])
        .args(["--header", "Content-Type: application/timestamp-query"])
        .args(["--header", "Accept: application/timestamp-reply"])
        .args(["--user-agent", "", "--data-binary", "@-", "--url", url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever does not take it says why on the other side.
        drop(stdin.write_all(request));
    }
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout
            .take(LARGEST + 1)
            .read_to_end(&mut answer)
            .map_err(|error| failed(error.to_string()))?;
    }
    if answer.len() as u64 > LARGEST {
        drop(child.kill());
        drop(child.wait());
        return Err(failed(format!("more than {LARGEST} bytes came back")));
    }
    let ended = child
        .wait_with_output()
        .map_err(|error| failed(error.to_string()))?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        return Err(failed(visible(said.trim()).replace("curl: ", "")));
    }
    if answer.first() != Some(&0x30) {
        return Err(failed(
            "what came back is no time-stamp response".to_owned(),
        ));
    }
    Ok(answer)
}
