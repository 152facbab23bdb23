//! Seed documents: what they may say, what they must not, and what a person is told then.

use std::fs;

use rollcall::{Options, Rollcall};
use serde_json::{Value, json};

use super::{data, everyone, get, texts};
use crate::server::{NOW, Server, frozen, with};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/seed-data");

/// Options with these documents as seeds, one after the other.
fn seeded(documents: &[Value]) -> (tempfile::TempDir, Options) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths: Vec<_> = (0..documents.len())
        .map(|number| folder.path().join(format!("{number}.json")))
        .collect();
    for (path, document) in paths.iter().zip(documents) {
        let document = json!({ "volcengine-bytehouse": document });
        fs::write(path, document.to_string()).expect("a file");
    }
    (folder, frozen().seed(paths))
}

#[track_caller]
fn server(documents: &[Value]) -> Server {
    let (_folder, options) = seeded(documents);
    with(options)
}

/// The document is refused, at that place and with those words.
#[track_caller]
fn refused(document: &Value, place: &str, words: &str) {
    let (_folder, options) = seeded(std::slice::from_ref(document));
    let error = Rollcall::start_with(&options).expect_err("a bad seed");
    let text = error.to_string();
    let place = format!("at volcengine-bytehouse.{place}: ");
    assert!(
        text.contains(&place) && text.contains(words),
        "{document}: {text}"
    );
    let seen_by_schema = !schema().is_valid(&json!({ "volcengine-bytehouse": document }));
    let between_records = BETWEEN_RECORDS.iter().any(|rule| text.contains(rule));
    assert!(
        seen_by_schema || between_records,
        "the schema takes {document}"
    );
}

/// The rules that no schema can see, as they are told.
const BETWEEN_RECORDS: [&str; 6] = [
    "another user",
    "the UserID of",
    "another account",
    "there is no ",
    "another role",
    "not the same as Emaill",
];

fn schema() -> jsonschema::Validator {
    let text =
        fs::read_to_string(format!("{FOLDER}/volcengine-bytehouse.schema.json")).expect("a schema");
    jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema")
}

#[test]
fn the_demo_and_the_documents_keep_their_schema() {
    for file in [
        format!("{FOLDER}/volcengine-bytehouse.json"),
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/volcengine_bytehouse/documents.json"
        )
        .to_owned(),
    ] {
        let document =
            serde_json::from_str(&fs::read_to_string(&file).expect("a file")).expect("JSON");
        let errors: Vec<_> = schema()
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
    }
}

#[test]
fn the_demo_holds_the_users_of_the_contract_first() {
    let users = Value::Array(everyone(&crate::server::demo()));
    assert_eq!(
        texts(&users, "Username")[..6],
        [
            "user1",
            "dba",
            "alice.chen",
            "report_ro",
            "wang_fang",
            "etl-runner"
        ]
    );
    assert_eq!(users[0]["UserID"], 12345678);
}

#[test]
fn a_name_is_enough_for_a_user() {
    let server = server(&[json!({ "Users": [
        { "Username": "root", "UserType": "MAIN" },
        { "Username": "a", "Email": "a@b.example" },
        { "Username": "b", "ID": 100 },
        { "Username": "c" },
    ] })]);
    let now = rollcall::clock::Time::parse_rfc3339(NOW)
        .expect("a time")
        .millis();
    let users = everyone(&server);
    let numbers: Vec<_> = users
        .iter()
        .map(|user| (user["ID"].clone(), user["UserID"].clone()))
        .collect();
    let expected = [
        (1, 12345678),
        (2, 12345679),
        (100, 12345680),
        (101, 12345681),
    ];
    assert_eq!(
        numbers,
        expected.map(|(id, user_id)| (json!(id), json!(user_id)))
    );
    assert_eq!(
        users[1],
        json!({
            "ID": 2, "UserID": 12345679, "AccountID": 12345678, "Username": "a", "CloudName": "a", "UserType": "NORMAL",
            "Status": "ACTIVE", "Emaill": "a@b.example", "Description": "", "Readonly": false, "IsSystemAdmin": false,
            "LastLoginAt": 0, "CreatedAt": now, "UpdatedAt": now, "Immutable": false, "Clusters": [],
        })
    );
}

