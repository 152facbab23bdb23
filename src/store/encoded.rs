//! Pages that were encoded already: an answer is built once and served again until the data moves on.
//!
//! A page belongs to the generation of the store that it was read at, so a write makes all of them stale at once. Some
//! pages depend on the time as well; these say for how long they hold.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;

/// The most that the pages of one store may take.
const BYTES: usize = 2 * 1024 * 1024;
/// A page longer than this is not worth keeping.
const LONGEST: usize = 256 * 1024;

/// A page, and the moments (milliseconds since the epoch) between which it holds.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) body: Bytes,
    from: i64,
    until: i64,
}

impl Encoded {
    /// A page that does not depend on the time.
    pub(crate) fn always(body: impl Into<Bytes>) -> Self {
        Self::between(i64::MIN, i64::MAX, body)
    }

    /// A page that holds from one moment until before another.
    pub(crate) fn between(from: i64, until: i64, body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            from,
            until,
        }
    }
}

/// The pages of one store.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    generation: u64,
    bytes: usize,
    pages: HashMap<String, Encoded>,
}

impl Pages {
    /// The page of that key, if it was read at that generation and holds now.
    pub(crate) fn find(&self, key: &str, generation: u64, now: i64) -> Option<Bytes> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let page = kept
            .pages
            .get(key)
            .filter(|_| kept.generation == generation)?;
        (page.from <= now && now < page.until).then(|| page.body.clone())
    }

    /// Keeps a page that was read when the store was at that generation, or later.
    pub(crate) fn keep(&self, key: String, generation: u64, page: Encoded) {
        let size = key.len() + page.body.len();
        if LONGEST < size {
            return;
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.generation < generation || BYTES < kept.bytes + size {
            *kept = Kept {
                generation,
                ..Kept::default()
            };
        }
        if kept.generation == generation && kept.pages.insert(key, page).is_none() {
            kept.bytes += size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lasts_as_long_as_its_generation_and_its_time() {
        let pages = Pages::default();
        pages.keep("a".to_owned(), 1, Encoded::always("x"));
        pages.keep("b".to_owned(), 1, Encoded::between(10, 20, "y"));
        assert_eq!(pages.find("a", 1, 0), Some(Bytes::from("x")));
        assert_eq!(pages.find("a", 2, 0), None);
        assert_eq!(
            [9, 10, 19, 20].map(|now| pages.find("b", 1, now).is_some()),
            [false, true, true, false]
        );
    }

    #[test]
    fn a_page_of_an_older_generation_is_not_kept() {
        let pages = Pages::default();
        pages.keep("new".to_owned(), 2, Encoded::always("x"));
        pages.keep("old".to_owned(), 1, Encoded::always("y"));
        assert_eq!(pages.find("old", 1, 0), None);
        assert_eq!(pages.find("new", 2, 0), Some(Bytes::from("x")));
    }
}
