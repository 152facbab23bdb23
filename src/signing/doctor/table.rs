//! The table of known mistakes, in the order in which they are tried, and the functions that make them.

use super::encoders::{
    Encoder, as_it_is, encode_uri, encode_uri_component, java_url_encoder, php_urlencode,
    python_quote, respelled, standard,
};
use super::{
    Deviation, Examination, MAX_BODY, MAX_KEYS, Parameter, Spelling, Trial, json, offset_text,
    stated_hash_header, zone_offsets,
};
use crate::signing::Scheme::{self, AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};
use crate::signing::coding::push;
use crate::signing::{
    Digest, compact_time, encode, extended_time, huawei, md5_hex, pairs, sha256_hex,
};

/// So many parameters are left out, one after the other.
const MAX_LEFT_OUT: usize = 64;

const ALL: &[Scheme] = &[AlibabaV1, AlibabaAcs3, Volcengine, Huawei, QingCloud];
/// The schemes with a canonical request of six parts, signed headers among them, and hex for a signature.
const SIX_PARTS: &[Scheme] = &[AlibabaAcs3, Volcengine, Huawei];
/// The schemes that sign parameters and write Base64.
const BASE64: &[Scheme] = &[AlibabaV1, QingCloud];

/// Wrong calculations with their particulars.
type Variants = Vec<(String, Trial)>;

