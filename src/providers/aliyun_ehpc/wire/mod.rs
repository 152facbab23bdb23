//! What both Versions share on the wire: JSON or XML, parameters from all places, the envelopes.

pub(crate) mod seeds;
pub(crate) mod v2018;
pub(crate) mod v2024;

use std::hash::Hash;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderName;
use http::header::{ACCEPT, AUTHORIZATION};
use quick_xml::escape::partial_escape;
use quick_xml::se::Serializer as XmlSerializer;
use serde::{Serialize, Serializer};

use super::errors;
use super::model::{self, Cluster, Group, User};
use crate::provider::call::{Call, Params, Reply, Request};
use crate::provider::error::{ApiError, ErrorEntry, Refusal};
use crate::store::Tx;
use crate::store::page::{Page, Window};
use crate::store::pages::CachedBody;
use crate::store::rows::{EncodedRow, RowEncoder};

const JSON: &str = "application/json;charset=utf-8";
/// The Python SDK compares an error's content type with exactly this string.
const XML: &str = "text/xml;charset=utf-8";
const XML_HEAD: &str = "<?xml version='1.0' encoding='UTF-8'?>";

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    Json,
    Xml,
}

impl Format {
    /// The format of a call's answer.
    fn wanted(call: &Call<'_>) -> Self {
        Self::of(call.request).unwrap_or(Self::Xml)
    }

    fn encode(self, call: &Call<'_>, body: &impl Serialize) -> Result<String, ApiError> {
        match self {
            Self::Json => Ok(serde_json::to_string(body)?),
            Self::Xml => {
                let root = format!("{}Response", call.operation_name());
                let mut text = XML_HEAD.to_owned();
                XmlSerializer::with_root(&mut text, Some(&root))
                    .and_then(|mut serializer| {
                        serializer.expand_empty_elements(true);
                        body.serialize(serializer)
                    })
                    .map_err(|cause| ApiError::Broken(Box::new(cause)))?;
                Ok(only_xml_characters(text))
            }
        }
    }

    fn reply(self, body: impl Into<Bytes>) -> Reply {
        let content_type = match self {
            Self::Json => JSON,
            Self::Xml => XML,
        };
        Reply::new(200, content_type, body)
    }

    /// The format that a request asks for; an unknown one is returned as sent.
    ///
    /// Inferred: without a `Format`, an unsigned request gets JSON: it comes from a person or a web page, and the
    /// documents show JSON. An RPC V1 request gets XML, as documented, unless it accepts JSON; an ACS3 request gets
    /// what it accepts.
    pub(crate) fn of(request: &Request) -> Result<Self, &str> {
        if let Some(format) = Parameters::of(request).get("Format") {
            return match format {
                _ if format.eq_ignore_ascii_case("json") => Ok(Self::Json),
                _ if format.eq_ignore_ascii_case("xml") => Ok(Self::Xml),
                _ => Err(format),
            };
        }
        let accept = request.header(ACCEPT).unwrap_or_default();
        let accepts_json = accept.contains("application/json");
        Ok(match scheme(request) {
            SignedBy::Acs3 if !accepts_json && accept.contains("xml") => Self::Xml,
            SignedBy::RpcV1 if !accepts_json => Self::Xml,
            _ => Self::Json,
        })
    }
}

const X_ACS_SIGNATURE_NONCE: HeaderName = HeaderName::from_static("x-acs-signature-nonce");
const X_ACS_ACCESSKEY_ID: HeaderName = HeaderName::from_static("x-acs-accesskey-id");
const X_ACS_ACTION: HeaderName = HeaderName::from_static("x-acs-action");
const X_ACS_VERSION: HeaderName = HeaderName::from_static("x-acs-version");

/// How a request identifies its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedBy {
    /// ACS3-HMAC-SHA256, ACS3-HMAC-SM3 and their relatives: by headers.
    Acs3,
    /// RPC V1: by parameters.
    RpcV1,
    /// Not at all, which is accepted only with authentication off.
    Unsigned,
}

