//! The access log: a line of JSON per call, in a file or on standard output.
//!
//! A separate thread formats and writes the lines; a call only hands over its journal entry, which masks secrets when it is
//! printed. If the thread cannot keep up with a slow disk or pipe, entries are dropped and counted instead of holding up calls.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::entry::StoredEntry;
use crate::namespace::clock::Clock;

/// The destination of the log, and its maximum file size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessLogPlan {
    /// The file; `None` for standard output.
    pub(crate) file: Option<PathBuf>,
    pub(crate) max_bytes: u64,
}

/// The default maximum file size.
pub(crate) const MAX_BYTES: u64 = 64 << 20;
/// How many rotated files are kept: `FILE.1` is the newest.
const OLDER: usize = 4;
/// The queue length; each entry holds what the journal keeps of a call.
const WAITING: usize = 1024;
/// How long a stop waits for the last lines.
const LAST_LINES: Duration = Duration::from_millis(300);

/// The sending end, used by calls.
#[derive(Debug)]
pub(crate) struct AccessLog {
    entries: Option<SyncSender<Arc<StoredEntry>>>,
    left_out: Arc<AtomicU64>,
    done: Mutex<Receiver<()>>,
}

impl AccessLog {
    /// Opens the log, and starts the thread that writes it.
    pub(crate) fn start(plan: &AccessLogPlan, replica: Option<Arc<str>>) -> io::Result<Self> {
        let sink = Sink::open(plan)?;
        let (entries, waiting) = mpsc::sync_channel(WAITING);
        let (finished, done) = mpsc::channel();
        let left_out = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&left_out);
        thread::Builder::new()
            .name("access log".to_owned())
            .spawn(move || {
                write_all(sink, &waiting, &counted, replica.as_deref());
                // The receiver is gone if the stop took too long.
                let _ = finished.send(());
            })?;
        Ok(Self {
            entries: Some(entries),
            left_out,
            done: Mutex::new(done),
        })
    }

    pub(super) fn note(&self, entry: &Arc<StoredEntry>) {
        if let Some(entries) = &self.entries
            && let Err(TrySendError::Full(_)) = entries.try_send(Arc::clone(entry))
        {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for AccessLog {
    fn drop(&mut self) {
        self.entries = None;
        // An unread pipe must not hold up the stop.
        let done = self.done.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = done.recv_timeout(LAST_LINES);
    }
}

fn write_all(
    mut sink: Sink,
    entries: &Receiver<Arc<StoredEntry>>,
    left_out: &AtomicU64,
    replica: Option<&str>,
) {
    let clock = Clock::default();
    let mut is_well = true;
    for entry in entries {
        let left_out = left_out.swap(0, Ordering::Relaxed);
        let mut lines = String::new();
        let at = clock.now().rfc3339_millis();
        if 0 < left_out {
            lines = format!("{}\n", json!({ "at": at, "left_out": left_out }));
        }
        // Begins with the machine's time, because the namespace's clock may be frozen.
        let mut line = serde_json::Map::from_iter([("at".to_owned(), Value::from(at))]);
        line.extend(entry.summary(replica));
        lines.push_str(&format!("{}\n", Value::Object(line)));
        match sink.write(&lines) {
            Ok(()) => is_well = true,
            Err(cause) => {
                if is_well {
                    tracing::warn!(%cause, "the access log cannot be written; calls go on without it");
                }
                is_well = false;
            }
        }
    }
}

enum Sink {
    StandardOutput,
    File {
        file: File,
        path: PathBuf,
        bytes: u64,
        max_bytes: u64,
    },
}

impl Sink {
    fn open(plan: &AccessLogPlan) -> io::Result<Self> {
        let Some(path) = plan.file.clone() else {
            return Ok(Self::StandardOutput);
        };
        let file = File::options().create(true).append(true).open(&path)?;
        let bytes = file.metadata()?.len();
        Ok(Self::File {
            file,
            path,
            bytes,
            max_bytes: plan.max_bytes,
        })
    }

    fn write(&mut self, lines: &str) -> io::Result<()> {
        match self {
            Self::StandardOutput => {
                let mut out = io::stdout().lock();
                out.write_all(lines.as_bytes())?;
                out.flush()
            }
            Self::File {
                file,
                path,
                bytes,
                max_bytes,
            } => {
                let more = lines.len() as u64;
                if 0 < *bytes && *max_bytes < *bytes + more {
                    rotate(path)?;
                    *file = File::options().create(true).append(true).open(&*path)?;
                    *bytes = 0;
                }
                file.write_all(lines.as_bytes())?;
                *bytes += more;
                Ok(())
            }
        }
    }
}

/// Rotates the files: each moves up by one, and the oldest is removed.
fn rotate(path: &Path) -> io::Result<()> {
    let older = |number: usize| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    for number in (1..OLDER).rev() {
        match fs::rename(older(number), older(number + 1)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => {}
        }
    }
    fs::rename(path, older(1))
}