/// Every known mistake. The first that fits is named, so the likelier and the more telling come first.
pub static DEVIATIONS: &[Deviation] = &[
    // The key.
    row(
        "another-secret",
        "signature matches with the secret of the access key \"{}\"",
        ALL,
        another_secret,
    ),
    row(
        "secret-untrimmed",
        "signature matches if the secret is used with {} behind it",
        ALL,
        secret_untrimmed,
    ),
    row(
        "key-id-as-secret",
        "signature matches if the access key id is used as the secret",
        ALL,
        key_id_as_secret,
    ),
    row(
        "secret-ampersand",
        "signature matches {} the secret",
        &[AlibabaV1, AlibabaAcs3],
        secret_ampersand,
    ),
    row(
        "key-not-derived",
        "signature matches if the secret itself is the key, not one drawn from it for date, region and service",
        &[Volcengine, Huawei],
        key_not_derived,
    ),
    row(
        "key-prefixed",
        "signature matches if the key is drawn from \"{}\" and the secret",
        &[Volcengine],
        key_prefixed,
    ),
    // The scope.
    row(
        "scope-region",
        "signature matches if the region in the scope is {}",
        &[Volcengine, Huawei],
        scope_region,
    ),
    row(
        "scope-service",
        "signature matches if the service in the scope is {}",
        &[Volcengine, Huawei],
        scope_service,
    ),
    row(
        "scope-date",
        "signature matches if the date in the scope is {}",
        &[Volcengine, Huawei],
        scope_date,
    ),
    row(
        "scope-terminator",
        "signature matches if the scope ends in {}",
        &[Volcengine],
        scope_terminator,
    ),
    // The headers.
    row(
        "host",
        "signature matches if Host is \"{}\"",
        SIX_PARTS,
        host,
    ),
    row(
        "content-type",
        "signature matches if Content-Type is \"{}\"",
        SIX_PARTS,
        content_type,
    ),
    row(
        "header-values-untrimmed",
        "signature matches if header values are signed untrimmed, {}",
        SIX_PARTS,
        header_values_untrimmed,
    ),
    row(
        "header-names-cased",
        "signature matches if the canonical request writes header names as \"{}\"",
        SIX_PARTS,
        header_names_cased,
    ),
    row(
        "header-lines-sorted",
        "signature matches if the canonical header lines are sorted by name, unlike SignedHeaders",
        SIX_PARTS,
        header_lines_sorted,
    ),
    row(
        "blank-line-missing",
        "signature matches if the canonical request has no empty line before SignedHeaders",
        SIX_PARTS,
        blank_line_missing,
    ),
    row(
        "header-not-listed",
        "signature matches if the header {} is signed, which SignedHeaders does not list",
        SIX_PARTS,
        header_not_listed,
    ),
    // The body.
    row(
        "body-empty",
        "signature matches if the body is taken for empty",
        &[AlibabaAcs3, Volcengine, Huawei, QingCloud],
        body_empty,
    ),
    row(
        "body-not-sent",
        "the signature is of the body {}; none was sent",
        &[AlibabaAcs3, Volcengine, Huawei, QingCloud],
        body_not_sent,
    ),
    row(
        "body-hash-sha256",
        "signature matches with the SHA-256 of the body; an algorithm with SM3 in its name wants the SM3 there",
        &[AlibabaAcs3, Huawei],
        body_hash_sha256,
    ),
    row(
        "body-hash-stated",
        "signature matches with the body hash that {} states; the body that came has another",
        &[AlibabaAcs3, Volcengine],
        body_hash_stated,
    ),
    row(
        "body-hash-own",
        "signature matches with the hash of the body; {} says something else",
        &[Huawei],
        body_hash_own,
    ),
    row(
        "body-reserialised",
        "signature matches if the body is the same JSON written {}",
        &[AlibabaAcs3, Volcengine, Huawei, QingCloud],
        body_reserialised,
    ),
    row(
        "body-newline",
        "signature matches if the body {}",
        &[AlibabaAcs3, Volcengine, Huawei, QingCloud],
        body_newline,
    ),
    row(
        "body-unsigned",
        "signature matches if UNSIGNED-PAYLOAD stands for the body hash; say so in X-Sdk-Content-Sha256",
        &[Huawei],
        body_unsigned,
    ),
    row(
        "body-hash-upper-case",
        "signature matches if the body hash is written in upper-case hex",
        &[AlibabaAcs3, Volcengine, Huawei, QingCloud],
        body_hash_upper_case,
    ),
    row(
        "body-line-missing",
        "signature matches without the line for the MD5 of the body, which a request with a body needs",
        &[QingCloud],
        body_line_missing,
    ),
    row(
        "form-left-out",
        "signature matches if the fields of the form in the body are left out",
        &[AlibabaV1],
        form_left_out,
    ),
    // The path.
    row(
        "path-trailing-slash",
        "signature matches if the path is \"{}\"",
        &[AlibabaAcs3, AlibabaV1, Volcengine, Huawei],
        path_trailing_slash,
    ),
    row(
        "path-encoded-twice",
        "signature matches if the path is encoded twice: \"{}\"",
        &[Volcengine, Huawei, QingCloud],
        path_encoded_twice,
    ),
    row(
        "path-as-sent",
        "signature matches if the path is signed with the encoding it was sent in: \"{}\"",
        &[Volcengine, Huawei],
        path_as_sent,
    ),
    row(
        "path-unencoded",
        "signature matches if the path is signed without percent-encoding: \"{}\"",
        &[Volcengine, Huawei, QingCloud],
        path_unencoded,
    ),
    row(
        "path-first-segment",
        "signature matches if the path is \"{}\", without its first segment",
        ALL,
        path_first_segment,
    ),
    // The query.
    row(
        "token-unlisted",
        "signature matches if the session token is signed, which X-SignedQueries does not list",
        &[Volcengine],
        token_unlisted,
    ),
    row(
        "query-unsorted",
        "signature matches if the parameters are not sorted",
        ALL,
        query_unsorted,
    ),
    row(
        "query-sorted-ignoring-case",
        "signature matches if the parameters are sorted regardless of case",
        ALL,
        query_sorted_ignoring_case,
    ),
    row(
        "query-plus-for-space",
        "signature matches if a space in the parameters is encoded as + instead of %20",
        ALL,
        query_plus_for_space,
    ),
    row(
        "query-encoded-twice",
        "signature matches if the parameters are encoded twice",
        ALL,
        query_encoded_twice,
    ),
    row(
        "query-unencoded",
        "signature matches if the parameters are signed without percent-encoding",
        ALL,
        query_unencoded,
    ),
    row(
        "query-javascript",
        "signature matches if !'()* in the parameters stay unencoded, as encodeURIComponent leaves them",
        ALL,
        query_javascript,
    ),
    row(
        "query-javascript-twice",
        "signature matches if !'()* in the parameters stay unencoded on both levels, as encodeURIComponent leaves them",
        &[AlibabaV1],
        query_javascript_twice,
    ),
    row(
        "query-encode-uri",
        "signature matches if the parameters are encoded with encodeURI, which leaves ;,/?:@&=+$#!'()* as they are{}",
        ALL,
        query_encode_uri,
    ),
    row(
        "query-tilde-encoded",
        "signature matches if ~ in the parameters is encoded",
        ALL,
        query_tilde_encoded,
    ),
    row(
        "query-slash-kept",
        "signature matches if / in the parameters stays unencoded",
        ALL,
        query_slash_kept,
    ),
    row(
        "query-slash-kept-twice",
        "signature matches if / stays unencoded on both levels, as Python's quote leaves it{}",
        &[AlibabaV1],
        query_slash_kept_twice,
    ),
    row(
        "query-form-encoded",
        "signature matches if the parameters are encoded with {}",
        ALL,
        query_form_encoded,
    ),
    row(
        "query-lower-case-hex",
        "signature matches if the parameters are encoded with lower-case hex",
        ALL,
        query_lower_case_hex,
    ),
    row(
        "query-raw",
        "signature matches if the parameters are signed in the encoding they were sent in, {}",
        ALL,
        query_raw,
    ),
    row(
        "query-left-out",
        "signature matches if the query is left out",
        SIX_PARTS,
        query_left_out,
    ),
    row(
        "query-empty-values",
        "signature matches if parameters without a value are {}",
        ALL,
        query_empty_values,
    ),
    row(
        "query-repeats",
        "signature matches if only the {} of a repeated parameter is signed",
        ALL,
        query_repeats,
    ),
    row(
        "parameter-left-out",
        "signature matches if the parameter \"{}\" is left out",
        ALL,
        parameter_left_out,
    ),
    // The rest of the text, the digest and the way it is written.
    row(
        "method",
        "signature matches if the method is {}",
        ALL,
        method,
    ),
    row(
        "local-time",
        "signature matches if {}, local time for UTC",
        ALL,
        local_time,
    ),
    row(
        "not-hashed",
        "signature matches if the string to sign holds the canonical request itself, not its hash",
        SIX_PARTS,
        not_hashed,
    ),
    row(
        "query-not-encoded-again",
        "signature matches if the sorted query is not encoded again in the string to sign",
        &[AlibabaV1],
        query_not_encoded_again,
    ),
    row(
        "slash-not-encoded",
        "signature matches if the string to sign has / instead of %2F",
        &[AlibabaV1],
        slash_not_encoded,
    ),
    row(
        "final-newline",
        "signature matches if the string to sign ends in a line feed",
        ALL,
        final_newline,
    ),
    row("digest", "signature matches with {}", BASE64, digest),
    row(
        "digest-sha256",
        "signature matches with SHA-256 {}, though the algorithm that Authorization names has SM3",
        &[AlibabaAcs3, Huawei],
        digest_sha256,
    ),
    row(
        "signature-hex",
        "signature matches if it is written in hex instead of Base64",
        BASE64,
        signature_hex,
    ),
    row(
        "signature-base64",
        "signature matches if it is written in Base64 instead of hex",
        SIX_PARTS,
        signature_base64,
    ),
    row(
        "signature-upper-case",
        "signature matches if it is written in upper-case hex",
        SIX_PARTS,
        signature_upper_case,
    ),
    row(
        "signature-base64-of-hex",
        "signature matches if it is the Base64 of the hex text",
        ALL,
        signature_base64_of_hex,
    ),
    row(
        "signature-url-safe",
        "signature matches if it is written in url-safe Base64",
        BASE64,
        signature_url_safe,
    ),
    row(
        "signature-plus-lost",
        "signature matches, but its + was sent unencoded and arrived as a space",
        &[AlibabaV1],
        signature_plus_lost,
    ),
    row(
        "signature-encoded-twice",
        "signature matches, but it was percent-encoded twice",
        &[AlibabaV1],
        signature_encoded_twice,
    ),
];

