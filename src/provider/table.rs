//! The rows of a provider's tables (operations, parameters, quirks, limits), and the macros to define them, one line each.
//!
//! ```text
//! parameters! {
//!     LIMIT = query "limit": "integer" = "10", "digits, {}; else 400 DMS.00400062" 1..=50 value, SEED;
//! }
//! operations! {
//!     /// Lists the users of an instance, oldest first
//!     ListUser: GET "/v2/{project_id}/instances/{instance_id}/users" reads SEED => operations::list_user [PROJECT_ID, INSTANCE_ID, LIMIT];
//! }
//! ```

use std::borrow::Cow;
use std::fmt;

use super::call::{Call, PathParams, Reply};
use super::error::{ApiError, Source};

/// One API action: a row that routing, help, OpenAPI checks, coverage and tests read.
pub(crate) struct Operation {
    /// The provider's own name for it.
    pub(crate) name: &'static str,
    /// The methods that it takes, the documented one first.
    pub(crate) methods: &'static [&'static str],
    /// The path, with parameters in braces.
    pub(crate) path: &'static str,
    /// The API version if calls name one, else empty.
    pub(crate) version: &'static str,
    /// What it does, in one line.
    pub(crate) summary: &'static str,
    /// Its parameters, in the order of its document.
    pub(crate) parameters: &'static [Parameter],
    /// Whether it writes, which a read-only key must not.
    pub(crate) writes: bool,
    /// Where the row comes from.
    pub(crate) source: Source,
    /// The function that runs it.
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
    /// Its location.
    pub(crate) location: Location,
    /// Its type on the wire.
    pub(crate) kind: &'static str,
    pub(crate) required: bool,
    /// Its default, or empty.
    pub(crate) default: &'static str,
    /// What it accepts, and the error otherwise; `{}` stands for the bounds.
    pub(crate) rule: &'static str,
    /// Its numeric bounds, if any.
    pub(crate) bounds: Option<Bounds>,
    pub(crate) source: Source,
}

impl Parameter {
    /// What it accepts, and the error otherwise, with the bounds filled in.
    pub(crate) fn rule(&self) -> Cow<'static, str> {
        match self.bounds {
            None => Cow::Borrowed(self.rule),
            Some(bounds) => Cow::Owned(self.rule.replacen("{}", &bounds.to_string(), 1)),
        }
    }
}

/// Inclusive bounds of a parameter. Tests probe the decoders at both and just beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) min: u64,
    pub(crate) max: u64,
    pub(crate) of: Measure,
}

/// What bounds apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    non_camel_case_types,
    reason = "the tables' macros name a measure as people read it"
)]
pub(crate) enum Measure {
    /// The number itself.
    value,
    /// The characters of a text.
    characters,
    /// The items of a list.
    items,
}

impl Measure {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::value => "value",
            Self::characters => "characters",
            Self::items => "items",
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.of) {
            (0, Measure::characters | Measure::items) => write!(f, "up to {}", self.max),
            (min, _) => write!(f, "{min} to {}", self.max),
        }
    }
}

/// The location of a parameter.
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

/// A point on which sources disagree: the default is the contract's choice, the other values can be selected.
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

/// A limit that does not belong to a single parameter (a quota, a batch size, a clock skew).
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
    pub(crate) about: &'static str,
    pub(crate) source: Source,
}

/// The operation that a request asks for.
#[derive(Debug, Default)]
pub(crate) struct RouteMatch {
    /// The operation, if it exists.
    pub(crate) operation: Option<&'static Operation>,
    /// The unknown name that the client sent; empty if there is an operation.
    pub(crate) called: String,
    /// The parameters in the path.
    pub(crate) path: PathParams,
    /// Whether the path is correct and only the method is wrong.
    pub(crate) wrong_method: bool,
}

