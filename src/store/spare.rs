//! Copies of a template that are ready before they are needed: the first write to a namespace takes one, and a thread of its
//! own makes the next.
//!
//! Half of what such a write costs is reading the schema of its copy. There is one spare for each part that was written to.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Weak};
use std::thread;

use parking_lot::Mutex;
use rusqlite::Connection;

use super::database::Template;

/// How many may be asked for at once: more than there are parts.
const WAITING: usize = 16;

/// A copy that is ready, or none.
pub(super) type Spare = Mutex<Option<Connection>>;

/// The part of a template that a copy is wanted of. A template that is gone needs none.
type Wanted = (Weak<Template>, usize);

/// The way to the thread; none where the machine has no thread left, and every write makes its own copy.
static MAKER: LazyLock<Option<SyncSender<Wanted>>> = LazyLock::new(|| {
    let (maker, wanted) = sync_channel::<Wanted>(WAITING);
    let make = move || {
        for (template, part) in wanted {
            if let Some(template) = template.upgrade() {
                // The write that finds none makes its own, and reports what is wrong.
                let _ = template.make_spare(part);
            }
        }
    };
    let thread = thread::Builder::new().name("rollcall-copying".to_owned());
    thread.spawn(make).ok().map(|_| maker)
});

/// Has the next copy of a part made.
pub(super) fn make_next(template: &Arc<Template>, part: usize) {
    if let Some(maker) = &*MAKER {
        // Where too many wait already, a later write asks again.
        let _ = maker.try_send((Arc::downgrade(template), part));
    }
}