/// The scheme of a request, recognised by what it carries, correct or not.
pub(crate) fn scheme(request: &Request) -> SignedBy {
    const V1: [&str; 5] = [
        "AccessKeyId",
        "Signature",
        "SignatureMethod",
        "SignatureNonce",
        "SignatureVersion",
    ];
    let authorization = request.lossy_header(AUTHORIZATION);
    if authorization.starts_with("ACS3-") || request.headers.contains_key(X_ACS_SIGNATURE_NONCE) {
        return SignedBy::Acs3;
    }
    let parameters = Parameters::of(request);
    if V1.iter().any(|name| parameters.contains(name)) {
        SignedBy::RpcV1
    } else {
        SignedBy::Unsigned
    }
}

/// The access key that a request names, in any scheme.
pub(crate) fn access_key(request: &Request) -> Option<String> {
    let authorization = request.lossy_header(AUTHORIZATION);
    let credential = authorization.split_once(' ').and_then(|(_, fields)| {
        fields
            .split(',')
            .find_map(|field| field.trim().strip_prefix("Credential="))
    });
    let in_header = request.lossy_header(X_ACS_ACCESSKEY_ID);
    credential
        .or_else(|| Parameters::of(request).get("AccessKeyId"))
        .or_else(|| Some(&*in_header).filter(|key| !key.is_empty()))
        .map(str::to_owned)
}

/// Where a request's parameters are: in its query and, for a POST, also in its form.
///
/// The form overrides the query: alibabacloud-go/tea-rpc signs the query overlaid with the body. Inferred: the last of
/// repeated names wins, and an empty value counts as absent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters<'a> {
    request: &'a Request,
    form: Option<&'a Params>,
}

impl<'a> Parameters<'a> {
    pub(crate) fn of(request: &'a Request) -> Self {
        Self {
            request,
            form: (request.method == "POST").then(|| request.form()),
        }
    }

    pub(crate) fn get(self, name: &str) -> Option<&'a str> {
        self.form
            .and_then(|form| form.last(name))
            .or_else(|| self.request.query().last(name))
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn contains(self, name: &str) -> bool {
        self.request.query().contains(name) || self.form.is_some_and(|form| form.contains(name))
    }

    /// All pairs, with those that win last.
    pub(crate) fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let form = self.form.into_iter().flat_map(Params::iter);
        self.request.query().iter().chain(form)
    }

    /// Inferred: the parameter overrides the header, which ACS3 requests have instead.
    pub(crate) fn action(self) -> Option<&'a str> {
        self.get("Action")
            .or_else(|| self.request.header(X_ACS_ACTION))
            .filter(|action| !action.is_empty())
    }

    /// Inferred: like the action.
    pub(crate) fn version(self) -> Option<&'a str> {
        self.get("Version")
            .or_else(|| self.request.header(X_ACS_VERSION))
            .filter(|version| !version.is_empty())
    }

    fn required(self, name: &str, missing: &'static ErrorEntry) -> Result<&'a str, ApiError> {
        self.get(name).ok_or_else(|| missing.raise())
    }

    pub(crate) fn cluster_id(self) -> Result<&'a str, ApiError> {
        self.required("ClusterId", &errors::CLUSTER_ID_MISSING)
    }

    /// A 32-bit integer in digits.
    fn integer(self, name: &str, invalid: &'static ErrorEntry) -> Result<Option<i32>, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let digits = text.strip_prefix('-').unwrap_or(text);
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())
            .flatten()
            .map(Some)
            .ok_or_else(|| {
                invalid.raise().because(format!(
                    "{name} is \"{text}\", which is not a 32-bit integer"
                ))
            })
    }
}

/// The ClusterId of an operation without other parameters.
pub(crate) fn cluster_id<'a>(call: &Call<'a>) -> Result<&'a str, ApiError> {
    Parameters::of(call.request).cluster_id()
}

/// PageNumber and PageSize, both integers; their bounds are checked by the service, not the gateway.
#[derive(Debug, Clone, Copy, Hash)]
pub(crate) struct PageParams {
    number: i32,
    size: i32,
}

impl PageParams {
    pub(crate) fn decode(parameters: Parameters<'_>) -> Result<Self, ApiError> {
        let number = parameters.integer("PageNumber", &errors::PAGE_NUMBER_INVALID)?;
        let size = parameters.integer("PageSize", &errors::PAGE_SIZE_INVALID)?;
        Ok(Self {
            number: number.unwrap_or(1),
            size: size.unwrap_or(10),
        })
    }

