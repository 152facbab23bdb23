//! Runs the targets on any toolchain: mutates known inputs at random and keeps those with new behaviour. One second per
//! target, or `ROLLCALL_FUZZ_SECONDS`; `ROLLCALL_FUZZ_SEED` selects another stream of inputs, and failures are
//! reproducible with the same seed.
//!
//! ```text
//! ROLLCALL_FUZZ_SECONDS=3600 cargo test --lib fuzz::runner::strict -- --nocapture
//! ROLLCALL_FUZZ_INPUT=tests/fuzz/strict/name cargo test --lib fuzz::runner::strict
//! ```
//!
//! A failing input is minimised and written to `target/fuzz/`; once it is fixed, it is moved to `tests/fuzz/`.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use super::mutate::Mutator;
use super::{Kind, TARGETS, Target, World, corpus};

/// The time after which an input counts as hanging.
const HUNG: Duration = Duration::from_secs(120);
/// The time limit for minimising an input.
const SMALLER: Duration = Duration::from_secs(60);
/// The number of attempts at minimising an input.
const TRIES: usize = 3000;
/// The maximum growth of a target's memory between the warm-up and its end, in KiB, if it kept growing.
const GROWTH: usize = 192 * 1024;
/// The number of inputs kept for further mutation.
const KEPT: usize = 20_000;

fn number(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(value) => value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {value}")),
        Err(_) => default,
    }
}

/// The behaviour of an input; a panic is a broken guarantee too.
fn run(target: &Target, world: &mut World, input: &[u8]) -> Result<Kind, String> {
    catch_unwind(AssertUnwindSafe(|| (target.run)(world, input))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("it panicked: {}", text.unwrap_or_default()))
    })
}

/// The smallest input found that still fails, and its failure.
fn smallest(target: &Target, input: Vec<u8>, broken: String) -> (Vec<u8>, String) {
    let (mut best, mut why) = (input, broken);
    let mut world = World::new(target.auth);
    let mut tries = 0;
    let mut size = best.len() / 2;
    let until = Instant::now() + SMALLER;
    while 0 < size && tries < TRIES && Instant::now() < until {
        let mut start = 0;
        while start < best.len() && tries < TRIES && Instant::now() < until {
            let mut less = best.clone();
            less.drain(start..(start + size).min(best.len()));
            tries += 1;
            world.renew();
            match run(target, &mut world, &less) {
                Err(broken) => (best, why) = (less, broken),
                Ok(_) => start += size,
            }
        }
        size /= 2;
    }
    (best, why)
}

/// The memory of this process, in KiB; `None` if the platform does not report it.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim_end_matches("kB").trim().parse().ok())
        .unwrap_or_default()
}

fn report(target: &Target, seed: u64, executions: u64, input: Vec<u8>, broken: String) -> ! {
    // Before minimising, which may take a minute.
    eprintln!(
        "{} broke a promise: {broken}; seed {seed}, execution {executions}",
        target.name
    );
    let (input, why) = smallest(target, input, broken);
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("target/fuzz")
        .join(target.name);
    let file = folder.join(format!("{seed}-{executions}"));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, &input));
    let place = written.map_or_else(|cause| cause.to_string(), |()| file.display().to_string());
    let shown: String = String::from_utf8_lossy(&input).chars().take(2000).collect();
    panic!(
        "{} broke a promise: {why}\nseed {seed}, execution {executions}, the smallest input ({} bytes, {place}):\n{shown}",
        target.name,
        input.len()
    );
}

/// Reports the hanging input and ends the process, which nothing else would do.
fn watch(target: &'static Target, current: &Arc<Mutex<(Instant, Vec<u8>)>>) {
    let current = Arc::downgrade(current);
    thread::spawn(move || {
        while let Some(current) = current.upgrade() {
            let (since, input) = current.lock().expect("nothing panics with it").clone();
            if HUNG < since.elapsed() {
                eprintln!(
                    "{} hangs with:\n{}",
                    target.name,
                    String::from_utf8_lossy(&input)
                );
                std::process::abort();
            }
            drop(current);
            thread::sleep(Duration::from_secs(1));
        }
    });
}

