//! Desktop users.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::projects::touch;
use super::{Project, fold, parse_column};
use crate::namespace::clock::Time;
use crate::namespace::ids::{Ids, LOWER_HEX};
use crate::store::unless_taken;

/// Who activates an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ActiveType {
    User,
    Admin,
}

impl ActiveType {
    pub(crate) const ALL: [Self; 2] = [Self::User, Self::Admin];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::User => "USER_ACTIVATE",
            Self::Admin => "ADMIN_ACTIVATE",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The rule for names of users: the sources disagree, and the quirk `name-rule` selects one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameRule {
    /// The seed's limits, plus the `.`, `_` and `-` that occur in its own names and Terraform's documents.
    Seed,
    /// The user guide: up to 32 characters, and digits alone are valid.
    Relaxed,
}

/// Whether a user may have this name.
pub(crate) fn is_user_name(text: &str, rule: NameRule) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else {
        return false;
    };
    let starts_with_letter = first.is_ascii_alphabetic();
    bytes.iter().all(allowed)
        && match rule {
            NameRule::Seed => starts_with_letter && bytes.len() <= 20,
            NameRule::Relaxed => {
                (starts_with_letter || bytes.iter().all(u8::is_ascii_digit)) && bytes.len() <= 32
            }
        }
}

/// Whether this is an e-mail address by the definitions' pattern: one `@`, a local part that consists of letters,
/// digits and `_`, or begins and ends with a letter or digit, followed by two or more labels.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let word = |text: &str, extra: &[u8]| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
    };
    let ends_well = || {
        2 <= local.len()
            && local.starts_with(|letter: char| letter.is_ascii_alphanumeric())
            && local.ends_with(|letter: char| letter.is_ascii_alphanumeric())
    };
    let Some((labels, last)) = domain.rsplit_once('.') else {
        return false;
    };
    (word(local, b"_") || word(local, b"_.-") && ends_well())
        && labels.split('.').all(|label| word(label, b"-_"))
        && word(last, b"")
}

/// A desktop user, as stored.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) user_name: String,
    pub(crate) user_email: String,
    pub(crate) user_phone: String,
    pub(crate) active_type: ActiveType,
    pub(crate) is_pre_user: bool,
    /// Milliseconds since the epoch; 0 is never.
    pub(crate) account_expires: i64,
    pub(crate) password_never_expired: bool,
    pub(crate) enable_change_password: bool,
    pub(crate) next_login_change_password: bool,
    pub(crate) description: String,
    pub(crate) locked: bool,
    pub(crate) disabled: bool,
    pub(crate) total_desktops: u32,
    pub(crate) share_space_subscription: bool,
    pub(crate) share_space_desktops: u32,
    pub(crate) enterprise_project_id: String,
    pub(crate) user_info_map: String,
    pub(crate) domain: String,
    pub(crate) when_created: Time,
    /// A JSON array of the names of the user's groups, oldest group first.
    pub(crate) group_names: String,
}