    /// The page, if its size is within these bounds.
    pub(crate) fn within(self, min: u32, max: u32) -> Result<PageOf, ApiError> {
        let number = u32::try_from(self.number)
            .ok()
            .filter(|number| 1 <= *number)
            .ok_or_else(|| {
                invalid_params("PageNumber")
                    .because(format!("PageNumber is {}; pages start at 1", self.number))
            })?;
        let size = u32::try_from(self.size)
            .ok()
            .filter(|size| (min..=max).contains(size))
            .ok_or_else(|| {
                invalid_params("PageSize").because(format!(
                    "PageSize is {}; it takes {min} to {max}",
                    self.size
                ))
            })?;
        Ok(PageOf { number, size })
    }
}

/// A valid page.
#[derive(Debug, Clone, Copy, Hash)]
pub(crate) struct PageOf {
    pub(crate) number: u32,
    pub(crate) size: u32,
}

impl PageOf {
    pub(crate) const fn window(self) -> Window {
        Window::page(self.number as u64, self.size as u64)
    }
}

/// The service's error for a value out of bounds.
///
/// Inferred: the `%s` in the documented message is the parameter's name.
pub(crate) fn invalid_params(parameter: &str) -> ApiError {
    errors::INVALID_PARAMS.with(parameter)
}

/// `users` or `wheel`.
pub(crate) fn group(text: &str, parameter: &str) -> Result<Group, ApiError> {
    Group::parse(text).ok_or_else(|| {
        invalid_params(parameter).because(format!(
            "{parameter} is \"{text}\"; it takes users and wheel"
        ))
    })
}

/// The minimum length of a password, except in UpdateUser.
pub(crate) const SHORTEST_PASSWORD: usize = 8;

/// The rule of AddUsers: `min` to 30 characters of letters, digits and these, from at least three classes.
pub(crate) fn password(text: &str, parameter: &str, min: usize) -> Result<(), ApiError> {
    const SPECIAL: &[u8] = b"()~!@#$%^&*-_+=|{}[]:;'\"/<>,.?\\";
    let kinds: [fn(&u8) -> bool; 4] = [
        u8::is_ascii_uppercase,
        u8::is_ascii_lowercase,
        u8::is_ascii_digit,
        |byte| SPECIAL.contains(byte),
    ];
    let has = |kind: &&fn(&u8) -> bool| text.as_bytes().iter().any(*kind);
    let allowed = text
        .bytes()
        .all(|byte| kinds.iter().any(|kind| kind(&byte)));
    if (min..=30).contains(&text.len()) && allowed && 3 <= kinds.iter().filter(has).count() {
        Ok(())
    } else {
        Err(invalid_params(parameter).because(format!(
            "a password has {min} to 30 characters of at least three kinds: upper case, lower case, digits and \
             ()~!@#$%^&*-_+=|{{}}[]:;'\"/<>,.?\\ (no blank, nothing else)",
        )))
    }
}

/// A letter, followed by letters, digits and full stops; this many characters in total.
pub(crate) fn is_user_name(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
}

/// Whether ids of users and groups are strings, or numbers as in the seed's example: quirk `user-id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum IdStyle {
    Text,
    Number,
}

/// Distinguishes the cached encodings of rows: by the list that shows users, and the format of ids.
pub(crate) const LISTED_ASYNC: u8 = 0;
pub(crate) const LISTED_BRIEFLY: u8 = 2;
pub(crate) const LISTED_2024: u8 = 4;

impl IdStyle {
    pub(crate) fn of(call: &Call<'_>) -> Self {
        match call.quirk("user-id") {
            "number" => Self::Number,
            _ => Self::Text,
        }
    }
}

/// A UserId or GroupId in an answer.
#[derive(Debug)]
struct Id(i64, IdStyle);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            IdStyle::Text => serializer.collect_str(&self.0),
            IdStyle::Number => serializer.serialize_i64(self.0),
        }
    }
}

/// Users as every list wraps them: the seed's table calls this an array, but its example and all SDKs have an object.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Users<T> {
    user_info: Vec<Listed<T>>,
}

/// A row of a list.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Listed<T> {
    /// Encoded earlier.
    Json(EncodedRow),
    /// For XML, or for a list that has since changed.
    Made(T),
}

