//! Settings by name, as flags and the control plane take and show them: which providers there are and which quirks each has
//! is the registry's to say.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::namespace::settings::{Auth, Settings};
use crate::provider::Provider;
use crate::provider::table::Quirk;
use crate::provider::text::excerpt;
use crate::providers::{PROVIDERS, provider, require};

/// Settings as the control plane shows and takes them; what is absent stays as it is.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsPatch {
    /// Modes by provider; `*` for the providers that have none of their own.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "modes"
    )]
    auth: Option<BTreeMap<String, Auth>>,
    /// Values by `PROVIDER.NAME`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "quirks"
    )]
    quirks: Option<BTreeMap<String, String>>,
    /// Regions by provider.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "regions"
    )]
    regions: Option<BTreeMap<String, String>>,
    /// The name of the Huawei account; empty for the seed's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    async_polls: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skew: Option<String>,
}

/// Modes by provider; one mode alone is for all of them.
fn modes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BTreeMap<String, Auth>>, D::Error> {
    from.deserialize_any(ByName {
        takes: r#"a mode, or modes by provider, as {"aliyun-ehpc": "strict"}"#,
        for_all: Some(|mode| mode.parse()),
    })
    .map(Some)
}

fn quirks<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    from.deserialize_any(ByName {
        takes: r#"values by quirk, as {"volcengine-bytehouse.total": "string"}"#,
        for_all: None,
    })
    .map(Some)
}

fn regions<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    from.deserialize_any(ByName {
        takes: r#"regions by provider, as {"huawei-workspace": "cn-east-3"}"#,
        for_all: None,
    })
    .map(Some)
}

/// Reads values by name; or one for all, where that makes sense.
struct ByName<V> {
    /// What goes there, for the message about any other value.
    takes: &'static str,
    for_all: Option<ReadOne<V>>,
}

type ReadOne<V> = fn(&str) -> Result<V, String>;

