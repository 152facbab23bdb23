//! What the worst-shaped bodies take of memory: at most eight times the largest body that an address takes, and what a server at
//! work takes anyway. Each body goes to a server of its own, whose peak the machine tells.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::cli::Process;

const MIB: usize = 1024 * 1024;
/// The largest body of a provider's call, and of an ordinary call of the control plane.
const CALL: usize = 12 * MIB;
const CONTROL: usize = MIB;
/// What stands for a seed, an export or a snapshot of 1 GiB, which would take too long here.
const BULK: usize = 16 * MIB;
/// How often a body may be in memory.
const TIMES: usize = 8;
/// What a first call of any size takes, in KiB: buffers, prepared statements, a copy of the demo, an entry of the journal.
const ANYWAY: usize = 3 * 1024;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const NDJSON: &str = "application/x-ndjson";

/// A body of about that length: a beginning, as much of the middle as fits, an end.
fn filled(length: usize, begin: &str, middle: impl Fn(usize) -> String, end: &str) -> Vec<u8> {
    let mut body = begin.to_owned();
    for number in 0.. {
        let next = middle(number);
        if length < body.len() + next.len() + end.len() {
            break;
        }
        body.push_str(&next);
    }
    // The last comma goes.
    while body.ends_with([',', '&']) {
        body.pop();
    }
    body.push_str(end);
    body.into_bytes()
}

/// What texts of JSON can be made of that takes the most memory for its length, as the value of a member.
const SHAPES: &[(&str, &str)] = &[
    ("numbers", "0,"),
    ("empty objects", "{},"),
    ("small objects", "{\"a\":0},"),
    ("nested objects", "{\"a\":{\"b\":{}}},"),
];

/// `{"NAME": [shape, shape, …]}`.
fn members(length: usize, name: &str, shape: &str) -> Vec<u8> {
    filled(
        length,
        &format!("{{\"{name}\":["),
        |_| shape.to_owned(),
        "]}",
    )
}

/// An object with as many keys as fit, within what stands before it.
fn keys(length: usize, begin: &str, end: &str) -> Vec<u8> {
    filled(length, begin, |number| format!("\"{number:x}\":\"\","), end)
}

struct Case {
    name: String,
    flags: &'static [&'static str],
    method: &'static str,
    target: String,
    content_type: &'static str,
    body: Vec<u8>,
}

/// In KiB.
fn memory(process: &Process, line: &str) -> usize {
    let status =
        fs::read_to_string(format!("/proc/{}/status", process.child.id())).expect("it runs");
    let line = status.lines().find_map(|found| found.strip_prefix(line));
    let line = line.expect("the machine tells");
    line.trim_matches([':', ' ', '\t'])
        .trim_end_matches(" kB")
        .parse()
        .expect("a number")
}

fn call(process: &Process, method: &str, target: &str, content_type: &str, body: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(process.address()).expect("it listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(180)))
        .expect("a time-out can be set");
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("it reads");
    // A server may answer and close before it has read everything.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let status = answer
        .get(9..12)
        .and_then(|status| std::str::from_utf8(status).ok());
    status
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("{method} {target}: no answer"))
}

/// How much more than before a body took at its peak, in KiB, and what the answer was.
fn peak(case: &Case) -> (usize, u16) {
    let process = Process::start(&[&["--listen", "127.0.0.1:0"], case.flags].concat());
    // What every first call takes.
    call(
        &process,
        case.method,
        &case.target,
        case.content_type,
        b"{}",
    );
    let before = memory(&process, "VmRSS");
    fs::write(format!("/proc/{}/clear_refs", process.child.id()), "5")
        .expect("the machine forgets a peak");
    let status = call(
        &process,
        case.method,
        &case.target,
        case.content_type,
        &case.body,
    );
    (memory(&process, "VmHWM").saturating_sub(before), status)
}

