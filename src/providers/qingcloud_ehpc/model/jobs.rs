//! The job log: its rows and its list.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};

use super::clusters::Cluster;
use super::query::{Order, Scope, folded_line, for_each, json_array, page, total};
use crate::namespace::ids::{Ids, LOWER_ALPHANUMERIC};
use crate::store::Tx;
use crate::store::filter::Filter;
use crate::store::lists::List;
use crate::store::page::{Page, Window};
use crate::store::rows::{Columns, PlainReader};

/// Where all jobs run, as in the samples.
pub(crate) const SUBMITTER: &str = "nscca-hpc1";

/// An entry of the job log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) action_describe: String,
    pub(crate) create_time: String,
    pub(crate) error_codes: String,
    pub(crate) job_action: String,
    pub(crate) job_id: String,
    pub(crate) owner: String,
    /// Ids, separated by single spaces.
    pub(crate) resource_ids: String,
    pub(crate) status: String,
    pub(crate) status_time: String,
    pub(crate) submitter: String,
    pub(crate) task_count: Option<i64>,
}

impl Job {
    /// The columns, in the order of [`Job::from_row`].
    const COLUMNS: &'static str = "action_describe, create_time, error_codes, job_action, job_id, owner, resource_ids, status, status_time, \
         submitter, task_count";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            action_describe: row.get(0)?,
            create_time: row.get(1)?,
            error_codes: row.get(2)?,
            job_action: row.get(3)?,
            job_id: row.get(4)?,
            owner: row.get(5)?,
            resource_ids: row.get(6)?,
            status: row.get(7)?,
            status_time: row.get(8)?,
            submitter: row.get(9)?,
            task_count: row.get(10)?,
        })
    }

    /// Inferred: the change that a job represents is complete when its id is returned.
    pub(crate) fn done(
        tx: &Connection,
        ids: &Ids,
        cluster: &Cluster,
        (job_action, action_describe): (&str, &str),
        now: &str,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            action_describe: action_describe.to_owned(),
            create_time: now.to_owned(),
            error_codes: String::new(),
            job_action: job_action.to_owned(),
            job_id: fresh_job_id(tx, ids)?,
            owner: cluster.owner.clone(),
            resource_ids: cluster.cluster_id.clone(),
            status: "successful".to_owned(),
            status_time: now.to_owned(),
            submitter: SUBMITTER.to_owned(),
            task_count: None,
        })
    }
}

static JOBS: List = List {
    table: "qingcloud_jobs",
    parent: None,
    sort_key: Some("create_time"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &["status", "job_action", "owner"],
};

/// Which jobs to list. An empty list of ids matches all.
#[derive(Debug, Default, Hash)]
pub(crate) struct JobFilter {
    pub(crate) job_ids: Vec<String>,
    pub(crate) jobs: Vec<String>,
    pub(crate) status: Option<String>,
    pub(crate) job_action: Option<String>,
    pub(crate) action_describe: Option<String>,
    /// The job has at least one of these ids.
    pub(crate) resource_ids: Vec<String>,
    pub(crate) owner: Option<String>,
    /// Part of the action's name or description, ignoring case.
    pub(crate) search_word: Option<String>,
    /// Created at or after this time.
    pub(crate) start_time: Option<String>,
    /// Created after this time: if the start is within a second, the jobs of that second were earlier.
    pub(crate) after: Option<String>,
    /// Created at or before this time.
    pub(crate) end_time: Option<String>,
}

/// An unused job id.
fn fresh_job_id(tx: &Connection, ids: &Ids) -> rusqlite::Result<String> {
    let mut statement =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM qingcloud_jobs WHERE job_id = ?1)")?;
    loop {
        let id = format!("j-{}", ids.text(11, LOWER_ALPHANUMERIC));
        if !statement.query_row([&id], |row| row.get::<_, bool>(0))? {
            return Ok(id);
        }
    }
}

pub(crate) fn list_jobs(
    tx: &Tx<'_>,
    filter: JobFilter,
    order: Order,
    window: Window,
) -> rusqlite::Result<Page<Job>> {
    const AMONG: &str = "job_id IN (SELECT value FROM json_each(?))";
    let mut passing = Filter::of(&JOBS);
    passing.when(AMONG, json_array(&filter.job_ids));
    passing.when(AMONG, json_array(&filter.jobs));
    passing.equals("status", filter.status);
    passing.equals("job_action", filter.job_action);
    passing.equals("action_describe", filter.action_describe);
    passing.when(
        "EXISTS (SELECT 1 FROM json_each(?) WHERE instr(' ' || resource_ids || ' ', ' ' || value || ' '))",
        json_array(&filter.resource_ids),
    );
    passing.equals("owner", filter.owner);
    passing.contains(
        "folded_name",
        filter.search_word.as_deref().map(folded_line),
    );
    passing.when("create_time >= ?", filter.start_time);
    passing.when("create_time > ?", filter.after);
    passing.when("create_time <= ?", filter.end_time);
    let scope = Scope {
        list: &JOBS,
        first: None,
        parent: Value::Null,
        total: total(tx, "jobs")?,
    };
    page(
        tx,
        &scope,
        &passing,
        (order, window),
        &PlainReader {
            columns: Columns::of("qingcloud_jobs", "seq", Job::COLUMNS),
            read: Job::from_row,
        },
    )
}

/// Adds a job, or updates the one with the same id.
pub(crate) fn put_job(tx: &Connection, job: &Job) -> rusqlite::Result<()> {
    let sql = "INSERT INTO qingcloud_jobs (action_describe, create_time, error_codes, job_action, job_id, owner, resource_ids, status,
           status_time, submitter, task_count, folded_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (job_id) DO UPDATE SET action_describe = excluded.action_describe, create_time = excluded.create_time,
           error_codes = excluded.error_codes, job_action = excluded.job_action, owner = excluded.owner,
           resource_ids = excluded.resource_ids, status = excluded.status, status_time = excluded.status_time,
           submitter = excluded.submitter, task_count = excluded.task_count, folded_name = excluded.folded_name";
    tx.prepare_cached(sql)?.execute(params![
        job.action_describe,
        job.create_time,
        job.error_codes,
        job.job_action,
        job.job_id,
        job.owner,
        job.resource_ids,
        job.status,
        job.status_time,
        job.submitter,
        job.task_count,
        [&job.job_action, &job.action_describe]
            .map(|text| folded_line(text))
            .join("\n"),
    ])?;
    Ok(())
}

pub(crate) fn delete_job(tx: &Connection, job_id: &str) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM qingcloud_jobs WHERE job_id = ?1")?
        .execute([job_id])?;
    Ok(())
}

/// All jobs, in list order.
pub(crate) fn for_each_job(tx: &Connection, each: impl FnMut(Job)) -> rusqlite::Result<()> {
    for_each(tx, "qingcloud_jobs", Job::COLUMNS, Job::from_row, each)
}
