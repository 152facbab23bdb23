//! Whose certificates clients see: of names, of addresses, of none; what curl makes of them, and what a folder keeps.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use rcgen::{CertificateParams, Issuer, KeyPair};
use rollcall::{Options, Rollcall, Tls};
use tempfile::TempDir;

use super::{auto, ca, connect, options, secure, shake};
use crate::cli::{BINARY, Process};
use crate::control::USERS;
use crate::server::{frozen, with};

/// curl, without what the machine's own settings add.
fn curl(arguments: &[&str]) -> Output {
    Command::new("curl")
        .args([
            "-q",
            "--silent",
            "--show-error",
            "--max-time",
            "20",
            "--noproxy",
            "*",
        ])
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .expect("curl is there")
}

/// The authority's certificate in a file.
fn ca_file(folder: &TempDir, address: SocketAddr) -> String {
    let path = folder.path().join("ca.pem");
    fs::write(&path, ca(address)).expect("a file");
    path.display().to_string()
}

#[test]
fn every_name_that_may_be_asked_for_gets_a_certificate_of_its_own() {
    let server = with(
        options()
            .allow_host("rollcall.example")
            .allow_host("10.9.8.7"),
    );
    let leaf = |name: &str| {
        let stream = secure(&server, name);
        let chain = stream.conn.peer_certificates().expect("a certificate");
        chain[0].to_vec()
    };
    let names = [
        "localhost",
        "suite.localhost",
        "rollcall.example",
        "ehpc.cn-hangzhou.aliyuncs.com",
        "dms.eu-west-101.myhuaweicloud.eu",
        "open.volcengineapi.com",
        "api.qingcloud.com",
    ];
    let leaves: Vec<_> = names.iter().map(|name| leaf(name)).collect();
    for (at, one) in leaves.iter().enumerate() {
        assert!(!leaves[..at].contains(one), "{} has another's", names[at]);
    }
    assert_eq!(leaf("LOCALHOST"), leaves[0]);
    // A client that dials an address sends no name.
    for address in ["127.0.0.1", "::1", "10.9.8.7"] {
        assert_eq!(leaf(address), leaves[0], "{address}");
    }
}

#[test]
fn a_name_outside_of_the_constraints_is_refused() {
    let server = auto();
    for name in [
        "example.com",
        "aliyuncs.com.evil.example",
        "rollcall.example",
        "8.8.8.8",
    ] {
        let refused = shake(connect(server.address()), &ca(server.address()), name);
        let cause = refused.map(drop).expect_err(name).to_string();
        assert!(cause.contains("certificate"), "{name}: {cause}");
    }
}

#[test]
fn two_servers_have_two_authorities() {
    let (one, other) = (auto(), auto());
    assert_ne!(ca(one.address()), ca(other.address()));
    let refused = shake(connect(one.address()), &ca(other.address()), "localhost");
    assert!(refused.is_err());
}

#[test]
fn curl_takes_addresses_and_localhost_and_refuses_other_names() {
    let folder = TempDir::new().expect("a folder");
    let server = auto();
    let file = ca_file(&folder, server.address());
    let port = server.address().port();
    for host in ["127.0.0.1", "localhost"] {
        let url = format!("https://{host}:{port}{USERS}");
        // One address of the name is enough here.
        let resolve = format!("localhost:{port}:127.0.0.1");
        let output = curl(&["--cacert", &file, "--resolve", &resolve, &url]);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{host}: {complaint}");
        assert!(output.stdout.starts_with(b"{"), "{host}");
    }
    let resolve = format!("example.com:{port}:127.0.0.1");
    let url = format!("https://example.com:{port}/");
    let output = curl(&["--cacert", &file, "--resolve", &resolve, &url]);
    assert_eq!(output.status.code(), Some(60), "{output:?}");
}

/// The key of an authority signs for a name: what a thief of it would do.
fn forge(folder: &Path, name: &str) -> (String, String) {
    let text = fs::read_to_string(folder.join("ca-key.pem")).expect("a key");
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::pki_types::pem::PemObject as _;
    let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).expect("PEM");
    let authority =
        KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let common_name = "rollcall DO NOT TRUST outside of tests";
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, common_name);
    let issuer = Issuer::new(params, authority);
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
    let (certificate, private) = (folder.join("forged.pem"), folder.join("forged-key.pem"));
    fs::write(&certificate, pem("CERTIFICATE", leaf.der())).expect("a file");
    fs::write(&private, pem("PRIVATE KEY", key.serialized_der())).expect("a file");
    (
        certificate.display().to_string(),
        private.display().to_string(),
    )
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

#[test]
fn a_stolen_authority_cannot_sign_for_other_names() {
    let folder = TempDir::new().expect("a folder");
    drop(
        Rollcall::start_with(&Options::default().tls(Tls::Auto).tls_dir(folder.path()))
            .expect("it starts"),
    );
    let ca = folder.path().join("ca.pem").display().to_string();
    for (name, expected) in [("example.com", 60), ("ecs.aliyuncs.com", 0)] {
        let (certificate, key) = forge(folder.path(), name);
        let tls = format!("{certificate},{key}").parse().expect("two files");
        let server = with(frozen().tls(tls));
        let port = server.address().port();
        let resolve = format!("{name}:{port}:127.0.0.1");
        let url = format!("https://{name}:{port}/_rollcall/health");
        let output = curl(&["--cacert", &ca, "--resolve", &resolve, &url]);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{name}: {complaint}");
        if expected == 60 {
            assert!(
                complaint.contains("permitted subtree violation"),
                "{complaint}"
            );
        }
    }
}

