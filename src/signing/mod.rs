//! The five clouds' request signatures, as pure functions.
//!
//! One file per scheme. Each has a parser for the header or the parameters that carry the signature (`read`), three
//! functions that can be tested separately (canonical request, string to sign, signature), `verify`, and its inverse,
//! `sign`. Every vector in the contracts is a folder under `tests/vectors/<scheme>/`.
//!
//! Deliberately excluded: HTTP types, a clock (times are arguments, in seconds since 1970), tables of nonces and
//! tokens, the provider's error codes, and which keys are known. A provider's `auth.rs` asks `read` what is missing,
//! makes its own checks in its own order, and ends with `verify`. If that returns [`Mismatch`], [`doctor::diagnose`]
//! looks for the mistake; a request that verifies never pays for it.
//!
//! Verification starts from the received bytes: percent-encoding is decoded into bytes, never into repaired text, so
//! two different requests cannot accidentally share a canonical form.

mod coding;
mod instant;

pub mod alibaba_acs3;
pub mod alibaba_v1;
pub mod huawei;
pub mod qingcloud;
pub mod volcengine;

pub mod doctor;
pub(crate) mod rules;

use std::borrow::Cow;
use std::fmt;

use subtle::ConstantTimeEq;

pub use coding::{
    Digest, Pair, decode, encode, hex, hmac_sm3, md5_hex, pairs, sha256_hex, sm3_hex,
};
pub(crate) use coding::{decode_onto, halves, segments};
use rules::SchemeRules;

pub use instant::{
    compact_time, extended_time, parse_compact_time, parse_extended_time, parse_fractional_time,
    without_fraction,
};

/// A request, as received, or for `sign`, as it is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct RawRequest<'a> {
    /// The method, in the case sent.
    pub method: &'a str,
    /// The path before any `?`, with its percent-encoding.
    pub path: &'a str,
    /// The part after the `?`, unmodified; empty if there is none.
    pub query: &'a str,
    /// Lower-case names with their values, in the order received; includes `host`.
    pub headers: &'a [(&'a str, &'a str)],
    /// The exact body.
    pub body: &'a [u8],
}

impl<'a> RawRequest<'a> {
    /// The first value of a header; `name` is lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.header_values(name).next()
    }

    /// All values of a header, in the order received; `name` is lower case.
    pub fn header_values<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.headers
            .iter()
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| *value)
    }

    /// Whether the body is labelled as a form.
    #[must_use]
    pub fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(is_form)
    }

    /// The path as sent, then the caller's alternatives; an empty path is `/`.
    fn paths<'p>(
        &self,
        alternative_paths: &'p [&'p str],
    ) -> impl Iterator<Item = &'p str> + use<'p, 'a>
    where
        'a: 'p,
    {
        let sent = self.path;
        let others = alternative_paths
            .iter()
            .copied()
            .filter(move |path| *path != sent);
        std::iter::once(sent)
            .chain(others)
            .map(|path| if path.is_empty() { "/" } else { path })
    }
}

/// Whether a content type is that of a form. All readers of form fields ask here, so that the provider reads exactly
/// what was signed.
#[must_use]
pub fn is_form(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// An access key, as configured by the operator.
#[derive(Clone, Copy)]
pub struct AccessKey<'a> {
    /// The id that is sent with the request, including any `~namespace` suffix.
    pub id: &'a str,
    /// The secret, which is never sent.
    pub secret: &'a str,
    /// The session token of a temporary key.
    pub token: Option<&'a str>,
}

impl fmt::Debug for AccessKey<'_> {
    /// Shows only the id: secrets and tokens appear in no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The three stages of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stages {
    /// The signed text of the request; for the schemes without one (Alibaba V1, QingCloud), the sorted query.
    pub canonical_request: String,
    /// The input of the HMAC.
    pub string_to_sign: String,
    /// The signature in the scheme's encoding: lower-case hex, or padded Base64.
    pub signature: String,
}

