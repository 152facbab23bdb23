//! What is granted and taken back, by user and by role, and what a refused grant leaves alone.

use serde_json::{Value, json};

use super::lifecycle::{done, everything, refused, show};
use super::{data, get, post, target};
use crate::server::{Server, demo};

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
