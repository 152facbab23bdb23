//! What the tables say of parameters, held against the decoders and against openapi/: a probe at each bound, and just beyond it.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::client::Answer;
use crate::openapi::{DOCUMENTS, keys};
use crate::server::{Server, demo};

const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
const INSTANCE: &str = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6";

/// One parameter of one operation, as `GET /_rollcall/providers/{id}` describes them.
struct Row {
    provider: String,
    operation: Value,
    parameter: Value,
}

impl Row {
    fn name(&self) -> &str {
        self.parameter["name"].as_str().expect("a name")
    }

    fn title(&self) -> String {
        let operation = self.operation["name"].as_str().expect("a name");
        format!("{} {operation}.{}", self.provider, self.name())
    }

    fn bound(&self, name: &str) -> u64 {
        self.parameter["bounds"][name].as_u64().expect("a bound")
    }
}

/// Every parameter of every provider.
fn rows(server: &Server) -> Vec<Row> {
    let list = server.get("/_rollcall/providers").json();
    let mut rows = Vec::new();
    for summary in list.as_array().expect("a list") {
        let id = summary["id"].as_str().expect("an id");
        let provider = server.get(&format!("/_rollcall/providers/{id}")).json();
        for operation in provider["operations"].as_array().expect("a table") {
            for parameter in operation["parameters"].as_array().expect("a table") {
                rows.push(Row {
                    provider: id.to_owned(),
                    operation: operation.clone(),
                    parameter: parameter.clone(),
                });
            }
        }
    }
    rows
}

/// A value that the demo's service takes for a required parameter.
fn valid(provider: &str, version: &str, operation: &str, name: &str) -> Value {
    match (provider, name) {
        ("qingcloud-ehpc", "timestamp") => json!("2026-01-02T03:04:05Z"),
        ("qingcloud-ehpc", "zone") => json!("jn1a"),
        ("qingcloud-ehpc", "cluster_id") => json!("ehpc-8jqdq0mz"),
        ("qingcloud-ehpc", "username") => json!("probe"),
        ("qingcloud-ehpc", "password" | "new_password") => json!("Probe1234567"),
        ("volcengine-bytehouse", "Action") => json!(operation),
        ("volcengine-bytehouse", "Version") => json!(version),
        (_, "project_id") => json!(PROJECT),
        (_, "instance_id") => json!(INSTANCE),
        (_, "group" | "topic" | "engine") => json!("rocketmq"),
        ("huawei-workspace", "user_id") => json!("8a2c3f9579d240820179d51e6caf0001"),
        ("huawei-workspace", "group_id") => json!("8a2c3f9579d240820179d51e6cb00001"),
        ("huawei-rocketmq", "access_key" | "user_name") => json!("probe_key"),
        ("huawei-rocketmq", "secret_key") => json!("Probe-Secret-1"),
        ("huawei-workspace", "user_name") => json!("probe"),
        ("huawei-workspace", "user_email") => json!("p@b.example"),
        ("huawei-workspace", "group_name") => json!("probes"),
        ("huawei-workspace", "platform_type") => json!("LOCAL"),
        ("huawei-workspace", "op_type") if operation.contains("Group") => json!("ADD"),
        ("huawei-workspace", "op_type") => json!("LOCK"),
        ("huawei-workspace", "user_ids" | "group_ids") => json!(["no-such-id"]),
        ("huawei-workspace", "users") => {
            json!([{ "user_name": "probe", "user_email": "p@b.example" }])
        }
        ("aliyun-ehpc", "ClusterId") if version == "2018-04-12" => json!("ehpc-hz-vu7c2WkVGx"),
        ("aliyun-ehpc", "ClusterId") => json!("ehpc-hz-Next240730"),
        ("aliyun-ehpc", "User.N.Name" | "UserName") => json!("probe.user"),
        ("aliyun-ehpc", "User.N.Group") => json!("users"),
        ("aliyun-ehpc", "User.N.Password") => json!("Probe1234"),
        ("aliyun-ehpc", "RegionId") => json!("cn-hangzhou"),
        ("aliyun-ehpc", "User") => json!("[]"),
        ("huawei-iam", "auth.identity.methods") => json!(["token"]),
        _ => panic!("{provider} {operation}: a test value for the required {name} is missing here"),
    }
}

