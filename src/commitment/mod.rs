//! Salted commitments: what a record's leaf is made of, so that one field can be opened and the rest stays shut.
//!
//! Guarantees that a leaf binds its origin, its place, its kind and one commitment per slot in the schema's order, and
//! that nothing about a field can be confirmed by guessing as long as its salt is not disclosed. Trusts SHA-256 and the
//! secrecy of the record key. `schema/FORMAT.md` is the authority; every function here names its section.

pub mod canonical;
mod file;
mod opened;
mod origin;
mod text;

use sha2::Digest as _;
use sha2::Sha256;

use crate::lanes;
use crate::lanes::Begun;
use crate::lanes::Messages;
use crate::record::hex_of;
pub use file::read_as;
pub use file::read_canonical;
pub use file::write_file;
pub use opened::EntryRecord;
pub use opened::Opening;
pub use opened::ProvedEntry;
pub use opened::plain;
pub use opened::value_of;
pub use origin::Keys;
pub use origin::Origin;
pub use origin::ParseOriginError;
pub use text::TextTree;
pub use text::piece_hash;
pub use text::pieces;
pub use text::text_root;

const FIELD_PREFIX: &[u8] = b"fonds/field/v1\n";
const SALT_PREFIX: &[u8] = b"fonds/salt/v1\n";
const ENTRY_PREFIX: &[u8] = b"fonds/entry/v1\n";
const ITEM_PREFIX: &[u8] = b"fonds/item/v1\n";

/// 32 random bytes that belong to one record and never leave the archive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecordKey(pub [u8; 32]);

/// Makes the commitments of one archive: holds what all of them begin with.
#[derive(Clone)]
pub struct Committer {
    origin: Origin,
    /// Behind as many whole blocks as all of them begin with.
    begun: Begun,
    /// What all of them have behind that.
    head: Vec<u8>,
}

impl Committer {
    /// A committer for that archive.
    pub fn new(origin: Origin) -> Self {
        let mut head = FIELD_PREFIX.to_vec();
        head.extend_from_slice(format!("[\"{origin}\",\"").as_bytes());
        let (whole, rest) = head.as_chunks();
        let begun = whole.iter().fold(Begun::NOTHING, Begun::and);
        let head = rest.to_vec();
        Self {
            origin,
            begun,
            head,
        }
    }

    /// The archive's origin.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Commitment to `value` (canonical JSON) in `slot` under `salt` (FORMAT, 'Commitments').
    pub fn commit(&self, salt: &[u8; 32], slot: &str, value: &str) -> [u8; 32] {
        let mut list = Vec::with_capacity(80 + slot.len() + value.len());
        self.open_list(&mut list, salt, |list| {
            list.extend_from_slice(slot.as_bytes());
        });
        list.extend_from_slice(value.as_bytes());
        list.push(b']');
        lanes::digest(&self.begun, &list)
    }

    /// Commitments to all slots of a record, `values` in the schema's order.
    pub fn commit_all(&self, salts: &Salts, slots: &[&str], values: &[&str]) -> Vec<[u8; 32]> {
        let salts = salts.all(slots.len(), |number, out| {
            out.extend_from_slice(slots.get(number).copied().unwrap_or_default().as_bytes());
        });
        let bytes: usize = values.iter().map(|value| value.len() + 100).sum();
        let mut lists = Messages::with_capacity(slots.len(), bytes);
        for ((slot, value), salt) in slots.iter().zip(values).zip(&salts) {
            lists.add(|list| {
                self.open_list(list, salt, |list| list.extend_from_slice(slot.as_bytes()));
                list.extend_from_slice(value.as_bytes());
                list.push(b']');
            });
        }
        lanes::digests(&self.begun, &lists)
    }

    /// What stands before the value in the list that a commitment is made of, behind what was begun.
    fn open_list(&self, list: &mut Vec<u8>, salt: &[u8; 32], slot: impl FnOnce(&mut Vec<u8>)) {
        list.extend_from_slice(&self.head);
        list.extend_from_slice(&hex_of(salt));
        list.extend_from_slice(b"\",\"");
        slot(list);
        list.extend_from_slice(b"\",");
    }

    /// Leaf data of a ledger entry (FORMAT, 'Leaf data').
    pub fn entry_leaf(&self, index: u64, schema: &str, commitments: &[[u8; 32]]) -> [u8; 32] {
        let record = format!(
            "{{{},\"e\":\"{schema}\",\"i\":{index},\"o\":\"{}\",\"v\":1}}",
            list_of(commitments),
            self.origin
        );
        leaf(ENTRY_PREFIX, &record)
    }

    /// Leaf data of an item (FORMAT, 'Leaf data').
    pub fn item_leaf(&self, place: Place, schema: &str, commitments: &[[u8; 32]]) -> [u8; 32] {
        leaf(ITEM_PREFIX, &self.item_record(place, schema, commitments))
    }

    /// Leaf data of many items, as [`Committer::item_leaf`] makes one's.
    pub fn item_leaves<'a>(
        &self,
        items: impl Iterator<Item = (Place, &'a str, &'a [[u8; 32]])>,
    ) -> Vec<[u8; 32]> {
        let mut records = Messages::default();
        for (place, schema, commitments) in items {
            records.add(|out| {
                out.extend_from_slice(ITEM_PREFIX);
                let record = self.item_record(place, schema, commitments);
                out.extend_from_slice(record.as_bytes());
            });
        }
        lanes::digests(&Begun::NOTHING, &records)
    }

    fn item_record(&self, place: Place, schema: &str, commitments: &[[u8; 32]]) -> String {
        let Place { a, r, s, i } = place;
        format!(
            "{{\"a\":{a},{},\"e\":\"{schema}\",\"i\":{i},\"o\":\"{}\",\"r\":{r},\"s\":{s},\"v\":1}}",
            list_of(commitments),
            self.origin
        )
    }
}

