//! Seed documents: the data before the first write.
//!
//! A document is a JSON object with provider ids as keys. Each part uses the field names of that provider's API, and the provider
//! parses it. An `.ndjson` file has one such document per line, and is read line by line.

pub(crate) mod credentials;
pub(crate) mod files;
mod image;
mod ndjson;
mod reach;
pub(crate) mod template;

use std::fmt;
use std::fs::{File, Metadata};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use rusqlite::Connection;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::provider::SeedContext;
use crate::provider::json::{self, JsonError, Place};
use crate::provider::seed::{SeedError, shortened};
use crate::providers::require;

pub(crate) use ndjson::{LineCause, LineError, merge_lines};
pub(crate) use reach::only_part;

/// The file size from which on a progress bar is shown.
const LARGE: u64 = 16 * 1024 * 1024;

/// A source of seed data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SeedSource {
    /// The built-in demo. The other sources are merged into it, wherever in the list it is named.
    Demo,
    /// A file, or a folder of files.
    Path(PathBuf),
}

/// A seed that cannot be loaded: the file, and what is wrong in it.
///
/// ```
/// use rollcall::{Options, Rollcall, StartError};
///
/// let missing = Rollcall::start_with(&Options::default().seed(["missing.json".into()]));
/// assert!(matches!(missing, Err(StartError::Seed(_))));
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {cause}", self.place())]
pub struct SeedFileError {
    /// The file, or the folder.
    pub file: String,
    /// The line, from 1, if known.
    pub line: Option<usize>,
    /// The column in characters, from 1, if known.
    pub column: Option<usize>,
    /// What is wrong.
    pub cause: String,
}

impl SeedFileError {
    fn new(file: &Path, Place { line, column }: Place, cause: &impl ToString) -> Self {
        let known = |number: usize| Some(number).filter(|number| *number != 0);
        Self {
            file: file.display().to_string(),
            line: known(line),
            column: known(column),
            cause: cause.to_string(),
        }
    }

    fn place(&self) -> Place {
        Place {
            line: self.line.unwrap_or_default(),
            column: self.column.unwrap_or_default(),
        }
    }
}

/// A document whose parts are still text, for each provider to parse into its own types. They are in the order of the text.
#[derive(Debug)]
pub(crate) struct Document(Vec<Part>);

/// The value of one key of a document.
#[derive(Debug)]
struct Part {
    id: String,
    /// Where its text begins.
    start: Place,
    text: Box<RawValue>,
}

/// Why a text is not a document.
#[derive(Debug)]
pub(crate) enum DocumentError {
    /// It is not JSON, or has a duplicate key.
    Text(Place, JsonError),
    Seed(SeedError),
}

impl Document {
    /// Reads a text.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, DocumentError> {
        let unreadable = |cause| DocumentError::Text(Place::of_error(text, &cause), cause);
        // Check the whole text, so that positions refer to it.
        json::check(text).map_err(unreadable)?;
        let whole = json::without_mark(text);
        let trimmed = whole.trim_ascii();
        if !trimmed.starts_with(b"{") {
            let rule = format!(
                "a seed document must be an object with provider ids as keys, not {}",
                excerpt(trimmed)
            );
            let place = Place::of(text, "").unwrap_or_default();
            let error = SeedError::new("", rule);
            return Err(DocumentError::Seed(SeedError { place, ..error }));
        }
        let Parts(parts) = json::read(whole).map_err(unreadable)?;
        let (mut passed, mut start) = (0, Place { line: 1, column: 1 });
        let part = |(id, text): (String, &RawValue)| {
            // The part borrows from the whole text; each byte is counted once, however many parts there are.
            let begins = text.get().as_ptr().addr() - whole.as_ptr().addr();
            start = Place::after(&whole[passed..begins]).from(start);
            passed = begins;
            Part {
                id,
                start,
                text: text.to_owned(),
            }
        };
        Ok(Self(parts.into_iter().map(part).collect()))
    }
}

/// The keys and texts of a document, in the order of the text.
struct Parts<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Parts<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Parts<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with provider ids as keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Parts<'de>, A::Error> {
                let mut parts = Vec::new();
                while let Some(part) = access.next_entry()? {
                    parts.push(part);
                }
                Ok(Parts(parts))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl Part {
    /// Describes an error in this part, with its place in the whole text.
    fn error(&self, cause: SeedError) -> SeedError {
        let place = Place::of(self.text.get().as_bytes(), &cause.path);
        let place = place.unwrap_or_default().from(self.start);
        SeedError {
            place,
            ..cause.under(&self.id)
        }
    }
}

