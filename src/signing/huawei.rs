//! Huawei Cloud SDK-HMAC-SHA256 (huawei-auth.md 2), for Workspace, RocketMQ and IAM alike, and two variants that the
//! SDK cores can be configured to use: SDK-HMAC-SM3, and V11-HMAC-SHA256 with a derived key (huaweicloudsdkcore
//! 3.1.219, `signer.py` and `hkdf.py`).
//!
//! `X-Auth-Token` is not a signature and not examined here: a request without `Authorization` is
//! [`Defect::NoAuthorization`], and the provider then looks for a token.

use std::borrow::Cow;
use std::fmt;

use super::coding::{hmac_sha256, is_plain_path, sorted_then_encoded};
use super::doctor::trial::Trial;
use super::rules::{Reading, SchemeRules, Signed};
use super::{
    AccessKey, CanonicalRequest, Cause, Digest, Mismatch, Pair, RawRequest, SignedParts, Stages,
    check_signature, compact_time, encode, field, fields, hex, listed, names_twice, pairs,
    parse_compact_time, to_be_signed,
};

/// A variant of the scheme, as named by the first word of `Authorization` and the first line of the string to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// `SDK-HMAC-SHA256`, the default of every SDK.
    Sha256,
    /// `SDK-HMAC-SM3`: the same with SM3 throughout.
    Sm3,
    /// `V11-HMAC-SHA256`: the key is derived from the secret for a day, a region and a service.
    Derived,
}

impl Algorithm {
    const ALL: [Self; 3] = [Self::Sha256, Self::Sm3, Self::Derived];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "SDK-HMAC-SHA256",
            Self::Sm3 => "SDK-HMAC-SM3",
            Self::Derived => "V11-HMAC-SHA256",
        }
    }

    /// The digest of the body, the canonical request and the HMAC.
    #[must_use]
    pub const fn digest(self) -> Digest {
        match self {
            Self::Sha256 | Self::Derived => Digest::Sha256,
            Self::Sm3 => Digest::Sm3,
        }
    }

    /// The header that replaces the body's hash, if it is sent.
    #[must_use]
    pub const fn content_header(self) -> &'static str {
        match self {
            Self::Sha256 | Self::Derived => "x-sdk-content-sha256",
            Self::Sm3 => "x-sdk-content-sm3",
        }
    }
}

/// The variants in the same SDK cores that sign with a private key, which are not verified.
const WITH_PRIVATE_KEY: [&str; 2] = ["SDK-ECDSA-P256-SHA256", "SDK-SM2-SM3"];

/// Replaces the body's hash if the body is not signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The scheme for the doctor and `explain`.
pub(super) static RULES: SchemeRules = SchemeRules {
    title: "Huawei SDK-HMAC",
    is_on: |request| {
        let authorization = request.header("authorization").unwrap_or_default().trim();
        authorization.starts_with("SDK-") || authorization.starts_with("V11-HMAC-")
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
    string_to_sign: |trial| {
        let scope = (!trial.scope.is_empty()).then(|| trial.scope.join("/"));
        let hash = trial.canonical_hash();
        join(trial.algorithm, &trial.time, scope.as_deref(), &hash)
    },
    key: |trial| {
        let key = trial.plain_key();
        if trial.derived && !trial.key_scope.is_empty() {
            derived_key(&trial.access_key_id, &key, &trial.key_scope.join("/")).into_bytes()
        } else {
            key.into_bytes()
        }
    },
    body_hash: Digest::hash,
    signed_paths: |path| vec![canonical_path(path)],
    time_parameters: &[],
    time_headers: &["x-sdk-date"],
    write_time: compact_time,
};

/// The headers that carry a signature.
#[derive(Clone, Copy, Debug)]
pub struct Authorization<'a> {
    /// The variant of the scheme.
    pub algorithm: Algorithm,
    /// `Access`, as sent, or the part of `Credential` before the first slash.
    pub access_key_id: &'a str,
    /// `20240520/cn-north-4/workspace`, the rest of `Credential`; empty except for [`Algorithm::Derived`].
    pub scope: &'a str,
    /// `SignedHeaders`, as sent.
    pub signed_headers: &'a str,
    /// `Signature`, in lower-case hex if it is correct.
    pub signature: &'a str,
    /// `X-Sdk-Date` as sent: it is signed in this spelling.
    pub date: &'a str,
    /// `X-Sdk-Date`, in seconds since 1970.
    pub timestamp: i64,
    /// `X-Security-Token`, if there is one; clients may leave it unsigned.
    pub security_token: Option<&'a str>,
}

