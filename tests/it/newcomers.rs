//! What a newcomer tries: issue 13, table "Newcomers and operators".

use rollcall::signing::AccessKey;
use serde_json::{Value, json};

use crate::client::{Answer, exchange};
use crate::control::{PROJECT, ROCKETMQ, USERS, done, refused};
use crate::server::{Server, demo, frozen, with};
use crate::signed::{KEY, by_huawei, by_qingcloud, explained, key, send, server};
use crate::signing::Request;

/// Sends these bytes on a connection of their own.
fn raw(server: &Server, request: &[u8]) -> Answer {
    exchange(server.address(), request, 1).remove(0)
}

/// The explanation of the newest call.
fn explanation(server: &Server) -> Vec<String> {
    let journal = server.get("/_rollcall/journal?namespace=*&limit=1").json();
    let lines = journal["entries"][0]["explanation"].as_array().cloned();
    let lines = lines.expect("a call was made");
    let text = |line: Value| line.as_str().expect("a sentence").to_owned();
    lines.into_iter().map(text).collect()
}

/// N1: two tests with a misspelt namespace would meet in `default`.
#[test]
fn a_key_header_or_host_with_an_invalid_namespace_is_refused_whatever_its_bytes() {
    let server = demo();
    let keys: [&[u8]; 7] = [
        "test-ak~ü".as_bytes(),
        b"test-ak~\xfc",
        b"test-ak~A_b",
        b"test-ak~",
        b"~",
        b"~-a",
        b"ak~a~b",
    ];
    let encoded =
        |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("%{byte:02X}")).collect() };
    let huawei = USERS.as_bytes();
    for key in keys {
        let query = encoded(key);
        let [in_acs3, in_volcengine, in_huawei] = [
            [
                b"ACS3-HMAC-SHA256 Credential=",
                key,
                b",SignedHeaders=host,Signature=0",
            ]
            .concat(),
            [
                b"HMAC-SHA256 Credential=",
                key,
                b"/20240520/cn-beijing/bytehouse_ce/request, SignedHeaders=host, Signature=0",
            ]
            .concat(),
            [
                b"SDK-HMAC-SHA256 Access=",
                key,
                b", SignedHeaders=host, Signature=0",
            ]
            .concat(),
        ];
        let targets: [(&[u8], &[u8], &[u8]); 9] = [
            (
                b"/?Action=ListUsers&Version=2018-04-12",
                b"authorization",
                &in_acs3,
            ),
            (
                b"/?Action=ListUsers&Version=2018-04-12",
                b"x-acs-accesskey-id",
                key,
            ),
            (
                format!("/?Action=ListUsers&Version=2018-04-12&AccessKeyId={query}")
                    .leak()
                    .as_bytes(),
                b"x-none",
                b"",
            ),
            (
                b"/?Action=ListUsers&Version=2024-08-31",
                b"authorization",
                &in_volcengine,
            ),
            (
                format!("/?Action=ListUsers&Version=2024-08-31&X-Credential={query}%2F20240520")
                    .leak()
                    .as_bytes(),
                b"x-none",
                b"",
            ),
            (huawei, b"authorization", &in_huawei),
            (b"/v2/p/users", b"authorization", &in_huawei),
            (b"/v3/projects", b"authorization", &in_huawei),
            (
                format!("/api/user?access_key_id={query}").leak().as_bytes(),
                b"x-none",
                b"",
            ),
        ];
        for (target, header, value) in targets {
            let request = [
                b"GET ",
                target,
                b" HTTP/1.1\r\nhost: x\r\n",
                header,
                b": ",
                value,
                b"\r\n\r\n",
            ]
            .concat();
            let answer = raw(&server, &request);
            let place = String::from_utf8_lossy(&request).into_owned();
            assert_eq!(answer.status, 400, "{place}{answer}");
            assert_eq!(answer.json()["title"], "Invalid namespace name", "{place}");
        }
    }
    let names: [&[u8]; 5] = ["ü".as_bytes(), b"\xfc", b"A_b", b"", b"~"];
    for name in names {
        let in_header = [
            b"GET ",
            huawei,
            b" HTTP/1.1\r\nhost: x\r\nx-rollcall-namespace: ",
            name,
            b"\r\n\r\n",
        ]
        .concat();
        let in_host = [
            b"GET ",
            huawei,
            b" HTTP/1.1\r\nhost: ",
            name,
            b".ns.localhost\r\n\r\n",
        ]
        .concat();
        for request in [in_header, in_host] {
            let answer = raw(&server, &request);
            assert_eq!(
                answer.status,
                400,
                "{}{answer}",
                String::from_utf8_lossy(&request)
            );
            assert_eq!(answer.json()["title"], "Invalid namespace name");
        }
    }
    let journal = server.get("/_rollcall/journal?namespace=*").json();
    assert_eq!(journal["entries"], json!([]), "none of them ran anywhere");
}

