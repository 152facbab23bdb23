//! Calls that the server makes itself: described by a test, or repeated from the journal.

use serde_json::Value;

use super::{Client, ClientError};

impl Client {
    /// Makes the server send a call as a client would, signed with a key of the namespace. Returns what was sent and what came
    /// back: `request`, `response`, `journal_id`, and the call as a `curl` command. `"send": false` only signs.
    ///
    /// # Errors
    /// With the place and the reason, when the call is invalid.
    ///
    /// ```
    /// use serde_json::json;
    ///
    /// let rollcall = rollcall::Rollcall::start();
    /// let call = json!({ "provider": "volcengine-bytehouse", "operation": "ListUsers" });
    /// assert_eq!(rollcall.attempt(&call)?["response"]["status"], 200);
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn attempt(&self, call: &Value) -> Result<Value, ClientError> {
        self.json("POST", &self.at("/try"), call.clone())
    }

    /// Makes the server repeat a call of the journal, signed with a key of its namespace. Returns the same as `attempt`.
    ///
    /// # Errors
    /// When there is no such entry, or the journal did not keep its complete request.
    ///
    /// ```
    /// use serde_json::json;
    ///
    /// let rollcall = rollcall::Rollcall::start();
    /// rollcall.attempt(&json!({ "provider": "volcengine-bytehouse", "operation": "ListUsers" }))?;
    /// assert_eq!(rollcall.replay(1)?["journal_id"], 2);
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn replay(&self, id: u64) -> Result<Value, ClientError> {
        self.json("POST", &format!("/journal/{id}/replay"), Value::Null)
    }
}
