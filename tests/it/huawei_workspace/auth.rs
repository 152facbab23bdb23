//! What the gateway asks in front of every Huawei service (src/providers/huawei/authentication.rs), tried on this one; and what
//! this service asks of a key that may only read. Providers beside this one have only what is their own.

use rollcall::clock::{Setting, Time};
use rollcall::signing::Scheme;
use serde_json::{Value, json};

use super::{API_TEST, DESIGN, PROJECT, explanation};
use crate::client::Answer;
use crate::server::{Server, frozen, with};
use crate::signed::{self, KEY, TIME, by_huawei, explained, key, send};
use crate::signing::{Request, vectors};

/// How every text of the gateway begins.
const INCORRECT: &str = "Incorrect IAM authentication information: ";
/// A signature that can be read; its date and key are the test's.
const READABLE: &str = "SignedHeaders=x-sdk-date, Signature=0";

fn list() -> Request {
    Request::new(
        "GET",
        &format!("{PROJECT}/users?limit=2&description=%E6%B5%8B%20a%2Bb"),
        "",
    )
}

#[track_caller]
fn refused(answer: &Answer, text: &str) {
    assert_eq!(answer.verdict(), "401 APIGW.0301", "{answer}");
    let body = answer.json();
    assert_eq!(body["error_msg"], format!("{INCORRECT}{text}"));
    assert_eq!(
        body["request_id"],
        answer.header("x-request-id").expect("an id")
    );
    let order: Vec<_> = body.as_object().expect("an object").keys().collect();
    assert_eq!(order.len(), 3, "{body}");
}

/// A token, as IAM issues it.
#[track_caller]
pub(crate) fn token(server: &Server, namespace: &str, scope: Value) -> String {
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": "IAMUser", "password": "IAMPassword", "domain": { "name": "IAMDomain" },
        } } },
        "scope": scope,
    } });
    let headers = [("x-rollcall-namespace", namespace)];
    let answer = server.send(
        "POST",
        "/v3/auth/tokens",
        &headers,
        body.to_string().as_bytes(),
    );
    assert_eq!(answer.status, 201, "{answer}");
    answer
        .header("x-subject-token")
        .expect("a token")
        .to_owned()
}

#[test]
fn path_and_method_come_before_credentials_and_everything_else_after() {
    for mode in ["lenient", "strict"] {
        let server = signed::server(mode);
        let nothing = |method: &str, path: &str| server.send(method, path, &[], b"").verdict();
        assert_eq!(
            nothing("GET", &format!("{PROJECT}/users/")),
            "404 APIGW.0101"
        );
        assert_eq!(
            nothing("PATCH", &format!("{PROJECT}/users")),
            "405 WKS.00000405"
        );
        assert_eq!(
            nothing("GET", &format!("{PROJECT}/users?limit=x")),
            "401 APIGW.0301"
        );
        assert_eq!(
            nothing("POST", &format!("{PROJECT}/users")),
            "401 APIGW.0301"
        );
        let request = Request::new("GET", &format!("{PROJECT}/users?limit=x"), "");
        let answer = send(&server, &by_huawei(request, &KEY, TIME));
        assert_eq!(answer.verdict(), "400 WKS.0001");
    }
}