#[expect(clippy::print_stdout, reason = "a long run says how far it came")]
fn fuzz(name: &str) {
    let target = TARGETS
        .iter()
        .find(|target| target.name == name)
        .expect("a target");
    // One at a time, because the measured memory is the process's.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let seed = number("ROLLCALL_FUZZ_SEED", 1);
    let mut world = World::new(target.auth);
    if let Ok(file) = env::var("ROLLCALL_FUZZ_INPUT") {
        let input = fs::read(&file).unwrap_or_else(|cause| panic!("{file}: {cause}"));
        if let Err(broken) = run(target, &mut world, &input) {
            panic!("{file}: {broken}");
        }
        return;
    }
    let time = Duration::from_secs(number("ROLLCALL_FUZZ_SECONDS", 1));
    let words = corpus::words();
    let mut pool = corpus::inputs(target, &words);
    assert!(!pool.is_empty(), "{name} has no inputs to begin with");
    let mut mutator = Mutator {
        chance: fastrand::Rng::with_seed(seed),
        words,
    };
    let current = Arc::new(Mutex::new((Instant::now(), Vec::new())));
    watch(target, &current);
    let (mut kinds, mut executions) = (HashSet::new(), 0);
    let began = Instant::now();
    // The memory once the target is warm, and halfway through the remaining time.
    let (mut warm, mut middle) = (resident(), None);
    let mut middle_at = time / 2;
    // The initial inputs first, then mutations for as long as there is time.
    let beginning = pool.len() as u64;
    while executions < beginning || began.elapsed() < time {
        let input = match usize::try_from(executions) {
            Ok(at) if executions < beginning => pool[at].clone(),
            _ => {
                let parent = mutator.chance.usize(..pool.len());
                let parent = if mutator.chance.bool() {
                    parent
                } else {
                    pool.len() - 1 - parent / 4
                };
                let chosen = pool[parent].clone();
                mutator.change(&chosen, &pool)
            }
        };
        current
            .lock()
            .expect("nothing panics with it")
            .clone_from(&(Instant::now(), input.clone()));
        executions += 1;
        match run(target, &mut world, &input) {
            Ok(kind) => {
                if kinds.insert(kind) && beginning < executions && pool.len() < KEPT {
                    pool.push(input);
                }
            }
            Err(broken) => report(target, seed, executions, input, broken),
        }
        if executions == beginning {
            warm = resident();
            middle_at = began.elapsed() + time.saturating_sub(began.elapsed()) / 2;
        }
        if beginning <= executions && middle.is_none() && middle_at <= began.elapsed() {
            middle = Some(resident());
        }
    }
    let end = resident();
    let middle = middle.unwrap_or(end);
    // A leak keeps growing; the memory of the other tests in this process does not.
    let grown = 2 * middle.saturating_sub(warm).min(end.saturating_sub(middle));
    println!(
        "{name}: seed {seed}, {executions} executions in {:.0?}, {} kinds, {} MiB more",
        began.elapsed(),
        kinds.len(),
        grown / 1024
    );
    assert!(
        grown < GROWTH,
        "{name} holds {} MiB more after {executions} executions, seed {seed}",
        grown / 1024
    );
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                fuzz(stringify!($name));
            }
        )*

        #[test]
        fn every_target_runs() {
            let run = [$(stringify!($name)),*];
            assert_eq!(TARGETS.iter().map(|target| target.name).collect::<Vec<_>>(), run);
        }
    };
}

targets! { parameters signatures calls lenient strict control seed ndjson snapshot }

#[test]
fn what_broke_once_holds() {
    for target in TARGETS {
        let mut world = World::new(target.auth);
        for (file, input) in corpus::regressions(target) {
            if let Err(broken) = run(target, &mut world, &input) {
                panic!("{file}: {broken}");
            }
        }
    }
}
