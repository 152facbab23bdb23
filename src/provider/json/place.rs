//! Positions in a text, for errors.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{JsonError, without_mark};

/// A position in a text, counted as in editors; 0 if unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The known parts in compiler notation after a file name: `:3:18`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => Ok(()),
            (line, 0) => write!(f, ":{line}"),
            (line, column) => write!(f, ":{line}:{column}"),
        }
    }
}

impl Place {
    /// The position of a path in a JSON text, or of its deepest existing part.
    pub(crate) fn of(text: &[u8], path: &str) -> Option<Self> {
        let text = std::str::from_utf8(without_mark(text)).ok()?;
        let mut value: &RawValue = serde_json::from_str(text).ok()?;
        for step in steps_of(path) {
            match inner(value.get(), step) {
                Some(inner) => value = inner,
                None => break,
            }
        }
        // Both are parts of the same text.
        let before = &text[..value.get().as_ptr().addr() - text.as_ptr().addr()];
        Some(Self::after(before.as_bytes()))
    }

    /// The position after a text.
    pub(crate) fn after(text: &[u8]) -> Self {
        let line = memchr::memrchr(b'\n', text).map_or(text, |end| &text[end + 1..]);
        // Only the first byte of a character is not a continuation byte.
        let characters = line.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        Self {
            line: memchr::memchr_iter(b'\n', text).count() + 1,
            column: characters + 1,
        }
    }

    /// The position of an error: that of its path or, if the text is not JSON, where the parser stopped.
    pub(crate) fn of_error(text: &[u8], error: &JsonError) -> Self {
        let found = Self::of(text, &error.dotted());
        found.or_else(|| stopped(text, error)).unwrap_or_default()
    }

    /// Translates a position in a text that begins here.
    pub(crate) const fn from(self, start: Self) -> Self {
        match (self.line, start.line) {
            (0, _) | (_, 0) => start,
            (1, line) => Self {
                line,
                column: start.column + self.column - 1,
            },
            (line, above) => Self {
                line: above + line - 1,
                column: self.column,
            },
        }
    }
}

/// Where the parser stopped, with its bytes converted to characters.
fn stopped(text: &[u8], error: &JsonError) -> Option<Place> {
    let (_, position) = error.rule.rsplit_once(" at line ")?;
    let (line, column) = position.split_once(" column ")?;
    let (line, bytes): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let start = match line.checked_sub(2) {
        None => 0,
        Some(above) => memchr::memchr_iter(b'\n', without_mark(text)).nth(above)? + 1,
    };
    let before = without_mark(text).get(start..start + bytes.saturating_sub(1))?;
    let Place { column, .. } = Place::after(before);
    Some(Place { line, column })
}

/// The keys and indexes of a path: `users[3].UserId` has three.
pub(crate) fn steps_of(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[', ']']).filter(|part| !part.is_empty())
}

/// The member of an object or array at a key or index. Other members are skipped, without collecting them.
fn inner<'a>(text: &'a str, step: &str) -> Option<&'a RawValue> {
    struct Wanted<'s>(&'s str);
    impl<'de> Visitor<'de> for Wanted<'_> {
        type Value = Option<&'de RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object or a list")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(key) = members.next_key::<String>()? {
                let value = members.next_value()?;
                if key == self.0 {
                    found = Some(value);
                }
            }
            Ok(found)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let wanted = self.0.parse::<usize>().ok();
            let mut found = None;
            for number in 0.. {
                let Some(item) = items.next_element()? else {
                    break;
                };
                if Some(number) == wanted {
                    found = Some(item);
                }
            }
            Ok(found)
        }
    }
    let mut text = serde_json::Deserializer::from_str(text);
    text.deserialize_any(Wanted(step)).ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_deepest_part_that_is_there() {
        let text = "\u{feff}{\n \"b\": 1,\n \"a\": [{}, {\"c\": \"x\"}]\n}".as_bytes();
        let place = |path| Place::of(text, path).map(|place| (place.line, place.column));
        assert_eq!(place("a[1].c"), Some((3, 18)));
        assert_eq!(place("a[1].d"), Some((3, 12)));
        assert_eq!(place("a[2]"), Some((3, 7)));
        assert_eq!(place("a.x"), Some((3, 7)));
        assert_eq!(place("b.c"), Some((2, 7)));
        assert_eq!(place(""), Some((1, 1)));
        assert_eq!(Place::of(b"[", "a"), None);
    }

    #[track_caller]
    fn of_error(text: &[u8], expected: &str) {
        let error = super::super::check(text).expect_err("it is wrong");
        let place = Place::of_error(text, &error);
        assert_eq!(place.to_string(), expected, "{error}");
    }

    #[test]
    fn what_is_no_json_is_found_where_its_reader_stopped() {
        of_error(b"", ":1:1");
        of_error(b"{\n", ":2:1");
        of_error(b"{\n\"a\": nul}", ":2:9");
        of_error(b"{} {}", ":1:4");
        of_error("\u{feff}{\"\u{4e2d}\u{6587}\": x}".as_bytes(), ":1:8");
        of_error(b"{\r\n  \"a\": 1,\r\n}", ":3:1");
        of_error(b"{\"a\": \"\xff\"}", ":1:8");
        of_error(b"{\"a\":\n1, \"a\":\n2}", ":3:1");
        of_error(&b"[".repeat(1000), ":1:128");
    }

    #[test]
    fn a_place_in_a_part_is_one_in_the_whole() {
        let at = |line, column| Place { line, column };
        assert_eq!(at(1, 3).from(at(4, 10)), at(4, 12));
        assert_eq!(at(2, 3).from(at(4, 10)), at(5, 3));
        assert_eq!(Place::default().from(at(4, 10)), at(4, 10));
        assert_eq!(at(1, 3).from(Place::default()), Place::default());
    }
}
