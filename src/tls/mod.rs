//! HTTPS on the same port as HTTP: which certificates, and when they are created.
//!
//! The authority of `auto` is created lazily, with the first handshake or the first request for its certificate.

mod authority;
pub(crate) mod folder;
mod issuing;
mod pem;
mod trust_store;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use issuing::Issuing;

/// The most that is read of a certificate or a key.
const MAX_PEM: u64 = 16 * 1024 * 1024;

/// Whether clients may use TLS on the HTTP port, and which certificate they see.
///
/// ```
/// use rollcall::Tls;
///
/// assert_eq!("auto".parse(), Ok(Tls::Auto));
/// assert!("certificate.pem".parse::<Tls>().is_err());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tls {
    /// HTTP only.
    #[default]
    Off,
    /// Certificates from rollcall's own authority, created on first use for the lifetime of the server.
    Auto,
    /// A certificate chain and its key, as PEM files.
    Files {
        /// The chain, leaf first.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
}

impl FromStr for Tls {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => return Ok(Self::Off),
            "auto" => return Ok(Self::Auto),
            _ => {}
        }
        let files = text.split_once(',').filter(|(certificate, key)| {
            !certificate.is_empty() && !key.is_empty() && !key.contains(',')
        });
        match files {
            Some((certificate, key)) => Ok(Self::Files {
                certificate: certificate.into(),
                key: key.into(),
            }),
            None => Err("write off, auto, or two PEM files as CERT,KEY".to_owned()),
        }
    }
}

impl fmt::Display for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Auto => "auto",
            Self::Files { .. } => "files",
        })
    }
}

/// The names that certificates may be issued for; name constraints exclude all others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Domains, each with all its subdomains.
    pub(crate) domains: Vec<String>,
    /// Addresses in addition to loopback.
    pub(crate) addresses: Vec<IpAddr>,
}

impl Names {
    /// Adds a host name as in `--allow-host`; `*.suffix` stands for all names with that suffix.
    pub(crate) fn add(&mut self, host: &str) {
        if let Ok(address) = host.parse() {
            return self.add_address(address);
        }
        let name = host.trim_start_matches("*.").trim_end_matches('.');
        // Certificates and clients write non-ASCII names as xn--….
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let name = name.to_ascii_lowercase();
        if !name.is_empty() && name.bytes().all(is_name) && !self.domains.contains(&name) {
            self.domains.push(name);
        }
    }

    pub(crate) fn add_address(&mut self, address: IpAddr) {
        let address = address.to_canonical();
        let is_one = !address.is_unspecified() && !address.is_loopback();
        if is_one && !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.domains.iter().any(|domain| is_within(name, domain))
    }
}

/// Whether a name is a domain or a subdomain of it.
pub(crate) fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.len() > 1 && rest.ends_with('.'))
}

/// Why certificate files cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{0} holds no {1} in PEM")]
    Pem(PathBuf, &'static str),
    #[error("the certificate {0} and the key {1} cannot be used: {2}")]
    Pair(PathBuf, PathBuf, String),
    #[error("{0} was not created by rollcall and was not changed; choose another folder")]
    Foreign(PathBuf),
    #[error("no certificate could be made: {0}")]
    Issue(rcgen::Error),
    #[error("a certificate that was made cannot be used: {0}")]
    Use(rustls::Error),
}

/// What is wrong with a certificate and a key together.
fn of_a_pair(cause: &rustls::Error) -> String {
    match cause {
        rustls::Error::InconsistentKeys(_) => {
            "the key is not the certificate's; name the key that it was made with".to_owned()
        }
        cause => cause.to_string(),
    }
}

/// The certificates of a server.
#[derive(Debug)]
pub(crate) struct Certificates {
    source: Source,
    /// Created with the first handshake.
    config: OnceLock<Arc<ServerConfig>>,
}

#[derive(Debug)]
enum Source {
    None,
    Issued(Arc<Issuing>),
    Given(Arc<CertifiedKey>),
}

