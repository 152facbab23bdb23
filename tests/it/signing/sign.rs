//! What `sign` makes, `verify` accepts.

use rollcall::signing::{
    AccessKey, Digest, Scheme, alibaba_acs3, alibaba_v1, huawei, parse_compact_time,
    parse_extended_time, qingcloud, volcengine,
};

use super::{Request, vector, verify};

const KEY: AccessKey<'_> = AccessKey {
    id: "test-ak~suite7",
    secret: "test-sk",
    token: Some("a token+/="),
};
const TIME: i64 = 1_726_147_652;

#[track_caller]
fn accepted(scheme: Scheme, request: Request, sealed: rollcall::signing::SignedParts) -> Request {
    let request = request.sealed(sealed);
    let outcome = verify(scheme, &request, KEY);
    assert!(outcome.is_ok(), "{outcome:?}");
    request
}

#[test]
fn every_scheme_accepts_what_it_signs() {
    let awkward = "/?b=2&a=%E5%BC%A0+%E4%B8%89&b=1&empty=&bare";
    for (method, body) in [("GET", ""), ("POST", "{\"a\": 1}")] {
        let new = || Request::new(method, awkward, body).with("content-type", "application/json");
        let request = new();
        let sealed = request.look(|sent| alibaba_v1::sign(sent, &KEY, TIME, "n", Digest::Sha1));
        accepted(Scheme::AlibabaV1, request, sealed);
        let request = new();
        let sealed = request.look(|sent| alibaba_v1::sign(sent, &KEY, TIME, "n", Digest::Sha256));
        accepted(Scheme::AlibabaV1, request, sealed);
        let request = new()
            .with("x-acs-action", "ListUsersAsync")
            .with("x-acs-version", "2018-04-12");
        let sealed = request.look(|sent| alibaba_acs3::sign(sent, &KEY, TIME, "n"));
        accepted(Scheme::AlibabaAcs3, request.clone(), sealed);
        let sealed = request.look(|sent| alibaba_acs3::sign_sm3(sent, &KEY, TIME, "n"));
        accepted(Scheme::AlibabaAcs3, request, sealed);
        let request = new();
        let sealed =
            request.look(|sent| volcengine::sign(sent, &KEY, "cn-beijing", "bytehouse_ce", TIME));
        accepted(Scheme::Volcengine, request, sealed);
        let request = new();
        let sealed = request
            .look(|sent| volcengine::presign(sent, &KEY, "cn-beijing", "bytehouse_ce", TIME));
        accepted(Scheme::Volcengine, request, sealed);
        let request = Request {
            path: "/v2/p/users/a%20b%2Fc".to_owned(),
            ..new()
        };
        let sealed = request.look(|sent| huawei::sign(sent, &KEY, TIME));
        accepted(Scheme::Huawei, request.clone(), sealed);
        let sealed = request.look(|sent| huawei::sign_sm3(sent, &KEY, TIME));
        accepted(Scheme::Huawei, request.clone(), sealed);
        let sealed =
            request.look(|sent| huawei::sign_derived(sent, &KEY, "cn-north-4", "dms", TIME));
        accepted(Scheme::Huawei, request, sealed);
        for digest in [Digest::Sha1, Digest::Sha256] {
            let request = Request {
                path: "/api/user".to_owned(),
                ..new()
            };
            let sealed = request
                .look(|sent| qingcloud::sign(sent, &KEY, TIME, qingcloud::Dialect::Ehpc, digest));
            accepted(Scheme::QingCloud, request, sealed);
        }
    }
    let request = Request::new("GET", "/api/user?zone=jn1a", "");
    let sealed = request
        .look(|sent| qingcloud::sign(sent, &KEY, TIME, qingcloud::Dialect::Iaas, Digest::Sha256));
    accepted(Scheme::QingCloud, request, sealed);
}

#[test]
fn the_iaas_dialect_signs_inside_a_form() {
    let request = Request::new("POST", "/api/user/addUser", "zone=jn1a&username=isabel")
        .with("content-type", "application/x-www-form-urlencoded");
    let sealed = request
        .look(|sent| qingcloud::sign(sent, &KEY, TIME, qingcloud::Dialect::Iaas, Digest::Sha256));
    assert_eq!(sealed.query, "");
    let request = accepted(Scheme::QingCloud, request, sealed);
    assert!(String::from_utf8_lossy(&request.body).contains("time_stamp=2024-09-12T13%3A27%3A32Z"));
}

#[test]
fn three_lines_do_not_leave_a_body_unprotected() {
    let unsigned = Request::new("POST", "/api/user/addUser?zone=jn1a", "");
    let sealed = unsigned
        .look(|sent| qingcloud::sign(sent, &KEY, TIME, qingcloud::Dialect::Iaas, Digest::Sha256));
    let mut request = accepted(Scheme::QingCloud, unsigned, sealed);
    request.body = b"{\"username\": \"mallory\"}".to_vec();
    assert!(verify(Scheme::QingCloud, &request, KEY).is_err());
    let request = request.with("content-type", "application/x-www-form-urlencoded");
    assert!(verify(Scheme::QingCloud, &request, KEY).is_err());
}

