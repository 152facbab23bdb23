//! One function per API action, in table order. With authentication off or lenient, any name and password are accepted;
//! strict requires those in the seed.

use rusqlite::Connection;

use super::errors;
use super::model::{self, Domain, Project, Reference, User};
use super::wire::{self, Granted, Identity, JSON, Password, ScopeBody};
use crate::namespace::credentials;
use crate::namespace::settings::Auth;
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::providers::huawei::authentication::is_signed;
use crate::providers::huawei::token::{self, Token, X_AUTH_TOKEN, X_SUBJECT_TOKEN};

/// The operations for which the gateway has special rules.
pub(crate) const CREATE_TOKEN: &str = "KeystoneCreateToken";
pub(crate) const CREATE_TOKEN_BY_ID_TOKEN: &str = "CreateTokenByIdToken";
pub(crate) const CREATE_UNSCOPED_TOKEN: &str = "CreateUnscopedTokenWithIdToken";
pub(crate) const LIST_VERSIONS: &str = "KeystoneListVersions";
pub(crate) const SHOW_VERSION: &str = "KeystoneShowVersion";
pub(crate) const CREATE_TEMPORARY_KEY: &str = "CreateTemporaryAccessKeyByToken";

/// Lists the versions of the API; there is one.
pub(crate) fn list_versions(call: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::json(JSON, &wire::VersionList::new(call))?.status(300))
}

/// Shows the version.
pub(crate) fn show_version(call: &Call<'_>) -> Result<Reply, ApiError> {
    Reply::json(JSON, &wire::VersionAnswer::new(call))
}

/// Issues a token.
pub(crate) fn create_token(call: &Call<'_>) -> Result<Reply, ApiError> {
    let body = wire::TokenBody::decode(call)?;
    call.store().write(|tx| {
        let (user, user_domain) = identified(call, tx, &body.identity)?;
        grant(call, tx, body.methods, body.scope, user, user_domain)
    })
}

/// Shows an issued token, as it was when issued.
pub(crate) fn show_token(call: &Call<'_>) -> Result<Reply, ApiError> {
    let refused = || errors::SUBJECT_TOKEN_INVALID.raise();
    let text = call.request.header(X_SUBJECT_TOKEN).unwrap_or_default();
    call.store().read(|tx| {
        let token = token::find(tx, text)?
            .ok_or_else(|| refused().because("X-Subject-Token holds no token of this namespace"))?;
        if token.expires_at <= call.now() {
            let end = token::rfc3339_micros(token.expires_at);
            return Err(refused().because(format!("the token was good until {end}")));
        }
        wire::token_answer(200, text, &token.document)
    })
}

/// Lists projects. For a name there is always exactly one (SDKs reject none just as they reject two); with strict
/// authentication, those in the seed and one for every region.
pub(crate) fn list_projects(call: &Call<'_>) -> Result<Reply, ApiError> {
    let filter = |name| {
        let value = call.query().first(name);
        value.filter(|value| !value.is_empty())
    };
    call.store().read(|tx| {
        let (name, domain_id) = (filter("name"), filter("domain_id"));
        let projects = match name {
            None => model::list_projects(tx, domain_id)?,
            Some(name) => {
                let (_, domain) = caller(call, tx)?;
                let known = model::project_named(tx, name, domain_id, &domain)?;
                let made_up = (!is_strict(call) || model::is_region(name))
                    .then(|| Project::named(name, domain_id.unwrap_or(&domain.id)));
                known.or(made_up).into_iter().collect()
            }
        };
        let projects = wire::page_of(call, projects);
        Reply::json(JSON, &wire::ProjectList::new(call, projects))
    })
}

/// Lists the caller's domain.
pub(crate) fn list_domains(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().read(|tx| {
        let (_, domain) = caller(call, tx)?;
        Reply::json(JSON, &wire::DomainList::new(call, domain))
    })
}

/// Shows the catalogue for the project of the caller's token; for a signed call, that of `X-Project-Id`, or else the
/// region's own project.
pub(crate) fn show_catalog(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().read(|tx| {
        let project = called_project(call, tx)?;
        Reply::json(JSON, &wire::Catalog::new(call, project.as_ref()))
    })
}

/// The project of a call whose path has none; `None` for a domain token.
fn called_project(call: &Call<'_>, tx: &Connection) -> Result<Option<Project>, ApiError> {
    let domain = own_domain(call, tx)?;
    let by = |meant| model::project(tx, &meant, &domain, call.region());
    if !is_signed(call.request) {
        let text = call.request.lossy_header(X_AUTH_TOKEN);
        let token = token::find(tx, &text)?.filter(|token| call.now() < token.expires_at);
        if let Some(token) = token {
            return Ok(wire::project_of(&token.document));
        }
    }
    let named = call.request.header("x-project-id");
    let meant = match named.filter(|id| !id.is_empty()) {
        Some(id) => Reference::Id(id.to_owned()),
        None => Reference::Name(call.region().to_owned()),
    };
    Ok(Some(by(meant)?))
}