/// An item's address for ever: its accession's entry, its run, its segment in the run, its index in the segment.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Place {
    /// Index of the `accessioned` entry.
    pub a: u64,
    /// Run.
    pub r: u64,
    /// Segment in the run.
    pub s: u64,
    /// Index in the segment.
    pub i: u64,
}

/// The salts of one record: HMAC-SHA-256(record key, prefix and slot) (FORMAT, 'Commitments'; RFC 2104 §2).
pub struct Salts {
    /// Behind the key with the inner pad.
    inner: Begun,
    /// Behind the key with the outer pad.
    outer: Begun,
}

impl Salts {
    /// The salts that follow from a record key.
    pub fn new(key: &RecordKey) -> Self {
        // A key shorter than a block of the hash is padded with zeros.
        let padded = |pad: u8| {
            let mut block = [pad; 64];
            for (byte, key) in block.iter_mut().zip(key.0) {
                *byte ^= key;
            }
            Begun::NOTHING.and(&block)
        };
        Self {
            inner: padded(0x36),
            outer: padded(0x5c),
        }
    }

    /// The salt of a slot.
    pub fn salt(&self, slot: &str) -> [u8; 32] {
        let inner = lanes::digest(&self.inner, &[SALT_PREFIX, slot.as_bytes()].concat());
        lanes::digest(&self.outer, &inner)
    }

    /// The salts of so many slots, each named by what is written of its number.
    fn all(&self, count: usize, slot: impl Fn(usize, &mut Vec<u8>)) -> Vec<[u8; 32]> {
        let mut messages = Messages::with_capacity(count, count * 32);
        for number in 0..count {
            messages.add(|out| {
                out.extend_from_slice(SALT_PREFIX);
                slot(number, out);
            });
        }
        let inner = lanes::digests(&self.inner, &messages);
        messages.clear();
        for digest in inner {
            messages.add(|out| out.extend_from_slice(&digest));
        }
        lanes::digests(&self.outer, &messages)
    }
}

/// The commitments as they stand in a record: `"c":[...]`.
fn list_of(commitments: &[[u8; 32]]) -> String {
    let mut list = String::with_capacity(16 + commitments.len() * 67);
    list.push_str("\"c\":[");
    for (index, commitment) in commitments.iter().enumerate() {
        if index > 0 {
            list.push(',');
        }
        list.push('"');
        list.push_str(std::str::from_utf8(&hex_of(commitment)).unwrap_or_default());
        list.push('"');
    }
    list.push(']');
    list
}

fn leaf(prefix: &[u8], record: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(prefix)
        .chain_update(record.as_bytes())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use hmac::Mac as _;

    use super::*;

    fn committer() -> Committer {
        Committer::new(Origin::derive(&[1; 32], &[2; 32], &[3; 32]))
    }

    /// The rules of FORMAT.md spelled out once more, slowly, with a JSON library.
    fn slow_leaf(prefix: &str, record: &serde_json::Value) -> [u8; 32] {
        let text = serde_json_canonicalizer::to_string(record).unwrap();
        Sha256::digest(format!("{prefix}{text}")).into()
    }

    #[test]
    fn a_leaf_is_the_hash_of_the_canonical_record() {
        let committer = committer();
        let salts = Salts::new(&RecordKey([7; 32]));
        let c = committer.commit_all(&salts, &["name", "t"], &["\"x\\n\"", "null"]);
        let origin = committer.origin().to_string();
        let hex: Vec<String> = c.iter().map(hex::encode).collect();
        let entry = serde_json::json!({"v":1,"o":origin,"i":5,"e":"noted/1","c":hex});
        assert_eq!(
            committer.entry_leaf(5, "noted/1", &c),
            slow_leaf("fonds/entry/v1\n", &entry)
        );
        let item =
            serde_json::json!({"v":1,"o":origin,"a":1,"r":2,"s":3,"i":4,"e":"message/1","c":hex});
        let place = Place {
            a: 1,
            r: 2,
            s: 3,
            i: 4,
        };
        assert_eq!(
            committer.item_leaf(place, "message/1", &c),
            slow_leaf("fonds/item/v1\n", &item)
        );
        let many = std::iter::repeat_n((place, "message/1", c.as_slice()), 20);
        let one = committer.item_leaf(place, "message/1", &c);
        assert_eq!(committer.item_leaves(many), [one; 20]);
    }

    #[test]
    fn a_commitment_is_the_hash_of_origin_salt_slot_and_value() {
        let committer = committer();
        let salts = Salts::new(&RecordKey([7; 32]));
        let salt = salts.salt("subject");
        let mut mac = hmac::Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
        mac.update(b"fonds/salt/v1\nsubject");
        assert_eq!(salt[..], mac.finalize().into_bytes()[..]);
        let subject = |_, out: &mut Vec<u8>| out.extend_from_slice(b"subject");
        assert_eq!(salts.all(3, subject), [salt; 3]);
        let value = serde_json::json!([
            committer.origin().to_string(),
            hex::encode(salt),
            "subject",
            "Re: \u{1f600}\t"
        ]);
        let text = serde_json_canonicalizer::to_string(&value).unwrap();
        let expected: [u8; 32] = Sha256::digest(format!("fonds/field/v1\n{text}")).into();
        let given = canonical::of(&"Re: \u{1f600}\t").unwrap();
        assert_eq!(committer.commit(&salt, "subject", &given), expected);
    }
}
