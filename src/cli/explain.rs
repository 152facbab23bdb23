//! `rollcall explain`: the signature doctor, for a call in a server's journal, or offline for a raw request.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::flags::{credentials, parse_time};
use super::remote::{self, Remote};
use super::{bad_flags, fail, say, visible};
use crate::namespace::clock::{Clock, Time};
use crate::namespace::credentials::SentKey;
use crate::namespace::settings::Credential;
use crate::provider::{Provider, Real};
use crate::providers::PROVIDERS;
use crate::providers::signatures::{UNEXPLAINED, signing_key};
use crate::seed::files;
use crate::signing::doctor::{self, Case};
use crate::signing::{AccessKey, RawRequest, Scheme, extended_time};

/// The default port, which a raw request without a port in its Host was most likely sent to.
const DEFAULT_PORT: u16 = 4700;

/// What to explain.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The request id or journal number of a call that a running server refused
    ///
    /// Without it, a raw HTTP request is read from --file or standard input and examined without a server.
    id: Option<String>,

    /// A file with the raw request: request line, headers, an empty line, the exact body
    #[arg(long, short = 'f', value_name = "FILE", conflicts_with = "id")]
    file: Option<PathBuf>,

    /// A key that may have signed the request; repeatable; default: test-ak:test-sk
    #[arg(
        long,
        env = "ROLLCALL_CREDENTIAL",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "AK:SK[:TOKEN]"
    )]
    credential: Vec<String>,

    /// The server's time, e.g. 2024-05-20T08:30:00Z; default: now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    time: Option<Time>,

    #[command(flatten)]
    remote: Remote,
}

/// Prints the finding. Exit code 0 means that the signature is correct.
pub(super) fn explain(args: &Explain) -> ExitCode {
    if let Some(id) = &args.id {
        return remote::explain(&args.remote, id);
    }
    let raw = match &args.file {
        Some(file) => match files::read(file) {
            Ok(raw) => raw,
            Err(cause) => return fail(&format!("{}: {cause}", file.display())),
        },
        None => match files::read_all(io::stdin().lock()) {
            Ok(raw) => raw,
            Err(cause) => return fail(&format!("standard input: {cause}")),
        },
    };
    let mut credentials = match credentials(&args.credential) {
        Ok(credentials) => credentials,
        Err(cause) => return bad_flags(&cause),
    };
    if credentials.is_empty() {
        credentials.extend("test-ak:test-sk".parse::<Credential>());
    }
    let now = args
        .time
        .unwrap_or_else(|| Clock::default().now())
        .seconds();
    let Some(request) = Raw::parse(&raw) else {
        return bad_flags(
            "not an HTTP request; write a request line such as GET /?Action=ListUsers HTTP/1.1, then headers, an empty line and the \
             body",
        );
    };
    let Examined { right, text } = examine(&request, &credentials, now);
    let said = say(&visible(&text));
    if right { said } else { ExitCode::FAILURE }
}

/// A raw request, taken apart.
struct Raw<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: Vec<(String, &'a str)>,
    body: &'a [u8],
}

