//! `rollcall seed`: checks, generates and converts seed files.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{bad_flags, fail, fail_at, from_answer, say};
use crate::namespace::clock::Clock;
use crate::namespace::ids::Ids;
use crate::provider::SeedContext;
use crate::providers::{provider, unknown_provider};
use crate::seed::{self, merge_file, template};

#[derive(Debug, Subcommand)]
pub(super) enum Seed {
    /// Check seed files, and report the first mistake or the number of records
    Check {
        /// .json or .ndjson files, or folders of them
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Convert user list answers of the real API into a seed
    FromAnswer(Box<from_answer::FromAnswer>),
    /// Print generated users as .ndjson, with the demo's clusters, instances or projects
    Generate {
        /// The provider to generate users for
        #[arg(long)]
        provider: String,
        /// The number of users
        #[arg(long)]
        count: u64,
        /// The random seed: the same number gives the same users
        #[arg(long, default_value_t = 1)]
        rng_seed: u64,
    },
}

pub(super) fn run(command: &Seed) -> ExitCode {
    match command {
        Seed::Check { files } => check(files),
        Seed::FromAnswer(asked) => from_answer::from_answer(asked),
        Seed::Generate {
            provider,
            count,
            rng_seed,
        } => generate(provider, *count, *rng_seed),
    }
}

fn check(files: &[PathBuf]) -> ExitCode {
    let (ids, now) = (Ids::unseeded(), Clock::default().now());
    let context = SeedContext { ids: &ids, now };
    let store = match template::empty_store() {
        Ok(store) => store,
        Err(cause) => return fail(&cause.to_string()),
    };
    let mut named = Vec::new();
    for path in files {
        match seed::files::of(path) {
            Ok(found) => named.extend(found),
            Err(cause) => return fail_at(&cause.to_string()),
        }
    }
    for file in &named {
        // One after the other into one database: a later file may refer to the parents in an earlier one.
        let read = store.write(|tx| Ok::<_, rusqlite::Error>(merge_file(tx, file, &context)));
        match read {
            Ok(Ok(records)) => {
                let file = file.display();
                let _ = say(&match records {
                    1 => format!("{file}: 1 record, valid\n"),
                    records => format!("{file}: {records} records, all valid\n"),
                });
            }
            Ok(Err(cause)) => return fail_at(&cause.to_string()),
            Err(cause) => return fail(&cause.to_string()),
        }
    }
    ExitCode::SUCCESS
}

fn generate(id: &str, count: u64, rng_seed: u64) -> ExitCode {
    let Some(provider) = provider(id) else {
        return bad_flags(&unknown_provider(id));
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    (provider.data.generate)(count, &Ids::seeded(rng_seed, id), &mut |value| {
        if written.is_ok() {
            written = writeln!(out, "{}", json!({ id: value }));
        }
    });
    match written.and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
