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
    /// Where to listen: ADDR, or PROVIDER=ADDR for one provider alone; repeatable
    ///
    /// Addresses are IP literals with a port; port 0 picks a free one, and the first line on standard output says which.
    /// Default: 127.0.0.1:4700, and [::1]:4700 where there is one.
    #[arg(
        long,
        env = "ROLLCALL_LISTEN",
        value_delimiter = ',',
        value_name = "ADDR|PROVIDER=ADDR"
    )]
    listen: Vec<Listen>,

    /// Stop when standard input ends, so that the server ends with the program that started it, however that ended
    #[arg(long, env = "ROLLCALL_UNTIL_STDIN_CLOSES", value_parser = FalseyValueParser::new())]
    until_stdin_closes: bool,

    #[command(flatten)]
    flags: Flags,
}

/// An address can be listened on once, for all providers or for one; port 0 is another each time.
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

pub(super) fn serve(asked: &Serve) -> ExitCode {
    let flags = &asked.flags;
    let _log = match log::start(
        flags.log.as_deref().unwrap_or("info"),
        flags.replica.as_deref(),
    ) {
        Ok(log) => log,
        Err(cause) => return bad_flags(&cause),
    };
    let options = match check_listen(&asked.listen).and_then(|()| options(flags)) {
        Ok(options) if asked.listen.is_empty() => options.listen_on_loopback(4700),
        Ok(options) => options.listen(asked.listen.clone()),
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
    // The signals have the thread of their own, not the start: the C library's memory grows fastest on the first one.
    let is_started = Arc::new(AtomicBool::new(false));
    let (stopping, stopped) = mpsc::channel();
    let stop_server = {
        let is_started = Arc::clone(&is_started);
        move || {
            if !is_started.load(Ordering::SeqCst) {
                // A large seed takes time, and a stop does not wait for it.
                std::process::exit(0);
            }
            // The other end waits for nothing else, and may have heard of another reason.
            let _ = stopping.send(());
        }
    };
    if asked.until_stdin_closes {
        let stop_server = stop_server.clone();
        std::thread::spawn(move || {
            // One that cannot be read has ended, too.
            let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
            say_why("standard input has ended, and with it the server (--until-stdin-closes)");
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
    // A reader that has gone away does not stop the server.
    let _ = say(&format!("{}\n", rollcall.ready_line()));
    // The signals' thread is there until it has sent.
    let _ = stopped.recv();
    drop(rollcall);
    ExitCode::SUCCESS
}

/// Complains, without waiting for it to be read: the program that started the server may be gone, or hold the other end of the
/// pipe without reading.
fn say_why(cause: &'static str) {
    let (said, is_said) = mpsc::channel();
    std::thread::spawn(move || {
        complain(cause);
        // The receiver may have timed out.
        let _ = said.send(());
    });
    let _ = is_said.recv_timeout(LAST_WORDS);
}

/// How long the reason for a stop may take to be written.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// Takes all open files that the machine allows. The limit that processes begin with, often 1,024, is for those that use
/// select(2); here every connection is one, and every namespace on disk that is in use is several.
pub(super) fn allow_open_files() {
    if let Err(cause) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%cause, "the limit of open files stays as it is");
    }
}
