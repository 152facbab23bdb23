//! Seeds: the demo and the documents' data, their schema, merging, refusals, and export.

use serde_json::{Value, json};

use super::{API_TEST, DESIGN, PROJECT, column, create, create_group, documents, names, show};
use crate::client::Answer;
use crate::exports::{assert_same, export};
use crate::server::{Server, demo, with};

const SCHEMA: &str = include_str!("../../../seed-data/huawei-workspace.schema.json");
const DEMO: &str = include_str!("../../../seed-data/huawei-workspace.json");
const DOCUMENTS: &str = include_str!("documents.json");

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Whether the schema takes a document.
fn fits(document: &Value) -> bool {
    jsonschema::validator_for(&parse(SCHEMA))
        .expect("a schema")
        .is_valid(document)
}

#[track_caller]
fn seed(server: &Server, part: &Value) -> Answer {
    let document = json!({ "huawei-workspace": part });
    server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &document.to_string(),
    )
}

fn users(users: &Value) -> Value {
    json!({ "users": [{ "project_id": "p", "users": users }] })
}

fn groups(groups: &Value) -> Value {
    json!({ "groups": [{ "project_id": "p", "user_groups": groups }] })
}

#[test]
fn the_built_in_seeds_fit_the_schema() {
    assert!(fits(&parse(DEMO)));
    assert!(fits(&parse(DOCUMENTS)));
}

#[test]
fn the_demo_begins_with_the_samples_and_has_every_state() {
    let server = demo();
    let list = server.get(&format!("{PROJECT}/users")).json();
    let rows = list["users"].as_array().expect("users");
    let samples: Vec<&str> = rows
        .iter()
        .take(5)
        .filter_map(|user| user["user_name"].as_str())
        .collect();
    assert_eq!(
        samples,
        [
            "api-test",
            "api-test2",
            "zhangsan",
            "ops.admin",
            "temp_contractor"
        ]
    );
    assert!(
        20 < rows.len(),
        "more than two of the document's pages of ten"
    );
    for (field, value) in [
        ("active_type", json!("USER_ACTIVATE")),
        ("active_type", json!("ADMIN_ACTIVATE")),
        ("is_pre_user", json!(true)),
        ("password_never_expired", json!(true)),
        ("account_expired", json!(true)),
        ("account_expires", json!("4102444800000")),
        ("enable_change_password", json!(false)),
        ("next_login_change_password", json!(false)),
        ("locked", json!(true)),
        ("disabled", json!(true)),
        ("share_space_subscription", json!(true)),
        ("share_space_desktops", json!(2)),
        ("total_desktops", json!(1)),
        ("user_email", Value::Null),
    ] {
        assert!(
            rows.iter().any(|user| user[field] == value),
            "nobody has {field} {value}"
        );
    }
    let temp = &rows[4];
    assert_eq!(
        (
            &temp["account_expires"],
            &temp["account_expired"],
            &temp["disabled"]
        ),
        (&json!("1609459200000"), &json!(true), &json!(true))
    );
    assert_eq!(rows[2]["group_names"], json!(["design"]));
    assert_eq!(rows[2]["description"], "研发部 张三");
    let groups = column(
        &server.get(&format!("{PROJECT}/groups")),
        "user_groups",
        "name",
    );
    assert_eq!(groups[..2], ["design", "DomainUsers"]);
}

#[test]
fn the_document_s_answer_can_be_pasted_in() {
    let server = demo();
    let answer = server.get(&format!("{PROJECT}/users")).json();
    let groups = server.get(&format!("{PROJECT}/groups")).json();
    let mut part = json!({ "groups": [groups], "users": [answer] });
    part["groups"][0]["project_id"] = json!("pasted");
    part["users"][0]["project_id"] = json!("pasted");
    assert!(fits(&json!({ "huawei-workspace": part })));
    let merged = seed(&server, &part);
    assert_eq!(merged.status, 200, "{merged}");
    let again = server.get("/v2/pasted/users").json();
    assert_eq!(
        again, answer,
        "what a server answers, another one can start from"
    );
    assert_eq!(
        server.get("/v2/pasted/groups").json()["user_groups"][0]["user_quantity"],
        3
    );
}

