//! Masks secrets in the journal, logs and explanations: passwords, secret keys, signatures, tokens.

use http::HeaderMap;
use serde_json::{Map, Value};

use crate::signing::decode;

/// Replaces a secret.
pub(crate) const MASK: &str = "•••";

/// Parts of the names of secrets.
const WORDS: [&str; 18] = [
    "password",
    "passphrase",
    "passwd",
    "pwd",
    "apikey",
    "api_key",
    "api-key",
    "passcode",
    "secret",
    "signature",
    "token",
    "authkey",
    "privatekey",
    "private_key",
    "private-key",
    "sessionid",
    "session_id",
    "jwt",
];
/// Names of secrets that also occur within harmless names: `AccessKeyId` identifies the caller, and `access_key` is a user's name.
const WHOLE: [&str; 4] = ["accesskey", "credential", "otp", "pin"];
/// Harmless names that contain such a word.
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

/// Whether a header, parameter or member with this name holds a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WHOLE.contains(&name.as_str())
        || WORDS.iter().any(|word| name.contains(word)) && !HARMLESS.contains(&name.as_str())
}

/// Whether a text is such a name, not a sentence or document that contains one.
fn is_secret_name(text: &str) -> bool {
    text.len() < 64 && is_name(text) && is_secret(text)
}

/// Headers as an object; repeated headers are joined.
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
        // The part before the signature says who called and what was signed.
        "authorization" => match value.to_ascii_lowercase().find("signature=") {
            Some(at) => format!("{}{MASK}", &value[..at + "signature=".len()]),
            None => MASK.to_owned(),
        },
        "proxy-authorization" | "cookie" | "set-cookie" => MASK.to_owned(),
        name if is_secret(name) => MASK.to_owned(),
        _ => value.to_owned(),
    }
}

/// A target, or a path with a query in it: QingCloud's documents print `&` in place of the `?`, and clients may follow them.
pub(crate) fn target(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut shown = match path.split_once('&') {
        None => segments(path),
        Some((path, query)) => format!("{}&{}", segments(path), form(query)),
    };
    if path.len() < target.len() {
        shown.push('?');
        shown.push_str(&form(query));
    }
    shown
}

/// A path. The segment after one that names a secret is masked: `/password/x`.
fn segments(path: &str) -> String {
    let mut is_hidden = false;
    let shown = path.split('/').map(|segment| {
        let masked = if is_hidden && !segment.is_empty() {
            MASK
        } else {
            segment
        };
        is_hidden = is_secret_name(&decoded(segment));
        masked
    });
    shown.collect::<Vec<_>>().join("/")
}

/// The decoded value of a parameter.
pub(crate) fn parameter(name: &str, value: &str) -> String {
    if is_secret(name) {
        MASK.to_owned()
    } else if is_document(value) {
        structured(value)
    } else {
        redact_quoted(value)
    }
}

/// A body as text, unchanged if it contains no secret.
pub(crate) fn body(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if is_document(&text) {
        structured(&text)
    } else {
        form(&text)
    }
}

/// What may precede a document: blanks and a byte order mark.
fn without_mark(text: &str) -> &str {
    text.trim_start_matches(|first: char| first.is_whitespace() || first == '\u{feff}')
}

/// Whether a text is JSON or XML rather than a form, judging by its beginning; a JSON string may itself contain a document.
fn is_document(text: &str) -> bool {
    without_mark(text).starts_with(['{', '[', '<', '"'])
}

/// JSON with its secrets masked; unparsable text is cut where a secret may begin.
fn structured(text: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(without_mark(text)) else {
        return cut_at_secret(text);
    };
    // Of duplicate members only one is parsed; if one might be a secret, only what was parsed is shown.
    if json(&mut value) || cut_at_secret(text) != text {
        value.to_string()
    } else {
        text.to_owned()
    }
}

/// Masks secrets in a value; returns whether there were any.
fn json(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            // `{"name": "password", "value": "x"}`: the value of what another member names.
            let named = members
                .values()
                .any(|member| member.as_str().is_some_and(is_secret_name));
            let mut found = false;
            for (name, member) in members {
                found |= if is_secret(name) || named && name.eq_ignore_ascii_case("value") {
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
        // A string that itself contains JSON (the users of Alibaba's CreateUsers) or XML.
        Value::String(text) if is_document(text) => {
            let masked = structured(text);
            let found = masked != *text;
            *text = masked;
            found
        }
        // A message that quotes the request.
        Value::String(text) => {
            let masked = redact_quoted(text);
            let found = masked != *text;
            *text = masked;
            found
        }
        _ => false,
    }
}

/// Masks the value of a secret member. An object under such a name (`"password": {"user": {…}}` of an identity service) is searched
/// like any other, except that its id is the token itself.
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

/// A text that quotes a request: a canonical request, a string to sign, a message that echoes one. What follows
/// the name of a secret is masked, also where the whole query is encoded once more, as in Alibaba's V1.
///
/// It relies on names only, and takes one pass over the text, which may be as long as a request.
pub(crate) fn redact_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = line.split_at(line.trim_end_matches('\n').len());
        for (index, part) in line.split('&').enumerate() {
            if 0 < index {
                out.push('&');
            }
            if quoted_part(part, &mut out) == Rest::OfTheLine {
                break;
            }
        }
        out.push_str(end);
    }
    out
}

