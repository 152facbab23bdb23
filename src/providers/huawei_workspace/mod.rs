//! Huawei Cloud Workspace (cloud desktop): the desktop users and user groups of a project (API v2).
//!
//! Peculiarities:
//! - a user or group that does not exist is 400, not 404, and so is a name that is taken;
//! - `account_expires` is a string in lists and a number for a single user;
//! - a list without a limit contains all users;
//! - the answer to creating a group lacks its id: clients find it in the list;
//! - `random-password` is a GET that changes something, and `otp-devices` a DELETE with a body;
//! - the service answers a wrong method with 405 (the seed), whereas the gateway's document has a 404; see the quirks.

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
use crate::providers::huawei;
use crate::providers::routes::Routes;
use table::{LIMITS, OPERATIONS, QUIRKS};

pub(crate) static PROVIDER: Provider = Provider {
    id: "huawei-workspace",
    title: "Huawei Cloud Workspace",
    region: "cn-north-4",
    operations: OPERATIONS,
    errors: &[errors::CATALOGUE, huawei::CATALOGUE],
    quirks: QUIRKS,
    common_parameters: &[],
    limits: LIMITS,
    schema: &[include_str!("schema.sql")],
    openapi: include_str!("../../../openapi/huawei-workspace.yaml"),
    #[cfg(any(test, fuzzing))]
    demo: include_str!("../../../seed-data/huawei-workspace.json"),
    example: "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=10",
    records: &[
        Records {
            kind: "users",
            list: "ListUsers",
            create: "CreateDesktopUser",
            update: "UpdateUserInfo",
            delete: "DeleteUser",
            parameters: &[("user_id", "{id}")],
            ..Records::NONE
        },
        Records {
            kind: "groups",
            list: "ListUserGroups",
            create: "CreateUserGroup",
            update: "UpdateUserGroup",
            delete: "DeleteUserGroup",
            parameters: &[("group_id", "{id}"), ("group_name", "{name}")],
            ..Records::NONE
        },
    ],
    snippets: &[
        ("Python", include_str!("snippets/python.py")),
        ("Node", include_str!("snippets/node.cjs")),
        ("Go", include_str!("snippets/main.go")),
        ("Java", include_str!("snippets/Main.java")),
    ],
    real: Real {
        hosts: &["workspace.*.myhuaweicloud.*", "workspace.myhuaweicloud.*"],
        paths: &["/v2/*", "/v3/*/users", "/v3/*/groups", "/v3/*/domains"],
        // All Huawei modules give the gateway's answer to an unknown path. IAM is excluded: for a `GET /` with nothing
        // but a token, which is a 404 by contract, it would return its list of versions.
        credentials: &[
            Mark::Authorization("SDK-*"),
            Mark::Authorization("V11-HMAC-*"),
            Mark::Header("x-sdk-date"),
            Mark::Header("x-auth-token"),
            Mark::Header("x-subject-token"),
        ],
        ..huawei::REAL
    },
    gateway: Gateway {
        route,
        admit: auth::admit,
        unfilled: |_, parameter| errors::PARAMETER_INVALID.with(parameter),
        internal_error: &errors::INTERNAL,
        ..huawei::GATEWAY
    },
    data: Data {
        seed: |tx, document, context| wire::seed(tx, document, context),
        export: wire::export,
        generate: wire::generate,
        counts: model::counts,
        contradictions: model::CONTRADICTIONS,
        contains: model::contains,
    },
};

/// Words of the API in the position of a user id: paths that the SDK knows but that are not implemented, and so not
/// user ids.
static NOT_USER_IDS: [&str; 3] = ["template", "desktop-users", "notification-records"];

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));

fn route(request: &Request) -> RouteMatch {
    let named = ROUTES.name(request, request.path());
    if NOT_USER_IDS.contains(&named.path.get("user_id")) || named.path.get("group_id") == "export" {
        return RouteMatch {
            called: format!("{} {}", request.method, request.path()),
            ..RouteMatch::default()
        };
    }
    named
}
