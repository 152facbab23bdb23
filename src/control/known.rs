//! Values from a namespace's records for the parameters of operations, which the console's forms offer as choices.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::extract::{PathParam, QueryParams};
use super::problem::{Problem, blocking};
use crate::app::App;
use crate::provider::Provider;
use crate::providers::require;

/// The largest number of values per parameter.
const VALUES: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValuesQuery {
    provider: String,
    version: Option<String>,
}

/// The values by parameter, each with the name of its record; the name is empty if it is the value itself.
pub(crate) async fn values(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    QueryParams(ValuesQuery { provider, version }): QueryParams<ValuesQuery>,
) -> Result<Json<Value>, Problem> {
    blocking(move || {
        let provider = require(&provider).map_err(|rule| Problem::new(400, rule))?;
        let state = app.namespaces.existing(&name)?.state();
        let version = version.unwrap_or_default();
        let mut found = Found::default();
        state.data.part(provider.id).read(|tx| {
            (provider.data.export)(tx, &mut |record| found.collect(&version, &record))
        })?;
        Ok(Json(found.of_parameters(provider, &version)))
    })
    .await
}

/// Values by parameter name, in lower case.
#[derive(Default)]
struct Found(HashMap<String, Map<String, Value>>);

impl Found {
    /// Adds a record as in a seed: `{"Users": [{…}]}`, below its version if the provider has several.
    fn collect(&mut self, version: &str, record: &Value) {
        for (key, value) in record.as_object().into_iter().flatten() {
            let is_version = key.starts_with(|first: char| first.is_ascii_digit());
            if !is_version {
                self.walk(&kind(key), value);
            } else if key == version {
                self.collect(version, value);
            }
        }
    }

    fn walk(&mut self, kind_of_record: &str, value: &Value) {
        if let Value::Array(items) = value {
            for item in items {
                self.walk(kind_of_record, item);
            }
        }
        let Value::Object(members) = value else {
            return;
        };
        let mut names = members
            .iter()
            .filter(|(key, _)| plain(key).ends_with("name"));
        let label = names
            .find_map(|(_, value)| value.as_str())
            .unwrap_or_default();
        for (key, inner) in members {
            let name = plain(key);
            let text = match inner {
                Value::Array(_) => {
                    self.walk(&kind(key), inner);
                    continue;
                }
                Value::Object(_) => {
                    self.walk(kind_of_record, inner);
                    continue;
                }
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Null | Value::Bool(_) => continue,
            };
            if name == "id" || name == "name" {
                self.add(format!("{kind_of_record}{name}"), &text, label);
                if let Some(rest) = kind_of_record
                    .strip_prefix("user")
                    .filter(|rest| !rest.is_empty())
                {
                    self.add(format!("{rest}{name}"), &text, label);
                }
            }
            self.add(name, &text, label);
        }
    }

    fn add(&mut self, name: String, text: &str, label: &str) {
        let values = self.0.entry(name).or_default();
        if !text.is_empty() && values.len() < VALUES && !values.contains_key(text) {
            let label = if label == text { "" } else { label };
            values.insert(text.to_owned(), label.into());
        }
    }

    fn of_parameters(&self, provider: &Provider, version: &str) -> Value {
        let operations = provider.operations.iter();
        let wanted =
            operations.filter(|operation| version.is_empty() || operation.version == version);
        let values = wanted
            .flat_map(|operation| operation.parameters)
            .filter_map(|parameter| {
                let values = self.0.get(&plain(parameter.name))?;
                Some((parameter.name.to_owned(), Value::Object(values.clone())))
            });
        Value::Object(
            values
                .filter(|(_, values)| values.as_object().is_some_and(|values| !values.is_empty()))
                .collect(),
        )
    }
}

/// Normalises a name: `User.N.Name` becomes `username`.
fn plain(name: &str) -> String {
    let name = name.replace(".N", "");
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The singular of a list's name: `HpcUserSet` and `hpc_users` both give `hpcuser`.
fn kind(list: &str) -> String {
    let plain = plain(list);
    let mut kind = plain.as_str();
    for ending in ["set", "info", "simple"] {
        kind = kind.strip_suffix(ending).unwrap_or(kind);
    }
    kind.strip_suffix('s').unwrap_or(kind).to_owned()
}
