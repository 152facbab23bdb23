//! The flags that `serve` and `run` share, and the options that they make.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::FalseyValueParser;

use crate::namespace::clock::{Setting, Time};
use crate::namespace::settings::{Credential, Skew};
use crate::pipeline::faults::Rule;
use crate::provider::json::{self, Place};
use crate::seed::files;
use crate::server::StartError;
use crate::server::options::Options;
use crate::tls::Tls;

/// What `serve` and `run` share.
#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Keep the data in this folder instead of in memory
    ///
    /// Acknowledged writes are on disk and survive kill -9. Seeds apply only to new namespaces.
    #[arg(long, env = "ROLLCALL_DATA", value_name = "DIR")]
    data: Option<PathBuf>,

    /// Initial data of namespaces: a file, a folder, or "empty"; repeatable
    ///
    /// Replaces the built-in demo. Files are .json documents, or .ndjson with one document per line.
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

    /// The Huawei account (domain) name that clients log in with; default: the seed's
    #[arg(long, env = "ROLLCALL_DOMAIN_NAME", value_name = "NAME")]
    domain_name: Option<String>,

    /// Choose a side where sources disagree about a provider; repeatable
    ///
    /// `rollcall coverage` lists the quirks and their values.
    #[arg(
        long,
        env = "ROLLCALL_QUIRK",
        value_delimiter = ',',
        value_name = "PROVIDER.NAME=VALUE"
    )]
    quirk: Vec<String>,

    /// How many polls it takes until an Alibaba ListUsersAsync task returns its data
    #[arg(
        long,
        env = "ROLLCALL_ASYNC_POLLS",
        value_name = "N",
        default_value_t = 0
    )]
    async_polls: u32,

    /// Freeze time at this moment, e.g. 2024-05-20T08:30:00Z
    #[arg(long, env = "ROLLCALL_CLOCK", value_name = "TIME", value_parser = parse_time)]
    clock: Option<Time>,

    /// Generate the same ids on every start
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

    /// How many namespaces may exist
    #[arg(
        long,
        env = "ROLLCALL_MAX_NAMESPACES",
        value_name = "N",
        value_parser = parse_many,
        default_value_t = 10_000
    )]
    max_namespaces: usize,

    /// How strictly authentication is checked: off, lenient or strict, for all providers or for one; repeatable
    ///
    /// lenient requires well-formed credentials, strict verifies them as the real service does.
    #[arg(
        long,
        env = "ROLLCALL_AUTH",
        value_delimiter = ',',
        value_name = "MODE|PROVIDER=MODE"
    )]
    auth: Vec<String>,

    /// A key that clients may sign with; replaces test-ak:test-sk; repeatable
    #[arg(
        long,
        env = "ROLLCALL_CREDENTIAL",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "AK:SK[:TOKEN]"
    )]
    credential: Vec<String>,

    /// How far clients' clocks may be off: a duration, off (unchecked), or provider (the provider's own limit)
    #[arg(
        long,
        env = "ROLLCALL_SKEW",
        value_name = "300s|off|provider",
        default_value = "provider"
    )]
    skew: Skew,

    /// Reload seed files when they change, and reset the namespaces that have not been written to
    #[arg(long, env = "ROLLCALL_WATCH", value_parser = FalseyValueParser::new())]
    watch: bool,

    /// Initial fault rules: a file with a JSON list of them
    #[arg(long, env = "ROLLCALL_FAULTS", value_name = "FILE")]
    faults: Option<PathBuf>,

    /// Lock the control plane: require this token as Authorization: Bearer TOKEN
    #[arg(
        long,
        env = "ROLLCALL_ADMIN_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    admin_token: Option<String>,

    /// Allow web pages of this origin to use the control plane; repeatable
    #[arg(
        long,
        env = "ROLLCALL_ALLOW_ORIGIN",
        value_delimiter = ',',
        value_name = "ORIGIN",
        value_parser = parse_origin
    )]
    allow_origin: Vec<String>,

    /// Allow this host name, or all names with this suffix (*.example), for the control plane; repeatable
    ///
    /// IP addresses, names without a dot, and names that public DNS never resolves (.internal, .local, .localhost, .test,
    /// .home.arpa) are always allowed.
    #[arg(
        long,
        env = "ROLLCALL_ALLOW_HOST",
        value_delimiter = ',',
        value_name = "HOST",
        value_parser = parse_host
    )]
    allow_host: Vec<String>,

    /// Serve HTTPS on the same port as HTTP: off, auto, or a certificate and its key as two PEM files
    ///
    /// auto creates a certificate authority on first use. It can sign only for the providers' domains, localhost, loopback
    /// addresses and --allow-host names; GET /_rollcall/ca.pem and `rollcall ca` return the certificate to trust.
    #[arg(
        long,
        env = "ROLLCALL_TLS",
        value_name = "off|auto|CERT,KEY",
        default_value = "off"
    )]
    pub(super) tls: Tls,

    /// Keep the certificate authority of --tls auto in this folder, with ca.pem, truststore.p12 (for Java) and env.sh for clients
    ///
    /// Later starts reuse it until it expires.
    #[arg(long, env = "ROLLCALL_TLS_DIR", value_name = "DIR")]
    pub(super) tls_dir: Option<PathBuf>,

    /// Act as a proxy that answers for the providers' own hosts, and refuses all others
    ///
    /// For code that hard-codes those hosts: set HTTPS_PROXY to this server's http:// address, and use --tls auto. Nothing is
    /// forwarded; the server opens no outgoing connection.
    #[arg(long, env = "ROLLCALL_PROXY", value_parser = FalseyValueParser::new())]
    pub(super) proxy: bool,

    /// The name of this replica, where there are several: shown in health, namespaces, journal, log and metrics
    #[arg(long, env = "ROLLCALL_REPLICA", value_name = "NAME")]
    pub(super) replica: Option<String>,

    /// The address of each namespace, as 'http://{namespace}.ns.HOST:PORT'
    ///
    /// Shown as "url" with every namespace. It tells a load balancer which server has the namespace, whatever key a client uses.
    #[arg(long, env = "ROLLCALL_NAMESPACE_URL", value_name = "URL")]
    pub(super) namespace_url: Option<String>,

    /// Write a line of JSON per call to this file, or to standard output with "-"
    ///
    /// Secrets are masked as in the journal. A file that reaches its maximum size is rotated to FILE.1, and on to FILE.4.
    #[arg(long, env = "ROLLCALL_ACCESS_LOG", value_name = "FILE|-")]
    access_log: Option<PathBuf>,

    /// The maximum size of an access log file, e.g. 500k, 64m or 1g
    #[arg(long, env = "ROLLCALL_ACCESS_LOG_SIZE", value_name = "SIZE", value_parser = parse_size, default_value = "64m")]
    access_log_size: u64,

    /// The log level on standard error: error, warn, info, debug or trace, or a filter such as "rollcall=debug,hyper=info"
    ///
    /// Default: info; under `run`, warn.
    #[arg(long, env = "ROLLCALL_LOG", value_name = "LEVEL")]
    pub(super) log: Option<String>,
}

