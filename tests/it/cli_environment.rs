//! What surrounds the binary: variables, signals, children, a server that does not answer. Issue 13, table "Files, flags,
//! environment" and R15.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::cli::{BINARY, Process};
use crate::client::TIMEOUT;
use crate::server::{frozen, with};

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let output = Command::new(BINARY)
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn wait(child: &mut Child) -> Option<i32> {
    let began = Instant::now();
    while began.elapsed() < TIMEOUT {
        if let Some(status) = child.try_wait().expect("a child") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("it does not end");
}

/// Every subcommand, by the words that call it.
fn subcommands(words: &[&str], found: &mut Vec<Vec<String>>) {
    let (_, help, _) = run(&[words, &["--help"]].concat(), &[]);
    let listed = help.split("Commands:\n").nth(1).unwrap_or_default();
    let names = listed
        .lines()
        .take_while(|line| line.starts_with("  "))
        // A long description goes on in lines that are further in.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next());
    found.push(words.iter().map(|&word| word.to_owned()).collect());
    for name in names.filter(|name| *name != "help") {
        subcommands(&[words, &[name]].concat(), found);
    }
}

/// F2: compose's `NAME=${NAME}` makes empty variables.
#[test]
fn an_empty_variable_is_an_unset_one_in_every_subcommand() {
    let mut commands = Vec::new();
    subcommands(&[], &mut commands);
    assert!(30 < commands.len(), "{commands:?}");
    let mut variables = Vec::new();
    for command in &commands {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let (_, help, _) = run(&[&words, &["--help"][..]].concat(), &[]);
        for variable in help.split("[env: ").skip(1) {
            let name = variable.split(['=', ']']).next().expect("a name");
            variables.push(name.to_owned());
        }
    }
    variables.sort();
    variables.dedup();
    assert!(20 < variables.len(), "{variables:?}");
    let empty: Vec<(&str, &str)> = variables.iter().map(|name| (name.as_str(), "")).collect();
    // What begins with a hyphen is a length of time there.
    let takes_hyphens = ["clock", "advance"];
    for command in commands.iter().filter(|command| **command != takes_hyphens) {
        // With a flag that there is not, what is complained about comes first: the variables, or the flag.
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let arguments = [&words, &["--no-such-flag"][..]].concat();
        let (code, _, complaint) = run(&arguments, &empty);
        assert_eq!(code, Some(2), "{command:?}");
        assert!(
            complaint.contains("'--no-such-flag'"),
            "{command:?}: {complaint}"
        );
    }
    // And a server with all of them starts as one without any.
    let child = Command::new(BINARY)
        .args(["--listen", "127.0.0.1:0"])
        .envs(empty.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let process = Process::of(child.expect("the binary runs"));
    assert!(
        process
            .ready
            .starts_with("rollcall ready http://127.0.0.1:")
    );
    let url = format!("http://{}", process.address());
    for arguments in [
        &["health"][..],
        &["reset"],
        &["namespaces", "list"],
        &["journal"],
        &["faults", "list"],
        &["clock", "show"],
        &["token"],
        &["env"],
    ] {
        let arguments = [arguments, &["--url", &url]].concat();
        let (code, _, complaint) = run(&arguments, &empty);
        assert_eq!((code, complaint.as_str()), (Some(0), ""), "{arguments:?}");
    }
    let (code, signed, complaint) = run(&["sign", "huawei-iam", "GET", &url], &empty);
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(signed.contains("Access=test-ak"), "{signed}");
}

/// F6: in a container only ROLLCALL_LISTEN is changed.
#[test]
fn commands_find_the_server_where_the_variable_has_it_listen() {
    let process = Process::start(&["--listen", "0.0.0.0:0", "--listen", "aliyun-ehpc=0.0.0.0:0"]);
    let addresses: Vec<&str> = process.ready.trim().split(' ').skip(2).collect();
    let shared = addresses[0].trim_start_matches("http://");
    let dedicated = addresses[1].replace("http://", "");
    for listen in [
        shared,
        &format!("{dedicated},{shared}"),
        &dedicated,
        &shared.replace("0.0.0.0", "127.0.0.1"),
    ] {
        for command in [&["health"][..], &["reset"], &["env"]] {
            let (code, _, complaint) = run(command, &[("ROLLCALL_LISTEN", listen)]);
            assert_eq!(code, Some(0), "{listen} {command:?}: {complaint}");
        }
    }
    // The URL goes first, and a port that only the server knows is none.
    let nowhere = ("ROLLCALL_URL", "http://127.0.0.1:1");
    let (code, _, complaint) = run(&["health"], &[("ROLLCALL_LISTEN", shared), nowhere]);
    assert_eq!(code, Some(1));
    assert!(complaint.contains("http://127.0.0.1:1 "), "{complaint}");
    let (_, _, complaint) = run(&["health"], &[("ROLLCALL_LISTEN", "[::]:1")]);
    assert!(complaint.contains("http://[::1]:1 "), "{complaint}");
    let variables = [("ROLLCALL_LISTEN", "127.0.0.1:0")];
    let (_, printed, complaint) = run(&["health", "--timeout", "1s"], &variables);
    // Whether there is a server at the default address is the machine's affair.
    assert!(
        printed == "ok\n" || complaint.contains("http://127.0.0.1:4700 "),
        "{complaint}"
    );
}

/// R15: a terminal that goes away, `docker compose down` of some kinds.
#[test]
fn a_hangup_stops_the_server_cleanly() {
    let folder = TempDir::new().expect("a folder");
    let child = Command::new("env")
        .args([
            "--default-signal=HUP",
            BINARY,
            "--listen",
            "127.0.0.1:0",
            "--data",
        ])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut process = Process::of(child.expect("env runs"));
    assert!(process.ready.starts_with("rollcall ready"));
    hang_up(&process.child);
    assert_eq!(wait(&mut process.child), Some(0));
    let left = fs::read_dir(folder.path().join("default")).expect("a readable folder");
    let logs = left.filter(|file| {
        let name = file.as_ref().expect("a readable folder").file_name();
        name.to_string_lossy().ends_with("-wal")
    });
    assert_eq!(logs.count(), 0, "a clean stop folds the log back");
}

fn hang_up(child: &Child) {
    let sent = Command::new("kill")
        .args(["-s", "HUP", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

#[test]
fn a_server_under_nohup_outlives_its_terminal() {
    let child = Command::new("nohup")
        .args([BINARY, "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut process = Process::of(child.expect("nohup runs"));
    let url = format!("http://{}", process.address());
    hang_up(&process.child);
    for _ in 0..20 {
        assert_eq!(run(&["health", "--url", &url], &[]).0, Some(0));
    }
    assert!(process.child.try_wait().expect("a child").is_none());
}

/// The state of a process, as `Z` for one that has ended and was not waited for; nothing where there is none.
fn state_of(process: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let after = stat.rsplit(')').next()?.trim();
    after.split(' ').next().map(str::to_owned)
}

/// R15: the first process of a container has every orphan for a child. So has one that a shell became.
#[test]
fn children_that_rollcall_did_not_start_are_reaped() {
    let folder = TempDir::new().expect("a folder");
    for command in [
        "\"$0\" --listen 127.0.0.1:0",
        "\"$0\" run -- sh -c 'echo rollcall ready \"$ROLLCALL_URL\"; exec cat'",
    ] {
        // The shell's child lives until the pipe is closed, when the shell is rollcall already.
        let script = format!("mkfifo pipe; cat <pipe >/dev/null & echo $! >id; exec {command}");
        let child = Command::new("sh")
            .args(["-c", &script, BINARY])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let process = Process::of(child.expect("sh runs"));
        assert!(process.ready.starts_with("rollcall ready"));
        let id = fs::read_to_string(folder.path().join("id")).expect("an id");
        let id = id.trim();
        assert!(state_of(id).is_some());
        let pipe = folder.path().join("pipe");
        drop(fs::File::options().write(true).open(&pipe));
        let began = Instant::now();
        while let Some(state) = state_of(id) {
            assert!(
                began.elapsed() < TIMEOUT,
                "{command}: still there, as {state}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        fs::remove_file(pipe).expect("a writable folder");
    }
}

/// R15: a port that accepts and never answers.
#[test]
fn a_server_that_never_answers_is_given_up_with_a_sentence() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let snapshot = ["snapshot", "export"];
    let commands: [&[&str]; 7] = [
        &["reset"],
        &["journal"],
        &["namespaces", "list"],
        &snapshot,
        &["token"],
        &["explain", "1"],
        &["env"],
    ];
    for command in commands {
        let asked = Instant::now();
        let arguments = [command, &["--url", &url, "--timeout", "200ms"]].concat();
        let (code, _, complaint) = run(&arguments, &[]);
        assert_eq!(code, Some(1), "{command:?}");
        assert_eq!(
            complaint,
            format!(
                "rollcall: no rollcall answers at {url} (no answer within 200ms); start one, or name another with --url\n"
            ),
            "{command:?}"
        );
        assert!(asked.elapsed() < TIMEOUT);
    }
    let (code, _, complaint) = run(&["reset", "--timeout", "soon"], &[]);
    assert_eq!(code, Some(2));
    assert!(
        complaint.contains("write a duration, e.g. 30s or 5m"),
        "{complaint}"
    );
}

/// R15: what `$(cat token)` and files bring.
#[test]
fn an_admin_token_is_trimmed_or_refused() {
    let server = with(frozen().admin_token("s3cret"));
    let url = format!("http://{}", server.address());
    for token in ["s3cret\n", " s3cret\r\n"] {
        let variables = [("ROLLCALL_ADMIN_TOKEN", token)];
        let (code, _, complaint) = run(&["reset", "--url", &url], &variables);
        assert_eq!(code, Some(0), "{token:?}: {complaint}");
    }
    for token in ["gehéim", "two words", "a\nb"] {
        let variables = [("ROLLCALL_ADMIN_TOKEN", token)];
        for arguments in [
            &["reset", "--url", &url][..],
            &["--listen", "127.0.0.1:0"],
            &["run", "--", "true"],
        ] {
            let (code, _, complaint) = run(arguments, &variables);
            assert!(matches!(code, Some(1 | 2)), "{token:?} {arguments:?}");
            assert!(
                complaint.contains("fit in a header"),
                "{token:?} {arguments:?}: {complaint}"
            );
            assert!(!complaint.contains(token), "{complaint}");
        }
    }
    let refused = rollcall::Rollcall::start_with(&frozen().admin_token("gehéim"));
    assert!(matches!(refused, Err(rollcall::StartError::AdminToken)));
    // N13: a command says how to give it.
    let (_, _, complaint) = run(&["reset", "--url", &url], &[]);
    assert!(
        complaint.contains("--admin-token or ROLLCALL_ADMIN_TOKEN"),
        "{complaint}"
    );
}

/// R15: a signal before the end of a run's command stays one.
#[test]
fn a_run_under_nohup_leaves_hangups_to_its_command() {
    let child = Command::new("nohup")
        .args([BINARY, "run", "--", "sh", "-c", "echo ready; exec cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut process = Process::of(child.expect("nohup runs"));
    assert_eq!(process.ready, "ready\n");
    hang_up(&process.child);
    drop(process.child.stdin.take());
    assert_eq!(wait(&mut process.child), Some(0));
    let mut rest = String::new();
    if let Some(mut stdout) = process.child.stdout.take() {
        stdout.read_to_string(&mut rest).expect("UTF-8");
    }
    assert_eq!(rest, "");
}