/// Defines an operation table, `OPERATIONS`.
///
/// `/// What it does` `Name ["version"]: METHOD[ | METHOD] "/path" reads|writes SOURCE => run [parameters];` where a parameter
/// is a constant, or in parentheses what [`parameter!`] takes.
macro_rules! operations {
    ($( #[doc = $summary:literal] $name:ident $($version:literal)? : $($method:ident)|+ $path:literal $effect:ident $source:expr => $run:path [ $($parameter:tt),* $(,)? ] ; )*) => {
        /// Every operation, in the order of the documents.
        pub(super) static OPERATIONS: &[$crate::provider::table::Operation] = &[$(
            $crate::provider::table::Operation {
                name: stringify!($name),
                methods: &[$(stringify!($method)),+],
                path: $path,
                version: $crate::provider::table::operations!(@version $($version)?),
                summary: $summary.trim_ascii(),
                parameters: &[$($crate::provider::table::parameter!($parameter)),*],
                writes: $crate::provider::table::operations!(@$effect),
                source: $source,
                run: $run,
            }
        ),*];
    };
    (@version) => { "" };
    (@version $version:literal) => { $version };
    (@reads) => { false };
    (@writes) => { true };
}
pub(crate) use operations;

/// Defines parameters shared by several operations as constants: `NAME =` and what [`parameter!`] takes.
macro_rules! parameters {
    ($( $(#[doc = $about:literal])? $constant:ident = $($word:ident)+ $name:literal : $kind:literal $(= $default:literal)? , $rule:tt $($min:literal ..= $max:literal $of:ident)? , $source:expr ; )*) => {
        $(
            $(#[doc = $about])?
            const $constant: $crate::provider::table::Parameter = $crate::provider::table::parameter!(($($word)+ $name: $kind $(= $default)?, $rule $($min ..= $max $of)?, $source));
        )*
    };
}
pub(crate) use parameters;

/// One parameter: a constant, or in parentheses
/// `[required] path|header|query|query_or_body|body "name": "type" [= "default"], "rule" [min..=max value|characters|items], SOURCE`.
/// Path parameters are required.
macro_rules! parameter {
    ($constant:ident) => { $constant };
    ((required $location:ident $($rest:tt)*)) => {
        $crate::provider::table::parameter!(@build true, $location $($rest)*)
    };
    ((path $($rest:tt)*)) => {
        $crate::provider::table::parameter!(@build true, path $($rest)*)
    };
    (($($rest:tt)*)) => {
        $crate::provider::table::parameter!(@build false, $($rest)*)
    };
    (@build $required:literal, $location:ident $name:literal : $kind:literal $(= $default:literal)? , $rule:tt $($min:literal ..= $max:literal $of:ident)? , $source:expr) => {
        $crate::provider::table::Parameter {
            name: $name,
            location: $crate::provider::table::parameter!(@$location),
            kind: $kind,
            required: $required,
            default: $crate::provider::table::parameter!(@default $($default)?),
            rule: $rule,
            bounds: $crate::provider::table::parameter!(@bounds $($min $max $of)?),
            source: $source,
        }
    };
    (@path) => { $crate::provider::table::Location::Path };
    (@header) => { $crate::provider::table::Location::Header };
    (@query) => { $crate::provider::table::Location::Query };
    (@query_or_body) => { $crate::provider::table::Location::QueryOrBody };
    (@body) => { $crate::provider::table::Location::Body };
    (@default) => { "" };
    (@default $default:literal) => { $default };
    (@bounds) => { None };
    (@bounds $min:literal $max:literal $of:ident) => {
        Some($crate::provider::table::Bounds {
            min: $min,
            max: $max,
            of: $crate::provider::table::Measure::$of,
        })
    };
}
pub(crate) use parameter;

/// Defines a table of quirks, `QUIRKS`: `/// What it decides` `"name" = "default" | "other", SOURCE;`
macro_rules! quirks {
    ($( use $shared:path ; )* $( #[doc = $about:literal] $name:literal = $($value:literal)|+ , $source:expr ; )*) => {
        /// Where the sources disagree, and what can be switched.
        pub(super) static QUIRKS: &[$crate::provider::table::Quirk] = &[$($shared,)* $(
            $crate::provider::table::Quirk {
                name: $name,
                values: &[$($value),+],
                about: $about.trim_ascii(),
                source: $source,
            }
        ),*];
    };
}
pub(crate) use quirks;

/// Defines a table of limits, `LIMITS`: `/// What it limits` `"name" = "value", SOURCE;`
macro_rules! limits {
    ($( #[doc = $about:literal] $name:literal = $value:literal , $source:expr ; )*) => {
        /// Bounds that belong to no single parameter.
        pub(super) static LIMITS: &[$crate::provider::table::Limit] = &[$(
            $crate::provider::table::Limit {
                name: $name,
                value: $value,
                about: $about.trim_ascii(),
                source: $source,
            }
        ),*];
    };
}
pub(crate) use limits;
