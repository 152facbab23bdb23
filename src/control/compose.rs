//! Turns the description of a call into the request that a client would send.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::extract::pointer;
use super::problem::Problem;
use crate::pipeline::outgoing::{Outgoing, escaped, push};
use crate::provider::Provider;
use crate::provider::table::{Location, Operation, Parameter};
use crate::signing::{Scheme, encode};

/// How many known names a refusal lists.
const NAMED: usize = 100;

/// The parameters of an operation, by where they travel.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Parameters {
    path: Map<String, Value>,
    query: Map<String, Value>,
    header: Map<String, Value>,
    form: Option<Map<String, Value>>,
    body: Option<Value>,
}

/// A call of an operation.
#[derive(Debug)]
pub(super) struct OperationCall<'a> {
    pub(super) operation: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) method: Option<&'a str>,
    pub(super) parameters: Option<&'a Parameters>,
    /// The parameters by name only, instead of `parameters`.
    pub(super) values: Option<&'a Map<String, Value>>,
}

/// A request that is sent as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    method: String,
    target: String,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    body: String,
}

/// A sentence about an unknown name, with the known ones; `lacks` is as `ListUsers has no version`.
pub(super) fn unknown<'a>(
    lacks: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.dedup();
    let more = match known.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    known.truncate(NAMED);
    let known = if known.is_empty() {
        "it has none".to_owned()
    } else {
        format!("known: {}", known.join(", "))
    };
    format!("{lacks} \"{name}\" ({known}{more})")
}

fn refused(rule: impl Into<String>, place: impl Into<String>) -> Problem {
    Problem::new(400, rule).at(place)
}

/// The request of an operation's call.
pub(super) fn operation_request(
    provider: &'static Provider,
    call: &OperationCall<'_>,
) -> Result<Outgoing, Problem> {
    let operation = find_operation(provider, call)?;
    let parameters = match (call.parameters, call.values) {
        (Some(_), Some(_)) => {
            let rule = "give either parameters (by location) or values (by name)";
            return Err(refused(rule, "/values"));
        }
        (Some(given), None) => Cow::Borrowed(given),
        (None, Some(values)) => Cow::Owned(placed(provider, operation, values)),
        (None, None) => Cow::Owned(Parameters::default()),
    };
    let Parameters {
        path,
        query,
        header,
        form,
        body,
    } = &*parameters;
    if form.is_some() && body.is_some() {
        let rule = "give either form or body: a body is a form or JSON";
        return Err(refused(rule, "/parameters/form"));
    }
    let has_body = form.is_some() || body.is_some();
    let mut request = Outgoing {
        method: method(operation, call.method, has_body)?.to_owned(),
        path: filled_path(operation, path)?,
        headers: headers(header, "/parameters/header")?,
        ..Outgoing::default()
    };
    if !operation.version.is_empty() {
        let common = [("Action", operation.name), ("Version", operation.version)];
        for (name, value) in common {
            if !query.contains_key(name) {
                push(&mut request.query, name, value);
            }
        }
    }
    fill(&mut request.query, operation, query);
    if let Some(form) = form {
        fill(&mut request.body, operation, form);
        request.default_content_type("application/x-www-form-urlencoded");
    }
    if let Some(body) = body {
        request.body = nested(operation, body)?.to_string();
        request.default_content_type("application/json");
    }
    Ok(request)
}

