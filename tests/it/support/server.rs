//! A server for one test, and how a test calls it.

use std::net::SocketAddr;
use std::sync::Barrier;
use std::thread;

use rollcall::clock::{Setting, Time};
use rollcall::{Options, Rollcall};

use super::client::{Answer, exchange};
use super::openapi;

/// The moment at which the tests' clocks stand.
pub(crate) const NOW: &str = "2024-05-20T08:30:00Z";

/// A server with a frozen clock and seeded ids.
pub(crate) struct Server {
    rollcall: Rollcall,
}

/// A server with the demo data.
pub(crate) fn demo() -> Server {
    with(frozen())
}

/// A server as told.
pub(crate) fn with(options: Options) -> Server {
    Server {
        rollcall: Rollcall::start_with(&options).expect("the options are good"),
    }
}

/// The demo data, a frozen clock, seeded ids.
pub(crate) fn frozen() -> Options {
    Options::default()
        .clock(Setting::Fixed(
            Time::parse_rfc3339(NOW).expect("a valid time"),
        ))
        .rng_seed(7)
}

/// What as many clients get who call at the same moment, sorted.
#[track_caller]
pub(crate) fn at_once<T: Send + Ord>(clients: usize, call: impl Fn() -> T + Sync) -> Vec<T> {
    let start = Barrier::new(clients);
    let mut got: Vec<T> = thread::scope(|scope| {
        let clients: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    call()
                })
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().expect("no client panics"))
            .collect()
    });
    got.sort();
    got
}

impl Server {
    pub(crate) fn address(&self) -> SocketAddr {
        self.rollcall
            .url()
            .trim_start_matches("http://")
            .parse()
            .expect("an address")
    }

    /// `GET`, without any header but Host.
    #[track_caller]
    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], b"")
    }

    /// Puts a snapshot of the default namespace back in its place, after which a seeded stream of ids begins anew, as it does
    /// with a restart.
    #[track_caller]
    pub(crate) fn restore_itself(&self) {
        const SNAPSHOT: &str = "/_rollcall/namespaces/default/snapshot";
        let snapshot = self.get(SNAPSHOT);
        assert_eq!(snapshot.status, 200, "{snapshot}");
        let restored = self.send("PUT", SNAPSHOT, &[], &snapshot.body);
        assert_eq!(restored.status, 200, "{restored}");
    }

    /// `POST` of a form.
    #[track_caller]
    pub(crate) fn post_form(&self, target: &str, form: &str) -> Answer {
        self.send(
            "POST",
            target,
            &[("content-type", "application/x-www-form-urlencoded")],
            form.as_bytes(),
        )
    }

    /// `POST`, `PUT` or `DELETE` with a JSON body.
    #[track_caller]
    pub(crate) fn json(&self, method: &str, target: &str, body: &str) -> Answer {
        self.send(
            method,
            target,
            &[("content-type", "application/json")],
            body.as_bytes(),
        )
    }

    /// Any request; `host` and `content-length` are added. The answer of a documented operation is held against openapi/.
    #[track_caller]
    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut request = format!("{method} {target} HTTP/1.1\r\n");
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"))
        {
            request.push_str("host: 127.0.0.1\r\n");
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method != "GET" {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("connection: close\r\n\r\n");
        let sent = [request.as_bytes(), body].concat();
        let answer = exchange(self.address(), &sent, 1)
            .pop()
            .unwrap_or_else(|| panic!("no answer to {method} {target}"));
        openapi::check(method, target, body, &answer);
        answer
    }
}
