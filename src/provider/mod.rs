//! What a provider is: the vocabulary that provider modules are written in.

pub(crate) mod call;
pub(crate) mod error;
pub(crate) mod redact;
pub(crate) mod seed;
pub(crate) mod table;
pub(crate) mod text;

use std::fmt;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use call::{Call, Oversize, Reply, Request};
use error::{ApiError, ErrorEntry, Missing, Refusal};
use seed::SeedError;
use table::{Limit, Operation, Quirk, RouteMatch};

/// One provider's API: its tables, and the few things that each does in its own way.
pub(crate) trait Provider: fmt::Debug + Sync {
    /// The id in addresses, flags and files: `aliyun-ehpc`.
    fn id(&self) -> &'static str;
    /// The name that people know it by.
    fn title(&self) -> &'static str;
    /// The region that answers name when nobody sets another.
    fn default_region(&self) -> &'static str;
    /// The operations, in the order of the documents.
    fn operations(&self) -> &'static [Operation];
    /// The error table.
    fn errors(&self) -> Vec<&'static ErrorEntry>;
    /// Where sources disagree, and what can be switched.
    fn quirks(&self) -> &'static [Quirk];
    /// Parameters of every call, beside those of the operation: how it is named and signed.
    fn common_parameters(&self) -> &'static [&'static str] {
        &[]
    }
    /// Bounds that belong to no single parameter.
    fn limits(&self) -> &'static [Limit];
    /// The tables of the store, as SQL.
    fn schema(&self) -> &'static str;
    /// The OpenAPI document, as YAML.
    fn openapi(&self) -> &'static str;
    /// The built-in demo data, as a seed document.
    fn demo(&self) -> &'static str;

    /// What a request asks for; what is no operation of this API has a name too.
    fn name_operation(&self, request: &Request) -> RouteMatch;
    /// The access key that the request says it is signed with, exactly as sent.
    fn access_key(&self, request: &Request) -> Option<String>;
    /// The namespace in which the token that the request carries was issued; for providers with tokens.
    fn token_namespace<'a>(&self, _request: &'a Request) -> Option<&'a str> {
        None
    }
    /// A new id for a call, in this provider's format.
    fn request_id(&self, ids: &Ids, now: Time) -> String;
    /// The gateway's own checks, in its own order: route, authenticate, throttle.
    fn admit(&self, call: &Call<'_>) -> Result<(), ApiError>;
    /// The answer as it goes out: errors in this provider's envelope, and the headers that every answer has.
    fn envelope(&self, call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply;
    /// The error for a path parameter, or an id in the query, that the client left as a placeholder: `{project_id}`.
    fn unfilled(&self, call: &Call<'_>, parameter: &str) -> ApiError;
    /// The error for a request over a limit.
    fn over_limit(&self, limit: Oversize) -> &'static ErrorEntry;
    /// The error for a call beyond a rate, with the headers that say how long to wait.
    fn throttled(&self, wait: Duration) -> ApiError;
    /// The error for something that went wrong inside.
    fn internal_error(&self) -> &'static ErrorEntry;

    /// Merges this provider's part of a seed document (the value under its id) into the data and says how many records
    /// it held. The caller's transaction is rolled back when it fails.
    fn seed(
        &self,
        tx: &Connection,
        document: &Value,
        context: &SeedContext<'_>,
    ) -> Result<u64, SeedError>;
    /// Gives every record as a seed document of its own (the value under this provider's id), parents first, children in
    /// the order of their list; what [`Provider::seed`] makes of them gives the same records again, ids and times included.
    fn export(&self, tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()>;
    /// Makes up data for `--seed`: the parents of the demo and that many users, as documents that [`Provider::seed`] takes,
    /// valid and varied. The same ids give the same users.
    fn generate(&self, count: u64, ids: &Ids, each: &mut dyn FnMut(Value));
    /// How many records of each kind there are: `("users", 23)`.
    fn counts(&self, tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>>;
    /// Queries that give a row where what triggers keep (counts, next ids) contradicts the rows that it is kept of: a snapshot
    /// from elsewhere may hold anything that its schema lets through.
    fn contradictions(&self) -> &'static [&'static str];
    /// Whether there is a thing that an operation missed ([`Missing`]).
    fn has(&self, tx: &Connection, missing: &Missing) -> rusqlite::Result<bool>;
}

/// What a seed may need beyond its document.
#[derive(Debug)]
pub(crate) struct SeedContext<'a> {
    pub(crate) ids: &'a Ids,
    pub(crate) now: Time,
}
