//! Finds the beginning of a page and the rows of a search: in the in-memory order if a list is long, else with SQLite.

use rusqlite::types::Value;

use super::Tx;
use super::index::ListIndex;
use super::lists::List;
use super::order::{Direction, Found, Order, Query, RowKey};
use super::page::Window;
use super::wait::blocking;

/// Up to this length, scanning with SQLite is fast enough.
const LONG: u64 = if cfg!(test) { 400 } else { 4096 };
/// From this offset on, looking up the row in the order is worth it.
const FAR: u64 = if cfg!(test) { 64 } else { 512 };

/// Where to start reading a list, and how many rows to skip from there.
#[derive(Debug, Default)]
pub(crate) struct Start {
    pub(crate) key: Option<RowKey>,
    rest: u64,
}

impl Start {
    /// The beginning of a list.
    pub(crate) fn first(offset: u64) -> Self {
        Self {
            key: None,
            rest: offset,
        }
    }

    /// The smallest number that may follow, if a list is ordered only by number.
    pub(crate) fn number(&self) -> i64 {
        self.key.as_ref().map_or(i64::MIN, |key| key.number)
    }

    /// `OFFSET` for SQLite.
    pub(crate) fn sql_offset(&self) -> i64 {
        i64::try_from(self.rest).unwrap_or(i64::MAX)
    }
}

