//! Connections that stay: clients that stop half-way through a handshake, and many that are open at once.

use std::io::{Read as _, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use super::hostile::resident;
use super::{auto, ca, connect, get, shake};
use crate::cli::Process;
use crate::client::TIMEOUT;
use crate::control::USERS;

/// How long a client may take to shake hands, as docs/https.md has it.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

#[test]
fn a_client_that_is_silent_after_half_a_hello_is_left_in_time() {
    let server = auto();
    // Nothing but what tells that it is TLS; half a head; a head whose message never comes.
    let silent = [
        &b"\x16"[..],
        b"\x16\x03\x01",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ];
    let began = Instant::now();
    thread::scope(|scope| {
        for half in silent {
            let mut stream = connect(server.address());
            scope.spawn(move || {
                stream
                    .set_read_timeout(Some(HANDSHAKE_TIME + TIMEOUT))
                    .expect("a time-out");
                stream.write_all(half).expect("it is open");
                let mut received = Vec::new();
                // Closed or reset: either ends it.
                if let Err(cause) = stream.read_to_end(&mut received) {
                    assert_eq!(cause.kind(), std::io::ErrorKind::ConnectionReset);
                }
                assert_eq!(received, b"", "there is nothing to be said to it");
                assert!(HANDSHAKE_TIME / 2 < began.elapsed(), "too early");
            });
        }
        // Others are served meanwhile.
        assert_eq!(server.get(USERS).status, 200);
    });
}

/// How many are open at once; by hand it was ten thousand (tests/bench/README.md).
const OPEN: u64 = 400;
/// What each of them may take while it is idle, in KiB.
const EACH: u64 = 48;

#[test]
fn hundreds_of_connections_stay_open_and_small() {
    let server = Process::start(&["--listen", "127.0.0.1:0", "--tls", "auto"]);
    let (address, id) = (server.address(), server.child.id());
    let pem = ca(address);
    let open = || {
        let mut stream = shake(connect(address), &pem, "localhost").expect("a handshake");
        assert_eq!(get(&mut stream, "localhost", USERS).status, 200);
        stream
    };
    // What the first ones make for all.
    drop((0..20).map(|_| open()).collect::<Vec<_>>());
    let before = resident(id);
    let mut streams: Vec<_> = (0..OPEN).map(|_| open()).collect();
    let grown = resident(id).saturating_sub(before);
    assert!(
        grown <= OPEN * EACH,
        "{grown} KiB more for {OPEN} connections"
    );
    // Each is still good for a call.
    for stream in &mut streams {
        assert_eq!(get(stream, "localhost", USERS).status, 200);
    }
}
