//! Replaces the data of a namespace: reset, restore, import and reload.

use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

use super::data_dir::{
    copy_to, generation_of, highest_generation, live_file, point_to, remove_database,
    remove_earlier, remove_unfinished,
};
use super::{DataSource, Namespace, NamespaceError, Namespaces, State, is_name, lock};
use crate::store::database::Database;
use crate::store::{OpenError, Store};

/// The state of a namespace before and after a swap.
#[derive(Debug)]
pub(crate) struct Swapped {
    /// `None` if there was no such namespace, or its data could not be read.
    pub(crate) old: Option<Arc<State>>,
    pub(crate) new: Arc<State>,
    /// Whether there was no such namespace.
    pub(crate) created: bool,
}

impl Namespaces {
    /// Resets a namespace at once: calls in flight finish on the old data. Tasks, random stream, settings and clock are reset, too.
    pub(crate) fn reset(&self, name: &str, origin: &DataSource) -> Result<Swapped, NamespaceError> {
        self.exchange(
            name,
            matches!(origin, DataSource::Template),
            |place| self.fill(place, origin),
            |_, data| self.fresh(name, data, origin),
        )
    }

    /// Replaces a namespace's data with a store; tasks and random stream are reset, settings and clock stay. In memory, the store itself is
    /// used: a copy would take the same size again.
    pub(crate) fn replace(
        &self,
        name: &str,
        store: &Arc<Store>,
    ) -> Result<Swapped, NamespaceError> {
        self.exchange(
            name,
            false,
            |place| {
                Ok(match place {
                    Some(file) => copy_to(store, Some(file))?.into(),
                    None => Database::Whole(Arc::clone(store)),
                })
            },
            |old, data| self.like(old, name, data, false),
        )
    }

    /// Replaces a namespace's data in any case: unreadable data is no obstacle if it is not needed, and a missing namespace is created.
    fn exchange(
        &self,
        name: &str,
        from_template: bool,
        data: impl Fn(Option<&Path>) -> Result<Database, OpenError>,
        state: impl Fn(&State, Database) -> State,
    ) -> Result<Swapped, NamespaceError> {
        if !is_name(name) {
            return Err(NamespaceError::Name(name.to_owned()));
        }
        loop {
            let Some(namespace) = self.find(name) else {
                let _making = lock(&self.making);
                if self.find(name).is_none() {
                    return self.make_over(name, from_template, &data);
                }
                continue;
            };
            let swapped = self.swapping(&namespace).and_then(|_swapping| {
                self.swap(&namespace, |place, old| Ok(state(old, data(place)?)))
            });
            match swapped {
                // It was dropped meanwhile, so create it again.
                Err(NamespaceError::Unknown(_)) => {}
                Err(cause) => return Err(cause),
                Ok((old, new)) => {
                    return Ok(Swapped {
                        old: Some(old),
                        new,
                        created: false,
                    });
                }
            }
        }
    }

    /// Creates a namespace that is not in use, replacing its data on disk; the caller holds `making`.
    fn make_over(
        &self,
        name: &str,
        from_template: bool,
        data: &impl Fn(Option<&Path>) -> Result<Database, OpenError>,
    ) -> Result<Swapped, NamespaceError> {
        self.has_room()?;
        let failed = |cause: OpenError| NamespaceError::Data {
            name: name.to_owned(),
            cause,
        };
        let folder = self.folder(name);
        let live = folder.as_deref().map_or(Ok(None), live_file);
        if let Err(cause @ OpenError::Machine(_)) = live {
            return Err(failed(cause));
        }
        let created = matches!(live, Ok(None));
        let opened = live.and_then(|live| live.map(|live| self.opened(&live)).transpose());
        let is_damaged = opened.is_err();
        let old = opened.unwrap_or_else(|cause| {
            tracing::warn!(name, %cause, "data that cannot be read is replaced");
            None
        });
        // Whatever the pointer says, no file that is there gives way before there is a better one.
        let before = folder.as_deref().map_or(0, highest_generation);
        let pending = self.begin_with(name, before, data).map_err(failed)?;
        if let Some((generation, folder)) = &pending.place {
            point_to(folder, *generation).map_err(|cause| failed(cause.into()))?;
        }
        let old = old.map(|store| Arc::new(self.fresh(name, store.into(), &DataSource::Empty)));
        if let Some(old) = &old {
            old.data.retire();
            old.data.file().map(remove_database);
        }
        if let Some((generation, folder)) = pending.place.as_ref().filter(|_| is_damaged) {
            remove_earlier(folder, *generation);
        }
        let origin = if from_template {
            DataSource::Template
        } else {
            DataSource::Empty
        };
        let namespace = self.add(name, self.fresh(name, pending.data, &origin));
        Ok(Swapped {
            old,
            new: namespace.state(),
            created,
        })
    }

