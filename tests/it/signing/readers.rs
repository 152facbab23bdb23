//! What is missing or malformed, in each gateway's order.

use rollcall::signing::{alibaba_acs3, alibaba_v1, huawei, qingcloud, volcengine};

use super::{Request, vector};

/// The vector's query without the parameters named.
fn without(request: &Request, names: &[&str]) -> Request {
    let mut request = request.clone();
    let kept: Vec<&str> = request
        .query
        .split('&')
        .filter(|pair| !names.contains(&pair.split('=').next().unwrap_or_default()))
        .collect();
    request.query = kept.join("&");
    request
}

fn replaced(request: &Request, header: &str, from: &str, to: &str) -> Request {
    let mut request = request.clone();
    let value = request.header_mut(header);
    assert!(value.contains(from), "{value} has no {from}");
    *value = value.replace(from, to);
    request
}

fn headless(request: &Request, header: &str) -> Request {
    let mut request = request.clone();
    request.headers.retain(|(name, _)| name != header);
    request
}

#[test]
fn alibaba_v1_names_the_first_missing_parameter() {
    let vector = vector("AlibabaV1/b1-get");
    let names = [
        "AccessKeyId",
        "Timestamp",
        "SignatureNonce",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
    ];
    for (index, name) in names.iter().enumerate() {
        let request = without(&vector.request, &names[index..]);
        let defect = request.look(|sent| alibaba_v1::read(sent).expect_err("something is missing"));
        assert_eq!(defect, alibaba_v1::Defect::Missing(name));
    }
    let read = |query: String| {
        let request = Request {
            query,
            ..vector.request.clone()
        };
        request.look(|sent| alibaba_v1::read(sent).map(|_| ()))
    };
    let query = &vector.request.query;
    assert_eq!(
        read(query.replace("HMAC-SHA1", "SHA256withRSA")),
        Err(alibaba_v1::Defect::UnknownMethod)
    );
    assert_eq!(
        read(query.replace("SignatureType=", "SignatureType=PRIVATEKEY")),
        Err(alibaba_v1::Defect::UnknownMethod)
    );
    assert_eq!(
        read(query.replace("2026-01-02T", "2026-1-2T")),
        Err(alibaba_v1::Defect::MalformedTimestamp)
    );
    assert_eq!(
        read(query.replace("AccessKeyId=test-ak", "AccessKeyId=")),
        Err(alibaba_v1::Defect::Missing("AccessKeyId"))
    );
}

#[test]
fn alibaba_acs3_names_the_first_defect() {
    use alibaba_acs3::Defect::{Malformed, MalformedTimestamp, Missing, UnknownAlgorithm};
    let request = vector("AlibabaAcs3/a3-sts").request;
    let check = |request: Request, defect| {
        assert_eq!(
            request.look(|sent| alibaba_acs3::read(sent).expect_err("a defect")),
            defect
        );
    };
    check(headless(&request, "authorization"), Missing("AccessKeyId"));
    check(
        headless(&headless(&request, "x-acs-date"), "x-acs-signature-nonce"),
        Missing("Timestamp"),
    );
    check(
        headless(&request, "x-acs-signature-nonce"),
        Missing("SignatureNonce"),
    );
    check(
        replaced(&request, "authorization", "Signature=", "Sig="),
        Missing("Signature"),
    );
    check(
        replaced(&request, "authorization", "Credential=", "Credential"),
        Malformed,
    );
    check(
        replaced(&request, "authorization", "SignedHeaders", "Headers"),
        Malformed,
    );
    check(
        replaced(&request, "authorization", "ACS3-HMAC-SHA256 ", "Bearer "),
        Malformed,
    );
    check(
        replaced(&request, "authorization", ";host;", ";host;Host;"),
        Malformed,
    );
    check(
        replaced(
            &request,
            "authorization",
            "ACS3-HMAC-SHA256",
            "ACS3-RSA-SHA256",
        ),
        UnknownAlgorithm,
    );
    check(
        replaced(&request, "x-acs-date", "Z", "+"),
        MalformedTimestamp,
    );
    request.look(|sent| {
        let read = alibaba_acs3::read(sent).expect("nothing is missing");
        assert_eq!(
            (read.access_key_id, read.security_token),
            ("test-ak", Some("test-sts-token"))
        );
    });
    // Spaces after the commas are tolerated.
    let spaced = replaced(&request, "authorization", ",", ",  ");
    assert!(
        super::verify(
            rollcall::signing::Scheme::AlibabaAcs3,
            &spaced,
            vector("AlibabaAcs3/a3-sts").key()
        )
        .is_ok()
    );
}

