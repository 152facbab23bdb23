//! Bodies and their digests.

use rollcall::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use rollcall::signing::{Scheme, alibaba_acs3, huawei, md5_hex, sha256_hex};

use super::super::{Request, is_mismatch, verify};
use super::{
    KEY, Mistake, QUERY, Shown, TIME, WITH_BODY_LINE, encoded, forge, names, plain, right,
    set_signature, sign_at, signed,
};

pub(super) fn bodies(shown: &mut Shown) {
    let body = r#"{"b": 1, "a": "张", "list": [1, 2]}"#;
    for scheme in WITH_BODY_LINE {
        let post = signed(scheme, "POST", body);
        let line = |of: &[u8]| {
            if scheme == QingCloud {
                md5_hex(of)
            } else {
                sha256_hex(of)
            }
        };
        let signed_for = |other: &str| {
            let wrong = line(other.as_bytes());
            match scheme {
                QingCloud => forge(
                    scheme,
                    &post,
                    &Mistake::ToSign(&|string| string.replace(&line(body.as_bytes()), &wrong)),
                ),
                _ => forge(
                    scheme,
                    &post,
                    &Mistake::Parts(&|parts| parts.payload_hash = wrong.clone().into()),
                ),
            }
        };
        names(shown, scheme, &signed_for(""), "body-empty", "");
        for (other, sentence) in [
            (r#"{"b":1,"a":"张","list":[1,2]}"#, "written without spaces"),
            (
                r#"{"b": 1, "a": "\u5f20", "list": [1, 2]}"#,
                "after each colon and comma and \\u escapes",
            ),
            (
                r#"{"a":"张","b":1,"list":[1,2]}"#,
                "without spaces with sorted keys",
            ),
            (
                "{\n  \"b\": 1,\n  \"a\": \"张\",\n  \"list\": [\n    1,\n    2\n  ]\n}",
                "indented by two",
            ),
        ] {
            names(
                shown,
                scheme,
                &signed_for(other),
                "body-reserialised",
                sentence,
            );
        }
        names(
            shown,
            scheme,
            &signed_for(&format!("{body}\n")),
            "body-newline",
            "ends in a line feed",
        );
        let upper = match scheme {
            QingCloud => {
                let hash = line(body.as_bytes());
                forge(
                    scheme,
                    &post,
                    &Mistake::ToSign(&|string| string.replace(&hash, &hash.to_uppercase())),
                )
            }
            _ => forge(
                scheme,
                &post,
                &Mistake::Parts(&|parts| {
                    parts.payload_hash = parts.payload_hash.to_uppercase().into();
                }),
            ),
        };
        names(shown, scheme, &upper, "body-hash-upper-case", "");
    }
    // Huawei's SDK for Node signs `{}` of a DELETE and sends nothing.
    for scheme in WITH_BODY_LINE {
        for unsent in ["{}", "null"] {
            let mut request = signed(scheme, "DELETE", unsent);
            request.body.clear();
            let sentence =
                format!("signature matches if the body is {unsent}, but no body was sent");
            names(shown, scheme, &request, "body-not-sent", &sentence);
        }
    }
    let unsent = plain(Huawei, "DELETE", "{}");
    let mut sm3 = unsent
        .clone()
        .sealed(unsent.look(|sent| huawei::sign_sm3(sent, &KEY, TIME)));
    sm3.body.clear();
    names(shown, Huawei, &sm3, "body-not-sent", "the body is {}");
    // SM3 by its name, and SHA-256 for one part of it or the whole.
    let of_sm3 = |scheme: Scheme| {
        let request = plain(scheme, "POST", body);
        let sealed = request.look(|sent| match scheme {
            Huawei => huawei::sign_sm3(sent, &KEY, TIME),
            _ => alibaba_acs3::sign_sm3(sent, &KEY, TIME, "n-1"),
        });
        request.sealed(sealed)
    };
    for scheme in [AlibabaAcs3, Huawei] {
        let post = of_sm3(scheme);
        let sha256 = sha256_hex(body.as_bytes());
        let forged = forge(
            scheme,
            &post,
            &Mistake::Parts(&|parts| parts.payload_hash = sha256.clone().into()),
        );
        names(
            shown,
            scheme,
            &forged,
            "body-hash-sha256",
            "the SHA-256 of the body",
        );
        for (hash, sentence) in [
            (Some(&sha256), "SHA-256 everywhere,"),
            (None, "but in the hash of the body"),
        ] {
            // Everything but the name, computed by hand.
            let signature = post.look(|sent| {
                let mut parts = match scheme {
                    Huawei => {
                        let read = huawei::read(sent).expect("signed");
                        huawei::canonical_request(
                            sent,
                            sent.path,
                            read.algorithm,
                            read.signed_headers,
                        )
                    }
                    _ => {
                        let read = alibaba_acs3::read(sent).expect("signed");
                        alibaba_acs3::canonical_request(
                            sent,
                            "/",
                            read.algorithm,
                            read.signed_headers,
                        )
                    }
                };
                if let Some(hash) = hash {
                    parts.payload_hash = hash.clone().into();
                }
                let text = sha256_hex(parts.text().as_bytes());
                let string = match scheme {
                    Huawei => {
                        let date = sent.header("x-sdk-date").expect("signed");
                        format!("SDK-HMAC-SM3\n{date}\n{text}")
                    }
                    _ => format!("ACS3-HMAC-SM3\n{text}"),
                };
                alibaba_acs3::signature(alibaba_acs3::Algorithm::Sha256, KEY.secret, &string)
            });
            let mut forged = post.clone();
            set_signature(scheme, &mut forged, &signature);
            names(shown, scheme, &forged, "digest-sha256", sentence);
        }
    }
    // The same with Alibaba's SM3: an unsent body, a header with another hash, a line that is missing.
    let acs3_sm3 = |method: &str, body: &str| {
        let request = plain(AlibabaAcs3, method, body);
        let sealed = request.look(|sent| alibaba_acs3::sign_sm3(sent, &KEY, TIME, "n-1"));
        request.sealed(sealed)
    };
    let mut unsent = acs3_sm3("POST", "{}");
    unsent.body.clear();
    names(
        shown,
        AlibabaAcs3,
        &unsent,
        "body-not-sent",
        "the body is {}",
    );
    let mut stated = acs3_sm3("POST", body);
    *stated.header_mut("x-acs-content-sha256") = sha256_hex(body.as_bytes());
    let forged = forge(AlibabaAcs3, &stated, &Mistake::Parts(&|_| {}));
    names(
        shown,
        AlibabaAcs3,
        &forged,
        "body-hash-header",
        "is not the hash of the body",
    );
    let forged = forge(
        AlibabaAcs3,
        &acs3_sm3("GET", ""),
        &Mistake::Text(&|text| text.replace("\n\n", "\n")),
    );
    names(shown, AlibabaAcs3, &forged, "blank-line-missing", "");
    for scheme in [AlibabaAcs3, Volcengine] {
        let mut post = signed(scheme, "POST", body);
        post.body = b"{\"another\": true}".to_vec();
        assert!(is_mismatch(
            &verify(scheme, &post, KEY),
            rollcall::signing::Cause::BodyHash
        ));
        names(shown, scheme, &post, "body-hash-stated", "content-sha256");
        // Signed over the body that came, but the header beside it names another one.
        let mut post = signed(scheme, "POST", body);
        let name = post
            .headers
            .iter()
            .find(|(name, _)| name.ends_with("content-sha256"))
            .expect("there is one")
            .0
            .clone();
        *post.header_mut(&name) = sha256_hex(b"");
        let forged = forge(scheme, &post, &Mistake::Parts(&|_| {}));
        names(
            shown,
            scheme,
            &forged,
            "body-hash-header",
            "is not the hash of the body",
        );
    }
    let post = signed(Huawei, "POST", body);
    let forged = forge(
        Huawei,
        &post,
        &Mistake::Parts(&|parts| parts.payload_hash = "UNSIGNED-PAYLOAD".into()),
    );
    names(shown, Huawei, &forged, "body-unsigned", "");
    let stated = plain(Huawei, "POST", body).with("x-sdk-content-sha256", "UNSIGNED-PAYLOAD");
    let forged = forge(
        Huawei,
        &sign_at(Huawei, stated, &KEY, TIME),
        &Mistake::Parts(&|parts| parts.payload_hash = sha256_hex(body.as_bytes()).into()),
    );
    names(shown, Huawei, &forged, "body-hash-own", "");
    let post = signed(QingCloud, "POST", body);
    let three_lines = |string: String| string.rsplit_once('\n').expect("four lines").0.to_owned();
    names(
        shown,
        QingCloud,
        &forge(QingCloud, &post, &Mistake::ToSign(&three_lines)),
        "body-line-missing",
        "",
    );
    let form = Request::new("POST", &format!("/?{QUERY}"), "in=form")
        .with("content-type", "application/x-www-form-urlencoded");
    let form = sign_at(AlibabaV1, form, &KEY, TIME);
    let forged = forge(
        AlibabaV1,
        &form,
        &Mistake::Query(&|mut all| {
            all.retain(|(name, _)| name != "in");
            encoded(all, &right)
        }),
    );
    names(shown, AlibabaV1, &forged, "form-left-out", "");
}
