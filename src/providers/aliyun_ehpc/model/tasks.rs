//! The tasks of ListUsersAsync, in memory: which list each one saw, and the lists that have changed since.
//!
//! A task remembers its cluster and the generation of the list at its start. While the list has that generation, its
//! pages come from the data. New users are appended, so a list that has only grown since is a prefix of the current
//! one. Only the first write that changes a list in another way stores a copy, for all tasks that saw the list or a
//! prefix of it. So a first call, which most calls are, costs one entry here and no write, and adding users costs no
//! copy.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::HashMap;

use super::seen_lists::{Change, EarlierList, Seen, SeenLists};
use super::{Cluster, User};
use crate::namespace::clock::Time;
use crate::namespace::ids::{Ids, LOWER_ALPHANUMERIC};

/// Inferred: how long a task can be polled.
const KEPT_MILLIS: i64 = 60 * 60 * 1000;
/// How many tasks a namespace keeps; the oldest are dropped first. A million calls must not fill the memory.
const MOST_TASKS: usize = 16 * 1024;
/// The random part of an AsyncId.
const ID_LENGTH: usize = 13;

/// An AsyncId without the parts that all of its cluster share: `t-hz` and these.
type TaskId = [u8; ID_LENGTH];

/// The tasks of a namespace.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    tasks: HashMap<TaskId, Task>,
    /// The ids of the tasks, oldest first.
    order: VecDeque<TaskId>,
    lists: SeenLists,
}

#[derive(Debug)]
struct Task {
    seen: Seen,
    started: Time,
    polls_left: u32,
}

/// The state of a task.
#[derive(Debug)]
pub(crate) enum Progress {
    Running,
    /// Done, and the list is unchanged.
    Unchanged,
    /// Done, and the list has changed: [`Tasks::earlier`] returns the earlier one.
    Changed,
}

/// Why a poll fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PollError {
    /// There is no such task, or no longer.
    Unknown,
    /// The task belongs to another cluster.
    OtherCluster,
    /// The list has changed, and its earlier state could not be stored.
    NotKept,
}

impl Tasks {
    /// Starts a task on the list as `cluster` describes it and returns its AsyncId; `None` if a write is changing the
    /// list, or has changed it without this reader seeing it.
    pub(crate) fn start(
        &self,
        cluster: &Cluster,
        polls: u32,
        ids: &Ids,
        now: Time,
    ) -> Option<String> {
        let mut inner = self.lock();
        (!inner.lists.is_overtaken(cluster)).then(|| inner.start(cluster, polls, ids, now))
    }

    /// Starts a task regardless of writes in progress: `list` reads the list that `cluster` describes, in the same
    /// transaction.
    pub(crate) fn start_beside_a_write<E>(
        &self,
        cluster: &Cluster,
        polls: u32,
        ids: &Ids,
        now: Time,
        list: impl FnOnce() -> Result<Vec<User>, E>,
    ) -> Result<String, E> {
        let mut inner = self.lock();
        let async_id = inner.start(cluster, polls, ids, now);
        if inner.lists.is_overtaken(cluster) {
            let Inner {
                tasks,
                order,
                lists,
            } = &mut *inner;
            lists.keep(cluster, seen_by(tasks, order), list)?;
        }
        Ok(async_id)
    }

