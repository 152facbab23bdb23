//! `rollcall run` and `rollcall env`: a server for one command, and the variables that tell clients where it is. And a server
//! that ends with the program that started it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{BINARY, Process};
use crate::client::{Answer, TIMEOUT, exchange};
use crate::control::USERS;
use crate::server::{demo, frozen, with};

/// `rollcall run FLAGS -- CMD`.
fn run(flags: &[&str], command: &[&str]) -> Command {
    let mut run = Command::new(BINARY);
    run.arg("run").args(flags).arg("--").args(command);
    run
}

fn output(command: &mut Command) -> Output {
    command.output().expect("the binary runs")
}

/// What a command prints where all is well, and nothing beside it.
#[track_caller]
fn fine(command: &mut Command) -> String {
    let output = output(command);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{complaint}");
    assert_eq!(complaint, "");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The exit code, and what is said on standard error.
#[track_caller]
fn check(command: &mut Command, code: i32, sentence: &str) {
    let output = output(command);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{complaint}");
    assert!(complaint.contains(sentence), "{complaint}");
}

/// The lines of env(1).
fn variables(lines: &str) -> BTreeMap<String, String> {
    let pairs = lines.lines().filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A `rollcall run` whose command prints the server's address and lives until it is told to end.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    url: String,
}

impl Running {
    fn start(flags: &[&str], script: &str) -> Self {
        let script = format!("echo \"$ROLLCALL_URL\"; {script}");
        let child = run(flags, &["sh", "-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.expect("the binary runs");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let url = line(&mut stdout);
        Self { child, stdout, url }
    }

    fn address(&self) -> SocketAddr {
        let address = self.url.trim_start_matches("http://");
        address.parse().expect("an address")
    }

    fn get(&self, target: &str) -> Answer {
        let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        exchange(self.address(), request.as_bytes(), 1).remove(0)
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Closes the command's standard input, and waits for the end: the exit code, and what is said on standard error.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let status = wait(&mut self.child);
        let mut complaint = String::new();
        let mut stderr = self.child.stderr.take().expect("it is piped");
        stderr.read_to_string(&mut complaint).expect("UTF-8");
        (status, complaint)
    }
}

fn line(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).expect("a line of text");
    line.trim_end().to_owned()
}

fn wait(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code();
        }
        if TIMEOUT < began.elapsed() {
            let _ = child.kill();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_command_gets_a_server_and_the_variables_that_sdks_read() {
    let mut command = run(&[], &["env"]);
    // None of these may reach a client, or be taken for a flag.
    command.envs([
        ("ALIBABA_CLOUD_SECURITY_TOKEN", "a real one"),
        ("HUAWEICLOUD_SDK_IDP_ID", "a real one"),
        ("VOLCENGINE_ACCESS_KEY", "a real one"),
        ("ROLLCALL_LISTEN", "127.0.0.1:1"),
        ("ROLLCALL_UNTIL_STDIN_CLOSES", "1"),
    ]);
    let found = variables(&fine(&mut command));
    let url = found["ROLLCALL_URL"].as_str();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert!(TcpStream::connect(url.trim_start_matches("http://")).is_err());
    let expected = [
        ("ROLLCALL_NAMESPACE", "default"),
        ("ROLLCALL_ACCESS_KEY", "test-ak"),
        ("ROLLCALL_SECRET_KEY", "test-sk"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "test-ak"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "test-sk"),
        ("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"),
        ("ALIYUN_ACCESS_KEY_ID", "test-ak"),
        ("ALIYUN_ACCESS_KEY_SECRET", "test-sk"),
        ("HUAWEICLOUD_SDK_AK", "test-ak"),
        ("HUAWEICLOUD_SDK_SK", "test-sk"),
        (
            "HUAWEICLOUD_SDK_PROJECT_ID",
            "0bec5db98280d2d02fd6c00c2de791ce",
        ),
        (
            "HUAWEICLOUD_SDK_DOMAIN_ID",
            "d78cbac186b744899480f25bd022f468",
        ),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", url),
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", url),
        ("HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_NORTH_4", url),
        ("HUAWEICLOUD_SDK_REGION_ROCKETMQ_CN_EAST_3", url),
        ("VOLCENGINE_ACCESS_KEY", "test-ak"),
        ("VOLCENGINE_SECRET_KEY", "test-sk"),
        ("VOLCENGINE_REGION", "cn-beijing"),
        ("VOLC_ACCESSKEY", "test-ak"),
        ("VOLC_SECRETKEY", "test-sk"),
        ("VOLCSTACK_ACCESS_KEY_ID", "test-ak"),
        ("VOLCSTACK_ACCESS_KEY", "test-ak"),
        ("VOLCSTACK_SECRET_ACCESS_KEY", "test-sk"),
        ("VOLCSTACK_SECRET_KEY", "test-sk"),
        ("VOLCSTACK_REGION", "cn-beijing"),
    ];
    for (name, value) in expected {
        assert_eq!(found.get(name).map(String::as_str), Some(value), "{name}");
    }
    for name in ["ALIBABA_CLOUD_SECURITY_TOKEN", "HUAWEICLOUD_SDK_IDP_ID"] {
        assert_eq!(found.get(name), None, "{name}");
    }
}

#[test]
fn a_namespace_is_made_and_chosen_by_the_keys() {
    let script =
        "echo $ROLLCALL_ACCESS_KEY $HUAWEICLOUD_SDK_AK $ROLLCALL_NAMESPACE; \"$0\" namespaces list";
    let mut command = run(&["--namespace", "suite-7"], &["sh", "-c", script, BINARY]);
    let told = fine(&mut command);
    let (keys, listed) = told.split_once('\n').expect("two lines");
    assert_eq!(keys, "test-ak~suite-7 test-ak~suite-7 suite-7");
    assert!(listed.contains("\"name\": \"suite-7\""), "{listed}");
    // A key that was printed names its namespace itself.
    let mut command = run(&[], &["printenv", "ROLLCALL_NAMESPACE"]);
    assert_eq!(
        fine(command.env("ROLLCALL_ACCESS_KEY", "test-ak~suite-8")),
        "suite-8\n"
    );
    check(
        &mut run(&["--namespace", "No"], &["true"]),
        2,
        "invalid namespace name \"No\"",
    );
    check(
        &mut run(&["--namespace", "a", "--access-key", "ak~b"], &["true"]),
        2,
        "the access key selects the namespace \"b\", but --namespace says \"a\"",
    );
}

#[test]
fn the_server_knows_the_key_that_the_command_has() {
    let keys = "printenv ROLLCALL_ACCESS_KEY ROLLCALL_SECRET_KEY VOLCENGINE_SESSION_TOKEN";
    let mut command = run(
        &["--credential", "ak:sk:token", "--auth", "strict"],
        &["sh", "-c", keys],
    );
    assert_eq!(fine(&mut command), "ak\nsk\ntoken\n");
    // A call that is signed with it passes, and without any it does not.
    let call = |command: &mut Command| {
        let script = "\"$0\" sign aliyun-ehpc GET \"$ROLLCALL_URL/?Action=ListUsers&Version=2018-04-12&ClusterId=ehpc-hz-vu7c2WkVGx&RegionId=cn-hangzhou\" | sh 2>/dev/null | head -n 1";
        command.args(["--", "sh", "-c", script, BINARY]);
        fine(command)
    };
    for key in [&["--access-key", "own", "--secret-key", "secret"][..], &[]] {
        let mut command = Command::new(BINARY);
        command.args(["run", "--auth", "strict"]).args(key);
        assert!(call(&mut command).starts_with("HTTP/1.1 200"), "{key:?}");
    }
}

#[test]
fn a_locked_server_tells_the_command_its_token() {
    let script = "\"$0\" reset >/dev/null && printenv ROLLCALL_ADMIN_TOKEN";
    let mut command = run(
        &["--admin-token", "s3cret", "--namespace", "a"],
        &["sh", "-c", script, BINARY],
    );
    assert_eq!(fine(&mut command), "s3cret\n");
}

#[test]
fn the_commands_exit_code_is_returned() {
    fine(&mut run(&[], &["true"]));
    check(&mut run(&[], &["sh", "-c", "exit 3"]), 3, "");
    check(&mut run(&[], &["sh", "-c", "kill -s TERM $$"]), 143, "");
    check(&mut run(&[], &["sh", "-c", "kill -s KILL $$"]), 137, "");
    check(
        &mut run(&[], &["no-such-command"]),
        127,
        "rollcall: command \"no-such-command\" not found",
    );
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("notes.txt");
    fs::write(&file, "no program").expect("a writable folder");
    let path = file.to_str().expect("UTF-8");
    check(&mut run(&[], &[path]), 126, "cannot run");
    check(Command::new(BINARY).arg("run"), 2, "<CMD>");
    check(
        &mut run(&["--listen", "127.0.0.1:0"], &["true"]),
        2,
        "--listen",
    );
    check(
        &mut run(&["--seed", "/nonexistent"], &["true"]),
        1,
        "/nonexistent",
    );
}

#[test]
fn failed_calls_are_told_where_the_command_fails() {
    let running = Running::start(&["--namespace", "a"], "read end; exit 4");
    running.get(USERS);
    running.get("/v2/p/instances/nonsense/users");
    running.get("/nobody/at/all");
    let (code, complaint) = running.end();
    assert_eq!(code, Some(4));
    assert!(
        complaint.contains("rollcall: 2 calls failed:\n"),
        "{complaint}"
    );
    assert!(
        complaint.contains(
            "GET /v2/p/instances/nonsense/users -> huawei-rocketmq ListUser 400 InstanceIdInvalid"
        ),
        "{complaint}"
    );
    assert!(
        complaint
            .contains("GET /nobody/at/all -> 404\n      no provider claims GET /nobody/at/all\n")
    );
    assert!(!complaint.contains(USERS), "{complaint}");

    // A failure by the body of a 200, an old one of another namespace, and what must not reach a terminal.
    let running = Running::start(&["--journal", "2000"], "read end; exit 4");
    running.get("/api/user");
    running.get("/?Action=%1b%5b31mX&Version=2024-08-31");
    for _ in 0..1001 {
        running.get(USERS);
    }
    let (_, complaint) = running.end();
    assert!(complaint.contains("2 calls failed"), "{complaint}");
    assert!(complaint.contains("qingcloud-ehpc"), "{complaint}");
    assert!(complaint.contains("\\u{1b}[31mX"), "{complaint}");
    assert!(!complaint.contains('\u{1b}'), "{complaint}");

    let running = Running::start(&[], "read end; exit 0");
    running.get("/nobody/at/all");
    assert_eq!(running.end(), (Some(0), String::new()));

    let running = Running::start(&[], "read end; exit 1");
    running.get(USERS);
    assert_eq!(running.end(), (Some(1), String::new()));

    let running = Running::start(&[], "read end; exit 1");
    for number in 0..30 {
        running.get(&format!("/nobody/{number}/"));
    }
    let (_, complaint) = running.end();
    assert!(
        complaint.contains("30 calls failed; the last 20:"),
        "{complaint}"
    );
    assert!(complaint.contains("/nobody/10/") && !complaint.contains("/nobody/9/"));
}

#[test]
fn signals_are_handed_on() {
    for signal in ["TERM", "INT", "HUP", "QUIT", "USR1", "USR2"] {
        // The command ends by its own choice, not by the signal.
        let script = format!("trap 'kill $!; exit 9' {signal}; sleep 60 & echo ready; wait");
        let mut running = Running::start(&[], &script);
        assert_eq!(line(&mut running.stdout), "ready", "{signal}");
        running.signal(signal);
        assert_eq!(running.end().0, Some(9), "{signal}");
    }
    // A shell without a trap dies by it.
    let mut running = Running::start(&[], "exec sleep 60");
    // It may be the shell still; either dies.
    running.signal("TERM");
    assert_eq!(wait(&mut running.child), Some(143));
}

#[test]
fn a_signal_ends_a_run_that_still_reads_its_seed() {
    let folder = TempDir::new().expect("a folder");
    let seed = folder.path().join("slow.ndjson");
    let made = Command::new("mkfifo").arg(&seed).status();
    assert!(made.expect("mkfifo runs").success());
    let path = seed.to_str().expect("UTF-8");
    let child = run(&["--seed", path], &["echo", "started"])
        .stdout(Stdio::null())
        .spawn();
    let mut child = child.expect("the binary runs");
    // It opens when the other end does; then the seed is being read, and does not end.
    let unfinished = fs::File::options().write(true).open(&seed);
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(sent.expect("kill runs").success());
    assert_eq!(wait(&mut child), Some(130));
    drop(unfinished.expect("a pipe"));
}

#[test]
fn nothing_of_the_server_is_left_when_a_run_is_killed() {
    let mut running = Running::start(&[], "read end");
    assert_eq!(running.get(USERS).status, 200);
    running.signal("KILL");
    let killed = Instant::now();
    running.child.wait().expect("a child");
    assert!(TcpStream::connect(running.address()).is_err());
    assert!(killed.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_server_ends_with_its_standard_input_where_it_is_told_to() {
    for by_variable in [false, true] {
        let mut command = Command::new(BINARY);
        command.args(["--listen", "127.0.0.1:0"]);
        if by_variable {
            command.env("ROLLCALL_UNTIL_STDIN_CLOSES", "1");
        } else {
            command.arg("--until-stdin-closes");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = command.stderr(Stdio::piped()).spawn();
        let mut process = Process::of(child.expect("the binary runs"));
        let mut stdin = process.child.stdin.take().expect("it is piped");
        stdin.write_all(b"anything\n").expect("it reads");
        let request = format!("GET {USERS} HTTP/1.1\r\nhost: x\r\n\r\n");
        assert_eq!(
            exchange(process.address(), request.as_bytes(), 1)[0].status,
            200
        );
        drop(stdin);
        let closed = Instant::now();
        assert_eq!(wait(&mut process.child), Some(0));
        assert!(closed.elapsed() < Duration::from_secs(1));
        let mut complaint = String::new();
        let mut stderr = process.child.stderr.take().expect("it is piped");
        stderr.read_to_string(&mut complaint).expect("UTF-8");
        assert_eq!(
            complaint,
            "rollcall: stopping: standard input was closed (--until-stdin-closes)\n"
        );
    }
}

#[test]
fn a_server_outlives_its_standard_input_by_default() {
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut process = Process::of(child.expect("the binary runs"));
    let request = format!("GET {USERS} HTTP/1.1\r\nhost: x\r\n\r\n");
    for _ in 0..50 {
        assert_eq!(
            exchange(process.address(), request.as_bytes(), 1)[0].status,
            200
        );
    }
    assert!(process.child.try_wait().expect("a child").is_none());
}

#[test]
fn a_server_ends_with_a_program_that_was_killed_though_nobody_reads_why() {
    // The shell holds the only other end of the server's standard input. Standard error is a pipe that is full and stays so.
    let script = "mkfifo in err; exec 4<>err; head -c 65536 /dev/zero >&4; \"$0\" --listen 127.0.0.1:0 --until-stdin-closes <in 2>&4 & exec 3>in; exec sleep 60";
    let folder = TempDir::new().expect("a folder");
    let child = Command::new("sh")
        .args(["-c", script, BINARY])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn();
    let process = Process::of(child.expect("sh runs"));
    let address = process.address();
    assert!(TcpStream::connect(address).is_ok());
    drop(process);
    let killed = Instant::now();
    while TcpStream::connect(address).is_ok() {
        assert!(
            killed.elapsed() < Duration::from_secs(1),
            "it is still there"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// `rollcall env` about a server.
fn env(address: SocketAddr, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("env").args(arguments);
    command.env("ROLLCALL_URL", format!("http://{address}/"));
    command
}

/// What no format may stumble over.
const AWKWARD: &str = "a'b\"c $HOME `id` \\n #x=y";

#[test]
fn env_prints_what_run_sets() {
    let server = demo();
    let url = format!("http://{}", server.address());
    let json = fine(&mut env(
        server.address(),
        &["--format", "json", "--namespace", "a"],
    ));
    let json: BTreeMap<String, String> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["ROLLCALL_URL"], url);
    assert_eq!(json["VOLC_ACCESSKEY"], "test-ak~a");
    let mut of_run = variables(&fine(&mut run(&["--namespace", "a"], &["env"])));
    let port = of_run["ROLLCALL_URL"].clone();
    for value in of_run.values_mut().filter(|value| **value == port) {
        value.clone_from(&url);
    }
    for (name, value) in &json {
        assert_eq!(of_run.get(name), Some(value), "{name}");
    }
    // A namespace that nobody has used is not made by asking.
    let listed = server.get("/_rollcall/namespaces");
    assert!(!listed.text().contains("\"a\""), "{}", listed.text());
}

#[test]
fn env_writes_for_shells_files_and_github() {
    let server = demo();
    let address = server.address();
    let script = "eval \"$(\"$0\" env --secret-key \"$1\")\"; printf '%s|%s|%s' \"$ROLLCALL_SECRET_KEY\" \"$ALIYUN_ACCESS_KEY_ID\" \"$ALIBABA_CLOUD_SECURITY_TOKEN\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, BINARY, AWKWARD]);
    shell.env("ROLLCALL_URL", format!("http://{address}"));
    shell.env("ALIBABA_CLOUD_SECURITY_TOKEN", "a real one");
    assert_eq!(fine(&mut shell), format!("{AWKWARD}|test-ak|"));
    let told = |arguments: &[&str]| fine(&mut env(address, arguments));
    let dotenv = told(&["--format", "dotenv", "--secret-key", AWKWARD]);
    assert!(
        dotenv.contains("\nROLLCALL_SECRET_KEY=\"a'b\\\"c \\$HOME \\`id\\` \\\\n #x=y\"\n"),
        "{dotenv}"
    );
    assert!(dotenv.contains("\nROLLCALL_ACCESS_KEY=test-ak\n"));
    assert!(dotenv.contains("# alibabacloud-credentials 1.0.12"));
    let github = told(&["--format", "github", "--secret-key", "one\ntwo"]);
    assert!(
        github.contains("ROLLCALL_SECRET_KEY<<END_OF_VALUE\none\ntwo\nEND_OF_VALUE\n"),
        "{github}"
    );
    let json: Value =
        serde_json::from_str(&told(&["--format", "json", "--secret-key", AWKWARD])).expect("JSON");
    assert_eq!(json["VOLC_SECRETKEY"], AWKWARD);
}

#[test]
fn env_names_the_regions_of_the_server() {
    let options = frozen().region("huawei-workspace", "cn-test-1");
    let options = options.and_then(|options| options.region("volcengine-bytehouse", "cn-shanghai"));
    let server = with(options.expect("providers").admin_token("s3cret"));
    let mut command = env(server.address(), &["--format", "json"]);
    check(&mut command, 1, "Authorization: Bearer");
    let json = fine(command.env("ROLLCALL_ADMIN_TOKEN", "s3cret"));
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        json["HUAWEICLOUD_SDK_REGION_WORKSPACE_CN_TEST_1"],
        json["ROLLCALL_URL"]
    );
    assert_eq!(json["VOLCSTACK_REGION"], "cn-shanghai");
    check(
        Command::new(BINARY).args(["env", "--url", "http://127.0.0.1:1"]),
        1,
        "no rollcall answers at http://127.0.0.1:1",
    );
}
