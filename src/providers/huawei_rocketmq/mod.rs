//! Huawei Cloud DMS for RocketMQ: the users of an instance (API v2).
//!
//! What is odd here:
//! - a user that does not exist is 400 DMS.00500972, not 404; an instance that does not exist is 404 DMS.00404022;
//! - secrets are shown in full, in every answer: Terraform writes them back into its state;
//! - create answers 200, not 201; delete answers 200 with a message, not 204;
//! - a page past the end is an empty list, where ListInstances refuses it;
//! - on engine 5.x every user is an administrator, whatever was asked for;
//! - a default permission that nobody sent is shown as one that follows from admin;
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

use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use crate::provider::call::{Call, Oversize, Reply, Request};
use crate::provider::error::{ApiError, ErrorEntry, Missing, Refusal, Source};
use crate::provider::seed::SeedError;
use crate::provider::table::{Limit, Location, Operation, Parameter, Quirk, RouteMatch};
use crate::provider::{Provider, SeedContext};
use crate::providers::huawei;
use crate::providers::routes::Routes;
use crate::store::page::count;

/// The room.
#[derive(Debug)]
pub(crate) struct HuaweiRocketmq;

const SEED: Source = Source::Seed("004_09b76f0ed358f6b1.txt");
const REFERENCE: Source = Source::Docs("DMS for RocketMQ API reference");
const SDK: Source = Source::Sdk("huaweicloudsdkrocketmq 3.1.219");

/// PUT keeps the secret key when the body has none, or wants one.
const UPDATE_SECRET: &str = "update-secret";
/// Which of two documented errors says that an instance id is no UUID.
const INSTANCE_ID_ERROR: &str = "instance-id-error";

const PROJECT_ID: Parameter = path(
    "project_id",
    "letters, digits, _ and -, 1 to 64; else 400 DMS.00400002",
    SEED,
);
const INSTANCE_ID: Parameter = path(
    "instance_id",
    "a UUID, else 400 DMS.00400030; of this project, else 404 DMS.00404022",
    SEED,
);
const USER_NAME: Parameter = path(
    "user_name",
    "the access_key of a user; else 400 DMS.00500972",
    REFERENCE,
);
const GROUP: Parameter = path(
    "group",
    "any; the mock does not know the groups of an instance",
    REFERENCE,
);
const OFFSET: Parameter = Parameter {
    default: "0",
    ..query(
        "offset",
        "integer",
        "digits, 0 to 2147483647; else 400 DMS.40050010; past the end: an empty list",
        SEED,
    )
};
const LIMIT: Parameter = Parameter {
    default: "10",
    ..query(
        "limit",
        "integer",
        "digits, 1 to 50; else 400 DMS.00400062",
        SEED,
    )
};

