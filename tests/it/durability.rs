//! What was answered is on disk, however the process ends.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::cli::{BINARY, Process};
use crate::client::{Connection, PATIENCE};
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
        while many.load(Ordering::Relaxed) < ENOUGH && began.elapsed() < PATIENCE {
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

#[test]
fn a_start_says_so_where_namespaces_need_more_open_files_than_there_may_be() {
    let folder = TempDir::new().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    // It ends at once, because the port is in use.
    let mut command = limited("ulimit -n 500", folder.path(), &address);
    let output = command.output().expect("a shell runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no more than 71 can be in use"), "{said}");
    assert_eq!(output.status.code(), Some(1), "{said}");
}

/// The names of what lies in a folder, sorted.
fn listed(folder: &Path) -> Vec<String> {
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

/// What the first version of the data format held: a file, and what it exported.
const VERSION_1: (&[u8], &str) = (
    include_bytes!("data/version-1.db"),
    include_str!("data/version-1.ndjson"),
);

#[track_caller]
fn holds_what_version_1_held(server: &Server) {
    let export = server.get("/_rollcall/namespaces/default/export");
    let [before, after] = [VERSION_1.1, export.text()].map(|text| {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        lines
    });
    assert_eq!(after, before);
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
    let folder = TempDir::new().expect("a folder");
    let namespace = folder.path().join("default");
    fs::create_dir(&namespace).expect("a folder");
    fs::write(namespace.join("7.db"), VERSION_1.0).expect("a file");
    fs::write(namespace.join("live"), "7\n").expect("a file");
    let server = with(frozen().data(folder.path()));
    holds_what_version_1_held(&server);
    drop(server);
    assert!(
        !namespace.join("7.db").exists(),
        "the old file stays behind"
    );
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
        let path = "/_rollcall/namespaces/default/snapshot";
        let restored = server.send("PUT", path, &[], VERSION_1.0);
        assert_eq!(restored.status, 200, "{restored}");
        holds_what_version_1_held(&server);
    }
}
