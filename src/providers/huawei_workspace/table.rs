//! The tables of Huawei Cloud Workspace: what it can do and what it takes, a line each with its source.

use super::operations;
use crate::provider::error::Source;
use crate::provider::table::{limits, operations, parameters, quirks};

const SEED: Source = Source::Seed("002_ac84bbec52d1b0eb.txt");
const DEFINITION: Source = Source::Docs("huawei-cloud-api-definitions-Workspace 0.1.20260904");
const SDK: Source = Source::Sdk("huaweicloudsdkworkspace 3.1.219");
const TERRAFORM: Source =
    Source::Observed("terraform-provider-huaweicloud and chnsz/golangsdk, workspace resources");
const FORMER_SDK: Source = Source::Sdk("huaweicloudsdkworkspace 3.1.140 to 3.1.150");
const GUIDE: Source =
    Source::Docs("Workspace user guide for administrators, workspace_02_0700 (2024-07-19)");
const CHOSEN: Source = Source::Inferred("no source bounds it");

parameters! {
    PROJECT_ID = path "project_id": "string", "{} characters, else 400 WKS.0001; any project is there (quirk projects), else 403 WKS.00010099" 1..=255 characters, SEED;
    USER_NAME = query "user_name": "string", "{} characters, else 400 WKS.0001; a part of the name, whatever its case; the seed's form (1 to 20, no digit first) is not enforced" 0..=255 characters, DEFINITION;
    OFFSET = query "offset": "string" = "0", "decimal digits, else 400 WKS.0001; past the end: an empty list with the true total", SEED;
    DESCRIPTION = query "description": "string", "{} characters, else 400 WKS.0001; a part of the description, whatever its case" 0..=100 characters, SEED;
    ACTIVE_TYPE = query "active_type": "string", "USER_ACTIVATE or ADMIN_ACTIVATE, else 400 WKS.0001; absent lets both through", SEED;
    USER_NAMES = query "user_names": "string", "may repeat; the name is one of these, to the letter", SDK;
    ENTERPRISE_PROJECT_ID = query "enterprise_project_id": "string", "exact", SDK;
    BODY_DESCRIPTION = body "description": "string", "{} characters, else 400 WKS.0001" 0..=255 characters, DEFINITION;
    USER_INFO_MAP = body "user_info_map": "string", "else 400 WKS.0001", SDK;
    USER_ID = path "user_id": "string", "a user of this project, else 400 WKS.00170312; its form is not looked at", TERRAFORM;
    GROUP_ID = path "group_id": "string", "a group of this project, else 400 WKS.00170208; its form is not looked at", TERRAFORM;
}

