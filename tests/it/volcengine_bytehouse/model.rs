//! Any sequence of changes against a simple model.

use proptest::prelude::{Just, ProptestConfig, Strategy, proptest};
use proptest::{prop_assert_eq, prop_oneof};
use serde_json::{Value, json};

use super::lifecycle::now;
use super::{data, everyone, get, post, texts};
use crate::server::{Server, demo};

/// One step of a random life: users and roles by the place in what the model knows, so that most steps hit something.
#[derive(Debug, Clone)]
enum Step {
    Update(usize, String, bool),
    Delete(usize),
    Create(String, i64),
    Drop(usize),
    Assign(usize, usize, bool),
    Unassign(usize, usize),
    Walk(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let place = || 0_usize..40;
    let step = prop_oneof![
        3 => (place(), "[a-z张]{0,4}", proptest::bool::ANY).prop_map(|(user, text, flag)| Step::Update(user, text, flag)),
        4 => place().prop_map(Step::Delete),
        2 => ("[ab]", 1_i64..3).prop_map(|(name, cluster)| Step::Create(name, cluster)),
        1 => place().prop_map(Step::Drop),
        3 => (place(), place(), proptest::bool::ANY).prop_map(|(role, user, flag)| Step::Assign(role, user, flag)),
        2 => (place(), place()).prop_map(|(role, user)| Step::Unassign(role, user)),
        2 => (1_usize..9).prop_map(Step::Walk),
        1 => Just(Step::Delete(usize::MAX)),
    ];
    proptest::collection::vec(step, 1..40)
}

/// What the server should hold: users as listed, roles as listed, with the admin options of their users.
struct Model {
    users: Vec<Value>,
    roles: Vec<(Value, Vec<(String, bool)>)>,
    next_role: i64,
}

impl Model {
    fn name(&self, place: usize) -> String {
        let user = self.users.get(place);
        user.map_or_else(
            || "nobody-here".to_owned(),
            |user| user["Username"].as_str().expect("a name").to_owned(),
        )
    }