    /// Polls a task, which is counted.
    pub(crate) fn poll(
        &self,
        cluster: &Cluster,
        async_id: &str,
        now: Time,
    ) -> Result<Progress, PollError> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let id = async_id
            .strip_prefix("t-")
            .filter(|rest| rest.is_char_boundary(2))
            .and_then(|rest| task_id(&rest[2..]))
            .ok_or(PollError::Unknown)?;
        let task = inner.tasks.get_mut(&id).ok_or(PollError::Unknown)?;
        if task.is_over(now) {
            return Err(PollError::Unknown);
        }
        if task.seen.0 != cluster.seq || async_id[2..4] != *letters(&cluster.cluster_id) {
            return Err(PollError::OtherCluster);
        }
        task.polls_left = task.polls_left.saturating_sub(1);
        if 0 < task.polls_left {
            return Ok(Progress::Running);
        }
        if task.seen.1 == cluster.generation {
            return Ok(Progress::Unchanged);
        }
        if inner.lists.is_kept(task.seen) {
            Ok(Progress::Changed)
        } else {
            Err(PollError::NotKept)
        }
    }

    /// The list that a task saw, given the cluster in the transaction that continues reading. `None` if it was not
    /// stored, or the task no longer exists.
    pub(crate) fn earlier(&self, cluster: &Cluster, async_id: &str) -> Option<EarlierList> {
        let inner = self.lock();
        let task = inner.tasks.get(&task_id(async_id.get(4..)?)?)?;
        inner.lists.earlier(task.seen, cluster)
    }

    /// Lets `change` change the cluster's list in the way of `kind`; if it does more than append, the list is first
    /// stored, as read by `list`, for the tasks that saw it. Writes are serialised.
    pub(crate) fn changing<E>(
        &self,
        cluster: &Cluster,
        now: Time,
        kind: Change,
        list: impl FnOnce() -> Result<Vec<User>, E>,
        change: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        self.before_change(cluster, now, kind, list)?;
        change().inspect_err(|_| {
            // The write was reverted: tasks still see the list as it is, and new ones may start on it without a copy.
            self.lock().lists.take_back(cluster);
        })
    }

    fn before_change<E>(
        &self,
        cluster: &Cluster,
        now: Time,
        kind: Change,
        list: impl FnOnce() -> Result<Vec<User>, E>,
    ) -> Result<(), E> {
        let mut inner = self.lock();
        inner.forget_over(now);
        let Inner {
            tasks,
            order,
            lists,
        } = &mut *inner;
        lists.before_change(cluster, kind, seen_by(tasks, order), list)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Task {
    fn is_over(&self, now: Time) -> bool {
        self.started.plus_millis(KEPT_MILLIS) < now
    }
}

impl Inner {
    fn start(&mut self, cluster: &Cluster, polls: u32, ids: &Ids, now: Time) -> String {
        let random = ids.text(ID_LENGTH, LOWER_ALPHANUMERIC);
        let id = task_id(&random).expect("it is as long as a task's id");
        let task = Task {
            seen: (cluster.seq, cluster.generation),
            started: now,
            polls_left: polls,
        };
        self.add(id, task, now);
        ["t-", letters(&cluster.cluster_id), &random].concat()
    }

    fn add(&mut self, id: TaskId, task: Task, now: Time) {
        self.forget_over(now);
        while MOST_TASKS <= self.order.len() {
            self.forget_oldest();
        }
        self.lists.see(task.seen);
        // A collision of ids is as likely as that of two random numbers below 36 to the 13th; the first task would be lost.
        if let Some(twin) = self.tasks.insert(id, task) {
            self.lists.release(twin.seen);
        }
        self.order.push_back(id);
    }

    /// Drops expired tasks from the old end.
    fn forget_over(&mut self, now: Time) {
        while let Some(oldest) = self.order.front() {
            if self
                .tasks
                .get(oldest)
                .is_some_and(|task| !task.is_over(now))
            {
                return;
            }
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(task) = self
            .order
            .pop_front()
            .and_then(|oldest| self.tasks.remove(&oldest))
        {
            self.lists.release(task.seen);
        }
    }
}

/// What the tasks saw, oldest first.
fn seen_by(tasks: &HashMap<TaskId, Task>, order: &VecDeque<TaskId>) -> impl Iterator<Item = Seen> {
    order.iter().filter_map(|id| Some(tasks.get(id)?.seen))
}

fn task_id(text: &str) -> Option<TaskId> {
    text.as_bytes().try_into().ok()
}

/// The letters for a cluster's region, as in its id: `hz` in `ehpc-hz-vu7c2WkVGx`.
fn letters(cluster_id: &str) -> &str {
    cluster_id.get(5..7).unwrap_or("hz")
}

#[cfg(test)]
mod tests {
    use super::super::seen_lists::MOST_KEPT_USERS;
    use super::*;
    use crate::providers::aliyun_ehpc::model::Group;

    const NOW: Time = Time::from_millis(0);

    fn cluster(generation: i64) -> Cluster {
        Cluster {
            seq: 1,
            cluster_id: "ehpc-hz-vu7c2WkVGx".to_owned(),
            status: "running".to_owned(),
            user_count: 2,
            generation,
        }
    }

    fn list(length: usize) -> Result<Vec<User>, ()> {
        let user = User {
            user_id: 1000,
            name: "testuser".to_owned(),
            group: Group::Wheel,
            group_id: 10,
            add_time: NOW,
        };
        Ok(vec![user; length])
    }

    fn unread() -> Result<Vec<User>, ()> {
        panic!("no copy is needed")
    }

    fn start(tasks: &Tasks, ids: &Ids, generation: i64, now: Time) -> String {
        tasks
            .start(&cluster(generation), 0, ids, now)
            .expect("no write was here")
    }

    /// How many users are kept of the list that a task saw.
    fn kept(tasks: &Tasks, generation: i64, task: &str) -> Option<usize> {
        let now = cluster(generation);
        assert!(matches!(tasks.poll(&now, task, NOW), Ok(Progress::Changed)));
        match tasks.earlier(&now, task)? {
            EarlierList::Users(users, first) => Some(users[..first].len()),
            EarlierList::First(_) => None,
        }
    }

    fn of(generation: i64, user_count: u64) -> Cluster {
        Cluster {
            user_count,
            ..cluster(generation)
        }
    }

    #[test]
    fn a_list_that_only_grew_is_copied_by_the_first_other_change() {
        let (tasks, ids) = (Tasks::default(), Ids::seeded(7, "default"));
        let first = |cluster: &Cluster, task: &str| match tasks.earlier(cluster, task) {
            Some(EarlierList::First(users)) => users,
            other => panic!("{other:?}"),
        };
        let two = start(&tasks, &ids, 0, NOW);
        let adds = |cluster: &Cluster, users| {
            tasks.before_change(cluster, NOW, Change::Adds(users), unread)
        };
        assert_eq!(adds(&of(0, 2), 3), Ok(()));
        let five = tasks
            .start(&of(3, 5), 0, &ids, NOW)
            .expect("no write was here");
        assert_eq!(adds(&of(3, 5), 1), Ok(()));
        for (task, users) in [(&two, 2), (&five, 5)] {
            assert!(matches!(
                tasks.poll(&of(4, 6), task, NOW),
                Ok(Progress::Changed)
            ));
            assert_eq!(first(&of(4, 6), task), users);
        }
        assert_eq!(
            tasks.before_change(&of(4, 6), NOW, Change::Other, || list(6)),
            Ok(())
        );
        assert_eq!(
            (kept(&tasks, 5, &two), kept(&tasks, 5, &five)),
            (Some(2), Some(5))
        );
        let inner = tasks.lock();
        assert_eq!(
            (inner.lists.kept_users, inner.lists.copies.len()),
            (6, 1),
            "they share it"
        );
    }

    #[test]
    fn a_write_that_is_not_counted_loses_what_has_only_grown() {
        let (tasks, ids) = (Tasks::default(), Ids::seeded(7, "default"));
        let task = start(&tasks, &ids, 0, NOW);
        assert_eq!(
            tasks.before_change(&of(0, 2), NOW, Change::Adds(1), unread),
            Ok(())
        );
        assert!(tasks.earlier(&of(1, 3), &task).is_some());
        // A seed changed users meanwhile.
        assert!(tasks.earlier(&of(7, 3), &task).is_none());
        assert_eq!(
            tasks.before_change(&of(7, 3), NOW, Change::Adds(1), unread),
            Ok(())
        );
        assert_eq!(
            tasks.poll(&of(8, 4), &task, NOW).err(),
            Some(PollError::NotKept)
        );
    }

    #[test]
    fn equal_generations_share_one_copy_that_goes_with_its_last_task() {
        let (tasks, ids) = (Tasks::default(), Ids::seeded(7, "default"));
        let first = start(&tasks, &ids, 3, NOW);
        let second = start(&tasks, &ids, 3, NOW.plus_millis(KEPT_MILLIS));
        assert!(matches!(
            tasks.poll(&cluster(3), &first, NOW),
            Ok(Progress::Unchanged)
        ));
        assert_eq!(
            tasks.before_change(&cluster(3), NOW, Change::Other, || list(2)),
            Ok(()),
            "the list is read once"
        );
        assert_eq!(
            tasks.before_change(&cluster(3), NOW, Change::Other, unread),
            Ok(())
        );
        for task in [&first, &second] {
            assert_eq!(kept(&tasks, 4, task), Some(2));
        }
        let later = NOW.plus_millis(KEPT_MILLIS + 1);
        assert_eq!(
            tasks.poll(&cluster(4), &first, later).err(),
            Some(PollError::Unknown)
        );
        assert_eq!(
            tasks.before_change(&cluster(4), later, Change::Other, unread),
            Ok(())
        );
        assert_eq!(
            tasks.lock().lists.kept_users,
            2,
            "the second task still needs it"
        );
        let last = later.plus_millis(KEPT_MILLIS);
        assert_eq!(
            tasks.before_change(&cluster(4), last, Change::Other, unread),
            Ok(())
        );
        let inner = tasks.lock();
        assert_eq!(
            (
                inner.lists.kept_users,
                inner.lists.lists.len(),
                inner.tasks.len()
            ),
            (0, 0, 0)
        );
    }

    #[test]
    fn a_reader_whom_a_write_overtook_keeps_its_list_itself() {
        let (tasks, ids) = (Tasks::default(), Ids::seeded(7, "default"));
        assert_eq!(
            tasks.before_change(&cluster(3), NOW, Change::Other, unread),
            Ok(())
        );
        assert_eq!(tasks.start(&cluster(3), 0, &ids, NOW), None);
        let task = tasks
            .start_beside_a_write(&cluster(3), 0, &ids, NOW, || list(2))
            .expect("a list");
        assert!(matches!(
            tasks.poll(&cluster(4), &task, NOW),
            Ok(Progress::Changed)
        ));
    }

    #[test]
    fn tasks_and_kept_users_are_capped() {
        let (tasks, ids) = (Tasks::default(), Ids::seeded(7, "default"));
        let first = start(&tasks, &ids, 0, NOW);
        for _ in 0..MOST_TASKS {
            start(&tasks, &ids, 1, NOW);
        }
        assert_eq!(
            tasks.poll(&cluster(0), &first, NOW).err(),
            Some(PollError::Unknown)
        );
        assert_eq!(tasks.lock().tasks.len(), MOST_TASKS);
        for generation in 2..9 {
            start(&tasks, &ids, generation, NOW);
            let kept = tasks.before_change(&cluster(generation), NOW, Change::Other, || {
                list(MOST_KEPT_USERS / 3)
            });
            assert_eq!(kept, Ok(()));
            assert!(tasks.lock().lists.kept_users <= MOST_KEPT_USERS);
        }
    }

    #[test]
    fn a_list_that_needs_room_takes_it_from_the_oldest_copies_alone() {
        let (tasks, ids) = (Tasks::default(), Ids::seeded(7, "default"));
        let elsewhere = Cluster {
            seq: 2,
            ..cluster(0)
        };
        let untouched = tasks
            .start(&elsewhere, 0, &ids, NOW)
            .expect("no write was here");
        let started: Vec<String> = (0..3)
            .map(|generation| {
                let task = start(&tasks, &ids, generation, NOW);
                let read = || list(MOST_KEPT_USERS / 2);
                assert_eq!(
                    tasks.before_change(&cluster(generation), NOW, Change::Other, read),
                    Ok(())
                );
                task
            })
            .collect();
        let poll = |task: &str| tasks.poll(&cluster(3), task, NOW);
        assert_eq!(poll(&started[0]).err(), Some(PollError::NotKept));
        assert!(matches!(poll(&started[1]), Ok(Progress::Changed)));
        assert!(matches!(poll(&started[2]), Ok(Progress::Changed)));
        assert!(matches!(
            tasks.poll(&elsewhere, &untouched, NOW),
            Ok(Progress::Unchanged)
        ));
    }

    #[test]
    fn a_change_that_is_refused_leaves_a_list_to_start_on() {
        let (tasks, ids) = (Tasks::default(), Ids::seeded(7, "default"));
        let before = start(&tasks, &ids, 3, NOW);
        let refused = tasks.changing(&cluster(3), NOW, Change::Other, || list(2), || Err(()));
        assert_eq!(refused, Err(()));
        let task = start(&tasks, &ids, 3, NOW);
        // A reader from before the change before that one is late all the same.
        assert_eq!(tasks.start(&cluster(2), 0, &ids, NOW), None);
        // The list is kept already, and is that of the next change.
        let changed = tasks.changing(&cluster(3), NOW, Change::Other, unread, || Ok(()));
        assert_eq!(changed, Ok(()));
        assert_eq!(tasks.start(&cluster(3), 0, &ids, NOW), None);
        for task in [before, task] {
            assert_eq!(kept(&tasks, 4, &task), Some(2));
        }
    }

    #[test]
    fn an_async_id_is_of_its_cluster() {
        let (tasks, ids) = (Tasks::default(), Ids::seeded(7, "default"));
        let task = start(&tasks, &ids, 0, NOW);
        assert!(
            task.starts_with("t-hz") && task.len() == 17,
            "{task} has the shape of t-hz02xltxaex1q80"
        );
        let other = Cluster {
            seq: 2,
            ..cluster(0)
        };
        assert_eq!(
            tasks.poll(&other, &task, NOW).err(),
            Some(PollError::OtherCluster)
        );
        for wrong in [
            "",
            "t-",
            "t-h",
            "t-hé0000000000000",
            "t-hz02xltxaex1q80",
            "x",
        ] {
            assert_eq!(
                tasks.poll(&cluster(0), wrong, NOW).err(),
                Some(PollError::Unknown),
                "{wrong}"
            );
        }
    }
}
