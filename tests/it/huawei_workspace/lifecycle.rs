//! The life of users and groups: create, show, update, delete, batches, memberships; alone, at once, and against a model.

mod model;

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Value, json};

use super::{
    ANOTHER, API_TEST, DESIGN, NOBODY, PROJECT, column, create, create_group, names, show,
};
use crate::server::{NOW, Server, at_once, demo, frozen, with};

/// What a call answers with a body.
#[track_caller]
fn send(server: &Server, method: &str, path: &str, body: &Value) -> String {
    server.json(method, path, &body.to_string()).verdict()
}

/// A user as an export has it.
fn exported(server: &Server, id: &str) -> Value {
    let export = server.get("/_rollcall/namespaces/default/export");
    let mut lines = export.text().lines();
    let line = lines.find(|line| line.contains(&format!("\"id\":\"{id}\"")));
    let document: Value = serde_json::from_str(line.expect("a line of its own")).expect("JSON");
    document["huawei-workspace"]["users"][0]["users"][0].clone()
}

fn groups_of(server: &Server, project: &str, id: &str) -> Value {
    show(server, project, id)["group_names"].clone()
}

#[test]
fn a_user_from_first_day_to_last() {
    let server = demo();
    let body = json!({
        "user_name": "New.User", "user_email": "new@example.com", "user_phone": "+8612345678987",
        "active_type": "ADMIN_ACTIVATE", "password": "Passw0rd!", "account_expires": "2030-01-02T03:04:05.678Z",
        "enable_change_password": false, "next_login_change_password": false, "group_ids": [DESIGN, DESIGN],
        "description": "研发部 新", "alias_name": "alias", "enterprise_project_id": "e", "user_info_map": "{}",
        "domain": "corp.example.com",
    });
    let made = server.json("POST", &format!("{PROJECT}/users"), &body.to_string());
    assert_eq!(made.status, 201, "{made}");
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(made.text(), format!("{{\"id\":\"{id}\"}}"));

    let shown = show(&server, PROJECT, &id);
    let expected = json!({
        "description": "研发部 新", "id": id, "user_name": "New.User", "user_email": "new@example.com",
        "user_phone": "+8612345678987", "active_type": "ADMIN_ACTIVATE", "object_sid": id,
        "sam_account_name": "New.User", "user_principal_name": "New.User", "full_name": "New.User",
        "distinguished_name": "New.User", "account_type": 0, "when_created": "2024-05-20T08:30:00.000Z",
        "account_expires": 1_893_553_445_678_i64, "is_pre_user": false, "user_expired": false, "locked": false,
        "enable_change_password": false, "enabled_change_password": false, "password_never_expired": false, "next_login_change_password": false,
        "disabled": false, "group_names": ["design"], "share_space_subscription": false, "share_space_desktops": 0,
        "total_desktops": 0,
    });
    assert_eq!(shown.to_string(), expected.to_string());
    assert!(NOW.starts_with("2024-05-20T08:30:00"));

    let listed = server
        .get(&format!("{PROJECT}/users?user_name=new.user"))
        .json()["users"][0]
        .clone();
    assert_eq!(listed["account_expires"], "1893553445678");
    assert_eq!(listed["enterprise_project_id"], "e");
    // What no list tells, an export does.
    assert_eq!(
        (listed.get("user_info_map"), listed.get("domain")),
        (None, None)
    );
    assert_eq!(
        names(&server, PROJECT, "domain=corp.example.com&user_name=new"),
        ["New.User"]
    );
    let kept = exported(&server, &id);
    assert_eq!(kept["user_info_map"], "{}");
    assert_eq!(kept["domain"], "corp.example.com");
    assert_eq!(
        names(&server, PROJECT, "").last().map(String::as_str),
        Some("New.User")
    );

    let path = format!("{PROJECT}/users/{id}");
    let answer = server.json("PUT", &path, &json!({
        "description": "", "user_email": "", "user_phone": "", "active_type": "USER_ACTIVATE", "account_expires": "0",
        "enable_change_password": true, "next_login_change_password": true, "password_never_expired": true, "disabled": true,
    }).to_string());
    assert_eq!((answer.status, answer.json()), (200, json!({ "id": id })));
    let changed = show(&server, PROJECT, &id);
    for (field, value) in [
        ("description", json!("")),
        ("user_email", json!("")),
        ("user_phone", json!("")),
        ("active_type", json!("USER_ACTIVATE")),
        ("account_expires", json!(0)),
        ("enable_change_password", json!(true)),
        ("next_login_change_password", json!(true)),
        ("password_never_expired", json!(true)),
        ("disabled", json!(true)),
        ("user_name", json!("New.User")),
        ("group_names", json!(["design"])),
        ("when_created", json!("2024-05-20T08:30:00.000Z")),
    ] {
        assert_eq!(changed[field], value, "{field}");
    }
    let info = json!({ "user_info_map": "{\"level\":\"gold\"}" });
    assert_eq!(send(&server, "PUT", &path, &info), "200");
    assert_eq!(
        exported(&server, &id)["user_info_map"],
        info["user_info_map"]
    );
    assert_eq!(send(&server, "PUT", &path, &json!({})), "200");
    assert_eq!(
        show(&server, PROJECT, &id),
        changed,
        "an empty update changes nothing"
    );

    let gone = server.send("DELETE", &path, &[], b"");
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    assert_eq!(
        (gone.header("content-length"), gone.header("content-type")),
        (None, None)
    );
    assert_eq!(server.get(&path).verdict(), "400 WKS.00170312");
    assert_eq!(
        server.send("DELETE", &path, &[], b"").verdict(),
        "400 WKS.00170312"
    );
    assert_eq!(names(&server, PROJECT, "user_name=new.user"), [""; 0]);
    assert_eq!(names(&server, PROJECT, "group_name=design").len(), 3);
}

