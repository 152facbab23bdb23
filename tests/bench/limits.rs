//! What stays bounded: memory while a million calls go through the journal, and the price of a namespace.

use std::fs;
use std::time::Instant;

use crate::Server;
use crate::load::{Effort, median, round};

const MIB: f64 = 1024.0 * 1024.0;
/// The journal's cap, and what may come on top of it and of idle.
const JOURNAL: f64 = 16.0;
const MARGIN: f64 = 8.0;
/// What a thousand namespaces may take, and what one may cost.
const NAMESPACES: f64 = 384.0;
const MILLISECOND: f64 = 1.0;

/// Resident memory of a process, in MiB.
fn resident(server: &Server) -> f64 {
    let status =
        fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.map_or(f64::NAN, |kib| kib * 1024.0 / MIB)
}

fn row(what: &str, found: f64, most: f64, unit: &str) {
    let verdict = if most < found { "MISS" } else { "PASS" };
    println!("{what:<44} {found:>10.2} {unit:<4} at most {most:>7.2} {verdict:>6}");
}

/// Prints the table.
pub(crate) fn run(target: &str, effort: Effort) {
    println!();
    let server = Server::start(&[]);
    let url = format!("http://{}", server.address);
    ureq::get(format!("{url}{target}"))
        .call()
        .expect("an answer");
    let idle = resident(&server);
    row("idle memory", idle, 16.0, "MiB");
    let calls = if effort.rounds == 1 {
        100_000.0
    } else {
        1_000_000.0
    };
    let (mut made, mut most) = (0.0, idle);
    while made < calls {
        made +=
            round(&format!("{url}{target}"), &[], effort.seconds).rate * f64::from(effort.seconds);
        most = f64::max(most, resident(&server));
    }
    row(
        &format!("memory through {made:.0} calls"),
        most,
        idle + JOURNAL + MARGIN,
        "MiB",
    );

    let server = Server::start(&[]);
    let agent = ureq::Agent::new_with_defaults();
    let mut times = Vec::new();
    for number in 0..1000 {
        let url = format!(
            "http://{}/_rollcall/namespaces/bench-{number}",
            server.address
        );
        let began = Instant::now();
        agent.put(url).send_empty().expect("a namespace");
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    row(
        "a namespace from the template, with its call",
        median(times.into_iter()),
        MILLISECOND,
        "ms",
    );
    row(
        "memory of 1,000 namespaces",
        resident(&server),
        NAMESPACES,
        "MiB",
    );
}
