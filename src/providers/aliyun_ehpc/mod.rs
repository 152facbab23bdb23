//! Alibaba Cloud E-HPC: the users of a cluster (API versions 2018-04-12 and 2024-07-30).
//!
//! What is odd here:
//! - one path, `/`; the operation is named by `Action` and `Version`, in the query, in a form, or in headers;
//! - answers are JSON or XML, errors too, and a signed request that does not say which gets XML;
//! - ListUsersAsync starts a task and answers with its data at once; a call with the AsyncId sees the same list again;
//! - AddTime has milliseconds and a zone in ListUsersAsync, and neither in the ListUsers of both Versions;
//! - UpdateUser takes passwords of 6 characters, every other operation of 8;
//! - a user that exists already, or does not, is 406; a call that RAM forbids is 407;
//! - the two Versions have clusters of their own; in 2024-07-30 `User` is one parameter that holds a JSON array.

mod auth;
mod errors;
mod model;
mod operations;
mod wire;

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
use model::Version;
use operations::{v2018, v2024};

/// The room.
#[derive(Debug)]
pub(crate) struct AliyunEhpc;

const SEED: Source = Source::Seed("001_a2ab1a99a0e51e89.txt");
const SDK_2018: Source = Source::Sdk("alibabacloud-ehpc20180412 4.0.0");
const SDK_2024: Source = Source::Sdk("alibabacloud-ehpc20240730 2.4.0");
const DOCS_2018: Source = Source::Docs("E-HPC API reference 2018-04-12");
const DOCS_2024: Source = Source::Docs("E-HPC API reference 2024-07-30");

/// Most operations are documented with GET, and some SDKs send all of them with POST.
const METHODS: &[&str] = &["GET", "POST"];
/// What 2024-07-30 documents with POST.
const POST_FIRST: &[&str] = &["POST", "GET"];

