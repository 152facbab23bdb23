//! ListUsers, ListUserGroups and ListUsersOfGroup: parameters, bounds, filters, order, pages.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ANOTHER, API_TEST, DESIGN, PROJECT, column, create, create_group, documents, names};
use crate::server::{Server, demo, with};

#[track_caller]
fn check(server: &Server, target: &str, expected: &str) {
    assert_eq!(
        server.get(&format!("{PROJECT}/{target}")).verdict(),
        expected,
        "{target}"
    );
}

#[test]
fn limit_and_offset_take_decimal_digits() {
    let server = demo();
    for name in ["limit", "offset"] {
        check(&server, &format!("users?{name}=0"), "200");
        check(&server, &format!("users?{name}=1"), "200");
        check(&server, &format!("users?{name}=007"), "200");
        check(&server, &format!("users?{name}="), "200");
        check(&server, &format!("users?{name}=1000000"), "200");
        check(
            &server,
            &format!("users?{name}=18446744073709551615"),
            "200",
        );
        check(&server, &format!("users?{name}={}", "9".repeat(400)), "200");
        check(&server, &format!("users?{name}=-1"), "400 WKS.0001");
        check(&server, &format!("users?{name}=%2B1"), "400 WKS.0001");
        check(&server, &format!("users?{name}=1.5"), "400 WKS.0001");
        check(&server, &format!("users?{name}=1e3"), "400 WKS.0001");
        check(&server, &format!("users?{name}=0x10"), "400 WKS.0001");
        check(&server, &format!("users?{name}=ten"), "400 WKS.0001");
        check(&server, &format!("users?{name}=%D9%A1"), "400 WKS.0001");
        check(&server, &format!("users?{name}=1%00"), "400 WKS.0001");
        check(&server, &format!("users?{name}=+1"), "400 WKS.0001");
        check(&server, &format!("users?{name}=x&{name}=1"), "400 WKS.0001");
        check(&server, &format!("users?{name}=1&{name}=x"), "200");
    }
}

#[test]
fn filters_have_bounds() {
    let server = demo();
    let long = |length: usize| "张".repeat(length);
    check(
        &server,
        &format!("users?user_name={}", "a".repeat(255)),
        "200",
    );
    check(
        &server,
        &format!("users?user_name={}", "a".repeat(256)),
        "400 WKS.0001",
    );
    check(&server, "users?user_name=9%20!", "200");
    check(
        &server,
        &format!("users?description={}", encoded(&long(100))),
        "200",
    );
    check(
        &server,
        &format!("users?description={}", encoded(&long(101))),
        "400 WKS.0001",
    );
    check(&server, "users?description=%3C%22%27%25", "200");
    check(
        &server,
        &format!("users?group_name={}", encoded(&long(64))),
        "200",
    );
    check(
        &server,
        &format!("users?group_name={}", encoded(&long(65))),
        "400 WKS.0001",
    );
    check(&server, "users?active_type=USER_ACTIVATE", "200");
    check(&server, "users?active_type=ADMIN_ACTIVATE", "200");
    check(&server, "users?active_type=", "200");
    check(&server, "users?active_type=user_activate", "400 WKS.0001");
    check(&server, "users?active_type=USER", "400 WKS.0001");
    for name in [
        "share_space_subscription",
        "share_space_desktops",
        "is_query_total_desktops",
        "disabled",
    ] {
        check(&server, &format!("users?{name}=true"), "200");
        check(&server, &format!("users?{name}=false"), "200");
        check(&server, &format!("users?{name}="), "200");
        check(&server, &format!("users?{name}=True"), "400 WKS.0001");
        check(&server, &format!("users?{name}=1"), "400 WKS.0001");
    }
    check(&server, "users?platform_type=AD", "200");
    check(&server, "users?platform_type=UOS", "200");
    check(&server, "users?platform_type=local", "400 WKS.0001");
    check(&server, "users?nothing=of%20the%20kind&Limit=x", "200");
}