/// A text of that many characters, of the kind that the parameter takes.
fn text(name: &str, length: usize) -> String {
    let lower = name.to_ascii_lowercase();
    let filled = |beginning: &str, end: &str| {
        let fill = length.saturating_sub(beginning.len() + end.len());
        let text = format!("{beginning}{}{end}", "a".repeat(fill));
        text.chars().take(length).collect()
    };
    match () {
        () if lower.contains("password") || lower == "secret_key" => filled("Aa1!", ""),
        () if lower.contains("email") => filled("", "@b.example"),
        () if lower.contains("phone") => "1".repeat(length),
        () => filled("a", ""),
    }
}

/// A value of the parameter that measures as much.
fn probe(row: &Row, measure: u64) -> Value {
    let count = usize::try_from(measure).expect("a small number");
    let kind = row.parameter["type"].as_str().expect("a type");
    let operation = row.operation["name"].as_str().expect("a name");
    match row.parameter["bounds"]["of"].as_str() {
        Some("value") if row.parameter["in"] == "body" => json!(measure),
        Some("value") => json!(measure.to_string()),
        Some("characters") => json!(text(row.name(), count)),
        Some("items") => {
            let item = |number: usize| match (row.name(), operation) {
                ("users", _) => json!({
                    "user_name": format!("probe{number}"),
                    "user_email": "p@b.example",
                }),
                ("User", "CreateUsers") => json!({
                    "UserName": format!("probe.{number}"),
                    "Group": "users",
                    "Password": "Probe1234",
                }),
                ("User", _) => json!({ "UserName": format!("probe.{number}") }),
                _ => json!(format!("probe-{number}")),
            };
            let items: Vec<Value> = (0..count).map(item).collect();
            if kind.contains("as text") {
                json!(json!(items).to_string())
            } else {
                json!(items)
            }
        }
        other => panic!("{}: bounds of {other:?}", row.title()),
    }
}

/// Calls the operation with what it requires and the parameter set to that value.
fn call(server: &Server, row: &Row, value: &Value) -> Answer {
    let operation = &row.operation;
    let name = operation["name"].as_str().expect("a name");
    let version = operation["version"].as_str().expect("a version");
    let mut path = operation["path"].as_str().expect("a path").to_owned();
    let mut query: Vec<(String, String)> = Vec::new();
    let mut body = Map::new();
    let mut parameters = BTreeMap::new();
    for parameter in operation["parameters"].as_array().expect("a table") {
        let of = parameter["name"].as_str().expect("a name");
        // A user who activates an account needs an address, though no parameter is required by itself.
        let is_needed = name == "CreateDesktopUser" && of == "user_email";
        if parameter["required"] == true || is_needed {
            parameters.insert(of, (parameter, valid(&row.provider, version, name, of)));
        }
    }
    parameters.insert(row.name(), (&row.parameter, value.clone()));
    let has_action = row.provider == "aliyun-ehpc";
    if has_action {
        query.push(("Action".to_owned(), name.to_owned()));
        query.push(("Version".to_owned(), version.to_owned()));
    }
    for (name, (parameter, value)) in parameters {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        match parameter["in"].as_str().expect("a location") {
            "path" => {
                let encoded = utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string();
                path = path.replace(&format!("{{{name}}}"), &encoded);
            }
            "body" => put(&mut body, name, value),
            "header" => {}
            _ => query.push((name.replace(".N.", ".1."), text)),
        }
    }
    if row.name().starts_with("auth.identity.assume_role.") {
        put(&mut body, "auth.identity.methods", json!(["assume_role"]));
        let role = "auth.identity.assume_role";
        put(&mut body, &format!("{role}.agency_name"), json!("probe"));
        put(
            &mut body,
            &format!("{role}.domain_name"),
            json!("IAMDomain"),
        );
    }
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let target = if pairs.is_empty() {
        path
    } else {
        format!("{path}?{}", pairs.join("&"))
    };
    let method = operation["methods"][0].as_str().expect("a method");
    if body.is_empty() {
        return server.send(method, &target, &[], b"");
    }
    server.json(method, &target, &Value::Object(body).to_string())
}

/// Puts `a.b.c` where it belongs.
fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            object.insert(name.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = object
                .entry(first)
                .or_insert_with(|| Value::Object(Map::new()));
            put(inner.as_object_mut().expect("an object"), rest, value);
        }
    }
}

