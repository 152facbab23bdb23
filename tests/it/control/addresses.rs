//! The index, the router and the document speak of the same addresses.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::openapi::DOCUMENTS;
use crate::server::demo;

/// The methods of every address, by the index and by the document.
fn tables() -> [BTreeMap<String, Vec<String>>; 2] {
    let index = demo().get("/_rollcall").json();
    let rows = index["addresses"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().expect("a text").to_owned();
            let mut methods: Vec<String> = text("methods").split(", ").map(str::to_owned).collect();
            methods.sort();
            (text("address"), methods)
        });
    let (_, document) = DOCUMENTS
        .iter()
        .find(|(id, _)| id == "control-plane")
        .expect("it is there");
    let paths = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .map(|(path, item)| {
            let methods = item.as_object().expect("an item").keys();
            let mut methods: Vec<String> = methods.map(|method| method.to_uppercase()).collect();
            methods.sort();
            (path.clone(), methods)
        });
    [rows.collect(), paths.collect()]
}

#[test]
fn the_index_and_the_document_agree() {
    let [index, document] = tables();
    assert_eq!(index, document);
}

#[test]
fn the_router_takes_what_the_index_says_and_nothing_else() {
    let [index, _] = tables();
    let server = demo();
    for (address, methods) in index {
        let given = address
            .replace("{namespace}", "zzz")
            .replace("{id}", "zzz")
            .replace("{file}", "zzz");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = server.send(method, &given, &[], b"");
            let is_taken = answer.status != 405
                && !String::from_utf8_lossy(&answer.body)
                    .contains(&format!("there is no {given} here"));
            assert_eq!(
                is_taken,
                methods.contains(&method.to_owned()),
                "{method} {given}: {answer}"
            );
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn walk(value: &Value, document: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(pointer)) = members.get("$ref") {
                    let found = document.pointer(pointer.trim_start_matches('#'));
                    assert!(found.is_some(), "{pointer} leads nowhere");
                }
                members.values().for_each(|member| walk(member, document));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, document)),
            _ => {}
        }
    }
    let (_, document) = DOCUMENTS
        .iter()
        .find(|(id, _)| id == "control-plane")
        .expect("it is there");
    walk(document, document);
    let mut ids = Vec::new();
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("an item").values() {
            ids.push(operation["operationId"].as_str().expect("an id"));
        }
    }
    let many = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), many, "an operationId comes twice");
}