/// Shows the caller's identity.
pub(crate) fn get_caller_identity(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().read(|tx| {
        let (user, domain) = caller(call, tx)?;
        Reply::json(JSON, &wire::CallerIdentity::new(user, domain))
    })
}

/// Issues a token for a user of an external identity provider.
///
/// Inferred: the user's name and the method; no source shows this answer's body. The id token is trusted in every mode
/// of authentication, because rollcall does not know its signer.
pub(crate) fn create_token_by_id_token(call: &Call<'_>) -> Result<Reply, ApiError> {
    let body = wire::IdTokenBody::decode(call)?;
    federate(call, body.scope)
}

/// Issues the same without a scope: Huawei's Node SDK calls this operation where the other SDKs call the one above.
///
/// Inferred: the token is valid for the account's domain, like one requested without a scope.
pub(crate) fn create_unscoped_token(call: &Call<'_>) -> Result<Reply, ApiError> {
    wire::bearer(call)?;
    federate(call, None)
}

fn federate(call: &Call<'_>, scope: Option<ScopeBody>) -> Result<Reply, ApiError> {
    call.store().write(|tx| {
        let domain = own_domain(call, tx)?;
        let user = model::user(tx, &Reference::Name("FederationUser".to_owned()), &domain)?;
        grant(call, tx, vec!["mapped".to_owned()], scope, user, domain)
    })
}

/// Issues a temporary access key.
pub(crate) fn create_temporary_access_key(call: &Call<'_>) -> Result<Reply, ApiError> {
    let body = wire::TemporaryKeyBody::decode(call)?;
    let namespace = &call.namespace.name;
    let now = call.now();
    let end = now.plus_millis(body.duration_seconds.saturating_mul(1000));
    // Keys do not belong to a provider.
    call.whole_store()?.write(|tx| {
        // Inferred: any agency of the domain is accepted.
        if let Some(meant) = &body.agency_domain
            && is_strict(call)
        {
            open_domain(tx, &domain(call, tx, meant)?)?;
        }
        let key = model::temporary_key(tx, call.ids(), namespace, end)?;
        credentials::issue(tx, &key, now)?;
        let answer = wire::TemporaryKeyAnswer::new(key, namespace, end);
        Ok(Reply::json(JSON, &answer)?.status(201))
    })
}

/// The account, with the name from the settings, if there is one.
fn own_domain(call: &Call<'_>, tx: &Connection) -> Result<Domain, ApiError> {
    let own = model::own_domain(tx)?;
    Ok(match &call.settings.domain_name {
        Some(name) => Domain {
            name: name.clone(),
            ..own
        },
        None => own,
    })
}

/// The domain that a body refers to. If the settings name the account, the seed's name for it is not known.
fn domain(call: &Call<'_>, tx: &Connection, meant: &Reference) -> Result<Domain, ApiError> {
    if call.settings.domain_name.is_none() {
        return Ok(model::domain(tx, meant)?);
    }
    let (own, seeded) = (own_domain(call, tx)?, model::own_domain(tx)?);
    Ok(match meant {
        Reference::Id(id) if *id == own.id => own,
        Reference::Name(name) if *name == own.name => own,
        Reference::Name(name) if *name == seeded.name => {
            Domain::made_up(model::made_up_id(&["domain", name]), name.clone())
        }
        meant => model::domain(tx, meant)?,
    })
}

/// The domain that something belongs to: usually the one at hand, which need not be in the seed.
fn domain_of(
    call: &Call<'_>,
    tx: &Connection,
    domain_id: &str,
    at_hand: Domain,
) -> Result<Domain, ApiError> {
    if at_hand.id == domain_id {
        return Ok(at_hand);
    }
    domain(call, tx, &Reference::Id(domain_id.to_owned()))
}

/// Whether only records in the seed are accepted.
fn is_strict(call: &Call<'_>) -> bool {
    call.auth() == Auth::Strict
}

/// The user that a body identifies, after checking the credentials.
fn identified(
    call: &Call<'_>,
    tx: &Connection,
    identity: &Identity,
) -> Result<(User, Domain), ApiError> {
    match identity {
        Identity::User {
            user,
            domain: meant,
            password,
        } => {
            let domain = match meant {
                Some(meant) => domain(call, tx, meant)?,
                None => own_domain(call, tx)?,
            };
            let user = model::user(tx, user, &domain)?;
            let domain = domain_of(call, tx, &user.domain_id, domain)?;
            if is_strict(call) {
                proven(tx, &user, password)?;
            }
            Ok((user, domain))
        }
        Identity::Token(text) => {
            if is_strict(call) {
                let known = token::find(tx, text)?.filter(|token| call.now() < token.expires_at);
                known.ok_or_else(|| {
                    errors::IDENTITY_TOKEN_INVALID
                        .raise()
                        .because("the token was not issued in this namespace, or is past its time")
                })?;
            }
            holder(call, tx, text)
        }
        // Inferred: a user acting as an agency is named after its domain and the agency. Any agency of the account is
        // accepted.
        Identity::Agency {
            domain: meant,
            name,
        } => {
            let domain = domain(call, tx, meant)?;
            if is_strict(call) {
                let text = call.request.lossy_header(X_AUTH_TOKEN);
                token::check(tx, &text, None, call.now())?;
                open_domain(tx, &domain)?;
            }
            let name = Reference::Name(format!("{}/{name}", domain.name));
            let user = model::user(tx, &name, &domain)?;
            Ok((user, domain))
        }
    }
}

