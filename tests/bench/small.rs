//! Small answers, against bare: there the fixed cost of a call shows, which a page of ten hides.

use crate::Bench;
use crate::lists::{measure, seeds};
use crate::process::Process;
use crate::report::Report;
use crate::rooms::ROOMS;

/// Of bare's throughput at least.
const RATE: f64 = 0.75;

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    report.theme(&format!(
        "Two users listed, one user shown, against bare: 32 connections, rounds: {} of {} s, medians",
        bench.effort.rounds, bench.effort.seconds
    ));
    let ours = Process::rollcall(&["--seed", &seeds(bench)]);
    for room in ROOMS {
        for (what, target) in room.small {
            let what = format!("{}, {what}", room.name);
            measure(bench, report, &ours, &what, target(), RATE);
        }
    }
}
