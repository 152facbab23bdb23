//! IAM's own error table; the gateway's is in `providers/huawei.rs`. The codes are numbers on the wire.

use crate::provider::error::{Source, catalogue};

const REFERENCE: Source = Source::Docs("IAM API reference, POST and GET /v3/auth/tokens");
const OURS: Source = Source::Inferred("that the scope is checked is documented, the text is not");
const OURS_TOO: Source =
    Source::Inferred("that the identity is checked is documented, the text for a token is not");

catalogue! {
    /// the body is not JSON, or lacks what its method needs
    BODY_INVALID: BodyInvalid = 400 "400" "The request body is invalid" Condition REFERENCE;
    /// a user or password that is not configured
    PASSWORD_WRONG: PasswordWrong = 401 "401" "The username or password is wrong." Authentication REFERENCE;
    /// a token as identity that was not issued here, or is past its time
    IDENTITY_TOKEN_INVALID: IdentityTokenInvalid = 401 "401" "The token is invalid." Authentication OURS_TOO;
    /// a project or domain in the scope that is not configured
    SCOPE_UNKNOWN: ScopeUnknown = 401 "401" "The project or domain of the scope does not exist." Authentication OURS;
    /// a subject token that was not issued here, or is past its time
    SUBJECT_TOKEN_INVALID: SubjectTokenInvalid = 404 "404" "X-Subject-Token is invalid in the request" Condition REFERENCE;
}
