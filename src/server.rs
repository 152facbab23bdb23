//! A running rollcall: bound by the caller, served on a thread and runtime of its own, stopped on drop.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};

use crate::app::{App, answer};
use crate::clock::{Clock, Setting};
use crate::control::{self, Client, Guard};
use crate::faults::{Faults, Rule};
use crate::ids::Ids;
use crate::journal::Journal;
use crate::metrics::Metrics;
use crate::namespace::{self, Folder, FolderError, Namespaces, Plan};
use crate::providers::{Provider, SeedContext, provider};
use crate::seed::{SeedFileError, SeedSource, files, merge_source};
use crate::settings::{Credential, Settings, Skew, unknown_provider};
use crate::store::Store;

/// How long a client may take to send a request's head.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// What hyper buffers of a head; beyond it hyper refuses by itself (431), below it the provider's envelope does.
const HEAD_BUFFER: usize = 128 * 1024;
/// More headers than any client sends; beyond them hyper refuses by itself (431).
const HEADER_COUNT: usize = 256;
/// How long open calls may take to finish after a stop.
const DRAIN_TIME: Duration = Duration::from_millis(800);
/// How often `--watch` looks at the seed files.
const WATCH_TIME: Duration = Duration::from_millis(300);
/// The default cap of the journal's memory.
const JOURNAL_BYTES: usize = 16 * 1024 * 1024;

/// A running rollcall. Dropping it stops it.
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
    addresses: Vec<Bound>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy)]
struct Bound {
    provider: Option<&'static dyn Provider>,
    address: SocketAddr,
}

impl Rollcall {
    /// Starts with the demo data on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When it cannot: no port is free, or the machine is out of memory or threads.
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

    /// Starts as told.
    ///
    /// # Errors
    /// A [`StartError`] says what stands in the way and what to do.
    ///
    /// ```
    /// use rollcall::{Options, Rollcall};
    ///
    /// let rollcall = Rollcall::start_with(&Options::default().empty())?;
    /// # Ok::<(), rollcall::StartError>(())
    /// ```
    pub fn start_with(options: &Options) -> Result<Self, StartError> {
        let listeners = bind(&options.listen)?;
        // Before they are read: what changes from now on is read again.
        let seeds = fingerprint(&options.seeds);
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
                Ok(Bound {
                    provider: *provider,
                    address: listener.local_addr()?,
                })
            })
            .collect::<io::Result<Vec<_>>>()
            .map_err(StartError::Machine)?;
        let thread = std::thread::Builder::new()
            .name("rollcall".to_owned())
            .spawn(move || {
                runtime.block_on(serve(app, listeners, seeds, stopped));
                // A call that still runs has had its time.
                runtime.shutdown_timeout(Duration::from_millis(100));
            })
            .map_err(StartError::Machine)?;
        let client = Client::new(url_of(&addresses));
        let client = match options.guard.token.clone() {
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

    /// The line that tells a script that rollcall is ready, and where.
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
                Some(provider) => format!("{}=http://{}", provider.id(), bound.address),
                None => format!("http://{}", bound.address),
            })
            .collect();
        format!("rollcall ready {}", addresses.join(" "))
    }
}

/// The control plane, seen from the namespace `default`.
impl Deref for Rollcall {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// The first address that serves all providers, else the first. An address that is none in particular is reached by
/// loopback.
fn url_of(addresses: &[Bound]) -> String {
    let shared = addresses
        .iter()
        .find(|bound| bound.provider.is_none())
        .or_else(|| addresses.first());
    let Some(mut address) = shared.map(|bound| bound.address) else {
        return String::new();
    };
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
            // The other end is gone only when the thread has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the server's thread panicked");
        }
    }
}

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
    provider: Option<&'static dyn Provider>,
    address: SocketAddr,
    /// Whether a machine without this address is fine too.
    optional: bool,
}

