//! Fault injection: by rules, by a header on a request, and by reserved names for clients that cannot set headers.
//!
//! A rule applies to one namespace unless it says `"*"`, so that a fault never affects another test's calls.

mod catalogue;
mod check;
mod inline;
mod rule;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::namespace::ids::Ids;
use crate::pipeline::header::said_once;
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use catalogue::{named, no_such_error};
use check::check;
use inline::from_header;

pub(crate) use catalogue::row;
pub(crate) use check::RuleError;
use inline::{HEADER, NAME};
pub(crate) use inline::{RESERVED, is_wanted, reserved_id};
pub use rule::{Delay, Effect, Match, Rule};

/// How long a `hang` lasts: longer than any client's time-out, but not forever.
const HANG: Duration = Duration::from_secs(600);
/// Stands for all namespaces in a rule.
const EVERY_NAMESPACE: &str = "*";

/// How an answer is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum DeliveryMode {
    #[default]
    Whole,
    /// Not at all.
    Hang,
    /// By resetting the connection instead.
    Reset,
    /// Only its first half.
    Truncate,
}

impl DeliveryMode {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Hang => "hang",
            Self::Reset => "reset",
            Self::Truncate => "truncate",
        }
    }
}

/// The answer that a fault substitutes.
#[derive(Debug)]
pub(crate) enum ResponseOverride {
    /// An error of the provider, in its envelope.
    Error(ApiError),
    /// These bytes, unchanged.
    Raw(Reply),
}

/// The effect of faults on a call.
#[derive(Debug, Default)]
pub(crate) struct Injected {
    /// An answer instead of the operation's.
    pub(crate) instead: Option<ResponseOverride>,
    pub(crate) delay: Duration,
    pub(crate) delivery: DeliveryMode,
    /// Notes for the journal.
    pub(crate) notes: Vec<String>,
}

/// The largest number of rules: each call is checked against all of them.
const MAX_RULES: usize = 10_000;
/// The largest total size of their JSON.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Why a rule was not added.
#[derive(Debug)]
pub(crate) enum AddError {
    Rule(RuleError),
    /// The limit is reached.
    Full,
}

impl AddError {
    pub(crate) const FULL: &str = "there are 10,000 fault rules, or 64 MiB of them; DELETE /_rollcall/faults removes a namespace's";
}

/// All rules.
#[derive(Debug)]
pub(crate) struct Faults {
    rules: Mutex<Rules>,
    /// Lets a server without faults skip the lock.
    many: AtomicUsize,
    seed: Option<u64>,
}

#[derive(Debug, Default)]
struct Rules {
    last_id: u64,
    rules: Vec<ActiveRule>,
}

/// A rule with its counters.
#[derive(Debug)]
struct ActiveRule {
    rule: Rule,
    /// The length of its JSON.
    size: usize,
    /// When the current second of a throttle began, and how many calls it has let through.
    second: (Instant, u32),
    /// Its own random stream, independent of other namespaces.
    chance: Ids,
}

