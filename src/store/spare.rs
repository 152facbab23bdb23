//! Spare copies of a template: the first write to a namespace takes one, and a separate thread makes the next.
//!
//! Half the cost of such a write is parsing the schema of its copy. There is one spare for each part that was written to.

use std::sync::LazyLock;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use parking_lot::Mutex;
use rusqlite::Connection;

/// The queue length: more than there are parts.
const WAITING: usize = 16;

/// A slot for a ready copy.
pub(super) type Spare = Mutex<Option<Connection>>;

/// What makes a copy.
type Job = Box<dyn FnOnce() + Send>;

/// The channel to the thread; `None` if it could not be started, and every write makes its own copy.
static MAKER: LazyLock<Option<SyncSender<Job>>> = LazyLock::new(|| {
    let (maker, jobs) = sync_channel::<Job>(WAITING);
    let make = move || jobs.into_iter().for_each(|job| job());
    let thread = thread::Builder::new().name("rollcall-copying".to_owned());
    thread.spawn(make).ok().map(|_| maker)
});

/// Requests the next copy of a part.
pub(super) fn make_next(make: impl FnOnce() + Send + 'static) {
    if let Some(maker) = &*MAKER {
        // If the queue is full, a later write asks again.
        let _ = maker.try_send(Box::new(make));
    }
}
