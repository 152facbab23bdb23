//! What an operator asks for: issue 13, N6, N8 to N10 and F8.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rollcall::{Options, Rollcall};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::{BINARY, Process};
use crate::client::{TIMEOUT, exchange};
use crate::control::{INSTANCE, PROJECT, ROCKETMQ, USERS, add_user, done, refused, total, users};
use crate::server::{Server, demo, frozen, with};

/// A seed with one instance and these users, and nothing else.
fn only(names: &[&str]) -> Value {
    let mut seed = users(names);
    let instance = json!({ "instance_id": INSTANCE, "name": "mine", "engine_version": "4.8.0", "enable_acl": true });
    seed[ROCKETMQ]["projects"] = json!([{ "project_id": PROJECT, "instances": [instance] }]);
    seed
}

fn three() -> Value {
    only(&["one", "two", "three"])
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < TIMEOUT, "{what} does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The lines of an access log, once there are that many.
fn lines(path: &Path, many: usize) -> Vec<Value> {
    wait_for("the log", || {
        let text = fs::read_to_string(path).ok()?;
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect();
        (many <= lines.len()).then_some(lines)
    })
}

/// N6: what happened last night, after a restart.
#[test]
fn the_access_log_has_a_masked_line_of_json_for_every_call() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("calls.ndjson");
    for journal in [1000, 0] {
        let server = with(frozen().journal(journal).access_log(&path));
        server.get(USERS);
        let secret = [("x-auth-token", "S3cretT0ken")];
        server.send("GET", "/v2/p/users?password=S3cret", &secret, b"");
        server.get("/nobody");
    }
    let found = lines(&path, 6);
    assert_eq!(
        found.len(),
        6,
        "a second server goes on where the first stopped"
    );
    let words = |line: &Value| {
        format!(
            "{} {} {}",
            line["provider"], line["operation"], line["status"]
        )
    };
    assert_eq!(words(&found[0]), "\"huawei-rocketmq\" \"ListUser\" 200");
    assert_eq!(words(&found[2]), "\"\" \"GET /nobody\" 404");
    assert_eq!(found[0]["time"], "2024-05-20T08:30:00.000Z");
    let now = found[0]["at"].as_str().expect("the machine's time");
    assert!("2026" <= now, "{now}");
    assert!(
        found[2]["explanation"][0]
            .as_str()
            .expect("a text")
            .contains("no provider claims")
    );
    let text = fs::read_to_string(&path).expect("a readable file");
    assert!(!text.contains("S3cret"), "{text}");
}

#[test]
fn the_access_log_is_rotated_by_size() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("calls.ndjson");
    let mut process = Process::start(&[
        "--listen",
        "127.0.0.1:0",
        "--access-log",
        path.to_str().expect("UTF-8"),
        "--access-log-size",
        "2k",
    ]);
    let request = format!("GET {USERS} HTTP/1.1\r\nhost: x\r\n\r\n");
    for _ in 0..60 {
        exchange(process.address(), request.as_bytes(), 1);
    }
    let older = |number: usize| folder.path().join(format!("calls.ndjson.{number}"));
    wait_for("the fourth file", || older(4).exists().then_some(()));
    // A clean stop: one that is killed may be between two files.
    process.stop();
    assert!(!older(5).exists());
    for number in 1..=4 {
        let text = fs::read_to_string(older(number)).expect("a file");
        assert!(
            (1024..=2048).contains(&text.len()),
            "{number}: {}",
            text.len()
        );
        for line in text.lines() {
            serde_json::from_str::<Value>(line).expect("whole lines");
        }
    }
}

#[test]
fn the_access_log_goes_to_standard_output_and_never_holds_a_call_up() {
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0", "--access-log", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.expect("the binary runs");
    // Read byte by byte, so that nothing but the first line is taken out of the pipe.
    let mut stdout = child.stdout.take().expect("it is piped");
    let mut ready = String::new();
    while !ready.ends_with('\n') {
        let mut byte = [0];
        std::io::Read::read_exact(&mut stdout, &mut byte).expect("a line");
        ready.push(byte[0] as char);
    }
    let mut process = Process { child, ready };
    let request = format!("GET {USERS} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(50);
    // More than the pipe and the queue hold, and nobody reads.
    for _ in 0..60 {
        let answers = exchange(process.address(), request.as_bytes(), 50);
        assert!(answers.iter().all(|answer| answer.status == 200));
    }
    let stopped = Instant::now();
    assert!(process.stop().success());
    assert!(stopped.elapsed() < Duration::from_millis(1500));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut text).expect("UTF-8");
    assert!(text.starts_with("{\"at\":\""), "{}", &text[..80]);
    assert!(text.contains("\"operation\":\"ListUser\""));
}