/// The code that the rule promises outside of the bounds: `WKS.0001` of `else 400 WKS.0001`.
fn promised(row: &Row) -> String {
    let rule = row.parameter["rule"].as_str().expect("a rule");
    let words: Vec<&str> = rule
        .split([' ', ';', ','])
        .filter(|word| !word.is_empty())
        .collect();
    let is_code = |word: &str| word.len() == 4 && word.starts_with(['1', '2']);
    // What is outside of the bounds is told of by the first "else", where there is one.
    let first = words.iter().position(|word| *word == "else").unwrap_or(0);
    for (index, word) in words.iter().enumerate().skip(first) {
        let is_status = word.len() == 3 && word.starts_with('4');
        if is_status {
            let next = words.get(index + 1).copied().unwrap_or_default();
            let is_name = next.starts_with(|letter: char| letter.is_ascii_uppercase());
            return if is_name { next } else { word }.to_owned();
        }
        if is_code(word) && index > 0 && words[index - 1] == "else" {
            return (*word).to_owned();
        }
    }
    panic!("{}: no code in {rule:?}", row.title());
}

/// Whether an answer is the refusal that the rule promises.
fn is_refused(answer: &Answer, code: &str) -> bool {
    if answer.body.is_empty() {
        return false;
    }
    let body = answer.json();
    let codes = [
        &body["error_code"],
        &body["Code"],
        &body["ret_code"],
        &body["ResponseMetadata"]["Error"]["Code"],
        &body["error"]["code"],
    ];
    codes.iter().any(|found| {
        let found = found
            .as_str()
            .map_or_else(|| found.to_string(), str::to_owned);
        found == code || found.starts_with(&format!("{code} "))
    })
}

#[test]
fn every_bound_is_where_the_table_says() {
    let server = demo();
    let mut wrong = Vec::new();
    let mut probes = 0;
    for row in rows(&server) {
        if row.parameter["bounds"].is_null() {
            continue;
        }
        let code = promised(&row);
        let (min, max) = (row.bound("min"), row.bound("max"));
        let mut check = |measure: u64, refused: bool| {
            let answer = call(&server, &row, &probe(&row, measure));
            probes += 1;
            if is_refused(&answer, &code) != refused {
                let (title, verdict) = (row.title(), answer.verdict());
                let wanted = if refused { "" } else { "anything but " };
                wrong.push(format!(
                    "{title} of {measure}: {verdict}, not {wanted}{code}"
                ));
            }
        };
        // An empty text is an absent one, which may be refused for that.
        if 0 < min || row.parameter["bounds"]["of"] == "value" {
            check(min, false);
        }
        // Where what is past the end is refused with the same code, so is the highest of all offsets.
        let rule = row.parameter["rule"].as_str().expect("a rule");
        if !rule.contains("past the end, but for 0") {
            check(max, false);
        }
        check(max + 1, true);
        // What is empty may count as absent, or be another address.
        if 1 < min {
            check(min - 1, true);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(100 < probes, "only {probes} probes");
}

/// The schema that a document gives a parameter of an operation, references followed.
fn schema(document: &Value, row: &Row) -> Option<Value> {
    let operation = &row.operation;
    let (path, name, version) = (
        operation["path"].as_str()?,
        operation["name"].as_str()?,
        operation["version"].as_str()?,
    );
    let method = operation["methods"][0].as_str()?.to_lowercase();
    let keys = keys(path, name, version);
    let item = keys
        .iter()
        .filter_map(|key| document["paths"].get(key))
        .find(|item| item.get(&method).is_some())?;
    let listed = [&item["parameters"], &item[&method]["parameters"]];
    for parameter in listed.into_iter().filter_map(Value::as_array).flatten() {
        let parameter = followed(document, parameter);
        if parameter["name"] == row.name() {
            return Some(followed(document, &parameter["schema"]));
        }
    }
    let body = followed(document, &item[&method]["requestBody"]);
    for content in body["content"].as_object()?.values() {
        let mut schema = followed(document, &content["schema"]);
        for part in row.name().split('.') {
            schema = property(document, &schema, part).unwrap_or(Value::Null);
        }
        if !schema.is_null() {
            return Some(schema);
        }
    }
    None
}

fn followed(document: &Value, part: &Value) -> Value {
    match part["$ref"].as_str() {
        Some(pointer) => {
            let target = document.pointer(pointer.trim_start_matches('#'));
            followed(
                document,
                target.unwrap_or_else(|| panic!("{pointer} leads nowhere")),
            )
        }
        None => part.clone(),
    }
}

/// A member of an object's schema, be it composed of several.
fn property(document: &Value, schema: &Value, name: &str) -> Option<Value> {
    if let Some(found) = schema["properties"].get(name) {
        return Some(followed(document, found));
    }
    let parts = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|word| schema[word].as_array())
        .flatten();
    parts
        .map(|part| followed(document, part))
        .find_map(|part| property(document, &part, name))
}

/// A keyword of a schema or of what it is composed of.
fn keyword(schema: &Value, name: &str) -> Option<Value> {
    if let Some(found) = schema.get(name) {
        return Some(found.clone());
    }
    let parts = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|word| schema[word].as_array())
        .flatten();
    parts.filter_map(|part| keyword(part, name)).next()
}

