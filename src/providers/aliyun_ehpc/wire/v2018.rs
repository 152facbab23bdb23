//! Version 2018-04-12: its parameters and answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Id, IdStyle, Listed, PageOf, PageParams, Parameters, SHORTEST_PASSWORD, Users, group,
    invalid_params, is_user_name, password,
};
use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::providers::aliyun_ehpc::errors;
use crate::providers::aliyun_ehpc::model::{self, ClusterRecord, Group};
use crate::store::page::Page;

/// The maximum number of users in one call.
const MOST_USERS: u32 = 100;

/// The parameters of ListUsers and ListUsersAsync. The gateway's checks are in [`ListQuery::decode`], the service's own
/// in [`ListQuery::page`].
#[derive(Debug)]
pub(crate) struct ListQuery<'a> {
    pub(crate) cluster_id: &'a str,
    page: PageParams,
    /// In ListUsersAsync only.
    pub(crate) async_id: Option<&'a str>,
}

impl<'a> ListQuery<'a> {
    pub(crate) fn decode(call: &Call<'a>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        Ok(Self {
            cluster_id: parameters.cluster_id()?,
            page: PageParams::decode(parameters)?,
            async_id: parameters.get("AsyncId"),
        })
    }

    pub(crate) fn page(&self) -> Result<PageOf, ApiError> {
        self.page.within(1, 50)
    }
}

/// The subject of a write: a cluster and some of its users, as checked by the gateway.
#[derive(Debug)]
pub(crate) struct UserCall<'a> {
    pub(crate) cluster_id: &'a str,
    /// `User.N.*`, by N.
    entries: BTreeMap<u32, Entry<'a>>,
}

#[derive(Debug, Default)]
struct Entry<'a> {
    name: Option<&'a str>,
    group: Option<&'a str>,
    password: Option<&'a str>,
}

/// A user to add.
#[derive(Debug)]
pub(crate) struct NewUser<'a> {
    pub(crate) name: &'a str,
    pub(crate) group: Group,
}

impl<'a> UserCall<'a> {
    /// Inferred: ClusterId, then User, then Async.
    pub(crate) fn decode(call: &Call<'a>) -> Result<Self, ApiError> {
        let parameters = Parameters::of(call.request);
        let cluster_id = parameters.cluster_id()?;
        let mut entries: BTreeMap<u32, Entry<'a>> = BTreeMap::new();
        for (name, value) in parameters.iter() {
            let Some((number, field)) = flattened(name) else {
                continue;
            };
            let value = Some(value).filter(|value| !value.is_empty());
            match field {
                "Name" => entries.entry(number).or_default().name = value,
                "Group" => entries.entry(number).or_default().group = value,
                "Password" => entries.entry(number).or_default().password = value,
                _ => {}
            }
        }
        if entries.is_empty() {
            return Err(errors::USER_MISSING.raise().because(
                "users are numbered from 1: User.1.Name, User.1.Group, User.2.Name, and so on",
            ));
        }
        match parameters.get("Async") {
            // Accepted, and applied at once: no answer shows the difference.
            None => {}
            Some(text)
                if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {}
            Some(text) => {
                return Err(errors::ASYNC_INVALID
                    .raise()
                    .because(format!("Async is \"{text}\"; it takes true and false")));
            }
        }
        Ok(Self {
            cluster_id,
            entries,
        })
    }

