//! Who may know whom (ARCHITECTURE.md), read off the `use` lines and paths of the code.

use std::fs;
use std::path::{Path, PathBuf};

/// Every source file, by its path below src/.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let mut files = Vec::new();
    walk(root, &mut files);
    files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a readable file");
            let code: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            let name = path
                .strip_prefix(root)
                .expect("it is below")
                .display()
                .to_string();
            (name, code.join("\n"))
        })
        .collect()
}

/// No file whose path starts with one of `who` says one of `words`, but for `unless`.
#[track_caller]
fn never(who: &[&str], words: &[&str], unless: &[&str]) {
    let mut looked_at = 0;
    for (name, code) in sources() {
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
fn only_the_front_door_knows_axum() {
    never(
        &[""],
        &["axum::", "use axum"],
        &["app.rs", "control/", "server/"],
    );
}

#[test]
fn the_store_knows_no_http_and_no_provider() {
    never(
        &["store/"],
        &["http::", "crate::providers", "crate::provider::"],
        &[],
    );
}

#[test]
fn providers_know_neither_the_journal_nor_the_faults_nor_the_app() {
    never(
        &["providers/"],
        &["crate::pipeline", "crate::app", "crate::control", "hyper"],
        &[],
    );
}

#[test]
fn no_room_knows_another() {
    let rooms: Vec<String> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/providers"))
        .expect("a readable folder")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| {
            path.is_dir() && path.join("operations.rs").exists() || path.join("operations").is_dir()
        })
        .map(|path| {
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    for room in &rooms {
        let others: Vec<String> = rooms
            .iter()
            .filter(|other| *other != room)
            .map(|other| format!("{other}::"))
            .collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        never(&[&format!("providers/{room}/")], &others, &[]);
    }
}

#[test]
fn every_room_has_the_same_six_files() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/providers"))
        .expect("a readable folder")
    {
        let room = entry.expect("a readable folder").path();
        if !room.is_dir() || room.ends_with("huawei") {
            continue;
        }
        for file in [
            "mod.rs",
            "auth.rs",
            "errors.rs",
            "wire.rs",
            "model.rs",
            "operations.rs",
        ] {
            let folder = room.join(file.trim_end_matches(".rs"));
            assert!(
                room.join(file).is_file() || folder.is_dir(),
                "{} has no {file}",
                room.display()
            );
        }
        assert!(
            room.join("schema.sql").is_file(),
            "{} has no schema.sql",
            room.display()
        );
    }
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
        &["namespace/ids.rs"],
    );
}

#[test]
fn signing_knows_nothing_of_rollcall() {
    never(
        &["signing/"],
        &[
            "http::",
            "crate::providers",
            "crate::store",
            "crate::provider::",
            "crate::namespace",
        ],
        &[],
    );
}
