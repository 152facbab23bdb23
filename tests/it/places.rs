//! A mistake in a file that the command line is given: told as compilers tell it, `FILE:LINE:COLUMN: sentence`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::cli::{BINARY, Process};
use crate::client::exchange;

/// A file that is wrong, and what is said of it after its name.
const WRONG: &[(&str, &str, &str)] = &[
    ("json", "{", ":1:1: EOF while parsing an object"),
    (
        "json",
        "{\n  \"huawei-iam\": {,",
        ":2:18: key must be a string",
    ),
    (
        "json",
        "{\r\n  \"huawei-iam\": {},\r\n}\r\n",
        ":3:1: trailing comma",
    ),
    (
        "json",
        "\u{feff}{\"\u{4e2d}\u{6587}\": nul}",
        ":1:11: expected ident",
    ),
    (
        "json",
        "\u{feff}{\n\"nobody\": {}}",
        ":2:11: at nobody: unknown provider",
    ),
    (
        "json",
        "{\"volcengine-bytehouse\": {\n  \"Users\": [\n    {\"Username\": \"first\"},\n    {\"Username\": 7}\n  ]\n}}",
        ":4:18: at volcengine-bytehouse.Users[1].Username: ",
    ),
    (
        "json",
        "{\"credentials\": [], \"volcengine-bytehouse\": {\"Users\": [{\"Description\": \"\u{4e2d}\u{6587}\", \"Username\": 7}]}}",
        ":1:90: at volcengine-bytehouse.Users[0].Username: ",
    ),
    (
        "json",
        "{\n \"credentials\":\n [{\"access_key\": \"k\"}]}",
        ":3:3: at credentials[0].secret_key: ",
    ),
    (
        "json",
        "{\n \"huawei-iam\": 5}",
        ":2:16: at huawei-iam: a provider's part must be an object",
    ),
    ("json", "\n [1]", ":2:2: a seed document must be an object"),
    (
        "json",
        "{\"credentials\": [],\n \"credentials\": []}",
        ":2:17: duplicate key \"credentials\"\n",
    ),
    (
        "json",
        "{}\n{}",
        ":2:1: trailing characters; name a file with one document per line .ndjson",
    ),
    (
        "ndjson",
        "{}\n\n{\"huawei-iam\": {,",
        ":3:17: key must be a string",
    ),
    (
        "ndjson",
        "{}\n\n{\"nobody\": {}}\n",
        ":3:12: at nobody: unknown provider",
    ),
    (
        "ndjson",
        "\u{feff}{}\r\n{\"volcengine-bytehouse\": {\"Users\": [{\"Username\": 7}]}}\r\n",
        ":2:50: at volcengine-bytehouse.Users[0].Username: ",
    ),
    (
        "ndjson",
        "{}\n{\"huawei-rocketmq\": {\"users\": [], \"users\": []}}\n",
        ":2:44: duplicate key \"users\"\n",
    ),
];

const RELOAD: &[u8] =
    b"POST /_rollcall/reload HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn rollcall(arguments: &[&str]) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .output()
        .expect("the binary runs")
}

/// A folder with a file of that text in it.
fn file(extension: &str, text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join(format!("seed.{extension}"));
    fs::write(&path, text).expect("a writable folder");
    (folder, path)
}

#[track_caller]
fn complains(arguments: &[&str], code: i32, sentence: &str) {
    let output = rollcall(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{complaint}");
    assert!(
        complaint.starts_with(sentence),
        "{complaint:?}\n{sentence:?}"
    );
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    assert!(!complaint.contains(" at line "), "twice: {complaint}");
}

#[test]
fn a_seed_that_is_wrong_is_told_by_file_line_and_column() {
    for (extension, text, sentence) in WRONG {
        let (folder, path) = file(extension, text);
        let said = format!("{}{sentence}", path.display());
        // A folder is told by the file in it.
        for named in [folder.path(), &path] {
            let named = named.to_str().expect("UTF-8");
            complains(&["seed", "check", named], 1, &said);
            let said = format!("rollcall: cannot load the seed {}", said.trim_end());
            let start = ["serve", "--listen", "127.0.0.1:0", "--seed", named];
            complains(&start, 1, &said);
        }
    }
}

#[test]
fn a_reload_tells_the_same_place() {
    let (_folder, path) = file("json", "{}");
    let named = path.to_str().expect("UTF-8");
    let process = Process::start(&["--listen", "127.0.0.1:0", "--seed", named]);
    for (extension, text, sentence) in WRONG {
        if *extension == "json" {
            fs::write(&path, text).expect("a writable folder");
            let answer = &exchange(process.address(), RELOAD, 1)[0];
            let said = format!("cannot load the seed {named}{}", sentence.trim_end());
            let detail = answer.json()["detail"].clone();
            let detail = detail.as_str().expect("a sentence");
            assert!(detail.starts_with(&said), "{detail:?}\n{said:?}");
            assert!(detail.ends_with("; the data was not changed"), "{detail}");
        }
    }
}

/// From a pipe, which is read once, the place is told as well.
#[test]
#[cfg(unix)]
fn a_pipe_has_lines_too() {
    let script = r#"exec "$0" seed check <(printf '{\n "nobody": {}}')"#;
    let output = Command::new("bash").args(["-c", script, BINARY]).output();
    let output = output.expect("a shell");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains(":2:12: at nobody: "), "{complaint}");
}