impl User {
    /// The columns, in the order of [`User::from_row`].
    pub(super) const COLUMNS: &'static str = "id, user_name, user_email, user_phone, active_type, is_pre_user, account_expires,
         password_never_expired, enable_change_password, next_login_change_password, description, locked, disabled, total_desktops,
         share_space_subscription, share_space_desktops, enterprise_project_id, user_info_map, domain, when_created,
         (SELECT json_group_array(workspace_groups.name ORDER BY workspace_groups.seq) FROM workspace_members
            JOIN workspace_groups ON workspace_groups.seq = group_seq WHERE user_seq = workspace_users.seq)";

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            user_name: row.get(1)?,
            user_email: row.get(2)?,
            user_phone: row.get(3)?,
            active_type: parse_column(row, 4, ActiveType::parse)?,
            is_pre_user: row.get(5)?,
            account_expires: row.get(6)?,
            password_never_expired: row.get(7)?,
            enable_change_password: row.get(8)?,
            next_login_change_password: row.get(9)?,
            description: row.get(10)?,
            locked: row.get(11)?,
            disabled: row.get(12)?,
            total_desktops: row.get(13)?,
            share_space_subscription: row.get(14)?,
            share_space_desktops: row.get(15)?,
            enterprise_project_id: row.get(16)?,
            user_info_map: row.get(17)?,
            domain: row.get(18)?,
            when_created: Time::from_millis(row.get(19)?),
            group_names: row.get(20)?,
        })
    }

    /// Whether the account has expired. Inferred: a time before 1970 is a negative number and in the past like any
    /// other, although the documents mention only positive ones; the epoch itself is 0, which means never.
    pub(crate) fn is_expired(&self, now: Time) -> bool {
        self.account_expires != 0 && self.account_expires < now.millis()
    }

    /// The range of milliseconds, excluding its end, in which the result of [`User::is_expired`] is what it is now.
    pub(crate) fn expiry_holds(&self, now: Time) -> (i64, i64) {
        let first_expired = self.account_expires.saturating_add(1);
        match self.account_expires {
            0 => (i64::MIN, i64::MAX),
            _ if self.is_expired(now) => (first_expired, i64::MAX),
            _ => (i64::MIN, first_expired),
        }
    }
}

/// A user about to be created, with validated members.
#[derive(Debug)]
pub(crate) struct NewUser {
    pub(crate) user_name: String,
    pub(crate) user_email: String,
    pub(crate) user_phone: String,
    pub(crate) active_type: ActiveType,
    pub(crate) account_expires: i64,
    pub(crate) enable_change_password: bool,
    pub(crate) next_login_change_password: bool,
    pub(crate) group_ids: Vec<String>,
    pub(crate) description: String,
    pub(crate) enterprise_project_id: String,
    pub(crate) user_info_map: String,
    pub(crate) domain: String,
}

impl NewUser {
    /// The user when newly created.
    pub(crate) fn into_user(self, id: String, now: Time) -> User {
        User {
            id,
            user_name: self.user_name,
            user_email: self.user_email,
            user_phone: self.user_phone,
            active_type: self.active_type,
            is_pre_user: false,
            account_expires: self.account_expires,
            password_never_expired: false,
            enable_change_password: self.enable_change_password,
            next_login_change_password: self.next_login_change_password,
            description: self.description,
            locked: false,
            disabled: false,
            total_desktops: 0,
            share_space_subscription: false,
            share_space_desktops: 0,
            enterprise_project_id: self.enterprise_project_id,
            user_info_map: self.user_info_map,
            domain: self.domain,
            when_created: now,
            group_names: "[]".to_owned(),
        }
    }
}

/// The changes of an update; absent members stay unchanged.
#[derive(Debug)]
pub(crate) struct UserChange {
    pub(crate) description: Option<String>,
    pub(crate) user_email: Option<String>,
    pub(crate) user_phone: Option<String>,
    pub(crate) active_type: Option<ActiveType>,
    pub(crate) account_expires: Option<i64>,
    pub(crate) enable_change_password: Option<bool>,
    pub(crate) next_login_change_password: Option<bool>,
    pub(crate) password_never_expired: Option<bool>,
    pub(crate) disabled: Option<bool>,
    pub(crate) user_info_map: Option<String>,
    /// The groups that replace the user's own.
    pub(crate) group_ids: Option<Vec<String>>,
}

pub(crate) fn user(tx: &Connection, project_id: &str, id: &str) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "SELECT {} FROM workspace_users WHERE project_id = ?1 AND id = ?2",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([project_id, id], User::from_row)
        .optional()
}

/// The user with this name, ignoring case.
pub(crate) fn user_named(
    tx: &Connection,
    project_id: &str,
    user_name: &str,
) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "SELECT {} FROM workspace_users WHERE project_id = ?1 AND user_name_lower = ?2",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([project_id, &fold(user_name)], User::from_row)
        .optional()
}

