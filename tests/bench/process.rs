//! A server as a process of its own, and what it takes of memory.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use crate::connection::{Connection, Request};

const KIB: f64 = 1024.0;
pub(crate) const MIB: f64 = KIB * KIB;

/// A running server; killed when it goes out of scope.
pub(crate) struct Process {
    child: Child,
    /// `127.0.0.1` and the port.
    pub(crate) address: String,
}

impl Process {
    /// Starts rollcall on a free port.
    pub(crate) fn rollcall(arguments: &[&str]) -> Self {
        let mut command = Command::new(binary());
        command.args(["--listen", "127.0.0.1:0"]).args(arguments);
        // It tells of each reset, which would be most of what a terminal shows here.
        command.args(["--log", "warn"]);
        Self::spawn(command, b"")
    }

    /// Starts a server that prints, as its first line, something that ends in its address.
    pub(crate) fn spawn(mut command: Command, input: &[u8]) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|cause| panic!("{command:?} does not start: {cause}"));
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(input).expect("the child reads");
        drop(stdin);
        let mut ready = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut ready)
            .expect("a line");
        let address = ready.trim().rsplit('/').next().unwrap_or_default();
        assert!(
            !address.is_empty(),
            "{command:?} stopped before it was ready"
        );
        let address = address.to_owned();
        Self { child, address }
    }

    pub(crate) fn connect(&self) -> Connection {
        Connection::open(&self.address)
    }

    /// Asks once, on a connection of its own.
    pub(crate) fn ask(&self, request: &Request) -> Vec<u8> {
        self.connect().ask(request).to_vec()
    }

    /// What it takes now, in MiB.
    pub(crate) fn resident(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The most it took, in MiB, since its start or since [`Process::forget_peak`].
    pub(crate) fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    /// Begins to look for the most anew.
    pub(crate) fn forget_peak(&self) {
        // Where there is no such file there is no peak either, and the row says so.
        let _ = fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
    }

    fn status(&self, name: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let kib = status.ok().and_then(|status| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()
        });
        kib.map_or(f64::NAN, |kib| kib / KIB)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary that is measured.
pub(crate) fn binary() -> String {
    std::env::var("ROLLCALL_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_rollcall").to_owned())
}
