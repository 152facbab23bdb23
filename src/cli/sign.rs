//! `rollcall sign`: signs a request in any scheme and prints it as a curl command.

use std::path::Path;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::flags::parse_time;
use super::{bad_flags, say};
use crate::namespace::clock::{Clock, Time};
use crate::pipeline::outgoing::{Outgoing, SchemeVariant, SigningParams, escaped};
use crate::providers::require;
use crate::seed::files;
use crate::signing::AccessKey;

/// What to sign, and how.
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// The provider to sign for
    provider: String,

    /// The HTTP method
    method: String,

    /// The URL with its query, e.g. 'http://127.0.0.1:4700/?Action=ListUsers&Version=2024-08-31'
    ///
    /// It is signed and printed as given, except that spaces and non-ASCII characters are escaped.
    url: String,

    /// The body, or @FILE to read it from a file
    #[arg(long, short = 'd', value_name = "TEXT|@FILE")]
    body: Option<String>,

    /// A header, e.g. 'X-Project-Id: 0bec5db9'; repeatable
    ///
    /// Headers are signed if the scheme signs headers. A body without a content type gets one: JSON or form.
    #[arg(long, short = 'H', value_name = "NAME: VALUE", value_parser = parse_header)]
    header: Vec<(String, String)>,

    /// The access key; a ~NAME suffix selects the namespace
    #[arg(long, env = "ROLLCALL_ACCESS_KEY", default_value = "test-ak")]
    access_key: String,

    /// The secret key
    #[arg(
        long,
        env = "ROLLCALL_SECRET_KEY",
        hide_env_values = true,
        default_value = "test-sk"
    )]
    secret_key: String,

    /// The session token of a temporary key
    #[arg(long, env = "ROLLCALL_SESSION_TOKEN", hide_env_values = true)]
    token: Option<String>,

    /// The signature scheme; default: the provider's first
    #[arg(long, value_enum)]
    scheme: Option<SchemeVariant>,

    /// The region in the credential scope; default: cn-beijing for Volcengine, cn-north-4 for Huawei's V11
    #[arg(long)]
    region: Option<String>,

    /// The service in the credential scope; default: bytehouse_ce for Volcengine, workspace for Huawei's V11
    #[arg(long)]
    service: Option<String>,

    /// The time to sign with, e.g. 2024-05-20T08:30:00Z; default: now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    time: Option<Time>,

    /// The nonce of Alibaba's schemes; default: a random one
    #[arg(long)]
    nonce: Option<String>,
}

impl ValueEnum for SchemeVariant {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(self.about()))
    }
}

fn parse_header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once(':')
        .ok_or("write a header as 'Name: value'")?;
    let valid = http::HeaderName::from_bytes(name.trim().as_bytes()).is_ok()
        && http::HeaderValue::from_str(value.trim()).is_ok();
    if valid {
        Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    } else {
        Err("not a valid HTTP header; write it as 'Name: value'".to_owned())
    }
}

/// An address, taken apart.
struct Address {
    /// `http://127.0.0.1:4700`
    origin: String,
    /// What curl sends as Host: without the port if it is the scheme's default.
    host: String,
    path: String,
    query: String,
}

