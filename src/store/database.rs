//! The data of a namespace: one database, or in memory one for each part that was written to.
//!
//! The cost of a copy grows with the number of tables, in time (each connection parses the schema) and in memory (at least a page
//! per table and index), and most namespaces are written to by one provider. So the first write to a part copies only that part;
//! work that needs all tables at once joins the parts permanently.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;

use super::freeze::WriteFreeze;
use super::pages::{CachedBody, PageKey};
use super::spare::{self, Spare};
use super::wait::lock;
use super::{PAGES_AT_ONCE, Store, Tx, copy_pages, upgrade};

/// A self-contained set of tables, with no foreign key or trigger to others: a provider's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) schema: &'static [&'static str],
}

/// The initial data of namespaces; never written to.
#[derive(Debug)]
pub(crate) struct Template {
    /// All of it.
    pub(crate) whole: Arc<Store>,
    /// Its parts; empty if it is so large that copying a part would take long.
    parts: Vec<TemplatePart>,
}

/// A part of a template, and its spare copy for a first write.
#[derive(Debug)]
struct TemplatePart {
    part: Part,
    copying: Mutex<()>,
    copy: OnceLock<Store>,
    spare: Spare,
}

impl Template {
    /// A template whose tables are split into parts.
    pub(crate) fn new(
        whole: Store,
        parts: impl IntoIterator<Item = Part>,
    ) -> rusqlite::Result<Self> {
        let pages: i32 =
            whole.read(|tx| tx.pragma_query_value(None, "page_count", |row| row.get(0)))?;
        let parts = parts.into_iter().filter(|_| pages <= PAGES_AT_ONCE);
        let parts = parts.map(|part| TemplatePart {
            part,
            copying: Mutex::default(),
            copy: OnceLock::new(),
            spare: Spare::default(),
        });
        Ok(Self {
            whole: Arc::new(whole),
            parts: parts.collect(),
        })
    }

    /// A part as a separate database.
    pub(super) fn part(&self, number: usize) -> rusqlite::Result<&Store> {
        let TemplatePart {
            part,
            copying,
            copy,
            ..
        } = &self.parts[number];
        let _copying = match copy.get() {
            Some(copy) => return Ok(copy),
            None => lock(copying),
        };
        if let Some(copy) = copy.get() {
            return Ok(copy);
        }
        let store = Store::in_memory(part.schema, 1)?;
        take_rows(&mut *store.locked()?, &*self.whole.locked()?)?;
        Ok(copy.get_or_init(|| store))
    }

    /// A copy of a part: the spare one, if it is ready.
    pub(super) fn copy_of(self: &Arc<Self>, number: usize) -> rusqlite::Result<Connection> {
        let spare = lock(&self.parts[number].spare).take();
        let copy = match spare {
            Some(copy) => copy,
            None => self.part(number)?.copied()?,
        };
        // The template is gone.
        let template = Arc::downgrade(self);
        spare::make_next(move || {
            if let Some(template) = template.upgrade() {
                // The write that finds none makes its own copy, and reports the error.
                let _ = template.make_spare(number);
            }
        });
        Ok(copy)
    }

    /// Makes the spare copy of a part, if there is none, and loads its schema.
    pub(super) fn make_spare(&self, number: usize) -> rusqlite::Result<()> {
        let spare = &self.parts[number].spare;
        if lock(spare).is_some() {
            return Ok(());
        }
        let copy = self.part(number)?.copied()?;
        copy.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        *lock(spare) = Some(copy);
        Ok(())
    }
}

/// Copies the rows of every table that both databases have.
fn take_rows(connection: &mut Connection, other: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("ATTACH ':memory:' AS old")?;
    copy_pages(other, connection, "old")?;
    upgrade::take_over(connection)?;
    connection.execute_batch("DETACH old")
}

/// The data of a namespace.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    Whole(Arc<Store>),
    Split(Arc<Split>),
}

/// Data in parts; each reads the template until it is written to.
#[derive(Debug)]
pub(crate) struct Split {
    template: Arc<Template>,
    parts: Vec<Arc<Store>>,
    /// All parts joined, once that was needed; the parts are unused from then on.
    joined: OnceLock<Arc<Store>>,
    joining: Mutex<()>,
    /// The replacement of a database that was never written to.
    replacement: OnceLock<Database>,
}

impl Database {
    /// In-memory data that starts as the template.
    pub(crate) fn starting_as(template: Arc<Template>) -> Self {
        if template.parts.is_empty() {
            return Self::Whole(Arc::new(Store::starting_as(template, None)));
        }
        let part = |number| Arc::new(Store::starting_as(Arc::clone(&template), Some(number)));
        Self::Split(Arc::new(Split {
            parts: (0..template.parts.len()).map(part).collect(),
            template,
            joined: OnceLock::new(),
            joining: Mutex::default(),
            replacement: OnceLock::new(),
        }))
    }