    /// Moves unmodified data to a new template; settings and clock stay. Returns whether the data was unmodified.
    pub(crate) fn refresh(&self, namespace: &Namespace) -> Result<bool, NamespaceError> {
        loop {
            let state = namespace.state();
            if !state.is_pristine() {
                return Ok(false);
            }
            // Wait for a running write first, since it may take long and modify the data, before blocking others with the swap.
            let freeze = state.data.freeze();
            if !freeze.is_unwritten() {
                return Ok(false);
            }
            let _swapping = self.swapping(namespace)?;
            if Arc::ptr_eq(&state, &namespace.state()) {
                let (_, new) = self.swap(namespace, |place, old| {
                    let data = self.fill(place, &DataSource::Template)?;
                    Ok(self.like(old, &namespace.name, data, true))
                })?;
                // A later write of a call in flight would be acknowledged but lost with the old data.
                let redirected = freeze.redirect_to(&new.data);
                redirected.map_err(|cause| NamespaceError::Data {
                    name: namespace.name.to_string(),
                    cause: cause.into(),
                })?;
                return Ok(true);
            }
        }
    }

    /// Blocks other swaps, unless the namespace was dropped.
    fn swapping<'a>(&self, namespace: &'a Namespace) -> Result<MutexGuard<'a, ()>, NamespaceError> {
        let swapping = lock(&namespace.swapping);
        match self.find(&namespace.name) {
            Some(current) if std::ptr::eq(&raw const *current, namespace) => Ok(swapping),
            _ => Err(NamespaceError::Unknown(namespace.name.to_string())),
        }
    }

    /// Swaps the data; the caller holds `swapping`.
    fn swap(
        &self,
        namespace: &Namespace,
        make: impl FnOnce(Option<&Path>, &State) -> Result<State, OpenError>,
    ) -> Result<(Arc<State>, Arc<State>), NamespaceError> {
        let name = &namespace.name;
        let failed = |cause: OpenError| NamespaceError::Data {
            name: name.to_string(),
            cause,
        };
        self.require_folder()?;
        let old = namespace.state();
        let generation = old.data.file().map(generation_of);
        let place = generation
            .zip(self.folder(name))
            .map(|(generation, folder)| (self.generation_after(generation), folder));
        let file = place
            .as_ref()
            .map(|(generation, folder)| folder.join(format!("{generation}.db")));
        let made = make(file.as_deref(), &old).and_then(|new| {
            if let Some((generation, folder)) = &place {
                point_to(folder, *generation)?;
            }
            Ok(new)
        });
        let new = made.map_err(|cause| {
            // Remove the incomplete file, especially on a full disk.
            file.as_deref().map(remove_unfinished);
            failed(cause)
        })?;
        let new = Arc::new(new);
        *namespace
            .state
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::clone(&new);
        if let Some(file) = old.data.file() {
            // Calls in flight have it open, and finish on it.
            old.data.retire();
            remove_database(file);
        }
        Ok((old, new))
    }
}
