//! The README's transcripts, run as they stand, in order, in one folder with the sample in it.
//!
//! Own code where `trycmd` serves elsewhere: references such as `m-7kq2` differ in every archive and come back in later
//! commands, and a README full of `[..]` is for nobody. What a reference of the README stands for is learnt from the line
//! that first shows it. With `README=overwrite` in the environment the answers are written anew instead of compared.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The folder in which somebody who reads the README stands, as the README writes it.
const HOME: &str = "/home/you";

/// A command and what it answers.
struct Step {
    command: String,
    answer: Vec<String>,
}

/// The README in pieces: prose as it is, and the steps of each `console` block.
enum Piece {
    Prose(String),
    Block(Vec<Step>),
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut prose = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        prose.push_str(line);
        prose.push('\n');
        if line != "```console" {
            continue;
        }
        pieces.push(Piece::Prose(std::mem::take(&mut prose)));
        let mut steps: Vec<Step> = Vec::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step {
                    command: command.to_owned(),
                    answer: Vec::new(),
                });
            } else if let Some(step) = steps.last_mut() {
                if step.command.ends_with('\\') {
                    step.command.push('\n');
                    step.command.push_str(line);
                } else {
                    step.answer.push(line.to_owned());
                }
            }
        }
        for step in &mut steps {
            while step.answer.last().is_some_and(String::is_empty) {
                step.answer.pop();
            }
        }
        pieces.push(Piece::Block(steps));
        prose.push_str("```\n");
    }
    pieces.push(Piece::Prose(prose));
    pieces
}

/// Whether a word is a reference: `m-7kq2`.
fn is_reference(word: &str) -> bool {
    word.split_once('-').is_some_and(|(class, digits)| {
        matches!(class, "a" | "c" | "d" | "m" | "p")
            && digits.len() >= 4
            && digits
                .bytes()
                .all(|byte| b"0123456789abcdefghjkmnpqrstvwxyz".contains(&byte))
    })
}

/// Whether a word is 40 hex digits or more, or base64 of as much: an origin, a digest, a signature.
fn is_random(word: &str) -> bool {
    word.len() >= 40
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte))
}

/// A line cut into words and what lies between them.
fn words(line: &str) -> Vec<&str> {
    let inside = |letter: char| letter.is_ascii_alphanumeric() || "-+=".contains(letter);
    line.split_inclusive(|letter| !inside(letter))
        .flat_map(|word| {
            let end = word.trim_end_matches(|letter| !inside(letter)).len();
            let (word, rest) = word.split_at(end);
            [word, rest]
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// A line without what differs in every archive.
fn masked(line: &str) -> String {
    if line.starts_with("Its words:") {
        return "Its words:".to_owned();
    }
    if line.starts_with('—') {
        return "—".to_owned();
    }
    if is_random(line) {
        return "…".to_owned();
    }
    let mut masked = String::new();
    for word in words(line) {
        if is_reference(word) {
            masked.push_str(&word[..2]);
            masked.push('…');
        } else if is_random(word) {
            masked.push('…');
        } else {
            masked.push_str(word);
        }
    }
    masked
}

/// Where the README's reader stands, and what the references there are called here.
struct Reader {
    folder: tempfile::TempDir,
    here: PathBuf,
    known: HashMap<String, String>,
}

impl Reader {
    fn new() -> TestResult<Self> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().canonicalize()?;
        std::os::unix::fs::symlink(
            concat!(env!("CARGO_MANIFEST_DIR"), "/archive"),
            root.join("archive"),
        )?;
        Ok(Self {
            folder,
            here: root,
            known: HashMap::new(),
        })
    }

    /// Runs a command; gives what it printed, answer and remarks in the order in which they came.
    fn run(&mut self, command: &str) -> TestResult<Vec<String>> {
        if let Some(folder) = command.strip_prefix("cd ") {
            self.here = self.here.join(folder).canonicalize()?;
            return Ok(Vec::new());
        }
        let mut meant = String::new();
        for word in words(command) {
            meant.push_str(self.known.get(word).map_or(word, String::as_str));
        }
        let program = Path::new(env!("CARGO_BIN_EXE_fonds"));
        let folder = program.parent().ok_or("a program lies in a folder")?;
        let root = self.folder.path().canonicalize()?;
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{meant}")])
            .current_dir(&self.here)
            .env_clear()
            .env(
                "PATH",
                format!(
                    "{}:{}",
                    folder.display(),
                    std::env::var("PATH").unwrap_or_default()
                ),
            )
            .env("HOME", &root)
            .env("FONDS_NOW", "2023-08-14T22:12:00Z")
            .env("FONDS_BY", "Ines Valder")
            .output()?;
        let printed = String::from_utf8(output.stdout)?;
        let printed = printed.replace(&root.display().to_string(), HOME);
        Ok(printed
            .trim_end_matches('\n')
            .lines()
            .map(str::to_owned)
            .collect())
    }

    /// Learns what the references in an answer of the README are called here.
    fn learn(&mut self, told: &[String], found: &[String]) {
        let references = |lines: &[String]| -> Vec<String> {
            lines
                .iter()
                .flat_map(|line| words(line))
                .filter(|word| is_reference(word))
                .map(str::to_owned)
                .collect()
        };
        for (told, found) in references(told).into_iter().zip(references(found)) {
            self.known.insert(told, found);
        }
    }
}

#[test]
fn the_readme_shows_what_the_program_says() -> TestResult {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = fs::read_to_string(path)?;
    let overwrite = std::env::var_os("README").is_some_and(|value| value == "overwrite");
    let mut reader = Reader::new()?;
    let mut renewed = String::new();
    let mut wrong = String::new();
    let mut steps = 0;
    for piece in pieces(&text) {
        let block = match piece {
            Piece::Prose(prose) => {
                renewed.push_str(&prose);
                continue;
            }
            Piece::Block(block) => block,
        };
        for (index, step) in block.iter().enumerate() {
            steps += 1;
            let found = reader.run(&step.command)?;
            let mask = |lines: &[String]| -> Vec<String> {
                lines.iter().map(|line| masked(line)).collect()
            };
            if mask(&step.answer) != mask(&found) {
                write!(
                    wrong,
                    "$ {}\n  the README says:\n{}\n  the program says:\n{}\n\n",
                    step.command,
                    step.answer.join("\n"),
                    found.join("\n")
                )?;
            }
            reader.learn(&step.answer, &found);
            if index > 0 {
                renewed.push('\n');
            }
            // The reference as this archive has it, in the command as in the answers.
            let mut command = String::new();
            for word in words(&step.command) {
                command.push_str(reader.known.get(word).map_or(word, String::as_str));
            }
            writeln!(renewed, "$ {command}")?;
            for line in found {
                writeln!(renewed, "{line}")?;
            }
        }
    }
    assert!(steps > 5, "the README has {steps} commands");
    if overwrite {
        return Ok(fs::File::create(path).and_then(|mut file| {
            use std::io::Write as _;
            file.write_all(renewed.as_bytes())
        })?);
    }
    assert!(
        wrong.is_empty(),
        "{wrong}README=overwrite cargo test --test readme writes the answers anew"
    );
    Ok(())
}