#[test]
fn the_first_wrong_parameter_of_the_table_is_named() {
    let server = demo();
    let all = [
        ("user_name", "x".repeat(256)),
        ("limit", "x".into()),
        ("offset", "x".into()),
        ("description", "x".repeat(101)),
        ("active_type", "x".into()),
        ("group_name", "x".repeat(65)),
        ("share_space_subscription", "x".into()),
        ("share_space_desktops", "x".into()),
        ("is_query_total_desktops", "x".into()),
        ("disabled", "x".into()),
        ("platform_type", "x".into()),
    ];
    for first in 0..all.len() {
        // In the query the last comes first: the order of the table counts, not that of the query.
        let query: Vec<String> = all[first..]
            .iter()
            .rev()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = server.get(&format!("{PROJECT}/users?{}", query.join("&")));
        assert_eq!(
            answer.json()["error_msg"],
            format!("The parameter {} is invalid.", all[first].0)
        );
    }
}

/// A query, and the users that it lets through.
#[track_caller]
fn passes(server: &Server, query: &str, expected: &[&str]) {
    let answer = server.get(&format!("{PROJECT}/users?{query}"));
    assert_eq!(column(&answer, "users", "user_name"), expected, "{query}");
    assert_eq!(answer.json()["total_count"], expected.len(), "{query}");
}

#[test]
fn filters_find_whom_they_should() {
    let server = demo();
    passes(&server, "user_name=api-test", &["api-test", "api-test2"]);
    passes(&server, "user_name=API-TEST2", &["api-test2"]);
    passes(&server, "user_name=case.n", &["MixedCase.Name"]);
    passes(&server, "user_name=%25", &[]);
    passes(
        &server,
        "user_name=_",
        &[
            "temp_contractor",
            "expires_later",
            "pre_created",
            "fixed_password",
            "shares_desktops",
            "in_every_group",
            "locked_and_disabled",
        ],
    );
    passes(
        &server,
        &format!("description={}", encoded("张三")),
        &["zhangsan"],
    );
    passes(
        &server,
        &format!("description={}", encoded("mixed CASE, äöü AND σίσυφοσ")),
        &["MixedCase.Name"],
    );
    passes(
        &server,
        &format!("description={}", encoded("😀👩\u{200d}💻")),
        &["emoji"],
    );
    passes(
        &server,
        &format!("description={}", encoded("100%_ &")),
        &["punctuated"],
    );
    passes(
        &server,
        "active_type=ADMIN_ACTIVATE",
        &["ops.admin", "zhouba", "songtao", "zenghua"],
    );
    passes(
        &server,
        "group_name=design",
        &["zhangsan", "huangmin", "in_every_group"],
    );
    passes(&server, "group_name=Design", &[]);
    passes(&server, "group_name=nobody", &[]);
    passes(&server, "group_name=empty", &[]);
    passes(
        &server,
        "user_names=lisi&user_names=api-test",
        &["api-test", "lisi"],
    );
    passes(
        &server,
        "user_names=lisi&user_names=&user_names=lisi",
        &["lisi"],
    );
    passes(&server, "user_names=Lisi", &[]);
    passes(&server, "user_names=lisi%00", &[]);
    passes(
        &server,
        "share_space_subscription=true",
        &["shares_desktops"],
    );
    passes(&server, "share_space_desktops=true", &["shares_desktops"]);
    passes(
        &server,
        "disabled=true",
        &["temp_contractor", "locked_and_disabled"],
    );
    passes(&server, "domain=corp.example.com", &["mapped"]);
    passes(&server, "platform_type=AD", &[]);
    passes(
        &server,
        "enterprise_project_id=7c9a1b52-8f1e-4d0a-9a4b-2f6f3f3c9e10",
        &["wujiu", "songtao", "dengchao"],
    );
    passes(
        &server,
        "group_name=design&user_name=H",
        &["zhangsan", "huangmin"],
    );
    passes(&server, "user_name=zhang&user_name=lisi", &["zhangsan"]);
}

