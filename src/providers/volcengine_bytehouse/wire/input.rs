//! Parameters: read from the query, the form or the JSON body, and decoded once into types that exclude invalid values.
//!
//! Whatever is wrong with a parameter, the service answers `Bad Request`; the journal says which parameter and why.

use std::fmt::Display;

use serde_json::{Map, Value};

use super::super::{PROVIDER, errors, model};
use crate::provider::call::{Call, Params};
use crate::provider::error::ApiError;
use crate::provider::text::excerpt;
use crate::store::page::Window;

/// The largest integer that the service's SDKs can hold (Go's int32).
const LARGEST: i64 = i32::MAX as i64;
/// The page size if none, or 0, is requested. Inferred: from the example in the document, which names no default.
const DEFAULT_LIMIT: u64 = 10;
/// Inferred: no limit is documented; this one keeps a call that multiplies targets by privileges from running for hours.
const MOST_PRIVILEGES: usize = 100_000;
/// Inferred: no limit is documented; a body of 12 MiB that lists everything once is well within this one.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Inferred: no limit is documented; this one keeps a call from blocking all others.
const MOST_ASSIGNMENTS: usize = 100_000;
/// Inferred: no limit is documented; each part of a name may be an object of its own.
const MOST_PARTS: usize = 100_000;
/// Deeper than any parameter: `Grants.1.Privileges.1.Columns.1`.
const DEEPEST: usize = 8;

/// The parameters of a call. Inferred: those of the query, overlaid by the JSON object or the form fields of a POST;
/// names are case-sensitive, unknown ones are ignored, null counts as absent, and the first of repeated ones counts.
///
/// In a query or form, lists and objects are flattened as by the SDKs: `Users.1.Username=…` (volcenginesdkcore 5.0.54,
/// build_request_interceptor.py; @volcengine/sdk-core, dotn.ts).
#[derive(Debug)]
pub(crate) struct Input {
    text: Map<String, Value>,
    json: Map<String, Value>,
}

impl Input {
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let request = call.request;
        let mut text = nested(request.query())?;
        let mut json = Map::new();
        // Inferred: the body of a GET is ignored; clients send a content type without one.
        if request.method == "POST" {
            let form = nested(request.form())?;
            if request
                .content_type()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            {
                text.extend(form);
            } else if let Some(object) = call
                .json_object()
                .map_err(|cause| refuse(format!("the body is not a JSON object: {}", cause.0)))?
            {
                json = object;
            }
        }
        Ok(Self { text, json })
    }

    fn field<'a>(&'a self, name: &'static str) -> Field<'a> {
        let in_json = self.json.get(name).filter(|value| !value.is_null());
        Field {
            name,
            value: in_json.or_else(|| self.text.get(name)),
            is_text: in_json.is_none(),
        }
    }
}

/// Flattened names as a tree; leaves are strings, and lists are objects with numbers as keys.
fn nested(params: &Params) -> Result<Map<String, Value>, ApiError> {
    let mut tree = Map::new();
    let mut parts = 0;
    let is_common = |name: &str| PROVIDER.common_parameters.contains(&name);
    // Most of a query is the name and signature of the call, which no action reads.
    for (name, value) in params.iter().filter(|(name, _)| !is_common(name)) {
        if !name.contains('.') {
            tree.entry(name)
                .or_insert_with(|| Value::String(value.to_owned()));
            continue;
        }
        // Only as many parts as are needed to detect that it is too deep, however many dots there are.
        let path: Vec<&str> = name.splitn(DEEPEST + 1, '.').collect();
        if DEEPEST < path.len() {
            continue;
        }
        let Some((leaf, parents)) = path.split_last() else {
            continue;
        };
        parts += parents.len();
        if MOST_PARTS < parts {
            return Err(refuse(format!(
                "the names have more than {MOST_PARTS} parts"
            )));
        }
        let mut place = Some(&mut tree);
        for parent in parents {
            place = place.and_then(|object| {
                object
                    .entry(*parent)
                    .or_insert_with(|| Value::Object(Map::new()))
                    .as_object_mut()
            });
        }
        if let Some(object) = place {
            object
                .entry(*leaf)
                .or_insert_with(|| Value::String(value.to_owned()));
        }
    }
    Ok(tree)
}