#[track_caller]
#[expect(clippy::print_stdout, reason = "the test tells what it measured")]
fn check(largest: usize, cases: Vec<Case>) {
    let mut broken = Vec::new();
    for case in cases {
        let (peak, status) = peak(&case);
        #[expect(clippy::cast_precision_loss, reason = "two digits are told")]
        let times = peak as f64 * 1024.0 / largest as f64;
        let line = format!(
            "{times:5.1}x {status} {} {}: {}",
            case.method, case.target, case.name
        );
        println!("{line}");
        assert!(status < 500, "{line}");
        if largest / 1024 * TIMES + ANYWAY < peak {
            broken.push(line);
        }
    }
    assert!(
        broken.is_empty(),
        "more than {TIMES} times the body:\n{}",
        broken.join("\n")
    );
}

/// A call with a body of each provider, and a member of it.
const WRITES: &[(&str, &str, &str)] = &[
    (
        "POST",
        "/api/user/addUser?zone=jn1a&timestamp=2024-05-20T08:30:00Z",
        "username",
    ),
    ("POST", "/?Action=AssignRole&Version=2024-08-31", "Users"),
    (
        "POST",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users",
        "user_name",
    ),
    (
        "POST",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users",
        "topic_perms",
    ),
    ("POST", "/v3/auth/tokens", "auth"),
    (
        "POST",
        "/?Action=AddUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx",
        "User",
    ),
];

#[test]
fn calls_with_json() {
    let mut cases = Vec::new();
    for (place, (method, target, member)) in WRITES.iter().enumerate() {
        let mut case = |name: &str, body| {
            cases.push(Case {
                name: name.to_owned(),
                flags: &[],
                method,
                target: (*target).to_owned(),
                content_type: JSON,
                body,
            });
        };
        // Every shape somewhere, and the worst everywhere.
        for (name, shape) in [SHAPES[place % SHAPES.len()], SHAPES[2]] {
            case(name, members(CALL, member, shape));
        }
        case("keys", keys(CALL, "{", "}"));
        case(
            "inner keys",
            keys(CALL, &format!("{{\"{member}\":{{"), "}}"),
        );
        case(
            "a long text",
            filled(
                CALL,
                &format!("{{\"{member}\":\""),
                |_| "é".repeat(1000),
                "\"}",
            ),
        );
    }
    check(CALL, cases);
}

#[test]
fn calls_with_forms() {
    let mut cases = Vec::new();
    // The three that read forms.
    for (method, target, member) in [WRITES[0], WRITES[1], WRITES[5]] {
        let mut case = |name: &str, body| {
            cases.push(Case {
                name: name.to_owned(),
                flags: &[],
                method,
                target: target.to_owned(),
                content_type: FORM,
                body,
            });
        };
        case("names", filled(CALL, "", |_| "a&".to_owned(), "=1"));
        case(
            "many names",
            filled(CALL, "", |number| format!("{number:x}&"), "=1"),
        );
        case(
            "a long value",
            filled(CALL, &format!("{member}="), |_| "+".repeat(1000), ""),
        );
        case(
            "nested names",
            filled(CALL, "", |number| format!("{number:x}.a&"), "=1"),
        );
    }
    // Signed, so that the string to sign is made.
    for query in [
        "AccessKeyId=test-ak&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=fedcba98&Timestamp=2024-05-20T08%3A30%3A00Z&Signature=x&Action=AddUsers&Version=2018-04-12&ClusterId=a",
    ] {
        for (name, middle) in [("a long value", "+"), ("a long text", "é")] {
            cases.push(Case {
                name: format!("signed, {name}"),
                flags: &["--auth", "strict"],
                method: "POST",
                target: format!("/?{query}"),
                content_type: FORM,
                body: filled(CALL, "User=", |_| middle.repeat(1000), ""),
            });
        }
    }
    check(CALL, cases);
}