const CLUSTER_ID: Parameter = Parameter {
    name: "ClusterId",
    location: Location::QueryOrBody,
    kind: "string",
    required: true,
    default: "",
    rule: "absent or empty: 400 MissingClusterId; no such cluster in this Version: 404 ClusterNotFound",
    source: SEED,
};
const RUNNING_CLUSTER_ID: Parameter = Parameter {
    rule: "absent or empty: 400 MissingClusterId; no such cluster in this Version: 404 ClusterNotFound; not running: 403 \
           InvalidClusterStatus",
    ..CLUSTER_ID
};
const PAGE_NUMBER: Parameter = Parameter {
    name: "PageNumber",
    kind: "integer",
    required: false,
    default: "1",
    rule: "from 1, else 400 InvalidParams; no 32-bit integer: 400 InvalidPageNumber; past the end: an empty list",
    ..CLUSTER_ID
};
const PAGE_SIZE: Parameter = Parameter {
    name: "PageSize",
    default: "10",
    rule: "1 to 50, else 400 InvalidParams; no 32-bit integer: 400 InvalidPageSize",
    ..PAGE_NUMBER
};
const ASYNC_ID: Parameter = Parameter {
    name: "AsyncId",
    kind: "string",
    default: "",
    rule: "a task of this cluster, at most an hour old, else 400 InvalidParams; so too when the users have changed since and were \
           more than 200,000; absent: a new task",
    ..PAGE_NUMBER
};
const USER_NAME: Parameter = Parameter {
    name: "User.N.Name",
    location: Location::QueryOrBody,
    kind: "string",
    required: true,
    default: "",
    rule: "N from 1 to 100; none at all: 400 MissingUser; a user of the cluster, else 406 AgentError.Account.UserNotExist",
    source: DOCS_2018,
};
const NEW_USER_NAME: Parameter = Parameter {
    rule: "N from 1 to 100; none at all: 400 MissingUser; a letter, then letters, digits and full stops, 6 to 30 in all, else 400 \
           InvalidParams; a name that exists: 406 AgentError.Account.UserAlreadyExist",
    ..USER_NAME
};
const USER_GROUP: Parameter = Parameter {
    name: "User.N.Group",
    rule: "users or wheel, else 400 InvalidParams",
    ..USER_NAME
};
const USER_PASSWORD: Parameter = Parameter {
    name: "User.N.Password",
    rule: "8 to 30 letters, digits and ()~!@#$%^&*-_+=|{}[]:;'\"/<>,.?\\, three kinds of upper case, lower case, digit and special \
           at least, else 400 InvalidParams; never shown, not kept",
    ..USER_NAME
};
const ASYNC: Parameter = Parameter {
    name: "Async",
    kind: "boolean",
    required: false,
    default: "false",
    rule: "true or false in any case, else 400 InvalidAsync; the change is made at once in both",
    ..USER_NAME
};
const REGION_ID: Parameter = Parameter {
    name: "RegionId",
    rule: "absent or empty: 400 MissingRegionId; the value does not matter",
    ..USER_NAME
};
const USER_JSON: Parameter = Parameter {
    name: "User",
    location: Location::QueryOrBody,
    kind: "JSON array of objects, as text",
    required: true,
    default: "",
    rule: "1 to 20 of UserName (1 to 30 characters), Group (users or wheel) and either Password (the rule of AddUsers) or \
           AuthKey, else 400 InvalidParams; absent: 400 MissingUser; no such JSON: 400 InvalidUser; a name that exists: 406 \
           AgentError.Account.UserAlreadyExist",
    source: SDK_2024,
};
const USER_NAMES_JSON: Parameter = Parameter {
    rule: "1 to 100 of UserName, else 400 InvalidParams; absent: 400 MissingUser; no such JSON: 400 InvalidUser; a name that \
           does not exist: 406 AgentError.Account.UserNotExist",
    ..USER_JSON
};
const UPDATED_USER_NAME: Parameter = Parameter {
    name: "UserName",
    kind: "string",
    rule: "absent or empty: 400 MissingUserName; a user of the cluster, else 406 AgentError.Account.UserNotExist",
    ..USER_JSON
};
const SHOWN_USER_NAME: Parameter = Parameter {
    rule: "absent or empty: 400 MissingUserName; a user of the cluster, else 400 InvalidParams",
    ..UPDATED_USER_NAME
};
const UPDATED_GROUP: Parameter = Parameter {
    name: "Group",
    kind: "string",
    required: false,
    rule: "users or wheel, else 400 InvalidParams; neither Group nor Password: 400 InvalidParams",
    ..USER_JSON
};
const UPDATED_PASSWORD: Parameter = Parameter {
    name: "Password",
    rule: "6 to 30 characters, else the rule of AddUsers; 400 InvalidParams; never shown, not kept",
    source: Source::Docs("page UpdateUser, 2024-07-30"),
    ..UPDATED_GROUP
};
const CLUSTER_IDS: Parameter = Parameter {
    name: "ClusterIds",
    kind: "JSON array of strings, as text",
    required: false,
    rule: "up to 20, else 400 InvalidParams; no such JSON: 400 InvalidClusterIds",
    ..USER_JSON
};
const CLUSTER_NAMES: Parameter = Parameter {
    name: "ClusterNames",
    rule: "up to 20, else 400 InvalidParams; no such JSON: 400 InvalidClusterNames",
    ..CLUSTER_IDS
};
const LARGE_PAGE_SIZE: Parameter = Parameter {
    rule: "10 to 100, else 400 InvalidParams; no 32-bit integer: 400 InvalidPageSize",
    source: SDK_2024,
    ..PAGE_SIZE
};