const fn row(
    name: &'static str,
    sentence: &'static str,
    schemes: &'static [Scheme],
    variants: fn(&Trial, &Examination<'_>) -> Variants,
) -> Deviation {
    Deviation {
        name,
        sentence,
        schemes,
        variants,
    }
}

/// The one way to make a mistake that needs no particulars.
fn one(trial: &Trial, change: impl FnOnce(&mut Trial)) -> Variants {
    vec![variant(trial, String::new(), change)]
}

fn variant(
    trial: &Trial,
    particulars: impl Into<String>,
    change: impl FnOnce(&mut Trial),
) -> (String, Trial) {
    let mut changed = trial.clone();
    change(&mut changed);
    (particulars.into(), changed)
}

// The key.

fn another_secret(trial: &Trial, examination: &Examination<'_>) -> Variants {
    examination
        .case
        .keys
        .iter()
        .filter(|key| key.secret != trial.secret)
        .take(MAX_KEYS)
        .map(|key| {
            variant(trial, key.id, |trial| {
                key.secret.clone_into(&mut trial.secret)
            })
        })
        .collect()
}

fn secret_untrimmed(trial: &Trial, _: &Examination<'_>) -> Variants {
    [
        ("a line feed", "\n"),
        ("a carriage return and a line feed", "\r\n"),
        ("a carriage return", "\r"),
        ("a space", " "),
    ]
    .into_iter()
    .map(|(name, behind)| variant(trial, name, |trial| trial.secret.push_str(behind)))
    .collect()
}

fn key_id_as_secret(trial: &Trial, examination: &Examination<'_>) -> Variants {
    match examination.case.key {
        Some(key) => one(trial, |trial| key.id.clone_into(&mut trial.secret)),
        None => Vec::new(),
    }
}

fn secret_ampersand(trial: &Trial, _: &Examination<'_>) -> Variants {
    let (particulars, suffix) = match trial.key_suffix {
        "" => ("with an & behind", "&"),
        _ => ("without the & behind", ""),
    };
    vec![variant(trial, particulars, |trial| {
        trial.key_suffix = suffix
    })]
}

/// Whether the key is drawn for a date, a region and a service.
fn has_scope(trial: &Trial) -> bool {
    !trial.scope[0].is_empty()
}

fn key_not_derived(trial: &Trial, _: &Examination<'_>) -> Variants {
    if !has_scope(trial) {
        return Vec::new();
    }
    one(trial, |trial| trial.derived = false)
}

fn key_prefixed(trial: &Trial, _: &Examination<'_>) -> Variants {
    ["AWS4", "VOLC", "HMAC-SHA256"]
        .into_iter()
        .map(|prefix| variant(trial, prefix, |trial| trial.key_prefix = prefix))
        .collect()
}

// The scope.

/// A part of the scope replaced: in key and text, in the key alone, in the text alone.
fn scope_part(trial: &Trial, part: usize, others: impl IntoIterator<Item = String>) -> Variants {
    let mut variants = Vec::new();
    if !has_scope(trial) {
        return variants;
    }
    for other in others {
        if other == trial.scope[part] {
            continue;
        }
        let everywhere = variant(trial, format!("\"{other}\""), |trial| {
            trial.scope[part].clone_from(&other);
            trial.key_scope[part].clone_from(&other);
        });
        let in_key = variant(
            trial,
            format!("\"{other}\" (in the key, not in the text)"),
            |trial| {
                trial.key_scope[part].clone_from(&other);
            },
        );
        let in_text = variant(
            trial,
            format!("\"{other}\" (in the text, not in the key)"),
            |trial| {
                trial.scope[part].clone_from(&other);
            },
        );
        variants.extend([everywhere, in_key, in_text]);
    }
    variants
}

fn scope_region(trial: &Trial, examination: &Examination<'_>) -> Variants {
    const USUAL: [&str; 6] = [
        "cn-beijing",
        "cn-shanghai",
        "cn-guangzhou",
        "cn-north-1",
        "ap-southeast-1",
        "",
    ];
    let known = examination.case.regions.iter().chain(&USUAL);
    scope_part(trial, 1, known.map(|&region| region.to_owned()))
}

fn scope_service(trial: &Trial, examination: &Examination<'_>) -> Variants {
    const USUAL: [&str; 4] = ["bytehouse_ce", "bytehouse", "iam", ""];
    let known = examination.case.services.iter().chain(&USUAL);
    scope_part(trial, 2, known.map(|&service| service.to_owned()))
}

fn scope_date(trial: &Trial, examination: &Examination<'_>) -> Variants {
    const DAY: i64 = 24 * 60 * 60;
    let Some(sent) = examination.timestamp else {
        return Vec::new();
    };
    let days = [0, DAY, -DAY].map(|days| compact_time(sent + days)[..8].to_owned());
    let whole = [trial.time.clone(), extended_time(sent)[..10].to_owned()];
    scope_part(trial, 0, days.into_iter().chain(whole))
}

fn scope_terminator(trial: &Trial, _: &Examination<'_>) -> Variants {
    scope_part(
        trial,
        3,
        ["aws4_request", "volc_request"].map(str::to_owned),
    )
}

// The headers.

/// One header's value replaced by each of the others.
fn header_value(trial: &Trial, name: &str, others: impl IntoIterator<Item = String>) -> Variants {
    let Some(position) = trial.headers.iter().position(|(key, _)| key == name) else {
        return Vec::new();
    };
    others
        .into_iter()
        .filter(|other| *other != trial.headers[position].1)
        .map(|other| {
            variant(trial, other.clone(), |trial| {
                trial.headers[position].1 = other
            })
        })
        .collect()
}

fn host(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let request = examination.case.request;
    let sent = request.header("host").unwrap_or_default();
    let (name, port) = match sent.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (sent, None),
    };
    let came_to = examination.case.port.map(|port| port.to_string());
    let mut ports: Vec<&str> = port.into_iter().chain(came_to.as_deref()).collect();
    ports.dedup();
    ports.extend(["80", "443"]);
    let named = |name: &str| {
        let with_ports = ports.iter().map(|port| format!("{name}:{port}"));
        [name.to_owned()].into_iter().chain(with_ports).collect()
    };
    let mut others: Vec<String> = named(name);
    others.push(String::new());
    let forwarded = request.header_values("x-forwarded-host");
    for other in ["localhost", "127.0.0.1", "[::1]", "host.docker.internal"]
        .into_iter()
        .chain(forwarded)
        .chain(examination.case.hosts.iter().copied())
    {
        others.extend(named(other));
    }
    header_value(trial, "host", others)
}