#[test]
fn every_text_of_the_gateway_in_its_order() {
    #[track_caller]
    fn check(server: &Server, headers: &[(&str, &str)], text: &str) {
        let answer = server.send("GET", &format!("{PROJECT}/users"), headers, b"");
        refused(&answer, text);
    }
    let access = |id: &str| format!("SDK-HMAC-SHA256 Access={id}, {READABLE}");
    let (stranger, ours) = (access("nobody"), access("test-ak"));
    for mode in ["lenient", "strict"] {
        let server = signed::server(mode);
        check(&server, &[], "x-auth-token not found");
        check(&server, &[("x-auth-token", "")], "x-auth-token not found");
        check(&server, &[("authorization", "")], "x-auth-token not found");
        for (authorization, text) in [
            ("Basic dGVzdA==", "unsupported signature algorithm"),
            (
                "SDK-SM2-SM3 Access=a, SignedHeaders=x-sdk-date, Signature=0",
                "unsupported signature algorithm",
            ),
            (
                "SDK-ECDSA-P256-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=0",
                "unsupported signature algorithm",
            ),
            (
                "SDK-HMAC-SM3 Access=a, SignedHeaders=x-sdk-date, Signature=0",
                "x-sdk-date not found",
            ),
            (
                "V11-HMAC-SHA256 Credential=a/20240520/cn-north-4, SignedHeaders=x-sdk-date, Signature=0",
                "authorization format incorrect, Credential not found",
            ),
            (
                "SDK-HMAC-SHA256",
                "authorization format incorrect, Access not found",
            ),
            (
                "SDK-HMAC-SHA256 Access=a, Signature=0",
                "authorization format incorrect, SignedHeaders not found",
            ),
            (
                "SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date",
                "authorization format incorrect, Signature not found",
            ),
            (&stranger, "x-sdk-date not found"),
        ] {
            // A token beside a bad signature does not save it.
            check(
                &server,
                &[("authorization", authorization), ("x-auth-token", "t")],
                text,
            );
            if let Some(name) = ["SDK-SM2-SM3", "SDK-ECDSA-P256-SHA256"]
                .into_iter()
                .find(|name| authorization.starts_with(name))
            {
                let told = explanation(&server);
                let sentence = format!("{name} is not verified here");
                assert!(told.contains(&sentence), "{told}");
            }
        }
        check(
            &server,
            &[("authorization", &stranger), ("x-sdk-date", "2024-05-20")],
            "x-sdk-date format incorrect",
        );
        let unsigned = stranger.replace("SignedHeaders=x-sdk-date", "SignedHeaders=host");
        check(
            &server,
            &[
                ("authorization", &unsigned),
                ("x-sdk-date", "20210101T000000Z"),
            ],
            "x-sdk-date is not signed",
        );
    }
    let strict = signed::server("strict");
    let late = ("x-sdk-date", "20210101T000000Z");
    check(
        &strict,
        &[("authorization", &stranger), late],
        "Unauthorized",
    );
    check(
        &strict,
        &[("authorization", &ours), late],
        "calc aksk signature fail:signature expired, signature time:20210101T000000Z,server time:20240520T083000Z",
    );
    check(
        &strict,
        &[("authorization", &ours), ("x-sdk-date", "20240520T083000Z")],
        &format!(
            "verify aksk signature fail, canonicalRequest:GET|{PROJECT}/users/||x-sdk-date:20240520T083000Z||x-sdk-date|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ),
    );
    check(
        &strict,
        &[("x-auth-token", "MIIgarbled")],
        "decrypt token fail",
    );
}

#[test]
fn lenient_takes_any_key_and_any_token() {
    let server = signed::server("lenient");
    let answer = send(&server, &by_huawei(list(), &key("nobody", "nothing"), 0));
    assert_eq!(answer.verdict(), "200");
    let headers = [("x-auth-token", "anything")];
    assert_eq!(
        server
            .send("GET", &format!("{PROJECT}/users"), &headers, b"")
            .verdict(),
        "200"
    );
}

#[test]
fn strict_takes_a_right_signature_of_any_method_body_and_path() {
    let server = signed::server("strict");
    let body = r#"{"user_name": "signed_one", "user_email": "a@example.com"}"#;
    for (request, expected) in [
        (list(), "200"),
        (
            Request::new("POST", &format!("{PROJECT}/users"), body),
            "201",
        ),
        (
            Request::new("GET", &format!("{PROJECT}/users/{API_TEST}"), "{}"),
            "200",
        ),
        (
            Request::new("GET", &format!("{PROJECT}/users/a%20b%2F%E4%B8%AD"), ""),
            "400 WKS.00170312",
        ),
        (
            Request::new(
                "GET",
                &format!("{PROJECT}/users?user_names=b&user_names=a&limit=x"),
                "",
            ),
            "400 WKS.0001",
        ),
    ] {
        let target = request.path.clone();
        let request = request
            .with("content-type", "application/json")
            .with("x-project-id", "another");
        // A token beside a signature is not looked at.
        let request = by_huawei(request, &KEY, TIME).with("x-auth-token", "garbled");
        assert_eq!(send(&server, &request).verdict(), expected, "{target}");
    }
}

#[test]
fn a_changed_byte_of_anything_signed_is_refused() {
    let server = signed::server("strict");
    let body = r#"{"user_name": "signed_one", "user_email": "a@example.com"}"#;
    let request =
        Request::new("POST", &format!("{PROJECT}/users?a=1"), body).with("x-project-id", "p");
    let request = by_huawei(request, &KEY, TIME);
    let changes: [&dyn Fn(&mut Request); 5] = [
        &|request| request.query = "a=2".to_owned(),
        &|request| request.body[20] ^= 1,
        &|request| request.header_mut("x-project-id").push('q'),
        &|request| *request.header_mut("x-sdk-date") = "20240520T083001Z".to_owned(),
        &|request| request.path = request.path.replace("/v2/0", "/v2/1"),
    ];
    for (index, change) in changes.iter().enumerate() {
        let mut changed = request.clone();
        change(&mut changed);
        let answer = send(&server, &changed);
        assert!(
            answer.text().contains("verify aksk signature fail"),
            "change {index}: {answer}"
        );
    }
    assert_eq!(
        send(&server, &request).verdict(),
        "201",
        "what was refused changed nothing"
    );
}

#[test]
fn a_port_that_was_signed_and_not_sent_is_named() {
    let server = signed::server("strict");
    let mut request = list();
    *request.header_mut("host") = server.address().to_string();
    let mut request = by_huawei(request, &KEY, TIME);
    *request.header_mut("host") = "127.0.0.1".to_owned();
    let answer = send(&server, &request);
    assert_eq!(answer.verdict(), "401 APIGW.0301", "{answer}");
    let told = explained(&server, &answer);
    assert_eq!(told["signature"]["finding"], "host", "{told}");
    let sentence = format!("signature matches if Host is \"{}\"", server.address());
    assert_eq!(told["signature"]["sentence"], sentence);
}

#[test]
fn a_stated_hash_is_that_of_the_body_that_came() {
    let server = signed::server("strict");
    let body = |name: &str| format!(r#"{{"user_name": "{name}", "user_email": "a@example.com"}}"#);
    let path = format!("{PROJECT}/users");
    let new = |name: &str| {
        Request::new("POST", &path, &body(name)).with("content-type", "application/json")
    };
    let hash = rollcall::signing::sha256_hex(body("first").as_bytes());
    let stated = "x-sdk-content-sha256";
    // The signed body's hash, put beside another body or beside none.
    for replaced in [body("other"), String::new()] {
        let mut request = by_huawei(new("first"), &KEY, TIME).with(stated, &hash);
        request.body = replaced.into_bytes();
        let answer = send(&server, &request);
        assert_eq!(answer.verdict(), "401 APIGW.0301", "{answer}");
        let told = explained(&server, &answer);
        assert_eq!(told["signature"]["finding"], "body-hash-header", "{told}");
    }
    // Its own, signed or not, is what is signed anyway.
    let request = by_huawei(new("first"), &KEY, TIME).with(stated, &hash);
    assert_eq!(send(&server, &request).verdict(), "201");
    let hash = rollcall::signing::sha256_hex(body("second").as_bytes());
    let request = by_huawei(new("second").with(stated, &hash), &KEY, TIME);
    assert_eq!(send(&server, &request).verdict(), "201");
    // Who signs UNSIGNED-PAYLOAD says that any body will do; nobody else can say it for them.
    let mut request = by_huawei(new("a").with(stated, "UNSIGNED-PAYLOAD"), &KEY, TIME);
    request.body = body("third").into_bytes();
    assert_eq!(send(&server, &request).verdict(), "201");
    let mut request = by_huawei(new("a"), &KEY, TIME).with(stated, "UNSIGNED-PAYLOAD");
    request.body = body("fourth").into_bytes();
    assert_eq!(send(&server, &request).verdict(), "401 APIGW.0301");
}

#[test]
fn a_clock_may_be_a_quarter_of_an_hour_off_either_way() {
    let server = signed::server("strict");
    for (off, expected) in [
        (-901, "401 APIGW.0301"),
        (-900, "200"),
        (900, "200"),
        (901, "401 APIGW.0301"),
    ] {
        let answer = send(&server, &by_huawei(list(), &KEY, TIME + off));
        assert_eq!(answer.verdict(), expected, "{off} s off");
    }
    let answer = send(&server, &by_huawei(list(), &KEY, TIME + 8 * 3600));
    let told = explained(&server, &answer);
    assert_eq!(told["signature"]["finding"], "local-time");
    assert!(
        told["explanation"].to_string().contains("28800 s ahead of"),
        "{told}"
    );
}

#[test]
fn keys_that_are_off_temporary_or_ended() {
    #[track_caller]
    fn check(server: &Server, id: &str, token: Option<&str>, text: &str, because: &str) {
        let secret = format!("s3cr3t-of-{id}");
        let request = by_huawei(list(), &key(id, &secret), TIME);
        // Unsigned, as golangsdk sends it.
        let request = match token {
            Some(token) => request.with("x-security-token", token),
            None => request,
        };
        let answer = send(server, &request);
        refused(&answer, text);
        let told = explained(server, &answer);
        assert!(told["explanation"].to_string().contains(because), "{told}");
    }
    let server = signed::server("strict");
    check(&server, "off-ak", None, "Unauthorized", "disabled");
    check(
        &server,
        "temp-ak",
        None,
        "x-security-token not found",
        "temporary",
    );
    check(
        &server,
        "temp-ak",
        Some(""),
        "x-security-token not found",
        "temporary",
    );
    check(
        &server,
        "temp-ak",
        Some("T0ken"),
        "decrypt token fail",
        "is not its token",
    );
    check(
        &server,
        "old-ak",
        Some("T0ken-of-old-ak"),
        "token expires, expires_at: 2024-05-20T08:30:00.000000Z",
        "the temporary key has expired",
    );

    let mut temporary = key("temp-ak", "s3cr3t-of-temp-ak");
    temporary.token = Some("T0ken/+=of-temp-ak");
    assert_eq!(
        send(&server, &by_huawei(list(), &temporary, TIME)).verdict(),
        "200"
    );
    // Signed with another secret, the token is in what the message repeats, and is masked there.
    temporary.secret = "wrong";
    let answer = send(&server, &by_huawei(list(), &temporary, TIME));
    assert!(
        answer.text().contains("|x-security-token:•••|") && !answer.text().contains("T0ken"),
        "{answer}"
    );
    explained(&server, &answer);
}

#[test]
fn a_read_only_key_reads_and_does_not_write() {
    let server = signed::server("strict");
    let reader = key("read-ak", "s3cr3t-of-read-ak");
    assert_eq!(
        send(&server, &by_huawei(list(), &reader, TIME)).verdict(),
        "200"
    );
    for (method, path) in [
        ("POST", format!("{PROJECT}/users")),
        ("PUT", format!("{PROJECT}/users/{API_TEST}")),
        ("DELETE", format!("{PROJECT}/users/{API_TEST}")),
        ("DELETE", format!("{PROJECT}/groups/{DESIGN}")),
    ] {
        let answer = send(
            &server,
            &by_huawei(Request::new(method, &path, ""), &reader, TIME),
        );
        assert_eq!(answer.verdict(), "403 WKS.00000403", "{method} {path}");
        assert!(
            answer.json()["encoded_authorization_message"].is_string(),
            "{answer}"
        );
    }
    let path = format!("{PROJECT}/users/{API_TEST}");
    let answer = send(
        &server,
        &by_huawei(Request::new("GET", &path, ""), &reader, TIME),
    );
    assert_eq!(answer.verdict(), "200", "nothing was deleted");
}

#[test]
fn a_namespace_is_signed_and_echoed_with_the_key() {
    let server = signed::server("strict");
    let one = format!("{PROJECT}/users/{API_TEST}");
    let call = |method: &str, id: &str| {
        let request = Request::new(method, &one, "");
        send(&server, &by_huawei(request, &key(id, "test-sk"), TIME))
    };
    assert_eq!(call("DELETE", "test-ak~suite7").status, 204);
    assert_eq!(call("GET", "test-ak~suite7").verdict(), "400 WKS.00170312");
    assert_eq!(call("GET", "test-ak").verdict(), "200");
    refused(&call("GET", "nobody~suite7"), "Unauthorized");
}

#[test]
fn the_path_may_be_signed_with_the_prefix_or_without() {
    let server = signed::server("strict");
    let prefixed = |mut request: Request| {
        request.path = format!("/huawei-workspace{}", request.path);
        request
    };
    let as_sent = by_huawei(prefixed(list()), &KEY, TIME);
    assert_eq!(send(&server, &as_sent).verdict(), "200");
    let stripped = prefixed(by_huawei(list(), &KEY, TIME));
    assert_eq!(send(&server, &stripped).verdict(), "200");
}

#[test]
fn a_mismatch_is_explained_without_a_secret() {
    let server = signed::server("strict");
    let answer = send(
        &server,
        &by_huawei(list(), &key("test-ak", "s3cr3t-of-read-ak"), TIME),
    );
    let told = explained(&server, &answer);
    let signature = &told["signature"];
    assert!(
        signature["sentence"]
            .as_str()
            .is_some_and(|text| text.contains("read-ak")),
        "{told}"
    );
    assert_eq!(
        signature["expected_signature"].as_str().map(str::len),
        Some(64)
    );
    let canonical = signature["canonical_request"].as_str().expect("a text");
    assert!(
        canonical.starts_with(&format!(
            "GET\n{PROJECT}/users/\ndescription=%E6%B5%8B%20a%2Bb&limit=2\nhost:"
        )),
        "{canonical}"
    );
    assert!(
        signature["string_to_sign"]
            .as_str()
            .is_some_and(|text| text.starts_with("SDK-HMAC-SHA256\n20240520T083000Z\n"))
    );

    let answer = send(
        &server,
        &by_huawei(list(), &key("test-ak", "nobody knows"), TIME),
    );
    let told = explained(&server, &answer);
    assert_eq!(told["signature"]["finding"], Value::Null);
    assert!(
        told["explanation"].to_string().contains("no known mistake"),
        "{told}"
    );
}

#[test]
fn a_token_is_good_for_its_project_its_namespace_and_its_day() {
    let server = signed::server("strict");
    let ours = token(
        &server,
        "default",
        json!({ "project": { "name": "cn-north-4" } }),
    );
    let other = token(
        &server,
        "default",
        json!({ "project": { "name": "cn-north-1" } }),
    );
    let domain = token(
        &server,
        "default",
        json!({ "domain": { "name": "IAMDomain" } }),
    );
    let there = token(
        &server,
        "suite7",
        json!({ "project": { "name": "cn-north-4" } }),
    );
    let one = format!("{PROJECT}/users/{API_TEST}");
    let get = |headers: &[(&str, &str)]| server.send("GET", &one, headers, b"");
    assert_eq!(get(&[("x-auth-token", &ours)]).verdict(), "200");
    for wrong in [&other, &domain] {
        assert_eq!(get(&[("x-auth-token", wrong)]).verdict(), "403 APIGW.0302");
    }
    let told = explained(&server, &get(&[("x-auth-token", &other)]));
    assert!(
        told["explanation"]
            .to_string()
            .contains("aa2d97d7e62c4b7da3ffdfc11551f878"),
        "{told}"
    );
    // The token finds its namespace by itself; another one does not know it.
    let deleted = server.send("DELETE", &one, &[("x-auth-token", &there)], b"");
    assert_eq!(deleted.status, 204, "{deleted}");
    assert_eq!(
        get(&[("x-auth-token", &there)]).verdict(),
        "400 WKS.00170312"
    );
    assert_eq!(get(&[("x-auth-token", &ours)]).verdict(), "200");
    refused(
        &get(&[
            ("x-auth-token", &there),
            ("x-rollcall-namespace", "default"),
        ]),
        "decrypt token fail",
    );

    server.json("POST", "/_rollcall/clock/advance", r#"{"by":"86399s"}"#);
    assert_eq!(get(&[("x-auth-token", &ours)]).verdict(), "200");
    server.json("POST", "/_rollcall/clock/advance", r#"{"by":"1s"}"#);
    refused(
        &get(&[("x-auth-token", &ours)]),
        "token expires, expires_at: 2024-05-21T08:30:00.000000Z",
    );
}

#[test]
fn the_vectors_of_the_contracts_verify_over_the_wire_and_no_changed_one_does() {
    for vector in vectors()
        .into_iter()
        .filter(|vector| vector.scheme == Scheme::Huawei)
    {
        let (key, mut request) = (vector.key(), vector.request.clone());
        let date = request.header_mut("x-sdk-date").clone();
        let moment = Time::parse_compact(&date).expect("a date");
        let token = key
            .token
            .map(|token| format!(":{token}"))
            .unwrap_or_default();
        let credential = format!("{}:{}{token}", key.id, key.secret)
            .parse()
            .expect("a credential");
        let options = frozen()
            .clock(Setting::Fixed(moment))
            .credentials(vec![credential]);
        let server = with(options.auth("strict").expect("a mode"));
        let answer = send(&server, &request);
        assert!(
            ![401, 403].contains(&answer.status),
            "{}: {answer}",
            vector.name
        );
        let signature = request.header_mut("authorization");
        let last = if signature.ends_with('0') { "1" } else { "0" };
        signature.replace_range(signature.len() - 1.., last);
        let answer = send(&server, &request);
        assert!(
            answer.text().contains("verify aksk signature fail"),
            "{}: {answer}",
            vector.name
        );
        if !vector.request.body.is_empty() && !vector.name.contains("unsigned") {
            let mut request = vector.request.clone();
            request.body.push(b' ');
            let answer = send(&server, &request);
            assert!(
                answer.text().contains("verify aksk signature fail"),
                "{}: {answer}",
                vector.name
            );
        }
    }
}
