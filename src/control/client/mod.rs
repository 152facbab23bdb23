//! The control plane's Rust client: the same methods for a server in this process and for a remote one.

mod attempt;
mod expectation;
mod fault;

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use super::guard::is_token;
use crate::namespace::clock::Time;
use crate::pipeline::faults::{Effect, Match, Rule};
use crate::pipeline::journal::Count;

pub use expectation::Expectation;
pub use fault::{FaultGuard, FaultPlan};

/// The time limit of a control-plane call; importing a million users takes far less.
const TIMEOUT: Duration = Duration::from_secs(300);

/// The time limit of a health check, whose caller may have others waiting.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(3);

pub(crate) fn agent(timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .proxy(None)
        .build();
    config.into()
}

/// Describes why there was no answer.
pub(crate) fn transport_error(cause: &ureq::Error, timeout: Duration) -> String {
    match cause {
        ureq::Error::Timeout(_) => {
            format!("no answer within {}", humantime::format_duration(timeout))
        }
        cause => cause.to_string(),
    }
}

/// A server's control plane, seen from one namespace.
///
/// [`Rollcall`](crate::Rollcall) dereferences to one, so that all of this works in process too.
///
/// ```
/// use rollcall::Rollcall;
/// use rollcall::control::Client;
///
/// let rollcall = Rollcall::start();
/// let remote = Client::new(rollcall.url());
/// remote.reset()?;
/// # Ok::<(), rollcall::control::ClientError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    timeout: Duration,
    url: String,
    token: Option<String>,
    namespace: String,
}

/// Why a call of the control plane failed.
///
/// ```
/// use rollcall::control::{Client, ClientError};
///
/// let unreachable = Client::new("http://127.0.0.1:1").health();
/// assert!(matches!(unreachable, Err(ClientError::Unreachable { .. })));
/// ```
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server refused the call, and says why.
    #[error("{detail}{}", pointer.as_deref().map(|pointer| format!(" (at {pointer})")).unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The reason.
        detail: String,
        /// The faulty member of the body, as a JSON pointer.
        pointer: Option<String>,
        /// The calls closest to those that were to be verified.
        nearest: Option<Value>,
    },
    /// The admin token cannot be sent.
    #[error(
        "the admin token must be ASCII letters, digits and punctuation without spaces, to fit in a header; check --admin-token and ROLLCALL_ADMIN_TOKEN"
    )]
    Token,
    /// No server answers there.
    #[error("no rollcall answers at {url} ({cause}); start one, or name another with --url")]
    Unreachable {
        /// The address that was tried.
        url: String,
        /// What happened instead.
        cause: String,
    },
}

/// A call in the journal.
///
/// ```
/// use rollcall::control::JournalCall;
///
/// let rollcall = rollcall::Rollcall::start();
/// let calls: Vec<JournalCall> = rollcall.journal()?;
/// # Ok::<(), rollcall::control::ClientError>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
pub struct JournalCall {
    /// The number of the entry.
    pub id: u64,
    /// The namespace's time.
    pub time: String,
    /// The namespace.
    pub namespace: String,
    /// The provider; empty if none recognised the call.
    pub provider: String,
    /// The operation, by the provider's name for it, or the unknown name that the client sent.
    pub operation: String,
    /// The stage that answered: recognise, fault, gateway, operation, answered or broken.
    pub stage: String,
    /// The HTTP status.
    pub status: u16,
    /// How a fault kept the answer from its client: hang, reset or truncate; empty if it arrived whole.
    #[serde(default)]
    pub delivery: String,
    /// The name of the error's row; empty for a success.
    pub error: String,
    /// The id of the call, in the provider's format.
    pub request_id: String,
    /// The method.
    pub method: String,
    /// The path and query, secrets masked.
    pub target: String,
    /// What nearly matched, what was wrong, and what to do about it.
    pub explanation: Vec<String>,
}

