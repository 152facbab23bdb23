//! Keys, scopes and tokens.

use rollcall::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei, Volcengine};
use rollcall::signing::{AccessKey, Digest, huawei, qingcloud, volcengine};

use super::{
    ALL, KEY, Mistake, OTHER, Shown, TIME, examined, forge, joined, names, plain, right, sign_at,
    signed,
};

pub(super) fn keys(shown: &mut Shown) {
    for scheme in ALL {
        let mut request = sign_at(
            scheme,
            plain(scheme, "GET", ""),
            &AccessKey {
                id: KEY.id,
                ..OTHER
            },
            TIME,
        );
        names(
            shown,
            scheme,
            &request,
            "another-secret",
            "access key \"ci-ak\"",
        );
        // An unknown id with a known secret is a slip of the pen.
        request = sign_at(
            scheme,
            plain(scheme, "GET", ""),
            &AccessKey {
                id: "tset-ak",
                ..KEY
            },
            TIME,
        );
        let finding = examined(scheme, &request, None, &[]).expect("the secret is known");
        assert_eq!(
            (finding.name, finding.sentence.contains("\"test-ak\"")),
            ("another-secret", true)
        );
        request = sign_at(
            scheme,
            plain(scheme, "GET", ""),
            &AccessKey {
                secret: "test-sk\n",
                ..KEY
            },
            TIME,
        );
        names(shown, scheme, &request, "secret-untrimmed", "a line feed");
        request = sign_at(
            scheme,
            plain(scheme, "GET", ""),
            &AccessKey {
                secret: KEY.id,
                ..KEY
            },
            TIME,
        );
        names(shown, scheme, &request, "key-id-as-secret", "");
    }
    let v1 = signed(AlibabaV1, "GET", "");
    let forged = forge(
        AlibabaV1,
        &v1,
        &Mistake::Signature(&|string| qingcloud::signature(Digest::Sha1, KEY.secret, string)),
    );
    names(
        shown,
        AlibabaV1,
        &forged,
        "secret-ampersand",
        "without the & after the secret",
    );
    let acs3 = sign_at(
        AlibabaAcs3,
        plain(AlibabaAcs3, "GET", ""),
        &AccessKey {
            secret: "test-sk&",
            ..KEY
        },
        TIME,
    );
    names(
        shown,
        AlibabaAcs3,
        &acs3,
        "secret-ampersand",
        "with an & after the secret",
    );
    let volc = signed(Volcengine, "GET", "");
    let forged = forge(
        Volcengine,
        &volc,
        &Mistake::Signature(&|string| {
            huawei::signature(huawei::Algorithm::Sha256, KEY.secret, string)
        }),
    );
    names(shown, Volcengine, &forged, "key-not-derived", "");
    let volc = sign_at(
        Volcengine,
        plain(Volcengine, "GET", ""),
        &AccessKey {
            secret: "AWS4test-sk",
            ..KEY
        },
        TIME,
    );
    names(shown, Volcengine, &volc, "key-prefixed", "\"AWS4\"");
}

pub(super) fn scopes(shown: &mut Shown) {
    let request = plain(Volcengine, "GET", "");
    let sealed = request.look(|sent| volcengine::sign(sent, &KEY, "cn-shanghai", "iam", TIME));
    let swapped = |from: &str, to: &str| {
        let mut request = plain(Volcengine, "GET", "").sealed(sealed.clone());
        let header = request.header_mut("authorization");
        *header = header.replace(from, to);
        request
    };
    names(
        shown,
        Volcengine,
        &swapped("cn-shanghai", "cn-nowhere"),
        "scope-region",
        "\"cn-shanghai\"",
    );
    names(
        shown,
        Volcengine,
        &swapped("/iam/", "/iam2/"),
        "scope-service",
        "\"iam\"",
    );
    names(
        shown,
        Volcengine,
        &swapped("/20240912/", "/20240901/"),
        "scope-date",
        "\"20240912\"",
    );
    let right = signed(Volcengine, "GET", "");
    let scope = volcengine::Scope {
        date: "20240912".to_owned(),
        region: "cn-north-1".to_owned(),
        service: "bytehouse_ce".to_owned(),
    };
    let forged = forge(
        Volcengine,
        &right,
        &Mistake::Signature(&|string| volcengine::signature(KEY.secret, &scope, string)),
    );
    names(
        shown,
        Volcengine,
        &forged,
        "scope-region",
        "\"cn-north-1\" (in the key, not in the string to sign)",
    );
    let forged = forge(
        Volcengine,
        &right,
        &Mistake::ToSign(&|string| string.replace("cn-beijing", "cn-shanghai")),
    );
    names(
        shown,
        Volcengine,
        &forged,
        "scope-region",
        "\"cn-shanghai\" (in the string to sign, not in the key)",
    );
    let forged = forge(
        Volcengine,
        &right,
        &Mistake::ToSign(&|string| string.replace("/request\n", "/aws4_request\n")),
    );
    names(
        shown,
        Volcengine,
        &forged,
        "scope-terminator",
        "\"aws4_request\"",
    );
}

