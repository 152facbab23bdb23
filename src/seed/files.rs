//! The files of a seed, and reading files and streams up to a size limit.

use std::fs::File;
use std::io::{self, Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::SeedFileError;
use crate::provider::json::Place;

/// The size limit, which is also the control plane's for a seed, an export or a snapshot.
pub(crate) const MAX: u64 = 1024 * 1024 * 1024;

/// The seed files of a path: itself, or a folder's `.json` and `.ndjson` files by name, without schemas and dot files.
pub(crate) fn of(path: &Path) -> Result<Vec<PathBuf>, SeedFileError> {
    let error = |cause: Error| SeedFileError::new(path, Place::default(), &cause);
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
            // Hidden files, and what editors and file systems leave next to a file.
            && !name.starts_with('.')
            // Reading a pipe could block.
            && file.is_file();
        if is_seed {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(SeedFileError::new(
            path,
            Place::default(),
            &"the folder holds no .json or .ndjson file",
        ));
    }
    Ok(files)
}

/// Reads a whole file.
///
/// # Errors
/// Those of the file system, and one for a file longer than [`MAX`].
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    // The length that a device or a pipe reports is unreliable.
    let announced = usize::try_from(file.metadata()?.len().min(MAX));
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    read_into(file, MAX, &mut bytes)?;
    Ok(bytes)
}

/// Reads a whole stream.
///
/// # Errors
/// Those of the stream, and one for a stream longer than [`MAX`].
pub(crate) fn read_all(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_into(stream, MAX, &mut bytes)?;
    Ok(bytes)
}

fn read_into(stream: impl Read, max: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    stream.take(max + 1).read_to_end(bytes)?;
    if max < bytes.len() as u64 {
        return Err(Error::new(ErrorKind::FileTooLarge, "larger than 1 GiB"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_without_an_end_is_not_read_for_ever() {
        let read = |stream: &mut dyn Read| {
            let mut bytes = Vec::new();
            read_into(stream, 8, &mut bytes).map(|()| bytes.len())
        };
        assert_eq!(read(&mut &[b' '; 8][..]).expect("as much as may be"), 8);
        for stream in [&mut &[b' '; 9][..] as &mut dyn Read, &mut io::repeat(0)] {
            let refused = read(stream).expect_err("too much");
            assert_eq!(refused.to_string(), "larger than 1 GiB");
        }
    }
}
