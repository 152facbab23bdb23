//! Flags and subcommands; a doc comment here is the help.

mod env;
mod explain;
mod from_answer;
mod remote;
mod run;
mod sign;
mod signals;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use clap::builder::{FalseyValueParser, Resettable};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde_json::json;

use crate::control::{Form, coverage, document, operation_page};
use crate::namespace::clock::{Setting, Time};
use crate::namespace::ids::Ids;
use crate::namespace::settings::{Credential, Skew};
use crate::pipeline::faults::Rule;
use crate::provider::table::Operation;
use crate::provider::{SeedContext, json, text};
use crate::providers::{PROVIDERS, provider, unknown_provider};
use crate::seed::template;
use crate::seed::{self, merge_file};
use crate::server::options::{Listen, Options};
use crate::server::{Rollcall, StartError, log};
use remote::Remote;
use signals::Signals;

/// What most people do with it, before the list of what there is.
const EXAMPLES: &str = "\
rollcall                                      serve the demo data on http://127.0.0.1:4700
rollcall run --auth strict -- pytest          run a command with a server of its own
rollcall --seed team.json --data ./data       serve your own users, and keep what is written";

/// A mock of five clouds' user APIs, so exact that their own SDKs cannot tell
#[derive(Debug, Parser)]
#[command(
    name = "rollcall",
    version,
    about,
    before_help = EXAMPLES,
    args_conflicts_with_subcommands = true
)]
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
    /// Start a server for a command, and end with it
    ///
    /// The command is told where the server is by ROLLCALL_URL and by the variables that official SDKs read: `rollcall env`
    /// prints them. Its exit code is returned, 128 + n for a signal, 126 or 127 where it cannot be run or is not there; when it
    /// is not 0, the calls that failed are printed on standard error.
    Run(Box<run::Run>),
    /// Print the variables that clients of a running server read, official SDKs included
    Env(Box<env::Env>),
    /// Say whether a server is alive: exit 0 if it is, else 1
    Health(Remote),
    /// Put a namespace back to the seed, or empty it
    Reset {
        /// Empty it instead
        #[arg(long)]
        empty: bool,
        #[command(flatten)]
        remote: Remote,
    },
    /// List, make, drop and compare namespaces
    #[command(subcommand)]
    Namespaces(remote::Namespaces),
    /// Print what was called, or one call whole
    Journal {
        #[command(flatten)]
        asked: remote::JournalQuery,
        #[command(flatten)]
        remote: Remote,
    },
    /// List, set up and take away faults
    #[command(subcommand)]
    Faults(remote::Faults),
    /// Show and set the clock of a namespace
    #[command(subcommand)]
    Clock(remote::Clock),
    /// Save and restore a namespace's data
    #[command(subcommand)]
    Snapshot(remote::Snapshot),
    /// Print a curl command that is signed as a provider wants it
    Sign(Box<sign::Sign>),
    /// Say why a signature does not match: of a call that a server refused, or of a raw request
    Explain(Box<explain::Explain>),
    /// Print a token of Huawei's IAM from a running server
    Token(remote::Token),
    /// Look after seed files
    #[command(subcommand)]
    Seed(SeedCommand),
    /// Print the error tables: the names that faults take
    Errors {
        /// Of one provider
        provider: Option<String>,
    },
    /// Print the matrix of operations, limits, errors and quirks with their sources, and of the SDKs that drive them
    Coverage {
        /// Of one provider
        provider: Option<String>,
        /// One operation of it, for people
        #[arg(conflicts_with = "markdown")]
        operation: Option<String>,
        /// As Markdown instead of a table for the terminal
        #[arg(long)]
        markdown: bool,
        /// As JSON: what `GET /_rollcall/providers/{id}` answers, of each provider
        #[arg(long, conflicts_with_all = ["markdown", "operation"])]
        json: bool,
    },
    /// Print the OpenAPI document of a provider, or of control-plane
    Openapi {
        /// The provider's id
        id: String,
    },
    /// Print a script that completes this command line in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
