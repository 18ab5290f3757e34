//! SHA-256 of many short messages at once, one in each lane of the machine's vector registers.
//!
//! A text has dozens of pieces and a record a dozen slots, each with a salt and a commitment of its own: on a processor
//! without instructions for SHA-256 one after the other takes five to ten times as long. Own code because no library was
//! found that hashes messages side by side in safe Rust on more than one kind of machine; `pulp` brings the vectors, and
//! `sha2` does what is too few for them. Guarantees the digests of FIPS 180-4 whatever the machine: before the first
//! use in a process the vectors are held against `sha2`, and are left alone where they differ.

use std::sync::OnceLock;

use pulp::Arch;
use pulp::Simd;
use pulp::WithSimd;
use sha2::compress256;

const BLOCK: usize = 64;

/// The most lanes that any machine has.
const MOST_LANES: usize = 16;

/// FIPS 180-4 §5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// FIPS 180-4 §4.2.2.
#[rustfmt::skip]
const ROUNDS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// What a hash of messages that begin alike has come to behind their first blocks.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    state: [u32; 8],
    blocks: u64,
}

impl Begun {
    /// Nothing hashed so far.
    pub const NOTHING: Self = Self {
        state: INITIAL,
        blocks: 0,
    };

    /// Behind one block more.
    #[must_use]
    pub fn and(mut self, block: &[u8; BLOCK]) -> Self {
        compress256(&mut self.state, &[(*block).into()]);
        self.blocks += 1;
        self
    }
}

/// Messages one behind the other, with room that serves for many.
#[derive(Debug, Default)]
pub struct Messages {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Messages {
    /// Room for so many messages of so many bytes together.
    pub fn with_capacity(messages: usize, bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            ends: Vec::with_capacity(messages),
        }
    }

    /// Takes them all out.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds a message: whatever is written behind what is there.
    pub fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len());
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let message = self.bytes.get(start..*end).unwrap_or_default();
            start = *end;
            message
        })
    }
}

/// The digests of these messages, each behind what was begun, in order.
pub fn digests(begun: &Begun, messages: &Messages) -> Vec<[u8; 32]> {
    let messages: Vec<&[u8]> = messages.iter().collect();
    digests_of(begun, &messages)
}

/// The same, of messages that lie somewhere already.
pub fn digests_of(begun: &Begun, messages: &[&[u8]]) -> Vec<[u8; 32]> {
    let mut digests = vec![[0; 32]; messages.len()];
    let arch = Arch::new();
    let many = *LEAST.get_or_init(|| least(arch));
    if messages.len() < many {
        for (digest, message) in digests.iter_mut().zip(messages) {
            *digest = alone(begun, message);
        }
    } else {
        side_by_side(arch, begun, messages, many, &mut digests);
    }
    digests
}

/// The digest of one message.
pub fn digest(begun: &Begun, message: &[u8]) -> [u8; 32] {
    alone(begun, message)
}

/// From how many messages on the vectors are quicker here.
static LEAST: OnceLock<usize> = OnceLock::new();

/// Without optimisation every step on a vector is a call, and all of it slower than the library, which is built with it.
const VECTORS_ARE_BUILT: bool = !cfg!(debug_assertions);

fn least(arch: Arch) -> usize {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let has_instructions = std::arch::is_x86_feature_detected!("sha");
    // Elsewhere nobody measured it, and vectors are short there.
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let has_instructions = true;
    let least = match (arch.dispatch(Lanes), has_instructions) {
        // Reckoned, not measured: the instructions take about 0.05 us a block, sixteen lanes 0.56 us for theirs.
        (16.., true) => 12,
        (8.., false) => 2,
        _ => return usize::MAX,
    };
    if VECTORS_ARE_BUILT && agrees(arch) {
        least
    } else {
        usize::MAX
    }
}

