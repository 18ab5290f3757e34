//! FORMAT.md against the program: records recomputed from its text alone, slowly, with a JSON reader and SHA-256 and
//! nothing of the library but the archive that it made.

#[path = "tamper/sample.rs"]
mod sample;

use base64::Engine as _;
use rusqlite::Connection;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;

use self::sample::TestResult;
use self::sample::sample;

type Hash = [u8; 32];

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// 'Canonical JSON', for what occurs here: sorted keys, no spaces. `serde_json` sorts and escapes as RFC 8785 does for
/// ASCII keys and integers.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let parts: Vec<String> = keys
                .into_iter()
                .map(|key| format!("{}:{}", json!(key), canonical(&map[key])))
                .collect();
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(list) => {
            let parts: Vec<String> = list.iter().map(canonical).collect();
            format!("[{}]", parts.join(","))
        }
        other => other.to_string(),
    }
}

/// HMAC-SHA-256 (RFC 2104) of a message under a key of 32 bytes.
fn hmac(key: &Hash, message: &[u8]) -> Hash {
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    let inner = block.map(|byte| byte ^ 0x36);
    let outer = block.map(|byte| byte ^ 0x5c);
    sha256(&[&outer, &sha256(&[&inner, message])])
}

/// 'Commitments'.
fn commitment(origin: &str, key: &Hash, slot: &str, value: &Value) -> Hash {
    let salt = hmac(key, format!("fonds/salt/v1\n{slot}").as_bytes());
    let list = json!([origin, hex::encode(salt), slot, value]);
    sha256(&[b"fonds/field/v1\n", canonical(&list).as_bytes()])
}

/// RFC 6962, section 2.1, by its definition.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => sha256(&[&[0], leaf]),
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            sha256(&[&[1], &root(left), &root(right)])
        }
    }
}

/// 'Text': where the first piece ends.
fn first_piece(text: &str) -> usize {
    let bytes = text.as_bytes();
    let seen = bytes.len().min(512);
    if let Some(feed) = (0..seen).find(|at| bytes[*at] == b'\n') {
        return (feed..seen).find(|at| bytes[*at] != b'\n').unwrap_or(seen);
    }
    if bytes.len() <= 512 {
        return bytes.len();
    }
    if let Some(space) = (0..seen).rev().find(|at| bytes[*at] == b' ') {
        return space + 1;
    }
    (0..=512)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

fn text_of(origin: &str, key: &Hash, text: &str) -> Value {
    let (mut rest, mut leaves) = (text, Vec::new());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(first_piece(rest));
        let slot = format!("text/{}", leaves.len());
        let committed = commitment(origin, key, &slot, &json!(piece));
        leaves.push(sha256(&[b"fonds/piece/v1\n", &committed]));
        rest = after;
    }
    json!({"pieces": leaves.len(), "root": hex::encode(root(&leaves))})
}

/// 'References': all 52 digits.
fn digits(leaf: &Hash) -> String {
    let bits: Vec<u8> = leaf
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .chain(std::iter::repeat_n(0, 4))
        .collect();
    bits.chunks(5)
        .map(|five| {
            five.iter()
                .fold(0, |number, bit| number << 1 | usize::from(*bit))
        })
        .map(|digit| char::from(b"0123456789abcdefghjkmnpqrstvwxyz"[digit]))
        .collect()
}

struct Row {
    leaf: Hash,
    kind: String,
    key: Hash,
    values: Vec<Value>,
}

