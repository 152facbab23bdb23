//! A whole run at `--log trace`: passwords, secret keys and tokens of every kind, in every place, with right and wrong
//! signatures; none of them is in a log line, the journal, an explanation or an error.

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use rollcall::signing::qingcloud::Dialect;
use rollcall::signing::{
    AccessKey, Digest, RawRequest, alibaba_acs3, alibaba_v1, parse_extended_time, volcengine,
};
use serde_json::json;

use crate::cli::{BINARY, Process};
use crate::client::{Answer, exchange};
use crate::server::{NOW, demo, frozen, with};
use crate::signed::{TIME, by_huawei, by_qingcloud, send};
use crate::signing::Request;

/// Everything that must not show holds this word.
const CANARY: &str = "CaNaRy";
/// A password that every provider takes, with characters that each encoding writes in its own way.
const PASSWORD: &str = "CaNaRy-7 +/=@!x";

/// A process with a log of everything, and what it answered.
struct Run {
    process: Process,
    answers: Vec<String>,
}

impl Run {
    fn start(auth: &str) -> Self {
        let credentials = "test-ak:CaNaRySecretKey,temp-ak:CaNaRyTempKey:CaNaRyToken/+=1";
        let arguments = [
            "--listen",
            "127.0.0.1:0",
            "--log",
            "trace",
            "--clock",
            NOW,
            "--auth",
            auth,
            "--credential",
            credentials,
        ];
        let child = Command::new(BINARY)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        Self {
            process: Process::of(child),
            answers: Vec::new(),
        }
    }

    fn address(&self) -> SocketAddr {
        self.process.address()
    }

