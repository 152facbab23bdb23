//! Lists too long to walk: every page, total and filter is what a plain walk says, whatever was written before.

use std::fs;
use std::path::Path;
use std::process::Command;

use rollcall::control::Client;
use rollcall::{Options, Rollcall};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::BINARY;
use crate::client::Connection;

/// More than the store walks, and no multiple of anything.
const COUNT: u64 = 4_203;

/// Brings names into another order.
type Reorder = fn(&mut [String]);

/// A list of users of generated data.
struct List {
    provider: &'static str,
    page: fn(offset: u64) -> String,
    /// Part of a name that some have, and how to ask for them.
    filter: Option<(&'static str, &'static str)>,
    /// How to ask for another order, and what it makes of the usual one.
    orders: &'static [(&'static str, Reorder)],
    rows: &'static str,
    total: &'static str,
    name: &'static str,
    /// What a row of an export has and its parents have not.
    mark: &'static str,
    /// The part of a seed that deletes a user.
    delete: fn(name: &str) -> Value,
    /// The part of a seed that gives a user another place in the list, where that can be.
    replace: Option<fn(name: &str) -> Value>,
}

const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
const INSTANCE: &str = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6";
const HPC: &str = "hpc-qig9xu97";
const ALIYUN: &str = "ehpc-hz-vu7c2WkVGx";

static LISTS: &[List] = &[
    List {
        provider: "huawei-rocketmq",
        page: |offset| format!("/v2/{PROJECT}/instances/{INSTANCE}/users?limit=10&offset={offset}"),
        filter: None,
        orders: &[],
        rows: "/users",
        total: "/total",
        name: "access_key",
        mark: "secret_key",
        delete: |name| {
            let user = json!({ "access_key": name, "$delete": true });
            json!({ "users": [{ "project_id": PROJECT, "instance_id": INSTANCE, "users": [user] }] })
        },
        replace: None,
    },
    List {
        provider: "huawei-workspace",
        page: |offset| format!("/v2/{PROJECT}/users?limit=10&offset={offset}"),
        filter: Some(("12", "&user_name=12")),
        orders: &[],
        rows: "/users",
        total: "/total_count",
        name: "user_name",
        mark: "user_name",
        delete: |name| {
            let user = json!({ "user_name": name, "$delete": true });
            json!({ "users": [{ "project_id": PROJECT, "users": [user] }] })
        },
        replace: None,
    },
    List {
        provider: "qingcloud-ehpc",
        page: |offset| {
            format!(
                "/api/user?zone=jn1a&timestamp=2026-01-02T03:04:05Z&cluster_id={HPC}&limit=10&offset={offset}"
            )
        },
        filter: Some(("12", "&search_word=12")),
        orders: &[
            ("&reverse=1", |names| names.reverse()),
            ("&sort_key=username", |names| names.sort()),
            ("&sort_key=username&reverse=1", |names| {
                names.sort_by(|a, b| b.cmp(a));
            }),
        ],
        rows: "/users_set",
        total: "/total_count",
        name: "username",
        mark: "username",
        delete: |name| {
            let user = json!({ "cluster_id": HPC, "username": name, "$delete": true });
            json!({ "users_set": [user] })
        },
        replace: Some(|name| {
            let time = "2030-01-02T03:04:05Z";
            json!({ "users_set": [{ "cluster_id": HPC, "username": name, "create_time": time }] })
        }),
    },
    List {
        provider: "aliyun-ehpc",
        page: |offset| {
            format!(
                "/?Action=ListUsers&Version=2018-04-12&ClusterId={ALIYUN}&PageSize=10&PageNumber={}",
                offset / 10 + 1
            )
        },
        filter: None,
        orders: &[],
        rows: "/Users/UserInfo",
        total: "/TotalCount",
        name: "Name",
        mark: "AddTime",
        delete: |name| {
            let user = json!({ "Name": name, "$delete": true });
            json!({ "2018-04-12": { "Users": [{ "ClusterId": ALIYUN, "Users": { "UserInfo": [user] } }] } })
        },
        replace: Some(|name| {
            let user = json!({ "Name": name, "UserId": "70000" });
            json!({ "2018-04-12": { "Users": [{ "ClusterId": ALIYUN, "Users": { "UserInfo": [user] } }] } })
        }),
    },
    List {
        provider: "volcengine-bytehouse",
        page: |offset| format!("/?Action=ListUsers&Version=2024-08-31&Offset={offset}&Limit=10"),
        filter: None,
        orders: &[],
        rows: "/Result/Data/Users",
        total: "/Result/Meta/Total",
        name: "Username",
        mark: "CloudName",
        delete: |name| json!({ "Users": [{ "Username": name, "$delete": true }] }),
        replace: Some(|name| json!({ "Users": [{ "Username": name, "ID": 70_000 }] })),
    },
];

fn generate(list: &List, count: u64, rng_seed: u64) -> String {
    let output = Command::new(BINARY)
        .args(["seed", "generate", "--provider", list.provider])
        .args(["--count", &count.to_string()])
        .args(["--rng-seed", &rng_seed.to_string()])
        .output()
        .expect("rollcall runs");
    String::from_utf8(output.stdout).expect("JSON is UTF-8")
}

/// The names of users anywhere in a document.
fn names(list: &List, document: &Value, into: &mut Vec<String>) {
    match document {
        Value::Object(members) => {
            if let (Some(name), true) = (members.get(list.name), members.contains_key(list.mark)) {
                into.push(name.as_str().expect("a name is text").to_owned());
            }
            members
                .values()
                .for_each(|member| names(list, member, into));
        }
        Value::Array(members) => members.iter().for_each(|member| names(list, member, into)),
        _ => {}
    }
}

