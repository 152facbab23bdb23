//! A data folder in which one namespace is damaged: the server starts, says so, and every way to replace that data works. The
//! others notice nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use rollcall::{Options, Rollcall};
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{BINARY, Process};
use crate::client::{Answer, exchange};
use crate::durability::listed;
use crate::exports::{assert_same, export};
use crate::server::{Server, frozen, with};

const USERS: &str = "/v2/0bec5db98280d2d02fd6c00c2de791ce/users";

/// What can happen to a namespace's folder while no server uses it; its database is `N.db`, its pointer `live`.
type Damage = (&'static str, fn(folder: &Path, database: &Path));

const DAMAGES: [Damage; 13] = [
    ("an empty database", |_, database| {
        fs::write(database, "").expect("a file");
    }),
    ("junk for a database", |_, database| {
        fs::write(database, [0xAA; 8192]).expect("a file");
    }),
    ("a database without its header", |_, database| {
        let mut bytes = fs::read(database).expect("a file");
        bytes[..100].fill(0);
        fs::write(database, bytes).expect("a file");
    }),
    ("no database", |_, database| {
        fs::remove_file(database).expect("a file");
    }),
    ("a folder for a database", |_, database| {
        fs::remove_file(database).expect("a file");
        fs::create_dir(database).expect("a folder");
        fs::write(database.join("inside"), "").expect("a file");
    }),
    ("an empty pointer", |folder, _| {
        fs::write(folder.join("live"), "").expect("a file");
    }),
    ("a pointer out of the folder", |folder, _| {
        fs::write(folder.join("live"), "../../../etc/passwd").expect("a file");
    }),
    ("a pointer to another namespace", |folder, _| {
        fs::write(folder.join("live"), "../default/1").expect("a file");
    }),
    ("a pointer to nothing", |folder, _| {
        fs::write(folder.join("live"), "99999999").expect("a file");
    }),
    ("a pointer beyond all numbers", |folder, _| {
        fs::write(folder.join("live"), u64::MAX.to_string()).expect("a file");
    }),
    ("a pointer that is long", |folder, _| {
        fs::write(folder.join("live"), vec![b'1'; 1 << 20]).expect("a file");
    }),
    ("a pointer that is a link", |folder, _| {
        let outside = folder.with_extension("pointer");
        fs::rename(folder.join("live"), &outside).expect("a file");
        symlink(outside, folder.join("live")).expect("a link");
    }),
    ("a pointer that is a folder", |folder, _| {
        fs::remove_file(folder.join("live")).expect("a file");
        fs::create_dir(folder.join("live")).expect("a folder");
        fs::write(folder.join("live").join("inside"), "").expect("a file");
    }),
];

fn address(rest: &str) -> String {
    format!("/_rollcall/namespaces/{rest}")
}

#[track_caller]
fn good(answer: &Answer, what: &str) {
    assert!((200..300).contains(&answer.status), "{what}: {answer}");
}

fn damage(data: &Path, name: &str, harm: fn(&Path, &Path)) {
    let folder = data.join(name);
    let live = fs::read_to_string(folder.join("live")).expect("a pointer");
    harm(&folder, &folder.join(format!("{}.db", live.trim())));
}

/// A folder with these namespaces and `default`, and a snapshot and an export of the demo.
fn folder(names: &[&str]) -> (TempDir, Vec<u8>, String) {
    let folder = TempDir::new().expect("a folder");
    let server = with(frozen().data(folder.path()));
    for name in names {
        good(&server.json("PUT", &address(name), ""), name);
    }
    let snapshot = server.get(&address("default/snapshot")).body;
    let exported = export(&server, "default");
    (folder, snapshot, exported)
}

fn row<'a>(all: &'a Value, name: &str) -> &'a Value {
    let rows = all.as_array().expect("a list");
    let found = rows.iter().find(|row| row["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not listed: {all}"))
}