    fn send(&mut self, request: &Request) -> Answer {
        let query = if request.query.is_empty() { "" } else { "?" };
        let mut head = format!(
            "{} {}{query}{} HTTP/1.1\r\n",
            request.method, request.path, request.query
        );
        for (name, value) in &request.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            request.body.len()
        ));
        let sent = [head.as_bytes(), &request.body].concat();
        let answer = exchange(self.address(), &sent, 1).pop().expect("an answer");
        // Alibaba tells the sender what it calculated with, and its older SDKs hold that against their own text: the one
        // answer that repeats a request to whoever made it.
        let repeats = answer.text().contains("SignatureDoesNotMatch")
            && answer.header("x-acs-request-id").is_some();
        if repeats {
            return answer;
        }
        if 300 <= answer.status || answer.text().contains("ret_code\":1") {
            let path = request.path.split('&').next().unwrap_or_default();
            self.answers
                .push(format!("{} {path}: {answer}", request.method));
        }
        answer
    }

    fn control(&self, method: &str, path: &str) -> String {
        let sent = format!(
            "{method} /_rollcall/{path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        );
        let answer = exchange(self.address(), sent.as_bytes(), 1)
            .pop()
            .expect("an answer");
        format!("{path}: {answer}")
    }

    /// What the journal says of calls that are not quite the wanted ones.
    fn near_misses(&self) -> String {
        let params = json!({ "User": "x", "User.1.Password": "x", "password": "x", "zone": "x" });
        let wanted = ["CreateUsers", "AddUsers", "HpcUserAddUser"].map(|operation| {
            let wanted = json!({
                "match": { "operation": operation, "params": params },
                "count": { "exactly": 1000 },
            });
            let body = wanted.to_string();
            let sent = format!(
                "POST /_rollcall/journal/verify HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = exchange(self.address(), sent.as_bytes(), 1).remove(0);
            assert!(answer.text().contains(" is \\\""), "{answer}");
            answer.to_string()
        });
        wanted.concat()
    }

    /// Stops the server; everything that it said of the calls.
    fn told(mut self) -> Vec<String> {
        let journal = self.control("GET", "journal?limit=1000");
        let mut told = std::mem::take(&mut self.answers);
        for id in 1..=self.process_calls(&journal) {
            for path in ["journal/{}", "explain/{}", "journal/{}/curl"] {
                told.push(self.control("GET", &path.replace("{}", &id.to_string())));
            }
        }
        told.push(journal);
        told.push(self.near_misses());
        told.push(self.control("GET", "namespaces"));
        told.push(self.control("GET", "metrics"));
        let mut log = String::new();
        let mut stderr = self.process.child.stderr.take().expect("it is piped");
        self.process.stop();
        stderr.read_to_string(&mut log).expect("text");
        told.extend(log.lines().map(str::to_owned));
        told
    }

    fn process_calls(&self, journal: &str) -> usize {
        let calls = journal.matches("\"duration_us\"").count();
        assert!(20 < calls, "{journal}");
        calls
    }
}

const KEYS: [AccessKey<'static>; 3] = [
    AccessKey {
        id: "test-ak",
        secret: "CaNaRySecretKey",
        token: None,
    },
    AccessKey {
        id: "test-ak",
        secret: "CaNaRyTempKey",
        token: Some("CaNaRyToken/+=2"),
    },
    AccessKey {
        id: "temp-ak",
        secret: "wrong-CaNaRy",
        token: Some("CaNaRyToken/+=1"),
    },
];

fn form_encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn form(method: &str, path: &str, pairs: &[(&str, &str)]) -> Request {
    let request = Request::new(method, path, &form_encoded(pairs));
    request.with("content-type", "application/x-www-form-urlencoded")
}

fn json_body(method: &str, path: &str, body: &serde_json::Value) -> Request {
    Request::new(method, path, &body.to_string()).with("content-type", "application/json")
}

/// Calls of all providers, secrets in query, form, JSON and headers, signed with one key.
fn calls(key: &AccessKey<'_>) -> Vec<Request> {
    let mut calls = Vec::new();
    let seconds = parse_extended_time(NOW).expect("a time");
    assert_eq!(seconds, TIME);

    let user = json!({ "cluster_id": "ehpc-8jqdq0mz", "username": "x", "password": PASSWORD, "new_password": 7 });
    for path in [
        "/api/user/addUser?zone=jn1a",
        "/api/user/modifyUser?zone=jn1a&token=CaNaRyInQuery",
    ] {
        calls.push(by_qingcloud(
            json_body("POST", path, &user),
            key,
            TIME,
            Dialect::Ehpc,
        ));
    }
    let fields = [
        ("zone", "jn1a"),
        ("cluster_id", "ehpc-8jqdq0mz"),
        ("username", "y"),
        ("password", PASSWORD),
    ];
    calls.push(by_qingcloud(
        form("POST", "/api/user/addUser", &fields),
        key,
        TIME,
        Dialect::Iaas,
    ));
    calls.push(by_qingcloud(
        form("POST", "/api/user/addUser", &fields),
        key,
        TIME - 8 * 3600,
        Dialect::Iaas,
    ));

    let project = "/v2/0bec5db98280d2d02fd6c00c2de791ce";
    let instance = format!("{project}/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users");
    for (path, body) in [
        (
            format!("{project}/users"),
            json!({ "user_name": "z", "user_email": "a@b.cd", "password": PASSWORD }),
        ),
        (
            format!("{project}/users"),
            json!({ "user_name": 1, "password": [PASSWORD] }),
        ),
        (
            instance.clone(),
            json!({ "access_key": "canary-user", "secret_key": PASSWORD }),
        ),
        (
            instance,
            json!({ "access_key": "canary", "secret_key": "CaNaRy" }),
        ),
        (
            "/v3/auth/tokens".to_owned(),
            json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": {
                "name": "IAMUser", "password": PASSWORD, "domain": { "name": "IAMDomain" } } } } } }),
        ),
        (
            "/v3/auth/tokens".to_owned(),
            json!({ "auth": { "identity": { "methods": ["token"], "token": { "id": "CaNaRyInBody" } } } }),
        ),
        (
            "/v3.0/OS-CREDENTIAL/securitytokens".to_owned(),
            json!({ "auth": { "identity": { "methods": ["token"], "token": { "id": "CaNaRyInBody" } } } }),
        ),
    ] {
        calls.push(by_huawei(json_body("POST", &path, &body), key, TIME));
        calls.push(json_body("POST", &path, &body).with("x-auth-token", "CaNaRyInHeader"));
        calls.push(by_huawei(
            json_body("POST", &path, &body),
            key,
            TIME - 8 * 3600,
        ));
    }

    let users = json!([{ "Name": "u1", "Password": PASSWORD, "Group": "users" }]).to_string();
    let aliyun = [
        vec![
            ("Action", "AddUsers"),
            ("Version", "2018-04-12"),
            ("ClusterId", "ehpc-hz-vu7c2WkVGx"),
            ("User.1.Name", "u1"),
            ("User.1.Password", PASSWORD),
            ("User.1.Group", "users"),
        ],
        vec![
            ("Action", "CreateUsers"),
            ("Version", "2024-07-30"),
            ("ClusterId", "ehpc-hz-Next240730"),
            ("User", users.as_str()),
        ],
    ];
    for parameters in &aliyun {
        let query = form_encoded(parameters);
        let nonce = format!("n{}", calls.len());
        for digest in [Digest::Sha1, Digest::Sha256] {
            let request = Request::new("GET", &format!("/?{query}"), "");
            let sealed = request.look(|sent| {
                alibaba_v1::sign(sent, key, TIME, &format!("{nonce}{digest:?}"), digest)
            });
            calls.push(request.sealed(sealed));
        }
        let request = form("POST", "/", parameters);
        let sealed = request
            .look(|sent| alibaba_v1::sign(sent, key, TIME, &format!("{nonce}f"), Digest::Sha1));
        calls.push(request.sealed(sealed));
        let (action, version) = (parameters[0].1, parameters[1].1);
        let request = Request::new("POST", &format!("/?{query}"), "")
            .with("x-acs-action", action)
            .with("x-acs-version", version);
        let sealed = request.look(|sent| alibaba_acs3::sign(sent, key, TIME, &nonce));
        calls.push(request.clone().sealed(sealed));
        let sealed =
            request.look(|sent| alibaba_acs3::sign_sm3(sent, key, TIME, &format!("{nonce}s")));
        calls.push(request.sealed(sealed));
    }

    let body = json!({ "UserName": "u1", "Name": "u1", "Password": PASSWORD, "InitialPassword": PASSWORD });
    for action in ["CreateUser", "ListUsers"] {
        let path = format!("/?Action={action}&Version=2022-10-10&Password=CaNaRyInQuery");
        let request = json_body("POST", &path, &body);
        let sealed =
            request.look(|sent| volcengine::sign(sent, key, "cn-beijing", "bytehouse_ce", TIME));
        calls.push(request.sealed(sealed));
        let request = Request::new("GET", &path, "");
        let sealed =
            request.look(|sent| volcengine::presign(sent, key, "cn-beijing", "bytehouse_ce", TIME));
        calls.push(request.sealed(sealed));
    }
    // A query in the path, as QingCloud's documents print it, and as a part of one that is known.
    for path in [
        "/api/user/addUser&zone=jn1a&password=CaNaRyInPath",
        "/api/user/addUser&zone=jn1a&password=CaNaRyInPath?token=CaNaRyInQuery",
        "/api/user/modifyUser&secret_key=CaNaRyInPath",
    ] {
        calls.push(Request::new("GET", path, ""));
    }
    // A method that is none holds no secret, and is shown.
    calls.push(Request::new(
        "A|`id`",
        "/api/user?password=CaNaRyInQuery",
        "",
    ));
    // Not signed, not known, not even readable.
    calls.push(
        Request::new("GET", "/nobody?password=CaNaRy1&token=CaNaRy2", "")
            .with("x-auth-token", "CaNaRy3"),
    );
    calls.push(
        Request::new(
            "POST",
            "/api/user/addUser?zone=z&timestamp=CaNaRy",
            "{\"password\": \"CaNaRy",
        )
        .with("authorization", "Basic CaNaRy"),
    );
    calls
}

