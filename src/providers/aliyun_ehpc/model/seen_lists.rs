//! The lists that tasks saw, as far as they can be reconstructed: while the list only grows, they are prefixes of the
//! current list, and afterwards, prefixes of a copy.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{Cluster, User};

/// How many users a namespace's stored lists may hold in total; the oldest lists are dropped first, and a list that
/// exceeds the limit alone is not stored.
pub(super) const MOST_KEPT_USERS: usize = 200_000;

/// A list at one point in time: a cluster's `seq`, and the generation of its list.
pub(super) type Seen = (i64, i64);

/// The lists that the tasks of a namespace saw.
#[derive(Debug, Default)]
pub(super) struct SeenLists {
    pub(super) lists: HashMap<Seen, List>,
    /// The copies that lists share.
    pub(super) copies: HashMap<u64, Copied>,
    last_copy: u64,
    /// What is known about the writes to a cluster's list.
    written: HashMap<i64, Written>,
    pub(super) kept_users: usize,
}

/// The writes to the list of a cluster.
#[derive(Debug, Default)]
struct Written {
    /// The generation that they lead to; the last write may still be in progress.
    to: i64,
    /// The generations that tasks saw and that have only grown since, provided that every write is counted here.
    grown: BTreeSet<i64>,
}

/// A list that a task saw.
#[derive(Debug, Default)]
pub(super) struct List {
    tasks: usize,
    state: ListState,
}

/// What has become of a list that a task saw.
#[derive(Debug, Default, Clone, Copy)]
enum ListState {
    /// Unchanged, as far as is known.
    #[default]
    Same,
    /// It consists of the first `n` users of the current list.
    Grown(u64),
    /// It consists of the first `n` users of this copy.
    Copied { copy: u64, users: usize },
}

/// A copy of a list, and the number of lists that are prefixes of it.
#[derive(Debug)]
pub(super) struct Copied {
    users: Arc<[User]>,
    lists: usize,
}

/// The effect of a write on a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// Appends this many users.
    Adds(usize),
    Other,
}

/// A list as a task saw it.
#[derive(Debug)]
pub(crate) enum EarlierList {
    /// The first `n` users of the current list.
    First(u64),
    Users(Arc<[User]>, usize),
}

impl SeenLists {
    /// Registers one more task that saw the list.
    pub(super) fn see(&mut self, seen: Seen) {
        self.lists.entry(seen).or_default().tasks += 1;
    }

    /// Whether the former state of a changed list is known.
    pub(super) fn is_kept(&self, seen: Seen) -> bool {
        let list = self.lists.get(&seen);
        list.is_some_and(|list| !matches!(list.state, ListState::Same))
    }

    /// A list as it was seen, given the cluster in the transaction that continues reading; `None` if it was not stored.
    pub(super) fn earlier(&self, seen: Seen, cluster: &Cluster) -> Option<EarlierList> {
        match self.lists.get(&seen)?.state {
            ListState::Same => None,
            // An uncounted write, by a seed, may have changed any user.
            ListState::Grown(users) => self.counts(cluster).then_some(EarlierList::First(users)),
            ListState::Copied { copy, users } => {
                let copy = self.copies.get(&copy)?;
                Some(EarlierList::Users(Arc::clone(&copy.users), users))
            }
        }
    }

    /// Registers a write that is about to change the cluster's list; if it does more than append, the lists seen so far
    /// are stored first. `oldest` lists what tasks saw, oldest first.
    pub(super) fn before_change<E>(
        &mut self,
        cluster: &Cluster,
        kind: Change,
        oldest: impl Iterator<Item = Seen>,
        list: impl FnOnce() -> Result<Vec<User>, E>,
    ) -> Result<(), E> {
        if !self.counts(cluster) {
            self.lose_grown(cluster);
        }
        let more = match kind {
            Change::Adds(users) => {
                self.grow(cluster);
                i64::try_from(users).unwrap_or(i64::MAX)
            }
            Change::Other => {
                self.keep(cluster, oldest, list)?;
                1
            }
        };
        let written = self.written.entry(cluster.seq).or_default();
        written.to = written.to.max(cluster.generation.saturating_add(more));
        Ok(())
    }

    /// Reverts the registration of a write that was not made.
    pub(super) fn take_back(&mut self, cluster: &Cluster) {
        self.written.entry(cluster.seq).or_default().to = cluster.generation;
    }