fn row(conn: &Connection, sql: &str) -> TestResult<Row> {
    let (leaf, kind, key, slots): (Hash, String, Hash, String) =
        conn.query_row(sql, (), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
    Ok(Row {
        leaf,
        kind,
        key,
        values: serde_json::from_str(&slots)?,
    })
}

impl Row {
    /// The slots of a kind, as its description in `schema/entry` has them.
    fn slots(&self) -> TestResult<Vec<String>> {
        let file = format!("schema/entry/{}.json", self.kind.replace('/', "-"));
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        let order = &schema["properties"]["slots"]["x-order"];
        Ok(serde_json::from_value(order.clone())?)
    }

    fn value(&self, slot: &str) -> TestResult<&Value> {
        let position = self.slots()?.iter().position(|name| name == slot);
        Ok(&self.values[position.ok_or("no such slot")?])
    }

    /// 'Leaf data', for a record at that place.
    fn leaf(&self, origin: &str, place: &Value, prefix: &str) -> TestResult<Hash> {
        let slots = self.slots()?;
        assert_eq!(slots.len(), self.values.len(), "{}", self.kind);
        let commitments: Vec<String> = slots
            .iter()
            .zip(&self.values)
            .map(|(slot, value)| hex::encode(commitment(origin, &self.key, slot, value)))
            .collect();
        let mut record: Map<String, Value> = place.as_object().cloned().unwrap_or_default();
        record.insert("v".to_owned(), json!(1));
        record.insert("o".to_owned(), json!(origin));
        record.insert("e".to_owned(), json!(self.kind));
        record.insert("c".to_owned(), json!(commitments));
        let record = canonical(&Value::Object(record));
        Ok(sha256(&[prefix.as_bytes(), record.as_bytes()]))
    }
}

#[test]
fn a_stranger_gets_the_same_origin_leaves_and_roots() -> TestResult {
    let sample = sample()?;
    let conn = sample.sql()?;
    let first = row(
        &conn,
        "SELECT leaf, schema, key, slots FROM entry WHERE seq = 0",
    )?;
    let keys = json!([
        first.value("log_key")?,
        first.value("recovery_key")?,
        first.value("salt")?
    ]);
    let named = sha256(&[b"fonds/origin/v1\n", canonical(&keys).as_bytes()]);
    let origin = format!("fonds/{}", &hex::encode(named)[..40]);
    assert_eq!(origin, sample.origin());

    let mut entries = Vec::new();
    let mut next_item = 1;
    let mut sealed = 0;
    for seq in 0..12 {
        let sql = format!("SELECT leaf, schema, key, slots FROM entry WHERE seq = {seq}");
        let entry = row(&conn, &sql)?;
        let leaf = entry.leaf(&origin, &json!({"i": seq}), "fonds/entry/v1\n")?;
        assert_eq!(hex::encode(leaf), hex::encode(entry.leaf), "entry {seq}");
        entries.push(leaf);
        if !matches!(entry.kind.as_str(), "received/1" | "derived/1") {
            continue;
        }
        let segment = entry.value("segment")?;
        let mut items = Vec::new();
        for i in 0..segment["size"].as_u64().ok_or("no size")? {
            let sql = format!("SELECT leaf, schema, key, slots FROM item WHERE id = {next_item}");
            let item = row(&conn, &sql)?;
            let place = json!({"a": segment["a"], "r": segment["r"], "s": segment["s"], "i": i});
            let leaf = item.leaf(&origin, &place, "fonds/item/v1\n")?;
            assert_eq!(
                hex::encode(leaf),
                hex::encode(item.leaf),
                "item {next_item}"
            );
            items.push(leaf);
            next_item += 1;
        }
        assert_eq!(
            segment["root"],
            json!(hex::encode(root(&items))),
            "entry {seq}"
        );
        sealed += 1;
    }
    assert_eq!((next_item, sealed), (11, 4));
    let note: String =
        conn.query_row("SELECT note FROM checkpoint WHERE size = 12", (), |row| {
            row.get(0)
        })?;
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(lines[..2], [origin.as_str(), "12"]);
    let stated = base64::engine::general_purpose::STANDARD.decode(lines[2])?;
    assert_eq!(hex::encode(stated), hex::encode(root(&entries)));
    Ok(())
}

#[test]
fn a_stranger_gets_the_same_text_roots_and_references() -> TestResult {
    let sample = sample()?;
    let (conn, origin) = (sample.sql()?, sample.origin());
    let long = "A very long page. ".repeat(1_000);
    for (id, text) in [
        (1, sample::NOTES),
        (7, "Not yet"),
        (9, "The pier is 312 m long."),
        (10, &long),
    ] {
        let sql = format!("SELECT leaf, schema, key, slots FROM item WHERE id = {id}");
        let item = row(&conn, &sql)?;
        assert_eq!(
            item.value("text")?,
            &text_of(&origin, &item.key, text),
            "item {id}"
        );
        let whole = json!({"sha256": hex::encode(sha256(&[text.as_bytes()])), "size": text.len()});
        assert_eq!(item.value("text_digest")?, &whole, "item {id}");
    }
    for (id, letter, table) in [(1, 'd', "document"), (7, 'm', "card")] {
        let sql = format!("SELECT leaf, schema, key, slots FROM item WHERE id = {id}");
        let printed: String = conn.query_row(
            &format!("SELECT ref FROM {table} WHERE item = {id}"),
            (),
            |row| row.get(0),
        )?;
        let whole = format!("{letter}-{}", digits(&row(&conn, &sql)?.leaf));
        assert!(
            printed.len() >= 6 && whole.starts_with(&printed),
            "{printed} {whole}"
        );
    }
    Ok(())
}

#[test]
fn a_stranger_gets_the_same_rest_and_message_digests() -> TestResult {
    let sample = sample()?;
    let conn = sample.sql()?;
    let container = sample::CONTAINER.as_bytes();
    let mut covered = 0;
    for (seq, ids, last) in [(5, vec![5, 7], false), (7, vec![8], true)] {
        let mut gaps = Vec::new();
        for id in ids {
            let sql = format!("SELECT leaf, schema, key, slots FROM item WHERE id = {id}");
            let item = row(&conn, &sql)?;
            let range = item.value("range")?;
            let at = |end: &str| usize::try_from(range[end].as_u64().unwrap()).unwrap();
            let (start, end) = (at("start"), at("end"));
            let bytes = json!({"sha256": hex::encode(sha256(&[&container[start..end]])), "size": end - start});
            assert_eq!(item.value("bytes")?, &bytes);
            gaps.extend_from_slice(&container[covered..start]);
            covered = end;
        }
        if last {
            gaps.extend_from_slice(&container[covered..]);
        }
        let sql = format!("SELECT leaf, schema, key, slots FROM entry WHERE seq = {seq}");
        let rest = hex::encode(sha256(&[&sha256(&[&gaps])]));
        assert_eq!(
            row(&conn, &sql)?.value("rest")?,
            &json!(rest),
            "entry {seq}"
        );
    }
    Ok(())
}
