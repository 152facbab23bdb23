//! Parameters in, answers out: everything of a call that has a JSON name. Seed documents are read in `seed.rs`.

pub(super) mod seed;

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::errors;
use super::model::{
    self, ClusterFilter, ClusterKey, JobFilter, Order, Software, UserFilter, UserKey,
};
use crate::namespace::clock::Time;
use crate::provider::call::{Call, Params, Reply};
use crate::provider::error::{ApiError, Refusal};
use crate::provider::text;
use crate::signing::qingcloud;
use crate::store::page::{Page, Window};

/// The content type of every answer, without a charset: the Go SDK compares the whole header.
const JSON: &str = "application/json";
/// How many rows a page has when nobody asks.
const DEFAULT_LIMIT: u64 = 10;
/// The most rows that a page has, whatever is asked for.
const HIGHEST_LIMIT: u64 = 100;
/// Inferred: the most characters of a value that a message repeats. A body may hold megabytes.
const LONGEST_ECHO: usize = 100;

/// The parameters of a call, wherever they travel.
pub(crate) struct Parameters<'a> {
    query: &'a Params,
    body: Body<'a>,
}

/// When a call was signed.
pub(crate) struct Timestamp<'a> {
    /// As sent: the refusal of one that is too old repeats it.
    pub(crate) text: &'a str,
    pub(crate) moment: Time,
}

enum Body<'a> {
    /// A GET has none; what it carries all the same is not looked at.
    None,
    /// The IaaS SDK's way: everything in the body, the common parameters included.
    Form(&'a Params),
    /// The documented way: the operation's parameters in the body, the common ones in the query.
    Object(Map<String, Value>),
}

impl<'a> Parameters<'a> {
    /// Reads the body of a POST.
    ///
    /// Inferred: of what is called a form, and curl calls everything so, only that is one which looks like it.
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

    /// A common parameter: out of the query, or else the form.
    fn common(&self, name: &str) -> Option<&str> {
        given(self.query, name).or(match self.body {
            Body::Form(form) => given(form, name),
            Body::None | Body::Object(_) => None,
        })
    }

    /// `timestamp`, or the `time_stamp` of the IaaS SDK. Off or not, a call has to have one.
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

    /// `zone`: query first, then the body.
    pub(crate) fn zone(&self) -> Result<&str, ApiError> {
        match self.common("zone") {
            Some(zone) => Ok(zone),
            None => self.required("zone"),
        }
    }

    /// A parameter of a read, out of the query.
    fn filter(&self, name: &str) -> Option<String> {
        given(self.query, name).map(str::to_owned)
    }

    /// A filter that takes only certain values.
    fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<String>, ApiError> {
        match given(self.query, name) {
            Some(value) if !choices.contains(&value) => Err(errors::ILLEGAL_VALUE
                .with_all(&[&name, &echo(value)])
                .because(format!("{name} takes {}", choices.join(", ")))),
            value => Ok(value.map(str::to_owned)),
        }
    }

    /// A parameter of a write, out of the body: nothing where it is absent, null or empty.
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

    /// A number, in digits; more digits than fit are the highest number there is.
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

    /// Inferred: ascending unless `reverse` asks for the opposite.
    fn order(&self) -> Result<Order, ApiError> {
        Ok(if self.switch("reverse")? {
            Order::Descending
        } else {
            Order::Ascending
        })
    }

    /// What `sort_key` names; the first of the keys where there is none.
    fn sort_key<K: Copy + Default>(&self, keys: &[(&str, K)]) -> Result<K, ApiError> {
        let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
        let chosen = self.choice("sort_key", &names)?;
        Ok(keys
            .iter()
            .find(|(name, _)| Some(*name) == chosen.as_deref())
            .map_or_else(K::default, |(_, key)| *key))
    }

