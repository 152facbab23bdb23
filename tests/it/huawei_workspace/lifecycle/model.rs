//! Any sequence of calls, against a small model.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{ANOTHER, NOBODY, column, create_group};
use super::send;
use crate::server::{Server, demo};

/// What a random caller does; numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Create(u8, bool),
    CreateBatch(Vec<u8>),
    Delete(usize),
    DeleteBatch(Vec<usize>),
    Update(usize, bool),
    Lock(usize, bool),
    CreateGroup(u8),
    DeleteGroup(usize),
    Members(usize, Vec<usize>, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let few = || prop::collection::vec(0_usize..20, 1..4);
    let step = prop_oneof![
        4 => (0_u8..12, any::<bool>()).prop_map(|(name, upper)| Step::Create(name, upper)),
        2 => prop::collection::vec(0_u8..12, 1..4).prop_map(Step::CreateBatch),
        2 => (0_usize..20).prop_map(Step::Delete),
        1 => few().prop_map(Step::DeleteBatch),
        2 => (0_usize..20, any::<bool>()).prop_map(|(user, disabled)| Step::Update(user, disabled)),
        2 => (0_usize..20, any::<bool>()).prop_map(|(user, locked)| Step::Lock(user, locked)),
        2 => (0_u8..3).prop_map(Step::CreateGroup),
        1 => (0_usize..5).prop_map(Step::DeleteGroup),
        3 => (0_usize..5, few(), any::<bool>()).prop_map(|(group, users, add)| Step::Members(group, users, add)),
    ];
    prop::collection::vec(step, 1..30)
}

#[derive(Debug, Clone, PartialEq)]
struct Person {
    id: String,
    name: String,
    locked: bool,
    disabled: bool,
}

/// The model: users and groups in the order of their lists.
#[derive(Debug, Default)]
struct World {
    users: Vec<Person>,
    groups: Vec<(String, String)>,
    members: BTreeMap<String, BTreeSet<String>>,
}

impl World {
    fn has(&self, name: &str) -> bool {
        self.users
            .iter()
            .any(|user| user.name.eq_ignore_ascii_case(name))
    }

    fn user(&self, at: usize) -> String {
        self.users
            .get(at)
            .map_or(NOBODY.to_owned(), |user| user.id.clone())
    }

    fn group(&self, at: usize) -> String {
        self.groups
            .get(at)
            .map_or(NOBODY.to_owned(), |(id, _)| id.clone())
    }

    fn forget(&mut self, id: &str) {
        self.users.retain(|user| user.id != id);
        self.members.values_mut().for_each(|ids| {
            ids.remove(id);
        });
    }

    fn person(&mut self, id: &str) -> Option<&mut Person> {
        self.users.iter_mut().find(|user| user.id == id)
    }
}

