//! The tables of Volcengine ByteHouse: what it can do and what it takes, a line each with its source.

use super::operations;
use crate::provider::error::Source;
use crate::provider::table::{limits, operations, parameters, quirks};

const SEED: Source = Source::Seed("003_e9021faa912119e8.txt");
const REFERENCE: Source =
    Source::Docs("ByteHouse API reference (Volcengine doc set 6464, BytePlus)");
const SDK: Source = Source::Sdk("volcenginesdk-bytehousece20240831 5.0.54");

parameters! {
    ACTION = required query "Action": "string", "the action's name, exact case; absent: 400 MissingParameter, unknown: 404 InvalidActionOrVersion", SEED;
    VERSION = required query "Version": "string", "2024-08-31; absent: 400 MissingParameter, another: 404 InvalidActionOrVersion", SEED;
    USERNAME = required query_or_body "Username": "string", "exact; absent, empty or unknown: 400 Bad Request", REFERENCE;
    USER_ID = required query_or_body "UserID": "integer", "the UserID, not the ID; absent, no integer or unknown: 400 Bad Request", REFERENCE;
    USERS = query_or_body "Users": "array", "[{Username, AdminOption}]; an unknown user: 400 Bad Request, and no user's role changes", REFERENCE;
    ROLE_ID = required query_or_body "RoleID": "integer", "absent or no integer: 400 Bad Request; unknown: 400 FailedToGetRoleInMetadata", REFERENCE;
    GRANTS = required query_or_body "Grants": "array", "[{Privileges [{Name, Columns}], Targets [{Database, Table}], OnCluster, ClusterID, GrantOption, GrantTo, RawSql}]; a grant without a privilege: 400 Bad Request", REFERENCE;
    SOME_GRANTS = query_or_body "Grants": "array", "[{Privileges [{Name, Columns}], Targets [{Database, Table}], OnCluster, ClusterID, GrantOption, GrantTo, RawSql}]; a grant without a privilege: 400 Bad Request", REFERENCE;
    ACTION_TYPE = required query_or_body "ActionType": "string", "GRANT or REVOKE, else 400 Bad Request", SDK;
}

