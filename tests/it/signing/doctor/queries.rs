//! Paths, queries, and how both are encoded.

use rollcall::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use rollcall::signing::alibaba_v1;

use super::{
    ALL, KEY, Mistake, SIX_PARTS, Shown, TIME, encoded, examined, forge, joined, names, plain,
    right, sign_at, signed,
};

pub(super) fn paths(shown: &mut Shown) {
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

pub(super) fn queries(shown: &mut Shown) {
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
pub(super) fn both_levels(shown: &mut Shown) {
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