#[test]
fn a_given_certificate_is_the_one_that_clients_see() {
    let folder = TempDir::new().expect("a folder");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["my.example".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate");
    let (one, other) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    let text = pem("CERTIFICATE", certificate.der());
    fs::write(&one, &text).expect("a file");
    fs::write(&other, pem("PRIVATE KEY", key.serialized_der())).expect("a file");
    let tls = format!("{},{}", one.display(), other.display());
    let server = with(frozen().tls(tls.parse().expect("two files")));
    shake(connect(server.address()), &text, "my.example").expect("it is the one");
    let missing = server.get("/_rollcall/ca.pem");
    assert_eq!(missing.status, 404);
    let refused = |tls: String| {
        let options = Options::default().tls(tls.parse().expect("two files"));
        Rollcall::start_with(&options)
            .map(drop)
            .expect_err("a start")
            .to_string()
    };
    let (one, other) = (one.display(), other.display());
    for (tls, sentence) in [
        (format!("{other},{other}"), "holds no certificate in PEM"),
        (
            format!("{one},{one}"),
            "holds no unencrypted private key in PEM",
        ),
        (format!("{one}x,{other}"), "cannot serve TLS"),
    ] {
        let said = refused(tls);
        assert!(said.contains(sentence), "{said}");
    }
    let stranger = folder.path().join("stranger.pem");
    let strange = KeyPair::generate().expect("a key");
    fs::write(&stranger, pem("PRIVATE KEY", strange.serialized_der())).expect("a file");
    let said = refused(format!("{one},{}", stranger.display()));
    assert!(said.contains("the key is not the certificate's"), "{said}");
}

#[test]
fn a_folder_keeps_the_authority_and_what_clients_need() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("deep/tls");
    let flags = [
        "--listen",
        "127.0.0.1:0",
        "--tls",
        "auto",
        "--proxy",
        "--tls-dir",
    ];
    let flags = [&flags[..], &[path.to_str().expect("a path")]].concat();
    let mut first = Process::start(&flags);
    assert!(
        first.ready.starts_with("rollcall ready http://127.0.0.1:"),
        "{}",
        first.ready
    );
    let pem = ca(first.address());
    for name in ["ca.pem", "ca-key.pem", "truststore.p12", "env.sh"] {
        let metadata = fs::metadata(path.join(name)).expect(name);
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert_eq!(
        fs::read_to_string(path.join("ca.pem")).expect("a file"),
        pem
    );
    let script = fs::read_to_string(path.join("env.sh")).expect("a file");
    let url = format!("http://{}", first.address());
    for line in [
        format!("export HTTPS_PROXY={url}\n"),
        format!("export SSL_CERT_FILE={}\n", path.join("ca.pem").display()),
    ] {
        assert!(script.contains(&line), "{line} in {script}");
    }
    let printed = Command::new(BINARY)
        .args(["ca", "--url", &url])
        .output()
        .expect("it runs");
    assert_eq!(String::from_utf8_lossy(&printed.stdout), pem);
    first.stop();
    let second = Process::start(&flags);
    assert_eq!(ca(second.address()), pem);
}

#[test]
fn a_folder_of_somebody_elses_is_refused_and_left() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("ca.pem");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["my.example".to_owned()]).expect("a name");
    let text = pem("CERTIFICATE", params.self_signed(&key).expect("one").der());
    fs::write(&path, &text).expect("a file");
    let options = Options::default().tls(Tls::Auto).tls_dir(folder.path());
    let said = Rollcall::start_with(&options)
        .map(drop)
        .expect_err("a start")
        .to_string();
    assert!(said.contains("was not created by rollcall"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), text);
}

#[test]
fn flags_that_cannot_be_meant_are_refused() {
    for (arguments, sentence) in [
        (&["--tls", "on"][..], "write off, auto, or two PEM files"),
        (&["--tls-dir", "x"], "use both flags"),
        (&["--tls", "a.pem,b.pem"], "cannot serve TLS"),
    ] {
        let output = Command::new(BINARY)
            .args(arguments)
            .output()
            .expect("it runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(complaint.contains(sentence), "{complaint}");
    }
}

#[test]
fn the_trust_store_holds_the_certificate() {
    let folder = TempDir::new().expect("a folder");
    drop(
        Rollcall::start_with(&Options::default().tls(Tls::Auto).tls_dir(folder.path()))
            .expect("it starts"),
    );
    let store = fs::read(folder.path().join("truststore.p12")).expect("a file");
    // Whether Java takes it says tests/steps/25-https; here, that it is DER to its last byte and holds the certificate.
    yasna::parse_der(&store, |reader| reader.read_tagged_der()).expect("DER");
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let pem = fs::read(folder.path().join("ca.pem")).expect("a file");
    let certificate = CertificateDer::from_pem_slice(&pem).expect("PEM");
    assert!(
        store
            .windows(certificate.len())
            .any(|part| part == &certificate[..])
    );
}
