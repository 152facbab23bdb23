//! Texts for messages: excerpts of values, and suggestions for misspelt names.

use std::cmp::Reverse;
use std::fmt::{self, Write as _};

/// How many characters of a value an explanation shows.
const EXCERPT: usize = 60;

/// The first characters of a text.
pub(crate) fn beginning(text: &str, characters: usize) -> &str {
    match text.char_indices().nth(characters) {
        Some((cut, _)) => &text[..cut],
        None => text,
    }
}

/// An excerpt of a value: enough to find it, without formatting the rest.
pub(crate) fn excerpt(value: &(impl fmt::Display + ?Sized)) -> String {
    struct Beginning {
        text: String,
        left: usize,
    }
    impl fmt::Write for Beginning {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            let shown = beginning(part, self.left);
            self.text.push_str(shown);
            if shown.len() < part.len() {
                self.text.push('…');
                return Err(fmt::Error);
            }
            self.left -= part.chars().count();
            Ok(())
        }
    }
    let mut beginning = Beginning {
        text: String::new(),
        left: EXCERPT,
    };
    // It returns an error to stop formatting.
    let _ = write!(beginning, "{value}");
    beginning.text
}

/// The names most similar to an unknown one, best first. Case, hyphens and underscores do not matter.
pub(crate) fn nearest<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
    max: usize,
) -> Vec<&'a str> {
    let scored = by_likeness(name, names).into_iter();
    scored.take(max).map(|(_, name)| name).collect()
}

/// The same, of those that may well be meant; maybe none.
pub(crate) fn alike<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
    max: usize,
) -> Vec<&'a str> {
    const ALIKE: u64 = 750_000;
    let scored = by_likeness(name, names).into_iter();
    let alike = scored.take_while(|(likeness, _)| ALIKE <= *likeness);
    alike.take(max).map(|(_, name)| name).collect()
}

/// The names with how like one they are, a million and more for the same; the nearest first.
fn by_likeness<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<(u64, &'a str)> {
    // A text far longer than any name resembles none.
    let plain = |name: &str| -> String {
        let letters = name.chars().filter(|letter| letter.is_alphanumeric());
        letters.take(200).flat_map(char::to_lowercase).collect()
    };
    let wanted = plain(name);
    let mut scored: Vec<(u64, &str)> = names
        .into_iter()
        .map(|name| {
            let other = plain(name);
            // `mail` is nearer to `user_email` than its letters say.
            let is_part = 2 < wanted.len() && other.contains(&wanted);
            let likeness = strsim::jaro_winkler(&wanted, &other) + f64::from(u8::from(is_part));
            // Millionths are precise enough for sorting.
            ((likeness * 1e6) as u64, name)
        })
        .collect();
    // Equal ones keep the order of the table.
    scored.sort_by_key(|(likeness, _)| Reverse(*likeness));
    scored
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_between_two_characters_and_says_so() {
        let long = "\u{5f20}".repeat(EXCERPT + 1);
        assert_eq!(excerpt(&long[3..]), long[3..]);
        assert_eq!(excerpt(&long), format!("{}…", &long[3..]));
        assert_eq!(
            excerpt(&serde_json::json!([long])).chars().count(),
            EXCERPT + 1
        );
        assert_eq!(excerpt(""), "");
    }

    #[test]
    fn the_nearest_come_first_in_any_spelling() {
        let names = ["PageNumber", "PageSize", "ClusterId"];
        assert_eq!(nearest("page_size", names, 1), ["PageSize"]);
        assert_eq!(nearest("page", names, 2), ["PageSize", "PageNumber"]);
        assert_eq!(nearest("size", names, 1), ["PageSize"]);
        assert_eq!(nearest("", names, 9), names);
        assert_eq!(alike("page_size", names, 9), ["PageSize", "PageNumber"]);
        assert!(alike("page", ["zone", "user_id", "reverse"], 9).is_empty());
        assert!(alike("page_size", ["zone", "user_id", "reverse"], 9).is_empty());
    }
}
