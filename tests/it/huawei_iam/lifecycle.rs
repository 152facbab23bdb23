//! Tokens from their issue to their end.

use serde_json::{Value, json};

use super::{DOMAIN, PROJECT, TOKENS, USER, ask, password, subject, token};
use crate::server::{Server, at_once, demo};

fn show(server: &Server, text: &str) -> crate::client::Answer {
    server.send(
        "GET",
        TOKENS,
        &[("x-auth-token", text), ("x-subject-token", text)],
        b"",
    )
}

#[test]
fn the_whole_answer_of_a_new_token() {
    insta::assert_snapshot!(ask(
        &demo(),
        &password(&json!({ "project": { "name": "cn-north-4" } }))
    ));
}

#[test]
fn a_token_is_shown_as_it_was_issued() {
    let server = demo();
    let issued = ask(&server, &password(&json!({ "project": { "id": PROJECT } })));
    let text = subject(&issued);
    let shown = show(&server, &text);
    assert_eq!((shown.status, shown.text()), (200, issued.text()));
    assert_eq!(shown.header("x-subject-token"), Some(text.as_str()));
    assert!(text.starts_with("MII") && 200 <= text.len() && text.len() < 8192);
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    assert!(text.bytes().all(unreserved), "{text}");
    assert_ne!(token(&server), text);
}

#[test]
fn a_token_ends_after_a_day_by_the_namespace_s_clock() {
    let server = demo();
    let text = token(&server);
    let advance = |by: &str| {
        let answer = server.json(
            "POST",
            "/_rollcall/clock/advance",
            &json!({ "by": by }).to_string(),
        );
        assert_eq!(answer.status, 200, "{answer}");
    };
    advance("86399s");
    assert_eq!(show(&server, &text).status, 200);
    advance("1s");
    assert_eq!(show(&server, &text).verdict(), "404 404");
}

#[test]
fn a_reset_forgets_tokens() {
    let server = demo();
    let text = token(&server);
    assert_eq!(
        server
            .json("POST", "/_rollcall/namespaces/default/reset", "")
            .status,
        200
    );
    assert_eq!(show(&server, &text).verdict(), "404 404");
}

/// Issues a token and gives what is in it.
#[track_caller]
fn granted(server: &Server, body: &Value) -> Value {
    let answer = ask(server, body);
    assert_eq!(answer.status, 201, "{answer}");
    answer.json()["token"].clone()
}

#[test]
fn a_scope_names_a_project_or_a_domain_by_id_or_name() {
    let server = demo();
    let scoped = |scope: Value| granted(&server, &password(&scope));
    let own = json!({ "id": DOMAIN, "name": "IAMDomain" });
    for scope in [
        json!({ "project": { "name": "cn-north-4" } }),
        json!({ "project": { "id": PROJECT } }),
        json!({ "project": { "name": "cn-north-4", "domain": { "name": "IAMDomain" } } }),
        json!({ "project": { "name": "cn-north-4", "domain": { "id": DOMAIN } } }),
        json!({ "project": { "id": PROJECT, "name": "whatever" }, "domain": { "name": "IAMDomain" } }),
    ] {
        let token = scoped(scope.clone());
        assert_eq!(
            token["project"],
            json!({ "domain": own, "id": PROJECT, "name": "cn-north-4" }),
            "{scope}"
        );
        assert!(token.get("domain").is_none());
    }
    for scope in [
        json!({ "domain": { "name": "IAMDomain" } }),
        json!({ "domain": { "id": DOMAIN } }),
        json!(null),
    ] {
        let token = scoped(scope.clone());
        assert_eq!(token["domain"], own, "{scope}");
        assert!(token.get("project").is_none());
    }
}

#[test]
fn what_the_seed_does_not_have_is_made_up_and_stays_the_same() {
    let server = demo();
    let scoped = |scope: Value| granted(&server, &password(&scope));
    let named = scoped(json!({ "project": { "name": "mars-1" } }));
    let listed = server.get("/v3/projects?name=mars-1").json();
    assert_eq!(named["project"]["id"], listed["projects"][0]["id"]);
    let by_id = scoped(json!({ "project": { "id": "0a1b2c3d4e5f60718293a4b5c6d7e8f0" } }));
    assert_eq!(by_id["project"]["name"], "cn-north-4");

    let body = json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": {
        "name": "IAMUser", "password": "x", "domain": { "name": "Elsewhere" },
    } } }, "scope": { "project": { "name": "mars-1" } } } });
    let elsewhere = granted(&server, &body);
    assert_eq!(elsewhere["user"]["domain"]["name"], "Elsewhere");
    assert_eq!(elsewhere["project"]["domain"], elsewhere["user"]["domain"]);
    assert_ne!(elsewhere["user"]["id"], USER);
    assert_eq!(granted(&server, &body)["user"], elsewhere["user"]);
}

