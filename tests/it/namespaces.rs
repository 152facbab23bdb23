//! Whose data is this.

use crate::server::demo;

const USERS: &str =
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";

#[test]
fn an_invalid_namespace_is_refused_by_rollcall_itself() {
    let server = demo();
    for name in ["Upper", "-a", "a_b", "../x"] {
        let answer = server.send("GET", USERS, &[("x-rollcall-namespace", name)], b"");
        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
    }
}