/// Huawei's derived key, whose scope the client says and may have drawn its key from another one.
pub(super) fn huawei_scopes(shown: &mut Shown) {
    let request = plain(Huawei, "GET", "");
    let sealed = request.look(|sent| huawei::sign_derived(sent, &KEY, "cn-east-3", "dms", TIME));
    let derived = request.sealed(sealed);
    let swapped = |from: &str, to: &str| {
        let mut request = derived.clone();
        let header = request.header_mut("authorization");
        *header = header.replace(from, to);
        request
    };
    let derived_for = |scope: &str| {
        let key = huawei::derived_key(KEY.id, KEY.secret, scope);
        let wrong = |string: &str| huawei::signature(huawei::Algorithm::Derived, &key, string);
        forge(Huawei, &derived, &Mistake::Signature(&wrong))
    };
    for (request, name, sentence) in [
        (
            swapped("cn-east-3", "cn-nowhere"),
            "scope-region",
            "\"cn-east-3\"",
        ),
        (swapped("/dms,", "/dms2,"), "scope-service", "\"dms\""),
        (
            derived_for("20240913/cn-east-3/dms"),
            "scope-date",
            "\"20240913\" (in the key, not in the string to sign)",
        ),
    ] {
        names(shown, Huawei, &request, name, sentence);
    }
    let plain_key =
        |string: &str| huawei::signature(huawei::Algorithm::Derived, KEY.secret, string);
    let forged = forge(Huawei, &derived, &Mistake::Signature(&plain_key));
    names(shown, Huawei, &forged, "key-not-derived", "");
    let mut other = derived.clone();
    other.query = "b=1&a=2".to_owned();
    let unsorted = forge(Huawei, &other, &Mistake::Query(&|all| joined(&all, &right)));
    names(shown, Huawei, &unsorted, "query-unsorted", "");
}

/// A presigned address whose list of signed parameters has lost the token that was signed.
pub(super) fn tokens(shown: &mut Shown) {
    const LIST: &str = "X-NotSignBody%3BX-SignedHeaders";
    const WITH_TOKEN: &str = "X-NotSignBody%3BX-Security-Token%3BX-SignedHeaders";
    let request = plain(Volcengine, "GET", "");
    let sealed =
        request.look(|sent| volcengine::presign(sent, &KEY, "cn-beijing", "bytehouse_ce", TIME));
    let mut request = request.sealed(sealed);
    let (unsigned, _) = request
        .query
        .split_once("&X-Signature=")
        .expect("the signature comes last");
    let listed = format!("{unsigned}&X-Security-Token=sts-token").replace(LIST, WITH_TOKEN);
    assert!(listed.contains(WITH_TOKEN), "{listed}");
    request.query = format!("{listed}&X-Signature=x");
    let signature = request.look(|sent| {
        let read = volcengine::read(sent).expect("signed");
        let mut right = volcengine::candidates(sent, &[], &read, KEY.secret);
        right.next().expect("the path as sent").signature
    });
    request.query = format!(
        "{}&X-Signature={signature}",
        listed.replace(WITH_TOKEN, LIST)
    );
    names(
        shown,
        Volcengine,
        &request,
        "token-unlisted",
        "the session token is signed, but X-SignedQueries does not list it",
    );
}
