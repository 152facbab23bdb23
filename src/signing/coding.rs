//! Percent-encoding, hex and digests, over bytes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use memchr::{memchr, memchr2};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Percent-encodes everything but `A-Z a-z 0-9 - _ . ~`, with upper-case hex; a space becomes `%20`.
#[must_use]
pub fn encode(bytes: &[u8]) -> Cow<'_, str> {
    Cow::from(percent_encode(bytes, RESERVED))
}

/// The same as an iterator of pieces.
pub(super) fn encoded(bytes: &[u8]) -> impl Iterator<Item = &str> {
    percent_encode(bytes, RESERVED)
}

/// Decodes a name or value of a query or form: `+` is a space, and a `%` that does not start an escape is kept.
#[must_use]
pub fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr2(b'+', b'%', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    decode_onto(&mut decoded, text);
    Cow::Owned(decoded)
}

/// The same, appended to a buffer.
pub(crate) fn decode_onto(decoded: &mut Vec<u8>, text: &[u8]) {
    let mut rest = text;
    while let Some(at) = memchr2(b'+', b'%', rest) {
        decoded.extend_from_slice(&rest[..at]);
        let escaped = match rest[at..] {
            [b'%', high, low, ..] => digit(high).zip(digit(low)),
            _ => None,
        };
        let (byte, length) = match escaped {
            Some((high, low)) => (high << 4 | low, 3),
            None if rest[at] == b'+' => (b' ', 1),
            None => (b'%', 1),
        };
        decoded.push(byte);
        rest = &rest[at + length..];
    }
    decoded.extend_from_slice(rest);
}

/// The value of a hexadecimal digit.
const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Whether a byte is an unreserved character of RFC 3986, as a table: every byte of a signed query is looked up.
const UNRESERVED: [bool; 256] = {
    let mut unreserved = [false; 256];
    let mut byte = 0;
    while byte < unreserved.len() {
        let character = byte as u8;
        unreserved[byte] =
            character.is_ascii_alphanumeric() || matches!(character, b'-' | b'_' | b'.' | b'~');
        byte += 1;
    }
    unreserved
};

fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[usize::from(byte)]
}

/// Whether a part of a query is already encoded as by [`encode`], as most parts are.
fn is_encoded(raw: &[u8]) -> bool {
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|&byte| !is_unreserved(byte)) {
        let escaped = match rest[at..] {
            [b'%', high, low, ..] if !high.is_ascii_lowercase() && !low.is_ascii_lowercase() => {
                digit(high).zip(digit(low))
            }
            _ => None,
        };
        match escaped {
            Some((high, low)) if !is_unreserved(high << 4 | low) => rest = &rest[at + 3..],
            _ => return false,
        }
    }
    true
}

/// A pair of a query or form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The decoded name.
    pub name: Cow<'a, [u8]>,
    /// The decoded value; empty when there is no `=`.
    pub value: Cow<'a, [u8]>,
    /// The pair, as sent.
    pub raw: &'a [u8],
}

impl Pair<'_> {
    /// The value as text, for parameters that are ASCII if they are valid.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.value)
    }

    /// The name and the value, re-encoded.
    fn encoded(&self) -> (Cow<'_, str>, Cow<'_, str>) {
        let part = |raw, decoded| match std::str::from_utf8(raw) {
            Ok(text) if is_encoded(raw) => Cow::Borrowed(text),
            _ => encode(decoded),
        };
        let (name, value) = halves(self.raw);
        (part(name, &self.name), part(value, &self.value))
    }
}

/// The parts before and after the first `=`.
pub(crate) fn halves(raw: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b'=', raw) {
        Some(at) => (&raw[..at], &raw[at + 1..]),
        None => (raw, b""),
    }
}

/// Splits a query or form; empty segments are dropped, order and repetitions are kept.
pub fn pairs(text: &[u8]) -> impl Iterator<Item = Pair<'_>> {
    segments(text).map(|raw| {
        let (name, value) = halves(raw);
        Pair {
            name: decode(name),
            value: decode(value),
            raw,
        }
    })
}

/// The pairs of a query or form, as sent.
pub(crate) fn segments(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'&')
        .filter(|segment| !segment.is_empty())
}

/// The last value for a name, as text: if a form repeats a name of the query, the form wins.
pub(super) fn last<'a>(pairs: &'a [Pair<'_>], name: &str) -> Option<Cow<'a, str>> {
    pairs
        .iter()
        .rev()
        .find(|pair| *pair.name == *name.as_bytes())
        .map(Pair::text)
}

/// `name=value&…`, sorted by decoded name and value, then encoded.
pub(super) fn sorted_then_encoded(mut pairs: Vec<&Pair<'_>>) -> String {
    pairs.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
    let mut out = String::with_capacity(pairs.iter().map(|pair| pair.raw.len() + 2).sum());
    for pair in pairs {
        let (name, value) = pair.encoded();
        push(&mut out, &name, &value);
    }
    out
}

/// `name=value&…`, encoded, then sorted by encoded name and value.
pub(super) fn encoded_then_sorted(pairs: Vec<&Pair<'_>>) -> String {
    let mut encoded: Vec<_> = pairs.into_iter().map(Pair::encoded).collect();
    encoded.sort_unstable();
    let length = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| name.len() + value.len() + 2;
    let mut out = String::with_capacity(encoded.iter().map(length).sum());
    for (name, value) in &encoded {
        push(&mut out, name, value);
    }
    out
}

/// Appends `&name=value` to a query, without encoding.
pub(super) fn push(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    query.push_str(value);
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| DIGITS[usize::from(half)]);
    let mut out = Vec::with_capacity(bytes.len() * 2);
    out.extend(digits);
    String::from_utf8(out).expect("hex digits are ASCII")
}

