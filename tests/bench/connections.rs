//! Ten thousand connections that are kept alive and say nothing: what they take, and how a caller fares beside them.

use crate::Bench;
use crate::bare::{self, Answer};
use crate::connection::{Connection, Request};
use crate::process::{MIB, Process};
use crate::report::Report;
use crate::rooms::room;

const IDLE: u64 = 10_000;
/// What else this process and the server have open.
const OTHERS: u64 = 200;
/// A caller's calls are short.
const CALLS: u64 = 5000;

pub(crate) fn run(_: &Bench, report: &mut Report) {
    // Bare inherits it; rollcall raises its own.
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1024);
    let idle = IDLE.min(files.saturating_sub(OTHERS));
    report.theme(&format!(
        "{idle} idle connections, each of which has made a call"
    ));
    let page = Request::get((room("huawei-workspace").page)(0));
    let ours = Process::rollcall(&[]);
    let bare = bare::start(Answer::of(&ours, &page));
    let [own, other] = [&ours, &bare].map(|server| beside(server, &page, idle));
    report.only(
        "memory of one",
        own.memory,
        "KiB",
        &format!("bare {:.2}", other.memory),
    );
    report.only(
        "a caller beside them",
        own.with / own.without,
        "x",
        &format!(
            "{:.0} µs, alone {:.0}; bare {:.0}, alone {:.0}",
            own.with, own.without, other.with, other.without
        ),
    );
}

/// What they take of a server.
struct Beside {
    /// Of one, in KiB.
    memory: f64,
    /// The microseconds of a call without them, and with them.
    without: f64,
    with: f64,
}

fn beside(server: &Process, page: &Request, idle: u64) -> Beside {
    let mut caller = server.connect();
    let mut time = || caller.medians(CALLS, [&|_| page.clone()])[0];
    let without = time();
    let before = server.resident();
    let open: Vec<Connection> = (0..idle)
        .map(|_| {
            let mut connection = server.connect();
            connection.ask(page);
            connection
        })
        .collect();
    let memory = (server.resident() - before) * MIB / 1024.0 / idle as f64;
    let with = time();
    drop(open);
    Beside {
        memory,
        without,
        with,
    }
}