    /// A moment to filter by, and whether it is within a second: what is listed has whole ones.
    fn time_filter(&self, name: &str) -> Result<Option<(String, bool)>, ApiError> {
        given(self.query, name)
            .map(|text| {
                let (seconds, nanos) = instant(text)?;
                Ok((Time::from_seconds(seconds).rfc3339_seconds(), 0 < nanos))
            })
            .transpose()
    }

    /// Ids with commas or spaces between them, or numbered as the IaaS SDK numbers a list (`jobs.1`, `jobs.2`).
    ///
    /// Inferred: the document says string, and names the parameter in the plural.
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

/// A form is empty or has a `=` in it, and begins with none of the characters that JSON begins with where it may hold one.
fn looks_like_a_form(body: &[u8]) -> bool {
    match body.trim_ascii_start() {
        [] => true,
        [b'{' | b'[' | b'"', ..] => false,
        body => body.contains(&b'='),
    }
}

/// Inferred: of a repeated parameter the last counts, and an empty one is none.
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

/// A value as a message repeats it.
pub(crate) fn echo(value: &str) -> &str {
    text::beginning(value, LONGEST_ECHO)
}

/// A moment as clients write it, in seconds since 1970 and nanoseconds: `2026-01-02T03:04:05Z`. The documents print
/// `2022-4-11T14:40:45Z` too. Inferred: a fraction may follow, as `new Date().toISOString()` writes it.
fn instant(text: &str) -> Result<(i64, u32), ApiError> {
    qingcloud::parse_instant(text).ok_or_else(|| {
        errors::ILLEGAL_TIMESTAMP.with(echo(text)).because(
            "times are UTC and look like 2026-01-02T03:04:05Z; a fraction has 1 to 9 digits",
        )
    })
}

/// What HpcUserListUsers is asked for.
pub(crate) struct ListUsers {
    pub(crate) filter: UserFilter,
    pub(crate) order: (UserKey, Order),
    pub(crate) window: Window,
}

/// Inferred: which keys the list of users knows; the SDK has the parameter.
const USER_KEYS: &[(&str, UserKey)] = &[
    ("create_time", UserKey::CreateTime),
    ("username", UserKey::Username),
];

/// Inferred: which keys the list of clusters knows; the page names the parameter.
const CLUSTER_KEYS: &[(&str, ClusterKey)] = &[
    ("create_time", ClusterKey::CreateTime),
    ("cluster_id", ClusterKey::ClusterId),
    ("cluster_name", ClusterKey::ClusterName),
    ("cluster_status", ClusterKey::ClusterStatus),
    ("cluster_type", ClusterKey::ClusterType),
];

/// What `shared_status` takes: the two of the page, and the two more that the SDK knows.
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

/// What HpcClusterListCluster is asked for.
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
            // Inferred: the document requires it, a call without it gets every owner's.
            owner: parameters.filter("owner"),
            cluster_id: parameters.filter("cluster_id"),
            cluster_type: parameters.choice("cluster_type", seed::CLUSTER_TYPES)?,
            status: parameters.choice("status", seed::CLUSTER_STATUSES)?,
            // Inferred: equal to what the row's project_info says.
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

/// What HpcOperationListOperation is asked for.
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

/// What HpcUserAddUser is asked for. The password is checked and forgotten.
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

/// Whom HpcUserDeleteUser and HpcUserModifyUser are about.
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

/// Whose password HpcUserModifyUser sets; the password itself is checked and forgotten.
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

/// Inferred: one alphabet for both operations ($ is printed on one of the two pages only), and no class of character is
/// required: the official sample has no digit, whatever the text says.
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

/// A number that travels as a string of digits.
struct Digits(i64);

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A user: exactly these eleven fields, always all of them, in the order of the document's example.
#[derive(Serialize)]
struct User {
    cluster_id: String,
    create_time: String,
    gid_number: Digits,
    hpcuser_id: String,
    r#mod: Option<String>,
    nas_mount_point: String,
    role: String,
    uid_number: Digits,
    update_time: String,
    user_id: String,
    username: String,
}

impl From<model::User> for User {
    fn from(user: model::User) -> Self {
        Self {
            cluster_id: user.cluster_id,
            create_time: user.create_time,
            gid_number: Digits(user.gid_number),
            hpcuser_id: user.hpcuser_id,
            r#mod: user.r#mod,
            nas_mount_point: user.nas_mount_point,
            role: user.role,
            uid_number: Digits(user.uid_number),
            update_time: user.update_time,
            user_id: user.user_id,
            username: user.username,
        }
    }
}

/// The answer of HpcUserListUsers. The document's table says `user_set`, its example `users_set`.
#[derive(Serialize)]
struct UserList<'a> {
    action: &'static str,
    ret_code: u16,
    total_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_set: Option<&'a [User]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    users_set: Option<&'a [User]>,
}

