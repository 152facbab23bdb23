//! The error table: the service's own rows first, as in its document, then those of the gateway (TOP) in front of it.
//!
//! The service's rows have no number; the gateway's are known by theirs.

use crate::provider::error::{ErrorEntry, Source, catalogue};

const SEED: Source = Source::Seed("003_e9021faa912119e8.txt");
const REFERENCE: Source = Source::Docs("ByteHouse API reference, ListGrantUsersForRole");
const GATEWAY: Source =
    Source::Docs("Common error codes of BytePlus OpenAPI; Volcengine public error codes");
/// What the real gateway answered, as public logs quote it.
const LIVE: Source = Source::Observed(
    "open.volcengineapi.com, 2026-09; visual.volcengineapi.com, 2026-06; ark.ap-southeast-1.byteplusapi.com, 2026-09",
);
const CURRENT_LIST: Source =
    Source::Docs("Volcengine public error codes 6369/68677, 6440/71573, 6469/1126806, 6720/108305");
const OLDER_LISTS: Source = Source::Docs("Volcengine public error codes 6408/78947, 6396/1253687");
const BILLING: Source = Source::Docs(
    "Volcengine billing, OpenAPI call description, failure sample; volcengine/rtc-aigc-demo@22e1d32 README.md",
);
const VEADK: Source =
    Source::Docs("volcengine/veadk-python@3ced566 tests/auth/veauth/test_ark_veauth.py");
const EASY_SMS: Source = Source::Docs(
    "Common error codes of BytePlus OpenAPI; overtrue/easy-sms@4dd274a src/Gateways/VolcengineGateway.php",
);
/// Inferred: the rest of this text is as that of 100016.
const HALF_TOLD: Source =
    Source::Inferred("6720/108305 has the text up to \"Service\"; the rest is as in 100016");
/// Inferred: the public lists name these codes with their numbers, but print no text.
const UNTOLD: Source = Source::Inferred("the code and its number are documented, the text is not");
/// Inferred: nothing says what the gateway answers beyond these sizes; the statuses are HTTP's own.
const OVERSIZE: Source =
    Source::Inferred("no document says what is answered beyond a limit of the transport");

