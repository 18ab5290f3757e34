//! Names that stay secret: sealed with age to the keys of those who may know them, so that an archive holds a commitment
//! and a file that it cannot open itself.
//!
//! Guaranteed: a name is committed to under a random salt that stands nowhere but inside the sealed file, so whoever has
//! the whole disk cannot try names; a sealed file has one length whatever the name; fewer than two keys are refused, and
//! so are keys whose owner the file would name. What was opened is held against its commitment before it is handed out.
//!
//! Trusted: age (X25519, ChaCha20-Poly1305), the system's random numbers, and that whoever holds a key keeps it. Nothing
//! here reads or writes a file: what is sealed is handed out as bytes. `schema/FORMAT.md`, 'Vault', is the authority.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::io::Write as _;

use age::Decryptor;
use age::Encryptor;
use age::armor::ArmoredReader;
use age::secrecy::ExposeSecret as _;
use age::secrecy::SecretString;
use age::x25519;
use rand_core::OsRng;
use rand_core::RngCore as _;
use serde::Deserialize;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use crate::commitment::Committer;
use crate::commitment::canonical;
use crate::record::Digest;

/// What a sealed file holds, in bytes: every one the same, so that its length says nothing of the name.
const SIZE: usize = 4096;

/// The longest name, in bytes.
pub const LONGEST_NAME: usize = 1000;

/// The fewest keys that a name is sealed to: one alone is lost with its owner.
pub const FEWEST: usize = 2;

/// The most bytes that a file of keys may have.
const LONGEST_KEYS: u64 = 1 << 20;

/// What stands in place of a slot's name in the commitment to a sealed name.
const SLOT: &str = "vault/name";

/// Why a name was not sealed or not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// Fewer keys than a name is sealed to.
    #[error("a name is sealed to {FEWEST} keys or more, and {found} is given")]
    TooFew {
        /// Different keys met.
        found: usize,
    },
    /// A line that is no key to seal to.
    #[error("line {line} of the recipients is {what}")]
    Recipient {
        /// The line, from 1.
        line: usize,
        /// What it is instead.
        what: &'static str,
    },
    /// A name that is empty or too long.
    #[error("a name of {found} bytes cannot be sealed")]
    Name {
        /// Its bytes.
        found: usize,
    },
    /// The name could not be sealed.
    #[error("the name could not be sealed")]
    Sealing(#[from] age::EncryptError),
    /// Something that holds no key to open with.
    #[error("this is no age identity: {0}")]
    Identity(&'static str),
    /// A key that is itself sealed with a passphrase.
    #[error("the identity is sealed with a passphrase")]
    PassphraseNeeded,
    /// Another passphrase.
    #[error("the passphrase does not open the identity")]
    WrongPassphrase,
    /// None of the keys opens the file.
    #[error("none of the keys given opens the vault file of {who}")]
    OtherKey {
        /// The pseudonym.
        who: String,
    },
    /// The file is not there.
    #[error("the vault file of {who} is missing")]
    Missing {
        /// The pseudonym.
        who: String,
    },
    /// The file has other bytes than were recorded.
    #[error("the vault file of {who} is not the one that was recorded: it was altered")]
    Altered {
        /// The pseudonym.
        who: String,
    },
    /// The file was destroyed.
    #[error("the name of {who} was destroyed under entry {entry}")]
    Shredded {
        /// The pseudonym.
        who: String,
        /// The entry that says so.
        entry: u64,
    },
    /// The file opens, and what is in it is not what the entry commits to.
    #[error("the vault file of {who} holds another name than the one that was committed to")]
    OtherName {
        /// The pseudonym.
        who: String,
    },
    /// A value that cannot be written.
    #[error("the name cannot be written")]
    Canonical(#[from] canonical::CanonicalError),
}

/// Words that are wiped from memory when they are no longer needed, and that no error or debugging output shows.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes words over.
    pub fn new(words: String) -> Self {
        Self(SecretString::from(words))
    }

    /// The words.
    pub fn shown(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The keys that names are sealed to: two or more, each a native age recipient.
pub struct Recipients(Vec<x25519::Recipient>);

impl Recipients {
    /// Reads a list of recipients, one a line; `#` begins a remark. The same key twice counts once.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let mut found: Vec<x25519::Recipient> = Vec::new();
        // By its own spelling: one key may be written in capitals too (BIP 173).
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let refused = |what| VaultError::Recipient {
                line: index + 1,
                what,
            };
            if line.starts_with("ssh-") {
                return Err(refused(
                    "an SSH key: what is sealed to one says whose it is",
                ));
            }
            if line.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-") {
                return Err(refused(
                    "a secret key, and only its public half belongs here",
                ));
            }
            let recipient: x25519::Recipient = line
                .parse()
                .map_err(|_| refused("no native age recipient (age1…)"))?;
            if seen.insert(recipient.to_string()) {
                found.push(recipient);
            }
        }
        if found.len() < FEWEST {
            return Err(VaultError::TooFew { found: found.len() });
        }
        Ok(Self(found))
    }

    /// How many keys there are.
    pub const fn count(&self) -> usize {
        self.0.len()
    }
}