enum SeedCommand {
    /// Read seed files and say what is wrong with them, or how much they hold
    Check {
        /// .json or .ndjson files, or folders of them
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Make a seed of answers of the real API, as its list of users gave them
    FromAnswer(Box<from_answer::FromAnswer>),
    /// Print made-up data as .ndjson: the demo's parents and as many users as you like
    Generate {
        /// Whose users
        #[arg(long)]
        provider: String,
        /// How many
        #[arg(long)]
        count: u64,
        /// The same number gives the same users
        #[arg(long, default_value_t = 1)]
        rng_seed: u64,
    },
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

    /// Stop when standard input ends, so that the server ends with the program that started it, however that ended
    #[arg(long, env = "ROLLCALL_UNTIL_STDIN_CLOSES", value_parser = FalseyValueParser::new())]
    until_stdin_closes: bool,

    #[command(flatten)]
    flags: Flags,
}

/// What `serve` and `run` share.
#[derive(Debug, Args)]
struct Flags {
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

    /// The name of the Huawei account (domain) by which clients log in; the seed's unless set
    #[arg(long, env = "ROLLCALL_DOMAIN_NAME", value_name = "NAME")]
    domain_name: Option<String>,

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
        value_parser = parse_many,
        default_value_t = 10_000
    )]
    max_namespaces: usize,

    /// How much authentication is checked: off, lenient or strict, for all or for one provider; repeatable
    ///
    /// lenient wants credentials that are there and well formed, strict verifies them as the real service does.
    #[arg(
        long,
        env = "ROLLCALL_AUTH",
        value_delimiter = ',',
        value_name = "MODE|PROVIDER=MODE"
    )]
    auth: Vec<String>,

    /// A key that callers may sign with, instead of test-ak:test-sk; repeatable
    #[arg(
        long,
        env = "ROLLCALL_CREDENTIAL",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "AK:SK[:TOKEN]"
    )]
    credential: Vec<String>,

    /// How far callers' clocks may be off: a length of time, off, or as far as the provider lets them
    #[arg(
        long,
        env = "ROLLCALL_SKEW",
        value_name = "300s|off|provider",
        default_value = "provider"
    )]
    skew: Skew,

    /// Read seed files again when they change, and reset the namespaces that nobody wrote to
    #[arg(long, env = "ROLLCALL_WATCH", value_parser = FalseyValueParser::new())]
    watch: bool,

    /// Fault rules to start with: a JSON file with a list of them
    #[arg(long, env = "ROLLCALL_FAULTS", value_name = "FILE")]
    faults: Option<PathBuf>,

    /// Lock the control plane: it then wants Authorization: Bearer and this token
    #[arg(
        long,
        env = "ROLLCALL_ADMIN_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    admin_token: Option<String>,

    /// Let pages of this origin use the control plane; repeatable
    #[arg(
        long,
        env = "ROLLCALL_ALLOW_ORIGIN",
        value_delimiter = ',',
        value_name = "ORIGIN",
        value_parser = parse_origin
    )]
    allow_origin: Vec<String>,

    /// Let the control plane be addressed by this host name, or by all that end so (*.example); repeatable
    ///
    /// Addresses, names without a dot, and names that no public name server gives (.internal, .local, .localhost, .test,
    /// .home.arpa) are good anyway.
    #[arg(
        long,
        env = "ROLLCALL_ALLOW_HOST",
        value_delimiter = ',',
        value_name = "HOST",
        value_parser = parse_host
    )]
    allow_host: Vec<String>,

    /// Write a line of JSON a call to this file, or to standard output with "-"
    ///
    /// Secrets are masked as in the journal. A file that has grown too large becomes FILE.1, that one FILE.2, up to FILE.4.
    #[arg(long, env = "ROLLCALL_ACCESS_LOG", value_name = "FILE|-")]
    access_log: Option<PathBuf>,

    /// How large a file of the access log grows, as 500k, 64m or 1g
    #[arg(long, env = "ROLLCALL_ACCESS_LOG_SIZE", value_name = "SIZE", value_parser = parse_size, default_value = "64m")]
    access_log_size: u64,

    /// What to log on standard error: error, warn, info, debug or trace, or a filter as "rollcall=debug,hyper=info"
    ///
    /// Default: info, and warn under `run`.
    #[arg(long, env = "ROLLCALL_LOG", value_name = "LEVEL")]
    log: Option<String>,
}