#[test]
fn nobody_is_left_out_by_a_filter_that_all_pass() {
    let server = demo();
    let all = names(&server, PROJECT, "");
    for query in [
        "platform_type=LOCAL",
        "user_name=",
        "group_name=&description=&user_names=",
        "limit=0",
        "limit=99999999999999999999999",
        "is_query_total_desktops=true",
    ] {
        assert_eq!(names(&server, PROJECT, query), all, "{query}");
    }
    let both = names(&server, PROJECT, "share_space_desktops=false").len()
        + names(&server, PROJECT, "share_space_desktops=true").len();
    assert_eq!(both, all.len());
    assert_eq!(
        names(&server, PROJECT, "domain=local.com").len(),
        all.len() - 1
    );
}

#[test]
fn without_a_limit_the_list_holds_everybody() {
    let server = demo();
    for batch in 0..15 {
        let users: Vec<Value> = (0..200)
            .map(|user| json!({ "user_name": format!("user-{batch}-{user}"), "user_phone": "1" }))
            .collect();
        let answer = server.json(
            "POST",
            &format!("{ANOTHER}/users/batch-create"),
            &json!({ "users": users }).to_string(),
        );
        assert_eq!((answer.status, answer.text()), (200, "{}"));
    }
    let all = server.get(&format!("{ANOTHER}/users"));
    assert_eq!(all.json()["total_count"], 3000);
    assert_eq!(column(&all, "users", "user_name").len(), 3000);
    assert_eq!(names(&server, ANOTHER, "offset=2999"), ["user-14-199"]);
}

#[test]
fn a_page_past_the_end_is_empty_with_the_true_total() {
    let server = demo();
    let all = server.get(&format!("{PROJECT}/users")).json()["total_count"].clone();
    for query in [
        "offset=43",
        "offset=1000&limit=5",
        "offset=99999999999999999999",
    ] {
        let answer = server.get(&format!("{PROJECT}/users?{query}"));
        assert_eq!(
            answer.text(),
            format!("{{\"total_count\":{all},\"users\":[]}}")
        );
    }
    assert_eq!(
        server.get(&format!("{ANOTHER}/users")).text(),
        "{\"total_count\":0,\"users\":[]}"
    );
}

/// Fields that the document's example leaves out although its table has them, or that are newer than the document; the
/// mock sends them (contract, section 4, point 1).
const NOT_IN_THE_EXAMPLE: [&str; 9] = [
    "active_type",
    "is_pre_user",
    "password_never_expired",
    "account_expired",
    "sid",
    "share_space_subscription",
    "share_space_desktops",
    "group_names",
    "enterprise_project_id",
];

#[test]
fn the_document_s_own_answer_is_replayed() {
    let answer = with(documents()).get(&format!("{PROJECT}/users?limit=10"));
    let mut body = answer.json();
    for user in body["users"].as_array_mut().expect("users") {
        let user = user.as_object_mut().expect("a user");
        for field in NOT_IN_THE_EXAMPLE {
            user.shift_remove(field)
                .unwrap_or_else(|| panic!("{field} is not sent"));
        }
    }
    let example = r#"{ "total_count" : 2, "users" : [ { "id" : "8a2c3f9579d240820179d51e6caf0001", "user_name" : "api-test", "user_email" : "test@huawei.com", "total_desktops" : 0, "account_expires" : "0", "enable_change_password" : true, "next_login_change_password" : true, "locked" : false, "disabled" : false }, { "id" : "8a2c3f9579d240820179d51e6caf0002", "user_name" : "api-test2", "user_email" : "test@huawei.com", "total_desktops" : 0, "account_expires" : "0", "enable_change_password" : true, "next_login_change_password" : true, "locked" : false, "disabled" : false } ] }"#;
    let compact = example
        .replace(" : ", ":")
        .replace(", ", ",")
        .replace("{ ", "{")
        .replace(" }", "}")
        .replace("[ ", "[")
        .replace(" ]", "]");
    assert_eq!(body.to_string(), compact);
}

#[test]
fn the_document_s_own_user_is_shown() {
    let answer = demo().get(&format!("{PROJECT}/users/{API_TEST}"));
    insta::assert_snapshot!(answer);
}

#[test]
fn the_whole_answer_of_a_page() {
    insta::assert_snapshot!(demo().get(&format!("{PROJECT}/users?offset=2&limit=3")));
}