#[test]
fn a_later_document_brings_records_up_to_date_and_takes_them_away() {
    let first = json!({
        "Users": [{ "Username": "a", "ID": 5, "CreatedAt": 7, "Emaill": "old" }, { "Username": "b" }, { "Username": "c" }],
        "Roles": [{ "Name": "r", "ClusterID": 1, "GrantUsers": ["a", "b"] }, { "Name": "s", "ClusterID": 2 }],
        "RoleUsers": [{ "RoleID": 1, "Grants": [{ "Username": "b", "AdminOption": true }] }],
        "Privileges": [
            { "Username": "a", "Grants": [{ "ClusterID": 1, "Privileges": [{ "Name": "SELECT" }] }, { "ClusterID": 2, "Privileges": [{ "Name": "SELECT" }] }] },
            { "RoleID": 1, "Grants": [{ "DatabaseName": "d", "Privileges": [{ "Name": "SELECT" }] }] },
        ],
    });
    let second = json!({
        "Clusters": [{ "ClusterID": 2, "$delete": true }, { "ClusterID": 1, "ClusterName": "one" }],
        "Users": [{ "Username": "a", "ID": 50, "Emaill": "new" }, { "Username": "c", "$delete": true }],
        "Roles": [{ "Name": "r", "ClusterID": 1, "Description": "changed", "GrantUsers": ["b"] }],
        "RoleUsers": [{ "RoleID": 1, "Grants": [{ "Username": "a", "$delete": true }] }],
        "Privileges": [
            { "Username": "a", "Grants": [{ "ClusterID": 1, "Privileges": [{ "Name": "INSERT", "Columns": ["x"] }] }] },
            { "RoleID": 1, "Grants": [{ "DatabaseName": "d", "$delete": true }] },
        ],
    });
    let server = server(&[first, second]);
    let users = Value::Array(everyone(&server));
    assert_eq!(texts(&users, "Username"), ["b", "a"]);
    assert_eq!(
        (&users[1]["Emaill"], &users[1]["CreatedAt"]),
        (&json!("new"), &json!(7))
    );
    let roles = data(&get(&server, "ListRoles", ""))["Roles"].take();
    assert_eq!(texts(&roles, "Description"), ["changed"]);
    assert_eq!(
        (&roles[0]["ClusterName"], &roles[0]["GrantUsers"]),
        (&json!("one"), &json!(["b"]))
    );
    let grants = data(&get(&server, "ListGrantUsersForRole", "RoleID=1"))["Grants"].take();
    assert_eq!(grants, json!([{ "Username": "b", "AdminOption": true }]));
    let grants = data(&get(&server, "ShowPrivilegesForUserByName", "Username=a"))["Grants"].take();
    assert_eq!(
        grants[0]["Privileges"],
        json!([{ "Name": "INSERT", "Columns": ["x"] }])
    );
    assert_eq!(grants.as_array().map(Vec::len), Some(1));
    assert_eq!(
        data(&get(&server, "ShowPrivilegesForRole", "RoleID=1")),
        json!({ "Grants": [] })
    );
}

