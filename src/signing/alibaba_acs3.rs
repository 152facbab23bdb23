//! Alibaba Cloud ACS3-HMAC-SHA256 and ACS3-HMAC-SM3 (aliyun-ehpc.md 2.2).
//!
//! Everything is in headers. The client's own list says which of them are signed: the SDK generations differ.

use std::borrow::Cow;

use super::coding::{push, sorted_then_encoded};
use super::doctor::trial::Trial;
use super::rules::{Reading, SchemeRules, Signed};
use super::{
    AccessKey, CanonicalRequest, Cause, Digest, Mismatch, Pair, RawRequest, SignedParts, Stages,
    check_signature, encode, extended_time, field, fields, hex, joined_header, listed, names_twice,
    pairs, parse_fractional_time, to_be_signed,
};

/// A variant of the scheme, as named by the first word of `Authorization` and the first line of the string to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `ACS3-HMAC-SHA256`, the default of every SDK.
    Sha256,
    /// `ACS3-HMAC-SM3`: the same with SM3 throughout; the header for the body's hash keeps its name.
    Sm3,
}

impl Algorithm {
    const ALL: [Self; 2] = [Self::Sha256, Self::Sm3];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "ACS3-HMAC-SHA256",
            Self::Sm3 => "ACS3-HMAC-SM3",
        }
    }

    /// The digest of the body, the canonical request and the HMAC.
    #[must_use]
    pub const fn digest(self) -> Digest {
        match self {
            Self::Sha256 => Digest::Sha256,
            Self::Sm3 => Digest::Sm3,
        }
    }
}

/// The scheme for the doctor and `explain`.
pub(super) static RULES: SchemeRules = SchemeRules {
    title: "Alibaba ACS3-HMAC",
    is_on: |request| {
        let authorization = request.header("authorization").unwrap_or_default();
        authorization.trim().starts_with("ACS3-") || request.header(NONCE).is_some()
    },
    read: |request, alternative_paths| {
        let read = read(request);
        Signed::of(
            request,
            alternative_paths,
            read,
            |read| (read.access_key_id, Some(read.timestamp)),
            verify,
        )
    },
    examine,
    string_to_sign: |trial| join(trial.algorithm, &trial.canonical_hash()),
    key: |trial| trial.plain_key().into_bytes(),
    body_hash: Digest::hash,
    signed_paths: |path| vec![path.to_owned()],
    time_parameters: &[],
    time_headers: &["x-acs-date"],
    write_time: extended_time,
};

/// The header that makes every call unique.
const NONCE: &str = "x-acs-signature-nonce";

/// The header that states the hash of the body.
const BODY_HASH: &str = "x-acs-content-sha256";

/// The headers that carry a signature.
#[derive(Clone, Copy, Debug)]
pub struct Authorization<'a> {
    /// The variant of the scheme.
    pub algorithm: Algorithm,
    /// `Credential`, as sent.
    pub access_key_id: &'a str,
    /// `SignedHeaders`, as sent.
    pub signed_headers: &'a str,
    /// `Signature`, in lower-case hex if it is correct.
    pub signature: &'a str,
    /// `x-acs-date`, in seconds since 1970.
    pub timestamp: i64,
    /// `x-acs-signature-nonce`.
    pub nonce: &'a str,
    /// `x-acs-security-token`, if there is one.
    pub security_token: Option<&'a str>,
}

/// Why a request cannot be verified, in the order of the gateway's checks (aliyun-ehpc.md 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// Something is missing; the name is what follows `Missing` in the error's code. If there is no `Authorization` at
    /// all, it is `AccessKeyId`.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// `Authorization` cannot be parsed, or names a signed header twice.
    #[error("Authorization is not of the form ACS3-… Credential=…,SignedHeaders=…,Signature=…")]
    Malformed,
    /// Another `ACS3-…` algorithm.
    #[error("the algorithm is neither ACS3-HMAC-SHA256 nor ACS3-HMAC-SM3")]
    UnknownAlgorithm,
    /// `x-acs-date` is not `YYYY-MM-DDThh:mm:ssZ`, with or without a fraction of a second.
    #[error("x-acs-date is not of the form 2024-05-20T08:30:00Z")]
    MalformedTimestamp,
}

