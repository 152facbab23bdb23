//! Mistakes in how the parts are joined, hashed and written.

use super::encoders::as_it_is;
use super::{Examination, Spelling, Trial, Variants, one, variant};
use crate::signing::{Digest, sha256_hex};

pub(super) fn not_hashed(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.hashed = false)
}

pub(super) fn query_not_encoded_again(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.second_encoder = as_it_is)
}

pub(super) fn slash_not_encoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.path_encoder = as_it_is)
}

pub(super) fn final_newline(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.end = "\n")
}

pub(super) fn digest(trial: &Trial, _: &Examination<'_>) -> Variants {
    let (name, digest) = match trial.digest {
        Digest::Sha1 => ("HMAC-SHA256", Digest::Sha256),
        Digest::Sha256 | Digest::Sm3 => ("HMAC-SHA1", Digest::Sha1),
    };
    vec![variant(trial, name, |trial| trial.digest = digest)]
}

/// A client that was told the name of the algorithm, and hashes as ever.
pub(super) fn digest_sha256(trial: &Trial, examination: &Examination<'_>) -> Variants {
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

pub(super) fn signature_hex(trial: &Trial, _: &Examination<'_>) -> Variants {
    [Spelling::Hex, Spelling::UpperHex]
        .into_iter()
        .map(|spelling| variant(trial, "", |trial| trial.spelling = spelling))
        .collect()
}

pub(super) fn signature_base64(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::Base64)
}

pub(super) fn signature_upper_case(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::UpperHex)
}

pub(super) fn signature_base64_of_hex(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::Base64OfHex)
}

pub(super) fn signature_url_safe(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::UrlSafeBase64)
}

pub(super) fn signature_plus_lost(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::Base64PlusLost)
}

pub(super) fn signature_encoded_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    one(trial, |trial| trial.spelling = Spelling::Base64Encoded)
}
