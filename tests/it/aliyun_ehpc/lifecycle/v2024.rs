//! Users of 2024-07-30.

use serde_json::{Value, json};

use super::super::{CLUSTER, NEXT, NEXT_STOPPED, blamed, query, v2024};
use super::{PASSWORD, next};
use crate::server::demo;

#[test]
fn users_of_2024_07_30_are_created_updated_and_deleted() {
    let server = demo();
    let cluster = "ehpc-hz-NextEmpty1";
    let list = || {
        let target = v2024("ListUsers", &format!("ClusterId={cluster}"));
        server.get(&target).json()["Users"]["UserInfo"].clone()
    };
    let created = next(
        &server,
        "CreateUsers",
        cluster,
        &json!([
            {"Group": "users", "Password": PASSWORD, "UserName": "a"},
            {"Group": "wheel", "AuthKey": "ssh-rsa AAAA", "UserName": "b.2"}
        ]),
    );
    assert_eq!(created.status, 200);
    assert_eq!(
        created.json().as_object().map(serde_json::Map::len),
        Some(1)
    );
    assert_eq!(
        list(),
        json!([
            {"UserName": "a", "AddTime": "2024-05-20T08:30:00", "Group": "users", "UserId": "1000", "GroupId": "100"},
            {"UserName": "b.2", "AddTime": "2024-05-20T08:30:00", "Group": "wheel", "UserId": "1001", "GroupId": "10"}
        ])
    );
    let update = |fields: &[(&str, &str)]| {
        let pairs: Vec<_> = [("ClusterId", cluster)]
            .iter()
            .chain(fields)
            .copied()
            .collect();
        server.send("POST", &v2024("UpdateUser", &query(&pairs)), &[], b"")
    };
    insta::assert_snapshot!("updated", update(&[("UserName", "a"), ("Group", "wheel")]));
    assert_eq!(list()[0]["GroupId"], json!("10"));
    let counted = server.get(&v2024(
        "ListClusters",
        &query(&[("ClusterIds", &format!("[\"{cluster}\"]"))]),
    ));
    assert_eq!(
        counted.json()["Clusters"][0]["Users"],
        json!({"NormalCounts": 0, "SudoCounts": 2})
    );
    let check = |fields: &[(&str, &str)], expected: &str| {
        assert_eq!(blamed(&update(fields)), expected, "{fields:?}");
    };
    check(&[("UserName", "a"), ("Password", "Bb2@bbbb")], "200");
    // From 6 characters here, and from 8 where users are made.
    for (password, expected) in [
        ("Bb2@b", "Password"),
        ("Bb2@bb", "200"),
        ("Bb2@bbb", "200"),
        ("bbbb@b", "Password"),
        (&"Bb2".repeat(10), "200"),
        (&format!("B{}", "b2".repeat(15)), "Password"),
    ] {
        check(&[("UserName", "a"), ("Password", password)], expected);
    }
    let short = json!([{"Group": "users", "Password": "Bb2@bbb", "UserName": "short"}]);
    let refused = next(&server, "CreateUsers", cluster, &short);
    assert_eq!(blamed(&refused), "User.1.Password");
    check(
        &[("UserName", "a"), ("Password", "x"), ("Group", "users")],
        "Password",
    );
    check(&[("UserName", "a"), ("Group", "x")], "Group");
    check(&[("UserName", "a")], "Group");
    check(&[("UserName", "nobody"), ("Group", "users")], "nobody");
    check(&[("UserName", "nobody"), ("Password", PASSWORD)], "nobody");
    check(&[("UserName", "")], "MissingUserName");
    check(&[("Group", "x")], "MissingUserName");
    assert_eq!(list()[0]["Group"], json!("wheel"));

    let gone = next(
        &server,
        "DeleteUsers",
        cluster,
        &json!([{"UserName": "a"}, {"UserName": "b.2"}]),
    );
    assert_eq!(gone.status, 200);
    assert_eq!(list(), json!([]));
    let again = json!([{"Group": "users", "Password": PASSWORD, "UserName": "a"}]);
    assert_eq!(next(&server, "CreateUsers", cluster, &again).status, 200);
    assert_eq!(list()[0]["UserId"], json!("1002"));
}

#[test]
fn a_user_of_2024_07_30_is_shown() {
    let server = demo();
    let get = |cluster: &str, name: &str| {
        let pairs = [("ClusterId", cluster), ("UserName", name)];
        server.get(&v2024("GetUser", &query(&pairs)))
    };
    let shown = get(NEXT, "testuser").json();
    // As its page has it, in this order.
    let sample = json!({
        "UserName": "testuser", "Group": "users", "UserId": "1001", "GroupId": "100", "AddTime": "2014-08-22T17:46:47"
    });
    assert_eq!(shown["User"].to_string(), sample.to_string());
    assert_eq!(
        get(NEXT_STOPPED, "kept.user").status,
        200,
        "whatever the status of the cluster"
    );
    assert_eq!(blamed(&get(NEXT, "nobody")), "UserName");
    assert_eq!(blamed(&get(NEXT, "")), "MissingUserName");
    assert_eq!(blamed(&get("", "testuser")), "MissingClusterId");
    assert_eq!(blamed(&get(CLUSTER, "testuser")), "ClusterNotFound");
}

