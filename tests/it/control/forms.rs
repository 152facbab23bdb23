//! What forms are made of: the operations that see and change records, values to choose from, and calls of values by their names.

use serde_json::{Value, json};

use super::{INSTANCE, PROJECT, ROCKETMQ, done, refused};
use crate::server::{Server, demo};

const SEED: &str = "/_rollcall/namespaces/default/seed";

fn values(server: &Server, query: &str) -> Value {
    done(&server.get(&format!("/_rollcall/namespaces/default/values?{query}")))
}

fn tried(server: &Server, call: Value) -> Value {
    done(&server.json("POST", "/_rollcall/try", &call.to_string()))
}

#[test]
fn records_name_operations_and_their_parameters() {
    let server = demo();
    for provider in done(&server.get("/_rollcall/providers"))
        .as_array()
        .expect("a list")
    {
        let id = provider["id"].as_str().expect("an id");
        let table = done(&server.get(&format!("/_rollcall/providers/{id}")));
        let kinds = provider["records"].as_array().expect("a list");
        assert!(!kinds.is_empty(), "{id}");
        for kind in kinds {
            let mut parameters = Vec::new();
            for what in ["list", "create", "update", "delete"] {
                let name = kind[what].as_str().expect("a name");
                assert!(what != "list" || !name.is_empty(), "{kind}");
                let mut operations = table["operations"].as_array().expect("a list").iter();
                let found = operations.find(|row| {
                    row["name"] == name
                        && (kind["version"] == "" || row["version"] == kind["version"])
                });
                assert!(name.is_empty() || found.is_some(), "{id} has no {name}");
                let rows = found.and_then(|row| row["parameters"].as_array());
                parameters.extend(rows.into_iter().flatten().map(|row| row["name"].clone()));
            }
            let named = kind["parameters"].as_object().expect("an object");
            for name in named
                .keys()
                .map(|name| json!(name))
                .chain([kind["under"].clone()])
            {
                assert!(name == "" || parameters.contains(&name), "{id}: {name}");
            }
        }
    }
}

#[test]
fn snippets_have_gaps_that_are_documented() {
    let server = demo();
    let known = [
        "url",
        "scheme",
        "host",
        "hostname",
        "port",
        "key",
        "secret",
        "namespace",
    ];
    for provider in done(&server.get("/_rollcall/providers"))
        .as_array()
        .expect("a list")
    {
        let id = provider["id"].as_str().expect("an id");
        let table = done(&server.get(&format!("/_rollcall/providers/{id}")));
        for snippet in table["snippets"].as_array().expect("a list") {
            let text = snippet["text"].as_str().expect("a text");
            let gaps: Vec<&str> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| Some(rest.split_once('}')?.0))
                .filter(|gap| gap.bytes().all(|byte| byte.is_ascii_lowercase()) && !gap.is_empty())
                .collect();
            assert!(!gaps.is_empty(), "{id}: {snippet}");
            for gap in gaps {
                // What JavaScript takes out of an answer, in a snippet for Node.
                let is_code = snippet["title"] == "Node" && gap == "users";
                assert!(
                    known.contains(&gap) || is_code,
                    "{id}: {{{gap}}} in {snippet}"
                );
            }
        }
    }
}

#[test]
fn values_are_those_of_the_namespace() {
    let server = demo();
    let known = values(&server, "provider=huawei-rocketmq");
    assert!(known["project_id"].get(PROJECT).is_some(), "{known}");
    assert!(
        known["instance_id"][INSTANCE]
            .as_str()
            .is_some_and(|name| !name.is_empty()),
        "{known}"
    );
    let older = values(&server, "provider=aliyun-ehpc&version=2018-04-12");
    let newer = values(&server, "provider=aliyun-ehpc&version=2024-07-30");
    assert!(
        older["ClusterId"].get("ehpc-hz-vu7c2WkVGx").is_some(),
        "{older}"
    );
    assert!(
        newer["ClusterId"].get("ehpc-hz-Next240730").is_some(),
        "{newer}"
    );
    assert!(
        newer["ClusterId"].get("ehpc-hz-vu7c2WkVGx").is_none(),
        "{newer}"
    );
    // Groups of Workspace are choosable by what its operations call them.
    assert!(
        values(&server, "provider=huawei-workspace")["group_id"]
            .as_object()
            .is_some_and(|ids| !ids.is_empty())
    );
    let many: Vec<Value> = (0..300)
        .map(|n| json!({ "Username": format!("many{n}") }))
        .collect();
    done(&server.json(
        "POST",
        SEED,
        &json!({ "volcengine-bytehouse": { "Users": many } }).to_string(),
    ));
    let known = values(&server, "provider=volcengine-bytehouse");
    assert_eq!(
        known["Username"].as_object().map(|names| names.len()),
        Some(200),
        "no more than a person can choose from"
    );
    done(&server.json(
        "POST",
        "/_rollcall/namespaces/default/reset",
        r#"{"to": "empty"}"#,
    ));
    assert_eq!(values(&server, "provider=huawei-rocketmq"), json!({}));
}

#[test]
fn values_of_what_is_not_there_are_a_problem() {
    let server = demo();
    let get = |target: &str| server.get(&format!("/_rollcall/namespaces/{target}"));
    refused(&get("default/values"), 400, "", "provider");
    refused(
        &get("default/values?provider=nobody"),
        400,
        "",
        "unknown provider",
    );
    refused(
        &get("default/values?provider=huawei-iam&versoin=1"),
        400,
        "",
        "versoin",
    );
    assert_eq!(get("none/values?provider=huawei-iam").status, 404);
    assert_eq!(
        values(&server, "provider=huawei-iam&version=nothing"),
        json!({})
    );
}

