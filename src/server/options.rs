//! The options of a server, set by command-line flags or the library's builder.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::control::ControlAccess;
use crate::namespace::clock::Setting;
use crate::namespace::fleet::{Fleet, NamespaceUrl, is_replica_name};
use crate::namespace::settings::{Credential, Settings, Skew};
use crate::pipeline::faults::Rule;
use crate::pipeline::journal::access_log::{self, AccessLogPlan};
use crate::pipeline::settings;
use crate::provider::Provider;
use crate::providers::require;
use crate::seed::SeedSource;
use crate::tls::Tls;

/// Where to listen: an address, for all providers or for one.
///
/// ```
/// use rollcall::Listen;
///
/// let listen: Listen = "huawei-rocketmq=127.0.0.1:0".parse()?;
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct Listen {
    pub(crate) provider: Option<&'static Provider>,
    pub(crate) address: SocketAddr,
    /// Whether the address is skipped on machines that lack it.
    pub(crate) optional: bool,
}

impl std::str::FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (provider, address) = match text.split_once('=') {
            Some((id, address)) => (Some(require(id)?), address),
            None => (None, text),
        };
        let address = address.parse().map_err(|_| {
            format!("invalid address \"{address}\"; write an IP address and a port, e.g. 127.0.0.1:4700 or [::1]:4700")
        })?;
        Ok(Self {
            provider,
            address,
            optional: false,
        })
    }
}

/// How to start a server. The default: the demo data in memory, on a free port of 127.0.0.1.
///
/// ```
/// use rollcall::Options;
///
/// let options = Options::default().empty().rng_seed(7);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    pub(crate) listen: Vec<Listen>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) seeds: Vec<SeedSource>,
    pub(crate) settings: Settings,
    pub(crate) clock: Setting,
    pub(crate) rng_seed: Option<u64>,
    pub(crate) journal: usize,
    pub(crate) max_namespaces: usize,
    pub(crate) access: ControlAccess,
    pub(crate) watch: bool,
    pub(crate) faults: Vec<Rule>,
    pub(crate) access_log: Option<AccessLogPlan>,
    pub(crate) tls: Tls,
    pub(crate) tls_dir: Option<PathBuf>,
    pub(crate) proxy: bool,
    pub(crate) fleet: Fleet,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: vec![Listen {
                provider: None,
                address: SocketAddr::from(([127, 0, 0, 1], 0)),
                optional: false,
            }],
            data: None,
            seeds: vec![SeedSource::Demo],
            settings: Settings::default(),
            clock: Setting::Real,
            rng_seed: None,
            journal: 1000,
            max_namespaces: 10_000,
            access: ControlAccess::default(),
            watch: false,
            faults: Vec::new(),
            access_log: None,
            tls: Tls::Off,
            tls_dir: None,
            proxy: false,
            fleet: Fleet::default(),
        }
    }
}

impl Options {
    /// Listens on these addresses, instead of on a free port.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().listen(vec!["127.0.0.1:0".parse()?]);
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn listen(mut self, listen: Vec<Listen>) -> Self {
        self.listen = listen;
        self
    }

    /// Listens on `127.0.0.1` and, if available, on `[::1]`.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().listen_on_loopback(4700);
    /// ```
    #[must_use]
    pub fn listen_on_loopback(mut self, port: u16) -> Self {
        let listen = |address, optional| Listen {
            provider: None,
            address,
            optional,
        };
        self.listen = vec![
            listen(([127, 0, 0, 1], port).into(), false),
            listen(([0_u16, 0, 0, 0, 0, 0, 0, 1], port).into(), true),
        ];
        self
    }

    /// Keeps the data in a folder, across restarts and `kill -9`.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().data("rollcall-data");
    /// ```
    #[must_use]
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Starts without any data.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().empty();
    /// ```
    #[must_use]
    pub fn empty(mut self) -> Self {
        self.seeds.clear();
        self
    }

    /// Starts with the data of files and folders instead of the demo.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().seed(["users.json".into()]);
    /// ```
    #[must_use]
    pub fn seed(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.seeds = paths.into_iter().map(SeedSource::Path).collect();
        self
    }

