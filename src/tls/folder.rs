//! `--tls-dir`: keeps the certificate authority for later starts, with the files that clients need.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use rcgen::KeyPair;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use yasna::ASN1Result;
use yasna::tags::{TAG_GENERALIZEDTIME, TAG_UTCTIME};

use super::authority::{Authority, is_ours};
use super::{Names, TlsError, trust_store};
use crate::namespace::clock::Time;

/// The authority's certificate.
pub(crate) const CA: &str = "ca.pem";
/// Its key.
const KEY: &str = "ca-key.pem";
/// Its certificate for Java.
pub(crate) const TRUST_STORE: &str = "truststore.p12";

/// The authority in a folder, if it is valid and may sign for these names; else a new one.
pub(super) fn authority(folder: &Path, names: &Names, now: Time) -> Result<Authority, TlsError> {
    make(folder)?;
    // Two servers that start at the same time agree on one.
    let path = folder.join(KEY);
    let mut key_file = lock(&path).map_err(at(&path))?;
    if let Some(known) = known(folder, &mut key_file, names, now)? {
        write_public(folder, &known.certificate)?;
        return Ok(known);
    }
    let made = Authority::new(names, now)?;
    let written = key_file
        .set_len(0)
        .and_then(|()| key_file.rewind())
        .and_then(|()| key_file.write_all(made.key_pem().as_bytes()));
    written.map_err(at(&path))?;
    write_public(folder, &made.certificate)?;
    Ok(made)
}

/// The authority in the folder; `None` if there is none yet, or if rollcall's has expired or may not sign for these names.
fn known(
    folder: &Path,
    key_file: &mut File,
    names: &Names,
    now: Time,
) -> Result<Option<Authority>, TlsError> {
    let mut key = String::new();
    let read = key_file.read_to_string(&mut key);
    let foreign_key = || TlsError::Foreign(folder.join(KEY));
    let path = folder.join(CA);
    let certificate = match fs::read(&path) {
        Ok(text) => text,
        // An interrupted start leaves no more than a key, whole or empty.
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            read.map_err(|_| foreign_key())?;
            if key.is_empty() {
                return Ok(None);
            }
            return Authority::of_key(key_pair(&key).ok_or_else(foreign_key)?, names, now)
                .map(Some);
        }
        Err(cause) => return Err(at(&path)(cause)),
    };
    let certificate = CertificateDer::from_pem_slice(&certificate)
        .ok()
        .filter(is_ours)
        .ok_or(TlsError::Foreign(path))?;
    read.map_err(|_| foreign_key())?;
    if key.is_empty() {
        return Ok(None);
    }
    let key = key_pair(&key).ok_or_else(foreign_key)?;
    let Some(until) = end_of(&certificate) else {
        return Ok(None);
    };
    let known = Authority::known(certificate, key, until, names, now);
    let known = known.filter(|known| !known.is_over(now));
    if known.is_none() {
        tracing::info!(
            folder = %folder.display(),
            "the certificate authority has expired or was issued for other names; created a new one"
        );
    }
    Ok(known)
}

/// A key of the kind that rollcall makes.
fn key_pair(pem: &str) -> Option<KeyPair> {
    let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).ok()?;
    KeyPair::from_pkcs8_der_and_sign_algo(&key, &rcgen::PKCS_ECDSA_P256_SHA256).ok()
}

/// Writes what clients need: the certificate, and the same as a trust store for Java. Says where they are.
pub(crate) fn write_public(
    folder: &Path,
    certificate: &CertificateDer<'_>,
) -> Result<(), TlsError> {
    let pem = super::pem::encode("CERTIFICATE", certificate);
    write(&folder.join(CA), pem.as_bytes())?;
    write(&folder.join(TRUST_STORE), &trust_store::of(certificate))
}

/// The same for a certificate that a server sent as text.
pub(crate) fn write_public_pem(folder: &Path, pem: &str) -> Result<(), TlsError> {
    make(folder)?;
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| TlsError::Pem(folder.join(CA), "certificate"))?;
    write_public(folder, &certificate)
}

/// Makes a folder that its owner alone can look into; one that is there stays as it is.
pub(crate) fn make(folder: &Path) -> Result<(), TlsError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(at(folder))
}

/// Makes a folder that its owner alone can look into, where there is none.
pub(crate) fn make_new(folder: &Path) -> Result<(), TlsError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(at(folder))
}