operations! {
    /// Lists the users of a project, oldest first; all of them unless a limit is given
    ListUsers: GET "/v2/{project_id}/users" reads SEED => operations::list_users [
        PROJECT_ID, USER_NAME,
        (query "limit": "string" = "all", "decimal digits, else 400 WKS.0001; 0 is the same as absent; no most", SEED),
        OFFSET, DESCRIPTION, ACTIVE_TYPE,
        (query "group_name": "string", "{} characters, else 400 WKS.0001; the name of a group that the user is in, to the letter" 0..=64 characters, SEED),
        USER_NAMES,
        (query "share_space_subscription": "boolean", "true or false, else 400 WKS.0001", SDK),
        (query "share_space_desktops": "boolean", "true or false, else 400 WKS.0001; whether the user has shared desktops at all", SDK),
        (query "is_query_total_desktops": "boolean" = "true", "true or false, else 400 WKS.0001; with false every total_desktops is 0", TERRAFORM),
        ENTERPRISE_PROJECT_ID,
        (query "disabled": "boolean", "true or false, else 400 WKS.0001", SDK),
        (query "domain": "string", "exact; local.com is the domain of users without another", SDK),
        (query "platform_type": "string", "AD, LOCAL or UOS, else 400 WKS.0001; every user here is LOCAL", SDK),
        (query "user_email": "string", "exact; empty counts as absent", FORMER_SDK),
    ];
    /// Creates a user
    CreateDesktopUser: POST "/v2/{project_id}/users" writes DEFINITION => operations::create_desktop_user [
        PROJECT_ID,
        (required body "user_name": "string", "{} letters, digits, . _ and -, a letter first, or digits alone (quirk name-rule), else 400 WKS.0001; new in this project whatever its case, else 400 WKS.00170301" 1..=32 characters, GUIDE),
        (body "user_email": "string", "an address of {} characters, else 400 WKS.0001; USER_ACTIVATE needs it or user_phone" 0..=64 characters, DEFINITION),
        (body "user_phone": "string", "{} characters, else 400 WKS.0001" 0..=20 characters, DEFINITION),
        (body "active_type": "string" = "USER_ACTIVATE", "USER_ACTIVATE or ADMIN_ACTIVATE, else 400 WKS.0001", DEFINITION),
        (body "password": "string", "{} characters, else 400 WKS.0001; ADMIN_ACTIVATE needs one; never kept" 8..=32 characters, DEFINITION),
        (body "account_expires": "string" = "0", "0 (never), yyyy-MM-ddTHH:mm:ssZ or yyyy-MM-ddTHH:mm:ss.SSSZ, else 400 WKS.0001", DEFINITION),
        (body "enable_change_password": "boolean" = "true", "else 400 WKS.0001", DEFINITION),
        (body "next_login_change_password": "boolean" = "true", "else 400 WKS.0001", DEFINITION),
        (body "group_ids": "array of string", "{}, else 400 WKS.0001; groups of this project, else 400 WKS.00170208" 1..=5 items, DEFINITION),
        BODY_DESCRIPTION,
        (body "alias_name": "string", "{} characters, else 400 WKS.0001; not kept" 0..=55 characters, SDK),
        (body "enterprise_project_id": "string" = "0", "{} characters, else 400 WKS.0001" 0..=255 characters, DEFINITION),
        USER_INFO_MAP,
        (body "domain": "string" = "local.com", "{} characters, else 400 WKS.0001" 0..=255 characters, SDK),
    ];
    /// Shows a user
    ListUserDetail: GET "/v2/{project_id}/users/{user_id}" reads DEFINITION => operations::list_user_detail [PROJECT_ID, USER_ID];
    /// Changes the members of a user that the body names
    UpdateUserInfo: PUT "/v2/{project_id}/users/{user_id}" writes DEFINITION => operations::update_user_info [
        PROJECT_ID, USER_ID,
        (body "description": "string", "{} characters, else 400 WKS.0001; empty clears" 0..=255 characters, DEFINITION),
        (body "user_email": "string", "an address of {} characters, else 400 WKS.0001; empty clears" 0..=64 characters, DEFINITION),
        (body "user_phone": "string", "{} characters, else 400 WKS.0001; empty clears" 0..=20 characters, DEFINITION),
        (body "active_type": "string", "USER_ACTIVATE or ADMIN_ACTIVATE, else 400 WKS.0001; empty changes nothing", DEFINITION),
        (body "account_expires": "string", "as in create, else 400 WKS.0001; empty changes nothing", DEFINITION),
        (body "enable_change_password": "boolean", "else 400 WKS.0001", DEFINITION),
        (body "next_login_change_password": "boolean", "else 400 WKS.0001", DEFINITION),
        (body "password_never_expired": "boolean", "else 400 WKS.0001", DEFINITION),
        (body "disabled": "boolean", "else 400 WKS.0001", DEFINITION),
        USER_INFO_MAP,
        (body "group_ids": "array of string", "{}, else 400 WKS.0001; groups of this project in place of the user's, else 400 WKS.00170208" 0..=5 items, FORMER_SDK),
        (body "alias_name": "string", "{} characters, else 400 WKS.0001; never shown" 0..=55 characters, FORMER_SDK),
    ];
    /// Deletes a user with its memberships
    DeleteUser: DELETE "/v2/{project_id}/users/{user_id}" writes DEFINITION => operations::delete_user [PROJECT_ID, USER_ID];
    /// Creates users, all or none
    BatchCreateUsers: POST "/v2/{project_id}/users/batch-create" writes SDK => operations::batch_create_users [
        PROJECT_ID,
        (required body "users": "array of object", "{} bodies of CreateDesktopUser, else 400 WKS.0001; the first wrong one decides" 1..=200 items, SDK),
    ];
    /// Deletes users, all or none
    BatchDeleteUser: POST "/v2/{project_id}/users/batch-delete" writes SDK => operations::batch_delete_user [
        PROJECT_ID,
        (required body "user_ids": "array of string", "{}, else 400 WKS.0001; users of this project, else 400 WKS.00170312" 1..=100 items, SDK),
    ];
    /// Locks a user, unlocks it, or gives it another password
    ChangeUserStatus: POST "/v2/{project_id}/users/{user_id}/actions" writes TERRAFORM => operations::change_user_status [
        PROJECT_ID, USER_ID,
        (required body "op_type": "string", "LOCK, UNLOCK or RESET_PWD, else 400 WKS.0001", DEFINITION),
    ];
    /// Gives a user another password and says which
    ResetRandomPassword: GET "/v2/{project_id}/users/{user_id}/random-password" writes SDK => operations::reset_random_password [
        PROJECT_ID, USER_ID,
        (query "notification_type": "string", "email, phone or both with a comma between, else 400 WKS.0001; not enforced for USER_ACTIVATE", SDK),
    ];
    /// Sends a user the mail of its first day again
    SendEmail: POST "/v2/{project_id}/users/{user_id}/resend-email" writes SDK => operations::send_email [
        PROJECT_ID, USER_ID,
        (body "template_id": "string", "else 400 WKS.0001", SDK),
        (body "phone_template_id": "string", "else 400 WKS.0001", SDK),
    ];
    /// Lists the devices that a user's second factor is bound to: none
    ListOtpDevicesByUserId: GET "/v2/{project_id}/users/{user_id}/otp-devices" reads SDK => operations::list_otp_devices_by_user_id [PROJECT_ID, USER_ID];
    /// Unbinds devices of a user
    BatchDeleteOtpDevices: DELETE "/v2/{project_id}/users/{user_id}/otp-devices" writes SDK => operations::batch_delete_otp_devices [
        PROJECT_ID, USER_ID,
        (body "otp_ids": "array of string", "{}, else 400 WKS.0001; ids that are bound to nothing are passed over" 0..=55 items, SDK),
    ];
    /// Lists the groups of a project, oldest first
    ListUserGroups: GET "/v2/{project_id}/groups" reads DEFINITION => operations::list_user_groups [
        PROJECT_ID,
        (query "limit": "string" = "100", "decimal digits {}, else 400 WKS.0001; 0 is the same as absent" 0..=100 value, DEFINITION),
        OFFSET,
        (query "keyword": "string", "a part of the name, whatever its case", DEFINITION),
        (query "domain": "string", "exact", SDK),
        (query "platform_type": "string", "may repeat; AD, LOCAL or UOS, else 400 WKS.0001", SDK),
    ];
    /// Creates a group, without telling its id
    CreateUserGroup: POST "/v2/{project_id}/groups" writes TERRAFORM => operations::create_user_group [
        PROJECT_ID,
        (required body "group_name": "string", "{} characters, else 400 WKS.0001; new in this project, else 400 WKS.00170201" 1..=64 characters, DEFINITION),
        (required body "platform_type": "string", "AD or LOCAL, else 400 WKS.0001", DEFINITION),
        BODY_DESCRIPTION,
    ];
    /// Gives a group another name or description
    UpdateUserGroup: PUT "/v2/{project_id}/groups/{group_id}" writes DEFINITION => operations::update_user_group [
        PROJECT_ID, GROUP_ID,
        (body "group_name": "string", "{} characters, else 400 WKS.0001; new in this project, else 400 WKS.00170201" 1..=64 characters, DEFINITION),
        BODY_DESCRIPTION,
    ];
    /// Deletes a group; its members stay, without it
    DeleteUserGroup: DELETE "/v2/{project_id}/groups/{group_id}" writes DEFINITION => operations::delete_user_group [PROJECT_ID, GROUP_ID];
    /// Deletes groups, all or none
    BatchDeleteUserGroups: POST "/v2/{project_id}/groups/batch-delete" writes SDK => operations::batch_delete_user_groups [
        PROJECT_ID,
        (required body "group_ids": "array of string", "{}, else 400 WKS.0001; groups of this project, else 400 WKS.00170208" 1..=100 items, CHOSEN),
    ];
    /// Lists the members of a group, oldest user first
    ListUsersOfGroup: GET "/v2/{project_id}/groups/{group_id}/users" reads DEFINITION => operations::list_users_of_group [
        PROJECT_ID, GROUP_ID, USER_NAME, DESCRIPTION, ACTIVE_TYPE, USER_NAMES, ENTERPRISE_PROJECT_ID,
        (query "limit": "string" = "2000", "decimal digits {}, else 400 WKS.0001; 0 is the same as absent" 0..=10000 value, SDK),
        OFFSET,
    ];
    /// Puts users into a group or takes them out, all or none
    RunActionsOnGroup: POST "/v2/{project_id}/groups/{group_id}/actions" writes TERRAFORM => operations::run_actions_on_group [
        PROJECT_ID, GROUP_ID,
        (required body "op_type": "string", "ADD or DELETE, else 400 WKS.0001", DEFINITION),
        (required body "user_ids": "array of string", "{}, else 400 WKS.0001; users of this project, else 400 WKS.00170312; who is in (or out) already stays so" 1..=50 items, DEFINITION),
    ];
}