/// Characters that may continue a secret: an unencoded value may contain characters that end words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    OfThePart,
    OfTheLine,
}

/// Characters that end a word in the sentence around a quoted request.
const ENDS: [char; 4] = ['"', ']', '[', ' '];

/// The text between two `&`, up to the first secret, followed by a mask. Returns the rest that was left out, if any.
fn quoted_part(part: &str, out: &mut String) -> Rest {
    for word in part.split_inclusive(ENDS) {
        match word.find("%3D") {
            Some(at) if !word[..at].contains(['=', ':']) => {
                let pairs = word
                    .split("%26")
                    .map(|pair| assignment(pair, "%3D").unwrap_or_else(|| pair.to_owned()));
                out.push_str(&pairs.collect::<Vec<_>>().join("%26"));
                continue;
            }
            _ => {}
        }
        if let Some((name, value)) = word.split_once(':')
            && !name.contains('=')
            && !value.trim_end_matches(ENDS).is_empty()
            && header(name, value) != value
        {
            out.push_str(&format!("{name}:{MASK}"));
            return Rest::OfTheLine;
        }
        if let Some(masked) = assignment(word, "=") {
            out.push_str(&masked);
            return Rest::OfThePart;
        }
        out.push_str(word);
    }
    Rest::OfThePart
}

/// A name and value, with the value masked if it is a secret.
fn assignment(text: &str, separator: &str) -> Option<String> {
    let (name, value) = text.split_once(separator)?;
    let value = value.trim_end_matches(ENDS);
    let once = decoded(value);
    let is_hidden = !value.is_empty() && is_secret(&decoded(&decoded(name)))
        || holds_a_secret(&once, NESTED)
        || separator == "%3D" && holds_a_secret(&decoded(&once), NESTED);
    is_hidden.then(|| format!("{name}{separator}{MASK}"))
}

/// A query or form. Other text (lines such as `password: x`, a multipart body) is shown up to where a secret may begin.
fn form(text: &str) -> String {
    let masked = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if is_encoded(name) && is_secret(&decoded(name)) => {
            format!("{name}={MASK}")
        }
        None if !is_name(pair) => cut_at_secret(pair),
        Some(_) if !is_encoded(pair) && cut_at_secret(pair) != pair => cut_at_secret(pair),
        Some((name, value)) if pair_is_secret(name, value, NESTED) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    };
    text.split('&').map(masked).collect::<Vec<_>>().join("&")
}

/// Whether a text is only a name, as clients write it.
fn is_name(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

/// Whether a text is form-encoded.
fn is_encoded(text: &str) -> bool {
    !text.contains(|character: char| {
        character.is_control() || " \"'<>{}\\".contains(character) || !character.is_ascii()
    })
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&decode(text.as_bytes())).into_owned()
}

/// How deeply forms may be nested in values; clients do not nest deeper, and each level is parsed again.
const NESTED: u8 = 3;

/// Whether a pair of a query or form holds a secret: by its name, or in a document or form that is its value.
fn pair_is_secret(name: &str, value: &str, levels: u8) -> bool {
    is_secret(&decoded(name)) || holds_a_secret(&decoded(value), levels)
}

/// Whether a decoded value is a document or form that contains a secret.
fn holds_a_secret(value: &str, levels: u8) -> bool {
    if is_document(value) {
        return structured(value) != value;
    }
    0 < levels
        && value.split('&').any(|pair| {
            pair.split_once('=')
                .is_some_and(|(name, value)| pair_is_secret(name, value, levels - 1))
        })
}

/// Shows unparsable text (cut short, or not JSON) up to the first word that may introduce a secret. In XML, the whole tag with that
/// word is hidden, because attributes come in any order.
fn cut_at_secret(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let Some(at) = first_word(&lower) else {
        // The word may be escaped or in UTF-16; its exact position does not matter.
        return match first_word(&unescaped(&lower)) {
            Some(_) => MASK.to_owned(),
            None => text.to_owned(),
        };
    };
    let tag = text[..at].rfind('<').map(|tag| tag + 1);
    let open = tag.filter(|tag| !text[*tag..at].contains('>'));
    format!("{}{MASK}", &text[..open.unwrap_or(at)])
}

fn first_word(lower: &str) -> Option<usize> {
    WORDS.iter().filter_map(|word| lower.find(word)).min()
}

