//! Mistakes in how the parts are joined, hashed and written.

use super::Examination;
use super::encoders::as_it_is;
use super::table::{ALL, BASE64, SIX_PARTS, Variants, deviations, one, variant};
use super::trial::{Spelling, Trial};
use crate::signing::Scheme::{AlibabaAcs3, AlibabaV1, Huawei};
use crate::signing::{Digest, sha256_hex};

deviations! {
    "not-hashed", SIX_PARTS, "signature matches if the string to sign holds the canonical request itself, not its hash"
        => |trial, _| one(trial, |trial| trial.hashed = false);
    "query-not-encoded-again", [AlibabaV1], "signature matches if the sorted query is not encoded again in the string to sign"
        => |trial, _| one(trial, |trial| trial.second_encoder = Some(as_it_is));
    "slash-not-encoded", [AlibabaV1], "signature matches if the string to sign has / instead of %2F"
        => |trial, _| one(trial, |trial| trial.path_encoder = as_it_is);
    "final-newline", ALL, "signature matches if the string to sign ends in a line feed"
        => |trial, _| one(trial, |trial| trial.end = "\n");
    "digest", BASE64, "signature matches with {}" => digest;
    "digest-sha256", [AlibabaAcs3, Huawei], "signature matches with SHA-256 {}, although the algorithm in Authorization uses SM3"
        => digest_sha256;
    "signature-hex", BASE64, "signature matches if it is written in hex instead of Base64" => signature_hex;
    "signature-base64", SIX_PARTS, "signature matches if it is written in Base64 instead of hex"
        => |trial, _| one(trial, |trial| trial.spelling = Spelling::Base64);
    "signature-upper-case", SIX_PARTS, "signature matches if it is written in upper-case hex"
        => |trial, _| one(trial, |trial| trial.spelling = Spelling::UpperHex);
    "signature-base64-of-hex", ALL, "signature matches if it is the Base64 of the hex text"
        => |trial, _| one(trial, |trial| trial.spelling = Spelling::Base64OfHex);
    "signature-url-safe", BASE64, "signature matches if it is written in url-safe Base64"
        => |trial, _| one(trial, |trial| trial.spelling = Spelling::UrlSafeBase64);
    "signature-plus-lost", [AlibabaV1], "signature matches, but its + was sent unencoded and arrived as a space"
        => |trial, _| one(trial, |trial| trial.spelling = Spelling::Base64PlusLost);
    "signature-encoded-twice", [AlibabaV1], "signature matches, but it was percent-encoded twice"
        => |trial, _| one(trial, |trial| trial.spelling = Spelling::Base64Encoded);
}

fn digest(trial: &Trial, _: &Examination<'_>) -> Variants {
    let (name, digest) = match trial.digest {
        Digest::Sha1 => ("HMAC-SHA256", Digest::Sha256),
        Digest::Sha256 | Digest::Sm3 => ("HMAC-SHA1", Digest::Sha1),
    };
    vec![variant(trial, name, |trial| trial.digest = digest)]
}

/// A client that was configured with the algorithm's name, but still hashes with SHA-256.
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
        variant(trial, "everywhere", everywhere),
        variant(trial, "everywhere but in the hash of the body", |trial| {
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
