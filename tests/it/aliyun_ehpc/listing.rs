//! ListUsersAsync and its tasks, ListUsers, the clusters.

mod tasks;

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    BROKEN, CLUSTER, DOMAIN, EMPTY, NEXT, blamed, documents, list, names, query, v2018, v2024,
};
use crate::client::Answer;
use crate::server::{NOW, Server, demo, frozen, with};
use tasks::add;

static DEMO: LazyLock<Server> = LazyLock::new(demo);

#[track_caller]
fn check(query: &str, expected: &str) {
    assert_eq!(DEMO.get(&list(query)).verdict(), expected, "{query}");
    let target = v2018("ListUsers", &format!("ClusterId={CLUSTER}&{query}"));
    assert_eq!(DEMO.get(&target).verdict(), expected, "ListUsers {query}");
    let target = v2024("ListUsers", &format!("ClusterId={NEXT}&{query}"));
    assert_eq!(DEMO.get(&target).verdict(), expected, "2024 {query}");
}

#[test]
fn page_bounds() {
    check("", "200");
    check("PageSize=1", "200");
    check("PageSize=50", "200");
    check("PageSize=51", "400 InvalidParams");
    check("PageSize=0", "400 InvalidParams");
    check("PageSize=-1", "400 InvalidParams");
    check("PageSize=-0", "400 InvalidParams");
    check("PageSize=2147483647", "400 InvalidParams");
    check("PageSize=2147483648", "400 InvalidPageSize");
    check("PageSize=ten", "400 InvalidPageSize");
    check("PageSize=1.0", "400 InvalidPageSize");
    check("PageSize=%2B1", "400 InvalidPageSize");
    check("PageSize=+1", "400 InvalidPageSize");
    check("PageSize=-", "400 InvalidPageSize");
    check("PageSize=%D9%A1", "400 InvalidPageSize");
    check("PageSize=1%00", "400 InvalidPageSize");
    check("PageSize=010", "200");
    check("PageSize=&PageNumber=", "200");
    check("PageNumber=1", "200");
    check("PageNumber=0", "400 InvalidParams");
    check("PageNumber=-2147483648", "400 InvalidParams");
    check("PageNumber=-2147483649", "400 InvalidPageNumber");
    check("PageNumber=2147483647", "200");
    check("PageNumber=2147483648", "400 InvalidPageNumber");
    check("PageNumber=one", "400 InvalidPageNumber");
    check("PageNumber=true", "400 InvalidPageNumber");
    // Both wrong: what the gateway sees goes first, and in it PageNumber.
    check("PageNumber=0&PageSize=x", "400 InvalidPageSize");
    check("PageNumber=x&PageSize=x", "400 InvalidPageNumber");
    // Of equal names the last counts; names are case-sensitive; what nobody knows is nobody's business.
    check("PageSize=x&PageSize=5", "200");
    check("PageSize=5&PageSize=x", "400 InvalidPageSize");
    check("pagesize=x&PAGESIZE=x&RegionId=&&=&%zz=%zz", "200");
}

#[test]
fn the_parameter_out_of_bounds_is_named() {
    assert_eq!(blamed(&DEMO.get(&list("PageSize=51"))), "PageSize");
    assert_eq!(blamed(&DEMO.get(&list("PageNumber=0"))), "PageNumber");
    assert_eq!(
        blamed(&DEMO.get(&list("PageNumber=0&PageSize=0"))),
        "PageNumber"
    );
    assert_eq!(
        blamed(&DEMO.get(&list("AsyncId=t-hz02xltxaex1q80"))),
        "AsyncId"
    );
}

#[test]
fn clusters_are_looked_for_after_the_bounds_and_before_the_task() {
    #[track_caller]
    fn check(query: &str, expected: &str) {
        for (action, extra) in [("ListUsersAsync", "&AsyncId=x"), ("ListUsers", "")] {
            let target = v2018(action, &format!("{query}{extra}"));
            assert_eq!(DEMO.get(&target).verdict(), expected, "{target}");
        }
    }
    check("", "400 MissingClusterId");
    check("ClusterId=", "400 MissingClusterId");
    check("clusterid=x", "400 MissingClusterId");
    check("ClusterId=x", "404 ClusterNotFound");
    check("ClusterId=%00%ff", "404 ClusterNotFound");
    check(&format!("ClusterId={BROKEN}"), "403 InvalidClusterStatus");
    check(
        &format!("ClusterId={BROKEN}&PageSize=0"),
        "400 InvalidParams",
    );
    check("ClusterId=x&PageSize=x", "400 InvalidPageSize");
    check("PageSize=x", "400 MissingClusterId");
    check(&format!("ClusterId={NEXT}"), "404 ClusterNotFound");
    check(
        &format!("ClusterId={}", CLUSTER.to_lowercase()),
        "404 ClusterNotFound",
    );
}

