//! Huawei Cloud SDK-HMAC-SHA256 (huawei-auth.md 2), for Workspace, RocketMQ and IAM alike.
//!
//! `X-Auth-Token` is no signature and not looked at here: a request without `Authorization` is
//! [`Defect::NoAuthorization`], and the room then looks for a token.

use std::borrow::Cow;
use std::fmt;

use super::coding::{SHA256_OF_NOTHING, hmac_sha256, is_plain_path, sorted_then_encoded};
use super::{
    AccessKey, CanonicalRequest, Cause, Mismatch, Pair, RawRequest, SignedParts, Stages,
    compact_time, encode, field, fields, hex, judge, listed, names_twice, pairs,
    parse_compact_time, sha256_hex, to_be_signed,
};

/// The scheme's name, first word of `Authorization` and first line of the string to sign.
pub const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// What stands for the body's hash where the body is not signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The headers that carry a signature.
#[derive(Clone, Copy, Debug)]
pub struct Authorization<'a> {
    /// `Access`, as sent.
    pub access_key_id: &'a str,
    /// `SignedHeaders`, as sent.
    pub signed_headers: &'a str,
    /// `Signature`, lower-case hex when it is right.
    pub signature: &'a str,
    /// `X-Sdk-Date` as sent: it is signed in this spelling.
    pub date: &'a str,
    /// `X-Sdk-Date`, in seconds since 1970.
    pub timestamp: i64,
    /// `X-Security-Token`, if there is one; clients may leave it unsigned.
    pub security_token: Option<&'a str>,
}

/// What keeps a request from being verified. Each is APIGW.0301 on the wire; `Display` is the short reason in its
/// message, `Incorrect IAM authentication information: …` (Inferred: huawei-auth.md 7 has no captured texts for these).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// No `Authorization` header; a token may still be there.
    NoAuthorization,
    /// Another scheme, `SDK-HMAC-SM3` and `V11-HMAC-SHA256` included.
    UnknownScheme,
    /// `Authorization` cannot be taken apart, lacks the field named here, or names a header there twice.
    Malformed(&'static str),
    /// No `X-Sdk-Date`.
    NoDate,
    /// `X-Sdk-Date` is not `YYYYMMDDThhmmssZ`.
    MalformedDate,
    /// `x-sdk-date` is not among the signed headers, the only one that has to be.
    UnsignedDate,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAuthorization => f.write_str("authorization not found"),
            Self::UnknownScheme => f.write_str("unsupported signature algorithm"),
            Self::Malformed(what) => write!(f, "authorization format incorrect, {what} not found"),
            Self::NoDate => f.write_str("x-sdk-date not found"),
            Self::MalformedDate => f.write_str("x-sdk-date format incorrect"),
            Self::UnsignedDate => f.write_str("x-sdk-date is not signed"),
        }
    }
}

/// Reads the headers.
///
/// # Errors
/// The first [`Defect`], `Authorization` before `X-Sdk-Date`.
pub fn read<'a>(request: &RawRequest<'a>) -> Result<Authorization<'a>, Defect> {
    let present = |name: &str| request.header(name).filter(|value| !value.is_empty());
    let authorization = present("authorization")
        .ok_or(Defect::NoAuthorization)?
        .trim();
    let (scheme, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if scheme != ALGORITHM {
        return Err(Defect::UnknownScheme);
    }
    let fields = fields(rest).ok_or(Defect::Malformed("Access"))?;
    let wanted = |name: &'static str| field(&fields, name).ok_or(Defect::Malformed(name));
    let access_key_id = wanted("Access")?;
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
    Ok(Authorization {
        access_key_id,
        signed_headers,
        signature,
        date,
        timestamp,
        security_token: request.header("x-security-token"),
    })
}

/// The path: decoded whole, so that `%2F` becomes a slash, encoded piece by piece, with a slash at the end.
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

/// The six parts, rebuilt for the headers that the client says it signed.
///
/// `X-Sdk-Content-Sha256`, where sent, stands for the body's hash word for word: it says `UNSIGNED-PAYLOAD` for uploads.
/// [`verify`] refuses one that says neither that nor the body's hash.
#[must_use]
pub fn canonical_request<'a>(
    request: &RawRequest<'a>,
    path: &str,
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
        payload_hash: match request.header("x-sdk-content-sha256") {
            Some(stated) => Cow::Borrowed(stated),
            None => Cow::Owned(sha256_hex(request.body)),
        },
    }
}

