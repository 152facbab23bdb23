//! Version 2024-07-30: its parameters in, its answers out.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::{
    AskedPage, Id, IdStyle, PageOf, Parameters, SHORTEST_PASSWORD, Users, group, invalid_params,
    is_user_name, password,
};
use crate::provider::call::Call;
use crate::provider::error::{ApiError, ErrorEntry};
use crate::provider::json;
use crate::providers::aliyun_ehpc::errors;
use crate::providers::aliyun_ehpc::model::{self, ClusterRecord, Group};
use crate::store::page::Page;

/// The most users that one CreateUsers adds.
const MOST_CREATED: usize = 20;
/// The most users that one DeleteUsers deletes.
const MOST_DELETED: usize = 100;
/// The least characters of a password in UpdateUser, by every Chinese edition of its page and by api.aliyun.com; the
/// comments of alibabacloud-ehpc20240730 2.4.0 still say 8, as the other operations have it.
const SHORTEST_UPDATED_PASSWORD: usize = 6;
/// The most ids, and the most names, that ListClusters takes.
const MOST_FILTERS: usize = 20;

/// What ListUsers asks for.
#[derive(Debug)]
pub(crate) struct ListQuery<'a> {
    pub(crate) cluster_id: &'a str,
    page: AskedPage,
}

impl<'a> ListQuery<'a> {
    pub(crate) fn decode(call: &Call<'a>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        Ok(Self {
            cluster_id: parameters.cluster_id()?,
            page: AskedPage::decode(parameters)?,
        })
    }

    pub(crate) fn page(&self) -> Result<PageOf, ApiError> {
        self.page.within(1, 50)
    }
}

/// What CreateUsers and DeleteUsers name: a cluster, and `User`, one JSON array.
#[derive(Debug)]
pub(crate) struct UserCall<'a> {
    pub(crate) cluster_id: &'a str,
    entries: Vec<Entry>,
}

/// A user in `User`; null is as absent, and so is an empty text.
#[derive(Debug)]
struct Entry {
    user_name: Option<String>,
    group: Option<String>,
    password: Option<String>,
    auth_key: Option<String>,
}