/// The answer of a list that was encoded before.
pub(crate) fn list(body: Bytes) -> Reply {
    Reply::new(200, JSON, body)
}

/// Encodes the answer of HpcUserListUsers; `list_key` is the value of the quirk.
pub(crate) fn user_list(page: Page<model::User>, list_key: &str) -> serde_json::Result<Vec<u8>> {
    let users: Vec<User> = page.rows.into_iter().map(User::from).collect();
    let users = users.as_slice();
    serde_json::to_vec(&UserList {
        action: "HpcUserListUsersResponse",
        ret_code: 0,
        total_count: page.total,
        user_set: (list_key != "users_set").then_some(users),
        users_set: (list_key != "user_set").then_some(users),
    })
}

/// A number of hours: no fraction is written where there is none, as in the documents.
struct Hours(f64);

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Up to here a float holds every whole number.
        const WHOLE: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < WHOLE {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// What a cluster's project is to the caller.
#[derive(Serialize)]
struct ProjectInfo {
    project_role: String,
    shared_status: String,
}

/// A cluster: always these twenty-three fields. Inferred: flat; in the document's example they are all inside of an object
/// called app_cluster, which its table has beside them.
#[derive(Serialize)]
struct Cluster {
    app_cluster_id: String,
    cluster_id: String,
    cluster_name: String,
    cluster_status: String,
    cluster_sw: Vec<Software>,
    cluster_type: String,
    cpu_hours: Hours,
    create_time: String,
    deleted_job_count: i64,
    /// A single space where nobody wrote one.
    description: String,
    finished_job_count: i64,
    mem_hours: Hours,
    nas_id: String,
    nas_mount_point: String,
    nas_path: String,
    nas_shared_path: String,
    paid_type: String,
    pending_job_count: i64,
    project_info: ProjectInfo,
    running_job_count: i64,
    scheduler_type: String,
    stopped_job_count: i64,
    total_node_count: i64,
}

impl From<model::Cluster> for Cluster {
    /// Inferred: what a seed leaves out is as in the document's sample, where it follows from the id and the mount point.
    fn from(cluster: model::Cluster) -> Self {
        let mount_point = &cluster.nas_mount_point;
        let (_, number) = cluster
            .cluster_id
            .split_once('-')
            .unwrap_or(("", &cluster.cluster_id));
        let exported = mount_point
            .strip_prefix("/public")
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
            .unwrap_or(mount_point);
        let last = mount_point.trim_end_matches('/').rsplit('/').next();
        Self {
            app_cluster_id: cluster
                .app_cluster_id
                .unwrap_or_else(|| format!("cl-{number}")),
            nas_id: cluster.nas_id.unwrap_or_else(|| number.to_owned()),
            nas_path: cluster
                .nas_path
                .unwrap_or_else(|| format!("10.0.0.7@o2ib:/lustrefs{exported}")),
            nas_shared_path: cluster
                .nas_shared_path
                .unwrap_or_else(|| format!("/{}", last.unwrap_or_default())),
            cluster_id: cluster.cluster_id,
            cluster_name: cluster.cluster_name,
            cluster_status: cluster.cluster_status,
            cluster_sw: cluster.cluster_sw,
            cluster_type: cluster.cluster_type,
            cpu_hours: Hours(cluster.cpu_hours),
            create_time: cluster.create_time,
            deleted_job_count: cluster.job_counts.deleted,
            description: cluster.description,
            finished_job_count: cluster.job_counts.finished,
            mem_hours: Hours(cluster.mem_hours),
            nas_mount_point: cluster.nas_mount_point,
            paid_type: cluster.paid_type,
            pending_job_count: cluster.job_counts.pending,
            project_info: ProjectInfo {
                project_role: cluster.project_role,
                shared_status: cluster.shared_status,
            },
            running_job_count: cluster.job_counts.running,
            scheduler_type: cluster.scheduler_type,
            stopped_job_count: cluster.job_counts.stopped,
            total_node_count: cluster.total_node_count,
        }
    }
}

/// The answer of HpcClusterListCluster.
#[derive(Serialize)]
struct ClusterList {
    action: &'static str,
    cluster_set: Vec<Cluster>,
    ret_code: u16,
    total_count: u64,
}

/// Encodes the answer of HpcClusterListCluster.
pub(crate) fn cluster_list(page: Page<model::Cluster>) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&ClusterList {
        action: "HpcClusterListClusterResponse",
        cluster_set: page.rows.into_iter().map(Cluster::from).collect(),
        ret_code: 0,
        total_count: page.total,
    })
}