/// Keys to open with.
pub struct Identities(Vec<x25519::Identity>);

impl Identities {
    /// Whether a file of keys is sealed with a passphrase.
    pub fn needs_passphrase(file: &[u8]) -> bool {
        file.starts_with(b"age-encryption.org/") || file.starts_with(b"-----BEGIN AGE ")
    }

    /// Reads a file of keys, one a line; `#` begins a remark. One sealed with a passphrase is opened with it.
    pub fn read(file: &[u8], passphrase: Option<&Secret>) -> Result<Self, VaultError> {
        if !Self::needs_passphrase(file) {
            return Self::lines(file);
        }
        let passphrase = passphrase.ok_or(VaultError::PassphraseNeeded)?;
        let odd = |_| VaultError::Identity("it is sealed in a way that age does not know");
        let sealed = Decryptor::new(ArmoredReader::new(file)).map_err(odd)?;
        if !sealed.is_scrypt() {
            return Err(VaultError::Identity(
                "it is sealed to another key and not with a passphrase",
            ));
        }
        let identity = age::scrypt::Identity::new(passphrase.0.clone());
        let opened = sealed
            .decrypt(std::iter::once(&identity as &dyn age::Identity))
            .map_err(|_| VaultError::WrongPassphrase)?;
        let mut keys = Vec::new();
        opened
            .take(LONGEST_KEYS)
            .read_to_end(&mut keys)
            .map_err(|_| VaultError::Identity("it is cut off or damaged"))?;
        Self::lines(&keys)
    }

    fn lines(keys: &[u8]) -> Result<Self, VaultError> {
        let text = std::str::from_utf8(keys)
            .map_err(|_| VaultError::Identity("it holds no AGE-SECRET-KEY-1 line"))?;
        let mut found = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let identity = line
                .parse()
                .map_err(|_| VaultError::Identity("a line of it is no AGE-SECRET-KEY-1"))?;
            found.push(identity);
        }
        if found.is_empty() {
            return Err(VaultError::Identity("it holds no AGE-SECRET-KEY-1 line"));
        }
        Ok(Self(found))
    }
}

/// A name on its way into the vault.
pub struct Sealed {
    /// The bytes of the vault file.
    pub file: Vec<u8>,
    /// Their digest.
    pub digest: Digest,
    /// The commitment to the name.
    pub commitment: Digest,
}

/// A name that was sealed, with its salt.
pub struct Revealed {
    name: Secret,
    salt: [u8; 32],
}

impl Revealed {
    /// The name.
    pub fn name(&self) -> &str {
        self.name.shown()
    }
}

/// What stands in a sealed file, before its padding.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    name: String,
    origin: String,
    salt: Digest,
    schema: String,
}

/// What the content of a sealed file calls itself.
const SCHEMA: &str = "fonds/vault/1";

/// Seals a name under a fresh salt.
pub fn seal(
    committer: &Committer,
    name: &str,
    recipients: &Recipients,
) -> Result<Sealed, VaultError> {
    let mut salt = [0; 32];
    OsRng.fill_bytes(&mut salt);
    seal_under(committer, name, salt, recipients)
}

/// Seals a name that was revealed once more, to these keys. Its commitment stays what it was.
pub fn seal_again(
    committer: &Committer,
    revealed: &Revealed,
    recipients: &Recipients,
) -> Result<Sealed, VaultError> {
    seal_under(committer, revealed.name(), revealed.salt, recipients)
}

