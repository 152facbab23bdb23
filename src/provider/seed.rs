//! Reading a provider's part of a seed document, with errors that name the place.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::json::{self, JsonError, Place, Step};
use super::redact;
use super::text::excerpt;

/// Why a seed document is invalid.
#[derive(Debug)]
pub(crate) struct SeedError {
    /// Where in the document, e.g. `users[3].UserId`.
    pub path: String,
    /// What is wrong there, with the value, and what would be right.
    pub rule: String,
    /// Where in the text; filled in by the document.
    pub place: Place,
}

impl SeedError {
    /// A rule violated at a place.
    pub(crate) fn new(path: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            rule: rule.into(),
            place: Place::default(),
        }
    }

    /// Prefixes the place with its parent.
    pub(crate) fn under(mut self, parent: &str) -> Self {
        self.path = match self.path.as_str() {
            "" | "." => parent.to_owned(),
            path if path.starts_with('[') => format!("{parent}{path}"),
            path => format!("{parent}.{path}"),
        };
        self
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "at {}: ", self.path)?;
        }
        f.write_str(&self.rule)
    }
}

impl std::error::Error for SeedError {}

impl From<rusqlite::Error> for SeedError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::new("", format!("the data does not fit: {cause}"))
    }
}

/// The longest part whose faulty value is shown, since it is parsed again for that.
const SHOWN: usize = 1024 * 1024;

/// Parses a part of a document into its types; an error names the place, and the value if it is not a secret.
pub(crate) fn decode<T: DeserializeOwned>(document: &RawValue) -> Result<T, SeedError> {
    let text = document.get();
    json::read(text.as_bytes()).map_err(|error| {
        let value = || serde_json::from_str::<Value>(text).ok();
        let value = (text.len() <= SHOWN).then(value).flatten();
        seed_error(&error, value.as_ref())
    })
}

/// The same for a part that is already in memory.
pub(crate) fn decode_value<T: DeserializeOwned>(document: &Value) -> Result<T, SeedError> {
    json::read_value(document).map_err(|error| seed_error(&error, Some(document)))
}

fn seed_error(error: &JsonError, document: Option<&Value>) -> SeedError {
    let (path, rule) = (error.dotted(), error.without_position());
    if redact::is_secret(&path) {
        return SeedError::new(path, without_value(rule));
    }
    let value = document
        .and_then(|document| value_at(document, &error.path))
        .map(|value| format!(" (found {})", shortened(value)))
        .unwrap_or_default();
    SeedError::new(path, format!("{rule}{value}"))
}

/// Wraps a value as a part of a document, for tests.
#[cfg(test)]
pub(crate) fn part(document: &Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(document).expect("a value is JSON")
}

/// What serde says of a value, without the value, which it quotes first. Of a field it quotes the name alone.
fn without_value(rule: &str) -> String {
    match rule.rsplit_once(", expected ") {
        _ if rule.starts_with("unknown field") => rule.to_owned(),
        Some((_, expected)) => {
            format!("the value, which may be a secret and is not shown, is not {expected}")
        }
        None => "the value, which may be a secret and is not shown, does not fit".to_owned(),
    }
}

fn value_at<'a>(document: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(document, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    })
}

/// An excerpt of a value, with no secret in it.
pub(crate) fn shortened(value: &Value) -> String {
    excerpt(&redact::body(value.to_string().as_bytes()))
}