catalogue! {
    /// a parameter is missing, malformed or outside its bounds, the body is not a JSON object, or there is no such user
    BAD_REQUEST: BadRequest = 400 "Bad Request" "api service received invalid request format" Condition SEED;
    /// the signature does not match ours
    SIGNATURE_NOT_MATCH: SignatureNotMatch = 401 "SignatureNotMatch" "The request signature provided is incorrect." Authentication SEED;
    /// something went wrong inside
    INTERNAL_ERROR: InternalError = 500 "InternalError" "The request has failed due to an unknown error." Fault SEED;
    /// the service is down for a moment
    SERVICE_UNAVAILABLE: ServiceUnavailable = 503 "ServiceUnavailable" "The request has failed due to a temporary failure of the server." Fault SEED;
    /// there is no role with this RoleID
    FAILED_TO_GET_ROLE: FailedToGetRoleInMetadata = 400 "FailedToGetRoleInMetadata" "failed to get role in metadata" Condition REFERENCE;

    /// the gateway failed in a way that it has no code for
    UNDEFINED_ERROR: UndefinedError = 500 "UndefinedError" [100_001] "Undefined error." Fault UNTOLD;
    /// no Action, or no Version, in the query
    MISSING_PARAMETER: MissingParameter = 400 "MissingParameter" [100_002] "The request is missing {} parameter." Condition GATEWAY;
    /// what older lists say of a request without a signature, which is InvalidCredential today
    MISSING_AUTHENTICATION_TOKEN: MissingAuthenticationToken = 401 "MissingAuthenticationToken" [100_003] "Request is missing Authentication Token." Fault GATEWAY;
    /// no X-Date
    MISSING_REQUEST_INFO: MissingRequestInfo = 400 "MissingRequestInfo" [100_004] "The request is missing {} information." Authentication EASY_SMS;
    /// an Authorization header without Signature=
    MISSING_SIGNATURE: MissingSignature = 401 "MissingSignature" [100_005] "The request is missing signature." Authentication GATEWAY;
    /// X-Date is malformed, or too far from now
    INVALID_TIMESTAMP: InvalidTimestamp = 400 "InvalidTimestamp" [100_006] "The Signature of the request is expired" Authentication GATEWAY;
    /// the scope of the signature names another service
    SERVICE_NOT_FOUND: ServiceNotFound = 404 "ServiceNotFound" [100_007] "This service[{}] not found." Authentication GATEWAY;
    /// no such Action, another case of it, another Version, or another path than /
    INVALID_ACTION_OR_VERSION: InvalidActionOrVersion = 404 "InvalidActionOrVersion" [100_008] "Could not find operation {} for version {}" Condition GATEWAY;
    /// an access key that is not configured, and no session token with it
    INVALID_ACCESS_KEY: InvalidAccessKey = 401 "InvalidAccessKey" [100_009] "The accesskey [{}] included in the request is invalid." Authentication GATEWAY;
    /// what the gateway says of a wrong signature in practice (quirk signature-error = gateway)
    SIGNATURE_DOES_NOT_MATCH: SignatureDoesNotMatch = 401 "SignatureDoesNotMatch" [100_010] "The request signature we calculated does not match the signature you provided. Check your Secret Access Key and signing method. Consult the service documentation for details." Authentication GATEWAY;
    /// an API that a service may call only of itself
    SERVICE_SHOULD_CALL_SELF_API: ServiceShouldCallSelfApi = 403 "ServiceShouldCallSelfApi" [100_011] "Service should call self api." Fault UNTOLD;
    /// no policy allows it
    LACK_POLICY: LackPolicy = 403 "LackPolicy" [100_012] "Request was rejected because of lack of policy." Fault GATEWAY;
    /// a policy forbids it, as to a key that may only read
    ACCESS_DENIED: AccessDenied = 403 "AccessDenied" [100_013] "User is not authorized to perform: bytehouse_ce:{} on resource: " Authentication GATEWAY;
    /// something went wrong inside the gateway; its code is that of the service's own row
    GATEWAY_INTERNAL_ERROR: GatewayInternalError = 500 "InternalError" [100_014] "Service has some internal Error. Pls Contact With Admin." Fault CURRENT_LIST;
    /// the service behind the gateway cannot be reached
    FAIL_TO_CONNECT: FailToConnect = 502 "FailToConnect" [100_015] "Top Fail to Connect to Internal Service. Pls Contact With Admin" Fault HALF_TOLD;
    /// the service behind the gateway is slow
    INTERNAL_SERVICE_TIMEOUT: InternalServiceTimeout = 504 "InternalServiceTimeout" [100_016] "Internal Service is timeout. Pls Contact With Admin" Fault VEADK;
    /// a call from inside without the account that it is for
    INNER_API_NEED_ACCOUNT_INFO: InnerApiNeedAccountInfo = 400 "InnerApiNeedAccountInfo" [100_017] "The inner request should have account info." Fault OLDER_LISTS;
    /// too many calls
    FLOW_LIMIT_EXCEEDED: FlowLimitExceeded = 429 "FlowLimitExceeded" [100_018] "Request was rejected because of flow limit." Fault UNTOLD;
    /// the gateway itself is down for a moment
    SERVICE_UNAVAILABLE_TEMP: ServiceUnavailableTemp = 503 "ServiceUnavailableTemp" [100_019] "Service is unavailable temporarily." Fault UNTOLD;
    /// a method other than GET and POST
    METHOD_NOT_ALLOWED: MethodNotAllowed = 405 "MethodNotAllowed" [100_020] "Method not allowed." Condition UNTOLD;
    /// no policy of the project allows it
    LACK_PROJECT_POLICY: LackProjectPolicy = 403 "LackProjectPolicy" [100_021] "Request was rejected because of lack of project policy." Fault OLDER_LISTS;
    /// the service behind the gateway failed
    INTERNAL_SERVICE_ERROR: InternalServiceError = 502 "InternalServiceError" [100_023] "Internal Service is error." Fault UNTOLD;
    /// Authorization is of another scheme, or cannot be read
    INVALID_AUTHORIZATION: InvalidAuthorization = 400 "InvalidAuthorization" [100_024] "Invalid 'Authorization' header, Pls check your authorization header." Authentication BILLING;
    /// no signature at all, or Credential is not AK/date/region/service/request
    INVALID_CREDENTIAL: InvalidCredential = 400 "InvalidCredential" [100_025] "Invalid credential in 'Authorization', Pls check your authorization header." Authentication LIVE;
    /// a temporary key without its session token, or with another; a session token with an unknown key
    INVALID_SECRET_TOKEN: InvalidSecretToken = 401 "InvalidSecretToken" [100_026] "Invalid secret token, msg: {}." Authentication LIVE;
    /// too many calls of one account
    ACCOUNT_FLOW_LIMIT_EXCEEDED: AccountFlowLimitExceeded = 429 "AccountFlowLimitExceeded" [100_027] "Request was rejected because of account flow limit." Fault UNTOLD;

    /// a target over 32 KB
    REQUEST_URI_TOO_LONG: RequestUriTooLong = 414 "RequestURITooLong" "The URI of the request is too long." Condition OVERSIZE;
    /// headers over 32 KB
    REQUEST_HEADERS_TOO_LARGE: RequestHeadersTooLarge = 431 "RequestHeadersTooLarge" "The headers of the request are too large." Condition OVERSIZE;
    /// a body over 12 MiB, or has more than 65,536 fields
    REQUEST_BODY_TOO_LARGE: RequestBodyTooLarge = 413 "RequestBodyTooLarge" "The body of the request is too large." Condition OVERSIZE;
}

/// Whether the gateway raises a row before it has read the scope of a signature, so that the answer cannot echo it.
pub(crate) fn is_before_the_scope(entry: &ErrorEntry) -> bool {
    [
        &MISSING_AUTHENTICATION_TOKEN,
        &INVALID_AUTHORIZATION,
        &INVALID_CREDENTIAL,
    ]
    .into_iter()
    .any(|row| std::ptr::eq(row, entry))
}