fn refuse(explanation: impl Into<String>) -> ApiError {
    errors::BAD_REQUEST.raise().because(explanation)
}

/// A parameter, present or not, as sent.
#[derive(Debug, Clone, Copy)]
struct Field<'a> {
    name: &'static str,
    value: Option<&'a Value>,
    /// Whether it was sent as text, in the query or a form.
    is_text: bool,
}

impl<'a> Field<'a> {
    fn wrong(&self, wanted: impl Display) -> ApiError {
        let name = self.name;
        match self.value {
            None => refuse(format!("{name} is missing; it takes {wanted}")),
            Some(value) => refuse(format!("{name} is {}; it takes {wanted}", excerpt(value))),
        }
    }

    /// Inferred: digits, as a JSON number or as text anywhere, 0 to 2147483647; an empty string counts as absent.
    fn integer(&self) -> Result<Option<i64>, ApiError> {
        let number = match self.value {
            None => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(Value::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            Some(_) => None,
        };
        number
            .filter(|number| (0..=LARGEST).contains(number))
            .map(Some)
            .ok_or_else(|| self.wrong("a whole number from 0 to 2147483647"))
    }

    fn required_integer(&self) -> Result<i64, ApiError> {
        self.integer()?
            .ok_or_else(|| self.wrong("a whole number from 0 to 2147483647"))
    }

    fn text(&self) -> Result<Option<&'a str>, ApiError> {
        match self.value {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong("a text")),
        }
    }

    fn text_or_empty(&self) -> Result<String, ApiError> {
        Ok(self.text()?.unwrap_or_default().to_owned())
    }

    /// A string that is required but may be empty.
    fn required_text(&self) -> Result<&'a str, ApiError> {
        self.text()?.ok_or_else(|| self.wrong("a text"))
    }

    /// A string that is required and must not be empty.
    fn required_name(&self) -> Result<&'a str, ApiError> {
        self.text()?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| self.wrong("a text that is not empty"))
    }

    /// Inferred: `true` and `false` as text from a query or form only. `True` is accepted too: volcengine 1.0.229 sends
    /// Python's spelling.
    fn boolean(&self) -> Result<Option<bool>, ApiError> {
        match self.value {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(Value::String(text)) if self.is_text && text.is_empty() => Ok(None),
            Some(Value::String(text)) if self.is_text && text.eq_ignore_ascii_case("true") => {
                Ok(Some(true))
            }
            Some(Value::String(text)) if self.is_text && text.eq_ignore_ascii_case("false") => {
                Ok(Some(false))
            }
            Some(_) => Err(self.wrong("true or false")),
        }
    }

    fn required_boolean(&self) -> Result<bool, ApiError> {
        self.boolean()?.ok_or_else(|| self.wrong("true or false"))
    }

    /// The items of a list; none if it is absent.
    fn items(&self) -> Result<Vec<Self>, ApiError> {
        let item = |value| Self {
            value: Some(value),
            ..*self
        };
        match self.value {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => Ok(values.iter().map(item).collect()),
            Some(Value::Object(numbered)) if self.is_text => {
                let mut values = numbered
                    .iter()
                    .map(|(number, value)| Some((number.parse::<u64>().ok()?, value)))
                    .collect::<Option<Vec<_>>>()
                    .ok_or_else(|| self.wrong("numbered items"))?;
                values.sort_by_key(|(number, _)| *number);
                Ok(values.into_iter().map(|(_, value)| item(value)).collect())
            }
            Some(_) if self.is_text => Err(self.wrong(format!(
                "a list, which a query or form writes as {}.1, {0}.2, …",
                self.name
            ))),
            Some(_) => Err(self.wrong("a list")),
        }
    }

    /// The items of a list of users or roles, each of which is looked up and written.
    fn assignments(&self) -> Result<Vec<Self>, ApiError> {
        let items = self.items()?;
        if MOST_ASSIGNMENTS < items.len() {
            let name = self.name;
            return Err(refuse(format!(
                "{name} has {} items; it takes up to {MOST_ASSIGNMENTS}",
                items.len()
            )));
        }
        Ok(items)
    }

    /// A list of strings; empty if it is absent.
    fn texts(&self) -> Result<Vec<String>, ApiError> {
        let items = self.items()?;
        items
            .iter()
            .map(|item| item.required_name().map(str::to_owned))
            .collect()
    }

    /// A member of an item, which must be an object.
    fn member(&self, name: &'static str) -> Result<Self, ApiError> {
        match self.value {
            Some(Value::Object(members)) => Ok(Self {
                name,
                value: members.get(name).filter(|value| !value.is_null()),
                is_text: self.is_text,
            }),
            _ => Err(self.wrong("objects")),
        }
    }
}

