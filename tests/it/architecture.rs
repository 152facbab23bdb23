//! Which part of the code may import which (ARCHITECTURE.md), read off the sources.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// What each folder may import of the others, and of the file beside them. A folder that is not listed here may not exist.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("signing", &[]),
    ("store", &[]),
    ("namespace", &["signing", "store"]),
    ("tls", &["namespace"]),
    ("provider", &["namespace", "signing", "store"]),
    ("providers", &["namespace", "provider", "signing", "store"]),
    (
        "seed",
        &["namespace", "provider", "providers", "signing", "store"],
    ),
    (
        "pipeline",
        &[
            "app",
            "namespace",
            "provider",
            "providers",
            "signing",
            "store",
            "tls",
        ],
    ),
    (
        "control",
        &[
            "app",
            "namespace",
            "pipeline",
            "provider",
            "providers",
            "seed",
            "signing",
            "store",
            "tls",
        ],
    ),
    (
        "server",
        &[
            "app",
            "control",
            "namespace",
            "pipeline",
            "provider",
            "providers",
            "seed",
            "store",
            "tls",
        ],
    ),
    (
        "fuzz",
        &[
            "app",
            "control",
            "namespace",
            "pipeline",
            "provider",
            "providers",
            "seed",
            "server",
            "signing",
            "store",
        ],
    ),
    (
        "cli",
        &[
            "app",
            "control",
            "namespace",
            "pipeline",
            "provider",
            "providers",
            "seed",
            "server",
            "signing",
            "store",
            "tls",
        ],
    ),
];

/// Files that import each other, because what they describe does: a call has an operation, and an operation takes a call.
const CIRCLE: &[&str] = &["provider/call.rs", "provider/table.rs"];

/// A source file without its comments and its unit tests.
struct Source {
    /// Its path below src/.
    name: String,
    /// The path of its module: `["store", "lists"]`.
    module: Vec<String>,
    code: String,
}

/// Every source file but the two that only declare what there is.
fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(ROOT).expect("it is below");
                found.push(name.display().to_string());
            }
        }
    }
    let mut names = Vec::new();
    walk(Path::new(ROOT), &mut names);
    names.sort();
    let source = |name: String| {
        let text = fs::read_to_string(Path::new(ROOT).join(&name)).expect("a readable file");
        let text = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        let code: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        let mut module: Vec<String> = name
            .trim_end_matches(".rs")
            .split('/')
            .map(str::to_owned)
            .collect();
        module.retain(|part| part != "mod");
        Source {
            module,
            code: code.join("\n"),
            name,
        }
    };
    names
        .into_iter()
        .filter(|name| !["lib.rs", "main.rs"].contains(&name.as_str()))
        .map(source)
        .collect()
}

/// The folder that a file is in, or the file itself where it is in none.
fn part(name: &str) -> &str {
    name.split('/')
        .next()
        .map_or(name, |part| part.trim_end_matches(".rs"))
}

/// The paths in a piece of code: those of `use` trees, each written out, and those that stand in expressions and types.
fn paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find("use ") {
        let is_word = rest[..start]
            .chars()
            .next_back()
            .is_none_or(|before| before.is_whitespace());
        let Some(end) = rest[start..].find(';') else {
            break;
        };
        if is_word {
            expand("", &rest[start + 4..start + end], &mut paths);
        }
        rest = &rest[start + 4..];
    }
    let is_path = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == ':';
    for word in code.split(|letter| !is_path(letter)) {
        if word.contains("::") {
            paths.push(word.trim_end_matches(':').to_owned());
        }
    }
    paths
}

