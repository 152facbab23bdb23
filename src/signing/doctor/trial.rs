//! The calculation of a signature, correct or with a mistake, with all intermediate values.

use super::encoders::{Encoder, standard};
use crate::signing::coding::base64;
use crate::signing::{CanonicalRequest, Digest, Pair, RawRequest, encode, hex, join_parts};

/// A parameter that is signed.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) raw: Vec<u8>,
    /// Whether it came in the body.
    pub(crate) in_form: bool,
}

/// One calculation of a signature, with every value that a mistake may change.
#[derive(Clone)]
pub(crate) struct Trial {
    pub(crate) secret: String,
    /// What is appended to the secret: `&` in Alibaba's V1.
    pub(crate) key_suffix: &'static str,
    /// What is put before it; correctly, nothing.
    pub(crate) key_prefix: &'static str,
    /// Whether a scoped key is derived from the secret, as it should be.
    pub(crate) derived: bool,
    /// The first line of the string to sign, if the scheme has several forms.
    pub(crate) algorithm: &'static str,
    pub(crate) access_key_id: String,
    pub(crate) method: String,
    /// The path as sent, or one of the alternative paths.
    pub(crate) raw_path: String,
    /// The path as it is signed.
    pub(crate) path: String,
    /// The signed parameters in the order received.
    pub(crate) parameters: Vec<Parameter>,
    /// The query as it is signed.
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) signed_headers: String,
    /// The line for the body; `None` in QingCloud's three lines and in V1.
    pub(crate) payload: Option<String>,
    /// The time in the string to sign, for the schemes that have it there.
    pub(crate) time: String,
    /// Date, region, service and any terminator in the string to sign, for the schemes that derive a key from them …
    pub(crate) scope: Vec<String>,
    /// … and in the key.
    pub(crate) key_scope: Vec<String>,
    pub(crate) digest: Digest,
    pub(crate) spelling: Spelling,
    /// The empty line between headers and SignedHeaders.
    pub(crate) gap: bool,
    /// The string to sign holds the hash of the canonical request, not its text.
    pub(crate) hashed: bool,
    /// What is appended to the string to sign; correctly, nothing.
    pub(crate) end: &'static str,
    /// How V1 encodes the path inside the string to sign …
    pub(crate) path_encoder: Encoder,
    /// … and the sorted query once more; `None` for the schemes that encode once.
    pub(crate) second_encoder: Option<Encoder>,
}

/// How the HMAC is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    Hex,
    UpperHex,
    Base64,
    UrlSafeBase64,
    Base64OfHex,
    /// Base64 whose plus signs became spaces on the way.
    Base64PlusLost,
    /// Base64 with one percent-encoding too many.
    Base64Encoded,
}

impl Spelling {
    pub(super) fn write(self, mac: &[u8]) -> String {
        match self {
            Self::Hex => hex(mac),
            Self::UpperHex => hex(mac).to_uppercase(),
            Self::Base64 => base64(mac),
            Self::UrlSafeBase64 => base64(mac).replace('+', "-").replace('/', "_"),
            Self::Base64OfHex => base64(hex(mac).as_bytes()),
            Self::Base64PlusLost => base64(mac).replace('+', " "),
            Self::Base64Encoded => encode(base64(mac).as_bytes()).into_owned(),
        }
    }
}

impl Trial {
    /// The correct calculation, before the scheme's own parts.
    pub(super) fn new(request: &RawRequest<'_>, secret: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            key_suffix: "",
            key_prefix: "",
            derived: true,
            algorithm: "",
            access_key_id: String::new(),
            method: request.method.to_owned(),
            raw_path: String::new(),
            path: String::new(),
            parameters: Vec::new(),
            query: String::new(),
            headers: Vec::new(),
            signed_headers: String::new(),
            payload: None,
            time: String::new(),
            scope: Vec::new(),
            key_scope: Vec::new(),
            digest: Digest::Sha256,
            spelling: Spelling::Hex,
            gap: true,
            hashed: true,
            end: "",
            path_encoder: standard,
            second_encoder: None,
        }
    }

    /// The same for a path, with the six parts of its canonical request.
    pub(crate) fn with_canonical(
        &self,
        raw_path: &str,
        pairs: &[Pair<'_>],
        canonical: &CanonicalRequest<'_>,
    ) -> Self {
        let headers = canonical.headers.iter();
        Self {
            method: canonical.method.to_string(),
            path: canonical.path.to_string(),
            query: canonical.query.clone(),
            headers: headers
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            signed_headers: canonical.signed_headers.to_string(),
            payload: Some(canonical.payload_hash.to_string()),
            ..self.with_parameters(raw_path, pairs, b"")
        }
    }

    /// The same for a path, with parameters that may come from the body.
    pub(crate) fn with_parameters(&self, raw_path: &str, pairs: &[Pair<'_>], body: &[u8]) -> Self {
        let parameter = |pair: &Pair<'_>| Parameter {
            name: pair.name.to_vec(),
            value: pair.value.to_vec(),
            raw: pair.raw.to_vec(),
            in_form: body.as_ptr_range().contains(&pair.raw.as_ptr()),
        };
        Self {
            raw_path: raw_path.to_owned(),
            parameters: pairs.iter().map(parameter).collect(),
            ..self.clone()
        }
    }

    /// The canonical request.
    pub(super) fn canonical_request(&self) -> String {
        let headers = self.headers.iter();
        join_parts(
            [&self.method, &self.path, &self.query],
            headers.map(|(name, value)| (name.as_str(), value.as_str())),
            if self.gap { "\n" } else { "" },
            [
                &self.signed_headers,
                self.payload.as_deref().unwrap_or_default(),
            ],
        )
    }

    /// The hash of the canonical request, or by mistake its text.
    pub(crate) fn canonical_hash(&self) -> String {
        let text = self.canonical_request();
        if self.hashed {
            self.digest.hash(text.as_bytes())
        } else {
            text
        }
    }

    /// The secret with its prefix and suffix.
    pub(crate) fn plain_key(&self) -> String {
        format!("{}{}{}", self.key_prefix, self.secret, self.key_suffix)
    }
}
