//! What changes users and roles, and what a refusal leaves alone.

use serde_json::{Value, json};

use super::{data, documents, everyone, get, post, target, texts};
use crate::client::Answer;
use crate::server::{NOW, Server, at_once, demo};

/// The moment at which the tests' clocks stand, in milliseconds.
pub(super) fn now() -> Value {
    let time = rollcall::clock::Time::parse_rfc3339(NOW).expect("a valid time");
    json!(time.millis())
}

#[track_caller]
pub(super) fn show(server: &Server, username: &str) -> Value {
    data(&post(
        server,
        "GetUserDetail",
        &json!({ "Username": username }),
    ))["User"]
        .take()
}

/// Everything that reads show: a refused write must leave all of it as it was.
pub(super) fn everything(server: &Server) -> Vec<Value> {
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
pub(super) fn refused(server: &Server, action: &str, code: &str, bodies: &[Value]) {
    let before = everything(server);
    for body in bodies {
        let answer = post(server, action, body);
        assert_eq!(answer.verdict(), format!("400 {code}"), "{action} {body}");
    }
    assert_eq!(everything(server), before, "{action}");
}

#[track_caller]
pub(super) fn done(answer: &Answer, message: &str) {
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
    let user = json!({ "UserID": 41820377 });
    let statuses = at_once(8, || post(&server, "DeleteUser", &user).status);
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400]);
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
    let verdicts = at_once(8, || post(&server, "CreateRole", &body).verdict());
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