/// Why a request cannot be verified. Each is APIGW.0301 on the wire; `Display` is the short reason in its message,
/// `Incorrect IAM authentication information: …` (Inferred: huawei-auth.md 7 has no captured texts for these).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// No `Authorization` header; there may still be a token.
    NoAuthorization,
    /// Another scheme.
    UnknownScheme,
    /// A variant that signs with a private key.
    PrivateKey(&'static str),
    /// The date in `Credential` differs from that of `X-Sdk-Date`.
    ScopeDate,
    /// `Authorization` cannot be parsed, lacks the field named here, or names a header twice in it.
    Malformed(&'static str),
    /// No `X-Sdk-Date`.
    NoDate,
    /// `X-Sdk-Date` is not `YYYYMMDDThhmmssZ`.
    MalformedDate,
    /// `x-sdk-date`, the only header that has to be signed, is not.
    UnsignedDate,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAuthorization => f.write_str("authorization not found"),
            Self::UnknownScheme | Self::PrivateKey(_) => {
                f.write_str("unsupported signature algorithm")
            }
            Self::ScopeDate => f.write_str("credential date is not that of x-sdk-date"),
            Self::Malformed(what) => write!(f, "authorization format incorrect, {what} not found"),
            Self::NoDate => f.write_str("x-sdk-date not found"),
            Self::MalformedDate => f.write_str("x-sdk-date format incorrect"),
            Self::UnsignedDate => f.write_str("x-sdk-date is not signed"),
        }
    }
}

impl Defect {
    /// An explanation for readers of the journal, in addition to the reason on the wire.
    #[must_use]
    pub fn explanation(self) -> Option<String> {
        let verified = "SDK-HMAC-SHA256, SDK-HMAC-SM3 and V11-HMAC-SHA256";
        match self {
            Self::PrivateKey(name) => Some(format!(
                "{name} is not verified here; set the SDK's signing algorithm to HMAC_SHA256 or HMAC_SM3"
            )),
            Self::UnknownScheme => Some(format!("Authorization starts with none of {verified}")),
            _ => None,
        }
    }
}

/// Parses the headers.
///
/// # Errors
/// The first [`Defect`], `Authorization` before `X-Sdk-Date`.
pub fn read<'a>(request: &RawRequest<'a>) -> Result<Authorization<'a>, Defect> {
    let present = |name: &str| request.header(name).filter(|value| !value.is_empty());
    let authorization = present("authorization")
        .ok_or(Defect::NoAuthorization)?
        .trim();
    let (scheme, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if let Some(name) = WITH_PRIVATE_KEY.into_iter().find(|name| *name == scheme) {
        return Err(Defect::PrivateKey(name));
    }
    let algorithm = Algorithm::ALL
        .into_iter()
        .find(|algorithm| algorithm.as_str() == scheme)
        .ok_or(Defect::UnknownScheme)?;
    let (who, is_derived) = match algorithm {
        Algorithm::Derived => ("Credential", true),
        Algorithm::Sha256 | Algorithm::Sm3 => ("Access", false),
    };
    let fields = fields(rest).ok_or(Defect::Malformed(who))?;
    let wanted = |name: &'static str| field(&fields, name).ok_or(Defect::Malformed(name));
    let credential = wanted(who)?;
    let (access_key_id, scope) = if is_derived {
        let (access_key_id, scope) = credential
            .split_once('/')
            .filter(|(id, scope)| !id.is_empty() && is_scope(scope))
            .ok_or(Defect::Malformed(who))?;
        (access_key_id, scope)
    } else {
        (credential, "")
    };
    let signed_headers = wanted("SignedHeaders")?;
    let signature = wanted("Signature")?;
    if names_twice(signed_headers) {
        return Err(Defect::Malformed("SignedHeaders"));
    }
    let date = present("x-sdk-date").ok_or(Defect::NoDate)?;
    let timestamp = parse_compact_time(date).ok_or(Defect::MalformedDate)?;
    if !listed(signed_headers).any(|name| name == "x-sdk-date") {
        return Err(Defect::UnsignedDate);
    }
    // Inferred: the SDKs write both from the same time, so a different date is a mistake.
    if is_derived && !scope.starts_with(&date[..8]) {
        return Err(Defect::ScopeDate);
    }
    Ok(Authorization {
        algorithm,
        access_key_id,
        scope,
        signed_headers,
        signature,
        date,
        timestamp,
        security_token: request.header("x-security-token"),
    })
}

/// Whether a text is a date, a region and a service.
fn is_scope(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    matches!(parts[..], [date, region, service]
        if date.len() == 8 && !region.is_empty() && !service.is_empty())
}

/// The path: decoded as a whole, so that `%2F` becomes a slash, then encoded by segment, with a trailing slash.
#[must_use]
pub fn canonical_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len() + 1);
    if is_plain_path(path) {
        out.push_str(path);
    } else {
        let decoded: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
        for (index, piece) in decoded.split(|&byte| byte == b'/').enumerate() {
            if index > 0 {
                out.push('/');
            }
            out.push_str(&encode(piece));
        }
    }
    if !out.ends_with('/') {
        out.push('/');
    }
    out
}

