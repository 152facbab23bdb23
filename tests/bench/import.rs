//! A million users from an ndjson stream: at the start, and over the control plane; and the way back from disk.
//!
//! What is "beyond the database itself" is the most memory on the way less the size of the database on disk: the start
//! builds it in memory, page for page, before it copies it there.

use std::fs::File;
use std::time::Instant;

use crate::Bench;
use crate::connection::Request;
use crate::filled::Filled;
use crate::load::median;
use crate::process::Process;
use crate::report::Report;

/// For a million; fewer have to be as much faster.
const SECONDS: f64 = 20.0;
const BEYOND: f64 = 256.0;
/// Of the time that an empty folder takes to open.
const REOPEN: f64 = 3.0;

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    report.theme(&format!("{} users from ndjson", bench.effort.users));
    let most = SECONDS * bench.effort.users as f64 / 1e6;
    for filled in bench.filled() {
        let list = filled.room.name;
        report.at_most(
            &format!("{list}, --seed and --data"),
            filled.seconds,
            most,
            "s",
            "to the first answer",
        );
        beyond(
            report,
            &format!("{list}, --seed and --data"),
            filled.peak,
            filled,
        );

        let server = Process::rollcall(&["--seed", "empty"]);
        let stream = File::open(&filled.stream).expect("it was generated");
        let request = Request::new("PUT", "/_rollcall/namespaces/default/export");
        let began = Instant::now();
        server.connect().ask_with(&request, stream);
        server.ask(&Request::get((filled.room.page)(0)));
        let seconds = began.elapsed().as_secs_f64();
        let what = format!("{list}, control plane");
        report.at_most(
            &what,
            seconds,
            most,
            "s",
            "to the first answer, without --data",
        );
        beyond(report, &what, server.peak(), filled);

        let empty = Filled::new(bench.folder(), filled.room, 0);
        let (mut full, mut none) = (Vec::new(), Vec::new());
        for _ in 0..bench.effort.starts {
            full.push(filled.opening());
            none.push(empty.opening());
        }
        let (full, none) = (median(full.into_iter()), median(none.into_iter()));
        report.at_most(
            &format!("{list}, reopened, first answer"),
            full / none,
            REOPEN,
            "x",
            &format!("{full:.1} ms, an empty folder {none:.1} ms"),
        );
    }
}

fn beyond(report: &mut Report, what: &str, peak: f64, filled: &Filled) {
    report.at_most(
        &format!("{what}, memory"),
        peak - filled.database,
        BEYOND,
        "MiB",
        &format!("{peak:.0} MiB less the database's {:.0}", filled.database),
    );
}
