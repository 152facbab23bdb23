//! Namespaces: each is a separate database, created from the seed template on first use.

pub mod clock;
pub(crate) mod credentials;
mod data_dir;
mod error;
pub(crate) mod fleet;
pub(crate) mod ids;
mod making;
pub(crate) mod settings;
mod state;
mod swap;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use foldhash::HashMap;

use crate::namespace::clock::Setting;
use crate::namespace::settings::Settings;
use crate::store::database::Template;
use crate::store::{self, Store};
use data_dir::{check_live, has_pointer};

pub(crate) use data_dir::{DataDir, DataDirError, check_data};
pub(crate) use error::NamespaceError;
pub(crate) use state::{Memory, Namespace, State};
pub(crate) use swap::Swapped;

/// The header that names a namespace.
pub(crate) const HEADER: &str = "x-rollcall-namespace";
/// The default namespace.
pub(crate) const DEFAULT: &str = "default";
/// How long a stop may spend on checkpoints: all of it has to be done within a second, including open calls.
const FOLDING: Duration = Duration::from_millis(100);

/// The schema version of data files: files with a higher version are refused, those with a lower one upgraded. Every change of a
/// schema needs a new version.
pub(crate) const DATA_VERSION: i64 = 3;

/// The configuration of namespaces.
#[derive(Debug)]
pub(crate) struct Config {
    /// The seed, loaded.
    pub(crate) template: Template,
    /// Creates a database with all tables and no rows.
    pub(crate) empty: fn() -> rusqlite::Result<Store>,
    /// The data folder; `None` keeps everything in memory.
    pub(crate) data: Option<DataDir>,
    pub(crate) settings: Settings,
    pub(crate) clock: Setting,
    pub(crate) rng_seed: Option<u64>,
    pub(crate) max: usize,
}

/// The initial data of a namespace.
#[derive(Debug, Clone)]
pub(crate) enum DataSource {
    /// The seed.
    Template,
    /// Nothing.
    Empty,
    /// A copy of another namespace.
    Copy(Arc<State>),
}

/// All namespaces.
#[derive(Debug)]
pub(crate) struct Namespaces {
    template: RwLock<Arc<Template>>,
    empty: fn() -> rusqlite::Result<Store>,
    data: Option<DataDir>,
    settings: Settings,
    clock: Setting,
    rng_seed: Option<u64>,
    max: usize,
    known: RwLock<HashMap<String, Arc<Namespace>>>,
    /// Held while one is created or dropped, so that two concurrent first calls create only one.
    making: Mutex<()>,
    /// The highest generation of a data file in this run.
    generations: AtomicU64,
    /// Counts accesses to namespaces.
    turns: AtomicU64,
    /// How many data files may be open before idle ones are closed.
    max_open: usize,
}

/// Closes files. A checkpoint waits for the disk, so a stop runs them only within its time limit; the remaining files stay as a kill
/// would leave them, complete with their WAL.
impl Drop for Namespaces {
    fn drop(&mut self) {
        let known = std::mem::take(self.known.get_mut().unwrap_or_else(PoisonError::into_inner));
        let began = Instant::now();
        for namespace in known.into_values() {
            if FOLDING <= began.elapsed()
                && let Some(store) = namespace.state().data.one()
                && let Err(cause) = store.keep_log()
            {
                tracing::debug!(%cause, "a checkpoint may take long");
            }
        }
    }
}

impl Namespaces {
    pub(crate) fn new(plan: Config) -> Self {
        let Config {
            template,
            empty,
            data,
            settings,
            clock,
            rng_seed,
            max,
        } = plan;
        let template = RwLock::new(Arc::new(template));
        Self {
            template,
            empty,
            data,
            settings,
            clock,
            rng_seed,
            max,
            known: RwLock::default(),
            making: Mutex::default(),
            generations: AtomicU64::new(0),
            turns: AtomicU64::new(0),
            max_open: max_open(),
        }
    }

    /// The namespace with a name, created from the template if it is new.
    pub(crate) fn get(&self, name: &str) -> Result<Arc<Namespace>, NamespaceError> {
        self.get_or_make(name).map(|(namespace, _)| namespace)
    }

