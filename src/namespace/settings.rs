//! Settings: per server by flags, per namespace by the control plane.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::namespace::clock::Time;

/// How strictly a call's authentication is checked.
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
    /// Credentials must be present and well formed; any key is accepted.
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
                "invalid authentication mode \"{text}\"; use off, lenient or strict"
            )),
        }
    }
}

/// How far a client's clock may be off.
///
/// ```
/// use rollcall::Skew;
///
/// assert_eq!("5m".parse(), Ok(Skew::Within(std::time::Duration::from_secs(300))));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Skew {
    /// As far as the provider allows.
    #[default]
    Provider,
    /// This far, for every provider.
    Within(Duration),
    /// Any time is accepted.
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
                    format!(
                        "invalid skew \"{text}\"; use a duration such as 300s, off, or provider"
                    )
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

/// A key that clients may sign with.
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
    /// The secret that signs.
    pub secret_key: String,
    /// The session token that must accompany a temporary key.
    pub token: Option<String>,
    /// Whether the key is disabled.
    pub disabled: bool,
    /// Whether the key may only read.
    pub read_only: bool,
    /// When a temporary key expires.
    pub expires: Option<Time>,
}

/// Hides the secrets.
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
        // The text may contain a secret, so the error does not repeat it.
        let (Some(access_key), Some(secret_key)) = (part(), part()) else {
            return Err("write a credential as AK:SK, or AK:SK:TOKEN".to_owned());
        };
        if access_key.contains('~') {
            return Err("an access key holds no ~, which sets the namespace apart".to_owned());
        }
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

/// The settings of one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The mode of providers without one of their own.
    auth: Auth,
    /// Modes by provider.
    auth_of: BTreeMap<&'static str, Auth>,
    /// Quirks with another value than their default.
    quirks: Vec<(&'static str, &'static str, &'static str)>,
    /// Regions other than the default, by provider.
    regions: BTreeMap<&'static str, String>,
    /// The account name in huawei-iam; `None` for the seed's.
    pub(crate) domain_name: Option<String>,
    /// Keys in addition to those from seeds.
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
            domain_name: None,
            credentials: vec!["test-ak:test-sk".parse().expect("a well-formed credential")],
            skew: Skew::Provider,
            async_polls: 0,
        }
    }
}

impl Settings {
    /// How strictly a provider's calls are checked.
    pub(crate) fn auth(&self, provider: &str) -> Auth {
        self.auth_of.get(provider).copied().unwrap_or(self.auth)
    }

    /// Sets the mode of the providers without one of their own.
    pub(crate) fn set_default_auth(&mut self, mode: Auth) {
        self.auth = mode;
    }

    /// Sets the mode of one provider.
    pub(crate) fn set_auth(&mut self, provider: &'static str, mode: Auth) {
        self.auth_of.insert(provider, mode);
    }

    /// How far a client's clock may be off, if the provider itself allows `own`; `None` for any time.
    pub(crate) fn skew(&self, own: Duration) -> Option<Duration> {
        match self.skew {
            Skew::Provider => Some(own),
            Skew::Within(length) => Some(length),
            Skew::Off => None,
        }
    }

    /// The value of a provider's quirk, if it was set.
    pub(crate) fn quirk(&self, provider: &str, name: &str) -> Option<&'static str> {
        self.quirks
            .iter()
            .find(|(id, quirk, _)| *id == provider && *quirk == name)
            .map(|(_, _, value)| *value)
    }

    /// Sets a provider's quirk to a value of its table.
    pub(crate) fn set_quirk(
        &mut self,
        provider: &'static str,
        name: &'static str,
        value: &'static str,
    ) {
        self.quirks
            .retain(|(id, quirk, _)| (*id, *quirk) != (provider, name));
        self.quirks.push((provider, name, value));
    }

    /// The region in a provider's answers, if it was set.
    pub(crate) fn region(&self, provider: &str) -> Option<&str> {
        self.regions.get(provider).map(String::as_str)
    }

    /// Sets the region of a provider.
    pub(crate) fn set_region(&mut self, provider: &'static str, region: String) {
        self.regions.insert(provider, region);
    }
}
