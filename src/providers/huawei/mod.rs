//! What Huawei's services share: their gateway (APIGW) with its errors, envelope and headers.
//!
//! Source of everything here: `huawei-auth.md`, which cites huaweicloudsdkcore 3.1.219, the public API reference and
//! captures of real answers.

pub(crate) mod authentication;
pub(crate) mod token;

use std::time::Duration;

use http::HeaderName;
use http::header::{AUTHORIZATION, RETRY_AFTER, SERVER};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::namespace::ids::{Ids, LOWER_HEX};
use crate::provider::call::{Call, Oversize, Reply, Request};
use crate::provider::error::{ApiError, ErrorEntry, Refusal, Source, catalogue};
use crate::provider::table::{Quirk, RouteMatch};
use crate::provider::{Gateway, Real};
use crate::signing::Scheme;
use crate::signing::sha256_hex;

/// The content type of every answer with a body; golangsdk's pager fails on any other.
pub(crate) const JSON: &str = "application/json";

const GUIDE: Source =
    Source::Docs("Huawei API Gateway error codes; captures in huaweicloud-sdk-nodejs-v3 issue 2");
const RECORDED: Source = Source::Observed(
    "huaweicloud/cloud-custodian 2532d43, recorded answers of 2025-03 to 2026-02; jeessy2/ddns-go issue 844",
);
const CAPTURED: Source = Source::Observed(
    "15 min 01 s refused in huaweicloud-sdk-java-v3 issue 44; API Gateway error codes",
);
const OURS: Source = Source::Inferred("the code is documented, the text is not");

catalogue! {
    /// neither a token nor a signature
    TOKEN_MISSING: TokenMissing = 401 "APIGW.0301" "Incorrect IAM authentication information: x-auth-token not found" Authentication GUIDE;
    /// a token that this server did not issue
    TOKEN_INVALID: TokenInvalid = 401 "APIGW.0301" "Incorrect IAM authentication information: decrypt token fail" Authentication GUIDE;
    /// a token past its time
    TOKEN_EXPIRED: TokenExpired = 401 "APIGW.0301" "Incorrect IAM authentication information: token expires, expires_at: {}" Authentication GUIDE;
    /// an access key that is not configured
    ACCESS_KEY_UNKNOWN: AccessKeyUnknown = 401 "APIGW.0301" "Incorrect IAM authentication information: Unauthorized" Authentication RECORDED;
    /// the same, where the quirk unknown-key says so
    ACCESS_KEY_NOT_EXIST: AccessKeyNotExist = 401 "APIGW.0301" "Incorrect IAM authentication information: ak {} not exist" Authentication RECORDED;
    /// the signature does not match ours
    SIGNATURE_MISMATCH: SignatureMismatch = 401 "APIGW.0301" "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:{}" Authentication GUIDE;
    /// X-Sdk-Date is more than 15 minutes off
    SIGNATURE_EXPIRED: SignatureExpired = 401 "APIGW.0301" "Incorrect IAM authentication information: calc aksk signature fail:signature expired, signature time:{},server time:{}" Authentication CAPTURED;
    /// Authorization or X-Sdk-Date cannot be read, or the scheme is unknown
    AUTHORIZATION_MALFORMED: AuthorizationMalformed = 401 "APIGW.0301" "Incorrect IAM authentication information: {}" Authentication OURS;
    /// an access key that failed too often
    ACCESS_KEY_LOCKED: AccessKeyLocked = 401 "APIGW.0301" "Incorrect IAM authentication information: AK access failed to reach the limit,forbidden." Fault GUIDE;
    /// a token of another project
    USER_NOT_AUTHORIZED: UserNotAuthorized = 403 "APIGW.0302" "The IAM user is not authorized to access the API." Authentication GUIDE;
    /// any other failed authentication
    AUTHENTICATION_INCORRECT: AuthenticationIncorrect = 401 "APIGW.0305" "Incorrect authentication information." Fault GUIDE;
    /// access denied
    ACCESS_DENIED: AccessDenied = 403 "APIGW.0306" "API access denied." Fault GUIDE;
    /// the older answer to an expired token
    TOKEN_MUST_BE_UPDATED: TokenMustBeUpdated = 401 "APIGW.0307" "The token must be updated." Fault GUIDE;
    /// too many calls
    THROTTLED: Throttled = 429 "APIGW.0308" "The throttling threshold has been reached: policy user over ratelimit,limit:{},time:1 minute" Fault GUIDE;
    /// the project is frozen
    PROJECT_UNAVAILABLE: ProjectUnavailable = 403 "APIGW.0310" "The project is unavailable." Fault GUIDE;
    /// no such path
    API_NOT_FOUND: ApiNotFound = 404 "APIGW.0101" "The API does not exist or has not been published in the environment" Condition RECORDED;
    /// a known path with a method that is not registered
    METHOD_NOT_REGISTERED: MethodNotRegistered = 404 "APIGW.0101" "The API does not exist." Condition GUIDE;
    /// a malformed request
    REQUEST_ERROR: RequestError = 400 "APIGW.0201" "API request error." Fault GUIDE;
    /// a body over 12 MiB, or has more than 65,536 fields
    BODY_TOO_LARGE: BodyTooLarge = 413 "APIGW.0201" "Request entity too large." Condition GUIDE;
    /// a target over 32 KB
    URI_TOO_LARGE: UriTooLarge = 414 "APIGW.0201" "Request URI too large." Condition GUIDE;
    /// headers over 32 KB
    HEADERS_TOO_LARGE: HeadersTooLarge = 494 "APIGW.0201" "Request headers too large." Condition GUIDE;
    /// the service behind the gateway is down
    BACKEND_UNAVAILABLE: BackendUnavailable = 502 "APIGW.0201" "Backend unavailable." Fault GUIDE;
    /// the service behind the gateway is slow
    BACKEND_TIMEOUT: BackendTimeout = 504 "APIGW.0201" "Backend timeout." Fault GUIDE;
    /// something went wrong inside
    GATEWAY_INTERNAL: GatewayInternal = 500 "APIGW.0601" "Internal server error." Fault GUIDE;
    /// IAM is down
    IAM_UNAVAILABLE: IamUnavailable = 503 "APIGW.0613" "The IAM service is currently unavailable." Fault GUIDE;
}

