//! Verifies that calls were made: counts those that match, and finds near misses if the count is wrong.

use std::fmt;
use std::ops::{RangeFrom, RangeToInclusive};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::entry::StoredEntry;
use super::{Journal, both};
use crate::pipeline::faults::Match;

/// How many near misses a verification shows.
const NEAREST: usize = 5;

/// The expected number of calls: exact, or a range that is open on one side.
///
/// ```
/// use rollcall::control::Count;
///
/// assert_eq!(Count::AtLeast(2).to_string(), "at least 2");
/// assert_eq!(Count::from(3), Count::Exactly(3));
/// assert_eq!(Count::from(2..), Count::AtLeast(2));
/// assert_eq!(Count::from(..=4), Count::AtMost(4));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// This many.
    Exactly(u64),
    /// This many or more.
    AtLeast(u64),
    /// This many or fewer.
    AtMost(u64),
}

impl Count {
    fn holds(self, found: u64) -> bool {
        match self {
            Self::Exactly(count) => found == count,
            Self::AtLeast(count) => count <= found,
            Self::AtMost(count) => found <= count,
        }
    }

    /// Whether further calls can break a count that holds.
    pub(crate) const fn can_break(self) -> bool {
        !matches!(self, Self::AtLeast(_))
    }

    /// Whether further calls cannot change the verdict.
    pub(crate) const fn is_settled(self, found: u64) -> bool {
        match self {
            Self::Exactly(count) | Self::AtMost(count) => count < found,
            Self::AtLeast(count) => count <= found,
        }
    }
}

impl From<u64> for Count {
    fn from(count: u64) -> Self {
        Self::Exactly(count)
    }
}

impl From<RangeFrom<u64>> for Count {
    fn from(counts: RangeFrom<u64>) -> Self {
        Self::AtLeast(counts.start)
    }
}

impl From<RangeToInclusive<u64>> for Count {
    fn from(counts: RangeToInclusive<u64>) -> Self {
        Self::AtMost(counts.end)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "exactly {count}"),
            Self::AtLeast(count) => write!(f, "at least {count}"),
            Self::AtMost(count) => write!(f, "at most {count}"),
        }
    }
}

/// The result of a verification.
#[derive(Debug)]
pub(crate) enum Verdict {
    Holds {
        found: u64,
    },
    /// With the entries that differ least, and how.
    Fails {
        found: u64,
        nearest: Value,
    },
    /// Entries in the window were dropped.
    Unknown {
        dropped: u64,
    },
    /// The journal is off.
    Unkept,
    /// Calls with cut bodies might match.
    Cut {
        many: u64,
    },
}

impl Journal {
    /// Whether the number of matching calls is as expected.
    pub(crate) fn verify(
        &self,
        wanted: &Match,
        status: Option<u16>,
        since: u64,
        count: Count,
    ) -> Verdict {
        if self.per_namespace == 0 {
            return Verdict::Unkept;
        }
        let namespace = wanted.namespace.as_deref().filter(|name| *name != "*");
        let (entries, last_dropped, dropped) = {
            let inner = self.lock();
            let (last, dropped) = match namespace {
                Some(name) => inner.dropped_of.get(name).copied().unwrap_or_default(),
                None => inner
                    .dropped_of
                    .values()
                    .fold(inner.dropped_of_others, |all, dropped| both(all, *dropped)),
            };
            let entries: Vec<_> = inner.of(namespace, since).cloned().collect();
            (entries, last, dropped)
        };
        let (mut found, mut cut) = (0, 0);
        let mut misses: Vec<(Vec<String>, &StoredEntry)> = Vec::new();
        for kept in &entries {
            let differences = kept.differences(wanted, status);
            if differences.is_empty() {
                found += 1;
            } else {
                cut += u64::from(kept.may_be(wanted, status));
                misses.push((differences, kept));
            }
        }
        // Drops before the window do not matter, and some counts hold or fail regardless of drops.
        if since < last_dropped && !count.is_settled(found) {
            return Verdict::Unknown { dropped };
        }
        if (1..=cut).any(|more| count.holds(found + more) != count.holds(found)) {
            return Verdict::Cut { many: cut };
        }
        if count.holds(found) {
            return Verdict::Holds { found };
        }
        // Newest first among equal ones.
        misses.sort_by_key(|(differences, _)| differences.len());
        let nearest = misses
            .into_iter()
            .take(NEAREST)
            .map(|(differences, kept)| {
                let mut shown = kept.summary(self.replica.as_deref());
                shown.insert("differs".to_owned(), json!(differences));
                Value::Object(shown)
            })
            .collect();
        Verdict::Fails { found, nearest }
    }
}