#[test]
fn answers_can_be_pasted_in() {
    let demo = crate::server::demo();
    let mut document = data(&get(&demo, "ListUsers", "Limit=1000"));
    document["Roles"] = data(&get(&demo, "ListRoles", ""))["Roles"].take();
    let mut members = data(&get(&demo, "ListGrantUsersForRole", "RoleID=1"));
    members["RoleID"] = json!(1);
    document["RoleUsers"] = json!([members]);
    let mut privileges = data(&get(
        &demo,
        "ShowPrivilegesForUserByName",
        "Username=alice.chen",
    ));
    privileges["Username"] = json!("alice.chen");
    document["Privileges"] = json!([privileges]);
    let mut password = data(&get(&demo, "GetUserInitialPassword", "Username=alice.chen"));
    password["Username"] = json!("alice.chen");
    document["InitialPasswords"] = json!([password]);
    assert!(schema().is_valid(&json!({ "volcengine-bytehouse": document })));
    let copy = server(&[document]);
    for (action, query) in [
        ("ListUsers", "Limit=1000"),
        ("ListRoles", ""),
        ("ListGrantUsersForRole", "RoleID=1"),
        ("ShowPrivilegesForUserByName", "Username=alice.chen"),
        ("GetUserInitialPassword", "Username=alice.chen"),
    ] {
        assert_eq!(
            data(&get(&copy, action, query)),
            data(&get(&demo, action, query)),
            "{action}"
        );
    }
}

#[test]
fn a_cluster_that_gets_the_name_of_another_takes_the_grants_on_that_name() {
    let grants = |cluster: Value, privilege: &str| {
        let mut grant = json!({ "DatabaseName": "d", "Privileges": [{ "Name": privilege }] });
        grant
            .as_object_mut()
            .expect("an object")
            .extend(cluster.as_object().expect("an object").clone());
        json!({ "Username": "a", "Grants": [grant] })
    };
    let server = server(&[
        json!({
            "Users": [{ "Username": "a" }],
            "Clusters": [{ "ClusterID": 1, "ClusterName": "old" }],
            "Privileges": [
                grants(json!({ "ClusterName": "new" }), "INSERT"),
                grants(json!({ "ClusterID": 1 }), "SELECT"),
                grants(json!({ "ClusterID": 2, "$delete": true }), "SELECT"),
            ],
        }),
        json!({
            "Clusters": [{ "ClusterID": 1, "ClusterName": "new" }],
            "Roles": [{ "Name": "r", "ClusterID": 2 }],
        }),
    ]);
    let grants = data(&get(&server, "ShowPrivilegesForUserByName", "Username=a"))["Grants"].take();
    assert_eq!(
        grants,
        json!([{
            "ClusterID": 1, "ClusterName": "new", "DatabaseName": "d", "TableName": "",
            "Privileges": [{ "Name": "SELECT", "Columns": [] }, { "Name": "INSERT", "Columns": [] }], "Action": "GRANT",
        }])
    );
    let roles = data(&get(&server, "ListRoles", ""))["Roles"].take();
    assert_eq!(texts(&roles, "ClusterName"), ["cluster2"]);
}

#[test]
fn the_data_of_the_document_can_be_pasted_in() {
    let sample = json!({
        "Users": [{
            "ID": 123, "UserID": 12345678, "AccountID": 12345678, "Username": "user1", "CloudName": "cloudname",
            "UserType": "MAIN", "Status": "ACTIVE", "Emaill": "xxx@xxx.com", "Description": "description", "Readonly": true,
            "IsSystemAdmin": true, "LastLoginAt": 0, "CreatedAt": 1716264720906_i64, "UpdatedAt": 1716264720906_i64,
            "Clusters": ["UGyGxMqpT"],
        }],
        "Message": "",
    });
    assert!(schema().is_valid(&json!({ "volcengine-bytehouse": sample })));
    let mut user = everyone(&server(std::slice::from_ref(&sample))).swap_remove(0);
    // The sample leaves out what the document's other one shows.
    let immutable = user.as_object_mut().expect("an object").remove("Immutable");
    assert_eq!(
        (user, immutable),
        (sample["Users"][0].clone(), Some(json!(false)))
    );
}

#[test]
fn the_account_is_the_one_of_the_seed() {
    let server = server(&[json!({
        "Users": [{ "Username": "a", "AccountID": 2100000001, "UserType": "MAIN" }],
        "Roles": [{ "Name": "r", "ClusterID": 1 }],
    })]);
    let user = everyone(&server).swap_remove(0);
    assert_eq!(
        (&user["AccountID"], &user["UserID"]),
        (&json!(2100000001), &json!(2100000001))
    );
    let roles = data(&get(&server, "ListRoles", ""))["Roles"].take();
    assert_eq!(roles[0]["AccountID"], 2100000001);
}

