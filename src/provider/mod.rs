//! What a provider is: the vocabulary that provider modules are written in.

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

/// One provider's API: its tables, and the few things that each does in its own way. Every provider module has one, `PROVIDER`.
pub(crate) struct Provider {
    /// The id in addresses, flags and files: `aliyun-ehpc`.
    pub(crate) id: &'static str,
    /// The name that people know it by.
    pub(crate) title: &'static str,
    /// The region that answers name unless another is set.
    pub(crate) region: &'static str,
    /// The operations, in the order of the documents.
    pub(crate) operations: &'static [Operation],
    /// The error tables: its own, then what it shares with others.
    pub(crate) errors: &'static [&'static [&'static ErrorEntry]],
    /// Where sources disagree, and what can be switched.
    pub(crate) quirks: &'static [Quirk],
    /// Parameters of every call, besides those of the operation: how it is named and signed.
    pub(crate) common_parameters: &'static [&'static str],
    /// Bounds that belong to no single parameter.
    pub(crate) limits: &'static [Limit],
    /// The tables of the store, as SQL.
    pub(crate) schema: &'static [&'static str],
    /// The OpenAPI document, as YAML.
    pub(crate) openapi: &'static str,
    /// The built-in demo data, as a seed document. What is built in is the database that it makes (`seed/image.rs`).
    #[cfg(any(test, fuzzing))]
    pub(crate) demo: &'static str,
    /// The target of a call to try first, which the demo data answers.
    pub(crate) example: &'static str,
    /// The records that its operations list and change.
    pub(crate) records: &'static [Records],
    /// Programs that make a first call through its official SDKs, by their language. `{url}`, `{host}`, `{key}` and the like
    /// are still to be filled in.
    pub(crate) snippets: &'static [(&'static str, &'static str)],
    pub(crate) real: Real,
    pub(crate) gateway: Gateway,
    pub(crate) data: Data,
}

/// Records of one kind, and the operations by which clients see and change them. A text is empty where there is nothing to say.
pub(crate) struct Records {
    pub(crate) kind: &'static str,
    /// The version of the API that the operations are of, where it has several.
    pub(crate) version: &'static str,
    pub(crate) list: &'static str,
    pub(crate) create: &'static str,
    pub(crate) update: &'static str,
    pub(crate) delete: &'static str,
    /// The optional parameter of the list that names what the records belong to.
    pub(crate) under: &'static str,
    /// Parameters of these operations that records call otherwise: `("UserID", "{ID}")`.
    pub(crate) parameters: &'static [(&'static str, &'static str)],
}

impl Records {
    /// Nothing: for struct updates.
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

/// What is known of the real service's addresses and signatures: how its calls are told from others', and what its clients sign.
pub(crate) struct Real {
    /// Its host names, `*` for any text: they decide in whose envelope an unknown path is answered.
    pub(crate) hosts: &'static [&'static str],
    /// The domains that those are in, for certificates and the proxy.
    pub(crate) domains: &'static [&'static str],
    /// Its paths by their first segments, `*` for any one; `$` ends one that is the whole path. The most literal pattern
    /// wins, from the left.
    pub(crate) paths: &'static [&'static str],
    /// What only its clients send, each with its point in the ordered list of `volcengine-bytehouse.md` 1.1.
    pub(crate) marks: &'static [(u8, Mark)],
    /// Credentials that its clients send and other providers' do not, asked for after the host.
    pub(crate) credentials: &'static [Mark],
    /// What makes `GET /` a look for this API, where nothing says that it is another's.
    pub(crate) discovery: &'static [Mark],
    /// Whether an Action that no provider has is answered by this one.
    pub(crate) takes_unknown_actions: bool,
    /// The signature schemes that it verifies, the usual one first.
    pub(crate) schemes: &'static [Scheme],
    /// Whole host names that a client may have signed instead of this address.
    pub(crate) endpoints: &'static [&'static str],
    /// Regions that a client may have signed for.
    pub(crate) regions: &'static [&'static str],
    /// Services that a client may have signed for.
    pub(crate) services: &'static [&'static str],
}