pub(super) fn parse_time(text: &str) -> Result<Time, String> {
    let time = Time::parse_rfc3339(text)
        .ok_or("write a date and time with a time zone, e.g. 2024-05-20T08:30:00Z")?;
    if !time.fits_a_clock() {
        return Err("choose a time from 1970-01-01 to 9999-12-30".to_owned());
    }
    Ok(time)
}

fn parse_many(text: &str) -> Result<usize, String> {
    let many = text.parse().ok().filter(|many| 0 < *many);
    many.ok_or_else(|| "write 1 or more: the namespace default always exists".to_owned())
}

fn parse_size(text: &str) -> Result<u64, String> {
    let rule = || "write a size, e.g. 500k, 64m or 1g".to_owned();
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
        let rule = "write a full origin without a path, e.g. http://localhost:5173 (the provider APIs are open to every origin)";
        return Err(rule.to_owned());
    }
    Ok(text.to_owned())
}

fn parse_host(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("*.").unwrap_or(text);
    if name.is_empty() || name.contains([':', '/', '*', ' ']) {
        return Err(
            "write a bare host name without scheme and port, e.g. rollcall.example, or *.example for every name with that suffix"
                .to_owned(),
        );
    }
    Ok(text.to_owned())
}

/// Everything but where to listen.
pub(super) fn options(flags: &Flags) -> Result<Options, String> {
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
            tracing::warn!("--watch has nothing to watch; name seed files with --seed");
        }
        options = options.watch();
    }
    if let Some(file) = &flags.access_log {
        options = options.access_log(file);
        if let Some(plan) = &mut options.access_log {
            plan.max_bytes = flags.access_log_size;
        }
    }
    if let Some(name) = &flags.replica {
        let named = options.replica(name);
        options = named.map_err(|rule| format!("--replica \"{name}\": {rule}"))?;
    }
    if let Some(template) = &flags.namespace_url {
        let placed = options.namespace_url(template);
        options = placed.map_err(|rule| format!("--namespace-url \"{template}\": {rule}"))?;
    }
    if let Some(file) = &flags.faults {
        options = options.faults(fault_rules(file)?);
    }
    options = match &flags.admin_token {
        Some(token) if token.trim().is_empty() => {
            tracing::warn!("the admin token is empty, so nothing is locked");
            options
        }
        // Not checked by clap, whose error would print the secret.
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
    options = options.tls(flags.tls.clone());
    if let Some(folder) = &flags.tls_dir {
        if flags.tls != Tls::Auto {
            return Err(
                "--tls-dir keeps the certificate authority of --tls auto; use both flags"
                    .to_owned(),
            );
        }
        options = options.tls_dir(folder);
    }
    if flags.proxy {
        options = options.proxy();
    }
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
        files::read(file).map_err(|cause| format!("--faults {}: {cause}", file.display()))?;
    let wrong = |place: Place, pointer: &str, rule: &str| {
        let at = match pointer {
            "" => String::new(),
            pointer => format!("at {pointer}: "),
        };
        format!("--faults {}{place}: {at}{rule}", file.display())
    };
    let rules: Vec<Rule> = json::read(&text).map_err(|error| {
        let place = Place::of_error(&text, &error);
        wrong(place, &error.pointer(), error.without_position())
    })?;
    for (index, rule) in rules.iter().enumerate() {
        rule.check().map_err(|error| {
            let pointer = format!("/{index}{}", error.pointer);
            let place = Place::of(&text, &pointer.replace('/', "."));
            wrong(place.unwrap_or_default(), &pointer, &error.rule)
        })?;
    }
    Ok(rules)
}

/// Parses the values of --credential. Not done by clap, whose errors would print the secret.
pub(super) fn credentials(given: &[String]) -> Result<Vec<Credential>, String> {
    let keys = given.iter().map(|text| text.parse());
    keys.collect::<Result<_, String>>()
        .map_err(|rule| format!("--credential: {rule}"))
}
