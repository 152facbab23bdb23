//! Mistakes about the body and its hash.

use super::encoders::standard;
use super::query::{requeried, sorted};
use super::{
    Examination, MAX_BODY, Parameter, Trial, Variants, json, one, stated_hash_header, variant,
};
use crate::signing::Scheme::QingCloud;
use crate::signing::{Digest, md5_hex, sha256_hex};

/// The line for a body: an MD5 for QingCloud, else the scheme's own digest.
pub(super) fn body_line(trial: &Trial, examination: &Examination<'_>, body: &[u8]) -> String {
    match examination.case.scheme {
        QingCloud => md5_hex(body),
        _ => trial.digest.hash(body),
    }
}

/// Another body, where there is a line for it.
pub(super) fn other_body(
    trial: &Trial,
    examination: &Examination<'_>,
    particulars: impl Into<String>,
    body: &[u8],
) -> Option<(String, Trial)> {
    let line = body_line(trial, examination, body);
    let differs = trial
        .payload
        .as_ref()
        .is_some_and(|payload| *payload != line);
    differs.then(|| variant(trial, particulars, |trial| trial.payload = Some(line)))
}

pub(super) fn body_empty(trial: &Trial, examination: &Examination<'_>) -> Variants {
    other_body(trial, examination, "", b"")
        .into_iter()
        .collect()
}

/// What SDKs sign for a call without a body and then do not send: Huawei's for Node does so with `{}` of a DELETE.
pub(super) fn body_not_sent(trial: &Trial, examination: &Examination<'_>) -> Variants {
    if !examination.case.request.body.is_empty() {
        return Vec::new();
    }
    ["{}", "null", "[]", "\"\""]
        .into_iter()
        .filter_map(|body| other_body(trial, examination, body, body.as_bytes()))
        .collect()
}

pub(super) fn body_hash_sha256(trial: &Trial, examination: &Examination<'_>) -> Variants {
    if trial.digest != Digest::Sm3 {
        return Vec::new();
    }
    let line = sha256_hex(examination.case.request.body);
    one(trial, |trial| trial.payload = Some(line))
}

pub(super) fn body_hash_stated(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let header = stated_hash_header(examination.case);
    let stated = header.and_then(|header| Some((header, examination.case.request.header(header)?)));
    match stated {
        Some((header, stated)) => vec![variant(trial, header, |trial| {
            trial.payload = Some(stated.to_owned())
        })],
        None => Vec::new(),
    }
}

pub(super) fn body_reserialised(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let body = examination.case.request.body;
    if body.is_empty() || MAX_BODY < body.len() {
        return Vec::new();
    }
    json::rewritten(body)
        .into_iter()
        .filter_map(|(name, body)| other_body(trial, examination, name, &body))
        .collect()
}

pub(super) fn body_newline(trial: &Trial, examination: &Examination<'_>) -> Variants {
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

pub(super) fn body_unsigned(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| {
        trial.payload = Some("UNSIGNED-PAYLOAD".to_owned())
    })
}

pub(super) fn body_hash_own(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let header = stated_hash_header(examination.case).unwrap_or_default();
    other_body(trial, examination, header, examination.case.request.body)
        .into_iter()
        .collect()
}

pub(super) fn body_hash_upper_case(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| {
        trial.payload = trial.payload.take().map(|line| line.to_uppercase())
    })
}

pub(super) fn body_line_missing(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.payload = None)
}

pub(super) fn form_left_out(trial: &Trial, _: &Examination<'_>) -> Variants {
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

// The path.
