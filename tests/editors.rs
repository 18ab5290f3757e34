//! Editors: each one's own key signs what they record, and nobody else's record passes for theirs.

#[path = "support/copies.rs"]
mod copies;
#[path = "support/people.rs"]
mod people;

use std::fs;

use copies::copy_tree;
use fonds::archive::Archive;
use fonds::keys::KeyPair;
use fonds::keys::editor_name;
use fonds::tlog::Note;
use people::People as Desk;
use people::TestResult;
use serde_json::Value;

impl Desk {
    fn new() -> TestResult<Self> {
        let desk = Self::of("archive")?;
        desk.says("ines", &["init", "archive", "--zone", "UTC"], 0)?;
        desk.says("ines", &["people", "add", "Nora"], 0)?;
        let keys = desk.path("nora/config/keys");
        fs::create_dir_all(&keys)?;
        for entry in fs::read_dir(desk.path("ines/config/keys"))? {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().contains("recovery") {
                fs::copy(entry.path(), keys.join(entry.file_name()))?;
            }
        }
        Ok(desk)
    }

    fn origin(&self) -> TestResult<String> {
        Ok(Archive::open(&self.path("archive"))?.origin().to_string())
    }

    /// Nora makes her key and Ines admits it; what Nora's computer remembers begins there.
    fn admit(&self) -> TestResult {
        self.says("nora", &["key", "editor", "make"], 0)?;
        let name = self.origin()?.replacen("fonds/", "", 1);
        let public = self.path(&format!("nora/config/keys/{name}.editor.pub"));
        let public = public.display().to_string();
        self.says(
            "ines",
            &["key", "editor", "admit", "Nora", "--key", &public],
            0,
        )?;
        let again = ["key", "editor", "admit", "Nora", "--key", &public];
        self.says("ines", &again, 2)?;
        self.says("nora", &["doctor", "--trust-head"], 0)?;
        Ok(())
    }

    /// Whose line the newest entry has, as the log tells it, and whose name.
    fn newest(&self) -> TestResult<(Option<String>, Option<String>)> {
        let log = self.json("reader", &["log", "--limit", "1"], 0)?;
        let of = |field: &str| log["entries"][0][field].as_str().map(str::to_owned);
        Ok((of("by"), of("signed_by")))
    }

    /// Replaces the note of the last checkpoint.
    fn forge(&self, note: &Note) -> TestResult {
        let conn = rusqlite::Connection::open(self.path("archive/archive.sqlite"))?;
        let named = "SELECT sql FROM sqlite_schema WHERE name = 'checkpoint_is_append_only'";
        let trigger: String = conn.query_row(named, (), |row| row.get(0))?;
        conn.execute_batch("DROP TRIGGER checkpoint_is_append_only")?;
        conn.execute(
            "UPDATE checkpoint SET note = ?1 WHERE size = (SELECT max(size) FROM checkpoint)",
            [note.to_string()],
        )?;
        conn.execute_batch(&trigger)?;
        Ok(())
    }

    fn last_note(&self) -> TestResult<Note> {
        let (_, note) = Archive::open(&self.path("archive"))?.head()?;
        Ok(Note::parse(note.ok_or("no note")?.as_bytes())?)
    }

    fn codes(&self) -> TestResult<Vec<String>> {
        let output = self.says("stranger", &["--json", "-q", "verify"], 1)?;
        let report: Value = serde_json::from_str(&output)?;
        let findings = report["findings"].as_array().into_iter().flatten();
        let codes = findings.filter_map(|it| it["code"].as_str().map(str::to_owned));
        Ok(codes.collect())
    }
}

