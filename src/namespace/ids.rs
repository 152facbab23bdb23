//! All generated ids, numbers and passwords: one random stream per namespace, optionally seeded.
//!
//! With `--rng-seed`, the stream of a namespace is derived from the seed and the namespace's name, and restarts on a reset, so that the
//! same calls get the same ids. Nothing here needs to be unpredictable: a mock has no secrets worth guessing.

use std::fmt;
use std::sync::{Mutex, MutexGuard};

use fastrand::Rng;
use uuid::Builder;

/// Lower-case letters and digits, the alphabet of most ids of the five services.
pub(crate) const LOWER_ALPHANUMERIC: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// Letters of both cases and digits.
pub(crate) const ALPHANUMERIC: &[u8] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Lower-case hexadecimal digits.
pub(crate) const LOWER_HEX: &[u8] = b"0123456789abcdef";
/// Upper-case hexadecimal digits.
pub(crate) const UPPER_HEX: &[u8] = b"0123456789ABCDEF";
/// Decimal digits.
pub(crate) const DIGITS: &[u8] = b"0123456789";

/// A stream of ids.
pub(crate) struct Ids {
    stream: Mutex<Rng>,
}

impl Ids {
    /// An unseeded stream.
    pub(crate) fn unseeded() -> Self {
        Self {
            stream: Mutex::new(Rng::new()),
        }
    }

    /// The stream for a seed and a namespace; the same two give the same ids.
    pub(crate) fn seeded(seed: u64, namespace: &str) -> Self {
        // FNV-1a: the hash has to be the same on every machine and in every release.
        let name = namespace
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        Self {
            stream: Mutex::new(Rng::with_seed(seed ^ name)),
        }
    }

    /// Random characters from an ASCII alphabet.
    pub(crate) fn text(&self, length: usize, alphabet: &[u8]) -> String {
        let mut stream = self.stream();
        let drawn = (0..length).map(|_| alphabet[stream.usize(..alphabet.len())]);
        String::from_utf8(drawn.collect()).expect("alphabets are ASCII")
    }

    /// Draws until an id is free: after a restart or a restore, a seeded stream starts over, while the ids that it gave before exist.
    pub(crate) fn unused<E>(
        &self,
        draw: impl Fn(&Self) -> String,
        is_taken: impl Fn(&str) -> Result<bool, E>,
    ) -> Result<String, E> {
        loop {
            let drawn = draw(self);
            if !is_taken(&drawn)? {
                return Ok(drawn);
            }
        }
    }

    /// A random (version 4) UUID in lower case, with hyphens.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.stream().fill(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// 128 random bits in lower-case hexadecimal digits.
    pub(crate) fn hex128(&self) -> String {
        let mut bytes = [0; 16];
        self.stream().fill(&mut bytes);
        Builder::from_bytes(bytes).into_uuid().simple().to_string()
    }

    /// A number below the bound, which must not be zero.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.stream().u64(..bound)
    }

    fn stream(&self) -> MutexGuard<'_, Rng> {
        self.stream
            .lock()
            .expect("nothing panics while it draws an id")
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seeded_stream_repeats_itself_and_namespaces_differ() {
        let draw = |seed, namespace| Ids::seeded(seed, namespace).text(20, LOWER_ALPHANUMERIC);
        assert_eq!(draw(7, "default"), draw(7, "default"));
        assert_ne!(draw(7, "default"), draw(7, "other"));
        assert_ne!(draw(7, "default"), draw(8, "default"));
    }
}
