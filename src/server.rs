//! A running rollcall: bound by the caller, served on a thread and runtime of its own, stopped on drop.

use std::fmt;
use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::sync::oneshot;

use crate::app::{App, router};
use crate::clock::{Clock, Setting};
use crate::ids::Ids;
use crate::journal::Journal;
use crate::namespace::{self, Namespaces, Plan};
use crate::providers::{Provider, SeedContext, provider};
use crate::seed::{SeedFileError, SeedSource, merge_source};
use crate::settings::{Settings, unknown_provider};
use crate::store::Store;

/// How long a client may take to send a request's head.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// What hyper buffers of a head; beyond it hyper refuses by itself (431), below it the provider's envelope does.
const HEAD_BUFFER: usize = 128 * 1024;
/// More headers than any client sends; beyond them hyper refuses by itself (431).
const HEADER_COUNT: usize = 256;
/// How long open calls may take to finish after a stop.
const DRAIN_TIME: Duration = Duration::from_millis(800);
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
    addresses: Vec<Bound>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Bound {
    provider: Option<&'static dyn Provider>,
    address: SocketAddr,
}

impl Rollcall {
    /// Starts with the demo data on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When it cannot: no port is free, or the machine is out of memory or threads.
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
        let app = Arc::new(build(options)?);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("rollcall")
            .build()
            .map_err(StartError::Machine)?;
        let (stop, stopped) = oneshot::channel();
        let (addresses, doors) = listeners
            .into_iter()
            .map(|(provider, listener)| {
                let address = listener.local_addr()?;
                listener.set_nonblocking(true)?;
                Ok((
                    Bound { provider, address },
                    (listener, router(&app, provider)),
                ))
            })
            .collect::<io::Result<(Vec<_>, Vec<_>)>>()
            .map_err(StartError::Machine)?;
        let thread = std::thread::Builder::new()
            .name("rollcall".to_owned())
            .spawn(move || {
                runtime.block_on(serve(doors, stopped));
                // A call that still runs has had its time.
                runtime.shutdown_timeout(Duration::from_millis(100));
            })
            .map_err(StartError::Machine)?;
        Ok(Self {
            addresses,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The address to point clients at: `http://127.0.0.1:4700`.
    #[must_use]
    pub fn url(&self) -> String {
        let shared = self.addresses.iter().find(|bound| bound.provider.is_none());
        shared
            .or_else(|| self.addresses.first())
            .map(|bound| format!("http://{}", bound.address))
            .unwrap_or_default()
    }

    /// The line that tells a script that rollcall is ready, and where.
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
        }
    }
}

impl Options {
    /// Listens there, instead of on a free port.
    #[must_use]
    pub fn listen(mut self, listen: Vec<Listen>) -> Self {
        self.listen = listen;
        self
    }

    /// Listens on `127.0.0.1` and, where there is one, on `[::1]`.
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
    #[must_use]
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Starts without any data.
    #[must_use]
    pub fn empty(mut self) -> Self {
        self.seeds.clear();
        self
    }

    /// Starts with the data of these files and folders instead of the demo.
    #[must_use]
    pub fn seed(mut self, paths: impl IntoIterator<Item = PathBuf>) -> Self {
        self.seeds = paths.into_iter().map(SeedSource::Path).collect();
        self
    }

    /// Sets a quirk, as `aliyun-ehpc.user-id`.
    ///
    /// # Errors
    /// A sentence that lists what there is, for an unknown quirk or value.
    pub fn quirk(mut self, name: &str, value: &str) -> Result<Self, String> {
        self.settings.set_quirk(name, value)?;
        Ok(self)
    }

    /// Sets the region that a provider's answers name.
    ///
    /// # Errors
    /// A sentence that lists the providers, for an unknown one.
    pub fn region(mut self, provider: &str, region: &str) -> Result<Self, String> {
        self.settings.set_region(provider, region)?;
        Ok(self)
    }

    /// How many polls a ListUsersAsync task takes until it shows its data.
    #[must_use]
    pub fn async_polls(mut self, polls: u32) -> Self {
        self.settings.async_polls = polls;
        self
    }

    /// How clocks run.
    #[must_use]
    pub fn clock(mut self, setting: Setting) -> Self {
        self.clock = setting;
        self
    }

    /// Makes every generated id the same at every start.
    #[must_use]
    pub fn rng_seed(mut self, seed: u64) -> Self {
        self.rng_seed = Some(seed);
        self
    }

    /// How many calls the journal keeps for each namespace.
    #[must_use]
    pub fn journal(mut self, entries: usize) -> Self {
        self.journal = entries;
        self
    }

    /// How many namespaces there may be.
    #[must_use]
    pub fn max_namespaces(mut self, most: usize) -> Self {
        self.max_namespaces = most;
        self
    }
}

/// Why rollcall cannot start: what an operator sees.
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
    if let Some(folder) = &options.data {
        take_folder(folder)?;
    }
    let plan = Plan {
        template,
        data: options.data.clone(),
        settings: options.settings.clone(),
        clock: options.clock,
        rng_seed: options.rng_seed,
        most: options.max_namespaces,
    };
    let namespaces = Namespaces::new(plan);
    namespaces
        .get(namespace::DEFAULT)
        .map_err(|cause| StartError::Data(cause.to_string()))?;
    Ok(App {
        namespaces,
        journal: Journal::new(options.journal, JOURNAL_BYTES),
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

/// Makes the data folder this process's own until it ends, and looks at what is in it.
fn take_folder(folder: &Path) -> Result<(), StartError> {
    let failed = |cause| StartError::Folder(folder.to_owned(), cause);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::options()
        .create(true)
        .append(true)
        .open(folder.join("lock"))
        .map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(std::fs::TryLockError::WouldBlock) => {
            return Err(StartError::FolderInUse(folder.to_owned()));
        }
        Err(std::fs::TryLockError::Error(cause)) => return Err(failed(cause)),
    }
    // The lock lives as long as the file is open; the process's end, however it comes, closes it.
    std::mem::forget(lock);
    namespace::check_data(folder).map_err(|cause| StartError::Data(cause.to_string()))
}

async fn serve(doors: Vec<(TcpListener, Router)>, stopped: oneshot::Receiver<()>) {
    let (stop, _) = tokio::sync::watch::channel(false);
    let accepting: Vec<_> = doors
        .into_iter()
        .map(|(listener, router)| tokio::spawn(accept(listener, router, stop.subscribe())))
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

async fn accept(
    listener: TcpListener,
    router: Router,
    mut stop: tokio::sync::watch::Receiver<bool>,
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
        let connection = http.serve_connection(
            TokioIo::new(stream),
            TowerToHyperService::new(router.clone()),
        );
        let connection = open.watch(connection);
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

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.provider {
            Some(provider) => write!(f, "{}={}", provider.id(), self.address),
            None => write!(f, "{}", self.address),
        }
    }
}