/// A signature that differs from the expected one.
///
/// The texts quote the request, so they contain what the client sent, including passwords in a query, but no secret key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What differs.
    pub cause: Cause,
    /// Our canonical request for the first candidate.
    pub canonical_request: String,
    /// Our string to sign for the same candidate.
    pub string_to_sign: String,
    /// The expected signature.
    pub expected: String,
}

impl Mismatch {
    fn new(cause: Cause, stages: Stages) -> Self {
        Self {
            cause,
            canonical_request: stages.canonical_request,
            string_to_sign: stages.string_to_sign,
            expected: stages.signature,
        }
    }
}

/// Why a request does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The signature differs.
    Signature,
    /// The header with the body's hash is wrong.
    BodyHash,
}

/// What has to be added to a request to sign it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedParts {
    /// Headers to add, in the most readable order.
    pub headers: Vec<(String, String)>,
    /// The complete query to send, without `?`: the given one plus what the scheme adds.
    pub query: String,
    /// The complete body to send, if the scheme signs in a form.
    pub body: Option<String>,
}

/// The signature schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Alibaba RPC, SignatureVersion 1.0.
    AlibabaV1,
    /// Alibaba ACS3-HMAC-SHA256 and ACS3-HMAC-SM3.
    AlibabaAcs3,
    /// Volcengine HMAC-SHA256, by header or presigned.
    Volcengine,
    /// Huawei SDK-HMAC-SHA256.
    Huawei,
    /// QingCloud, both dialects.
    QingCloud,
}

impl Scheme {
    /// All schemes, in the order in which a request is tested for their marks.
    pub(crate) const ALL: &[Self] = &[
        Self::AlibabaAcs3,
        Self::Huawei,
        Self::Volcengine,
        Self::AlibabaV1,
        Self::QingCloud,
    ];

    /// The rules particular to the scheme.
    pub(crate) fn rules(self) -> &'static SchemeRules {
        match self {
            Self::AlibabaV1 => &alibaba_v1::RULES,
            Self::AlibabaAcs3 => &alibaba_acs3::RULES,
            Self::Volcengine => &volcengine::RULES,
            Self::Huawei => &huawei::RULES,
            Self::QingCloud => &qingcloud::RULES,
        }
    }

    /// The scheme of a request's signature, correct or not.
    pub(crate) fn of(request: &RawRequest<'_>) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|scheme| (scheme.rules().is_on)(request))
    }
}

/// Whether the query, or the form of a POST, has a parameter with this name.
fn carries(request: &RawRequest<'_>, name: &str) -> bool {
    let parameters = alibaba_v1::parameters(request);
    parameters.iter().any(|pair| *pair.name == *name.as_bytes())
}

/// Compares in constant time.
#[must_use]
pub fn same(ours: &str, theirs: &str) -> bool {
    ours.as_bytes().ct_eq(theirs.as_bytes()).into()
}

/// Compares the client's signature with the expected ones; a mismatch is explained by the first candidate.
fn check_signature(
    given: &[impl AsRef<str>],
    candidates: impl Iterator<Item = Stages>,
) -> Result<(), Mismatch> {
    let mut first = None;
    for stages in candidates {
        if given
            .iter()
            .any(|one| same(&stages.signature, one.as_ref()))
        {
            return Ok(());
        }
        first.get_or_insert(stages);
    }
    let stages = first.expect("every scheme tries the path as sent");
    Err(Mismatch::new(Cause::Signature, stages))
}

/// The six parts that ACS3, Volcengine and Huawei join with line feeds.
///
/// The parts are public so that the doctor can change one and try again.
#[derive(Clone, Debug)]
pub struct CanonicalRequest<'a> {
    /// As sent: methods are case-sensitive.
    pub method: Cow<'a, str>,
    /// With the scheme's encoding.
    pub path: Cow<'a, str>,
    /// Sorted and encoded, without `?`.
    pub query: String,
    /// Lower-case names and normalised values, in the order of `signed_headers`.
    pub headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The client's list, exactly as sent.
    pub signed_headers: Cow<'a, str>,
    /// The hash of the body, or the text that replaces it.
    pub payload_hash: Cow<'a, str>,
}

