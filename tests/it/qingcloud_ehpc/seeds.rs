//! What a seed document may hold, and what is said of one that is wrong.

use std::io::Write as _;

use rollcall::{Rollcall, StartError};
use serde_json::{Value, json};

use super::{COMMON, PASSWORD, column, names, users, write};
use crate::server::{demo, frozen, with};

/// A file that holds one part.
fn file(part: &Value) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new()
        .suffix(".json")
        .tempfile()
        .expect("a temporary file");
    write!(file, "{}", json!({ "qingcloud-ehpc": part })).expect("a writable file");
    file
}

/// A wrong seed: where, and a part of the sentence.
#[track_caller]
fn refused(part: &Value, place: &str, rule: &str) {
    let file = file(part);
    let cause =
        Rollcall::start_with(&frozen().seed([file.path().to_owned()])).expect_err("a wrong seed");
    let StartError::Seed(cause) = cause else {
        panic!("another error: {cause}");
    };
    assert!(
        cause.cause.contains(&format!("at qingcloud-ehpc{place}:")),
        "{part}: {}",
        cause.cause
    );
    assert!(cause.cause.contains(rule), "{part}: {}", cause.cause);
}

/// A part with one cluster and one user in it.
fn with_user(name: &str, value: Value) -> Value {
    let mut user = json!({"cluster_id": "hpc-aaaaaaaa", "username": "li"});
    user[name] = value;
    json!({"cluster_set": [{"cluster_id": "hpc-aaaaaaaa"}], "users_set": [user]})
}

fn with_cluster(name: &str, value: Value) -> Value {
    let mut cluster = json!({"cluster_id": "hpc-aaaaaaaa"});
    cluster[name] = value;
    json!({"cluster_set": [cluster]})
}

fn with_job(name: &str, value: Value) -> Value {
    let mut job = json!({"job_id": "j-2awn7xwq815"});
    job[name] = value;
    json!({"job_set": [job]})
}

#[test]
fn what_is_wrong_is_named_with_its_place_its_value_and_the_rule() {
    refused(
        &with_user("username", json!("")),
        ".users_set[0].username",
        "1 to 255 characters (found \"\")",
    );
    refused(
        &with_user("username", json!(5)),
        ".users_set[0].username",
        "(found 5)",
    );
    refused(
        &with_user("role", json!("root")),
        ".users_set[0].role",
        "one of boss, admin, member (found \"root\")",
    );
    refused(
        &with_user("uid_number", json!(41522)),
        ".users_set[0].uid_number",
        "(found 41522)",
    );
    refused(
        &with_user("uid_number", json!("-1")),
        ".users_set[0].uid_number",
        "a string of digits",
    );
    refused(
        &with_user("uid_number", json!("007")),
        ".users_set[0].uid_number",
        "a string of digits",
    );
    refused(
        &with_user("gid_number", json!("99999999999")),
        ".users_set[0].gid_number",
        "at most \"4294967295\"",
    );
    refused(
        &with_user("mod", json!("9")),
        ".users_set[0].mod",
        "three octal digits",
    );
    refused(
        &with_user("hpcuser_id", json!("hpcuser-8a301ir")),
        ".users_set[0].hpcuser_id",
        "8 of a-z0-9",
    );
    refused(
        &with_user("user_id", json!("usr-1")),
        ".users_set[0].user_id",
        "as usr-vceaHsJu",
    );
    refused(
        &with_user("create_time", json!("2021-8-17T09:12:40Z")),
        ".users_set[0].create_time",
        "a UTC time in seconds",
    );
    refused(
        &with_user("update_time", json!("2021-08-17T09:12:40+08:00")),
        ".users_set[0].update_time",
        "a UTC time in seconds",
    );
    refused(
        &with_user("nas_mount_point", json!("public")),
        ".users_set[0].nas_mount_point",
        "an absolute path",
    );
    refused(
        &with_user("cluster_id", json!("hpc-bbbbbbbb")),
        ".users_set[0].cluster_id",
        "there is no cluster \"hpc-bbbbbbbb\"",
    );
    refused(
        &with_user("Username", json!("x")),
        ".users_set[0].Username",
        "unknown field",
    );
    refused(
        &with_cluster("cluster_id", json!("hpc-qing9xu97")),
        ".cluster_set[0].cluster_id",
        "8 of a-z0-9",
    );
    refused(
        &with_cluster("cluster_status", json!("gone")),
        ".cluster_set[0].cluster_status",
        "one of pending, active, stopped, suspended",
    );
    refused(
        &with_cluster("cluster_type", json!("HPC")),
        ".cluster_set[0].cluster_type",
        "one of hpc, ehpc",
    );
    refused(
        &with_cluster("paid_type", json!("Free")),
        ".cluster_set[0].paid_type",
        "one of PayForUsed, Reserved",
    );
    refused(
        &with_cluster("total_node_count", json!(-1)),
        ".cluster_set[0].total_node_count",
        "(found -1)",
    );
    refused(
        &with_cluster("cluster_name", json!("x".repeat(256))),
        ".cluster_set[0].cluster_name",
        "1 to 255 characters",
    );
    refused(
        &with_job("job_id", json!("j-1")),
        ".job_set[0].job_id",
        "8 to 12 of a-z0-9",
    );
    refused(
        &with_job("status", json!("working")),
        ".job_set[0].status",
        "one of pending, successful, failed",
    );
    refused(
        &with_job("resource_ids", json!("a  b")),
        ".job_set[0].resource_ids",
        "single spaces",
    );
    refused(&json!({"users": []}), ".users", "unknown field");
    refused(&json!([]), "", "an object, not []");
}

