//! The tables of Huawei Cloud IAM: what it can do and what it takes, a line each with its source.

use super::operations;
use crate::provider::error::Source;
use crate::provider::table::{limits, operations, parameters, quirks};

const REFERENCE: Source = Source::Docs("IAM API reference");
const SDK: Source = Source::Sdk("huaweicloudsdkcore 3.1.219");
const NODE_CORE: Source = Source::Sdk("@huaweicloud/huaweicloud-sdk-core 3.1.211");
const NODE_IAM: Source = Source::Sdk("@huaweicloud/huaweicloud-sdk-iam 3.1.172");
const GOLANGSDK: Source = Source::Sdk("chnsz/golangsdk in terraform-provider-huaweicloud a0345b8d");

const AGENCY: Source =
    Source::Docs("huaweicloudDocs/iam 5d5f9de, temporary access key of an agency");
const DISCOVERY: Source = Source::Docs("huaweicloudDocs/iam 5d5f9de, Keystone API versions");
const CATALOG: Source = Source::Docs("huaweicloudDocs/iam 5d5f9de, service catalogue");

parameters! {
    AUTH_SCOPE = body "auth.scope": "object" = "the user's domain", "project by id or name (and domain), else domain by id or name, an empty object is none; any, but with strict authentication those of the seed", REFERENCE;
    X_AUTH_TOKEN = header "X-Auth-Token": "string" = "the first user of the seed", "who calls; with authentication off any text or none", REFERENCE;
}

operations! {
    /// Lists the versions of the API, for clients that are given its address alone
    KeystoneListVersions: GET "/" reads DISCOVERY => operations::list_versions [];
    /// Shows the version
    KeystoneShowVersion: GET "/v3" reads DISCOVERY => operations::show_version [];
    /// Issues a token for a password, a token or an agency
    KeystoneCreateToken: POST "/v3/auth/tokens" writes REFERENCE => operations::create_token [
        (query "nocatalog": "string", "any text but an empty one empties the catalogue", REFERENCE),
        (required body "auth.identity.methods": "array of string", "password, token, assume_role, and totp together with password; else 400", REFERENCE),
        (body "auth.identity.password.user": "object", "for password: id, or name and domain (id or name), and password; else 400", REFERENCE),
        (body "auth.identity.totp": "object", "for totp: user.id and passcode; else 400", REFERENCE),
        (body "auth.identity.token.id": "string", "for token; else 400", REFERENCE),
        (body "auth.identity.assume_role": "object", "for assume_role: agency_name, and domain_id or domain_name; else 400", REFERENCE),
        AUTH_SCOPE,
    ];
    /// Shows what a token is good for
    KeystoneShowToken: GET "/v3/auth/tokens" reads REFERENCE => operations::show_token [
        X_AUTH_TOKEN,
        (required header "X-Subject-Token": "string", "a token that was issued here and is in its time; else 404", REFERENCE),
    ];
    /// Lists projects; of a name exactly one
    KeystoneListProjects: GET "/v3/projects" reads SDK => operations::list_projects [
        (query "name": "string", "a region's or project's name; one that the seed does not have gets an id made from it, or with strict authentication, unless it is a region's, an empty list", SDK),
        (query "domain_id": "string", "exact; empty counts as absent, and of a name the caller's project goes before others'", GOLANGSDK),
        (query "page": "integer", "from 1, together with per_page; otherwise neither counts", NODE_IAM),
        (query "per_page": "integer", "from 1, together with page; otherwise neither counts", NODE_IAM),
    ];
    /// Lists the caller's domain, exactly one
    KeystoneListAuthDomains: GET "/v3/auth/domains" reads SDK => operations::list_domains [X_AUTH_TOKEN];
    /// Shows where the services are: all of them on this server
    KeystoneShowCatalog: GET "/v3/auth/catalog" reads CATALOG => operations::show_catalog [X_AUTH_TOKEN];
    /// Says who calls
    GetCallerIdentity: GET "/v5/caller-identity" reads SDK => operations::get_caller_identity [X_AUTH_TOKEN];
    /// Issues a token for a user of an external identity provider
    CreateTokenByIdToken: POST "/v3.0/OS-AUTH/id-token/tokens" writes SDK => operations::create_token_by_id_token [
        (required header "X-Idp-Id": "string", "the identity provider, any; else 400", SDK),
        (required body "auth.id_token.id": "string", "any; else 400", REFERENCE),
        AUTH_SCOPE,
    ];
    /// Issues an unscoped token for a user of an external identity provider
    CreateUnscopedTokenWithIdToken: POST "/v3/OS-FEDERATION/identity_providers/{idp_id}/protocols/{protocol_id}/auth" writes NODE_CORE => operations::create_unscoped_token [
        (path "idp_id": "string", "the identity provider, any", NODE_IAM),
        (path "protocol_id": "string", "any", NODE_IAM),
        (required header "Authorization": "string", "Bearer and that provider's token, any; else 400", NODE_IAM),
    ];
    /// Issues an access key for a while
    CreateTemporaryAccessKeyByToken: POST "/v3.0/OS-CREDENTIAL/securitytokens" writes SDK => operations::create_temporary_access_key [
        X_AUTH_TOKEN,
        (required body "auth.identity.methods": "array of string", "token or assume_role, one of the two; else 400", REFERENCE),
        (body "auth.identity.token.id": "string", "with authentication off any text or none", REFERENCE),
        (body "auth.identity.token.duration_seconds": "integer" = "900", "{}; else 400" 900..=86400 value, REFERENCE),
        (body "auth.identity.assume_role": "object", "for assume_role: agency_name, and domain_id or domain_name; else 400", AGENCY),
        (body "auth.identity.assume_role.duration_seconds": "integer" = "900", "{}; else 400" 900..=86400 value, AGENCY),
    ];
}

quirks! {
    use crate::providers::huawei::UNKNOWN_KEY;
}

limits! {
    /// on the namespace's clock
    "life of a token" = "24 h", REFERENCE;
    /// the oldest go first
    "tokens of a namespace" = "10000", Source::Inferred("so that a client that logs in for ever fills nothing up");
    /// a longer one is refused with 400; methods are four at most
    "names and ids in bodies" = "64 characters", Source::Inferred("as in seeds; tokens are kept with them");
    /// the oldest go first
    "temporary access keys of a namespace" = "10000", Source::Inferred("as for tokens");
}
