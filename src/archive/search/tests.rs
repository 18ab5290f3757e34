//! The index as its callers use it.

use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

type TestResult = std::result::Result<(), Box<dyn std::error::Error>>;

const DAY: i64 = 86_400_000;

fn letters() -> Vec<Entry<'static>> {
    vec![
        Entry {
            id: 1,
            kind: "message",
            from: "Ada Halloran mail:ada@harbor.example",
            to: "Ines Voss mail:voss@capitol.example",
            subject: "The storm report",
            at: Some((DAY, DAY)),
            text: "Everyone knew the harbor was never safe. Wire $15,000 by 9:29.",
            ..Entry::default()
        },
        Entry {
            id: 2,
            kind: "message",
            from: "Ines Voss mail:voss@capitol.example",
            to: "Ada Halloran mail:ada@harbor.example",
            subject: "Re: The storm report",
            at: Some((2 * DAY, 3 * DAY)),
            text: "I don’t recall the harbor being safe, never mind Halloran’s letter.",
            ..Entry::default()
        },
        Entry {
            id: 3,
            kind: "text",
            name: "harbor-minutes.txt",
            text: "港は安全でない。Minutes of the café committee.",
            ..Entry::default()
        },
    ]
}

fn filled(dir: &Path) -> Result<Index> {
    let index = Index::open(dir, true)?;
    let mut writer = index.writer()?;
    for entry in letters() {
        writer.add(&entry)?;
    }
    writer.commit(3, "m-3")?;
    writer.finish()?;
    Ok(index)
}

fn asked(words: &str) -> Query {
    Query {
        terms: parse_words(&[words.to_owned()]),
        limit: 10,
        ..Query::default()
    }
}

fn ids(index: &Index, query: &Query) -> Result<Vec<u64>> {
    let mut ids: Vec<u64> = index.search(query)?.hits.iter().map(|hit| hit.id).collect();
    ids.sort_unstable();
    Ok(ids)
}

#[test]
fn a_phrase_is_found_only_in_its_order() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(&dir.path().join("search"))?;
    assert_eq!(ids(&index, &asked("\"harbor was never safe\""))?, [1]);
    assert_eq!(
        ids(&index, &asked("\"never safe harbor\""))?,
        Vec::<u64>::new()
    );
    assert_eq!(ids(&index, &asked("“SAFE” “never”"))?, [1, 2]);
    assert_eq!(ids(&index, &asked("\"don't recall\""))?, [2]);
    assert_eq!(ids(&index, &asked("“15,000”"))?, [1]);
    assert_eq!(ids(&index, &asked("halloran's"))?, [2]);
    assert_eq!(ids(&index, &asked("halloran"))?, [2]);
    assert_eq!(ids(&index, &asked("安全"))?, [3]);
    assert_eq!(ids(&index, &asked("cafe\u{301}"))?, [3]);
    Ok(())
}

#[test]
fn a_word_that_nothing_has_leaves_nothing() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    assert_eq!(index.search(&asked("zyzzyva"))?.total, 0);
    assert_eq!(index.search(&asked("“zyzzyva” harbor"))?.total, 0);
    Ok(())
}

#[test]
fn an_answer_says_where_the_words_were_found() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let found = index.search(&asked("\"storm\" \"recall\""))?;
    assert_eq!(found.total, 1);
    assert_eq!(found.hits[0].fields, ["text", "subject"]);
    let found = index.search(&asked("minutes"))?;
    assert_eq!(found.hits[0].fields, ["text", "name"]);
    Ok(())
}

