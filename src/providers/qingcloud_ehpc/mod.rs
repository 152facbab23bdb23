//! QingCloud (and ShanHe) EHPC: the users of a cluster.
//!
//! Peculiarities:
//! - the path is the action: no parameter selects the operation, and `action`, which the IaaS SDK sends, is ignored;
//! - every outcome is HTTP 200, including an unknown path and a request over a limit: the SDKs discard the body of any
//!   other status;
//! - the content type has no charset: the Go SDK takes any other header for an empty success;
//! - the time is `timestamp` in these documents and `time_stamp` in the SDK's requests; both are accepted;
//! - the list is `users_set`, in contrast to the document's table (quirk `list-key`);
//! - a `limit` above 100 is treated as 100, without an error;
//! - `uid_number` and `gid_number` are strings;
//! - adding and deleting return the id of a job, setting a password does not;
//! - the admin and the boss of a cluster cannot be deleted;
//! - a cluster of the type `hpc` accepts new users here, which the real service allows only in `ehpc` clusters: the one
//!   in the document's sample has to hold enough to page through.

mod auth;
mod errors;
mod model;
mod operations;
mod table;
mod wire;

use std::sync::LazyLock;
use std::time::Duration;

use crate::namespace::clock::Time;
use crate::namespace::ids::{Ids, LOWER_HEX};
use crate::provider::call::{Call, Oversize, Request};
use crate::provider::error::{ApiError, ErrorEntry};
use crate::provider::table::RouteMatch;
use crate::provider::{Data, Gateway, Mark, Provider, Real, Records};
use crate::providers::routes::Routes;
use crate::signing::Scheme;
use table::{LIMITS, OPERATIONS, QUIRKS};

pub(crate) static PROVIDER: Provider = Provider {
    id: "qingcloud-ehpc",
    title: "QingCloud EHPC",
    region: "jn1a",
    operations: OPERATIONS,
    errors: &[errors::CATALOGUE],
    quirks: QUIRKS,
    common_parameters: &[
        "action",
        "version",
        "zone",
        "owner",
        "access_key_id",
        "token",
        "timestamp",
        "time_stamp",
        "expires",
        "signature",
        "signature_method",
        "signature_version",
        "req_id",
    ],
    limits: LIMITS,
    schema: &[include_str!("schema.sql")],
    openapi: include_str!("../../../openapi/qingcloud-ehpc.yaml"),
    #[cfg(any(test, fuzzing))]
    demo: include_str!("../../../seed-data/qingcloud-ehpc.json"),
    example: "/api/user?zone=jn1a&timestamp=2026-01-02T03:04:05Z",
    records: &[
        Records {
            kind: "users",
            list: "HpcUserListUsers",
            create: "HpcUserAddUser",
            update: "HpcUserModifyUser",
            delete: "HpcUserDeleteUser",
            under: "cluster_id",
            ..Records::NONE
        },
        Records {
            kind: "clusters",
            list: "HpcClusterListCluster",
            ..Records::NONE
        },
        Records {
            kind: "jobs",
            list: "HpcOperationListOperation",
            ..Records::NONE
        },
    ],
    snippets: &[("Python", include_str!("snippets/python.py"))],
    real: Real {
        hosts: &["*.qingcloud.com", "*.shanhe.com"],
        domains: &["qingcloud.com", "shanhe.com"],
        // The operations that QingCloud's other clients call at /iaas do not exist here: 1101.
        paths: &["/api", "/iaas"],
        credentials: &[
            Mark::Parameter("access_key_id"),
            Mark::Parameter("signature_method"),
            Mark::Parameter("signature_version"),
        ],
        schemes: &[Scheme::QingCloud],
        endpoints: &[
            "hpc.api.qingcloud.com",
            "hpc-api.qingcloud.com",
            "hpc.api.shanhe.com",
        ],
        ..Real::UNKNOWN
    },
    gateway: Gateway {
        route,
        access_key: auth::access_key,
        token_namespace: |_| None,
        request_id,
        admit: auth::admit,
        unfilled,
        envelope: |_, verdict| wire::envelope(verdict),
        oversize,
        throttled,
        internal_error: &errors::INTERNAL_ERROR,
    },
    data: Data {
        seed: wire::seed::merge,
        export: wire::seed::export,
        generate: wire::seed::generate,
        counts: model::counts,
        contradictions: model::CONTRADICTIONS,
        contains: model::contains,
    },
};

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));

/// A trailing slash is optional: signed paths have one, request lines usually do not.
fn route(request: &Request) -> RouteMatch {
    let path = request.path();
    ROUTES.name(request, path.strip_suffix('/').unwrap_or(path))
}

/// The service shows none; this one has the format of the SDK's `req_id`, and appears only in the journal.
fn request_id(ids: &Ids, _now: Time) -> String {
    ids.text(32, LOWER_HEX)
}

fn unfilled(call: &Call<'_>, parameter: &str) -> ApiError {
    let (query, form) = (call.query(), call.request.form());
    let value = wire::given(query, parameter).or_else(|| wire::given(form, parameter));
    errors::ILLEGAL_VALUE.with_all(&[&parameter, &wire::echo(value.unwrap_or_default())])
}

/// The error for a request that exceeds a limit.
fn oversize(bound: Oversize) -> &'static ErrorEntry {
    match bound {
        Oversize::Target => &errors::URI_TOO_LONG,
        Oversize::Headers => &errors::HEADERS_TOO_LARGE,
        Oversize::Body => &errors::BODY_TOO_LARGE,
    }
}

/// Inferred: no header says how long to wait; the quota in the manual is reset at midnight.
fn throttled(_wait: Duration) -> ApiError {
    errors::QUOTAS_EXCEEDED.raise()
}
