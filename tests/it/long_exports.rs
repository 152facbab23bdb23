//! Exports of many megabytes: read while they are sent, and yet of one moment.

use std::fs;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use crate::cli::Process;
use crate::client::{TIMEOUT, talk};
use crate::server::{demo, frozen, with};

const EXPORT: &str = "/_rollcall/namespaces/default/export";
const SEED: &str = "/_rollcall/namespaces/default/seed";

/// Users with a long text each, which take 6 KB of an export.
fn users(count: usize) -> String {
    let text = "描 \"述\" ".repeat(500);
    let users: Vec<Value> = (0..count)
        .map(|number| json!({ "Username": format!("long.{number:05}"), "Description": text }))
        .collect();
    json!({ "volcengine-bytehouse": { "Users": users } }).to_string()
}

const LATE: &str = r#"{"volcengine-bytehouse":{"Users":[{"Username":"late"}]}}"#;

/// A client with as little as the system lets wait on the way, which has asked for the export.
fn ask(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket
        .set_recv_buffer_size(4096)
        .expect("a buffer can be small");
    socket.connect(&address.into()).expect("it listens");
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(TIMEOUT)).expect("a time-out");
    // Without chunks: the end of the connection is the end of the answer.
    write!(stream, "GET {EXPORT} HTTP/1.0\r\nhost: x\r\n\r\n").expect("it reads");
    stream
}

/// What follows the head of an answer that goes on to the end of the connection.
fn body(mut begun: Vec<u8>, stream: &mut impl Read) -> String {
    stream.read_to_end(&mut begun).expect("it ends");
    let head = begun
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    String::from_utf8(begun.split_off(head + 4)).expect("text")
}

#[track_caller]
fn same(one: &str, other: &str) {
    assert_eq!(one.len(), other.len());
    // The texts themselves are too long to be shown.
    assert!(one == other, "of the same length, and yet another");
}

#[test]
fn an_export_shows_the_moment_at_which_it_was_asked_for() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for server in [demo(), with(frozen().data(folder.path()))] {
        let export = || {
            let answer = server.get(EXPORT);
            assert_eq!(answer.status, 200);
            answer
        };
        let short = export();
        assert_eq!(
            short.header("content-length"),
            Some(&*short.body.len().to_string()),
            "a short one says how long it is"
        );
        // More than the system keeps on the way to a client that does not read.
        let seeded = server.json("POST", SEED, &users(1000));
        assert_eq!(seeded.status, 200, "{seeded}");
        let before = export();
        assert_eq!(before.header("content-type"), Some("application/x-ndjson"));
        assert_eq!(before.header("transfer-encoding"), Some("chunked"));

        let mut slow = ask(server.address());
        let mut begun = vec![0; 1000];
        slow.read_exact(&mut begun).expect("a beginning");
        // Others are sent the same meanwhile, and need not wait for that client; a write need not, either.
        same(before.text(), export().text());
        assert_eq!(server.json("POST", SEED, LATE).status, 200);
        let after = export();
        assert_eq!(
            after.text().lines().count(),
            before.text().lines().count() + 1
        );
        same(&body(begun, &mut slow), before.text());

        // A client that leaves in the middle is forgotten: the next one is read while it is sent again.
        let mut gone = ask(server.address());
        gone.read_exact(&mut [0; 1000]).expect("a beginning");
        drop(gone);
        same(export().text(), after.text());
        let reset = server.json("POST", "/_rollcall/reset?namespace=default", "");
        assert_eq!(reset.status, 200, "{reset}");
        same(export().text(), short.text());
    }
}

/// In KiB.
fn memory(process: &Process, name: &str) -> u64 {
    let file = format!("/proc/{}/status", process.child.id());
    let status = fs::read_to_string(file).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line
        .expect("the machine tells")
        .trim_matches([':', ' ', '\t']);
    number.trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn an_export_is_never_whole_in_memory() {
    /// What is read ahead, twice; buffers; the pages that SQLite keeps of a file.
    const MOST: u64 = 8 * 1024;
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().to_str().expect("a path");
    let start = || Process::start(&["--listen", "127.0.0.1:0", "--data", path]);
    let send = |process: &Process, body: &str| {
        let length = body.len();
        let request = format!(
            "POST {SEED} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let (answers, _) = talk(
            process.address(),
            request.as_bytes(),
            1,
            crate::client::After::Wait,
        );
        assert_eq!(answers[0].status, 200, "{}", answers[0]);
    };
    let first = start();
    send(&first, &users(3000));
    drop(first);
    // Another process: what the first one has freed would be used again.
    let process = start();
    send(&process, LATE);
    let before = memory(&process, "VmRSS");
    fs::write(format!("/proc/{}/clear_refs", process.child.id()), "5")
        .expect("the machine forgets a peak");
    let mut stream = ask(process.address());
    let mut length = 0;
    let mut part = [0; 64 * 1024];
    loop {
        match stream.read(&mut part).expect("it goes on") {
            0 => break,
            more => length += more,
        }
    }
    let grown = memory(&process, "VmHWM").saturating_sub(before);
    assert!(16 * 1024 * 1024 < length, "{length} bytes");
    assert!(grown < MOST, "{grown} KiB for {length} bytes");
}
