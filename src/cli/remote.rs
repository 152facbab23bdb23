//! The subcommands that talk to a server: each a few lines over [`Client`].

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{bad_flags, fail, fail_at, say, visible};
use crate::control::{Client, ClientError, agent, encoded, transport_error};
use crate::namespace;
use crate::pipeline::journal::Status;
use crate::provider::json::{self, Place};
use crate::seed::files;
use crate::server::options::Listen;
use crate::server::url_at;

/// The word for all namespaces.
const ALL: &str = "*";

/// The server and namespace that a command works on.
#[derive(Debug, Args)]
pub(super) struct Remote {
    /// The server's address; default: the one in ROLLCALL_LISTEN, else http://127.0.0.1:4700
    #[arg(long, env = "ROLLCALL_URL", value_parser = parse_url)]
    url: Option<String>,

    /// The namespace to work on; journal, reset, faults clear and snapshot save accept '*' for all
    #[arg(long, env = "ROLLCALL_NAMESPACE", default_value = "default")]
    pub(super) namespace: String,

    /// The token that unlocks the control plane
    #[arg(long, env = "ROLLCALL_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<String>,

    /// How long to wait for an answer; default: 30s, or 5m for commands that transfer data
    #[arg(
        long,
        env = "ROLLCALL_TIMEOUT",
        value_name = "30s",
        value_parser = parse_timeout
    )]
    timeout: Option<Duration>,
}

/// For commands that transfer no data; even a reset takes only milliseconds.
const TIMEOUT: Duration = Duration::from_secs(30);
/// For commands that transfer all of a namespace's data.
const BULK_TIMEOUT: Duration = Duration::from_secs(300);

fn parse_url(text: &str) -> Result<String, String> {
    let url = text.parse::<http::Uri>().ok();
    url.filter(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some())
        .map(|_| text.to_owned())
        .ok_or_else(|| "write the whole address, e.g. http://127.0.0.1:4700".to_owned())
}

/// A status or a class of them, which the server reads.
fn parse_status(text: &str) -> Result<String, String> {
    text.parse::<Status>().map(|_| text.to_owned())
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    let length = humantime::parse_duration(text).ok();
    length
        .filter(|length| !length.is_zero())
        .ok_or_else(|| "write a duration, e.g. 30s or 5m".to_owned())
}

impl Remote {
    /// The server's address. Falls back to ROLLCALL_LISTEN, so that a container has to set the address only once.
    pub(super) fn url(&self) -> String {
        let listened = || {
            let variable = std::env::var("ROLLCALL_LISTEN").ok()?;
            listened_at(&variable)
        };
        let url = self.url.clone().or_else(listened);
        let url = url.unwrap_or_else(|| "http://127.0.0.1:4700".to_owned());
        url.trim_end_matches('/').to_owned()
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(TIMEOUT)
    }

    pub(super) fn client(&self) -> Client {
        self.client_for(self.timeout())
    }

    /// The same for calls that move data.
    fn bulk_client(&self) -> Client {
        self.client_for(self.timeout.unwrap_or(BULK_TIMEOUT))
    }

    fn client_for(&self, timeout: Duration) -> Client {
        let client = Client::new(self.url())
            .namespace(&self.namespace)
            .with_timeout(timeout);
        match &self.admin_token {
            Some(token) => client.with_token(token),
            None => client,
        }
    }
}

/// The user to log in as, and the token's scope.
#[derive(Debug, Args)]
pub(super) struct Token {
    /// The IAM user
    #[arg(long, default_value = "IAMUser")]
    user: String,

    /// The user's password
    #[arg(
        long,
        env = "ROLLCALL_PASSWORD",
        hide_env_values = true,
        default_value = "IAMPassword"
    )]
    password: String,

    /// The account that the user belongs to
    #[arg(long, default_value = "IAMDomain")]
    domain: String,

    /// The project that the token is scoped to
    #[arg(long, default_value = "cn-north-4")]
    project: String,

    #[command(flatten)]
    remote: Remote,
}