/// Bodies that are neither plain JSON nor a form: what a client sends by mistake.
fn odd_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let plain = json!({ "User": { "PassWord": PASSWORD }, "a": 1 }).to_string();
    let marked = format!("\u{feff}{plain}");
    let in_a_string = json!(plain).to_string();
    let named = json!({ "fields": [{ "Name": "password", "Value": PASSWORD }] }).to_string();
    let lines = format!("a: 1\npassword: {PASSWORD}\n");
    let xml = format!("<User name=\"u1\"><PASSWORD>{PASSWORD}</PASSWORD></User>");
    let in_a_form = form_encoded(&[("a", "1"), ("data", &in_a_string)]);
    let a_form_in_a_form = form_encoded(&[("data", &form_encoded(&[("password", PASSWORD)]))]);
    let multipart = format!(
        "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nu1\r\n--b\r\n\
         Content-Disposition: form-data; name=\"password\"\r\n\r\n{PASSWORD}\r\n--b--\r\n"
    );
    let wide = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let escaped = plain.replace("PassWord", "P\\u0061ssWord");
    let cut = escaped[..escaped.len() - 1].to_owned();
    let text = "text/plain";
    vec![
        ("application/json", marked.into_bytes()),
        (
            "application/json",
            json!({ "doc": xml }).to_string().into_bytes(),
        ),
        (
            "application/json",
            json!(in_a_string).to_string().into_bytes(),
        ),
        ("application/json", in_a_string.into_bytes()),
        ("application/json", named.into_bytes()),
        ("application/json", wide),
        ("application/json", escaped.into_bytes()),
        ("application/json", cut.into_bytes()),
        ("application/xml", xml.into_bytes()),
        ("multipart/form-data; boundary=b", multipart.into_bytes()),
        ("application/x-www-form-urlencoded", in_a_form.into_bytes()),
        (
            "application/x-www-form-urlencoded",
            a_form_in_a_form.into_bytes(),
        ),
        (text, lines.into_bytes()),
        (text, format!("password {PASSWORD}").into_bytes()),
        (text, format!("a=1 PASSWORD={PASSWORD}").into_bytes()),
    ]
}