fn content_type(trial: &Trial, _: &Examination<'_>) -> Variants {
    let usual = [
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json;charset=utf-8",
        "application/json;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "text/plain",
        "text/plain;charset=UTF-8",
        "",
    ];
    header_value(trial, "content-type", usual.map(str::to_owned))
}

fn header_values_untrimmed(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let request = examination.case.request;
    // The server's own parser has trimmed the values, so the usual blanks are put back.
    vec![
        variant(trial, "with the space that follows the colon", |trial| {
            trial
                .headers
                .iter_mut()
                .for_each(|(_, value)| value.insert(0, ' '));
        }),
        variant(trial, "with a space behind", |trial| {
            trial
                .headers
                .iter_mut()
                .for_each(|(_, value)| value.push(' '));
        }),
        variant(trial, "as they were sent", |trial| {
            for (name, value) in &mut trial.headers {
                request.header(name).unwrap_or_default().clone_into(value);
            }
        }),
    ]
}

fn header_names_cased(trial: &Trial, _: &Examination<'_>) -> Variants {
    let title = |name: &str| {
        let mut start = true;
        name.chars()
            .map(|letter| {
                let cased = if start {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                };
                start = letter == '-';
                cased
            })
            .collect::<String>()
    };
    let listed = trial.signed_headers.clone();
    let as_listed = |name: &str| {
        let found = listed.split(';').find(|one| one.eq_ignore_ascii_case(name));
        found.unwrap_or(name).to_owned()
    };
    let cased = |change: &dyn Fn(&str) -> String| {
        let example = change("x-date");
        variant(trial, example, |trial| {
            trial
                .headers
                .iter_mut()
                .for_each(|(name, _)| *name = change(name));
        })
    };
    vec![
        cased(&as_listed),
        cased(&title),
        cased(&str::to_ascii_uppercase),
    ]
}

fn header_lines_sorted(trial: &Trial, _: &Examination<'_>) -> Variants {
    let sorted_list = |list: &str| {
        let mut names: Vec<String> = list.split(';').map(str::to_ascii_lowercase).collect();
        names.sort();
        names.join(";")
    };
    let lines = |trial: &mut Trial| trial.headers.sort_by(|(a, _), (b, _)| a.cmp(b));
    vec![
        variant(trial, "", lines),
        variant(trial, "", |trial| {
            lines(trial);
            trial.signed_headers = sorted_list(&trial.signed_headers);
        }),
    ]
}