/// Writes out `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expand(before: &str, tree: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((prefix, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().trim();
        paths.push(format!("{before}{path}"));
        return;
    };
    let (mut depth, mut start) = (0, 0);
    let group = group.trim_end().trim_end_matches('}');
    let ends = group.char_indices().chain([(group.len(), ',')]);
    for (at, letter) in ends {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let item = group[start..at].trim();
                if !item.is_empty() {
                    expand(&format!("{before}{}", prefix.trim()), item, paths);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The files that a file imports.
fn imports<'a>(source: &Source, by_module: &HashMap<Vec<String>, &'a str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for path in paths(&source.code) {
        let mut parts: Vec<&str> = path.split("::").map(str::trim).collect();
        let mut module = match parts.first().copied() {
            Some("crate") => {
                parts.remove(0);
                Vec::new()
            }
            Some("super") => {
                let mut module = source.module.clone();
                while parts.first() == Some(&"super") {
                    parts.remove(0);
                    module.pop();
                }
                module
            }
            Some("self") => {
                parts.remove(0);
                source.module.clone()
            }
            // A child of this module, or another crate.
            _ => source.module.clone(),
        };
        let mut file = by_module.get(&module).copied();
        let is_relative = !path.starts_with("crate") && !path.starts_with("super");
        if is_relative {
            file = None;
        }
        for part in parts {
            module.push(part.to_owned());
            match by_module.get(&module) {
                Some(deeper) => file = Some(deeper),
                None => break,
            }
        }
        found.extend(file.filter(|file| *file != source.name));
    }
    found
}

/// What each file imports. A folder's `mod.rs` is its face: what it takes from its own files does not count.
fn graph(sources: &[Source]) -> BTreeMap<&str, BTreeSet<&str>> {
    let by_module: HashMap<Vec<String>, &str> = sources
        .iter()
        .map(|source| (source.module.clone(), source.name.as_str()))
        .collect();
    sources
        .iter()
        .map(|source| {
            let own = source.name.strip_suffix("mod.rs").unwrap_or("no folder");
            let mut imported = imports(source, &by_module);
            imported.retain(|name| !name.starts_with(own));
            (source.name.as_str(), imported)
        })
        .collect()
}

/// The nodes from which a way leads back to themselves, with those that they share it with.
fn circles<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    let reachable = |from: &'a str| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut left = vec![from];
        while let Some(node) = left.pop() {
            for next in graph.get(node).into_iter().flatten() {
                if seen.insert(next) {
                    left.push(next);
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|node| (*node, reachable(node))).collect();
    let circles: BTreeSet<BTreeSet<&str>> = reach
        .iter()
        .filter(|(node, seen)| seen.contains(*node))
        .map(|(node, seen)| {
            let comes_back = |other: &&&str| reach.get(**other).is_some_and(|r| r.contains(node));
            seen.iter().filter(comes_back).copied().collect()
        })
        .collect();
    circles.into_iter().collect()
}

#[test]
fn every_folder_imports_only_what_it_may() {
    let sources = sources();
    let mut seen = BTreeSet::new();
    for (file, imported) in graph(&sources) {
        let folder = part(file);
        if !file.contains('/') {
            continue;
        }
        seen.insert(folder);
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(name, _)| *name == folder)
            .unwrap_or_else(|| panic!("src/{folder} is not in the list of folders"));
        for other in imported {
            let other_part = part(other);
            assert!(
                other_part == folder || allowed.contains(&other_part),
                "src/{file} imports src/{other}, and {folder} may import only {allowed:?}"
            );
        }
    }
    let listed: BTreeSet<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    assert_eq!(seen, listed, "folders, and the list of them");
}

#[test]
fn no_folders_form_a_circle() {
    let sources = sources();
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, imported) in graph(&sources) {
        let both = |name: &&str| name.contains('/') && part(name) != part(file);
        if file.contains('/') {
            folders.entry(part(file)).or_default().extend(
                imported
                    .iter()
                    .filter(|name| both(name))
                    .map(|name| part(name)),
            );
        }
    }
    assert_eq!(circles(&folders), Vec::<BTreeSet<&str>>::new());
}

#[test]
fn no_files_form_a_circle_but_a_call_and_its_operation() {
    let sources = sources();
    let expected: BTreeSet<&str> = CIRCLE.iter().copied().collect();
    assert_eq!(circles(&graph(&sources)), vec![expected]);
}

