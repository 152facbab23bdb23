//! Initial inputs: the test data under tests/ (signed requests of every scheme, seeds, files of earlier versions), a
//! call of every operation generated from the tables, and inputs that once failed, in `tests/fuzz`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Target, World};
use crate::control::INDEX;
use crate::pipeline::handle;
use crate::provider::Provider;
use crate::provider::table::{Location, Operation};
use crate::providers::PROVIDERS;
use crate::server::build;
use crate::server::options::Options;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Inputs that once broke a guarantee, with their file names.
pub(super) fn regressions(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(ROOT).join("tests/fuzz").join(target.name);
    let mut found: Vec<(String, Vec<u8>)> = files(&folder)
        .into_iter()
        .map(|file| {
            (
                file.display().to_string(),
                fs::read(&file).expect("a readable file"),
            )
        })
        .collect();
    found.sort();
    found
}

/// All files below a folder; none if the folder does not exist.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("a readable folder").path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The initial inputs of a target.
pub(super) fn inputs(target: &Target, words: &[String]) -> Vec<Vec<u8>> {
    let mut found = match target.name {
        "parameters" => queries(),
        "signatures" | "strict" => vectors(),
        "calls" => calls(words),
        "lenient" => [vectors(), calls(words)].concat(),
        "control" => controls(),
        "seed" => seeds(),
        "ndjson" => lines(),
        "snapshot" => snapshots(),
        other => panic!("{other} has no inputs to begin with"),
    };
    found.extend(regressions(target).into_iter().map(|(_, input)| input));
    found
}

/// The signed requests of every scheme.
fn vectors() -> Vec<Vec<u8>> {
    files(&Path::new(ROOT).join("tests/vectors"))
        .into_iter()
        .filter(|file| file.ends_with("request.http"))
        .map(|file| fs::read(file).expect("a readable file"))
        .collect()
}

fn queries() -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = vectors()
        .iter()
        .flat_map(|request| {
            let line = request.split(|byte| *byte == b'\n').next();
            let target = line.and_then(|line| line.split(|byte| *byte == b' ').nth(1));
            let query = target.and_then(|target| target.split(|byte| *byte == b'?').nth(1));
            let body = memchr::memmem::find(request, b"\n\n").map(|end| &request[end + 2..]);
            [query, body].into_iter().flatten().map(<[u8]>::to_vec)
        })
        .collect();
    found.push(b"b=1&a=%E5%BC%A0+x&b=2&&=empty&c&d=%zz%ff".to_vec());
    found
}

/// A call of every operation, with few and with all parameters.
fn calls(words: &[String]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for provider in PROVIDERS {
        found.push(format!("GET {} HTTP/1.1\nHost: 127.0.0.1\n\n", provider.example).into_bytes());
        for operation in provider.operations {
            for turn in 0..4 {
                found.push(call(provider, operation, words, turn));
            }
        }
    }
    found
}

