//! Readers without a server: queries, forms, and the signatures of all schemes.

use super::request::Sent;
use super::{Kind, kind};
use crate::provider::call::Params;
use crate::signing::doctor::{Case, diagnose};
use crate::signing::qingcloud::Dialect;
use crate::signing::{
    AccessKey, Digest, RawRequest, Scheme, SignedParts, alibaba_acs3, alibaba_v1, encode, huawei,
    pairs, qingcloud, volcengine,
};

const KEY: AccessKey<'static> = AccessKey {
    id: "test-ak",
    secret: "test-sk",
    token: None,
};
/// 2024-09-12T13:27:32Z.
const TIME: i64 = 1_726_147_652;

/// A query or form: parsing, formatting and parsing it again gives the same result, and nothing is lost.
pub(super) fn parameters(input: &[u8]) -> Result<Kind, String> {
    let read = Params::decode(input);
    let print = |params: &Params| {
        let pair = |(name, value): (&str, &str)| {
            format!("{}={}", encode(name.as_bytes()), encode(value.as_bytes()))
        };
        params.iter().map(pair).collect::<Vec<_>>().join("&")
    };
    let printed = print(&read);
    let again = Params::decode(printed.as_bytes());
    if print(&again) != printed || !read.iter().eq(again.iter()) {
        return Err(format!(
            "read, printed and read again it is another: {printed}"
        ));
    }
    // Invalid UTF-8 may become one replacement character of three bytes each.
    if 3 * input.len()
        < read
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum()
    {
        return Err("more was read than there was".to_owned());
    }
    for (name, value) in read.iter().take(8) {
        if read.first(name).is_none() || !read.all(name).any(|one| one == value) {
            return Err(format!("{name} is there and cannot be found"));
        }
    }
    let count = pairs(input).count();
    if count != read.iter().count() {
        return Err(format!("{count} pairs were signed, others were read"));
    }
    Ok(kind((
        count.min(20),
        input.contains(&b'%'),
        input.contains(&b'+'),
        printed.len() == input.len(),
    )))
}

