//! What a request says about its signer, with nothing checked.

use super::target;
use crate::server::{Server, demo};

const SCOPE: &str = "/20240912/cn-guangzhou/bytehouse_ce/request";

fn signed(key: &str, scope: &str) -> String {
    format!(
        "HMAC-SHA256 Credential={key}{scope}, SignedHeaders=host;x-date, Signature={}",
        "0".repeat(64)
    )
}

#[track_caller]
fn region(server: &Server, target: &str, authorization: &str) -> String {
    let headers = [("authorization", authorization)];
    let answer = server.send("GET", target, &headers, b"");
    assert_eq!(answer.status, 200, "{answer}");
    answer.json()["ResponseMetadata"]["Region"]
        .as_str()
        .expect("a region")
        .to_owned()
}

#[test]
fn nothing_is_checked_and_the_region_is_that_of_the_scope() {
    let server = demo();
    let list = target("ListUsers");
    assert_eq!(
        region(&server, &list, &signed("any", SCOPE)),
        "cn-guangzhou"
    );
    for broken in [
        signed("any", ""),
        signed("any", "/20240912/cn-guangzhou/bytehouse_ce/requests"),
        signed("any", "/20240912//bytehouse_ce/request"),
        "HMAC-SHA256 ".to_owned(),
        "HMAC-SHA256 Credential".to_owned(),
        "Bearer x".to_owned(),
    ] {
        assert_eq!(region(&server, &list, &broken), "cn-beijing", "{broken}");
    }
    let presigned =
        format!("{list}&X-Credential=ak%2F20240912%2Fcn-shanghai%2Fbytehouse_ce%2Frequest");
    assert_eq!(region(&server, &presigned, ""), "cn-shanghai");
}

#[test]
fn the_suffix_of_the_access_key_names_the_namespace() {
    let server = demo();
    let delete = format!("{}&UserID=41820377", target("DeleteUser"));
    let show = format!("{}&Username=alice.chen", target("GetUserDetail"));
    let ask = |target: &str, authorization: &str| {
        let headers = [("authorization", authorization)];
        server.send("GET", target, &headers, b"").status
    };
    let key = signed("test-ak~suite7", SCOPE);
    assert_eq!(ask(&delete, &key), 200);
    assert_eq!(ask(&show, &key), 400);
    assert_eq!(ask(&show, ""), 200);
    let presigned = format!(
        "{show}&X-Credential=test-ak~suite7%2F20240912%2Fcn-beijing%2Fbytehouse_ce%2Frequest"
    );
    assert_eq!(ask(&presigned, ""), 400);
    assert_eq!(ask(&show, &signed("test-ak~Not A Name", SCOPE)), 400);
}
