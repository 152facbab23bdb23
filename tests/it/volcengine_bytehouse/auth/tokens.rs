//! Temporary keys and their tokens.

use rollcall::signing::{AccessKey, volcengine};
use serde_json::json;

use super::super::target;
use super::{FORMS, presigned};
use crate::authentication::{self, EXPIRED, KEY, TEMPORARY, explained, now, send};
use crate::signing::Request;

#[test]
fn a_temporary_key_goes_with_its_token() {
    let server = authentication::server("strict");
    for form in FORMS {
        let check = |key, status, message: &str| {
            let answer = send(&server, &form(&target("ListUsers"), key, now()));
            let told = answer.json()["ResponseMetadata"]["Error"]["Message"].clone();
            let told = told.as_str().unwrap_or_default();
            assert_eq!((answer.status, told), (status, message), "{answer}");
        };
        check(TEMPORARY, 200, "");
        let token = |token| AccessKey { token, ..TEMPORARY };
        check(
            token(None),
            401,
            "Invalid secret token, msg: the security token is missing.",
        );
        check(
            token(Some("x")),
            401,
            "Invalid secret token, msg: the security token is invalid.",
        );
        check(
            EXPIRED,
            401,
            "Invalid secret token, msg: the security token is expired.",
        );
        // A token in a header that was added after the signing counts too.
        let late = form(&target("ListUsers"), token(None), now());
        let sent = |value: &str| send(&server, &late.clone().with("x-security-token", value));
        assert_eq!(sent(TEMPORARY.token.expect("a token")).verdict(), "200");
        assert_eq!(sent("x").verdict(), "401 InvalidSecretToken");
        // The token of a lasting key is not looked at.
        let needless = AccessKey {
            token: Some("any"),
            ..KEY
        };
        check(needless, 200, "");
    }
}

#[test]
fn an_unknown_key_with_a_token_is_told_of_the_token() {
    let server = authentication::server("strict");
    let key = AccessKey {
        id: "nobody",
        token: Some("any"),
        ..TEMPORARY
    };
    for form in FORMS {
        let answer = send(&server, &form(&target("ListUsers"), key, now()));
        let error = answer.json()["ResponseMetadata"]["Error"].take();
        assert_eq!(
            (answer.status, error),
            (
                401,
                json!({"CodeN": 100_026, "Code": "InvalidSecretToken", "Message": "Invalid secret token, msg: the security token is invalid."})
            )
        );
    }
}

/// A presigned query with the token of the temporary key, in one of the three forms that the SDKs write.
fn presigned_with_token(listed: bool, signed: bool, token: &str) -> Request {
    let bare = AccessKey {
        token: None,
        ..TEMPORARY
    };
    let mut request = presigned(&target("ListUsers"), bare, now());
    let (unsigned, _) = request
        .query
        .split_once("&X-Signature=")
        .expect("the signature comes last");
    let mut query = format!("{unsigned}&X-Security-Token={token}");
    let list = |query: &str| {
        query.replace(
            "X-NotSignBody%3BX-SignedHeaders",
            "X-NotSignBody%3BX-Security-Token%3BX-SignedHeaders",
        )
    };
    let with_list = list(&query);
    assert_ne!(with_list, query, "there is a list");
    if listed {
        query.clone_from(&with_list);
    }
    // What the client signs: all that its own list names, which form 3 does not send.
    request.query = format!("{query}&X-Signature=x");
    let signature = request.look(|sent| {
        let read = volcengine::read(sent).expect("it is signed, if not well");
        let read = match read.with_unlisted_token() {
            Some(with_token) if signed => with_token,
            _ => read,
        };
        let canonical = volcengine::canonical_request(sent, "/", &read).text();
        assert_eq!(canonical.contains(&format!("Token={token}")), signed);
        let string = volcengine::string_to_sign(&read.date, &read.scope, &canonical);
        volcengine::signature(TEMPORARY.secret, &read.scope, &string)
    });
    request.query = format!("{query}&X-Signature={signature}");
    request
}

#[test]
fn a_presigned_token_may_be_signed_listed_both_or_neither() {
    let server = authentication::server("strict");
    let token = TEMPORARY.token.expect("it is temporary");
    for (listed, signed) in [(false, false), (true, true), (false, true)] {
        let good = presigned_with_token(listed, signed, token);
        assert_eq!(send(&server, &good).verdict(), "200", "{listed} {signed}");
        // The token itself is checked as in a header.
        let wrong = presigned_with_token(listed, signed, "another");
        let refused = send(&server, &wrong).verdict();
        assert_eq!(refused, "401 InvalidSecretToken", "{listed} {signed}");
        // And the signature is checked all the same.
        let mut changed = good.clone();
        changed.query = changed.query.replace("ListUsers", "ListRoles");
        let refused = send(&server, &changed).verdict();
        assert_eq!(refused, "401 SignatureNotMatch", "{listed} {signed}");
    }
}

#[test]
fn a_presigned_token_that_another_list_names_is_explained() {
    let server = authentication::server("strict");
    let token = TEMPORARY.token.expect("it is temporary");
    // Signed with the token in the list, and sent with a list that has lost it.
    let mut request = presigned_with_token(true, true, token);
    request.query = request
        .query
        .replace("X-Security-Token%3BX-SignedHeaders", "X-SignedHeaders");
    let answer = send(&server, &request);
    assert_eq!(answer.verdict(), "401 SignatureNotMatch");
    let metadata = answer.json()["ResponseMetadata"].take();
    let id = metadata["RequestId"].as_str().expect("an id").to_owned();
    let found = explained(&server, &id)["signature"].clone();
    assert_eq!(found["finding"], "token-unlisted", "{found}");
    assert_eq!(
        found["sentence"],
        "signature matches if the session token is signed, but X-SignedQueries does not list it"
    );
}
