//! Users, in requests and answers.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Body, Query, invalid, required};
use crate::namespace::clock::Time;
use crate::provider::call::{Call, Params};
use crate::provider::error::ApiError;
use crate::provider::text::excerpt;
use crate::providers::huawei_workspace::model;
use crate::providers::huawei_workspace::model::{
    ActiveType, DEFAULT_DOMAIN, NameRule, NewUser, PlatformType, User, UserChange, UserFilter, fold,
};
use crate::store::page::{RowLimit, Window};
use crate::store::rows::EncodedRow;

const ACTIVE_TYPES: &str = "USER_ACTIVATE or ADMIN_ACTIVATE";

/// The maximum number of users in one batch-create.
const BATCH_CREATE: usize = 200;
/// The maximum number of ids in one batch-delete.
pub(super) const BATCH_DELETE: usize = 100;
/// The maximum number of groups for a new user.
const GROUPS_OF_NEW_USER: usize = 5;
/// The maximum number of devices in one unbind.
const OTP_DEVICES: usize = 55;

/// The query of ListUsers.
#[derive(Hash)]
pub(crate) struct UsersQuery {
    pub(crate) filter: UserFilter,
    pub(crate) window: Window,
    /// Whether to count the desktops; if not, every user has 0.
    pub(crate) counts_desktops: bool,
}

impl UsersQuery {
    /// Decodes in the order of the documented table, then the newer parameters.
    pub(crate) fn decode(params: &Params) -> Result<Self, ApiError> {
        let query = Query(params);
        let user_name = query.text("user_name", 255)?.map(fold);
        let window = query.window(RowLimit::All, u64::MAX)?;
        let description = query.text("description", 100)?.map(fold);
        let active_type = query.choice("active_type", ActiveType::parse, ACTIVE_TYPES)?;
        let group_name = query.text("group_name", 64)?.map(str::to_owned);
        let user_names = query.texts("user_names");
        let share_space_subscription = query.flag("share_space_subscription")?;
        let share_space_desktops = query.flag("share_space_desktops")?;
        let counts_desktops = query.flag("is_query_total_desktops")?.unwrap_or(true);
        let enterprise_project_id = query
            .text("enterprise_project_id", usize::MAX)?
            .map(str::to_owned);
        let disabled = query.flag("disabled")?;
        let domain = query.text("domain", usize::MAX)?.map(str::to_owned);
        let platform_type =
            query.choice("platform_type", PlatformType::parse, "AD, LOCAL or UOS")?;
        let user_email = query.text("user_email", usize::MAX)?.map(str::to_owned);
        Ok(Self {
            filter: UserFilter {
                user_name,
                user_email,
                user_names,
                description,
                active_type,
                group_name,
                share_space_subscription,
                share_space_desktops,
                enterprise_project_id,
                disabled,
                domain,
                platform_type,
            },
            window,
            counts_desktops,
        })
    }
}

/// The filter of the members of a group.
pub(super) fn member_filter(query: &Query<'_>) -> Result<UserFilter, ApiError> {
    Ok(UserFilter {
        user_name: query.text("user_name", 255)?.map(fold),
        description: query.text("description", 100)?.map(fold),
        active_type: query.choice("active_type", ActiveType::parse, ACTIVE_TYPES)?,
        user_names: query.texts("user_names"),
        enterprise_project_id: query
            .text("enterprise_project_id", usize::MAX)?
            .map(str::to_owned),
        ..UserFilter::default()
    })
}

/// The answer of ListUsers.
#[derive(Serialize)]
pub(crate) struct UserList {
    total_count: u64,
    /// Written one by one: without a limit, a project can be long.
    users: [EncodedRow; 0],
}

impl UserList {
    /// The answer without its users.
    pub(crate) fn without_users(total_count: u64) -> serde_json::Result<String> {
        let users = [];
        serde_json::to_string(&Self { total_count, users })
    }
}

/// A user in a list: the fields of the documented table in its order, then the newer ones. No field is ever null.
#[derive(Serialize)]
pub(crate) struct ListedUser {
    id: String,
    user_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    user_email: String,
    total_desktops: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    user_phone: String,
    active_type: &'static str,
    is_pre_user: bool,
    /// Milliseconds as a string here, but as a number in [`UserDetail`]; golangsdk requires both.
    account_expires: String,
    password_never_expired: bool,
    account_expired: bool,
    enable_change_password: bool,
    next_login_change_password: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    locked: bool,
    disabled: bool,
    /// Equal to the id, for users in Workspace's own directory.
    sid: String,
    share_space_subscription: bool,
    share_space_desktops: u32,
    group_names: Box<RawValue>,
    enterprise_project_id: String,
}

