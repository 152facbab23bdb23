//! Alibaba Cloud E-HPC: the users of a cluster (API versions 2018-04-12 and 2024-07-30).
//!
//! Peculiarities:
//! - there is one path, `/`; the operation is named by `Action` and `Version`, in the query, in a form, or in headers;
//! - answers are JSON or XML, including errors, and a signed request that does not specify one gets XML;
//! - ListUsersAsync starts a task and returns its data at once; a call with the AsyncId sees the same list again;
//! - AddTime has milliseconds and a zone in ListUsersAsync, but neither in the ListUsers of both Versions;
//! - UpdateUser accepts passwords of 6 characters, all other operations require 8;
//! - a user that already exists, or does not exist, is 406; a call forbidden by RAM is 407;
//! - the two Versions have separate clusters; in 2024-07-30 `User` is one parameter that contains a JSON array.

mod auth;
mod errors;
mod model;
mod operations;
mod table;
mod wire;

use std::time::Duration;

use http::HeaderName;

use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use crate::provider::call::{Oversize, Request};
use crate::provider::error::{ApiError, ErrorEntry};
use crate::provider::table::RouteMatch;
use crate::provider::{Data, Gateway, Mark, Provider, Real, Records};
use crate::signing::Scheme;
use table::{LIMITS, OPERATIONS, QUIRKS};

pub(crate) static PROVIDER: Provider = Provider {
    id: "aliyun-ehpc",
    title: "Alibaba Cloud E-HPC",
    region: "cn-hangzhou",
    operations: OPERATIONS,
    errors: &[errors::CATALOGUE],
    quirks: QUIRKS,
    common_parameters: &[
        "Action",
        "Version",
        "Format",
        "RegionId",
        "AccessKeyId",
        "SecurityToken",
        "BearerToken",
        "Timestamp",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureNonce",
        "SignatureType",
    ],
    limits: LIMITS,
    schema: &[include_str!("schema.sql")],
    openapi: include_str!("../../../openapi/aliyun-ehpc.yaml"),
    #[cfg(any(test, fuzzing))]
    demo: include_str!("../../../seed-data/aliyun-ehpc.json"),
    example: "/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx",
    records: &[
        Records {
            kind: "users",
            version: "2018-04-12",
            list: "ListUsers",
            create: "AddUsers",
            update: "ModifyUserGroups",
            delete: "DeleteUsers",
            parameters: &[("User.N.Name", "{Name}"), ("User.N.Group", "{Group}")],
            ..Records::NONE
        },
        Records {
            kind: "clusters",
            version: "2018-04-12",
            list: "ListClusters",
            ..Records::NONE
        },
        Records {
            kind: "users",
            version: "2024-07-30",
            list: "ListUsers",
            create: "CreateUsers",
            update: "UpdateUser",
            delete: "DeleteUsers",
            parameters: &[("User", "[{\"UserName\": \"{UserName}\"}]")],
            ..Records::NONE
        },
        Records {
            kind: "clusters",
            version: "2024-07-30",
            list: "ListClusters",
            ..Records::NONE
        },
    ],
    snippets: &[
        ("Python", include_str!("snippets/python.py")),
        ("Node", include_str!("snippets/node.cjs")),
        ("Go", include_str!("snippets/main.go")),
    ],
    real: Real {
        hosts: &["*.aliyuncs.com"],
        domains: &["aliyuncs.com"],
        marks: &[
            (1, Mark::Authorization("ACS3-*")),
            (1, Mark::Authorization("acs *")),
            (1, Mark::Header("x-acs-*")),
            (2, Mark::Parameter("AccessKeyId")),
            (2, Mark::Parameter("SignatureMethod")),
            (2, Mark::Parameter("SignatureNonce")),
        ],
        schemes: &[Scheme::AlibabaAcs3, Scheme::AlibabaV1],
        endpoints: &[
            "ehpc.cn-hangzhou.aliyuncs.com",
            "ehpc.cn-shanghai.aliyuncs.com",
            "ehpc.cn-beijing.aliyuncs.com",
            "ehpc.cn-qingdao.aliyuncs.com",
            "ehpc.cn-zhangjiakou.aliyuncs.com",
            "ehpc.cn-huhehaote.aliyuncs.com",
            "ehpc.cn-shenzhen.aliyuncs.com",
            "ehpc.cn-hongkong.aliyuncs.com",
            "ehpc.ap-northeast-1.aliyuncs.com",
            "ehpc.ap-southeast-1.aliyuncs.com",
            "ehpc.ap-southeast-2.aliyuncs.com",
            "ehpc.eu-central-1.aliyuncs.com",
            "ehpc.me-east-1.aliyuncs.com",
        ],
        ..Real::UNKNOWN
    },
    gateway: Gateway {
        route,
        access_key: wire::access_key,
        token_namespace: |_| None,
        request_id,
        admit: auth::admit,
        unfilled: |_, parameter| errors::INVALID_PARAMS.with(parameter),
        envelope: wire::envelope,
        oversize,
        throttled,
        internal_error: &errors::INTERNAL_ERROR,
    },
    data: Data {
        seed: |tx, document, context| wire::seeds::seed(tx, document, context.now),
        export: wire::seeds::export,
        generate: wire::seeds::generate,
        counts: model::counts,
        contradictions: model::CONTRADICTIONS,
        contains: model::contains,
    },
};

fn route(request: &Request) -> RouteMatch {
    let parameters = wire::Parameters::of(request);
    let (action, version) = (parameters.action(), parameters.version());
    let asked = OPERATIONS.iter().find(|operation| {
        request.path() == operation.path
            && Some(operation.name) == action
            && Some(operation.version) == version
    });
    let operation = asked.filter(|operation| operation.methods.contains(&request.method.as_str()));
    let called = match (operation, action) {
        (Some(_), _) => String::new(),
        (None, Some(action)) => action.to_owned(),
        (None, None) => format!("{} {}", request.method, request.path()),
    };
    RouteMatch {
        operation,
        called,
        wrong_method: asked.is_some() && operation.is_none(),
        ..RouteMatch::default()
    }
}

/// A random UUID in upper case.
fn request_id(ids: &Ids, _now: Time) -> String {
    ids.uuid().to_uppercase()
}

/// The error for a request that exceeds a limit.
fn oversize(bound: Oversize) -> &'static ErrorEntry {
    match bound {
        Oversize::Target => &errors::URI_TOO_LARGE,
        Oversize::Headers => &errors::HEADERS_TOO_LARGE,
        Oversize::Body => &errors::BODY_TOO_LARGE,
    }
}

const X_ACS_RETRY_AFTER: HeaderName = HeaderName::from_static("x-acs-retry-after");

/// The Tea SDK expects milliseconds here and raises its ThrottlingException.
fn throttled(wait: Duration) -> ApiError {
    errors::THROTTLING_USER
        .raise()
        .header(X_ACS_RETRY_AFTER, wait.as_millis().max(1).to_string())
}