/// A text without query, JSON and XML escapes and without the zeros of UTF-16, for searching.
fn unescaped(lower: &str) -> String {
    let decoded = decode(lower.as_bytes());
    let text = String::from_utf8_lossy(&decoded).replace('\0', "");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(['\\', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let escape = [("\\u", 16, Some(4)), ("&#x", 16, None), ("&#", 10, None)]
            .into_iter()
            .find_map(|(mark, radix, length)| {
                let digits = rest.strip_prefix(mark)?;
                let length =
                    length.or_else(|| digits.bytes().take(8).position(|end| end == b';'))?;
                let code = u32::from_str_radix(digits.get(..length)?, radix).ok()?;
                Some((char::from_u32(code)?, &digits[length..]))
            });
        if let Some((character, behind)) = escape {
            out.extend(character.to_lowercase());
            rest = behind.strip_prefix(';').unwrap_or(behind);
        } else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
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
    fn what_is_neither_plain_json_nor_a_form_shows_no_secret() {
        check(r#""{\"Password\":\"x\"}""#, r#""{\"Password\":\"•••\"}""#);
        check(r#""a=1&password=x""#, r#""a=1&password=•••""#);
        check("\u{feff}{\"PASSWORD\":\"x\"}", r#"{"PASSWORD":"•••"}"#);
        check("\u{feff}a=1&password=x", "\u{feff}a=1&password=•••");
        check(
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nx\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"•••",
        );
        check(
            r#"{"doc":"<Password>x</Password>","n":1}"#,
            r#"{"doc":"<•••","n":1}"#,
        );
        check(
            r#"{"fields":[{"name":"password","Value":"x"},{"name":"a","value":"y"}]}"#,
            r#"{"fields":[{"name":"password","Value":"•••"},{"name":"a","value":"y"}]}"#,
        );
        check(
            r#"{"password":"x","password":null}"#,
            r#"{"password":null}"#,
        );
        check(r#"<field value="x" name="PassWord"/>"#, "<•••");
        check("<field name=\"p&#97;ssword\">x</field>", MASK);
        check("<field name=\"p&#x61;ssword\">x</field>", MASK);
        check(r#"{"p\u0061ssword":"x"#, MASK);
        check("user: a\npassword: x\n", "user: a\n•••");
        check("a=1\npassword=x\n", "a=1\n•••");
        check("password=x y", "password=•••");
        check("a=1;password=x", "a=•••");
        check("a=b password: x", "a=b •••");
        check("data=a%3D1%26password%3Dx&b=2", "data=•••&b=2");
        check("data=%22%7B%5C%22password%5C%22%3A1%7D%22", "data=•••");
        check("password%3Dx", MASK);
        let utf_16: Vec<u8> = "{\"password\":\"x\"}"
            .bytes()
            .flat_map(|byte| [byte, 0])
            .collect();
        assert_eq!(body(&utf_16), MASK);
        // Names of operations and of people are values like others.
        for text in [
            "Action=ModifyUserPasswords&User.1.Name=secretary",
            "Secretary",
            r#"{"Action":"ModifyUserPasswords"}"#,
            r#""secretary""#,
        ] {
            check(text, text);
        }
        let deep = "a=".repeat(8 * 1024);
        check(&deep, &deep);
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
            redact_quoted("is:GET&%2F&A%3D1%26User.1.Password%3DP%2540s%2526s%26User.2.Name%3Dx"),
            "is:GET&%2F&A%3D1%26User.1.Password%3D•••%26User.2.Name%3Dx"
        );
        assert_eq!(
            redact_quoted(
                "[GET\n/\nPassword=a%26b%3Dc&SecurityToken=t&Z=1\nhost:h:80\nx-security-token:t==\n]"
            ),
            "[GET\n/\nPassword=•••&SecurityToken=•••&Z=1\nhost:h:80\nx-security-token:•••\n]"
        );
        assert_eq!(
            redact_quoted("POST&User%3D%255B%257B%2522AuthKey%2522%253A%2522k%2522%257D%255D"),
            "POST&User%3D•••"
        );
        assert_eq!(
            redact_quoted("the signature: nothing"),
            "the signature: nothing"
        );
    }

    #[test]
    fn a_quoted_request_shows_no_secret_however_it_is_encoded() {
        for (text, shown) in [
            (
                "Name=n&User.1.Password=a+b%2Fc",
                "Name=n&User.1.Password=•••",
            ),
            ("User.1.%50assword=a%20b&x", "User.1.%50assword=•••&x"),
            // A form may come without any encoding.
            ("password=a \"b] [c&z=a b\n", "password=•••&z=a b\n"),
            (
                "&User.1.%2550assword%3Da%2520b%252Fc%26x",
                "&User.1.%2550assword%3D•••%26x",
            ),
            (
                "POST&%2F&User.1.%2550assword%3Da%2520b%26x%3Dy",
                "POST&%2F&User.1.%2550assword%3D•••%26x%3Dy",
            ),
            (
                "signed host:h x-auth-token:a b\nhost:h",
                "signed host:h x-auth-token:•••\nhost:h",
            ),
            (
                "host:h\nx-security-token:a \"b&c=] d\nhost:h",
                "host:h\nx-security-token:•••\nhost:h",
            ),
            ("cookie:a=b&c=d\nx:y", "cookie:•••\nx:y"),
            ("[GET|x-security-token:STS 1]", "[GET|x-security-token:•••"),
            ("next=%2Fa%3Fpassword%3Dx&b=1", "next=•••&b=1"),
            ("\n&=&:\n\n", "\n&=&:\n\n"),
        ] {
            assert_eq!(redact_quoted(text), shown);
        }
    }
}
