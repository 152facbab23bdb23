//! How a call waits without holding up the others of its thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::runtime::{Handle, RuntimeFlavor};

/// How long a call waits for another one before it lets the runtime know.
const TIMEOUT: Duration = Duration::from_millis(1);

/// How many wait for more than that.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Whether anything waits for a store. A process has many stores, and few that are held for long: which one is not told.
pub(crate) fn is_waited_for() -> bool {
    0 < WAITING.load(Ordering::Relaxed)
}

/// A panic inside a transaction rolled it back, so what is locked is as good as before.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.try_lock_for(TIMEOUT).unwrap_or_else(|| {
        WAITING.fetch_add(1, Ordering::Relaxed);
        let locked = blocking(|| mutex.lock());
        WAITING.fetch_sub(1, Ordering::Relaxed);
        locked
    })
}

/// Does what takes long. On a thread that serves calls, those that wait for it go on to another one first.
pub(super) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    let on_many = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread;
    if Handle::try_current().is_ok_and(on_many) {
        tokio::task::block_in_place(work)
    } else {
        work()
    }
}
