//! Connects the providers' gateways with `signing/`: the request as the schemes read it, what a mismatch adds to the
//! journal, and the used nonces.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;

use crate::namespace::clock::Time;
use crate::namespace::credentials;
use crate::namespace::settings::Credential;
use crate::provider::call::{Call, Request};
use crate::provider::error::ApiError;
use crate::provider::redact;
use crate::signing::doctor::{self, Case, Finding};
use crate::signing::{AccessKey, Mismatch, RawRequest, Scheme};

/// A request in the form that the signing schemes read.
#[derive(Debug)]
pub(crate) struct Sent<'a> {
    request: &'a Request,
    headers: Vec<(&'a str, &'a str)>,
    /// The path without the prefix that names the provider; tried after the path as sent.
    stripped: [&'a str; 1],
}

impl<'a> Sent<'a> {
    /// Headers that are not text are left out: no client can have signed them as text.
    pub(crate) fn of(request: &'a Request) -> Self {
        let text = |value: &'a http::HeaderValue| std::str::from_utf8(value.as_bytes()).ok();
        let headers = request
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), text(value)?)));
        Self {
            request,
            headers: headers.collect(),
            stripped: [request.path()],
        }
    }

    pub(crate) fn as_sent(&self) -> RawRequest<'_> {
        RawRequest {
            method: self.request.method.as_str(),
            path: self.request.path_as_sent(),
            query: self.request.raw_query(),
            headers: &self.headers,
            body: &self.request.body,
        }
    }

    /// The paths to try after the path as sent.
    pub(crate) fn alternative_paths(&self) -> &[&'a str] {
        &self.stripped
    }
}

/// The longest canonical request that is compared line by line.
const COMPARED: usize = 4 << 10;

/// The explanation if no known mistake gives the client's signature.
pub(crate) const UNEXPLAINED: &str = "no known mistake explains the signature: the canonical request is what this server makes of the call, \
                           so either the secret key differs, or what was signed is not what arrived; compare the canonical \
                           request and the string to sign line by line with the client's";

/// How much of a signed text is shown (a form may have megabytes); the journal keeps less.
const SHOWN: usize = 64 << 10;

/// Refuses a signature that does not verify. The expected signature and the mistake that explains the difference go to
/// the journal, the mistake also to the log, and neither to the client.
pub(crate) fn require_match(
    call: &Call<'_>,
    scheme: Scheme,
    sent: &Sent<'_>,
    (access_key, credential): (&str, &Credential),
    verified: Result<(), Mismatch>,
    refuse: impl FnOnce(&Mismatch) -> ApiError,
) -> Result<(), ApiError> {
    let Err(mismatch) = verified else {
        return Ok(());
    };
    let refused = refuse(&mismatch);
    let mut known = call.settings.credentials.clone();
    known.extend(
        call.store_of(credentials::PART.name)
            .read(|tx| credentials::all(tx))?,
    );
    let keys: Vec<AccessKey<'_>> = known
        .iter()
        .map(|key| signing_key(&key.access_key, key))
        .collect();
    let real = &call.provider.real;
    let finding = doctor::diagnose(&Case {
        scheme,
        request: &sent.as_sent(),
        alternative_paths: sent.alternative_paths(),
        key: Some(signing_key(access_key, credential)),
        keys: &keys,
        port: call.request.port,
        hosts: real.endpoints,
        regions: real.regions,
        services: real.services,
    });
    let sentence = match &finding {
        Some(Finding { sentence, .. }) => sentence.clone(),
        None => UNEXPLAINED.to_owned(),
    };
    let sentence = redact::redact_quoted(&sentence);
    log(call, &sentence);
    // Truncated first: redacting the rest would be wasted work, and half a secret is redacted like a whole one.
    let shown = |text: &str| redact::redact_quoted(&text[..text.floor_char_boundary(SHOWN)]);
    let (canonical_request, string_to_sign) = (
        shown(&mismatch.canonical_request),
        shown(&mismatch.string_to_sign),
    );
    let mut details = json!({
        "finding": finding.as_ref().map(|finding| finding.name),
        "sentence": sentence,
        "canonical_request": canonical_request,
        "string_to_sign": string_to_sign,
        "expected_signature": mismatch.expected,
    });
    if let Some(finding) = &finding {
        // What the client signed, for comparison with ours.
        let texts = [
            ("client_canonical_request", &finding.canonical_request),
            ("client_string_to_sign", &finding.string_to_sign),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                details[name] = json!(shown(text));
            }
        }
    }
    if finding.is_some() || COMPARED < canonical_request.len() {
        return Err(refused.because(sentence).finding(details));
    }
    // Without a finding, the reader has to compare the texts line by line.
    let lines = |text: &str| json!(text.split('\n').collect::<Vec<_>>());
    details["canonical_request_lines"] = lines(&canonical_request);
    details["string_to_sign_lines"] = lines(&string_to_sign);
    let compared = format!(
        "{sentence}\ncanonical request:\n{canonical_request}\nstring to sign:\n{string_to_sign}"
    );
    Err(refused.because(compared).finding(details))
}