#[test]
fn people_times_and_kinds_narrow_it_down() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let with = |change: &dyn Fn(&mut Query)| {
        let mut query = asked("harbor");
        change(&mut query);
        ids(&index, &query)
    };
    assert_eq!(with(&|_| ())?, [1, 2, 3]);
    assert_eq!(with(&|query| query.who = vec!["voss".to_owned()])?, [2]);
    assert_eq!(
        with(&|query| query.to = vec!["Voss, Ines".to_owned()])?,
        [1]
    );
    assert_eq!(
        with(&|query| query.who = vec!["mail:ada@harbor.example".to_owned(), "voss".to_owned()])?,
        [1, 2]
    );
    assert_eq!(
        with(&|query| query.who = vec!["mail:harbor@ada.example".to_owned()])?,
        Vec::<u64>::new()
    );
    assert_eq!(
        with(&|query| query.who = vec!["!".to_owned()])?,
        Vec::<u64>::new()
    );
    assert_eq!(with(&|query| query.kinds = vec!["text".to_owned()])?, [3]);
    assert_eq!(with(&|query| query.since = Some(2 * DAY))?, [2]);
    assert_eq!(with(&|query| query.since = Some(3 * DAY))?, [2]);
    assert_eq!(with(&|query| query.until = Some(2 * DAY - 1))?, [1]);
    Ok(())
}

#[test]
fn items_without_a_time_are_counted_when_times_are_asked_for() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let mut query = asked("harbor");
    query.since = Some(0);
    let found = index.search(&query)?;
    assert_eq!((found.total, found.undated), (2, 1));
    query.terms.clear();
    assert_eq!(index.search(&query)?.undated, 1);
    Ok(())
}

#[test]
fn without_words_all_that_fits_comes_in_the_order_of_the_archive() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let query = Query {
        limit: 2,
        ..Query::default()
    };
    let found = index.search(&query)?;
    assert_eq!(found.total, 3);
    assert_eq!(
        found.hits.iter().map(|hit| hit.id).collect::<Vec<_>>(),
        [1, 2]
    );
    Ok(())
}

#[test]
fn a_question_of_marks_alone_finds_nothing_and_says_so() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let found = index.search(&asked("?!"))?;
    assert_eq!((found.total, found.ignored), (0, vec!["?!".to_owned()]));
    let found = index.search(&asked("“?!” harbor"))?;
    assert_eq!(found.total, 3);
    Ok(())
}

#[test]
fn a_run_of_common_words_is_not_looked_for_where_another_has_a_rare_one() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let searcher = index.reader.searcher();
    let of = |runs: [&str; 2], most| -> tantivy::Result<String> {
        let runs: Vec<Vec<String>> = runs.iter().map(|run| words::words(run)).collect();
        let run = lookup::telling(&searcher, index.fields.text, &runs, most)?;
        Ok(run.unwrap_or_default().join(" "))
    };
    // Two texts have each of these words, and one has these.
    let (common, rare) = ("never safe harbor", "recall mind");
    assert_eq!(of([common, rare], 2)?, common);
    assert_eq!(of([common, rare], 1)?, rare);
    assert_eq!(of([common, rare], 0)?, common);
    assert_eq!(of(["zyzzyva never harbor", rare], 1)?, rare);
    assert_eq!(of(["zyzzyva never harbor", common], 1)?, "");
    Ok(())
}

#[test]
fn candidates_go_from_the_phrase_to_its_rare_words() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let of = |words: &str| {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        index.candidates(&[words.join(" ")], &words, (10, 10))
    };
    // The third has one of the words alone.
    assert_eq!(of("the harbor was never safe")?, [1, 2]);
    assert_eq!(of("I recall the harbour being safe")?[0], 2);
    assert_eq!(of("zyzzyva")?, Vec::<u64>::new());
    assert_eq!(of("")?, Vec::<u64>::new());
    let safe = ["safe".to_owned()];
    assert_eq!(index.candidates(&safe, &safe, (1, 1))?.len(), 1);
    Ok(())
}

