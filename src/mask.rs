//! What nobody may read in the journal, a log or an explanation: passwords, secret keys, signatures, tokens.

use http::{HeaderMap, Uri};
use serde_json::{Map, Value};

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
            Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
            Some((name, value)) => {
                let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
                let nested =
                    decoded.starts_with(['{', '[']) && cut_at_secret(&decoded) != decoded;
                if nested {
                    format!("{name}={MASK}")
                } else {
                    pair.to_owned()
                }
            }
            None => pair.to_owned(),
        })
        .collect();
    pairs.join("&")
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
}
