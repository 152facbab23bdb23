//! Everything with a JSON name: request bodies ([`input`]), answers and errors ([`answer`]), seed documents ([`seed`]).

mod answer;
mod input;
pub(crate) mod seed;

pub(crate) use answer::{
    CallerIdentity, Catalog, DomainList, Granted, JSON, ProjectList, TemporaryKeyAnswer,
    VersionAnswer, VersionList, envelope, project_of, services, token_answer, user_of,
};
pub(crate) use input::{
    IdTokenBody, Identity, Password, ScopeBody, TemporaryKeyBody, TokenBody, bearer, page_of,
    token_in_body,
};