/// Encodes a user of ListUsers, optionally without counting the desktops.
pub(crate) fn listed_user(
    mut user: User,
    now: Time,
    counts_desktops: bool,
) -> serde_json::Result<EncodedRow> {
    if !counts_desktops {
        user.total_desktops = 0;
    }
    let holds = user.expiry_holds(now);
    EncodedRow::between(holds, &ListedUser::new(user, now))
}

impl ListedUser {
    pub(super) fn new(user: User, now: Time) -> Self {
        Self {
            account_expired: user.is_expired(now),
            sid: user.id.clone(),
            id: user.id,
            user_name: user.user_name,
            user_email: user.user_email,
            total_desktops: user.total_desktops,
            user_phone: user.user_phone,
            active_type: user.active_type.as_str(),
            is_pre_user: user.is_pre_user,
            account_expires: user.account_expires.to_string(),
            password_never_expired: user.password_never_expired,
            enable_change_password: user.enable_change_password,
            next_login_change_password: user.next_login_change_password,
            description: user.description,
            locked: user.locked,
            disabled: user.disabled,
            share_space_subscription: user.share_space_subscription,
            share_space_desktops: user.share_space_desktops,
            group_names: raw(user.group_names),
            enterprise_project_id: user.enterprise_project_id,
        }
    }
}

pub(super) fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).expect("SQLite writes valid JSON")
}

/// The answer of ListUserDetail.
#[derive(Serialize)]
pub(crate) struct UserDetailAnswer {
    user_detail: UserDetail,
}

/// A single user: all fields are present, including empty strings.
#[derive(Serialize)]
struct UserDetail {
    description: String,
    id: String,
    user_name: String,
    user_email: String,
    user_phone: String,
    active_type: &'static str,
    /// Called `sid` in lists.
    object_sid: String,
    sam_account_name: String,
    user_principal_name: String,
    full_name: String,
    distinguished_name: String,
    /// 0 is a user; 1 would be a group.
    account_type: u8,
    when_created: String,
    /// A number here, but a string in lists.
    account_expires: i64,
    is_pre_user: bool,
    /// Called `account_expired` in lists.
    user_expired: bool,
    locked: bool,
    /// Terraform and the SDK from 3.1.140 on read this name, the documents and older SDKs the other.
    enable_change_password: bool,
    enabled_change_password: bool,
    password_never_expired: bool,
    next_login_change_password: bool,
    disabled: bool,
    group_names: Box<RawValue>,
    share_space_subscription: bool,
    share_space_desktops: u32,
    total_desktops: u32,
}

impl UserDetailAnswer {
    pub(crate) fn new(user: User, now: Time) -> Self {
        Self {
            user_detail: UserDetail {
                user_expired: user.is_expired(now),
                description: user.description,
                object_sid: user.id.clone(),
                id: user.id,
                user_email: user.user_email,
                user_phone: user.user_phone,
                active_type: user.active_type.as_str(),
                sam_account_name: user.user_name.clone(),
                user_principal_name: user.user_name.clone(),
                full_name: user.user_name.clone(),
                distinguished_name: user.user_name.clone(),
                user_name: user.user_name,
                account_type: 0,
                when_created: user.when_created.rfc3339_millis(),
                account_expires: user.account_expires,
                is_pre_user: user.is_pre_user,
                locked: user.locked,
                enable_change_password: user.enable_change_password,
                enabled_change_password: user.enable_change_password,
                password_never_expired: user.password_never_expired,
                next_login_change_password: user.next_login_change_password,
                disabled: user.disabled,
                group_names: raw(user.group_names),
                share_space_subscription: user.share_space_subscription,
                share_space_desktops: user.share_space_desktops,
                total_desktops: user.total_desktops,
            },
        }
    }
}

/// The answer of CreateDesktopUser and of UpdateUserInfo.
#[derive(Serialize)]
pub(crate) struct CreatedUser<'a> {
    pub(crate) id: &'a str,
}

/// The rule for names selected by the quirk `name-rule`.
fn name_rule(call: &Call<'_>) -> NameRule {
    match call.quirk("name-rule") {
        "seed" => NameRule::Seed,
        _ => NameRule::Relaxed,
    }
}

/// The maximum number of users in a project, by the quirk `user-quota`; `None` if it is off.
pub(crate) fn user_quota(call: &Call<'_>) -> Option<u64> {
    call.quirk("user-quota").parse().ok()
}

