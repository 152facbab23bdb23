//! What a seed may hold, and what it is told when it may not.

use std::fs;

use rollcall::Rollcall;
use serde_json::{Value, json};

use super::{CLUSTER, names, v2018, v2024};
use crate::server::{Server, frozen, with};

/// A server with these documents instead of the demo.
fn seeded(documents: &[Value]) -> Result<Server, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let files: Vec<_> = documents
        .iter()
        .enumerate()
        .map(|(number, document)| {
            let file = folder.path().join(format!("{number}.json"));
            fs::write(&file, document.to_string()).expect("a file");
            file
        })
        .collect();
    let options = frozen().seed(files);
    // Once to hear what is wrong, once to have a server.
    Rollcall::start_with(&options).map_err(|cause| cause.to_string())?;
    Ok(with(options))
}

fn old(clusters: Value, users: Value) -> Value {
    json!({"aliyun-ehpc": {"2018-04-12": {"Clusters": {"ClusterInfoSimple": clusters}, "Users": users}}})
}

/// One cluster with these users.
fn with_users(users: Value) -> Value {
    old(
        json!([{"Id": CLUSTER}]),
        json!([{"ClusterId": CLUSTER, "Users": {"UserInfo": users}}]),
    )
}

fn users(server: &Server) -> Value {
    let target = v2018(
        "ListUsersAsync",
        &format!("ClusterId={CLUSTER}&PageSize=50"),
    );
    server.get(&target).json()["Users"]["UserInfo"].clone()
}

#[track_caller]
fn refused(document: Value, place: &str, rule: &str) {
    let told = seeded(&[document]).err().expect("a bad seed");
    assert!(
        told.contains(place) && told.contains(rule),
        "{place}, {rule}: {told}"
    );
}

#[test]
fn what_a_seed_leaves_out_has_a_default() {
    let server = seeded(&[with_users(json!([
        {"Name": "a"},
        {"Name": "b", "Group": "wheel"},
        {"Name": "c", "UserId": "7", "GroupId": 4242, "AddTime": "2018-07-18T17:46:47"},
        {"Name": "d"}
    ]))])
    .expect("a good seed");
    assert_eq!(
        users(&server),
        json!([
            {"Name": "c", "AddTime": "2018-07-18T17:46:47.000Z", "Group": "users", "UserId": "7", "GroupId": "4242"},
            {"Name": "a", "AddTime": "2024-05-20T08:30:00.000Z", "Group": "users", "UserId": "1000", "GroupId": "100"},
            {"Name": "b", "AddTime": "2024-05-20T08:30:00.000Z", "Group": "wheel", "UserId": "1001", "GroupId": "10"},
            {"Name": "d", "AddTime": "2024-05-20T08:30:00.000Z", "Group": "users", "UserId": "1002", "GroupId": "100"},
        ])
    );
}

#[test]
fn documents_are_merged_by_natural_keys() {
    let first = with_users(json!([{"Name": "a", "UserId": 5, "Group": "wheel"}, {"Name": "b"}]));
    let second = with_users(
        json!([{"Name": "a", "AddTime": "2020-01-01T00:00:00Z"}, {"Name": "b", "$delete": true}, {"Name": "nobody", "$delete": true}]),
    );
    let server = seeded(&[first.clone(), second]).expect("good seeds");
    assert_eq!(
        users(&server),
        json!([{"Name": "a", "AddTime": "2020-01-01T00:00:00.000Z", "Group": "wheel", "UserId": "5", "GroupId": "10"}])
    );
    // A cluster changes, and its users stay; or it goes, and they go with it.
    let stopped = old(
        json!([{"Id": CLUSTER, "Status": "exception", "Name": "渲染"}]),
        json!([]),
    );
    let target = v2018("ListUsers", &format!("ClusterId={CLUSTER}"));
    let server = seeded(&[first.clone(), stopped.clone()]).expect("good seeds");
    assert_eq!(server.get(&target).verdict(), "403 InvalidClusterStatus");
    let started = old(json!([{"Id": CLUSTER}]), json!([]));
    let server = seeded(&[first.clone(), stopped, started]).expect("good seeds");
    assert_eq!(names(&server.get(&target)), ["a", "b"]);
    let gone = old(
        json!([{"Id": CLUSTER, "$delete": true}, {"Id": "ehpc-hz-Nothing01", "$delete": true}]),
        json!([]),
    );
    let server = seeded(&[first, gone.clone()]).expect("good seeds");
    assert_eq!(server.get(&target).verdict(), "404 ClusterNotFound");
    assert!(seeded(&[gone]).is_ok());
}

#[test]
fn an_unknown_parent_is_named() {
    refused(
        old(
            json!([]),
            json!([{"ClusterId": "ehpc-hz-Nothing01", "Users": {"UserInfo": []}}]),
        ),
        "aliyun-ehpc.2018-04-12.Users[0].ClusterId",
        "has no cluster \"ehpc-hz-Nothing01\"",
    );
    let other = json!({"aliyun-ehpc": {
        "2018-04-12": {"Clusters": {"ClusterInfoSimple": [{"Id": CLUSTER}]}},
        "2024-07-30": {"Users": [{"ClusterId": CLUSTER, "Users": {"UserInfo": []}}]}
    }});
    refused(
        other,
        "aliyun-ehpc.2024-07-30.Users[0].ClusterId",
        "2024-07-30 has no cluster",
    );
    let both = json!({"aliyun-ehpc": {
        "2018-04-12": {"Clusters": {"ClusterInfoSimple": [{"Id": CLUSTER}]}},
        "2024-07-30": {"Clusters": [{"ClusterId": CLUSTER}]}
    }});
    refused(
        both,
        "aliyun-ehpc.2024-07-30.Clusters[0].ClusterId",
        "belongs to one Version",
    );
}

