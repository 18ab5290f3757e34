//! Bringing in: what is recorded, what is known again, what goes on after a stop.

mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use fonds::archive::Archive;
use fonds::archive::Target;
use support::Bench;
use support::TestResult;

const MAIL: &str = "From: Nora Halloran <nora@halloran.example>\r\nTo: Peter Voss <voss@pier.example>\r\n\
                    Subject: The pier\r\nDate: Tue, 11 Jul 2023 09:29:00 -0400\r\nMessage-ID: <1@halloran.example>\r\n\
                    \r\nI never asked him to sign it.\r\n";

fn mailbox(messages: usize) -> String {
    let mut text = String::new();
    for n in 0..messages {
        text += "From nora@halloran.example Tue Jul 11 09:29:00 2023\nFrom: nora@halloran.example\nTo: voss@pier.example\n";
        text += "Date: Tue, 11 Jul 2023 09:29:00 -0400\nSubject: Number ";
        text += &n.to_string();
        text += "\nMessage-ID: <";
        text += &n.to_string();
        text += "@halloran.example>\n\nThis is the message.\n\nIt has two paragraphs.\n\n";
    }
    text
}

fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
    fs::File::create(path)?.write_all(bytes.as_ref())
}

fn folder(bench: &Bench) -> Result<std::path::PathBuf, std::io::Error> {
    let folder = bench.dir.path().join("in");
    fs::create_dir_all(&folder)?;
    write(folder.join("a.txt"), "The harbor was never safe.\n")?;
    write(folder.join("b.eml"), MAIL)?;
    write(folder.join("c.mbox"), mailbox(3))?;
    write(folder.join("d.bin"), [0, 159, 146, 150])?;
    write(folder.join("e.html"), "<title>Pier</title><p>Who pays?</p>")?;
    Ok(folder)
}

#[test]
fn documents_and_messages_are_counted_once() -> TestResult {
    let bench = Bench::new()?;
    let receipt = bench.ingest(&[&folder(&bench)?], None)?;
    assert_eq!(receipt.documents.added, 5);
    assert_eq!(receipt.messages, 4);
    // Four messages, the text, the page and the bytes that nobody reads; not the mail and the mailbox themselves.
    assert_eq!(receipt.items.added, 7);
    assert_eq!(receipt.not_searchable, 1);
    assert!(receipt.failed.is_empty(), "{:?}", receipt.failed);
    let archive = Archive::open(&bench.archive())?;
    assert_eq!(archive.tally("documents")?, 5);
    assert_eq!(archive.tally("messages")?, 4);
    assert_eq!(archive.tally("items")?, 7);
    Ok(())
}

#[test]
fn the_same_again_makes_no_entry_and_new_provenance_does() -> TestResult {
    let bench = Bench::new()?;
    let folder = folder(&bench)?;
    bench.ingest(&[&folder], None)?;
    let size = Archive::open(&bench.archive())?.head()?.0;
    let again = bench.ingest(&[&folder], None)?;
    assert_eq!(
        (
            again.accession,
            again.documents.added,
            again.documents.known
        ),
        (None, 0, 5)
    );
    assert_eq!(Archive::open(&bench.archive())?.head()?.0, size);
    let other = bench.ingest(&[&folder], Some("unknown"))?;
    assert!(other.accession.is_some());
    assert_eq!(
        (other.documents.added, other.documents.known, other.messages),
        (0, 0, 4)
    );
    let archive = Archive::open(&bench.archive())?;
    assert_eq!(archive.tally("messages")?, 8);
    assert_eq!(archive.tally("documents")?, 5);
    Ok(())
}

#[test]
fn texts_come_back_as_they_were_read() -> TestResult {
    let bench = Bench::new()?;
    bench.ingest(&[&folder(&bench)?], None)?;
    let archive = Archive::open(&bench.archive())?;
    let message = archive.by_event("1@halloran.example")?.remove(0);
    assert_eq!(
        archive.text(message.item)?.as_deref(),
        Some("I never asked him to sign it.\n")
    );
    let Target::Item(item) = archive.resolve(&archive.reference(&message)?)? else {
        return Err("a message is an item".into());
    };
    assert_eq!(item, message.item);
    let mut texts = Vec::new();
    for card in archive.after(0, 100)? {
        if card.class == "d" {
            texts.push((card.kind.clone(), archive.text(card.item)?));
        }
    }
    assert!(texts.contains(&(
        "text".to_owned(),
        Some("The harbor was never safe.\n".to_owned())
    )));
    assert!(texts.iter().any(|(kind, text)| {
        kind == "html"
            && text
                .as_deref()
                .is_some_and(|text| text.contains("Who pays?"))
    }));
    Ok(())
}

