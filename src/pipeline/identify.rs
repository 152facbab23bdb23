//! Whose API is a request for? Five ways, in the order of [`identify`].
//!
//! A dedicated listener and a path prefix leave no doubt. The marks and the shape of a request decide the rest; the host
//! name of the real service and, after it, credentials, version and action decide only what these leave open, which is
//! whose envelope an unknown path wears.

use serde_json::{Value, json};

use crate::provider::Provider;
use crate::provider::call::Request;
use crate::provider::table::Operation;
use crate::providers::{PROVIDERS, provider};

/// The ids that the rules below name.
const ALIYUN: &str = "aliyun-ehpc";
const VOLCENGINE: &str = "volcengine-bytehouse";
const QINGCLOUD: &str = "qingcloud-ehpc";
const WORKSPACE: &str = "huawei-workspace";
const ROCKETMQ: &str = "huawei-rocketmq";
const IAM: &str = "huawei-iam";

/// The provider of a request, `door` being the one that the listener is dedicated to. Takes a prefix off the path.
pub(crate) fn identify(
    request: &mut Request,
    door: Option<&'static dyn Provider>,
) -> Option<&'static dyn Provider> {
    if let Some(room) = door {
        // Whoever gives every client the prefix need not take it off for this listener.
        request.strip_prefix(room.id());
        return Some(room);
    }
    by_prefix(request).or_else(|| by_request(request).and_then(provider))
}

fn by_request(request: &Request) -> Option<&'static str> {
    by_shape(request)
        .or_else(|| by_host(request.host()))
        .or_else(|| by_credentials(request))
        .or_else(|| by_version(request))
        .or_else(|| by_own_action(request))
}

fn by_prefix(request: &mut Request) -> Option<&'static dyn Provider> {
    PROVIDERS
        .iter()
        .copied()
        .find(|provider| request.strip_prefix(provider.id()))
}

fn by_shape(request: &Request) -> Option<&'static str> {
    let path = request.path();
    let segments: [&str; 5] = {
        let mut parts = path.split('/').skip(1);
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    };
    match segments {
        ["", ..] if path == "/" => by_signature(request).or_else(|| by_common_path(request)),
        // What QingCloud's other clients call, and no operation here: 1101.
        ["api" | "iaas", ..] => Some(QINGCLOUD),
        ["v3", "auth" | "projects" | "regions", ..]
        | ["v3.0", ..]
        | ["v5", "caller-identity", ..] => Some(IAM),
        ["v2", "rocketmq" | "reliability", _, "instances", ..] => Some(ROCKETMQ),
        ["v2", _, "instances" | "rocketmq", ..] => Some(ROCKETMQ),
        ["v2", _, ..] => Some(WORKSPACE),
        ["v3", _, "users", ..] => Some(WORKSPACE),
        // A path that is nobody's wears the envelope of the API that the request is signed for.
        _ => by_signature(request),
    }
}

/// Alibaba or Volcengine by what only their clients send: points 1 to 3 of the ordered list of `volcengine-bytehouse.md` 1.1.
pub(crate) fn by_signature(request: &Request) -> Option<&'static str> {
    let authorization = request.lossy_header("authorization");
    let (query, form) = (request.query(), request.form());
    let has = |name: &str| query.contains(name) || form.contains(name);

    // 1. Alibaba's headers.
    if authorization.starts_with("ACS3-")
        || authorization.starts_with("acs ")
        || request
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("x-acs-"))
    {
        return Some(ALIYUN);
    }
    // 2. The common parameters of an RPC V1 signature.
    if ["AccessKeyId", "SignatureMethod", "SignatureNonce"]
        .into_iter()
        .any(has)
    {
        return Some(ALIYUN);
    }
    // 3. Volcengine's headers, or its presigned query.
    if authorization.starts_with("HMAC-SHA256 ")
        || request.headers.contains_key("x-date")
        || ["X-Algorithm", "X-Credential", "X-Signature"]
            .into_iter()
            .any(|name| query.contains(name))
    {
        return Some(VOLCENGINE);
    }
    None
}

/// Alibaba or Volcengine by what is left at the path that both have, points 4 to 7 of the same list.
fn by_common_path(request: &Request) -> Option<&'static str> {
    // 4. The host.
    by_host(request.host())
        .filter(|id| [ALIYUN, VOLCENGINE].contains(id))
        // 5. The version.
        .or_else(|| by_version(request))
        // 6. An action that only one of the two has.
        .or_else(|| by_own_action(request))
        // 7. Any other action.
        .or_else(|| parameter(request, "Action").map(|_| VOLCENGINE))
}

