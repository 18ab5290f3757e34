//! An archive, keys and material in a temporary folder, and the real program run on them, harmed or not.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;

use crate::copies::copy_tree;
use crate::skipped::skipped;

type TestResult<T = ()> = Result<T, Box<dyn Error>>;

/// The calls that change something on a disk.
const CHANGING: &str = "write,pwrite64,writev,pwritev,fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,unlinkat,\
                        rmdir,mkdir,mkdirat,ftruncate,link,linkat,fallocate,fchmod,fchmodat";

/// What is done at a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Harm {
    /// The process is killed before it.
    Kill,
    /// The system refuses it.
    Error(&'static str),
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit status; nothing for one that was killed.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// What it answered.
    pub(crate) fn json(&self) -> TestResult<Value> {
        Ok(serde_json::from_str(&self.stdout).map_err(|error| format!("{error}: {self:?}"))?)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().filter(|status| *status != 137),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A folder with an archive, the user's folder and material beside it.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> TestResult<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
        })
    }

    /// With an archive.
    pub(crate) fn started() -> TestResult<Self> {
        let bench = Self::new()?;
        let ran = bench.run(&["init", "--zone", "UTC"])?;
        assert_eq!(ran.status, Some(0), "{ran:?}");
        Ok(bench)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A copy of all of it.
    pub(crate) fn copy(&self) -> TestResult<Self> {
        let copy = Self::new()?;
        copy_tree(self.path(), copy.path())?;
        Ok(copy)
    }

    /// Something of each way in which documents are kept: small ones in a pack, a large one, messages in a mailbox, a
    /// text too long for the database.
    pub(crate) fn material(&self) -> TestResult {
        let folder = self.path().join("in");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("a.txt"), "The harbor was never safe.\n")?;
        let message = "From nora@halloran.example Tue Jul 11 09:29:00 2023\nFrom: nora@halloran.example\n\
                       To: voss@pier.example\nSubject: The pier\nDate: Tue, 11 Jul 2023 09:29:00 -0400\n\n\
                       I never asked him to sign it.\n\n";
        fs::write(folder.join("b.mbox"), message.repeat(3))?;
        let long = format!(
            "<title>Minutes</title><p>{}</p>",
            "Who pays? ".repeat(3_000)
        );
        fs::write(folder.join("c.html"), long)?;
        fs::write(folder.join("d.bin"), [159_u8; 1_300_000])?;
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .env("FONDS_USER", self.path().join("user"))
            .env("FONDS_NOW", "2023-08-14T20:00:00Z")
            .env("TMPDIR", self.path())
            .env_remove("FONDS_ARCHIVE")
            .env_remove("FONDS_BY")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program with `--json`.
    pub(crate) fn run(&self, args: &[&str]) -> TestResult<Ran> {
        let mut command = self.command(env!("CARGO_BIN_EXE_fonds"));
        command.args(["-C", "archive", "--json"]).args(args);
        Ok(command.output()?.into())
    }

    /// Starts the program, which may then be given input.
    pub(crate) fn start(&self, args: &[&str]) -> TestResult<Child> {
        let mut command = self.command(env!("CARGO_BIN_EXE_fonds"));
        command.args(["-C", "archive", "--json"]).args(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command.spawn()?)
    }

    /// Three documents to bring in.
    pub(crate) fn group(&self, number: u64) -> TestResult {
        let folder = self.path().join(format!("group-{number}"));
        fs::create_dir_all(&folder)?;
        for name in ["a", "b", "c"] {
            fs::write(folder.join(name), format!("Paper {number}{name}.\n"))?;
        }
        Ok(())
    }

    /// Holds the database open, as another reader does.
    pub(crate) fn hold(&self) -> TestResult<rusqlite::Connection> {
        let conn = rusqlite::Connection::open(self.path().join("archive/archive.sqlite"))?;
        conn.query_row("SELECT count(*) FROM entry", (), |_| Ok(()))?;
        Ok(conn)
    }

    fn traced(&self, options: &[&str], args: &[&str]) -> TestResult<Ran> {
        let mut command = self.command("strace");
        command
            .args(["-f", "-qq"])
            .args(options)
            .args([env!("CARGO_BIN_EXE_fonds"), "-C", "archive", "--json"])
            .args(args);
        Ok(command.output()?.into())
    }

    /// How many calls of the main thread change something.
    pub(crate) fn calls(&self, args: &[&str]) -> TestResult<usize> {
        let trace = format!("trace={CHANGING}");
        let ran = self.traced(&["-o", "trace", "-e", &trace], args)?;
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let lines = fs::read_to_string(self.path().join("trace"))?;
        let thread = |line: &str| line.split(' ').next().map(str::to_owned);
        let main = lines.lines().next().and_then(thread);
        let calls = lines.lines().filter(|line| !line.contains(" resumed>"));
        Ok(calls.filter(|line| thread(line) == main).count())
    }

    /// Runs the program and does harm at one of those calls.
    pub(crate) fn harmed(&self, args: &[&str], harm: Harm, call: usize) -> TestResult<Ran> {
        let what = match harm {
            Harm::Kill => "signal=KILL".to_owned(),
            Harm::Error(error) => format!("error={error}"),
        };
        let inject = format!("inject={CHANGING}:{what}:when={call}");
        self.traced(&["-o", "/dev/null", "-e", &inject], args)
    }

    /// Moves the archive to another disk, reached by a link.
    pub(crate) fn archive_onto(&self, disk: &Path) -> TestResult {
        let (here, there) = (self.path().join("archive"), disk.join("archive"));
        copy_tree(&here, &there)?;
        fs::remove_dir_all(&here)?;
        Ok(std::os::unix::fs::symlink(there, here)?)
    }
}

/// Whether there is an `strace` that may trace; says so where not.
pub(crate) fn can_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .output();
    let can = traced.is_ok_and(|output| output.status.success());
    if !can {
        skipped("no strace that may trace");
    }
    can
}

/// A disk of any size; gone with the value.
pub(crate) struct Disk {
    folder: tempfile::TempDir,
}

/// A disk in memory, where this user may mount one; says so where not.
pub(crate) fn small_disk() -> TestResult<Option<Disk>> {
    let disk = Disk {
        folder: tempfile::tempdir()?,
    };
    let can = disk.mount(64).is_ok();
    if !can {
        skipped("may not mount a disk");
        return Ok(None);
    }
    disk.unmount()?;
    Ok(Some(disk))
}

impl Disk {
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn place(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    pub(crate) fn mount(&self, kilobytes: usize) -> TestResult {
        let size = format!("size={kilobytes}k");
        self.mounting(&["-t", "tmpfs", "-o", &size, "tmpfs"])
    }

    /// Makes room.
    pub(crate) fn grow(&self) -> TestResult {
        self.mounting(&["-o", "remount,rw,size=64m"])
    }

    /// Forbids writing.
    pub(crate) fn protect(&self) -> TestResult {
        self.mounting(&["-o", "remount,ro"])
    }

    fn mounting(&self, args: &[&str]) -> TestResult {
        let output = Command::new("mount")
            .args(args)
            .arg(self.place())
            .output()?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into())
        }
    }

    pub(crate) fn unmount(&self) -> TestResult {
        Command::new("umount").arg(self.place()).output()?;
        Ok(())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.unmount());
    }
}
