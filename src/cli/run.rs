//! `rollcall run`: a server for one command, which stops when the command does.
//!
//! The server runs in this process, so nothing is left over however the process ends, SIGKILL included. In that case the command
//! is orphaned: it keeps running, and its next call is refused.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf, absolute};
use std::process::{Command, ExitCode};

use clap::Args;
use serde_json::{Value, json};

use super::env::{self, Environment, SigningKey};
use super::flags::{Flags, options};
use super::serve::allow_open_files;
use super::signals::{Child, Signals};
use super::{bad_flags, complain, fail};
use crate::control::{Client, ClientError};
use crate::namespace;
use crate::namespace::ids::Ids;
use crate::server::options::Options;
use crate::server::{Rollcall, StartError, log};
use crate::tls::{Tls, folder};

/// How many failed calls are listed.
const CALLS: usize = 20;
/// The exit codes of shells for a command that cannot be run, and for one that is not found.
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

/// The command, and the server that it gets.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// The namespace that the command's access key selects
    #[arg(long, env = "ROLLCALL_NAMESPACE", default_value = namespace::DEFAULT)]
    namespace: String,

    #[command(flatten)]
    key: SigningKey,

    #[command(flatten)]
    flags: Flags,

    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Runs the command and exits with its exit code.
pub(super) fn run(args: &Run) -> ExitCode {
    // Quiet by default: the command's own output matters here.
    let _log = match log::start(
        args.flags.log.as_deref().unwrap_or("warn"),
        args.flags.replica.as_deref(),
    ) {
        Ok(log) => log,
        Err(cause) => return bad_flags(&cause),
    };
    let options = match options(&args.flags) {
        Ok(options) => options,
        Err(cause) => return bad_flags(&cause),
    };
    allow_open_files();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(supervise(args, options)),
        Err(cause) => fail(&StartError::Machine(cause).to_string()),
    }
}

async fn supervise(args: &Run, mut options: Options) -> ExitCode {
    let known = options.settings.credentials.clone();
    let (key, namespace) = match args.key.client(&args.namespace, &known) {
        Ok(client) => client,
        Err(cause) => return bad_flags(&cause),
    };
    if args.key.is_given() && !known.contains(&key) {
        // The server is the command's own, so it accepts the command's key.
        let credentials = &mut options.settings.credentials;
        credentials.retain(|other| other.access_key != key.access_key);
        credentials.push(key.clone());
    }
    // Before the start, since a large seed takes a while.
    let mut signals = match Signals::for_a_command() {
        Ok(signals) => signals,
        Err(cause) => return fail(&format!("cannot listen for signals: {cause}")),
    };
    let admin_token = options.access.token.clone();
    let starting = tokio::task::spawn_blocking(move || Rollcall::start_with(&options));
    let started = tokio::select! {
        started = starting => started,
        signal = signals.next() => std::process::exit(128 + signal),
    };
    let rollcall = match started {
        Ok(Ok(rollcall)) => rollcall,
        Ok(Err(cause)) => return fail(&cause.to_string()),
        Err(cause) => return fail(&cause.to_string()),
    };
    let url = rollcall.url();
    let client = rollcall.namespace(&namespace);
    let regions = match make(&client, &namespace).and_then(|()| Environment::regions(&client)) {
        Ok(regions) => regions,
        Err(cause) => return fail(&cause.to_string()),
    };
    let trusted = match trusted(&args.flags, &client) {
        Ok(trusted) => trusted,
        Err(cause) => return fail(&cause),
    };
    let environment = Environment {
        url: &url,
        namespace: &namespace,
        key: &key,
        regions,
        trusted: trusted.as_ref().map(Trusted::path),
    };
    let child = match spawn(&args.command, &environment, admin_token.as_deref()) {
        Ok(child) => child,
        Err(code) => return ExitCode::from(code),
    };
    let code = match child.wait(&mut signals).await {
        Ok(code) => code,
        Err(cause) => return fail(&format!("cannot wait for the command: {cause}")),
    };
    if code != 0 {
        match failures(&client) {
            Ok(calls) if calls.is_empty() => {}
            Ok(calls) => complain(calls.trim_end()),
            Err(cause) => complain(&cause.to_string()),
        }
    }
    ExitCode::from(code)
}

/// The folder with the certificates that the command's clients trust.
enum Trusted {
    /// That of `--tls-dir`.
    Kept(PathBuf),
    /// Removed when the command ends.
    Temporary(PathBuf),
}

impl Trusted {
    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) | Self::Temporary(path) => path,
        }
    }
}

