//! What can be set: per server by flags, per namespace by the control plane.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::namespace::clock::Time;
use crate::provider::Provider;
use crate::provider::table::Quirk;
use crate::providers::{PROVIDERS, provider};

/// How much of a call's authentication is checked.
///
/// ```
/// use rollcall::Auth;
///
/// assert_eq!("strict".parse(), Ok(Auth::Strict));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Nothing; credentials are optional.
    #[default]
    Off,
    /// Credentials must be there and well formed; any key will do.
    Lenient,
    /// Everything, as the real service does.
    Strict,
}

impl FromStr for Auth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "lenient" => Ok(Self::Lenient),
            "strict" => Ok(Self::Strict),
            _ => Err(format!(
                "\"{text}\" is no mode of authentication; use off, lenient or strict"
            )),
        }
    }
}

/// How far a caller's clock may be off.
///
/// ```
/// use rollcall::Skew;
///
/// assert_eq!("5m".parse(), Ok(Skew::Within(std::time::Duration::from_secs(300))));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Skew {
    /// As far as the provider lets it.
    #[default]
    Provider,
    /// That far, for every provider.
    Within(Duration),
    /// Any time will do.
    Off,
}

impl FromStr for Skew {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "provider" => Ok(Self::Provider),
            _ => humantime::parse_duration(text)
                .map(Self::Within)
                .map_err(|_| {
                    format!("\"{text}\" is no skew; use a length of time as 300s, off, or provider")
                }),
        }
    }
}

impl fmt::Display for Skew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider => f.write_str("provider"),
            Self::Within(length) => write!(f, "{}", humantime::format_duration(*length)),
            Self::Off => f.write_str("off"),
        }
    }
}

/// A key that callers may sign with.
///
/// ```
/// use rollcall::Credential;
///
/// let key: Credential = "my-key:my-secret".parse()?;
/// assert_eq!(key.access_key, "my-key");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// The key's id.
    pub access_key: String,
    /// What signatures are made with.
    pub secret_key: String,
    /// The session token that a temporary key must come with.
    pub token: Option<String>,
    /// Whether the key is switched off.
    pub disabled: bool,
    /// Whether the key must not change anything.
    pub read_only: bool,
    /// When a temporary key ends.
    pub expires: Option<Time>,
}

/// Without its secrets.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("access_key", &self.access_key)
            .finish_non_exhaustive()
    }
}

impl FromStr for Credential {
    type Err = String;

    /// `AK:SK`, or `AK:SK:TOKEN` for a temporary key.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        let mut part = || {
            parts
                .next()
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
        };
        // The text may hold a secret and is not repeated.
        let (Some(access_key), Some(secret_key)) = (part(), part()) else {
            return Err("write a credential as AK:SK, or AK:SK:TOKEN".to_owned());
        };
        Ok(Self {
            access_key,
            secret_key,
            token: part(),
            disabled: false,
            read_only: false,
            expires: None,
        })
    }
}

/// What one namespace is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The mode of providers that have none of their own.
    auth: Auth,
    /// Modes by provider.
    auth_of: BTreeMap<&'static str, Auth>,
    /// Quirks that are not at their default.
    quirks: Vec<(&'static str, &'static str, &'static str)>,
    /// Regions that are not the default, by provider.
    regions: BTreeMap<&'static str, String>,
    /// Keys beside those that seeds bring.
    pub(crate) credentials: Vec<Credential>,
    pub(crate) skew: Skew,
    /// How many polls a ListUsersAsync task takes.
    pub(crate) async_polls: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth: Auth::Off,
            auth_of: BTreeMap::new(),
            quirks: Vec::new(),
            regions: BTreeMap::new(),
            credentials: vec!["test-ak:test-sk".parse().expect("a well-formed credential")],
            skew: Skew::Provider,
            async_polls: 0,
        }
    }
}

/// Settings as the control plane shows and takes them; what is absent stays as it is.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsPatch {
    /// Modes by provider; `*` for the providers that have none of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth: Option<BTreeMap<String, Auth>>,
    /// Values by `PROVIDER.NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quirks: Option<BTreeMap<String, String>>,
    /// Regions by provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    regions: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    async_polls: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skew: Option<String>,
}