fn parse_time(text: &str) -> Result<Time, String> {
    let time = Time::parse_rfc3339(text)
        .ok_or("write a date and time with a zone, as 2024-05-20T08:30:00Z")?;
    if !time.is_printable() {
        return Err("a clock shows the years 1970 to 9999".to_owned());
    }
    Ok(time)
}

fn parse_many(text: &str) -> Result<usize, String> {
    let many = text.parse().ok().filter(|many| 0 < *many);
    many.ok_or_else(|| "write 1 or more: there is always the namespace default".to_owned())
}

fn parse_size(text: &str) -> Result<u64, String> {
    let rule = || "write a size, as 500k, 64m or 1g".to_owned();
    let lower = text.to_ascii_lowercase();
    let number = lower.trim_end_matches(['k', 'm', 'g']);
    let shift = match &lower[number.len()..] {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err(rule()),
    };
    let number: u64 = number.parse().map_err(|_| rule())?;
    let size = number.checked_mul(1 << shift).filter(|size| 0 < *size);
    size.ok_or_else(rule)
}

fn parse_origin(text: &str) -> Result<String, String> {
    // A sandboxed page says that it is from `null`.
    let is_origin = text == "null"
        || text.split_once("://").is_some_and(|(scheme, place)| {
            let place = place.trim_end_matches('/');
            !scheme.is_empty() && !place.is_empty() && !place.contains(['/', '?', '#'])
        });
    if text.contains(['*', ' ']) || !is_origin {
        let rule = "write each origin whole and without a path, as http://localhost:5173 (the providers' addresses are open to all pages anyway)";
        return Err(rule.to_owned());
    }
    Ok(text.to_owned())
}

fn parse_host(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    if name.is_empty() || name.contains([':', '/', '*', ' ']) {
        return Err(
            "write the name alone, as rollcall.example, without scheme and port, or *.example for all that end so"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// An address can be listened on once, for all providers or for one; port 0 is another each time.
fn check_listen(listen: &[Listen]) -> Result<(), String> {
    for (place, Listen { address, .. }) in listen.iter().enumerate() {
        let mut before = listen[..place].iter();
        if address.port() != 0 && before.any(|other| other.address == *address) {
            return Err(format!(
                "--listen names {address} twice; choose another port for one of them"
            ));
        }
    }
    Ok(())
}

/// Runs the command line. Exit code 0 is fine, 1 failed, 2 bad flags.
pub fn run() -> ExitCode {
    let matches = without_empty_variables(Arguments::command()).get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|cause| cause.exit());
    match arguments.command {
        None => serve(&arguments.serve),
        Some(Command::Serve(flags)) => serve(&flags),
        Some(Command::Run(asked)) => run::run(&asked),
        Some(Command::Env(asked)) => env::env(&asked),
        Some(Command::Health(remote)) => {
            remote::print_text(remote.client().health().map(|()| "ok\n".to_owned()))
        }
        Some(Command::Reset { empty, remote }) => remote::reset(&remote, empty),
        Some(Command::Namespaces(command)) => remote::namespaces(&command),
        Some(Command::Journal { asked, remote }) => remote::journal(&remote, &asked),
        Some(Command::Faults(command)) => remote::faults(&command),
        Some(Command::Clock(command)) => remote::clock(&command),
        Some(Command::Snapshot(command)) => remote::snapshot(&command),
        Some(Command::Sign(asked)) => sign::sign(&asked),
        Some(Command::Explain(asked)) => explain::explain(&asked),
        Some(Command::Token(asked)) => remote::token(&asked),
        Some(Command::Seed(SeedCommand::Check { files })) => seed_check(&files),
        Some(Command::Seed(SeedCommand::FromAnswer(asked))) => from_answer::from_answer(&asked),
        Some(Command::Seed(SeedCommand::Generate {
            provider,
            count,
            rng_seed,
        })) => generate(&provider, count, rng_seed),
        Some(Command::Errors { provider }) => errors(provider.as_deref()),
        Some(Command::Coverage {
            provider,
            operation,
            markdown,
            json,
        }) => {
            let form = match (markdown, json) {
                (true, _) => Form::Markdown,
                (false, true) => Form::Json,
                (false, false) => Form::Table,
            };
            print_coverage(provider.as_deref(), operation.as_deref(), form)
        }
        Some(Command::Openapi { id }) => openapi(&id),
        Some(Command::Completions { shell }) => completions(shell),
    }
}

/// Takes an empty variable for an unset one: `NAME=${NAME}` in a compose file makes them.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        value.is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|arg| {
            if is_empty(&arg) {
                arg.env(Resettable::Reset)
            } else {
                arg
            }
        })
        .mut_subcommands(without_empty_variables)
}