/// A pipe that nothing is written to would hold up its reader for ever.
#[test]
#[cfg(unix)]
fn a_pipe_holds_nobody_up() {
    let folder = TempDir::new().expect("a folder");
    let seed = folder.path().join("seed.json");
    fs::write(&seed, "{}").expect("a writable folder");
    let pipe = |name: &str| {
        let path = folder.path().join(name);
        let made = Command::new("mkfifo").arg(&path).status().expect("mkfifo");
        assert!(made.success());
    };
    let named = folder.path().to_str().expect("UTF-8");
    let process = Process::start(&["--listen", "127.0.0.1:0", "--seed", named]);
    // A reload that waits ends this test in time; a start would not.
    let reloaded = || exchange(process.address(), RELOAD, 1).remove(0);
    pipe("pipe.json");
    assert_eq!(reloaded().status, 200);
    pipe("another.ndjson");
    assert_eq!(reloaded().status, 200);

    let named = seed.to_str().expect("UTF-8");
    let process = Process::start(&["--listen", "127.0.0.1:0", "--seed", named]);
    fs::remove_file(&seed).expect("a file");
    pipe("seed.json");
    let answer = exchange(process.address(), RELOAD, 1).remove(0);
    assert_eq!(answer.status, 400);
    assert!(
        answer
            .text()
            .contains("can be read only once, at the start"),
        "{answer}"
    );
}

#[test]
fn rules_and_answers_that_are_wrong_are_told_so_too() {
    for (text, sentence) in [
        ("[\n {,", ":2:3: at /0: key must be a string"),
        (
            "[{\"effect\": \"hang\", \"times\": 1,\n \"times\": 2}]",
            ":2:11: at /0/times: duplicate key \"times\"\n",
        ),
        ("[{\n \"effect\": 5}]", ":2:12: at /0/effect: "),
        ("{}", ":1:1: invalid type: object, expected an array"),
        (
            "[{\"effect\": \"hang\"},\n {\"effect\": \"hang\", \"match\": {\"operation\": \"No\"}}]",
            ":2:44: at /1/match/operation: \"No\" is not an operation",
        ),
    ] {
        let (_folder, path) = file("json", text);
        let named = path.to_str().expect("UTF-8");
        let said = format!("rollcall: --faults {named}{sentence}");
        let start = ["serve", "--listen", "127.0.0.1:0", "--faults", named];
        complains(&start, 2, &said);
    }
    for (text, sentence) in [
        ("{\n \"users\": [,", ":2:12: expected value"),
        ("{\n \"user\": []}", ": not a user list of huawei-workspace"),
    ] {
        let (_folder, path) = file("json", text);
        let named = path.to_str().expect("UTF-8");
        let asked = ["seed", "from-answer", "--provider", "huawei-workspace"];
        let asked = [&asked[..], &["--project-id", "p", named]].concat();
        complains(&asked, 1, &format!("{named}{sentence}"));
    }
}

#[test]
fn an_import_that_the_server_refuses_is_told_by_its_file() {
    let process = Process::start(&["--listen", "127.0.0.1:0"]);
    let url = format!("http://{}", process.address());
    for (text, sentence) in [
        ("nonsense", ":1:2: invalid JSON: expected ident"),
        (
            "{}\n{\"nobody\": {}}\n",
            ":2:12: at nobody: unknown provider",
        ),
        ("", ": the export holds no record"),
    ] {
        let (_folder, path) = file("ndjson", text);
        let named = path.to_str().expect("UTF-8");
        let import = ["snapshot", "import", named, "--url", &url];
        complains(&import, 1, &format!("{named}{sentence}"));
    }
}

/// The place is found without another copy of the text: a seed that is wrong takes what one that is right takes.
#[test]
fn finding_the_place_takes_no_memory_to_speak_of() {
    const LENGTH: usize = 32 * 1024 * 1024;
    let status = |process: &Process, name: &str| -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", process.child.id()));
        let status = status.expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        let number = number.and_then(|kib| kib.parse::<usize>().ok());
        number.expect("the machine tells") * 1024
    };
    let reloaded = |part: &str| {
        let (_folder, path) = file("json", "{}");
        let named = path.to_str().expect("UTF-8");
        let process = Process::start(&["--listen", "127.0.0.1:0", "--seed", named]);
        let spaces = " ".repeat(LENGTH);
        let text = format!("{{\"volcengine-bytehouse\": {{{spaces}{part}}}}}");
        fs::write(&path, &text).expect("a writable folder");
        let before = status(&process, "VmRSS:");
        let forget = format!("/proc/{}/clear_refs", process.child.id());
        fs::write(forget, "5").expect("the machine forgets a peak");
        let answer = exchange(process.address(), RELOAD, 1).remove(0);
        let grown = status(&process, "VmHWM:").saturating_sub(before);
        (grown, answer)
    };
    let (right, answer) = reloaded("\"Users\": []");
    assert_eq!(answer.status, 200, "{answer}");
    let (wrong, answer) = reloaded("\"Users\": [{\"Username\": 7}]");
    let column = LENGTH + 50;
    let said = format!("seed.json:1:{column}: at volcengine-bytehouse.Users[0].Username: ");
    assert!(answer.text().contains(&said), "{answer}");
    assert!(
        wrong < right + LENGTH / 2,
        "{wrong} bytes, and {right} for a right one"
    );
}
