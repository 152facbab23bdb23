//! Identifies the provider of a request, in five ways, in the order of [`identify`].
//!
//! A dedicated listener and a path prefix are unambiguous. Otherwise the marks and the shape of the request decide. The host name
//! of the real service and, after it, credentials, version and action only decide what these leave open: in whose envelope an
//! unknown path is answered.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::provider::call::Request;
use crate::provider::table::Operation;
use crate::provider::{Mark, Provider, Signs};
use crate::providers::{PROVIDERS, provider};
use crate::tls::is_within;

/// The provider of a request. `dedicated` is the provider of its listener. Removes a prefix from the path.
pub(crate) fn identify(
    request: &mut Request,
    dedicated: Option<&'static Provider>,
) -> Option<&'static Provider> {
    if let Some(provider) = dedicated {
        // A client that always sends the prefix may send it to this listener, too.
        request.strip_prefix(provider.id);
        return Some(provider);
    }
    by_prefix(request).or_else(|| by_request(request))
}

fn by_prefix(request: &mut Request) -> Option<&'static Provider> {
    let path = request.path_as_sent().strip_prefix('/')?;
    let named = provider(path.split('/').next()?)?;
    request.strip_prefix(named.id);
    Some(named)
}

fn by_request(request: &Request) -> Option<&'static Provider> {
    by_shape(request)
        .or_else(|| by_host(request.host()))
        .or_else(|| by_credentials(request))
        .or_else(|| by_version(request))
        .or_else(|| by_own_action(request))
}

fn by_shape(request: &Request) -> Option<&'static Provider> {
    if request.path() == "/" {
        return by_signature(request)
            .or_else(|| by_common_path(request))
            .or_else(|| by_discovery(request));
    }
    // An unclaimed path is answered in the envelope of the API that the request is signed for.
    let Some(owner) = by_path(request.path()) else {
        return by_signature(request);
    };
    Some(by_foreign_signature(request, owner).unwrap_or(owner))
}

/// The provider whose client sent a request that does not exist in the API that its path resembles. A client recognises only its own
/// API's errors: to some, even QingCloud's 200 with an error is a success.
fn by_foreign_signature(request: &Request, owner: &Provider) -> Option<&'static Provider> {
    let signer = by_signature(request).or_else(|| by_credentials(request))?;
    let is_own = signer
        .real
        .schemes
        .iter()
        .any(|scheme| owner.real.schemes.contains(scheme));
    if is_own {
        return None;
    }
    let found = (owner.gateway.route)(request);
    (found.operation.is_none() && !found.wrong_method).then_some(signer)
}

/// By the first segments of the path: of the patterns that fit, the one whose literal segments come first.
fn by_path(path: &str) -> Option<&'static Provider> {
    static PATTERNS: LazyLock<Vec<PathPattern>> = LazyLock::new(|| {
        let mut patterns: Vec<PathPattern> = PROVIDERS
            .iter()
            .flat_map(|&provider| {
                let paths = provider.real.paths.iter();
                paths.map(move |pattern| PathPattern::new(pattern, provider))
            })
            .collect();
        // A star sorts after every literal, and a longer path after its prefix.
        patterns.sort_by_key(|pattern| {
            let literals = pattern.segments.iter();
            let mut key: Vec<_> = literals
                .map(|segment| (*segment == "*", *segment))
                .collect();
            key.push((true, "~"));
            key
        });
        patterns
    });
    // Split once, because every call is compared with all of them.
    let mut segments = [None; PathPattern::DEEPEST];
    for (segment, found) in segments.iter_mut().zip(path.split('/')) {
        *segment = Some(found);
    }
    let mut patterns = PATTERNS.iter();
    let found = patterns.find(|pattern| pattern.fits(path, &segments));
    found.map(|pattern| pattern.provider)
}

/// A path pattern of a provider.
struct PathPattern {
    /// Its segments; an exact path ends in `$`, which occurs in no request's path.
    segments: Vec<&'static str>,
    /// The path, if the pattern matches only that one.
    whole: Option<&'static str>,
    provider: &'static Provider,
}

impl PathPattern {
    /// No pattern has more segments.
    const DEEPEST: usize = 8;

    fn new(pattern: &'static str, provider: &'static Provider) -> Self {
        let segments: Vec<_> = pattern.split('/').collect();
        assert!(segments.len() <= Self::DEEPEST, "{pattern} is too deep");
        Self {
            segments,
            whole: pattern.strip_suffix('$'),
            provider,
        }
    }

