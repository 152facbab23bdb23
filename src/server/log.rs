//! The log on standard error, written by its own thread.
//!
//! A call only puts its line into a queue. If the queue is full (nobody reads the pipe) or standard error cannot be written (a full
//! disk, a closed pipe), lines are dropped and counted; calls, connections and listeners are not affected.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IsTerminal as _, Write};
use std::panic;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::{Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::pipeline::metrics::LOG_LINES_DROPPED;

/// The size of the queue in bytes.
const QUEUE: usize = 256 * 1024;
/// How long the process waits at its end for the last lines.
const LAST_LINES: Duration = Duration::from_millis(200);
/// How often writing to a non-blocking standard error is retried.
const RETRY: Duration = Duration::from_millis(20);

fn parse(filter: &str) -> Result<EnvFilter, String> {
    // The filter would take a misspelt level for the name of a module.
    let misspelt = filter.split(',').map(str::trim).find(|part| {
        part.chars().all(char::is_alphanumeric) && part.parse::<LevelFilter>().is_err()
    });
    if let Some(word) = misspelt {
        return Err(format!(
            "--log \"{filter}\": \"{word}\" is not a level (known: error, warn, info, debug, trace, off)"
        ));
    }
    EnvFilter::try_new(filter)
        .map_err(|cause| format!("invalid --log filter \"{filter}\": {cause}"))
}

/// Starts the log for the lifetime of the process. It also takes panics, which the standard library would write with blocking.
///
/// Dropping the guard waits for the last lines.
pub(crate) fn start(filter: &str, replica: Option<&str>) -> Result<LogGuard, String> {
    let parsed = parse(filter)?;
    let lines = Lines::default();
    let writer = lines.clone();
    thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || writer.write_all_to(&mut |bytes| io::stderr().write(bytes)))
        .map_err(|cause| format!("cannot start the log: {cause}"))?;
    let panics = lines.clone();
    panic::set_hook(Box::new(move |panic| {
        let thread = thread::current();
        let name = thread.name().unwrap_or("without a name");
        panics.push(format!("thread {name}: {panic}\n").into_bytes());
    }));
    let ansi = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let for_events = lines.clone();
    tracing_subscriber::fmt()
        .with_env_filter(parsed)
        .with_writer(move || for_events.clone())
        // No ANSI escapes unless standard error is a terminal.
        .with_ansi(ansi)
        .event_format(WithReplica {
            replica: replica.map(str::to_owned),
            format: Format::default().with_ansi(ansi),
        })
        .init();
    Ok(LogGuard(lines))
}

/// Prefixes lines with the replica's name, to tell replicas apart in a combined log.
struct WithReplica {
    replica: Option<String>,
    format: Format,
}

impl<S, N> FormatEvent<S, N> for WithReplica
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if let Some(replica) = &self.replica {
            write!(writer, "{replica} ")?;
        }
        self.format.format_event(context, writer, event)
    }
}

/// Keeps the process alive for a short time, until the last lines are written.
#[derive(Debug)]
#[must_use]
pub(crate) struct LogGuard(Lines);

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.0.flush_within(LAST_LINES);
    }
}

/// The queue of lines.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether a line has been taken out but not written yet.
    is_writing: bool,
}

/// A line arrives in one piece: `tracing_subscriber` formats it first.
impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a line into the queue, or drops it if that is full.
    fn push(&self, line: Vec<u8>) {
        let mut queue = self.lock();
        if QUEUE < queue.bytes + line.len() {
            LOG_LINES_DROPPED.fetch_add(1, Ordering::Relaxed);
            return;
        }
        queue.bytes += line.len();
        queue.lines.push_back(line);
        self.0.changed.notify_all();
    }

    /// Writes lines forever.
    fn write_all_to(&self, write: &mut dyn FnMut(&[u8]) -> io::Result<usize>) {
        let mut reported = 0;
        loop {
            let line = self.next();
            let dropped = LOG_LINES_DROPPED.load(Ordering::Relaxed);
            if reported < dropped {
                let lines = dropped - reported;
                let note = format!("rollcall: {lines} log lines were dropped here\n");
                if write_whole(note.as_bytes(), write).is_ok() {
                    reported = dropped;
                }
            }
            if write_whole(&line, write).is_err() {
                LOG_LINES_DROPPED.fetch_add(1, Ordering::Relaxed);
            }
            self.lock().is_writing = false;
            self.0.changed.notify_all();
        }
    }

    /// Waits for the next line.
    fn next(&self) -> Vec<u8> {
        let mut queue = self.lock();
        loop {
            if let Some(line) = queue.lines.pop_front() {
                queue.bytes -= line.len();
                queue.is_writing = true;
                return line;
            }
            queue = self.wait(queue, Duration::MAX);
        }
    }

    fn flush_within(&self, time: Duration) {
        let deadline = Instant::now() + time;
        let mut queue = self.lock();
        while queue.is_writing || !queue.lines.is_empty() {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return;
            }
            queue = self.wait(queue, remaining);
        }
    }

    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>, time: Duration) -> MutexGuard<'a, Queue> {
        let woken = self.0.changed.wait_timeout(queue, time);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }
}

fn write_whole(
    mut bytes: &[u8],
    write: &mut dyn FnMut(&[u8]) -> io::Result<usize>,
) -> io::Result<()> {
    while !bytes.is_empty() {
        match write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            // Another program has made the terminal or pipe non-blocking.
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => thread::sleep(RETRY),
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// One test, because the count of dropped lines belongs to the process.
    #[test]
    fn a_reader_that_stalls_costs_lines_and_no_time() {
        let lines = Lines::default();
        let (resume, resumed) = mpsc::channel::<()>();
        let (wrote, written) = mpsc::channel();
        let writer = lines.clone();
        thread::spawn(move || {
            writer.write_all_to(&mut |bytes| {
                let _ = resumed.recv();
                wrote.send(bytes.to_vec()).expect("the test listens");
                Ok(bytes.len())
            });
        });
        let before = LOG_LINES_DROPPED.load(Ordering::Relaxed);
        let line = vec![b'x'; 1024];
        let began = Instant::now();
        for _ in 0..2 * QUEUE / line.len() {
            lines.push(line.clone());
        }
        assert!(began.elapsed() < Duration::from_secs(5));
        let dropped = LOG_LINES_DROPPED.load(Ordering::Relaxed) - before;
        assert!(200 < dropped, "{dropped}");
        let began = Instant::now();
        lines.flush_within(Duration::from_millis(10));
        assert!(began.elapsed() < Duration::from_secs(5), "it gives up");
        drop(resume);
        let patience = Duration::from_secs(10);
        let told = (0..4)
            .map(|_| written.recv_timeout(patience).expect("a line"))
            .find(|line| line.ends_with(b" log lines were dropped here\n"));
        assert!(told.is_some(), "the log says what it lacks");
    }
}
