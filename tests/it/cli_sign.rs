//! `rollcall sign`, `rollcall explain` and `rollcall token`, as somebody in a shell meets them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use crate::authentication::{explained, server};
use crate::cli::BINARY;
use crate::client::TIMEOUT;
use crate::server::{NOW, Server};

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_rollcall"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that does not read its input has gone by then.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// The words of a shell command: plain ones, and those in single quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = command.chars().peekable();
    while let Some(&letter) = letters.peek() {
        if letter.is_whitespace() {
            letters.next();
            continue;
        }
        let mut word = String::new();
        while let Some(letter) = letters.next_if(|letter| !letter.is_whitespace()) {
            match letter {
                '\'' => word.extend(letters.by_ref().take_while(|&letter| letter != '\'')),
                '\\' => word.extend(letters.next().filter(|&letter| letter != '\n')),
                letter => word.push(letter),
            }
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

/// Does what the printed curl command would do, and says what came of it.
#[track_caller]
pub(crate) fn perform(server: &Server, command: &str) -> String {
    let words = words(command);
    let mut words = words.iter().map(String::as_str);
    assert_eq!(words.next(), Some("curl"), "{command}");
    let (mut method, mut url, mut body, mut headers) = ("GET", "", "", Vec::new());
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("an option has a value");
        match word {
            "-i" | "-g" | "--path-as-is" => {}
            "-I" => method = "HEAD",
            "-X" => method = value(),
            "-H" => headers.push(value().split_once(": ").expect("a header")),
            "--data-raw" => body = value(),
            word => url = word,
        }
    }
    let rest = url.strip_prefix("http://").expect("an address");
    let at = rest.find('/').expect("a path");
    headers.push(("host", &rest[..at]));
    server
        .send(method, &rest[at..], &headers, body.as_bytes())
        .verdict()
}

/// `rollcall sign` of a request to a strict server is answered as expected, and with another secret it is not.
#[track_caller]
fn check(server: &Server, arguments: &[&str], expected: &str, mismatch: &str) {
    let address = server.address().to_string();
    let arguments: Vec<String> = arguments
        .iter()
        .map(|word| word.replace("ADDRESS", &address))
        .collect();
    let sign = |more: &[&str]| {
        let mut all = vec!["sign", "--time", NOW];
        all.extend(arguments.iter().map(String::as_str));
        all.extend(more);
        let output = run(&all, "");
        assert!(output.status.success(), "{all:?}: {output:?}");
        said(&output)
    };
    let command = sign(&[]);
    assert_eq!(perform(server, &command), expected, "{command}");
    if !mismatch.is_empty() {
        let command = sign(&["--secret-key", "another"]);
        assert_eq!(perform(server, &command), mismatch, "{command}");
    }
}

#[test]
fn a_printed_command_is_accepted_by_a_strict_server() {
    let server = server("strict");
    let aliyun = "http://ADDRESS/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&Format=JSON";
    let mismatch = "400 SignatureDoesNotMatch";
    check(&server, &["aliyun-ehpc", "GET", aliyun], "200", mismatch);
    for scheme in ["acs3", "acs3-sm3", "v1", "v1-sha256"] {
        let arguments = ["aliyun-ehpc", "GET", aliyun, "--scheme", scheme];
        check(&server, &arguments, "200", mismatch);
    }
    let form = ["-d", "PageSize=1"];
    let arguments = [
        "aliyun-ehpc",
        "POST",
        aliyun,
        "--scheme",
        "v1",
        form[0],
        form[1],
    ];
    check(&server, &arguments, "200", mismatch);

    let huawei = "http://ADDRESS/v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=2";
    for scheme in ["sdk", "sdk-sm3", "v11"] {
        let arguments = ["huawei-workspace", "GET", huawei, "--scheme", scheme];
        check(&server, &arguments, "200", "401 APIGW.0301");
    }

    let volcengine = "http://ADDRESS/volcengine-bytehouse/?Action=ListUsers&Version=2024-08-31";
    let mismatch = "401 SignatureNotMatch";
    check(
        &server,
        &["volcengine-bytehouse", "GET", volcengine],
        "200",
        mismatch,
    );
    let arguments = [
        "volcengine-bytehouse",
        "POST",
        volcengine,
        "--body",
        "{\"Limit\": 3}",
    ];
    check(&server, &arguments, "200", mismatch);
    let arguments = [
        "volcengine-bytehouse",
        "GET",
        volcengine,
        "--scheme",
        "presigned",
    ];
    check(&server, &arguments, "200", mismatch);
    let arguments = [
        "volcengine-bytehouse",
        "GET",
        volcengine,
        "--service",
        "ecs",
    ];
    check(&server, &arguments, "404 ServiceNotFound", "");
    let arguments = [
        "volcengine-bytehouse",
        "GET",
        volcengine,
        "--access-key",
        "temporary-ak",
        "--secret-key",
        "temporary-sk",
        "--token",
        "token-of-the-temporary-key",
    ];
    check(&server, &arguments, "200", "");
    let spaced = "http://ADDRESS/?Action=GetUserDetail&Version=2024-08-31&Username=it's 张";
    check(
        &server,
        &["volcengine-bytehouse", "GET", spaced],
        "400 Bad Request",
        mismatch,
    );
}

/// What the other schemes print, held against the readers of `rollcall explain`: their providers' tests do the rest.
#[test]
fn every_scheme_can_be_printed_and_verified_without_a_server() {
    let check = |arguments: &[&str]| {
        let mut all = vec!["sign", "--time", NOW];
        all.extend(arguments);
        let output = run(&all, "");
        assert!(output.status.success(), "{output:?}");
        let raw = raw(&said(&output));
        let explain = |more: &[&str]| {
            let mut all = vec!["explain", "--time", NOW];
            all.extend(more);
            run(&all, &raw)
        };
        let right = explain(&[]);
        assert!(
            said(&right).contains("the signature matches"),
            "{right:?}\n{raw}"
        );
        assert!(right.status.success());
        let wrong = explain(&["--credential", "test-ak:other", "--credential", "x:test-sk"]);
        assert!(said(&wrong).contains("another-secret: "), "{wrong:?}");
        assert_eq!(wrong.status.code(), Some(1));
        assert!(!said(&wrong).contains("test-sk") && !said(&wrong).contains("other\n"));
        let unknown = explain(&["--credential", "x:y"]);
        assert!(
            said(&unknown).contains("the key is not among the credentials"),
            "{unknown:?}"
        );
    };
    let dms = "http://127.0.0.1:4700/v2/p/instances?limit=3";
    check(&["huawei-rocketmq", "GET", dms, "-H", "X-Project-Id: p"]);
    check(&["huawei-workspace", "POST", dms, "-d", "{\"a\": 1}"]);
    for scheme in ["sdk", "sdk-sm3", "v11"] {
        check(&["huawei-workspace", "GET", dms, "--scheme", scheme]);
    }
    let qingcloud = "http://127.0.0.1:4700/qingcloud-ehpc/api/user?zone=jn1a&cluster_id=hpc-1";
    for scheme in ["ehpc", "ehpc-sha1", "iaas", "iaas-sha1"] {
        check(&["qingcloud-ehpc", "GET", qingcloud, "--scheme", scheme]);
    }
    let form = "http://127.0.0.1:4700/api/user/addUser";
    check(&[
        "qingcloud-ehpc",
        "POST",
        form,
        "--scheme",
        "iaas",
        "-d",
        "zone=jn1a&username=isabel",
    ]);
    let aliyun = "http://127.0.0.1:4700/?Action=ListUsersAsync&Version=2018-04-12";
    for scheme in ["acs3", "acs3-sm3", "v1", "v1-sha256"] {
        check(&["aliyun-ehpc", "GET", aliyun, "--scheme", scheme]);
    }
    let volcengine = "http://127.0.0.1:4700/?Action=ListUsers&Version=2024-08-31";
    for scheme in ["header", "presigned"] {
        check(&[
            "volcengine-bytehouse",
            "GET",
            volcengine,
            "--scheme",
            scheme,
        ]);
    }
}

/// The printed command as the request that curl would send.
fn raw(command: &str) -> String {
    let words = words(command);
    let after = |option: &str| {
        let at = words.iter().position(|word| word == option)?;
        words.get(at + 1).map(String::as_str)
    };
    let url = words.iter().find(|word| word.starts_with("http://"));
    let rest = &url.expect("an address")["http://".len()..];
    let (host, target) = rest.split_at(rest.find('/').expect("a path"));
    let method = after("-X").unwrap_or("HEAD");
    let mut raw = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n");
    for pair in words.windows(2).filter(|pair| pair[0] == "-H") {
        raw.push_str(&format!("{}\r\n", pair[1]));
    }
    raw.push_str("\r\n");
    raw.push_str(after("--data-raw").unwrap_or_default());
    raw
}

#[test]
fn a_command_that_cannot_be_made_says_why() {
    let check = |arguments: &[&str], sentence: &str| {
        let mut all = vec!["sign"];
        all.extend(arguments);
        let output = run(&all, "");
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{all:?}: {complaint}");
        assert!(complaint.contains(sentence), "{all:?}: {complaint}");
    };
    let url = "http://127.0.0.1:4700/";
    check(&["nobody", "GET", url], "unknown provider \"nobody\"");
    check(
        &["aliyun-ehpc", "GET", url, "--scheme", "iaas"],
        "aliyun-ehpc does not support --scheme iaas; choose from acs3, acs3-sm3, v1, v1-sha256",
    );
    check(&["aliyun-ehpc", "GET", "ftp://x/"], "invalid URL");
    check(&["aliyun-ehpc", "G T", url], "invalid HTTP method \"G T\"");
    let token = ["--token", "T"];
    for scheme in ["ehpc", "ehpc-sha1", "iaas", "iaas-sha1"] {
        let arguments = ["qingcloud-ehpc", "GET", url, "--scheme", scheme];
        check(
            &[&arguments[..], &token].concat(),
            "qingcloud-ehpc cannot be signed with --token",
        );
    }
    check(
        &["aliyun-ehpc", "GET", url, "-d", "@/nothing"],
        "--body @/nothing: ",
    );
    check(&["aliyun-ehpc", "GET", url, "-H", "x"], "write a header as");
    check(
        &["aliyun-ehpc", "GET", url, "-H", "x: a\nb"],
        "not a valid HTTP header",
    );
}

#[test]
fn a_raw_request_is_explained_without_a_server() {
    let explain = |raw: &str, time: &str| {
        let output = run(&["explain", "--time", time], raw);
        (output.status.code(), said(&output))
    };
    let signed = "GET /?Action=ListUsers&Version=2024-08-31 HTTP/1.1\nHost: 127.0.0.1:80\nX-Date: 20240912T132732Z\n\
                  Authorization: HMAC-SHA256 Credential=test-ak/20240912/cn-beijing/bytehouse_ce/request, \
                  SignedHeaders=host;x-date, Signature=69897cb60984a71a829697176df54779773ded1a1e4a68a69adfaaf69688b8e5\n\n";
    insta::assert_snapshot!(explain(signed, "2024-09-12T13:27:32Z").1, @r#"
    Volcengine HMAC-SHA256, key test-ak
    signed at 2024-09-12T13:27:32Z
    the signature matches
    "#);
    let (code, late) = explain(signed, "2024-09-12T05:27:32Z");
    assert_eq!(code, Some(0));
    assert!(late.contains("local time (UTC+08:00), not UTC"), "{late}");
    let other = signed.replace("ListUsers", "ListUserz");
    let (code, told) = explain(&other, "2024-09-12T13:27:32Z");
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(told, @r#"
    Volcengine HMAC-SHA256, key test-ak
    signed at 2024-09-12T13:27:32Z
    no known mistake explains the signature: the canonical request is what this server makes of the call, so either the secret key differs, or what was signed is not what arrived; compare the canonical request and the string to sign line by line with the client's

    canonical request:
    GET
    /
    Action=ListUserz&Version=2024-08-31
    host:127.0.0.1:80
    x-date:20240912T132732Z

    host;x-date
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

    string to sign:
    HMAC-SHA256
    20240912T132732Z
    20240912/cn-beijing/bytehouse_ce/request
    5b7aae37d7c824d73eb3c54ee037ace79ba8387e0eef8b4ed3a319cc4e7fde60

    signature that would match:
    62e536c3d0c9293ac151dbb9a248d184b1be32e9aa8180ca9b72731bfce4ae5c
    "#);
    let broken = Command::new(BINARY)
        .args([
            "sign",
            "aliyun-ehpc",
            "GET",
            "http://127.0.0.1:1/",
            "--access-key",
            "a\nb",
        ])
        .output()
        .expect("the binary runs");
    let complaint = String::from_utf8_lossy(&broken.stderr);
    assert!(complaint.contains("control characters"), "{complaint}");
    assert_eq!(broken.status.code(), Some(2));
    let unreadable = "GET / HTTP/1.1\nAuthorization: HMAC-SHA256 x\n\n";
    assert!(
        explain(unreadable, NOW)
            .1
            .contains("its signature cannot be read: Authorization is not of the form HMAC-SHA256")
    );
    let unsigned = explain("GET / HTTP/1.1\n\n", NOW);
    assert_eq!(unsigned.0, Some(1));
    assert!(
        unsigned.1.contains("the request is not signed"),
        "{unsigned:?}"
    );
    assert_eq!(explain("nonsense", NOW).0, Some(2));
    assert_eq!(explain("", NOW).0, Some(2));
}

#[test]
fn a_refused_call_is_explained_by_its_id() {
    let server = server("strict");
    let url = format!("http://{}", server.address());
    let refused = server.get("/?Action=ListUsers&Version=2024-08-31");
    let metadata = refused.json()["ResponseMetadata"].take();
    let id = metadata["RequestId"].as_str().expect("an id");
    let output = run(&["explain", id, "--url", &url], "");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told, explained(&server, id));
    assert!(
        told.to_string().contains("neither an Authorization header"),
        "{told}"
    );
    let unknown = run(&["explain", "no/such?id", "--url", &url], "");
    assert_eq!(unknown.status.code(), Some(1));
}

/// A stand-in for the endpoint, whose own tests are those of its provider: what is asked, and what is made of the answer.
#[test]
fn a_token_is_asked_for_as_the_document_says_and_printed_alone() {
    let ask = |answer: &'static str, arguments: &[&str]| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            stream.set_read_timeout(Some(TIMEOUT)).expect("a time-out");
            let (mut asked, mut buffer) = (Vec::new(), [0; 4096]);
            while !asked.ends_with(b"}}}}") {
                match stream.read(&mut buffer).expect("a request") {
                    0 => break,
                    length => asked.extend_from_slice(&buffer[..length]),
                }
            }
            stream.write_all(answer.as_bytes()).expect("a reader");
            String::from_utf8(asked).expect("UTF-8")
        });
        let mut all = vec!["token", "--url", &url];
        all.extend(arguments);
        let output = run(&all, "");
        (output, serving.join().expect("it has answered"))
    };
    let created = "HTTP/1.1 201 Created\r\nX-Subject-Token: MIIabc\r\nContent-Length: 2\r\n\r\n{}";
    let (output, asked) = ask(created, &["--namespace", "suite7"]);
    assert_eq!(
        (said(&output).as_str(), output.status.code()),
        ("MIIabc\n", Some(0))
    );
    assert!(
        asked.starts_with("POST /v3/auth/tokens HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(
        asked.contains("x-rollcall-namespace: suite7\r\n"),
        "{asked}"
    );
    let body = asked.split("\r\n\r\n").nth(1).expect("a body");
    insta::assert_snapshot!(body, @r#"
    {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"IAMUser","password":"IAMPassword","domain":{"name":"IAMDomain"}}}},"scope":{"project":{"name":"cn-north-4"}}}}
    "#);
    let refused = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 8\r\n\r\nnot you!";
    let (output, asked) = ask(
        refused,
        &[
            "--user",
            "u",
            "--password",
            "p",
            "--domain",
            "d",
            "--project",
            "r",
        ],
    );
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        complaint.contains("answered 401 Unauthorized: not you!"),
        "{complaint}"
    );
    assert!(asked.contains("\"password\":\"p\""), "{asked}");
    let nobody = run(&["token", "--url", "http://127.0.0.1:1"], "");
    assert_eq!(nobody.status.code(), Some(1));
}