    fn role_id(&self, place: usize) -> Value {
        self.roles
            .get(place)
            .map_or(json!(999), |(role, _)| role["ID"].clone())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_life_matches_the_model(steps in steps()) {
        let server = demo();
        let mut model = Model { users: everyone(&server), roles: Vec::new(), next_role: 7 };
        for role in data(&get(&server, "ListRoles", ""))["Roles"].as_array().expect("a list") {
            let grants = data(&get(&server, "ListGrantUsersForRole", &format!("RoleID={}", role["ID"])))["Grants"].take();
            let members = texts(&grants, "Username").into_iter().zip(grants.as_array().expect("a list").iter().map(|grant| grant["AdminOption"] == true));
            model.roles.push((role.clone(), members.collect()));
        }
        for step in steps {
            take(&server, &mut model, step);
            prop_assert_eq!(&everyone(&server), &model.users);
            let listed = data(&get(&server, "ListRoles", ""))["Roles"].take();
            let expected: Vec<Value> = model.roles.iter().map(|(role, members)| {
                let mut role = role.clone();
                role["GrantUsers"] = json!(members.iter().map(|(name, _)| name).collect::<Vec<_>>());
                role
            }).collect();
            prop_assert_eq!(listed, json!(expected));
        }
        for (role, members) in &model.roles {
            let grants = data(&get(&server, "ListGrantUsersForRole", &format!("RoleID={}", role["ID"])))["Grants"].take();
            let expected: Vec<Value> = members.iter().map(|(name, admin)| json!({ "Username": name, "AdminOption": admin })).collect();
            prop_assert_eq!(grants, json!(expected));
        }
    }
}

/// One step on both sides; the verdicts have to agree.
fn take(server: &Server, model: &mut Model, step: Step) {
    match step {
        Step::Update(place, text, readonly) => {
            let body = json!({ "Username": model.name(place), "Email": text, "Description": text, "Readonly": readonly });
            let expected = if place < model.users.len() {
                "200"
            } else {
                "400 Bad Request"
            };
            assert_eq!(post(server, "UpdateUser", &body).verdict(), expected);
            if let Some(user) = model.users.get_mut(place) {
                user["Emaill"] = json!(text);
                user["Description"] = json!(text);
                user["Readonly"] = json!(readonly);
                user["UpdatedAt"] = now();
            }
        }
        Step::Delete(place) => {
            let user = model.users.get(place);
            let user_id = user.map_or(json!(1), |user| user["UserID"].clone());
            let may = user.is_some_and(|user| {
                user["Immutable"] == false
                    && user["UserType"] != "SYSTEM"
                    && user["UserType"] != "MAIN"
            });
            let expected = if may { "200" } else { "400 Bad Request" };
            assert_eq!(
                post(server, "DeleteUser", &json!({ "UserID": user_id })).verdict(),
                expected
            );
            if may {
                let name = model.name(place);
                model.users.remove(place);
                for (_, members) in &mut model.roles {
                    members.retain(|(member, _)| *member != name);
                }
            }
        }
        Step::Create(name, cluster) => {
            let answer = post(
                server,
                "CreateRole",
                &json!({ "Name": name, "ClusterID": cluster }),
            );
            let taken = model
                .roles
                .iter()
                .any(|(role, _)| role["Name"] == name.as_str() && role["ClusterID"] == cluster);
            assert_eq!(
                answer.verdict(),
                if taken { "400 Bad Request" } else { "200" }
            );
            if !taken {
                let role = data(&answer)["Role"].take();
                assert_eq!(role["ID"], model.next_role);
                model.next_role += 1;
                model.roles.push((role, Vec::new()));
            }
        }
        Step::Drop(place) => {
            let answer = post(
                server,
                "DeleteRole",
                &json!({ "RoleID": model.role_id(place) }),
            );
            let expected = if place < model.roles.len() {
                "200"
            } else {
                "400 FailedToGetRoleInMetadata"
            };
            assert_eq!(answer.verdict(), expected);
            if place < model.roles.len() {
                model.roles.remove(place);
            }
        }
        Step::Assign(role, user, admin) => {
            let name = model.name(user);
            let body = json!({ "RoleID": model.role_id(role), "Users": [{ "Username": name, "AdminOption": admin }] });
            let expected = expected_of_assignment(model, role, user);
            assert_eq!(post(server, "AssignRole", &body).verdict(), expected);
            if expected == "200" {
                let members = &mut model.roles[role].1;
                match members.iter_mut().find(|(member, _)| *member == name) {
                    Some(member) => member.1 = admin,
                    None => members.push((name, admin)),
                }
            }
        }
        Step::Unassign(role, user) => {
            let name = model.name(user);
            let body = json!({ "RoleID": model.role_id(role), "Users": [{ "Username": name }] });
            let expected = expected_of_assignment(model, role, user);
            assert_eq!(post(server, "UnassignRole", &body).verdict(), expected);
            if expected == "200" {
                model.roles[role].1.retain(|(member, _)| *member != name);
            }
        }
        Step::Walk(size) => {
            // Somebody who is deleted in the middle of a walk moves the rest one place up.
            let page = |offset| {
                let query = format!("Offset={offset}&Limit={size}");
                data(&get(server, "ListUsers", &query))["Users"]
                    .as_array()
                    .expect("a list")
                    .clone()
            };
            let first = page(0);
            assert_eq!(first, model.users[..size.min(model.users.len())]);
            take(server, model, Step::Delete(size / 2));
            let second = page(size);
            let (from, to) = (
                size.min(model.users.len()),
                (2 * size).min(model.users.len()),
            );
            assert_eq!(second, model.users[from..to]);
        }
    }
}

fn expected_of_assignment(model: &Model, role: usize, user: usize) -> &'static str {
    if model.roles.len() <= role {
        "400 FailedToGetRoleInMetadata"
    } else if model.users.len() <= user {
        "400 Bad Request"
    } else {
        "200"
    }
}