fn seal_under(
    committer: &Committer,
    name: &str,
    salt: [u8; 32],
    recipients: &Recipients,
) -> Result<Sealed, VaultError> {
    let name = name.trim();
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(VaultError::Name { found: name.len() });
    }
    let commitment = commit(committer, &salt, name)?;
    let mut content = canonical::of(&Content {
        name: name.to_owned(),
        origin: committer.origin().to_string(),
        salt: Digest::new(salt),
        schema: SCHEMA.to_owned(),
    })?
    .into_bytes();
    // A byte of a name is six of JSON at most, and what is longer than the padding would show its length.
    if content.len() > SIZE {
        return Err(VaultError::Name { found: name.len() });
    }
    content.resize(SIZE, b' ');
    let keys = recipients.0.iter().map(|key| key as &dyn age::Recipient);
    let failed = |error| VaultError::Sealing(age::EncryptError::Io(error));
    let mut file = Vec::new();
    let mut writer = Encryptor::with_recipients(keys)?
        .wrap_output(&mut file)
        .map_err(failed)?;
    writer.write_all(&content).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(Sealed {
        digest: Digest::new(Sha256::digest(&file).into()),
        file,
        commitment,
    })
}

/// Opens a vault file that has the digest that was recorded, and holds what is in it against the commitment.
pub fn open(
    committer: &Committer,
    who: &str,
    file: &[u8],
    commitment: &Digest,
    identities: &Identities,
) -> Result<Revealed, VaultError> {
    let other_name = || VaultError::OtherName {
        who: who.to_owned(),
    };
    let keys = identities.0.iter().map(|key| key as &dyn age::Identity);
    let sealed = Decryptor::new(file).map_err(|_| other_name())?;
    let opened = match sealed.decrypt(keys) {
        Ok(opened) => opened,
        Err(age::DecryptError::NoMatchingKeys) => {
            return Err(VaultError::OtherKey {
                who: who.to_owned(),
            });
        }
        Err(_) => return Err(other_name()),
    };
    let mut content = Vec::new();
    opened
        .take(SIZE as u64 + 1)
        .read_to_end(&mut content)
        .map_err(|_| other_name())?;
    let content: Content = serde_json::from_slice(&content).map_err(|_| other_name())?;
    let salt = *content.salt.as_bytes();
    let fits = content.schema == SCHEMA
        && content.origin == committer.origin().as_str()
        && commit(committer, &salt, &content.name)? == *commitment;
    if !fits {
        return Err(other_name());
    }
    Ok(Revealed {
        name: Secret::new(content.name),
        salt,
    })
}