/// An entry of the job log.
#[derive(Serialize)]
struct Job {
    action_describe: String,
    create_time: String,
    error_codes: String,
    /// The operation's response action without its last word.
    job_action: String,
    job_id: String,
    owner: String,
    /// One string, with spaces between the ids.
    resource_ids: String,
    status: String,
    status_time: String,
    submitter: String,
    task_count: Option<i64>,
}

impl From<model::Job> for Job {
    fn from(job: model::Job) -> Self {
        Self {
            action_describe: job.action_describe,
            create_time: job.create_time,
            error_codes: job.error_codes,
            job_action: job.job_action,
            job_id: job.job_id,
            owner: job.owner,
            resource_ids: job.resource_ids,
            status: job.status,
            status_time: job.status_time,
            submitter: job.submitter,
            task_count: job.task_count,
        }
    }
}

/// The answer of HpcOperationListOperation.
#[derive(Serialize)]
struct JobList {
    action: &'static str,
    /// Always empty.
    data: Map<String, Value>,
    job_set: Vec<Job>,
    ret_code: u16,
    total_count: u64,
}

/// Encodes the answer of HpcOperationListOperation.
pub(crate) fn job_list(page: Page<model::Job>) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&JobList {
        action: "HpcOperationListOperationResponse",
        data: Map::new(),
        job_set: page.rows.into_iter().map(Job::from).collect(),
        ret_code: 0,
        total_count: page.total,
    })
}

/// The answer of a write; a delayed one names its job.
#[derive(Serialize)]
struct Done<'a> {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_id: Option<&'a str>,
    ret_code: u16,
}

pub(crate) fn done(action: &'static str, job: Option<&model::Job>) -> Result<Reply, ApiError> {
    Reply::json(
        JSON,
        &Done {
            action,
            job_id: job.map(|job| job.job_id.as_str()),
            ret_code: 0,
        },
    )
}

/// The error envelope: two keys, `message` first, no `action`.
#[derive(Serialize)]
struct Failure<'a> {
    message: &'a str,
    ret_code: i64,
}

/// The answer as it goes out. No header names the request: none is documented.
pub(crate) fn envelope(verdict: Result<Reply, Refusal>) -> Reply {
    verdict.unwrap_or_else(|refusal| {
        let body = Failure {
            message: &refusal.message,
            ret_code: refusal
                .entry
                .number
                .expect("every row of this table has its ret_code"),
        };
        let body = serde_json::to_vec(&body).expect("a text and a number become JSON");
        let reply = Reply::new(refusal.entry.status, JSON, body);
        refusal
            .headers
            .iter()
            .fold(reply, |reply, (name, value)| reply.header(name, value))
    })
}