    /// The store that has the tables of a part.
    pub(crate) fn part(&self, name: &str) -> &Arc<Store> {
        match self {
            Self::Whole(store) => store,
            Self::Split(split) => split.joined.get().unwrap_or_else(|| {
                let mut parts = split.template.parts.iter().zip(&split.parts);
                let found = parts.find(|(template, _)| template.part.name == name);
                found.expect("every table is in a part").1
            }),
        }
    }

    /// A store with all tables, to read from once the current writes are done.
    pub(crate) fn readable(&self) -> rusqlite::Result<Arc<Store>> {
        match self {
            Self::Split(split) if self.freeze().is_unwritten() => {
                Ok(Arc::clone(&split.template.whole))
            }
            _ => self.whole(),
        }
    }

    /// The store with all tables; joins the parts if necessary.
    pub(crate) fn whole(&self) -> rusqlite::Result<Arc<Store>> {
        match self {
            Self::Whole(store) => Ok(Arc::clone(store)),
            Self::Split(split) => split.join(),
        }
    }

    /// Reads part by part: a single store at one generation, else each part at its own. The result is cached until the next write to
    /// that store.
    pub(crate) fn note_each<P: Copy, N: Send + Sync + 'static>(
        &self,
        what: &str,
        parts: impl IntoIterator<Item = (&'static str, P)>,
        read: impl Fn(P, &Tx<'_>) -> rusqlite::Result<N>,
        mut note: impl FnMut(P, &N),
    ) -> rusqlite::Result<()> {
        let mut parts = parts.into_iter();
        match self {
            Self::Whole(store) => {
                let parts: Vec<P> = parts.map(|(_, part)| part).collect();
                let page = store.encoded(PageKey::of(what), 0, |tx| {
                    let notes = parts.iter().map(|part| read(*part, tx));
                    let notes = notes.collect::<rusqlite::Result<Vec<N>>>()?;
                    Ok::<_, rusqlite::Error>(CachedBody::always("").with_metadata(notes))
                })?;
                let read = parts.into_iter().zip(&*page.note);
                read.for_each(|(part, read)| note(part, read));
                Ok(())
            }
            Self::Split(_) => parts.try_for_each(|(name, part)| {
                let page = self
                    .part(name)
                    .encoded(PageKey::of((what, name)), 0, |tx| {
                        let read = read(part, tx)?;
                        Ok::<_, rusqlite::Error>(CachedBody::always("").with_metadata(read))
                    })?;
                note(part, &page.note);
                Ok(())
            }),
        }
    }

    /// How many commits there were.
    pub(crate) fn generation(&self) -> u64 {
        self.stores().map(|store| store.generation()).sum()
    }

    fn stores(&self) -> impl Iterator<Item = &Arc<Store>> {
        let (one, parts) = match self {
            Self::Whole(store) => (Some(store), [].as_slice()),
            Self::Split(split) => (split.joined.get(), split.parts.as_slice()),
        };
        parts.iter().chain(one)
    }

    /// The store, if there is only one, as always for a file.
    pub(crate) const fn one(&self) -> Option<&Arc<Store>> {
        match self {
            Self::Whole(store) => Some(store),
            Self::Split(_) => None,
        }
    }

    /// The data file; `None` for in-memory data.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.one()?.file()
    }

    /// Announces that the files are about to be removed on purpose.
    pub(crate) fn retire(&self) {
        self.one().inspect(|store| store.retire());
    }

    /// Whether the file still exists, or was removed on purpose.
    pub(crate) fn is_in_place(&self) -> bool {
        self.one().is_none_or(|store| store.is_in_place())
    }

    /// Whether the connections of a file are closed.
    pub(crate) fn is_asleep(&self) -> bool {
        self.one().is_some_and(|store| store.is_asleep())
    }

    /// Waits for the current writes, and blocks further ones.
    pub(crate) fn freeze(&self) -> Freeze<'_> {
        let joining = match self {
            Self::Whole(_) => None,
            Self::Split(split) => Some(lock(&split.joining)),
        };
        Freeze {
            database: self,
            // In the same lock order as joining.
            stores: self.stores().map(|store| store.freeze()).collect(),
            _joining: joining,
        }
    }
}

impl From<Store> for Database {
    fn from(store: Store) -> Self {
        Self::Whole(Arc::new(store))
    }
}

