//! Seeds, snapshots, exports and their differences; seed files that change.

use std::fs;
use std::time::Instant;

use rollcall::Options;
use serde_json::json;
use tempfile::TempDir;

use super::{INSTANCE, PROJECT, ROCKETMQ, add_user, done, list, refused, total, users};
use crate::client::TIMEOUT;
use crate::exports::{assert_same, export};
use crate::server::{Server, demo, frozen, with};

fn put(server: &Server, address: &str, bytes: &[u8]) -> crate::client::Answer {
    server.send(
        "PUT",
        &format!("/_rollcall/namespaces/{address}"),
        &[],
        bytes,
    )
}

#[test]
fn a_seed_is_merged_by_natural_key() {
    let server = demo();
    let before = total(&server, "a");
    let seed = |document: &serde_json::Value| {
        server.json(
            "POST",
            "/_rollcall/namespaces/a/seed",
            &document.to_string(),
        )
    };
    let done_once = done(&seed(&users(&["new-1", "new-2"])));
    assert_eq!(
        (&done_once["name"], total(&server, "a")),
        (&json!("a"), before + 2)
    );
    done(&seed(&users(&["new-1", "new-2"])));
    assert_eq!(total(&server, "a"), before + 2);
    // A parent goes, and its users with it.
    let gone = json!({ ROCKETMQ: { "projects": [{ "project_id": PROJECT, "instances": [{ "instance_id": INSTANCE, "$delete": true }] }] } });
    done(&seed(&gone));
    assert_eq!(list(&server, "a").verdict(), "404 DMS.00404022");
    assert_eq!(total(&server, "default"), before);
}

