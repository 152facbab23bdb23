//! `--proxy`: the providers' own hosts are served, through tunnels and without; nothing else is, and nothing is passed on.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use rollcall::{Options, Tls};
use serde_json::Value;

use crate::cli::BINARY;
use crate::client::{Answer, read_answer};
use crate::server::{Server, demo, frozen, with};
use crate::tls::{Secure, ca, connect, get, shake};

const EHPC: &str = "ehpc.cn-hangzhou.aliyuncs.com";
const LIST: &str = "/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx";

fn options() -> Options {
    frozen().tls(Tls::Auto).proxy()
}

fn proxy() -> Server {
    with(options())
}

/// Asks for a tunnel.
fn ask(stream: &mut (impl Read + Write), host: &str) -> Answer {
    write!(stream, "CONNECT {host} HTTP/1.1\r\nhost: {host}\r\n\r\n").expect("it is open");
    let mut head = Vec::new();
    // Byte by byte: what comes after the head belongs to the tunnel.
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        let length = stream.read(&mut byte).expect("an answer");
        assert_eq!(length, 1, "it ended: {}", String::from_utf8_lossy(&head));
        head.extend_from_slice(&byte);
    }
    let text = String::from_utf8_lossy(&head).to_lowercase();
    assert!(
        !text.starts_with("http/1.1 200") || !text.contains("content-length"),
        "{text}"
    );
    // An answer that is no tunnel has a body; it is read as an answer is.
    read_answer(&mut head.chain(stream))
        .expect("an answer")
        .expect("one")
}

/// TLS in a tunnel to a host.
fn through(server: &Server, host: &str) -> Secure {
    let mut stream = connect(server.address());
    let opened = ask(&mut stream, &format!("{host}:443"));
    assert_eq!(opened.status, 200, "{opened}");
    shake(stream, &ca(server.address()), host).expect("the handshake succeeds")
}

fn newest(server: &Server) -> Value {
    let mut journal = server.get("/_rollcall/journal?limit=1&namespace=*").json();
    journal["entries"][0].take()
}

#[test]
fn every_providers_hosts_are_served_by_it_whatever_the_path() {
    let server = proxy();
    for (host, provider) in [
        (EHPC, "aliyun-ehpc"),
        ("ehpc-vpc.ap-southeast-1.aliyuncs.com", "aliyun-ehpc"),
        ("workspace.cn-north-4.myhuaweicloud.com", "huawei-workspace"),
        ("dms.eu-west-101.myhuaweicloud.eu", "huawei-rocketmq"),
        ("iam.myhuaweicloud.com", "huawei-iam"),
        ("open.volcengineapi.com", "volcengine-bytehouse"),
        ("api.qingcloud.com", "qingcloud-ehpc"),
        ("hpc.api.shanhe.com", "qingcloud-ehpc"),
    ] {
        let mut stream = through(&server, host);
        // Twice: a tunnel stays open.
        for path in ["/nothing", "/v9/x"] {
            get(&mut stream, host, path);
            let entry = newest(&server);
            assert_eq!(
                (&entry["provider"], &entry["scheme"]),
                (&provider.into(), &"https".into()),
                "{host}"
            );
        }
    }
}

#[test]
fn the_region_follows_from_the_host() {
    let server = proxy();
    for (host, region) in [
        (EHPC, "cn-hangzhou"),
        ("ehpc.cn-beijing.aliyuncs.com", "cn-beijing"),
    ] {
        let listed = get(
            &mut through(&server, host),
            host,
            "/?Action=ListRegions&Version=2018-04-12",
        );
        // A refusal names the host that refuses.
        assert!(
            listed
                .text()
                .contains(&format!("ehpc.{region}.aliyuncs.com")),
            "{listed}"
        );
    }
}

#[test]
fn plain_http_goes_through_a_tunnel_and_without_one() {
    let server = proxy();
    let mut tunnel = connect(server.address());
    assert_eq!(ask(&mut tunnel, &format!("{EHPC}:80")).status, 200);
    assert_eq!(get(&mut tunnel, EHPC, LIST).status, 200);
    assert_eq!(newest(&server)["scheme"], "http");
    let mut stream = connect(server.address());
    let absolute = get(&mut stream, EHPC, &format!("http://{EHPC}{LIST}"));
    assert_eq!(absolute.status, 200, "{absolute}");
    // The target's host counts, not the header's.
    let target = "http://dms.cn-north-4.myhuaweicloud.com/nothing";
    get(&mut stream, EHPC, target);
    assert_eq!(newest(&server)["provider"], "huawei-rocketmq");
    // Led here by a table of hosts.
    get(
        &mut stream,
        "workspace.cn-south-1.myhuaweicloud.com:443",
        "/nothing",
    );
    assert_eq!(newest(&server)["provider"], "huawei-workspace");
}