/// Puts parameters where the table has them. If one that may be in the query or in the body is an array or an object, all such
/// parameters go into a JSON body.
fn placed(provider: &Provider, operation: &Operation, values: &Map<String, Value>) -> Parameters {
    let values: Vec<(&String, Option<&Parameter>, Value)> = values
        .iter()
        .map(|(name, value)| {
            let row = operation.parameters.iter().find(|row| is_name(row, name));
            (
                name,
                row,
                row.map_or_else(|| value.clone(), |row| typed(row, value)),
            )
        })
        .collect();
    let is_json = values.iter().any(|(_, row, value)| {
        row.is_some_and(|row| row.location == Location::QueryOrBody)
            && (value.is_array() || value.is_object())
    });
    let takes_json = is_json || provider.real.schemes.contains(&Scheme::Huawei);
    let mut parameters = Parameters::default();
    let mut body = Map::new();
    for (name, row, value) in values {
        let place = match row.map_or(Location::Query, |row| row.location) {
            Location::Path => &mut parameters.path,
            Location::Header => &mut parameters.header,
            Location::QueryOrBody if is_json => &mut body,
            Location::Query | Location::QueryOrBody => &mut parameters.query,
            Location::Body if takes_json => &mut body,
            Location::Body => parameters.form.get_or_insert_default(),
        };
        place.insert(name.clone(), value);
    }
    if !body.is_empty() {
        parameters.body = Some(Value::Object(body));
    }
    parameters
}

/// Whether a parameter belongs to a row; `User.3.Name` belongs to `User.N.Name`.
fn is_name(row: &Parameter, name: &str) -> bool {
    match row.name.split_once(".N") {
        None => row.name == name,
        Some((before, after)) => name
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix('.'))
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|number| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            }),
    }
}

/// Converts a text to the type of its row. If it does not parse, it stays a string, for the service to refuse.
fn typed(row: &Parameter, value: &Value) -> Value {
    let Value::String(text) = value else {
        return value.clone();
    };
    let read: Option<Value> = match row.kind {
        kind if kind.starts_with("integer") => text.parse::<i64>().ok().map(Value::from),
        "boolean" => text.parse::<bool>().ok().map(Value::from),
        kind if kind.starts_with("array") || kind.starts_with("object") => {
            serde_json::from_str(text).ok()
        }
        _ => None,
    };
    read.unwrap_or_else(|| value.clone())
}

fn find_operation(
    provider: &'static Provider,
    call: &OperationCall<'_>,
) -> Result<&'static Operation, Problem> {
    let name = call.operation;
    let of_name = || provider.operations.iter().filter(|row| row.name == name);
    let Some(newest) = of_name().max_by_key(|row| row.version) else {
        let lacks = format!("{} has no operation", provider.id);
        let known = provider.operations.iter().map(|row| row.name);
        let rule = unknown(&lacks, name, known);
        return Err(refused(rule, "/operation"));
    };
    let Some(version) = call.version else {
        return Ok(newest);
    };
    of_name().find(|row| row.version == version).ok_or_else(|| {
        let versions = of_name()
            .map(|row| row.version)
            .filter(|version| !version.is_empty());
        let rule = unknown(&format!("{name} has no version"), version, versions);
        refused(rule, "/version")
    })
}

/// The method that was asked for, else the documented one, or POST if there is a body and the operation takes POST.
fn method(
    operation: &'static Operation,
    asked: Option<&str>,
    has_body: bool,
) -> Result<&'static str, Problem> {
    let methods = operation.methods;
    match asked {
        Some(asked) => {
            let mut methods_of_it = methods.iter();
            let found = methods_of_it.find(|method| method.eq_ignore_ascii_case(asked));
            found.copied().ok_or_else(|| {
                let lacks = format!("{} does not take method", operation.name);
                refused(unknown(&lacks, asked, methods.iter().copied()), "/method")
            })
        }
        None if has_body && methods.contains(&"POST") => Ok("POST"),
        None => Ok(methods[0]),
    }
}

/// The path with its parameters filled in.
fn filled_path(operation: &Operation, values: &Map<String, Value>) -> Result<String, Problem> {
    let wanted = |segment: &'static str| {
        segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
    };
    let names: Vec<&str> = operation.path.split('/').filter_map(wanted).collect();
    let at = |name: &str| format!("/parameters/path{}", pointer(name));
    if let Some(other) = values.keys().find(|name| !names.contains(&name.as_str())) {
        let lacks = format!("the path of {} has no parameter", operation.name);
        return Err(refused(unknown(&lacks, other, names), at(other)));
    }
    let mut path = Vec::new();
    for segment in operation.path.split('/') {
        match wanted(segment) {
            None => path.push(segment.to_owned()),
            Some(name) => {
                let value = values.get(name).map(|value| texts(value, false));
                match value.as_deref() {
                    Some([value]) => path.push(encode(value.as_bytes()).into_owned()),
                    _ => {
                        let rule = format!(
                            "{} has {name} in its path; give it one value",
                            operation.name
                        );
                        return Err(refused(rule, at(name)));
                    }
                }
            }
        }
    }
    Ok(path.join("/"))
}

