//! Keys, the signer's memory at every point where a crash can fall, and pins.

#[path = "support/skipped.rs"]
mod skipped;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use fonds::keys;
use fonds::keys::Head;
use fonds::keys::KeyError;
use fonds::keys::KeyPair;
use fonds::keys::LogKeys;
use fonds::keys::Memory;
use fonds::keys::Pin;
use fonds::keys::Places;
use fonds::keys::PublicKey;
use fonds::keys::Standing;
use fonds::tlog;
use fonds::tlog::Checkpoint;
use fonds::tlog::Hash;
use skipped::skipped;
use tempfile::TempDir;

type TestResult = Result<(), Box<dyn std::error::Error>>;

const ORIGIN: &str = "fonds/0123456789abcdef0123456789abcdef01234567";

fn places() -> std::io::Result<(TempDir, Places)> {
    let dir = tempfile::tempdir()?;
    let places = Places {
        config: dir.path().join("config"),
        state: dir.path().join("state"),
    };
    Ok((dir, places))
}

fn key() -> KeyPair {
    KeyPair::from_seed([7; 32])
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size)
        .map(|n| tlog::leaf_hash(&n.to_be_bytes()))
        .collect()
}

fn head(size: u64) -> Head {
    Head {
        size,
        root: tlog::root(leaves(size)),
    }
}

/// As many entries, of which the last is another.
fn other_head(size: u64) -> Head {
    let last = tlog::leaf_hash(b"another");
    let root = tlog::root(leaves(size - 1).into_iter().chain([last]));
    Head { size, root }
}

fn checkpoint(head: Head) -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.to_owned(),
        size: head.size,
        root: head.root,
    }
}

#[test]
fn a_key_comes_back_from_its_file_and_only_the_owner_can_read_it() -> TestResult {
    let (_dir, places) = places()?;
    let path = places.log_key(ORIGIN)?;
    let made = KeyPair::generate()?;
    made.save(&path, None, ORIGIN)?;
    assert_eq!(KeyPair::load(&path, None)?.public(), made.public());
    assert_eq!(
        PublicKey::load(&places.log_key_public(ORIGIN)?)?,
        made.public()
    );
    assert!(!keys::needs_passphrase(&path)?);
    let rights = |path| fs::metadata(path).map(|data| data.permissions().mode() & 0o777);
    assert_eq!(
        (rights(path.clone())?, rights(places.config.join("keys"))?),
        (0o600, 0o700)
    );
    assert!(!format!("{:?}", key()).contains(&hex::encode([7; 32])));
    Ok(())
}

#[test]
fn a_key_is_never_written_over() -> TestResult {
    let (_dir, places) = places()?;
    let path = places.log_key(ORIGIN)?;
    key().save(&path, None, "first")?;
    let refused = KeyPair::generate()?.save(&path, None, "second");
    assert!(matches!(refused, Err(KeyError::Taken { .. })));
    assert_eq!(KeyPair::load(&path, None)?.public(), key().public());
    assert_eq!(
        PublicKey::load(&places.log_key_public(ORIGIN)?)?,
        key().public()
    );
    Ok(())
}

#[test]
fn a_locked_key_says_what_it_needs() -> TestResult {
    let (_dir, places) = places()?;
    let path = places.recovery_key(ORIGIN)?;
    key().save(&path, Some("correct horse"), "recovery")?;
    assert!(keys::needs_passphrase(&path)?);
    for (passphrase, wanted) in [
        (None, "locked"),
        (Some("wrong"), "does not open"),
        (Some(""), "not open"),
    ] {
        let refused = KeyPair::load(&path, passphrase).unwrap_err();
        assert!(
            refused.is_wrong_key() && refused.to_string().contains(wanted),
            "{refused}"
        );
    }
    let loaded = KeyPair::load_expecting(&path, Some("correct horse"), &key().public())?;
    assert_eq!(loaded.public(), key().public());
    // Another key is refused before a passphrase is asked for.
    let other = KeyPair::from_seed([8; 32]).public();
    let refused = KeyPair::load_expecting(&path, None, &other).unwrap_err();
    assert!(matches!(refused, KeyError::WrongKey { .. }));
    Ok(())
}