/// Whether a path is its own encoded form in every scheme, as nearly every path is.
pub(super) fn is_plain_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    path.bytes().all(plain)
}

/// The SHA-256 of empty input, in lower-case hex, for the body of nearly every request.
const SHA256_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// SHA-256 in lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return SHA256_OF_NOTHING.to_owned();
    }
    hex(&Sha256::digest(bytes))
}

/// The SM3 of empty input, in lower-case hex.
const SM3_OF_NOTHING: &str = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b";

/// SM3, a Chinese standard with a 256-bit digest, in lower-case hex.
#[must_use]
pub fn sm3_hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return SM3_OF_NOTHING.to_owned();
    }
    hex(&Sm3::digest(bytes))
}

/// MD5 in lower-case hex, which QingCloud takes of the body.
#[must_use]
pub fn md5_hex(bytes: &[u8]) -> String {
    const OF_NOTHING: &str = "d41d8cd98f00b204e9800998ecf8427e";
    if bytes.is_empty() {
        return OF_NOTHING.to_owned();
    }
    hex(&Md5::digest(bytes))
}

/// Base64 with padding, the standard alphabet.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The digest of the HMAC, where a scheme leaves the client a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// HMAC-SHA1.
    Sha1,
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SM3.
    Sm3,
}

impl Digest {
    /// The digest of a text in lower-case hex.
    pub(super) fn hash(self, bytes: &[u8]) -> String {
        match self {
            Self::Sha1 => hex(&Sha1::digest(bytes)),
            Self::Sha256 => sha256_hex(bytes),
            Self::Sm3 => sm3_hex(bytes),
        }
    }

    /// The digest of empty input, for the body of nearly every request.
    pub(super) const fn of_nothing(self) -> &'static str {
        match self {
            Self::Sha1 => "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            Self::Sha256 => SHA256_OF_NOTHING,
            Self::Sm3 => SM3_OF_NOTHING,
        }
    }

    /// The HMAC of a message.
    pub(super) fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => {
                let mut mac =
                    Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
                mac.update(message);
                mac.finalize().into_bytes().to_vec()
            }
            Self::Sha256 => hmac_sha256(key, message).to_vec(),
            Self::Sm3 => hmac_sm3(key, message).to_vec(),
        }
    }
}

/// HMAC-SHA256.
pub(super) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// HMAC-SM3.
#[must_use]
pub fn hmac_sm3(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sm3>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example in GM/T 0004-2012 A.1, the constant for empty input in huaweicloudsdkcore 3.1.219, and an HMAC
    /// computed by its SM3 with Python's `hmac`.
    #[test]
    fn sm3_is_that_of_the_standard_and_of_the_sdk() {
        let of_abc = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        assert_eq!(sm3_hex(b"abc"), of_abc);
        assert_eq!(sm3_hex(b""), hex(&Sm3::digest(b"")));
        assert_eq!(
            hex(&hmac_sm3(b"test-sk", b"abc")),
            "8cfcc4d68da832f362af0014ba4422f0748689000e02530d576114700e0b5daf"
        );
    }

    #[test]
    fn what_is_encoded_needs_no_encoding() {
        for text in ["", "a-_.~Z9", "%20", "%E5%BC%A0", "a%2Fb"] {
            assert!(is_encoded(text.as_bytes()), "{text}");
        }
        for text in [
            " ", "+", "=", "%", "%2", "%zz", "%2f", "%41", "%7E", "\u{5f20}", "a*",
        ] {
            assert!(!is_encoded(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_decodes_as_a_library_does(text in "[a%+0-9A-Fa-f\u{5f20}]{0,16}") {
            let spaced = text.replace('+', " ");
            let expected: Vec<u8> = percent_encoding::percent_decode_str(&spaced).collect();
            prop_assert_eq!(decode(text.as_bytes()), expected);
        }

        /// A pair as sent and a re-encoded pair are indistinguishable.
        #[test]
        fn a_pair_is_encoded_alike_either_way(raw in "[a-z%0-9A-F+=~ \u{5f20}]{1,12}") {
            for pair in pairs(raw.as_bytes()) {
                let (name, value) = pair.encoded();
                prop_assert_eq!((name, value), (encode(&pair.name), encode(&pair.value)));
            }
        }
    }
}
