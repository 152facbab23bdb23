//! The requests that clients were seen to send, byte for byte: the vectors of the contract.

use rollcall::clock::{Setting, Time};

use super::{CLUSTER, COMMON, EHPC, PASSWORD, column, names};
use crate::client::{Answer, exchange};
use crate::openapi::DOCUMENTS;
use crate::server::{Server, demo, frozen, with};

#[track_caller]
fn send(server: &Server, request: &str) -> Answer {
    exchange(server.address(), request.as_bytes(), 1)
        .pop()
        .expect("an answer")
}

/// A server that verifies, with a sample's key at a sample's time.
fn strict(credential: &str, time: &str) -> Server {
    let options = frozen()
        .clock(Setting::Fixed(
            Time::parse_rfc3339(time).expect("a valid time"),
        ))
        .credentials(vec![credential.parse().expect("a credential")]);
    with(options.auth("strict").expect("a mode"))
}

/// What most samples were signed with, and when.
fn strict_for_samples() -> Server {
    strict("test-ak:test-sk", "2026-01-02T03:04:05Z")
}

/// The signature on the wire is base64, then encoded once by the SDK and twice by the vendor's samples.
#[test]
fn the_vendors_samples_in_their_own_signature_dialect() {
    let published = strict(
        "QYACCESSKEYIDEXAMPLE:SECRETACCESSKEY",
        "2021-08-19T16:44:40Z",
    );
    let server = strict_for_samples();
    let auth = "access_key_id=test-ak&signature_method=HmacSHA256&signature_version=1&timestamp=2026-01-02T03%3A04%3A05Z&version=1&zone=jn1a";
    let v0 = "GET /api/cluster/list?access_key_id=QYACCESSKEYIDEXAMPLE&signature_method=HmacSHA256&signature_version=1&timestamp=2021-08-19T16%3A44%3A40Z&version=1&zone=jn1a&signature=W68niby0THV%252BXsKcRxuGblFm2a4XbTdto129JkSH2%252FM%253D HTTP/1.1\r\nHost: hpc.api.qingcloud.com\r\n\r\n";
    assert_eq!(send(&published, v0).verdict(), "200");
    assert_eq!(send(&server, v0).verdict(), "200 1300");
    let v1 = format!(
        "GET /api/user?{auth}&cluster_id={CLUSTER}&limit=10&offset=0&signature=F978PUMjP5%252BYhieFZUxX6IateOTExoUH6DLEHVT6xDs%253D HTTP/1.1\r\nHost: hpc.api.qingcloud.com\r\nUser-Agent: python-requests/2.26.0\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n"
    );
    assert_eq!(names(&send(&server, &v1)).len(), 10);
    let v2 = format!(
        "GET /api/user?{auth}&cluster_id={CLUSTER}&search_word=li+wei+%E6%9D%8E~%2A&signature=ReI0R50az3ZTa0%252F9G2cA8faNwBNGdA9bbmqUp%252FPH420%253D HTTP/1.1\r\nHost: x\r\n\r\n"
    );
    assert_eq!(send(&server, &v2).json()["total_count"], 0);
    let v4 = format!(
        "GET /api/user/?access_key_id=test-ak&cluster_id={CLUSTER}&signature_method=HmacSHA1&signature_version=1&timestamp=2026-01-02T03%3A04%3A05Z&version=1&zone=jn1a&signature=oRNyAbMgfNUumwmwgCOsX6Smk60%253D HTTP/1.1\r\nHost: x\r\n\r\n"
    );
    assert_eq!(send(&server, &v4).verdict(), "200");
}

/// `requests.post(url, data=json.dumps(...))` sets no content type.
#[test]
fn the_vendors_post_has_a_json_body_without_a_content_type() {
    let server = strict_for_samples();
    let body = r#"{"cluster_id": "hpc-qig9xu97", "username": "isabel", "password": "kUISjs@kkkkkk!1", "zone": "jn1a"}"#;
    let request = format!(
        "POST /api/user/addUser?access_key_id=test-ak&signature_method=HmacSHA256&signature_version=1&timestamp=2026-01-02T03%3A04%3A05Z&version=1&zone=jn1a&signature=x0hYeRddS6omuQ%252FU9IonqiKB1Ji8x4QqzmNDzx5EjFA%253D HTTP/1.1\r\nHost: hpc.api.qingcloud.com\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(send(&server, &request).verdict(), "200");
    assert_eq!(send(&server, &request).verdict(), "200 2110");
}

/// curl calls every body a form.
#[test]
fn json_is_json_whatever_its_content_type_says() {
    let server = demo();
    let body = format!(" \r\n{{\"cluster_id\":\"{EHPC}\",\"username\":\"isabel\"}}");
    for content_type in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/json; charset=utf-8",
        "",
    ] {
        let answer = server.send(
            "POST",
            &format!("/api/user/deleteUser?{COMMON}"),
            &[("content-type", content_type)],
            body.as_bytes(),
        );
        let expected = if content_type == "application/x-www-form-urlencoded" {
            "200"
        } else {
            "200 2100"
        };
        assert_eq!(answer.verdict(), expected, "{content_type}");
    }
}

