//! Errors of the control plane: RFC 9457 problem JSON with a pointer to the faulty member.

use std::any::Any;

use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::namespace::NamespaceError;
use crate::store::{OpenError, trouble};

/// An error of the control plane.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(super) status: u16,
    /// What happened, in a few words; defaults to the status's reason.
    pub(super) title: Option<&'static str>,
    pub(super) detail: String,
    /// The faulty member of the body, as a JSON pointer.
    pub(super) pointer: Option<String>,
    /// Further members.
    pub(super) more: Option<Box<serde_json::Value>>,
}

impl Problem {
    pub(crate) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self {
            status,
            title: None,
            detail: detail.into(),
            pointer: None,
            more: None,
        }
    }

    pub(crate) fn title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

impl From<NamespaceError> for Problem {
    fn from(cause: NamespaceError) -> Self {
        let problem = Self::new(cause.status(), cause.to_string());
        problem.title(cause.title())
    }
}

impl From<OpenError> for Problem {
    fn from(cause: OpenError) -> Self {
        match cause {
            OpenError::Machine(_) => Self::new(503, format!("the data {cause}")),
            cause => Self::new(500, format!("the data {cause}")),
        }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(cause: rusqlite::Error) -> Self {
        if let Some(trouble) = trouble::of_sqlite(&cause) {
            // The paths that SQLite names belong in the log only.
            tracing::error!(%cause, "the data could not be used");
            return Self::new(503, format!("the data could not be used: {trouble}"));
        }
        let detail = cause.sqlite_error().map_or_else(String::new, |error| {
            format!(" (SQLite {})", error.extended_code)
        });
        Self::new(500, format!("the data could not be used: {cause}{detail}"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a valid status");
        let mut body = json!({
            "type": "about:blank",
            "title": self.title.or_else(|| status.canonical_reason()),
            "status": self.status,
            "detail": self.detail,
        });
        if let Some(pointer) = self.pointer {
            body["pointer"] = pointer.into();
        }
        if let Some(more) = self.more {
            body["nearest"] = *more;
        }
        let mut response = (
            status,
            [("content-type", "application/problem+json")],
            body.to_string(),
        )
            .into_response();
        // The unread rest of the body must not be taken for a request.
        if status == StatusCode::REQUEST_TIMEOUT {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        response
    }
}

/// Runs work on databases and long lists without blocking other calls.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let done = elsewhere(Box::new(|| Box::new(work()))).await?;
    let answer: Box<Result<T, Problem>> = done.downcast().expect("the answer of this work");
    *answer
}

type Work = Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>;

/// Type-erased: a generic task would be compiled once for every kind of work.
async fn elsewhere(work: Work) -> Result<Box<dyn Any + Send>, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|cause| {
        tracing::error!(%cause, "a call of the control plane broke");
        let detail =
            format!("internal error: {cause}. This is a bug in rollcall; please report it.");
        Problem::new(500, detail)
    })
}
