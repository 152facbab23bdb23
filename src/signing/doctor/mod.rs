//! Finds the mistake behind a signature that does not match, by making known mistakes until one gives that signature.
//!
//! Each mistake is a row of [`DEVIATIONS`]: a name, a sentence, the schemes that know it, and a function from the right
//! calculation to the wrong ones. Only one mistake is made at a time. The work is bounded: so many trials, so many bytes,
//! and nothing at all for a request whose parameters are longer than anybody reads. None of it runs for a signature that
//! is right, and no text that leaves this file holds a secret.

mod body;
mod encoders;
mod encoding;
mod headers;
mod json;
mod key;
mod path;
mod query;
mod scope;
mod table;
mod time;

use super::coding::{base64, hmac_sha256};
use super::{
    AccessKey, CanonicalRequest, Digest, Pair, RawRequest, Scheme, alibaba_acs3, alibaba_v1,
    encode, extended_time, hex, md5_hex, qingcloud, same, sha256_hex, volcengine,
};

pub use table::Deviation;

use encoders::{Encoder, standard};

/// So many calculations, then the doctor gives up. The longest list in practice takes a third of it.
const MAX_TRIALS: usize = 6_000;

/// So many bytes are signed, then the doctor gives up.
const MAX_BYTES: usize = 32 << 20;

/// Longer parameters and signed headers are not examined: each trial copies them.
const MAX_PARAMETERS: usize = 64 << 10;

/// Longer bodies are not written again.
const MAX_BODY: usize = 256 << 10;

/// So many other keys are tried.
const MAX_KEYS: usize = 256;

/// A request whose signature does not match, and what the server knows.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The scheme that the request is signed in.
    pub scheme: Scheme,
    /// The request.
    pub request: &'a RawRequest<'a>,
    /// Further paths that may have been signed, as for `verify`.
    pub also: &'a [&'a str],
    /// The key that the request names, if it is known.
    pub key: Option<AccessKey<'a>>,
    /// Every known key.
    pub keys: &'a [AccessKey<'a>],
    /// The port that the request came to, which a client may have signed and not sent.
    pub port: Option<u16>,
    /// Host names of the real service, which a client behind a proxy may have signed.
    pub hosts: &'a [&'a str],
    /// Regions that a scope may name.
    pub regions: &'a [&'a str],
    /// Services that a scope may name.
    pub services: &'a [&'a str],
}

/// A mistake that reproduces the client's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of a row of [`DEVIATIONS`]; or `body-hash-header`, where the signature is right and the stated hash wrong.
    pub name: &'static str,
    /// What would have to be so for the signature to match.
    pub sentence: String,
}

/// The tables of mistakes, in the order in which they are tried.
const TABLES: &[&[Deviation]] = &[
    key::DEVIATIONS,
    scope::DEVIATIONS,
    headers::DEVIATIONS,
    body::DEVIATIONS,
    path::DEVIATIONS,
    query::DEVIATIONS,
    time::DEVIATIONS,
    encoding::DEVIATIONS,
];

/// Every known mistake. The first that fits is named, so the likelier and the more telling come first.
pub static DEVIATIONS: &[Deviation] = &table::joined::<{ table::count(TABLES) }>(TABLES);

/// Looks for the first mistake that reproduces the client's signature.
///
/// `None` when no single known mistake does, when the request is not signed well enough to be read, or when nothing is
/// wrong with it.
#[must_use]
pub fn diagnose(case: &Case<'_>) -> Option<Finding> {
    let (examination, trials) = examine(case)?;
    let mut budget = Budget {
        trials: MAX_TRIALS,
        bytes: MAX_BYTES,
    };
    if case.key.is_some()
        && trials
            .iter()
            .any(|trial| examination.explains(trial, &mut budget) == Some(true))
    {
        return stated_hash_is_wrong(case);
    }
    for deviation in DEVIATIONS
        .iter()
        .filter(|row| row.schemes.contains(&case.scheme))
    {
        for trial in &trials {
            for (particulars, trial) in (deviation.variants)(trial, &examination) {
                if examination.explains(&trial, &mut budget)? {
                    return Some(Finding {
                        name: deviation.name,
                        sentence: deviation.sentence.replace("{}", &particulars),
                    });
                }
            }
        }
    }
    None
}