fn blank_line_missing(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.gap = false)
}

/// Most often a token that was added when the list was made already.
fn header_not_listed(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let is_listed = |name: &str| {
        trial
            .signed_headers
            .split(';')
            .any(|listed| listed.eq_ignore_ascii_case(name))
    };
    let request = examination.case.request;
    let mut names: Vec<&str> = request
        .headers
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| *name != "authorization" && !is_listed(name))
        .collect();
    names.sort_by_key(|name| !name.contains("token"));
    names.dedup();
    let mut variants = Vec::new();
    for name in names.into_iter().take(MAX_LEFT_OUT) {
        let value = request.header(name).unwrap_or_default().trim().to_owned();
        let with_line = |trial: &mut Trial| {
            trial.headers.push((name.to_owned(), value.clone()));
            trial.headers.sort();
        };
        variants.push(variant(trial, name, with_line));
        let everywhere = format!("{name}, in its list too,");
        variants.push(variant(trial, everywhere, |trial| {
            with_line(trial);
            let mut list: Vec<&str> = trial.signed_headers.split(';').chain([name]).collect();
            list.sort_unstable();
            trial.signed_headers = list.join(";");
        }));
    }
    variants
}

// The body.

/// The line for a body: an MD5 for QingCloud, else the scheme's own digest.
fn body_line(trial: &Trial, examination: &Examination<'_>, body: &[u8]) -> String {
    match examination.case.scheme {
        QingCloud => md5_hex(body),
        _ => trial.digest.hash(body),
    }
}

/// Another body, where there is a line for it.
fn other_body(
    trial: &Trial,
    examination: &Examination<'_>,
    particulars: impl Into<String>,
    body: &[u8],
) -> Option<(String, Trial)> {
    let line = body_line(trial, examination, body);
    let differs = trial
        .payload
        .as_ref()
        .is_some_and(|payload| *payload != line);
    differs.then(|| variant(trial, particulars, |trial| trial.payload = Some(line)))
}

fn body_empty(trial: &Trial, examination: &Examination<'_>) -> Variants {
    other_body(trial, examination, "", b"")
        .into_iter()
        .collect()
}

/// What SDKs sign for a call without a body and then do not send: Huawei's for Node does so with `{}` of a DELETE.
fn body_not_sent(trial: &Trial, examination: &Examination<'_>) -> Variants {
    if !examination.case.request.body.is_empty() {
        return Vec::new();
    }
    ["{}", "null", "[]", "\"\""]
        .into_iter()
        .filter_map(|body| other_body(trial, examination, body, body.as_bytes()))
        .collect()
}

fn body_hash_sha256(trial: &Trial, examination: &Examination<'_>) -> Variants {
    if trial.digest != Digest::Sm3 {
        return Vec::new();
    }
    let line = sha256_hex(examination.case.request.body);
    one(trial, |trial| trial.payload = Some(line))
}

fn body_hash_stated(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let header = stated_hash_header(examination.case);
    let stated = header.and_then(|header| Some((header, examination.case.request.header(header)?)));
    match stated {
        Some((header, stated)) => vec![variant(trial, header, |trial| {
            trial.payload = Some(stated.to_owned())
        })],
        None => Vec::new(),
    }
}

fn body_reserialised(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let body = examination.case.request.body;
    if body.is_empty() || MAX_BODY < body.len() {
        return Vec::new();
    }
    json::rewritten(body)
        .into_iter()
        .filter_map(|(name, body)| other_body(trial, examination, name, &body))
        .collect()
}

fn body_newline(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let body = examination.case.request.body;
    if MAX_BODY < body.len() {
        return Vec::new();
    }
    let with = |end: &[u8]| [body, end].concat();
    let without = |what: &str| {
        let left: Vec<u8> = body
            .iter()
            .copied()
            .filter(|byte| !what.as_bytes().contains(byte))
            .collect();
        left
    };
    [
        ("ends in a line feed", with(b"\n")),
        ("ends in a carriage return and a line feed", with(b"\r\n")),
        (
            "has no white space at its end",
            body.trim_ascii_end().to_vec(),
        ),
        ("has no line feeds", without("\r\n")),
        ("has no carriage returns", without("\r")),
    ]
    .into_iter()
    .filter_map(|(name, body)| other_body(trial, examination, name, &body))
    .collect()
}

fn body_unsigned(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| {
        trial.payload = Some("UNSIGNED-PAYLOAD".to_owned())
    })
}

fn body_hash_own(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let header = stated_hash_header(examination.case).unwrap_or_default();
    other_body(trial, examination, header, examination.case.request.body)
        .into_iter()
        .collect()
}

fn body_hash_upper_case(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| {
        trial.payload = trial.payload.take().map(|line| line.to_uppercase())
    })
}

fn body_line_missing(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.payload = None)
}

fn form_left_out(trial: &Trial, _: &Examination<'_>) -> Variants {
    let query: Vec<&Parameter> = trial
        .parameters
        .iter()
        .filter(|parameter| !parameter.in_form)
        .collect();
    if query.len() == trial.parameters.len() {
        return Vec::new();
    }
    one(trial, |trial| {
        trial.query = requeried(sorted(query), standard)
    })
}

