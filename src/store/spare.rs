//! Copies of a template that are ready before they are needed: the first write to a namespace takes one, and a thread of its
//! own makes the next.
//!
//! Half of what such a write costs is reading the schema of its copy. There is one spare for each part that was written to.

use std::sync::LazyLock;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use parking_lot::Mutex;
use rusqlite::Connection;

/// How many may be asked for at once: more than there are parts.
const WAITING: usize = 16;

/// A copy that is ready, or none.
pub(super) type Spare = Mutex<Option<Connection>>;

/// What makes a copy.
type Job = Box<dyn FnOnce() + Send>;

/// The way to the thread; none where the machine has no thread left, and every write makes its own copy.
static MAKER: LazyLock<Option<SyncSender<Job>>> = LazyLock::new(|| {
    let (maker, jobs) = sync_channel::<Job>(WAITING);
    let make = move || jobs.into_iter().for_each(|job| job());
    let thread = thread::Builder::new().name("rollcall-copying".to_owned());
    thread.spawn(make).ok().map(|_| maker)
});

/// Has the next copy of a part made.
pub(super) fn make_next(make: impl FnOnce() + Send + 'static) {
    if let Some(maker) = &*MAKER {
        // Where too many wait already, a later write asks again.
        let _ = maker.try_send(Box::new(make));
    }
}
