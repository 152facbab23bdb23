//! Every mistake that the doctor knows, made by hand, and its name read back.

mod bodies;
mod headers;
mod keys;
mod queries;
mod rest;

use std::collections::BTreeSet;

use rollcall::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use rollcall::signing::doctor::{Case, DEVIATIONS, Finding, diagnose, shifted_clock};
use rollcall::signing::{
    AccessKey, CanonicalRequest, Digest, Scheme, alibaba_acs3, alibaba_v1, encode, huawei, pairs,
    qingcloud, volcengine,
};

use super::{Request, vectors, verify};

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
    alternative_paths: &[&str],
) -> Option<Finding> {
    request.look(|sent| {
        diagnose(&Case {
            scheme,
            request: sent,
            alternative_paths,
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

#[test]
fn every_known_mistake_is_named() {
    let mut shown = Shown::new();
    for group in [
        keys::keys,
        keys::scopes,
        keys::huawei_scopes,
        keys::tokens,
        headers::headers,
        bodies::bodies,
        queries::paths,
        queries::queries,
        queries::both_levels,
        rest::the_rest,
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
                alternative_paths: &[],
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
