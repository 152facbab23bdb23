//! What changes users, roles and privileges, and what a refusal leaves alone.

use proptest::prelude::{Just, ProptestConfig, Strategy, proptest};
use proptest::{prop_assert_eq, prop_oneof};
use serde_json::{Value, json};

use super::{data, documents, everyone, get, post, target, texts};
use crate::client::Answer;
use crate::server::{NOW, Server, demo};

/// The moment at which the tests' clocks stand, in milliseconds.
fn now() -> Value {
    let time = rollcall::clock::Time::parse_rfc3339(NOW).expect("a valid time");
    json!(time.millis())
}

#[track_caller]
fn show(server: &Server, username: &str) -> Value {
    data(&post(
        server,
        "GetUserDetail",
        &json!({ "Username": username }),
    ))["User"]
        .take()
}

/// Everything that reads show: a refused write must leave all of it as it was.
fn everything(server: &Server) -> Vec<Value> {
    let mut all = everyone(server);
    let roles = data(&get(server, "ListRoles", ""))["Roles"].take();
    for role in roles.as_array().expect("a list") {
        let query = format!("RoleID={}", role["ID"]);
        all.push(data(&get(server, "ListGrantUsersForRole", &query)));
        all.push(data(&get(server, "ShowPrivilegesForRole", &query)));
    }
    all.push(roles);
    for user in ["alice.chen", "dba", "x"] {
        if !all.iter().any(|listed| listed["Username"] == user) {
            continue;
        }
        let query = format!("Username={user}");
        all.push(data(&get(server, "ShowPrivilegesForUserByName", &query)));
    }
    all
}

/// The calls are refused with that code, and change nothing.
#[track_caller]
fn refused(server: &Server, action: &str, code: &str, bodies: &[Value]) {
    let before = everything(server);
    for body in bodies {
        let answer = post(server, action, body);
        assert_eq!(answer.verdict(), format!("400 {code}"), "{action} {body}");
    }
    assert_eq!(everything(server), before, "{action}");
}

#[track_caller]
fn done(answer: &Answer, message: &str) {
    assert_eq!(data(answer), json!({ "Message": message }));
}

// Users

#[test]
fn a_user_is_shown_with_the_fields_of_the_list() {
    let server = demo();
    for user in everyone(&server) {
        assert_eq!(
            show(&server, user["Username"].as_str().expect("a name")),
            user
        );
    }
}

#[test]
fn an_unknown_user_is_a_bad_request() {
    let bodies = [
        json!({}),
        json!({ "Username": "" }),
        json!({ "Username": null }),
        json!({ "Username": "nobody-here" }),
        json!({ "Username": "User1" }),
        json!({ "Username": " user1" }),
        json!({ "Username": "user1\u{0}" }),
        json!({ "Username": "x".repeat(1_000_000) }),
        json!({ "Username": 1 }),
        json!({ "Username": ["user1"] }),
        json!({ "username": "user1" }),
        json!({ "UserID": 12345678 }),
    ];
    let server = demo();
    for action in [
        "GetUserDetail",
        "GetUserInitialPassword",
        "ShowRolesForUser",
        "ShowPrivilegesForUserByName",
    ] {
        refused(&server, action, "Bad Request", &bodies);
    }
}

#[test]
fn an_unknown_user_id_is_a_bad_request() {
    let bodies = [
        json!({}),
        json!({ "UserID": null }),
        json!({ "UserID": "" }),
        json!({ "UserID": 125 }),
        json!({ "UserID": 0 }),
        json!({ "UserID": -1 }),
        json!({ "UserID": 2_147_483_648_i64 }),
        json!({ "UserID": 1.5 }),
        json!({ "UserID": "alice.chen" }),
        json!({ "UserID": [41820377] }),
        json!({ "Username": "alice.chen" }),
    ];
    let server = demo();
    for action in ["DeleteUser", "ShowPrivilegesForUserByID"] {
        refused(&server, action, "Bad Request", &bodies);
    }
}

#[test]
fn an_update_sets_three_fields_and_the_time_and_nothing_else() {
    let server = demo();
    let mut expected = everyone(&server);
    let body = json!({ "Username": "alice.chen", "Email": "新@acme.example", "Description": "", "Readonly": true });
    done(
        &post(&server, "UpdateUser", &body),
        "update user successfully",
    );
    let alice = &mut expected[2];
    alice["Emaill"] = json!("新@acme.example");
    alice["Description"] = json!("");
    alice["Readonly"] = json!(true);
    alice["UpdatedAt"] = now();
    assert_eq!(everyone(&server), expected);
    let query = "Username=alice.chen&Email=&Description=a+b&Readonly=false";
    done(
        &get(&server, "UpdateUser", query),
        "update user successfully",
    );
    let alice = show(&server, "alice.chen");
    assert_eq!(
        (&alice["Emaill"], &alice["Readonly"]),
        (&json!(""), &json!(false))
    );
    assert_eq!(alice["Description"], "a b");
}

#[test]
fn an_immutable_user_may_be_updated() {
    let server = demo();
    for user in ["user1", "dba", "bytehouse_system"] {
        let body = json!({ "Username": user, "Email": "e", "Description": "d", "Readonly": false });
        done(
            &post(&server, "UpdateUser", &body),
            "update user successfully",
        );
        assert_eq!(show(&server, user)["Emaill"], "e");
    }
}

#[test]
fn an_update_needs_all_four_parameters_of_their_types() {
    let whole =
        json!({ "Username": "alice.chen", "Email": "e", "Description": "d", "Readonly": true });
    let mut bodies = Vec::new();
    for name in ["Username", "Email", "Description", "Readonly"] {
        let mut without = whole.clone();
        without.as_object_mut().expect("an object").remove(name);
        bodies.push(without);
        for wrong in [json!(null), json!(1), json!([]), json!({ "a": 1 })] {
            let mut body = whole.clone();
            body[name] = wrong;
            bodies.push(body);
        }
    }
    for wrong in [json!("true"), json!("false"), json!(""), json!(0)] {
        let mut body = whole.clone();
        body["Readonly"] = wrong;
        bodies.push(body);
    }
    let mut emaill = whole.clone();
    emaill.as_object_mut().expect("an object").remove("Email");
    emaill["Emaill"] = json!("e");
    bodies.push(emaill);
    let mut unknown = whole;
    unknown["Username"] = json!("nobody-here");
    bodies.push(unknown);
    let server = demo();
    refused(&server, "UpdateUser", "Bad Request", &bodies);
    for readonly in ["", "yes", "1", "0", "tru"] {
        let query = format!("Username=alice.chen&Email=e&Description=d&Readonly={readonly}");
        assert_eq!(
            get(&server, "UpdateUser", &query).verdict(),
            "400 Bad Request",
            "{readonly}"
        );
    }
}