#[test]
fn values_go_where_the_table_has_them() {
    let server = demo();
    let instance = json!({ "project_id": PROJECT, "instance_id": INSTANCE });
    let mut create = instance.clone();
    create["access_key"] = "formed1".into();
    create["secret_key"] = "Secret-2026".into();
    create["admin"] = "true".into();
    create["white_remote_address"] = "".into();
    let told = tried(
        &server,
        json!({ "provider": ROCKETMQ, "operation": "CreateUser", "values": create }),
    );
    assert_eq!(told["response"]["status"], 200, "{told:#}");
    let sent = told["request"]["body"].as_str().expect("a text");
    assert!(sent.contains("\"admin\":true"), "{sent}");
    // An integer in the query, a list in a body, members of a list by their numbers.
    let mut list = instance;
    list["limit"] = "1".into();
    let told = tried(
        &server,
        json!({ "provider": ROCKETMQ, "operation": "ListUser", "values": list, "send": false }),
    );
    assert!(
        told["request"]["target"]
            .as_str()
            .expect("a text")
            .ends_with("/users?limit=1"),
        "{told:#}"
    );
    let told = tried(
        &server,
        json!({ "provider": "volcengine-bytehouse", "operation": "CreateRole", "send": false,
                "values": { "Name": "formed", "ClusterID": "137", "nothing": "[1]" } }),
    );
    assert!(
        told["request"]["target"]
            .as_str()
            .expect("a text")
            .contains("nothing=%5B1%5D"),
        "what the table does not know is sent as it is: {told:#}"
    );
    let users = json!({ "ClusterId": "ehpc-hz-vu7c2WkVGx", "User.1.Name": "formed.a", "User.1.Group": "users", "User.1.Password": "Secret-2026",
                        "User.2.Name": "formed.b", "User.2.Group": "users", "User.2.Password": "Secret-2026" });
    let told = tried(
        &server,
        json!({ "provider": "aliyun-ehpc", "operation": "AddUsers", "version": "2018-04-12", "values": users }),
    );
    assert_eq!(told["response"]["status"], 200, "{told:#}");
    let users = json!({ "ClusterId": "ehpc-hz-Next240730", "User": r#"[{"UserName": "formed", "Group": "users", "Password": "Secret-2026"}]"# });
    let told = tried(
        &server,
        json!({ "provider": "aliyun-ehpc", "operation": "CreateUsers", "values": users }),
    );
    assert_eq!(told["response"]["status"], 200, "{told:#}");
}

#[test]
fn values_that_are_no_such_thing_are_for_the_service_to_refuse() {
    let server = demo();
    let call = |values: Value| {
        tried(
            &server,
            json!({ "provider": ROCKETMQ, "operation": "CreateUser", "values": values }),
        )
    };
    let told = call(
        json!({ "project_id": PROJECT, "instance_id": INSTANCE, "access_key": "formed1", "secret_key": "Secret-2026", "admin": "perhaps" }),
    );
    assert!(
        told["request"]["body"]
            .as_str()
            .expect("a text")
            .contains("\"admin\":\"perhaps\""),
        "{told:#}"
    );
    assert_eq!(told["response"]["status"], 400, "{told:#}");
    let ask = |call: Value| server.json("POST", "/_rollcall/try", &call.to_string());
    let without = json!({ "provider": ROCKETMQ, "operation": "CreateUser", "values": {} });
    refused(
        &ask(without),
        400,
        "/parameters/path/project_id",
        "in its path",
    );
    let both = json!({ "provider": ROCKETMQ, "operation": "ListInstances", "values": {}, "parameters": {} });
    refused(&ask(both), 400, "/values", "give either parameters");
    let raw =
        json!({ "request": { "method": "GET", "target": "/" }, "scheme": "none", "values": {} });
    refused(&ask(raw), 400, "/values", "sent as given");
}

#[test]
fn a_mistake_in_a_seed_is_named_by_its_line_and_column() {
    let server = demo();
    let seed = |text: &str| server.json("POST", SEED, text);
    let text = "{\"volcengine-bytehouse\": {\n  \"Users\": [\n    {\"Username\": \"first\"},\n    {\"Username\": 7}\n  ]\n}}";
    let place = "/volcengine-bytehouse/Users/1/Username";
    refused(
        &seed(text),
        400,
        place,
        "line 4 column 18: at volcengine-bytehouse.Users[1].Username: ",
    );
    // Columns count characters, and begin again in each line.
    refused(
        &seed(
            "{\"volcengine-bytehouse\": {\"Users\": [{\"Description\": \"中文\", \"Username\": 7}]}}",
        ),
        400,
        "/volcengine-bytehouse/Users/0/Username",
        "line 1 column 71: ",
    );
    refused(
        &seed("\u{feff}{\n\"nobody\": {}}"),
        400,
        "/nobody",
        "line 2 column 11: ",
    );
    let stream = ("content-type", "application/x-ndjson");
    let lines = "{}\n{\"volcengine-bytehouse\": {\"Users\": [{\"Username\": 7}]}}\n";
    let answer = server.send("POST", SEED, &[stream], lines.as_bytes());
    refused(
        &answer,
        400,
        "/volcengine-bytehouse/Users/0/Username",
        "line 2 column 50: ",
    );
}
