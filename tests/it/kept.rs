//! Lists are answered from kept pages, and nobody can tell: whatever changes what a list shows, the next list shows it.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Answer, Connection};
use crate::server::{Server, demo, frozen, with};

/// A list whose page is kept, and how something comes into it.
struct List {
    target: &'static str,
    /// A call that adds (or changes) something of that name, so that the list says it.
    write: fn(name: &str) -> (&'static str, String, String),
    /// A seed document that does.
    seed: fn(name: &str) -> Value,
    /// Whether the list shows the name itself, rather than a count.
    shows_name: bool,
}

const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
const GROUP: &str = "8a2c3f9579d240820179d51e6cb00005";
const INSTANCE: &str = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6";
const CLUSTER: &str = "ehpc-hz-vu7c2WkVGx";
const NEXT_CLUSTER: &str = "ehpc-hz-Next240730";

fn qingcloud(name: &str) -> (&'static str, String, String) {
    let body =
        json!({ "cluster_id": "hpc-qig9xu97", "username": name, "password": "Password1234" });
    let target = "/api/user/addUser?zone=jn1a&timestamp=2026-01-02T03:04:05Z";
    ("POST", target.to_owned(), body.to_string())
}

fn qingcloud_seed(name: &str) -> Value {
    json!({ "qingcloud-ehpc": {
        "users_set": [{ "cluster_id": "hpc-qig9xu97", "username": name }],
        "job_set": [{ "job_id": format!("j-{name}"), "job_action": name, "create_time": "2030-01-01T00:00:00Z" }],
    } })
}

fn qingcloud_cluster(name: &str) -> Value {
    let cluster = json!({ "cluster_id": format!("ehpc-{name}"), "cluster_name": name });
    json!({ "qingcloud-ehpc": { "cluster_set": [cluster] } })
}

fn instance(name: &str) -> Value {
    let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    let [first, second, third] = [&digits[..8], &digits[8..12], &digits[12..]];
    let id = format!("{first}-{second}-{third}-8000-000000000000");
    json!({ "huawei-rocketmq": {
        "projects": [{ "project_id": PROJECT, "instances": [{ "instance_id": id, "name": name }] }],
    } })
}

fn aliyun_cluster(name: &str) -> Value {
    let cluster = json!({ "Id": format!("ehpc-hz-{name}"), "Name": name });
    json!({ "aliyun-ehpc": { "2018-04-12": { "Clusters": { "ClusterInfoSimple": [cluster] } } } })
}

/// What no call of the provider adds comes with a seed.
fn seeded(document: &Value) -> (&'static str, String, String) {
    let target = "/_rollcall/namespaces/default/seed".to_owned();
    ("POST", target, document.to_string())
}

/// A new user with a role.
fn member(name: &str) -> Value {
    json!({ "volcengine-bytehouse": {
        "Users": [{ "Username": name }],
        "RoleUsers": [{ "RoleID": 6, "Grants": [{ "Username": name }] }],
    } })
}

fn role_of_alice(name: &str) -> Value {
    let role = json!({ "Name": name, "ClusterID": 137, "GrantUsers": ["alice.chen"] });
    json!({ "volcengine-bytehouse": { "Roles": [role] } })
}

/// What a user or a role may do with a database of that name.
fn granted(mut to: Value, name: &str) -> Value {
    let privileges = json!([{ "Name": "SELECT" }]);
    to["Grants"] = json!([{ "ClusterID": 137, "DatabaseName": name, "Privileges": privileges }]);
    json!({ "volcengine-bytehouse": { "Privileges": [to] } })
}

fn grant(target: &str, mut to: Value, name: &str) -> (&'static str, String, String) {
    let privileges = json!([{ "Name": "SELECT" }]);
    to["ActionType"] = json!("GRANT");
    to["Grants"] =
        json!([{ "Privileges": privileges, "ClusterID": 137, "Targets": [{ "Database": name }] }]);
    ("POST", target.to_owned(), to.to_string())
}

fn role(name: &str) -> (&'static str, String, String) {
    let target = format!("/?Action=CreateRole&Version=2024-08-31&Name={name}&ClusterID=137");
    ("GET", target, String::new())
}

fn workspace_user(name: &str) -> (&'static str, String, String) {
    let body = json!({ "user_name": name, "user_email": "a@b.example", "group_ids": [GROUP] });
    ("POST", format!("/v2/{PROJECT}/users"), body.to_string())
}

fn workspace_seed(name: &str) -> Value {
    let user = json!({ "user_name": name, "group_names": ["empty"] });
    let group = json!({ "name": name, "platform_type": "LOCAL" });
    json!({ "huawei-workspace": {
        "users": [{ "project_id": PROJECT, "users": [user] }],
        "groups": [{ "project_id": PROJECT, "user_groups": [group] }],
    } })
}

fn rocketmq(name: &str) -> (&'static str, String, String) {
    let body = json!({ "access_key": name, "secret_key": "Secret-1234" });
    let target = format!("/v2/{PROJECT}/instances/{INSTANCE}/users");
    ("POST", target, body.to_string())
}

fn rocketmq_seed(name: &str) -> Value {
    let user = json!({ "access_key": name, "secret_key": "Secret-1234" });
    json!({ "huawei-rocketmq": {
        "users": [{ "project_id": PROJECT, "instance_id": INSTANCE, "users": [user] }],
    } })
}

fn aliyun(name: &str) -> (&'static str, String, String) {
    let user = format!("User.1.Name={name}&User.1.Group=users&User.1.Password=Password1!");
    let target = format!("/?Action=AddUsers&Version=2018-04-12&ClusterId={CLUSTER}&{user}");
    ("GET", target, String::new())
}

fn aliyun_seed(name: &str) -> Value {
    let users = |cluster: &str| json!([{ "ClusterId": cluster, "Users": { "UserInfo": [{ "Name": name, "Group": "users" }] } }]);
    let next = json!([{ "ClusterId": NEXT_CLUSTER, "Users": { "UserInfo": [{ "UserName": name, "Group": "users" }] } }]);
    json!({ "aliyun-ehpc": { "2018-04-12": { "Users": users(CLUSTER) }, "2024-07-30": { "Users": next } } })
}

fn aliyun_next(name: &str) -> (&'static str, String, String) {
    // JSON in a query, its braces, quotes and commas escaped.
    let user = format!(
        "%5B%7B%22UserName%22%3A%22{name}%22%2C%22Group%22%3A%22users%22%2C%22Password%22%3A%22Password1!%22%7D%5D"
    );
    let target =
        format!("/?Action=CreateUsers&Version=2024-07-30&ClusterId={NEXT_CLUSTER}&User={user}");
    ("POST", target, String::new())
}

static LISTS: &[List] = &[
    List {
        target: "/api/user?zone=jn1a&timestamp=2026-01-02T03:04:05Z&cluster_id=hpc-qig9xu97&limit=100",
        write: qingcloud,
        seed: qingcloud_seed,
        shows_name: true,
    },
    List {
        target: "/api/operation?zone=jn1a&timestamp=2026-01-02T03:04:05Z&limit=1",
        write: qingcloud,
        seed: qingcloud_seed,
        shows_name: false,
    },
    List {
        target: "/?Action=ListUsers&Version=2024-08-31&Limit=5",
        write: |name| {
            let change = format!("Username=alice.chen&Email=e&Description={name}&Readonly=true");
            let target = format!("/?Action=UpdateUser&Version=2024-08-31&{change}");
            ("GET", target, String::new())
        },
        seed: |name| json!({ "volcengine-bytehouse": { "Users": [{ "Username": "alice.chen", "Description": name }] } }),
        shows_name: true,
    },
    List {
        target: "/?Action=ListRoles&Version=2024-08-31",
        write: role,
        seed: |name| json!({ "volcengine-bytehouse": { "Roles": [{ "Name": name, "ClusterID": 137 }] } }),
        shows_name: true,
    },
    List {
        target: "/v2/0bec5db98280d2d02fd6c00c2de791ce/users",
        write: workspace_user,
        seed: workspace_seed,
        shows_name: true,
    },
    List {
        target: "/v2/0bec5db98280d2d02fd6c00c2de791ce/groups?limit=3",
        write: |name| {
            let body = json!({ "group_name": name, "platform_type": "LOCAL" });
            ("POST", format!("/v2/{PROJECT}/groups"), body.to_string())
        },
        seed: workspace_seed,
        shows_name: false,
    },
    List {
        target: "/v2/0bec5db98280d2d02fd6c00c2de791ce/groups/8a2c3f9579d240820179d51e6cb00005/users",
        write: workspace_user,
        seed: workspace_seed,
        shows_name: true,
    },
    List {
        target: "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users?limit=2",
        write: rocketmq,
        seed: rocketmq_seed,
        shows_name: false,
    },
    List {
        target: "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/topics/t/accesspolicy?limit=50",
        write: rocketmq,
        seed: rocketmq_seed,
        shows_name: true,
    },
    List {
        target: "/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&PageSize=50",
        write: aliyun,
        seed: aliyun_seed,
        shows_name: true,
    },
    List {
        target: "/?Action=ListUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&PageSize=50&Format=XML",
        write: aliyun,
        seed: aliyun_seed,
        shows_name: true,
    },
    List {
        target: "/?Action=ListUsers&Version=2024-07-30&ClusterId=ehpc-hz-Next240730&PageSize=50",
        write: aliyun_next,
        seed: aliyun_seed,
        shows_name: true,
    },
    List {
        target: "/?Action=ListClusters&Version=2024-07-30",
        write: aliyun_next,
        seed: aliyun_seed,
        shows_name: false,
    },
    List {
        target: "/?Action=ListGrantUsersForRole&Version=2024-08-31&RoleID=6",
        write: |name| seeded(&member(name)),
        seed: member,
        shows_name: true,
    },
    List {
        target: "/?Action=ShowPrivilegesForRole&Version=2024-08-31&RoleID=2",
        write: |name| {
            let target = "/?Action=UpdateGrantsForRole&Version=2024-08-31";
            grant(target, json!({ "RoleID": 2 }), name)
        },
        seed: |name| granted(json!({ "RoleID": 2 }), name),
        shows_name: true,
    },
    List {
        target: "/?Action=ShowPrivilegesForUserByName&Version=2024-08-31&Username=alice.chen",
        write: |name| {
            let target = "/?Action=UpdateGrantsForUser&Version=2024-08-31";
            grant(target, json!({ "Username": "alice.chen" }), name)
        },
        seed: |name| granted(json!({ "Username": "alice.chen" }), name),
        shows_name: true,
    },
    List {
        target: "/?Action=ShowRolesForUser&Version=2024-08-31&Username=alice.chen",
        write: |name| seeded(&role_of_alice(name)),
        seed: role_of_alice,
        shows_name: true,
    },
    List {
        target: "/api/cluster/list?zone=jn1a&timestamp=2026-01-02T03:04:05Z&limit=100",
        write: |name| seeded(&qingcloud_cluster(name)),
        seed: qingcloud_cluster,
        shows_name: true,
    },
    List {
        target: "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances?engine=reliability&limit=50",
        write: |name| seeded(&instance(name)),
        seed: instance,
        shows_name: true,
    },
    List {
        target: "/v2/0bec5db98280d2d02fd6c00c2de791ce/rocketmq/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/groups/g/accesspolicy?limit=50",
        write: rocketmq,
        seed: rocketmq_seed,
        shows_name: true,
    },
    List {
        target: "/v2/reliability/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/groups/g/accesspolicy?limit=50",
        write: rocketmq,
        seed: rocketmq_seed,
        shows_name: true,
    },
    List {
        target: "/?Action=ListClusters&Version=2018-04-12&PageSize=50",
        write: |name| seeded(&aliyun_cluster(name)),
        seed: aliyun_cluster,
        shows_name: true,
    },
];

/// What a list says, less the ids that every call has of its own.
fn said(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer}");
    let mut text = answer.text().to_owned();
    for (mark, end) in [
        ("\"RequestId\":\"", '"'),
        ("\"AsyncId\":\"", '"'),
        ("<RequestId>", '<'),
    ] {
        if let Some(at) = text.find(mark) {
            let from = at + mark.len();
            let length = text[from..].find(end).expect("an id ends");
            assert!(12 < length, "an id is there: {text}");
            text.replace_range(from..from + length, "");
        }
    }
    text
}

