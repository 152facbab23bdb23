//! What AddUser, DeleteUser and ModifyUser refuse, in their order.

use serde_json::{Value, json};

use super::super::{CLUSTER, EHPC, PASSWORD, write};
use super::message;
use crate::server::demo;

/// The parameters of addUser, one of them replaced.
pub(super) fn adding(name: &str, value: Value) -> Value {
    let mut body =
        json!({"cluster_id": CLUSTER, "username": "new_one", "password": PASSWORD, "mod": "700"});
    body[name] = value;
    body
}

#[test]
fn what_add_user_takes() {
    let server = demo();
    let check = |name: &str, value: Value, expected: &str| {
        let answer = write(&server, "addUser", &adding(name, value.clone()));
        if expected.is_empty() {
            assert_eq!(answer.verdict(), "200", "{name} = {value}: {answer}");
            let undone = write(
                &server,
                "deleteUser",
                &json!({"cluster_id": CLUSTER, "username": adding(name, value)["username"]}),
            );
            assert_eq!(undone.verdict(), "200");
        } else {
            message(&answer, &format!("InvalidRequestFormat, {expected}"));
        }
    };
    for absent in [json!(null), json!("")] {
        check(
            "cluster_id",
            absent.clone(),
            "missing parameter [cluster_id]",
        );
        check("username", absent.clone(), "missing parameter [username]");
        check("password", absent.clone(), "missing parameter [password]");
        check("mod", absent, "");
    }
    check("cluster_id", json!(5), "illegal cluster_id [5]");
    check("username", json!("a"), "");
    check("username", json!("A_345678"), "");
    check(
        "username",
        json!("123456789"),
        "illegal username [123456789]",
    );
    check("username", json!("a-b"), "illegal username [a-b]");
    check("username", json!("a b"), "illegal username [a b]");
    check("username", json!("李"), "illegal username [李]");
    check("username", json!("a\u{0}"), "illegal username [a\u{0}]");
    check("username", json!(7), "illegal username [7]");
    check("username", json!(true), "illegal username [true]");
    check(
        "username",
        json!({"a": []}),
        "illegal username [{\"a\":[]}]",
    );
    check(
        "username",
        json!("x".repeat(300)),
        &format!("illegal username [{}]", "x".repeat(100)),
    );
    check("password", json!("kUISjs@kkkkkk!"), "");
    check("password", json!("a".repeat(11)), "illegal password");
    check("password", json!("a".repeat(12)), "");
    check("password", json!("!@#$%^&()*12"), "");
    check("password", json!("a".repeat(30)), "");
    check("password", json!("a".repeat(31)), "illegal password");
    check("password", json!("kUISjs@kkkkk k"), "illegal password");
    check("password", json!("kUISjs@kkkkk+k"), "illegal password");
    check("password", json!("kUISjs@kkkkk密"), "illegal password");
    check("password", json!(123_456_789_012_u64), "illegal password");
    check("password", json!(["kUISjs@kkkkkk!"]), "illegal password");
    check("mod", json!("000"), "");
    check("mod", json!("777"), "");
    check("mod", json!("778"), "illegal mod [778]");
    check("mod", json!("0700"), "illegal mod [0700]");
    check("mod", json!("70"), "illegal mod [70]");
    check("mod", json!(700), "illegal mod [700]");
}

#[test]
fn add_user_checks_parameters_then_the_cluster_then_the_name() {
    let server = demo();
    let check = |body: Value, expected: &str| message(&write(&server, "addUser", &body), expected);
    check(
        json!({}),
        "InvalidRequestFormat, missing parameter [cluster_id]",
    );
    check(
        json!({"cluster_id": "x"}),
        "InvalidRequestFormat, missing parameter [username]",
    );
    check(
        json!({"cluster_id": "x", "username": "a b"}),
        "InvalidRequestFormat, illegal username [a b]",
    );
    check(
        json!({"cluster_id": "x", "username": "isabel"}),
        "InvalidRequestFormat, missing parameter [password]",
    );
    check(
        json!({"cluster_id": "x", "username": "isabel", "password": "x"}),
        "InvalidRequestFormat, illegal password",
    );
    check(
        json!({"cluster_id": "x", "username": "isabel", "password": PASSWORD, "mod": "x"}),
        "InvalidRequestFormat, illegal mod [x]",
    );
    check(
        json!({"cluster_id": "x", "username": "isabel", "password": PASSWORD}),
        "ResourceNotFound, resource [x] not found",
    );
    check(
        json!({"cluster_id": EHPC, "username": "isabel", "password": PASSWORD}),
        "ResourceAlreadyExisted, user [isabel] already existed",
    );
    check(
        json!({"cluster_id": EHPC, "username": "admin", "password": PASSWORD}),
        "ResourceAlreadyExisted, user [admin] already existed",
    );
}

#[test]
fn delete_user_checks_the_cluster_then_the_user_then_the_role() {
    let server = demo();
    let check =
        |body: Value, expected: &str| message(&write(&server, "deleteUser", &body), expected);
    check(
        json!({"username": "isabel"}),
        "InvalidRequestFormat, missing parameter [cluster_id]",
    );
    check(
        json!({"cluster_id": EHPC}),
        "InvalidRequestFormat, missing parameter [username]",
    );
    check(
        json!({"cluster_id": EHPC, "username": 5}),
        "InvalidRequestFormat, illegal username [5]",
    );
    check(
        json!({"cluster_id": "ehpc-nowhere0", "username": "nobody"}),
        "ResourceNotFound, resource [ehpc-nowhere0] not found",
    );
    check(
        json!({"cluster_id": EHPC, "username": "nobody"}),
        "ResourceNotFound, resource [nobody] not found",
    );
    check(
        json!({"cluster_id": EHPC, "username": "ISABEL"}),
        "ResourceNotFound, resource [ISABEL] not found",
    );
    check(
        json!({"cluster_id": CLUSTER, "username": "isabel"}),
        "ResourceNotFound, resource [isabel] not found",
    );
    check(
        json!({"cluster_id": EHPC, "username": "admin"}),
        "PermissionDenied, user [admin] can not be deleted",
    );
    check(
        json!({"cluster_id": CLUSTER, "username": "boss"}),
        "PermissionDenied, user [boss] can not be deleted",
    );
}

#[test]
fn modify_user_checks_the_password_before_the_user() {
    let server = demo();
    let check =
        |body: Value, expected: &str| message(&write(&server, "modifyUser", &body), expected);
    check(
        json!({"cluster_id": EHPC, "username": "isabel"}),
        "InvalidRequestFormat, missing parameter [new_password]",
    );
    check(
        json!({"cluster_id": EHPC, "username": "isabel", "password": PASSWORD}),
        "InvalidRequestFormat, missing parameter [new_password]",
    );
    check(
        json!({"cluster_id": EHPC, "username": "nobody", "new_password": "short"}),
        "InvalidRequestFormat, illegal new_password",
    );
    check(
        json!({"cluster_id": EHPC, "username": "nobody", "new_password": 5}),
        "InvalidRequestFormat, illegal new_password",
    );
    check(
        json!({"cluster_id": "x", "username": "nobody", "new_password": PASSWORD}),
        "ResourceNotFound, resource [x] not found",
    );
    check(
        json!({"cluster_id": EHPC, "username": "nobody", "new_password": PASSWORD}),
        "ResourceNotFound, resource [nobody] not found",
    );
}
