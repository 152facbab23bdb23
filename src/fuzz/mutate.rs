//! Mutations of an input: of bytes, of parts between separators, of numbers, of JSON.

use std::io::Read as _;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use serde_json::{Map, Value};

/// Limits and often forgotten values.
const STRANGE: &[&str] = &[
    "",
    "0",
    "-1",
    "1",
    "-0",
    "00",
    "+1",
    "1.5",
    "1e3",
    "1e999",
    "NaN",
    "127",
    "128",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "-2147483649",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999",
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "\"\"",
    "[[]]",
    "{\"\":\"\"}",
    "%",
    "%00",
    "%0a",
    "%2f",
    "%25",
    "%zz",
    "%ff",
    "%C3%28",
    "%E5%BC%A0",
    "+",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "é",
    "ß",
    "İ",
    "張",
    "𠮷",
    "😀",
    "\u{fffd}",
    "'",
    "\"",
    "\\",
    "`",
    ";",
    "--",
    "/*",
    "*",
    "?",
    "_",
    ".",
    "..",
    "../..",
    "~",
    "~a",
    "~A_b",
    "test-ak",
    "test-ak~other",
    "test-sk",
    "{project_id}",
    "{}",
    "%7Buser_id%7D",
    "rollcall-fault-500",
    "rollcall-fault-",
    "rollcall-",
    "default",
    "template",
    "empty",
    "strict",
    "lenient",
    "off",
    "fixed",
    "offset",
    "real",
    "hang",
    "reset",
    "truncate",
    "2024-09-12T13:27:32Z",
    "2024-09-12T13:27:32.123456789Z",
    "20240912T132732Z",
    "2024-02-30T25:61:61Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "10000-01-01T00:00:00Z",
    "1716193800",
    "1h",
    "-15m",
    "99999999999h",
    "0s",
    "1ns",
    "\n%%\n",
    "&",
    "=",
    "&=",
    "&&",
    "a=b",
    "Format=XML",
    "Format=JSON",
    "x-rollcall-namespace: other\n",
    "X-Rollcall-Fault: 500\n",
    "Content-Type: application/x-www-form-urlencoded\n",
    "Content-Type: application/json\n",
    "Content-Type: application/x-ndjson\n",
    "Host: iam.cn-north-4.myhuaweicloud.com\n",
    "Accept-Encoding: gzip\n",
    "X-Auth-Token: a\n",
    "Origin: null\n",
];

/// The bytes that separate parts of requests and documents.
fn separates(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'%' || 0x80 <= byte)
}

/// The maximum length of an input.
const LONGEST: usize = 64 * 1024;

/// The mutator.
#[derive(Debug)]
pub(super) struct Mutator {
    pub(super) chance: fastrand::Rng,
    pub(super) words: Vec<String>,
}

impl Mutator {
    /// Applies one to a few mutations to an input; `others` can be spliced in.
    pub(super) fn change(&mut self, input: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
        if input.starts_with(b"SQLite format 3")
            && self.chance.u8(..4) != 0
            && let Some(changed) = self.database(input)
        {
            return changed;
        }
        let mut changed = input.to_vec();
        let times = 1 + self.chance.usize(..4) * self.chance.usize(..2);
        for _ in 0..times {
            changed = self.once(changed, others);
        }
        if input.len() < LONGEST {
            changed.truncate(LONGEST);
        }
        changed
    }

    fn word(&mut self) -> Vec<u8> {
        let chosen = if self.chance.bool() {
            self.chance.choice(STRANGE).copied().unwrap_or_default()
        } else {
            let at = self.chance.usize(..self.words.len());
            &self.words[at]
        };
        chosen.as_bytes().to_vec()
    }

    /// The range of a part between two separators.
    fn part(&mut self, input: &[u8]) -> (usize, usize) {
        if input.is_empty() {
            return (0, 0);
        }
        let at = self.chance.usize(..input.len());
        let start = input[..at].iter().rposition(|byte| separates(*byte));
        let end = input[at..].iter().position(|byte| separates(*byte));
        let start = start.map_or(0, |start| start + 1);
        (start, end.map_or(input.len(), |end| at + end).max(start))
    }

