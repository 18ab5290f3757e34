//! Samples with bytes changed, cut and spliced at random: nothing panics, and what is found keeps to the document.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::files;
use crate::support::read_all;

/// Every sample, with its name.
static SAMPLES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import");
    let paths = files(folder.as_ref()).unwrap_or_default();
    let samples = paths.into_iter().filter_map(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let is_sample = path.extension().is_some_and(|it| it != "json");
        is_sample.then_some(())?;
        Some((name, std::fs::read(&path).ok()?))
    });
    samples.collect()
});

/// A change: where, how much is taken out, what is put in.
type Change = (prop::sample::Index, usize, Vec<u8>);

fn change() -> impl Strategy<Value = Change> {
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..8),
        prop::sample::select(vec![
            &b"\n\n"[..],
            b"\r\n",
            b"\r",
            b"From ",
            b"\nFrom a Tue Jul 11 13:29:00 2023\n\n",
            b"--",
            b"\"",
            b"{",
            b"]",
            b"=?utf-8?B?",
            b"?=",
            b"<",
            b"<!--",
            b"</",
            b"&#",
            b"\0",
            b"\xff",
            b"\xe2\x80",
            b"(",
            b":",
            b";",
            b"=",
            b"Content-Type: multipart/mixed; boundary=\"",
            b"Content-Length: 3\n",
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    (any::<prop::sample::Index>(), 0_usize..40, bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_damaged_sample_is_read_all_the_same(
        which in any::<prop::sample::Index>(),
        changes in vec(change(), 1..8),
    ) {
        prop_assert!(SAMPLES.len() > 10);
        let (name, bytes) = which.get(SAMPLES.as_slice());
        let mut bytes = bytes.clone();
        for (at, taken, put) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + taken).min(bytes.len());
            bytes.splice(at..end, put);
        }
        read_all(&bytes, name);
    }
}
