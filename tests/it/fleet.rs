//! A server that is one of several: what it says of itself, and replicas that answer alike.

use std::process::{Command, Stdio};

use crate::cli::{BINARY, Process};
use crate::client::Answer;
use crate::server::{Server, frozen, with};
use rollcall::Options;

const URL: &str = "http://{namespace}.ns.mock.example:8080";
const LIST: &str = "/?Action=ListUsers&Version=2024-08-31";

fn one_of_several() -> Options {
    let options = Options::default().replica("rollcall-1").expect("a name");
    options.namespace_url(URL).expect("a template")
}

fn replica(answer: &Answer) -> Option<&str> {
    answer.header("x-rollcall-replica")
}

#[test]
fn a_replica_says_which_one_it_is() {
    let server = with(one_of_several());
    assert_eq!(server.get(LIST).status, 200);
    for address in ["health", "ready", "namespaces/default"] {
        let answer = server.get(&format!("/_rollcall/{address}"));
        assert_eq!(answer.json()["replica"], "rollcall-1", "{address}");
    }
    for row in server
        .get("/_rollcall/namespaces")
        .json()
        .as_array()
        .expect("a list")
    {
        assert_eq!(row["replica"], "rollcall-1");
    }
    let journal = server.get("/_rollcall/journal").json();
    assert_eq!(journal["entries"][0]["replica"], "rollcall-1");
    let whole = server.get("/_rollcall/journal/1").json();
    assert_eq!(whole["replica"], "rollcall-1");
    let metrics = server.get("/_rollcall/metrics").text().to_owned();
    let samples: Vec<&str> = metrics
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert!(20 < samples.len());
    for sample in samples {
        assert!(sample.contains("{replica=\"rollcall-1\""), "{sample}");
    }
    assert!(
        metrics.contains("rollcall_calls_total{replica=\"rollcall-1\",provider="),
        "{metrics}"
    );
    // The control plane's answers alone, refusals included: a provider's are the provider's.
    for address in ["", "health", "nothing", "journal/x"] {
        let answer = server.get(&format!("/_rollcall/{address}"));
        assert_eq!(replica(&answer), Some("rollcall-1"), "{address}");
    }
    assert_eq!(replica(&server.get(LIST)), None);
}

#[test]
fn a_server_that_is_the_only_one_says_nothing_of_it() {
    let server = with(frozen());
    server.get(LIST);
    for address in ["health", "namespaces", "journal", "journal/1", "metrics"] {
        let answer = server.get(&format!("/_rollcall/{address}"));
        assert_eq!(replica(&answer), None, "{address}");
        assert!(!answer.text().contains("replica"), "{address}: {answer}");
        assert!(!answer.text().contains("\"url\""), "{address}: {answer}");
    }
}

#[test]
fn a_namespace_has_an_address_and_answers_at_it() {
    let server = with(one_of_several());
    let made = server.json("PUT", "/_rollcall/namespaces/suite7", "{}");
    assert_eq!(made.status, 201, "{made}");
    let url = made.json()["url"].as_str().expect("a URL").to_owned();
    assert_eq!(url, "http://suite7.ns.mock.example:8080");
    let shown = server.get("/_rollcall/namespaces/suite7").json();
    assert_eq!(shown["url"], url.as_str());
    // By its host alone: a call of a provider, and one of the control plane under that name.
    let host = ("host", "suite7.ns.mock.example:8080");
    assert_eq!(server.send("GET", LIST, &[host], b"").status, 200);
    let journal = server.send("GET", "/_rollcall/journal", &[host], b"");
    assert_eq!(journal.json()["entries"][0]["namespace"], "suite7");
    let foreign = ("host", "suite7.mock.example:8080");
    assert_eq!(
        server
            .send("GET", "/_rollcall/journal", &[foreign], b"")
            .status,
        403
    );
}

#[test]
fn flags_of_a_fleet_get_a_sentence_and_log_lines_a_name() {
    for (flag, value, rule) in [
        (
            "--replica",
            "a b",
            "write 1 to 63 letters, digits, -, _ and .",
        ),
        ("--replica", "a\"b", "write 1 to 63 letters"),
        (
            "--namespace-url",
            "http://mock.example",
            "write http://{namespace}.ns.HOST",
        ),
        (
            "--namespace-url",
            "{namespace}",
            "write http://{namespace}.ns.HOST",
        ),
    ] {
        let told = Command::new(BINARY)
            .args([flag, value])
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&told.stderr);
        assert_eq!(told.status.code(), Some(2), "{flag} {value}: {text}");
        assert!(text.contains(rule), "{flag} {value}: {text}");
        assert!(text.contains(flag), "{flag} {value}: {text}");
    }
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0", "--replica", "rollcall-2"])
        .arg("--watch") // has nothing to look at, and says so
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = Process::of(child.expect("the binary runs"));
    let stderr = process.child.stderr.take().expect("it is piped");
    let read = std::thread::spawn(|| std::io::read_to_string(stderr).expect("text"));
    assert!(process.stop().success());
    let log = read.join().expect("it is read");
    assert!(log.lines().next().is_some(), "a log with lines");
    for line in log.lines() {
        assert!(line.starts_with("rollcall-2 "), "{line}");
    }
}

