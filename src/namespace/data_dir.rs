//! The data folder: `DIR/<namespace>/<generation>.db`, and a file that names the live generation.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::error::NamespaceError;
use super::{DATA_VERSION, DEFAULT, is_name};
use crate::store::{self, OpenError, Store};

/// A data folder, exclusive to this server while the lock is held; the lock is released when the process ends in any way.
#[derive(Debug)]
pub(crate) struct DataDir {
    pub(super) path: PathBuf,
    _lock: fs::File,
}

impl DataDir {
    /// Whether the locked folder still exists at its path.
    pub(super) fn is_there(&self) -> bool {
        self.path.join(LOCK).exists()
    }
}

/// Why a folder cannot be used.
#[derive(Debug)]
pub(crate) enum DataDirError {
    InUse,
    Io(std::io::Error),
}

impl DataDir {
    /// Locks a folder, creating it if necessary.
    pub(crate) fn take(path: &Path) -> Result<Self, DataDirError> {
        fs::create_dir_all(path).map_err(DataDirError::Io)?;
        let lock = fs::File::options()
            .create(true)
            .append(true)
            .open(path.join(LOCK))
            .map_err(DataDirError::Io)?;
        match lock.try_lock() {
            Ok(()) => {
                // Earlier versions locked a file with the name of a namespace; a folder is not touched.
                let _ = fs::remove_file(path.join("lock"));
                Ok(Self {
                    path: path.to_owned(),
                    _lock: lock,
                })
            }
            Err(fs::TryLockError::WouldBlock) => Err(DataDirError::InUse),
            Err(fs::TryLockError::Error(cause)) => Err(DataDirError::Io(cause)),
        }
    }
}

pub(super) fn copy_to(store: &Store, file: Option<&Path>) -> Result<Store, OpenError> {
    match file {
        None => Ok(store.copy_in_memory()?),
        Some(file) => {
            // SQLite would take the WAL of an interrupted run for this file's.
            remove_database(file);
            store.copy_to_file(file, DATA_VERSION)
        }
    }
}

/// The generation of a data file: the number in its name.
pub(super) fn generation_of(file: &Path) -> u64 {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(number).unwrap_or_default()
}

/// The highest generation among a folder's files, regardless of its pointer file.
pub(super) fn highest_generation(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let generation = |entry: fs::DirEntry| Some(our_file(entry.file_name().to_str()?)?.0);
    entries.filter_map(generation).max().unwrap_or_default()
}

/// Removes the files of earlier generations once this one is live.
pub(super) fn remove_earlier(folder: &Path, live: u64) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().and_then(our_file);
        if ours.is_some_and(|(generation, _)| generation < live)
            && let Err(cause) = remove(&entry.path())
        {
            tracing::warn!(path = ?entry.path(), %cause, "an old data file could not be removed");
        }
    }
}

/// The generation in a data file's name, and whether the file is complete (`db`) or not (`new`).
fn our_file(name: &str) -> Option<(u64, &str)> {
    let (stem, rest) = name.split_once('.')?;
    let kind = BESIDE.iter().find_map(|suffix| rest.strip_suffix(suffix));
    let kind = kind.unwrap_or(rest);
    ["db", "new"]
        .contains(&kind)
        .then_some((number(stem)?, kind))
}

