//! Huawei Cloud IAM, as far as clients of the other services call it by themselves.
//!
//! What is odd here:
//! - tokens travel in headers: a new one comes back in `X-Subject-Token`;
//! - `/v3/auth/tokens` works with and without a slash behind it, unlike every other path;
//! - a look-up of projects by name has to give exactly one: SDKs refuse none and two alike;
//! - errors of IAM have an envelope of their own, with a number for a code; those of the gateway have the gateway's;
//! - times have six digits behind the second.

mod auth;
mod errors;
mod model;
mod operations;
mod wire;

use std::sync::LazyLock;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use crate::provider::call::{Call, Oversize, Reply, Request};
use crate::provider::error::{ApiError, ErrorEntry, Missing, Refusal, Source};
use crate::provider::seed::SeedError;
use crate::provider::table::{Limit, Location, Operation, Parameter, Quirk, RouteMatch};
use crate::provider::{Provider, SeedContext};
use crate::providers::huawei;
use crate::providers::huawei::token;
use crate::providers::routes::Routes;
use crate::store::page::count;

/// The room.
#[derive(Debug)]
pub(crate) struct HuaweiIam;

const REFERENCE: Source = Source::Docs("IAM API reference");
const SDK: Source = Source::Sdk("huaweicloudsdkcore 3.1.219");
const GOLANGSDK: Source = Source::Sdk("chnsz/golangsdk in terraform-provider-huaweicloud a0345b8d");

const X_AUTH_TOKEN: Parameter = Parameter {
    name: "X-Auth-Token",
    location: Location::Header,
    kind: "string",
    required: false,
    default: "the first user of the seed",
    rule: "who calls; with authentication off any text or none",
    source: REFERENCE,
};

const SCOPE: Parameter = Parameter {
    default: "the user's domain",
    ..body(
        "auth.scope",
        "object",
        false,
        "project by id or name (and domain), else domain by id or name; any, but with strict authentication those of the seed",
    )
};

static OPERATIONS: &[Operation] = &[
    Operation {
        name: operations::CREATE_TOKEN,
        methods: &["POST"],
        path: "/v3/auth/tokens",
        version: "",
        summary: "Issues a token for a password, a token or an agency",
        parameters: &[
            Parameter {
                location: Location::Query,
                ..body(
                    "nocatalog",
                    "string",
                    false,
                    "any; the catalogue is empty in any case",
                )
            },
            body(
                "auth.identity.methods",
                "array of string",
                true,
                "password, token, assume_role, and totp beside password; else 400",
            ),
            body(
                "auth.identity.password.user",
                "object",
                false,
                "for password: id, or name and domain (id or name), and password; else 400",
            ),
            body(
                "auth.identity.totp",
                "object",
                false,
                "for totp: user.id and passcode; else 400",
            ),
            body(
                "auth.identity.token.id",
                "string",
                false,
                "for token; else 400",
            ),
            body(
                "auth.identity.assume_role",
                "object",
                false,
                "for assume_role: agency_name, and domain_id or domain_name; else 400",
            ),
            SCOPE,
        ],
        writes: true,
        source: REFERENCE,
        run: operations::create_token,
    },
    Operation {
        name: "KeystoneShowToken",
        methods: &["GET"],
        path: "/v3/auth/tokens",
        version: "",
        summary: "Shows what a token is good for",
        parameters: &[
            X_AUTH_TOKEN,
            Parameter {
                name: "X-Subject-Token",
                required: true,
                default: "",
                rule: "a token that was issued here and is in its time; else 404",
                ..X_AUTH_TOKEN
            },
        ],
        writes: false,
        source: REFERENCE,
        run: operations::show_token,
    },
    Operation {
        name: "KeystoneListProjects",
        methods: &["GET"],
        path: "/v3/projects",
        version: "",
        summary: "Lists projects; of a name exactly one",
        parameters: &[
            Parameter {
                location: Location::Query,
                source: SDK,
                ..body(
                    "name",
                    "string",
                    false,
                    "a region's or project's name; one that the seed does not have gets an id made from it, or with strict authentication, unless it is a region's, an empty list",
                )
            },
            Parameter {
                location: Location::Query,
                source: GOLANGSDK,
                ..body(
                    "domain_id",
                    "string",
                    false,
                    "exact; empty counts as absent, and of a name the caller's project goes before others'",
                )
            },
        ],
        writes: false,
        source: SDK,
        run: operations::list_projects,
    },
    Operation {
        name: "KeystoneListAuthDomains",
        methods: &["GET"],
        path: "/v3/auth/domains",
        version: "",
        summary: "Lists the caller's domain, exactly one",
        parameters: &[X_AUTH_TOKEN],
        writes: false,
        source: SDK,
        run: operations::list_domains,
    },
    Operation {
        name: "KeystoneShowCatalog",
        methods: &["GET"],
        path: "/v3/auth/catalog",
        version: "",
        summary: "Shows an empty catalogue",
        parameters: &[X_AUTH_TOKEN],
        writes: false,
        source: GOLANGSDK,
        run: operations::show_catalog,
    },
    Operation {
        name: "GetCallerIdentity",
        methods: &["GET"],
        path: "/v5/caller-identity",
        version: "",
        summary: "Says who calls",
        parameters: &[X_AUTH_TOKEN],
        writes: false,
        source: SDK,
        run: operations::get_caller_identity,
    },
    Operation {
        name: operations::CREATE_TOKEN_BY_ID_TOKEN,
        methods: &["POST"],
        path: "/v3.0/OS-AUTH/id-token/tokens",
        version: "",
        summary: "Issues a token for somebody whom another identity provider knows",
        parameters: &[
            Parameter {
                name: "X-Idp-Id",
                required: true,
                default: "",
                rule: "the identity provider, any; else 400",
                source: SDK,
                ..X_AUTH_TOKEN
            },
            body("auth.id_token.id", "string", true, "any; else 400"),
            SCOPE,
        ],
        writes: true,
        source: SDK,
        run: operations::create_token_by_id_token,
    },
    Operation {
        name: operations::CREATE_TEMPORARY_KEY,
        methods: &["POST"],
        path: "/v3.0/OS-CREDENTIAL/securitytokens",
        version: "",
        summary: "Issues an access key for a while",
        parameters: &[
            X_AUTH_TOKEN,
            body(
                "auth.identity.methods",
                "array of string",
                true,
                "token; else 400",
            ),
            body(
                "auth.identity.token.id",
                "string",
                false,
                "with authentication off any text or none",
            ),
            Parameter {
                default: "900",
                ..body(
                    "auth.identity.token.duration_seconds",
                    "integer",
                    false,
                    "900 to 86400; else 400",
                )
            },
        ],
        writes: true,
        source: SDK,
        run: operations::create_temporary_access_key,
    },
];

