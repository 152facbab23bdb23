//! The throughput while a console is open: a client that hears of calls as the console's page does (src/console/calls.js).

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::Bench;
use crate::connection::Request;
use crate::lists::seeds;
use crate::load::{Requests, Round, medians, round};
use crate::process::Process;
use crate::report::Report;
use crate::rooms::ROOMS;

/// Of the throughput without it, at least.
const BESIDE: f64 = 0.95;
/// How long the page rests between two answers, and how many calls one tells of.
const REST: Duration = Duration::from_millis(500);
const ENTRIES: u32 = 1000;

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    let seconds = bench.effort.seconds.max(2);
    report.theme(&format!(
        "A page of 10, the journal full, while a console is open: 32 connections, rounds: {} of {seconds} s, medians",
        bench.effort.rounds
    ));
    let server = Process::rollcall(&["--seed", &seeds(bench)]);
    for room in ROOMS {
        let requests = Requests::Same {
            target: (room.page)(0),
            headers: Vec::new(),
        };
        let load = || round(&server.address, &requests, seconds);
        let [beside, alone] = medians(
            &bench.effort,
            [&mut || while_polled(&server, load), &mut || load()],
        );
        report.at_least(
            room.name,
            beside.rate / alone.rate,
            BESIDE,
            "x",
            &format!("{:.0} a second, without {:.0}", beside.rate, alone.rate),
        );
    }
}

/// A round during which a client follows the journal.
fn while_polled(server: &Process, load: impl Fn() -> Round) -> Round {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| follow(server, &is_over));
        let round = load();
        is_over.store(true, Ordering::Relaxed);
        round
    })
}

fn follow(server: &Process, is_over: &AtomicBool) {
    let mut connection = server.connect();
    let mut last = 0;
    while !is_over.load(Ordering::Relaxed) {
        let target = format!("/_rollcall/journal?limit={ENTRIES}&since={last}&wait_ms=500");
        let page: Value =
            serde_json::from_slice(connection.ask(&Request::get(target))).expect("it is JSON");
        last = page["last"].as_u64().expect("it is a number");
        thread::sleep(REST);
    }
}
