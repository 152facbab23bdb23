//! Which part of a namespace's data a seed touches: most concern one provider, so the other parts need no copy.

use super::{Document, ndjson};
use crate::namespace::credentials;
use crate::providers::provider;

/// The longest text that is scanned: reading it twice must cost less than copying all parts.
const LOOKED_THROUGH: usize = 64 * 1024;

/// The only part that merging this document or stream would read or write; `None` if there are several, or if the text is too long
/// to scan.
pub(crate) fn only_part(text: &[u8], is_stream: bool) -> Option<&'static str> {
    if LOOKED_THROUGH < text.len() {
        return None;
    }
    let mut found = None;
    let documents: &mut dyn Iterator<Item = &[u8]> = if is_stream {
        &mut ndjson::texts(text)
    } else {
        &mut std::iter::once(text)
    };
    // Merging will reach the same error and report it.
    for Document(parts) in documents.map_while(|text| Document::parse(text).ok()) {
        for id in parts
            .iter()
            .map(|part| part.id.as_str())
            .filter(|id| *id != "$schema")
        {
            let part = match provider(id) {
                _ if id == credentials::PART.name => credentials::PART.name,
                Some(provider) => provider.id,
                None => continue,
            };
            if found.replace(part).is_some_and(|before| before != part) {
                return None;
            }
        }
    }
    Some(found.unwrap_or(credentials::PART.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_of_one_provider_is_about_one_part() {
        let document = |text: &str| only_part(text.as_bytes(), false);
        let stream = |text: &str| only_part(text.as_bytes(), true);
        let (iam, workspace) = (Some("huawei-iam"), Some("huawei-workspace"));
        assert_eq!(document(r#"{"huawei-iam": {}}"#), iam);
        assert_eq!(document(r#"{"$schema": "x", "huawei-iam": {}}"#), iam);
        assert_eq!(document(r#"{"huawei-iam": {}, "credentials": []}"#), None);
        assert_eq!(
            document(r#"{"credentials": []}"#),
            Some(credentials::PART.name)
        );
        let line = r#"{"huawei-workspace": {}}"#;
        assert_eq!(stream(&format!("\u{feff}\n\n{line}\r\n{line}")), workspace);
        assert_eq!(
            stream(&format!("{line}\n \n{{\"huawei-iam\": {{}}}}")),
            None
        );
        // Nothing after a line that cannot be read is merged.
        assert_eq!(
            stream(&format!("{line}\n{{\n{{\"huawei-iam\": {{}}}}")),
            workspace
        );
        for nonsense in ["", "{", "[]", "{}", r#"{"nobody": {}}"#] {
            assert_eq!(document(nonsense), Some(credentials::PART.name));
        }
        let long = format!("{}{line}", " ".repeat(LOOKED_THROUGH));
        assert_eq!(document(&long), None);
    }
}
