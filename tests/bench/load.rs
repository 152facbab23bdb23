//! The load: `wrk` over loopback with keep-alive.

use std::process::Command;

/// What one round measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    /// Answers a second.
    pub(crate) rate: f64,
    /// The 99th percentile of the time an answer took, in microseconds.
    pub(crate) p99: f64,
}

/// How long a round is and how many there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) seconds: u32,
    pub(crate) rounds: usize,
}

const CONNECTIONS: &str = "32";

/// Loads an address for one round.
pub(crate) fn round(url: &str, headers: &[(String, String)], seconds: u32) -> Round {
    let mut command = Command::new("wrk");
    command.args([
        "-t",
        "1",
        "-c",
        CONNECTIONS,
        "--latency",
        "-d",
        &format!("{seconds}s"),
    ]);
    for (name, value) in headers {
        command.args(["-H", &format!("{name}: {value}")]);
    }
    let output = command.arg(url).output().expect("wrk is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let number_after = |word: &str| {
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(word));
        line.and_then(|line| line.trim_start().strip_prefix(word))
            .map(str::trim)
    };
    assert!(!text.contains("Non-2xx"), "{url} answers errors: {text}");
    let rate = number_after("Requests/sec:").and_then(|rate| rate.parse().ok());
    let p99 = number_after("99%").and_then(micros);
    Round {
        rate: rate.unwrap_or_else(|| panic!("wrk prints no rate: {text}")),
        p99: p99.unwrap_or_else(|| panic!("wrk prints no percentile: {text}")),
    }
}

fn micros(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1000.0), ("s", 1_000_000.0)];
    units.iter().find_map(|(unit, factor)| {
        text.strip_suffix(unit)?
            .parse::<f64>()
            .ok()
            .map(|value| value * factor)
    })
}

/// Loads two addresses in turn, A B A B, after a warm-up of both, and gives the medians.
pub(crate) fn compare(
    one: &str,
    other: &str,
    headers: &[(String, String)],
    effort: Effort,
) -> (Round, Round) {
    let mut rounds = (Vec::new(), Vec::new());
    for url in [one, other] {
        round(url, headers, 1);
    }
    for _ in 0..effort.rounds {
        rounds.0.push(round(one, headers, effort.seconds));
        rounds.1.push(round(other, headers, effort.seconds));
    }
    (median_round(&rounds.0), median_round(&rounds.1))
}

fn median_round(rounds: &[Round]) -> Round {
    Round {
        rate: median(rounds.iter().map(|round| round.rate)),
        p99: median(rounds.iter().map(|round| round.p99)),
    }
}

/// The middle of the values.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