#[test]
fn a_bad_user_is_refused_with_its_place_and_rule() {
    let user = |rest: Value| {
        let mut user = json!({ "Username": "b" });
        user.as_object_mut()
            .expect("an object")
            .extend(rest.as_object().expect("an object").clone());
        json!({ "Users": [{ "Username": "a", "ID": 5, "UserID": 7, "AccountID": 12345678 }, user] })
    };
    refused(
        &user(json!({ "Username": "" })),
        "Users[1].Username",
        "1 to 64 printable",
    );
    refused(
        &user(json!({ "Username": "x".repeat(65) })),
        "Users[1].Username",
        "1 to 64 printable",
    );
    refused(
        &user(json!({ "UserType": "ROOT" })),
        "Users[1].UserType",
        "\"ROOT\" is none of SYSTEM, MAIN, NORMAL, ASSUMED_ROLE",
    );
    refused(
        &user(json!({ "Status": "active" })),
        "Users[1].Status",
        "\"active\" is none of ACTIVE",
    );
    refused(
        &user(json!({ "ID": 0 })),
        "Users[1].ID",
        "0 is not 1 to 2147483647",
    );
    refused(
        &user(json!({ "ID": 5 })),
        "Users[1].ID",
        "5 is the ID of another user",
    );
    refused(
        &user(json!({ "UserID": 7 })),
        "Users[1].UserID",
        "7 is the UserID of a",
    );
    refused(
        &user(json!({ "UserID": 2147483648_i64 })),
        "Users[1].UserID",
        "is not 1 to 2147483647",
    );
    refused(
        &user(json!({ "AccountID": 1 })),
        "Users[1].AccountID",
        "1 is another account than 12345678",
    );
    refused(
        &user(json!({ "CreatedAt": -1 })),
        "Users[1].CreatedAt",
        "-1 is not 0 to",
    );
    refused(
        &user(json!({ "LastLoginAt": "never" })),
        "Users[1].LastLoginAt",
        "never",
    );
    refused(
        &user(json!({ "Clusters": ["98Al3s", "a"] })),
        "Users[1].Clusters[1]",
        "5 to 9 letters and digits",
    );
    refused(
        &user(json!({ "Clusters": null })),
        "Users[1].Clusters",
        "null",
    );
    refused(
        &user(json!({ "Readonly": "true" })),
        "Users[1].Readonly",
        "boolean",
    );
    refused(
        &user(json!({ "Emaill": "a", "Email": "b" })),
        "Users[1].Email",
        "not the same as Emaill",
    );
    refused(
        &user(json!({ "Mail": "a" })),
        "Users[1].Mail",
        "unknown field `Mail`",
    );
    refused(&json!({ "Users": [{}] }), "Users[0]", "Username");
    refused(&json!({ "users": [] }), "users", "unknown field `users`");
}

#[test]
fn control_characters_are_not_printable() {
    for name in ["a\u{0}", "a\nb", "\u{7f}", "\u{85}"] {
        let (_folder, options) = seeded(&[json!({ "Users": [{ "Username": name }] })]);
        assert!(Rollcall::start_with(&options).is_err(), "{name:?}");
    }
}

