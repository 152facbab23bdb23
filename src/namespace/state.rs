//! A namespace and its state: what a call sees throughout, and what a reset swaps.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use foldhash::HashMap;

use super::clock::{Clock, Time};
use super::ids::Ids;
use super::settings::Settings;
use crate::store::database::Database;

/// The data of a namespace and everything that belongs to it. A reset swaps all of it, so that no call sees a mixture.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) data: Database,
    pub(crate) memory: Memory,
    pub(crate) ids: Ids,
    /// Shared with the previous state when a snapshot is restored.
    pub(crate) clock: Arc<Clock>,
    pub(super) settings: Arc<RwLock<Arc<Settings>>>,
    /// Whether the data started as the template in this run; data of an earlier run may have been written to.
    pub(super) from_template: bool,
    /// Whether the seed has changed since, and the data was kept because it was written to.
    pub(super) is_behind: AtomicBool,
}

impl State {
    /// Records that the data was kept when the seed changed, if it came from the seed at all.
    pub(crate) fn set_behind(&self) {
        self.is_behind.store(self.from_template, Ordering::SeqCst);
    }

    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind.load(Ordering::SeqCst)
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the data is still the unmodified template.
    pub(super) fn is_pristine(&self) -> bool {
        self.from_template && self.data.generation() == 0
    }
}

/// State that providers keep in memory (tasks, nonces): one value per type.
#[derive(Default)]
pub(crate) struct Memory {
    values: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Memory {
    /// The value of a type, created on first use.
    pub(crate) fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let of_type = |value: &Arc<dyn Any + Send + Sync>| {
            Arc::clone(value)
                .downcast()
                .expect("a value is kept under its own type")
        };
        let key = TypeId::of::<T>();
        if let Some(value) = self
            .values
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return of_type(value);
        }
        of_type(
            self.values
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(key)
                .or_insert_with(|| Arc::new(T::default())),
        )
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

/// A namespace.
#[derive(Debug)]
pub(crate) struct Namespace {
    pub(crate) name: Arc<str>,
    pub(super) state: RwLock<Arc<State>>,
    pub(super) last_use: AtomicI64,
    /// Whether only calls without a verified signature have used it, under strict.
    pub(super) is_unclaimed: AtomicBool,
    /// The access count at its last use.
    pub(super) turn: AtomicU64,
    /// Held while the data is swapped, so that swaps are serialised; readers are not blocked.
    pub(super) swapping: Mutex<()>,
}

impl Namespace {
    /// The current state; a call keeps it until its end.
    pub(crate) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.state().settings()
    }

    /// Marks a namespace for removal by [`Namespaces::settle`].
    pub(crate) fn set_unclaimed(&self, is_unclaimed: bool) {
        self.is_unclaimed.store(is_unclaimed, Ordering::SeqCst);
    }

    /// Changes the settings atomically; an error changes nothing.
    pub(crate) fn change_settings<E>(
        &self,
        change: impl FnOnce(&Settings) -> Result<Settings, E>,
    ) -> Result<Arc<Settings>, E> {
        let state = self.state();
        let mut settings = state
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *settings = Arc::new(change(&settings)?);
        Ok(Arc::clone(&settings))
    }

    /// The time of the last call.
    pub(crate) fn last_use(&self) -> Time {
        Time::from_millis(self.last_use.load(Ordering::Relaxed))
    }

    pub(crate) fn touch(&self, now: Time) {
        self.last_use.store(now.millis(), Ordering::Relaxed);
    }
}
