//! Settings of a namespace.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::extract::{JsonBody, PathParam, pointer, required_body};
use super::problem::{Problem, blocking};
use crate::app::App;
use crate::pipeline::settings::{self, SettingsPatch};

pub(crate) async fn settings(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Result<Json<SettingsPatch>, Problem> {
    blocking(move || {
        Ok(Json(settings::to_patch(
            &app.namespaces.existing(&name)?.settings(),
        )))
    })
    .await
}

pub(crate) async fn change_settings(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    JsonBody(bytes): JsonBody,
) -> Result<Json<SettingsPatch>, Problem> {
    blocking(move || {
        let patch: SettingsPatch = required_body(&bytes)?;
        app.namespaces.with(&name, |namespace| {
            let settings = namespace
                .change_settings(|settings| settings::patched(settings, patch))
                .map_err(|(keys, rule)| {
                    let pointer: String = keys.iter().map(|key| pointer(key)).collect();
                    Problem::new(400, rule).at(pointer)
                })?;
            Ok(Json(settings::to_patch(&settings)))
        })
    })
    .await
}
