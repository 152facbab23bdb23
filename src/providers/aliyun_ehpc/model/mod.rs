//! Clusters and users: rules and database rows.

pub(crate) mod seen_lists;
pub(crate) mod tasks;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::namespace::clock::Time;
use crate::provider::error::Missing;
use crate::store::Tx;
use crate::store::lists::List;
use crate::store::order::Direction;
use crate::store::page::{Page, Window, count, select};
use crate::store::rows::{CachedReader, Columns, EncodedRow, PlainReader, RowEncoder, RowReader};

/// Contradictions to the counts and ids that triggers maintain: each query returns a row if there is one.
pub(crate) const CONTRADICTIONS: &[&str] = &[
    "SELECT 1 FROM aliyun_clusters AS c WHERE user_count <> (SELECT count(*) FROM aliyun_users WHERE cluster = c.seq)",
    "SELECT 1 FROM aliyun_clusters AS c WHERE wheel_count <> (SELECT count(*) FROM aliyun_users WHERE cluster = c.seq AND user_group = 'wheel')",
    "SELECT 1 FROM aliyun_clusters AS c WHERE next_user_id <= (SELECT max(user_id) FROM aliyun_users WHERE cluster = c.seq) OR generation < 0",
];

/// The API version that a cluster belongs to. Inferred: neither version sees the clusters of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V2018,
    V2024,
}

impl Version {
    pub(crate) const ALL: [Self; 2] = [Self::V2018, Self::V2024];

    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::V2018 => "2018-04-12",
            Self::V2024 => "2024-07-30",
        }
    }
}

/// A permission group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// May submit and debug jobs.
    Users,
    /// May also use sudo.
    Wheel,
}

impl Group {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Wheel => "wheel",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Users, Self::Wheel]
            .into_iter()
            .find(|group| group.text() == text)
    }

    /// The GroupId of the group. Both come from samples: 10 from the seed, 100 from the documentation of GetUser
    /// 2024-07-30.
    pub(crate) const fn id(self) -> i64 {
        match self {
            Self::Users => 100,
            Self::Wheel => 10,
        }
    }
}

impl ToSql for Group {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.text().into())
    }
}

impl FromSql for Group {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

/// What operations on users need to know about the cluster.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// Never reused for another cluster, whatever its id.
    pub(crate) seq: i64,
    pub(crate) cluster_id: String,
    pub(crate) status: String,
    pub(crate) user_count: u64,
    /// Increases with every change to the list of users.
    pub(crate) generation: i64,
}

impl Cluster {
    /// Only then can users be listed and changed.
    pub(crate) fn is_running(&self) -> bool {
        self.status == "running"
    }
}

/// A cluster as it is listed.
#[derive(Debug, Clone)]
pub(crate) struct ClusterRecord {
    pub(crate) cluster_id: String,
    pub(crate) name: String,
    pub(crate) status: String,
    /// The cluster as its Version's ListClusters returns it, a JSON object.
    pub(crate) detail: String,
    pub(crate) user_count: u64,
    pub(crate) wheel_count: u64,
}

impl ClusterRecord {
    const COLUMNS: &'static str = "cluster_id, name, status, detail, user_count, wheel_count";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            cluster_id: row.get(0)?,
            name: row.get(1)?,
            status: row.get(2)?,
            detail: row.get(3)?,
            user_count: row.get(4)?,
            wheel_count: row.get(5)?,
        })
    }
}

/// A user of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) user_id: i64,
    pub(crate) name: String,
    pub(crate) group: Group,
    pub(crate) group_id: i64,
    pub(crate) add_time: Time,
}

impl User {
    const COLUMNS: &'static str = "user_id, name, user_group, group_id, add_time";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            user_id: row.get(0)?,
            name: row.get(1)?,
            group: row.get(2)?,
            group_id: row.get(3)?,
            add_time: Time::from_millis(row.get(4)?),
        })
    }
}

pub(crate) fn cluster(
    tx: &Connection,
    version: Version,
    cluster_id: &str,
) -> rusqlite::Result<Option<Cluster>> {
    let sql = "SELECT seq, cluster_id, status, user_count, generation FROM aliyun_clusters WHERE cluster_id = ?1 AND version = ?2";
    tx.prepare_cached(sql)?
        .query_row([cluster_id, version.text()], |row| {
            Ok(Cluster {
                seq: row.get(0)?,
                cluster_id: row.get(1)?,
                status: row.get(2)?,
                user_count: row.get(3)?,
                generation: row.get(4)?,
            })
        })
        .optional()
}

