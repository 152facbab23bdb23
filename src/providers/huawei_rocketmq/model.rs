//! Instances and users: rules, rows in and rows out.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::store::page::{Page, Window, select};

/// A broker, the parent of users.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    pub(crate) project_id: String,
    pub(crate) instance_id: String,
    pub(crate) name: String,
    pub(crate) engine: String,
    pub(crate) status: String,
    pub(crate) engine_version: String,
    pub(crate) enable_acl: bool,
    pub(crate) r#type: String,
    pub(crate) specification: String,
    pub(crate) created_at: String,
    pub(crate) charging_mode: i64,
    pub(crate) vpc_id: String,
    pub(crate) subnet_id: String,
    pub(crate) security_group_id: String,
    /// A JSON array.
    pub(crate) available_zones: String,
    pub(crate) user_id: String,
    pub(crate) user_name: String,
    pub(crate) storage_space: i64,
    pub(crate) ssl_enable: bool,
    pub(crate) enable_publicip: bool,
    pub(crate) broker_num: i64,
    pub(crate) user_count: u64,
}

impl Instance {
    /// The columns, in the order of [`Instance::from_row`].
    const COLUMNS: &'static str = "project_id, instance_id, name, engine, status, engine_version, enable_acl, type, specification, \
         created_at, charging_mode, vpc_id, subnet_id, security_group_id, available_zones, user_id, user_name, storage_space, \
         ssl_enable, enable_publicip, broker_num, user_count";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            project_id: row.get(0)?,
            instance_id: row.get(1)?,
            name: row.get(2)?,
            engine: row.get(3)?,
            status: row.get(4)?,
            engine_version: row.get(5)?,
            enable_acl: row.get(6)?,
            r#type: row.get(7)?,
            specification: row.get(8)?,
            created_at: row.get(9)?,
            charging_mode: row.get(10)?,
            vpc_id: row.get(11)?,
            subnet_id: row.get(12)?,
            security_group_id: row.get(13)?,
            available_zones: row.get(14)?,
            user_id: row.get(15)?,
            user_name: row.get(16)?,
            storage_space: row.get(17)?,
            ssl_enable: row.get(18)?,
            enable_publicip: row.get(19)?,
            broker_num: row.get(20)?,
            user_count: row.get(21)?,
        })
    }

    /// On engine 5.x (basic edition) every user is an administrator.
    pub(crate) fn forces_administrators(&self) -> bool {
        self.engine_version.starts_with('5')
    }
}

/// A user of an instance; it has no id but its access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) white_remote_address: String,
    pub(crate) admin: bool,
    pub(crate) default_topic_perm: String,
    pub(crate) default_group_perm: String,
    /// A JSON array of `{"name","perm"}`.
    pub(crate) topic_perms: String,
    /// A JSON array of `{"name","perm"}`.
    pub(crate) group_perms: String,
}

impl User {
    const COLUMNS: &'static str = "access_key, secret_key, white_remote_address, admin, default_topic_perm, default_group_perm, topic_perms, group_perms";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            access_key: row.get(0)?,
            secret_key: row.get(1)?,
            white_remote_address: row.get(2)?,
            admin: row.get(3)?,
            default_topic_perm: row.get(4)?,
            default_group_perm: row.get(5)?,
            topic_perms: row.get(6)?,
            group_perms: row.get(7)?,
        })
    }

    /// The user as that instance keeps it.
    #[must_use]
    pub(crate) fn on(mut self, instance: &Instance) -> Self {
        if instance.forces_administrators() {
            self.admin = true;
            "PUB|SUB".clone_into(&mut self.default_topic_perm);
            "SUB".clone_into(&mut self.default_group_perm);
            "[]".clone_into(&mut self.topic_perms);
            "[]".clone_into(&mut self.group_perms);
        }
        self
    }
}

/// Which instances to list; an absent filter lets all through.
#[derive(Debug, Default)]
pub(crate) struct InstanceFilter {
    pub(crate) engine: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) instance_id: Option<String>,
    pub(crate) status: Option<String>,
}

