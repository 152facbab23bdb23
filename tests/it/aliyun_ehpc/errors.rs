//! The envelopes of errors, and which request raises which row of the catalogue.

use std::collections::BTreeMap;

use super::{BROKEN, CLUSTER, NEXT, list, query, v2018, v2024};
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};

#[test]
fn whole_envelopes() {
    let server = demo();
    let not_running =
        |format: &str| v2018("ListUsersAsync", &format!("ClusterId={BROKEN}{format}"));
    insta::assert_snapshot!("error_json", server.get(&not_running("")));
    insta::assert_snapshot!("error_xml", server.get(&not_running("&Format=xml")));
    insta::assert_snapshot!(
        "gateway_error_json",
        server.get("/aliyun-ehpc/?Version=2018-04-12")
    );
}

#[test]
fn a_request_id_is_new_and_in_the_header_too() {
    let server = demo();
    let mut seen = Vec::new();
    for target in [list(""), list("PageSize=0"), "/aliyun-ehpc/x".to_owned()] {
        let answer = server.get(&target);
        let body = answer.json();
        let id = body["RequestId"].as_str().expect("an id").to_owned();
        assert_eq!(answer.header("x-acs-request-id"), Some(id.as_str()));
        let shape: String = id
            .chars()
            .map(|character| match character {
                '0'..='9' | 'A'..='F' => 'X',
                other => other,
            })
            .collect();
        assert_eq!(shape, "XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX");
        assert!(!seen.contains(&id));
        seen.push(id);
    }
}

#[test]
fn a_trace_id_is_on_every_answer_and_another_each_time() {
    let traces = |server: &Server| -> Vec<String> {
        let xml = list("Format=xml");
        let shown = [list(""), xml, list("PageSize=0"), list("Format=yaml")];
        let mut answers: Vec<Answer> = shown.iter().map(|target| server.get(target)).collect();
        answers.push(server.send("HEAD", &list(""), &[], b""));
        answers.push(server.post_form(&v2018("DeleteUsers", ""), "User.1.Name=x"));
        answers.push(server.send("GET", &list(""), &[("x-rollcall-fault", "InDebt")], b""));
        let trace = |answer: &Answer| {
            let trace = answer
                .header("x-acs-trace-id")
                .expect("a trace id")
                .to_owned();
            let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            assert!(trace.len() == 32 && trace.bytes().all(is_hex), "{trace}");
            let request = answer.header("x-acs-request-id").expect("a request id");
            assert_ne!(trace, request.replace('-', "").to_lowercase());
            trace
        };
        answers.iter().map(trace).collect()
    };
    let (first, second) = (traces(&demo()), traces(&demo()));
    assert_eq!(first, second, "the same seed gives the same ids");
    let distinct: std::collections::BTreeSet<_> = first.iter().collect();
    assert_eq!(distinct.len(), first.len());
}

/// Rows that only a fault asked for by name gives, with their status and text.
#[test]
fn rows_of_faults_are_as_documented() {
    let server = demo();
    for (name, status, code, message) in [
        (
            "InvalidProtocolNeedSsl",
            404,
            "InvalidProtocol.NeedSsl",
            "Your request is denied as lack of ssl protect.",
        ),
        (
            "InvalidProductNotFound",
            404,
            "InvalidProduct.NotFound",
            "Cannot find product according to your specified domain.",
        ),
        (
            "InvalidOpt",
            400,
            "InvalidOpt",
            "The specified operation is invalid. Please try again later. If the problem still exists, submit a ticket.",
        ),
    ] {
        let answer = server.send("GET", &list(""), &[("x-rollcall-fault", name)], b"");
        let body = answer.json();
        let told = (
            answer.status,
            body["Code"].as_str(),
            body["Message"].as_str(),
        );
        assert_eq!(told, (status, Some(code), Some(message)));
        assert!(body.get("AccessDeniedDetail").is_none(), "{body}");
    }
}

