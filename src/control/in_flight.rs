//! Whole databases being sent to clients.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;

use crate::store::Store;
use crate::store::database::Database;

/// Databases being sent: concurrent requests for the same data share the same bytes, however slowly each client reads.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    pub(super) snapshot: Mutex<Shared>,
    pub(super) export: Mutex<Shared>,
    /// Whether an export is streaming.
    pub(super) is_streamed: AtomicBool,
}

/// The bytes of one generation, kept while any client receives them.
#[derive(Debug, Default)]
pub(super) struct Shared {
    generation: u64,
    bytes: Weak<Vec<u8>>,
}

/// The bytes being sent, or new ones if the data has changed.
pub(super) fn shared(
    slot: &Mutex<Shared>,
    data: &Database,
    make: impl FnOnce(&Store) -> rusqlite::Result<Vec<u8>>,
) -> rusqlite::Result<Bytes> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    // Read before the data: a concurrent write can make the bytes look older than they are, never newer.
    let generation = data.generation();
    let known = slot.bytes.upgrade();
    let bytes = match known.filter(|_| slot.generation == generation) {
        Some(bytes) => bytes,
        None => {
            let bytes = Arc::new(make(&*data.readable()?)?);
            *slot = Shared {
                generation,
                bytes: Arc::downgrade(&bytes),
            };
            bytes
        }
    };
    Ok(Bytes::from_owner(Owned(bytes)))
}

struct Owned(Arc<Vec<u8>>);

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