/// Adds parameters to a query or form.
fn fill(text: &mut String, operation: &Operation, values: &Map<String, Value>) {
    for (name, value) in values {
        let mut rows = operation.parameters.iter();
        let row = rows.find(|row| row.name == name);
        let is_json = row.is_some_and(|row| row.kind.starts_with("JSON"));
        for value in texts(value, is_json) {
            push(text, name, &value);
        }
    }
}

/// The values of a parameter as strings: none for null, one for each item of an array, JSON for what is JSON on the wire.
fn texts(value: &Value, is_json: bool) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(items) if !is_json => {
            items.iter().flat_map(|item| texts(item, true)).collect()
        }
        other => vec![other.to_string()],
    }
}

/// Headers in lower case; an invalid name or value is refused.
fn headers(values: &Map<String, Value>, place: &str) -> Result<Vec<(String, String)>, Problem> {
    let mut headers = Vec::new();
    for (name, value) in values {
        for value in texts(value, false) {
            let value = value.trim();
            let is_valid = http::HeaderName::from_bytes(name.as_bytes()).is_ok()
                && http::HeaderValue::from_str(value).is_ok();
            if !is_valid {
                let rule = "not a valid HTTP header: a name has letters, digits and hyphens, a value no line break";
                return Err(refused(rule, format!("{place}{}", pointer(name))));
            }
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }
    Ok(headers)
}

/// The JSON body. Parameters that the table names by a path (`auth.identity.methods`) become nested members.
fn nested(operation: &Operation, body: &Value) -> Result<Value, Problem> {
    let Value::Object(members) = body else {
        return Ok(body.clone());
    };
    // A row, or a parent of rows.
    let is_path = |name: &str| {
        let leads_to = |row: &str| {
            row.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut rows = operation.parameters.iter();
        name.contains('.') && rows.any(|row| row.location == Location::Body && leads_to(row.name))
    };
    let (paths, plain): (Vec<_>, Vec<_>) = members.iter().partition(|(name, _)| is_path(name));
    let plain = plain
        .into_iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    let mut body = Value::Object(plain.collect());
    for (path, value) in paths {
        if value.is_null() {
            continue;
        }
        put(&mut body, path, value).ok_or_else(|| {
            let rule = format!("{path} needs a parent that is an object");
            refused(rule, format!("/parameters/body{}", pointer(path)))
        })?;
    }
    Ok(body)
}

/// Sets the value at a dotted path; `None` if a parent is not an object.
fn put(body: &mut Value, path: &str, value: &Value) -> Option<()> {
    let mut place = body;
    for step in path.split('.') {
        let members = place.as_object_mut()?;
        place = members
            .entry(step)
            .or_insert_with(|| Value::Object(Map::new()));
    }
    let is_free = place.as_object().is_some_and(Map::is_empty);
    is_free.then(|| *place = value.clone())
}

/// The request as given.
pub(super) fn raw_request(raw: &Raw) -> Result<Outgoing, Problem> {
    if http::Method::from_bytes(raw.method.as_bytes()).is_err() {
        let rule = format!("invalid HTTP method \"{}\"", raw.method);
        return Err(refused(rule, "/request/method"));
    }
    let target = escaped(&raw.target);
    if !target.starts_with('/') || target.contains('#') {
        let rule =
            "write the target as a path and a query, e.g. /?Action=ListUsers&Version=2024-08-31";
        return Err(refused(rule, "/request/target"));
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Ok(Outgoing {
        method: raw.method.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers(&raw.headers, "/request/headers")?,
        body: raw.body.clone(),
    })
}