impl std::str::FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (provider, address) = match text.split_once('=') {
            Some((id, address)) => (
                Some(provider(id).ok_or_else(|| unknown_provider(id))?),
                address,
            ),
            None => (None, text),
        };
        let address = address.parse().map_err(|_| {
            format!("\"{address}\" is no address; write an IP address and a port, as 127.0.0.1:4700 or [::1]:4700")
        })?;
        Ok(Self {
            provider,
            address,
            optional: false,
        })
    }
}

/// How to start. The default: the demo data in memory, on a free port of 127.0.0.1.
///
/// ```
/// use rollcall::Options;
///
/// let options = Options::default().empty().rng_seed(7);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    listen: Vec<Listen>,
    data: Option<PathBuf>,
    seeds: Vec<SeedSource>,
    settings: Settings,
    clock: Setting,
    rng_seed: Option<u64>,
    journal: usize,
    max_namespaces: usize,
    guard: Guard,
    watch: bool,
    faults: Vec<Rule>,
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
            guard: Guard::default(),
            watch: false,
            faults: Vec::new(),
        }
    }
}

impl Options {
    /// Listens there, instead of on a free port.
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

    /// Listens on `127.0.0.1` and, where there is one, on `[::1]`.
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

    /// Keeps the data in that folder, across restarts and `kill -9`.
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

    /// Starts with the data of these files and folders instead of the demo.
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

    /// Sets a quirk, as `aliyun-ehpc.user-id`.
    ///
    /// # Errors
    /// A sentence that lists what there is, for an unknown quirk or value.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let refused = Options::default().quirk("nobody.quirk", "1").unwrap_err();
    /// assert!(refused.starts_with("there is no quirk \"nobody.quirk\""));
    /// ```
    pub fn quirk(mut self, name: &str, value: &str) -> Result<Self, String> {
        self.settings.set_quirk(name, value)?;
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
        self.settings.set_region(provider, region)?;
        Ok(self)
    }

    /// How many polls a ListUsersAsync task takes until it shows its data.
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

    /// How much authentication is checked: `strict`, or `aliyun-ehpc=strict` for one provider.
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
        self.settings.set_auth(mode)?;
        Ok(self)
    }

    /// The keys that callers may sign with, instead of `test-ak` with the secret `test-sk`.
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

    /// How far callers' clocks may be off.
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

    /// Locks the control plane; [`Rollcall`] itself knows the token.
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
        self.guard.token = Some(token.into());
        self
    }

    /// Lets pages of that origin use the control plane.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().allow_origin("http://localhost:5173");
    /// ```
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        // Browsers send it without the slash that people copy with it.
        let origin = origin.into().trim_end_matches('/').to_owned();
        self.guard.origins.push(origin);
        self
    }

    /// Lets the control plane be addressed by that host name.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().allow_host("rollcall.example");
    /// ```
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.guard.hosts.push(host.into());
        self
    }

    /// Reads seed files again when they change, and resets the namespaces that nobody wrote to.
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

    /// Fault rules to start with.
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

    pub(crate) const fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Whether it listens beyond this machine while everybody may use the control plane.
    fn is_open_to_the_network(&self) -> bool {
        self.guard.token.is_none()
            && self
                .listen
                .iter()
                .any(|listen| !listen.address.ip().is_loopback())
    }

    /// How clocks run.
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

    /// Makes every generated id the same at every start.
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

    /// How many namespaces there may be.
    ///
    /// ```
    /// use rollcall::Options;
    ///
    /// let options = Options::default().max_namespaces(50);
    /// ```
    #[must_use]
    pub fn max_namespaces(mut self, most: usize) -> Self {
        self.max_namespaces = most;
        self
    }
}

