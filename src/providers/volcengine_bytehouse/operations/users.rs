//! The user actions.

use rusqlite::Connection;

use super::super::model::{self, User};
use super::super::{errors, wire};
use super::find_user;
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::store::pages::CachedBody;
use crate::store::stream::{self, Items, ReadError, RowSource};

/// Lists the users of the tenant, by ID.
pub(crate) fn list_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let window = wire::list_users(&wire::Input::decode(call)?)?;
    let key = call.key((window, call.quirk("total"), call.quirk("email-key")));
    let (result, remains) = call.list(key, |tx| {
        let (first, left) = window.split(stream::BATCH);
        let page = model::list_users(tx, first)?;
        let frame = wire::users_result(call, window, page.total)?;
        let rows = UserRows {
            email_key: call.quirk("email-key"),
            account_id: model::tenant(tx)?.account_id,
            read: page.rows,
            left,
            after: None,
        };
        Ok((frame, rows))
    })?;
    wire::long_answer(call, &result, remains)
}

/// The users of a list, while they are read.
#[derive(Debug)]
struct UserRows {
    email_key: &'static str,
    account_id: i64,
    /// Read, but not pushed yet.
    read: Vec<User>,
    /// How many may still be read.
    left: u64,
    /// The ID of the last user pushed, where the list continues; `None` before that.
    after: Option<i64>,
}

impl RowSource for UserRows {
    fn read(&mut self, tx: &Connection, items: &mut Items) -> Result<bool, ReadError> {
        if let Some(after) = self.after {
            let max = self.left.min(stream::BATCH);
            self.left -= max;
            self.read = model::users_after(tx, after, max)?;
        }
        let is_full = self.read.len() as u64 == stream::BATCH;
        let last = self.read.last().filter(|_| is_full && 0 < self.left);
        self.after = last.map(|user| user.id);
        for user in self.read.drain(..) {
            items.push(&wire::User::new(self.email_key, user, self.account_id))?;
        }
        Ok(self.after.is_some())
    }
}

/// Shows a user.
pub(crate) fn get_user_detail(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let username = wire::username(&input)?;
    let key = call.key((username, call.quirk("email-key")));
    let result = call.encoded(key, |tx| {
        let user = find_user(tx, wire::UserRef::Username(username))?;
        let user = wire::OneUser::new(call, user, model::tenant(tx)?.account_id);
        Ok(CachedBody::always(wire::result(&user)?))
    })?;
    wire::answer(call, &result)
}

/// Sets a user's e-mail, description and Readonly, and the time of the update.
pub(crate) fn update_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let wanted = wire::UpdateUser::decode(&input)?;
    call.store().write(|tx| {
        find_user(tx, wire::UserRef::Username(wanted.username))?;
        model::touch_user(
            tx,
            wanted.username,
            wanted.email,
            wanted.description,
            wanted.readonly,
            call.now(),
        )?;
        wire::success(
            call,
            &wire::Acknowledgement::new("update user successfully"),
        )
    })
}

/// Deletes a user by its UserID, with its roles and privileges.
pub(crate) fn delete_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let user_id = wire::user_id(&wire::Input::decode(call)?)?;
    call.store().write(|tx| {
        let user = find_user(tx, wire::UserRef::UserId(user_id))?;
        if let Some(reason) = user.undeletable() {
            return Err(errors::BAD_REQUEST.raise().because(reason));
        }
        model::delete_user(tx, &user.username)?;
        wire::success(
            call,
            &wire::Acknowledgement::new("delete user successfully"),
        )
    })
}

/// Shows the initial password of a user, while it is in use.
pub(crate) fn get_user_initial_password(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let username = wire::username(&input)?;
    call.store().read(|tx| {
        let user = find_user(tx, wire::UserRef::Username(username))?;
        let (password, is_default) =
            model::initial_password(tx, &user.username)?.unwrap_or_default();
        wire::success(call, &wire::InitialPassword::new(password, is_default))
    })
}
