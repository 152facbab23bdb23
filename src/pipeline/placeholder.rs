//! Ids that the client never filled in: `/v2/%7Bproject_id%7D/users` is what the official cores of Huawei send for a
//! client without a project id. Taken for data, such a call makes a project of that name and leaves no trace.

use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::provider::table::Location;
use crate::provider::text::excerpt;

/// Longer names are no placeholders.
const LONGEST: usize = 120;

/// The refusal of a call with a brace in a path parameter or in an id of its query, in the provider's own words.
///
/// Inferred: that the services refuse it, and with which of their errors; no id of theirs has a brace.
pub(crate) fn refuse(call: &Call<'_>) -> Result<(), ApiError> {
    let request = call.request;
    let form = form_of(call);
    // Every call comes by here, and hardly one has more to do.
    if ![
        request.path().as_bytes(),
        request.raw_query().as_bytes(),
        form,
    ]
    .into_iter()
    .any(may_hold_a_brace)
    {
        return Ok(());
    }
    let in_path = call.named.path.iter();
    let ids = call.operation().into_iter().flat_map(|operation| {
        operation.parameters.iter().filter(|parameter| {
            let in_query = matches!(parameter.location, Location::Query | Location::QueryOrBody);
            in_query && is_id(parameter.name)
        })
    });
    let in_query = ids.flat_map(|parameter| {
        let (query, form) = (request.query(), request.form());
        let values = query.all(parameter.name).chain(form.all(parameter.name));
        // Ids in JSON may have braces of their own: what is no JSON of ids, its operation says.
        let is_json = parameter.kind.starts_with("JSON");
        values
            .filter(move |value| !is_json || placeholder(value).is_some())
            .map(|value| (parameter.name, value))
    });
    let Some((name, value)) = in_path
        .chain(in_query)
        .find(|(_, value)| value.contains(['{', '}']))
    else {
        return Ok(());
    };
    let shown = excerpt(value);
    let sentence = match placeholder(value) {
        Some(placeholder) if placeholder == value => {
            format!("the client did not fill in {placeholder}")
        }
        Some(placeholder) => {
            format!("the client did not fill in {placeholder}: {name} is \"{shown}\"")
        }
        None => format!("{name} is \"{shown}\", and no id has a brace"),
    };
    Err((call.provider.gateway.unfilled)(call, name).because(sentence))
}

/// The body where its fields stand for those of the query.
fn form_of<'a>(call: &Call<'a>) -> &'a [u8] {
    let request = call.request;
    if !request.body.is_empty() && crate::signing::is_form(request.content_type()) {
        &request.body
    } else {
        b""
    }
}

fn may_hold_a_brace(text: &[u8]) -> bool {
    memchr::memchr3(b'%', b'{', b'}', text).is_some()
        && (memchr::memchr2(b'{', b'}', text).is_some()
            || text
                .windows(3)
                .any(|escape| matches!(escape, [b'%', b'7', b'b' | b'B' | b'd' | b'D'])))
}

/// Whether a parameter names a thing by its id, as `cluster_id`, `ClusterID` and `ClusterIds` do.
fn is_id(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("id") || name.ends_with("ids")
}

/// The first `{name}` in a value.
fn placeholder(value: &str) -> Option<&str> {
    let start = value.find('{')?;
    let length = value[start..].find('}')?;
    let word = &value[start + 1..start + length];
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (!word.is_empty() && word.len() <= LONGEST && word.bytes().all(is_name))
        .then(|| &value[start..=start + length])
}
