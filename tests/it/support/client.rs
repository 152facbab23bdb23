//! A client that sends exactly what it is told, over a socket of its own, and reads the answer whole.

use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long a test waits for anything.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// An answer, whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header's value; the name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("answers are UTF-8")
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|cause| panic!("not JSON ({cause}): {self}"))
    }

    /// Status and the provider's code, as `400 InvalidParams`; a success is the bare status.
    pub(crate) fn verdict(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let places = [
            "/Code",
            "/error_code",
            "/ResponseMetadata/Error/Code",
            "/error/code",
            "/ret_code",
        ];
        let code = places
            .iter()
            .find_map(|place| body.pointer(place))
            .filter(|code| **code != 0);
        match code {
            None => self.status.to_string(),
            Some(Value::String(code)) => format!("{} {code}", self.status),
            Some(code) => format!("{} {code}", self.status),
        }
    }
}

/// The answer as a snapshot shows it: the status, the headers that matter, the body.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| name != "date")
            .collect();
        headers.sort();
        for (name, value) in headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}

/// Sends bytes on a new connection and reads until the server closes it, or all `answers` are there.
pub(crate) fn exchange(address: SocketAddr, sent: &[u8], answers: usize) -> Vec<Answer> {
    talk(address, sent, answers, After::Wait).0
}

/// What a client does when it has sent everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// It waits for the answer.
    Wait,
    /// It closes its side: there will be no more.
    Close,
}

/// Why a client stopped reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It has every answer that it waited for.
    Answered,
    /// The server closed the connection.
    Closed,
    /// Nothing came for [`TIMEOUT`].
    Silence,
}

/// Sends bytes on a new connection and reads until there is a reason to stop.
pub(crate) fn talk(
    address: SocketAddr,
    sent: &[u8],
    answers: usize,
    after: After,
) -> (Vec<Answer>, End) {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .set_read_timeout(Some(TIMEOUT))
        .expect("a time-out can be set");
    stream
        .set_write_timeout(Some(TIMEOUT))
        .expect("a time-out can be set");
    // A server may answer and close before it has read everything.
    let _ = stream.write_all(sent);
    if after == After::Close {
        let _ = stream.shutdown(Shutdown::Write);
    }
    let mut received = Vec::new();
    let mut found = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        while let Some((answer, length)) = parse(&received, sent.starts_with(b"HEAD ")) {
            received.drain(..length);
            found.push(answer);
        }
        if answers <= found.len() {
            return (found, End::Answered);
        }
        match stream.read(&mut buffer) {
            Ok(0) => return (found, End::Closed),
            Err(cause) if matches!(cause.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return (found, End::Silence);
            }
            // A reset is a close too: the server closed before it had read everything.
            Err(_) => return (found, End::Closed),
            Ok(length) => received.extend_from_slice(&buffer[..length]),
        }
    }
}

/// A connection that is used again and again.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::new(),
        })
    }

    /// Sends a request with that body and gives the answer; an error when the connection ends first.
    pub(crate) fn call(
        &mut self,
        method: &str,
        target: &str,
        body: &str,
    ) -> std::io::Result<Answer> {
        let length = body.len();
        write!(
            self.stream,
            "{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        let mut buffer = [0; 16 * 1024];
        loop {
            if let Some((answer, length)) = parse(&self.received, false) {
                self.received.drain(..length);
                return Ok(answer);
            }
            match self.stream.read(&mut buffer)? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                length => self.received.extend_from_slice(&buffer[..length]),
            }
        }
    }
}

/// Reads one answer from whatever brings it; nothing where that ends first.
pub(crate) fn read_answer(stream: &mut impl Read) -> std::io::Result<Option<Answer>> {
    let mut received = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some((answer, _)) = parse(&received, false) {
            return Ok(Some(answer));
        }
        match stream.read(&mut buffer)? {
            0 => return Ok(None),
            length => received.extend_from_slice(&buffer[..length]),
        }
    }
}

/// The first whole answer in what was received, and how long it is.
fn parse(received: &[u8], bodiless: bool) -> Option<(Answer, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) =
        head.parse(received).expect("answers are well-formed HTTP")
    else {
        return None;
    };
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|header| {
            (
                header.name.to_lowercase(),
                String::from_utf8_lossy(header.value).into_owned(),
            )
        })
        .collect();
    let value = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let status = head.code.expect("a complete head has a status");
    let (body, end) = if bodiless || status == 204 {
        (Vec::new(), start)
    } else if value("transfer-encoding") == Some("chunked") {
        unchunk(received, start)?
    } else {
        let length: usize =
            value("content-length").map_or(0, |length| length.parse().expect("a number"));
        (
            received.get(start..start + length)?.to_vec(),
            start + length,
        )
    };
    Some((
        Answer {
            status,
            headers,
            body,
        },
        end,
    ))
}

fn unchunk(received: &[u8], mut at: usize) -> Option<(Vec<u8>, usize)> {
    let mut body = Vec::new();
    loop {
        let httparse::Status::Complete((skip, size)) =
            httparse::parse_chunk_size(&received[at..]).expect("valid chunks")
        else {
            return None;
        };
        let (start, size) = (
            at + skip,
            usize::try_from(size).expect("a chunk fits into memory"),
        );
        body.extend_from_slice(received.get(start..start + size)?);
        at = start + size + 2;
        if received.len() < at {
            return None;
        }
        if size == 0 {
            return Some((body, at));
        }
    }
}
