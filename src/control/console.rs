//! The console: the files of `src/console/`, served to browsers. They need no token; all data comes from the control plane, which
//! checks the page like any other client.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION,
    REFERRER_POLICY,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::extract::PathParam;
use super::problem::Problem;
use crate::signing::sha256_hex;

/// The first page.
const INDEX: &str = "index.html";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

macro_rules! page {
    ($name:literal, $media_type:ident) => {
        (
            $name,
            $media_type,
            include_bytes!(concat!("../console/", $name)),
        )
    };
}

/// Every file: name, media type, content.
const FILES: &[(&str, &str, &[u8])] = &[
    page!("index.html", HTML),
    page!("app.js", SCRIPT),
    page!("calls.js", SCRIPT),
    page!("connect.js", SCRIPT),
    page!("core.js", SCRIPT),
    page!("data.js", SCRIPT),
    page!("faults.js", SCRIPT),
    page!("har.js", SCRIPT),
    page!("icon.svg", PICTURE),
    page!("namespaces.js", SCRIPT),
    page!("parts.js", SCRIPT),
    page!("preact.js", SCRIPT),
    page!("reference.js", SCRIPT),
    page!("style.css", STYLE),
    page!("chinese.js", SCRIPT),
    page!("try.js", SCRIPT),
];

/// Pages may load only the console's own files, and may not be framed.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Headers of every console answer, errors included.
const HEADERS: [(HeaderName, &str); 3] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-cache"),
];

/// Whether a path belongs to the console.
pub(super) fn is_console(path: &str) -> bool {
    path.strip_prefix("/_rollcall/console")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Adds a page's headers to an answer.
pub(super) async fn protect(request: Request, next: Next) -> Response {
    (HEADERS, next.run(request).await).into_response()
}

/// Redirects to the folder, with a relative address, so that a proxy's path prefix is kept.
pub(super) async fn folder() -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "console/")]).into_response()
}

pub(super) async fn index(headers: HeaderMap) -> Result<Response, Problem> {
    found(INDEX, &headers)
}

pub(super) async fn file(
    PathParam(name): PathParam,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    found(&name, &headers)
}

fn found(name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    /// The entity tags of [`FILES`], in order.
    static TAGS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let tag = |(_, _, bytes): &(_, _, &[u8])| format!("\"{}\"", &sha256_hex(bytes)[..16]);
        FILES.iter().map(tag).collect()
    });
    let mut files = FILES.iter().zip(TAGS.iter());
    let Some((&(_, media_type, bytes), tag)) = files.find(|((own, ..), _)| *own == name) else {
        return Err(Problem::new(
            404,
            format!("the console has no file \"{name}\"; open /_rollcall/console/"),
        ));
    };
    let tag = tag.as_str();
    Ok(if has(headers, tag) {
        (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response()
    } else {
        ([(ETAG, tag), (CONTENT_TYPE, media_type)], bytes).into_response()
    })
}

/// Whether a client's `If-None-Match` lists this tag.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
        let lying: BTreeSet<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        let served: BTreeSet<String> = FILES.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(lying, served);
    }

    /// What they may weigh together, as they are sent: nothing here is compressed or built.
    const MOST: usize = 100_000;

    #[test]
    fn all_of_it_is_at_most_100_000_bytes() {
        let mut files: Vec<(usize, &str)> = FILES
            .iter()
            .map(|(name, _, bytes)| (bytes.len(), *name))
            .collect();
        files.sort_unstable_by(|first, second| second.cmp(first));
        let whole: usize = files.iter().map(|(bytes, _)| bytes).sum();
        let largest: Vec<String> = files[..6]
            .iter()
            .map(|(bytes, name)| format!("{name} {bytes}"))
            .collect();
        assert!(
            whole <= MOST,
            "src/console has {whole} bytes, {} more than the {MOST} it may have; the largest: {}",
            whole - MOST,
            largest.join(", ")
        );
    }
}
