//! The rooms, one per provider, and what every room looks like from outside.
//!
//! Every room has the same six files; see ARCHITECTURE.md. What two rooms share lies beside this file, never in a room.

pub(crate) mod aliyun_ehpc;
pub(crate) mod huawei;
pub(crate) mod huawei_iam;
pub(crate) mod huawei_rocketmq;
pub(crate) mod huawei_workspace;
pub(crate) mod qingcloud_ehpc;
pub(crate) mod routes;
pub(crate) mod signatures;
pub(crate) mod volcengine_bytehouse;

use std::fmt;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::call::{Call, Limit, PathParams, Reply, Request};
use crate::catalogue::{ApiError, ErrorEntry, Missing, Refusal, Source};
use crate::clock::Time;
use crate::ids::Ids;
use crate::seed::SeedError;

/// Every provider, in the order in which tables print them.
pub(crate) static PROVIDERS: &[&dyn Provider] = &[
    &qingcloud_ehpc::QingcloudEhpc,
    &volcengine_bytehouse::VolcengineBytehouse,
    &huawei_workspace::HuaweiWorkspace,
    &huawei_rocketmq::HuaweiRocketmq,
    &huawei_iam::HuaweiIam,
    &aliyun_ehpc::AliyunEhpc,
];

/// The provider of that id.
pub(crate) fn provider(id: &str) -> Option<&'static dyn Provider> {
    PROVIDERS
        .iter()
        .copied()
        .find(|provider| provider.id() == id)
}

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
    /// Bounds that belong to no single parameter.
    fn bounds(&self) -> &'static [Bound];
    /// The tables of the store, as SQL.
    fn schema(&self) -> &'static str;
    /// The OpenAPI document, as YAML.
    fn openapi(&self) -> &'static str;
    /// The built-in demo data, as a seed document.
    fn demo(&self) -> &'static str;

    /// What a request asks for; what is no operation of this API has a name too.
    fn name_operation(&self, request: &Request) -> Named;
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
    /// The error for a request over a limit.
    fn over_limit(&self, limit: Limit) -> &'static ErrorEntry;
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
    /// Whether there is a thing that an operation missed ([`Missing`]).
    fn has(&self, tx: &Connection, missing: &Missing) -> rusqlite::Result<bool>;
}

/// What a seed may need beyond its document.
#[derive(Debug)]
pub(crate) struct SeedContext<'a> {
    pub(crate) ids: &'a Ids,
    pub(crate) now: Time,
}

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
    pub(crate) place: Place,
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
pub(crate) enum Place {
    Path,
    Header,
    Query,
    /// In the query, or in the form or JSON body of a POST.
    QueryOrBody,
    Body,
}

impl Place {
    pub(crate) const fn word(self) -> &'static str {
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
pub(crate) struct Bound {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
    pub(crate) about: &'static str,
    pub(crate) source: Source,
}

/// What a request asks for.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// The operation, if there is such a one.
    pub(crate) operation: Option<&'static Operation>,
    /// What the caller called it; empty where there is an operation.
    pub(crate) called: String,
    /// The parameters in the path.
    pub(crate) path: PathParams,
    /// Whether the path is right and only the method is not.
    pub(crate) wrong_method: bool,
}
