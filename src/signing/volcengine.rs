//! Volcengine HMAC-SHA256, a relative of AWS Signature V4 (volcengine-bytehouse.md 2): in a header, or presigned in the
//! query.

use std::borrow::Cow;
use std::cell::RefCell;

use super::coding::{encoded_then_sorted, hmac_sha256, last, push};
use super::doctor::trial::Trial;
use super::rules::{Reading, SchemeRules, Signed};
use super::{
    AccessKey, CanonicalRequest, Cause, Digest, Mismatch, Pair, RawRequest, SignedParts, Stages,
    carries, check_signature, compact_time, encode, encoded_path, field, fields, hex,
    joined_header, listed, names_twice, pairs, parse_compact_time, sha256_hex, to_be_signed,
};

/// The name of the scheme: the first word of `Authorization` and the first line of the string to sign.
pub const ALGORITHM: &str = "HMAC-SHA256";

/// The last part of every scope.
pub const TERMINATOR: &str = "request";

/// The parameter that holds the session token of a presigned request.
const TOKEN: &str = "X-Security-Token";

/// The scheme for the doctor and `explain`.
pub(super) static RULES: SchemeRules = SchemeRules {
    title: "Volcengine HMAC-SHA256",
    is_on: |request| {
        let authorization = request.header("authorization").unwrap_or_default();
        authorization.trim().starts_with(ALGORITHM) || carries(request, "X-Signature")
    },
    read: |request, alternative_paths| {
        let read = read(request);
        Signed::of(
            request,
            alternative_paths,
            read,
            |read| (&read.access_key_id, Some(read.timestamp)),
            verify,
        )
    },
    examine,
    string_to_sign: |trial| join(&trial.time, &trial.scope.join("/"), &trial.canonical_hash()),
    key: |trial| {
        let key = trial.plain_key();
        match trial.key_scope.split_first() {
            Some((date, rest)) if trial.derived => {
                derive(key.as_bytes(), date, rest.iter().map(String::as_str)).to_vec()
            }
            _ => key.into_bytes(),
        }
    },
    body_hash: Digest::hash,
    signed_paths: |path| vec![encoded_path(path)],
    time_parameters: &["X-Date"],
    time_headers: &["x-date"],
    write_time: compact_time,
};

/// The header that states the hash of the body.
const BODY_HASH: &str = "x-content-sha256";

/// The scope of a key: a day, a region and a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `YYYYMMDD`, as in the credential.
    pub date: String,
    /// `cn-beijing`.
    pub region: String,
    /// `bytehouse_ce`.
    pub service: String,
}

impl Scope {
    /// `date/region/service/request`.
    #[must_use]
    pub fn text(&self) -> String {
        let Self {
            date,
            region,
            service,
        } = self;
        format!("{date}/{region}/{service}/{TERMINATOR}")
    }
}

/// The signature of a request, in either place.
#[derive(Clone, Debug)]
pub struct Authorization<'a> {
    /// The credential's first part, as sent.
    pub access_key_id: String,
    /// The credential's other parts.
    pub scope: Scope,
    /// `SignedHeaders` or `X-SignedHeaders`, as sent; empty if a presigned request signs no header.
    pub signed_headers: Cow<'a, str>,
    /// In lower-case hex if it is correct.
    pub signature: String,
    /// `X-Date` as sent: it is signed in this spelling.
    pub date: String,
    /// `X-Date`, in seconds since 1970.
    pub timestamp: i64,
    /// `X-Expires`, the validity of the signature in seconds, if it is signed; the documented default is 900.
    pub expires: Option<u32>,
    /// `X-Security-Token` from the header or query, unless it is empty.
    pub security_token: Option<Cow<'a, str>>,
    /// Whether the body is unsigned, which a presigned request may declare, in a signed parameter.
    body_unsigned: bool,
    /// The signed pairs of the query: those in `X-SignedQueries`, or all of them for a signature in a header.
    pairs: Vec<Pair<'a>>,
    /// The session token in a presigned query, if it is not listed as signed. Half of the SDKs sign it nevertheless.
    unlisted_token: Vec<Pair<'a>>,
}

/// Why a request cannot be verified, in the order of the gateway's checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// Neither `Authorization` nor `X-Signature`: InvalidCredential.
    #[error("there is neither Authorization nor X-Signature")]
    NoAuthorization,
    /// Another scheme, or a header that cannot be parsed or names a signed header twice: InvalidAuthorization.
    #[error(
        "Authorization is not of the form HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…"
    )]
    Malformed,
    /// The credential is not AK/date/region/service/request: InvalidCredential.
    #[error("the credential is not of the form AK/20240520/REGION/SERVICE/request")]
    MalformedCredential,
    /// MissingSignature.
    #[error("Signature is missing")]
    NoSignature,
    /// No `X-Date`: MissingRequestInfo, `timestamp`.
    #[error("X-Date is missing")]
    NoDate,
    /// `X-Date` is not `YYYYMMDDThhmmssZ`: InvalidTimestamp.
    #[error("X-Date is not of the form 20240520T083000Z")]
    MalformedDate,
}

