//! Faults requested by the call itself, with a header or a reserved name in place of an id.

use std::sync::LazyLock;

use http::HeaderName;
use memchr::memmem::Finder;

use super::catalogue::{named, no_such_error};
use super::check::{RuleError, check_effect};
use super::rule::{Delay, Effect, json_type};
use crate::provider::Provider;
use crate::provider::call::{Call, Request};
use crate::provider::error::ApiError;

/// The header that makes a single request fail.
pub(super) const HEADER: &str = "x-rollcall-fault";
pub(super) const NAME: HeaderName = HeaderName::from_static(HEADER);
/// An access key or resource id with this prefix makes its call fail.
pub(crate) const RESERVED: &str = "rollcall-fault-";

/// Whether a request asks for a fault by the header.
pub(crate) fn is_wanted(request: &Request) -> bool {
    request.headers.contains_key(NAME)
}

/// The fault that a resource id asks for, checked after authentication and before any format check. An unknown error name is noted
/// in the journal.
pub(crate) fn reserved_id(call: &Call<'_>, notes: &mut Vec<String>) -> Option<ApiError> {
    let request = call.request;
    let (path, query) = (request.path(), request.raw_query());
    let in_body = contains(&request.body);
    // A fast path: every call comes through here, and hardly any asks for a fault.
    if !in_body && !contains(path.as_bytes()) && !contains(query.as_bytes()) {
        return None;
    }
    let query = percent_encoding::percent_decode_str(query).decode_utf8_lossy();
    let body = percent_encoding::percent_decode(&request.body).decode_utf8_lossy();
    let mut misspelt = None;
    let found = [path, &*query, &*body].into_iter().find_map(|text| {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(RESERVED) {
            let end = after.find(|letter: char| !is_of_a_name(letter));
            let (name, behind) = after.split_at(end.unwrap_or(after.len()));
            if let Some(error) = named(call.provider, name, None, "a reserved id") {
                return Some(error);
            }
            misspelt.get_or_insert(name);
            rest = behind;
        }
        None
    });
    if found.is_none() {
        notes.extend(misspelt.map(|name| no_such_error(call.provider, name)));
    }
    found
}

/// The characters of error names.
fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

fn contains(text: &[u8]) -> bool {
    static FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(RESERVED));
    FINDER.find(text).is_some()
}

/// The fault that the header asks for: an error's name, `delay=2s`, `status=503`, `hang`, `reset` or `truncate`.
pub(super) fn from_header(text: &str, provider: &'static Provider) -> Result<Effect, String> {
    let text = text.trim();
    let effect = match text.split_once('=') {
        Some(("delay", length)) => Effect::Delay {
            delay: Delay::Fixed(length.to_owned()),
        },
        Some(("status", status)) => {
            let status = status
                .parse()
                .map_err(|_| format!("\"{status}\" is not a status"))?;
            Effect::Answer {
                status,
                body: String::new(),
                content_type: json_type(),
            }
        }
        None if text == "hang" => Effect::Hang,
        None if text == "reset" => Effect::Reset,
        None if text == "truncate" => Effect::Truncate,
        _ => Effect::Error {
            error: text.to_owned(),
            detail: None,
        },
    };
    check_effect(&effect, Some(provider)).map_err(|error| {
        let RuleError { rule, .. } = error;
        format!("{HEADER}: {rule}")
    })?;
    Ok(effect)
}
