//! Time stamps of an authority that `openssl ts` is: accepted both ways, refused with any byte changed, worth nothing by
//! an authority that nobody pinned, and renewed before their certificate runs out.

mod desk;
mod kinds;
#[path = "../support/skipped.rs"]
mod told;

use std::fs;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use fonds::anchor::Token;
use fonds::anchor::stamp_request;
use serde_json::Value;

use self::desk::Desk;
use self::desk::KEYS;
use self::desk::TestResult;
use self::desk::is_there;
use self::desk::trusted;

/// An authority on this computer that takes one request, and answers as told. Gives its address.
fn listens(answer: impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static) -> TestResult<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}/tsr", listener.local_addr()?);
    std::thread::spawn(move || {
        let Ok((mut stream, _)) = listener.accept() else {
            return;
        };
        let (mut got, mut part) = (Vec::new(), [0; 4096]);
        let body = loop {
            let read = stream.read(&mut part).unwrap_or(0);
            got.extend_from_slice(&part[..read]);
            let text = String::from_utf8_lossy(&got).to_lowercase();
            let end = got
                .windows(4)
                .position(|it| it == b"\r\n\r\n")
                .map(|at| at + 4);
            let length = text
                .split_once("content-length: ")
                .and_then(|(_, rest)| rest.split("\r\n").next()?.parse::<usize>().ok());
            if let (Some(end), Some(length)) = (end, length)
                && got.len() >= end + length
            {
                break got[end..].to_vec();
            }
            assert_ne!(read, 0, "the request broke off: {text}");
        };
        let sent = answer(&body);
        drop(stream.write_all(&sent));
    });
    Ok(address)
}

fn http(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn an_authority_is_asked_over_the_network_where_it_is_named() -> TestResult {
    let curl = Command::new("curl").arg("--version").output().is_ok();
    if !curl {
        told::skipped("curl is not installed, so no authority can be asked");
    }
    if !is_there() || !curl {
        return Ok(());
    }
    let desk = Desk::new(KEYS[1])?;
    desk.says(&["init", "archive", "--name", "Harbor", "--zone", "UTC"], 0)?;
    desk.says(&["anchor", "trust", "notary", "root.pem"], 0)?;
    let refused = [
        ("500 Broken", b"0".to_vec(), "500"),
        ("302 Found", Vec::new(), "no time-stamp response"),
        ("200 OK", b"<html>".to_vec(), "no time-stamp response"),
        ("200 OK", vec![0x30, 0x82], "time-stamp response"),
        ("200 OK", vec![0x30; 2 << 20], "more than"),
    ];
    for (status, body, why) in refused {
        let url = listens(move |_| http(status, &body))?;
        let said = desk.says(&["anchor", "stamp", &url], 2)?;
        assert!(said.contains(why), "{said}");
    }
    desk.says(&["anchor", "stamp", "file:///etc/passwd"], 2)?;
    let said = desk.says(&["anchor", "stamp", "http://127.0.0.1:9/"], 2)?;
    assert!(said.contains("nothing was recorded"), "{said}");
    assert_eq!(
        desk.report(None)?["anchored_by"].as_array().map(Vec::len),
        Some(0)
    );
    let folder = desk.dir.path().to_path_buf();
    let url = listens(move |request| {
        let run = |args: &str| {
            Command::new("openssl")
                .current_dir(&folder)
                .args(args.split(' '))
                .output()
        };
        let answer = fs::File::create(folder.join("asked.tsq"))
            .and_then(|mut file| file.write_all(request))
            .and_then(|()| run("ts -reply -config ca.cnf -section stamps -queryfile asked.tsq -signer tsa.pem -inkey tsa.key -out asked.tsr"))
            .and_then(|_| fs::read(folder.join("asked.tsr")));
        http("200 OK", &answer.unwrap_or_default())
    })?;
    let said = desk.says(&["anchor", "stamp", &url], 0)?;
    assert!(said.contains("Kept under entry 1"), "{said}");
    assert_eq!(desk.report(None)?["anchored_by"][0]["by"], "notary");
    Ok(())
}

#[test]
fn openssl_accepts_our_requests_and_we_accept_its_answers() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    for key in KEYS {
        let desk = Desk::stamped(key)?;
        let said = desk.openssl("ts -query -in one.tsq -text")?;
        assert!(
            said.contains("Hash Algorithm: sha256") && said.contains("Nonce: 0x"),
            "{said}"
        );
        let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))?;
        for over in ["-data checkpoint", "-queryfile one.tsq"] {
            let command = format!("ts -verify {over} -in one.tsr -CAfile root.pem");
            let said = desk.openssl(&command)?;
            assert!(said.contains("Verification: OK"), "{said}");
            let told = readme.contains(&format!("\nopenssl {command}\n"));
            assert_eq!(
                told,
                over == "-data checkpoint",
                "the README tells another command"
            );
        }
        let report = desk.report(None)?;
        let anchor = &report["anchored_by"][0];
        assert_eq!(
            (&anchor["kind"], &anchor["by"]),
            (&"token".into(), &"notary".into())
        );
        assert_eq!((&anchor["size"], &anchor["since"]), (&1.into(), &1.into()));
        let said = desk.says(&["status"], 0)?;
        assert!(
            said.contains("1 of them anchored outside") && said.contains("runs out on"),
            "{said}"
        );
        let said = desk.says(&["anchor"], 0)?;
        assert!(
            said.contains("notary") && said.contains("counts; its certificate runs out"),
            "{said}"
        );
    }
    Ok(())
}