/// Parses the header or, without one, the presigned query.
///
/// # Errors
/// The first [`Defect`] in the gateway's order.
pub fn read<'a>(request: &RawRequest<'a>) -> Result<Authorization<'a>, Defect> {
    let query: Vec<Pair<'_>> = pairs(request.query.as_bytes()).collect();
    match request
        .header("authorization")
        .filter(|value| !value.is_empty())
    {
        Some(authorization) => by_header(request, authorization, query),
        None if last(&query, "X-Signature").is_some() => presigned(request, query),
        None => Err(Defect::NoAuthorization),
    }
}

fn expires(query: &[Pair<'_>]) -> Option<u32> {
    last(query, "X-Expires")?.parse().ok()
}

fn by_header<'a>(
    request: &RawRequest<'a>,
    authorization: &'a str,
    query: Vec<Pair<'a>>,
) -> Result<Authorization<'a>, Defect> {
    let (scheme, rest) = authorization
        .trim()
        .split_once(' ')
        .ok_or(Defect::Malformed)?;
    if scheme != ALGORITHM {
        return Err(Defect::Malformed);
    }
    let fields = fields(rest).ok_or(Defect::Malformed)?;
    let (access_key_id, scope) = field(&fields, "Credential")
        .and_then(credential)
        .ok_or(Defect::MalformedCredential)?;
    let signature = field(&fields, "Signature").ok_or(Defect::NoSignature)?;
    let signed_headers = field(&fields, "SignedHeaders")
        .filter(|names| !names_twice(names))
        .ok_or(Defect::Malformed)?;
    let date = request
        .header("x-date")
        .filter(|value| !value.is_empty())
        .ok_or(Defect::NoDate)?;
    Ok(Authorization {
        access_key_id,
        scope,
        signed_headers: Cow::Borrowed(signed_headers),
        signature: signature.to_owned(),
        date: date.to_owned(),
        timestamp: parse_compact_time(date).ok_or(Defect::MalformedDate)?,
        expires: expires(&query),
        security_token: token_header(request).or_else(|| token_parameter(&query)),
        body_unsigned: false,
        pairs: query,
        unlisted_token: Vec::new(),
    })
}

fn token_header<'a>(request: &RawRequest<'a>) -> Option<Cow<'a, str>> {
    request
        .header("x-security-token")
        .filter(|token| !token.is_empty())
        .map(Cow::Borrowed)
}

fn token_parameter<'a>(query: &[Pair<'a>]) -> Option<Cow<'a, str>> {
    let token = last(query, TOKEN)?.into_owned();
    (!token.is_empty()).then_some(Cow::Owned(token))
}

fn presigned<'a>(
    request: &RawRequest<'a>,
    query: Vec<Pair<'a>>,
) -> Result<Authorization<'a>, Defect> {
    let value = |name| {
        last(&query, name)
            .map(Cow::into_owned)
            .filter(|value| !value.is_empty())
    };
    if value("X-Algorithm").as_deref() != Some(ALGORITHM) {
        return Err(Defect::Malformed);
    }
    // Bytes, because a name that is not UTF-8 can be signed too.
    let listed = query.iter().rfind(|pair| *pair.name == *b"X-SignedQueries");
    let listed = listed.filter(|pair| !pair.value.is_empty());
    let signed_queries = listed.ok_or(Defect::Malformed)?.value.clone();
    let (access_key_id, scope) = value("X-Credential")
        .as_deref()
        .and_then(credential)
        .ok_or(Defect::MalformedCredential)?;
    let signature = value("X-Signature").ok_or(Defect::NoSignature)?;
    let date = value("X-Date").ok_or(Defect::NoDate)?;
    let signed_headers = value("X-SignedHeaders").unwrap_or_default();
    if names_twice(&signed_headers) {
        return Err(Defect::Malformed);
    }
    let security_token = token_parameter(&query).or_else(|| token_header(request));
    let mut unlisted_token: Vec<Pair<'_>> = query
        .iter()
        .filter(|pair| *pair.name == *TOKEN.as_bytes())
        .cloned()
        .collect();
    let pairs = listed_pairs(query, &signed_queries);
    if last(&pairs, TOKEN).is_some() {
        unlisted_token.clear();
    }
    Ok(Authorization {
        access_key_id,
        scope,
        signed_headers: Cow::Owned(signed_headers),
        signature,
        timestamp: parse_compact_time(&date).ok_or(Defect::MalformedDate)?,
        date,
        // Parameters that affect verification count only if they are signed themselves: anyone can add them to a URL.
        expires: expires(&pairs),
        body_unsigned: last(&pairs, "X-NotSignBody").is_some(),
        security_token,
        pairs,
        unlisted_token,
    })
}

