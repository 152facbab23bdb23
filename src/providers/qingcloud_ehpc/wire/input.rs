//! Parameters: where they are, what each operation expects, and which are refused.

use serde_json::{Map, Value};

use super::seed;
use crate::namespace::clock::Time;
use crate::provider::call::{Call, Params};
use crate::provider::error::ApiError;
use crate::provider::text;
use crate::providers::qingcloud_ehpc::errors;
use crate::providers::qingcloud_ehpc::model::{
    ClusterFilter, ClusterKey, JobFilter, Order, UserFilter, UserKey,
};
use crate::signing::qingcloud;
use crate::store::page::Window;

/// How many rows a page has by default.
const DEFAULT_LIMIT: u64 = 10;
/// The maximum page size, whatever limit is requested.
const HIGHEST_LIMIT: u64 = 100;
/// Inferred: the maximum length of a value that a message repeats, in characters. A body may have megabytes.
const LONGEST_ECHO: usize = 100;

/// The parameters of a call, from all places.
pub(crate) struct Parameters<'a> {
    query: &'a Params,
    body: Body<'a>,
}

/// When a call was signed.
pub(crate) struct Timestamp<'a> {
    /// As sent: the error for a time that is too old repeats it.
    pub(crate) text: &'a str,
    pub(crate) moment: Time,
}

enum Body<'a> {
    /// A GET has none; if it has a body, that is ignored.
    None,
    /// The IaaS SDK's format: everything in the body, including the common parameters.
    Form(&'a Params),
    /// The documented format: the operation's parameters in the body, the common ones in the query.
    Object(Map<String, Value>),
}

impl<'a> Parameters<'a> {
    /// Reads the body of a POST.
    ///
    /// Inferred: of everything labelled as a form, which with curl is everything, only what looks like a form is one.
    pub(crate) fn decode(call: &'a Call<'_>) -> Result<Self, ApiError> {
        let request = call.request;
        let is_form = request
            .content_type()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            && looks_like_a_form(&request.body);
        let body = if request.method != "POST" {
            Body::None
        } else if is_form {
            Body::Form(request.form())
        } else {
            let object = call
                .json_object()
                .map_err(|cause| errors::BODY_NOT_JSON.raise().because(cause.0))?;
            Body::Object(object.ok_or_else(|| {
                let why = "the body is empty; parameters travel in it, as a JSON object";
                errors::BODY_NOT_JSON.raise().because(why)
            })?)
        };
        Ok(Self {
            query: call.query(),
            body,
        })
    }

    /// A common parameter: from the query, or else the form.
    fn common(&self, name: &str) -> Option<&str> {
        given(self.query, name).or(match self.body {
            Body::Form(form) => given(form, name),
            Body::None | Body::Object(_) => None,
        })
    }

