//! A log key that `ssh-agent` holds: it signs, and where it is gone, locked or another one nothing is half recorded.

#![expect(
    clippy::disallowed_methods,
    reason = "a test writes what is brought in"
)]

#[path = "support/skipped.rs"]
mod skipped;

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use skipped::skipped;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// A folder with an agent in it that holds one key; the agent goes with it.
struct Desk {
    dir: tempfile::TempDir,
    agent: Child,
}

impl Drop for Desk {
    fn drop(&mut self) {
        drop(self.agent.kill());
        drop(self.agent.wait());
    }
}

impl Desk {
    /// Nothing where there is no `ssh-agent` here.
    fn new() -> TestResult<Option<Self>> {
        for tool in ["ssh-agent", "ssh-add", "ssh-keygen"] {
            if Command::new(tool).arg("-?").output().is_err() {
                skipped(&format!("{tool} not present"));
                return Ok(None);
            }
        }
        let dir = tempfile::tempdir()?;
        let socket = dir.path().join("agent");
        let agent = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(&socket)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let desk = Self { dir, agent };
        for _ in 0..200 {
            if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        desk.make("log", "ed25519")?;
        desk.add(&["log"])?;
        fs::write(desk.path("pay.txt"), "The harbor was never safe.\n")?;
        Ok(Some(desk))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn make(&self, name: &str, kind: &str) -> TestResult {
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", kind, "-N", "", "-C", "x", "-f"])
            .arg(self.path(name))
            .status()?;
        assert!(made.success());
        Ok(())
    }

    fn add(&self, args: &[&str]) -> TestResult {
        let done = Command::new("ssh-add")
            .current_dir(self.dir.path())
            .env("SSH_AUTH_SOCK", self.path("agent"))
            .args(args)
            .output()?;
        assert!(done.status.success(), "{done:?}");
        Ok(())
    }

    fn fonds(&self, socket: Option<&str>, args: &[&str], status: i32) -> TestResult<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fonds"));
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("FONDS_USER", self.path("user"))
            .env("FONDS_ARCHIVE", self.path("archive"))
            .args(["--json", "--quiet"])
            .args(args);
        if let Some(socket) = socket {
            command.env("SSH_AUTH_SOCK", self.path(socket));
        }
        let output = command.output()?;
        let said = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
        let last = said.lines().last().unwrap_or_default();
        Ok(serde_json::from_str(last).map_err(|error| format!("{error}: {said}"))?)
    }

    fn does(&self, args: &[&str]) -> TestResult<Value> {
        self.fonds(Some("agent"), args, 0)
    }

    fn entries(&self) -> TestResult<Value> {
        Ok(self.does(&["verify"])?["entries"].clone())
    }
}

#[test]
fn a_key_in_an_agent_signs_and_never_comes_here() -> TestResult {
    let Some(desk) = Desk::new()? else {
        return Ok(());
    };
    let started = desk.does(&["init", "archive", "--agent-key", "log.pub"])?;
    let named = started["log_key"].as_str().ok_or("no file")?.to_owned();
    assert_eq!(
        Path::new(&named).extension(),
        Some("agent".as_ref()),
        "{named}"
    );
    assert!(fs::read_to_string(&named)?.starts_with("ssh-ed25519 "));
    assert!(!PathBuf::from(named.trim_end_matches(".agent")).exists());
    // The archive works as any other, also once the key's own file is gone.
    fs::rename(desk.path("log"), desk.path("elsewhere"))?;
    desk.does(&["ingest", "pay.txt"])?;
    assert_eq!(desk.does(&["key"])?["here"], true);
    let doctor = desk.fonds(Some("agent"), &["doctor"], 1)?;
    assert!(
        doctor
            .to_string()
            .contains("held by ssh-agent, which has it"),
        "{doctor}"
    );
    // To another key of the agent, to one in a file, and back: both sign each time.
    desk.make("second", "ed25519")?;
    desk.add(&["second"])?;
    desk.does(&["key", "rotate", "--agent-key", "second.pub"])?;
    for used in ["second.pub", "log.pub"] {
        let refused = desk.fonds(Some("agent"), &["key", "rotate", "--agent-key", used], 2)?;
        assert!(refused.to_string().contains("already"), "{used}: {refused}");
    }
    desk.does(&["people", "add", "Nora"])?;
    desk.add(&["-d", "log.pub"])?;
    let listed = desk.does(&["key", "rotate"])?;
    assert_eq!(listed["keys"].as_array().map(Vec::len), Some(3));
    desk.add(&["-D"])?;
    desk.fonds(None, &["people", "add", "Mara"], 0)?;
    assert!(!PathBuf::from(&named).exists(), "a file key took its place");
    desk.make("third", "ed25519")?;
    desk.add(&["third"])?;
    desk.does(&["key", "rotate", "--agent-key", "third.pub"])?;
    assert!(PathBuf::from(&named).exists());
    assert!(!PathBuf::from(named.trim_end_matches(".agent")).exists());
    desk.does(&["people", "add", "Tobin"])?;
    assert_eq!(desk.does(&["verify"])?["findings"], serde_json::json!([]));
    Ok(())
}

#[test]
fn an_agent_that_is_gone_locked_or_has_another_key_records_nothing() -> TestResult {
    let Some(desk) = Desk::new()? else {
        return Ok(());
    };
    desk.does(&["init", "archive", "--agent-key", "log.pub"])?;
    let before = desk.entries()?;
    let act = ["people", "add", "Nora"];
    let refused = desk.fonds(None, &act, 12)?;
    assert!(
        refused.to_string().contains("SSH_AUTH_SOCK is not set"),
        "{refused}"
    );
    let refused = desk.fonds(Some("nowhere"), &act, 12)?;
    assert!(refused.to_string().contains("does not answer"), "{refused}");
    desk.add(&["-D"])?;
    let refused = desk.fonds(Some("agent"), &act, 12)?;
    assert!(
        refused.to_string().contains("does not hold the key"),
        "{refused}"
    );
    assert_eq!(refused["unchanged"], "nothing was changed");
    assert_eq!(desk.entries()?, before);
    desk.add(&["log"])?;
    desk.does(&act)?;
    // Reading needs no agent.
    desk.fonds(None, &["verify"], 0)?;
    desk.fonds(None, &["log"], 0)?;
    Ok(())
}

#[test]
fn keys_that_cannot_sign_for_an_archive_are_refused_in_a_sentence() -> TestResult {
    let Some(desk) = Desk::new()? else {
        return Ok(());
    };
    desk.make("rsa", "rsa")?;
    desk.add(&["rsa"])?;
    // A key of a security token, as ssh-keygen writes it.
    let mut blob = Vec::new();
    for part in [&b"sk-ssh-ed25519@openssh.com"[..], &[7; 32], b"ssh:"] {
        blob.extend(u32::try_from(part.len())?.to_be_bytes());
        blob.extend(part);
    }
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, blob);
    fs::write(
        desk.path("sk.pub"),
        format!("sk-ssh-ed25519@openssh.com {encoded} x\n"),
    )?;
    desk.make("other", "ed25519")?;
    for (file, said) in [
        ("rsa.pub", "not ssh-ed25519"),
        ("sk.pub", "on a security token"),
        ("other.pub", "does not hold the key"),
        ("pay.txt", "not an OpenSSH key"),
    ] {
        let init = ["init", "archive", "--agent-key", file];
        let refused = desk.fonds(Some("agent"), &init, 12)?;
        assert!(refused.to_string().contains(said), "{file}: {refused}");
        assert!(!desk.path("archive").exists(), "{file}");
    }
    let both = [
        "init",
        "archive",
        "--agent-key",
        "log.pub",
        "--recovery-key",
        "log.pub",
    ];
    let refused = desk.fonds(Some("agent"), &both, 2)?;
    assert!(refused.to_string().contains("are one"), "{refused}");
    let kept = fs::read_dir(desk.path("user/config/keys")).map_or(0, Iterator::count);
    assert_eq!(kept, 0, "nothing is left behind");
    Ok(())
}

