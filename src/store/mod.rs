//! SQLite behind read and write closures. Knows no HTTP and no provider.
//!
//! A [`Store`] is one database. In memory it is one connection behind a mutex (measured faster than a hop to another
//! thread); in a file it is in WAL mode, one connection for writes and a few for reads.

mod closing;
pub(crate) mod column;
mod connection;
pub(crate) mod database;
mod file;
pub(crate) mod filter;
mod freeze;
mod image;
mod index;
pub(crate) mod lists;
pub(crate) mod order;
pub(crate) mod page;
pub(crate) mod pages;
pub(crate) mod rows;
mod schema;
pub(crate) mod seek;
pub(crate) mod snapshot;
mod spare;
pub(crate) mod stream;
mod transaction;
pub(crate) mod trouble;
mod upgrade;
mod wait;

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::{MappedMutexGuard, Mutex};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE;
use rusqlite::{Connection, ErrorCode};

use connection::{Reader, open_reader, open_writer, prepare};
use database::Template;
use file::create_schema;
use index::{Changes, Lists};
use pages::{CachedBody, PageKey, ResponseCache};
use rows::RowCache;
use transaction::Transaction;
pub(crate) use wait::is_waited_for;
use wait::{blocking, lock};

pub(crate) use file::{OpenError, check};

/// The page size. Every table and index takes at least one page, and most are nearly empty: pages of 4 KiB would double the size of
/// a namespace, and make importing a million users only a tenth faster.
pub(crate) const PAGE: u32 = 1024;
/// How many pages a backup step copies: more than the demo has.
const PAGES_AT_ONCE: i32 = 1024;
/// The number of read-only connections to a file.
const READERS: usize = 2;
/// How many file handles a store in a file takes: two per connection, and the shared ones.
pub(crate) const OPEN_FILES: usize = 2 * (1 + READERS) + 1;
/// Whether every cached page is verified when it is served: in debug builds of this checkout (`.cargo/config.toml`), but not of
/// crates that use this one in their tests.
const PROVES: bool = cfg!(debug_assertions) && option_env!("ROLLCALL_PROVES_PAGES").is_some();
/// Up to this length.
const PROVEN: usize = 64 * 1024;

/// One database.
#[derive(Debug)]
pub(crate) struct Store {
    /// The original to read until the first write, which copies it: most namespaces of a test run are never written to.
    original: Option<Original>,
    copying: Mutex<()>,
    /// Declared, and so closed, before the writer: the last connection to close checkpoints the WAL, which readers cannot.
    readers: Vec<Slot>,
    /// The write connection; `None` while the data is still the original's.
    writer: OnceLock<Slot>,
    file: Option<PathBuf>,
    /// Whether a file's connections are closed; the next call reopens them.
    is_asleep: AtomicBool,
    /// Whether its files were removed on purpose; calls in flight finish on the open ones.
    is_retired: AtomicBool,
    generation: AtomicU64,
    /// How many commits may have changed rows instead of only adding some.
    rows_generation: AtomicU64,
    pages: ResponseCache,
    rows: RowCache,
    lists: Lists,
    /// The store that replaced this one; calls in flight write to it.
    replacement: OnceLock<Arc<Self>>,
}

/// The initial content of a store.
#[derive(Debug)]
struct Original {
    template: Arc<Template>,
    /// The part of the template that the first write copies; `None` for all of it.
    part: Option<usize>,
}

/// A connection; `None` while a file's store is asleep, or after another store has taken over the data.
type Slot = Mutex<Option<Connection>>;
/// A locked connection.
pub(crate) type InUse<'a> = MappedMutexGuard<'a, Connection>;

/// The number of open file stores in this process.
static OPEN_STORES: AtomicUsize = AtomicUsize::new(0);

/// The number of open file stores in this process, each with [`OPEN_FILES`] handles.
pub(crate) fn open_stores() -> usize {
    OPEN_STORES.load(Ordering::Relaxed)
}

/// A commit in progress. However it ends, even by an error or a panic, no page or order remains that may be older than the data.
struct Commit<'a> {
    store: &'a Store,
    /// Whether rows that were already encoded stay valid.
    only_adds: bool,
    is_followed: bool,
}

impl<'a> Commit<'a> {
    fn begin(store: &'a Store, only_adds: bool) -> Self {
        store.lists.begin();
        Self {
            store,
            only_adds,
            is_followed: false,
        }
    }