/// The row of a user, for callers that only need to know whether it exists.
pub(crate) fn user_seq(
    tx: &Connection,
    project_id: &str,
    id: &str,
) -> rusqlite::Result<Option<i64>> {
    tx.prepare_cached("SELECT seq FROM workspace_users WHERE project_id = ?1 AND id = ?2")?
        .query_row([project_id, id], |row| row.get(0))
        .optional()
}

/// An unused user id.
pub(crate) fn unused_user_id(
    tx: &Connection,
    project_id: &str,
    ids: &Ids,
) -> rusqlite::Result<String> {
    ids.unused(
        |ids| ids.text(32, LOWER_HEX),
        |id| user_seq(tx, project_id, id).map(|known| known.is_some()),
    )
}

/// Adds a user and returns its row; the caller maps a conflict (`workspace_users.user_name_lower`) to an error.
pub(crate) fn insert_user(tx: &Connection, project_id: &str, user: &User) -> rusqlite::Result<i64> {
    touch(tx, project_id)?;
    insert(tx, project_id, user)
}

/// Adds a user to an existing project, unless its id or name is taken; returns its row.
pub(crate) fn insert_user_if_new(
    tx: &Connection,
    project_id: &str,
    user: &User,
) -> rusqlite::Result<Option<i64>> {
    unless_taken(insert(tx, project_id, user))
}

fn insert(tx: &Connection, project_id: &str, user: &User) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO workspace_users (project_id, id, user_name, user_name_lower, user_email, user_phone, active_type,
           is_pre_user, account_expires, password_never_expired, enable_change_password, next_login_change_password, description,
           description_lower, locked, disabled, total_desktops, share_space_subscription, share_space_desktops,
           enterprise_project_id, user_info_map, domain, when_created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)";
    write(tx, sql, project_id, user)?;
    Ok(tx.last_insert_rowid())
}

/// Replaces the user with this id; its position in the list is kept.
pub(crate) fn put_user(tx: &Connection, project_id: &str, user: &User) -> rusqlite::Result<usize> {
    let sql = "UPDATE workspace_users SET user_name = ?3, user_name_lower = ?4, user_email = ?5, user_phone = ?6, active_type = ?7,
           is_pre_user = ?8, account_expires = ?9, password_never_expired = ?10, enable_change_password = ?11,
           next_login_change_password = ?12, description = ?13, description_lower = ?14, locked = ?15, disabled = ?16,
           total_desktops = ?17, share_space_subscription = ?18, share_space_desktops = ?19, enterprise_project_id = ?20,
           user_info_map = ?21, domain = ?22, when_created = ?23
         WHERE project_id = ?1 AND id = ?2";
    write(tx, sql, project_id, user)
}

fn write(tx: &Connection, sql: &str, project_id: &str, user: &User) -> rusqlite::Result<usize> {
    tx.prepare_cached(sql)?.execute(params![
        project_id,
        user.id,
        user.user_name,
        fold(&user.user_name),
        user.user_email,
        user.user_phone,
        user.active_type.as_str(),
        user.is_pre_user,
        user.account_expires,
        user.password_never_expired,
        user.enable_change_password,
        user.next_login_change_password,
        user.description,
        fold(&user.description),
        user.locked,
        user.disabled,
        user.total_desktops,
        user.share_space_subscription,
        user.share_space_desktops,
        user.enterprise_project_id,
        user.user_info_map,
        user.domain,
        user.when_created.millis(),
    ])
}

