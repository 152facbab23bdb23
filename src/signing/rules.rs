//! The differences between schemes, for code that treats all of them alike: the doctor and `rollcall explain`.

use std::fmt;

use super::doctor::trial::Trial;
use super::{Digest, Mismatch, RawRequest};

/// The properties of a scheme, defined in the scheme's own file.
#[derive(Debug)]
pub(crate) struct SchemeRules {
    /// Its display name.
    pub(crate) title: &'static str,
    /// Whether a request carries a mark of this scheme; tested in the order of [`super::Scheme::ALL`].
    pub(crate) is_on: fn(&RawRequest<'_>) -> bool,
    /// Parses a signature; an error is returned as text.
    pub(crate) read: for<'a> fn(&'a RawRequest<'a>, &'a [&'a str]) -> Result<Signed<'a>, String>,
    /// Parses it for the doctor, with the further paths and a calculation that is complete except for the secret.
    pub(crate) examine: fn(&RawRequest<'_>, &[&str], &Trial) -> Option<Reading>,
    /// The string to sign of a calculation.
    pub(crate) string_to_sign: fn(&Trial) -> String,
    /// The key of its HMAC.
    pub(crate) key: fn(&Trial) -> Vec<u8>,
    /// What represents the body in the string to sign.
    pub(crate) body_hash: fn(Digest, &[u8]) -> String,
    /// The forms in which a path may be signed.
    pub(crate) signed_paths: fn(&str) -> Vec<String>,
    /// Where the time is sent.
    pub(crate) time_parameters: &'static [&'static str],
    pub(crate) time_headers: &'static [&'static str],
    /// Its format, from seconds since 1970.
    pub(crate) write_time: fn(i64) -> String,
}

/// A function from a secret to whether the signature was made with it.
type Verify<'a> = dyn Fn(&str) -> Result<(), Mismatch> + 'a;

/// A parsed signature of any scheme.
pub(crate) struct Signed<'a> {
    pub(crate) access_key: String,
    /// In seconds since 1970; `None` if the provider has to read it.
    pub(crate) timestamp: Option<i64>,
    /// Verifies the signature with a secret.
    pub(crate) verify: Box<Verify<'a>>,
}

impl<'a> Signed<'a> {
    /// A signature as parsed by its scheme, or the text of its defect.
    pub(super) fn of<R: 'a, D: fmt::Display>(
        request: &'a RawRequest<'a>,
        alternative_paths: &'a [&'a str],
        read: Result<R, D>,
        who_and_when: fn(&R) -> (&str, Option<i64>),
        verify: fn(&RawRequest<'_>, &[&str], &R, &str) -> Result<(), Mismatch>,
    ) -> Result<Self, String> {
        let read = read.map_err(|defect| defect.to_string())?;
        let (access_key, timestamp) = who_and_when(&read);
        Ok(Self {
            access_key: access_key.to_owned(),
            timestamp,
            verify: Box::new(move |secret| verify(request, alternative_paths, &read, secret)),
        })
    }
}

/// The input of the doctor.
pub(crate) struct Reading {
    /// The possible spellings of the client's signature.
    pub(crate) given: Vec<String>,
    /// The client's time, in seconds since 1970, if it can be parsed.
    pub(crate) timestamp: Option<i64>,
    /// The header with the hash of the body, in the schemes where it exists and has to be correct.
    pub(crate) hash_header: Option<&'static str>,
    /// Whether it differs from the hash of the received body.
    pub(crate) states_another_body: bool,
    /// The correct calculations, one for each candidate.
    pub(crate) trials: Vec<Trial>,
}
