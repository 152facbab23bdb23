//! Big databases on disk: imported once with `--data`, opened by every theme that needs one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::connection::Request;
use crate::load::Effort;
use crate::process::{MIB, Process};
use crate::rooms::{ROOMS, Room};

/// A data folder with many users of one provider, and what it took to fill it.
pub(crate) struct Filled {
    pub(crate) room: &'static Room,
    pub(crate) users: u64,
    /// The `.ndjson` that it was filled from.
    pub(crate) stream: PathBuf,
    data: PathBuf,
    /// From the start of the process to its first answer.
    pub(crate) seconds: f64,
    /// The most memory on the way, in MiB.
    pub(crate) peak: f64,
    /// How big the database is, in MiB.
    pub(crate) database: f64,
}

impl Filled {
    /// Fills a new folder.
    pub(crate) fn new(folder: &Path, room: &'static Room, users: u64) -> Self {
        let stream = folder.join(format!("{}-{users}.ndjson", room.name));
        let data = stream.with_extension("data");
        room.generate(users, &stream);
        let began = Instant::now();
        let server = Process::rollcall(&["--seed", text(&stream), "--data", text(&data)]);
        server.ask(&Request::get((room.page)(0)));
        let seconds = began.elapsed().as_secs_f64();
        let peak = server.peak();
        let database = size(&data.join("default")) / MIB;
        Self {
            room,
            users,
            stream,
            data,
            seconds,
            peak,
            database,
        }
    }

    /// Opens it as it is on disk.
    pub(crate) fn open(&self) -> Process {
        Process::rollcall(&["--seed", "empty", "--data", text(&self.data)])
    }

    /// Opens it and asks for a page: how long that takes, in milliseconds.
    pub(crate) fn opening(&self) -> f64 {
        let began = Instant::now();
        self.open().ask(&Request::get((self.room.page)(0)));
        began.elapsed().as_secs_f64() * 1e3
    }
}

/// One of each list, or in the quick mode one alone.
pub(crate) fn all(folder: &Path, effort: &Effort) -> Vec<Filled> {
    ROOMS
        .iter()
        .filter(|room| effort.every || room.provider == "huawei-workspace")
        .map(|room| Filled::new(folder, room, effort.users))
        .collect()
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("the target folder is UTF-8")
}

fn size(folder: &Path) -> f64 {
    let files = fs::read_dir(folder).expect("a data folder");
    files
        .map(|file| {
            let metadata = file.and_then(|file| file.metadata());
            metadata.expect("a file of the data folder").len() as f64
        })
        .sum()
}
