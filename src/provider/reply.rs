//! A provider's answer.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::json;

use crate::provider::error::{ApiError, Refusal};
use crate::store::stream::BodyTail;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body, or its beginning.
    pub(crate) body: Bytes,
    /// The rest of the body, built while it is sent.
    pub(crate) remains: Option<BodyTail>,
}

impl Reply {
    /// An answer with a body and its content type.
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

    /// The same; the body is only the beginning if there is a rest.
    #[must_use]
    pub(crate) fn and(mut self, remains: Option<BodyTail>) -> Self {
        self.remains = remains;
        self
    }

    /// The same with a body and any text as its content type; an invalid one is omitted.
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

    /// An error of rollcall itself, in the format of RFC 9457.
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

    /// Sets a header; an invalid value is omitted.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Adds the headers of a refusal.
    #[must_use]
    pub(crate) fn headers_of(self, refusal: &Refusal) -> Self {
        let headers = refusal.headers.iter();
        headers.fold(self, |reply, (name, value)| {
            reply.header(name.clone(), value)
        })
    }
}
