//! The rows of a provider's tables: operations, parameters, quirks, bounds.

use std::fmt;

use super::call::{Call, PathParams, Reply};
use super::error::{ApiError, Source};

/// One API action: a row that routing, help, OpenAPI checks, coverage and tests read.
pub(crate) struct Operation {
    /// The provider's own name for it.
    pub(crate) name: &'static str,
    /// The methods that reach it, the documented one first.
    pub(crate) methods: &'static [&'static str],
    /// The path, parameters in braces.
    pub(crate) path: &'static str,
    /// The API version where a call names one; else empty.
    pub(crate) version: &'static str,
    /// What it does, in a line.
    pub(crate) summary: &'static str,
    /// Its parameters, in the order of its document.
    pub(crate) parameters: &'static [Parameter],
    /// Whether it changes anything, which a key that may only read must not.
    pub(crate) writes: bool,
    /// Where the row comes from.
    pub(crate) source: Source,
    /// Does it.
    pub(crate) run: fn(&Call<'_>) -> Result<Reply, ApiError>,
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.name, self.methods.join("|"), self.path)
    }
}

/// A parameter of an operation.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    /// Where it travels.
    pub(crate) location: Location,
    /// Its type on the wire.
    pub(crate) kind: &'static str,
    pub(crate) required: bool,
    /// What it is when absent; empty where nothing stands in for it.
    pub(crate) default: &'static str,
    /// Its bounds, and what happens outside of them.
    pub(crate) rule: &'static str,
    pub(crate) source: Source,
}

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Header,
    Query,
    /// In the query, or in the form or JSON body of a POST.
    QueryOrBody,
    Body,
}

impl Location {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Header => "header",
            Self::Query => "query",
            Self::QueryOrBody => "query or body",
            Self::Body => "body",
        }
    }
}

/// A point on which the sources disagree: the default is the contract's choice, the other values can be asked for.
#[derive(Debug)]
pub(crate) struct Quirk {
    pub(crate) name: &'static str,
    /// The values, the default first.
    pub(crate) values: &'static [&'static str],
    pub(crate) about: &'static str,
    pub(crate) source: Source,
}

impl Quirk {
    pub(crate) fn default(&self) -> &'static str {
        self.values.first().expect("every quirk has a value")
    }
}

/// A bound that belongs to no single parameter (a quota, a batch size, a clock skew).
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
    pub(crate) about: &'static str,
    pub(crate) source: Source,
}

/// What a request asks for.
#[derive(Debug, Default)]
pub(crate) struct RouteMatch {
    /// The operation, if there is such a one.
    pub(crate) operation: Option<&'static Operation>,
    /// What the caller called it; empty where there is an operation.
    pub(crate) called: String,
    /// The parameters in the path.
    pub(crate) path: PathParams,
    /// Whether the path is right and only the method is not.
    pub(crate) wrong_method: bool,
}
