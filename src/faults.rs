//! What should go wrong: rules that a test sets up, a header on one request, reserved names for clients that can set
//! nothing else.
//!
//! A rule is for one namespace unless it says `"*"`, so that a fault never touches another test's calls.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::{Call, Reply};
use crate::catalogue::{ApiError, ErrorEntry};
use crate::ids::Ids;
use crate::providers::{PROVIDERS, Provider, provider};
use crate::settings::unknown_provider;

/// The header that makes one request fail.
pub(crate) const HEADER: &str = "x-rollcall-fault";
/// What an access key or a resource id starts with to make its call fail.
pub(crate) const RESERVED: &str = "rollcall-fault-";
/// How long a `hang` lasts at most: beyond any client's patience, and not for ever.
const HANG: Duration = Duration::from_secs(600);
/// The namespace of a rule for all of them.
const EVERY_NAMESPACE: &str = "*";

/// A rule as it is asked for and shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The number that the server gave it; 0 before.
    #[serde(default)]
    pub id: u64,
    /// Which calls it is for.
    #[serde(default, rename = "match")]
    pub matches: Match,
    /// What happens to them.
    pub effect: Effect,
    /// How many matching calls pass first.
    #[serde(default)]
    pub after: u64,
    /// How many calls it happens to; without it, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How likely it happens to a matching call, 0 to 1; without it, surely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// How many calls matched so far.
    #[serde(default)]
    pub matched: u64,
    /// How many calls it happened to so far.
    #[serde(default)]
    pub happened: u64,
}

impl Rule {
    /// A rule that holds for every matching call.
    #[must_use]
    pub fn new(matches: Match, effect: Effect) -> Self {
        Self {
            id: 0,
            matches,
            effect,
            after: 0,
            times: None,
            probability: None,
            matched: 0,
            happened: 0,
        }
    }
}

/// Which calls a rule is for; what is absent lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The id of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The provider's name of the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The namespace; `*` for all. The server fills in the namespace that the rule was set up in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The access key, without its `~namespace`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<String>,
    /// Parameters of the path, the query or the body, and their values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

/// What happens to a call.
///
/// As JSON: `{"error": "ServiceUnavailable", "detail": "…"}`, `{"status": 503, "body": "…", "content_type": "…"}`,
/// `{"delay": "2s"}` or `{"delay": ["100ms", "2s"]}`, `{"throttle": 5}`, `"hang"`, `"reset"`, `"truncate"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Effect {
    /// A row of the provider's error table, by its name, or by its code where that is unique.
    Error {
        /// The name or code.
        error: String,
        /// What fills the gaps of its message.
        detail: Option<String>,
    },
    /// Any answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
        /// The content type of the body.
        content_type: String,
    },
    /// The answer comes late.
    Delay {
        /// How late.
        delay: Delay,
    },
    /// Beyond that many calls a second, the provider's own throttling error.
    Throttle {
        /// Calls a second.
        throttle: u32,
    },
    /// No answer.
    Hang,
    /// The connection is reset.
    Reset,
    /// The answer breaks off half way.
    Truncate,
}

fn json_type() -> String {
    "application/json".to_owned()
}

impl TryFrom<Value> for Effect {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Members {
            error: Option<String>,
            detail: Option<String>,
            status: Option<u16>,
            #[serde(default)]
            body: String,
            #[serde(default = "json_type")]
            content_type: String,
            delay: Option<Delay>,
            throttle: Option<u32>,
        }
        if let Value::String(word) = &value {
            return match word.as_str() {
                "hang" => Ok(Self::Hang),
                "reset" => Ok(Self::Reset),
                "truncate" => Ok(Self::Truncate),
                _ => Err(format!(
                    "\"{word}\" is no effect; use hang, reset, truncate or an object"
                )),
            };
        }
        let members = Members::deserialize(value).map_err(|cause| cause.to_string())?;
        match members {
            Members {
                error: Some(error),
                detail,
                status: None,
                delay: None,
                throttle: None,
                ..
            } => Ok(Self::Error { error, detail }),
            Members {
                status: Some(status),
                body,
                content_type,
                error: None,
                delay: None,
                throttle: None,
                ..
            } => Ok(Self::Answer {
                status,
                body,
                content_type,
            }),
            Members {
                delay: Some(delay),
                error: None,
                status: None,
                throttle: None,
                ..
            } => Ok(Self::Delay { delay }),
            Members {
                throttle: Some(throttle),
                error: None,
                status: None,
                delay: None,
                ..
            } => Ok(Self::Throttle { throttle }),
            _ => Err("an effect has exactly one of error, status, delay and throttle".to_owned()),
        }
    }
}