/// The commitment to a name (FORMAT, 'Vault').
fn commit(committer: &Committer, salt: &[u8; 32], name: &str) -> Result<Digest, VaultError> {
    let value = canonical::of(&name)?;
    Ok(Digest::new(committer.commit(salt, SLOT, &value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commitment::Origin;

    fn committer() -> Committer {
        Committer::new(Origin::derive(&[1; 32], &[2; 32], &[3; 32]))
    }

    fn keys() -> (x25519::Identity, x25519::Identity, Recipients) {
        let (one, two) = (x25519::Identity::generate(), x25519::Identity::generate());
        let list = format!("# desk\n{}\n\n{}\n", one.to_public(), two.to_public());
        let recipients = Recipients::parse(&list).unwrap();
        (one, two, recipients)
    }

    fn identities(key: &x25519::Identity) -> Identities {
        Identities::read(key.to_string().expose_secret().as_bytes(), None).unwrap()
    }

    #[test]
    fn a_sealed_name_is_opened_by_each_key_and_by_no_other() {
        let (one, two, recipients) = keys();
        let committer = committer();
        let sealed = seal(&committer, "  Nora Halloran ", &recipients).unwrap();
        for key in [&one, &two] {
            let opened = open(
                &committer,
                "Source A",
                &sealed.file,
                &sealed.commitment,
                &identities(key),
            );
            assert_eq!(opened.unwrap().name(), "Nora Halloran");
        }
        let stranger = identities(&x25519::Identity::generate());
        let refused = open(
            &committer,
            "Source A",
            &sealed.file,
            &sealed.commitment,
            &stranger,
        );
        assert!(matches!(refused, Err(VaultError::OtherKey { .. })));
    }

    #[test]
    fn a_file_says_nothing_of_the_name_and_two_of_one_name_nothing_of_each_other() {
        let (one, _, recipients) = keys();
        let committer = committer();
        let opened = |name: &str| {
            let sealed = seal(&committer, name, &recipients).unwrap();
            let key = &one as &dyn age::Identity;
            let sealed_again = Decryptor::new(&sealed.file[..]).unwrap();
            let mut content = Vec::new();
            let mut reader = sealed_again.decrypt(std::iter::once(key)).unwrap();
            reader.read_to_end(&mut content).unwrap();
            (sealed.commitment, content.len())
        };
        let (short, long) = (opened("N"), opened(&"N".repeat(LONGEST_NAME)));
        assert_eq!((short.1, long.1), (SIZE, SIZE));
        assert_ne!(opened("N").0, short.0);
    }

    #[test]
    fn a_name_that_was_swapped_in_is_told_from_the_one_that_was_committed_to() {
        let (one, _, recipients) = keys();
        let committer = committer();
        let mine = seal(&committer, "Nora Halloran", &recipients).unwrap();
        let other = seal(&committer, "Peter Voss", &recipients).unwrap();
        let swapped = open(
            &committer,
            "A",
            &other.file,
            &mine.commitment,
            &identities(&one),
        );
        assert!(matches!(swapped, Err(VaultError::OtherName { .. })));
        for at in 0..mine.file.len() {
            let mut file = mine.file.clone();
            file[at] ^= 1;
            let result = open(&committer, "A", &file, &mine.commitment, &identities(&one));
            let right = result.is_ok_and(|opened| opened.name() != "Nora Halloran");
            assert!(!right, "byte {at}");
        }
    }

    #[test]
    fn sealed_again_it_keeps_its_commitment_and_the_old_key_no_longer_opens_it() {
        let (one, _, recipients) = keys();
        let (newer, _, others) = keys();
        let committer = committer();
        let first = seal(&committer, "Nora Halloran", &recipients).unwrap();
        let opened = open(
            &committer,
            "A",
            &first.file,
            &first.commitment,
            &identities(&one),
        );
        let second = seal_again(&committer, &opened.unwrap(), &others).unwrap();
        assert_eq!(first.commitment, second.commitment);
        assert_ne!(first.digest, second.digest);
        let with = |key| {
            open(
                &committer,
                "A",
                &second.file,
                &second.commitment,
                &identities(key),
            )
        };
        assert_eq!(with(&newer).unwrap().name(), "Nora Halloran");
        assert!(matches!(with(&one), Err(VaultError::OtherKey { .. })));
    }

    #[test]
    fn two_native_keys_are_the_fewest() {
        let key = x25519::Identity::generate().to_public().to_string();
        let (one, _, _) = keys();
        let secret = one.to_string();
        for (list, said) in [
            (String::new(), "0 is given"),
            (format!("{key}\n{key}\n"), "1 is given"),
            (
                format!("{key}\n{}\n", key.to_ascii_uppercase()),
                "1 is given",
            ),
            (
                format!("{key}\nssh-ed25519 AAAA"),
                "line 2 of the recipients is an SSH key",
            ),
            (
                format!("{key}\nage1nonsense"),
                "line 2 of the recipients is no native",
            ),
            (secret.expose_secret().to_owned(), "a secret key"),
        ] {
            let refused = Recipients::parse(&list)
                .err()
                .map(|error| error.to_string());
            let refused = refused.unwrap_or_default();
            assert!(refused.contains(said), "{refused}");
            assert!(!refused.contains(secret.expose_secret()));
        }
    }

    #[test]
    fn an_identity_sealed_with_a_passphrase_wants_the_right_one() {
        let (one, _, _) = keys();
        let passphrase = Secret::new("mire oak".to_owned());
        let mut recipient = age::scrypt::Recipient::new(passphrase.0.clone());
        recipient.set_work_factor(2);
        let keys = one.to_string();
        let file = age::encrypt(&recipient, keys.expose_secret().as_bytes()).unwrap();
        assert!(matches!(
            Identities::read(&file, None),
            Err(VaultError::PassphraseNeeded)
        ));
        let wrong = Secret::new("mire ash".to_owned());
        assert!(matches!(
            Identities::read(&file, Some(&wrong)),
            Err(VaultError::WrongPassphrase)
        ));
        assert_eq!(
            Identities::read(&file, Some(&passphrase)).unwrap().0.len(),
            1
        );
        assert!(matches!(
            Identities::read(b"\xff", None),
            Err(VaultError::Identity(_))
        ));
        assert!(matches!(
            Identities::read(b"# none\n", None),
            Err(VaultError::Identity(_))
        ));
    }
}