impl Entry {
    /// The fields that are known; the name of one that is no text.
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
            .map_err(|name| invalid(format!("{name} is no text")))?;
        Ok(Self {
            cluster_id,
            entries,
        })
    }

    /// The users of CreateUsers. Inferred: the first bad entry counts, and in it UserName, Group, Password, AuthKey.
    pub(crate) fn new_users(&self) -> Result<Vec<NewUser<'_>>, ApiError> {
        self.each(MOST_CREATED, |number, entry| {
            let parameter = format!("User.{number}.UserName");
            let name = present(entry.user_name.as_ref(), &parameter)?;
            if !is_user_name(name, 1, 30) {
                return Err(invalid_params(&parameter).because(format!(
                    "{parameter} is {name:?}; a name is a letter, then letters, digits and full stops, 1 to 30 in all"
                )));
            }
            let parameter = format!("User.{number}.Group");
            let group = group(present(entry.group.as_ref(), &parameter)?, &parameter)?;
            let parameter = format!("User.{number}.Password");
            match (
                present(entry.password.as_ref(), &parameter),
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

    /// The names of DeleteUsers; any name may be asked for.
    pub(crate) fn names(&self) -> Result<Vec<&str>, ApiError> {
        self.each(MOST_DELETED, |number, entry| {
            present(entry.user_name.as_ref(), &format!("User.{number}.UserName"))
        })
    }

    fn each<'b, T>(
        &'b self,
        most: usize,
        read: impl Fn(usize, &'b Entry) -> Result<T, ApiError>,
    ) -> Result<Vec<T>, ApiError> {
        if !(1..=most).contains(&self.entries.len()) {
            return Err(invalid_params("User").because(format!(
                "User holds {} users; it takes 1 to {most}",
                self.entries.len()
            )));
        }
        (1..)
            .zip(&self.entries)
            .map(|(number, entry)| read(number, entry))
            .collect()
    }
}

fn present<'a>(value: Option<&'a String>, parameter: &str) -> Result<&'a str, ApiError> {
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

/// What UpdateUser changes.
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

    /// The group to move to, if any; the password is checked and forgotten. Inferred: one of the two has to be there.
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

/// What ListClusters asks for.
#[derive(Debug, Hash)]
pub(crate) struct ListClustersQuery {
    page: AskedPage,
    ids: Option<Vec<String>>,
    names: Option<Vec<String>>,
}

impl ListClustersQuery {
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        Ok(Self {
            ids: texts(parameters, "ClusterIds", &errors::CLUSTER_IDS_INVALID)?,
            names: texts(parameters, "ClusterNames", &errors::CLUSTER_NAMES_INVALID)?,
            page: AskedPage::decode(parameters)?,
        })
    }

    /// The page, and no more filters than it takes. The SDK documents 10 to 100 rows a page.
    pub(crate) fn page(&self) -> Result<PageOf, ApiError> {
        for (name, values) in [("ClusterIds", &self.ids), ("ClusterNames", &self.names)] {
            let many = values.as_ref().map_or(0, Vec::len);
            if MOST_FILTERS < many {
                return Err(invalid_params(name).because(format!(
                    "{name} holds {many}; it takes up to {MOST_FILTERS}"
                )));
            }
        }
        self.page.within(10, 100)
    }

    /// Whether there is a filter at all.
    pub(crate) fn filters(&self) -> bool {
        self.ids.is_some() || self.names.is_some()
    }

    /// Inferred: an empty list filters nothing, and both filters have to let a cluster through.
    pub(crate) fn lets_through(&self, cluster: &ClusterRecord) -> bool {
        let lets = |values: &Option<Vec<String>>, value: &String| {
            values
                .as_ref()
                .is_none_or(|values| values.is_empty() || values.contains(value))
        };
        lets(&self.ids, &cluster.cluster_id) && lets(&self.names, &cluster.name)
    }
}

fn texts(
    parameters: Parameters<'_>,
    name: &str,
    invalid: &'static ErrorEntry,
) -> Result<Option<Vec<String>>, ApiError> {
    let read = |text: &str| {
        json::read_as_sent(text.as_bytes()).map_err(|cause| {
            invalid
                .raise()
                .because(format!("{name} is a JSON array of texts: {cause}"))
        })
    };
    parameters.get(name).map(read).transpose()
}

/// The answer of ListUsers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListUsers {
    page_size: u32,
    /// Empty where a page is kept; [`super::Kept::answer`] fills it in.
    request_id: &'static str,
    page_number: u32,
    total_count: u64,
    users: Users<User>,
}

/// The answer of GetUser.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetUser<'a> {
    request_id: &'a str,
    user: ShownUser,
}

/// A user that is shown alone: the same fields as in a list, in another order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownUser {
    user_name: String,
    group: &'static str,
    user_id: Id,
    group_id: Id,
    add_time: String,
}

