//! `cargo bench`: every budget of rollcall, measured, with PASS or MISS.
//!
//! ```text
//! cargo bench                       all of it, about twenty minutes
//! cargo bench -- quick              the same with less of everything, about two minutes
//! cargo bench -- lists start        these themes only; an unknown word prints what there is
//! cargo bench -- growth             the other table: 1 to a million users, what each call takes
//! cargo bench -- quick must-pass    exit 1 when a budget is missed; without that word a miss is only printed
//! ```
//!
//! A budget is a ratio where it can be one, against a bare axum server that returns the same bytes from memory, loaded
//! in turn in the same run: the machine's speed and its noise are in both. Because noise is left all the same, a miss
//! fails nothing unless it is asked to, and this is no part of CI. Every figure comes from this run; `ROLLCALL_BINARY`
//! names another binary to measure than the one that was built with this.
//!
//! The bare server has rollcall's allocator, profile and runtime, and answers in the cheapest way that axum has.
//!
//! The load comes from `wrk`, which has to be installed: it takes little of a small machine, and what the loader takes, the
//! server lacks. Where calls differ, as those of a suite do, there is a loader here that takes no more. Memory is read from `/proc`, so its rows are empty elsewhere than on Linux.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the benchmark's tables go there"
)]

mod bare;
mod connection;
mod filled;
mod load;
mod process;
mod report;
mod rooms;
mod work;

mod binary;
mod connections;
mod console;
mod filters;
mod https;
mod import;
mod journal;
mod life;
mod lists;
mod namespaces;
mod pages;
mod reset;
mod small;
mod start;
mod strict;
mod suite;
mod whole;

mod growth;

use std::cell::OnceCell;
use std::path::Path;
use std::process::{Command, ExitCode};

use mimalloc::MiMalloc;
use tempfile::TempDir;

use filled::Filled;
use load::Effort;
use report::Report;

/// The binary's: the bare server is this program, too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measures some budgets.
type Theme = fn(&Bench, &mut Report);

/// What can be asked for, in the order of the budgets.
const THEMES: &[(&str, Theme)] = &[
    ("lists", lists::run),
    ("small", small::run),
    ("https", https::run),
    ("strict", strict::run),
    ("suite", suite::run),
    ("pages", pages::run),
    ("filters", filters::run),
    ("whole", whole::run),
    ("start", start::run),
    ("import", import::run),
    ("namespaces", namespaces::run),
    ("reset", reset::run),
    ("life", life::run),
    ("connections", connections::run),
    ("journal", journal::run),
    ("console", console::run),
    ("binary", binary::run),
];
const QUICK: &str = "quick";
const GROWTH: &str = "growth";
const MUST_PASS: &str = "must-pass";

/// What the themes share.
struct Bench {
    effort: Effort,
    /// Everything that is written goes there, and with it.
    folder: TempDir,
    filled: OnceCell<Vec<Filled>>,
}

impl Bench {
    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The big databases, made when the first theme wants them.
    fn filled(&self) -> &[Filled] {
        self.filled
            .get_or_init(|| filled::all(self.folder(), &self.effort))
    }
}

fn main() -> ExitCode {
    if bare::is_wanted() {
        return if bare::serve().is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    // Cargo adds --bench by itself.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let asked = |word: &str| words.iter().any(|asked| asked == word);
    let names = THEMES.iter().map(|(name, _)| *name);
    let known: Vec<&str> = [QUICK, GROWTH, MUST_PASS]
        .into_iter()
        .chain(names)
        .collect();
    if let Some(word) = words.iter().find(|word| !known.contains(&word.as_str())) {
        eprintln!("there is no \"{word}\"; there are {}", known.join(", "));
        return ExitCode::from(2);
    }
    if Command::new("wrk").arg("-v").output().is_err() {
        eprintln!(
            "the load comes from wrk, which is not installed: apt install wrk, brew install wrk, \
             or https://github.com/wg/wrk"
        );
        return ExitCode::from(2);
    }
    let bench = Bench {
        effort: if asked(QUICK) {
            Effort::quick()
        } else {
            Effort::full()
        },
        folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("a writable target folder"),
        filled: OnceCell::new(),
    };
    if asked(GROWTH) {
        growth::run(&bench);
        return ExitCode::SUCCESS;
    }
    let some = THEMES.iter().any(|(name, _)| asked(name));
    let mut report = Report::default();
    for (name, run) in THEMES {
        if !some || asked(name) {
            run(&bench, &mut report);
        }
    }
    let missed = report.end();
    if asked(MUST_PASS) && 0 < missed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
