//! The control plane from Rust: the same methods for a server in this process and for one elsewhere.

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

/// How long a call of the control plane may take; a million users are imported well within it.
const TIMEOUT: Duration = Duration::from_secs(300);

/// How long a server that is well takes to say so, at most: who checks it has others waiting.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(3);

pub(crate) fn agent(timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .proxy(None)
        .build();
    config.into()
}

/// Why no answer came.
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
    /// The server said no, and why.
    #[error("{detail}{}", pointer.as_deref().map(|pointer| format!(" (at {pointer})")).unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What is wrong.
        detail: String,
        /// Where in the body it is wrong, as a JSON pointer.
        pointer: Option<String>,
        /// The calls that come nearest to what was verified.
        nearest: Option<Value>,
    },
    /// The admin token cannot be sent.
    #[error(
        "the admin token goes in a header, which takes ASCII letters, digits and signs without spaces; check --admin-token and ROLLCALL_ADMIN_TOKEN"
    )]
    Token,
    /// No server answers there.
    #[error("no rollcall answers at {url} ({cause}); start one, or name another with --url")]
    Unreachable {
        /// Where it was looked for.
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
    /// The provider; empty where none claimed the call.
    pub provider: String,
    /// The provider's name of the operation, or what the caller took for one.
    pub operation: String,
    /// Where it was answered: recognise, fault, gateway, operation, answered or broken.
    pub stage: String,
    /// The HTTP status.
    pub status: u16,
    /// The name of the error's row; empty for a success.
    pub error: String,
    /// The id of the call, in the provider's format.
    pub request_id: String,
    /// The method.
    pub method: String,
    /// The path and query, secrets masked.
    pub target: String,
    /// What nearly matched, what was wrong, what to do.
    pub explanation: Vec<String>,
}

impl Client {
    /// The control plane at that address, as `http://127.0.0.1:4700`; the namespace is `default`.
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
        // Files that it is read from end with a line feed.
        self.token = Some(token.into().trim().to_owned()).filter(|token| !token.is_empty());
        self
    }

    /// The same with another time that a call may take, instead of five minutes.
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

    /// Whether the server is alive.
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

    /// The certificate to trust for HTTPS, as PEM: that of the authority which [`Tls::Auto`](crate::Tls::Auto) makes.
    ///
    /// # Errors
    /// When the server cannot be reached, or has no authority of its own.
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

    /// Puts the namespace back to the seed; its faults go too. Gives what was dropped, by provider.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// assert_eq!(rollcall.reset()?["name"], "default");
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn reset(&self) -> Result<Value, ClientError> {
        self.json("POST", &self.at("/reset"), Value::Null)
    }

    /// Empties the namespace. Gives what was dropped, by provider.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
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
    /// When the server cannot be reached or says no.
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

    /// Drops the namespace; its next call makes a new one.
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
    /// When the server cannot be reached or says no.
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

    /// Puts a snapshot in place of the data.
    ///
    /// # Errors
    /// When it is newer, foreign or damaged; then nothing was changed.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// assert!(rollcall.restore(b"nonsense").is_err());
    /// ```
    pub fn restore(&self, snapshot: &[u8]) -> Result<Value, ClientError> {
        self.parsed(&self.call("PUT", &self.own("/snapshot"), snapshot.to_vec())?)
    }

    /// The data as ndjson, one record a line.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
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

    /// Puts an export in place of the data, all of it or nothing.
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

    /// What differs from another namespace, as ndjson.
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

    /// Stops the namespace's clock at a moment.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
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

    /// Moves the namespace's clock on.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
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

    /// The calls of the namespace, oldest first; the newest thousand of them.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
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

    /// Forgets the calls of the namespace.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
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
    /// When the server cannot be reached or says no.
    ///
    /// ```
    /// assert!(rollcall::Rollcall::start().faults()?.is_empty());
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    pub fn faults(&self) -> Result<Vec<Rule>, ClientError> {
        let list = self.json("GET", "/faults", Value::Null)?;
        self.typed(list)
    }

    /// Sets up a fault rule for the namespace. Without a guard, it stays until it is removed or the namespace reset.
    ///
    /// # Errors
    /// With the place and what is wrong there, when the rule cannot be meant.
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

    /// Plans a fault for calls of an operation (`*` for every one): say what, then `mount` it.
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

    /// Expects calls of an operation until the guard is dropped, which panics when there were not as many.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let never = rollcall.expect("huawei-rocketmq", "ListUser", 0);
    /// let at_most_twice = rollcall.expect("huawei-rocketmq", "CreateUser", ..=2);
    /// drop((never, at_most_twice));
    /// ```
    pub fn expect(&self, provider: &str, operation: &str, count: impl Into<Count>) -> Expectation {
        // A server that cannot be asked now cannot be asked in the end either, and then the test hears of it.
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
    /// When the server cannot be reached or says no.
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
            cause: "what answers there is something else, or of another version".to_owned(),
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

/// A name as it may stand in a path or a query; whether it is a good one says the server.
pub(crate) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
}
