//! How a call waits without holding up the others of its thread.

use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::runtime::{Handle, RuntimeFlavor};

/// How long a call waits for another one before it lets the runtime know.
const TIMEOUT: Duration = Duration::from_millis(1);

/// A panic inside a transaction rolled it back, so what is locked is as good as before.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .try_lock_for(TIMEOUT)
        .unwrap_or_else(|| blocking(|| mutex.lock()))
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
