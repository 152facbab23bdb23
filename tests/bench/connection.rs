//! One connection that is kept alive, for the time of single calls.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How long one series of calls may take; slow calls are measured by fewer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    namespace: String,
}

impl Request {
    pub(crate) fn new(method: &'static str, target: impl Into<String>) -> Self {
        Self {
            method,
            target: target.into(),
            headers: Vec::new(),
            body: String::new(),
            namespace: "default".to_owned(),
        }
    }

    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self::new("GET", target)
    }

    pub(crate) fn with(mut self, body: &impl ToString) -> Self {
        self.body = body.to_string();
        self
    }

    pub(crate) fn within(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.namespace);
        self
    }

    /// With further headers, a host among them where it matters.
    pub(crate) fn with_headers(mut self, headers: &[(String, String)]) -> Self {
        self.headers.extend_from_slice(headers);
        self
    }

    /// As it goes over the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self {
            method,
            target,
            headers,
            body,
            namespace,
        } = self;
        let mut head =
            format!("{method} {target} HTTP/1.1\r\nX-Rollcall-Namespace: {namespace}\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| name == "Host") {
            head.push_str("Host: 127.0.0.1\r\n");
        }
        let length = body.len();
        format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
            .into_bytes()
    }
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a socket option");
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Sends a request and gives the body of the answer, which has to be a good one.
    pub(crate) fn ask(&mut self, request: &Request) -> &[u8] {
        self.stream
            .write_all(&request.bytes())
            .expect("the server reads");
        self.answer(request)
    }

    /// The same with status and headers, whose names are in lower case.
    pub(crate) fn ask_for_all(
        &mut self,
        request: &Request,
    ) -> (u16, Vec<(String, String)>, String) {
        self.stream
            .write_all(&request.bytes())
            .expect("the server reads");
        let start = self.receive(request);
        let (head, body) = self.received.split_at(start);
        let (head, body) = [head, body]
            .map(|part| String::from_utf8_lossy(part))
            .into();
        let mut lines = head.lines();
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1)?.parse().ok())
            .expect("a status");
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        (status, headers, body.into_owned())
    }

    /// Sends a request with a file for a body.
    pub(crate) fn ask_with(&mut self, request: &Request, mut body: std::fs::File) -> &[u8] {
        let length = body.metadata().expect("an open file").len();
        let head = String::from_utf8(request.bytes()).expect("it was text");
        let head = head.replace("Content-Length: 0", &format!("Content-Length: {length}"));
        self.stream
            .write_all(head.as_bytes())
            .and_then(|()| std::io::copy(&mut body, &mut self.stream))
            .expect("the server reads");
        self.answer(request)
    }

    fn answer(&mut self, request: &Request) -> &[u8] {
        let start = self.receive(request);
        &self.received[start..]
    }

    /// Reads an answer, which has to be a good one; where its body begins.
    fn receive(&mut self, request: &Request) -> usize {
        self.received.clear();
        let start = self.read_to(|received| {
            let end = received.windows(4).position(|four| four == b"\r\n\r\n")?;
            Some(end + 4)
        });
        let head = String::from_utf8_lossy(&self.received[..start]).to_lowercase();
        let length = if head.starts_with("http/1.1 204") {
            0
        } else {
            head.lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .and_then(|length| length.trim().parse().ok())
                .unwrap_or_else(|| panic!("{request:?} is answered without a length: {head}"))
        };
        self.read_to(|received| (start + length <= received.len()).then_some(()));
        let body = &self.received[start..start + length];
        assert!(
            head.starts_with("http/1.1 2") && !is_refusal(body),
            "{request:?} is answered with {head}{}",
            String::from_utf8_lossy(body)
        );
        start
    }

    fn read_to<T>(&mut self, found: impl Fn(&[u8]) -> Option<T>) -> T {
        let mut buffer = [0; 16 * 1024];
        loop {
            if let Some(found) = found(&self.received) {
                return found;
            }
            let length = self.stream.read(&mut buffer).expect("an answer");
            assert!(0 < length, "the server closed the connection");
            self.received.extend_from_slice(&buffer[..length]);
        }
    }

    /// The median time, in microseconds, of some kinds of calls that are made in turn.
    ///
    /// A kind makes a request of a number, so that none has to come twice.
    pub(crate) fn medians<const N: usize>(
        &mut self,
        many: u64,
        kinds: [&dyn Fn(u64) -> Request; N],
    ) -> [f64; N] {
        self.medians_within(TIMEOUT, many, kinds)
    }

    /// The same, with as much patience as that.
    pub(crate) fn medians_within<const N: usize>(
        &mut self,
        patience: Duration,
        many: u64,
        kinds: [&dyn Fn(u64) -> Request; N],
    ) -> [f64; N] {
        let mut times = [(); N].map(|()| Vec::new());
        let began = Instant::now();
        for number in 0..many {
            for (times, kind) in times.iter_mut().zip(kinds) {
                let request = kind(number);
                let sent = Instant::now();
                self.ask(&request);
                times.push(sent.elapsed().as_secs_f64() * 1e6);
            }
            if patience < began.elapsed() {
                break;
            }
        }
        times.map(|times| crate::load::median(times.into_iter()))
    }
}

/// QingCloud refuses with 200 and a code that is not 0.
pub(crate) fn is_refusal(body: &[u8]) -> bool {
    const CODE: &[u8] = b"\"ret_code\":";
    memchr::memmem::find(body, CODE).is_some_and(|at| body.get(at + CODE.len()) != Some(&b'0'))
}