// The path.

fn path_trailing_slash(trial: &Trial, _: &Examination<'_>) -> Variants {
    let turned = match trial.path.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{}/", trial.path),
    };
    with_path(trial, turned)
}

fn with_path(trial: &Trial, path: String) -> Variants {
    if path == trial.path {
        return Vec::new();
    }
    vec![variant(trial, path.clone(), |trial| trial.path = path)]
}

/// The path as sent, with the slash at its end that the scheme may have put on the signed one, and without.
fn both_ends(trial: &Trial, path: &str) -> Variants {
    let bare = path.strip_suffix('/').unwrap_or(path);
    let mut variants = with_path(trial, format!("{bare}/"));
    variants.extend(with_path(trial, bare.to_owned()));
    variants
}

fn path_encoded_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    let segments: Vec<_> = trial
        .raw_path
        .split('/')
        .map(|segment| encode(segment.as_bytes()))
        .collect();
    if trial.raw_path.contains('%') {
        both_ends(trial, &segments.join("/"))
    } else {
        Vec::new()
    }
}

fn path_as_sent(trial: &Trial, _: &Examination<'_>) -> Variants {
    if trial.raw_path.contains('%') {
        both_ends(trial, &trial.raw_path)
    } else {
        Vec::new()
    }
}

fn path_unencoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    let decoded = percent_encoding::percent_decode_str(&trial.raw_path).decode_utf8_lossy();
    if decoded == trial.raw_path {
        return Vec::new();
    }
    both_ends(trial, &decoded)
}

fn path_first_segment(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let Some((_, rest)) = trial
        .raw_path
        .strip_prefix('/')
        .and_then(|path| path.split_once('/'))
    else {
        return Vec::new();
    };
    let rest = format!("/{rest}");
    match examination.case.scheme {
        Huawei => with_path(trial, huawei::canonical_path(&rest)),
        QingCloud => both_ends(trial, &rest),
        AlibabaV1 | AlibabaAcs3 | Volcengine => with_path(trial, rest),
    }
}

// The query.

fn sorted(mut parameters: Vec<&Parameter>) -> Vec<&Parameter> {
    parameters.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
    parameters
}

fn requeried(parameters: Vec<&Parameter>, encode: impl Fn(&[u8]) -> String) -> String {
    let mut query = String::new();
    for parameter in parameters {
        push(
            &mut query,
            &encode(&parameter.name),
            &encode(&parameter.value),
        );
    }
    query
}

/// The query replaced, if that makes a difference.
fn with_query(trial: &Trial, particulars: &str, query: String) -> Variants {
    if query == trial.query {
        return Vec::new();
    }
    vec![variant(trial, particulars, |trial| trial.query = query)]
}

/// The right order in another encoding.
fn encoded_as(trial: &Trial, encode: impl Fn(&[u8]) -> String) -> Variants {
    with_query(
        trial,
        "",
        requeried(sorted(trial.parameters.iter().collect()), encode),
    )
}

/// A presigned query whose list has lost the token. (Half of Volcengine's SDKs sign a token in the query without listing it,
/// which is right there.)
fn token_unlisted(trial: &Trial, examination: &Examination<'_>) -> Variants {
    const TOKEN: &[u8] = b"X-Security-Token";
    const LIST: &[u8] = b"X-SignedQueries";
    let request = examination.case.request;
    let signs = |name: &[u8]| {
        let mut parameters = trial.parameters.iter();
        parameters.any(|parameter| parameter.name == name)
    };
    let token = pairs(request.query.as_bytes()).find(|pair| *pair.name == *TOKEN);
    let Some(token) = token.filter(|_| signs(LIST) && !signs(TOKEN)) else {
        return Vec::new();
    };
    let mut parameters = trial.parameters.clone();
    for list in parameters
        .iter_mut()
        .filter(|parameter| parameter.name == LIST)
    {
        let mut names: Vec<&[u8]> = list.value.split(|byte| *byte == b';').collect();
        names.push(TOKEN);
        names.sort_unstable();
        list.value = names.join(&b';');
    }
    parameters.push(Parameter {
        name: token.name.into_owned(),
        value: token.value.into_owned(),
        raw: token.raw.to_vec(),
        in_form: false,
    });
    let query = requeried(sorted(parameters.iter().collect()), standard);
    with_query(trial, "", query)
}

fn query_unsorted(trial: &Trial, _: &Examination<'_>) -> Variants {
    with_query(
        trial,
        "",
        requeried(trial.parameters.iter().collect(), standard),
    )
}

fn query_sorted_ignoring_case(trial: &Trial, _: &Examination<'_>) -> Variants {
    let mut parameters: Vec<&Parameter> = trial.parameters.iter().collect();
    parameters.sort_by_key(|parameter| parameter.name.to_ascii_lowercase());
    with_query(trial, "", requeried(parameters, standard))
}

fn query_plus_for_space(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, |bytes| standard(bytes).replace("%20", "+"))
}

fn query_encoded_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, |bytes| standard(standard(bytes).as_bytes()))
}

fn query_unencoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, as_it_is)
}