#[test]
fn a_deleted_user_is_gone_with_its_roles_and_privileges() {
    let server = demo();
    let before = everyone(&server);
    done(
        &post(&server, "DeleteUser", &json!({ "UserID": 41820377 })),
        "delete user successfully",
    );
    let after = everyone(&server);
    assert_eq!(after.len() + 1, before.len());
    assert!(!after.iter().any(|user| user["Username"] == "alice.chen"));
    let total = get(&server, "ListUsers", "Limit=1").json()["Result"]["Meta"]["Total"].take();
    assert_eq!(total, json!(after.len()));
    let roles = data(&get(&server, "ListRoles", ""))["Roles"].take();
    assert!(!roles.to_string().contains("alice.chen"), "{roles}");
    refused(
        &server,
        "DeleteUser",
        "Bad Request",
        &[json!({ "UserID": 41820377 })],
    );
    refused(
        &server,
        "GetUserDetail",
        "Bad Request",
        &[json!({ "Username": "alice.chen" })],
    );
    assert_eq!(get(&server, "DeleteUser", "UserID=41820391").status, 200);
    assert_eq!(
        server
            .post_form(&target("DeleteUser"), "UserID=41820455")
            .status,
        200
    );
}

#[test]
fn system_main_and_immutable_users_cannot_be_deleted() {
    let server = demo();
    let protected: Vec<_> = everyone(&server)
        .into_iter()
        .filter(|user| {
            user["Immutable"] == true
                || ["SYSTEM", "MAIN"].contains(&user["UserType"].as_str().expect("a type"))
        })
        .map(|user| json!({ "UserID": user["UserID"] }))
        .collect();
    assert!(3 < protected.len());
    refused(&server, "DeleteUser", "Bad Request", &protected);
}

#[test]
fn of_many_deletions_at_once_exactly_one_succeeds() {
    let server = demo();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| post(&server, "DeleteUser", &json!({ "UserID": 41820377 })).status)
            })
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("an answer"))
            .collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 7);
}

#[test]
fn the_initial_password_is_shown_while_it_is_in_use() {
    let server = demo();
    let password = |username| {
        data(&post(
            &server,
            "GetUserInitialPassword",
            &json!({ "Username": username }),
        ))
    };
    assert_eq!(
        password("alice.chen"),
        json!({
            "Password": "QnlIMHVzZSExMjM=",
            "PasswordIsDefault": true,
            "Message": "",
            "User": { "Message": "", "PasswordIsDefault": true },
        })
    );
    assert_eq!(password("dba")["Password"], "");
    // The document's own example, and what the SDKs' models look into beside it.
    let shown = data(&get(
        &documents(),
        "GetUserInitialPassword",
        "Username=user1",
    ));
    let message = "Failed to get password, it has been modified";
    assert_eq!(
        shown.to_string(),
        json!({
            "Password": "xxxx",
            "PasswordIsDefault": false,
            "Message": message,
            "User": { "Message": message, "PasswordIsDefault": false },
        })
        .to_string()
    );
}

// Roles

#[test]
fn a_new_role_is_answered_without_users_and_listed_with_them() {
    let server = demo();
    let body = json!({
        "Name": "运维",
        "ClusterID": 137,
        "Description": "on call",
        "Users": [{ "Username": "bob.li", "AdminOption": true, "CreatedAt": 1 }, { "Username": "x" }],
    });
    let answer = post(&server, "CreateRole", &body);
    insta::assert_snapshot!(answer);
    let mut role = data(&answer)["Role"].take();
    let listed = data(&get(
        &server,
        "ListRoles",
        "ClusterID=137&Name=%E8%BF%90%E7%BB%B4",
    ))["Roles"]
        .take();
    role["GrantUsers"] = json!(["bob.li", "x"]);
    assert_eq!(listed, json!([role]));
    let grants = data(&post(
        &server,
        "ListGrantUsersForRole",
        &json!({ "RoleID": role["ID"] }),
    ));
    assert_eq!(
        grants,
        json!({ "Grants": [{ "Username": "bob.li", "AdminOption": true }, { "Username": "x", "AdminOption": false }] })
    );
}

#[test]
fn a_role_may_be_on_any_cluster_once_per_name() {
    let server = demo();
    let create = |body| data(&post(&server, "CreateRole", &body))["Role"].take();
    let role = create(json!({ "Name": "r", "ClusterID": "9000" }));
    assert_eq!(
        (&role["ClusterName"], &role["IsDefault"]),
        (&json!("cluster9000"), &json!(false))
    );
    assert_eq!(
        (&role["CreatedAt"], &role["CreatedBy"]),
        (&now(), &json!("user1"))
    );
    assert_eq!(
        create(json!({ "Name": "r", "ClusterID": 137 }))["ClusterName"],
        "cluster1"
    );
    assert_eq!(
        create(json!({ "Name": "R", "ClusterID": 137 }))["Name"],
        "R"
    );
    let taken = json!({ "Name": "r", "ClusterID": 137, "Users": [{ "Username": "x" }] });
    refused(&server, "CreateRole", "Bad Request", &[taken]);
}

