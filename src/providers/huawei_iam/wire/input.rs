//! Request bodies: who requests a token, and for which scope.

use std::fmt;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::providers::huawei::member;
use crate::providers::huawei_iam::errors;
use crate::providers::huawei_iam::model::{LONGEST_NAME, Reference};

/// The body of `POST /v3/auth/tokens`.
#[derive(Debug)]
pub(crate) struct TokenBody {
    pub(crate) methods: Vec<String>,
    pub(crate) identity: Identity,
    /// `None`: the user's domain.
    pub(crate) scope: Option<ScopeBody>,
}

/// The credentials for a token.
#[derive(Debug)]
pub(crate) enum Identity {
    /// A user with a password.
    User {
        user: Reference,
        domain: Option<Reference>,
        password: Password,
    },
    /// The user to whom this token was issued.
    Token(String),
    /// A user who may act as this agency.
    Agency { domain: Reference, name: String },
}

/// A password as sent, hidden in debug output.
pub(crate) struct Password(pub(crate) String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The scope of a token.
#[derive(Debug)]
pub(crate) enum ScopeBody {
    Project {
        project: Reference,
        domain: Option<Reference>,
    },
    Domain(Reference),
}

/// The methods that identify a user, and the one that only complements a password.
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

/// The body of `POST /v3.0/OS-AUTH/id-token/tokens`.
#[derive(Debug)]
pub(crate) struct IdTokenBody {
    pub(crate) scope: Option<ScopeBody>,
}

impl IdTokenBody {
    /// Inferred: the header that names the identity provider is required, as both SDKs send it.
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

/// The other identity provider's token, which is required.
///
/// Inferred: invalid ones are refused like a body without it.
pub(crate) fn bearer(call: &Call<'_>) -> Result<(), ApiError> {
    let header = call.request.lossy_header("authorization");
    let token = header.split_once(' ').filter(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()
    });
    if token.is_none() {
        return Err(errors::BODY_INVALID
            .raise()
            .because("needs the header Authorization: Bearer and the identity provider's token"));
    }
    Ok(())
}

/// The page of a list, if both `page` and `per_page` are given, or else the whole list.
///
/// Inferred: anything but a number from 1 counts as absent.
pub(crate) fn page_of<T>(call: &Call<'_>, all: Vec<T>) -> Vec<T> {
    let number = |name| {
        let value = call.query().first(name)?.parse::<usize>().ok()?;
        (0 < value).then_some(value)
    };
    match (number("page"), number("per_page")) {
        (Some(page), Some(size)) => {
            let before = size.saturating_mul(page - 1);
            all.into_iter().skip(before).take(size).collect()
        }
        _ => all,
    }
}

/// The lifetime of a temporary access key, in seconds.
///
/// Inferred: both SDKs request 21600.
const DURATION_SECONDS: RangeInclusive<i64> = 900..=86_400;

/// The body of `POST /v3.0/OS-CREDENTIAL/securitytokens`.
#[derive(Debug)]
pub(crate) struct TemporaryKeyBody {
    pub(crate) duration_seconds: i64,
    /// The domain of the agency, for an agency's key.
    pub(crate) agency_domain: Option<Reference>,
}

impl TemporaryKeyBody {
    /// The token is in the body (Python) or in `X-Auth-Token` (Node); with authentication off, it may be in neither.
    ///
    /// Inferred: both methods at once are refused; `session_user` and `policy` are accepted and have no effect.
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

/// The token in a body of `POST /v3.0/OS-CREDENTIAL/securitytokens`.
pub(crate) fn token_in_body(call: &Call<'_>) -> Option<String> {
    let body = Value::Object(call.json_object().ok()??);
    let token = body.pointer("/auth/identity/token/id")?.as_str()?;
    Some(token.to_owned())
}

/// An object in a body, with its path for the journal.
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

    /// A text, possibly empty.
    fn any_text(&self, name: &str) -> Result<String, ApiError> {
        match member(&self.object, name) {
            None => Err(self.refused(name, "is missing")),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(self.refused(name, "has to be a string")),
        }
    }

    /// Inferred: an empty text counts as missing.
    fn text(&self, name: &str) -> Result<String, ApiError> {
        let text = self.any_text(name)?;
        if text.is_empty() {
            return Err(self.refused(name, "is empty"));
        }
        Ok(text)
    }

    /// A text that names something and is stored with tokens.
    ///
    /// Inferred: the limit, which is that of seeds.
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

    /// An id, or else a name.
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

    /// If it has both, the project counts. Inferred: one with neither counts as an empty one, that is, as none.
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
