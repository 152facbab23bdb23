//! The requests of the official SDKs, exactly as they were recorded, to a server that checks their signatures at the time
//! of the recording.

use rollcall::clock::{Setting, Time};

use super::names;
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};

const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const USER_AGENT: &str = "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2";

const SIGNED: &str = "accept;host;user-agent;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;\
                      x-acs-signature-nonce;x-acs-version";
/// The same with what a session token adds.
const SIGNED_WITH_A_TOKEN: &str = "accept;host;user-agent;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;\
                                   x-acs-credentials-provider;x-acs-date;x-acs-security-token;x-acs-signature-nonce;\
                                   x-acs-version";

/// The demo, strict, when the SDKs were recorded.
fn recorded() -> Server {
    let time = Time::parse_rfc3339("2026-01-02T03:04:05Z").expect("a time");
    let options = frozen().clock(Setting::Fixed(time));
    with(options.auth("strict").expect("a mode"))
}

/// A GET of the Tea generation: Action and Version in headers only.
fn acs3(
    target: &str,
    action: &str,
    (signed, signature): (&str, &str),
    more: &[(&str, &str)],
) -> Answer {
    let authorization =
        format!("ACS3-HMAC-SHA256 Credential=test-ak,SignedHeaders={signed},Signature={signature}");
    let mut headers = vec![
        ("Accept-Encoding", "identity"),
        ("host", "127.0.0.1:18880"),
        ("x-acs-version", "2018-04-12"),
        ("x-acs-action", action),
        ("user-agent", USER_AGENT),
        ("x-acs-date", "2026-01-02T03:04:05Z"),
        ("x-acs-signature-nonce", "0123456789abcdef0123456789abcdef"),
        ("accept", "application/json"),
        ("x-acs-content-sha256", EMPTY_HASH),
        ("Authorization", &authorization),
    ];
    headers.extend(more);
    recorded().send("GET", target, &headers, b"")
}

/// Who vouches for a key without a token.
const STATIC_KEY: (&str, &str) = ("x-acs-credentials-provider", "static_ak");

#[test]
fn tea_lists_with_headers_only() {
    let target = "/?ClusterId=ehpc-hz-vu7c2WkVGx&PageNumber=1&PageSize=10";
    let signature = "756bf503f67ffd5b54880c5639ccc534851a63dada1c69f877bc514968a6a54c";
    let answer = acs3(target, "ListUsersAsync", (SIGNED, signature), &[STATIC_KEY]);
    assert_eq!(
        answer.header("content-type"),
        Some("application/json;charset=utf-8")
    );
    assert_eq!(names(&answer).len(), 10);
}

#[test]
fn tea_adds_users_whose_values_a_service_rejects() {
    let target = "/?Async=True&ClusterId=ehpc-hz-vu7c2WkVGx&User.1.Group=users&User.1.Name=alice.w&User.1.Password=P%40ss+w%2Ard~1%2F%2B\
                  &User.2.Group=wheel&User.2.Name=bob.%E5%BC%A0&User.2.Password=Aa1%21aaaa";
    let signature = "9f0f890d2012568b239ddadeba02aedbfff22b83d5faa73d43ab607ca8f3179d";
    let answer = acs3(target, "AddUsers", (SIGNED, signature), &[STATIC_KEY]);
    assert_eq!(
        super::blamed(&answer),
        "User.1.Password",
        "a blank is none of the characters"
    );
}

#[test]
fn tea_polls_with_a_session_token() {
    let more = [
        ("x-acs-credentials-provider", "static_sts"),
        ("x-acs-accesskey-id", "test-ak"),
        ("x-acs-security-token", "test-sts-token"),
    ];
    let signature = "6d05e05bc97d2d6a977ff51aea80c866ecbbf9970403a79df951446af52eb5aa";
    let target = "/?AsyncId=t-hz02xltxaex1q80&ClusterId=ehpc-hz-vu7c2WkVGx";
    let answer = acs3(
        target,
        "ListUsersAsync",
        (SIGNED_WITH_A_TOKEN, signature),
        &more,
    );
    assert_eq!(super::blamed(&answer), "AsyncId", "a task of another time");
}

