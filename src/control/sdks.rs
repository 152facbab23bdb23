//! Which operations official SDKs called successfully in the last `tests/run`: tests/sdk/coverage.json.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::provider::Provider;

/// An SDK and the operations that it called.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Sdk {
    /// The provider's id.
    #[serde(skip_serializing)]
    pub(crate) provider: String,
    pub(crate) language: String,
    pub(crate) sdk: String,
    pub(crate) version: String,
    pub(crate) operations: Vec<String>,
}

static SDKS: LazyLock<Vec<Sdk>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../tests/sdk/coverage.json"))
        .expect("a test reads this file, too")
});

/// The SDKs that call a provider, in the order of the file.
pub(crate) fn of(provider: &Provider) -> impl Iterator<Item = &'static Sdk> {
    let id = provider.id;
    SDKS.iter().filter(move |sdk| sdk.provider == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::providers::PROVIDERS;

    #[test]
    fn every_row_names_a_provider_and_its_operations_and_the_rows_are_sorted() {
        let key = |sdk: &Sdk| {
            let Sdk {
                provider,
                language,
                sdk,
                ..
            } = sdk;
            (provider.clone(), language.clone(), sdk.clone())
        };
        assert!(SDKS.is_sorted_by(|first, second| key(first) < key(second)));
        for sdk in SDKS.iter() {
            let provider = PROVIDERS.iter().find(|one| one.id == sdk.provider);
            let provider = provider.unwrap_or_else(|| panic!("there is no {}", sdk.provider));
            let names: BTreeSet<&str> = provider.operations.iter().map(|one| one.name).collect();
            let driven: BTreeSet<&str> = sdk.operations.iter().map(String::as_str).collect();
            assert!(driven.is_subset(&names), "{} {driven:?}", sdk.sdk);
            assert!(sdk.operations.is_sorted() && !sdk.version.is_empty());
        }
    }
}