/// The six parts, rebuilt from the headers that the client says it signed.
///
/// `X-Sdk-Content-Sha256` (`…-Sm3`), if sent, replaces the body's hash verbatim: for uploads it is `UNSIGNED-PAYLOAD`.
/// [`verify`] refuses any value other than that and the body's hash.
#[must_use]
pub fn canonical_request<'a>(
    request: &RawRequest<'a>,
    path: &str,
    algorithm: Algorithm,
    signed_headers: &'a str,
) -> CanonicalRequest<'a> {
    let query: Vec<Pair<'_>> = pairs(request.query.as_bytes()).collect();
    let mut headers = Vec::new();
    for name in listed(signed_headers) {
        let mut values: Vec<&str> = request.header_values(&name).map(str::trim).collect();
        values.sort_unstable();
        if values.is_empty() {
            values.push("");
        }
        headers.extend(
            values
                .into_iter()
                .map(|value| (name.clone(), Cow::Borrowed(value))),
        );
    }
    CanonicalRequest {
        method: Cow::Borrowed(request.method),
        path: Cow::Owned(canonical_path(path)),
        query: sorted_then_encoded(query.iter().collect()),
        headers,
        signed_headers: Cow::Borrowed(signed_headers),
        payload_hash: match request.header(algorithm.content_header()) {
            Some(stated) => Cow::Borrowed(stated),
            None => Cow::Owned(algorithm.digest().hash(request.body)),
        },
    }
}

/// The name of the variant, the date as sent, the scope of a derived key, and the hash of the canonical request.
#[must_use]
pub fn string_to_sign(
    algorithm: Algorithm,
    date: &str,
    scope: &str,
    canonical_request: &str,
) -> String {
    let hash = algorithm.digest().hash(canonical_request.as_bytes());
    let scope = (algorithm == Algorithm::Derived).then_some(scope);
    join(algorithm.as_str(), date, scope, &hash)
}

/// The lines of the string to sign; the last is a hash if it is correct.
fn join(algorithm: &str, date: &str, scope: Option<&str>, hash: &str) -> String {
    match scope {
        Some(scope) => format!("{algorithm}\n{date}\n{scope}\n{hash}"),
        None => format!("{algorithm}\n{date}\n{hash}"),
    }
}

/// The key of `V11-HMAC-SHA256`, in the hex form in which it is used: one block of HKDF with the access key id as salt.
#[must_use]
pub fn derived_key(access_key_id: &str, secret: &str, scope: &str) -> String {
    let extracted = hmac_sha256(access_key_id.as_bytes(), secret.as_bytes());
    hex(&hmac_sha256(&extracted, &[scope.as_bytes(), &[1]].concat()))
}

/// Hex of the HMAC, keyed with the plain secret or the derived key.
#[must_use]
pub fn signature(algorithm: Algorithm, key: &str, string_to_sign: &str) -> String {
    hex(&algorithm
        .digest()
        .hmac(key.as_bytes(), string_to_sign.as_bytes()))
}

fn stages(
    canonical: &CanonicalRequest<'_>,
    authorization: &Authorization<'_>,
    secret: &str,
) -> Stages {
    let &Authorization {
        algorithm,
        access_key_id,
        scope,
        date,
        ..
    } = authorization;
    let canonical_request = canonical.text();
    let string_to_sign = string_to_sign(algorithm, date, scope, &canonical_request);
    let signature = match algorithm {
        Algorithm::Derived => {
            let key = derived_key(access_key_id, secret, scope);
            signature(algorithm, &key, &string_to_sign)
        }
        Algorithm::Sha256 | Algorithm::Sm3 => signature(algorithm, secret, &string_to_sign),
    };
    Stages {
        signature,
        canonical_request,
        string_to_sign,
    }
}

/// The candidates: the path as sent, then each of `alternative_paths`; for an empty body, also with the hash of empty
/// input, which the Python SDK signs regardless of `X-Sdk-Content-Sha256`.
pub fn candidates<'a>(
    request: &'a RawRequest<'a>,
    alternative_paths: &'a [&'a str],
    authorization: &'a Authorization<'a>,
    secret: &'a str,
) -> impl Iterator<Item = Stages> + 'a {
    let algorithm = authorization.algorithm;
    let nothing = algorithm.digest().of_nothing();
    request.paths(alternative_paths).flat_map(move |path| {
        let canonical = canonical_request(request, path, algorithm, authorization.signed_headers);
        let of_nothing =
            (request.body.is_empty() && canonical.payload_hash != nothing).then(|| {
                CanonicalRequest {
                    payload_hash: Cow::Borrowed(nothing),
                    ..canonical.clone()
                }
            });
        std::iter::once(canonical)
            .chain(of_nothing)
            .map(move |canonical| stages(&canonical, authorization, secret))
    })
}

