//! Lets a call wait without blocking the other calls of its thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::runtime::{Handle, RuntimeFlavor};

/// How long a call waits for another before it tells the runtime.
const TIMEOUT: Duration = Duration::from_millis(1);

/// How many have waited longer than that.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Whether anything waits for a store. It does not say for which: few stores of a process are ever held for long.
pub(crate) fn is_waited_for() -> bool {
    0 < WAITING.load(Ordering::Relaxed)
}

/// Ignores poisoning: a panic inside a transaction has rolled it back.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.try_lock_for(TIMEOUT).unwrap_or_else(|| {
        WAITING.fetch_add(1, Ordering::Relaxed);
        let locked = blocking(|| mutex.lock());
        WAITING.fetch_sub(1, Ordering::Relaxed);
        locked
    })
}

/// Runs slow work. On a thread that serves calls, the runtime first moves the other calls to another thread.
pub(super) fn blocking<T>(work: impl FnOnce() -> T) -> T {
    let on_many = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread;
    if Handle::try_current().is_ok_and(on_many) {
        tokio::task::block_in_place(work)
    } else {
        work()
    }
}