/// A generation as it is written in a pointer and in the name of a file: short enough that counting on from it cannot overflow.
fn number(text: &str) -> Option<u64> {
    let is_number = text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Removes a database and SQLite's files next to it. What cannot be removed is garbage that nothing refers to.
pub(super) fn remove_database(file: &Path) {
    for suffix in [""].iter().chain(&BESIDE) {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        if let Err(cause) = remove(Path::new(&path)) {
            tracing::warn!(?path, %cause, "an old data file could not be removed");
        }
    }
}

/// Removes a file, or a folder that has taken its place; it need not be there.
fn remove(path: &Path) -> std::io::Result<()> {
    let removed = match fs::remove_file(path) {
        Err(_) if is_folder(path) => fs::remove_dir_all(path),
        removed => removed,
    };
    match removed {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// Removes an incomplete database.
pub(super) fn remove_unfinished(file: &Path) {
    remove_database(file);
    remove_database(&file.with_extension("new"));
}

/// Checks every namespace in a data folder. Damaged data affects only its own namespace, and is not changed; data that only a newer
/// rollcall can read stops the start before anything is changed.
pub(crate) fn check_data(folder: &Path) -> Result<(), NamespaceError> {
    let mut looked_at = Vec::new();
    for (name, path) in namespace_folders(folder)? {
        let live = check_live(&path);
        match live {
            Err(cause @ OpenError::Newer { .. }) => {
                return Err(NamespaceError::Data { name, cause });
            }
            live => looked_at.push((name, path, live)),
        }
    }
    for (name, path, live) in looked_at {
        match live {
            Ok(live) => remove_leftovers(&path, live.as_deref()),
            // The start opens it next, and then reports the error.
            Err(_) if name == DEFAULT => {}
            Err(cause) => warn_of_damage(folder, &name, &cause),
        }
    }
    Ok(())
}

/// The folders with the name of a namespace.
fn namespace_folders(folder: &Path) -> Result<Vec<(String, PathBuf)>, NamespaceError> {
    let unreadable = |cause: std::io::Error| NamespaceError::Folder(cause.into());
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (name, path) = (entry.file_name().into_string(), entry.path());
        if let Ok(name) = name
            && is_name(&name)
            && path.is_dir()
        {
            folders.push((name, path));
        }
    }
    folders.sort();
    Ok(folders)
}

/// The live database of a namespace's folder, if its first bytes are those of one that this binary can read.
pub(super) fn check_live(folder: &Path) -> Result<Option<PathBuf>, OpenError> {
    let live = live_file(folder)?;
    if let Some(live) = &live {
        store::check(live, DATA_VERSION)?;
    }
    Ok(live)
}

/// Logs what is wrong with the data of a namespace, where, and what to do. If the machine is at fault, the cause already says what to
/// do, and other data would not help.
pub(super) fn warn_of_damage(data: &Path, name: &str, cause: &OpenError) {
    let folder = data.join(name);
    let file = match (cause, live_file(&folder)) {
        (OpenError::Pointer, _) | (_, Err(_) | Ok(None)) => folder.join(CURRENT),
        (_, Ok(Some(live))) => live,
    };
    let file = file.display();
    if let OpenError::Machine(_) = cause {
        tracing::warn!(%file, "the data of namespace \"{name}\" {cause}; until then its calls fail");
        return;
    }
    tracing::warn!(
        %file,
        "the data of namespace \"{name}\" {cause}; its calls fail until the namespace is reset (rollcall reset --namespace {name}), \
         restored (rollcall snapshot restore --namespace {name} FILE) or dropped (rollcall namespaces drop {name})"
    );
}

/// Removes unreferenced files that a kill during a reset, restore or import left; files with other names than ours are not touched.
fn remove_leftovers(folder: &Path, live: Option<&Path>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let live = live.map(generation_of);
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_left = match our_file(&name) {
            Some((generation, kind)) => kind != "db" || live != Some(generation),
            None => name == "live.new",
        };
        if is_left {
            match fs::remove_file(&path) {
                Ok(()) => tracing::info!(?path, "removed a leftover of an interrupted run"),
                Err(cause) => {
                    tracing::warn!(?path, %cause, "cannot remove a leftover of an interrupted run");
                }
            }
        }
    }
    if live.is_none() {
        // Succeeds only if it is empty.
        let _ = fs::remove_dir(folder);
    }
}

/// The lock file; no namespace can have this name.
const LOCK: &str = ".lock";
/// The file that names the live generation.
const CURRENT: &str = "live";

/// What SQLite appends to the name of a database for the files that it keeps next to it.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];
/// As many digits as a generation has at most.
const MAX_DIGITS: usize = 18;

/// The live database in a namespace's folder; `None` if the namespace was never completed. A pointer file contains only a number, so it
/// cannot lead out of its folder.
pub(super) fn live_file(folder: &Path) -> Result<Option<PathBuf>, OpenError> {
    let pointer = folder.join(CURRENT);
    let found = match fs::symlink_metadata(&pointer) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        found => found?,
    };
    // Allows white space, in case it was written by hand.
    if !found.is_file() || 2 * MAX_DIGITS as u64 <= found.len() {
        return Err(OpenError::Pointer);
    }
    let text = match fs::read(&pointer) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let generation = str::from_utf8(&text)
        .ok()
        .and_then(|text| number(text.trim()));
    let generation = generation.ok_or(OpenError::Pointer)?;
    Ok(Some(folder.join(format!("{generation}.db"))))
}

/// Whether a folder belongs to a completed namespace, in any state.
pub(super) fn has_pointer(folder: &Path) -> bool {
    fs::symlink_metadata(folder.join(CURRENT)).is_ok()
}

/// Atomically makes a generation the live one.
pub(super) fn point_to(folder: &Path, generation: u64) -> std::io::Result<()> {
    let (unfinished, pointer) = (folder.join("live.new"), folder.join(CURRENT));
    remove(&unfinished)?;
    let mut file = fs::File::create_new(&unfinished)?;
    writeln!(file, "{generation}")?;
    file.sync_all()?;
    // A file takes the place of a file, not of a folder.
    if is_folder(&pointer) {
        remove(&pointer)?;
    }
    fs::rename(unfinished, pointer)
}

/// Removes a namespace's folder. The pointer goes first: a folder without it was never finished.
pub(super) fn remove_namespace(folder: &Path) -> std::io::Result<()> {
    remove(&folder.join(CURRENT))?;
    fs::remove_dir_all(folder)
}