/// The body of CreateDesktopUser, in the order of its table.
pub(crate) fn create_user(call: &Call<'_>, body: &Body) -> Result<NewUser, ApiError> {
    let user_name = required("user_name", body.any_text("user_name")?)?;
    if !model::is_user_name(user_name, name_rule(call)) {
        let rule = match name_rule(call) {
            NameRule::Seed => {
                "1 to 20 letters, digits, . _ and -, beginning with a letter (the quirk name-rule=relaxed takes 32, or digits alone)"
            }
            NameRule::Relaxed => {
                "1 to 32 letters, digits, . _ and -, beginning with a letter, or digits alone"
            }
        };
        return Err(invalid(
            "user_name",
            format!("user_name is \"{}\"; it takes {rule}", excerpt(user_name)),
        ));
    }
    let user_email = email(body)?.unwrap_or_default();
    let user_phone = phone(body)?.unwrap_or_default();
    let active_type = body
        .choice("active_type", ActiveType::parse, ACTIVE_TYPES)?
        .unwrap_or(ActiveType::User);
    check_password(body, active_type)?;
    let account_expires = match body.any_text("account_expires")? {
        Some(text) => expiry(text)?,
        None => 0,
    };
    let enable_change_password = body.flag("enable_change_password")?.unwrap_or(true);
    let next_login_change_password = body.flag("next_login_change_password")?.unwrap_or(true);
    let group_ids = body
        .texts("group_ids", 1..=GROUPS_OF_NEW_USER)?
        .unwrap_or_default();
    let description = body.text("description", 0..=255)?.unwrap_or_default();
    // Validated and discarded: no operation shows it.
    body.text("alias_name", 0..=55)?;
    let enterprise_project_id = body
        .text("enterprise_project_id", 0..=255)?
        .filter(|id| !id.is_empty())
        .unwrap_or(DEFAULT_ENTERPRISE_PROJECT);
    let user_info_map = body.any_text("user_info_map")?.unwrap_or_default();
    let domain = body
        .text("domain", 0..=255)?
        .filter(|domain| !domain.is_empty())
        .unwrap_or(DEFAULT_DOMAIN);
    if active_type == ActiveType::User && user_email.is_empty() && user_phone.is_empty() {
        return Err(invalid(
            "user_email",
            "a user who activates the account (USER_ACTIVATE) needs a user_email or a user_phone to be told by",
        ));
    }
    Ok(NewUser {
        user_name: user_name.to_owned(),
        user_email: user_email.to_owned(),
        user_phone: user_phone.to_owned(),
        active_type,
        account_expires,
        enable_change_password,
        next_login_change_password,
        group_ids,
        description: description.to_owned(),
        enterprise_project_id: enterprise_project_id.to_owned(),
        user_info_map: user_info_map.to_owned(),
        domain: domain.to_owned(),
    })
}

/// The default enterprise project of a user.
pub(super) const DEFAULT_ENTERPRISE_PROJECT: &str = "0";

/// Inferred: an empty address counts as none.
fn email(body: &Body) -> Result<Option<&str>, ApiError> {
    let email = body.text("user_email", 0..=64)?;
    match email {
        Some(text) if !text.is_empty() && !model::is_email(text) => Err(invalid(
            "user_email",
            format!(
                "user_email is \"{}\", which is not an e-mail address",
                excerpt(text)
            ),
        )),
        _ => Ok(email),
    }
}

fn phone(body: &Body) -> Result<Option<&str>, ApiError> {
    body.text("user_phone", 0..=20)
}

/// Passwords are validated but not stored: no operation can show one.
fn check_password(body: &Body, active_type: ActiveType) -> Result<(), ApiError> {
    let explained = |password: &str| {
        let length = password.chars().count();
        (!(8..=32).contains(&length))
            .then(|| format!("password has {length} characters; it takes 8 to 32"))
    };
    let problem = match super::member(&body.0, "password").map(|value| value.as_str()) {
        None if active_type == ActiveType::Admin => {
            Some("password is missing; ADMIN_ACTIVATE needs one".to_owned())
        }
        None => None,
        Some(None) => Some("password is not a string".to_owned()),
        Some(Some(password)) => explained(password),
    };
    problem.map_or(Ok(()), |problem| Err(invalid("password", problem)))
}

/// `0`, or a UTC time in one of two formats, as milliseconds.
fn expiry(text: &str) -> Result<i64, ApiError> {
    if text == "0" {
        return Ok(0);
    }
    utc(text).map(Time::millis).ok_or_else(|| {
        invalid(
            "account_expires",
            format!(
                "account_expires is \"{}\"; it takes \"0\", yyyy-MM-ddTHH:mm:ssZ or yyyy-MM-ddTHH:mm:ss.SSSZ",
                excerpt(text)
            ),
        )
    })
}

