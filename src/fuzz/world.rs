//! A rollcall without sockets: takes requests, returns answers, and checks each against rollcall's guarantees.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use super::request::Sent;
use super::{Kind, kind};
use crate::app::App;
use crate::control::{self, ControlAccess};
use crate::namespace::clock::{Setting, Time};
use crate::pipeline::handle;
use crate::pipeline::journal::Filter;
use crate::provider::call::Request;
use crate::seed::template;
use crate::server::build;
use crate::server::options::Options;
use crate::store::Store;

/// The maximum duration of a call, on a slow and busy machine.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A server for a single target.
pub struct World {
    options: Options,
    template: Store,
    empty: Store,
    app: Arc<App>,
    control: Router,
    runtime: Runtime,
    /// Whether anything has changed since the start.
    is_used: bool,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

/// A complete answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// The state that a refusal must not change: the names of all namespaces and how often each was written to, and the
/// fault rules.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    namespaces: Vec<(String, u64)>,
    rules: Vec<Value>,
}

impl World {
    /// The demo data, a frozen clock, seeded ids.
    ///
    /// # Panics
    /// If the demo does not load, or the machine is out of threads.
    #[must_use]
    pub fn new(auth: &str) -> Self {
        let now = Time::parse_rfc3339("2024-09-12T13:27:32Z").expect("a time");
        let options = Options::default()
            .clock(Setting::Fixed(now))
            .rng_seed(7)
            .skew("off".parse().expect("a skew"))
            .auth(auth)
            .expect("a mode");
        let app = Arc::new(build(&options).expect("the demo loads"));
        let template = app.namespaces.template().whole.copy_in_memory();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        Self {
            template: template.expect("memory for a copy"),
            empty: template::empty_store().expect("memory for a database"),
            control: control::router(&app, ControlAccess::default()),
            runtime: runtime.expect("threads"),
            options: options.empty(),
            app,
            is_used: false,
        }
    }

    /// An empty database.
    pub(super) fn empty(&self) -> Result<Store, String> {
        self.empty
            .copy_in_memory()
            .map_err(|cause| cause.to_string())
    }

    /// Reverts everything that was done.
    pub fn renew(&mut self) {
        let app = Arc::new(build(&self.options).expect("nothing is there to be loaded"));
        let template = self.template.copy_in_memory();
        app.namespaces.set_template(
            template
                .and_then(template::template_of)
                .expect("memory for a copy"),
        );
        app.namespaces
            .reset("default", &crate::namespace::DataSource::Template)
            .expect("memory for a copy");
        self.control = control::router(&app, ControlAccess::default());
        self.app = app;
        self.is_used = false;
    }

    /// Makes the requests of an input, in order, in a fresh world.
    pub(super) fn requests(&mut self, input: &[u8]) -> Result<Kind, String> {
        let mut kinds = Vec::new();
        for sent in Sent::all(input) {
            let method = sent.method.clone();
            let (is_control, path) = (sent.is_control(), sent.target.path().to_owned());
            let answer = self.answer(sent)?;
            let what = if is_control {
                control_kind(&method, &path, &answer)
            } else {
                self.last_call().map_or(0, |call| {
                    kind([
                        &call["provider"],
                        &call["operation"],
                        &call["stage"],
                        &call["error"],
                        &call["status"],
                    ])
                })
            };
            kinds.push(what);
        }
        if self.is_used {
            self.renew();
        }
        kinds.truncate(4);
        Ok(kind(kinds))
    }

    /// Makes a request, and checks the answer against the guarantees.
    pub(super) fn answer(&mut self, sent: Sent) -> Result<Answer, String> {
        let about = format!("{} {}", sent.method, sent.target);
        let about: String = about.chars().take(300).collect();
        let began = Instant::now();
        let answer = if sent.is_control() {
            self.steer(sent)
        } else {
            self.call(sent)
        };
        if TIMEOUT < began.elapsed() {
            return Err(format!("{about}: it took {:?}", began.elapsed()));
        }
        answer.map_err(|broken| format!("{about}: {broken}"))
    }

