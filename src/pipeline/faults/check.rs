//! Validates fault rules: the calls and errors have to exist, and delays have to be finite.

use std::time::Duration;

use super::EVERY_NAMESPACE;
use super::catalogue::{no_such_error, row};
use super::rule::{Delay, Effect, Match, Rule};
use crate::provider::Provider;
use crate::providers::{PROVIDERS, provider, unknown_provider};

/// The longest delay of a rule.
const LONGEST_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a rule is invalid: where in it (a JSON pointer), and what is wrong there.
#[derive(Debug)]
pub(crate) struct RuleError {
    pub(crate) pointer: String,
    pub(crate) rule: String,
}

impl RuleError {
    pub(super) fn new(pointer: impl Into<String>, rule: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            rule: rule.into(),
        }
    }
}

impl Match {
    /// Checks that such a call can exist; pointers are relative to the match.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        let at = |pointer: &str, rule: String| Err(RuleError::new(pointer, rule));
        let only = self.provider.as_deref().map(|id| (id, provider(id)));
        if let Some((id, None)) = only {
            return at("/provider", unknown_provider(id));
        }
        if let Some(name) = &self.operation {
            let mut known = PROVIDERS
                .iter()
                .filter(|row| self.provider.as_deref().is_none_or(|id| id == row.id));
            let is_known = known.any(|row| has_operation(row, name));
            if !is_known {
                let whose = self.provider.as_deref().unwrap_or("any provider");
                return at(
                    "/operation",
                    format!(
                        "\"{name}\" is not an operation of {whose}; GET /_rollcall/providers lists them"
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
                format!("\"{namespace}\" is not a namespace; use a name, or * for all"),
            );
        }
        let key = self.access_key.as_deref();
        if key.is_some_and(|key| key.contains('~')) {
            return at(
                "/access_key",
                "write the access key without its ~namespace, and put that into namespace"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

impl Rule {
    /// Checks the rule; pointers are relative to it.
    pub(crate) fn check(&self) -> Result<(), RuleError> {
        check(self)
    }
}

/// Checks the effect and counts of a rule.
pub(super) fn check(rule: &Rule) -> Result<(), RuleError> {
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
            "0 times means never; omit times to affect every call, or omit the rule".to_owned(),
        );
    }
    if probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
        return at(
            "/probability",
            "a probability must be between 0 and 1".to_owned(),
        );
    }
    check_effect(effect, matches.provider.as_deref().and_then(provider))?;
    if let (Effect::Error { error, .. }, Some(name)) = (effect, &matches.operation)
        && !PROVIDERS
            .iter()
            .any(|provider| row(provider, error).is_some() && has_operation(provider, name))
    {
        return at(
            "/effect/error",
            format!("no provider has both the operation \"{name}\" and the error \"{error}\""),
        );
    }
    Ok(())
}

pub(super) fn has_operation(provider: &Provider, name: &str) -> bool {
    provider.operations.iter().any(|row| row.name == name)
}

pub(super) fn check_effect(
    effect: &Effect,
    only: Option<&'static Provider>,
) -> Result<(), RuleError> {
    let at = |pointer: &str, rule: String| Err(RuleError::new(pointer, rule));
    match effect {
        Effect::Error { error, .. } => {
            let mut known = PROVIDERS
                .iter()
                .filter(|provider| only.is_none_or(|only| only.id == provider.id));
            if !known.any(|provider| row(provider, error).is_some()) {
                let rule = match only {
                    Some(only) => no_such_error(only, error),
                    None => format!(
                        "\"{error}\" is not an error of any provider, or the code of several; GET /_rollcall/errors lists them"
                    ),
                };
                return at("/effect/error", rule);
            }
        }
        Effect::Answer { status, .. } if !(200..=599).contains(status) => {
            return at(
                "/effect/status",
                format!("invalid status {status}; use 200 to 599"),
            );
        }
        Effect::Answer { content_type, .. }
            if http::HeaderValue::from_str(content_type).is_err() =>
        {
            return at(
                "/effect/content_type",
                "not a valid header value; write a content type such as application/json"
                    .to_owned(),
            );
        }
        Effect::Delay { delay } => {
            let texts = match delay {
                Delay::Fixed(text) => vec![text],
                Delay::Range(min, max) => vec![min, max],
            };
            for text in texts {
                let rule = match humantime::parse_duration(text) {
                    Ok(length) if length <= LONGEST_DELAY => continue,
                    Ok(_) => format!("\"{text}\" is longer than a day; use \"hang\" instead"),
                    Err(_) => format!("invalid duration \"{text}\"; write e.g. 100ms, 2s or 1m"),
                };
                return at("/effect/delay", rule);
            }
            if let Delay::Range(min, max) = delay
                && humantime::parse_duration(max).ok() < humantime::parse_duration(min).ok()
            {
                return at(
                    "/effect/delay",
                    format!("write the shorter time first: [\"{max}\", \"{min}\"]"),
                );
            }
        }
        _ => {}
    }
    Ok(())
}
