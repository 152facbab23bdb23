//! Clients that are no clients: half a hello, nonsense after one, names of every kind, thousands of handshakes.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;

use super::{auto, ca, connect, get, shake};
use crate::cli::Process;
use crate::client::TIMEOUT;
use crate::control::USERS;

/// The first flight of a client that asks for that name.
fn hello(name: &str) -> Vec<u8> {
    let config = rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .expect("versions")
    .with_root_certificates(rustls::RootCertStore::empty())
    .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let mut client =
        rustls::ClientConnection::new(std::sync::Arc::new(config), name).expect("a client");
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).expect("memory takes it");
    bytes
}

/// Sends bytes, closes the writing half, and reads until the server ends the connection.
#[track_caller]
fn send(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    // It may have been refused before it was all sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let began = Instant::now();
    let mut received = Vec::new();
    // Closed or reset: either ends it.
    let _ = stream.read_to_end(&mut received);
    assert!(began.elapsed() < TIMEOUT, "the connection did not end");
    received
}

#[test]
fn whatever_a_hello_is_cut_to_or_followed_by_ends_the_connection() {
    let server = auto();
    let address = server.address();
    let whole = hello("localhost");
    for length in [
        1,
        2,
        3,
        4,
        5,
        6,
        9,
        11,
        40,
        whole.len() / 2,
        whole.len() - 1,
    ] {
        send(address, &whole[..length]);
    }
    for garbage in [
        &b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"[..],
        &[0; 4096],
        &[0xff; 70_000],
        &whole,
    ] {
        send(address, &[&whole[..], garbage].concat());
    }
    // Lengths that lie, records of other kinds, the largest record and more than that.
    for record in [
        &b"\x16\x03\x01\x00\x00"[..],
        b"\x16\x03\x01\xff\xff",
        b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
        b"\x16\x03\x00\x00\x02\x01\x00",
        b"\x16\x03\x03\x00\x01\x00",
        b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00",
    ] {
        send(address, record);
        send(address, &[record, &[0; 20_000]].concat());
    }
    let mut flipped = whole.clone();
    for at in 0..whole.len() {
        flipped[at] ^= 0xff;
        send(address, &flipped);
        flipped[at] = whole[at];
    }
    assert_eq!(server.get(USERS).status, 200);
}

/// The name in a hello, replaced by another one of the same length.
fn renamed(length: usize, byte: u8) -> Vec<u8> {
    // Labels of at most 63 letters.
    let label = "a".repeat(63);
    let name = [label.as_str(); 4].join(".");
    let name = &name[..length];
    let mut bytes = hello(name);
    let at = bytes
        .windows(name.len())
        .position(|part| part == name.as_bytes())
        .expect("the name is in it");
    bytes[at..at + name.len()].fill(byte);
    bytes
}

#[test]
fn names_of_every_length_and_of_nonsense_are_survived() {
    let server = auto();
    for length in [1, 2, 63, 100, 253] {
        for byte in [b'a', b'.', b'-', b'*', b' ', b'/', 0, 0x7f, 0xff] {
            send(server.address(), &renamed(length, byte));
        }
    }
    // 255 bytes: longer than a name may be, written into the hello by hand.
    let short = hello("localhost");
    let at = short
        .windows(9)
        .position(|part| part == b"localhost")
        .expect("it is in it");
    let grow = 255 - 9;
    let mut long = short.clone();
    long.splice(at..at + 9, [b'x'; 255]);
    for (place, bytes) in [(3, 2), (6, 3), (at - 2, 2), (at - 5, 2), (at - 7, 2)] {
        add(&mut long[place..place + bytes], grow);
    }
    // The length of all extensions stands before the first of them.
    let extensions = extensions_at(&short);
    add(&mut long[extensions..extensions + 2], grow);
    send(server.address(), &long);
    assert_eq!(server.get(USERS).status, 200);
}

fn add(bytes: &mut [u8], more: usize) {
    let number = bytes
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
        + more;
    let count = bytes.len();
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::try_from(number >> (8 * (count - 1 - at)) & 0xff).expect("a byte");
    }
}

/// Where a hello says how long its extensions are.
fn extensions_at(hello: &[u8]) -> usize {
    // Record and message heads, version, random.
    let session = 5 + 4 + 2 + 32;
    let suites = session + 1 + usize::from(hello[session]);
    let compressions =
        suites + 2 + usize::from(hello[suites]) * 256 + usize::from(hello[suites + 1]);
    compressions + 1 + usize::from(hello[compressions])
}

#[test]
fn plain_http_in_the_middle_ends_the_connection() {
    let server = auto();
    let mut stream = shake(
        connect(server.address()),
        &ca(server.address()),
        "localhost",
    )
    .expect("a handshake");
    assert_eq!(get(&mut stream, "x", USERS).status, 200);
    stream
        .sock
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("it is open");
    let mut received = Vec::new();
    // An alert and an end.
    let ended = stream.read_to_end(&mut received);
    assert!(ended.is_err() || received.is_empty(), "{received:?}");
    assert_eq!(server.get(USERS).status, 200);
}

#[test]
fn a_client_with_other_protocols_alone_is_refused_by_name() {
    let server = auto();
    let mut roots = rustls::RootCertStore::empty();
    use rustls::pki_types::pem::PemObject as _;
    let pem = ca(server.address());
    roots
        .add(rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM"))
        .expect("an authority");
    let mut config = rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .expect("versions")
    .with_root_certificates(roots)
    .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from("localhost").expect("a name");
    let mut client =
        rustls::ClientConnection::new(std::sync::Arc::new(config), name).expect("a client");
    let mut socket = connect(server.address());
    let refused = loop {
        match client.complete_io(&mut socket) {
            Ok(_) if client.is_handshaking() => {}
            other => break other,
        }
    };
    let cause = refused.map(drop).expect_err("no such protocol").to_string();
    assert!(cause.contains("NoApplicationProtocol"), "{cause}");
}

/// The memory of a process that is in use, in KiB.
pub(super) fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line
        .expect("a line of memory")
        .trim()
        .trim_end_matches(" kB");
    number.parse().expect("a number")
}

#[test]
fn thousands_of_handshakes_leave_no_memory() {
    const CLIENTS: usize = 4;
    let server = Process::start(&["--listen", "127.0.0.1:0", "--tls", "auto"]);
    let address = server.address();
    let pem = ca(address);
    let round = |handshakes: usize| {
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let pem = &pem;
                scope.spawn(move || {
                    for number in 0..handshakes / CLIENTS {
                        // Names without end: certificates are kept for some.
                        let name = format!("n{}.localhost", client * handshakes + number);
                        drop(shake(connect(address), pem, &name).expect("a handshake"));
                        // And those that stop half-way.
                        let mut half = TcpStream::connect(address).expect("it listens");
                        half.write_all(b"\x16\x03\x01\x02\x00\x01\x00")
                            .expect("it reads");
                    }
                });
            }
        });
    };
    round(1000);
    let before = resident(server.child.id());
    round(1000);
    // What is on its way out has a moment.
    let deadline = Instant::now() + TIMEOUT;
    let grown = || resident(server.child.id()).saturating_sub(before);
    while 4 * 1024 < grown() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
    }
    assert!(
        grown() <= 4 * 1024,
        "{} KiB more after a thousand handshakes than before",
        grown()
    );
}