/// Asks twice: the second answer comes from the page that the first one left.
#[track_caller]
fn list(server: &Server, list: &List) -> String {
    let [first, second] = [(); 2].map(|()| said(&server.get(list.target)));
    assert_eq!(first, second, "{}", list.target);
    first
}

#[track_caller]
fn write(server: &Server, list: &List, name: &str) {
    let (method, target, body) = (list.write)(name);
    let answer = server.json(method, &target, &body);
    assert!(answer.status < 300, "{target}: {answer}");
}

#[track_caller]
fn seed(server: &Server, list: &List, name: &str) {
    let document = (list.seed)(name).to_string();
    let answer = server.json("POST", "/_rollcall/namespaces/default/seed", &document);
    assert_eq!(answer.status, 200, "{answer}");
}

/// The same server in memory and on disk.
fn both(check: impl Fn(&Server)) {
    check(&demo());
    let folder = TempDir::new().expect("a folder");
    check(&with(frozen().data(folder.path())));
}

/// A change, and that the list shows it.
#[track_caller]
fn changes(server: &Server, kept: &List, name: &str, change: impl FnOnce()) -> String {
    let before = list(server, kept);
    assert!(!before.contains(name), "{before}");
    change();
    let after = list(server, kept);
    assert_ne!(after, before, "{}", kept.target);
    assert!(!kept.shows_name || after.contains(name), "{after}");
    after
}

