//! Printing a page to PDF with a browser that is on the computer: pages are made for browsers, and none sets a page, its
//! fonts and right-to-left text as well.
//!
//! The page is a file in a folder of its own that is gone afterwards, and so is the browser's profile. The browser reaches
//! nothing: no name is resolved, and every connection goes to a proxy that is not there. The page itself forbids that
//! anything in it is run or loaded. No shell is involved, and only programs in folders named in full on the PATH are taken.

use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use super::CliError;
use crate::durable;

/// Browsers that print without being looked at, by the names of their programs. Firefox is none of them: it can only take
/// pictures that way.
const PROGRAMS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
];

/// How often it is looked whether the browser is done, and how many times.
const STEP: Duration = Duration::from_millis(50);
const STEPS: u32 = 2_400;

/// Bytes of what a browser complains that are read.
const LONGEST_COMPLAINT: u64 = 64 << 10;

/// A browser that can print.
pub(super) struct Browser(PathBuf);

impl Browser {
    /// The first that is found on the PATH.
    pub(super) fn find() -> Option<Self> {
        on_path(PROGRAMS).map(Self)
    }

    /// As [`Browser::find`]; where there is none, an error that says what to do instead.
    pub(super) fn demanded() -> Result<Self, CliError> {
        Self::find().ok_or_else(|| {
            CliError::usage(
                "a PDF is printed by a browser, and neither Chromium nor Chrome is on this computer",
                "-o with a name that ends in .html        any browser prints it as well",
            )
        })
    }

    /// Its name.
    pub(super) fn name(&self) -> String {
        let name = self.0.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// A page as PDF.
    pub(super) fn print(&self, page: &[u8]) -> Result<Vec<u8>, CliError> {
        let folder = tempfile::tempdir().map_err(|error| unusable(&error))?;
        let (source, target) = (
            folder.path().join("report.html"),
            folder.path().join("report.pdf"),
        );
        durable::write_atomic(&source, page)?;
        let mut said = self.run(folder.path(), &source, &target, &[])?;
        // Started by root, or where the system lets nobody fence a program in, it refuses to work in its own fence. What it
        // opens here has no script and comes from nowhere else.
        if !target.exists() && said.contains("sandbox") {
            said = self.run(folder.path(), &source, &target, &["--no-sandbox"])?;
        }
        match fs::read(&target) {
            Ok(pdf) if pdf.starts_with(b"%PDF-") => Ok(pdf),
            _ => Err(failed(&format!("{} made no PDF", self.name()), &said)),
        }
    }

    /// Runs it once; what it complained of.
    fn run(
        &self,
        folder: &Path,
        source: &Path,
        target: &Path,
        more: &[&str],
    ) -> Result<String, CliError> {
        let complaint = folder.join("said");
        let option = |name: &str, value: &Path| -> OsString {
            let mut option = OsString::from(name);
            option.push(value);
            option
        };
        let child = Command::new(&self.0)
            .args([
                "--headless",
                "--disable-gpu",
                "--no-first-run",
                "--no-default-browser-check",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-default-apps",
                "--disable-extensions",
                "--disable-sync",
                "--no-pings",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--proxy-server=http://127.0.0.1:9",
                "--proxy-bypass-list=<-loopback>",
                "--no-pdf-header-footer",
                // It stands in the file as its maker, and would tell the sort of computer.
                "--user-agent=fonds",
            ])
            .args(more)
            .arg(option("--user-data-dir=", &folder.join("profile")))
            .arg(option("--print-to-pdf=", target))
            .arg(address(source))
            .env_clear()
            .envs(env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&complaint).map_err(|error| unusable(&error))?)
            .spawn()
            .map_err(|error| unusable(&error))?;
        self.wait(child)?;
        let mut said = Vec::new();
        let complaint = File::open(&complaint).map_err(|error| unusable(&error))?;
        let read = complaint.take(LONGEST_COMPLAINT).read_to_end(&mut said);
        read.map_err(|error| unusable(&error))?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// Waits for it, and ends it where it does not end.
    fn wait(&self, mut child: Child) -> Result<(), CliError> {
        for _ in 0..STEPS {
            if child
                .try_wait()
                .map_err(|error| unusable(&error))?
                .is_some()
            {
                return Ok(());
            }
            sleep(STEP);
        }
        // Those that it started end with it.
        child.kill().map_err(|error| unusable(&error))?;
        child.wait().map_err(|error| unusable(&error))?;
        Err(failed(
            &format!("{} did not end within two minutes", self.name()),
            "",
        ))
    }
}

/// The address of a file: a `#` or `%` in the name of a folder is one, and begins nothing.
fn address(path: &Path) -> String {
    let mut address = "file://".to_owned();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            address.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address
}

/// The first program of these names in a folder that the PATH names in full: one in the folder where somebody happens to
/// work is nobody's choice.
pub(super) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path)
        .filter(|it| it.is_absolute())
        .collect();
    let mut programs = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    programs.find(|it| is_program(it))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

fn unusable(error: &io::Error) -> CliError {
    failed("the browser could not be used", &error.to_string())
}

fn failed(what: &str, said: &str) -> CliError {
    // Without a desktop every browser complains of its message bus, which it does not need.
    let last = (said.lines().rev()).find(|line| !line.trim().is_empty() && !line.contains("dbus"));
    let said = last.map_or_else(String::new, |line| {
        let line: String = line.chars().take(200).collect();
        format!(": {}", super::visible(&line))
    });
    CliError::usage(
        format!("{what}{said}"),
        "-o with a name that ends in .html        any browser prints it as well",
    )
}
