//! The life of a namespace as one test has it, from its making to its end, and what a great many of them leave behind.

use serde_json::json;

use crate::Bench;
use crate::connection::Request;
use crate::process::Process;
use crate::report::Report;
use crate::rooms::{Room, room};
use crate::work::{Work, round};

/// As many tests at once.
const CONNECTIONS: usize = 8;
/// How many lives are written down before they are lived.
const BATCH: usize = 1000;
/// Creates in a life, and pages after each: 20 calls.
const CREATES: u64 = 4;
const PAGES: u64 = 4;

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    let lives = bench.effort.lives;
    report.theme(&format!(
        "A namespace made, ten users seeded, 20 calls, verified, reset, dropped: {lives} of them, {CONNECTIONS} at once"
    ));
    let server = Process::rollcall(&[]);
    let room = room("huawei-workspace");
    // What all share is made before.
    for call in life(room, usize::MAX) {
        server.ask(&call);
    }
    let before = server.resident();
    let (mut seconds, mut calls, mut first) = (0.0, 0, f64::NAN);
    for batch in 0..lives / BATCH {
        let mut work = vec![Vec::new(); CONNECTIONS];
        for number in 0..BATCH {
            let calls = life(room, batch * BATCH + number);
            work[number % CONNECTIONS].extend(calls.iter().map(Request::bytes));
        }
        let work: Work = work.into();
        let many: usize = work.iter().map(Vec::len).sum();
        seconds += many as f64 / round(&server.address, &work).rate;
        calls += many;
        if batch == 0 {
            first = server.resident();
        }
    }
    let rate = lives as f64 / seconds;
    let note = format!("{:.0} calls a second", calls as f64 / seconds);
    report.only("lives", rate, "/s", &note);
    let after = server.resident();
    report.only(
        "memory left behind",
        after - before,
        "MiB",
        &format!("{before:.1} before, {first:.1} after {BATCH} of them, {after:.1} at the end"),
    );
}

/// The calls of one.
fn life(room: &Room, number: usize) -> Vec<Request> {
    let name = format!("life-{number}");
    let own =
        |method, rest: &str| Request::new(method, format!("/_rollcall/namespaces/{name}{rest}"));
    let users: Vec<_> = (0..10)
        .map(|number| {
            json!({
                "id": format!("8a2c3f9579d24082{number:016x}"),
                "user_name": format!("seeded{number}"),
                "user_email": format!("seeded{number}@example.com"),
            })
        })
        .collect();
    let project = "0bec5db98280d2d02fd6c00c2de791ce";
    let seed = json!({
        "huawei-workspace": { "users": [{ "project_id": project, "users": users }] }
    });
    let expected = json!({
        "match": { "provider": "huawei-workspace", "operation": "CreateDesktopUser" },
        "count": { "exactly": CREATES },
    });
    let create = room.create.expect("Workspace creates users");
    let mut calls = vec![
        own("PUT", "").with(&json!({ "from": "template" })),
        own("POST", "/seed").with(&seed),
    ];
    for number in 0..CREATES {
        calls.push(create(number).within(&name));
        let page = |_| Request::get((room.page)(0)).within(&name);
        calls.extend((0..PAGES).map(page));
    }
    calls.extend([
        Request::new("POST", "/_rollcall/journal/verify")
            .with(&expected)
            .within(&name),
        own("POST", "/reset"),
        own("DELETE", ""),
    ]);
    calls
}