/// Names of hosts have no case, and of two headers neither is meant more than the other.
#[test]
fn a_host_in_any_case_and_two_headers_are_not_silently_in_default() {
    let server = demo();
    for host in [
        "suite9.ns.localhost",
        "Suite9.NS.localhost",
        "SUITE9.nS.a.test",
    ] {
        assert_eq!(
            server.send("GET", USERS, &[("host", host)], b"").status,
            200
        );
        let newest = server.get("/_rollcall/journal?namespace=*&limit=1").json();
        assert_eq!(newest["entries"][0]["namespace"], "suite9", "{host}");
    }
    let twice = |one, other| {
        [
            ("x-rollcall-namespace", one),
            ("x-rollcall-namespace", other),
        ]
    };
    for target in [USERS, "/_rollcall/journal"] {
        let answer = server.send("GET", target, &twice("a", "b"), b"");
        assert_eq!(answer.status, 400, "{answer}");
        assert_eq!(answer.json()["title"], "Invalid namespace name");
        assert_eq!(
            server.send("GET", target, &twice("a", "a"), b"").status,
            200
        );
    }
}

/// N2: nothing but the secret is wrong, and the doctor knows no mistake that says so.
#[test]
fn a_wrong_secret_is_told_from_a_wrong_request_with_lines_to_compare() {
    let server = server("strict");
    let request = Request::new("GET", USERS, "");
    let wrong = key("test-ak", "a secret that nobody has");
    let answer = send(&server, &by_huawei(request, &wrong, crate::signed::TIME));
    assert_eq!(answer.status, 401, "{answer}");
    let told = explained(&server, &answer)["signature"].clone();
    let sentence = told["sentence"].as_str().expect("a sentence");
    assert!(
        sentence.contains("either the secret key differs, or what was signed is not what arrived"),
        "{sentence}"
    );
    for name in ["canonical_request", "string_to_sign"] {
        let whole = told[name].as_str().expect("a text");
        let lines = told[format!("{name}_lines")].as_array().expect("lines");
        let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
        assert!(2 < lines.len(), "{lines:?}");
        assert_eq!(lines.join("\n"), whole);
    }
    let lines = explanation(&server).join("\n");
    assert!(lines.contains("no known mistake explains the signature"));
    assert!(lines.contains("canonical request:\nGET\n"), "{lines}");
    assert!(
        lines.contains("string to sign:\nSDK-HMAC-SHA256\n"),
        "{lines}"
    );
    // A mistake that is known needs none of that.
    let request = Request::new("GET", USERS, "");
    let other = key("test-ak", "s3cr3t-of-read-ak");
    let answer = send(&server, &by_huawei(request, &other, crate::signed::TIME));
    let told = explained(&server, &answer)["signature"].clone();
    assert!(told["finding"].is_string(), "{told}");
    assert_eq!(told["canonical_request_lines"], Value::Null);
}