/// Takes a step on both sides; the answer has to be the model's.
fn take(server: &Server, world: &mut World, step: &Step) {
    let body = |name: &str| json!({ "user_name": name, "user_phone": "1" });
    let added = |name: &str| Person {
        id: column(
            &server.get(&format!("{ANOTHER}/users?user_names={name}")),
            "users",
            "id",
        )[0]
        .clone(),
        name: name.to_owned(),
        locked: false,
        disabled: false,
    };
    match step {
        Step::Create(number, upper) => {
            let name = if *upper {
                format!("USER-{number}")
            } else {
                format!("user-{number}")
            };
            let expected = if world.has(&name) {
                "400 WKS.00170301"
            } else {
                "201"
            };
            assert_eq!(
                send(server, "POST", &format!("{ANOTHER}/users"), &body(&name)),
                expected
            );
            if expected == "201" {
                world.users.push(added(&name));
            }
        }
        Step::CreateBatch(numbers) => {
            let batch: Vec<String> = numbers
                .iter()
                .map(|number| format!("user-{number}"))
                .collect();
            let once: BTreeSet<&String> = batch.iter().collect();
            let clash = once.len() < batch.len() || batch.iter().any(|name| world.has(name));
            let users: Vec<Value> = batch.iter().map(|name| body(name)).collect();
            let found = send(
                server,
                "POST",
                &format!("{ANOTHER}/users/batch-create"),
                &json!({ "users": users }),
            );
            assert_eq!(found, if clash { "400 WKS.00170301" } else { "200" });
            if !clash {
                world.users.extend(batch.iter().map(|name| added(name)));
            }
        }
        Step::Delete(at) => {
            let id = world.user(*at);
            let expected = if id == NOBODY {
                "400 WKS.00170312"
            } else {
                "204"
            };
            assert_eq!(
                server
                    .send("DELETE", &format!("{ANOTHER}/users/{id}"), &[], b"")
                    .verdict(),
                expected
            );
            world.forget(&id);
        }
        Step::DeleteBatch(places) => {
            let ids: Vec<String> = places.iter().map(|at| world.user(*at)).collect();
            let known = !ids.contains(&NOBODY.to_owned());
            let found = send(
                server,
                "POST",
                &format!("{ANOTHER}/users/batch-delete"),
                &json!({ "user_ids": ids }),
            );
            assert_eq!(found, if known { "204" } else { "400 WKS.00170312" });
            if known {
                ids.iter().for_each(|id| world.forget(id));
            }
        }
        Step::Update(at, disabled) => {
            let id = world.user(*at);
            let found = send(
                server,
                "PUT",
                &format!("{ANOTHER}/users/{id}"),
                &json!({ "disabled": disabled }),
            );
            assert_eq!(
                found,
                if id == NOBODY {
                    "400 WKS.00170312"
                } else {
                    "200"
                }
            );
            if let Some(person) = world.person(&id) {
                person.disabled = *disabled;
            }
        }
        Step::Lock(at, locked) => {
            let id = world.user(*at);
            let op_type = if *locked { "LOCK" } else { "UNLOCK" };
            let found = send(
                server,
                "POST",
                &format!("{ANOTHER}/users/{id}/actions"),
                &json!({ "op_type": op_type }),
            );
            assert_eq!(
                found,
                if id == NOBODY {
                    "400 WKS.00170312"
                } else {
                    "204"
                }
            );
            if let Some(person) = world.person(&id) {
                person.locked = *locked;
            }
        }
        Step::CreateGroup(number) => {
            let name = format!("group-{number}");
            if world.groups.iter().any(|(_, known)| *known == name) {
                let again = json!({ "group_name": name, "platform_type": "LOCAL" });
                assert_eq!(
                    send(server, "POST", &format!("{ANOTHER}/groups"), &again),
                    "400 WKS.00170201"
                );
            } else {
                let id = create_group(server, ANOTHER, &name);
                world.groups.push((id, name));
            }
        }
        Step::DeleteGroup(at) => {
            let id = world.group(*at);
            let expected = if id == NOBODY {
                "400 WKS.00170208"
            } else {
                "204"
            };
            assert_eq!(
                server
                    .send("DELETE", &format!("{ANOTHER}/groups/{id}"), &[], b"")
                    .verdict(),
                expected
            );
            world.groups.retain(|(known, _)| *known != id);
            world.members.remove(&id);
        }
        Step::Members(group, places, add) => {
            let group = world.group(*group);
            let ids: Vec<String> = places.iter().map(|at| world.user(*at)).collect();
            let op_type = if *add { "ADD" } else { "DELETE" };
            let change = json!({ "op_type": op_type, "user_ids": ids });
            let found = send(
                server,
                "POST",
                &format!("{ANOTHER}/groups/{group}/actions"),
                &change,
            );
            let expected = match (group == NOBODY, ids.contains(&NOBODY.to_owned())) {
                (true, _) => "400 WKS.00170208",
                (false, true) => "400 WKS.00170312",
                (false, false) => "204",
            };
            assert_eq!(found, expected);
            if expected == "204" {
                let members = world.members.entry(group).or_default();
                for id in ids {
                    if *add {
                        members.insert(id);
                    } else {
                        members.remove(&id);
                    }
                }
            }
        }
    }
}

/// The lists say what the model says, in pages too.
fn compare(server: &Server, world: &World) {
    let answer = server.get(&format!("{ANOTHER}/users"));
    let body = answer.json();
    let found: Vec<Person> = body["users"]
        .as_array()
        .expect("users")
        .iter()
        .map(|user| Person {
            id: user["id"].as_str().expect("an id").to_owned(),
            name: user["user_name"].as_str().expect("a name").to_owned(),
            locked: user["locked"] == true,
            disabled: user["disabled"] == true,
        })
        .collect();
    assert_eq!(found, world.users);
    assert_eq!(body["total_count"], world.users.len());
    let middle = server.get(&format!("{ANOTHER}/users?offset=2&limit=3"));
    let expected: Vec<&String> = world
        .users
        .iter()
        .skip(2)
        .take(3)
        .map(|user| &user.id)
        .collect();
    assert_eq!(
        column(&middle, "users", "id").iter().collect::<Vec<_>>(),
        expected
    );
    let locked = server
        .get(&format!("{ANOTHER}/users?disabled=true&limit=1"))
        .json();
    assert_eq!(
        locked["total_count"],
        world.users.iter().filter(|user| user.disabled).count()
    );

    let groups = server.get(&format!("{ANOTHER}/groups"));
    assert_eq!(
        column(&groups, "user_groups", "name"),
        world
            .groups
            .iter()
            .map(|(_, name)| name.clone())
            .collect::<Vec<_>>()
    );
    for (at, (id, name)) in world.groups.iter().enumerate() {
        let members = world.members.get(id).cloned().unwrap_or_default();
        assert_eq!(
            groups.json()["user_groups"][at]["user_quantity"],
            members.len()
        );
        let expected: Vec<&String> = world
            .users
            .iter()
            .map(|user| &user.id)
            .filter(|id| members.contains(*id))
            .collect();
        for path in [
            format!("groups/{id}/users"),
            format!("users?group_name={name}"),
        ] {
            let answer = server.get(&format!("{ANOTHER}/{path}"));
            assert_eq!(
                column(&answer, "users", "id").iter().collect::<Vec<_>>(),
                expected
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lists_follow_a_model_through_any_sequence_of_calls(steps in steps()) {
        let server = demo();
        let mut world = World::default();
        for step in &steps {
            take(&server, &mut world, step);
            compare(&server, &world);
        }
    }
}