/// Atomically writes a file that only its owner can read.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), TlsError> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(name);
    let written = open(&draft)
        .and_then(|mut file| {
            file.set_len(0)?;
            file.write_all(bytes)
        })
        .and_then(|()| fs::rename(&draft, path));
    written.map_err(|cause| {
        // It may not be there.
        let _ = fs::remove_file(&draft);
        at(path)(cause)
    })
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).read(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn lock(path: &Path) -> io::Result<File> {
    let file = open(path)?;
    file.lock()?;
    Ok(file)
}

fn at(path: &Path) -> impl Fn(io::Error) -> TlsError {
    let path = path.to_owned();
    move |cause| TlsError::Io(path.clone(), cause)
}

/// When a certificate expires (RFC 5280, 4.1.2.5).
fn end_of(certificate: &CertificateDer<'_>) -> Option<Time> {
    let (is_short, text) = yasna::parse_der(certificate, |reader| {
        reader.read_sequence(|certificate| {
            let end = certificate.next().read_sequence(|body| {
                // Version, number, algorithm and issuer come before; the subject, its key and extensions after.
                for _ in 0..4 {
                    body.next().read_tagged_der()?;
                }
                let end = body.next().read_sequence(|validity| {
                    validity.next().read_tagged_der()?;
                    validity.next().read_tagged_der()
                })?;
                rest(|| body.read_optional(|reader| reader.read_tagged_der()))?;
                Ok(end)
            })?;
            rest(|| certificate.read_optional(|reader| reader.read_tagged_der()))?;
            match end.tag() {
                TAG_UTCTIME => Ok((true, end.value().to_vec())),
                TAG_GENERALIZEDTIME => Ok((false, end.value().to_vec())),
                _ => Err(yasna::ASN1Error::new(yasna::ASN1ErrorKind::Invalid)),
            }
        })
    })
    .ok()?;
    let text = String::from_utf8(text).ok()?;
    let whole = if is_short { format!("20{text}") } else { text };
    // The providers' format: 20260109T000000Z.
    let (day, time) = whole.split_at_checked(8)?;
    Time::parse_compact(&format!("{day}T{time}"))
}

/// Reads the rest of a sequence.
fn rest<T>(mut next: impl FnMut() -> ASN1Result<Option<T>>) -> ASN1Result<()> {
    while next()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(host: &str) -> Names {
        let mut names = Names::default();
        names.add(host);
        names
    }

    #[test]
    fn an_authority_is_the_same_again_until_it_is_over_or_for_other_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = Time::parse_rfc3339("2026-11-26T10:00:00Z").expect("a time");
        let of = |names: &Names, now| {
            let found = authority(folder.path(), names, now).expect("an authority");
            (found.certificate.to_vec(), found.until)
        };
        let first = of(&names("a.test"), now);
        let until = end_of(&first.0.clone().into());
        assert_eq!(until, Some(first.1));
        assert_eq!(of(&names("a.test"), now), first);
        let later = Time::from_seconds(now.seconds() + 46 * 24 * 3600);
        let second = of(&names("a.test"), later);
        assert_ne!(second.0, first.0);
        assert_ne!(of(&names("b.test"), later).0, second.0);
    }

    #[test]
    fn a_start_that_was_interrupted_after_the_key_is_gone_on_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = Time::from_seconds(1_700_000_000);
        let key_of = || {
            let made = authority(folder.path(), &names("a.test"), now);
            made.expect("an authority").key_pem()
        };
        let key = key_of();
        fs::remove_file(folder.path().join(CA)).expect("it is there");
        assert_eq!(key_of(), key);
        assert!(folder.path().join(CA).is_file());
    }

    #[test]
    fn what_is_not_of_its_making_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = Time::from_seconds(1_700_000_000);
        let refused = || {
            let found = authority(folder.path(), &names("a.test"), now);
            found.map(|_| ()).expect_err("it is not ours").to_string()
        };
        fs::write(folder.path().join(KEY), "a key of mine").expect("a file");
        assert!(refused().contains(KEY), "{}", refused());
        fs::write(folder.path().join(CA), "a certificate of mine").expect("a file");
        assert!(
            refused().contains("ca.pem was not created by rollcall"),
            "{}",
            refused()
        );
        let key = fs::read_to_string(folder.path().join(KEY)).expect("a file");
        assert_eq!(key, "a key of mine");
    }
}
