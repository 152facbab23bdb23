//! Alibaba Cloud RPC signatures, SignatureVersion 1.0 (aliyun-ehpc.md 2.1).
//!
//! Everything is in the parameters, of the query and form together. The canonical text is the sorted query; it is
//! encoded a second time in the string to sign.

use super::coding::{base64, encoded, last, push, sorted_then_encoded};
use super::doctor::encoders::standard;
use super::doctor::trial::{Spelling, Trial};
use super::rules::{Reading, SchemeRules, Signed};
use super::{
    AccessKey, Digest, Mismatch, Pair, RawRequest, SignedParts, Stages, carries, check_signature,
    encode, extended_time, pairs, parse_fractional_time,
};

/// The scheme for the doctor and `explain`.
pub(super) static RULES: SchemeRules = SchemeRules {
    title: "Alibaba RPC 1.0",
    is_on: |request| carries(request, "SignatureNonce") || carries(request, "AccessKeyId"),
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
    string_to_sign: |trial| {
        let second_encoder = trial.second_encoder.unwrap_or(standard);
        let path = (trial.path_encoder)(trial.path.as_bytes());
        let query = second_encoder(trial.query.as_bytes());
        let mut text = String::new();
        join(&mut text, &trial.method, [path.as_str()], [query.as_str()]);
        text
    },
    key: |trial| trial.plain_key().into_bytes(),
    body_hash: Digest::hash,
    signed_paths: |path| vec![path.to_owned()],
    time_parameters: &["Timestamp"],
    time_headers: &[],
    write_time: extended_time,
};

/// The common parameters of a signed request.
#[derive(Clone, Debug)]
pub struct Parameters<'a> {
    /// `AccessKeyId`, as sent.
    pub access_key_id: String,
    /// `Timestamp`, in seconds since 1970.
    pub timestamp: i64,
    /// `SignatureNonce`.
    pub nonce: String,
    /// `SignatureMethod`.
    pub digest: Digest,
    /// `Signature`, decoded to Base64.
    pub signature: String,
    /// `SecurityToken`, if there is one.
    pub security_token: Option<String>,
    pairs: Vec<Pair<'a>>,
    /// The parameters without those of the query that the form overrides; `None` if there are none.
    overlaid: Option<Vec<Pair<'a>>>,
}

/// Why a request cannot be verified, in the order of the gateway's checks (aliyun-ehpc.md 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// A parameter is missing or empty; its name is what follows `Missing` in the error's code.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// `SignatureMethod` or `SignatureType` asks for something other than an HMAC (RSA, bearer tokens).
    #[error("SignatureMethod or SignatureType is not that of an HMAC")]
    UnknownMethod,
    /// `Timestamp` is not `YYYY-MM-DDThh:mm:ssZ`, with or without a fraction of a second.
    #[error("Timestamp is not of the form 2024-05-20T08:30:00Z")]
    MalformedTimestamp,
}

/// All parameters of a request: those of the query, then those of a form, which only a POST has.
#[must_use]
pub fn parameters<'a>(request: &RawRequest<'a>) -> Vec<Pair<'a>> {
    let form = if request.method == "POST" && request.is_form() {
        request.body
    } else {
        b""
    };
    pairs(request.query.as_bytes()).chain(pairs(form)).collect()
}

/// The parameters of the query overlaid by those of the form: some clients of this scheme sign these
/// (`alibabacloud-go/tea-rpc`, `@alicloud/rpc-client`). `None` if the two have no name in common.
#[must_use]
pub fn overlaid<'a>(request: &RawRequest<'a>) -> Option<Vec<Pair<'a>>> {
    if request.method != "POST" || request.query.is_empty() || !request.is_form() {
        return None;
    }
    let mut all = parameters(request);
    let form = all.split_off(pairs(request.query.as_bytes()).count());
    let sent = all.len();
    all.retain(|pair| form.iter().all(|other| other.name != pair.name));
    (all.len() < sent).then(|| all.into_iter().chain(form).collect())
}

/// Parses the common parameters.
///
/// # Errors
/// The first [`Defect`] in the gateway's order.
pub fn read<'a>(request: &RawRequest<'a>) -> Result<Parameters<'a>, Defect> {
    let pairs = parameters(request);
    let wanted = |name: &'static str| {
        last(&pairs, name)
            .filter(|value| !value.is_empty())
            .map(std::borrow::Cow::into_owned)
            .ok_or(Defect::Missing(name))
    };
    let access_key_id = wanted("AccessKeyId")?;
    let timestamp = wanted("Timestamp")?;
    let nonce = wanted("SignatureNonce")?;
    let signature = wanted("Signature")?;
    let method = wanted("SignatureMethod")?;
    wanted("SignatureVersion")?;
    let digest = match method.as_str() {
        "HMAC-SHA1" => Digest::Sha1,
        // Inferred: documented, though no SDK in use sends it (aliyun-ehpc.md 2.1).
        "HMAC-SHA256" => Digest::Sha256,
        _ => return Err(Defect::UnknownMethod),
    };
    if last(&pairs, "SignatureType")
        .is_some_and(|kind| matches!(&*kind, "PRIVATEKEY" | "BEARERTOKEN"))
    {
        return Err(Defect::UnknownMethod);
    }
    let timestamp = parse_fractional_time(&timestamp).ok_or(Defect::MalformedTimestamp)?;
    Ok(Parameters {
        access_key_id,
        timestamp,
        nonce,
        digest,
        signature,
        security_token: last(&pairs, "SecurityToken").map(std::borrow::Cow::into_owned),
        overlaid: overlaid(request),
        pairs,
    })
}

