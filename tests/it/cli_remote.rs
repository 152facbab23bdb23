//! The subcommands that talk to a server, each once with success and once without. Exit 0 fine, 1 failed, 2 bad flags.

use std::fs;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::control::{ROCKETMQ, USERS, add_user, list};
use crate::exports::assert_same;
use crate::server::{Server, demo, frozen, with};

/// The binary, pointed at a server.
fn run(server: &Server, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
    command.args(arguments);
    command.env("ROLLCALL_URL", format!("http://{}", server.address()));
    command.output().expect("the binary runs")
}

/// What it prints where all is well.
#[track_caller]
fn fine(server: &Server, arguments: &[&str]) -> String {
    let output = run(server, arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {complaint}");
    assert_eq!(complaint, "");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
fn fine_json(server: &Server, arguments: &[&str]) -> Value {
    serde_json::from_str(&fine(server, arguments)).expect("JSON")
}

/// One sentence where it is not.
#[track_caller]
fn fails(server: &Server, arguments: &[&str], code: i32, sentence: &str) {
    let output = run(server, arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {complaint}"
    );
    assert!(complaint.contains(sentence), "{arguments:?}: {complaint}");
    assert!(code != 1 || complaint.lines().count() == 1, "{complaint}");
    assert!(output.stdout.is_empty());
}

#[test]
fn reset() {
    let server = demo();
    add_user(&server, "a", "extra");
    let done = fine_json(&server, &["reset", "--namespace", "a"]);
    assert_eq!(done["name"], "a");
    assert_eq!(
        fine_json(&server, &["reset", "--empty"])["counts"][ROCKETMQ]["users"],
        0
    );
    fails(
        &server,
        &["reset", "--namespace", "No"],
        1,
        "rollcall: invalid namespace name \"No\"",
    );
    fails(&server, &["reset", "--full"], 2, "--full");
}

#[test]
fn namespaces() {
    let server = demo();
    assert_eq!(
        fine_json(&server, &["namespaces", "create", "a", "--from", "empty"])["name"],
        "a"
    );
    assert_eq!(fine_json(&server, &["namespaces", "list"])[0]["name"], "a");
    assert!(
        fine(
            &server,
            &["namespaces", "diff", "default", "--namespace", "a"]
        )
        .contains("\"only_in\":\"default\"")
    );
    fine(&server, &["namespaces", "drop", "a"]);
    fails(
        &server,
        &["namespaces", "drop", "a"],
        1,
        "there is no namespace \"a\"",
    );
    fails(
        &server,
        &["namespaces", "create", "a/b"],
        1,
        "invalid namespace name \"a/b\"",
    );
    fails(
        &server,
        &["namespaces", "diff", "nobody"],
        1,
        "there is no namespace \"nobody\"",
    );
    fails(&server, &["namespaces"], 2, "Usage");
}

#[test]
fn journal() {
    let server = demo();
    list(&server, "default");
    assert_eq!(
        fine_json(&server, &["journal"])["entries"][0]["operation"],
        "ListUser"
    );
    assert_eq!(
        fine_json(&server, &["journal", "--namespace", "b"])["entries"],
        json!([])
    );
    assert_eq!(fine_json(&server, &["journal", "1"])["status"], 200);
    assert!(
        fine(&server, &["journal", "1", "--curl"]).starts_with(&format!(
            "curl -i -g --path-as-is -X GET http://127.0.0.1{USERS}"
        ))
    );
    fails(
        &server,
        &["journal", "99"],
        1,
        "the journal has no entry 99",
    );
    fails(&server, &["journal", "first"], 2, "invalid value 'first'");
    let of = |status| fine_json(&server, &["journal", "--status", status])["entries"].clone();
    assert_eq!((of("2xx"), of("200")), (of("200"), of("2xx")));
    assert_ne!(of("2xx"), json!([]));
    assert_eq!(of("4xx"), json!([]));
    fails(
        &server,
        &["journal", "--status", "4x"],
        2,
        "a class, e.g. 4xx",
    );
    for url in ["127.0.0.1:4700", "localhost", "ftp://a.test", "http://"] {
        let asked = ["journal", "--url", url];
        fails(&server, &asked, 2, "write the whole address");
    }
    fails(&server, &["journal", "--curl"], 2, "<ID>");
}

#[test]
fn faults() {
    let server = demo();
    let rule = r#"{"effect": {"error": "Internal"}, "times": 1}"#;
    assert_eq!(fine_json(&server, &["faults", "add", rule])["id"], 1);
    assert_eq!(
        fine_json(&server, &["faults", "list"])[0]["match"]["namespace"],
        "default"
    );
    assert_eq!(
        fine_json(&server, &["faults", "list", "--namespace", "b"]),
        json!([])
    );
    assert_eq!(list(&server, "default").status, 500);
    assert_eq!(fine_json(&server, &["faults", "clear"])["removed"], 1);
    fails(
        &server,
        &["faults", "add", r#"{"effect": "explode"}"#],
        1,
        "(at /effect)",
    );
    fails(
        &server,
        &["faults", "add", "explode"],
        2,
        "this is not JSON",
    );
}

#[test]
fn clock() {
    let server = demo();
    assert_eq!(fine_json(&server, &["clock", "show"])["mode"], "fixed");
    assert_eq!(
        fine_json(&server, &["clock", "advance", "-15m"])["now"],
        "2024-05-20T08:15:00.000Z"
    );
    assert_eq!(
        fine_json(&server, &["clock", "freeze", "2030-01-01T00:00:00Z"])["now"],
        "2030-01-01T00:00:00.000Z"
    );
    assert_eq!(fine_json(&server, &["clock", "real"])["mode"], "real");
    fails(
        &server,
        &["clock", "freeze", "yesterday"],
        1,
        "write it as 2024-05-20T08:30:00Z",
    );
    fails(
        &server,
        &["clock", "advance", "soon"],
        1,
        "write e.g. 90s, 1h or -15m",
    );
    fails(&server, &["clock", "stop"], 2, "stop");
}

#[test]
fn snapshot() {
    let server = demo();
    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    add_user(&server, "default", "mine");
    assert!(fine(&server, &["snapshot", "save", &path("a.db")]).contains(" bytes"));
    let exported = fine(&server, &["snapshot", "export"]);
    assert!(exported.contains("mine"));
    fine(&server, &["reset"]);
    fine(&server, &["snapshot", "restore", &path("a.db")]);
    assert_same(
        &fine(&server, &["snapshot", "export"]),
        &exported,
        "restored",
    );
    fs::write(path("a.ndjson"), &exported).expect("a writable folder");
    fine(
        &server,
        &["snapshot", "import", &path("a.ndjson"), "--namespace", "b"],
    );
    assert_same(
        &fine(&server, &["snapshot", "export", "--namespace", "b"]),
        &exported,
        "imported",
    );
    fs::write(path("bad"), "nonsense").expect("a writable folder");
    fails(
        &server,
        &["snapshot", "restore", &path("bad")],
        1,
        "nothing was changed",
    );
    fails(
        &server,
        &["snapshot", "import", &path("bad")],
        1,
        ":1:2: invalid JSON",
    );
    fails(
        &server,
        &["snapshot", "restore", &path("absent")],
        1,
        "No such file",
    );
    fails(
        &server,
        &["snapshot", "save", &path("no/such/folder")],
        1,
        "No such file",
    );
    fails(&server, &["snapshot", "save"], 2, "<FILE>");
}

#[test]
fn errors_openapi_and_completions_need_no_server() {
    let server = demo();
    assert!(fine(&server, &["errors"]).contains("huawei-rocketmq UserNotFound 400 DMS.00500972"));
    assert!(
        fine(&server, &["errors", ROCKETMQ])
            .lines()
            .all(|line| line.starts_with(ROCKETMQ))
    );
    fails(
        &server,
        &["errors", "nobody"],
        1,
        "unknown provider \"nobody\"",
    );
    assert!(fine(&server, &["openapi", "control-plane"]).starts_with("openapi: 3.1.0"));
    fails(
        &server,
        &["openapi", "nobody"],
        1,
        "unknown provider \"nobody\"",
    );
    for shell in ["bash", "zsh", "fish"] {
        assert!(fine(&server, &["completions", shell]).contains("namespaces"));
    }
    fails(&server, &["completions", "nosuchshell"], 2, "nosuchshell");
}

#[test]
fn the_server_is_named_by_flag_or_variable_and_unlocked_by_a_token() {
    let server = with(frozen().admin_token("s3cret"));
    let url = format!("http://{}", server.address());
    fails(&server, &["reset"], 1, "as Authorization: Bearer TOKEN");
    fine(&server, &["reset", "--admin-token", "s3cret"]);
    fine(&server, &["health"]);
    let program = || Command::new(env!("CARGO_BIN_EXE_rollcall"));
    let by_variables = program()
        .args(["namespaces", "list"])
        .envs([
            ("ROLLCALL_URL", url.as_str()),
            ("ROLLCALL_ADMIN_TOKEN", "s3cret"),
        ])
        .output();
    assert!(by_variables.expect("it runs").status.success());
    let by_flag = program().args(["health", "--url", &url]).output();
    assert!(by_flag.expect("it runs").status.success());
    fails(
        &server,
        &["reset", "--url", "http://127.0.0.1:1"],
        1,
        "no rollcall answers at http://127.0.0.1:1",
    );
    // Something else answers there.
    fails(
        &server,
        &["faults", "list", "--url", &format!("{url}/nobody")],
        1,
        "no provider claims",
    );
}

#[test]
fn serve_takes_fault_rules_from_a_file() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("faults.json");
    let path = file.display().to_string();
    let serve = ["--listen", "127.0.0.1:0", "--faults", &path];
    fs::write(&file, r#"[{"effect": {"error": "Internal"}, "times": 1}]"#)
        .expect("a writable folder");
    let process = crate::cli::Process::start(&serve);
    let request = format!("GET {USERS} HTTP/1.1\r\nhost: x\r\n\r\n");
    let answer = crate::client::exchange(process.address(), request.as_bytes(), 1).remove(0);
    assert_eq!(answer.verdict(), "500 DMS.00500000");
    let server = demo();
    fs::write(&file, r#"[{"effect": {"error": "Nonsense"}}]"#).expect("a writable folder");
    fails(
        &server,
        &serve,
        2,
        "faults.json:1:23: at /0/effect/error: \"Nonsense\" is not an error",
    );
    fs::write(&file, r#"{"effect": "hang"}"#).expect("a writable folder");
    fails(&server, &serve, 2, "--faults");
    fails(
        &server,
        &["--faults", "/nonexistent.json"],
        2,
        "/nonexistent.json: No such file",
    );
}