/// A server with one provider's long list.
struct Long {
    list: &'static List,
    server: Rollcall,
    client: Client,
    connection: Connection,
}

impl Long {
    fn start(list: &'static List, data: Option<&Path>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let seed = folder.path().join("users.ndjson");
        fs::write(&seed, generate(list, COUNT, 1)).expect("a file");
        let options = Options::default().empty().seed([seed]);
        let options = match data {
            Some(data) => options.data(data),
            None => options,
        };
        let server = Rollcall::start_with(&options).expect("the options are good");
        let address = server.url().trim_start_matches("http://").parse();
        Self {
            list,
            client: Client::new(server.url()),
            connection: Connection::open(address.expect("an address")).expect("it listens"),
            server,
        }
    }

    /// Every user in the order of the list, which an export keeps and SQLite walks for.
    fn walk(&self) -> Vec<String> {
        let mut all = Vec::new();
        for line in self.client.export().expect("an export").lines() {
            let document: Value = serde_json::from_str(line).expect("a line is JSON");
            names(self.list, &document[self.list.provider], &mut all);
        }
        all
    }

    fn page(&mut self, target: &str) -> (u64, Vec<String>) {
        let answer = self
            .connection
            .call("GET", target, "")
            .expect("an answer")
            .json();
        let total = answer.pointer(self.list.total).and_then(Value::as_u64);
        let mut rows = Vec::new();
        for row in answer
            .pointer(self.list.rows)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            rows.push(
                row[self.list.name]
                    .as_str()
                    .expect("a name is text")
                    .to_owned(),
            );
        }
        (total.unwrap_or_else(|| panic!("{target}: {answer}")), rows)
    }

    /// Compares pages with a walk, and gives that.
    #[track_caller]
    fn check(&mut self, event: &str) -> Vec<String> {
        let all = self.walk();
        let (list, total) = (self.list, all.len() as u64);
        let window = |all: &[String], offset: u64| -> Vec<String> {
            all.iter().skip(offset as usize).take(10).cloned().collect()
        };
        for offset in [
            0,
            500,
            510,
            520,
            2490,
            3330,
            total / 10 * 10 - 10,
            total / 10 * 10,
            total / 10 * 10 + 10,
        ] {
            assert_eq!(
                self.page(&(list.page)(offset)),
                (total, window(&all, offset)),
                "{}, {event}: from {offset}",
                list.provider
            );
        }
        for (parameter, reorder) in list.orders {
            let mut ordered = all.clone();
            reorder(&mut ordered);
            for offset in [0, 510, 2490, total / 10 * 10, total / 10 * 10 + 10] {
                assert_eq!(
                    self.page(&format!("{}{parameter}", (list.page)(offset))),
                    (total, window(&ordered, offset)),
                    "{}, {event}: {parameter}, from {offset}",
                    list.provider
                );
            }
            if let Some((part, filter)) = list.filter {
                ordered.retain(|name| name.contains(part));
                for offset in [0, 100] {
                    assert_eq!(
                        self.page(&format!("{}{parameter}{filter}", (list.page)(offset))),
                        (ordered.len() as u64, window(&ordered, offset)),
                        "{}, {event}: {parameter}, filtered, from {offset}",
                        list.provider
                    );
                }
            }
        }
        if let Some((part, parameter)) = list.filter {
            let mut matching = all.clone();
            matching.retain(|name| name.contains(part));
            for offset in [0, 100, 1_000_000] {
                assert_eq!(
                    self.page(&format!("{}{parameter}", (list.page)(offset))),
                    (matching.len() as u64, window(&matching, offset)),
                    "{}, {event}: filtered, from {offset}",
                    list.provider
                );
            }
        }
        all
    }

    fn seed(&self, part: &Value) {
        let seeded = self.client.seed(&json!({ self.list.provider: part }));
        seeded.expect("a good seed");
    }

    fn merge(&self, ndjson: &str) {
        for line in ndjson.lines() {
            let document = serde_json::from_str(line).expect("a line is JSON");
            self.client.seed(&document).expect("a good seed");
        }
    }
}

fn every_page_is_what_a_walk_says(lists: &'static [List], data: Option<&Path>) {
    for list in lists {
        let data = data.map(|folder| folder.join(list.provider));
        let mut long = Long::start(list, data.as_deref());
        let all = long.check("the start");
        let snapshot = long.client.snapshot().expect("a snapshot");
        for place in [0, 1, 700, 701, 2500, all.len() - 1] {
            long.seed(&(list.delete)(&all[place]));
        }
        long.check("deletes");
        long.merge(&generate(list, 8, 2));
        long.check("updates and inserts");
        if let Some(replace) = list.replace {
            long.seed(&replace(&all[1234]));
            let moved = long.check("a user that moves");
            assert_eq!(moved.last(), Some(&all[1234]));
        }
        let bad = json!({ list.provider: (list.delete)(&all[77]), "nobody": {} });
        assert!(long.client.seed(&bad).is_err());
        long.check("a seed that is rolled back");
        long.client.restore(&snapshot).expect("a restore");
        assert_eq!(long.check("a restore"), all);
        long.seed(&(list.delete)(&all[3000]));
        long.client.reset().expect("a reset");
        assert_eq!(long.check("a reset"), all);
        drop(long.server);
    }
}

#[test]
fn every_page_in_memory_is_what_a_walk_says() {
    every_page_is_what_a_walk_says(LISTS, None);
}

#[test]
fn every_page_of_a_file_is_what_a_walk_says() {
    let folder = TempDir::new().expect("a folder");
    // One that is ordered by two columns, and one whose table has no rowid.
    every_page_is_what_a_walk_says(&LISTS[2..4], Some(folder.path()));
}