/// Why rollcall cannot start: what an operator sees.
///
/// ```
/// use rollcall::{Options, Rollcall, StartError};
///
/// let first = Rollcall::start();
/// let address = first.url().replace("http://", "").parse()?;
/// let second = Rollcall::start_with(&Options::default().listen(vec![address]));
/// assert!(matches!(second, Err(StartError::PortInUse(_))));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else has the port.
    #[error("{0} is in use by another program; stop that, or choose another port with --listen")]
    PortInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}; choose another address with --listen")]
    Listen(SocketAddr, io::Error),
    /// A seed is wrong.
    #[error("cannot take the seed {0}; nothing was started")]
    Seed(#[from] SeedFileError),
    /// The data folder cannot be used.
    #[error("cannot use the data folder {0}: {1}; choose another with --data")]
    Folder(PathBuf, io::Error),
    /// Another rollcall uses the data folder.
    #[error(
        "the data folder {0} is in use by another rollcall; stop that, or choose another with --data"
    )]
    FolderInUse(PathBuf),
    /// Data cannot be read.
    #[error(
        "{0}; it was left as it is: use the rollcall that wrote it, or choose another folder with --data"
    )]
    Data(String),
    /// A fault rule cannot be meant.
    #[error("a fault rule is wrong at {0}: {1}")]
    Fault(String, String),
    /// The machine is out of something.
    #[error("cannot start: {0}")]
    Machine(io::Error),
}