impl<'a> Raw<'a> {
    /// Lines end in CRLF or, as saved by editors, LF. The body starts after the first empty line.
    fn parse(raw: &'a [u8]) -> Option<Self> {
        let ends = |pattern: &[u8]| {
            let at = raw.windows(pattern.len()).position(|part| part == pattern);
            at.map(|at| (at, at + pattern.len()))
        };
        let crlf = ends(b"\r\n\r\n");
        let lf = ends(b"\n\n");
        let (head, body) = match (crlf, lf) {
            (Some(crlf), Some(lf)) => crlf.min(lf),
            (crlf, lf) => crlf.or(lf).unwrap_or((raw.len(), raw.len())),
        };
        let mut lines = std::str::from_utf8(&raw[..head]).ok()?.lines();
        let mut words = lines.next()?.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        // Clients of a proxy send an absolute URL.
        let target = match target.split_once("://") {
            Some((_, rest)) if !target.starts_with('/') => &rest[rest.find('/')?..],
            _ => target,
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines
            .filter(|line| !line.is_empty())
            .map(|line| line.split_once(':'))
            .map(|header| header.map(|(name, value)| (name.to_ascii_lowercase(), value.trim())));
        Some(Self {
            method,
            path,
            query,
            headers: headers.collect::<Option<_>>()?,
            body: &raw[body..],
        })
    }
}

struct Examined {
    right: bool,
    text: String,
}

fn examine(raw: &Raw<'_>, credentials: &[Credential], now: i64) -> Examined {
    let headers: Vec<(&str, &str)> = raw
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let request = RawRequest {
        method: raw.method,
        path: raw.path,
        query: raw.query,
        headers: &headers,
        body: raw.body,
    };
    let stripped = without_prefix(raw.path);
    let alternative_paths: Vec<&str> = stripped.into_iter().collect();
    let Some(scheme) = Scheme::of(&request) else {
        return wrong("the request is not signed: it has no signature of any known scheme");
    };
    let title = scheme.rules().title;
    let signed = match (scheme.rules().read)(&request, &alternative_paths) {
        Ok(signed) => signed,
        Err(defect) => {
            return wrong(&format!(
                "the request looks like {title}, but its signature cannot be read: {defect}"
            ));
        }
    };
    let mut text = format!("{title}, key {}\n", signed.access_key);
    if let Some(sent) = signed.timestamp {
        text.push_str(&format!(
            "signed at {}{}\n",
            extended_time(sent),
            late(sent, now)
        ));
    }
    let known = find(credentials, &signed.access_key);
    let keys: Vec<AccessKey<'_>> = credentials
        .iter()
        .map(|key| signing_key(&key.access_key, key))
        .collect();
    let verifies = |provider: &&&Provider| provider.real.schemes.contains(&scheme);
    let real = PROVIDERS
        .iter()
        .find(verifies)
        .map_or(&Real::UNKNOWN, |provider| &provider.real);
    let finding = || {
        doctor::diagnose(&Case {
            scheme,
            request: &request,
            alternative_paths: &alternative_paths,
            key: known.map(|key| signing_key(&signed.access_key, key)),
            keys: &keys,
            port: Some(DEFAULT_PORT),
            hosts: real.endpoints,
            regions: real.regions,
            services: real.services,
        })
    };
    match known.map(|key| (signed.verify)(&key.secret_key)) {
        Some(Ok(())) => {
            text.push_str("the signature matches\n");
            return Examined { right: true, text };
        }
        None => {
            text.push_str(
                "the key is not among the credentials; name it with --credential AK:SK\n",
            );
            if let Some(finding) = finding() {
                text.push_str(&format!("{}: {}\n", finding.name, finding.sentence));
            }
        }
        Some(Err(mismatch)) => {
            match finding() {
                Some(finding) => {
                    text.push_str(&format!("{}: {}\n", finding.name, finding.sentence))
                }
                None => text.push_str(&format!("{UNEXPLAINED}\n")),
            }
            text.push_str(&format!(
                "\ncanonical request:\n{}\n\nstring to sign:\n{}\n\nsignature that would match:\n{}\n",
                mismatch.canonical_request, mismatch.string_to_sign, mismatch.expected
            ));
        }
    }
    Examined { right: false, text }
}

fn wrong(sentence: &str) -> Examined {
    Examined {
        right: false,
        text: format!("{sentence}\n"),
    }
}

/// How far a time is from the server's, if that is more than any provider allows.
fn late(sent: i64, now: i64) -> String {
    const WIDEST: u64 = 900;
    if sent.abs_diff(now) <= WIDEST {
        return String::new();
    }
    match doctor::shifted_clock(sent, now) {
        Some(finding) => format!(" ({})", finding.sentence),
        None => format!(
            ", {} s away from {}: too far off",
            sent.abs_diff(now),
            extended_time(now)
        ),
    }
}

fn find<'a>(credentials: &'a [Credential], access_key: &str) -> Option<&'a Credential> {
    let (id, _) = SentKey::split(access_key);
    let mut all = credentials.iter();
    all.find(|credential| credential.access_key == id)
}

/// The path after a prefix that names a provider.
fn without_prefix(path: &str) -> Option<&str> {
    PROVIDERS.iter().find_map(|provider| {
        let rest = path.strip_prefix('/')?.strip_prefix(provider.id)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(if rest.is_empty() {
            "/"
        } else {
            rest
        })
    })
}
