//! Clusters in 2024-07-30: parameters and answers.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::provider::call::Call;
use crate::provider::error::{ApiError, ErrorEntry};
use crate::provider::json;
use crate::providers::aliyun_ehpc::errors;
use crate::providers::aliyun_ehpc::model::ClusterRecord;
use crate::providers::aliyun_ehpc::wire::{PageOf, PageParams, Parameters, invalid_params};
use crate::store::page::Page;

/// The maximum number of ids, and of names, in ListClusters.
const MOST_FILTERS: usize = 20;

/// The parameters of ListClusters.
#[derive(Debug, Hash)]
pub(crate) struct ListClustersQuery {
    page: PageParams,
    ids: Option<Vec<String>>,
    names: Option<Vec<String>>,
}

impl ListClustersQuery {
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        Ok(Self {
            ids: texts(parameters, "ClusterIds", &errors::CLUSTER_IDS_INVALID)?,
            names: texts(parameters, "ClusterNames", &errors::CLUSTER_NAMES_INVALID)?,
            page: PageParams::decode(parameters)?,
        })
    }

    /// The page, if there are not too many filters. The SDK documents 10 to 100 rows per page.
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

    /// Inferred: an empty list does not filter, and a cluster must pass both filters.
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

/// The answer of ListClusters.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListClusters {
    page_size: u32,
    /// As in [`super::ListUsers`].
    request_id: &'static str,
    /// A string here, a number in all other lists (alibabacloud-ehpc20240730 2.4.0).
    page_number: String,
    total_count: u64,
    /// A plain array, in contrast to 2018-04-12.
    clusters: Vec<Cluster>,
    ehpc_version_statistics: VersionStatistics,
}

/// The number of clusters of each generation. Inferred: all of them, regardless of page and filters.
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

/// A cluster as ListClusters returns it (`Clusters` in alibabacloud-ehpc20240730 2.4.0); also the format in seeds,
/// where everything but the id is optional.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Cluster {
    pub(crate) cluster_id: String,
    /// Inferred: the id serves as the name of a cluster without one.
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
    /// Always counted, even if a seed gives a number.
    #[serde(default)]
    users: UserCounts,
    // Inferred: the position of these four members, and their default values.
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

/// Additionally installed software.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct AdditionalPackage {
    name: String,
    version: String,
}

/// An additional service of the cluster, such as its web portal.
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

/// A script that ran after the cluster was created.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct CustomConfiguration {
    script: String,
    args: String,
}

/// The number of compute nodes in each state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Nodes {
    abnormal_counts: u32,
    creating_counts: u32,
    running_counts: u32,
}

/// The number of users in each group.
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

/// The answer of GetCluster: the data of ListClusters, in the order of its documentation. Many members are strings only
/// here, and one has a different name.
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
        // Inferred: the services have the state of their cluster.
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