/// V1 encodes twice: the parameters and, in the string to sign, their whole once more. A client has one function for both,
/// and some have it for the path too. The other schemes have no second level.
fn on_both_levels(trial: &Trial, particulars: &str, encoder: Encoder) -> Variants {
    let query = requeried(sorted(trial.parameters.iter().collect()), encoder);
    if query == trial.query && encoder(query.as_bytes()) == standard(query.as_bytes()) {
        return Vec::new();
    }
    vec![variant(trial, particulars, |trial| {
        trial.query = query;
        trial.second_encoder = encoder;
    })]
}

/// An encoder of the parameters, and where the scheme encodes twice also one of both levels.
fn on_one_level_or_both(
    trial: &Trial,
    examination: &Examination<'_>,
    particulars: &str,
    encoder: Encoder,
) -> Variants {
    let query = requeried(sorted(trial.parameters.iter().collect()), encoder);
    let mut variants = with_query(trial, particulars, query);
    if examination.case.scheme == AlibabaV1 {
        let both = format!("{particulars} on both levels");
        variants.extend(on_both_levels(trial, &both, encoder));
    }
    variants
}

fn query_javascript(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, encode_uri_component)
}

fn query_javascript_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    on_both_levels(trial, "", encode_uri_component)
}

fn query_encode_uri(trial: &Trial, examination: &Examination<'_>) -> Variants {
    on_one_level_or_both(trial, examination, "", encode_uri)
}

fn query_tilde_encoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, |bytes| respelled(bytes, &[("~", "%7E")]))
}

fn query_slash_kept(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, python_quote)
}

fn query_slash_kept_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    let mut variants = on_both_levels(trial, "", python_quote);
    let with_path: Variants = variants
        .iter()
        .map(|(_, trial)| {
            variant(trial, ", the path's too", |trial| {
                trial.path_encoder = python_quote
            })
        })
        .collect();
    variants.extend(with_path);
    variants
}

fn query_form_encoded(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let encoders: [(&str, Encoder); 2] = [
        (
            "java.net.URLEncoder or URLSearchParams (+ for a space, * as it is, ~ encoded)",
            java_url_encoder,
        ),
        ("PHP's urlencode (+ for a space, ~ encoded)", php_urlencode),
    ];
    encoders
        .into_iter()
        .flat_map(|(name, encoder)| on_one_level_or_both(trial, examination, name, encoder))
        .collect()
}

fn query_lower_case_hex(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, |bytes| {
        let mut text = standard(bytes).into_bytes();
        let escapes: Vec<usize> = (0..text.len()).filter(|&at| text[at] == b'%').collect();
        for at in escapes {
            text[at + 1..at + 3].make_ascii_lowercase();
        }
        String::from_utf8(text).expect("percent-encoding is ASCII")
    })
}

fn query_raw(trial: &Trial, _: &Examination<'_>) -> Variants {
    let text = |raw: Vec<&[u8]>| String::from_utf8_lossy(&raw.join(&b"&"[..])).into_owned();
    let as_sent: Vec<&[u8]> = trial
        .parameters
        .iter()
        .map(|parameter| parameter.raw.as_slice())
        .collect();
    let in_order = sorted(trial.parameters.iter().collect());
    let by_name = in_order
        .iter()
        .map(|parameter| parameter.raw.as_slice())
        .collect();
    let mut variants = with_query(trial, "in the order sent", text(as_sent));
    variants.extend(with_query(trial, "sorted", text(by_name)));
    variants
}

fn query_left_out(trial: &Trial, _: &Examination<'_>) -> Variants {
    with_query(trial, "", String::new())
}

fn query_empty_values(trial: &Trial, _: &Examination<'_>) -> Variants {
    let in_order = sorted(trial.parameters.iter().collect());
    let kept = in_order
        .iter()
        .copied()
        .filter(|parameter| !parameter.value.is_empty())
        .collect();
    let bare: Vec<String> = in_order
        .iter()
        .map(|parameter| match parameter.value.as_slice() {
            b"" => standard(&parameter.name),
            value => format!("{}={}", standard(&parameter.name), standard(value)),
        })
        .collect();
    let mut variants = with_query(trial, "left out", requeried(kept, standard));
    variants.extend(with_query(trial, "signed without their =", bare.join("&")));
    variants
}

fn query_repeats(trial: &Trial, _: &Examination<'_>) -> Variants {
    let all: Vec<&Parameter> = trial.parameters.iter().collect();
    let once = |parameters: Vec<&Parameter>| {
        let mut kept: Vec<Parameter> = Vec::new();
        for parameter in parameters {
            if kept.iter().all(|one| one.name != parameter.name) {
                kept.push(parameter.clone());
            }
        }
        requeried(sorted(kept.iter().collect()), standard)
    };
    let mut variants = with_query(trial, "first", once(all.clone()));
    variants.extend(with_query(
        trial,
        "last",
        once(all.into_iter().rev().collect()),
    ));
    variants
}

fn parameter_left_out(trial: &Trial, _: &Examination<'_>) -> Variants {
    let mut variants = Vec::new();
    for left_out in trial.parameters.iter().take(MAX_LEFT_OUT) {
        let kept = trial
            .parameters
            .iter()
            .filter(|parameter| parameter.name != left_out.name);
        let name = String::from_utf8_lossy(&left_out.name);
        variants.extend(with_query(
            trial,
            &name,
            requeried(sorted(kept.collect()), standard),
        ));
    }
    variants
}