fn serve(asked: &Serve) -> ExitCode {
    let flags = &asked.flags;
    let _log = match log::start(flags.log.as_deref().unwrap_or("info")) {
        Ok(log) => log,
        Err(cause) => return bad_flags(&cause),
    };
    let options = match check_listen(&asked.listen).and_then(|()| options(flags)) {
        Ok(options) if asked.listen.is_empty() => options.listen_on_loopback(4700),
        Ok(options) => options.listen(asked.listen.clone()),
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
    let stop = signals.block_on(async { Signals::stopping() });
    let mut stop = match stop {
        Ok(stop) => stop,
        Err(cause) => return fail(&format!("cannot listen for signals: {cause}")),
    };
    allow_open_files();
    // The signals have the thread of their own, not the start: the C library's memory grows fastest on the first one.
    let is_started = Arc::new(AtomicBool::new(false));
    let (stopping, stopped) = mpsc::channel();
    let stop_server = {
        let is_started = Arc::clone(&is_started);
        move || {
            if !is_started.load(Ordering::SeqCst) {
                // A large seed takes its time, and whoever stops the server does not want to wait for it.
                std::process::exit(0);
            }
            // The other end waits for nothing else, and may have heard of another reason.
            let _ = stopping.send(());
        }
    };
    if asked.until_stdin_closes {
        let stop_server = stop_server.clone();
        std::thread::spawn(move || {
            // One that cannot be read has ended, too.
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            say_why("standard input has ended, and with it the server (--until-stdin-closes)");
            stop_server();
        });
    }
    std::thread::spawn(move || {
        signals.block_on(stop.next());
        stop_server();
    });
    let rollcall = match Rollcall::start_with(&options) {
        Ok(rollcall) => rollcall,
        Err(cause) => return fail(&cause.to_string()),
    };
    is_started.store(true, Ordering::SeqCst);
    // A reader that has gone away does not stop the server.
    let _ = say(&format!("{}\n", rollcall.ready_line()));
    // The signals' thread is there until it has sent.
    let _ = stopped.recv();
    drop(rollcall);
    ExitCode::SUCCESS
}

/// Complains, but waits for nobody to read it: the program that started the server may be gone, or hold the other end of the
/// pipe without reading.
fn say_why(cause: &'static str) {
    let (said, is_said) = mpsc::channel();
    std::thread::spawn(move || {
        complain(cause);
        // Nobody waits any more.
        let _ = said.send(());
    });
    let _ = is_said.recv_timeout(LAST_WORDS);
}

/// How long the reason for a stop may take to be written.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// Takes all open files that the machine allows. The limit that processes begin with, often 1,024, is for those that use
/// select(2); here every connection is one, and every namespace on disk that is in use is several.
fn allow_open_files() {
    if let Err(cause) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%cause, "the limit of open files stays as it is");
    }
}

