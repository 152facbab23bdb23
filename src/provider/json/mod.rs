//! The one reader of the JSON that rollcall itself takes: seeds, control bodies, rules, settings. serde is more generous than
//! people who mistype: it takes an array for an object, by position, and the last of two values under one key; and a value that
//! may be anything takes a hundred times the memory of its text. Here an object is an object, a key is there once, and what the
//! values of a text may take of memory is bounded before they are built: by the length of a document of rollcall's own, by the
//! longest body of a provider's call. The mark that some editors put before UTF-8 is no part of it.

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

/// The mark that editors of Windows put before UTF-8.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";
/// What the values of a call's body may take, however short it is: with the body, its texts and a list that has just doubled, eight
/// times the longest body.
const AS_SENT: usize = 47 * 1024 * 1024;

/// What is wrong with a text, and where.
#[derive(Debug)]
pub(crate) struct JsonError {
    /// Key by key and index by index.
    pub(crate) path: Vec<Step>,
    /// What is wrong there; of a text, with its line and column.
    pub(crate) rule: String,
}

/// One step into a document.
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
    /// The place as seeds name it: `users[3].UserId`.
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

    /// What is wrong, without the line and column: of a part of a text they would mislead.
    pub(crate) fn without_position(&self) -> &str {
        self.rule
            .rsplit_once(" at line ")
            .map_or(&self.rule, |(rule, _)| rule)
    }

    /// Whether a text is no JSON only because another document follows the first.
    pub(crate) fn is_several(&self) -> bool {
        self.rule.starts_with("trailing characters")
    }
}

/// A text without the mark before it.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// Reads a text, of which the value may keep parts.
pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, JsonError> {
    let text = without_mark(text);
    let memory = Watch::memory_for(text.len());
    strictly(memory, |watch| from_text(text, watch))
}

/// The members of a call's body that are a text, a number or a truth value, up to so many of them; nothing where it is no object.
/// The others are passed over, and take no memory.
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
            // Of two values under one key the last counts.
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

/// A value as text, unless it holds others or none.
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

/// Whether a text is JSON in which every key is there once, without keeping anything of it.
pub(crate) fn check(text: &[u8]) -> Result<(), JsonError> {
    read::<IgnoredAny>(text).map(drop)
}

/// Reads a document that is in memory already; what it is made of was looked at when it was read.
pub(crate) fn read_value<T: DeserializeOwned>(document: &Value) -> Result<T, JsonError> {
    strictly(usize::MAX, |watch| from_value(document, watch))
}

/// Only what is wrong is read a second time, with an eye on where.
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

/// Reads what a provider's client sends. Those services take the last of two values under one key, and so does this; only the
/// memory that it takes is bounded.
pub(crate) fn read_as_sent<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    from_text(text, &Watch::new(AS_SENT, false))
}

// Not twice in the program for the two times that `strictly` calls it.
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

/// What is wrong, in the words of JSON: callers know no Rust.
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