pub(crate) fn cluster_record(
    tx: &Connection,
    version: Version,
    cluster_id: &str,
) -> rusqlite::Result<Option<ClusterRecord>> {
    let sql = format!(
        "SELECT {} FROM aliyun_clusters WHERE cluster_id = ?1 AND version = ?2",
        ClusterRecord::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([cluster_id, version.text()], ClusterRecord::from_row)
        .optional()
}

/// The API version that a cluster id belongs to.
pub(crate) fn version_of(tx: &Connection, cluster_id: &str) -> rusqlite::Result<Option<Version>> {
    for version in Version::ALL {
        if cluster(tx, version, cluster_id)?.is_some() {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// All clusters of a Version, in insertion order.
pub(crate) fn clusters(
    tx: &Connection,
    version: Version,
    window: Window,
) -> rusqlite::Result<Page<ClusterRecord>> {
    let sql = format!(
        "SELECT {} FROM aliyun_clusters WHERE version = ?1 ORDER BY seq LIMIT ?2 OFFSET ?3",
        ClusterRecord::COLUMNS
    );
    Ok(Page {
        total: cluster_count(tx, version)?,
        rows: select(
            tx,
            &sql,
            params![version.text(), window.sql_limit(), window.sql_offset()],
            ClusterRecord::from_row,
        )?,
    })
}

/// The number of clusters of a Version.
pub(crate) fn cluster_count(tx: &Connection, version: Version) -> rusqlite::Result<u64> {
    count(
        tx,
        "SELECT count(*) FROM aliyun_clusters WHERE version = ?1",
        [version.text()],
    )
}

static USERS: List = List {
    table: "aliyun_users",
    parent: Some("cluster"),
    sort_key: None,
    number: "user_id",
    texts: &[],
    filter_columns: &[],
};

/// A page of a cluster's users. Inferred: by UserId, ascending.
pub(crate) fn users(
    tx: &Tx<'_>,
    cluster: &Cluster,
    window: Window,
) -> rusqlite::Result<Page<User>> {
    let reader = PlainReader {
        columns: columns(cluster),
        read: User::from_row,
    };
    list(tx, cluster, window, &reader)
}

/// The same, encoded.
pub(crate) fn encoded_users(
    tx: &Tx<'_>,
    cluster: &Cluster,
    window: Window,
    encoder: &RowEncoder<'_, User>,
) -> rusqlite::Result<Page<EncodedRow>> {
    let reader = CachedReader {
        columns: columns(cluster),
        read: &User::from_row,
        encoder,
    };
    list(tx, cluster, window, &reader)
}

fn columns(cluster: &Cluster) -> Columns {
    Columns {
        parent: Some(("cluster", cluster.seq)),
        ..Columns::of("aliyun_users", "user_id", User::COLUMNS)
    }
}

fn list<R: RowReader>(
    tx: &Tx<'_>,
    cluster: &Cluster,
    window: Window,
    reader: &R,
) -> rusqlite::Result<Page<R::Row>> {
    let start = tx.start(
        &USERS,
        cluster.seq,
        cluster.user_count,
        Direction::Forward,
        window.offset,
    )?;
    let from = "FROM aliyun_users WHERE cluster = ?1 AND ?2 <= user_id ORDER BY user_id LIMIT ?3 OFFSET ?4";
    let params = params![
        cluster.seq,
        start.number(),
        window.sql_limit(),
        start.sql_offset()
    ];
    Ok(Page {
        total: cluster.user_count,
        rows: reader.select(tx, from, params, window.limit)?,
    })
}

/// A page of the first `n` users of a cluster.
pub(crate) fn first_users(
    tx: &Tx<'_>,
    cluster: &Cluster,
    max: u64,
    window: Window,
) -> rusqlite::Result<Page<User>> {
    let mut page = users(tx, cluster, window)?;
    let left = usize::try_from(max.saturating_sub(window.offset)).unwrap_or(usize::MAX);
    page.rows.truncate(left);
    Ok(Page {
        total: max,
        rows: page.rows,
    })
}

/// All users of a cluster, in list order.
pub(crate) fn for_each_user(
    tx: &Connection,
    cluster: &Cluster,
    mut each: impl FnMut(User),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {} FROM aliyun_users WHERE cluster = ?1 ORDER BY user_id",
        User::COLUMNS
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([cluster.seq])?;
    while let Some(row) = rows.next()? {
        each(User::from_row(row)?);
    }
    Ok(())
}

/// Adds a user with the next id of its cluster; the caller maps a conflict to an error.
pub(crate) fn add_user(
    tx: &Connection,
    cluster: &Cluster,
    name: &str,
    group: Group,
    add_time: Time,
) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO aliyun_users (cluster, user_id, name, user_group, group_id, add_time)
         SELECT seq, next_user_id, ?2, ?3, ?4, ?5 FROM aliyun_clusters WHERE seq = ?1";
    tx.prepare_cached(sql)?.execute(params![
        cluster.seq,
        name,
        group,
        group.id(),
        add_time.millis()
    ])
}

/// Adds a user unchanged, or updates the one with that name, including its id; the caller maps a taken id to an error.
pub(crate) fn put_user(tx: &Connection, cluster: &Cluster, user: &User) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO aliyun_users (cluster, user_id, name, user_group, group_id, add_time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (cluster, name) DO UPDATE SET user_id = excluded.user_id, user_group = excluded.user_group,
           group_id = excluded.group_id, add_time = excluded.add_time";
    tx.prepare_cached(sql)?.execute(params![
        cluster.seq,
        user.user_id,
        user.name,
        user.group,
        user.group_id,
        user.add_time.millis()
    ])
}

pub(crate) fn user(
    tx: &Connection,
    cluster: &Cluster,
    name: &str,
) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "SELECT {} FROM aliyun_users WHERE cluster = ?1 AND name = ?2",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row(params![cluster.seq, name], User::from_row)
        .optional()
}

/// Moves a user to another group; returns whether the user exists.
pub(crate) fn set_group(
    tx: &Connection,
    cluster: &Cluster,
    name: &str,
    group: Group,
) -> rusqlite::Result<bool> {
    let sql =
        "UPDATE aliyun_users SET user_group = ?3, group_id = ?4 WHERE cluster = ?1 AND name = ?2";
    let changed = tx
        .prepare_cached(sql)?
        .execute(params![cluster.seq, name, group, group.id()])?;
    Ok(changed == 1)
}

/// Deletes a user; returns whether it existed.
pub(crate) fn delete_user(
    tx: &Connection,
    cluster: &Cluster,
    name: &str,
) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM aliyun_users WHERE cluster = ?1 AND name = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .execute(params![cluster.seq, name])?
        == 1)
}

