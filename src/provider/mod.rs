//! The vocabulary of provider modules.

pub(crate) mod call;
pub(crate) mod error;
pub(crate) mod json;
pub(crate) mod redact;
mod reply;
pub(crate) mod seed;
pub(crate) mod table;
pub(crate) mod text;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION};
use rusqlite::Connection;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use crate::signing::Scheme;
use call::{Call, Oversize, Reply, Request};
use error::{ApiError, ErrorEntry, Missing, Refusal};
use seed::SeedError;
use table::{Limit, Operation, Quirk, RouteMatch};

/// A provider's API: its tables, and the functions in which providers differ. Every provider module defines one, `PROVIDER`.
pub(crate) struct Provider {
    /// The id in addresses, flags and files: `aliyun-ehpc`.
    pub(crate) id: &'static str,
    /// The service's name.
    pub(crate) title: &'static str,
    /// The default region in answers.
    pub(crate) region: &'static str,
    /// The operations, in the order of the documents.
    pub(crate) operations: &'static [Operation],
    /// The error tables: its own, then shared ones.
    pub(crate) errors: &'static [&'static [&'static ErrorEntry]],
    /// Points on which sources disagree, as switches.
    pub(crate) quirks: &'static [Quirk],
    /// Parameters of every call besides the operation's own, for naming and signing it.
    pub(crate) common_parameters: &'static [&'static str],
    /// Limits that do not belong to a single parameter.
    pub(crate) limits: &'static [Limit],
    /// The tables of the store, as SQL.
    pub(crate) schema: &'static [&'static str],
    /// The OpenAPI document, as YAML.
    pub(crate) openapi: &'static str,
    /// The demo data as a seed document. The binary contains the database made from it (`seed/image.rs`).
    #[cfg(any(test, fuzzing))]
    pub(crate) demo: &'static str,
    /// The target of an example call that the demo data answers.
    pub(crate) example: &'static str,
    /// The kinds of records that its operations list and change.
    pub(crate) records: &'static [Records],
    /// Programs that make a first call with its official SDKs, by language, with placeholders such as `{url}`, `{host}` and `{key}`.
    pub(crate) snippets: &'static [(&'static str, &'static str)],
    pub(crate) real: Real,
    pub(crate) gateway: Gateway,
    pub(crate) data: Data,
}

/// A kind of records, and the operations that read and change them. Names are empty if there is none.
pub(crate) struct Records {
    pub(crate) kind: &'static str,
    /// The API version of the operations, if there are several.
    pub(crate) version: &'static str,
    pub(crate) list: &'static str,
    pub(crate) create: &'static str,
    pub(crate) update: &'static str,
    pub(crate) delete: &'static str,
    /// The optional parameter of the list that names the records' parent.
    pub(crate) under: &'static str,
    /// Parameters of these operations that have another name in records: `("UserID", "{ID}")`.
    pub(crate) parameters: &'static [(&'static str, &'static str)],
}

impl Records {
    /// Empty, for struct updates.
    pub(crate) const NONE: Self = Self {
        kind: "",
        version: "",
        list: "",
        create: "",
        update: "",
        delete: "",
        under: "",
        parameters: &[],
    };
}

/// Addresses and signatures of the real service: how to recognise its calls, and what its clients sign.
pub(crate) struct Real {
    /// Its host names, with `*` for any text; they decide in whose envelope an unknown path is answered.
    pub(crate) hosts: &'static [&'static str],
    /// The domains of these hosts, for certificates and the proxy.
    pub(crate) domains: &'static [&'static str],
    /// Patterns of its paths' first segments: `*` matches any segment, `$` ends an exact path. The pattern with the most literal segments
    /// from the left wins.
    pub(crate) paths: &'static [&'static str],
    /// What only its clients send, each with its point in the ordered list in `volcengine-bytehouse.md` 1.1.
    pub(crate) marks: &'static [(u8, Mark)],
    /// Credentials that only its clients send, checked after the host.
    pub(crate) credentials: &'static [Mark],
    /// What marks `GET /` as discovery of this API.
    pub(crate) discovery: &'static [Mark],
    /// Whether it answers an Action that no provider has.
    pub(crate) takes_unknown_actions: bool,
    /// The signature schemes that it verifies, the usual one first.
    pub(crate) schemes: &'static [Scheme],
    /// Real host names that a client may have signed instead of this address.
    pub(crate) endpoints: &'static [&'static str],
    /// Regions that a client may have signed for.
    pub(crate) regions: &'static [&'static str],
    /// Services that a client may have signed for.
    pub(crate) services: &'static [&'static str],
}

impl Real {
    /// Unknown, for struct updates.
    pub(crate) const UNKNOWN: Self = Self {
        hosts: &[],
        domains: &[],
        paths: &[],
        marks: &[],
        credentials: &[],
        discovery: &[],
        takes_unknown_actions: false,
        schemes: &[],
        endpoints: &[],
        regions: &[],
        services: &[],
    };
}

