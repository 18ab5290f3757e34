//! JSON in which no member of an object is lost unnoticed: of two with the same name the JSON crate keeps the last, other
//! programs the first, so that a message can say one thing to one reader and another to the next.

use std::cell::Cell;
use std::fmt;

use serde::de::DeserializeSeed;
use serde::de::Deserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_json::Map;
use serde_json::Value;

/// The object that a text is, and whether a name stands twice in one of its objects. The last of its values is kept.
pub(super) fn object(text: &str) -> Result<(Map<String, Value>, bool), serde_json::Error> {
    let doubled = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Watching(&doubled).deserialize(&mut reader)?;
    reader.end()?;
    match value {
        Value::Object(object) => Ok((object, doubled.get())),
        _ => Err(serde::de::Error::custom("it is no object")),
    }
}

/// Reads a value and remembers whether a name stood twice. The JSON crate bounds how deep this goes.
#[derive(Clone, Copy)]
struct Watching<'a>(&'a Cell<bool>);

impl<'de> DeserializeSeed<'de> for Watching<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Watching<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(self)?;
            if object.insert(name, value).is_some() {
                self.0.set(true);
            }
        }
        Ok(Value::Object(object))
    }
}