#[test]
fn what_is_no_key_is_refused_by_name() -> TestResult {
    let (_dir, places) = places()?;
    let path = places.log_key(ORIGIN)?;
    assert!(matches!(
        KeyPair::load(&path, None),
        Err(KeyError::Missing { .. })
    ));
    fs::create_dir_all(places.config.join("keys"))?;
    let text = key_text(&places)?;
    for bytes in [
        &b""[..],
        b"\xff\xfe",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
        &text.as_bytes()[..120],
    ] {
        fs::File::create(&path).and_then(|mut file| std::io::Write::write_all(&mut file, bytes))?;
        let refused = KeyPair::load(&path, None).unwrap_err();
        assert!(matches!(refused, KeyError::NotAKey { .. }), "{refused}");
        assert!(PublicKey::load(&path).unwrap_err().is_wrong_key());
    }
    let p256 = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHwf2HMM5TRXvo2SQJjsNkiDD5KqiiNjrGVv3UUh+mMT5RHxiRtOnlqvjhQtBq0VpmpCV/PwUdhOig4vkbqAcEc=";
    assert!(matches!(
        PublicKey::parse(p256),
        Err(KeyError::NotEd25519 { .. })
    ));
    assert!(matches!(
        PublicKey::parse("ssh-ed25519 AAAA"),
        Err(KeyError::NotAPublicKey { .. })
    ));
    assert!(PublicKey::new([0; 32]).is_err());
    for origin in [
        "",
        "fonds/",
        "fonds/../../../../etc/passwd",
        &ORIGIN.to_uppercase(),
        &format!("{ORIGIN}0"),
    ] {
        assert!(
            matches!(places.log_key(origin), Err(KeyError::Origin(_))),
            "{origin}"
        );
    }
    Ok(())
}

fn key_text(places: &Places) -> Result<String, Box<dyn std::error::Error>> {
    let path = places.config.join("keys/sample");
    key().save(&path, None, "sample")?;
    Ok(fs::read_to_string(path)?)
}

#[test]
fn openssh_reads_what_is_written_and_the_other_way_round() -> TestResult {
    let (dir, places) = places()?;
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        skipped("ssh-keygen not present");
        return Ok(());
    }
    let path = places.log_key(ORIGIN)?;
    key().save(&path, Some("secret"), ORIGIN)?;
    let shown = Command::new("ssh-keygen")
        .args(["-y", "-P", "secret", "-f"])
        .arg(&path)
        .output()?;
    let line = String::from_utf8(shown.stdout)?;
    assert_eq!(PublicKey::parse(&line)?, key().public());
    let theirs = dir.path().join("theirs");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "other", "-C", "x", "-f"])
        .arg(&theirs)
        .status()?;
    assert!(made.success());
    let public = PublicKey::load(&dir.path().join("theirs.pub"))?;
    assert_eq!(KeyPair::load(&theirs, Some("other"))?.public(), public);
    Ok(())
}

/// Kills the signer, as it were, and starts it again.
fn restart(memory: Memory, places: &Places) -> Result<Memory, KeyError> {
    drop(memory);
    Memory::open(places, ORIGIN)
}