#[test]
fn a_write_of_any_kind_is_in_the_next_list() {
    both(|server| {
        for kept in LISTS {
            let done = |answer: &Answer| assert!(answer.status < 300, "{answer}");
            let [snapshot, export] = ["snapshot", "export"].map(|form| {
                server
                    .get(&format!("/_rollcall/namespaces/default/{form}"))
                    .body
            });
            let demo = list(server, kept);
            changes(server, kept, "written1", || write(server, kept, "written1"));
            let both = changes(server, kept, "seeded22", || seed(server, kept, "seeded22"));
            done(&server.send("PUT", "/_rollcall/namespaces/default/export", &[], &export));
            assert_eq!(list(server, kept), demo, "an export brings its list back");
            changes(server, kept, "written2", || write(server, kept, "written2"));
            done(&server.send(
                "PUT",
                "/_rollcall/namespaces/default/snapshot",
                &[],
                &snapshot,
            ));
            assert_eq!(list(server, kept), demo, "a snapshot brings its list back");
            assert_ne!(both, demo);
            changes(server, kept, "written3", || write(server, kept, "written3"));
            done(&server.json("POST", "/_rollcall/reset?namespace=default", ""));
            assert_eq!(
                list(server, kept),
                demo,
                "a reset brings the first list back"
            );
            changes(server, kept, "written4", || write(server, kept, "written4"));
            done(&server.send("DELETE", "/_rollcall/namespaces/default", &[], b""));
            assert_eq!(
                list(server, kept),
                demo,
                "a namespace that is gone left nothing"
            );
        }
    });
}