#[test]
fn each_editors_own_key_signs_what_they_record() -> TestResult {
    let desk = Desk::new()?;
    desk.admit()?;
    // Who admitted her is no editor: what Ines records bears no line.
    assert_eq!(desk.newest()?, (Some("Ines".to_owned()), None));
    desk.says("nora", &["people", "add", "Adair"], 0)?;
    let nora = || Some("Nora".to_owned());
    assert_eq!(desk.newest()?, (nora(), nora()));
    let told = desk.says("reader", &["log", "--limit", "1"], 0)?;
    assert!(told.contains("Nora, signed"), "{told}");
    desk.says("ines", &["people", "add", "Mina"], 0)?;
    assert_eq!(desk.newest()?, (Some("Ines".to_owned()), None));
    // Somebody who has the log key only says that they are Nora; the line is not there.
    let thief = desk.path("thief");
    copy_tree(&desk.path("ines"), &thief)?;
    desk.says("thief", &["--by", "Nora", "people", "add", "Otto"], 0)?;
    assert_eq!(desk.newest()?, (nora(), None));
    // Nora goes on from what the others recorded, until she leaves.
    desk.says("nora", &["people", "add", "Pia"], 0)?;
    assert_eq!(desk.newest()?.1, nora());
    let keys = desk.json("nora", &["key"], 0)?;
    assert_eq!(keys["editors"][0]["name"], "Nora");
    assert_eq!(keys["editors"][0]["here"], true);
    desk.says("thief", &["people", "add", "Ezra"], 0)?;
    desk.says(
        "ines",
        &["key", "editor", "leave", "Nora", "--reason", "moved on"],
        0,
    )?;
    desk.says("ines", &["key", "editor", "leave", "Nora"], 2)?;
    desk.says("nora", &["people", "add", "Ida"], 0)?;
    assert_eq!(desk.newest()?, (nora(), None));
    let report = desk.json("reader", &["verify"], 0)?;
    assert_eq!(report["findings"], serde_json::json!([]));
    Ok(())
}

#[test]
fn an_older_copy_is_lengthened_over_what_an_editor_recorded() -> TestResult {
    let desk = Desk::new()?;
    copy_tree(&desk.path("archive"), &desk.path("backup"))?;
    desk.admit()?;
    desk.says("nora", &["people", "add", "Adair"], 0)?;
    desk.says("nora", &["key", "rotate"], 0)?;
    desk.says("nora", &["people", "add", "Mina"], 0)?;
    copy_tree(&desk.path("archive/log"), &desk.path("log"))?;
    fs::remove_dir_all(desk.path("archive"))?;
    copy_tree(&desk.path("backup"), &desk.path("archive"))?;
    let log = desk.path("log").display().to_string();
    desk.says("nora", &["doctor", "--restore", &log], 0)?;
    let report = desk.json("nora", &["verify"], 0)?;
    assert_eq!(report["findings"], serde_json::json!([]));
    // Who admitted her is lost: she is admitted again, with a new key.
    desk.says("nora", &["people", "add", "Otto"], 0)?;
    assert_eq!(desk.newest()?.1, None);
    Ok(())
}

#[test]
fn who_has_no_editors_key_records_in_nobodys_name() -> TestResult {
    let desk = Desk::new()?;
    desk.admit()?;
    desk.says("nora", &["people", "add", "Adair"], 0)?;
    let name = editor_name(&desk.origin()?);
    let line = |note: &Note| {
        let found = note.signatures().iter().find(|line| line.name() == name);
        found.cloned()
    };
    let hers = line(&desk.last_note()?).ok_or("no line")?;
    desk.says("ines", &["people", "add", "Mina"], 0)?;
    let whole = desk.last_note()?;
    assert_eq!(line(&whole), None);
    // Her line from the checkpoint before, somebody's own key in an editor's name, and the log key in it.
    let mut copied = whole.clone();
    copied.add(hers)?;
    let mut own = whole.clone();
    KeyPair::from_seed([66; 32]).add_to(&mut own, &name)?;
    for forged in [copied, own] {
        desk.forge(&forged)?;
        let codes = desk.codes()?;
        assert!(codes.contains(&"editor.not-valid".to_owned()), "{codes:?}");
        assert_eq!(desk.newest()?.1, None);
    }
    desk.forge(&whole)?;
    // The archive's own key is no editor's.
    let key = desk
        .path("ines/config/keys")
        .join(format!("{}.pub", desk.origin()?.replacen("fonds/", "", 1)));
    let key = key.display().to_string();
    let refused = desk.says(
        "ines",
        &["key", "editor", "admit", "Nora", "--key", &key],
        2,
    )?;
    assert!(refused.contains("own key"), "{refused}");
    desk.says(
        "ines",
        &["key", "editor", "admit", "Nobody", "--key", &key],
        2,
    )?;
    Ok(())
}

#[test]
fn the_log_says_who_was_admitted_as_an_editor_and_who_is_none_any_more() -> TestResult {
    let desk = Desk::new()?;
    desk.admit()?;
    let left = ["key", "editor", "leave", "Nora", "--reason", "a new post"];
    desk.says("ines", &left, 0)?;
    let log = desk.says("reader", &["log"], 0)?;
    for said in [
        "admitted Nora as an editor, with a key of their own",
        "said that Nora is no editor any more, because: a new post",
    ] {
        assert!(log.contains(said), "{log}");
    }
    Ok(())
}
