//! Signed calls: how a test signs and sends them, which keys its server knows, and what the server says of a refusal.

use rollcall::signing::qingcloud::Dialect;
use rollcall::signing::{AccessKey, Digest, huawei, qingcloud};
use serde_json::{Value, json};

use super::client::Answer;
use super::server::{Server, frozen, with};
use crate::signing::Request;

/// The tests' moment, in seconds since 1970.
pub(crate) const TIME: i64 = 1_716_193_800;

/// The key that every server knows.
pub(crate) const KEY: AccessKey<'static> = key("test-ak", "test-sk");

/// A key without a token.
pub(crate) const fn key<'a>(id: &'a str, secret: &'a str) -> AccessKey<'a> {
    AccessKey {
        id,
        secret,
        token: None,
    }
}

/// The demo in a mode of authentication, with a key of every kind: `off-ak` is disabled, `read-ak` may only read, `temp-ak`
/// is good for an hour, `old-ak` has just ended. The secret is always `s3cr3t-of-` and the id.
pub(crate) fn server(mode: &str) -> Server {
    let server = with(frozen().auth(mode).expect("a mode"));
    seed(&server, "default");
    server
}

/// Seeds those keys into a namespace.
pub(crate) fn seed(server: &Server, namespace: &str) {
    let keys = json!({ "credentials": [
        { "access_key": "off-ak", "secret_key": "s3cr3t-of-off-ak", "disabled": true },
        { "access_key": "read-ak", "secret_key": "s3cr3t-of-read-ak", "read_only": true },
        { "access_key": "temp-ak", "secret_key": "s3cr3t-of-temp-ak", "token": "T0ken/+=of-temp-ak", "expires": "2024-05-20T09:30:00Z" },
        { "access_key": "old-ak", "secret_key": "s3cr3t-of-old-ak", "token": "T0ken-of-old-ak", "expires": "2024-05-20T08:30:00Z" },
    ] });
    let path = format!("/_rollcall/namespaces/{namespace}/seed");
    let answer = server.json("POST", &path, &keys.to_string());
    assert_eq!(answer.status, 200, "{answer}");
}

/// Sends a request exactly as it stands.
#[track_caller]
pub(crate) fn send(server: &Server, request: &Request) -> Answer {
    let target = match request.query.as_str() {
        "" => request.path.clone(),
        query => format!("{}?{query}", request.path),
    };
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    server.send(&request.method, &target, &headers, &request.body)
}

/// A request signed as Huawei's SDKs sign it.
pub(crate) fn by_huawei(request: Request, key: &AccessKey<'_>, time: i64) -> Request {
    let sealed = request.look(|sent| huawei::sign(sent, key, time));
    request.sealed(sealed)
}

/// A request signed as QingCloud's documents or its SDK sign it.
pub(crate) fn by_qingcloud(
    request: Request,
    key: &AccessKey<'_>,
    time: i64,
    dialect: Dialect,
) -> Request {
    let sealed = request.look(|sent| qingcloud::sign(sent, key, time, dialect, Digest::Sha256));
    request.sealed(sealed)
}

/// What the server can tell of its last call, which was refused; by request id where the answer had one.
#[track_caller]
pub(crate) fn explained(server: &Server, answer: &Answer) -> Value {
    let id = match answer.header("x-request-id") {
        Some(id) => id.to_owned(),
        None => {
            let journal = server.get("/_rollcall/journal").json();
            journal["entries"][0]["id"].to_string()
        }
    };
    let explained = server.get(&format!("/_rollcall/explain/{id}"));
    assert_eq!(explained.status, 200, "{explained}");
    for secret in ["s3cr3t-of", "test-sk", "T0ken", "IAMPassword"] {
        assert!(!explained.text().contains(secret), "{explained}");
    }
    explained.json()
}