/// The sorted and encoded parameters, without `Signature`.
#[must_use]
pub fn canonical_query(parameters: &[Pair<'_>]) -> String {
    sorted_then_encoded(
        parameters
            .iter()
            .filter(|pair| *pair.name != *b"Signature")
            .collect(),
    )
}

/// `METHOD&%2F&…`, with the canonical query encoded a second time.
#[must_use]
pub fn string_to_sign(method: &str, path: &str, canonical_query: &str) -> String {
    // Here, every & and = of the query takes three bytes, and every % five.
    let mut text = String::with_capacity(2 * canonical_query.len() + 64);
    let [path, query] = [path, canonical_query].map(|part| encoded(part.as_bytes()));
    join(&mut text, method, path, query);
    text
}

/// The parts of the string to sign; the last two are already encoded.
pub(super) fn join<'a>(
    text: &mut String,
    method: &str,
    path: impl IntoIterator<Item = &'a str>,
    query: impl IntoIterator<Item = &'a str>,
) {
    text.push_str(method);
    text.push('&');
    text.extend(path);
    text.push('&');
    text.extend(query);
}

/// Base64 of the HMAC, whose key is the secret followed by `&`.
#[must_use]
pub fn signature(digest: Digest, secret: &str, string_to_sign: &str) -> String {
    base64(&digest.hmac(format!("{secret}&").as_bytes(), string_to_sign.as_bytes()))
}

/// The candidates: all parameters, then the query overlaid by the form; for each, the path as sent and each of
/// `alternative_paths`. Of these, `/` comes first because every RPC client signs it, whatever prefix it sends to, so that
/// the first candidate is the client's own form.
pub fn candidates<'a>(
    request: &'a RawRequest<'a>,
    alternative_paths: &'a [&'a str],
    parameters: &'a Parameters<'a>,
    secret: &'a str,
) -> impl Iterator<Item = Stages> + 'a {
    let mut paths: Vec<&str> = request.paths(alternative_paths).collect();
    paths.sort_by_key(|path| *path != "/");
    std::iter::once(&parameters.pairs)
        .chain(&parameters.overlaid)
        .flat_map(move |pairs| {
            let canonical_request = canonical_query(pairs);
            paths.clone().into_iter().map(move |path| {
                let string_to_sign = string_to_sign(request.method, path, &canonical_request);
                Stages {
                    canonical_request: canonical_request.clone(),
                    signature: signature(parameters.digest, secret, &string_to_sign),
                    string_to_sign,
                }
            })
        })
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
        &[&parameters.signature],
        candidates(request, alternative_paths, parameters, secret),
    )
}

/// Signs: the missing common parameters and the signature are added to the query.
///
/// `time` is in seconds since 1970. A form in the body is signed and left in place.
#[must_use]
pub fn sign(
    request: &RawRequest<'_>,
    key: &AccessKey<'_>,
    time: i64,
    nonce: &str,
    digest: Digest,
) -> SignedParts {
    let time = extended_time(time);
    let method = match digest {
        Digest::Sha1 => "HMAC-SHA1",
        Digest::Sha256 => "HMAC-SHA256",
        Digest::Sm3 => "HMAC-SM3",
    };
    let mut query = request.query.to_owned();
    let common = [
        ("AccessKeyId", Some(key.id)),
        ("SecurityToken", key.token),
        ("SignatureMethod", Some(method)),
        ("SignatureNonce", Some(nonce)),
        ("SignatureVersion", Some("1.0")),
        ("Timestamp", Some(time.as_str())),
    ];
    for (name, value) in common {
        if let Some(value) = value {
            push(&mut query, name, &encode(value.as_bytes()));
        }
    }
    let draft = RawRequest {
        query: &query,
        ..*request
    };
    let canonical = canonical_query(&parameters(&draft));
    let path = draft.paths(&[]).next().unwrap_or("/");
    let signature = signature(
        digest,
        key.secret,
        &string_to_sign(request.method, path, &canonical),
    );
    push(&mut query, "Signature", &encode(signature.as_bytes()));
    SignedParts {
        headers: Vec::new(),
        query,
        body: None,
    }
}

fn examine(request: &RawRequest<'_>, alternative_paths: &[&str], blank: &Trial) -> Option<Reading> {
    let read = read(request).ok()?;
    let mut trials = Vec::new();
    for mut signed in std::iter::once(&read.pairs).chain(&read.overlaid).cloned() {
        signed.retain(|pair| *pair.name != *b"Signature");
        for path in request.paths(alternative_paths) {
            trials.push(Trial {
                key_suffix: "&",
                path: path.to_owned(),
                query: canonical_query(&signed),
                digest: read.digest,
                spelling: Spelling::Base64,
                second_encoder: Some(standard),
                ..blank.with_parameters(path, &signed, request.body)
            });
        }
    }
    Some(Reading {
        given: vec![read.signature],
        timestamp: Some(read.timestamp),
        hash_header: None,
        states_another_body: false,
        trials,
    })
}