/// Applies the changes; returns whether the user exists.
pub(crate) fn update_user(
    tx: &Connection,
    project_id: &str,
    id: &str,
    change: &UserChange,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE workspace_users SET description = coalesce(?3, description),
           description_lower = coalesce(?4, description_lower), user_email = coalesce(?5, user_email),
           user_phone = coalesce(?6, user_phone), active_type = coalesce(?7, active_type),
           account_expires = coalesce(?8, account_expires), enable_change_password = coalesce(?9, enable_change_password),
           next_login_change_password = coalesce(?10, next_login_change_password),
           password_never_expired = coalesce(?11, password_never_expired), disabled = coalesce(?12, disabled),
           user_info_map = coalesce(?13, user_info_map)
         WHERE project_id = ?1 AND id = ?2";
    let changed = tx.prepare_cached(sql)?.execute(params![
        project_id,
        id,
        change.description,
        change.description.as_deref().map(fold),
        change.user_email,
        change.user_phone,
        change.active_type.map(ActiveType::as_str),
        change.account_expires,
        change.enable_change_password,
        change.next_login_change_password,
        change.password_never_expired,
        change.disabled,
        change.user_info_map,
    ])?;
    Ok(changed == 1)
}

/// Locks or unlocks a user; returns whether the user exists.
pub(crate) fn set_locked(
    tx: &Connection,
    project_id: &str,
    id: &str,
    locked: bool,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE workspace_users SET locked = ?3 WHERE project_id = ?1 AND id = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .execute(params![project_id, id, locked])?
        == 1)
}

/// Deletes a user with its memberships; returns whether it existed.
pub(crate) fn delete_user(tx: &Connection, project_id: &str, id: &str) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM workspace_users WHERE project_id = ?1 AND id = ?2";
    Ok(tx.prepare_cached(sql)?.execute([project_id, id])? == 1)
}

/// Makes a user a member of exactly these groups.
pub(crate) fn set_groups(tx: &Connection, user_seq: i64, groups: &[i64]) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM workspace_members WHERE user_seq = ?1")?
        .execute([user_seq])?;
    let sql = "INSERT OR IGNORE INTO workspace_members (group_seq, user_seq) VALUES (?1, ?2)";
    for group in groups {
        tx.prepare_cached(sql)?.execute([*group, user_seq])?;
    }
    Ok(())
}

/// All users of a project, oldest first: the order of the list is data too.
pub(crate) fn for_each_user(
    tx: &Connection,
    project: &Project,
    mut each: impl FnMut(User),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {} FROM workspace_users WHERE project_id = ?1 ORDER BY seq",
        User::COLUMNS
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([&project.project_id])?;
    while let Some(row) = rows.next()? {
        each(User::from_row(row)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_the_rule_of_the_seed_and_of_the_user_guide() {
        let long = "a".repeat(21);
        for (name, seed, relaxed) in [
            ("api-test", true, true),
            ("a", true, true),
            ("a.b_c-d", true, true),
            ("a_", true, true),
            ("a.", true, true),
            ("a-", true, true),
            ("9lives", false, false),
            ("9", false, true),
            ("9-", false, false),
            ("_a", false, false),
            ("-a", false, false),
            ("", false, false),
            ("a b", false, false),
            ("张三", false, false),
            ("a\0", false, false),
            (&long[..20], true, true),
            (&long, false, true),
            (&"a".repeat(32), false, true),
            (&"a".repeat(33), false, false),
        ] {
            assert_eq!(is_user_name(name, NameRule::Seed), seed, "{name}");
            assert_eq!(is_user_name(name, NameRule::Relaxed), relaxed, "{name}");
        }
    }

    #[test]
    fn addresses_by_the_pattern_of_the_definitions() {
        for good in [
            "test@huawei.com",
            "_@a.b",
            "a@b.c",
            "a.b-c_d@x-y_z.w.com",
            "__a@b.c",
            "a1@-.c",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "", "a", "@b.c", "a@", "a@b", "a@b.", "a@.b", "a@b..c", "a@b.c-d", ".a@b.c", "a.@b.c",
            "a b@c.d", "a@b@c.d", "张@b.c", "a-@b.c", "a@b.c\n",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