impl Drop for Trusted {
    fn drop(&mut self) {
        if let Self::Temporary(path) = self
            && let Err(cause) = std::fs::remove_dir_all(&*path)
        {
            complain(&format!("cannot remove {}: {cause}", path.display()));
        }
    }
}

/// Prepares the certificates that the command's clients need for HTTPS to the providers' hosts.
fn trusted(flags: &Flags, client: &Client) -> Result<Option<Trusted>, String> {
    if !flags.proxy || flags.tls != Tls::Auto {
        return Ok(None);
    }
    let trusted = match &flags.tls_dir {
        Some(folder) => Trusted::Kept(absolute(folder).map_err(|cause| cause.to_string())?),
        None => {
            // Containers that share the folder may have processes of the same number.
            let (process, random) = (std::process::id(), Ids::unseeded().uuid());
            let name = format!("rollcall-{process}-{random}");
            let folder = std::env::temp_dir().join(name);
            let made = folder::make_new(&folder).map_err(|cause| cause.to_string());
            made.map(|()| Trusted::Temporary(folder))?
        }
    };
    env::fill(client, trusted.path())?;
    Ok(Some(trusted))
}

/// Creates the namespace before the first call, unless the data folder already has it.
fn make(client: &Client, namespace: &str) -> Result<(), ClientError> {
    if namespace == namespace::DEFAULT {
        return Ok(());
    }
    match client.json("PUT", &client.own(""), json!({ "from": "template" })) {
        Ok(_) | Err(ClientError::Refused { status: 409, .. }) => Ok(()),
        Err(cause) => Err(cause),
    }
}

fn spawn(
    command: &[OsString],
    environment: &Environment<'_>,
    admin_token: Option<&str>,
) -> Result<Child, u8> {
    let (program, arguments) = command.split_first().ok_or(NOT_FOUND)?;
    let mut child = Command::new(program);
    child.args(arguments);
    for (name, value, _) in environment.variables() {
        match value {
            // Append to the options that the JVM already gets.
            Some(value) if name == "JAVA_TOOL_OPTIONS" => {
                let mut options = std::env::var_os(&name).unwrap_or_default();
                if !options.is_empty() {
                    options.push(" ");
                }
                options.push(value);
                child.env(name, options)
            }
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    if let Some(token) = admin_token {
        child.env("ROLLCALL_ADMIN_TOKEN", token);
    }
    Child::spawn(&mut child).map_err(|cause| {
        let program = program.display();
        if cause.kind() == io::ErrorKind::NotFound {
            complain(&format!(
                "command \"{program}\" not found; check its spelling and PATH"
            ));
            NOT_FOUND
        } else {
            complain(&format!("cannot run \"{program}\": {cause}"));
            NOT_EXECUTABLE
        }
    })
}

/// The failed calls, oldest first, with the journal's explanations. Empty if there are none.
fn failures(client: &Client) -> Result<String, ClientError> {
    let failed = "/journal?namespace=*&failed=true";
    let journal = client.json("GET", failed, Value::Null)?;
    let failed = journal["entries"].as_array().cloned().unwrap_or_default();
    let mut text = String::new();
    if failed.is_empty() {
        return Ok(text);
    }
    let calls = if failed.len() == 1 { "call" } else { "calls" };
    let newest = if CALLS < failed.len() {
        format!("; the last {CALLS}")
    } else {
        String::new()
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{} {calls} failed{newest}:", failed.len());
    for call in failed.iter().take(CALLS).rev() {
        let word = |name: &str| call[name].as_str().unwrap_or_default();
        let status = match word("delivery") {
            "" => call["status"].to_string(),
            delivery => format!("{} ({delivery})", call["status"]),
        };
        let answer = match (word("provider"), word("error")) {
            // An unrecognised call; its operation would repeat its method and path.
            ("", _) => status,
            (provider, "") => format!("{provider} {} {status}", word("operation")),
            (provider, error) => format!("{provider} {} {status} {error}", word("operation")),
        };
        let namespace = match word("namespace") {
            namespace::DEFAULT => String::new(),
            name => format!(" in namespace {name}"),
        };
        let _ = writeln!(
            text,
            "  {} {} -> {answer}{namespace}",
            word("method"),
            word("target")
        );
        for line in call["explanation"].as_array().into_iter().flatten() {
            let line = line.as_str().unwrap_or_default().replace('\n', "\n      ");
            let _ = writeln!(text, "      {line}");
        }
    }
    Ok(text)
}
