//! Huawei Cloud Workspace (cloud desktop): the desktop users and user groups of a project (API v2).
//!
//! What is odd here:
//! - a user or group that does not exist is 400, not 404; so is a name that is taken;
//! - `account_expires` is a string in lists and a number where a user is shown;
//! - a list without a limit holds everybody;
//! - creating a group does not tell its id: clients find it in the list;
//! - `random-password` is a GET that changes something, and `otp-devices` a DELETE with a body;
//! - a wrong method is 405 by the service (the seed), where the gateway's document has a 404; see the quirks.

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
pub(crate) struct HuaweiWorkspace;

const SEED: Source = Source::Seed("002_ac84bbec52d1b0eb.txt");
const DEFINITION: Source = Source::Docs("huawei-cloud-api-definitions-Workspace 0.1.20260904");
const SDK: Source = Source::Sdk("huaweicloudsdkworkspace 3.1.219");
const TERRAFORM: Source =
    Source::Observed("terraform-provider-huaweicloud and chnsz/golangsdk, workspace resources");
const CHOSEN: Source = Source::Inferred("no source bounds it");

const PROJECT_ID: Parameter = Parameter {
    name: "project_id",
    location: Location::Path,
    kind: "string",
    required: true,
    default: "",
    rule: "1 to 255 characters, else 400 WKS.0001; any project is there (quirk projects), else 403 WKS.00010099",
    source: SEED,
};
const USER_ID: Parameter = Parameter {
    name: "user_id",
    location: Location::Path,
    kind: "string",
    required: true,
    default: "",
    rule: "a user of this project, else 400 WKS.00170312; its form is not looked at",
    source: TERRAFORM,
};
const GROUP_ID: Parameter = Parameter {
    name: "group_id",
    location: Location::Path,
    kind: "string",
    required: true,
    default: "",
    rule: "a group of this project, else 400 WKS.00170208; its form is not looked at",
    source: TERRAFORM,
};
const USER_NAME_FILTER: Parameter = query(
    "user_name",
    "string",
    "",
    "up to 255 characters, else 400 WKS.0001; a part of the name, whatever its case",
    SEED,
);
const DESCRIPTION_FILTER: Parameter = query(
    "description",
    "string",
    "",
    "up to 100 characters, else 400 WKS.0001; a part of the description, whatever its case",
    SEED,
);
const ACTIVE_TYPE_FILTER: Parameter = query(
    "active_type",
    "string",
    "",
    "USER_ACTIVATE or ADMIN_ACTIVATE, else 400 WKS.0001; absent lets both through",
    SEED,
);
const USER_NAMES_FILTER: Parameter = query(
    "user_names",
    "string",
    "",
    "may repeat; the name is one of these, to the letter",
    SDK,
);
const ENTERPRISE_PROJECT_FILTER: Parameter =
    query("enterprise_project_id", "string", "", "exact", SDK);
const OFFSET: Parameter = query(
    "offset",
    "string",
    "0",
    "decimal digits, else 400 WKS.0001; past the end: an empty list with the true total",
    SEED,
);