#[test]
fn the_rules_of_user_as_json() {
    let server = demo();
    let check = |action: &str, users: &Value, expected: &str| {
        let answer = next(&server, action, NEXT, users);
        assert_eq!(blamed(&answer), expected, "{action} {users}");
    };
    let user = |name: &str, group: &str, password: &str| json!({"UserName": name, "Group": group, "Password": password});
    let create = |users: &Value, expected: &str| check("CreateUsers", users, expected);
    create(
        &json!([
            user("new", "users", PASSWORD),
            user("testuser", "users", PASSWORD)
        ]),
        "testuser",
    );
    create(
        &json!([
            user("new", "users", PASSWORD),
            user("new", "users", PASSWORD)
        ]),
        "new",
    );
    create(&json!([user("1", "users", PASSWORD)]), "User.1.UserName");
    create(
        &json!([user(&"a".repeat(31), "users", PASSWORD)]),
        "User.1.UserName",
    );
    create(
        &json!([user("new", "users", PASSWORD), user("", "users", PASSWORD)]),
        "User.2.UserName",
    );
    create(&json!([user("new", "root", PASSWORD)]), "User.1.Group");
    create(&json!([user("new", "users", "x")]), "User.1.Password");
    create(
        &json!([{"UserName": "new", "Group": "users"}]),
        "User.1.Password",
    );
    create(
        &json!([{"UserName": "new", "Group": "users", "Password": null, "AuthKey": ""}]),
        "User.1.Password",
    );
    create(
        &json!([{"UserName": "new", "Group": "users", "Password": PASSWORD, "AuthKey": "k"}]),
        "User.1.AuthKey",
    );
    create(&json!([{}]), "User.1.UserName");
    create(&json!([]), "User");
    create(&json!(vec![user("new", "users", PASSWORD); 21]), "User");
    create(&json!(vec![user("new", "users", PASSWORD); 20]), "new");
    for wrong in [
        json!({}),
        json!("x"),
        json!(null),
        json!([1]),
        json!([null]),
        json!([{"UserName": 1}]),
        json!([["new"]]),
        json!([["new", "users", PASSWORD, null]]),
        json!([{"UserName": {"a": []}}]),
    ] {
        create(&wrong, "InvalidUser");
        check("DeleteUsers", &wrong, "InvalidUser");
    }
    let raw = |text: &str| {
        let pairs = [("ClusterId", NEXT), ("User", text)];
        blamed(&server.get(&v2024("DeleteUsers", &query(&pairs))))
    };
    assert_eq!(raw(""), "MissingUser");
    assert_eq!(raw("["), "InvalidUser");
    assert_eq!(raw("\0"), "InvalidUser");
    assert_eq!(raw(&"[".repeat(5_000)), "InvalidUser");
    assert_eq!(
        raw("[{\"UserName\":\"x\",\"UserName\":\"y\"}]"),
        "y",
        "the last counts"
    );
    check(
        "DeleteUsers",
        &json!([{"UserName": "testuser"}, {"UserName": "nobody"}]),
        "nobody",
    );
    check("DeleteUsers", &json!([{"UserName": ""}]), "User.1.UserName");
    check("DeleteUsers", &json!([]), "User");
    check(
        "DeleteUsers",
        &json!(vec![json!({"UserName": "nobody"}); 101]),
        "User",
    );
    check(
        "DeleteUsers",
        &json!(vec![json!({"UserName": "nobody"}); 100]),
        "nobody",
    );
    let body = server
        .get(&v2024("ListUsers", &format!("ClusterId={NEXT}")))
        .json();
    assert_eq!(body["TotalCount"], json!(24), "nothing was changed");
}

#[test]
fn writes_of_2024_07_30_look_at_the_cluster() {
    let server = demo();
    for (cluster, expected) in [
        ("", "MissingClusterId"),
        ("x", "ClusterNotFound"),
        (CLUSTER, "ClusterNotFound"),
        (NEXT_STOPPED, "InvalidClusterStatus"),
    ] {
        let user = json!([{"UserName": "nobody", "Group": "users", "Password": PASSWORD}]);
        for action in ["CreateUsers", "DeleteUsers"] {
            assert_eq!(
                blamed(&next(&server, action, cluster, &user)),
                expected,
                "{action}"
            );
        }
        for change in [("Group", "users"), ("Password", PASSWORD)] {
            let pairs = [("ClusterId", cluster), ("UserName", "nobody"), change];
            let answer = server.get(&v2024("UpdateUser", &query(&pairs)));
            assert_eq!(blamed(&answer), expected, "{change:?}");
        }
        let target = v2024("ListUsers", &format!("ClusterId={cluster}"));
        assert_eq!(blamed(&server.get(&target)), expected);
    }
}

// The model.
