//! Volcengine ByteHouse, enterprise edition (`bytehouse_ce`): the users of an account, their roles and privileges.
//!
//! What is odd here:
//! - every call goes to `/`; Action and Version are read from the query only, the other parameters from the query, a form
//!   or a JSON body;
//! - the code of most errors is `Bad Request`, with a space in it, and it also says that a user does not exist;
//! - the e-mail of a user is `Emaill` in answers and `Email` in UpdateUser (quirk `email-key`);
//! - `Meta.Total` is a number in the table of its document and a text in the example (quirk `total`);
//! - a user has an `ID` and a `UserID`; the actions that take a number take the latter;
//! - there is no CreateUser: users come from the console, and here from seeds;
//! - the request id begins with the time of day in China, eight hours ahead of X-Date.

mod auth;
mod errors;
mod model;
mod operations;
mod wire;

use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::namespace::clock::Time;
use crate::namespace::ids::{DIGITS, Ids, UPPER_HEX};
use crate::provider::call::PathParams;
use crate::provider::call::{Call, Oversize, Reply, Request};
use crate::provider::error::{ApiError, ErrorEntry, Missing, Refusal, Source};
use crate::provider::seed::SeedError;
use crate::provider::table::{Limit, Location, Operation, Parameter, Quirk, RouteMatch};
use crate::provider::{Provider, SeedContext};

/// The room.
#[derive(Debug)]
pub(crate) struct VolcengineBytehouse;

const SEED: Source = Source::Seed("003_e9021faa912119e8.txt");
const REFERENCE: Source =
    Source::Docs("ByteHouse API reference (Volcengine doc set 6464, BytePlus)");
const SDK: Source = Source::Sdk("volcenginesdk-bytehousece20240831 5.0.54");

/// The only version of these actions.
const VERSION: &str = "2024-08-31";

const VERSION_PARAMETER: Parameter = Parameter {
    name: "Version",
    location: Location::Query,
    kind: "string",
    required: true,
    default: "",
    rule: "2024-08-31; absent: 400 MissingParameter, another: 404 InvalidActionOrVersion",
    source: SEED,
};
const ACTION: Parameter = Parameter {
    name: "Action",
    location: Location::Query,
    kind: "string",
    required: true,
    default: "",
    rule: "the action's name, exact case; absent: 400 MissingParameter, unknown: 404 InvalidActionOrVersion",
    source: SEED,
};
const OFFSET: Parameter = Parameter {
    default: "0",
    rule: "0 to 2147483647, else 400 Bad Request; past the end: an empty list",
    source: SEED,
    ..optional("Offset", "integer")
};
const LIMIT: Parameter = Parameter {
    default: "10",
    rule: "0 to 2147483647, else 400 Bad Request; 0 is the default; not capped",
    source: SEED,
    ..optional("Limit", "integer")
};
const USERNAME: Parameter = Parameter {
    rule: "exact; absent, empty or unknown: 400 Bad Request",
    ..required("Username", "string")
};
const USER_ID: Parameter = Parameter {
    rule: "the UserID, not the ID; absent, no integer or unknown: 400 Bad Request",
    ..required("UserID", "integer")
};
const ROLE_ID: Parameter = Parameter {
    rule: "absent or no integer: 400 Bad Request; unknown: 400 FailedToGetRoleInMetadata",
    ..required("RoleID", "integer")
};
const USERS: Parameter = Parameter {
    rule: "[{Username, AdminOption}]; an unknown user: 400 Bad Request, and nobody's role changes",
    ..optional("Users", "array")
};
const GRANTS_RULE: &str = "[{Privileges [{Name, Columns}], Targets [{Database, Table}], OnCluster, ClusterID, GrantOption, GrantTo, RawSql}]; \
     a grant without a privilege: 400 Bad Request";
const SOME_GRANTS: Parameter = Parameter {
    rule: GRANTS_RULE,
    ..required("Grants", "array")
};
const GRANTS: Parameter = Parameter {
    rule: GRANTS_RULE,
    ..optional("Grants", "array")
};
const ACTION_TYPE: Parameter = Parameter {
    rule: "GRANT or REVOKE, else 400 Bad Request",
    source: SDK,
    ..required("ActionType", "string")
};