// The rest.

fn method(trial: &Trial, _: &Examination<'_>) -> Variants {
    ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]
        .into_iter()
        .map(str::to_owned)
        .chain([trial.method.to_lowercase()])
        .filter(|method| *method != trial.method)
        .map(|method| variant(trial, method.clone(), |trial| trial.method = method))
        .collect()
}

fn local_time(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let Some(sent) = examination.timestamp else {
        return Vec::new();
    };
    let mut variants = Vec::new();
    let fraction = sent_fraction(trial);
    for minutes in zone_offsets() {
        let time = match examination.case.scheme {
            AlibabaV1 | AlibabaAcs3 | QingCloud => {
                extended_time(sent + minutes * 60).replace('Z', &format!("{fraction}Z"))
            }
            Volcengine | Huawei => compact_time(sent + minutes * 60),
        };
        let offset = offset_text(minutes);
        let everywhere = format!("the time is {time} ({offset})");
        match examination.case.scheme {
            AlibabaV1 | QingCloud => {
                variants.push(variant(trial, everywhere, |trial| set_time(trial, &time)))
            }
            AlibabaAcs3 => variants.push(variant(trial, everywhere, |trial| {
                set_date_header(trial, &time)
            })),
            Volcengine | Huawei => {
                variants.push(variant(trial, everywhere, |trial| {
                    set_date_header(trial, &time);
                    set_time(trial, &time);
                    trial.time.clone_from(&time);
                }));
                let in_text = format!("the time in the string to sign alone is {time} ({offset})");
                variants.push(variant(trial, in_text, |trial| trial.time = time));
            }
        }
    }
    variants
}

/// The names of the parameters that carry the time.
const TIME_PARAMETERS: [&[u8]; 4] = [b"Timestamp", b"timestamp", b"time_stamp", b"X-Date"];
/// The names of the headers that do.
const TIME_HEADERS: [&str; 3] = ["x-acs-date", "x-date", "x-sdk-date"];

/// The fraction of a second that the client's time has, its full stop included; empty where it has none.
fn sent_fraction(trial: &Trial) -> String {
    let headers = trial
        .headers
        .iter()
        .filter(|(name, _)| TIME_HEADERS.contains(&name.as_str()))
        .map(|(_, value)| value.clone());
    let parameters = trial
        .parameters
        .iter()
        .filter(|parameter| TIME_PARAMETERS.contains(&parameter.name.as_slice()))
        .map(|parameter| String::from_utf8_lossy(&parameter.value).into_owned());
    headers
        .chain(parameters)
        .find_map(|time| {
            let at = time.find('.')?;
            Some(time[at..].trim_end_matches('Z').to_owned())
        })
        .unwrap_or_default()
}

/// The time among the headers.
fn set_date_header(trial: &mut Trial, time: &str) {
    for (name, value) in &mut trial.headers {
        if TIME_HEADERS.contains(&name.as_str()) {
            time.clone_into(value);
        }
    }
}

/// The time among the parameters.
fn set_time(trial: &mut Trial, time: &str) {
    let mut found = false;
    for parameter in &mut trial.parameters {
        if TIME_PARAMETERS.contains(&parameter.name.as_slice()) {
            parameter.value = time.as_bytes().to_vec();
            found = true;
        }
    }
    if found {
        trial.query = requeried(sorted(trial.parameters.iter().collect()), standard);
    }
}

fn not_hashed(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.hashed = false)
}

fn query_not_encoded_again(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.second_encoder = as_it_is)
}

fn slash_not_encoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.path_encoder = as_it_is)
}

fn final_newline(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.end = "\n")
}

fn digest(trial: &Trial, _: &Examination<'_>) -> Variants {
    let (name, digest) = match trial.digest {
        Digest::Sha1 => ("HMAC-SHA256", Digest::Sha256),
        Digest::Sha256 | Digest::Sm3 => ("HMAC-SHA1", Digest::Sha1),
    };
    vec![variant(trial, name, |trial| trial.digest = digest)]
}

/// A client that was told the name of the algorithm, and hashes as ever.
fn digest_sha256(trial: &Trial, examination: &Examination<'_>) -> Variants {
    if trial.digest != Digest::Sm3 {
        return Vec::new();
    }
    let body = sha256_hex(examination.case.request.body);
    let everywhere = |trial: &mut Trial| {
        trial.digest = Digest::Sha256;
        trial.payload = trial.payload.take().map(|_| body.clone());
    };
    vec![
        variant(trial, "in every place", everywhere),
        variant(trial, "in every place but the hash of the body", |trial| {
            trial.digest = Digest::Sha256;
        }),
    ]
}

fn signature_hex(trial: &Trial, _: &Examination<'_>) -> Variants {
    [Spelling::Hex, Spelling::UpperHex]
        .into_iter()
        .map(|spelling| variant(trial, "", |trial| trial.spelling = spelling))
        .collect()
}

fn signature_base64(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::Base64)
}

fn signature_upper_case(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::UpperHex)
}

fn signature_base64_of_hex(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::Base64OfHex)
}

fn signature_url_safe(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::UrlSafeBase64)
}

fn signature_plus_lost(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::Base64PlusLost)
}

fn signature_encoded_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::Base64Encoded)
}
