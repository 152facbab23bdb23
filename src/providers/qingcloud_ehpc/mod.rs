//! QingCloud (and ShanHe) EHPC: the users of a cluster.
//!
//! What is odd here:
//! - the path is the action: no parameter selects the operation, and `action`, which the IaaS SDK sends, is ignored;
//! - every outcome is HTTP 200, an unknown path and a request over a limit included: the SDKs throw the body of any other
//!   status away;
//! - the content type has no charset: the Go SDK takes any other header for an empty success;
//! - the time is `timestamp` in these documents and `time_stamp` in the SDK's requests; both will do;
//! - the list is `users_set`, whatever the document's table says (quirk `list-key`);
//! - `limit` above 100 is 100, without an error;
//! - `uid_number` and `gid_number` are strings;
//! - adding and deleting answer with the id of a job, setting a password does not;
//! - the admin and the boss of a cluster cannot be deleted;
//! - a cluster of the type `hpc` takes added users here, which the real service allows in `ehpc` clusters only: the one of
//!   the document's sample has to hold enough to page through.

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
use crate::namespace::ids::{Ids, LOWER_HEX};
use crate::provider::call::{Call, Oversize, Reply, Request};
use crate::provider::error::{ApiError, ErrorEntry, Missing, Refusal, Source};
use crate::provider::seed::SeedError;
use crate::provider::table::{Limit, Location, Operation, Parameter, Quirk, RouteMatch};
use crate::provider::{Provider, SeedContext};
use crate::providers::routes::Routes;

/// The room.
#[derive(Debug)]
pub(crate) struct QingcloudEhpc;

const SEED: Source = Source::Seed("000_7e586bc5d7433012.txt");
const MANUAL: Source = Source::Docs("yunify/qingcloud-docs, content/compute/hpc/api");
const CLUSTERS: Source =
    Source::Docs("yunify/qingcloud-docs@039193a and @70f0f11, api/cluster/listcluster.md");
const LOG: Source = Source::Docs("yunify/qingcloud-docs@70f0f11, logs/operation.md");
const RULES: Source = Source::Docs("yunify/qingcloud-docs@8f3e468, api/user/adduser.md");
const SDK: Source = Source::Sdk("PyPI qingcloud-hpc 0.0.1, list_users");
const OURS: Source = Source::Inferred("the document names the parameter and not its bounds");

/// A parameter that is not required and has no default.
const fn optional(
    name: &'static str,
    location: Location,
    kind: &'static str,
    rule: &'static str,
    source: Source,
) -> Parameter {
    Parameter {
        name,
        location,
        kind,
        required: false,
        default: "",
        rule,
        source,
    }
}

/// A parameter that is required: absent or empty is 1100.
const fn required(
    name: &'static str,
    location: Location,
    kind: &'static str,
    rule: &'static str,
    source: Source,
) -> Parameter {
    Parameter {
        required: true,
        ..optional(name, location, kind, rule, source)
    }
}

const TIMESTAMP: Parameter = required(
    "timestamp",
    Location::QueryOrBody,
    "date-time",
    "2026-01-02T03:04:05Z, month and day padded or not, a fraction of 1 to 9 digits or none, else 1100; time_stamp will do; in a form, not in JSON",
    SEED,
);
const ZONE: Parameter = required(
    "zone",
    Location::QueryOrBody,
    "string",
    "any, unless a seed names the account's zones, then another is 1400; the query goes before the body",
    SEED,
);
const LIMIT: Parameter = Parameter {
    default: "10",
    ..optional(
        "limit",
        Location::Query,
        "integer",
        "digits, else 1100; 0 is an empty page, more than 100 is 100",
        SEED,
    )
};
const OFFSET: Parameter = Parameter {
    default: "0",
    ..optional(
        "offset",
        Location::Query,
        "integer",
        "digits, else 1100; in rows; past the end: an empty page",
        SEED,
    )
};
const REVERSE: Parameter = Parameter {
    default: "0",
    ..optional(
        "reverse",
        Location::Query,
        "integer",
        "0 ascending, 1 descending, else 1100",
        MANUAL,
    )
};
const VERBOSE: Parameter = Parameter {
    default: "0",
    ..optional(
        "verbose",
        Location::Query,
        "integer",
        "0 or 1, else 1100; changes nothing here",
        MANUAL,
    )
};
const SORT_USERS: Parameter = Parameter {
    default: "create_time",
    ..optional(
        "sort_key",
        Location::Query,
        "string",
        "create_time or username, else 1100; then in the order of arrival",
        SDK,
    )
};
const SORT_CLUSTERS: Parameter = Parameter {
    default: "create_time",
    ..optional(
        "sort_key",
        Location::Query,
        "string",
        "create_time, cluster_id, cluster_name, cluster_status or cluster_type, else 1100; then by create_time and arrival",
        CLUSTERS,
    )
};
/// The page of the job log names no values.
const VERBOSE_JOBS: Parameter = Parameter {
    rule: "digits, else 1100; changes nothing here",
    ..VERBOSE
};
const OF_CLUSTER: Parameter = required(
    "cluster_id",
    Location::Body,
    "string",
    "a cluster, else 2100",
    MANUAL,
);
const OF_USER: Parameter = required(
    "username",
    Location::Body,
    "string",
    "a user of the cluster, else 2100",
    MANUAL,
);
const PASSWORD_RULE: &str = "12 to 30 letters, digits and !@#$%^&()*, else 1100; never shown";

