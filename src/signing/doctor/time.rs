//! Mistakes about the time that was signed.

use super::encoders::standard;
use super::query::{requeried, sorted};
use super::table::{ALL, Variants, deviations, variant};
use super::{Examination, Trial, offset_text, zone_offsets};
use crate::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use crate::signing::{compact_time, extended_time};

deviations! {
    "local-time", ALL, "signature matches if {}, local time for UTC" => local_time;
}

fn local_time(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let Some(sent) = examination.timestamp else {
        return Vec::new();
    };
    let mut variants = Vec::new();
    let fraction = sent_fraction(trial);
    for minutes in zone_offsets() {
        let time = match examination.case.scheme {
            AlibabaV1 | AlibabaAcs3 | QingCloud => {
                extended_time(sent + minutes * 60).replace('Z', &format!("{fraction}Z"))
            }
            Volcengine | Huawei => compact_time(sent + minutes * 60),
        };
        let offset = offset_text(minutes);
        let everywhere = format!("the time is {time} ({offset})");
        match examination.case.scheme {
            AlibabaV1 | QingCloud => {
                variants.push(variant(trial, everywhere, |trial| set_time(trial, &time)))
            }
            AlibabaAcs3 => variants.push(variant(trial, everywhere, |trial| {
                set_date_header(trial, &time)
            })),
            Volcengine | Huawei => {
                variants.push(variant(trial, everywhere, |trial| {
                    set_date_header(trial, &time);
                    set_time(trial, &time);
                    trial.time.clone_from(&time);
                }));
                let in_text = format!("the time in the string to sign alone is {time} ({offset})");
                variants.push(variant(trial, in_text, |trial| trial.time = time));
            }
        }
    }
    variants
}

/// The names of the parameters that carry the time.
const TIME_PARAMETERS: [&[u8]; 4] = [b"Timestamp", b"timestamp", b"time_stamp", b"X-Date"];
/// The names of the headers that do.
const TIME_HEADERS: [&str; 3] = ["x-acs-date", "x-date", "x-sdk-date"];

/// The fraction of a second that the client's time has, its full stop included; empty where it has none.
fn sent_fraction(trial: &Trial) -> String {
    let headers = trial
        .headers
        .iter()
        .filter(|(name, _)| TIME_HEADERS.contains(&name.as_str()))
        .map(|(_, value)| value.clone());
    let parameters = trial
        .parameters
        .iter()
        .filter(|parameter| TIME_PARAMETERS.contains(&parameter.name.as_slice()))
        .map(|parameter| String::from_utf8_lossy(&parameter.value).into_owned());
    headers
        .chain(parameters)
        .find_map(|time| {
            let at = time.find('.')?;
            Some(time[at..].trim_end_matches('Z').to_owned())
        })
        .unwrap_or_default()
}

/// The time among the headers.
fn set_date_header(trial: &mut Trial, time: &str) {
    for (name, value) in &mut trial.headers {
        if TIME_HEADERS.contains(&name.as_str()) {
            time.clone_into(value);
        }
    }
}

/// The time among the parameters.
fn set_time(trial: &mut Trial, time: &str) {
    let mut found = false;
    for parameter in &mut trial.parameters {
        if TIME_PARAMETERS.contains(&parameter.name.as_slice()) {
            parameter.value = time.as_bytes().to_vec();
            found = true;
        }
    }
    if found {
        trial.query = requeried(sorted(trial.parameters.iter().collect()), standard);
    }
}