quirks! {
    use crate::providers::huawei::UNKNOWN_KEY;
    /// relaxed: user names of 1 to 32, a letter first or digits alone (Terraform's tests use 24); seed: 1 to 20, a letter first
    "name-rule" = "relaxed" | "seed", GUIDE;
    /// any: every project id is there and starts empty; configured: one that no seed names is 403 WKS.00010099, for ListUserDetail 400 WKS.00170312, for DeleteUserGroup 400 WKS.00170117
    "projects" = "any" | "configured", Source::Inferred("the real service knows only projects that opened it");
    /// how many users a project may have; the next one, or a batch with it, is 400 WKS.00170302; seeds may hold more
    "user-quota" = "off" | "10" | "100" | "1000", Source::Inferred("the real service has a quota; no source says how large it is");
    /// a known path with another method; seed: 405 WKS.00000405; gateway: 404 APIGW.0101, as the gateway's document has it
    "wrong-method" = "seed" | "gateway", SEED;
}

limits! {
    /// more are refused with WKS.0001
    "users of one batch-create" = "200", SDK;
    /// more are refused with WKS.0001
    "ids of one batch-delete" = "100", SDK;
    /// the real service has a quota; with the quirk user-quota the next one is refused with WKS.00170302
    "users of a project" = "none", CHOSEN;
}
