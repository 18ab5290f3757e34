//! Answers held against `schema/output/`.

use std::fs;
use std::path::Path;

use jsonschema::Registry;
use serde_json::Value;
use serde_json::json;

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Where the schemas are taken to lie, so that one may refer to another by its file name.
const BASE: &str = "file:///schema/";

/// A document of JSON.
pub(crate) fn read(path: &Path) -> TestResult<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

/// Refuses fields that a schema does not describe. Readers of the documents are told to pass over what they do not
/// know; we are not to print it undescribed.
fn close(schema: &mut Value) {
    if let Some(fields) = schema.as_object_mut() {
        if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
            fields.insert("additionalProperties".to_owned(), json!(false));
        }
        fields.values_mut().for_each(close);
    } else if let Some(list) = schema.as_array_mut() {
        list.iter_mut().for_each(close);
    }
}

/// Holds a document against the schema that it names.
pub(crate) fn hold(document: &Value) -> TestResult {
    let name = document["schema"].as_str().ok_or("it names no schema")?;
    let name = name
        .strip_prefix("fonds/")
        .ok_or("its schema is not ours")?;
    let file = format!("{}.json", name.replace('/', "-"));
    let folder = Path::new(ROOT).join("schema");
    let mut schema = read(&folder.join("output").join(&file))?;
    close(&mut schema);
    let common = read(&folder.join("entry/common.json"))?;
    let registry = Registry::new()
        .add(format!("{BASE}entry/common.json"), &common)?
        .prepare()?;
    let validator = jsonschema::options()
        .offline()
        .with_registry(&registry)
        .with_base_uri(format!("{BASE}output/{file}"))
        .build(&schema)
        .map_err(|error| format!("{file}: {error}"))?;
    let wrong: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}