#[test]
fn seeds_merge_by_id_or_by_name() {
    let server = demo();
    let place = |name: &str| {
        names(&server, PROJECT, "")
            .iter()
            .position(|known| known == name)
    };
    let at = place("zhangsan");
    let mut part = users(&json!([
        { "user_name": "ZHANGSAN", "user_email": "new@example.com", "group_names": ["研发部"] },
        { "id": API_TEST, "user_name": "renamed", "locked": true },
        { "user_name": "ops.admin", "$delete": true },
        { "user_name": "nobody", "$delete": true },
        { "user_name": "added", "account_expires": 5, "when_created": "2020-01-01T00:00:00+08:00" },
    ]));
    part["users"][0]["project_id"] = json!("0bec5db98280d2d02fd6c00c2de791ce");
    let merged = seed(&server, &part);
    assert_eq!(merged.status, 200, "{merged}");
    assert_eq!(place("ZHANGSAN"), at, "its place in the list stays");
    assert_eq!(
        names(&server, PROJECT, "group_name=design"),
        ["huangmin", "in_every_group"]
    );
    let renamed = show(&server, PROJECT, API_TEST);
    assert_eq!(
        (&renamed["user_name"], &renamed["locked"]),
        (&json!("renamed"), &json!(true))
    );
    assert_eq!(
        renamed["when_created"], "2021-06-03T19:43:31.000Z",
        "what a seed does not say about time stays"
    );
    assert_eq!(place("ops.admin"), None);
    let added = server
        .get(&format!("{PROJECT}/users?user_names=added"))
        .json()["users"][0]
        .clone();
    assert_eq!(
        (&added["account_expires"], &added["account_expired"]),
        (&json!("5"), &json!(true))
    );
    let shown = show(&server, PROJECT, added["id"].as_str().expect("an id"));
    assert_eq!(shown["when_created"], "2019-12-31T16:00:00.000Z");
    let total = server.get(&format!("{PROJECT}/users")).json()["total_count"].clone();
    assert_eq!(total, 43);

    let group = json!([
        { "name": "renamed", "id": DESIGN, "platform_type": "AD", "parent": { "name": "top" } },
        { "name": "empty", "$delete": true },
    ]);
    let mut part = groups(&group);
    part["groups"][0]["project_id"] = json!("0bec5db98280d2d02fd6c00c2de791ce");
    assert_eq!(seed(&server, &part).status, 200);
    let list = server.get(&format!("{PROJECT}/groups")).json();
    assert_eq!(list["total_count"], 6);
    let first = &list["user_groups"][0];
    assert_eq!(
        (&first["name"], &first["user_quantity"], &first["parent"]),
        (&json!("renamed"), &json!(2), &json!({ "name": "top" }))
    );
}

#[test]
fn what_a_seed_leaves_empty_is_as_absent() {
    let server = demo();
    let empty = json!({ "projects": [], "groups": [{ "project_id": "p", "user_groups": [
        { "name": "g", "domain": "" },
    ] }], "users": [{ "project_id": "p", "users": [
        { "user_name": "u", "domain": "", "user_info_map": "", "enterprise_project_id": "" },
    ] }] });
    assert!(fits(&json!({ "huawei-workspace": empty })));
    assert_eq!(seed(&server, &empty).status, 200);
    let group = server.get("/v2/p/groups").json()["user_groups"][0].clone();
    assert_eq!(group["domain"], "local.com");
    let user = server.get("/v2/p/users?domain=local.com").json()["users"][0].clone();
    assert_eq!(user["enterprise_project_id"], "0");
    let export = server.get("/_rollcall/namespaces/default/export");
    let mut lines = export.text().lines();
    let line = lines.find(|line| line.contains("\"user_name\":\"u\""));
    let line = line.expect("the user is exported");
    assert!(
        !line.contains("domain") && !line.contains("user_info_map"),
        "{line}"
    );
}

#[test]
fn a_project_can_be_taken_out_whole() {
    let server = demo();
    let project = "0bec5db98280d2d02fd6c00c2de791ce";
    let gone = seed(
        &server,
        &json!({ "projects": [{ "project_id": project, "$delete": true }] }),
    );
    assert_eq!(gone.status, 200, "{gone}");
    assert_eq!(
        server.get(&format!("{PROJECT}/users")).text(),
        "{\"total_count\":0,\"users\":[]}"
    );
    assert_eq!(
        server.get(&format!("{PROJECT}/groups")).json()["total_count"],
        0
    );
    create(&server, PROJECT, "api-test");
    assert_eq!(names(&server, PROJECT, ""), ["api-test"]);
}

/// A part that is refused at a place and for a reason; nothing of it is kept. `schema` says whether the schema sees it.
#[track_caller]
fn refused(part: &Value, place: &str, reason: &str, schema: bool) {
    let server = with(documents());
    let before = export(&server, "default");
    let answer = seed(&server, part);
    assert!((400..500).contains(&answer.status), "{part}: {answer}");
    let text = answer.json().to_string();
    assert!(
        text.contains(&format!("huawei-workspace{place}")) && text.contains(reason),
        "{text}"
    );
    assert_same(&export(&server, "default"), &before, "nothing is kept");
    assert_eq!(
        fits(&json!({ "huawei-workspace": part })),
        !schema,
        "the schema on {part}"
    );
}