/// The fields of a user that are the same in POST and PUT.
const ADMIN: Parameter = body(
    "admin",
    "boolean",
    "ignored on engine 5.x, where it is true",
);
const DEFAULT_TOPIC_PERM: Parameter = body(
    "default_topic_perm",
    "string",
    "PUB, SUB, PUB|SUB or DENY; else 400 DMS.00400800; ignored on engine 5.x",
);
const DEFAULT_GROUP_PERM: Parameter = body(
    "default_group_perm",
    "string",
    "PUB, SUB, PUB|SUB or DENY; else 400 DMS.00400800; ignored on engine 5.x",
);
const TOPIC_PERMS: Parameter = body(
    "topic_perms",
    "array of {name, perm}",
    "1000 at most, name of 1 to 128 characters, perm as the default; else 400 DMS.00400800; ignored on engine 5.x",
);
const GROUP_PERMS: Parameter = body(
    "group_perms",
    "array of {name, perm}",
    "1000 at most, name of 1 to 128 characters, perm as the default; else 400 DMS.00400800; ignored on engine 5.x",
);
const WHITE_REMOTE_ADDRESS: Parameter = body(
    "white_remote_address",
    "string",
    "1000 IPv4 addresses at most, separated by commas, * for an octet; else 400 DMS.00400800",
);

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
        name: "CreateUser",
        methods: &["POST"],
        path: "/v2/{project_id}/instances/{instance_id}/users",
        version: "",
        summary: "Creates a user; answers 200 with all of it",
        parameters: &[
            PROJECT_ID,
            INSTANCE_ID,
            Parameter {
                required: true,
                ..body(
                    "access_key",
                    "string",
                    "7 to 64 letters, digits, - and _, a letter first, else 400 DMS.00500960; new in the instance, else 400 DMS.00400800",
                )
            },
            Parameter {
                required: true,
                ..body(
                    "secret_key",
                    "string",
                    "8 to 32 of ASCII, three kinds of characters, not the access_key or that reversed, no - first; else 400 DMS.00500960",
                )
            },
            with_default(&WHITE_REMOTE_ADDRESS, ""),
            with_default(&ADMIN, "false"),
            with_default(&DEFAULT_TOPIC_PERM, "DENY, for an administrator PUB|SUB"),
            with_default(&DEFAULT_GROUP_PERM, "DENY, for an administrator SUB"),
            with_default(&TOPIC_PERMS, "[]"),
            with_default(&GROUP_PERMS, "[]"),
        ],
        writes: true,
        source: REFERENCE,
        run: operations::create_user,
    },
    Operation {
        name: "ShowUser",
        methods: &["GET"],
        path: "/v2/{project_id}/instances/{instance_id}/users/{user_name}",
        version: "",
        summary: "Shows a user, as its list does",
        parameters: &[PROJECT_ID, INSTANCE_ID, USER_NAME],
        writes: false,
        source: REFERENCE,
        run: operations::show_user,
    },
    Operation {
        name: "UpdateUser",
        methods: &["PUT"],
        path: "/v2/{project_id}/instances/{instance_id}/users/{user_name}",
        version: "",
        summary: "Changes what the body holds of a user; answers 200 with all of it",
        parameters: &[
            PROJECT_ID,
            INSTANCE_ID,
            USER_NAME,
            with_default(
                &body(
                    "access_key",
                    "string",
                    "the user_name of the path; else 400 DMS.00400800",
                ),
                KEPT,
            ),
            with_default(
                &body(
                    "secret_key",
                    "string",
                    "as for CreateUser, else 400 DMS.00500960; empty counts as absent (quirk update-secret)",
                ),
                KEPT,
            ),
            with_default(&WHITE_REMOTE_ADDRESS, KEPT),
            with_default(&ADMIN, KEPT),
            with_default(&DEFAULT_TOPIC_PERM, KEPT),
            with_default(&DEFAULT_GROUP_PERM, KEPT),
            with_default(&TOPIC_PERMS, KEPT),
            with_default(&GROUP_PERMS, KEPT),
        ],
        writes: true,
        source: REFERENCE,
        run: operations::update_user,
    },
    Operation {
        name: "DeleteUser",
        methods: &["DELETE"],
        path: "/v2/{project_id}/instances/{instance_id}/users/{user_name}",
        version: "",
        summary: "Deletes a user; answers 200 with a message",
        parameters: &[PROJECT_ID, INSTANCE_ID, USER_NAME],
        writes: true,
        source: REFERENCE,
        run: operations::delete_user,
    },
    Operation {
        name: "ListTopicAccessPolicy",
        methods: &["GET"],
        path: "/v2/{project_id}/instances/{instance_id}/topics/{topic}/accesspolicy",
        version: "",
        summary: "Lists what the users of an instance may do with a topic",
        parameters: &[
            PROJECT_ID,
            INSTANCE_ID,
            path(
                "topic",
                "any; the mock does not know the topics of an instance",
                REFERENCE,
            ),
            OFFSET,
            LIMIT,
        ],
        writes: false,
        source: REFERENCE,
        run: operations::list_topic_access_policy,
    },
    Operation {
        name: "ListConsumeGroupAccessPolicyForRocketMq",
        methods: &["GET"],
        path: "/v2/{project_id}/rocketmq/instances/{instance_id}/groups/{group}/accesspolicy",
        version: "",
        summary: "Lists what the users of an instance may do with a consumer group",
        parameters: &[PROJECT_ID, INSTANCE_ID, GROUP, OFFSET, LIMIT],
        writes: false,
        source: REFERENCE,
        run: operations::list_consume_group_access_policy,
    },
    Operation {
        name: "ListConsumeGroupAccessPolicy",
        methods: &["GET"],
        path: "/v2/{engine}/{project_id}/instances/{instance_id}/groups/{group}/accesspolicy",
        version: "",
        summary: "The same at an older path",
        parameters: &[
            path(
                "engine",
                "rocketmq or reliability; else 404 APIGW.0101",
                SDK,
            ),
            PROJECT_ID,
            INSTANCE_ID,
            GROUP,
            OFFSET,
            LIMIT,
        ],
        writes: false,
        source: SDK,
        run: operations::list_consume_group_access_policy,
    },
    Operation {
        name: "ListInstances",
        methods: &["GET"],
        path: "/v2/{project_id}/instances",
        version: "",
        summary: "Lists the instances of a project, oldest first",
        parameters: &[
            PROJECT_ID,
            filter(
                "engine",
                "reliability or its alias rocketmq; another engine has no instances here",
            ),
            filter("name", "part of the name"),
            filter("instance_id", "exact"),
            filter("status", "exact"),
            filter("include_failure", "ignored"),
            Parameter {
                default: "false",
                ..filter("exact_match_name", "true: name has to be the whole name")
            },
            filter("enterprise_project_id", "ignored"),
            Parameter {
                rule: "digits, 0 to 2147483647; at or past the end, but for 0: 400 DMS.40050010",
                ..OFFSET
            },
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

/// What PUT makes of an absent field.
const KEPT: &str = "what it is";

const fn path(name: &'static str, rule: &'static str, source: Source) -> Parameter {
    Parameter {
        name,
        location: Location::Path,
        kind: "string",
        required: true,
        default: "",
        rule,
        source,
    }
}

const fn query(
    name: &'static str,
    kind: &'static str,
    rule: &'static str,
    source: Source,
) -> Parameter {
    Parameter {
        name,
        location: Location::Query,
        kind,
        required: false,
        default: "",
        rule,
        source,
    }
}

const fn filter(name: &'static str, rule: &'static str) -> Parameter {
    query(name, "string", rule, SDK)
}

const fn body(name: &'static str, kind: &'static str, rule: &'static str) -> Parameter {
    Parameter {
        name,
        location: Location::Body,
        kind,
        required: false,
        default: "",
        rule,
        source: REFERENCE,
    }
}

const fn with_default(parameter: &Parameter, default: &'static str) -> Parameter {
    Parameter {
        default,
        ..*parameter
    }
}

static QUIRKS: &[Quirk] = &[
    Quirk {
        name: UPDATE_SECRET,
        values: &["optional", "required"],
        about: "PUT without secret_key, or with an empty one: the documents say that the key is kept, a live region refused it",
        source: Source::Observed("opentelekomcloud/gophertelekomcloud, live acceptance test"),
    },
    Quirk {
        name: INSTANCE_ID_ERROR,
        values: &["DMS.00400030", "DMS.00400061"],
        about: "the code for an instance id that is no UUID; both are documented, which one these paths use is not",
        source: REFERENCE,
    },
];

static LIMITS: &[Limit] = &[
    Limit {
        name: "users of an instance",
        value: "1000",
        about: "the next one is refused with 400 DMS.00400039; seeds may hold more",
        source: REFERENCE,
    },
    Limit {
        name: "entries of topic_perms, of group_perms, and addresses of white_remote_address",
        value: "1000",
        about: "more are refused with 400 DMS.00400800; in seeds too",
        source: UNBOUNDED,
    },
    Limit {
        name: "the name of a topic or group",
        value: "128 characters",
        about: "a longer one is refused with 400 DMS.00400800; in seeds too",
        source: UNBOUNDED,
    },
];

/// Why there are bounds that no source has.
const UNBOUNDED: Source = Source::Inferred("so that a page of users fits into memory");

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
        QUIRKS
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
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

    fn name_operation(&self, request: &Request) -> RouteMatch {
        ROUTES.name(request, request.path())
    }

    fn access_key(&self, request: &Request) -> Option<String> {
        huawei::access_key(request)
    }

    fn token_namespace<'a>(&self, request: &'a Request) -> Option<&'a str> {
        huawei::token::namespace_of(request)
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

    fn unfilled(&self, call: &Call<'_>, parameter: &str) -> ApiError {
        wire::unfilled(call, parameter)
    }

    fn over_limit(&self, limit: Oversize) -> &'static ErrorEntry {
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
        context: &SeedContext<'_>,
    ) -> Result<u64, SeedError> {
        wire::seed::merge(tx, document, context)
    }

    fn export(&self, tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
        wire::seed::export(tx, each)
    }

    fn generate(&self, count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
        wire::seed::generate(count, ids, each);
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

    fn contradictions(&self) -> &'static [&'static str] {
        model::CONTRADICTIONS
    }

    fn has(&self, tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
        match (missing.kind, missing.key.as_slice()) {
            ("instance", [project_id, instance_id]) => {
                Ok(model::instance(tx, project_id, instance_id)?.is_some())
            }
            ("user", [project_id, instance_id, access_key]) => {
                match model::instance(tx, project_id, instance_id)? {
                    Some(instance) => Ok(model::user(tx, &instance, access_key)?.is_some()),
                    None => Ok(false),
                }
            }
            _ => Ok(false),
        }
    }
}