    /// Sets a quirk, such as `aliyun-ehpc.user-id`.
    ///
    /// # Errors
    /// A sentence that lists the known ones, for an unknown quirk or value.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let refused = Options::default().quirk("nobody.quirk", "1").unwrap_err();
    /// assert!(refused.starts_with("there is no quirk \"nobody.quirk\""));
    /// ```
    pub fn quirk(mut self, name: &str, value: &str) -> Result<Self, String> {
        settings::set_quirk(&mut self.settings, name, value)?;
        Ok(self)
    }

    /// Sets the region that a provider's answers name.
    ///
    /// # Errors
    /// A sentence that lists the providers, for an unknown one.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().region("huawei-rocketmq", "cn-east-3")?;
    /// # Ok::<(), String>(())
    /// ```
    pub fn region(mut self, provider: &str, region: &str) -> Result<Self, String> {
        settings::set_region(&mut self.settings, provider, region)?;
        Ok(self)
    }

    /// Sets the name of the Huawei account that clients log in with and IAM shows; default: the seed's.
    ///
    /// # Errors
    /// A sentence, for an invalid name.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().domain_name("MyCompany")?;
    /// # Ok::<(), String>(())
    /// ```
    pub fn domain_name(mut self, name: &str) -> Result<Self, String> {
        settings::set_domain_name(&mut self.settings, name)?;
        Ok(self)
    }

    /// How many polls it takes until a ListUsersAsync task returns its data.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().async_polls(2);
    /// ```
    #[must_use]
    pub fn async_polls(mut self, polls: u32) -> Self {
        self.settings.async_polls = polls;
        self
    }

    /// How strictly authentication is checked: `strict`, or `aliyun-ehpc=strict` for one provider.
    ///
    /// # Errors
    /// A sentence that lists the modes or the providers, for an unknown one.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().auth("strict")?.auth("huawei-rocketmq=off")?;
    /// # Ok::<(), String>(())
    /// ```
    pub fn auth(mut self, mode: &str) -> Result<Self, String> {
        settings::set_auth(&mut self.settings, mode)?;
        Ok(self)
    }

    /// The keys that clients may sign with, instead of `test-ak` with the secret `test-sk`.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().credentials(vec!["my-key:my-secret".parse()?]);
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn credentials(mut self, credentials: Vec<Credential>) -> Self {
        self.settings.credentials = credentials;
        self
    }

    /// How far clients' clocks may be off.
    ///
    /// ```
    /// use rollcall::{Options, Skew};
    ///
    /// let options = Options::default().skew(Skew::Off);
    /// ```
    #[must_use]
    pub fn skew(mut self, skew: Skew) -> Self {
        self.settings.skew = skew;
        self
    }

