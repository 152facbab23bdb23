//! QingCloud signatures in their two dialects (qingcloud-ehpc.md 2.1 and 2.2).
//!
//! EHPC signs four lines, the last of them an MD5 of the body, over a path with a trailing slash; the IaaS SDK signs
//! three lines over the path as sent. Clients encode the query and the signature in several ways, so a request is
//! compared with a short list of candidates.

use super::coding::{base64, last, push, sorted_then_encoded};
use super::doctor::trial::{Spelling, Trial};
use super::instant::{parse_unpadded_time, without_fraction};
use super::rules::{Reading, SchemeRules, Signed};
use super::{
    AccessKey, Digest, Mismatch, Pair, RawRequest, SignedParts, Stages, carries, check_signature,
    decode, encode, extended_time, md5_hex, pairs,
};

/// The scheme for the doctor and `explain`.
pub(super) static RULES: SchemeRules = SchemeRules {
    title: "QingCloud",
    is_on: |request| carries(request, "access_key_id") || carries(request, "signature"),
    read: |request, alternative_paths| {
        let read = read(request);
        Signed::of(
            request,
            alternative_paths,
            read,
            |read| (&read.access_key_id, None),
            verify,
        )
    },
    examine,
    string_to_sign: |trial| {
        let body = trial.payload.as_deref();
        join(&trial.method, &trial.path, &trial.query, body)
    },
    key: |trial| trial.plain_key().into_bytes(),
    body_hash: |_, body| md5_hex(body),
    signed_paths: |path| {
        let bare = path.strip_suffix('/').unwrap_or(path);
        vec![format!("{bare}/"), bare.to_owned()]
    },
    time_parameters: &TIMES,
    time_headers: &[],
    write_time: extended_time,
};

/// The names of the time in the dialects.
const TIMES: [&str; 2] = ["timestamp", "time_stamp"];

/// How a client constructs the string to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Four lines, a path with a trailing slash, the signature encoded twice: the service's own documents.
    Ehpc,
    /// Three lines, the path as sent, the signature encoded once: the `qingcloud-sdk` packages.
    Iaas,
}

/// Where the signed parameters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// In the query; the body is covered by its MD5.
    Query,
    /// In a form that is the complete body, with an empty query.
    Form,
}

/// The signature parameters of a request.
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    /// `access_key_id`, as sent.
    pub access_key_id: String,
    /// `signature_method`.
    pub digest: Digest,
    /// Where the parameters were found.
    pub carrier: Carrier,
    /// The signature after the usual decoding; if the client encoded it twice, one encoding is left.
    signature: String,
    /// The MD5 of the body, in lower-case hex.
    body_md5: String,
    pairs: Vec<Pair<'a>>,
}

/// Why a request cannot be verified, in the order of the gateway's checks (all are ret_code 1100).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// A parameter is missing or empty: `missing parameter [..]`.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A parameter has an unknown value: `illegal parameter [..]`.
    #[error("{0} has an unknown value")]
    Illegal(&'static str),
}

/// The place of a request's parameters, and the parameters.
#[must_use]
pub fn parameters<'a>(request: &RawRequest<'a>) -> (Carrier, Vec<Pair<'a>>) {
    let query: Vec<Pair<'a>> = pairs(request.query.as_bytes()).collect();
    if query.is_empty() && request.is_form() {
        return (Carrier::Form, pairs(request.body).collect());
    }
    (Carrier::Query, query)
}

/// Parses the signature parameters; `timestamp` and `zone` are the provider's, because they are required even with
/// authentication off.
///
/// # Errors
/// The first [`Defect`] in the gateway's order.
pub fn read<'a>(request: &RawRequest<'a>) -> Result<Parameters<'a>, Defect> {
    let (carrier, pairs) = parameters(request);
    let wanted = |name: &'static str| {
        last(&pairs, name)
            .filter(|value| !value.is_empty())
            .map(std::borrow::Cow::into_owned)
            .ok_or(Defect::Missing(name))
    };
    let access_key_id = wanted("access_key_id")?;
    let signature = wanted("signature")?;
    let digest = match wanted("signature_method")?.as_str() {
        "HmacSHA256" => Digest::Sha256,
        "HmacSHA1" => Digest::Sha1,
        _ => return Err(Defect::Illegal("signature_method")),
    };
    for name in ["signature_version", "version"] {
        if wanted(name)? != "1" {
            return Err(Defect::Illegal(name));
        }
    }
    Ok(Parameters {
        access_key_id,
        digest,
        carrier,
        // Unencoded, the plus signs of Base64 arrive as spaces.
        signature: signature.replace(' ', "+"),
        body_md5: md5_hex(request.body),
        pairs,
    })
}

