//! Percent-encoding as clients do it who take a function of their language for the right one.

use crate::signing::encode;

/// From bytes to the text that stands for them.
pub(crate) type Encoder = fn(&[u8]) -> String;

/// What the schemes want: all but `A-Z a-z 0-9 - _ . ~` encoded.
pub(crate) fn standard(bytes: &[u8]) -> String {
    encode(bytes).into_owned()
}

/// No encoding at all.
pub(super) fn as_it_is(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The right encoding with some escapes taken back or added.
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

/// JavaScript's `encodeURI`, which is for whole addresses.
pub(super) fn encode_uri(bytes: &[u8]) -> String {
    const KEPT: &str = ";,/?:@&=+$#!'()*";
    let escape = |letter: char| format!("%{:02X}", u32::from(letter));
    KEPT.chars().fold(standard(bytes), |text, letter| {
        text.replace(&escape(letter), &letter.to_string())
    })
}

/// Python's `urllib.parse.quote`, to which a slash is safe.
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