impl CanonicalRequest<'_> {
    /// The text that is hashed.
    #[must_use]
    pub fn text(&self) -> String {
        let headers = self.headers.iter().map(|(name, value)| (&**name, &**value));
        join_parts(
            [&self.method, &self.path, &self.query],
            headers,
            "\n",
            [&self.signed_headers, &self.payload_hash],
        )
    }
}

/// The six parts of a canonical request, with the separator between the headers and their list: an empty line if it is
/// correct.
fn join_parts<'a>(
    first: [&str; 3],
    headers: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    gap: &str,
    last: [&str; 2],
) -> String {
    let lines: usize = headers
        .clone()
        .map(|(name, value)| name.len() + value.len() + 2)
        .sum();
    let rest: usize = first.iter().chain(&last).map(|part| part.len() + 1).sum();
    let mut text = String::with_capacity(lines + rest + 1);
    for part in first {
        text.push_str(part);
        text.push('\n');
    }
    if lines == 0 {
        // A presigned request that signs no header still has one empty line here (volcengine-bytehouse.md 2).
        text.push('\n');
    }
    for (name, value) in headers {
        text.push_str(name);
        text.push(':');
        text.push_str(value);
        text.push('\n');
    }
    text.push_str(gap);
    let [signed_headers, payload_hash] = last;
    text.push_str(signed_headers);
    text.push('\n');
    text.push_str(payload_hash);
    text
}

/// Encodes a path by segment, keeping the slashes; decoded first, so that nothing is encoded twice.
fn encoded_path(path: &str) -> String {
    if coding::is_plain_path(path) {
        return path.to_owned();
    }
    let mut out = String::with_capacity(path.len());
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        out.push_str(&encode(
            &percent_encoding::percent_decode_str(segment).collect::<Vec<u8>>(),
        ));
    }
    out
}

/// The `Name=value` fields of an `Authorization` header after its scheme; `None` if one of them has no `=`.
fn fields(list: &str) -> Option<Vec<(&str, &str)>> {
    list.split(',')
        .map(|field| field.trim().split_once('='))
        .collect()
}

/// The value of one field, unless it is missing or empty.
fn field<'a>(fields: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| *value)
        .filter(|value| !value.is_empty())
}

/// A header's values in the canonical form of ACS3 and Volcengine: trimmed, repetitions joined by a comma.
///
/// Inferred: no contract says how a repeated header is signed; AWS, the model for both, joins like this.
fn joined_header<'a>(request: &RawRequest<'a>, name: &str) -> Cow<'a, str> {
    let mut values = request.header_values(name).map(str::trim);
    let first = values.next().unwrap_or_default();
    let rest: Vec<&str> = values.collect();
    if rest.is_empty() {
        return Cow::Borrowed(first);
    }
    Cow::Owned(format!("{first},{}", rest.join(",")))
}

/// The names in a list separated by `;`, in order and lower case.
fn listed(names: &str) -> impl Iterator<Item = Cow<'_, str>> {
    names
        .split(';')
        .filter(|name| !name.is_empty())
        .map(|name| {
            if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(name.to_ascii_lowercase())
            } else {
                Cow::Borrowed(name)
            }
        })
}

/// Whether a list separated by `;` names a header twice, which no client does. Because that is refused, a canonical
/// request is never longer than the request that it is made from.
fn names_twice(names: &str) -> bool {
    let mut names: Vec<_> = listed(names).collect();
    names.sort_unstable();
    names.windows(2).any(|two| two[0] == two[1])
}

/// The given headers and those to add, sorted, with the list that names them: the input of `sign`.
fn to_be_signed<'a>(
    request: &RawRequest<'a>,
    added: &'a [(String, String)],
) -> (Vec<(&'a str, &'a str)>, String) {
    let mut headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .copied()
        .filter(|(name, _)| *name != "authorization" && added.iter().all(|(new, _)| new != name))
        .chain(
            added
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        )
        .collect();
    headers.sort_by_key(|(name, _)| *name);
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    names.dedup();
    let list = names.join(";");
    (headers, list)
}
