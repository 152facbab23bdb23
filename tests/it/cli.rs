//! The binary as an operator meets it: flags, first line, exit codes, sentences.

mod seeds;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::client::{TIMEOUT, exchange};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_rollcall");

fn rollcall(arguments: &[&str]) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .output()
        .expect("the binary runs")
}

/// The one sentence on standard error, and the exit code.
#[track_caller]
fn check(arguments: &[&str], code: i32, sentence: &str) {
    let output = rollcall(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{arguments:?}: {complaint}"
    );
    assert!(complaint.contains(sentence), "{arguments:?}: {complaint}");
    assert!(!complaint.contains("panicked"), "{complaint}");
}

/// A server as a process of its own; killed when it goes out of scope.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) ready: String,
}

impl Process {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let child = Command::new(BINARY)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        Self::of(child.expect("the binary runs"))
    }

    /// A server that was just started, its standard output piped.
    pub(crate) fn of(mut child: Child) -> Self {
        let mut ready = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout)
            .read_line(&mut ready)
            .expect("a line of text");
        Self { child, ready }
    }

    /// The first address of the ready line.
    pub(crate) fn address(&self) -> SocketAddr {
        let url = self
            .ready
            .split(' ')
            .nth(2)
            .expect("an address in the ready line");
        url.trim()
            .rsplit('/')
            .next()
            .expect("a URL")
            .parse()
            .expect("an address")
    }

    /// Asks the server to stop, and waits for its end: a server that is killed may have lines of its log unwritten.
    #[track_caller]
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.expect("kill runs").success());
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            assert!(asked.elapsed() < TIMEOUT, "it does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_first_line_names_every_bound_address() {
    let process = Process::start(&[
        "--listen",
        "127.0.0.1:0",
        "--listen",
        "huawei-rocketmq=127.0.0.1:0",
    ]);
    let words: Vec<&str> = process.ready.trim().split(' ').collect();
    assert_eq!(words[..2], ["rollcall", "ready"]);
    assert!(
        words[2].starts_with("http://127.0.0.1:")
            && words[3].starts_with("huawei-rocketmq=http://127.0.0.1:"),
        "{words:?}"
    );
    let dedicated: SocketAddr = words[3]
        .rsplit('/')
        .next()
        .and_then(|address| address.parse().ok())
        .expect("an address");
    let answer = exchange(dedicated, b"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n", 1).remove(0);
    assert_eq!(answer.verdict(), "404 APIGW.0101");
    // The prefix that the shared address needs is taken off here, too.
    let users =
        "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";
    let request = format!("GET /huawei-rocketmq{users} HTTP/1.1\r\nhost: x\r\n\r\n");
    let answer = exchange(dedicated, request.as_bytes(), 1).remove(0);
    assert_eq!(answer.verdict(), "200");
}

#[test]
fn every_flag_has_an_environment_twin() {
    let help = String::from_utf8(rollcall(&["serve", "--help"]).stdout).expect("UTF-8");
    for flag in help
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"))
    {
        let name = flag
            .split([' ', '='])
            .next()
            .expect("a flag")
            .to_uppercase()
            .replace('-', "_");
        assert!(
            help.contains(&format!("[env: ROLLCALL_{name}")),
            "--{name} has no environment twin"
        );
    }
    let process = {
        let child = Command::new(BINARY)
            .env("ROLLCALL_LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.expect("the binary runs");
        let mut ready = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut ready)
            .expect("a line");
        Process { child, ready }
    };
    assert!(
        process
            .ready
            .starts_with("rollcall ready http://127.0.0.1:")
    );
}

