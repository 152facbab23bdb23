//! Schemas as databases keep them; `build.rs` reads this file, too.

/// A schema without what is for people alone: SQLite keeps the text, and reads it again with every connection.
pub(crate) fn plain(schema: &str) -> String {
    let lines = schema.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("--")).collect();
    lines.join("\n")
}