const fn required(name: &'static str, kind: &'static str) -> Parameter {
    Parameter {
        name,
        location: Location::QueryOrBody,
        kind,
        required: true,
        default: "",
        rule: "absent or of another type: 400 Bad Request",
        source: REFERENCE,
    }
}

const fn optional(name: &'static str, kind: &'static str) -> Parameter {
    Parameter {
        required: false,
        rule: "of another type: 400 Bad Request",
        ..required(name, kind)
    }
}

/// A row: all actions share their path, methods, version and the source of their kind.
const fn action(
    name: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    run: fn(&Call<'_>) -> Result<Reply, ApiError>,
) -> Operation {
    Operation {
        name,
        methods: auth::METHODS,
        path: "/",
        version: VERSION,
        summary,
        parameters,
        writes: false,
        source: REFERENCE,
        run,
    }
}

/// The same for an action that changes something.
const fn writing(
    name: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    run: fn(&Call<'_>) -> Result<Reply, ApiError>,
) -> Operation {
    Operation {
        writes: true,
        ..action(name, summary, parameters, run)
    }
}

static OPERATIONS: &[Operation] = &[
    Operation {
        source: SEED,
        ..action(
            "ListUsers",
            "Lists the users of the account, by ID",
            &[ACTION, VERSION_PARAMETER, OFFSET, LIMIT],
            operations::list_users,
        )
    },
    action(
        "GetUserDetail",
        "Shows a user",
        &[ACTION, VERSION_PARAMETER, USERNAME],
        operations::get_user_detail,
    ),
    writing(
        "UpdateUser",
        "Sets a user's e-mail, description and Readonly",
        &[
            ACTION,
            VERSION_PARAMETER,
            USERNAME,
            required("Email", "string"),
            required("Description", "string"),
            required("Readonly", "boolean"),
        ],
        operations::update_user,
    ),
    writing(
        "DeleteUser",
        "Deletes a user with its roles and privileges; refused for SYSTEM, MAIN and immutable users",
        &[ACTION, VERSION_PARAMETER, USER_ID],
        operations::delete_user,
    ),
    action(
        "GetUserInitialPassword",
        "Shows a user's first password, as long as it is in use",
        &[ACTION, VERSION_PARAMETER, USERNAME],
        operations::get_user_initial_password,
    ),
    writing(
        "CreateRole",
        "Creates a role on a cluster and gives it to users",
        &[
            ACTION,
            VERSION_PARAMETER,
            Parameter {
                rule: "unique per cluster; absent, empty or taken: 400 Bad Request",
                ..required("Name", "string")
            },
            Parameter {
                rule: "any number from 1, else 400 Bad Request",
                ..required("ClusterID", "integer")
            },
            optional("Description", "string"),
            USERS,
        ],
        operations::create_role,
    ),
    action(
        "ListRoles",
        "Lists roles, by ID, without pages",
        &[
            ACTION,
            VERSION_PARAMETER,
            optional("ClusterID", "integer"),
            Parameter {
                rule: "exact; of another type: 400 Bad Request",
                ..optional("Name", "string")
            },
        ],
        operations::list_roles,
    ),
    writing(
        "DeleteRole",
        "Deletes a role with its assignments and privileges",
        &[ACTION, VERSION_PARAMETER, ROLE_ID],
        operations::delete_role,
    ),
    writing(
        "AssignRole",
        "Gives a role to users, all or none",
        &[ACTION, VERSION_PARAMETER, ROLE_ID, USERS],
        operations::assign_role,
    ),
    writing(
        "UnassignRole",
        "Takes a role from users, all or none",
        &[ACTION, VERSION_PARAMETER, ROLE_ID, USERS],
        operations::unassign_role,
    ),
    action(
        "ListGrantUsersForRole",
        "Lists the users of a role, in the order of assignment",
        &[ACTION, VERSION_PARAMETER, ROLE_ID],
        operations::list_grant_users_for_role,
    ),
    action(
        "ShowRolesForUser",
        "Lists the roles of a user, by ID",
        &[ACTION, VERSION_PARAMETER, USERNAME],
        operations::show_roles_for_user,
    ),
    writing(
        "GrantPrivilegesToUserByID",
        "Grants privileges to a user",
        &[ACTION, VERSION_PARAMETER, USER_ID, SOME_GRANTS],
        operations::grant_privileges_to_user_by_id,
    ),
    writing(
        "GrantPrivilegesToUserByName",
        "Grants privileges to a user",
        &[ACTION, VERSION_PARAMETER, USERNAME, SOME_GRANTS],
        operations::grant_privileges_to_user_by_name,
    ),
    writing(
        "RevokePrivilegesForUserByID",
        "Takes privileges from a user",
        &[ACTION, VERSION_PARAMETER, USER_ID, GRANTS],
        operations::revoke_privileges_for_user_by_id,
    ),
    writing(
        "RevokePrivilegesFromUserByName",
        "Takes privileges from a user",
        &[ACTION, VERSION_PARAMETER, USERNAME, GRANTS],
        operations::revoke_privileges_from_user_by_name,
    ),
    action(
        "ShowPrivilegesForUserByID",
        "Shows the privileges of a user",
        &[ACTION, VERSION_PARAMETER, USER_ID],
        operations::show_privileges_for_user_by_id,
    ),
    action(
        "ShowPrivilegesForUserByName",
        "Shows the privileges of a user",
        &[ACTION, VERSION_PARAMETER, USERNAME],
        operations::show_privileges_for_user_by_name,
    ),
    action(
        "ShowPrivilegesForRole",
        "Shows the privileges of a role",
        &[ACTION, VERSION_PARAMETER, ROLE_ID],
        operations::show_privileges_for_role,
    ),
    writing(
        "UpdateGrantsForUser",
        "Grants privileges and roles to a user, or takes them, all or nothing",
        &[
            ACTION,
            VERSION_PARAMETER,
            USERNAME,
            ACTION_TYPE,
            GRANTS,
            Parameter {
                rule: "[{RoleID or RoleName, AdminOption}]; empty as well as Grants: 400 Bad Request; an unknown role: 400 FailedToGetRoleInMetadata",
                ..optional("Assignments", "array")
            },
        ],
        operations::update_grants_for_user,
    ),
    writing(
        "UpdateGrantsForRole",
        "Grants privileges to a role, or takes them",
        &[ACTION, VERSION_PARAMETER, ROLE_ID, ACTION_TYPE, SOME_GRANTS],
        operations::update_grants_for_role,
    ),
];

static QUIRKS: &[Quirk] = &[
    Quirk {
        name: "total",
        values: &["number", "string"],
        about: "Meta.Total of ListUsers: a number as in the table of its document, the only form that every SDK decodes, or a text as in the example",
        source: SEED,
    },
    Quirk {
        name: "email-key",
        values: &["emaill", "both", "email"],
        about: "a user's e-mail: Emaill as the document spells it, Email as the SDKs' models do (with Name, as there), or both",
        source: SDK,
    },
    Quirk {
        name: "signature-error",
        values: &["seed", "gateway"],
        about: "what a wrong signature is answered with: SignatureNotMatch as in the document, or SignatureDoesNotMatch as the gateway does in practice",
        source: REFERENCE,
    },
];

static LIMITS: &[Limit] = &[
    Limit {
        name: "validity of a signature",
        value: "900 s",
        about: "X-Date may be that far from now, before or behind, unless X-Expires says otherwise; else InvalidTimestamp",
        source: Source::Docs("the default lifetime; the same for the future is inferred"),
    },
    Limit {
        name: "privileges of a call",
        value: "100000",
        about: "privileges and columns, for each target; beyond: 400 Bad Request",
        source: Source::Inferred(
            "no bound is documented; this one keeps a call from running for hours",
        ),
    },
    Limit {
        name: "bytes of a call's privileges",
        value: "16 MiB",
        about: "names of clusters, privileges and columns, for each target; beyond: 400 Bad Request",
        source: Source::Inferred(
            "no bound is documented; this one keeps a call from filling the memory",
        ),
    },
    Limit {
        name: "assignments of a call",
        value: "100000",
        about: "users or roles, in Users and Assignments; beyond: 400 Bad Request",
        source: Source::Inferred(
            "no bound is documented; this one keeps a call from holding up all others",
        ),
    },
    Limit {
        name: "name of a cluster",
        value: "256 characters",
        about: "OnCluster, and ClusterName in seeds; longer: 400 Bad Request",
        source: Source::Inferred(
            "no bound is documented; every grant on a cluster shows its name, and every role",
        ),
    },
];

impl Provider for VolcengineBytehouse {
    fn id(&self) -> &'static str {
        "volcengine-bytehouse"
    }

    fn title(&self) -> &'static str {
        "Volcengine ByteHouse"
    }

    fn default_region(&self) -> &'static str {
        "cn-beijing"
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
            "X-Algorithm",
            "X-Credential",
            "X-Date",
            "X-Expires",
            "X-NotSignBody",
            "X-Security-Token",
            "X-Signature",
            "X-SignedHeaders",
            "X-SignedQueries",
        ]
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn schema(&self) -> &'static str {
        include_str!("schema.sql")
    }

    fn openapi(&self) -> &'static str {
        include_str!("../../../openapi/volcengine-bytehouse.yaml")
    }

    fn demo(&self) -> &'static str {
        include_str!("../../../seed-data/volcengine-bytehouse.json")
    }

    fn name_operation(&self, request: &Request) -> RouteMatch {
        let query = request.query();
        let action = query.first("Action").unwrap_or_default();
        let found = OPERATIONS
            .iter()
            .find(|operation| operation.name == action)
            .filter(|operation| {
                request.path() == operation.path
                    && query.first("Version") == Some(operation.version)
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

    fn access_key(&self, request: &Request) -> Option<String> {
        auth::access_key(request)
    }

    /// 14 digits of local time in China (the samples run 8 h ahead of their X-Date), 12 digits, 6 of `0-9A-F`.
    fn request_id(&self, ids: &Ids, now: Time) -> String {
        const CHINA: i64 = 8 * 60 * 60 * 1000;
        let time = now.plus_millis(CHINA).digits();
        time + &ids.text(12, DIGITS) + &ids.text(6, UPPER_HEX)
    }

    fn admit(&self, call: &Call<'_>) -> Result<(), ApiError> {
        auth::admit(call)
    }

    fn envelope(&self, call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
        wire::envelope(call, verdict)
    }

    fn unfilled(&self, _call: &Call<'_>, _parameter: &str) -> ApiError {
        errors::BAD_REQUEST.raise()
    }

    fn over_limit(&self, limit: Oversize) -> &'static ErrorEntry {
        match limit {
            Oversize::Target => &errors::REQUEST_URI_TOO_LONG,
            Oversize::Headers => &errors::REQUEST_HEADERS_TOO_LARGE,
            Oversize::Body => &errors::REQUEST_BODY_TOO_LARGE,
        }
    }

    fn throttled(&self, _wait: Duration) -> ApiError {
        errors::FLOW_LIMIT_EXCEEDED.raise()
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
        wire::seed(tx, document, context)
    }

    fn export(&self, tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
        wire::export(tx, each)
    }

    fn generate(&self, count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
        wire::generate(count, ids, each);
    }

    fn counts(&self, tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
        Ok(vec![
            ("users", model::tenant(tx)?.user_count),
            ("roles", model::role_count(tx)?),
        ])
    }

    fn contradictions(&self) -> &'static [&'static str] {
        model::CONTRADICTIONS
    }

    fn has(&self, tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
        let number = |text: &str| text.parse().unwrap_or_default();
        match (missing.kind, missing.key.as_slice()) {
            ("user", [username]) => Ok(model::user(tx, username)?.is_some()),
            ("user id", [user_id]) => Ok(model::user_by_user_id(tx, number(user_id))?.is_some()),
            ("role", [role_id]) => model::has_role(tx, number(role_id)),
            _ => Ok(false),
        }
    }
}