#[test]
fn a_provenance_report_names_the_stamp_that_covers_an_entry_and_no_other() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = Desk::stamped(KEYS[1])?;
    desk.write("one.txt", b"One thing only.\n")?;
    desk.says(&["ingest", "one.txt"], 0)?;
    let found: Value = serde_json::from_str(&desk.says(&["--json", "-q", "find", "thing"], 0)?)?;
    let item = found["hits"][0]["item"].as_str().ok_or("no hit")?;
    let before = desk.says(&["provenance", item], 0)?;
    assert!(
        before.contains("Nobody outside the archive has confirmed it"),
        "{before}"
    );
    assert!(!before.contains("stamped by the authority"), "{before}");
    desk.says(&["anchor", "request", "-o", "two.tsq"], 0)?;
    desk.stamp("", "two.tsq", "two.tsr")?;
    desk.says(&["anchor", "add", "two.tsr"], 0)?;
    let after = desk.says(&["provenance", item], 0)?;
    assert!(after.contains("stamped by the authority notary"), "{after}");
    assert!(!after.contains("Nobody outside"), "{after}");
    Ok(())
}

#[test]
fn a_token_with_any_byte_changed_says_nothing_else() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    for key in KEYS {
        let desk = Desk::new(key)?;
        let over = b"some checkpoint\n";
        desk.write(
            "one.tsq",
            &stamp_request(over, [0x41, 1, 2, 3, 4, 5, 6, 7])?,
        )?;
        desk.stamp("", "one.tsq", "one.tsr")?;
        let roots = trusted(&desk, "root.pem")?.authorities;
        let good = desk.read("one.tsr")?;
        let token = Token::read(&good)?;
        assert_eq!(token.nonce().as_deref(), Some("4101020304050607"));
        let stamp = token.judge(over, &roots)?;
        assert!(token.judge(b"another checkpoint\n", &roots).is_err());
        let mut passed = Vec::new();
        for at in 0..good.len() {
            for bit in [0x01, 0x20, 0x80] {
                let mut bytes = good.clone();
                bytes[at] ^= bit;
                if let Ok(token) = Token::read(&bytes)
                    && let Ok(found) = token.judge(over, &roots)
                {
                    assert_eq!(
                        (&found, token.nonce()),
                        (&stamp, Some("4101020304050607".to_owned())),
                        "byte {at}"
                    );
                    passed.push(at);
                }
            }
        }
        // Nothing but whether it was granted as it was asked for or with modifications, which no signature covers.
        assert!(passed.len() <= 1, "{passed:?}");
        for length in 0..good.len() {
            assert!(Token::read(&good[..length]).is_err(), "{length} bytes");
        }
    }
    Ok(())
}

