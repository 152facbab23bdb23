//! The way to an operation: format, path, method, version, action, and where each may travel.

use super::{BROKEN, CLUSTER, list, v2018};
use crate::client::Answer;
use crate::server::{Server, demo};

/// Every mark of this provider, so that no question is whose a request is.
const PREFIX: &str = "/aliyun-ehpc";

#[track_caller]
fn check(server: &Server, method: &str, target: &str, expected: &str) {
    let answer = server.send(method, &format!("{PREFIX}{target}"), &[], b"");
    assert_eq!(answer.verdict(), expected, "{method} {target}");
}

#[test]
fn the_gateway_checks_in_its_order() {
    let server = demo();
    let check = |method, target: &str, expected| check(&server, method, target, expected);
    check("GET", "/", "400 InvalidVersion");
    check("GET", "", "400 InvalidVersion");
    check("GET", "/?Action=ListUsersAsync", "400 InvalidVersion");
    check("GET", "/?Version=2018-04-12", "400 MissingAction");
    check("GET", "/?Version=2018-04-12&Action=", "400 MissingAction");
    check(
        "GET",
        "/?Version=2019-01-01&Action=ListUsersAsync",
        "400 InvalidVersion",
    );
    check(
        "GET",
        "/?Version=2018-04-12&Action=Nothing",
        "404 InvalidAction.NotFound",
    );
    check(
        "GET",
        "/?Version=2018-04-12&Action=listusersasync",
        "404 InvalidAction.NotFound",
    );
    check(
        "GET",
        "/?Version=2024-07-30&Action=ListUsersAsync",
        "404 InvalidAction.NotFound",
    );
    check(
        "GET",
        "/?Version=2018-04-12&Action=CreateUsers",
        "404 InvalidAction.NotFound",
    );
    check(
        "GET",
        "/?Version=2018-04-12&Action=ListUsersAsync",
        "400 MissingClusterId",
    );
    check(
        "POST",
        "/?Version=2018-04-12&Action=ListUsersAsync",
        "400 MissingClusterId",
    );
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"] {
        check(
            method,
            "/?Version=2018-04-12&Action=ListUsersAsync",
            "403 UnsupportedHTTPMethod",
        );
        check(method, "/", "403 UnsupportedHTTPMethod");
        check(method, "/x", "404 InvalidAction.NotFound");
    }
    for path in [
        "/x",
        "//",
        "/?",
        "/index.html",
        "/%00",
        "/v2/p/users",
        "/api/user",
    ] {
        let expected = if path == "/?" {
            "400 InvalidVersion"
        } else {
            "404 InvalidAction.NotFound"
        };
        check("GET", path, expected);
    }
}

#[test]
fn head_is_refused_without_a_body() {
    let answer = demo().send("HEAD", &list(""), &[], b"");
    assert_eq!((answer.status, answer.body.len()), (403, 0));
}

#[test]
fn a_wrong_format_is_told_in_xml_and_before_everything_else() {
    let answer = demo().get(&format!("{PREFIX}/nothing?Format=yaml"));
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.header("content-type"),
        Some("text/xml;charset=utf-8")
    );
    assert!(
        answer
            .text()
            .contains("<Code>InvalidParameter.Format</Code>")
    );
}

#[track_caller]
fn is_xml(answer: &Answer) -> bool {
    match answer.header("content-type") {
        Some("text/xml;charset=utf-8") => {
            assert!(
                answer
                    .text()
                    .starts_with("<?xml version='1.0' encoding='UTF-8'?><")
            );
            true
        }
        Some("application/json;charset=utf-8") => {
            answer.json();
            false
        }
        other => panic!("the content type {other:?}"),
    }
}

#[test]
fn format_accept_and_signature_choose_between_json_and_xml() {
    let server = demo();
    let check = |query: &str, headers: &[(&str, &str)], xml: bool| {
        for cluster in [CLUSTER, BROKEN] {
            let target = v2018("ListUsersAsync", &format!("ClusterId={cluster}&{query}"));
            let answer = server.send("GET", &target, headers, b"");
            assert_eq!(is_xml(&answer), xml, "{target} {headers:?}: {answer}");
        }
    };
    const V1: &str = "AccessKeyId=test-ak&SignatureNonce=1&Signature=x";
    const ACS3: (&str, &str) = ("authorization", "ACS3-HMAC-SHA256 Credential=test-ak");
    const BROWSER: (&str, &str) = (
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9",
    );
    const JSON: (&str, &str) = ("accept", "application/json");
    const XML: (&str, &str) = ("accept", "text/xml");
    check("", &[], false);
    check("", &[BROWSER], false);
    check("Format=XML", &[], true);
    check("Format=xml", &[JSON], true);
    check("Format=JSON", &[XML], false);
    check("Format=", &[], false);
    check(V1, &[], true);
    check(V1, &[("accept", "*/*")], true);
    check(V1, &[JSON], false);
    check(&format!("{V1}&Format=json"), &[], false);
    check("", &[ACS3], false);
    check("", &[ACS3, JSON], false);
    check("", &[ACS3, XML], true);
    check(
        "",
        &[ACS3, ("accept", "application/xml, application/json")],
        false,
    );
    check("", &[("x-acs-signature-nonce", "1"), XML], true);
}