/// Parses the headers.
///
/// # Errors
/// The first [`Defect`] in the gateway's order.
pub fn read<'a>(request: &RawRequest<'a>) -> Result<Authorization<'a>, Defect> {
    let present = |name: &str| request.header(name).filter(|value| !value.is_empty());
    let authorization = present("authorization").ok_or(Defect::Missing("AccessKeyId"))?;
    let date = present("x-acs-date").ok_or(Defect::Missing("Timestamp"))?;
    let nonce = present(NONCE).ok_or(Defect::Missing("SignatureNonce"))?;
    let (algorithm, rest) = authorization
        .trim()
        .split_once(' ')
        .ok_or(Defect::Malformed)?;
    let fields = fields(rest).ok_or(Defect::Malformed)?;
    let signature = field(&fields, "Signature").ok_or(Defect::Missing("Signature"))?;
    let access_key_id = field(&fields, "Credential").ok_or(Defect::Malformed)?;
    let signed_headers = field(&fields, "SignedHeaders").ok_or(Defect::Malformed)?;
    if !algorithm.starts_with("ACS3-") || names_twice(signed_headers) {
        return Err(Defect::Malformed);
    }
    let algorithm = Algorithm::ALL
        .into_iter()
        .find(|known| known.as_str() == algorithm)
        .ok_or(Defect::UnknownAlgorithm)?;
    Ok(Authorization {
        algorithm,
        access_key_id,
        signed_headers,
        signature,
        timestamp: parse_fractional_time(date).ok_or(Defect::MalformedTimestamp)?,
        nonce,
        security_token: request.header("x-acs-security-token"),
    })
}

/// The six parts, rebuilt from the headers that the client says it signed. For an error about a malformed
/// `Authorization`, the list is empty.
#[must_use]
pub fn canonical_request<'a>(
    request: &RawRequest<'a>,
    path: &'a str,
    algorithm: Algorithm,
    signed_headers: &'a str,
) -> CanonicalRequest<'a> {
    let query: Vec<Pair<'_>> = pairs(request.query.as_bytes()).collect();
    CanonicalRequest {
        method: Cow::Borrowed(request.method),
        path: Cow::Borrowed(path),
        query: sorted_then_encoded(query.iter().collect()),
        headers: listed(signed_headers)
            .map(|name| {
                let value = joined_header(request, &name);
                (name, value)
            })
            .collect(),
        signed_headers: Cow::Borrowed(signed_headers),
        // The hash of the received body, never the one in the header, so that a modified body changes the signature too.
        payload_hash: Cow::Owned(algorithm.digest().hash(request.body)),
    }
}

/// The scheme's name and the hash of the canonical request.
#[must_use]
pub fn string_to_sign(algorithm: Algorithm, canonical_request: &str) -> String {
    let hash = algorithm.digest().hash(canonical_request.as_bytes());
    join(algorithm.as_str(), &hash)
}

/// The lines of the string to sign; the last is a hash if it is correct.
fn join(algorithm: &str, hash: &str) -> String {
    format!("{algorithm}\n{hash}")
}

/// Hex of the HMAC, keyed with the plain secret.
#[must_use]
pub fn signature(algorithm: Algorithm, secret: &str, string_to_sign: &str) -> String {
    hex(&algorithm
        .digest()
        .hmac(secret.as_bytes(), string_to_sign.as_bytes()))
}

fn stages(canonical: &CanonicalRequest<'_>, algorithm: Algorithm, secret: &str) -> Stages {
    let canonical_request = canonical.text();
    let string_to_sign = string_to_sign(algorithm, &canonical_request);
    Stages {
        signature: signature(algorithm, secret, &string_to_sign),
        canonical_request,
        string_to_sign,
    }
}

/// The query with unescaped names, if that is safe and makes a difference.
///
/// The Python SDK does not escape names (aliyun-ehpc.md 2.2). With names that contain a separator, two requests could
/// share one canonical form, so these are only accepted escaped.
fn plain_names(query: &str) -> Option<String> {
    let mut pairs: Vec<Pair<'_>> = pairs(query.as_bytes()).collect();
    if pairs
        .iter()
        .all(|pair| encode(&pair.name).len() == pair.name.len())
    {
        return None;
    }
    pairs.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
    let mut out = String::new();
    for pair in &pairs {
        let name = std::str::from_utf8(&pair.name).ok()?;
        if name.contains(['&', '=', '%', '\n']) {
            return None;
        }
        push(&mut out, name, &encode(&pair.value));
    }
    Some(out)
}