#[test]
fn a_described_user_is_found_by_its_new_description() {
    let server = demo();
    let path = format!("{PROJECT}/users/{API_TEST}");
    send(&server, "PUT", &path, &json!({ "description": "ÄRGER" }));
    assert_eq!(
        names(&server, PROJECT, "description=%C3%A4rger"),
        ["api-test"]
    );
    send(&server, "PUT", &path, &json!({ "description": "" }));
    assert_eq!(names(&server, PROJECT, "description=%C3%A4rger"), [""; 0]);
}

#[test]
fn names_are_taken_whatever_their_case_until_their_user_is_gone() {
    let server = demo();
    let path = format!("{PROJECT}/users");
    let body = |name: &str| json!({ "user_name": name, "user_phone": "1" });
    assert_eq!(
        send(&server, "POST", &path, &body("API-Test")),
        "400 WKS.00170301"
    );
    assert_eq!(
        send(
            &server,
            "POST",
            &format!("{ANOTHER}/users"),
            &body("API-Test")
        ),
        "201"
    );
    server.send("DELETE", &format!("{path}/{API_TEST}"), &[], b"");
    assert_eq!(send(&server, "POST", &path, &body("API-Test")), "201");
}

#[test]
fn addresses_may_be_shared() {
    let server = demo();
    let body = json!({ "user_name": "shares", "user_email": "test@huawei.com" });
    assert_eq!(
        send(&server, "POST", &format!("{PROJECT}/users"), &body),
        "201"
    );
}

#[test]
fn locking_is_done_once_however_often_it_is_asked_for() {
    let server = demo();
    let path = format!("{PROJECT}/users/{API_TEST}/actions");
    let before = show(&server, PROJECT, API_TEST);
    for (op_type, locked) in [
        ("LOCK", true),
        ("LOCK", true),
        ("RESET_PWD", true),
        ("UNLOCK", false),
        ("UNLOCK", false),
        ("RESET_PWD", false),
    ] {
        assert_eq!(
            send(&server, "POST", &path, &json!({ "op_type": op_type })),
            "204"
        );
        assert_eq!(
            show(&server, PROJECT, API_TEST)["locked"],
            locked,
            "{op_type}"
        );
    }
    assert_eq!(show(&server, PROJECT, API_TEST), before);
}

#[test]
fn a_random_password_has_a_character_of_every_kind_and_is_another_every_time() {
    let server = demo();
    let path = format!("{PROJECT}/users/{API_TEST}/random-password");
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let body = server.get(&path).json();
        let password = body["password"].as_str().expect("a password").to_owned();
        assert!(password.len() <= 20);
        for kind in [
            char::is_ascii_uppercase,
            char::is_ascii_lowercase,
            char::is_ascii_digit,
            char::is_ascii_punctuation,
        ] {
            assert!(password.chars().any(|letter| kind(&letter)), "{password}");
        }
        assert!(seen.insert(password));
    }
}

