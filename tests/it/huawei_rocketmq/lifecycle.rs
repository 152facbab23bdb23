//! Create, show, update, delete, and what they do to the lists.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::listing::documents;
use super::{A, B, PROJECT, all_users, names, user, users, verdict};
use crate::exports::{assert_same, export};
use crate::server::{Server, at_once, demo, frozen, with};

#[test]
fn a_created_user_is_answered_whole_and_is_the_last_of_the_list() {
    let server = demo();
    let before = all_users(&server, A);
    let body = r#"{"access_key":"new-user","secret_key":"N3w-secret","unknown":{"x":[]}}"#;
    let answer = server.json("POST", &users(A), body);
    insta::assert_snapshot!(answer);
    let after = all_users(&server, A);
    assert_eq!(after.len(), before.len() + 1);
    assert_eq!(after[..before.len()], before[..]);
    assert_eq!(after.last(), Some(&answer.json()));
}

#[test]
fn everything_that_is_sent_comes_back() {
    let server = demo();
    let sent = json!({
        "access_key": "new-user", "admin": false, "default_group_perm": "PUB|SUB", "default_topic_perm": "PUB",
        "group_perms": [{ "name": "组", "perm": "DENY" }], "secret_key": "N3w-secret",
        "topic_perms": [{ "name": "b", "perm": "SUB" }, { "name": "a", "perm": "PUB|SUB" }],
        "white_remote_address": "192.168.1.*,10.0.0.1",
    });
    assert_eq!(
        server.json("POST", &users(A), &sent.to_string()).json(),
        sent
    );
    assert_eq!(server.get(&user(A, "new-user")).json(), sent);
}

#[test]
fn of_a_repeated_topic_the_last_permission_counts() {
    let body = json!({ "topic_perms": [
        { "name": "a", "perm": "PUB" }, { "name": "b", "perm": "SUB" }, { "name": "a", "perm": "DENY" },
    ] });
    let answer = demo().json("PUT", &user(A, "test_01"), &body.to_string());
    assert_eq!(
        answer.json()["topic_perms"],
        json!([{ "name": "a", "perm": "DENY" }, { "name": "b", "perm": "SUB" }])
    );
}

#[test]
fn defaults_that_were_never_sent_follow_from_admin() {
    let server = demo();
    let shown = |answer: &Value| {
        let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
        (text("default_topic_perm"), text("default_group_perm"))
    };
    let both = |topic: &str, group: &str| (topic.to_owned(), group.to_owned());
    let create = |body: Value| server.json("POST", &users(A), &body.to_string()).json();
    let update =
        |name: &str, body: Value| server.json("PUT", &user(A, name), &body.to_string()).json();

    let plain = create(json!({ "access_key": "plain-one", "secret_key": "N3w-secret" }));
    assert_eq!(shown(&plain), both("DENY", "DENY"));
    let admin =
        create(json!({ "access_key": "admin-one", "secret_key": "N3w-secret", "admin": true }));
    assert_eq!(shown(&admin), both("PUB|SUB", "SUB"));
    let sent = create(
        json!({ "access_key": "admin-two", "secret_key": "N3w-secret", "admin": true, "default_topic_perm": "DENY", "default_group_perm": "" }),
    );
    assert_eq!(shown(&sent), both("DENY", "SUB"));

    assert_eq!(
        shown(&update("plain-one", json!({ "admin": true }))),
        both("PUB|SUB", "SUB")
    );
    assert_eq!(
        shown(&update("plain-one", json!({ "admin": false }))),
        both("DENY", "DENY")
    );
    assert_eq!(
        shown(&update("plain-one", json!({ "default_topic_perm": "SUB" }))),
        both("SUB", "DENY")
    );
    assert_eq!(
        shown(&update(
            "plain-one",
            json!({ "default_topic_perm": "", "admin": true })
        )),
        both("SUB", "SUB")
    );
}