impl From<Effect> for Value {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Error {
                error,
                detail: None,
            } => json!({ "error": error }),
            Effect::Error { error, detail } => json!({ "error": error, "detail": detail }),
            Effect::Answer {
                status,
                body,
                content_type,
            } => {
                json!({ "status": status, "body": body, "content_type": content_type })
            }
            Effect::Delay { delay } => json!({ "delay": delay }),
            Effect::Throttle { throttle } => json!({ "throttle": throttle }),
            Effect::Hang => json!("hang"),
            Effect::Reset => json!("reset"),
            Effect::Truncate => json!("truncate"),
        }
    }
}

/// How late an answer comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Delay {
    /// That late.
    Fixed(String),
    /// Somewhere between the two.
    Range(String, String),
}

/// How an answer leaves the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Manner {
    #[default]
    Whole,
    /// Never.
    Hang,
    /// As a reset connection.
    Reset,
    /// The first half of it.
    Truncate,
}

/// What the faults make of a call.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    /// An answer instead of the operation's.
    pub(crate) verdict: Option<Result<Reply, ApiError>>,
    pub(crate) delay: Duration,
    pub(crate) manner: Manner,
}

/// Why a rule cannot be taken: where in it (a JSON pointer), and what is wrong there.
#[derive(Debug)]
pub(crate) struct RuleError {
    pub(crate) pointer: &'static str,
    pub(crate) rule: String,
}

/// Every rule there is.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Mutex<Rules>,
    /// So that a server without faults does not pay for them.
    many: AtomicUsize,
    chance: Ids,
}

#[derive(Debug, Default)]
struct Rules {
    last_id: u64,
    rules: Vec<Armed>,
}

/// A rule and what it counts.
#[derive(Debug)]
struct Armed {
    rule: Rule,
    /// When the current second of a throttle began, and how many calls it has let through.
    second: (Instant, u32),
}