/// The pairs in the list of signed ones. A signature cannot sign itself, even if it is listed.
fn listed_pairs<'a>(mut query: Vec<Pair<'a>>, signed_queries: &[u8]) -> Vec<Pair<'a>> {
    let mut names: Vec<&[u8]> = signed_queries.split(|byte| *byte == b';').collect();
    names.sort_unstable();
    query.retain(|pair| *pair.name != *b"X-Signature" && names.binary_search(&&*pair.name).is_ok());
    query
}

fn credential(text: &str) -> Option<(String, Scope)> {
    let mut parts = text.split('/').map(str::to_owned);
    let access_key_id = parts.next().filter(|part| !part.is_empty())?;
    let scope = Scope {
        date: parts.next()?,
        region: parts.next()?,
        service: parts.next()?,
    };
    (parts.next()? == TERMINATOR && parts.next().is_none()).then_some((access_key_id, scope))
}

impl<'a> Authorization<'a> {
    /// The pairs of the query that are signed.
    #[must_use]
    pub fn signed_pairs(&self) -> &[Pair<'a>] {
        &self.pairs
    }

    /// The same request with its session token signed, if the query has one that is not listed.
    #[must_use]
    pub fn with_unlisted_token(&self) -> Option<Self> {
        if self.unlisted_token.is_empty() {
            return None;
        }
        let mut signed = self.clone();
        signed.pairs.append(&mut signed.unlisted_token);
        Some(signed)
    }
}

/// The six parts, rebuilt from the headers and, if presigned, the parameters that the client says it signed.
#[must_use]
pub fn canonical_request<'a>(
    request: &RawRequest<'a>,
    path: &str,
    authorization: &'a Authorization<'_>,
) -> CanonicalRequest<'a> {
    let body = if authorization.body_unsigned {
        b""
    } else {
        request.body
    };
    CanonicalRequest {
        method: Cow::Borrowed(request.method),
        path: Cow::Owned(encoded_path(path)),
        query: encoded_then_sorted(authorization.pairs.iter().collect()),
        headers: listed(&authorization.signed_headers)
            .map(|name| {
                let value = collapsed(joined_header(request, &name));
                (name, value)
            })
            .collect(),
        signed_headers: Cow::Borrowed(&authorization.signed_headers),
        payload_hash: Cow::Owned(sha256_hex(body)),
    }
}

