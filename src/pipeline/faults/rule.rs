//! Fault rules: which calls they affect, how, and how often.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::EVERY_NAMESPACE;
use crate::provider::json;

/// A rule, as the control plane takes and shows it.
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
    /// The id assigned by the server; 0 before that.
    #[serde(default)]
    pub id: u64,
    /// The calls that it affects.
    #[serde(default, rename = "match")]
    pub matches: Match,
    /// What happens to them.
    pub effect: Effect,
    /// How many matching calls pass first.
    #[serde(default)]
    pub after: u64,
    /// How many calls it affects; by default, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The probability that it affects a matching call, 0 to 1; by default, 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// How many calls have matched.
    #[serde(default)]
    pub matched: u64,
    /// How many calls it has affected.
    #[serde(default)]
    pub happened: u64,
}

impl Rule {
    /// Whether it applies to calls of that namespace.
    pub(super) fn concerns(&self, namespace: &str) -> bool {
        let own = self.matches.namespace.as_deref();
        own.is_none_or(|own| own == EVERY_NAMESPACE || own == namespace)
    }

    /// A rule that affects every matching call.
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

/// The calls that a rule affects; an absent member matches everything.
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
    /// The namespace; `*` for all. By default, the namespace that the rule was added to.
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
    /// An error of the provider's table, by its name, or by its code if that is unique.
    Error {
        /// The name or code.
        error: String,
        /// Fills the gaps in its message.
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
    /// A delayed answer.
    Delay {
        /// The delay.
        delay: Delay,
    },
    /// The provider's throttling error, beyond that many calls per second.
    Throttle {
        /// Calls per second.
        throttle: u32,
    },
    /// No answer.
    Hang,
    /// A connection reset.
    Reset,
    /// Half of the answer.
    Truncate,
}

pub(super) fn json_type() -> String {
    "application/json".to_owned()
}

impl TryFrom<Value> for Effect {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct NamedError {
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
            (None, ["error"]) => json::read_value::<NamedError>(&value)
                .map(|NamedError { error, detail }| Self::Error { error, detail }),
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
                    "an effect cannot be {} at once; add a rule for each",
                    given.join(" and ")
                ));
            }
            _ => return Err(format!("invalid effect {value}; use {FORMS}")),
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

/// How long an answer is delayed.
///
/// ```
/// use rollcall::faults::{Delay, Effect};
///
/// let delay = Delay::Range("100ms".to_owned(), "2s".to_owned());
/// let effect = Effect::Delay { delay };
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a delay is a duration such as \"2s\", or two such as [\"1s\", \"3s\"]"
)]
pub enum Delay {
    /// Exactly this long.
    Fixed(String),
    /// A random time between the two.
    Range(String, String),
}