impl Address {
    fn parse(url: &str) -> Option<Self> {
        let url = escaped(url.split('#').next()?);
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", &url));
        let default_port = match scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return None,
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let host = authority.rsplit('@').next()?;
        if host.is_empty() {
            return None;
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Some(Self {
            origin: format!("{scheme}://{authority}"),
            host: host.strip_suffix(default_port).unwrap_or(host).to_owned(),
            path: if path.is_empty() { "/" } else { path }.to_owned(),
            query: query.to_owned(),
        })
    }
}

/// Prints the command.
pub(super) fn sign(args: &Sign) -> ExitCode {
    match command(args) {
        Ok(command) => say(&command),
        Err(cause) => bad_flags(&cause),
    }
}

fn command(args: &Sign) -> Result<String, String> {
    let variants = SchemeVariant::of(require(&args.provider)?);
    let variant = match args.scheme {
        None => *variants
            .first()
            .expect("every provider has a scheme; a test checks it"),
        Some(variant) if variants.contains(&variant) => variant,
        Some(variant) => {
            let words: Vec<&str> = variants.iter().map(|variant| variant.as_str()).collect();
            return Err(format!(
                "{} does not support --scheme {}; choose from {}",
                args.provider,
                variant.as_str(),
                words.join(", ")
            ));
        }
    };
    let texts = [&args.access_key, &args.secret_key]
        .into_iter()
        .chain(&args.token);
    // They would end the header that they go into.
    if texts
        .into_iter()
        .any(|text| text.contains(char::is_control))
    {
        return Err(
            "a key or token contains control characters; check how it is quoted".to_owned(),
        );
    }
    if !variant.takes_tokens() && args.token.is_some() {
        return Err(format!(
            "{} cannot be signed with --token: QingCloud's temporary keys use signature_version 2, which is not emulated",
            args.provider
        ));
    }
    if http::Method::from_bytes(args.method.as_bytes()).is_err() {
        return Err(format!("invalid HTTP method \"{}\"", args.method));
    }
    let address = Address::parse(&args.url).ok_or_else(|| {
        format!(
            "invalid URL \"{}\"; write it as http://127.0.0.1:4700/path?query",
            args.url
        )
    })?;
    let body = match args.body.as_deref() {
        None => String::new(),
        Some(text) => match text.strip_prefix('@') {
            Some(file) => {
                let read = files::read(Path::new(file));
                let bytes = read.map_err(|cause| format!("--body {text}: {cause}"))?;
                String::from_utf8(bytes).map_err(|cause| format!("--body {text}: {cause}"))?
            }
            None => text.to_owned(),
        },
    };
    let mut request = Outgoing {
        method: args.method.clone(),
        path: address.path,
        query: address.query,
        headers: args.header.clone(),
        body,
    };
    request.complete(&address.host);
    let key = AccessKey {
        id: &args.access_key,
        secret: &args.secret_key,
        token: args.token.as_deref(),
    };
    let params = SigningParams {
        time: args.time.unwrap_or_else(|| Clock::default().now()),
        nonce: args.nonce.clone(),
        region: args.region.clone(),
        service: args.service.clone(),
    };
    request.sign(variant, &key, &params);
    Ok(request.curl(&address.origin, &address.host, None))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;
    use crate::namespace::clock::Setting;
    use crate::provider::Provider;
    use crate::providers::PROVIDERS;
    use crate::{Options, Rollcall};

    /// The status line of a call of a provider's example, signed with its default scheme.
    fn signed_example(url: &str, provider: &Provider, time: Time) -> String {
        let address = Address::parse(&format!("{url}{}", provider.example)).expect("an address");
        let mut request = Outgoing {
            method: "GET".to_owned(),
            path: address.path,
            query: address.query,
            headers: Vec::new(),
            body: String::new(),
        };
        request.complete(&address.host);
        let key = AccessKey {
            id: "test-ak",
            secret: "test-sk",
            token: None,
        };
        let params = SigningParams {
            time,
            nonce: None,
            region: None,
            service: None,
        };
        request.sign(SchemeVariant::of(provider)[0], &key, &params);
        let mut head = format!("GET {} HTTP/1.1\r\nconnection: close\r\n", request.target());
        for (name, value) in &request.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(&address.host).expect("it listens");
        let sent = stream.write_all(format!("{head}\r\n").as_bytes());
        sent.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn every_provider_verifies_its_usual_way_to_sign() {
        // One of the examples says when it is.
        let time = Time::parse_rfc3339("2026-01-02T03:04:05Z").expect("a time");
        let options = Options::default().auth("strict").expect("a mode");
        let rollcall = Rollcall::start_with(&options.clock(Setting::Fixed(time)));
        let rollcall = rollcall.expect("a free port");
        for provider in PROVIDERS {
            let status = signed_example(&rollcall.url(), provider, time);
            assert_eq!(status, "HTTP/1.1 200 OK", "{}", provider.id);
        }
    }

    #[test]
    fn the_host_is_the_one_that_curl_sends() {
        let host = |url| Address::parse(url).map(|address| address.host);
        assert_eq!(host("http://h:4700/x").as_deref(), Some("h:4700"));
        assert_eq!(host("http://h:80?x").as_deref(), Some("h"));
        assert_eq!(host("https://u:p@h:443").as_deref(), Some("h"));
        assert_eq!(host("h/x").as_deref(), Some("h"));
        assert_eq!(host("ftp://h/x"), None);
        assert_eq!(host("http:///x"), None);
    }
}