#[test]
fn an_access_log_that_cannot_be_written_stops_the_start() {
    let refused = Rollcall::start_with(&Options::default().access_log("/no/such/folder/log"));
    let cause = refused.expect_err("it cannot").to_string();
    assert!(
        cause.contains("cannot write the access log /no/such/folder/log")
            && cause.contains("--access-log"),
        "{cause}"
    );
    for size in ["0", "x", "1t", "-1"] {
        let output = Command::new(BINARY)
            .args([
                "--access-log",
                "/tmp/x",
                &format!("--access-log-size={size}"),
            ])
            .output();
        let output = output.expect("the binary runs");
        assert_eq!(output.status.code(), Some(2), "{size}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("write a size, e.g. 500k, 64m or 1g")
        );
    }
}

/// What a server logs until it stops, at the default level.
fn log_of(arguments: &[&str], work: impl FnOnce(std::net::SocketAddr)) -> String {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("log");
    let log = fs::File::create(&path).expect("a writable folder");
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn();
    let mut process = Process::of(child.expect("the binary runs"));
    work(process.address());
    process.stop();
    fs::read_to_string(&path).expect("a readable file")
}

/// N6: resets, seeds and faults.
#[test]
fn what_changes_a_namespace_is_logged() {
    let log = log_of(&[], |address| {
        let send = |method: &str, path: &str, body: &str| {
            let request = format!(
                "{method} /_rollcall/{path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = exchange(address, request.as_bytes(), 1).remove(0);
            assert!(answer.status < 300, "{answer}");
        };
        send(
            "POST",
            "namespaces/a/seed",
            r#"{"credentials": [{"access_key": "k", "secret_key": "S3cret"}]}"#,
        );
        send("POST", "reset?namespace=a", "");
        send("POST", "faults?namespace=a", r#"{"effect": "hang"}"#);
        send("DELETE", "faults?namespace=a", "");
        send("PUT", "namespaces/a/seed", "{}");
        send("PUT", "template", "{}");
    });
    for sentence in [
        "seeded namespace=\"a\" records=1",
        "reset namespace=\"a\"",
        "fault added",
        "faults cleared namespace=\"a\" removed=1",
        "data replaced namespace=\"a\"",
        "template replaced",
    ] {
        assert!(log.contains(sentence), "{sentence}: {log}");
    }
    assert!(!log.contains("S3cret"), "{log}");
}

/// N8: exactly three users of one's own.
#[test]
fn a_namespace_can_have_exactly_a_seed() {
    let server = demo();
    let path = "/_rollcall/namespaces/a/seed";
    add_user(&server, "a", "extra");
    let put = done(&server.json("PUT", path, &three().to_string()));
    assert_eq!(put["counts"][ROCKETMQ]["users"], 3);
    assert_eq!(put["counts"]["aliyun-ehpc"]["users"], 0);
    assert_eq!(total(&server, "a"), 3);
    assert_eq!(total(&server, "default"), total(&demo(), "default"));
    // Exactly once more, and as a stream.
    done(&server.json("PUT", path, &three().to_string()));
    assert_eq!(total(&server, "a"), 3);
    let stream = [("content-type", "application/x-ndjson")];
    let lines = format!("{}\n{}\n", three(), users(&["four"]));
    done(&server.send("PUT", path, &stream, lines.as_bytes()));
    assert_eq!(total(&server, "a"), 4);
    // All or nothing, and nothing only where it is said.
    refused(
        &server.json("PUT", path, r#"{"nobody": {}}"#),
        400,
        "/nobody",
        "nothing was changed",
    );
    refused(
        &server.json("PUT", path, " "),
        400,
        "",
        "to replace the data with none, send {}",
    );
    refused(&server.send("PUT", path, &stream, b""), 400, "", "send {}");
    assert_eq!(total(&server, "a"), 4);
    assert_eq!(
        done(&server.json("PUT", path, "{}"))["counts"][ROCKETMQ]["users"],
        0
    );
    // One that is refused makes no namespace.
    refused(
        &server.json("PUT", "/_rollcall/namespaces/b/seed", "["),
        400,
        "",
        "",
    );
    assert_eq!(server.get("/_rollcall/namespaces/b").status, 404);
}

/// N9: a seed that nobody takes.
#[test]
fn a_seed_for_a_folder_with_data_is_warned_of() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().join("data");
    let seed = folder.path().join("team.json");
    fs::write(&seed, three().to_string()).expect("a writable folder");
    let (data, seed) = (data.to_str().expect("UTF-8"), seed.to_str().expect("UTF-8"));
    let arguments = ["--data", data, "--seed", seed];
    assert!(!log_of(&arguments, |_| {}).contains("--seed fills"));
    let log = log_of(&arguments, |_| {});
    assert!(
        log.contains("these lie in the data folder and keep what they have: default")
            && log.contains("rollcall reset --namespace default"),
        "{log}"
    );
    assert!(!log_of(&["--data", data], |_| {}).contains("--seed fills"));
}

/// N10: a team's seed, sent at run time.
#[test]
fn a_template_sent_at_run_time_is_for_all_namespaces_that_come() {
    let server = demo();
    let before = total(&server, "default");
    let template = "/_rollcall/template";
    let put = done(&server.json("PUT", template, &three().to_string()));
    assert_eq!(put["counts"][ROCKETMQ]["users"], 3);
    assert_eq!(total(&server, "default"), before);
    assert_eq!(total(&server, "new"), 3);
    done(&server.json("POST", "/_rollcall/reset?namespace=default", ""));
    assert_eq!(total(&server, "default"), 3);
    add_user(&server, "new", "extra");
    done(&server.json("PUT", template, r#"{"from": "new"}"#));
    assert_eq!(total(&server, "newer"), 4);
    refused(
        &server.json("PUT", template, r#"{"from": "nobody"}"#),
        404,
        "/from",
        "no namespace \"nobody\"",
    );
    refused(
        &server.json("PUT", template, r#"{"nobody": {}}"#),
        400,
        "/nobody",
        "nothing was changed",
    );
    refused(&server.json("PUT", template, ""), 400, "", "send {}");
    assert_eq!(total(&server, "newest"), 4);
    let empty = done(&server.json("PUT", template, r#"{"from": "empty"}"#));
    assert_eq!(empty["counts"][ROCKETMQ]["users"], 0);
    let stream = [("content-type", "application/x-ndjson")];
    done(&server.send(
        "PUT",
        template,
        &stream,
        format!("{}\n", three()).as_bytes(),
    ));
    assert_eq!(total(&server, "streamed"), 3);
}

/// F8: an edited seed that a namespace does not follow.
#[test]
fn a_namespace_that_does_not_follow_a_changed_seed_says_so() {
    let folder = TempDir::new().expect("a folder");
    let seed = folder.path().join("seed.json");
    fs::write(&seed, three().to_string()).expect("a writable folder");
    let server = with(frozen().seed([seed.clone()]));
    add_user(&server, "written", "extra");
    total(&server, "read");
    done(&server.send("PUT", "/_rollcall/namespaces/bare", &[], br#""empty""#));
    fs::write(&seed, only(&["one"]).to_string()).expect("a writable folder");
    let reloaded = done(&server.json("POST", "/_rollcall/reload", ""));
    assert_eq!(reloaded["kept"], json!(["bare", "written"]));
    assert_eq!(reloaded["why_kept"], "changed, kept because written");
    let of = |server: &Server, name: &str| {
        done(&server.get(&format!("/_rollcall/namespaces/{name}")))["seed"].clone()
    };
    assert_eq!(of(&server, "written"), "changed, kept because written");
    assert_eq!(of(&server, "read"), Value::Null);
    assert_eq!(of(&server, "bare"), Value::Null, "it never was the seed's");
    let listed = server
        .get("/_rollcall/namespaces")
        .text()
        .matches("kept because written")
        .count();
    assert_eq!(listed, 1);
    done(&server.json("POST", "/_rollcall/reset?namespace=written", ""));
    assert_eq!(of(&server, "written"), Value::Null);
    assert_eq!(total(&server, "written"), 1);
}

/// The binary, pointed at a server.
fn command(server: &Server, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(BINARY)
        .args(arguments)
        .env("ROLLCALL_URL", format!("http://{}", server.address()))
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// N7: a CI job that used many namespaces.
#[test]
fn the_journal_command_filters_shows_bodies_and_writes_ndjson_of_all_namespaces() {
    let server = demo();
    for number in 0..4 {
        let name = format!("suite-{number}");
        server.send("GET", USERS, &[("x-rollcall-namespace", &name)], b"");
    }
    server.json(
        "POST",
        "/v2/p/users",
        r#"{"user_name": "zoe1", "user_email": "a@b.test"}"#,
    );
    server.get("/nobody");
    let entries = |arguments: &[&str]| -> Vec<Value> {
        let arguments = [&["journal", "--namespace", "*"], arguments].concat();
        let (code, printed, complaint) = command(&server, &arguments);
        assert_eq!((code, complaint.as_str()), (Some(0), ""), "{arguments:?}");
        if arguments.contains(&"--ndjson") {
            let lines = printed.lines().map(serde_json::from_str);
            return lines
                .collect::<Result<_, _>>()
                .expect("a line of JSON each");
        }
        let journal: Value = serde_json::from_str(&printed).expect("JSON");
        journal["entries"].as_array().expect("a list").clone()
    };
    let check = |arguments: &[&str], many: usize| {
        assert_eq!(entries(arguments).len(), many, "{arguments:?}");
        let lines = [arguments, &["--ndjson"]].concat();
        assert_eq!(entries(&lines).len(), many, "{lines:?}");
    };
    check(&[], 6);
    check(&["--provider", "huawei-rocketmq"], 4);
    check(&["--operation", "CreateDesktopUser"], 1);
    check(&["--status", "404"], 1);
    check(&["--stage", "recognise"], 1);
    check(&["--since", "4"], 2);
    check(&["--limit", "2"], 2);
    check(&["--status", "418"], 0);
    let lines = entries(&["--ndjson", "--full"]);
    let ids: Vec<u64> = lines
        .iter()
        .filter_map(|line| line["id"].as_u64())
        .collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6], "oldest first");
    assert!(
        lines[4]["request"]["body"].to_string().contains("zoe1"),
        "{}",
        lines[4]
    );
    let whole = entries(&["--full", "--limit", "2"]);
    assert!(whole[1]["request"]["body"].to_string().contains("zoe1"));
    let (code, _, complaint) = command(&server, &["journal", "--stage", "never"]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("unknown stage \"never\""), "{complaint}");
}

#[test]
fn the_journal_command_writes_more_than_a_page() {
    let server = with(frozen().journal(5000));
    let request = b"GET /nobody HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    for _ in 0..21 {
        exchange(server.address(), &request, 100);
    }
    let lines = |arguments: &[&str]| {
        let arguments = [&["journal", "--ndjson"], arguments].concat();
        let (code, printed, complaint) = command(&server, &arguments);
        assert_eq!((code, complaint.as_str()), (Some(0), ""));
        printed.lines().count()
    };
    assert_eq!(lines(&[]), 2100);
    assert_eq!(lines(&["--limit", "1500"]), 1500);
}

/// N12: tables for people, and documents that can be called where they came from.
#[test]
fn coverage_is_printed_of_one_provider_and_of_one_operation() {
    let server = demo();
    let (code, table, _) = command(&server, &["coverage", "aliyun-ehpc"]);
    assert_eq!(code, Some(0));
    assert!(table.contains("(aliyun-ehpc)") && !table.contains("(huawei-rocketmq)"));
    let (code, page, _) = command(&server, &["coverage", "huawei-rocketmq", "listuser"]);
    assert_eq!(code, Some(0));
    assert!(page.starts_with("ListUser\nGET /v2/"), "{page}");
    assert!(page.contains("\n  limit  query, "), "{page}");
    assert!(page.contains("      source: "), "{page}");
    // Two versions have it, and each has a page.
    let (_, pages, _) = command(&server, &["coverage", "aliyun-ehpc", "ListUsers"]);
    assert!(pages.contains("(Version 2018-04-12)") && pages.contains("(Version 2024-07-30)"));
    let (code, _, complaint) = command(&server, &["coverage", "aliyun-ehpc", "ListUser"]);
    assert_eq!(code, Some(1));
    assert!(
        complaint.contains("the nearest are ListUsers"),
        "{complaint}"
    );
    let (code, _, complaint) = command(&server, &["coverage", "nobody"]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("nobody"), "{complaint}");
    let address = server.address().to_string();
    for id in ["aliyun-ehpc", "huawei-iam", "control-plane"] {
        let target = format!("/_rollcall/openapi/{id}.yaml");
        let asked = server.send("GET", &target, &[("host", &address)], b"");
        assert!(
            asked
                .text()
                .contains(&format!("  - url: http://{address}\n")),
            "{id}"
        );
        let odd = server.send("GET", &target, &[("host", "a\"b")], b"");
        assert!(!odd.text().contains("a\"b"));
    }
}

/// N15: a backup of many namespaces.
#[test]
fn snapshots_of_all_namespaces_go_into_a_folder_and_back() {
    let server = demo();
    let folder = TempDir::new().expect("a folder");
    let backup = folder.path().join("backup");
    let backup = backup.to_str().expect("UTF-8");
    add_user(&server, "a", "extra");
    let before = (total(&server, "default"), total(&server, "a"));
    let (code, printed, complaint) = command(
        &server,
        &["snapshot", "save", "--namespace", "*", "--to", backup],
    );
    assert_eq!(code, Some(0), "{complaint}");
    assert_eq!(printed.lines().count(), 2);
    for name in ["a", "default"] {
        assert!(
            fs::metadata(format!("{backup}/{name}.db")).is_ok(),
            "{name}"
        );
        done(&server.json(
            "POST",
            &format!("/_rollcall/namespaces/{name}/reset"),
            r#""empty""#,
        ));
    }
    let (code, printed, complaint) = command(&server, &["snapshot", "restore", backup]);
    assert_eq!(code, Some(0), "{complaint}");
    assert_eq!(printed.matches(": restored").count(), 2);
    assert_eq!((total(&server, "default"), total(&server, "a")), before);
    // What file systems leave there is no namespace; what could be one is, or nothing is restored.
    for name in ["._default.db", ".hidden.db", "notes.txt"] {
        fs::write(format!("{backup}/{name}"), "x").expect("a writable folder");
    }
    let odd = format!("{backup}/Not A Name.db");
    fs::write(&odd, "x").expect("a writable folder");
    let (code, printed, complaint) = command(&server, &["snapshot", "restore", backup]);
    assert_eq!((code, printed.as_str()), (Some(1), ""), "{complaint}");
    assert!(complaint.contains("nothing was restored"), "{complaint}");
    fs::remove_file(odd).expect("it is there");
    // Into another server that has none of them.
    let other = with(frozen().empty());
    assert_eq!(command(&other, &["snapshot", "restore", backup]).0, Some(0));
    assert_eq!((total(&other, "default"), total(&other, "a")), before);
    for (arguments, code, sentence) in [
        (
            &["snapshot", "save", "--namespace", "*", "x.db"][..],
            2,
            "--to DIR",
        ),
        (&["snapshot", "save"], 2, "<FILE|--to"),
        (
            &[
                "snapshot",
                "restore",
                folder.path().to_str().expect("UTF-8"),
            ],
            1,
            "contains no NAME.db",
        ),
    ] {
        let (found, _, complaint) = command(&server, arguments);
        assert_eq!(found, Some(code), "{arguments:?}: {complaint}");
        assert!(
            complaint.contains(sentence) || complaint.contains("required"),
            "{complaint}"
        );
    }
}

/// N5: what the real API answered, pasted into a file.
#[test]
fn an_answer_of_every_list_becomes_a_seed() {
    let server = demo();
    let folder = TempDir::new().expect("a folder");
    let paste = |name: &str, target: &str| {
        let path = folder.path().join(name);
        let answer = server.get(target);
        assert_eq!(answer.status, 200, "{answer}");
        fs::write(&path, &answer.body).expect("a writable folder");
        path.to_str().expect("UTF-8").to_owned()
    };
    let workspace = format!("/v2/{PROJECT}/users");
    let ehpc = |version: &str, cluster: &str, page: u8| {
        format!(
            "/?Action=ListUsers&Version={version}&ClusterId={cluster}&PageSize=10&PageNumber={page}"
        )
    };
    let qingcloud = "/api/user?cluster_id=ehpc-8jqdq0mz&zone=jn1a&timestamp=2024-05-20T08:30:00Z";
    let (old, new) = ("ehpc-hz-vu7c2WkVGx", "ehpc-hz-Next240730");
    let cases: [(&str, Vec<String>, &[&str], &str); 6] = [
        (
            "huawei-rocketmq",
            vec![USERS.to_owned()],
            &["--project-id", PROJECT, "--instance-id", INSTANCE],
            "--project-id",
        ),
        (
            "huawei-workspace",
            vec![workspace.clone()],
            &["--project-id", PROJECT],
            "--project-id",
        ),
        (
            "aliyun-ehpc",
            vec![ehpc("2018-04-12", old, 1), ehpc("2018-04-12", old, 2)],
            &["--cluster-id", old],
            "--cluster-id",
        ),
        (
            "aliyun-ehpc",
            vec![ehpc("2024-07-30", new, 1)],
            &["--cluster-id", new],
            "--cluster-id",
        ),
        (
            "volcengine-bytehouse",
            vec!["/?Action=ListUsers&Version=2024-08-31".to_owned()],
            &[],
            "",
        ),
        ("qingcloud-ehpc", vec![qingcloud.to_owned()], &[], ""),
    ];
    for (id, targets, parents, missing) in cases {
        let named = targets.iter().enumerate();
        let files: Vec<String> = named
            .map(|(number, target)| paste(&format!("{number}.json"), target))
            .collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let make = |parents: &[&str]| {
            let arguments = [&["seed", "from-answer", "--provider", id], parents, &files].concat();
            command(&server, &arguments)
        };
        let (code, seed, complaint) = make(parents);
        assert_eq!((code, complaint.as_str()), (Some(0), ""), "{id}");
        let path = folder.path().join("seed.json");
        fs::write(&path, &seed).expect("a writable folder");
        // A server with that seed answers as the first one did.
        let other = with(frozen().seed([path]));
        for target in &targets {
            let users = |server: &Server| {
                let answer = server.get(target).json();
                let place = [
                    "/users",
                    "/Users/UserInfo",
                    "/Result/Data/Users",
                    "/users_set",
                ];
                let found = place.iter().find_map(|place| answer.pointer(place));
                let mut found = found.expect("users").as_array().expect("a list").clone();
                // The order of groups is not in the answer.
                for user in &mut found {
                    if let Some(groups) = user["group_names"].as_array_mut() {
                        groups.sort_by_key(Value::to_string);
                    }
                }
                found
            };
            let (made, real) = (users(&other), users(&server));
            for (made, real) in made.iter().zip(&real) {
                assert_eq!(made, real, "{id}: {target}");
            }
            assert_eq!(made.len(), real.len(), "{id}: {target}");
        }
        if !missing.is_empty() {
            let (code, _, complaint) = make(&[]);
            assert_eq!(code, Some(2), "{id}");
            assert!(complaint.contains(missing), "{complaint}");
        }
    }
    let other = paste("other.json", &workspace);
    let (code, _, complaint) = command(
        &server,
        &[
            "seed",
            "from-answer",
            "--provider",
            "volcengine-bytehouse",
            &other,
        ],
    );
    assert_eq!(code, Some(1));
    assert!(
        complaint.contains("not a user list of volcengine-bytehouse"),
        "{complaint}"
    );
    let (code, _, complaint) = command(
        &server,
        &["seed", "from-answer", "--provider", "nobody", &other],
    );
    assert_eq!(code, Some(2), "{complaint}");
}