/// What create takes; each element of batch-create takes the same members.
static NEW_USER: [Parameter; 15] = [
    PROJECT_ID,
    body(
        "user_name",
        "string",
        true,
        "",
        "1 to 20 letters, digits, . _ and -, a letter first (quirk name-rule), else 400 WKS.0001; new in this project whatever its case, else 400 WKS.00170301",
        SEED,
    ),
    body(
        "user_email",
        "string",
        false,
        "",
        "an address of up to 64 characters, else 400 WKS.0001; USER_ACTIVATE needs it or user_phone",
        DEFINITION,
    ),
    body(
        "user_phone",
        "string",
        false,
        "",
        "up to 20 characters, else 400 WKS.0001",
        DEFINITION,
    ),
    body(
        "active_type",
        "string",
        false,
        "USER_ACTIVATE",
        "USER_ACTIVATE or ADMIN_ACTIVATE, else 400 WKS.0001",
        DEFINITION,
    ),
    body(
        "password",
        "string",
        false,
        "",
        "8 to 32 characters, else 400 WKS.0001; ADMIN_ACTIVATE needs one; never kept",
        DEFINITION,
    ),
    body(
        "account_expires",
        "string",
        false,
        "0",
        "0 (never), yyyy-MM-ddTHH:mm:ssZ or yyyy-MM-ddTHH:mm:ss.SSSZ, else 400 WKS.0001",
        DEFINITION,
    ),
    body(
        "enable_change_password",
        "boolean",
        false,
        "true",
        "else 400 WKS.0001",
        DEFINITION,
    ),
    body(
        "next_login_change_password",
        "boolean",
        false,
        "true",
        "else 400 WKS.0001",
        DEFINITION,
    ),
    body(
        "group_ids",
        "array of string",
        false,
        "",
        "1 to 5, else 400 WKS.0001; groups of this project, else 400 WKS.00170208",
        DEFINITION,
    ),
    body(
        "description",
        "string",
        false,
        "",
        "up to 255 characters, else 400 WKS.0001",
        DEFINITION,
    ),
    body(
        "alias_name",
        "string",
        false,
        "",
        "up to 55 characters, else 400 WKS.0001; not kept",
        SDK,
    ),
    body(
        "enterprise_project_id",
        "string",
        false,
        "0",
        "up to 255 characters, else 400 WKS.0001",
        DEFINITION,
    ),
    body(
        "user_info_map",
        "string",
        false,
        "",
        "else 400 WKS.0001",
        SDK,
    ),
    body(
        "domain",
        "string",
        false,
        "local.com",
        "up to 255 characters, else 400 WKS.0001",
        SDK,
    ),
];