impl Tx<'_> {
    /// Where to start reading a parent's list of `total` rows, to get to an offset.
    pub(crate) fn start(
        &self,
        list: &'static List,
        parent: impl Into<Value>,
        total: u64,
        direction: Direction,
        offset: u64,
    ) -> rusqlite::Result<Start> {
        if offset < FAR {
            return Ok(Start::first(offset));
        }
        let found = self.with_order(list, &parent.into(), total, false, |order| {
            let last = order.len() - 1;
            let place = usize::try_from(offset).unwrap_or(usize::MAX).min(last);
            let key = order.at(match direction {
                Direction::Forward => place,
                Direction::Backward => last - place,
            });
            Start {
                key,
                rest: offset - place as u64,
            }
        })?;
        Ok(found.unwrap_or_else(|| Start::first(offset)))
    }

    /// A window of the matching rows of a parent's list of `total` rows; `None` if SQLite has to find them, because the list is short
    /// or is being changed.
    pub(crate) fn search(
        &self,
        list: &'static List,
        parent: impl Into<Value>,
        total: u64,
        direction: Direction,
        query: &Query,
        window: Window,
    ) -> rusqlite::Result<Option<Found>> {
        let search = |order: &Order| order.search(query, direction, window);
        Ok(self
            .with_order(list, &parent.into(), total, true, search)?
            .flatten())
    }

    fn with_order<T>(
        &self,
        list: &'static List,
        parent: &Value,
        total: u64,
        searching: bool,
        look: impl FnOnce(&Order) -> T,
    ) -> rusqlite::Result<Option<T>> {
        if total <= LONG {
            return Ok(None);
        }
        let fits = |index: &&ListIndex| {
            (index.is_searchable || !searching) && index.order.len() as u64 == total
        };
        let lists = &self.store.lists;
        // The transaction sees the generation at which it read the total. If no commit has started since before that, the orders have
        // the same generation, and keep it while they are locked.
        let is_now = || lists.is_settled(self.generation);
        if !is_now() {
            return Ok(None);
        }
        let is_built = lists.read().find(list, parent).filter(fits).is_some();
        if !is_built && !self.build(list, parent, searching)? {
            return Ok(None);
        }
        let indexes = lists.read();
        let index = indexes.find(list, parent).filter(fits);
        Ok(index.filter(|_| is_now()).map(|index| look(&index.order)))
    }

    /// Builds an order from the write connection, so that no write can interfere. Returns whether it did.
    fn build(
        &self,
        list: &'static List,
        parent: &Value,
        searching: bool,
    ) -> rusqlite::Result<bool> {
        let writer;
        let connection = if self.is_writers {
            self.connection
        } else {
            writer = match self.store.idle_writer()? {
                Some(writer) => writer,
                None => return Ok(false),
            };
            &*writer
        };
        let index = blocking(|| ListIndex::build(connection, list, parent.clone(), searching))?;
        self.store.lists.add(index);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rusqlite::{Connection, params};

    use super::super::Store;
    use super::super::page::{RowLimit, count, select};
    use super::*;
    use crate::store::database::Template;

    const SCHEMA: &[&str] = &[
        "CREATE TABLE teams (id INTEGER PRIMARY KEY, total INTEGER NOT NULL DEFAULT 0) STRICT;
         CREATE TABLE users (
             seq INTEGER PRIMARY KEY,
             team INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
             born TEXT NOT NULL,
             name TEXT NOT NULL UNIQUE,
             kind INTEGER NOT NULL
         ) STRICT;
         CREATE INDEX users_in_order ON users (team, born, seq);
         CREATE TRIGGER user_added AFTER INSERT ON users BEGIN
             UPDATE teams SET total = total + 1 WHERE id = new.team;
         END;
         CREATE TRIGGER user_deleted AFTER DELETE ON users BEGIN
             UPDATE teams SET total = total - 1 WHERE id = old.team;
         END;
         CREATE TRIGGER user_moved AFTER UPDATE OF team ON users BEGIN
             UPDATE teams SET total = total - 1 WHERE id = old.team;
             UPDATE teams SET total = total + 1 WHERE id = new.team;
         END;",
        "INSERT INTO teams (id) VALUES (1), (2);
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         INSERT INTO users SELECT n, 1 + n % 2, 'd' || n % 7, 'name-' || n, n % 3 FROM numbers;",
    ];

    static USERS: List = List {
        table: "users",
        parent: Some("team"),
        sort_key: Some("born"),
        number: "seq",
        texts: &["name"],
        filter_columns: &["kind"],
    };

    fn in_memory() -> Store {
        Store::in_memory(SCHEMA, 1).expect("a valid schema")
    }

    /// In memory and in a file, which has connections that only read.
    fn stores() -> (tempfile::TempDir, [Store; 2]) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = in_memory().copy_to_file(&folder.path().join("data.db"), 1);
        (folder, [in_memory(), file.expect("a new file")])
    }

    fn total(tx: &Tx<'_>, team: i64) -> u64 {
        let sql = "SELECT total FROM teams WHERE id = ?1";
        count(tx, sql, [team]).expect("there is such a team")
    }

    /// How often an order was asked, and answered.
    #[derive(Debug, Default)]
    struct Seen {
        by_order: usize,
    }

    /// Compares pages and searches of a team with what plain SQL says in the same transaction.
    fn compare(tx: &Tx<'_>, team: i64, seen: &mut Seen) -> rusqlite::Result<()> {
        let total = total(tx, team);
        let sql = "SELECT seq FROM users WHERE team = ?1 ORDER BY born, seq";
        let all: Vec<i64> = select(tx, sql, [team], |row| row.get(0))?;
        assert_eq!(all.len() as u64, total);
        for offset in [0, FAR, total / 2, total.saturating_sub(3), total, total + 9] {
            let window = Window::rows(offset, 10);
            let start = tx.start(&USERS, team, total, Direction::Forward, offset)?;
            let (sort_key, number) = match &start.key {
                Some(key) => (key.sort_key.as_str(), key.number),
                None => ("", i64::MIN),
            };
            seen.by_order += usize::from(start.key.is_some());
            let sql = "SELECT seq FROM users WHERE team = ?1 AND (born, seq) >= (?2, ?3) ORDER BY born, seq LIMIT 10 OFFSET ?4";
            let page: Vec<i64> = select(
                tx,
                sql,
                params![team, sort_key, number, start.sql_offset()],
                |row| row.get(0),
            )?;
            assert_eq!(page, window.of(&all), "from {offset} of {total}");
        }
        for (part, kind) in [
            ("1", None),
            ("-99", None),
            ("name", Some(2)),
            ("none", None),
            ("1", Some(7)),
        ] {
            let query = Query {
                texts: vec![(0, part.to_owned())],
                filter_columns: kind
                    .map(|kind: i64| (0, kind.to_string()))
                    .into_iter()
                    .collect(),
            };
            let sql = "SELECT seq FROM users WHERE team = ?1 AND instr(name, ?2) AND (?3 IS NULL OR kind = ?3) ORDER BY born, seq";
            let all: Vec<i64> = select(tx, sql, params![team, part, kind], |row| row.get(0))?;
            let window = Window {
                offset: 3,
                limit: RowLimit::Rows(20),
            };
            if let Some(found) =
                tx.search(&USERS, team, total, Direction::Forward, &query, window)?
            {
                seen.by_order += 1;
                assert_eq!(found.total, all.len() as u64, "{part} {kind:?}");
                assert_eq!(found.numbers, window.of(&all), "{part} {kind:?}");
            }
        }
        Ok(())
    }

    fn check(store: &Store, event: &str) {
        for team in [1, 2] {
            let mut seen = Seen::default();
            store
                .read(|tx| compare(tx, team, &mut seen))
                .unwrap_or_else(|cause| panic!("after {event}: {cause}"));
            let is_long = LONG
                < store
                    .read(|tx| Ok::<_, rusqlite::Error>(total(tx, team)))
                    .expect("a team");
            assert_eq!(seen.by_order, if is_long { 10 } else { 0 }, "after {event}");
        }
    }

    /// The change that touches more rows than orders follow, and the first of those that do.
    const TOO_MUCH: &str = "more than is followed";

    fn built(store: &Store) -> usize {
        store.lists.built.load(Ordering::Relaxed)
    }

    type Change = fn(&Connection) -> rusqlite::Result<()>;

    const CHANGES: &[(&str, Change)] = &[
        ("nothing", |_| Ok(())),
        ("inserts at both ends and in between", |tx| {
            tx.execute_batch(
                "INSERT INTO users VALUES (20001, 1, 'a', 'first-1', 1), (20002, 1, 'd3', 'extra-991', 2), (-5, 2, 'z', 'last', 0);",
            )
        }),
        ("deletes", |tx| {
            tx.execute_batch("DELETE FROM users WHERE seq IN (1, 2, 500, 1200, 1199)")
        }),
        ("changes of what rows are searched by", |tx| {
            tx.execute_batch(
                "UPDATE users SET name = 'renamed-' || seq, kind = 2 WHERE seq BETWEEN 700 AND 800",
            )
        }),
        ("changes of what rows are ordered by", |tx| {
            tx.execute_batch(
                "UPDATE users SET born = 'd9' WHERE seq BETWEEN 900 AND 950; UPDATE users SET seq = seq + 50000 WHERE seq < 20",
            )
        }),
        ("moves to another parent", |tx| {
            tx.execute_batch("UPDATE users SET team = 2 WHERE seq BETWEEN 1000 AND 1100")
        }),
        ("a row that comes and goes", |tx| {
            tx.execute_batch(
                "INSERT INTO users VALUES (30000, 1, 'd', 'brief', 0); DELETE FROM users WHERE seq = 30000;
                 DELETE FROM users WHERE seq = 201; INSERT INTO users VALUES (201, 1, 'd0', 'again-1', 2);",
            )
        }),
        ("a statement that failed half-way", |tx| {
            let failed = tx.execute(
                "UPDATE users SET name = 'same', born = 'x' WHERE seq IN (300, 301)",
                [],
            );
            assert!(failed.is_err());
            Ok(())
        }),
        ("a rolled back savepoint", |tx| {
            tx.execute_batch("SAVEPOINT before; DELETE FROM users WHERE seq % 10 = 0; ROLLBACK TO before; RELEASE before")
        }),
        (TOO_MUCH, |tx| {
            tx.execute_batch("UPDATE users SET kind = (kind + 1) % 3")
        }),
        ("a cascade", |tx| {
            tx.execute_batch("DELETE FROM users WHERE team = 2 AND 600 < seq; DELETE FROM teams WHERE id = 2; INSERT INTO teams VALUES (2, 0)")
        }),
    ];

    #[test]
    fn orders_follow_every_kind_of_write() {
        let (_folder, stores) = stores();
        for store in &stores {
            let mut is_followed = true;
            for (event, change) in CHANGES {
                check(store, &format!("all before {event}"));
                let before = built(store);
                store
                    .write(change)
                    .unwrap_or_else(|cause| panic!("{event}: {cause}"));
                check(store, event);
                is_followed &= *event != TOO_MUCH;
                assert_eq!(built(store) == before, is_followed, "built after {event}");
            }
        }
    }

    #[test]
    fn orders_are_built_anew_after_a_commit_that_failed() {
        const STRICT: &str = "CREATE TABLE guests (
             host TEXT NOT NULL REFERENCES users (name) DEFERRABLE INITIALLY DEFERRED
         ) STRICT;";
        let store = Store::in_memory(&[SCHEMA, &[STRICT]].concat(), 1).expect("a valid schema");
        check(&store, "the start");
        let before = built(&store);
        let failed = store.write(|tx| tx.execute("INSERT INTO guests VALUES ('nobody')", []));
        assert!(failed.is_err(), "the host is looked for by the commit");
        check(&store, "a failed commit");
        assert_eq!(
            built(&store),
            before + 4,
            "those of two teams, for pages and searches"
        );
        store.write(CHANGES[1].1).expect("a valid change");
        check(&store, "another write");
        assert_eq!(built(&store), before + 4, "followed again");
    }

    #[test]
    fn lists_are_watched_after_an_attempt_that_failed_half_way() {
        let (_folder, stores) = stores();
        for store in &stores {
            check(store, "the start");
            let attempt = "CREATE TEMP TABLE touched (list, parent, sort_key, number);
                 CREATE TEMP TRIGGER touched_0_INSERT AFTER INSERT ON main.users BEGIN
                     INSERT INTO touched SELECT 0, new.team, new.born, new.seq;
                 END;";
            let writer = store.idle_writer().expect("a store of its own");
            let begun = writer.expect("it is idle");
            begun
                .execute_batch(attempt)
                .expect("no trigger is there yet");
            drop(begun);
            store.write(CHANGES[1].1).expect("a valid change");
            check(store, "a write");
        }
    }

    #[test]
    fn what_empties_a_list_leaves_no_order() {
        let (_folder, stores) = stores();
        for store in &stores {
            check(store, "the start");
            store
                .write(|tx| tx.execute_batch("DELETE FROM users"))
                .expect("a valid change");
            check(store, "a delete without conditions");
            assert!(store.lists.read().orders.is_empty());
        }
    }

    #[test]
    fn orders_forget_what_is_rolled_back() {
        let (_folder, stores) = stores();
        for store in &stores {
            for (event, change) in CHANGES {
                check(store, "the start");
                let failed: rusqlite::Result<()> = store.write(|tx| {
                    change(tx)?;
                    Err(rusqlite::Error::InvalidQuery)
                });
                assert!(failed.is_err());
                check(store, event);
                // What was noted of it must not come up with the next one.
                store
                    .write(|tx| tx.execute("UPDATE users SET kind = 0 WHERE seq = 77", []))
                    .expect("a valid change");
                check(store, "another write");
            }
        }
    }

    #[test]
    fn a_copy_builds_its_own_orders() {
        let store = in_memory();
        check(&store, "the start");
        let copy = store.copy_in_memory().expect("memory is enough");
        copy.write(CHANGES[2].1).expect("a valid change");
        check(&copy, "a change of the copy");
        check(&store, "a change of the copy");
    }

    #[test]
    fn what_starts_as_another_has_its_orders_from_the_first_write_on() {
        let template = Arc::new(Template::new(in_memory(), []).expect("readable"));
        let original = Arc::clone(&template.whole);
        let store = Store::starting_as(template, None);
        check(&store, "the start");
        store.write(CHANGES[1].1).expect("a valid change");
        check(&store, "the first write");
        assert_eq!(built(&store), 0, "it built what its original had");
        check(&original, "the first write of another");
    }

    #[test]
    fn a_reader_of_an_older_moment_does_not_see_newer_orders() {
        let (_folder, [_, store]) = stores();
        check(&store, "the start");
        store
            .read(|tx| {
                let before = total(tx, 1);
                std::thread::scope(|scope| {
                    // In one write as many rows come as go, so that only the generation tells the lists apart.
                    scope.spawn(|| {
                        store.write(|tx| {
                            tx.execute_batch(
                                "DELETE FROM users WHERE seq = 300; INSERT INTO users VALUES (90001, 1, 'e', 'new-1', 1);",
                            )
                        })
                    });
                });
                assert_eq!(total(tx, 1), before);
                assert!(!glance(tx, 1)?, "answered by an order that has moved on");
                Ok::<_, rusqlite::Error>(())
            })
            .expect("readable");
        check(&store, "the write");
    }

    /// Asks the order first, as providers do, and then SQL in the same transaction.
    fn glance(tx: &Tx<'_>, team: i64) -> rusqlite::Result<bool> {
        let (total, forward) = (total(tx, team), Direction::Forward);
        let query = Query {
            texts: vec![(0, "new".to_owned())],
            filter_columns: Vec::new(),
        };
        let window = Window::rows(0, 9);
        let start = tx.start(&USERS, team, total, forward, total / 2)?;
        let found = tx.search(&USERS, team, total, forward, &query, window)?;

        let sql = "SELECT seq FROM users WHERE team = ?1 ORDER BY born, seq";
        let all: Vec<i64> = select(tx, sql, [team], |row| row.get(0))?;
        assert_eq!(all.len() as u64, total);
        if let Some(key) = &start.key {
            assert_eq!(Some(&key.number), all.get(all.len() / 2));
        }
        if let Some(found) = &found {
            let sql = "SELECT count(*) FROM users WHERE team = ?1 AND instr(name, 'new')";
            assert_eq!(found.total, count(tx, sql, [team])?);
        }
        Ok(start.key.is_some() && found.is_some())
    }

    #[test]
    fn a_page_and_its_total_are_of_one_moment_while_others_write() {
        const ENOUGH: usize = 20;
        let (_folder, stores) = stores();
        for store in &stores {
            check(store, "the start");
            let seen = [1, 2].map(|_| AtomicUsize::new(0));
            let enough = || {
                let mut seen = seen.iter().map(|seen| seen.load(Ordering::Relaxed));
                seen.all(|seen| ENOUGH <= seen)
            };
            let steps = std::thread::scope(|scope| {
                for (team, seen) in [1, 2].into_iter().zip(&seen) {
                    scope.spawn(move || {
                        while seen.load(Ordering::Relaxed) < ENOUGH {
                            let by_order = store.read(|tx| glance(tx, team)).expect("readable");
                            seen.fetch_add(usize::from(by_order), Ordering::Relaxed);
                        }
                    });
                }
                (0..1_000_000_i64).find(|step| {
                    let write = store.write(|tx| {
                        tx.execute("DELETE FROM users WHERE seq = ?1", [step % 1200])?;
                        let sql = "INSERT INTO users VALUES (?1, 1 + ?1 % 2, 'd' || ?1 % 7, 'new-' || ?1, 1),
                             (?1 + 2000000, 1 + ?1 % 2, 'e', 'newer-' || ?1, 2)";
                        tx.execute(sql, [40_000 + step])
                    });
                    write.expect("a valid change");
                    std::thread::yield_now();
                    enough()
                })
            });
            assert!(steps.is_some(), "{seen:?}");
            check(store, "all writes");
        }
    }
}