    /// The same, and whether this call created it. Checking first would be a race.
    pub(crate) fn get_or_make(&self, name: &str) -> Result<(Arc<Namespace>, bool), NamespaceError> {
        if let Some(namespace) = self.find(name) {
            return Ok((namespace, false));
        }
        if !is_name(name) {
            return Err(NamespaceError::Name(name.to_owned()));
        }
        let _making = lock(&self.making);
        match self.find(name) {
            Some(namespace) => Ok((namespace, false)),
            None => self.make(name, &DataSource::Template),
        }
    }

    /// Runs a closure with a namespace, created if it is new. If the closure fails, a new namespace is removed again: a refused request
    /// leaves no trace.
    pub(crate) fn with<T, E: From<NamespaceError>>(
        &self,
        name: &str,
        work: impl FnOnce(&Arc<Namespace>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (namespace, is_new) = self.get_or_make(name)?;
        let done = work(&namespace);
        if is_new && done.is_err() {
            self.discard_if_unused(&namespace);
        }
        done
    }

    /// After a call: removes a namespace that was created by calls without a valid signature.
    pub(crate) fn discard_if_unclaimed(&self, namespace: &Arc<Namespace>) {
        if namespace.is_unclaimed.load(Ordering::SeqCst) {
            self.discard_if_unused(namespace);
        }
    }

    /// Removes a namespace, unless another call uses it or has written to it.
    fn discard_if_unused(&self, namespace: &Arc<Namespace>) {
        let _making = lock(&self.making);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // One reference is the caller's, one the map's; while locked, no other is handed out.
        if Arc::strong_count(namespace) != 2 || !namespace.state().is_pristine() {
            return;
        }
        known.remove(&*namespace.name);
        drop(known);
        namespace.state().data.retire();
        if let Err(cause) = self.remove_folder(&namespace.name) {
            tracing::warn!(%cause, "cannot remove an unused namespace");
        }
    }

    /// Removes a namespace from disk; returns whether there was anything.
    fn remove_folder(&self, name: &str) -> Result<bool, NamespaceError> {
        let Some(folder) = self.folder(name).filter(|folder| folder.is_dir()) else {
            return Ok(false);
        };
        data_dir::remove_namespace(&folder).map_err(|cause| NamespaceError::Data {
            name: name.to_owned(),
            cause: cause.into(),
        })?;
        Ok(true)
    }

    /// The namespace with a name, if it has been used since the start.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Namespace>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(name).cloned();
        drop(known);
        if let Some(namespace) = &found
            && self.data.is_some()
        {
            let turn = self.turns.fetch_add(1, Ordering::Relaxed);
            namespace.turn.store(turn, Ordering::Relaxed);
            if namespace.state().data.is_asleep() {
                self.close_idle();
            }
        }
        found
    }

    /// Closes the files of idle namespaces, least recently used first, if they take more than their share of the process's handles (half
    /// are for connections). They are reopened on demand.
    fn close_idle(&self) {
        if self.data.is_none() || store::open_stores() < self.max_open {
            return;
        }
        let mut idle = self.in_use();
        idle.retain(|namespace| !namespace.state().data.is_asleep());
        idle.sort_by_key(|namespace| namespace.turn.load(Ordering::Relaxed));
        for namespace in idle {
            if store::open_stores() <= self.max_open / 2 {
                return;
            }
            let state = namespace.state();
            // Only the namespace's reference and ours: no call uses it, and no answer is being read from it.
            if let Some(store) = state.data.one()
                && Arc::strong_count(&state) == 2
                && Arc::strong_count(store) == 1
            {
                store.sleep();
            }
        }
    }

    /// Whether new writes would survive a restart.
    pub(crate) fn check_folder(&self) -> Result<(), NamespaceError> {
        self.require_folder()?;
        let in_place = |namespace: &Arc<Namespace>| namespace.state().data.is_in_place();
        if self.in_use().iter().all(in_place) {
            Ok(())
        } else {
            Err(NamespaceError::FolderGone)
        }
    }

    /// The namespace with a name, if it exists: in use, or on disk from an earlier run. `default` always exists.
    pub(crate) fn existing(&self, name: &str) -> Result<Arc<Namespace>, NamespaceError> {
        match self.find(name) {
            Some(namespace) => Ok(namespace),
            None if !is_name(name) => Err(NamespaceError::Name(name.to_owned())),
            None if name == DEFAULT || self.is_on_disk(name) => self.get(name),
            None => Err(NamespaceError::Unknown(name.to_owned())),
        }
    }

