//! Volcengine ByteHouse, enterprise edition (`bytehouse_ce`): the users of an account, their roles and privileges.
//!
//! Peculiarities:
//! - every call goes to `/`; Action and Version are read from the query only, the other parameters from the query, a form
//!   or a JSON body;
//! - the code of most errors is `Bad Request`, with a space, also if a user does not exist;
//! - the e-mail of a user is `Emaill` in answers and `Email` in UpdateUser (quirk `email-key`);
//! - `Meta.Total` is a number in the document's table and a string in its example (quirk `total`);
//! - a user has an `ID` and a `UserID`; actions that take a number expect the latter;
//! - there is no CreateUser: users come from the console, or here from seeds;
//! - the request id begins with the time of day in China, eight hours ahead of X-Date.

mod auth;
mod errors;
mod model;
mod operations;
mod table;
mod wire;

use std::time::Duration;

use crate::namespace::clock::Time;
use crate::namespace::ids::{DIGITS, Ids, UPPER_HEX};
use crate::provider::call::{Oversize, PathParams, Request};
use crate::provider::error::{ApiError, ErrorEntry};
use crate::provider::table::RouteMatch;
use crate::provider::{Data, Gateway, Mark, Provider, Real, Records};
use crate::signing::Scheme;
use table::{LIMITS, OPERATIONS, QUIRKS};

pub(crate) static PROVIDER: Provider = Provider {
    id: "volcengine-bytehouse",
    title: "Volcengine ByteHouse",
    region: "cn-beijing",
    operations: OPERATIONS,
    errors: &[errors::CATALOGUE],
    quirks: QUIRKS,
    common_parameters: &[
        "Action",
        "Version",
        "X-Algorithm",
        "X-Credential",
        "X-Date",
        "X-Expires",
        "X-NotSignBody",
        "X-Security-Token",
        "X-Signature",
        "X-SignedHeaders",
        "X-SignedQueries",
    ],
    limits: LIMITS,
    schema: &[include_str!("schema.sql")],
    openapi: include_str!("../../../openapi/volcengine-bytehouse.yaml"),
    #[cfg(any(test, fuzzing))]
    demo: include_str!("../../../seed-data/volcengine-bytehouse.json"),
    example: "/?Action=ListUsers&Version=2024-08-31",
    records: &[
        Records {
            kind: "users",
            list: "ListUsers",
            update: "UpdateUser",
            delete: "DeleteUser",
            parameters: &[("UserID", "{ID}"), ("Email", "{Emaill}")],
            ..Records::NONE
        },
        Records {
            kind: "roles",
            list: "ListRoles",
            create: "CreateRole",
            delete: "DeleteRole",
            parameters: &[("RoleID", "{ID}")],
            ..Records::NONE
        },
    ],
    snippets: &[
        ("Python", include_str!("snippets/python.py")),
        ("Node", include_str!("snippets/node.cjs")),
        ("Go", include_str!("snippets/main.go")),
    ],
    real: Real {
        hosts: &["*volcengineapi.com"],
        domains: &["volcengineapi.com"],
        marks: &[
            (3, Mark::Authorization("HMAC-SHA256 *")),
            (3, Mark::Header("x-date")),
            (3, Mark::Query("X-Algorithm")),
            (3, Mark::Query("X-Credential")),
            (3, Mark::Query("X-Signature")),
        ],
        takes_unknown_actions: true,
        schemes: &[Scheme::Volcengine],
        endpoints: &[
            "open.volcengineapi.com",
            "bytehouse-ce.cn-beijing.volcengineapi.com",
            "bytehouse-ce.cn-shanghai.volcengineapi.com",
            "bytehouse-ce.cn-guangzhou.volcengineapi.com",
        ],
        regions: &[
            "cn-beijing",
            "cn-shanghai",
            "cn-guangzhou",
            "ap-southeast-1",
        ],
        services: &["bytehouse_ce", "bytehouse", "iam"],
        ..Real::UNKNOWN
    },
    gateway: Gateway {
        route,
        access_key: auth::access_key,
        token_namespace: |_| None,
        request_id,
        admit: auth::admit,
        unfilled: |_, _| errors::BAD_REQUEST.raise(),
        envelope: wire::envelope,
        oversize,
        throttled,
        internal_error: &errors::INTERNAL_ERROR,
    },
    data: Data {
        seed: wire::seed,
        export: wire::export,
        generate: wire::generate,
        counts: model::counts,
        contradictions: model::CONTRADICTIONS,
        contains: model::contains,
    },
};

fn route(request: &Request) -> RouteMatch {
    let query = request.query();
    let action = query.first("Action").unwrap_or_default();
    let found = OPERATIONS
        .iter()
        .find(|operation| operation.name == action)
        .filter(|operation| {
            request.path() == operation.path && query.first("Version") == Some(operation.version)
        });
    let wrong_method =
        found.is_some_and(|operation| !operation.methods.contains(&request.method.as_str()));
    let operation = found.filter(|_| !wrong_method);
    let called = match operation {
        Some(_) => String::new(),
        None if action.is_empty() => format!("{} {}", request.method, request.path()),
        None => action.to_owned(),
    };
    RouteMatch {
        operation,
        called,
        path: PathParams::default(),
        wrong_method,
    }
}

/// 14 digits of local time in China (the samples are 8 h ahead of their X-Date), 12 digits, 6 of `0-9A-F`.
fn request_id(ids: &Ids, now: Time) -> String {
    const CHINA: i64 = 8 * 60 * 60 * 1000;
    let time = now.plus_millis(CHINA).digits();
    [time, ids.text(12, DIGITS), ids.text(6, UPPER_HEX)].concat()
}

/// The error for a request that exceeds a limit.
fn oversize(bound: Oversize) -> &'static ErrorEntry {
    match bound {
        Oversize::Target => &errors::REQUEST_URI_TOO_LONG,
        Oversize::Headers => &errors::REQUEST_HEADERS_TOO_LARGE,
        Oversize::Body => &errors::REQUEST_BODY_TOO_LARGE,
    }
}

fn throttled(_wait: Duration) -> ApiError {
    errors::FLOW_LIMIT_EXCEEDED.raise()
}
