//! What a request says about its signer: with nothing checked, then with everything checked in its order.

mod tokens;

use rollcall::signing::{AccessKey, Scheme, volcengine};
use serde_json::json;

use super::target;
use crate::authentication::{
    self, DISABLED, EXPIRED, KEY, READ_ONLY, TEMPORARY, WRONG, explained, now, send,
    the_journal_is_clean,
};
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};
use crate::signing::Request;

const SCOPE: &str = "/20240912/cn-guangzhou/bytehouse_ce/request";

fn signed(key: &str, scope: &str) -> String {
    format!(
        "HMAC-SHA256 Credential={key}{scope}, SignedHeaders=host;x-date, Signature={}",
        "0".repeat(64)
    )
}

#[track_caller]
fn region(server: &Server, target: &str, authorization: &str) -> String {
    let headers = [("authorization", authorization)];
    let answer = server.send("GET", target, &headers, b"");
    assert_eq!(answer.status, 200, "{answer}");
    answer.json()["ResponseMetadata"]["Region"]
        .as_str()
        .expect("a region")
        .to_owned()
}

#[test]
fn nothing_is_checked_and_the_region_is_that_of_the_scope() {
    let server = demo();
    let list = target("ListUsers");
    assert_eq!(
        region(&server, &list, &signed("any", SCOPE)),
        "cn-guangzhou"
    );
    for broken in [
        signed("any", ""),
        signed("any", "/20240912/cn-guangzhou/bytehouse_ce/requests"),
        signed("any", "/20240912//bytehouse_ce/request"),
        "HMAC-SHA256 ".to_owned(),
        "HMAC-SHA256 Credential".to_owned(),
        "Bearer x".to_owned(),
    ] {
        assert_eq!(region(&server, &list, &broken), "cn-beijing", "{broken}");
    }
    let presigned =
        format!("{list}&X-Credential=ak%2F20240912%2Fcn-shanghai%2Fbytehouse_ce%2Frequest");
    assert_eq!(region(&server, &presigned, ""), "cn-shanghai");
}

#[test]
fn the_suffix_of_the_access_key_names_the_namespace() {
    let server = demo();
    let delete = format!("{}&UserID=41820377", target("DeleteUser"));
    let show = format!("{}&Username=alice.chen", target("GetUserDetail"));
    let ask = |target: &str, authorization: &str| {
        let headers = [("authorization", authorization)];
        server.send("GET", target, &headers, b"").status
    };
    let key = signed("test-ak~suite7", SCOPE);
    assert_eq!(ask(&delete, &key), 200);
    assert_eq!(ask(&show, &key), 400);
    assert_eq!(ask(&show, ""), 200);
    let presigned = format!(
        "{show}&X-Credential=test-ak~suite7%2F20240912%2Fcn-beijing%2Fbytehouse_ce%2Frequest"
    );
    assert_eq!(ask(&presigned, ""), 400);
    assert_eq!(ask(&show, &signed("test-ak~Not A Name", SCOPE)), 400);
}

// Authentication.

const REGION: &str = "cn-beijing";
const SERVICE: &str = "bytehouse_ce";

/// A call signed in headers.
fn by_header(target: &str, key: AccessKey<'_>, time: i64) -> Request {
    let request = Request::new("GET", target, "");
    let sealed = request.look(|sent| volcengine::sign(sent, &key, REGION, SERVICE, time));
    request.sealed(sealed)
}

/// A call signed in its query.
fn presigned(target: &str, key: AccessKey<'_>, time: i64) -> Request {
    let request = Request::new("GET", target, "");
    let sealed = request.look(|sent| volcengine::presign(sent, &key, REGION, SERVICE, time));
    request.sealed(sealed)
}