    /// The users of AddUsers. Inferred here and below: the first invalid entry is reported, and within it Name, Group,
    /// Password.
    pub(crate) fn new_users(&self) -> Result<Vec<NewUser<'a>>, ApiError> {
        self.each(|number, entry| {
            let parameter = format!("User.{number}.Name");
            let name = entry.name.filter(|name| is_user_name(name, 6, 30)).ok_or_else(|| {
                invalid_params(&parameter).because(format!(
                    "{parameter} is {:?}; a name is a letter, then letters, digits and full stops, 6 to 30 in all",
                    entry.name.unwrap_or_default()
                ))
            })?;
            let group = entry.group(number)?;
            entry.password(number)?;
            Ok(NewUser { name, group })
        })
    }

    /// The names in DeleteUsers, which may be any text.
    pub(crate) fn names(&self) -> Result<Vec<&'a str>, ApiError> {
        self.each(|number, entry| entry.name(number))
    }

    /// The names and groups in ModifyUserGroups.
    pub(crate) fn groups(&self) -> Result<Vec<(&'a str, Group)>, ApiError> {
        self.each(|number, entry| Ok((entry.name(number)?, entry.group(number)?)))
    }

    /// The names in ModifyUserPasswords; the passwords are validated and discarded.
    pub(crate) fn names_with_passwords(&self) -> Result<Vec<&'a str>, ApiError> {
        self.each(|number, entry| {
            let name = entry.name(number)?;
            entry.password(number)?;
            Ok(name)
        })
    }

    fn each<T>(
        &self,
        read: impl Fn(u32, &Entry<'a>) -> Result<T, ApiError>,
    ) -> Result<Vec<T>, ApiError> {
        if self.entries.keys().any(|number| MOST_USERS < *number) {
            return Err(
                invalid_params("User").because(format!("a call names at most {MOST_USERS} users"))
            );
        }
        self.entries
            .iter()
            .map(|(number, entry)| read(*number, entry))
            .collect()
    }
}

impl<'a> Entry<'a> {
    fn name(&self, number: u32) -> Result<&'a str, ApiError> {
        required(self.name, &format!("User.{number}.Name"))
    }

    fn group(&self, number: u32) -> Result<Group, ApiError> {
        let parameter = format!("User.{number}.Group");
        group(required(self.group, &parameter)?, &parameter)
    }

    fn password(&self, number: u32) -> Result<(), ApiError> {
        let parameter = format!("User.{number}.Password");
        password(
            required(self.password, &parameter)?,
            &parameter,
            SHORTEST_PASSWORD,
        )
    }
}

fn required<'a>(value: Option<&'a str>, parameter: &str) -> Result<&'a str, ApiError> {
    value
        .ok_or_else(|| invalid_params(parameter).because(format!("{parameter} is absent or empty")))
}

/// N and the field of `User.N.Field`, where N is a plain number from 1; `None` for other names.
fn flattened(name: &str) -> Option<(u32, &str)> {
    let (number, field) = name.strip_prefix("User.")?.split_once('.')?;
    let plain = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = plain.then(|| number.parse::<u64>().ok()).flatten()?;
    // A number too high for a u32 is out of bounds anyway.
    Some((u32::try_from(number).unwrap_or(u32::MAX), field))
}

/// The cluster of SyncUsers. Inferred: ClusterId is checked before RegionId, whose value does not matter.
pub(crate) fn sync_users_cluster<'a>(call: &Call<'a>) -> Result<&'a str, ApiError> {
    let parameters = Parameters::of(call.request);
    let cluster_id = parameters.cluster_id()?;
    parameters.required("RegionId", &errors::REGION_ID_MISSING)?;
    Ok(cluster_id)
}

/// The page of ListClusters.
pub(crate) fn clusters_page(call: &Call<'_>) -> Result<PageOf, ApiError> {
    PageParams::decode(Parameters::of(call.request))?.within(1, 50)
}

/// The answer of ListUsersAsync.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListUsersAsync<'a> {
    page_size: u32,
    request_id: &'a str,
    page_number: u32,
    total_count: u64,
    users: Users<User>,
    async_id: &'a str,
    async_status: AsyncStatus,
}

/// The status of a task. Only Success is documented. Inferred: the other words.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) enum AsyncStatus {
    Running,
    Success,
    Failed,
}

/// A user, with the fields in the order of the seed's example.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct User {
    name: String,
    /// With milliseconds and a zone, in contrast to all other times.
    add_time: String,
    group: &'static str,
    user_id: Id,
    group_id: Id,
}

impl User {
    /// The row of a user.
    pub(crate) fn new(user: model::User, style: IdStyle) -> Self {
        Self {
            name: user.name,
            add_time: user.add_time.rfc3339_millis(),
            group: user.group.text(),
            user_id: Id(user.user_id, style),
            group_id: Id(user.group_id, style),
        }
    }
}

impl<'a> ListUsersAsync<'a> {
    /// A finished task, shared by all calls that poll it.
    pub(crate) fn success(page: PageOf, users: Page<Listed<User>>) -> Self {
        Self {
            page_size: page.size,
            request_id: "",
            page_number: page.number,
            total_count: users.total,
            users: Users {
                user_info: users.rows,
            },
            async_id: "",
            async_status: AsyncStatus::Success,
        }
    }

