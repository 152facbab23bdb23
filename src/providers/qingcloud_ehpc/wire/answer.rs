//! Answers, in the order of the documents' examples.

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::provider::call::Reply;
use crate::provider::error::{ApiError, Refusal};
use crate::providers::qingcloud_ehpc::model::{self, Software};
use crate::store::page::Page;
use crate::store::rows::EncodedRow;

/// The content type of every answer, without a charset: the Go SDK compares the whole header.
const JSON: &str = "application/json";

/// A number that travels as a string of digits.
struct Digits(i64);

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A user: always exactly these eleven fields, in the order of the document's example.
#[derive(Serialize)]
pub(super) struct User {
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
    user_set: Option<&'a [EncodedRow]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    users_set: Option<&'a [EncodedRow]>,
}

/// The answer of a list with rows that are already encoded.
pub(crate) fn list(body: Bytes) -> Reply {
    Reply::new(200, JSON, body)
}

/// Encodes a user of HpcUserListUsers.
pub(crate) fn listed_user(user: model::User) -> serde_json::Result<EncodedRow> {
    EncodedRow::always(&User::from(user))
}

/// Encodes the answer of HpcUserListUsers; `list_key` is the value of the quirk.
pub(crate) fn user_list(page: &Page<EncodedRow>, list_key: &str) -> serde_json::Result<Vec<u8>> {
    let users = page.rows.as_slice();
    serde_json::to_vec(&UserList {
        action: "HpcUserListUsersResponse",
        ret_code: 0,
        total_count: page.total,
        user_set: (list_key != "users_set").then_some(users),
        users_set: (list_key != "user_set").then_some(users),
    })
}

/// A number of hours, written without a fraction if it is whole, as in the documents.
struct Hours(f64);

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// Up to here, a float can represent all whole numbers.
        const WHOLE: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() < WHOLE {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// The caller's relation to a cluster's project.
#[derive(Serialize)]
struct ProjectInfo {
    project_role: String,
    shared_status: String,
}

/// A cluster: always these twenty-three fields. Inferred: flat; in the document's example they are inside an object
/// called app_cluster, which its table lists next to them.
#[derive(Serialize)]
pub(super) struct Cluster {
    app_cluster_id: String,
    cluster_id: String,
    cluster_name: String,
    cluster_status: String,
    cluster_sw: Vec<Software>,
    cluster_type: String,
    cpu_hours: Hours,
    create_time: String,
    deleted_job_count: i64,
    /// A single space if there is none.
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
    /// Inferred: the defaults are those of the document's sample, where they follow from the id and the mount point.
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
pub(super) struct Job {
    action_describe: String,
    create_time: String,
    error_codes: String,
    /// The operation's response action without the last word.
    job_action: String,
    job_id: String,
    owner: String,
    /// One string of ids separated by spaces.
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

/// The answer of a write; that of a delayed one contains a job id.
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

/// The final answer. No header identifies the request: none is documented.
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
        reply.headers_of(&refusal)
    })
}
