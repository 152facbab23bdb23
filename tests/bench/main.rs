//! `cargo bench`: rollcall against a bare axum server that returns the same bytes from memory, loaded in turn in one run.
//!
//! `cargo bench -- quick` takes less than a minute. Ratios count; the machine's speed is in both. The load comes from
//! `wrk`, which has to be installed.

#![expect(clippy::print_stdout, reason = "the benchmark's table goes there")]

mod bare;
mod limits;
mod load;
mod strict;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use load::{Effort, compare};

/// The lists that are measured: the provider, and a target that answers a page of 10.
const LISTS: &[(&str, &str)] = &[
    (
        "qingcloud-ehpc",
        "/api/user?zone=jn1a&timestamp=2026-01-02T03:04:05Z&cluster_id=hpc-qig9xu97&limit=10",
    ),
    (
        "volcengine-bytehouse",
        "/?Action=ListUsers&Version=2024-08-31&Offset=0&Limit=10",
    ),
    (
        "huawei-workspace",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=10",
    ),
    (
        "huawei-rocketmq",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users?limit=10",
    ),
    (
        "aliyun-ehpc",
        "/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&PageSize=10",
    ),
];
/// How many users a list has.
const USERS: &str = "1000";

/// An answer, to be served again.
struct Served {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn main() -> ExitCode {
    if bare::is_wanted() {
        return if bare::serve().is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    if Command::new("wrk").arg("-v").output().is_err() {
        eprintln!("the load comes from wrk, which is not installed (Debian's package: wrk)");
        return ExitCode::FAILURE;
    }
    let quick = std::env::args().any(|argument| argument == "quick");
    let effort = if quick {
        Effort {
            seconds: 1,
            rounds: 1,
        }
    } else {
        Effort {
            seconds: 3,
            rounds: 5,
        }
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (provider, _) in LISTS {
        let generated = rollcall(&[
            "seed",
            "generate",
            "--provider",
            provider,
            "--count",
            USERS,
            "--rng-seed",
            "1",
        ]);
        fs::write(folder.path().join(format!("{provider}.ndjson")), generated)
            .expect("a writable folder");
    }
    let server = Server::start(&["--seed", folder.path().to_str().expect("UTF-8")]);
    println!(
        "a page of 10 out of {USERS} users, 32 connections, medians of {} rounds of {} s",
        effort.rounds, effort.seconds
    );
    println!(
        "{:<22} {:>10} {:>10} {:>8} {:>8}",
        "list", "rollcall/s", "bare/s", "ratio", "p99 x"
    );
    for (provider, target) in LISTS {
        let url = format!("http://{}{target}", server.address);
        let bare = bare::Bare::start(&fetch(&url));
        let (ours, theirs) = compare(
            &url,
            &format!("http://{}{target}", bare.address),
            &[],
            effort,
        );
        let (ratio, late) = (ours.rate / theirs.rate, ours.p99 / theirs.p99);
        println!(
            "{provider:<22} {:>10.0} {:>10.0} {ratio:>8.2} {late:>8.2}",
            ours.rate, theirs.rate
        );
    }
    strict::run(folder.path().to_str().expect("UTF-8"), LISTS, effort);
    limits::run(LISTS[2].1, effort);
    ExitCode::SUCCESS
}

/// The binary that is measured: the one built with this benchmark, or another that `ROLLCALL_BINARY` names.
fn binary() -> String {
    std::env::var("ROLLCALL_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_rollcall").to_owned())
}

fn rollcall(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(binary())
        .args(arguments)
        .output()
        .expect("the binary runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Asks once.
fn fetch(url: &str) -> Served {
    let mut response = ureq::get(url).call().expect("an answer");
    let skipped = ["content-length", "date", "connection"];
    let headers = response
        .headers()
        .iter()
        .filter(|(name, _)| !skipped.contains(&name.as_str()));
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
        .collect();
    Served {
        headers,
        body: response.body_mut().read_to_vec().expect("a body"),
    }
}

/// A rollcall as a process of its own; killed when it goes out of scope.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(binary());
        command
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut ready = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut ready)
            .expect("a line");
        let address = ready
            .trim()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
