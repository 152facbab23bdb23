//! User groups and their members, in requests and answers.

use serde::Serialize;
use serde_json::value::RawValue;

use super::users::{BATCH_DELETE, member_filter, raw};
use super::{Body, Query, invalid, required};
use crate::provider::call::Params;
use crate::provider::error::ApiError;
use crate::provider::text::excerpt;
use crate::providers::huawei_workspace::model::{
    Group, GroupChange, GroupFilter, Membership, NewGroup, PlatformType, User, UserFilter, fold,
};
use crate::store::page::{Page, RowLimit, Window};

/// The maximum and default page size of groups.
const GROUPS: u64 = 100;
/// The default page size of members.
const MEMBERS: u64 = 2000;
/// The maximum page size of members.
const MOST_MEMBERS: u64 = 10_000;
/// The maximum number of users in one action.
const MOVED: usize = 50;

/// The query of ListUserGroups.
#[derive(Hash)]
pub(crate) struct GroupsQuery {
    pub(crate) filter: GroupFilter,
    pub(crate) window: Window,
}

impl GroupsQuery {
    pub(crate) fn decode(params: &Params) -> Result<Self, ApiError> {
        let query = Query(params);
        let window = query.window(RowLimit::Rows(GROUPS), GROUPS)?;
        let keyword = query.text("keyword", usize::MAX)?.map(fold);
        let domain = query.text("domain", usize::MAX)?.map(str::to_owned);
        let platform_types = query
            .texts("platform_type")
            .unwrap_or_default()
            .iter()
            .map(|word| {
                PlatformType::parse(word).ok_or_else(|| {
                    invalid(
                        "platform_type",
                        format!(
                            "platform_type is \"{}\"; it takes AD, LOCAL or UOS",
                            excerpt(word)
                        ),
                    )
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            filter: GroupFilter {
                keyword,
                domain,
                platform_types,
            },
            window,
        })
    }
}

/// The answer of ListUserGroups.
#[derive(Serialize)]
pub(crate) struct GroupList {
    total_count: u64,
    user_groups: Vec<ListedGroup>,
}

impl From<Page<Group>> for GroupList {
    fn from(page: Page<Group>) -> Self {
        Self {
            total_count: page.total,
            user_groups: page.rows.into_iter().map(ListedGroup::from).collect(),
        }
    }
}

/// A group in a list.
#[derive(Serialize)]
pub(crate) struct ListedGroup {
    name: String,
    id: String,
    create_time: String,
    description: String,
    user_quantity: u64,
    realm_id: String,
    platform_type: &'static str,
    /// For groups of an Active Directory only.
    #[serde(skip_serializing_if = "String::is_empty")]
    group_dn: String,
    /// The documents' example spells it `domian`, their table does not.
    domain: String,
    /// Equal to the id.
    sid: String,
    total_desktops: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Box<RawValue>>,
}

impl From<Group> for ListedGroup {
    fn from(group: Group) -> Self {
        Self {
            name: group.name,
            sid: group.id.clone(),
            id: group.id,
            create_time: group.create_time.rfc3339_millis(),
            description: group.description,
            user_quantity: group.user_quantity,
            realm_id: group.realm_id,
            platform_type: group.platform_type.as_str(),
            group_dn: group.group_dn,
            domain: group.domain,
            total_desktops: group.total_desktops,
            parent: (!group.parent.is_empty()).then(|| raw(group.parent)),
        }
    }
}

/// The body of CreateUserGroup.
pub(crate) struct CreateUserGroup(pub(crate) NewGroup);

impl CreateUserGroup {
    pub(crate) fn decode(body: &Body) -> Result<Self, ApiError> {
        let name = required("group_name", body.text("group_name", 1..=64)?)?;
        let parse = |word: &str| {
            PlatformType::parse(word).filter(|platform| *platform != PlatformType::Uos)
        };
        let platform_type = required(
            "platform_type",
            body.choice("platform_type", parse, "AD or LOCAL")?,
        )?;
        let description = body.text("description", 0..=255)?.unwrap_or_default();
        Ok(Self(NewGroup {
            name: name.to_owned(),
            platform_type,
            description: description.to_owned(),
        }))
    }
}

/// The body of UpdateUserGroup. Inferred: a body without changes is valid, as it is for users.
pub(crate) fn group_change(body: &Body) -> Result<GroupChange, ApiError> {
    let name = body.text("group_name", 1..=64)?.map(str::to_owned);
    let description = body.text("description", 0..=255)?.map(str::to_owned);
    Ok(GroupChange { name, description })
}

/// The body of BatchDeleteUserGroups. Inferred: the same limit as for users.
pub(crate) fn group_ids(
    body: &Body,
) -> Result<impl Iterator<Item = Result<&str, ApiError>>, ApiError> {
    body.batch("group_ids", BATCH_DELETE)
}

/// The body of RunActionsOnGroup.
pub(crate) struct RunActionsOnGroup {
    pub(crate) op_type: Membership,
    pub(crate) user_ids: Vec<String>,
}

impl RunActionsOnGroup {
    pub(crate) fn decode(body: &Body) -> Result<Self, ApiError> {
        let parse = |word: &str| match word {
            "ADD" => Some(Membership::Add),
            "DELETE" => Some(Membership::Delete),
            _ => None,
        };
        Ok(Self {
            op_type: required("op_type", body.choice("op_type", parse, "ADD or DELETE")?)?,
            user_ids: required("user_ids", body.texts("user_ids", 1..=MOVED)?)?,
        })
    }
}

/// The query of ListUsersOfGroup.
#[derive(Hash)]
pub(crate) struct MembersQuery {
    pub(crate) filter: UserFilter,
    pub(crate) window: Window,
}

impl MembersQuery {
    pub(crate) fn decode(params: &Params) -> Result<Self, ApiError> {
        let query = Query(params);
        let filter = member_filter(&query)?;
        let window = query.window(RowLimit::Rows(MEMBERS), MOST_MEMBERS)?;
        Ok(Self { filter, window })
    }
}

/// The answer of ListUsersOfGroup.
#[derive(Serialize)]
pub(crate) struct MemberList {
    users: Vec<Member>,
    total_count: u64,
}

impl From<Page<User>> for MemberList {
    fn from(page: Page<User>) -> Self {
        Self {
            users: page.rows.into_iter().map(Member::from).collect(),
            total_count: page.total,
        }
    }
}

/// A user as a member of a group. Inferred: empty strings are omitted, as in the list of users.
#[derive(Serialize)]
struct Member {
    id: String,
    user_name: String,
    domain: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    user_email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    user_phone: String,
    total_desktops: u32,
    enterprise_project_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
}

impl From<User> for Member {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            user_name: user.user_name,
            domain: user.domain,
            user_email: user.user_email,
            user_phone: user.user_phone,
            total_desktops: user.total_desktops,
            enterprise_project_id: user.enterprise_project_id,
            description: user.description,
        }
    }
}