#[test]
fn passwords_are_kept_nowhere() {
    let server = demo();
    let body = json!({ "user_name": "secretive", "user_phone": "1", "password": "Xyzzy-Plugh-42" });
    assert_eq!(
        send(&server, "POST", &format!("{PROJECT}/users"), &body),
        "201"
    );
    let export = server.get("/_rollcall/namespaces/default/export");
    assert!(export.text().contains("secretive") && !export.text().contains("Xyzzy"));
    let journal = server.get("/_rollcall/journal/1");
    assert!(
        journal.text().contains("secretive") && !journal.text().contains("Xyzzy"),
        "{journal}"
    );
}

#[test]
fn nobody_has_a_second_factor() {
    let server = demo();
    let path = format!("{PROJECT}/users/{API_TEST}/otp-devices");
    assert_eq!(server.get(&path).text(), "{\"otp_devices\":[]}");
    assert_eq!(
        send(&server, "DELETE", &path, &json!({ "otp_ids": ["x"] })),
        "204"
    );
}

#[test]
fn a_batch_is_created_whole_or_not_at_all() {
    let server = demo();
    let path = format!("{ANOTHER}/users/batch-create");
    let user = |name: &str| json!({ "user_name": name, "user_phone": "1" });
    let batch = |users: Value| send(&server, "POST", &path, &json!({ "users": users }));
    create(&server, ANOTHER, "there");
    for (users, expected) in [
        (json!([user("a"), user("b"), user("A")]), "400 WKS.00170301"),
        (json!([user("a"), user("there")]), "400 WKS.00170301"),
        (json!([user("a"), user("_")]), "400 WKS.0001"),
        (json!([user("a"), { "user_name": "b" }]), "400 WKS.0001"),
        (
            json!([user("a"), { "user_name": "b", "user_phone": "1", "group_ids": [NOBODY] }]),
            "400 WKS.00170208",
        ),
        // The first wrong one decides, whatever is wrong with those behind it.
        (
            json!([user("a"), user("There"), user("_")]),
            "400 WKS.00170301",
        ),
        (json!([user("_"), user("there")]), "400 WKS.0001"),
        (json!([user("a"), user("There"), 7]), "400 WKS.00170301"),
        (json!([user("a"), 7, user("there")]), "400 WKS.0001"),
    ] {
        assert_eq!(batch(users.clone()), expected, "{users}");
        assert_eq!(names(&server, ANOTHER, ""), ["there"], "{users}");
    }
    assert_eq!(batch(json!([user("a"), user("b")])), "200");
    assert_eq!(names(&server, ANOTHER, ""), ["there", "a", "b"]);
}

/// What is over the quota is refused whole, behind all else that is wrong with it; a seed may hold more.
#[test]
fn a_project_has_a_quota_if_asked_for() {
    let server = with(
        frozen()
            .quirk("huawei-workspace.user-quota", "10")
            .expect("a quirk"),
    );
    let user = |name: &str| json!({ "user_name": name, "user_phone": "1" });
    let made =
        |project: &str, name: &str| send(&server, "POST", &format!("{project}/users"), &user(name));
    let batch = |names: Range<u32>| {
        let users: Vec<Value> = names.map(|number| user(&format!("u{number}"))).collect();
        let path = format!("{ANOTHER}/users/batch-create");
        send(&server, "POST", &path, &json!({ "users": users }))
    };
    assert_eq!(batch(0..11), "400 WKS.00170302");
    assert_eq!(batch(0..8), "200");
    assert_eq!(batch(8..11), "400 WKS.00170302");
    assert_eq!(names(&server, ANOTHER, "").len(), 8, "all or none");
    assert_eq!(batch(8..10), "200");
    assert_eq!(made(ANOTHER, "u10"), "400 WKS.00170302");
    assert_eq!(made(ANOTHER, "u9"), "400 WKS.00170301");
    assert_eq!(made(ANOTHER, "-"), "400 WKS.0001");
    assert_eq!(names(&server, ANOTHER, "").len(), 10);

    let list = server.get(&format!("{ANOTHER}/users?limit=1"));
    let first = format!("{ANOTHER}/users/{}", column(&list, "users", "id")[0]);
    assert_eq!(server.send("DELETE", &first, &[], b"").status, 204);
    assert_eq!(made(ANOTHER, "u10"), "201", "there is room again");
    assert!(10 < names(&server, PROJECT, "").len());
    assert_eq!(made(PROJECT, "one-more"), "400 WKS.00170302");
}