static OPERATIONS: &[Operation] = &[
    Operation {
        name: "ListUsers",
        methods: &["GET"],
        path: "/v2/{project_id}/users",
        version: "",
        summary: "Lists the users of a project, oldest first; all of them unless a limit is given",
        parameters: &[
            PROJECT_ID,
            USER_NAME_FILTER,
            query(
                "limit",
                "string",
                "all",
                "decimal digits, else 400 WKS.0001; 0 is the same as absent; no most",
                SEED,
            ),
            OFFSET,
            DESCRIPTION_FILTER,
            ACTIVE_TYPE_FILTER,
            query(
                "group_name",
                "string",
                "",
                "up to 64 characters, else 400 WKS.0001; the name of a group that the user is in, to the letter",
                SEED,
            ),
            USER_NAMES_FILTER,
            query(
                "share_space_subscription",
                "boolean",
                "",
                "true or false, else 400 WKS.0001",
                SDK,
            ),
            query(
                "share_space_desktops",
                "boolean",
                "",
                "true or false, else 400 WKS.0001; whether the user has shared desktops at all",
                SDK,
            ),
            query(
                "is_query_total_desktops",
                "boolean",
                "true",
                "true or false, else 400 WKS.0001; with false every total_desktops is 0",
                TERRAFORM,
            ),
            ENTERPRISE_PROJECT_FILTER,
            query(
                "disabled",
                "boolean",
                "",
                "true or false, else 400 WKS.0001",
                SDK,
            ),
            query(
                "domain",
                "string",
                "",
                "exact; local.com is the domain of whoever has no other",
                SDK,
            ),
            query(
                "platform_type",
                "string",
                "",
                "AD, LOCAL or UOS, else 400 WKS.0001; every user here is LOCAL",
                SDK,
            ),
        ],
        writes: false,
        source: SEED,
        run: operations::list_users,
    },
    Operation {
        name: "CreateDesktopUser",
        methods: &["POST"],
        path: "/v2/{project_id}/users",
        version: "",
        summary: "Creates a user",
        parameters: &NEW_USER,
        writes: true,
        source: DEFINITION,
        run: operations::create_desktop_user,
    },
    Operation {
        name: "ListUserDetail",
        methods: &["GET"],
        path: "/v2/{project_id}/users/{user_id}",
        version: "",
        summary: "Shows a user",
        parameters: &[PROJECT_ID, USER_ID],
        writes: false,
        source: DEFINITION,
        run: operations::list_user_detail,
    },
    Operation {
        name: "UpdateUserInfo",
        methods: &["PUT"],
        path: "/v2/{project_id}/users/{user_id}",
        version: "",
        summary: "Changes the members of a user that the body names",
        parameters: &[
            PROJECT_ID,
            USER_ID,
            body(
                "description",
                "string",
                false,
                "",
                "up to 255 characters, else 400 WKS.0001; empty clears",
                DEFINITION,
            ),
            body(
                "user_email",
                "string",
                false,
                "",
                "an address of up to 64 characters, else 400 WKS.0001; empty clears",
                DEFINITION,
            ),
            body(
                "user_phone",
                "string",
                false,
                "",
                "up to 20 characters, else 400 WKS.0001; empty clears",
                DEFINITION,
            ),
            body(
                "active_type",
                "string",
                false,
                "",
                "USER_ACTIVATE or ADMIN_ACTIVATE, else 400 WKS.0001; empty changes nothing",
                DEFINITION,
            ),
            body(
                "account_expires",
                "string",
                false,
                "",
                "as in create, else 400 WKS.0001; empty changes nothing",
                DEFINITION,
            ),
            body(
                "enable_change_password",
                "boolean",
                false,
                "",
                "else 400 WKS.0001",
                DEFINITION,
            ),
            body(
                "next_login_change_password",
                "boolean",
                false,
                "",
                "else 400 WKS.0001",
                DEFINITION,
            ),
            body(
                "password_never_expired",
                "boolean",
                false,
                "",
                "else 400 WKS.0001",
                DEFINITION,
            ),
            body(
                "disabled",
                "boolean",
                false,
                "",
                "else 400 WKS.0001",
                DEFINITION,
            ),
            body(
                "user_info_map",
                "string",
                false,
                "",
                "else 400 WKS.0001",
                SDK,
            ),
        ],
        writes: true,
        source: DEFINITION,
        run: operations::update_user_info,
    },
    Operation {
        name: "DeleteUser",
        methods: &["DELETE"],
        path: "/v2/{project_id}/users/{user_id}",
        version: "",
        summary: "Deletes a user with its memberships",
        parameters: &[PROJECT_ID, USER_ID],
        writes: true,
        source: DEFINITION,
        run: operations::delete_user,
    },
    Operation {
        name: "BatchCreateUsers",
        methods: &["POST"],
        path: "/v2/{project_id}/users/batch-create",
        version: "",
        summary: "Creates users, all or none",
        parameters: &[
            PROJECT_ID,
            body(
                "users",
                "array of object",
                true,
                "",
                "1 to 200 bodies of CreateDesktopUser, else 400 WKS.0001; the first wrong one decides",
                SDK,
            ),
        ],
        writes: true,
        source: SDK,
        run: operations::batch_create_users,
    },
    Operation {
        name: "BatchDeleteUser",
        methods: &["POST"],
        path: "/v2/{project_id}/users/batch-delete",
        version: "",
        summary: "Deletes users, all or none",
        parameters: &[
            PROJECT_ID,
            body(
                "user_ids",
                "array of string",
                true,
                "",
                "1 to 100, else 400 WKS.0001; users of this project, else 400 WKS.00170312",
                SDK,
            ),
        ],
        writes: true,
        source: SDK,
        run: operations::batch_delete_user,
    },
    Operation {
        name: "ChangeUserStatus",
        methods: &["POST"],
        path: "/v2/{project_id}/users/{user_id}/actions",
        version: "",
        summary: "Locks a user, unlocks it, or gives it another password",
        parameters: &[
            PROJECT_ID,
            USER_ID,
            body(
                "op_type",
                "string",
                true,
                "",
                "LOCK, UNLOCK or RESET_PWD, else 400 WKS.0001",
                DEFINITION,
            ),
        ],
        writes: true,
        source: TERRAFORM,
        run: operations::change_user_status,
    },
    Operation {
        name: "ResetRandomPassword",
        methods: &["GET"],
        path: "/v2/{project_id}/users/{user_id}/random-password",
        version: "",
        summary: "Gives a user another password and says which",
        parameters: &[
            PROJECT_ID,
            USER_ID,
            query(
                "notification_type",
                "string",
                "",
                "email, phone or both with a comma between, else 400 WKS.0001; not enforced for USER_ACTIVATE",
                SDK,
            ),
        ],
        writes: true,
        source: SDK,
        run: operations::reset_random_password,
    },
    Operation {
        name: "SendEmail",
        methods: &["POST"],
        path: "/v2/{project_id}/users/{user_id}/resend-email",
        version: "",
        summary: "Sends a user the mail of its first day again",
        parameters: &[
            PROJECT_ID,
            USER_ID,
            body("template_id", "string", false, "", "else 400 WKS.0001", SDK),
            body(
                "phone_template_id",
                "string",
                false,
                "",
                "else 400 WKS.0001",
                SDK,
            ),
        ],
        writes: true,
        source: SDK,
        run: operations::send_email,
    },
    Operation {
        name: "ListOtpDevicesByUserId",
        methods: &["GET"],
        path: "/v2/{project_id}/users/{user_id}/otp-devices",
        version: "",
        summary: "Lists the devices that a user's second factor is bound to: none",
        parameters: &[PROJECT_ID, USER_ID],
        writes: false,
        source: SDK,
        run: operations::list_otp_devices_by_user_id,
    },
    Operation {
        name: "BatchDeleteOtpDevices",
        methods: &["DELETE"],
        path: "/v2/{project_id}/users/{user_id}/otp-devices",
        version: "",
        summary: "Unbinds devices of a user",
        parameters: &[
            PROJECT_ID,
            USER_ID,
            body(
                "otp_ids",
                "array of string",
                false,
                "",
                "up to 55, else 400 WKS.0001; ids that are bound to nothing are passed over",
                SDK,
            ),
        ],
        writes: true,
        source: SDK,
        run: operations::batch_delete_otp_devices,
    },
    Operation {
        name: "ListUserGroups",
        methods: &["GET"],
        path: "/v2/{project_id}/groups",
        version: "",
        summary: "Lists the groups of a project, oldest first",
        parameters: &[
            PROJECT_ID,
            query(
                "limit",
                "string",
                "100",
                "decimal digits up to 100, else 400 WKS.0001; 0 is the same as absent",
                DEFINITION,
            ),
            OFFSET,
            query(
                "keyword",
                "string",
                "",
                "a part of the name, whatever its case",
                DEFINITION,
            ),
            query("domain", "string", "", "exact", SDK),
            query(
                "platform_type",
                "string",
                "",
                "may repeat; AD, LOCAL or UOS, else 400 WKS.0001",
                SDK,
            ),
        ],
        writes: false,
        source: DEFINITION,
        run: operations::list_user_groups,
    },
    Operation {
        name: "CreateUserGroup",
        methods: &["POST"],
        path: "/v2/{project_id}/groups",
        version: "",
        summary: "Creates a group, without telling its id",
        parameters: &[
            PROJECT_ID,
            body(
                "group_name",
                "string",
                true,
                "",
                "1 to 64 characters, else 400 WKS.0001; new in this project, else 400 WKS.00170201",
                DEFINITION,
            ),
            body(
                "platform_type",
                "string",
                true,
                "",
                "AD or LOCAL, else 400 WKS.0001",
                DEFINITION,
            ),
            body(
                "description",
                "string",
                false,
                "",
                "up to 255 characters, else 400 WKS.0001",
                DEFINITION,
            ),
        ],
        writes: true,
        source: TERRAFORM,
        run: operations::create_user_group,
    },
    Operation {
        name: "UpdateUserGroup",
        methods: &["PUT"],
        path: "/v2/{project_id}/groups/{group_id}",
        version: "",
        summary: "Gives a group another name or description",
        parameters: &[
            PROJECT_ID,
            GROUP_ID,
            body(
                "group_name",
                "string",
                false,
                "",
                "1 to 64 characters, else 400 WKS.0001; new in this project, else 400 WKS.00170201",
                DEFINITION,
            ),
            body(
                "description",
                "string",
                false,
                "",
                "up to 255 characters, else 400 WKS.0001",
                DEFINITION,
            ),
        ],
        writes: true,
        source: DEFINITION,
        run: operations::update_user_group,
    },
    Operation {
        name: "DeleteUserGroup",
        methods: &["DELETE"],
        path: "/v2/{project_id}/groups/{group_id}",
        version: "",
        summary: "Deletes a group; its members stay, without it",
        parameters: &[PROJECT_ID, GROUP_ID],
        writes: true,
        source: DEFINITION,
        run: operations::delete_user_group,
    },
    Operation {
        name: "BatchDeleteUserGroups",
        methods: &["POST"],
        path: "/v2/{project_id}/groups/batch-delete",
        version: "",
        summary: "Deletes groups, all or none",
        parameters: &[
            PROJECT_ID,
            body(
                "group_ids",
                "array of string",
                true,
                "",
                "1 to 100, else 400 WKS.0001; groups of this project, else 400 WKS.00170208",
                CHOSEN,
            ),
        ],
        writes: true,
        source: SDK,
        run: operations::batch_delete_user_groups,
    },
    Operation {
        name: "ListUsersOfGroup",
        methods: &["GET"],
        path: "/v2/{project_id}/groups/{group_id}/users",
        version: "",
        summary: "Lists the members of a group, oldest user first",
        parameters: &[
            PROJECT_ID,
            GROUP_ID,
            USER_NAME_FILTER,
            DESCRIPTION_FILTER,
            ACTIVE_TYPE_FILTER,
            USER_NAMES_FILTER,
            ENTERPRISE_PROJECT_FILTER,
            query(
                "limit",
                "string",
                "2000",
                "decimal digits up to 2000, else 400 WKS.0001; 0 is the same as absent",
                DEFINITION,
            ),
            OFFSET,
        ],
        writes: false,
        source: DEFINITION,
        run: operations::list_users_of_group,
    },
    Operation {
        name: "RunActionsOnGroup",
        methods: &["POST"],
        path: "/v2/{project_id}/groups/{group_id}/actions",
        version: "",
        summary: "Puts users into a group or takes them out, all or none",
        parameters: &[
            PROJECT_ID,
            GROUP_ID,
            body(
                "op_type",
                "string",
                true,
                "",
                "ADD or DELETE, else 400 WKS.0001",
                DEFINITION,
            ),
            body(
                "user_ids",
                "array of string",
                true,
                "",
                "1 to 50, else 400 WKS.0001; users of this project, else 400 WKS.00170312; who is in (or out) already stays so",
                DEFINITION,
            ),
        ],
        writes: true,
        source: TERRAFORM,
        run: operations::run_actions_on_group,
    },
];

