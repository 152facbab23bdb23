//! Users from their creation to their end, in both Versions.

mod v2024;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::{BROKEN, CLUSTER, EMPTY, NEXT, blamed, list, names, query, v2018, v2024};
use crate::client::Answer;
use crate::server::{Server, at_once, demo};

const PASSWORD: &str = "Aa1!aaaa";

/// A call of 2018-04-12 on users of a cluster; fields as `1.Name`.
#[track_caller]
fn call(server: &Server, action: &str, cluster: &str, fields: &[(&str, &str)]) -> Answer {
    let named: Vec<(String, &str)> = fields
        .iter()
        .map(
            |(name, value)| match name.starts_with(|first: char| first.is_ascii_digit()) {
                true => (format!("User.{name}"), *value),
                false => ((*name).to_owned(), *value),
            },
        )
        .collect();
    let pairs: Vec<(&str, &str)> = [("ClusterId", cluster)]
        .into_iter()
        .chain(named.iter().map(|(name, value)| (name.as_str(), *value)))
        .collect();
    server.get(&v2018(action, &query(&pairs)))
}

/// A call of 2024-07-30 with the JSON parameter User.
#[track_caller]
fn next(server: &Server, action: &str, cluster: &str, users: &Value) -> Answer {
    let pairs = [("ClusterId", cluster), ("User", &users.to_string())];
    server.send("POST", &v2024(action, &query(&pairs)), &[], b"")
}

/// The users of a cluster of 2018-04-12, whole.
fn users(server: &Server, cluster: &str) -> Vec<Value> {
    let target = v2018(
        "ListUsersAsync",
        &format!("ClusterId={cluster}&PageSize=50"),
    );
    server.get(&target).json()["Users"]["UserInfo"]
        .as_array()
        .expect("a list")
        .clone()
}

#[test]
fn users_are_added_changed_and_deleted() {
    let server = demo();
    let added = call(
        &server,
        "AddUsers",
        EMPTY,
        &[
            ("1.Name", "alice.w"),
            ("1.Group", "users"),
            ("1.Password", PASSWORD),
            ("2.Name", "Bob.Zhang01"),
            ("2.Group", "wheel"),
            ("2.Password", PASSWORD),
        ],
    );
    insta::assert_snapshot!("added", added);
    assert_eq!(
        users(&server, EMPTY),
        [
            json!({"Name": "alice.w", "AddTime": "2024-05-20T08:30:00.000Z", "Group": "users", "UserId": "1000", "GroupId": "100"}),
            json!({"Name": "Bob.Zhang01", "AddTime": "2024-05-20T08:30:00.000Z", "Group": "wheel", "UserId": "1001", "GroupId": "10"}),
        ]
    );
    let moved = call(
        &server,
        "ModifyUserGroups",
        EMPTY,
        &[
            ("1.Name", "alice.w"),
            ("1.Group", "wheel"),
            ("2.Name", "Bob.Zhang01"),
            ("2.Group", "users"),
        ],
    );
    assert_eq!(moved.status, 200);
    let after = users(&server, EMPTY);
    assert_eq!(
        after[0],
        json!({"Name": "alice.w", "AddTime": "2024-05-20T08:30:00.000Z", "Group": "wheel", "UserId": "1000", "GroupId": "10"})
    );
    assert_eq!(after[1]["GroupId"], json!("100"));
    let changed = call(
        &server,
        "ModifyUserPasswords",
        EMPTY,
        &[("1.Name", "alice.w"), ("1.Password", "Bb2@bbbb")],
    );
    assert_eq!(changed.status, 200);
    assert_eq!(users(&server, EMPTY), after, "a password shows nowhere");

    let deleted = call(&server, "DeleteUsers", EMPTY, &[("1.Name", "Bob.Zhang01")]);
    assert_eq!(deleted.status, 200);
    assert_eq!(users(&server, EMPTY), after[..1]);
    // An id is never given twice, not even the last one.
    let again = [
        ("1.Name", "Bob.Zhang01"),
        ("1.Group", "users"),
        ("1.Password", PASSWORD),
    ];
    assert_eq!(call(&server, "AddUsers", EMPTY, &again).status, 200);
    assert_eq!(users(&server, EMPTY)[1]["UserId"], json!("1002"));
}

