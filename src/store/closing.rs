//! Frees large in-memory databases on a separate thread, so that no answer waits for it.

use std::sync::LazyLock;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::index::Lists;

/// The number of pages from which freeing a database takes longer than handing it over.
const LARGE: i64 = 256;
/// How many may wait: more would be memory that no limit accounts for. Beyond that, the dropping thread frees it.
const WAITING: usize = 2;
/// The delay that lets the answer go out first: the allocator has one lock for both.
const PAUSE: Duration = Duration::from_millis(5);

/// The memory of an in-memory store.
pub(super) type Contents = (Connection, Lists);

/// The channel to the thread; `None` if it could not be started.
static CLOSER: LazyLock<Option<SyncSender<Contents>>> = LazyLock::new(|| {
    let (closer, contents) = sync_channel(WAITING);
    let close = move || {
        for content in contents {
            thread::sleep(PAUSE);
            drop::<Contents>(content);
        }
    };
    let thread = thread::Builder::new().name("rollcall-closing".to_owned());
    thread.spawn(close).ok().map(|_| closer)
});

/// Frees a store, if it is large on the separate thread.
pub(super) fn close(contents: Contents) {
    if is_large(&contents.0)
        && let Some(closer) = &*CLOSER
    {
        // If the queue is full, it is freed here.
        let _ = closer.try_send(contents);
    }
}

fn is_large(connection: &Connection) -> bool {
    let pages = connection.pragma_query_value(None, "page_count", |row| row.get(0));
    pages.is_ok_and(|pages: i64| LARGE < pages)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Says in which thread it is dropped.
    struct Dropped(Sender<bool>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            let _ = self
                .0
                .send(thread::current().name() == Some("rollcall-closing"));
        }
    }

    /// A database of about so many pages, and whether it is closed by the thread for that.
    fn contents(pages: usize) -> rusqlite::Result<(Contents, Receiver<bool>)> {
        let (closes, closed) = channel();
        let dropped = Dropped(closes);
        let mut connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "page_size", 1024)?;
        connection.execute_batch("CREATE TABLE bytes (some)")?;
        connection.execute("INSERT INTO bytes VALUES (zeroblob(?1))", [pages * 1024])?;
        // A closure lives as long as the connection that calls it.
        let hook = move || {
            let _ = &dropped;
            false
        };
        connection.commit_hook(Some(hook))?;
        Ok(((connection, Lists::default()), closed))
    }

    fn is_closed_elsewhere(pages: usize) -> bool {
        const TIMEOUT: Duration = Duration::from_secs(10);
        let (contents, closed) = contents(pages).expect("memory is enough");
        close(contents);
        closed.recv_timeout(TIMEOUT).expect("it is closed")
    }

    #[test]
    fn a_large_database_is_closed_by_another_thread() {
        assert!(!is_closed_elsewhere(1));
        // Other tests have it close their own meanwhile, and it takes only so many.
        assert!((0..1000).any(|_| is_closed_elsewhere(2000)));
    }
}
