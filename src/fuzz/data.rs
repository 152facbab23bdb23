//! Seeds and snapshots: they are applied completely or not at all, and exported data can be imported again.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::request::Sent;
use super::world::World;
use super::{Kind, kind};
use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use crate::provider::SeedContext;
use crate::providers::PROVIDERS;
use crate::seed::{self, Document};
use crate::store::Store;

/// Everything in a store, one record per line.
fn export(store: &Store) -> Result<String, String> {
    let mut lines = String::new();
    let mut add = |id: &str, value: Value| {
        lines.push_str(&json!({ id: value }).to_string());
        lines.push('\n');
    };
    let read = store.read(|tx| {
        seed::credentials::export(tx, &mut |value| add("credentials", value))?;
        for provider in PROVIDERS {
            (provider.data.export)(tx, &mut |value| add(provider.id, value))?;
        }
        Ok::<_, rusqlite::Error>(())
    });
    read.map_err(|cause| format!("what was taken cannot be exported: {cause}"))?;
    Ok(lines)
}

fn merge(store: &Store, text: &[u8], is_stream: bool) -> Result<u64, String> {
    let ids = Ids::seeded(7, "fuzz");
    let context = SeedContext {
        ids: &ids,
        now: Time::parse_rfc3339("2024-05-20T08:30:00Z").expect("a time"),
    };
    store
        .write(|tx| {
            if is_stream {
                return seed::merge_lines(tx, text, 1, &context)
                    .map_err(|error| Refused::Seed(format!("{error:?}")));
            }
            let document =
                Document::parse(text).map_err(|error| Refused::Seed(format!("{error:?}")))?;
            seed::merge(tx, &document, &context).map_err(|error| Refused::Seed(error.to_string()))
        })
        .map_err(|refused| match refused {
            Refused::Seed(rule) => rule,
            Refused::Store(cause) => format!("the store broke: {cause}"),
        })
}

enum Refused {
    Seed(String),
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for Refused {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Store(cause)
    }
}

/// A seed document, or a stream of several.
pub(super) fn seed(world: &mut World, input: &[u8], is_stream: bool) -> Result<Kind, String> {
    let store = world.empty()?;
    let before = store.generation();
    match merge(&store, input, is_stream) {
        Err(rule) if rule.starts_with("the store broke") => Err(rule),
        Err(rule) => {
            if store.generation() != before {
                return Err(format!("refused ({rule}), and yet written"));
            }
            Ok(kind(shape(&rule)))
        }
        Ok(records) => {
            let first = export(&store)?;
            let again = world.empty()?;
            merge(&again, first.as_bytes(), true)
                .map_err(|rule| format!("its own export is refused: {rule}\n{first}"))?;
            let second = export(&again)?;
            if first != second {
                return Err(format!(
                    "exported, imported and exported it is another:\n{first}\n{second}"
                ));
            }
            Ok(kind(("taken", records.min(50))))
        }
    }
}

/// The message without the parts that vary with the input.
fn shape(rule: &str) -> String {
    let mut quoted = false;
    rule.chars()
        .filter(|letter| {
            quoted ^= *letter == '"';
            !quoted && !letter.is_ascii_digit()
        })
        .take(80)
        .collect()
}

/// Paths that show the data, in addition to the providers' own examples.
const LISTS: &[&str] = &[
    "/?Action=ListClusters&Version=2018-04-12",
    "/?Action=ListClusters&Version=2024-07-30",
    "/?Action=ListUsers&Version=2024-07-30&ClusterId=ehpc-hz-Next240730",
    "/?Action=ListRoles&Version=2024-08-31",
    "/?Action=ShowPrivilegesForUserByName&Version=2024-08-31&Username=user1",
    "/api/cluster/list?zone=jn1a&timestamp=2024-09-12T13:27:32Z",
    "/api/operation?zone=jn1a&timestamp=2024-09-12T13:27:32Z&cluster_id=ehpc-8jqdq0mz",
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/groups",
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances",
    "/v3/projects",
    "/v3/auth/domains",
];

/// A snapshot that replaces the data of a namespace.
pub(super) fn snapshot(world: &mut World, input: &[u8]) -> Result<Kind, String> {
    const TARGET: &str = "/_rollcall/namespaces/default/snapshot";
    let request = |method: Method, body: Bytes| Sent {
        method,
        target: Uri::from_static(TARGET),
        headers: HeaderMap::new(),
        body,
    };
    let put = world.answer(request(Method::PUT, Bytes::copy_from_slice(input)))?;
    if put.status != 200 {
        let text = String::from_utf8_lossy(&put.body).into_owned();
        return Ok(kind((put.status, shape(&text.replace('"', "")))));
    }
    for list in LISTS
        .iter()
        .copied()
        .chain(PROVIDERS.iter().map(|provider| provider.example))
    {
        world.answer(Sent {
            target: Uri::from_static(list),
            ..request(Method::GET, Bytes::new())
        })?;
    }
    let first = world.export()?;
    let taken = world.answer(request(Method::GET, Bytes::new()))?;
    let back = world.answer(request(Method::PUT, taken.body))?;
    if back.status != 200 {
        return Err(format!(
            "its own snapshot is refused: {}",
            String::from_utf8_lossy(&back.body)
        ));
    }
    let second = world.export()?;
    world.renew();
    if first != second {
        return Err("restored from its own snapshot it is another".to_owned());
    }
    Ok(kind(("taken", first.len() % 64)))
}