#[test]
fn an_update_changes_what_it_holds_and_nothing_else() {
    let server = demo();
    let before = server.get(&user(A, "order-service")).json();
    let update = |body: Value| {
        server
            .json("PUT", &user(A, "order-service"), &body.to_string())
            .json()
    };
    assert_eq!(update(json!({})), before);
    assert_eq!(
        update(
            json!({ "access_key": null, "secret_key": null, "admin": null, "topic_perms": null, "white_remote_address": null, "default_group_perm": null })
        ),
        before
    );
    assert_eq!(
        update(json!({ "access_key": "order-service", "secret_key": "" })),
        before
    );
    let mut expected = before;
    for (field, value) in [
        ("white_remote_address", json!("")),
        ("secret_key", json!("An0ther-secret")),
        (
            "topic_perms",
            json!([{ "name": "refunds", "perm": "DENY" }]),
        ),
        ("group_perms", json!([])),
        ("default_group_perm", json!("PUB")),
        ("admin", json!(true)),
    ] {
        expected[field] = value.clone();
        assert_eq!(update(json!({ field: value })), expected);
        assert_eq!(server.get(&user(A, "order-service")).json(), expected);
    }
    // Its place in the list is the same.
    assert_eq!(all_users(&server, A)[1], expected);
}

#[test]
fn a_refused_update_changes_nothing() {
    let server = demo();
    let before = all_users(&server, A);
    let body = r#"{"secret_key":"An0ther-secret","admin":true,"white_remote_address":"nowhere"}"#;
    verdict(
        &server.json("PUT", &user(A, "test_01"), body),
        "400 DMS.00400800",
    );
    let body =
        r#"{"secret_key":"An0ther-secret","topic_perms":[{"name":"a","perm":"PUB"},{"name":""}]}"#;
    verdict(
        &server.json("PUT", &user(A, "test_01"), body),
        "400 DMS.00400800",
    );
    assert_eq!(all_users(&server, A), before);
}