#[test]
fn the_whole_answer_of_a_list_of_groups() {
    insta::assert_snapshot!(demo().get(&format!("{PROJECT}/groups?limit=2")));
}

#[test]
fn the_whole_answer_of_a_list_of_members() {
    insta::assert_snapshot!(demo().get(&format!("{PROJECT}/groups/{DESIGN}/users?limit=1")));
}

#[test]
fn an_account_expires_with_the_clock_of_the_namespace() {
    let server = demo();
    let expired = |name: &str| {
        let list = server.get(&format!("{PROJECT}/users?user_names={name}"));
        let user = list.json()["users"][0].clone();
        let id = user["id"].as_str().expect("an id");
        let shown = super::show(&server, PROJECT, id);
        assert_eq!(user["account_expired"], shown["user_expired"]);
        assert_eq!(
            user["account_expires"].as_str().expect("a string"),
            shown["account_expires"]
                .as_i64()
                .expect("a number")
                .to_string()
        );
        user["account_expired"].as_bool().expect("a boolean")
    };
    assert!(expired("temp_contractor") && expired("locked_and_disabled"));
    assert!(!expired("expires_later") && !expired("api-test"));
    let later = json!({ "mode": "fixed", "time": "2100-01-01T00:00:00.001Z" });
    let answer = server.json("PUT", "/_rollcall/clock", &later.to_string());
    assert_eq!(answer.status, 200, "{answer}");
    assert!(expired("expires_later") && !expired("api-test"));
    let before = json!({ "mode": "fixed", "time": "2021-01-01T00:00:00Z" });
    server.json("PUT", "/_rollcall/clock", &before.to_string());
    assert!(
        !expired("temp_contractor"),
        "at that moment it has not expired yet"
    );

    // Before the epoch is past as well; the epoch itself is the number that stands for never.
    for (name, expires, number, is_expired) in [
        ("sixty", "1960-01-01T00:00:00Z", "-315619200000", true),
        ("seventy", "1970-01-01T00:00:00Z", "0", false),
    ] {
        let body = json!({ "user_name": name, "user_phone": "1", "account_expires": expires });
        let made = server.json("POST", &format!("{PROJECT}/users"), &body.to_string());
        assert_eq!(made.status, 201, "{made}");
        let list = server.get(&format!("{PROJECT}/users?user_names={name}"));
        assert_eq!(column(&list, "users", "account_expires"), [number]);
        assert_eq!(expired(name), is_expired, "{name}");
    }
}

#[test]
fn desktops_are_not_counted_unless_asked_for() {
    let server = demo();
    let desktops = |query: &str| {
        let body = server.get(&format!(
            "{PROJECT}/users?user_names=shares_desktops&{query}"
        ));
        body.json()["users"][0]["total_desktops"].clone()
    };
    assert_eq!(desktops(""), 3);
    assert_eq!(desktops("is_query_total_desktops=true"), 3);
    assert_eq!(desktops("is_query_total_desktops=false"), 0);
}

#[test]
fn empty_texts_are_left_out_of_lists_and_nothing_is_null() {
    let server = demo();
    let list = server.get(&format!("{PROJECT}/users")).json();
    for user in list["users"].as_array().expect("users") {
        for (field, value) in user.as_object().expect("a user") {
            assert!(!value.is_null() && *value != "", "{field} of {user}");
        }
    }
}

