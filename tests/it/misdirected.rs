//! Clients that speak something else to the port than HTTP/1.1: each is told of once, and counted.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli::{BINARY, Process};
use crate::client::{TIMEOUT, exchange};

/// The beginning of a ClientHello of TLS 1.2, as curl sends it.
const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
const CONNECT: &[u8] = b"CONNECT open.volcengineapi.com:443 HTTP/1.1\r\nHost: open.volcengineapi.com:443\r\nConnection: close\r\n\r\n";

/// Sends bytes and waits for the connection to end.
fn send(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a time-out");
    stream.write_all(bytes).expect("it reads");
    if bytes.is_empty() {
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("it is open");
    }
    let mut received = Vec::new();
    // Reset or closed: either ends it.
    let _ = stream.read_to_end(&mut received);
    received
}

fn count(address: SocketAddr, protocol: &str) -> u64 {
    let request =
        b"GET /_rollcall/metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let metrics = exchange(address, request, 1).remove(0);
    let sample = format!("rollcall_misdirected_connections_total{{protocol=\"{protocol}\"}} ");
    let value = metrics
        .text()
        .lines()
        .find_map(|line| line.strip_prefix(&sample).map(str::to_owned));
    value
        .unwrap_or_else(|| panic!("no {sample}in {metrics}"))
        .parse()
        .expect("a number")
}

#[test]
fn other_protocols_are_warned_of_once_a_client_and_counted() {
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut process = Process::of(child);
    let address = process.address();
    for protocol in ["tls", "http2", "connect"] {
        assert_eq!(count(address, protocol), 0, "{protocol}");
    }
    for _ in 0..3 {
        send(address, CLIENT_HELLO);
    }
    for _ in 0..2 {
        send(address, HTTP2);
    }
    let refused = send(address, CONNECT);
    let refused = String::from_utf8_lossy(&refused);
    assert!(refused.starts_with("HTTP/1.1 405 "), "{refused}");
    // What is none of these: an ordinary call, words that begin like them, nothing at all.
    for bytes in [
        &b"PRIVATE / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"[..],
        b"CONNECTS / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"",
    ] {
        send(address, bytes);
    }
    let deadline = Instant::now() + TIMEOUT;
    while count(address, "tls") < 3 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(
        [
            count(address, "tls"),
            count(address, "http2"),
            count(address, "connect")
        ],
        [3, 2, 1]
    );
    let mut stderr = process.child.stderr.take().expect("it is piped");
    process.stop();
    let mut log = String::new();
    stderr.read_to_string(&mut log).expect("text");
    for (told, advice) in [
        ("spoke TLS to this port", "begins with http://"),
        ("spoke HTTP/2 with prior knowledge", "HTTP/1.1"),
        ("took this port for a proxy", "as its endpoint"),
    ] {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(told)).collect();
        assert_eq!(lines.len(), 1, "{told}: {log}");
        assert!(lines[0].contains(advice), "{}", lines[0]);
        assert!(lines[0].contains("127.0.0.1"), "{}", lines[0]);
    }
}
