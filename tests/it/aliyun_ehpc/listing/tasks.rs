//! Tasks: the list as it was when the task began.

use serde_json::{Value, json};

use super::super::{CLUSTER, DOMAIN, blamed, list, names, query, v2018};
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};

pub(super) fn add(server: &Server, cluster: &str, name: &str) -> Answer {
    let users = query(&[
        ("ClusterId", cluster),
        ("User.1.Name", name),
        ("User.1.Group", "users"),
        ("User.1.Password", "Aa1!aaaa"),
    ]);
    server.get(&v2018("AddUsers", &users))
}

fn delete(server: &Server, cluster: &str, name: &str) -> Answer {
    server.get(&v2018(
        "DeleteUsers",
        &query(&[("ClusterId", cluster), ("User.1.Name", name)]),
    ))
}

fn async_id(answer: &Answer) -> String {
    let body = answer.json();
    body["AsyncId"].as_str().expect("an id").to_owned()
}

#[test]
fn a_first_call_answers_with_its_data_and_a_fresh_task() {
    let server = demo();
    let (first, second) = (server.get(&list("")), server.get(&list("")));
    assert_eq!(first.json()["AsyncStatus"], json!("Success"));
    assert_ne!(async_id(&first), async_id(&second));
    assert!(async_id(&first).starts_with("t-hz"));
    let other = server.get(&v2018("ListUsersAsync", "ClusterId=ehpc-sh-Shanghai01"));
    assert!(async_id(&other).starts_with("t-sh"));
}

#[test]
fn a_task_sees_the_list_as_it_was_and_new_calls_see_it_as_it_is() {
    let server = demo();
    let started = server.get(&list("PageSize=50"));
    let (task, before) = (async_id(&started), names(&started));
    let poll = || server.get(&list(&format!("AsyncId={task}&PageSize=50")));
    assert_eq!(names(&poll()), before);

    assert_eq!(delete(&server, CLUSTER, "alice.wang").status, 200);
    assert_eq!(add(&server, CLUSTER, "newcomer").status, 200);
    for _ in 0..2 {
        assert_eq!(names(&poll()), before);
        assert_eq!(poll().json()["TotalCount"], started.json()["TotalCount"]);
        assert_eq!(async_id(&poll()), task);
    }
    // Page by page, and group by group: the second call is of another moment than the first.
    let changed = v2018(
        "ModifyUserGroups",
        &query(&[
            ("ClusterId", CLUSTER),
            ("User.1.Name", "testuser"),
            ("User.1.Group", "users"),
        ]),
    );
    assert_eq!(server.get(&changed).status, 200);
    assert_eq!(
        poll().json()["Users"]["UserInfo"][0]["Group"],
        json!("wheel")
    );
    let pages: Vec<String> = (1..=3)
        .flat_map(|number| {
            names(&server.get(&list(&format!("AsyncId={task}&PageNumber={number}"))))
        })
        .collect();
    assert_eq!(pages, before);

    let now = names(&server.get(&list("PageSize=50")));
    assert!(now.contains(&"newcomer".to_owned()) && !now.contains(&"alice.wang".to_owned()));
    assert_eq!(
        server.get(&list("")).json()["Users"]["UserInfo"][0]["Group"],
        json!("users")
    );
}

#[test]
fn a_failed_write_changes_nothing_for_a_task() {
    let server = demo();
    let started = server.get(&list("PageSize=50"));
    let task = async_id(&started);
    assert_eq!(
        add(&server, CLUSTER, "testuser").verdict(),
        "406 AgentError.Account.UserAlreadyExist"
    );
    let again = server.get(&list(&format!("AsyncId={task}&PageSize=50")));
    assert_eq!(names(&again), names(&started));
    // And a call that starts after it, too.
    let task = async_id(&server.get(&list("")));
    assert_eq!(delete(&server, CLUSTER, "testuser").status, 200);
    let again = server.get(&list(&format!("AsyncId={task}&PageSize=50")));
    assert_eq!(names(&again), names(&started));
}