/// Whether vectors give what the library gives, over messages of all lengths up to some blocks.
fn agrees(arch: Arch) -> bool {
    let mut messages = Messages::default();
    for length in 0_u8..=255 {
        messages.add(|out| out.extend((0..length).map(|at| at.wrapping_mul(length) ^ 0x5a)));
    }
    let begun = Begun::NOTHING.and(&[7; BLOCK]);
    let messages: Vec<&[u8]> = messages.iter().collect();
    let mut digests = vec![[0; 32]; messages.len()];
    side_by_side(arch, &begun, &messages, 1, &mut digests);
    let expected = messages.iter().map(|message| alone(&begun, message));
    digests.into_iter().eq(expected)
}

fn alone(begun: &Begun, message: &[u8]) -> [u8; 32] {
    finish(begun.state, begun, message, 0)
}

/// The digest of a message of which so many blocks have brought the hash to this state.
fn finish(mut state: [u32; 8], begun: &Begun, message: &[u8], done: usize) -> [u8; 32] {
    for number in done..blocks(message) {
        compress256(&mut state, &[block(begun, message, number).into()]);
    }
    let mut digest = [0; 32];
    for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    digest
}

/// Blocks of a message with its padding.
const fn blocks(message: &[u8]) -> usize {
    (message.len() + 9).div_ceil(BLOCK)
}

/// A block of a message, padded as FIPS 180-4 §5.1.1 asks.
fn block(begun: &Begun, message: &[u8], number: usize) -> [u8; BLOCK] {
    let rest = message.get(number * BLOCK..).unwrap_or_default();
    if let Some(whole) = rest.first_chunk() {
        return *whole;
    }
    let mut block = [0; BLOCK];
    if let Some(begin) = block.get_mut(..rest.len()) {
        begin.copy_from_slice(rest);
    }
    // The mark stands behind the last byte: in the block before this one where the message ends with that.
    if number == message.len() / BLOCK
        && let Some(mark) = block.get_mut(rest.len())
    {
        *mark = 0x80;
    }
    if number + 1 == blocks(message)
        && let Some(end) = block.last_chunk_mut()
    {
        let bits = (begun.blocks * BLOCK as u64 + message.len() as u64) * 8;
        *end = bits.to_be_bytes();
    }
    block
}

/// Messages of one length share vectors, so that no lane idles for long.
fn side_by_side(
    arch: Arch,
    begun: &Begun,
    messages: &[&[u8]],
    least: usize,
    digests: &mut [[u8; 32]],
) {
    let mut order: Vec<(usize, &[u8])> = messages.iter().copied().enumerate().collect();
    order.sort_by_key(|(_, message)| blocks(message));
    for group in order.chunks(arch.dispatch(Lanes)) {
        let mut states = begun.state.map(|word| [word; MOST_LANES]);
        // The shortest end first.
        let (mut rest, mut done) = (group, 0);
        while let Some((_, shortest)) = rest.first() {
            let end = blocks(shortest);
            if rest.len() >= least {
                for number in done..end {
                    let words = words(begun, rest, number, group.len() - rest.len());
                    arch.dispatch(Compress {
                        states: &mut states,
                        words: &words,
                    });
                }
                done = end;
            }
            let ended = rest.iter().take_while(|it| blocks(it.1) == end).count();
            let (those, longer) = rest.split_at(ended);
            for (lane, (index, message)) in (group.len() - rest.len()..).zip(those) {
                let state = states.map(|of_lanes| of_lanes.get(lane).copied().unwrap_or_default());
                if let Some(digest) = digests.get_mut(*index) {
                    *digest = finish(state, begun, message, done);
                }
            }
            rest = longer;
        }
    }
}

/// A block of each of these messages as words by lane, from that lane on; the lanes before have ended, and go on with
/// what is of no account.
fn words(
    begun: &Begun,
    messages: &[(usize, &[u8])],
    number: usize,
    first: usize,
) -> [[u32; MOST_LANES]; 16] {
    let mut words = [[0; MOST_LANES]; 16];
    for (lane, (_, message)) in (first..).zip(messages) {
        let block = block(begun, message, number);
        for (of_lanes, bytes) in words.iter_mut().zip(block.as_chunks().0) {
            if let Some(word) = of_lanes.get_mut(lane) {
                *word = u32::from_be_bytes(*bytes);
            }
        }
    }
    words
}