    /// A task that is not finished, or has failed. Inferred: it shows an empty list.
    pub(crate) fn without_users(page: PageOf, async_status: AsyncStatus) -> Self {
        let nobody = Page {
            total: 0,
            rows: Vec::new(),
        };
        Self {
            async_status,
            ..Self::success(page, nobody)
        }
    }

    /// The same with the ids of one call.
    pub(crate) fn of_call(self, call: &'a Call<'_>, async_id: &'a str) -> Self {
        Self {
            request_id: &call.request_id,
            async_id,
            ..self
        }
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
    users: Users<BriefUser>,
}

/// A user without its ids.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BriefUser {
    name: String,
    /// Without a fraction and a zone.
    add_time: String,
    group: &'static str,
}

impl From<model::User> for BriefUser {
    fn from(user: model::User) -> Self {
        Self {
            name: user.name,
            add_time: user.add_time.format("%Y-%m-%dT%H:%M:%S"),
            group: user.group.text(),
        }
    }
}

impl ListUsers {
    pub(crate) fn new(page: PageOf, users: Page<Listed<BriefUser>>) -> Self {
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

/// The answer of ListClusters.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListClusters {
    page_size: u32,
    /// As in [`ListUsers`].
    request_id: &'static str,
    page_number: u32,
    total_count: u64,
    clusters: Clusters<Cluster>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Clusters<T> {
    cluster_info_simple: Vec<T>,
}

impl ListClusters {
    pub(crate) fn new(
        page: PageOf,
        region: &str,
        clusters: &Page<ClusterRecord>,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            page_size: page.size,
            request_id: "",
            page_number: page.number,
            total_count: clusters.total,
            clusters: Clusters {
                cluster_info_simple: clusters
                    .rows
                    .iter()
                    .map(|row| Cluster::of(row, region))
                    .collect::<Result<_, _>>()?,
            },
        })
    }
}

/// A cluster as ListClusters returns it (`ClusterInfoSimple` in alibabacloud-ehpc20180412 4.0.0); also the format in
/// seeds, where everything but the id is optional.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Cluster {
    pub(crate) id: String,
    /// Inferred: the id serves as the name of a cluster without one.
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default = "running")]
    pub(crate) status: String,
    /// If empty, the region of the server.
    #[serde(default)]
    region_id: String,
    #[serde(default)]
    zone_id: String,
    #[serde(default)]
    vpc_id: String,
    #[serde(rename = "VSwitchId", default)]
    v_switch_id: String,
    #[serde(default = "create_time")]
    pub(crate) create_time: String,
    #[serde(default)]
    description: String,
    #[serde(default = "nis")]
    pub(crate) account_type: String,
    #[serde(default = "pbs")]
    pub(crate) scheduler_type: String,
    #[serde(default = "standard")]
    deploy_mode: String,
    #[serde(default = "centos")]
    os_tag: String,
    #[serde(default = "centos")]
    base_os_tag: String,
    #[serde(default)]
    image_id: String,
    #[serde(default = "system")]
    image_owner_alias: String,
    #[serde(default = "instance_type")]
    instance_type: String,
    #[serde(default = "post_paid")]
    instance_charge_type: String,
    #[serde(default = "version")]
    ehpc_version: String,
    #[serde(default = "version")]
    client_version: String,
    #[serde(default = "public_cloud")]
    location: String,
    #[serde(default)]
    login_nodes: String,
    #[serde(default)]
    resource_group_id: String,
    #[serde(default)]
    node_prefix: String,
    #[serde(default)]
    node_suffix: String,
    #[serde(default = "no_spot")]
    compute_spot_strategy: String,
    #[serde(default)]
    count: u32,
    #[serde(default)]
    compute_spot_price_limit: f64,
    #[serde(default)]
    has_plugin: bool,
    #[serde(default)]
    is_compute_ess: bool,
    #[serde(default)]
    computes: Nodes,
    #[serde(default)]
    managers: Nodes,
    #[serde(default)]
    total_resources: Resources,
    #[serde(default)]
    used_resources: Resources,
    #[serde(rename = "$nextUserId", default, skip_serializing)]
    pub(crate) next_user_id: Option<u32>,
    #[serde(rename = "$delete", default, skip_serializing)]
    pub(crate) delete: bool,
}

