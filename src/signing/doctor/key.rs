//! Mistakes about the secret key.

use super::{Examination, MAX_KEYS, Trial, Variants, one, variant};

pub(super) fn another_secret(trial: &Trial, examination: &Examination<'_>) -> Variants {
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

pub(super) fn secret_untrimmed(trial: &Trial, _: &Examination<'_>) -> Variants {
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

pub(super) fn key_id_as_secret(trial: &Trial, examination: &Examination<'_>) -> Variants {
    match examination.case.key {
        Some(key) => one(trial, |trial| key.id.clone_into(&mut trial.secret)),
        None => Vec::new(),
    }
}

pub(super) fn secret_ampersand(trial: &Trial, _: &Examination<'_>) -> Variants {
    let (particulars, suffix) = match trial.key_suffix {
        "" => ("with an & behind", "&"),
        _ => ("without the & behind", ""),
    };
    vec![variant(trial, particulars, |trial| {
        trial.key_suffix = suffix
    })]
}
