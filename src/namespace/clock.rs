//! Time: the only module that reads the system clock.
//!
//! Every namespace has a clock that follows the system clock, is frozen, or runs at an offset. All times that providers print, and
//! all expiry, follow it; network delays and time-outs do not.

use std::fmt;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

/// A point in time: milliseconds since the epoch, UTC.
///
/// ```
/// use rollcall::clock::Time;
///
/// let time = Time::parse_rfc3339("2024-05-20T08:30:00Z").expect("a time");
/// assert_eq!(time.to_string(), "2024-05-20T08:30:00.000Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// The time this many milliseconds after the epoch.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(0).rfc3339_seconds(), "1970-01-01T00:00:00Z");
    /// ```
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The time this many seconds after the epoch.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_seconds(2), Time::from_millis(2000));
    /// ```
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(1500).millis(), 1500);
    /// ```
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch, rounded down.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(-1).seconds(), -1);
    /// ```
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The time this many milliseconds later.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(1).plus_millis(2), Time::from_millis(3));
    /// ```
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Reads `2022-09-28T09:05:26.000Z` and the like: any RFC 3339 date-time, the fraction optional.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::parse_rfc3339("1970-01-01T08:00:01+08:00"), Some(Time::from_millis(1000)));
    /// assert_eq!(Time::parse_rfc3339("yesterday"), None);
    /// ```
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|time| Self(time.timestamp_millis()))
    }

    /// Parses `20240520T083000Z`, the format in Volcengine's and Huawei's signature headers.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::parse_compact("19700101T000001Z"), Some(Time::from_millis(1000)));
    /// ```
    pub fn parse_compact(text: &str) -> Option<Self> {
        let digits = |from: usize, to: usize| {
            let part = text.get(from..to)?;
            part.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| part.parse::<u32>().ok())?
        };
        if text.len() != 16 || text.get(8..9) != Some("T") || text.get(15..) != Some("Z") {
            return None;
        }
        Self::from_parts(
            i32::try_from(digits(0, 4)?).ok()?,
            digits(4, 6)?,
            digits(6, 8)?,
            [digits(9, 11)?, digits(11, 13)?, digits(13, 15)?],
        )
    }

    /// The time of a calendar date and a time of day `[hours, minutes, seconds]`, or `None` if there is no such time.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_parts(1970, 1, 1, [0, 0, 1]), Some(Time::from_millis(1000)));
    /// assert_eq!(Time::from_parts(2023, 2, 29, [0, 0, 0]), None);
    /// ```
    pub fn from_parts(
        year: i32,
        month: u32,
        day: u32,
        [hours, minutes, seconds]: [u32; 3],
    ) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        Some(Self(
            date.and_hms_opt(hours, minutes, seconds)?
                .and_utc()
                .timestamp_millis(),
        ))
    }

    /// `2022-09-28T09:05:26Z`
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(0).rfc3339_seconds(), "1970-01-01T00:00:00Z");
    /// ```
    pub fn rfc3339_seconds(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%SZ")
    }

    /// `2022-09-28T09:05:26.000Z`
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(5).rfc3339_millis(), "1970-01-01T00:00:00.005Z");
    /// ```
    pub fn rfc3339_millis(self) -> String {
        self.format("%Y-%m-%dT%H:%M:%S%.3fZ")
    }

    /// `20240520T083000Z`
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(0).compact(), "19700101T000000Z");
    /// ```
    pub fn compact(self) -> String {
        self.format("%Y%m%dT%H%M%SZ")
    }

    /// `20240520083000`, which begins the request ids of some providers, and so is formatted without parsing a pattern.
    pub(crate) fn digits(self) -> String {
        let time = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default();
        let day = u64::from(time.month() * 100 + time.day());
        let clock = u64::from(time.hour() * 10_000 + time.minute() * 100 + time.second());
        let year = u64::from(time.year().unsigned_abs());
        let mut digits = String::with_capacity(14);
        push_padded(&mut digits, (year * 10_000 + day) * 1_000_000 + clock, 14);
        digits
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the format of the `Date` header.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(0).http_date(), "Thu, 01 Jan 1970 00:00:00 GMT");
    /// ```
    pub fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        // Under a fixed clock, it is formatted for every call, so parsing a pattern would cost each time.
        let time = DateTime::<Utc>::from_timestamp_millis(self.0).filter(|_| self.is_printable());
        let Some(time) = time else {
            return self.format("%a, %d %b %Y %H:%M:%S GMT");
        };
        let mut date = String::with_capacity(32);
        date.push_str(DAYS[time.weekday().num_days_from_monday() as usize]);
        date.push_str(", ");
        push_padded(&mut date, time.day().into(), 2);
        date.push(' ');
        date.push_str(MONTHS[time.month0() as usize]);
        date.push(' ');
        push_padded(&mut date, time.year().unsigned_abs().into(), 4);
        for (number, before) in [
            (time.hour(), ' '),
            (time.minute(), ':'),
            (time.second(), ':'),
        ] {
            date.push(before);
            push_padded(&mut date, number.into(), 2);
        }
        date.push_str(" GMT");
        date
    }

    /// Formats the time with a `strftime` pattern; empty for a time outside the calendar.
    ///
    /// ```
    /// use rollcall::clock::Time;
    ///
    /// assert_eq!(Time::from_millis(0).format("%d.%m.%Y"), "01.01.1970");
    /// ```
    pub fn format(self, pattern: &str) -> String {
        DateTime::<Utc>::from_timestamp_millis(self.0)
            .map(|time| time.format(pattern).to_string())
            .unwrap_or_default()
    }

    /// Whether every format of the providers can hold it: four digits of a year, and no time before their epoch.
    pub(crate) fn is_printable(self) -> bool {
        /// 9999-12-31T23:59:59.999Z
        const LAST: i64 = 253_402_300_799_999;
        (0..=LAST).contains(&self.0)
    }

    /// Whether a clock may show it: what ends a day later, or is written in a zone ahead of UTC, has to be printable too.
    pub(crate) fn fits_a_clock(self) -> bool {
        self.is_printable() && self.plus_millis(24 * 60 * 60 * 1000).is_printable()
    }

    fn of_the_machine() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Appends a number, zero-padded to a width.
