//! Parameters, responses and the seed document: everything with a JSON name.
//!
//! This file: how paths, queries and bodies are read. Users, groups and the seed document have their own files.

mod groups;
mod seed;
mod users;

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

pub(crate) use groups::{
    CreateUserGroup, GroupList, GroupsQuery, MemberList, MembersQuery, RunActionsOnGroup,
    group_change, group_ids,
};
pub(crate) use seed::{export, generate, seed};
pub(crate) use users::{
    Action, CreatedUser, OtpDevices, Password, UserDetailAnswer, UserList, UsersQuery, action,
    check_mail, check_notification_type, check_otp_ids, create_user, listed_user, new_users,
    user_change, user_ids, user_quota,
};

use super::errors;
use crate::provider::call::{Call, Params};
use crate::provider::error::ApiError;
use crate::provider::text::excerpt;
use crate::providers::huawei::member;
use crate::store::page::{RowLimit, Window};

/// The refusal of a parameter, with an explanation for the reader of the journal.
fn invalid(name: &str, explanation: impl Into<String>) -> ApiError {
    errors::PARAMETER_INVALID.with(name).because(explanation)
}

/// The project in a path: any text, because tests make up tenants.
pub(crate) fn project_id<'a>(call: &'a Call<'_>) -> Result<&'a str, ApiError> {
    let project_id = call.path_param("project_id");
    let length = project_id.chars().count();
    if length <= 255 {
        Ok(project_id)
    } else {
        Err(invalid(
            "project_id",
            format!("project_id has {length} characters; it takes 1 to 255"),
        ))
    }
}

/// A query's parameters. Inferred: an empty one counts as absent, and the first of repeated ones counts.
struct Query<'a>(&'a Params);

impl<'a> Query<'a> {
    fn text(&self, name: &str, max: usize) -> Result<Option<&'a str>, ApiError> {
        let Some(text) = self.0.first(name).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let length = text.chars().count();
        if length <= max {
            Ok(Some(text))
        } else {
            Err(invalid(
                name,
                format!("{name} has {length} characters; it takes up to {max}"),
            ))
        }
    }

    /// All values of a parameter that may repeat; empty if there is none.
    fn texts(&self, name: &'a str) -> Option<Vec<String>> {
        let values: Vec<String> = self
            .0
            .all(name)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect();
        (!values.is_empty()).then_some(values)
    }

    /// A number in decimal digits only; one too large for the type counts as unlimited.
    fn number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        let Some(text) = self.0.first(name).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Some(text.parse().unwrap_or(u64::MAX)))
        } else {
            Err(invalid(
                name,
                format!(
                    "{name} is \"{}\"; it takes decimal digits only",
                    excerpt(text)
                ),
            ))
        }
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.0.first(name).unwrap_or_default() {
            "" => Ok(None),
            "true" => Ok(Some(true)),
            "false" => Ok(Some(false)),
            other => Err(invalid(
                name,
                format!("{name} is \"{}\"; it takes true or false", excerpt(other)),
            )),
        }
    }

    fn choice<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        words: &str,
    ) -> Result<Option<T>, ApiError> {
        match self.0.first(name).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => parse(text)
                .map(Some)
                .ok_or_else(|| invalid(name, choice_explained(name, text, words))),
        }
    }

    /// `limit`, then `offset`. Inferred: 0 counts as absent, as the documents say for groups.
    fn window(&self, default: RowLimit, max: u64) -> Result<Window, ApiError> {
        let limit = match self.number("limit")? {
            None | Some(0) => default,
            Some(rows) if rows <= max => RowLimit::Rows(rows),
            Some(rows) => {
                return Err(invalid(
                    "limit",
                    format!("limit is {rows}; it takes up to {max}"),
                ));
            }
        };
        let offset = self.number("offset")?.unwrap_or(0);
        Ok(Window { offset, limit })
    }
}

fn choice_explained(name: &str, found: &str, words: &str) -> String {
    format!("{name} is \"{}\"; it takes {words}", excerpt(found))
}

