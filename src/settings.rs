//! What can be set: per server by flags, per namespace by the control plane.

use std::collections::BTreeMap;

use crate::providers::{PROVIDERS, Provider, Quirk, provider};

/// What one namespace is set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Quirks that are not at their default.
    quirks: Vec<(&'static str, &'static str, &'static str)>,
    /// Regions that are not the default, by provider.
    regions: BTreeMap<&'static str, String>,
    /// How many polls a ListUsersAsync task takes.
    pub(crate) async_polls: u32,
}

impl Settings {
    /// The value of a provider's quirk.
    ///
    /// # Panics
    /// For a name that is not in the provider's table.
    pub(crate) fn quirk(&self, provider: &'static dyn Provider, name: &str) -> &'static str {
        let set = self
            .quirks
            .iter()
            .find(|(id, quirk, _)| *id == provider.id() && *quirk == name);
        set.map_or_else(
            || {
                let row = provider.quirks().iter().find(|quirk| quirk.name == name);
                row.expect("a room asks only for quirks of its own table")
                    .default()
            },
            |(_, _, value)| value,
        )
    }

    /// Sets `PROVIDER.NAME` to a value of its table.
    pub(crate) fn set_quirk(&mut self, name: &str, value: &str) -> Result<(), String> {
        let unknown = || {
            let all: Vec<String> = PROVIDERS
                .iter()
                .flat_map(|provider| {
                    provider
                        .quirks()
                        .iter()
                        .map(|quirk| format!("{}.{}", provider.id(), quirk.name))
                })
                .collect();
            format!("there is no quirk \"{name}\"; there are {}", all.join(", "))
        };
        let (id, quirk) = name.split_once('.').ok_or_else(unknown)?;
        let provider = provider(id).ok_or_else(unknown)?;
        let quirk: &'static Quirk = provider
            .quirks()
            .iter()
            .find(|row| row.name == quirk)
            .ok_or_else(unknown)?;
        let value = quirk
            .values
            .iter()
            .copied()
            .find(|allowed| *allowed == value)
            .ok_or_else(|| {
                format!(
                    "the quirk \"{name}\" cannot be \"{value}\"; it can be {}",
                    quirk.values.join(" or ")
                )
            })?;
        self.quirks
            .retain(|(set_id, set_name, _)| (*set_id, *set_name) != (provider.id(), quirk.name));
        self.quirks.push((provider.id(), quirk.name, value));
        Ok(())
    }

    /// The region that a provider's answers name.
    pub(crate) fn region(&self, provider: &'static dyn Provider) -> &str {
        self.regions
            .get(provider.id())
            .map_or_else(|| provider.default_region(), String::as_str)
    }

    /// Sets the region of a provider.
    pub(crate) fn set_region(&mut self, id: &str, region: &str) -> Result<(), String> {
        let provider = provider(id).ok_or_else(|| unknown_provider(id))?;
        self.regions.insert(provider.id(), region.to_owned());
        Ok(())
    }
}

/// What to tell somebody who names a provider that there is not.
pub(crate) fn unknown_provider(id: &str) -> String {
    let ids: Vec<_> = PROVIDERS.iter().map(|provider| provider.id()).collect();
    format!(
        "there is no provider \"{id}\"; there are {}",
        ids.join(", ")
    )
}