    fn once(&mut self, mut input: Vec<u8>, others: &[Vec<u8>]) -> Vec<u8> {
        let (start, end) = self.part(&input);
        match self.chance.u8(..14) {
            0..=2 => {
                let word = self.word();
                input.splice(start..end, word);
            }
            3 => {
                let word = self.word();
                input.splice(start..start, word);
            }
            4 => {
                // With the separator after it, so that lists and queries stay well formed.
                let end = (end + 1).min(input.len());
                input.drain(start..end);
            }
            5 => {
                let end = (end + 1).min(input.len());
                let times = [1, 1, 2, 40, 1500][self.chance.usize(..5)];
                let part = input[start..end].repeat(times);
                input.splice(end..end, part);
            }
            6 => {
                let (other, _) = self.part(&input);
                let part = input[start..end].to_vec();
                input.splice(other..other, part);
            }
            7 => self.number(&mut input),
            8 | 9 => {
                if let Some(at) = self.random(input.len()) {
                    input[at] = match self.chance.u8(..3) {
                        0 => self.chance.u8(..),
                        1 => input[at] ^ (1 << self.chance.u8(..8)),
                        _ => b"&=%+;,:/?\"'{}[]\\\n \0"[self.chance.usize(..19)],
                    };
                }
            }
            10 => {
                if let Some(other) = self.random(others.len()).map(|at| &others[at])
                    && !other.is_empty()
                {
                    let from = self.chance.usize(..other.len());
                    let until = (from + 1 + self.chance.usize(..400)).min(other.len());
                    let at = self.chance.usize(..=input.len());
                    if self.chance.bool() {
                        input.truncate(at);
                    }
                    input.splice(
                        at.min(input.len())..at.min(input.len()),
                        other[from..until].iter().copied(),
                    );
                }
            }
            11 => {
                // Database pages, and prefixes.
                let length = [1, 4, 16, 512, 4096][self.chance.usize(..5)];
                if let (Some(from), Some(to)) = (self.random(input.len()), self.random(input.len()))
                {
                    let (from, to) = if 512 <= length {
                        (from / 4096 * 4096, to / 4096 * 4096)
                    } else {
                        (from, to)
                    };
                    let part = input[from..(from + length).min(input.len())].to_vec();
                    let end = (to + part.len()).min(input.len());
                    input[to..end].copy_from_slice(&part[..end - to]);
                }
            }
            12 => {
                if let Some(at) = self.random(input.len()) {
                    input.truncate(at);
                }
            }
            _ => input = self.json(input),
        }
        input
    }

    /// A database with some column changed in some rows, in a way that rollcall itself would not; `None` if the input
    /// is not a database.
    fn database(&mut self, input: &[u8]) -> Option<Vec<u8>> {
        const TABLES: &str = "SELECT name, sql LIKE '%WITHOUT ROWID%' FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name";
        let mut connection = Connection::open_in_memory().ok()?;
        // The bytes that declare a write-ahead log, which does not exist in memory.
        let image = input.get(..18)?.chain(&[1, 1][..]).chain(input.get(20..)?);
        connection
            .deserialize_read_exact("main", image, input.len(), false)
            .ok()?;
        let switches = [
            DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER,
            DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY,
        ];
        for switch in switches {
            connection.set_db_config(switch, false).ok()?;
        }
        let rows: rusqlite::Result<Vec<(String, bool)>> = connection
            .prepare(TABLES)
            .ok()?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .ok()?
            .collect();
        let tables = rows.ok()?;
        for _ in 0..1 + self.chance.usize(..3) {
            let (table, is_without) = &tables[self.random(tables.len())?];
            let columns: rusqlite::Result<Vec<String>> = connection
                .prepare("SELECT name FROM pragma_table_info(?1)")
                .ok()?
                .query_map([table], |row| row.get(0))
                .ok()?
                .collect();
            let columns = columns.ok()?;
            let column = &columns[self.random(columns.len())?];
            let one = if *is_without || self.chance.u8(..4) == 0 {
                String::new()
            } else {
                format!(
                    " WHERE rowid = (SELECT rowid FROM {table} LIMIT 1 OFFSET {})",
                    self.chance.usize(..20)
                )
            };
            let value: rusqlite::types::Value = match self.strange() {
                Value::Number(number) if number.is_i64() => number.as_i64()?.into(),
                Value::String(text) if self.chance.u8(..8) == 0 => {
                    // Invalid UTF-8.
                    let cast =
                        format!("UPDATE OR IGNORE {table} SET {column} = CAST(?1 AS TEXT){one}");
                    let _ = connection.execute(&cast, [[text.as_bytes(), b"\xff"].concat()]);
                    continue;
                }
                Value::String(text) => text.into(),
                other => other.to_string().into(),
            };
            // Values that violate a constraint are not written.
            let _ = connection.execute(
                &format!("UPDATE OR IGNORE {table} SET {column} = ?1{one}"),
                [value],
            );
        }
        Some(connection.serialize("main").ok()?.to_vec())
    }