#[test]
fn a_bad_role_is_refused_whole() {
    let server = demo();
    let bodies = [
        json!({}),
        json!({ "Name": "r" }),
        json!({ "ClusterID": 1 }),
        json!({ "Name": "", "ClusterID": 1 }),
        json!({ "Name": 5, "ClusterID": 1 }),
        json!({ "Name": "r", "ClusterID": 0 }),
        json!({ "Name": "r", "ClusterID": -1 }),
        json!({ "Name": "r", "ClusterID": "cluster1" }),
        json!({ "Name": "r", "ClusterID": 1, "Description": 5 }),
        json!({ "Name": "r", "ClusterID": 1, "Users": "x" }),
        json!({ "Name": "r", "ClusterID": 1, "Users": { "1": { "Username": "x" } } }),
        json!({ "Name": "r", "ClusterID": 1, "Users": ["x"] }),
        json!({ "Name": "r", "ClusterID": 1, "Users": [{}] }),
        json!({ "Name": "r", "ClusterID": 1, "Users": [{ "Username": "x" }, { "Username": "nobody-here" }] }),
        json!({ "Name": "r", "ClusterID": 1, "Users": [{ "Username": "x", "AdminOption": "true" }] }),
    ];
    refused(&server, "CreateRole", "Bad Request", &bodies);
    // What was refused left no number behind that would show.
    let role = data(&post(
        &server,
        "CreateRole",
        &json!({ "Name": "r", "ClusterID": 1 }),
    ));
    assert_eq!(role["Role"]["ID"], 7);
}

#[test]
fn of_two_roles_of_one_name_at_once_exactly_one_is_created() {
    let server = demo();
    let body = json!({ "Name": "race", "ClusterID": 137 });
    let mut verdicts: Vec<String> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| post(&server, "CreateRole", &body).verdict()))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("an answer"))
            .collect()
    });
    verdicts.sort();
    assert_eq!(verdicts[0], "200");
    assert!(
        verdicts[1..]
            .iter()
            .all(|verdict| verdict == "400 Bad Request"),
        "{verdicts:?}"
    );
}

#[test]
fn roles_are_listed_by_id_and_filtered_exactly() {
    let server = demo();
    let ids = |query: &str| {
        let roles = data(&get(&server, "ListRoles", query))["Roles"].take();
        let roles = roles.as_array().expect("a list");
        roles
            .iter()
            .map(|role| role["ID"].as_i64().expect("a number"))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(""), [1, 2, 3, 4, 5, 6]);
    assert_eq!(ids("Name=&ClusterID="), [1, 2, 3, 4, 5, 6]);
    assert_eq!(ids("ClusterID=138"), [3, 4]);
    assert_eq!(ids("Name=analyst"), [2, 4]);
    assert_eq!(ids("Name=analyst&ClusterID=138"), [4]);
    assert_eq!(ids("Name=Analyst"), [0_i64; 0]);
    assert_eq!(ids("ClusterID=1"), [0_i64; 0]);
    for query in ["ClusterID=x", "ClusterID=-1", "Name.1=x"] {
        assert_eq!(
            get(&server, "ListRoles", query).verdict(),
            "400 Bad Request",
            "{query}"
        );
    }
}

#[test]
fn an_unknown_role_has_a_code_of_its_own_that_comes_after_the_form() {
    let server = demo();
    let grants = json!([{ "Privileges": [{ "Name": "SELECT" }] }]);
    for action in [
        "DeleteRole",
        "AssignRole",
        "UnassignRole",
        "ListGrantUsersForRole",
        "ShowPrivilegesForRole",
        "UpdateGrantsForRole",
    ] {
        let with = |role_id: Value| json!({ "RoleID": role_id, "ActionType": "GRANT", "Grants": grants, "Users": [{ "Username": "nobody-here" }] });
        refused(
            &server,
            action,
            "FailedToGetRoleInMetadata",
            &[with(json!(999)), with(json!("999")), with(json!(0))],
        );
        let wrong = [
            json!(null),
            json!(""),
            json!("two"),
            json!(-1),
            json!(2.5),
            json!([2]),
            json!(4_000_000_000_u64),
        ];
        refused(&server, action, "Bad Request", &wrong.map(with));
    }
    refused(
        &server,
        "AssignRole",
        "Bad Request",
        &[json!({ "RoleID": 999, "Users": 1 })],
    );
    refused(
        &server,
        "AssignRole",
        "Bad Request",
        &[json!({ "RoleID": 6, "Users": [{ "Username": "x" }, { "Username": "nobody-here" }] })],
    );
    refused(
        &server,
        "UnassignRole",
        "Bad Request",
        &[
            json!({ "RoleID": 2, "Users": [{ "Username": "alice.chen" }, { "Username": "nobody-here" }] }),
        ],
    );
}

#[test]
fn a_role_is_assigned_and_taken_back() {
    let server = demo();
    let message = "successfully update users for role nobody";
    let members = || data(&get(&server, "ListGrantUsersForRole", "RoleID=6"))["Grants"].take();
    assert_eq!(members(), json!([]));
    let users = json!([{ "Username": "x", "AdminOption": true }, { "Username": "bob.li" }]);
    done(
        &post(
            &server,
            "AssignRole",
            &json!({ "RoleID": 6, "Users": users }),
        ),
        message,
    );
    assert_eq!(texts(&members(), "Username"), ["x", "bob.li"]);
    assert_eq!(members()[0]["AdminOption"], true);
    // Again: AdminOption is overwritten, the order stays.
    done(
        &post(
            &server,
            "AssignRole",
            &json!({ "RoleID": 6, "Users": [{ "Username": "x" }] }),
        ),
        message,
    );
    assert_eq!(texts(&members(), "Username"), ["x", "bob.li"]);
    assert_eq!(members()[0]["AdminOption"], false);
    let roles = data(&get(&server, "ShowRolesForUser", "Username=x"));
    assert_eq!(
        roles.to_string(),
        json!({ "Roles": [{
            "RoleID": 6, "RoleName": "nobody", "RoleIsDefault": false, "OnCluster": "cluster1", "ClusterID": 137,
            "AdminOption": false, "GrantTo": "x", "RawSql": "", "Immutable": false, "ImmutableReason": "",
        }] })
        .to_string()
    );
    let users = json!([{ "Username": "x" }, { "Username": "judy.lin" }]);
    done(
        &post(
            &server,
            "UnassignRole",
            &json!({ "RoleID": 6, "Users": users }),
        ),
        message,
    );
    assert_eq!(texts(&members(), "Username"), ["bob.li"]);
    done(
        &post(&server, "UnassignRole", &json!({ "RoleID": 6 })),
        message,
    );
    done(
        &post(&server, "AssignRole", &json!({ "RoleID": 6, "Users": [] })),
        message,
    );
    assert_eq!(texts(&members(), "Username"), ["bob.li"]);
}