#[test]
fn rows_that_cannot_be_together_are_refused() {
    let two = |name: &str, first: Value, second: Value| {
        let mut rows = json!([{"cluster_id": "hpc-aaaaaaaa", "username": "li"}, {"cluster_id": "hpc-aaaaaaaa", "username": "wu"}]);
        rows[0][name] = first;
        rows[1][name] = second;
        json!({"cluster_set": [{"cluster_id": "hpc-aaaaaaaa"}], "users_set": rows})
    };
    refused(
        &two("uid_number", json!("7"), json!("7")),
        ".users_set[1].uid_number",
        "\"7\" is another user's of hpc-aaaaaaaa",
    );
    refused(
        &two(
            "hpcuser_id",
            json!("hpcuser-00000000"),
            json!("hpcuser-00000000"),
        ),
        ".users_set[1].hpcuser_id",
        "unique over all clusters",
    );
    refused(
        &two("role", json!("admin"), json!("admin")),
        ".users_set[1].role",
        "has an admin already",
    );
    let namesake = json!({"cluster_set": [{"cluster_id": "hpc-aaaaaaaa"}], "users_set": [{"cluster_id": "hpc-aaaaaaaa", "username": "admin", "role": "member"}]});
    refused(&namesake, ".users_set", "every cluster has one");
}

#[test]
fn a_pasted_answer_is_a_seed() {
    let source = demo();
    let clusters = source
        .get(&format!("/api/cluster/list?{COMMON}&limit=100"))
        .json();
    let answer = users(&source, "limit=100");
    let jobs = source.get(&format!("/api/operation?{COMMON}&limit=100"));
    let files = [file(&clusters), file(&answer.json()), file(&jobs.json())];
    let server = with(frozen().seed(files.iter().map(|file| file.path().to_owned())));
    assert_eq!(users(&server, "limit=100").text(), answer.text());
    assert_eq!(
        server
            .get(&format!("/api/operation?{COMMON}&limit=100"))
            .text(),
        jobs.text()
    );
}

#[test]
fn the_list_may_go_by_its_other_name() {
    let file = file(
        &json!({"cluster_set": [{"cluster_id": "hpc-aaaaaaaa"}], "user_set": [{"cluster_id": "hpc-aaaaaaaa", "username": "li"}]}),
    );
    let server = with(frozen().seed([file.path().to_owned()]));
    assert_eq!(names(&users(&server, "")), ["li", "admin"]);
}

