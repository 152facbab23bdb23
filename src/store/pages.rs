//! The cache of encoded pages: an answer is built once and served until the data changes.
//!
//! A page belongs to the store generation that it was read at, so a write invalidates all of them at once. Some pages also depend on
//! the time; these say how long they are valid.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use foldhash::HashMap;

/// The memory limit for the pages of one store.
const BYTES: usize = 2 * 1024 * 1024;
/// A longer page is not worth caching.
pub(crate) const LONGEST: usize = 256 * 1024;
/// The overhead of a page besides its key and body: its entry, metadata and allocator rounding. Without it, a million empty pages
/// would count as next to nothing.
const OVERHEAD: usize = 256;

/// Everything that a page depends on besides the data and the time.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct PageKey(Vec<u8>);

impl PageKey {
    /// `Hash` feeds a hasher everything that a value consists of, in a prefix-free encoding. Recording those bytes instead of hashing
    /// them gives a key without collisions, at the price of a copy.
    pub(crate) fn of(parts: impl Hash) -> Self {
        let mut written = Written(Vec::with_capacity(256));
        parts.hash(&mut written);
        Self(written.0)
    }
}

/// A hasher that records its input.
struct Written(Vec<u8>);

impl Hasher for Written {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Never used; only the bytes count.
    fn finish(&self) -> u64 {
        0
    }
}

/// A page, and the time range (milliseconds since the epoch) in which it is valid.
#[derive(Debug)]
pub(crate) struct CachedBody<N = ()> {
    pub(crate) body: Bytes,
    /// Metadata that the provider needs when the page is served again.
    pub(crate) note: Arc<N>,
    from: i64,
    until: i64,
}

impl CachedBody {
    /// A page that does not depend on the time.
    pub(crate) fn always(body: impl Into<Vec<u8>>) -> Self {
        Self::between(i64::MIN, i64::MAX, body)
    }

    /// A page that is valid from one time until before another.
    pub(crate) fn between(from: i64, until: i64, body: impl Into<Vec<u8>>) -> Self {
        Self {
            // Drop the encoder's spare capacity, which would otherwise be cached.
            body: body.into().into_boxed_slice().into(),
            note: Arc::default(),
            from,
            until,
        }
    }

    /// Adds metadata.
    pub(crate) fn with_metadata<N>(self, note: N) -> CachedBody<N> {
        CachedBody {
            body: self.body,
            note: Arc::new(note),
            from: self.from,
            until: self.until,
        }
    }
}

impl<N> CachedBody<N> {
    pub(super) fn holds(&self, now: i64) -> bool {
        self.from <= now && now < self.until
    }
}

/// The pages of one store.
#[derive(Debug, Default)]
pub(crate) struct ResponseCache {
    cached: RwLock<CachedPages>,
}

#[derive(Debug, Default)]
struct CachedPages {
    generation: u64,
    bytes: usize,
    pages: HashMap<PageKey, CachedPage>,
}

#[derive(Debug)]
struct CachedPage {
    body: Bytes,
    note: Arc<dyn Any + Send + Sync>,
    from: i64,
    until: i64,
}

