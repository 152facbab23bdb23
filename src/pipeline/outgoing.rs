//! An outgoing request: signed in any scheme of its provider, as a real client does it, and printed as a curl command.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use crate::pipeline::journal::shell::{self, quote};
use crate::provider::Provider;
use crate::provider::call::{Oversize, Params, Request};
use crate::provider::redact::MASK;
use crate::signing::qingcloud::Dialect;
use crate::signing::{
    AccessKey, Digest, RawRequest, Scheme, SignedParts, alibaba_acs3, alibaba_v1, encode, huawei,
    is_form, qingcloud, volcengine,
};

/// A variant of a signature scheme, as `--scheme` names it. The first of each provider is its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SchemeVariant {
    Acs3,
    Acs3Sm3,
    V1,
    V1Sha256,
    Header,
    Presigned,
    Sdk,
    SdkSm3,
    V11,
    Ehpc,
    EhpcSha1,
    Iaas,
    IaasSha1,
}

impl SchemeVariant {
    pub(crate) const ALL: &[Self] = &[
        Self::Acs3,
        Self::Acs3Sm3,
        Self::V1,
        Self::V1Sha256,
        Self::Header,
        Self::Presigned,
        Self::Sdk,
        Self::SdkSm3,
        Self::V11,
        Self::Ehpc,
        Self::EhpcSha1,
        Self::Iaas,
        Self::IaasSha1,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Acs3 => "acs3",
            Self::Acs3Sm3 => "acs3-sm3",
            Self::V1 => "v1",
            Self::V1Sha256 => "v1-sha256",
            Self::Header => "header",
            Self::Presigned => "presigned",
            Self::Sdk => "sdk",
            Self::SdkSm3 => "sdk-sm3",
            Self::V11 => "v11",
            Self::Ehpc => "ehpc",
            Self::EhpcSha1 => "ehpc-sha1",
            Self::Iaas => "iaas",
            Self::IaasSha1 => "iaas-sha1",
        }
    }

    /// A readable description.
    pub(crate) const fn about(self) -> &'static str {
        match self {
            Self::Acs3 => "Alibaba: ACS3-HMAC-SHA256, in headers",
            Self::Acs3Sm3 => "Alibaba: ACS3-HMAC-SM3",
            Self::V1 => "Alibaba: RPC, SignatureVersion 1.0, HMAC-SHA1, in the query",
            Self::V1Sha256 => "Alibaba: the same with HMAC-SHA256",
            Self::Header => "Volcengine: HMAC-SHA256 in headers",
            Self::Presigned => {
                "Volcengine: the same in the query; good for 15 minutes, and without the body"
            }
            Self::Sdk => "Huawei: SDK-HMAC-SHA256, in headers",
            Self::SdkSm3 => "Huawei: SDK-HMAC-SM3",
            Self::V11 => "Huawei: V11-HMAC-SHA256, with a key derived for --region and --service",
            Self::Ehpc => "QingCloud: HmacSHA256 over four lines, the MD5 of the body last",
            Self::EhpcSha1 => "QingCloud: the same with HmacSHA1",
            Self::Iaas => {
                "QingCloud: HmacSHA256 over three lines, in the query or in the form of a POST"
            }
            Self::IaasSha1 => "QingCloud: the same with HmacSHA1",
        }
    }

    /// The variants of a scheme, the usual one first.
    const fn of_scheme(scheme: Scheme) -> &'static [Self] {
        match scheme {
            Scheme::AlibabaAcs3 => &[Self::Acs3, Self::Acs3Sm3],
            Scheme::AlibabaV1 => &[Self::V1, Self::V1Sha256],
            Scheme::Volcengine => &[Self::Header, Self::Presigned],
            Scheme::Huawei => &[Self::Sdk, Self::SdkSm3, Self::V11],
            Scheme::QingCloud => &[Self::Ehpc, Self::EhpcSha1, Self::Iaas, Self::IaasSha1],
        }
    }

    /// The variants of a provider, its default first.
    pub(crate) fn of(provider: &Provider) -> Vec<Self> {
        let schemes = provider.real.schemes.iter();
        schemes
            .flat_map(|&scheme| Self::of_scheme(scheme))
            .copied()
            .collect()
    }

    /// The variant that a client signed a request with, as far as it shows, else the provider's default.
    pub(crate) fn like(provider: &Provider, request: &Outgoing) -> Option<Self> {
        let authorization = request.header("authorization").unwrap_or_default();
        let parameters = request.parameters();
        let is = |name: &str, value: &str| parameters.first(name) == Some(value);
        let variants = Self::of(provider);
        let looks = |variant: &Self| match variant {
            Self::Acs3 => authorization.starts_with("ACS3-HMAC-SHA256"),
            Self::Acs3Sm3 => authorization.starts_with("ACS3-HMAC-SM3"),
            Self::V1 => parameters.contains("Signature") && !is("SignatureMethod", "HMAC-SHA256"),
            Self::V1Sha256 => is("SignatureMethod", "HMAC-SHA256"),
            Self::Header => authorization.starts_with("HMAC-SHA256"),
            Self::Presigned => parameters.contains("X-Signature"),
            Self::Sdk => authorization.starts_with("SDK-HMAC-SHA256"),
            Self::SdkSm3 => authorization.starts_with("SDK-HMAC-SM3"),
            Self::V11 => authorization.starts_with("V11-HMAC-SHA256"),
            Self::Iaas | Self::IaasSha1 if !parameters.contains("time_stamp") => false,
            Self::Iaas | Self::Ehpc => is("signature_method", "HmacSHA256"),
            Self::IaasSha1 | Self::EhpcSha1 => is("signature_method", "HmacSHA1"),
        };
        // Only the dialect that comes last has `time_stamp`.
        let found = variants.iter().rev().find(|variant| looks(variant));
        found.or(variants.first()).copied()
    }

    /// QingCloud's temporary keys use signature_version 2, which is not emulated.
    pub(crate) const fn takes_tokens(self) -> bool {
        !matches!(
            self,
            Self::Ehpc | Self::EhpcSha1 | Self::Iaas | Self::IaasSha1
        )
    }
}