operations! {
    /// Lists the users of the account, by ID
    ListUsers "2024-08-31": GET | POST "/" reads SEED => operations::list_users [
        ACTION, VERSION,
        (query_or_body "Offset": "integer" = "0", "{}, else 400 Bad Request; past the end: an empty list" 0..=2147483647 value, SEED),
        (query_or_body "Limit": "integer" = "10", "{}, else 400 Bad Request; 0 is the default; not capped" 0..=2147483647 value, SEED),
    ];
    /// Shows a user
    GetUserDetail "2024-08-31": GET | POST "/" reads REFERENCE => operations::get_user_detail [ACTION, VERSION, USERNAME];
    /// Sets a user's e-mail, description and Readonly
    UpdateUser "2024-08-31": GET | POST "/" writes REFERENCE => operations::update_user [
        ACTION, VERSION, USERNAME,
        (required query_or_body "Email": "string", "absent or of another type: 400 Bad Request", REFERENCE),
        (required query_or_body "Description": "string", "absent or of another type: 400 Bad Request", REFERENCE),
        (required query_or_body "Readonly": "boolean", "absent or of another type: 400 Bad Request", REFERENCE),
    ];
    /// Deletes a user with its roles and privileges; refused for SYSTEM, MAIN and immutable users
    DeleteUser "2024-08-31": GET | POST "/" writes REFERENCE => operations::delete_user [ACTION, VERSION, USER_ID];
    /// Shows a user's first password, as long as it is in use
    GetUserInitialPassword "2024-08-31": GET | POST "/" reads REFERENCE => operations::get_user_initial_password [ACTION, VERSION, USERNAME];
    /// Creates a role on a cluster and gives it to users
    CreateRole "2024-08-31": GET | POST "/" writes REFERENCE => operations::create_role [
        ACTION, VERSION,
        (required query_or_body "Name": "string", "unique per cluster; absent, empty or taken: 400 Bad Request", REFERENCE),
        (required query_or_body "ClusterID": "integer", "any number from 1, else 400 Bad Request", REFERENCE),
        (query_or_body "Description": "string", "of another type: 400 Bad Request", REFERENCE),
        USERS,
    ];
    /// Lists roles, by ID, without pages
    ListRoles "2024-08-31": GET | POST "/" reads REFERENCE => operations::list_roles [
        ACTION, VERSION,
        (query_or_body "ClusterID": "integer", "of another type: 400 Bad Request", REFERENCE),
        (query_or_body "Name": "string", "exact; of another type: 400 Bad Request", REFERENCE),
    ];
    /// Deletes a role with its assignments and privileges
    DeleteRole "2024-08-31": GET | POST "/" writes REFERENCE => operations::delete_role [ACTION, VERSION, ROLE_ID];
    /// Gives a role to users, all or none
    AssignRole "2024-08-31": GET | POST "/" writes REFERENCE => operations::assign_role [ACTION, VERSION, ROLE_ID, USERS];
    /// Takes a role from users, all or none
    UnassignRole "2024-08-31": GET | POST "/" writes REFERENCE => operations::unassign_role [ACTION, VERSION, ROLE_ID, USERS];
    /// Lists the users of a role, in the order of assignment
    ListGrantUsersForRole "2024-08-31": GET | POST "/" reads REFERENCE => operations::list_grant_users_for_role [ACTION, VERSION, ROLE_ID];
    /// Lists the roles of a user, by ID
    ShowRolesForUser "2024-08-31": GET | POST "/" reads REFERENCE => operations::show_roles_for_user [ACTION, VERSION, USERNAME];
    /// Grants privileges to a user
    GrantPrivilegesToUserByID "2024-08-31": GET | POST "/" writes REFERENCE => operations::grant_privileges_to_user_by_id [ACTION, VERSION, USER_ID, GRANTS];
    /// Grants privileges to a user
    GrantPrivilegesToUserByName "2024-08-31": GET | POST "/" writes REFERENCE => operations::grant_privileges_to_user_by_name [ACTION, VERSION, USERNAME, GRANTS];
    /// Takes privileges from a user
    RevokePrivilegesForUserByID "2024-08-31": GET | POST "/" writes REFERENCE => operations::revoke_privileges_for_user_by_id [ACTION, VERSION, USER_ID, SOME_GRANTS];
    /// Takes privileges from a user
    RevokePrivilegesFromUserByName "2024-08-31": GET | POST "/" writes REFERENCE => operations::revoke_privileges_from_user_by_name [ACTION, VERSION, USERNAME, SOME_GRANTS];
    /// Shows the privileges of a user
    ShowPrivilegesForUserByID "2024-08-31": GET | POST "/" reads REFERENCE => operations::show_privileges_for_user_by_id [ACTION, VERSION, USER_ID];
    /// Shows the privileges of a user
    ShowPrivilegesForUserByName "2024-08-31": GET | POST "/" reads REFERENCE => operations::show_privileges_for_user_by_name [ACTION, VERSION, USERNAME];
    /// Shows the privileges of a role
    ShowPrivilegesForRole "2024-08-31": GET | POST "/" reads REFERENCE => operations::show_privileges_for_role [ACTION, VERSION, ROLE_ID];
    /// Grants privileges and roles to a user, or takes them, all or nothing
    UpdateGrantsForUser "2024-08-31": GET | POST "/" writes REFERENCE => operations::update_grants_for_user [
        ACTION, VERSION, USERNAME, ACTION_TYPE, SOME_GRANTS,
        (query_or_body "Assignments": "array", "[{RoleID or RoleName, AdminOption}]; empty as well as Grants: 400 Bad Request; an unknown role: 400 FailedToGetRoleInMetadata", REFERENCE),
    ];
    /// Grants privileges to a role, or takes them
    UpdateGrantsForRole "2024-08-31": GET | POST "/" writes REFERENCE => operations::update_grants_for_role [ACTION, VERSION, ROLE_ID, ACTION_TYPE, GRANTS];
}

quirks! {
    /// Meta.Total of ListUsers: a number as in the table of its document, the only form that every SDK decodes, or a text as in the example
    "total" = "number" | "string", SEED;
    /// a user's e-mail: Emaill as the document spells it, Email as the SDKs' models do (with Name, as there), or both
    "email-key" = "emaill" | "both" | "email", SDK;
    /// what a wrong signature is answered with: SignatureNotMatch as in the document, or SignatureDoesNotMatch as the gateway does in practice
    "signature-error" = "seed" | "gateway", REFERENCE;
}

limits! {
    /// X-Date may be this far in the past or future, unless X-Expires says otherwise; else InvalidTimestamp
    "validity of a signature" = "900 s", Source::Docs("the default lifetime; the same for the future is inferred");
    /// privileges and columns, for each target; beyond: 400 Bad Request
    "privileges of a call" = "100000", Source::Inferred("no bound is documented; this one keeps a call from running for hours");
    /// names of clusters, privileges and columns, for each target; beyond: 400 Bad Request
    "bytes of a call's privileges" = "16 MiB", Source::Inferred("no bound is documented; this one keeps a call from filling the memory");
    /// users or roles, in Users and Assignments; beyond: 400 Bad Request
    "assignments of a call" = "100000", Source::Inferred("no bound is documented; this one keeps a call from holding up all others");
    /// OnCluster, and ClusterName in seeds; longer: 400 Bad Request
    "name of a cluster" = "256 characters", Source::Inferred("no bound is documented; every grant on a cluster shows its name, and every role");
}
