//! Where in a text something is wrong.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::without_mark;

/// A place in a text, as editors count; 0 for what is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Of what a path leads to in a JSON text, or of its deepest part that is there.
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
        let line = before.rsplit('\n').next().unwrap_or_default();
        Some(Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        })
    }

    /// The same with the column of a path in a stream, of which the line is known.
    pub(crate) fn in_stream(self, text: &[u8], path: &str) -> Self {
        let mut lines = text.split(|byte| *byte == b'\n');
        let line = self.line.checked_sub(1).and_then(|above| lines.nth(above));
        match line.and_then(|line| Self::of(line, path)) {
            Some(Self { column, .. }) => Self { column, ..self },
            None => self,
        }
    }
}

/// The names and numbers that a path is made of: `users[3].UserId` has three.
pub(crate) fn steps_of(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '[', ']']).filter(|part| !part.is_empty())
}

/// What a key or a number leads to in an object or a list. No other member is kept: a short one takes less than its place
/// in a list of them would.
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
}