#[test]
fn broken_rules_are_told_with_their_place_and_value() {
    let cluster = |member: &str, value: Value| {
        let mut cluster = json!({"Id": CLUSTER});
        cluster[member] = value;
        old(json!([cluster]), json!([]))
    };
    let place =
        |member: &str| format!("aliyun-ehpc.2018-04-12.Clusters.ClusterInfoSimple[0].{member}");
    refused(
        cluster("Id", json!("my-cluster")),
        &place("Id"),
        "\"my-cluster\"",
    );
    refused(
        cluster("Id", json!("ehpc-hz-short")),
        &place("Id"),
        "ehpc-hz-vu7c2WkVGx",
    );
    refused(
        cluster("Id", json!("ehpc-HZ-vu7c2WkVGx")),
        &place("Id"),
        "ehpc-HZ-vu7c2WkVGx",
    );
    refused(
        cluster("Status", json!("stopped")),
        &place("Status"),
        "\"stopped\" is not one of uninit",
    );
    refused(
        cluster("AccountType", json!("ad")),
        &place("AccountType"),
        "nis, ldap",
    );
    refused(
        cluster("SchedulerType", json!("lsf")),
        &place("SchedulerType"),
        "\"lsf\"",
    );
    refused(
        cluster("CreateTime", json!("yesterday")),
        &place("CreateTime"),
        "\"yesterday\" is no time",
    );
    refused(cluster("Count", json!(-1)), "Count", "-1");
    refused(
        cluster("Colour", json!("red")),
        "ClusterInfoSimple[0]",
        "Colour",
    );

    let user = |member: &str, value: Value| {
        let mut user = json!({"Name": "a"});
        user[member] = value;
        with_users(json!([user]))
    };
    let place =
        |member: &str| format!("aliyun-ehpc.2018-04-12.Users[0].Users.UserInfo[0].{member}");
    for name in ["", "a b", "a\u{0}", "a\n", &"x".repeat(65)] {
        refused(user("Name", json!(name)), &place("Name"), "is no user name");
    }
    refused(
        user("Group", json!("root")),
        &place("Group"),
        "\"root\" is no group",
    );
    refused(
        user("AddTime", json!("2022-13-01")),
        &place("AddTime"),
        "\"2022-13-01\" is no time",
    );
    for id in [
        json!("x"),
        json!(""),
        json!(-1),
        json!(1.5),
        json!(4_294_967_295_u64),
        json!("99999999999999999999"),
        json!(true),
        json!([]),
    ] {
        refused(
            user("UserId", id.clone()),
            "UserInfo[0].UserId",
            "whole number",
        );
        refused(user("GroupId", id), "UserInfo[0].GroupId", "whole number");
    }
    refused(user("Password", json!("x")), "UserInfo[0]", "Password");
    refused(
        with_users(json!([{"Name": "a", "UserId": "5"}, {"Name": "b", "UserId": 5}])),
        "UserInfo[1].UserId",
        "another user's",
    );
    let next = json!({"aliyun-ehpc": {"2024-07-30": {"Clusters": [{"ClusterId": "ehpc-hz-Next240730", "ClusterStatus": "init"}]}}});
    refused(next, "2024-07-30.Clusters[0].ClusterStatus", "initing");
    refused(
        json!({"aliyun-ehpc": {"2020-01-01": {}}}),
        "aliyun-ehpc",
        "2020-01-01",
    );
    refused(json!({"aliyun-ehpc": []}), "aliyun-ehpc", "");
}

#[test]
fn what_the_real_api_answers_can_be_pasted_in() {
    let demo = crate::server::demo();
    let mut clusters = demo.get(&v2018("ListClusters", "PageSize=50")).json();
    let listed = demo
        .get(&v2018(
            "ListUsersAsync",
            &format!("ClusterId={CLUSTER}&PageSize=50"),
        ))
        .json();
    let mut pasted = listed.clone();
    pasted["ClusterId"] = json!(CLUSTER);
    clusters["Users"] = json!([pasted]);
    let next = demo.get(&v2024("ListClusters", "PageSize=100")).json();
    let server = seeded(&[json!({"aliyun-ehpc": {"2018-04-12": clusters, "2024-07-30": next}})])
        .expect("the answers of the API");
    assert_eq!(users(&server), listed["Users"]["UserInfo"]);
    let shown = server.get(&v2018("ListClusters", "PageSize=50")).json();
    assert_eq!(shown["Clusters"], clusters["Clusters"]);
}

#[test]
fn seeds_are_as_their_schema_says() {
    let read = |file: &str| -> Value {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
    };
    let schema = read("seed-data/aliyun-ehpc.schema.json");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for file in [
        "seed-data/aliyun-ehpc.json",
        "tests/it/aliyun_ehpc/documents.json",
    ] {
        let errors: Vec<String> = validator
            .iter_errors(&read(file))
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0], "{file}");
    }
    for wrong in [
        with_users(json!([{"Name": ""}])),
        with_users(json!([{"Name": "a", "Group": "root"}])),
        with_users(json!([{"Name": "a", "Colour": "red"}])),
        old(json!([{"Id": "x"}]), json!([])),
        json!({"aliyun-ehpc": {"2020-01-01": {}}}),
        json!({}),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
        let _ = &wrong;
    }
}