#[test]
fn volcengine_names_the_first_defect() {
    use volcengine::Defect::{
        Malformed, MalformedCredential, MalformedDate, NoAuthorization, NoDate, NoSignature,
    };
    let request = vector("Volcengine/v1-legacy-get").request;
    let check = |request: Request, defect| {
        assert_eq!(
            request.look(|sent| volcengine::read(sent).expect_err("a defect")),
            defect
        );
    };
    check(headless(&request, "authorization"), NoAuthorization);
    check(
        replaced(&request, "authorization", "HMAC-SHA256 ", "Bearer "),
        Malformed,
    );
    check(
        replaced(&request, "authorization", "SignedHeaders", "Headers"),
        Malformed,
    );
    check(
        replaced(&request, "authorization", "=host;", "=host;host;"),
        Malformed,
    );
    // The order of the gateway: what is signed is asked for last.
    check(
        replaced(
            &replaced(&request, "authorization", "SignedHeaders", "Headers"),
            "authorization",
            ", Signature=",
            ", Sig=",
        ),
        NoSignature,
    );
    check(
        replaced(&request, "authorization", "/request", "/aws4_request"),
        MalformedCredential,
    );
    check(
        replaced(&request, "authorization", "test-ak/", ""),
        MalformedCredential,
    );
    check(
        replaced(&request, "authorization", ", Signature=", ", Sig="),
        NoSignature,
    );
    check(headless(&request, "x-date"), NoDate);
    check(replaced(&request, "x-date", "Z", ""), MalformedDate);
    let request = vector("Volcengine/presigned-host-sts").request;
    check(without(&request, &["X-Signature"]), NoAuthorization);
    check(without(&request, &["X-Algorithm"]), Malformed);
    check(without(&request, &["X-Credential"]), MalformedCredential);
    check(without(&request, &["X-Date"]), NoDate);
    let mut repeating = request.clone();
    repeating.query = repeating
        .query
        .replace("X-SignedHeaders=host", "X-SignedHeaders=host%3BHOST");
    check(repeating, Malformed);
    let mut lasting = request;
    lasting.query.push_str("&X-Expires=60");
    lasting.look(|sent| {
        let read = volcengine::read(sent).expect("nothing is missing");
        assert_eq!(
            (read.expires, read.security_token.as_deref()),
            (None, Some("test-token")),
            "what is not signed does not count"
        );
        assert_eq!(
            (read.scope.region.as_str(), read.scope.service.as_str()),
            ("cn-beijing", "bytehouse_ce")
        );
    });
}

#[test]
fn huawei_names_the_first_defect() {
    use huawei::Defect::{
        Malformed, MalformedDate, NoAuthorization, NoDate, PrivateKey, ScopeDate, UnknownScheme,
        UnsignedDate,
    };
    let request = vector("Huawei/v4-sts-awkward-path").request;
    let check = |request: Request, defect: huawei::Defect| {
        assert_eq!(
            request.look(|sent| huawei::read(sent).expect_err("a defect")),
            defect
        );
        assert!(!defect.to_string().is_empty());
    };
    check(headless(&request, "authorization"), NoAuthorization);
    check(
        replaced(&request, "authorization", "SDK-HMAC-SHA256", "SDK-HMAC-MD5"),
        UnknownScheme,
    );
    for name in ["SDK-ECDSA-P256-SHA256", "SDK-SM2-SM3"] {
        let private = replaced(&request, "authorization", "SDK-HMAC-SHA256", name);
        check(private, PrivateKey(name));
        let told = PrivateKey(name).explanation().expect("a sentence");
        assert!(told.contains(name) && told.contains("HMAC_SM3"), "{told}");
    }
    let derived = vector("Huawei/v11-3-sts").request;
    for (from, to) in [
        ("/20240520/", "/2024/"),
        ("/cn-east-3/dms", "/cn-east-3"),
        ("test-ak/", "/"),
        ("Credential=", "Access="),
    ] {
        check(
            replaced(&derived, "authorization", from, to),
            Malformed("Credential"),
        );
    }
    check(
        replaced(&derived, "authorization", "/20240520/", "/20240521/"),
        ScopeDate,
    );
    derived.look(|sent| {
        let read = huawei::read(sent).expect("nothing is missing");
        assert_eq!(
            (read.access_key_id, read.scope),
            ("test-ak", "20240520/cn-east-3/dms")
        );
    });
    check(
        replaced(&request, "authorization", "Access=", "Credential="),
        Malformed("Access"),
    );
    check(
        replaced(&request, "authorization", "SignedHeaders=", "Headers="),
        Malformed("SignedHeaders"),
    );
    check(
        replaced(&request, "authorization", "Signature=", "Sig="),
        Malformed("Signature"),
    );
    check(
        replaced(&request, "authorization", ";host;", ";host;host;"),
        Malformed("SignedHeaders"),
    );
    check(headless(&request, "x-sdk-date"), NoDate);
    check(replaced(&request, "x-sdk-date", "T", " "), MalformedDate);
    check(
        replaced(&request, "authorization", "x-sdk-date", "date"),
        UnsignedDate,
    );
    request.look(|sent| {
        let read = huawei::read(sent).expect("nothing is missing");
        assert_eq!(
            (read.access_key_id, read.security_token),
            ("test-ak", Some("STS-TOKEN-1"))
        );
    });
}

#[test]
fn qingcloud_names_the_first_defect() {
    use qingcloud::Defect::{Illegal, Missing};
    let vector = vector("QingCloud/v1-get");
    let names = [
        "access_key_id",
        "signature",
        "signature_method",
        "signature_version",
        "version",
    ];
    for (index, name) in names.iter().enumerate() {
        let request = without(&vector.request, &names[index..]);
        let defect = request.look(|sent| qingcloud::read(sent).expect_err("something is missing"));
        assert_eq!(defect, Missing(name));
    }
    let read = |from: &str, to: &str| {
        let request = Request {
            query: vector.request.query.replace(from, to),
            ..vector.request.clone()
        };
        request.look(|sent| qingcloud::read(sent).map(|_| ()))
    };
    assert_eq!(
        read("HmacSHA256", "HmacMD5"),
        Err(Illegal("signature_method"))
    );
    assert_eq!(
        read("signature_version=1", "signature_version=2"),
        Err(Illegal("signature_version"))
    );
    assert_eq!(read("&version=1", "&version=2"), Err(Illegal("version")));
}