    fn fits(&self, path: &str, segments: &[Option<&str>; Self::DEEPEST]) -> bool {
        match self.whole {
            Some(whole) => path == whole,
            None => self.segments.iter().zip(segments).all(|(wanted, segment)| {
                segment.is_some_and(|segment| *wanted == "*" || *wanted == segment)
            }),
        }
    }
}

/// By what only its clients send: points 1 to 3 of the ordered list in `volcengine-bytehouse.md` 1.1.
pub(crate) fn by_signature(request: &Request) -> Option<&'static Provider> {
    static MARKS: LazyLock<Vec<(u8, Mark, &Provider)>> = LazyLock::new(|| {
        let marks = PROVIDERS.iter().flat_map(|&provider| {
            let marks = provider.real.marks.iter();
            marks.map(move |&(point, mark)| (point, mark, provider))
        });
        let mut marks: Vec<_> = marks.collect();
        marks.sort_by_key(|(point, ..)| *point);
        marks
    });
    let signs = Signs::of(request);
    MARKS
        .iter()
        .find(|(_, mark, _)| mark.is_among(&signs))
        .map(|(_, _, provider)| *provider)
}

/// Discovery with `GET /` by a client that knows only an address, recognised by what no browser sends.
fn by_discovery(request: &Request) -> Option<&'static Provider> {
    if request.method != http::Method::GET {
        return None;
    }
    let signs = Signs::of(request);
    PROVIDERS.iter().copied().find(|provider| {
        let mut marks = provider.real.discovery.iter();
        marks.any(|mark| mark.is_among(&signs))
    })
}

/// On the path that several providers share: points 4 to 7 of the same list.
fn by_common_path(request: &Request) -> Option<&'static Provider> {
    let has_common_path =
        |provider: &Provider| provider.operations.iter().any(|row| row.path == "/");
    // 4. The host.
    by_host(request.host())
        .filter(|provider| has_common_path(provider))
        // 5. The version.
        .or_else(|| by_version(request))
        // 6. An action that only one of them has.
        .or_else(|| by_own_action(request))
        // 7. Any other action.
        .or_else(|| {
            parameter(request, "Action")?;
            let mut providers = PROVIDERS.iter().copied();
            providers.find(|provider| provider.real.takes_unknown_actions)
        })
}

fn by_version(request: &Request) -> Option<&'static Provider> {
    let version = parameter(request, "Version")?;
    with_action(|operation| operation.version == version).next()
}

fn by_own_action(request: &Request) -> Option<&'static Provider> {
    let action = parameter(request, "Action")?;
    let mut found = with_action(|operation| operation.name == action);
    found.next().filter(|_| found.next().is_none())
}

/// The providers with this operation, for calls that name it by Action and Version.
fn with_action(is_it: impl Fn(&Operation) -> bool) -> impl Iterator<Item = &'static Provider> {
    PROVIDERS.iter().copied().filter(move |provider| {
        let mut rows = provider.operations.iter();
        rows.any(|row| !row.version.is_empty() && is_it(row))
    })
}

fn parameter<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let in_form = || request.form().first(name);
    request.query().first(name).or_else(in_form)
}

/// By its own kind of signature or token, headers first.
fn by_credentials(request: &Request) -> Option<&'static Provider> {
    let signs = Signs::of(request);
    [true, false].into_iter().find_map(|in_headers| {
        PROVIDERS.iter().copied().find(|provider| {
            let marks = provider.real.credentials.iter();
            marks
                .filter(|mark| mark.is_header() == in_headers)
                .any(|mark| mark.is_among(&signs))
        })
    })
}

fn by_host(host: &str) -> Option<&'static Provider> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    static PATTERNS: LazyLock<Vec<(Vec<&str>, &Provider)>> = LazyLock::new(|| {
        let patterns = PROVIDERS.iter().flat_map(|&provider| {
            let hosts = provider.real.hosts.iter();
            hosts.map(move |pattern| (pattern.split('*').collect(), provider))
        });
        patterns.collect()
    });
    let name = name.to_ascii_lowercase();
    let mut patterns = PATTERNS.iter();
    let found = patterns.find(|(parts, _)| is_like(&name, parts));
    found.map(|(_, provider)| *provider)
}