    /// Whether a write has requested a copy of what `cluster` describes, so that it will not request one again.
    pub(super) fn is_overtaken(&self, cluster: &Cluster) -> bool {
        self.written
            .get(&cluster.seq)
            .is_some_and(|written| cluster.generation < written.to)
    }

    /// Whether the list that `cluster` describes is one that the writes counted here lead to.
    fn counts(&self, cluster: &Cluster) -> bool {
        self.written
            .get(&cluster.seq)
            .is_none_or(|written| written.grown.is_empty() || cluster.generation <= written.to)
    }

    /// Unregisters a task that saw the list; after the last one, the list is not needed.
    pub(super) fn release(&mut self, seen: Seen) {
        if let Some(list) = self.lists.get_mut(&seen) {
            list.tasks -= 1;
            if list.tasks == 0 {
                self.drop_list(seen);
            }
        }
    }

    fn drop_list(&mut self, seen: Seen) {
        let list = self.lists.remove(&seen);
        match list.map(|list| list.state) {
            Some(ListState::Copied { copy, .. }) => self.release_copy(copy),
            Some(ListState::Grown(_)) => {
                if let Some(written) = self.written.get_mut(&seen.0) {
                    written.grown.remove(&seen.1);
                }
            }
            _ => {}
        }
    }

    /// Unregisters a list that is a prefix of this copy; after the last one, the copy is not needed.
    fn release_copy(&mut self, copy: u64) {
        if let Entry::Occupied(mut copied) = self.copies.entry(copy) {
            copied.get_mut().lists -= 1;
            if copied.get().lists == 0 {
                self.kept_users -= copied.remove().users.len();
            }
        }
    }

    /// Registers that a list seen by a task is about to grow.
    fn grow(&mut self, cluster: &Cluster) {
        let (seq, generation) = (cluster.seq, cluster.generation);
        if let Some(list) = self.lists.get_mut(&(seq, generation))
            && matches!(list.state, ListState::Same)
        {
            list.state = ListState::Grown(cluster.user_count);
            self.written
                .entry(seq)
                .or_default()
                .grown
                .insert(generation);
        }
    }

    /// Drops the lists that have grown if a write was not counted.
    fn lose_grown(&mut self, cluster: &Cluster) {
        let grown = self
            .written
            .get_mut(&cluster.seq)
            .map(|written| std::mem::take(&mut written.grown));
        for generation in grown.unwrap_or_default() {
            if let Some(list) = self.lists.get_mut(&(cluster.seq, generation)) {
                list.state = ListState::Same;
            }
        }
    }

    /// Stores a list that a task saw, or a prefix of it, replacing older ones if there is not enough room.
    pub(super) fn keep<E>(
        &mut self,
        cluster: &Cluster,
        oldest: impl Iterator<Item = Seen>,
        list: impl FnOnce() -> Result<Vec<User>, E>,
    ) -> Result<(), E> {
        let length = usize::try_from(cluster.user_count).unwrap_or(usize::MAX);
        if MOST_KEPT_USERS < length {
            self.lose_grown(cluster);
            return Ok(());
        }
        self.grow(cluster);
        let written = self.written.entry(cluster.seq).or_default();
        if written.grown.range(..=cluster.generation).next().is_none() {
            return Ok(());
        }
        let users: Arc<[User]> = list()?.into();
        let later = written
            .grown
            .split_off(&cluster.generation.saturating_add(1));
        let grown = std::mem::replace(&mut written.grown, later);
        self.make_room(users.len(), oldest);
        self.last_copy += 1;
        self.kept_users += users.len();
        for generation in &grown {
            if let Some(list) = self.lists.get_mut(&(cluster.seq, *generation))
                && let ListState::Grown(first) = list.state
            {
                let first = usize::try_from(first).unwrap_or(usize::MAX);
                list.state = ListState::Copied {
                    copy: self.last_copy,
                    users: first.min(users.len()),
                };
            }
        }
        let lists = grown.len();
        self.copies.insert(self.last_copy, Copied { users, lists });
        Ok(())
    }

    /// Drops the copies with the oldest tasks until this many users fit. Tasks without a copy are kept: they need no
    /// room, and most of them saw lists that have not changed.
    fn make_room(&mut self, length: usize, oldest: impl Iterator<Item = Seen>) {
        for seen in oldest {
            if self.kept_users.saturating_add(length) <= MOST_KEPT_USERS {
                return;
            }
            if let Some(list) = self.lists.get_mut(&seen)
                && let ListState::Copied { copy, .. } = list.state
            {
                list.state = ListState::Same;
                self.release_copy(copy);
            }
        }
    }
}