#[test]
fn no_body_however_odd_shows_its_password() {
    let server = crate::server::demo();
    for target in [
        "/?Action=AddUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx",
        "/?Action=CreateUser&Version=2024-08-31",
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/users",
        "/api/user/addUser?zone=jn1a&timestamp=2024-05-20T08:30:00Z",
    ] {
        for (content_type, body) in odd_bodies() {
            let headers = [("content-type", content_type)];
            server.send("POST", target, &headers, &body);
            let journal = server.get("/_rollcall/journal?limit=1").json();
            let id = journal["entries"][0]["id"].to_string();
            for path in ["journal/{}", "explain/{}", "journal/{}/curl"] {
                let told = server.get(&format!("/_rollcall/{}", path.replace("{}", &id)));
                assert_eq!(told.status, 200, "{told}");
                let whole = told.text().replace("\\u0000", "");
                assert!(!whole.contains(CANARY), "{content_type}: {told}");
            }
        }
    }
}

/// Alibaba and Huawei quote a request whose signature is wrong, and the journal quotes one of any cloud: that goes once
/// through the request, so the answer is there before the client's patience ends.
#[test]
fn a_wrong_signature_over_many_passwords_is_answered() {
    const WRONG: AccessKey<'_> = AccessKey {
        id: "test-ak",
        secret: "wrong",
        token: None,
    };
    let server = with(frozen().auth("strict").expect("a mode"));
    // As many fields as a form may have.
    let same = "&password=a".repeat(65_000);
    let all_different: String = (0..65_000)
        .map(|number| format!("&password={number}"))
        .collect();
    let short: String = (0..1_800)
        .map(|number| format!("&password={number}"))
        .collect();
    let volcengine = |request: Request| {
        let seal = |sent: &RawRequest<'_>| {
            volcengine::sign(sent, &WRONG, "cn-beijing", "bytehouse_ce", TIME)
        };
        let sealed = request.look(seal);
        request.sealed(sealed)
    };
    let v1 = |request: Request| {
        let sealed = request.look(|sent| alibaba_v1::sign(sent, &WRONG, TIME, "n", Digest::Sha1));
        request.sealed(sealed)
    };
    let acs3 = |request: Request| {
        let sealed = request.look(|sent| alibaba_acs3::sign(sent, &WRONG, TIME, "n"));
        request.sealed(sealed)
    };
    let huawei = |request| by_huawei(request, &WRONG, TIME);
    let iaas = |request| by_qingcloud(request, &WRONG, TIME, Dialect::Iaas);
    let ehpc = |request| by_qingcloud(request, &WRONG, TIME, Dialect::Ehpc);
    let aliyun = "/?Action=AddUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx";
    type Sign<'a> = &'a dyn Fn(Request) -> Request;
    let schemes: [(&str, Sign<'_>, &str); 6] = [
        (aliyun, &v1, "SignatureDoesNotMatch"),
        (aliyun, &acs3, "SignatureDoesNotMatch"),
        (
            "/?Action=CreateUser&Version=2024-08-31",
            &volcengine,
            "SignatureNotMatch",
        ),
        (
            "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?a=1",
            &huawei,
            "verify aksk signature fail",
        ),
        ("/api/user/addUser?zone=jn1a", &iaas, "1200"),
        ("/api/user/addUser?zone=jn1a", &ehpc, "1200"),
    ];
    for (target, sign, refused) in schemes {
        for body in [&same, &all_different, &short] {
            let request = Request::new("POST", target, &format!("Name=u1{body}"));
            let request = sign(request.with("content-type", "application/x-www-form-urlencoded"));
            let answer = send(&server, &request);
            let told = &answer.text();
            assert!(
                told.contains(refused),
                "{target}: {}",
                &told[..told.len().min(1_000)]
            );
        }
        let request = sign(json_body("POST", &format!("{target}{short}"), &json!({})));
        let answer = send(&server, &request);
        assert!(answer.text().contains(refused), "{target}: {answer}");
    }
}