#[test]
fn what_a_reload_brings_is_in_the_next_list() {
    let export = demo().get("/_rollcall/namespaces/default/export").body;
    let folder = TempDir::new().expect("a folder");
    let files = ["demo.ndjson", "more.json"].map(|name| folder.path().join(name));
    let more = |document: &Value| {
        fs::write(&files[1], document.to_string()).expect("a writable folder");
    };
    let nothing = json!({ "qingcloud-ehpc": {} });
    fs::write(&files[0], export).expect("a writable folder");
    more(&nothing);
    let data = folder.path().join("data");
    for options in [frozen(), frozen().data(data)] {
        let server = with(options.seed(files.clone()));
        let reload = |document: &Value| {
            more(document);
            let answer = server.json("POST", "/_rollcall/reload", "").json();
            assert_eq!(answer, json!({ "reset": ["default"], "kept": [] }));
        };
        for kept in LISTS {
            changes(&server, kept, "reloaded", || {
                reload(&(kept.seed)("reloaded"));
            });
            reload(&nothing);
        }
    }
}

#[test]
fn what_was_written_before_a_list_was_asked_for_is_in_it() {
    const WRITES: usize = 20;
    both(|server| {
        for kept in LISTS.iter().filter(|kept| kept.shows_name) {
            // Some of these lists grow, one changes: what counts is that the newest name is there.
            let written = AtomicUsize::new(0);
            let name = |number: usize| format!("n{number:07}");
            thread::scope(|scope| {
                let writer = scope.spawn(|| {
                    let mut connection = Connection::open(server.address()).expect("it listens");
                    for number in 1..=WRITES {
                        let (method, target, body) = (kept.write)(&name(number));
                        let answer = connection.call(method, &target, &body).expect("an answer");
                        assert!(answer.status < 300, "{answer}");
                        written.store(number, Ordering::Release);
                    }
                });
                let mut connection = Connection::open(server.address()).expect("it listens");
                while !writer.is_finished() {
                    let least = written.load(Ordering::Acquire);
                    let answer = connection.call("GET", kept.target, "").expect("an answer");
                    let most = written.load(Ordering::Acquire) + 1;
                    let shown = (least..=most).any(|number| answer.text().contains(&name(number)));
                    assert!(shown || least == 0, "{} of {least}: {answer}", kept.target);
                }
            });
            let reset = server.json("POST", "/_rollcall/reset?namespace=default", "");
            assert_eq!(reset.status, 200, "{reset}");
        }
    });
}