#[test]
fn an_update_can_be_made_to_want_a_secret() {
    let options = frozen().quirk("huawei-rocketmq.update-secret", "required");
    let server = with(options.expect("a quirk"));
    verdict(
        &server.json("PUT", &user(A, "test_01"), r#"{"admin":true}"#),
        "400 DMS.00500960",
    );
    verdict(
        &server.json("PUT", &user(A, "test_01"), r#"{"secret_key":""}"#),
        "400 DMS.00500960",
    );
    verdict(
        &server.json("PUT", &user(A, "test_01"), r#"{"secret_key":"x1234567@"}"#),
        "200",
    );
}

#[test]
fn a_deleted_user_is_gone() {
    let server = demo();
    let mut expected = names(&all_users(&server, A));
    let answer = server.json("DELETE", &user(A, "order-service"), "");
    insta::assert_snapshot!(answer.text(), @r#"{"message":"delete user success."}"#);
    verdict(&answer, "200");
    expected.retain(|name| name != "order-service");
    assert_eq!(names(&all_users(&server, A)), expected);
    verdict(
        &server.json("DELETE", &user(A, "order-service"), ""),
        "400 DMS.00500972",
    );
    verdict(&server.get(&user(A, "order-service")), "400 DMS.00500972");
    verdict(
        &server.json("PUT", &user(A, "order-service"), "{}"),
        "400 DMS.00500972",
    );
    // The name is free again, at the end of the list.
    let again = r#"{"access_key":"order-service","secret_key":"N3w-secret"}"#;
    verdict(&server.json("POST", &users(A), again), "200");
    expected.push("order-service".to_owned());
    assert_eq!(names(&all_users(&server, A)), expected);
}

#[test]
fn on_engine_5_x_permissions_are_ignored_and_everybody_is_an_administrator() {
    let server = demo();
    let asked = json!({
        "access_key": "any-user", "secret_key": "N3w-secret", "admin": false, "default_topic_perm": "DENY", "default_group_perm": "nonsense",
        "topic_perms": [{ "name": "", "perm": "nonsense" }], "white_remote_address": "10.0.0.1",
    });
    let answer = server.json("POST", &users(B), &asked.to_string());
    insta::assert_snapshot!(answer.text(), @r#"{"access_key":"any-user","admin":true,"default_group_perm":"SUB","default_topic_perm":"PUB|SUB","group_perms":[],"secret_key":"N3w-secret","topic_perms":[],"white_remote_address":"10.0.0.1"}"#);
    let update = server.json(
        "PUT",
        &user(B, "any-user"),
        r#"{"admin":false,"default_topic_perm":"DENY"}"#,
    );
    assert_eq!(update.json(), answer.json());
    // What is not a permission keeps its rules.
    verdict(
        &server.json(
            "PUT",
            &user(B, "any-user"),
            r#"{"white_remote_address":"x"}"#,
        ),
        "400 DMS.00400800",
    );
    verdict(
        &server.json("PUT", &user(B, "any-user"), r#"{"admin":"x"}"#),
        "400 DMS.00400085",
    );
}

#[test]
fn on_engine_5_x_a_put_that_changes_nothing_changes_no_data() {
    let server = demo();
    let seed = json!({ "huawei-rocketmq": { "users": [{ "project_id": PROJECT, "instance_id": B, "users": [
        { "access_key": "seeded-user", "secret_key": "N3w-secret", "default_topic_perm": "SUB",
          "topic_perms": [{ "name": "t", "perm": "PUB" }] },
    ] }] } });
    let path = "/_rollcall/namespaces/default/seed";
    verdict(&server.json("POST", path, &seed.to_string()), "200");
    let body = r#"{"access_key":"new-user","secret_key":"N3w-secret"}"#;
    verdict(&server.json("POST", &users(B), body), "200");
    let before = export(&server, "default");
    for name in ["basic-client", "seeded-user", "new-user"] {
        verdict(&server.json("PUT", &user(B, name), "{}"), "200");
        assert_same(&export(&server, "default"), &before, name);
    }
}

#[test]
fn the_same_name_can_be_a_user_of_two_instances() {
    let server = demo();
    let body = r#"{"access_key":"test_01","secret_key":"N3w-secret"}"#;
    verdict(&server.json("POST", &users(B), body), "200");
    verdict(&server.json("DELETE", &user(B, "test_01"), ""), "200");
    verdict(&server.get(&user(A, "test_01")), "200");
}

#[test]
fn of_many_creates_of_one_name_at_once_exactly_one_succeeds() {
    let server = demo();
    let before = all_users(&server, A).len();
    let body = r#"{"access_key":"wanted-by-all","secret_key":"N3w-secret"}"#;
    let verdicts = at_once(8, || server.json("POST", &users(A), body).verdict());
    assert_eq!(verdicts[0], "200");
    assert_eq!(verdicts[1..], ["400 DMS.00400800"; 7]);
    assert_eq!(all_users(&server, A).len(), before + 1);
}

/// A step of a random life.
#[derive(Debug, Clone)]
enum Step {
    Create(usize, Value),
    Update(usize, Value),
    Delete(usize),
    Page(usize, usize),
}

const NAMES: [&str; 6] = [
    "user-aaa", "user-bbb", "user-ccc", "User-aaa", "user_ddd", "test_01",
];

fn fields() -> impl Strategy<Value = Value> {
    let perm = || {
        prop::option::of(prop::sample::select(vec![
            "PUB", "SUB", "PUB|SUB", "DENY", "", "nonsense",
        ]))
    };
    let addresses = prop::option::of(prop::sample::select(vec![
        "", "10.0.0.1", "10.*.*.*", "nowhere",
    ]));
    let secret = prop::option::of(prop::sample::select(vec![
        "N3w-secret",
        "An0ther-one",
        "weak",
        "",
    ]));
    (
        secret,
        addresses,
        prop::option::of(any::<bool>()),
        perm(),
        perm(),
    )
        .prop_map(|(secret, addresses, admin, topic, group)| {
            let mut fields = json!({});
            let mut put = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    fields[name] = value
                }
            };
            put("secret_key", secret.map(Value::from));
            put("white_remote_address", addresses.map(Value::from));
            put("admin", admin.map(Value::from));
            put("default_topic_perm", topic.map(Value::from));
            put("default_group_perm", group.map(Value::from));
            fields
        })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = || 0..NAMES.len();
    let step = prop_oneof![
        3 => (name(), fields()).prop_map(|(name, fields)| Step::Create(name, fields)),
        2 => (name(), fields()).prop_map(|(name, fields)| Step::Update(name, fields)),
        2 => name().prop_map(Step::Delete),
        1 => (0_usize..8, 1_usize..4).prop_map(|(offset, limit)| Step::Page(offset, limit)),
    ];
    prop::collection::vec(step, 1..40)
}

/// What the service is expected to hold: the users in order, each as the fields that were ever sent.
#[derive(Default)]
struct Model {
    users: Vec<(&'static str, Value)>,
}

impl Model {
    fn place(&self, name: &str) -> Option<usize> {
        self.users.iter().position(|(known, _)| *known == name)
    }

    /// Whether the rules allow these fields, and the fields that count.
    fn sent(fields: &Value, creating: bool) -> Result<Value, &'static str> {
        let mut sent = fields.clone();
        let text = |name: &str| fields[name].as_str();
        match text("secret_key") {
            Some("weak") => return Err("400 DMS.00500960"),
            None | Some("") if creating => return Err("400 DMS.00500960"),
            _ => {}
        }
        if [text("default_topic_perm"), text("default_group_perm")].contains(&Some("nonsense"))
            || text("white_remote_address") == Some("nowhere")
        {
            return Err("400 DMS.00400800");
        }
        for name in ["secret_key", "default_topic_perm", "default_group_perm"] {
            if text(name) == Some("") {
                sent.as_object_mut().expect("an object").remove(name);
            }
        }
        Ok(sent)
    }

    fn create(&mut self, name: &'static str, fields: &Value) -> &'static str {
        match Self::sent(fields, true) {
            Err(refused) => refused,
            Ok(_) if self.place(name).is_some() => "400 DMS.00400800",
            Ok(sent) => {
                self.users.push((name, sent));
                "200"
            }
        }
    }

    fn update(&mut self, name: &str, fields: &Value) -> &'static str {
        let Some(place) = self.place(name) else {
            return "400 DMS.00500972";
        };
        match Self::sent(fields, false) {
            Err(refused) => refused,
            Ok(sent) => {
                for (field, value) in sent.as_object().expect("an object") {
                    self.users[place].1[field] = value.clone();
                }
                "200"
            }
        }
    }

    fn delete(&mut self, name: &str) -> &'static str {
        match self.place(name) {
            None => "400 DMS.00500972",
            Some(place) => {
                self.users.remove(place);
                "200"
            }
        }
    }

    fn shown(&self) -> Vec<Value> {
        let show = |(name, sent): &(&str, Value)| {
            let admin = sent["admin"].as_bool().unwrap_or_default();
            let perm = |field: &str, for_admins: &str| {
                sent[field]
                    .as_str()
                    .unwrap_or(if admin { for_admins } else { "DENY" })
                    .to_owned()
            };
            json!({
                "access_key": name,
                "admin": admin,
                "default_group_perm": perm("default_group_perm", "SUB"),
                "default_topic_perm": perm("default_topic_perm", "PUB|SUB"),
                "group_perms": [],
                "secret_key": sent["secret_key"],
                "topic_perms": [],
                "white_remote_address": sent["white_remote_address"].as_str().unwrap_or_default(),
            })
        };
        self.users.iter().map(show).collect()
    }
}

fn take(server: &Server, model: &mut Model, step: &Step) {
    let (answer, expected) = match step {
        Step::Create(name, fields) => {
            let name = NAMES[*name];
            let mut body = fields.clone();
            body["access_key"] = json!(name);
            (
                server.json("POST", &users(A), &body.to_string()),
                model.create(name, fields),
            )
        }
        Step::Update(name, fields) => {
            let name = NAMES[*name];
            (
                server.json("PUT", &user(A, name), &fields.to_string()),
                model.update(name, fields),
            )
        }
        Step::Delete(name) => {
            let name = NAMES[*name];
            (
                server.json("DELETE", &user(A, name), ""),
                model.delete(name),
            )
        }
        Step::Page(offset, limit) => {
            let answer = server.get(&format!("{}?offset={offset}&limit={limit}", users(A)));
            let page: Vec<Value> = model
                .shown()
                .into_iter()
                .skip(*offset)
                .take(*limit)
                .collect();
            assert_eq!(answer.json()["users"], json!(page));
            (answer, "200")
        }
    };
    verdict(&answer, expected);
    assert_eq!(all_users(server, A), model.shown());
}

#[test]
fn any_life_leaves_the_users_that_a_simple_model_has() {
    proptest!(ProptestConfig::with_cases(16), |(steps in steps())| {
        let server = documents();
        let mut model = Model::default();
        model.create("test_01", &json!({ "secret_key": "x1234567@", "default_topic_perm": "SUB", "default_group_perm": "DENY" }));
        for step in &steps {
            take(&server, &mut model, step);
        }
    });
}
