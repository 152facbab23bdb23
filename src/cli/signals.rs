//! Signals and child processes. Windows has only Ctrl-C, which reaches a child on its own.

#[cfg(not(unix))]
pub(super) use other::{Child, Signals};
#[cfg(unix)]
pub(super) use unix::{Child, Signals};

#[cfg(unix)]
mod unix {
    use std::fs::{self, File};
    use std::future::poll_fn;
    use std::io;
    use std::process::Command;
    use std::task::Poll;

    use rustix::process::{Pid, Signal, WaitOptions, getpgrp, kill_process, wait};
    use rustix::termios::tcgetpgrp;
    use tokio::signal::unix::{self, SignalKind, signal};

    /// Signals to this process, in order. While waiting for them, it reaps children that it did not start: those of a shell that
    /// exec'ed it and, as PID 1 of a container, every orphan.
    pub(in crate::cli) struct Signals {
        signals: Vec<(SignalKind, unix::Signal)>,
        children: unix::Signal,
    }

    impl Signals {
        /// The signals that stop a server.
        pub(in crate::cli) fn stopping() -> io::Result<Self> {
            Self::listen(&[SignalKind::interrupt(), SignalKind::terminate()])
        }

        /// The signals to forward to the command of `rollcall run`.
        pub(in crate::cli) fn for_a_command() -> io::Result<Self> {
            Self::listen(&[
                SignalKind::interrupt(),
                SignalKind::terminate(),
                SignalKind::quit(),
                SignalKind::user_defined1(),
                SignalKind::user_defined2(),
            ])
        }

        fn listen(kinds: &[SignalKind]) -> io::Result<Self> {
            // A program started with nohup(1) must outlive the terminal.
            let hangup = Some(SignalKind::hangup()).filter(|kind| !is_ignored(*kind));
            let signals = kinds.iter().copied().chain(hangup);
            Ok(Self {
                signals: signals
                    .map(|kind| Ok((kind, signal(kind)?)))
                    .collect::<io::Result<_>>()?,
                children: signal(SignalKind::child())?,
            })
        }

        /// The number of the next signal.
        pub(in crate::cli) async fn next(&mut self) -> i32 {
            loop {
                if let Event::Signal(number) = self.next_event().await {
                    return number;
                }
                reap(None);
            }
        }

        async fn next_event(&mut self) -> Event {
            poll_fn(|context| {
                for (kind, signal) in &mut self.signals {
                    if signal.poll_recv(context).is_ready() {
                        return Poll::Ready(Event::Signal(kind.as_raw_value()));
                    }
                }
                self.children.poll_recv(context).map(|_| Event::ChildEnded)
            })
            .await
        }
    }

    enum Event {
        Signal(i32),
        ChildEnded,
    }

    /// Reaps all children that have ended. Returns the exit code of `child` if it is one of them; 128 + n for a signal, as in
    /// shells.
    fn reap(child: Option<Pid>) -> Option<u8> {
        let mut code = None;
        // An error means that there are no children.
        while let Ok(Some((process, status))) = wait(WaitOptions::NOHANG) {
            if Some(process) == child {
                let signal = || status.terminating_signal().map(|signal| 128 + signal);
                let found = status.exit_status().or_else(signal);
                code = Some(found.and_then(|code| u8::try_from(code).ok()).unwrap_or(1));
            }
        }
        code
    }

    /// Whether the process was started with that signal ignored.
    fn is_ignored(kind: SignalKind) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status
            .lines()
            .find_map(|line| line.strip_prefix("SigIgn:"))
            .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask & (1 << (kind.as_raw_value() - 1)) != 0)
    }

    /// The command of a `rollcall run`.
    pub(in crate::cli) struct Child(Pid);

    impl Child {
        pub(in crate::cli) fn spawn(command: &mut Command) -> io::Result<Self> {
            let id = command.spawn()?.id();
            let process = i32::try_from(id).ok().and_then(Pid::from_raw);
            process
                .map(Self)
                .ok_or_else(|| io::Error::other(format!("the machine gave it the process id {id}")))
        }

        /// Waits for its exit code, and forwards signals meanwhile.
        pub(in crate::cli) async fn wait(&self, signals: &mut Signals) -> io::Result<u8> {
            loop {
                if let Some(code) = reap(Some(self.0)) {
                    return Ok(code);
                }
                if let Event::Signal(number) = signals.next_event().await {
                    self.forward(number);
                }
            }
        }

        /// Forwards a signal, unless the terminal has already sent it to the command.
        fn forward(&self, number: i32) {
            let from_keyboard = [SignalKind::interrupt(), SignalKind::quit()]
                .iter()
                .any(|kind| kind.as_raw_value() == number);
            if from_keyboard && is_in_the_foreground() {
                return;
            }
            // It has not been reaped, so its process id cannot have been reused.
            if let Some(signal) = Signal::from_named_raw(number)
                && let Err(cause) = kill_process(self.0, signal)
            {
                tracing::warn!(%cause, number, "cannot forward a signal to the command");
            }
        }
    }

    /// Whether the terminal's keys send signals to this process, and so to its children.
    fn is_in_the_foreground() -> bool {
        File::open("/dev/tty")
            .ok()
            .and_then(|terminal| tcgetpgrp(terminal).ok())
            .is_some_and(|group| group == getpgrp())
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;
    use std::process::{self, Command};

    pub(in crate::cli) struct Signals;

    impl Signals {
        pub(in crate::cli) fn stopping() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::cli) fn for_a_command() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::cli) async fn next(&mut self) -> i32 {
            if let Err(cause) = tokio::signal::ctrl_c().await {
                tracing::error!(%cause, "cannot listen for Ctrl-C");
            }
            2
        }
    }

    pub(in crate::cli) struct Child(process::Child);

    impl Child {
        pub(in crate::cli) fn spawn(command: &mut Command) -> io::Result<Self> {
            command.spawn().map(Self)
        }

        pub(in crate::cli) async fn wait(mut self, signals: &mut Signals) -> io::Result<u8> {
            let mut waiting = tokio::task::spawn_blocking(move || self.0.wait());
            loop {
                tokio::select! {
                    ended = &mut waiting => {
                        let status = ended.map_err(io::Error::other)??;
                        let code = status.code().and_then(|code| u8::try_from(code).ok());
                        return Ok(code.unwrap_or(1));
                    }
                    _ = signals.next() => {}
                }
            }
        }
    }
}