/// Refuses a time that differs too much from the namespace's: by more than the provider's limit, `own`, unless the
/// operator sets another. The difference, and whether it is local time mistaken for UTC, goes to the journal and the
/// log.
pub(crate) fn check_skew(
    call: &Call<'_>,
    sent: Time,
    own: Duration,
    refused: impl FnOnce(Time) -> ApiError,
) -> Result<(), ApiError> {
    let now = call.now();
    let Some(skew) = call.skew(own) else {
        return Ok(());
    };
    if u128::from(now.millis().abs_diff(sent.millis())) <= skew.as_millis() {
        return Ok(());
    }
    let off = now.millis().saturating_sub(sent.millis()) / 1000;
    let side = if off < 0 { "ahead of" } else { "behind" };
    let mut sentence = format!(
        "the call says {}, {} s {side} this namespace's clock ({}); {} s are allowed",
        sent.rfc3339_seconds(),
        off.abs(),
        now.rfc3339_seconds(),
        skew.as_secs()
    );
    let finding = doctor::shifted_clock(sent.seconds(), now.seconds());
    if let Some(Finding { sentence: why, .. }) = &finding {
        sentence = format!("{sentence}; {why}");
    }
    log(call, &sentence);
    let name = finding.map_or("clock", |finding| finding.name);
    let details = json!({ "finding": name, "sentence": sentence });
    Err(refused(now).because(sentence).finding(details))
}

fn log(call: &Call<'_>, sentence: &str) {
    tracing::warn!(
        provider = call.provider.id,
        request_id = call.request_id,
        "{sentence}"
    );
}

/// A key in the form that `signing/` takes, with the id that the client signs with.
pub(crate) fn signing_key<'a>(access_key: &'a str, credential: &'a Credential) -> AccessKey<'a> {
    AccessKey {
        id: access_key,
        secret: &credential.secret_key,
        token: credential.token.as_deref(),
    }
}

/// How many nonces a namespace remembers; beyond that, the oldest are dropped first.
const NONCES: usize = 100_000;

/// The nonces of verified requests, for as long as they must not be reused.
#[derive(Debug, Default)]
pub(crate) struct Nonces {
    used: Mutex<Used>,
    /// Two keyed hashes of 64 bits: together, 128 bits represent a nonce of any length.
    halves: [RandomState; 2],
}

#[derive(Debug, Default)]
struct Used {
    known: HashSet<u128>,
    by_age: VecDeque<(Time, u128)>,
    /// Nonces dropped before they expired because there were too many.
    forgotten: u64,
}

impl Nonces {
    /// Remembers a nonce of a key and returns whether it is new within this many milliseconds.
    pub(crate) fn is_new(
        &self,
        access_key: &str,
        nonce: &str,
        now: Time,
        window_millis: i64,
    ) -> bool {
        let [high, low] = self
            .halves
            .each_ref()
            .map(|half| u128::from(half.hash_one((access_key, nonce))));
        let nonce = high << 64 | low;
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((time, _)) = used.by_age.front()
            && (time.plus_millis(window_millis) < now || NONCES <= used.by_age.len())
        {
            if now <= time.plus_millis(window_millis) {
                used.forgotten += 1;
            }
            if let Some((_, oldest)) = used.by_age.pop_front() {
                used.known.remove(&oldest);
            }
        }
        if !used.known.insert(nonce) {
            return false;
        }
        used.by_age.push_back((now, nonce));
        true
    }

    /// How many nonces were dropped before they expired.
    pub(crate) fn forgotten(&self) -> u64 {
        self.used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_new_once_within_its_window() {
        let nonces = Nonces::default();
        let at = Time::from_millis;
        assert!(nonces.is_new("ak", "a", at(0), 100));
        assert!(!nonces.is_new("ak", "a", at(100), 100));
        assert!(nonces.is_new("other", "a", at(100), 100));
        assert!(nonces.is_new("ak", "a", at(101), 100));
    }

    #[test]
    fn memory_is_bounded_and_what_is_lost_is_counted() {
        let nonces = Nonces::default();
        for number in 0..=NONCES {
            let nonce = number.to_string();
            assert!(nonces.is_new("ak", &nonce, Time::from_millis(0), 100));
        }
        assert_eq!(nonces.forgotten(), 1);
    }
}