/// Explains a time that is too far off, when it is off as a clock is that shows local time.
///
/// Both are in seconds since 1970. The signature of such a request is usually right: the client signed what it sent.
#[must_use]
pub fn shifted_clock(sent: i64, now: i64) -> Option<Finding> {
    const TOLERANCE: i64 = 300;
    let minutes = zone_offsets().find(|minutes| (sent - now - minutes * 60).abs() <= TOLERANCE)?;
    Some(Finding {
        name: "local-time",
        sentence: format!(
            "the time would do if it were {}: the one sent is local time ({}), not UTC",
            extended_time(sent - minutes * 60),
            offset_text(minutes)
        ),
    })
}

/// The signature is right for the body that came, so the only thing left to be wrong is the header that states its hash.
fn stated_hash_is_wrong(case: &Case<'_>) -> Option<Finding> {
    let header = stated_hash_header(case)?;
    let stated = case.request.header(header)?;
    let is_another = match case.scheme {
        Scheme::Huawei => {
            let read = super::huawei::read(case.request).ok()?;
            super::huawei::states_another_body(case.request, read.algorithm)
        }
        Scheme::AlibabaAcs3 => {
            let read = alibaba_acs3::read(case.request).ok()?;
            alibaba_acs3::states_another_body(case.request, read.algorithm)
        }
        _ => stated != sha256_hex(case.request.body),
    };
    is_another.then(|| Finding {
        name: "body-hash-header",
        sentence: format!("signature matches, but {header} is not the hash of the body"),
    })
}

/// The header in which a scheme states the hash of the body and wants it to be right.
fn stated_hash_header(case: &Case<'_>) -> Option<&'static str> {
    match case.scheme {
        Scheme::AlibabaAcs3 => Some("x-acs-content-sha256"),
        Scheme::Volcengine => Some("x-content-sha256"),
        Scheme::Huawei => {
            let read = super::huawei::read(case.request).ok()?;
            Some(read.algorithm.content_header())
        }
        Scheme::AlibabaV1 | Scheme::QingCloud => None,
    }
}

/// The offsets of the world's time zones in minutes, UTC itself left out.
fn zone_offsets() -> impl Iterator<Item = i64> {
    let half_hours = (-24..=28)
        .filter(|&halves| halves != 0)
        .map(|halves| halves * 30);
    half_hours.chain([5 * 60 + 45, 8 * 60 + 45, 12 * 60 + 45])
}

fn offset_text(minutes: i64) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!(
        "UTC{sign}{:02}:{:02}",
        minutes.abs() / 60,
        minutes.abs() % 60
    )
}

struct Budget {
    trials: usize,
    bytes: usize,
}

/// What a deviation may look at besides the calculation it changes.
struct Examination<'a> {
    case: &'a Case<'a>,
    /// The spellings of the client's signature.
    given: Vec<String>,
    /// The time that the client sent, in seconds since 1970, if it can be read.
    timestamp: Option<i64>,
}

impl Examination<'_> {
    /// Whether a calculation gives the client's signature; `None` when the budget is spent.
    fn explains(&self, trial: &Trial, budget: &mut Budget) -> Option<bool> {
        budget.trials = budget.trials.checked_sub(1)?;
        let headers: usize = trial.headers.iter().map(|(_, value)| value.len()).sum();
        budget.bytes = budget
            .bytes
            .checked_sub(trial.query.len() + trial.path.len() + headers + 512)?;
        let ours = trial.signature(self.case.scheme);
        Some(self.given.iter().any(|given| same(&ours, given)))
    }
}

/// A parameter that is signed.
#[derive(Clone, Debug)]
struct Parameter {
    name: Vec<u8>,
    value: Vec<u8>,
    raw: Vec<u8>,
    /// Whether it came in the body.
    in_form: bool,
}

