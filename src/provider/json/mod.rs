//! The strict parser for all JSON that rollcall itself takes: seeds, control-plane bodies, rules, settings. serde is too lenient for
//! that: it accepts an array in place of an object, by position, and the last of duplicate keys; and an untyped value may take a
//! hundred times the memory of its text. Here, an object must be an object, duplicate keys are refused, and memory is bounded before
//! values are built: by the length of rollcall's own documents, and by the longest body of a provider's call. A byte order mark is
//! skipped.

mod place;
mod watch;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Number, Value};

pub(crate) use place::{Place, steps_of};
use watch::{Watch, Watched};

/// The UTF-8 byte order mark.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";
/// The memory limit for the values of a call's body: together with the body, its texts and a list that has just doubled, eight times
/// the longest body.
const AS_SENT: usize = 47 * 1024 * 1024;

/// A parse error with its place.
#[derive(Debug)]
pub(crate) struct JsonError {
    /// The path of keys and indexes.
    pub(crate) path: Vec<Step>,
    /// What is wrong there; when parsing text, with line and column.
    pub(crate) rule: String,
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)
    }
}

impl JsonError {
    /// The place in the notation of seeds: `users[3].UserId`.
    pub(crate) fn dotted(&self) -> String {
        let mut dotted = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if dotted.is_empty() => dotted.push_str(key),
                Step::Key(key) => dotted.push_str(&format!(".{key}")),
                Step::Index(index) => dotted.push_str(&format!("[{index}]")),
            }
        }
        dotted
    }

    /// The place as a JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let step = |step: &Step| match step {
            Step::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => format!("/{index}"),
        };
        self.path.iter().map(step).collect()
    }

    /// What is wrong, without line and column, which would be misleading for a part of a text.
    pub(crate) fn without_position(&self) -> &str {
        self.rule
            .rsplit_once(" at line ")
            .map_or(&self.rule, |(rule, _)| rule)
    }

    /// Whether a text is not JSON only because another document follows the first.
    pub(crate) fn is_several(&self) -> bool {
        self.rule.starts_with("trailing characters")
    }
}

/// A text without a byte order mark.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// Parses a text; the value may borrow from it.
pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, JsonError> {
    let text = without_mark(text);
    let memory = Watch::memory_for(text.len());
    strictly(memory, |watch| from_text(text, watch))
}

/// The scalar members of a call's body, up to a limit; `None` if it is not an object. Other members are skipped, and take no memory.
pub(crate) fn scalars(text: &[u8], max: usize) -> Option<BTreeMap<String, String>> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let members = reader.deserialize_map(Scalars(max)).ok()?;
    reader.end().ok()?;
    Some(members)
}

struct Scalars(usize);

impl<'de> Visitor<'de> for Scalars {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some(name) = access.next_key::<String>()? {
            // Of duplicate keys, the last counts.
            members.remove(&name);
            let Scalar(value) = access.next_value()?;
            if let Some(value) = value
                && members.len() < self.0
            {
                members.insert(name, value);
            }
        }
        Ok(members)
    }
}

/// A scalar value as text.
struct Scalar(Option<String>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar(Some(value.to_string())))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar(Some(value.to_string())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar(Some(value.to_string())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar(
            Number::from_f64(value).map(|number| number.to_string()),
        ))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar(Some(value.to_owned())))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Scalar, E> {
        Ok(Scalar(Some(value)))
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Scalar, A::Error> {
        while access.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Scalar, A::Error> {
        while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar(None))
    }
}

/// Checks that a text is JSON without duplicate keys, without building values.
pub(crate) fn check(text: &[u8]) -> Result<(), JsonError> {
    read::<IgnoredAny>(text).map(drop)
}

/// Converts a value that is already in memory; its JSON was checked when it was parsed.
pub(crate) fn read_value<T: DeserializeOwned>(document: &Value) -> Result<T, JsonError> {
    strictly(usize::MAX, |watch| from_value(document, watch))
}

/// Only an invalid text is parsed again, to determine the place.
fn strictly<T>(
    memory: usize,
    read: impl Fn(&Watch) -> Result<T, serde_json::Error>,
) -> Result<T, JsonError> {
    if let Ok(value) = read(&Watch::new(memory, true)) {
        return Ok(value);
    }
    let watch = Watch::new(memory, true).and_where();
    read(&watch).map_err(|cause| watch.error(&cause))
}