#[test]
fn a_deleted_role_is_gone_and_its_number_is_not_given_again() {
    let server = demo();
    let created = |name| {
        data(&post(
            &server,
            "CreateRole",
            &json!({ "Name": name, "ClusterID": 1 }),
        ))["Role"]["ID"]
            .take()
    };
    assert_eq!(created("a"), 7);
    done(
        &post(&server, "DeleteRole", &json!({ "RoleID": 7 })),
        "delete role successfully",
    );
    done(
        &post(&server, "DeleteRole", &json!({ "RoleID": 2 })),
        "delete role successfully",
    );
    refused(
        &server,
        "DeleteRole",
        "FailedToGetRoleInMetadata",
        &[json!({ "RoleID": 7 }), json!({ "RoleID": 2 })],
    );
    let roles = data(&get(&server, "ShowRolesForUser", "Username=alice.chen"))["Roles"].take();
    assert_eq!(texts(&roles, "OnCluster"), ["cluster2"]);
    assert_eq!(created("a"), 8);
}

#[test]
fn the_example_of_the_document_lists_user1_with_its_admin_option() {
    let grants = data(&get(&documents(), "ListGrantUsersForRole", "RoleID=1"));
    assert_eq!(
        grants.to_string(),
        r#"{"Grants":[{"Username":"user1","AdminOption":true}]}"#
    );
}

// Privileges

/// The grants of a user by its name, and by its number, which are the same.
#[track_caller]
fn privileges(server: &Server, username: &str) -> Value {
    let by_name = data(&post(
        server,
        "ShowPrivilegesForUserByName",
        &json!({ "Username": username }),
    ));
    let user_id = show(server, username)["UserID"].take();
    let by_id = data(&post(
        server,
        "ShowPrivilegesForUserByID",
        &json!({ "UserID": user_id }),
    ));
    assert_eq!(by_name, by_id);
    by_name["Grants"].clone()
}

/// Grants as `cluster database.table SELECT(a,b) INSERT`.
fn brief(grants: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let grants = grants.as_array().expect("a list");
    grants
        .iter()
        .map(|grant| {
            let privileges =
                grant["Privileges"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|privilege| {
                        let columns: Vec<_> = privilege["Columns"]
                            .as_array()
                            .expect("a list")
                            .iter()
                            .map(text)
                            .collect();
                        match columns.as_slice() {
                            [] => text(&privilege["Name"]),
                            _ => format!("{}({})", text(&privilege["Name"]), columns.join(",")),
                        }
                    });
            format!(
                "{}/{} {}.{} {}",
                grant["ClusterID"],
                text(&grant["ClusterName"]),
                text(&grant["DatabaseName"]),
                text(&grant["TableName"]),
                privileges.collect::<Vec<_>>().join(" ")
            )
        })
        .collect()
}

#[test]
fn privileges_are_granted_per_target_and_taken_back() {
    let server = demo();
    let granted = "successfully grant privileges to x";
    let revoked = "successfully revoke privileges from x";
    // The input of the document's example.
    let example = json!([{
        "Privileges": [{ "Name": "SELECT", "Columns": ["c1"] }],
        "Targets": [{ "Database": "db1", "Table": "t1" }],
        "OnCluster": "cluster1", "ClusterID": 137, "GrantOption": false, "GrantTo": "user1", "RawSql": "",
    }]);
    done(
        &post(
            &server,
            "GrantPrivilegesToUserByName",
            &json!({ "Username": "x", "Grants": example }),
        ),
        granted,
    );
    assert_eq!(
        privileges(&server, "x").to_string(),
        r#"[{"ClusterID":137,"ClusterName":"cluster1","DatabaseName":"db1","TableName":"t1","Privileges":[{"Name":"SELECT","Columns":["c1"]}],"Action":"GRANT"}]"#
    );
    let user_id = show(&server, "x")["UserID"].take();
    let more = json!([{
        "Privileges": [{ "Name": "SELECT", "Columns": ["c2", "c1"] }, { "Name": "INSERT" }],
        "Targets": [{ "Database": "db1", "Table": "t1" }, { "Database": "db2" }, {}],
        "OnCluster": "cluster1",
    }]);
    done(
        &post(
            &server,
            "GrantPrivilegesToUserByID",
            &json!({ "UserID": user_id, "Grants": more }),
        ),
        granted,
    );
    assert_eq!(
        brief(&privileges(&server, "x")),
        [
            "137/cluster1 db1.t1 SELECT(c1,c2) INSERT",
            "137/cluster1 db2. SELECT(c2,c1) INSERT",
            "137/cluster1 . SELECT(c2,c1) INSERT"
        ]
    );
    let some = json!([
        { "Privileges": [{ "Name": "SELECT", "Columns": ["c1", "c9"] }, { "Name": "DROP" }], "Targets": [{ "Database": "db1", "Table": "t1" }], "ClusterID": 137 },
        { "Privileges": [{ "Name": "SELECT" }, { "Name": "INSERT" }], "Targets": [{}, { "Database": "nothing" }], "ClusterID": 137 },
    ]);
    let by_id = json!({ "UserID": user_id.to_string(), "Grants": some });
    done(
        &post(&server, "RevokePrivilegesForUserByID", &by_id),
        revoked,
    );
    assert_eq!(
        brief(&privileges(&server, "x")),
        [
            "137/cluster1 db1.t1 SELECT(c2) INSERT",
            "137/cluster1 db2. SELECT(c2,c1) INSERT"
        ]
    );
    let all = json!([{ "Privileges": [{ "Name": "SELECT" }, { "Name": "INSERT" }], "Targets": [{ "Database": "db1", "Table": "t1" }, { "Database": "db2" }], "ClusterID": 137 }]);
    done(
        &post(
            &server,
            "RevokePrivilegesFromUserByName",
            &json!({ "Username": "x", "Grants": all }),
        ),
        revoked,
    );
    done(
        &post(
            &server,
            "RevokePrivilegesFromUserByName",
            &json!({ "Username": "x" }),
        ),
        revoked,
    );
    assert_eq!(privileges(&server, "x"), json!([]));
}

