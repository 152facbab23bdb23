//! Seed files on the command line: what is wrong with them, and what they hold.

use std::fs;

use tempfile::TempDir;

use super::{check, rollcall};

#[test]
fn a_bad_seed_is_named_by_file_place_value_and_rule() {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a writable folder");
        path.to_str().expect("UTF-8").to_owned()
    };
    let broken = file("broken.json", "{\"huawei-rocketmq\": ");
    check(
        &["--listen", "127.0.0.1:0", "--seed", &broken],
        1,
        "broken.json:1:20: EOF while parsing a value",
    );
    let stranger = file("stranger.json", r#"{"nobody": {}}"#);
    check(
        &["seed", "check", &stranger],
        1,
        "stranger.json:1:12: at nobody: unknown provider \"nobody\"",
    );
    let wrong = file(
        "wrong.json",
        r#"{"huawei-rocketmq": {"projects": [{"project_id": "p", "instances": [{"instance_id": 5}]}]}}"#,
    );
    check(
        &["seed", "check", &wrong],
        1,
        "at huawei-rocketmq.projects[0].instances[0].instance_id:",
    );
    check(&["seed", "check", &wrong], 1, "5");
    let lines = file("lines.ndjson", "{}\n\n{\"nobody\": {}}\n");
    check(
        &["seed", "check", &lines],
        1,
        "lines.ndjson:3:12: at nobody",
    );
    check(
        &["seed", "check", "/nonexistent.json"],
        1,
        "/nonexistent.json: No such file",
    );
}

#[test]
fn a_bad_seed_shows_no_secret() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("seed.json");
    let complain = |seed: &str, sentence: &str| {
        fs::write(&path, seed).expect("a writable folder");
        let output = rollcall(&["seed", "check", path.to_str().expect("UTF-8")]);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{seed}: {complaint}");
        assert!(complaint.contains(sentence), "{seed}: {complaint}");
        assert!(!complaint.contains("123454321"), "{seed}: {complaint}");
    };
    let key = |rest: &str| format!(r#"{{"credentials": [{{"access_key": "ak", {rest}}}]}}"#);
    complain(
        &key(r#""secret_key": 123454321"#),
        "at credentials[0].secret_key: the value, which may be a secret and is not shown, is not a string",
    );
    complain(
        &key(r#""secret_key": ["123454321"]"#),
        "at credentials[0].secret_key: the value",
    );
    complain(
        &key(r#""secret_key": "x", "tokens": "123454321""#),
        "at credentials[0].tokens: unknown field `tokens`, expected one of",
    );
    complain(
        r#"{"credentials": [{"secret_key": "123454321"}]}"#,
        r#"at credentials[0]: missing field `access_key` (found {"secret_key":"•••"})"#,
    );
    complain(
        &key(r#""secret_key": "x", "disabled": {"secret": "123454321"}"#),
        r#"expected a boolean (found {"secret":"•••"})"#,
    );
}

#[test]
fn a_good_seed_is_counted() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/seed-data/huawei-rocketmq.json"
    );
    let output = rollcall(&["seed", "check", file]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("records, all valid"));
}

#[test]
fn a_folder_of_seeds_is_checked_as_it_is_loaded() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/seed-data");
    let output = rollcall(&["seed", "check", folder]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(said.matches("records, all valid").count(), 6, "{said}");
    let empty = TempDir::new().expect("a folder");
    let path = empty.path().to_str().expect("UTF-8");
    check(
        &["seed", "check", path],
        1,
        "holds no .json or .ndjson file",
    );
}

#[test]
fn a_seed_may_begin_with_the_mark_of_its_editor() {
    let folder = TempDir::new().expect("a folder");
    let credentials = r#"{"credentials": [{"access_key": "k", "secret_key": "s"}]}"#;
    for name in ["a.json", "b.ndjson"] {
        let path = folder.path().join(name);
        fs::write(&path, format!("\u{feff}{credentials}\n")).expect("a writable folder");
    }
    let path = folder.path().to_str().expect("UTF-8");
    let output = rollcall(&["seed", "check", path]);
    assert!(output.status.success(), "{output:?}");
    let stream = folder.path().join("c.json");
    fs::write(&stream, format!("{credentials}\n{credentials}\n")).expect("a writable folder");
    check(
        &["seed", "check", path],
        1,
        "with one document per line .ndjson",
    );
}
