//! Explains a signature that does not match, by trying known mistakes until one reproduces it.
//!
//! Each mistake is a row of [`DEVIATIONS`]: a name, a sentence, the schemes it applies to, and a function from the correct
//! calculation to the wrong ones. Mistakes are tried one at a time, not combined. The work is bounded by a number of trials and of
//! bytes; requests with overlong parameters are skipped. None of it runs for a correct signature, and no text that leaves this
//! module contains a secret.

mod body;
pub(super) mod encoders;
mod encoding;
mod headers;
mod json;
mod key;
mod path;
mod query;
mod scope;
mod table;
mod time;
pub(super) mod trial;

use super::rules::{Reading, SchemeRules};
use super::{AccessKey, RawRequest, Scheme, extended_time, same};

pub use table::Deviation;

use trial::Trial;

/// The maximum number of calculations. The longest list in practice takes a third of it.
const MAX_TRIALS: usize = 6_000;

/// The maximum number of bytes to sign.
const MAX_BYTES: usize = 32 << 20;

/// Longer parameters and signed headers are not examined: each trial copies them.
const MAX_PARAMETERS: usize = 64 << 10;

/// Longer bodies are not re-serialised.
const MAX_BODY: usize = 256 << 10;

/// How many other keys are tried.
const MAX_KEYS: usize = 256;

/// A request whose signature does not match, and what the server knows about it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The scheme that the request is signed with.
    pub scheme: Scheme,
    /// The request.
    pub request: &'a RawRequest<'a>,
    /// Further paths that may have been signed, as for `verify`.
    pub alternative_paths: &'a [&'a str],
    /// The key that the request names, if it is known.
    pub key: Option<AccessKey<'a>>,
    /// Every known key.
    pub keys: &'a [AccessKey<'a>],
    /// The port that the request arrived on, which a client may have signed but not sent.
    pub port: Option<u16>,
    /// Host names of the real service, which a client behind a proxy may have signed.
    pub hosts: &'a [&'a str],
    /// Regions that a scope may name.
    pub regions: &'a [&'a str],
    /// Services that a scope may name.
    pub services: &'a [&'a str],
}

/// A mistake that reproduces the client's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of a row of [`DEVIATIONS`], or `body-hash-header` if the signature is correct but the stated hash is wrong.
    pub name: &'static str,
    /// What would make the signature match.
    pub sentence: String,
    /// The string to sign that gives the client's signature, if it differs from ours.
    pub string_to_sign: Option<String>,
    /// The canonical request in it, if the scheme hashes one.
    pub canonical_request: Option<String>,
}

/// The tables of mistakes, in the order in which they are tried.
const TABLES: &[&[Deviation]] = &[
    key::DEVIATIONS,
    scope::DEVIATIONS,
    headers::DEVIATIONS,
    body::DEVIATIONS,
    path::DEVIATIONS,
    query::DEVIATIONS,
    time::DEVIATIONS,
    encoding::DEVIATIONS,
];

/// Every known mistake. The first match is reported, so likely and specific ones come first.
pub static DEVIATIONS: &[Deviation] = &table::joined::<{ table::count(TABLES) }>(TABLES);

/// Looks for the first mistake that reproduces the client's signature.
///
/// `None` when no single known mistake does, when the request is not signed well enough to be read, or when nothing is
/// wrong with it.
#[must_use]
pub fn diagnose(case: &Case<'_>) -> Option<Finding> {
    let examination = examine(case)?;
    let reading = &examination.reading;
    let mut budget = Budget {
        trials: MAX_TRIALS,
        bytes: MAX_BYTES,
    };
    if case.key.is_some()
        && reading
            .trials
            .iter()
            .any(|trial| examination.explains(trial, &mut budget) == Some(true))
    {
        return stated_hash_is_wrong(reading);
    }
    for deviation in DEVIATIONS
        .iter()
        .filter(|row| row.schemes.contains(&case.scheme))
    {
        for trial in &reading.trials {
            for (particulars, trial) in (deviation.variants)(trial, &examination) {
                if examination.explains(&trial, &mut budget)? {
                    let text = examination.text(&trial);
                    let hash = trial.canonical_hash();
                    return Some(Finding {
                        name: deviation.name,
                        sentence: deviation.sentence.replace("{}", &particulars),
                        canonical_request: text.contains(&hash).then(|| trial.canonical_request()),
                        string_to_sign: Some(text),
                    });
                }
            }
        }
    }
    None
}

