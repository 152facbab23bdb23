//! The gateway's error table, then the service's, in the order in which they are checked and documented.

use crate::provider::error::{Source, catalogue};

const SEED: Source = Source::Seed("001_a2ab1a99a0e51e89.txt");
const GATEWAY: Source = Source::Docs("Alibaba Cloud OpenAPI common error codes");
const MISSING: Source = Source::Docs("the common template Missing{Name}");
const INVALID: Source = Source::Docs("the common template Invalid{Name}");
const SERVICE: Source =
    Source::Docs("E-HPC 2018-04-12 error codes and the pages of its user operations");
const PAGE_434846: Source =
    Source::Docs("page 434846, common errors; developer.aliyun.com ask 278265");
const LACK_OF_SSL: Source = Source::Docs("page 434846; developer.aliyun.com ask 213973, 212817");
const NO_PRODUCT: Source = Source::Docs("page 434846; developer.aliyun.com ask 60629");
const ACTION_BEFORE_KEY: Source = Source::Sdk("aliyun/aliyun-cli openapi/commando_test.go");
const METHOD: Source =
    Source::Docs("PolarDB client error codes; developer.aliyun.com ask 278265 has 400");
const VERSION: Source =
    Source::Docs("Alibaba Cloud OpenAPI common error codes; acme.sh issue 2750");
const INCOMPLETE: Source =
    Source::Sdk("alibaba-cloud-sdk-go integration/core_test.go; fog/fog-aliyun issue 32");
const MISMATCH: Source =
    Source::Docs("Alibaba Cloud OpenAPI common error codes; dromara/SMS4J issue 34");
const DENIED: Source = Source::Docs(
    "Alibaba Cloud OpenAPI common error codes; the SDKs of AnalyticDB, Milvus and StarRocks for AccessDeniedDetail",
);
const UNDOCUMENTED_MISSING: Source = Source::Inferred("the common template Missing{Name}");
const MODIFY_USER_GROUPS: Source = Source::Docs("page 87186, ModifyUserGroups");
const TEXT_UNKNOWN: Source = Source::Inferred("the code is documented, its text is not");
const LIMIT: Source =
    Source::Inferred("no source says how the gateway answers a request over a limit");

