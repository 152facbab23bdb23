//! Answers of many megabytes: a million users at once, to one reader that is fast and one that is slow.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::Bench;
use crate::process::Process;
use crate::report::Report;

/// What two such answers under way may take, in MiB: a few blocks of each answer and SQLite's cache of pages, and less
/// than a tenth of one answer.
const GROWTH: f64 = 32.0;
/// The slow reader reads once while the fast one reads that often.
const SLOWER: usize = 64;

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    report.theme(&format!(
        "{} users in one answer, to a fast and to a slow reader at once, --data",
        bench.effort.users
    ));
    for filled in bench.filled() {
        let Some(target) = filled.room.whole else {
            continue;
        };
        let server = filled.open();
        server.ask(&crate::connection::Request::get((filled.room.page)(0)));
        let before = server.resident();
        server.forget_peak();
        let (mut fast, mut slow) = (asked(&server, target), asked(&server, target));
        let mut buffer = vec![0; 64 * 1024];
        let mut length = 0;
        for turn in 0.. {
            match fast.read(&mut buffer).expect("an answer") {
                0 => break,
                read => length += read,
            }
            if turn % SLOWER == 0 {
                slow.read_exact(&mut buffer[..1024]).expect("an answer");
            }
        }
        report.at_most(
            &format!("{}, memory", filled.room.name),
            server.peak() - before,
            GROWTH,
            "MiB",
            &format!(
                "{:.0} MB an answer, {before:.0} MiB before",
                length as f64 / 1e6
            ),
        );
    }
}

/// A connection on which the whole list was asked for, closed after the answer.
fn asked(server: &Process, target: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&server.address).expect("the server listens");
    let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("the server reads");
    stream
}