#[test]
fn a_killed_indexing_goes_on_where_it_was() -> TestResult {
    let dir = TempDir::new()?;
    let path = dir.path().join("search");
    let index = Index::open(&path, true)?;
    assert_eq!(index.indexed_up_to()?, 0);
    let entries = letters();
    let mut writer = index.writer()?;
    writer.add(&entries[0])?;
    writer.commit(1, "m-1")?;
    writer.add(&entries[1])?;
    drop(writer);
    drop(index);

    let index = Index::open(&path, true)?;
    assert_eq!(index.begun_anew(), None);
    assert_eq!(
        (index.indexed_up_to()?, index.stamp()?.as_str()),
        (1, "m-1")
    );
    assert_eq!(ids(&index, &asked("harbor"))?, [1]);
    let mut writer = index.writer()?;
    for entry in &entries {
        writer.add(entry)?;
    }
    writer.commit(3, "m-3")?;
    assert_eq!(ids(&index, &asked("harbor"))?, [1, 2, 3]);
    assert_eq!(Index::open(&path, false)?.indexed_up_to()?, 3);
    Ok(())
}

#[test]
fn a_second_writer_is_refused_while_readers_go_on() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let _writer = index.writer()?;
    assert!(matches!(index.writer(), Err(Error::InUse { .. })));
    let reading = Index::open(dir.path(), false)?;
    assert_eq!(ids(&reading, &asked("harbor"))?, [1, 2, 3]);
    assert!(matches!(reading.writer(), Err(Error::ReadOnly { .. })));
    Ok(())
}

#[test]
fn an_index_that_can_not_be_locked_can_still_be_read() -> TestResult {
    let dir = TempDir::new()?;
    drop(filled(dir.path())?);
    // As on a read-only disk, the lock file can't be opened for writing.
    fs::create_dir(dir.path().join("lock"))?;
    fs::rename(
        dir.path().join(".tantivy-meta.lock"),
        dir.path().join("lock/old"),
    )?;
    fs::rename(
        dir.path().join("lock"),
        dir.path().join(".tantivy-meta.lock"),
    )?;
    let index = Index::open(dir.path(), false)?;
    assert_eq!(ids(&index, &asked("harbor"))?, [1, 2, 3]);
    Ok(())
}

#[test]
fn an_index_that_is_not_ours_or_damaged_is_begun_anew() -> TestResult {
    let dir = TempDir::new()?;
    let path = dir.path().join("search");
    assert!(matches!(
        Index::open(&path, false),
        Err(Error::Missing { .. })
    ));
    for (name, bytes) in [
        ("meta.json", b"{".as_slice()),
        (".managed.json", b"\xff\xfe"),
        (
            "meta.json",
            b"{\"segments\":[],\"schema\":[],\"opstamp\":0}",
        ),
    ] {
        drop(filled(&path)?);
        let mut file = fs::File::create(path.join(name))?;
        io::Write::write_all(&mut file, bytes)?;
        assert!(
            matches!(Index::open(&path, false), Err(Error::NotUsable { .. })),
            "{name}"
        );
        let index = Index::open(&path, true)?;
        assert!(index.begun_anew().is_some(), "{name}");
        assert_eq!(index.indexed_up_to()?, 0);
        assert_eq!(index.search(&asked("harbor"))?.total, 0);
    }
    Ok(())
}

#[test]
fn a_file_cut_short_is_noticed_on_opening() -> TestResult {
    let dir = TempDir::new()?;
    let path = dir.path().join("search");
    drop(filled(&path)?);
    for entry in fs::read_dir(&path)? {
        let file = entry?.path();
        if file
            .extension()
            .is_some_and(|kind| kind == "idx" || kind == "fast")
        {
            fs::File::options().write(true).open(file)?.set_len(3)?;
        }
    }
    assert!(matches!(
        Index::open(&path, false),
        Err(Error::NotUsable { .. })
    ));
    assert!(Index::open(&path, true)?.begun_anew().is_some());
    Ok(())
}

