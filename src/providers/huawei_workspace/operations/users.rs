//! The users of a project.

use std::collections::HashSet;

use rusqlite::Connection;

use super::{find_group, find_user, no_user, open_project, scope};
use crate::namespace::clock::Time;
use crate::namespace::ids::{ALPHANUMERIC, DIGITS, Ids};
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::providers::huawei::JSON;
use crate::providers::huawei_workspace::errors;
use crate::providers::huawei_workspace::model::{self, NewUser, Project, UserFilter};
use crate::providers::huawei_workspace::wire::{self, Body};
use crate::store::OnConflict;
use crate::store::pages::CachedBody;
use crate::store::rows::{EncodedRow, RowEncoder};
use crate::store::stream::{self, Items, ReadError, RowSource};

/// Lists the users of a project, oldest first; all of them unless a limit is given.
pub(crate) fn list_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let query = wire::UsersQuery::decode(call.query());
    let key = call.key((scope(call), query.as_ref().ok()));
    let (body, remains) = call.list(key, |tx| {
        let project = open_project(call, tx)?;
        let query = query?;
        let (first, left) = query.window.split(stream::BATCH);
        let (now, counts_desktops) = (call.now(), query.counts_desktops);
        let encode = |user| wire::listed_user(user, now, counts_desktops);
        let encoder = RowEncoder::new(u8::from(counts_desktops), now.millis(), &encode);
        let page = model::list_users(tx, &project, &query.filter, first, &encoder)?;
        let frame = wire::UserList::without_users(page.total)?;
        let rows = UserRows {
            project,
            filter: query.filter,
            counts_desktops,
            now,
            read: page.rows,
            left,
            after: None,
            holds: (i64::MIN, i64::MAX),
        };
        Ok((frame, rows))
    })?;
    Ok(Reply::new(200, JSON, body).and(remains))
}

/// The users of a list, while they are read.
#[derive(Debug)]
struct UserRows {
    project: Project,
    filter: UserFilter,
    counts_desktops: bool,
    /// The time that the whole answer refers to.
    now: Time,
    /// Read, but not pushed yet.
    read: Vec<EncodedRow>,
    /// How many may still be read.
    left: u64,
    /// The row of the last user pushed, where the list continues; `None` before that.
    after: Option<i64>,
    holds: (i64, i64),
}

impl RowSource for UserRows {
    fn read(&mut self, tx: &Connection, items: &mut Items) -> Result<bool, ReadError> {
        if let Some(after) = self.after {
            let max = self.left.min(stream::BATCH);
            self.left -= max;
            let encode = |user| wire::listed_user(user, self.now, self.counts_desktops);
            let encoder =
                RowEncoder::new(u8::from(self.counts_desktops), self.now.millis(), &encode);
            self.read =
                model::users_after(tx, &self.project, &self.filter, (after, max), &encoder)?;
        }
        let is_full = self.read.len() as u64 == stream::BATCH;
        let last = self.read.last().filter(|_| is_full && 0 < self.left);
        self.after = last.map(EncodedRow::number);
        for user in self.read.drain(..) {
            let (from, until) = user.holds();
            self.holds = (self.holds.0.max(from), self.holds.1.min(until));
            items.push(&user)?;
        }
        Ok(self.after.is_some())
    }

    fn holds(&self) -> (i64, i64) {
        self.holds
    }
}

/// Creates a user.
pub(crate) fn create_desktop_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().add(|tx| {
        let project = open_project(call, tx)?;
        let user = wire::create_user(call, &Body::required(call)?)?;
        let id = create(call, tx, &project, user)?;
        Ok(Reply::json(JSON, &wire::CreatedUser { id: &id })?.status(201))
    })
}

/// Shows a user.
pub(crate) fn list_user_detail(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("user_id");
    let body = call.encoded(call.key((scope(call), id)), |tx| {
        let project = open_project(call, tx)?;
        let user =
            model::user(tx, &project.project_id, id)?.ok_or_else(|| no_user(&project, id))?;
        let now = call.now();
        let (from, until) = user.expiry_holds(now);
        let user = serde_json::to_vec(&wire::UserDetailAnswer::new(user, now))?;
        Ok(CachedBody::between(from, until, user))
    })?;
    Ok(Reply::new(200, JSON, body))
}

/// Changes the members of a user that the body contains.
pub(crate) fn update_user_info(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("user_id");
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        let seq = find_user(tx, &project, id)?;
        let change = wire::user_change(&Body::required(call)?)?;
        model::update_user(tx, &project.project_id, id, &change)?;
        if let Some(group_ids) = &change.group_ids {
            model::set_groups(tx, seq, &find_groups(tx, &project, group_ids)?)?;
        }
        Reply::json(JSON, &wire::CreatedUser { id })
    })
}

/// Deletes a user with its memberships.
pub(crate) fn delete_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("user_id");
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        delete(tx, &project, id)?;
        Ok(Reply::empty(204))
    })
}

/// Creates users, atomically; the first invalid one determines the error.
pub(crate) fn batch_create_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().add(|tx| {
        let project = open_project(call, tx)?;
        for user in wire::new_users(&Body::required(call)?)? {
            create(call, tx, &project, wire::create_user(call, &user?)?)?;
        }
        Reply::json(JSON, &serde_json::json!({}))
    })
}

