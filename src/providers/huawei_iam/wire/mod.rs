//! Bodies in, answers and IAM's own error envelope out: everything that has a JSON name.

pub(crate) mod seed;

use std::fmt;
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::errors;
use super::model::{Domain, LONGEST_NAME, Project, Reference, User, made_up_id};
use crate::namespace::clock::Time;
use crate::namespace::settings::Credential;
use crate::provider::call::{Call, Reply};
use crate::provider::error::{ApiError, Refusal};
use crate::providers::huawei::token::shown;
use crate::providers::huawei::{self, member};

/// The content type of what IAM itself answers; the gateway's errors have none with a character set.
pub(crate) const JSON: &str = "application/json; charset=UTF-8";

/// What a body of `POST /v3/auth/tokens` asks for.
#[derive(Debug)]
pub(crate) struct TokenBody {
    pub(crate) methods: Vec<String>,
    pub(crate) identity: Identity,
    /// None: the user's domain.
    pub(crate) scope: Option<ScopeBody>,
}

/// Who wants a token.
#[derive(Debug)]
pub(crate) enum Identity {
    /// Somebody with a password.
    User {
        user: Reference,
        domain: Option<Reference>,
        password: Password,
    },
    /// Whoever this token was issued to.
    Token(String),
    /// Whoever may act as this agency.
    Agency { domain: Reference, name: String },
}

/// A password as sent, which no debug output shows.
pub(crate) struct Password(pub(crate) String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What a token is to be good for.
#[derive(Debug)]
pub(crate) enum ScopeBody {
    Project {
        project: Reference,
        domain: Option<Reference>,
    },
    Domain(Reference),
}

/// The methods that identify somebody, and the one that only adds to a password.
///
/// Inferred: any other method is refused.
const METHODS: [&str; 4] = ["password", "token", "assume_role", "totp"];

impl TokenBody {
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let body = Part::of_body(call)?;
        let auth = body.object("auth")?;
        let identity = auth.object("identity")?;
        let methods = identity.methods()?;
        let has = |name: &str| methods.iter().any(|method| method == name);
        if has("totp") {
            let totp = identity.object("totp")?;
            totp.object("user")?.text("id")?;
            totp.text("passcode")?;
        }
        let who = if has("password") {
            let user = identity.object("password")?.object("user")?;
            let password = Password(user.any_text("password")?);
            let domain = user.optional("domain")?;
            let domain = domain.map(|domain| domain.reference()).transpose()?;
            let user_reference = user.reference()?;
            if matches!(user_reference, Reference::Name(_)) && domain.is_none() {
                return Err(user.refused("domain", "needs the name or id of the user's domain"));
            }
            Identity::User {
                user: user_reference,
                domain,
                password,
            }
        } else if has("token") {
            Identity::Token(identity.object("token")?.text("id")?)
        } else if has("assume_role") {
            let agency = identity.object("assume_role")?;
            Identity::Agency {
                domain: agency.reference_as("domain_id", "domain_name")?,
                name: agency.name("agency_name")?,
            }
        } else {
            return Err(identity.refused("methods", "needs one of password, token, assume_role"));
        };
        Ok(Self {
            scope: auth.scope()?,
            methods,
            identity: who,
        })
    }
}

/// What a body of `POST /v3.0/OS-AUTH/id-token/tokens` asks for.
#[derive(Debug)]
pub(crate) struct IdTokenBody {
    pub(crate) scope: Option<ScopeBody>,
}

impl IdTokenBody {
    /// Inferred: the header that names the identity provider has to be there, as both SDKs send it.
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let body = Part::of_body(call)?;
        let auth = body.object("auth")?;
        auth.object("id_token")?.text("id")?;
        if call.request.lossy_header("x-idp-id").is_empty() {
            return Err(auth.refused("id_token", "needs the header X-Idp-Id too"));
        }
        Ok(Self {
            scope: auth.scope()?,
        })
    }
}

/// How long a temporary access key may live, in seconds.
///
/// Inferred: both SDKs ask for 21600.
pub(crate) const DURATION_SECONDS: RangeInclusive<i64> = 900..=86_400;

/// What a body of `POST /v3.0/OS-CREDENTIAL/securitytokens` asks for.
#[derive(Debug)]
pub(crate) struct TemporaryKeyBody {
    pub(crate) duration_seconds: i64,
    /// The domain that the agency belongs to, where the key is an agency's.
    pub(crate) agency_domain: Option<Reference>,
}