fn by_version(request: &Request) -> Option<&'static str> {
    let version = parameter(request, "Version")?;
    [VOLCENGINE, ALIYUN]
        .into_iter()
        .find(|id| has_operation(id, |operation| operation.version == version))
}

fn by_own_action(request: &Request) -> Option<&'static str> {
    let action = parameter(request, "Action")?;
    let has_action = |id: &str| has_operation(id, |operation| operation.name == action);
    match (has_action(ALIYUN), has_action(VOLCENGINE)) {
        (true, false) => Some(ALIYUN),
        (false, true) => Some(VOLCENGINE),
        _ => None,
    }
}

fn parameter<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let in_form = || request.form().first(name);
    request.query().first(name).or_else(in_form)
}

fn has_operation(id: &str, is_it: impl Fn(&Operation) -> bool) -> bool {
    provider(id).is_some_and(|provider| provider.operations().iter().any(is_it))
}

/// Huawei by a signature or a token of its own, QingCloud by the parameters of its signature. Any of Huawei's rooms has the
/// gateway's answer to an unknown path, IAM's as well as the others.
fn by_credentials(request: &Request) -> Option<&'static str> {
    let authorization = request.lossy_header("authorization");
    let is_huawei = authorization.starts_with("SDK-")
        || authorization.starts_with("V11-HMAC-")
        || ["x-sdk-date", "x-auth-token", "x-subject-token"]
            .into_iter()
            .any(|name| request.headers.contains_key(name));
    let is_qingcloud = ["access_key_id", "signature_method", "signature_version"]
        .into_iter()
        .any(|name| parameter(request, name).is_some());
    match () {
        () if is_huawei => Some(IAM),
        () if is_qingcloud => Some(QINGCLOUD),
        () => None,
    }
}

fn by_host(host: &str) -> Option<&'static str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.to_ascii_lowercase();
    let is_huawei = name.contains(".myhuaweicloud.");
    match name.split('.').next().unwrap_or_default() {
        _ if name.ends_with(".aliyuncs.com") => Some(ALIYUN),
        _ if name.ends_with("volcengineapi.com") => Some(VOLCENGINE),
        _ if name.ends_with(".qingcloud.com") || name.ends_with(".shanhe.com") => Some(QINGCLOUD),
        "workspace" if is_huawei => Some(WORKSPACE),
        "dms" if is_huawei => Some(ROCKETMQ),
        "iam" | "sts" if is_huawei => Some(IAM),
        _ => None,
    }
}

/// The operations that look most like a request: what it may have meant.
pub(crate) fn nearest(request: &Request, only: Option<&'static dyn Provider>) -> Vec<Value> {
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
        .filter(|provider| only.is_none_or(|only| only.id() == provider.id()))
        .flat_map(|provider| {
            provider
                .operations()
                .iter()
                .map(move |operation| (provider, operation))
        })
        .map(|(provider, operation)| {
            let name = match action {
                Some(_) if request.path() == "/" => operation.name.to_owned(),
                _ => format!("{} {}", operation.methods[0], operation.path),
            };
            // A target may be 32 KiB long; what is far longer than any operation is like none anyway.
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
                "provider": provider.id(),
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
        assert_eq!(by_request(&request), expected);
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
        check("/v3/projects?name=x", &[], Some(IAM));
        check("/v5/caller-identity", &[], Some(IAM));
        check("/nothing", &[], None);
        check("//", &[], None);
        check("/nothing", &[("x-acs-action", "ListUsers")], Some(ALIYUN));
        check("/nothing?AccessKeyId=x", &[], Some(ALIYUN));
        check("/nothing?X-Credential=x", &[], Some(VOLCENGINE));
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
    fn what_nobody_has_a_path_for_wears_the_envelope_that_its_sender_reads() {
        let token = ("x-auth-token", "t");
        check("/v1/p/instances/i/users", &[token], Some(IAM));
        check("/", &[token], Some(IAM));
        check("/v1/p", &[("x-sdk-date", "20240520T083000Z")], Some(IAM));
        check(
            "/v1/p",
            &[("authorization", "SDK-HMAC-SM3 Access=x")],
            Some(IAM),
        );
        check(
            "/v1/p",
            &[("authorization", "V11-HMAC-SHA256 Credential=x/20240520/r/s")],
            Some(IAM),
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
            check("/v1/p", &[("authorization", authorization)], Some(IAM));
        }
        check("/v1/p", &[("x-subject-token", "t")], Some(IAM));
        check(
            "/clusters",
            &[("authorization", "acs ak:signature")],
            Some(ALIYUN),
        );
        check("/v1/x?action=DescribeInstances&version=1", &[], None);
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