#[test]
fn a_seed_with_something_wrong_in_it_changes_nothing() {
    let server = demo();
    let before = export(&server, "default");
    let seed = |text: &str| server.json("POST", "/_rollcall/namespaces/default/seed", text);
    let mut document = users(&["good", "bad"]);
    document[ROCKETMQ]["users"][0]["users"][1]["admin"] = json!("perhaps");
    let place = "/huawei-rocketmq/users/0/users/1/admin";
    refused(&seed(&document.to_string()), 400, place, "perhaps");
    refused(
        &seed(r#"{"nobody": {}}"#),
        400,
        "/nobody",
        "unknown provider \"nobody\"",
    );
    refused(&seed("[]"), 400, "", "a seed document must be an object");
    let place = "/credentials/0";
    refused(
        &seed(r#"{"credentials": [["k", false, "s"]]}"#),
        400,
        place,
        "an object",
    );
    refused(
        &seed(r#"{"huawei-rocketmq": []}"#),
        400,
        "/huawei-rocketmq",
        "must be an object",
    );
    refused(&seed("{"), 400, "", "invalid JSON");
    refused(&seed(""), 400, "", "the body is empty");
    refused(
        &seed("{}\n{}\n"),
        400,
        "",
        "send one document per line as application/x-ndjson",
    );
    let lines = format!("{}\n\n{}\n", users(&["good"]), r#"{"nobody": {}}"#);
    let answer = server.send(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &[("content-type", "application/x-ndjson; charset=utf-8")],
        lines.as_bytes(),
    );
    refused(&answer, 400, "/nobody", "line 3 column 12: at nobody");
    assert_same(&export(&server, "default"), &before, "nothing changed");
}

#[test]
fn a_seed_may_begin_with_the_mark_of_its_editor() {
    let server = demo();
    for kind in ["application/json", "application/x-ndjson"] {
        let answer = server.send(
            "POST",
            "/_rollcall/namespaces/default/seed",
            &[("content-type", kind)],
            "\u{feff}{}".as_bytes(),
        );
        done(&answer);
    }
}

#[test]
fn an_ndjson_stream_is_merged_a_line_at_a_time() {
    let server = demo();
    let before = total(&server, "default");
    let lines = format!("{}\n\n{}\r\n", users(&["one"]), users(&["two"]));
    let answer = server.send(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &[("content-type", "application/x-ndjson")],
        lines.as_bytes(),
    );
    done(&answer);
    assert_eq!(total(&server, "default"), before + 2);
}

#[test]
fn an_export_comes_back_byte_for_byte() {
    let server = demo();
    done(&server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        r#"{"credentials": [{"access_key": "k", "secret_key": "密钥", "expires": "2030-01-01T00:00:00Z"}]}"#,
    ));
    let text = export(&server, "default");
    assert!(text.contains("密钥") && text.contains("\"credentials\""));
    done(&put(&server, "copy/export", text.as_bytes()));
    assert_same(&export(&server, "copy"), &text, "a copy");
    let pages = |namespace: &str| list(&server, namespace).text().to_owned();
    assert_eq!(pages("copy"), pages("default"));
    // On another server, too, and over what is there.
    let other = demo();
    done(&put(&other, "default/export", text.as_bytes()));
    assert_same(&export(&other, "default"), &text, "another server");

    let broken = format!("{text}{{\"nobody\": 1}}\n");
    refused(
        &put(&other, "default/export", broken.as_bytes()),
        400,
        "/nobody",
        "line ",
    );
    assert_same(&export(&other, "default"), &text, "another server");
}

#[test]
fn a_snapshot_comes_back_in_memory_and_on_disk() {
    let folders = [
        TempDir::new().expect("a folder"),
        TempDir::new().expect("a folder"),
    ];
    let on_disk = |folder: &TempDir| with(frozen().data(folder.path()));
    let servers = [demo(), on_disk(&folders[0]), demo(), on_disk(&folders[1])];
    for (from, to) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
        let (from, to) = (&servers[from], &servers[to]);
        add_user(from, "default", "in-the-snapshot");
        let text = export(from, "default");
        let file = from.get("/_rollcall/namespaces/default/snapshot");
        assert_eq!(file.header("content-type"), Some("application/vnd.sqlite3"));
        done(&to.json(
            "PUT",
            "/_rollcall/clock",
            r#"{"mode": "offset", "by": "1h"}"#,
        ));
        let restored = done(&put(to, "default/snapshot", &file.body));
        assert!(
            restored["counts"][ROCKETMQ]["users"].as_u64() > Some(20),
            "{restored}"
        );
        assert_same(&export(to, "default"), &text, "restored");
        // What is not data stays.
        assert_eq!(done(&to.get("/_rollcall/clock"))["by"], "1h");
        // And it can be written to, and put back.
        add_user(to, "default", "after");
        done(&put(to, "default/snapshot", &file.body));
        assert_same(&export(to, "default"), &text, "restored");
    }
    drop(servers);
    let again = on_disk(&folders[1]);
    assert!(export(&again, "default").contains("in-the-snapshot"));
}

#[test]
fn a_snapshot_that_cannot_be_used_changes_nothing() {
    let folder = TempDir::new().expect("a folder");
    for server in [demo(), with(frozen().data(folder.path()))] {
        add_user(&server, "default", "stays");
        let before = export(&server, "default");
        let good = server.get("/_rollcall/namespaces/default/snapshot").body;
        let mut newer = good.clone();
        newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
        let mut damaged = good.clone();
        let middle = damaged.len() / 2;
        damaged[middle..].fill(0xAA);
        let another = foreign("CREATE TABLE strangers (name TEXT);");
        let cases: [(&[u8], &str); 6] = [
            (&newer, "was written by a newer rollcall"),
            (&damaged, "is damaged"),
            (&good[..good.len() / 2], "nothing was changed"),
            (b"", "is not a rollcall database"),
            (b"nonsense", "is not a rollcall database"),
            (&another, "is not a rollcall database"),
        ];
        for (bytes, sentence) in cases {
            refused(&put(&server, "default/snapshot", bytes), 400, "", sentence);
            assert_same(&export(&server, "default"), &before, sentence);
        }
        done(&put(&server, "default/snapshot", &good));
        assert_same(&export(&server, "default"), &before, "nothing changed");
    }
}

/// A good database of another schema, with a version that is known.
fn foreign(schema: &str) -> Vec<u8> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("foreign.db");
    let connection = rusqlite::Connection::open(&path).expect("a database");
    connection.execute_batch(schema).expect("good SQL");
    connection
        .pragma_update(None, "user_version", 1)
        .expect("a version");
    drop(connection);
    fs::read(path).expect("a file")
}

#[test]
fn a_diff_shows_what_only_one_of_two_has() {
    let server = demo();
    add_user(&server, "a", "only-in-a");
    add_user(&server, "b", "only-in-b");
    let diff = server.get("/_rollcall/namespaces/a/diff?with=b");
    let lines: Vec<serde_json::Value> = diff
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2, "{diff}");
    assert_eq!(
        (&lines[0]["only_in"], &lines[1]["only_in"]),
        (&json!("a"), &json!("b"))
    );
    assert!(lines[0]["record"].to_string().contains("only-in-a"));
    assert!(lines[1]["record"].to_string().contains("only-in-b"));
    assert_eq!(server.get("/_rollcall/namespaces/a/diff?with=a").text(), "");
    refused(
        &server.get("/_rollcall/namespaces/a/diff"),
        400,
        "",
        "?with=<namespace>",
    );
    refused(
        &server.get("/_rollcall/namespaces/a/diff?with=nobody"),
        404,
        "",
        "nobody",
    );
    refused(
        &server.get("/_rollcall/namespaces/a/diff?whit=b"),
        400,
        "",
        "whit",
    );
}