#[test]
fn calls_of_the_control_plane() {
    let mut cases = Vec::new();
    for (method, address, member) in [
        ("POST", "faults", "effect"),
        ("PATCH", "namespaces/default/settings", "auth"),
        ("PATCH", "namespaces/default/settings", "regions"),
        ("PUT", "clock", "time"),
        ("POST", "clock/advance", "by"),
        ("POST", "journal/verify", "match"),
        ("POST", "reset", "to"),
        ("PUT", "namespaces/new", "from"),
    ] {
        let mut case = |name: &str, body| {
            cases.push(Case {
                name: format!("{member}, {name}"),
                flags: &[],
                method,
                target: format!("/_rollcall/{address}"),
                content_type: JSON,
                body,
            });
        };
        for (name, shape) in SHAPES {
            case(name, members(CONTROL, member, shape));
        }
        case("keys", keys(CONTROL, &format!("{{\"{member}\":{{"), "}}"));
        case(
            "a long text",
            filled(
                CONTROL,
                &format!("{{\"{member}\":\""),
                |_| "é".repeat(1000),
                "\"}",
            ),
        );
    }
    for (address, begin) in [
        ("faults", r#"{"effect":"reset","match":{"params":{"#),
        (
            "journal/verify",
            r#"{"count":{"exactly":0},"match":{"params":{"#,
        ),
    ] {
        cases.push(Case {
            name: "parameters".to_owned(),
            flags: &[],
            method: "POST",
            target: format!("/_rollcall/{address}"),
            content_type: JSON,
            body: keys(CONTROL, begin, "}}}"),
        });
    }
    cases.push(Case {
        name: "a long answer".to_owned(),
        flags: &[],
        method: "POST",
        target: "/_rollcall/faults".to_owned(),
        content_type: JSON,
        body: filled(
            CONTROL,
            r#"{"effect":{"status":503,"body":""#,
            |_| "\\u0001".to_owned(),
            "\"}}",
        ),
    });
    check(CONTROL, cases);
}

/// What is large where it is large: a list of every kind of record of every provider.
const RECORDS: &[(&str, &str)] = &[
    ("qingcloud-ehpc", "users_set"),
    ("qingcloud-ehpc", "cluster_set"),
    ("volcengine-bytehouse", "Users"),
    ("volcengine-bytehouse", "Privileges"),
    ("huawei-workspace", "users"),
    ("huawei-workspace", "groups"),
    ("huawei-rocketmq", "users"),
    ("huawei-iam", "domains"),
    ("aliyun-ehpc", "2018-04-12"),
];

#[test]
fn seeds_and_exports() {
    let mut cases = Vec::new();
    for (address, method, content_type) in [
        ("namespaces/default/seed", "POST", JSON),
        ("namespaces/default/seed", "PUT", NDJSON),
        ("template", "PUT", JSON),
        ("namespaces/default/export", "PUT", NDJSON),
    ] {
        let mut case = |name: String, body| {
            cases.push(Case {
                name,
                flags: &[],
                method,
                target: format!("/_rollcall/{address}"),
                content_type,
                body,
            });
        };
        if content_type == JSON {
            for (provider, records) in RECORDS {
                let (_, shape) = SHAPES[cases_at(records)];
                let begin = format!("{{\"{provider}\":{{\"{records}\":[");
                case(
                    format!("{provider} {records} {shape}"),
                    filled(BULK, &begin, |_| shape.to_owned(), "]}}"),
                );
            }
            case("keys".to_owned(), keys(BULK, "{\"huawei-iam\":{", "}}"));
        } else {
            case(
                "short lines".to_owned(),
                filled(BULK, "", |_| "{}\n".to_owned(), ""),
            );
            case(
                "empty lines".to_owned(),
                filled(BULK, "{}\n", |_| "\n".repeat(1000), ""),
            );
            case(
                "one line".to_owned(),
                filled(
                    BULK,
                    "{\"huawei-iam\":{\"domains\":[",
                    |_| "{},".to_owned(),
                    "]}}",
                ),
            );
            let user = |number| {
                format!(
                    "{{\"huawei-rocketmq\":{{\"users\":[{{\"project_id\":\"0bec5db98280d2d02fd6c00c2de791ce\",\"instance_id\":\"0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000\",\"users\":[{{\"access_key\":\"user-{number}\",\"secret_key\":\"Secret-1234\"}}]}}]}}}}\n"
                )
            };
            case("users".to_owned(), filled(8 * MIB, "", user, ""));
        }
    }
    cases.push(Case {
        name: "nonsense".to_owned(),
        flags: &[],
        method: "PUT",
        target: "/_rollcall/namespaces/default/snapshot".to_owned(),
        content_type: "application/vnd.sqlite3",
        body: filled(BULK, "SQLite format 3\0", |_| "\u{1}".repeat(4096), ""),
    });
    check(BULK, cases);
}

/// Another shape for each kind of record.
fn cases_at(records: &str) -> usize {
    records.len() % SHAPES.len()
}