impl DocumentError {
    /// Where in the text.
    pub(crate) const fn place(&self) -> Place {
        match self {
            Self::Text(place, _) => *place,
            Self::Seed(cause) => cause.place,
        }
    }
}

/// The beginning of an unexpected value, for an error.
fn excerpt(text: &[u8]) -> String {
    const READ: usize = 1024;
    match serde_json::from_slice::<Value>(&text[..text.len().min(READ)]) {
        Ok(value) => shortened(&value),
        Err(_) => "a long value".to_owned(),
    }
}

/// Merges one document, and returns the number of its records. On an error, the caller has to roll back.
pub(crate) fn merge(
    tx: &Connection,
    Document(parts): &Document,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    let mut records = 0;
    for part in parts.iter().filter(|part| part.id != "$schema") {
        records += merge_part(tx, part, context).map_err(|cause| part.error(cause))?;
    }
    Ok(records)
}

fn merge_part(
    tx: &Connection,
    Part { id, text, .. }: &Part,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    if id == "credentials" {
        return credentials::merge(tx, text);
    }
    let provider = require(id).map_err(|rule| SeedError::new("", rule))?;
    if !text.get().starts_with('{') {
        let rule = format!(
            "a provider's part must be an object, not {}",
            excerpt(text.get().as_bytes())
        );
        return Err(SeedError::new("", rule));
    }
    (provider.data.seed)(tx, text, context)
}

/// Refuses a pipe or a device: it can be read only once, and reading it again would wait forever.
pub(crate) fn can_be_read_again(sources: &[SeedSource]) -> Result<(), String> {
    let is_once = |path: &&PathBuf| path.exists() && !path.is_file() && !path.is_dir();
    let mut paths = sources.iter().filter_map(|source| match source {
        SeedSource::Demo => None,
        SeedSource::Path(path) => Some(path),
    });
    paths.find(is_once).map_or(Ok(()), |path| {
        Err(format!(
            "the seed {} is not a regular file and can be read only once, at the start; the data was not changed",
            path.display()
        ))
    })
}

/// Merges a file, or all seed files of a folder.
fn merge_path(
    tx: &Connection,
    path: &Path,
    context: &SeedContext<'_>,
) -> Result<u64, SeedFileError> {
    let mut records = 0;
    for file in files::of(path)? {
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
    let unreadable = |cause: std::io::Error| SeedFileError::new(path, Place::default(), &cause);
    let opened = File::open(path).map_err(unreadable)?;
    let bar = progress(&opened.metadata().map_err(unreadable)?, path);
    let reader = BufReader::new(bar.wrap_read(opened));
    let is_stream = path
        .extension()
        .is_some_and(|extension| extension == "ndjson");
    let merged = if is_stream {
        merge_lines(tx, reader, 1, context)
            .map_err(|LineError { place, cause }| SeedFileError::new(path, place, &cause))
    } else {
        let read = files::read_all(reader).map_err(unreadable);
        read.and_then(|text| {
            let document = Document::parse(&text)
                .map_err(|cause| SeedFileError::new(path, cause.place(), &cause.in_file()))?;
            drop(text);
            merge(tx, &document, context)
                .map_err(|cause| SeedFileError::new(path, cause.place, &cause))
        })
    };
    bar.finish_and_clear();
    merged
}

impl DocumentError {
    /// What is wrong with a file, without its place.
    fn in_file(&self) -> String {
        match self {
            Self::Text(_, cause) if cause.is_several() => format!(
                "{}; name a file with one document per line .ndjson",
                cause.without_position()
            ),
            Self::Text(_, cause) => cause.without_position().to_owned(),
            Self::Seed(cause) => cause.to_string(),
        }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_, cause) => cause.fmt(f),
            Self::Seed(cause) => cause.fmt(f),
        }
    }
}

/// A progress bar for a large file; hidden unless standard error is a terminal.
fn progress(metadata: &Metadata, file: &Path) -> ProgressBar {
    if metadata.len() < LARGE {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {bytes} of {total_bytes}, {eta} to go")
            .expect("a template of indicatif's");
    ProgressBar::new(metadata.len())
        .with_style(style)
        .with_message(file.display().to_string())
}
