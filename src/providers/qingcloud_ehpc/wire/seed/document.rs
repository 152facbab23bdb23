//! The members of a seed document, each with its rule.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::providers::qingcloud_ehpc::model;
use crate::signing::{parse_extended_time, without_fraction};

/// The types of a cluster.
pub(crate) const CLUSTER_TYPES: &[&str] = &["hpc", "ehpc"];
/// The states of a cluster.
pub(crate) const CLUSTER_STATUSES: &[&str] = &["pending", "active", "stopped", "suspended"];
/// The charge modes of a cluster.
const PAID_TYPES: &[&str] = &["PayForUsed", "Reserved"];
/// The states of a job.
pub(crate) const JOB_STATUSES: &[&str] = &["pending", "successful", "failed"];
/// The roles of a user.
const ROLES: &[&str] = &["boss", "admin", "member"];
/// The maximum length of a name in a seed.
const LONGEST_NAME: usize = 255;

/// This provider's part of a seed document. `action`, `ret_code` and the like are parts of a pasted answer: the rows count.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    #[serde(default)]
    pub(super) cluster_set: Vec<SeedCluster>,
    #[serde(default)]
    pub(super) users_set: Vec<SeedUser>,
    /// The same list under its other name.
    #[serde(default)]
    pub(super) user_set: Vec<SeedUser>,
    #[serde(default)]
    pub(super) job_set: Vec<SeedJob>,
    /// The zones that the account may use, replacing those of an earlier document. Inferred: an empty list means any.
    pub(super) zones: Option<Vec<Zone>>,
    #[serde(rename = "action", default)]
    _action: IgnoredAny,
    #[serde(rename = "data", default)]
    _data: IgnoredAny,
    #[serde(rename = "ret_code", default)]
    _ret_code: IgnoredAny,
    #[serde(rename = "total_count", default)]
    _total_count: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedCluster {
    pub(super) cluster_id: ClusterId,
    pub(super) cluster_name: Option<Name>,
    pub(super) cluster_status: Option<ClusterStatus>,
    pub(super) cluster_type: Option<ClusterType>,
    pub(super) create_time: Option<Seconds>,
    pub(super) description: Option<String>,
    pub(super) nas_mount_point: Option<AbsolutePath>,
    pub(super) paid_type: Option<PaidType>,
    pub(super) total_node_count: Option<u32>,
    pub(super) app_cluster_id: Option<String>,
    pub(super) nas_id: Option<String>,
    pub(super) nas_path: Option<String>,
    pub(super) nas_shared_path: Option<String>,
    pub(super) cluster_sw: Option<Vec<model::Software>>,
    pub(super) cpu_hours: Option<Hours>,
    pub(super) mem_hours: Option<Hours>,
    pub(super) deleted_job_count: Option<u32>,
    pub(super) finished_job_count: Option<u32>,
    pub(super) pending_job_count: Option<u32>,
    pub(super) running_job_count: Option<u32>,
    pub(super) stopped_job_count: Option<u32>,
    pub(super) project_info: Option<SeedProjectInfo>,
    pub(super) scheduler_type: Option<String>,
    pub(super) owner: Option<AccountId>,
    #[serde(rename = "$delete", default)]
    pub(super) delete: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedProjectInfo {
    pub(super) project_role: Option<String>,
    pub(super) shared_status: Option<String>,
}

/// A number of hours from 0.
#[derive(Deserialize)]
#[serde(try_from = "f64")]
pub(super) struct Hours(pub(super) f64);

impl TryFrom<f64> for Hours {
    type Error = String;

    fn try_from(hours: f64) -> Result<Self, String> {
        if hours.is_finite() && 0.0 <= hours {
            Ok(Self(hours))
        } else {
            Err("this is a number of hours from 0".to_owned())
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedUser {
    pub(super) cluster_id: ClusterId,
    pub(super) username: Name,
    pub(super) create_time: Option<Seconds>,
    pub(super) gid_number: Option<Number>,
    pub(super) hpcuser_id: Option<HpcuserId>,
    /// The outer `Option` is whether it is present, the inner whether it is null.
    #[serde(default, deserialize_with = "is_there")]
    pub(super) r#mod: Option<Option<Mode>>,
    pub(super) nas_mount_point: Option<AbsolutePath>,
    pub(super) role: Option<Role>,
    pub(super) uid_number: Option<Number>,
    pub(super) update_time: Option<Seconds>,
    pub(super) user_id: Option<AccountId>,
    #[serde(rename = "$delete", default)]
    pub(super) delete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedJob {
    pub(super) job_id: JobId,
    #[serde(default)]
    pub(super) action_describe: String,
    pub(super) create_time: Option<Seconds>,
    #[serde(default)]
    pub(super) error_codes: String,
    #[serde(default)]
    pub(super) job_action: String,
    pub(super) owner: Option<AccountId>,
    pub(super) resource_ids: Option<ResourceIds>,
    pub(super) status: Option<JobStatus>,
    pub(super) status_time: Option<Seconds>,
    pub(super) submitter: Option<String>,
    pub(super) task_count: Option<u32>,
    #[serde(rename = "$delete", default)]
    pub(super) delete: bool,
}

fn is_there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A string that is validated when it is read.
macro_rules! ruled_text {
    ($($name:ident: $valid:expr, $rule:expr;)*) => {
        $(
            #[derive(Deserialize)]
            #[serde(try_from = "String")]
            pub(super) struct $name(pub(super) String);

            impl TryFrom<String> for $name {
                type Error = String;

                fn try_from(text: String) -> Result<Self, String> {
                    let valid: fn(&str) -> bool = $valid;
                    if valid(&text) { Ok(Self(text)) } else { Err(format!("this is {}", $rule)) }
                }
            }

            impl AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    &self.0
                }
            }
        )*
    };
}

ruled_text! {
    ClusterId: is_cluster_id, "hpc- or ehpc- and 8 of a-z0-9, as hpc-qig9xu97";
    HpcuserId: |text| is_id(text, "hpcuser-", 8..=8, is_lower), "hpcuser- and 8 of a-z0-9, as hpcuser-8a310ir1";
    AccountId: |text| is_id(text, "usr-", 8..=8, |byte| byte.is_ascii_alphanumeric()), "usr- and 8 letters or digits, as usr-vceaHsJu";
    JobId: |text| is_id(text, "j-", 8..=12, is_lower), "j- and 8 to 12 of a-z0-9, as j-2awn7xwq815";
    Zone: |text| !text.is_empty(), "a zone, as jn1a";
    Name: |text| (1..=LONGEST_NAME).contains(&text.chars().count()), "1 to 255 characters";
    AbsolutePath: |text| text.starts_with('/'), "an absolute path, as /public/shanhe/s0723";
    Mode: is_mode, "null or three octal digits, as \"700\"";
    Number: is_number, "a string of digits, at most \"4294967295\"";
    ResourceIds: |text| text.split(' ').all(|id| !id.is_empty()) || text.is_empty(), "ids with single spaces between them";
    Role: |text| ROLES.contains(&text), one_of(ROLES);
    ClusterType: |text| CLUSTER_TYPES.contains(&text), one_of(CLUSTER_TYPES);
    ClusterStatus: |text| CLUSTER_STATUSES.contains(&text), one_of(CLUSTER_STATUSES);
    PaidType: |text| PAID_TYPES.contains(&text), one_of(PAID_TYPES);
    JobStatus: |text| JOB_STATUSES.contains(&text), one_of(JOB_STATUSES);
}

/// A time in whole seconds. Times from programs have a fraction, which is cut off.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Seconds(pub(super) String);

impl TryFrom<String> for Seconds {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        without_fraction(&text)
            .map(|(bare, _)| bare.into_owned())
            .filter(|bare| parse_extended_time(bare).is_some())
            .map(Self)
            .ok_or_else(|| "this is a UTC time in seconds, as 2021-08-17T09:12:40Z".to_owned())
    }
}

impl AsRef<str> for Seconds {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Number {
    pub(super) fn value(&self) -> i64 {
        self.0.parse().expect("it was read as a number before")
    }
}

fn one_of(values: &[&str]) -> String {
    format!("one of {}", values.join(", "))
}

fn is_cluster_id(text: &str) -> bool {
    is_id(
        text.strip_prefix('e').unwrap_or(text),
        "hpc-",
        8..=8,
        is_lower,
    )
}

fn is_id(
    text: &str,
    prefix: &str,
    mut length: std::ops::RangeInclusive<usize>,
    allowed: fn(&u8) -> bool,
) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        rest.as_bytes().iter().all(allowed) && length.any(|length| length == rest.len())
    })
}

const fn is_lower(byte: &u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// A number in its printed form: no sign, and no leading zero.
fn is_number(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain && (text == "0" || !text.starts_with('0')) && text.parse::<u32>().is_ok()
}

/// The mode of a home directory.
pub(crate) fn is_mode(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte))
}
