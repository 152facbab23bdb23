//! Input that nobody should send, over raw sockets, against every provider: always a well-formed answer in the provider's
//! own envelope or a clean close, never a 5xx, a hang or a panic; and afterwards an ordinary list is as good as before.
//!
//! A provider is a row of [`TARGETS`], an input is a row of [`attacks`].

mod inputs;

use proptest::prelude::*;
use rollcall::signing::qingcloud::Dialect;
use rollcall::signing::{
    AccessKey, Digest, Scheme, alibaba_acs3, alibaba_v1, huawei, qingcloud, volcengine,
};
use serde_json::Value;

use crate::client::{After, Answer, End, talk};
use crate::server::{Server, frozen, with};
use crate::signed::{self, KEY, TIME};
use crate::signing::Request;
use inputs::{strange_bodies, strange_heads, strange_methods, strange_targets};

/// A provider to attack.
struct Target {
    id: &'static str,
    /// A list that answers 200: the whole target of a GET.
    list: &'static str,
    /// An operation with a body: method and target.
    write: (&'static str, &'static str),
    /// Whether a body is in the provider's own envelope, success or error.
    is_own: fn(&Value) -> bool,
}

const TARGETS: &[Target] = &[
    Target {
        id: "qingcloud-ehpc",
        list: "/api/user?zone=jn1a&timestamp=2024-05-20T08:30:00Z&limit=2",
        write: (
            "POST",
            "/api/user/addUser?zone=jn1a&timestamp=2024-05-20T08:30:00Z",
        ),
        // 5000 is what a panic or a broken store becomes.
        is_own: |body| {
            body["ret_code"].is_u64()
                && body["ret_code"] != 5000
                && (body["action"].is_string() || body["message"].is_string())
        },
    },
    Target {
        id: "volcengine-bytehouse",
        list: "/?Action=ListUsers&Version=2024-08-31&Limit=2",
        write: ("POST", "/?Action=UpdateUser&Version=2024-08-31"),
        is_own: |body| body["ResponseMetadata"]["RequestId"].is_string(),
    },
    Target {
        id: "huawei-workspace",
        list: "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=2",
        write: ("POST", "/v2/0bec5db98280d2d02fd6c00c2de791ce/users"),
        is_own: is_huaweis,
    },
    Target {
        id: "huawei-rocketmq",
        list: "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users?limit=2",
        write: (
            "POST",
            "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users",
        ),
        is_own: is_huaweis,
    },
    Target {
        id: "huawei-iam",
        list: "/v3/projects?name=cn-north-4",
        write: ("POST", "/v3/auth/tokens"),
        is_own: is_huaweis,
    },
    Target {
        id: "aliyun-ehpc",
        list: "/?Action=ListUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&Format=JSON",
        write: (
            "POST",
            "/?Action=AddUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&Format=JSON",
        ),
        is_own: |body| body["RequestId"].is_string(),
    },
];

/// An error is a code and a message, IAM's within `error`; a success is any other object or list.
fn is_huaweis(body: &Value) -> bool {
    match (body.get("error_code"), body.get("error")) {
        (Some(code), _) => code.is_string() && body["error_msg"].is_string(),
        (None, Some(error)) => error["message"].is_string(),
        (None, None) => body.is_object() || body.is_array(),
    }
}

/// An input, and how many answers it can get at most.
struct Attack {
    name: String,
    sent: Vec<u8>,
    answers: usize,
    after: After,
}

impl Attack {
    fn new(name: impl Into<String>, sent: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            sent: sent.into(),
            answers: 1,
            after: After::Wait,
        }
    }

    /// The same, the client closing its side after it: the rest never comes.
    fn then_close(mut self) -> Self {
        self.after = After::Close;
        self
    }

    fn answers(mut self, answers: usize) -> Self {
        self.answers = answers;
        self
    }
}

const HOST: &str = "Host: 127.0.0.1\r\n";

fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\n{HOST}\r\n").into_bytes()
}

/// A GET with further header lines, each with its line end.
fn get_with(target: &str, headers: &[u8]) -> Vec<u8> {
    [
        format!("GET {target} HTTP/1.1\r\n{HOST}").as_bytes(),
        headers,
        b"\r\n",
    ]
    .concat()
}

fn with_body((method, target): (&str, &str), headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} {target} HTTP/1.1\r\n{HOST}{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn attacks(target: &Target) -> Vec<Attack> {
    [
        strange_targets,
        strange_heads,
        strange_methods,
        strange_bodies,
    ]
    .into_iter()
    .flat_map(|attacks| attacks(target))
    .collect()
}

/// Whose answers are to be expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    /// The provider's own listener: everything is the provider's.
    Own,
    /// The listener of all: what nobody claims, and what another provider claims, is not this one's.
    Shared,
}