/// Exactly `yyyy-MM-ddTHH:mm:ssZ` or `yyyy-MM-ddTHH:mm:ss.SSSZ`. Leap seconds are not accepted.
fn utc(text: &str) -> Option<Time> {
    let shape: String = text
        .chars()
        .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
        .collect();
    ["0000-00-00T00:00:00Z", "0000-00-00T00:00:00.000Z"]
        .contains(&shape.as_str())
        .then(|| Time::parse_rfc3339(text))
        .flatten()
        .filter(|_| !text.contains(":60"))
}

/// The body of BatchCreateUsers: the users are read one by one, so that the first invalid one determines the error.
pub(crate) fn new_users(
    body: &Body,
) -> Result<impl Iterator<Item = Result<Body, ApiError>>, ApiError> {
    let users = required("users", body.array("users", 1..=BATCH_CREATE)?)?;
    Ok(users.iter().map(|user| match user {
        serde_json::Value::Object(object) => Ok(Body(object.clone())),
        other => Err(invalid(
            "users",
            super::wrong_type("users", other, "objects"),
        )),
    }))
}

/// The body of BatchDeleteUser.
pub(crate) fn user_ids(
    body: &Body,
) -> Result<impl Iterator<Item = Result<&str, ApiError>>, ApiError> {
    body.batch("user_ids", BATCH_DELETE)
}

/// The body of UpdateUserInfo, in the order of its table. Empty strings clear members that can be cleared.
///
/// Inferred: the limits of `group_ids`, and that an empty list removes the user from all groups.
pub(crate) fn user_change(body: &Body) -> Result<UserChange, ApiError> {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let description = owned(body.text("description", 0..=255)?);
    let user_email = owned(email(body)?);
    let user_phone = owned(phone(body)?);
    let active_type = match body.any_text("active_type") {
        Ok(Some("")) => None,
        _ => body.choice("active_type", ActiveType::parse, ACTIVE_TYPES)?,
    };
    let account_expires = match body.any_text("account_expires")? {
        None | Some("") => None,
        Some(text) => Some(expiry(text)?),
    };
    // Validated and discarded: no operation shows it.
    body.text("alias_name", 0..=55)?;
    Ok(UserChange {
        description,
        user_email,
        user_phone,
        active_type,
        account_expires,
        enable_change_password: body.flag("enable_change_password")?,
        next_login_change_password: body.flag("next_login_change_password")?,
        password_never_expired: body.flag("password_never_expired")?,
        disabled: body.flag("disabled")?,
        user_info_map: owned(body.any_text("user_info_map")?),
        group_ids: body.texts("group_ids", 0..=GROUPS_OF_NEW_USER)?,
    })
}

/// The actions of ChangeUserStatus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Lock,
    Unlock,
    /// The new password is sent to the user, so it has no visible effect here.
    ResetPassword,
}

/// The body of ChangeUserStatus.
pub(crate) fn action(body: &Body) -> Result<Action, ApiError> {
    let parse = |word: &str| match word {
        "LOCK" => Some(Action::Lock),
        "UNLOCK" => Some(Action::Unlock),
        "RESET_PWD" => Some(Action::ResetPassword),
        _ => None,
    };
    required(
        "op_type",
        body.choice("op_type", parse, "LOCK, UNLOCK or RESET_PWD")?,
    )
}

/// The query of ResetRandomPassword. The documents require it for users who activate the account themselves; nothing
/// here sends a notification, so it is not enforced.
pub(crate) fn check_notification_type(params: &Params) -> Result<(), ApiError> {
    let types = params.first("notification_type").unwrap_or_default();
    let known = |word: &str| matches!(word, "email" | "phone");
    if types.is_empty() || types.split(',').all(known) {
        Ok(())
    } else {
        Err(invalid(
            "notification_type",
            format!(
                "notification_type is \"{}\"; it takes email, phone or both with a comma between",
                excerpt(types)
            ),
        ))
    }
}

/// The answer of ResetRandomPassword.
#[derive(Serialize)]
pub(crate) struct Password {
    pub(crate) password: String,
}

/// The body of SendEmail: templates that are not rendered here.
pub(crate) fn check_mail(body: &Body) -> Result<(), ApiError> {
    body.any_text("template_id")?;
    body.any_text("phone_template_id")?;
    Ok(())
}

/// The answer of ListOtpDevicesByUserId: no user here has a device.
#[derive(Serialize, Default)]
pub(crate) struct OtpDevices {
    otp_devices: [(); 0],
}

/// The body of BatchDeleteOtpDevices. Inferred: without a list there is nothing to unbind, which is no error.
pub(crate) fn check_otp_ids(body: &Body) -> Result<(), ApiError> {
    body.texts("otp_ids", 0..=OTP_DEVICES).map(drop)
}
