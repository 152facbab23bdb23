//! Minifies schemas; `build.rs` includes this file, too.

/// Strips comments and blanks: SQLite stores the schema's text, and parses it for every connection.
pub(crate) fn plain(schema: &str) -> String {
    let lines = schema.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("--")).collect();
    lines.join("\n")
}
