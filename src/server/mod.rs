//! A running server: bound by the caller, served on its own thread and runtime, stopped on drop.

mod connection;
pub(crate) mod error;
mod head_timer;
mod http;
mod listener;
pub(crate) mod log;
pub(crate) mod options;
mod proxy;
mod stream;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use tokio::sync::{oneshot, watch};

use crate::app::App;
use crate::control::{self, Client, ControlAccess};
use crate::namespace::{self, Config, DataDir, DataDirError, Namespaces};
use crate::pipeline::faults::{AddError, Faults};
use crate::pipeline::journal::Journal;
use crate::pipeline::journal::access_log::AccessLog;
use crate::pipeline::metrics::Metrics;
use crate::provider::Provider;
use crate::providers::PROVIDERS;
use crate::seed::template::{self, TemplatePlan};
use crate::seed::{SeedSource, files};
use crate::tls::{Certificates, Names};
use connection::Front;
pub use error::StartError;
use http::Control;
use listener::{DedicatedListeners, accept, bind};
use options::Options;
use proxy::Proxy;

/// How often `--watch` checks the seed files.
const WATCH_TIME: Duration = Duration::from_millis(300);
/// The default limit of the journal's memory.
const JOURNAL_BYTES: usize = 16 * 1024 * 1024;

/// A running server. Dropping it stops it.
///
/// ```
/// use rollcall::Rollcall;
///
/// let rollcall = Rollcall::start();
/// assert!(rollcall.url().starts_with("http://127.0.0.1:"));
/// ```
#[derive(Debug)]
pub struct Rollcall {
    client: Client,
    addresses: Vec<BoundAddress>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy)]
struct BoundAddress {
    provider: Option<&'static Provider>,
    address: SocketAddr,
}