/// The rows of a list in the caller's format. Encoded JSON rows are cached, under `variant`, for all rows of users.
pub(crate) fn listed_users<T: Serialize>(
    call: &Call<'_>,
    tx: &Tx<'_>,
    cluster: &Cluster,
    window: Window,
    (variant, row): (u8, impl Fn(User) -> T),
) -> rusqlite::Result<Page<Listed<T>>> {
    match Format::wanted(call) {
        Format::Json => {
            let encode = |user| EncodedRow::always(&row(user));
            let encoder = RowEncoder::new(variant, call.now().millis(), &encode);
            let page = model::encoded_users(tx, cluster, window, &encoder)?;
            Ok(page.map(Listed::Json))
        }
        Format::Xml => {
            let page = model::users(tx, cluster, window)?;
            Ok(page.map(|user| Listed::Made(row(user))))
        }
    }
}

/// The result of a write: that it is done.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Done<'a> {
    request_id: &'a str,
}

/// The answer of a write.
pub(crate) fn done(call: &Call<'_>) -> Result<Reply, ApiError> {
    answer(
        call,
        &Done {
            request_id: &call.request_id,
        },
    )
}

/// A success in the caller's format.
pub(crate) fn answer(call: &Call<'_>, body: &impl Serialize) -> Result<Reply, ApiError> {
    let format = Format::wanted(call);
    Ok(format.reply(format.encode(call, body)?))
}

/// A cached answer in the caller's format, without the ids of the individual call.
#[derive(Debug)]
pub(crate) struct CachedAnswer<N> {
    format: Format,
    kept: CachedBody<Marked<N>>,
}

/// Where an answer's ids are inserted, and the provider's note on it. No value can contain the markers: JSON and XML
/// each escape one of their characters.
#[derive(Debug)]
struct Marked<N> {
    request_id_at: usize,
    async_id_at: usize,
    note: N,
}

impl<N> Marked<N> {
    /// An answer without an AsyncId has this at the end.
    fn new(format: Format, text: &str, note: N) -> Self {
        let (request_id, async_id) = match format {
            Format::Json => (r#""RequestId":""#, r#""AsyncId":""#),
            Format::Xml => ("<RequestId>", "<AsyncId>"),
        };
        let after = |mark: &str| text.find(mark).map(|at| at + mark.len());
        Self {
            request_id_at: after(request_id).expect("every answer has a RequestId"),
            async_id_at: after(async_id).unwrap_or(text.len()),
            note,
        }
    }
}

impl<N: Send + Sync + 'static> CachedAnswer<N> {
    /// The answer of this variant. If it is not cached, `read` creates it, with empty ids and a note.
    pub(crate) fn find<T: Serialize>(
        call: &Call<'_>,
        variant: impl Hash,
        read: impl FnOnce(&Tx<'_>) -> Result<(T, N), ApiError>,
    ) -> Result<Self, ApiError> {
        let format = Format::wanted(call);
        let kept = call.encoded_with_note(call.key((format, variant)), |tx| {
            let (answer, note) = read(tx)?;
            let text = format.encode(call, &answer)?;
            let marked = Marked::new(format, &text, note);
            Ok(CachedBody::always(text).with_metadata(marked))
        })?;
        Ok(Self { format, kept })
    }

    pub(crate) fn note(&self) -> &N {
        &self.kept.note.note
    }

    /// The answer to this call; `async_id` is empty if it has none.
    pub(crate) fn reply(&self, call: &Call<'_>, async_id: &str) -> Reply {
        let (body, marked) = (&self.kept.body, &self.kept.note);
        let (before, rest) = body.split_at(marked.request_id_at);
        let (between, after) = rest.split_at(marked.async_id_at - marked.request_id_at);
        let request_id = call.request_id.as_bytes();
        let parts = [before, request_id, between, async_id.as_bytes(), after];
        self.format.reply(parts.concat())
    }
}

/// The five members of an error; their order varies in reality. Forbidden.RAM has a sixth.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody<'a> {
    request_id: &'a str,
    message: &'a str,
    recommend: String,
    host_id: String,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_denied_detail: Option<AccessDeniedDetail>,
}

/// Who was denied which action, in the order of the examples in Alibaba's own SDKs (adb20190315, milvus, starrocks).
///
/// Inferred: that it is the last member, and the values of the ids and the message.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessDeniedDetail {
    policy_type: &'static str,
    auth_principal_owner_id: &'static str,
    encoded_diagnostic_message: String,
    auth_principal_type: &'static str,
    auth_principal_display_name: String,
    no_permission_type: &'static str,
    auth_action: String,
}