#[test]
fn forbidden_ram_says_who_was_denied_what_in_this_order() {
    let server = demo();
    let denied = |key: &str, format: &str| {
        let target = v2018(
            "AddUsers",
            &format!("ClusterId={CLUSTER}&AccessKeyId={key}&Format={format}"),
        );
        let answer = server.send("GET", &target, &[("x-rollcall-fault", "ForbiddenRam")], b"");
        assert_eq!(answer.status, 403, "{answer}");
        answer
    };
    let body = denied("one-ak", "JSON").json();
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(
        keys(&body),
        [
            "RequestId",
            "Message",
            "Recommend",
            "HostId",
            "Code",
            "AccessDeniedDetail"
        ]
    );
    let order = [
        "PolicyType",
        "AuthPrincipalOwnerId",
        "EncodedDiagnosticMessage",
        "AuthPrincipalType",
        "AuthPrincipalDisplayName",
        "NoPermissionType",
        "AuthAction",
    ];
    let detail = &body["AccessDeniedDetail"];
    assert_eq!(keys(detail), order);
    let text =
        |detail: &serde_json::Value, name: &str| detail[name].as_str().expect("text").to_owned();
    assert_eq!(
        text(detail, "PolicyType"),
        "AccountLevelIdentityBasedPolicy"
    );
    assert_eq!(text(detail, "AuthPrincipalType"), "SubUser");
    assert_eq!(text(detail, "NoPermissionType"), "ImplicitDeny");
    assert_eq!(text(detail, "AuthAction"), "ehpc:AddUsers");
    let is_number = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    assert!(is_number(&text(detail, "AuthPrincipalOwnerId"), 16));
    let user = text(detail, "AuthPrincipalDisplayName");
    assert!(is_number(&user, 18), "{user}");
    // The user is the key's, in whatever namespace; the message is of this answer.
    let again = denied("one-ak~other", "JSON").json()["AccessDeniedDetail"].clone();
    assert_eq!(text(&again, "AuthPrincipalDisplayName"), user);
    assert_ne!(
        again["EncodedDiagnosticMessage"],
        detail["EncodedDiagnosticMessage"]
    );
    let other = denied("two-ak", "JSON").json()["AccessDeniedDetail"].clone();
    assert_ne!(text(&other, "AuthPrincipalDisplayName"), user);

    let xml = denied("one-ak", "XML").text().to_owned();
    let (_, detail) = xml
        .split_once("]]></Recommend><AccessDeniedDetail>")
        .expect("at the end");
    let detail = detail
        .strip_suffix("</AccessDeniedDetail></Error>")
        .expect("at the end");
    let places: Vec<_> = order
        .iter()
        .map(|name| detail.find(&format!("<{name}>")))
        .collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{detail}"
    );
}

#[test]
fn the_host_id_names_the_configured_region() {
    let server = with(
        frozen()
            .region("aliyun-ehpc", "cn-shanghai")
            .expect("a provider"),
    );
    let target = |format: &str| list(&format!("PageSize=0{format}"));
    assert_eq!(
        server.get(&target("")).json()["HostId"],
        serde_json::json!("ehpc.cn-shanghai.aliyuncs.com")
    );
    let xml = server.get(&target("&Format=xml"));
    assert!(
        xml.text()
            .contains("<HostId>ehpc.cn-shanghai.aliyuncs.com</HostId>")
    );
}

#[test]
fn what_xml_cannot_say_is_left_out_of_it() {
    let user = query(&[
        ("ClusterId", CLUSTER),
        ("User.1.Name", "a\0\u{b}<b>&]]>\u{ffff}张"),
        ("Format", "xml"),
    ]);
    let answer = demo().get(&v2018("DeleteUsers", &user));
    assert_eq!(answer.status, 406);
    let message =
        "<Message>The specified user does not exist in domain: a&lt;b&gt;&amp;]]&gt;张.</Message>";
    assert!(answer.text().contains(message), "{answer}");
}

/// The Tea SDK makes its ThrottlingException of a positive integer, in milliseconds.
#[test]
fn a_throttled_call_is_told_when_to_come_again() {
    let server = demo();
    let fault = server.json(
        "POST",
        "/_rollcall/faults",
        r#"{"match":{"provider":"aliyun-ehpc"},"effect":{"throttle":0}}"#,
    );
    assert_eq!(fault.status, 201, "{fault}");
    for (format, code) in [
        ("", "\"Code\":\"Throttling.User\""),
        ("Format=xml", "<Code>Throttling.User</Code>"),
    ] {
        let answer = server.get(&list(format));
        assert_eq!(answer.status, 400, "{answer}");
        assert!(answer.text().contains(code), "{answer}");
        let wait = answer
            .header("x-acs-retry-after")
            .and_then(|wait| wait.parse().ok());
        assert!(
            wait.is_some_and(|wait: u32| (1..=1000).contains(&wait)),
            "{answer}"
        );
    }
}