/// A call generated from the tables. Its values vary with the turn.
pub(super) fn call(
    provider: &Provider,
    operation: &Operation,
    words: &[String],
    turn: usize,
) -> Vec<u8> {
    let method = operation.methods[turn % operation.methods.len()];
    let value = |name: &str, place: usize| -> String {
        let known = match name {
            "project_id" => "0bec5db98280d2d02fd6c00c2de791ce",
            "instance_id" => "68fdc9a8-805e-439d-8dd9-25adc1c58bf6",
            "cluster_id" => "ehpc-8jqdq0mz",
            "ClusterId" => "ehpc-hz-vu7c2WkVGx",
            "ClusterID" => "137",
            "zone" => "jn1a",
            "timestamp" => "2024-09-12T13:27:32Z",
            _ => "",
        };
        if turn < 3 && !known.is_empty() {
            return known.to_owned();
        }
        words[(place * 31 + turn * 17) % words.len()].clone()
    };
    let mut path = operation.path.to_owned();
    let (mut query, mut headers) = (Vec::new(), String::new());
    let mut body = serde_json::Map::new();
    if !operation.version.is_empty() {
        query.push(format!(
            "Action={}&Version={}",
            operation.name, operation.version
        ));
    }
    for (place, parameter) in operation.parameters.iter().enumerate() {
        if turn == 0 && !parameter.required {
            continue;
        }
        let name = parameter.name.replace(".N", ".1");
        let value = value(parameter.name, place);
        match parameter.location {
            Location::Path => {
                path = path.replace(
                    &format!("{{{name}}}"),
                    &crate::signing::encode(value.as_bytes()),
                );
            }
            Location::Header => headers.push_str(&format!("{name}: {value}\n")),
            _ if method == "GET" || !operation.version.is_empty() && turn.is_multiple_of(2) => {
                query.push(format!(
                    "{name}={}",
                    crate::signing::encode(value.as_bytes())
                ));
            }
            _ => {
                let value = match parameter.kind {
                    kind if kind.contains("integer") => Value::from(place),
                    kind if kind.contains("bool") => Value::from(turn.is_multiple_of(2)),
                    kind if kind.contains("array")
                        || kind.contains("list")
                        || kind.contains('[') =>
                    {
                        Value::from(vec![value])
                    }
                    _ => Value::from(value),
                };
                body.insert(name, value);
            }
        }
    }
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{}", query.join("&"))
    };
    let host = provider
        .real
        .hosts
        .first()
        .map_or("127.0.0.1".to_owned(), |host| {
            host.replace('*', "cn-north-4")
        });
    let body = if body.is_empty() {
        String::new()
    } else {
        Value::Object(body).to_string()
    };
    format!("{method} {path}{query} HTTP/1.1\nHost: {host}\nContent-Type: application/json\n{headers}\n{body}").into_bytes()
}

/// The control plane: every path with every method, and the bodies from its documentation.
fn controls() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let bodies = [
        "",
        "{}",
        r#"{"from":"empty"}"#,
        r#"{"to":"empty"}"#,
        r#"{"from":"default"}"#,
        r#"{"auth":{"*":"strict","huawei-iam":"off"},"regions":{"huawei-workspace":"cn-east-3"},"quirks":{},"skew":"5m","async_polls":2,"domain_name":"d"}"#,
        r#"{"auth":"lenient"}"#,
        r#"[{"match":{"provider":"huawei-rocketmq","operation":"ListUser","namespace":"default"},"effect":{"error":"Internal"},"times":2,"after":1,"probability":0.5}]"#,
        r#"{"match":{"query":{"limit":"2"},"access_key":"a","header":{"x":"y"}},"effect":"hang"}"#,
        r#"{"match":{},"effect":{"delay":"10ms","status":503,"body":{"a":1},"headers":{"retry-after":"1"}}}"#,
        r#"{"match":{"operation":"ListUsers"},"effect":{"rate":{"calls":1,"per":"1s"}}}"#,
        r#"{"match":{"provider":"huawei-workspace","status":200,"operation":"ListUsers"},"count":{"exactly":0}}"#,
        r#"{"match":{},"count":{"at_least":1,"at_most":3}}"#,
        r#"{"mode":"fixed","time":"2024-05-20T08:30:00Z"}"#,
        r#"{"mode":"offset","by":"-1h30m"}"#,
        r#"{"by":"1h"}"#,
        r#"{"credentials":[{"access_key":"k","secret_key":"s","read_only":true,"expires":"2030-01-01T00:00:00Z"}]}"#,
        r#"{"huawei-iam":{"domains":[{"id":"d","name":"n"}]}}"#,
    ];
    let call = "GET /v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=2 HTTP/1.1\nHost: x\n\n";
    for (address, methods, _) in INDEX {
        let address = address
            .replace("{namespace}", "default")
            .replace("{id}", "1")
            .replace("{file}", "huawei-iam.yaml");
        for method in methods.split(", ") {
            for body in bodies {
                if method == "GET" && !body.is_empty() {
                    continue;
                }
                let request = format!(
                    "{method} /_rollcall/{address} HTTP/1.1\nHost: localhost\nContent-Type: application/json\n\n{body}"
                );
                found.push(request.into_bytes());
            }
        }
    }
    // The settings are used afterwards.
    let setting = |at: usize| found[at * 7 % found.len()].clone();
    let pairs: Vec<Vec<u8>> = (0..60)
        .map(|at| {
            [
                &setting(at),
                &b"\n%%\n"[..],
                call.as_bytes(),
                b"\n%%\n",
                &setting(at * 13 + 5),
            ]
            .concat()
        })
        .collect();
    found.extend(pairs);
    found
}

