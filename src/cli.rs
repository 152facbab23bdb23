//! Flags and subcommands; a doc comment here is the help.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::clock::{Setting, Time};
use crate::control::{Form, coverage};
use crate::ids::Ids;
use crate::namespace;
use crate::providers::SeedContext;
use crate::seed::merge_file;
use crate::server::{Listen, Options, Rollcall, StartError};

/// A mock of five clouds' user APIs, so exact that their own SDKs cannot tell
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server (what happens without a subcommand, too)
    Serve(Box<Serve>),
    /// Say whether a server is alive: exit 0 if it is, else 1
    Health(Remote),
    /// Look after seed files
    #[command(subcommand)]
    Seed(SeedCommand),
    /// Print the matrix of operations, limits, errors and quirks with their sources
    Coverage {
        /// As Markdown instead of a table for the terminal
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Debug, Subcommand)]
enum SeedCommand {
    /// Read seed files and say what is wrong with them, or how much they hold
    Check {
        /// .json or .ndjson files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct Remote {
    /// Where the server is
    #[arg(long, env = "ROLLCALL_URL", default_value = "http://127.0.0.1:4700")]
    url: String,
}

#[derive(Debug, Args)]
struct Serve {
    /// Where to listen: ADDR, or PROVIDER=ADDR for one provider alone; repeatable
    ///
    /// Addresses are IP literals with a port; port 0 picks a free one, and the first line on standard output says which.
    /// Default: 127.0.0.1:4700, and [::1]:4700 where there is one.
    #[arg(
        long,
        env = "ROLLCALL_LISTEN",
        value_delimiter = ',',
        value_name = "ADDR|PROVIDER=ADDR"
    )]
    listen: Vec<Listen>,

    /// Keep the data in this folder; without it, in memory
    ///
    /// What was answered is on disk and survives kill -9. Seeds fill a namespace only when it is new.
    #[arg(long, env = "ROLLCALL_DATA", value_name = "DIR")]
    data: Option<PathBuf>,

    /// What namespaces start with: a file, a folder, or "empty"; repeatable
    ///
    /// Replaces the built-in demo. Files are .json documents or .ndjson streams of one document a line.
    #[arg(
        long,
        env = "ROLLCALL_SEED",
        value_delimiter = ',',
        value_name = "FILE|DIR|empty"
    )]
    seed: Vec<PathBuf>,

    /// The region that a provider's answers name; repeatable
    #[arg(
        long,
        env = "ROLLCALL_REGION",
        value_delimiter = ',',
        value_name = "PROVIDER=REGION"
    )]
    region: Vec<String>,

    /// Where the sources disagree, take the other side; repeatable
    ///
    /// `rollcall coverage` lists the quirks and their values.
    #[arg(
        long,
        env = "ROLLCALL_QUIRK",
        value_delimiter = ',',
        value_name = "PROVIDER.NAME=VALUE"
    )]
    quirk: Vec<String>,

    /// How many polls an Alibaba ListUsersAsync task takes until it shows its data
    #[arg(
        long,
        env = "ROLLCALL_ASYNC_POLLS",
        value_name = "N",
        default_value_t = 0
    )]
    async_polls: u32,

    /// Freeze time at this moment, as 2024-05-20T08:30:00Z
    #[arg(long, env = "ROLLCALL_CLOCK", value_name = "TIME", value_parser = parse_time)]
    clock: Option<Time>,

    /// Make every generated id the same at every start
    #[arg(long, env = "ROLLCALL_RNG_SEED", value_name = "N")]
    rng_seed: Option<u64>,

    /// How many calls the journal keeps for each namespace
    #[arg(
        long,
        env = "ROLLCALL_JOURNAL",
        value_name = "N",
        default_value_t = 1000
    )]
    journal: usize,

    /// How many namespaces there may be
    #[arg(
        long,
        env = "ROLLCALL_MAX_NAMESPACES",
        value_name = "N",
        default_value_t = 10_000
    )]
    max_namespaces: usize,

    /// What to log on standard error: error, warn, info, debug or trace, or a filter as "rollcall=debug,hyper=info"
    #[arg(
        long,
        env = "ROLLCALL_LOG",
        value_name = "LEVEL",
        default_value = "info"
    )]
    log: String,
}

fn parse_time(text: &str) -> Result<Time, String> {
    Time::parse_rfc3339(text)
        .ok_or_else(|| "write a date and time with a zone, as 2024-05-20T08:30:00Z".to_owned())
}

/// Runs the command line. Exit code 0 is fine, 1 failed, 2 bad flags.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        None => serve(&arguments.serve),
        Some(Command::Serve(flags)) => serve(&flags),
        Some(Command::Health(remote)) => health(&remote.url),
        Some(Command::Seed(SeedCommand::Check { files })) => seed_check(&files),
        Some(Command::Coverage { markdown }) => say(&coverage(if markdown {
            Form::Markdown
        } else {
            Form::Table
        })),
    }
}