#[test]
fn bad_flags_get_a_sentence_and_exit_code_2() {
    check(&["--nonsense"], 2, "--nonsense");
    check(
        &["--listen", "localhost:4700"],
        2,
        "write an IP address and a port",
    );
    check(
        &["--listen", "nobody=127.0.0.1:0"],
        2,
        "unknown provider \"nobody\"",
    );
    check(
        &["--quirk", "nobody.total=1"],
        2,
        "there is no quirk \"nobody.total\"",
    );
    check(&["--quirk", "x"], 2, "write PROVIDER.NAME=VALUE");
    check(&["--region", "x"], 2, "write PROVIDER=REGION");
    check(
        &["--clock", "yesterday"],
        2,
        "write a date and time with a time zone",
    );
    check(&["--log", "a=b=c"], 2, "invalid --log filter");
    for misspelt in ["warning", "inof", "hyper=info,Inof"] {
        check(
            &["--log", misspelt],
            2,
            "is not a level (known: error, warn, ",
        );
    }
    for region in ["", "a b", "a.b", &"a".repeat(65)] {
        let flag = format!("aliyun-ehpc={region}");
        check(&["--region", &flag], 2, "invalid region");
    }
    check(&["--credential", "ak~a:sk"], 2, "an access key holds no ~");
    check(
        &["--clock", "0001-01-01T00:00:00Z"],
        2,
        "choose a time from 1970-01-01 to 9999-12-30",
    );
    check(&["--max-namespaces", "0"], 2, "write 1 or more");
    for origin in ["*", "localhost:5173", "http://a.test/page", "http://"] {
        check(
            &["--allow-origin", origin],
            2,
            "write a full origin without a path",
        );
    }
    for host in ["rc.test:4700", "http://rc.test", "*", "*.", "a.*.test", ""] {
        check(&["--allow-host", host], 2, "write a bare host name");
    }
    for twice in ["127.0.0.1:4799", "huawei-rocketmq=127.0.0.1:4799"] {
        check(
            &["--listen", "127.0.0.1:4799", "--listen", twice],
            2,
            "--listen names 127.0.0.1:4799 twice",
        );
    }
}

#[test]
fn a_credential_that_cannot_be_read_is_not_repeated() {
    for (arguments, variable) in [
        (&["--credential", ":CaNaRySecret"][..], None),
        (&["--credential", "ak:s1,CaNaRySecret"], None),
        (&["explain", "--credential", "CaNaRySecret"], None),
        (&[], Some("ak:s1,CaNaRySecret")),
        (&["explain"], Some(":CaNaRySecret")),
    ] {
        let mut command = Command::new(BINARY);
        command.args(arguments).stdin(Stdio::null());
        command.envs(variable.map(|value| ("ROLLCALL_CREDENTIAL", value)));
        let output = command.output().expect("the binary runs");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {complaint}");
        assert!(
            complaint.contains("write a credential as AK:SK, or AK:SK:TOKEN"),
            "{arguments:?}: {complaint}"
        );
        assert!(!complaint.contains("CaNaRy"), "{arguments:?}: {complaint}");
    }
}

#[test]
fn a_port_in_use_gets_a_sentence_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    check(
        &["--listen", &address],
        1,
        &format!("{address} is in use by another program"),
    );
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            files.extend(contents(&path));
        } else {
            files.push((
                path.display().to_string(),
                fs::read(&path).expect("a readable file"),
            ));
        }
    }
    files.sort();
    files
}

#[test]
fn data_of_a_newer_version_stops_the_start_and_stays_as_it_is() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    let namespace = folder.path().join("default");
    drop(Process::start(&["--listen", "127.0.0.1:0", "--data", data]));
    let start = ["--listen", "127.0.0.1:0", "--data", data];

    let live = namespace.join("1.db");
    let good = fs::read(&live).expect("the data file");
    let mut newer = good.clone();
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&live, newer).expect("a writable folder");
    let before = contents(folder.path());
    check(
        &start,
        1,
        "was written by a newer rollcall (data version 99",
    );
    assert!(
        contents(folder.path()) == before,
        "something changed on disk"
    );
    fs::write(&live, &good).expect("a writable folder");
    assert!(Process::start(&start).ready.starts_with("rollcall ready"));

    let file = folder.path().join("file");
    fs::write(&file, "").expect("a writable folder");
    check(
        &[
            "--listen",
            "127.0.0.1:0",
            "--data",
            file.to_str().expect("UTF-8"),
        ],
        1,
        "cannot use the data folder",
    );
}

#[test]
fn a_data_folder_belongs_to_one_server() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    let _first = Process::start(&["--listen", "127.0.0.1:0", "--data", data]);
    check(
        &["--listen", "127.0.0.1:0", "--data", data],
        1,
        "is in use by another rollcall",
    );
}

#[test]
fn health_says_whether_a_server_is_alive() {
    let process = Process::start(&["--listen", "127.0.0.1:0"]);
    let url = format!("http://{}", process.address());
    assert!(rollcall(&["health", "--url", &url]).status.success());
    drop(process);
    check(&["health", "--url", &url], 1, "no rollcall answers at");
    check(
        &["health", "--url", "nonsense"],
        2,
        "write the whole address",
    );
}

