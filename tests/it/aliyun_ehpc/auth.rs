//! The way to an operation: format, path, method, version, action, and where each may travel; then who calls.

mod order;

use std::collections::BTreeSet;

use rollcall::signing::{AccessKey, Digest, Scheme, alibaba_acs3, alibaba_v1};

use super::{BROKEN, CLUSTER, EMPTY, list, v2018};
use crate::authentication::{
    self, EXPIRED, KEY, READ_ONLY, TEMPORARY, WRONG, explained, now, send, the_journal_is_clean,
};
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};
use crate::signing::Request;
use order::{acs3_in_order, rpc_v1_in_order};

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

// Authentication.

/// A call signed in the older scheme, with a nonce of its own.
fn v1(target: &str, key: AccessKey<'_>, time: i64, nonce: &str) -> Request {
    let request = Request::new("GET", &format!("{target}&Format=JSON"), "");
    let sealed = request.look(|sent| alibaba_v1::sign(sent, &key, time, nonce, Digest::Sha1));
    request.sealed(sealed)
}

/// The same signed in headers.
fn acs3(target: &str, key: AccessKey<'_>, time: i64, nonce: &str) -> Request {
    let request = Request::new("GET", target, "");
    let sealed = request.look(|sent| alibaba_acs3::sign(sent, &key, time, nonce));
    request.sealed(sealed)
}

/// And with SM3.
fn acs3_sm3(target: &str, key: AccessKey<'_>, time: i64, nonce: &str) -> Request {
    let request = Request::new("GET", target, "");
    let sealed = request.look(|sent| alibaba_acs3::sign_sm3(sent, &key, time, nonce));
    request.sealed(sealed)
}

