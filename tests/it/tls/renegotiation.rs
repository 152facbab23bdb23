//! A client of TLS 1.2 that shakes hands again within its connection: refused with an alert, and ended where it insists.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::cipher::{
    InboundOpaqueMessage, MessageDecrypter, MessageEncrypter, OutboundChunks, OutboundPlainMessage,
};
use rustls::crypto::ring::cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 as SUITE;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, ConnectionTrafficSecrets, ContentType, DigitallySignedStruct,
    ProtocolVersion, SignatureScheme, SupportedCipherSuite,
};

use super::{auto, connect};
use crate::control::USERS;

/// Whose certificate it is is no matter here: other tests look at that.
#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}

/// A client that speaks one suite of TLS 1.2, and whose keys can be had.
fn client() -> ClientConnection {
    let mut provider = default_provider();
    provider.cipher_suites = vec![SUITE];
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .expect("a version")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_no_client_auth();
    config.enable_secret_extraction = true;
    let name = ServerName::try_from("localhost").expect("a name");
    ClientConnection::new(Arc::new(config), name).expect("a client")
}

/// A connection whose records are written and read by hand, once its client has shaken hands.
struct Records<S> {
    stream: S,
    encrypter: Box<dyn MessageEncrypter>,
    decrypter: Box<dyn MessageDecrypter>,
    sent: u64,
    received: u64,
}

impl<S: Read + Write> Records<S> {
    fn shake(mut stream: S) -> Self {
        let mut client = client();
        while client.is_handshaking() {
            client
                .complete_io(&mut stream)
                .expect("the handshake succeeds");
        }
        let SupportedCipherSuite::Tls12(suite) = SUITE else {
            panic!("a suite of TLS 1.2");
        };
        let secrets = client.dangerous_extract_secrets().expect("keys");
        let parts = |secrets| match secrets {
            ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } => (key, iv),
            _ => panic!("another suite"),
        };
        let ((sent, tx), (received, rx)) = (secrets.tx, secrets.rx);
        let ((tx, tx_iv), (rx, rx_iv)) = (parts(tx), parts(rx));
        Self {
            stream,
            encrypter: suite.aead_alg.encrypter(tx, tx_iv.as_ref(), &[]),
            decrypter: suite.aead_alg.decrypter(rx, rx_iv.as_ref()),
            sent,
            received,
        }
    }

    fn write(&mut self, typ: ContentType, payload: &[u8]) -> io::Result<()> {
        let message = OutboundPlainMessage {
            typ,
            version: ProtocolVersion::TLSv1_2,
            payload: OutboundChunks::Single(payload),
        };
        let record = self.encrypter.encrypt(message, self.sent).expect("a key");
        self.sent += 1;
        self.stream.write_all(&record.encode())
    }

    /// The next record of the server's; an error where the connection has ended.
    fn read(&mut self) -> io::Result<(ContentType, Vec<u8>)> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let mut body = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        self.stream.read_exact(&mut body)?;
        let record = InboundOpaqueMessage::new(
            ContentType::from(head[0]),
            ProtocolVersion::TLSv1_2,
            &mut body,
        );
        let plain = self
            .decrypter
            .decrypt(record, self.received)
            .expect("the server's own record");
        self.received += 1;
        Ok((plain.typ, plain.payload.to_vec()))
    }
}

/// The first message of a handshake, without the head of its record.
fn hello() -> Vec<u8> {
    let mut bytes = Vec::new();
    client().write_tls(&mut bytes).expect("memory takes it");
    bytes.split_off(5)
}

const WARNING: u8 = 1;
const FATAL: u8 = 2;
const NO_RENEGOTIATION: u8 = 100;

#[test]
fn a_second_handshake_is_refused_and_a_third_ends_the_connection() {
    let server = auto();
    let mut records = Records::shake(connect(server.address()));
    records
        .write(ContentType::Handshake, &hello())
        .expect("it is open");
    let alert = records.read().expect("an alert");
    assert_eq!(alert, (ContentType::Alert, vec![WARNING, NO_RENEGOTIATION]));

    // Calls go on as if nothing had been asked.
    let call = format!("GET {USERS} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    records
        .write(ContentType::ApplicationData, call.as_bytes())
        .expect("it is open");
    let (typ, answer) = records.read().expect("an answer");
    assert_eq!(typ, ContentType::ApplicationData);
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{answer:?}");

    // More of it than a client that meant well would send.
    let ended = loop {
        if let Err(cause) = records.write(ContentType::Handshake, &hello()) {
            break cause;
        }
        match records.read() {
            Ok((ContentType::Alert, alert)) if alert[0] == FATAL => {}
            Ok((ContentType::ApplicationData, _)) => {}
            Ok(other) => panic!("{other:?}"),
            Err(cause) => break cause,
        }
    };
    let is_end = [
        io::ErrorKind::UnexpectedEof,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::BrokenPipe,
    ];
    assert!(is_end.contains(&ended.kind()), "{ended}");
    assert_eq!(server.get(USERS).status, 200);
}