/// Deletes users, atomically; repeated ids are deleted once, and the first invalid one determines the error.
pub(crate) fn batch_delete_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        let (body, mut gone) = (Body::required(call)?, HashSet::new());
        for id in wire::user_ids(&body)? {
            let id = id?;
            if gone.insert(id) {
                delete(tx, &project, id)?;
            }
        }
        Ok(Reply::empty(204))
    })
}

/// Locks or unlocks a user, or resets its password.
pub(crate) fn change_user_status(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("user_id");
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        find_user(tx, &project, id)?;
        match wire::action(&Body::required(call)?)? {
            wire::Action::Lock => model::set_locked(tx, &project.project_id, id, true)?,
            wire::Action::Unlock => model::set_locked(tx, &project.project_id, id, false)?,
            // Passwords are not stored, so a new one has no visible effect.
            wire::Action::ResetPassword => true,
        };
        Ok(Reply::empty(204))
    })
}

/// Resets a user's password and returns it: a GET with a side effect.
pub(crate) fn reset_random_password(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("user_id");
    call.store().read(|tx| {
        let project = open_project(call, tx)?;
        find_user(tx, &project, id)?;
        wire::check_notification_type(call.query())?;
        let password = random_password(call.ids());
        Reply::json(JSON, &wire::Password { password })
    })
}

/// Resends a user's welcome mail; nothing is sent here.
pub(crate) fn send_email(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("user_id");
    call.store().read(|tx| {
        let project = open_project(call, tx)?;
        find_user(tx, &project, id)?;
        wire::check_mail(&Body::optional(call)?)?;
        Ok(Reply::empty(204))
    })
}

/// Lists the devices that a user's second factor is bound to: none.
pub(crate) fn list_otp_devices_by_user_id(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("user_id");
    call.store().read(|tx| {
        let project = open_project(call, tx)?;
        find_user(tx, &project, id)?;
        Reply::json(JSON, &wire::OtpDevices::default())
    })
}

/// Unbinds devices; as there are none, all of them are already unbound.
pub(crate) fn batch_delete_otp_devices(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("user_id");
    call.store().read(|tx| {
        let project = open_project(call, tx)?;
        find_user(tx, &project, id)?;
        wire::check_otp_ids(&Body::optional(call)?)?;
        Ok(Reply::empty(204))
    })
}

/// Adds a user to the project and its groups; returns its id.
fn create(
    call: &Call<'_>,
    tx: &Connection,
    project: &Project,
    mut user: NewUser,
) -> Result<String, ApiError> {
    let group_ids = std::mem::take(&mut user.group_ids);
    let groups = find_groups(tx, project, &group_ids)?;
    let id = model::unused_user_id(tx, &project.project_id, call.ids())?;
    let user = user.into_user(id, call.now());
    let seq = model::insert_user(tx, &project.project_id, &user).on_conflict(
        "workspace_users.user_name_lower",
        || {
            errors::USER_EXISTS.raise().because(format!(
                "project {} has a user {} already; names are the same whatever their case",
                project.project_id, user.user_name
            ))
        },
    )?;
    model::set_groups(tx, seq, &groups)?;
    check_quota(call, tx, project)?;
    Ok(user.id)
}

/// The rows of groups; the first unknown id determines the error.
fn find_groups(tx: &Connection, project: &Project, ids: &[String]) -> Result<Vec<i64>, ApiError> {
    ids.iter()
        .map(|id| find_group(tx, project, id).map(|group| group.seq))
        .collect()
}

/// Whether the project's quota allows the new user, who is not added otherwise. Inferred: a quota is checked last.
fn check_quota(call: &Call<'_>, tx: &Connection, project: &Project) -> Result<(), ApiError> {
    let Some(quota) = wire::user_quota(call) else {
        return Ok(());
    };
    let project_id = &project.project_id;
    let now = model::project(tx, project_id)?.map_or(0, |project| project.user_count);
    if now <= quota {
        return Ok(());
    }
    Err(errors::USER_QUOTA_EXCEEDED.raise().because(format!(
        "project {project_id} would have {now} users; the quirk user-quota lets it have {quota}"
    )))
}

fn delete(tx: &Connection, project: &Project, id: &str) -> Result<(), ApiError> {
    if model::delete_user(tx, &project.project_id, id)? {
        Ok(())
    } else {
        Err(no_user(project, id))
    }
}

/// Sixteen characters (20 are allowed) including an upper-case letter, a lower-case letter, a digit and a special
/// character.
fn random_password(ids: &Ids) -> String {
    let classes: [&[u8]; 4] = [
        b"ABCDEFGHJKLMNPQRSTUVWXYZ",
        b"abcdefghijkmnpqrstuvwxyz",
        DIGITS,
        b"!@#$%^-_=+",
    ];
    let mut password: Vec<char> = classes
        .iter()
        .map(|class| ids.text(1, class))
        .chain([ids.text(12, ALPHANUMERIC)])
        .flat_map(|part| part.chars().collect::<Vec<_>>())
        .collect();
    for end in (1..password.len()).rev() {
        let other = usize::try_from(ids.below(end as u64 + 1)).unwrap_or(end);
        password.swap(end, other);
    }
    password.into_iter().collect()
}