/// A request for every row that a caller can raise without any authentication.
#[test]
fn every_condition_is_raised_by_a_request() {
    type Request = Box<dyn Fn(&Server) -> Answer>;
    fn get(target: String) -> Request {
        Box::new(move |server| server.get(&target))
    }
    let user = |action: &str, fields: &[(&str, &str)]| {
        let pairs: Vec<_> = [("ClusterId", CLUSTER)]
            .iter()
            .chain(fields)
            .copied()
            .collect();
        v2018(action, &query(&pairs))
    };
    let long = "x".repeat(40_000);
    let (long_target, long_header) = (list(&format!("x={long}")), long);
    let mut requests: BTreeMap<&str, Request> = BTreeMap::from([
        ("UriTooLarge", get(long_target)),
        (
            "HeadersTooLarge",
            Box::new(move |server: &Server| {
                server.send("GET", &list(""), &[("x-acs-long", &long_header)], b"")
            }) as Request,
        ),
        (
            "BodyTooLarge",
            Box::new(|server: &Server| {
                server.send("POST", &list(""), &[], &vec![b'x'; 12 * 1024 * 1024 + 1])
            }),
        ),
        ("FormatInvalid", get(list("Format=yaml"))),
        ("PathNotFound", get("/aliyun-ehpc/x".to_owned())),
        (
            "MethodUnsupported",
            Box::new(|server: &Server| server.send("PUT", &list(""), &[], b"")),
        ),
        (
            "VersionInvalid",
            get("/aliyun-ehpc/?Action=ListUsers".to_owned()),
        ),
        ("ActionMissing", get("/?Version=2018-04-12".to_owned())),
        ("ActionNotFound", get(v2018("ListUserz", ""))),
        ("MissingClusterId", get(v2018("ListUsersAsync", ""))),
        ("MissingUser", get(user("AddUsers", &[]))),
        (
            "MissingUserName",
            get(v2024("UpdateUser", &format!("ClusterId={NEXT}"))),
        ),
        ("MissingRegionId", get(user("SyncUsers", &[]))),
        ("InvalidPageNumber", get(list("PageNumber=x"))),
        ("InvalidPageSize", get(list("PageSize=x"))),
        (
            "InvalidAsync",
            get(user(
                "DeleteUsers",
                &[("User.1.Name", "testuser"), ("Async", "yes")],
            )),
        ),
        (
            "InvalidUser",
            get(v2024("DeleteUsers", &format!("ClusterId={NEXT}&User=x"))),
        ),
        (
            "InvalidClusterIds",
            get(v2024("ListClusters", "ClusterIds=x")),
        ),
        (
            "InvalidClusterNames",
            get(v2024("ListClusters", "ClusterNames=x")),
        ),
        ("InvalidParams", get(list("PageSize=51"))),
        (
            "InvalidClusterStatus",
            get(v2018("ListUsersAsync", &format!("ClusterId={BROKEN}"))),
        ),
        (
            "ClusterNotFound",
            get(v2018("ListUsersAsync", "ClusterId=x")),
        ),
        (
            "AgentErrorUserAlreadyExist",
            get(user(
                "AddUsers",
                &[
                    ("User.1.Name", "testuser"),
                    ("User.1.Group", "users"),
                    ("User.1.Password", "Aa1!aaaa"),
                ],
            )),
        ),
        (
            "AgentErrorUserNotExist",
            get(user("DeleteUsers", &[("User.1.Name", "nobody")])),
        ),
    ]);
    let server = demo();
    let catalogue = server.get("/_rollcall/errors?provider=aliyun-ehpc").json();
    let rows = catalogue.as_array().expect("a table");
    for row in rows {
        let text = |name: &str| row[name].as_str().expect("text");
        let name = text("name");
        if text("raised") != "condition" {
            assert!(
                !requests.contains_key(name),
                "{name} is raised by a condition"
            );
            continue;
        }
        let request = requests
            .remove(name)
            .unwrap_or_else(|| panic!("nothing raises {name}"));
        let answer = request(&server);
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        let code = text("code");
        assert!(
            body.contains(&format!("\"Code\":\"{code}\""))
                || body.contains(&format!("<Code>{code}</Code>")),
            "{name}: {answer}"
        );
        assert_eq!(
            u64::from(answer.status),
            row["status"].as_u64().expect("a status"),
            "{name}"
        );
        assert!(
            body.contains(text("message").split("{}").next().expect("a beginning")),
            "{name}: {answer}"
        );
        let entry = server.get("/_rollcall/journal?provider=aliyun-ehpc").json();
        let newest = entry["entries"]
            .as_array()
            .and_then(|entries| entries.iter().max_by_key(|entry| entry["id"].as_u64()))
            .unwrap_or_else(|| panic!("no entries: {entry}"))
            .clone();
        assert_eq!(
            newest["error"].as_str(),
            Some(name),
            "the journal: {newest}"
        );
    }
    assert_eq!(
        requests.keys().collect::<Vec<_>>(),
        [&""; 0],
        "no rows of the catalogue"
    );
}