/// Any passcode sent with the password is accepted: rollcall has no second factors.
fn proven(tx: &Connection, user: &User, password: &Password) -> Result<(), ApiError> {
    let refused = |because: &str| errors::PASSWORD_WRONG.raise().because(because);
    let Some(hash) = &user.password_hash else {
        return Err(refused(
            "the seed has no such user, or gives it no password",
        ));
    };
    if !user.enabled || !model::is_open_domain(tx, &user.domain_id)? {
        return Err(refused(
            "the seed says that the user or its domain is disabled",
        ));
    }
    if !model::is_password(&password.0, hash) {
        return Err(refused("the seed has the user with another password"));
    }
    Ok(())
}

fn open_domain(tx: &Connection, domain: &Domain) -> Result<(), ApiError> {
    if model::is_open_domain(tx, &domain.id)? {
        return Ok(());
    }
    let name = &domain.name;
    Err(errors::SCOPE_UNKNOWN.raise().because(format!(
        "the seed has no domain {name}, or says that it is disabled"
    )))
}

fn open_project(tx: &Connection, project: &Project, owner: &Domain) -> Result<(), ApiError> {
    if project.domain_id == owner.id && model::is_open_project(tx, project)? {
        return Ok(());
    }
    let (project, owner) = (&project.name, &owner.name);
    Err(errors::SCOPE_UNKNOWN.raise().because(format!(
        "the seed gives the domain {owner} no project {project}, or says that it is disabled"
    )))
}

/// The user to whom a token was issued; for an unknown or expired token, the first user of the account.
fn holder(call: &Call<'_>, tx: &Connection, text: &str) -> Result<(User, Domain), ApiError> {
    let token = token::find(tx, text)?.filter(|token| call.now() < token.expires_at);
    if let Some(holder) = token.and_then(|token| wire::user_of(&token.document)) {
        return Ok(holder);
    }
    let domain = own_domain(call, tx)?;
    Ok((model::first_user(tx, &domain)?, domain))
}

/// The caller: the user to whom the token in the headers was issued, or else the first user of the account. If the call
/// is signed, the token does not count.
fn caller(call: &Call<'_>, tx: &Connection) -> Result<(User, Domain), ApiError> {
    let token = call.request.header(X_AUTH_TOKEN);
    let token = token.filter(|_| !is_signed(call.request));
    holder(call, tx, token.unwrap_or_default())
}

/// Issues a token; without a scope it is valid for the user's domain.
fn grant(
    call: &Call<'_>,
    tx: &Connection,
    methods: Vec<String>,
    scope: Option<ScopeBody>,
    user: User,
    user_domain: Domain,
) -> Result<Reply, ApiError> {
    let (project, domain) = match scope {
        Some(ScopeBody::Project {
            project,
            domain: meant,
        }) => {
            let domain = match meant {
                Some(meant) => domain(call, tx, &meant)?,
                None => user_domain.clone(),
            };
            let project = model::project(tx, &project, &domain, call.region())?;
            let domain = domain_of(call, tx, &project.domain_id, domain)?;
            (Some(project), domain)
        }
        Some(ScopeBody::Domain(meant)) => (None, domain(call, tx, &meant)?),
        None => (None, user_domain.clone()),
    };
    if is_strict(call) {
        match &project {
            Some(project) => open_project(tx, project, &user_domain)?,
            None if domain.id == user_domain.id => open_domain(tx, &domain)?,
            None => {
                return Err(errors::SCOPE_UNKNOWN
                    .raise()
                    .because("the domain of the scope is not the user's"));
            }
        }
    }
    let now = call.now();
    let wants_catalog = call.query().first("nocatalog").is_none_or(str::is_empty);
    let granted = Granted {
        catalog: if wants_catalog {
            wire::services(call, project.as_ref())
        } else {
            Vec::new()
        },
        methods,
        user,
        user_domain,
        project,
        domain,
        issued_at: now,
        expires_at: now.plus_millis(token::LIFETIME_MILLIS),
    };
    let text = token::untaken_text(tx, call.ids(), &call.namespace.name)?;
    let token = Token {
        document: granted.document()?,
        project_id: granted.project.map(|project| project.id),
        expires_at: granted.expires_at,
    };
    token::keep(tx, &text, &token, now)?;
    wire::token_answer(201, &text, &token.document)
}