/// The scheme's name, the date as sent and the hash of the canonical request.
#[must_use]
pub fn string_to_sign(date: &str, canonical_request: &str) -> String {
    format!(
        "{ALGORITHM}\n{date}\n{}",
        sha256_hex(canonical_request.as_bytes())
    )
}

/// Hex of the HMAC, keyed with the plain secret.
#[must_use]
pub fn signature(secret: &str, string_to_sign: &str) -> String {
    hex(&hmac_sha256(secret.as_bytes(), string_to_sign.as_bytes()))
}

fn stages(canonical: &CanonicalRequest<'_>, date: &str, secret: &str) -> Stages {
    let canonical_request = canonical.text();
    let string_to_sign = string_to_sign(date, &canonical_request);
    Stages {
        signature: signature(secret, &string_to_sign),
        canonical_request,
        string_to_sign,
    }
}

/// The forms that are tried: the path as sent, then each of `also`; an empty body also with the hash of nothing, which
/// the Python SDK signs there whatever `X-Sdk-Content-Sha256` says.
pub fn candidates<'a>(
    request: &'a RawRequest<'a>,
    also: &'a [&'a str],
    authorization: &'a Authorization<'a>,
    secret: &'a str,
) -> impl Iterator<Item = Stages> + 'a {
    request.paths(also).flat_map(move |path| {
        let canonical = canonical_request(request, path, authorization.signed_headers);
        let of_nothing = (request.body.is_empty() && canonical.payload_hash != SHA256_OF_NOTHING)
            .then(|| CanonicalRequest {
                payload_hash: Cow::Borrowed(SHA256_OF_NOTHING),
                ..canonical.clone()
            });
        std::iter::once(canonical)
            .chain(of_nothing)
            .map(move |canonical| stages(&canonical, authorization.date, secret))
    })
}

/// Whether `X-Sdk-Content-Sha256` names another body than the one that came.
///
/// Inferred: huawei-auth.md 2 takes the header word for word, which it does for `UNSIGNED-PAYLOAD` (with any content type:
/// whoever signs that word leaves the body open on purpose). A hash that is not the body's would let anybody replace the
/// body and state the hash of the one that was signed, in a header that need not be signed.
pub(super) fn states_another_body(request: &RawRequest<'_>) -> bool {
    request
        .header("x-sdk-content-sha256")
        .is_some_and(|stated| stated != UNSIGNED_PAYLOAD && stated != sha256_hex(request.body))
}

/// Verifies a request that [`read`] accepted; `also` are further paths that may have been signed.
///
/// The error's message wants [`Mismatch::canonical_request`] with every line feed replaced by `|`.
///
/// # Errors
/// [`Mismatch`] when no candidate gives the client's signature, or when `X-Sdk-Content-Sha256` names another body.
pub fn verify(
    request: &RawRequest<'_>,
    also: &[&str],
    authorization: &Authorization<'_>,
    secret: &str,
) -> Result<(), Mismatch> {
    if states_another_body(request) {
        let path = request.paths(also).next().unwrap_or("/");
        let canonical = canonical_request(request, path, authorization.signed_headers);
        return Err(Mismatch::new(
            Cause::BodyHash,
            stages(&canonical, authorization.date, secret),
        ));
    }
    judge(
        &[authorization.signature],
        candidates(request, also, authorization, secret),
    )
}

/// Signs every header given (`host`, `x-project-id` and `content-type` are the caller's) and those it adds.
///
/// `time` is in seconds since 1970.
#[must_use]
pub fn sign(request: &RawRequest<'_>, key: &AccessKey<'_>, time: i64) -> SignedParts {
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
    let signed = stages(
        &canonical_request(&draft, request.path, &list),
        &date,
        key.secret,
    );
    let authorization = format!(
        "{ALGORITHM} Access={}, SignedHeaders={list}, Signature={}",
        key.id, signed.signature
    );
    added.push(("authorization".to_owned(), authorization));
    SignedParts {
        headers: added,
        query: request.query.to_owned(),
        body: None,
    }
}
