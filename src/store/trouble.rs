//! What the machine does not let a store do, in words that say what to do about it and name no path: answers show them.

use std::io;

use rusqlite::{Error, ErrorCode, ffi};

const FULL: &str = "the disk is full; make room on it and try again";
const HANDLES: &str =
    "no file handles are left; close connections or raise the limit (ulimit -n) and try again";
const FORBIDDEN: &str = "the file system does not let this process use its data folder; give it the rights to read and write there";
const BROKEN: &str = "the disk cannot be read or written; look at the log and at the disk";
const MEMORY: &str = "no memory is left; give this process more, or drop namespaces";
const BUSY: &str = "another process holds the data file; let only one rollcall use a data folder";
const CANNOT_OPEN: &str = "its file cannot be opened: no file handles are left, or the folder is gone or may not be read; raise the limit (ulimit -n) or look at the folder";
/// What is said where the data folder is gone.
pub(crate) const REMOVED: &str = "the data folder was removed while rollcall was running, so what is written now would be lost; stop rollcall, put the folder back or choose another with --data, and start it again";

/// What stands in the way of a file, where it is not the file itself.
pub(crate) fn of_io(cause: &io::Error) -> Option<&'static str> {
    use io::ErrorKind::{
        FileTooLarge, OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    /// Too many open files in the process, in the system.
    const HANDLES_GONE: [i32; 2] = [24, 23];
    match cause.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => Some(FULL),
        PermissionDenied | ReadOnlyFilesystem => Some(FORBIDDEN),
        OutOfMemory => Some(MEMORY),
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

/// What stands in the way of a database, where it is not the database itself.
pub(crate) fn of_sqlite(cause: &Error) -> Option<&'static str> {
    let Error::SqliteFailure(cause, _) = cause else {
        return None;
    };
    match cause.code {
        _ if cause.extended_code == ffi::SQLITE_READONLY_DBMOVED => Some(REMOVED),
        // Of a file that ends too early, and of one in memory: the file is to blame.
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

/// The same of any error.
pub(crate) fn of(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<&'static str> {
    let database = cause.downcast_ref::<Error>().and_then(of_sqlite);
    database.or_else(|| cause.downcast_ref::<io::Error>().and_then(of_io))
}

/// The error of a write that no other process would ever see.
pub(super) fn removed() -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED), None)
}