/// The parameters of a signature, besides the key.
#[derive(Debug, Clone)]
pub(crate) struct SigningParams {
    /// The time to sign with.
    pub(crate) time: Time,
    /// The nonce of Alibaba's schemes; random by default.
    pub(crate) nonce: Option<String>,
    /// The region and service of a credential scope; by default the scheme's usual ones.
    pub(crate) region: Option<String>,
    pub(crate) service: Option<String>,
}

/// A request that a client is about to send.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outgoing {
    pub(crate) method: String,
    /// Percent-encoded, as it is sent.
    pub(crate) path: String,
    /// What follows the `?`, or empty.
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Outgoing {
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn target(&self) -> String {
        let question = if self.query.is_empty() { "" } else { "?" };
        format!("{}{question}{}", self.path, self.query)
    }

    /// Adds what every client sends: its host, and the content type of a body.
    pub(crate) fn complete(&mut self, host: &str) {
        if self.header("host").is_none() {
            self.headers.insert(0, ("host".to_owned(), host.to_owned()));
        }
        if !self.body.is_empty() {
            self.default_content_type(if self.body.trim_start().starts_with(['{', '[']) {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            });
        }
    }

    /// Sets the content type of the body, unless a header does.
    pub(crate) fn default_content_type(&mut self, kind: &str) {
        if self.header("content-type").is_none() {
            self.headers
                .push(("content-type".to_owned(), kind.to_owned()));
        }
    }

    /// The request as a server reads it.
    pub(crate) fn received(&self) -> Result<Request, http::Error> {
        let target: Uri = self.target().parse().map_err(http::Error::from)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes())?;
            headers.append(name, HeaderValue::from_str(value)?);
        }
        let over = Oversize::of_head(&target, &headers);
        let body = match over {
            None => Bytes::from(self.body.clone()),
            Some(_) => Bytes::new(),
        };
        let method = Method::from_bytes(self.method.as_bytes())?;
        Ok(Request::new(method, target, headers, body, over))
    }

    /// Signs.
    pub(crate) fn sign(
        &mut self,
        variant: SchemeVariant,
        key: &AccessKey<'_>,
        params: &SigningParams,
    ) {
        let SignedParts {
            headers,
            query,
            body,
        } = self.signature(variant, key, params);
        self.headers.extend(headers);
        self.query = query;
        if let Some(body) = body {
            self.body = body;
        }
    }

    fn signature(
        &self,
        variant: SchemeVariant,
        key: &AccessKey<'_>,
        params: &SigningParams,
    ) -> SignedParts {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let request = RawRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: self.body.as_bytes(),
        };
        let time = params.time.seconds();
        let nonce = params
            .nonce
            .clone()
            .unwrap_or_else(|| Ids::unseeded().uuid());
        let (own_region, own_service) = match variant {
            SchemeVariant::V11 => ("cn-north-4", "workspace"),
            _ => ("cn-beijing", "bytehouse_ce"),
        };
        let region = params.region.as_deref().unwrap_or(own_region);
        let service = params.service.as_deref().unwrap_or(own_service);
        let qingcloud = |dialect, digest| qingcloud::sign(&request, key, time, dialect, digest);
        match variant {
            SchemeVariant::Acs3 => alibaba_acs3::sign(&request, key, time, &nonce),
            SchemeVariant::Acs3Sm3 => alibaba_acs3::sign_sm3(&request, key, time, &nonce),
            SchemeVariant::V1 => alibaba_v1::sign(&request, key, time, &nonce, Digest::Sha1),
            SchemeVariant::V1Sha256 => {
                alibaba_v1::sign(&request, key, time, &nonce, Digest::Sha256)
            }
            SchemeVariant::Header => volcengine::sign(&request, key, region, service, time),
            SchemeVariant::Presigned => volcengine::presign(&request, key, region, service, time),
            SchemeVariant::Sdk => huawei::sign(&request, key, time),
            SchemeVariant::SdkSm3 => huawei::sign_sm3(&request, key, time),
            SchemeVariant::V11 => huawei::sign_derived(&request, key, region, service, time),
            SchemeVariant::Ehpc => qingcloud(Dialect::Ehpc, Digest::Sha256),
            SchemeVariant::EhpcSha1 => qingcloud(Dialect::Ehpc, Digest::Sha1),
            SchemeVariant::Iaas => qingcloud(Dialect::Iaas, Digest::Sha256),
            SchemeVariant::IaasSha1 => qingcloud(Dialect::Iaas, Digest::Sha1),
        }
    }

    /// Removes the client's signature and hop-by-hop headers.
    pub(crate) fn unsign(&mut self, provider: Option<&Provider>) {
        self.headers.retain(|(name, _)| {
            let name = name.as_str();
            !GONE.contains(&name) && !name.starts_with("x-acs-signature")
        });
        let schemes = provider.map_or(&[][..], |provider| provider.real.schemes);
        let is_gone = |name: &str| {
            schemes
                .iter()
                .any(|scheme| signed_with(*scheme).contains(&name))
        };
        self.query = without(&self.query, is_gone);
        if self.header("content-type").is_some_and(is_form) {
            self.body = without(&self.body, is_gone);
        }
    }

    /// The parameters of the query and of a form.
    fn parameters(&self) -> Params {
        let is_form = self.header("content-type").is_some_and(is_form);
        let form = if is_form { self.body.as_str() } else { "" };
        Params::decode(format!("{}&{form}", self.query).as_bytes())
    }

    /// The curl command that sends it, with options that keep curl from changing dot segments, brackets or the content type. `host`
    /// is what curl sends for that origin; `hidden` is a secret to mask.
    pub(crate) fn curl(&self, origin: &str, host: &str, hidden: Option<&str>) -> String {
        let hidden = hidden.filter(|secret| !secret.is_empty());
        let word = |text: &str| match hidden {
            None => quote(text),
            Some(secret) => {
                let encoded = encode(secret.as_bytes());
                quote(&text.replace(secret, MASK).replace(&*encoded, MASK))
            }
        };
        let mut command = String::from(shell::CURL);
        if self.method == "HEAD" {
            command.push_str(" -I");
        } else {
            command.push_str(&format!(" -X {}", word(&self.method)));
        }
        command.push_str(&format!(" {}", word(&format!("{origin}{}", self.target()))));
        for (name, value) in &self.headers {
            if !(name == "host" && value == host) {
                command.push_str(&format!(" \\\n  -H {}", word(&shell::header(name, value))));
            }
        }
        if !self.body.is_empty() {
            command.push_str(&format!(" \\\n  --data-raw {}", word(&self.body)));
        }
        command.push('\n');
        command
    }
}

