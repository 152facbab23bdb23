//! The error table, in the order of the manual's page. `ret_code` is the row's number; several rows share one.
//!
//! Every row travels with HTTP 200: the SDKs throw the body of any other status away.

use crate::provider::error::{Source, catalogue};

const CLIENTS: Source = Source::Observed("texts quoted in public client code");
const IAM: Source = Source::Docs("QingCloud IAM manual, how to use an identity, 2020-02");
const ZONES: Source = Source::Observed(
    "fit2cloud-backup/qingcloud-api-java-wrapper, wsclient/ui/model/RunInstancesResponse.java",
);
const SHANHE: Source = Source::Docs("yunify/shanhe-docs, EHPC users");
const WORDS: Source =
    Source::Inferred("QingCloud EHPC manual, error codes, has the code; the wording is ours");
const LIMITS: Source = Source::Inferred(
    "the service documents no such bound; 200 and 1100 are what a bad request gets",
);

catalogue! {
    /// a required parameter is absent or empty
    MISSING_PARAMETER: MissingParameter = 200 "1100" [1100] "InvalidRequestFormat, missing parameter [{}]" Condition WORDS;
    /// a number that is no run of digits
    NOT_AN_INTEGER: NotAnInteger = 200 "1100" [1100] "InvalidRequestFormat, parameter [{}] should be integer" Condition WORDS;
    /// a time that is not of the form 2026-01-02T03:04:05Z
    ILLEGAL_TIMESTAMP: IllegalTimestamp = 200 "1100" [1100] "InvalidRequestFormat, illegal timestamp format [{}]" Condition WORDS;
    /// a value against its rule, or of another JSON type
    ILLEGAL_VALUE: IllegalValue = 200 "1100" [1100] "InvalidRequestFormat, illegal {} [{}]" Condition WORDS;
    /// a password against its rule; it is never repeated
    ILLEGAL_PASSWORD: IllegalPassword = 200 "1100" [1100] "InvalidRequestFormat, illegal {}" Condition WORDS;
    /// a POST whose body is neither a JSON object nor a form
    BODY_NOT_JSON: BodyNotJson = 200 "1100" [1100] "InvalidRequestFormat, request body should be json" Condition WORDS;
    /// version or signature_version is not 1, or signature_method is unknown
    ILLEGAL_PARAMETER: IllegalParameter = 200 "1100" [1100] "InvalidRequestFormat, illegal parameter [{}]" Authentication WORDS;
    /// a target over 32 KiB
    URI_TOO_LONG: UriTooLong = 200 "1100" [1100] "InvalidRequestFormat, request uri too long" Condition LIMITS;
    /// headers over 32 KiB
    HEADERS_TOO_LARGE: HeadersTooLarge = 200 "1100" [1100] "InvalidRequestFormat, request headers too large" Condition LIMITS;
    /// a body over 12 MiB, or has more than 65,536 fields
    BODY_TOO_LARGE: BodyTooLarge = 200 "1100" [1100] "InvalidRequestFormat, request body too large" Condition LIMITS;
    /// an unknown path, or a known one with another method
    UNKNOWN_ACTION: UnknownAction = 200 "1101" [1101] "InvalidRequestMethod, unknown action [{}]" Condition WORDS;
    /// an access key that is not configured
    ILLEGAL_ACCESS_KEY: IllegalAccessKey = 200 "1200" [1200] "AuthFailure, illegal access key [{}]" Authentication CLIENTS;
    /// the signature does not match ours
    SIGNATURE_NOT_MATCHED: SignatureNotMatched = 200 "1200" [1200] "AuthFailure, signature not matched" Authentication CLIENTS;
    /// the timestamp is more than 60 s off
    REQUEST_HAS_EXPIRED: RequestHasExpired = 200 "1300" [1300] "RequestHasExpired, request [{}] has expired" Authentication WORDS;
    /// deleting a user whose role is admin or boss
    PERMISSION_DENIED: PermissionDenied = 200 "1400" [1400] "PermissionDenied, user [{}] can not be deleted" Condition CLIENTS;
    /// a write signed with a key that may only read
    READ_ONLY_KEY: ReadOnlyKey = 200 "1400" [1400] "PermissionDenied, IAM authorization evaluate deny" Authentication IAM;
    /// a zone that is none of those that a seed gives the account
    ZONE_ACCESS_DENIED: ZoneAccessDenied = 200 "1400" [1400] "PermissionDenied, access denied for zone [{}]" Condition ZONES;
    /// a console account could not be registered
    SIGN_UP_FAILED: SignUpFailed = 200 "1500" [1500] "SignUpFailed, sign up failed" Fault WORDS;
    /// the console account to register exists
    ACCOUNT_ALREADY_EXISTED: AccountAlreadyExisted = 200 "1510" [1510] "AccountAlreadyExisted, account already existed" Fault WORDS;
    /// the name of the console account to register is malformed
    ILLEGAL_ACCOUNT: IllegalAccount = 200 "1520" [1520] "IllegalAccount, illegal account format" Fault WORDS;
    /// a console login failed
    LOGIN_FAILED: LoginFailed = 200 "1600" [1600] "LoginFailed, login failed" Fault WORDS;
    /// no such console account; users of a cluster are 2100
    ACCOUNT_NOT_FOUND: AccountNotFound = 200 "1610" [1610] "UserNotFound, user not found" Fault WORDS;
    /// another password than the console account's
    PASSWORD_NOT_MATCHED: PasswordNotMatched = 200 "1620" [1620] "PasswordNotMatched, password not matched" Fault WORDS;
    /// the new password of a console account is against the rules
    RESET_PASSWORD_FAILED: ResetPasswordFailed = 200 "1630" [1630] "ResetPasswordFailed, reset password failed" Fault WORDS;
    /// the password of a console account was reset too often
    RESET_PASSWORD_TOO_OFTEN: ResetPasswordTooOften = 200 "1640" [1640] "ResetPasswordTooOften, reset password too frequently" Fault WORDS;
    /// the token for resetting a console password is not valid
    ILLEGAL_RESET_TOKEN: IllegalResetToken = 200 "1650" [1650] "IllegalResetToken, illegal reset password token" Fault WORDS;
    /// a console account and its password do not match
    ACCOUNT_NOT_MATCHED: AccountNotMatched = 200 "1660" [1660] "AccountNotMatched, user name or password not matched" Fault WORDS;
    /// a console account whose registration is not complete
    ACCOUNT_NOT_ACTIVE: AccountNotActive = 200 "1661" [1661] "AccountNotActive, sign up is not finished" Fault WORDS;
    /// a console account that is barred
    ACCOUNT_FORBIDDEN: AccountForbidden = 200 "1662" [1662] "AccountForbidden, user is forbidden" Fault WORDS;
    /// a console session that was idle for too long
    SESSION_EXPIRED: SessionExpired = 200 "2000" [2000] "SessionExpired, session has expired" Fault WORDS;
    /// no such cluster, or no such user in it
    RESOURCE_NOT_FOUND: ResourceNotFound = 200 "2100" [2100] "ResourceNotFound, resource [{}] not found" Condition WORDS;
    /// the cluster has a user of that name
    RESOURCE_ALREADY_EXISTED: ResourceAlreadyExisted = 200 "2110" [2110] "ResourceAlreadyExisted, user [{}] already existed" Condition WORDS;
    /// a resource could not be leased
    LEASE_FAILED: LeaseFailed = 200 "2200" [2200] "LeaseFailed, lease resource failed" Fault WORDS;
    /// a lease could not be ended
    UNLEASE_FAILED: UnleaseFailed = 200 "2300" [2300] "UnleaseFailed, unlease resource failed" Fault WORDS;
    /// the account's balance is too low
    BALANCE_NOT_ENOUGH: BalanceNotEnough = 200 "2400" [2400] "BalanceNotEnough, balance is not enough" Fault WORDS;
    /// a quota, or the rate of calls, is used up
    QUOTAS_EXCEEDED: QuotasExceeded = 200 "2500" [2500] "QuotasExceeded, quotas exceeded" Fault WORDS;
    /// an API module that is not valid
    ILLEGAL_MODULE: IllegalModule = 200 "3300" [3300] "IllegalModule, illegal api module" Fault WORDS;
    /// the platform's license is not valid
    ILLEGAL_LICENSE: IllegalLicense = 200 "4000" [4000] "IllegalLicense, illegal license" Fault WORDS;
    /// the platform's license has expired
    LICENSE_EXPIRED: LicenseExpired = 200 "4001" [4001] "LicenseExpired, license has expired" Fault WORDS;
    /// the platform has that license
    LICENSE_ALREADY_EXISTED: LicenseAlreadyExisted = 200 "4002" [4002] "LicenseAlreadyExisted, license already existed" Fault WORDS;
    /// more than the platform's license allows
    LICENSE_EXCEEDED: LicenseExceeded = 200 "4003" [4003] "LicenseExceeded, license exceeded" Fault WORDS;
    /// the platform's license could not be loaded
    LOAD_LICENSE_FAILED: LoadLicenseFailed = 200 "4004" [4004] "LoadLicenseFailed, load license failed" Fault WORDS;
    /// the platform has no license
    LICENSE_NOT_FOUND: LicenseNotFound = 200 "4005" [4005] "LicenseNotFound, license not found" Fault WORDS;
    /// something went wrong inside
    INTERNAL_ERROR: InternalError = 200 "5000" [5000] "InternalError, internal error" Fault WORDS;
    /// something went wrong inside while users were listed
    LIST_USERS_FAILED: ListUsersFailed = 200 "5000" [5000] "get hpc cluster[{}] user failed" Fault SHANHE;
    /// something went wrong inside while a user was added
    ADD_USER_FAILED: AddUserFailed = 200 "5000" [5000] "add hpc cluster [{}] user failed" Fault SHANHE;
    /// something went wrong inside while a user was deleted
    DELETE_USER_FAILED: DeleteUserFailed = 200 "5000" [5000] "delete cluster user failed：detail：{}" Fault SHANHE;
    /// too much to do, or too slow
    SERVER_BUSY: ServerBusy = 200 "5100" [5100] "ServerBusy, server is busy" Fault WORDS;
    /// the service has no capacity left
    RESOURCE_NOT_ENOUGH: ResourceNotEnough = 200 "5200" [5200] "ResourceNotEnough, resource is not enough" Fault WORDS;
    /// the service is being updated
    SERVICE_UPDATING: ServiceUpdating = 200 "5300" [5300] "ServiceUpdating, service is updating" Fault WORDS;
    /// something depends on the resource
    DEPENDENCY_EXISTED: DependencyExisted = 200 "5400" [5400] "DependencyExisted, dependency existed" Fault WORDS;
    /// the warehouse service is off
    WAREHOUSE_NOT_ENABLED: WarehouseNotEnabled = 200 "5500" [5500] "WarehouseNotEnabled, warehouse is not enabled" Fault WORDS;
    /// a type of volume that is not supported
    VOLUME_TYPE_NOT_SUPPORTED: VolumeTypeNotSupported = 200 "5600" [5600] "VolumeTypeNotSupported, volume type is not supported" Fault WORDS;
    /// a configuration file with wrong parameters
    ILLEGAL_CONFIG_PARAMETER: IllegalConfigParameter = 200 "8000" [8000] "IllegalConfigParameter, illegal parameter in config file" Fault WORDS;
    /// a configuration file without an image
    CONFIG_HAS_NO_IMAGE: ConfigHasNoImage = 200 "8001" [8001] "ConfigHasNoImage, no image in config file" Fault WORDS;
    /// a configuration file with an image that the zone does not have
    CONFIG_IMAGE_NOT_FOUND: ConfigImageNotFound = 200 "8002" [8002] "ConfigImageNotFound, image in config file not found in zone" Fault WORDS;
    /// a configuration file with settings that no cluster can have
    ILLEGAL_CLUSTER_CONFIG: IllegalClusterConfig = 200 "8003" [8003] "IllegalClusterConfig, illegal cluster setting in config file" Fault WORDS;
    /// no configuration file
    CONFIG_NOT_FOUND: ConfigNotFound = 200 "8004" [8004] "ConfigNotFound, config file not found" Fault WORDS;
}