/// The provider that a real host belongs to, and the region in the host name.
pub(crate) fn real_service(host: &str) -> Option<(&'static Provider, Option<String>)> {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let provider = by_host(&name)?;
    let mut domains = provider.real.domains.iter();
    let domain = domains.find(|domain| is_within(&name, domain))?;
    // The label before the domain in `ehpc.cn-hangzhou.aliyuncs.com`; `api.qingcloud.com` has none.
    let before = name.strip_suffix(domain)?.trim_end_matches('.');
    let region = before
        .split('.')
        .skip(1)
        .find(|label| is_region(label))
        .map(str::to_owned);
    Some((provider, region))
}

/// Whether a label is a region's: `cn-hangzhou`, `ap-southeast-1`.
fn is_region(label: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    matches!(label.split_once('-'), Some((area, place))
        if area.len() == 2 && !place.is_empty() && label.bytes().all(is_known))
}

/// Whether a text consists of these parts in order, with any text in between.
fn is_like(text: &str, parts: &[&str]) -> bool {
    let [beginning, middle @ .., end] = parts else {
        return parts == [text];
    };
    let Some(mut left) = text.strip_prefix(beginning) else {
        return false;
    };
    for part in middle {
        match left.split_once(part) {
            Some((_, behind)) => left = behind,
            None => return false,
        }
    }
    left.ends_with(end)
}