#[test]
fn a_crash_at_any_step_of_an_append_leaves_one_thing_to_do() -> TestResult {
    let (_dir, places) = places()?;
    let mut memory = Memory::open(&places, ORIGIN)?;
    assert_eq!(
        memory.standing(head(1), None, &key().public()),
        Standing::Blank
    );
    memory.set_pending(head(1), &key())?;
    assert_eq!(
        memory.standing(head(1), None, &key().public()),
        Standing::Sign
    );
    memory.sign_pending(&key(), None, None)?;

    // Before anything: the archive is as it was signed.
    let mut memory = restart(memory, &places)?;
    assert_eq!(
        memory.standing(head(1), Some(head(1)), &key().public()),
        Standing::Settled
    );

    // Announced, but the entries were not committed: the announcement is void, and another may follow.
    memory.set_pending(other_head(4), &key())?;
    let mut memory = restart(memory, &places)?;
    assert_eq!(
        memory.standing(head(1), Some(head(1)), &key().public()),
        Standing::Settled
    );
    memory.set_pending(head(4), &key())?;

    // Entries committed, not signed: sign them, whatever else was announced before.
    let mut memory = restart(memory, &places)?;
    assert_eq!(
        memory.standing(head(4), Some(head(1)), &key().public()),
        Standing::Sign
    );
    assert_eq!(
        memory.standing(other_head(4), Some(head(1)), &key().public()),
        Standing::Foreign { signed: head(1) }
    );
    let note = memory.sign_pending(&key(), None, None)?;

    // Signed, but the archive lacks the note: it is the same one.
    let memory = restart(memory, &places)?;
    assert_eq!(
        memory.standing(head(4), Some(head(1)), &key().public()),
        Standing::StoreNote(note.clone())
    );
    assert_eq!(
        memory.standing(head(4), Some(head(4)), &key().public()),
        Standing::Settled
    );
    assert_eq!(memory.pending(&key().public()), None);
    Checkpoint::open(&note, &key().public().verifier(ORIGIN)?)?;

    // An older copy of the archive, and a newer one that this signer never saw.
    assert_eq!(
        memory.standing(head(1), Some(head(1)), &key().public()),
        Standing::Behind { signed: head(4) }
    );
    assert_eq!(
        memory.standing(head(6), Some(head(6)), &key().public()),
        Standing::Foreign { signed: head(4) }
    );
    assert_eq!(
        memory.standing(other_head(4), None, &key().public()),
        Standing::Foreign { signed: head(4) }
    );
    Ok(())
}

#[test]
fn the_signer_never_signs_less_nor_two_roots_for_one_size() -> TestResult {
    let (_dir, places) = places()?;
    let mut memory = Memory::open(&places, ORIGIN)?;
    assert!(matches!(
        memory.sign_pending(&key(), None, None),
        Err(KeyError::NothingPending)
    ));
    memory.set_pending(head(5), &key())?;
    let first = memory.sign_pending(&key(), None, None)?;
    let mut memory = restart(memory, &places)?;
    assert!(matches!(
        memory.set_pending(head(4), &key()),
        Err(KeyError::LowerSize {
            known: 5,
            offered: 4
        })
    ));
    assert!(matches!(
        memory.set_pending(other_head(5), &key()),
        Err(KeyError::OtherRoot { size: 5, .. })
    ));
    assert_eq!(memory.pending(&key().public()), None);
    // The same head again is the same note.
    memory.set_pending(head(5), &key())?;
    assert_eq!(memory.sign_pending(&key(), None, None)?, first);

    // Not even when the file was made to say so.
    drop(memory);
    let path = places.memory(ORIGIN)?;
    let text = fs::read_to_string(&path)?;
    let forge = |head: Head, by: &KeyPair| -> TestResult {
        let name = format!("{ORIGIN}/pending");
        let announced = format!("fonds/pending/v1\n{ORIGIN}\n{}\n{}\n", head.size, head.root);
        let note = by.sign_text(&name, &announced)?.to_string();
        let forged = format!("\"pending\": {}", serde_json::to_string(&note)?);
        let forged = text.replace("\"pending\": null", &forged);
        fs::File::create(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, forged.as_bytes()))?;
        Ok(())
    };
    forge(other_head(5), &key())?;
    let mut memory = Memory::open(&places, ORIGIN)?;
    assert!(memory.pending(&key().public()).is_some());
    assert!(matches!(
        memory.sign_pending(&key(), None, None),
        Err(KeyError::OtherRoot { .. })
    ));
    // Nor what somebody announced who has not got the key.
    drop(memory);
    forge(head(7), &KeyPair::from_seed([66; 32]))?;
    let mut memory = Memory::open(&places, ORIGIN)?;
    assert_eq!(memory.pending(&key().public()), None);
    assert_eq!(keys::announced(&places, ORIGIN, &key().public())?, None);
    assert_eq!(
        memory.standing(head(7), Some(head(5)), &key().public()),
        Standing::Foreign { signed: head(5) }
    );
    assert!(matches!(
        memory.sign_pending(&key(), None, None),
        Err(KeyError::NothingPending)
    ));
    Ok(())
}

