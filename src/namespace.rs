//! Whose data is this: namespaces, each a database of its own, made from the seed template on first use.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::clock::{Clock, Setting, Time};
use crate::ids::Ids;
use crate::providers::PROVIDERS;
use crate::settings::Settings;
use crate::store::{OpenError, Store};

/// The namespace of a request that names none.
pub(crate) const DEFAULT: &str = "default";
/// The version of the schema in data files; a file with a higher one is refused.
pub(crate) const DATA_VERSION: i64 = 1;

/// The data of a namespace and what belongs to it; a reset swaps it as a whole.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) store: Store,
    pub(crate) memory: Memory,
    pub(crate) ids: Ids,
}

/// What rooms keep in memory beside the data (tasks, nonces): one value of each type.
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
    pub(crate) name: String,
    pub(crate) clock: Clock,
    settings: RwLock<Arc<Settings>>,
    state: RwLock<Arc<State>>,
    last_use: AtomicI64,
}

impl Namespace {
    /// The data as it is now; a caller keeps it for the whole of its call.
    pub(crate) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// When a call last came in.
    pub(crate) fn last_use(&self) -> Time {
        Time::from_millis(self.last_use.load(Ordering::Relaxed))
    }

    pub(crate) fn touch(&self, now: Time) {
        self.last_use.store(now.millis(), Ordering::Relaxed);
    }
}

/// How namespaces are made.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The seed, loaded.
    pub(crate) template: Store,
    /// Where data files lie; none keeps everything in memory.
    pub(crate) data: Option<PathBuf>,
    pub(crate) settings: Settings,
    pub(crate) clock: Setting,
    pub(crate) rng_seed: Option<u64>,
    pub(crate) most: usize,
}

/// Every namespace there is.
#[derive(Debug)]
pub(crate) struct Namespaces {
    plan: Plan,
    known: RwLock<HashMap<String, Arc<Namespace>>>,
    /// Held while one is made, so that two first calls make one.
    making: Mutex<()>,
}

/// Why a namespace cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NamespaceError {
    #[error(
        "\"{0}\" is no name for a namespace: use 1 to 63 of a-z, 0-9 and -, not starting with -"
    )]
    Name(String),
    #[error("there are {0} namespaces already; drop some, or start with a higher --max-namespaces")]
    TooMany(usize),
    #[error("the data of namespace \"{name}\" {cause}")]
    Data { name: String, cause: OpenError },
}

impl Namespaces {
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            plan,
            known: RwLock::default(),
            making: Mutex::default(),
        }
    }

    /// The namespace of that name, made from the template where it is new.
    pub(crate) fn get(&self, name: &str) -> Result<Arc<Namespace>, NamespaceError> {
        if let Some(namespace) = self.find(name) {
            return Ok(namespace);
        }
        if !is_name(name) {
            return Err(NamespaceError::Name(name.to_owned()));
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(namespace) = self.find(name) {
            return Ok(namespace);
        }
        let many = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .len();
        if self.plan.most <= many {
            return Err(NamespaceError::TooMany(many));
        }
        let namespace = Arc::new(self.make(name).map_err(|cause| NamespaceError::Data {
            name: name.to_owned(),
            cause,
        })?);
        self.known
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), Arc::clone(&namespace));
        Ok(namespace)
    }

    /// The namespace of that name, if anybody used it since the start.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Namespace>> {
        self.known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    fn make(&self, name: &str) -> Result<Namespace, OpenError> {
        let plan = &self.plan;
        let store = match &plan.data {
            None => plan.template.copy_in_memory()?,
            Some(folder) => open_or_create(&folder.join(name), &plan.template)?,
        };
        let ids = plan
            .rng_seed
            .map_or_else(Ids::unseeded, |seed| Ids::seeded(seed, name));
        Ok(Namespace {
            name: name.to_owned(),
            clock: Clock::new(plan.clock),
            settings: RwLock::new(Arc::new(plan.settings.clone())),
            state: RwLock::new(Arc::new(State {
                store,
                memory: Memory::default(),
                ids,
            })),
            last_use: AtomicI64::new(0),
        })
    }
}

/// Whether a name can be a namespace's: `[a-z0-9][a-z0-9-]{0,62}`.
pub(crate) fn is_name(name: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(valid) && !name.starts_with('-')
}

/// An empty database with the tables of every room.
pub(crate) fn empty_store() -> rusqlite::Result<Store> {
    let schema: Vec<&str> = PROVIDERS.iter().map(|provider| provider.schema()).collect();
    Store::in_memory(&schema, DATA_VERSION)
}

/// Opens every namespace in a data folder once, so that a file this binary cannot read stops the start.
pub(crate) fn check_data(folder: &Path) -> Result<(), NamespaceError> {
    let names = |cause: std::io::Error| NamespaceError::Data {
        name: folder.display().to_string(),
        cause: cause.into(),
    };
    for entry in fs::read_dir(folder).map_err(names)? {
        let path = entry.map_err(names)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && is_name(&name) {
            live_file(&path)
                .and_then(|live| {
                    live.map_or(Ok(()), |live| Store::open(&live, DATA_VERSION).map(drop))
                })
                .map_err(|cause| NamespaceError::Data {
                    name: name.clone(),
                    cause,
                })?;
        }
    }
    Ok(())
}

/// The name of the file that says which generation is live.
const POINTER: &str = "live";

fn open_or_create(folder: &Path, template: &Store) -> Result<Store, OpenError> {
    if let Some(live) = live_file(folder)? {
        return Store::open(&live, DATA_VERSION);
    }
    fs::create_dir_all(folder)?;
    let store = template.copy_to_file(&folder.join("1.db"), DATA_VERSION)?;
    point_to(folder, 1)?;
    Ok(store)
}

/// The live database of a namespace's folder; none where the namespace was never finished.
fn live_file(folder: &Path) -> Result<Option<PathBuf>, OpenError> {
    match fs::read_to_string(folder.join(POINTER)) {
        Ok(generation) => Ok(Some(folder.join(format!("{}.db", generation.trim())))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause.into()),
    }
}

/// Makes a generation the live one, at once or not at all.
fn point_to(folder: &Path, generation: u64) -> std::io::Result<()> {
    let unfinished = folder.join("live.new");
    let mut file = fs::File::create(&unfinished)?;
    writeln!(file, "{generation}")?;
    file.sync_all()?;
    fs::rename(unfinished, folder.join(POINTER))
}

#[cfg(test)]
mod tests {
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
}