#[test]
fn a_run_at_trace_level_shows_no_secret() {
    for auth in ["off", "lenient", "strict"] {
        let refuses = auth == "strict";
        let mut run = Run::start(auth);
        for key in &KEYS {
            for request in calls(key) {
                run.send(&request);
            }
        }
        let told = run.told();
        let logged = told.iter().any(|line| line.contains("the secret of"));
        assert_eq!(
            logged, refuses,
            "only strict says what was wrong with a signature"
        );
        for line in told {
            // What an access key or a time is wrong with is no secret.
            let line = line
                .replace("illegal timestamp format [CaNaRy]", "")
                .replace("timestamp=CaNaRy", "")
                .replace("takes CaNaRy", "");
            assert!(!line.contains(CANARY), "with --auth {auth}: {line}");
        }
    }
}

#[test]
fn secrets_under_other_names_are_masked() {
    const SECRET: &str = "hunter2hunter2";
    let server = demo();
    let body = format!(
        r#"{{"pwd":"{SECRET}","OldPwd":"{SECRET}","api_key":"{SECRET}","apiKey":"{SECRET}","accessKey":"{SECRET}","credential":"{SECRET}","Passphrase":"{SECRET}","pin":"{SECRET}","sessionId":"{SECRET}"}}"#
    );
    let path = "/v2/0bec5db98280d2d02fd6c00c2de791ce/users";
    let query: Vec<String> = [
        "pwd",
        "newPwd",
        "api-key",
        "accessKey",
        "Credential",
        "jwt",
        "PrivateKey",
        "otp",
    ]
    .iter()
    .map(|name| format!("{name}={SECRET}"))
    .collect();
    for target in [
        format!("{path}?{}", query.join("&")),
        format!("/v2/password/{SECRET}"),
        format!("/anything/token/{SECRET}/more"),
        format!("{path}/pwd/{SECRET}"),
    ] {
        let headers = [("x-api-key", SECRET), ("content-type", "application/json")];
        server.send("POST", &target, &headers, body.as_bytes());
        let newest = &server.get("/_rollcall/journal?limit=1").json()["entries"][0]["id"];
        for address in [
            "/_rollcall/journal?limit=1".to_owned(),
            format!("/_rollcall/journal/{newest}"),
            format!("/_rollcall/journal/{newest}/curl"),
        ] {
            let shown = server.get(&address);
            assert!(!shown.text().contains(SECRET), "{target}: {shown}");
        }
    }
    // Who calls is no secret.
    server.get("/?Action=ListUsers&Version=2018-04-12&AccessKeyId=visible-key&ClusterId=x");
    assert!(
        server
            .get("/_rollcall/journal?limit=1")
            .text()
            .contains("visible-key")
    );
}
