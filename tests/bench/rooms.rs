//! The lists that are measured, and how each provider is asked: one row per list.
//!
//! The users are those of `rollcall seed generate`; a user's number there tells its name and id.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::connection::Request;
use crate::process::binary;

/// A list of users, with what else its provider can do.
pub(crate) struct Room {
    /// The list's name in the tables.
    pub(crate) name: &'static str,
    pub(crate) provider: &'static str,
    /// What to write otherwise in generated users, where an API version has another form.
    respelled: &'static [(&'static str, &'static str)],
    /// A page of ten from an offset.
    pub(crate) page: fn(u64) -> String,
    /// Small answers: two users listed, and one shown where a call does that.
    pub(crate) small: &'static [(&'static str, Target)],
    /// Offsets are multiples of it: 1, or the ten of a page where pages have numbers.
    pub(crate) step: u64,
    /// The first page of those that a word picks; none where the list has no such filter.
    pub(crate) filters: &'static [Filter],
    /// Everything in one answer, where the provider lets it.
    pub(crate) whole: Option<&'static str>,
    /// Creates a user of that number, or why not.
    pub(crate) create: Result<fn(u64) -> Request, &'static str>,
    /// Of how many users on it creates no more, where there is a quota.
    pub(crate) quota: Option<u64>,
    /// Deletes the generated user of that number.
    pub(crate) delete: fn(u64) -> Request,
}

type Target = fn() -> String;

impl Room {
    /// Writes that many made-up users to a file.
    pub(crate) fn generate(&self, users: u64, file: &Path) {
        let mut child = Command::new(binary())
            .args(["seed", "generate", "--provider", self.provider])
            .args(["--count", &users.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut file = BufWriter::new(File::create(file).expect("a writable folder"));
        for line in lines {
            let mut line = line.expect("the binary writes text");
            for (from, to) in self.respelled {
                line = line.replace(from, to);
            }
            writeln!(file, "{line}").expect("room on the disk");
        }
        file.flush().expect("room on the disk");
        let status = child.wait().expect("it was started");
        assert!(status.success(), "{} generates no users", self.name);
    }
}

/// A filter, and words of it.
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) page: fn(&str) -> String,
    /// The nth word of three characters or more, with up to 10,000 matches in a million users.
    pub(crate) word: fn(u64) -> String,
}

/// The list of a provider.
pub(crate) fn room(provider: &str) -> &'static Room {
    ROOMS
        .iter()
        .find(|room| room.provider == provider)
        .expect("every provider has a list")
}