pub(crate) fn instance(
    tx: &Connection,
    project_id: &str,
    instance_id: &str,
) -> rusqlite::Result<Option<Instance>> {
    let sql = format!(
        "SELECT {} FROM rocketmq_instances WHERE instance_id = ?1 AND project_id = ?2",
        Instance::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([instance_id, project_id], Instance::from_row)
        .optional()
}

pub(crate) fn list_instances(
    tx: &Connection,
    project_id: &str,
    filter: &InstanceFilter,
    window: Window,
) -> rusqlite::Result<Page<Instance>> {
    let sql = format!(
        "SELECT {} FROM rocketmq_instances WHERE project_id = ?1 AND (?2 IS NULL OR engine = ?2)
           AND (?3 IS NULL OR instr(name, ?3)) AND (?4 IS NULL OR instance_id = ?4) AND (?5 IS NULL OR status = ?5) ORDER BY seq",
        Instance::COLUMNS
    );
    let InstanceFilter {
        engine,
        name,
        instance_id,
        status,
    } = filter;
    let all = select(
        tx,
        &sql,
        params![project_id, engine, name, instance_id, status],
        Instance::from_row,
    )?;
    let total = all.len() as u64;
    let offset = usize::try_from(window.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(window.sql_limit()).unwrap_or(usize::MAX);
    Ok(Page {
        total,
        rows: all.into_iter().skip(offset).take(limit).collect(),
    })
}

pub(crate) fn list_users(
    tx: &Connection,
    instance: &Instance,
    window: Window,
) -> rusqlite::Result<Page<User>> {
    let sql = format!(
        "SELECT {} FROM rocketmq_users WHERE instance_id = ?1 ORDER BY seq LIMIT ?2 OFFSET ?3",
        User::COLUMNS
    );
    let rows = select(
        tx,
        &sql,
        params![
            instance.instance_id,
            window.sql_limit(),
            window.sql_offset()
        ],
        User::from_row,
    )?;
    Ok(Page {
        total: instance.user_count,
        rows,
    })
}

/// Adds an instance, or brings the one of the same id up to date; its users stay.
pub(crate) fn put_instance(tx: &Connection, instance: &Instance) -> rusqlite::Result<()> {
    let sql = "INSERT INTO rocketmq_instances (project_id, instance_id, name, engine, status, engine_version, enable_acl, type,
           specification, created_at, charging_mode, vpc_id, subnet_id, security_group_id, available_zones, user_id, user_name,
           storage_space, ssl_enable, enable_publicip, broker_num)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
         ON CONFLICT (instance_id) DO UPDATE SET project_id = excluded.project_id, name = excluded.name, engine = excluded.engine,
           status = excluded.status, engine_version = excluded.engine_version, enable_acl = excluded.enable_acl, type = excluded.type,
           specification = excluded.specification, created_at = excluded.created_at, charging_mode = excluded.charging_mode,
           vpc_id = excluded.vpc_id, subnet_id = excluded.subnet_id, security_group_id = excluded.security_group_id,
           available_zones = excluded.available_zones, user_id = excluded.user_id, user_name = excluded.user_name,
           storage_space = excluded.storage_space, ssl_enable = excluded.ssl_enable, enable_publicip = excluded.enable_publicip,
           broker_num = excluded.broker_num";
    tx.prepare_cached(sql)?.execute(params![
        instance.project_id,
        instance.instance_id,
        instance.name,
        instance.engine,
        instance.status,
        instance.engine_version,
        instance.enable_acl,
        instance.r#type,
        instance.specification,
        instance.created_at,
        instance.charging_mode,
        instance.vpc_id,
        instance.subnet_id,
        instance.security_group_id,
        instance.available_zones,
        instance.user_id,
        instance.user_name,
        instance.storage_space,
        instance.ssl_enable,
        instance.enable_publicip,
        instance.broker_num,
    ])?;
    Ok(())
}

/// Adds a user; the caller gives the conflict its name.
pub(crate) fn insert_user(
    tx: &Connection,
    instance: &Instance,
    user: &User,
) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO rocketmq_users (instance_id, access_key, secret_key, white_remote_address, admin, default_topic_perm,
           default_group_perm, topic_perms, group_perms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    tx.prepare_cached(sql)?.execute(params![
        instance.instance_id,
        user.access_key,
        user.secret_key,
        user.white_remote_address,
        user.admin,
        user.default_topic_perm,
        user.default_group_perm,
        user.topic_perms,
        user.group_perms,
    ])
}

/// Brings a user up to date; says whether there was one.
pub(crate) fn update_user(
    tx: &Connection,
    instance: &Instance,
    user: &User,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE rocketmq_users SET secret_key = ?3, white_remote_address = ?4, admin = ?5, default_topic_perm = ?6,
           default_group_perm = ?7, topic_perms = ?8, group_perms = ?9 WHERE instance_id = ?1 AND access_key = ?2";
    let changed = tx.prepare_cached(sql)?.execute(params![
        instance.instance_id,
        user.access_key,
        user.secret_key,
        user.white_remote_address,
        user.admin,
        user.default_topic_perm,
        user.default_group_perm,
        user.topic_perms,
        user.group_perms,
    ])?;
    Ok(changed == 1)
}

pub(crate) fn delete_instance(tx: &Connection, instance_id: &str) -> rusqlite::Result<usize> {
    tx.prepare_cached("DELETE FROM rocketmq_instances WHERE instance_id = ?1")?
        .execute([instance_id])
}

pub(crate) fn delete_user(
    tx: &Connection,
    instance: &Instance,
    access_key: &str,
) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM rocketmq_users WHERE instance_id = ?1 AND access_key = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .execute([&instance.instance_id, access_key])?
        == 1)
}

pub(crate) fn all_instances(tx: &Connection) -> rusqlite::Result<Vec<Instance>> {
    let sql = format!(
        "SELECT {} FROM rocketmq_instances ORDER BY project_id, instance_id",
        Instance::COLUMNS
    );
    select(tx, &sql, [], Instance::from_row)
}

/// Every user of an instance, oldest first: the order of its list is data too.
pub(crate) fn for_each_user(
    tx: &Connection,
    instance: &Instance,
    mut each: impl FnMut(User),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {} FROM rocketmq_users WHERE instance_id = ?1 ORDER BY seq",
        User::COLUMNS
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([&instance.instance_id])?;
    while let Some(row) = rows.next()? {
        each(User::from_row(row)?);
    }
    Ok(())
}
