//! 64 clients creating, changing and deleting at once: nothing breaks, nothing is lost, nothing appears.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rollcall::Options;
use serde_json::Value;

use crate::cli::Process;
use crate::client::{After, Answer, Connection, End, talk};
use crate::server::{demo, with};

const CLIENTS: usize = 16;
const TIME: Duration = Duration::from_secs(20);
/// How many users a client has at most, so that no quota is met.
const MOST: usize = 20;

/// A provider whose API can create users: how a client lives there. Names have 8 characters.
struct Life {
    provider: &'static str,
    create: fn(name: &str) -> Call,
    update: fn(name: &str, id: &str) -> Call,
    delete: fn(name: &str, id: &str) -> Call,
    /// Where a create's answer has the id, as a JSON pointer; empty where the name is the id.
    id: &'static str,
    list: fn(offset: usize) -> String,
    /// Where a list's answer has its rows, its total, and a row its name.
    rows: &'static str,
    total: &'static str,
    name: &'static str,
}

type Call = (&'static str, String, String);

const ROCKETMQ: &str =
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";
const WORKSPACE: &str = "/v2/0bec5db98280d2d02fd6c00c2de791ce/users";
const QINGCLOUD: &str = "zone=jn1a&timestamp=2026-01-02T03:04:05Z";
const ALIYUN: &str = "Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx";

static LIVES: &[Life] = &[
    Life {
        provider: "huawei-rocketmq",
        create: |name| {
            (
                "POST",
                ROCKETMQ.to_owned(),
                format!(r#"{{"access_key":"{name}","secret_key":"Secret-1234"}}"#),
            )
        },
        update: |name, _| {
            (
                "PUT",
                format!("{ROCKETMQ}/{name}"),
                r#"{"white_remote_address":"10.0.0.1"}"#.to_owned(),
            )
        },
        delete: |name, _| ("DELETE", format!("{ROCKETMQ}/{name}"), String::new()),
        id: "",
        list: |offset| format!("{ROCKETMQ}?limit=50&offset={offset}"),
        rows: "/users",
        total: "/total",
        name: "/access_key",
    },
    Life {
        provider: "huawei-workspace",
        create: |name| {
            (
                "POST",
                WORKSPACE.to_owned(),
                format!(r#"{{"user_name":"{name}","user_email":"{name}@example.com"}}"#),
            )
        },
        update: |_, id| {
            (
                "PUT",
                format!("{WORKSPACE}/{id}"),
                r#"{"description":"changed"}"#.to_owned(),
            )
        },
        delete: |_, id| ("DELETE", format!("{WORKSPACE}/{id}"), String::new()),
        id: "/id",
        list: |offset| format!("{WORKSPACE}?limit=50&offset={offset}"),
        rows: "/users",
        total: "/total_count",
        name: "/user_name",
    },
    Life {
        provider: "qingcloud-ehpc",
        create: |name| {
            let body = format!(
                r#"{{"cluster_id":"ehpc-8jqdq0mz","username":"{name}","password":"Password1234"}}"#
            );
            ("POST", format!("/api/user/addUser?{QINGCLOUD}"), body)
        },
        update: |name, _| {
            let body = format!(
                r#"{{"cluster_id":"ehpc-8jqdq0mz","username":"{name}","new_password":"Password5678"}}"#
            );
            ("POST", format!("/api/user/modifyUser?{QINGCLOUD}"), body)
        },
        delete: |name, _| {
            let body = format!(r#"{{"cluster_id":"ehpc-8jqdq0mz","username":"{name}"}}"#);
            ("POST", format!("/api/user/deleteUser?{QINGCLOUD}"), body)
        },
        id: "",
        list: |offset| {
            format!("/api/user?{QINGCLOUD}&cluster_id=ehpc-8jqdq0mz&limit=100&offset={offset}")
        },
        rows: "/users_set",
        total: "/total_count",
        name: "/username",
    },
    Life {
        provider: "aliyun-ehpc",
        create: |name| {
            let user = format!("User.1.Name={name}&User.1.Group=users&User.1.Password=Password1!");
            (
                "GET",
                format!("/?Action=AddUsers&{ALIYUN}&{user}"),
                String::new(),
            )
        },
        update: |name, _| {
            let user = format!("User.1.Name={name}&User.1.Group=wheel");
            (
                "GET",
                format!("/?Action=ModifyUserGroups&{ALIYUN}&{user}"),
                String::new(),
            )
        },
        delete: |name, _| {
            (
                "GET",
                format!("/?Action=DeleteUsers&{ALIYUN}&User.1.Name={name}"),
                String::new(),
            )
        },
        id: "",
        list: |offset| {
            format!(
                "/?Action=ListUsers&{ALIYUN}&PageSize=50&PageNumber={}",
                offset / 50 + 1
            )
        },
        rows: "/Users/UserInfo",
        total: "/TotalCount",
        name: "/Name",
    },
];

#[track_caller]
fn good(call: &Call, answer: &Answer) {
    let code = answer.verdict();
    assert!(
        code.len() == 3 && code.starts_with('2'),
        "{} {}: {answer}",
        call.0,
        call.1
    );
}

/// Lives for a while, and gives the names that should be there in the end.
fn live(
    life: &Life,
    client: usize,
    address: std::net::SocketAddr,
    calls: &AtomicU64,
) -> Vec<String> {
    let mut connection = Connection::open(address).expect("it listens");
    let mut chance = fastrand::Rng::with_seed(client as u64);
    let mut mine: Vec<(String, String)> = Vec::new();
    let began = Instant::now();
    for number in 0.. {
        if TIME <= began.elapsed() {
            break;
        }
        let mut make = |call: Call| {
            let answer = connection
                .call(call.0, &call.1, &call.2)
                .expect("an answer");
            good(&call, &answer);
            calls.fetch_add(1, Ordering::Relaxed);
            answer
        };
        match chance.usize(..3) {
            0 if mine.len() < MOST => {
                let name = format!("u{client:02}{number:05}");
                let answer = make((life.create)(&name));
                let id = if life.id.is_empty() {
                    Value::Null
                } else {
                    answer.json().pointer(life.id).cloned().unwrap_or_default()
                };
                mine.push((name, id.as_str().unwrap_or_default().to_owned()));
            }
            1 if !mine.is_empty() => {
                let (name, id) = &mine[chance.usize(..mine.len())];
                make((life.update)(name, id));
            }
            2 if !mine.is_empty() => {
                let (name, id) = mine.swap_remove(chance.usize(..mine.len()));
                make((life.delete)(&name, &id));
            }
            _ => {
                make(("GET", (life.list)(0), String::new()));
            }
        }
    }
    mine.into_iter().map(|(name, _)| name).collect()
}

/// Every name that a list has, and the total that it says.
fn listed(life: &Life, address: std::net::SocketAddr) -> (BTreeSet<String>, u64) {
    let mut connection = Connection::open(address).expect("it listens");
    let mut names = BTreeSet::new();
    loop {
        let page = connection
            .call("GET", &(life.list)(names.len().next_multiple_of(50)), "")
            .expect("an answer")
            .json();
        let rows = page
            .pointer(life.rows)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let total = page
            .pointer(life.total)
            .and_then(Value::as_u64)
            .expect("a total");
        let before = names.len();
        names.extend(rows.iter().map(|row| {
            row.pointer(life.name)
                .and_then(Value::as_str)
                .expect("a name")
                .to_owned()
        }));
        if rows.is_empty() || names.len() as u64 == total || names.len() == before {
            return (names, total);
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the test reports what it did")]
fn sixty_four_clients_lose_nothing() {
    let server = with(Options::default());
    let address = server.address();
    let calls = AtomicU64::new(0);
    let wanted: Vec<Mutex<BTreeSet<String>>> = LIVES
        .iter()
        .map(|life| Mutex::new(listed(life, address).0))
        .collect();
    thread::scope(|scope| {
        for (life, wanted) in LIVES.iter().zip(&wanted) {
            for client in 0..CLIENTS {
                let calls = &calls;
                scope.spawn(move || {
                    let mine = live(life, client, address, calls);
                    wanted.lock().expect("no client panics here").extend(mine);
                });
            }
        }
    });
    for (life, wanted) in LIVES.iter().zip(wanted) {
        let wanted = wanted.into_inner().expect("no client panics here");
        let (found, total) = listed(life, address);
        assert_eq!(total, wanted.len() as u64, "{}: the total", life.provider);
        let lost: Vec<_> = wanted.difference(&found).collect();
        let phantoms: Vec<_> = found.difference(&wanted).collect();
        assert!(
            lost.is_empty() && phantoms.is_empty(),
            "{}: lost {lost:?}, phantoms {phantoms:?}",
            life.provider
        );
    }
    println!(
        "{} calls by {} clients in {TIME:?}",
        calls.into_inner(),
        CLIENTS * LIVES.len()
    );
}

/// A long write in one namespace makes the calls there wait, and nobody else: not even when more of them wait than there
/// are threads to serve calls.
#[test]
fn whoever_waits_for_a_long_write_holds_nobody_else_up() {
    use std::io::{ErrorKind, Read as _, Write as _};
    use std::net::TcpStream;

    let server = with(Options::default());
    let mut seed = String::new();
    for number in 0..30_000 {
        let user = format!(r#"{{"user_name":"long{number:05}","user_email":"a@b.example"}}"#);
        let users =
            format!(r#"{{"project_id":"0bec5db98280d2d02fd6c00c2de791ce","users":[{user}]}}"#);
        seed.push_str(&format!(
            "{{\"huawei-workspace\":{{\"users\":[{users}]}}}}\n"
        ));
    }
    let waiting = 4 * thread::available_parallelism().map_or(4, usize::from);
    thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let target = "/_rollcall/namespaces/default/seed";
            let headers = [("content-type", "application/x-ndjson")];
            server.send("POST", target, &headers, seed.as_bytes())
        });
        let mut served_beside = false;
        while !served_beside && !writing.is_finished() {
            let calls: Vec<TcpStream> = (0..waiting)
                .map(|offset| {
                    let mut call = TcpStream::connect(server.address()).expect("it listens");
                    let target = format!("{WORKSPACE}?limit=1&offset={offset}");
                    write!(call, "GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").expect("it reads");
                    call
                })
                .collect();
            // More than once: the first may overtake them on their way in.
            for _ in 0..50 {
                assert_eq!(server.get("/_rollcall/health").status, 200);
            }
            let waits = |mut call: TcpStream| {
                call.set_nonblocking(true).expect("a socket option");
                let read = call.read(&mut [0; 1]);
                read.is_err_and(|cause| cause.kind() == ErrorKind::WouldBlock)
            };
            let waited = calls
                .into_iter()
                .filter(|call| waits(call.try_clone().expect("a socket")))
                .count();
            served_beside = waited == waiting && !writing.is_finished();
        }
        let written = writing.join().expect("no panic");
        assert_eq!(written.status, 200, "{written}");
        assert!(
            served_beside,
            "health was answered only when the write was over"
        );
    });
}

/// Some clients close their writing half when they have sent all that they will: they still wait for the answer.
#[test]
fn a_client_that_closes_its_writing_half_is_answered() {
    let server = demo();
    let delay = r#"{"match":{"operation":"ListUser"},"effect":{"delay":"30ms"},"after":100}"#;
    assert_eq!(server.json("POST", "/_rollcall/faults", delay).status, 201);
    let (list, other) = (
        "GET /v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users",
        "x-rollcall-namespace: other",
    );
    for (call, times) in [
        (list, 120),
        ("POST /_rollcall/reset?namespace=other", 50),
        ("GET /_rollcall/journal", 50),
        ("GET /_rollcall/namespaces/default/export", 20),
    ] {
        for number in 0..times {
            let sent = format!(
                "{call} HTTP/1.1\r\nhost: localhost\r\n{other}\r\ncontent-length: 0\r\n\r\n"
            );
            let (answers, end) = talk(server.address(), sent.as_bytes(), 1, After::Close);
            assert_eq!(end, End::Answered, "{call}, {number}");
            assert_eq!(answers[0].status, 200, "{call}");
        }
    }
}

/// More clients than there are threads for what may wait, each in the middle of a body.
#[test]
fn bodies_that_come_slowly_hold_nobody_up() {
    let process = Process::start(&["--listen", "127.0.0.1:0"]);
    let stalled: Vec<TcpStream> = (0..560)
        .map(|number| {
            let mut stream = TcpStream::connect(process.address()).expect("it listens");
            let kind = ["export", "seed", "snapshot"][number % 3];
            let method = if kind == "seed" { "POST" } else { "PUT" };
            write!(stream, "{method} /_rollcall/namespaces/n{number}/{kind} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5000\r\n\r\n{{}}\n")
                .expect("it reads");
            stream
        })
        .collect();
    let began = Instant::now();
    for (method, target) in [
        ("POST", "/_rollcall/reset"),
        ("GET", "/_rollcall/journal"),
        ("GET", "/_rollcall/clock"),
        ("GET", "/_rollcall/namespaces/default/export"),
    ] {
        let sent = format!(
            "{method} {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let (answers, end) = talk(process.address(), sent.as_bytes(), 1, After::Wait);
        assert_eq!(end, End::Answered, "{target}");
        assert_eq!(answers[0].status, 200, "{target}");
    }
    assert!(began.elapsed() < Duration::from_secs(10));
    drop(stalled);
}