static OPERATIONS: &[Operation] = &[
    Operation {
        name: "HpcUserListUsers",
        methods: &["GET"],
        path: "/api/user",
        version: "",
        summary: "Lists the users of a cluster, oldest first unless asked otherwise",
        parameters: &[
            TIMESTAMP,
            ZONE,
            optional(
                "cluster_id",
                Location::Query,
                "string",
                "exact, else 2100; absent: every cluster",
                SEED,
            ),
            optional(
                "user_id",
                Location::Query,
                "string",
                "exact; no hit is an empty page",
                SEED,
            ),
            optional(
                "search_word",
                Location::Query,
                "string",
                "part of the username, in any case; % and _ stand for themselves",
                SEED,
            ),
            LIMIT,
            OFFSET,
            Parameter {
                source: SDK,
                ..REVERSE
            },
            SORT_USERS,
        ],
        writes: false,
        source: SEED,
        run: operations::list_users,
    },
    Operation {
        name: "HpcUserAddUser",
        methods: &["POST"],
        path: "/api/user/addUser",
        version: "",
        summary: "Adds an ordinary user; answers with a job",
        parameters: &[
            TIMESTAMP,
            ZONE,
            OF_CLUSTER,
            required(
                "username",
                Location::Body,
                "string",
                "1 to 8 letters, digits or _, else 1100; not taken in the cluster, else 2110",
                RULES,
            ),
            required("password", Location::Body, "string", PASSWORD_RULE, RULES),
            optional(
                "mod",
                Location::Body,
                "string",
                "three octal digits, else 1100; absent is null",
                OURS,
            ),
        ],
        writes: true,
        source: MANUAL,
        run: operations::add_user,
    },
    Operation {
        name: "HpcUserDeleteUser",
        methods: &["POST"],
        path: "/api/user/deleteUser",
        version: "",
        summary: "Deletes an ordinary user; answers with a job",
        parameters: &[
            TIMESTAMP,
            ZONE,
            OF_CLUSTER,
            Parameter {
                rule: "a user of the cluster, else 2100; neither admin nor boss, else 1400",
                ..OF_USER
            },
        ],
        writes: true,
        source: MANUAL,
        run: operations::delete_user,
    },
    Operation {
        name: "HpcUserModifyUser",
        methods: &["POST"],
        path: "/api/user/modifyUser",
        version: "",
        summary: "Sets a user's password",
        parameters: &[
            TIMESTAMP,
            ZONE,
            OF_CLUSTER,
            OF_USER,
            required(
                "new_password",
                Location::Body,
                "string",
                PASSWORD_RULE,
                MANUAL,
            ),
        ],
        writes: true,
        source: MANUAL,
        run: operations::modify_user,
    },
    Operation {
        name: "HpcOperationListOperation",
        methods: &["GET"],
        path: "/api/operation",
        version: "",
        summary: "Lists the job log, oldest first",
        parameters: &[
            TIMESTAMP,
            ZONE,
            optional("job_ids", Location::Query, "string", IDS_RULE, MANUAL),
            optional("jobs", Location::Query, "string", IDS_RULE, MANUAL),
            optional(
                "status",
                Location::Query,
                "string",
                "pending, successful or failed, else 1100",
                MANUAL,
            ),
            optional("job_action", Location::Query, "string", "exact", MANUAL),
            optional(
                "resource_ids",
                Location::Query,
                "string",
                "ids as in job_ids, one of which is among the job's",
                MANUAL,
            ),
            optional("owner", Location::Query, "string", "exact", MANUAL),
            optional(
                "search_word",
                Location::Query,
                "string",
                "part of the action's name or description, in any case",
                MANUAL,
            ),
            optional("action_describe", Location::Query, "string", "exact", LOG),
            optional(
                "directive",
                Location::Query,
                "string",
                "changes nothing here",
                LOG,
            ),
            optional(
                "start_time",
                Location::Query,
                "date-time",
                "created then or later; a time as in timestamp, else 1100",
                MANUAL,
            ),
            optional(
                "end_time",
                Location::Query,
                "date-time",
                "created then or earlier; a time as in timestamp, else 1100",
                MANUAL,
            ),
            LIMIT,
            OFFSET,
            REVERSE,
            VERBOSE_JOBS,
        ],
        writes: false,
        source: MANUAL,
        run: operations::list_operation,
    },
    Operation {
        name: "HpcClusterListCluster",
        methods: &["GET"],
        path: "/api/cluster/list",
        version: "",
        summary: "Lists clusters, oldest first unless asked otherwise",
        parameters: &[
            TIMESTAMP,
            ZONE,
            optional(
                "owner",
                Location::Query,
                "string",
                "exact; documented as required, absent is every owner's",
                MANUAL,
            ),
            optional(
                "cluster_id",
                Location::Query,
                "string",
                "exact; no hit is an empty page",
                MANUAL,
            ),
            optional(
                "cluster_type",
                Location::Query,
                "string",
                "hpc or ehpc, else 1100",
                MANUAL,
            ),
            optional(
                "status",
                Location::Query,
                "string",
                "pending, active, stopped or suspended, else 1100",
                MANUAL,
            ),
            optional(
                "search_word",
                Location::Query,
                "string",
                "part of the name, in any case",
                MANUAL,
            ),
            optional(
                "shared_status",
                Location::Query,
                "string",
                "shared or not_shared (the SDK also knows shared_owner and shared_member), else 1100; as in project_info",
                CLUSTERS,
            ),
            optional(
                "run_user",
                Location::Query,
                "string",
                "changes nothing here",
                CLUSTERS,
            ),
            LIMIT,
            OFFSET,
            SORT_CLUSTERS,
            REVERSE,
            VERBOSE,
        ],
        writes: false,
        source: MANUAL,
        run: operations::list_cluster,
    },
];

