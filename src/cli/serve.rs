//! `serve`: a server until a signal, or the end of standard input, stops it.

use std::io;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use clap::Args;
use clap::builder::FalseyValueParser;

use super::flags::{Flags, options};
use super::signals::Signals;
use super::{bad_flags, complain, env, fail, say};
use crate::server::options::Listen;
use crate::server::{Rollcall, StartError, log};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where to listen: ADDR, or PROVIDER=ADDR for one provider only; repeatable
    ///
    /// Addresses are IP literals with a port; port 0 picks a free one, and the first line on standard output says which.
    /// Default: 127.0.0.1:4700, and [::1]:4700 if the machine has IPv6.
    #[arg(
        long,
        env = "ROLLCALL_LISTEN",
        value_delimiter = ',',
        value_name = "ADDR|PROVIDER=ADDR"
    )]
    listen: Vec<Listen>,

    /// Stop when standard input closes, so that the server never outlives the program that started it
    #[arg(long, env = "ROLLCALL_UNTIL_STDIN_CLOSES", value_parser = FalseyValueParser::new())]
    until_stdin_closes: bool,

    #[command(flatten)]
    flags: Flags,
}

/// Refuses an address that is listed twice; port 0 stands for a different port each time.
fn check_listen(listen: &[Listen]) -> Result<(), String> {
    for (place, Listen { address, .. }) in listen.iter().enumerate() {
        let mut before = listen[..place].iter();
        if address.port() != 0 && before.any(|other| other.address == *address) {
            return Err(format!(
                "--listen names {address} twice; choose another port for one of them"
            ));
        }
    }
    Ok(())
}

pub(super) fn serve(args: &Serve) -> ExitCode {
    let flags = &args.flags;
    let _log = match log::start(
        flags.log.as_deref().unwrap_or("info"),
        flags.replica.as_deref(),
    ) {
        Ok(log) => log,
        Err(cause) => return bad_flags(&cause),
    };
    let options = match check_listen(&args.listen).and_then(|()| options(flags)) {
        Ok(options) if args.listen.is_empty() => options.listen_on_loopback(4700),
        Ok(options) => options.listen(args.listen.clone()),
        Err(cause) => return bad_flags(&cause),
    };
    let signals = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(cause) => return fail(&StartError::Machine(cause).to_string()),
    };
    // Before the ready line: its reader may stop the server at once.
    let stop = signals.block_on(async { Signals::stopping() });
    let mut stop = match stop {
        Ok(stop) => stop,
        Err(cause) => return fail(&format!("cannot listen for signals: {cause}")),
    };
    allow_open_files();
    // The signals get the extra thread, not the start: with the C library's allocator, the first thread's memory grows fastest.
    let is_started = Arc::new(AtomicBool::new(false));
    let (stopping, stopped) = mpsc::channel();
    let stop_server = {
        let is_started = Arc::clone(&is_started);
        move || {
            if !is_started.load(Ordering::SeqCst) {
                // Do not wait for a large seed to load.
                std::process::exit(0);
            }
            // The receiver may already be stopping for another reason.
            let _ = stopping.send(());
        }
    };
    if args.until_stdin_closes {
        let stop_server = stop_server.clone();
        std::thread::spawn(move || {
            // A read error counts as closed, too.
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            say_why("stopping: standard input was closed (--until-stdin-closes)");
            stop_server();
        });
    }
    std::thread::spawn(move || {
        signals.block_on(stop.next());
        stop_server();
    });
    let rollcall = match Rollcall::start_with(&options) {
        Ok(rollcall) => rollcall,
        Err(cause) => return fail(&cause.to_string()),
    };
    if let Err(cause) = env::write_script(flags, &options, &rollcall) {
        return fail(&cause);
    }
    is_started.store(true, Ordering::SeqCst);
    // A closed standard output does not stop the server.
    let _ = say(&format!("{}\n", rollcall.ready_line()));
    // The signal thread lives until it has sent.
    let _ = stopped.recv();
    drop(rollcall);
    ExitCode::SUCCESS
}

/// Prints to standard error without waiting for a reader: the program that started the server may be gone, or may hold the other
/// end of the pipe without reading.
fn say_why(cause: &'static str) {
    let (said, is_said) = mpsc::channel();
    std::thread::spawn(move || {
        complain(cause);
        // The receiver may have timed out.
        let _ = said.send(());
    });
    let _ = is_said.recv_timeout(LAST_WORDS);
}

/// How long writing the reason for a stop may take.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// Raises the limit of open files to the maximum. The default, often 1,024, exists for programs that use select(2); here every
/// connection takes one file, and every namespace on disk in use takes several.
pub(super) fn allow_open_files() {
    if let Err(cause) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%cause, "the limit of open files stays as it is");
    }
}
