//! The seed document: domains and projects in the format of their lists, and the users with their passwords.

use rusqlite::{Connection, ErrorCode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::namespace::ids::{Ids, LOWER_HEX};
use crate::provider::SeedContext;
use crate::provider::seed::{self, SeedError};
use crate::providers::huawei_iam::model::{self, Kind};

/// This provider's part of a seed document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    domains: Vec<Domain>,
    #[serde(default)]
    users: Vec<User>,
    #[serde(default)]
    projects: Vec<Project>,
    /// Part of a pasted answer.
    #[serde(rename = "links", default)]
    _links: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Domain {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "yes")]
    enabled: bool,
    /// Part of a pasted answer.
    #[serde(rename = "links", default, skip_serializing)]
    _links: Option<Value>,
    #[serde(rename = "$delete", default, skip_serializing)]
    delete: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    domain_id: String,
    #[serde(default)]
    description: String,
    #[serde(default = "yes")]
    enabled: bool,
    /// Stored as a hash only.
    #[serde(default, skip_serializing)]
    password: Option<String>,
    /// What an export has instead of the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password_hash: Option<String>,
    #[serde(rename = "links", default, skip_serializing)]
    _links: Option<Value>,
    #[serde(rename = "$delete", default, skip_serializing)]
    delete: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    domain_id: String,
    #[serde(default)]
    description: String,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(default)]
    is_domain: bool,
    /// If absent, the domain.
    #[serde(default)]
    parent_id: String,
    #[serde(rename = "links", default, skip_serializing)]
    _links: Option<Value>,
    #[serde(rename = "$delete", default, skip_serializing)]
    delete: bool,
}

const fn yes() -> bool {
    true
}

/// Merges this provider's part of a seed document.
pub(crate) fn merge(
    tx: &Connection,
    document: &RawValue,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    let Document {
        domains,
        users,
        projects,
        ..
    } = seed::decode(document)?;
    let mut records = 0;
    for (index, domain) in domains.into_iter().enumerate() {
        merge_domain(tx, domain).map_err(|error| error.under(&format!("domains[{index}]")))?;
        records += 1;
    }
    for (index, user) in users.into_iter().enumerate() {
        merge_user(tx, user, context).map_err(|error| error.under(&format!("users[{index}]")))?;
        records += 1;
    }
    for (index, project) in projects.into_iter().enumerate() {
        merge_project(tx, project).map_err(|error| error.under(&format!("projects[{index}]")))?;
        records += 1;
    }
    Ok(records)
}

fn merge_domain(tx: &Connection, domain: Domain) -> Result<(), SeedError> {
    check_id(&domain.id)?;
    if domain.delete {
        model::delete(tx, Kind::Domain, &domain.id)?;
        return Ok(());
    }
    check_name(&domain.name)?;
    let row = model::Domain {
        id: domain.id,
        name: domain.name,
        description: domain.description,
        enabled: domain.enabled,
    };
    unique_name(model::put_domain(tx, &row), "domain", &row.name)
}

fn merge_user(tx: &Connection, user: User, context: &SeedContext<'_>) -> Result<(), SeedError> {
    check_id(&user.id)?;
    if user.delete {
        model::delete(tx, Kind::User, &user.id)?;
        return Ok(());
    }
    check_name(&user.name)?;
    check_domain(tx, &user.domain_id)?;
    let password_hash = match (user.password, user.password_hash) {
        (Some(_), Some(_)) => {
            let rule = "there is a password already; give one of the two";
            return Err(SeedError::new("password_hash", rule));
        }
        (Some(password), None) if password.is_empty() => {
            return Err(SeedError::new("password", "\"\" is not a password"));
        }
        (Some(password), None) => Some(model::hash_password(&password, context.ids)),
        (None, Some(hash)) if !model::is_hash(&hash) => {
            // Not repeated in the message: if the two members were confused, this is a password.
            let rule =
                "that is not a hash; it is what an export wrote there, and password takes the text";
            return Err(SeedError::new("password_hash", rule));
        }
        (None, hash) => hash,
    };
    let row = model::User {
        id: user.id,
        name: user.name,
        domain_id: user.domain_id,
        description: user.description,
        enabled: user.enabled,
        password_hash,
    };
    unique_name(model::put_user(tx, &row), "user", &row.name)
}

fn merge_project(tx: &Connection, project: Project) -> Result<(), SeedError> {
    check_id(&project.id)?;
    if project.delete {
        model::delete(tx, Kind::Project, &project.id)?;
        return Ok(());
    }
    check_name(&project.name)?;
    check_domain(tx, &project.domain_id)?;
    let parent_id = if project.parent_id.is_empty() {
        project.domain_id.clone()
    } else {
        project.parent_id
    };
    let row = model::Project {
        id: project.id,
        name: project.name,
        domain_id: project.domain_id,
        description: project.description,
        enabled: project.enabled,
        is_domain: project.is_domain,
        parent_id,
    };
    unique_name(model::put_project(tx, &row), "project", &row.name)
}