/// What the services have in common; each adds its hosts and paths.
pub(crate) const REAL: Real = Real {
    domains: &["myhuaweicloud.com", "myhuaweicloud.eu"],
    schemes: &[Scheme::Huawei],
    endpoints: &[
        "workspace.cn-north-4.myhuaweicloud.com",
        "workspace.cn-east-3.myhuaweicloud.com",
        "workspace.cn-south-1.myhuaweicloud.com",
        "dms.cn-north-4.myhuaweicloud.com",
        "dms.cn-east-3.myhuaweicloud.com",
        "dms.cn-south-1.myhuaweicloud.com",
        "iam.myhuaweicloud.com",
        "iam.cn-north-4.myhuaweicloud.com",
    ],
    regions: &[
        "cn-north-4",
        "cn-north-1",
        "cn-east-3",
        "cn-south-1",
        "ap-southeast-1",
    ],
    services: &["workspace", "dms", "rocketmq", "iam"],
    ..Real::UNKNOWN
};

/// The gateway in front of all services; each adds its routes and its own checks.
pub(crate) const GATEWAY: Gateway = Gateway {
    route: |_| RouteMatch::default(),
    access_key,
    token_namespace: token::namespace_of,
    request_id: |ids, _now| request_id(ids),
    admit: |_| Ok(()),
    unfilled: |_, _| REQUEST_ERROR.raise(),
    envelope,
    oversize,
    throttled,
    internal_error: &GATEWAY_INTERNAL,
};

/// Which of two texts an unknown access key gets, both recorded from the real gateway.
pub(crate) const UNKNOWN_KEY: Quirk = Quirk {
    name: "unknown-key",
    values: &["unauthorized", "not-exist"],
    about: "what a call signed with an unknown access key is told; not-exist: ak <AK> not exist; when the gateway says which is unknown",
    source: RECORDED,
};

/// The code of a service's error that tells, encoded for IAM, which permission was missing (huawei-workspace.md 5).
const NO_PERMISSION: &str = "WKS.00000403";
/// Inferred: real messages are encrypted; clients only need to find a text.
const ENCODED_AUTHORIZATION_MESSAGE: &str = "cm9sbGNhbGw6IG5vIHBlcm1pc3Npb24=";

