//! Mistakes about the body and its hash.

use super::encoders::standard;
use super::query::{requeried, sorted};
use super::table::{Variants, deviations, one, variant};
use super::trial::{Parameter, Trial};
use super::{Examination, MAX_BODY, json};
use crate::signing::Scheme::{self, AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use crate::signing::{Digest, sha256_hex};

/// The schemes whose string to sign has a line for the body.
const WITH_BODY: &[Scheme] = &[AlibabaAcs3, Volcengine, Huawei, QingCloud];

deviations! {
    "body-empty", WITH_BODY, "signature matches if the body is taken for empty" => body_empty;
    "body-not-sent", WITH_BODY, "signature matches if the body is {}, but no body was sent" => body_not_sent;
    "body-hash-sha256", [AlibabaAcs3, Huawei], "signature matches with the SHA-256 of the body; an SM3 algorithm requires the body's SM3 hash"
        => body_hash_sha256;
    "body-hash-stated", [AlibabaAcs3, Volcengine], "signature matches with the body hash that {} states, but the body that arrived has a different hash"
        => body_hash_stated;
    "body-hash-own", [Huawei], "signature matches with the hash of the body, but {} states a different one" => body_hash_own;
    "body-reserialised", WITH_BODY, "signature matches if the body is the same JSON written {}"
        => body_reserialised;
    "body-newline", WITH_BODY, "signature matches if the body {}" => body_newline;
    "body-unsigned", [Huawei], "signature matches if UNSIGNED-PAYLOAD replaces the body hash; send it as X-Sdk-Content-Sha256, too"
        => |trial, _| one(trial, |trial| trial.payload = Some("UNSIGNED-PAYLOAD".to_owned()));
    "body-hash-upper-case", WITH_BODY, "signature matches if the body hash is written in upper-case hex"
        => |trial, _| one(trial, |trial| trial.payload = trial.payload.take().map(|line| line.to_uppercase()));
    "body-line-missing", [QingCloud], "signature matches without the line for the MD5 of the body, which a request with a body needs"
        => |trial, _| one(trial, |trial| trial.payload = None);
    "form-left-out", [AlibabaV1], "signature matches if the fields of the form in the body are left out" => form_left_out;
}

/// A different body, for schemes with a line for it.
fn other_body(
    trial: &Trial,
    examination: &Examination<'_>,
    particulars: impl Into<String>,
    body: &[u8],
) -> Option<(String, Trial)> {
    let line = (examination.rules.body_hash)(trial.digest, body);
    let differs = trial
        .payload
        .as_ref()
        .is_some_and(|payload| *payload != line);
    differs.then(|| variant(trial, particulars, |trial| trial.payload = Some(line)))
}

fn body_empty(trial: &Trial, examination: &Examination<'_>) -> Variants {
    other_body(trial, examination, "", b"")
        .into_iter()
        .collect()
}

/// Bodies that SDKs sign but do not send, for calls without one: Huawei's Node SDK signs `{}` for a DELETE.
fn body_not_sent(trial: &Trial, examination: &Examination<'_>) -> Variants {
    if !examination.case.request.body.is_empty() {
        return Vec::new();
    }
    ["{}", "null", "[]", "\"\""]
        .into_iter()
        .filter_map(|body| other_body(trial, examination, body, body.as_bytes()))
        .collect()
}

fn body_hash_sha256(trial: &Trial, examination: &Examination<'_>) -> Variants {
    if trial.digest != Digest::Sm3 {
        return Vec::new();
    }
    let line = sha256_hex(examination.case.request.body);
    one(trial, |trial| trial.payload = Some(line))
}

fn body_hash_stated(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let header = examination.reading.hash_header;
    let stated = header.and_then(|header| Some((header, examination.case.request.header(header)?)));
    match stated {
        Some((header, stated)) => vec![variant(trial, header, |trial| {
            trial.payload = Some(stated.to_owned())
        })],
        None => Vec::new(),
    }
}

fn body_reserialised(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let body = examination.case.request.body;
    if body.is_empty() || MAX_BODY < body.len() {
        return Vec::new();
    }
    json::rewritten(body)
        .into_iter()
        .filter_map(|(name, body)| other_body(trial, examination, name, &body))
        .collect()
}

fn body_newline(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let body = examination.case.request.body;
    if MAX_BODY < body.len() {
        return Vec::new();
    }
    let with = |end: &[u8]| [body, end].concat();
    let without = |what: &str| {
        let left: Vec<u8> = body
            .iter()
            .copied()
            .filter(|byte| !what.as_bytes().contains(byte))
            .collect();
        left
    };
    [
        ("ends in a line feed", with(b"\n")),
        ("ends in a carriage return and a line feed", with(b"\r\n")),
        (
            "has no white space at its end",
            body.trim_ascii_end().to_vec(),
        ),
        ("has no line feeds", without("\r\n")),
        ("has no carriage returns", without("\r")),
    ]
    .into_iter()
    .filter_map(|(name, body)| other_body(trial, examination, name, &body))
    .collect()
}

fn body_hash_own(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let header = examination.reading.hash_header.unwrap_or_default();
    other_body(trial, examination, header, examination.case.request.body)
        .into_iter()
        .collect()
}

fn form_left_out(trial: &Trial, _: &Examination<'_>) -> Variants {
    let query: Vec<&Parameter> = trial
        .parameters
        .iter()
        .filter(|parameter| !parameter.in_form)
        .collect();
    if query.len() == trial.parameters.len() {
        return Vec::new();
    }
    one(trial, |trial| {
        trial.query = requeried(sorted(query), standard)
    })
}