#[test]
fn writes_answer_in_xml_too() {
    let server = demo();
    let fields = [("1.Name", "testuser"), ("Format", "xml")];
    let answer = call(&server, "DeleteUsers", CLUSTER, &fields);
    assert!(
        answer
            .text()
            .starts_with("<?xml version='1.0' encoding='UTF-8'?><DeleteUsersResponse><RequestId>"),
        "{answer}"
    );
}

#[test]
fn the_rules_of_a_new_user() {
    #[track_caller]
    fn check(name: &str, group: &str, password: &str, expected: &str) {
        let server = demo();
        let fields = [
            ("1.Name", name),
            ("1.Group", group),
            ("1.Password", password),
        ];
        let answer = call(&server, "AddUsers", EMPTY, &fields);
        assert_eq!(blamed(&answer), expected, "{name:?} {group:?} {password:?}");
        assert_eq!(users(&server, EMPTY).len(), usize::from(expected == "200"));
    }
    let check_name = |name: &str, expected| check(name, "users", PASSWORD, expected);
    check_name("abcdef", "200");
    check_name("abcde", "User.1.Name");
    check_name(&"a".repeat(30), "200");
    check_name(&"a".repeat(31), "User.1.Name");
    check_name("A.....", "200");
    check_name("1bcdef", "User.1.Name");
    check_name(".bcdef", "User.1.Name");
    check_name("abc_def", "User.1.Name");
    check_name("abc def", "User.1.Name");
    check_name("张张张张张张", "User.1.Name");
    check_name("abcdef\0", "User.1.Name");
    check_name("abcdef\n", "User.1.Name");
    check_name("", "User.1.Name");
    check("abcdef", "wheel", PASSWORD, "200");
    check("abcdef", "Users", PASSWORD, "User.1.Group");
    check("abcdef", "root", PASSWORD, "User.1.Group");
    check("abcdef", "", PASSWORD, "User.1.Group");
    let check_password = |password: &str, expected| check("abcdef", "users", password, expected);
    check_password("Aa1!aaa", "User.1.Password");
    check_password(&format!("Aa1{}", "a".repeat(27)), "200");
    check_password(&format!("Aa1{}", "a".repeat(28)), "User.1.Password");
    check_password("Aaaaaaa1", "200");
    check_password("aaaaaa1!", "200");
    check_password("AAAAAA1!", "200");
    check_password("Aaaaaaa!", "200");
    check_password("Aaaaaaaa", "User.1.Password");
    check_password("aaaaaaa1", "User.1.Password");
    check_password("1111111!", "User.1.Password");
    check_password("()~!@#$%^&*-_+=|{}[]:;'\"/<>aA", "200");
    check_password(",.?\\aA,.?\\", "200");
    check_password("Aa1! aaaa", "User.1.Password");
    check_password("Aa1!aaaa`", "User.1.Password");
    check_password("Aa1!aaaa张", "User.1.Password");
    check_password("Aa1!aaaa\0", "User.1.Password");
    check_password("", "User.1.Password");
    // In one entry Name goes first, then Group.
    check("x", "x", "x", "User.1.Name");
    check("abcdef", "x", "x", "User.1.Group");
}

#[test]
fn entries_are_numbered_from_1_to_100() {
    #[track_caller]
    fn check(fields: &[(&str, &str)], expected: &str) {
        let answer = call(&demo(), "DeleteUsers", CLUSTER, fields);
        assert_eq!(blamed(&answer), expected, "{fields:?}");
    }
    check(&[("1.Name", "testuser")], "200");
    check(&[("100.Name", "testuser")], "200");
    check(&[("3.Name", "testuser"), ("7.Name", "alice.wang")], "200");
    check(&[("101.Name", "testuser")], "User");
    check(&[("18446744073709551615.Name", "testuser")], "User");
    // None of these is an entry.
    check(&[], "MissingUser");
    check(&[("0.Name", "testuser")], "MissingUser");
    check(&[("01.Name", "testuser")], "MissingUser");
    check(&[("User.-1.Name", "testuser")], "MissingUser");
    check(&[("User.x.Name", "testuser")], "MissingUser");
    check(&[("User", "testuser")], "MissingUser");
    check(&[("User.1", "testuser")], "MissingUser");
    check(&[("1.name", "testuser")], "MissingUser");
    check(&[("1.Name.x", "testuser")], "MissingUser");
    check(&[("99999999999999999999.Name", "testuser")], "MissingUser");
    // An entry without its field, and an empty one.
    check(&[("1.Group", "users")], "User.1.Name");
    check(&[("1.Name", "")], "User.1.Name");
    check(&[("2.Name", ""), ("1.Name", "nobody")], "User.2.Name");
    // Of equal names the last counts.
    check(&[("1.Name", "nobody"), ("1.Name", "testuser")], "200");
    // A hundred users in one call.
    let server = demo();
    let numbered: Vec<(String, String)> = (1..=100)
        .flat_map(|number| {
            [
                (format!("{number}.Name"), format!("user.{number:03}")),
                (format!("{number}.Group"), "users".to_owned()),
                (format!("{number}.Password"), PASSWORD.to_owned()),
            ]
        })
        .collect();
    let fields: Vec<(&str, &str)> = numbered
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(call(&server, "AddUsers", EMPTY, &fields).status, 200);
    let first = &users(&server, EMPTY)[9];
    assert_eq!(
        (&first["Name"], &first["UserId"]),
        (&json!("user.010"), &json!("1009"))
    );
}

