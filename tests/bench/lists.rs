//! Each provider's list, against bare: throughput and the 99th percentile.

use crate::filled::text;
use crate::load::{Requests, medians, round};
use crate::process::Process;
use crate::report::Report;
use crate::rooms::ROOMS;
use crate::{Bench, bare};

/// How many users a list has.
const USERS: u64 = 1000;
/// Of bare's throughput at least, of its 99th percentile at most.
const RATE: f64 = 0.7;
const P99: f64 = 2.0;

/// A folder of seeds: that many users in each list.
pub(crate) fn seeds(bench: &Bench) -> String {
    let folder = bench.folder().join("seeds");
    if !folder.is_dir() {
        std::fs::create_dir(&folder).expect("a writable folder");
        for room in ROOMS {
            room.generate(USERS, &folder.join(format!("{}.ndjson", room.name)));
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
        let target = (room.page)(0);
        let theirs = bare::start(&bare::answer_of(&ours.url(&target), &[]));
        let requests = Requests::Same {
            target,
            headers: Vec::new(),
        };
        let load = |server: &Process| round(&server.address, &requests, effort.seconds);
        let [one, other] = medians(effort, [&mut || load(&ours), &mut || load(&theirs)]);
        report.at_least(
            &format!("{}, throughput", room.name),
            one.rate / other.rate,
            RATE,
            "x",
            &format!("{:.0} a second, bare {:.0}", one.rate, other.rate),
        );
        report.at_most(
            &format!("{}, p99", room.name),
            one.p99 / other.p99,
            P99,
            "x",
            &format!("{:.0} µs, bare {:.0} µs", one.p99, other.p99),
        );
    }
}
