//! Huawei Cloud DMS for RocketMQ: the users of an instance (API v2).
//!
//! What is odd here:
//! - a user that does not exist is 400 DMS.00500972, not 404; an instance that does not exist is 404 DMS.00404022;
//! - secrets are shown in full, in every answer: Terraform writes them back into its state;
//! - create answers 200, not 201; delete answers 200 with a message, not 204;
//! - a page past the end is an empty list, where other lists of the same service refuse it;
//! - on engine 5.x every user is an administrator, whatever was asked for;
//! - the leading digits of a code need not be its HTTP status.

mod auth;
mod errors;
mod model;
mod operations;
mod wire;

use std::sync::LazyLock;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::call::{Call, Limit, Reply, Request};
use crate::catalogue::{ApiError, ErrorEntry, Missing, Refusal, Source};
use crate::clock::Time;
use crate::ids::Ids;
use crate::providers::routes::Routes;
use crate::providers::{
    Bound, Named, Operation, Parameter, Place, Provider, Quirk, SeedContext, huawei,
};
use crate::seed::SeedError;
use crate::store::page::count;

/// The room.
#[derive(Debug)]
pub(crate) struct HuaweiRocketmq;

const SEED: Source = Source::Seed("004_09b76f0ed358f6b1.txt");
const REFERENCE: Source = Source::Docs("DMS for RocketMQ API reference");
const SDK: Source = Source::Sdk("huaweicloudsdkrocketmq 3.1.219");
const TERRAFORM: Source =
    Source::Observed("terraform-provider-huaweicloud a0345b8d, live acceptance tests");

const PROJECT_ID: Parameter = Parameter {
    name: "project_id",
    place: Place::Path,
    kind: "string",
    required: true,
    default: "",
    rule: "letters, digits, _ and -, 1 to 64; else 400 DMS.00400002",
    source: REFERENCE,
};
const INSTANCE_ID: Parameter = Parameter {
    name: "instance_id",
    place: Place::Path,
    kind: "string",
    required: true,
    default: "",
    rule: "a UUID, else 400 DMS.00400030; of this project, else 404 DMS.00404022",
    source: REFERENCE,
};
const OFFSET: Parameter = Parameter {
    name: "offset",
    place: Place::Query,
    kind: "integer",
    required: false,
    default: "0",
    rule: "digits, 0 to 2147483647; else 400 DMS.40050010; past the end: an empty list",
    source: SEED,
};
const LIMIT: Parameter = Parameter {
    name: "limit",
    place: Place::Query,
    kind: "integer",
    required: false,
    default: "10",
    rule: "digits, 1 to 50; else 400 DMS.00400062",
    source: REFERENCE,
};

static OPERATIONS: &[Operation] = &[
    Operation {
        name: "ListUser",
        methods: &["GET"],
        path: "/v2/{project_id}/instances/{instance_id}/users",
        version: "",
        summary: "Lists the users of an instance, oldest first",
        parameters: &[PROJECT_ID, INSTANCE_ID, OFFSET, LIMIT],
        writes: false,
        source: SEED,
        run: operations::list_user,
    },
    Operation {
        name: "ListInstances",
        methods: &["GET"],
        path: "/v2/{project_id}/instances",
        version: "",
        summary: "Lists the instances of a project",
        parameters: &[
            PROJECT_ID,
            filter(
                "engine",
                "reliability or its alias rocketmq; another engine has no instances here",
            ),
            filter("name", "substring of the name"),
            filter("instance_id", "exact"),
            filter("status", "exact"),
            OFFSET,
            LIMIT,
        ],
        writes: false,
        source: SDK,
        run: operations::list_instances,
    },
    Operation {
        name: "ShowInstance",
        methods: &["GET"],
        path: "/v2/{project_id}/instances/{instance_id}",
        version: "",
        summary: "Shows an instance",
        parameters: &[PROJECT_ID, INSTANCE_ID],
        writes: false,
        source: SDK,
        run: operations::show_instance,
    },
];

const fn filter(name: &'static str, rule: &'static str) -> Parameter {
    Parameter {
        name,
        place: Place::Query,
        kind: "string",
        required: false,
        default: "",
        rule,
        source: SDK,
    }
}

static BOUNDS: &[Bound] = &[Bound {
    name: "users of an instance",
    value: "1000",
    about: "the next one is refused with DMS.00400039; seeds may hold more",
    source: REFERENCE,
}];

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));

impl Provider for HuaweiRocketmq {
    fn id(&self) -> &'static str {
        "huawei-rocketmq"
    }

    fn title(&self) -> &'static str {
        "Huawei Cloud DMS for RocketMQ"
    }

    fn default_region(&self) -> &'static str {
        "cn-north-4"
    }

    fn operations(&self) -> &'static [Operation] {
        OPERATIONS
    }

    fn errors(&self) -> Vec<&'static ErrorEntry> {
        [errors::CATALOGUE, huawei::CATALOGUE].concat()
    }

    fn quirks(&self) -> &'static [Quirk] {
        &[]
    }

    fn bounds(&self) -> &'static [Bound] {
        BOUNDS
    }

    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn openapi(&self) -> &'static str {
        include_str!("../../../openapi/huawei-rocketmq.yaml")
    }

    fn demo(&self) -> &'static str {
        include_str!("../../../seed-data/huawei-rocketmq.json")
    }

    fn name_operation(&self, request: &Request) -> Named {
        ROUTES.name(request, request.path())
    }

    fn access_key(&self, request: &Request) -> Option<String> {
        huawei::access_key(request)
    }

    fn request_id(&self, ids: &Ids, _now: Time) -> String {
        huawei::request_id(ids)
    }

    fn admit(&self, call: &Call<'_>) -> Result<(), ApiError> {
        auth::admit(call)
    }

    fn envelope(&self, call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
        huawei::envelope(call, verdict)
    }

    fn over_limit(&self, limit: Limit) -> &'static ErrorEntry {
        huawei::over_limit(limit)
    }

    fn throttled(&self, wait: Duration) -> ApiError {
        huawei::throttled(wait)
    }

    fn internal_error(&self) -> &'static ErrorEntry {
        &errors::INTERNAL
    }

    fn seed(
        &self,
        tx: &Connection,
        document: &Value,
        _context: &SeedContext<'_>,
    ) -> Result<u64, SeedError> {
        wire::seed(tx, document)
    }

    fn export(&self, tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
        wire::export(tx, each)
    }

    fn generate(&self, count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
        wire::generate(count, ids, each);
    }

    fn counts(&self, tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
        Ok(vec![
            (
                "instances",
                count(tx, "SELECT count(*) FROM rocketmq_instances", [])?,
            ),
            (
                "users",
                count(
                    tx,
                    "SELECT coalesce(sum(user_count), 0) FROM rocketmq_instances",
                    [],
                )?,
            ),
        ])
    }

    fn has(&self, tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
        match (missing.kind, missing.key.as_slice()) {
            ("instance", [project_id, instance_id]) => {
                Ok(model::instance(tx, project_id, instance_id)?.is_some())
            }
            _ => Ok(false),
        }
    }
}