#[test]
fn clusters_go_by_number_and_by_name() {
    let server = demo();
    let grant = |cluster: Value| {
        let mut grant = json!({ "Privileges": [{ "Name": "P" }], "Targets": [{ "Database": cluster.to_string() }] });
        grant
            .as_object_mut()
            .expect("an object")
            .extend(cluster.as_object().expect("an object").clone());
        let body = json!({ "Username": "x", "Grants": [grant] });
        assert_eq!(
            post(&server, "GrantPrivilegesToUserByName", &body).status,
            200
        );
        let shown = privileges(&server, "x");
        let last = shown
            .as_array()
            .expect("a list")
            .last()
            .expect("a grant")
            .clone();
        format!(
            "{} {}",
            last["ClusterID"],
            last["ClusterName"].as_str().expect("a name")
        )
    };
    assert_eq!(grant(json!({})), "0 ");
    assert_eq!(grant(json!({ "OnCluster": "cluster2" })), "138 cluster2");
    assert_eq!(
        grant(json!({ "ClusterID": 138, "OnCluster": "cluster1" })),
        "138 cluster2"
    );
    assert_eq!(grant(json!({ "ClusterID": 5 })), "5 cluster5");
    assert_eq!(
        grant(json!({ "ClusterID": 6, "OnCluster": "six" })),
        "6 six"
    );
    assert_eq!(grant(json!({ "OnCluster": "six" })), "6 six");
    assert_eq!(grant(json!({ "OnCluster": "unheard" })), "0 unheard");
    assert_eq!(
        grant(json!({ "ClusterID": 0, "OnCluster": "cluster1" })),
        "137 cluster1"
    );
    let longest = "集".repeat(256);
    assert_eq!(
        grant(json!({ "ClusterID": 7, "OnCluster": longest })),
        format!("7 {longest}")
    );
}

/// A change of privileges on `db` of a cluster.
#[track_caller]
fn on_cluster(server: &Server, action: &str, privilege: &str, cluster: &Value) {
    let mut grant =
        json!({ "Privileges": [{ "Name": privilege }], "Targets": [{ "Database": "db" }] });
    grant
        .as_object_mut()
        .expect("an object")
        .extend(cluster.as_object().expect("an object").clone());
    let body = json!({ "Username": "x", "Grants": [grant] });
    assert_eq!(post(server, action, &body).status, 200, "{body}");
}

#[test]
fn what_was_granted_by_a_name_belongs_to_the_number_that_gets_the_name() {
    let server = demo();
    let grant = |privilege: &str, cluster: Value| {
        on_cluster(&server, "GrantPrivilegesToUserByName", privilege, &cluster);
    };
    let revoke = |privilege: &str, cluster: Value| {
        on_cluster(
            &server,
            "RevokePrivilegesFromUserByName",
            privilege,
            &cluster,
        );
    };
    let shown = || brief(&privileges(&server, "x"));
    let of_role = json!([{ "Privileges": [{ "Name": "P" }], "OnCluster": "c1" }]);
    let to_role = json!({ "RoleID": 6, "ActionType": "GRANT", "Grants": of_role });
    assert_eq!(post(&server, "UpdateGrantsForRole", &to_role).status, 200);
    grant("P", json!({ "OnCluster": "c1" }));
    grant("Z", json!({ "OnCluster": "c0" }));
    assert_eq!(shown(), ["0/c1 db. P", "0/c0 db. Z"]);
    grant("Q", json!({ "ClusterID": 777, "OnCluster": "c1" }));
    assert_eq!(shown(), ["777/c1 db. P Q", "0/c0 db. Z"]);
    let of_role = data(&get(&server, "ShowPrivilegesForRole", "RoleID=6"));
    assert_eq!(brief(&of_role["Grants"]), ["777/c1 . P"]);
    revoke("P", json!({ "OnCluster": "c1" }));
    revoke("Q", json!({ "ClusterID": 777 }));
    assert_eq!(shown(), ["0/c0 db. Z"]);
    // A role names its cluster too.
    grant("P", json!({ "OnCluster": "cluster901" }));
    let role = json!({ "Name": "r", "ClusterID": 901 });
    assert_eq!(post(&server, "CreateRole", &role).status, 200);
    assert_eq!(shown(), ["0/c0 db. Z", "901/cluster901 db. P"]);
    revoke("P", json!({ "ClusterID": 901 }));
    // In one call, whatever the order.
    let both = json!([
        { "Privileges": [{ "Name": "P" }], "OnCluster": "c2" },
        { "Privileges": [{ "Name": "Q" }], "ClusterID": 778, "OnCluster": "c2" },
    ]);
    let body = json!({ "Username": "x", "Grants": both });
    assert_eq!(
        post(&server, "GrantPrivilegesToUserByName", &body).status,
        200
    );
    assert_eq!(shown(), ["0/c0 db. Z", "778/c2 . P Q"]);
}

#[test]
fn a_revoke_names_no_cluster() {
    let server = demo();
    let revoke = |privilege: &str, cluster: Value| {
        on_cluster(
            &server,
            "RevokePrivilegesFromUserByName",
            privilege,
            &cluster,
        );
    };
    revoke("P", json!({ "ClusterID": 900, "OnCluster": "oops" }));
    let role = data(&post(
        &server,
        "CreateRole",
        &json!({ "Name": "r", "ClusterID": 900 }),
    ))["Role"]
        .take();
    assert_eq!(role["ClusterName"], "cluster900");
    for cluster in [json!({}), json!({ "OnCluster": "c1" })] {
        on_cluster(&server, "GrantPrivilegesToUserByName", "P", &cluster);
    }
    // A number that nobody knows holds nothing, and is not every cluster; a name beside it is still looked at.
    revoke("P", json!({ "ClusterID": 902 }));
    revoke("P", json!({ "ClusterID": 902, "OnCluster": "cluster1" }));
    assert_eq!(brief(&privileges(&server, "x")), ["0/ db. P", "0/c1 db. P"]);
    revoke("P", json!({ "ClusterID": 902, "OnCluster": "c1" }));
    assert_eq!(brief(&privileges(&server, "x")), ["0/ db. P"]);
}

