//! What is checked of a signed call, in its order, and how long a nonce is remembered.

use std::cell::RefCell;
use std::collections::BTreeSet;

use rollcall::signing::{AccessKey, Digest, alibaba_acs3, alibaba_v1};

use super::super::{CLUSTER, list, v2018};
use super::{SCHEMES, acs3, check, v1};
use crate::authentication::{self, DISABLED, EXPIRED, KEY, TEMPORARY, WRONG, explained, now, send};
use crate::client::exchange;
use crate::server::{NOW, frozen, with};
use crate::signing::Request;

#[test]
fn rpc_v1_is_checked_in_the_order_of_the_table() {
    rpc_v1_in_order();
}

/// Goes through the table and gives the verdicts that were seen.
pub(super) fn rpc_v1_in_order() -> BTreeSet<String> {
    let lenient = authentication::server("lenient");
    let strict = authentication::server("strict");
    let seen = RefCell::new(BTreeSet::new());
    let check = |parameters: &str, in_lenient: &str, in_strict: &str| {
        // No ClusterId: whatever it is refused for comes before a look at the parameters.
        let target = v2018("ListUsersAsync", &format!("Format=JSON&{parameters}"));
        for (server, expected) in [(&lenient, in_lenient), (&strict, in_strict)] {
            let verdict = server.get(&target).verdict();
            assert_eq!(verdict, expected, "{target}");
            seen.borrow_mut().insert(verdict);
        }
    };
    let both = |parameters: &str, expected| check(parameters, expected, expected);
    both("", "400 MissingAccessKeyId");
    both("AccessKeyId=", "400 MissingAccessKeyId");
    both("Signature=x&Timestamp=x", "400 MissingAccessKeyId");
    let so_far = "AccessKeyId=nobody";
    both(so_far, "400 MissingTimestamp");
    let so_far = format!("{so_far}&Timestamp=yesterday");
    both(&so_far, "400 MissingSignatureNonce");
    let so_far = format!("{so_far}&SignatureNonce=1");
    both(&so_far, "400 MissingSignature");
    let so_far = format!("{so_far}&Signature=x");
    both(&so_far, "400 MissingSignatureMethod");
    let so_far = format!("{so_far}&SignatureMethod=SHA256withRSA");
    both(&so_far, "400 MissingSignatureVersion");
    let so_far = format!("{so_far}&SignatureVersion=1.0");
    both(&so_far, "400 InvalidSignatureMethod");
    let so_far = so_far.replace("SHA256withRSA", "HMAC-SHA1");
    for kind in ["PRIVATEKEY", "BEARERTOKEN"] {
        let keyed = format!("{so_far}&SignatureType={kind}");
        both(&keyed, "400 InvalidSignatureMethod");
    }
    both(&so_far, "400 InvalidTimeStamp.Format");
    let passed = "400 MissingClusterId";
    for time in ["2024-05-20T08:14:59Z", "2024-05-20T08:45:01Z"] {
        let off = so_far.replace("yesterday", time);
        check(&off, passed, "400 InvalidTimeStamp.Expired");
    }
    let so_far = so_far.replace("yesterday", "2024-05-20T08:45:00Z");
    check(&so_far, passed, "404 InvalidAccessKeyId.NotFound");
    let named = |key: AccessKey<'_>| so_far.replace("nobody", key.id);
    check(&named(DISABLED), passed, "400 InvalidAccessKeyId.Inactive");
    check(
        &named(TEMPORARY),
        passed,
        "400 InvalidSecurityToken.Malformed",
    );
    let token = |key| format!("{}&SecurityToken=token-of-the-temporary-key", named(key));
    check(&token(EXPIRED), passed, "400 InvalidSecurityToken.Expired");
    check(&token(TEMPORARY), passed, "400 SignatureDoesNotMatch");
    check(&named(KEY), passed, "400 SignatureDoesNotMatch");
    seen.into_inner()
}

#[test]
fn acs3_is_checked_in_the_order_of_the_table() {
    acs3_in_order();
}

