//! Snapshots that somebody made to hurt: each is refused within seconds, nothing is changed, and every other call is as good as
//! before.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tempfile::TempDir;

use crate::client::{Answer, TIMEOUT};
use crate::exports::{assert_same, export};
use crate::server::{Server, demo};

const SNAPSHOT: &str = "/_rollcall/namespaces/default/snapshot";
const VERSION_1: &[u8] = include_bytes!("data/version-1.db");

/// A snapshot after some SQL, which may do what SQLite else prevents.
fn changed(snapshot: &[u8], sql: &str) -> Vec<u8> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("changed.db");
    fs::write(&path, snapshot).expect("a file");
    let connection = Connection::open(&path).expect("a database");
    for (switch, on) in [
        (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
    ] {
        connection.set_db_config(switch, on).expect("a switch");
    }
    connection.execute_batch(sql).expect("good SQL");
    drop(connection);
    fs::read(&path).expect("a file")
}

/// The page numbers of the roots of tables with rowids, but for the schema's own.
fn roots(snapshot: &[u8]) -> Vec<usize> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("read.db");
    fs::write(&path, snapshot).expect("a file");
    let connection = Connection::open(&path).expect("a database");
    let sql = "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%WITHOUT ROWID%' ORDER BY name";
    let mut statement = connection.prepare(sql).expect("good SQL");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a number")).collect()
}

fn page_size(snapshot: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([snapshot[16], snapshot[17]]))
}

fn page(snapshot: &[u8], number: usize) -> Range<usize> {
    let size = page_size(snapshot);
    (number - 1) * size..number * size
}

/// Makes a page the inner page of a table whose children are all the same one.
fn multiply(snapshot: &mut [u8], number: usize, child: usize) {
    let header = if number == 1 { 100 } else { 0 };
    let range = page(snapshot, number);
    let page = &mut snapshot[range];
    let child = u32::try_from(child).expect("a page").to_be_bytes();
    let cells = (page.len() - header - 12) / 8;
    let mut end = page.len();
    for cell in 0..cells {
        end -= 5;
        page[end..end + 4].copy_from_slice(&child);
        page[end + 4] = u8::try_from(cell.min(100)).expect("small");
        let pointer = u16::try_from(end).expect("within the page").to_be_bytes();
        let at = header + 12 + 2 * cell;
        page[at..at + 2].copy_from_slice(&pointer);
    }
    let count = u16::try_from(cells).expect("few").to_be_bytes();
    let start = u16::try_from(end).expect("within the page").to_be_bytes();
    page[header..header + 12].copy_from_slice(&[
        5, 0, 0, count[0], count[1], start[0], start[1], 0, child[0], child[1], child[2], child[3],
    ]);
}

/// Every page of a chain has the next one for each of its children: together they have more rows than anybody can read.
fn endless(snapshot: &[u8], from: usize) -> Vec<u8> {
    let mut endless = snapshot.to_vec();
    let mut chain = roots(snapshot);
    chain.insert(0, from);
    chain.dedup();
    for pair in chain.windows(2).take(5) {
        multiply(&mut endless, pair[0], pair[1]);
    }
    endless
}

/// A snapshot that is refused, for one of some reasons.
#[track_caller]
fn check(server: &Server, snapshot: &[u8], reasons: &[&str]) {
    let before = export(server, "default");
    let began = Instant::now();
    let answer = server.send("PUT", SNAPSHOT, &[], snapshot);
    assert!(began.elapsed() < TIMEOUT, "it took {:?}", began.elapsed());
    assert_eq!(answer.status, 400, "{answer}");
    let said = answer.json()["detail"].to_string();
    assert!(
        reasons.iter().any(|reason| said.contains(reason)) && said.contains("nothing was changed"),
        "{said}"
    );
    assert_same(&export(server, "default"), &before, "a refused snapshot");
    good(&server.get("/_rollcall/namespaces"));
    good(&server.json("POST", "/_rollcall/reset?namespace=*", ""));
    good(&server.json("PUT", "/_rollcall/namespaces/passing", ""));
    good(&server.json("DELETE", "/_rollcall/namespaces/passing", ""));
}

#[track_caller]
fn good(answer: &Answer) {
    assert!((200..300).contains(&answer.status), "{answer}");
}

#[test]
fn nothing_of_a_schema_is_taken_but_ours() {
    let server = demo();
    let snapshot = server.get(SNAPSHOT).body;
    let endless =
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
    for base in [&snapshot[..], VERSION_1] {
        for sql in [
            // The _ of a pattern is any character.
            format!("CREATE TRIGGER sqlitexloop AFTER INSERT ON rocketmq_users BEGIN {endless}; END"),
            format!("CREATE TRIGGER sqlitexread BEFORE DELETE ON aliyun_users BEGIN {endless}; END"),
            "CREATE TRIGGER sqlite1empty AFTER INSERT ON rocketmq_users BEGIN DELETE FROM aliyun_users; END".to_owned(),
            format!("CREATE VIEW sqlitexview AS {endless}"),
            "CREATE TABLE sqlitextable (x)".to_owned(),
            "CREATE INDEX sqlitexindex ON aliyun_users (abs(group_id))".to_owned(),
            "DROP TABLE aliyun_users".to_owned(),
            "UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '') WHERE name = 'rocketmq_users'".to_owned(),
        ] {
            check(&server, &changed(base, &sql), &["is not a rollcall database"]);
        }
    }
}

