//! One function per call, in table order. With authentication off or lenient every name and password will do; strict wants
//! those of the seed.

use rusqlite::Connection;

use super::errors;
use super::model::{self, Domain, Project, Reference, User};
use super::wire::{self, Granted, Identity, Password, ScopeBody};
use crate::namespace::clock::Time;
use crate::namespace::credentials;
use crate::namespace::settings::Auth;
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::providers::huawei::JSON;
use crate::providers::huawei::authentication::is_signed;
use crate::providers::huawei::token::{self, Token};

/// The operations that the gateway lets through in a way of their own.
pub(crate) const CREATE_TOKEN: &str = "KeystoneCreateToken";
pub(crate) const CREATE_TOKEN_BY_ID_TOKEN: &str = "CreateTokenByIdToken";
pub(crate) const CREATE_TEMPORARY_KEY: &str = "CreateTemporaryAccessKeyByToken";

/// Issues a token.
pub(crate) fn create_token(call: &Call<'_>) -> Result<Reply, ApiError> {
    let body = wire::TokenBody::decode(call)?;
    call.store().write(|tx| {
        let (user, user_domain) = identified(call, tx, &body.identity)?;
        grant(call, tx, body.methods, body.scope, user, user_domain)
    })
}

/// Shows a token that was issued, as it was then.
pub(crate) fn show_token(call: &Call<'_>) -> Result<Reply, ApiError> {
    let refused = || errors::SUBJECT_TOKEN_INVALID.raise();
    let text = call.request.header("x-subject-token").unwrap_or_default();
    call.store().read(|tx| {
        let token = token::find(tx, text)?
            .ok_or_else(|| refused().because("X-Subject-Token holds no token of this namespace"))?;
        if token.expires_at <= call.now() {
            let end = token::shown(token.expires_at);
            return Err(refused().because(format!("the token was good until {end}")));
        }
        wire::token_answer(200, text, &token.document)
    })
}

/// Lists projects: of a name exactly one, whatever the name (SDKs refuse none just as they refuse two); with strict
/// authentication those of the seed and one for every region.
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

/// Shows an empty catalogue: clients of a mock have their addresses already.
pub(crate) fn show_catalog(_call: &Call<'_>) -> Result<Reply, ApiError> {
    Reply::json(JSON, &wire::Catalog::default())
}

/// Says who calls.
pub(crate) fn get_caller_identity(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().read(|tx| {
        let (user, domain) = caller(call, tx)?;
        Reply::json(JSON, &wire::CallerIdentity::new(user, domain))
    })
}

/// Issues a token for somebody whom another identity provider knows.
///
/// Inferred: the user's name and the method; no source shows this answer's body. The id token is believed whatever the mode
/// of authentication: it is signed by somebody whom rollcall cannot know.
pub(crate) fn create_token_by_id_token(call: &Call<'_>) -> Result<Reply, ApiError> {
    let body = wire::IdTokenBody::decode(call)?;
    call.store().write(|tx| {
        let domain = model::own_domain(tx)?;
        let user = model::user(tx, &Reference::Name("FederationUser".to_owned()), &domain)?;
        grant(
            call,
            tx,
            vec!["mapped".to_owned()],
            body.scope,
            user,
            domain,
        )
    })
}

/// Issues an access key for a while.
pub(crate) fn create_temporary_access_key(call: &Call<'_>) -> Result<Reply, ApiError> {
    let body = wire::TemporaryKeyBody::decode(call)?;
    let namespace = &call.namespace.name;
    let now = call.now();
    let end = now.plus_millis(body.duration_seconds.saturating_mul(1000));
    call.store().write(|tx| {
        let key = model::temporary_key(tx, call.ids(), namespace, end)?;
        credentials::issue(tx, &key, now)?;
        let answer = wire::TemporaryKeyAnswer::new(key, namespace, end);
        Ok(Reply::json(JSON, &answer)?.status(201))
    })
}

/// Whether only what the seed has is accepted.
fn is_strict(call: &Call<'_>) -> bool {
    call.auth() == Auth::Strict
}

/// Whom a body means, and whether it is they.
fn identified(
    call: &Call<'_>,
    tx: &Connection,
    identity: &Identity,
) -> Result<(User, Domain), ApiError> {
    match identity {
        Identity::User {
            user,
            domain,
            password,
        } => {
            let domain = match domain {
                Some(domain) => model::domain(tx, domain)?,
                None => model::own_domain(tx)?,
            };
            let user = model::user(tx, user, &domain)?;
            let domain = model::domain_of(tx, &user.domain_id, domain)?;
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
            holder(tx, text, call.now())
        }
        // Inferred: who acts as an agency goes by its name behind that of its domain. Any agency of the account will do.
        Identity::Agency { domain, name } => {
            let domain = model::domain(tx, domain)?;
            if is_strict(call) {
                let text = call.request.lossy_header("x-auth-token");
                token::check(tx, &text, None, call.now())?;
                open_domain(tx, &domain)?;
            }
            let name = Reference::Name(format!("{}/{name}", domain.name));
            let user = model::user(tx, &name, &domain)?;
            Ok((user, domain))
        }
    }
}

/// A passcode beside the password is any: rollcall knows nobody's second factor.
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

/// Who a token was issued to; for one that is none of ours, or past its time, the first user of the account.
fn holder(tx: &Connection, text: &str, now: Time) -> Result<(User, Domain), ApiError> {
    let token = token::find(tx, text)?.filter(|token| now < token.expires_at);
    if let Some(holder) = token.and_then(|token| wire::user_of(&token.document)) {
        return Ok(holder);
    }
    let domain = model::own_domain(tx)?;
    Ok((model::first_user(tx, &domain)?, domain))
}

/// Who calls: whoever the token in the headers was issued to, else the first user of the account. Beside a signature the
/// token does not count.
fn caller(call: &Call<'_>, tx: &Connection) -> Result<(User, Domain), ApiError> {
    let token = call.request.header("x-auth-token");
    let token = token.filter(|_| !is_signed(call.request));
    holder(tx, token.unwrap_or_default(), call.now())
}

/// Issues a token; without a scope it is good for the user's domain (inferred).
fn grant(
    call: &Call<'_>,
    tx: &Connection,
    methods: Vec<String>,
    scope: Option<ScopeBody>,
    user: User,
    user_domain: Domain,
) -> Result<Reply, ApiError> {
    let (project, domain) = match scope {
        Some(ScopeBody::Project { project, domain }) => {
            let domain = match domain {
                Some(domain) => model::domain(tx, &domain)?,
                None => user_domain.clone(),
            };
            let project = model::project(tx, &project, &domain, call.region())?;
            let domain = model::domain_of(tx, &project.domain_id, domain)?;
            (Some(project), domain)
        }
        Some(ScopeBody::Domain(domain)) => (None, model::domain(tx, &domain)?),
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
    let granted = Granted {
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
