//! Makes the database of the demo, so that a start copies pages, where it would read documents and write rows for most of its time.
//!
//! `src/seed/image/` holds it as SQL. That is made too, by the test in `src/seed/image.rs`, out of `seed-data/` and the providers'
//! schemas: what a start does with them is code of the crate, which does not exist yet when this runs.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

/// As in `src/store/mod.rs`.
const PAGE: u32 = 1024;
/// Fewer zeros than that stay where they are.
const RUN: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/seed/image");
    let out = env::var_os("OUT_DIR").ok_or("cargo names a folder for what is built")?;
    let image = squeezed(&database(&["schema", "demo"])?)?;
    fs::write(Path::new(&out).join("demo.image"), image)?;
    Ok(())
}

/// The bytes of a database that is made by these files.
fn database(names: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "page_size", PAGE)?;
    // Zeros take no room in the image; what was moved or taken away would.
    connection.pragma_update(None, "secure_delete", true)?;
    // The rows are complete: no trigger has anything left to count, and a row may come before the one that it refers to.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    for name in names {
        let file = format!("src/seed/image/{name}.sql");
        let sql = fs::read_to_string(&file).map_err(|cause| format!("{file}: {cause}"))?;
        connection
            .execute_batch(&sql)
            .map_err(|cause| format!("{file}: {cause}"))?;
    }
    connection.execute_batch("VACUUM")?;
    Ok(connection.serialize("main")?.to_vec())
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
