//! Every row of the catalogue of errors: documented, raised by a call, and had as a fault.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::errors::answer_text;
use super::{ANOTHER, NOBODY, PROJECT, create, create_group};
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};

/// The error tables of the contracts, written out: huawei-workspace.md 5, then huawei-auth.md 7. Braces stand for what
/// depends on the call.
const DOCUMENTED: [(&str, u16, &str, &str); 40] = [
    (
        "BodyEmpty",
        400,
        "WKS.0001",
        "The request message input by the interface is empty.",
    ),
    (
        "BodyInvalid",
        400,
        "WKS.0001",
        "The request body is invalid.",
    ),
    (
        "ParameterInvalid",
        400,
        "WKS.0001",
        "The parameter {} is invalid.",
    ),
    (
        "UserNotFound",
        400,
        "WKS.00170312",
        "The user does not exist.",
    ),
    (
        "GroupNotFound",
        400,
        "WKS.00170208",
        "The user group does not exist.",
    ),
    (
        "UserExists",
        400,
        "WKS.00170301",
        "The user name already exists.",
    ),
    (
        "GroupExists",
        400,
        "WKS.00170201",
        "The user group name already exists.",
    ),
    (
        "UserQuotaExceeded",
        400,
        "WKS.00170302",
        "The number of users exceeds the limit.",
    ),
    (
        "TenantNotFound",
        400,
        "WKS.00170117",
        "The tenant does not exist.",
    ),
    (
        "ServiceDisabled",
        403,
        "WKS.00010099",
        "The Workspace service is disabled.",
    ),
    (
        "NoPermission",
        403,
        "WKS.00000403",
        "User does not have permission to access this resource.",
    ),
    (
        "BasicPolicyGroup",
        403,
        "WKS.00081102",
        "This is a basic policy group,can't be deleted.",
    ),
    (
        "MethodNotAllowed",
        405,
        "WKS.00000405",
        "The method specified in the request is not allowed for this resource.",
    ),
    (
        "Internal",
        500,
        "WKS.00211401",
        "The requested operation failed. Please try again later.",
    ),
    (
        "ServiceUnavailable",
        503,
        "WKS.00050902",
        "The service is now unavailable to process the request.",
    ),
    (
        "TokenMissing",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: x-auth-token not found",
    ),
    (
        "TokenInvalid",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: decrypt token fail",
    ),
    (
        "TokenExpired",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: token expires, expires_at: {}",
    ),
    (
        "AccessKeyUnknown",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: Unauthorized",
    ),
    (
        "AccessKeyNotExist",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: ak {} not exist",
    ),
    (
        "SignatureMismatch",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:{}",
    ),
    (
        "SignatureExpired",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: calc aksk signature fail:signature expired, signature time:{},server time:{}",
    ),
    (
        "AuthorizationMalformed",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: {}",
    ),
    (
        "AccessKeyLocked",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: AK access failed to reach the limit,forbidden.",
    ),
    (
        "UserNotAuthorized",
        403,
        "APIGW.0302",
        "The IAM user is not authorized to access the API.",
    ),
    (
        "AuthenticationIncorrect",
        401,
        "APIGW.0305",
        "Incorrect authentication information.",
    ),
    ("AccessDenied", 403, "APIGW.0306", "API access denied."),
    (
        "TokenMustBeUpdated",
        401,
        "APIGW.0307",
        "The token must be updated.",
    ),
    (
        "Throttled",
        429,
        "APIGW.0308",
        "The throttling threshold has been reached: policy user over ratelimit,limit:{},time:1 minute",
    ),
    (
        "ProjectUnavailable",
        403,
        "APIGW.0310",
        "The project is unavailable.",
    ),
    (
        "ApiNotFound",
        404,
        "APIGW.0101",
        "The API does not exist or has not been published in the environment",
    ),
    (
        "MethodNotRegistered",
        404,
        "APIGW.0101",
        "The API does not exist.",
    ),
    ("RequestError", 400, "APIGW.0201", "API request error."),
    (
        "BodyTooLarge",
        413,
        "APIGW.0201",
        "Request entity too large.",
    ),
    ("UriTooLarge", 414, "APIGW.0201", "Request URI too large."),
    (
        "HeadersTooLarge",
        494,
        "APIGW.0201",
        "Request headers too large.",
    ),
    (
        "BackendUnavailable",
        502,
        "APIGW.0201",
        "Backend unavailable.",
    ),
    ("BackendTimeout", 504, "APIGW.0201", "Backend timeout."),
    (
        "GatewayInternal",
        500,
        "APIGW.0601",
        "Internal server error.",
    ),
    (
        "IamUnavailable",
        503,
        "APIGW.0613",
        "The IAM service is currently unavailable.",
    ),
];