impl AccessDeniedDetail {
    fn of(call: &Call<'_>) -> Self {
        let user = call.access_key.as_ref().map_or("", |key| &key.id);
        let action = Parameters::of(call.request).action().unwrap_or("*");
        let noise: [String; 3] = std::array::from_fn(|_| call.ids().hex128());
        Self {
            policy_type: "AccountLevelIdentityBasedPolicy",
            auth_principal_owner_id: "1700000000004700",
            encoded_diagnostic_message: STANDARD.encode(noise.concat()),
            auth_principal_type: "SubUser",
            auth_principal_display_name: ram_user_id(user),
            no_permission_type: "ImplicitDeny",
            auth_action: format!("ehpc:{action}"),
        }
    }
}

/// The 18 digits of the RAM user that a key belongs to: FNV-1a of the key, so that a key always has the same one.
fn ram_user_id(access_key: &str) -> String {
    let hash = access_key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("2{:017}", hash % 100_000_000_000_000_000)
}

const X_ACS_REQUEST_ID: HeaderName = HeaderName::from_static("x-acs-request-id");
const X_ACS_TRACE_ID: HeaderName = HeaderName::from_static("x-acs-trace-id");

/// The final answer. An error about the format itself is in XML, the service's default.
pub(crate) fn envelope(call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
    let reply = verdict.unwrap_or_else(|refusal| {
        let entry = refusal.entry;
        let body = ErrorBody {
            request_id: &call.request_id,
            message: &refusal.message,
            recommend: format!(
                "https://api.aliyun.com/troubleshoot?q={}&product=EHPC&requestId={}",
                entry.code, call.request_id
            ),
            // The host that a real call would have used: the region's public one (aliyun/aliyun-cli,
            // openapi/commando_test.go).
            host_id: format!("ehpc.{}.aliyuncs.com", call.region()),
            code: entry.code,
            access_denied_detail: std::ptr::eq(entry, &errors::FORBIDDEN_RAM)
                .then(|| AccessDeniedDetail::of(call)),
        };
        let reply = match Format::of(call.request) {
            Ok(Format::Json) => Reply::new(
                entry.status,
                JSON,
                serde_json::to_vec(&body).expect("texts become JSON"),
            ),
            _ => Reply::new(entry.status, XML, body.xml()),
        };
        reply.headers_of(&refusal)
    });
    reply
        .header(X_ACS_REQUEST_ID, &call.request_id)
        .header(X_ACS_TRACE_ID, call.ids().hex128())
}

impl ErrorBody<'_> {
    /// In XML, the members are in another order, and the address is in a CDATA section.
    fn xml(&self) -> String {
        let detail = self
            .access_denied_detail
            .as_ref()
            .map(AccessDeniedDetail::xml)
            .unwrap_or_default();
        only_xml_characters(format!(
            "{XML_HEAD}<Error><RequestId>{}</RequestId><HostId>{}</HostId><Code>{}</Code><Message>{}</Message>\
             <Recommend><![CDATA[{}]]></Recommend>{detail}</Error>",
            self.request_id,
            partial_escape(self.host_id.as_str()),
            self.code,
            partial_escape(self.message),
            self.recommend
        ))
    }
}

impl AccessDeniedDetail {
    fn xml(&self) -> String {
        let members = [
            ("PolicyType", self.policy_type),
            ("AuthPrincipalOwnerId", self.auth_principal_owner_id),
            ("EncodedDiagnosticMessage", &self.encoded_diagnostic_message),
            ("AuthPrincipalType", self.auth_principal_type),
            (
                "AuthPrincipalDisplayName",
                &self.auth_principal_display_name,
            ),
            ("NoPermissionType", self.no_permission_type),
            ("AuthAction", &self.auth_action),
        ];
        let members: String = members
            .iter()
            .map(|(name, value)| format!("<{name}>{}</{name}>", partial_escape(*value)))
            .collect();
        format!("<AccessDeniedDetail>{members}</AccessDeniedDetail>")
    }
}

/// Drops characters that XML 1.0 cannot express (such as a NUL that a caller sent and a message repeats).
fn only_xml_characters(text: String) -> String {
    let is_forbidden = |character: char| match character {
        '\t' | '\n' | '\r' => false,
        '\u{fffe}' | '\u{ffff}' => true,
        _ => character < ' ',
    };
    if text.contains(is_forbidden) {
        text.replace(is_forbidden, "")
    } else {
        text
    }
}