#[test]
fn wrong_seeds_are_refused_with_the_place_and_the_rule() {
    let user = |field: &str, value: Value| {
        let mut user = json!({ "user_name": "u" });
        user[field] = value;
        users(&json!([{ "user_name": "first" }, user]))
    };
    let group = |field: &str, value: Value| {
        let mut group = json!({ "name": "g" });
        group[field] = value;
        groups(&json!([group]))
    };
    let at = ".users[0].users[1]";
    refused(
        &user("enterprise_project_id", json!("e".repeat(256))),
        &format!("{at}.enterprise_project_id"),
        "256 characters",
        true,
    );
    refused(&json!([]), "", "must be an object", true);
    refused(&json!({ "people": [] }), "", "unknown field", true);
    refused(
        &json!({ "users": [{ "users": [] }] }),
        ".users[0]",
        "project_id",
        true,
    );
    refused(
        &json!({ "users": [{ "project_id": "", "users": [] }] }),
        ".users[0].project_id",
        "it takes 1 to 255",
        true,
    );
    refused(
        &user("user_name", json!("张三")),
        &format!("{at}.user_name"),
        "is not a user name",
        true,
    );
    refused(
        &user("user_name", json!("n".repeat(33))),
        &format!("{at}.user_name"),
        "is not a user name",
        true,
    );
    refused(
        &user("user_name", Value::Null),
        &format!("{at}.user_name"),
        "null",
        true,
    );
    refused(&user("Email", json!("x")), at, "unknown field", true);
    refused(
        &user("id", json!("8A2C")),
        &format!("{at}.id"),
        "32 lower-case hexadecimal digits",
        true,
    );
    refused(
        &user("user_email", json!("nonsense")),
        &format!("{at}.user_email"),
        "is not an e-mail address",
        true,
    );
    refused(
        &user("user_phone", json!("1".repeat(21))),
        &format!("{at}.user_phone"),
        "it takes 0 to 20",
        true,
    );
    refused(
        &user("description", json!("d".repeat(256))),
        &format!("{at}.description"),
        "it takes 0 to 255",
        true,
    );
    refused(
        &user("active_type", json!("NEVER")),
        &format!("{at}.active_type"),
        "USER_ACTIVATE, ADMIN_ACTIVATE",
        true,
    );
    refused(
        &user("account_expires", json!("2030-01-01T00:00:00Z")),
        &format!("{at}.account_expires"),
        "milliseconds",
        true,
    );
    refused(
        &user("total_desktops", json!(-1)),
        &format!("{at}.total_desktops"),
        "-1",
        true,
    );
    refused(
        &user("locked", json!("false")),
        &format!("{at}.locked"),
        "false",
        true,
    );
    refused(
        &user("group_names", json!(["none"])),
        &format!("{at}.group_names[0]"),
        "put it under groups",
        false,
    );
    refused(
        &user("when_created", json!("yesterday")),
        &format!("{at}.when_created"),
        "is not a time",
        false,
    );
    refused(
        &users(
            &json!([{ "user_name": "a", "id": "0".repeat(32) }, { "user_name": "A", "id": "1".repeat(32) }]),
        ),
        &format!("{at}.user_name"),
        "is the name of user",
        false,
    );
    refused(
        &group("name", json!("")),
        ".groups[0].user_groups[0].name",
        "it takes 1 to 64",
        true,
    );
    refused(
        &group("platform_type", json!("LDAP")),
        ".groups[0].user_groups[0].platform_type",
        "AD, LOCAL, UOS",
        true,
    );
    refused(
        &group("create_time", json!("2023")),
        ".groups[0].user_groups[0].create_time",
        "is not a time",
        false,
    );
    refused(
        &groups(
            &json!([{ "name": "a", "id": "0".repeat(32) }, { "name": "a", "id": "1".repeat(32) }]),
        ),
        ".groups[0].user_groups[1].name",
        "is the name of group",
        false,
    );
    refused(
        &json!({ "projects": [{ "project_id": "p", "service": "gone" }] }),
        ".projects[0].service",
        "opened, disabled, never-opened",
        true,
    );
}

#[test]
fn an_export_gives_the_same_data_again() {
    let server = demo();
    let group = create_group(&server, PROJECT, "by call");
    let body = json!({ "user_name": "by-call", "user_phone": "1", "password": "not exported", "group_ids": [group] });
    server.json("POST", &format!("{PROJECT}/users"), &body.to_string());
    seed(
        &server,
        &json!({ "projects": [{ "project_id": "off", "service": "disabled" }] }),
    );
    let whole = server.get("/_rollcall/namespaces/default/export");
    for line in whole.text().lines() {
        let document = parse(line);
        assert!(
            document.get("huawei-workspace").is_none() || fits(&document),
            "{line}"
        );
    }
    let ndjson = [("content-type", "application/x-ndjson")];
    let import = server.send(
        "PUT",
        "/_rollcall/namespaces/copy/export",
        &ndjson,
        &whole.body,
    );
    assert_eq!(import.status, 200, "{import}");
    assert_same(&export(&server, "copy"), whole.text(), "imported");
    let copy = [("x-rollcall-namespace", "copy")];
    for path in ["users", "groups"] {
        let target = format!("{PROJECT}/{path}");
        assert_eq!(
            server.send("GET", &target, &copy, b"").text(),
            server.get(&target).text()
        );
    }
    assert_eq!(
        server.send("GET", "/v2/off/users", &copy, b"").verdict(),
        "403 WKS.00010099"
    );
}