#[test]
fn every_method_says_who_somebody_is() {
    let server = demo();
    let identity = |identity: Value| granted(&server, &json!({ "auth": { "identity": identity } }));
    let by_id = identity(
        json!({ "methods": ["password"], "password": { "user": { "id": USER, "password": "x" } } }),
    );
    assert_eq!(
        (&by_id["user"]["name"], &by_id["methods"]),
        (&json!("IAMUser"), &json!(["password"]))
    );
    let mfa = identity(
        json!({ "methods": ["password", "totp"], "password": { "user": { "id": USER, "password": "x" } }, "totp": { "user": { "id": USER }, "passcode": "123456" } }),
    );
    assert_eq!(mfa["methods"], json!(["password", "totp"]));
    let agency = identity(
        json!({ "methods": ["assume_role"], "assume_role": { "domain_name": "IAMDomain", "agency_name": "ops" } }),
    );
    assert_eq!(
        (&agency["user"]["name"], &agency["user"]["domain"]["id"]),
        (&json!("IAMDomain/ops"), &json!(DOMAIN))
    );
    let unknown = identity(json!({ "methods": ["token"], "token": { "id": "nonsense" } }));
    assert_eq!(unknown["user"]["id"], USER);
}

#[test]
fn a_token_gives_another_token_for_the_same_user() {
    let server = demo();
    let first = subject(&ask(
        &server,
        &json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": {
        "name": "somebody", "password": "x", "domain": { "name": "Elsewhere" },
    } } } } }),
    ));
    let second = granted(
        &server,
        &json!({ "auth": {
        "identity": { "methods": ["token"], "token": { "id": first } }, "scope": { "project": { "name": "cn-north-4" } },
    } }),
    );
    assert_eq!(
        (&second["user"]["name"], &second["user"]["domain"]["name"]),
        (&json!("somebody"), &json!("Elsewhere"))
    );
    assert_eq!(
        (&second["methods"], &second["project"]["name"]),
        (&json!(["token"]), &json!("cn-north-4"))
    );
}

#[test]
fn federated_users_get_a_token_and_then_a_key() {
    let server = demo();
    let path = "/v3.0/OS-AUTH/id-token/tokens";
    let body = r#"{"auth": {"id_token": {"id": "eyJhbGciOi"}}}"#;
    assert_eq!(server.json("POST", path, body).verdict(), "400 400");
    let empty = server.send("POST", path, &[("x-idp-id", "")], body.as_bytes());
    assert_eq!(empty.verdict(), "400 400");
    let answer = server.send("POST", path, &[("x-idp-id", "身份")], body.as_bytes());
    assert_eq!(answer.status, 201, "{answer}");
    let text = subject(&answer);
    assert_eq!(show(&server, &text).text(), answer.text());

    let body = json!({ "auth": { "identity": { "methods": ["token"], "token": { "id": text, "duration_seconds": 21_600 } } } });
    let answer = server.json(
        "POST",
        "/v3.0/OS-CREDENTIAL/securitytokens",
        &body.to_string(),
    );
    assert_eq!(answer.status, 201, "{answer}");
    assert_eq!(
        answer.json()["credential"]["expires_at"],
        "2024-05-20T14:30:00.000000Z"
    );
    let again = server.json(
        "POST",
        "/v3.0/OS-CREDENTIAL/securitytokens",
        &body.to_string(),
    );
    assert_ne!(
        again.json()["credential"]["access"],
        answer.json()["credential"]["access"]
    );
}

/// Huawei's Node SDK asks for a token of federated credentials here, and then for a key with the token in a header.
#[test]
fn federated_users_of_the_node_sdk_get_a_token_without_a_scope_and_then_a_key() {
    let server = demo();
    let path = "/v3/OS-FEDERATION/identity_providers/my-idp/protocols/oidc/auth";
    for wrong in ["", "Bearer", "Bearer  ", "Basic eyJhbGciOi"] {
        let answer = server.send("POST", path, &[("authorization", wrong)], b"");
        assert_eq!(answer.verdict(), "400 400", "{wrong}");
    }
    assert_eq!(server.send("POST", path, &[], b"").verdict(), "400 400");
    let answer = server.send(
        "POST",
        path,
        &[("authorization", "Bearer eyJhbGciOi")],
        b"{}",
    );
    assert_eq!(answer.status, 201, "{answer}");
    let token = &answer.json()["token"];
    assert_eq!(token["methods"], json!(["mapped"]));
    assert_eq!(token.get("project"), None, "{answer}");
    let text = subject(&answer);
    assert_eq!(show(&server, &text).text(), answer.text());

    let body =
        r#"{"auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": 21600}}}}"#;
    let target = "/v3.0/OS-CREDENTIAL/securitytokens";
    let key = server.send("POST", target, &[("x-auth-token", &text)], body.as_bytes());
    assert_eq!(key.status, 201, "{key}");
}

#[test]
fn a_restored_namespace_issues_tokens_and_keys_that_it_did_not_issue_before() {
    let server = demo();
    let first = token(&server);
    server.restore_itself();
    let second = token(&server);
    assert_ne!(second, first);
    assert_eq!(show(&server, &first).status, 200);
    assert_eq!(show(&server, &second).status, 200);

    let body = r#"{"auth": {"identity": {"methods": ["token"]}}}"#;
    let issue = || {
        server.restore_itself();
        let answer = server.json("POST", "/v3.0/OS-CREDENTIAL/securitytokens", body);
        answer.json()["credential"]["access"].clone()
    };
    let first = issue();
    assert!(first.is_string(), "{first}");
    assert_ne!(issue(), first);
}

#[test]
fn many_clients_get_tokens_at_once() {
    let server = demo();
    let mut texts = at_once(8, || token(&server));
    assert!(texts.iter().all(|text| show(&server, text).status == 200));
    texts.dedup();
    assert_eq!(texts.len(), 8);
}