#[test]
fn async_is_a_boolean_in_any_case_and_changes_nothing() {
    for (value, expected) in [
        ("true", "200"),
        ("False", "200"),
        ("TRUE", "200"),
        ("", "200"),
        ("1", "400 InvalidAsync"),
        ("yes", "400 InvalidAsync"),
        ("true ", "400 InvalidAsync"),
    ] {
        let server = demo();
        let fields = [("1.Name", "testuser"), ("Async", value)];
        let answer = call(&server, "DeleteUsers", CLUSTER, &fields);
        assert_eq!(answer.verdict(), expected, "{value:?}");
        let deleted = names(&server.get(&list("")))[0] != "testuser";
        assert_eq!(deleted, expected == "200");
    }
}

#[test]
fn a_batch_is_done_whole_or_not_at_all() {
    let server = demo();
    let before = users(&server, CLUSTER);
    #[track_caller]
    fn check(server: &Server, action: &str, fields: &[(&str, &str)], expected: &str) {
        assert_eq!(
            blamed(&call(server, action, CLUSTER, fields)),
            expected,
            "{action} {fields:?}"
        );
    }
    let new = |number: &'static str, name: &'static str| {
        [
            (format!("{number}.Name"), name.to_owned()),
            (format!("{number}.Group"), "users".to_owned()),
            (format!("{number}.Password"), PASSWORD.to_owned()),
        ]
    };
    let both = |first, second| -> Vec<(String, String)> {
        new("1", first)
            .into_iter()
            .chain(new("2", second))
            .collect()
    };
    for (first, second, expected) in [
        ("newcomer", "testuser", "testuser"),
        ("newcomer", "newcomer", "newcomer"),
        ("newcomer", "x", "User.2.Name"),
    ] {
        let pairs = both(first, second);
        let fields: Vec<_> = pairs
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        check(&server, "AddUsers", &fields, expected);
    }
    check(
        &server,
        "DeleteUsers",
        &[("1.Name", "testuser"), ("2.Name", "nobody")],
        "nobody",
    );
    check(
        &server,
        "DeleteUsers",
        &[("1.Name", "testuser"), ("2.Name", "testuser")],
        "testuser",
    );
    check(
        &server,
        "DeleteUsers",
        &[("1.Name", "TESTUSER")],
        "TESTUSER",
    );
    let groups = [
        ("1.Name", "testuser"),
        ("1.Group", "users"),
        ("2.Name", "nobody"),
        ("2.Group", "users"),
    ];
    check(&server, "ModifyUserGroups", &groups, "nobody");
    let groups = [
        ("1.Name", "testuser"),
        ("1.Group", "users"),
        ("2.Name", "nobody"),
        ("2.Group", "root"),
    ];
    check(&server, "ModifyUserGroups", &groups, "User.2.Group");
    check(
        &server,
        "ModifyUserGroups",
        &[("1.Name", "testuser")],
        "User.1.Group",
    );
    check(
        &server,
        "ModifyUserPasswords",
        &[("1.Name", "testuser")],
        "User.1.Password",
    );
    let passwords = [("1.Name", "nobody"), ("1.Password", PASSWORD)];
    check(&server, "ModifyUserPasswords", &passwords, "nobody");
    check(
        &server,
        "ModifyUserPasswords",
        &[("1.Name", "nobody"), ("1.Password", "x")],
        "User.1.Password",
    );
    assert_eq!(users(&server, CLUSTER), before);
}

