//! What the gateway checks with authentication off: path and method. And that a token says whose data it is for.

use serde_json::json;

use super::{TOKENS, ask, password, subject, token};
use crate::huawei_rocketmq::PROJECT;
use crate::server::{Server, demo};

#[test]
fn paths_and_methods() {
    #[track_caller]
    fn check(server: &Server, method: &str, path: &str, expected: &str) {
        assert_eq!(
            server.send(method, path, &[], b"").verdict(),
            expected,
            "{method} {path}"
        );
    }
    let server = demo();
    check(&server, "GET", "/v3/projects", "200");
    check(&server, "GET", "/v3/projects/", "404 APIGW.0101");
    check(&server, "POST", "/v3/projects", "404 APIGW.0101");
    check(&server, "GET", "/v3/auth/domains/", "404 APIGW.0101");
    check(&server, "GET", "/v3/auth/tokens//", "404 APIGW.0101");
    check(&server, "HEAD", "/v3/auth/tokens", "404");
    check(&server, "GET", "/v3/auth/tokens/", "404 404");
    check(&server, "POST", "/v3/auth/tokens/", "400 400");
    check(&server, "GET", "/v3/regions", "404 APIGW.0101");
    check(&server, "GET", "/v5/caller-identity", "200");
    check(&server, "POST", "/v5/caller-identity", "404 APIGW.0101");
    check(
        &server,
        "GET",
        "/v3.0/OS-AUTH/id-token/tokens",
        "404 APIGW.0101",
    );
    check(&server, "GET", "/huawei-iam/v3/projects", "200");
}

#[test]
fn a_token_names_its_namespace() {
    let server = demo();
    let body = password(&json!({ "project": { "name": "cn-north-4" } })).to_string();
    let answer = server.send(
        "POST",
        TOKENS,
        &[("x-rollcall-namespace", "suite7")],
        body.as_bytes(),
    );
    let text = subject(&answer);
    assert!(text.ends_with("~suite7"), "{text}");

    // Another service finds the namespace by the token alone.
    let user =
        format!("/v2/{PROJECT}/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users/test_01");
    let with_token = [("x-auth-token", text.as_str())];
    assert_eq!(server.send("DELETE", &user, &with_token, b"").status, 200);
    assert_eq!(server.send("GET", &user, &with_token, b"").status, 400);
    assert_eq!(server.get(&user).status, 200);

    // So does IAM, by the token that is asked about.
    let asked = server.send("GET", TOKENS, &[("x-subject-token", &text)], b"");
    assert_eq!(asked.status, 200);
    let elsewhere = [
        ("x-subject-token", text.as_str()),
        ("x-rollcall-namespace", "default"),
    ];
    assert_eq!(
        server.send("GET", TOKENS, &elsewhere, b"").verdict(),
        "404 404"
    );
}

#[test]
fn a_text_that_is_no_token_names_no_namespace() {
    let server = demo();
    let ours = token(&server);
    let forged = ours.replace("~default", "~Not-A-Name");
    for text in [
        "~suite7",
        "MII~suite7",
        "x~../y",
        &forged,
        &format!("{ours}~x"),
    ] {
        assert_eq!(
            server
                .send("GET", "/v3/projects", &[("x-auth-token", text)], b"")
                .status,
            200,
            "{text}"
        );
    }
    let namespaces = server.get("/_rollcall/namespaces").text().to_owned();
    assert!(
        !namespaces.contains("suite7") && !namespaces.contains("Not-A-Name"),
        "{namespaces}"
    );
}

#[test]
fn a_temporary_key_names_its_namespace() {
    let server = demo();
    let body = r#"{"auth":{"identity":{"methods":["token"]}}}"#;
    let path = "/v3.0/OS-CREDENTIAL/securitytokens";
    let answer = server.send(
        "POST",
        path,
        &[("x-rollcall-namespace", "suite7")],
        body.as_bytes(),
    );
    let access = answer.json()["credential"]["access"]
        .as_str()
        .expect("a key")
        .to_owned();
    assert!(
        access.starts_with("HST") && access.ends_with("~suite7"),
        "{access}"
    );
}

#[test]
fn any_name_and_password_will_do() {
    let server = demo();
    let mut body = password(&json!({ "project": { "name": "cn-north-4" } }));
    body["auth"]["identity"]["password"]["user"]["password"] = json!("");
    assert_eq!(ask(&server, &body).status, 201);
    body["auth"]["identity"]["password"]["user"]["name"] = json!("谁\0🚀");
    let answer = ask(&server, &body);
    assert_eq!(
        (answer.status, &answer.json()["token"]["user"]["name"]),
        (201, &json!("谁\0🚀"))
    );
}

#[test]
fn passwords_are_kept_nowhere() {
    let server = demo();
    token(&server);
    let export = server
        .get("/_rollcall/namespaces/default/export")
        .text()
        .to_owned();
    assert!(
        export.contains("IAMUser") && !export.contains("IAMPassword"),
        "{export}"
    );
    let journal = server.get("/_rollcall/journal").json();
    for entry in journal["entries"].as_array().expect("entries") {
        let whole = server
            .get(&format!("/_rollcall/journal/{}", entry["id"]))
            .text()
            .to_owned();
        assert!(
            !whole.contains("IAMPassword") && !whole.contains("~default"),
            "{whole}"
        );
    }
}
