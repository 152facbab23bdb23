//! A namespace and its data: what a call sees from its beginning to its end, and what a reset swaps.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use foldhash::HashMap;

use super::clock::{Clock, Time};
use super::ids::Ids;
use super::settings::Settings;
use crate::store::database::Database;

/// The data of a namespace and what belongs to it; a reset swaps it as a whole, so that no call sees half of one.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) data: Database,
    pub(crate) memory: Memory,
    pub(crate) ids: Ids,
    /// What a restored snapshot shares with the data that was before.
    pub(crate) clock: Arc<Clock>,
    pub(super) settings: Arc<RwLock<Arc<Settings>>>,
    /// Whether the data started as the template in this run; what an earlier run left may have been written to.
    pub(super) from_template: bool,
    /// Whether the seed has changed since, and the data stayed because it was written to.
    pub(super) is_behind: AtomicBool,
}

impl State {
    /// Notes that the data stayed when the seed changed; of data that never was the seed's there is nothing to say.
    pub(crate) fn set_behind(&self) {
        self.is_behind.store(self.from_template, Ordering::SeqCst);
    }

    pub(crate) fn is_behind(&self) -> bool {
        self.is_behind.load(Ordering::SeqCst)
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the data is still the template's: nothing was written to it.
    pub(super) fn is_pristine(&self) -> bool {
        self.from_template && self.data.generation() == 0
    }
}

/// What providers keep in memory besides the data (tasks, nonces): one value of each type.
#[derive(Default)]
pub(crate) struct Memory {
    values: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Memory {
    /// The value of that type, made on first use.
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

/// One isolated world.
#[derive(Debug)]
pub(crate) struct Namespace {
    pub(crate) name: Arc<str>,
    pub(super) state: RwLock<Arc<State>>,
    pub(super) last_use: AtomicI64,
    /// Whether only calls without a verified signature have asked for it, where that matters.
    pub(super) is_unclaimed: AtomicBool,
    /// When it was last asked for, in a count of all that were.
    pub(super) turn: AtomicU64,
    /// Held while the data is swapped, so that one swap builds on the other; readers go on meanwhile.
    pub(super) swapping: Mutex<()>,
}

impl Namespace {
    /// The data as it is now; a caller keeps it for the whole of its call.
    pub(crate) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.state().settings()
    }

    /// Lets a namespace go again that [`Namespaces::settle`] finds nobody's.
    pub(crate) fn set_unclaimed(&self, is_unclaimed: bool) {
        self.is_unclaimed.store(is_unclaimed, Ordering::SeqCst);
    }

    /// Changes the settings; of two changes at once none is lost. What went wrong changes nothing.
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

    /// When a call last came in.
    pub(crate) fn last_use(&self) -> Time {
        Time::from_millis(self.last_use.load(Ordering::Relaxed))
    }

    pub(crate) fn touch(&self, now: Time) {
        self.last_use.store(now.millis(), Ordering::Relaxed);
    }
}
