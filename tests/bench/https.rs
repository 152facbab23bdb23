//! HTTPS: a list over TLS against the bare server behind the same rustls, new handshakes, and what an idle connection takes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::Bench;
use crate::bare::{self, Answer};
use crate::connection::Request;
use crate::load::{Requests, medians, round_over};
use crate::process::{MIB, Process};
use crate::report::Report;

/// A page of ten.
const LIST: &str = "/?Action=ListUsers&Version=2024-08-31&Limit=10";
/// How many connections are open at once, to see what one takes.
const IDLE: usize = 500;
/// Of the throughput over HTTP of a server that has no HTTPS: what is left is noise.
const PLAIN: f64 = 0.95;
const TIME: Duration = Duration::from_secs(2);

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    report.theme(
        "HTTPS on the port of HTTP, keep-alive, a page of 10, against bare behind the same rustls",
    );
    let rollcall = Process::rollcall(&["--tls", "auto"]);
    let bare = bare::start_secure(Answer::of(&rollcall, &Request::get(LIST)));
    let requests = Requests::Same {
        target: LIST.to_owned(),
        headers: Vec::new(),
    };
    let seconds = bench.effort.seconds;
    let without = Process::rollcall(&[]);
    let [own, other, plain, never] = medians(
        &bench.effort,
        [
            &mut || round_over("https", &rollcall.address, &requests, seconds),
            &mut || round_over("https", &bare.address, &requests, seconds),
            &mut || round_over("http", &rollcall.address, &requests, seconds),
            &mut || round_over("http", &without.address, &requests, seconds),
        ],
    );
    let note = format!("{:.0} a second, bare {:.0}", own.rate, other.rate);
    report.at_least(
        "throughput over TLS",
        own.rate / other.rate,
        0.6,
        "x",
        &note,
    );
    let note = format!("{:.0} a second over HTTP", plain.rate);
    report.only("the same against HTTP", own.rate / plain.rate, "x", &note);
    let note = format!("{:.0} a second, {:.0}", plain.rate, never.rate);
    report.at_least(
        "HTTP, with --tls auto against without",
        plain.rate / never.rate,
        PLAIN,
        "x",
        &note,
    );

    let client = client(&rollcall);
    let began = Instant::now();
    let mut many = 0.0;
    while began.elapsed() < TIME {
        drop(shake(&rollcall.address, &client));
        many += 1.0;
    }
    let rate = many / began.elapsed().as_secs_f64();
    report.only("new handshakes, one client", rate, "/s", "resumption off");

    let [secure, plain] = [true, false].map(|is_secure| {
        let server = Process::rollcall(&["--tls", "auto"]);
        let client = self::client(&server);
        // The first one makes what all share.
        let mut open = vec![idle(&server.address, is_secure.then_some(&client))];
        let before = server.resident();
        open.extend((0..IDLE).map(|_| idle(&server.address, is_secure.then_some(&client))));
        (server.resident() - before) * MIB / 1024.0 / IDLE as f64
    });
    let note = format!("{plain:.1} KiB over HTTP");
    report.at_most(
        "memory of an idle connection over TLS",
        secure,
        48.0,
        "KiB",
        &note,
    );
}

fn client(server: &Process) -> Arc<ClientConfig> {
    let mut pem = Vec::new();
    let mut stream = TcpStream::connect(&server.address).expect("it listens");
    let request = b"GET /_rollcall/ca.pem HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    stream.write_all(request).expect("it reads");
    stream.read_to_end(&mut pem).expect("it answers");
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(&pem).expect("a certificate"))
        .expect("an authority");
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config)
}

type Secure = StreamOwned<ClientConnection, TcpStream>;

fn shake(address: &str, client: &Arc<ClientConfig>) -> Secure {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_nodelay(true).expect("a socket option");
    let name = ServerName::try_from("localhost").expect("a name");
    let session = ClientConnection::new(Arc::clone(client), name).expect("a session");
    let mut stream = StreamOwned::new(session, stream);
    while stream.conn.is_handshaking() {
        stream
            .conn
            .complete_io(&mut stream.sock)
            .expect("a handshake");
    }
    stream
}

/// A connection over which one call was made.
enum Open {
    Plain(#[expect(dead_code, reason = "held open")] TcpStream),
    Secure(#[expect(dead_code, reason = "held open")] Box<Secure>),
}

fn idle(address: &str, client: Option<&Arc<ClientConfig>>) -> Open {
    match client {
        Some(client) => {
            let mut stream = shake(address, client);
            call(&mut stream);
            Open::Secure(Box::new(stream))
        }
        None => {
            let mut stream = TcpStream::connect(address).expect("it listens");
            call(&mut stream);
            Open::Plain(stream)
        }
    }
}

fn call(stream: &mut (impl Read + Write)) {
    let request = format!("GET {LIST} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut received = Vec::new();
    let mut buffer = [0; 16 * 1024];
    // The last byte of the document.
    while !received.ends_with(b"}") {
        let length = stream.read(&mut buffer).expect("it answers");
        assert!(0 < length, "the server closed the connection");
        received.extend_from_slice(&buffer[..length]);
    }
}
