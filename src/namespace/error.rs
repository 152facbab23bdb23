//! Why a namespace cannot be used, and what to do about it.

use crate::store::{OpenError, trouble};

/// Why a namespace cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NamespaceError {
    #[error("invalid namespace name \"{0}\": use 1 to 63 of a-z, 0-9 and -, not starting with -")]
    Name(String),
    #[error("there are already {0} namespaces; drop some, or start with a higher --max-namespaces")]
    TooMany(usize),
    #[error("there is no namespace \"{0}\"; GET /_rollcall/namespaces lists them")]
    Unknown(String),
    #[error("namespace \"{0}\" already exists; reset it, or drop it first")]
    Taken(String),
    #[error("the data of namespace \"{name}\" {cause}")]
    Data { name: String, cause: OpenError },
    /// The data folder as a whole.
    #[error("the data folder {0}")]
    Folder(OpenError),
    /// The folder was removed, so anything written now would be lost.
    #[error("{}", trouble::REMOVED)]
    FolderGone,
}

impl NamespaceError {
    /// What happened, in a few words.
    pub(crate) const fn title(&self) -> &'static str {
        match self {
            Self::Name(_) => "Invalid namespace name",
            Self::Unknown(_) => "No such namespace",
            Self::Taken(_) => "Namespace already exists",
            Self::TooMany(_) => "Too many namespaces",
            Self::Data { .. } | Self::Folder(_) | Self::FolderGone => "Data cannot be used",
        }
    }

    /// Its HTTP status.
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Name(_) => 400,
            Self::Unknown(_) => 404,
            Self::Taken(_) => 409,
            Self::TooMany(_) => 429,
            Self::Data {
                cause: OpenError::Machine(_),
                ..
            }
            | Self::Folder(_)
            | Self::FolderGone => 503,
            Self::Data { .. } => 500,
        }
    }
}
