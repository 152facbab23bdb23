//! What every namespace starts as: an empty database with every provider's tables, and the seed loaded into one.

use rusqlite::Connection;

use super::{SeedFileError, SeedSource, merge_source};
use crate::namespace::DATA_VERSION;
use crate::namespace::clock::{Clock, Setting};
use crate::namespace::credentials;
use crate::namespace::ids::Ids;
use crate::provider::SeedContext;
use crate::providers::PROVIDERS;
use crate::store::Store;

/// Where the template comes from, and the time and random stream of its records.
#[derive(Debug, Clone)]
pub(crate) struct TemplatePlan {
    pub(crate) seeds: Vec<SeedSource>,
    pub(crate) clock: Setting,
    pub(crate) rng_seed: Option<u64>,
}

/// Why there is no template.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TemplateError {
    /// As the start and a reload put it, so that the same mistake reads the same.
    #[error("cannot take the seed {0}; nothing was started")]
    Seed(SeedFileError),
    #[error(
        "{0}; it was left as it is: use the rollcall that wrote it, or choose another folder with --data"
    )]
    Store(#[from] rusqlite::Error),
}

/// An empty database with the tables of every provider.
pub(crate) fn empty_store() -> rusqlite::Result<Store> {
    let providers = PROVIDERS.iter().map(|provider| provider.schema());
    let schema: Vec<&str> = [credentials::SCHEMA].into_iter().chain(providers).collect();
    Store::in_memory(&schema, DATA_VERSION)
}

impl TemplatePlan {
    /// The seed, loaded into a database that every namespace starts as a copy of.
    pub(crate) fn build(&self) -> Result<Store, TemplateError> {
        let template = empty_store()?;
        let ids = self
            .rng_seed
            .map_or_else(Ids::unseeded, |seed| Ids::seeded(seed, "template"));
        let context = SeedContext {
            ids: &ids,
            now: Clock::new(self.clock).now(),
        };
        template.write(|tx: &Connection| {
            for source in &self.seeds {
                merge_source(tx, source, &context).map_err(TemplateError::Seed)?;
            }
            Ok::<_, TemplateError>(())
        })?;
        Ok(template)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store;

    /// Files of a version are taken to be alike. Whoever changes a schema raises [`DATA_VERSION`], keeps a file of the version
    /// before under `tests/it/data/`, and writes the new hash here.
    #[test]
    fn a_version_has_one_schema() {
        let store = empty_store().expect("valid schemas");
        let sql = "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name";
        let schema: rusqlite::Result<Vec<String>> =
            store.read(|tx| store::page::select(tx, sql, [], |row| row.get(0)));
        let hash = crate::signing::sha256_hex(schema.expect("readable").join("\n").as_bytes());
        assert_eq!(
            (DATA_VERSION, hash.as_str()),
            (
                2,
                "4925275fa621d355984f23a0ea5fb4301374ad76c19cdb14b26d315c1b9fdbe2"
            )
        );
    }
}
