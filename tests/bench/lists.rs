//! Each provider's list, against bare: throughput and the 99th percentile.

use crate::bare::Answer;
use crate::connection::Request;
use crate::filled::text;
use crate::load::{Requests, medians, round};
use crate::process::Process;
use crate::report::Report;
use crate::rooms::ROOMS;
use crate::{Bench, bare};

/// How many users a list has.
const USERS: u64 = 1000;
/// Of bare's throughput at least, of its 99th percentile at most.
const RATE: f64 = 0.85;
const P99: f64 = 1.4;

/// A folder of seeds: a thousand users in each list.
pub(crate) fn seeds(bench: &Bench) -> String {
    seeds_of(bench, USERS)
}

/// The same with so many users.
pub(crate) fn seeds_of(bench: &Bench, users: u64) -> String {
    let folder = bench.folder().join(format!("seeds of {users}"));
    if !folder.is_dir() {
        std::fs::create_dir(&folder).expect("a writable folder");
        for room in ROOMS {
            room.generate(users, &folder.join(format!("{}.ndjson", room.name)));
        }
    }
    text(&folder).to_owned()
}

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    let effort = &bench.effort;
    report.theme(&format!(
        "A page of 10 out of {USERS} users, journal on, against bare: 32 connections, rounds: {} of {} s, medians",
        effort.rounds, effort.seconds
    ));
    let ours = Process::rollcall(&["--seed", &seeds(bench)]);
    for room in ROOMS {
        measure(bench, report, &ours, room.name, (room.page)(0), RATE);
    }
}

/// A call again and again, of bare's throughput at least, and the 99th percentile.
pub(crate) fn measure(
    bench: &Bench,
    report: &mut Report,
    ours: &Process,
    what: &str,
    target: String,
    least: f64,
) {
    let effort = &bench.effort;
    let bare = bare::start(Answer::of(ours, &Request::get(&target)));
    let requests = Requests::Same {
        target,
        headers: Vec::new(),
    };
    let load = |server: &Process| round(&server.address, &requests, effort.seconds);
    let [one, other] = medians(effort, [&mut || load(ours), &mut || load(&bare)]);
    report.at_least(
        &format!("{what}, throughput"),
        one.rate / other.rate,
        least,
        "x",
        &format!("{:.0} a second, bare {:.0}", one.rate, other.rate),
    );
    report.at_most(
        &format!("{what}, p99"),
        one.p99 / other.p99,
        P99,
        "x",
        &format!("{:.0} µs, bare {:.0} µs", one.p99, other.p99),
    );
}