#[test]
fn an_account_expires_in_a_kept_page_too() {
    let server = demo();
    let body = json!({ "user_name": "expiring", "user_email": "a@b.example", "account_expires": "2024-05-20T09:00:00Z" });
    let created = server.json("POST", &format!("/v2/{PROJECT}/users"), &body.to_string());
    assert_eq!(created.status, 201, "{created}");
    let target = format!("/v2/{PROJECT}/users?user_name=expiring");
    let at = |time: &str| {
        let body = json!({ "mode": "fixed", "time": time }).to_string();
        assert_eq!(server.json("PUT", "/_rollcall/clock", &body).status, 200);
        let [first, second] = [(); 2].map(|()| server.get(&target).json());
        assert_eq!(first, second);
        first["users"][0]["account_expired"].clone()
    };
    for (time, expired) in [
        ("2024-05-20T08:30:00Z", false),
        ("2024-05-20T09:00:00Z", false),
        ("2024-05-20T09:00:00.001Z", true),
        ("2030-01-01T00:00:00Z", true),
        ("2024-05-20T09:00:00Z", false),
        ("2024-05-20T09:00:00.001Z", true),
    ] {
        assert_eq!(at(time), expired, "{time}");
    }
    let advance = |by: &str| {
        let body = json!({ "by": by }).to_string();
        let answer = server.json("POST", "/_rollcall/clock/advance", &body);
        assert_eq!(answer.status, 200, "{answer}");
        server.get(&target).json()["users"][0]["account_expired"].clone()
    };
    at("2024-05-20T08:59:59Z");
    assert_eq!(
        [advance("1s"), advance("1ms"), advance("-1ms")],
        [false, true, false]
    );
}

#[test]
fn a_fault_is_met_before_a_kept_page_and_gone_after_it() {
    let server = demo();
    for (kept, provider, operation) in [
        (&LISTS[0], "qingcloud-ehpc", "HpcUserListUsers"),
        (&LISTS[2], "volcengine-bytehouse", "ListUsers"),
        (&LISTS[4], "huawei-workspace", "ListUsers"),
        (&LISTS[7], "huawei-rocketmq", "ListUser"),
        (&LISTS[9], "aliyun-ehpc", "ListUsersAsync"),
    ] {
        let before = list(&server, kept);
        let rule = json!({
            "match": { "provider": provider, "operation": operation },
            "effect": { "status": 503, "body": "" },
        });
        let rule = server.json("POST", "/_rollcall/faults", &rule.to_string());
        assert_eq!(rule.status, 201, "{rule}");
        assert_eq!(server.get(kept.target).status, 503, "{provider}");
        let id = rule.json()["id"].clone();
        let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let gone = server.send("DELETE", &format!("/_rollcall/faults/{id}"), &[], b"");
        assert!(gone.status < 300, "{gone}");
        assert_eq!(list(&server, kept), before);
    }
}

