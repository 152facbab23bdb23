//! What was answered is on disk, however the process ends.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::cli::{BINARY, Process};
use crate::client::{Connection, TIMEOUT};
use crate::exports::assert_same;
use crate::server::{Server, frozen, with};

const USERS: &str =
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000/users";

fn body(name: &str) -> String {
    format!(r#"{{"access_key":"{name}","secret_key":"Secret-1234"}}"#)
}

/// Every user of the instance, page by page.
fn users(process: &Process) -> BTreeSet<String> {
    let mut connection = Connection::open(process.address()).expect("it listens");
    let mut names = BTreeSet::new();
    loop {
        let target = format!("{USERS}?limit=50&offset={}", names.len());
        let page = connection
            .call("GET", &target, "")
            .expect("an answer")
            .json();
        let rows = page["users"].as_array().expect("a list").clone();
        if rows.is_empty() {
            assert_eq!(
                page["total"],
                names.len(),
                "the total is the number of users"
            );
            return names;
        }
        names.extend(
            rows.iter()
                .map(|user| user["access_key"].as_str().expect("a name").to_owned()),
        );
    }
}

#[test]
fn a_write_that_was_answered_survives_kill_9() {
    const WRITERS: usize = 4;
    const ENOUGH: usize = 200;
    let folder = TempDir::new().expect("a folder");
    let start = [
        "--listen",
        "127.0.0.1:0",
        "--data",
        folder.path().to_str().expect("UTF-8"),
    ];
    let mut process = Process::start(&start);
    let before = users(&process);
    let address = process.address();
    let (answered, many) = (Mutex::new(BTreeSet::new()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (answered, many) = (&answered, &many);
            scope.spawn(move || {
                let mut connection = Connection::open(address).expect("it listens");
                for number in 0..10_000 {
                    let name = format!("writer_{writer}_{number:05}");
                    // Until the process is gone.
                    let Ok(answer) = connection.call("POST", USERS, &body(&name)) else {
                        return;
                    };
                    if answer.status == 200 {
                        answered.lock().expect("no writer panics").insert(name);
                        many.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let began = Instant::now();
        while many.load(Ordering::Relaxed) < ENOUGH && began.elapsed() < TIMEOUT {
            thread::yield_now();
        }
        // SIGKILL: nothing in the process gets to tidy up.
        process.child.kill().expect("it runs");
        process.child.wait().expect("a child");
    });
    let answered = answered.into_inner().expect("no writer panics");
    assert!(
        ENOUGH <= answered.len(),
        "only {} writes were answered",
        answered.len()
    );

    let after = users(&Process::start(&start));
    let lost: Vec<_> = answered.difference(&after).collect();
    assert!(
        lost.is_empty(),
        "{} of {} answered writes are lost: {lost:?}",
        lost.len(),
        answered.len()
    );
    // A write that was under way may be there without an answer: at most one a writer.
    assert!(after.len() - before.len() - answered.len() <= WRITERS);
}

/// The binary in a shell that limits its open files first.
fn limited(limit: &str, data: &Path, address: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{limit}; exec \"$0\" \"$@\""), BINARY])
        .args(["--listen", address, "--data"])
        .arg(data);
    command
}

#[test]
fn many_namespaces_are_on_disk_at_once_whatever_the_soft_limit_of_open_files() {
    const MANY: usize = 40;
    let folder = TempDir::new().expect("a folder");
    let mut command = limited("ulimit -Sn 100", folder.path(), "127.0.0.1:0");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let process = Process::of(child.expect("a shell runs"));
    for number in 0..MANY {
        let request = format!(
            "GET {USERS} HTTP/1.1\r\nhost: x\r\nx-rollcall-namespace: n{number}\r\nconnection: close\r\n\r\n"
        );
        let answer = crate::client::exchange(process.address(), request.as_bytes(), 1);
        assert_eq!(answer[0].status, 200, "{number}: {}", answer[0]);
    }
}

/// `GET` of an address of the control plane, or another method with an empty body.
fn call(process: &Process, method: &str, target: &str) -> crate::client::Answer {
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    crate::client::exchange(process.address(), request.as_bytes(), 1).remove(0)
}

#[test]
fn more_namespaces_are_on_disk_than_there_are_file_handles_for() {
    const MANY: usize = 50;
    let folder = TempDir::new().expect("a folder");
    // A namespace that is open takes seven.
    let start = || {
        let mut command = limited("ulimit -n 128", folder.path(), "127.0.0.1:0");
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        Process::of(child.expect("a shell runs"))
    };
    for run in 0..2 {
        let process = start();
        for round in 0..2 {
            for number in 0..MANY {
                let name = format!("user_{run}_{round}_{number}");
                let sent = body(&name);
                let request = format!(
                    "POST {USERS} HTTP/1.1\r\nhost: x\r\nx-rollcall-namespace: n{number}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{sent}",
                    sent.len()
                );
                let answer = crate::client::exchange(process.address(), request.as_bytes(), 1);
                assert_eq!(answer[0].status, 200, "{name}: {}", answer[0]);
            }
        }
        let all = call(&process, "GET", "/_rollcall/namespaces");
        let all = all.json();
        let counted = |row: &&serde_json::Value| row["counts"].is_object();
        let rows = all.as_array().expect("a list");
        assert_eq!(rows.iter().filter(counted).count(), MANY + 1, "{all}");
    }
    // Of a fresh start, none of them is open.
    let process = start();
    let all = call(&process, "POST", "/_rollcall/reset?namespace=*");
    assert_eq!(all.status, 200, "{all}");
    let all = all.json();
    let rows = all.as_array().expect("a list");
    assert_eq!(rows.len(), MANY + 1);
    assert!(rows.iter().all(|row| row["dropped"].is_object()), "{all}");
}

#[test]
fn what_a_kill_left_half_made_goes_at_the_next_start() {
    let folder = TempDir::new().expect("a folder");
    drop(with(frozen().data(folder.path())));
    let (own, half) = (folder.path().join("default"), folder.path().join("half"));
    fs::create_dir(&half).expect("a folder");
    for name in [
        "7.db",
        "7.db-wal",
        "8.new",
        "8.new-journal",
        "9.db-shm",
        "live.new",
    ] {
        fs::write(own.join(name), "half").expect("a file");
        fs::write(half.join(name), "half").expect("a file");
    }
    // What is no file of ours is left alone.
    fs::write(own.join("notes.txt"), "mine").expect("a file");
    let server = with(frozen().data(folder.path()));
    assert_eq!(server.get(USERS).status, 200);
    drop(server);
    assert_eq!(listed(&own), ["1.db", "live", "notes.txt"]);
    assert!(!half.exists());
}

#[test]
fn nothing_is_taken_that_a_removed_folder_would_lose() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("data");
    let server = with(frozen().data(&path));
    let create = |name: &str| server.json("POST", USERS, &body(name)).status;
    assert_eq!(create("before_it_went"), 200);
    assert_eq!(server.get("/_rollcall/ready").status, 200);
    fs::remove_dir_all(&path).expect("it is there");
    assert_eq!(create("after_it_went"), 500);
    let newest = &server.get("/_rollcall/journal?limit=1").json()["entries"][0]["id"];
    let entry = server.get(&format!("/_rollcall/journal/{newest}")).json();
    let why = entry["explanation"].to_string();
    assert!(
        why.contains("the data folder was removed") && !why.contains("bug"),
        "{why}"
    );
    for (method, target) in [
        ("GET", "/_rollcall/ready"),
        ("POST", "/_rollcall/reset"),
        ("PUT", "/_rollcall/namespaces/another"),
        ("GET", "/_rollcall/namespaces"),
    ] {
        let answer = server.json(method, target, "");
        assert_eq!(answer.status, 503, "{method} {target}: {answer}");
        assert!(
            answer.text().contains("the data folder was removed"),
            "{answer}"
        );
    }
    assert_eq!(server.get("/_rollcall/health").status, 200);
    // Reads are as good as before.
    assert_eq!(server.get(USERS).status, 200);
}

#[test]
fn a_machine_that_cannot_is_said_to_be_the_cause() {
    let folder = TempDir::new().expect("a folder");
    // No file may be longer than the demo's: a disk that is full for everything larger.
    let mut command = limited("trap '' XFSZ; ulimit -f 1000", folder.path(), "127.0.0.1:0");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let process = Process::of(child.expect("a shell runs"));
    let parents = call(&process, "GET", "/_rollcall/namespaces/default/export");
    let users: String = (0..20_000)
        .map(|number| {
            format!("{{\"huawei-rocketmq\":{{\"users\":[{{\"project_id\":\"0bec5db98280d2d02fd6c00c2de791ce\",\"instance_id\":\"0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000\",\"users\":[{{\"access_key\":\"account-{number}\",\"secret_key\":\"Secret-1234\"}}]}}]}}}}\n")
        })
        .collect();
    let seed = format!("{}{users}", parents.text());
    for target in ["full/export", "default/export", "default/seed"] {
        let method = if target.ends_with("seed") {
            "POST"
        } else {
            "PUT"
        };
        let request = format!(
            "{method} /_rollcall/namespaces/{target} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{seed}",
            seed.len()
        );
        let answer = crate::client::exchange(process.address(), request.as_bytes(), 1).remove(0);
        assert_eq!(answer.status, 503, "{target}: {answer}");
        let said = answer.json()["detail"].to_string();
        let path = folder.path().display().to_string();
        assert!(
            said.contains("disk") && !said.contains(&path) && !said.contains("damaged"),
            "{said}"
        );
    }
    // Nothing half-made stays, and what fits is still done.
    assert!(!folder.path().join("full").join("live").exists());
    assert_eq!(call(&process, "POST", "/_rollcall/reset").status, 200);
    let left = listed(&folder.path().join("default"));
    let databases = left
        .iter()
        .filter(|name| name.ends_with(".db") || name.ends_with(".new"));
    assert_eq!(databases.count(), 1, "{left:?}");
}

/// The names of what lies in a folder, sorted.
pub(crate) fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: io::Result<fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn a_clean_stop_leaves_one_file_of_data() {
    let folder = TempDir::new().expect("a folder");
    let server = with(frozen().data(folder.path()));
    let body = body("somebody");
    for (namespace, method, body) in [
        ("default", "POST", body.as_str()),
        ("written", "POST", &body),
        ("read", "GET", ""),
    ] {
        let header = ("x-rollcall-namespace", namespace);
        let answer = server.send(method, USERS, &[header], body.as_bytes());
        assert_eq!(answer.status, 200, "{answer}");
    }
    drop(server);
    for (namespace, data) in [("default", "1.db"), ("written", "2.db"), ("read", "3.db")] {
        assert_eq!(listed(&folder.path().join(namespace)), [data, "live"]);
    }
}

#[test]
fn namespaces_on_disk_are_found_again() {
    let folder = TempDir::new().expect("a folder");
    let start = [
        "--listen",
        "127.0.0.1:0",
        "--data",
        folder.path().to_str().expect("UTF-8"),
    ];
    let created = {
        let process = Process::start(&start);
        let target = format!("/huawei-rocketmq{USERS}");
        let answer = crate::client::exchange(
            process.address(),
            format!("POST {target} HTTP/1.1\r\nhost: x\r\nx-rollcall-namespace: one\r\ncontent-length: {}\r\n\r\n{}", body("only_here").len(), body("only_here")).as_bytes(),
            1,
        );
        answer[0].status
    };
    assert_eq!(created, 200);
    let process = Process::start(&start);
    let listed = |namespace: &str| {
        let request = format!(
            "GET {USERS}/only_here HTTP/1.1\r\nhost: x\r\nx-rollcall-namespace: {namespace}\r\n\r\n"
        );
        crate::client::exchange(process.address(), request.as_bytes(), 1)[0].verdict()
    };
    assert_eq!(
        (listed("one").as_str(), listed("two").as_str()),
        ("200", "400 DMS.00500972")
    );
}

#[test]
fn no_name_of_a_namespace_is_taken_by_a_file_of_the_folder() {
    let folder = TempDir::new().expect("a folder");
    // What an earlier version left there.
    std::fs::write(folder.path().join("lock"), "").expect("a writable folder");
    let server = with(frozen().data(folder.path()));
    for name in ["lock", "live"] {
        let made = server.json("PUT", &format!("/_rollcall/namespaces/{name}"), "");
        assert_eq!(made.status, 201, "{name}: {made}");
    }
}

/// A file of every earlier version of the data format.
const EARLIER: [&[u8]; 2] = [
    include_bytes!("data/version-1.db"),
    include_bytes!("data/version-2.db"),
];
/// What each of them exported.
const EXPORTED: &str = include_str!("data/version-1.ndjson");

#[track_caller]
fn holds_what_earlier_versions_held(server: &Server) {
    let export = server.get("/_rollcall/namespaces/default/export");
    let [before, after] = [EXPORTED, export.text()].map(|text| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    });
    assert_same(&after, &before, "an earlier version");
    // Counts are kept by triggers, and rows are found by new indexes.
    let list = server
        .get("/v2/0bec5db98280d2d02fd6c00c2de791ce/users")
        .json();
    assert_eq!(list["total_count"], 3, "{list}");
    let token = r#"{"auth":{"identity":{"methods":["token"]}}}"#;
    let issued = server.json("POST", "/v3.0/OS-CREDENTIAL/securitytokens", token);
    assert_eq!(issued.status, 201, "{issued}");
    let user = r#"{"user_name":"after","user_email":"a@b.example"}"#;
    let created = server.json("POST", "/v2/0bec5db98280d2d02fd6c00c2de791ce/users", user);
    assert_eq!(created.status, 201, "{created}");
    let list = server
        .get("/v2/0bec5db98280d2d02fd6c00c2de791ce/users")
        .json();
    assert_eq!(list["total_count"], 4, "{list}");
}

