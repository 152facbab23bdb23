//! Rows of the providers' catalogues by name, and what to say where there is none.

use crate::provider::Provider;
use crate::provider::error::{ApiError, ErrorEntry};
use crate::provider::text;

/// The row of a provider's catalogue by name, or by code where only one row has it.
pub(crate) fn row(provider: &Provider, name: &str) -> Option<&'static ErrorEntry> {
    provider
        .errors()
        .find(|entry| entry.name == name)
        .or_else(|| {
            let mut of_code = provider.errors().filter(|entry| entry.code == name);
            of_code.next().filter(|_| of_code.next().is_none())
        })
}

/// The error of that name, each gap of its message filled with the detail, or with a word that says where it is from.
pub(super) fn named(
    provider: &Provider,
    name: &str,
    detail: Option<&str>,
    cause: &str,
) -> Option<ApiError> {
    let entry = row(provider, name)?;
    let detail: &dyn std::fmt::Display = &detail.unwrap_or("rollcall-fault");
    let gaps = entry.message.matches("{}").count();
    let error = entry.with_all(&vec![detail; gaps]);
    Some(error.because(format!("{cause} asked for it")))
}

pub(super) fn no_such_error(provider: &Provider, name: &str) -> String {
    let id = provider.id;
    let several = provider
        .errors()
        .filter(|entry| entry.code == name)
        .map(|entry| entry.name)
        .collect::<Vec<_>>();
    if !several.is_empty() {
        return format!(
            "the code \"{name}\" is of several errors of {id}; take one by its name: {}",
            several.join(", ")
        );
    }
    let names = provider.errors().map(|entry| entry.name);
    format!(
        "\"{name}\" is not an error of {id}; the nearest are {}, and GET /_rollcall/errors?provider={id} lists them all",
        text::nearest(name, names, 3).join(", ")
    )
}