    /// Updates the orders with what was committed.
    fn follow(mut self, changes: Changes) {
        self.store.lists.follow(changes);
        self.is_followed = true;
    }
}

impl Drop for Commit<'_> {
    fn drop(&mut self) {
        if !self.is_followed {
            self.store.lists.forget();
        }
        if !self.only_adds {
            self.store.rows_generation.fetch_add(1, Ordering::Release);
        }
        self.store.generation.fetch_add(1, Ordering::Release);
    }
}

/// A read transaction: everything read through it belongs to one generation.
#[derive(Debug)]
pub(crate) struct Tx<'a> {
    connection: &'a Connection,
    store: &'a Store,
    /// The generation when it began.
    generation: u64,
    /// Whether it uses the write connection, so that no write can happen meanwhile.
    is_writers: bool,
}

impl Deref for Tx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.file.is_none() {
            let writer = self.writer.take().and_then(Mutex::into_inner);
            if let Some(writer) = writer {
                closing::close((writer, std::mem::take(&mut self.lists)));
            }
        } else if !self.is_asleep.load(Ordering::Acquire) {
            OPEN_STORES.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Store {
    fn new(writer: Connection, readers: Vec<Slot>, file: Option<PathBuf>) -> Self {
        if file.is_some() {
            OPEN_STORES.fetch_add(1, Ordering::Relaxed);
        }
        Self {
            original: None,
            copying: Mutex::default(),
            writer: OnceLock::from(Mutex::new(Some(writer))),
            readers,
            file,
            is_asleep: AtomicBool::new(false),
            is_retired: AtomicBool::new(false),
            generation: AtomicU64::new(0),
            rows_generation: AtomicU64::new(0),
            pages: ResponseCache::default(),
            rows: RowCache::default(),
            lists: Lists::default(),
            replacement: OnceLock::new(),
        }
    }

    /// An in-memory database that starts as a template; it reads all of the template, and may copy only a part of it.
    fn starting_as(template: Arc<Template>, part: Option<usize>) -> Self {
        Self {
            original: Some(Original { template, part }),
            copying: Mutex::default(),
            writer: OnceLock::new(),
            readers: Vec::new(),
            file: None,
            is_asleep: AtomicBool::new(false),
            is_retired: AtomicBool::new(false),
            generation: AtomicU64::new(0),
            rows_generation: AtomicU64::new(0),
            pages: ResponseCache::default(),
            rows: RowCache::default(),
            lists: Lists::default(),
            replacement: OnceLock::new(),
        }
    }

    /// An empty in-memory database with a schema.
    pub(crate) fn in_memory(schema: &[&str], version: i64) -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "page_size", PAGE)?;
        prepare(&connection)?;
        create_schema(&connection, schema, version)?;
        Ok(Self::new(connection, Vec::new(), None))
    }

    /// An in-memory copy of this database.
    pub(crate) fn copy_in_memory(&self) -> rusqlite::Result<Self> {
        Ok(Self::new(self.copied()?, Vec::new(), None))
    }

    fn copied(&self) -> rusqlite::Result<Connection> {
        let mut copy = Connection::open_in_memory()?;
        self.copy_into(&mut copy)?;
        prepare(&copy)?;
        Ok(copy)
    }

    /// Copies this database to a new file, which gets its name only when it is complete.
    pub(crate) fn copy_to_file(&self, path: &Path, version: i64) -> Result<Self, OpenError> {
        let unfinished = path.with_extension("new");
        let _ = fs::remove_file(&unfinished);
        let mut copy = Connection::open(&unfinished)?;
        self.copy_into(&mut copy)?;
        drop(copy);
        fs::rename(&unfinished, path)?;
        Self::open(path, version)
    }

    /// Opens a file written by [`Store::copy_to_file`]; a newer or damaged one is refused and not changed.
    pub(crate) fn open(path: &Path, version: i64) -> Result<Self, OpenError> {
        check(path, version)?;
        let writer = open_writer(path)?;
        let readers = (0..READERS)
            .map(|_| Ok(Mutex::new(Some(open_reader(path)?))))
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self::new(writer, readers, Some(path.to_owned())))
    }

    /// Skips the checkpoint when the file is closed; the next start reads the WAL.
    pub(crate) fn keep_log(&self) -> rusqlite::Result<()> {
        let writer = self.writer.get().map(lock);
        match writer.as_deref() {
            Some(Some(writer)) => writer
                .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
                .map(drop),
            _ => Ok(()),
        }
    }

    /// Announces that the files are about to be removed on purpose.
    pub(crate) fn retire(&self) {
        self.is_retired.store(true, Ordering::Release);
    }

    /// Whether the file still exists, or was removed on purpose.
    pub(crate) fn is_in_place(&self) -> bool {
        let file = self.file.as_deref();
        file.is_none_or(|file| self.is_retired.load(Ordering::Acquire) || file.exists())
    }

    /// An in-memory database with the rows of an older file.
    pub(crate) fn of_older(path: &Path, model: &Self) -> Result<Self, OpenError> {
        model.with_rows_of(|connection| {
            let path = path.to_string_lossy();
            connection.execute("ATTACH ?1 AS old", [path]).map(drop)
        })
    }

    /// An in-memory database like this one, with the rows of the older database attached to it as `old`.
    fn with_rows_of(
        &self,
        attach: impl FnOnce(&mut Connection) -> rusqlite::Result<()>,
    ) -> Result<Self, OpenError> {
        let mut connection = self.copied()?;
        attach(&mut connection)?;
        if upgrade::take_over(&connection)? == 0 {
            return Err(OpenError::Foreign);
        }
        connection.execute_batch("DETACH old")?;
        Ok(Self::new(connection, Vec::new(), None))
    }

    /// The connection that holds the data.
    fn locked(&self) -> rusqlite::Result<InUse<'_>> {
        let slot = self.writer.get();
        self.awake(lock(slot.expect("a store that has its data")), open_writer)
    }

    /// The data file; `None` for an in-memory store.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Reads; everything that the closure sees belongs to one generation.
    pub(crate) fn read<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match self.reader() {
            Reader::Connection(connection) => self.read_with(&*connection?, work),
            Reader::Other(store) => store.read(work),
        }
    }

    fn read_with<T, E: From<rusqlite::Error>>(
        &self,
        connection: &Connection,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let generation = self.generation();
        let is_writers = self.readers.is_empty();
        let transaction = if is_writers {
            Transaction::unneeded(connection)
        } else {
            Transaction::reading(connection)?
        };
        work(&Tx {
            connection: &transaction,
            store: self,
            generation,
            is_writers,
        })
    }

    /// Writes; commits if the closure succeeds, and rolls back if it fails.
    pub(crate) fn write<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.commit(false, work)
    }

    /// Writes that only add rows: existing rows, and their place in lists, do not change.
    pub(crate) fn add<T, E: From<rusqlite::Error>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.commit(true, work)
    }

    fn commit<T, E: From<rusqlite::Error>>(
        &self,
        only_adds: bool,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let slot = lock(self.writer()?);
        if let Some(replacement) = self.replacement.get() {
            drop(slot);
            return replacement.commit(only_adds, work);
        }
        let connection = self.awake(slot, open_writer)?;
        // SQLite would keep writing to the unlinked file.
        if !self.is_in_place() {
            return Err(trouble::removed().into());
        }
        self.lists.watch(&connection)?;
        let transaction = Transaction::writing(&connection)?;
        let done = work(&transaction)?;
        let changes = self.lists.changes(&transaction)?;
        let commit = Commit::begin(self, only_adds);
        transaction.commit()?;
        commit.follow(changes);
        Ok(done)
    }

    /// The number of commits through this store, including failed ones; data that was read is valid as long as it does not change.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn rows_generation(&self) -> u64 {
        self.rows_generation.load(Ordering::Acquire)
    }

    /// The page that `encode` builds, cached under a key until the next write (and for as long as the page says it holds). The key must
    /// name everything that the page depends on besides the data and the time. While a commit to a file is in progress (its answer is
    /// not out yet), one page may already show the new data and another still the old.
    pub(crate) fn encoded<N: Send + Sync + 'static, E: From<rusqlite::Error>>(
        &self,
        key: PageKey,
        now: i64,
        encode: impl FnOnce(&Tx<'_>) -> Result<CachedBody<N>, E>,
    ) -> Result<CachedBody<N>, E> {
        if self.writer.get().is_none() {
            return self.unwritten().encoded(key, now, encode);
        }
        if let Some(replacement) = self.replacement.get() {
            return replacement.encoded(key, now, encode);
        }
        // Read before the data: a concurrent write can make the page look older than it is, never newer.
        let generation = self.generation();
        if let Some(page) = self.pages.find(&key, generation, now) {
            return if PROVES && page.body.len() <= PROVEN {
                self.proven(page, generation, now, encode)
            } else {
                Ok(page)
            };
        }
        let page = self.read(encode)?;
        self.pages.keep(key, generation, &page);
        Ok(page)
    }

    /// Encodes a cached page again and compares: at the same generation, both must be equal. So every test that is served a cached page
    /// checks that it is fresh and that its key names everything it depends on.
    fn proven<N: Send + Sync + 'static, E: From<rusqlite::Error>>(
        &self,
        page: CachedBody<N>,
        generation: u64,
        now: i64,
        encode: impl FnOnce(&Tx<'_>) -> Result<CachedBody<N>, E>,
    ) -> Result<CachedBody<N>, E> {
        // Serving a cached page never waits, so checking it must not either.
        let Some(connection) = self.idle_reader() else {
            return Ok(page);
        };
        let again = self.read_with(&connection, encode);
        let is_same_moment = self.lists.is_settled(generation);
        match again {
            Ok(again) if is_same_moment && again.holds(now) => {
                assert_eq!(
                    page.body, again.body,
                    "a cached page differs from a fresh one"
                );
            }
            Err(_) if is_same_moment => panic!("a page is cached where none can be encoded"),
            // The list has become long, and `encode` has recorded the rest after this beginning.
            Ok(again) if pages::LONGEST < again.body.len() => return Ok(again),
            _ => {}
        }
        Ok(page)
    }

    fn copy_into(&self, copy: &mut Connection) -> rusqlite::Result<()> {
        if self.writer.get().is_none() {
            return self.unwritten().copy_into(copy);
        }
        copy_pages(&*self.locked()?, copy, "main")
    }
}