/// The types that a schema takes, those of a list's items included: a parameter that may repeat is a list of its values.
fn types(document: &Value, schema: &Value) -> Vec<String> {
    let of = |value: &Value| match value {
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        _ => "string",
    };
    let mut types: Vec<String> = match keyword(schema, "type") {
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    };
    let constants = keyword(schema, "const").into_iter();
    let listed = keyword(schema, "enum").unwrap_or_default();
    let values = constants.chain(listed.as_array().cloned().unwrap_or_default());
    types.extend(values.map(|value| of(&value).to_owned()));
    // In a query, true and false are texts.
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&whole).expect("a schema");
    if validator.is_valid(&json!("true")) && !validator.is_valid(&json!("maybe")) {
        types.push("boolean".to_owned());
    }
    if let Some(items) = keyword(schema, "items") {
        types.extend(self::types(document, &followed(document, &items)));
    }
    types
}

/// What checks values of a parameter with bounds, where its schema can say them.
fn measured(document: &Value, schema: &Value, row: &Row) -> Option<jsonschema::Validator> {
    let kind = row.parameter["type"].as_str().expect("a type");
    let says = match row.parameter["bounds"]["of"].as_str()? {
        "value" => kind == "integer",
        "items" => kind.starts_with("array"),
        _ => true,
    };
    if !says {
        return None;
    }
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    Some(jsonschema::validator_for(&schema).expect("a schema"))
}

#[test]
fn openapi_has_the_bounds_defaults_and_types_of_the_tables() {
    let server = demo();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for row in rows(&server) {
        let (_, document) = DOCUMENTS
            .iter()
            .find(|(name, _)| *name == row.provider)
            .expect("a document");
        let Some(schema) = schema(document, &row) else {
            continue;
        };
        let kind = row.parameter["type"].as_str().expect("a type");
        let types = types(document, &schema);
        compared += 1;
        if ["string", "integer", "boolean"].contains(&kind) && !types.iter().any(|t| t == kind) {
            wrong.push(format!("{}: {types:?}, not {kind}", row.title()));
        }
        if let Some(validator) = measured(document, &schema, &row) {
            let (min, max) = (row.bound("min"), row.bound("max"));
            let mut hold = |measure: u64, valid: bool| {
                compared += 1;
                let value = match probe(&row, measure) {
                    Value::String(digits) if kind == "integer" => json!(digits.parse::<u64>().ok()),
                    value => value,
                };
                if validator.is_valid(&value) != valid {
                    let word = if valid { "refuses" } else { "takes" };
                    wrong.push(format!("{}: openapi/ {word} {measure}", row.title()));
                }
            };
            hold(min, true);
            hold(max, true);
            hold(max + 1, false);
            if 1 < min {
                hold(min - 1, false);
            }
        }
        let default = row.parameter["default"].as_str().expect("a default");
        if let Some(documented) = keyword(&schema, "default") {
            let documented = documented
                .as_str()
                .map_or_else(|| documented.to_string(), str::to_owned);
            compared += 1;
            if documented != default {
                wrong.push(format!(
                    "{}: the default is {documented} in openapi/, {default:?} in the table",
                    row.title()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(150 < compared, "only {compared} comparisons");
}
