//! The table of known mistakes, in the order in which they are tried, and the functions that make them.

use super::body::{
    body_empty, body_hash_own, body_hash_sha256, body_hash_stated, body_hash_upper_case,
    body_line_missing, body_newline, body_not_sent, body_reserialised, body_unsigned,
    form_left_out,
};
use super::encoding::{
    digest, digest_sha256, final_newline, not_hashed, query_not_encoded_again, signature_base64,
    signature_base64_of_hex, signature_encoded_twice, signature_hex, signature_plus_lost,
    signature_upper_case, signature_url_safe, slash_not_encoded,
};
use super::headers::{
    blank_line_missing, content_type, header_lines_sorted, header_names_cased, header_not_listed,
    header_values_untrimmed, host,
};
use super::key::{another_secret, key_id_as_secret, secret_ampersand, secret_untrimmed};
use super::path::{
    path_as_sent, path_encoded_twice, path_first_segment, path_trailing_slash, path_unencoded,
};
use super::query::{
    method, parameter_left_out, query_empty_values, query_encode_uri, query_encoded_twice,
    query_form_encoded, query_javascript, query_javascript_twice, query_left_out,
    query_lower_case_hex, query_plus_for_space, query_raw, query_repeats, query_slash_kept,
    query_slash_kept_twice, query_sorted_ignoring_case, query_tilde_encoded, query_unencoded,
    query_unsorted, token_unlisted,
};
use super::scope::{
    key_not_derived, key_prefixed, scope_date, scope_region, scope_service, scope_terminator,
};
use super::time::local_time;
use super::{Deviation, Examination, Trial, Variants};
use crate::signing::Scheme::{self, AlibabaAcs3, AlibabaV1, Huawei, QingCloud, Volcengine};

const ALL: &[Scheme] = &[AlibabaV1, AlibabaAcs3, Volcengine, Huawei, QingCloud];
/// The schemes with a canonical request of six parts, signed headers among them, and hex for a signature.
const SIX_PARTS: &[Scheme] = &[AlibabaAcs3, Volcengine, Huawei];
/// The schemes that sign parameters and write Base64.
const BASE64: &[Scheme] = &[AlibabaV1, QingCloud];

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