/// What each Version's document prints, next to what its call answers. Only these differ, and on purpose.
#[test]
fn the_documents_own_samples_are_answered() {
    fn replay(call: &str, sample: &Value, exceptions: &[(&str, &str)]) {
        let server = documents();
        let mut expected = sample.clone();
        let answer = server.get(call).json();
        for (place, reason) in exceptions {
            let (Some(ours), Some(theirs)) = (answer.pointer(place), expected.pointer_mut(place))
            else {
                panic!("{place} ({reason}) is in neither")
            };
            *theirs = ours.clone();
        }
        // Compact, and so in the same order, byte for byte.
        assert_eq!(answer.to_string(), expected.to_string(), "{call}");
    }
    const FRESH: &str = "new for every call";
    const MASKED: &str = "masked in the document, and of another region than its cluster";
    const TEXT: &str = "the table, the SDKs and an older example say text (quirk user-id)";

    let seed = json!({
        "PageSize": 10, "RequestId": "9A05F620-ED46-4A57-95F1-C67D6D3C5DD2", "PageNumber": 1, "TotalCount": 1,
        "Users": { "UserInfo": [{
            "Name": "testuser", "AddTime": "2022-09-28T09:05:26.000Z", "Group": "wheel", "UserId": 1000, "GroupId": 10
        }] },
        "AsyncId": "t-sh03egi3mls****", "AsyncStatus": "Success"
    });
    replay(
        &list(""),
        &seed,
        &[
            ("/RequestId", FRESH),
            ("/AsyncId", MASKED),
            ("/Users/UserInfo/0/UserId", TEXT),
            ("/Users/UserInfo/0/GroupId", TEXT),
        ],
    );
    let brief = json!({
        "PageSize": 1, "RequestId": "04F0F334-1335-436C-A1D7-6C044FE7****", "PageNumber": 1, "TotalCount": 1,
        "Users": { "UserInfo": [{ "Name": "user1", "AddTime": "2018-07-18T17:46:47", "Group": "wheel" }] }
    });
    replay(
        &v2018("ListUsers", "ClusterId=ehpc-hz-FYUr32abcd&PageSize=1"),
        &brief,
        &[("/RequestId", FRESH)],
    );
    let next = json!({
        "PageSize": 10, "RequestId": "04F0F334-1335-436C-A1D7-6C044FE7****", "PageNumber": 1, "TotalCount": 15,
        "Users": { "UserInfo": [{
            "UserName": "testuser", "AddTime": "2014-08-22T17:46:47", "Group": "users", "UserId": 1001, "GroupId": 100
        }] }
    });
    replay(
        &v2024("ListUsers", &format!("ClusterId={NEXT}")),
        &next,
        &[
            ("/RequestId", FRESH),
            (
                "/TotalCount",
                "counts 14 users that the sample does not show",
            ),
            ("/Users/UserInfo/0/UserId", TEXT),
            ("/Users/UserInfo/0/GroupId", TEXT),
        ],
    );
}

#[test]
fn the_quirk_shows_ids_as_the_seeds_example_does() {
    let options = frozen()
        .quirk("aliyun-ehpc.user-id", "number")
        .expect("a quirk of the table");
    let server = with(options);
    let user = &server.get(&list("")).json()["Users"]["UserInfo"][0];
    assert_eq!(
        (&user["UserId"], &user["GroupId"]),
        (&json!(1000), &json!(10))
    );
    let next = server
        .get(&v2024("ListUsers", &format!("ClusterId={NEXT}")))
        .json();
    assert_eq!(next["Users"]["UserInfo"][0]["UserId"], json!(1001));
}