/// What the documents print of a cluster, as far as it differs from the defaults.
fn printed_cluster() -> Value {
    json!({
        "cluster_id": "ehpc-8jqdq0mz", "app_cluster_id": "cl-jfj8y9zy", "nas_id": "2cgki7pe", "scheduler_type": "默认调度器",
        "cpu_hours": 446.200560295289, "mem_hours": 1.76339637934081,
        "deleted_job_count": 1, "finished_job_count": 2, "pending_job_count": 1, "running_job_count": 2, "stopped_job_count": 3,
        "nas_path": "10.0.0.8@tcp:/x", "nas_shared_path": "/x",
        "cluster_sw": [{"description": "d", "hpcsw_id": "hpcsw-1", "sw_name": "vasp", "sw_ver": "6.1"}],
        "project_info": {"project_role": "owner", "shared_status": "shared"},
    })
}

#[test]
fn a_seed_says_all_of_a_cluster_and_an_export_says_it_again() {
    let seed = file(&json!({"cluster_set": [printed_cluster()]}));
    let server = with(frozen().seed([seed.path().to_owned()]));
    let list = |query: &str| server.get(&format!("/api/cluster/list?{COMMON}&{query}"));
    let shown = list("shared_status=shared").json()["cluster_set"][0].clone();
    assert_eq!(shown.as_object().map(serde_json::Map::len), Some(23));
    for (name, value) in printed_cluster().as_object().expect("an object") {
        assert_eq!(shown[name], *value, "{name}");
    }
    assert_eq!(list("shared_status=not_shared").json()["total_count"], 0);
    // What is exported and imported elsewhere is the same.
    let exported = server.get("/_rollcall/namespaces/default/export?provider=qingcloud-ehpc");
    assert_eq!(exported.status, 200, "{exported}");
    let imported = server.send(
        "PUT",
        "/_rollcall/namespaces/copy/export",
        &[("content-type", "application/x-ndjson")],
        exported.text().as_bytes(),
    );
    assert_eq!(imported.status, 200, "{imported}");
    let copy = list("access_key_id=test-ak~copy");
    assert_eq!(copy.text(), list("").text());
    // A later document keeps what it leaves out.
    let change = json!({"qingcloud-ehpc": {"cluster_set": [{"cluster_id": "ehpc-8jqdq0mz", "project_info": {"project_role": "none"}}]}});
    let changed = server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &change.to_string(),
    );
    assert_eq!(changed.status, 200, "{changed}");
    let row = list("").json()["cluster_set"][0].clone();
    assert_eq!(
        row["project_info"],
        json!({"project_role": "none", "shared_status": "shared"})
    );
    assert_eq!(row["cpu_hours"], shown["cpu_hours"]);
}

#[test]
fn what_a_seed_leaves_out_of_a_cluster_follows_from_its_id_and_mount_point() {
    let row = |mount_point: &str| {
        let cluster = json!({"cluster_id": "ehpc-8jqdq0mz", "nas_mount_point": mount_point});
        let seed = file(&json!({"cluster_set": [cluster]}));
        let server = with(frozen().seed([seed.path().to_owned()]));
        let answer = server.get(&format!("/api/cluster/list?{COMMON}"));
        let row = answer.json()["cluster_set"][0].clone();
        assert_eq!(row["app_cluster_id"], "cl-8jqdq0mz");
        assert_eq!(row["nas_id"], "8jqdq0mz");
        let text = |name: &str| row[name].as_str().expect("a text").to_owned();
        (text("nas_path"), text("nas_shared_path"))
    };
    let expect = |path: &str, shared: &str| (path.to_owned(), shared.to_owned());
    assert_eq!(
        row("/public/shanhe/s1024"),
        expect("10.0.0.7@o2ib:/lustrefs/shanhe/s1024", "/s1024")
    );
    assert_eq!(
        row("/shared/a"),
        expect("10.0.0.7@o2ib:/lustrefs/shared/a", "/a")
    );
    assert_eq!(
        row("/publicity/b/"),
        expect("10.0.0.7@o2ib:/lustrefs/publicity/b/", "/b")
    );
}

