//! Finds rows of the providers' error catalogues by name, and explains unknown names.

use crate::provider::Provider;
use crate::provider::error::{ApiError, ErrorEntry};
use crate::provider::text;

/// The row of a provider's catalogue by name, or by code if that is unique.
pub(crate) fn row(provider: &Provider, name: &str) -> Option<&'static ErrorEntry> {
    provider
        .errors()
        .find(|entry| entry.name == name)
        .or_else(|| {
            let mut of_code = provider.errors().filter(|entry| entry.code == name);
            of_code.next().filter(|_| of_code.next().is_none())
        })
}

/// The error of that name, with each gap in its message filled with the detail, or with a word for its origin.
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
    Some(error.because(format!("injected by {cause}")))
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
            "several errors of {id} have the code \"{name}\"; choose one by its name: {}",
            several.join(", ")
        );
    }
    let names = provider.errors().map(|entry| entry.name);
    format!(
        "\"{name}\" is not an error of {id}; the nearest are {}, and GET /_rollcall/errors?provider={id} lists them all",
        text::nearest(name, names, 3).join(", ")
    )
}