impl TemporaryKeyBody {
    /// The token is in the body (Python) or in `X-Auth-Token` (Node); with authentication off it may be in neither.
    ///
    /// Inferred: both methods at once are refused; `session_user` and `policy` are taken and have no effect.
    pub(crate) fn decode(call: &Call<'_>) -> Result<Self, ApiError> {
        let body = Part::of_body(call)?;
        let auth = body.object("auth")?;
        let identity = auth.object("identity")?;
        let methods = identity.methods()?;
        let (duration, agency_domain) = match methods.as_slice() {
            [method] if method == "token" => {
                let duration = match identity.optional("token")? {
                    Some(token) => token.number("duration_seconds", DURATION_SECONDS)?,
                    None => None,
                };
                (duration, None)
            }
            [method] if method == "assume_role" => {
                let agency = identity.object("assume_role")?;
                agency.name("agency_name")?;
                let domain = agency.reference_as("domain_id", "domain_name")?;
                let duration = agency.number("duration_seconds", DURATION_SECONDS)?;
                (duration, Some(domain))
            }
            _ => return Err(identity.refused("methods", "takes token or assume_role")),
        };
        Ok(Self {
            duration_seconds: duration.unwrap_or(*DURATION_SECONDS.start()),
            agency_domain,
        })
    }
}

/// The token that a body of `POST /v3.0/OS-CREDENTIAL/securitytokens` carries.
pub(crate) fn token_in_body(call: &Call<'_>) -> Option<String> {
    let body = Value::Object(call.json_object().ok()??);
    let token = body.pointer("/auth/identity/token/id")?.as_str()?;
    Some(token.to_owned())
}

/// An object in a body, with the place where it is for the journal.
struct Part {
    place: String,
    object: Map<String, Value>,
}

impl Part {
    fn of_body(call: &Call<'_>) -> Result<Self, ApiError> {
        let refused = |because: &str| errors::BODY_INVALID.raise().because(because);
        let object = call
            .json_object()
            .map_err(|cause| refused(&cause.0))?
            .ok_or_else(|| refused("there is no body"))?;
        Ok(Self {
            place: String::new(),
            object,
        })
    }

    fn refused(&self, name: &str, rule: &str) -> ApiError {
        errors::BODY_INVALID
            .raise()
            .because(format!("{}{name} {rule}", self.place))
    }

    fn optional(&self, name: &str) -> Result<Option<Self>, ApiError> {
        match member(&self.object, name) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(Self {
                place: format!("{}{name}.", self.place),
                object: object.clone(),
            })),
            Some(_) => Err(self.refused(name, "has to be an object")),
        }
    }

    fn object(&self, name: &str) -> Result<Self, ApiError> {
        self.optional(name)?
            .ok_or_else(|| self.refused(name, "is missing"))
    }

    /// A text, be it empty.
    fn any_text(&self, name: &str) -> Result<String, ApiError> {
        match member(&self.object, name) {
            None => Err(self.refused(name, "is missing")),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(self.refused(name, "has to be a string")),
        }
    }

    /// Inferred: an empty text counts as a missing one.
    fn text(&self, name: &str) -> Result<String, ApiError> {
        let text = self.any_text(name)?;
        if text.is_empty() {
            return Err(self.refused(name, "is empty"));
        }
        Ok(text)
    }

    /// A text that names something, which tokens are kept with.
    ///
    /// Inferred: the bound, as seeds have it.
    fn name(&self, name: &str) -> Result<String, ApiError> {
        let text = self.text(name)?;
        if LONGEST_NAME < text.chars().count() {
            return Err(self.refused(name, &format!("takes {LONGEST_NAME} characters")));
        }
        Ok(text)
    }

    fn number(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, ApiError> {
        let Some(value) = member(&self.object, name) else {
            return Ok(None);
        };
        let number = value.as_i64().filter(|number| range.contains(number));
        let rule = || format!("takes {} to {}", range.start(), range.end());
        number.map(Some).ok_or_else(|| self.refused(name, &rule()))
    }

    fn reference(&self) -> Result<Reference, ApiError> {
        self.reference_as("id", "name")
    }

    /// An id, else a name.
    fn reference_as(&self, id: &str, name: &str) -> Result<Reference, ApiError> {
        if member(&self.object, id).is_some() {
            return self.name(id).map(Reference::Id);
        }
        self.name(name).map(Reference::Name)
    }

    fn methods(&self) -> Result<Vec<String>, ApiError> {
        let rule = "takes a list of password, token, assume_role and totp";
        let sent = member(&self.object, "methods").and_then(Value::as_array);
        let known = |method: &Value| {
            let method = method.as_str()?;
            METHODS.contains(&method).then(|| method.to_owned())
        };
        let methods: Option<Vec<String>> =
            sent.and_then(|methods| methods.iter().map(known).collect());
        methods
            .filter(|methods| (1..=METHODS.len()).contains(&methods.len()))
            .ok_or_else(|| self.refused("methods", rule))
    }

    /// With both in it, the project counts. Inferred: one with neither counts as an empty one, which is none.
    fn scope(&self) -> Result<Option<ScopeBody>, ApiError> {
        let Some(scope) = self.optional("scope")? else {
            return Ok(None);
        };
        if let Some(project) = scope.optional("project")? {
            let domain = project.optional("domain")?;
            let domain = domain.map(|domain| domain.reference()).transpose()?;
            let project = project.reference()?;
            return Ok(Some(ScopeBody::Project { project, domain }));
        }
        let domain = scope.optional("domain")?;
        let domain = domain.map(|domain| domain.reference()).transpose()?;
        Ok(domain.map(ScopeBody::Domain))
    }
}