#[test]
fn writes_look_at_the_cluster_after_the_users_and_before_who_they_are() {
    let server = demo();
    for (action, fields) in [
        (
            "AddUsers",
            vec![
                ("1.Name", "testuser"),
                ("1.Group", "users"),
                ("1.Password", PASSWORD),
            ],
        ),
        ("DeleteUsers", vec![("1.Name", "nobody")]),
        (
            "ModifyUserGroups",
            vec![("1.Name", "nobody"), ("1.Group", "users")],
        ),
        (
            "ModifyUserPasswords",
            vec![("1.Name", "nobody"), ("1.Password", PASSWORD)],
        ),
        ("SyncUsers", vec![("RegionId", "cn-hangzhou")]),
    ] {
        let check = |cluster: &str, fields: &[(&str, &str)], expected: &str| {
            let answer = call(&server, action, cluster, fields);
            assert_eq!(answer.verdict(), expected, "{action} {cluster}");
        };
        check("", &fields, "400 MissingClusterId");
        check("x", &fields, "404 ClusterNotFound");
        check(NEXT, &fields, "404 ClusterNotFound");
        check(BROKEN, &fields, "403 InvalidClusterStatus");
        if action != "SyncUsers" {
            check("x", &[("1.Name", "")], "400 InvalidParams");
            check("x", &[("1.Name", ""), ("Async", "x")], "400 InvalidAsync");
            check("x", &[("Async", "x")], "400 MissingUser");
        }
    }
}

#[test]
fn users_are_synchronized_without_a_trace() {
    let server = demo();
    let before = users(&server, "ehpc-sz-Hybrid0001");
    let region = [("RegionId", "cn-shenzhen")];
    assert_eq!(
        call(&server, "SyncUsers", "ehpc-sz-Hybrid0001", &region).status,
        200
    );
    assert_eq!(
        call(&server, "SyncUsers", CLUSTER, &[]).verdict(),
        "400 MissingRegionId"
    );
    assert_eq!(
        call(&server, "SyncUsers", "", &[]).verdict(),
        "400 MissingClusterId"
    );
    assert_eq!(users(&server, "ehpc-sz-Hybrid0001"), before);
}

#[test]
fn of_two_that_add_one_name_exactly_one_succeeds() {
    let server = demo();
    for round in 0..8 {
        let name = format!("racer.{round}");
        let fields = [
            ("1.Name", name.as_str()),
            ("1.Group", "users"),
            ("1.Password", PASSWORD),
        ];
        let verdicts = at_once(2, || call(&server, "AddUsers", EMPTY, &fields).verdict());
        assert_eq!(verdicts, ["200", "406 AgentError.Account.UserAlreadyExist"]);
    }
    assert_eq!(users(&server, EMPTY).len(), 8);
}

// 2024-07-30.

#[derive(Debug, Clone)]
enum Step {
    Add(Vec<usize>),
    Delete(Vec<usize>),
    Move(usize, bool),
    /// Starts a task, and remembers what it saw.
    Start,
    /// Reads a page of the task before last.
    Read(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let some = || proptest::collection::vec(0_usize..12, 1..4);
    prop_oneof![
        some().prop_map(Step::Add),
        some().prop_map(Step::Delete),
        (0_usize..12, any::<bool>()).prop_map(|(who, wheel)| Step::Move(who, wheel)),
        Just(Step::Start),
        (1_u64..4).prop_map(Step::Read),
    ]
}

/// What a cluster should hold: UserId to name and group.
#[derive(Debug, Default)]
struct Model {
    users: BTreeMap<u64, (String, bool)>,
    next: u64,
    tasks: Vec<(String, Vec<(String, bool)>)>,
}

impl Model {
    fn list(&self) -> Vec<(String, bool)> {
        self.users.values().cloned().collect()
    }