    /// The newest entry of the journal.
    fn last_call(&self) -> Option<Value> {
        let mut listed = self.app.journal.list(&Filter::default(), 1);
        listed["entries"].as_array_mut()?.pop()
    }

    /// The data of the default namespace as a file.
    #[cfg(test)]
    pub(super) fn snapshot(&self) -> Vec<u8> {
        self.get("/_rollcall/namespaces/default/snapshot")
            .body
            .to_vec()
    }

    /// The content of a namespace, one record per line.
    pub(super) fn export(&self) -> Result<Bytes, String> {
        let answer = self.get("/_rollcall/namespaces/default/export");
        if answer.status == 200 {
            Ok(answer.body)
        } else {
            Err(format!(
                "the export is a {}: {:?}",
                answer.status, answer.body
            ))
        }
    }

    fn standing(&self) -> Standing {
        // It is created by the first call for it.
        let default = self.app.namespaces.get(crate::namespace::DEFAULT);
        drop(default.expect("memory for a copy"));
        let mut namespaces: Vec<(String, u64)> = self
            .app
            .namespaces
            .in_use()
            .iter()
            .map(|namespace| {
                (
                    namespace.name.to_string(),
                    namespace.state().data.generation(),
                )
            })
            .collect();
        namespaces.sort();
        let rules = [
            "faults",
            "namespaces/default/settings",
            "clock?namespace=default",
        ];
        let read = |rules: &str| {
            let text = self.get(&format!("/_rollcall/{rules}")).body;
            let mut read: Value = serde_json::from_slice(&text).unwrap_or_default();
            // A running clock shows a different time on each read.
            if let Some(now) = read.get_mut("now") {
                *now = Value::Null;
            }
            read
        };
        Standing {
            namespaces,
            rules: rules.iter().map(|rules| read(rules)).collect(),
        }
    }