    /// `timestamp`, or the `time_stamp` of the IaaS SDK. Required in every mode of authentication.
    pub(crate) fn timestamp(&self) -> Result<Timestamp<'_>, ApiError> {
        let text = self
            .common("timestamp")
            .or_else(|| self.common("time_stamp"))
            .ok_or_else(|| missing("timestamp"))?;
        let (seconds, nanos) = instant(text)?;
        let millis = i64::from(nanos / 1_000_000);
        let moment = Time::from_seconds(seconds).plus_millis(millis);
        Ok(Timestamp { text, moment })
    }

    /// `zone`: from the query, or else the body.
    pub(crate) fn zone(&self) -> Result<&str, ApiError> {
        match self.common("zone") {
            Some(zone) => Ok(zone),
            None => self.required("zone"),
        }
    }

    /// A parameter of a read, from the query.
    fn filter(&self, name: &str) -> Option<String> {
        given(self.query, name).map(str::to_owned)
    }

    /// A filter with a fixed set of values.
    fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<String>, ApiError> {
        match given(self.query, name) {
            Some(value) if !choices.contains(&value) => Err(errors::ILLEGAL_VALUE
                .with_all(&[&name, &echo(value)])
                .because(format!("{name} takes {}", choices.join(", ")))),
            value => Ok(value.map(str::to_owned)),
        }
    }

    /// A parameter of a write, from the body; `None` if it is absent, null or empty.
    fn body_text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        match &self.body {
            Body::None => Ok(None),
            Body::Form(form) => Ok(given(form, name)),
            Body::Object(object) => match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(text)) => {
                    Ok(Some(text.as_str()).filter(|text| !text.is_empty()))
                }
                Some(other) if name.contains("password") => {
                    Err(illegal_password(name).because(not_a_string(name, other)))
                }
                Some(other) => Err(errors::ILLEGAL_VALUE
                    .with_all(&[&name, &echo(&other.to_string())])
                    .because(not_a_string(name, other))),
            },
        }
    }

    fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.body_text(name)?.ok_or_else(|| {
            let elsewhere =
                matches!(self.body, Body::Object(_) | Body::Form(_)) && self.query.contains(name);
            let missing = missing(name);
            if elsewhere {
                missing.because(format!("{name} is in the query; it travels in the body"))
            } else {
                missing
            }
        })
    }

    fn window(&self) -> Result<Window, ApiError> {
        let limit = self.number("limit")?.unwrap_or(DEFAULT_LIMIT);
        let offset = self.number("offset")?.unwrap_or(0);
        Ok(Window::rows(offset, limit.min(HIGHEST_LIMIT)))
    }

    /// A number in digits; one that is too large counts as the maximum.
    fn number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        let Some(text) = given(self.query, name) else {
            return Ok(None);
        };
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Some(text.parse().unwrap_or(u64::MAX)))
        } else {
            Err(errors::NOT_AN_INTEGER.with(name).because(format!(
                "{name} is \"{}\"; it takes digits only",
                echo(text)
            )))
        }
    }

    /// A switch: 0 or 1.
    fn switch(&self, name: &str) -> Result<bool, ApiError> {
        match self.number(name)? {
            None | Some(0) => Ok(false),
            Some(1) => Ok(true),
            Some(other) => Err(errors::ILLEGAL_VALUE
                .with_all(&[&name, &other])
                .because(format!("{name} takes 0 or 1"))),
        }
    }

    /// Inferred: ascending unless `reverse` is set.
    fn order(&self) -> Result<Order, ApiError> {
        Ok(if self.switch("reverse")? {
            Order::Descending
        } else {
            Order::Ascending
        })
    }

    /// The key in `sort_key`; by default the first one.
    fn sort_key<K: Copy + Default>(&self, keys: &[(&str, K)]) -> Result<K, ApiError> {
        let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
        let chosen = self.choice("sort_key", &names)?;
        Ok(keys
            .iter()
            .find(|(name, _)| Some(*name) == chosen.as_deref())
            .map_or_else(K::default, |(_, key)| *key))
    }

    /// A time in a filter, and whether it is within a second: the listed times are whole seconds.
    fn time_filter(&self, name: &str) -> Result<Option<(String, bool)>, ApiError> {
        given(self.query, name)
            .map(|text| {
                let (seconds, nanos) = instant(text)?;
                Ok((Time::from_seconds(seconds).rfc3339_seconds(), 0 < nanos))
            })
            .transpose()
    }

    /// Ids, separated by commas or spaces, or numbered as in the IaaS SDK's lists (`jobs.1`, `jobs.2`).
    ///
    /// Inferred: the document says string, but names the parameter in the plural.
    fn ids(&self, name: &str) -> Vec<String> {
        let is_ours = |key: &str| {
            key.strip_prefix(name).is_some_and(|rest| {
                rest.is_empty()
                    || rest
                        .strip_prefix('.')
                        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
            })
        };
        self.query
            .iter()
            .filter(|(key, _)| is_ours(key))
            .flat_map(|(_, value)| value.split([',', ' ']))
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

/// A form is empty, or contains a `=` and does not begin like a JSON document.
fn looks_like_a_form(body: &[u8]) -> bool {
    match body.trim_ascii_start() {
        [] => true,
        [b'{' | b'[' | b'"', ..] => false,
        body => body.contains(&b'='),
    }
}

/// Inferred: the last of repeated parameters counts, and an empty one counts as absent.
pub(crate) fn given<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    params.last(name).filter(|value| !value.is_empty())
}