impl<'a> GetUser<'a> {
    pub(crate) fn new(call: &'a Call<'_>, user: model::User) -> Self {
        let User {
            user_name,
            add_time,
            group,
            user_id,
            group_id,
        } = User::new(user, IdStyle::of(call));
        Self {
            request_id: &call.request_id,
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
struct User {
    user_name: String,
    /// Without a fraction and a zone.
    add_time: String,
    group: &'static str,
    user_id: Id,
    group_id: Id,
}

impl User {
    fn new(user: model::User, style: IdStyle) -> Self {
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
    pub(crate) fn new(page: PageOf, style: IdStyle, users: Page<model::User>) -> Self {
        Self {
            page_size: page.size,
            request_id: "",
            page_number: page.number,
            total_count: users.total,
            users: Users {
                user_info: users
                    .rows
                    .into_iter()
                    .map(|user| User::new(user, style))
                    .collect(),
            },
        }
    }
}

/// The answer of UpdateUser.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Updated<'a> {
    request_id: &'a str,
    /// A text, not a boolean.
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

/// The answer of ListClusters.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListClusters {
    page_size: u32,
    /// As in [`ListUsers`].
    request_id: &'static str,
    /// A text here, a number in every other list (alibabacloud-ehpc20240730 2.4.0).
    page_number: String,
    total_count: u64,
    /// A bare array, unlike that of 2018-04-12.
    clusters: Vec<Cluster>,
    ehpc_version_statistics: VersionStatistics,
}

/// How many clusters there are of each generation. Inferred: all of them, whatever the page and the filters.
#[derive(Debug, Serialize)]
pub(crate) struct VersionStatistics {
    #[serde(rename = "V1Count")]
    pub(crate) v1_count: u64,
    #[serde(rename = "V2Count")]
    pub(crate) v2_count: u64,
}

impl ListClusters {
    pub(crate) fn new(
        page: PageOf,
        clusters: &Page<ClusterRecord>,
        ehpc_version_statistics: VersionStatistics,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            page_size: page.size,
            request_id: "",
            page_number: page.number.to_string(),
            total_count: clusters.total,
            clusters: clusters
                .rows
                .iter()
                .map(Cluster::of)
                .collect::<Result<_, _>>()?,
            ehpc_version_statistics,
        })
    }
}

/// A cluster as ListClusters answers it (`Clusters` in alibabacloud-ehpc20240730 2.4.0); also what a seed holds, where all
/// but the id may be left out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Cluster {
    pub(crate) cluster_id: String,
    /// Inferred: a cluster without a name is called by its id.
    #[serde(default)]
    pub(crate) cluster_name: String,
    #[serde(default = "running")]
    pub(crate) cluster_status: String,
    #[serde(default = "standard")]
    pub(crate) cluster_category: String,
    #[serde(default = "integrated")]
    pub(crate) cluster_mode: String,
    #[serde(default)]
    cluster_description: String,
    #[serde(default = "create_time")]
    pub(crate) cluster_create_time: String,
    #[serde(default = "create_time")]
    pub(crate) cluster_modify_time: String,
    #[serde(default)]
    cluster_vpc_id: String,
    #[serde(rename = "ClusterVSwitchId", default)]
    cluster_vswitch_id: String,
    #[serde(default)]
    security_group_id: String,
    #[serde(default)]
    resource_group_id: String,
    #[serde(default = "max_count")]
    max_count: u32,
    #[serde(default = "max_core_count")]
    max_core_count: u32,
    #[serde(default)]
    deletion_protection: bool,
    #[serde(default = "version")]
    ehpc_version: String,
    #[serde(default = "password_credentials")]
    cluster_credentials: Vec<String>,
    #[serde(default)]
    manager: Manager,
    #[serde(default)]
    nodes: Nodes,
    /// Counted, whatever a seed says.
    #[serde(default)]
    users: UserCounts,
    // Inferred: the place of these four, and what they are where a seed says nothing.
    #[serde(default)]
    additional_packages: Vec<AdditionalPackage>,
    #[serde(default)]
    addons: Vec<Addon>,
    #[serde(default)]
    cluster_custom_configuration: CustomConfiguration,
    /// In core hours.
    #[serde(default = "no_core_time")]
    cluster_used_core_time: Number,
    #[serde(rename = "$nextUserId", default, skip_serializing)]
    pub(crate) next_user_id: Option<u32>,
    #[serde(rename = "$delete", default, skip_serializing)]
    pub(crate) delete: bool,
}

/// The services that manage a cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Manager {
    scheduler: Service,
    directory_service: Service,
    #[serde(rename = "DNS")]
    dns: Service,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Service {
    r#type: String,
    version: String,
}

impl Default for Manager {
    fn default() -> Self {
        let service = |r#type: &str, version: &str| Service {
            r#type: r#type.to_owned(),
            version: version.to_owned(),
        };
        Self {
            scheduler: service("SLURM", "22.05.8"),
            directory_service: service("NIS", "2.31"),
            dns: service("NIS", "2.31"),
        }
    }
}