fn push_padded(text: &mut String, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let (mut rest, mut first) = (number, digits.len());
    while 0 < rest {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let digits = &digits[first.min(digits.len() - width)..];
    text.push_str(std::str::from_utf8(digits).expect("digits are text"));
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339_millis())
    }
}

/// The mode of a clock.
///
/// ```
/// use rollcall::clock::{Clock, Setting};
///
/// let an_hour_ahead = Clock::new(Setting::Offset(3_600_000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Setting {
    /// Follows the system clock.
    #[default]
    Real,
    /// Frozen at this time.
    Fixed(Time),
    /// Follows the system clock, this many milliseconds ahead (or behind, if negative).
    Offset(i64),
}

impl Setting {
    /// The time that a clock in this mode shows now.
    pub(crate) fn shows(self) -> Time {
        match self {
            Self::Real => Time::of_the_machine(),
            Self::Fixed(time) => time,
            Self::Offset(millis) => Time::of_the_machine().plus_millis(millis),
        }
    }
}

/// A clock that can be set; each namespace has its own.
///
/// ```
/// use rollcall::clock::{Clock, Setting, Time};
///
/// let clock = Clock::new(Setting::Fixed(Time::from_millis(5)));
/// assert_eq!(clock.now(), Time::from_millis(5));
/// ```
#[derive(Debug, Default)]
pub struct Clock {
    setting: Mutex<Setting>,
}

impl Clock {
    /// A clock with a mode.
    ///
    /// ```
    /// use rollcall::clock::{Clock, Setting};
    ///
    /// let clock = Clock::new(Setting::Real);
    /// ```
    pub fn new(setting: Setting) -> Self {
        Self {
            setting: Mutex::new(setting),
        }
    }

    /// The time that the clock shows.
    ///
    /// ```
    /// use rollcall::clock::{Clock, Setting, Time};
    ///
    /// assert_eq!(Clock::new(Setting::Fixed(Time::from_millis(5))).now(), Time::from_millis(5));
    /// ```
    pub fn now(&self) -> Time {
        self.setting().shows()
    }

    /// The mode of the clock.
    ///
    /// ```
    /// use rollcall::clock::{Clock, Setting};
    ///
    /// assert_eq!(Clock::default().setting(), Setting::Real);
    /// ```
    pub fn setting(&self) -> Setting {
        *self
            .setting
            .lock()
            .expect("nothing panics while it holds a clock")
    }

    /// Moves the clock on (or back, when negative) from where it is, unless it would show a time that will not do. Says
    /// whether it moved.
    pub(crate) fn advance(&self, millis: i64, will_do: impl FnOnce(Time) -> bool) -> bool {
        let mut setting = self
            .setting
            .lock()
            .expect("nothing panics while it holds a clock");
        let moved = match *setting {
            Setting::Real => Setting::Offset(millis),
            Setting::Fixed(time) => Setting::Fixed(time.plus_millis(millis)),
            Setting::Offset(offset) => Setting::Offset(offset.saturating_add(millis)),
        };
        let moves = will_do(moved.shows());
        if moves {
            *setting = moved;
        }
        moves
    }

    /// Sets the mode of the clock.
    ///
    /// ```
    /// use rollcall::clock::{Clock, Setting, Time};
    ///
    /// let clock = Clock::default();
    /// clock.set(Setting::Fixed(Time::from_millis(5)));
    /// assert_eq!(clock.now(), Time::from_millis(5));
    /// ```
    pub fn set(&self, setting: Setting) {
        *self
            .setting
            .lock()
            .expect("nothing panics while it holds a clock") = setting;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_times_are_read_and_printed() {
        let time = Time::parse_compact("20240520T083000Z").expect("well formed");
        assert_eq!(time.rfc3339_millis(), "2024-05-20T08:30:00.000Z");
        assert_eq!(time.compact(), "20240520T083000Z");
        assert_eq!(time.digits(), "20240520083000");
        for wrong in [
            "",
            "20240520T083000",
            "20240520 083000Z",
            "20241320T083000Z",
            "2024052éT08300Z",
            "+0240520T083000Z",
        ] {
            assert_eq!(Time::parse_compact(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_of_headers_are_those_of_the_pattern() {
        let moments = [0, 253_402_300_799_999, 253_402_300_800_000, -1];
        let steps = (0..3000).map(|step| step * 79_999_987_654);
        for millis in moments.into_iter().chain(steps) {
            let time = Time::from_millis(millis);
            let by_pattern = time.format("%a, %d %b %Y %H:%M:%S GMT");
            assert_eq!(time.http_date(), by_pattern);
        }
    }

    #[test]
    fn a_fixed_clock_stands_still() {
        let clock = Clock::new(Setting::Fixed(Time::from_millis(5)));
        assert_eq!(clock.now(), Time::from_millis(5));
        clock.set(Setting::Offset(3_600_000));
        assert!(clock.now() > Time::of_the_machine());
    }
}