impl Faults {
    /// Starts without rules; `seed` makes probabilities repeatable.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            rules: Mutex::default(),
            many: AtomicUsize::new(0),
            seed,
        }
    }

    /// Adds a rule, to `namespace` unless it names one itself.
    pub(crate) fn add(&self, mut rule: Rule, namespace: &str) -> Result<Rule, AddError> {
        check(&rule).map_err(AddError::Rule)?;
        rule.matches
            .namespace
            .get_or_insert_with(|| namespace.to_owned());
        (rule.matched, rule.happened) = (0, 0);
        let size = serde_json::to_vec(&rule).map_or(0, |text| text.len());
        let mut rules = self.lock();
        let sizes: usize = rules.rules.iter().map(|armed| armed.size).sum();
        if MAX_RULES <= rules.rules.len() || MAX_BYTES < sizes + size {
            return Err(AddError::Full);
        }
        rules.last_id += 1;
        rule.id = rules.last_id;
        // The n-th rule of a namespace gets the same random stream in every run and after every reset.
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
            size,
            second: (Instant::now(), 0),
            chance,
        });
        self.many.store(rules.rules.len(), Ordering::Release);
        Ok(rule)
    }

    /// All rules, or those that apply to a namespace, in the order in which they are tried.
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
    pub(crate) fn len(&self) -> usize {
        self.many.load(Ordering::Acquire)
    }

    /// Removes the rule with that id, the rules of that namespace, or all. Returns how many there were.
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

    /// Applies rules, header and access key to a call. `may_inject` says whether the header counts.
    pub(crate) fn check(&self, call: &Call<'_>, may_inject: bool) -> Injected {
        let mut trouble = Injected::default();
        if 0 < self.len() {
            self.apply_rules(call, &mut trouble);
        }
        if let Some(asked) = said_once(&call.request.headers, &NAME)
            && trouble.instead.is_none()
        {
            match from_header(&asked, call.provider) {
                _ if !may_inject => trouble.notes.push(format!(
                    "{HEADER} was ignored: under --auth strict, the call must be signed with a valid key, or carry the admin token as Authorization: Bearer TOKEN"
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
            && let Some(key) = &call.access_key
            && let Some(name) = key.id.strip_prefix(RESERVED)
        {
            match named(call.provider, name, None, "the access key") {
                Some(error) => trouble.instead = Some(ResponseOverride::Error(error)),
                None => trouble.notes.push(no_such_error(call.provider, name)),
            }
        }
        trouble
    }

    fn apply_rules(&self, call: &Call<'_>, trouble: &mut Injected) {
        let params = OnceCell::new();
        let mut rules = self.lock();
        for ActiveRule {
            rule,
            second,
            chance,
            ..
        } in &mut rules.rules
        {
            if !matches(rule, call, &params) {
                continue;
            }
            rule.matched += 1;
            let due =
                rule.after < rule.matched && rule.times.is_none_or(|times| rule.happened < times);
            // A million steps are fine enough for a probability.
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
            // Only the first rule with an answer counts; later ones are left for later calls.
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
                let delay = delay.sample(chance);
                self.delay = self.delay.saturating_add(delay);
                let length = humantime::format_duration(delay);
                self.notes
                    .push(format!("{cause} delayed the answer by {length}"));
            }
            Effect::Hang => {
                (self.delay, self.delivery) = (HANG, DeliveryMode::Hang);
                self.notes.push(format!("{cause} withheld the answer"));
            }
            Effect::Reset => {
                self.delivery = DeliveryMode::Reset;
                self.notes
                    .push(format!("{cause} reset the connection instead of answering"));
            }
            Effect::Truncate => {
                self.delivery = DeliveryMode::Truncate;
                self.notes.push(format!("{cause} truncated the answer"));
            }
        }
    }
}

impl Delay {
    fn sample(&self, chance: Option<&Ids>) -> Duration {
        let length = |text: &str| humantime::parse_duration(text).unwrap_or_default();
        match self {
            Self::Fixed(text) => length(text),
            Self::Range(min, max) => {
                let (min, max) = (length(min), length(max));
                let spread = u64::try_from(max.saturating_sub(min).as_millis()).unwrap_or(u64::MAX);
                let sample = chance.map_or(0, |chance| chance.below(spread.saturating_add(1)));
                min.saturating_add(Duration::from_millis(sample))
            }
        }
    }
}

/// Whether a rule applies to a call. An error that the call's provider does not have is for other providers.
fn matches(rule: &Rule, call: &Call<'_>, params: &OnceCell<BTreeMap<String, String>>) -> bool {
    let wanted = &rule.matches;
    let is = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == found)
    };
    is(&wanted.provider, call.provider.id)
        && is(&wanted.operation, call.operation_name())
        && rule.concerns(&call.namespace.name)
        && wanted.access_key.as_ref().is_none_or(|wanted| {
            let sent = call.access_key.as_ref();
            sent.is_some_and(|sent| sent.id == *wanted)
        })
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
