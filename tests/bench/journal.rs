//! What stays bounded: memory while a million calls go through the journal.

use crate::Bench;
use crate::connection::Request;
use crate::load::{Requests, round};
use crate::process::{MIB, Process};
use crate::report::Report;
use crate::rooms::room;

/// The journal's cap in bytes, and what may come on top of it and of idle, in MiB.
const CAP: f64 = 16.0;
const MARGIN: f64 = 8.0;

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    let calls = bench.effort.journal;
    report.theme(&format!(
        "Memory while {calls} calls go through the journal"
    ));
    // The default keeps 1,000 calls; so many that the cap in bytes is the one that holds.
    for (what, keep) in [("as it comes", "1000"), ("--journal 1000000", "1000000")] {
        let server = Process::rollcall(&["--journal", keep]);
        let target = (room("huawei-workspace").page)(0);
        server.ask(&Request::get(&target));
        let idle = server.resident();
        server.forget_peak();
        let requests = Requests::Same {
            target,
            headers: Vec::new(),
        };
        let mut made = 0.0;
        while made < calls {
            let seconds = bench.effort.seconds;
            made += round(&server.address, &requests, seconds).rate * f64::from(seconds);
        }
        let metric = |name: &str| metric(&server, name);
        report.at_most(
            &format!("{what}, the most"),
            server.peak(),
            idle + CAP + MARGIN,
            "MiB",
            &format!(
                "idle {idle:.1}; the journal holds {:.0} calls, {:.1} MiB",
                metric("journal_entries"),
                metric("journal_bytes") / MIB
            ),
        );
    }
}

/// What the server says of itself.
fn metric(server: &Process, name: &str) -> f64 {
    let text = server.ask(&Request::get("/_rollcall/metrics"));
    String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| line.strip_prefix("rollcall_")?.strip_prefix(name))
        .find_map(|value| value.trim().parse().ok())
        .unwrap_or(f64::NAN)
}