/// Something that a request carries; a trailing `*` matches any suffix.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    /// A header of that name, in lower case.
    Header(&'static str),
    /// The value of `Authorization`.
    Authorization(&'static str),
    /// A media type that `Accept` names.
    Accept(&'static str),
    /// A parameter in the query or a form.
    Parameter(&'static str),
    /// A parameter in the query only.
    Query(&'static str),
}

impl Mark {
    /// Whether a request's headers carry it.
    pub(crate) const fn is_header(self) -> bool {
        matches!(
            self,
            Self::Header(_) | Self::Authorization(_) | Self::Accept(_)
        )
    }

    /// Whether a request carries it.
    pub(crate) fn is_among(self, signs: &Signs<'_>) -> bool {
        let is = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
            Some(beginning) => text.starts_with(beginning),
            None => text == pattern,
        };
        let request = signs.request;
        match self {
            // There are few names, so comparing is faster than a look-up.
            Self::Header(pattern) => {
                let mut names = request.headers.keys();
                names.any(|name| is(pattern, name.as_str()))
            }
            Self::Authorization(pattern) => is(pattern, &signs.authorization),
            Self::Accept(media_type) => request.lossy_header(ACCEPT).contains(media_type),
            Self::Parameter(name) => {
                request.query().contains(name) || request.form().contains(name)
            }
            Self::Query(name) => request.query().contains(name),
        }
    }
}

/// A request, prepared for finding marks.
pub(crate) struct Signs<'a> {
    request: &'a Request,
    /// The value of its `Authorization`, or empty.
    authorization: Cow<'a, str>,
}

impl<'a> Signs<'a> {
    pub(crate) fn of(request: &'a Request) -> Self {
        Self {
            request,
            authorization: request.lossy_header(AUTHORIZATION),
        }
    }
}

/// The API's gateway, in front of its operations.
pub(crate) struct Gateway {
    /// Routes a request; unknown operations have a name too.
    pub(crate) route: fn(&Request) -> RouteMatch,
    /// The access key that the request claims to be signed with, exactly as sent.
    pub(crate) access_key: fn(&Request) -> Option<String>,
    /// The namespace that issued the request's token, for providers with tokens.
    pub(crate) token_namespace: fn(&Request) -> Option<&str>,
    /// Generates a request id in this provider's format.
    pub(crate) request_id: fn(&Ids, Time) -> String,
    /// The gateway's own checks, in its own order: route, authenticate, throttle.
    pub(crate) admit: fn(&Call<'_>) -> Result<(), ApiError>,
    /// Turns a result into the answer: errors in this provider's envelope, and the common headers.
    pub(crate) envelope: fn(&Call<'_>, Result<Reply, Refusal>) -> Reply,
    /// The error for an unfilled placeholder (`{project_id}`) in a path parameter or an id in the query.
    pub(crate) unfilled: fn(&Call<'_>, &str) -> ApiError,
    /// The error for a request over a limit.
    pub(crate) oversize: fn(Oversize) -> &'static ErrorEntry,
    /// The error for a throttled call, with headers that say how long to wait.
    pub(crate) throttled: fn(Duration) -> ApiError,
    /// The error for an internal failure.
    pub(crate) internal_error: &'static ErrorEntry,
}

/// Kinds of records with their counts.
pub(crate) type Counts = Vec<(&'static str, u64)>;

/// Access to the data for seeds, exports and the control plane.
pub(crate) struct Data {
    /// Merges this provider's part of a seed document (the value under its id) into the data, and returns the number of records. On an
    /// error, the caller rolls back.
    pub(crate) seed: fn(&Connection, &RawValue, &SeedContext<'_>) -> Result<u64, SeedError>,
    /// Exports every record as a separate seed document (the value under this provider's id), parents first, children in list order.
    /// Merging them restores the same records, including ids and times.
    pub(crate) export: fn(&Connection, &mut dyn FnMut(Value)) -> rusqlite::Result<()>,
    /// Generates seed data: the demo's parents and a number of users, as valid and varied seed documents. The same id stream gives the
    /// same users.
    pub(crate) generate: fn(u64, &Ids, &mut dyn FnMut(Value)),
    /// How many records of each kind there are: `("users", 23)`.
    pub(crate) counts: fn(&Connection) -> rusqlite::Result<Counts>,
    /// Queries that return a row if trigger-maintained values (counts, next ids) are inconsistent, since a foreign snapshot may contain
    /// anything that its schema accepts.
    pub(crate) contradictions: &'static [&'static str],
    /// Whether a record exists that an operation did not find ([`Missing`]).
    pub(crate) contains: fn(&Connection, &Missing) -> rusqlite::Result<bool>,
}

impl Provider {
    /// All rows of its error tables.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &'static ErrorEntry> {
        self.errors.iter().flat_map(|rows| rows.iter().copied())
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// What merging a seed needs besides the document.
#[derive(Debug)]
pub(crate) struct SeedContext<'a> {
    pub(crate) ids: &'a Ids,
    pub(crate) now: Time,
}