#[test]
fn two_copies_of_an_archive_cannot_sign_at_once() -> TestResult {
    let (_dir, places) = places()?;
    let held = Memory::open(&places, ORIGIN)?;
    assert!(matches!(
        Memory::open(&places, ORIGIN),
        Err(KeyError::InUse { .. })
    ));
    assert_eq!(keys::last_signed(&places, ORIGIN)?, None);
    drop(held);
    Memory::open(&places, ORIGIN)?;
    Ok(())
}

#[test]
fn a_memory_that_cannot_be_written_signs_nothing() -> TestResult {
    let (_dir, places) = places()?;
    let mut memory = Memory::open(&places, ORIGIN)?;
    memory.set_pending(head(2), &key())?;
    // A folder where the file should go: the rename is refused even to root.
    let path = places.memory(ORIGIN)?;
    fs::rename(&path, path.with_extension("away"))?;
    fs::create_dir(&path)?;
    assert!(matches!(
        memory.sign_pending(&key(), None, None),
        Err(KeyError::Durable(_))
    ));
    assert_eq!(
        (memory.signed(), memory.pending(&key().public())),
        (None, Some(head(2)))
    );
    assert!(memory.set_pending(head(3), &key()).is_err());
    fs::remove_dir(&path)?;
    fs::rename(path.with_extension("away"), &path)?;
    let mut memory = restart(memory, &places)?;
    assert_eq!(
        memory.standing(head(2), None, &key().public()),
        Standing::Sign
    );
    memory.sign_pending(&key(), None, None)?;
    Ok(())
}

#[test]
fn a_damaged_memory_is_said_and_not_taken_for_an_empty_one() -> TestResult {
    let (_dir, places) = places()?;
    let mut memory = Memory::open(&places, ORIGIN)?;
    memory.set_pending(head(2), &key())?;
    memory.sign_pending(&key(), None, None)?;
    memory.set_pending(head(3), &key())?;
    drop(memory);
    let path = places.memory(ORIGIN)?;
    let text = fs::read_to_string(&path)?;
    for odd in [
        String::new(),
        text[..text.len() / 2].to_owned(),
        text.replace("\"v\": 1", "\"v\": 2"),
        text.replacen("01234567", "01234568", 1),
        text.replace(&head(3).root.to_string(), "00"),
        text.replace("\"note\"", "\"notes\""),
        text.replace("\\n2\\n", "\\n02\\n"),
    ] {
        fs::File::create(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, odd.as_bytes()))?;
        assert!(
            matches!(Memory::open(&places, ORIGIN), Err(KeyError::Damaged { .. })),
            "{odd}"
        );
    }
    Ok(())
}

#[test]
fn a_damaged_memory_or_pin_is_put_aside_and_nothing_else_is() -> TestResult {
    let (_dir, places) = places()?;
    let mut memory = Memory::open(&places, ORIGIN)?;
    memory.set_pending(head(2), &key())?;
    memory.sign_pending(&key(), None, None)?;
    drop(memory);
    assert!(keys::set_damaged_aside(&places, ORIGIN)?.is_empty());
    for path in [places.memory(ORIGIN)?, places.pin(ORIGIN)?] {
        fs::File::create(&path).and_then(|mut file| std::io::Write::write_all(&mut file, b"{"))?;
        let aside = keys::set_damaged_aside(&places, ORIGIN)?;
        assert_eq!(aside, [path.with_extension("damaged")]);
        assert_eq!(fs::read(&aside[0])?, b"{");
        assert!(!path.exists());
    }
    assert_eq!(Memory::open(&places, ORIGIN)?.signed(), None);
    Ok(())
}

