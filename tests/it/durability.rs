//! What was answered is on disk, however the process ends.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use tempfile::TempDir;

use crate::cli::Process;
use crate::client::{Connection, PATIENCE};
use crate::server::{frozen, with};

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