static OPERATIONS: &[Operation] = &[
    Operation {
        name: "ListUsersAsync",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Lists the users of a cluster through a task",
        parameters: &[RUNNING_CLUSTER_ID, PAGE_NUMBER, PAGE_SIZE, ASYNC_ID],
        writes: false,
        source: SEED,
        run: v2018::list_users_async,
    },
    Operation {
        name: "ListUsers",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Lists the users of a cluster, without their ids",
        parameters: &[RUNNING_CLUSTER_ID, PAGE_NUMBER, PAGE_SIZE],
        writes: false,
        source: DOCS_2018,
        run: v2018::list_users,
    },
    Operation {
        name: "AddUsers",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Adds users to a cluster, all of them or none",
        parameters: &[
            RUNNING_CLUSTER_ID,
            NEW_USER_NAME,
            USER_GROUP,
            USER_PASSWORD,
            ASYNC,
        ],
        writes: true,
        source: DOCS_2018,
        run: v2018::add_users,
    },
    Operation {
        name: "DeleteUsers",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Deletes users of a cluster, all of them or none",
        parameters: &[RUNNING_CLUSTER_ID, USER_NAME, ASYNC],
        writes: true,
        source: DOCS_2018,
        run: v2018::delete_users,
    },
    Operation {
        name: "ModifyUserGroups",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Moves users of a cluster to other groups, all of them or none",
        parameters: &[RUNNING_CLUSTER_ID, USER_NAME, USER_GROUP, ASYNC],
        writes: true,
        source: DOCS_2018,
        run: v2018::modify_user_groups,
    },
    Operation {
        name: "ModifyUserPasswords",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Changes passwords of users of a cluster, all of them or none",
        parameters: &[RUNNING_CLUSTER_ID, USER_NAME, USER_PASSWORD, ASYNC],
        writes: true,
        source: DOCS_2018,
        run: v2018::modify_user_passwords,
    },
    Operation {
        name: "SyncUsers",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Synchronizes the users of a hybrid cluster; nothing changes here",
        parameters: &[RUNNING_CLUSTER_ID, REGION_ID],
        writes: true,
        source: DOCS_2018,
        run: v2018::sync_users,
    },
    Operation {
        name: "ListClusters",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Lists the clusters",
        parameters: &[PAGE_NUMBER, PAGE_SIZE],
        writes: false,
        source: SDK_2018,
        run: v2018::list_clusters,
    },
    Operation {
        name: "DescribeCluster",
        methods: METHODS,
        path: "/",
        version: "2018-04-12",
        summary: "Shows a cluster, whatever its status",
        parameters: &[CLUSTER_ID],
        writes: false,
        source: SDK_2018,
        run: v2018::describe_cluster,
    },
    Operation {
        name: "ListUsers",
        methods: METHODS,
        path: "/",
        version: "2024-07-30",
        summary: "Lists the users of a cluster",
        parameters: &[RUNNING_CLUSTER_ID, PAGE_NUMBER, PAGE_SIZE],
        writes: false,
        source: DOCS_2024,
        run: v2024::list_users,
    },
    Operation {
        name: "GetUser",
        methods: METHODS,
        path: "/",
        version: "2024-07-30",
        summary: "Shows a user of a cluster",
        parameters: &[CLUSTER_ID, SHOWN_USER_NAME],
        writes: false,
        source: DOCS_2024,
        run: v2024::get_user,
    },
    Operation {
        name: "CreateUsers",
        methods: POST_FIRST,
        path: "/",
        version: "2024-07-30",
        summary: "Creates users of a cluster, all of them or none",
        parameters: &[RUNNING_CLUSTER_ID, USER_JSON],
        writes: true,
        source: SDK_2024,
        run: v2024::create_users,
    },
    Operation {
        name: "UpdateUser",
        methods: POST_FIRST,
        path: "/",
        version: "2024-07-30",
        summary: "Changes the group or the password of a user",
        parameters: &[
            RUNNING_CLUSTER_ID,
            UPDATED_USER_NAME,
            UPDATED_GROUP,
            UPDATED_PASSWORD,
        ],
        writes: true,
        source: SDK_2024,
        run: v2024::update_user,
    },
    Operation {
        name: "DeleteUsers",
        methods: METHODS,
        path: "/",
        version: "2024-07-30",
        summary: "Deletes users of a cluster, all of them or none",
        parameters: &[RUNNING_CLUSTER_ID, USER_NAMES_JSON],
        writes: true,
        source: SDK_2024,
        run: v2024::delete_users,
    },
    Operation {
        name: "ListClusters",
        methods: POST_FIRST,
        path: "/",
        version: "2024-07-30",
        summary: "Lists the clusters, those of some ids or names",
        parameters: &[CLUSTER_IDS, CLUSTER_NAMES, PAGE_NUMBER, LARGE_PAGE_SIZE],
        writes: false,
        source: SDK_2024,
        run: v2024::list_clusters,
    },
    Operation {
        name: "GetCluster",
        methods: POST_FIRST,
        path: "/",
        version: "2024-07-30",
        summary: "Shows a cluster, whatever its status",
        parameters: &[CLUSTER_ID],
        writes: false,
        source: SDK_2024,
        run: v2024::get_cluster,
    },
];

static QUIRKS: &[Quirk] = &[
    Quirk {
        name: "user-id",
        values: &["string", "number"],
        about: "UserId and GroupId: text in the document's table, in the SDKs and in an older example; bare numbers in today's example",
        source: SEED,
    },
    Quirk {
        name: "bad-signature",
        values: &["does-not-match", "incomplete"],
        about: "a wrong signature of RPC V1 in strict: SignatureDoesNotMatch, or IncompleteSignature with the server's string to sign, as \
                ECS and others answer; ACS3 stays as it is",
        source: Source::Sdk(
            "alibaba-cloud-sdk-go integration/core_test.go; fog/fog-aliyun issue 32",
        ),
    },
    Quirk {
        name: "async-end",
        values: &["success", "failed"],
        about: "how the tasks of ListUsersAsync end: only Success is documented; failed gives the AsyncStatus Failed and an empty list",
        source: Source::Inferred("ListTasks of the same API knows Success and Failed"),
    },
];

