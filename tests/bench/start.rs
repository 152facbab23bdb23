//! From nothing to the first answer, with the built-in seed.

use std::time::Instant;

use crate::bare::Answer;
use crate::connection::Request;
use crate::load::median;
use crate::process::Process;
use crate::report::Report;
use crate::rooms::room;
use crate::{Bench, bare};

/// Of bare's time at most, and of memory in MiB.
const START: f64 = 3.0;
const IDLE: f64 = 14.0;

/// The milliseconds from the start of a process to its first answer.
fn first_answer(start: impl FnOnce() -> Process, request: &Request) -> f64 {
    let began = Instant::now();
    start().ask(request);
    began.elapsed().as_secs_f64() * 1e3
}

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    let starts = bench.effort.starts;
    report.theme(&format!(
        "A cold start with the built-in seed: medians of {starts}"
    ));
    let target = (room("huawei-workspace").page)(0);
    let request = Request::get(target);
    let server = Process::rollcall(&[]);
    let answer = Answer::of(&server, &request);
    let idle = server.resident();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        ours.push(first_answer(|| Process::rollcall(&[]), &request));
        bare.push(first_answer(|| bare::start(answer.clone()), &request));
    }
    let (ours, bare) = (median(ours.into_iter()), median(bare.into_iter()));
    let note = format!("{ours:.1} ms, bare {bare:.1} ms");
    report.at_most(
        "cold start to the first answer",
        ours / bare,
        START,
        "x",
        &note,
    );
    report.at_most("idle memory", idle, IDLE, "MiB", "after that answer");
}