/// One calculation of a signature, right or with a mistake in it, with everything that mistakes are made in laid open.
#[derive(Clone)]
struct Trial {
    secret: String,
    /// What is put behind the secret: `&` in Alibaba's V1.
    key_suffix: &'static str,
    /// What is put before it: nothing.
    key_prefix: &'static str,
    /// Whether the key of Volcengine and of Huawei's V11 is drawn from the secret.
    derived: bool,
    /// The form of Alibaba's ACS3.
    acs3: alibaba_acs3::Algorithm,
    /// The form of Huawei's scheme, and the access key id, which a derived key takes in.
    form: super::huawei::Algorithm,
    access_key_id: String,
    method: String,
    /// The path as sent, or one of the further ones.
    raw_path: String,
    /// The path as it is signed.
    path: String,
    /// The signed parameters in the order received.
    parameters: Vec<Parameter>,
    /// The query as it is signed.
    query: String,
    headers: Vec<(String, String)>,
    signed_headers: String,
    /// The line for the body; `None` in QingCloud's three lines and in V1.
    payload: Option<String>,
    /// The time in the string to sign, for the schemes that have it there.
    time: String,
    /// Date, region, service and last word in the string to sign …
    scope: [String; 4],
    /// … and in the key.
    key_scope: [String; 4],
    digest: Digest,
    spelling: Spelling,
    /// The empty line between headers and SignedHeaders.
    gap: bool,
    /// The string to sign holds the hash of the canonical request, not its text.
    hashed: bool,
    /// What ends the string to sign: nothing.
    end: &'static str,
    /// How V1 encodes the path and the sorted query inside the string to sign.
    path_encoder: Encoder,
    second_encoder: Encoder,
}

/// How the HMAC is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    Hex,
    UpperHex,
    Base64,
    UrlSafeBase64,
    Base64OfHex,
    /// Base64 whose plus signs became spaces on the way.
    Base64PlusLost,
    /// Base64 with one percent-encoding too many.
    Base64Encoded,
}

impl Spelling {
    fn write(self, mac: &[u8]) -> String {
        match self {
            Self::Hex => hex(mac),
            Self::UpperHex => hex(mac).to_uppercase(),
            Self::Base64 => base64(mac),
            Self::UrlSafeBase64 => base64(mac).replace('+', "-").replace('/', "_"),
            Self::Base64OfHex => base64(hex(mac).as_bytes()),
            Self::Base64PlusLost => base64(mac).replace('+', " "),
            Self::Base64Encoded => encode(base64(mac).as_bytes()).into_owned(),
        }
    }
}