/// The members of a JSON body. Inferred: null counts as absent, and unknown members are ignored.
pub(crate) struct Body(Map<String, Value>);

impl Body {
    /// The body of a call that requires one.
    pub(crate) fn required(call: &Call<'_>) -> Result<Self, ApiError> {
        match call.json_object() {
            Ok(Some(object)) => Ok(Self(object)),
            Ok(None) => Err(errors::BODY_EMPTY.raise()),
            Err(cause) => Err(errors::BODY_INVALID.raise().because(cause.0)),
        }
    }

    /// The body of a call that may omit it, which is the same as `{}`.
    pub(crate) fn optional(call: &Call<'_>) -> Result<Self, ApiError> {
        if call.request.body.is_empty() {
            return Ok(Self(Map::new()));
        }
        Self::required(call)
    }

    /// A string with a limited number of characters.
    fn text(&self, name: &str, length: RangeInclusive<usize>) -> Result<Option<&str>, ApiError> {
        let Some(value) = member(&self.0, name) else {
            return Ok(None);
        };
        let Some(text) = value.as_str() else {
            return Err(invalid(name, wrong_type(name, value, "a string")));
        };
        let characters = text.chars().count();
        if length.contains(&characters) {
            Ok(Some(text))
        } else {
            Err(invalid(
                name,
                format!(
                    "{name} has {characters} characters; it takes {} to {}",
                    length.start(),
                    length.end()
                ),
            ))
        }
    }

    /// A string of any length.
    fn any_text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        self.text(name, 0..=usize::MAX)
    }

    fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        member(&self.0, name)
            .map(|value| {
                value
                    .as_bool()
                    .ok_or_else(|| invalid(name, wrong_type(name, value, "true or false")))
            })
            .transpose()
    }

    fn choice<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        words: &str,
    ) -> Result<Option<T>, ApiError> {
        let Some(value) = member(&self.0, name) else {
            return Ok(None);
        };
        let found = value.as_str().and_then(parse);
        found
            .map(Some)
            .ok_or_else(|| invalid(name, wrong_type(name, value, words)))
    }

    /// An array with a limited number of items.
    fn array(
        &self,
        name: &str,
        length: RangeInclusive<usize>,
    ) -> Result<Option<&[Value]>, ApiError> {
        let Some(value) = member(&self.0, name) else {
            return Ok(None);
        };
        let Some(items) = value.as_array() else {
            return Err(invalid(name, wrong_type(name, value, "an array")));
        };
        if length.contains(&items.len()) {
            Ok(Some(items))
        } else {
            Err(invalid(
                name,
                format!(
                    "{name} has {} items; it takes {} to {}",
                    items.len(),
                    length.start(),
                    length.end()
                ),
            ))
        }
    }

    /// An array with a limited number of strings.
    fn texts(
        &self,
        name: &str,
        length: RangeInclusive<usize>,
    ) -> Result<Option<Vec<String>>, ApiError> {
        let Some(items) = self.array(name, length)? else {
            return Ok(None);
        };
        let texts = items
            .iter()
            .map(|item| text_of(name, item).map(str::to_owned));
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// The ids of a batch: read one by one, so that the first invalid one determines the error.
    fn batch(
        &self,
        name: &'static str,
        max: usize,
    ) -> Result<impl Iterator<Item = Result<&str, ApiError>>, ApiError> {
        let ids = required(name, self.array(name, 1..=max)?)?;
        Ok(ids.iter().map(move |id| text_of(name, id)))
    }
}

/// An item of an array of strings.
fn text_of<'a>(name: &str, item: &'a Value) -> Result<&'a str, ApiError> {
    item.as_str()
        .ok_or_else(|| invalid(name, wrong_type(name, item, "strings")))
}

/// The value of a required member.
fn required<T>(name: &str, value: Option<T>) -> Result<T, ApiError> {
    value.ok_or_else(|| invalid(name, format!("{name} is missing; it is required")))
}

fn wrong_type(name: &str, found: &Value, wanted: &str) -> String {
    format!("{name} is {}; it takes {wanted}", excerpt(found))
}
