//! What should go wrong: rules that a test sets up, a header on one request, reserved names for clients that can set
//! nothing else.
//!
//! A rule is for one namespace unless it says `"*"`, so that a fault never touches another test's calls.

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

/// How long a `hang` lasts at most: beyond any client's patience, and not for ever.
const HANG: Duration = Duration::from_secs(600);
/// The namespace of a rule for all of them.
const EVERY_NAMESPACE: &str = "*";

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
    pub(crate) delivery: DeliveryMode,
    /// What to tell the reader of the journal.
    pub(crate) notes: Vec<String>,
}

/// How many rules there may be: each call looks at all of them.
const MAX_RULES: usize = 10_000;
/// How long their JSON may be together.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Why a rule was not added.
#[derive(Debug)]
pub(crate) enum AddError {
    Rule(RuleError),
    /// There are as many as there may be.
    Full,
}

impl AddError {
    pub(crate) const FULL: &str = "there are 10,000 fault rules, or 64 MiB of them; DELETE /_rollcall/faults removes a namespace's";
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
    /// The length of its JSON.
    size: usize,
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
            size,
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
    pub(crate) fn len(&self) -> usize {
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
                let delay = delay.sample(chance);
                self.delay = self.delay.saturating_add(delay);
                let length = humantime::format_duration(delay);
                self.notes
                    .push(format!("{cause} held the answer back for {length}"));
            }
            Effect::Hang => {
                (self.delay, self.delivery) = (HANG, DeliveryMode::Hang);
                self.notes.push(format!("{cause} kept the answer back"));
            }
            Effect::Reset => {
                self.delivery = DeliveryMode::Reset;
                self.notes
                    .push(format!("{cause} reset the connection instead of answering"));
            }
            Effect::Truncate => {
                self.delivery = DeliveryMode::Truncate;
                self.notes.push(format!("{cause} cut the answer short"));
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

/// Whether a rule is for a call. An error that the call's provider does not have is for another provider's calls.
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
