//! A desk with an authority that `openssl ts` is, an archive and its keeper.

use std::fs;
use std::process::Command;
use std::process::Output;

use fonds::anchor::Trusted;
use fonds::keys::Places;
use serde_json::Value;

pub(super) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const CONFIG: &str = "\
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[tsa]
basicConstraints = CA:FALSE
extendedKeyUsage = critical,timeStamping
[web]
basicConstraints = CA:FALSE
extendedKeyUsage = critical,serverAuth,timeStamping
[ts]
default_tsa = stamps
[stamps]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
";

/// A desk with an authority, an archive and its keeper.
pub(super) struct Desk {
    pub(super) dir: tempfile::TempDir,
}

impl Desk {
    pub(super) fn new(key: &str) -> TestResult<Self> {
        let desk = Self {
            dir: tempfile::tempdir()?,
        };
        desk.write("ca.cnf", CONFIG.as_bytes())?;
        desk.authority("", key, "30", "tsa")?;
        Ok(desk)
    }

    pub(super) fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> TestResult {
        Ok(fonds::durable::write_atomic(&self.path(name), bytes)?)
    }

    pub(super) fn read(&self, name: &str) -> TestResult<Vec<u8>> {
        Ok(fs::read(self.path(name))?)
    }

    pub(super) fn openssl(&self, args: &str) -> TestResult<String> {
        let output = Command::new("openssl")
            .current_dir(self.dir.path())
            .args(args.split(' '))
            .output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            Ok(said)
        } else {
            Err(format!("openssl {args}: {said}").into())
        }
    }

    /// Makes a root and an authority's certificate under it, their names beginning with `name`.
    pub(super) fn authority(&self, name: &str, key: &str, days: &str, usage: &str) -> TestResult {
        self.openssl(&format!(
            "req -x509 -config ca.cnf -extensions root -newkey {key} -nodes -keyout {name}root.key -out {name}root.pem -days 3650 -subj /CN={name}Root"
        ))?;
        self.openssl(&format!(
            "req -new -config ca.cnf -newkey {key} -nodes -keyout {name}tsa.key -out {name}tsa.csr -subj /CN={name}Notary"
        ))?;
        self.openssl(&format!(
            "x509 -req -in {name}tsa.csr -CA {name}root.pem -CAkey {name}root.key -CAcreateserial -days {days} -extfile ca.cnf -extensions {usage} -out {name}tsa.pem"
        ))?;
        Ok(())
    }

    /// What the authority gives back.
    pub(super) fn stamp(&self, name: &str, request: &str, answer: &str) -> TestResult<String> {
        self.openssl(&format!(
            "ts -reply -config ca.cnf -section stamps -queryfile {request} -signer {name}tsa.pem -inkey {name}tsa.key -out {answer}"
        ))
    }

    pub(super) fn run(&self, now: Option<&str>, args: &[&str]) -> TestResult<Output> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fonds"));
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("FONDS_USER", self.path("user"))
            .env("FONDS_ARCHIVE", self.path("archive"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .args(args);
        if let Some(now) = now {
            command.env("FONDS_NOW", now);
        }
        Ok(command.output()?)
    }

    pub(super) fn at(&self, now: Option<&str>, args: &[&str], status: i32) -> TestResult<String> {
        let output = self.run(now, args)?;
        let said = String::from_utf8(output.stdout)? + &String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
        Ok(said)
    }

    pub(super) fn says(&self, args: &[&str], status: i32) -> TestResult<String> {
        self.at(None, args, status)
    }

    pub(super) fn report(&self, now: Option<&str>) -> TestResult<Value> {
        Ok(serde_json::from_str(&self.at(
            now,
            &["--json", "verify"],
            0,
        )?)?)
    }

    /// An archive whose head was stamped; the authority is pinned.
    pub(super) fn stamped(key: &str) -> TestResult<Self> {
        let desk = Self::new(key)?;
        desk.says(&["init", "archive", "--name", "Harbor", "--zone", "UTC"], 0)?;
        desk.says(&["anchor", "trust", "notary", "root.pem"], 0)?;
        desk.says(&["anchor", "request", "-o", "one.tsq"], 0)?;
        desk.stamp("", "one.tsq", "one.tsr")?;
        fs::copy(desk.path("archive/log/checkpoint"), desk.path("checkpoint"))?;
        desk.says(&["anchor", "add", "one.tsr"], 0)?;
        Ok(desk)
    }
}

pub(super) fn is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        crate::told::skipped("openssl is not installed, so nothing can be stamped");
    }
    there
}

pub(super) const KEYS: [&str; 2] = ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256"];

/// Who is trusted: the authority of that root.
pub(super) fn trusted(desk: &Desk, root: &str) -> TestResult<Trusted> {
    let places = Places {
        config: desk.path(root).with_extension("config"),
        state: desk.path("state"),
    };
    Trusted::add_authority(&places, "notary", &desk.read(root)?)?;
    Ok(Trusted::load(&places)?)
}
