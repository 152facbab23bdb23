//! The user actions.

use super::super::{errors, model, wire};
use super::find_user;
use crate::call::{Call, Reply};
use crate::catalogue::ApiError;
use crate::store::encoded::Encoded;

/// Lists the users of the tenant, by ID.
pub(crate) fn list_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let window = wire::list_users(&wire::Input::decode(call)?)?;
    let key = call.key((window, call.quirk("total"), call.quirk("email-key")));
    let result = call.encoded(key, |tx| {
        let page = model::list_users(tx, window)?;
        let account_id = model::tenant(tx)?.account_id;
        Ok(Encoded::always(wire::page(call, window, page, account_id)?))
    })?;
    wire::answer(call, &result)
}

/// Shows a user.
pub(crate) fn get_user_detail(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let username = wire::username(&input)?;
    call.store().read(|tx| {
        let user = find_user(tx, wire::UserRef::Username(username))?;
        let account_id = model::tenant(tx)?.account_id;
        wire::success(call, &wire::OneUser::new(call, user, account_id))
    })
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

/// Deletes a user by its UserID, and with it its roles and privileges.
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

/// Shows the password that a user was given at first, as long as it is in use.
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
