//! Why a server cannot start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::seed::SeedFileError;
use crate::seed::template::TemplateError;

/// Why rollcall cannot start, in words for its operator.
///
/// ```
/// use rollcall::{Options, Rollcall, StartError};
///
/// let first = Rollcall::start();
/// let address = first.url().replace("http://", "").parse()?;
/// let second = Rollcall::start_with(&Options::default().listen(vec![address]));
/// assert!(matches!(second, Err(StartError::PortInUse(_))));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program has the port.
    #[error("{0} is in use by another program; stop it, or choose another port with --listen")]
    PortInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}; choose another address with --listen")]
    Listen(SocketAddr, io::Error),
    /// A seed is invalid.
    #[error("cannot load the seed {0}; the server was not started")]
    Seed(#[from] SeedFileError),
    /// The data folder cannot be used.
    #[error("cannot use the data folder {0}: {1}; choose another folder with --data")]
    DataDir(PathBuf, io::Error),
    /// Another rollcall uses the data folder.
    #[error(
        "the data folder {0} is in use by another rollcall; stop it, or choose another folder with --data"
    )]
    FolderInUse(PathBuf),
    /// Data cannot be read.
    #[error(
        "{0}; it was not changed: use the version of rollcall that wrote it, or choose another folder with --data"
    )]
    Data(String),
    /// A fault rule is invalid.
    #[error("invalid fault rule at {0}: {1}")]
    Fault(String, String),
    /// The access log cannot be written.
    #[error("cannot write the access log {0}: {1}; choose another file with --access-log")]
    AccessLog(PathBuf, io::Error),
    /// The admin token cannot be sent.
    #[error(
        "the admin token must fit in a header; write it in ASCII letters, digits and punctuation, without spaces"
    )]
    AdminToken,
    /// Certificates cannot be used.
    #[error("cannot serve TLS: {0}; check --tls and --tls-dir")]
    Tls(String),
    /// The machine has run out of some resource.
    #[error("cannot start: {0}")]
    Machine(io::Error),
}

impl From<TemplateError> for StartError {
    fn from(cause: TemplateError) -> Self {
        match cause {
            TemplateError::Seed(cause) => Self::Seed(cause),
            TemplateError::Store(cause) => Self::Data(cause.to_string()),
        }
    }
}