/// An answer is the documented one of that name; `detail` is what the braces stand for.
#[track_caller]
fn is_documented(answer: &Answer, name: &str, detail: &str) {
    let (_, status, code, message) = DOCUMENTED
        .into_iter()
        .find(|(known, ..)| *known == name)
        .unwrap_or_else(|| panic!("{name} is not documented"));
    assert_eq!(answer.verdict(), format!("{status} {code}"), "{name}");
    let message = message.replace("{}", detail);
    assert_eq!(answer_text(answer, "error_msg"), message, "{name}");
}

/// The rows of the catalogue, as the control plane shows them.
fn rows(server: &Server) -> Vec<Value> {
    let rows = server
        .get("/_rollcall/errors?provider=huawei-workspace")
        .json();
    rows.as_array().expect("rows").clone()
}

#[test]
fn the_catalogue_is_the_documented_tables() {
    let rows = rows(&demo());
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().expect("a text");
            let status = row["status"]
                .as_u64()
                .and_then(|status| status.try_into().ok());
            (
                text("name"),
                status.expect("a status"),
                text("code"),
                text("message"),
            )
        })
        .collect();
    assert_eq!(found, DOCUMENTED);
}

/// Each row of the catalogue that a caller can raise, with a call that raises it: a missing row fails, and so does one
/// that nobody should be able to raise.
#[test]
fn every_condition_is_raised_by_a_call() {
    let server = demo();
    let gateway = with(
        frozen()
            .quirk("huawei-workspace.wrong-method", "gateway")
            .expect("a quirk"),
    );
    let seed = json!({ "huawei-workspace": { "projects": [
        { "project_id": "off", "service": "disabled" },
        { "project_id": "new", "service": "never-opened" },
    ] } });
    server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &seed.to_string(),
    );
    let quota = with(
        frozen()
            .quirk("huawei-workspace.user-quota", "10")
            .expect("a quirk"),
    );
    create(&server, ANOTHER, "taken");
    create_group(&server, ANOTHER, "taken");
    let users = format!("{ANOTHER}/users");
    let big = vec![b' '; 12 * 1024 * 1024 + 1];
    let header = [("x-filler", &*"x".repeat(33 * 1024))];
    let mut raised = BTreeSet::new();
    for (name, detail, answer) in [
        ("BodyEmpty", "", server.json("POST", &users, "")),
        ("BodyInvalid", "", server.json("POST", &users, "[]")),
        (
            "ParameterInvalid",
            "user_name",
            server.json("POST", &users, "{}"),
        ),
        ("UserNotFound", "", server.get(&format!("{users}/{NOBODY}"))),
        (
            "GroupNotFound",
            "",
            server.get(&format!("{ANOTHER}/groups/{NOBODY}/users")),
        ),
        (
            "UserExists",
            "",
            server.json("POST", &users, r#"{"user_name":"TAKEN","user_phone":"1"}"#),
        ),
        (
            "GroupExists",
            "",
            server.json(
                "POST",
                &format!("{ANOTHER}/groups"),
                r#"{"group_name":"taken","platform_type":"AD"}"#,
            ),
        ),
        (
            "UserQuotaExceeded",
            "",
            quota.json(
                "POST",
                &format!("{PROJECT}/users"),
                r#"{"user_name":"more","user_phone":"1"}"#,
            ),
        ),
        ("TenantNotFound", "", server.get("/v2/new/users")),
        ("ServiceDisabled", "", server.get("/v2/off/users")),
        ("MethodNotAllowed", "", server.json("PUT", &users, "{}")),
        ("ApiNotFound", "", server.get(&format!("{users}/"))),
        ("MethodNotRegistered", "", gateway.json("PUT", &users, "{}")),
        ("BodyTooLarge", "", server.send("POST", &users, &[], &big)),
        (
            "UriTooLarge",
            "",
            server.get(&format!("{users}?user_name={}", "x".repeat(33 * 1024))),
        ),
        (
            "HeadersTooLarge",
            "",
            server.send("GET", &users, &header, b""),
        ),
    ] {
        is_documented(&answer, name, detail);
        raised.insert(name.to_owned());
    }
    let conditions: BTreeSet<String> = rows(&server)
        .iter()
        .filter(|row| row["raised"] == "condition")
        .map(|row| row["name"].as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(raised, conditions);
}

/// Every row can be asked for, says what is documented, and wears the envelope of its side.
#[test]
fn every_row_can_be_had_as_a_fault() {
    let server = demo();
    for (name, status, code, message) in DOCUMENTED {
        let fault = [("x-rollcall-fault", name)];
        let answer = server.send("GET", &format!("{PROJECT}/users"), &fault, b"");
        assert_eq!(answer.verdict(), format!("{status} {code}"), "{name}");
        let found = answer_text(&answer, "error_msg");
        let mut parts = message.split("{}");
        let begins = found.strip_prefix(parts.next().unwrap_or_default());
        let rest = begins.unwrap_or_else(|| panic!("{name}: {found}"));
        assert!(parts.all(|part| rest.contains(part)), "{name}: {found}");
        let is_gateway = answer.json().get("request_id").is_some();
        assert_eq!(is_gateway, code.starts_with("APIGW."), "{name}");
    }
}