/// Software that was installed besides.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct AdditionalPackage {
    name: String,
    version: String,
}

/// A service beside the cluster, such as its web portal.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Addon {
    addon_id: String,
    description: String,
    label: String,
    name: String,
    resources_spec: AddonResources,
    services_spec: Vec<AddonService>,
    status: String,
    version: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct AddonResources {
    ecs_instance_id: String,
    eip_instance_id: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct AddonService {
    service_name: String,
    service_access_type: String,
    service_access_url: String,
}

/// A script that ran after the cluster was made.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct CustomConfiguration {
    script: String,
    args: String,
}

/// How many compute nodes are in which state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Nodes {
    abnormal_counts: u32,
    creating_counts: u32,
    running_counts: u32,
}

/// How many users are in which group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct UserCounts {
    normal_counts: u64,
    sudo_counts: u64,
}

fn no_core_time() -> Number {
    Number::from(0)
}

fn running() -> String {
    "running".to_owned()
}

fn standard() -> String {
    "Standard".to_owned()
}

fn integrated() -> String {
    "Integrated".to_owned()
}

fn create_time() -> String {
    "2024-08-06T12:43:01.000Z".to_owned()
}

const fn max_count() -> u32 {
    100
}

const fn max_core_count() -> u32 {
    10_000
}

fn version() -> String {
    "2.0.0".to_owned()
}

fn password_credentials() -> Vec<String> {
    vec!["password".to_owned()]
}

impl Cluster {
    fn of(record: &ClusterRecord) -> Result<Self, ApiError> {
        let mut cluster: Self = serde_json::from_str(&record.detail)?;
        cluster.users = UserCounts {
            normal_counts: record.user_count.saturating_sub(record.wheel_count),
            sudo_counts: record.wheel_count,
        };
        Ok(cluster)
    }
}

/// The answer of GetCluster: what ListClusters knows of the cluster, in the order of its page. Much is a text here that is
/// none there, and one name differs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetCluster<'a> {
    request_id: &'a str,
    cluster_id: String,
    cluster_name: String,
    cluster_category: String,
    max_count: String,
    max_core_count: String,
    /// `DeletionProtection` in ListClusters.
    delete_protection: String,
    resource_group_id: String,
    cluster_create_time: String,
    cluster_modify_time: String,
    cluster_vpc_id: String,
    #[serde(rename = "ClusterVSwitchId")]
    cluster_vswitch_id: String,
    security_group_id: String,
    ehpc_version: String,
    cluster_mode: String,
    cluster_status: String,
    manager: Value,
}

impl<'a> GetCluster<'a> {
    pub(crate) fn new(call: &'a Call<'_>, record: &ClusterRecord) -> Result<Self, ApiError> {
        let cluster = Cluster::of(record)?;
        let mut manager = serde_json::to_value(&cluster.manager)?;
        // Inferred: the services are in the state of their cluster.
        for service in manager
            .as_object_mut()
            .into_iter()
            .flat_map(|services| services.values_mut())
        {
            service["Status"] = Value::from(cluster.cluster_status.as_str());
        }
        Ok(Self {
            request_id: &call.request_id,
            cluster_id: cluster.cluster_id,
            cluster_name: cluster.cluster_name,
            cluster_category: cluster.cluster_category,
            max_count: cluster.max_count.to_string(),
            max_core_count: cluster.max_core_count.to_string(),
            delete_protection: cluster.deletion_protection.to_string(),
            resource_group_id: cluster.resource_group_id,
            cluster_create_time: cluster.cluster_create_time,
            cluster_modify_time: cluster.cluster_modify_time,
            cluster_vpc_id: cluster.cluster_vpc_id,
            cluster_vswitch_id: cluster.cluster_vswitch_id,
            security_group_id: cluster.security_group_id,
            ehpc_version: cluster.ehpc_version,
            cluster_mode: cluster.cluster_mode,
            cluster_status: cluster.cluster_status,
            manager,
        })
    }
}