/// Words of the API in the place of a user id: paths that the SDK knows and that are not built, so nobody's id.
static NOT_USER_IDS: [&str; 3] = ["template", "desktop-users", "notification-records"];

const fn query(
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    rule: &'static str,
    source: Source,
) -> Parameter {
    Parameter {
        name,
        location: Location::Query,
        kind,
        required: false,
        default,
        rule,
        source,
    }
}

const fn body(
    name: &'static str,
    kind: &'static str,
    required: bool,
    default: &'static str,
    rule: &'static str,
    source: Source,
) -> Parameter {
    Parameter {
        name,
        location: Location::Body,
        kind,
        required,
        default,
        rule,
        source,
    }
}

static QUIRKS: &[Quirk] = &[
    Quirk {
        name: "name-rule",
        values: &["seed", "relaxed"],
        about: "seed: user names of 1 to 20, a letter first; relaxed: 1 to 32, a digit may come first (definitions of 2026; Terraform's tests use 24)",
        source: SEED,
    },
    Quirk {
        name: "projects",
        values: &["any", "configured"],
        about: "any: every project id is there and starts empty; configured: one that no seed names is 403 WKS.00010099",
        source: Source::Inferred("the real service knows only projects that opened it"),
    },
    Quirk {
        name: "user-quota",
        values: &["off", "10", "100", "1000"],
        about: "how many users a project may have; the next one, or a batch with it, is 400 WKS.00170302; seeds may hold more",
        source: Source::Inferred("the real service has a quota; no source says how large it is"),
    },
    Quirk {
        name: "wrong-method",
        values: &["seed", "gateway"],
        about: "a known path with another method; seed: 405 WKS.00000405; gateway: 404 APIGW.0101, as the gateway's document has it",
        source: SEED,
    },
];