const fn body(
    name: &'static str,
    kind: &'static str,
    required: bool,
    rule: &'static str,
) -> Parameter {
    Parameter {
        name,
        location: Location::Body,
        kind,
        required,
        default: "",
        rule,
        source: REFERENCE,
    }
}

static LIMITS: &[Limit] = &[
    Limit {
        name: "life of a token",
        value: "24 h",
        about: "on the namespace's clock",
        source: REFERENCE,
    },
    Limit {
        name: "tokens of a namespace",
        value: "10000",
        about: "the oldest go first",
        source: Source::Inferred("so that a client that logs in for ever fills nothing up"),
    },
    Limit {
        name: "names and ids in bodies",
        value: "64 characters",
        about: "a longer one is refused with 400; methods are four at most",
        source: Source::Inferred("as in seeds; tokens are kept with them"),
    },
    Limit {
        name: "temporary access keys of a namespace",
        value: "10000",
        about: "the oldest go first",
        source: Source::Inferred("as for tokens"),
    },
];

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));

/// The room's own tables, and the tokens that the other Huawei rooms look at too.
static SCHEMA: LazyLock<String> =
    LazyLock::new(|| [include_str!("schema.sql"), token::SCHEMA].concat());

impl Provider for HuaweiIam {
    fn id(&self) -> &'static str {
        "huawei-iam"
    }

    fn title(&self) -> &'static str {
        "Huawei Cloud IAM (the look-ups that clients make by themselves)"
    }

    fn default_region(&self) -> &'static str {
        "cn-north-4"
    }

    fn operations(&self) -> &'static [Operation] {
        OPERATIONS
    }

    fn errors(&self) -> Vec<&'static ErrorEntry> {
        [errors::CATALOGUE, huawei::CATALOGUE].concat()
    }

    fn quirks(&self) -> &'static [Quirk] {
        &[]
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn schema(&self) -> &'static str {
        SCHEMA.as_str()
    }

    fn openapi(&self) -> &'static str {
        include_str!("../../../openapi/huawei-iam.yaml")
    }

    fn demo(&self) -> &'static str {
        include_str!("../../../seed-data/huawei-iam.json")
    }

    fn name_operation(&self, request: &Request) -> RouteMatch {
        // The one path that clients reach with and without a slash behind it.
        let path = match request.path() {
            "/v3/auth/tokens/" => "/v3/auth/tokens",
            path => path,
        };
        ROUTES.name(request, path)
    }

    fn access_key(&self, request: &Request) -> Option<String> {
        huawei::access_key(request)
    }

    fn token_namespace<'a>(&self, request: &'a Request) -> Option<&'a str> {
        token::namespace_of(request)
    }

    fn request_id(&self, ids: &Ids, _now: Time) -> String {
        huawei::request_id(ids)
    }

    fn admit(&self, call: &Call<'_>) -> Result<(), ApiError> {
        auth::admit(call)
    }

    fn envelope(&self, call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
        wire::envelope(call, verdict)
    }

    fn unfilled(&self, _call: &Call<'_>, _parameter: &str) -> ApiError {
        errors::BODY_INVALID.raise()
    }

    fn over_limit(&self, limit: Oversize) -> &'static ErrorEntry {
        huawei::over_limit(limit)
    }

    fn throttled(&self, wait: Duration) -> ApiError {
        huawei::throttled(wait)
    }

    fn internal_error(&self) -> &'static ErrorEntry {
        &huawei::GATEWAY_INTERNAL
    }

    fn seed(
        &self,
        tx: &Connection,
        document: &Value,
        context: &SeedContext<'_>,
    ) -> Result<u64, SeedError> {
        wire::seed::merge(tx, document, context)
    }

    fn export(&self, tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
        wire::seed::export(tx, each)
    }

    fn generate(&self, count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
        wire::seed::generate(count, ids, each);
    }

    fn counts(&self, tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
        Ok(vec![
            (
                "domains",
                count(tx, "SELECT count(*) FROM iam_domains", [])?,
            ),
            ("users", count(tx, "SELECT count(*) FROM iam_users", [])?),
            (
                "projects",
                count(tx, "SELECT count(*) FROM iam_projects", [])?,
            ),
        ])
    }

    fn contradictions(&self) -> &'static [&'static str] {
        &[]
    }

    fn has(&self, _tx: &Connection, _missing: &Missing) -> rusqlite::Result<bool> {
        // Whatever is not there is made up.
        Ok(false)
    }
}