/// As [`rpc_v1_in_order`].
pub(super) fn acs3_in_order() -> BTreeSet<String> {
    let lenient = authentication::server("lenient");
    let strict = authentication::server("strict");
    let target = v2018("ListUsersAsync", "");
    let seen = RefCell::new(BTreeSet::new());
    let check = |headers: &[(&str, &str)], in_lenient: &str, in_strict: &str| {
        for (server, expected) in [(&lenient, in_lenient), (&strict, in_strict)] {
            let verdict = server.send("GET", &target, headers, b"").verdict();
            assert_eq!(verdict, expected, "{headers:?}");
            seen.borrow_mut().insert(verdict);
        }
    };
    let both = |headers: &[(&str, &str)], expected| check(headers, expected, expected);
    let nonce = ("x-acs-signature-nonce", "1");
    let date = ("x-acs-date", "yesterday");
    fn with(text: &str) -> (&'static str, &str) {
        ("authorization", text)
    }
    both(&[nonce], "400 MissingAccessKeyId");
    both(&[nonce, with("")], "400 MissingAccessKeyId");
    both(&[with("ACS3-RSA")], "400 MissingTimestamp");
    both(&[with("ACS3-RSA"), date], "400 MissingSignatureNonce");
    for malformed in ["ACS3-HMAC-SHA256", "ACS3-HMAC-SHA256 x", "Basic dXNlcg"] {
        both(&[with(malformed), date, nonce], "400 IncompleteSignature");
    }
    let unsigned = with("ACS3-HMAC-SHA256 Credential=test-ak,SignedHeaders=host");
    both(&[unsigned, date, nonce], "400 MissingSignature");
    let nobody = with("ACS3-HMAC-SHA256 Signature=x");
    both(&[nobody, date, nonce], "400 IncompleteSignature");
    for algorithm in ["ACS3-HMAC-SM4", "ACS3-RSA-SHA256"] {
        let text = format!("{algorithm} Credential=test-ak,SignedHeaders=host,Signature=x");
        both(&[with(&text), date, nonce], "400 InvalidSignatureMethod");
    }
    let signed = "ACS3-HMAC-SHA256 Credential=nobody, SignedHeaders=host, Signature=x";
    both(&[with(signed), date, nonce], "400 InvalidTimeStamp.Format");
    let passed = "400 MissingClusterId";
    for time in ["2024-05-20T08:14:59Z", "2024-05-20T08:45:01Z"] {
        let date = ("x-acs-date", time);
        check(
            &[with(signed), date, nonce],
            passed,
            "400 InvalidTimeStamp.Expired",
        );
    }
    let date = ("x-acs-date", "2024-05-20T08:15:00Z");
    let named = |key: AccessKey<'_>| signed.replace("nobody", key.id);
    let token = ("x-acs-security-token", "token-of-the-temporary-key");
    let wrong = ("x-acs-security-token", "another");
    check(
        &[with(signed), date, nonce],
        passed,
        "404 InvalidAccessKeyId.NotFound",
    );
    let disabled = named(DISABLED);
    check(
        &[with(&disabled), date, nonce],
        passed,
        "400 InvalidAccessKeyId.Inactive",
    );
    let temporary = named(TEMPORARY);
    check(
        &[with(&temporary), date, nonce],
        passed,
        "400 InvalidSecurityToken.Malformed",
    );
    check(
        &[with(&temporary), date, nonce, wrong],
        passed,
        "400 InvalidSecurityToken.Malformed",
    );
    let expired = named(EXPIRED);
    check(
        &[with(&expired), date, nonce, token],
        passed,
        "400 InvalidSecurityToken.Expired",
    );
    check(
        &[with(&temporary), date, nonce, token],
        passed,
        "400 SignatureDoesNotMatch",
    );
    check(
        &[with(&named(KEY)), date, nonce, token],
        passed,
        "400 SignatureDoesNotMatch",
    );
    seen.into_inner()
}

#[test]
fn format_path_method_version_and_action_come_before_the_signature() {
    let server = authentication::server("strict");
    let check = |method, target: &str, expected| check(&server, method, target, expected);
    check("GET", "/x", "404 InvalidAction.NotFound");
    check("PUT", "/", "403 UnsupportedHTTPMethod");
    check("GET", "/", "400 InvalidVersion");
    check("GET", "/?Version=2018-04-12", "400 MissingAction");
    let unknown = "/?Version=2018-04-12&Action=Nothing";
    check("GET", unknown, "404 InvalidAction.NotFound");
    let listing = "/?Version=2018-04-12&Action=ListUsersAsync";
    check("GET", listing, "400 MissingAccessKeyId");
    check("POST", listing, "400 MissingAccessKeyId");
}

