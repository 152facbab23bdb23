//! What a page in a browser meets: CORS on the provider addresses, the landing page.

use crate::server::demo;

const USERS: &str =
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";
const PAGE: (&str, &str) = ("origin", "http://localhost:5173");

#[test]
fn a_page_of_any_origin_may_read_answers() {
    let answer = demo().send("GET", USERS, &[PAGE], b"");
    let origins: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "access-control-allow-origin")
        .collect();
    assert_eq!(origins.len(), 1);
    // A page that sends its cookies is told so by name; a browser takes no * from it, for headers neither.
    assert_eq!(origins[0].1, PAGE.1);
    assert_eq!(
        (
            answer.header("access-control-allow-credentials"),
            answer.header("vary")
        ),
        (Some("true"), Some("origin"))
    );
    let exposed = answer.header("access-control-expose-headers");
    let exposed: Vec<&str> = exposed.expect("there are some").split(", ").collect();
    assert!(exposed.contains(&"x-request-id"), "{exposed:?}");
    assert_eq!(
        demo().get(USERS).header("access-control-allow-origin"),
        None
    );
}

#[test]
fn a_preflight_is_answered_by_rollcall() {
    let asked = [
        PAGE,
        ("access-control-request-method", "DELETE"),
        (
            "access-control-request-headers",
            "content-type, x-auth-token, x-sdk-date",
        ),
        ("access-control-request-private-network", "true"),
    ];
    let answer = demo().send("OPTIONS", USERS, &asked, b"");
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.header("access-control-allow-methods"),
        Some("DELETE")
    );
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("content-type, x-auth-token, x-sdk-date")
    );
    assert_eq!(
        answer.header("access-control-allow-private-network"),
        Some("true")
    );
    assert_eq!(
        (
            answer.header("access-control-allow-origin"),
            answer.header("access-control-allow-credentials")
        ),
        (Some(PAGE.1), Some("true"))
    );
}

#[test]
fn a_browser_sees_the_landing_page() {
    let answer = demo().send(
        "GET",
        "/",
        &[("accept", "text/html,application/xhtml+xml")],
        b"",
    );
    assert_eq!(answer.status, 200);
    assert!(
        answer.text().contains("<h1>rollcall</h1>")
            && answer
                .text()
                .contains("/v2/{project_id}/instances/{instance_id}/users")
    );
    assert_eq!(demo().get("/").status, 404);
}

#[test]
fn the_landing_page_has_a_call_of_every_provider_to_copy_and_to_open() {
    let server = demo();
    let html = ("accept", "text/html");
    let page = server.send(
        "GET",
        "/?utm_source=x",
        &[html, ("host", "localhost:4700")],
        b"",
    );
    let page = page.text();
    let links: Vec<String> = page
        .split("<a href=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once("\">open it"))
        .map(|(link, _)| link.replace("&amp;", "&"))
        .filter(|link| !link.contains('"'))
        .collect();
    let providers = server.get("/_rollcall/providers").json();
    assert_eq!(
        Some(links.len()),
        providers.as_array().map(Vec::len),
        "{page}"
    );
    for link in &links {
        let answer = server.send("GET", link, &[html], b"");
        assert_eq!(answer.verdict(), "200", "{link}: {answer}");
    }
    let readme = include_str!("../../README.md");
    let quoted: Vec<&str> = readme
        .lines()
        .filter_map(|line| {
            line.strip_prefix("curl 'localhost:4700")?
                .strip_suffix('\'')
        })
        .filter(|target| !target.starts_with("/_rollcall"))
        .collect();
    assert!(5 <= quoted.len(), "{quoted:?}");
    for target in quoted {
        let line = format!(
            "curl 'http://localhost:4700{}'",
            target.replace('&', "&amp;")
        );
        assert!(page.contains(&line), "{line}");
    }
    // A browser that asks for no icon leaves none in the journal.
    assert!(page.contains("<link rel=\"icon\" href=\"data:,\">"));
    let strange = server.send("GET", "/", &[html, ("host", "x'<b>")], b"");
    assert!(!strange.text().contains("x'<b>"));
}

#[test]
fn a_call_of_an_sdk_that_takes_html_is_no_visit() {
    let server = demo();
    let java = (
        "accept",
        "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
    );
    for mark in [
        ("x-acs-action", "ListUsers"),
        ("authorization", "HMAC-SHA256 Credential=x"),
    ] {
        let answer = server.send("GET", "/", &[java, mark], b"");
        assert!(!answer.text().contains("<h1>"), "{mark:?}: {answer}");
    }
    let answer = server.send("GET", "/?Action=ListUsers&Version=2024-08-31", &[java], b"");
    assert_eq!(answer.verdict(), "200");
}
