//! Projects, domains, the catalogue, and who calls.

use serde_json::{Value, json};

use super::{DOMAIN, PROJECT, USER, ask, subject};
use crate::server::{Server, demo, frozen, with};

fn projects(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.get(&format!("/v3/projects?{query}"));
    assert_eq!(answer.status, 200, "{query}");
    answer.json()["projects"]
        .as_array()
        .expect("a list")
        .clone()
}

#[test]
fn the_whole_answers_of_the_look_ups() {
    let server = demo();
    insta::assert_snapshot!(server.get("/v3/projects?name=cn-north-4"));
    insta::assert_snapshot!(server.get("/v3/auth/domains").text(), @r#"{"domains":[{"id":"d78cbac186b744899480f25bd022f468","name":"IAMDomain","description":"","enabled":true,"links":{"self":"http://127.0.0.1/v3/domains/d78cbac186b744899480f25bd022f468"}}],"links":{"self":"http://127.0.0.1/v3/auth/domains"}}"#);
    insta::assert_snapshot!(server.get("/v3/auth/catalog").text(), @r#"{"catalog":[],"links":{}}"#);
    insta::assert_snapshot!(server.get("/v5/caller-identity").text(), @r#"{"account_id":"d78cbac186b744899480f25bd022f468","principal_urn":"iam::d78cbac186b744899480f25bd022f468:user:IAMUser","principal_id":"7116d09f88fa41908676fdd4b039e95b"}"#);
}

#[test]
fn any_name_has_exactly_one_project_and_always_the_same() {
    #[track_caller]
    fn check(name: &str, encoded: &str, id: &str) {
        for server in [demo(), with(frozen().empty())] {
            let found = projects(&server, &format!("name={encoded}"));
            assert_eq!(found.len(), 1, "{name}");
            assert_eq!(found[0]["name"], name);
            if !id.is_empty() {
                assert_eq!(found[0]["id"], id, "{name}");
            }
            assert_eq!(found[0]["id"].as_str().map(str::len), Some(32), "{name}");
            assert_eq!(found[0]["domain_id"], DOMAIN, "{name}");
            assert_eq!(projects(&server, &format!("name={encoded}")), found);
        }
    }
    check("cn-north-4", "cn-north-4", PROJECT);
    // 24 digits of the SHA-256 of "project:cn-east-2", and 8 of the SHA-256 of these.
    check("cn-east-2", "cn-east-2", "92bff5c5b40eedc725b4d59105b104a4");
    check(
        "任何 名字🚀",
        "%E4%BB%BB%E4%BD%95+%E5%90%8D%E5%AD%97%F0%9F%9A%80",
        "",
    );
    check("a\0b", "a%00b", "");
    check("%", "%25", "");
    let long = "x".repeat(10_000);
    check(&long, &long, "");
}

#[test]
fn a_project_of_the_seed_goes_before_a_made_up_one() {
    let found = projects(&demo(), "name=cn-north-1");
    assert_eq!(found[0]["id"], "aa2d97d7e62c4b7da3ffdfc11551f878");
}

#[test]
fn of_equal_names_the_caller_s_own_project_is_found() {
    let server = with(frozen().empty());
    let user = |id: &str, domain: &str| json!({ "id": id, "name": "u", "domain_id": domain });
    let project =
        |id: &str, name: &str, domain: &str| json!({ "id": id, "name": name, "domain_id": domain });
    let seed = json!({ "huawei-iam": {
        "domains": [{ "id": "d1", "name": "One" }, { "id": "d2", "name": "Two" }],
        "users": [user("u1", "d1"), user("u2", "d2")],
        "projects": [
            project("p1", "cn-north-4", "d1"),
            project("p2", "cn-north-4", "d2"),
            project("p3", "cn-south-1", "d1"),
        ],
    } });
    let path = "/_rollcall/namespaces/default/seed";
    assert_eq!(server.json("POST", path, &seed.to_string()).status, 200);
    let find = |user: &str, query: &str| {
        let body = json!({ "auth": { "identity": { "methods": ["password"], "password": {
            "user": { "id": user, "password": "x" },
        } } } });
        let text = subject(&ask(&server, &body));
        let path = format!("/v3/projects?{query}");
        let answer = server.send("GET", &path, &[("x-auth-token", &text)], b"");
        answer.json()["projects"][0]["id"].clone()
    };
    assert_eq!(find("u1", "name=cn-north-4"), "p1");
    assert_eq!(find("u2", "name=cn-north-4"), "p2");
    assert_eq!(find("u2", "name=cn-north-4&domain_id="), "p2");
    assert_eq!(find("u2", "name=cn-north-4&domain_id=d1"), "p1");
    assert_eq!(find("u1", "name=cn-north-4&domain_id=d2"), "p2");
    // Who has none of that name finds another's rather than nothing.
    assert_eq!(find("u2", "name=cn-south-1"), "p3");
    let bare = projects(&server, "name=cn-north-4");
    assert_eq!(bare[0]["id"], "p1");
}

#[test]
fn without_a_name_all_projects_of_the_seed_are_listed() {
    let server = demo();
    let all = projects(&server, "");
    assert_eq!(all.len(), 9);
    assert_eq!(all[0]["id"], PROJECT);
    assert_eq!(projects(&server, "name=&domain_id="), all);
    assert_eq!(projects(&server, &format!("domain_id={DOMAIN}")), all);
    assert!(projects(&server, "domain_id=another").is_empty());
    assert_eq!(projects(&server, "name=cn-north-4&domain_id=").len(), 1);
    let elsewhere = projects(&server, "name=cn-north-4&domain_id=another");
    assert_eq!(
        (elsewhere.len(), &elsewhere[0]["domain_id"]),
        (1, &json!("another"))
    );
}

#[test]
fn links_lead_back_to_where_the_client_came_from() {
    let answer = demo().send(
        "GET",
        "/v3/projects?name=cn-north-4",
        &[("host", "localhost:4700")],
        b"",
    );
    assert_eq!(
        answer.json()["links"]["self"],
        "http://localhost:4700/v3/projects"
    );
}

#[test]
fn the_holder_of_a_token_is_the_caller() {
    let server = demo();
    let body = json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": {
        "name": "somebody", "password": "x", "domain": { "name": "SomeDomain" },
    } } } } });
    let text = subject(&ask(&server, &body));
    let identity = server
        .send(
            "GET",
            "/v5/caller-identity",
            &[("x-auth-token", &text)],
            b"",
        )
        .json();
    let domains = server
        .send("GET", "/v3/auth/domains", &[("x-auth-token", &text)], b"")
        .json();
    assert_eq!(domains["domains"][0]["name"], "SomeDomain");
    assert_eq!(domains["domains"][0]["id"], identity["account_id"]);
    let urn = identity["principal_urn"].as_str().expect("a text");
    assert!(
        urn.starts_with("iam::") && urn.ends_with(":user:somebody"),
        "{urn}"
    );
    // Anybody else is the first user of the seed.
    let identity = server
        .send(
            "GET",
            "/v5/caller-identity",
            &[("x-auth-token", "nonsense")],
            b"",
        )
        .json();
    assert_eq!(
        (&identity["account_id"], &identity["principal_id"]),
        (&json!(DOMAIN), &json!(USER))
    );
}

#[test]
fn an_empty_server_has_an_account_too() {
    let server = with(frozen().empty());
    let domains = server.get("/v3/auth/domains").json();
    assert_eq!(
        (&domains["domains"][0]["id"], &domains["domains"][0]["name"]),
        (&json!(DOMAIN), &json!("IAMDomain"))
    );
    assert_eq!(
        server.get("/v5/caller-identity").json()["principal_id"],
        USER
    );
    assert!(projects(&server, "").is_empty());
}