#[test]
fn a_lost_or_older_memory_takes_over_only_what_continues_it() -> TestResult {
    let (_dir, places) = places()?;
    let log = LogKeys::new(ORIGIN, key().public());
    let mut memory = Memory::open(&places, ORIGIN)?;
    memory.adopt(&key().sign(&checkpoint(head(5)))?, &log, &[])?;
    assert_eq!(
        memory.standing(head(5), Some(head(5)), &key().public()),
        Standing::Settled
    );
    let proof = tlog::prove_consistency(&leaves(9), 5)?;
    let forked = key().sign(&checkpoint(other_head(9)))?;
    assert!(
        memory
            .adopt(&forked, &log, &proof)
            .unwrap_err()
            .is_conflict()
    );
    let stranger = KeyPair::from_seed([9; 32]).sign(&checkpoint(head(9)))?;
    assert!(matches!(
        memory.adopt(&stranger, &log, &proof),
        Err(KeyError::Note(_))
    ));
    memory.adopt(&key().sign(&checkpoint(head(9)))?, &log, &proof)?;
    assert_eq!(restart(memory, &places)?.signed(), Some(head(9)));
    Ok(())
}

#[test]
fn a_pin_moves_only_forward_and_only_to_what_continues_it() -> TestResult {
    let (_dir, places) = places()?;
    let log = LogKeys::new(ORIGIN, key().public());
    let note = |head| key().sign(&checkpoint(head));
    let mut pin = Pin::open(&places, ORIGIN)?;
    assert_eq!(pin.checkpoint(), None);
    pin.advance(&note(head(3))?, &log, &[])?;
    pin.advance(&note(head(3))?, &log, &[])?;
    let proof = tlog::prove_consistency(&leaves(7), 3)?;
    assert!(matches!(
        pin.advance(&note(head(2))?, &log, &[]),
        Err(KeyError::LowerSize {
            known: 3,
            offered: 2
        })
    ));
    assert!(matches!(
        pin.advance(&note(other_head(3))?, &log, &[]),
        Err(KeyError::OtherRoot { .. })
    ));
    assert!(matches!(
        pin.advance(&note(head(7))?, &log, &proof[1..]),
        Err(KeyError::NotContinued(_))
    ));
    assert!(matches!(
        pin.advance(&note(other_head(7))?, &log, &proof),
        Err(KeyError::NotContinued(_))
    ));
    let stranger = KeyPair::from_seed([9; 32]).sign(&checkpoint(head(7)))?;
    assert!(matches!(
        pin.advance(&stranger, &log, &proof),
        Err(KeyError::Note(_))
    ));
    assert_eq!(
        Pin::open(&places, ORIGIN)?.checkpoint(),
        Some(&checkpoint(head(3)))
    );
    pin.advance(&note(head(7))?, &log, &proof)?;
    assert_eq!(
        Pin::open(&places, ORIGIN)?.checkpoint(),
        Some(&checkpoint(head(7)))
    );
    Ok(())
}

#[test]
fn a_pin_that_another_process_moved_is_not_moved_back() -> TestResult {
    let (_dir, places) = places()?;
    let log = LogKeys::new(ORIGIN, key().public());
    let note = |head| key().sign(&checkpoint(head));
    let (mut slow, mut quick) = (Pin::open(&places, ORIGIN)?, Pin::open(&places, ORIGIN)?);
    quick.advance(&note(head(9))?, &log, &[])?;
    assert!(matches!(
        slow.advance(&note(head(4))?, &log, &[]),
        Err(KeyError::PinMoved { .. })
    ));
    assert_eq!(
        Pin::open(&places, ORIGIN)?.checkpoint(),
        Some(&checkpoint(head(9)))
    );
    Ok(())
}
