//! What the providers' tests of authentication share: a strict server with keys of every state, and signed requests on the wire.

use std::collections::BTreeSet;

use rollcall::clock::{Setting, Time};
use rollcall::signing::{AccessKey, Scheme, parse_extended_time};
use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::{NOW, Server, frozen, with};
use crate::signing::{Request, vectors};

/// The key that every server knows.
pub(crate) const KEY: AccessKey<'_> = AccessKey {
    id: "test-ak",
    secret: "test-sk",
    token: None,
};

/// The same key with another secret.
pub(crate) const WRONG: AccessKey<'_> = AccessKey {
    secret: "not-the-secret",
    ..KEY
};

/// A temporary key with its token.
pub(crate) const TEMPORARY: AccessKey<'_> = AccessKey {
    id: "temporary-ak",
    secret: "temporary-sk",
    token: Some("token-of-the-temporary-key"),
};

/// A temporary key that ended an hour ago.
pub(crate) const EXPIRED: AccessKey<'_> = AccessKey {
    id: "expired-ak",
    secret: "expired-sk",
    ..TEMPORARY
};

/// A key that is switched off.
pub(crate) const DISABLED: AccessKey<'_> = AccessKey {
    id: "disabled-ak",
    ..KEY
};

/// A key that may not change anything.
pub(crate) const READ_ONLY: AccessKey<'_> = AccessKey {
    id: "read-only-ak",
    ..KEY
};

/// What nobody may read anywhere in the control plane.
const SECRETS: &[&str] = &[
    "test-sk",
    "not-the-secret",
    "temporary-sk",
    "expired-sk",
    "token-of-the-temporary-key",
];

/// The time of the tests' clock, in seconds since 1970.
pub(crate) fn now() -> i64 {
    parse_extended_time(NOW).expect("a time")
}

/// A server in that mode, with a key of every state.
pub(crate) fn server(mode: &str) -> Server {
    let server = with(frozen().auth(mode).expect("a mode"));
    let seed = json!({ "credentials": [
        { "access_key": TEMPORARY.id, "secret_key": TEMPORARY.secret, "token": TEMPORARY.token },
        { "access_key": EXPIRED.id, "secret_key": EXPIRED.secret, "token": EXPIRED.token,
          "expires": "2024-05-20T07:30:00Z" },
        { "access_key": DISABLED.id, "secret_key": DISABLED.secret, "disabled": true },
        { "access_key": READ_ONLY.id, "secret_key": READ_ONLY.secret, "read_only": true },
    ] });
    let seeded = server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &seed.to_string(),
    );
    assert_eq!(seeded.status, 200, "{seeded}");
    server
}

/// Sends a request as it is, to the byte.
#[track_caller]
pub(crate) fn send(server: &Server, request: &Request) -> Answer {
    let target = if request.query.is_empty() {
        request.path.clone()
    } else {
        format!("{}?{}", request.path, request.query)
    };
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .filter(|(name, _)| name != "content-length")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    server.send(&request.method, &target, &headers, &request.body)
}

/// What the journal says of a call, by the id that its answer holds.
#[track_caller]
pub(crate) fn explained(server: &Server, request_id: &str) -> Value {
    let explained = server.get(&format!("/_rollcall/explain/{request_id}"));
    assert_eq!(explained.status, 200, "{explained}");
    explained.json()
}

/// No secret, in any spelling, in the journal's list, its entries, their commands or their findings.
#[track_caller]
pub(crate) fn the_journal_is_clean(server: &Server, more: &[&str]) {
    let list = server.get("/_rollcall/journal");
    let entries = list.json()["entries"].as_array().expect("a list").clone();
    assert!(!entries.is_empty());
    let mut texts = vec![list.text().to_owned()];
    for id in entries.iter().map(|entry| entry["id"].to_string()) {
        for path in ["journal/ID", "journal/ID/curl", "explain/ID"] {
            let shown = server.get(&format!("/_rollcall/{}", path.replace("ID", &id)));
            texts.push(shown.text().to_owned());
        }
    }
    let whole = texts.concat();
    for secret in SECRETS.iter().chain(more) {
        let encoded = rollcall::signing::encode(secret.as_bytes()).into_owned();
        let twice = rollcall::signing::encode(encoded.as_bytes()).into_owned();
        for spelling in [(*secret).to_owned(), encoded, twice] {
            assert!(!whole.contains(&spelling), "{spelling} in {whole}");
        }
    }
}

/// The codes of a provider's rows that only authentication raises.
pub(crate) fn codes(provider: &str) -> BTreeSet<String> {
    let rows = crate::server::demo().get(&format!("/_rollcall/errors?provider={provider}"));
    let rows = rows.json();
    let rows = rows.as_array().expect("a table").iter();
    rows.filter(|row| row["raised"] == "authentication")
        .map(|row| row["code"].as_str().expect("a code").to_owned())
        .collect()
}

/// Every vector of these schemes verifies against a strict server whose clock stands at the vector's time, and with one
/// byte of its signature or of what is signed changed it gives `mismatch`.
pub(crate) fn the_vectors_verify(provider: &str, schemes: &[Scheme], time: &str, mismatch: &str) {
    let authentication = codes(provider);
    let clock = Setting::Fixed(Time::parse_rfc3339(time).expect("a time"));
    let server = with(frozen().clock(clock).auth("strict").expect("a mode"));
    let mut tried = 0;
    for vector in vectors() {
        if !schemes.contains(&vector.scheme) {
            continue;
        }
        tried += 1;
        let name = &vector.name;
        // The vectors share their nonces.
        let reset = server.json("POST", "/_rollcall/namespaces/default/reset", "");
        assert_eq!(reset.status, 200, "{reset}");
        for broken in [
            with_another_value(&vector.request),
            with_another_signature(&vector.request),
        ] {
            assert_eq!(send(&server, &broken).verdict(), mismatch, "{name}");
        }
        let verdict = send(&server, &vector.request).verdict();
        let code = verdict.split_once(' ').map_or("", |(_, code)| code);
        assert!(!authentication.contains(code), "{name}: {verdict}");
    }
    assert!(3 < tried, "{tried} vectors");
}

/// The request with one byte of a parameter changed, in query and form alike.
#[track_caller]
fn with_another_value(request: &Request) -> Request {
    let changed = |text: &str| {
        text.replacen("2024-08-31", "2024-08-32", 1)
            .replacen("ClusterId=e", "ClusterId=f", 1)
            .replacen("b=2", "b=3", 1)
    };
    let body = String::from_utf8(request.body.clone()).expect("text");
    let broken = Request {
        query: changed(&request.query),
        body: changed(&body).into_bytes(),
        ..request.clone()
    };
    assert!(broken.query != request.query || broken.body != request.body);
    broken
}

/// The request with the first byte of its signature changed.
#[track_caller]
fn with_another_signature(request: &Request) -> Request {
    fn change(text: &mut String) -> bool {
        let Some(at) = text.rfind("Signature=") else {
            return false;
        };
        let at = at + "Signature=".len();
        let other = if text[at..].starts_with('a') {
            "b"
        } else {
            "a"
        };
        text.replace_range(at..=at, other);
        true
    }
    let mut broken = request.clone();
    let mut body = String::from_utf8(broken.body.clone()).expect("text");
    let mut headers = broken.headers.iter_mut();
    let authorization = headers.find(|(name, _)| name == "authorization");
    let changed = authorization.is_some_and(|(_, value)| change(value))
        || change(&mut broken.query)
        || change(&mut body);
    assert!(changed);
    broken.body = body.into_bytes();
    broken
}