const NAMES: [&str; 7] = [
    "reset", "restored", "imported", "seeded", "dropped", "all", "well",
];

#[test]
fn every_damage_is_healed_by_whatever_replaces_the_data() {
    for (what, harm) in DAMAGES {
        let (folder, snapshot, exported) = folder(&NAMES);
        for name in &NAMES[..6] {
            damage(folder.path(), name, harm);
        }
        let options = || frozen().data(folder.path());
        let rollcall = Rollcall::start_with(&options());
        drop(rollcall.unwrap_or_else(|cause| panic!("{what}: {cause}")));
        let server = with(options());
        damaged_ones_answer_and_others_work(&server, what, folder.path());

        let with_null = [
            server.json("POST", &address("reset/reset"), ""),
            server.send("PUT", &address("restored/snapshot"), &[], &snapshot),
            server.send("PUT", &address("imported/export"), &[], exported.as_bytes()),
            server.json(
                "PUT",
                &address("seeded/seed"),
                r#"{"credentials":[{"access_key":"only","secret_key":"this"}]}"#,
            ),
            server.json("DELETE", &address("dropped"), ""),
        ];
        for answer in &with_null {
            good(answer, what);
            assert_eq!(answer.json()["dropped"], Value::Null, "{what}: {answer}");
            assert_eq!(answer.json()["created"], Value::Null, "{what}: {answer}");
        }
        let all = server.json(
            "POST",
            "/_rollcall/reset?namespace=*",
            r#"{"to":"template"}"#,
        );
        good(&all, what);
        assert_eq!(row(&all.json(), "all")["dropped"], Value::Null, "{all}");
        // Those that were healed above have been reset once more, for the same.
        for name in ["restored", "imported", "seeded"] {
            assert!(row(&all.json(), name)["dropped"].is_object(), "{all}");
        }
        drop(server);
        for name in ["reset", "restored", "imported", "seeded", "all", "well"] {
            let left = listed(&folder.path().join(name));
            assert!(
                left.len() == 2 && left[0].ends_with(".db") && left[1] == "live",
                "{what}: {name} holds {left:?}"
            );
        }
        assert!(!folder.path().join("dropped").exists(), "{what}");
        // And it lasts.
        let server = with(options());
        for name in ["reset", "restored", "imported", "seeded", "all", "well"] {
            assert_same(&export(&server, name), &exported, what);
        }
    }
}

#[track_caller]
fn damaged_ones_answer_and_others_work(server: &Server, what: &str, path: &Path) {
    let all = server.get("/_rollcall/namespaces");
    good(&all, what);
    for name in &NAMES[..6] {
        let listed = all.json();
        let error = &row(&listed, name)["error"];
        assert!(error.is_string(), "{what}: {name} is listed as well: {all}");
    }
    for name in ["default", "well"] {
        assert_eq!(
            row(&all.json(), name)["error"],
            Value::Null,
            "{what}: {all}"
        );
        let users = server.send("GET", USERS, &[("x-rollcall-namespace", name)], b"");
        assert_eq!(users.status, 200, "{what}: {name}: {users}");
    }
    let header = [("x-rollcall-namespace", "reset")];
    for broken in [
        server.get(&address("reset")),
        server.send("GET", USERS, &header, b""),
    ] {
        assert_eq!(broken.status, 500, "{what}: {broken}");
        let text = broken.text();
        assert!(text.contains("namespace \\\"reset\\\""), "{what}: {text}");
        assert!(
            !text.contains(&path.display().to_string()),
            "{what}: {text}"
        );
        assert!(!text.contains("root:"), "{what}: {text}");
    }
    let taken = server.json("PUT", &address("reset"), "");
    assert_eq!(taken.status, 409, "{what}: {taken}");
}