#[test]
fn a_bad_role_or_grant_is_refused_with_its_place_and_rule() {
    let users = json!([{ "Username": "a" }]);
    let roles = json!([{ "ID": 1, "Name": "r", "ClusterID": 1 }]);
    let with = |key: &str, value: Value| {
        let mut document = json!({ "Users": users, "Roles": roles });
        if key == "Roles" {
            document["Roles"]
                .as_array_mut()
                .expect("a list")
                .push(value);
        } else {
            document[key] = json!([value]);
        }
        document
    };
    refused(
        &with("Clusters", json!({ "ClusterID": 0, "ClusterName": "x" })),
        "Clusters[0].ClusterID",
        "0 is not 1 to",
    );
    refused(
        &with("Clusters", json!({ "ClusterID": 1, "ClusterName": "" })),
        "Clusters[0].ClusterName",
        "empty",
    );
    let long = "x".repeat(257);
    refused(
        &with("Clusters", json!({ "ClusterID": 1, "ClusterName": long })),
        "Clusters[0].ClusterName",
        "more than 256 characters",
    );
    refused(
        &with(
            "Roles",
            json!({ "Name": "s", "ClusterID": 1, "ClusterName": long }),
        ),
        "Roles[1].ClusterName",
        "more than 256 characters",
    );
    refused(
        &with(
            "Privileges",
            json!({ "Username": "a", "Grants": [{ "ClusterName": long, "Privileges": [{ "Name": "P" }] }] }),
        ),
        "Privileges[0].Grants[0].ClusterName",
        "more than 256 characters",
    );
    refused(
        &with("Roles", json!({ "Name": "", "ClusterID": 1 })),
        "Roles[1].Name",
        "empty",
    );
    refused(
        &with("Roles", json!({ "ID": 2, "Name": "r", "ClusterID": 1 })),
        "Roles[1].Name",
        "another role of cluster 1",
    );
    refused(
        &with(
            "Roles",
            json!({ "ID": 2000000001, "Name": "s", "ClusterID": 1 }),
        ),
        "Roles[1].ID",
        "is not 1 to 2000000000",
    );
    refused(
        &with("Roles", json!({ "Name": "s", "ClusterID": 0 })),
        "Roles[1].ClusterID",
        "0 is not 1 to",
    );
    refused(
        &with(
            "Roles",
            json!({ "Name": "s", "ClusterID": 1, "GrantUsers": ["a", "z"] }),
        ),
        "Roles[1].GrantUsers[1]",
        "there is no user \"z\"",
    );
    refused(
        &with(
            "Roles",
            json!({ "Name": "s", "ClusterID": 1, "AccountID": 3 }),
        ),
        "Roles[1].AccountID",
        "another account",
    );
    refused(
        &with("RoleUsers", json!({ "RoleID": 9, "Grants": [] })),
        "RoleUsers[0].RoleID",
        "there is no role 9",
    );
    refused(
        &with(
            "RoleUsers",
            json!({ "RoleID": 1, "Grants": [{ "Username": "z" }] }),
        ),
        "RoleUsers[0].Grants[0].Username",
        "there is no user \"z\"",
    );
    refused(
        &with("InitialPasswords", json!({ "Username": "z" })),
        "InitialPasswords[0].Username",
        "there is no user \"z\"",
    );
    refused(
        &with("Privileges", json!({ "Grants": [] })),
        "Privileges[0]",
        "give Username or RoleID",
    );
    refused(
        &with(
            "Privileges",
            json!({ "Username": "a", "RoleID": 1, "Grants": [] }),
        ),
        "Privileges[0]",
        "give Username or RoleID",
    );
    refused(
        &with("Privileges", json!({ "Username": "z", "Grants": [] })),
        "Privileges[0].Username",
        "there is no user \"z\"",
    );
    let grant = |grant: Value| with("Privileges", json!({ "Username": "a", "Grants": [grant] }));
    refused(
        &grant(json!({})),
        "Privileges[0].Grants[0].Privileges",
        "at least one privilege",
    );
    refused(
        &grant(json!({ "Privileges": [{ "Name": "" }] })),
        "Privileges[0].Grants[0].Privileges[0].Name",
        "empty",
    );
    refused(
        &grant(json!({ "Privileges": [{ "Name": "P" }], "ClusterID": -1 })),
        "Privileges[0].Grants[0].ClusterID",
        "-1 is not 0 to",
    );
    refused(
        &grant(json!({ "Privileges": [{ "Name": "P" }], "Action": "DENY" })),
        "Privileges[0].Grants[0].Action",
        "none of GRANT",
    );
}