/// Which calls, and how they are printed.
#[derive(Debug, Args)]
pub(super) struct JournalQuery {
    /// Print only the call with this number
    id: Option<u64>,

    /// Print a curl command that repeats the call
    #[arg(long, requires = "id")]
    curl: bool,

    /// Only calls of this provider
    #[arg(long)]
    provider: Option<String>,

    /// Only calls of this operation
    #[arg(long)]
    operation: Option<String>,

    /// Only calls with this HTTP status, e.g. 404, or of this class, e.g. 4xx
    #[arg(long, value_parser = parse_status)]
    status: Option<String>,

    /// Only calls answered at this stage: recognise, fault, gateway, operation, answered or broken
    #[arg(long)]
    stage: Option<String>,

    /// Only calls after the one with this number
    #[arg(long, value_name = "ID")]
    since: Option<u64>,

    /// Only the newest N calls
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// Include headers and bodies, as far as the journal keeps them
    #[arg(long)]
    full: bool,

    /// Print every call, oldest first, as a line of JSON; for CI artifacts
    ///
    /// With --namespace '*', the calls of all namespaces.
    #[arg(long, conflicts_with = "id")]
    ndjson: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Namespaces {
    /// Print every namespace with its record counts and last use
    List(Remote),
    /// Create a namespace from the template, from "empty" or from another namespace
    Create {
        /// The name of the new namespace
        name: String,
        /// What to copy: template, empty, or the name of a namespace
        #[arg(long, default_value = "template")]
        from: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Drop a namespace and its data
    Drop {
        /// The name of the namespace
        name: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Print the differences between two namespaces
    Diff {
        /// The namespace to compare with
        with: String,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Faults {
    /// Print the namespace's rules
    List(Remote),
    /// Add a rule, e.g. '{"match":{"provider":"aliyun-ehpc"},"effect":{"error":"ServiceUnavailable"},"times":2}'
    Add {
        /// The rule, as JSON
        #[arg(value_parser = parse_json)]
        rule: Value,
        #[command(flatten)]
        remote: Remote,
    },
    /// Remove all rules of the namespace
    Clear(Remote),
}

#[derive(Debug, Subcommand)]
pub(super) enum Clock {
    /// Print the clock's time and mode
    Show(Remote),
    /// Freeze the clock at a time, e.g. 2024-05-20T08:30:00Z
    Freeze {
        /// The time
        time: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Move the clock forward, e.g. 1h, or back, e.g. -15m
    Advance {
        /// How far
        #[arg(allow_hyphen_values = true)]
        by: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Return to the system clock
    Real(Remote),
}

#[derive(Debug, Subcommand)]
pub(super) enum Snapshot {
    /// Save the data to a file
    Save {
        /// The file to write, a SQLite database
        #[arg(required_unless_present = "to")]
        file: Option<PathBuf>,
        /// Write NAME.db to this folder instead, or with --namespace '*' one file for every namespace
        #[arg(long, value_name = "DIR", conflicts_with = "file")]
        to: Option<PathBuf>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Replace the data with that of a saved file
    Restore {
        /// The file, or a folder written by save --to: each NAME.db is restored to the namespace NAME
        file: PathBuf,
        #[command(flatten)]
        remote: Remote,
    },
    /// Print the data as ndjson
    Export(Remote),
    /// Replace the data with that of an export
    Import {
        /// The ndjson file
        file: PathBuf,
        #[command(flatten)]
        remote: Remote,
    },
}

/// The URL of a server with this ROLLCALL_LISTEN: its first address for all providers, else its first. None for port 0, which
/// only the server itself can resolve.
fn listened_at(variable: &str) -> Option<String> {
    let listen = variable.split(',').map(str::parse::<Listen>);
    let listen: Vec<Listen> = listen.collect::<Result<_, _>>().ok()?;
    let shared = listen.iter().find(|listen| listen.provider.is_none());
    let address = shared.or_else(|| listen.first())?.address;
    (address.port() != 0).then(|| url_at(address))
}

fn parse_json(text: &str) -> Result<Value, String> {
    json::read(text.as_bytes()).map_err(|error| format!("this is not JSON: {error}"))
}

pub(super) fn namespaces(command: &Namespaces) -> ExitCode {
    match command {
        Namespaces::List(remote) => print(remote.client().json("GET", "/namespaces", Value::Null)),
        Namespaces::Create { name, from, remote } => print(remote.client().json(
            "PUT",
            &format!("/namespaces/{}", encoded(name)),
            json!({ "from": from }),
        )),
        Namespaces::Drop { name, remote } => {
            print(remote.client().namespace(name).drop_namespace())
        }
        Namespaces::Diff { with, remote } => print_text(remote.bulk_client().diff(with)),
    }
}

pub(super) fn reset(remote: &Remote, empty: bool) -> ExitCode {
    let client = remote.client();
    print(if empty {
        client.clear()
    } else {
        client.reset()
    })
}

/// How many entries one answer of the journal holds at most.
const ENTRIES: usize = 1000;

pub(super) fn journal(remote: &Remote, query: &JournalQuery) -> ExitCode {
    let client = remote.client();
    match query.id {
        Some(id) if query.curl => print_text(text(client.call(
            "GET",
            &format!("/journal/{id}/curl"),
            Vec::new(),
        ))),
        Some(id) => print(client.json("GET", &format!("/journal/{id}"), Value::Null)),
        None if query.ndjson => {
            let entries = every_entry(&client, query);
            print_text(entries.map(|entries| {
                let lines = entries.iter().rev().map(|entry| format!("{entry}\n"));
                lines.collect()
            }))
        }
        None => {
            let max = query.limit.map(|max| max.min(ENTRIES));
            print(page(&client, query, max, None))
        }
    }
}

/// A page of the journal, newest first, with the filters of `query`.
fn page(
    client: &Client,
    query: &JournalQuery,
    limit: Option<usize>,
    before: Option<u64>,
) -> Result<Value, ClientError> {
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let filters = [
        ("provider", query.provider.clone()),
        ("operation", query.operation.clone()),
        ("stage", query.stage.clone()),
        ("status", query.status.clone()),
        ("since", number(query.since)),
        ("before", number(before)),
        ("limit", number(limit.map(|limit| limit as u64))),
    ];
    let mut path = client.at("/journal");
    for (name, value) in filters {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", encoded(&value)));
        }
    }
    let mut journal = client.json("GET", &path, Value::Null)?;
    if query.full
        && let Some(entries) = journal["entries"].as_array_mut()
    {
        for entry in entries {
            let path = format!("/journal/{}", entry["id"]);
            match client.json("GET", &path, Value::Null) {
                Ok(whole) => *entry = whole,
                // Newer calls have displaced it meanwhile; keep its summary.
                Err(ClientError::Refused { status: 404, .. }) => {}
                Err(cause) => return Err(cause),
            }
        }
    }
    Ok(journal)
}

/// All matching entries, newest first, fetched page by page.
fn every_entry(client: &Client, query: &JournalQuery) -> Result<Vec<Value>, ClientError> {
    let max = query.limit.unwrap_or(usize::MAX);
    let mut entries: Vec<Value> = Vec::new();
    let mut before = None;
    while entries.len() < max {
        let wanted = ENTRIES.min(max - entries.len());
        let mut journal = page(client, query, Some(wanted), before)?;
        let Value::Array(more) = journal["entries"].take() else {
            break;
        };
        let is_last = more.len() < wanted;
        entries.extend(more);
        before = entries.last().and_then(|entry| entry["id"].as_u64());
        if is_last || before.is_none() {
            break;
        }
    }
    Ok(entries)
}

pub(super) fn faults(command: &Faults) -> ExitCode {
    match command {
        Faults::List(remote) => {
            let client = remote.client();
            print(client.json("GET", &client.at("/faults"), Value::Null))
        }
        Faults::Add { rule, remote } => {
            let client = remote.client();
            print(client.json("POST", &client.at("/faults"), rule.clone()))
        }
        Faults::Clear(remote) => {
            let client = remote.client();
            print(client.json("DELETE", &client.at("/faults"), Value::Null))
        }
    }
}

pub(super) fn clock(command: &Clock) -> ExitCode {
    let set = |remote: &Remote, setting: Value| {
        let client = remote.client();
        print(client.json("PUT", &client.at("/clock"), setting))
    };
    match command {
        Clock::Show(remote) => {
            let client = remote.client();
            print(client.json("GET", &client.at("/clock"), Value::Null))
        }
        Clock::Freeze { time, remote } => set(remote, json!({ "mode": "fixed", "time": time })),
        Clock::Real(remote) => set(remote, json!({ "mode": "real" })),
        Clock::Advance { by, remote } => {
            let client = remote.client();
            print(client.json("POST", &client.at("/clock/advance"), json!({ "by": by })))
        }
    }
}

pub(super) fn snapshot(command: &Snapshot) -> ExitCode {
    let read =
        |file: &PathBuf| files::read(file).map_err(|cause| format!("{}: {cause}", file.display()));
    match command {
        Snapshot::Save { file, to, remote } => save(remote, file.as_deref(), to.as_deref()),
        Snapshot::Restore { file, remote } if file.is_dir() => restore_all(remote, file),
        Snapshot::Restore { file, remote } => match read(file) {
            Ok(bytes) => print(remote.bulk_client().restore(&bytes)),
            Err(cause) => fail(&cause),
        },
        Snapshot::Export(remote) => print_text(remote.bulk_client().export()),
        Snapshot::Import { file, remote } => match read(file) {
            Ok(bytes) => {
                let client = remote.bulk_client();
                match client.import(&String::from_utf8_lossy(&bytes)) {
                    Err(ClientError::Refused { detail, .. }) => fail_at(&in_file(file, &detail)),
                    answer => print(answer),
                }
            }
            Err(cause) => fail(&cause),
        },
    }
}

/// Rewrites a server's "line 4 column 18: …" as `FILE:4:18: …`: the server does not know the file's name.
fn in_file(file: &Path, detail: &str) -> String {
    let file = file.display();
    let placed = || {
        let (place, rule) = detail.strip_prefix("line ")?.split_once(": ")?;
        let (line, column) = place.split_once(" column ").unwrap_or((place, "0"));
        let place = Place {
            line: line.parse().ok()?,
            column: column.parse().ok()?,
        };
        Some(format!("{file}{place}: {rule}"))
    };
    placed().unwrap_or_else(|| format!("{file}: {detail}"))
}

/// Writes snapshots: of one namespace into a file or a folder, or of all into a folder.
fn save(remote: &Remote, file: Option<&Path>, to: Option<&Path>) -> ExitCode {
    let client = remote.bulk_client();
    let places: Vec<(String, PathBuf)> = match (file, to) {
        (_, Some(folder)) => {
            if let Err(cause) = fs::create_dir_all(folder) {
                return fail(&format!("{}: {cause}", folder.display()));
            }
            let names = if remote.namespace == ALL {
                let rows = client.namespaces();
                rows.map(|rows| {
                    let names = rows.iter().filter_map(|row| row["name"].as_str());
                    names.map(str::to_owned).collect()
                })
            } else {
                Ok(vec![remote.namespace.clone()])
            };
            let names: Vec<String> = match names {
                Ok(names) => names,
                Err(cause) => return fail(&cause.to_string()),
            };
            let place = |name: String| (name.clone(), folder.join(format!("{name}.db")));
            names.into_iter().map(place).collect()
        }
        (Some(_), None) if remote.namespace == ALL => {
            return bad_flags(
                "a file holds only one namespace; to save all of them, name a folder with --to DIR",
            );
        }
        (Some(file), None) => vec![(remote.namespace.clone(), file.to_owned())],
        (None, None) => return bad_flags("name a file, or a folder with --to DIR"),
    };
    let mut exit = ExitCode::SUCCESS;
    for (name, file) in places {
        let bytes = match client.namespace(&name).snapshot() {
            Ok(bytes) => bytes,
            // The data of the others can still be saved.
            Err(cause @ ClientError::Refused { .. }) => {
                exit = fail(&cause.to_string());
                continue;
            }
            Err(cause) => return fail(&cause.to_string()),
        };
        if let Err(cause) = fs::write(&file, &bytes) {
            return fail(&format!("{}: {cause}", file.display()));
        }
        // The files are written even if standard output is closed.
        let _ = say(&format!("{}: {} bytes\n", file.display(), bytes.len()));
    }
    exit
}

/// Restores every NAME.db of a folder to the namespace NAME.
fn restore_all(remote: &Remote, folder: &Path) -> ExitCode {
    let found = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut files: Vec<PathBuf> = match found {
        Ok(entries) => entries.into_iter().map(|entry| entry.path()).collect(),
        Err(cause) => return fail(&format!("{}: {cause}", folder.display())),
    };
    let is_hidden = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default();
        name.as_encoded_bytes().starts_with(b".")
    };
    files.retain(|file| {
        file.extension().is_some_and(|extension| extension == "db") && !is_hidden(file)
    });
    files.sort();
    if files.is_empty() {
        return fail(&format!("{} contains no NAME.db", folder.display()));
    }
    let is_name = |file: &&PathBuf| {
        let name = file.file_stem().unwrap_or_default();
        name.to_str().is_some_and(namespace::is_name)
    };
    // Before any of them is in place.
    if let Some(file) = files.iter().find(|file| !is_name(file)) {
        return fail(&format!(
            "{}: the file's name is not a namespace's; nothing was restored",
            file.display()
        ));
    }
    let client = remote.bulk_client();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let bytes = match files::read(&file) {
            Ok(bytes) => bytes,
            Err(cause) => return fail(&format!("{}: {cause}", file.display())),
        };
        if let Err(cause) = client.namespace(&*name).restore(&bytes) {
            return fail(&format!("{}: {cause}", file.display()));
        }
        // The data is restored even if standard output is closed.
        let _ = say(&format!("{}: restored\n", file.display()));
    }
    ExitCode::SUCCESS
}

/// Why a call that the server holds was refused.
pub(super) fn explain(remote: &Remote, id: &str) -> ExitCode {
    let path = format!("/explain/{}", encoded(id));
    print(remote.client().json("GET", &path, Value::Null))
}

/// Prints a token of Huawei's IAM, requested the way its SDKs do.
pub(super) fn token(args: &Token) -> ExitCode {
    let Token {
        user,
        password,
        domain,
        project,
        remote,
    } = args;
    let identity = json!({ "methods": ["password"], "password": {
        "user": { "name": user, "password": password, "domain": { "name": domain } }
    } });
    let body =
        json!({ "auth": { "identity": identity, "scope": { "project": { "name": project } } } });
    let url = remote.url();
    let answer = agent(remote.timeout())
        .post(format!("{url}/v3/auth/tokens"))
        .header(namespace::HEADER, &remote.namespace)
        .content_type("application/json")
        .send(body.to_string());
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(cause) => {
            return fail(&format!(
                "no rollcall answers at {url} ({}); start one, or name another with --url",
                transport_error(&cause, remote.timeout())
            ));
        }
    };
    let token = answer.headers().get("x-subject-token");
    match token.and_then(|token| token.to_str().ok()) {
        Some(token) => say(&format!("{token}\n")),
        None => {
            let status = answer.status();
            let body = answer.body_mut().read_to_string().unwrap_or_default();
            fail(&format!("POST /v3/auth/tokens answered {status}: {body}"))
        }
    }
}

fn text(answer: Result<Vec<u8>, ClientError>) -> Result<String, ClientError> {
    answer.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

pub(super) fn print_text(answer: Result<String, ClientError>) -> ExitCode {
    match answer {
        Ok(text) if io::stdout().is_terminal() => say(&visible(&text)),
        Ok(text) => say(&text),
        Err(cause) => fail(&cause.to_string()),
    }
}

/// Prints indented JSON.
pub(super) fn print(answer: Result<Value, ClientError>) -> ExitCode {
    print_text(answer.map(|value| format!("{value:#}\n")))
}
