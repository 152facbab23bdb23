//! Requests in inputs: a request line, headers, an empty line, a body; several requests are separated by a line `%%`.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

/// The separator between requests.
const BETWEEN: &[u8] = b"\n%%\n";
/// The maximum number of requests that are made per input.
const MOST: usize = 4;

/// A request, as far as the input forms one.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) method: Method,
    pub(super) target: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Sent {
    /// The requests in an input. Parts that no HTTP library would accept are left out.
    pub(super) fn all(input: &[u8]) -> Vec<Self> {
        let mut found = Vec::new();
        let mut rest = input;
        while found.len() < MOST {
            let end = memchr::memmem::find(rest, BETWEEN);
            found.extend(Self::parse(&rest[..end.unwrap_or(rest.len())]));
            match end {
                Some(end) => rest = &rest[end + BETWEEN.len()..],
                None => break,
            }
        }
        found
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let end = memchr::memmem::find(text, b"\n\n");
        let (head, body) = match end {
            Some(end) => (&text[..end], &text[end + 2..]),
            None => (text, &b""[..]),
        };
        let mut lines = head.split(|byte| *byte == b'\n');
        let mut line = lines.next()?.split(|byte| *byte == b' ');
        let method = Method::from_bytes(line.next()?).ok()?;
        let target = Uri::try_from(line.next()?).ok()?;
        if !target.path().starts_with('/') {
            return None;
        }
        let mut headers = HeaderMap::new();
        for line in lines {
            let Some(colon) = memchr::memchr(b':', line) else {
                continue;
            };
            let name = HeaderName::from_bytes(&line[..colon]);
            let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
            if let (Ok(name), Ok(value)) = (name, value) {
                // An error means that there are too many headers, which HTTP libraries refuse too.
                headers.try_append(name, value).ok()?;
            }
        }
        Some(Self {
            method,
            target,
            headers,
            body: Bytes::copy_from_slice(body),
        })
    }

    /// Whether it is for the control plane.
    pub(super) fn is_control(&self) -> bool {
        self.target.path().starts_with("/_rollcall/")
    }
}