#[test]
fn the_legacy_sdk_sends_everything_in_the_query_and_repeats_it_in_headers() {
    let target = "/?ClusterId=ehpc-hz-vu7c2WkVGx&PageNumber=1&PageSize=10&Version=2018-04-12&Action=ListUsersAsync&Format=JSON\
                  &RegionId=cn-hangzhou&Timestamp=2026-01-02T03%3A04%3A05Z&SignatureMethod=HMAC-SHA1&SignatureType=&SignatureVersion=1.0\
                  &SignatureNonce=01234567-89ab-cdef-0123-456789abcdef&AccessKeyId=test-ak&Signature=JaiuyzhagYc4Xc4Gx665bzzM7J4%3D";
    let headers = [
        ("Accept-Encoding", "identity"),
        ("Accept", "*/*"),
        ("x-acs-action", "ListUsersAsync"),
        ("x-acs-version", "2018-04-12"),
        ("x-sdk-invoke-type", "normal"),
        ("x-sdk-client", "python/2.0.0"),
    ];
    let answer = recorded().send("GET", target, &headers, b"");
    assert_eq!(names(&answer).len(), 10);
}

#[test]
fn a_common_request_has_a_form_beside_its_query() {
    let target = "/?PageSize=10&Version=2018-04-12&Action=ListUsersAsync&Format=JSON&RegionId=cn-hangzhou\
                  &Timestamp=2026-01-02T03%3A04%3A05Z&SignatureMethod=HMAC-SHA1&SignatureType=&SignatureVersion=1.0\
                  &SignatureNonce=01234567-89ab-cdef-0123-456789abcdef&AccessKeyId=test-ak&Signature=blePy370%2B%2FgLjZRDJqsRzaYAeE8%3D";
    let answer = recorded().post_form(target, "ClusterId=ehpc-hz-vu7c2WkVGx");
    assert_eq!(names(&answer).len(), 10);
}

#[test]
fn pop_core_posts_everything_in_a_form() {
    let form = "AccessKeyId=test-ak&Action=AddUsers&ClusterId=ehpc-hz-vu7c2WkVGx&Format=JSON&SignatureMethod=HMAC-SHA1\
                &SignatureNonce=a912f28367b736202842b97b91a59312&SignatureVersion=1.0&Timestamp=2026-01-02T03%3A04%3A05Z\
                &User.1.Group=users&User.1.Name=alice.w&User.1.Password=P%40ss%20w%2Ard~1%2F%2B&User.2.Group=wheel\
                &User.2.Name=bob.%E5%BC%A0&User.2.Password=Aa1%21aaaa&Version=2018-04-12&Signature=sb2GbCUK%2FEDk8fo75mMJdB6myr8%3D";
    let answer = recorded().post_form("/", form);
    assert_eq!(super::blamed(&answer), "User.1.Password");
    // The same with values that a service takes, which nobody signed.
    let form = form
        .replace("P%40ss%20w", "P%40ssw")
        .replace("bob.%E5%BC%A0", "bob.zhang");
    assert_eq!(
        recorded().post_form("/", &form).verdict(),
        "400 SignatureDoesNotMatch"
    );
    assert_eq!(demo().post_form("/", &form).status, 200);
}

#[test]
fn tea_in_its_v2_mode_signs_in_the_query() {
    let target = "/?Action=ListUsersAsync&Format=json&Version=2018-04-12&Timestamp=2026-01-02T03%3A04%3A05Z\
                  &SignatureNonce=0123456789abcdef0123456789abcdef&ClusterId=ehpc-hz-vu7c2WkVGx&PageNumber=1&PageSize=10\
                  &SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&AccessKeyId=test-ak&Signature=ssZCMau7HDFsPhGjd8EslCvC4uI%3D";
    assert_eq!(names(&recorded().get(target)).len(), 10);
}

/// Not recorded with a signature, and so to a server that asks for none.
#[test]
fn tea_of_2024_07_30_posts_with_everything_in_the_query() {
    let target = "/?ClusterId=ehpc-hz-Next240730&User=%5B%7B%22Group%22%3A%22users%22%2C%22Password%22%3A%22Aa1%21aaaa%22%2C\
                  %22UserName%22%3A%22newcomer%22%7D%5D";
    let headers = [
        ("x-acs-version", "2024-07-30"),
        ("x-acs-action", "CreateUsers"),
        ("x-acs-signature-nonce", "0123456789abcdef0123456789abcdef"),
        ("x-acs-content-sha256", EMPTY_HASH),
        ("accept", "application/json"),
    ];
    let server = demo();
    assert_eq!(server.send("POST", target, &headers, b"").status, 200);
    assert_eq!(
        server.send("POST", target, &headers, b"").verdict(),
        "406 AgentError.Account.UserAlreadyExist"
    );
}