/// Adds a cluster, or updates the one with the same id; its users are kept.
pub(crate) fn put_cluster(
    tx: &Connection,
    version: Version,
    cluster: &ClusterRecord,
) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO aliyun_clusters (version, cluster_id, name, status, detail) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (cluster_id) DO UPDATE SET name = excluded.name, status = excluded.status, detail = excluded.detail";
    tx.prepare_cached(sql)?.execute(params![
        version.text(),
        cluster.cluster_id,
        cluster.name,
        cluster.status,
        cluster.detail
    ])
}

pub(crate) fn delete_cluster(tx: &Connection, cluster_id: &str) -> rusqlite::Result<usize> {
    tx.prepare_cached("DELETE FROM aliyun_clusters WHERE cluster_id = ?1")?
        .execute([cluster_id])
}

/// The id of the cluster's next user, if it does not follow from the existing users.
pub(crate) fn unimplied_next_user_id(
    tx: &Connection,
    cluster_id: &str,
) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT next_user_id FROM aliyun_clusters AS c WHERE cluster_id = ?1 AND next_user_id !=
           max(1000, coalesce((SELECT max(user_id) + 1 FROM aliyun_users WHERE cluster = c.seq), 1000))";
    tx.prepare_cached(sql)?
        .query_row([cluster_id], |row| row.get(0))
        .optional()
}

/// Makes the id of the cluster's next user at least this one.
pub(crate) fn raise_next_user_id(
    tx: &Connection,
    cluster_id: &str,
    next_user_id: i64,
) -> rusqlite::Result<usize> {
    let sql =
        "UPDATE aliyun_clusters SET next_user_id = max(next_user_id, ?2) WHERE cluster_id = ?1";
    tx.prepare_cached(sql)?
        .execute(params![cluster_id, next_user_id])
}

pub(crate) fn counts(tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    Ok(vec![
        (
            "clusters",
            count(tx, "SELECT count(*) FROM aliyun_clusters", [])?,
        ),
        (
            "users",
            count(
                tx,
                "SELECT coalesce(sum(user_count), 0) FROM aliyun_clusters",
                [],
            )?,
        ),
    ])
}

/// Whether the record that an operation did not find exists here.
pub(crate) fn contains(tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
    match (missing.kind, missing.key.as_slice()) {
        ("cluster", [cluster_id]) => Ok(version_of(tx, cluster_id)?.is_some()),
        ("user", [cluster_id, name]) => {
            for version in Version::ALL {
                if let Some(cluster) = cluster(tx, version, cluster_id)? {
                    return Ok(user(tx, &cluster, name)?.is_some());
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}