fn demos() -> Vec<String> {
    PROVIDERS
        .iter()
        .map(|provider| format!("{{\"{}\":{}}}", provider.id, provider.demo))
        .collect()
}

fn seeds() -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = files(&Path::new(ROOT).join("seed-data"))
        .into_iter()
        .filter(|file| !file.to_string_lossy().ends_with(".schema.json"))
        .map(|file| fs::read(file).expect("a readable file"))
        .collect();
    found.extend(demos().into_iter().map(String::into_bytes));
    // One record at a time, so that mutations are likely to matter.
    found.extend(
        lines()
            .concat()
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(<[u8]>::to_vec),
    );
    found.push(br#"{"credentials":[{"access_key":"k","secret_key":"s","token":"t","expires":"2030-01-01T00:00:00Z"}]}"#.to_vec());
    found
}

/// The demo's export, complete and by provider.
fn lines() -> Vec<Vec<u8>> {
    let mut world = World::new("off");
    let export = world.export().expect("the demo is exported");
    world.renew();
    let mut found = vec![export.to_vec()];
    for provider in PROVIDERS {
        let own: Vec<&[u8]> = export
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line[2..].starts_with(provider.id.as_bytes()))
            .collect();
        found.push(own.concat());
        found.push(own.iter().step_by(7).copied().collect::<Vec<_>>().concat());
    }
    found
}

fn snapshots() -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = files(&Path::new(ROOT).join("tests/it/data"))
        .into_iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "db"))
        .map(|file| fs::read(file).expect("a readable file"))
        .collect();
    let empty = crate::seed::template::empty_store().expect("memory for a database");
    found.push(empty.to_bytes().expect("memory for a copy"));
    found.push(World::new("off").snapshot());
    found
}

/// Words with a meaning: names of parameters and operations, ids and names of the demo, errors, settings.
pub(super) fn words() -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for provider in PROVIDERS {
        found.push(provider.id.to_owned());
        for operation in provider.operations {
            found.push(operation.name.to_owned());
            found.extend(
                operation
                    .parameters
                    .iter()
                    .map(|parameter| parameter.name.to_owned()),
            );
        }
        found.extend(
            provider
                .errors()
                .take(30)
                .map(|entry| entry.name.to_owned()),
        );
        found.extend(provider.quirks.iter().map(|quirk| quirk.name.to_owned()));
        let demo: Value = serde_json::from_str(provider.demo).expect("the demo is JSON");
        leaves(&demo, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

/// The names and short strings of a document.
fn leaves(document: &Value, found: &mut Vec<String>) {
    match document {
        Value::String(text) if text.len() < 60 => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(members) => {
            for (name, member) in members {
                found.push(name.clone());
                leaves(member, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_tables_make_calls_that_are_answered() {
    // The answers do not matter: most calls reach their operation.
    let words = words();
    let app = build(&Options::default()).expect("the demo loads");
    let mut reached = 0;
    let made = calls(&words);
    for input in &made {
        for sent in super::request::Sent::all(input) {
            let request = crate::provider::call::Request::new(
                sent.method,
                sent.target,
                sent.headers,
                sent.body,
                None,
            );
            handle(&app, request, None);
        }
        let listed = app
            .journal
            .list(&crate::pipeline::journal::Filter::default(), 1);
        let stage = listed["entries"][0]["stage"].as_str().unwrap_or_default();
        reached += usize::from(["operation", "answered"].contains(&stage));
    }
    assert!(
        made.len() / 2 < reached,
        "{reached} of {} calls",
        made.len()
    );
}