#[test]
fn groups_are_listed_by_a_hundred_at_most() {
    let server = demo();
    check(&server, "groups", "200");
    check(&server, "groups?limit=1", "200");
    check(&server, "groups?limit=0", "200");
    check(&server, "groups?limit=", "200");
    check(&server, "groups?limit=100", "200");
    check(&server, "groups?limit=101", "400 WKS.0001");
    check(&server, "groups?limit=-1", "400 WKS.0001");
    check(&server, "groups?limit=99999999999999999999", "400 WKS.0001");
    check(&server, "groups?offset=99999999999999999999", "200");
    check(&server, "groups?offset=x", "400 WKS.0001");
    check(&server, "groups?platform_type=NONE", "400 WKS.0001");
    let project = ANOTHER;
    for number in 0..105 {
        let body = format!(r#"{{"group_name":"g{number}","platform_type":"AD"}}"#);
        server.json("POST", &format!("{project}/groups"), &body);
    }
    let page = |query: &str| {
        let answer = server.get(&format!("{project}/groups?{query}"));
        assert_eq!(answer.json()["total_count"], 105);
        column(&answer, "user_groups", "name")
    };
    assert_eq!(page("").len(), 100);
    assert_eq!(page("limit=0").len(), 100);
    assert_eq!(page("offset=100"), ["g100", "g101", "g102", "g103", "g104"]);
    assert_eq!(
        page("offset=105").len(),
        0,
        "Terraform pages until a page is empty"
    );
}

#[test]
fn groups_are_found_by_a_part_of_their_names() {
    let server = demo();
    let found = |query: &str| {
        let answer = server.get(&format!("{PROJECT}/groups?{query}"));
        let names = column(&answer, "user_groups", "name");
        assert_eq!(answer.json()["total_count"], names.len());
        names
    };
    assert_eq!(found("keyword=DESIGN"), ["design"]);
    assert_eq!(found("keyword=e&platform_type=AD"), ["DomainUsers"]);
    assert_eq!(found("keyword=(support"), ["客服中心 (Support)"]);
    assert_eq!(found(&format!("keyword={}", encoded("研发"))), ["研发部"]);
    assert_eq!(found("keyword=%25_"), ["\"quoted\" 'group' %_\\/"]);
    assert_eq!(found("domain=uos.example.com").len(), 1);
    assert_eq!(found("platform_type=AD&platform_type=UOS").len(), 2);
    assert_eq!(found("keyword=nothing").len(), 0);
}

#[test]
fn members_are_listed_by_ten_thousand_at_most() {
    let server = demo();
    let members = format!("groups/{DESIGN}/users");
    check(&server, &format!("{members}?limit=10000"), "200");
    check(&server, &format!("{members}?limit=10001"), "400 WKS.0001");
    check(&server, &format!("{members}?limit=0"), "200");
    check(&server, &format!("{members}?limit=x"), "400 WKS.0001");
    check(&server, &format!("{members}?offset=-1"), "400 WKS.0001");
    check(&server, &format!("{members}?active_type=x"), "400 WKS.0001");
    check(
        &server,
        &format!("{members}?user_name={}", "x".repeat(256)),
        "400 WKS.0001",
    );
    check(
        &server,
        &format!("{members}?description={}", "x".repeat(101)),
        "400 WKS.0001",
    );
    let found = |query: &str| {
        let answer = server.get(&format!("{PROJECT}/{members}?{query}"));
        column(&answer, "users", "user_name")
    };
    assert_eq!(found(""), ["zhangsan", "huangmin", "in_every_group"]);
    assert_eq!(found("user_name=ZH"), ["zhangsan"]);
    assert_eq!(found("user_names=huangmin&user_names=lisi"), ["huangmin"]);
    assert_eq!(
        found(&format!("description={}", encoded("张"))),
        ["zhangsan"]
    );
    assert_eq!(found("active_type=ADMIN_ACTIVATE"), [""; 0]);
    assert_eq!(found("limit=1&offset=1"), ["huangmin"]);
    assert_eq!(found("offset=3"), [""; 0]);
}

/// Whatever a parameter holds, the answer is a page or a refusal of that parameter.
#[test]
fn no_value_of_any_parameter_breaks_the_list() {
    let server = demo();
    let parameters = [
        "user_name",
        "limit",
        "offset",
        "description",
        "active_type",
        "group_name",
        "user_names",
        "share_space_subscription",
        "share_space_desktops",
        "is_query_total_desktops",
        "enterprise_project_id",
        "disabled",
        "domain",
        "platform_type",
        "keyword",
        "notification_type",
    ];
    let long = "x".repeat(9_000);
    let values = [
        "",
        "%00",
        "a%00b",
        "%ff",
        "%zz",
        "%",
        "%F0%A0%AE%B7",
        "null",
        "true",
        "-1",
        "1",
        "[]",
        "{}",
        "%27%20OR%201=1--",
        "%22",
        "%5C",
        "a=b",
        "%0D%0AX:1",
        &long,
    ];
    let paths = [
        "users",
        "groups",
        &format!("groups/{DESIGN}/users"),
        &format!("users/{API_TEST}/random-password"),
    ];
    for path in paths {
        for name in parameters {
            for value in values {
                let answer = server.get(&format!("{PROJECT}/{path}?{name}={value}&{name}={value}"));
                let verdict = answer.verdict();
                assert!(
                    verdict == "200" || verdict == "400 WKS.0001",
                    "{path}?{name}={}: {answer}",
                    &value[..value.len().min(40)]
                );
            }
        }
    }
}

#[test]
fn no_value_in_a_path_breaks_anything() {
    let server = demo();
    for id in [
        "%00",
        "%ff",
        "%",
        "%zz",
        "a%2Fb",
        "..",
        "%2e%2e",
        "null",
        "'",
        "%22",
        &"x".repeat(9000),
    ] {
        check(&server, &format!("users/{id}"), "400 WKS.00170312");
        check(&server, &format!("groups/{id}/users"), "400 WKS.00170208");
        let project = server.get(&format!("/v2/{id}/users"));
        let expected = if id.len() == 9000 {
            "400 WKS.0001"
        } else {
            "200"
        };
        assert_eq!(project.verdict(), expected, "{id}");
    }
    assert_eq!(
        server.get(&format!("/v2/{}/users", "p".repeat(255))).status,
        200
    );
    let answer = server.get(&format!("/v2/{}/users", "p".repeat(256)));
    assert_eq!(
        answer.json()["error_msg"],
        "The parameter project_id is invalid."
    );
}

#[test]
fn a_walk_in_windows_of_any_size_meets_each_user_once_and_in_order() {
    let server = demo();
    let everybody = names(&server, PROJECT, "");
    let config = ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(size in 1_usize..50, filter in prop::sample::select(vec!["", "user_name=e", "disabled=false"]))| {
        let all = names(&server, PROJECT, filter);
        prop_assert!(filter.is_empty() == (all == everybody));
        let mut met = Vec::new();
        loop {
            let answer = server.get(&format!("{PROJECT}/users?{filter}&limit={size}&offset={}", met.len()));
            prop_assert_eq!(answer.json()["total_count"].as_u64(), Some(all.len() as u64));
            let page = column(&answer, "users", "user_name");
            prop_assert!(page.len() <= size);
            if page.is_empty() {
                break;
            }
            met.extend(page);
        }
        prop_assert_eq!(met, all);
    });
}