#[test]
fn a_time_with_a_fraction_is_cut_to_its_second() {
    let seed = file(&with_user("create_time", json!("2024-05-20T08:30:00.987Z")));
    let server = with(frozen().seed([seed.path().to_owned()]));
    let rows = users(&server, "search_word=li").json();
    assert_eq!(rows["users_set"][0]["create_time"], "2024-05-20T08:30:00Z");
    refused(
        &with_user("create_time", json!("2024-05-20T08:30:00.Z")),
        ".users_set[0].create_time",
        "a UTC time in seconds",
    );
}

#[test]
fn zones_of_a_seed_are_exported_and_imported() {
    let part = json!({"zones": ["jn1a", "pek3a"], "cluster_set": [{"cluster_id": "hpc-aaaaaaaa"}]});
    let seed = file(&part);
    let server = with(frozen().seed([seed.path().to_owned()]));
    let exported = server.get("/_rollcall/namespaces/default/export");
    assert!(
        exported.text().contains(r#"{"zones":["jn1a","pek3a"]}"#),
        "{exported}"
    );
    let imported = server.send(
        "PUT",
        "/_rollcall/namespaces/copy/export",
        &[("content-type", "application/x-ndjson")],
        exported.text().as_bytes(),
    );
    assert_eq!(imported.status, 200, "{imported}");
    let ask = |zone: &str, key: &str| {
        let time = "timestamp=2024-05-20T08:30:00Z";
        let answer = server.get(&format!(
            "/api/user?{time}&zone={zone}&access_key_id=test-ak{key}"
        ));
        answer.verdict()
    };
    for key in ["", "~copy"] {
        assert_eq!(ask("pek3a", key), "200");
        assert_eq!(ask("jn1b", key), "200 1400");
    }
    refused(&json!({"zones": [""]}), ".zones[0]", "a zone, as jn1a");
    refused(&json!({"zones": "jn1a"}), ".zones", "");
}

#[test]
fn a_later_seed_changes_and_deletes_by_the_natural_key() {
    let documents = std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/qingcloud_ehpc/documents.json"
    ));
    let change = file(&json!({
        "cluster_set": [{"cluster_id": "hpc-qig9xu97", "cluster_status": "stopped"}, {"cluster_id": "hpc-aaaaaaaa"}],
        "users_set": [{"cluster_id": "hpc-qig9xu97", "username": "usr-vceaHsJu", "$delete": true}, {"cluster_id": "hpc-qig9xu97", "username": "admin", "mod": "700"}],
        "job_set": [{"job_id": "j-8ajjp28fps8", "$delete": true}],
    }));
    let server = with(frozen().seed([documents.clone(), change.path().to_owned()]));
    let stopped = server.get(&format!("/api/cluster/list?{COMMON}&status=stopped"));
    assert_eq!(
        column(&stopped, "cluster_set", "cluster_name"),
        ["hpc-test"]
    );
    let rows = users(&server, "cluster_id=hpc-qig9xu97").json();
    assert_eq!(rows["total_count"], 1);
    assert_eq!(
        (
            &rows["users_set"][0]["hpcuser_id"],
            &rows["users_set"][0]["mod"]
        ),
        (&json!("hpcuser-0adm1n00"), &json!("700"))
    );
    assert_eq!(names(&users(&server, "cluster_id=hpc-aaaaaaaa")), ["admin"]);
    assert_eq!(
        server.get(&format!("/api/operation?{COMMON}")).json()["total_count"],
        0
    );
    let gone = file(&json!({"cluster_set": [{"cluster_id": "hpc-qig9xu97", "$delete": true}]}));
    let server = with(frozen().seed([documents, gone.path().to_owned()]));
    assert_eq!(users(&server, "").json()["total_count"], 0);
    assert_eq!(
        users(&server, "cluster_id=hpc-qig9xu97").verdict(),
        "200 2100"
    );
}

