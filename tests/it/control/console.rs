//! The console's files: what they are sent with, and who may have them.

use super::refused;
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};

const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn page(server: &Server, headers: &[(&str, &str)]) -> Answer {
    server.send("GET", "/_rollcall/console/", headers, b"")
}

/// What protects a page is on every answer of the console.
#[track_caller]
fn protected(answer: &Answer) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-cache"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}: {answer}");
    }
}

#[test]
fn the_folder_is_the_first_page() {
    let server = demo();
    let index = page(&server, &[]);
    assert_eq!(index.status, 200);
    assert_eq!(
        index.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    protected(&index);
    let named = server.get("/_rollcall/console/index.html");
    assert_eq!((named.status, &named.body), (200, &index.body));
    protected(&named);
    let head = server.send("HEAD", "/_rollcall/console/", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    protected(&head);
    assert_eq!(head.header("etag"), index.header("etag"));
    assert_eq!(
        head.header("content-length"),
        Some(index.body.len().to_string().as_str())
    );
}

#[test]
fn without_the_slash_a_relative_address_leads_to_the_folder() {
    let server = demo();
    for method in ["GET", "HEAD"] {
        let answer = server.send(method, "/_rollcall/console", &[], b"");
        assert_eq!(
            (answer.status, answer.header("location")),
            (307, Some("console/"))
        );
        protected(&answer);
    }
}

#[test]
fn what_a_browser_has_is_not_sent_again() {
    let server = demo();
    let tag = page(&server, &[]).header("etag").expect("a tag").to_owned();
    let weak = format!("\"x\", W/{tag}");
    for known in [tag.as_str(), "*", &weak] {
        let answer = page(&server, &[("if-none-match", known)]);
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{known}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
        protected(&answer);
    }
    for other in ["\"x\"", "", "x", tag.trim_matches('"')] {
        assert_eq!(page(&server, &[("if-none-match", other)]).status, 200);
    }
}

#[test]
fn what_the_console_does_not_have_is_a_problem() {
    let server = demo();
    for address in [
        "nothing.js",
        "..",
        "%2e%2e",
        "..%2findex.html",
        "INDEX.HTML",
        "%3Cscript%3E",
        "%00",
    ] {
        let answer = server.get(&format!("/_rollcall/console/{address}"));
        refused(&answer, 404, "", "the console has no file");
        protected(&answer);
    }
    let answer = server.get("/_rollcall/console/a/b");
    refused(&answer, 404, "", "there is no /_rollcall/console/a/b;");
    for (method, address) in [
        ("POST", "console/"),
        ("PUT", "console/index.html"),
        ("DELETE", "console"),
    ] {
        let answer = server.send(method, &format!("/_rollcall/{address}"), &[], b"");
        refused(&answer, 405, "", "does not take");
        assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    }
}

#[test]
fn the_files_need_no_token_and_the_calls_do() {
    let server = with(frozen().admin_token("s3cret"));
    for address in ["console", "console/", "console/index.html"] {
        let status = server.get(&format!("/_rollcall/{address}")).status;
        assert!([200, 307].contains(&status), "{address}: {status}");
    }
    for address in ["", "consolex", "journal", "console/../journal"] {
        let answer = server.get(&format!("/_rollcall/{address}"));
        assert!([401, 404].contains(&answer.status), "{address}: {answer}");
        assert!(!answer.text().contains("entries"));
    }
}

#[test]
fn hosts_and_origins_are_guarded() {
    let server = demo();
    for address in ["console", "console/", "console/index.html"] {
        let target = format!("/_rollcall/{address}");
        for (header, sentence) in [
            (("host", "rebound.example"), "is not allowed here"),
            (("origin", "http://evil.test"), "may not use"),
        ] {
            let answer = server.send("GET", &target, &[header], b"");
            refused(&answer, 403, "", sentence);
        }
    }
}

#[test]
fn the_landing_page_leads_to_the_console() {
    let page = demo().send("GET", "/", &[("accept", "text/html")], b"");
    assert!(page.text().contains("<a href=\"_rollcall/console/\">"));
    assert!(!page.text().contains("<script"));
}