/// What is wrong with how an input was met, if anything.
fn fault(target: &Target, door: Door, answers: &[Answer], end: End, sent: &[u8]) -> Option<String> {
    if end == End::Silence {
        return Some("neither an answer nor a close".to_owned());
    }
    let final_answers = answers.iter().filter(|answer| answer.status != 100);
    for answer in final_answers {
        let Answer { status, body, .. } = answer;
        if 500 <= *status || *status < 200 {
            return Some(format!("the status {status}: {answer}"));
        }
        if body.is_empty() {
            let is_hypers = matches!(status, 400 | 408 | 414 | 431) || sent.starts_with(b"HEAD ");
            if !is_hypers && *status != 204 {
                return Some(format!("a bodiless {status}"));
            }
            continue;
        }
        let Ok(json) = serde_json::from_slice::<Value>(body) else {
            // Alibaba answers XML unless asked for JSON, and an attack may have damaged the asking.
            if target.id == "aliyun-ehpc"
                && body.starts_with(b"<")
                && answer.text().contains("<RequestId>")
            {
                continue;
            }
            return Some(format!("a body that is not JSON: {answer}"));
        };
        let is_strangers = json["title"].is_string() && json["status"] == *status;
        let is_known = match door {
            // No provider is a proxy, and in its own words QingCloud would say no with a 200, which opens a tunnel.
            _ if sent.starts_with(b"CONNECT ") => is_strangers && 400 <= *status,
            Door::Own => (target.is_own)(&json),
            Door::Shared => is_strangers || TARGETS.iter().any(|target| (target.is_own)(&json)),
        };
        if !is_known {
            return Some(format!("an envelope that is not the provider's: {answer}"));
        }
    }
    None
}

/// The rows whose providers there are.
fn targets() -> Vec<&'static Target> {
    let listed = with(frozen()).get("/_rollcall/providers").json();
    let ids = listed.as_array().expect("a list").iter();
    ids.map(|provider| {
        let id = provider["id"].as_str().expect("an id");
        let target = TARGETS.iter().find(|target| target.id == id);
        target.unwrap_or_else(|| panic!("{id} has no row in TARGETS"))
    })
    .collect()
}

fn server_of(target: &Target, door: Door) -> Server {
    server_in(target, door, "off")
}

fn server_in(target: &Target, door: Door, auth: &str) -> Server {
    let listen = match door {
        Door::Own => format!("{}=127.0.0.1:0", target.id),
        Door::Shared => "127.0.0.1:0".to_owned(),
    };
    let options = frozen().auth(auth).expect("a mode");
    with(options.listen(vec![listen.parse().expect("an address")]))
}

#[track_caller]
fn withstand(target: &Target, door: Door) {
    let server = server_of(target, door);
    survive(target, door, &server, attacks(target), || get(target.list));
}

/// None of the attacks hurts, and after each of them a list is as good as before.
#[track_caller]
fn survive(
    target: &Target,
    door: Door,
    server: &Server,
    attacks: Vec<Attack>,
    mut list: impl FnMut() -> Vec<u8>,
) {
    let before = talk(server.address(), &list(), 1, After::Wait).0;
    assert_eq!(before[0].status, 200, "{}: {}", target.id, before[0]);
    assert!(
        (target.is_own)(&before[0].json()),
        "{}: {}",
        target.id,
        before[0]
    );
    let mut found = Vec::new();
    for attack in attacks {
        let (answers, end) = talk(server.address(), &attack.sent, attack.answers, attack.after);
        if let Some(fault) = fault(target, door, &answers, end, &attack.sent) {
            found.push(format!("{}: {fault:.500}", attack.name));
        }
        let (after, _) = talk(server.address(), &list(), 1, After::Wait);
        if after.first().map(|answer| answer.status) != Some(200) {
            found.push(format!("{}: no list afterwards: {after:?}", attack.name));
        }
    }
    assert!(
        found.is_empty(),
        "{}: {} attacks hurt:\n{}",
        target.id,
        found.len(),
        found.join("\n")
    );
    let broken = server.get("/_rollcall/journal?stage=broken").json();
    assert_eq!(broken["entries"], serde_json::json!([]), "{}", target.id);
}

#[test]
fn no_input_hurts_a_provider_on_its_own_listener() {
    for target in targets() {
        withstand(target, Door::Own);
    }
}