/// Runs of white space become one space.
fn collapsed(value: Cow<'_, str>) -> Cow<'_, str> {
    let plain = value
        .as_bytes()
        .windows(2)
        .all(|two| !(two[0].is_ascii_whitespace() && two[1].is_ascii_whitespace()));
    if plain && !value.contains('\t') {
        return value;
    }
    Cow::Owned(value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
}

/// The scheme's name, the date as sent, the scope and the hash of the canonical request.
#[must_use]
pub fn string_to_sign(date: &str, scope: &Scope, canonical_request: &str) -> String {
    join(
        date,
        &scope.text(),
        &sha256_hex(canonical_request.as_bytes()),
    )
}

/// The lines of the string to sign; the last is a hash if it is correct.
fn join(date: &str, scope: &str, hash: &str) -> String {
    format!("{ALGORITHM}\n{date}\n{scope}\n{hash}")
}

/// The key for a day, a region and a service, derived from the secret.
///
/// The latest one is cached per thread: it is valid for a day, and its derivation is most of the cost of a signature.
pub(super) fn signing_key(secret: &[u8], scope: &Scope) -> [u8; 32] {
    thread_local! {
        static LATEST: RefCell<Option<DerivedKey>> = const { RefCell::new(None) };
    }
    LATEST.with_borrow_mut(|latest| match latest {
        Some(derived) if derived.secret == secret && derived.scope == *scope => derived.key,
        _ => {
            let Scope {
                date,
                region,
                service,
            } = scope;
            let key = derive(secret, date, [region.as_str(), service, TERMINATOR]);
            *latest = Some(DerivedKey {
                secret: secret.to_vec(),
                scope: scope.clone(),
                key,
            });
            key
        }
    })
}

/// A chain of HMACs, each the key of the next.
fn derive<'p>(secret: &[u8], date: &str, rest: impl IntoIterator<Item = &'p str>) -> [u8; 32] {
    let first = hmac_sha256(secret, date.as_bytes());
    rest.into_iter()
        .fold(first, |key, part| hmac_sha256(&key, part.as_bytes()))
}

/// A key and its inputs.
struct DerivedKey {
    secret: Vec<u8>,
    scope: Scope,
    key: [u8; 32],
}

/// Hex of the HMAC, keyed with the key derived from the secret.
#[must_use]
pub fn signature(secret: &str, scope: &Scope, string_to_sign: &str) -> String {
    let key = signing_key(secret.as_bytes(), scope);
    hex(&hmac_sha256(&key, string_to_sign.as_bytes()))
}

fn stages(
    canonical: &CanonicalRequest<'_>,
    authorization: &Authorization<'_>,
    secret: &str,
) -> Stages {
    let canonical_request = canonical.text();
    let string_to_sign = string_to_sign(
        &authorization.date,
        &authorization.scope,
        &canonical_request,
    );
    Stages {
        signature: signature(secret, &authorization.scope, &string_to_sign),
        canonical_request,
        string_to_sign,
    }
}

/// `Host` without the port, which the Python clients omit when they sign.
pub(super) fn without_default_port<'a>(
    canonical: &CanonicalRequest<'a>,
) -> Option<CanonicalRequest<'a>> {
    let mut changed = canonical.clone();
    let (_, host) = changed
        .headers
        .iter_mut()
        .find(|(name, _)| name == "host")?;
    let bare = host
        .strip_suffix(":80")
        .or_else(|| host.strip_suffix(":443"))?
        .to_owned();
    *host = Cow::Owned(bare);
    Some(changed)
}

/// The candidates: the path as sent, then each of `alternative_paths`; each of these again without a `:80` or `:443` in
/// `Host`; all of them again with a session token that a presigned query contains but does not list.
pub fn candidates<'a>(
    request: &'a RawRequest<'a>,
    alternative_paths: &'a [&'a str],
    authorization: &'a Authorization<'a>,
    secret: &'a str,
) -> impl Iterator<Item = Stages> + 'a {
    let with_token = std::iter::once_with(|| authorization.with_unlisted_token()).flatten();
    std::iter::once(Cow::Borrowed(authorization))
        .chain(with_token.map(Cow::Owned))
        .flat_map(move |authorization| of_query(request, alternative_paths, &authorization, secret))
}

/// The same for one list of signed pairs.
fn of_query(
    request: &RawRequest<'_>,
    alternative_paths: &[&str],
    authorization: &Authorization<'_>,
    secret: &str,
) -> Vec<Stages> {
    request
        .paths(alternative_paths)
        .flat_map(|path| {
            let canonical = canonical_request(request, path, authorization);
            let bare = without_default_port(&canonical);
            std::iter::once(canonical).chain(bare)
        })
        .map(|canonical| stages(&canonical, authorization, secret))
        .collect()
}

/// Verifies a request that [`read`] accepted; `alternative_paths` are further paths that may have been signed.
///
/// # Errors
/// [`Mismatch`] when no candidate gives the client's signature, or when `X-Content-Sha256` names another body.
pub fn verify(
    request: &RawRequest<'_>,
    alternative_paths: &[&str],
    authorization: &Authorization<'_>,
    secret: &str,
) -> Result<(), Mismatch> {
    if states_another_body(request, authorization) {
        let path = request.paths(alternative_paths).next().unwrap_or("/");
        let canonical = canonical_request(request, path, authorization);
        return Err(Mismatch::new(
            Cause::BodyHash,
            stages(&canonical, authorization, secret),
        ));
    }
    check_signature(
        &[&authorization.signature],
        candidates(request, alternative_paths, authorization, secret),
    )
}

/// Whether the header with the body's hash differs from the hash of the received body.
fn states_another_body(request: &RawRequest<'_>, authorization: &Authorization<'_>) -> bool {
    let stated = request.header(BODY_HASH);
    !authorization.body_unsigned && stated.is_some_and(|stated| stated != sha256_hex(request.body))
}

fn scope_of(date: &str, region: &str, service: &str) -> Scope {
    Scope {
        date: date.get(..8).unwrap_or_default().to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
    }
}