const IDS_RULE: &str = "ids with commas or spaces between them, or job_ids.1, job_ids.2, …";

static LIMITS: &[Limit] = &[
    Limit {
        name: "rows of a page",
        value: "100",
        about: "a higher limit is taken for 100",
        source: SEED,
    },
    Limit {
        name: "calls of an account",
        value: "2000 in 3600 s",
        about: "the next one gets 2500; off here, ask for QuotasExceeded",
        source: MANUAL,
    },
    Limit {
        name: "clock skew",
        value: "60 s",
        about: "beyond it, in the past or the future, 1300 under strict authentication",
        source: MANUAL,
    },
];

static QUIRKS: &[Quirk] = &[Quirk {
    name: "list-key",
    values: &["users_set", "both", "user_set"],
    about: "what the list of users is called: users_set in the document's example, user_set in its table",
    source: SEED,
}];

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));

impl Provider for QingcloudEhpc {
    fn id(&self) -> &'static str {
        "qingcloud-ehpc"
    }

    fn title(&self) -> &'static str {
        "QingCloud EHPC"
    }

    fn default_region(&self) -> &'static str {
        "jn1a"
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
        ]
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn openapi(&self) -> &'static str {
        include_str!("../../../openapi/qingcloud-ehpc.yaml")
    }

    fn demo(&self) -> &'static str {
        include_str!("../../../seed-data/qingcloud-ehpc.json")
    }

    /// A trailing slash is optional: signed paths have one, request lines mostly have not.
    fn name_operation(&self, request: &Request) -> RouteMatch {
        let path = request.path();
        ROUTES.name(request, path.strip_suffix('/').unwrap_or(path))
    }

    fn access_key(&self, request: &Request) -> Option<String> {
        auth::access_key(request)
    }

    /// The service shows none; this one is as the SDK's `req_id`, and only the journal has it.
    fn request_id(&self, ids: &Ids, _now: Time) -> String {
        ids.text(32, LOWER_HEX)
    }

    fn admit(&self, call: &Call<'_>) -> Result<(), ApiError> {
        auth::admit(call)
    }

    fn envelope(&self, _call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
        wire::envelope(verdict)
    }

    fn unfilled(&self, call: &Call<'_>, parameter: &str) -> ApiError {
        let (query, form) = (call.query(), call.request.form());
        let value = wire::given(query, parameter).or_else(|| wire::given(form, parameter));
        errors::ILLEGAL_VALUE.with_all(&[&parameter, &wire::echo(value.unwrap_or_default())])
    }

    fn over_limit(&self, limit: Oversize) -> &'static ErrorEntry {
        match limit {
            Oversize::Target => &errors::URI_TOO_LONG,
            Oversize::Headers => &errors::HEADERS_TOO_LARGE,
            Oversize::Body => &errors::BODY_TOO_LARGE,
        }
    }

    /// Inferred: no header says how long to wait; the manual's quota comes back at midnight.
    fn throttled(&self, _wait: Duration) -> ApiError {
        errors::QUOTAS_EXCEEDED.raise()
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
        wire::seed::merge(tx, document, context)
    }

    fn export(&self, tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
        wire::seed::export(tx, each)
    }

    fn generate(&self, count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
        wire::seed::generate(count, ids, each);
    }

    fn counts(&self, tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
        model::counts(tx)
    }

    fn contradictions(&self) -> &'static [&'static str] {
        model::CONTRADICTIONS
    }

    fn has(&self, tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
        match (missing.kind, missing.key.as_slice()) {
            ("cluster", [cluster_id]) => Ok(model::cluster(tx, cluster_id)?.is_some()),
            ("user", [cluster_id, username]) => {
                Ok(model::user(tx, cluster_id, username)?.is_some())
            }
            _ => Ok(false),
        }
    }
}
