//! The certificates of `--tls auto`: one for each name that a client asks for, issued by an authority that is created on first
//! use.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::authority::Authority;
use super::{Names, TlsError, folder, pem};
use crate::namespace::clock::Clock;

/// For how many names certificates are cached.
const LEAVES: usize = 256;
/// The name for clients that ask for none, or for one that the authority may not sign for.
const FALLBACK: &str = "localhost";

/// Certificates by the name that a client asks for.
#[derive(Debug)]
pub(super) struct Issuing {
    names: Names,
    folder: Option<PathBuf>,
    current: Mutex<Option<Current>>,
}

/// An authority and the certificates that it has issued.
#[derive(Debug)]
struct Current {
    authority: Authority,
    leaves: HashMap<String, Arc<CertifiedKey>>,
}

impl Issuing {
    pub(super) fn new(mut names: Names, folder: Option<PathBuf>) -> Self {
        names.add(FALLBACK);
        Self {
            names,
            folder,
            current: Mutex::new(None),
        }
    }

    /// The authority's certificate.
    pub(super) fn ca_pem(&self) -> Result<String, TlsError> {
        self.with(|current| Ok(pem::encode("CERTIFICATE", &current.authority.certificate)))
    }

    fn leaf(&self, name: &str) -> Result<Arc<CertifiedKey>, TlsError> {
        self.with(|current| {
            if let Some(leaf) = current.leaves.get(name) {
                return Ok(Arc::clone(leaf));
            }
            let leaf = Arc::new(current.authority.issue(name, &self.names.addresses)?);
            // There are endless names below a domain, but few are in use at a time.
            if LEAVES <= current.leaves.len() {
                current.leaves.clear();
            }
            current.leaves.insert(name.to_owned(), Arc::clone(&leaf));
            Ok(leaf)
        })
    }

    /// Runs with a valid authority, creating one if necessary.
    fn with<T>(
        &self,
        work: impl FnOnce(&mut Current) -> Result<T, TlsError>,
    ) -> Result<T, TlsError> {
        let now = Clock::default().now();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let valid = current
            .take()
            .filter(|current| !current.authority.is_over(now));
        let valid = match (valid, &self.folder) {
            (Some(valid), _) => valid,
            (None, None) => Current::of(Authority::new(&self.names, now)?),
            (None, Some(folder)) => Current::of(folder::authority(folder, &self.names, now)?),
        };
        work(current.insert(valid))
    }
}

impl ResolvesServerCert for Issuing {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().map(str::to_ascii_lowercase);
        let name = name.filter(|name| self.names.has(name));
        match self.leaf(name.as_deref().unwrap_or(FALLBACK)) {
            Ok(leaf) => Some(leaf),
            Err(cause) => {
                tracing::error!(%cause, "a client gets no certificate");
                None
            }
        }
    }
}

impl Current {
    fn of(authority: Authority) -> Self {
        Self {
            authority,
            leaves: HashMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_certificates_are_kept_than_a_bound() {
        let issuing = Issuing::new(Names::default(), None);
        let first = issuing.leaf("a.localhost").expect("a certificate");
        let again = issuing.leaf("a.localhost").expect("a certificate");
        assert!(Arc::ptr_eq(&first, &again));
        for number in 0..LEAVES {
            issuing
                .leaf(&format!("n{number}.localhost"))
                .expect("a certificate");
        }
        let kept = issuing.with(|current| Ok(current.leaves.len()));
        assert!(kept.expect("an authority") <= LEAVES);
        assert!(!Arc::ptr_eq(
            &first,
            &issuing.leaf("a.localhost").expect("a certificate")
        ));
    }
}
