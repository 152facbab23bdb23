//! A store that is held still while other data takes its place.

use std::sync::Arc;

use parking_lot::MutexGuard;
use rusqlite::Connection;

use super::Store;
use super::wait::lock;

/// A store that is not written to as long as this is held.
#[derive(Debug)]
pub(crate) struct WriteFreeze<'a> {
    store: &'a Store,
    _copying: MutexGuard<'a, ()>,
    writer: Option<MutexGuard<'a, Option<Connection>>>,
}

impl WriteFreeze<'_> {
    /// The data, where there is a copy of the original already.
    pub(super) fn connection(&self) -> Option<&Connection> {
        self.writer.as_deref().and_then(Option::as_ref)
    }

    /// Redirects all further writes to this store to another one.
    pub(crate) fn redirect_to(self, replacement: &Arc<Store>) {
        // It is redirected once; a second attempt names the same store.
        let _ = self.store.replacement.set(Arc::clone(replacement));
    }

    /// Has another store, which holds the same data, take this one's place.
    pub(super) fn hand_over_to(mut self, replacement: &Arc<Store>) {
        let freed = self.writer.as_deref_mut().and_then(Option::take);
        self.redirect_to(replacement);
        // It may be large, and no call has to wait for it any more.
        drop(freed);
    }
}

impl Store {
    /// Waits for the current write, and holds up all others.
    pub(crate) fn freeze(&self) -> WriteFreeze<'_> {
        let copying = lock(&self.copying);
        WriteFreeze {
            store: self,
            writer: self.writer.get().map(lock),
            _copying: copying,
        }
    }
}