#[test]
fn other_hosts_are_refused_with_a_sentence_and_are_in_the_journal() {
    let server = proxy();
    let sentence = "serves only its providers' hosts";
    for host in [
        "example.com:443",
        "ecs.cn-north-4.myhuaweicloud.com:443",
        "aliyuncs.com.evil.example:443",
        "10.0.0.1:443",
    ] {
        let refused = ask(&mut connect(server.address()), host);
        assert_eq!(refused.status, 403, "{host}");
        assert!(
            refused.text().contains(sentence) && refused.text().contains(host),
            "{refused}"
        );
        let entry = newest(&server);
        assert_eq!(
            (&entry["target"], &entry["status"]),
            (&host.into(), &403.into())
        );
        assert!(
            entry["explanation"][0]
                .as_str()
                .is_some_and(|text| text.contains(sentence))
        );
    }
    let refused = get(
        &mut connect(server.address()),
        "example.com",
        "http://example.com/x",
    );
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains(sentence), "{refused}");
}

#[test]
fn nothing_is_connected_to() {
    // What a proxy that passes on would reach.
    let elsewhere = TcpListener::bind("127.0.0.1:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("a socket");
    let port = elsewhere.local_addr().expect("an address").port();
    let server = proxy();
    for host in ["127.0.0.1", "localhost"] {
        let place = format!("{host}:{port}");
        assert_eq!(
            ask(&mut connect(server.address()), &place).status,
            403,
            "{place}"
        );
        let target = format!("http://{place}/");
        assert_eq!(
            get(&mut connect(server.address()), &place, &target).status,
            403,
            "{place}"
        );
    }
    assert!(elsewhere.accept().is_err(), "somebody connected");
}

#[test]
fn its_own_address_is_served_through_it() {
    let server = with(options().allow_host("rollcall.example"));
    let port = server.address().port();
    for host in ["127.0.0.1", "localhost", "rollcall.example", "[::1]"] {
        let place = format!("{host}:{port}");
        let mut stream = connect(server.address());
        let ready = get(
            &mut stream,
            &place,
            &format!("http://{place}/_rollcall/ready"),
        );
        assert_eq!(
            (ready.status, &ready.json()["proxy"]),
            (200, &true.into()),
            "{ready}"
        );
        assert_eq!(ask(&mut stream, &place).status, 200);
        assert_eq!(get(&mut stream, &place, "/_rollcall/health").status, 200);
    }
    let refused = ask(
        &mut connect(server.address()),
        &format!("evil.example:{port}"),
    );
    assert_eq!(refused.status, 403);
}

#[test]
fn the_control_plane_is_not_reached_by_a_providers_name() {
    let server = proxy();
    let refused = get(&mut through(&server, EHPC), EHPC, "/_rollcall/journal");
    assert_eq!(refused.status, 403, "{refused}");
}

#[test]
fn a_proxy_may_be_spoken_to_over_tls_and_tunnels_have_an_end() {
    let server = proxy();
    let pem = ca(server.address());
    let mut outer = shake(connect(server.address()), &pem, "localhost").expect("a handshake");
    assert_eq!(ask(&mut outer, &format!("{EHPC}:443")).status, 200);
    let mut inner = shake(outer, &pem, EHPC).expect("a handshake in a tunnel");
    assert_eq!(get(&mut inner, EHPC, LIST).status, 200);
    assert_eq!(ask(&mut inner, &format!("{EHPC}:443")).status, 200);
    let mut innermost = shake(inner, &pem, EHPC).expect("a handshake in a tunnel in a tunnel");
    assert_eq!(get(&mut innermost, EHPC, LIST).status, 200);
    assert_eq!(ask(&mut innermost, &format!("{EHPC}:443")).status, 403);
}

#[test]
fn a_tunnel_may_begin_before_it_is_open_and_may_never_begin() {
    let server = proxy();
    let mut eager = connect(server.address());
    write!(
        eager,
        "CONNECT {EHPC}:80 HTTP/1.1\r\nhost: x\r\n\r\nGET {LIST} HTTP/1.1\r\nhost: {EHPC}\r\n\r\n"
    )
    .expect("it is open");
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while !received.windows(8).any(|part| part == b"UserInfo") {
        let length = eager.read(&mut buffer).expect("an answer");
        assert_ne!(length, 0, "{}", String::from_utf8_lossy(&received));
        received.extend_from_slice(&buffer[..length]);
    }
    let mut idle = connect(server.address());
    assert_eq!(ask(&mut idle, &format!("{EHPC}:443")).status, 200);
    for nonsense in [
        "",
        ":",
        "example.com",
        "[::1",
        "a b:443",
        "@:443",
        "x:99999",
    ] {
        let mut stream = connect(server.address());
        write!(
            stream,
            "CONNECT {nonsense} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .expect("it is open");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        let is_refused = ["HTTP/1.1 400", "HTTP/1.1 403"]
            .iter()
            .any(|status| text.starts_with(status));
        assert!(is_refused, "{nonsense}: {text}");
    }
    drop(server);
    // The stop does not wait for it.
    assert_eq!(idle.read(&mut buffer).ok(), Some(0));
}

#[test]
fn without_the_flag_it_is_no_proxy() {
    let refused = ask(&mut connect(demo().address()), &format!("{EHPC}:443"));
    assert_eq!(refused.status, 405);
    assert!(refused.text().contains("--proxy"), "{refused}");
}

#[test]
fn a_command_is_given_what_leads_it_here_and_nothing_is_left_of_it() {
    let script = r#"
        set -e
        test "$NO_PROXY" = localhost,127.0.0.1,::1
        test "$HTTPS_PROXY" = "$ROLLCALL_URL"
        test "$NODE_USE_ENV_PROXY" = 1
        test "$(stat -c %a "$(dirname "$SSL_CERT_FILE")" "$SSL_CERT_FILE" | tr '\n' ' ')" = "700 600 "
        for name in REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS ALIBABA_CLOUD_CA_BUNDLE; do
            test "$(printenv $name)" = "$SSL_CERT_FILE"
        done
        case $JAVA_TOOL_OPTIONS in -Dmine=1\ *trustStore=*truststore.p12*) ;; *) echo "$JAVA_TOOL_OPTIONS"; exit 9 ;; esac
        curl -qsS "https://ehpc.cn-hangzhou.aliyuncs.com/?Action=ListUsersAsync&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx" | grep -q UserInfo
        curl -qsS "$ROLLCALL_URL/_rollcall/health" >/dev/null
        ! curl -qsS https://example.com/ 2>/dev/null
        curl -qsS http://example.com/ | grep -q "opens no connections"
        printf %s "$SSL_CERT_FILE""#;
    let output = Command::new(BINARY)
        .args(["run", "--tls", "auto", "--proxy", "--", "sh", "-c", script])
        .env("JAVA_TOOL_OPTIONS", "-Dmine=1")
        .output()
        .expect("the binary runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    let path = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{complaint}{path}");
    assert!(path.ends_with("/ca.pem"), "{path}");
    assert!(
        !std::path::Path::new(&*path)
            .parent()
            .expect("a folder")
            .exists(),
        "{path} is left"
    );
}

