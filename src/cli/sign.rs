//! `rollcall sign`: a request from the command line, signed in any scheme, as a curl command.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::flags::parse_time;
use super::{bad_flags, say};
use crate::namespace::clock::{Clock, Time};
use crate::namespace::ids::Ids;
use crate::pipeline::journal::shell::quote;
use crate::providers::require;
use crate::signing::Scheme;
use crate::signing::qingcloud::Dialect;
use crate::signing::{
    AccessKey, Digest, RawRequest, SignedParts, alibaba_acs3, alibaba_v1, huawei, qingcloud,
    volcengine,
};

/// What to sign, and how.
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// Whose API it is: the scheme is one of its own
    provider: String,

    /// The method
    method: String,

    /// The address, query included: 'http://127.0.0.1:4700/?Action=ListUsers&Version=2024-08-31'
    ///
    /// It is signed and printed as it is given; only spaces and what is not ASCII are escaped.
    url: String,

    /// The body, or @FILE
    #[arg(long, short = 'd', value_name = "TEXT|@FILE")]
    body: Option<String>,

    /// A header, as 'X-Project-Id: 0bec5db9'; repeatable
    ///
    /// Headers are signed where the scheme signs headers. A body without a content type gets one: JSON or a form.
    #[arg(long, short = 'H', value_name = "NAME: VALUE", value_parser = parse_header)]
    header: Vec<(String, String)>,

    /// The access key; a ~name behind it chooses the namespace
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

    /// How to sign, where the provider knows several ways
    #[arg(long, value_enum)]
    scheme: Option<Way>,

    /// The region in the credential scope; default: cn-beijing for Volcengine, cn-north-4 for Huawei's V11
    #[arg(long)]
    region: Option<String>,

    /// The service in the credential scope; default: bytehouse_ce for Volcengine, workspace for Huawei's V11
    #[arg(long)]
    service: Option<String>,

    /// The time to sign with, as 2024-05-20T08:30:00Z; default: now
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    time: Option<Time>,

    /// The nonce of Alibaba's schemes; default: a new one
    #[arg(long)]
    nonce: Option<String>,
}

/// A provider's ways to sign; the first of each provider is its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    /// Alibaba: ACS3-HMAC-SHA256, in headers
    Acs3,
    /// Alibaba: ACS3-HMAC-SM3
    Acs3Sm3,
    /// Alibaba: RPC, SignatureVersion 1.0, HMAC-SHA1, in the query
    V1,
    /// Alibaba: the same with HMAC-SHA256
    V1Sha256,
    /// Volcengine: HMAC-SHA256 in headers
    Header,
    /// Volcengine: the same in the query; good for 15 minutes, and without the body
    Presigned,
    /// Huawei: SDK-HMAC-SHA256, in headers
    Sdk,
    /// Huawei: SDK-HMAC-SM3
    SdkSm3,
    /// Huawei: V11-HMAC-SHA256, with a key derived for --region and --service
    V11,
    /// QingCloud: HmacSHA256 over four lines, the MD5 of the body last
    Ehpc,
    /// QingCloud: the same with HmacSHA1
    EhpcSha1,
    /// QingCloud: HmacSHA256 over three lines, in the query or in the form of a POST
    Iaas,
    /// QingCloud: the same with HmacSHA1
    IaasSha1,
}

impl Way {
    /// The ways of a scheme, the usual one first.
    const fn of(scheme: Scheme) -> &'static [Self] {
        match scheme {
            Scheme::AlibabaAcs3 => &[Self::Acs3, Self::Acs3Sm3],
            Scheme::AlibabaV1 => &[Self::V1, Self::V1Sha256],
            Scheme::Volcengine => &[Self::Header, Self::Presigned],
            Scheme::Huawei => &[Self::Sdk, Self::SdkSm3, Self::V11],
            Scheme::QingCloud => &[Self::Ehpc, Self::EhpcSha1, Self::Iaas, Self::IaasSha1],
        }
    }

    fn as_str(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
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
        Err("no header can hold that".to_owned())
    }
}