/// What a client adds to a request to sign it.
type Sign = fn(&RawRequest<'_>) -> SignedParts;

/// The ways in which a request can be signed, each with the scheme that verifies it.
const WAYS: &[(Scheme, Sign)] = &[
    (Scheme::Huawei, |sent| huawei::sign(sent, &KEY, TIME)),
    (Scheme::Huawei, |sent| huawei::sign_sm3(sent, &KEY, TIME)),
    (Scheme::AlibabaAcs3, |sent| {
        alibaba_acs3::sign(sent, &KEY, TIME, "fedcba9876543210")
    }),
    (Scheme::AlibabaAcs3, |sent| {
        alibaba_acs3::sign_sm3(sent, &KEY, TIME, "fedcba9876543210")
    }),
    (Scheme::AlibabaV1, |sent| {
        alibaba_v1::sign(sent, &KEY, TIME, "fedcba9876543210", Digest::Sha1)
    }),
    (Scheme::QingCloud, |sent| {
        qingcloud::sign(sent, &KEY, TIME, Dialect::Ehpc, Digest::Sha256)
    }),
    (Scheme::QingCloud, |sent| {
        qingcloud::sign(sent, &KEY, TIME, Dialect::Iaas, Digest::Sha256)
    }),
    (Scheme::Volcengine, |sent| {
        volcengine::sign(sent, &KEY, "cn-beijing", "bytehouse_ce", TIME)
    }),
    (Scheme::Volcengine, |sent| {
        volcengine::presign(sent, &KEY, "cn-beijing", "bytehouse_ce", TIME)
    }),
];

/// The index of QingCloud's other dialect in the list.
const IAAS: usize = 6;
/// The index of Volcengine's presigned requests.
const PRESIGNED: usize = 8;

/// Parses a request as a scheme, and verifies it; if that fails, runs the doctor.
fn verify_sent(scheme: Scheme, sent: &RawRequest<'_>) -> Result<(), String> {
    let secret = KEY.secret;
    let verdict = match scheme {
        Scheme::AlibabaV1 => alibaba_v1::read(sent)
            .map_err(|defect| format!("{defect:?}"))
            .map(|read| alibaba_v1::verify(sent, &[], &read, secret)),
        Scheme::AlibabaAcs3 => alibaba_acs3::read(sent)
            .map_err(|defect| format!("{defect:?}"))
            .map(|read| alibaba_acs3::verify(sent, &[], &read, secret)),
        Scheme::Volcengine => volcengine::read(sent)
            .map_err(|defect| format!("{defect:?}"))
            .map(|read| volcengine::verify(sent, &[], &read, secret)),
        Scheme::Huawei => huawei::read(sent)
            .map_err(|defect| format!("{defect:?}"))
            .map(|read| huawei::verify(sent, &[], &read, secret)),
        Scheme::QingCloud => qingcloud::read(sent)
            .map_err(|defect| format!("{defect:?}"))
            .map(|read| qingcloud::verify(sent, &[], &read, secret)),
    };
    match verdict {
        Ok(Ok(())) => Ok(()),
        Ok(Err(mismatch)) => Err(format!("{:?}", mismatch.cause)),
        Err(defect) => Err(defect),
    }
}

fn diagnosed(scheme: Scheme, sent: &RawRequest<'_>) {
    let case = Case {
        scheme,
        request: sent,
        alternative_paths: &["", "/x"],
        key: Some(KEY),
        keys: &[KEY],
        port: Some(4700),
        hosts: &["ehpc.cn-hangzhou.aliyuncs.com"],
        regions: &["cn-north-4"],
        services: &["bytehouse_ce"],
    };
    // The finding does not matter, because it is a guess.
    drop(diagnose(&case));
}

/// A request for each scheme: as received, and signed.
pub(super) fn signatures(input: &[u8]) -> Result<Kind, String> {
    let Some(sent) = Sent::all(input).into_iter().next() else {
        return Ok(0);
    };
    let mut headers: Vec<(&str, &str)> = sent
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    if !sent.headers.contains_key("host") {
        headers.push(("host", "127.0.0.1:4700"));
    }
    let request = RawRequest {
        method: sent.method.as_str(),
        path: sent.target.path(),
        query: sent.target.query().unwrap_or_default(),
        headers: &headers,
        body: &sent.body,
    };
    let mut kinds = Vec::new();
    for scheme in [
        Scheme::AlibabaV1,
        Scheme::AlibabaAcs3,
        Scheme::Volcengine,
        Scheme::Huawei,
        Scheme::QingCloud,
    ] {
        let verdict = verify_sent(scheme, &request);
        // A request that cannot be parsed never reaches the doctor.
        if verdict.as_ref().is_err_and(|cause| cause == "Signature") {
            diagnosed(scheme, &request);
        }
        kinds.push(verdict.err().unwrap_or_default());
    }
    for (number, (scheme, sign)) in WAYS.iter().enumerate() {
        // The names of the headers that a presigned request signs are a list with semicolons.
        if number == PRESIGNED
            && pairs(request.query.as_bytes()).any(|pair| pair.name.contains(&b';'))
        {
            continue;
        }
        let Some(signed) = signed(&request, *sign) else {
            continue;
        };
        // Its three lines do not protect a body unless it is the form with the signature; see `qingcloud::sign`.
        if number == IAAS
            && !(sent.body.is_empty() || request.query.is_empty() && request.is_form())
        {
            continue;
        }
        let headers: Vec<(&str, &str)> = signed
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let sent = RawRequest {
            query: &signed.1,
            headers: &headers,
            body: &signed.2,
            ..request
        };
        if let Err(cause) = verify_sent(*scheme, &sent) {
            return Err(format!(
                "signed in way {number} ({scheme:?}) it does not verify: {cause}; {} {}?{} {headers:?}",
                sent.method, sent.path, sent.query
            ));
        }
    }
    Ok(kind(kinds))
}

/// The headers, the query and the body of a request.
type Signed = (Vec<(String, String)>, String, Vec<u8>);

/// The parts of a request that a client would sign; `None` if no client would sign it.
fn signed(request: &RawRequest<'_>, sign: Sign) -> Option<Signed> {
    // A client signs a request that is not signed yet.
    let own = |name: &str| {
        name == "authorization"
            || name.starts_with("x-")
            || name == "date"
            || name.contains("signature")
    };
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .copied()
        .filter(|(name, _)| !own(name))
        .collect();
    let bare = RawRequest {
        headers: &headers,
        ..*request
    };
    let names_signature = |text: &[u8]| {
        pairs(text).any(|pair| {
            let name = String::from_utf8_lossy(&pair.name).to_ascii_lowercase();
            [
                "x-", "sign", "access", "time", "secur", "version", "token", "req_",
            ]
            .iter()
            .any(|beginning| name.starts_with(beginning))
        })
    };
    if names_signature(request.query.as_bytes()) || bare.is_form() && names_signature(request.body)
    {
        return None;
    }
    let parts = sign(&bare);
    let mut all: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    for (name, value) in parts.headers {
        all.retain(|(old, _)| *old != name);
        all.push((name, value));
    }
    let body = parts
        .body
        .map_or_else(|| request.body.to_vec(), String::into_bytes);
    Some((all, parts.query, body))
}