/// Parses a `timestamp`, as seconds since 1970. After the year, leading zeros may be missing, as in the documents; a
/// fraction of 1 to 9 digits is dropped.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<i64> {
    parse_instant(text).map(|(seconds, _)| seconds)
}

/// The same, with the nanoseconds of the fraction.
#[must_use]
pub fn parse_instant(text: &str) -> Option<(i64, u32)> {
    let (whole, nanos) = without_fraction(text)?;
    Some((parse_unpadded_time(&whole)?, nanos))
}

/// The parameters without `signature`, sorted by name and re-encoded.
#[must_use]
pub fn canonical_query(parameters: &[Pair<'_>]) -> String {
    sorted_then_encoded(
        parameters
            .iter()
            .filter(|pair| *pair.name != *b"signature")
            .collect(),
    )
}

/// The parameters without `signature`, sorted by name but encoded as sent: the documents' sample code writes `+` for a
/// space and signs that.
#[must_use]
pub fn raw_query(parameters: &[Pair<'_>]) -> String {
    let mut raw: Vec<&[u8]> = parameters
        .iter()
        .filter(|pair| *pair.name != *b"signature")
        .map(|pair| pair.raw)
        .collect();
    raw.sort_by_key(|pair| pair.split(|&byte| byte == b'=').next().unwrap_or_default());
    // A form may contain invalid UTF-8; if it were replaced, two different forms would look the same.
    String::from_utf8(raw.join(&b"&"[..])).unwrap_or_else(|_| canonical_query(parameters))
}

/// `METHOD`, the path and the query; in the EHPC dialect also the MD5 of the body, in lower-case hex.
#[must_use]
pub fn string_to_sign(
    dialect: Dialect,
    method: &str,
    path: &str,
    query: &str,
    body_md5: &str,
) -> String {
    join(
        method,
        path,
        query,
        (dialect == Dialect::Ehpc).then_some(body_md5),
    )
}

/// The lines of the string to sign.
fn join(method: &str, path: &str, query: &str, body: Option<&str>) -> String {
    match body {
        Some(body) => format!("{method}\n{path}\n{query}\n{body}"),
        None => format!("{method}\n{path}\n{query}"),
    }
}

/// Base64 of the HMAC, keyed with the plain secret.
#[must_use]
pub fn signature(digest: Digest, secret: &str, string_to_sign: &str) -> String {
    base64(&digest.hmac(secret.as_bytes(), string_to_sign.as_bytes()))
}

/// The dialects in which a request may be signed, the likelier first: only the IaaS packages write `time_stamp`.
///
/// Three lines leave the body unprotected, so they are accepted only without one, or if it is the signed form itself; a
/// body that contains its own signature in turn cannot sign its MD5.
fn dialects(
    request: &RawRequest<'_>,
    carrier: Carrier,
    parameters: &[Pair<'_>],
) -> &'static [Dialect] {
    let writes = |name: &[u8]| parameters.iter().any(|pair| *pair.name == *name);
    match carrier {
        Carrier::Form => &[Dialect::Iaas],
        Carrier::Query if !request.body.is_empty() => &[Dialect::Ehpc],
        Carrier::Query if writes(b"time_stamp") => &[Dialect::Iaas, Dialect::Ehpc],
        Carrier::Query => &[Dialect::Ehpc, Dialect::Iaas],
    }
}

/// The path with its trailing slash added or removed: the documents sign one that the request line lacks.
fn turned(path: &str) -> String {
    match path.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{path}/"),
    }
}

/// The candidates: every dialect, the path with and without its trailing slash, for the path as sent and then each of
/// `alternative_paths`; all of these with the re-encoded query, then, if it differs, with the query as sent.
pub fn candidates<'a>(
    request: &'a RawRequest<'a>,
    alternative_paths: &'a [&'a str],
    parameters: &'a Parameters<'a>,
    secret: &'a str,
) -> impl Iterator<Item = Stages> + 'a {
    let dialects = dialects(request, parameters.carrier, &parameters.pairs);
    let forms = move || {
        request.paths(alternative_paths).flat_map(move |path| {
            let bare = path.strip_suffix('/').unwrap_or(path);
            dialects.iter().flat_map(move |dialect| {
                let ends = match dialect {
                    Dialect::Ehpc => ["/", ""],
                    Dialect::Iaas => ["", "/"],
                };
                ends.map(|end| (*dialect, format!("{bare}{end}")))
            })
        })
    };
    let of_query = move |query: String| {
        forms().map(move |(dialect, path)| {
            let body = &parameters.body_md5;
            let string_to_sign = string_to_sign(dialect, request.method, &path, &query, body);
            Stages {
                signature: signature(parameters.digest, secret, &string_to_sign),
                canonical_request: query.clone(),
                string_to_sign,
            }
        })
    };
    let raw = std::iter::once_with(|| raw_query(&parameters.pairs))
        .filter(|raw| *raw != canonical_query(&parameters.pairs));
    of_query(canonical_query(&parameters.pairs)).chain(raw.flat_map(of_query))
}