impl Client {
    /// The control plane at an address such as `http://127.0.0.1:4700`, with the namespace `default`.
    ///
    /// ```
    /// let client = rollcall::control::Client::new("http://127.0.0.1:4700");
    /// ```
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into().trim_end_matches('/').to_owned();
        Self {
            agent: agent(TIMEOUT),
            timeout: TIMEOUT,
            url,
            token: None,
            namespace: crate::namespace::DEFAULT.to_owned(),
        }
    }

    /// The same with an admin token.
    ///
    /// ```
    /// let client = rollcall::control::Client::new("http://127.0.0.1:4700").with_token("secret");
    /// ```
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        // A token read from a file ends with a line feed.
        self.token = Some(token.into().trim().to_owned()).filter(|token| !token.is_empty());
        self
    }

    /// The same with another time limit per call than five minutes.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let rollcall = rollcall::Rollcall::start();
    /// let impatient = rollcall.namespace("default").with_timeout(Duration::from_secs(1));
    /// ```
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        (self.agent, self.timeout) = (agent(timeout), timeout);
        self
    }

    /// The same server, seen from another namespace.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let suite = rollcall.namespace("suite7");
    /// suite.reset()?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    #[must_use]
    pub fn namespace(&self, name: impl Into<String>) -> Self {
        Self {
            namespace: name.into(),
            ..self.clone()
        }
    }

    /// Checks that the server is alive.
    ///
    /// # Errors
    /// When it is not.
    ///
    /// ```
    /// rollcall::Rollcall::start().health()?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn health(&self) -> Result<(), ClientError> {
        let timeout = self.timeout.min(HEALTH_TIMEOUT);
        let client = self.clone().with_timeout(timeout);
        match client.json("GET", "/health", Value::Null)? {
            health if health["status"] == "ok" => Ok(()),
            _ => Err(self.is_a_stranger()),
        }
    }

    /// The certificate to trust for HTTPS, as PEM: that of the certificate authority of [`Tls::Auto`](crate::Tls::Auto).
    ///
    /// # Errors
    /// When the server cannot be reached, or has no certificate authority of its own.
    ///
    /// ```
    /// use rollcall::{Options, Rollcall, Tls};
    ///
    /// let rollcall = Rollcall::start_with(&Options::default().tls(Tls::Auto))?;
    /// let ca = rollcall.ca_pem()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ca_pem(&self) -> Result<String, ClientError> {
        let pem = self.call("GET", "/ca.pem", Vec::new())?;
        let pem = String::from_utf8(pem).ok();
        pem.filter(|pem| pem.starts_with("-----BEGIN CERTIFICATE-----"))
            .ok_or_else(|| self.is_a_stranger())
    }

    /// Restores the namespace to the seed and clears its faults. Returns what was dropped, by provider.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// assert_eq!(rollcall.reset()?["name"], "default");
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn reset(&self) -> Result<Value, ClientError> {
        self.json("POST", &self.at("/reset"), Value::Null)
    }

    /// Empties the namespace. Returns what was dropped, by provider.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// rollcall::Rollcall::start().clear()?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn clear(&self) -> Result<Value, ClientError> {
        self.json("POST", &self.at("/reset"), json!({ "to": "empty" }))
    }

    /// Every namespace with its counts and last use.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// assert_eq!(rollcall.namespaces()?[0]["name"], "default");
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn namespaces(&self) -> Result<Vec<Value>, ClientError> {
        let list = self.json("GET", "/namespaces", Value::Null)?;
        self.typed(list)
    }

    /// Drops the namespace; the next call to it creates a new one.
    ///
    /// # Errors
    /// When there is no such namespace, or the server cannot be reached.
    ///
    /// ```
    /// rollcall::Rollcall::start().drop_namespace()?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn drop_namespace(&self) -> Result<Value, ClientError> {
        self.json("DELETE", &self.own(""), Value::Null)
    }

    /// Merges a seed document, all of it or nothing.
    ///
    /// # Errors
    /// With the place and the rule, when the document breaks one.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// rollcall.seed(&serde_json::json!({ "credentials": [{ "access_key": "ak", "secret_key": "sk" }] }))?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn seed(&self, document: &Value) -> Result<Value, ClientError> {
        self.json("POST", &self.own("/seed"), document.clone())
    }

    /// The settings, after the change of a patch: `auth`, `quirks`, `regions`, `domain_name`, `async_polls`, `skew`.
    ///
    /// # Errors
    /// With the place and the rule, when the patch breaks one.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// rollcall.change_settings(&serde_json::json!({ "auth": { "*": "strict" } }))?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn change_settings(&self, patch: &Value) -> Result<Value, ClientError> {
        self.json("PATCH", &self.own("/settings"), patch.clone())
    }

    /// The data as one SQLite file.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let before = rollcall.snapshot()?;
    /// rollcall.restore(&before)?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn snapshot(&self) -> Result<Vec<u8>, ClientError> {
        self.call("GET", &self.own("/snapshot"), Vec::new())
    }

    /// Replaces the data with a snapshot.
    ///
    /// # Errors
    /// When the snapshot is newer, foreign or damaged; nothing is changed then.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// assert!(rollcall.restore(b"nonsense").is_err());
    /// ```
    pub fn restore(&self, snapshot: &[u8]) -> Result<Value, ClientError> {
        self.parsed(&self.call("PUT", &self.own("/snapshot"), snapshot.to_vec())?)
    }

    /// The data as ndjson, one record per line.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let text = rollcall.export()?;
    /// rollcall.import(&text)?;
    /// assert_eq!(rollcall.export()?, text);
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn export(&self) -> Result<String, ClientError> {
        Ok(
            String::from_utf8_lossy(&self.call("GET", &self.own("/export"), Vec::new())?)
                .into_owned(),
        )
    }

    /// Replaces the data with an export, all of it or nothing.
    ///
    /// # Errors
    /// With the line, the place and the rule, when a record breaks one.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let demo = rollcall.export()?;
    /// rollcall.clear()?;
    /// rollcall.import(&demo)?;
    /// assert_eq!(rollcall.export()?, demo);
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn import(&self, ndjson: &str) -> Result<Value, ClientError> {
        let text = ndjson.as_bytes().to_vec();
        self.parsed(&self.call("PUT", &self.own("/export"), text)?)
    }

    /// The differences from another namespace, as ndjson.
    ///
    /// # Errors
    /// When there is no such namespace, or the server cannot be reached.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// rollcall.namespace("other").reset()?;
    /// assert_eq!(rollcall.diff("other")?, "");
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn diff(&self, other: &str) -> Result<String, ClientError> {
        let path = self.own(&format!("/diff?with={}", encoded(other)));
        let differences = self.call("GET", &path, Vec::new())?;
        Ok(String::from_utf8_lossy(&differences).into_owned())
    }

    /// Freezes the namespace's clock at a time.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// let rollcall = rollcall::Rollcall::start();
    /// rollcall.freeze_clock(Time::parse_rfc3339("2024-05-20T08:30:00Z").expect("a time"))?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn freeze_clock(&self, time: Time) -> Result<Value, ClientError> {
        self.json(
            "PUT",
            &self.at("/clock"),
            json!({ "mode": "fixed", "time": time.rfc3339_millis() }),
        )
    }

    /// Moves the namespace's clock forward.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// rollcall.advance_clock(std::time::Duration::from_secs(3600))?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn advance_clock(&self, by: Duration) -> Result<Value, ClientError> {
        self.json(
            "POST",
            &self.at("/clock/advance"),
            json!({ "by": format!("{}ms", by.as_millis()) }),
        )
    }

    /// The newest thousand calls of the namespace, oldest first.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// assert!(rollcall.journal()?.is_empty());
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn journal(&self) -> Result<Vec<JournalCall>, ClientError> {
        let mut list = self.json("GET", &self.at("/journal"), Value::Null)?;
        let mut calls: Vec<JournalCall> = self.typed(list["entries"].take())?;
        calls.reverse();
        Ok(calls)
    }

    /// Deletes the calls of the namespace from the journal.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// rollcall::Rollcall::start().clear_journal()?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn clear_journal(&self) -> Result<(), ClientError> {
        self.call("DELETE", &self.at("/journal"), Vec::new())
            .map(drop)
    }

    /// The fault rules, of all namespaces.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// assert!(rollcall::Rollcall::start().faults()?.is_empty());
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn faults(&self) -> Result<Vec<Rule>, ClientError> {
        let list = self.json("GET", "/faults", Value::Null)?;
        self.typed(list)
    }

    /// Adds a fault rule to the namespace. Without a guard, it stays until it is removed or the namespace is reset.
    ///
    /// # Errors
    /// With the place and the reason, when the rule is invalid.
    ///
    /// ```
    /// use rollcall::faults::Rule;
    ///
    /// let rollcall = rollcall::Rollcall::start();
    /// let rule: Rule = serde_json::from_str(r#"{ "effect": "truncate", "times": 1 }"#).expect("a rule");
    /// rollcall.add_fault(&rule)?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn add_fault(&self, rule: &Rule) -> Result<Rule, ClientError> {
        let rule = serde_json::to_value(rule).expect("a rule becomes JSON");
        let added = self.json("POST", &self.at("/faults"), rule)?;
        self.typed(added)
    }

    /// Plans a fault for calls of an operation (`*` for all): choose its effect, then `mount` it.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let _outage = rollcall.fail("huawei-rocketmq", "ListUser").with("Internal").times(2).mount();
    /// ```
    pub fn fail(&self, provider: &str, operation: &str) -> FaultPlan {
        let matches = Match {
            provider: Some(provider.to_owned()),
            operation: (operation != "*").then(|| operation.to_owned()),
            namespace: Some(self.namespace.clone()),
            ..Match::default()
        };
        FaultPlan {
            client: self.clone(),
            rule: Rule::new(matches, Effect::Hang),
            is_whole: false,
        }
    }

    /// Expects calls of an operation. The guard panics when dropped if there were not that many.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let never = rollcall.expect("huawei-rocketmq", "ListUser", 0);
    /// let at_most_twice = rollcall.expect("huawei-rocketmq", "CreateUser", ..=2);
    /// drop((never, at_most_twice));
    /// ```
    pub fn expect(&self, provider: &str, operation: &str, count: impl Into<Count>) -> Expectation {
        // If the server cannot be reached now, the check at the end reports it.
        let path = self.at("/journal") + "&limit=0";
        let journal = self.json("GET", &path, Value::Null).unwrap_or_default();
        let since = journal["last"].as_u64().unwrap_or_default();
        Expectation {
            client: self.clone(),
            provider: provider.to_owned(),
            operation: operation.to_owned(),
            count: count.into(),
            since,
        }
    }

    /// Any call of the control plane: the path below `/_rollcall`, and a JSON body unless it is null.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses the call.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let providers = rollcall.json("GET", "/providers", serde_json::Value::Null)?;
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn json(&self, method: &str, path: &str, body: Value) -> Result<Value, ClientError> {
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        self.parsed(&self.call(method, path, body)?)
    }

    fn parsed(&self, bytes: &[u8]) -> Result<Value, ClientError> {
        serde_json::from_slice(bytes).map_err(|_| self.is_a_stranger())
    }

    fn typed<T: DeserializeOwned>(&self, value: Value) -> Result<T, ClientError> {
        serde_json::from_value(value).map_err(|_| self.is_a_stranger())
    }

    fn is_a_stranger(&self) -> ClientError {
        ClientError::Unreachable {
            url: self.url.clone(),
            cause: "something else answers there, or another version of rollcall".to_owned(),
        }
    }

    /// The same with bytes.
    pub(crate) fn call(
        &self,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, ClientError> {
        let unreachable = |cause: String| ClientError::Unreachable {
            url: self.url.clone(),
            cause,
        };
        let content_type = if path.ends_with("/export") {
            "application/x-ndjson"
        } else {
            "application/json"
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/_rollcall{path}", self.url))
            .header("content-type", content_type);
        if let Some(token) = &self.token {
            if !is_token(token) {
                return Err(ClientError::Token);
            }
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request
            .body(body)
            .map_err(|cause| unreachable(cause.to_string()))?;
        let mut response = self
            .agent
            .run(request)
            .map_err(|cause| unreachable(transport_error(&cause, self.timeout)))?;
        let bytes = response
            .body_mut()
            .with_config()
            .limit(u64::MAX)
            .read_to_vec()
            .map_err(|cause| unreachable(transport_error(&cause, self.timeout)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(bytes);
        }
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = |name: &str| problem[name].as_str().map(str::to_owned);
        Err(ClientError::Refused {
            status: status.as_u16(),
            detail: text("detail")
                .unwrap_or_else(|| format!("{} answers {status}; is it a rollcall?", self.url)),
            pointer: text("pointer"),
            nearest: problem.get("nearest").cloned(),
        })
    }

    /// A path about this namespace, by query.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{path}?namespace={}", encoded(&self.namespace))
    }

    /// A path below this namespace.
    pub(crate) fn own(&self, path: &str) -> String {
        format!("/namespaces/{}{path}", encoded(&self.namespace))
    }
}

/// Percent-encodes a name for a path or query; the server decides whether it is valid.
pub(crate) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
}