impl Certificates {
    /// Loads what `tls` asks for. Files are read now, so that the start fails if they are invalid; a folder is filled now, so that
    /// clients find their files in it.
    pub(crate) fn start(tls: &Tls, names: Names, folder: Option<&Path>) -> Result<Self, TlsError> {
        let source = match tls {
            Tls::Off => Source::None,
            Tls::Auto => {
                let issuing = Issuing::new(names, folder.map(Path::to_owned));
                if folder.is_some() {
                    issuing.ca_pem()?;
                }
                Source::Issued(Arc::new(issuing))
            }
            Tls::Files { certificate, key } => Source::Given(Arc::new(read(certificate, key)?)),
        };
        Ok(Self {
            source,
            config: OnceLock::new(),
        })
    }

    /// Whether clients may use TLS.
    pub(crate) const fn is_on(&self) -> bool {
        !matches!(self.source, Source::None)
    }

    /// The certificate of rollcall's own authority, if it has one.
    pub(crate) fn ca_pem(&self) -> Result<Option<String>, TlsError> {
        match &self.source {
            Source::Issued(issuing) => issuing.ca_pem().map(Some),
            Source::None | Source::Given(_) => Ok(None),
        }
    }

    /// What shakes hands.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let config = self.config.get_or_init(|| {
            let resolver: Arc<dyn ResolvesServerCert> = match &self.source {
                Source::Issued(issuing) => Arc::clone(issuing) as Arc<dyn ResolvesServerCert>,
                Source::Given(key) => Arc::new(Given(Some(Arc::clone(key)))),
                Source::None => Arc::new(Given(None)),
            };
            let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
                .with_safe_default_protocol_versions()
                .expect("ring has what TLS 1.2 and 1.3 need")
                .with_no_client_auth()
                .with_cert_resolver(resolver);
            config.alpn_protocols = vec![b"http/1.1".to_vec()];
            // One is enough for a client that comes again; each is some bytes to send and to remember.
            config.send_tls13_tickets = 1;
            Arc::new(config)
        });
        TlsAcceptor::from(Arc::clone(config))
    }
}

/// The one certificate that a server was given, whatever name a client asks for.
#[derive(Debug)]
struct Given(Option<Arc<CertifiedKey>>);

impl ResolvesServerCert for Given {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.clone()
    }
}

/// A file of certificates or a key; one without an end is not read for ever.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(MAX_PEM).read_to_end(&mut text)?;
    Ok(text)
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let text = |path: &Path| bounded(path).map_err(|cause| TlsError::Io(path.to_owned(), cause));
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text(certificate)?).collect();
    let chain = chain
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| TlsError::Pem(certificate.to_owned(), "certificate"))?;
    let private = PrivateKeyDer::from_pem_slice(&text(key)?)
        .map_err(|_| TlsError::Pem(key.to_owned(), "unencrypted private key"))?;
    CertifiedKey::from_der(chain, private, &default_provider())
        .map_err(|cause| TlsError::Pair(certificate.to_owned(), key.to_owned(), of_a_pair(&cause)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_a_word_or_two_files() {
        assert_eq!("off".parse(), Ok(Tls::Off));
        assert_eq!("auto".parse(), Ok(Tls::Auto));
        let files = Tls::Files {
            certificate: "a.pem".into(),
            key: "b.pem".into(),
        };
        assert_eq!("a.pem,b.pem".parse(), Ok(files));
        for wrong in ["", "on", "a.pem", "a.pem,", ",b.pem", "a,b,c"] {
            assert!(wrong.parse::<Tls>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_within_their_domains_label_by_label() {
        let mut names = Names::default();
        for host in [
            "localhost",
            "*.CI.example.",
            "10.1.2.3",
            "127.0.0.1",
            "0.0.0.0",
            "käse.example",
            "",
        ] {
            names.add(host);
        }
        assert_eq!(names.domains, ["localhost", "ci.example"]);
        assert_eq!(
            names.addresses,
            ["10.1.2.3".parse::<IpAddr>().expect("one")]
        );
        for (name, expected) in [
            ("localhost", true),
            ("a.b.localhost", true),
            ("ci.example", true),
            ("xci.example", false),
            (".ci.example", false),
            ("ci.example.evil.example", false),
            ("", false),
        ] {
            assert_eq!(names.has(name), expected, "{name}");
        }
    }
}