const FORMS: [fn(&str, AccessKey<'_>, i64) -> Request; 2] = [by_header, presigned];

#[test]
fn a_header_is_checked_in_the_documented_order() {
    let lenient = authentication::server("lenient");
    let strict = authentication::server("strict");
    // The action is looked up last, so whatever is wrong with the signature comes before that.
    let target = target("NoSuchAction");
    let check = |headers: &[(&str, &str)], in_lenient: &str, in_strict: &str| {
        let verdict = |server: &Server| server.send("GET", &target, headers, b"").verdict();
        assert_eq!(verdict(&lenient), in_lenient, "{headers:?}");
        assert_eq!(verdict(&strict), in_strict, "{headers:?}");
    };
    let both = |headers: &[(&str, &str)], expected| check(headers, expected, expected);
    fn with(text: &str) -> (&'static str, &str) {
        ("authorization", text)
    }
    let missing = "400 InvalidCredential";
    both(&[], missing);
    both(&[("x-date", "20240520T083000Z")], missing);
    both(&[with("")], missing);
    for scheme in [
        "Bearer x",
        "HMAC-SHA256",
        "HMAC-SHA1 Credential=x",
        "HMAC-SHA256 x",
    ] {
        both(&[with(scheme)], "400 InvalidAuthorization");
    }
    let authorization = |credential: &str| {
        format!("HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-date")
    };
    for broken in [
        "",
        "nobody",
        "nobody/20240520/cn-beijing/bytehouse_ce",
        "nobody/20240520/cn-beijing/bytehouse_ce/requests",
        "nobody/20240520/cn-beijing/bytehouse_ce/request/more",
        "/20240520/cn-beijing/bytehouse_ce/request",
    ] {
        both(&[with(&authorization(broken))], "400 InvalidCredential");
    }
    let unsigned =
        |key: &str, service| authorization(&format!("{key}/20240520/cn-beijing/{service}/request"));
    both(&[with(&unsigned("nobody", "ecs"))], "401 MissingSignature");
    let signed = |key: &str, service| format!("{}, Signature=x", unsigned(key, service));
    let nobody = signed("nobody", "ecs");
    both(&[with(&nobody)], "400 MissingRequestInfo");
    both(&[with(&nobody), ("x-date", "")], "400 MissingRequestInfo");
    for malformed in [
        "now",
        "2024-05-20T08:30:00Z",
        "20240520T083000",
        "20240520T083000+0800",
    ] {
        both(
            &[with(&nobody), ("x-date", malformed)],
            "400 InvalidTimestamp",
        );
    }
    let passed = "404 InvalidActionOrVersion";
    for off in ["20240520T081459Z", "20240520T084501Z"] {
        check(
            &[with(&nobody), ("x-date", off)],
            passed,
            "400 InvalidTimestamp",
        );
    }
    let date = ("x-date", "20240520T084500Z");
    check(&[with(&nobody), date], passed, "401 InvalidAccessKey");
    // A key that nobody knows and a token with it: the token is what is wrong.
    let any = ("x-security-token", "any");
    check(
        &[with(&nobody), date, any],
        passed,
        "401 InvalidSecretToken",
    );
    let none = ("x-security-token", "");
    check(&[with(&nobody), date, none], passed, "401 InvalidAccessKey");
    let disabled = signed(DISABLED.id, "ecs");
    check(&[with(&disabled), date], passed, "401 InvalidAccessKey");
    let elsewhere = signed(TEMPORARY.id, "ecs");
    check(&[with(&elsewhere), date], passed, "404 ServiceNotFound");
    let temporary = signed(TEMPORARY.id, SERVICE);
    check(&[with(&temporary), date], passed, "401 InvalidSecretToken");
    let wrong = ("x-security-token", "another");
    check(
        &[with(&temporary), date, wrong],
        passed,
        "401 InvalidSecretToken",
    );
    let token = ("x-security-token", "token-of-the-temporary-key");
    let expired = signed(EXPIRED.id, SERVICE);
    check(
        &[with(&expired), date, token],
        passed,
        "401 InvalidSecretToken",
    );
    check(
        &[with(&temporary), date, token],
        passed,
        "401 SignatureNotMatch",
    );
}

#[test]
fn action_and_version_come_first_and_the_method_after_the_signature() {
    let server = authentication::server("strict");
    let signed = |method: &str, target: &str| {
        let request = Request::new(method, target, "");
        let sealed = request.look(|sent| volcengine::sign(sent, &KEY, REGION, SERVICE, now()));
        send(&server, &request.sealed(sealed)).verdict()
    };
    let prefixed = "/volcengine-bytehouse/";
    assert_eq!(server.get(prefixed).verdict(), "400 MissingParameter");
    let listing = target("ListUsers");
    let put = |target: &str| server.send("PUT", target, &[], b"").verdict();
    assert_eq!(put(&listing), "400 InvalidCredential");
    assert_eq!(signed("PUT", &listing), "405 MethodNotAllowed");
    assert_eq!(
        signed("GET", &target("ListUserz")),
        "404 InvalidActionOrVersion"
    );
    assert_eq!(signed("GET", &listing), "200");
    assert_eq!(signed("POST", &listing), "200");
}

#[test]
fn a_presigned_query_is_checked_as_a_header_is() {
    let server = authentication::server("strict");
    let listing = target("ListUsers");
    let good = presigned(&listing, KEY, now());
    let check = |from: &str, to: &str, expected: &str| {
        let mut request = good.clone();
        assert!(request.query.contains(from), "{}", request.query);
        request.query = request.query.replacen(from, to, 1);
        assert_eq!(
            send(&server, &request).verdict(),
            expected,
            "{from} -> {to}"
        );
    };
    check("X-Signature", "X-Signature", "200");
    check("X-Signature", "X-Signatur", "400 InvalidCredential");
    check(
        "X-Algorithm=HMAC-SHA256",
        "X-Algorithm=RSA",
        "400 InvalidAuthorization",
    );
    check(
        "X-SignedQueries=",
        "X-SignedQuery=",
        "400 InvalidAuthorization",
    );
    check("%2Frequest", "%2Frequests", "400 InvalidCredential");
    check("X-Date=", "X-Day=", "400 MissingRequestInfo");
    check("X-Date=2024", "X-Date=2023", "400 InvalidTimestamp");
    check("X-Date=2024", "X-Date=x024", "400 InvalidTimestamp");
    check("=test-ak", "=nobody", "401 InvalidAccessKey");
    check("bytehouse_ce", "ecs", "404 ServiceNotFound");
    check("ListUsers", "ListRoles", "401 SignatureNotMatch");
    // What is not in the list of signed parameters may change on the way; no document forbids it.
    check("X-Signature", "Limit=3&X-Signature", "200");
}

#[test]
fn a_signature_may_be_used_again_until_it_expires() {
    let server = authentication::server("strict");
    for form in FORMS {
        let check = |query: &str, time: i64, expected: &str| {
            let request = form(&format!("{}{query}", target("ListUsers")), KEY, time);
            for _ in 0..2 {
                assert_eq!(
                    send(&server, &request).verdict(),
                    expected,
                    "{query} {time}"
                );
            }
        };
        check("", now() - 900, "200");
        check("", now() + 900, "200");
        check("", now() - 901, "400 InvalidTimestamp");
        check("", now() + 901, "400 InvalidTimestamp");
        check("&X-Expires=60", now() - 60, "200");
        check("&X-Expires=60", now() - 61, "400 InvalidTimestamp");
        check("&X-Expires=3600", now() - 3600, "200");
        // What is no number is as good as nothing.
        check("&X-Expires=soon", now() - 901, "400 InvalidTimestamp");
    }
}

#[test]
fn what_is_added_to_a_presigned_address_does_not_change_how_it_is_checked() {
    let server = authentication::server("strict");
    let verdict = |request: &Request| send(&server, request).verdict();
    let mut old = presigned(&target("ListUsers"), KEY, now() - 901);
    old.query.push_str("&X-Expires=4294967295");
    assert_eq!(verdict(&old), "400 InvalidTimestamp");
    // Signed over an empty body by somebody who does not say that the body is unsigned.
    let mut post = Request {
        method: "POST".to_owned(),
        ..presigned(&target("ListUsers"), KEY, now())
    };
    post.query = post
        .query
        .replace("&X-NotSignBody=", "")
        .replace("X-NotSignBody%3B", "");
    let signature = post.look(|sent| {
        let read = volcengine::read(sent).expect("it is signed, if not well");
        let mut right = volcengine::candidates(sent, &[], &read, KEY.secret);
        right.next().expect("the path as sent").signature
    });
    let (unsigned, _) = post.query.split_once("&X-Signature=").expect("the last");
    post.query = format!("{unsigned}&X-Signature={signature}");
    assert_eq!(verdict(&post), "200");
    let mut with_a_body = post.with("content-type", "application/json");
    with_a_body.body = b"{\"Limit\": 3}".to_vec();
    assert_eq!(verdict(&with_a_body), "401 SignatureNotMatch");
    with_a_body.query.push_str("&X-NotSignBody=");
    assert_eq!(verdict(&with_a_body), "401 SignatureNotMatch");
}

#[test]
fn skew_can_be_switched_off() {
    let options = frozen()
        .auth("volcengine-bytehouse=strict")
        .expect("a mode");
    let server = with(options.skew("off".parse().expect("a skew")));
    let old = by_header(&target("ListUsers"), KEY, 0);
    assert_eq!(send(&server, &old).verdict(), "200");
}

#[test]
fn a_wrong_secret_is_the_documents_error_or_the_gateways() {
    let server = authentication::server("strict");
    for form in FORMS {
        let answer = send(&server, &form(&target("ListUsers"), WRONG, now()));
        assert_eq!(answer.verdict(), "401 SignatureNotMatch");
    }
    let wrong = by_header(&target("ListUsers"), WRONG, now());
    insta::assert_snapshot!(send(&server, &wrong), @r#"
    401
    connection: close
    content-length: 254
    content-type: application/json; charset=utf-8
    x-tt-logid: 20240520163000525001093156A88732

    {"ResponseMetadata":{"RequestId":"20240520163000525001093156A88732","Action":"ListUsers","Version":"2024-08-31","Service":"bytehouse_ce","Region":"cn-beijing","Error":{"Code":"SignatureNotMatch","Message":"The request signature provided is incorrect."}}}
    "#);
    let options = frozen().auth("strict").expect("a mode");
    let quirk = options.quirk("volcengine-bytehouse.signature-error", "gateway");
    let server = with(quirk.expect("a quirk"));
    insta::assert_snapshot!(send(&server, &wrong), @r#"
    401
    connection: close
    content-length: 403
    content-type: application/json; charset=utf-8
    x-tt-logid: 202405201630006689669024965B9941

    {"ResponseMetadata":{"RequestId":"202405201630006689669024965B9941","Action":"ListUsers","Version":"2024-08-31","Service":"bytehouse_ce","Region":"cn-beijing","Error":{"CodeN":100010,"Code":"SignatureDoesNotMatch","Message":"The request signature we calculated does not match the signature you provided. Check your Secret Access Key and signing method. Consult the service documentation for details."}}}
    "#);
}

#[test]
fn an_error_echoes_what_the_gateway_has_read_by_then() {
    let strict = authentication::server("strict");
    let lenient = authentication::server("lenient");
    #[track_caller]
    fn check(answer: &Answer, expected: &str) {
        let body = answer.json();
        let metadata = body["ResponseMetadata"].as_object().expect("metadata");
        let keys: Vec<&str> = metadata.keys().map(String::as_str).collect();
        assert_eq!(keys.join(" "), expected, "{answer}");
    }
    let prefix = "/volcengine-bytehouse";
    let whole = "RequestId Action Version Service Region Error";
    for server in [&strict, &lenient] {
        for query in ["", "?Version=2024-08-31", "?Action=&Version=2024-08-31"] {
            check(&server.get(&format!("{prefix}/{query}")), "RequestId Error");
        }
        for query in ["?Action=ListUsers", "?Action=ListUsers&Version="] {
            check(
                &server.get(&format!("{prefix}/{query}")),
                "RequestId Action Error",
            );
        }
        let early = "RequestId Action Version Error";
        check(&server.get(&target("ListUsers")), early);
        check(&server.get(&target("NoSuchAction")), early);
        let with = |authorization: &str| {
            let headers = [("authorization", authorization)];
            server.send("GET", &target("ListUsers"), &headers, b"")
        };
        check(&with("Bearer x"), early);
        check(&with("HMAC-SHA256 Credential=x"), early);
        check(&with(&signed("nobody", SCOPE)), whole);
        let rule = json!({"match": {"provider": "volcengine-bytehouse"}, "effect": {"error": "MissingAuthenticationToken"}, "times": 1});
        let made = server.json("POST", "/_rollcall/faults", &rule.to_string());
        assert_eq!(made.status, 201, "{made}");
        check(&with(&signed("nobody", SCOPE)), early);
    }
    check(
        &send(&strict, &by_header(&target("ListUsers"), WRONG, now())),
        whole,
    );
    check(
        &send(&strict, &by_header(&target("NoSuchAction"), KEY, now())),
        whole,
    );
}

#[test]
fn the_whole_answer_to_an_unsigned_call() {
    let server = authentication::server("lenient");
    insta::assert_snapshot!(server.get(&target("ListUsers")), @r#"
    400
    connection: close
    content-length: 253
    content-type: application/json; charset=utf-8
    x-tt-logid: 202405201630006689669024965B9941

    {"ResponseMetadata":{"RequestId":"202405201630006689669024965B9941","Action":"ListUsers","Version":"2024-08-31","Error":{"CodeN":100025,"Code":"InvalidCredential","Message":"Invalid credential in 'Authorization', Pls check your authorization header."}}}
    "#);
}

#[test]
fn a_read_only_key_lists_and_deletes_nothing() {
    let server = authentication::server("strict");
    let delete = format!("{}&UserID=41820377", target("DeleteUser"));
    for form in FORMS {
        let listed = send(&server, &form(&target("ListUsers"), READ_ONLY, now()));
        assert_eq!(listed.verdict(), "200");
        let refused = send(&server, &form(&delete, READ_ONLY, now()));
        assert_eq!(refused.verdict(), "403 AccessDenied");
        assert!(
            refused
                .text()
                .contains("to perform: bytehouse_ce:DeleteUser on resource: ")
        );
    }
    assert_eq!(
        send(&server, &by_header(&delete, KEY, now())).verdict(),
        "200"
    );
}

#[test]
fn the_suffix_of_a_key_is_signed_and_no_part_of_its_name() {
    let server = authentication::server("strict");
    let suite = AccessKey {
        id: "test-ak~suite7",
        ..KEY
    };
    let delete = format!("{}&UserID=41820377", target("DeleteUser"));
    let show = format!("{}&Username=alice.chen", target("GetUserDetail"));
    assert_eq!(
        send(&server, &by_header(&delete, suite, now())).verdict(),
        "200"
    );
    for form in FORMS {
        assert_eq!(
            send(&server, &form(&show, suite, now())).verdict(),
            "400 Bad Request"
        );
        assert_eq!(send(&server, &form(&show, KEY, now())).verdict(), "200");
    }
    let unknown = AccessKey {
        id: "nobody~suite7",
        ..KEY
    };
    let refused = send(&server, &by_header(&show, unknown, now()));
    assert!(
        refused
            .text()
            .contains("The accesskey [nobody~suite7] included"),
        "{refused}"
    );
}

#[test]
fn a_prefix_may_be_signed_or_not() {
    let server = authentication::server("strict");
    for form in FORMS {
        let listing = target("ListUsers");
        let with_prefix = form(&format!("/volcengine-bytehouse{listing}"), KEY, now());
        assert_eq!(send(&server, &with_prefix).verdict(), "200");
        let mut without = form(&listing, KEY, now());
        without.path = "/volcengine-bytehouse/".to_owned();
        assert_eq!(send(&server, &without).verdict(), "200");
    }
}

#[test]
fn a_body_is_signed_and_its_stated_hash_has_to_be_right() {
    let server = authentication::server("strict");
    let request = Request::new("POST", &target("ListUsers"), "{\"Limit\": 3}")
        .with("content-type", "application/json");
    let sealed = request.look(|sent| volcengine::sign(sent, &KEY, REGION, SERVICE, now()));
    let mut request = request.sealed(sealed);
    assert_eq!(send(&server, &request).verdict(), "200");
    request.body = b"{\"Limit\": 4}".to_vec();
    assert_eq!(send(&server, &request).verdict(), "401 SignatureNotMatch");
}

#[test]
fn the_journal_says_what_is_wrong_and_tells_no_secret() {
    let server = authentication::server("strict");
    let update = format!(
        "{}&Username=alice.chen&Password=Passw0rd%2B1",
        target("UpdateUser")
    );
    let finding = |request: &Request| {
        let answer = send(&server, request);
        let metadata = answer.json()["ResponseMetadata"].take();
        let id = metadata["RequestId"].as_str().expect("an id").to_owned();
        explained(&server, &id)["signature"].clone()
    };
    for form in FORMS {
        let swapped = AccessKey {
            secret: TEMPORARY.secret,
            ..KEY
        };
        let found = finding(&form(&update, swapped, now()));
        assert_eq!(found["finding"], "another-secret", "{found}");
        let local = finding(&form(&update, KEY, now() + 8 * 3600));
        assert_eq!(local["finding"], "local-time", "{local}");
        finding(&form(
            &update,
            AccessKey {
                secret: "not-the-secret",
                ..TEMPORARY
            },
            now(),
        ));
    }
    let request = Request::new("GET", &update, "");
    let sealed = request.look(|sent| volcengine::sign(sent, &KEY, "cn-north-1", SERVICE, now()));
    let mut request = request.sealed(sealed);
    let authorization = request.header_mut("authorization");
    *authorization = authorization.replace("cn-north-1", REGION);
    let found = finding(&request);
    assert!(
        found["canonical_request"]
            .as_str()
            .is_some_and(|text| text.contains("alice.chen"))
    );
    the_journal_is_clean(&server, &["Passw0rd+1"]);
}

#[test]
fn the_documented_signatures_verify_and_changed_ones_do_not() {
    authentication::the_vectors_verify(
        "volcengine-bytehouse",
        &[Scheme::Volcengine],
        "2024-09-12T13:27:32Z",
        "401 SignatureNotMatch",
    );
}

/// A request that raises that row of the catalogue, which only authentication raises.
fn raise(strict: &Server, name: &str) -> Option<Answer> {
    let listing = target("ListUsers");
    let good = by_header(&listing, KEY, now());
    // The good request with something else in its Authorization, or under another name.
    let with = |from: &str, to: &str| {
        let mut request = good.clone();
        let authorization = request.header_mut("authorization");
        assert!(authorization.contains(from), "{authorization}");
        *authorization = authorization.replacen(from, to, 1);
        send(strict, &request)
    };
    let signed = |key, time| send(strict, &by_header(&listing, key, time));
    Some(match name {
        "InvalidAuthorization" => with("HMAC-SHA256", "Bearer"),
        "InvalidCredential" => with("/request", "/requests"),
        "MissingSignature" => with("Signature=", "Signatur="),
        "MissingRequestInfo" => {
            let mut request = good.clone();
            request.headers.retain(|(name, _)| name != "x-date");
            send(strict, &request)
        }
        "InvalidTimestamp" => signed(KEY, now() - 901),
        "InvalidAccessKey" => with("test-ak", "nobody"),
        "ServiceNotFound" => with(SERVICE, "ecs"),
        "InvalidSecretToken" => signed(EXPIRED, now()),
        "SignatureNotMatch" => signed(WRONG, now()),
        "SignatureDoesNotMatch" => {
            let options = frozen().auth("strict").expect("a mode");
            let quirk = options.quirk("volcengine-bytehouse.signature-error", "gateway");
            let server = crate::server::with(quirk.expect("a quirk"));
            send(&server, &by_header(&listing, WRONG, now()))
        }
        "AccessDenied" => {
            let delete = format!("{}&UserID=41820377", target("DeleteUser"));
            send(strict, &by_header(&delete, READ_ONLY, now()))
        }
        _ => return None,
    })
}

#[test]
fn every_row_of_authentication_is_raised() {
    let server = authentication::server("strict");
    let rows = server
        .get("/_rollcall/errors?provider=volcengine-bytehouse")
        .json();
    let mut raised = 0;
    for row in rows.as_array().expect("a table") {
        if row["raised"] != "authentication" {
            continue;
        }
        let name = row["name"].as_str().expect("a name");
        let answer = raise(&server, name).unwrap_or_else(|| panic!("no request raises {name}"));
        let error = answer.json()["ResponseMetadata"]["Error"].take();
        assert_eq!(json!(answer.status), row["status"], "{name}");
        assert_eq!(error["Code"], row["code"], "{name}");
        let number = error.get("CodeN").cloned().unwrap_or_default();
        assert_eq!(number, row["number"], "{name}");
        raised += 1;
    }
    assert_eq!(raised, 11);
}