/// Offset and Limit of ListUsers, in this order. Inferred: no maximum is documented, so there is none.
pub(crate) fn list_users(input: &Input) -> Result<Window, ApiError> {
    let offset = input.field("Offset").integer()?.unwrap_or_default();
    let limit = input.field("Limit").integer()?.unwrap_or_default();
    let limit = match limit.unsigned_abs() {
        0 => DEFAULT_LIMIT,
        limit => limit,
    };
    Ok(Window::rows(offset.unsigned_abs(), limit))
}

pub(crate) fn username(input: &Input) -> Result<&str, ApiError> {
    input.field("Username").required_name()
}

pub(crate) fn user_id(input: &Input) -> Result<i64, ApiError> {
    input.field("UserID").required_integer()
}

pub(crate) fn role_id(input: &Input) -> Result<i64, ApiError> {
    input.field("RoleID").required_integer()
}

/// How a call identifies a user.
#[derive(Debug, Clone, Copy, Hash)]
pub(crate) enum UserRef<'a> {
    Username(&'a str),
    UserId(i64),
}

/// The parameters of UpdateUser; requests have `Email` where answers have `Emaill`.
pub(crate) struct UpdateUser<'a> {
    pub(crate) username: &'a str,
    pub(crate) email: &'a str,
    pub(crate) description: &'a str,
    pub(crate) readonly: bool,
}

impl<'a> UpdateUser<'a> {
    pub(crate) fn decode(input: &'a Input) -> Result<Self, ApiError> {
        Ok(Self {
            username: username(input)?,
            email: input.field("Email").required_text()?,
            description: input.field("Description").required_text()?,
            readonly: input.field("Readonly").required_boolean()?,
        })
    }
}

/// A user in a list of users to assign a role to, or unassign it from.
pub(crate) struct Assigned {
    pub(crate) username: String,
    pub(crate) admin_option: bool,
}

/// `Users` of the role actions. Inferred: AdminOption is false if it is absent; the SDKs' CreatedAt is ignored.
fn assigned(input: &Input) -> Result<Vec<Assigned>, ApiError> {
    let users = input.field("Users").assignments()?;
    users
        .iter()
        .map(|user| {
            Ok(Assigned {
                username: user.member("Username")?.required_name()?.to_owned(),
                admin_option: user.member("AdminOption")?.boolean()?.unwrap_or_default(),
            })
        })
        .collect()
}

/// The parameters of CreateRole.
pub(crate) struct CreateRole<'a> {
    pub(crate) name: &'a str,
    pub(crate) cluster_id: i64,
    pub(crate) description: &'a str,
    pub(crate) users: Vec<Assigned>,
}

impl<'a> CreateRole<'a> {
    pub(crate) fn decode(input: &'a Input) -> Result<Self, ApiError> {
        let cluster_id = input.field("ClusterID");
        Ok(Self {
            name: input.field("Name").required_name()?,
            cluster_id: cluster_id
                .integer()?
                .filter(|&cluster_id| 0 < cluster_id)
                .ok_or_else(|| cluster_id.wrong("a whole number from 1"))?,
            description: input.field("Description").text()?.unwrap_or_default(),
            users: assigned(input)?,
        })
    }
}