#[test]
fn no_changed_byte_stops_the_program_and_the_checksums_find_it() -> TestResult {
    let dir = TempDir::new()?;
    let path = dir.path().join("search");
    drop(filled(&path)?);
    let files: Vec<PathBuf> = fs::read_dir(&path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    let parts = ["idx", "pos", "term", "fast", "fieldnorm", "store"];
    for file in files.iter().filter(|file| {
        file.extension()
            .is_some_and(|kind| parts.iter().any(|part| kind == *part))
    }) {
        let good = fs::read(file)?;
        for at in (0..good.len()).step_by(7) {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            io::Write::write_all(&mut fs::File::create(file)?, &bad)?;
            if let Ok(index) = Index::open(&path, false) {
                let found = ids(&index, &asked("\"harbor was never safe\""));
                let words = ["harbor".to_owned(), "safe".to_owned()];
                let sought = index.candidates(&[words.join(" ")], &words, (5, 5));
                // The frame's own text (which version wrote it) is under no checksum, and changes nothing.
                let unharmed =
                    found.is_ok_and(|found| found == [1]) && sought.is_ok_and(|ids| ids.len() == 3);
                let unnoticed = index.damaged_files().is_ok_and(|files| files.is_empty());
                assert!(unharmed || !unnoticed, "byte {at} of {}", file.display());
            }
        }
        io::Write::write_all(&mut fs::File::create(file)?, &good)?;
    }
    Ok(())
}

#[test]
fn a_folder_with_somebodys_things_in_it_is_not_cleared() -> TestResult {
    let dir = TempDir::new()?;
    let path = dir.path().join("search");
    fs::create_dir_all(path.join("letters"))?;
    assert!(matches!(
        Index::open(&path, true),
        Err(Error::Foreign { .. })
    ));
    assert!(path.join("letters").exists());
    Ok(())
}

#[test]
fn an_index_that_names_files_outside_its_folder_can_not_remove_them() -> TestResult {
    let dir = TempDir::new()?;
    let path = dir.path().join("search");
    drop(filled(&path)?);
    let outside = dir.path().join("checkpoint");
    drop(fs::File::create(&outside)?);
    let managed = path.join(".managed.json");
    let mut names: Vec<String> = serde_json::from_slice(&fs::read(&managed)?)?;
    names.push("../checkpoint".to_owned());
    names.push(outside.display().to_string());
    io::Write::write_all(
        &mut fs::File::create(&managed)?,
        &serde_json::to_vec(&names)?,
    )?;
    let index = Index::open(&path, true)?;
    let mut writer = index.writer()?;
    writer.commit(4, "m-4")?;
    writer.finish()?;
    assert!(outside.exists());
    assert_eq!(ids(&index, &asked("harbor"))?, [1, 2, 3]);
    Ok(())
}

#[test]
fn a_text_beyond_the_limit_is_indexed_in_part_and_says_so() -> TestResult {
    let dir = TempDir::new()?;
    let index = Index::open(dir.path(), true)?;
    let mut writer = index.writer()?;
    let long = format!("first{}last", " ".repeat(LONGEST_TEXT));
    let whole = writer.add(&Entry {
        id: 1,
        text: &long,
        ..Entry::default()
    })?;
    assert!(!whole);
    writer.commit(1, "")?;
    assert_eq!(index.search(&asked("first"))?.total, 1);
    assert_eq!(index.search(&asked("last"))?.total, 0);
    Ok(())
}

#[test]
fn too_many_words_are_refused_by_name() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    let error = index.search(&asked(&"a ".repeat(600))).err();
    assert_eq!(
        error.map(|error| error.to_string()).as_deref(),
        Some("600 words were asked for; at most 512 can be looked up at once")
    );
    Ok(())
}

#[test]
fn no_question_is_an_error() -> TestResult {
    let dir = TempDir::new()?;
    let index = filled(dir.path())?;
    proptest!(ProptestConfig::with_cases(300), |(
        typed in proptest::collection::vec(any::<String>(), 0..4),
        who in any::<String>(),
        since in any::<Option<i64>>(),
        until in any::<Option<i64>>(),
        limit in any::<usize>(),
    )| {
        let query = Query {
            terms: parse_words(&typed),
            who: if who.is_empty() { Vec::new() } else { vec![who.clone()] },
            to: Vec::new(),
            since,
            until,
            kinds: Vec::new(),
            limit,
        };
        prop_assert!(index.search(&query).is_ok());
        prop_assert!(index.candidates(&typed, &typed, (limit, limit)).is_ok());
    });
    Ok(())
}
