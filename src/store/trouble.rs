//! Failures of the machine, in sentences that say what to do about them. They contain no paths, because clients see them.

use std::io;

use rusqlite::{Error, ErrorCode, ffi};

const FULL: &str = "the disk is full; free some space and try again";
const HANDLES: &str =
    "no file handles are left; close connections or raise the limit (ulimit -n) and try again";
const FORBIDDEN: &str =
    "the data folder is not accessible; give this process permission to read and write it";
const BROKEN: &str = "the disk cannot be read or written; check the log and the disk";
const MEMORY: &str = "out of memory; give this process more, or drop namespaces";
const BUSY: &str =
    "another process has locked the data file; use a data folder with only one rollcall";
const OBSTRUCTED: &str =
    "a file in the data folder has its name; move that file away and try again";
const CANNOT_OPEN: &str = "its file cannot be opened: no file handles are left, or the folder is missing or not readable; raise the limit (ulimit -n) or check the folder";
/// The message when the data folder is gone.
pub(crate) const REMOVED: &str = "the data folder was removed while rollcall was running, so new writes would be lost; stop rollcall, restore the folder or choose another with --data, and start it again";

/// Why a file cannot be used, if the file itself is not the reason.
pub(crate) fn of_io(cause: &io::Error) -> Option<&'static str> {
    use io::ErrorKind::{
        AlreadyExists, FileTooLarge, NotADirectory, OutOfMemory, PermissionDenied, QuotaExceeded,
        ReadOnlyFilesystem, StorageFull,
    };
    /// Too many open files in the process, in the system.
    const HANDLES_GONE: [i32; 2] = [24, 23];
    match cause.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => Some(FULL),
        PermissionDenied | ReadOnlyFilesystem => Some(FORBIDDEN),
        OutOfMemory => Some(MEMORY),
        NotADirectory | AlreadyExists => Some(OBSTRUCTED),
        _ if cfg!(unix)
            && cause
                .raw_os_error()
                .is_some_and(|code| HANDLES_GONE.contains(&code)) =>
        {
            Some(HANDLES)
        }
        _ => None,
    }
}

/// Why a database cannot be used, if the database itself is not the reason.
pub(crate) fn of_sqlite(cause: &Error) -> Option<&'static str> {
    let Error::SqliteFailure(cause, _) = cause else {
        return None;
    };
    match cause.code {
        _ if cause.extended_code == ffi::SQLITE_READONLY_DBMOVED => Some(REMOVED),
        // Also reported for a truncated file and an in-memory database: the file is to blame.
        _ if cause.extended_code == ffi::SQLITE_IOERR_SHORT_READ => None,
        ErrorCode::DiskFull => Some(FULL),
        ErrorCode::CannotOpen => Some(CANNOT_OPEN),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Some(FORBIDDEN),
        ErrorCode::SystemIoFailure => Some(BROKEN),
        ErrorCode::OutOfMemory => Some(MEMORY),
        ErrorCode::DatabaseBusy => Some(BUSY),
        _ => None,
    }
}

/// The same for any error.
pub(crate) fn of(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<&'static str> {
    let database = cause.downcast_ref::<Error>().and_then(of_sqlite);
    database.or_else(|| cause.downcast_ref::<io::Error>().and_then(of_io))
}

/// The error for a write to removed files.
pub(super) fn removed() -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED), None)
}
