//! Exports, which are too long to be printed whole when they differ.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::server::Server;

/// How many lines of either side are printed.
const SHOWN: usize = 8;

/// Everything in a namespace, a document a line.
#[track_caller]
pub(crate) fn export(server: &Server, namespace: &str) -> String {
    let answer = server.get(&format!("/_rollcall/namespaces/{namespace}/export"));
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    answer.text().to_owned()
}

/// Panics with the lines in which an export is not as expected, byte for byte and in the same order.
#[track_caller]
pub(crate) fn assert_same(found: &str, expected: &str, about: &str) {
    if let Some(difference) = difference(found, expected) {
        panic!("{about}: the export is another\n{difference}");
    }
}

/// The lines that only one of two texts has, each as often as it has it more.
fn difference(found: &str, expected: &str) -> Option<String> {
    if found == expected {
        return None;
    }
    let mut surplus: HashMap<&str, i64> = HashMap::new();
    for line in found.lines() {
        *surplus.entry(line).or_default() += 1;
    }
    for line in expected.lines() {
        *surplus.entry(line).or_default() -= 1;
    }
    let mut text = String::new();
    for (sign, side, more) in [('-', expected, -1), ('+', found, 1)] {
        let mut lines = Vec::new();
        for line in side.lines() {
            if let Some(left) = surplus.get_mut(line)
                && 0 < *left * more
            {
                *left -= more;
                lines.push(line);
            }
        }
        for line in lines.iter().take(SHOWN) {
            let _ = writeln!(text, "{sign} {line}");
        }
        if let Some(more @ 1..) = lines.len().checked_sub(SHOWN) {
            let _ = writeln!(text, "{sign} … and {more} more");
        }
    }
    if text.is_empty() {
        let differs = |(found, expected): &(&str, &str)| found != expected;
        text = match found.lines().zip(expected.lines()).find(differs) {
            Some((found, expected)) => {
                format!("the same lines in another order, first\n- {expected}\n+ {found}\n")
            }
            None => "the same lines with other line ends\n".to_owned(),
        };
    }
    Some(text)
}

#[test]
fn exports_that_differ_are_printed_as_their_difference() {
    let cases = [
        ("a\nb\n", "a\nb\n", None),
        ("a\nc\nb\n", "a\nb\nd\n", Some("- d\n+ c\n")),
        ("a\na\n", "a\n", Some("+ a\n")),
        (
            "b\na\n",
            "a\nb\n",
            Some("the same lines in another order, first\n- a\n+ b\n"),
        ),
        ("a", "a\n", Some("the same lines with other line ends\n")),
        ("", "a\n", Some("- a\n")),
    ];
    for (found, expected, said) in cases {
        assert_eq!(
            difference(found, expected).as_deref(),
            said,
            "{found:?} {expected:?}"
        );
    }
    let many: String = (0..100).map(|number| format!("{number}\n")).collect();
    let said = difference(&many, "").expect("they differ");
    assert!(
        said.lines().count() == SHOWN + 1 && said.ends_with("+ … and 92 more\n"),
        "{said}"
    );
}