/// An id and a name.
#[derive(Serialize)]
pub(crate) struct RouteMatch<'a> {
    id: &'a str,
    name: &'a str,
}

impl<'a> From<&'a Domain> for RouteMatch<'a> {
    fn from(domain: &'a Domain) -> Self {
        Self {
            id: &domain.id,
            name: &domain.name,
        }
    }
}

/// The `token` object.
#[derive(Serialize)]
pub(crate) struct Token<'a> {
    catalog: &'a [Service],
    expires_at: String,
    issued_at: String,
    methods: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<TokenProject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<RouteMatch<'a>>,
    roles: [RouteMatch<'a>; 1],
    user: TokenUser<'a>,
}

#[derive(Serialize)]
struct TokenProject<'a> {
    domain: RouteMatch<'a>,
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct TokenUser<'a> {
    domain: RouteMatch<'a>,
    id: &'a str,
    name: &'a str,
    password_expires_at: &'a str,
}

/// Whom a token is for, what it is good for, and when.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) methods: Vec<String>,
    pub(crate) user: User,
    pub(crate) user_domain: Domain,
    /// None: the domain.
    pub(crate) project: Option<Project>,
    pub(crate) domain: Domain,
    pub(crate) issued_at: Time,
    pub(crate) expires_at: Time,
    /// Empty where the call asks for none.
    pub(crate) catalog: Vec<Service>,
}

impl Granted {
    pub(crate) fn document(&self) -> Result<Box<RawValue>, ApiError> {
        let token = Token {
            catalog: &self.catalog,
            expires_at: shown(self.expires_at),
            issued_at: shown(self.issued_at),
            methods: &self.methods,
            project: self.project.as_ref().map(|project| TokenProject {
                domain: RouteMatch::from(&self.domain),
                id: &project.id,
                name: &project.name,
            }),
            domain: self
                .project
                .is_none()
                .then(|| RouteMatch::from(&self.domain)),
            roles: [RouteMatch {
                id: "0",
                name: "te_admin",
            }],
            user: TokenUser {
                domain: RouteMatch::from(&self.user_domain),
                id: &self.user.id,
                name: &self.user.name,
                password_expires_at: "",
            },
        };
        Ok(serde_json::value::to_raw_value(&token)?)
    }
}

/// Who a token was issued to, read back from what is shown of it.
pub(crate) fn user_of(document: &RawValue) -> Option<(User, Domain)> {
    let token: Value = serde_json::from_str(document.get()).ok()?;
    let text = |pointer: &str| Some(token.pointer(pointer)?.as_str()?.to_owned());
    let domain = Domain::made_up(text("/user/domain/id")?, text("/user/domain/name")?);
    let user = User::made_up(text("/user/id")?, text("/user/name")?, &domain.id);
    Some((user, domain))
}

/// The project that a token is good for, read back likewise; none for the token of a domain.
pub(crate) fn project_of(document: &RawValue) -> Option<Project> {
    let token: Value = serde_json::from_str(document.get()).ok()?;
    let text = |pointer: &str| Some(token.pointer(pointer)?.as_str()?.to_owned());
    let (id, domain_id) = (text("/project/id")?, text("/project/domain/id")?);
    Some(Project::made_up(id, text("/project/name")?, &domain_id))
}