    fn random(&mut self, below: usize) -> Option<usize> {
        (0 < below).then(|| self.chance.usize(..below))
    }

    /// Replaces a number, if there is one.
    fn number(&mut self, input: &mut Vec<u8>) {
        let Some(at) = self.random(input.len()) else {
            return;
        };
        let Some(start) = input[at..]
            .iter()
            .position(u8::is_ascii_digit)
            .map(|more| at + more)
        else {
            return;
        };
        let end = input[start..]
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .map_or(input.len(), |more| start + more);
        let old: Option<i128> = std::str::from_utf8(&input[start..end])
            .ok()
            .and_then(|text| text.parse().ok());
        let new = match (old, self.chance.u8(..4)) {
            (Some(old), 0) => (old + 1).to_string(),
            (Some(old), 1) => (old - 1).to_string(),
            (Some(old), 2) => (old.saturating_mul(1000)).to_string(),
            _ => STRANGE[self.chance.usize(1..30)].to_owned(),
        };
        input.splice(start..end, new.into_bytes());
    }

    /// Mutates the last JSON value of the input.
    fn json(&mut self, mut input: Vec<u8>) -> Vec<u8> {
        let start = match memchr::memmem::rfind(&input, b"\n\n") {
            Some(end) => end + 2,
            None => self.line(&input),
        };
        let end = memchr::memchr(b'\n', &input[start..]).map_or(input.len(), |more| start + more);
        let Ok(mut value) = serde_json::from_slice::<Value>(&input[start..end]) else {
            return input;
        };
        self.within(&mut value, 0);
        input.splice(start..end, value.to_string().into_bytes());
        input
    }

    /// The start of a random line.
    fn line(&mut self, input: &[u8]) -> usize {
        let at = self.random(input.len()).unwrap_or_default();
        memchr::memrchr(b'\n', &input[..at]).map_or(0, |before| before + 1)
    }

    fn within(&mut self, value: &mut Value, depth: usize) {
        let goes_on = depth < 2 || self.chance.u8(..4) != 0;
        match value {
            Value::Object(members) if goes_on && !members.is_empty() => {
                let at = self.chance.usize(..members.len());
                let name = members.keys().nth(at).cloned().unwrap_or_default();
                match self.chance.u8(..8) {
                    0 => drop(members.remove(&name)),
                    1 => {
                        let value = members.get(&name).cloned().unwrap_or_default();
                        let name = String::from_utf8_lossy(&self.word()).into_owned();
                        members.insert(name, value);
                    }
                    2 => {
                        let strange = self.strange();
                        members.insert(name, strange);
                    }
                    _ => {
                        if let Some(member) = members.get_mut(&name) {
                            self.within(member, depth + 1);
                        }
                    }
                }
            }
            Value::Array(items) if goes_on && !items.is_empty() => {
                let at = self.chance.usize(..items.len());
                match self.chance.u8(..6) {
                    0 => drop(items.remove(at)),
                    1 => items.push(items[at].clone()),
                    2 => items.insert(at, self.strange()),
                    _ => self.within(&mut items[at], depth + 1),
                }
            }
            other => *other = self.strange(),
        }
    }

    fn strange(&mut self) -> Value {
        let word = String::from_utf8_lossy(&self.word()).into_owned();
        match self.chance.u8(..9) {
            0 => Value::Null,
            1 => Value::Bool(self.chance.bool()),
            2 => Value::from(self.chance.i64(..)),
            3 => Value::from(self.chance.i64(-3..300)),
            4 => Value::from(f64::from(self.chance.i32(..)) / 7.0),
            5 => Value::Array(vec![Value::String(word); self.chance.usize(..3)]),
            6 => Value::Object(Map::from_iter([(word, Value::Null)])),
            7 => Value::String(word.repeat([1, 2, 300][self.chance.usize(..3)])),
            _ => serde_json::from_str(&word).unwrap_or(Value::String(word)),
        }
    }
}