type Signer = fn(&str, AccessKey<'_>, i64, &str) -> Request;

const SCHEMES: [Signer; 3] = [v1, acs3, acs3_sm3];

fn add_a_user() -> String {
    let user = "User.1.Name=dora.sun&User.1.Group=users&User.1.Password=Passw0rd%2B1";
    v2018("AddUsers", &format!("ClusterId={EMPTY}&{user}"))
}

#[test]
fn a_wrong_secret_uses_no_nonce_up() {
    let server = authentication::server("strict");
    for (scheme, nonce) in SCHEMES.into_iter().zip(["a", "b", "c"]) {
        let wrong = scheme(&list(""), WRONG, now(), nonce);
        assert_eq!(send(&server, &wrong).verdict(), "400 SignatureDoesNotMatch");
        let right = scheme(&list(""), KEY, now(), nonce);
        assert_eq!(send(&server, &right).verdict(), "200");
    }
}

#[test]
fn the_whole_answer_to_a_wrong_secret_echoes_what_we_signed() {
    let server = authentication::server("strict");
    let target = v2018("ListUsersAsync", &format!("ClusterId={CLUSTER}"));
    let answer = send(&server, &v1(&target, WRONG, now(), "1"));
    insta::assert_snapshot!(answer, @r#"
    400
    connection: close
    content-length: 599
    content-type: application/json;charset=utf-8
    x-acs-request-id: D65F1A82-462A-4EB2-A663-8C1D5C0E08B0
    x-acs-trace-id: b7b8d96ec09956e27a81de35f72944eb

    {"RequestId":"D65F1A82-462A-4EB2-A663-8C1D5C0E08B0","Message":"Specified signature is not matched with our calculation. server string to sign is:GET&%2F&AccessKeyId%3Dtest-ak%26Action%3DListUsersAsync%26ClusterId%3Dehpc-hz-vu7c2WkVGx%26Format%3DJSON%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D1%26SignatureVersion%3D1.0%26Timestamp%3D2024-05-20T08%253A30%253A00Z%26Version%3D2018-04-12","Recommend":"https://api.aliyun.com/troubleshoot?q=SignatureDoesNotMatch&product=EHPC&requestId=D65F1A82-462A-4EB2-A663-8C1D5C0E08B0","HostId":"ehpc.cn-hangzhou.aliyuncs.com","Code":"SignatureDoesNotMatch"}
    "#);
    let answer = send(&server, &acs3(&target, WRONG, now(), "1"));
    insta::assert_snapshot!(answer, @r#"
    400
    connection: close
    content-length: 831
    content-type: application/json;charset=utf-8
    x-acs-request-id: CA8A1EFB-7581-4DB1-AFFE-FD8B8A3B50AE
    x-acs-trace-id: 37540f41f92cbdf026a5e0e034d94416

    {"RequestId":"CA8A1EFB-7581-4DB1-AFFE-FD8B8A3B50AE","Message":"Specified signature does not match our calculation. server StringToSign is [ACS3-HMAC-SHA256\nf208c8b7cd605e1537b450002c5c4c4d61f5b7d778f5e9735f10e8c68e0ff2a0] server CanonicalRequest is [GET\n/\nAction=ListUsersAsync&ClusterId=ehpc-hz-vu7c2WkVGx&Version=2018-04-12\nhost:127.0.0.1:4700\nx-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\nx-acs-date:2024-05-20T08:30:00Z\nx-acs-signature-nonce:1\n\nhost;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855]","Recommend":"https://api.aliyun.com/troubleshoot?q=SignatureDoesNotMatch&product=EHPC&requestId=CA8A1EFB-7581-4DB1-AFFE-FD8B8A3B50AE","HostId":"ehpc.cn-hangzhou.aliyuncs.com","Code":"SignatureDoesNotMatch"}
    "#);
    let malformed = [
        ("authorization", "ACS3-HMAC-SHA256"),
        ("x-acs-date", "x"),
        ("x-acs-signature-nonce", "1"),
    ];
    let answer = server.send("GET", &target, &malformed, b"");
    insta::assert_snapshot!(answer, @r#"
    400
    connection: close
    content-length: 434
    content-type: application/json;charset=utf-8
    x-acs-request-id: B762873C-5B61-403C-B458-4C666D20AA7F
    x-acs-trace-id: e2ee3bf0bb53ddf409167d82f8e578a5

    {"RequestId":"B762873C-5B61-403C-B458-4C666D20AA7F","Message":"The request signature does not conform to Aliyun standards. server string to sign is:ACS3-HMAC-SHA256\n85a0f8326080f1d7590b83998efba7c8549e7729f5725c0436398c2d08604475","Recommend":"https://api.aliyun.com/troubleshoot?q=IncompleteSignature&product=EHPC&requestId=B762873C-5B61-403C-B458-4C666D20AA7F","HostId":"ehpc.cn-hangzhou.aliyuncs.com","Code":"IncompleteSignature"}
    "#);
}

#[test]
fn a_temporary_key_goes_with_its_token() {
    let server = authentication::server("strict");
    for (scheme, nonce) in SCHEMES.into_iter().zip(["a", "b", "c"]) {
        let verdict =
            |key, nonce: &str| send(&server, &scheme(&list(""), key, now(), nonce)).verdict();
        assert_eq!(verdict(TEMPORARY, nonce), "200");
        let without = AccessKey {
            token: None,
            ..TEMPORARY
        };
        assert_eq!(
            verdict(without, nonce),
            "400 InvalidSecurityToken.Malformed"
        );
        let wrong = AccessKey {
            token: Some("another"),
            ..TEMPORARY
        };
        assert_eq!(verdict(wrong, nonce), "400 InvalidSecurityToken.Malformed");
        assert_eq!(verdict(EXPIRED, nonce), "400 InvalidSecurityToken.Expired");
        // A lasting key may bring whatever token it likes.
        let needless = AccessKey {
            token: Some("any"),
            ..KEY
        };
        assert_eq!(verdict(needless, nonce), "200");
    }
}

#[test]
fn a_seed_says_more_of_a_configured_key_than_the_flag() {
    let server = authentication::server("strict");
    let mut calls = 0;
    let mut verdict = |key: AccessKey<'_>| {
        calls += 1;
        send(&server, &v1(&list(""), key, now(), &calls.to_string())).verdict()
    };
    let seed = |namespace: &str, rest: &str| {
        let path = format!("/_rollcall/namespaces/{namespace}/seed");
        let body = format!("{{\"credentials\":[{{\"access_key\":\"test-ak\"{rest}}}]}}");
        let seeded = server.json("POST", &path, &body);
        assert_eq!(seeded.status, 200, "{seeded}");
    };
    assert_eq!(verdict(KEY), "200");
    seed("default", r#","secret_key":"test-sk","disabled":true"#);
    assert_eq!(verdict(KEY), "400 InvalidAccessKeyId.Inactive");
    seed("default", r#","secret_key":"another""#);
    assert_eq!(verdict(KEY), "400 SignatureDoesNotMatch");
    let another = AccessKey {
        secret: "another",
        ..KEY
    };
    assert_eq!(verdict(another), "200");
    let elsewhere = AccessKey {
        id: "test-ak~elsewhere",
        ..KEY
    };
    assert_eq!(verdict(elsewhere), "200", "only that namespace was seeded");
    // Without the seed it is the flag's key again.
    seed("default", r#","$delete":true"#);
    assert_eq!(verdict(KEY), "200");
}

#[test]
fn a_read_only_key_lists_and_writes_nothing() {
    let server = authentication::server("strict");
    for (scheme, nonce) in SCHEMES.into_iter().zip(["a", "b", "c"]) {
        let listed = scheme(&list(""), READ_ONLY, now(), nonce);
        assert_eq!(send(&server, &listed).verdict(), "200");
        let added = scheme(&add_a_user(), READ_ONLY, now(), &format!("{nonce}2"));
        let refused = send(&server, &added);
        assert_eq!(refused.verdict(), "403 Forbidden.RAM");
        let detail = &refused.json()["AccessDeniedDetail"];
        assert_eq!(detail["AuthAction"], "ehpc:AddUsers", "{refused}");
    }
    let added = v1(&add_a_user(), KEY, now(), "c");
    assert_eq!(send(&server, &added).verdict(), "200");
}

#[test]
fn the_suffix_of_a_key_is_signed_and_no_part_of_its_name() {
    let server = authentication::server("strict");
    let suite = AccessKey {
        id: "test-ak~suite7",
        ..KEY
    };
    let delete = v2018(
        "DeleteUsers",
        &format!("ClusterId={CLUSTER}&User.1.Name=testuser"),
    );
    let first =
        |key, nonce| super::names(&send(&server, &v1(&list(""), key, now(), nonce)))[0].clone();
    assert_eq!(
        send(&server, &acs3(&delete, suite, now(), "1")).verdict(),
        "200"
    );
    assert_eq!(first(suite, "2"), "alice.wang");
    assert_eq!(first(KEY, "3"), "testuser");
    let wrong = AccessKey {
        id: "test-ak~suite7",
        ..WRONG
    };
    let refused = send(&server, &v1(&list(""), wrong, now(), "4"));
    assert_eq!(refused.verdict(), "400 SignatureDoesNotMatch");
    assert!(
        refused.text().contains("AccessKeyId%3Dtest-ak~suite7"),
        "{refused}"
    );
}

#[test]
fn a_prefix_may_be_signed_or_not() {
    let server = authentication::server("strict");
    for (scheme, nonce) in SCHEMES.into_iter().zip(["a", "b", "c"]) {
        let with_prefix = scheme(&format!("{PREFIX}{}", list("")), KEY, now(), nonce);
        assert_eq!(send(&server, &with_prefix).verdict(), "200");
        let mut without = scheme(&list(""), KEY, now(), &format!("{nonce}2"));
        without.path = format!("{PREFIX}/");
        assert_eq!(send(&server, &without).verdict(), "200");
    }
}

/// The SDK compares what it is told with what it signed, and that has no prefix.
#[test]
fn a_prefix_is_in_no_string_to_sign_of_rpc_v1() {
    let server = authentication::server("strict");
    for path in ["/", "/aliyun-ehpc", "/aliyun-ehpc/"] {
        let mut request = v1(&list(""), WRONG, now(), "1");
        path.clone_into(&mut request.path);
        let answer = send(&server, &request);
        assert_eq!(answer.verdict(), "400 SignatureDoesNotMatch", "{path}");
        let told = "string to sign is:GET&%2F&AccessKeyId%3Dtest-ak%26";
        assert!(answer.text().contains(told), "{path}: {answer}");
        let id = answer.json()["RequestId"].clone();
        let found = explained(&server, id.as_str().expect("an id"));
        let shown = found["signature"]["string_to_sign"].as_str();
        assert!(
            shown.is_some_and(|text| text.starts_with("GET&%2F&Acc")),
            "{found}"
        );
    }
}

#[test]
fn skew_can_be_set_and_switched_off() {
    let listing = |skew: &str, time: i64| {
        let skew = skew.parse().expect("a skew");
        let server = with(
            frozen()
                .auth("aliyun-ehpc=strict")
                .expect("a mode")
                .skew(skew),
        );
        send(&server, &v1(&list(""), KEY, time, "1")).verdict()
    };
    assert_eq!(listing("provider", now() - 900), "200");
    assert_eq!(
        listing("provider", now() - 901),
        "400 InvalidTimeStamp.Expired"
    );
    assert_eq!(listing("60s", now() + 61), "400 InvalidTimeStamp.Expired");
    assert_eq!(listing("2h", now() + 7200), "200");
    assert_eq!(listing("off", 0), "200");
}

#[test]
fn the_journal_says_what_is_wrong_and_tells_no_secret() {
    let server = authentication::server("strict");
    let finding = |request: &Request| {
        let answer = send(&server, request);
        let id = answer.json()["RequestId"]
            .as_str()
            .expect("an id")
            .to_owned();
        explained(&server, &id)["signature"].clone()
    };
    for (scheme, nonce) in SCHEMES.into_iter().zip(["a", "b", "c"]) {
        let swapped = AccessKey {
            secret: TEMPORARY.secret,
            ..KEY
        };
        let found = finding(&scheme(&add_a_user(), swapped, now(), nonce));
        assert_eq!(found["finding"], "another-secret", "{found}");
        let sentence = "signature matches with the secret of the access key \"temporary-ak\"";
        assert_eq!(found["sentence"], sentence);
        assert!(
            found["canonical_request"]
                .as_str()
                .is_some_and(|text| text.contains("dora.sun"))
        );
        assert!(found["expected_signature"].is_string());
        // Another secret signs the same text.
        assert_eq!(found["client_string_to_sign"], found["string_to_sign"]);
        let unknown = finding(&scheme(&add_a_user(), WRONG, now(), nonce));
        assert!(unknown["finding"].is_null(), "{unknown}");
        assert!(unknown["client_string_to_sign"].is_null(), "{unknown}");
        let local = finding(&scheme(&list(""), KEY, now() + 8 * 3600, nonce));
        assert_eq!(local["finding"], "local-time", "{local}");
        let token = AccessKey {
            secret: "not-the-secret",
            ..TEMPORARY
        };
        finding(&scheme(&add_a_user(), token, now(), nonce));
    }
    // The call's own answer quotes the whole string to sign, as the real one does.
    let echoed = send(&server, &v1(&add_a_user(), WRONG, now(), "c"));
    assert!(
        echoed.text().contains("User.1.Password%3DPassw0rd%252B1"),
        "{echoed}"
    );
    the_journal_is_clean(&server, &["Passw0rd+1"]);
}

#[test]
fn the_documented_signatures_verify_and_changed_ones_do_not() {
    authentication::the_vectors_verify(
        "aliyun-ehpc",
        &[Scheme::AlibabaAcs3, Scheme::AlibabaV1],
        "2026-01-02T03:04:05Z",
        "400 SignatureDoesNotMatch",
    );
}

#[test]
fn every_row_of_authentication_is_raised_by_a_request() {
    let mut seen = rpc_v1_in_order();
    seen.extend(acs3_in_order());
    let server = authentication::server("strict");
    let request = v1(&list(""), KEY, now(), "1");
    for request in [
        &request,
        &request,
        &v1(&add_a_user(), READ_ONLY, now(), "2"),
    ] {
        seen.insert(send(&server, request).verdict());
    }
    let seen: BTreeSet<String> = seen
        .iter()
        .filter_map(|verdict| verdict.split_once(' '))
        .map(|(_, code)| code.to_owned())
        .collect();
    let rows = authentication::codes("aliyun-ehpc");
    let unseen: Vec<_> = rows.difference(&seen).collect();
    assert_eq!(unseen, [""; 0], "rows that nothing raises");
}