#[test]
fn a_signed_call_is_answered_once() {
    let server = authentication::server("strict");
    for (scheme, nonce) in SCHEMES.into_iter().zip(["a", "b", "c"]) {
        let request = scheme(&list(""), KEY, now(), nonce);
        assert_eq!(send(&server, &request).verdict(), "200");
        assert_eq!(send(&server, &request).verdict(), "400 SignatureNonceUsed");
        // The nonces of two keys are two lists, and so are those of two namespaces.
        let other = scheme(&list(""), TEMPORARY, now(), nonce);
        assert_eq!(send(&server, &other).verdict(), "200");
        let elsewhere = AccessKey {
            id: "test-ak~suite7",
            ..KEY
        };
        let other = scheme(&list(""), elsewhere, now(), nonce);
        assert_eq!(send(&server, &other).verdict(), "200");
        let spent = scheme(&list("PageSize=1"), KEY, now(), nonce);
        assert_eq!(send(&server, &spent).verdict(), "400 SignatureNonceUsed");
    }
    let post = Request::new(
        "POST",
        &v2018("ListUsersAsync", "Format=JSON"),
        &format!("ClusterId={CLUSTER}"),
    )
    .with("content-type", "application/x-www-form-urlencoded");
    let sealed = post.look(|sent| alibaba_v1::sign(sent, &KEY, now(), "d", Digest::Sha256));
    assert_eq!(send(&server, &post.sealed(sealed)).verdict(), "200");
}

/// Clients of the real gateways write `toISOString()`, or nine digits.
#[test]
fn a_time_may_have_a_fraction_of_one_to_nine_digits() {
    let (lenient, strict) = (
        authentication::server("lenient"),
        authentication::server("strict"),
    );
    let v1_at = |time: &str| {
        let target = list(&format!("Format=JSON&Timestamp={time}"));
        let request = Request::new("GET", &target, "");
        let sealed = request.look(|sent| alibaba_v1::sign(sent, &KEY, now(), time, Digest::Sha1));
        // The time of the signer's own goes; the rest is signed again.
        let mut request = request.sealed(sealed);
        let own = format!("&Timestamp={}", NOW.replace(':', "%3A"));
        assert!(request.query.contains(&own), "{}", request.query);
        request.query = request.query.replace(&own, "");
        let (unsigned, _) = request.query.rsplit_once("&Signature=").expect("signed");
        request.query = unsigned.to_owned();
        let signature = request.look(|sent| {
            let query = alibaba_v1::canonical_query(&alibaba_v1::parameters(sent));
            let text = alibaba_v1::string_to_sign("GET", "/", &query);
            alibaba_v1::signature(Digest::Sha1, KEY.secret, &text)
        });
        request.query.push_str(&format!(
            "&Signature={}",
            rollcall::signing::encode(signature.as_bytes())
        ));
        request
    };
    let acs3_at = |time: &str| {
        let mut request = acs3(&list(""), KEY, now(), &format!("{time} in headers"));
        time.clone_into(request.header_mut("x-acs-date"));
        let signature = request.look(|sent| {
            let read = alibaba_acs3::read(sent).ok()?;
            let text =
                alibaba_acs3::canonical_request(sent, "/", read.algorithm, read.signed_headers)
                    .text();
            Some(alibaba_acs3::signature(
                read.algorithm,
                KEY.secret,
                &alibaba_acs3::string_to_sign(read.algorithm, &text),
            ))
        });
        if let Some(signature) = signature {
            let header = request.header_mut("authorization");
            let keep = header.rfind('=').expect("signed") + 1;
            header.replace_range(keep.., &signature);
        }
        request
    };
    let check = |time: &str, in_lenient: &str, in_strict: &str| {
        for request in [v1_at(time), acs3_at(time)] {
            for (server, expected) in [(&lenient, in_lenient), (&strict, in_strict)] {
                assert_eq!(send(server, &request).verdict(), expected, "{time}");
            }
        }
    };
    let moment = NOW.trim_end_matches('Z');
    for digits in 1..=9 {
        let time = format!("{moment}.{}Z", &"123456789"[..digits]);
        check(&time, "200", "200");
    }
    let malformed = "400 InvalidTimeStamp.Format";
    for end in [
        ".Z",
        ".1234567890Z",
        ".12a3Z",
        ",123Z",
        ".123",
        ".123+08:00",
        ".1.2Z",
        "Z.123",
    ] {
        check(
            &format!("{moment}{}", end.replace('+', "%2B")),
            malformed,
            malformed,
        );
    }
    check(
        "2024-05-20T08:14:59.999Z",
        "200",
        "400 InvalidTimeStamp.Expired",
    );
}

