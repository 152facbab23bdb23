//! The service's error table; the gateway's is in `providers/huawei.rs`. There is no 409: conflicts are 400.

use crate::provider::error::{Source, catalogue};

const SEED: Source = Source::Seed("002_ac84bbec52d1b0eb.txt");
const REFERENCE: Source = Source::Docs("Workspace API reference, error codes");
const DEFINITION: Source =
    Source::Docs("huawei-cloud-api-definitions-Workspace 0.1.20260904, error examples");
const TERRAFORM: Source = Source::Observed(
    "codes that terraform-provider-huaweicloud and chnsz/golangsdk look for in live answers",
);
const COMMENTS: Source = Source::Observed(
    "comments beside live answers in terraform-provider-huaweicloud, pull requests 5683 and 5685",
);
const ERROR_CODES: Source =
    Source::Docs("Workspace API reference, Application Error Codes (ErrorCode_0, 2026-05-21)");
const FORBIDDEN: Source = Source::Inferred(
    "the text is that of the definitions' example, the code goes by the pattern of WKS.00000405",
);
const TEXT: Source = Source::Inferred("WKS.0001 is the family's generic 400, the text is ours");
const CODE: Source = Source::Inferred("a placeholder: the public table could not be read in full");

catalogue! {
    /// POST or PUT without a body
    BODY_EMPTY: BodyEmpty = 400 "WKS.0001" "The request message input by the interface is empty." Condition REFERENCE;
    /// the body is not JSON, or not an object
    BODY_INVALID: BodyInvalid = 400 "WKS.0001" "The request body is invalid." Condition TEXT;
    /// a parameter is missing, malformed or out of its bounds
    PARAMETER_INVALID: ParameterInvalid = 400 "WKS.0001" "The parameter {} is invalid." Condition TEXT;
    /// no such user id in this project
    USER_NOT_FOUND: UserNotFound = 400 "WKS.00170312" "The user does not exist." Condition COMMENTS;
    /// no such group id in this project
    GROUP_NOT_FOUND: GroupNotFound = 400 "WKS.00170208" "The user group does not exist." Condition COMMENTS;
    /// the user name is used in this project, whatever its case
    USER_EXISTS: UserExists = 400 "WKS.00170301" "The user name already exists." Condition CODE;
    /// the group name is used in this project
    GROUP_EXISTS: GroupExists = 400 "WKS.00170201" "The user group name already exists." Condition CODE;
    /// one user more than the quota (quirk user-quota)
    USER_QUOTA_EXCEEDED: UserQuotaExceeded = 400 "WKS.00170302" "The number of users exceeds the limit." Condition CODE;
    /// a project whose tenant never opened the service
    TENANT_NOT_FOUND: TenantNotFound = 400 "WKS.00170117" "The tenant does not exist." Condition COMMENTS;
    /// a project in which the service is disabled, or which is not configured (quirk projects)
    SERVICE_DISABLED: ServiceDisabled = 403 "WKS.00010099" "The Workspace service is disabled." Condition TERRAFORM;
    /// a write signed with a key that may only read
    NO_PERMISSION: NoPermission = 403 "WKS.00000403" "User does not have permission to access this resource." Authentication FORBIDDEN;
    /// a policy group that comes with the service
    BASIC_POLICY_GROUP: BasicPolicyGroup = 403 "WKS.00081102" "This is a basic policy group,can't be deleted." Fault ERROR_CODES;
    /// a known path with another method
    METHOD_NOT_ALLOWED: MethodNotAllowed = 405 "WKS.00000405" "The method specified in the request is not allowed for this resource." Condition SEED;
    /// something went wrong inside
    INTERNAL: Internal = 500 "WKS.00211401" "The requested operation failed. Please try again later." Fault DEFINITION;
    /// the service is down
    SERVICE_UNAVAILABLE: ServiceUnavailable = 503 "WKS.00050902" "The service is now unavailable to process the request." Fault DEFINITION;
}