/// Copies a database into a schema of another connection.
fn copy_pages(source: &Connection, copy: &mut Connection, database: &str) -> rusqlite::Result<()> {
    let backup = Backup::new_with_names(source, "main", copy, database)?;
    while backup.step(PAGES_AT_ONCE)? != StepResult::Done {
        // Not in small steps, since there may be many pages.
        if blocking(|| backup.step(-1))? == StepResult::Done {
            break;
        }
        std::thread::yield_now();
    }
    Ok(())
}

/// The result of a write; `None` if a uniqueness constraint rejected it.
pub(crate) fn unless_taken<T>(written: rusqlite::Result<T>) -> rusqlite::Result<Option<T>> {
    match written {
        Err(rusqlite::Error::SqliteFailure(cause, _))
            if cause.extended_code == SQLITE_CONSTRAINT_UNIQUE =>
        {
            Ok(None)
        }
        written => written.map(Some),
    }
}

/// Turns a violated uniqueness constraint into the provider's own conflict error.
pub(crate) trait OnConflict<T> {
    /// `column` is the last column of the unique constraint as SQLite names it (`users.user_name`).
    fn on_conflict<E: From<rusqlite::Error>>(
        self,
        column: &str,
        conflict: impl FnOnce() -> E,
    ) -> Result<T, E>;
}