#[test]
fn an_authority_counts_where_it_was_pinned_and_may_stamp() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = Desk::stamped(KEYS[1])?;
    desk.authority("other", KEYS[1], "30", "tsa")?;
    desk.authority("web", KEYS[1], "30", "web")?;
    let over = desk.read("checkpoint")?;
    let token = Token::read(&desk.read("one.tsr")?)?;
    token.judge(&over, &trusted(&desk, "root.pem")?.authorities)?;
    let refused = token
        .judge(&over, &trusted(&desk, "otherroot.pem")?.authorities)
        .unwrap_err();
    assert!(refused.to_string().contains("CN=Notary"), "{refused}");
    // Whoever pinned nobody sees that something is kept.
    fs::rename(desk.path("user/config/authorities"), desk.path("away"))?;
    let report = desk.report(None)?;
    assert_eq!(report["anchoring"], "self-consistent");
    let said = report["not_findings"].to_string();
    assert!(said.contains("whose root you did not pin"), "{said}");
    // A certificate for something else besides: openssl does not stamp with it, and nor would a token of it count.
    desk.says(&["anchor", "request", "-o", "two.tsq"], 0)?;
    assert!(desk.stamp("web", "two.tsq", "two.tsr").is_err());
    // An answer to a request that nobody made here.
    desk.write(
        "three.tsq",
        &stamp_request(&desk.read("archive/log/checkpoint")?, [0x42; 8])?,
    )?;
    desk.stamp("", "three.tsq", "three.tsr")?;
    let said = desk.says(&["anchor", "add", "three.tsr"], 2)?;
    assert!(said.contains("nonce is another"), "{said}");
    let said = desk.says(&["anchor", "add", "three.tsr", "--request", "two.tsq"], 2)?;
    assert!(said.contains("nonce is another"), "{said}");
    desk.says(&["anchor", "add", "three.tsr", "--request", "three.tsq"], 0)?;
    // A stamp over something else, and one that the authority refused.
    desk.write("else.tsq", &stamp_request(b"something else\n", [0x43; 8])?)?;
    desk.stamp("", "else.tsq", "else.tsr")?;
    let said = desk.says(&["anchor", "add", "else.tsr"], 2)?;
    assert!(
        said.contains("none of this archive's checkpoints"),
        "{said}"
    );
    desk.write("bad.tsq", b"\x30\x03\x02\x01\x01")?;
    desk.stamp("", "bad.tsq", "bad.tsr")?;
    let said = desk.says(&["anchor", "add", "bad.tsr"], 2)?;
    assert!(said.contains("did not grant it"), "{said}");
    desk.write("huge.tsr", "0".repeat(5 << 20).as_bytes())?;
    desk.says(&["anchor", "add", "huge.tsr"], 2)?;
    Ok(())
}

#[test]
fn a_token_counts_until_its_certificate_runs_out_and_beyond_where_it_was_renewed() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = Desk::stamped(KEYS[1])?;
    let later = Some("2099-01-01T00:00:00Z");
    assert_eq!(desk.report(None)?["anchoring"], "anchored");
    let said = desk.says(&["verify"], 0)?;
    assert!(
        said.contains("stamped by the authority notary") && said.contains("runs out on"),
        "{said}"
    );
    // Its certificate holds for 30 days.
    let report = desk.report(later)?;
    assert_eq!(report["anchoring"], "self-consistent");
    assert!(report["not_findings"].to_string().contains("has run out"));
    // Nor does it count on a computer whose clock is behind it.
    let report = desk.report(Some("2020-01-01T00:00:00Z"))?;
    assert_eq!(report["anchoring"], "self-consistent");
    assert!(
        report["not_findings"]
            .to_string()
            .contains("clocks is wrong")
    );
    // Another authority, whose certificate holds longer, stamps a head that covers the first token.
    desk.authority("second", KEYS[1], "36500", "tsa")?;
    // Its root runs out before that; so it is pinned itself, as whoever trusts one key only may.
    desk.says(&["anchor", "trust", "second", "secondtsa.pem"], 0)?;
    desk.says(&["anchor", "request", "-o", "two.tsq"], 0)?;
    desk.stamp("second", "two.tsq", "two.tsr")?;
    desk.says(&["anchor", "add", "two.tsr"], 0)?;
    let report = desk.report(later)?;
    let by: Vec<&str> = (report["anchored_by"].as_array().into_iter().flatten())
        .filter_map(|anchor| anchor["by"].as_str())
        .collect();
    assert_eq!(by, ["notary", "second"]);
    Ok(())
}

#[test]
fn in_a_proof_no_token_stands_in_for_one_that_has_run_out() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = Desk::new(KEYS[1])?;
    desk.says(&["init", "archive", "--name", "Harbor", "--zone", "UTC"], 0)?;
    desk.write("memo.txt", b"The truck is on it.\n")?;
    desk.says(&["ingest", "memo.txt", "--from", "Source A"], 0)?;
    desk.says(&["anchor", "trust", "notary", "root.pem"], 0)?;
    desk.authority("second", KEYS[1], "36500", "tsa")?;
    desk.says(&["anchor", "trust", "second", "secondtsa.pem"], 0)?;
    // Both are over one head, so that a proof under it carries both.
    for (name, request, answer) in [("", "one.tsq", "one.tsr"), ("second", "two.tsq", "two.tsr")] {
        desk.says(&["anchor", "request", "-o", request], 0)?;
        desk.stamp(name, request, answer)?;
    }
    for answer in ["one.tsr", "two.tsr"] {
        desk.says(&["anchor", "add", answer], 0)?;
    }
    let found = desk.says(&["find", "truck"], 0)?;
    let item = found.split_whitespace().next().ok_or("nothing found")?;
    desk.says(&["publish", item, "-o", "memo.html", "--yes"], 0)?;
    let said = desk.says(&["verify", "memo.proof.json"], 0)?;
    assert!(said.contains("stamped by the authority notary"), "{said}");
    assert!(said.contains("stamped by the authority second"), "{said}");
    let later = Some("2099-01-01T00:00:00Z");
    let said = desk.at(later, &["verify", "memo.proof.json"], 0)?;
    assert!(!said.contains("stamped by the authority notary"), "{said}");
    assert!(said.contains("stamped by the authority second"), "{said}");
    Ok(())
}