/// Explains a time that is too far off by exactly a time zone's offset.
///
/// Both are in seconds since 1970. The signature of such a request is usually right: the client signed what it sent.
#[must_use]
pub fn shifted_clock(sent: i64, now: i64) -> Option<Finding> {
    const TOLERANCE: i64 = 300;
    let minutes = zone_offsets().find(|minutes| (sent - now - minutes * 60).abs() <= TOLERANCE)?;
    Some(Finding {
        name: "local-time",
        sentence: format!(
            "the time should be {}: the one sent is local time ({}), not UTC",
            extended_time(sent - minutes * 60),
            offset_text(minutes)
        ),
        string_to_sign: None,
        canonical_request: None,
    })
}

/// The signature is correct for the body that arrived, so the header that states its hash must be wrong.
fn stated_hash_is_wrong(reading: &Reading) -> Option<Finding> {
    let header = reading
        .hash_header
        .filter(|_| reading.states_another_body)?;
    Some(Finding {
        name: "body-hash-header",
        sentence: format!("signature matches, but {header} is not the hash of the body"),
        string_to_sign: None,
        canonical_request: None,
    })
}

/// The offsets of the world's time zones in minutes, without UTC itself.
fn zone_offsets() -> impl Iterator<Item = i64> {
    let half_hours = (-24..=28)
        .filter(|&halves| halves != 0)
        .map(|halves| halves * 30);
    half_hours.chain([5 * 60 + 45, 8 * 60 + 45, 12 * 60 + 45])
}

fn offset_text(minutes: i64) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!(
        "UTC{sign}{:02}:{:02}",
        minutes.abs() / 60,
        minutes.abs() % 60
    )
}

struct Budget {
    trials: usize,
    bytes: usize,
}

/// What a deviation may read besides the calculation that it changes.
struct Examination<'a> {
    case: &'a Case<'a>,
    rules: &'static SchemeRules,
    reading: Reading,
}

impl Examination<'_> {
    /// What a calculation signs.
    fn text(&self, trial: &Trial) -> String {
        (self.rules.string_to_sign)(trial) + trial.end
    }

    /// Whether a calculation gives the client's signature; `None` when the budget is spent.
    fn explains(&self, trial: &Trial, budget: &mut Budget) -> Option<bool> {
        budget.trials = budget.trials.checked_sub(1)?;
        let headers: usize = trial.headers.iter().map(|(_, value)| value.len()).sum();
        budget.bytes = budget
            .bytes
            .checked_sub(trial.query.len() + trial.path.len() + headers + 512)?;
        let text = self.text(trial);
        let mac = trial.digest.hmac(&(self.rules.key)(trial), text.as_bytes());
        let ours = trial.spelling.write(&mac);
        let mut given = self.reading.given.iter();
        Some(given.any(|given| same(&ours, given)))
    }
}

/// Reads the request and sets up the correct calculations, one for every candidate form. An unknown key has the empty secret, which
/// only a deviation replaces.
fn examine<'a>(case: &'a Case<'a>) -> Option<Examination<'a>> {
    let request = case.request;
    let form = if request.is_form() {
        request.body.len()
    } else {
        0
    };
    let headers: usize = request.headers.iter().map(|(_, value)| value.len()).sum();
    if request.query.len() + request.path.len() + headers + form > MAX_PARAMETERS {
        return None;
    }
    let secret = case.key.map(|key| key.secret).unwrap_or_default();
    let rules = case.scheme.rules();
    Some(Examination {
        case,
        rules,
        reading: (rules.examine)(
            request,
            case.alternative_paths,
            &Trial::new(request, secret),
        )?,
    })
}

/// How many parameters are left out in turn.
const MAX_LEFT_OUT: usize = 64;
