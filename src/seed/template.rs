//! The template of namespaces: an empty database with every provider's tables, and one with the seed loaded.

use rusqlite::Connection;

use super::{SeedFileError, SeedSource, image, merge_path};
use crate::namespace::DATA_VERSION;
use crate::namespace::clock::{Clock, Setting};
use crate::namespace::credentials;
use crate::namespace::ids::Ids;
use crate::provider::{Provider, SeedContext};
use crate::providers::PROVIDERS;
use crate::signing::sha256_hex;
use crate::store::Store;
use crate::store::database::{Part, Template};

/// The schema hash of every data version, oldest first. To change a schema, raise [`DATA_VERSION`], keep a file of the previous
/// version under `tests/it/data/`, and add the new hash here.
const SCHEMAS: [&str; 3] = [
    "292b727a045f04c555818ba12ffc74e10b8eab4e9ba2a39b74342397bf7d2a32",
    "4925275fa621d355984f23a0ea5fb4301374ad76c19cdb14b26d315c1b9fdbe2",
    "a7008bc503b6e4599d6c2b469b73c5884ba3bd8209934a3530bc0418e324d290",
];

/// Whether that schema belongs to that data version.
pub(crate) fn is_our_schema(version: i64, schema: &str) -> bool {
    let hash = usize::try_from(version - 1)
        .ok()
        .and_then(|place| SCHEMAS.get(place));
    hash.is_some_and(|hash| *hash == sha256_hex(schema.as_bytes()))
}

/// The sources of the template, and the time and random stream for its records.
#[derive(Debug, Clone)]
pub(crate) struct TemplatePlan {
    pub(crate) seeds: Vec<SeedSource>,
    pub(crate) clock: Setting,
    pub(crate) rng_seed: Option<u64>,
}

/// Why there is no template.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TemplateError {
    /// Worded for a reload; a start has its own sentence.
    #[error("cannot load the seed {0}; the data was not changed")]
    Seed(SeedFileError),
    #[error(
        "{0}; it was not changed: use the version of rollcall that wrote it, or choose another folder with --data"
    )]
    Store(#[from] rusqlite::Error),
}

/// An empty database with the tables of every provider.
pub(crate) fn empty_store() -> rusqlite::Result<Store> {
    let schema: Vec<&str> = parts().flat_map(|part| part.schema).copied().collect();
    Store::in_memory(&schema, DATA_VERSION)
}

/// The template of namespaces, from a database with the tables of every provider.
pub(crate) fn template_of(store: Store) -> rusqlite::Result<Template> {
    Template::new(store, parts())
}

/// The tables by part: a write to one part never touches another.
fn parts() -> impl Iterator<Item = Part> {
    let of_provider = |provider: &&'static Provider| Part {
        name: provider.id,
        schema: provider.schema,
    };
    [credentials::PART]
        .into_iter()
        .chain(PROVIDERS.iter().map(of_provider))
}

impl TemplatePlan {
    /// A random stream of that name; the same seed gives the same stream.
    pub(crate) fn ids(&self, name: &str) -> Ids {
        self.rng_seed
            .map_or_else(Ids::unseeded, |seed| Ids::seeded(seed, name))
    }

    /// Loads the seed into the database that every namespace starts as a copy of.
    pub(crate) fn build(&self) -> Result<Template, TemplateError> {
        let is_demo = |source: &SeedSource| matches!(source, SeedSource::Demo);
        let template = if self.seeds.iter().any(is_demo) {
            image::demo()?
        } else {
            empty_store()?
        };
        let paths = self.seeds.iter().filter_map(|source| match source {
            SeedSource::Demo => None,
            SeedSource::Path(path) => Some(path),
        });
        let ids = self.ids("template");
        let context = SeedContext {
            ids: &ids,
            now: Clock::new(self.clock).now(),
        };
        template.write(|tx: &Connection| {
            for path in paths {
                merge_path(tx, path, &context).map_err(TemplateError::Seed)?;
            }
            Ok::<_, TemplateError>(())
        })?;
        Ok(template_of(template)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::snapshot::schema_text;

    #[test]
    fn a_version_has_one_schema() {
        let store = empty_store().expect("valid schemas");
        let schema = store.read(|tx| schema_text(tx)).expect("readable");
        assert_eq!(usize::try_from(DATA_VERSION), Ok(SCHEMAS.len()));
        assert!(
            is_our_schema(DATA_VERSION, &schema),
            "{} is not the last of SCHEMAS",
            sha256_hex(schema.as_bytes())
        );
    }
}
