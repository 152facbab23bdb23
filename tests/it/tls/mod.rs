//! HTTPS on the port of HTTP: whose certificates clients see, what goes over it, and what hostile clients make of it.

mod calls;
mod certificates;
mod hostile;
mod many;
mod renegotiation;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rollcall::{Options, Tls};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{Answer, TIMEOUT, read_answer};
use crate::server::{Server, frozen, with};

/// A server that makes its certificates itself.
fn auto() -> Server {
    with(frozen().tls(Tls::Auto))
}

fn options() -> Options {
    frozen().tls(Tls::Auto)
}

/// The authority's certificate, as a client gets it.
pub(crate) fn ca(address: SocketAddr) -> String {
    let request = b"GET /_rollcall/ca.pem HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    let answer = crate::client::exchange(address, request, 1).remove(0);
    assert_eq!(answer.status, 200, "{answer}");
    answer.text().to_owned()
}

/// A client's connection over TLS.
pub(crate) type Secure<S = TcpStream> = StreamOwned<ClientConnection, S>;

/// Shakes hands as a client that trusts that authority, and checks that the certificate is for `name`.
pub(crate) fn shake<S: Read + Write>(stream: S, ca: &str, name: &str) -> io::Result<Secure<S>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ca.as_bytes()).expect("a certificate"))
        .expect("an authority");
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let session = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(session, stream);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a time-out");
    stream.set_write_timeout(Some(TIMEOUT)).expect("a time-out");
    stream
}

/// A connection over TLS to a server, by the name that its certificate is to have.
fn secure(server: &Server, name: &str) -> Secure {
    shake(connect(server.address()), &ca(server.address()), name).expect("the handshake succeeds")
}

/// Calls over a connection that stays open.
pub(crate) fn get(stream: &mut (impl Read + Write), host: &str, target: &str) -> Answer {
    write!(stream, "GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n").expect("it is open");
    let answer = read_answer(stream).expect("an answer");
    answer.expect("an answer before the end")
}
