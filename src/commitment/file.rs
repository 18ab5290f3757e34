//! A file that others check: canonical JSON and one line feed, so that nothing in it can be spelt in two ways.

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use super::canonical;
use super::canonical::CanonicalError;

/// How deep lists and objects may lie in each other.
const DEEPEST: usize = 32;

/// Reads such a file. The error says what is wrong.
pub fn read_canonical(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text
        .strip_suffix('\n')
        .ok_or_else(|| "it does not end in a line feed".to_owned())?;
    if depth(text) > DEEPEST {
        return Err(format!("it is nested more than {DEEPEST} deep"));
    }
    canonical::parse(text).map_err(|error| error.to_string())
}

/// The value in such a file, whose schema is that one and which has no more than `most` bytes. The error says what is wrong.
pub fn read_as<T>(bytes: &[u8], schema: &str, most: usize) -> Result<T, String>
where
    T: Serialize + for<'de> Deserialize<'de>,
{
    if bytes.len() > most {
        return Err(format!("it is larger than {most} bytes"));
    }
    let value = read_canonical(bytes)?;
    let found = value.get("schema").and_then(Value::as_str);
    if found != Some(schema) {
        let found: String = found.unwrap_or("nothing").chars().take(80).collect();
        return Err(format!("it says that it is {found:?}, not {schema:?}"));
    }
    let read: T = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    // A field that is left out reads like one that is empty; only one spelling is allowed.
    if serde_json::to_value(&read).is_ok_and(|again| again == value) {
        Ok(read)
    } else {
        Err("a field is missing".to_owned())
    }
}

/// The text of such a file.
pub fn write_file<T: Serialize>(value: &T) -> Result<String, CanonicalError> {
    let mut text = canonical::of(value)?;
    text.push('\n');
    Ok(text)
}

/// How deep brackets lie in each other outside of strings.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_of_strings() {
        assert_eq!(depth("{\"a\":[[\"]]]\\\"[[[\"]]}"), 3);
        assert!(
            read_canonical(format!("{}{}\n", "[".repeat(33), "]".repeat(33)).as_bytes()).is_err()
        );
        assert!(read_canonical(b"[]\n").is_ok());
        for wrong in [
            &b"[]"[..],
            b"[ ]\n",
            b"[]\n\n",
            b"\xef\xbb\xbf[]\n",
            b"\xff\n",
        ] {
            assert!(read_canonical(wrong).is_err());
        }
    }
}