/// The operations most similar to a request.
pub(crate) fn nearest(request: &Request, only: Option<&'static Provider>) -> Vec<Value> {
    const MOST: usize = 5;
    let action = request
        .query()
        .first("Action")
        .or_else(|| request.form().first("Action"));
    let wanted = match action {
        Some(action) if request.path() == "/" => action.to_owned(),
        _ => format!("{} {}", request.method, request.path()),
    };
    let mut scored: Vec<_> = PROVIDERS
        .iter()
        .filter(|provider| only.is_none_or(|only| only.id == provider.id))
        .flat_map(|provider| {
            provider
                .operations
                .iter()
                .map(move |operation| (provider, operation))
        })
        .map(|(provider, operation)| {
            let name = match action {
                Some(_) if request.path() == "/" => operation.name.to_owned(),
                _ => format!("{} {}", operation.methods[0], operation.path),
            };
            // A target may be 32 KiB long; one far longer than any operation resembles none.
            let head: String = wanted.chars().take(200).collect();
            (strsim::jaro_winkler(&head, &name), provider, operation)
        })
        .collect();
    scored.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    let rows = scored
        .into_iter()
        .take(MOST)
        .map(|(_, provider, operation)| {
            let mut row = json!({
                "provider": provider.id,
                "operation": operation.name,
                "method": operation.methods[0],
                "path": operation.path,
            });
            if !operation.version.is_empty() {
                row["version"] = json!(operation.version);
            }
            row
        });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::*;

    const ALIYUN: &str = "aliyun-ehpc";
    const VOLCENGINE: &str = "volcengine-bytehouse";
    const QINGCLOUD: &str = "qingcloud-ehpc";
    const WORKSPACE: &str = "huawei-workspace";
    const ROCKETMQ: &str = "huawei-rocketmq";
    const IAM: &str = "huawei-iam";

    #[track_caller]
    fn check(target: &str, headers: &[(&'static str, &'static str)], expected: Option<&str>) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        let target = target.parse().expect("a valid target");
        let request = Request::new(Method::GET, target, headers, Bytes::new(), None);
        assert_eq!(by_request(&request).map(|provider| provider.id), expected);
    }

    #[test]
    fn paths_tell_the_rest_providers_apart() {
        check("/api/user", &[], Some(QINGCLOUD));
        check("/api", &[], Some(QINGCLOUD));
        check("/v2/p/users", &[], Some(WORKSPACE));
        check("/v2/users/users/x", &[], Some(WORKSPACE));
        check("/v2/p/groups/g/actions", &[], Some(WORKSPACE));
        check("/v3/p/users/export", &[], Some(WORKSPACE));
        check("/v2/p/instances/i/users", &[], Some(ROCKETMQ));
        check(
            "/v2/p/rocketmq/instances/i/groups/g/accesspolicy",
            &[],
            Some(ROCKETMQ),
        );
        check(
            "/v2/reliability/p/instances/i/groups/g/accesspolicy",
            &[],
            Some(ROCKETMQ),
        );
        check("/v3/auth/tokens/", &[], Some(IAM));
        for path in ["/v3", "/v3/"] {
            check(path, &[], Some(IAM));
        }
        for path in [
            "/v3/p/groups/export",
            "/v3/p/groups/g/users/export",
            "/v3/p/domains",
        ] {
            check(path, &[], Some(WORKSPACE));
        }
        check("/v3//", &[], None);
        check("/v3/p/desktops", &[], None);
        check("/v3/projects?name=x", &[], Some(IAM));
        check("/v5/caller-identity", &[], Some(IAM));
        check("/nothing", &[], None);
        check("//", &[], None);
        check("/nothing", &[("x-acs-action", "ListUsers")], Some(ALIYUN));
        check("/nothing?AccessKeyId=x", &[], Some(ALIYUN));
        check("/nothing?X-Credential=x", &[], Some(VOLCENGINE));
    }

    #[test]
    fn a_keystone_client_finds_the_versions_where_every_call_of_two_others_is() {
        let json = ("accept", "application/json");
        check("/", &[json], Some(IAM));
        check(
            "/",
            &[("accept", "text/html, application/json;q=0.9")],
            Some(IAM),
        );
        check(
            "/",
            &[("authorization", "SDK-HMAC-SHA256 Access=x")],
            Some(IAM),
        );
        check(
            "/",
            &[("authorization", "V11-HMAC-SHA256 Credential=x")],
            Some(IAM),
        );
        check("/", &[("accept", "*/*")], None);
        check("/", &[], None);
        check("/?Action=X", &[json], Some(VOLCENGINE));
        check("/?AccessKeyId=x", &[json], Some(ALIYUN));
        check("/", &[json, ("x-acs-action", "ListUsers")], Some(ALIYUN));
        check(
            "/",
            &[json, ("x-date", "20240912T132732Z")],
            Some(VOLCENGINE),
        );
    }

    #[test]
    fn hosts_decide_only_what_shapes_leave_open() {
        check(
            "/nothing",
            &[("host", "workspace.cn-north-4.myhuaweicloud.com")],
            Some(WORKSPACE),
        );
        check(
            "/nothing",
            &[("host", "dms.cn-north-4.myhuaweicloud.com:443")],
            Some(ROCKETMQ),
        );
        check(
            "/nothing",
            &[("host", "EHPC.cn-hangzhou.aliyuncs.com")],
            Some(ALIYUN),
        );
        check(
            "/nothing",
            &[("host", "open.volcengineapi.com")],
            Some(VOLCENGINE),
        );
        check(
            "/nothing",
            &[("host", "hpc.api.shanhe.com:443")],
            Some(QINGCLOUD),
        );
        check(
            "/api/user",
            &[("host", "open.volcengineapi.com")],
            Some(QINGCLOUD),
        );
        check("/", &[], None);
    }

    #[test]
    fn a_real_host_tells_the_provider_and_the_region() {
        let of = |host| real_service(host).map(|(provider, region)| (provider.id, region));
        let regional = |id, region: &str| Some((id, Some(region.to_owned())));
        assert_eq!(
            of("ehpc.cn-hangzhou.aliyuncs.com"),
            regional(ALIYUN, "cn-hangzhou")
        );
        assert_eq!(
            of("EHPC-vpc.AP-southeast-1.aliyuncs.com."),
            regional(ALIYUN, "ap-southeast-1")
        );
        assert_eq!(
            of("dms.eu-west-101.myhuaweicloud.eu"),
            regional(ROCKETMQ, "eu-west-101")
        );
        assert_eq!(of("iam.myhuaweicloud.com"), Some((IAM, None)));
        assert_eq!(of("open.volcengineapi.com"), Some((VOLCENGINE, None)));
        assert_eq!(of("hpc.api.shanhe.com"), Some((QINGCLOUD, None)));
        for elsewhere in [
            "",
            "example.com",
            "aliyuncs.com.evil.example",
            "workspace.cn-north-4.myhuaweicloud.evil.example",
            "evilvolcengineapi.com",
            "ecs.cn-north-4.myhuaweicloud.com",
        ] {
            assert_eq!(of(elsewhere), None, "{elsewhere}");
        }
        let domains = |provider: &&Provider| {
            provider.real.hosts.is_empty() || !provider.real.domains.is_empty()
        };
        assert!(PROVIDERS.iter().all(domains));
    }

    #[test]
    fn what_nobody_has_a_path_for_wears_the_envelope_that_its_sender_reads() {
        let token = ("x-auth-token", "t");
        check("/v1/p/instances/i/users", &[token], Some(WORKSPACE));
        check("/", &[token], Some(WORKSPACE));
        check(
            "/v1/p",
            &[("x-sdk-date", "20240520T083000Z")],
            Some(WORKSPACE),
        );
        check(
            "/v1/p",
            &[("authorization", "SDK-HMAC-SM3 Access=x")],
            Some(WORKSPACE),
        );
        check(
            "/v1/p",
            &[("authorization", "V11-HMAC-SHA256 Credential=x/20240520/r/s")],
            Some(WORKSPACE),
        );
        let host = ("host", "dms.cn-north-4.myhuaweicloud.com");
        check("/v1/p", &[token, host], Some(ROCKETMQ));
        check("/v1/p", &[], None);
        for query in ["Action=X&Version=2018-04-12", "Action=ListUsersAsync"] {
            check(&format!("//?{query}"), &[], Some(ALIYUN));
        }
        for query in ["Version=2024-08-31", "Action=GetUserDetail"] {
            check(&format!("/index?{query}"), &[], Some(VOLCENGINE));
        }
        for query in ["Action=ListUsers", "Action=X&Version=1"] {
            check(&format!("//?{query}"), &[], None);
        }
    }

    #[test]
    fn a_providers_marks_are_enough_where_nobody_has_the_path() {
        let iaas = "action=DescribeInstances&version=1&zone=pek3a";
        check(&format!("/iaas/?{iaas}"), &[], Some(QINGCLOUD));
        check("/iaas", &[], Some(QINGCLOUD));
        for signed in [
            "access_key_id=x",
            "signature_method=HmacSHA256",
            "signature_version=1",
        ] {
            check(&format!("/?{signed}"), &[], Some(QINGCLOUD));
            check(&format!("/v1/x?{signed}&{iaas}"), &[], Some(QINGCLOUD));
        }
        for authorization in ["V11-HMAC-SHA256 Credential=x", "SDK-SM2-SM3 Access=x"] {
            check(
                "/v1/p",
                &[("authorization", authorization)],
                Some(WORKSPACE),
            );
        }
        check("/v1/p", &[("x-subject-token", "t")], Some(WORKSPACE));
        check(
            "/clusters",
            &[("authorization", "acs ak:signature")],
            Some(ALIYUN),
        );
        check("/v1/x?action=DescribeInstances&version=1", &[], None);
    }

    #[test]
    fn what_another_clouds_client_signed_is_not_answered_by_whom_the_path_looks_like() {
        let acs3 = ("authorization", "ACS3-HMAC-SHA256 Credential=x");
        let token = ("x-auth-token", "t");
        check("/api/v1/clusters", &[acs3], Some(ALIYUN));
        check("/v2/clusters/x", &[acs3], Some(ALIYUN));
        check("/api/v3/projects/p/clusters", &[token], Some(WORKSPACE));
        let volcengine = ("authorization", "HMAC-SHA256 Credential=x");
        check("/api/v1/clusters", &[volcengine], Some(VOLCENGINE));
        check("/v2/p/things?access_key_id=x", &[], Some(QINGCLOUD));
        // What its API does have stays with it, and so does what a client of its own cloud signed.
        check("/api/user", &[acs3], Some(QINGCLOUD));
        check("/v2/p/users", &[acs3], Some(WORKSPACE));
        check("/v2/p/things", &[token], Some(WORKSPACE));
        check("/api/things?access_key_id=x", &[], Some(QINGCLOUD));
        check("/api/things", &[], Some(QINGCLOUD));
    }

    #[test]
    fn the_action_alone_does_not_decide() {
        check(
            "/?Action=ListUsers",
            &[("x-acs-version", "2018-04-12")],
            Some(ALIYUN),
        );
        check(
            "/?Action=ListUsers&AccessKeyId=x",
            &[("x-date", "20240912T132732Z")],
            Some(ALIYUN),
        );
        check(
            "/?Action=ListUsers",
            &[("authorization", "HMAC-SHA256 Credential=x")],
            Some(VOLCENGINE),
        );
        check("/?Action=ListUsers&X-Credential=x", &[], Some(VOLCENGINE));
        check(
            "/?Action=ListUsers",
            &[("host", "ehpc.cn-hangzhou.aliyuncs.com")],
            Some(ALIYUN),
        );
        check("/?Action=ListUsers", &[], Some(VOLCENGINE));
    }
}