#[test]
fn a_shell_is_told_the_same_by_a_running_server() {
    let server = proxy();
    let folder = tempfile::TempDir::new().expect("a folder");
    let url = format!("http://{}", server.address());
    let env = |arguments: &[&str]| {
        let mut command = Command::new(BINARY);
        let output = command
            .args(["env", "--url", &url])
            .args(arguments)
            .output();
        output.expect("the binary runs")
    };
    let without = env(&[]);
    assert!(String::from_utf8_lossy(&without.stderr).contains("--tls-dir"));
    assert!(!String::from_utf8_lossy(&without.stdout).contains("PROXY"));
    let path = folder.path().join("tls");
    let with = env(&["--tls-dir", path.to_str().expect("a path")]);
    let text = String::from_utf8_lossy(&with.stdout);
    assert!(
        text.contains(&format!("export HTTPS_PROXY={url}\n")),
        "{text}"
    );
    let file = path.join("ca.pem");
    assert!(
        text.contains(&format!("export REQUESTS_CA_BUNDLE={}\n", file.display())),
        "{text}"
    );
    let pem = std::fs::read_to_string(file).expect("a file");
    assert_eq!(pem, ca(server.address()));
    let plain = demo();
    let url = format!("http://{}", plain.address());
    let refused = Command::new(BINARY)
        .args(["env", "--url", &url, "--tls-dir", "x"])
        .output();
    let refused = refused.expect("the binary runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr)
            .contains("needs a server started with --tls auto and --proxy")
    );
}
