//! Blocks writes to a store while other data replaces it.

use std::sync::Arc;

use parking_lot::MutexGuard;
use rusqlite::Connection;

use super::Store;
use super::wait::lock;

/// Blocks writes to a store while held.
#[derive(Debug)]
pub(crate) struct WriteFreeze<'a> {
    store: &'a Store,
    _copying: MutexGuard<'a, ()>,
    writer: Option<MutexGuard<'a, Option<Connection>>>,
}

impl WriteFreeze<'_> {
    /// The connection, if the original has already been copied.
    pub(super) fn connection(&self) -> Option<&Connection> {
        self.writer.as_deref().and_then(Option::as_ref)
    }

    /// Redirects all further writes to another store.
    pub(crate) fn redirect_to(self, replacement: &Arc<Store>) {
        // Set once; a second attempt names the same store.
        let _ = self.store.replacement.set(Arc::clone(replacement));
    }

    /// Replaces this store with another one that holds the same data.
    pub(super) fn hand_over_to(mut self, replacement: &Arc<Store>) {
        let freed = self.writer.as_deref_mut().and_then(Option::take);
        self.redirect_to(replacement);
        // Freeing it may take long, and no call needs to wait for that.
        drop(freed);
    }
}

impl Store {
    /// Waits for the current write, and blocks further ones.
    pub(crate) fn freeze(&self) -> WriteFreeze<'_> {
        let copying = lock(&self.copying);
        WriteFreeze {
            store: self,
            writer: self.writer.get().map(lock),
            _copying: copying,
        }
    }
}
