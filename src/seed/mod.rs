//! Seed documents: where data comes from before anybody writes.
//!
//! A document is a JSON object with a provider's id for each key; what is under it is in that provider's own wire
//! vocabulary and is read by its room. An `.ndjson` file holds one such document a line, and is read a line at a time.

pub(crate) mod credentials;
mod ndjson;
pub(crate) mod template;

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use rusqlite::Connection;
use serde_json::Value;

use crate::provider::SeedContext;
use crate::provider::seed::{SeedError, shortened};
use crate::providers::{PROVIDERS, require};

pub(crate) use ndjson::{LineCause, LineError, merge_lines};

/// The size from which on a file takes long enough for its reader to want to see that it gets on.
const LARGE: u64 = 16 * 1024 * 1024;

/// Where seed data comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SeedSource {
    /// The demo that is built in.
    Demo,
    /// A file, or a folder of files.
    Path(PathBuf),
}

/// A seed that could not be read: the file, and what is wrong in it.
///
/// ```
/// use rollcall::{Options, Rollcall, StartError};
///
/// let missing = Rollcall::start_with(&Options::default().seed(["missing.json".into()]));
/// assert!(matches!(missing, Err(StartError::Seed(_))));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{file}: {cause}")]
pub struct SeedFileError {
    /// The file, with the line where there is one.
    pub file: String,
    /// What is wrong.
    pub cause: String,
}

/// Merges one document; all of it or, when the caller rolls back, nothing. Says how many records it held.
pub(crate) fn merge(
    tx: &Connection,
    document: &Value,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    let Value::Object(parts) = document else {
        return Err(SeedError::new(
            "",
            format!(
                "a seed document is an object with provider ids for keys, not {}",
                shortened(document)
            ),
        ));
    };
    let mut records = 0;
    for (id, part) in parts.iter().filter(|(id, _)| *id != "$schema") {
        if id == "credentials" {
            records += credentials::merge(tx, part).map_err(|error| error.under(id))?;
            continue;
        }
        let provider = require(id).map_err(|rule| SeedError::new(id.as_str(), rule))?;
        // serde would take an array for an object, by position.
        if !part.is_object() {
            let rule = format!("a provider's part is an object, not {}", shortened(part));
            return Err(SeedError::new(id.as_str(), rule));
        }
        records += (provider.data.seed)(tx, part, context).map_err(|error| error.under(id))?;
    }
    Ok(records)
}

/// Merges everything that a source holds.
pub(crate) fn merge_source(
    tx: &Connection,
    source: &SeedSource,
    context: &SeedContext<'_>,
) -> Result<u64, SeedFileError> {
    match source {
        SeedSource::Demo => {
            let mut records = 0;
            for provider in PROVIDERS {
                let file = format!("built-in {}.json", provider.id);
                let document = serde_json::from_str(provider.demo)
                    .map_err(|cause| seed_file_error(&file, &cause))?;
                records += merge(tx, &document, context)
                    .map_err(|cause| seed_file_error(&file, &cause))?;
            }
            Ok(records)
        }
        SeedSource::Path(path) => {
            let mut records = 0;
            for file in files(path)? {
                records += merge_file(tx, &file, context)?;
            }
            Ok(records)
        }
    }
}

/// Merges one `.json` or `.ndjson` file.
pub(crate) fn merge_file(
    tx: &Connection,
    path: &Path,
    context: &SeedContext<'_>,
) -> Result<u64, SeedFileError> {
    let file = path.display().to_string();
    let unreadable = |cause: std::io::Error| seed_file_error(&file, &cause);
    let opened = File::open(path).map_err(unreadable)?;
    let bar = progress(&opened.metadata().map_err(unreadable)?, &file);
    let reader = BufReader::new(bar.wrap_read(opened));
    let is_stream = path
        .extension()
        .is_some_and(|extension| extension == "ndjson");
    let merged = if is_stream {
        merge_lines(tx, reader, 1, context).map_err(|LineError { line, cause }| {
            let place = format!("{file}:{line}");
            seed_file_error(&place, &cause)
        })
    } else {
        let mut reader = reader;
        skip_mark(&mut reader)
            .map_err(|cause| seed_file_error(&file, &cause))
            .and_then(|()| {
                serde_json::from_reader(reader).map_err(|cause| {
                    let hint = is_several(&cause)
                        .then_some("; a stream of one document a line is a .ndjson file");
                    seed_file_error(&file, &format!("{cause}{}", hint.unwrap_or_default()))
                })
            })
            .and_then(|document| {
                merge(tx, &document, context).map_err(|cause| seed_file_error(&file, &cause))
            })
    };
    bar.finish_and_clear();
    merged
}

/// The mark that editors of Windows put before UTF-8.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";

fn skip_mark(reader: &mut impl BufRead) -> io::Result<()> {
    if reader.fill_buf()?.starts_with(MARK) {
        reader.consume(MARK.len());
    }
    Ok(())
}

/// Whether a text is no JSON only because another document follows the first.
pub(crate) fn is_several(cause: &serde_json::Error) -> bool {
    cause.to_string().starts_with("trailing characters")
}

/// A bar for a large file, on a terminal; it hides where nobody looks.
fn progress(metadata: &Metadata, file: &str) -> ProgressBar {
    if metadata.len() < LARGE {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {bytes} of {total_bytes}, {eta} to go")
            .expect("a template of indicatif's");
    ProgressBar::new(metadata.len())
        .with_style(style)
        .with_message(file.to_owned())
}

/// The seed files of a path: itself, or a folder's `.json` and `.ndjson` files by name, schemas left out.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, SeedFileError> {
    let error = |cause: std::io::Error| seed_file_error(&path.display().to_string(), &cause);
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(error)? {
        let file = entry.map_err(error)?.path();
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if (name.ends_with(".json") || name.ends_with(".ndjson")) && !name.ends_with(".schema.json")
        {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(seed_file_error(
            &path.display().to_string(),
            &"the folder holds no .json or .ndjson file",
        ));
    }
    Ok(files)
}

fn seed_file_error(file: &str, cause: &impl ToString) -> SeedFileError {
    SeedFileError {
        file: file.to_owned(),
        cause: cause.to_string(),
    }
}