/// Headers that a request is signed or sent with, and that another one gets of its own.
const GONE: [&str; 24] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "date",
    "expect",
    "origin",
    "proxy-authorization",
    "referer",
    "te",
    "transfer-encoding",
    "x-acs-accesskey-id",
    "x-acs-content-sha256",
    "x-acs-content-sm3",
    "x-acs-date",
    "x-acs-security-token",
    "x-auth-token",
    "x-content-sha256",
    "x-date",
    "x-rollcall-namespace",
    "x-sdk-content-sha256",
    "x-sdk-date",
    "x-security-token",
];

/// The parameters that a scheme's clients sign with.
const fn signed_with(scheme: Scheme) -> &'static [&'static str] {
    match scheme {
        Scheme::AlibabaV1 => &[
            "AccessKeyId",
            "SecurityToken",
            "Signature",
            "SignatureMethod",
            "SignatureNonce",
            "SignatureType",
            "SignatureVersion",
            "Timestamp",
        ],
        Scheme::Volcengine => &[
            "X-Algorithm",
            "X-Credential",
            "X-Date",
            "X-Expires",
            "X-NotSignBody",
            "X-Security-Token",
            "X-Signature",
            "X-SignedHeaders",
            "X-SignedQueries",
        ],
        Scheme::QingCloud => &[
            "access_key_id",
            "signature",
            "signature_method",
            "signature_version",
            "time_stamp",
            "timestamp",
            "token",
        ],
        Scheme::AlibabaAcs3 | Scheme::Huawei => &[],
    }
}