impl Faults {
    /// No rules yet; `seed` makes chances repeatable.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let chance = seed.map_or_else(Ids::unseeded, |seed| Ids::seeded(seed, "faults"));
        Self {
            rules: Mutex::default(),
            many: AtomicUsize::new(0),
            chance,
        }
    }

    /// Sets up a rule, for `namespace` unless it names one itself.
    pub(crate) fn add(&self, mut rule: Rule, namespace: &str) -> Result<Rule, RuleError> {
        check(&rule)?;
        rule.matches
            .namespace
            .get_or_insert_with(|| namespace.to_owned());
        (rule.matched, rule.happened) = (0, 0);
        let mut rules = self.lock();
        rules.last_id += 1;
        rule.id = rules.last_id;
        rules.rules.push(Armed {
            rule: rule.clone(),
            second: (Instant::now(), 0),
        });
        self.many.store(rules.rules.len(), Ordering::Release);
        Ok(rule)
    }

    /// Every rule, in the order in which they are tried.
    pub(crate) fn list(&self) -> Vec<Rule> {
        self.lock()
            .rules
            .iter()
            .map(|armed| armed.rule.clone())
            .collect()
    }

    /// Takes rules away: the one of that id, or those of that namespace, or all. Says how many there were.
    pub(crate) fn remove(&self, id: Option<u64>, namespace: Option<&str>) -> usize {
        let mut rules = self.lock();
        let before = rules.rules.len();
        rules.rules.retain(|Armed { rule, .. }| {
            id.is_some_and(|id| id != rule.id)
                || namespace
                    .is_some_and(|namespace| rule.matches.namespace.as_deref() != Some(namespace))
        });
        self.many.store(rules.rules.len(), Ordering::Release);
        before - rules.rules.len()
    }

    /// What the rules, the header and the access key make of a call.
    pub(crate) fn check(&self, call: &Call<'_>, access_key: Option<&str>) -> Trouble {
        let mut trouble = Trouble::default();
        if 0 < self.many.load(Ordering::Acquire) {
            self.apply_rules(call, access_key, &mut trouble);
        }
        if let Some(asked) = call.request.header(HEADER)
            && trouble.verdict.is_none()
        {
            match from_header(asked) {
                Ok(effect) => self.apply(&effect, call, Duration::ZERO, &mut trouble),
                Err(cause) => {
                    trouble.verdict =
                        Some(Ok(crate::emulate::problem(400, "No such fault", &cause)))
                }
            }
        }
        if trouble.verdict.is_none()
            && let Some(name) = access_key.and_then(|key| key.strip_prefix(RESERVED))
        {
            trouble.verdict = named(call.provider, name, None).map(Err);
        }
        trouble
    }

    fn apply_rules(&self, call: &Call<'_>, access_key: Option<&str>, trouble: &mut Trouble) {
        let params = call.params_by_name();
        let mut rules = self.lock();
        for Armed { rule, second } in &mut rules.rules {
            if trouble.verdict.is_some() || !matches(&rule.matches, call, access_key, &params) {
                continue;
            }
            rule.matched += 1;
            let due =
                rule.after < rule.matched && rule.times.is_none_or(|times| rule.happened < times);
            // A million steps are fine enough for a chance.
            let chosen = |probability: f64| {
                (self.chance.below(1_000_000) as f64) < probability * 1_000_000.0
            };
            if !due || !rule.probability.is_none_or(chosen) {
                continue;
            }
            let mut wait = Duration::ZERO;
            if let Effect::Throttle { throttle } = rule.effect {
                if Duration::from_secs(1) <= second.0.elapsed() {
                    *second = (Instant::now(), 0);
                }
                second.1 = second.1.saturating_add(1);
                if second.1 <= throttle {
                    continue;
                }
                wait = Duration::from_secs(1).saturating_sub(second.0.elapsed());
            }
            rule.happened += 1;
            let effect = rule.effect.clone();
            self.apply(&effect, call, wait, trouble);
        }
    }

    fn apply(&self, effect: &Effect, call: &Call<'_>, wait: Duration, trouble: &mut Trouble) {
        match effect {
            Effect::Error { error, detail } => {
                trouble.verdict = named(call.provider, error, detail.as_deref()).map(Err);
            }
            Effect::Answer {
                status,
                body,
                content_type,
            } => {
                trouble.verdict = Some(Ok(Reply::empty(*status).body(content_type, body.clone())));
            }
            Effect::Delay { delay } => trouble.delay += self.delay(delay),
            Effect::Throttle { .. } => trouble.verdict = Some(Err(call.provider.throttled(wait))),
            Effect::Hang => (trouble.delay, trouble.manner) = (HANG, Manner::Hang),
            Effect::Reset => trouble.manner = Manner::Reset,
            Effect::Truncate => trouble.manner = Manner::Truncate,
        }
    }

    fn delay(&self, delay: &Delay) -> Duration {
        let length = |text: &str| humantime::parse_duration(text).unwrap_or_default();
        match delay {
            Delay::Fixed(text) => length(text),
            Delay::Range(least, most) => {
                let (least, most) = (length(least), length(most));
                let spread =
                    u64::try_from(most.saturating_sub(least).as_millis()).unwrap_or(u64::MAX);
                least + Duration::from_millis(self.chance.below(spread.saturating_add(1)))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fault that a resource id asks for; looked at after authentication and before any format check.
pub(crate) fn reserved_id(call: &Call<'_>) -> Option<ApiError> {
    let request = call.request;
    let nowhere = !request.target.path().contains(RESERVED)
        && !request.raw_query().contains(RESERVED)
        && !contains(&request.body, RESERVED.as_bytes());
    if nowhere {
        return None;
    }
    let params = call.params_by_name();
    let name = params
        .values()
        .find_map(|value| value.strip_prefix(RESERVED))?;
    named(call.provider, name, None)
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|window| window == word)
}

/// The row of a provider's catalogue by name, or by code where only one row has it.
pub(crate) fn row(provider: &dyn Provider, name: &str) -> Option<&'static ErrorEntry> {
    let rows = provider.errors();
    rows.iter()
        .copied()
        .find(|entry| entry.name == name)
        .or_else(|| {
            let mut of_code = rows.iter().copied().filter(|entry| entry.code == name);
            of_code.next().filter(|_| of_code.next().is_none())
        })
}

/// The error of that name, each gap of its message filled with the detail, or with a word that says where it is from.
fn named(provider: &dyn Provider, name: &str, detail: Option<&str>) -> Option<ApiError> {
    let entry = row(provider, name)?;
    let detail: &dyn std::fmt::Display = &detail.unwrap_or("rollcall-fault");
    let gaps = entry.message.matches("{}").count();
    Some(
        entry
            .with_all(&vec![detail; gaps])
            .because("a fault asked for it"),
    )
}

/// What the header asks for: an error's name, `delay=2s`, `status=503`, `hang`, `reset` or `truncate`.
fn from_header(text: &str) -> Result<Effect, String> {
    let effect = match text.split_once('=') {
        Some(("delay", length)) => Effect::Delay {
            delay: Delay::Fixed(length.to_owned()),
        },
        Some(("status", status)) => {
            let status = status
                .parse()
                .map_err(|_| format!("\"{status}\" is no status"))?;
            Effect::Answer {
                status,
                body: String::new(),
                content_type: json_type(),
            }
        }
        None if text == "hang" => Effect::Hang,
        None if text == "reset" => Effect::Reset,
        None if text == "truncate" => Effect::Truncate,
        _ => Effect::Error {
            error: text.to_owned(),
            detail: None,
        },
    };
    check_effect(&effect, None).map_err(|error| error.rule)?;
    Ok(effect)
}

/// Whether a rule can be meant.
fn check(rule: &Rule) -> Result<(), RuleError> {
    let Rule {
        matches,
        effect,
        probability,
        ..
    } = rule;
    let at = |pointer, rule: String| Err(RuleError { pointer, rule });
    let room = match matches.provider.as_deref() {
        Some(id) => match provider(id) {
            None => return at("/match/provider", unknown_provider(id)),
            some => some,
        },
        None => None,
    };
    if let Some(name) = &matches.operation {
        let known = PROVIDERS
            .iter()
            .filter(|provider| room.is_none_or(|room| room.id() == provider.id()))
            .any(|provider| {
                provider
                    .operations()
                    .iter()
                    .any(|operation| operation.name == name)
            });
        if !known {
            let whose = matches.provider.as_deref().unwrap_or("any provider");
            return at(
                "/match/operation",
                format!(
                    "\"{name}\" is no operation of {whose}; GET /_rollcall/providers lists them"
                ),
            );
        }
    }
    if let Some(namespace) = &matches.namespace
        && namespace != EVERY_NAMESPACE
        && !crate::namespace::is_name(namespace)
    {
        return at(
            "/match/namespace",
            format!("\"{namespace}\" is no namespace; use a name, or * for all"),
        );
    }
    if probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
        return at(
            "/probability",
            "a probability lies between 0 and 1".to_owned(),
        );
    }
    check_effect(effect, room)
}

