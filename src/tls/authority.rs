//! The certificate authority of `--tls auto`: a key that can sign for the providers' hosts, this machine and `--allow-host` names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, SanType,
};
use rustls::RootCertStore;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, TrustAnchor};
use rustls::sign::CertifiedKey;

use super::{Names, TlsError, pem};
use crate::namespace::clock::Time;

/// Warns users who find it among their trusted authorities.
const NAME: &str = "rollcall DO NOT TRUST outside of tests";
const DAY: i64 = 24 * 60 * 60;
/// A client's clock may be slow.
const BACK_DATED: i64 = DAY;
const VALID: i64 = 45 * DAY;
/// An authority with less time left than this is replaced.
const RENEWED: i64 = DAY;

pub(super) struct Authority {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) until: Time,
    issuer: Issuer<'static, KeyPair>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

impl Authority {
    /// Creates an authority with a new key.
    pub(super) fn new(names: &Names, now: Time) -> Result<Self, TlsError> {
        Self::of_key(KeyPair::generate().map_err(TlsError::Issue)?, names, now)
    }

    /// One with a new certificate of that key.
    pub(super) fn of_key(key: KeyPair, names: &Names, now: Time) -> Result<Self, TlsError> {
        let (params, until) = params(names, now);
        let certificate = params.self_signed(&key).map_err(TlsError::Issue)?;
        Ok(Self {
            certificate: certificate.der().clone(),
            until,
            issuer: Issuer::new(params, key),
        })
    }

    /// The authority of a certificate and key, if they belong together, are rollcall's and may sign for these names.
    pub(super) fn known(
        certificate: CertificateDer<'static>,
        key: KeyPair,
        until: Time,
        names: &Names,
        now: Time,
    ) -> Option<Self> {
        let (params, _) = params(names, now);
        let expected = params.self_signed(&key).ok()?;
        if anchor(&certificate)? != anchor(expected.der())? {
            return None;
        }
        Some(Self {
            certificate,
            until,
            issuer: Issuer::new(params, key),
        })
    }

    /// Its private key, as PEM.
    pub(super) fn key_pem(&self) -> String {
        pem::encode("PRIVATE KEY", self.issuer.key().serialized_der())
    }

    /// Whether it should be replaced.
    pub(super) fn is_over(&self, now: Time) -> bool {
        self.until.seconds() < now.seconds() + RENEWED
    }

    /// A certificate for a name, and for addresses in addition to loopback.
    pub(super) fn issue(&self, name: &str, addresses: &[IpAddr]) -> Result<CertifiedKey, TlsError> {
        let key = KeyPair::generate().map_err(TlsError::Issue)?;
        let mut params = CertificateParams::new(vec![name.to_owned()]).map_err(TlsError::Issue)?;
        // A client that connects to an address sends no name.
        let loopback = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        let addresses = loopback.iter().chain(addresses).copied();
        params
            .subject_alt_names
            .extend(addresses.map(SanType::IpAddress));
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, "rollcall");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let until = self.until.seconds();
        set_validity(&mut params, until - VALID - BACK_DATED, until);
        let leaf = params
            .signed_by(&key, &self.issuer)
            .map_err(TlsError::Issue)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![leaf.der().clone()];
        CertifiedKey::from_der(chain, private, &default_provider()).map_err(TlsError::Use)
    }
}

/// What identifies an authority to clients: its name, its key and its name constraints.
fn anchor(certificate: &CertificateDer<'_>) -> Option<TrustAnchor<'static>> {
    let mut store = RootCertStore::empty();
    store.add(certificate.clone().into_owned()).ok()?;
    store.roots.pop()
}

/// Whether a certificate has rollcall's name, whatever else it contains.
pub(super) fn is_ours(certificate: &CertificateDer<'_>) -> bool {
    anchor(certificate).is_some_and(|anchor| {
        let subject: &[u8] = anchor.subject.as_ref();
        subject
            .windows(NAME.len())
            .any(|part| part == NAME.as_bytes())
    })
}

/// The parameters of an authority's certificate.
fn params(names: &Names, now: Time) -> (CertificateParams, Time) {
    let until = Time::from_seconds(now.seconds() + VALID);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now.seconds() - BACK_DATED, until.seconds());
    let domains = names.domains.iter().cloned().map(GeneralSubtree::DnsName);
    let addresses = names.addresses.iter().map(|address| {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        CidrSubnet::from_addr_prefix(*address, bits)
    });
    let loopback = [
        CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8),
        CidrSubnet::from_v6_prefix(Ipv6Addr::LOCALHOST.octets(), 128),
    ];
    let addresses = loopback.into_iter().chain(addresses);
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: domains
            .chain(addresses.map(GeneralSubtree::IpAddress))
            .collect(),
        excluded_subtrees: Vec::new(),
    });
    (params, until)
}

/// The validity of a certificate.
fn set_validity(params: &mut CertificateParams, from: i64, until: i64) {
    let moment = |seconds: i64| {
        let seconds = u64::try_from(seconds).unwrap_or_default();
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
    };
    params.not_before = moment(from);
    params.not_after = moment(until);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_over_a_day_before_its_end() {
        let at = |day: i64| Time::from_seconds(1_700_000_000 + day * DAY);
        let authority = Authority::new(&Names::default(), at(0)).expect("an authority");
        assert!(!authority.is_over(at(0)));
        assert!(!authority.is_over(at(44)));
        assert!(authority.is_over(at(45)));
    }
}
