//! What nobody may read in the journal, a log or an explanation: passwords, secret keys, signatures, tokens.

use std::borrow::Cow;

use http::HeaderMap;
use serde_json::{Map, Value};

use crate::call::Request;
use crate::signing::{decode, encode};

/// What stands for a secret.
pub(crate) const MASK: &str = "•••";

/// What the names of secrets hold.
const WORDS: [&str; 7] = [
    "password",
    "passwd",
    "passcode",
    "secret",
    "signature",
    "token",
    "authkey",
];
/// Names that hold such a word, but no secret.
const HARMLESS: [&str; 8] = [
    "signaturemethod",
    "signatureversion",
    "signaturenonce",
    "signaturetype",
    "signature_method",
    "signature_version",
    "signature_nonce",
    "x-acs-signature-nonce",
];

/// Whether a header, parameter or member of that name holds a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word)) && !HARMLESS.contains(&name.as_str())
}

/// Headers as an object; of a name that comes more than once, the values are joined.
pub(crate) fn headers(headers: &HeaderMap) -> Value {
    let mut shown = Map::new();
    for name in headers.keys() {
        let values: Vec<String> = headers
            .get_all(name)
            .iter()
            .map(|value| header(name.as_str(), &String::from_utf8_lossy(value.as_bytes())))
            .collect();
        shown.insert(name.as_str().to_owned(), Value::String(values.join(", ")));
    }
    Value::Object(shown)
}

fn header(name: &str, value: &str) -> String {
    match name {
        // Up to the signature it says who called and what was signed.
        "authorization" => match value.to_ascii_lowercase().find("signature=") {
            Some(at) => format!("{}{MASK}", &value[..at + "signature=".len()]),
            None => MASK.to_owned(),
        },
        "proxy-authorization" | "cookie" | "set-cookie" => MASK.to_owned(),
        name if is_secret(name) => MASK.to_owned(),
        _ => value.to_owned(),
    }
}

pub(crate) fn target(target: &str) -> String {
    match target.split_once('?') {
        None => target.to_owned(),
        Some((path, query)) => format!("{path}?{}", form(query)),
    }
}

/// A body as text: byte for byte where nothing in it is a secret.
pub(crate) fn body(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if text.trim_start().starts_with(['{', '[', '<']) {
        structured(&text)
    } else {
        form(&text)
    }
}

/// JSON with its secrets masked; what cannot be read as a whole is cut where a secret may begin.
fn structured(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(mut value) => {
            if json(&mut value) {
                value.to_string()
            } else {
                text.to_owned()
            }
        }
        Err(_) => cut_at_secret(text),
    }
}

/// Masks what is secret in a value, and says whether there was any.
fn json(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            let mut found = false;
            for (name, member) in members {
                found |= if is_secret(name) {
                    all_of(member)
                } else {
                    json(member)
                };
            }
            found
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| json(item) | found),
        // A parameter that is itself JSON (the users of Alibaba's CreateUsers).
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            let masked = structured(text);
            let found = masked != *text;
            *text = masked;
            found
        }
        // A message that quotes the request.
        Value::String(text) => {
            let masked = quotation(text);
            let found = masked != *text;
            *text = masked;
            found
        }
        _ => false,
    }
}

/// Masks the value of a secret member. An object under such a name (`"password": {"user": {…}}` of an identity service)
/// is looked through like any other, but for an id: that is the token itself.
fn all_of(value: &mut Value) -> bool {
    match value {
        Value::String(_) | Value::Number(_) => {
            *value = Value::String(MASK.to_owned());
            true
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| all_of(item) | found),
        Value::Object(members) => {
            let id = members.get_mut("id").is_some_and(all_of);
            json(value) || id
        }
        Value::Null | Value::Bool(_) => false,
    }
}

/// A text that quotes a request: a canonical request, a string to sign, a message that echoes one. What stands behind
/// the name of a secret is masked, also where the whole query is encoded once more, as in Alibaba's V1.
pub(crate) fn quotation(text: &str) -> String {
    const ENDS: [char; 5] = ['&', '\n', '"', ']', ' '];
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(ENDS) {
        let (piece, end) = piece.split_at(piece.len() - usize::from(piece.ends_with(ENDS)));
        match piece.find("%3D") {
            Some(at) if !piece[..at].contains(['=', ':']) => {
                let pairs = piece.split("%26").map(|pair| assignment(pair, "%3D"));
                out.push_str(&pairs.collect::<Vec<_>>().join("%26"));
            }
            _ => match piece.split_once(':') {
                Some((name, _)) if !name.contains('=') => out.push_str(&assignment(piece, ":")),
                _ => out.push_str(&assignment(piece, "=")),
            },
        }
        out.push_str(end);
    }
    out
}

/// A name and its value, masked where it is a secret.
fn assignment(text: &str, separator: &str) -> String {
    let once = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let holds_a_secret =
        |value: &str| value.starts_with(['{', '[']) && cut_at_secret(value) != value;
    match text.split_once(separator) {
        Some((name, value))
            if (is_secret(name) && !value.is_empty())
                || holds_a_secret(&once(value))
                || holds_a_secret(&once(&once(value))) =>
        {
            format!("{name}{separator}{MASK}")
        }
        _ => text.to_owned(),
    }
}

