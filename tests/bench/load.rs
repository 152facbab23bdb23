//! The load: `wrk` over loopback with keep-alive.

use std::path::Path;
use std::process::Command;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// How long a round is, and how many there are.
    pub(crate) seconds: u32,
    pub(crate) rounds: usize,
    /// How many processes are started, and single calls made, for a median.
    pub(crate) starts: usize,
    pub(crate) calls: u64,
    /// How many namespaces live and die.
    pub(crate) lives: usize,
    /// How many users the big databases have, and calls go through the journal.
    pub(crate) users: u64,
    pub(crate) journal: f64,
    /// Whether every list has a big database and every scheme a row, or one provider, and one scheme of each.
    pub(crate) every: bool,
}

impl Effort {
    pub(crate) const fn full() -> Self {
        Self {
            seconds: 1,
            rounds: 7,
            starts: 21,
            calls: 200,
            lives: 20_000,
            users: 1_000_000,
            journal: 1_000_000.0,
            every: true,
        }
    }

    pub(crate) const fn quick() -> Self {
        Self {
            seconds: 1,
            rounds: 1,
            starts: 11,
            calls: 100,
            lives: 1000,
            users: 100_000,
            journal: 20_000.0,
            every: false,
        }
    }
}

/// What one round measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    /// Answers a second.
    pub(crate) rate: f64,
    /// The 99th percentile of the time an answer took, in microseconds.
    pub(crate) p99: f64,
}

/// What the load consists of.
#[derive(Debug, Clone)]
pub(crate) enum Requests<'a> {
    /// One request again and again.
    Same {
        target: String,
        headers: Vec<(String, String)>,
    },
    /// Those that a file holds, as they go over the wire.
    InTurn(&'a Path),
}

const CONNECTIONS: &str = "32";
const IN_TURN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/in_turn.lua");

/// Loads a server for one round.
pub(crate) fn round(address: &str, requests: &Requests<'_>, seconds: u32) -> Round {
    round_over("http", address, requests, seconds)
}

/// The same over HTTPS, too; wrk trusts every certificate.
pub(crate) fn round_over(
    scheme: &str,
    address: &str,
    requests: &Requests<'_>,
    seconds: u32,
) -> Round {
    let mut command = Command::new("wrk");
    command.args(["-t", "1", "-c", CONNECTIONS, "--latency"]);
    command.args(["-d", &format!("{seconds}s")]);
    match requests {
        Requests::Same { target, headers } => {
            for (name, value) in headers {
                command.args(["-H", &format!("{name}: {value}")]);
            }
            command.arg(format!("{scheme}://{address}{target}"));
        }
        Requests::InTurn(file) => {
            let url = format!("{scheme}://{address}/");
            command.args(["-s", IN_TURN, &url, "--"]).arg(file);
        }
    }
    let output = command.output().expect("wrk is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        !text.contains("Non-2xx") && !text.contains("Socket errors"),
        "{requests:?} is answered with errors: {text}"
    );
    let after = |word: &str| {
        text.lines()
            .find_map(|line| line.trim_start().strip_prefix(word))
            .map(str::trim)
            .unwrap_or_else(|| panic!("wrk prints no {word}: {text}"))
    };
    Round {
        rate: after("Requests/sec:").parse().expect("a number"),
        p99: micros(after("99%")).expect("a time"),
    }
}

fn micros(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6)];
    units.iter().find_map(|(unit, factor)| {
        let value: f64 = text.strip_suffix(unit)?.parse().ok()?;
        Some(value * factor)
    })
}

/// Rounds of several kinds in turn, A B A B, after one of each that does not count: the medians.
pub(crate) fn medians<const N: usize>(
    effort: &Effort,
    mut kinds: [&mut dyn FnMut() -> Round; N],
) -> [Round; N] {
    let mut rounds = [(); N].map(|()| Vec::new());
    // One round is its own warm-up.
    let warm_up = usize::from(1 < effort.rounds);
    for number in 0..effort.rounds + warm_up {
        for (kind, rounds) in kinds.iter_mut().zip(&mut rounds) {
            let round = kind();
            if warm_up <= number {
                rounds.push(round);
            }
        }
    }
    rounds.map(|rounds| Round {
        rate: median(rounds.iter().map(|round| round.rate)),
        p99: median(rounds.iter().map(|round| round.p99)),
    })
}

/// The middle of the values.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
