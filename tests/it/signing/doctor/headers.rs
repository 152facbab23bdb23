//! Headers: which are signed, and with which values.

use rollcall::signing::CanonicalRequest;

use super::{KEY, Mistake, SIX_PARTS, Shown, TIME, forge, names, plain, sign_at, signed};

pub(super) fn headers(shown: &mut Shown) {
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
            "after the colon",
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
