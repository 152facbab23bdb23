//! Holds answers against the documents in openapi/.

use std::collections::HashMap;
use std::fs;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::client::Answer;

/// Every document, by provider id.
pub(crate) static DOCUMENTS: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let mut documents = Vec::new();
    for entry in
        fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi")).expect("openapi/ is there")
    {
        let path = entry.expect("a readable folder").path();
        let id = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path).expect("a readable file");
        documents.push((
            id,
            serde_yaml_ng::from_str(&text)
                .unwrap_or_else(|cause| panic!("{}: {cause}", path.display())),
        ));
    }
    documents.sort_by(|(a, _), (b, _)| a.cmp(b));
    documents
});

/// Compiled schemas, by where they are.
static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> =
    LazyLock::new(Mutex::default);

/// Panics when the answer is of a documented operation and not as documented. XML is not looked at: it is the same data. Nor
/// is problem JSON: that is rollcall's own.
#[track_caller]
pub(crate) fn check(method: &str, target: &str, body: &[u8], answer: &Answer) {
    let path = target.split('?').next().unwrap_or_default();
    let action = (path == "/")
        .then(|| parameter(target, body, "Action"))
        .flatten();
    let version = parameter(target, body, "Version");
    for (id, document) in DOCUMENTS.iter() {
        let Some(paths) = document["paths"].as_object() else {
            continue;
        };
        for (template, item) in paths {
            let wanted = match (named(template), &action) {
                (Some((name, only)), Some(action)) => {
                    name == action && only.is_none_or(|only| version.as_deref() == Some(only))
                }
                (None, None) => matches(template, path),
                _ => false,
            };
            let operation = &item[method.to_lowercase()];
            if wanted && operation.is_object() && claims(id, template, answer) {
                validate(id, template, method, operation, document, answer);
            }
        }
    }
}

/// Two providers share `/?Action=ListUsers`; the answer's envelope says whose it is.
fn claims(id: &str, template: &str, answer: &Answer) -> bool {
    let is_volcengine = String::from_utf8_lossy(&answer.body).contains("ResponseMetadata");
    named(template).is_none() || (id == "volcengine-bytehouse") == is_volcengine
}

/// The keys that the document of an operation may have: its path, or one that names it and leads to `/`.
pub(crate) fn keys(path: &str, name: &str, version: &str) -> [String; 3] {
    [
        path.to_owned(),
        format!("/{name}/.."),
        format!("/{version}/{name}/../.."),
    ]
}

/// The action and the only version that a key names which leads to `/`.
fn named(template: &str) -> Option<(&str, Option<&str>)> {
    let named = template.strip_suffix("/..")?;
    match named.strip_suffix("/..") {
        Some(both) => {
            let (version, name) = both.strip_prefix('/')?.split_once('/')?;
            Some((name, Some(version)))
        }
        None => Some((named.strip_prefix('/')?, None)),
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(path)
            .all(|(wanted, given)| wanted.starts_with('{') || *wanted == given)
}

fn parameter(target: &str, body: &[u8], name: &str) -> Option<String> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    [query.as_bytes(), body].iter().find_map(|raw| {
        form_urlencoded::parse(raw)
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    })
}

#[track_caller]
fn validate(
    id: &str,
    template: &str,
    method: &str,
    operation: &Value,
    document: &Value,
    answer: &Answer,
) {
    let responses = &operation["responses"];
    let status = answer.status.to_string();
    let (key, response) = match responses.get(&status) {
        Some(response) => (status.as_str(), response),
        None => (
            "default",
            responses.get("default").unwrap_or_else(|| {
                panic!("{id} {method} {template}: no response {status} in openapi/")
            }),
        ),
    };
    let response = match response["$ref"].as_str() {
        Some(pointer) => document
            .pointer(pointer.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{id}: {pointer} leads nowhere")),
        None => response,
    };
    let content_type = answer.header("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    let Some(schema) = response["content"][media_type].get("schema") else {
        return;
    };
    if !is_json {
        return;
    }
    let place = format!("{id} {method} {template} {key}");
    let validator = *VALIDATORS
        .lock()
        .expect("no test panics in here")
        .entry(place.clone())
        .or_insert_with(|| {
            let whole = json!({ "components": document["components"], "allOf": [schema] });
            Box::leak(Box::new(
                jsonschema::validator_for(&whole)
                    .unwrap_or_else(|cause| panic!("{place}: {cause}")),
            ))
        });
    let body = answer.json();
    let errors: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{place} is not as documented: {errors:#?}\n{body:#}"
    );
}