#[test]
fn signing_what_an_sdk_signed_gives_its_signature() {
    let time = parse_compact_time("20240520T083000Z").expect("a time");
    let key = AccessKey {
        id: "test-ak",
        token: None,
        ..KEY
    };
    let sent = vector("Huawei/v3-body");
    let mut request = sent.request.clone();
    request
        .headers
        .retain(|(name, _)| name != "authorization" && name != "x-sdk-date");
    let sealed = request.look(|sent| huawei::sign(sent, &key, time));
    assert!(
        sealed
            .headers
            .iter()
            .any(|(name, value)| name == "authorization"
                && value.ends_with(&sent.stage("signature.txt")))
    );

    let sent = vector("AlibabaAcs3/a2-escaping");
    let mut request = sent.request.clone();
    request
        .headers
        .retain(|(name, _)| name != "authorization" && name != "accept-encoding");
    let time = parse_extended_time("2026-01-02T03:04:05Z").expect("a time");
    let sealed = request
        .look(|sent| alibaba_acs3::sign(sent, &key, time, "0123456789abcdef0123456789abcdef"));
    assert!(
        sealed
            .headers
            .iter()
            .any(|(name, value)| name == "authorization"
                && value.ends_with(&sent.stage("signature.txt")))
    );
    let of_sm3 = vector("AlibabaAcs3/sm3-2-escaping").stage("signature.txt");
    let sealed = request
        .look(|sent| alibaba_acs3::sign_sm3(sent, &key, time, "0123456789abcdef0123456789abcdef"));
    let authorization = sealed
        .headers
        .iter()
        .find(|(name, _)| name == "authorization");
    assert!(authorization.is_some_and(|(_, value)| value.ends_with(&of_sm3)));

    let sent = vector("Volcengine/v3-python-post");
    let mut request = sent.request.clone();
    request.headers.retain(|(name, _)| name != "authorization");
    let time = parse_compact_time("20240912T132732Z").expect("a time");
    let sealed =
        request.look(|sent| volcengine::sign(sent, &key, "cn-beijing", "bytehouse_ce", time));
    assert!(
        sealed
            .headers
            .iter()
            .any(|(name, value)| name == "authorization"
                && value.ends_with(&sent.stage("signature.txt")))
    );

    let request = Request::new("GET", "/?Version=2024-08-31&Action=ListUsers&Offset=0", "");
    let sealed =
        request.look(|sent| volcengine::presign(sent, &key, "cn-beijing", "bytehouse_ce", time));
    assert!(
        sealed
            .query
            .ends_with(&vector("Volcengine/v8-presigned").stage("signature.txt"))
    );

    let sent = vector("QingCloud/v1-get");
    let time = parse_extended_time("2026-01-02T03:04:05Z").expect("a time");
    let request = Request::new(
        "GET",
        "/api/user?zone=jn1a&cluster_id=hpc-qig9xu97&offset=0&limit=10",
        "",
    );
    let sealed = request
        .look(|sent| qingcloud::sign(sent, &key, time, qingcloud::Dialect::Ehpc, Digest::Sha256));
    assert!(
        sealed
            .query
            .ends_with("signature=F978PUMjP5%252BYhieFZUxX6IateOTExoUH6DLEHVT6xDs%253D"),
        "{}",
        sealed.query
    );
    assert_eq!(
        sent.stage("signature.txt"),
        "F978PUMjP5+YhieFZUxX6IateOTExoUH6DLEHVT6xDs="
    );
}

#[test]
fn times_are_read_to_the_letter() {
    assert_eq!(parse_extended_time("2024-09-12T13:27:32Z"), Some(TIME));
    assert_eq!(parse_compact_time("20240912T132732Z"), Some(TIME));
    for wrong in [
        "",
        "2024-09-12 13:27:32Z",
        "2024-9-12T13:27:32Z",
        "2024-09-31T13:27:32Z",
        "2024-09-12T24:27:32Z",
        "2024-09-12T13:27:32+",
    ] {
        assert_eq!(parse_extended_time(wrong), None, "{wrong}");
    }
    assert_eq!(
        rollcall::signing::extended_time(TIME),
        "2024-09-12T13:27:32Z"
    );
    assert_eq!(rollcall::signing::compact_time(TIME), "20240912T132732Z");
}

/// QingCloud's documents print 2022-4-11T14:40:45Z: a year has four digits, everything else one or two.
#[test]
fn qingclouds_times_are_read_with_and_without_padding() {
    #[track_caller]
    fn check(text: &str, padded: &str) {
        let expected = parse_extended_time(padded);
        assert_eq!(padded.is_empty(), expected.is_none(), "{padded}");
        assert_eq!(qingcloud::parse_timestamp(text), expected, "{text}");
    }
    check("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z");
    check("2022-4-11T14:40:45Z", "2022-04-11T14:40:45Z");
    check("2024-5-2T8:3:0Z", "2024-05-02T08:03:00Z");
    check("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z");
    check("2022-4-11T14:40:45.5Z", "2022-04-11T14:40:45Z");
    check("2022-04-11T14:40:45.123456789Z", "2022-04-11T14:40:45Z");
    for wrong in [
        "2022-04-11T14:40:45.Z",
        "2022-04-11T14:40:45.1234567890Z",
        "2022-04-11T14:40:45.1",
        "2022-04-11T14:40:45.1 Z",
        "2022-13-11T14:40:45Z",
        "2023-02-29T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-001-02T03:04:05Z",
        "2026-01-002T03:04:05Z",
        "2026-01-02T003:04:05Z",
        "2026-01-02T03:0004:05Z",
        "2026-01-02T03:04:005Z",
        "2026--02T03:04:05Z",
        "2026-01-02T03:04:Z",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05+08:00",
        "26-01-02T03:04:05Z",
        "202-01-02T03:04:05Z",
        "02026-01-02T03:04:05Z",
        "2026-01-02T03:04:05:06Z",
        "2026-01-02-03T03:04:05Z",
        "2026-01T03:04:05Z",
        "+026-01-02T03:04:05Z",
        "２０２６-01-02T03:04:05Z",
        "TZ",
        "",
    ] {
        check(wrong, "");
    }
}