#[test]
fn whole_answers() {
    let server = documents();
    insta::assert_snapshot!("async_json", server.get(&list("")));
    insta::assert_snapshot!("async_xml", server.get(&list("Format=XML")));
    insta::assert_snapshot!(
        "brief_xml",
        server.get(&v2018(
            "ListUsers",
            "ClusterId=ehpc-hz-FYUr32abcd&Format=xml"
        ))
    );
    insta::assert_snapshot!(
        "next_json",
        server.get(&v2024("ListUsers", &format!("ClusterId={NEXT}")))
    );
    insta::assert_snapshot!(
        "clusters_2018_json",
        demo().get(&v2018("ListClusters", "PageSize=1"))
    );
    insta::assert_snapshot!(
        "cluster_2018_json",
        demo().get(&v2018("DescribeCluster", &format!("ClusterId={BROKEN}")))
    );
    let ids = query(&[("ClusterIds", &format!("[\"{NEXT}\"]"))]);
    insta::assert_snapshot!(
        "clusters_2024_json",
        demo().get(&v2024("ListClusters", &ids))
    );
    insta::assert_snapshot!(
        "cluster_2024_json",
        demo().get(&v2024("GetCluster", &format!("ClusterId={NEXT}")))
    );
}

#[test]
fn whole_answers_in_xml() {
    let server = demo();
    let xml = |target: String| server.get(&format!("{target}&Format=xml"));
    let next = |rest: &str| format!("ClusterId={NEXT}{rest}");
    insta::assert_snapshot!(
        "cluster_2018_xml",
        xml(v2018("DescribeCluster", &format!("ClusterId={BROKEN}")))
    );
    insta::assert_snapshot!("cluster_2024_xml", xml(v2024("GetCluster", &next(""))));
    let ids = query(&[("ClusterIds", &format!("[\"{NEXT}\"]"))]);
    insta::assert_snapshot!("clusters_2024_xml", xml(v2024("ListClusters", &ids)));
    let user = next("&UserName=testuser");
    insta::assert_snapshot!("user_2024_xml", xml(v2024("GetUser", &user)));
    let update = next("&UserName=testuser&Group=wheel");
    insta::assert_snapshot!("updated_xml", xml(v2024("UpdateUser", &update)));
}

#[test]
fn xml_says_the_same_as_json() {
    let server = demo();
    let empty = server.get(&v2018(
        "ListUsersAsync",
        &format!("ClusterId={EMPTY}&Format=xml"),
    ));
    assert!(
        empty
            .text()
            .contains("<TotalCount>0</TotalCount><Users></Users>")
    );
    let domain = server.get(&v2018(
        "ListUsersAsync",
        &format!("ClusterId={DOMAIN}&Format=xMl"),
    ));
    assert_eq!(
        domain.header("content-type"),
        Some("text/xml;charset=utf-8")
    );
    let text = domain.text();
    assert_eq!(text.matches("<UserInfo>").count(), 9);
    for name in ["张伟", "𠮷田.hpc", "r&amp;d&lt;lab&gt;\"1\"", "O'Brien"] {
        assert!(
            text.contains(&format!("<Name>{name}</Name>")),
            "{name}: {text}"
        );
    }
}

/// Every page of a list in pages of one size, the last of which is empty.
fn walk(server: &Server, target: &str, size: usize) -> Vec<String> {
    let mut met = Vec::new();
    for number in 1..1000 {
        let answer = server.get(&format!("{target}&PageSize={size}&PageNumber={number}"));
        let page = names(&answer);
        assert!(page.len() <= size);
        assert_eq!(answer.json()["PageNumber"], json!(number));
        assert_eq!(answer.json()["PageSize"], json!(size));
        if page.is_empty() {
            return met;
        }
        met.extend(page);
    }
    panic!("the walk does not end")
}