    /// Whether an earlier run left data of that name, in whatever state.
    fn is_on_disk(&self, name: &str) -> bool {
        self.folder(name).is_some_and(|folder| has_pointer(&folder))
    }

    /// What stands in the way of data on disk that is not in use, as far as its first bytes tell.
    pub(crate) fn check_unused(&self, name: &str) -> Result<(), NamespaceError> {
        let live = self.folder(name).map(|folder| check_live(&folder));
        live.transpose().map_err(|cause| NamespaceError::Data {
            name: name.to_owned(),
            cause,
        })?;
        Ok(())
    }

    /// Opens `default`, so that the first call need not wait for that. Damaged data is its own affair, as that of any other
    /// namespace is; what the machine does not let us do is not.
    pub(crate) fn open_default(&self) -> Result<(), NamespaceError> {
        match (self.get(DEFAULT), &self.data) {
            (Err(NamespaceError::Data { name, cause }), Some(data)) if cause.is_of_data() => {
                data_dir::warn_of_damage(&data.path, &name, &cause);
                Ok(())
            }
            (opened, _) => opened.map(drop),
        }
    }

    /// The names of all namespaces, including those on disk from an earlier run.
    pub(crate) fn names(&self) -> Result<Vec<String>, NamespaceError> {
        let mut names: Vec<String> = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect();
        if let Some(folder) = &self.data {
            self.require_folder()?;
            let unreadable = |cause: std::io::Error| {
                let path = folder.path.display();
                tracing::error!(folder = %path, %cause, "cannot read the data folder");
                NamespaceError::Folder(cause.into())
            };
            for entry in fs::read_dir(&folder.path).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if is_name(&name) && has_pointer(&entry.path()) {
                    names.push(name);
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// All namespaces that have been used since the start.
    pub(crate) fn in_use(&self) -> Vec<Arc<Namespace>> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    /// Drops a namespace and its data. Calls in flight finish on it; the next call creates a new one.
    pub(crate) fn drop_one(&self, name: &str) -> Result<(), NamespaceError> {
        if !is_name(name) {
            return Err(NamespaceError::Name(name.to_owned()));
        }
        let _making = lock(&self.making);
        let in_use = self
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
        // Waits for a running swap; a later one sees that the namespace was dropped.
        let _swapping = in_use.as_ref().map(|namespace| lock(&namespace.swapping));
        if let Some(namespace) = &in_use {
            namespace.state().data.retire();
        }
        let was_on_disk = self.remove_folder(name)?;
        if in_use.is_none() && !was_on_disk {
            return Err(NamespaceError::Unknown(name.to_owned()));
        }
        Ok(())
    }

    /// The seed, loaded.
    pub(crate) fn template(&self) -> Arc<Template> {
        Arc::clone(&self.template.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the template of later namespaces.
    pub(crate) fn set_template(&self, template: Template) {
        *self
            .template
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(template);
    }

    fn require_folder(&self) -> Result<(), NamespaceError> {
        match &self.data {
            Some(folder) if !folder.is_there() => Err(NamespaceError::FolderGone),
            _ => Ok(()),
        }
    }

    fn folder(&self, name: &str) -> Option<PathBuf> {
        self.data.as_ref().map(|folder| folder.path.join(name))
    }
}

/// How many data files may be open at once, using half of the process's file handles.
fn max_open() -> usize {
    const AT_LEAST: usize = 4;
    // No limit can be read: no limit.
    let handles = rlimit::Resource::NOFILE.get_soft().unwrap_or(u64::MAX);
    let stores = handles / 2 / store::OPEN_FILES as u64;
    usize::try_from(stores).map_or(usize::MAX, |stores| stores.max(AT_LEAST))
}

fn lock(mutex: &Mutex<()>) -> MutexGuard<'_, ()> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a namespace name is valid: `[a-z0-9][a-z0-9-]{0,62}`.
pub(crate) fn is_name(name: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(valid) && !name.starts_with('-')
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn names_are_lower_case_labels() {
        for name in ["a", "default", "suite7", "a-b", "0", &"x".repeat(63)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-a", "A", "a.b", "a/b", "ü", "a b", &"x".repeat(64)] {
            assert!(!is_name(name), "{name}");
        }
    }

    fn namespaces(data: Option<DataDir>) -> Namespaces {
        let empty = || Store::in_memory(&[credentials::SCHEMA], 1);
        Namespaces::new(Config {
            template: empty()
                .and_then(|whole| Template::new(whole, [credentials::PART]))
                .expect("memory is enough"),
            empty,
            data,
            settings: Settings::default(),
            clock: Setting::Real,
            rng_seed: Some(1),
            max: 10,
        })
    }

    /// A change of anything, and whether it is there.
    fn mark(tx: &rusqlite::Connection) -> rusqlite::Result<()> {
        let sql = "INSERT INTO credentials VALUES ('mark', '', NULL, 0, 0, NULL, NULL)";
        tx.execute_batch(sql)
    }

    fn is_marked(state: &State) -> bool {
        let found = keys(state).read(|tx| credentials::find(tx, "mark"));
        found.expect("readable").is_some()
    }

    fn keys(state: &State) -> &Store {
        state.data.part(credentials::PART.name)
    }

    /// Stays in a write until `until` is done, or for long enough for it to be.
    fn write_slowly(state: &State, until: impl Fn() -> bool) {
        let written = keys(state).write(|tx| {
            (0..100_000).find(|_| {
                thread::yield_now();
                until()
            });
            mark(tx)
        });
        written.expect("a valid change");
    }

    #[test]
    fn a_reload_waits_for_a_write_and_keeps_it() {
        let namespaces = namespaces(None);
        let namespace = namespaces.get("a").expect("a valid name");
        let state = namespace.state();
        thread::scope(|scope| {
            write_slowly(&state, {
                let refreshing = std::cell::OnceCell::new();
                let (namespaces, namespace) = (&namespaces, &namespace);
                move || {
                    let refresh = || scope.spawn(move || namespaces.refresh(namespace));
                    refreshing.get_or_init(refresh).is_finished()
                }
            });
        });
        assert!(is_marked(&namespace.state()), "an answered write is there");
        assert!(!namespaces.refresh(&namespace).expect("it is there"));
    }

    /// A copy waits for a write to the original; nothing waits for the copy.
    #[test]
    fn namespaces_are_made_while_another_is_copied() {
        const TIMEOUT: Duration = Duration::from_secs(10);
        let namespaces = Arc::new(namespaces(None));
        let original = namespaces.get("a").expect("a valid name").state();
        let written = keys(&original).write(|tx| {
            let (begins, begun) = mpsc::channel();
            let (makes, made) = mpsc::channel();
            let (all, origin) = (
                Arc::clone(&namespaces),
                DataSource::Copy(Arc::clone(&original)),
            );
            let copying = thread::spawn(move || {
                begins.send(()).expect("the test waits");
                all.create("copy", &origin).map(drop)
            });
            begun.recv().expect("it begins");
            // Long enough for it to take what it must not hold.
            let is_held = |_: &u32| {
                thread::yield_now();
                namespaces.making.try_lock().is_err()
            };
            (0..100_000).find(is_held);
            let all = Arc::clone(&namespaces);
            thread::spawn(move || {
                all.get("b").expect("a valid name");
                makes.send(())
            });
            let made = made.recv_timeout(TIMEOUT);
            made.expect("it is made while the copy waits");
            mark(tx)?;
            Ok::<_, rusqlite::Error>(copying)
        });
        let copied = written.expect("a valid change").join();
        copied.expect("no panic").expect("a new name");
        let copy = namespaces.find("copy").expect("it was made");
        assert!(is_marked(&copy.state()), "the copy waited for the write");
    }

    #[test]
    fn a_call_in_flight_writes_to_what_a_reload_has_put_in_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir::take(folder.path()).expect("a new folder");
        for namespaces in [namespaces(None), namespaces(Some(data))] {
            let namespace = namespaces.get("a").expect("a valid name");
            let in_flight = namespace.state();
            assert!(namespaces.refresh(&namespace).expect("it is there"));
            keys(&in_flight).write(mark).expect("a valid change");
            assert!(is_marked(&namespace.state()));
            assert!(!namespaces.refresh(&namespace).expect("it is there"));
        }
    }
}
