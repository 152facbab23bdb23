//! Parameters, bodies and answers: everything with a JSON name. The seed document is in `seed.rs`.

pub(crate) mod seed;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::model::{self, Change, Grant, Grants, Instance, Perm, Resource};
use super::{UPDATE_SECRET, errors};
use crate::provider::call::{Call, Params};
use crate::provider::error::{ApiError, ErrorEntry};
use crate::providers::huawei::member;
use crate::store::page::{Page, Window};
use crate::store::rows::EncodedRow;

/// The project and instance in a path, well formed.
#[derive(Debug, Hash)]
pub(crate) struct InstanceAddress<'a> {
    pub(crate) project_id: &'a str,
    pub(crate) instance_id: &'a str,
}

impl<'a> InstanceAddress<'a> {
    pub(crate) fn decode(call: &'a Call<'_>) -> Result<Self, ApiError> {
        let project_id = project_id(call)?;
        let instance_id = call.path_param("instance_id");
        if !is_instance_id(instance_id) {
            return Err(not_an_instance_id(call).raise().because(format!(
                "instance_id is \"{instance_id}\"; it is a UUID such as 68fdc9a8-805e-439d-8dd9-25adc1c58bf6"
            )));
        }
        Ok(Self {
            project_id,
            instance_id,
        })
    }
}