#[test]
fn windows_on_members_and_groups_fit_together() {
    let server = demo();
    let group = create_group(&server, ANOTHER, "all");
    let users: Vec<String> = (0..7)
        .map(|number| create(&server, ANOTHER, &format!("u{number}")))
        .collect();
    // Added in another order than created: the list goes by the users' age.
    let body = json!({ "op_type": "ADD", "user_ids": users.iter().rev().collect::<Vec<_>>() });
    server.json(
        "POST",
        &format!("{ANOTHER}/groups/{group}/actions"),
        &body.to_string(),
    );
    for size in 1..9 {
        let mut met = Vec::new();
        while met.len() < 7 {
            let answer = server.get(&format!(
                "{ANOTHER}/groups/{group}/users?limit={size}&offset={}",
                met.len()
            ));
            assert_eq!(answer.json()["total_count"], 7);
            met.extend(column(&answer, "users", "id"));
        }
        assert_eq!(met, users, "{size}");
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn an_address_is_looked_for_to_the_letter() {
    let server = demo();
    let found = |query: &str| names(&server, PROJECT, query);
    assert_eq!(found("user_email=zhangsan@example.com"), ["zhangsan"]);
    assert_eq!(
        found("user_email=test@huawei.com"),
        ["api-test", "api-test2"]
    );
    assert_eq!(found("user_email=Zhangsan@example.com").len(), 0);
    assert_eq!(found("user_email="), found(""));
}