static LIMITS: &[Limit] = &[
    Limit {
        name: "users of a call",
        value: "100",
        about: "20 in CreateUsers; more: 400 InvalidParams (User)",
        source: SDK_2024,
    },
    Limit {
        name: "a task's life",
        value: "1 hour",
        about: "by the namespace's clock; and a namespace keeps 16384 tasks, the oldest go first",
        source: Source::Inferred("no source says how long an AsyncId is good for"),
    },
    Limit {
        name: "a task's list after a change",
        value: "200000 users",
        about: "a namespace keeps lists of so many users together, the oldest go first; the AsyncId of a list that is not kept, and \
                so of every list that is longer, is lost with the first change",
        source: Source::Inferred("memory; no source says what an AsyncId shows after a change"),
    },
    Limit {
        name: "clock skew",
        value: "15 minutes",
        about: "either way, in strict authentication",
        source: Source::Docs("Alibaba Cloud OpenAPI common error codes"),
    },
];

impl Provider for AliyunEhpc {
    fn id(&self) -> &'static str {
        "aliyun-ehpc"
    }

    fn title(&self) -> &'static str {
        "Alibaba Cloud E-HPC"
    }

    fn default_region(&self) -> &'static str {
        "cn-hangzhou"
    }

    fn operations(&self) -> &'static [Operation] {
        OPERATIONS
    }

    fn errors(&self) -> Vec<&'static ErrorEntry> {
        errors::CATALOGUE.to_vec()
    }

    fn quirks(&self) -> &'static [Quirk] {
        QUIRKS
    }

    fn common_parameters(&self) -> &'static [&'static str] {
        &[
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
        ]
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn openapi(&self) -> &'static str {
        include_str!("../../../openapi/aliyun-ehpc.yaml")
    }

    fn demo(&self) -> &'static str {
        include_str!("../../../seed-data/aliyun-ehpc.json")
    }

    fn name_operation(&self, request: &Request) -> RouteMatch {
        let parameters = wire::Parameters::of(request);
        let (action, version) = (parameters.action(), parameters.version());
        let asked = OPERATIONS.iter().find(|operation| {
            request.path() == operation.path
                && Some(operation.name) == action
                && Some(operation.version) == version
        });
        let operation =
            asked.filter(|operation| operation.methods.contains(&request.method.as_str()));
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

    fn access_key(&self, request: &Request) -> Option<String> {
        auth::access_key(request)
    }

    /// A random UUID in upper case.
    fn request_id(&self, ids: &Ids, _now: Time) -> String {
        ids.uuid().to_uppercase()
    }

    fn admit(&self, call: &Call<'_>) -> Result<(), ApiError> {
        auth::admit(call)
    }

    fn envelope(&self, call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
        wire::envelope(call, verdict)
    }

    fn unfilled(&self, _call: &Call<'_>, parameter: &str) -> ApiError {
        errors::INVALID_PARAMS.with(parameter)
    }

    fn over_limit(&self, limit: Oversize) -> &'static ErrorEntry {
        match limit {
            Oversize::Target => &errors::URI_TOO_LARGE,
            Oversize::Headers => &errors::HEADERS_TOO_LARGE,
            Oversize::Body => &errors::BODY_TOO_LARGE,
        }
    }

    fn throttled(&self, wait: Duration) -> ApiError {
        // The Tea SDK reads milliseconds here and raises its ThrottlingException.
        errors::THROTTLING_USER
            .raise()
            .header("x-acs-retry-after", wait.as_millis().max(1).to_string())
    }

    fn internal_error(&self) -> &'static ErrorEntry {
        &errors::INTERNAL_ERROR
    }

    fn seed(
        &self,
        tx: &Connection,
        document: &Value,
        context: &SeedContext<'_>,
    ) -> Result<u64, SeedError> {
        wire::seeds::seed(tx, document, context.now)
    }

    fn export(&self, tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
        wire::seeds::export(tx, each)
    }

    fn generate(&self, count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
        wire::seeds::generate(count, ids, each);
    }

    fn counts(&self, tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
        model::counts(tx)
    }

    fn contradictions(&self) -> &'static [&'static str] {
        model::CONTRADICTIONS
    }

    fn has(&self, tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
        match (missing.kind, missing.key.as_slice()) {
            ("cluster", [cluster_id]) => Ok(model::version_of(tx, cluster_id)?.is_some()),
            ("user", [cluster_id, name]) => {
                for version in Version::ALL {
                    if let Some(cluster) = model::cluster(tx, version, cluster_id)? {
                        return Ok(model::user(tx, &cluster, name)?.is_some());
                    }
                }
                Ok(false)
            }
            _ => Ok(false),
        }
    }
}
