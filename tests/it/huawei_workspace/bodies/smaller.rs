//! The bodies other than those that create and update a user.

use serde_json::json;

use super::super::errors::outcome;
use super::super::{API_TEST, DESIGN, PROJECT};
use crate::server::demo;

#[test]
fn rules_of_the_smaller_bodies() {
    let server = demo();
    let user = format!("{PROJECT}/users/{API_TEST}");
    let many = |count: usize, id: &str| json!(vec![id; count]);
    for (method, path, body, expected) in [
        ("POST", format!("{user}/actions"), json!({}), "op_type"),
        (
            "POST",
            format!("{user}/actions"),
            json!({ "op_type": "lock" }),
            "op_type",
        ),
        (
            "POST",
            format!("{user}/actions"),
            json!({ "op_type": null }),
            "op_type",
        ),
        (
            "POST",
            format!("{user}/actions"),
            json!({ "op_type": 1 }),
            "op_type",
        ),
        (
            "POST",
            format!("{user}/actions"),
            json!({ "op_type": "RESET_PWD" }),
            "204",
        ),
        (
            "POST",
            format!("{user}/resend-email"),
            json!({ "template_id": "t", "phone_template_id": "p" }),
            "204",
        ),
        (
            "POST",
            format!("{user}/resend-email"),
            json!({ "template_id": 1 }),
            "template_id",
        ),
        (
            "POST",
            format!("{user}/resend-email"),
            json!({ "phone_template_id": [] }),
            "phone_template_id",
        ),
        (
            "DELETE",
            format!("{user}/otp-devices"),
            json!({ "otp_ids": [] }),
            "204",
        ),
        (
            "DELETE",
            format!("{user}/otp-devices"),
            json!({ "otp_ids": many(55, "o") }),
            "204",
        ),
        (
            "DELETE",
            format!("{user}/otp-devices"),
            json!({ "otp_ids": many(56, "o") }),
            "otp_ids",
        ),
        (
            "DELETE",
            format!("{user}/otp-devices"),
            json!({ "otp_ids": [1] }),
            "otp_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({}),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": [] }),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": {} }),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": ["a"] }),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": many(201, "a") }),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": [{}] }),
            "user_name",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({}),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({ "user_ids": [] }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({ "user_ids": API_TEST }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({ "user_ids": many(101, API_TEST) }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({ "user_ids": [null] }),
            "user_ids",
        ),
        ("POST", format!("{PROJECT}/groups"), json!({}), "group_name"),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "" }),
            "group_name",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "组".repeat(65) }),
            "group_name",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "组".repeat(64), "platform_type": "AD" }),
            "201",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "g" }),
            "platform_type",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "g", "platform_type": "UOS" }),
            "platform_type",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "g", "platform_type": "AD", "description": "d".repeat(256) }),
            "description",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({}),
            "200",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({ "group_name": "" }),
            "group_name",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({ "group_name": "design" }),
            "200",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({ "group_name": "empty" }),
            "400 WKS.00170201",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({ "description": 1 }),
            "description",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/batch-delete"),
            json!({ "group_ids": [] }),
            "group_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/batch-delete"),
            json!({ "group_ids": many(101, "g") }),
            "group_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "user_ids": [] }),
            "op_type",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "REMOVE" }),
            "op_type",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "ADD" }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "ADD", "user_ids": [] }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "ADD", "user_ids": many(51, API_TEST) }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "ADD", "user_ids": many(50, API_TEST) }),
            "204",
        ),
    ] {
        assert_eq!(
            outcome(&server, method, &path, &body.to_string()),
            expected,
            "{method} {path} {body}"
        );
    }
    let password = |query: &str| {
        server
            .get(&format!("{user}/random-password?{query}"))
            .verdict()
    };
    for good in [
        "",
        "notification_type=email",
        "notification_type=email,phone",
        "notification_type=phone%2Cemail",
    ] {
        assert_eq!(password(good), "200", "{good}");
    }
    for bad in [
        "notification_type=sms",
        "notification_type=email,",
        "notification_type=Email",
        "notification_type=,",
    ] {
        assert_eq!(password(bad), "400 WKS.0001", "{bad}");
    }
}