fn check_effect(effect: &Effect, room: Option<&'static dyn Provider>) -> Result<(), RuleError> {
    let at = |pointer, rule: String| Err(RuleError { pointer, rule });
    match effect {
        Effect::Error { error, .. } => {
            let mut rooms = PROVIDERS
                .iter()
                .filter(|provider| room.is_none_or(|room| room.id() == provider.id()));
            if !rooms.any(|provider| row(*provider, error).is_some()) {
                let whose = room.map_or("any provider", |room| room.id());
                return at(
                    "/effect/error",
                    format!(
                        "\"{error}\" is no error of {whose} (or a code of several); GET /_rollcall/errors lists them"
                    ),
                );
            }
        }
        Effect::Answer { status, .. } if !(200..=599).contains(status) => {
            return at(
                "/effect/status",
                format!("{status} is no status of an answer; use 200 to 599"),
            );
        }
        Effect::Delay { delay } => {
            let texts = match delay {
                Delay::Fixed(text) => vec![text],
                Delay::Range(least, most) => vec![least, most],
            };
            for text in texts {
                if humantime::parse_duration(text).is_err() {
                    return at(
                        "/effect/delay",
                        format!("\"{text}\" is no length of time; write 100ms, 2s or 1m"),
                    );
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn matches(
    wanted: &Match,
    call: &Call<'_>,
    access_key: Option<&str>,
    params: &BTreeMap<String, String>,
) -> bool {
    let is = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == found)
    };
    is(&wanted.provider, call.provider.id())
        && is(&wanted.operation, call.operation_name())
        && wanted
            .namespace
            .as_deref()
            .is_none_or(|name| name == EVERY_NAMESPACE || name == call.namespace.name)
        && wanted
            .access_key
            .as_deref()
            .is_none_or(|wanted| access_key == Some(wanted))
        && wanted
            .params
            .iter()
            .all(|(name, value)| params.get(name) == Some(value))
}
