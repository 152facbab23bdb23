//! The providers' errors.
//!
//! Each provider lists its documented errors in one [`catalogue!`] table. Operations raise its rows, and routing, help, faults,
//! coverage and tests read the same rows.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::HeaderName;
use serde_json::Value;

/// Where a fact comes from. The text names the file, package and version, page or reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// One of the five documents, which take precedence over everything else.
    Seed(&'static str),
    /// The source code of an official SDK.
    Sdk(&'static str),
    /// Other public documentation, or error bodies quoted in public.
    Docs(&'static str),
    /// Observed by running the real SDK, or in a client's live tests.
    Observed(&'static str),
    /// Chosen here, because there is no source.
    Inferred(&'static str),
}

impl Source {
    /// The kind of source, in one word.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Seed(_) => "seed",
            Self::Sdk(_) => "sdk",
            Self::Docs(_) => "docs",
            Self::Observed(_) => "observed",
            Self::Inferred(_) => "inferred",
        }
    }

    /// The specific source.
    pub(crate) const fn detail(self) -> &'static str {
        match self {
            Self::Seed(detail)
            | Self::Sdk(detail)
            | Self::Docs(detail)
            | Self::Observed(detail)
            | Self::Inferred(detail) => detail,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind(), self.detail())
    }
}

/// What makes rollcall raise an error on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raised {
    /// Something a client does, in any mode.
    Condition,
    /// A failed check of the lenient or strict authentication.
    Authentication,
    /// Nothing: only a fault asked for by name.
    Fault,
}

impl Raised {
    /// The word that tables print.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Authentication => "authentication",
            Self::Fault => "fault",
        }
    }
}

/// One row of a provider's error table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ErrorEntry {
    /// Unique within the provider and URL-safe; the name in faults and coverage tables.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The provider's own code, as on the wire; need not be unique.
    pub code: &'static str,
    /// A further number of the provider (Volcengine's `CodeN`, QingCloud's `ret_code`).
    pub number: Option<i64>,
    /// The message; each `{}` takes one detail.
    pub message: &'static str,
    /// What raises it.
    pub raised: Raised,
    /// When it is raised, in one line.
    pub about: &'static str,
    /// Where the row comes from.
    pub source: Source,
}

impl ErrorEntry {
    /// The error without a detail.
    pub(crate) fn raise(&'static self) -> ApiError {
        self.with_all(&[])
    }

    /// The error with its one detail filled in.
    pub(crate) fn with(&'static self, detail: impl fmt::Display) -> ApiError {
        self.with_all(&[&detail])
    }

    /// The error with its details filled in, in order.
    pub(crate) fn with_all(&'static self, details: &[&dyn fmt::Display]) -> ApiError {
        ApiError::Refused(Box::new(self.refusal(details)))
    }

    /// The error as data. A `{}` without a detail is removed.
    pub(crate) fn refusal(&'static self, details: &[&dyn fmt::Display]) -> Refusal {
        let mut message = String::with_capacity(self.message.len());
        let mut details = details.iter();
        for (index, part) in self.message.split("{}").enumerate() {
            if 0 < index
                && let Some(detail) = details.next()
            {
                message.push_str(&detail.to_string());
            }
            message.push_str(part);
        }
        Refusal {
            entry: self,
            message: Cow::Owned(message),
            explanation: None,
            missing: None,
            finding: None,
            headers: Vec::new(),
        }
    }
}

/// A raised error: a row of the catalogue, with its message filled in.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The row.
    pub entry: &'static ErrorEntry,
    /// The message as the provider would print it.
    pub message: Cow<'static, str>,
    /// Notes for the journal; never on the wire.
    pub explanation: Option<String>,
    /// The record that was not found, so that the journal can say where it does exist.
    pub missing: Option<Missing>,
    /// What the signature doctor found; never on the wire.
    pub finding: Option<Value>,
    /// Additional headers of this answer (such as a throttled call's retry hint).
    pub headers: Vec<(HeaderName, String)>,
}

/// A record that was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Its kind: `cluster`, `user`.
    pub kind: &'static str,
    /// Its natural key, parents first: `["ehpc-hz-vu7c2WkVGx", "alice.wang"]`.
    pub key: Vec<String>,
}

/// Why an operation did not answer.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The provider refuses the call.
    Refused(Box<Refusal>),
    /// An unexpected failure; the client gets the provider's own internal error, the journal the cause.
    Broken(Box<dyn Error + Send + Sync>),
}

impl ApiError {
    /// Adds a note for the journal.
    #[must_use]
    pub(crate) fn because(mut self, explanation: impl Into<String>) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.explanation = Some(explanation.into());
        }
        self
    }

    /// Adds the record that was not found: its kind, and its natural key, parents first.
    #[must_use]
    pub(crate) fn missing(mut self, kind: &'static str, key: &[&str]) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.missing = Some(Missing {
                kind,
                key: key.iter().map(|&part| part.to_owned()).collect(),
            });
        }
        self
    }

    /// Adds what the signature doctor found.
    #[must_use]
    pub(crate) fn finding(mut self, finding: Value) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.finding = Some(finding);
        }
        self
    }

    /// Adds a header to this answer.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.headers.push((name, value.into()));
        }
        self
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Broken(Box::new(cause))
    }
}

impl From<Box<dyn Error + Send + Sync>> for ApiError {
    fn from(cause: Box<dyn Error + Send + Sync>) -> Self {
        Self::Broken(cause)
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(cause: serde_json::Error) -> Self {
        Self::Broken(Box::new(cause))
    }
}

/// Defines a provider's error table: the constants that operations raise, and `CATALOGUE` with all of them in order.
///
/// `NAME: UrlSafeName = status "Code" [number] "message with {}" raised SOURCE;` after a doc comment that says when. The
/// number is optional.
macro_rules! catalogue {
    ($( #[doc = $about:literal] $constant:ident : $name:ident = $status:literal $code:literal $([$number:literal])? $message:literal $raised:ident $source:expr ;)*) => {
        $(
            #[doc = $about]
            pub(crate) static $constant: $crate::provider::error::ErrorEntry = $crate::provider::error::ErrorEntry {
                name: stringify!($name),
                status: $status,
                code: $code,
                number: $crate::provider::error::catalogue!(@number $($number)?),
                message: $message,
                raised: $crate::provider::error::Raised::$raised,
                about: $about.trim_ascii(),
                source: $source,
            };
        )*
        /// Every row, in the order of the provider's document.
        pub(crate) static CATALOGUE: &[&$crate::provider::error::ErrorEntry] = &[$(&$constant),*];
    };
    (@number) => { None };
    (@number $number:literal) => { Some($number) };
}
pub(crate) use catalogue;

#[cfg(test)]
mod tests {
    use super::*;

    static ENTRY: ErrorEntry = ErrorEntry {
        name: "NoSuchOperation",
        status: 404,
        code: "NoSuchOperation",
        number: None,
        message: "no {} in {}",
        raised: Raised::Condition,
        about: "",
        source: Source::Inferred("a test"),
    };

    #[test]
    fn details_fill_the_message_in_order() {
        assert_eq!(
            ENTRY.refusal(&[&"ListUserz", &"2024-08-31"]).message,
            "no ListUserz in 2024-08-31"
        );
        assert_eq!(ENTRY.refusal(&[&"{}"]).message, "no {} in ");
        assert_eq!(ENTRY.refusal(&[]).message, "no  in ");
    }
}