catalogue! {
    // The gateway, before it knows the operation.

    /// the target is over 32 KiB
    URI_TOO_LARGE: UriTooLarge = 414 "RequestUriTooLarge" "The specified request URI is too large." Condition LIMIT;
    /// the headers are over 32 KiB
    HEADERS_TOO_LARGE: HeadersTooLarge = 431 "RequestHeaderTooLarge" "The specified request headers are too large." Condition LIMIT;
    /// the body is over 12 MiB, or has more than 65,536 fields
    BODY_TOO_LARGE: BodyTooLarge = 413 "RequestBodyTooLarge" "The specified request body is too large." Condition LIMIT;
    /// Format is neither JSON nor XML
    FORMAT_INVALID: FormatInvalid = 400 "InvalidParameter.Format" "Specified parameter format is not valid." Condition GATEWAY;
    /// a path other than /
    PATH_NOT_FOUND: PathNotFound = 404 "InvalidAction.NotFound" "Specified api is not found, please check your url and method." Condition GATEWAY;
    /// a method other than GET and POST
    METHOD_UNSUPPORTED: MethodUnsupported = 403 "UnsupportedHTTPMethod" "This http method is not supported." Condition METHOD;
    /// Version is absent, or none of this API
    VERSION_INVALID: VersionInvalid = 400 "InvalidVersion" "Specified parameter Version is not valid." Condition VERSION;
    /// no Action
    ACTION_MISSING: ActionMissing = 400 "MissingAction" "Action is mandatory for this action." Condition UNDOCUMENTED_MISSING;
    /// an Action that this Version does not have; case counts
    ACTION_NOT_FOUND: ActionNotFound = 404 "InvalidAction.NotFound" "Specified api is not found, please check your url and method." Condition ACTION_BEFORE_KEY;
    /// a call over plain HTTP to a product that wants TLS
    NEED_SSL: InvalidProtocolNeedSsl = 404 "InvalidProtocol.NeedSsl" "Your request is denied as lack of ssl protect." Fault LACK_OF_SSL;
    /// a host name that belongs to no product
    PRODUCT_NOT_FOUND: InvalidProductNotFound = 404 "InvalidProduct.NotFound" "Cannot find product according to your specified domain." Fault NO_PRODUCT;

    // The gateway's authentication.

    /// no AccessKeyId, or ACS3 headers without Authorization
    ACCESS_KEY_ID_MISSING: MissingAccessKeyId = 400 "MissingAccessKeyId" "AccessKeyId is mandatory for this action." Authentication PAGE_434846;
    /// no Timestamp, no x-acs-date
    TIMESTAMP_MISSING: MissingTimestamp = 400 "MissingTimestamp" "Timestamp is mandatory for this action." Authentication PAGE_434846;
    /// no SignatureNonce, no x-acs-signature-nonce
    SIGNATURE_NONCE_MISSING: MissingSignatureNonce = 400 "MissingSignatureNonce" "SignatureNonce is mandatory for this action." Authentication UNDOCUMENTED_MISSING;
    /// no Signature
    SIGNATURE_MISSING: MissingSignature = 400 "MissingSignature" "Signature is mandatory for this action." Authentication PAGE_434846;
    /// no SignatureMethod
    SIGNATURE_METHOD_MISSING: MissingSignatureMethod = 400 "MissingSignatureMethod" "SignatureMethod is mandatory for this action." Authentication UNDOCUMENTED_MISSING;
    /// no SignatureVersion
    SIGNATURE_VERSION_MISSING: MissingSignatureVersion = 400 "MissingSignatureVersion" "SignatureVersion is mandatory for this action." Authentication UNDOCUMENTED_MISSING;
    /// Authorization cannot be read; with the quirk bad-signature = incomplete also an RPC signature that does not match ours
    SIGNATURE_INCOMPLETE: IncompleteSignature = 400 "IncompleteSignature" "The request signature does not conform to Aliyun standards. server string to sign is:{}" Authentication INCOMPLETE;
    /// a signature method other than HMAC-SHA1, HMAC-SHA256, ACS3-HMAC-SHA256 and ACS3-HMAC-SM3
    SIGNATURE_METHOD_INVALID: InvalidSignatureMethod = 400 "InvalidSignatureMethod" "Specified signature method is not valid." Authentication GATEWAY;
    /// Timestamp or x-acs-date is not a time
    TIMESTAMP_MALFORMED: TimestampMalformed = 400 "InvalidTimeStamp.Format" "Specified time stamp or date value is not well formatted." Authentication GATEWAY;
    /// Timestamp or x-acs-date is more than 15 minutes off
    TIMESTAMP_EXPIRED: TimestampExpired = 400 "InvalidTimeStamp.Expired" "Specified time stamp or date value is expired." Authentication GATEWAY;
    /// an access key that is not configured
    ACCESS_KEY_UNKNOWN: AccessKeyUnknown = 404 "InvalidAccessKeyId.NotFound" "Specified access key is not found." Authentication GATEWAY;
    /// an access key that was disabled
    ACCESS_KEY_INACTIVE: AccessKeyInactive = 400 "InvalidAccessKeyId.Inactive" "Specified access key is disabled." Authentication GATEWAY;
    /// a session token that is not the access key's
    SECURITY_TOKEN_MALFORMED: SecurityTokenMalformed = 400 "InvalidSecurityToken.Malformed" "Specified SecurityToken is malformed." Authentication GATEWAY;
    /// a session token past its time
    SECURITY_TOKEN_EXPIRED: SecurityTokenExpired = 400 "InvalidSecurityToken.Expired" "Specified SecurityToken is expired." Authentication GATEWAY;
    /// the RPC signature does not match ours
    SIGNATURE_MISMATCH: SignatureMismatch = 400 "SignatureDoesNotMatch" "Specified signature is not matched with our calculation. server string to sign is:{}" Authentication MISMATCH;
    /// the ACS3 signature does not match ours
    SIGNATURE_MISMATCH_ACS3: SignatureMismatchAcs3 = 400 "SignatureDoesNotMatch" "Specified signature does not match our calculation. server StringToSign is [{}] server CanonicalRequest is [{}]" Authentication GATEWAY;
    /// a nonce that this access key used within 15 minutes
    SIGNATURE_NONCE_USED: SignatureNonceUsed = 400 "SignatureNonceUsed" "Specified signature nonce was used already." Authentication GATEWAY;

    // The gateway's throttling and permissions.

    /// too many calls of this user
    THROTTLING_USER: ThrottlingUser = 400 "Throttling.User" "Request was denied due to user flow control." Fault GATEWAY;
    /// too many calls
    THROTTLING: Throttling = 400 "Throttling" "Request was denied due to request throttling." Fault GATEWAY;
    /// too many calls of this operation
    THROTTLING_API: ThrottlingApi = 400 "Throttling.Api" "Request was denied due to api flow control." Fault GATEWAY;
    /// an access key that may only read, told by the gateway
    FORBIDDEN_RAM: ForbiddenRam = 403 "Forbidden.RAM" "User not authorized to operate on the specified resource, or this API doesn't support RAM." Authentication DENIED;

    // The gateway's look at the parameters.

    /// no ClusterId
    CLUSTER_ID_MISSING: MissingClusterId = 400 "MissingClusterId" "ClusterId is mandatory for this action." Condition MISSING;
    /// no User
    USER_MISSING: MissingUser = 400 "MissingUser" "User is mandatory for this action." Condition MISSING;
    /// no UserName
    USER_NAME_MISSING: MissingUserName = 400 "MissingUserName" "UserName is mandatory for this action." Condition MISSING;
    /// no RegionId
    REGION_ID_MISSING: MissingRegionId = 400 "MissingRegionId" "RegionId is mandatory for this action." Condition MISSING;
    /// PageNumber is no integer
    PAGE_NUMBER_INVALID: InvalidPageNumber = 400 "InvalidPageNumber" "Specified parameter PageNumber is not valid." Condition INVALID;
    /// PageSize is no integer
    PAGE_SIZE_INVALID: InvalidPageSize = 400 "InvalidPageSize" "Specified parameter PageSize is not valid." Condition INVALID;
    /// Async is neither true nor false
    ASYNC_INVALID: InvalidAsync = 400 "InvalidAsync" "Specified parameter Async is not valid." Condition INVALID;
    /// User is not a JSON array of objects that hold strings (2024-07-30)
    USER_INVALID: InvalidUser = 400 "InvalidUser" "Specified parameter User is not valid." Condition INVALID;
    /// ClusterIds is not a JSON array of strings (2024-07-30)
    CLUSTER_IDS_INVALID: InvalidClusterIds = 400 "InvalidClusterIds" "Specified parameter ClusterIds is not valid." Condition INVALID;
    /// ClusterNames is not a JSON array of strings (2024-07-30)
    CLUSTER_NAMES_INVALID: InvalidClusterNames = 400 "InvalidClusterNames" "Specified parameter ClusterNames is not valid." Condition INVALID;
    /// something went wrong inside
    INTERNAL_ERROR: InternalError = 500 "InternalError" "The request processing has failed due to some unknown error, exception or failure." Fault GATEWAY;

    // The service, as the page of ListUsersAsync has it.

    /// a value out of its bounds, or an AsyncId that names no task of the cluster
    INVALID_PARAMS: InvalidParams = 400 "InvalidParams" "The specified parameter {} is invalid." Condition SEED;
    /// the cluster is not running
    INVALID_CLUSTER_STATUS: InvalidClusterStatus = 403 "InvalidClusterStatus" "The operation failed due to invalid cluster status." Condition SEED;
    /// the cluster's manager nodes are gone
    MANAGER_NOT_FOUND: ManagerNotFound = 404 "ManagerNotFound" "The manager nodes do not exist or their status is abnormal." Fault SEED;
    /// no such cluster in this Version
    CLUSTER_NOT_FOUND: ClusterNotFound = 404 "ClusterNotFound" "The specified cluster does not exist." Condition SEED;
    /// the command on the cluster failed
    AGENT_ERROR: AgentError = 406 "AgentError" "The agent service request failed." Fault SEED;
    /// the cluster has no domain service
    DOMAIN_NOT_EXIST: AgentErrorDomainNotExist = 406 "AgentError.Account.DomainNotExist" "The specified domain does not exist: {}." Fault SEED;
    /// the domain's user list cannot be read
    GETENT_PASSWD_FAILURE: AgentErrorGetentPasswdFailure = 406 "AgentError.Account.GetentPasswdFailure" "Failed to get the user list: {}." Fault SEED;
    /// the user list cannot be read
    GET_USER_LIST_FAILURE: AgentErrorGetUserListFailure = 406 "AgentError.Account.GetUserListFailure" "Get user list fail: {}" Fault SEED;
    /// a call of ECS failed
    ECS_ERROR: EcsError = 406 "EcsError" "An error occurred while calling the ECS API operation." Fault SEED;
    /// the user may not do this, told by the service
    NOT_AUTHORIZED: NotAuthorized = 407 "NotAuthorized" "You are not authorized by RAM for this request." Fault SEED;
    /// an unspecified failure
    UNKNOWN_ERROR: UnknownError = 500 "UnknownError" "An unknown error occurred." Fault SEED;
    /// the service is down for a while
    SERVICE_UNAVAILABLE: ServiceUnavailable = 503 "ServiceUnavailable" "The request has failed due to a temporary failure of the server" Fault SEED;

    // The service, as the pages of the other operations have it.

    /// the account has not enabled E-HPC
    NOT_ENABLED: NotEnabled = 400 "NotEnabled" "You have not enabled this service" Fault SERVICE;
    /// the account owes money
    IN_DEBT: InDebt = 400 "InDebt" "Your account has overdue payments." Fault SERVICE;
    /// a change that cannot be made
    INVALID_OPT: InvalidOpt = 400 "InvalidOpt" "The specified operation is invalid. Please try again later. If the problem still exists, submit a ticket." Fault MODIFY_USER_GROUPS;
    /// another change is being made
    CONFLICT_OPT: ConflictOpt = 403 "ConflictOpt" "A conflicting operation is running." Fault TEXT_UNKNOWN;
    /// the user's name exists in the cluster, or twice in the call
    USER_ALREADY_EXIST: AgentErrorUserAlreadyExist = 406 "AgentError.Account.UserAlreadyExist" "The specified user already exists in domain: {}." Condition SERVICE;
    /// the cluster has no user of that name
    USER_NOT_EXIST: AgentErrorUserNotExist = 406 "AgentError.Account.UserNotExist" "The specified user does not exist in domain: {}." Condition TEXT_UNKNOWN;
    /// a user could not be added
    USER_ADD_FAILURE: AgentErrorUserAddFailure = 406 "AgentError.Account.UserAddFailure" "Failed to add user to domain: {}." Fault SERVICE;
    /// a user could not be deleted
    USER_DELETE_FAILURE: AgentErrorUserDeleteFailure = 406 "AgentError.Account.UserDeleteFailure" "Failed to delete user from domain: {}." Fault SERVICE;
    /// a password could not be changed
    USER_CHANGE_PASSWORD_FAILURE: AgentErrorUserChangePasswordFailure = 406 "AgentError.Account.UserChangePasswordFailure" "Failed to modify user password in domain: {}." Fault SERVICE;
    /// a group could not be changed
    USER_MODIFY_GROUP_FAILURE: AgentErrorUserModifyGroupFailure = 406 "AgentError.Account.UserModifyGroupFailure" "Failed to modify user group in domain: {}." Fault TEXT_UNKNOWN;
    /// the node does not manage accounts
    NOT_ACCOUNT_MANAGER: AgentErrorNotAccountManager = 406 "AgentError.Account.NotAccountManager" "The specified node is not an account manager." Fault TEXT_UNKNOWN;
    /// a user's data cannot be read
    VALIDATE_CREDENTIAL_FAILURE: AgentErrorAccountValidateCredentialFailure = 406 "AgentError.Account.AccountValidateCredentialFailure" "Cannot get user info" Fault SERVICE;
    /// a command on the cluster failed (SyncUsers)
    EXEC_FAIL: ExecFail = 403 "ExecFail" "Failed to execute the command: {}." Fault SERVICE;
    /// users could not be synchronized (SyncUsers)
    USER_SYN_FAILURE: AgentErrorUserSynFailure = 406 "AgentError.Account.UserSynFailure" "synchronize users failed: {}" Fault SERVICE;
}