fn seeded(folder: &TempDir) -> (Options, std::path::PathBuf) {
    let file = folder.path().join("seed.json");
    fs::write(&file, users_file(&["one"])).expect("a writable folder");
    (frozen().seed([folder.path().to_owned()]), file)
}

/// A seed with the instance and users.
fn users_file(names: &[&str]) -> String {
    let mut document = users(names);
    let instance = json!({ "instance_id": INSTANCE, "name": "broker", "engine_version": "4.8.0" });
    document[ROCKETMQ]["projects"] = json!([{ "project_id": PROJECT, "instances": [instance] }]);
    document.to_string()
}

#[test]
fn reload_takes_changed_seed_files_into_what_nobody_wrote_to() {
    let folder = TempDir::new().expect("a folder");
    let (options, file) = seeded(&folder);
    let server = with(options);
    assert_eq!(total(&server, "untouched"), 1);
    add_user(&server, "written", "mine");
    done(&server.json(
        "PUT",
        "/_rollcall/namespaces/made-empty",
        r#"{"from": "empty"}"#,
    ));
    done(&server.json(
        "PUT",
        "/_rollcall/clock?namespace=untouched",
        r#"{"mode": "real"}"#,
    ));
    fs::write(&file, users_file(&["one", "two", "three"])).expect("a writable folder");
    let reloaded = done(&server.json("POST", "/_rollcall/reload", ""));
    assert_eq!(
        reloaded,
        json!({ "reset": ["default", "untouched"], "kept": ["made-empty", "written"], "why_kept": "changed, kept because written" })
    );
    assert_eq!(
        (total(&server, "untouched"), total(&server, "written")),
        (3, 2)
    );
    assert_eq!(total(&server, "new"), 3);
    // A clock that was set is no data.
    assert_eq!(
        done(&server.get("/_rollcall/clock?namespace=untouched"))["mode"],
        "real"
    );
    done(&server.json("POST", "/_rollcall/reset?namespace=written", ""));
    assert_eq!(total(&server, "written"), 3);

    fs::write(&file, "{").expect("a writable folder");
    refused(
        &server.json("POST", "/_rollcall/reload", ""),
        400,
        "",
        "seed.json:1:1: EOF",
    );
    assert_eq!(total(&server, "another"), 3);
}

#[test]
fn reload_keeps_what_an_earlier_run_wrote() {
    let (seeds, data) = (
        TempDir::new().expect("a folder"),
        TempDir::new().expect("a folder"),
    );
    let (options, _) = seeded(&seeds);
    let options = options.data(data.path());
    let server = with(options.clone());
    add_user(&server, "default", "mine");
    drop(server);
    let server = with(options);
    done(&server.json("POST", "/_rollcall/reload", ""));
    assert_eq!(total(&server, "default"), 2);
}