/// Everything but where to listen.
fn options(flags: &Flags) -> Result<Options, String> {
    let mut options = Options::default()
        .clock(flags.clock.map_or(Setting::Real, Setting::Fixed))
        .async_polls(flags.async_polls)
        .journal(flags.journal)
        .max_namespaces(flags.max_namespaces);
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
    for mode in &flags.auth {
        options = options.auth(mode)?;
    }
    if !flags.credential.is_empty() {
        options = options.credentials(credentials(&flags.credential)?);
    }
    options = options.skew(flags.skew);
    if flags.watch {
        if flags.seed.iter().all(|path| path == Path::new("empty")) {
            tracing::warn!("--watch has nothing to look at: name seed files with --seed");
        }
        options = options.watch();
    }
    if let Some(file) = &flags.access_log {
        options = options.access_log(file);
        if let Some(plan) = &mut options.access_log {
            plan.max_bytes = flags.access_log_size;
        }
    }
    if let Some(file) = &flags.faults {
        options = options.faults(fault_rules(file)?);
    }
    options = match &flags.admin_token {
        Some(token) if token.trim().is_empty() => {
            tracing::warn!("the admin token is empty, so nothing is locked");
            options
        }
        // clap would repeat what it cannot read, and that is a secret.
        Some(token) if !crate::control::is_token(token.trim()) => {
            return Err(StartError::AdminToken.to_string());
        }
        Some(token) => options.admin_token(token),
        None => {
            if std::env::var_os("ROLLCALL_ADMIN_TOKEN").is_some() {
                tracing::warn!("the admin token is empty, so nothing is locked");
            }
            options
        }
    };
    options = flags
        .allow_origin
        .iter()
        .fold(options, Options::allow_origin);
    options = flags.allow_host.iter().fold(options, Options::allow_host);
    if let Some(name) = &flags.domain_name {
        options = options.domain_name(name)?;
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

fn fault_rules(file: &Path) -> Result<Vec<Rule>, String> {
    let text =
        std::fs::read(file).map_err(|cause| format!("--faults {}: {cause}", file.display()))?;
    json::read(&text).map_err(|error| {
        let at = error.pointer();
        let at = if at.is_empty() {
            at
        } else {
            format!(" at {at}")
        };
        format!("--faults {}{at}: {error}", file.display())
    })
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

fn errors(only: Option<&str>) -> ExitCode {
    let mut text = String::new();
    for provider in PROVIDERS
        .iter()
        .filter(|provider| only.is_none_or(|only| only == provider.id))
    {
        for entry in provider.errors() {
            text.push_str(&format!(
                "{} {} {} {} {}\n",
                provider.id, entry.name, entry.status, entry.code, entry.message
            ));
        }
    }
    if text.is_empty() {
        fail(&unknown_provider(only.unwrap_or_default()))
    } else {
        say(&text)
    }
}

fn print_coverage(id: Option<&str>, operation: Option<&str>, form: Form) -> ExitCode {
    let only = match id.map(|id| (id, provider(id))) {
        None => None,
        Some((_, Some(provider))) => Some(provider),
        Some((id, None)) => return fail(&unknown_provider(id)),
    };
    if let (Some(provider), Some(name)) = (only, operation) {
        let named = |operation: &&Operation| operation.name.eq_ignore_ascii_case(name);
        let pages: Vec<String> = provider
            .operations
            .iter()
            .filter(named)
            .map(|operation| operation_page(provider, operation))
            .collect();
        if pages.is_empty() {
            let names = provider.operations.iter().map(|operation| operation.name);
            return fail(&format!(
                "{} has no operation \"{name}\"; the nearest are {}",
                provider.id,
                text::nearest(name, names, 3).join(", ")
            ));
        }
        return say(&pages.join("\n"));
    }
    say(&coverage(form, only))
}

fn openapi(id: &str) -> ExitCode {
    document(id).map_or_else(|| fail(&unknown_provider(id)), say)
}

fn completions(shell: clap_complete::Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "rollcall", &mut script);
    say(&String::from_utf8_lossy(&script))
}

fn seed_check(files: &[PathBuf]) -> ExitCode {
    let (ids, now) = (
        Ids::unseeded(),
        crate::namespace::clock::Clock::default().now(),
    );
    let context = SeedContext { ids: &ids, now };
    let store = match template::empty_store() {
        Ok(store) => store,
        Err(cause) => return fail(&cause.to_string()),
    };
    let mut named = Vec::new();
    for path in files {
        match seed::files(path) {
            Ok(found) => named.extend(found),
            Err(cause) => return fail(&cause.to_string()),
        }
    }
    for file in &named {
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

/// The keys that --credential names. clap does not read them: it repeats what it cannot read, and that may be a secret.
fn credentials(given: &[String]) -> Result<Vec<Credential>, String> {
    let keys = given.iter().map(|text| text.parse());
    keys.collect::<Result<_, String>>()
        .map_err(|rule| format!("--credential: {rule}"))
}

fn bad_flags(cause: &str) -> ExitCode {
    complain(cause);
    ExitCode::from(2)
}

fn complain(cause: &str) {
    // Nothing is left to tell it to when standard error is closed.
    let _ = writeln!(io::stderr(), "rollcall: {cause}");
}