#[test]
fn an_opentimestamps_proof_is_kept_and_not_claimed() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = Desk::stamped(KEYS[1])?;
    let digest: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(desk.read("checkpoint")?).into();
    let magic = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94\x01\x08";
    desk.write(
        "one.ots",
        &[magic.as_slice(), &digest, b"\x00rest"].concat(),
    )?;
    let said = desk.says(&["anchor", "add", "one.ots"], 0)?;
    assert!(
        said.contains("entry, unnamed: kept; this release does not check it"),
        "{said}"
    );
    let said = desk.says(&["anchor"], 0)?;
    assert!(said.contains("unnamed"), "{said}");
    let said = desk.says(&["log"], 0)?;
    assert!(
        said.contains("kept what somebody outside gave over"),
        "{said}"
    );
    let report = desk.report(None)?;
    assert_eq!(report["anchored_by"].as_array().map(Vec::len), Some(1));
    assert!(
        report["not_findings"]
            .to_string()
            .contains("OpenTimestamps")
    );
    desk.write(
        "two.ots",
        &[magic.as_slice(), &[7; 32], b"\x00rest"].concat(),
    )?;
    desk.says(&["anchor", "add", "two.ots"], 2)?;
    Ok(())
}

#[test]
fn a_published_proof_carries_its_time_stamp_and_others_check_it() -> TestResult {
    if !is_there() {
        return Ok(());
    }
    let desk = Desk::new(KEYS[0])?;
    desk.says(&["init", "archive", "--name", "Harbor", "--zone", "UTC"], 0)?;
    desk.write("memo.txt", b"The truck is on it.\n")?;
    desk.says(&["ingest", "memo.txt", "--from", "Source A"], 0)?;
    desk.says(&["anchor", "trust", "notary", "root.pem"], 0)?;
    desk.says(&["anchor", "request", "-o", "one.tsq"], 0)?;
    desk.stamp("", "one.tsq", "one.tsr")?;
    desk.says(&["anchor", "add", "one.tsr"], 0)?;
    let found = desk.says(&["find", "truck"], 0)?;
    let item = found.split_whitespace().next().ok_or("nothing found")?;
    desk.says(&["publish", item, "-o", "memo.html", "--yes"], 0)?;
    for file in ["memo.html", "memo.proof.json"] {
        let said = desk.says(&["verify", file], 0)?;
        assert!(said.contains("stamped by the authority notary"), "{said}");
    }
    let said = desk.says(&["--json", "verify", "memo.proof.json"], 0)?;
    let said: Value = serde_json::from_str(&said)?;
    assert_eq!(said["anchors"][0]["standing"], "counts");
    assert_eq!(said["anchors"][0].get("entry"), None);
    // Without this program: the token and what it is over are in the proof.
    let proof: Value = serde_json::from_slice(&desk.read("memo.proof.json")?)?;
    let checkpoint = proof["checkpoint"].as_str().ok_or("no checkpoint")?;
    desk.write("checkpoint", checkpoint.as_bytes())?;
    desk.write(
        "two.tsr",
        &hex::decode(proof["tokens"][0].as_str().ok_or("no token")?)?,
    )?;
    let said = desk.openssl("ts -verify -data checkpoint -in two.tsr -CAfile root.pem")?;
    assert!(said.contains("Verification: OK"), "{said}");
    // Whoever pinned nobody is told so, and the state is the same.
    fs::rename(desk.path("user/config/authorities"), desk.path("away"))?;
    let said = desk.says(&["verify", "memo.proof.json"], 0)?;
    assert!(
        said.contains("did not pin") && said.contains("Matches"),
        "{said}"
    );
    assert!(Path::new(&desk.path("memo.html")).is_file());
    Ok(())
}