pub(crate) const ROOMS: &[Room] = &[
    Room {
        name: "qingcloud-ehpc",
        provider: "qingcloud-ehpc",
        respelled: &[],
        page: |offset| format!("{QINGCLOUD}&limit=10&offset={offset}"),
        small: &[
            ("two listed", || format!("{QINGCLOUD}&limit=2")),
            ("one shown", || {
                format!("{QINGCLOUD}&user_id=hpcuser-00000007")
            }),
        ],
        step: 1,
        filters: &[Filter {
            name: "search_word",
            page: |word| format!("{QINGCLOUD}&limit=10&search_word={word}"),
            word: digits,
        }],
        whole: None,
        create: Ok(|number| {
            let user = format!("b{number:07}");
            Request::new("POST", format!("/api/user/addUser?{COMMON}")).with(
                &json!({ "cluster_id": CLUSTER, "username": user, "password": "Rollcall!2026" }),
            )
        }),
        quota: None,
        delete: |number| {
            Request::new("POST", format!("/api/user/deleteUser?{COMMON}"))
                .with(&json!({ "cluster_id": CLUSTER, "username": format!("u{number:07}") }))
        },
    },
    Room {
        name: "volcengine-bytehouse",
        provider: "volcengine-bytehouse",
        respelled: &[],
        page: |offset| format!("{VOLCENGINE}&Action=ListUsers&Limit=10&Offset={offset}"),
        small: &[
            ("two listed", || {
                format!("{VOLCENGINE}&Action=ListUsers&Limit=2")
            }),
            ("one shown", || {
                format!("{VOLCENGINE}&Action=GetUserDetail&Username=user7")
            }),
        ],
        step: 1,
        filters: &[],
        whole: Some("/?Version=2024-08-31&Action=ListUsers&Limit=2147483647"),
        create: Err("its API creates no users"),
        quota: None,
        delete: |number| {
            let id = 12_345_678 + number;
            Request::get(format!("{VOLCENGINE}&Action=DeleteUser&UserID={id}"))
        },
    },
    Room {
        name: "huawei-workspace",
        provider: "huawei-workspace",
        respelled: &[],
        page: |offset| format!("{WORKSPACE}?limit=10&offset={offset}"),
        small: &[
            ("two listed", || format!("{WORKSPACE}?limit=2")),
            ("one shown", || {
                format!("{WORKSPACE}/8a2c3f9579d240820100000000000007")
            }),
        ],
        step: 1,
        filters: &[
            Filter {
                name: "user_name",
                page: |word| format!("{WORKSPACE}?limit=10&user_name={word}"),
                word: digits,
            },
            Filter {
                name: "description",
                page: |word| format!("{WORKSPACE}?limit=10&description={word}"),
                word: description,
            },
        ],
        whole: Some(WORKSPACE),
        create: Ok(|number| {
            Request::new("POST", WORKSPACE).with(&json!({
                "user_name": format!("bench{number:07}"),
                "user_email": format!("bench{number:07}@example.com"),
            }))
        }),
        quota: None,
        delete: |number| {
            Request::new(
                "DELETE",
                format!("{WORKSPACE}/8a2c3f9579d2408201{number:014x}"),
            )
        },
    },
    Room {
        name: "huawei-rocketmq",
        provider: "huawei-rocketmq",
        respelled: &[],
        page: |offset| format!("{ROCKETMQ}?limit=10&offset={offset}"),
        small: &[
            ("two listed", || format!("{ROCKETMQ}?limit=2")),
            ("one shown", || format!("{ROCKETMQ}/user_0000007")),
        ],
        step: 1,
        filters: &[],
        whole: None,
        create: Ok(|number| {
            let user = format!("bench-{number:07}");
            Request::new("POST", ROCKETMQ)
                .with(&json!({ "access_key": user, "secret_key": "N3w-secret" }))
        }),
        quota: Some(1000),
        delete: |number| Request::new("DELETE", format!("{ROCKETMQ}/user_{number:07}")),
    },
    Room {
        name: "aliyun-ehpc 2018-04-12",
        provider: "aliyun-ehpc",
        respelled: &[],
        page: |offset| {
            let page = offset / 10 + 1;
            format!("{ALIYUN_2018}&Action=ListUsersAsync&PageSize=10&PageNumber={page}")
        },
        small: &[("two listed", || {
            format!("{ALIYUN_2018}&Action=ListUsers&PageSize=2")
        })],
        step: 10,
        filters: &[],
        whole: None,
        create: Ok(|number| {
            Request::get(format!(
                "{ALIYUN_2018}&Action=AddUsers&User.1.Name=bench.{number:07}&User.1.Group=users&User.1.Password=Passw0rd!"
            ))
        }),
        quota: None,
        delete: |number| {
            Request::get(format!(
                "{ALIYUN_2018}&Action=DeleteUsers&User.1.Name=user.{number:08}"
            ))
        },
    },
    Room {
        name: "aliyun-ehpc 2024-07-30",
        provider: "aliyun-ehpc",
        respelled: &[
            ("2018-04-12", "2024-07-30"),
            (
                r#"{"ClusterInfoSimple":[{"Id":"ehpc-hz-vu7c2WkVGx","Status":"running"}]}"#,
                r#"[{"ClusterId":"ehpc-hz-vu7c2WkVGx","ClusterStatus":"running"}]"#,
            ),
            ("ehpc-hz-vu7c2WkVGx", "ehpc-hz-Next240730"),
            (r#""Name":"#, r#""UserName":"#),
        ],
        page: |offset| {
            let page = offset / 10 + 1;
            format!("{ALIYUN_2024}&Action=ListUsers&PageSize=10&PageNumber={page}")
        },
        small: &[
            ("two listed", || {
                format!("{ALIYUN_2024}&Action=ListUsers&PageSize=2")
            }),
            ("one shown", || {
                format!("{ALIYUN_2024}&Action=GetUser&UserName=user.00000007")
            }),
        ],
        step: 10,
        filters: &[],
        whole: None,
        create: Ok(|number| {
            let user = json!([{ "UserName": format!("next.{number:07}"), "Group": "users", "Password": "Passw0rd!" }]);
            Request::new(
                "POST",
                format!("{ALIYUN_2024}&Action=CreateUsers&User={}", escaped(&user)),
            )
        }),
        quota: None,
        delete: |number| {
            let user = json!([{ "UserName": format!("user.{number:08}") }]);
            Request::get(format!(
                "{ALIYUN_2024}&Action=DeleteUsers&User={}",
                escaped(&user)
            ))
        },
    },
];

const COMMON: &str = "zone=jn1a&timestamp=2026-01-02T03:04:05Z";
const CLUSTER: &str = "hpc-qig9xu97";
const QINGCLOUD: &str =
    "/api/user?zone=jn1a&timestamp=2026-01-02T03:04:05Z&cluster_id=hpc-qig9xu97";
const VOLCENGINE: &str = "/?Version=2024-08-31";
const WORKSPACE: &str = "/v2/0bec5db98280d2d02fd6c00c2de791ce/users";
const ROCKETMQ: &str =
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";
const ALIYUN_2018: &str = "/?Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx";
const ALIYUN_2024: &str = "/?Version=2024-07-30&ClusterId=ehpc-hz-Next240730";

/// Three digits: some 4,000 of a million names of seven digits have them.
fn digits(number: u64) -> String {
    format!("{:03}", 100 + number % 900)
}

/// The end of a department and the first of the three letters behind it: some 7,000 of a million descriptions.
fn description(number: u64) -> String {
    let departments = [
        "sign%20",
        "upport%20",
        "%E5%8F%91%E9%83%A8%20",
        "%E4%B8%AD%E5%BF%83%20",
    ];
    let letters = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let (department, letter) = (number % 4, number / 4 % 36);
    format!(
        "{}{}",
        departments[usize::try_from(department).unwrap_or_default()],
        char::from(letters[usize::try_from(letter).unwrap_or_default()])
    )
}

fn escaped(value: &serde_json::Value) -> String {
    form_urlencoded::byte_serialize(value.to_string().as_bytes()).collect()
}
