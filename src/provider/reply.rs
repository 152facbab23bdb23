//! An answer as the providers give it.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::json;

use crate::provider::error::{ApiError, Refusal};
use crate::store::stream::BodyTail;

/// An answer on its way out.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body, or its beginning.
    pub(crate) body: Bytes,
    /// What of the body is made while it is sent.
    pub(crate) remains: Option<BodyTail>,
}

impl Reply {
    /// An answer with a body of that content type.
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self {
            status,
            headers,
            body: body.into(),
            remains: None,
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            remains: None,
        }
    }

    /// The same, of which the body is only the beginning if something remains.
    #[must_use]
    pub(crate) fn and(mut self, remains: Option<BodyTail>) -> Self {
        self.remains = remains;
        self
    }

    /// The same with a body of that content type, which may be any text; one that no header can hold is left out.
    #[must_use]
    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE, content_type)
    }

    /// 200 with compact JSON.
    pub(crate) fn json(
        content_type: &'static str,
        body: &impl Serialize,
    ) -> Result<Self, ApiError> {
        Ok(Self::new(200, content_type, serde_json::to_vec(body)?))
    }

    /// An error of rollcall itself, as RFC 9457 wants it.
    pub(crate) fn problem(status: u16, title: &str, detail: &str) -> Self {
        let body =
            json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
        Self::new(status, "application/problem+json", body.to_string())
    }

    /// The same with another status.
    #[must_use]
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same with a header more (or changed); a value that no header can hold is left out.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same with the headers that only a refusal has.
    #[must_use]
    pub(crate) fn headers_of(self, refusal: &Refusal) -> Self {
        let headers = refusal.headers.iter();
        headers.fold(self, |reply, (name, value)| {
            reply.header(name.clone(), value)
        })
    }
}