#[test]
fn health_believes_neither_strangers_nor_silence() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let stranger = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut buffer = [0; 4096];
        let _ = stream.read(&mut buffer).expect("a request");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
            .expect("a client");
        // The next one is accepted by the system, and nobody answers it.
        listener
    });
    check(&["health", "--url", &url], 1, "something else");
    let silent = stranger.join().expect("it does not panic");
    let asked = Instant::now();
    check(&["health", "--url", &url], 1, "no rollcall answers at");
    assert!(asked.elapsed() < TIMEOUT, "it took {:?}", asked.elapsed());
    drop(silent);
}

#[cfg(unix)]
#[test]
fn a_signal_stops_a_server_that_still_reads_its_seed() {
    let folder = TempDir::new().expect("a folder");
    let seed = folder.path().join("slow.ndjson");
    let made = Command::new("mkfifo").arg(&seed).status();
    assert!(made.expect("mkfifo runs").success());
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0", "--seed"])
        .arg(&seed)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut process = Process {
        child: child.expect("the binary runs"),
        ready: String::new(),
    };
    // It opens when the other end does; then the seed is being read, and does not end.
    let unfinished = fs::File::options().write(true).open(&seed);
    let killed = Command::new("kill")
        .args(["-TERM", &process.child.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    let sent = Instant::now();
    while process.child.try_wait().expect("a child").is_none() {
        assert!(sent.elapsed() < TIMEOUT, "it does not stop");
        std::thread::yield_now();
    }
    drop(unfinished.expect("a pipe"));
}

#[test]
fn a_signal_stops_the_server_within_a_second() {
    for signal in ["-TERM", "-INT"] {
        let mut process = Process::start(&["--listen", "127.0.0.1:0"]);
        // An open connection without a call must not hold it up.
        let _idle = std::net::TcpStream::connect(process.address()).expect("it listens");
        let sent = Instant::now();
        let killed = Command::new("kill")
            .args([signal, &process.child.id().to_string()])
            .status();
        assert!(killed.expect("kill runs").success());
        let status = loop {
            if let Some(status) = process.child.try_wait().expect("a child") {
                break status;
            }
            assert!(sent.elapsed() < TIMEOUT, "it does not stop");
            std::thread::yield_now();
        };
        assert!(status.success(), "{signal}: {status}");
        assert!(
            sent.elapsed() < Duration::from_millis(1500),
            "{signal} took {:?}",
            sent.elapsed()
        );
    }
}

#[test]
fn coverage_prints_every_row_with_its_source() {
    let table = String::from_utf8(rollcall(&["coverage"]).stdout).expect("UTF-8");
    let markdown = String::from_utf8(rollcall(&["coverage", "--markdown"]).stdout).expect("UTF-8");
    for text in [&table, &markdown] {
        for row in [
            "ListUser",
            "DMS.00500972",
            "UserNotFound",
            "seed: 004_09b76f0ed358f6b1.txt",
        ] {
            assert!(text.contains(row), "{row} is missing");
        }
    }
    assert!(markdown.contains("| --- | --- | --- | --- |"));
}

#[test]
fn coverage_names_the_sdks_that_drive_an_operation_in_every_form() {
    let sdk = "huaweicloudsdkrocketmq";
    let printed = |words: &[&str]| String::from_utf8(rollcall(words).stdout).expect("UTF-8");
    for words in [
        &["coverage", "huawei-rocketmq"][..],
        &["coverage", "huawei-rocketmq", "--markdown"],
        &["coverage", "huawei-rocketmq", "ListUser"],
    ] {
        let text = printed(words);
        assert!(text.contains("driven by") && text.contains(sdk), "{text}");
    }
    let tables: Value = serde_json::from_str(&printed(&["coverage", "--json"])).expect("JSON");
    let providers = tables.as_array().expect("one for each provider");
    let sdks = providers
        .iter()
        .find(|provider| provider["id"] == "huawei-rocketmq")
        .and_then(|provider| provider["sdks"].as_array())
        .expect("SDKs");
    let row = sdks.iter().find(|row| row["sdk"] == sdk).expect("its row");
    assert_eq!(row["language"], "python");
    let operations = row["operations"].as_array().expect("a list");
    assert!(operations.contains(&Value::from("ListUser")), "{row}");
    let refused = rollcall(&["coverage", "--json", "--markdown"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_closed_standard_output_is_no_panic() {
    let mut child = Command::new(BINARY)
        .arg("coverage")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let mut complaint = String::new();
    child
        .stderr
        .take()
        .expect("it is piped")
        .read_to_string(&mut complaint)
        .expect("UTF-8");
    child.wait().expect("a child");
    assert!(!complaint.contains("panicked"), "{complaint}");
}

/// What a server with that environment says on standard error until it stops.
fn log_of(environment: &[(&str, &str)], arguments: &[&str]) -> String {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("log");
    let log = fs::File::create(&path).expect("a writable folder");
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0"])
        .args(arguments)
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn();
    let mut process = Process::of(child.expect("the binary runs"));
    // The log has a thread of its own, which may be behind the ready line.
    process.stop();
    let log = fs::read_to_string(&path).expect("a readable file");
    assert!(process.ready.starts_with("rollcall ready"), "{log}");
    log
}

#[test]
fn an_empty_admin_token_locks_nothing_and_says_so_in_plain_text() {
    let log = log_of(&[("ROLLCALL_ADMIN_TOKEN", "")], &[]);
    assert!(
        log.contains("the admin token is empty, so nothing is locked"),
        "{log}"
    );
    assert!(!log.contains('\u{1b}'), "colours in a file: {log:?}");
}

#[test]
fn a_watch_over_nothing_is_said_so() {
    let log = log_of(&[], &["--watch"]);
    assert!(log.contains("--watch has nothing to watch"), "{log}");
}

#[test]
fn a_switch_is_turned_by_its_variable_as_people_write_it() {
    for value in ["1", "true", "yes", "0", "no", "false", ""] {
        let help = Command::new(BINARY)
            .args(["openapi", "control-plane"])
            .env("ROLLCALL_WATCH", value)
            .output();
        assert!(help.expect("the binary runs").status.success(), "{value}");
        log_of(&[("ROLLCALL_WATCH", value)], &[]);
    }
}

#[test]
fn a_key_that_is_there_twice_is_refused_in_every_file() {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let seed = file("seed.json", "{\"credentials\": [],\n\"credentials\": []}");
    let sentence = "seed.json:2:16: duplicate key \"credentials\"";
    check(&["seed", "check", &seed], 1, sentence);
    let nested = file(
        "nested.ndjson",
        "{}\n{\"huawei-rocketmq\": {\"users\": [], \"users\": []}}\n",
    );
    check(
        &["seed", "check", &nested],
        1,
        "nested.ndjson:2:44: duplicate key \"users\"",
    );
    let faults = file(
        "faults.json",
        r#"[{"effect": "hang", "times": 1, "times": 2}]"#,
    );
    check(
        &["serve", "--faults", &faults],
        2,
        "at /0/times: duplicate key \"times\"",
    );
    // The mark of an editor is no part of a file.
    let faults = file("marked.json", "\u{feff}[{\"effect\": \"hang\"}]");
    let process = Process::start(&["--listen", "127.0.0.1:0", "--faults", &faults]);
    assert!(
        process.ready.starts_with("rollcall ready"),
        "{}",
        process.ready
    );
}

#[test]
fn one_port_is_listened_on_for_both_families_at_once() {
    // A port that is free for both, as far as anybody can tell.
    let port = TcpListener::bind("0.0.0.0:0").and_then(|free| free.local_addr());
    let port = port.expect("a port").port();
    let (all, six) = (format!("0.0.0.0:{port}"), format!("[::]:{port}"));
    let process = Process::start(&["--listen", &all, "--listen", &six]);
    assert_eq!(
        process.ready.matches("http://").count(),
        2,
        "{}",
        process.ready
    );
    let request = b"GET /_rollcall/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    for address in [format!("127.0.0.1:{port}"), format!("[::1]:{port}")] {
        let address = address.parse().expect("an address");
        assert_eq!(exchange(address, request, 1)[0].status, 200, "{address}");
    }
}

/// What CI cannot build (there is no daemon) is held to its text.
#[test]
fn the_image_caches_its_dependencies_and_has_a_folder_to_write_to() {
    let text = include_str!("../../Dockerfile");
    let (dependencies, sources) = text.split_once("COPY . .").expect("the sources come");
    assert!(dependencies.contains("COPY Cargo.toml Cargo.lock ./"));
    assert!(dependencies.contains("cargo build --release --locked"));
    assert!(
        text.contains("FROM rust:1.95.0-bookworm AS build"),
        "the base is pinned"
    );
    assert!(sources.contains("COPY --from=build --chown=65532:65532 /data /data"));
    assert!(sources.contains("USER 65532:65532"));
    assert!(
        !text.contains("ROLLCALL_URL"),
        "health finds the server by ROLLCALL_LISTEN"
    );
}