fn missing(name: &str) -> ApiError {
    errors::MISSING_PARAMETER.with(name)
}

fn illegal_password(name: &str) -> ApiError {
    errors::ILLEGAL_PASSWORD.with(name)
}

fn not_a_string(name: &str, value: &Value) -> String {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    format!("{name} is {kind}; it takes a string")
}

/// A value in the form in which messages repeat it.
pub(crate) fn echo(value: &str) -> &str {
    text::beginning(value, LONGEST_ECHO)
}

/// A time from a client, as seconds since 1970 and nanoseconds: `2026-01-02T03:04:05Z`. The documents also have
/// `2022-4-11T14:40:45Z`. Inferred: a fraction is allowed, as `new Date().toISOString()` writes it.
fn instant(text: &str) -> Result<(i64, u32), ApiError> {
    qingcloud::parse_instant(text).ok_or_else(|| {
        errors::ILLEGAL_TIMESTAMP.with(echo(text)).because(
            "times are UTC and look like 2026-01-02T03:04:05Z; a fraction has 1 to 9 digits",
        )
    })
}

/// The parameters of HpcUserListUsers.
pub(crate) struct ListUsers {
    pub(crate) filter: UserFilter,
    pub(crate) order: (UserKey, Order),
    pub(crate) window: Window,
}

/// Inferred: the sort keys of the list of users; the SDK has the parameter.
const USER_KEYS: &[(&str, UserKey)] = &[
    ("create_time", UserKey::CreateTime),
    ("username", UserKey::Username),
];

/// Inferred: the sort keys of the list of clusters; the documentation names the parameter.
const CLUSTER_KEYS: &[(&str, ClusterKey)] = &[
    ("create_time", ClusterKey::CreateTime),
    ("cluster_id", ClusterKey::ClusterId),
    ("cluster_name", ClusterKey::ClusterName),
    ("cluster_status", ClusterKey::ClusterStatus),
    ("cluster_type", ClusterKey::ClusterType),
];

/// The values of `shared_status`: two from the documentation, and two more from the SDK.
const SHARED_STATUSES: &[&str] = &["shared", "not_shared", "shared_owner", "shared_member"];

impl ListUsers {
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let parameters = Parameters::decode(call)?;
        Ok(Self {
            filter: UserFilter {
                cluster_id: parameters.filter("cluster_id"),
                user_id: parameters.filter("user_id"),
                search_word: parameters.filter("search_word"),
            },
            window: parameters.window()?,
            order: (parameters.sort_key(USER_KEYS)?, parameters.order()?),
        })
    }
}

/// The parameters of HpcClusterListCluster.
#[derive(Hash)]
pub(crate) struct ListCluster {
    pub(crate) filter: ClusterFilter,
    pub(crate) order: (ClusterKey, Order),
    pub(crate) window: Window,
}

impl ListCluster {
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let parameters = Parameters::decode(call)?;
        let filter = ClusterFilter {
            // Inferred: the document requires it; a call without it gets the clusters of all owners.
            owner: parameters.filter("owner"),
            cluster_id: parameters.filter("cluster_id"),
            cluster_type: parameters.choice("cluster_type", seed::CLUSTER_TYPES)?,
            status: parameters.choice("status", seed::CLUSTER_STATUSES)?,
            // Inferred: compared with the row's project_info.
            shared_status: parameters.choice("shared_status", SHARED_STATUSES)?,
            search_word: parameters.filter("search_word"),
        };
        let window = parameters.window()?;
        let order = (parameters.sort_key(CLUSTER_KEYS)?, parameters.order()?);
        parameters.switch("verbose")?;
        Ok(Self {
            filter,
            order,
            window,
        })
    }
}

