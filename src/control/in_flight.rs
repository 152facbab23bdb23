//! Whole databases on their way to clients.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;

use crate::store::Store;
use crate::store::database::Database;

/// Whole databases that are on their way: all who ask for the same at the same time are sent the same bytes, however slowly
/// each of them reads.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    pub(super) snapshot: Mutex<Shared>,
    pub(super) export: Mutex<Shared>,
    /// Whether an export is read while it is sent.
    pub(super) is_streamed: AtomicBool,
}

/// Bytes of a generation, for as long as they are sent to anybody.
#[derive(Debug, Default)]
pub(super) struct Shared {
    generation: u64,
    bytes: Weak<Vec<u8>>,
}

/// The bytes that are on their way, or new ones where the data is another now.
pub(super) fn shared(
    slot: &Mutex<Shared>,
    data: &Database,
    make: impl FnOnce(&Store) -> rusqlite::Result<Vec<u8>>,
) -> rusqlite::Result<Bytes> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    // Looked at before the data: what is written meanwhile makes the bytes older than they are, never newer.
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
