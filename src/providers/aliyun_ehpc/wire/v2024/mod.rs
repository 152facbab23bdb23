//! Version 2024-07-30: its parameters and answers.

mod clusters;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Id, IdStyle, Listed, PageOf, PageParams, Parameters, SHORTEST_PASSWORD, Users, group,
    invalid_params, is_user_name, password,
};
use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::provider::json;
use crate::providers::aliyun_ehpc::errors;
use crate::providers::aliyun_ehpc::model::{self, Group};
use crate::store::page::Page;

pub(crate) use clusters::{
    Cluster, GetCluster, ListClusters, ListClustersQuery, VersionStatistics,
};

/// The maximum number of users in one CreateUsers.
const MOST_CREATED: usize = 20;
/// The maximum number of users in one DeleteUsers.
const MOST_DELETED: usize = 100;
/// The minimum length of a password in UpdateUser, according to all Chinese editions of its documentation and
/// api.aliyun.com; the comments in alibabacloud-ehpc20240730 2.4.0 still say 8, like the other operations.
const SHORTEST_UPDATED_PASSWORD: usize = 6;

/// The parameters of ListUsers.
#[derive(Debug)]
pub(crate) struct ListQuery<'a> {
    pub(crate) cluster_id: &'a str,
    page: PageParams,
}

impl<'a> ListQuery<'a> {
    pub(crate) fn decode(call: &Call<'a>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        Ok(Self {
            cluster_id: parameters.cluster_id()?,
            page: PageParams::decode(parameters)?,
        })
    }

    pub(crate) fn page(&self) -> Result<PageOf, ApiError> {
        self.page.within(1, 50)
    }
}

/// The subject of CreateUsers and DeleteUsers: a cluster, and `User`, one JSON array.
#[derive(Debug)]
pub(crate) struct UserCall<'a> {
    pub(crate) cluster_id: &'a str,
    entries: Vec<Entry>,
}

/// A user in `User`; null counts as absent, and so does an empty string.
#[derive(Debug)]
struct Entry {
    user_name: Option<String>,
    group: Option<String>,
    password: Option<String>,
    auth_key: Option<String>,
}

impl Entry {
    /// The known fields, or the name of one that is not a string.
    fn decode(mut object: Map<String, Value>) -> Result<Self, &'static str> {
        let mut text = |name| match object.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
            Some(_) => Err(name),
        };
        Ok(Self {
            user_name: text("UserName")?,
            group: text("Group")?,
            password: text("Password")?,
            auth_key: text("AuthKey")?,
        })
    }
}

/// A user to add.
#[derive(Debug)]
pub(crate) struct NewUser<'a> {
    pub(crate) name: &'a str,
    pub(crate) group: Group,
}

impl<'a> UserCall<'a> {
    pub(crate) fn decode(call: &Call<'a>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        let cluster_id = parameters.cluster_id()?;
        let text = parameters.required("User", &errors::USER_MISSING)?;
        let invalid = |cause: String| {
            errors::USER_INVALID.raise().because(format!(
                "User is a JSON array as [{{\"UserName\":\"…\",\"Group\":\"users\",\"Password\":\"…\"}}]: {cause}"
            ))
        };
        let objects: Vec<Map<String, Value>> =
            json::read_as_sent(text.as_bytes()).map_err(|cause| invalid(cause.to_string()))?;
        let entries = objects
            .into_iter()
            .map(Entry::decode)
            .collect::<Result<_, _>>()
            .map_err(|name| invalid(format!("{name} is not a text")))?;
        Ok(Self {
            cluster_id,
            entries,
        })
    }

    /// The users of CreateUsers. Inferred: the first invalid entry is reported, and within it UserName, Group,
    /// Password, AuthKey.
    pub(crate) fn new_users(&self) -> Result<Vec<NewUser<'_>>, ApiError> {
        self.each(MOST_CREATED, |number, entry| {
            let parameter = format!("User.{number}.UserName");
            let name = require_value(entry.user_name.as_ref(), &parameter)?;
            if !is_user_name(name, 1, 30) {
                return Err(invalid_params(&parameter).because(format!(
                    "{parameter} is {name:?}; a name is a letter, then letters, digits and full stops, 1 to 30 in all"
                )));
            }
            let parameter = format!("User.{number}.Group");
            let group = group(require_value(entry.group.as_ref(), &parameter)?, &parameter)?;
            let parameter = format!("User.{number}.Password");
            match (
                require_value(entry.password.as_ref(), &parameter),
                &entry.auth_key,
            ) {
                (Ok(_), Some(_)) => {
                    return Err(invalid_params(&format!("User.{number}.AuthKey"))
                        .because("a user has a Password or an AuthKey, not both"));
                }
                (Ok(text), None) => password(text, &parameter, SHORTEST_PASSWORD)?,
                (Err(_), Some(_)) => {}
                (Err(refused), None) => return Err(refused),
            }
            Ok(NewUser { name, group })
        })
    }

    /// The names in DeleteUsers, which may be any text.
    pub(crate) fn names(&self) -> Result<Vec<&str>, ApiError> {
        self.each(MOST_DELETED, |number, entry| {
            require_value(entry.user_name.as_ref(), &format!("User.{number}.UserName"))
        })
    }

    fn each<'b, T>(
        &'b self,
        max: usize,
        read: impl Fn(usize, &'b Entry) -> Result<T, ApiError>,
    ) -> Result<Vec<T>, ApiError> {
        if !(1..=max).contains(&self.entries.len()) {
            return Err(invalid_params("User").because(format!(
                "User holds {} users; it takes 1 to {max}",
                self.entries.len()
            )));
        }
        (1..)
            .zip(&self.entries)
            .map(|(number, entry)| read(number, entry))
            .collect()
    }
}

