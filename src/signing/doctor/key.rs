//! Mistakes about the secret key.

use super::table::{ALL, Variants, deviations, one, variant};
use super::trial::Trial;
use super::{Examination, MAX_KEYS};
use crate::signing::Scheme::{AlibabaAcs3, AlibabaV1};

deviations! {
    "another-secret", ALL, "signature matches with the secret of the access key \"{}\"" => another_secret;
    "secret-untrimmed", ALL, "signature matches if the secret ends in {}" => secret_untrimmed;
    "key-id-as-secret", ALL, "signature matches if the access key id is used as the secret" => key_id_as_secret;
    "secret-ampersand", [AlibabaV1, AlibabaAcs3], "signature matches {} the secret" => secret_ampersand;
}

fn another_secret(trial: &Trial, examination: &Examination<'_>) -> Variants {
    examination
        .case
        .keys
        .iter()
        .filter(|key| key.secret != trial.secret)
        .take(MAX_KEYS)
        .map(|key| {
            variant(trial, key.id, |trial| {
                key.secret.clone_into(&mut trial.secret)
            })
        })
        .collect()
}

fn secret_untrimmed(trial: &Trial, _: &Examination<'_>) -> Variants {
    [
        ("a line feed", "\n"),
        ("a carriage return and a line feed", "\r\n"),
        ("a carriage return", "\r"),
        ("a space", " "),
    ]
    .into_iter()
    .map(|(name, behind)| variant(trial, name, |trial| trial.secret.push_str(behind)))
    .collect()
}

fn key_id_as_secret(trial: &Trial, examination: &Examination<'_>) -> Variants {
    match examination.case.key {
        Some(key) => one(trial, |trial| key.id.clone_into(&mut trial.secret)),
        None => Vec::new(),
    }
}

fn secret_ampersand(trial: &Trial, _: &Examination<'_>) -> Variants {
    let (particulars, suffix) = match trial.key_suffix {
        "" => ("with an & after", "&"),
        _ => ("without the & after", ""),
    };
    vec![variant(trial, particulars, |trial| {
        trial.key_suffix = suffix
    })]
}
