//! Expected calls, checked when a test ends.

use std::fmt;
use std::time::Duration;

use serde_json::json;

use super::{Client, ClientError};
use crate::pipeline::journal::Count;

/// Calls expected while this is alive. Dropping it panics if there were not that many, and shows the closest calls.
///
/// ```
/// use rollcall::control::Expectation;
///
/// let rollcall = rollcall::Rollcall::start();
/// let once: Expectation = rollcall.expect("huawei-rocketmq", "ListUser", ..=1);
/// ```
#[must_use = "the expectation is checked when its guard is dropped"]
pub struct Expectation {
    pub(super) client: Client,
    pub(super) provider: String,
    pub(super) operation: String,
    pub(super) count: Count,
    pub(super) since: u64,
}

impl Expectation {
    /// Checks now, waiting for calls at most that long.
    ///
    /// # Errors
    /// With the closest calls, when there were not that many.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let rollcall = rollcall::Rollcall::start();
    /// let none = rollcall.expect("huawei-rocketmq", "ListUser", 0);
    /// none.verify(Duration::ZERO)?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn verify(&self, wait: Duration) -> Result<(), ClientError> {
        let question = json!({
            "match": { "provider": self.provider, "operation": self.operation },
            "since": self.since,
            "count": self.count,
            "wait_ms": u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        });
        self.client
            .json("POST", &self.client.at("/journal/verify"), question)
            .map(drop)
    }
}

impl fmt::Debug for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Expectation({} of {} {})",
            self.count, self.provider, self.operation
        )
    }
}

impl Drop for Expectation {
    fn drop(&mut self) {
        // A second panic would end the test run.
        if std::thread::panicking() {
            return;
        }
        if let Err(cause) = self.verify(Duration::ZERO) {
            let nearest = match &cause {
                ClientError::Refused {
                    nearest: Some(nearest),
                    ..
                } if nearest != &json!([]) => format!("\nthe closest calls: {nearest:#}"),
                _ => String::new(),
            };
            panic!(
                "expected {} calls of {} {}: {cause}{nearest}",
                self.count, self.provider, self.operation
            );
        }
    }
}