/// Parses what a provider's client sends. Those services accept the last of duplicate keys, and so does this; only memory is bounded.
pub(crate) fn read_as_sent<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    from_text(text, &Watch::new(AS_SENT, false))
}

// Not inlined, because `strictly` calls it twice.
#[inline(never)]
fn from_text<'de, T: Deserialize<'de>>(
    text: &'de [u8],
    watch: &Watch,
) -> Result<T, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = T::deserialize(Watched::new(&mut reader, watch))?;
    reader.end()?;
    Ok(value)
}

#[inline(never)]
fn from_value<T: DeserializeOwned>(value: &Value, watch: &Watch) -> Result<T, serde_json::Error> {
    T::deserialize(Watched::new(value, watch))
}

/// Rewrites serde's messages in terms of JSON instead of Rust.
fn in_json(message: &str) -> String {
    let (rule, position) = match message.rsplit_once(" at line ") {
        Some((rule, position)) => (rule, format!(" at line {position}")),
        None => (message, String::new()),
    };
    let rule = match rule.rsplit_once(", expected ") {
        Some((found, expected)) => format!(
            "{}, expected {}",
            found_in_json(found),
            type_in_json(expected)
        ),
        None => rule.to_owned(),
    };
    format!("{rule}{position}")
}

fn found_in_json(found: &str) -> Cow<'_, str> {
    match found {
        "invalid type: map" => "invalid type: object".into(),
        "invalid type: sequence" => "invalid type: array".into(),
        _ => match found.strip_prefix("unknown variant ") {
            Some(value) => format!("unknown value {value}").into(),
            None => found.into(),
        },
    }
}

