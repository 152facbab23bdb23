//! What the gateway checks with authentication off: path and method. And that a token says whose data it is for.

use rollcall::clock::{Setting, Time};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{DOMAIN, TOKENS, ask, password, subject, token};
use crate::client::Answer;
use crate::huawei_rocketmq::PROJECT;
use crate::server::{Server, demo, frozen, with};
use crate::signed::{self, KEY, TIME, by_huawei, explained, key, send};
use crate::signing::Request;

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
fn huawei_s_gateway_answers_a_path_that_none_of_its_services_has() {
    let server = demo();
    let path = format!("/v1/{PROJECT}/instances/i/users");
    let signed = get(&server, &path);
    let with_token = server.send("GET", &path, &[("x-auth-token", "any")], b"");
    for answer in [signed, with_token] {
        assert_eq!(answer.verdict(), "404 APIGW.0101");
        let id = answer.json()["request_id"].clone();
        assert_eq!(answer.header("x-request-id"), id.as_str(), "{answer}");
    }
    let bare = server.get(&path);
    assert_eq!(bare.json()["title"], "No such API", "{bare}");
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

/// A look-up, signed.
fn get(server: &Server, path: &str) -> Answer {
    send(
        server,
        &by_huawei(Request::new("GET", path, ""), &KEY, TIME),
    )
}

/// The documented body with another user, or another password.
fn login(user: Value) -> Value {
    let mut body = password(&json!({ "project": { "name": "cn-north-4" } }));
    body["auth"]["identity"]["password"]["user"] = user;
    body
}

/// A refusal, and what the journal says of it.
#[track_caller]
fn refused(server: &Server, body: &Value, message: &str, because: &str) {
    let answer = ask(server, body);
    assert_eq!(answer.verdict(), "401 401", "{answer}");
    let expected = json!({ "error": { "code": 401, "message": message, "title": "Unauthorized" } });
    assert_eq!(answer.json(), expected);
    let told = explained(server, &answer);
    assert!(told["explanation"].to_string().contains(because), "{told}");
}

#[test]
fn everything_but_asking_for_a_token_wants_credentials() {
    for mode in ["lenient", "strict"] {
        let server = signed::server(mode);
        let bare = |method: &str, path: &str| server.send(method, path, &[], b"{}").verdict();
        assert_eq!(bare("GET", "/v3/projects/"), "404 APIGW.0101");
        assert_eq!(bare("POST", "/v3/projects"), "404 APIGW.0101");
        assert_eq!(bare("POST", TOKENS), "400 400");
        assert_eq!(bare("POST", "/v3.0/OS-AUTH/id-token/tokens"), "400 400");
        let unscoped = "/v3/OS-FEDERATION/identity_providers/i/protocols/oidc/auth";
        assert_eq!(bare("POST", unscoped), "400 400");
        for path in [
            "/v3/projects",
            "/v3/auth/domains",
            "/v3/auth/catalog",
            "/v5/caller-identity",
            TOKENS,
        ] {
            assert_eq!(bare("GET", path), "401 APIGW.0301", "{mode} {path}");
        }
        assert_eq!(
            bare("POST", "/v3.0/OS-CREDENTIAL/securitytokens"),
            "401 APIGW.0301"
        );
        for path in [
            "/v3/projects",
            "/v3/auth/domains",
            "/v3/auth/catalog",
            "/v5/caller-identity",
        ] {
            assert_eq!(get(&server, path).verdict(), "200", "{mode} {path}");
            let text = token(&server);
            let answer = server.send("GET", path, &[("x-auth-token", &text)], b"");
            assert_eq!(answer.verdict(), "200", "{mode} {path} with a token");
        }
    }
}

#[test]
fn a_token_of_any_bytes_is_a_token() {
    const INVALID: &str = "Incorrect IAM authentication information: decrypt token fail";
    let list = format!("/v2/{PROJECT}/instances");
    let keys = "/v3.0/OS-CREDENTIAL/securitytokens";
    let body = br#"{"auth":{"identity":{"methods":["token"]}}}"#;
    let agency = json!({ "auth": { "identity": {
        "methods": ["assume_role"],
        "assume_role": { "domain_name": "IAMDomain", "agency_name": "ops" },
    } } })
    .to_string();
    let calls: [(&str, &str, &[u8]); 4] = [
        ("GET", &list, b""),
        ("GET", "/v3/projects", b""),
        ("POST", keys, body),
        ("POST", TOKENS, agency.as_bytes()),
    ];
    for (method, path, body) in calls {
        let send = |mode: &str| {
            let headers = [("x-auth-token", "令牌")];
            signed::server(mode).send(method, path, &headers, body)
        };
        let answer = send("lenient");
        assert!(answer.status < 300, "{method} {path}: {answer}");
        let answer = send("strict");
        assert_eq!(answer.json()["error_msg"], INVALID, "{method} {path}");
    }
}

#[test]
fn strict_accepts_the_passwords_of_the_seed_and_no_others() {
    const WRONG: &str = "The username or password is wrong.";
    let server = signed::server("strict");
    let domain = json!({ "name": "IAMDomain" });
    for user in [
        json!({ "name": "IAMUser", "password": "IAMPassword", "domain": domain }),
        json!({ "name": "张伟", "password": "Zh@ngWei-2024", "domain": { "id": DOMAIN } }),
        json!({ "id": super::USER, "password": "IAMPassword" }),
    ] {
        assert_eq!(ask(&server, &login(user)).status, 201);
    }
    for (user, because) in [
        (
            json!({ "name": "IAMUser", "password": "iampassword", "domain": domain }),
            "another password",
        ),
        (
            json!({ "name": "IAMUser", "password": "", "domain": domain }),
            "another password",
        ),
        (
            json!({ "name": "nobody", "password": "IAMPassword", "domain": domain }),
            "no such user",
        ),
        (
            json!({ "name": "IAMUser", "password": "IAMPassword", "domain": { "name": "Other" } }),
            "no such user",
        ),
        (
            json!({ "name": "disabled-user", "password": "D1sabled-user", "domain": domain }),
            "disabled",
        ),
    ] {
        refused(&server, &login(user), WRONG, because);
    }
    let wrong = login(json!({ "name": "nobody", "password": "any", "domain": domain }));
    assert_eq!(ask(&signed::server("lenient"), &wrong).status, 201);
}

#[test]
fn strict_scopes_are_projects_and_the_domain_of_the_user() {
    const UNKNOWN: &str = "The project or domain of the scope does not exist.";
    let server = signed::server("strict");
    for scope in [
        json!({ "project": { "name": "cn-north-1" } }),
        json!({ "project": { "id": "aa2d97d7e62c4b7da3ffdfc11551f878" } }),
        // Every account has a project for every region.
        json!({ "project": { "name": "cn-nowhere-1" } }),
        json!({ "domain": { "id": DOMAIN } }),
        json!(null),
    ] {
        assert_eq!(ask(&server, &password(&scope)).status, 201);
    }
    for (scope, because) in [
        (json!({ "project": { "name": "nowhere" } }), "nowhere"),
        (json!({ "project": { "id": "f".repeat(32) } }), "no project"),
        (
            json!({ "project": { "name": "cn-north-4", "domain": { "name": "Other" } } }),
            "no project",
        ),
        (json!({ "domain": { "name": "Other" } }), "not the user's"),
    ] {
        refused(&server, &password(&scope), UNKNOWN, because);
    }
}

#[test]
fn strict_identifies_by_a_token_only_where_it_is_one() {
    let server = signed::server("strict");
    let by_token = |text: &str| {
        json!({ "auth": {
            "identity": { "methods": ["token"], "token": { "id": text } },
            "scope": { "project": { "name": "cn-north-1" } },
        } })
    };
    let ours = token(&server);
    let answer = ask(&server, &by_token(&ours));
    assert_eq!(answer.json()["token"]["user"]["name"], "IAMUser");
    refused(
        &server,
        &by_token("garbled"),
        "The token is invalid.",
        "was not issued",
    );

    let agency = json!({ "auth": { "identity": {
        "methods": ["assume_role"],
        "assume_role": { "domain_name": "IAMDomain", "agency_name": "ops" },
    } } })
    .to_string();
    let assume =
        |text: &str| server.send("POST", TOKENS, &[("x-auth-token", text)], agency.as_bytes());
    assert_eq!(assume("").verdict(), "401 APIGW.0301");
    assert_eq!(assume("garbled").verdict(), "401 APIGW.0301");
    assert_eq!(assume(&ours).status, 201);
    let strange = agency.replace("IAMDomain", "Other");
    let answer = server.send(
        "POST",
        TOKENS,
        &[("x-auth-token", &ours)],
        strange.as_bytes(),
    );
    assert_eq!(answer.verdict(), "401 401");

    server.json("POST", "/_rollcall/clock/advance", r#"{"by":"24h"}"#);
    refused(
        &server,
        &by_token(&ours),
        "The token is invalid.",
        "past its time",
    );
    assert_eq!(assume(&ours).verdict(), "401 APIGW.0301");
}

#[test]
fn strict_lists_projects_that_are_configured_and_those_of_regions() {
    let names = |answer: &Answer| answer.json()["projects"].as_array().map(Vec::len);
    let path = "/v3/projects?name=nowhere";
    assert_eq!(names(&get(&signed::server("off"), path)), Some(1));
    assert_eq!(names(&get(&signed::server("lenient"), path)), Some(1));
    let server = signed::server("strict");
    assert_eq!(names(&get(&server, path)), Some(0));
    for region in ["cn-north-4", "cn-nowhere-1", "ap-south-east-12"] {
        let path = format!("/v3/projects?name={region}");
        assert_eq!(names(&get(&server, &path)), Some(1), "{region}");
    }
    for name in ["cn-1", "cn-north-", "CN-north-4", "cn-north-4a", "--1"] {
        let path = format!("/v3/projects?name={name}");
        assert_eq!(names(&get(&server, &path)), Some(0), "{name}");
    }
}

#[test]
fn a_key_made_of_a_token_signs_for_its_while() {
    const PATH: &str = "/v3.0/OS-CREDENTIAL/securitytokens";
    let server = signed::server("strict");
    let ours = token(&server);
    let body = |text: &str| {
        json!({ "auth": { "identity": { "methods": ["token"], "token": { "id": text, "duration_seconds": 900 } } } })
            .to_string()
    };
    // Python sends its token in the body, Node in the header.
    assert_eq!(
        server.json("POST", PATH, &body("garbled")).verdict(),
        "401 APIGW.0301"
    );
    let in_header = server.send(
        "POST",
        PATH,
        &[("x-auth-token", &ours)],
        br#"{"auth":{"identity":{"methods":["token"]}}}"#,
    );
    assert_eq!(in_header.status, 201, "{in_header}");
    let answer = server.json("POST", PATH, &body(&ours));
    assert_eq!(answer.status, 201, "{answer}");
    let issued = answer.json()["credential"].clone();
    let text = |name: &str| issued[name].as_str().expect("a text").to_owned();
    let (access, secret, security) = (text("access"), text("secret"), text("securitytoken"));
    let mut temporary = key(&access, &secret);
    temporary.token = Some(&security);
    let look_up = |time: i64| {
        let request = by_huawei(Request::new("GET", "/v3/projects", ""), &temporary, time);
        send(&server, &request).verdict()
    };
    assert_eq!(look_up(TIME), "200");
    // A snapshot keeps it, an export is data only.
    server.restore_itself();
    assert_eq!(look_up(TIME), "200");
    let export = server.get("/_rollcall/namespaces/default/export");
    let exported = export.text();
    assert!(
        exported.contains("temp-ak") && !exported.contains(&access[..20]),
        "{exported}"
    );
    server.json("POST", "/_rollcall/clock/advance", r#"{"by":"900s"}"#);
    assert_eq!(look_up(TIME + 900), "401 APIGW.0301");
    // A key that may only read makes none.
    let reader = key("read-ak", "s3cr3t-of-read-ak");
    let request = by_huawei(
        Request::new("POST", PATH, &body(&ours)),
        &reader,
        TIME + 900,
    );
    assert_eq!(send(&server, &request).verdict(), "403 APIGW.0302");
}

#[test]
fn tokens_outlive_the_server_where_data_does() {
    let folder = TempDir::new().expect("a folder");
    let at = |moment: &str| {
        let moment = Time::parse_rfc3339(moment).expect("a time");
        let options = frozen().auth("strict").expect("a mode").data(folder.path());
        with(options.clock(Setting::Fixed(moment)))
    };
    let text = token(&at("2024-05-20T08:30:00Z"));
    let look_up =
        |server: &Server| server.send("GET", "/v3/projects", &[("x-auth-token", &text)], b"");
    assert_eq!(look_up(&at("2024-05-21T08:29:59Z")).verdict(), "200");
    let answer = look_up(&at("2024-05-21T08:30:00Z"));
    assert_eq!(answer.verdict(), "401 APIGW.0301");
    assert!(
        answer
            .text()
            .contains("token expires, expires_at: 2024-05-21T08:30:00.000000Z"),
        "{answer}"
    );
}

#[test]
fn services_and_scopes_take_the_projects_that_iam_made_up() {
    let server = with(frozen().auth("strict").expect("a mode").empty());
    let seed = json!({ "huawei-iam": {
        "domains": [{ "id": DOMAIN, "name": "IAMDomain" }],
        "users": [{ "id": super::USER, "name": "IAMUser", "password": "IAMPassword", "domain_id": DOMAIN }],
        "projects": [
            { "id": "a".repeat(32), "name": "cn-north-1", "domain_id": DOMAIN },
            { "id": "b".repeat(32), "name": "cn-south-1", "domain_id": DOMAIN, "enabled": false },
        ],
    } });
    let path = "/_rollcall/namespaces/default/seed";
    assert_eq!(server.json("POST", path, &seed.to_string()).status, 200);
    for region in ["cn-north-4", "cn-east-2"] {
        let listed = get(&server, &format!("/v3/projects?name={region}")).json();
        let id = listed["projects"][0]["id"].as_str().expect("an id");
        let paths = ["instances", "users"].map(|list| format!("/v2/{id}/{list}"));
        for path in &paths {
            assert_eq!(get(&server, path).verdict(), "200", "{region} {path}");
        }
        for scope in [json!({ "name": region }), json!({ "id": id })] {
            let answer = ask(&server, &password(&json!({ "project": scope })));
            assert_eq!(answer.verdict(), "201", "{scope}");
            assert_eq!(answer.json()["token"]["project"]["id"], id);
            let text = subject(&answer);
            for path in &paths {
                let answer = server.send("GET", path, &[("x-auth-token", &text)], b"");
                assert_eq!(answer.verdict(), "200", "{scope} {path}");
            }
        }
    }
    let strange = format!("/v2/{}/instances", "f".repeat(32));
    assert_eq!(get(&server, &strange).verdict(), "401 DMS.10240104");
    let disabled = password(&json!({ "project": { "name": "cn-south-1" } }));
    assert_eq!(ask(&server, &disabled).verdict(), "401 401");
}

#[test]
fn an_agency_s_key_signs_for_its_while() {
    const PATH: &str = "/v3.0/OS-CREDENTIAL/securitytokens";
    let server = signed::server("strict");
    let post = |assume_role: Value, methods: Value| {
        let body =
            json!({ "auth": { "identity": { "methods": methods, "assume_role": assume_role } } });
        let request =
            Request::new("POST", PATH, &body.to_string()).with("content-type", "application/json");
        send(&server, &by_huawei(request, &KEY, TIME))
    };
    let role = || json!(["assume_role"]);
    let agency = json!({ "agency_name": "ops", "domain_name": "IAMDomain", "duration_seconds": 1000, "session_user": { "name": "me" } });
    let answer = post(agency, role());
    assert_eq!(answer.status, 201, "{answer}");
    let names: Vec<_> = ["access", "expires_at", "secret", "securitytoken"]
        .iter()
        .map(|name| {
            answer
                .text()
                .find(&format!("\"{name}\""))
                .expect("a member")
        })
        .collect();
    assert!(names.is_sorted(), "{answer}");
    let issued = answer.json()["credential"].clone();
    assert_eq!(issued["expires_at"], "2024-05-20T08:46:40.000000Z");
    let text = |name: &str| issued[name].as_str().expect("a text").to_owned();
    let (access, secret, security) = (text("access"), text("secret"), text("securitytoken"));
    let mut temporary = key(&access, &secret);
    temporary.token = Some(&security);
    let look_up = || {
        let request = by_huawei(Request::new("GET", "/v3/projects", ""), &temporary, TIME);
        send(&server, &request).verdict()
    };
    assert_eq!(look_up(), "200");
    let domain = |name: &str| json!({ "agency_name": "ops", "domain_name": name });
    for (assume_role, methods, expected) in [
        (domain("IAMDomain"), role(), "201"),
        (domain("Nobody"), role(), "401 401"),
        (json!({ "agency_name": "ops" }), role(), "400 400"),
        (json!({ "domain_name": "IAMDomain" }), role(), "400 400"),
        (
            json!({ "agency_name": "ops", "domain_name": "d", "duration_seconds": 899 }),
            role(),
            "400 400",
        ),
        (
            json!({ "agency_name": "ops", "domain_name": "d", "duration_seconds": 86401 }),
            role(),
            "400 400",
        ),
        (
            domain("IAMDomain"),
            json!(["assume_role", "token"]),
            "400 400",
        ),
    ] {
        let answer = post(assume_role.clone(), methods);
        assert_eq!(answer.verdict(), expected, "{assume_role}: {answer}");
    }
    server.json("POST", "/_rollcall/clock/advance", r#"{"by":"899s"}"#);
    assert_eq!(look_up(), "200");
    server.json("POST", "/_rollcall/clock/advance", r#"{"by":"101s"}"#);
    assert_eq!(look_up(), "401 APIGW.0301");
}

#[test]
fn an_unknown_key_is_told_what_the_quirk_says_and_the_gateway_ends_its_lines() {
    for (provider, path) in [
        ("huawei-iam", "/v3/projects"),
        ("huawei-workspace", "/v2/p/users"),
        ("huawei-rocketmq", "/v2/p/instances"),
    ] {
        let quirk = format!("{provider}.unknown-key");
        for (value, text) in [
            ("unauthorized", "Unauthorized"),
            ("not-exist", "ak nobody not exist"),
        ] {
            let options = frozen().auth("strict").expect("a mode");
            let server = with(options.quirk(&quirk, value).expect("a quirk"));
            let stranger = key("nobody", "x");
            let request = by_huawei(Request::new("GET", path, ""), &stranger, TIME);
            let answer = send(&server, &request);
            let body = answer.text();
            let said = format!("Incorrect IAM authentication information: {text}");
            assert_eq!(answer.json()["error_msg"], said, "{provider}");
            assert!(body.ends_with("}\n"), "{answer}");
            assert_eq!(
                answer.header("content-length"),
                Some(&*body.len().to_string())
            );
            assert_eq!(answer.header("content-type"), Some("application/json"));
            assert_eq!(answer.header("x-iam-trace-id"), None);
        }
    }
}