/// The filters of ListRoles. Inferred: an empty name does not filter.
pub(crate) struct ListRoles<'a> {
    pub(crate) cluster_id: Option<i64>,
    pub(crate) name: Option<&'a str>,
}

impl<'a> ListRoles<'a> {
    pub(crate) fn decode(input: &'a Input) -> Result<Self, ApiError> {
        Ok(Self {
            cluster_id: input.field("ClusterID").integer()?,
            name: input.field("Name").text()?.filter(|name| !name.is_empty()),
        })
    }
}

/// The parameters of AssignRole and UnassignRole. Inferred: missing Users are no error and change nothing.
pub(crate) struct AssignRole {
    pub(crate) role_id: i64,
    pub(crate) users: Vec<Assigned>,
}

impl AssignRole {
    pub(crate) fn decode(input: &Input) -> Result<Self, ApiError> {
        Ok(Self {
            role_id: role_id(input)?,
            users: assigned(input)?,
        })
    }
}

/// The remaining size of a call's grants: all of it is stored for each of their targets.
struct Left {
    privileges: usize,
    bytes: usize,
}

impl Left {
    fn take(
        &mut self,
        targets: usize,
        on_cluster: &str,
        privileges: &[(String, Vec<String>)],
    ) -> Result<(), ApiError> {
        let (mut number, mut bytes) = (0, on_cluster.len());
        for (name, columns) in privileges {
            number += 1 + columns.len();
            bytes += name.len() + columns.iter().map(String::len).sum::<usize>();
        }
        let after = |left: usize, each: usize, max: usize, what: &str| {
            left.checked_sub(each.saturating_mul(targets))
                .ok_or_else(|| refuse(format!("Grants asks for more than {max} {what}")))
        };
        let what = "privileges on targets";
        self.privileges = after(self.privileges, number, MOST_PRIVILEGES, what)?;
        let what = "bytes of names on targets";
        self.bytes = after(self.bytes, bytes, MOST_BYTES, what)?;
        Ok(())
    }
}

/// Privileges on targets of a cluster, as requested.
pub(crate) struct Requested {
    pub(crate) cluster_id: Option<i64>,
    pub(crate) on_cluster: String,
    /// Databases and tables; empty names mean all of them.
    pub(crate) targets: Vec<(String, String)>,
    /// Names and columns; no column means all of them.
    pub(crate) privileges: Vec<(String, Vec<String>)>,
}

impl Requested {
    /// `Grants` of the privilege actions. Inferred: every grant names at least one privilege, since RawSql is not run;
    /// no target means everything; GrantOption, GrantTo and RawSql are type-checked but never shown again.
    pub(crate) fn decode(input: &Input) -> Result<Vec<Self>, ApiError> {
        let mut left = Left {
            privileges: MOST_PRIVILEGES,
            bytes: MOST_BYTES,
        };
        let grants = input.field("Grants").items()?;
        grants
            .iter()
            .map(|grant| Self::decode_one(grant, &mut left))
            .collect()
    }

    fn decode_one(grant: &Field<'_>, left: &mut Left) -> Result<Self, ApiError> {
        let privileges = grant.member("Privileges")?;
        let cluster_id = grant.member("ClusterID")?.integer()?;
        let on_cluster = grant.member("OnCluster")?;
        if !model::can_name_cluster(on_cluster.text()?.unwrap_or_default()) {
            let max = model::LONGEST_CLUSTER_NAME;
            return Err(on_cluster.wrong(format!("a text of up to {max} characters")));
        }
        let on_cluster = on_cluster.text_or_empty()?;
        let mut named = Vec::new();
        for privilege in privileges.items()? {
            named.push((
                privilege.member("Name")?.required_name()?.to_owned(),
                privilege.member("Columns")?.texts()?,
            ));
        }
        if named.is_empty() {
            return Err(privileges.wrong("at least one privilege"));
        }
        let items = grant.member("Targets")?.items()?;
        left.take(items.len().max(1), &on_cluster, &named)?;
        let mut targets = Vec::new();
        for target in items {
            targets.push((
                target.member("Database")?.text_or_empty()?,
                target.member("Table")?.text_or_empty()?,
            ));
        }
        if targets.is_empty() {
            targets.push((String::new(), String::new()));
        }
        grant.member("GrantOption")?.boolean()?;
        grant.member("GrantTo")?.text()?;
        grant.member("RawSql")?.text()?;
        Ok(Self {
            // Go's SDK omits an absent number, its users often write 0.
            cluster_id: cluster_id.filter(|&cluster_id| 0 < cluster_id),
            on_cluster,
            targets,
            privileges: named,
        })
    }