fn require_value<'a>(value: Option<&'a String>, parameter: &str) -> Result<&'a str, ApiError> {
    value
        .map(String::as_str)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| invalid_params(parameter).because(format!("{parameter} is absent or empty")))
}

/// The user of GetUser.
#[derive(Debug)]
pub(crate) struct UserAddress<'a> {
    pub(crate) cluster_id: &'a str,
    pub(crate) user_name: &'a str,
}

impl<'a> UserAddress<'a> {
    pub(crate) fn decode(call: &Call<'a>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        Ok(Self {
            cluster_id: parameters.cluster_id()?,
            user_name: parameters.required("UserName", &errors::USER_NAME_MISSING)?,
        })
    }
}

/// The changes of UpdateUser.
#[derive(Debug)]
pub(crate) struct UserUpdate<'a> {
    pub(crate) cluster_id: &'a str,
    pub(crate) user_name: &'a str,
    group: Option<&'a str>,
    password: Option<&'a str>,
}

impl<'a> UserUpdate<'a> {
    pub(crate) fn decode(call: &Call<'a>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        Ok(Self {
            cluster_id: parameters.cluster_id()?,
            user_name: parameters.required("UserName", &errors::USER_NAME_MISSING)?,
            group: parameters.get("Group"),
            password: parameters.get("Password"),
        })
    }

    /// The group to move to, if any; the password is validated and discarded. Inferred: one of the two is required.
    pub(crate) fn group(&self) -> Result<Option<Group>, ApiError> {
        if self.group.is_none() && self.password.is_none() {
            return Err(invalid_params("Group")
                .because("there is nothing to update: neither a Group nor a Password"));
        }
        let group = self.group.map(|text| group(text, "Group")).transpose()?;
        self.password
            .map(|text| password(text, "Password", SHORTEST_UPDATED_PASSWORD))
            .transpose()?;
        Ok(group)
    }
}

/// The answer of ListUsers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListUsers {
    page_size: u32,
    /// Empty in a cached answer; [`super::CachedAnswer::reply`] fills it in.
    request_id: &'static str,
    page_number: u32,
    total_count: u64,
    users: Users<User>,
}

/// The answer of GetUser.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetUser {
    /// Empty in a cached answer; [`super::CachedAnswer::reply`] fills it in.
    request_id: &'static str,
    user: ShownUser,
}

/// A single user: the same fields as in a list, in another order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownUser {
    user_name: String,
    group: &'static str,
    user_id: Id,
    group_id: Id,
    add_time: String,
}

impl GetUser {
    pub(crate) fn new(user: model::User, style: IdStyle) -> Self {
        let User {
            user_name,
            add_time,
            group,
            user_id,
            group_id,
        } = User::new(user, style);
        Self {
            request_id: "",
            user: ShownUser {
                user_name,
                group,
                user_id,
                group_id,
                add_time,
            },
        }
    }
}

/// A user, in the order of the documented example.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct User {
    user_name: String,
    /// Without a fraction and a zone.
    add_time: String,
    group: &'static str,
    user_id: Id,
    group_id: Id,
}

impl User {
    /// The row of a user.
    pub(crate) fn new(user: model::User, style: IdStyle) -> Self {
        Self {
            user_name: user.name,
            add_time: user.add_time.format("%Y-%m-%dT%H:%M:%S"),
            group: user.group.text(),
            user_id: Id(user.user_id, style),
            group_id: Id(user.group_id, style),
        }
    }
}

impl ListUsers {
    pub(crate) fn new(page: PageOf, users: Page<Listed<User>>) -> Self {
        Self {
            page_size: page.size,
            request_id: "",
            page_number: page.number,
            total_count: users.total,
            users: Users {
                user_info: users.rows,
            },
        }
    }
}

/// The answer of UpdateUser.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Updated<'a> {
    request_id: &'a str,
    /// A string, not a boolean.
    success: &'static str,
}

impl<'a> Updated<'a> {
    pub(crate) fn new(call: &'a Call<'_>) -> Self {
        Self {
            request_id: &call.request_id,
            success: "true",
        }
    }
}
