//! Answers of more than a megabyte: their rows are read while they are sent, and that shows in nothing but the framing.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use crate::client::{Answer, Connection, TIMEOUT};
use crate::server::{Server, demo, frozen, with};

const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
const WORKSPACE: &str = "/v2/0bec5db98280d2d02fd6c00c2de791ce/users";
const VOLCENGINE: &str = "/?Action=ListUsers&Version=2024-08-31&Limit=1000000";
const MANY: usize = 2000;

fn name(number: usize) -> String {
    format!("long.{number:05}")
}

/// Users in both lists that have no bound, with texts of some ten bytes that often: 60 times make two megabytes of a list.
fn fill(server: &Server, times: usize) {
    const WORDS: usize = 8;
    let text = "描 \"述\" ".repeat(times);
    // In Workspace, only the groups of a user take that much.
    let groups: Vec<String> = (0..times / WORDS)
        .map(|number| format!("{number} {}", "描 \"述\" ".repeat(WORDS)))
        .collect();
    let user_groups: Vec<Value> = groups.iter().map(|name| json!({ "name": name })).collect();
    let workspace: Vec<Value> = (0..MANY)
        .map(|number| {
            // Now and then one is not in the first group.
            let groups = &groups[usize::from(number % 10 == 9)..];
            json!({ "user_name": name(number), "group_names": groups })
        })
        .collect();
    let volcengine: Vec<Value> = (0..MANY)
        .map(|number| json!({ "Username": name(number), "Description": text }))
        .collect();
    let document = json!({
        "huawei-workspace": {
            "groups": [{ "project_id": PROJECT, "user_groups": user_groups }],
            "users": [{ "project_id": PROJECT, "users": workspace }],
        },
        "volcengine-bytehouse": { "Users": volcengine },
    });
    let seeded = server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &document.to_string(),
    );
    assert_eq!(seeded.status, 200, "{seeded}");
}

/// A list; it is not held against openapi/, which takes a minute where there are thousands of rows.
fn get(server: &Server, target: &str) -> Answer {
    let mut connection = Connection::open(server.address()).expect("it listens");
    connection.call("GET", target, "").expect("an answer")
}

/// A server with many users.
fn filled() -> Server {
    let server = demo();
    fill(&server, 60);
    server
}

fn rows(answer: &Value) -> (&Value, &Vec<Value>) {
    let total = answer
        .get("total_count")
        .or_else(|| answer.pointer("/Result/Meta/Total"));
    let users = answer
        .get("users")
        .or_else(|| answer.pointer("/Result/Data/Users"));
    (
        total.expect("a total"),
        users.and_then(Value::as_array).expect("users"),
    )
}

/// The same list, in pages that are built whole.
fn in_pages(server: &Server, page: impl Fn(usize) -> String) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let answer = get(server, &page(all.len()));
        assert_eq!(answer.header("transfer-encoding"), None);
        let answer = answer.json();
        let (_, users) = rows(&answer);
        if users.is_empty() {
            return all;
        }
        all.extend(users.iter().cloned());
    }
}

#[test]
fn a_long_list_says_what_its_pages_say() {
    let server = filled();
    let check = |target: &str, page: &dyn Fn(usize) -> String| {
        let answer = get(&server, target);
        assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
        assert_eq!(answer.header("content-length"), None);
        let whole = answer.json();
        let (total, users) = rows(&whole);
        assert!(MANY * 9 / 10 <= users.len());
        assert_eq!(*total, users.len(), "{target}");
        assert_eq!(*users, in_pages(&server, page), "{target}");
        // The answer itself is as compact as serde writes it.
        assert_eq!(whole.to_string().len(), answer.body.len());
    };
    check(WORKSPACE, &|offset| {
        format!("{WORKSPACE}?limit=700&offset={offset}")
    });
    check(
        &format!("{WORKSPACE}?user_name=G.0&limit=999999"),
        &|offset| format!("{WORKSPACE}?user_name=G.0&limit=700&offset={offset}"),
    );
    // "0 描 …", which most of them are in.
    let group = get(&server, &format!("{WORKSPACE}?user_name=long.00000")).json()["users"][0]
        ["group_names"][0]
        .clone();
    let group: String =
        form_urlencoded::byte_serialize(group.as_str().expect("a name").as_bytes()).collect();
    check(&format!("{WORKSPACE}?group_name={group}"), &|offset| {
        format!("{WORKSPACE}?group_name={group}&limit=700&offset={offset}")
    });
    check(VOLCENGINE, &|offset| {
        format!("/?Action=ListUsers&Version=2024-08-31&Limit=700&Offset={offset}")
    });

    // A window is kept to the row, wherever the parts end.
    for limit in [64, 65, 1536] {
        let answer = get(&server, &format!("{WORKSPACE}?limit={limit}&offset=3")).json();
        assert_eq!(rows(&answer).1.len(), limit);
        let target = format!("/?Action=ListUsers&Version=2024-08-31&Limit={limit}&Offset=3");
        assert_eq!(rows(&get(&server, &target).json()).1.len(), limit);
    }
    get(&server, WORKSPACE);
    let newest = server.get("/_rollcall/journal?limit=1").json()["last"].clone();
    let entry = server.get(&format!("/_rollcall/journal/{newest}")).json();
    let kept = entry["response"]["body"].as_str().expect("a text");
    assert!(kept.starts_with("{\""), "the journal keeps the beginning");
    assert!(kept.len() < 64 * 1024, "and no more: {}", kept.len());
}