#[test]
fn action_and_version_may_travel_in_headers_and_parameters_win() {
    let server = demo();
    let headers = [
        ("x-acs-action", "ListUsersAsync"),
        ("x-acs-version", "2018-04-12"),
    ];
    let check = |target: &str, expected: &str| {
        let answer = server.send("GET", target, &headers, b"");
        assert_eq!(answer.verdict(), expected, "{target}");
    };
    check(&format!("/?ClusterId={CLUSTER}"), "200");
    check("/", "400 MissingClusterId");
    check(&format!("/?Action=&Version=&ClusterId={CLUSTER}"), "200");
    check("/?Action=ListUserz", "404 InvalidAction.NotFound");
    check("/?Version=2024-07-30", "404 InvalidAction.NotFound");
    check("/?Version=x", "400 InvalidVersion");
}

#[test]
fn a_post_may_have_its_parameters_in_a_form_which_wins_over_the_query() {
    let server = demo();
    let check = |target: &str, form: &str, expected: &str| {
        let answer = server.post_form(target, form);
        assert_eq!(answer.verdict(), expected, "{target} {form}");
    };
    let whole = format!("Action=ListUsersAsync&Version=2018-04-12&ClusterId={CLUSTER}");
    check("/", &whole, "200");
    check("/", &format!("{whole}&PageSize=0"), "400 InvalidParams");
    check(
        &v2018("ListUsersAsync", ""),
        &format!("ClusterId={CLUSTER}"),
        "200",
    );
    check(&list("PageSize=0"), "PageSize=1", "200");
    check(&list("PageSize=1"), "PageSize=0", "400 InvalidParams");
    check(&list(""), "ClusterId=x", "404 ClusterNotFound");
    check(&list(""), "", "200");
    check(&list(""), "%zz=&&=%ff%00&a", "200");

    // A form that is no form's content type, a JSON body, a body that a GET brings: not read, and no harm.
    let plain = server.send(
        "POST",
        &list(""),
        &[("content-type", "text/plain")],
        b"PageSize=0",
    );
    assert_eq!(plain.status, 200);
    let json = server.json("POST", &list(""), "{\"PageSize\":0}");
    assert_eq!(json.status, 200);
    let body = [("content-type", "application/x-www-form-urlencoded")];
    let get = server.send("GET", &list(""), &body, b"PageSize=0");
    assert_eq!(get.status, 200);
}

#[test]
fn the_access_keys_suffix_chooses_the_namespace_in_every_dialect() {
    let server = demo();
    let delete = format!("ClusterId={CLUSTER}&User.1.Name=testuser");
    let key = "test-ak~suite7";
    let deleted = server.send(
        "GET",
        &v2018("DeleteUsers", &delete),
        &[(
            "authorization",
            "ACS3-HMAC-SHA256 Credential=test-ak~suite7,SignedHeaders=host,Signature=x",
        )],
        b"",
    );
    assert_eq!(deleted.status, 200);
    let first = |answer: &Answer| super::names(answer)[0].clone();
    let query = format!("AccessKeyId={key}&Format=JSON");
    assert_eq!(first(&server.get(&list(&query))), "alice.wang");
    assert_eq!(first(&server.post_form(&list(""), &query)), "alice.wang");
    let header = server.send("GET", &list(""), &[("x-acs-accesskey-id", key)], b"");
    assert_eq!(first(&header), "alice.wang");
    assert_eq!(first(&server.get(&list(""))), "testuser");
}

#[test]
fn nothing_is_checked_with_authentication_off() {
    let server = demo();
    for query in [
        "AccessKeyId=nobody&Signature=wrong&SignatureMethod=none&Timestamp=yesterday&Format=JSON",
        "SignatureVersion=9&Format=JSON",
    ] {
        assert_eq!(server.get(&list(query)).status, 200, "{query}");
    }
    let headers = [
        ("authorization", "ACS3-RSA-SHA256 nonsense"),
        ("x-acs-date", "x"),
    ];
    assert_eq!(server.send("GET", &list(""), &headers, b"").status, 200);
}
