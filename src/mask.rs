//! What nobody may read in the journal, a log or an explanation: passwords, secret keys, signatures, tokens.

use std::borrow::Cow;

use http::{HeaderMap, Uri};
use serde_json::{Map, Value};

use crate::call::Request;
use crate::signing::{decode, encode};

const MASK: &str = "•••";

/// Whether a header, parameter or member of that name holds a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "password",
        "passwd",
        "secret",
        "signature",
        "token",
        "passcode",
        "authkey",
    ]
    .iter()
    .any(|word| name.contains(word))
        && !matches!(
            name.as_str(),
            "signaturemethod"
                | "signatureversion"
                | "signaturenonce"
                | "signaturetype"
                | "signature_method"
                | "signature_version"
                | "x-acs-signature-nonce"
        )
}

pub(crate) fn headers(headers: &HeaderMap) -> Value {
    let mut shown = Map::new();
    for (name, value) in headers {
        let text = String::from_utf8_lossy(value.as_bytes());
        let text = match name.as_str() {
            // Up to the signature it says who called and what was signed.
            "authorization" => match text.find("Signature=") {
                Some(at) => format!("{}Signature={MASK}", &text[..at]),
                None => MASK.to_owned(),
            },
            name if is_secret(name) => MASK.to_owned(),
            _ => text.into_owned(),
        };
        shown.insert(name.as_str().to_owned(), Value::String(text));
    }
    Value::Object(shown)
}

pub(crate) fn target(target: &Uri) -> String {
    match target.query() {
        None => target.path().to_owned(),
        Some(query) => format!("{}?{}", target.path(), form(query)),
    }
}

pub(crate) fn body(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value @ (Value::Object(_) | Value::Array(_))) => {
            json(&mut value);
            value.to_string()
        }
        _ if text.trim_start().starts_with(['{', '[', '<']) => cut_at_secret(&text),
        _ => form(&text),
    }
}

fn json(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) && (member.is_string() || member.is_number()) {
                    *member = Value::String(MASK.to_owned());
                } else if is_secret(name)
                    && let Some(id) = member.get_mut("id")
                {
                    // IAM's `{"token": {"id": "…"}}`.
                    *id = Value::String(MASK.to_owned());
                } else {
                    json(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(json),
        // A parameter that is itself JSON (the users of Alibaba's CreateUsers).
        Value::String(text) if text.starts_with(['{', '[']) => *text = cut_at_secret(text),
        _ => {}
    }
}

fn form(text: &str) -> String {
    let pairs: Vec<String> = text
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if pair_is_secret(name, value) => format!("{name}={MASK}"),
            _ => pair.to_owned(),
        })
        .collect();
    pairs.join("&")
}

/// Whether a pair of a query or form holds a secret: by its name, or in the JSON that is its value.
fn pair_is_secret(name: &str, value: &str) -> bool {
    let decoded = |text: &str| String::from_utf8_lossy(&decode(text.as_bytes())).into_owned();
    let value = decoded(value);
    is_secret(&decoded(name)) || value.starts_with(['{', '[']) && cut_at_secret(&value) != value
}

