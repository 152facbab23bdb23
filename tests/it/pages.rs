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
    assert_eq!(origins[0].1, "*");
    assert_eq!(answer.header("access-control-expose-headers"), Some("*"));
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