impl Trial {
    /// The right calculation, still without what the schemes add to it.
    fn new(request: &RawRequest<'_>, secret: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            key_suffix: "",
            key_prefix: "",
            derived: true,
            acs3: alibaba_acs3::Algorithm::Sha256,
            form: super::huawei::Algorithm::Sha256,
            access_key_id: String::new(),
            method: request.method.to_owned(),
            raw_path: String::new(),
            path: String::new(),
            parameters: Vec::new(),
            query: String::new(),
            headers: Vec::new(),
            signed_headers: String::new(),
            payload: None,
            time: String::new(),
            scope: Default::default(),
            key_scope: Default::default(),
            digest: Digest::Sha256,
            spelling: Spelling::Hex,
            gap: true,
            hashed: true,
            end: "",
            path_encoder: standard,
            second_encoder: standard,
        }
    }

    /// Takes over the six parts.
    fn with_canonical(mut self, raw_path: &str, canonical: &CanonicalRequest<'_>) -> Self {
        raw_path.clone_into(&mut self.raw_path);
        self.method = canonical.method.to_string();
        self.path = canonical.path.to_string();
        self.query.clone_from(&canonical.query);
        self.headers = canonical
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        self.signed_headers = canonical.signed_headers.to_string();
        self.payload = Some(canonical.payload_hash.to_string());
        self
    }

    fn with_parameters(mut self, pairs: &[Pair<'_>], body: &[u8]) -> Self {
        self.parameters = pairs
            .iter()
            .map(|pair| Parameter {
                name: pair.name.to_vec(),
                value: pair.value.to_vec(),
                raw: pair.raw.to_vec(),
                in_form: body.as_ptr_range().contains(&pair.raw.as_ptr()),
            })
            .collect();
        self
    }

    /// The hash of the canonical request; or its text, which is a mistake.
    fn canonical_hash(&self) -> String {
        let headers = self.headers.iter();
        let text = super::join_parts(
            [&self.method, &self.path, &self.query],
            headers.map(|(name, value)| (name.as_str(), value.as_str())),
            if self.gap { "\n" } else { "" },
            [
                &self.signed_headers,
                self.payload.as_deref().unwrap_or_default(),
            ],
        );
        if self.hashed {
            self.digest.hash(text.as_bytes())
        } else {
            text
        }
    }

    fn string_to_sign(&self, scheme: Scheme) -> String {
        let Self {
            method,
            path,
            query,
            time,
            ..
        } = self;
        let text = match scheme {
            Scheme::AlibabaV1 => {
                let mut text = String::new();
                let path = (self.path_encoder)(path.as_bytes());
                let query = (self.second_encoder)(query.as_bytes());
                alibaba_v1::join(&mut text, method, [path.as_str()], [query.as_str()]);
                text
            }
            Scheme::AlibabaAcs3 => alibaba_acs3::join(self.acs3, &self.canonical_hash()),
            Scheme::Huawei => {
                let scope = self.scope[..3].join("/");
                super::huawei::join(self.form, time, &scope, &self.canonical_hash())
            }
            Scheme::Volcengine => {
                volcengine::join(time, &self.scope.join("/"), &self.canonical_hash())
            }
            Scheme::QingCloud => qingcloud::join(method, path, query, self.payload.as_deref()),
        };
        text + self.end
    }

    /// What a derived key of Huawei's is for; nothing in the other forms.
    fn huawei_scope(&self, scope: &[String; 4]) -> Option<String> {
        (self.form == super::huawei::Algorithm::Derived).then(|| scope[..3].join("/"))
    }

    fn signature(&self, scheme: Scheme) -> String {
        let mut key = format!("{}{}{}", self.key_prefix, self.secret, self.key_suffix).into_bytes();
        if scheme == Scheme::Volcengine && self.derived {
            for part in &self.key_scope {
                key = hmac_sha256(&key, part.as_bytes()).to_vec();
            }
        }
        if scheme == Scheme::Huawei
            && self.derived
            && let Some(scope) = self.huawei_scope(&self.key_scope)
        {
            let secret = String::from_utf8_lossy(&key).into_owned();
            key = super::huawei::derived_key(&self.access_key_id, &secret, &scope).into_bytes();
        }
        let mac = self
            .digest
            .hmac(&key, self.string_to_sign(scheme).as_bytes());
        self.spelling.write(&mac)
    }
}