#[test]
fn a_setting_is_not_hidden_by_a_page_of_another() {
    let server = demo();
    let change = |patch: Value| {
        let target = "/_rollcall/namespaces/default/settings";
        let answer = server.json("PATCH", target, &patch.to_string());
        assert_eq!(answer.status, 200, "{answer}");
    };
    let cases = [
        (
            0,
            "qingcloud-ehpc.list-key",
            ["both", "user_set", "users_set"].as_slice(),
        ),
        (2, "volcengine-bytehouse.total", &["number", "string"]),
        (
            2,
            "volcengine-bytehouse.email-key",
            &["emaill", "both", "email"],
        ),
        (9, "aliyun-ehpc.user-id", &["string", "number"]),
        (11, "aliyun-ehpc.user-id", &["string", "number"]),
    ];
    for (index, quirk, values) in cases {
        let first = list(&server, &LISTS[index]);
        let mut seen = Vec::new();
        for value in values {
            change(json!({ "quirks": { quirk: value } }));
            seen.push(list(&server, &LISTS[index]));
        }
        assert!(seen.contains(&first), "{quirk}");
        for (index, one) in seen.iter().enumerate() {
            assert!(!seen[..index].contains(one), "{quirk}: {one}");
        }
        change(json!({ "quirks": { quirk: values[0] } }));
    }
    let open = "/v2/nobody-knows-this-project/users";
    assert_eq!(
        [server.get(open).status, server.get(open).status],
        [200, 200]
    );
    change(json!({ "quirks": { "huawei-workspace.projects": "configured" } }));
    assert_eq!(server.get(open).status, 403, "{}", server.get(open));

    change(json!({ "async_polls": 2 }));
    let running = server.get(LISTS[9].target).json();
    assert_eq!(running["AsyncStatus"], "Running");
    change(json!({ "async_polls": 0 }));
    assert_eq!(server.get(LISTS[9].target).json()["AsyncStatus"], "Success");

    let clusters = "/?Action=ListClusters&Version=2018-04-12";
    let region = |server: &Server| server.get(clusters).json();
    let document = json!({ "aliyun-ehpc": { "2018-04-12": { "Clusters": { "ClusterInfoSimple": [{ "Id": "ehpc-hz-noregion" }] } } } });
    let seeded = server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &document.to_string(),
    );
    assert_eq!(seeded.status, 200, "{seeded}");
    let before = region(&server);
    change(json!({ "regions": { "aliyun-ehpc": "cn-elsewhere" } }));
    let after = region(&server);
    assert_ne!(before["Clusters"], after["Clusters"]);
}

/// Until somebody writes to them, they are answered from the pages of what both began as.
#[test]
fn namespaces_that_share_their_pages_do_not_share_their_settings() {
    let server = demo();
    for (index, quirk, values) in [
        (0, "qingcloud-ehpc.list-key", ["users_set", "user_set"]),
        (2, "volcengine-bytehouse.total", ["number", "string"]),
        (2, "volcengine-bytehouse.email-key", ["emaill", "email"]),
        (9, "aliyun-ehpc.user-id", ["string", "number"]),
        (11, "aliyun-ehpc.user-id", ["string", "number"]),
    ] {
        let round = || {
            ["one", "two"].map(|name| {
                let header = ("x-rollcall-namespace", name);
                said(&server.send("GET", LISTS[index].target, &[header], b""))
            })
        };
        for (name, value) in ["one", "two"].into_iter().zip(values) {
            let target = format!("/_rollcall/namespaces/{name}/settings");
            let patch = json!({ "quirks": { quirk: value } }).to_string();
            assert_eq!(server.json("PATCH", &target, &patch).status, 200);
        }
        let first = round();
        assert_ne!(first[0], first[1], "{quirk}");
        assert_eq!(round(), first, "{quirk}");
    }
}

/// Equal names in two Versions, two formats, two windows: each has a page of its own.
#[test]
fn no_list_answers_with_the_page_of_another() {
    let server = demo();
    let targets = [
        "/?Action=ListClusters&Version=2018-04-12",
        "/?Action=ListClusters&Version=2024-07-30",
        "/?Action=ListClusters&Version=2018-04-12&Format=XML",
        "/?Action=ListClusters&Version=2018-04-12&PageSize=1",
        "/?Action=ListClusters&Version=2018-04-12&PageSize=1&PageNumber=2",
        "/?Action=ListUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx",
        "/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx",
        "/?Action=ListUsers&Version=2024-07-30&ClusterId=ehpc-hz-Next240730",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=2",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=2&offset=2",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?user_name=a",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?description=a",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?is_query_total_desktops=false",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/groups",
        "/v2/another/users",
        "/api/user?zone=jn1a&timestamp=2026-01-02T03:04:05Z",
        "/api/user?zone=jn1a&timestamp=2026-01-02T03:04:05Z&search_word=a",
        "/api/user?zone=jn1a&timestamp=2026-01-02T03:04:05Z&cluster_id=hpc-qig9xu97",
        "/api/cluster/list?zone=jn1a&timestamp=2026-01-02T03:04:05Z",
        "/api/cluster/list?zone=jn1a&timestamp=2026-01-02T03:04:05Z&reverse=1",
    ];
    let round = || targets.map(|target| said(&server.get(target)));
    let first = round();
    for (index, one) in first.iter().enumerate() {
        for (other, text) in targets[..index].iter().zip(&first) {
            assert_ne!(one, text, "{other} and {}", targets[index]);
        }
    }
    assert_eq!(round(), first);
}