    /// The same for actions that require at least one.
    pub(crate) fn decode_some(input: &Input) -> Result<Vec<Self>, ApiError> {
        let requested = Self::decode(input)?;
        if requested.is_empty() {
            return Err(input.field("Grants").wrong("at least one grant"));
        }
        Ok(requested)
    }
}

/// Whether privileges are granted or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Grant,
    Revoke,
}

impl Kind {
    fn decode(input: &Input) -> Result<Self, ApiError> {
        let field = input.field("ActionType");
        match field.text()? {
            Some("GRANT") => Ok(Self::Grant),
            Some("REVOKE") => Ok(Self::Revoke),
            _ => Err(field.wrong("GRANT or REVOKE")),
        }
    }
}

/// A role to assign to a user or to unassign.
pub(crate) struct Assignment {
    pub(crate) role: AssignedRole,
    pub(crate) admin_option: bool,
}

/// How an assignment identifies its role. Inferred: by RoleID if present, or else by its name, which ClusterID narrows
/// down.
pub(crate) enum AssignedRole {
    Id(i64),
    Name(String, Option<i64>),
}

/// The parameters of UpdateGrantsForUser.
pub(crate) struct GrantsForUser<'a> {
    pub(crate) username: &'a str,
    pub(crate) kind: Kind,
    pub(crate) grants: Vec<Requested>,
    pub(crate) assignments: Vec<Assignment>,
}

impl<'a> GrantsForUser<'a> {
    pub(crate) fn decode(input: &'a Input) -> Result<Self, ApiError> {
        let (username, kind) = (username(input)?, Kind::decode(input)?);
        let grants = Requested::decode(input)?;
        let items = input.field("Assignments").assignments()?;
        let assignments = items
            .iter()
            .map(Assignment::decode)
            .collect::<Result<Vec<_>, _>>()?;
        if grants.is_empty() && assignments.is_empty() {
            return Err(refuse(
                "both Grants and Assignments are empty; one of them has to say something",
            ));
        }
        Ok(Self {
            username,
            kind,
            grants,
            assignments,
        })
    }
}

impl Assignment {
    fn decode(item: &Field<'_>) -> Result<Self, ApiError> {
        let positive = |number: &i64| 0 < *number;
        let role_id = item.member("RoleID")?.integer()?.filter(positive);
        let cluster_id = item.member("ClusterID")?.integer()?.filter(positive);
        let role = match role_id {
            Some(role_id) => AssignedRole::Id(role_id),
            None => AssignedRole::Name(
                item.member("RoleName")?.required_name()?.to_owned(),
                cluster_id,
            ),
        };
        for name in ["GrantTo", "ImmutableReason", "OnCluster", "RawSql"] {
            item.member(name)?.text()?;
        }
        for name in ["Immutable", "RoleIsDefault"] {
            item.member(name)?.boolean()?;
        }
        Ok(Self {
            role,
            admin_option: item.member("AdminOption")?.boolean()?.unwrap_or_default(),
        })
    }
}

/// The parameters of UpdateGrantsForRole.
pub(crate) struct GrantsForRole {
    pub(crate) role_id: i64,
    pub(crate) kind: Kind,
    pub(crate) grants: Vec<Requested>,
}

impl GrantsForRole {
    pub(crate) fn decode(input: &Input) -> Result<Self, ApiError> {
        Ok(Self {
            role_id: role_id(input)?,
            kind: Kind::decode(input)?,
            grants: Requested::decode_some(input)?,
        })
    }
}