/// The number of a cluster's nodes of one kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Nodes {
    total: u32,
    normal_count: u32,
    exception_count: u32,
    operating_count: u32,
    stopped_count: u32,
}

/// The resources of a cluster's nodes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Resources {
    cpu: u32,
    gpu: u32,
    memory: u32,
}

fn running() -> String {
    "running".to_owned()
}

fn create_time() -> String {
    "2022-09-28T09:00:00.000Z".to_owned()
}

fn nis() -> String {
    "nis".to_owned()
}

fn pbs() -> String {
    "pbs".to_owned()
}

fn standard() -> String {
    "Standard".to_owned()
}

fn centos() -> String {
    "CentOS_7.6_64".to_owned()
}

fn system() -> String {
    "system".to_owned()
}

fn instance_type() -> String {
    "ecs.c7.large".to_owned()
}

fn post_paid() -> String {
    "PostPaid".to_owned()
}

fn version() -> String {
    "1.0.0".to_owned()
}

fn public_cloud() -> String {
    "PublicCloud".to_owned()
}

fn no_spot() -> String {
    "NoSpot".to_owned()
}

impl Cluster {
    fn of(record: &ClusterRecord, region: &str) -> Result<Self, ApiError> {
        let mut cluster: Self = serde_json::from_str(&record.detail)?;
        if cluster.region_id.is_empty() {
            region.clone_into(&mut cluster.region_id);
        }
        Ok(cluster)
    }
}

/// The answer of DescribeCluster.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeCluster<'a> {
    request_id: &'a str,
    cluster_info: ClusterInfo,
}

/// A single cluster: the data of ListClusters, under the names of `ClusterInfo` in alibabacloud-ehpc20180412 4.0.0.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ClusterInfo {
    id: String,
    name: String,
    status: String,
    region_id: String,
    zone_id: String,
    vpc_id: String,
    #[serde(rename = "VSwitchId")]
    v_switch_id: String,
    create_time: String,
    description: String,
    account_type: String,
    scheduler_type: String,
    deploy_mode: String,
    os_tag: String,
    base_os_tag: String,
    image_id: String,
    image_owner_alias: String,
    ecs_charge_type: String,
    client_version: String,
    location: String,
    resource_group_id: String,
    compute_spot_strategy: String,
    /// A string here, a number in ListClusters.
    compute_spot_price_limit: String,
    ha_enable: bool,
    ecs_info: EcsInfo,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct EcsInfo {
    manager: EcsGroup,
    compute: EcsGroup,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct EcsGroup {
    count: u32,
    instance_type: String,
}

impl<'a> DescribeCluster<'a> {
    pub(crate) fn new(call: &'a Call<'_>, record: &ClusterRecord) -> Result<Self, ApiError> {
        let cluster = Cluster::of(record, call.region())?;
        Ok(Self {
            request_id: &call.request_id,
            cluster_info: ClusterInfo {
                id: cluster.id,
                name: cluster.name,
                status: cluster.status,
                region_id: cluster.region_id,
                zone_id: cluster.zone_id,
                vpc_id: cluster.vpc_id,
                v_switch_id: cluster.v_switch_id,
                create_time: cluster.create_time,
                description: cluster.description,
                account_type: cluster.account_type,
                scheduler_type: cluster.scheduler_type,
                deploy_mode: cluster.deploy_mode,
                os_tag: cluster.os_tag,
                base_os_tag: cluster.base_os_tag,
                image_id: cluster.image_id,
                image_owner_alias: cluster.image_owner_alias,
                ecs_charge_type: cluster.instance_charge_type,
                client_version: cluster.client_version,
                location: cluster.location,
                resource_group_id: cluster.resource_group_id,
                compute_spot_strategy: cluster.compute_spot_strategy,
                compute_spot_price_limit: cluster.compute_spot_price_limit.to_string(),
                ha_enable: false,
                ecs_info: EcsInfo {
                    manager: EcsGroup {
                        count: cluster.managers.total,
                        instance_type: cluster.instance_type.clone(),
                    },
                    compute: EcsGroup {
                        count: cluster.computes.total,
                        instance_type: cluster.instance_type,
                    },
                },
            },
        })
    }
}