impl<T> OnConflict<T> for rusqlite::Result<T> {
    fn on_conflict<E: From<rusqlite::Error>>(
        self,
        column: &str,
        conflict: impl FnOnce() -> E,
    ) -> Result<T, E> {
        match self {
            Err(rusqlite::Error::SqliteFailure(cause, Some(message)))
                if cause.code == ErrorCode::ConstraintViolation && message.ends_with(column) =>
            {
                Err(conflict())
            }
            other => other.map_err(E::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &[&str] = &["CREATE TABLE users (name TEXT PRIMARY KEY) STRICT;"];

    fn names(store: &Store) -> i64 {
        store
            .read(|tx| tx.query_row("SELECT count(*) FROM users", [], |row| row.get(0)))
            .expect("the table is there")
    }

    fn insert(tx: &Connection, name: &str) -> rusqlite::Result<usize> {
        tx.execute("INSERT INTO users VALUES (?1)", [name])
    }

    #[test]
    fn a_failed_write_changes_nothing() {
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        let failed: rusqlite::Result<()> = store.write(|tx| {
            insert(tx, "a")?;
            Err(rusqlite::Error::InvalidQuery)
        });
        assert!(failed.is_err());
        assert_eq!(names(&store), 0);
    }

    #[test]
    fn a_conflict_is_named_by_its_column() {
        #[derive(Debug, PartialEq)]
        enum Outcome {
            Taken,
            Other,
        }
        impl From<rusqlite::Error> for Outcome {
            fn from(_: rusqlite::Error) -> Self {
                Self::Other
            }
        }
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        let twice = store.write(|tx| {
            insert(tx, "a")?;
            insert(tx, "a").on_conflict("users.name", || Outcome::Taken)
        });
        assert_eq!(twice, Err(Outcome::Taken));
    }

    #[test]
    fn a_copy_has_a_life_of_its_own() {
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        let copy = store.copy_in_memory().expect("memory is enough");
        copy.write(|tx| insert(tx, "a")).expect("no conflict");
        assert_eq!((names(&store), names(&copy)), (0, 1));
    }

    /// What `encoded` says of the table: its number of rows.
    fn page(store: &Store) -> String {
        let count = |tx: &Tx<'_>| {
            let count: i64 = tx.query_row("SELECT count(*) FROM users", [], |row| row.get(0))?;
            Ok::<_, rusqlite::Error>(CachedBody::always(count.to_string()))
        };
        let page = store.encoded(PageKey::of("users"), 0, count);
        String::from_utf8_lossy(&page.expect("readable").body).into_owned()
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "a cached page differs from a fresh one")]
    fn the_tests_see_a_stale_page() {
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        page(&store);
        // Behind the store's back, as a mistake in it would be.
        let writer = store.idle_writer().expect("a store of its own");
        insert(&writer.expect("it is idle"), "a").expect("no conflict");
        page(&store);
    }

    #[test]
    fn a_commit_that_ends_in_a_panic_leaves_no_page() {
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        assert_eq!(page(&store), "0");
        // As in `write`, up to where the orders would follow.
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _commit = Commit::begin(&store, false);
            let writer = store.idle_writer().expect("a store of its own");
            insert(&writer.expect("it is idle"), "a").expect("no conflict");
            panic!("between the commit and what follows");
        }));
        assert!(panicked.is_err());
        assert_eq!(page(&store), "1");
        assert!(store.lists.is_settled(store.generation()));
    }

    #[test]
    fn no_connection_wants_a_folder_for_temporary_files() {
        const IN_MEMORY: i64 = 2;
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        let file = store.copy_to_file(&folder.path().join("1.db"), 1);
        let copy = store.copy_in_memory().expect("memory is enough");
        for store in [store, copy, file.expect("a new file")] {
            for connection in store.readers.iter().chain(store.writer.get()) {
                let connection = lock(connection);
                let connection = connection.as_ref().expect("it is open");
                let place = connection.pragma_query_value(None, "temp_store", |row| row.get(0));
                assert_eq!(place, Ok(IN_MEMORY));
            }
        }
    }

    #[test]
    fn a_store_outlives_its_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        let store = store.copy_to_file(&folder.path().join("1.db"), 1);
        let store = store.expect("a new file");
        store.retire();
        folder.close().expect("the files can be removed");
        store.write(|tx| insert(tx, "a")).expect("no conflict");
        assert_eq!(names(&store), 1);
    }

    #[test]
    fn what_would_be_lost_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        let store = store.copy_to_file(&folder.path().join("1.db"), 1);
        let store = store.expect("a new file");
        folder.close().expect("the files can be removed");
        let refused = store.write(|tx| insert(tx, "a")).map_err(OpenError::from);
        assert!(
            matches!(refused, Err(OpenError::Machine(trouble)) if trouble.contains("removed")),
            "{refused:?}"
        );
    }

    #[test]
    fn a_store_sleeps_and_wakes_by_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::in_memory(SCHEMA, 1).expect("a valid schema");
        assert!(!store.sleep(), "memory would be lost");
        let store = store.copy_to_file(&folder.path().join("1.db"), 1);
        let store = store.expect("a new file");
        store.write(|tx| insert(tx, "a")).expect("no conflict");
        for expected in [1, 2] {
            assert!(store.sleep() && store.is_asleep() && !store.sleep());
            assert_eq!(names(&store), expected);
            assert!(!store.is_asleep());
            store
                .write(|tx| insert(tx, &format!("b{expected}")))
                .expect("no conflict");
        }
    }
}