#[test]
fn bad_grants_are_refused_whole() {
    let server = demo();
    let good = json!({ "Privileges": [{ "Name": "SELECT" }] });
    let wrong = [
        json!("x"),
        json!({}),
        json!([1]),
        json!([{}]),
        json!([good, {}]),
        json!([good, { "Privileges": [] }]),
        json!([good, { "Privileges": "SELECT" }]),
        json!([good, { "Privileges": ["SELECT"] }]),
        json!([good, { "Privileges": [{}] }]),
        json!([good, { "Privileges": [{ "Name": "" }] }]),
        json!([good, { "Privileges": [{ "Name": "SELECT", "Columns": "c" }] }]),
        json!([good, { "Privileges": [{ "Name": "SELECT", "Columns": [1] }] }]),
        json!([good, { "Privileges": [{ "Name": "SELECT", "Columns": [""] }] }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "Targets": "t" }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "Targets": ["t"] }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "Targets": [{ "Database": 1 }] }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "ClusterID": "one" }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "ClusterID": -1 }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "OnCluster": 1 }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "OnCluster": "集".repeat(257) }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "GrantOption": "true" }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "GrantTo": 1 }]),
        json!([good, { "Privileges": [{ "Name": "SELECT" }], "RawSql": 1 }]),
    ];
    for action in [
        "GrantPrivilegesToUserByName",
        "RevokePrivilegesFromUserByName",
        "UpdateGrantsForUser",
        "UpdateGrantsForRole",
    ] {
        let with = |grants: Value| json!({ "Username": "x", "RoleID": 2, "ActionType": "GRANT", "Grants": grants });
        refused(&server, action, "Bad Request", &wrong.clone().map(with));
    }
    for action in ["GrantPrivilegesToUserByName", "GrantPrivilegesToUserByID"] {
        let with = |grants: Value| json!({ "Username": "x", "UserID": 41820377, "Grants": grants });
        refused(
            &server,
            action,
            "Bad Request",
            &[with(json!([])), with(json!(null))],
        );
        let unknown = json!({ "Username": "nobody-here", "UserID": 1, "Grants": [good] });
        refused(&server, action, "Bad Request", &[unknown]);
    }
}

#[test]
fn a_call_may_not_multiply_targets_by_privileges_without_end() {
    let server = demo();
    let targets: Vec<_> = (0..1001)
        .map(|number| json!({ "Table": number.to_string() }))
        .collect();
    let privileges: Vec<_> = (0..100)
        .map(|number| json!({ "Name": number.to_string() }))
        .collect();
    let body = |targets: &[Value]| json!({ "Username": "x", "Grants": [{ "Targets": targets, "Privileges": privileges }] });
    refused(
        &server,
        "GrantPrivilegesToUserByName",
        "Bad Request",
        &[body(&targets)],
    );
    let most = post(
        &server,
        "GrantPrivilegesToUserByName",
        &body(&targets[..1000]),
    );
    done(&most, "successfully grant privileges to x");
}

#[test]
fn a_call_may_not_multiply_targets_by_bytes_without_end() {
    let server = demo();
    let long = "a".repeat(1_000_000);
    let grant = |privilege: Value, targets: usize| {
        let targets: Vec<_> = (0..targets)
            .map(|number| json!({ "Table": number.to_string() }))
            .collect();
        json!({ "Privileges": [privilege], "Targets": targets })
    };
    let name = json!({ "Name": long });
    let columns = json!({ "Name": "SELECT", "Columns": ["c", long] });
    let body = |grants: Value| json!({ "Username": "x", "UserID": 41820795, "RoleID": 6, "ActionType": "GRANT", "Grants": grants });
    let wrong = [
        json!([grant(name.clone(), 17)]),
        json!([grant(columns.clone(), 17)]),
        json!([grant(name.clone(), 9), grant(columns, 8)]),
        json!([{ "Privileges": [name], "Targets": vec![json!({}); 17] }]),
    ];
    for action in [
        "GrantPrivilegesToUserByID",
        "GrantPrivilegesToUserByName",
        "RevokePrivilegesForUserByID",
        "RevokePrivilegesFromUserByName",
        "UpdateGrantsForUser",
        "UpdateGrantsForRole",
    ] {
        refused(&server, action, "Bad Request", &wrong.clone().map(body));
    }
    // 16 MiB are enough for any body that multiplies nothing.
    let most = post(
        &server,
        "GrantPrivilegesToUserByName",
        &body(json!([grant(json!({ "Name": "b".repeat(1_000_000) }), 16)])),
    );
    done(&most, "successfully grant privileges to x");
    let whole = json!([{ "Privileges": [{ "Name": "c".repeat(12_000_000) }] }]);
    let whole = post(&server, "RevokePrivilegesFromUserByName", &body(whole));
    done(&whole, "successfully revoke privileges from x");
}