/// Signs in a header: all given headers (`host` and `content-type` have to be among them, if sent) and those it adds.
///
/// `time` is in seconds since 1970.
#[must_use]
pub fn sign(
    request: &RawRequest<'_>,
    key: &AccessKey<'_>,
    region: &str,
    service: &str,
    time: i64,
) -> SignedParts {
    let date = compact_time(time);
    let mut added = vec![
        ("x-date".to_owned(), date.clone()),
        (BODY_HASH.to_owned(), sha256_hex(request.body)),
    ];
    if let Some(token) = key.token {
        added.push(("x-security-token".to_owned(), token.to_owned()));
    }
    let (headers, list) = to_be_signed(request, &added);
    let draft = RawRequest {
        headers: &headers,
        ..*request
    };
    let unsigned = Authorization {
        access_key_id: key.id.to_owned(),
        scope: scope_of(&date, region, service),
        signed_headers: Cow::Borrowed(&list),
        signature: String::new(),
        date,
        timestamp: time,
        expires: None,
        security_token: None,
        body_unsigned: false,
        pairs: pairs(request.query.as_bytes()).collect(),
        unlisted_token: Vec::new(),
    };
    let path = draft.paths(&[]).next().unwrap_or("/");
    let signed = stages(
        &canonical_request(&draft, path, &unsigned),
        &unsigned,
        key.secret,
    );
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={list}, Signature={}",
        key.id,
        unsigned.scope.text(),
        signed.signature
    );
    added.push(("authorization".to_owned(), authorization));
    SignedParts {
        headers: added,
        query: request.query.to_owned(),
        body: None,
    }
}

/// Signs in the query, like the SDKs' `get_sign_url`: no header and no body is signed.
///
/// `time` is in seconds since 1970. A token is added but neither signed nor listed, as the current SDKs do.
#[must_use]
pub fn presign(
    request: &RawRequest<'_>,
    key: &AccessKey<'_>,
    region: &str,
    service: &str,
    time: i64,
) -> SignedParts {
    let date = compact_time(time);
    let scope = scope_of(&date, region, service);
    let mut query = request.query.to_owned();
    push(&mut query, "X-Date", &date);
    push(&mut query, "X-NotSignBody", "");
    push(
        &mut query,
        "X-Credential",
        &encode(format!("{}/{}", key.id, scope.text()).as_bytes()),
    );
    push(&mut query, "X-Algorithm", ALGORITHM);
    push(&mut query, "X-SignedHeaders", "");
    let mut names: Vec<Vec<u8>> = pairs(query.as_bytes())
        .map(|pair| pair.name.into_owned())
        .collect();
    names.push(b"X-SignedQueries".to_vec());
    names.sort();
    names.dedup();
    let names = names.join(&b';');
    push(&mut query, "X-SignedQueries", &encode(&names));
    let signed = query.clone();
    let unsigned = Authorization {
        access_key_id: key.id.to_owned(),
        scope,
        signed_headers: Cow::Borrowed(""),
        signature: String::new(),
        date,
        timestamp: time,
        expires: None,
        security_token: None,
        body_unsigned: true,
        pairs: pairs(signed.as_bytes()).collect(),
        unlisted_token: Vec::new(),
    };
    let draft = RawRequest {
        query: &signed,
        ..*request
    };
    let path = draft.paths(&[]).next().unwrap_or("/");
    let signature = stages(
        &canonical_request(&draft, path, &unsigned),
        &unsigned,
        key.secret,
    )
    .signature;
    if let Some(token) = key.token {
        push(&mut query, "X-Security-Token", &encode(token.as_bytes()));
    }
    push(&mut query, "X-Signature", &signature);
    SignedParts {
        headers: Vec::new(),
        query,
        body: None,
    }
}

fn examine(request: &RawRequest<'_>, alternative_paths: &[&str], blank: &Trial) -> Option<Reading> {
    let read = read(request).ok()?;
    let Scope {
        date,
        region,
        service,
    } = read.scope.clone();
    let scope = vec![date, region, service, TERMINATOR.to_owned()];
    let with_token = read.with_unlisted_token();
    let mut trials = Vec::new();
    for signed in std::iter::once(&read).chain(&with_token) {
        for path in request.paths(alternative_paths) {
            let canonical = canonical_request(request, path, signed);
            let bare = without_default_port(&canonical);
            for canonical in std::iter::once(canonical).chain(bare) {
                trials.push(Trial {
                    time: read.date.clone(),
                    scope: scope.clone(),
                    key_scope: scope.clone(),
                    ..blank.with_canonical(path, &signed.pairs, &canonical)
                });
            }
        }
    }
    Some(Reading {
        given: vec![read.signature.clone()],
        timestamp: Some(read.timestamp),
        hash_header: Some(BODY_HASH),
        states_another_body: states_another_body(request, &read),
        trials,
    })
}