fn type_in_json(expected: &str) -> &str {
    match expected {
        "a map" => "an object",
        "a sequence" => "an array",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number of 0 or more",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        name: String,
        #[serde(default)]
        inner: Vec<Inner>,
        #[serde(default)]
        map: BTreeMap<String, u8>,
        #[serde(default)]
        any: Option<Value>,
        #[serde(default)]
        kind: Option<Kind>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum Kind {
        Plain,
        Wrapped(Inner),
        Named { y: [u8; 2] },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        x: u8,
    }

    #[track_caller]
    fn refused(text: &str, pointer: &str, rule: &str) {
        let error = read::<Outer>(text.as_bytes()).expect_err(text);
        assert_eq!(error.pointer(), pointer, "{text}: {error}");
        assert!(error.rule.contains(rule), "{text}: {error}");
    }

    #[test]
    fn what_is_right_is_read() {
        let text = "\u{feff}{\"name\": \"n\", \"inner\": [{\"x\": 1}], \"map\": {\"a\": 2}, \"any\": [{\"b\": [null, 1.5]}]}";
        let outer: Outer = read(text.as_bytes()).expect("it is right");
        assert_eq!(outer.inner, [Inner { x: 1 }]);
        let document: Value = read(text.as_bytes()).expect("it is right");
        assert_eq!(read_value::<Outer>(&document).expect("the same"), outer);
        assert_eq!(
            serde_json::from_slice::<Value>(&text.as_bytes()[3..]).ok(),
            Some(document)
        );
    }

    #[test]
    fn arrays_are_no_objects_at_any_depth() {
        refused(r#"["n"]"#, "", "invalid type: array, expected an object");
        refused(
            r#"{"name": "n", "inner": [[1]]}"#,
            "/inner/0",
            "invalid type: array",
        );
        let document = serde_json::json!({ "name": "n", "inner": [[1]] });
        let error = read_value::<Outer>(&document).expect_err("an array");
        assert_eq!(error.dotted(), "inner[0]");
    }

    #[test]
    fn an_error_names_the_place_from_the_outside_in() {
        let members = [
            (r#""inner": [{"x": 1}, {"x": 256}]"#, "/inner/1/x", "256"),
            (r#""inner": [{"x": 1} {"x": 2}]"#, "/inner", "expected `,`"),
            (r#""map": {"a" 1}"#, "/map", "expected `:`"),
            (
                r#""inner": [{"x": 1}, {}]"#,
                "/inner/1",
                "missing field `x`",
            ),
            (r#""map": {"a/b": "c"}"#, "/map/a~1b", "from 0 to 255"),
            (
                r#""kind": {"Wrapped": {"x": []}}"#,
                "/kind/Wrapped/x",
                "from 0 to 255",
            ),
            (
                r#""kind": {"Named": {"y": [1, true]}}"#,
                "/kind/Named/y/1",
                "from 0 to 255",
            ),
            (r#""kind": {"Plain": 1}"#, "/kind/Plain", "unit"),
            (r#""kind": "Wrapped""#, "/kind/Wrapped", "newtype variant"),
            (r#""kind": "Other""#, "/kind", "unknown value `Other`"),
        ];
        for (member, pointer, rule) in members {
            refused(&format!(r#"{{"name": "n", {member}}}"#), pointer, rule);
        }
        refused(r#"{"name": "n"} {}"#, "", "trailing characters");
        let kinds = [
            (r#""Plain""#, Kind::Plain),
            (r#"{"Wrapped": {"x": 1}}"#, Kind::Wrapped(Inner { x: 1 })),
            (r#"{"Named": {"y": [1, 2]}}"#, Kind::Named { y: [1, 2] }),
        ];
        for (text, kind) in kinds {
            assert_eq!(read::<Kind>(text.as_bytes()).expect(text), kind);
        }
    }

    #[test]
    fn a_key_is_there_once_at_any_depth() {
        refused(
            r#"{"name": "n", "name": "m"}"#,
            "/name",
            "duplicate key \"name\" at line 1 column 20",
        );
        refused(
            r#"{"name": "n", "map": {"a": 1, "a": 1}}"#,
            "/map/a",
            "duplicate key",
        );
        refused(
            r#"{"name": "n", "any": [{"a": {"b~/": 1, "b~\/": 1}}]}"#,
            "/any/0/a/b~0~1",
            "duplicate key",
        );
        refused(
            r#"{"name": "n", "ignored": {"a": 1, "a": 1}}"#,
            "/ignored/a",
            "duplicate key",
        );
        assert!(check(b"[{\"a\": 1}, {\"a\": 1}]").is_ok());
        assert!(check(b"[{\"a\": 1, \"\\u0061\": 1}]").is_err());
        assert_eq!(
            read_as_sent::<Value>(b"{\"a\": 1, \"a\": 2}").expect("as services do")["a"],
            2
        );
    }

    #[test]
    fn small_values_are_counted_and_deep_ones_too() {
        let wide = format!("{{\"name\": \"n\", \"any\": [0{}]}}", ",0".repeat(100_000));
        let error = read::<Outer>(wide.as_bytes()).expect_err("too wide");
        assert!(error.pointer().starts_with("/any/"), "{}", error.pointer());
        assert!(error.rule.contains("too many small values"), "{error}");
        // A call's body may be dense, as long as it is short.
        assert!(read_as_sent::<Value>(wide.as_bytes()).is_ok());
        let wider = format!("[0{}]", ",0".repeat(1_000_000));
        assert!(read_as_sent::<Value>(wider.as_bytes()).is_err());
        assert!(check(wider.as_bytes()).is_ok());
        // What has a type of its own, or is not kept, takes no more than its text.
        assert!(check(wide.as_bytes()).is_ok());
        assert!(read::<Outer>(wide.replace("any", "any other").as_bytes()).is_ok());
        let map = |count: usize| -> String {
            let entries: Vec<String> = (0..count).map(|key| format!("\"{key}\":1")).collect();
            format!("{{\"name\": \"n\", \"map\": {{{}}}}}", entries.join(","))
        };
        assert!(read::<Outer>(map(2_000).as_bytes()).is_ok());
        let error = read::<Outer>(map(20_000).as_bytes()).expect_err("too many keys");
        assert!(error.rule.contains("too many small values"), "{error}");
        let typed = format!(
            "{{\"name\": \"n\", \"inner\": [{{\"x\": 1}}{}]}}",
            ", {\"x\": 1}".repeat(100_000)
        );
        assert!(read::<Outer>(typed.as_bytes()).is_ok());
        let deep = format!("{{\"name\": \"n\", \"any\": {}", "[".repeat(100_000));
        let error = read::<Outer>(deep.as_bytes()).expect_err("too deep");
        assert!(
            error.rule.starts_with("recursion limit exceeded"),
            "{error}"
        );
    }
}
