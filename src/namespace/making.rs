//! Creates namespaces: first the data, if in a file one that nothing refers to yet, then the name.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::clock::Clock;
use super::data_dir::{
    copy_to, generation_of, live_file, point_to, remove_database, remove_unfinished,
};
use super::ids::Ids;
use super::{
    DATA_VERSION, DataSource, Memory, Namespace, NamespaceError, Namespaces, State, is_name, lock,
};
use crate::store::database::Database;
use crate::store::{self, OpenError, Store, trouble};

/// The data of a namespace that does not exist yet.
pub(super) struct Pending {
    pub(super) data: Database,
    /// The generation and the folder of its file.
    pub(super) place: Option<(u64, PathBuf)>,
}

impl Namespaces {
    /// Creates a namespace that must not exist yet.
    pub(crate) fn create(
        &self,
        name: &str,
        origin: &DataSource,
    ) -> Result<Arc<Namespace>, NamespaceError> {
        if !is_name(name) {
            return Err(NamespaceError::Name(name.to_owned()));
        }
        let may_be_made = || {
            if self.find(name).is_some() || self.is_on_disk(name) {
                return Err(NamespaceError::Taken(name.to_owned()));
            }
            self.has_room()
        };
        may_be_made()?;
        // Not under the lock: a copy may take long and wait for a write to the original, while others create namespaces.
        let begun = self
            .begin(name, origin)
            .map_err(|cause| NamespaceError::Data {
                name: name.to_owned(),
                cause,
            })?;
        let _making = lock(&self.making);
        match may_be_made() {
            Ok(()) => self.finish(name, begun, origin),
            Err(came_too_late) => {
                if let Some(file) = begun.data.file() {
                    remove_database(file);
                }
                Err(came_too_late)
            }
        }
    }

    /// A fresh state.
    pub(super) fn fresh(&self, name: &str, data: Database, origin: &DataSource) -> State {
        State {
            data,
            memory: Memory::default(),
            ids: self.ids(name),
            clock: Arc::new(Clock::new(self.clock)),
            settings: Arc::new(RwLock::new(Arc::new(self.settings.clone()))),
            from_template: matches!(origin, DataSource::Template),
            is_behind: AtomicBool::new(false),
        }
    }

    /// A state that keeps the settings and clock of an earlier one.
    pub(super) fn like(
        &self,
        old: &State,
        name: &str,
        data: Database,
        from_template: bool,
    ) -> State {
        State {
            data,
            memory: Memory::default(),
            ids: self.ids(name),
            clock: Arc::clone(&old.clock),
            settings: Arc::clone(&old.settings),
            from_template,
            is_behind: AtomicBool::new(false),
        }
    }

    /// Creates a namespace, or opens its data from an earlier run. Returns whether it was created; the caller holds `making`.
    pub(super) fn make(
        &self,
        name: &str,
        origin: &DataSource,
    ) -> Result<(Arc<Namespace>, bool), NamespaceError> {
        self.has_room()?;
        let failed = |cause: OpenError| NamespaceError::Data {
            name: name.to_owned(),
            cause,
        };
        let live = self.folder(name).map(|folder| live_file(&folder));
        let Some(live) = live.transpose().map_err(failed)?.flatten() else {
            let begun = self.begin(name, origin).map_err(failed)?;
            return Ok((self.finish(name, begun, origin)?, true));
        };
        self.close_idle();
        let store = self.opened(&live).map_err(failed)?;
        let state = State {
            from_template: false,
            ..self.fresh(name, store.into(), origin)
        };
        Ok((self.add(name, state), false))
    }

    /// Opens the data of an earlier run. Data of an earlier version is upgraded atomically, into a new generation.
    pub(super) fn opened(&self, live: &Path) -> Result<Store, OpenError> {
        if store::check(live, DATA_VERSION)? == DATA_VERSION {
            return Store::open(live, DATA_VERSION);
        }
        let folder = live.parent().unwrap_or(live);
        let generation = self.generation_after(generation_of(live));
        let file = folder.join(format!("{generation}.db"));
        let older = Store::of_older(live, &(self.empty)()?)?;
        let store = copy_to(&older, Some(&file)).inspect_err(|_| remove_unfinished(&file))?;
        point_to(folder, generation)?;
        remove_database(live);
        Ok(store)
    }

    pub(super) fn has_room(&self) -> Result<(), NamespaceError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if self.max <= known.len() {
            return Err(NamespaceError::TooMany(known.len()));
        }
        Ok(())
    }

    /// Creates the data of a namespace, if in a file one that nothing refers to yet.
    fn begin(&self, name: &str, origin: &DataSource) -> Result<Pending, OpenError> {
        self.begin_with(name, 0, &|place| self.fill(place, origin))
    }

    /// The same, with a generation after a given one.
    pub(super) fn begin_with(
        &self,
        name: &str,
        before: u64,
        data: &impl Fn(Option<&Path>) -> Result<Database, OpenError>,
    ) -> Result<Pending, OpenError> {
        if self.require_folder().is_err() {
            return Err(OpenError::Machine(trouble::REMOVED));
        }
        self.close_idle();
        let place = match self.folder(name) {
            None => None,
            Some(folder) => {
                fs::create_dir_all(&folder)?;
                Some((self.generation_after(before), folder))
            }
        };
        let file = place
            .as_ref()
            .map(|(generation, folder)| folder.join(format!("{generation}.db")));
        let data = data(file.as_deref()).inspect_err(|_| {
            file.as_deref().map(remove_unfinished);
        })?;
        Ok(Pending { data, place })
    }

    /// Completes a pending namespace; the caller holds `making`.
    fn finish(
        &self,
        name: &str,
        begun: Pending,
        origin: &DataSource,
    ) -> Result<Arc<Namespace>, NamespaceError> {
        if let Some((generation, folder)) = begun.place {
            point_to(&folder, generation).map_err(|cause| NamespaceError::Data {
                name: name.to_owned(),
                cause: cause.into(),
            })?;
        }
        Ok(self.add(name, self.fresh(name, begun.data, origin)))
    }

    pub(super) fn add(&self, name: &str, state: State) -> Arc<Namespace> {
        let namespace = Arc::new(Namespace {
            name: name.into(),
            state: RwLock::new(Arc::new(state)),
            last_use: AtomicI64::new(0),
            is_unclaimed: AtomicBool::new(false),
            turn: AtomicU64::new(self.turns.fetch_add(1, Ordering::Relaxed)),
            swapping: Mutex::default(),
        });
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), Arc::clone(&namespace));
        namespace
    }

    /// Creates data in a file or in memory.
    pub(super) fn fill(
        &self,
        file: Option<&Path>,
        origin: &DataSource,
    ) -> Result<Database, OpenError> {
        Ok(match origin {
            DataSource::Template if file.is_none() => Database::starting_as(self.template()),
            DataSource::Template => copy_to(&self.template().whole, file)?.into(),
            DataSource::Empty if file.is_none() => (self.empty)()?.into(),
            DataSource::Empty => copy_to(&(self.empty)()?, file)?.into(),
            DataSource::Copy(other) => copy_to(&*other.data.readable()?, file)?.into(),
        })
    }

    /// A generation after a given one and all others of this run. Calls in flight continue on removed files, possibly long after the
    /// namespace was dropped and created again; what they do by file name must not affect the new files.
    pub(super) fn generation_after(&self, before: u64) -> u64 {
        self.generations.fetch_max(before, Ordering::Relaxed);
        self.generations.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn ids(&self, name: &str) -> Ids {
        self.rng_seed
            .map_or_else(Ids::unseeded, |seed| Ids::seeded(seed, name))
    }
}