/// The platform's other APIs are none of rollcall's; their clients get the answer to an unknown action that they can read.
#[test]
fn a_call_of_the_platforms_other_apis_is_an_unknown_action() {
    let server = demo();
    let signed = "access_key_id=test-ak&signature_method=HmacSHA256&signature_version=1&version=1&zone=pek3a&time_stamp=2024-05-20T08%3A30%3A00Z&signature=x";
    for (target, path) in [
        (
            format!("/iaas/?action=DescribeInstances&{signed}"),
            "/iaas/",
        ),
        (
            "/iaas/?action=DescribeInstances&version=1&zone=pek3a".to_owned(),
            "/iaas/",
        ),
        (format!("/v1/clusters?{signed}"), "/v1/clusters"),
        (format!("/?action=DescribeInstances&{signed}"), "/"),
    ] {
        let answer = server.get(&target);
        assert_eq!(answer.verdict(), "200 1101", "{target}: {answer}");
        assert_eq!(
            answer.json()["message"],
            format!("InvalidRequestMethod, unknown action [{path}]")
        );
    }
    let form = format!("action=DescribeInstances&{signed}");
    assert_eq!(server.post_form("/iaas/", &form).verdict(), "200 1101");
    assert_eq!(server.post_form("/v1/x", &form).verdict(), "200 1101");
    let newest = server.get("/_rollcall/journal?limit=1").json()["entries"][0].clone();
    assert_eq!(newest["provider"], "qingcloud-ehpc", "{newest}");
    // Another cloud's client would take a 200 for a success, whatever its body says.
    let foreign = server.send(
        "GET",
        "/api/v1/clusters",
        &[("authorization", "ACS3-HMAC-SHA256 Credential=x")],
        b"",
    );
    assert_eq!(foreign.status / 100, 4, "{foreign}");
    let newest = server.get("/_rollcall/journal?limit=1").json()["entries"][0].clone();
    assert_eq!(newest["provider"], "aliyun-ehpc", "{newest}");
}

#[test]
fn the_iaas_sdk_gets_a_list() {
    let server = strict_for_samples();
    let s1 = "GET /api/user?access_key_id=test-ak&action=HpcUserListUsers&cluster_id=hpc-qig9xu97&limit=10&offset=0&req_id=r1&signature_method=HmacSHA256&signature_version=1&time_stamp=2026-01-02T03%3A04%3A05Z&version=1&zone=jn1a&signature=IEE9mpbeKS%2Fcd8TSjViewiuJFnLUuWdcHXO3E8oc%2FSk%3D HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(names(&send(&server, s1)).len(), 10);
    let s2 = "GET /api/user?access_key_id=test-ak&action=HpcUserListUsers&cluster_id=hpc-qig9xu97&req_id=r2&search_word=li%20wei%20%E6%9D%8E~%2A%27%2F%2B&signature_method=HmacSHA256&signature_version=1&time_stamp=2026-01-02T03%3A04%3A05Z&version=1&zone=jn1a&signature=fET%2B%2FNYN0YD%2BtOQI0PbyWkMLD%2FU5FLj833gUCMoJKHE%3D HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(send(&server, s2).json()["total_count"], 0);
}