impl<'de, V: Deserialize<'de>> Visitor<'de> for ByName<V> {
    type Value = BTreeMap<String, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.takes)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        match self.for_all {
            Some(read) => {
                let value = read(text).map_err(E::custom)?;
                Ok(BTreeMap::from([("*".to_owned(), value)]))
            }
            None => Err(E::invalid_type(Unexpected::Str(text), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        BTreeMap::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Sets `MODE` for all providers, or `PROVIDER=MODE` for one.
pub(crate) fn set_auth(settings: &mut Settings, text: &str) -> Result<(), String> {
    match text.split_once('=') {
        None => settings.set_default_auth(text.parse()?),
        Some((id, mode)) => set_auth_of(settings, id, mode.parse()?)?,
    }
    Ok(())
}

fn set_auth_of(settings: &mut Settings, id: &str, mode: Auth) -> Result<(), String> {
    if id == "*" {
        settings.set_default_auth(mode);
    } else {
        settings.set_auth(require(id)?.id, mode);
    }
    Ok(())
}

/// Sets `PROVIDER.NAME` to a value of its table.
pub(crate) fn set_quirk(settings: &mut Settings, name: &str, value: &str) -> Result<(), String> {
    let unknown = || {
        let all: Vec<String> = every_quirk()
            .map(|(provider, quirk)| format!("{}.{}", provider.id, quirk.name))
            .collect();
        format!("there is no quirk \"{name}\"; there are {}", all.join(", "))
    };
    let (id, quirk) = name.split_once('.').ok_or_else(unknown)?;
    let provider = provider(id).ok_or_else(unknown)?;
    let quirk = provider
        .quirks
        .iter()
        .find(|row| row.name == quirk)
        .ok_or_else(unknown)?;
    let value = quirk
        .values
        .iter()
        .find(|allowed| **allowed == value)
        .ok_or_else(|| {
            format!(
                "the quirk \"{name}\" cannot be \"{value}\"; it can be {}",
                quirk.values.join(" or ")
            )
        })?;
    settings.set_quirk(provider.id, quirk.name, value);
    Ok(())
}

/// Sets the region that a provider's answers name.
pub(crate) fn set_region(settings: &mut Settings, id: &str, region: &str) -> Result<(), String> {
    let provider = require(id)?;
    let is_region = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if !(1..=64).contains(&region.len()) || !region.chars().all(is_region) {
        return Err(format!(
            "invalid region \"{}\" of {id}: write 1 to 64 letters, digits, - and _, as {}",
            excerpt(region),
            provider.region
        ));
    }
    settings.set_region(provider.id, region.to_owned());
    Ok(())
}

/// Sets the name of the account that huawei-iam shows; an empty one gives it the seed's name again.
pub(crate) fn set_domain_name(settings: &mut Settings, name: &str) -> Result<(), String> {
    if 64 < name.chars().count() || name.chars().any(char::is_control) {
        return Err("a domain's name takes up to 64 printable characters".to_owned());
    }
    settings.domain_name = (!name.is_empty()).then(|| name.to_owned());
    Ok(())
}

/// The settings with a patch applied, or where in the patch (key by key) something is wrong, and what.
pub(crate) fn patched(
    settings: &Settings,
    patch: SettingsPatch,
) -> Result<Settings, (Vec<String>, String)> {
    let at = |part: &str, key: &str| vec![part.to_owned(), key.to_owned()];
    let mut settings = settings.clone();
    let SettingsPatch {
        auth,
        quirks,
        regions,
        domain_name,
        async_polls,
        skew,
    } = patch;
    for (id, mode) in auth.unwrap_or_default() {
        set_auth_of(&mut settings, &id, mode).map_err(|rule| (at("auth", &id), rule))?;
    }
    for (name, value) in quirks.unwrap_or_default() {
        set_quirk(&mut settings, &name, &value).map_err(|rule| (at("quirks", &name), rule))?;
    }
    for (id, region) in regions.unwrap_or_default() {
        set_region(&mut settings, &id, &region).map_err(|rule| (at("regions", &id), rule))?;
    }
    if let Some(name) = domain_name {
        set_domain_name(&mut settings, &name)
            .map_err(|rule| (vec!["domain_name".to_owned()], rule))?;
    }
    if let Some(polls) = async_polls {
        settings.async_polls = polls;
    }
    if let Some(skew) = skew {
        settings.skew = skew
            .parse()
            .map_err(|rule| (vec!["skew".to_owned()], rule))?;
    }
    Ok(settings)
}

/// The settings as the control plane shows them, every one of them.
pub(crate) fn to_patch(settings: &Settings) -> SettingsPatch {
    let by_id = |provider: &Provider| provider.id.to_owned();
    SettingsPatch {
        auth: Some(
            PROVIDERS
                .iter()
                .map(|provider| (by_id(provider), settings.auth(provider.id)))
                .collect(),
        ),
        quirks: Some(
            every_quirk()
                .map(|(provider, quirk)| {
                    let set = settings.quirk(provider.id, quirk.name);
                    let value = set.unwrap_or_else(|| quirk.default()).to_owned();
                    (format!("{}.{}", provider.id, quirk.name), value)
                })
                .collect(),
        ),
        regions: Some(
            PROVIDERS
                .iter()
                .map(|provider| {
                    let set = settings.region(provider.id);
                    let region = set.unwrap_or(provider.region);
                    (by_id(provider), region.to_owned())
                })
                .collect(),
        ),
        domain_name: Some(settings.domain_name.clone().unwrap_or_default()),
        async_polls: Some(settings.async_polls),
        skew: Some(settings.skew.to_string()),
    }
}

fn every_quirk() -> impl Iterator<Item = (&'static Provider, &'static Quirk)> {
    PROVIDERS
        .iter()
        .flat_map(|&provider| provider.quirks.iter().map(move |quirk| (provider, quirk)))
}