    fn id(&self, name: &str) -> Option<u64> {
        let mut found = self.users.iter().filter(|(_, (known, _))| known == name);
        found.next().map(|(id, _)| *id)
    }
}

fn seen(answer: &Answer) -> Vec<(String, bool)> {
    let body = answer.json();
    let rows = body["Users"]["UserInfo"].as_array().expect("a list");
    rows.iter()
        .map(|row| {
            (
                row["Name"].as_str().expect("a name").to_owned(),
                row["Group"] == "wheel",
            )
        })
        .collect()
}

#[test]
fn any_sequence_of_calls_does_what_a_small_model_does() {
    let name = |who: usize| format!("person{who}");
    let mut runner = TestRunner::new(Config::with_cases(24));
    let steps = proptest::collection::vec(step(), 1..25);
    let outcome = runner.run(&steps, |steps| {
        let server = demo();
        let mut model = Model {
            next: 1000,
            ..Model::default()
        };
        let page = |extra: &str| {
            server.get(&v2018(
                "ListUsersAsync",
                &format!("ClusterId={EMPTY}{extra}"),
            ))
        };
        for step in steps {
            match step {
                Step::Add(who) => {
                    let mut fields = Vec::new();
                    for (number, who) in (1..).zip(&who) {
                        fields.push((format!("{number}.Name"), name(*who)));
                        fields.push((format!("{number}.Group"), "users".to_owned()));
                        fields.push((format!("{number}.Password"), PASSWORD.to_owned()));
                    }
                    let fields: Vec<_> = fields
                        .iter()
                        .map(|(a, b)| (a.as_str(), b.as_str()))
                        .collect();
                    let answer = call(&server, "AddUsers", EMPTY, &fields);
                    let distinct = who.iter().collect::<BTreeSet<_>>().len() == who.len();
                    let fits = distinct && who.iter().all(|who| model.id(&name(*who)).is_none());
                    prop_assert_eq!(answer.status, if fits { 200 } else { 406 });
                    for who in who.iter().filter(|_| fits) {
                        model.users.insert(model.next, (name(*who), false));
                        model.next += 1;
                    }
                }
                Step::Delete(who) => {
                    let fields: Vec<_> = (1..)
                        .zip(&who)
                        .map(|(number, who)| (format!("{number}.Name"), name(*who)))
                        .collect();
                    let fields: Vec<_> = fields
                        .iter()
                        .map(|(a, b)| (a.as_str(), b.as_str()))
                        .collect();
                    let answer = call(&server, "DeleteUsers", EMPTY, &fields);
                    let distinct = who.iter().collect::<BTreeSet<_>>().len() == who.len();
                    let fits = distinct && who.iter().all(|who| model.id(&name(*who)).is_some());
                    prop_assert_eq!(answer.status, if fits { 200 } else { 406 });
                    for who in who.iter().filter(|_| fits) {
                        let id = model.id(&name(*who)).expect("it was there");
                        model.users.remove(&id);
                    }
                }
                Step::Move(who, wheel) => {
                    let group = if wheel { "wheel" } else { "users" };
                    let fields = [("1.Name", name(who)), ("1.Group", group.to_owned())];
                    let fields: Vec<_> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
                    let answer = call(&server, "ModifyUserGroups", EMPTY, &fields);
                    let id = model.id(&name(who));
                    prop_assert_eq!(answer.status, if id.is_some() { 200 } else { 406 });
                    if let Some(id) = id {
                        model.users.insert(id, (name(who), wheel));
                    }
                }
                Step::Start => {
                    let answer = page("&PageSize=50");
                    let task = answer.json()["AsyncId"].as_str().expect("an id").to_owned();
                    model.tasks.push((task, model.list()));
                }
                Step::Read(number) => {
                    if let Some((task, list)) = model.tasks.iter().rev().nth(1) {
                        let answer =
                            page(&format!("&AsyncId={task}&PageSize=4&PageNumber={number}"));
                        let from = (usize::try_from(number).expect("small") - 1) * 4;
                        let expected: Vec<_> = list.iter().skip(from).take(4).cloned().collect();
                        prop_assert_eq!(seen(&answer), expected);
                        prop_assert_eq!(&answer.json()["TotalCount"], &json!(list.len()));
                    }
                }
            }
            let answer = page("&PageSize=50");
            prop_assert_eq!(seen(&answer), model.list());
            prop_assert_eq!(&answer.json()["TotalCount"], &json!(model.users.len()));
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_walk_goes_on_while_users_behind_it_are_deleted() {
    let server = demo();
    let task = {
        let body = server.get(&list("PageSize=7")).json();
        body["AsyncId"].as_str().expect("an id").to_owned()
    };
    let before: Vec<String> = names(&server.get(&list("PageSize=50")));
    let mut met = Vec::new();
    for number in 1..=5 {
        let page = names(&server.get(&list(&format!(
            "AsyncId={task}&PageSize=7&PageNumber={number}"
        ))));
        for name in &page {
            let fields = [("1.Name", name.as_str())];
            assert_eq!(
                call(&server, "DeleteUsers", CLUSTER, &fields).status,
                200,
                "{name}"
            );
        }
        met.extend(page);
    }
    assert_eq!(met, before);
    assert_eq!(users(&server, CLUSTER), [Value::Null; 0]);
}
