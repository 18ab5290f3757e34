//! Canonical JSON (RFC 8785), narrowed: ASCII keys, integers within ±(2^53-1), no floats, no duplicate keys.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The largest integer that every JSON reader keeps.
const LARGEST: i64 = 9_007_199_254_740_991;

/// A value that cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CanonicalError {
    /// Not JSON, or not expressible in it.
    #[error("not a value that can be recorded")]
    Json(#[from] serde_json::Error),
    /// A number that is no integer, or too large.
    #[error("{0} is not an integer within 2^53")]
    Number(String),
    /// A key that is not ASCII.
    #[error("key {0:?} is not ASCII")]
    Key(String),
    /// JSON, but not in its canonical form.
    #[error("not in canonical form (RFC 8785)")]
    Form,
    /// Not the list of values that the schema asks for.
    #[error("{found} values where the schema has {expected}")]
    Count {
        /// Slots of the schema.
        expected: usize,
        /// Values met.
        found: usize,
    },
}

/// The canonical text of a value.
pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    Ok(serde_json_canonicalizer::to_string(&value)?)
}

/// The canonical text of a value whose keys come in order and which holds no number but integers: the types of
/// [`crate::record`] declare their fields so. The library sorts what it is given, which takes several times as long.
pub fn of_ordered<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    let text = serde_json::to_string(value)?;
    debug_assert!(parse(&text).is_ok(), "not in order: {text}");
    Ok(text)
}

/// Appends a JSON string, escaped as RFC 8785 §3.2.2.2 asks.
///
/// Own code because texts are committed piece by piece, a million an archive, and this is the inner loop.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    while let Some((clean, byte, after)) = next_escape(rest) {
        out.extend_from_slice(clean.as_bytes());
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            byte => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(hex::encode([byte]).as_bytes());
            }
        }
        rest = after;
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// The text before the first byte that has to be escaped, that byte, and the text behind it.
fn next_escape(text: &str) -> Option<(&str, u8, &str)> {
    const STRIDE: usize = 32;
    let needs = |byte: u8| byte < 32 || byte == b'"' || byte == b'\\';
    // Whole strides are judged without a branch in them, which the compiler turns into vector instructions.
    let clean = text
        .as_bytes()
        .chunks_exact(STRIDE)
        .take_while(|stride| {
            !stride
                .iter()
                .fold(false, |found, byte| found | needs(*byte))
        })
        .count()
        * STRIDE;
    let index = clean
        + text.as_bytes()[clean..]
            .iter()
            .position(|byte| needs(*byte))?;
    Some((&text[..index], text.as_bytes()[index], &text[index + 1..]))
}

/// Splits a recorded list of slot values into the canonical text of each, and checks that there are `count`.
pub fn split(slots: &str, count: usize) -> Result<Vec<&str>, CanonicalError> {
    let values: Vec<&RawValue> = serde_json::from_str(slots)?;
    if values.len() == count {
        Ok(values.into_iter().map(RawValue::get).collect())
    } else {
        Err(CanonicalError::Count {
            expected: count,
            found: values.len(),
        })
    }
}

/// Reads a value and demands that it stands in canonical form and keeps the narrowing.
pub fn parse(text: &str) -> Result<Value, CanonicalError> {
    let value: Value = serde_json::from_str(text)?;
    let mut pending = vec![&value];
    while let Some(part) = pending.pop() {
        match part {
            Value::Number(number) => {
                let fits = number
                    .as_i64()
                    .is_some_and(|number| (-LARGEST..=LARGEST).contains(&number));
                if !fits {
                    return Err(CanonicalError::Number(number.to_string()));
                }
            }
            Value::Array(list) => pending.extend(list),
            Value::Object(map) => {
                if !map.keys().is_sorted() {
                    return Err(CanonicalError::Form);
                }
                if let Some(key) = map.keys().find(|key| !key.is_ascii()) {
                    return Err(CanonicalError::Key(key.clone()));
                }
                pending.extend(map.values());
            }
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    // With sorted ASCII keys and integers only, what serde_json writes is RFC 8785; the library takes several times as
    // long, and every value of an archive goes through here when it is verified.
    if serde_json::to_string(&value)? == text {
        Ok(value)
    } else {
        Err(CanonicalError::Form)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_string_is_escaped_as_the_library_does(text in "\\PC*|[\\x00-\\x7f]*") {
            let mut out = Vec::new();
            push_string(&mut out, &text);
            prop_assert_eq!(out, of(&text).unwrap().into_bytes());
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-LARGEST..=LARGEST).prop_map(Value::from),
            "\\PC*|[\\x00-\\x7f]*".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[\\x00-\\x7f]{0,8}", inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_the_library_writes_is_read_and_nothing_else_is(value in values()) {
            let text = of(&value).unwrap();
            prop_assert_eq!(parse(&text).unwrap(), value);
            let spaced = format!("{text} ");
            prop_assert!(parse(&spaced).is_err());
        }
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for good in [
            "null",
            "{\"a\":1,\"b\":[true,\"x\"]}",
            "9007199254740991",
            "\"\\u0001\"",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for wrong in [
            " null",
            "{\"b\":1,\"a\":1}",
            "{\"a\":1,\"a\":1}",
            "1.5",
            "-0",
            "1e3",
            "9007199254740992",
            "{\"é\":1}",
            "\"\\u0041\"",
            "[1, 2]",
            "\"\\ud800\"",
            "",
            "nul",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn slots_are_split_without_change() {
        assert_eq!(
            split("[null,{\"a\":[1,2]},\"x\"]", 3).unwrap(),
            ["null", "{\"a\":[1,2]}", "\"x\""]
        );
        assert!(split("[null]", 2).is_err());
    }
}