#[test]
fn a_wrong_async_id_is_an_invalid_parameter() {
    let server = demo();
    let task = async_id(&server.get(&list("")));
    for wrong in [
        "x".to_owned(),
        "t-".to_owned(),
        format!("{task}0"),
        task.to_uppercase(),
        task.replace("t-hz", "t-sh"),
        "%00".to_owned(),
        "%E5%BC%A0".repeat(17),
        "t-h%E5%BC%A0000000000000".to_owned(),
    ] {
        let answer = server.get(&list(&format!("AsyncId={wrong}")));
        assert_eq!(blamed(&answer), "AsyncId", "{wrong}");
    }
    let other = v2018(
        "ListUsersAsync",
        &format!("ClusterId={DOMAIN}&AsyncId={task}"),
    );
    assert_eq!(blamed(&server.get(&other)), "AsyncId");
    assert_eq!(server.get(&list("AsyncId=")).status, 200);
}

#[test]
fn async_polls_lets_a_task_run_for_a_while() {
    let server = with(frozen().async_polls(3));
    let started = server.get(&list("PageSize=5&PageNumber=2"));
    insta::assert_snapshot!("async_running", started);
    insta::assert_snapshot!("async_running_xml", server.get(&list("Format=xml")));
    let poll = || {
        server
            .get(&list(&format!("AsyncId={}", async_id(&started))))
            .json()
    };
    // A poll that is refused is none.
    let refused = server.get(&list(&format!("AsyncId={}&PageSize=0", async_id(&started))));
    assert_eq!(blamed(&refused), "PageSize");
    let seen: Vec<Value> = (0..4).map(|_| poll()["AsyncStatus"].clone()).collect();
    assert_eq!(seen, ["Running", "Running", "Success", "Success"]);
    assert!(
        !poll()["Users"]["UserInfo"]
            .as_array()
            .expect("a list")
            .is_empty()
    );

    let server = with(frozen().async_polls(1));
    let task = async_id(&server.get(&list("")));
    assert_eq!(
        server.get(&list(&format!("AsyncId={task}"))).json()["AsyncStatus"],
        json!("Success")
    );
}

/// What a client of a list does: it asks until the task has ended, one way or the other.
fn until_it_ends(server: &Server) -> Value {
    let mut answer = server.get(&list("")).json();
    for _ in 0..100 {
        if ["Success", "Failed"].contains(&answer["AsyncStatus"].as_str().expect("a status")) {
            return answer;
        }
        let task = answer["AsyncId"].as_str().expect("an id");
        answer = server.get(&list(&format!("AsyncId={task}"))).json();
    }
    panic!("the loop does not end: {answer}")
}

#[test]
fn a_clients_loop_ends_with_a_task_that_fails() {
    for polls in [0, 1, 3] {
        let options = frozen().async_polls(polls);
        let failing = options
            .clone()
            .quirk("aliyun-ehpc.async-end", "failed")
            .expect("a quirk of the table");
        let server = with(failing);
        let ended = until_it_ends(&server);
        assert_eq!(ended["AsyncStatus"], json!("Failed"), "{polls}");
        assert_eq!(ended["TotalCount"], json!(0));
        assert_eq!(ended["Users"], json!({ "UserInfo": [] }));
        // It has failed for good, whatever becomes of the list.
        assert_eq!(delete(&server, CLUSTER, "testuser").status, 200);
        let task = ended["AsyncId"].as_str().expect("an id");
        let again = server.get(&list(&format!("AsyncId={task}"))).json();
        assert_eq!(again["AsyncStatus"], json!("Failed"), "{polls}");

        let ended = until_it_ends(&with(options));
        assert_eq!(ended["AsyncStatus"], json!("Success"), "{polls}");
        assert_ne!(ended["TotalCount"], json!(0), "{polls}");
    }
}

#[test]
fn a_task_that_runs_shows_the_list_as_it_was_at_its_start() {
    let server = with(frozen().async_polls(2));
    let task = async_id(&server.get(&list("")));
    let poll = || server.get(&list(&format!("AsyncId={task}&PageSize=50")));
    assert_eq!(poll().json()["AsyncStatus"], json!("Running"));
    assert_eq!(delete(&server, CLUSTER, "testuser").status, 200);
    assert_eq!(names(&poll())[0], "testuser");
}

#[test]
fn namespaces_do_not_share_tasks() {
    let server = demo();
    let task = async_id(&server.get(&list("")));
    let other = server.send(
        "GET",
        &list(&format!("AsyncId={task}")),
        &[("x-rollcall-namespace", "other")],
        b"",
    );
    assert_eq!(blamed(&other), "AsyncId");
}

// Clusters.