#[test]
fn the_demo_has_more_than_two_default_pages() {
    for target in [
        list(""),
        v2018("ListUsers", &format!("ClusterId={CLUSTER}")),
        v2024("ListUsers", &format!("ClusterId={NEXT}")),
    ] {
        let answer = DEMO.get(&target);
        assert_eq!(names(&answer).len(), 10, "{target}");
        assert!(
            20 < answer.json()["TotalCount"].as_u64().expect("a count"),
            "{target}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn a_walk_meets_every_user_once_and_in_order(size in 1_usize..=50, which in 0_usize..4) {
        let target = [
            list(""),
            v2018("ListUsers", &format!("ClusterId={CLUSTER}")),
            v2018("ListUsersAsync", &format!("ClusterId={DOMAIN}")),
            v2024("ListUsers", &format!("ClusterId={NEXT}")),
        ][which].clone();
        let everyone = names(&DEMO.get(&format!("{target}&PageSize=50")));
        prop_assert_eq!(walk(&DEMO, &target, size), everyone);
    }
}

#[test]
fn users_are_in_the_order_of_their_numeric_ids() {
    let ids = |cluster: &str| -> Vec<u64> {
        let answer = DEMO.get(&v2018(
            "ListUsersAsync",
            &format!("ClusterId={cluster}&PageSize=50"),
        ));
        let users = answer.json()["Users"]["UserInfo"].clone();
        let users = users.as_array().expect("a list");
        users
            .iter()
            .map(|user| {
                user["UserId"]
                    .as_str()
                    .expect("text")
                    .parse()
                    .expect("digits")
            })
            .collect()
    };
    for cluster in [CLUSTER, DOMAIN] {
        let ids = ids(cluster);
        assert!(ids.is_sorted() && 1 < ids.len(), "{ids:?}");
    }
    assert_eq!(
        ids(DOMAIN).last(),
        Some(&65534),
        "behind 1007, not before it"
    );
}

#[test]
fn past_the_end_is_an_empty_page_with_the_true_total() {
    let answer = DEMO.get(&list("PageNumber=2147483647&PageSize=50"));
    assert_eq!(names(&answer), [""; 0]);
    let body = answer.json();
    assert_eq!(body["TotalCount"], DEMO.get(&list("")).json()["TotalCount"]);
    assert_eq!(body["PageNumber"], json!(2_147_483_647));
    assert_eq!(body["AsyncStatus"], json!("Success"));
}

// Tasks.

#[test]
fn clusters_are_listed_in_the_order_of_the_seed() {
    let ids = |answer: &Answer| -> Vec<String> {
        let body = answer.json();
        let rows = body["Clusters"]["ClusterInfoSimple"]
            .as_array()
            .expect("a list");
        rows.iter()
            .map(|row| row["Id"].as_str().expect("an id").to_owned())
            .collect()
    };
    let all = ids(&DEMO.get(&v2018("ListClusters", "PageSize=50")));
    assert_eq!(&all[..2], [CLUSTER, BROKEN]);
    assert_eq!(
        ids(&DEMO.get(&v2018("ListClusters", "PageSize=5&PageNumber=2"))),
        all[5..10]
    );
    assert!(!all.contains(&NEXT.to_owned()));
    let check = |query: &str, expected: &str| {
        let target = v2018("ListClusters", query);
        assert_eq!(DEMO.get(&target).verdict(), expected, "{query}");
    };
    check("PageSize=51", "400 InvalidParams");
    check("PageSize=0", "400 InvalidParams");
    check("PageNumber=0", "400 InvalidParams");
    check("PageNumber=x", "400 InvalidPageNumber");
    check("PageNumber=1000", "200");
}

#[test]
fn a_cluster_without_a_region_is_in_the_servers() {
    let region = |options| {
        let server = with(options);
        let target = v2018("DescribeCluster", &format!("ClusterId={EMPTY}"));
        server.get(&target).json()["ClusterInfo"]["RegionId"].clone()
    };
    assert_eq!(region(frozen()), json!("cn-hangzhou"));
    let shanghai = frozen()
        .region("aliyun-ehpc", "cn-shanghai")
        .expect("a provider");
    assert_eq!(region(shanghai), json!("cn-shanghai"));
}

#[test]
fn clusters_of_2024_07_30_end_in_four_members_and_their_list_in_the_generations() {
    let server = documents();
    let list = |query: &str| server.get(&v2024("ListClusters", query)).json();
    let listed = list("");
    let row = &listed["Clusters"][0];
    let keys: Vec<_> = row.as_object().expect("a cluster").keys().collect();
    assert_eq!(
        keys[keys.len() - 4..],
        [
            "AdditionalPackages",
            "Addons",
            "ClusterCustomConfiguration",
            "ClusterUsedCoreTime"
        ]
    );
    assert_eq!(
        [
            &row["AdditionalPackages"],
            &row["Addons"],
            &row["ClusterUsedCoreTime"]
        ],
        [&json!([]), &json!([]), &json!(0)]
    );
    assert_eq!(
        row["ClusterCustomConfiguration"],
        json!({"Script": "", "Args": ""})
    );
    let last = listed.as_object().and_then(|body| body.keys().next_back());
    assert_eq!(last.map(String::as_str), Some("EhpcVersionStatistics"));
    // All clusters, whatever the filter and the page; and again when the other Version gets one.
    for query in ["", "ClusterIds=%5B%22x%22%5D", "PageNumber=9"] {
        assert_eq!(
            list(query)["EhpcVersionStatistics"],
            json!({"V1Count": 2, "V2Count": 1})
        );
    }
    let more = json!({"aliyun-ehpc": {"2018-04-12": {"Clusters": {"ClusterInfoSimple": [{"Id": "ehpc-hz-Another001"}]}}}});
    let seeded = server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &more.to_string(),
    );
    assert_eq!(seeded.status, 200, "{seeded}");
    assert_eq!(
        list("")["EhpcVersionStatistics"],
        json!({"V1Count": 3, "V2Count": 1})
    );
}

