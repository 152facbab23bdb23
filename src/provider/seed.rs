//! How a provider reads its part of a seed document, and how it says what is wrong there.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::redact;

/// Why a seed document cannot be taken.
#[derive(Debug, thiserror::Error)]
#[error("at {path}: {rule}")]
pub(crate) struct SeedError {
    /// Where in the document, as `users[3].UserId`.
    pub path: String,
    /// What is wrong there, the value included, and what would be right.
    pub rule: String,
}

impl SeedError {
    /// A rule broken at a place.
    pub(crate) fn new(path: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            rule: rule.into(),
        }
    }

    /// The same, seen from one level further out.
    pub(crate) fn under(mut self, parent: &str) -> Self {
        self.path = match self.path.as_str() {
            "" | "." => parent.to_owned(),
            path if path.starts_with('[') => format!("{parent}{path}"),
            path => format!("{parent}.{path}"),
        };
        self
    }
}

impl From<rusqlite::Error> for SeedError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::new("", format!("the data does not fit: {cause}"))
    }
}

/// Reads a part of a document into its types; an error names the place, and the value where that is no secret.
pub(crate) fn decode<T: DeserializeOwned>(document: &Value) -> Result<T, SeedError> {
    // Only what is wrong is read a second time, with an eye on where.
    T::deserialize(document).or_else(|_| {
        serde_path_to_error::deserialize(document).map_err(|error| {
            let path = error.path().to_string();
            let rule = error.into_inner().to_string();
            if redact::is_secret(&path) {
                return SeedError::new(path, without_value(&rule));
            }
            let value = value_at(document, &path)
                .map(|value| format!(" (found {})", shortened(value)))
                .unwrap_or_default();
            SeedError::new(path, format!("{rule}{value}"))
        })
    })
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

/// The value at a path as `serde_path_to_error` prints it.
fn value_at<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |value, segment| {
        let (name, indices) = segment.split_at(segment.find('[').unwrap_or(segment.len()));
        let value = if name.is_empty() {
            value
        } else {
            value.get(name)?
        };
        indices
            .split(['[', ']'])
            .filter(|index| !index.is_empty())
            .try_fold(value, |value, index| {
                value.get(index.parse::<usize>().ok()?)
            })
    })
}

/// A value for an error message: enough to find it, never a page, and no secret in it.
pub(crate) fn shortened(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = redact::body(value.to_string().as_bytes());
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
