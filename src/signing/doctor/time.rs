//! Mistakes about the time that was signed.

use super::encoders::standard;
use super::query::{requeried, sorted};
use super::table::{ALL, Variants, deviations, variant};
use super::trial::{Parameter, Trial};
use super::{Examination, offset_text, zone_offsets};
use crate::signing::rules::SchemeRules;

deviations! {
    "local-time", ALL, "signature matches if {}, which is local time instead of UTC" => local_time;
}

fn local_time(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let Some(sent) = examination.reading.timestamp else {
        return Vec::new();
    };
    let rules = examination.rules;
    let mut variants = Vec::new();
    let fraction = sent_fraction(trial, rules);
    for minutes in zone_offsets() {
        let time = (rules.write_time)(sent + minutes * 60).replace('Z', &format!("{fraction}Z"));
        let offset = offset_text(minutes);
        let everywhere = format!("the time is {time} ({offset})");
        variants.push(variant(trial, everywhere, |trial| {
            set_time(trial, rules, &time);
        }));
        if !trial.time.is_empty() {
            let in_text = format!("only the time in the string to sign is {time} ({offset})");
            variants.push(variant(trial, in_text, |trial| trial.time = time));
        }
    }
    variants
}

/// The fraction of a second in the client's time, with its full stop; empty if there is none.
fn sent_fraction(trial: &Trial, rules: &SchemeRules) -> String {
    let headers = trial.headers.iter();
    let headers = headers
        .filter(|(name, _)| rules.time_headers.contains(&name.as_str()))
        .map(|(_, value)| value.clone());
    let parameters = trial.parameters.iter();
    let parameters = parameters
        .filter(|parameter| is_time(parameter, rules))
        .map(|parameter| String::from_utf8_lossy(&parameter.value).into_owned());
    headers
        .chain(parameters)
        .find_map(|time| {
            let at = time.find('.')?;
            Some(time[at..].trim_end_matches('Z').to_owned())
        })
        .unwrap_or_default()
}

fn is_time(parameter: &Parameter, rules: &SchemeRules) -> bool {
    let mut names = rules.time_parameters.iter();
    names.any(|name| name.as_bytes() == parameter.name)
}

/// Replaces the time wherever the scheme has it: headers, parameters, string to sign.
fn set_time(trial: &mut Trial, rules: &SchemeRules, time: &str) {
    for (name, value) in &mut trial.headers {
        if rules.time_headers.contains(&name.as_str()) {
            time.clone_into(value);
        }
    }
    let mut found = false;
    for parameter in &mut trial.parameters {
        if is_time(parameter, rules) {
            parameter.value = time.as_bytes().to_vec();
            found = true;
        }
    }
    if found {
        trial.query = requeried(sorted(trial.parameters.iter().collect()), standard);
    }
    if !trial.time.is_empty() {
        time.clone_into(&mut trial.time);
    }
}