/// An agent that answers each message with what it was made to, by the kind of the message.
fn forged(path: PathBuf, sign: Vec<u8>, list: Vec<u8>) -> TestResult {
    use std::io::Read as _;
    use std::io::Write as _;
    let listener = std::os::unix::net::UnixListener::bind(path)?;
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut length = [0; 4];
            if stream.read_exact(&mut length).is_err() {
                continue;
            }
            let mut message = vec![0; u32::from_be_bytes(length) as usize];
            if stream.read_exact(&mut message).is_err() {
                continue;
            }
            let answer = if message.first() == Some(&11) {
                &list
            } else {
                &sign
            };
            drop(stream.write_all(answer));
        }
    });
    Ok(())
}

#[test]
fn what_an_agent_answers_is_not_believed() -> TestResult {
    let Some(desk) = Desk::new()? else {
        return Ok(());
    };
    desk.does(&["init", "archive", "--agent-key", "log.pub"])?;
    let before = desk.entries()?;
    let string = |bytes: &[u8]| -> Vec<u8> {
        [
            &u32::try_from(bytes.len()).unwrap_or(0).to_be_bytes()[..],
            bytes,
        ]
        .concat()
    };
    let line = fs::read_to_string(desk.path("log.pub"))?;
    let blob = line.split(' ').nth(1).ok_or("no key")?;
    let blob = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, blob)?;
    let one = [&[12, 0, 0, 0, 1][..], &string(&blob), &string(b"x")].concat();
    let list = string(&one);
    let signature = [string(b"ssh-ed25519"), string(&[7; 64])].concat();
    let answers = [
        string(&[5]),
        string(&[]),
        vec![0, 0],
        vec![0xff; 8],
        string(&[14]),
        string(&[&[14][..], &string(&signature)].concat()),
        string(
            &[
                &[14][..],
                &string(&[string(b"ssh-rsa"), string(&[7; 64])].concat()),
            ]
            .concat(),
        ),
        string(&[&[14][..], &[0xff; 4]].concat()),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let name = format!("forged-{number}");
        forged(desk.path(&name), answer, list.clone())?;
        let refused = desk.fonds(Some(&name), &["people", "add", "Nora"], 12)?;
        assert_eq!(refused["unchanged"], "nothing was changed", "{number}");
    }
    for (number, list) in [
        string(&[12]),
        string(&[12, 0xff, 0xff, 0xff, 0xff]),
        string(&[12, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]),
        string(&[6]),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("listed-{number}");
        forged(desk.path(&name), string(&[5]), list)?;
        desk.fonds(Some(&name), &["people", "add", "Nora"], 12)?;
    }
    assert_eq!(desk.entries()?, before);
    Ok(())
}