/// Whether the header with the body's hash differs from the hash of the received body.
///
/// Inferred: huawei-auth.md 2 takes the header verbatim, as it does `UNSIGNED-PAYLOAD` (with any content type: a client
/// that signs this value leaves the body unsigned on purpose). If a wrong hash were accepted, anyone could replace the
/// body and state the hash of the signed one in a header that need not be signed.
fn states_another_body(request: &RawRequest<'_>, algorithm: Algorithm) -> bool {
    request
        .header(algorithm.content_header())
        .is_some_and(|stated| {
            stated != UNSIGNED_PAYLOAD && stated != algorithm.digest().hash(request.body)
        })
}

/// Verifies a request that [`read`] accepted; `alternative_paths` are further paths that may have been signed.
///
/// In the error's message, every line feed of [`Mismatch::canonical_request`] has to be replaced by `|`.
///
/// # Errors
/// [`Mismatch`] when no candidate gives the client's signature, or when the header with the body's hash is wrong.
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
        return Err(Mismatch::new(
            Cause::BodyHash,
            stages(&canonical, authorization, secret),
        ));
    }
    check_signature(
        &[authorization.signature],
        candidates(request, alternative_paths, authorization, secret),
    )
}

/// Signs all given headers (`host`, `x-project-id` and `content-type` have to be among them, if sent) and those it
/// adds, as SDKs do by default.
///
/// `time` is in seconds since 1970.
#[must_use]
pub fn sign(request: &RawRequest<'_>, key: &AccessKey<'_>, time: i64) -> SignedParts {
    sign_as(Algorithm::Sha256, request, key, "", time)
}

/// The same with SM3.
#[must_use]
pub fn sign_sm3(request: &RawRequest<'_>, key: &AccessKey<'_>, time: i64) -> SignedParts {
    sign_as(Algorithm::Sm3, request, key, "", time)
}

/// The same with a key derived for a region and a service.
#[must_use]
pub fn sign_derived(
    request: &RawRequest<'_>,
    key: &AccessKey<'_>,
    region: &str,
    service: &str,
    time: i64,
) -> SignedParts {
    let date = compact_time(time);
    let scope = format!("{}/{region}/{service}", &date[..8]);
    sign_as(Algorithm::Derived, request, key, &scope, time)
}

fn sign_as(
    algorithm: Algorithm,
    request: &RawRequest<'_>,
    key: &AccessKey<'_>,
    scope: &str,
    time: i64,
) -> SignedParts {
    let date = compact_time(time);
    let mut added = vec![("x-sdk-date".to_owned(), date.clone())];
    if let Some(token) = key.token {
        added.push(("x-security-token".to_owned(), token.to_owned()));
    }
    let (headers, list) = to_be_signed(request, &added);
    let draft = RawRequest {
        headers: &headers,
        ..*request
    };
    let authorization = Authorization {
        algorithm,
        access_key_id: key.id,
        scope,
        signed_headers: &list,
        signature: "",
        date: &date,
        timestamp: time,
        security_token: key.token,
    };
    let canonical = canonical_request(&draft, request.path, algorithm, &list);
    let signed = stages(&canonical, &authorization, key.secret);
    let who = match algorithm {
        Algorithm::Derived => format!("Credential={}/{scope}", key.id),
        Algorithm::Sha256 | Algorithm::Sm3 => format!("Access={}", key.id),
    };
    let authorization = format!(
        "{} {who}, SignedHeaders={list}, Signature={}",
        algorithm.as_str(),
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
    let scope: Vec<String> = match algorithm {
        Algorithm::Derived => read.scope.split('/').map(str::to_owned).collect(),
        Algorithm::Sha256 | Algorithm::Sm3 => Vec::new(),
    };
    let trial = |path| {
        let canonical = canonical_request(request, path, algorithm, read.signed_headers);
        Trial {
            algorithm: algorithm.as_str(),
            access_key_id: read.access_key_id.to_owned(),
            time: read.date.to_owned(),
            scope: scope.clone(),
            key_scope: scope.clone(),
            digest: algorithm.digest(),
            ..blank.with_canonical(path, &signed, &canonical)
        }
    };
    Some(Reading {
        given: vec![read.signature.to_owned()],
        timestamp: Some(read.timestamp),
        hash_header: Some(algorithm.content_header()),
        states_another_body: states_another_body(request, algorithm),
        trials: request.paths(alternative_paths).map(trial).collect(),
    })
}
