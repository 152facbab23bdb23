//! The service's error table; the gateway's is in `providers/huawei.rs`.

use crate::provider::error::{Source, catalogue};

const TABLE: Source = Source::Docs("DMS for RocketMQ API reference, error codes");
const LIVE: Source = Source::Observed(
    "live answers quoted in terraform-provider-huaweicloud a0345b8d, kafka, rocketmq and rabbitmq",
);
const USE: Source = Source::Inferred("the code is documented, that it is used here is not");

catalogue! {
    /// the project id is not 1 to 64 letters, digits, _ or -
    PROJECT_ID_INVALID: ProjectIdInvalid = 400 "DMS.00400002" "The project ID format is invalid." Condition TABLE;
    /// POST or PUT without a body
    BODY_EMPTY: BodyEmpty = 400 "DMS.00400004" "The request body is empty." Condition TABLE;
    /// the body is not a JSON object, or not UTF-8
    BODY_NOT_JSON: BodyNotJson = 400 "DMS.00400005" "The message body is not in JSON format or contains invalid characters." Condition TABLE;
    /// a known field has another JSON type than documented
    FIELD_INVALID: FieldInvalid = 400 "DMS.00400085" "The message body contains invalid characters or is not in JSON format. The error key is {}." Condition USE;
    /// the instance id is no UUID
    INSTANCE_ID_INVALID: InstanceIdInvalid = 400 "DMS.00400030" "Invalid DMS instance id. The id must be a uuid." Condition TABLE;
    /// the same, where the quirk instance-id-error says so
    INSTANCE_ID_FORMAT: InstanceIdFormat = 400 "DMS.00400061" "Invalid instance ID format." Condition TABLE;
    /// no such instance in this project
    INSTANCE_NOT_FOUND: InstanceNotFound = 404 "DMS.00404022" "This instance does not exist." Condition TABLE;
    /// a write on an instance that is not RUNNING, or has its ACL off
    INSTANCE_STATUS: InstanceStatus = 400 "DMS.00400026" "This operation is not allowed due to the instance status." Condition USE;
    /// limit outside of 1 to 50
    LIMIT_INVALID: LimitInvalid = 400 "DMS.00400062" "Invalid {0} parameter in the request." Condition LIVE;
    /// offset that is no number from 0
    OFFSET_INVALID: OffsetInvalid = 400 "DMS.40050010" "Offset parameter is invalid." Condition LIVE;
    /// access_key or secret_key missing or against the rules
    USER_KEYS_INVALID: UserKeysInvalid = 400 "DMS.00500960" "Invalid user AK/SK." Condition USE;
    /// a permission or an address that is none, or another access_key than the path's
    PARAMETER_INVALID: ParameterInvalid = 400 "DMS.00400800" "Invalid request parameter. Check the request parameter." Condition USE;
    /// access_key exists in this instance
    USER_DUPLICATE: UserDuplicate = 400 "DMS.00400800" "Duplicate user name." Condition Source::Inferred("the same code in the Kafka table");
    /// the 1001st user of an instance
    QUOTA_REACHED: QuotaReached = 400 "DMS.00400039" "The quota limit has been reached." Condition USE;
    /// no such user in this instance
    USER_NOT_FOUND: UserNotFound = 400 "DMS.00500972" "The user does not exist." Condition LIVE;
    /// an account that may only read
    READ_ONLY: ReadOnly = 403 "DMS.00403002" "A tenant has the read-only permission and cannot perform operations on DMS." Authentication TABLE;
    /// a role without the permission
    ROLE_NOT_PERMITTED: RoleNotPermitted = 403 "DMS.00403003" "This role does not have the permissions to perform this operation." Fault TABLE;
    /// a path that passes the gateway but is none of the service's
    URL_NOT_FOUND: UrlNotFound = 404 "DMS.00404001" "The requested URL does not exist." Fault TABLE;
    /// PUT on the list of users
    METHOD_NOT_ALLOWED: MethodNotAllowed = 405 "DMS.00405001" "This request method is not allowed." Condition USE;
    /// the service's own throttling
    TOO_FREQUENT: TooFrequent = 404 "DMS.10240407" "The request is too frequent. Flow control is being performed. Please try again later." Fault TABLE;
    /// something went wrong inside
    INTERNAL: Internal = 500 "DMS.00500000" "Internal service error." Fault TABLE;
    /// a token that the service cannot read
    SERVICE_TOKEN_INVALID: ServiceTokenInvalid = 401 "DMS.10240101" "Invalid token." Fault TABLE;
    /// a token past its time, told by the service
    SERVICE_TOKEN_EXPIRED: ServiceTokenExpired = 401 "DMS.10240102" "Expired token." Fault TABLE;
    /// no token, told by the service
    SERVICE_TOKEN_MISSING: ServiceTokenMissing = 401 "DMS.10240103" "Missing token." Fault TABLE;
    /// the path's project is not one of the caller's
    PROJECT_NOT_OF_TOKEN: ProjectNotOfToken = 401 "DMS.10240104" "The project ID and token do not match." Authentication USE;
}