type Doors = Vec<(Option<&'static dyn Provider>, TcpListener)>;

fn bind(listen: &[Listen]) -> Result<Doors, StartError> {
    let mut doors: Doors = Vec::new();
    for Listen {
        provider,
        address,
        optional,
    } in listen
    {
        let mut address = *address;
        // The second loopback address goes by the port that the first one got.
        if *optional && let Some((_, first)) = doors.first() {
            address.set_port(first.local_addr().map_err(StartError::Machine)?.port());
        }
        match TcpListener::bind(address) {
            Ok(listener) => doors.push((*provider, listener)),
            Err(cause) if cause.kind() == io::ErrorKind::AddrInUse => {
                return Err(StartError::PortInUse(address));
            }
            Err(_) if *optional => tracing::debug!(%address, "there is no such address here"),
            Err(cause) => return Err(StartError::Listen(address, cause)),
        }
    }
    Ok(doors)
}

/// Everything that does not listen.
fn build(options: &Options) -> Result<App, StartError> {
    let template = template(options)?;
    let plan = Plan {
        template,
        data: options.data.as_deref().map(take_folder).transpose()?,
        settings: options.settings.clone(),
        clock: options.clock,
        rng_seed: options.rng_seed,
        most: options.max_namespaces,
    };
    let namespaces = Namespaces::new(plan);
    namespaces
        .get(namespace::DEFAULT)
        .map_err(|cause| StartError::Data(cause.to_string()))?;
    let faults = Faults::new(options.rng_seed);
    for rule in &options.faults {
        faults
            .add(rule.clone(), "*")
            .map_err(|error| StartError::Fault(error.pointer, error.rule))?;
    }
    if options.is_open_to_the_network() {
        tracing::warn!(
            "everybody who reaches this machine can use the control plane; lock it with --admin-token"
        );
    }
    Ok(App {
        namespaces,
        journal: Journal::new(options.journal, JOURNAL_BYTES),
        faults,
        metrics: Metrics::default(),
        options: options.clone(),
    })
}

/// The seed, loaded into a database that every namespace starts as a copy of.
pub(crate) fn template(options: &Options) -> Result<Store, StartError> {
    let broken = |cause: rusqlite::Error| StartError::Data(cause.to_string());
    let template = namespace::empty_store().map_err(broken)?;
    let ids = options
        .rng_seed
        .map_or_else(Ids::unseeded, |seed| Ids::seeded(seed, "template"));
    let context = SeedContext {
        ids: &ids,
        now: Clock::new(options.clock).now(),
    };
    template.write(|tx| {
        for source in &options.seeds {
            merge_source(tx, source, &context).map_err(Loading::Seed)?;
        }
        Ok::<_, Loading>(())
    })?;
    Ok(template)
}

enum Loading {
    Seed(SeedFileError),
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for Loading {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Store(cause)
    }
}

impl From<Loading> for StartError {
    fn from(loading: Loading) -> Self {
        match loading {
            Loading::Seed(cause) => Self::Seed(cause),
            Loading::Store(cause) => Self::Data(cause.to_string()),
        }
    }
}

/// Makes the data folder this server's own, and looks at what is in it.
fn take_folder(path: &Path) -> Result<Folder, StartError> {
    let folder = Folder::take(path).map_err(|cause| match cause {
        FolderError::InUse => StartError::FolderInUse(path.to_owned()),
        FolderError::Io(cause) => StartError::Folder(path.to_owned(), cause),
    })?;
    namespace::check_data(path).map_err(|cause| StartError::Data(cause.to_string()))?;
    Ok(folder)
}

async fn serve(app: Arc<App>, doors: Doors, seeds: Fingerprint, stopped: oneshot::Receiver<()>) {
    let (stop, _) = watch::channel(false);
    let control = control::router(&app);
    if app.options.watch {
        tokio::spawn(watch_seeds(Arc::clone(&app), seeds, stop.subscribe()));
    }
    let accepting: Vec<_> = doors
        .into_iter()
        .map(|(door, listener)| {
            tokio::spawn(accept(
                Arc::clone(&app),
                control.clone(),
                door,
                listener,
                stop.subscribe(),
            ))
        })
        .collect();
    // An error means that the owner is gone, which is a stop too.
    let _ = stopped.await;
    stop.send_replace(true);
    for task in accepting {
        if let Err(cause) = task.await {
            tracing::error!(%cause, "a listener's task failed");
        }
    }
}

/// Looks at the seed files again and again: that works on every file system, mounted ones included.
async fn watch_seeds(app: Arc<App>, mut seen: Fingerprint, mut stop: watch::Receiver<bool>) {
    while tokio::time::timeout(WATCH_TIME, stop.changed())
        .await
        .is_err()
    {
        let found = fingerprint(&app.options.seeds);
        if found == seen {
            continue;
        }
        seen = found;
        let reloading = Arc::clone(&app);
        let reloaded = tokio::task::spawn_blocking(move || control::reload(&reloading)).await;
        match reloaded.unwrap_or_else(|cause| Err(cause.to_string())) {
            Ok(done) => tracing::info!(%done, "seed files have changed and were read again"),
            Err(cause) => {
                tracing::error!(%cause, "seed files have changed, but cannot be taken; the old data stays")
            }
        }
    }
}

/// Files, when they changed, and how long they are.
type Fingerprint = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// What changes when a seed file does.
fn fingerprint(seeds: &[SeedSource]) -> Fingerprint {
    let files = seeds.iter().filter_map(|source| match source {
        SeedSource::Demo => None,
        SeedSource::Path(path) => Some(files(path).unwrap_or_default()),
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

async fn accept(
    app: Arc<App>,
    control: Router,
    door: Option<&'static dyn Provider>,
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(cause) => return tracing::error!(%cause, "a listener cannot be served"),
    };
    let open = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BUFFER)
        .max_headers(HEADER_COUNT)
        .pipeline_flush(true);
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(cause) => {
                    // Out of file handles, most likely: existing calls will free some.
                    tracing::warn!(%cause, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            _ = stop.changed() => break,
        };
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection is gone already");
        }
        let reset = Arc::new(AtomicBool::new(false));
        let (app, control, fault) = (Arc::clone(&app), control.clone(), Arc::clone(&reset));
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (app, control, fault) = (Arc::clone(&app), control.clone(), Arc::clone(&fault));
            async move {
                let answered = answer(&app, &control, door, request.map(Body::new)).await;
                if answered.is_err() {
                    fault.store(true, Ordering::Release);
                }
                answered
            }
        });
        let connection =
            open.watch(http.serve_connection(TokioIo::new(Stream { stream, reset }), service));
        tokio::spawn(async move {
            if let Err(cause) = connection.await {
                tracing::debug!(%cause, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIME, open.shutdown())
        .await
        .is_err()
    {
        tracing::debug!("connections were still busy at the stop");
    }
}

/// A connection that a fault can end with a reset instead of a close.
struct Stream {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Acquire)
            && let Err(cause) = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))
        {
            tracing::debug!(%cause, "a connection was closed instead of reset");
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.provider {
            Some(provider) => write!(f, "{}={}", provider.id(), self.address),
            None => write!(f, "{}", self.address),
        }
    }
}