fn serve(flags: &Serve) -> ExitCode {
    let filter = match tracing_subscriber::EnvFilter::try_new(&flags.log) {
        Ok(filter) => filter,
        Err(cause) => return bad_flags(&format!("--log \"{}\" is no filter: {cause}", flags.log)),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    let options = match options(flags) {
        Ok(options) => options,
        Err(cause) => return bad_flags(&cause),
    };
    let signals = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(cause) => return fail(&StartError::Machine(cause).to_string()),
    };
    // Before the ready line: whoever reads it may stop the server at once.
    let stop = signals.block_on(async { stop_signal() });
    let stop = match stop {
        Ok(stop) => stop,
        Err(cause) => return fail(&format!("cannot listen for signals: {cause}")),
    };
    let rollcall = match Rollcall::start_with(&options) {
        Ok(rollcall) => rollcall,
        Err(cause) => return fail(&cause.to_string()),
    };
    // A reader that has gone away does not stop the server.
    let _ = say(&format!("{}\n", rollcall.ready_line()));
    signals.block_on(stop);
    drop(rollcall);
    ExitCode::SUCCESS
}

#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if let Err(cause) = tokio::signal::ctrl_c().await {
            tracing::error!(%cause, "cannot listen for Ctrl-C");
        }
    })
}

fn options(flags: &Serve) -> Result<Options, String> {
    let mut options = Options::default()
        .clock(flags.clock.map_or(Setting::Real, Setting::Fixed))
        .async_polls(flags.async_polls)
        .journal(flags.journal)
        .max_namespaces(flags.max_namespaces);
    options = if flags.listen.is_empty() {
        options.listen_on_loopback(4700)
    } else {
        options.listen(flags.listen.clone())
    };
    if let Some(folder) = &flags.data {
        options = options.data(folder);
    }
    if !flags.seed.is_empty() {
        let files = flags
            .seed
            .iter()
            .filter(|path| path.as_path() != Path::new("empty"))
            .cloned();
        options = options.seed(files);
    }
    if let Some(seed) = flags.rng_seed {
        options = options.rng_seed(seed);
    }
    for region in &flags.region {
        let (provider, region) = region
            .split_once('=')
            .ok_or_else(|| format!("--region \"{region}\": write PROVIDER=REGION"))?;
        options = options.region(provider, region)?;
    }
    for quirk in &flags.quirk {
        let (name, value) = quirk
            .split_once('=')
            .ok_or_else(|| format!("--quirk \"{quirk}\": write PROVIDER.NAME=VALUE"))?;
        options = options.quirk(name, value)?;
    }
    Ok(options)
}

fn health(url: &str) -> ExitCode {
    let client = reqwest::blocking::Client::builder()
        .timeout(Duration::from_secs(5))
        .no_proxy()
        .build();
    let asked = client.and_then(|client| {
        client
            .get(format!("{}/_rollcall/health", url.trim_end_matches('/')))
            .send()
    });
    match asked {
        Ok(answer) if answer.status().is_success() => say("ok\n"),
        Ok(answer) => fail(&format!(
            "{url} answers, but with {}; is it a rollcall?",
            answer.status()
        )),
        Err(cause) if cause.is_builder() => fail(&format!(
            "\"{url}\" is no address; write it as http://127.0.0.1:4700"
        )),
        Err(_) => fail(&format!(
            "no rollcall answers at {url}; start one, or name another with --url"
        )),
    }
}

fn seed_check(files: &[PathBuf]) -> ExitCode {
    let (ids, now) = (Ids::unseeded(), crate::clock::Clock::default().now());
    let context = SeedContext { ids: &ids, now };
    let store = match namespace::empty_store() {
        Ok(store) => store,
        Err(cause) => return fail(&cause.to_string()),
    };
    for file in files {
        // One after the other into one database: a later file may lean on the parents of an earlier one.
        let read = store.write(|tx| Ok::<_, rusqlite::Error>(merge_file(tx, file, &context)));
        match read {
            Ok(Ok(records)) => {
                let _ = say(&format!(
                    "{}: {records} records, all fine\n",
                    file.display()
                ));
            }
            Ok(Err(cause)) => return fail(&cause.to_string()),
            Err(cause) => return fail(&cause.to_string()),
        }
    }
    ExitCode::SUCCESS
}

/// Prints; a closed standard output is a failure, not a panic.
fn say(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(cause: &str) -> ExitCode {
    complain(cause);
    ExitCode::FAILURE
}

fn bad_flags(cause: &str) -> ExitCode {
    complain(cause);
    ExitCode::from(2)
}

fn complain(cause: &str) {
    // Nothing is left to tell it to when standard error is closed.
    let _ = writeln!(io::stderr(), "rollcall: {cause}");
}
