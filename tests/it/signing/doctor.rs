//! Every mistake that the doctor knows, made by hand, and its name read back.

use std::collections::BTreeSet;

use rollcall::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use rollcall::signing::doctor::{Case, DEVIATIONS, Finding, diagnose, shifted_clock};
use rollcall::signing::{
    AccessKey, CanonicalRequest, Digest, Scheme, alibaba_acs3, alibaba_v1, encode, huawei, md5_hex,
    pairs, qingcloud, sha256_hex, volcengine,
};

use super::{Request, is_mismatch, vectors, verify};

const ALL: [Scheme; 5] = [AlibabaV1, AlibabaAcs3, Volcengine, Huawei, QingCloud];
const SIX_PARTS: [Scheme; 3] = [AlibabaAcs3, Volcengine, Huawei];
const WITH_BODY_LINE: [Scheme; 4] = [AlibabaAcs3, Volcengine, Huawei, QingCloud];

const KEY: AccessKey<'_> = AccessKey {
    id: "test-ak",
    secret: "test-sk",
    token: None,
};
const OTHER: AccessKey<'_> = AccessKey {
    id: "ci-ak",
    secret: "never-to-be-seen",
    token: None,
};

/// 2024-09-12T13:27:32Z: eight hours on is the same day.
const TIME: i64 = 1_726_147_652;

/// Something for every mistake: capitals, spaces, a repeat, a slash, what JavaScript and PHP leave alone, Chinese.
const QUERY: &str = "Zone=1&b=2&a=x%20y&B=1&c=%2f~%27%2A&b=1&empty=&n=%E5%BC%A0";

/// A request of the scheme, still unsigned.
fn plain(scheme: Scheme, method: &str, body: &str) -> Request {
    let path = match scheme {
        AlibabaV1 | AlibabaAcs3 | Volcengine => "/",
        Huawei => "/v2/p/users/a%20b",
        QingCloud => "/api/user/a%20b",
    };
    let request = Request::new(method, &format!("{path}?{QUERY}"), body);
    if body.is_empty() {
        request
    } else {
        request.with("content-type", "application/json")
    }
}

fn sign_at(scheme: Scheme, request: Request, key: &AccessKey<'_>, time: i64) -> Request {
    let sealed = request.look(|sent| match scheme {
        AlibabaV1 => alibaba_v1::sign(sent, key, time, "n-1", Digest::Sha1),
        AlibabaAcs3 => alibaba_acs3::sign(sent, key, time, "n-1"),
        Volcengine => volcengine::sign(sent, key, "cn-beijing", "bytehouse_ce", time),
        Huawei => huawei::sign(sent, key, time),
        QingCloud => qingcloud::sign(sent, key, time, qingcloud::Dialect::Ehpc, Digest::Sha256),
    });
    request.sealed(sealed)
}

fn signed(scheme: Scheme, method: &str, body: &str) -> Request {
    sign_at(scheme, plain(scheme, method, body), &KEY, TIME)
}

