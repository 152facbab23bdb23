//! Calls that the server makes itself: as a test wants them, and once more from the journal.

use serde_json::Value;

use super::{Client, ClientError};

impl Client {
    /// Has the server make a call as a client would, signed with a key of the namespace, and tells what was sent and what
    /// came back: `request`, `response`, `journal_id`, and the same as a `curl` command. `"send": false` only signs.
    ///
    /// # Errors
    /// With the place and what is wrong there, when no such call can be made.
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

    /// Has the server make a call of the journal again, signed with a key of its namespace; tells the same.
    ///
    /// # Errors
    /// When there is no such entry, or the journal did not keep its request whole.
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