    /// A call of the control plane.
    fn steer(&mut self, sent: Sent) -> Result<Answer, String> {
        let changes = !matches!(sent.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let before = changes.then(|| self.standing());
        let is_head = sent.method == Method::HEAD;
        let answer = self.send(sent);
        if 500 <= answer.status {
            return Err(format!(
                "{}: {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            ));
        }
        if answer.status < 400 {
            self.is_used |= changes;
            return Ok(answer);
        }
        if before.is_some_and(|before| before != self.standing()) {
            return Err(format!(
                "refused with {}, and yet something changed",
                answer.status
            ));
        }
        let is_problem = answer
            .headers
            .get("content-type")
            .is_some_and(|value| value.as_bytes().starts_with(b"application/problem+json"));
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let is_whole = body["status"] == answer.status
            && body["title"].is_string()
            && body["detail"].is_string();
        // A verdict on the journal is an answer of its own; and an answer to HEAD has no body.
        if answer.status != 409 && !is_head && !(is_problem && is_whole) {
            return Err(format!(
                "{} without a problem: {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            ));
        }
        Ok(answer)
    }

    fn get(&self, target: &str) -> Answer {
        self.send(Sent {
            method: Method::GET,
            target: Uri::try_from(target).expect("a target"),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        })
    }

    fn send(&self, sent: Sent) -> Answer {
        let mut request = http::Request::new(Body::from(sent.body));
        (*request.method_mut(), *request.uri_mut()) = (sent.method, sent.target);
        *request.headers_mut() = sent.headers;
        request
            .headers_mut()
            .entry("host")
            .or_insert(http::HeaderValue::from_static("localhost"));
        let control = self.control.clone();
        self.runtime.block_on(async {
            let Ok(response) = control.oneshot(request).await;
            let (head, body) = response.into_parts();
            let body = body
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes);
            Answer {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body.unwrap_or_default(),
            }
        })
    }

    /// A call of a provider.
    fn call(&mut self, sent: Sent) -> Result<Answer, String> {
        let generations = |app: &App| -> Vec<(String, u64)> {
            let namespaces = app.namespaces.in_use();
            let of = |namespace: &Arc<crate::namespace::Namespace>| {
                (
                    namespace.name.to_string(),
                    namespace.state().data.generation(),
                )
            };
            namespaces.iter().map(of).collect()
        };
        let before = generations(&self.app);
        let calls = self.app.journal.list(&Filter::default(), 0)["last"].take();
        let is_head = sent.method == Method::HEAD;
        let request = Request::new(sent.method, sent.target, sent.headers, sent.body, None);
        let reply = handle(&self.app, request, None).reply;
        let answer = Answer {
            status: reply.status,
            headers: reply.headers,
            body: reply.body,
        };
        let after = generations(&self.app);
        let changed = before.iter().any(|(name, generation)| {
            after
                .iter()
                .any(|(other, new)| other == name && new != generation)
        });
        self.is_used |= changed || 20 < after.len();
        let call = self.last_call().filter(|call| {
            call["id"] != Value::Null
                && self.app.journal.list(&Filter::default(), 0)["last"] != calls
        });
        let Some(call) = call else {
            // A preflight, or an invalid namespace name: it belongs to no provider.
            return if answer.status < 500 {
                Ok(answer)
            } else {
                Err(answer.status.to_string())
            };
        };
        let stage = call["stage"].as_str().unwrap_or_default();
        if stage == "broken" {
            return Err(format!("it broke: {}", call["explanation"]));
        }
        if stage != "fault" && 500 <= answer.status {
            return Err(format!(
                "{} from {stage}: {}",
                answer.status, call["explanation"]
            ));
        }
        if matches!(stage, "gateway" | "operation" | "recognise") && changed {
            return Err(format!(
                "refused by the {stage} ({}), and yet written",
                call["error"]
            ));
        }
        let provider = call["provider"].as_str().unwrap_or_default();
        if stage != "fault" && !is_head && reply.remains.is_none() && !is_own(provider, &answer) {
            return Err(format!(
                "{} of {provider} in no envelope of its own: {}",
                answer.status,
                String::from_utf8_lossy(&answer.body[..answer.body.len().min(500)])
            ));
        }
        Ok(answer)
    }
}

/// The request to the control plane, and the beginning of the answer.
fn control_kind(method: &Method, path: &str, answer: &Answer) -> Kind {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let detail: String = body["detail"]
        .as_str()
        .unwrap_or_default()
        .chars()
        .filter(|letter| !letter.is_ascii_digit())
        .take(40)
        .collect();
    let noun: String = path.split('/').skip(2).step_by(2).take(2).collect();
    let noun = if noun.len() < 40 { noun } else { String::new() };
    kind((method.as_str(), noun, answer.status, detail))
}

/// Whether an answer is in its provider's own envelope.
fn is_own(provider: &str, answer: &Answer) -> bool {
    let content_type = answer.headers.get("content-type");
    let content_type = content_type.map_or(&b""[..], |value| value.as_bytes());
    if answer.body.is_empty() {
        return answer.status < 400 || provider.starts_with("huawei");
    }
    if provider == "aliyun-ehpc" && memchr::memmem::find(content_type, b"xml").is_some() {
        return answer.body.starts_with(b"<?xml")
            && memchr::memmem::find(&answer.body, b"<RequestId>").is_some();
    }
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else {
        return false;
    };
    match provider {
        "qingcloud-ehpc" => body["ret_code"].is_u64() && body["ret_code"] != 5000,
        "volcengine-bytehouse" => body["ResponseMetadata"]["RequestId"].is_string(),
        "aliyun-ehpc" => body["RequestId"].is_string(),
        "" => body["status"] == answer.status && body["detail"].is_string(),
        _ => match (body.get("error_code"), body.get("error")) {
            (Some(code), _) => code.is_string() && body["error_msg"].is_string(),
            (None, Some(error)) => error["message"].is_string(),
            (None, None) => answer.status < 400 && (body.is_object() || body.is_array()),
        },
    }
}