/// Above the highest uid there is none to give, and an export has to be importable.
#[test]
fn behind_the_highest_uid_the_lowest_free_one_is_next() {
    let row = |name: &str, uid: &str| json!({"cluster_id": "hpc-aaaaaaaa", "username": name, "uid_number": uid});
    let file = file(&json!({
        "cluster_set": [{"cluster_id": "hpc-aaaaaaaa"}],
        "users_set": [row("admin", "41500"), row("li", "41502"), row("last", "4294967295")],
    }));
    let server = with(frozen().seed([file.path().to_owned()]));
    for name in ["one", "two", "three"] {
        let body = json!({"cluster_id": "hpc-aaaaaaaa", "username": name, "password": PASSWORD});
        assert_eq!(write(&server, "addUser", &body).verdict(), "200");
    }
    let rows = users(&server, "cluster_id=hpc-aaaaaaaa");
    assert_eq!(
        (
            names(&rows).join(" "),
            column(&rows, "users_set", "uid_number").join(" ")
        ),
        (
            "admin li last one two three".to_owned(),
            "41500 41502 4294967295 41501 41503 41504".to_owned()
        )
    );
    let export = server.get("/_rollcall/namespaces/default/export");
    let imported = server.send(
        "PUT",
        "/_rollcall/namespaces/default/export",
        &[("content-type", "application/x-ndjson")],
        &export.body,
    );
    assert_eq!(imported.status, 200, "{imported}");
    assert_eq!(
        users(&server, "cluster_id=hpc-aaaaaaaa").text(),
        rows.text()
    );
}

#[test]
fn every_cluster_of_the_demo_has_exactly_one_admin() {
    let server = demo();
    let clusters = server.get(&format!("/api/cluster/list?{COMMON}&limit=100"));
    for cluster in column(&clusters, "cluster_set", "cluster_id") {
        let rows = users(&server, &format!("cluster_id={cluster}&limit=100"));
        let roles = column(&rows, "users_set", "role");
        assert_eq!(
            roles.iter().filter(|role| *role == "admin").count(),
            1,
            "{cluster}"
        );
    }
}

/// A line feed of a description is found there.
#[test]
fn a_job_is_found_by_a_line_feed_in_its_description() {
    let mut seed = with_job("action_describe", json!("first\nsecond"));
    seed["job_set"][0]["job_action"] = json!("HpcUserAddUser");
    let file = file(&seed);
    let server = with(frozen().seed([file.path().to_owned()]));
    for (word, found) in [
        ("first%0Asec", 1),
        ("%0A", 1),
        ("user%0Afirst", 0),
        ("first%20second", 0),
    ] {
        let answer = server.get(&format!("/api/operation?{COMMON}&search_word={word}"));
        assert_eq!(answer.json()["total_count"], found, "{word}");
    }
}

#[test]
fn the_demo_and_the_documents_keep_the_published_schema() {
    let read = |path: &str| -> Value {
        let text = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR")))
            .expect("a readable file");
        serde_json::from_str(&text).expect("valid JSON")
    };
    let schema = jsonschema::validator_for(&read("seed-data/qingcloud-ehpc.schema.json"))
        .expect("a valid schema");
    for path in [
        "seed-data/qingcloud-ehpc.json",
        "tests/it/qingcloud_ehpc/documents.json",
    ] {
        let errors: Vec<_> = schema
            .iter_errors(&read(path))
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{path}: {errors:#?}");
    }
    for wrong in [
        with_user("role", json!("root")),
        with_user("uid_number", json!(5)),
        with_user("uid_number", json!("4294967296")),
        with_user("uid_number", json!("5000000000")),
        with_user("uid_number", json!("007")),
        json!({"users": []}),
        with_job("job_id", json!("j-1")),
    ] {
        assert!(
            !schema.is_valid(&json!({ "qingcloud-ehpc": wrong })),
            "{wrong}"
        );
    }
    for number in [
        "0",
        "7",
        "999999999",
        "1000000000",
        "3999999999",
        "4294967289",
        "4294967295",
    ] {
        let right = json!({ "qingcloud-ehpc": with_user("uid_number", json!(number)) });
        assert!(schema.is_valid(&right), "{number}");
    }
}