    /// Locks the control plane; [`Rollcall`](crate::Rollcall) itself has the token. An empty token locks nothing.
    ///
    /// ```
    /// use rollcall::{Options, Rollcall};
    ///
    /// let rollcall = Rollcall::start_with(&Options::default().admin_token("secret"))?;
    /// rollcall.reset()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn admin_token(mut self, token: impl Into<String>) -> Self {
        let token = token.into().trim().to_owned();
        self.access.token = Some(token).filter(|token| !token.is_empty());
        self
    }

    /// Allows web pages of an origin to use the control plane.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().allow_origin("http://localhost:5173");
    /// ```
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        // Browsers send it without a trailing slash.
        let origin = origin.into().trim_end_matches('/').to_owned();
        self.access.origins.push(origin);
        self
    }

    /// Allows a host name, or all names with a suffix (`*.example`), for the control plane.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().allow_host("rollcall.example");
    /// ```
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.access.hosts.push(host.into());
        self
    }

    /// Reloads seed files when they change, and resets the namespaces that have not been written to.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().seed(["users.json".into()]).watch();
    /// ```
    #[must_use]
    pub fn watch(mut self) -> Self {
        self.watch = true;
        self
    }

    /// Initial fault rules.
    ///
    /// ```
    /// use rollcall::Options;
    /// use rollcall::faults::{Effect, Match, Rule};
    ///
    /// let every_call_hangs = Rule::new(Match::default(), Effect::Hang);
    /// let options = Options::default().faults(vec![every_call_hangs]);
    /// ```
    #[must_use]
    pub fn faults(mut self, rules: Vec<Rule>) -> Self {
        self.faults = rules;
        self
    }

    /// Writes a line of JSON per call to a file, or to standard output for `-`. The file is rotated at 64 MiB; four older ones are
    /// kept.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().access_log("calls.ndjson");
    /// ```
    #[must_use]
    pub fn access_log(mut self, file: impl Into<PathBuf>) -> Self {
        let file = file.into();
        self.access_log = Some(AccessLogPlan {
            file: Some(file).filter(|file| file != Path::new("-")),
            max_bytes: access_log::MAX_BYTES,
        });
        self
    }

    /// Serves HTTPS on the same port as HTTP.
    ///
    /// ```
    /// use rollcall::{Options, Rollcall, Tls};
    ///
    /// let rollcall = Rollcall::start_with(&Options::default().tls(Tls::Auto))?;
    /// assert!(rollcall.ca_pem()?.starts_with("-----BEGIN CERTIFICATE-----"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Keeps the certificate authority of [`Tls::Auto`] in a folder, for later starts to reuse.
    ///
    /// ```
    /// use rollcall::{Options, Tls};
    ///
    /// let options = Options::default().tls(Tls::Auto).tls_dir("rollcall-tls");
    /// ```
    #[must_use]
    pub fn tls_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.tls_dir = Some(folder.into());
        self
    }

    /// Acts as a proxy that answers for the providers' hosts and refuses all others, for clients with a fixed endpoint.
    ///
    /// ```
    /// use rollcall::{Options, Tls};
    ///
    /// let options = Options::default().tls(Tls::Auto).proxy();
    /// ```
    #[must_use]
    pub const fn proxy(mut self) -> Self {
        self.proxy = true;
        self
    }

    /// Whether it listens on the network with an unlocked control plane.
    pub(crate) fn is_open_to_the_network(&self) -> bool {
        self.access.token.is_none()
            && self
                .listen
                .iter()
                .any(|listen| !listen.address.ip().is_loopback())
    }

    /// The clock of namespaces.
    ///
    /// ```
    /// use rollcall::Options;
    /// use rollcall::clock::{Setting, Time};
    ///
    /// let morning = Time::parse_rfc3339("2024-05-20T08:30:00Z").expect("a time");
    /// let options = Options::default().clock(Setting::Fixed(morning));
    /// ```
    #[must_use]
    pub fn clock(mut self, setting: Setting) -> Self {
        self.clock = setting;
        self
    }

    /// Generates the same ids on every start.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().rng_seed(7);
    /// ```
    #[must_use]
    pub fn rng_seed(mut self, seed: u64) -> Self {
        self.rng_seed = Some(seed);
        self
    }

    /// How many calls the journal keeps for each namespace.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().journal(10_000);
    /// ```
    #[must_use]
    pub fn journal(mut self, entries: usize) -> Self {
        self.journal = entries;
        self
    }

    /// How many namespaces may exist.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().max_namespaces(50);
    /// ```
    #[must_use]
    pub fn max_namespaces(mut self, max: usize) -> Self {
        self.max_namespaces = max;
        self
    }

    /// The name of this replica, where there are several: 1 to 63 letters, digits, `-`, `_` and `.`.
    ///
    /// It is shown in health, the list of namespaces, the journal and the metrics, and as `X-Rollcall-Replica`.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().replica("rollcall-0")?;
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with the name.
    pub fn replica(mut self, name: &str) -> Result<Self, String> {
        if !is_replica_name(name) {
            let rule = "write 1 to 63 letters, digits, -, _ and ., e.g. rollcall-0";
            return Err(rule.to_owned());
        }
        self.fleet.replica = Some(name.into());
        Ok(self)
    }

    /// The address of each namespace, as `http://{namespace}.ns.HOST:PORT`, shown as `url` with every namespace. The control plane
    /// then accepts these host names, too.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().namespace_url("http://{namespace}.ns.localhost:4700")?;
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with the template.
    pub fn namespace_url(mut self, template: &str) -> Result<Self, String> {
        let url = NamespaceUrl::parse(template)?;
        self.access.hosts.push(url.host_pattern());
        self.fleet.namespace_url = Some(url);
        Ok(self)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.provider {
            Some(provider) => write!(f, "{}={}", provider.id, self.address),
            None => write!(f, "{}", self.address),
        }
    }
}
