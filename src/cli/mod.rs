//! Flags and subcommands; a doc comment here is the help.

mod env;
mod explain;
mod flags;
mod from_answer;
mod remote;
mod run;
mod seed;
mod serve;
mod sign;
mod signals;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{Args as _, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::control::{Form, coverage, document, operation_page};
use crate::provider::table::Operation;
use crate::provider::text;
use crate::providers::{PROVIDERS, provider, unknown_provider};
use remote::Remote;

/// The most common uses, printed before the list of commands.
const EXAMPLES: &str = "\
rollcall                                      serve the demo data on http://127.0.0.1:4700
rollcall run --auth strict -- pytest          run a command with its own server
rollcall run --tls auto --proxy -- ./tool     the same, for a tool that hard-codes a cloud's https:// address
rollcall --seed team.json --data ./data       serve your own users, and keep changes on disk";

/// A mock server for five clouds' user APIs, exact enough that their own SDKs cannot tell
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
    serve: serve::Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server (the default without a subcommand)
    Serve(Box<serve::Serve>),
    /// Run a command with its own server
    ///
    /// The command finds the server through ROLLCALL_URL and the variables that official SDKs read; `rollcall env` prints
    /// them. With --tls auto and --proxy, further variables route HTTPS calls for the providers' real hosts to the server.
    /// Exits with the command's exit code, 128 + n after a signal, 126 if it cannot be run and 127 if it is not found. If the
    /// command fails, the calls that failed are printed on standard error.
    Run(Box<run::Run>),
    /// Print the environment variables that lead clients and official SDKs to a running server
    Env(Box<env::Env>),
    /// Print the CA certificate of a running server with --tls auto, as PEM
    Ca(Remote),
    /// Check whether a server is alive: exits with 0 if so, else 1
    Health(Remote),
    /// Restore a namespace to the seed, or empty it
    Reset {
        /// Empty the namespace instead
        #[arg(long)]
        empty: bool,
        #[command(flatten)]
        remote: Remote,
    },
    /// List, create, drop and compare namespaces
    #[command(subcommand)]
    Namespaces(remote::Namespaces),
    /// Print the calls in the journal, or one call in full
    Journal {
        #[command(flatten)]
        query: remote::JournalQuery,
        #[command(flatten)]
        remote: Remote,
    },
    /// List, add and clear fault rules
    #[command(subcommand)]
    Faults(remote::Faults),
    /// Show and set a namespace's clock
    #[command(subcommand)]
    Clock(remote::Clock),
    /// Save and restore a namespace's data
    #[command(subcommand)]
    Snapshot(remote::Snapshot),
    /// Print a curl command signed for a provider
    Sign(Box<sign::Sign>),
    /// Explain why a signature does not match, for a call that a server refused or a raw request
    Explain(Box<explain::Explain>),
    /// Print an IAM token of Huawei from a running server
    Token(remote::Token),
    /// Check, generate and convert seed files
    #[command(subcommand)]
    Seed(seed::Seed),
    /// Print the error tables: the names to use in faults
    Errors {
        /// Only this provider's
        provider: Option<String>,
    },
    /// Print operations, limits, errors and quirks with their sources, and the SDKs tested against them
    Coverage {
        /// Only this provider's
        provider: Option<String>,
        /// Only this operation, in detail
        #[arg(conflicts_with = "markdown")]
        operation: Option<String>,
        /// Print Markdown instead of a table for the terminal
        #[arg(long)]
        markdown: bool,
        /// Print JSON: the answer of `GET /_rollcall/providers/{id}` for each provider
        #[arg(long, conflicts_with_all = ["markdown", "operation"])]
        json: bool,
    },
    /// Print the OpenAPI document of a provider, or of the control plane (control-plane)
    Openapi {
        /// The provider's id
        id: String,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Runs the command line. Exit code 0 is fine, 1 failed, 2 bad flags.
pub fn run() -> ExitCode {
    let line: Vec<OsString> = std::env::args_os().collect();
    if let Some(flags) = only_flags(&line) {
        return serve::serve(&flags);
    }
    let matches = without_empty_variables(Arguments::command()).get_matches_from(line);
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|cause| cause.exit());
    match arguments.command {
        None => serve::serve(&arguments.serve),
        Some(Command::Serve(flags)) => serve::serve(&flags),
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::Env(args)) => env::env(&args),
        Some(Command::Ca(remote)) => remote::print_text(remote.client().ca_pem()),
        Some(Command::Health(remote)) => {
            remote::print_text(remote.client().health().map(|()| "ok\n".to_owned()))
        }
        Some(Command::Reset { empty, remote }) => remote::reset(&remote, empty),
        Some(Command::Namespaces(command)) => remote::namespaces(&command),
        Some(Command::Journal { query, remote }) => remote::journal(&remote, &query),
        Some(Command::Faults(command)) => remote::faults(&command),
        Some(Command::Clock(command)) => remote::clock(&command),
        Some(Command::Snapshot(command)) => remote::snapshot(&command),
        Some(Command::Sign(args)) => sign::sign(&args),
        Some(Command::Explain(args)) => explain::explain(&args),
        Some(Command::Token(args)) => remote::token(&args),
        Some(Command::Seed(command)) => seed::run(&command),
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

/// Parses a command line of flags only, the usual way to start a server: building all subcommands takes three times as long as
/// parsing. Anything else, mistakes and the help included, is left to the full parser.
fn only_flags(line: &[OsString]) -> Option<serve::Serve> {
    let first = line.get(1);
    if first.is_some_and(|first| !first.as_encoded_bytes().starts_with(b"-")) {
        return None;
    }
    let flags = clap::Command::new("rollcall")
        .disable_help_flag(true)
        .disable_version_flag(true);
    let flags = without_empty_variables(serve::Serve::augment_args(flags));
    let matches = flags.try_get_matches_from(line).ok()?;
    serve::Serve::from_arg_matches(&matches).ok()
}

/// Treats empty variables as unset: `NAME=${NAME}` in a compose file produces them.
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

/// Prints to standard output. If that is closed, the command fails instead of panicking.
fn say(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// A text for a terminal: what comes from calls and files must not switch its colours, title or modes.
fn visible(text: &str) -> Cow<'_, str> {
    let is_hidden = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    if !text.contains(is_hidden) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown.into()
}

fn fail(cause: &str) -> ExitCode {
    complain(cause);
    ExitCode::FAILURE
}

/// Fails with a message that begins with its file, without a prefix, so that tools which parse compiler errors understand it.
fn fail_at(cause: &str) -> ExitCode {
    // With standard error closed, there is nowhere to report to.
    let _ = writeln!(io::stderr(), "{}", visible(cause));
    ExitCode::FAILURE
}

fn bad_flags(cause: &str) -> ExitCode {
    complain(cause);
    ExitCode::from(2)
}

fn complain(cause: &str) {
    // With standard error closed, there is nowhere to report to.
    let _ = writeln!(io::stderr(), "rollcall: {}", visible(cause));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_alone_are_read_as_the_whole_command_line_reads_them() {
        let lines = [
            "",
            "--listen 127.0.0.1:0",
            "--listen=127.0.0.1:0,huawei-iam=127.0.0.1:0 --seed empty --auth strict",
            "--auth strict --seed a.json --seed b --quirk aliyun-ehpc.user-id=1",
            "--until-stdin-closes --data ./data --watch",
            "--",
            // Right as far as the command line goes.
            "--auth never",
            "--auth strict --auth off",
            // Not flags alone, or not right.
            "serve",
            "serve --auth strict",
            "health",
            "--auth strict health",
            "--listen health health",
            "run -- true",
            "-- serve",
            "help",
            "--help",
            "-h",
            "--version",
            "-V",
            "--listen",
            "--listen nowhere",
            "--nonsense",
            "\u{1f600}",
        ];
        let mut alone = 0;
        for line in lines {
            let words = std::iter::once("rollcall").chain(line.split_whitespace());
            let words: Vec<OsString> = words.map(OsString::from).collect();
            let whole = Arguments::try_parse_from(&words).ok();
            let whole = whole.filter(|whole| whole.command.is_none());
            let flags = only_flags(&words);
            alone += usize::from(flags.is_some());
            assert_eq!(
                flags.map(|flags| format!("{flags:?}")),
                whole.map(|whole| format!("{:?}", whole.serve)),
                "{line:?}"
            );
        }
        assert_eq!(alone, 8, "of those that only the server could refuse, too");
    }
}