/// Reads the request and lays out the right calculations, one for every candidate form; an unknown key has the empty
/// secret, which only a deviation replaces.
fn examine<'a>(case: &'a Case<'a>) -> Option<(Examination<'a>, Vec<Trial>)> {
    let request = case.request;
    let form = if request.is_form() {
        request.body.len()
    } else {
        0
    };
    let headers: usize = request.headers.iter().map(|(_, value)| value.len()).sum();
    if request.query.len() + request.path.len() + headers + form > MAX_PARAMETERS {
        return None;
    }
    let secret = case.key.map(|key| key.secret).unwrap_or_default();
    let blank = Trial::new(request, secret);
    let mut trials = Vec::new();
    let (given, timestamp) = match case.scheme {
        Scheme::AlibabaV1 => {
            let read = alibaba_v1::read(request).ok()?;
            let all = std::iter::once(alibaba_v1::parameters(request))
                .chain(alibaba_v1::overlaid(request));
            for signed in all {
                let signed: Vec<Pair<'_>> = signed_by(signed, b"Signature");
                for path in request.paths(case.also) {
                    let trial = blank.clone().with_parameters(&signed, request.body);
                    trials.push(Trial {
                        key_suffix: "&",
                        raw_path: path.to_owned(),
                        path: path.to_owned(),
                        query: alibaba_v1::canonical_query(&signed),
                        digest: read.digest,
                        spelling: Spelling::Base64,
                        ..trial
                    });
                }
            }
            (vec![read.signature], Some(read.timestamp))
        }
        Scheme::AlibabaAcs3 => {
            let read = alibaba_acs3::read(request).ok()?;
            let signed: Vec<Pair<'_>> = super::pairs(request.query.as_bytes()).collect();
            for path in request.paths(case.also) {
                let canonical = alibaba_acs3::canonical_request(
                    request,
                    path,
                    read.algorithm,
                    read.signed_headers,
                );
                let trial = blank
                    .clone()
                    .with_parameters(&signed, b"")
                    .with_canonical(path, &canonical);
                trials.push(Trial {
                    acs3: read.algorithm,
                    digest: read.algorithm.digest(),
                    ..trial
                });
            }
            (vec![read.signature.to_owned()], Some(read.timestamp))
        }
        Scheme::Volcengine => {
            let read = volcengine::read(request).ok()?;
            let volcengine::Scope {
                date,
                region,
                service,
            } = read.scope.clone();
            let scope = [date, region, service, volcengine::TERMINATOR.to_owned()];
            let with_token = read.with_unlisted_token();
            for signed in std::iter::once(&read).chain(&with_token) {
                for path in request.paths(case.also) {
                    let canonical = volcengine::canonical_request(request, path, signed);
                    let bare = volcengine::without_default_port(&canonical);
                    for canonical in std::iter::once(canonical).chain(bare) {
                        let trial = blank
                            .clone()
                            .with_parameters(signed.signed_pairs(), b"")
                            .with_canonical(path, &canonical);
                        trials.push(Trial {
                            time: read.date.clone(),
                            scope: scope.clone(),
                            key_scope: scope.clone(),
                            ..trial
                        });
                    }
                }
            }
            (vec![read.signature.clone()], Some(read.timestamp))
        }
        Scheme::Huawei => {
            let read = super::huawei::read(request).ok()?;
            let signed: Vec<Pair<'_>> = super::pairs(request.query.as_bytes()).collect();
            for path in request.paths(case.also) {
                let canonical = super::huawei::canonical_request(
                    request,
                    path,
                    read.algorithm,
                    read.signed_headers,
                );
                let trial = blank
                    .clone()
                    .with_parameters(&signed, b"")
                    .with_canonical(path, &canonical);
                let mut parts = read.scope.split('/').map(str::to_owned);
                let scope: [String; 4] = std::array::from_fn(|_| parts.next().unwrap_or_default());
                trials.push(Trial {
                    time: read.date.to_owned(),
                    form: read.algorithm,
                    digest: read.algorithm.digest(),
                    access_key_id: read.access_key_id.to_owned(),
                    key_scope: scope.clone(),
                    scope,
                    ..trial
                });
            }
            (vec![read.signature.to_owned()], Some(read.timestamp))
        }
        Scheme::QingCloud => {
            let read = qingcloud::read(request).ok()?;
            let (carrier, parameters) = qingcloud::parameters(request);
            let timestamp = ["timestamp", "time_stamp"]
                .iter()
                .find_map(|name| super::coding::last(&parameters, name))
                .and_then(|text| qingcloud::parse_timestamp(&text));
            let signed = signed_by(parameters, b"signature");
            let fresh = qingcloud::canonical_query(&signed);
            let raw = qingcloud::raw_query(&signed);
            let queries = if fresh == raw {
                vec![fresh]
            } else {
                vec![fresh, raw]
            };
            for path in request.paths(case.also) {
                for &dialect in qingcloud::dialects(request, carrier, &signed) {
                    for signed_path in [path.to_owned(), qingcloud::turned(path)] {
                        for query in &queries {
                            let trial = blank.clone().with_parameters(&signed, request.body);
                            trials.push(Trial {
                                raw_path: path.to_owned(),
                                path: signed_path.clone(),
                                query: query.clone(),
                                payload: (dialect == qingcloud::Dialect::Ehpc)
                                    .then(|| md5_hex(request.body)),
                                digest: read.digest,
                                spelling: Spelling::Base64,
                                ..trial
                            });
                        }
                    }
                }
            }
            (read.signatures(), timestamp)
        }
    };
    let examination = Examination {
        case,
        given,
        timestamp,
    };
    Some((examination, trials))
}

fn signed_by<'a>(parameters: Vec<Pair<'a>>, signature: &[u8]) -> Vec<Pair<'a>> {
    parameters
        .into_iter()
        .filter(|pair| *pair.name != *signature)
        .collect()
}

/// So many parameters are left out, one after the other.
const MAX_LEFT_OUT: usize = 64;
