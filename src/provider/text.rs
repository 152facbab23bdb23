//! Texts of tables, compared with what somebody wrote.

use std::cmp::Reverse;

/// The names that come nearest to one that is none of them, the nearest first. Case, hyphens and underscores do not matter.
pub(crate) fn nearest<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
    max: usize,
) -> Vec<&'a str> {
    // What is far longer than any name is like none anyway.
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
            // A millionth is fine enough to sort by.
            ((likeness * 1e6) as u64, name)
        })
        .collect();
    // The order of the table decides between two that are equally near.
    scored.sort_by_key(|(likeness, _)| Reverse(*likeness));
    scored.into_iter().take(max).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_in_any_spelling() {
        let names = ["PageNumber", "PageSize", "ClusterId"];
        assert_eq!(nearest("page_size", names, 1), ["PageSize"]);
        assert_eq!(nearest("page", names, 2), ["PageSize", "PageNumber"]);
        assert_eq!(nearest("size", names, 1), ["PageSize"]);
        assert_eq!(nearest("", names, 9), names);
    }
}