/// An address, taken apart.
struct Address {
    /// `http://127.0.0.1:4700`
    origin: String,
    /// What curl sends as Host: the port is left out where it is the scheme's own.
    host: String,
    path: String,
    query: String,
}

impl Address {
    fn parse(url: &str) -> Option<Self> {
        let url: String = url
            .split('#')
            .next()?
            .chars()
            .map(|letter| {
                if letter.is_ascii_graphic() {
                    letter.to_string()
                } else {
                    let mut bytes = [0; 4];
                    crate::signing::encode(letter.encode_utf8(&mut bytes).as_bytes()).into_owned()
                }
            })
            .collect();
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
pub(super) fn sign(asked: &Sign) -> ExitCode {
    match command(asked) {
        Ok(command) => say(&command),
        Err(cause) => bad_flags(&cause),
    }
}

fn command(asked: &Sign) -> Result<String, String> {
    let schemes = require(&asked.provider)?.real.schemes;
    let ways: Vec<Way> = schemes
        .iter()
        .flat_map(|&scheme| Way::of(scheme))
        .copied()
        .collect();
    let way = match asked.scheme {
        None => *ways
            .first()
            .expect("every provider has a way to sign; a test says so"),
        Some(way) if ways.contains(&way) => way,
        Some(way) => {
            let words: Vec<String> = ways.iter().map(|way| way.as_str()).collect();
            return Err(format!(
                "{} does not know --scheme {}; it knows {}",
                asked.provider,
                way.as_str(),
                words.join(" and ")
            ));
        }
    };
    let is_qingcloud = matches!(way, Way::Ehpc | Way::EhpcSha1 | Way::Iaas | Way::IaasSha1);
    if is_qingcloud && asked.token.is_some() {
        return Err(format!(
            "{} cannot be signed with a --token: QingCloud's temporary keys sign with signature_version 2, which is not emulated",
            asked.provider
        ));
    }
    if http::Method::from_bytes(asked.method.as_bytes()).is_err() {
        return Err(format!("\"{}\" is no method", asked.method));
    }
    let address = Address::parse(&asked.url).ok_or_else(|| {
        format!(
            "\"{}\" is no address; write it as http://127.0.0.1:4700/path?query",
            asked.url
        )
    })?;
    let body = match asked.body.as_deref() {
        None => String::new(),
        Some(text) => match text.strip_prefix('@') {
            Some(file) => std::fs::read_to_string(Path::new(file))
                .map_err(|cause| format!("--body {text}: {cause}"))?,
            None => text.to_owned(),
        },
    };
    let mut headers = asked.header.clone();
    let given =
        |headers: &[(String, String)], wanted: &str| headers.iter().any(|(name, _)| name == wanted);
    if !given(&headers, "host") {
        headers.insert(0, ("host".to_owned(), address.host.clone()));
    }
    if !body.is_empty() && !given(&headers, "content-type") {
        let kind = if body.trim_start().starts_with(['{', '[']) {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        headers.push(("content-type".to_owned(), kind.to_owned()));
    }
    let sealed = seal(asked, way, &address, &headers, &body);
    Ok(curl(asked, &address, headers, body, sealed))
}

fn seal(
    asked: &Sign,
    way: Way,
    address: &Address,
    headers: &[(String, String)],
    body: &str,
) -> SignedParts {
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let request = RawRequest {
        method: &asked.method,
        path: &address.path,
        query: &address.query,
        headers: &headers,
        body: body.as_bytes(),
    };
    let key = AccessKey {
        id: &asked.access_key,
        secret: &asked.secret_key,
        token: asked.token.as_deref(),
    };
    let time = asked
        .time
        .unwrap_or_else(|| Clock::default().now())
        .seconds();
    let nonce = asked
        .nonce
        .clone()
        .unwrap_or_else(|| Ids::unseeded().uuid());
    let (own_region, own_service) = match way {
        Way::V11 => ("cn-north-4", "workspace"),
        _ => ("cn-beijing", "bytehouse_ce"),
    };
    let region = asked.region.as_deref().unwrap_or(own_region);
    let service = asked.service.as_deref().unwrap_or(own_service);
    let qingcloud = |dialect, digest| qingcloud::sign(&request, &key, time, dialect, digest);
    match way {
        Way::Acs3 => alibaba_acs3::sign(&request, &key, time, &nonce),
        Way::Acs3Sm3 => alibaba_acs3::sign_sm3(&request, &key, time, &nonce),
        Way::V1 => alibaba_v1::sign(&request, &key, time, &nonce, Digest::Sha1),
        Way::V1Sha256 => alibaba_v1::sign(&request, &key, time, &nonce, Digest::Sha256),
        Way::Header => volcengine::sign(&request, &key, region, service, time),
        Way::Presigned => volcengine::presign(&request, &key, region, service, time),
        Way::Sdk => huawei::sign(&request, &key, time),
        Way::SdkSm3 => huawei::sign_sm3(&request, &key, time),
        Way::V11 => huawei::sign_derived(&request, &key, region, service, time),
        Way::Ehpc => qingcloud(Dialect::Ehpc, Digest::Sha256),
        Way::EhpcSha1 => qingcloud(Dialect::Ehpc, Digest::Sha1),
        Way::Iaas => qingcloud(Dialect::Iaas, Digest::Sha256),
        Way::IaasSha1 => qingcloud(Dialect::Iaas, Digest::Sha1),
    }
}

/// The command. What curl would change on its own is switched off: dot segments, brackets, the content type of a body.
fn curl(
    asked: &Sign,
    address: &Address,
    mut headers: Vec<(String, String)>,
    body: String,
    sealed: SignedParts,
) -> String {
    let body = sealed.body.unwrap_or(body);
    let question = if sealed.query.is_empty() { "" } else { "?" };
    let Address { origin, path, .. } = address;
    let url = format!("{origin}{path}{question}{}", sealed.query);
    headers.retain(|(name, value)| !(name == "host" && *value == address.host));
    headers.extend(sealed.headers);
    let mut command = String::from("curl -i -g --path-as-is");
    if asked.method == "HEAD" {
        command.push_str(" -I");
    } else {
        command.push_str(&format!(" -X {}", quote(&asked.method)));
    }
    command.push_str(&format!(" {}", quote(&url)));
    for (name, value) in &headers {
        command.push_str(&format!(" \\\n  -H {}", quote(&format!("{name}: {value}"))));
    }
    if !body.is_empty() {
        command.push_str(&format!(" \\\n  --data-raw {}", quote(&body)));
    }
    command.push('\n');
    command
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

    /// The status line of a call of a provider's example, signed in the usual way.
    fn signed_example(url: &str, provider: &Provider, time: Time) -> String {
        let scheme = provider.real.schemes.first();
        let way = Way::of(*scheme.expect("every provider has a scheme"))[0];
        let asked = Sign {
            provider: provider.id.to_owned(),
            method: "GET".to_owned(),
            url: format!("{url}{}", provider.example),
            body: None,
            header: Vec::new(),
            access_key: "test-ak".to_owned(),
            secret_key: "test-sk".to_owned(),
            token: None,
            scheme: None,
            region: None,
            service: None,
            time: Some(time),
            nonce: None,
        };
        let address = Address::parse(&asked.url).expect("an address");
        let headers = vec![("host".to_owned(), address.host.clone())];
        let sealed = seal(&asked, way, &address, &headers, "");
        let target = format!("{}?{}", address.path, sealed.query);
        let mut head = format!("GET {target} HTTP/1.1\r\nconnection: close\r\n");
        for (name, value) in headers.iter().chain(&sealed.headers) {
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
