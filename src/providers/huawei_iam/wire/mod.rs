//! Everything that has a JSON name: bodies in ([`input`]), answers and errors out ([`answer`]), seed documents ([`seed`]).

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