/// The texts of a finding, masked.
pub(crate) fn quotations(value: &mut Value) {
    match value {
        Value::String(text) => *text = quotation(text),
        Value::Array(items) => items.iter_mut().for_each(quotations),
        Value::Object(members) => members.values_mut().for_each(quotations),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
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

/// Whether a pair of a query or form holds a secret: by its name, or in the document that is its value.
fn pair_is_secret(name: &str, value: &str) -> bool {
    let decoded = |text: &str| String::from_utf8_lossy(&decode(text.as_bytes())).into_owned();
    let value = decoded(value);
    let is_nested = value.trim_start().starts_with(['{', '[', '<']);
    is_secret(&decoded(name)) || is_nested && structured(&value) != value
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
    match WORDS.iter().filter_map(|word| lower.find(word)).min() {
        Some(at) => format!("{}{MASK}", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sent: &str, shown: &str) {
        assert_eq!(body(sent.as_bytes()), shown);
    }

    #[test]
    fn secrets_of_forms_are_masked() {
        check(
            "User.1.Password=x&a=1&Signature=y&SignatureMethod=m",
            "User.1.Password=•••&a=1&Signature=•••&SignatureMethod=m",
        );
        check("User.1.%50assword=x", "User.1.%50assword=•••");
        check("User=%5B%7B%22Password%22%3A%22x%22%7D%5D", "User=•••");
        check(
            "User=%5B%7B%22Name%22%3A%22x%22%7D%5D",
            "User=%5B%7B%22Name%22%3A%22x%22%7D%5D",
        );
    }

    #[test]
    fn secrets_of_json_are_masked() {
        check(
            r#"{"users":[{"password":"x","name":"n"}]}"#,
            r#"{"users":[{"password":"•••","name":"n"}]}"#,
        );
        check(
            r#"{"passwords":["x",{"id":"y"}]}"#,
            r#"{"passwords":["•••",{"id":"•••"}]}"#,
        );
        check(
            r#"{"identity":{"password":{"user":{"id":"u","password":"x"}},"token":{"id":"t"}}}"#,
            r#"{"identity":{"password":{"user":{"id":"u","password":"•••"}},"token":{"id":"•••"}}}"#,
        );
        check(
            r#"{"User":"[{\"Password\":\"x\",\"n\":1}]"}"#,
            r#"{"User":"[{\"Password\":\"•••\",\"n\":1}]"}"#,
        );
    }

    #[test]
    fn what_cannot_be_read_is_cut() {
        check(r#"{"name":"n","password":"x"#, r#"{"name":"n","•••"#);
        check(
            "<User><Name>n</Name><Password>x</Password></User>",
            "<User><Name>n</Name><•••",
        );
    }

    #[test]
    fn what_holds_no_secret_is_shown_as_it_came() {
        for text in ["{ \"a\" : 1.50 }", "a=%7B1&b", "", "plain", "<a>b</a>"] {
            check(text, text);
        }
    }

    #[test]
    fn of_headers_names_and_schemes_stay() {
        assert_eq!(
            header(
                "authorization",
                "ACS3-HMAC-SHA256 Credential=ak,Signature=abc"
            ),
            "ACS3-HMAC-SHA256 Credential=ak,Signature=•••"
        );
        assert_eq!(header("authorization", "Bearer abc"), MASK);
        assert_eq!(header("x-auth-token", "abc"), MASK);
        assert_eq!(header("x-acs-signature-nonce", "abc"), "abc");
        assert_eq!(
            target("/a?AccessKeyId=ak&Signature=abc"),
            "/a?AccessKeyId=ak&Signature=•••"
        );
    }

    #[test]
    fn a_quoted_request_keeps_no_secret() {
        assert_eq!(
            quotation("is:GET&%2F&A%3D1%26User.1.Password%3DP%2540s%2526s%26User.2.Name%3Dx"),
            "is:GET&%2F&A%3D1%26User.1.Password%3D•••%26User.2.Name%3Dx"
        );
        assert_eq!(
            quotation(
                "[GET\n/\nPassword=a%26b%3Dc&SecurityToken=t&Z=1\nhost:h:80\nx-security-token:t==\n]"
            ),
            "[GET\n/\nPassword=•••&SecurityToken=•••&Z=1\nhost:h:80\nx-security-token:•••\n]"
        );
        assert_eq!(
            quotation("POST&User%3D%255B%257B%2522AuthKey%2522%253A%2522k%2522%257D%255D"),
            "POST&User%3D•••"
        );
        assert_eq!(
            quotation("the signature: nothing"),
            "the signature: nothing"
        );
    }

    #[test]
    fn a_quoted_request_shows_no_secret_however_it_is_encoded() {
        let mut headers = HeaderMap::new();
        let form = "application/x-www-form-urlencoded";
        headers.insert("content-type", http::HeaderValue::from_static(form));
        headers.insert("x-security-token", http::HeaderValue::from_static("STS1"));
        let request = Request::new(
            http::Method::POST,
            http::Uri::from_static("/?User.1.Password=a+b%2Fc&Name=n"),
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
}
