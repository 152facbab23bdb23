//! Answers, and IAM's own error envelope.

use http::HeaderName;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::namespace::clock::Time;
use crate::namespace::settings::Credential;
use crate::provider::call::{Call, Reply};
use crate::provider::error::{ApiError, Refusal};
use crate::providers::huawei;
use crate::providers::huawei::token::{X_SUBJECT_TOKEN, rfc3339_micros};
use crate::providers::huawei_iam::model::{Domain, Project, User, made_up_id};

/// The content type of IAM's own answers; in the gateway's errors it has no charset.
pub(crate) const JSON: &str = "application/json; charset=UTF-8";

/// An id and a name.
#[derive(Serialize)]
pub(crate) struct IdAndName<'a> {
    id: &'a str,
    name: &'a str,
}

impl<'a> From<&'a Domain> for IdAndName<'a> {
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
    domain: Option<IdAndName<'a>>,
    roles: [IdAndName<'a>; 1],
    user: TokenUser<'a>,
}

#[derive(Serialize)]
struct TokenProject<'a> {
    domain: IdAndName<'a>,
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct TokenUser<'a> {
    domain: IdAndName<'a>,
    id: &'a str,
    name: &'a str,
    password_expires_at: &'a str,
}

/// The user, scope and lifetime of a token.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) methods: Vec<String>,
    pub(crate) user: User,
    pub(crate) user_domain: Domain,
    /// `None`: the domain.
    pub(crate) project: Option<Project>,
    pub(crate) domain: Domain,
    pub(crate) issued_at: Time,
    pub(crate) expires_at: Time,
    /// Empty if the call does not ask for it.
    pub(crate) catalog: Vec<Service>,
}

impl Granted {
    pub(crate) fn document(&self) -> Result<Box<RawValue>, ApiError> {
        let token = Token {
            catalog: &self.catalog,
            expires_at: rfc3339_micros(self.expires_at),
            issued_at: rfc3339_micros(self.issued_at),
            methods: &self.methods,
            project: self.project.as_ref().map(|project| TokenProject {
                domain: IdAndName::from(&self.domain),
                id: &project.id,
                name: &project.name,
            }),
            domain: self
                .project
                .is_none()
                .then(|| IdAndName::from(&self.domain)),
            roles: [IdAndName {
                id: "0",
                name: "te_admin",
            }],
            user: TokenUser {
                domain: IdAndName::from(&self.user_domain),
                id: &self.user.id,
                name: &self.user.name,
                password_expires_at: "",
            },
        };
        Ok(serde_json::value::to_raw_value(&token)?)
    }
}

/// The user to whom a token was issued, read back from its JSON.
pub(crate) fn user_of(document: &RawValue) -> Option<(User, Domain)> {
    let token: Value = serde_json::from_str(document.get()).ok()?;
    let text = |pointer: &str| Some(token.pointer(pointer)?.as_str()?.to_owned());
    let domain = Domain::made_up(text("/user/domain/id")?, text("/user/domain/name")?);
    let user = User::made_up(text("/user/id")?, text("/user/name")?, &domain.id);
    Some((user, domain))
}

/// The project that a token is valid for, also read back; `None` for a domain token.
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

/// A token, as the calls that issue and check it answer.
pub(crate) fn token_answer(
    status: u16,
    text: &str,
    document: &RawValue,
) -> Result<Reply, ApiError> {
    let reply = Reply::json(JSON, &TokenAnswer { token: document })?;
    Ok(reply.status(status).header(X_SUBJECT_TOKEN, text))
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
    /// Terraform expects exactly one.
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
    /// Inferred: the types equal the names, and ids are stable for a service and region.
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

/// What a project may call, all of it on this server: one endpoint per type and region, because clients refuse to
/// choose between two. Without a project (domain tokens), it is IAM alone, in every region.
pub(crate) fn services(call: &Call<'_>, project: Option<&Project>) -> Vec<Service> {
    let iam = address(call, "/v3.0");
    let Some(project) = project else {
        return vec![Service::new("iam", &[("*", iam)])];
    };
    // Inferred: a subproject of a region's project is named `<region>_<name>`.
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
    /// The address keeps the prefix with which the call was made, if any.
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
    /// The access key carries its namespace like every access key, so that calls signed with it reach the same one.
    pub(crate) fn new(key: Credential, namespace: &str, expires_at: Time) -> Self {
        Self {
            credential: CredentialEntry {
                access: format!("{}~{namespace}", key.access_key),
                secret: key.secret_key,
                securitytoken: key.token.unwrap_or_default(),
                expires_at: rfc3339_micros(expires_at),
            },
        }
    }
}

/// An address on this server, with the host that the client used.
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

const X_IAM_TRACE_ID: HeaderName = HeaderName::from_static("x-iam-trace-id");

/// The final answer: IAM's errors in their own envelope, the gateway's in the gateway's.
pub(crate) fn envelope(call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
    let verdict = match verdict {
        Err(refusal) if !refusal.entry.code.starts_with("APIGW.") => Ok(error(&refusal)),
        other => other,
    };
    let verdict = verdict.map(|reply| {
        let (region, id) = (call.region(), &call.request_id);
        reply.header(X_IAM_TRACE_ID, format!("token_{region}_null_{id}"))
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
    reply.headers_of(refusal)
}