/// The binary on that folder, and what it wrote to standard error once it was stopped.
fn run(data: &Path, calls: impl FnOnce(&Process)) -> String {
    let log = TempDir::new().expect("a folder");
    let file = log.path().join("log");
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&file).expect("a file"))
        .spawn();
    let mut process = Process::of(child.expect("the binary runs"));
    assert!(
        process.ready.starts_with("rollcall ready"),
        "{}",
        fs::read_to_string(&file).expect("a log")
    );
    calls(&process);
    process.stop();
    fs::read_to_string(&file).expect("a log")
}

fn call(process: &Process, method: &str, target: &str, namespace: &str) -> Answer {
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\nx-rollcall-namespace: {namespace}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    exchange(process.address(), request.as_bytes(), 1).remove(0)
}

#[test]
fn the_start_warns_of_damage_with_its_file_and_its_remedies() {
    for (what, harm) in DAMAGES {
        let (folder, ..) = folder(&["ld0"]);
        damage(folder.path(), "ld0", harm);
        let before = everything(&folder.path().join("ld0"));
        let log = run(folder.path(), |process| {
            assert_eq!(call(process, "GET", USERS, "default").status, 200, "{what}");
            assert_eq!(call(process, "GET", USERS, "ld0").status, 500, "{what}");
            assert_eq!(call(process, "GET", USERS, "new").status, 200, "{what}");
        });
        let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
        assert_eq!(warnings.len(), 1, "{what}: {log}");
        let in_folder = format!("{}/ld0/", folder.path().display());
        for part in [
            "namespace \"ld0\"",
            &in_folder,
            "rollcall reset --namespace ld0",
            "rollcall snapshot restore --namespace ld0",
            "rollcall namespaces drop ld0",
        ] {
            assert!(warnings[0].contains(part), "{what}: no {part} in {log}");
        }
        // What may be rescued by hand is still there.
        assert!(everything(&folder.path().join("ld0")) == before, "{what}");
    }
}

#[test]
fn a_damaged_default_is_no_obstacle_to_the_start() {
    for (what, harm) in DAMAGES.into_iter().chain([CUT]) {
        let (folder, _, exported) = folder(&["well"]);
        damage(folder.path(), "default", harm);
        let log = run(folder.path(), |process| {
            assert_eq!(call(process, "GET", USERS, "well").status, 200, "{what}");
            assert_eq!(call(process, "GET", USERS, "default").status, 500, "{what}");
            let all = call(process, "GET", "/_rollcall/namespaces", "default");
            good(&all, what);
            row(&all.json(), "default");
        });
        assert_eq!(log.matches("WARN").count(), 1, "{what}: {log}");
        assert!(log.contains("rollcall reset --namespace default"), "{log}");
        let server = with(frozen().data(folder.path()));
        good(&server.json("POST", "/_rollcall/reset", ""), what);
        drop(server);
        let server = with(frozen().data(folder.path()));
        assert_same(&export(&server, "default"), &exported, what);
    }
}

/// What only SQLite finds, when it opens the file.
const CUT: Damage = ("a database that was cut", |_, database| {
    let file = fs::File::options().write(true).open(database);
    file.expect("a file").set_len(3 * 1024).expect("it is cut");
});

#[test]
fn newer_data_refuses_the_start_and_nothing_is_changed() {
    for name in ["default", "newer"] {
        let (folder, ..) = folder(&["newer", "damaged", "first"]);
        damage(folder.path(), name, |_, database| {
            let mut bytes = fs::read(database).expect("a file");
            bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
            fs::write(database, bytes).expect("a file");
        });
        damage(folder.path(), "damaged", DAMAGES[0].1);
        fs::write(folder.path().join("first").join("77.new"), "half").expect("a file");
        let before = everything(folder.path());
        let refused = Rollcall::start_with(&Options::default().data(folder.path()));
        let cause = refused.expect_err("newer data").to_string();
        for part in [name, "newer rollcall", "99", "it was not changed"] {
            assert!(cause.contains(part), "{cause}");
        }
        assert!(everything(folder.path()) == before, "{name}");
    }
}