/// How many lanes there are.
struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;

    #[inline]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::U32_LANES.min(MOST_LANES)
    }
}

/// One block in every lane (FIPS 180-4 §6.2.2).
struct Compress<'a> {
    states: &'a mut [[u32; MOST_LANES]; 8],
    words: &'a [[u32; MOST_LANES]; 16],
}

impl WithSimd for Compress<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(
        clippy::many_single_char_names,
        clippy::inline_always,
        reason = "the standard's names; what is not part of the function that pulp makes for a processor has no vectors"
    )]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = S::U32_LANES.min(MOST_LANES);
        let add = |x, y| simd.add_u32s(x, y);
        let and = |x, y| simd.and_u32s(x, y);
        let xor = |x, y| simd.xor_u32s(x, y);
        let shift = |x, by: u32| simd.wrapping_dyn_shr_u32s(x, simd.splat_u32s(by));
        let turn = |x, by: u32| {
            let left = simd.wrapping_dyn_shl_u32s(x, simd.splat_u32s(32 - by));
            simd.or_u32s(shift(x, by), left)
        };
        let mut words = self
            .words
            .map(|of_lanes| simd.partial_load_u32s(&of_lanes[..lanes]));
        let before = self
            .states
            .map(|of_lanes| simd.partial_load_u32s(&of_lanes[..lanes]));
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = before;
        for (round, constant) in ROUNDS.iter().enumerate() {
            let at = round % 16;
            if round >= 16 {
                let (second, second_last) = (words[(at + 1) % 16], words[(at + 14) % 16]);
                let s0 = xor(xor(turn(second, 7), turn(second, 18)), shift(second, 3));
                let s1 = xor(
                    xor(turn(second_last, 17), turn(second_last, 19)),
                    shift(second_last, 10),
                );
                words[at] = add(add(words[at], s0), add(words[(at + 9) % 16], s1));
            }
            let s1 = xor(xor(turn(e, 6), turn(e, 11)), turn(e, 25));
            let choice = xor(g, and(e, xor(f, g)));
            let with_word = add(simd.splat_u32s(*constant), words[at]);
            let first = add(add(h, s1), add(choice, with_word));
            let s0 = xor(xor(turn(a, 2), turn(a, 13)), turn(a, 22));
            let majority = xor(and(a, b), and(c, xor(a, b)));
            (h, g, f, e) = (g, f, e, add(d, first));
            (d, c, b, a) = (c, b, a, add(first, add(s0, majority)));
        }
        let after = [a, b, c, d, e, f, g, h];
        for ((state, before), after) in self.states.iter_mut().zip(before).zip(after) {
            simd.partial_store_u32s(&mut state[..lanes], add(before, after));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::Digest as _;
    use sha2::Sha256;

    use super::*;

    fn expected(begin: &[u8], message: &[u8]) -> [u8; 32] {
        Sha256::new()
            .chain_update(begin)
            .chain_update(message)
            .finalize()
            .into()
    }

    #[test]
    fn vectors_give_what_the_library_gives() {
        assert!(agrees(Arch::new()));
    }

    proptest! {
        #[test]
        fn digests_are_those_of_the_library_alone_and_side_by_side(
            texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..40),
            begin in proptest::collection::vec(any::<[u8; 32]>(), 0..3),
        ) {
            let mut begun = Begun::NOTHING;
            let mut before = Vec::new();
            for half in begin {
                let block = [half, half].concat();
                begun = begun.and(&block.clone().try_into().unwrap());
                before.extend(block);
            }
            let mut messages = Messages::default();
            for text in &texts {
                messages.add(|out| out.extend(text));
            }
            let all: Vec<[u8; 32]> = texts.iter().map(|text| expected(&before, text)).collect();
            prop_assert_eq!(&digests(&begun, &messages), &all);
            let mut found = vec![[0; 32]; texts.len()];
            let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
            side_by_side(Arch::new(), &begun, &texts, 1, &mut found);
            prop_assert_eq!(found, all);
        }
    }
}
