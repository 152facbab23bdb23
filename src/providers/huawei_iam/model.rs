//! Domains, users and projects: those in the seed, and made-up ones for all other names, so that a client succeeds with
//! its look-ups whatever its configuration.
//!
//! A made-up id is the first half of a SHA-256, so that it is the same in every run and namespace.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::namespace::clock::Time;
use crate::namespace::credentials;
use crate::namespace::ids::{ALPHANUMERIC, Ids, LOWER_HEX};
use crate::namespace::settings::Credential;
use crate::providers::huawei::{is_made_up_project_id, made_up_project_id, token};
use crate::store::page::{count, select};

/// The maximum length of a name or an id, in characters.
pub(crate) const LONGEST_NAME: usize = 64;

/// The demo's account, known even without a seed.
const DOMAIN: (&str, &str) = ("d78cbac186b744899480f25bd022f468", "IAMDomain");
const USER: (&str, &str) = ("7116d09f88fa41908676fdd4b039e95b", "IAMUser");

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Domain {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
}

/// A user of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) domain_id: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) password_hash: Option<String>,
}

/// A region of an account, or a subproject of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) domain_id: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) is_domain: bool,
    pub(crate) parent_id: String,
}

/// How a body refers to something: by id or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    Id(String),
    Name(String),
}

impl Domain {
    const COLUMNS: &'static str = "id, name, description, enabled";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            enabled: row.get(3)?,
        })
    }

    pub(crate) fn made_up(id: String, name: String) -> Self {
        Self {
            id,
            name,
            description: String::new(),
            enabled: true,
        }
    }
}

impl User {
    const COLUMNS: &'static str = "id, name, domain_id, description, enabled, password_hash";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            domain_id: row.get(2)?,
            description: row.get(3)?,
            enabled: row.get(4)?,
            password_hash: row.get(5)?,
        })
    }

    pub(crate) fn made_up(id: String, name: String, domain_id: &str) -> Self {
        Self {
            id,
            name,
            domain_id: domain_id.to_owned(),
            description: String::new(),
            enabled: true,
            password_hash: None,
        }
    }
}

impl Project {
    const COLUMNS: &'static str = "id, name, domain_id, description, enabled, is_domain, parent_id";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            domain_id: row.get(2)?,
            description: row.get(3)?,
            enabled: row.get(4)?,
            is_domain: row.get(5)?,
            parent_id: row.get(6)?,
        })
    }

    /// A project for a name that is not in the seed.
    pub(crate) fn named(name: &str, domain_id: &str) -> Self {
        Self::made_up(made_up_project_id(name), name.to_owned(), domain_id)
    }

    pub(crate) fn made_up(id: String, name: String, domain_id: &str) -> Self {
        Self {
            id,
            name,
            domain_id: domain_id.to_owned(),
            description: String::new(),
            enabled: true,
            is_domain: false,
            parent_id: domain_id.to_owned(),
        }
    }
}

/// The same 32 hexadecimal digits for the same words.
pub(crate) fn made_up_id(words: &[&str]) -> String {
    hex(&Sha256::digest(words.join(":"))[..16])
}

/// The account that callers belong to: the first in the seed.
pub(crate) fn own_domain(tx: &Connection) -> rusqlite::Result<Domain> {
    let sql = format!(
        "SELECT {} FROM iam_domains ORDER BY seq LIMIT 1",
        Domain::COLUMNS
    );
    let first = tx
        .prepare_cached(&sql)?
        .query_row([], Domain::from_row)
        .optional()?;
    Ok(first.unwrap_or_else(|| Domain::made_up(DOMAIN.0.to_owned(), DOMAIN.1.to_owned())))
}

/// The caller, if nothing identifies one: the first user of an account.
pub(crate) fn first_user(tx: &Connection, domain: &Domain) -> rusqlite::Result<User> {
    let sql = format!(
        "SELECT {} FROM iam_users WHERE domain_id = ?1 ORDER BY seq LIMIT 1",
        User::COLUMNS
    );
    let first = tx
        .prepare_cached(&sql)?
        .query_row([&domain.id], User::from_row)
        .optional()?;
    Ok(first.unwrap_or_else(|| User::made_up(USER.0.to_owned(), USER.1.to_owned(), &domain.id)))
}

/// The domain that a body refers to. Inferred: if only the id is known, it also serves as the name.
pub(crate) fn domain(tx: &Connection, meant: &Reference) -> rusqlite::Result<Domain> {
    let (column, value) = meant.column();
    let sql = format!(
        "SELECT {} FROM iam_domains WHERE {column} = ?1",
        Domain::COLUMNS
    );
    let known = tx
        .prepare_cached(&sql)?
        .query_row([value], Domain::from_row)
        .optional()?;
    Ok(known.unwrap_or_else(|| match meant {
        Reference::Id(id) if id == DOMAIN.0 => Domain::made_up(id.clone(), DOMAIN.1.to_owned()),
        Reference::Id(id) => Domain::made_up(id.clone(), id.clone()),
        Reference::Name(name) if name == DOMAIN.1 => {
            Domain::made_up(DOMAIN.0.to_owned(), name.clone())
        }
        Reference::Name(name) => Domain::made_up(made_up_id(&["domain", name]), name.clone()),
    }))
}