/// Every file of a folder, with what it holds.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for name in listed(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            for (inner, bytes) in everything(&path) {
                files.push((format!("{name}/{inner}"), bytes));
            }
        } else {
            files.push((name, fs::read(&path).expect("a file")));
        }
    }
    files
}

#[test]
fn what_is_no_namespace_is_left_alone_by_the_start() {
    let (folder, ..) = folder(&[]);
    let path = |name: &str| folder.path().join(name);
    fs::write(path("notes"), "a file where a folder would be").expect("a file");
    fs::write(path("README.txt"), "mine").expect("a file");
    fs::create_dir(path("Backups")).expect("a folder");
    fs::write(path("Backups").join("1.db"), "mine").expect("a file");
    fs::create_dir(path("without-a-pointer")).expect("a folder");
    fs::write(path("without-a-pointer").join("mine.db"), "mine").expect("a file");
    fs::create_dir(path("empty")).expect("a folder");
    symlink("nothing", path("nowhere")).expect("a link");
    let server = with(frozen().data(folder.path()));
    let all = server.get("/_rollcall/namespaces").json();
    let names: Vec<&Value> = all
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert_eq!(names, ["default"]);
    for name in ["notes", "nowhere"] {
        let header = [("x-rollcall-namespace", name)];
        let attempts = [
            server.send("GET", USERS, &header, b""),
            server.json("PUT", &address(name), ""),
            server.json("POST", &address(&format!("{name}/reset")), ""),
        ];
        for answer in attempts {
            assert_eq!(answer.status, 503, "{name}: {answer}");
            assert!(answer.text().contains("has its name"), "{answer}");
        }
        let dropped = server.json("DELETE", &address(name), "");
        assert_eq!(dropped.status, 404, "{name}: {dropped}");
    }
    // A namespace that was never finished can still be made.
    good(
        &server.json("PUT", &address("without-a-pointer"), ""),
        "it is made",
    );
    good(&server.json("PUT", &address("empty"), ""), "it is made");
    drop(server);
    assert_eq!(
        listed(&path("without-a-pointer")).len(),
        3,
        "what is not ours stays"
    );
    for (file, text) in [
        ("notes", "a file where a folder would be"),
        ("README.txt", "mine"),
        ("Backups/1.db", "mine"),
        ("without-a-pointer/mine.db", "mine"),
    ] {
        assert_eq!(fs::read_to_string(path(file)).expect(file), text);
    }
}

#[test]
fn a_pointer_that_is_lost_while_the_server_runs_is_no_obstacle() {
    for (what, harm) in DAMAGES {
        let (folder, _, exported) = folder(&["one", "two"]);
        let server = with(frozen().data(folder.path()));
        for name in ["one", "two"] {
            let header = [("x-rollcall-namespace", name)];
            assert_eq!(server.send("GET", USERS, &header, b"").status, 200);
            damage(folder.path(), name, harm);
        }
        good(&server.json("POST", &address("one/reset"), ""), what);
        good(&server.json("DELETE", &address("two"), ""), what);
        drop(server);
        assert_eq!(listed(&folder.path().join("one")).len(), 2, "{what}");
        assert!(!folder.path().join("two").exists(), "{what}");
        let server = with(frozen().data(folder.path()));
        assert_same(&export(&server, "one"), &exported, what);
    }
}

#[test]
fn all_others_are_saved_where_one_is_damaged() {
    let (folder, ..) = folder(&["first", "zero"]);
    damage(folder.path(), "first", DAMAGES[0].1);
    let saved = TempDir::new().expect("a folder");
    run(folder.path(), |process| {
        let output = Command::new(BINARY)
            .args(["snapshot", "save", "--namespace", "*", "--to"])
            .arg(saved.path())
            .args(["--url", &format!("http://{}", process.address())])
            .output()
            .expect("the binary runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("namespace \"first\""), "{told}");
    });
    assert_eq!(listed(saved.path()), ["default.db", "zero.db"]);
}