#[test]
fn pages_that_belong_to_more_than_one_are_found_in_time() {
    let server = demo();
    let snapshot = server.get(SNAPSHOT).body;
    let reasons = ["is damaged", "is not a rollcall database"];
    for base in [&snapshot[..], VERSION_1] {
        let first = roots(base)[0];
        check(&server, &endless(base, first), &reasons);
        // The schema itself.
        check(&server, &endless(base, 1), &reasons);
        let shared = "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'rocketmq_users')
             WHERE name = 'rocketmq_instances'";
        check(&server, &changed(base, shared), &reasons);
    }
}

#[test]
fn values_that_contradict_each_other_or_are_none_are_refused() {
    let server = demo();
    let snapshot = server.get(SNAPSHOT).body;
    let reasons = ["is inconsistent", "holds a value that cannot be read"];
    for sql in [
        "UPDATE aliyun_clusters SET user_count = -1",
        "UPDATE aliyun_clusters SET wheel_count = wheel_count + 1",
        "UPDATE aliyun_clusters SET next_user_id = 1",
        "UPDATE rocketmq_instances SET user_count = -1",
        "UPDATE rocketmq_instances SET user_count = user_count + 1",
        "UPDATE workspace_projects SET user_count = user_count + 1",
        "UPDATE workspace_projects SET group_count = -1",
        "UPDATE workspace_groups SET user_quantity = user_quantity + 1",
        "UPDATE qingcloud_counts SET total = -1 WHERE kind = 'users'",
        "UPDATE qingcloud_clusters SET user_count = user_count + 1",
        "DELETE FROM qingcloud_counts",
        "UPDATE bytehouse_tenant SET user_count = -1",
        "UPDATE bytehouse_tenant SET role_count = role_count + 1",
        "UPDATE rocketmq_users SET access_key = CAST(x'ff' AS TEXT) WHERE seq = (SELECT min(seq) FROM rocketmq_users)",
        "UPDATE rocketmq_users SET topic_perms = '{' WHERE seq = (SELECT min(seq) FROM rocketmq_users)",
        "UPDATE aliyun_clusters SET detail = substr(detail, 2)",
        "UPDATE aliyun_clusters SET detail = '{}'",
        "UPDATE bytehouse_grants SET privileges = '['",
        "UPDATE bytehouse_users SET clusters = 'a'",
    ] {
        check(&server, &changed(&snapshot, sql), &reasons);
    }
    let reasons = ["is damaged"];
    for sql in [
        "UPDATE rocketmq_users SET instance = 4711 WHERE seq = (SELECT min(seq) FROM rocketmq_users)",
        "DELETE FROM aliyun_clusters",
    ] {
        check(&server, &changed(&snapshot, sql), &reasons);
    }
}

/// Any page of a snapshot may be anything: it is refused or taken, and the server is as good as before.
#[test]
fn a_snapshot_with_any_page_in_the_place_of_any_other_breaks_nothing() {
    let server = demo();
    let snapshot = server.get(SNAPSHOT).body;
    let size = page_size(&snapshot);
    let pages = snapshot.len() / size;
    // A step that has no divisor in common with the number of pages meets each of them once.
    for round in 0..24 {
        let (from, to) = (round * 37 % pages, (round * 53 + 11) % pages);
        let mut changed = snapshot.clone();
        changed.copy_within(from * size..(from + 1) * size, to * size);
        let answer = server.send("PUT", SNAPSHOT, &[], &changed);
        assert!(
            matches!(answer.status, 200 | 400),
            "{from} over {to}: {answer}"
        );
        good(&server.get("/_rollcall/namespaces/default/export"));
        good(&server.json("POST", "/_rollcall/reset", ""));
    }
}

/// A namespace whose data cannot be read any more, of four, each to be mended in its own way.
fn damage(folder: &Path, name: &str) {
    let folder = folder.join(name);
    let live = fs::read_to_string(folder.join("live")).expect("a pointer");
    let file = fs::File::options()
        .write(true)
        .open(folder.join(format!("{}.db", live.trim())));
    file.expect("a data file")
        .set_len(3 * 1024)
        .expect("it can be cut");
}

#[test]
fn damaged_data_is_no_obstacle_to_what_does_not_need_it() {
    let folder = TempDir::new().expect("a folder");
    let options = || crate::server::frozen().data(folder.path());
    let server = crate::server::with(options());
    let names = ["one", "two", "three", "four", "five"];
    for name in names {
        good(&server.json("PUT", &format!("/_rollcall/namespaces/{name}"), ""));
    }
    let snapshot = server.get(SNAPSHOT).body;
    let exported = export(&server, "default");
    drop(server);
    for name in names {
        damage(folder.path(), name);
    }
    let server = crate::server::with(options());
    let address = |rest: &str| format!("/_rollcall/namespaces/{rest}");
    let broken = server.get(&address("five"));
    assert_eq!(broken.status, 500, "{broken}");
    let path = folder.path().display().to_string();
    assert!(!broken.text().contains(&path), "{broken}");
    for answer in [
        server.json("POST", &address("one/reset"), ""),
        server.send("PUT", &address("two/snapshot"), &[], &snapshot),
        server.send("PUT", &address("three/export"), &[], exported.as_bytes()),
        server.json("DELETE", &address("four"), ""),
        server.get("/_rollcall/namespaces"),
    ] {
        good(&answer);
    }
    for name in ["one", "two", "three"] {
        assert_same(&export(&server, name), &exported, name);
    }
    assert_eq!(server.get(&address("four")).status, 404);
    let all = server.json("POST", "/_rollcall/reset?namespace=*", "");
    good(&all);
    let five = &all.json()[1];
    assert_eq!(
        (&five["name"], &five["dropped"]),
        (&"five".into(), &serde_json::Value::Null)
    );
    good(&server.get(&address("five")));
    // And it lasts.
    drop(server);
    let server = crate::server::with(options());
    good(&server.get(&address("five/export")));
}