/// A request signed in one of its provider's ways.
fn sealed(
    way: Scheme,
    presigned: bool,
    request: Request,
    key: &AccessKey<'_>,
    nonce: u32,
) -> Request {
    let nonce = nonce.to_string();
    let sealed = request.look(|sent| match (way, presigned) {
        (Scheme::AlibabaV1, _) => alibaba_v1::sign(sent, key, TIME, &nonce, Digest::Sha1),
        (Scheme::AlibabaAcs3, _) => alibaba_acs3::sign(sent, key, TIME, &nonce),
        (Scheme::Volcengine, false) => {
            volcengine::sign(sent, key, "cn-beijing", "bytehouse_ce", TIME)
        }
        (Scheme::Volcengine, true) => {
            volcengine::presign(sent, key, "cn-beijing", "bytehouse_ce", TIME)
        }
        (Scheme::Huawei, _) => huawei::sign(sent, key, TIME),
        (Scheme::QingCloud, false) => {
            qingcloud::sign(sent, key, TIME, Dialect::Ehpc, Digest::Sha256)
        }
        (Scheme::QingCloud, true) => qingcloud::sign(sent, key, TIME, Dialect::Iaas, Digest::Sha1),
    });
    request.sealed(sealed)
}

/// The ways to sign of a provider, the first of them for its lists.
fn ways(target: &Target) -> &'static [(Scheme, bool)] {
    match target.id {
        "aliyun-ehpc" => &[(Scheme::AlibabaAcs3, false), (Scheme::AlibabaV1, false)],
        "volcengine-bytehouse" => &[(Scheme::Volcengine, false), (Scheme::Volcengine, true)],
        "qingcloud-ehpc" => &[(Scheme::QingCloud, false), (Scheme::QingCloud, true)],
        _ => &[(Scheme::Huawei, false)],
    }
}

