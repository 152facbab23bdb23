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
        "\"yesterday\" is not a time",
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
        refused(
            user("Name", json!(name)),
            &place("Name"),
            "is not a user name",
        );
    }
    refused(
        user("Group", json!("root")),
        &place("Group"),
        "\"root\" is not a group",
    );
    refused(
        user("AddTime", json!("2022-13-01")),
        &place("AddTime"),
        "\"2022-13-01\" is not a time",
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

/// What the SDKs write of an answer (`to_map()` of alibabacloud-ehpc20180412 4.0.0 and alibabacloud-ehpc20240730 2.4.0):
/// every member, in alphabetical order, lists that are empty too.
fn answers_of_the_sdks() -> Value {
    let nodes = json!({ "ExceptionCount": 0, "NormalCount": 2, "OperatingCount": 0, "StoppedCount": 0, "Total": 2 });
    let resources = json!({ "Cpu": 8, "Gpu": 0, "Memory": 32768 });
    let service = |name: &str| json!({ "Type": name, "Version": "2.31" });
    json!({ "aliyun-ehpc": {
        "2018-04-12": {
            "Clusters": { "ClusterInfoSimple": [{
                "AccountType": "nis", "BaseOsTag": "CentOS_7.6_64", "ClientVersion": "1.0.64", "ComputeSpotPriceLimit": 0.034,
                "ComputeSpotStrategy": "NoSpot", "Computes": nodes, "Count": 2, "CreateTime": "2020-07-24T02:44:53.000Z",
                "DeployMode": "Standard", "Description": "rendering", "EhpcVersion": "1.0.0", "HasPlugin": false, "Id": CLUSTER,
                "ImageId": "centos_7_06_64_20G_alibase_20190711.vhd", "ImageOwnerAlias": "system",
                "InstanceChargeType": "PostPaid", "InstanceType": "ecs.n1.large", "IsComputeEss": true,
                "Location": "PublicCloud", "LoginNodes": "ehpc", "Managers": nodes, "Name": "rendering", "NodePrefix": "compute",
                "NodeSuffix": "x", "OsTag": "CentOS_7.6_64", "RegionId": "cn-hangzhou", "ResourceGroupId": "rg-1",
                "SchedulerType": "pbs", "Status": "running", "TotalResources": resources, "UsedResources": resources,
                "VSwitchId": "vsw-bp1e47optm9g58zcu", "VpcId": "vpc-m5efjevmclc0xdmys", "ZoneId": "cn-hangzhou-b"
            }] },
            "PageNumber": 1, "PageSize": 10, "RequestId": "89A1AC0F-4A6C-4F3D-98F9-BEF9A823", "TotalCount": 1,
            "Users": [{
                "ClusterId": CLUSTER,
                "AsyncId": "t-sh03egi3mls", "AsyncStatus": "Success", "PageNumber": 1, "PageSize": 10,
                "RequestId": "9A05F620-ED46-4A57-95F1-C67D6D3C5DD2", "TotalCount": 1,
                "Users": { "UserInfo": [{
                    "AddTime": "2022-09-28T09:05:26.000Z", "Group": "wheel", "GroupId": "10", "Name": "testuser", "UserId": "1000"
                }] }
            }, {
                "ClusterId": CLUSTER,
                "PageNumber": 2, "PageSize": 1, "RequestId": "04F0F334-1335-436C-A1D7-6C044FE7", "TotalCount": 2,
                "Users": { "UserInfo": [{ "AddTime": "2018-07-18T17:46:47", "Group": "users", "Name": "user1" }] }
            }]
        },
        "2024-07-30": {
            "Clusters": [{
                "AdditionalPackages": [{ "Name": "mpich", "Version": "4.0.3" }],
                "Addons": [{
                    "AddonId": "Login-1.0-W4g8", "Description": "Login node", "Label": "Login", "Name": "Login",
                    "ResourcesSpec": { "EcsInstanceId": "i-bp1bzqq1ddeemuddn", "EipInstanceId": "eip-bp1vi9124tbx" },
                    "ServicesSpec": [{ "ServiceAccessType": "URL", "ServiceAccessUrl": "https://47.96.1.1:12008", "ServiceName": "Web Portal" }],
                    "Status": "running", "Version": "1.0"
                }],
                "ClusterCategory": "Standard", "ClusterCreateTime": "2024-08-06T12:43:01.000Z",
                "ClusterCredentials": ["password"],
                "ClusterCustomConfiguration": { "Args": "E-HPC cn-hangzhou", "Script": "http://example.com/setup.sh" },
                "ClusterDescription": "rendering", "ClusterId": "ehpc-hz-Next240730", "ClusterMode": "Integrated",
                "ClusterModifyTime": "2024-08-06T12:43:01.000Z", "ClusterName": "next", "ClusterStatus": "running",
                "ClusterUsedCoreTime": 110.5, "ClusterVSwitchId": "vsw-1", "ClusterVpcId": "vpc-1",
                "DeletionProtection": true, "EhpcVersion": "2.0.0",
                "Manager": { "DNS": service("NIS"), "DirectoryService": service("NIS"), "Scheduler": service("SLURM") },
                "MaxCoreCount": 10000, "MaxCount": 100,
                "Nodes": { "AbnormalCounts": 0, "CreatingCounts": 0, "RunningCounts": 2 },
                "ResourceGroupId": "rg-1", "SecurityGroupId": "sg-1",
                "Users": { "NormalCounts": 1, "SudoCounts": 0 }
            }, {
                "AdditionalPackages": [], "Addons": [], "ClusterId": "ehpc-cn-wulanchabu-Bare0001"
            }],
            "EhpcVersionStatistics": { "V1Count": 1, "V2Count": 2 },
            "PageNumber": "1", "PageSize": 10, "RequestId": "F2AF3E8F-1A2B-4C3D-8E9F-0123456789AB", "TotalCount": 2,
            "Users": [{
                "ClusterId": "ehpc-hz-Next240730",
                "PageNumber": 1, "PageSize": 10, "RequestId": "04F0F334-1335-436C-A1D7-6C044FE7", "TotalCount": 1,
                "Users": { "UserInfo": [{
                    "AddTime": "2014-08-22T17:46:47", "Group": "users", "GroupId": "100", "UserId": "1001", "UserName": "testuser"
                }] }
            }]
        }
    } })
}

#[test]
fn what_the_sdks_write_of_an_answer_can_be_pasted_in() {
    let pasted = answers_of_the_sdks();
    let server = seeded(std::slice::from_ref(&pasted)).expect("answers of the real API");
    assert_eq!(
        names(&server.get(&v2018("ListUsersAsync", &format!("ClusterId={CLUSTER}")))),
        ["testuser", "user1"]
    );
    let shown = server.get(&v2018("ListClusters", "")).json();
    assert_eq!(
        shown["Clusters"],
        pasted["aliyun-ehpc"]["2018-04-12"]["Clusters"]
    );
    let next = server.get(&v2024("ListClusters", "")).json();
    let expected = &pasted["aliyun-ehpc"]["2024-07-30"]["Clusters"][0];
    assert_eq!(next["Clusters"][0], *expected);
    // What an export gives is taken as it is, those four included.
    let export = server.get("/_rollcall/namespaces/default/export");
    let records: Vec<Value> = export
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect();
    let again = seeded(&records).expect("an export");
    let again = again.get(&v2024("ListClusters", ""));
    assert_eq!(again.json()["Clusters"], next["Clusters"]);
    let users = v2024("ListUsers", "ClusterId=ehpc-hz-Next240730");
    assert_eq!(names(&server.get(&users)), ["testuser"]);
}

/// Seeds, keys and the clock take a time with a fraction of one to nine digits, as the signatures do.
#[test]
fn every_time_that_is_read_may_have_a_fraction() {
    for digits in 1..=9 {
        let time = format!("2022-09-28T09:05:26.{}Z", &"123456789"[..digits]);
        let mut document = with_users(json!([{"Name": "testuser", "AddTime": time}]));
        let expires = time.replace("2022", "2042");
        document["credentials"] =
            json!([{"access_key": "ak", "secret_key": "sk", "expires": expires}]);
        let server = seeded(std::slice::from_ref(&document)).expect("a good seed");
        let added = users(&server)[0]["AddTime"].to_string();
        assert!(
            added.starts_with("\"2022-09-28T09:05:26."),
            "{time}: {added}"
        );
        let clock = server.json(
            "PUT",
            "/_rollcall/clock",
            &json!({"mode": "fixed", "time": expires}).to_string(),
        );
        assert_eq!(clock.status, 200, "{expires}: {clock}");
        let shown = clock.json()["now"].to_string();
        assert!(shown.starts_with("\"2042-09-28T09:05:26."), "{shown}");
    }
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
    let pasted = answers_of_the_sdks();
    let error = validator.iter_errors(&pasted).next();
    assert!(error.is_none(), "{error:?}");
    for wrong in [
        with_users(json!([{"Name": ""}])),
        with_users(json!([{"Name": "a", "Group": "root"}])),
        with_users(json!([{"Name": "a", "Colour": "red"}])),
        old(json!([{"Id": "x"}]), json!([])),
        json!({"aliyun-ehpc": {"2020-01-01": {}}}),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
        let told = seeded(std::slice::from_ref(&wrong)).err();
        assert!(told.is_some(), "the server takes {wrong}");
    }
    // The server makes nothing of nothing; an editor says that something is missing.
    assert!(!validator.is_valid(&json!({})));
}