#[test]
fn clusters_of_2024_07_30_are_filtered_by_id_and_name() {
    let found = |pairs: &[(&str, &str)]| -> Vec<String> {
        let answer = DEMO.get(&v2024("ListClusters", &query(pairs)));
        let body = answer.json();
        let rows = body["Clusters"]
            .as_array()
            .unwrap_or_else(|| panic!("{pairs:?}: {answer}"));
        assert_eq!(body["TotalCount"].as_u64(), Some(rows.len() as u64));
        rows.iter()
            .map(|row| row["ClusterId"].as_str().expect("an id").to_owned())
            .collect()
    };
    let (id, other) = (format!("[\"{NEXT}\"]"), format!("[\"x\",\"{CLUSTER}\"]"));
    assert_eq!(found(&[("ClusterIds", &id)]), [NEXT]);
    assert_eq!(
        found(&[("ClusterNames", "[\"空集群\"]")]),
        ["ehpc-hz-NextEmpty1"]
    );
    assert_eq!(found(&[("ClusterIds", &other)]), [""; 0]);
    assert_eq!(
        found(&[("ClusterIds", &id), ("ClusterNames", "[\"空集群\"]")]),
        [""; 0]
    );
    assert_eq!(
        found(&[("ClusterIds", &id), ("ClusterNames", "[]")]),
        [NEXT]
    );
    let check = |pairs: &[(&str, &str)], expected: &str| {
        let target = v2024("ListClusters", &query(pairs));
        assert_eq!(DEMO.get(&target).verdict(), expected, "{pairs:?}");
    };
    let many = |count: usize| json!(vec!["x"; count]).to_string();
    check(&[("ClusterIds", &many(20))], "200");
    check(&[("ClusterIds", &many(21))], "400 InvalidParams");
    check(&[("ClusterNames", &many(21))], "400 InvalidParams");
    for wrong in ["x", "{}", "[1]", "[null]", "\"x\"", "[\"x\"", "null"] {
        check(&[("ClusterIds", wrong)], "400 InvalidClusterIds");
        check(&[("ClusterNames", wrong)], "400 InvalidClusterNames");
    }
    check(&[("PageSize", "9")], "400 InvalidParams");
    check(&[("PageSize", "100")], "200");
    check(&[("PageSize", "101")], "400 InvalidParams");
    check(&[("PageSize", "x")], "400 InvalidPageSize");
    let second = DEMO.get(&v2024("ListClusters", "PageNumber=2")).json();
    assert_eq!(second["PageNumber"], json!("2"), "a text, unlike elsewhere");
    assert_eq!(second["Clusters"].as_array().map(Vec::len), Some(1));
}

#[test]
fn clusters_are_shown_whatever_their_status() {
    for (target, place) in [
        (
            v2018("DescribeCluster", &format!("ClusterId={BROKEN}")),
            "/ClusterInfo/Status",
        ),
        (
            v2024("GetCluster", "ClusterId=ehpc-sh-Stopped01"),
            "/ClusterStatus",
        ),
    ] {
        let answer = DEMO.get(&target);
        assert_ne!(
            answer.json().pointer(place),
            Some(&json!("running")),
            "{answer}"
        );
        assert_eq!(answer.status, 200);
    }
    for action in [
        v2018("DescribeCluster", &format!("ClusterId={NEXT}")),
        v2024("GetCluster", &format!("ClusterId={CLUSTER}")),
    ] {
        assert_eq!(DEMO.get(&action).verdict(), "404 ClusterNotFound");
    }
    assert_eq!(
        DEMO.get(&v2018("DescribeCluster", "")).verdict(),
        "400 MissingClusterId"
    );
    assert_eq!(
        DEMO.get(&v2024("GetCluster", "")).verdict(),
        "400 MissingClusterId"
    );
}

#[test]
fn the_clock_of_the_tests_is_the_clock_of_the_answers() {
    let server = demo();
    assert_eq!(add(&server, EMPTY, "newcomer").status, 200);
    let user = server
        .get(&v2018("ListUsersAsync", &format!("ClusterId={EMPTY}")))
        .json()["Users"]["UserInfo"][0]
        .clone();
    assert_eq!(user["AddTime"], json!(NOW.replace('Z', ".000Z")));
    assert_eq!(user["UserId"], json!("1000"));
}