static LIMITS: &[Limit] = &[
    Limit {
        name: "users of one batch-create",
        value: "200",
        about: "more are refused with WKS.0001",
        source: SDK,
    },
    Limit {
        name: "ids of one batch-delete",
        value: "100",
        about: "more are refused with WKS.0001",
        source: SDK,
    },
    Limit {
        name: "users of a project",
        value: "none",
        about: "the real service has a quota; with the quirk user-quota the next one is refused with WKS.00170302",
        source: CHOSEN,
    },
];

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));

impl Provider for HuaweiWorkspace {
    fn id(&self) -> &'static str {
        "huawei-workspace"
    }

    fn title(&self) -> &'static str {
        "Huawei Cloud Workspace"
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
        include_str!("../../../openapi/huawei-workspace.yaml")
    }

    fn demo(&self) -> &'static str {
        include_str!("../../../seed-data/huawei-workspace.json")
    }

    fn name_operation(&self, request: &Request) -> RouteMatch {
        let named = ROUTES.name(request, request.path());
        if NOT_USER_IDS.contains(&named.path.get("user_id")) {
            return RouteMatch {
                called: format!("{} {}", request.method, request.path()),
                ..RouteMatch::default()
            };
        }
        named
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

    fn unfilled(&self, _call: &Call<'_>, parameter: &str) -> ApiError {
        errors::PARAMETER_INVALID.with(parameter)
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
        wire::seed(tx, document, context)
    }

    fn export(&self, tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
        wire::export(tx, each)
    }

    fn generate(&self, count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
        wire::generate(count, ids, each);
    }

    fn counts(&self, tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
        let sum = |column: &str| {
            count(
                tx,
                &format!("SELECT coalesce(sum({column}), 0) FROM workspace_projects"),
                [],
            )
        };
        Ok(vec![
            ("users", sum("user_count")?),
            ("groups", sum("group_count")?),
        ])
    }

    fn contradictions(&self) -> &'static [&'static str] {
        model::CONTRADICTIONS
    }

    fn has(&self, tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
        match (missing.kind, missing.key.as_slice()) {
            ("user", [project_id, id]) => Ok(model::user_seq(tx, project_id, id)?.is_some()),
            ("group", [project_id, id]) => Ok(model::group(tx, project_id, id)?.is_some()),
            ("project", [project_id]) => Ok(model::project(tx, project_id)?.is_some()),
            _ => Ok(false),
        }
    }
}
