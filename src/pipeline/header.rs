//! Headers of rollcall's own.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The value of a header of rollcall's own. Two that differ are joined, as HTTP does: neither is meant more than the other, and
/// the sum is no value that anything takes.
pub(crate) fn said_once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    let mut said = headers.get_all(name).iter();
    let first = said.next()?;
    let text = |value: &'a HeaderValue| String::from_utf8_lossy(value.as_bytes());
    Some(match said.find(|other| *other != first) {
        Some(other) => format!("{}, {}", text(first), text(other)).into(),
        None => text(first),
    })
}
