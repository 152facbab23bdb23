//! Percent-encoding as clients do it when they use the wrong function of their language.

use crate::signing::encode;

/// Encodes bytes as text.
pub(crate) type Encoder = fn(&[u8]) -> String;

/// What the schemes require: everything but `A-Z a-z 0-9 - _ . ~` encoded.
pub(crate) fn standard(bytes: &[u8]) -> String {
    encode(bytes).into_owned()
}

/// No encoding at all.
pub(super) fn as_it_is(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The standard encoding with some escapes removed or added.
pub(super) fn respelled(bytes: &[u8], pairs: &[(&str, &str)]) -> String {
    pairs
        .iter()
        .fold(standard(bytes), |text, (from, to)| text.replace(from, to))
}

/// JavaScript's `encodeURIComponent`.
pub(super) fn encode_uri_component(bytes: &[u8]) -> String {
    respelled(
        bytes,
        &[
            ("%21", "!"),
            ("%27", "'"),
            ("%28", "("),
            ("%29", ")"),
            ("%2A", "*"),
        ],
    )
}

/// JavaScript's `encodeURI`, which is meant for complete URLs.
pub(super) fn encode_uri(bytes: &[u8]) -> String {
    const KEPT: &str = ";,/?:@&=+$#!'()*";
    let escape = |letter: char| format!("%{:02X}", u32::from(letter));
    KEPT.chars().fold(standard(bytes), |text, letter| {
        text.replace(&escape(letter), &letter.to_string())
    })
}

/// Python's `urllib.parse.quote`, which treats a slash as safe.
pub(super) fn python_quote(bytes: &[u8]) -> String {
    respelled(bytes, &[("%2F", "/")])
}

/// `java.net.URLEncoder` and JavaScript's `URLSearchParams`.
pub(super) fn java_url_encoder(bytes: &[u8]) -> String {
    respelled(bytes, &[("%20", "+"), ("%2A", "*"), ("~", "%7E")])
}

/// PHP's `urlencode`.
pub(super) fn php_urlencode(bytes: &[u8]) -> String {
    respelled(bytes, &[("%20", "+"), ("~", "%7E")])
}
