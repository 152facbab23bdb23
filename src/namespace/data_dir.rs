//! The data folder: `DIR/<namespace>/<generation>.db`, and a file that says which generation is live.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::NamespaceError;
use super::{DATA_VERSION, is_name};
use crate::store::{self, OpenError, Store};

/// A data folder, this server's own while the lock is held; the process's end, however it comes, lets go of it.
#[derive(Debug)]
pub(crate) struct DataDir {
    pub(super) path: PathBuf,
    _lock: fs::File,
}

impl DataDir {
    /// Whether the folder that was taken is still where it was.
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
    /// Takes a folder, made where it is not there yet.
    pub(crate) fn take(path: &Path) -> Result<Self, DataDirError> {
        fs::create_dir_all(path).map_err(DataDirError::Io)?;
        let lock = fs::File::options()
            .create(true)
            .append(true)
            .open(path.join(LOCK))
            .map_err(DataDirError::Io)?;
        match lock.try_lock() {
            Ok(()) => {
                // Earlier versions locked a file that stood in a namespace's place; a folder is left as it is.
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
            // A write-ahead log that an interrupted run left next to it would be taken for this file's own.
            remove_database(file);
            store.copy_to_file(file, DATA_VERSION)
        }
    }
}

/// The generation of a data file: the number that it is named by.
pub(super) fn generation_of(file: &Path) -> u64 {
    file.file_stem()
        .and_then(|stem| stem.to_str())
        .and_then(|stem| stem.parse().ok())
        .unwrap_or_default()
}

/// Removes a database and what SQLite keeps next to it. What cannot be removed is only garbage: nothing points to it.
pub(super) fn remove_database(file: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        if let Err(cause) = fs::remove_file(&path)
            && cause.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(?path, %cause, "an old data file could not be removed");
        }
    }
}

/// Removes a database that was not finished.
pub(super) fn remove_unfinished(file: &Path) {
    remove_database(file);
    remove_database(&file.with_extension("new"));
}

/// Looks at every namespace in a data folder, so that a file this binary cannot read stops the start.
pub(crate) fn check_data(folder: &Path) -> Result<(), NamespaceError> {
    let unreadable = |cause: std::io::Error| NamespaceError::Folder(cause.into());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && is_name(&name) {
            let failed = |cause| NamespaceError::Data {
                name: name.clone(),
                cause,
            };
            let live = live_file(&path).map_err(failed)?;
            if let Some(live) = &live {
                store::check(live, DATA_VERSION).map_err(failed)?;
            }
            remove_leftovers(&path, live.as_deref());
        }
    }
    Ok(())
}

/// Removes what a kill in the middle of a reset, a restore or an import left of files that nothing points to; what has another
/// name than a file of ours is left alone.
fn remove_leftovers(folder: &Path, live: Option<&Path>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (stem, rest) = name.split_once('.').unwrap_or((&name, ""));
        let is_number = !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit());
        let is_database = ["db", "new"]
            .iter()
            .filter_map(|kind| rest.strip_prefix(kind))
            .any(|rest| ["", "-wal", "-shm", "-journal"].contains(&rest));
        let is_live = rest.starts_with("db")
            && live
                .and_then(Path::file_stem)
                .is_some_and(|live| live == stem);
        if !is_live && (is_number && is_database || name == "live.new") {
            match fs::remove_file(&path) {
                Ok(()) => tracing::info!(?path, "removed what an interrupted run left"),
                Err(cause) => {
                    tracing::warn!(?path, %cause, "what an interrupted run left cannot be removed");
                }
            }
        }
    }
    if live.is_none() {
        // Only an empty one goes.
        let _ = fs::remove_dir(folder);
    }
}

/// The file that a server locks its folder by; no namespace can be called so.
const LOCK: &str = ".lock";
/// The name of the file that says which generation is live.
pub(super) const CURRENT: &str = "live";

/// The live database of a namespace's folder; none where the namespace was never finished.
pub(super) fn live_file(folder: &Path) -> Result<Option<PathBuf>, OpenError> {
    match fs::read_to_string(folder.join(CURRENT)) {
        Ok(generation) => Ok(Some(folder.join(format!("{}.db", generation.trim())))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause.into()),
    }
}

/// Makes a generation the live one, at once or not at all.
pub(super) fn point_to(folder: &Path, generation: u64) -> std::io::Result<()> {
    let unfinished = folder.join("live.new");
    let mut file = fs::File::create(&unfinished)?;
    writeln!(file, "{generation}")?;
    file.sync_all()?;
    fs::rename(unfinished, folder.join(CURRENT))
}
