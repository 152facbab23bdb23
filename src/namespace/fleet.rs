//! Several replicas behind a load balancer: the name of this one, and the address of each namespace.

use std::sync::Arc;

/// The identity of this replica, and the addresses of namespaces. The default: a single server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fleet {
    /// The name of this replica.
    pub(crate) replica: Option<Arc<str>>,
    pub(crate) namespace_url: Option<NamespaceUrl>,
}

/// Whether a replica's name is valid: 1 to 63 letters, digits, `-`, `_` and `.`, so that it works as a header, a metric label and a
/// pod name.
pub(crate) fn is_replica_name(text: &str) -> bool {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
    (1..=63).contains(&text.len()) && text.bytes().all(is_plain)
}

/// The address of each namespace: `http://{namespace}.ns.HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamespaceUrl {
    scheme: &'static str,
    /// What follows `{namespace}.ns.`, without a trailing slash.
    rest: String,
}

impl NamespaceUrl {
    /// Parses a template; the error says what it has to look like.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        const RULE: &str = "write http://{namespace}.ns.HOST or http://{namespace}.ns.HOST:PORT, where HOST is the load balancer's name";
        let (scheme, rest) = ["http://", "https://"]
            .into_iter()
            .find_map(|scheme| Some((scheme, text.strip_prefix(scheme)?)))
            .ok_or(RULE)?;
        let rest = rest.strip_prefix("{namespace}.ns.").ok_or(RULE)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-.".contains(&letter);
        let is_host = !host.is_empty() && host.bytes().all(is_plain);
        let is_port = port.is_none_or(|port| port.parse().is_ok_and(|port: u16| 0 < port));
        if !is_host || !is_port {
            return Err(RULE.to_owned());
        }
        Ok(Self {
            scheme,
            rest: rest.to_ascii_lowercase(),
        })
    }

    /// The address of a namespace.
    pub(crate) fn of(&self, namespace: &str) -> String {
        format!("{}{namespace}.ns.{}", self.scheme, self.rest)
    }

    /// The host names of these addresses, as an `--allow-host` pattern.
    pub(crate) fn host_pattern(&self) -> String {
        let host = self.rest.split(':').next().unwrap_or_default();
        format!("*.ns.{host}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_has_an_address_of_its_own() {
        let url = NamespaceUrl::parse("http://{namespace}.ns.Mock.example:8080/").expect("good");
        assert_eq!(url.of("suite7"), "http://suite7.ns.mock.example:8080");
        assert_eq!(url.host_pattern(), "*.ns.mock.example");
        let url = NamespaceUrl::parse("https://{namespace}.ns.localhost").expect("good");
        assert_eq!(url.of("a"), "https://a.ns.localhost");
        for wrong in [
            "",
            "http://mock.example",
            "{namespace}.ns.mock.example",
            "http://{namespace}.mock.example",
            "http://x.{namespace}.ns.mock.example",
            "http://{namespace}.ns.",
            "http://{namespace}.ns.mock example",
            "http://{namespace}.ns.mock.example:0",
            "http://{namespace}.ns.mock.example:70000",
            "http://{namespace}.ns.mock.example/path",
            "http://{namespace}.ns.u@mock.example",
            "ftp://{namespace}.ns.mock.example",
        ] {
            assert!(NamespaceUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_name_of_a_replica_is_a_word() {
        for good in ["a", "rollcall-0", "eu.west_1", &"x".repeat(63)] {
            assert!(is_replica_name(good), "{good}");
        }
        for bad in ["", "a b", "a\"", "é", "a\n", &"x".repeat(64)] {
            assert!(!is_replica_name(bad), "{bad}");
        }
    }
}