/// The name and id of the demo's project, known even without a seed.
const DEMO_PROJECT: (&str, &str) = ("cn-north-4", "0bec5db98280d2d02fd6c00c2de791ce");

/// The id of a project that is not in the seed: always the same for a name, and recognisable as made up because its
/// last digits are derived from the others. The demo's project keeps its id.
pub(crate) fn made_up_project_id(name: &str) -> String {
    if name == DEMO_PROJECT.0 {
        return DEMO_PROJECT.1.to_owned();
    }
    let digits = sha256_hex(format!("project:{name}").as_bytes());
    let first = &digits[..24];
    format!("{first}{}", check_digits(first))
}

/// Whether an id comes from [`made_up_project_id`]: IAM gave it to the account, as it does for every region.
pub(crate) fn is_made_up_project_id(id: &str) -> bool {
    let is_checked = |(first, last): (&str, &str)| check_digits(first) == last;
    id == DEMO_PROJECT.1 || id.len() == 32 && id.split_at_checked(24).is_some_and(is_checked)
}

fn check_digits(first: &str) -> String {
    sha256_hex(first.as_bytes())[..8].to_owned()
}

/// The gateway's envelope, with the keys in the order of real answers.
#[derive(Serialize)]
struct GatewayError<'a> {
    error_msg: &'a str,
    error_code: &'a str,
    request_id: &'a str,
}

/// The services' own envelope: without the request id, which is in the header only.
#[derive(Serialize)]
struct ServiceError<'a> {
    error_code: &'a str,
    error_msg: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoded_authorization_message: Option<&'a str>,
}

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The final answer: gateway errors and service errors in their own envelopes, plus the headers that every answer has.
/// SDKs read the request id from the header only, also on success.
pub(crate) fn envelope(call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
    let reply = verdict.unwrap_or_else(|refusal| {
        let Refusal { entry, message, .. } = &refusal;
        let body = if entry.code.starts_with("APIGW.") {
            let error = GatewayError {
                error_msg: message,
                error_code: entry.code,
                request_id: &call.request_id,
            };
            // The gateway ends its own answers with a line feed and passes on the services' unchanged.
            serde_json::to_string(&error).map(|body| body + "\n")
        } else {
            serde_json::to_string(&ServiceError {
                error_code: entry.code,
                error_msg: message,
                encoded_authorization_message: (entry.code == NO_PERMISSION)
                    .then_some(ENCODED_AUTHORIZATION_MESSAGE),
            })
        };
        let reply = Reply::new(entry.status, JSON, body.expect("texts become JSON"));
        reply.headers_of(&refusal)
    });
    reply
        .header(X_REQUEST_ID, &call.request_id)
        .header(SERVER, "api-gateway")
}

/// 32 lower-case hexadecimal digits.
pub(crate) fn request_id(ids: &Ids) -> String {
    ids.text(32, LOWER_HEX)
}

/// The gateway's error for a request that exceeds a limit.
fn oversize(bound: Oversize) -> &'static ErrorEntry {
    match bound {
        Oversize::Target => &URI_TOO_LARGE,
        Oversize::Headers => &HEADERS_TOO_LARGE,
        Oversize::Body => &BODY_TOO_LARGE,
    }
}

/// The gateway's own throttling error: its text mentions the default of 200 calls per second and API.
fn throttled(wait: Duration) -> ApiError {
    THROTTLED
        .with(200)
        .header(RETRY_AFTER, wait.as_secs().max(1).to_string())
}

/// The access key in `Authorization: SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…`, or before the first slash
/// in `V11-HMAC-SHA256 Credential=…`.
fn access_key(request: &Request) -> Option<String> {
    let authorization = request.lossy_header(AUTHORIZATION);
    let (_, fields) = authorization.split_once(' ')?;
    let field = |field: &str| {
        let (name, value) = field.trim().split_once('=')?;
        match name {
            "Access" => Some(value.to_owned()),
            "Credential" => Some(value.split('/').next().unwrap_or_default().to_owned()),
            _ => None,
        }
    };
    fields.split(',').find_map(field)
}

/// A member of a body; `None` if it is absent or null.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}