#[test]
fn a_call_may_not_name_users_or_roles_without_end() {
    let server = demo();
    let call = |action: &str, rest: &str, item: &str, count: usize| {
        let list = vec![item; count].join(",");
        server.json("POST", &target(action), &format!("{{{rest}:[{list}]}}"))
    };
    let users = |action: &str, count| {
        let rest = r#""RoleID":6,"Name":"r","ClusterID":137,"Users""#;
        call(action, rest, r#"{"Username":"x"}"#, count)
    };
    let assignments = |count| {
        let rest = r#""Username":"x","ActionType":"GRANT","Assignments""#;
        call("UpdateGrantsForUser", rest, r#"{"RoleID":6}"#, count)
    };
    let before = everything(&server);
    for action in ["CreateRole", "AssignRole", "UnassignRole"] {
        let answer = users(action, 100_001);
        assert_eq!(answer.verdict(), "400 Bad Request", "{action}");
    }
    assert_eq!(assignments(100_001).verdict(), "400 Bad Request");
    assert_eq!(assignments(900_000).verdict(), "400 Bad Request");
    assert_eq!(everything(&server), before);
    done(&assignments(100_000), "successfully grant privileges to x");
}

#[test]
fn the_grants_of_a_user_are_updated_with_its_roles_at_once() {
    let server = demo();
    let grants = json!([{ "Privileges": [{ "Name": "SELECT" }], "ClusterID": 137 }]);
    let assignments = json!([
        { "RoleID": 6, "AdminOption": true },
        { "RoleName": "analyst" },
        { "RoleName": "analyst", "ClusterID": 138, "RoleID": 0, "GrantTo": "x", "Immutable": false, "ImmutableReason": "", "OnCluster": "cluster2", "RawSql": "", "RoleIsDefault": false },
    ]);
    let body = |kind: &str| json!({ "Username": "x", "ActionType": kind, "Grants": grants, "Assignments": assignments });
    let roles = || {
        let roles = data(&get(&server, "ShowRolesForUser", "Username=x"))["Roles"].take();
        let roles = roles.as_array().expect("a list").clone();
        roles
            .iter()
            .map(|role| {
                (
                    role["RoleID"].as_i64().expect("a number"),
                    role["AdminOption"] == true,
                )
            })
            .collect::<Vec<_>>()
    };
    done(
        &post(&server, "UpdateGrantsForUser", &body("GRANT")),
        "successfully grant privileges to x",
    );
    assert_eq!(roles(), [(2, false), (4, false), (6, true)]);
    assert_eq!(brief(&privileges(&server, "x")), ["137/cluster1 . SELECT"]);
    done(
        &post(&server, "UpdateGrantsForUser", &body("REVOKE")),
        "successfully revoke privileges from x",
    );
    assert_eq!((roles(), privileges(&server, "x")), (Vec::new(), json!([])));

    let assign = |assignments: Value| json!({ "Username": "x", "ActionType": "GRANT", "Grants": grants, "Assignments": assignments });
    refused(
        &server,
        "UpdateGrantsForUser",
        "FailedToGetRoleInMetadata",
        &[
            assign(json!([{ "RoleID": 2 }, { "RoleID": 999 }])),
            assign(json!([{ "RoleName": "none" }])),
            assign(json!([{ "RoleName": "nobody", "ClusterID": 138 }])),
        ],
    );
    let mut bodies = vec![
        assign(json!([{}])),
        assign(json!([1])),
        assign(json!([{ "RoleID": "two" }])),
        assign(json!([{ "RoleID": 2, "AdminOption": 1 }])),
        assign(json!([{ "RoleID": 2, "Immutable": "false" }])),
        assign(json!([{ "RoleID": 2, "OnCluster": 1 }])),
        json!({ "Username": "x", "ActionType": "GRANT" }),
        json!({ "Username": "x", "ActionType": "GRANT", "Grants": [], "Assignments": [] }),
        json!({ "Username": "nobody-here", "ActionType": "GRANT", "Grants": grants }),
    ];
    for kind in [
        json!(null),
        json!(""),
        json!("grant"),
        json!("DENY"),
        json!(1),
    ] {
        bodies.push(json!({ "Username": "x", "ActionType": kind, "Grants": grants }));
    }
    refused(&server, "UpdateGrantsForUser", "Bad Request", &bodies);
}

#[test]
fn the_grants_of_a_role_are_updated() {
    let server = demo();
    let grants = json!([{ "Privileges": [{ "Name": "SELECT" }, { "Name": "INSERT" }], "ClusterID": 137, "Targets": [{ "Database": "sales" }] }]);
    let body = |kind: &str| json!({ "RoleID": 2, "ActionType": kind, "Grants": grants });
    let shown = || brief(&data(&get(&server, "ShowPrivilegesForRole", "RoleID=2"))["Grants"]);
    assert_eq!(shown(), ["137/cluster1 sales. SELECT"]);
    done(
        &post(&server, "UpdateGrantsForRole", &body("GRANT")),
        "successfully grant privileges to analyst",
    );
    assert_eq!(shown(), ["137/cluster1 sales. SELECT INSERT"]);
    done(
        &post(&server, "UpdateGrantsForRole", &body("REVOKE")),
        "successfully revoke privileges from analyst",
    );
    assert_eq!(shown(), [""; 0]);
    let wrong = [
        json!({ "RoleID": 2, "ActionType": "GRANT" }),
        json!({ "RoleID": 2, "ActionType": "GRANT", "Grants": [] }),
        body("Grant"),
    ];
    refused(&server, "UpdateGrantsForRole", "Bad Request", &wrong);
}

// Against a model

/// One step of a random life: users and roles by the place in what the model knows, so that most steps hit something.
#[derive(Debug, Clone)]
enum Step {
    Update(usize, String, bool),
    Delete(usize),
    Create(String, i64),
    Drop(usize),
    Assign(usize, usize, bool),
    Unassign(usize, usize),
    Walk(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let place = || 0_usize..40;
    let step = prop_oneof![
        3 => (place(), "[a-z张]{0,4}", proptest::bool::ANY).prop_map(|(user, text, flag)| Step::Update(user, text, flag)),
        4 => place().prop_map(Step::Delete),
        2 => ("[ab]", 1_i64..3).prop_map(|(name, cluster)| Step::Create(name, cluster)),
        1 => place().prop_map(Step::Drop),
        3 => (place(), place(), proptest::bool::ANY).prop_map(|(role, user, flag)| Step::Assign(role, user, flag)),
        2 => (place(), place()).prop_map(|(role, user)| Step::Unassign(role, user)),
        2 => (1_usize..9).prop_map(Step::Walk),
        1 => Just(Step::Delete(usize::MAX)),
    ];
    proptest::collection::vec(step, 1..40)
}

/// What the server should hold: users as listed, roles as listed, with the admin options of their users.
struct Model {
    users: Vec<Value>,
    roles: Vec<(Value, Vec<(String, bool)>)>,
    next_role: i64,
}

impl Model {
    fn name(&self, place: usize) -> String {
        let user = self.users.get(place);
        user.map_or_else(
            || "nobody-here".to_owned(),
            |user| user["Username"].as_str().expect("a name").to_owned(),
        )
    }

    fn role_id(&self, place: usize) -> Value {
        self.roles
            .get(place)
            .map_or(json!(999), |(role, _)| role["ID"].clone())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_life_matches_the_model(steps in steps()) {
        let server = demo();
        let mut model = Model { users: everyone(&server), roles: Vec::new(), next_role: 7 };
        for role in data(&get(&server, "ListRoles", ""))["Roles"].as_array().expect("a list") {
            let grants = data(&get(&server, "ListGrantUsersForRole", &format!("RoleID={}", role["ID"])))["Grants"].take();
            let members = texts(&grants, "Username").into_iter().zip(grants.as_array().expect("a list").iter().map(|grant| grant["AdminOption"] == true));
            model.roles.push((role.clone(), members.collect()));
        }
        for step in steps {
            take(&server, &mut model, step);
            prop_assert_eq!(&everyone(&server), &model.users);
            let listed = data(&get(&server, "ListRoles", ""))["Roles"].take();
            let expected: Vec<Value> = model.roles.iter().map(|(role, members)| {
                let mut role = role.clone();
                role["GrantUsers"] = json!(members.iter().map(|(name, _)| name).collect::<Vec<_>>());
                role
            }).collect();
            prop_assert_eq!(listed, json!(expected));
        }
        for (role, members) in &model.roles {
            let grants = data(&get(&server, "ListGrantUsersForRole", &format!("RoleID={}", role["ID"])))["Grants"].take();
            let expected: Vec<Value> = members.iter().map(|(name, admin)| json!({ "Username": name, "AdminOption": admin })).collect();
            prop_assert_eq!(grants, json!(expected));
        }
    }
}

/// One step on both sides; the verdicts have to agree.
fn take(server: &Server, model: &mut Model, step: Step) {
    match step {
        Step::Update(place, text, readonly) => {
            let body = json!({ "Username": model.name(place), "Email": text, "Description": text, "Readonly": readonly });
            let expected = if place < model.users.len() {
                "200"
            } else {
                "400 Bad Request"
            };
            assert_eq!(post(server, "UpdateUser", &body).verdict(), expected);
            if let Some(user) = model.users.get_mut(place) {
                user["Emaill"] = json!(text);
                user["Description"] = json!(text);
                user["Readonly"] = json!(readonly);
                user["UpdatedAt"] = now();
            }
        }
        Step::Delete(place) => {
            let user = model.users.get(place);
            let user_id = user.map_or(json!(1), |user| user["UserID"].clone());
            let may = user.is_some_and(|user| {
                user["Immutable"] == false
                    && user["UserType"] != "SYSTEM"
                    && user["UserType"] != "MAIN"
            });
            let expected = if may { "200" } else { "400 Bad Request" };
            assert_eq!(
                post(server, "DeleteUser", &json!({ "UserID": user_id })).verdict(),
                expected
            );
            if may {
                let name = model.name(place);
                model.users.remove(place);
                for (_, members) in &mut model.roles {
                    members.retain(|(member, _)| *member != name);
                }
            }
        }
        Step::Create(name, cluster) => {
            let answer = post(
                server,
                "CreateRole",
                &json!({ "Name": name, "ClusterID": cluster }),
            );
            let taken = model
                .roles
                .iter()
                .any(|(role, _)| role["Name"] == name.as_str() && role["ClusterID"] == cluster);
            assert_eq!(
                answer.verdict(),
                if taken { "400 Bad Request" } else { "200" }
            );
            if !taken {
                let role = data(&answer)["Role"].take();
                assert_eq!(role["ID"], model.next_role);
                model.next_role += 1;
                model.roles.push((role, Vec::new()));
            }
        }
        Step::Drop(place) => {
            let answer = post(
                server,
                "DeleteRole",
                &json!({ "RoleID": model.role_id(place) }),
            );
            let expected = if place < model.roles.len() {
                "200"
            } else {
                "400 FailedToGetRoleInMetadata"
            };
            assert_eq!(answer.verdict(), expected);
            if place < model.roles.len() {
                model.roles.remove(place);
            }
        }
        Step::Assign(role, user, admin) => {
            let name = model.name(user);
            let body = json!({ "RoleID": model.role_id(role), "Users": [{ "Username": name, "AdminOption": admin }] });
            let expected = expected_of_assignment(model, role, user);
            assert_eq!(post(server, "AssignRole", &body).verdict(), expected);
            if expected == "200" {
                let members = &mut model.roles[role].1;
                match members.iter_mut().find(|(member, _)| *member == name) {
                    Some(member) => member.1 = admin,
                    None => members.push((name, admin)),
                }
            }
        }
        Step::Unassign(role, user) => {
            let name = model.name(user);
            let body = json!({ "RoleID": model.role_id(role), "Users": [{ "Username": name }] });
            let expected = expected_of_assignment(model, role, user);
            assert_eq!(post(server, "UnassignRole", &body).verdict(), expected);
            if expected == "200" {
                model.roles[role].1.retain(|(member, _)| *member != name);
            }
        }
        Step::Walk(size) => {
            // Somebody who is deleted in the middle of a walk moves the rest one place up.
            let page = |offset| {
                let query = format!("Offset={offset}&Limit={size}");
                data(&get(server, "ListUsers", &query))["Users"]
                    .as_array()
                    .expect("a list")
                    .clone()
            };
            let first = page(0);
            assert_eq!(first, model.users[..size.min(model.users.len())]);
            take(server, model, Step::Delete(size / 2));
            let second = page(size);
            let (from, to) = (
                size.min(model.users.len()),
                (2 * size).min(model.users.len()),
            );
            assert_eq!(second, model.users[from..to]);
        }
    }
}

fn expected_of_assignment(model: &Model, role: usize, user: usize) -> &'static str {
    if model.roles.len() <= role {
        "400 FailedToGetRoleInMetadata"
    } else if model.users.len() <= user {
        "400 Bad Request"
    } else {
        "200"
    }
}