/// The bytes of a request.
fn written(request: &Request) -> Vec<u8> {
    let Request {
        method,
        path,
        query,
        headers,
        body,
    } = request;
    let question = if query.is_empty() { "" } else { "?" };
    let mut head = format!("{method} {path}{question}{query} HTTP/1.1\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    [head.as_bytes(), body].concat()
}

/// Requests that are signed well in all but the secret, so that they reach whoever looks for the mistake.
fn wrongly_signed(target: &Target) -> Vec<Attack> {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    let wrong = signed::key("test-ak", "not-the-secret");
    let list = || Request::new("GET", target.list, "");
    let (method, path) = target.write;
    let write = |content_type: &str, body: &str| {
        Request::new(method, path, body).with("content-type", content_type)
    };
    let with_query = |more: &str| {
        let joint = if target.list.contains('?') { '&' } else { '?' };
        Request::new("GET", &format!("{}{joint}{more}", target.list), "")
    };
    let repeated = (0..80).fold(list(), |request, _| request.with("x-same", "y"));
    let different = (0..80).fold(list(), |request, number| {
        request.with(&format!("x-{number}"), "y")
    });
    let kinds = (0..80).fold(write(JSON, "{}"), |request, _| {
        request
            .with("content-type", FORM)
            .with("content-type", JSON)
    });
    let requests = [
        ("a list", list()),
        ("a write", write(JSON, "{\"username\": \"x\"}")),
        (
            "a header of 20 kB",
            list().with("x-long", &"y ".repeat(10_000)),
        ),
        ("a header, again and again", repeated),
        ("a header, many times", different),
        ("a content type, again and again", kinds),
        (
            "a header of every letter",
            list().with("x-letters", "\u{e9}\u{5f20}\u{7f}\t,;=%\"\\"),
        ),
        ("a query of 20 kB", with_query(&"a=1&".repeat(5_000))),
        ("a query of nothing", with_query(&"&=".repeat(500))),
        (
            "a value of 2 kB",
            with_query(&format!("a={}", "%2f".repeat(700))),
        ),
        (
            "escapes that are none",
            with_query("%=%&%zz=%f&%e5%bc=%00&+=+"),
        ),
        (
            "30 kB of JSON",
            write(
                JSON,
                &format!("{{\"a\":[{}1]}}", "{\"b\": 1.50},".repeat(15_000)),
            ),
        ),
        ("a deep body", write(JSON, &"[".repeat(100_000))),
        ("a form of 200 kB", write(FORM, &"a=%2f+&".repeat(28_000))),
        (
            "a body of one word",
            write(JSON, &"rollcall-fault-".repeat(14_000)),
        ),
        ("a type that is none", write(";;;=,", "{}")),
        (
            "a hash that is none",
            write(JSON, "{}")
                .with("x-sdk-content-sha256", "")
                .with("x-note", ""),
        ),
    ];
    let mut attacks = Vec::new();
    for &(way, presigned) in ways(target) {
        for (name, request) in &requests {
            let request = sealed(way, presigned, request.clone(), &wrong, 0);
            attacks.push(Attack::new(format!("{name}, {way:?}"), written(&request)));
        }
        // Whatever carries the signature, twice.
        let mut twice = sealed(way, presigned, list(), &wrong, 0);
        let carriers = twice
            .headers
            .iter()
            .filter(|(name, _)| name == "authorization");
        twice.headers.extend(carriers.cloned().collect::<Vec<_>>());
        twice.query = format!("{0}&{0}", twice.query);
        attacks.push(Attack::new(format!("twice, {way:?}"), written(&twice)));
    }
    attacks
}

#[test]
fn no_input_hurts_a_provider_that_checks_signatures() {
    for target in targets() {
        let server = server_in(target, Door::Own, "strict");
        let (way, presigned) = ways(target)[0];
        let mut nonce = 0;
        let list = || {
            nonce += 1;
            let request = Request::new("GET", target.list, "");
            written(&sealed(way, presigned, request, &KEY, nonce))
        };
        let attacks = attacks(target).into_iter().chain(wrongly_signed(target));
        survive(target, Door::Own, &server, attacks.collect(), list);
        let refused = server.get("/_rollcall/journal?stage=gateway&limit=1000");
        let examined = "no known mistake explains the signature";
        let examined = refused.text().matches(examined).count();
        assert!(
            ways(target).len() * 5 < examined,
            "{}: {examined}",
            target.id
        );
    }
}

#[test]
fn no_input_hurts_a_provider_on_the_shared_listener() {
    for target in targets() {
        withstand(target, Door::Shared);
    }
}

#[test]
fn a_half_sent_request_holds_nobody_up() {
    use std::io::Write as _;
    for target in targets() {
        let server = server_of(target, Door::Shared);
        let mut halves = Vec::new();
        for sent in [
            format!("GET {} HTTP/1.1\r\n", target.list),
            format!(
                "{} {} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{",
                target.write.0, target.write.1
            ),
        ] {
            for _ in 0..20 {
                let mut half =
                    std::net::TcpStream::connect(server.address()).expect("the server listens");
                half.write_all(sent.as_bytes()).expect("the server reads");
                halves.push(half);
            }
        }
        assert_eq!(server.get(target.list).status, 200, "{}", target.id);
        drop(halves);
        assert_eq!(server.get(target.list).status, 200, "{}", target.id);
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    for target in targets() {
        let server = server_of(target, Door::Own);
        let alone = talk(server.address(), &get(target.list), 1, After::Wait)
            .0
            .remove(0);
        let unknown = get("/no/such/path");
        let sent: Vec<u8> = (0..30)
            .flat_map(|number| {
                if number % 3 == 1 {
                    unknown.clone()
                } else {
                    get(target.list)
                }
            })
            .collect();
        let (answers, _) = talk(server.address(), &sent, 30, After::Wait);
        assert_eq!(answers.len(), 30, "{}", target.id);
        for (number, answer) in answers.iter().enumerate() {
            assert!(
                (target.is_own)(&answer.json()),
                "{} {number}: {answer}",
                target.id
            );
            let is_list =
                answer.body.len().abs_diff(alone.body.len()) < 8 && answer.status == alone.status;
            assert_eq!(is_list, number % 3 != 1, "{} {number}: {answer}", target.id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// An ordinary request with a few bytes changed, inserted or left out.
    #[test]
    fn damaged_requests_hurt_nobody(
        of_write: bool,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        use std::sync::LazyLock;
        static SERVERS: LazyLock<Vec<(&'static Target, Server)>> =
            LazyLock::new(|| targets().into_iter().map(|target| (target, server_of(target, Door::Own))).collect());
        for (target, server) in SERVERS.iter() {
            let mut sent = if of_write {
                with_body(target.write, "Content-Type: application/json\r\n", b"{\"cluster_id\":\"x\",\"username\":\"y\",\"user_name\":\"z\"}")
            } else {
                get(target.list)
            };
            for (place, byte, edit) in &edits {
                let place = place.index(sent.len());
                match edit {
                    0 => sent[place] = *byte,
                    1 => sent.insert(place, *byte),
                    _ => drop(sent.remove(place)),
                }
            }
            // The client closes its side: a damaged request may lack its end.
            let (answers, end) = talk(server.address(), &sent, 1, After::Close);
            // Only the shape is judged here: damage may turn a path into the control plane's, or a header into a namespace's.
            prop_assert!(end != End::Silence, "{}: {:?}", target.id, String::from_utf8_lossy(&sent));
            for answer in answers {
                prop_assert!(answer.status < 500, "{}: {:?}: {answer}", target.id, String::from_utf8_lossy(&sent));
            }
            let (after, _) = talk(server.address(), &get(target.list), 1, After::Wait);
            prop_assert_eq!(after[0].status, 200);
        }
    }
}