impl Split {
    fn join(&self) -> rusqlite::Result<Arc<Store>> {
        if let Some(joined) = self.joined.get() {
            return Ok(Arc::clone(joined));
        }
        let _joining = lock(&self.joining);
        if let Some(joined) = self.joined.get() {
            return Ok(Arc::clone(joined));
        }
        let frozen: Vec<_> = self.parts.iter().map(|part| part.freeze()).collect();
        if let Some(replacement) = self.replacement.get() {
            return replacement.whole();
        }
        let mut connection = self.template.whole.copied()?;
        for part in frozen.iter().filter_map(WriteFreeze::connection) {
            take_rows(&mut connection, part)?;
        }
        let joined = Arc::new(Store::new(connection, Vec::new(), None));
        let joined = self.joined.get_or_init(|| joined);
        for part in frozen {
            part.hand_over_to(joined);
        }
        Ok(Arc::clone(joined))
    }
}

/// Blocks writes to the data while held.
#[derive(Debug)]
pub(crate) struct Freeze<'a> {
    database: &'a Database,
    stores: Vec<WriteFreeze<'a>>,
    _joining: Option<MutexGuard<'a, ()>>,
}

impl Freeze<'_> {
    /// Whether nothing was ever written.
    pub(crate) fn is_unwritten(&self) -> bool {
        self.database.generation() == 0
    }

    /// Redirects all further writes to other data.
    pub(crate) fn redirect_to(self, replacement: &Database) -> rusqlite::Result<()> {
        let Database::Split(split) = self.database else {
            let whole = replacement.whole()?;
            self.stores
                .into_iter()
                .for_each(|store| store.redirect_to(&whole));
            return Ok(());
        };
        // Writes to all parts go to all of the replacement.
        let joined = split
            .joined
            .get()
            .map(|_| replacement.whole())
            .transpose()?;
        let parts = split
            .template
            .parts
            .iter()
            .map(|template| template.part.name);
        let targets = parts.map(|part| replacement.part(part)).chain(&joined);
        for (store, target) in self.stores.into_iter().zip(targets) {
            store.redirect_to(target);
        }
        // Set once; a second attempt names the same data.
        let _ = split.replacement.set(replacement.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tables that hang together, with what follows from their rows, and one by itself.
    const PARTS: [Part; 2] = [
        Part {
            name: "lists",
            schema: &[
                "CREATE TABLE lists (id INTEGER PRIMARY KEY AUTOINCREMENT, users INTEGER NOT NULL DEFAULT 0) STRICT;
                 CREATE TABLE users (
                     list INTEGER NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
                     name TEXT NOT NULL,
                     length INTEGER NOT NULL GENERATED ALWAYS AS (length(name)) STORED,
                     UNIQUE (list, name)
                 ) STRICT;
                 CREATE TRIGGER added AFTER INSERT ON users BEGIN
                     UPDATE lists SET users = users + 1 WHERE id = new.list;
                 END;
                 INSERT INTO lists VALUES (7, 0); INSERT INTO users VALUES (7, 'first');",
            ],
        },
        Part {
            name: "jobs",
            schema: &["CREATE TABLE jobs (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"],
        },
    ];

    fn template() -> Arc<Template> {
        let schema: Vec<&str> = PARTS.iter().flat_map(|part| part.schema).copied().collect();
        let whole = Store::in_memory(&schema, 1).expect("a valid schema");
        // Not in the schema: only a copy of the rows has it.
        let written = whole.write(|tx| tx.execute_batch("INSERT INTO users VALUES (7, 'second')"));
        written.expect("no conflict");
        Arc::new(Template::new(whole, PARTS).expect("readable"))
    }

    fn write(store: &Store, sql: &str) {
        let written = store.write(|tx| tx.execute_batch(sql));
        written.expect("a valid change");
    }

    /// Every user and every job that a store has, and the number of users that a trigger counted.
    fn shown(store: &Store) -> String {
        let sql = "SELECT (SELECT group_concat(name) FROM users) || '; '
                       || (SELECT coalesce(group_concat(name), '') FROM jobs) || '; '
                       || (SELECT max(users) FROM lists)";
        let shown = store.read(|tx| tx.query_row(sql, [], |row| row.get(0)));
        shown.expect("all tables are there")
    }

    fn names(store: &Store, table: &str) -> rusqlite::Result<i64> {
        store.read(|tx| {
            let sql = format!("SELECT count(*) FROM {table}");
            tx.query_row(&sql, [], |row| row.get(0))
        })
    }

    #[test]
    fn a_write_copies_its_part_alone() {
        let template = template();
        let data = Database::starting_as(Arc::clone(&template));
        write(data.part("jobs"), "INSERT INTO jobs VALUES ('a')");
        assert_eq!(names(data.part("jobs"), "jobs"), Ok(1));
        assert!(names(data.part("jobs"), "users").is_err());
        assert_eq!(names(data.part("lists"), "users"), Ok(2));
        write(data.part("lists"), "INSERT INTO users VALUES (7, 'b')");
        assert_eq!(names(data.part("lists"), "users"), Ok(3));
        assert_eq!(data.generation(), 2);
        assert_eq!(shown(&template.whole), "first,second; ; 2");
    }

    #[test]
    fn a_first_write_takes_the_spare_copy_and_no_later_one_does() {
        let template = template();
        template.make_spare(1).expect("memory is enough");
        // So that it is known again.
        let spare = lock(&template.parts[1].spare);
        let marked = spare
            .as_ref()
            .map(|spare| spare.execute_batch("INSERT INTO jobs VALUES ('spare')"));
        assert_eq!(marked, Some(Ok(())));
        drop(spare);
        let [first, second] = [(); 2].map(|()| Database::starting_as(Arc::clone(&template)));
        write(first.part("jobs"), "INSERT INTO jobs VALUES ('a')");
        write(second.part("jobs"), "INSERT INTO jobs VALUES ('b')");
        assert_eq!(names(first.part("jobs"), "jobs"), Ok(2));
        assert_eq!(names(second.part("jobs"), "jobs"), Ok(1));
    }

    #[test]
    fn what_was_written_to_the_parts_is_in_the_whole() {
        let template = template();
        let data = Database::starting_as(Arc::clone(&template));
        let readable = data.readable().expect("the template");
        assert!(Arc::ptr_eq(&readable, &template.whole), "it was copied");
        let (jobs, lists) = (
            Arc::clone(data.part("jobs")),
            Arc::clone(data.part("lists")),
        );
        write(
            &lists,
            "INSERT INTO lists (users) VALUES (0); DELETE FROM lists WHERE id = 8",
        );
        write(&lists, "INSERT INTO users VALUES (7, 'third')");
        write(&jobs, "INSERT INTO jobs VALUES ('a')");
        let whole = data.whole().expect("memory is enough");
        assert_eq!(shown(&whole), "first,second,third; a; 3");
        assert_eq!(data.generation(), 3);
        assert!(Arc::ptr_eq(data.part("jobs"), &whole));
        // Calls in flight have the parts still.
        write(&jobs, "INSERT INTO jobs VALUES ('b')");
        write(&lists, "INSERT INTO lists (users) VALUES (0)");
        assert_eq!(names(&jobs, "jobs"), Ok(2));
        assert_eq!(names(&lists, "lists"), Ok(2));
        assert_eq!(shown(&whole), "first,second,third; a,b; 3");
        assert_eq!(data.generation(), 5);
        let newest =
            whole.read(|tx| tx.query_row("SELECT max(id) FROM lists", [], |row| row.get(0)));
        assert_eq!(newest, Ok(9), "an id is not given twice");
        assert_eq!(shown(&template.whole), "first,second; ; 2");
    }

    #[test]
    fn what_breaks_halfway_joins_nothing() {
        let data = Database::starting_as(template());
        let refused = data
            .whole()
            .and_then(|whole| whole.write(|_| Err::<(), _>(rusqlite::Error::InvalidQuery)));
        assert!(refused.is_err());
        assert_eq!(data.generation(), 0);
        assert!(data.freeze().is_unwritten());
    }

    #[test]
    fn calls_in_flight_write_to_what_took_the_place() {
        let (old, new) = (
            Database::starting_as(template()),
            Database::starting_as(template()),
        );
        let jobs = Arc::clone(old.part("jobs"));
        let redirected = old.freeze().redirect_to(&new);
        redirected.expect("memory is enough");
        write(&jobs, "INSERT INTO jobs VALUES ('a')");
        let whole = old.whole().expect("memory is enough");
        write(&whole, "INSERT INTO jobs VALUES ('b')");
        assert_eq!(names(new.part("jobs"), "jobs"), Ok(2));
        assert_eq!(old.generation(), 0);
    }

    #[test]
    fn parts_are_joined_while_others_write_to_them() {
        let data = Database::starting_as(template());
        std::thread::scope(|scope| {
            for part in ["jobs", "lists"] {
                let data = &data;
                scope.spawn(move || {
                    for number in 0..200 {
                        let sql = match part {
                            "jobs" => format!("INSERT INTO jobs VALUES ('{number}')"),
                            _ => format!("INSERT INTO users VALUES (7, '{number}')"),
                        };
                        write(data.part(part), &sql);
                        let expected = if part == "jobs" {
                            number + 1
                        } else {
                            number + 3
                        };
                        let table = if part == "jobs" { "jobs" } else { "users" };
                        assert_eq!(names(data.part(part), table), Ok(expected));
                    }
                });
            }
            while data.generation() < 20 {
                std::thread::yield_now();
            }
            data.whole().expect("memory is enough");
        });
        let whole = data.whole().expect("memory is enough");
        assert_eq!(
            (names(&whole, "jobs"), names(&whole, "users")),
            (Ok(200), Ok(202))
        );
        assert_eq!(data.generation(), 400);
    }
}