#[test]
fn a_run_that_was_stopped_goes_on_where_it_stood() -> TestResult {
    let whole = Bench::new()?;
    let folder = whole.dir.path().join("in");
    fs::create_dir_all(&folder)?;
    write(folder.join("a.txt"), "first\n")?;
    // More than one group: 15,000 messages weigh more than a group may.
    write(folder.join("b.mbox"), mailbox(15_000))?;
    write(folder.join("c.txt"), "last\n")?;
    whole.ingest(&[&folder], None)?;
    let expected = Archive::open(&whole.archive())?.tally("messages")?;

    let stopped = Bench::new()?;
    let mut writer = stopped.writer()?;
    let request = support::request(&[&folder], None);
    let stop = |progress: fonds::ingest::Progress| {
        assert!(progress.messages < 11_000, "stopped here");
    };
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut outside = support::outside();
        outside.progress = &stop;
        fonds::ingest::run(&mut writer, &request, &mut outside)
    }));
    assert!(result.is_err(), "the run was to be stopped");
    drop(writer);
    let half = Archive::open(&stopped.archive())?.tally("messages")?;
    assert!(half > 0 && half < expected, "{half}");
    let receipt = stopped.ingest(&[&folder], None)?;
    assert!(receipt.continued);
    let archive = Archive::open(&stopped.archive())?;
    assert_eq!(archive.tally("messages")?, expected);
    assert_eq!(archive.tally("documents")?, 3);
    assert_eq!(archive.accessions()?.len(), 1);
    let again = stopped.ingest(&[&folder], None)?;
    assert_eq!(again.accession, None);
    Ok(())
}

#[test]
fn what_cannot_be_read_is_a_line_and_the_rest_goes_on() -> TestResult {
    let bench = Bench::new()?;
    let folder = folder(&bench)?;
    std::os::unix::fs::symlink(&folder, folder.join("loop"))?;
    write(folder.join("f.zip"), b"PK\x03\x04 and no more")?;
    let receipt = bench.ingest(&[&folder], None)?;
    let failed: Vec<&str> = receipt
        .failed
        .iter()
        .map(|failed| failed.path.as_str())
        .collect();
    assert!(
        failed.iter().any(|path| path.ends_with("loop")),
        "{failed:?}"
    );
    assert!(
        failed.iter().any(|path| path.ends_with("f.zip")),
        "{failed:?}"
    );
    assert_eq!(receipt.documents.added, 6);
    Ok(())
}

#[test]
fn a_path_that_is_not_there_stops_before_anything_is_recorded() -> TestResult {
    let bench = Bench::new()?;
    let size = Archive::open(&bench.archive())?.head()?.0;
    assert!(bench.ingest(&[Path::new("/nowhere/at/all")], None).is_err());
    assert_eq!(Archive::open(&bench.archive())?.head()?.0, size);
    Ok(())
}