/// Where a client goes wrong.
enum Mistake<'m> {
    /// In the six parts.
    Parts(&'m dyn Fn(&mut CanonicalRequest<'_>)),
    /// In the text of the canonical request.
    Text(&'m dyn Fn(String) -> String),
    /// In the canonical query, given the parameters in the order sent.
    Query(&'m dyn Fn(Vec<(String, String)>) -> String),
    /// In the string to sign.
    ToSign(&'m dyn Fn(String) -> String),
    /// In what follows: string to sign to signature.
    Signature(&'m dyn Fn(&str) -> String),
}

/// Signs a signed request once more, with a mistake.
fn forge(scheme: Scheme, request: &Request, mistake: &Mistake<'_>) -> Request {
    let signature = request.look(|sent| {
        let parameters: Vec<(String, String)> = match scheme {
            AlibabaV1 => alibaba_v1::parameters(sent),
            _ => pairs(sent.query.as_bytes()).collect(),
        }
        .iter()
        .filter(|pair| !matches!(&*pair.name, b"Signature" | b"signature"))
        .map(|pair| {
            (
                String::from_utf8_lossy(&pair.name).into_owned(),
                pair.text().into_owned(),
            )
        })
        .collect();
        let query = |right: String| match mistake {
            Mistake::Query(wrong) => wrong(parameters.clone()),
            _ => right,
        };
        let text = |mut canonical: CanonicalRequest<'_>| {
            canonical.query = query(canonical.query);
            if let Mistake::Parts(wrong) = mistake {
                wrong(&mut canonical);
            }
            match mistake {
                Mistake::Text(wrong) => wrong(canonical.text()),
                _ => canonical.text(),
            }
        };
        let to_sign = |right: String| match mistake {
            Mistake::ToSign(wrong) => wrong(right),
            _ => right,
        };
        let finish = |string: &str, right: &dyn Fn(&str) -> String| match mistake {
            Mistake::Signature(wrong) => wrong(string),
            _ => right(string),
        };
        match scheme {
            AlibabaV1 => {
                let read = alibaba_v1::read(sent).expect("signed");
                let query = query(alibaba_v1::canonical_query(&alibaba_v1::parameters(sent)));
                let string = to_sign(alibaba_v1::string_to_sign(sent.method, sent.path, &query));
                finish(&string, &|string| {
                    alibaba_v1::signature(read.digest, KEY.secret, string)
                })
            }
            AlibabaAcs3 => {
                let read = alibaba_acs3::read(sent).expect("signed");
                let text = text(alibaba_acs3::canonical_request(
                    sent,
                    sent.path,
                    read.algorithm,
                    read.signed_headers,
                ));
                let string = to_sign(alibaba_acs3::string_to_sign(read.algorithm, &text));
                finish(&string, &|string| {
                    alibaba_acs3::signature(read.algorithm, KEY.secret, string)
                })
            }
            Volcengine => {
                let read = volcengine::read(sent).expect("signed");
                let text = text(volcengine::canonical_request(sent, sent.path, &read));
                let string = to_sign(volcengine::string_to_sign(&read.date, &read.scope, &text));
                finish(&string, &|string| {
                    volcengine::signature(KEY.secret, &read.scope, string)
                })
            }
            Huawei => {
                let read = huawei::read(sent).expect("signed");
                let text = text(huawei::canonical_request(
                    sent,
                    sent.path,
                    read.algorithm,
                    read.signed_headers,
                ));
                let string = to_sign(huawei::string_to_sign(
                    read.algorithm,
                    read.date,
                    read.scope,
                    &text,
                ));
                let key = match read.algorithm {
                    huawei::Algorithm::Derived => {
                        huawei::derived_key(KEY.id, KEY.secret, read.scope)
                    }
                    _ => KEY.secret.to_owned(),
                };
                finish(&string, &|string| {
                    huawei::signature(read.algorithm, &key, string)
                })
            }
            QingCloud => {
                let read = qingcloud::read(sent).expect("signed");
                let query = query(qingcloud::canonical_query(&qingcloud::parameters(sent).1));
                let path = format!("{}/", sent.path);
                let dialect = qingcloud::Dialect::Ehpc;
                let string = to_sign(qingcloud::string_to_sign(
                    dialect,
                    sent.method,
                    &path,
                    &query,
                    &rollcall::signing::md5_hex(sent.body),
                ));
                finish(&string, &|string| {
                    qingcloud::signature(read.digest, KEY.secret, string)
                })
            }
        }
    });
    let mut forged = request.clone();
    set_signature(scheme, &mut forged, &signature);
    forged
}

fn set_signature(scheme: Scheme, request: &mut Request, signature: &str) {
    let name = match scheme {
        AlibabaV1 => "&Signature=",
        QingCloud => "&signature=",
        _ => {
            let header = request.header_mut("authorization");
            let keep = header.find("Signature=").expect("signed") + "Signature=".len();
            header.truncate(keep);
            header.push_str(signature);
            return;
        }
    };
    let keep = request.query.find(name).expect("signed") + name.len();
    request.query.truncate(keep);
    request.query.push_str(&encode(signature.as_bytes()));
}

fn examined(
    scheme: Scheme,
    request: &Request,
    key: Option<AccessKey<'_>>,
    also: &[&str],
) -> Option<Finding> {
    request.look(|sent| {
        diagnose(&Case {
            scheme,
            request: sent,
            also,
            key,
            keys: &[KEY, OTHER],
            port: Some(4700),
            hosts: &["open.volcengineapi.com", "ehpc.cn-hangzhou.aliyuncs.com"],
            regions: &["cn-beijing", "cn-shanghai", "cn-east-3"],
            services: &["bytehouse_ce", "dms"],
        })
    })
}

/// What the tests have shown, to be held against the table at the end.
type Shown = BTreeSet<(&'static str, String)>;

#[track_caller]
fn names(shown: &mut Shown, scheme: Scheme, request: &Request, name: &'static str, sentence: &str) {
    let outcome = verify(scheme, request, KEY);
    assert!(outcome.is_err(), "{scheme:?}: {name} is no mistake");
    let finding = examined(scheme, request, Some(KEY), &[]);
    let finding = finding
        .unwrap_or_else(|| panic!("{scheme:?}: {name} was not found\n{request:?}\n{outcome:?}"));
    assert_eq!(finding.name, name, "{scheme:?}: {}", finding.sentence);
    assert!(
        finding.sentence.contains(sentence),
        "{scheme:?}: {}",
        finding.sentence
    );
    let all = format!("{finding:?}");
    assert!(
        !all.contains(KEY.secret) && !all.contains(OTHER.secret),
        "a secret shows: {all}"
    );
    shown.insert((name, format!("{scheme:?}")));
}

/// The parameters in the right order, in an encoding of the client's.
fn encoded(mut parameters: Vec<(String, String)>, how: &dyn Fn(&str) -> String) -> String {
    parameters.sort();
    joined(&parameters, how)
}

fn joined(parameters: &[(String, String)], how: &dyn Fn(&str) -> String) -> String {
    let all: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", how(name), how(value)))
        .collect();
    all.join("&")
}

fn right(text: &str) -> String {
    encode(text.as_bytes()).into_owned()
}

fn keys(shown: &mut Shown) {
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
        "without the & behind the secret",
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
        "with an & behind the secret",
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

fn scopes(shown: &mut Shown) {
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
        "\"cn-north-1\" (in the key, not in the text)",
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
        "\"cn-shanghai\" (in the text, not in the key)",
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
fn huawei_scopes(shown: &mut Shown) {
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
            "\"20240913\" (in the key, not in the text)",
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
fn tokens(shown: &mut Shown) {
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
        "the session token is signed, which X-SignedQueries does not list",
    );
}

fn headers(shown: &mut Shown) {
    for scheme in SIX_PARTS {
        let get = signed(scheme, "GET", "");
        let post = signed(scheme, "POST", "{}");
        for host in ["127.0.0.1", "localhost:4700", "open.volcengineapi.com"] {
            let mut sent = plain(scheme, "GET", "");
            *sent.header_mut("host") = host.to_owned();
            let mut sent = sign_at(scheme, sent, &KEY, TIME);
            *sent.header_mut("host") = "127.0.0.1:4700".to_owned();
            names(
                shown,
                scheme,
                &sent,
                "host",
                &format!("signature matches if Host is \"{host}\""),
            );
        }
        // And the other way round: signed with the port that it came to, sent without.
        let mut portless = get.clone();
        *portless.header_mut("host") = "127.0.0.1".to_owned();
        names(
            shown,
            scheme,
            &portless,
            "host",
            "signature matches if Host is \"127.0.0.1:4700\"",
        );
        let mut typed = post.clone();
        *typed.header_mut("content-type") = "application/json;charset=UTF-8".to_owned();
        names(
            shown,
            scheme,
            &typed,
            "content-type",
            "\"application/json\"",
        );
        let forged = forge(
            scheme,
            &get,
            &Mistake::Parts(&|parts| {
                parts
                    .headers
                    .iter_mut()
                    .for_each(|(_, value)| *value = format!(" {value}").into())
            }),
        );
        names(
            shown,
            scheme,
            &forged,
            "header-values-untrimmed",
            "follows the colon",
        );
        let recased = |how: &dyn Fn(&str) -> String| {
            let wrong = |parts: &mut CanonicalRequest<'_>| {
                parts
                    .headers
                    .iter_mut()
                    .for_each(|(name, _)| *name = how(name).into());
            };
            forge(scheme, &get, &Mistake::Parts(&wrong))
        };
        let title = |name: &str| {
            let words: Vec<String> = name
                .split('-')
                .map(|word| word[..1].to_uppercase() + &word[1..])
                .collect();
            words.join("-")
        };
        names(
            shown,
            scheme,
            &recased(&title),
            "header-names-cased",
            "\"X-Date\"",
        );
        names(
            shown,
            scheme,
            &recased(&str::to_uppercase),
            "header-names-cased",
            "\"X-DATE\"",
        );
        let mut reversed = get.clone();
        let header = reversed.header_mut("authorization");
        let list = header
            .split("SignedHeaders=")
            .nth(1)
            .and_then(|rest| rest.split(',').next())
            .expect("a list")
            .to_owned();
        let mut turned: Vec<&str> = list.split(';').collect();
        turned.reverse();
        *header = header.replace(&list, &turned.join(";"));
        let forged = forge(
            scheme,
            &reversed,
            &Mistake::Parts(&|parts| parts.headers.sort()),
        );
        names(shown, scheme, &forged, "header-lines-sorted", "");
        let forged = forge(
            scheme,
            &get,
            &Mistake::Text(&|text| text.replace("\n\n", "\n")),
        );
        names(shown, scheme, &forged, "blank-line-missing", "");
        // A token that the list does not have: in the lines alone, and in the list that is signed too.
        let mut tokened = get.clone();
        tokened
            .headers
            .push(("x-some-token".to_owned(), "t-1".to_owned()));
        for (in_list, sentence) in [
            (false, "x-some-token is signed"),
            (true, "x-some-token, in its list too, is signed"),
        ] {
            let forged = forge(
                scheme,
                &tokened,
                &Mistake::Parts(&|parts| {
                    parts.headers.push(("x-some-token".into(), "t-1".into()));
                    parts.headers.sort();
                    if in_list {
                        let mut list: Vec<&str> = parts.signed_headers.split(';').collect();
                        list.push("x-some-token");
                        list.sort_unstable();
                        parts.signed_headers = list.join(";").into();
                    }
                }),
            );
            names(shown, scheme, &forged, "header-not-listed", sentence);
        }
    }
}

fn bodies(shown: &mut Shown) {
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
                "behind each colon and comma and \\u escapes",
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
            let sentence = format!("the signature is of the body {unsent}; none was sent");
            names(shown, scheme, &request, "body-not-sent", &sentence);
        }
    }
    let unsent = plain(Huawei, "DELETE", "{}");
    let mut sm3 = unsent
        .clone()
        .sealed(unsent.look(|sent| huawei::sign_sm3(sent, &KEY, TIME)));
    sm3.body.clear();
    names(shown, Huawei, &sm3, "body-not-sent", "of the body {}");
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
            (Some(&sha256), "SHA-256 in every place,"),
            (None, "but the hash of the body"),
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
        "of the body {}",
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

fn paths(shown: &mut Shown) {
    let path = |scheme, path: &str, name, shown: &mut Shown| {
        let get = signed(scheme, "GET", "");
        let forged = match scheme {
            AlibabaV1 => {
                let wrong = |string: String| string.replace("&%2F&", &format!("&{}&", right(path)));
                forge(scheme, &get, &Mistake::ToSign(&wrong))
            }
            QingCloud => forge(
                scheme,
                &get,
                &Mistake::ToSign(&|string| string.replace("/api/user/a%20b/", path)),
            ),
            _ => forge(
                scheme,
                &get,
                &Mistake::Parts(&|parts| parts.path = path.to_owned().into()),
            ),
        };
        names(shown, scheme, &forged, name, &format!("\"{path}\""));
    };
    for scheme in [AlibabaV1, AlibabaAcs3, Volcengine] {
        path(scheme, "", "path-trailing-slash", shown);
        let mut prefixed = signed(scheme, "GET", "");
        prefixed.path = "/some-id/".to_owned();
        names(shown, scheme, &prefixed, "path-first-segment", "\"/\"");
        let finding = examined(scheme, &prefixed, Some(KEY), &["/"]);
        assert_eq!(
            finding, None,
            "nothing is wrong once the stripped path is tried"
        );
    }
    path(Huawei, "/v2/p/users/a%20b", "path-trailing-slash", shown);
    path(Huawei, "/v2/p/users/a%2520b/", "path-encoded-twice", shown);
    path(Huawei, "/v2/p/users/a b/", "path-unencoded", shown);
    path(Huawei, "/p/users/a%20b/", "path-first-segment", shown);
    path(QingCloud, "/api/user/a%2520b/", "path-encoded-twice", shown);
    path(QingCloud, "/api/user/a b", "path-unencoded", shown);
    path(QingCloud, "/user/a%20b", "path-first-segment", shown);
    for (scheme, end) in [(Huawei, "/"), (Volcengine, "")] {
        let mut slashed = plain(scheme, "GET", "");
        slashed.path = "/v2/a%2fb c".replace(' ', "%20");
        let wrong = format!("/v2/a%2fb%20c{end}");
        let slashed = sign_at(scheme, slashed, &KEY, TIME);
        let forged = forge(
            scheme,
            &slashed,
            &Mistake::Parts(&|parts| parts.path = wrong.clone().into()),
        );
        names(shown, scheme, &forged, "path-as-sent", &wrong);
        for (wrong, name) in [
            ("/v2/a%252fb%2520c", "path-encoded-twice"),
            ("/v2/a/b c", "path-unencoded"),
        ] {
            let forged = forge(
                scheme,
                &slashed,
                &Mistake::Parts(&|parts| parts.path = format!("{wrong}{end}").into()),
            );
            names(shown, scheme, &forged, name, wrong);
        }
    }
}

fn queries(shown: &mut Shown) {
    type Wrong<'w> = &'w dyn Fn(Vec<(String, String)>) -> String;
    let ignoring_case = |mut all: Vec<(String, String)>| {
        all.sort_by_key(|(name, _)| name.to_lowercase());
        joined(&all, &right)
    };
    let bare = |mut all: Vec<(String, String)>| {
        all.sort();
        let all: Vec<String> = all
            .iter()
            .map(|(name, value)| {
                if value.is_empty() {
                    right(name)
                } else {
                    format!("{}={}", right(name), right(value))
                }
            })
            .collect();
        all.join("&")
    };
    let without = |left_out: &'static [(&'static str, &'static str)]| {
        move |mut all: Vec<(String, String)>| {
            all.retain(|(name, value)| !left_out.contains(&(name.as_str(), value.as_str())));
            encoded(all, &right)
        }
    };
    let javascript = |text: &str| right(text).replace("%27", "'").replace("%2A", "*");
    let lower = |text: &str| {
        right(text)
            .replace("%2F", "%2f")
            .replace("%2A", "%2a")
            .replace("%3A", "%3a")
            .replace("%E5%BC%A0", "%e5%bc%a0")
    };
    let wrongs: &[(&'static str, &str, Wrong<'_>)] = &[
        ("query-unsorted", "", &|all| joined(&all, &right)),
        ("query-sorted-ignoring-case", "", &ignoring_case),
        ("query-plus-for-space", "", &|all| {
            encoded(all, &|text| right(text).replace("%20", "+"))
        }),
        ("query-encoded-twice", "", &|all| {
            encoded(all, &|text| right(&right(text)))
        }),
        ("query-unencoded", "", &|all| encoded(all, &str::to_owned)),
        ("query-javascript", "", &|all| encoded(all, &javascript)),
        ("query-encode-uri", "with encodeURI", &|all| {
            encoded(all, &|text| {
                [
                    ("%2F", "/"),
                    ("%2A", "*"),
                    ("%27", "'"),
                    ("%3A", ":"),
                    ("%3D", "="),
                    ("%2B", "+"),
                ]
                .iter()
                .fold(right(text), |text, (from, to)| text.replace(from, to))
            })
        }),
        ("query-form-encoded", "URLSearchParams", &|all| {
            encoded(all, &|text| {
                right(text)
                    .replace("%20", "+")
                    .replace("%2A", "*")
                    .replace('~', "%7E")
            })
        }),
        ("query-form-encoded", "PHP's urlencode", &|all| {
            encoded(all, &|text| {
                right(text).replace("%20", "+").replace('~', "%7E")
            })
        }),
        ("query-tilde-encoded", "", &|all| {
            encoded(all, &|text| right(text).replace('~', "%7E"))
        }),
        ("query-slash-kept", "", &|all| {
            encoded(all, &|text| right(text).replace("%2F", "/"))
        }),
        ("query-lower-case-hex", "", &|all| encoded(all, &lower)),
        ("query-empty-values", "left out", &without(&[("empty", "")])),
        ("query-empty-values", "without their =", &bare),
        ("query-repeats", "only the first", &without(&[("b", "1")])),
        ("query-repeats", "only the last", &without(&[("b", "2")])),
        ("parameter-left-out", "\"Zone\"", &without(&[("Zone", "1")])),
    ];
    for scheme in ALL {
        let get = signed(scheme, "GET", "");
        for (name, sentence, wrong) in wrongs {
            names(
                shown,
                scheme,
                &forge(scheme, &get, &Mistake::Query(wrong)),
                name,
                sentence,
            );
        }
        let raw = match scheme {
            AlibabaV1 | QingCloud => get
                .query
                .rsplit_once('&')
                .expect("the signature is last")
                .0
                .to_owned(),
            _ => get.query.clone(),
        };
        names(
            shown,
            scheme,
            &forge(scheme, &get, &Mistake::Query(&|_| raw.clone())),
            "query-raw",
            "in the order sent",
        );
    }
    for scheme in SIX_PARTS {
        let get = signed(scheme, "GET", "");
        names(
            shown,
            scheme,
            &forge(scheme, &get, &Mistake::Query(&|_| String::new())),
            "query-left-out",
            "",
        );
    }
}

/// Alibaba's V1 encodes the parameters and then the sorted whole once more, and clients have one function for both.
fn both_levels(shown: &mut Shown) {
    type Encoder = fn(&str) -> String;
    fn but(text: &str, pairs: &[(&str, &str)]) -> String {
        let text = right(text);
        pairs
            .iter()
            .fold(text, |text, (from, to)| text.replace(from, to))
    }
    let javascript: Encoder = |text| {
        let kept = [
            ("%21", "!"),
            ("%27", "'"),
            ("%28", "("),
            ("%29", ")"),
            ("%2A", "*"),
        ];
        but(text, &kept)
    };
    let quote: Encoder = |text| but(text, &[("%2F", "/")]);
    let search_params: Encoder = |text| but(text, &[("%20", "+"), ("%2A", "*"), ("~", "%7E")]);
    let mut check = |encoder: Encoder, path: &str, name, sentence| {
        let get = signed(AlibabaV1, "GET", "");
        let query = get.look(|sent| {
            let mut pairs: Vec<(String, String)> = alibaba_v1::parameters(sent)
                .iter()
                .filter(|pair| *pair.name != *b"Signature")
                .map(|pair| {
                    (
                        String::from_utf8_lossy(&pair.name).into_owned(),
                        pair.text().into_owned(),
                    )
                })
                .collect();
            pairs.sort();
            joined(&pairs, &encoder)
        });
        let whole = format!("GET&{path}&{}", encoder(&query));
        let forged = forge(AlibabaV1, &get, &Mistake::ToSign(&|_| whole.clone()));
        names(shown, AlibabaV1, &forged, name, sentence);
    };
    check(
        javascript,
        "%2F",
        "query-javascript-twice",
        "on both levels",
    );
    check(
        quote,
        "%2F",
        "query-slash-kept-twice",
        "as Python's quote leaves it",
    );
    check(quote, "/", "query-slash-kept-twice", "the path's too");
    check(search_params, "%2F", "query-form-encoded", "on both levels");
    let encode_uri: Encoder = |text| {
        let kept = ";,/?:@&=+$#!'()*".chars();
        kept.fold(right(text), |text, letter| {
            text.replace(&right(&letter.to_string()), &letter.to_string())
        })
    };
    check(encode_uri, "%2F", "query-encode-uri", "on both levels");
}

fn the_rest(shown: &mut Shown) {
    // Local time with a fraction of a second, as toISOString writes it.
    let mut get = signed(AlibabaAcs3, "GET", "");
    get.header_mut("x-acs-date").insert_str(19, ".125");
    let local = |parts: &mut CanonicalRequest<'_>| {
        for (name, value) in &mut parts.headers {
            if name == "x-acs-date" {
                *value = "2024-09-12T21:27:32.125Z".into();
            }
        }
    };
    let forged = forge(AlibabaAcs3, &get, &Mistake::Parts(&local));
    names(shown, AlibabaAcs3, &forged, "local-time", "(UTC+08:00)");
    let mut get = signed(AlibabaV1, "GET", "");
    get.query = get.query.replace("T13%3A27%3A32Z", "T13%3A27%3A32.125Z");
    let local = |all: Vec<(String, String)>| {
        encoded(all, &right).replace("T13%3A27%3A32.125Z", "T21%3A27%3A32.125Z")
    };
    let forged = forge(AlibabaV1, &get, &Mistake::Query(&local));
    names(shown, AlibabaV1, &forged, "local-time", "21:27:32.125Z");
    for scheme in ALL {
        let mut posted = signed(scheme, "GET", "");
        posted.method = "POST".to_owned();
        names(shown, scheme, &posted, "method", "if the method is GET");
        let mut late = sign_at(scheme, plain(scheme, "GET", ""), &KEY, TIME + 8 * 3600);
        for (from, to) in [
            ("T212732Z", "T132732Z"),
            ("T21:27:32Z", "T13:27:32Z"),
            ("T21%3A27%3A32Z", "T13%3A27%3A32Z"),
        ] {
            late.query = late.query.replace(from, to);
            late.headers
                .iter_mut()
                .for_each(|(_, value)| *value = value.replace(from, to));
        }
        names(shown, scheme, &late, "local-time", "(UTC+08:00)");
        let get = signed(scheme, "GET", "");
        names(
            shown,
            scheme,
            &forge(
                scheme,
                &get,
                &Mistake::ToSign(&|string| format!("{string}\n")),
            ),
            "final-newline",
            "",
        );
        // The text of a signature, taken apart and written in another way.
        let respelled = |how: &dyn Fn(&[u8]) -> String| {
            let mut request = get.clone();
            set_signature(scheme, &mut request, &how(&mac_of(scheme, &get)));
            request
        };
        names(
            shown,
            scheme,
            &respelled(&|mac| base64(hex(mac).as_bytes())),
            "signature-base64-of-hex",
            "",
        );
        if SIX_PARTS.contains(&scheme) {
            names(
                shown,
                scheme,
                &respelled(&|mac| hex(mac).to_uppercase()),
                "signature-upper-case",
                "",
            );
            names(shown, scheme, &respelled(&base64), "signature-base64", "");
        } else {
            names(shown, scheme, &respelled(&hex), "signature-hex", "");
        }
    }
    for scheme in [Volcengine, Huawei] {
        let get = signed(scheme, "GET", "");
        let forged = forge(
            scheme,
            &get,
            &Mistake::ToSign(&|string| string.replace("T132732Z", "T212732Z")),
        );
        names(
            shown,
            scheme,
            &forged,
            "local-time",
            "in the string to sign alone is 20240912T212732Z",
        );
    }
    for scheme in SIX_PARTS {
        let get = signed(scheme, "GET", "");
        let text = get.look(|sent| match scheme {
            AlibabaAcs3 => {
                let read = alibaba_acs3::read(sent).expect("signed");
                let list = read.signed_headers;
                alibaba_acs3::canonical_request(sent, sent.path, read.algorithm, list).text()
            }
            Volcengine => volcengine::canonical_request(
                sent,
                sent.path,
                &volcengine::read(sent).expect("signed"),
            )
            .text(),
            _ => {
                let read = huawei::read(sent).expect("signed");
                huawei::canonical_request(sent, sent.path, read.algorithm, read.signed_headers)
                    .text()
            }
        });
        let unhashed = |string: String| {
            format!(
                "{}\n{text}",
                string.rsplit_once('\n').expect("a hash ends it").0
            )
        };
        names(
            shown,
            scheme,
            &forge(scheme, &get, &Mistake::ToSign(&unhashed)),
            "not-hashed",
            "",
        );
    }
    for (scheme, wrong, sentence) in [
        (AlibabaV1, Digest::Sha256, "HMAC-SHA256"),
        (QingCloud, Digest::Sha1, "HMAC-SHA1"),
    ] {
        let sign = |string: &str| match scheme {
            AlibabaV1 => alibaba_v1::signature(wrong, KEY.secret, string),
            _ => qingcloud::signature(wrong, KEY.secret, string),
        };
        let get = signed(scheme, "GET", "");
        names(
            shown,
            scheme,
            &forge(scheme, &get, &Mistake::Signature(&sign)),
            "digest",
            sentence,
        );
    }
    let v1 = signed(AlibabaV1, "GET", "");
    let query = v1.look(|sent| alibaba_v1::canonical_query(&alibaba_v1::parameters(sent)));
    let forged = forge(
        AlibabaV1,
        &v1,
        &Mistake::ToSign(&|_| format!("GET&%2F&{query}")),
    );
    names(shown, AlibabaV1, &forged, "query-not-encoded-again", "");
    let forged = forge(
        AlibabaV1,
        &v1,
        &Mistake::ToSign(&|string| string.replace("&%2F&", "&/&")),
    );
    names(shown, AlibabaV1, &forged, "slash-not-encoded", "");
    // Base64 with a plus sign and a slash is a matter of luck, so the nonce is tried until there are both.
    for scheme in [AlibabaV1, QingCloud] {
        let lucky = (0..)
            .map(|nonce| {
                let mut request = plain(scheme, "GET", "");
                request.query.push_str(&format!("&luck={nonce}"));
                sign_at(scheme, request, &KEY, TIME)
            })
            .find(|request| {
                request.query.contains("2B")
                    && request.query.contains("2F")
                    && base64(&mac_of(scheme, request)).contains('+')
                    && base64(&mac_of(scheme, request)).contains('/')
            })
            .expect("some nonce does");
        let text = base64(&mac_of(scheme, &lucky));
        let mut safe = lucky.clone();
        set_signature(scheme, &mut safe, &text.replace('+', "-").replace('/', "_"));
        names(shown, scheme, &safe, "signature-url-safe", "");
        if scheme == AlibabaV1 {
            let mut lost = lucky.clone();
            let keep = lost.query.find("&Signature=").expect("signed");
            lost.query.truncate(keep);
            lost.query
                .push_str(&format!("&Signature={}", text.replace('=', "%3D")));
            names(shown, scheme, &lost, "signature-plus-lost", "");
            let mut twice = lucky.clone();
            set_signature(scheme, &mut twice, &right(&text));
            names(shown, scheme, &twice, "signature-encoded-twice", "");
        }
    }
}

/// The HMAC of a rightly signed request, from the text of its signature.
fn mac_of(scheme: Scheme, request: &Request) -> Vec<u8> {
    use base64::Engine as _;
    let text = request.look(|sent| match scheme {
        AlibabaV1 => alibaba_v1::read(sent).expect("signed").signature,
        AlibabaAcs3 => alibaba_acs3::read(sent)
            .expect("signed")
            .signature
            .to_owned(),
        Volcengine => volcengine::read(sent).expect("signed").signature,
        Huawei => huawei::read(sent).expect("signed").signature.to_owned(),
        QingCloud => {
            let read = qingcloud::read(sent).expect("signed");
            let found = qingcloud::candidates(sent, &[], &read, KEY.secret).next();
            found.expect("there is a first").signature
        }
    });
    if SIX_PARTS.contains(&scheme) {
        let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
        return (0..text.len()).step_by(2).map(digit).collect();
    }
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .expect("Base64")
}

fn hex(bytes: &[u8]) -> String {
    rollcall::signing::hex(bytes)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn every_known_mistake_is_named() {
    let mut shown = Shown::new();
    for group in [
        keys,
        scopes,
        huawei_scopes,
        tokens,
        headers,
        bodies,
        paths,
        queries,
        both_levels,
        the_rest,
    ] {
        group(&mut shown);
    }
    let table: Shown = DEVIATIONS
        .iter()
        .flat_map(|row| {
            row.schemes
                .iter()
                .map(|scheme| (row.name, format!("{scheme:?}")))
        })
        .collect();
    let missing: Vec<_> = table.difference(&shown).collect();
    assert!(
        missing.is_empty(),
        "rows of the table that no test reads back: {missing:?}"
    );
}

#[test]
fn names_are_unique() {
    let unique: BTreeSet<&str> = DEVIATIONS.iter().map(|row| row.name).collect();
    assert_eq!(unique.len(), DEVIATIONS.len());
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    for vector in vectors() {
        let key = vector.key();
        let finding = vector.request.look(|sent| {
            diagnose(&Case {
                scheme: vector.scheme,
                request: sent,
                also: &[],
                key: Some(key),
                keys: &[key, OTHER],
                port: Some(4700),
                hosts: &[],
                regions: &[],
                services: &[],
            })
        });
        assert_eq!(finding, None, "{}", vector.name);
    }
}

#[test]
fn a_signature_out_of_thin_air_is_given_up_on() {
    for scheme in ALL {
        let mut request = signed(scheme, "POST", "{\"a\": 1}");
        set_signature(scheme, &mut request, &"0".repeat(64));
        assert_eq!(examined(scheme, &request, Some(KEY), &["/stripped"]), None);
    }
}

#[test]
fn a_query_beyond_all_measure_is_not_examined() {
    let mut request = plain(Huawei, "GET", "");
    request.query = format!("a={}", "x".repeat(100_000));
    let request = sign_at(Huawei, request, &OTHER, TIME);
    assert_eq!(examined(Huawei, &request, Some(KEY), &[]), None);
}

#[test]
fn a_clock_that_shows_local_time_is_recognised() {
    let finding = shifted_clock(TIME + 8 * 3600 + 20, TIME).expect("eight hours are a time zone");
    assert_eq!(finding.name, "local-time");
    assert!(
        finding.sentence.contains("2024-09-12T13:27:52Z") && finding.sentence.contains("UTC+08:00")
    );
    assert_eq!(shifted_clock(TIME + 20 * 60, TIME), None);
    assert_eq!(shifted_clock(TIME, TIME), None);
}
