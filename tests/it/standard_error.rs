//! A server whose standard error nobody can or wants to read answers all the same: a log line is never worth a call.

use std::fs::File;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::cli::{BINARY, Process};
use crate::client::{Answer, Connection, exchange};

/// A call that is logged at the default level: the signature is wrong, and the doctor says how.
const LOGGED: &str = "/?Action=ListUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&Format=JSON&AccessKeyId=test-ak&\
    SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Timestamp=2024-05-20T08%3A30%3A00Z&Signature=eA%3D%3D&SignatureNonce=";

/// The server behind some words of shell.
fn start(shell: &str, stderr: Stdio) -> Process {
    let child = Command::new("sh")
        .args(["-c", shell, BINARY])
        .args([
            "--listen",
            "127.0.0.1:0",
            "--auth",
            "strict",
            "--log",
            "debug",
        ])
        .args(["--clock", "2024-05-20T08:30:00Z"])
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn();
    Process::of(child.expect("a shell runs"))
}

/// Calls that are logged, a thousand on a connection of their own, and whether it is well afterwards.
#[track_caller]
fn check(process: &Process) -> Answer {
    let mut connection = Connection::open(process.address()).expect("it listens");
    for number in 0..1000 {
        let answer = connection.call("GET", &format!("{LOGGED}{number}"), "");
        let answer = answer.unwrap_or_else(|cause| panic!("call {number}: {cause}"));
        assert_eq!(answer.status, 400, "{answer}");
    }
    let health = connection.call("GET", "/_rollcall/health", "");
    assert_eq!(health.expect("an answer").status, 200);
    let metrics = connection.call("GET", "/_rollcall/metrics", "");
    metrics.expect("an answer")
}

#[track_caller]
fn dropped(metrics: &Answer) -> u64 {
    let name = "rollcall_log_lines_dropped_total ";
    let line = metrics
        .text()
        .lines()
        .find_map(|line| line.strip_prefix(name));
    line.and_then(|count| count.parse().ok())
        .unwrap_or_else(|| panic!("no count in {metrics}"))
}

#[test]
fn a_standard_error_that_is_closed_costs_nothing() {
    check(&start("exec \"$0\" \"$@\" 2>&-", Stdio::null()));
}

#[test]
fn a_standard_error_on_a_full_disk_costs_log_lines_alone() {
    let full = File::options().write(true).open("/dev/full");
    let process = start("exec \"$0\" \"$@\"", full.expect("there is one").into());
    assert!(500 < dropped(&check(&process)));
}

#[test]
fn a_standard_error_whose_reader_has_gone_costs_log_lines_alone() {
    let mut process = start("exec \"$0\" \"$@\"", Stdio::piped());
    drop(process.child.stderr.take());
    assert!(500 < dropped(&check(&process)));
}

#[test]
fn a_standard_error_that_nobody_drains_costs_log_lines_alone() {
    let process = start("exec \"$0\" \"$@\"", Stdio::piped());
    // A pipe holds 64 KiB, and the queue of the log 256.
    let metrics = (0..10)
        .map(|_| check(&process))
        .find(|metrics| 0 < dropped(metrics));
    assert!(
        metrics.is_some(),
        "everything fits in the pipe and the queue"
    );
    let Process { child, .. } = &process;
    assert!(is_running(child));
}

/// The pipe is still there, and so is who holds its other end.
fn is_running(child: &Child) -> bool {
    child.stderr.is_some()
}

#[test]
fn a_listener_outlives_file_handles_that_run_out_while_the_log_cannot_be_written() {
    let full = File::options().write(true).open("/dev/full");
    let process = start(
        "ulimit -n 64; exec \"$0\" \"$@\"",
        full.expect("there is one").into(),
    );
    let crowd: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(process.address()).expect("a place in the queue"))
        .collect();
    drop(crowd);
    let request = b"GET /_rollcall/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(exchange(process.address(), request, 1)[0].status, 200);
    check(&process);
}