impl Rollcall {
    /// Starts with the demo data on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When no port is free, or the machine is out of memory or threads.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// assert!(rollcall.journal()?.is_empty());
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&Options::default())
            .expect("a free port and the demo data are all it takes")
    }

    /// Starts with options.
    ///
    /// # Errors
    /// A [`StartError`] says what failed and what to do about it.
    ///
    /// ```
    /// use rollcall::{Options, Rollcall};
    ///
    /// let rollcall = Rollcall::start_with(&Options::default().empty())?;
    /// # Ok::<(), rollcall::StartError>(())
    /// ```
    pub fn start_with(options: &Options) -> Result<Self, StartError> {
        let token = options.access.token.as_deref();
        if token.is_some_and(|token| !control::is_token(token)) {
            return Err(StartError::AdminToken);
        }
        let listeners = bind(&options.listen)?;
        // Taken before the files are read, so that later changes are noticed.
        let seeds = options.watch.then(|| fingerprint(&options.seeds));
        let access = options.access.clone();
        let app = Arc::new(build(options)?);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("rollcall")
            .build()
            .map_err(StartError::Machine)?;
        let (stop, stopped) = oneshot::channel();
        let addresses = listeners
            .iter()
            .map(|(provider, listener)| {
                listener.set_nonblocking(true)?;
                Ok(BoundAddress {
                    provider: *provider,
                    address: listener.local_addr()?,
                })
            })
            .collect::<io::Result<Vec<_>>>()
            .map_err(StartError::Machine)?;
        let thread = std::thread::Builder::new()
            .name("rollcall".to_owned())
            .spawn(move || {
                runtime.block_on(serve(app, listeners, access, seeds, stopped));
                // Calls that are still running have had their time.
                runtime.shutdown_timeout(Duration::from_millis(100));
            })
            .map_err(StartError::Machine)?;
        let client = Client::new(url_of(&addresses));
        let client = match options.access.token.clone() {
            Some(token) => client.with_token(token),
            None => client,
        };
        Ok(Self {
            client,
            addresses,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address to point clients at: `http://127.0.0.1:4700`.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// println!("point the SDK at {}", rollcall.url());
    /// ```
    #[must_use]
    pub fn url(&self) -> String {
        url_of(&self.addresses)
    }

    /// The line that tells scripts that the server is ready, and its addresses.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// assert_eq!(rollcall.ready_line(), format!("rollcall ready {}", rollcall.url()));
    /// ```
    #[must_use]
    pub fn ready_line(&self) -> String {
        let addresses: Vec<String> = self
            .addresses
            .iter()
            .map(|bound| match bound.provider {
                Some(provider) => format!("{}=http://{}", provider.id, bound.address),
                None => format!("http://{}", bound.address),
            })
            .collect();
        format!("rollcall ready {}", addresses.join(" "))
    }
}

/// The control plane's client for the namespace `default`.
impl Deref for Rollcall {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// The first address that serves all providers, else the first.
fn url_of(addresses: &[BoundAddress]) -> String {
    let shared = addresses
        .iter()
        .find(|bound| bound.provider.is_none())
        .or_else(|| addresses.first());
    shared
        .map(|bound| url_at(bound.address))
        .unwrap_or_default()
}

/// The URL for clients on the same machine; a wildcard address becomes loopback.
pub(crate) fn url_at(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    format!("http://{address}")
}

impl Drop for Rollcall {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone only if the thread has already ended.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the server's thread panicked");
        }
    }
}

/// Sets up everything but the listeners.
pub(crate) fn build(options: &Options) -> Result<App, StartError> {
    let template = TemplatePlan {
        seeds: options.seeds.clone(),
        clock: options.clock,
        rng_seed: options.rng_seed,
    };
    let config = Config {
        template: template.build()?,
        empty: template::empty_store,
        data: options.data.as_deref().map(take_folder).transpose()?,
        settings: options.settings.clone(),
        clock: options.clock,
        rng_seed: options.rng_seed,
        max: options.max_namespaces,
    };
    let access_log = options.access_log.as_ref().map(|plan| {
        AccessLog::start(plan, options.fleet.replica.clone()).map_err(|cause| {
            let file = plan.file.clone().unwrap_or_else(|| "-".into());
            StartError::AccessLog(file, cause)
        })
    });
    let access_log = access_log.transpose()?;
    let namespaces = Namespaces::new(config);
    warn_of_seeds_that_come_too_late(&namespaces, options);
    namespaces
        .open_default()
        .map_err(|cause| StartError::Data(cause.to_string()))?;
    let faults = Faults::new(options.rng_seed);
    for rule in &options.faults {
        faults.add(rule.clone(), "*").map_err(|error| match error {
            AddError::Rule(error) => StartError::Fault(error.pointer, error.rule),
            AddError::Full => StartError::Fault(String::new(), AddError::FULL.to_owned()),
        })?;
    }
    if options.is_open_to_the_network() {
        tracing::warn!(
            "anyone who can reach this machine can use the control plane; lock it with --admin-token"
        );
    }
    Ok(App {
        namespaces,
        journal: Journal::new(options.journal, JOURNAL_BYTES)
            .with_access_log(access_log)
            .of_replica(options.fleet.replica.clone()),
        faults,
        metrics: Metrics::default(),
        certificates: certificates(options)?,
        is_proxy: options.proxy,
        fleet: options.fleet.clone(),
        admin_token: options.access.token.clone(),
        template,
        stop: watch::Sender::new(false),
    })
}

/// The certificates for TLS. A certificate authority signs for the providers' hosts and for the names of this server.
fn certificates(options: &Options) -> Result<Certificates, StartError> {
    let mut names = Names::default();
    let domains = PROVIDERS.iter().flat_map(|provider| provider.real.domains);
    let hosts = options.access.hosts.iter().map(String::as_str);
    for host in domains.copied().chain(hosts) {
        names.add(host);
    }
    for listen in &options.listen {
        names.add_address(listen.address.ip());
    }
    Certificates::start(&options.tls, names, options.tls_dir.as_deref())
        .map_err(|cause| StartError::Tls(cause.to_string()))
}

/// Warns that seeds apply only to new namespaces, if the data folder already has some.
fn warn_of_seeds_that_come_too_late(namespaces: &Namespaces, options: &Options) {
    let is_demo = |source: &SeedSource| matches!(source, SeedSource::Demo);
    if options.data.is_none() || options.seeds.iter().all(is_demo) {
        return;
    }
    let names = namespaces.names().unwrap_or_default();
    let Some(first) = names.first() else { return };
    const SHOWN: usize = 5;
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    tracing::warn!(
        "--seed fills new namespaces only; these lie in the data folder and keep what they have: {}{more}; to have the seed, \
         reset them (rollcall reset --namespace {first}), or choose another folder with --data",
        names[..names.len().min(SHOWN)].join(", ")
    );
}

/// Locks the data folder for this server, and checks its contents.
fn take_folder(path: &Path) -> Result<DataDir, StartError> {
    let folder = DataDir::take(path).map_err(|cause| match cause {
        DataDirError::InUse => StartError::FolderInUse(path.to_owned()),
        DataDirError::Io(cause) => StartError::DataDir(path.to_owned(), cause),
    })?;
    namespace::check_data(path).map_err(|cause| StartError::Data(cause.to_string()))?;
    Ok(folder)
}

async fn serve(
    app: Arc<App>,
    listeners: DedicatedListeners,
    access: ControlAccess,
    seeds: Option<Fingerprint>,
    stopped: oneshot::Receiver<()>,
) {
    let stop = app.stop.clone();
    let proxy = app.is_proxy.then(|| Arc::new(Proxy::new(access.clone())));
    let control: Arc<Control> = Arc::new(LazyLock::new({
        let app = Arc::clone(&app);
        Box::new(move || control::router(&app, access))
    }));
    if let Some(seeds) = seeds {
        tokio::spawn(watch_seeds(Arc::clone(&app), seeds, stop.subscribe()));
    }
    let accepting: Vec<_> = listeners
        .into_iter()
        .map(|(dedicated, listener)| {
            let port = listener.local_addr().ok().map(|address| address.port());
            let (app, control) = (Arc::clone(&app), Arc::clone(&control));
            let front = Front::new(app, control, dedicated, port, proxy.clone());
            tokio::spawn(accept(front, listener, stop.subscribe()))
        })
        .collect();
    // An error means that the owner is gone, which counts as a stop.
    let _ = stopped.await;
    stop.send_replace(true);
    for task in accepting {
        if let Err(cause) = task.await {
            tracing::error!(%cause, "a listener's task failed");
        }
    }
}

/// Polls the seed files, which works on every file system, including mounts.
async fn watch_seeds(app: Arc<App>, mut seen: Fingerprint, mut stop: watch::Receiver<bool>) {
    while tokio::time::timeout(WATCH_TIME, stop.changed())
        .await
        .is_err()
    {
        let found = fingerprint(&app.template.seeds);
        if found == seen {
            continue;
        }
        seen = found;
        let reloading = Arc::clone(&app);
        let reloaded = tokio::task::spawn_blocking(move || control::reload(&reloading)).await;
        match reloaded.unwrap_or_else(|cause| Err(cause.to_string())) {
            Ok(done) => tracing::info!(%done, "seed files have changed and were reloaded"),
            Err(cause) => {
                tracing::error!(%cause, "seed files have changed, but could not be loaded")
            }
        }
    }
}

/// Files with their modification times and sizes.
type Fingerprint = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// Changes whenever a seed file does.
fn fingerprint(seeds: &[SeedSource]) -> Fingerprint {
    let files = seeds.iter().filter_map(|source| match source {
        SeedSource::Demo => None,
        SeedSource::Path(path) => Some(files::of(path).unwrap_or_default()),
    });
    let looked_at = files.flatten().map(|file| {
        let metadata = std::fs::metadata(&file).ok();
        let changed = metadata
            .as_ref()
            .and_then(|metadata| metadata.modified().ok());
        (file, changed, metadata.map_or(0, |metadata| metadata.len()))
    });
    looked_at.collect()
}