impl Parameters<'_> {
    /// The signatures that the client may have meant: the decoded value, and, if it differs, the value decoded twice.
    fn signatures(&self) -> Vec<String> {
        let mut signatures = vec![self.signature.clone()];
        if self.signature.contains('%') {
            // `decode` turns the plus signs of Base64 into spaces; this reverts it.
            let again = decode(self.signature.as_bytes());
            signatures.push(String::from_utf8_lossy(&again).replace(' ', "+"));
        }
        signatures
    }
}

/// Verifies a request that [`read`] accepted; `alternative_paths` are further paths that may have been signed.
///
/// # Errors
/// [`Mismatch`] when no candidate gives the client's signature.
pub fn verify(
    request: &RawRequest<'_>,
    alternative_paths: &[&str],
    parameters: &Parameters<'_>,
    secret: &str,
) -> Result<(), Mismatch> {
    check_signature(
        &parameters.signatures(),
        candidates(request, alternative_paths, parameters, secret),
    )
}

/// Signs: the missing common parameters and the signature are added to the query, or, in the IaaS dialect with a form
/// as the body and no query, to the form. `zone` has to be given.
///
/// `time` is in seconds since 1970.
#[must_use]
pub fn sign(
    request: &RawRequest<'_>,
    key: &AccessKey<'_>,
    time: i64,
    dialect: Dialect,
    digest: Digest,
) -> SignedParts {
    let form = dialect == Dialect::Iaas && request.query.is_empty() && request.is_form();
    let given = if form {
        request.body
    } else {
        request.query.as_bytes()
    };
    let mut text = String::from_utf8_lossy(given).into_owned();
    let time = extended_time(time);
    let common = [
        ("access_key_id", key.id),
        (
            "signature_method",
            match digest {
                Digest::Sha1 => "HmacSHA1",
                Digest::Sha256 => "HmacSHA256",
                Digest::Sm3 => "HmacSM3",
            },
        ),
        ("signature_version", "1"),
        (
            match dialect {
                Dialect::Ehpc => "timestamp",
                Dialect::Iaas => "time_stamp",
            },
            time.as_str(),
        ),
        ("version", "1"),
    ];
    for (name, value) in common {
        if pairs(text.clone().as_bytes()).all(|pair| *pair.name != *name.as_bytes()) {
            push(&mut text, name, &encode(value.as_bytes()));
        }
    }
    let query = canonical_query(&pairs(text.as_bytes()).collect::<Vec<_>>());
    let path = request.path;
    let path = match dialect {
        Dialect::Ehpc if !path.ends_with('/') => turned(path),
        _ => path.to_owned(),
    };
    let signature = signature(
        digest,
        key.secret,
        &string_to_sign(
            dialect,
            request.method,
            &path,
            &query,
            &md5_hex(request.body),
        ),
    );
    let once = encode(signature.as_bytes());
    match dialect {
        Dialect::Ehpc => push(&mut text, "signature", &encode(once.as_bytes())),
        Dialect::Iaas => push(&mut text, "signature", &once),
    }
    let (query, body) = if form {
        (String::new(), Some(text))
    } else {
        (text, None)
    };
    SignedParts {
        headers: Vec::new(),
        query,
        body,
    }
}

fn examine(request: &RawRequest<'_>, alternative_paths: &[&str], blank: &Trial) -> Option<Reading> {
    let read = read(request).ok()?;
    let timestamp = TIMES
        .iter()
        .find_map(|name| last(&read.pairs, name))
        .and_then(|text| parse_timestamp(&text));
    let mut signed = read.pairs.clone();
    signed.retain(|pair| *pair.name != *b"signature");
    let (fresh, raw) = (canonical_query(&signed), raw_query(&signed));
    let raw = (raw != fresh).then_some(raw);
    let mut trials = Vec::new();
    for path in request.paths(alternative_paths) {
        for &dialect in dialects(request, read.carrier, &signed) {
            for signed_path in [path.to_owned(), turned(path)] {
                for query in std::iter::once(&fresh).chain(&raw) {
                    trials.push(Trial {
                        path: signed_path.clone(),
                        query: query.clone(),
                        payload: (dialect == Dialect::Ehpc).then(|| read.body_md5.clone()),
                        digest: read.digest,
                        spelling: Spelling::Base64,
                        ..blank.with_parameters(path, &signed, request.body)
                    });
                }
            }
        }
    }
    Some(Reading {
        given: read.signatures(),
        timestamp,
        hash_header: None,
        states_another_body: false,
        trials,
    })
}