#[test]
fn a_batch_is_deleted_whole_or_not_at_all() {
    let server = demo();
    let path = format!("{ANOTHER}/users/batch-delete");
    let ids: Vec<String> = ["a", "b", "c"]
        .iter()
        .map(|name| create(&server, ANOTHER, name))
        .collect();
    let batch = |ids: Value| send(&server, "POST", &path, &json!({ "user_ids": ids }));
    assert_eq!(batch(json!([ids[0], NOBODY])), "400 WKS.00170312");
    assert_eq!(batch(json!([ids[0], API_TEST])), "400 WKS.00170312");
    // The first wrong one decides.
    assert_eq!(batch(json!([ids[0], NOBODY, 7])), "400 WKS.00170312");
    assert_eq!(batch(json!([ids[0], 7, NOBODY])), "400 WKS.0001");
    assert_eq!(names(&server, ANOTHER, "").len(), 3);
    assert_eq!(batch(json!([ids[0], ids[2], ids[0]])), "204");
    assert_eq!(names(&server, ANOTHER, ""), ["b"]);
}

#[test]
fn a_restored_namespace_gives_ids_that_it_did_not_give_before() {
    let server = demo();
    let first = create(&server, ANOTHER, "first");
    server.restore_itself();
    assert_ne!(create(&server, ANOTHER, "second"), first);
    server.restore_itself();
    let first = create_group(&server, ANOTHER, "first");
    server.restore_itself();
    assert_ne!(create_group(&server, ANOTHER, "second"), first);
    // Seeds may leave ids out.
    let project = ANOTHER.trim_start_matches("/v2/");
    for name in ["third", "fourth"] {
        server.restore_itself();
        let seed = json!({ "huawei-workspace": {
            "groups": [{ "project_id": project, "user_groups": [{ "name": name }] }],
            "users": [{ "project_id": project, "users": [{ "user_name": name }] }],
        } });
        let path = "/_rollcall/namespaces/default/seed";
        let answer = server.json("POST", path, &seed.to_string());
        assert_eq!(answer.status, 200, "{answer}");
    }
}

