//! What is particular to a scheme, for those who treat all of them alike: the doctor and `rollcall explain`.

use std::fmt;

use super::doctor::trial::Trial;
use super::{Digest, Mismatch, RawRequest};

/// A scheme's own answers, in the scheme's own file.
#[derive(Debug)]
pub(crate) struct SchemeRules {
    /// Its name for people.
    pub(crate) title: &'static str,
    /// Whether a request carries what only this scheme has; asked in the order of [`super::Scheme::ALL`].
    pub(crate) is_on: fn(&RawRequest<'_>) -> bool,
    /// Reads a signature; what it lacks is told as text.
    pub(crate) read: for<'a> fn(&'a RawRequest<'a>, &'a [&'a str]) -> Result<Signed<'a>, String>,
    /// Reads it for the doctor: with the further paths, and a calculation that lacks all but the secret.
    pub(crate) examine: fn(&RawRequest<'_>, &[&str], &Trial) -> Option<Reading>,
    /// The string to sign of a calculation.
    pub(crate) string_to_sign: fn(&Trial) -> String,
    /// The key of its HMAC.
    pub(crate) key: fn(&Trial) -> Vec<u8>,
    /// What stands for a body in the string to sign.
    pub(crate) body_hash: fn(Digest, &[u8]) -> String,
    /// The spellings in which a path may be signed.
    pub(crate) signed_paths: fn(&str) -> Vec<String>,
    /// Where the time travels.
    pub(crate) time_parameters: &'static [&'static str],
    pub(crate) time_headers: &'static [&'static str],
    /// How it is written, from seconds since 1970.
    pub(crate) write_time: fn(i64) -> String,
}

/// From a secret to whether the signature is made with it.
type Verify<'a> = dyn Fn(&str) -> Result<(), Mismatch> + 'a;

/// A parsed signature of any scheme.
pub(crate) struct Signed<'a> {
    pub(crate) access_key: String,
    /// In seconds since 1970; nothing where it is the provider's to read.
    pub(crate) timestamp: Option<i64>,
    /// Holds the signature against a secret.
    pub(crate) verify: Box<Verify<'a>>,
}

impl<'a> Signed<'a> {
    /// A signature as its scheme's reader took it apart, or what that says of a defect.
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

/// What the doctor starts from.
pub(crate) struct Reading {
    /// The spellings of the client's signature.
    pub(crate) given: Vec<String>,
    /// The time that the client sent, in seconds since 1970, if it can be read.
    pub(crate) timestamp: Option<i64>,
    /// The header that states the hash of the body and has to be right, for the schemes that have one.
    pub(crate) hash_header: Option<&'static str>,
    /// Whether it names another body than the one that came.
    pub(crate) states_another_body: bool,
    /// The right calculations, one for every candidate form.
    pub(crate) trials: Vec<Trial>,
}
