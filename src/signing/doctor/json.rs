//! Re-serialises a JSON body as common libraries do: clients that serialise twice sign other bytes than they send.

use std::io;

use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// Common serialisations of the same JSON, each with its name in the sentence.
pub(super) fn rewritten(body: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (order, value) in [("", value.clone()), (" with sorted keys", sorted(value))] {
        for (spaces, spaced) in [
            ("without spaces", false),
            ("with a space after each colon and comma", true),
        ] {
            for (letters, ascii) in [("", false), (" and \\u escapes", true)] {
                let name = format!("{spaces}{letters}{order}");
                all.push((name, written(&value, Compact { spaced, ascii })));
            }
        }
        all.push((
            format!("indented by two{order}"),
            written(&value, PrettyFormatter::new()),
        ));
        all.push((
            format!("indented by four{order}"),
            written(&value, PrettyFormatter::with_indent(b"    ")),
        ));
    }
    all
}

fn written(value: &Value, formatter: impl Formatter) -> Vec<u8> {
    let mut out = Vec::new();
    serde::Serialize::serialize(value, &mut Serializer::with_formatter(&mut out, formatter))
        .expect("a value that was read can be written to memory");
    out
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields
                .into_iter()
                .map(|(name, value)| (name, sorted(value)))
                .collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(fields.into_iter().collect())
        }
        other => other,
    }
}

/// A single line: JavaScript's `JSON.stringify`, or with spaces Python's `json.dumps`, which also escapes non-ASCII characters.
struct Compact {
    spaced: bool,
    ascii: bool,
}

impl Compact {
    fn separate<W: ?Sized + io::Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        match (first, self.spaced) {
            (true, _) => Ok(()),
            (false, true) => writer.write_all(b", "),
            (false, false) => writer.write_all(b","),
        }
    }
}

impl Formatter for Compact {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.separate(writer, first)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.separate(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.spaced { b": " } else { b":" })
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if !self.ascii {
            return writer.write_all(fragment.as_bytes());
        }
        for letter in fragment.chars() {
            if letter.is_ascii() {
                write!(writer, "{letter}")?;
            } else {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}
