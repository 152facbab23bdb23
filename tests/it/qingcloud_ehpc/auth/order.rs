//! What lenient and strict ask, in their order.

use rollcall::signing::AccessKey;
use rollcall::signing::qingcloud::Dialect;

use super::{list, refused};
use crate::server::NOW;
use crate::signed::{self, KEY, TIME, by_qingcloud, send};
use crate::signing::Request;

/// Rows in the gateway's order: each call makes every mistake of the rows below it too, so a pass says that the row's own
/// came first.
const IN_ORDER: [(&str, &str, &str, &str); 15] = [
    (
        "GET",
        "/api/users",
        "",
        "InvalidRequestMethod, unknown action [/api/users]",
    ),
    (
        "PUT",
        "/api/user",
        "",
        "InvalidRequestMethod, unknown action [/api/user]",
    ),
    (
        "POST",
        "/api/user/addUser",
        "{",
        "InvalidRequestFormat, request body should be json",
    ),
    (
        "GET",
        "/api/user",
        "",
        "InvalidRequestFormat, missing parameter [timestamp]",
    ),
    (
        "GET",
        "/api/user?timestamp=x",
        "",
        "InvalidRequestFormat, illegal timestamp format [x]",
    ),
    (
        "GET",
        "/api/user?timestamp=2021-08-19T16:44:40Z",
        "",
        "InvalidRequestFormat, missing parameter [zone]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z",
        "",
        "InvalidRequestFormat, missing parameter [access_key_id]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z&access_key_id=nobody",
        "",
        "InvalidRequestFormat, missing parameter [signature]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z&access_key_id=nobody&signature=x&signature_method=",
        "",
        "InvalidRequestFormat, missing parameter [signature_method]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z&access_key_id=nobody&signature=x&signature_method=None",
        "",
        "InvalidRequestFormat, illegal parameter [signature_method]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z&access_key_id=nobody&signature=x&signature_method=HmacSHA1",
        "",
        "InvalidRequestFormat, missing parameter [signature_version]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z&access_key_id=nobody&signature=x&signature_method=HmacSHA1&signature_version=2",
        "",
        "InvalidRequestFormat, illegal parameter [signature_version]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z&access_key_id=nobody&signature=x&signature_method=HmacSHA1&signature_version=1",
        "",
        "InvalidRequestFormat, missing parameter [version]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z&access_key_id=nobody&signature=x&signature_method=HmacSHA1&signature_version=1&version=2",
        "",
        "InvalidRequestFormat, illegal parameter [version]",
    ),
    (
        "GET",
        "/api/user?zone=z&timestamp=2021-08-19T16:44:40Z&access_key_id=nobody&signature=x&signature_method=HmacSHA1&signature_version=1&version=1&limit=x",
        "",
        "InvalidRequestFormat, parameter [limit] should be integer",
    ),
];

#[test]
fn lenient_asks_for_parameters_that_are_there_and_legal_in_order() {
    let server = signed::server("lenient");
    for (method, target, body, message) in IN_ORDER {
        refused(&server.json(method, target, body), message);
    }
}

#[test]
fn strict_goes_on_to_the_time_the_key_the_signature_and_what_the_key_may() {
    let server = signed::server("strict");
    let (last, before) = IN_ORDER.split_last().expect("there are rows");
    for (method, target, body, message) in before {
        refused(&server.json(method, target, body), message);
    }
    // Every mistake of the following rows at once, then one fewer each time.
    let complete = last.1;
    refused(
        &server.get(complete),
        "RequestHasExpired, request [2021-08-19T16:44:40Z] has expired",
    );
    let in_time = complete.replace("2021-08-19T16:44:40Z", NOW);
    refused(
        &server.get(&in_time),
        "AuthFailure, illegal access key [nobody]",
    );
    refused(
        &server.get(&in_time.replace("nobody", "read-ak")),
        "AuthFailure, signature not matched",
    );
    let write = |key: &AccessKey<'_>, body: &str| {
        let request = Request::new("POST", "/api/user/addUser?zone=z", body);
        send(&server, &by_qingcloud(request, key, TIME, Dialect::Ehpc))
    };
    let reader = signed::key("read-ak", "s3cr3t-of-read-ak");
    refused(
        &write(&reader, "{}"),
        "PermissionDenied, IAM authorization evaluate deny",
    );
    refused(
        &write(&KEY, "{}"),
        "InvalidRequestFormat, missing parameter [cluster_id]",
    );
    let read = by_qingcloud(list(), &reader, TIME, Dialect::Ehpc);
    assert_eq!(send(&server, &read).verdict(), "200");
}
