//! What should go wrong: rules that a test sets up, a header on one request, reserved names for clients that can set
//! nothing else.
//!
//! A rule is for one namespace unless it says `"*"`, so that a fault never touches another test's calls.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::namespace::ids::Ids;
use crate::provider::Provider;
use crate::provider::call::{Call, Reply};
use crate::provider::error::{ApiError, ErrorEntry};
use crate::provider::json;
use crate::provider::text;
use crate::providers::{PROVIDERS, provider, unknown_provider};

/// The header that makes one request fail.
pub(crate) const HEADER: &str = "x-rollcall-fault";
/// What an access key or a resource id starts with to make its call fail.
pub(crate) const RESERVED: &str = "rollcall-fault-";
/// How long a `hang` lasts at most: beyond any client's patience, and not for ever.
const HANG: Duration = Duration::from_secs(600);
/// The longest delay of a rule.
const LONGEST_DELAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The namespace of a rule for all of them.
const EVERY_NAMESPACE: &str = "*";

/// A rule as it is asked for and shown.
///
/// ```
/// use rollcall::faults::Rule;
///
/// let rule: Rule = serde_json::from_str(r#"{ "effect": { "delay": "2s" }, "times": 3 }"#)?;
/// assert_eq!(rule.times, Some(3));
/// # Ok::<(), serde_json::Error>(())
/// ```
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
    /// Whether it can happen to calls of that namespace.
    fn concerns(&self, namespace: &str) -> bool {
        let own = self.matches.namespace.as_deref();
        own.is_none_or(|own| own == EVERY_NAMESPACE || own == namespace)
    }

    /// A rule that holds for every matching call.
    ///
    /// ```
    /// use rollcall::faults::{Effect, Match, Rule};
    ///
    /// let rule = Rule::new(Match::default(), Effect::Truncate);
    /// assert_eq!((rule.after, rule.times), (0, None));
    /// ```
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
///
/// ```
/// use rollcall::faults::Match;
///
/// let lists = Match { operation: Some("ListUser".to_owned()), ..Match::default() };
/// ```
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
///
/// ```
/// use rollcall::faults::Effect;
///
/// let effect: Effect = serde_json::from_str(r#"{ "error": "Internal" }"#)?;
/// assert_eq!(effect, Effect::Error { error: "Internal".to_owned(), detail: None });
/// # Ok::<(), serde_json::Error>(())
/// ```
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
        struct RouteMatch {
            error: String,
            detail: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Answer {
            status: u16,
            #[serde(default)]
            body: String,
            #[serde(default = "json_type")]
            content_type: String,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Late {
            delay: Delay,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Throttled {
            throttle: u32,
        }
        const FORMS: &str = "\"hang\", \"reset\", \"truncate\", {\"error\": …, \"detail\": …}, {\"status\": …, \"body\": …, \"content_type\": …}, {\"delay\": …} or {\"throttle\": …}";
        let kinds = ["error", "status", "delay", "throttle"];
        let given: Vec<&str> = kinds
            .into_iter()
            .filter(|kind| value.get(kind).is_some())
            .collect();
        let effect = match (value.as_str(), given.as_slice()) {
            (Some("hang"), _) => Ok(Self::Hang),
            (Some("reset"), _) => Ok(Self::Reset),
            (Some("truncate"), _) => Ok(Self::Truncate),
            (None, ["error"]) => json::read_value::<RouteMatch>(&value)
                .map(|RouteMatch { error, detail }| Self::Error { error, detail }),
            (None, ["status"]) => json::read_value::<Answer>(&value).map(
                |Answer {
                     status,
                     body,
                     content_type,
                 }| Self::Answer {
                    status,
                    body,
                    content_type,
                },
            ),
            (None, ["delay"]) => {
                json::read_value::<Late>(&value).map(|Late { delay }| Self::Delay { delay })
            }
            (None, ["throttle"]) => json::read_value::<Throttled>(&value)
                .map(|Throttled { throttle }| Self::Throttle { throttle }),
            (None, [_, _, ..]) => {
                return Err(format!(
                    "{} in one effect; a rule has one effect, so set up a rule for each",
                    given.join(" and ")
                ));
            }
            _ => return Err(format!("{value} is no effect; use {FORMS}")),
        };
        effect.map_err(|error| {
            let at = error.dotted();
            if at.is_empty() {
                error.rule
            } else {
                format!("at {at}: {}", error.rule)
            }
        })
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
///
/// ```
/// use rollcall::faults::{Delay, Effect};
///
/// let delay = Delay::Range("100ms".to_owned(), "2s".to_owned());
/// let effect = Effect::Delay { delay };
/// ```
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
pub(crate) enum DeliveryMode {
    #[default]
    Whole,
    /// Never.
    Hang,
    /// As a reset connection.
    Reset,
    /// The first half of it.
    Truncate,
}

/// What a fault puts in the place of an answer.
#[derive(Debug)]
pub(crate) enum ResponseOverride {
    /// An error of the provider, in its envelope.
    Error(ApiError),
    /// These bytes, as they are.
    Raw(Reply),
}

/// What the faults make of a call.
#[derive(Debug, Default)]
pub(crate) struct Injected {
    /// An answer instead of the operation's.
    pub(crate) instead: Option<ResponseOverride>,
    pub(crate) delay: Duration,
    pub(crate) manner: DeliveryMode,
    /// What to tell the reader of the journal.
    pub(crate) notes: Vec<String>,
}

/// Why a rule cannot be taken: where in it (a JSON pointer), and what is wrong there.
#[derive(Debug)]
pub(crate) struct RuleError {
    pub(crate) pointer: String,
    pub(crate) rule: String,
}

impl RuleError {
    fn new(pointer: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            rule: rule.into(),
        }
    }
}

/// Every rule there is.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Mutex<Rules>,
    /// So that a server without faults does not pay for them.
    many: AtomicUsize,
    seed: Option<u64>,
}

#[derive(Debug, Default)]
struct Rules {
    last_id: u64,
    rules: Vec<ActiveRule>,
}

/// A rule and what it counts.
#[derive(Debug)]
struct ActiveRule {
    rule: Rule,
    /// When the current second of a throttle began, and how many calls it has let through.
    second: (Instant, u32),
    /// Its own chances: what another namespace does must not change them.
    chance: Ids,
}

impl Faults {
    /// No rules yet; `seed` makes chances repeatable.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            rules: Mutex::default(),
            many: AtomicUsize::new(0),
            seed,
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
        // The n-th rule of a namespace has the same chances in every run and after every reset.
        let whose = rule.matches.namespace.as_deref();
        let many = rules
            .rules
            .iter()
            .filter(|armed| armed.rule.matches.namespace.as_deref() == whose)
            .count();
        let stream = format!("faults of {}, {many}", whose.unwrap_or_default());
        let chance = self
            .seed
            .map_or_else(Ids::unseeded, |seed| Ids::seeded(seed, &stream));
        rules.rules.push(ActiveRule {
            rule: rule.clone(),
            second: (Instant::now(), 0),
            chance,
        });
        self.many.store(rules.rules.len(), Ordering::Release);
        Ok(rule)
    }

    /// Every rule, or those that a namespace meets, in the order in which they are tried.
    pub(crate) fn list(&self, namespace: Option<&str>) -> Vec<Rule> {
        self.lock()
            .rules
            .iter()
            .map(|armed| &armed.rule)
            .filter(|rule| namespace.is_none_or(|name| rule.concerns(name)))
            .cloned()
            .collect()
    }

    /// How many rules there are.
    pub(crate) fn many(&self) -> usize {
        self.many.load(Ordering::Acquire)
    }

    /// Takes rules away: the one of that id, or those of that namespace, or all. Says how many there were.
    pub(crate) fn remove(&self, id: Option<u64>, namespace: Option<&str>) -> usize {
        let mut rules = self.lock();
        let before = rules.rules.len();
        rules.rules.retain(|ActiveRule { rule, .. }| {
            id.is_some_and(|id| id != rule.id)
                || namespace
                    .is_some_and(|namespace| rule.matches.namespace.as_deref() != Some(namespace))
        });
        self.many.store(rules.rules.len(), Ordering::Release);
        before - rules.rules.len()
    }

    /// What the rules, the header and the access key make of a call. `may_inject` says whether the header counts.
    pub(crate) fn check(
        &self,
        call: &Call<'_>,
        access_key: Option<&str>,
        may_inject: bool,
    ) -> Injected {
        let mut trouble = Injected::default();
        if 0 < self.many() {
            self.apply_rules(call, access_key, &mut trouble);
        }
        if let Some(asked) = call.request.headers.get(HEADER)
            && trouble.instead.is_none()
        {
            match from_header(&String::from_utf8_lossy(asked.as_bytes()), call.provider) {
                _ if !may_inject => trouble.notes.push(format!(
                    "{HEADER} was left aside: under --auth strict it takes a call that a valid key signed, or the admin token as Authorization: Bearer"
                )),
                Ok(effect) => trouble.apply(&effect, call, Duration::ZERO, None, HEADER),
                Err(cause) => {
                    trouble.notes.push(cause.clone());
                    trouble.instead = Some(ResponseOverride::Raw(Reply::problem(
                        400,
                        "No such fault",
                        &cause,
                    )));
                }
            }
        }
        if trouble.instead.is_none()
            && let Some(name) = access_key.and_then(|key| key.strip_prefix(RESERVED))
        {
            match named(call.provider, name, None, "the access key") {
                Some(error) => trouble.instead = Some(ResponseOverride::Error(error)),
                None => trouble.notes.push(no_such_error(call.provider, name)),
            }
        }
        trouble
    }

    fn apply_rules(&self, call: &Call<'_>, access_key: Option<&str>, trouble: &mut Injected) {
        let params = OnceCell::new();
        let mut rules = self.lock();
        for ActiveRule {
            rule,
            second,
            chance,
        } in &mut rules.rules
        {
            if !matches(rule, call, access_key, &params) {
                continue;
            }
            rule.matched += 1;
            let due =
                rule.after < rule.matched && rule.times.is_none_or(|times| rule.happened < times);
            // A million steps are fine enough for a chance.
            let chosen =
                |probability: f64| (chance.below(1_000_000) as f64) < probability * 1_000_000.0;
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
            let cause = format!("fault {}", rule.id);
            trouble.apply(&rule.effect, call, wait, Some(chance), &cause);
            // The first rule with an answer answers; a later one is for a later call.
            if trouble.instead.is_some() {
                break;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Injected {
    fn apply(
        &mut self,
        effect: &Effect,
        call: &Call<'_>,
        wait: Duration,
        chance: Option<&Ids>,
        cause: &str,
    ) {
        match effect {
            Effect::Error { error, detail } => {
                let error = named(call.provider, error, detail.as_deref(), cause);
                self.instead = error.map(ResponseOverride::Error);
            }
            Effect::Answer {
                status,
                body,
                content_type,
            } => {
                let reply = match body.as_str() {
                    "" => Reply::empty(*status),
                    body => Reply::empty(*status).body(content_type, body.to_owned()),
                };
                self.instead = Some(ResponseOverride::Raw(reply));
                self.notes.push(format!("{cause} answered"));
            }
            Effect::Throttle { .. } => {
                let error = (call.provider.gateway.throttled)(wait);
                self.instead = Some(ResponseOverride::Error(error));
                self.notes.push(format!("{cause} throttled the call"));
            }
            Effect::Delay { delay } => {
                let delay = delay.drawn(chance);
                self.delay = self.delay.saturating_add(delay);
                let length = humantime::format_duration(delay);
                self.notes
                    .push(format!("{cause} held the answer back for {length}"));
            }
            Effect::Hang => {
                (self.delay, self.manner) = (HANG, DeliveryMode::Hang);
                self.notes.push(format!("{cause} kept the answer back"));
            }
            Effect::Reset => {
                self.manner = DeliveryMode::Reset;
                self.notes
                    .push(format!("{cause} reset the connection instead of answering"));
            }
            Effect::Truncate => {
                self.manner = DeliveryMode::Truncate;
                self.notes.push(format!("{cause} cut the answer short"));
            }
        }
    }
}

impl Delay {
    fn drawn(&self, chance: Option<&Ids>) -> Duration {
        let length = |text: &str| humantime::parse_duration(text).unwrap_or_default();
        match self {
            Self::Fixed(text) => length(text),
            Self::Range(least, most) => {
                let (least, most) = (length(least), length(most));
                let spread =
                    u64::try_from(most.saturating_sub(least).as_millis()).unwrap_or(u64::MAX);
                let drawn = chance.map_or(0, |chance| chance.below(spread.saturating_add(1)));
                least.saturating_add(Duration::from_millis(drawn))
            }
        }
    }
}

/// The fault that a resource id asks for; looked at after authentication and before any format check. A name that is no
/// error is noted for the reader of the journal.
pub(crate) fn reserved_id(call: &Call<'_>, notes: &mut Vec<String>) -> Option<ApiError> {
    let request = call.request;
    let (path, query) = (request.path(), request.raw_query());
    let in_body = contains(&request.body);
    // Every call comes by here, and hardly one has more to do.
    if !in_body && !contains(path.as_bytes()) && !contains(query.as_bytes()) {
        return None;
    }
    let query = percent_encoding::percent_decode_str(query).decode_utf8_lossy();
    let body = percent_encoding::percent_decode(&request.body).decode_utf8_lossy();
    let mut misspelt = None;
    let found = [path, &*query, &*body].into_iter().find_map(|text| {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once(RESERVED) {
            let end = after.find(|letter: char| !is_of_a_name(letter));
            let (name, behind) = after.split_at(end.unwrap_or(after.len()));
            if let Some(error) = named(call.provider, name, None, "a reserved id") {
                return Some(error);
            }
            misspelt.get_or_insert(name);
            rest = behind;
        }
        None
    });
    if found.is_none() {
        notes.extend(misspelt.map(|name| no_such_error(call.provider, name)));
    }
    found
}

/// What the names of errors are made of.
fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

fn contains(text: &[u8]) -> bool {
    RESERVED.len() <= text.len()
        && match std::str::from_utf8(text) {
            Ok(text) => text.contains(RESERVED),
            Err(_) => text
                .windows(RESERVED.len())
                .any(|window| window == RESERVED.as_bytes()),
        }
}

/// The row of a provider's catalogue by name, or by code where only one row has it.
pub(crate) fn row(provider: &Provider, name: &str) -> Option<&'static ErrorEntry> {
    provider
        .errors()
        .find(|entry| entry.name == name)
        .or_else(|| {
            let mut of_code = provider.errors().filter(|entry| entry.code == name);
            of_code.next().filter(|_| of_code.next().is_none())
        })
}

/// The error of that name, each gap of its message filled with the detail, or with a word that says where it is from.
fn named(provider: &Provider, name: &str, detail: Option<&str>, cause: &str) -> Option<ApiError> {
    let entry = row(provider, name)?;
    let detail: &dyn std::fmt::Display = &detail.unwrap_or("rollcall-fault");
    let gaps = entry.message.matches("{}").count();
    let error = entry.with_all(&vec![detail; gaps]);
    Some(error.because(format!("{cause} asked for it")))
}

fn no_such_error(provider: &Provider, name: &str) -> String {
    let id = provider.id;
    let several = provider
        .errors()
        .filter(|entry| entry.code == name)
        .map(|entry| entry.name)
        .collect::<Vec<_>>();
    if !several.is_empty() {
        return format!(
            "the code \"{name}\" is of several errors of {id}; take one by its name: {}",
            several.join(", ")
        );
    }
    let names = provider.errors().map(|entry| entry.name);
    format!(
        "\"{name}\" is no error of {id}; the nearest are {}, and GET /_rollcall/errors?provider={id} lists them all",
        text::nearest(name, names, 3).join(", ")
    )
}

/// What the header asks for: an error's name, `delay=2s`, `status=503`, `hang`, `reset` or `truncate`.
fn from_header(text: &str, provider: &'static Provider) -> Result<Effect, String> {
    let text = text.trim();
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
    check_effect(&effect, Some(provider)).map_err(|error| {
        let RuleError { rule, .. } = error;
        format!("{HEADER}: {rule}")
    })?;
    Ok(effect)
}

impl Match {
    /// Whether there can be such a call; a pointer begins at the match.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let at = |pointer: &str, rule: String| Err(RuleError::new(pointer, rule));
        let room = self.provider.as_deref().map(|id| (id, provider(id)));
        if let Some((id, None)) = room {
            return at("/provider", unknown_provider(id));
        }
        if let Some(name) = &self.operation {
            let mut rooms = PROVIDERS
                .iter()
                .filter(|room| self.provider.as_deref().is_none_or(|id| id == room.id));
            let is_known = rooms.any(|room| has_operation(room, name));
            if !is_known {
                let whose = self.provider.as_deref().unwrap_or("any provider");
                return at(
                    "/operation",
                    format!(
                        "\"{name}\" is no operation of {whose}; GET /_rollcall/providers lists them"
                    ),
                );
            }
        }
        if let Some(namespace) = &self.namespace
            && namespace != EVERY_NAMESPACE
            && !crate::namespace::is_name(namespace)
        {
            return at(
                "/namespace",
                format!("\"{namespace}\" is no namespace; use a name, or * for all"),
            );
        }
        let key = self.access_key.as_deref();
        if key.is_some_and(|key| key.contains('~')) {
            return at(
                "/access_key",
                "an access key is matched without its ~namespace, which goes into namespace"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

/// Whether a rule can be meant.
fn check(rule: &Rule) -> Result<(), RuleError> {
    let Rule {
        matches,
        effect,
        probability,
        times,
        ..
    } = rule;
    let at = |pointer: &str, rule: String| Err(RuleError::new(pointer, rule));
    matches
        .check()
        .map_err(|RuleError { pointer, rule }| RuleError::new(format!("/match{pointer}"), rule))?;
    if *times == Some(0) {
        return at(
            "/times",
            "0 times is never; leave times out for every call, or leave the rule out".to_owned(),
        );
    }
    if probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
        return at(
            "/probability",
            "a probability lies between 0 and 1".to_owned(),
        );
    }
    check_effect(effect, matches.provider.as_deref().and_then(provider))?;
    if let (Effect::Error { error, .. }, Some(name)) = (effect, &matches.operation)
        && !PROVIDERS
            .iter()
            .any(|room| row(room, error).is_some() && has_operation(room, name))
    {
        return at(
            "/effect/error",
            format!("no provider has both the operation \"{name}\" and the error \"{error}\""),
        );
    }
    Ok(())
}

fn has_operation(room: &Provider, name: &str) -> bool {
    room.operations.iter().any(|row| row.name == name)
}

fn check_effect(effect: &Effect, room: Option<&'static Provider>) -> Result<(), RuleError> {
    let at = |pointer: &str, rule: String| Err(RuleError::new(pointer, rule));
    match effect {
        Effect::Error { error, .. } => {
            let mut rooms = PROVIDERS
                .iter()
                .filter(|provider| room.is_none_or(|room| room.id == provider.id));
            if !rooms.any(|provider| row(provider, error).is_some()) {
                let rule = match room {
                    Some(room) => no_such_error(room, error),
                    None => format!(
                        "\"{error}\" is no error of any provider, or a code of several; GET /_rollcall/errors lists them"
                    ),
                };
                return at("/effect/error", rule);
            }
        }
        Effect::Answer { status, .. } if !(200..=599).contains(status) => {
            return at(
                "/effect/status",
                format!("{status} is no status of an answer; use 200 to 599"),
            );
        }
        Effect::Answer { content_type, .. }
            if http::HeaderValue::from_str(content_type).is_err() =>
        {
            return at(
                "/effect/content_type",
                "no header can hold that; write a content type as application/json".to_owned(),
            );
        }
        Effect::Delay { delay } => {
            let texts = match delay {
                Delay::Fixed(text) => vec![text],
                Delay::Range(least, most) => vec![least, most],
            };
            for text in texts {
                let rule = match humantime::parse_duration(text) {
                    Ok(length) if length <= LONGEST_DELAY => continue,
                    Ok(_) => format!(
                        "\"{text}\" is longer than a day; no client waits for that, so use \"hang\""
                    ),
                    Err(_) => format!("\"{text}\" is no length of time; write 100ms, 2s or 1m"),
                };
                return at("/effect/delay", rule);
            }
            if let Delay::Range(least, most) = delay
                && humantime::parse_duration(most).ok() < humantime::parse_duration(least).ok()
            {
                return at(
                    "/effect/delay",
                    format!("a range begins with the shorter time: [\"{most}\", \"{least}\"]"),
                );
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether a rule is for a call. An error that the call's provider does not have is for another provider's calls.
fn matches(
    rule: &Rule,
    call: &Call<'_>,
    access_key: Option<&str>,
    params: &OnceCell<BTreeMap<String, String>>,
) -> bool {
    let wanted = &rule.matches;
    let is = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == found)
    };
    is(&wanted.provider, call.provider.id)
        && is(&wanted.operation, call.operation_name())
        && rule.concerns(&call.namespace.name)
        && wanted
            .access_key
            .as_deref()
            .is_none_or(|wanted| access_key == Some(wanted))
        && match &rule.effect {
            Effect::Error { error, .. } => {
                wanted.provider.is_some() || row(call.provider, error).is_some()
            }
            _ => true,
        }
        && wanted.params.iter().all(|(name, value)| {
            params.get_or_init(|| call.params_by_name()).get(name) == Some(value)
        })
}
