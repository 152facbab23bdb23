//! Mistakes in the credential scope.

use super::Examination;
use super::table::{Variants, deviations, one, variant};
use super::trial::Trial;
use crate::signing::Scheme::{Huawei, Volcengine};
use crate::signing::{compact_time, extended_time};

deviations! {
    "key-not-derived", [Volcengine, Huawei], "signature matches if the secret itself is used as the key, instead of one derived from it for date, region and service"
        => key_not_derived;
    "key-prefixed", [Volcengine], "signature matches if the key is derived from \"{}\" and the secret" => key_prefixed;
    "scope-region", [Volcengine, Huawei], "signature matches if the region in the scope is {}" => scope_region;
    "scope-service", [Volcengine, Huawei], "signature matches if the service in the scope is {}" => scope_service;
    "scope-date", [Volcengine, Huawei], "signature matches if the date in the scope is {}" => scope_date;
    "scope-terminator", [Volcengine], "signature matches if the scope ends in {}" => scope_terminator;
}

/// Whether the key is derived for a date, a region and a service.
fn has_scope(trial: &Trial) -> bool {
    trial.scope.first().is_some_and(|date| !date.is_empty())
}

fn key_not_derived(trial: &Trial, _: &Examination<'_>) -> Variants {
    if !has_scope(trial) {
        return Vec::new();
    }
    one(trial, |trial| trial.derived = false)
}

fn key_prefixed(trial: &Trial, _: &Examination<'_>) -> Variants {
    ["AWS4", "VOLC", "HMAC-SHA256"]
        .into_iter()
        .map(|prefix| variant(trial, prefix, |trial| trial.key_prefix = prefix))
        .collect()
}

/// Replaces a part of the scope: in the key and the string to sign, or in only one of them.
fn scope_part(trial: &Trial, part: usize, others: impl IntoIterator<Item = String>) -> Variants {
    let mut variants = Vec::new();
    if !has_scope(trial) {
        return variants;
    }
    for other in others {
        if other == trial.scope[part] {
            continue;
        }
        let everywhere = variant(trial, format!("\"{other}\""), |trial| {
            trial.scope[part].clone_from(&other);
            trial.key_scope[part].clone_from(&other);
        });
        let in_key = variant(
            trial,
            format!("\"{other}\" (in the key, not in the string to sign)"),
            |trial| {
                trial.key_scope[part].clone_from(&other);
            },
        );
        let in_text = variant(
            trial,
            format!("\"{other}\" (in the string to sign, not in the key)"),
            |trial| {
                trial.scope[part].clone_from(&other);
            },
        );
        variants.extend([everywhere, in_key, in_text]);
    }
    variants
}

fn scope_region(trial: &Trial, examination: &Examination<'_>) -> Variants {
    const USUAL: [&str; 6] = [
        "cn-beijing",
        "cn-shanghai",
        "cn-guangzhou",
        "cn-north-1",
        "ap-southeast-1",
        "",
    ];
    let known = examination.case.regions.iter().chain(&USUAL);
    scope_part(trial, 1, known.map(|&region| region.to_owned()))
}

fn scope_service(trial: &Trial, examination: &Examination<'_>) -> Variants {
    const USUAL: [&str; 4] = ["bytehouse_ce", "bytehouse", "iam", ""];
    let known = examination.case.services.iter().chain(&USUAL);
    scope_part(trial, 2, known.map(|&service| service.to_owned()))
}

fn scope_date(trial: &Trial, examination: &Examination<'_>) -> Variants {
    const DAY: i64 = 24 * 60 * 60;
    let Some(sent) = examination.reading.timestamp else {
        return Vec::new();
    };
    let days = [0, DAY, -DAY].map(|days| compact_time(sent + days)[..8].to_owned());
    let whole = [trial.time.clone(), extended_time(sent)[..10].to_owned()];
    scope_part(trial, 0, days.into_iter().chain(whole))
}

fn scope_terminator(trial: &Trial, _: &Examination<'_>) -> Variants {
    scope_part(
        trial,
        3,
        ["aws4_request", "volc_request"].map(str::to_owned),
    )
}