#[derive(Serialize)]
struct TokenAnswer<'a> {
    token: &'a RawValue,
}

/// A token as its issue and its check answer it.
pub(crate) fn token_answer(
    status: u16,
    text: &str,
    document: &RawValue,
) -> Result<Reply, ApiError> {
    let reply = Reply::json(JSON, &TokenAnswer { token: document })?;
    Ok(reply.status(status).header("x-subject-token", text))
}

/// The answer of `GET /v3/projects`.
#[derive(Serialize)]
pub(crate) struct ProjectList {
    projects: Vec<ProjectEntry>,
    links: Links,
}

#[derive(Serialize)]
struct ProjectEntry {
    id: String,
    name: String,
    domain_id: String,
    description: String,
    enabled: bool,
    is_domain: bool,
    parent_id: String,
    links: Links,
}

#[derive(Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: String,
    next: Option<String>,
    previous: Option<String>,
}

impl Links {
    const fn to(this: String) -> Self {
        Self {
            this,
            next: None,
            previous: None,
        }
    }
}

impl ProjectList {
    pub(crate) fn new(call: &Call<'_>, projects: Vec<Project>) -> Self {
        let entry = |project: Project| ProjectEntry {
            links: Links::to(address(call, &format!("/v3/projects/{}", project.id))),
            id: project.id,
            name: project.name,
            domain_id: project.domain_id,
            description: project.description,
            enabled: project.enabled,
            is_domain: project.is_domain,
            parent_id: project.parent_id,
        };
        Self {
            projects: projects.into_iter().map(entry).collect(),
            links: Links::to(address(call, "/v3/projects")),
        }
    }
}

/// The answer of `GET /v3/auth/domains`.
#[derive(Serialize)]
pub(crate) struct DomainList {
    domains: [DomainEntry; 1],
    links: SelfLink,
}

#[derive(Serialize)]
struct DomainEntry {
    description: String,
    enabled: bool,
    id: String,
    links: SelfLink,
    name: String,
}

#[derive(Serialize)]
struct SelfLink {
    #[serde(rename = "self")]
    this: String,
}

impl DomainList {
    /// Terraform wants exactly one.
    pub(crate) fn new(call: &Call<'_>, domain: Domain) -> Self {
        let link = |path: &str| SelfLink {
            this: address(call, path),
        };
        Self {
            links: link("/v3/auth/domains"),
            domains: [DomainEntry {
                links: link(&format!("/v3/domains/{}", domain.id)),
                id: domain.id,
                name: domain.name,
                description: domain.description,
                enabled: domain.enabled,
            }],
        }
    }
}

/// The answer of `GET /v3/auth/catalog`.
#[derive(Serialize)]
pub(crate) struct Catalog {
    catalog: Vec<Service>,
    links: SelfLink,
}

impl Catalog {
    pub(crate) fn new(call: &Call<'_>, project: Option<&Project>) -> Self {
        Self {
            catalog: services(call, project),
            links: SelfLink {
                this: address(call, "/v3/auth/catalog"),
            },
        }
    }
}

/// A service of the catalogue.
#[derive(Debug, Serialize)]
pub(crate) struct Service {
    endpoints: Vec<Endpoint>,
    id: String,
    name: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Debug, Serialize)]
struct Endpoint {
    id: String,
    interface: &'static str,
    region: String,
    region_id: String,
    url: String,
}

impl Service {
    /// Inferred: the types equal the names, and ids stay the same for the same service and region.
    fn new(name: &'static str, endpoints: &[(&str, String)]) -> Self {
        let endpoint = |(region, url): &(&str, String)| Endpoint {
            id: made_up_id(&["endpoint", name, region]),
            interface: "public",
            region: (*region).to_owned(),
            region_id: (*region).to_owned(),
            url: url.clone(),
        };
        Self {
            endpoints: endpoints.iter().map(endpoint).collect(),
            id: made_up_id(&["service", name]),
            name,
            kind: name,
        }
    }
}

/// What a project may call, all of it on this server: one endpoint a type and region, for clients refuse to choose between
/// two. Without a project (a token of a domain) that is IAM alone, in every region.
pub(crate) fn services(call: &Call<'_>, project: Option<&Project>) -> Vec<Service> {
    let iam = address(call, "/v3.0");
    let Some(project) = project else {
        return vec![Service::new("iam", &[("*", iam)])];
    };
    // Inferred: a part of a region's project is named `<region>_<name>`.
    let region = project.name.split('_').next().unwrap_or_default();
    let own = address(call, &format!("/v2/{}", project.id));
    vec![
        Service::new("workspace", &[(region, own.clone())]),
        Service::new("dms", &[(region, own)]),
        Service::new("iam", &[("*", iam.clone()), (region, iam)]),
    ]
}