#[test]
fn data_of_an_earlier_version_is_brought_up_to_this_one() {
    EARLIER.into_iter().for_each(is_brought_up);
}

fn is_brought_up(file: &[u8]) {
    let folder = TempDir::new().expect("a folder");
    let namespace = folder.path().join("default");
    fs::create_dir(&namespace).expect("a folder");
    fs::write(namespace.join("7.db"), file).expect("a file");
    fs::write(namespace.join("live"), "7\n").expect("a file");
    let server = with(frozen().data(folder.path()));
    holds_what_earlier_versions_held(&server);
    drop(server);
    // A file of today's version is used as it is.
    if file == EARLIER[0] {
        assert!(
            !namespace.join("7.db").exists(),
            "the old file stays behind"
        );
    }
    let again = with(frozen().data(folder.path()));
    let list = again
        .get("/v2/0bec5db98280d2d02fd6c00c2de791ce/users")
        .json();
    assert_eq!(list["total_count"], 4, "{list}");
    let snapshot = again.get("/_rollcall/namespaces/default/snapshot").body;
    let restored = again.send(
        "PUT",
        "/_rollcall/namespaces/other/snapshot",
        &[],
        &snapshot,
    );
    assert_eq!(restored.status, 200, "{restored}");
}

#[test]
fn a_snapshot_of_an_earlier_version_can_be_restored() {
    let folder = TempDir::new().expect("a folder");
    for server in [with(frozen()), with(frozen().data(folder.path()))] {
        for file in EARLIER {
            let path = "/_rollcall/namespaces/default/snapshot";
            let restored = server.send("PUT", path, &[], file);
            assert_eq!(restored.status, 200, "{restored}");
            holds_what_earlier_versions_held(&server);
        }
    }
}
