//! Projects, domains, the catalogue, and who calls.

use serde_json::{Value, json};

use super::{DOMAIN, PROJECT, USER, ask, password, subject};
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
    insta::assert_snapshot!(server.get("/v3/auth/domains").text(), @r#"{"domains":[{"description":"","enabled":true,"id":"d78cbac186b744899480f25bd022f468","links":{"self":"http://127.0.0.1/v3/domains/d78cbac186b744899480f25bd022f468"},"name":"IAMDomain"}],"links":{"self":"http://127.0.0.1/v3/auth/domains"}}"#);
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
fn projects_come_in_pages_where_both_numbers_are_given() {
    let server = demo();
    let ids = |query: &str| -> Vec<Value> {
        let found = projects(&server, query).into_iter();
        found.map(|project| project["id"].clone()).collect()
    };
    let all = ids("");
    let pages = (1..).map(|page| ids(&format!("page={page}&per_page=2")));
    let met: Vec<Value> = pages
        .take_while(|page| !page.is_empty())
        .flatten()
        .collect();
    assert_eq!(met, all);
    for one in [
        "page=2",
        "per_page=2",
        "page=0&per_page=2",
        "page=1&per_page=0",
        "page=x&per_page=2",
        "page=-1&per_page=2",
    ] {
        assert_eq!(ids(one), all, "{one}");
    }
    let far = "page=18446744073709551615&per_page=18446744073709551615";
    assert_eq!(ids(far), Vec::<Value>::new());
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

/// `name region url` of every endpoint, and what the list says of itself.
fn endpoints(server: &Server, headers: &[(&str, &str)]) -> (Vec<String>, String) {
    let answer = server.send("GET", "/v3/auth/catalog", headers, b"");
    assert_eq!(answer.status, 200, "{answer}");
    let body = answer.json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut found = Vec::new();
    for service in body["catalog"].as_array().expect("a catalogue") {
        assert_eq!(service["name"], service["type"]);
        for endpoint in service["endpoints"].as_array().expect("endpoints") {
            assert_eq!(endpoint["region"], endpoint["region_id"]);
            let (region, url) = (text(&endpoint["region"]), text(&endpoint["url"]));
            found.push(format!("{} {region} {url}", text(&service["type"])));
        }
    }
    (found, text(&body["links"]["self"]))
}

#[test]
fn the_catalogue_leads_back_here_for_the_project_of_the_call() {
    let server = demo();
    let of = |host: &str, project: &str, region: &str| {
        vec![
            format!("workspace {region} http://{host}/v2/{project}"),
            format!("dms {region} http://{host}/v2/{project}"),
            format!("iam * http://{host}/v3.0"),
            format!("iam {region} http://{host}/v3.0"),
        ]
    };
    let own = "0bec5db98280d2d02fd6c00c2de791ce";
    let (found, link) = endpoints(&server, &[("host", "mock:4700")]);
    assert_eq!(found, of("mock:4700", own, "cn-north-4"));
    assert_eq!(link, "http://mock:4700/v3/auth/catalog");
    // A signed call says its project in a header; that the seed does not know it changes nothing.
    let signed = ("authorization", "SDK-HMAC-SHA256 Access=a");
    let other = "ffffffffffffffffffffffffffffffff";
    let (found, _) = endpoints(&server, &[signed, ("x-project-id", other)]);
    assert_eq!(found, of("127.0.0.1", other, "cn-north-4"));
    // A part of a region's project is in that region; a domain has no project.
    let token = |scope: Value| {
        let answer = ask(&server, &password(&scope));
        (subject(&answer), answer.json()["token"].clone())
    };
    let (text, shown) = token(json!({ "project": { "name": "cn-east-3_team" } }));
    let project = shown["project"]["id"].as_str().expect("an id").to_owned();
    let (found, _) = endpoints(&server, &[("x-auth-token", &text)]);
    assert_eq!(found, of("127.0.0.1", &project, "cn-east-3"));
    for scope in [
        json!({}),
        Value::Null,
        json!({ "domain": { "name": "IAMDomain" } }),
    ] {
        let (text, shown) = token(scope);
        assert_eq!(shown["domain"]["name"], "IAMDomain");
        let (found, _) = endpoints(&server, &[("x-auth-token", &text)]);
        assert_eq!(found, ["iam * http://127.0.0.1/v3.0"]);
        assert_eq!(shown["catalog"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn keystone_clients_find_the_version_wherever_the_call_is_clearly_theirs() {
    let strict = with(frozen().auth("strict").expect("a mode"));
    let json = ("accept", "application/json");
    for server in [demo(), strict] {
        let list = server.send("GET", "/", &[json], b"");
        let expected = r#"{"versions":{"values":[{"media-types":[{"type":"application/vnd.openstack.identity-v3+json","base":"application/json"}],"links":[{"rel":"self","href":"http://127.0.0.1/v3/"}],"id":"v3.6","updated":"2016-04-04T00:00:00Z","status":"stable"}]}}"#;
        assert_eq!((list.status, list.text()), (300, expected));
        assert_eq!(list.header("location"), None);
        let trace = list.header("x-iam-trace-id").expect("a trace id");
        let id = list.header("x-request-id").expect("a request id");
        assert_eq!(trace, format!("token_cn-north-4_null_{id}"));
        for path in ["/v3", "/v3/"] {
            let one = server.get(path);
            assert_eq!(one.status, 200, "{one}");
            assert_eq!(one.json()["version"], list.json()["versions"]["values"][0]);
        }
        let prefixed = server.get("/huawei-iam/").json();
        let link = &prefixed["versions"]["values"][0]["links"][0]["href"];
        assert_eq!(link, "http://127.0.0.1/huawei-iam/v3/");
        assert_eq!(server.get("/").status, 404, "nobody says whose it is");
        // A token alone says that a client of Huawei's calls, not that it asks IAM for its versions.
        for header in ["x-auth-token", "x-subject-token"] {
            let other = server.send("GET", "/", &[(header, "t"), ("accept", "*/*")], b"");
            assert_eq!(other.status, 404, "{header}: {other}");
            assert_eq!(other.json()["error_code"], "APIGW.0101", "{header}");
        }
        assert_eq!(server.get("/v3/p/desktops").header("x-iam-trace-id"), None);
    }
}

#[test]
fn an_account_goes_by_the_name_that_it_is_set_to() {
    let options = frozen().auth("strict").expect("a mode");
    let server = with(options.domain_name("MyCompany").expect("a name"));
    let login = |name: &str| {
        let body = json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": {
            "name": "IAMUser", "password": "IAMPassword", "domain": { "name": name } } } } } });
        server.json("POST", "/v3/auth/tokens", &body.to_string())
    };
    let answer = login("MyCompany");
    assert_eq!(answer.status, 201, "{answer}");
    assert_eq!(
        answer.json()["token"]["user"]["domain"]["name"],
        "MyCompany"
    );
    let text = subject(&answer);
    let domains = server.send("GET", "/v3/auth/domains", &[("x-auth-token", &text)], b"");
    assert_eq!(domains.json()["domains"][0]["name"], "MyCompany");
    assert_eq!(login("IAMDomain").verdict(), "401 401");
    let settings = "/_rollcall/namespaces/default/settings";
    server.json("PATCH", settings, r#"{"domain_name": ""}"#);
    assert_eq!(login("IAMDomain").status, 201);
    let refused = server.json(
        "PATCH",
        settings,
        &json!({ "domain_name": "x".repeat(65) }).to_string(),
    );
    assert_eq!(refused.status, 400, "{refused}");
}
