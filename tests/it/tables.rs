//! The tables that the code runs on, held against openapi/ and against themselves.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::openapi::{DOCUMENTS, keys};
use crate::server::demo;

/// Every provider, as `GET /_rollcall/providers/{id}` describes it.
fn providers() -> Vec<Value> {
    let server = demo();
    let list = server.get("/_rollcall/providers").json();
    let ids = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|provider| provider["id"].as_str().expect("an id").to_owned());
    ids.map(|id| server.get(&format!("/_rollcall/providers/{id}")).json())
        .collect()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {row}"))
}

fn rows<'a>(provider: &'a Value, table: &str) -> &'a [Value] {
    provider[table].as_array().expect("a table")
}

#[test]
fn every_operation_has_an_openapi_entry_with_its_parameters() {
    for provider in providers() {
        let id = text(&provider, "id");
        let (_, document) = DOCUMENTS
            .iter()
            .find(|(name, _)| name == id)
            .unwrap_or_else(|| panic!("no openapi/{id}.yaml"));
        let paths = document["paths"].as_object().expect("paths");
        for operation in rows(&provider, "operations") {
            let (name, path, version) = (
                text(operation, "name"),
                text(operation, "path"),
                text(operation, "version"),
            );
            let keys = keys(path, name, version);
            let first = operation["methods"][0]
                .as_str()
                .expect("a method")
                .to_lowercase();
            let item = keys
                .iter()
                .filter_map(|key| paths.get(key))
                .find(|item| item.get(&first).is_some());
            let item = item.unwrap_or_else(|| {
                panic!("openapi/{id}.yaml has no {first} {path} ({name} {version})")
            });
            // Parameters may stand at the path, for all of its methods.
            let entry = json!([item["parameters"], item[&first]]);
            let documented = resolved(document, &entry, 0).to_string();
            for parameter in rows(operation, "parameters") {
                let parameter = text(parameter, "name");
                // `User.N.Name` is documented as it is written, or as the members of `User`.
                let short = parameter.split('.').next().expect("a name");
                let mentions = |name: &str| documented.contains(&format!("\"{name}"));
                assert!(
                    mentions(parameter) || mentions(short),
                    "openapi/{id}.yaml: {name} does not mention {parameter}"
                );
            }
        }
    }
}

/// A part of a document with what its references lead to in their place.
fn resolved(document: &Value, part: &Value, depth: usize) -> Value {
    const DEEPEST: usize = 12;
    if DEEPEST < depth {
        return Value::Null;
    }
    match part {
        Value::Object(members) => match members.get("$ref").and_then(Value::as_str) {
            Some(pointer) => {
                let target = document.pointer(pointer.trim_start_matches('#'));
                resolved(
                    document,
                    target.unwrap_or_else(|| panic!("{pointer} leads nowhere")),
                    depth + 1,
                )
            }
            None => members
                .iter()
                .map(|(name, member)| (name.clone(), resolved(document, member, depth + 1)))
                .collect(),
        },
        Value::Array(items) => items
            .iter()
            .map(|item| resolved(document, item, depth + 1))
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn every_openapi_entry_is_an_operation() {
    for provider in providers() {
        let id = text(&provider, "id");
        let (_, document) = DOCUMENTS
            .iter()
            .find(|(name, _)| name == id)
            .expect("a document");
        let operations: HashSet<(String, String)> = rows(&provider, "operations")
            .iter()
            .flat_map(|operation| {
                let (name, version) = (text(operation, "name"), text(operation, "version"));
                keys(text(operation, "path"), name, version).map(|path| (path, name.to_owned()))
            })
            .collect();
        for path in document["paths"].as_object().expect("paths").keys() {
            assert!(
                operations.iter().any(|(known, _)| known == path),
                "openapi/{id}.yaml: {path} is no operation"
            );
        }
    }
}

#[test]
fn every_error_has_a_unique_name_and_every_row_a_source() {
    for provider in providers() {
        let id = text(&provider, "id");
        let mut names = HashSet::new();
        for row in rows(&provider, "errors") {
            let name = text(row, "name");
            assert!(names.insert(name), "{id}: {name} twice");
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)),
                "{id}: {name} is not safe in a URL"
            );
        }
        for table in ["operations", "errors", "limits", "quirks"] {
            for row in rows(&provider, table) {
                assert!(
                    !text(&row["source"], "detail").is_empty(),
                    "{id}: a row of {table} without a source: {row}"
                );
            }
        }
    }
}

#[test]
fn the_readme_lists_every_quirk_with_its_values() {
    let mut expected = Vec::new();
    for provider in providers() {
        for quirk in rows(&provider, "quirks") {
            let values: Vec<String> = rows(quirk, "values")
                .iter()
                .map(|value| format!("`{}`", value.as_str().expect("a word")))
                .collect();
            let name = format!("`{}.{}`", text(&provider, "id"), text(quirk, "name"));
            expected.push((name, values.join(", ")));
        }
    }
    let readme = include_str!("../../README.md");
    let section = readme.split("\n## Quirks\n").nth(1).expect("a section");
    let section = section.split("\n## ").next().expect("a section");
    let mut listed: Vec<(String, String)> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|row| {
            let mut cells = row.split(" | ").map(str::to_owned);
            let mut cell = || cells.next().expect("three cells");
            (format!("`{}", cell()), cell())
        })
        .collect();
    expected.sort();
    listed.sort();
    assert_eq!(listed, expected);
}

#[test]
fn an_openapi_document_is_served_as_it_is_in_the_repository() {
    let server = demo();
    for (id, _) in DOCUMENTS.iter() {
        let served = server.get(&format!("/_rollcall/openapi/{id}.yaml"));
        assert_eq!(
            (served.status, served.header("content-type")),
            (200, Some("application/yaml")),
            "{id}"
        );
        let file = format!("{}/openapi/{id}.yaml", env!("CARGO_MANIFEST_DIR"));
        let file = std::fs::read_to_string(file).expect("a file");
        // But for the address that it was asked from.
        let expected = file.replacen("http://127.0.0.1:4700", "http://127.0.0.1", 1);
        assert_ne!(file, expected, "{id}");
        assert!(served.text() == expected, "{id}");
    }
    assert_eq!(server.get("/_rollcall/openapi/nobody.yaml").status, 404);
}
