//! What a test suite does: it writes, and lists what it wrote; against bare, which answers as many bytes to the same calls.
//!
//! Each connection has its own namespaces and its own names. It creates a user and walks the list's first four pages of
//! ten, again and again, for a fixed number of calls; then all namespaces are reset, outside of what is measured. So the
//! lists stay short (40 users at first, at most 240 at the end), no name comes twice, and no quota is reached. What the first
//! write to a namespace costs is in it: with 1,000 namespaces every third write is a first one.

use std::path::Path;

use serde_json::json;

use crate::bare::{self, Answer};
use crate::connection::Request;
use crate::filled::text;
use crate::load::medians;
use crate::process::Process;
use crate::report::Report;
use crate::rooms::{ROOMS, Room};
use crate::strict::{CLOCK, sign};
use crate::work::{Work, round};
use crate::{Bench, lists};

const CONNECTIONS: u64 = 32;
/// As many users as the pages show.
const USERS: u64 = 40;
const PAGES: [u64; 4] = [0, 10, 20, 30];

struct Kind {
    name: &'static str,
    namespaces: u64,
    has_data: bool,
    is_strict: bool,
    /// Of bare's throughput.
    least: Option<f64>,
}

const KINDS: &[Kind] = &[
    Kind {
        name: "16 namespaces",
        namespaces: 16,
        has_data: false,
        is_strict: false,
        least: Some(0.45),
    },
    Kind {
        name: "1,000 namespaces",
        namespaces: 1000,
        has_data: false,
        is_strict: false,
        least: None,
    },
    Kind {
        name: "16, --data",
        namespaces: 16,
        has_data: true,
        is_strict: false,
        least: Some(0.3),
    },
    Kind {
        name: "16, strict",
        namespaces: 16,
        has_data: false,
        is_strict: true,
        least: None,
    },
];

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    let cycles = bench.effort.calls / 2;
    report.theme(&format!(
        "One create to four pages of ten, against bare: 32 connections, rounds: {} of {} calls, medians",
        bench.effort.rounds,
        CONNECTIONS * cycles * (1 + PAGES.len() as u64)
    ));
    let seeds = lists::seeds_of(bench, USERS);
    for kind in KINDS {
        let data = bench.folder().join(format!("suite {}", kind.name));
        let server = kind.start(&seeds, &data);
        for room in ROOMS {
            let is_asked = bench.effort.every || room.provider == "huawei-workspace";
            if let Ok(create) = room.create
                && is_asked
            {
                kind.measure(bench, report, &server, (room, create), cycles);
            }
        }
    }
}

impl Kind {
    /// A server with the namespaces.
    fn start(&self, seeds: &str, data: &Path) -> Process {
        let mut arguments = vec!["--seed", seeds];
        if self.has_data {
            arguments.extend(["--data", text(data)]);
        }
        if self.is_strict {
            arguments.extend(["--auth", "strict", "--clock", CLOCK]);
        }
        let server = Process::rollcall(&arguments);
        let mut connection = server.connect();
        for number in 0..self.namespaces {
            let target = format!("/_rollcall/namespaces/{}", name(number));
            connection.ask(&Request::new("PUT", target).with(&json!({})));
        }
        server
    }

    fn measure(
        &self,
        bench: &Bench,
        report: &mut Report,
        server: &Process,
        (room, create): (&Room, fn(u64) -> Request),
        cycles: u64,
    ) {
        let signed = |call: Request, nonce: &str| match self.is_strict {
            true => sign(room.provider, &call, nonce),
            false => call,
        };
        let page = |offset| Request::get((room.page)(offset));
        let mark = match (room.page)(0).contains("PageSize=") {
            true => "PageSize=",
            false => "limit=",
        };
        let listed = Answer::of(server, &signed(page(0), "listed")).to(mark);
        let created = Answer::of(server, &signed(create(cycles * CONNECTIONS), "created"));
        let bare = bare::start_with(&[listed, created]);

        let calls_of = |connection: u64| {
            let mut calls = Vec::new();
            for cycle in 0..cycles {
                let namespace = name((connection + cycle * CONNECTIONS) % self.namespaces);
                let number = connection * cycles + cycle;
                let made = std::iter::once(create(number)).chain(PAGES.map(page));
                for (at, call) in made.enumerate() {
                    let nonce = format!("{number}-{at}");
                    calls.push(signed(call, &nonce).within(&namespace).bytes());
                }
            }
            calls
        };
        let work: Work = (0..CONNECTIONS).map(calls_of).collect();
        let [ours, theirs] = medians(
            &bench.effort,
            [
                &mut || {
                    server.ask(&Request::new("POST", "/_rollcall/reset?namespace=*"));
                    round(&server.address, &work)
                },
                &mut || round(&bare.address, &work),
            ],
        );
        let what = format!("{}, {}", room.name, self.name);
        let ratio = ours.rate / theirs.rate;
        let note = format!(
            "{:.0} a second, bare {:.0}; p99 {:.0} µs, bare {:.0}",
            ours.rate, theirs.rate, ours.p99, theirs.p99
        );
        match self.least {
            Some(least) => report.at_least(&what, ratio, least, "x", &note),
            None => report.only(&what, ratio, "x", &note),
        }
    }
}

fn name(number: u64) -> String {
    format!("suite-{number}")
}