/// N3: what the service ignores in silence, the journal does not.
#[test]
fn parameters_that_an_operation_does_not_have_are_named_with_the_nearest() {
    let server = demo();
    let check = |target: &str, body: &str, sentence: &str| {
        let answer = match body {
            "" => server.get(target),
            body => server.json("POST", target, body),
        };
        let lines = explanation(&server).join("\n");
        assert!(lines.contains(sentence), "{target}: {answer}{lines}");
        lines
    };
    check(
        "/?Action=ListUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&page=2",
        "",
        "ListUsers has no parameter \"page\", so it is ignored; the nearest that it has: PageSize, PageNumber",
    );
    check(
        "/?Action=ListUsers&Version=2024-08-31&page_size=2",
        "",
        "ListUsers has no parameter \"page_size\"",
    );
    check(
        &format!("{USERS}?page=1"),
        "",
        "ListUser has no parameter \"page\"",
    );
    check(
        "/api/user?cluster_id=ehpc-8jqdq0mz&zone=jn1a&timestamp=2024-05-20T08:30:00Z&page_size=3",
        "",
        "HpcUserListUsers has no parameter \"page_size\", so it is ignored; it has ",
    );
    check(
        &format!("/v2/{PROJECT}/users"),
        r#"{"user_name": "zoe1", "user_email": "a@b.test", "mail": "x"}"#,
        "CreateDesktopUser has no parameter \"mail\", so it is ignored; the nearest that it has: user_email",
    );
    // What is the operation's own, or every call's, is not named; a misspelling of nothing is not either.
    for target in [
        "/?Action=ListUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&RegionId=cn-hangzhou&Format=JSON&SignatureNonce=1&PageSize=3",
        "/?Action=ListUsers&Version=2024-08-31&Limit=3&X-Date=20240520T083000Z",
        "/api/user?cluster_id=ehpc-8jqdq0mz&zone=jn1a&timestamp=2024-05-20T08:30:00Z&limit=3&access_key_id=a&signature=b&owner=c",
    ] {
        server.get(target);
        assert_eq!(explanation(&server), Vec::<String>::new(), "{target}");
    }
    let users = "/?Action=AddUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&User.1.Name=zoezoe&User.1.Group=users&User.1.Password=Aa1!aaaa";
    server.get(users);
    assert_eq!(explanation(&server), Vec::<String>::new());
    let many: String = (0..50)
        .map(|number| format!("&nonsense{number}=1"))
        .collect();
    server.get(&format!("{USERS}?limit=1{many}"));
    assert_eq!(explanation(&server).len(), 8);
}

/// N11: a misspelt error in a reserved name.
#[test]
fn a_reserved_name_of_no_error_brings_the_nearest_errors() {
    let server = demo();
    server.get("/v2/rollcall-fault-UserNotExist/users");
    let lines = explanation(&server).join("\n");
    assert!(
        lines
            .contains("\"UserNotExist\" is not an error of huawei-workspace; the nearest are User"),
        "{lines}"
    );
    server.get(
        "/api/user?cluster_id=rollcall-fault-ServiceBusy&zone=jn1a&timestamp=2024-05-20T08:30:00Z",
    );
    let lines = explanation(&server).join("\n");
    assert!(
        lines.contains("is not an error of qingcloud-ehpc; the nearest are "),
        "{lines}"
    );
    let header = [("x-rollcall-fault", "Internale")];
    let answer = server.send("GET", USERS, &header, b"");
    assert_eq!(answer.status, 400);
}

/// N13: titles say what happened.
#[test]
fn problems_about_namespaces_say_in_their_title_what_happened() {
    let server = with(frozen().max_namespaces(1));
    let named = [("x-rollcall-namespace", "two")];
    let title = |answer: &Answer| answer.json()["title"].as_str().map(str::to_owned);
    let check = |answer: &Answer, expected: &str| {
        assert_eq!(title(answer).as_deref(), Some(expected), "{answer}");
    };
    check(
        &server.send("GET", USERS, &named, b""),
        "Too many namespaces",
    );
    check(
        &server.json("PUT", "/_rollcall/namespaces/two", "{}"),
        "Too many namespaces",
    );
    check(
        &server.json("PUT", "/_rollcall/namespaces/No", "{}"),
        "Invalid namespace name",
    );
    check(
        &server.json("PUT", "/_rollcall/namespaces/default", "{}"),
        "Namespace already exists",
    );
    check(
        &server.get("/_rollcall/namespaces/nobody"),
        "No such namespace",
    );
    let locked = with(frozen().admin_token("s3cret"));
    check(&locked.get("/_rollcall/namespaces"), "Locked");
}