/// Every list of every provider, with a target that answers 200 with the demo data.
fn lists() -> Vec<(&'static str, &'static str, String)> {
    const PROJECT: &str = "/v2/0bec5db98280d2d02fd6c00c2de791ce";
    const INSTANCE: &str = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6";
    const USER: &str = "0c4a1b9e2f7d4c55a8f0d2e3b1c67890";
    let qingcloud = |path: &str| format!("/api/{path}?zone=jn1a&timestamp=2024-05-20T08:30:00Z");
    let bytehouse = |action: &str| format!("/?Action={action}&Version=2024-08-31");
    let ehpc = |action: &str, version: &str| {
        format!("/?Action={action}&Version={version}&ClusterId=ehpc-hz-vu7c2WkVGx")
    };
    let instance = |path: &str| format!("{PROJECT}/instances/{INSTANCE}/{path}");
    let user = |path: &str| format!("{PROJECT}/users/{USER}{path}");
    vec![
        ("qingcloud-ehpc", "HpcUserListUsers", qingcloud("user")),
        (
            "qingcloud-ehpc",
            "HpcOperationListOperation",
            qingcloud("operation"),
        ),
        (
            "qingcloud-ehpc",
            "HpcClusterListCluster",
            qingcloud("cluster/list"),
        ),
        ("volcengine-bytehouse", "ListUsers", bytehouse("ListUsers")),
        ("volcengine-bytehouse", "ListRoles", bytehouse("ListRoles")),
        (
            "volcengine-bytehouse",
            "ListGrantUsersForRole",
            format!("{}&RoleID=1", bytehouse("ListGrantUsersForRole")),
        ),
        ("huawei-workspace", "ListUsers", format!("{PROJECT}/users")),
        ("huawei-workspace", "ListUserDetail", user("")),
        (
            "huawei-workspace",
            "ListOtpDevicesByUserId",
            user("/otp-devices"),
        ),
        (
            "huawei-workspace",
            "ListUserGroups",
            format!("{PROJECT}/groups"),
        ),
        (
            "huawei-workspace",
            "ListUsersOfGroup",
            format!("{PROJECT}/groups/GROUP/users"),
        ),
        ("huawei-rocketmq", "ListUser", instance("users")),
        (
            "huawei-rocketmq",
            "ListTopicAccessPolicy",
            instance("topics/t/accesspolicy"),
        ),
        (
            "huawei-rocketmq",
            "ListConsumeGroupAccessPolicyForRocketMq",
            format!("{PROJECT}/rocketmq/instances/{INSTANCE}/groups/g/accesspolicy"),
        ),
        (
            "huawei-rocketmq",
            "ListConsumeGroupAccessPolicy",
            format!(
                "{}/groups/g/accesspolicy",
                instance("")
                    .replace("/v2/", "/v2/reliability/")
                    .trim_end_matches('/')
            ),
        ),
        (
            "huawei-rocketmq",
            "ListInstances",
            format!("{PROJECT}/instances"),
        ),
        (
            "huawei-iam",
            "KeystoneListVersions",
            "/huawei-iam/".to_owned(),
        ),
        (
            "huawei-iam",
            "KeystoneListProjects",
            "/v3/projects".to_owned(),
        ),
        (
            "huawei-iam",
            "KeystoneListAuthDomains",
            "/v3/auth/domains".to_owned(),
        ),
        (
            "aliyun-ehpc",
            "ListUsersAsync",
            ehpc("ListUsersAsync", "2018-04-12"),
        ),
        ("aliyun-ehpc", "ListUsers", ehpc("ListUsers", "2018-04-12")),
        (
            "aliyun-ehpc",
            "ListClusters",
            ehpc("ListClusters", "2018-04-12"),
        ),
        (
            "aliyun-ehpc",
            "ListUsers",
            ehpc("ListUsers", "2024-07-30").replace("vu7c2WkVGx", "Next240730"),
        ),
        (
            "aliyun-ehpc",
            "ListClusters",
            ehpc("ListClusters", "2024-07-30"),
        ),
    ]
}

#[test]
fn replicas_of_one_seed_and_clock_answer_identical_bytes() {
    let replicas: Vec<Server> = (0..3).map(|_| with(frozen())).collect();
    let first = &replicas[0];
    let users = format!("{}/users", "/v2/0bec5db98280d2d02fd6c00c2de791ce");
    let user = first.get(&users).json()["users"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let groups = first.get(&users.replace("/users", "/groups")).json();
    let group = groups["user_groups"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    // The replicas get the same calls in the same order.
    for other in &replicas[1..] {
        other.get(&users);
        other.get(&users.replace("/users", "/groups"));
    }
    let mut named = Vec::new();
    for (provider, operation, target) in lists() {
        let target = target.replace("0c4a1b9e2f7d4c55a8f0d2e3b1c67890", &user);
        let target = target.replace("GROUP", &group);
        let answers: Vec<Answer> = replicas
            .iter()
            .map(|replica| replica.get(&target))
            .collect();
        let expected = if operation == "KeystoneListVersions" {
            300
        } else {
            200
        };
        assert_eq!(answers[0].status, expected, "{target}: {}", answers[0]);
        let date = answers[0].header("date");
        assert_eq!(date, Some("Mon, 20 May 2024 08:30:00 GMT"), "{target}");
        for other in &answers[1..] {
            assert_eq!(other.headers, answers[0].headers, "{target}");
            assert_eq!(other.body, answers[0].body, "{target}");
        }
        named.push(format!("{provider} {operation}"));
    }
    for provider in first
        .get("/_rollcall/providers")
        .json()
        .as_array()
        .expect("a list")
    {
        for operation in provider["operations"].as_array().expect("a list") {
            let operation = operation.as_str().expect("a name");
            let name = format!("{} {operation}", provider["id"].as_str().expect("an id"));
            assert!(
                !operation.contains("List") || named.contains(&name),
                "{name} is not asked"
            );
        }
    }
}