#[test]
fn watched_seed_files_are_read_when_they_change() {
    let folder = TempDir::new().expect("a folder");
    let (options, file) = seeded(&folder);
    let server = with(options.watch());
    assert_eq!(total(&server, "default"), 1);
    fs::write(&file, "{ half a file").expect("a writable folder");
    fs::write(&file, users_file(&["one", "two"])).expect("a writable folder");
    let began = Instant::now();
    // The wait is the subject here.
    while total(&server, "default") != 2 {
        assert!(began.elapsed() < TIMEOUT, "the change was not seen");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn namespaces_on_disk_are_listed_without_being_opened() {
    let data = TempDir::new().expect("a folder");
    let server = with(frozen().data(data.path()));
    add_user(&server, "kept", "mine");
    let many = total(&server, "kept");
    drop(server);
    let server = with(frozen().data(data.path()));
    let rows = done(&server.get("/_rollcall/namespaces"));
    assert_eq!(
        rows[1],
        json!({ "name": "kept", "last_use": null, "counts": null })
    );
    refused(
        &server.json("PUT", "/_rollcall/namespaces/kept", ""),
        409,
        "",
        "already",
    );
    assert_eq!(total(&server, "kept"), many);
    done(&server.json("DELETE", "/_rollcall/namespaces/kept", ""));
    assert!(!data.path().join("kept").exists());
    assert_eq!(total(&server, "kept"), many - 1);
}

#[test]
fn an_import_of_nothing_has_to_say_so() {
    let server = demo();
    let before = export(&server, "default");
    for nothing in [&b""[..], b"\n\n", b"{}\n{}"] {
        let answer = put(&server, "default/export", nothing);
        refused(&answer, 400, "", "POST {\"to\": \"empty\"} to its reset");
    }
    assert_same(&export(&server, "default"), &before, "nothing changed");
    assert_eq!(put(&server, "unmade/export", b"").status, 400);
    assert_eq!(server.get("/_rollcall/namespaces/unmade").status, 404);
}

#[test]
fn a_mistake_far_down_in_an_import_is_named_by_its_line() {
    let server = demo();
    let mut lines = export(&server, "default");
    let first = lines.lines().count() + 9_000 + 1;
    lines.push_str(&format!("{}\n", users(&["one"])).repeat(9_000));
    lines.push_str("{\"nobody\": {}}\n");
    lines.push_str(&format!("{}\n", users(&["two"])).repeat(9_000));
    let answer = put(&server, "default/export", lines.as_bytes());
    refused(
        &answer,
        400,
        "/nobody",
        &format!("line {first} column 12: at nobody"),
    );
}

#[test]
fn what_begins_with_a_dot_is_no_seed() {
    let folder = TempDir::new().expect("a folder");
    let (options, file) = seeded(&folder);
    let beside = |name: &str| folder.path().join(name);
    // What macOS puts on a foreign disk, and an editor on a file that is open in it.
    fs::write(beside("._users.json"), b"\0\x05\x16\x07").expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink("me@host.4711:1", beside(".#users.json")).expect("a link");
    let server = with(options.watch());
    let before = total(&server, "default");
    fs::write(&file, users_file(&["one", "two", "three", "four"])).expect("a file");
    done(&server.json("POST", "/_rollcall/reload", ""));
    let began = Instant::now();
    while total(&server, "default") == before && began.elapsed() < TIMEOUT {
        std::thread::yield_now();
    }
    assert_ne!(total(&server, "default"), before);
}

#[test]
fn a_reload_of_a_wrong_seed_says_what_happened_and_where() {
    let folder = TempDir::new().expect("a folder");
    let (options, file) = seeded(&folder);
    let server = with(options);
    let before = total(&server, "default");
    let text = fs::read_to_string(&file).expect("it is there");
    let twice = format!(
        "{},\n \"credentials\": [],\n \"credentials\": []}}",
        text.trim_end().trim_end_matches('}')
    );
    for (text, place) in [
        ("{\n  \"huawei-rocketmq\": {,", "seed.json:2:23: "),
        (twice.as_str(), "duplicate key \"credentials\";"),
    ] {
        fs::write(&file, text).expect("a file");
        let answer = server.json("POST", "/_rollcall/reload", "");
        refused(&answer, 400, "", place);
        refused(&answer, 400, "", "the data was not changed");
        assert!(
            !answer.text().contains("the server was not started"),
            "{answer}"
        );
        assert_eq!(total(&server, "default"), before);
    }
}

#[test]
fn a_seed_that_is_only_checked_changes_nothing() {
    let server = demo();
    let before = total(&server, "default");
    let good = users(&["one", "two"]).to_string();
    let bad = r#"{"huawei-rocketmq":{"users":[{"project_id":1}]}}"#;
    for (method, namespace) in [
        ("POST", "default"),
        ("PUT", "default"),
        ("POST", "new"),
        ("PUT", "new"),
    ] {
        let target = format!("/_rollcall/namespaces/{namespace}/seed?check=true");
        // What replaces everything brings the parents of its records, too.
        let keys = r#"{"credentials":[{"access_key":"a","secret_key":"s"},{"access_key":"b","secret_key":"s"}]}"#;
        let good = if method == "PUT" { keys } else { &good };
        let checked = done(&server.json(method, &target, good));
        assert_eq!(
            checked,
            json!({ "name": namespace, "records": 2, "checked": true }),
            "{method} {namespace}"
        );
        let answer = server.json(method, &target, bad);
        refused(
            &answer,
            400,
            "/huawei-rocketmq/users/0/project_id",
            "nothing was changed",
        );
        let stream = ("content-type", "application/x-ndjson");
        let lines = format!("{good}\n{bad}\n");
        let answer = server.send(method, &target, &[stream], lines.as_bytes());
        refused(
            &answer,
            400,
            "/huawei-rocketmq/users/0/project_id",
            "line 2 column 44: ",
        );
    }
    assert_eq!(total(&server, "default"), before);
    let namespaces = done(&server.get("/_rollcall/namespaces"));
    assert_eq!(namespaces.as_array().map(Vec::len), Some(1), "{namespaces}");
    for query in ["chek=true", "check=yes"] {
        let target = format!("/_rollcall/namespaces/default/seed?{query}");
        refused(&server.json("POST", &target, &good), 400, "", "");
    }
    let target = "/_rollcall/namespaces/No!/seed?check=true";
    assert_eq!(server.json("POST", target, &good).status, 400);
    assert_eq!(server.json("PUT", target, &good).status, 400);
    let kept = "/_rollcall/namespaces/default/seed?check=false";
    done(&server.json("POST", kept, &good));
    assert_eq!(total(&server, "default"), before + 2);
}
