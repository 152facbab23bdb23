//! The clock of a namespace.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{JsonBody, NamespaceParam, as_member, required_body};
use super::problem::{Problem, blocking};
use crate::app::App;
use crate::namespace::Namespace;
use crate::namespace::clock::{Setting, Time};
use crate::provider::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockSetting {
    mode: ClockMode,
    time: Option<String>,
    by: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum ClockMode {
    Real,
    Fixed,
    Offset,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: String,
}

/// Said of a time that a clock cannot show.
const BEYOND: &str = "a clock shows 1970-01-01 to 9999-12-30";

fn shown_clock(namespace: &Namespace) -> Json<Value> {
    let state = namespace.state();
    let (setting, now) = (state.clock.setting(), state.clock.now().rfc3339_millis());
    let name = &namespace.name;
    Json(match setting {
        Setting::Real => json!({ "namespace": name, "mode": "real", "now": now }),
        Setting::Fixed(time) => {
            json!({ "namespace": name, "mode": "fixed", "time": time.rfc3339_millis(), "now": now })
        }
        Setting::Offset(millis) => {
            let length = humantime::format_duration(Duration::from_millis(millis.unsigned_abs()));
            let sign = if millis < 0 { "-" } else { "" };
            json!({ "namespace": name, "mode": "offset", "by": format!("{sign}{length}"), "now": now })
        }
    })
}

pub(crate) async fn clock(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
) -> Result<Json<Value>, Problem> {
    blocking(move || Ok(shown_clock(&*app.namespaces.existing(about.name())?))).await
}

/// Sets a clock, if it then shows a time that the providers can print.
fn set(namespace: &Namespace, setting: Setting, place: &str) -> Result<Json<Value>, Problem> {
    if !setting.shows().fits_a_clock() {
        return Err(Problem::new(400, BEYOND).at(place));
    }
    namespace.state().clock.set(setting);
    Ok(shown_clock(namespace))
}

pub(crate) async fn set_clock(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    JsonBody(bytes): JsonBody,
) -> Result<Json<Value>, Problem> {
    // `"real"` is a mode, any other text alone the time of a fixed clock.
    let alone: Option<String> = json::read(&bytes).ok();
    let ClockSetting { mode, time, by } = match alone {
        Some(time) if time != "real" => ClockSetting {
            mode: ClockMode::Fixed,
            time: Some(time),
            by: None,
        },
        _ => required_body(&as_member(&bytes, "mode"))?,
    };
    blocking(move || {
        if time.is_some() && mode != ClockMode::Fixed {
            return Err(Problem::new(400, "only a fixed clock takes a time").at("/time"));
        }
        if by.is_some() && mode != ClockMode::Offset {
            return Err(Problem::new(400, "only an offset clock takes by").at("/by"));
        }
        app.namespaces
            .with(about.name(), |namespace| match (mode, time, by) {
                (ClockMode::Fixed, Some(text), _) => {
                    let time = Time::parse_rfc3339(&text).ok_or_else(|| {
                        let detail =
                            format!("invalid time \"{text}\"; write it as 2024-05-20T08:30:00Z");
                        Problem::new(400, detail).at("/time")
                    })?;
                    set(namespace, Setting::Fixed(time), "/time")
                }
                // Freeze it at its current time.
                (ClockMode::Fixed, None, _) => {
                    let now = namespace.state().clock.now();
                    set(namespace, Setting::Fixed(now), "/mode")
                }
                (ClockMode::Offset, _, Some(by)) => {
                    set(namespace, Setting::Offset(millis(&by)?), "/by")
                }
                (ClockMode::Offset, _, None) => {
                    let detail = "an offset clock needs by, e.g. \"1h\" or \"-15m\"";
                    Err(Problem::new(400, detail).at("/by"))
                }
                (ClockMode::Real, ..) => set(namespace, Setting::Real, "/mode"),
            })
    })
    .await
}

pub(crate) async fn advance_clock(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    JsonBody(bytes): JsonBody,
) -> Result<Json<Value>, Problem> {
    let Advance { by } = required_body(&as_member(&bytes, "by"))?;
    let by = millis(&by)?;
    blocking(move || {
        app.namespaces.with(about.name(), |namespace| {
            let advanced = namespace.state().clock.advance(by, Time::fits_a_clock);
            if !advanced {
                return Err(Problem::new(400, BEYOND).at("/by"));
            }
            Ok(shown_clock(namespace))
        })
    })
    .await
}

/// A duration; a leading `-` goes back in time.
fn millis(text: &str) -> Result<i64, Problem> {
    let (sign, length) = text
        .strip_prefix('-')
        .map_or((1, text), |length| (-1, length));
    let rule = || {
        Problem::new(
            400,
            format!("invalid duration \"{text}\"; write e.g. 90s, 1h or -15m"),
        )
        .at("/by")
    };
    let length = humantime::parse_duration(length).map_err(|_| rule())?;
    Ok(sign * i64::try_from(length.as_millis()).map_err(|_| rule())?)
}