fn not_an_instance_id(call: &Call<'_>) -> &'static ErrorEntry {
    match call.quirk(super::INSTANCE_ID_ERROR) {
        "DMS.00400061" => &errors::INSTANCE_ID_FORMAT,
        _ => &errors::INSTANCE_ID_INVALID,
    }
}

/// The error for a parameter that the client left as a placeholder: for the two ids in a path, the same as for any
/// other malformed id.
pub(crate) fn unfilled(call: &Call<'_>, parameter: &str) -> ApiError {
    match parameter {
        "project_id" => errors::PROJECT_ID_INVALID.raise(),
        "instance_id" => not_an_instance_id(call).raise(),
        _ => errors::PARAMETER_INVALID.raise(),
    }
}

pub(crate) fn project_id<'a>(call: &'a Call<'_>) -> Result<&'a str, ApiError> {
    let project_id = call.path_param("project_id");
    if is_project_id(project_id) {
        Ok(project_id)
    } else {
        Err(errors::PROJECT_ID_INVALID.raise().because(format!(
            "project_id is \"{project_id}\"; it takes 1 to 64 letters, digits, _ and -"
        )))
    }
}

pub(crate) fn is_project_id(text: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(valid)
}

/// A UUID with hyphens; only lower case has been observed.
fn is_instance_id(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// `offset` and `limit` of a list, in this order.
pub(crate) fn window(query: &Params) -> Result<Window, ApiError> {
    const MOST: u64 = i32::MAX as u64;
    let offset = number(query, "offset", 0, 0..=MOST, &errors::OFFSET_INVALID)?;
    let limit = number(query, "limit", 10, 1..=50, &errors::LIMIT_INVALID)?;
    Ok(Window::rows(offset, limit))
}

/// Inferred: an empty parameter counts as absent, and the last of repeated ones counts.
fn number(
    query: &Params,
    name: &str,
    default: u64,
    range: std::ops::RangeInclusive<u64>,
    refused: &'static ErrorEntry,
) -> Result<u64, ApiError> {
    let text = query.last(name).unwrap_or_default();
    if text.is_empty() {
        return Ok(default);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text.parse().ok().filter(|value| range.contains(value));
    value.filter(|_| digits).ok_or_else(|| {
        refused.raise().because(format!(
            "{name} is \"{text}\"; it takes {} to {}, in digits",
            range.start(),
            range.end()
        ))
    })
}

/// The filters of ListInstances.
pub(crate) fn instance_filter(query: &Params) -> model::InstanceFilter {
    let value = |name| {
        let value = query.last(name).filter(|value| !value.is_empty());
        value.map(str::to_owned)
    };
    let engine = value("engine").map(|engine| match engine.as_str() {
        "rocketmq" => model::ENGINE.to_owned(),
        _ => engine,
    });
    let (name, exact_name) = match query.last("exact_match_name") {
        Some("true") => (None, value("name")),
        _ => (value("name"), None),
    };
    model::InstanceFilter {
        engine,
        name,
        exact_name,
        instance_id: value("instance_id"),
        status: value("status"),
    }
}

/// A user as POST and PUT send it: all types are correct, the values are unchecked.
#[derive(Debug)]
pub(crate) struct UserBody {
    access_key: Option<String>,
    secret_key: Option<String>,
    white_remote_address: Option<String>,
    admin: Option<bool>,
    default_topic_perm: Option<String>,
    default_group_perm: Option<String>,
    topic_perms: Option<Vec<GrantBody>>,
    group_perms: Option<Vec<GrantBody>>,
}

#[derive(Debug)]
struct GrantBody {
    name: Option<String>,
    perm: Option<String>,
}

impl UserBody {
    /// Unknown fields are ignored, and null counts as absent.
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let object = call
            .json_object()
            .map_err(|cause| errors::BODY_NOT_JSON.raise().because(cause.0))?
            .ok_or_else(|| errors::BODY_EMPTY.raise())?;
        Ok(Self {
            access_key: field(&object, "access_key", "a string", text)?,
            secret_key: field(&object, "secret_key", "a string", text)?,
            white_remote_address: field(&object, "white_remote_address", "a string", text)?,
            admin: field(&object, "admin", "true or false", Value::as_bool)?,
            default_topic_perm: field(&object, "default_topic_perm", "a string", text)?,
            default_group_perm: field(&object, "default_group_perm", "a string", text)?,
            topic_perms: field(&object, "topic_perms", "an array of objects", grants)?,
            group_perms: field(&object, "group_perms", "an array of objects", grants)?,
        })
    }

    /// The user in a POST.
    pub(crate) fn into_user(mut self, instance: &Instance) -> Result<model::User, ApiError> {
        let refused = |rule: &str| errors::USER_KEYS_INVALID.raise().because(rule);
        let access_key = self.access_key.take();
        let access_key = access_key.ok_or_else(|| refused("access_key is missing"))?;
        model::access_key_rule(&access_key).map_err(|rule| refused(&rule))?;
        let secret_key = self.secret_key.take();
        let secret_key = secret_key.ok_or_else(|| refused("secret_key is missing"))?;
        model::secret_key_rule(&secret_key, &access_key).map_err(refused)?;
        let change = self.into_change(Some(secret_key), instance)?;
        Ok(model::User::new(access_key).with(change))
    }

    /// The changes in a PUT.
    ///
    /// Inferred: a name in the body has to equal the one in the path.
    pub(crate) fn into_update(
        mut self,
        call: &Call<'_>,
        user: &model::User,
        instance: &Instance,
    ) -> Result<Change, ApiError> {
        let refused = |rule: &str| errors::USER_KEYS_INVALID.raise().because(rule);
        if let Some(sent) = self.access_key.take_if(|sent| *sent != user.access_key) {
            return Err(errors::PARAMETER_INVALID.raise().because(format!(
                "access_key is \"{sent}\", the path has \"{}\"; a user cannot be renamed",
                user.access_key
            )));
        }
        let secret_key = self.secret_key.take().filter(|sent| !sent.is_empty());
        match &secret_key {
            Some(secret_key) => {
                model::secret_key_rule(secret_key, &user.access_key).map_err(refused)?;
            }
            None if call.quirk(UPDATE_SECRET) == "required" => {
                return Err(refused(
                    "secret_key is missing, and the quirk update-secret is \"required\"",
                ));
            }
            None => {}
        }
        self.into_change(secret_key, instance)
    }

    /// Permissions, then addresses. Engine 5.x ignores permissions, even invalid ones (inferred).
    ///
    /// Inferred: an empty default permission counts as absent.
    fn into_change(
        self,
        secret_key: Option<String>,
        instance: &Instance,
    ) -> Result<Change, ApiError> {
        let mut change = Change {
            secret_key,
            ..Change::default()
        };
        if !instance.forces_administrators() {
            let perm_of = |name, text: Option<String>| {
                let sent = text.filter(|text| !text.is_empty());
                sent.map(|text| perm(name, &text)).transpose()
            };
            change.admin = self.admin;
            change.default_topic_perm = perm_of("default_topic_perm", self.default_topic_perm)?;
            change.default_group_perm = perm_of("default_group_perm", self.default_group_perm)?;
            let grants_of = |name, sent: Option<Vec<GrantBody>>| {
                sent.map(|sent| GrantBody::check_all(sent, name))
                    .transpose()
            };
            change.topic_perms = grants_of("topic_perms", self.topic_perms)?;
            change.group_perms = grants_of("group_perms", self.group_perms)?;
        }
        if let Some(addresses) = &self.white_remote_address {
            model::white_remote_address_rule(addresses)
                .map_err(|rule| errors::PARAMETER_INVALID.raise().because(rule))?;
        }
        change.white_remote_address = self.white_remote_address;
        Ok(change)
    }
}

impl GrantBody {
    fn check_all(sent: Vec<Self>, field: &str) -> Result<Grants, ApiError> {
        if model::MOST_GRANTS < sent.len() {
            return Err(errors::PARAMETER_INVALID.raise().because(format!(
                "{field} has {} entries; it takes {}",
                sent.len(),
                model::MOST_GRANTS
            )));
        }
        let grants: Vec<Grant> = sent
            .into_iter()
            .map(|item| item.check(field))
            .collect::<Result<_, _>>()?;
        Ok(Grants::new(grants))
    }

    /// Inferred: an entry without a permission denies, as an absent default does.
    fn check(self, field: &str) -> Result<Grant, ApiError> {
        let name = self.name.unwrap_or_default();
        model::grant_name_rule(&name).map_err(|rule| {
            errors::PARAMETER_INVALID
                .raise()
                .because(format!("in {field}, {rule}"))
        })?;
        let perm = match self.perm.as_deref() {
            None | Some("") => Perm::Deny,
            Some(sent) => perm(field, sent)?,
        };
        Ok(Grant { name, perm })
    }
}

fn perm(field: &str, sent: &str) -> Result<Perm, ApiError> {
    Perm::parse(sent).ok_or_else(|| {
        errors::PARAMETER_INVALID.raise().because(format!(
            "{field} has \"{sent}\"; a permission is PUB, SUB, PUB|SUB or DENY"
        ))
    })
}

/// A known field of a body, which has the right type or is absent.
fn field<T>(
    object: &Map<String, Value>,
    name: &str,
    wanted: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    let Some(value) = member(object, name) else {
        return Ok(None);
    };
    read(value).map(Some).ok_or_else(|| {
        errors::FIELD_INVALID
            .with(name)
            .because(format!("{name} has to be {wanted}"))
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn grants(value: &Value) -> Option<Vec<GrantBody>> {
    let text_or_null = |entry: &Map<String, Value>, name| match member(entry, name) {
        None => Some(None),
        Some(value) => text(value).map(Some),
    };
    let entries = value.as_array()?.iter().map(|entry| {
        let entry = entry.as_object()?;
        Some(GrantBody {
            name: text_or_null(entry, "name")?,
            perm: text_or_null(entry, "perm")?,
        })
    });
    entries.collect()
}

/// The answer of ListUser. It contains exactly one array, because golangsdk's pager takes the first it finds.
#[derive(Serialize)]
pub(crate) struct UserList {
    users: Vec<EncodedRow>,
    total: u64,
}

impl From<Page<EncodedRow>> for UserList {
    fn from(page: Page<EncodedRow>) -> Self {
        Self {
            users: page.rows,
            total: page.total,
        }
    }
}

/// Encodes a user of ListUser.
pub(crate) fn listed_user(user: model::User) -> serde_json::Result<EncodedRow> {
    EncodedRow::always(&User::from(user))
}

/// A user: always exactly these eight fields, in the alphabetical order of all documented examples.
#[derive(Serialize)]
pub(crate) struct User {
    access_key: String,
    admin: bool,
    default_group_perm: Perm,
    default_topic_perm: Perm,
    group_perms: Grants,
    /// In plain text: Terraform writes it back into its state.
    secret_key: String,
    topic_perms: Grants,
    white_remote_address: String,
}

impl From<model::User> for User {
    fn from(user: model::User) -> Self {
        Self {
            admin: user.admin,
            default_group_perm: user.default_perm(Resource::Group),
            default_topic_perm: user.default_perm(Resource::Topic),
            access_key: user.access_key,
            group_perms: user.group_perms,
            secret_key: user.secret_key,
            topic_perms: user.topic_perms,
            white_remote_address: user.white_remote_address,
        }
    }
}

/// The answer of DeleteUser: Terraform accepts only 200, so there is a body.
#[derive(Serialize)]
pub(crate) struct Deleted {
    message: &'static str,
}

impl Deleted {
    pub(crate) const USER: Self = Self {
        message: "delete user success.",
    };
}

/// The permissions of an instance's users on one topic or group.
#[derive(Serialize)]
pub(crate) struct PolicyList<'a> {
    policies: Vec<Policy>,
    total: u64,
    /// The topic or group in the path.
    name: &'a str,
}

#[derive(Serialize)]
struct Policy {
    access_key: String,
    white_remote_address: String,
    admin: bool,
    perm: Perm,
}

impl<'a> PolicyList<'a> {
    pub(crate) fn new(page: Page<model::User>, resource: Resource, name: &'a str) -> Self {
        let policies = page.rows.into_iter().map(|user| Policy {
            perm: user.perm_on(resource, name),
            access_key: user.access_key,
            white_remote_address: user.white_remote_address,
            admin: user.admin,
        });
        Self {
            policies: policies.collect(),
            total: page.total,
            name,
        }
    }
}

/// The answer of ListInstances.
#[derive(Serialize)]
pub(crate) struct InstanceList {
    instances: Vec<Box<RawValue>>,
    instance_num: u64,
}

impl From<Page<Box<RawValue>>> for InstanceList {
    fn from(page: Page<Box<RawValue>>) -> Self {
        Self {
            instances: page.rows,
            instance_num: page.total,
        }
    }
}
