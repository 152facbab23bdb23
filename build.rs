//! Makes the database of the demo, so that a start copies pages, where it would read documents and write rows for most of its time.
//!
//! The tables are those of the providers' schemas and of the access keys. The rows are in `src/seed/image/demo.sql`, which the test in
//! `src/seed/image.rs` makes out of `seed-data/`: what reads the documents is code of the crate, which is not compiled yet when this
//! runs.

#[path = "src/store/schema.rs"]
mod schema;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

const KEYS: &str = "src/namespace/credentials.sql";
const PROVIDERS: &str = "src/providers";
const DEMO: &str = "src/seed/image/demo.sql";
/// As in `src/store/mod.rs`.
const PAGE: u32 = 1024;
/// Fewer zeros than that stay where they are.
const RUN: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    for read in ["build.rs", "src/store/schema.rs", KEYS, PROVIDERS, DEMO] {
        println!("cargo::rerun-if-changed={read}");
    }
    let out = env::var_os("OUT_DIR").ok_or("cargo names a folder for what is built")?;
    fs::write(Path::new(&out).join("demo.image"), squeezed(&database()?)?)?;
    Ok(())
}

/// The bytes of the demo's database.
fn database() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "page_size", PAGE)?;
    // Zeros take no room in the image; what was moved or taken away would.
    connection.pragma_update(None, "secure_delete", true)?;
    // The rows are complete: no trigger has anything left to count, and a row may come before the one that it refers to.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    for file in [vec![KEYS.into()], schemas()?, vec![DEMO.into()]].concat() {
        let said = |cause: &dyn Error| format!("{}: {cause}", file.display());
        let sql = fs::read_to_string(&file).map_err(|cause| said(&cause))?;
        connection
            .execute_batch(&schema::plain(&sql))
            .map_err(|cause| said(&cause))?;
    }
    connection.execute_batch("VACUUM")?;
    Ok(connection.serialize("main")?.to_vec())
}

/// The files of the providers' tables, in the order of their names.
fn schemas() -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in fs::read_dir(PROVIDERS)? {
        let folder = folder?.path();
        if folder.is_dir() {
            for file in fs::read_dir(folder)? {
                files.push(file?.path());
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}

/// The same without its many zeros: its length, then again and again the length of some bytes, the number of zeros after them, and the
/// bytes. `src/store/image.rs` reads it.
fn squeezed(database: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut image = u32::try_from(database.len())?.to_le_bytes().to_vec();
    let mut rest = database;
    while !rest.is_empty() {
        let bytes = plain(rest);
        let zeros = zeros(&rest[bytes..]);
        image.extend(u16::try_from(bytes)?.to_le_bytes());
        image.extend(u16::try_from(zeros)?.to_le_bytes());
        image.extend(&rest[..bytes]);
        rest = &rest[bytes + zeros..];
    }
    Ok(image)
}

/// How many bytes come before the next run of zeros.
fn plain(bytes: &[u8]) -> usize {
    let run = bytes
        .windows(RUN)
        .position(|run| run.iter().all(|byte| *byte == 0));
    run.unwrap_or(bytes.len()).min(usize::from(u16::MAX))
}

fn zeros(bytes: &[u8]) -> usize {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    zeros.min(usize::from(u16::MAX))
}