#[test]
fn the_iaas_sdk_posts_a_form() {
    let s3 = "cluster_id=hpc-qig9xu97&username=isabel&password=kUISjs%40kkkkkk%211&req_id=r3&action=HpcUserAddUser&zone=jn1a&access_key_id=test-ak&signature_version=1&version=1&time_stamp=2026-01-02T03%3A04%3A05Z&signature_method=HmacSHA256&signature=uk4tnkKkQ1GJqSsA2nA3L1763Z4cZyVjttvkF8gN4%2Bs%3D";
    let post = |server: &Server, path: &str, form: &str| {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\nContent-Length: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nAccept: text/plain\r\nConnection: Keep-Alive\r\n\r\n{form}",
            form.len()
        );
        send(server, &request)
    };
    let added = post(&strict_for_samples(), "/api/user/addUser", s3);
    assert_eq!(added.verdict(), "200", "{added}");
    // What follows changes the form and not its signature.
    let server = demo();
    let post = |path: &str, form: &str| post(&server, path, form);
    assert_eq!(post("/api/user/addUser", s3).verdict(), "200");
    assert_eq!(post("/api/user/addUser", s3).verdict(), "200 2110");
    let modify = s3
        .replace("&password=", "&new_password=")
        .replace("AddUser", "ModifyUser");
    assert_eq!(post("/api/user/modifyUser", &modify).verdict(), "200");
    assert_eq!(
        post("/api/user/deleteUser", &s3.replace("AddUser", "DeleteUser")).verdict(),
        "200"
    );
    assert_eq!(
        post("/api/user/addUser", "").json()["message"],
        "InvalidRequestFormat, missing parameter [timestamp]"
    );
    assert_eq!(
        post("/api/user/addUser", &s3.replace("&zone=jn1a", "")).json()["message"],
        "InvalidRequestFormat, missing parameter [zone]"
    );
    assert_eq!(
        post(
            "/api/user/addUser",
            &s3.replace("username=isabel", "username=%00")
        )
        .json()["message"],
        "InvalidRequestFormat, illegal username [\u{0}]"
    );
}

/// The SDK writes a list as `key.1`, `key.2`.
#[test]
fn the_iaas_sdk_looks_jobs_up_by_a_list() {
    let answer = demo().get("/api/operation?access_key_id=test-ak&action=HpcOperationListOperation&jobs.1=j-2awn7xwq815&jobs.2=j-nmxc59kep40&req_id=r1&time_stamp=2026-01-02T03%3A04%3A05Z&version=1&zone=jn1a");
    assert_eq!(
        column(&answer, "job_set", "job_id"),
        ["j-2awn7xwq815", "j-nmxc59kep40"]
    );
}

/// The SDK keeps its connection, and the Go SDK compares the whole content type.
#[test]
fn answers_come_one_after_another_on_one_connection_and_without_a_charset() {
    let server = demo();
    let list = format!("GET /api/user?{COMMON}&limit=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    let unknown = "GET /api/x HTTP/1.1\r\nHost: x\r\n\r\n".to_owned();
    let body = format!(r#"{{"cluster_id":"{EHPC}","username":"kept","password":"{PASSWORD}"}}"#);
    let add = format!(
        "POST /api/user/addUser?{COMMON} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answers = exchange(
        server.address(),
        [list.clone(), unknown, add, list].concat().as_bytes(),
        4,
    );
    let verdicts: Vec<_> = answers.iter().map(Answer::verdict).collect();
    assert_eq!(verdicts, ["200", "200 1101", "200", "200"]);
    for answer in &answers {
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(
            answer.header("content-length"),
            Some(answer.body.len().to_string().as_str())
        );
    }
}

#[test]
fn every_operation_and_parameter_is_in_the_openapi_document() {
    let (_, document) = DOCUMENTS
        .iter()
        .find(|(id, _)| id == "qingcloud-ehpc")
        .expect("openapi/qingcloud-ehpc.yaml");
    let table = demo().get("/_rollcall/providers/qingcloud-ehpc").json();
    let operations = table["operations"].as_array().expect("a list");
    assert_eq!(
        document["paths"].as_object().map(serde_json::Map::len),
        Some(operations.len())
    );
    for operation in operations {
        let method = operation["methods"][0]
            .as_str()
            .expect("a string")
            .to_lowercase();
        let documented = &document["paths"][operation["path"].as_str().expect("a string")][&method];
        assert_eq!(documented["operationId"], operation["name"]);
        let schema = documented.pointer("/requestBody/content/application~1json/schema/$ref");
        let body =
            schema.and_then(|pointer| document.pointer(pointer.as_str()?.trim_start_matches('#')));
        let in_query: Vec<_> = documented["parameters"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| match row["$ref"].as_str() {
                Some(pointer) => &document
                    .pointer(pointer.trim_start_matches('#'))
                    .expect("it leads somewhere")["name"],
                None => &row["name"],
            })
            .collect();
        for parameter in operation["parameters"].as_array().expect("a list") {
            let name = parameter["name"].as_str().expect("a string");
            let in_body = body.is_some_and(|schema| schema["properties"].get(name).is_some());
            assert!(
                in_body || in_query.contains(&&parameter["name"]),
                "{} {name}",
                operation["name"]
            );
        }
    }
}
