//! A reset of a namespace that was written to, with few users and with many: of its template, and of its own.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::Bench;
use crate::connection::Request;
use crate::filled::text;
use crate::load::median;
use crate::process::Process;
use crate::report::Report;
use crate::rooms::room;

/// In milliseconds; and of the time with the fewest users, with the most.
const RESET: f64 = 0.25;
const FLAT: f64 = 1.5;
/// How many users, and how many resets of a namespace that has to be filled again for each.
const SIZES: [(u64, u64); 3] = [(10, 20), (1000, 20), (100_000, 3)];
const NAME: &str = "reset";

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    report.theme("A reset of a namespace that was written to, with so many users of Workspace");
    let workspace = room("huawei-workspace");
    let mut times = [Vec::new(), Vec::new()];
    for (users, fillings) in SIZES {
        let stream = bench.folder().join(format!("reset-{users}.ndjson"));
        workspace.generate(users, &stream);
        let (write, reset) = of_template(&stream, bench.effort.calls);
        report.at_most(
            &format!("{users} of the template"),
            reset,
            RESET,
            "ms",
            &format!("the write before it {write:.2} ms"),
        );
        times[0].push(reset);
        let reset = of_its_own(&stream, fillings);
        report.at_most(&format!("{users} of its own"), reset, RESET, "ms", "");
        times[1].push(reset);
    }
    for (whose, times) in ["the template", "its own"].into_iter().zip(times) {
        let (fewest, most) = (times[0], times[SIZES.len() - 1]);
        report.at_most(
            &format!("100,000 of {whose} against 10"),
            most / fewest,
            FLAT,
            "x",
            &format!("{most:.2} ms, {fewest:.2} ms"),
        );
    }
}

/// The users are in the template: milliseconds of a write, which is the first after a reset, and of a reset.
fn of_template(stream: &Path, calls: u64) -> (f64, f64) {
    let server = Process::rollcall(&["--seed", text(stream)]);
    let create = room("huawei-workspace").create;
    let create = create.expect("Workspace creates users");
    let mut connection = server.connect();
    connection.ask(&made());
    let [write, reset] =
        connection.medians(calls, [&|number| create(number).within(NAME), &|_| again()]);
    (write / 1e3, reset / 1e3)
}

/// The users were written into the namespace: milliseconds of a reset to the empty template.
fn of_its_own(stream: &Path, fillings: u64) -> f64 {
    let server = Process::rollcall(&["--seed", "empty"]);
    let mut connection = server.connect();
    connection.ask(&made());
    let times = (0..fillings).map(|_| {
        let fill = Request::new("PUT", format!("/_rollcall/namespaces/{NAME}/export"));
        connection.ask_with(&fill, File::open(stream).expect("it was generated"));
        let began = Instant::now();
        connection.ask(&again());
        began.elapsed().as_secs_f64() * 1e3
    });
    median(times)
}

fn made() -> Request {
    Request::new("PUT", format!("/_rollcall/namespaces/{NAME}")).with(&json!({}))
}

fn again() -> Request {
    Request::new("POST", format!("/_rollcall/namespaces/{NAME}/reset"))
}