#[test]
fn a_group_from_first_day_to_last() {
    let server = demo();
    let body = json!({ "group_name": "新组", "platform_type": "AD", "description": "d" });
    let path = format!("{PROJECT}/groups");
    let made = server.json("POST", &path, &body.to_string());
    assert_eq!(
        (made.status, made.text()),
        (201, "{}"),
        "the id is in the list only"
    );
    let list = server
        .get(&format!("{path}?keyword=%E6%96%B0%E7%BB%84"))
        .json();
    let group = list["user_groups"][0].clone();
    let id = group["id"].as_str().expect("an id");
    let expected = json!({
        "name": "新组", "id": id, "create_time": "2024-05-20T08:30:00.000Z", "description": "d", "user_quantity": 0,
        "realm_id": "8a2c3f9579d240820179d51e6ca00000", "platform_type": "AD", "group_dn": "CN=新组,CN=Users,DC=local,DC=com",
        "domain": "local.com", "sid": id, "total_desktops": 0,
    });
    assert_eq!(group.to_string(), expected.to_string());
    assert_eq!(send(&server, "POST", &path, &body), "400 WKS.00170201");

    let one = format!("{path}/{id}");
    assert_eq!(
        server
            .json("PUT", &one, r#"{"group_name":"renamed"}"#)
            .text(),
        "{}"
    );
    assert_eq!(
        send(
            &server,
            "PUT",
            &one,
            &json!({ "description": "", "group_name": null })
        ),
        "200"
    );
    let list = server.get(&format!("{path}?keyword=renamed")).json();
    assert_eq!(list["user_groups"][0]["description"], "");
    assert_eq!(
        list["user_groups"][0]["group_dn"],
        "CN=renamed,CN=Users,DC=local,DC=com"
    );
    assert_eq!(
        send(&server, "POST", &path, &body),
        "201",
        "the old name is free"
    );

    assert_eq!(server.send("DELETE", &one, &[], b"").verdict(), "204");
    assert_eq!(
        server.send("DELETE", &one, &[], b"").verdict(),
        "400 WKS.00170208"
    );
}

#[test]
fn members_come_and_go() {
    let server = demo();
    let [first, second] = ["a", "b"].map(|name| create(&server, ANOTHER, name));
    let one = create_group(&server, ANOTHER, "one");
    let two = create_group(&server, ANOTHER, "two");
    let act = |group: &str, op_type: &str, ids: Value| {
        let body = json!({ "op_type": op_type, "user_ids": ids });
        send(
            &server,
            "POST",
            &format!("{ANOTHER}/groups/{group}/actions"),
            &body,
        )
    };
    let members = |group: &str| {
        let answer = server.get(&format!("{ANOTHER}/groups/{group}/users"));
        let found = column(&answer, "users", "user_name");
        assert_eq!(answer.json()["total_count"], found.len());
        let list = server.get(&format!("{ANOTHER}/groups")).json();
        let row = list["user_groups"]
            .as_array()
            .expect("groups")
            .iter()
            .find(|row| row["id"] == group)
            .cloned();
        assert_eq!(row.expect("the group")["user_quantity"], found.len());
        found
    };
    assert_eq!(act(&two, "ADD", json!([second, first, second])), "204");
    assert_eq!(
        act(&two, "ADD", json!([first])),
        "204",
        "who is in already stays"
    );
    assert_eq!(members(&two), ["a", "b"]);
    assert_eq!(act(&one, "ADD", json!([first])), "204");
    assert_eq!(
        groups_of(&server, ANOTHER, &first),
        json!(["one", "two"]),
        "the oldest group first"
    );

    assert_eq!(
        act(&one, "ADD", json!([second, NOBODY])),
        "400 WKS.00170312"
    );
    assert_eq!(
        act(&one, "DELETE", json!([first, NOBODY])),
        "400 WKS.00170312"
    );
    assert_eq!(members(&one), ["a"], "a refused action changes nothing");
    assert_eq!(
        act(&one, "DELETE", json!([second])),
        "204",
        "who is out already stays"
    );
    assert_eq!(act(&one, "DELETE", json!([first])), "204");
    assert_eq!(members(&one), [""; 0]);

    server.send("DELETE", &format!("{ANOTHER}/users/{first}"), &[], b"");
    assert_eq!(members(&two), ["b"], "a user takes its memberships along");
    assert_eq!(
        server
            .send("DELETE", &format!("{ANOTHER}/groups/{two}"), &[], b"")
            .verdict(),
        "204"
    );
    assert_eq!(
        groups_of(&server, ANOTHER, &second),
        json!([]),
        "and so does a group"
    );

    let three = create_group(&server, ANOTHER, "three");
    let batch = |ids: Value| {
        send(
            &server,
            "POST",
            &format!("{ANOTHER}/groups/batch-delete"),
            &json!({ "group_ids": ids }),
        )
    };
    assert_eq!(batch(json!([one, NOBODY])), "400 WKS.00170208");
    assert_eq!(batch(json!([one, NOBODY, 7])), "400 WKS.00170208");
    assert_eq!(batch(json!([one, 7, NOBODY])), "400 WKS.0001");
    assert_eq!(batch(json!([one, three, one])), "204");
    assert_eq!(
        server.get(&format!("{ANOTHER}/groups")).text(),
        "{\"total_count\":0,\"user_groups\":[]}"
    );
}

#[test]
fn a_user_is_created_into_groups() {
    let server = demo();
    let ids: Vec<String> = (0..5)
        .map(|number| create_group(&server, ANOTHER, &format!("g{number}")))
        .collect();
    let body = json!({ "user_name": "member", "user_phone": "1", "group_ids": ids });
    assert_eq!(
        send(&server, "POST", &format!("{ANOTHER}/users"), &body),
        "201"
    );
    for number in 0..5 {
        assert_eq!(
            names(&server, ANOTHER, &format!("group_name=g{number}")),
            ["member"]
        );
    }
    let again = json!({ "user_name": "Member", "user_phone": "1", "group_ids": [ids[0]] });
    assert_eq!(
        send(&server, "POST", &format!("{ANOTHER}/users"), &again),
        "400 WKS.00170301"
    );
    let groups = server.get(&format!("{ANOTHER}/groups")).json();
    assert_eq!(groups["user_groups"][0]["user_quantity"], 1);
}

#[test]
fn of_many_who_create_one_name_at_once_exactly_one_succeeds() {
    let server = demo();
    let users = format!("{ANOTHER}/users");
    let groups = format!("{ANOTHER}/groups");
    let user = r#"{"user_name":"Wanted","user_phone":"1"}"#;
    let group = r#"{"group_name":"wanted","platform_type":"LOCAL"}"#;
    for (path, body, conflict) in [
        (&users, user, "400 WKS.00170301"),
        (&groups, group, "400 WKS.00170201"),
    ] {
        let verdicts = at_once(8, || server.json("POST", path, body).verdict());
        assert_eq!(verdicts[0], "201");
        assert!(
            verdicts[1..].iter().all(|verdict| verdict == conflict),
            "{verdicts:?}"
        );
    }
    assert_eq!(server.get(&users).json()["total_count"], 1);
    assert_eq!(server.get(&groups).json()["total_count"], 1);
}