/// N14: what a dashboard shows of every program.
#[test]
fn metrics_tell_version_memory_and_start() {
    let text = demo().get("/_rollcall/metrics").text().to_owned();
    let value = |name: &str| -> f64 {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("no {name}in {text}"));
        line.parse().expect("a number")
    };
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("rollcall_build_info{{version=\"{version}\"}} ");
    assert!((value(&build) - 1.0).abs() < f64::EPSILON);
    assert!(1e6 < value("process_resident_memory_bytes "));
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("a clock that is right")
        .as_secs_f64();
    let started = value("process_start_time_seconds ");
    // It is told to a hundredth of a second, and the tests take minutes.
    assert!(
        (-0.01..3600.0).contains(&(now - started)),
        "{started}, {now}"
    );
    for name in [
        "rollcall_build_info",
        "process_start_time_seconds",
        "process_resident_memory_bytes",
    ] {
        assert!(text.contains(&format!("# TYPE {name} gauge\n")), "{text}");
    }
}

/// N16: the plain value that people write first.
#[test]
fn a_plain_value_is_taken_where_it_has_one_sense() {
    let server = demo();
    let settings = "/_rollcall/namespaces/default/settings";
    let changed = done(&server.json("PATCH", settings, r#"{"auth": "strict"}"#));
    for (id, mode) in changed["auth"].as_object().expect("modes by provider") {
        assert_eq!(mode, "strict", "{id}");
    }
    assert_eq!(server.get(USERS).status, 401);
    refused(
        &server.json("PATCH", settings, r#"{"auth": "tight"}"#),
        400,
        "/auth",
        "tight",
    );
    refused(
        &server.json("PATCH", settings, r#"{"regions": "cn-east-3"}"#),
        400,
        "/regions",
        r#"invalid type: string "cn-east-3", expected regions by provider, as {"huawei-workspace": "cn-east-3"}"#,
    );
    refused(
        &server.json("PATCH", settings, r#"{"quirks": "string"}"#),
        400,
        "/quirks",
        "expected values by quirk",
    );
    refused(
        &server.json("PATCH", settings, r#"{"auth": ["strict"]}"#),
        400,
        "/auth",
        "expected a mode, or modes by provider",
    );
    done(&server.json("PATCH", settings, r#"{"auth": "off"}"#));

    let made = server.json("PUT", "/_rollcall/namespaces/a", r#""empty""#);
    assert_eq!(made.status, 201, "{made}");
    assert_eq!(made.json()["counts"][ROCKETMQ]["users"], 0);
    let reset = done(&server.json("POST", "/_rollcall/reset?namespace=default", r#" "empty" "#));
    assert_eq!(reset["counts"][ROCKETMQ]["users"], 0);
    let clock = "/_rollcall/clock?namespace=default";
    let shown = |body: &str| done(&server.json("PUT", clock, body));
    assert_eq!(
        shown(r#""2030-01-01T00:00:00Z""#)["now"],
        "2030-01-01T00:00:00.000Z"
    );
    assert_eq!(shown(r#""real""#)["mode"], "real");
    let advanced = done(&server.json("POST", "/_rollcall/clock/advance", r#""1h""#));
    assert_eq!(advanced["mode"], "offset");
    let verify = |body: &str| server.json("POST", "/_rollcall/journal/verify", body);
    assert_eq!(
        verify(r#"{"count": 0, "match": {"operation": "CreateUser"}}"#).status,
        200
    );
    assert_eq!(verify(r#"{"count": {"at_least": 0}}"#).status, 200);
    refused(
        &verify(r#"{"count": "one"}"#),
        400,
        "/count",
        "expected one of `exactly`, `at_least`, `at_most`",
    );
    refused(
        &verify(r#"{"count": 1, "match": "aliyun-ehpc"}"#),
        400,
        "/match",
        "expected an object",
    );
}

#[test]
fn an_unexplained_signature_of_qingcloud_has_lines_too() {
    let server = server("strict");
    let target = "/api/user?cluster_id=ehpc-8jqdq0mz&zone=jn1a&timestamp=2024-05-20T08:30:00Z";
    let wrong = key(KEY.id, "a secret that nobody has");
    let request = Request::new("GET", target, "");
    let dialect = rollcall::signing::qingcloud::Dialect::Ehpc;
    let answer = send(
        &server,
        &by_qingcloud(request, &wrong, crate::signed::TIME, dialect),
    );
    let told = explained(&server, &answer)["signature"].clone();
    assert!(told["string_to_sign_lines"].is_array(), "{told}");
}

/// The names of all namespaces.
fn namespaces(server: &Server, headers: &[(&str, &str)]) -> Vec<String> {
    let listed = server
        .send("GET", "/_rollcall/namespaces", headers, b"")
        .json();
    let rows = listed.as_array().expect("a list");
    let name = |row: &Value| row["name"].as_str().expect("a name").to_owned();
    rows.iter().map(name).collect()
}

const ADMIN: [(&str, &str); 1] = [("authorization", "Bearer s3cret")];

/// N4: everybody on a team's network can send a header.
#[test]
fn under_strict_a_namespace_springs_only_from_a_call_that_a_valid_key_signed() {
    const NAMED: &str = "x-rollcall-namespace";
    let folder = tempfile::TempDir::new().expect("a folder");
    for data in [false, true] {
        let mut options = frozen()
            .auth("strict")
            .expect("a mode")
            .admin_token("s3cret");
        if data {
            options = options.data(folder.path());
        }
        let server = with(options);
        let signed = |namespace: &str, target: &str, key: &AccessKey<'_>| {
            let request = Request::new("GET", target, "").with(NAMED, namespace);
            send(&server, &by_huawei(request, key, crate::signed::TIME)).status
        };
        let login = |namespace: &str, password: &str| {
            let body = json!({ "auth": {
                "identity": { "methods": ["password"], "password": { "user": {
                    "name": "IAMUser", "password": password, "domain": { "name": "IAMDomain" } } } },
                "scope": { "project": { "name": "cn-north-4" } },
            } });
            let headers = [(NAMED, namespace), ("content-type", "application/json")];
            server
                .send(
                    "POST",
                    "/v3/auth/tokens",
                    &headers,
                    body.to_string().as_bytes(),
                )
                .status
        };
        assert_eq!(
            server
                .send("GET", USERS, &[(NAMED, "unsigned")], b"")
                .status,
            401
        );
        assert_eq!(
            server
                .send("GET", "/nobody", &[(NAMED, "unclaimed")], b"")
                .status,
            404
        );
        let bogus = (
            "authorization",
            "SDK-HMAC-SHA256 Access=test-ak~bogus, SignedHeaders=host, Signature=0",
        );
        assert_eq!(server.send("GET", USERS, &[bogus], b"").status, 401);
        assert_eq!(signed("wrong", USERS, &key("test-ak", "another")), 401);
        assert_eq!(login("guessed", "wrong"), 401);
        let fault = (
            "authorization",
            "SDK-HMAC-SHA256 Access=rollcall-fault-Internal~fault, SignedHeaders=host, Signature=0",
        );
        assert_eq!(server.send("GET", USERS, &[fault], b"").status, 500);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for number in 0..20 {
                        let name = format!("flood-{}", number % 3);
                        let answer = server.send("GET", USERS, &[(NAMED, &name)], b"");
                        assert_eq!(answer.status, 401);
                    }
                });
            }
        });
        assert_eq!(namespaces(&server, &ADMIN), ["default"]);
        assert_eq!(signed("good", USERS, &KEY), 200);
        let absent = USERS.replace("68fdc9a8", "78fdc9a8");
        assert_eq!(signed("refused", &absent, &KEY), 404);
        assert_eq!(login("logged-in", "IAMPassword"), 201);
        // What there is stays, whatever comes.
        assert_eq!(
            server.send("GET", USERS, &[(NAMED, "good")], b"").status,
            401
        );
        let made = server.send("PUT", "/_rollcall/namespaces/made", &ADMIN, b"");
        assert_eq!(made.status, 201);
        assert_eq!(
            server.send("GET", USERS, &[(NAMED, "made")], b"").status,
            401
        );
        assert_eq!(
            namespaces(&server, &ADMIN),
            ["default", "good", "logged-in", "made", "refused"]
        );
    }
    let left = std::fs::read_dir(folder.path()).expect("a readable folder");
    let left = left.filter(|entry| {
        let entry = entry.as_ref().expect("a readable folder");
        entry.file_name().to_string_lossy().contains("flood")
    });
    assert_eq!(left.count(), 0);
    // Otherwise any call makes one.
    let server = demo();
    server.send("GET", USERS, &[(NAMED, "unsigned")], b"");
    assert_eq!(namespaces(&server, &[]), ["default", "unsigned"]);
}

/// N4: a header that holds a connection is not for everybody.
#[test]
fn under_strict_a_fault_by_header_needs_a_valid_key_or_the_admin_token() {
    const FAULT: &str = "x-rollcall-fault";
    let server = with(
        frozen()
            .auth("strict")
            .expect("a mode")
            .admin_token("s3cret"),
    );
    for fault in [
        "hang",
        "reset",
        "truncate",
        "delay=10m",
        "status=503",
        "Internal",
        "nonsense",
    ] {
        let answer = server.send("GET", USERS, &[(FAULT, fault)], b"");
        assert_eq!(answer.verdict(), "401 APIGW.0301", "{fault}");
    }
    let journal = server
        .send("GET", "/_rollcall/journal?limit=1", &ADMIN, b"")
        .json();
    let told = journal["entries"][0]["explanation"].to_string();
    assert!(told.contains("x-rollcall-fault was ignored"), "{told}");
    let signed = |fault: &str, key: &AccessKey<'_>| {
        let request = Request::new("GET", USERS, "").with(FAULT, fault);
        send(&server, &by_huawei(request, key, crate::signed::TIME)).status
    };
    assert_eq!(signed("status=503", &KEY), 503);
    assert_eq!(signed("delay=1ms", &KEY), 200);
    assert_eq!(signed("status=503", &key("test-ak", "another")), 401);
    let with_token = [ADMIN[0], (FAULT, "status=503")];
    assert_eq!(server.send("GET", USERS, &with_token, b"").status, 503);
    let with_another = [("authorization", "Bearer guess"), (FAULT, "status=503")];
    assert_eq!(server.send("GET", USERS, &with_another, b"").status, 401);
    // A nonce is used once by a call, not twice.
    let target = "/?Action=ListUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx";
    let request = Request::new("GET", target, "").with(FAULT, "delay=1ms");
    let sealed = request.look(|sent| {
        rollcall::signing::alibaba_acs3::sign(sent, &KEY, crate::signed::TIME, "a nonce")
    });
    assert_eq!(send(&server, &request.sealed(sealed)).status, 200);
    // The reserved key holds nothing, and stays.
    let reserved = (
        "authorization",
        "SDK-HMAC-SHA256 Access=rollcall-fault-Internal, SignedHeaders=host, Signature=0",
    );
    assert_eq!(server.send("GET", USERS, &[reserved], b"").status, 500);
    assert_eq!(
        demo()
            .send("GET", USERS, &[(FAULT, "status=503")], b"")
            .status,
        503
    );
}