impl Settings {
    /// How much of this provider's calls is checked.
    pub(crate) fn auth(&self, provider: &dyn Provider) -> Auth {
        self.auth_of
            .get(provider.id())
            .copied()
            .unwrap_or(self.auth)
    }

    /// Sets `MODE` for all providers, or `PROVIDER=MODE` for one.
    pub(crate) fn set_auth(&mut self, text: &str) -> Result<(), String> {
        match text.split_once('=') {
            None => {
                self.auth = text.parse()?;
                Ok(())
            }
            Some((id, mode)) => self.set_auth_of(id, mode.parse()?),
        }
    }

    fn set_auth_of(&mut self, id: &str, mode: Auth) -> Result<(), String> {
        if id == "*" {
            self.auth = mode;
        } else {
            self.auth_of.insert(known(id)?.id(), mode);
        }
        Ok(())
    }

    /// How far a caller's clock may be off, where the provider itself lets it be `own`; nothing for any time.
    pub(crate) fn skew(&self, own: Duration) -> Option<Duration> {
        match self.skew {
            Skew::Provider => Some(own),
            Skew::Within(length) => Some(length),
            Skew::Off => None,
        }
    }

    /// The value of a provider's quirk.
    ///
    /// # Panics
    /// For a name that is not in the provider's table.
    pub(crate) fn quirk(&self, provider: &dyn Provider, name: &str) -> &'static str {
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
    pub(crate) fn region(&self, provider: &dyn Provider) -> &str {
        self.regions
            .get(provider.id())
            .map_or_else(|| provider.default_region(), String::as_str)
    }

    /// Sets the region of a provider.
    pub(crate) fn set_region(&mut self, id: &str, region: &str) -> Result<(), String> {
        self.regions.insert(known(id)?.id(), region.to_owned());
        Ok(())
    }

    /// These settings with a patch applied, or where in the patch (key by key) something is wrong, and what.
    pub(crate) fn patched(&self, patch: SettingsPatch) -> Result<Self, (Vec<String>, String)> {
        let at = |part: &str, key: &str| vec![part.to_owned(), key.to_owned()];
        let mut settings = self.clone();
        let SettingsPatch {
            auth,
            quirks,
            regions,
            async_polls,
            skew,
        } = patch;
        for (id, mode) in auth.unwrap_or_default() {
            settings
                .set_auth_of(&id, mode)
                .map_err(|rule| (at("auth", &id), rule))?;
        }
        for (name, value) in quirks.unwrap_or_default() {
            settings
                .set_quirk(&name, &value)
                .map_err(|rule| (at("quirks", &name), rule))?;
        }
        for (id, region) in regions.unwrap_or_default() {
            settings
                .set_region(&id, &region)
                .map_err(|rule| (at("regions", &id), rule))?;
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

    /// These settings as the control plane shows them, every one of them.
    pub(crate) fn shown(&self) -> SettingsPatch {
        let of_all = |value: &dyn Fn(&'static dyn Provider) -> String| -> BTreeMap<String, String> {
            PROVIDERS
                .iter()
                .map(|&provider| (provider.id().to_owned(), value(provider)))
                .collect()
        };
        let auth = PROVIDERS
            .iter()
            .map(|&provider| (provider.id().to_owned(), self.auth(provider)));
        let quirks = PROVIDERS.iter().flat_map(|&provider| {
            let value = move |quirk: &Quirk| self.quirk(provider, quirk.name).to_owned();
            provider
                .quirks()
                .iter()
                .map(move |quirk| (format!("{}.{}", provider.id(), quirk.name), value(quirk)))
        });
        SettingsPatch {
            auth: Some(auth.collect()),
            quirks: Some(quirks.collect()),
            regions: Some(of_all(&|provider| self.region(provider).to_owned())),
            async_polls: Some(self.async_polls),
            skew: Some(self.skew.to_string()),
        }
    }
}

fn known(id: &str) -> Result<&'static dyn Provider, String> {
    provider(id).ok_or_else(|| unknown_provider(id))
}

/// What to tell somebody who names a provider that there is not.
pub(crate) fn unknown_provider(id: &str) -> String {
    let ids: Vec<_> = PROVIDERS.iter().map(|provider| provider.id()).collect();
    format!(
        "there is no provider \"{id}\"; there are {}",
        ids.join(", ")
    )
}