/// Sends a request and gives everything that comes until the server closes.
fn until_closed(address: SocketAddr, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .set_read_timeout(Some(TIMEOUT))
        .expect("a time-out can be set");
    stream
        .write_all(request.as_bytes())
        .expect("the server reads");
    let mut received = Vec::new();
    stream
        .read_to_end(&mut received)
        .expect("the server closes");
    received
}

fn split(received: &[u8]) -> (String, &[u8]) {
    let at = received
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head ends");
    let head = String::from_utf8_lossy(&received[..at]).to_lowercase();
    (head, &received[at + 4..])
}

#[test]
fn clients_of_http_1_0_and_head_get_what_they_can_read() {
    let server = filled();
    let old = until_closed(
        server.address(),
        &format!("GET {WORKSPACE} HTTP/1.0\r\nhost: x\r\n\r\n"),
    );
    let (head, body) = split(&old);
    assert!(
        !head.contains("chunked") && !head.contains("Content-Length"),
        "{head}"
    );
    let body: Value = serde_json::from_slice(body).expect("whole JSON");
    assert_eq!(body, get(&server, WORKSPACE).json());

    let request = format!("HEAD {WORKSPACE} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let head_only = until_closed(server.address(), &request);
    let (head, body) = split(&head_only);
    assert!(body.is_empty(), "{head}");
}

#[test]
fn a_truncated_long_list_is_not_taken_for_a_short_one() {
    let server = filled();
    let rule =
        json!({ "match": { "provider": "huawei-workspace" }, "effect": "truncate", "times": 1 });
    let rule = server.json("POST", "/_rollcall/faults", &rule.to_string());
    assert_eq!(rule.status, 201, "{rule}");
    let request = format!("GET {WORKSPACE} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let (head, body) = {
        let received = until_closed(server.address(), &request);
        let (head, body) = split(&received);
        (head, body.to_vec())
    };
    assert!(head.contains("chunked"), "{head}");
    assert!(100_000 < body.len(), "there is a beginning");
    assert!(!body.ends_with(b"0\r\n\r\n"), "the last chunk is missing");
}

/// A client that reads slowly: nothing is lost, repeated or mixed up, whatever happens meanwhile.
#[test]
fn what_is_written_while_a_long_list_is_sent_does_not_break_it() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for server in [demo(), with(frozen().data(folder.path()))] {
        // More than the system and the server together keep on the way to a client that does not read.
        fill(&server, 300);
        let first = server.get(&format!("{WORKSPACE}?limit=1"));
        let id = |name: &str| {
            let found = server.get(&format!("{WORKSPACE}?user_names={name}")).json();
            found["users"][0]["id"].as_str().expect("an id").to_owned()
        };
        // One that has gone out, one in the middle, the last one.
        let gone = [name(0), name(MANY / 2), name(MANY - 1)];
        let ids = gone.clone().map(|name| id(&name));

        // As little as the system lets wait on the way.
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket
            .set_recv_buffer_size(4096)
            .expect("a buffer can be small");
        socket
            .connect(&server.address().into())
            .expect("the server listens");
        let mut stream = TcpStream::from(socket);
        stream
            .set_read_timeout(Some(TIMEOUT))
            .expect("a time-out can be set");
        let request = format!("GET {WORKSPACE} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream
            .write_all(request.as_bytes())
            .expect("the server reads");
        let mut received = vec![0; 1000];
        stream.read_exact(&mut received).expect("a beginning");

        // The same list, whole and twice: by then, a server that did not wait for its reader would have read all of it.
        let before = names(&get(&server, WORKSPACE));
        assert_eq!(names(&get(&server, WORKSPACE)), before);
        for id in ids {
            let answer = server.send("DELETE", &format!("{WORKSPACE}/{id}"), &[], b"");
            assert_eq!(answer.status, 204, "{answer}");
        }
        let body = json!({ "user_name": "newcomer", "user_email": "a@b.example" });
        let created = server.json("POST", WORKSPACE, &body.to_string());
        assert_eq!(created.status, 201, "{created}");
        let during = names(&get(&server, WORKSPACE));
        let reset = server.json("POST", "/_rollcall/reset?namespace=default", "");
        assert_eq!(reset.status, 200, "{reset}");
        let after = server.get(&format!("{WORKSPACE}?limit=1"));
        assert_eq!(first.json()["users"], after.json()["users"]);
        assert!(after.json()["total_count"].as_u64() < Some(1000));

        stream
            .read_to_end(&mut received)
            .expect("the server closes");
        let body = unchunked(split(&received).1);
        let listed: Value = serde_json::from_slice(&body).expect("whole JSON");
        let (_, users) = rows(&listed);
        let shown: Vec<&str> = users
            .iter()
            .filter_map(|user| user["user_name"].as_str())
            .collect();
        let once: BTreeSet<String> = shown.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(once.len(), shown.len(), "nobody is shown twice");
        let throughout: BTreeSet<String> = before.intersection(&during).cloned().collect();
        assert!(throughout.is_subset(&once), "nobody is left out");
        assert!(once.is_subset(&before.union(&during).cloned().collect()));
        assert!(once.contains(&gone[0]), "it had been sent");
        assert!(!once.contains(&gone[2]), "it had not been read");
    }
}

fn names(answer: &Answer) -> BTreeSet<String> {
    let answer = answer.json();
    let (_, users) = rows(&answer);
    users
        .iter()
        .filter_map(|user| user["user_name"].as_str().map(str::to_owned))
        .collect()
}

fn unchunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let Ok(httparse::Status::Complete((skip, size))) = httparse::parse_chunk_size(chunks)
        else {
            panic!("no chunk where one should be");
        };
        let size = usize::try_from(size).expect("a chunk fits into memory");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&chunks[skip..skip + size]);
        chunks = &chunks[skip + size + 2..];
    }
}