impl Real {
    /// Nothing known: for struct updates.
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

/// Something that a request carries; a text that ends in `*` stands for what begins so.
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
    /// A parameter in the query alone.
    Query(&'static str),
}

impl Mark {
    /// Whether it is in the headers of a request.
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
            // Names are few, and compared sooner than one is looked up.
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

/// A request, as it is looked at for marks.
pub(crate) struct Signs<'a> {
    request: &'a Request,
    /// The value of its `Authorization`; empty where there is none.
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

/// The API's own gateway, in front of its operations.
pub(crate) struct Gateway {
    /// What a request asks for; what is no operation of this API has a name too.
    pub(crate) route: fn(&Request) -> RouteMatch,
    /// The access key that the request says it is signed with, exactly as sent.
    pub(crate) access_key: fn(&Request) -> Option<String>,
    /// The namespace in which the token that the request carries was issued; for providers with tokens.
    pub(crate) token_namespace: fn(&Request) -> Option<&str>,
    /// A new id for a call, in this provider's format.
    pub(crate) request_id: fn(&Ids, Time) -> String,
    /// The gateway's own checks, in its own order: route, authenticate, throttle.
    pub(crate) admit: fn(&Call<'_>) -> Result<(), ApiError>,
    /// The answer as it goes out: errors in this provider's envelope, and the headers that every answer has.
    pub(crate) envelope: fn(&Call<'_>, Result<Reply, Refusal>) -> Reply,
    /// The error for a path parameter, or an id in the query, that the client left as a placeholder: `{project_id}`.
    pub(crate) unfilled: fn(&Call<'_>, &str) -> ApiError,
    /// The error for a request over a bound.
    pub(crate) oversize: fn(Oversize) -> &'static ErrorEntry,
    /// The error for a call beyond a rate, with the headers that say how long to wait.
    pub(crate) throttled: fn(Duration) -> ApiError,
    /// The error for something that went wrong inside.
    pub(crate) internal_error: &'static ErrorEntry,
}

/// Kinds of records, and how many there are of each.
pub(crate) type Counts = Vec<(&'static str, u64)>;

/// How seeds, exports and the control plane reach the data.
pub(crate) struct Data {
    /// Merges this provider's part of a seed document (the value under its id) into the data and says how many records
    /// it held. The caller's transaction is rolled back when it fails.
    pub(crate) seed: fn(&Connection, &RawValue, &SeedContext<'_>) -> Result<u64, SeedError>,
    /// Gives every record as a seed document of its own (the value under this provider's id), parents first, children in
    /// the order of their list; what `seed` makes of them gives the same records again, ids and times included.
    pub(crate) export: fn(&Connection, &mut dyn FnMut(Value)) -> rusqlite::Result<()>,
    /// Makes up data for `--seed`: the parents of the demo and that many users, as documents that `seed` takes, valid and
    /// varied. The same ids give the same users.
    pub(crate) generate: fn(u64, &Ids, &mut dyn FnMut(Value)),
    /// How many records of each kind there are: `("users", 23)`.
    pub(crate) counts: fn(&Connection) -> rusqlite::Result<Counts>,
    /// Queries that give a row where what triggers keep (counts, next ids) contradicts the rows that it is kept of: a snapshot
    /// from elsewhere may hold anything that its schema lets through.
    pub(crate) contradictions: &'static [&'static str],
    /// Whether there is a thing that an operation missed ([`Missing`]).
    pub(crate) contains: fn(&Connection, &Missing) -> rusqlite::Result<bool>,
}

impl Provider {
    /// Every row of its error tables.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &'static ErrorEntry> {
        self.errors.iter().flat_map(|rows| rows.iter().copied())
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// What a seed may need beyond its document.
#[derive(Debug)]
pub(crate) struct SeedContext<'a> {
    pub(crate) ids: &'a Ids,
    pub(crate) now: Time,
}