fn check_id(id: &str) -> Result<(), SeedError> {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=model::LONGEST_NAME).contains(&id.len()) && id.bytes().all(valid) {
        return Ok(());
    }
    let rule = format!(
        "\"{id}\" is not an id; it takes 1 to 64 letters, digits, _ and -, as 0bec5db98280d2d02fd6c00c2de791ce"
    );
    Err(SeedError::new("id", rule))
}

fn check_name(name: &str) -> Result<(), SeedError> {
    if (1..=model::LONGEST_NAME).contains(&name.chars().count())
        && !name.chars().any(char::is_control)
    {
        return Ok(());
    }
    let rule = format!("\"{name}\" is not a name; it takes 1 to 64 printable characters");
    Err(SeedError::new("name", rule))
}

fn check_domain(tx: &Connection, id: &str) -> Result<(), SeedError> {
    if model::has_domain(tx, id)? {
        return Ok(());
    }
    let rule = format!("there is no domain \"{id}\"; put it under domains first");
    Err(SeedError::new("domain_id", rule))
}

fn unique_name(put: rusqlite::Result<usize>, kind: &str, name: &str) -> Result<(), SeedError> {
    match put {
        Ok(_) => Ok(()),
        Err(rusqlite::Error::SqliteFailure(cause, _))
            if cause.code == ErrorCode::ConstraintViolation =>
        {
            let rule = format!("\"{name}\" is the name of another {kind} there");
            Err(SeedError::new("name", rule))
        }
        Err(cause) => Err(cause.into()),
    }
}

/// Writes each record as its own seed document. Tokens and temporary keys are not data: they expire on their own.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    for domain in model::all_domains(tx)? {
        let shown = Domain {
            id: domain.id,
            name: domain.name,
            description: domain.description,
            enabled: domain.enabled,
            _links: None,
            delete: false,
        };
        each(json!({ "domains": [shown] }));
    }
    for user in model::all_users(tx)? {
        let shown = User {
            id: user.id,
            name: user.name,
            domain_id: user.domain_id,
            description: user.description,
            enabled: user.enabled,
            password: None,
            password_hash: user.password_hash,
            _links: None,
            delete: false,
        };
        each(json!({ "users": [shown] }));
    }
    for project in model::list_projects(tx, None)? {
        let shown = Project {
            id: project.id,
            name: project.name,
            domain_id: project.domain_id,
            description: project.description,
            enabled: project.enabled,
            is_domain: project.is_domain,
            parent_id: project.parent_id,
            _links: None,
            delete: false,
        };
        each(json!({ "projects": [shown] }));
    }
    Ok(())
}

/// Generates users of the demo's domain, which gets the demo's project. They have no passwords, because there would be
/// no way to learn them.
pub(crate) fn generate(count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
    const DOMAIN: &str = "d78cbac186b744899480f25bd022f468";
    each(json!({
        "domains": [{ "id": DOMAIN, "name": "IAMDomain" }],
        "projects": [{ "id": "0bec5db98280d2d02fd6c00c2de791ce", "name": "cn-north-4", "domain_id": DOMAIN }],
    }));
    for number in 0..count {
        let user = json!({
            "id": ids.text(32, LOWER_HEX),
            "name": format!("user_{number:07}"),
            "domain_id": DOMAIN,
            "enabled": ids.below(20) != 0,
        });
        each(json!({ "users": [user] }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::namespace::clock::Time;
    use crate::providers::huawei_iam::model::Reference;
    use crate::store::Store;

    fn store_with(documents: &[Value]) -> Store {
        let store = Store::in_memory(&[include_str!("../schema.sql")], 1).expect("a valid schema");
        let context = SeedContext {
            ids: &Ids::seeded(7, "default"),
            now: Time::from_millis(0),
        };
        let merged: Result<(), SeedError> = store.write(|tx| {
            documents
                .iter()
                .try_for_each(|document| merge(tx, &seed::part(document), &context).map(drop))
        });
        merged.expect("a good seed");
        store
    }

    fn exported(store: &Store) -> Vec<Value> {
        let mut documents = Vec::new();
        let read: rusqlite::Result<()> =
            store.read(|tx| export(tx, &mut |document| documents.push(document)));
        read.expect("the data can be read");
        documents
    }

    fn demo() -> Value {
        let text = include_str!("../../../../seed-data/huawei-iam.json");
        let demo: Value = serde_json::from_str(text).expect("JSON");
        demo["huawei-iam"].clone()
    }

    #[test]
    fn what_is_exported_gives_the_same_data_again() {
        let first = exported(&store_with(&[demo()]));
        assert_eq!(exported(&store_with(&first)), first);
    }

    #[test]
    fn the_demo_user_s_password_is_kept_as_a_hash() {
        let store = store_with(&[demo()]);
        let user = store.read(|tx| {
            let domain = model::own_domain(tx)?;
            model::user(tx, &Reference::Name("IAMUser".to_owned()), &domain)
        });
        let user = user
            .map_err(|cause: rusqlite::Error| cause)
            .expect("the user is there");
        let hash = user.password_hash.expect("the user has a password");
        assert!(model::is_password("IAMPassword", &hash));
        let all: Vec<String> = exported(&store).iter().map(Value::to_string).collect();
        assert!(!all.concat().contains("IAMPassword"));
    }
}