#[test]
fn a_zip_that_climbs_out_or_explodes_is_kept_and_said_to_be_in_part() -> TestResult {
    let bench = Bench::new()?;
    let path = bench.dir.path().join("papers.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path)?);
    let packed = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [
        ("../../climbs.txt", b"Who pays?\n".to_vec()),
        ("zeros.bin", vec![0; 1_000_000]),
    ] {
        zip.start_file(name, packed)?;
        zip.write_all(&bytes)?;
    }
    zip.finish()?;
    let mut request = support::request(&[&path], None);
    request.limits.ratio_floor = 100_000;
    let receipt = fonds::ingest::run(&mut bench.writer()?, &request, &mut support::outside())?;
    let shown = path.display().to_string();
    assert_eq!(receipt.documents.added, 2);
    assert_eq!(receipt.failed.len(), 1, "{:?}", receipt.failed);
    assert_eq!(receipt.failed[0].path, shown);
    assert!(receipt.failed[0].reason.contains("zeros.bin"));
    assert!(receipt.failed[0].document.is_some());
    assert_eq!(receipt.notices.len(), 1, "{:?}", receipt.notices);
    assert!(receipt.notices[0].text.contains("leads out"));
    assert!(!bench.dir.path().join("climbs.txt").exists());
    Ok(())
}

#[test]
fn the_archives_own_folder_is_not_brought_into_it() -> TestResult {
    let bench = Bench::new()?;
    write(
        bench.dir.path().join("a.txt"),
        "The harbor was never safe.\n",
    )?;
    let own = bench.archive();
    let inside = bench.ingest(&[&own.join("archive.sqlite")], None);
    let said = inside
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(said.ends_with("lies in the archive itself"), "{said}");
    // Around it, it is passed over and that is said.
    let receipt = bench.ingest(&[bench.dir.path()], None)?;
    let passed: Vec<_> = receipt
        .notices
        .iter()
        .filter(|notice| notice.text.contains("the archive itself"))
        .collect();
    assert_eq!(passed.len(), 1, "{:?}", receipt.notices);
    let archive = Archive::open(&own)?;
    let cards = archive.after(0, 1000)?;
    let names: Vec<_> = cards
        .iter()
        .filter_map(|card| card.name.as_deref())
        .collect();
    assert!(
        names.contains(&"a.txt") && !names.contains(&"archive.sqlite"),
        "{names:?}"
    );
    Ok(())
}

#[test]
fn more_paths_than_an_accession_can_name_are_refused_before_anything_is_read() -> TestResult {
    let bench = Bench::new()?;
    let folder = folder(&bench)?;
    let many = vec![folder.as_path(); 10_000];
    let size = Archive::open(&bench.archive())?.head()?.0;
    let refused = bench.ingest(&many, None);
    let said = refused
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(said.starts_with("10000 paths are more"), "{said}");
    assert_eq!(Archive::open(&bench.archive())?.head()?.0, size);
    assert_eq!(fs::read_dir(bench.archive().join("packs"))?.count(), 0);
    Ok(())
}

#[test]
fn exports_without_number_in_one_zip_are_read_the_same_each_time() -> TestResult {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for n in 0..60 {
        writer.start_file(format!("x{n}/data/account.js"), options)?;
        write!(
            writer,
            r#"window.YTD.account.part0 = [{{"account":{{"accountId":"{n}","username":"u{n}"}}}}]"#
        )?;
        writer.start_file(format!("x{n}/data/tweets.js"), options)?;
        write!(
            writer,
            r#"window.YTD.tweets.part0 = [{{"tweet":{{"id_str":"{n}","full_text":"post {n}"}}}}]"#
        )?;
    }
    let bench = Bench::new()?;
    let file = bench.dir.path().join("exports.zip");
    write(&file, writer.finish()?.into_inner())?;
    let receipt = bench.ingest(&[&file], None)?;
    assert_eq!(receipt.messages, 60);
    let ownerless = |notice: &&fonds::ingest::Notice| notice.text.contains("account.js");
    assert_eq!(receipt.notices.iter().filter(ownerless).count(), 0);
    Ok(())
}

#[test]
fn a_text_that_cannot_be_read_is_named_and_the_rest_is_indexed() -> TestResult {
    let bench = Bench::new()?;
    let folder = bench.dir.path().join("in");
    fs::create_dir_all(&folder)?;
    let lost = "The ferry was never safe.\n".repeat(50_000);
    write(folder.join("a.txt"), &lost)?;
    write(folder.join("b.txt"), "The harbor was never safe.\n")?;
    bench.ingest(&[&folder], None)?;
    // Documents of 1 MiB or more lie in files of their own.
    fs::remove_dir_all(bench.archive().join("blobs"))?;
    let archive = Archive::open(&bench.archive())?;
    let indexed = fonds::archive::index::go_on(&archive, &|_, _| {})?;
    assert_eq!((indexed.added, indexed.unread), (2, 1));
    let (named, reason) = indexed.named.first().ok_or("it is named")?;
    assert!(named.starts_with("d-"), "{named}");
    let cause = std::error::Error::source(reason).map(ToString::to_string);
    assert!(cause.is_some_and(|cause| cause.contains("is not there")));
    assert_eq!(fonds::archive::index::waiting(&archive)?, 0);
    Ok(())
}

#[test]
fn a_link_to_a_folder_that_was_given_is_that_folder() -> TestResult {
    let bench = Bench::new()?;
    let folder = folder(&bench)?;
    let link = bench.dir.path().join("link");
    std::os::unix::fs::symlink(&folder, &link)?;
    let receipt = bench.ingest(&[&link], None)?;
    assert_eq!(receipt.documents.added, 5);
    assert!(receipt.failed.is_empty(), "{:?}", receipt.failed);
    Ok(())
}

#[test]
fn bytes_that_came_before_with_another_provenance_are_said_to_be_here() -> TestResult {
    let bench = Bench::new()?;
    let path = bench.dir.path().join("a.txt");
    write(&path, "The harbor was never safe.\n")?;
    bench.ingest(&[&path], None)?;
    let receipt = bench.ingest(&[&path], Some("unknown"))?;
    assert!(receipt.accession.is_some());
    let [known] = receipt.again.as_slice() else {
        return Err("it is named".into());
    };
    assert!(known.document.starts_with("d-"), "{}", known.document);
    assert_eq!((receipt.again_count, receipt.documents.known), (1, 0));
    Ok(())
}

#[test]
fn a_path_that_is_not_there_among_others_is_a_line() -> TestResult {
    let bench = Bench::new()?;
    let folder = folder(&bench)?;
    let gone = folder.join("gone.txt");
    let receipt = bench.ingest(&[&folder.join("a.txt"), &gone, &folder.join("b.eml")], None)?;
    assert_eq!(receipt.documents.added, 2);
    let [failed] = receipt.failed.as_slice() else {
        return Err("one line".into());
    };
    assert_eq!(failed.path, gone.display().to_string());
    assert_eq!(failed.reason, "is not there");
    Ok(())
}

#[test]
fn standard_input_that_brings_nothing_is_no_document() -> TestResult {
    let bench = Bench::new()?;
    let size = Archive::open(&bench.archive())?.head()?.0;
    let mut outside = support::outside();
    outside.stdin = Some(Box::new(std::io::empty()));
    let request = support::request(&[Path::new("-")], None);
    let receipt = fonds::ingest::run(&mut bench.writer()?, &request, &mut outside)?;
    assert_eq!(receipt.failed[0].reason, "nothing came on it");
    assert_eq!(receipt.accession, None);
    assert_eq!(Archive::open(&bench.archive())?.head()?.0, size);
    Ok(())
}

#[test]
fn a_table_that_was_stopped_goes_on_by_the_same_mapping_and_no_other() -> TestResult {
    let stopped = Bench::new()?;
    let file = stopped.dir.path().join("posts.csv");
    let rows: Vec<String> = (0..15_000)
        .map(|row| format!("{row},Post number {row} of the harbor"))
        .collect();
    write(&file, format!("id,text\n{}\n", rows.join("\n")))?;
    let mapping = |text: &str| {
        let text = format!("name = 'posts'\nformat = 'csv'\n[columns]\ntext = '{text}'\n");
        fonds::ingest::read::Mapping::read(&text)
    };
    let mut request = support::request(&[&file], None);
    request.table = Some(mapping("text")?);
    let stop = |progress: fonds::ingest::Progress| {
        assert!(progress.messages < 11_000, "stopped here");
    };
    let mut writer = stopped.writer()?;
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut outside = support::outside();
        outside.progress = &stop;
        fonds::ingest::run(&mut writer, &request, &mut outside)
    }));
    assert!(result.is_err(), "the run was to be stopped");
    drop(writer);
    let half = Archive::open(&stopped.archive())?.tally("messages")?;
    assert!(half > 0 && half < 15_000, "{half}");
    for table in [None, Some(mapping("id")?)] {
        let mut other = support::request(&[&file], None);
        other.table = table;
        let mut writer = stopped.writer()?;
        let refused = fonds::ingest::run(&mut writer, &other, &mut support::outside());
        let said = refused
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(said.contains("begun with the mapping posts"), "{said}");
    }
    let mut writer = stopped.writer()?;
    let receipt = fonds::ingest::run(&mut writer, &request, &mut support::outside())?;
    assert!(receipt.continued);
    let archive = Archive::open(&stopped.archive())?;
    assert_eq!(archive.tally("messages")?, 15_000);
    Ok(())
}
