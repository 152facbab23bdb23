//! Mistakes in the path.

use super::Examination;
use super::table::{ALL, Variants, deviations, variant};
use super::trial::Trial;
use crate::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use crate::signing::encode;

deviations! {
    "path-trailing-slash", [AlibabaAcs3, AlibabaV1, Volcengine, Huawei], "signature matches if the path is \"{}\""
        => path_trailing_slash;
    "path-encoded-twice", [Volcengine, Huawei, QingCloud], "signature matches if the path is encoded twice: \"{}\""
        => path_encoded_twice;
    "path-as-sent", [Volcengine, Huawei], "signature matches if the path is signed with the encoding it was sent in: \"{}\""
        => path_as_sent;
    "path-unencoded", [Volcengine, Huawei, QingCloud], "signature matches if the path is signed without percent-encoding: \"{}\""
        => path_unencoded;
    "path-first-segment", ALL, "signature matches if the path is \"{}\", without its first segment" => path_first_segment;
}

fn path_trailing_slash(trial: &Trial, _: &Examination<'_>) -> Variants {
    let turned = match trial.path.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{}/", trial.path),
    };
    with_path(trial, turned)
}

pub(super) fn with_path(trial: &Trial, path: String) -> Variants {
    if path == trial.path {
        return Vec::new();
    }
    vec![variant(trial, path.clone(), |trial| trial.path = path)]
}

/// The path as sent, with and without the trailing slash that the scheme may have added.
fn both_ends(trial: &Trial, path: &str) -> Variants {
    let bare = path.strip_suffix('/').unwrap_or(path);
    let mut variants = with_path(trial, format!("{bare}/"));
    variants.extend(with_path(trial, bare.to_owned()));
    variants
}

fn path_encoded_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    let segments: Vec<_> = trial
        .raw_path
        .split('/')
        .map(|segment| encode(segment.as_bytes()))
        .collect();
    if trial.raw_path.contains('%') {
        both_ends(trial, &segments.join("/"))
    } else {
        Vec::new()
    }
}

fn path_as_sent(trial: &Trial, _: &Examination<'_>) -> Variants {
    if trial.raw_path.contains('%') {
        both_ends(trial, &trial.raw_path)
    } else {
        Vec::new()
    }
}

fn path_unencoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    let decoded = percent_encoding::percent_decode_str(&trial.raw_path).decode_utf8_lossy();
    if decoded == trial.raw_path {
        return Vec::new();
    }
    both_ends(trial, &decoded)
}

fn path_first_segment(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let Some((_, rest)) = trial
        .raw_path
        .strip_prefix('/')
        .and_then(|path| path.split_once('/'))
    else {
        return Vec::new();
    };
    let rest = format!("/{rest}");
    let paths = (examination.rules.signed_paths)(&rest);
    paths
        .into_iter()
        .flat_map(|path| with_path(trial, path))
        .collect()
}
