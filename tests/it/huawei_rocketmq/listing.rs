//! ListUser and the instances.

use crate::server::{Server, demo};

const USERS: &str = "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";

#[track_caller]
fn check(server: &Server, query: &str, expected: &str) {
    assert_eq!(server.get(&format!("{USERS}?{query}")).verdict(), expected, "{query}");
}

#[test]
fn limit_and_offset_bounds() {
    let server = demo();
    check(&server, "limit=1", "200");
    check(&server, "limit=50", "200");
    check(&server, "limit=51", "400 DMS.00400062");
    check(&server, "limit=0", "400 DMS.00400062");
    check(&server, "limit=+1", "400 DMS.00400062");
    check(&server, "offset=-1", "400 DMS.40050010");
    check(&server, "offset=2147483647", "200");
    check(&server, "offset=2147483648", "400 DMS.40050010");
    check(&server, "offset=x&limit=x", "400 DMS.40050010");
    check(&server, "limit=&offset=", "200");
    check(&server, "limit=x&limit=5", "200");
}

#[test]
fn the_whole_answer_of_a_page() {
    insta::assert_snapshot!(demo().get(&format!("{USERS}?limit=1")));
}