/// Whether the account has this project: the seed has it and does not say otherwise, or it is one that every account
/// has from the start ([`is_region`]). In either case its domain must be in the seed and enabled.
pub(crate) fn is_open_project(tx: &Connection, project: &Project) -> rusqlite::Result<bool> {
    let sql = "SELECT enabled AND domain_id = ?2 FROM iam_projects WHERE id = ?1";
    let seeded: Option<bool> = tx
        .prepare_cached(sql)?
        .query_row([&project.id, &project.domain_id], |row| row.get(0))
        .optional()?;
    let is_given = || is_made_up_project_id(&project.id) && is_region(&project.name);
    Ok(seeded.unwrap_or_else(is_given) && is_open_domain(tx, &project.domain_id)?)
}

/// Whether the seed has this domain and it is enabled.
pub(crate) fn is_open_domain(tx: &Connection, id: &str) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT 1 FROM iam_domains WHERE id = ?1 AND enabled")?
        .exists([id])
}

/// Whether the seed has a domain with this id.
pub(crate) fn has_domain(tx: &Connection, id: &str) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT 1 FROM iam_domains WHERE id = ?1")?
        .exists([id])
}

/// The user that a body refers to: a name is looked up in the given domain, an id in all domains.
pub(crate) fn user(tx: &Connection, meant: &Reference, domain: &Domain) -> rusqlite::Result<User> {
    let (column, value) = meant.column();
    let sql = format!(
        "SELECT {} FROM iam_users WHERE {column} = ?1 AND (?2 IS NULL OR domain_id = ?2)",
        User::COLUMNS
    );
    let within = matches!(meant, Reference::Name(_)).then_some(&domain.id);
    let known = tx
        .prepare_cached(&sql)?
        .query_row(params![value, within], User::from_row)
        .optional()?;
    Ok(known.unwrap_or_else(|| match meant {
        Reference::Id(id) => User::made_up(id.clone(), id.clone(), &domain.id),
        Reference::Name(name) if domain.id == DOMAIN.0 && name == USER.1 => {
            User::made_up(USER.0.to_owned(), name.clone(), &domain.id)
        }
        Reference::Name(name) => User::made_up(
            made_up_id(&["user", &domain.id, name]),
            name.clone(),
            &domain.id,
        ),
    }))
}

/// The project that a body refers to: a name is looked up in the given domain, an id in all domains. A project with an
/// unknown id is given the name of the region.
pub(crate) fn project(
    tx: &Connection,
    meant: &Reference,
    domain: &Domain,
    region: &str,
) -> rusqlite::Result<Project> {
    let (column, value) = meant.column();
    let sql = format!(
        "SELECT {} FROM iam_projects WHERE {column} = ?1 AND (?2 IS NULL OR domain_id = ?2)",
        Project::COLUMNS
    );
    let within = matches!(meant, Reference::Name(_)).then_some(&domain.id);
    let known = tx
        .prepare_cached(&sql)?
        .query_row(params![value, within], Project::from_row)
        .optional()?;
    Ok(known.unwrap_or_else(|| match meant {
        Reference::Id(id) => Project::made_up(id.clone(), region.to_owned(), &domain.id),
        Reference::Name(name) => Project::named(name, &domain.id),
    }))
}

/// The projects of a domain, or of all domains, in the order of the seed.
pub(crate) fn list_projects(
    tx: &Connection,
    domain_id: Option<&str>,
) -> rusqlite::Result<Vec<Project>> {
    let sql = format!(
        "SELECT {} FROM iam_projects WHERE ?1 IS NULL OR domain_id = ?1 ORDER BY seq",
        Project::COLUMNS
    );
    select(tx, &sql, [domain_id], Project::from_row)
}