#[test]
fn no_provider_imports_another() {
    let sources = sources();
    let module = |name: &str| -> Option<String> {
        let (module, _) = name.strip_prefix("providers/")?.split_once('/')?;
        (module != "huawei").then(|| module.to_owned())
    };
    for (file, imported) in graph(&sources) {
        let Some(own) = module(file) else {
            continue;
        };
        for other in imported {
            let of_another = module(other).is_some_and(|other| other != own);
            assert!(!of_another, "src/{file} imports src/{other}");
        }
    }
}

#[test]
fn the_root_has_three_files() {
    let entries = fs::read_dir(ROOT).expect("a readable folder");
    let mut files: Vec<String> = entries
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(files, ["app.rs", "lib.rs", "main.rs"]);
}

/// No file whose path starts with one of `who` says one of `words`, but for `unless`.
#[track_caller]
fn never(who: &[&str], words: &[&str], unless: &[&str]) {
    let mut looked_at = 0;
    for Source { name, code, .. } in sources() {
        if !who.iter().any(|prefix| name.starts_with(prefix))
            || unless.iter().any(|prefix| name.starts_with(prefix))
        {
            continue;
        }
        looked_at += 1;
        for word in words {
            assert!(!code.contains(word), "src/{name} says {word}");
        }
    }
    assert!(0 < looked_at, "no file starts with {who:?}");
}

#[test]
fn only_the_http_front_end_and_the_control_plane_know_axum() {
    never(
        &[""],
        &["axum::", "use axum"],
        &["control/", "fuzz/", "server/"],
    );
    never(&["provider"], &["hyper"], &[]);
}

#[test]
fn the_store_and_the_signatures_know_no_http() {
    never(&["store/", "signing/"], &["http::"], &[]);
}

#[test]
fn the_server_opens_no_connection() {
    let here = [
        "app.rs",
        "control/",
        "namespace/",
        "pipeline/",
        "provider",
        "seed/",
        "server/",
        "signing/",
        "store/",
        "tls/",
    ];
    // The control plane's client is the library's and the command line's, not the server's.
    let client = ["control/client/"];
    let words = [
        "TcpStream::connect",
        "TcpSocket",
        "UdpSocket",
        "ureq::",
        "lookup_host",
        "ToSocketAddrs",
        "UnixStream::connect",
    ];
    never(&here, &words, &client);
}

#[test]
fn time_and_ids_come_from_one_place_each() {
    never(
        &[""],
        &["SystemTime::now", "Utc::now"],
        &["namespace/clock.rs"],
    );
    never(
        &[""],
        &["new_v4", "fastrand::", "use rand"],
        &["fuzz/mutate.rs", "fuzz/runner.rs", "namespace/ids.rs"],
    );
}

#[test]
fn every_provider_module_has_the_same_files() {
    let folder = Path::new(ROOT).join("providers");
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let module = entry.expect("a readable folder").path();
        if !module.is_dir() || module.ends_with("huawei") {
            continue;
        }
        for file in [
            "mod.rs",
            "auth.rs",
            "errors.rs",
            "table.rs",
            "wire.rs",
            "model.rs",
            "operations.rs",
        ] {
            let folder = module.join(file.trim_end_matches(".rs"));
            assert!(
                module.join(file).is_file() || folder.is_dir(),
                "{} has no {file}",
                module.display()
            );
        }
        assert!(
            module.join("schema.sql").is_file(),
            "{} has no schema.sql",
            module.display()
        );
    }
}

/// How many lines a source file may have. Tables and catalogues, which are looked up and not read, may have more.
const LONGEST_FILE: usize = 700;

#[test]
fn a_file_that_is_not_a_table_is_short() {
    let mut looked_at = 0;
    for Source { name, .. } in sources() {
        if ["table.rs", "errors.rs"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            continue;
        }
        let text = fs::read_to_string(Path::new(ROOT).join(&name)).expect("a readable file");
        let lines = text.lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "src/{name} has {lines} lines: split it by subject"
        );
        looked_at += 1;
    }
    assert!(100 < looked_at, "only {looked_at} files");
}
