//! Users come and go, and what the lists say of it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CLUSTER, COMMON, EHPC, PASSWORD, column, names, users, write};
use crate::client::Answer;
use crate::server::{NOW, Server, at_once, demo};

fn row(server: &Server, cluster: &str, username: &str) -> Value {
    let answer = users(
        server,
        &format!("cluster_id={cluster}&search_word={username}&limit=100"),
    )
    .json();
    let rows = answer["users_set"].as_array().expect("a list").clone();
    rows.into_iter()
        .find(|row| row["username"] == username)
        .unwrap_or_default()
}

#[test]
fn an_added_user_is_an_ordinary_one_with_the_next_number() {
    let server = demo();
    let added = write(
        &server,
        "addUser",
        &json!({"cluster_id": EHPC, "username": "new_one", "password": PASSWORD, "mod": "750"}),
    );
    insta::assert_snapshot!(added, @r#"
    200
    connection: close
    content-length: 73
    content-type: application/json

    {"action":"HpcUserAddUserResponse","job_id":"j-mijh65ndmzb","ret_code":0}
    "#);
    let user = row(&server, EHPC, "new_one");
    assert_eq!(user["role"], "member");
    assert_eq!(
        (&user["uid_number"], &user["gid_number"]),
        (&json!("44754"), &json!("44754"))
    );
    assert_eq!(
        (&user["create_time"], &user["update_time"]),
        (&json!(NOW), &json!(NOW))
    );
    assert_eq!(user["mod"], "750");
    assert_eq!(user["nas_mount_point"], "/public/shanhe/s1024");
    let everyone = users(&server, &format!("cluster_id={EHPC}&limit=100"));
    assert_eq!(everyone.json()["total_count"], 25);
    assert_eq!(names(&everyone).last().map(String::as_str), Some("new_one"));
    assert_eq!(users(&server, "limit=0").json()["total_count"], 60);
    assert_eq!(
        users(
            &server,
            &format!("user_id={}", user["user_id"].as_str().expect("a string"))
        )
        .json()["total_count"],
        1
    );
}

#[test]
fn without_a_mode_it_is_null() {
    let server = demo();
    write(
        &server,
        "addUser",
        &json!({"cluster_id": EHPC, "username": "a", "password": PASSWORD}),
    );
    assert_eq!(row(&server, EHPC, "a")["mod"], Value::Null);
}

#[test]
fn one_name_may_be_in_two_clusters() {
    let server = demo();
    let added = write(
        &server,
        "addUser",
        &json!({"cluster_id": CLUSTER, "username": "isabel", "password": PASSWORD}),
    );
    assert_eq!(added.verdict(), "200");
}

#[test]
fn a_deleted_user_is_gone_and_its_name_is_free() {
    let server = demo();
    let before = row(&server, EHPC, "isabel");
    let isabel = json!({"cluster_id": EHPC, "username": "isabel", "password": PASSWORD});
    let deleted = write(&server, "deleteUser", &isabel);
    insta::assert_snapshot!(deleted, @r#"
    200
    connection: close
    content-length: 76
    content-type: application/json

    {"action":"HpcUserDeleteUserResponse","job_id":"j-56jbfyeqbp7","ret_code":0}
    "#);
    assert_eq!(row(&server, EHPC, "isabel"), Value::Null);
    assert_eq!(
        users(&server, &format!("cluster_id={EHPC}")).json()["total_count"],
        23
    );
    assert_eq!(write(&server, "deleteUser", &isabel).verdict(), "200 2100");
    assert_eq!(write(&server, "addUser", &isabel).verdict(), "200");
    assert_ne!(
        row(&server, EHPC, "isabel")["hpcuser_id"],
        before["hpcuser_id"]
    );
}

#[test]
fn a_user_of_any_name_can_be_deleted() {
    let server = demo();
    for name in [
        "usr-vceaHsJu",
        "李伟",
        "𠮷田",
        "quote\"back\\slash",
        "100%_real",
    ] {
        let deleted = write(
            &server,
            "deleteUser",
            &json!({"cluster_id": CLUSTER, "username": name}),
        );
        assert_eq!(deleted.verdict(), "200", "{name}");
    }
}

#[test]
fn a_new_password_shows_in_nothing_but_the_update_time() {
    let server = demo();
    for name in ["isabel", "admin"] {
        let mut before = row(&server, EHPC, name);
        let modified = write(
            &server,
            "modifyUser",
            &json!({"cluster_id": EHPC, "username": name, "new_password": "Another$Pass1"}),
        );
        assert_eq!(
            modified.text(),
            r#"{"action":"HpcUserModifyUserResponse","ret_code":0}"#
        );
        before["update_time"] = json!(NOW);
        assert_eq!(row(&server, EHPC, name), before);
    }
}

#[test]
fn adding_and_deleting_leave_a_job_and_modifying_does_not() {
    let server = demo();
    let isabel = json!({"cluster_id": EHPC, "username": "isabel", "password": PASSWORD, "new_password": PASSWORD});
    let deleted = write(&server, "deleteUser", &isabel).json()["job_id"].clone();
    let added = write(&server, "addUser", &isabel).json()["job_id"].clone();
    write(&server, "modifyUser", &isabel);
    let jobs = |query: &str| server.get(&format!("/api/operation?{COMMON}&{query}"));
    let newest = jobs("reverse=1&limit=3");
    let ids = column(&newest, "job_set", "job_id");
    assert_eq!([json!(ids[1]), json!(ids[0])], [deleted.clone(), added]);
    assert_eq!(newest.json()["total_count"], 27);
    // The demo's own jobs of these kinds have no description; those made here have.
    for (describe, job) in [
        ("%E6%96%B0%E5%A2%9E%E7%94%A8%E6%88%B7", &ids[0]),
        ("%E5%88%A0%E9%99%A4%E7%94%A8%E6%88%B7", &ids[1]),
    ] {
        let found = jobs(&format!("action_describe={describe}"));
        assert_eq!(column(&found, "job_set", "job_id"), [job.as_str()]);
    }
    let found = jobs(&format!("jobs={}", deleted.as_str().expect("a string"))).json();
    assert_eq!(
        found["job_set"][0],
        json!({
            "action_describe": "删除用户", "create_time": NOW, "error_codes": "", "job_action": "HpcUserDeleteUser", "job_id": deleted,
            "owner": "usr-vceaHsJu", "resource_ids": EHPC, "status": "successful", "status_time": NOW, "submitter": "nscca-hpc1",
            "task_count": null,
        })
    );
}

/// A refused write leaves no user, no job and no time behind.
#[test]
fn a_refused_write_changes_nothing() {
    let server = demo();
    let state = || {
        let all = users(&server, "limit=100").text().to_owned();
        all + server
            .get(&format!("/api/operation?{COMMON}&limit=100"))
            .text()
    };
    let before = state();
    for (operation, body) in [
        (
            "addUser",
            json!({"cluster_id": EHPC, "username": "isabel", "password": PASSWORD}),
        ),
        (
            "addUser",
            json!({"cluster_id": EHPC, "username": "new_one", "password": "short"}),
        ),
        (
            "addUser",
            json!({"cluster_id": "ehpc-nowhere0", "username": "new_one", "password": PASSWORD}),
        ),
        (
            "deleteUser",
            json!({"cluster_id": EHPC, "username": "admin"}),
        ),
        (
            "deleteUser",
            json!({"cluster_id": EHPC, "username": "nobody"}),
        ),
        (
            "modifyUser",
            json!({"cluster_id": EHPC, "username": "isabel", "new_password": "short"}),
        ),
        (
            "modifyUser",
            json!({"cluster_id": EHPC, "username": "nobody", "new_password": PASSWORD}),
        ),
    ] {
        assert_ne!(
            write(&server, operation, &body).verdict(),
            "200",
            "{operation} {body}"
        );
    }
    assert_eq!(state(), before);
}

#[test]
fn of_two_that_add_one_name_at_once_exactly_one_succeeds() {
    let server = demo();
    for round in 0..20 {
        let body =
            json!({"cluster_id": EHPC, "username": format!("r{round}"), "password": PASSWORD});
        let verdicts = at_once(2, || write(&server, "addUser", &body).verdict());
        assert_eq!(verdicts, ["200", "200 2110"]);
    }
    assert_eq!(
        users(&server, &format!("cluster_id={EHPC}")).json()["total_count"],
        44
    );
}

#[test]
fn the_same_seed_and_clock_give_the_same_ids() {
    let body = json!({"cluster_id": EHPC, "username": "same", "password": PASSWORD});
    let answers = [demo(), demo()].map(|server| {
        let added = write(&server, "addUser", &body).text().to_owned();
        added + &row(&server, EHPC, "same").to_string()
    });
    assert_eq!(answers[0], answers[1]);
}

/// What a client may do next; clusters and names by number.
#[derive(Debug, Clone)]
enum Step {
    Add(usize, usize),
    Delete(usize, usize),
    Modify(usize, usize),
    /// A page of a cluster's list that is held against the model.
    Page(usize, usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize, 0..12_usize).prop_map(|(cluster, name)| Step::Add(cluster, name)),
        4 => (0..3_usize, 0..12_usize).prop_map(|(cluster, name)| Step::Delete(cluster, name)),
        1 => (0..3_usize, 0..12_usize).prop_map(|(cluster, name)| Step::Modify(cluster, name)),
        2 => (0..3_usize, 0..14_usize, 0..14_usize).prop_map(|(cluster, offset, limit)| Step::Page(cluster, offset, limit)),
    ]
}

/// Who is in a cluster, in the order of its list.
struct Model {
    users: Vec<(&'static str, String)>,
    jobs: u64,
}

const CLUSTERS: [&str; 3] = ["ehpc-pend1ng0", "ehpc-st0pped1", "ehpc-nowhere0"];
const NAMES: [&str; 12] = [
    "admin",
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "g",
    "h",
    "A",
    "bad-name",
    "nine_long",
];

impl Model {
    /// The answer that a step should get: its return code.
    fn take(&mut self, step: &Step) -> u64 {
        match *step {
            Step::Add(cluster, name) => {
                let (cluster, name) = (CLUSTERS[cluster], NAMES[name]);
                let valid = name.len() <= 8 && !name.contains('-');
                match () {
                    () if !valid => return 1100,
                    () if cluster == CLUSTERS[2] => return 2100,
                    () if self.has(cluster, name) => return 2110,
                    () => self.users.push((cluster, name.to_owned())),
                }
                self.jobs += 1;
            }
            Step::Delete(cluster, name) => {
                let (cluster, name) = (CLUSTERS[cluster], NAMES[name]);
                if !self.has(cluster, name) {
                    return 2100;
                }
                if name == "admin" {
                    return 1400;
                }
                self.users
                    .retain(|user| *user != (cluster, name.to_owned()));
                self.jobs += 1;
            }
            Step::Modify(cluster, name) if !self.has(CLUSTERS[cluster], NAMES[name]) => {
                return 2100;
            }
            Step::Page(2, ..) => return 2100,
            Step::Modify(..) | Step::Page(..) => {}
        }
        0
    }

    fn has(&self, cluster: &'static str, name: &str) -> bool {
        self.users.contains(&(cluster, name.to_owned()))
    }

    fn list(&self, cluster: &str) -> Vec<String> {
        let of_cluster = self.users.iter().filter(|(of, _)| *of == cluster);
        of_cluster.map(|(_, name)| name.clone()).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_sequence_of_calls_leaves_what_a_small_model_says(steps in prop::collection::vec(step(), 1..40)) {
        static SERVER: LazyLock<Server> = LazyLock::new(demo);
        static CASE: AtomicU32 = AtomicU32::new(0);
        let namespace = format!("case-{}", CASE.fetch_add(1, Ordering::Relaxed));
        let call = |method: &str, target: &str, body: &Value| -> Answer {
            let body = if method == "GET" { String::new() } else { body.to_string() };
            SERVER.send(method, target, &[("x-rollcall-namespace", &namespace)], body.as_bytes())
        };
        let get = |target: String| call("GET", &target, &Value::Null);
        let mut model = Model { users: vec![(CLUSTERS[0], "admin".to_owned()), (CLUSTERS[1], "admin".to_owned())], jobs: 25 };
        for step in &steps {
            let write = |operation: &str, cluster: usize, name: usize| {
                let body = json!({"cluster_id": CLUSTERS[cluster], "username": NAMES[name], "password": PASSWORD, "new_password": PASSWORD});
                call("POST", &format!("/api/user/{operation}?{COMMON}"), &body)
            };
            let answer = match *step {
                Step::Add(cluster, name) => write("addUser", cluster, name),
                Step::Delete(cluster, name) => write("deleteUser", cluster, name),
                Step::Modify(cluster, name) => write("modifyUser", cluster, name),
                Step::Page(cluster, offset, limit) => {
                    let page = get(format!("/api/user?{COMMON}&cluster_id={}&offset={offset}&limit={limit}", CLUSTERS[cluster]));
                    if cluster < 2 {
                        let all = model.list(CLUSTERS[cluster]);
                        let expected: Vec<_> = all.into_iter().skip(offset).take(limit).collect();
                        prop_assert_eq!(names(&page), expected);
                    }
                    page
                }
            };
            prop_assert_eq!(answer.json()["ret_code"].as_u64(), Some(model.take(step)), "{:?}", step);
            for cluster in &CLUSTERS[..2] {
                let list = get(format!("/api/user?{COMMON}&cluster_id={cluster}&limit=100"));
                let expected = model.list(cluster);
                prop_assert_eq!(list.json()["total_count"].as_u64(), Some(expected.len() as u64));
                prop_assert_eq!(names(&list), expected);
            }
            let everyone = get(format!("/api/user?{COMMON}&limit=0")).json();
            prop_assert_eq!(everyone["total_count"].as_u64(), Some(57 + model.users.len() as u64));
            let jobs = get(format!("/api/operation?{COMMON}&limit=0")).json();
            prop_assert_eq!(jobs["total_count"].as_u64(), Some(model.jobs));
        }
    }
}