/// A text that quotes a request, as a canonical request and a string to sign do, without the secrets that travel in that
/// request's query, form and headers, however often the scheme encoded them.
pub(crate) fn quoted<'t>(request: &Request, text: &'t str) -> Cow<'t, str> {
    let mut hidden: Vec<(String, String)> = Vec::new();
    let mut hide = |name: &str, value: &str, between: &str| {
        if !value.is_empty() {
            hidden.push((
                format!("{name}{between}{value}"),
                format!("{name}{between}{MASK}"),
            ));
        }
    };
    let form = std::str::from_utf8(&request.body).unwrap_or_default();
    let form = if request.form().iter().next().is_some() {
        form
    } else {
        ""
    };
    for pair in request.raw_query().split('&').chain(form.split('&')) {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        if !pair_is_secret(name, value) {
            continue;
        }
        // As it came, decoded, encoded afresh; and encoded whole once more, as Alibaba's V1 does.
        let (plain_name, plain) = (decode(name.as_bytes()), decode(value.as_bytes()));
        let (fresh_name, fresh) = (encode(&plain_name), encode(&plain));
        hide(name, value, "=");
        hide(
            &String::from_utf8_lossy(&plain_name),
            &String::from_utf8_lossy(&plain),
            "=",
        );
        hide(&fresh_name, &fresh, "=");
        for (name, value) in [(name, value), (&*fresh_name, &*fresh)] {
            hide(&encode(name.as_bytes()), &encode(value.as_bytes()), "%3D");
        }
    }
    for name in request
        .headers
        .keys()
        .filter(|name| is_secret(name.as_str()))
    {
        let values: Vec<_> = request
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        values
            .iter()
            .for_each(|value| hide(name.as_str(), value.trim(), ":"));
        hide(name.as_str(), &values.join(","), ":");
    }
    // The longest first: one secret may be how another begins.
    hidden.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
    hidden
        .iter()
        .fold(Cow::Borrowed(text), |text, (secret, shown)| {
            if text.contains(secret) {
                Cow::Owned(text.replace(secret, shown))
            } else {
                text
            }
        })
}

/// A text that cannot be read as a whole (cut short, or not JSON) is shown up to the first word that may introduce a
/// secret.
fn cut_at_secret(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words = [
        "password",
        "passwd",
        "secret",
        "signature",
        "token",
        "passcode",
        "authkey",
    ];
    match words.iter().filter_map(|word| lower.find(word)).min() {
        Some(at) => format!("{}{MASK}", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_travel() {
        assert_eq!(
            form("User.1.Password=x&a=1&Signature=y&SignatureMethod=m"),
            "User.1.Password=•••&a=1&Signature=•••&SignatureMethod=m"
        );
        assert_eq!(
            form("User=%5B%7B%22Password%22%3A%22x%22%7D%5D"),
            "User=•••"
        );
        assert_eq!(
            body(br#"{"users":[{"password":"x","name":"n"}]}"#),
            r#"{"users":[{"password":"•••","name":"n"}]}"#
        );
        assert_eq!(body(br#"{"name":"n","password":"x"#), r#"{"name":"n","•••"#);
    }

    #[test]
    fn a_quoted_request_shows_no_secret_however_it_is_encoded() {
        let mut headers = HeaderMap::new();
        let form = "application/x-www-form-urlencoded";
        headers.insert("content-type", http::HeaderValue::from_static(form));
        headers.insert("x-security-token", http::HeaderValue::from_static("STS1"));
        let request = Request::new(
            http::Method::POST,
            Uri::from_static("/?User.1.Password=a+b%2Fc&Name=n"),
            http::Version::HTTP_11,
            headers,
            bytes::Bytes::from_static(b"password=k%40%40&password=k"),
            None,
        );
        for (text, shown) in [
            (
                "Name=n&User.1.Password=a+b%2Fc",
                "Name=n&User.1.Password=•••",
            ),
            ("User.1.Password=a%20b%2Fc&x", "User.1.Password=•••&x"),
            (
                "&User.1.Password%3Da%2520b%252Fc%26x",
                "&User.1.Password%3D•••%26x",
            ),
            ("password=k%40%40&z", "password=•••&z"),
            ("password=k&z", "password=•••&z"),
            (
                "host:h\nx-security-token:STS1\n",
                "host:h\nx-security-token:•••\n",
            ),
            ("nothing", "nothing"),
        ] {
            assert_eq!(quoted(&request, text), shown);
        }
    }

    #[test]
    fn the_id_of_a_token_is_masked() {
        assert_eq!(
            body(br#"{"token":{"id":"MII1","duration_seconds":900}}"#),
            r#"{"token":{"id":"•••","duration_seconds":900}}"#
        );
    }
}
