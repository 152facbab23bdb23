//! Signatures and strings to sign.

use rollcall::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use rollcall::signing::{
    CanonicalRequest, Digest, Scheme, alibaba_acs3, alibaba_v1, huawei, qingcloud, volcengine,
};

use super::super::Request;
use super::{
    ALL, KEY, Mistake, SIX_PARTS, Shown, TIME, encoded, forge, names, plain, right, set_signature,
    sign_at, signed,
};

pub(super) fn the_rest(shown: &mut Shown) {
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
            "only the time in the string to sign is 20240912T212732Z",
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
