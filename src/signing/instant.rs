//! The two formats in which the clouds write a UTC time, from and to seconds since 1970.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate};

/// Parses exactly `2026-01-02T03:04:05Z`.
#[must_use]
pub fn parse_extended_time(text: &str) -> Option<i64> {
    shaped(text, "YYYY-MM-DDThh:mm:ssZ")
}

/// Parses the same with an optional fraction of a second, which is dropped: `2026-01-02T03:04:05.678Z`.
///
/// Inferred from clients of the real gateways: JavaScript's `toISOString` writes three digits, chrono writes nine.
#[must_use]
pub fn parse_fractional_time(text: &str) -> Option<i64> {
    let (whole, _) = without_fraction(text)?;
    parse_extended_time(&whole)
}

/// Parses exactly `20260102T030405Z`.
#[must_use]
pub fn parse_compact_time(text: &str) -> Option<i64> {
    shaped(text, "YYYYMMDDThhmmssZ")
}

/// Extracts the fraction of a second, 1 to 9 digits, from a time that ends in `Z`: returns the time without it, and its
/// nanoseconds, which are 0 without a fraction.
#[must_use]
pub fn without_fraction(text: &str) -> Option<(Cow<'_, str>, u32)> {
    let Some((seconds, rest)) = text.split_once('.') else {
        return Some((Cow::Borrowed(text), 0));
    };
    let digits = rest.strip_suffix('Z')?;
    let is_fraction =
        (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let nanos = is_fraction.then(|| format!("{digits:0<9}").parse().ok())??;
    Some((Cow::Owned(format!("{seconds}Z")), nanos))
}

/// Parses the extended format with optional leading zeros in everything but the year, as printed in QingCloud's documents.
pub(super) fn parse_unpadded_time(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = three(date, b'-', 4..=4)?;
    let [hour, minute, second] = three(time, b':', 1..=2)?;
    seconds([year, month, day, hour, minute, second])
}

/// Formats as `2026-01-02T03:04:05Z`; a time outside the calendar becomes 1970.
#[must_use]
pub fn extended_time(seconds: i64) -> String {
    calendar(seconds).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Formats as `20260102T030405Z`; a time outside the calendar becomes 1970.
#[must_use]
pub fn compact_time(seconds: i64) -> String {
    calendar(seconds).format("%Y%m%dT%H%M%SZ").to_string()
}

fn calendar(seconds: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// Parses digits where the format has one of the letters `YMDhms`; all other characters have to match.
///
/// chrono's own parser accepts spaces, signs and missing zeros, which the gateways do not.
fn shaped(text: &str, shape: &str) -> Option<i64> {
    if text.len() != shape.len() {
        return None;
    }
    let mut parts = [0_u32; 6];
    for (byte, letter) in text.bytes().zip(shape.bytes()) {
        let slot = match letter {
            b'Y' => 0,
            b'M' => 1,
            b'D' => 2,
            b'h' => 3,
            b'm' => 4,
            b's' => 5,
            _ if byte == letter => continue,
            _ => return None,
        };
        if !byte.is_ascii_digit() {
            return None;
        }
        parts[slot] = parts[slot] * 10 + u32::from(byte - b'0');
    }
    seconds(parts)
}

/// Three numbers, the first with a given number of digits, the others with one or two.
fn three(text: &str, between: u8, first: RangeInclusive<usize>) -> Option<[u32; 3]> {
    let (mut numbers, mut lengths) = ([0; 3], [0; 3]);
    let mut place = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' if lengths[place] < 4 => {
                numbers[place] = numbers[place] * 10 + u32::from(byte - b'0');
                lengths[place] += 1;
            }
            _ if byte == between && place < 2 => place += 1,
            _ => return None,
        }
    }
    let [of_first, others @ ..] = lengths;
    let fits = first.contains(&of_first) && others.iter().all(|length| (1..=2).contains(length));
    fits.then_some(numbers)
}

fn seconds([year, month, day, hour, minute, second]: [u32; 6]) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(
        date.and_hms_opt(hour, minute, second)?
            .and_utc()
            .timestamp(),
    )
}
