//! The commands that rollcall prints, as a shell takes them.

/// A word of a command, quoted where it needs to be.
pub(crate) fn quote(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// How curl's commands begin: it shall not take brackets for patterns, nor dot segments out of a path.
pub(crate) const CURL: &str = "curl -i -g --path-as-is";

/// A header as curl's `-H` takes it. With a colon and nothing after it, curl would not send it.
pub(crate) fn header(name: &str, value: &str) -> String {
    match value {
        "" => format!("{name};"),
        value => format!("{name}: {value}"),
    }
}
