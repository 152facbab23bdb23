//! One function per call, in table order. With authentication off every name and password will do.

use http::HeaderMap;
use rusqlite::Connection;

use super::errors;
use super::model::{self, Domain, Reference, User};
use super::wire::{self, Granted, Identity, ScopeBody};
use crate::call::{Call, Reply};
use crate::catalogue::ApiError;
use crate::clock::Time;
use crate::credentials;
use crate::providers::huawei::JSON;
use crate::providers::huawei::token::{self, Token};

/// Issues a token.
pub(crate) fn create_token(call: &Call<'_>) -> Result<Reply, ApiError> {
    let body = wire::TokenBody::decode(call)?;
    call.store().write(|tx| {
        // Strict authentication compares the password here, and refuses a scope that the seed does not have.
        let (user, user_domain) = identified(tx, &body.identity, call.now())?;
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

/// Lists projects: of a name exactly one, whatever the name.
pub(crate) fn list_projects(call: &Call<'_>) -> Result<Reply, ApiError> {
    let filter = |name| {
        let value = call.query().first(name);
        value.filter(|value| !value.is_empty())
    };
    call.store().read(|tx| {
        let projects = model::list_projects(tx, filter("name"), filter("domain_id"))?;
        Reply::json(JSON, &wire::ProjectList::new(call, projects))
    })
}

/// Lists the caller's domain.
pub(crate) fn list_domains(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().read(|tx| {
        let (_, domain) = caller(tx, &call.request.headers, call.now())?;
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
        let (user, domain) = caller(tx, &call.request.headers, call.now())?;
        Reply::json(JSON, &wire::CallerIdentity::new(user, domain))
    })
}

/// Issues a token for somebody whom another identity provider knows.
///
/// Inferred: the user's name and the method; no source shows this answer's body.
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
    let end = call
        .now()
        .plus_millis(body.duration_seconds.saturating_mul(1000));
    let key = model::temporary_key(call.ids(), namespace, end);
    call.store().write(|tx| {
        credentials::add(tx, &key)?;
        let answer = wire::TemporaryKeyAnswer::new(key, namespace, end);
        Ok(Reply::json(JSON, &answer)?.status(201))
    })
}

/// Whom a body means.
fn identified(tx: &Connection, identity: &Identity, now: Time) -> Result<(User, Domain), ApiError> {
    match identity {
        Identity::User { user, domain } => {
            let domain = match domain {
                Some(domain) => model::domain(tx, domain)?,
                None => model::own_domain(tx)?,
            };
            let user = model::user(tx, user, &domain)?;
            let domain = model::domain_of(tx, &user.domain_id, domain)?;
            Ok((user, domain))
        }
        Identity::Token(text) => holder(tx, text, now),
        // Inferred: who acts as an agency goes by its name behind that of its domain.
        Identity::Agency { domain, name } => {
            let domain = model::domain(tx, domain)?;
            let name = Reference::Name(format!("{}/{name}", domain.name));
            let user = model::user(tx, &name, &domain)?;
            Ok((user, domain))
        }
    }
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

/// Who calls: whoever the token in the headers was issued to, else the first user of the account.
fn caller(tx: &Connection, headers: &HeaderMap, now: Time) -> Result<(User, Domain), ApiError> {
    let token = headers
        .get("x-auth-token")
        .and_then(|text| text.to_str().ok());
    holder(tx, token.unwrap_or_default(), now)
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
    let text = token::new_text(call.ids(), &call.namespace.name);
    let token = Token {
        document: granted.document()?,
        project_id: granted.project.map(|project| project.id),
        expires_at: granted.expires_at,
    };
    token::keep(tx, &text, &token, now)?;
    wire::token_answer(201, &text, &token.document)
}