impl ResponseCache {
    /// The page for a key, if it was read at this generation and is valid now.
    pub(crate) fn find<N: Send + Sync + 'static>(
        &self,
        key: &PageKey,
        generation: u64,
        now: i64,
    ) -> Option<CachedBody<N>> {
        let cached = self.cached.read().unwrap_or_else(PoisonError::into_inner);
        let page = cached
            .pages
            .get(key)
            .filter(|_| cached.generation == generation)
            .filter(|page| page.from <= now && now < page.until)?;
        Some(CachedBody {
            body: page.body.clone(),
            note: Arc::clone(&page.note).downcast().ok()?,
            from: page.from,
            until: page.until,
        })
    }

    /// Caches a page that was read at this generation or later. If there is no room, all others are evicted: a client that never repeats
    /// a request costs the others one read each, but never more memory.
    pub(crate) fn keep<N: Send + Sync + 'static>(
        &self,
        key: PageKey,
        generation: u64,
        page: &CachedBody<N>,
    ) {
        let size = OVERHEAD + key.0.len() + page.body.len();
        if LONGEST < size {
            return;
        }
        let mut cached = self.cached.write().unwrap_or_else(PoisonError::into_inner);
        if generation < cached.generation {
            return;
        }
        if cached.generation < generation || BYTES < cached.bytes + size {
            *cached = CachedPages {
                generation,
                ..CachedPages::default()
            };
        }
        let key_length = key.0.len();
        let page = CachedPage {
            body: page.body.clone(),
            note: Arc::clone(&page.note) as _,
            from: page.from,
            until: page.until,
        };
        cached.bytes += size;
        if let Some(older) = cached.pages.insert(key, page) {
            cached.bytes -= OVERHEAD + key_length + older.body.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> CachedBody {
        CachedBody::always(body)
    }

    fn find(pages: &ResponseCache, key: &str, generation: u64, now: i64) -> Option<Bytes> {
        let page: CachedBody = pages.find(&PageKey::of(key), generation, now)?;
        Some(page.body)
    }

    #[test]
    fn a_page_lasts_as_long_as_its_generation_and_its_time() {
        let pages = ResponseCache::default();
        pages.keep(PageKey::of("a"), 1, &page("x"));
        pages.keep(PageKey::of("b"), 1, &CachedBody::between(10, 20, "y"));
        assert_eq!(find(&pages, "a", 1, 0), Some(Bytes::from("x")));
        assert_eq!(find(&pages, "a", 2, 0), None);
        assert_eq!(
            [9, 10, 19, 20].map(|now| find(&pages, "b", 1, now).is_some()),
            [false, true, true, false]
        );
    }

    #[test]
    fn a_page_of_an_older_generation_is_not_kept() {
        let pages = ResponseCache::default();
        pages.keep(PageKey::of("new"), 2, &page("x"));
        pages.keep(PageKey::of("old"), 1, &page("y"));
        assert_eq!(find(&pages, "old", 1, 0), None);
        assert_eq!(find(&pages, "new", 2, 0), Some(Bytes::from("x")));
    }

    #[test]
    fn keys_of_different_parts_differ() {
        let keys = [
            PageKey::of(("a", "bc")),
            PageKey::of(("ab", "c")),
            PageKey::of(("abc", "")),
            PageKey::of(("a", Some("bc"))),
            PageKey::of(("a", None::<&str>, "bc")),
            PageKey::of(vec!["a", "bc"]),
            PageKey::of((vec!["a"], vec!["bc"])),
            PageKey::of((vec!["a", "bc"], Vec::<&str>::new())),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(keys[..index].iter().all(|other| other != key), "{key:?}");
        }
    }

    /// Whatever is asked for and however often, what is cached stays within its bounds, and the count of it is right.
    #[test]
    fn endless_pages_take_bounded_memory() {
        let pages = ResponseCache::default();
        for number in 0..100_000_usize {
            // Some keys come again, with another length: pages that depend on the time are replaced.
            let key = PageKey::of(if number % 3 == 0 { number % 7 } else { number });
            pages.keep(key, 1, &page(&"x".repeat(number % 1000)));
            let cached = pages.cached.read().expect("no test panics here");
            assert!(cached.bytes <= BYTES);
            if number % 9999 == 0 {
                let sizes = cached
                    .pages
                    .iter()
                    .map(|(key, page)| OVERHEAD + key.0.len() + page.body.len());
                assert_eq!(cached.bytes, sizes.sum::<usize>());
            }
        }
        pages.keep(PageKey::of("long"), 1, &page(&"x".repeat(LONGEST)));
        assert_eq!(find(&pages, "long", 1, 0), None);
    }

    #[test]
    fn a_note_comes_back_with_its_page() {
        let pages = ResponseCache::default();
        pages.keep(PageKey::of("a"), 1, &page("x").with_metadata(7_u8));
        let found: Option<CachedBody<u8>> = pages.find(&PageKey::of("a"), 1, 0);
        assert_eq!(found.map(|page| *page.note), Some(7));
        assert_eq!(find(&pages, "a", 1, 0), None);
    }
}