/// The parameters of HpcOperationListOperation.
#[derive(Hash)]
pub(crate) struct ListOperation {
    pub(crate) filter: JobFilter,
    pub(crate) order: Order,
    pub(crate) window: Window,
}

impl ListOperation {
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let parameters = Parameters::decode(call)?;
        let start = parameters.time_filter("start_time")?;
        let (start_time, after) = match start {
            Some((second, true)) => (None, Some(second)),
            start => (start.map(|(second, _)| second), None),
        };
        let filter = JobFilter {
            job_ids: parameters.ids("job_ids"),
            jobs: parameters.ids("jobs"),
            status: parameters.choice("status", seed::JOB_STATUSES)?,
            job_action: parameters.filter("job_action"),
            action_describe: parameters.filter("action_describe"),
            resource_ids: parameters.ids("resource_ids"),
            owner: parameters.filter("owner"),
            search_word: parameters.filter("search_word"),
            start_time,
            after,
            end_time: parameters
                .time_filter("end_time")?
                .map(|(second, _)| second),
        };
        let window = parameters.window()?;
        let order = parameters.order()?;
        parameters.number("verbose")?;
        Ok(Self {
            filter,
            order,
            window,
        })
    }
}

/// The parameters of HpcUserAddUser. The password is validated and discarded.
pub(crate) struct AddUser {
    pub(crate) cluster_id: String,
    pub(crate) username: String,
    pub(crate) r#mod: Option<String>,
}

impl AddUser {
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let parameters = Parameters::decode(call)?;
        let cluster_id = parameters.required("cluster_id")?;
        let username = parameters.required("username")?;
        if !is_addable_name(username) {
            return Err(errors::ILLEGAL_VALUE
                .with_all(&[&"username", &echo(username)])
                .because("a new username is 1 to 8 letters, digits or _"));
        }
        check_password(&parameters, "password")?;
        let r#mod = parameters.body_text("mod")?;
        if let Some(text) = r#mod
            && !seed::is_mode(text)
        {
            return Err(errors::ILLEGAL_VALUE
                .with_all(&[&"mod", &echo(text)])
                .because("mod is three octal digits, as 700"));
        }
        Ok(Self {
            cluster_id: cluster_id.to_owned(),
            username: username.to_owned(),
            r#mod: r#mod.map(str::to_owned),
        })
    }
}

/// The user that HpcUserDeleteUser and HpcUserModifyUser refer to.
pub(crate) struct UserAddress {
    pub(crate) cluster_id: String,
    pub(crate) username: String,
}

impl UserAddress {
    pub(crate) fn decode(parameters: &Parameters<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            cluster_id: parameters.required("cluster_id")?.to_owned(),
            username: parameters.required("username")?.to_owned(),
        })
    }
}

/// The user whose password HpcUserModifyUser sets; the password itself is validated and discarded.
pub(crate) fn decode_modify_user(call: &Call<'_>) -> Result<UserAddress, ApiError> {
    let parameters = Parameters::decode(call)?;
    let address = UserAddress::decode(&parameters)?;
    check_password(&parameters, "new_password")?;
    Ok(address)
}

fn is_addable_name(name: &str) -> bool {
    (1..=8).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Inferred: the same alphabet for both operations ($ is mentioned in the documentation of only one of them), and no
/// required character classes: the official sample has no digit, in contrast to the text.
fn check_password(parameters: &Parameters<'_>, name: &str) -> Result<(), ApiError> {
    let password = parameters.required(name)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!@#$%^&()*".contains(&byte);
    if (12..=30).contains(&password.len()) && password.bytes().all(allowed) {
        Ok(())
    } else {
        Err(illegal_password(name).because(format!(
            "{name} takes 12 to 30 letters, digits or !@#$%^&()*; this one has {} characters",
            password.chars().count()
        )))
    }
}