/// The answer of `GET /`.
#[derive(Serialize)]
pub(crate) struct VersionList {
    versions: VersionValues,
}

#[derive(Serialize)]
struct VersionValues {
    values: [Version; 1],
}

/// The answer of `GET /v3`.
#[derive(Serialize)]
pub(crate) struct VersionAnswer {
    version: Version,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Version {
    media_types: [MediaType; 1],
    links: [VersionLink; 1],
    id: &'static str,
    updated: &'static str,
    status: &'static str,
}

#[derive(Serialize)]
struct MediaType {
    #[serde(rename = "type")]
    kind: &'static str,
    base: &'static str,
}

#[derive(Serialize)]
struct VersionLink {
    rel: &'static str,
    href: String,
}

impl Version {
    /// The address keeps the prefix by which the call came, if it had one.
    fn new(call: &Call<'_>) -> Self {
        Self {
            media_types: [MediaType {
                kind: "application/vnd.openstack.identity-v3+json",
                base: "application/json",
            }],
            links: [VersionLink {
                rel: "self",
                href: address(call, &format!("{}/v3/", call.request.prefix())),
            }],
            id: "v3.6",
            updated: "2016-04-04T00:00:00Z",
            status: "stable",
        }
    }
}

impl VersionList {
    pub(crate) fn new(call: &Call<'_>) -> Self {
        let values = [Version::new(call)];
        Self {
            versions: VersionValues { values },
        }
    }
}

impl VersionAnswer {
    pub(crate) fn new(call: &Call<'_>) -> Self {
        Self {
            version: Version::new(call),
        }
    }
}

/// The answer of `GET /v5/caller-identity`.
#[derive(Serialize)]
pub(crate) struct CallerIdentity {
    account_id: String,
    principal_urn: String,
    principal_id: String,
}

impl CallerIdentity {
    /// Inferred: the shape of the URN.
    pub(crate) fn new(user: User, domain: Domain) -> Self {
        Self {
            principal_urn: format!("iam::{}:user:{}", domain.id, user.name),
            account_id: domain.id,
            principal_id: user.id,
        }
    }
}

/// The answer of `POST /v3.0/OS-CREDENTIAL/securitytokens`.
#[derive(Serialize)]
pub(crate) struct TemporaryKeyAnswer {
    credential: CredentialEntry,
}

#[derive(Serialize)]
struct CredentialEntry {
    access: String,
    expires_at: String,
    secret: String,
    securitytoken: String,
}

impl TemporaryKeyAnswer {
    /// The access key carries its namespace as every access key can, so that what is signed with it comes back there.
    pub(crate) fn new(key: Credential, namespace: &str, expires_at: Time) -> Self {
        Self {
            credential: CredentialEntry {
                access: format!("{}~{namespace}", key.access_key),
                secret: key.secret_key,
                securitytoken: key.token.unwrap_or_default(),
                expires_at: shown(expires_at),
            },
        }
    }
}

/// An address on this server, as the client reached it.
fn address(call: &Call<'_>, path: &str) -> String {
    format!("http://{}{path}", call.request.host())
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: ErrorText<'a>,
}

#[derive(Serialize)]
struct ErrorText<'a> {
    code: u16,
    message: &'a str,
    title: &'static str,
}

/// The answer as it goes out: IAM's errors in their own envelope, the gateway's in the gateway's.
pub(crate) fn envelope(call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
    let verdict = match verdict {
        Err(refusal) if !refusal.entry.code.starts_with("APIGW.") => Ok(error(&refusal)),
        other => other,
    };
    let verdict = verdict.map(|reply| {
        let (region, id) = (call.region(), &call.request_id);
        reply.header("x-iam-trace-id", format!("token_{region}_null_{id}"))
    });
    huawei::envelope(call, verdict)
}

fn error(refusal: &Refusal) -> Reply {
    let status = refusal.entry.status;
    let title = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or_default();
    let error = ErrorText {
        code: status,
        message: &refusal.message,
        title,
    };
    let body = serde_json::to_vec(&ErrorBody { error }).expect("texts become JSON");
    let reply = Reply::new(status, JSON, body);
    refusal
        .headers
        .iter()
        .fold(reply, |reply, (name, value)| reply.header(name, value))
}
