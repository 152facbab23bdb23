//! Huawei Cloud IAM, as far as clients of the other services call it implicitly.
//!
//! Peculiarities:
//! - tokens travel in headers: a new one comes back in `X-Subject-Token`;
//! - `/v3/auth/tokens` and `/v3` work with and without a trailing slash, unlike all other paths;
//! - at `/`, which other providers serve too, Keystone clients find the list of versions, with the status 300;
//! - looking up projects by name has to return exactly one: SDKs reject none and several alike;
//! - IAM's errors have their own envelope with a numeric code; those of the gateway have the gateway's;
//! - times have six decimals of a second.

mod auth;
mod errors;
mod model;
mod operations;
mod table;
mod wire;

use std::sync::LazyLock;

use crate::provider::call::Request;
use crate::provider::table::RouteMatch;
use crate::provider::{Data, Gateway, Mark, Provider, Real, Records};
use crate::providers::huawei::{self, token};
use crate::providers::routes::Routes;
use table::{LIMITS, OPERATIONS, QUIRKS};

pub(crate) static PROVIDER: Provider = Provider {
    id: "huawei-iam",
    title: "Huawei Cloud IAM (the look-ups that clients make by themselves)",
    region: "cn-north-4",
    operations: OPERATIONS,
    errors: &[errors::CATALOGUE, huawei::CATALOGUE],
    quirks: QUIRKS,
    common_parameters: &[],
    limits: LIMITS,
    // IAM's own tables, and the tokens that the other Huawei modules check too.
    schema: &[include_str!("schema.sql"), token::SCHEMA],
    openapi: include_str!("../../../openapi/huawei-iam.yaml"),
    #[cfg(any(test, fuzzing))]
    demo: include_str!("../../../seed-data/huawei-iam.json"),
    example: "/v3/projects?name=cn-north-4",
    records: &[
        Records {
            kind: "projects",
            list: "KeystoneListProjects",
            ..Records::NONE
        },
        Records {
            kind: "domains",
            list: "KeystoneListAuthDomains",
            ..Records::NONE
        },
    ],
    snippets: &[],
    real: Real {
        hosts: &[
            "iam.*.myhuaweicloud.*",
            "iam.myhuaweicloud.*",
            "sts.*.myhuaweicloud.*",
            "sts.myhuaweicloud.*",
        ],
        paths: &[
            "/v3$",
            "/v3/$",
            "/v3/auth",
            "/v3/OS-FEDERATION",
            "/v3/projects",
            "/v3/regions",
            "/v3.0",
            "/v5/caller-identity",
        ],
        discovery: &[
            Mark::Accept("application/json"),
            Mark::Authorization("SDK-*"),
            Mark::Authorization("V11-HMAC-*"),
        ],
        ..huawei::REAL
    },
    gateway: Gateway {
        route,
        admit: auth::admit,
        unfilled: |_, _| errors::BODY_INVALID.raise(),
        envelope: wire::envelope,
        ..huawei::GATEWAY
    },
    data: Data {
        seed: wire::seed::merge,
        export: wire::seed::export,
        generate: wire::seed::generate,
        counts: model::counts,
        contradictions: &[],
        // Missing records are made up.
        contains: |_, _| Ok(false),
    },
};

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));

fn route(request: &Request) -> RouteMatch {
    // The two paths that clients call with and without a trailing slash.
    let path = match request.path() {
        "/v3/auth/tokens/" => "/v3/auth/tokens",
        "/v3/" => "/v3",
        path => path,
    };
    ROUTES.name(request, path)
}