/// A query or form without the parameters of some names; the others stay as they were sent.
fn without(query: &str, is_gone: impl Fn(&str) -> bool) -> String {
    let stays = |pair: &&str| {
        let decoded = Params::decode(pair.as_bytes());
        !decoded.iter().any(|(name, _)| is_gone(name))
    };
    let kept: Vec<&str> = query.split('&').filter(stays).collect();
    kept.join("&")
}

/// An address in which everything is escaped that no address can hold.
pub(crate) fn escaped(address: &str) -> String {
    let mut escaped = String::with_capacity(address.len());
    for letter in address.chars() {
        if letter.is_ascii_graphic() {
            escaped.push(letter);
        } else {
            let mut bytes = [0; 4];
            escaped.push_str(&encode(letter.encode_utf8(&mut bytes).as_bytes()));
        }
    }
    escaped
}

/// Adds a pair to a query or form.
pub(crate) fn push(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(&encode(name.as_bytes()));
    query.push('=');
    query.push_str(&encode(value.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::{PROVIDERS, provider};

    fn params() -> SigningParams {
        SigningParams {
            time: Time::from_millis(1_716_193_800_000),
            nonce: None,
            region: None,
            service: None,
        }
    }

    #[test]
    fn every_provider_has_a_way_to_sign() {
        for provider in PROVIDERS {
            assert!(!SchemeVariant::of(provider).is_empty(), "{}", provider.id);
        }
    }

    #[test]
    fn what_is_signed_is_unsigned_again_and_remembers_how() {
        let key = AccessKey {
            id: "ak~suite",
            secret: "sk",
            token: None,
        };
        for provider in PROVIDERS {
            for variant in SchemeVariant::of(provider) {
                for form in ["", "a=1&b=%20x"] {
                    let mut request = Outgoing {
                        method: "POST".to_owned(),
                        path: "/".to_owned(),
                        query: "Action=X&q=%2f".to_owned(),
                        body: form.to_owned(),
                        ..Outgoing::default()
                    };
                    request.complete("h");
                    let unsigned = request.clone();
                    request.sign(variant, &key, &params());
                    assert_eq!(
                        SchemeVariant::like(provider, &request),
                        Some(variant),
                        "{request:?}"
                    );
                    request.unsign(Some(provider));
                    assert_eq!(request.headers, unsigned.headers, "{}", variant.as_str());
                    assert!(!request.target().contains("ak"), "{request:?}");
                    assert_eq!(request.body, unsigned.body, "{}", variant.as_str());
                }
            }
        }
    }

    #[test]
    fn what_belongs_to_the_operation_stays() {
        let mut request = Outgoing {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: "Action=X&Signature=s&a=%2f&&a=2&%53ignature=t".to_owned(),
            headers: vec![
                ("host".to_owned(), "h".to_owned()),
                ("x-auth-token".to_owned(), "t".to_owned()),
                ("x-project-id".to_owned(), "p".to_owned()),
            ],
            ..Outgoing::default()
        };
        request.unsign(provider("aliyun-ehpc"));
        assert_eq!(request.target(), "/?Action=X&a=%2f&&a=2");
        assert_eq!(request.headers.len(), 2);
    }

    #[test]
    fn a_hidden_secret_is_in_no_command() {
        let mut request = Outgoing {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            ..Outgoing::default()
        };
        request.complete("h");
        let token = "zqzqzq/'==";
        let key = AccessKey {
            id: "ak",
            secret: "sk",
            token: Some(token),
        };
        for variant in [
            SchemeVariant::V1,
            SchemeVariant::Presigned,
            SchemeVariant::Header,
            SchemeVariant::Acs3,
            SchemeVariant::Sdk,
        ] {
            let mut signed = request.clone();
            signed.sign(variant, &key, &params());
            let command = signed.curl("http://h", "h", Some(token));
            assert!(
                !command.contains("zqzqzq") && command.contains(MASK),
                "{command}"
            );
        }
    }
}