/// ECS and others answer a wrong signature of RPC V1 so; the message ends in the server's own string to sign.
#[test]
fn a_wrong_v1_signature_is_incomplete_where_the_quirk_says_so() {
    let server = authentication::server("strict");
    let quirk = r#"{"quirks":{"aliyun-ehpc.bad-signature":"incomplete"}}"#;
    let set = server.json("PATCH", "/_rollcall/namespaces/default/settings", quirk);
    assert_eq!(set.status, 200, "{set}");
    let request = v1(&list(""), WRONG, now(), "1");
    let answer = send(&server, &request);
    assert_eq!(answer.verdict(), "400 IncompleteSignature");
    let to_sign = request.look(|sent| {
        let query = alibaba_v1::canonical_query(&alibaba_v1::parameters(sent));
        alibaba_v1::string_to_sign("GET", "/", &query)
    });
    let message =
        "The request signature does not conform to Aliyun standards. server string to sign is:";
    assert_eq!(answer.json()["Message"], format!("{message}{to_sign}"));
    // The doctor says of it what it says of the other.
    let id = answer.json()["RequestId"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert!(explained(&server, &id)["signature"]["sentence"].is_string());
    let acs3 = send(&server, &acs3(&list(""), WRONG, now(), "2"));
    assert_eq!(acs3.verdict(), "400 SignatureDoesNotMatch");
}

#[test]
fn no_signed_parameter_can_be_moved_where_it_is_not_read() {
    let server = authentication::server("strict");
    let form = "application/x-www-form-urlencoded";
    let check = |name: &str, method: &str, content_types: &[&[u8]], expected: &str| {
        let target = list("Format=JSON&PageSize=2");
        let request = Request::new(method, &target, "");
        let sealed = request.look(|sent| alibaba_v1::sign(sent, &KEY, now(), name, Digest::Sha1));
        let mut request = request.sealed(sealed);
        request.query = request.query.replace("&PageSize=2", "");
        let mut sent = format!(
            "{method} /?{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 10\r\n",
            request.query
        )
        .into_bytes();
        for content_type in content_types {
            sent.extend([b"content-type: ", *content_type, b"\r\n"].concat());
        }
        sent.extend(b"\r\nPageSize=2");
        let answer = exchange(server.address(), &sent, 1).remove(0);
        assert_eq!(answer.verdict(), expected, "{name}: {answer}");
    };
    let refused = "400 SignatureDoesNotMatch";
    // In a form that is read, the order of its parameters does not matter.
    check("a form", "POST", &[form.as_bytes()], "200");
    let cased = b"Application/X-WWW-Form-Urlencoded ;charset=utf-8";
    check("in other letters", "POST", &[cased], "200");
    check("no form of a GET", "GET", &[form.as_bytes()], refused);
    let longer = format!("{form}x");
    check("a longer type", "POST", &[longer.as_bytes()], refused);
    check(
        "another first",
        "POST",
        &[b"text/plain", form.as_bytes()],
        refused,
    );
    check(
        "one that is no text",
        "POST",
        &[b"\xff", form.as_bytes()],
        "200",
    );
}

#[test]
fn a_nonce_may_come_again_after_15_minutes() {
    let server = authentication::server("strict");
    let at = |time: i64| send(&server, &v1(&list(""), KEY, time, "again")).verdict();
    let advance = |by: &str| {
        let body = format!("{{\"by\":\"{by}\"}}");
        let moved = server.json("POST", "/_rollcall/clock/advance", &body);
        assert_eq!(moved.status, 200, "{moved}");
    };
    assert_eq!(at(now()), "200");
    advance("15m");
    assert_eq!(at(now() + 900), "400 SignatureNonceUsed");
    advance("1s");
    assert_eq!(at(now() + 901), "200");
}

#[test]
fn a_nonce_may_not_come_again_while_the_skew_lets_it() {
    let check = |skew: &str, later: i64, expected: &str| {
        let options = frozen().auth("aliyun-ehpc=strict").expect("a mode");
        let server = with(options.skew(skew.parse().expect("a skew")));
        let request = v1(&list(""), KEY, now(), "again");
        assert_eq!(send(&server, &request).verdict(), "200");
        let moved = format!("{{\"by\":\"{later}s\"}}");
        let moved = server.json("POST", "/_rollcall/clock/advance", &moved);
        assert_eq!(moved.status, 200, "{moved}");
        let again = send(&server, &request).verdict();
        assert_eq!(again, expected, "with a skew of {skew}, {later} s later");
    };
    check("2h", 3600, "400 SignatureNonceUsed");
    check("2h", 7200, "400 SignatureNonceUsed");
    check("2h", 7201, "400 InvalidTimeStamp.Expired");
    // A shorter skew shortens nothing.
    check("60s", 60, "400 SignatureNonceUsed");
    check("off", 900, "400 SignatureNonceUsed");
    check("off", 901, "200");
}