/// The project with this name in a domain, or in any: preferably the caller's, or else the first in the seed.
pub(crate) fn project_named(
    tx: &Connection,
    name: &str,
    domain_id: Option<&str>,
    caller: &Domain,
) -> rusqlite::Result<Option<Project>> {
    let sql = format!(
        "SELECT {} FROM iam_projects WHERE name = ?1 AND (?2 IS NULL OR domain_id = ?2)
         ORDER BY domain_id <> ?3, seq LIMIT 1",
        Project::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row(params![name, domain_id, caller.id], Project::from_row)
        .optional()
}

/// Whether a project's name is that of a region (`cn-north-4`), which every account has from the start.
///
/// Inferred: the shape; the list of regions grows.
pub(crate) fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    matches!(parts.as_slice(), [words @ .., number]
        if 2 <= words.len()
            && words.iter().all(word)
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Reference {
    fn column(&self) -> (&'static str, &str) {
        match self {
            Self::Id(id) => ("id", id),
            Self::Name(name) => ("name", name),
        }
    }
}

/// Hashes a password for storage.
pub(crate) fn hash_password(password: &str, ids: &Ids) -> String {
    let salt = ids.text(16, LOWER_HEX);
    let digest = salted(&salt, password);
    format!("sha256${salt}${digest}")
}

/// Whether a password matches a hash.
pub(crate) fn is_password(password: &str, hash: &str) -> bool {
    let mut parts = hash.split('$');
    let (Some("sha256"), Some(salt), Some(digest), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let given = salted(salt, password);
    given.as_bytes().ct_eq(digest.as_bytes()).into()
}

/// Whether a text could be a result of [`hash_password`].
pub(crate) fn is_hash(text: &str) -> bool {
    let hex = |text: &str| {
        text.bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let parts: Vec<&str> = text.split('$').collect();
    matches!(parts[..], ["sha256", salt, digest] if salt.len() == 16 && hex(salt) && digest.len() == 64 && hex(digest))
}

fn salted(salt: &str, password: &str) -> String {
    hex(&Sha256::new()
        .chain_update(salt)
        .chain_update("$")
        .chain_update(password)
        .finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new temporary access key. Clients see `~namespace` appended to its id.
pub(crate) fn temporary_key(
    tx: &Connection,
    ids: &Ids,
    namespace: &str,
    expires: Time,
) -> rusqlite::Result<Credential> {
    let access_key = ids.unused(
        |ids| format!("HST{}", ids.text(17, ALPHANUMERIC).to_uppercase()),
        |key| credentials::find(tx, key).map(|known| known.is_some()),
    )?;
    Ok(Credential {
        access_key,
        secret_key: ids.text(40, ALPHANUMERIC),
        token: Some(token::new_text(ids, namespace)),
        disabled: false,
        read_only: false,
        expires: Some(expires),
    })
}

/// Adds a domain, or updates the one with the same id.
pub(crate) fn put_domain(tx: &Connection, domain: &Domain) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO iam_domains (id, name, description, enabled) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description, enabled = excluded.enabled";
    tx.prepare_cached(sql)?.execute(params![
        domain.id,
        domain.name,
        domain.description,
        domain.enabled
    ])
}

/// Adds a user, or updates the one with the same id; without a password, the old one is kept.
pub(crate) fn put_user(tx: &Connection, user: &User) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO iam_users (id, name, domain_id, description, enabled, password_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, domain_id = excluded.domain_id, description = excluded.description,
           enabled = excluded.enabled, password_hash = coalesce(excluded.password_hash, password_hash)";
    tx.prepare_cached(sql)?.execute(params![
        user.id,
        user.name,
        user.domain_id,
        user.description,
        user.enabled,
        user.password_hash
    ])
}

/// Adds a project, or updates the one with the same id.
pub(crate) fn put_project(tx: &Connection, project: &Project) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO iam_projects (id, name, domain_id, description, enabled, is_domain, parent_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, domain_id = excluded.domain_id, description = excluded.description,
           enabled = excluded.enabled, is_domain = excluded.is_domain, parent_id = excluded.parent_id";
    tx.prepare_cached(sql)?.execute(params![
        project.id,
        project.name,
        project.domain_id,
        project.description,
        project.enabled,
        project.is_domain,
        project.parent_id
    ])
}

/// What a seed can delete.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Domain,
    User,
    Project,
}

/// Deletes by id; deleting a domain also deletes its users and projects.
pub(crate) fn delete(tx: &Connection, kind: Kind, id: &str) -> rusqlite::Result<usize> {
    let sql = match kind {
        Kind::Domain => "DELETE FROM iam_domains WHERE id = ?1",
        Kind::User => "DELETE FROM iam_users WHERE id = ?1",
        Kind::Project => "DELETE FROM iam_projects WHERE id = ?1",
    };
    tx.prepare_cached(sql)?.execute([id])
}

pub(crate) fn all_domains(tx: &Connection) -> rusqlite::Result<Vec<Domain>> {
    let sql = format!("SELECT {} FROM iam_domains ORDER BY seq", Domain::COLUMNS);
    select(tx, &sql, [], Domain::from_row)
}

pub(crate) fn all_users(tx: &Connection) -> rusqlite::Result<Vec<User>> {
    let sql = format!("SELECT {} FROM iam_users ORDER BY seq", User::COLUMNS);
    select(tx, &sql, [], User::from_row)
}

/// The number of records of each kind.
pub(crate) fn counts(tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_only() {
        let ids = Ids::seeded(7, "default");
        let hash = hash_password("IAMPassword", &ids);
        assert!(is_hash(&hash) && !hash.contains("IAMPassword"), "{hash}");
        assert!(is_password("IAMPassword", &hash));
        assert_ne!(hash_password("IAMPassword", &ids), hash);
        for wrong in ["", "iampassword", "IAMPassword ", "$IAMPassword"] {
            assert!(!is_password(wrong, &hash), "{wrong}");
        }
        for garbled in ["", "sha256", "sha256$$", "md5$a$b", "sha256$a$b$c"] {
            assert!(
                !is_password("IAMPassword", garbled) && !is_hash(garbled),
                "{garbled}"
            );
        }
    }
}
