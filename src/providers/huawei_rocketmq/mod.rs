//! Huawei Cloud DMS for RocketMQ: the users of an instance (API v2).
//!
//! Peculiarities:
//! - a user that does not exist is 400 DMS.00500972, not 404; an instance that does not exist is 404 DMS.00404022;
//! - secrets are shown in full, in every answer: Terraform writes them back into its state;
//! - create answers 200, not 201; delete answers 200 with a message, not 204;
//! - a page beyond the end is an empty list, whereas ListInstances refuses it;
//! - on engine 5.x every user is an administrator, whatever the request says;
//! - a default permission that was never sent is shown as the one implied by admin;
//! - the leading digits of a code need not match its HTTP status.

mod auth;
mod errors;
mod model;
mod operations;
mod table;
mod wire;

use std::sync::LazyLock;

use crate::provider::{Data, Gateway, Provider, Real, Records};
use crate::providers::huawei;
use crate::providers::routes::Routes;
use table::{LIMITS, OPERATIONS, QUIRKS};

pub(crate) static PROVIDER: Provider = Provider {
    id: "huawei-rocketmq",
    title: "Huawei Cloud DMS for RocketMQ",
    region: "cn-north-4",
    operations: OPERATIONS,
    errors: &[errors::CATALOGUE, huawei::CATALOGUE],
    quirks: QUIRKS,
    common_parameters: &[],
    limits: LIMITS,
    schema: &[include_str!("schema.sql")],
    openapi: include_str!("../../../openapi/huawei-rocketmq.yaml"),
    #[cfg(any(test, fuzzing))]
    demo: include_str!("../../../seed-data/huawei-rocketmq.json"),
    example: "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users",
    records: &[
        Records {
            kind: "users",
            list: "ListUser",
            create: "CreateUser",
            update: "UpdateUser",
            delete: "DeleteUser",
            parameters: &[("user_name", "{access_key}")],
            ..Records::NONE
        },
        Records {
            kind: "instances",
            list: "ListInstances",
            ..Records::NONE
        },
    ],
    snippets: &[("Python", include_str!("snippets/python.py"))],
    real: Real {
        hosts: &["dms.*.myhuaweicloud.*", "dms.myhuaweicloud.*"],
        paths: &[
            "/v2/*/instances",
            "/v2/*/rocketmq",
            "/v2/rocketmq/*/instances",
            "/v2/reliability/*/instances",
        ],
        ..huawei::REAL
    },
    gateway: Gateway {
        route: |request| ROUTES.name(request, request.path()),
        admit: auth::admit,
        unfilled: wire::unfilled,
        internal_error: &errors::INTERNAL,
        ..huawei::GATEWAY
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

/// Whether PUT keeps the secret key if the body has none, or requires one.
const UPDATE_SECRET: &str = "update-secret";
/// Which of two documented errors reports an instance id that is not a UUID.
const INSTANCE_ID_ERROR: &str = "instance-id-error";

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));
