//! Ids that a client did not fill in, of every operation of every provider: refused in the provider's words, and named
//! in the journal.

use serde_json::Value;

use crate::client::Answer;
use crate::huawei_workspace::explanation;
use crate::server::{Server, demo};

/// What every provider says to a malformed parameter.
fn refusal(provider: &str, parameter: &str) -> &'static str {
    match (provider, parameter) {
        ("huawei-workspace", _) => "400 WKS.0001",
        ("huawei-rocketmq", "project_id") => "400 DMS.00400002",
        ("huawei-rocketmq", "instance_id") => "400 DMS.00400030",
        ("huawei-rocketmq", _) => "400 DMS.00400800",
        ("huawei-iam", _) => "400 400",
        ("aliyun-ehpc", _) => "400 InvalidParams",
        ("volcengine-bytehouse", _) => "400 Bad Request",
        ("qingcloud-ehpc", _) => "200 1100",
        _ => panic!("a provider that no line is for: {provider}"),
    }
}

#[track_caller]
fn check(server: &Server, provider: &str, parameter: &str, answer: &Answer) {
    let expected = refusal(provider, parameter);
    assert_eq!(answer.verdict(), expected, "{parameter}: {answer}");
    let told = explanation(server);
    let sentence = format!("the client did not fill in {{{parameter}}}");
    assert!(told.contains(&sentence), "{told}");
}

/// An operation's path with one parameter left as it stands in the table.
fn path_without(path: &str, parameter: &str) -> String {
    let filled = [
        ("project_id", "0bec5db98280d2d02fd6c00c2de791ce"),
        ("instance_id", "68fdc9a8-805e-439d-8dd9-25adc1c58bf6"),
        ("engine", "reliability"),
        ("user_name", "test_01"),
        ("user_id", "8a2c3f9579d240820179d51e6caf0001"),
        ("group_id", "8a2c3f9579d240820179d51e6cb00001"),
        ("topic", "orders"),
        ("group", "order-workers"),
        ("idp_id", "okta"),
        ("protocol_id", "oidc"),
    ];
    let path = filled
        .iter()
        .filter(|(name, _)| *name != parameter)
        .fold(path.to_owned(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value)
        });
    path.replace('{', "%7B").replace('}', "%7D")
}

fn names(operation: &Value, places: &[&str]) -> Vec<String> {
    let parameters = operation["parameters"].as_array().expect("parameters");
    parameters
        .iter()
        .filter(|parameter| places.contains(&parameter["in"].as_str().expect("a place")))
        .map(|parameter| parameter["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn an_id_that_the_client_did_not_fill_in_is_refused_by_every_operation() {
    let server = demo();
    let mut checked = 0;
    for provider in server
        .get("/_rollcall/providers")
        .json()
        .as_array()
        .expect("a list")
    {
        let id = provider["id"].as_str().expect("an id");
        let table = server.get(&format!("/_rollcall/providers/{id}")).json();
        for operation in table["operations"].as_array().expect("operations") {
            let method = operation["methods"][0].as_str().expect("a method");
            let path = operation["path"].as_str().expect("a path");
            let common = match path {
                "/" => format!(
                    "Action={}&Version={}",
                    operation["name"].as_str().expect("a name"),
                    operation["version"].as_str().expect("a version")
                ),
                _ => "zone=jn1a&timestamp=2026-01-02T03:04:05Z".to_owned(),
            };
            // Another engine has another path, and an unfilled one is an unknown path.
            for parameter in names(operation, &["path"])
                .iter()
                .filter(|name| *name != "engine")
            {
                let target = format!("/{id}{}", path_without(path, parameter));
                let answer = server.send(method, &target, &[], b"");
                check(&server, id, parameter, &answer);
                checked += 1;
            }
            let queries = names(operation, &["query", "query or body"]);
            let is_id = |name: &str| {
                name.to_lowercase().ends_with("id") || name.to_lowercase().ends_with("ids")
            };
            for parameter in queries.iter().filter(|name| is_id(name)) {
                let target = format!("/{id}{}", path_without(path, ""));
                let placeholder = format!("{parameter}=%7B{parameter}%7D");
                let answer = server.send(
                    method,
                    &format!("{target}?{common}&{placeholder}"),
                    &[],
                    b"",
                );
                check(&server, id, parameter, &answer);
                checked += 1;
                if path == "/" {
                    let answer = server.post_form(&format!("{target}?{common}"), &placeholder);
                    check(&server, id, parameter, &answer);
                }
            }
        }
    }
    assert!(90 < checked, "{checked} placeholders were sent");
}

#[test]
fn a_brace_anywhere_in_an_id_is_refused_and_braces_elsewhere_are_data() {
    let server = demo();
    let project = "/v2/0bec5db98280d2d02fd6c00c2de791ce";
    for id in ["8a2c%7B", "x-{user_id}", "%7Bid", "id%7d"] {
        let answer = server.get(&format!("{project}/users/{id}"));
        assert_eq!(answer.verdict(), "400 WKS.0001", "{id}");
        assert!(answer.text().contains("user_id"), "{answer}");
    }
    assert!(explanation(&server).contains("no id has a brace"));
    let answer = server.get(&format!(
        "{project}/users?description=%7Bx%7D&user_name=%7B"
    ));
    assert_eq!(answer.verdict(), "200");
    let answer = server.json(
        "POST",
        &format!("{project}/users"),
        r#"{"user_name":"braces","user_email":"a@b.c","description":"{x}"}"#,
    );
    assert_eq!(answer.status, 201, "{answer}");
}