/// The candidates: the path as sent, then each of `alternative_paths`; if query names need escaping, in both forms.
pub fn candidates<'a>(
    request: &'a RawRequest<'a>,
    alternative_paths: &'a [&'a str],
    authorization: &'a Authorization<'a>,
    secret: &'a str,
) -> impl Iterator<Item = Stages> + 'a {
    let algorithm = authorization.algorithm;
    request.paths(alternative_paths).flat_map(move |path| {
        let canonical = canonical_request(request, path, algorithm, authorization.signed_headers);
        let plain = plain_names(request.query).map(|query| CanonicalRequest {
            query,
            ..canonical.clone()
        });
        std::iter::once(canonical)
            .chain(plain)
            .map(move |canonical| stages(&canonical, algorithm, secret))
    })
}

/// Verifies a request that [`read`] accepted; `alternative_paths` are further paths that may have been signed.
///
/// # Errors
/// [`Mismatch`] when no candidate gives the client's signature, or when `x-acs-content-sha256` names another body.
pub fn verify(
    request: &RawRequest<'_>,
    alternative_paths: &[&str],
    authorization: &Authorization<'_>,
    secret: &str,
) -> Result<(), Mismatch> {
    let algorithm = authorization.algorithm;
    if states_another_body(request, algorithm) {
        let path = request.paths(alternative_paths).next().unwrap_or("/");
        let canonical = canonical_request(request, path, algorithm, authorization.signed_headers);
        let stages = stages(&canonical, algorithm, secret);
        return Err(Mismatch::new(Cause::BodyHash, stages));
    }
    check_signature(
        &[authorization.signature],
        candidates(request, alternative_paths, authorization, secret),
    )
}

/// Whether `x-acs-content-sha256` differs from the hash of the received body.
fn states_another_body(request: &RawRequest<'_>, algorithm: Algorithm) -> bool {
    let stated = request.header(BODY_HASH);
    stated.is_some_and(|stated| stated != algorithm.digest().hash(request.body))
}

/// Signs all given headers (`host`, `x-acs-action` and `x-acs-version` have to be among them) and those it adds.
///
/// `time` is in seconds since 1970.
#[must_use]
pub fn sign(request: &RawRequest<'_>, key: &AccessKey<'_>, time: i64, nonce: &str) -> SignedParts {
    sign_with(Algorithm::Sha256, request, key, time, nonce)
}

/// Like [`sign`], with SM3.
#[must_use]
pub fn sign_sm3(
    request: &RawRequest<'_>,
    key: &AccessKey<'_>,
    time: i64,
    nonce: &str,
) -> SignedParts {
    sign_with(Algorithm::Sm3, request, key, time, nonce)
}

fn sign_with(
    algorithm: Algorithm,
    request: &RawRequest<'_>,
    key: &AccessKey<'_>,
    time: i64,
    nonce: &str,
) -> SignedParts {
    let mut added = vec![
        ("x-acs-date".to_owned(), extended_time(time)),
        (NONCE.to_owned(), nonce.to_owned()),
        (BODY_HASH.to_owned(), algorithm.digest().hash(request.body)),
    ];
    if let Some(token) = key.token {
        added.push(("x-acs-accesskey-id".to_owned(), key.id.to_owned()));
        added.push(("x-acs-security-token".to_owned(), token.to_owned()));
    }
    let (headers, list) = to_be_signed(request, &added);
    let draft = RawRequest {
        headers: &headers,
        ..*request
    };
    let path = draft.paths(&[]).next().unwrap_or("/");
    let canonical = canonical_request(&draft, path, algorithm, &list);
    let signed = stages(&canonical, algorithm, key.secret);
    let authorization = format!(
        "{} Credential={},SignedHeaders={list},Signature={}",
        algorithm.as_str(),
        key.id,
        signed.signature
    );
    added.push(("authorization".to_owned(), authorization));
    SignedParts {
        headers: added,
        query: request.query.to_owned(),
        body: None,
    }
}

fn examine(request: &RawRequest<'_>, alternative_paths: &[&str], blank: &Trial) -> Option<Reading> {
    let read = read(request).ok()?;
    let algorithm = read.algorithm;
    let signed: Vec<Pair<'_>> = pairs(request.query.as_bytes()).collect();
    let trial = |path| {
        let canonical = canonical_request(request, path, algorithm, read.signed_headers);
        Trial {
            algorithm: algorithm.as_str(),
            digest: algorithm.digest(),
            ..blank.with_canonical(path, &signed, &canonical)
        }
    };
    Some(Reading {
        given: vec![read.signature.to_owned()],
        timestamp: Some(read.timestamp),
        hash_header: Some(BODY_HASH),
        states_another_body: states_another_body(request, algorithm),
        trials: request.paths(alternative_paths).map(trial).collect(),
    })
}
