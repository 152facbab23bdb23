//! Seed documents: where data comes from before the first write.
//!
//! A document is a JSON object with a provider's id for each key; what is under it is in that provider's own wire
//! vocabulary and is read by its provider. An `.ndjson` file holds one such document a line, and is read a line at a time.

pub(crate) mod credentials;
mod image;
mod ndjson;
mod reach;
pub(crate) mod template;

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use rusqlite::Connection;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::provider::SeedContext;
use crate::provider::json::{self, JsonError};
use crate::provider::seed::{SeedError, shortened};
use crate::providers::require;

pub(crate) use ndjson::{LineCause, LineError, merge_lines};
pub(crate) use reach::only_part;

/// The size from which on a file takes long enough for its reader to want to see that it gets on.
const LARGE: u64 = 16 * 1024 * 1024;

/// Where seed data comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SeedSource {
    /// The demo that is built in: what the others are merged into, wherever it is named.
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

/// A document, as far as it is everybody's: the parts of providers are still text, which each reads into its own types.
#[derive(Debug)]
pub(crate) struct Document(Vec<(String, Box<RawValue>)>);

/// Why a text is no document.
#[derive(Debug)]
pub(crate) enum DocumentError {
    /// It is no JSON, or a key is there twice.
    Text(JsonError),
    Seed(SeedError),
}

impl Document {
    /// Reads a text.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, DocumentError> {
        // Of the whole text, so that the place is one in it.
        json::check(text).map_err(DocumentError::Text)?;
        let text = json::without_mark(text).trim_ascii();
        if !text.starts_with(b"{") {
            let rule = format!(
                "a seed document is an object with provider ids for keys, not {}",
                excerpt(text)
            );
            return Err(DocumentError::Seed(SeedError::new("", rule)));
        }
        json::read(text).map_err(DocumentError::Text)
    }
}

/// In the order of the text.
impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts;
        impl<'de> Visitor<'de> for Parts {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with provider ids for keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Document, A::Error> {
                let mut parts = Vec::new();
                while let Some(part) = access.next_entry()? {
                    parts.push(part);
                }
                Ok(Document(parts))
            }
        }
        deserializer.deserialize_map(Parts)
    }
}

/// The beginning of a text that is something else than it should be.
fn excerpt(text: &[u8]) -> String {
    const READ: usize = 1024;
    match serde_json::from_slice::<Value>(&text[..text.len().min(READ)]) {
        Ok(value) => shortened(&value),
        Err(_) => "a long value".to_owned(),
    }
}

/// Merges one document; all of it or, when the caller rolls back, nothing. Says how many records it held.
pub(crate) fn merge(
    tx: &Connection,
    Document(parts): &Document,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    let mut records = 0;
    for (id, part) in parts.iter().filter(|(id, _)| id != "$schema") {
        if id == "credentials" {
            records += credentials::merge(tx, part).map_err(|error| error.under(id))?;
            continue;
        }
        let provider = require(id).map_err(|rule| SeedError::new(id.as_str(), rule))?;
        if !part.get().starts_with('{') {
            let rule = format!(
                "a provider's part is an object, not {}",
                excerpt(part.get().as_bytes())
            );
            return Err(SeedError::new(id.as_str(), rule));
        }
        records += (provider.data.seed)(tx, part, context).map_err(|error| error.under(id))?;
    }
    Ok(records)
}

/// Merges everything that a file or a folder holds.
fn merge_path(
    tx: &Connection,
    path: &Path,
    context: &SeedContext<'_>,
) -> Result<u64, SeedFileError> {
    let mut records = 0;
    for file in files(path)? {
        records += merge_file(tx, &file, context)?;
    }
    Ok(records)
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
        let mut text = Vec::new();
        reader
            .read_to_end(&mut text)
            .map_err(|cause| seed_file_error(&file, &cause))
            .and_then(|_| {
                let document = Document::parse(&text).map_err(|cause| match cause {
                    DocumentError::Text(cause) if cause.is_several() => {
                        let rule =
                            format!("{cause}; a stream of one document a line is a .ndjson file");
                        seed_file_error(&file, &rule)
                    }
                    cause => seed_file_error(&file, &cause),
                })?;
                drop(text);
                merge(tx, &document, context).map_err(|cause| seed_file_error(&file, &cause))
            })
    };
    bar.finish_and_clear();
    merged
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(cause) => cause.fmt(f),
            Self::Seed(cause) => cause.fmt(f),
        }
    }
}

/// A bar for a large file, on a terminal; hidden where standard error is no terminal.
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

/// The seed files of a path: itself, or a folder's `.json` and `.ndjson` files by name, schemas and names that begin with a dot left out.
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
        let is_seed = (name.ends_with(".json") || name.ends_with(".ndjson"))
            && !name.ends_with(".schema.json")
            // What editors and file systems put beside a file, and what somebody hides.
            && !name.starts_with('.');
        if is_seed {
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
