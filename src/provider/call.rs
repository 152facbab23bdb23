//! A call, as providers see it: the request as received, its parameters, the data.
//!
//! Nothing here knows axum. A query is never rebuilt from a map: [`Params`] keeps order, case and duplicates.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AsHeaderName, CONTENT_ENCODING, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::{Map, Value};

use crate::namespace::clock::Time;
use crate::namespace::credentials::{self, SentKey};
use crate::namespace::ids::Ids;
use crate::namespace::settings::{Auth, Credential, Settings};
use crate::namespace::{Namespace, State};
use crate::provider::Provider;
use crate::provider::error::ApiError;
use crate::provider::json;
use crate::provider::table::{Operation, RouteMatch};
use crate::signing;
use crate::store::pages::{CachedBody, PageKey};
use crate::store::stream::{self, BodyTail, RowSource};
use crate::store::{Store, Tx};

pub(crate) use super::reply::Reply;

/// A request as received, including the body.
#[derive(Debug)]
pub(crate) struct Request {
    /// The method, as sent.
    pub(crate) method: Method,
    /// The target, as sent.
    pub(crate) target: Uri,
    /// The headers, in the order received.
    pub(crate) headers: HeaderMap,
    /// The body; empty if it was over a limit.
    pub(crate) body: Bytes,
    /// The limit that the request exceeded, if any.
    pub(crate) over: Option<Oversize>,
    /// The port that it arrived on.
    pub(crate) port: Option<u16>,
    /// Whether it came over TLS.
    pub(crate) is_secure: bool,
    /// The region in the real host name that the client addressed.
    pub(crate) region: Option<Arc<str>>,
    /// The length of the path's prefix that named the provider (`/aliyun-ehpc`).
    prefix: usize,
    query: OnceCell<Params>,
    form: OnceCell<Params>,
}

/// A size limit for every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oversize {
    /// The target: 32 KiB.
    Target,
    /// The headers, names and values together: 32 KiB.
    Headers,
    /// The body: 12 MiB, or 65,536 fields of a form.
    Body,
}

impl Oversize {
    /// The longest target; a longer one is refused by the provider.
    const TARGET: usize = 32 * 1024;
    /// The size limit of headers, names and values together.
    const HEADERS: usize = 32 * 1024;

    /// The limit that a head exceeds, if any.
    pub(crate) fn of_head(target: &Uri, headers: &HeaderMap) -> Option<Self> {
        let target_length = target.path().len() + target.query().map_or(0, |query| 1 + query.len());
        if Self::TARGET < target_length {
            return Some(Self::Target);
        }
        let header_length: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        (Self::HEADERS < header_length).then_some(Self::Headers)
    }
}

impl Request {
    pub(crate) fn new(
        method: Method,
        target: Uri,
        headers: HeaderMap,
        body: Bytes,
        over: Option<Oversize>,
    ) -> Self {
        Self {
            method,
            target,
            headers,
            body,
            over,
            port: None,
            is_secure: false,
            region: None,
            prefix: 0,
            query: OnceCell::new(),
            form: OnceCell::new(),
        }
    }

    /// The path as the provider would see it: as sent, without the prefix that names the provider.
    pub(crate) fn path(&self) -> &str {
        let path = &self.target.path()[self.prefix..];
        if path.is_empty() { "/" } else { path }
    }

    /// The path exactly as sent, which is what the client signed.
    pub(crate) fn path_as_sent(&self) -> &str {
        self.target.path()
    }

    /// The prefix that named the provider, `/huawei-iam`, or empty.
    pub(crate) fn prefix(&self) -> &str {
        &self.target.path()[..self.prefix]
    }

    /// Removes `/<id>` from the start of the path; returns whether it was there.
    pub(crate) fn strip_prefix(&mut self, id: &str) -> bool {
        let rest = self
            .target
            .path()
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(id));
        let stripped = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if stripped {
            self.prefix = 1 + id.len();
        }
        stripped
    }

    /// The query exactly as sent, or empty.
    pub(crate) fn raw_query(&self) -> &str {
        self.target.query().unwrap_or_default()
    }

    /// The query's parameters, decoded.
    pub(crate) fn query(&self) -> &Params {
        self.query
            .get_or_init(|| Params::decode(self.raw_query().as_bytes()))
    }

    /// The fields of a form body; empty for other content types.
    pub(crate) fn form(&self) -> &Params {
        self.form.get_or_init(|| {
            if !self.body.is_empty() && is_form(&self.headers) {
                Params::decode(&self.body)
            } else {
                Params::default()
            }
        })
    }

    /// A header's first value, if it is text.
    pub(crate) fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A header's first value, with invalid UTF-8 replaced by U+FFFD, or empty.
    pub(crate) fn lossy_header(&self, name: impl AsHeaderName) -> Cow<'_, str> {
        let value = self.headers.get(name).map(HeaderValue::as_bytes);
        String::from_utf8_lossy(value.unwrap_or_default())
    }

    /// The host that the client addressed, with invalid UTF-8 replaced.
    pub(crate) fn lossy_host(&self) -> Cow<'_, str> {
        match self.host() {
            "" => self.lossy_header(HOST),
            host => host.into(),
        }
    }

    /// The media type of the body without parameters, or empty.
    pub(crate) fn content_type(&self) -> &str {
        self.header(CONTENT_TYPE)
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim()
    }

    /// The host that the client addressed, with its port: the `Host` header, or the authority of an absolute target.
    pub(crate) fn host(&self) -> &str {
        self.header(HOST)
            .or_else(|| self.target.authority().map(http::uri::Authority::as_str))
            .unwrap_or_default()
    }
}

/// Decoded parameters in the order received, with duplicates.
///
/// Decoding never fails: a broken percent escape stays as it is, a byte that is not UTF-8 becomes U+FFFD, `+` is a space.
#[derive(Debug, Default, Clone)]
pub(crate) struct Params {
    /// Names and values. Every call decodes its query, mostly for one or two values, so text without escapes stays as it was sent.
    text: String,
    pairs: Vec<ParamPlace>,
}

/// The position of a pair in the text, in few bytes, because a body may consist of nothing but pairs.
#[derive(Debug, Clone, Copy)]
struct ParamPlace {
    name: u32,
    /// The end of the name; the value begins one character later.
    name_end: u32,
    end: u32,
}

impl ParamPlace {
    fn new(name: usize, name_end: usize, end: usize) -> Self {
        let place = |at| u32::try_from(at).expect("a body is far below 4 GiB");
        Self {
            name: place(name),
            name_end: place(name_end),
            end: place(end),
        }
    }

    fn name(self) -> Range<usize> {
        self.name as usize..self.name_end as usize
    }

    fn value(self) -> Range<usize> {
        let end = self.end as usize;
        (self.name_end as usize + 1).min(end)..end
    }
}

impl Params {
    pub(crate) fn decode(raw: &[u8]) -> Self {
        match std::str::from_utf8(raw) {
            Ok(text) if memchr::memchr2(b'%', b'+', raw).is_none() => Self::plain(text),
            _ => Self::escaped(raw),
        }
    }

    /// Parameters without an escape.
    fn plain(raw: &str) -> Self {
        let mut pairs = Vec::new();
        let (mut name, mut name_end) = (0, None);
        let mut add = |name, name_end: Option<usize>, end| {
            if name < end {
                pairs.push(ParamPlace::new(name, name_end.unwrap_or(end), end));
            }
        };
        for at in memchr::memchr2_iter(b'&', b'=', raw.as_bytes()) {
            if raw.as_bytes()[at] == b'=' {
                name_end.get_or_insert(at);
            } else {
                add(name, name_end.take(), at);
                name = at + 1;
            }
        }
        add(name, name_end, raw.len());
        Self {
            text: raw.to_owned(),
            pairs,
        }
    }

    fn escaped(raw: &[u8]) -> Self {
        let mut text = Vec::with_capacity(raw.len() + 2);
        let mut pairs = Vec::new();
        for segment in signing::segments(raw) {
            let (name, value) = signing::halves(segment);
            let start = text.len();
            signing::decode_onto(&mut text, name);
            let name_end = text.len();
            text.push(b'=');
            signing::decode_onto(&mut text, value);
            pairs.push(ParamPlace::new(start, name_end, text.len()));
            // Decoded separately, so that the end of one does not form a character with the start of the next.
            text.push(b'&');
        }
        match String::from_utf8(text) {
            Ok(text) => Self { text, pairs },
            Err(_) => Self::mended(raw),
        }
    }

    /// Parameters that are not valid UTF-8, decoded with replacement.
    fn mended(raw: &[u8]) -> Self {
        let mut text = String::with_capacity(raw.len());
        let mut pairs = Vec::new();
        for pair in signing::pairs(raw) {
            let name = text.len();
            text.push_str(&String::from_utf8_lossy(&pair.name));
            let name_end = text.len();
            text.push('=');
            text.push_str(&String::from_utf8_lossy(&pair.value));
            pairs.push(ParamPlace::new(name, name_end, text.len()));
        }
        Self { text, pairs }
    }

    /// The first value with a name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The last value with a name.
    pub(crate) fn last(&self, name: &str) -> Option<&str> {
        self.all(name).next_back()
    }

    /// All values with a name, in order.
    pub(crate) fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &str> {
        let text = self.text.as_bytes();
        self.pairs
            .iter()
            .filter(move |pair| text[pair.name()] == *name.as_bytes())
            .map(|pair| &self.text[pair.value()])
    }

    /// Whether there is a parameter with a name, even if it is empty.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// Every pair, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter();
        pairs.map(|pair| (&self.text[pair.name()], &self.text[pair.value()]))
    }
}

/// The decoded parameters of a path, named as in the operation table.
#[derive(Debug, Default, Clone)]
pub(crate) struct PathParams {
    pairs: Vec<(&'static str, String)>,
}

impl PathParams {
    /// An empty list with a capacity.
    pub(crate) fn with_room(count: usize) -> Self {
        Self {
            pairs: Vec::with_capacity(count),
        }
    }

    pub(crate) fn push(&mut self, name: &'static str, value: String) {
        self.pairs.push((name, value));
    }

    /// Every pair, in the order of the path.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// The value of a parameter; empty if the path does not have it.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map_or("", |(_, value)| value)
    }
}

/// A call of an operation (or of an unknown one), on its way through the pipeline.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The request as received.
    pub(crate) request: &'a Request,
    /// The provider.
    pub(crate) provider: &'static Provider,
    /// The operation that it asks for.
    pub(crate) named: RouteMatch,
    /// The id of this call, in the provider's format.
    pub(crate) request_id: String,
    /// The key that the request claims to be signed with.
    pub(crate) access_key: Option<SentKey>,
    pub(crate) namespace: &'a Namespace,
    /// The state that this call sees throughout, whatever a concurrent reset does.
    pub(crate) state: Arc<State>,
    pub(crate) settings: Arc<Settings>,
}

impl Call<'_> {
    /// The operation; admitted calls have one.
    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.named.operation
    }

    /// The operation's name, or the unknown one that the client sent.
    pub(crate) fn operation_name(&self) -> &str {
        self.named
            .operation
            .map_or(&self.named.called, |operation| operation.name)
    }

    /// A decoded path parameter; empty if the operation's path does not have it.
    pub(crate) fn path_param(&self, name: &str) -> &str {
        self.named.path.get(name)
    }

    /// The query's parameters.
    pub(crate) fn query(&self) -> &Params {
        self.request.query()
    }

    /// This provider's part of the namespace's data.
    pub(crate) fn store(&self) -> &Arc<Store> {
        self.store_of(self.provider.id)
    }

    /// Another part of the data.
    pub(crate) fn store_of(&self, part: &str) -> &Arc<Store> {
        self.state.data.part(part)
    }

    /// All of the namespace's data, for writing to several parts at once.
    pub(crate) fn whole_store(&self) -> rusqlite::Result<Arc<Store>> {
        self.state.data.whole()
    }

    /// The cache key of an encoded page of this operation. `variant` is everything that the page depends on besides operation, data and
    /// time: parents, filters, window, format, quirks.
    pub(crate) fn key(&self, variant: impl Hash) -> PageKey {
        let version = self.operation().map_or("", |operation| operation.version);
        PageKey::of((self.provider.id, version, self.operation_name(), variant))
    }

    /// An encoded part of a list's answer, built once and cached until the data changes.
    pub(crate) fn encoded(
        &self,
        key: PageKey,
        encode: impl FnOnce(&Tx<'_>) -> Result<CachedBody, ApiError>,
    ) -> Result<Bytes, ApiError> {
        Ok(self.encoded_with_note(key, encode)?.body)
    }

    /// The same, with the provider's metadata.
    pub(crate) fn encoded_with_note<N: Send + Sync + 'static>(
        &self,
        key: PageKey,
        encode: impl FnOnce(&Tx<'_>) -> Result<CachedBody<N>, ApiError>,
    ) -> Result<CachedBody<N>, ApiError> {
        self.store().encoded(key, self.now().millis(), encode)
    }

    /// A list that may be too long to cache, or to build at once: its answer, or the beginning and the rest. `read` returns the answer
    /// without rows, which go into its first empty array, and the rows.
    pub(crate) fn list<R: RowSource>(
        &self,
        key: PageKey,
        read: impl FnOnce(&Tx<'_>) -> Result<(String, R), ApiError>,
    ) -> Result<(Bytes, Option<BodyTail>), ApiError> {
        let mut remains = None;
        let body = self.encoded(key, |tx| {
            let (frame, rows) = read(tx)?;
            let (page, rest) = stream::start(self.store(), tx, &frame, rows)?;
            remains = rest;
            Ok(page)
        })?;
        Ok((body, remains))
    }

    /// A provider's in-memory state, which a reset clears along with the data.
    pub(crate) fn memory<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.state.memory.get()
    }

    /// The source of new ids.
    pub(crate) fn ids(&self) -> &Ids {
        &self.state.ids
    }

    /// The time in this call's namespace.
    pub(crate) fn now(&self) -> Time {
        self.state.clock.now()
    }

    /// The value of one of this provider's quirks.
    pub(crate) fn quirk(&self, name: &str) -> &'static str {
        let set = self.settings.quirk(self.provider.id, name);
        set.unwrap_or_else(|| {
            let mut rows = self.provider.quirks.iter();
            let row = rows.find(|quirk| quirk.name == name);
            row.expect("a provider asks only for quirks of its own table")
                .default()
        })
    }

    /// How strictly this call's authentication is checked.
    pub(crate) fn auth(&self) -> Auth {
        self.settings.auth(self.provider.id)
    }

    /// How far the client's clock may be off, if the provider itself allows `own`; `None` for any time.
    pub(crate) fn skew(&self, own: Duration) -> Option<Duration> {
        self.settings.skew(own)
    }

    /// The key with an id, seeded or configured; a namespace's seed takes precedence over a flag for all of them.
    pub(crate) fn credential(&self, access_key: &str) -> Result<Option<Credential>, ApiError> {
        let (key, _) = SentKey::split(access_key);
        let configured = self
            .settings
            .credentials
            .iter()
            .find(|credential| credential.access_key == key);
        let keys = self.store_of(credentials::PART.name);
        let Some(configured) = configured else {
            return Ok(keys.read(|tx| credentials::find(tx, key))?);
        };
        // Configured keys are rarely seeded, so that is looked up once and cached until the next write. Only for configured keys, which
        // are few.
        let page = PageKey::of(("credential", key));
        let seeded = keys.encoded(page, self.now().millis(), |tx| {
            let found = credentials::find(tx, key)?;
            Ok::<_, ApiError>(CachedBody::always(Vec::new()).with_metadata(found))
        })?;
        Ok(Some(
            seeded.note.as_ref().as_ref().unwrap_or(configured).clone(),
        ))
    }

    /// The region of the real host that the client called, else the provider's configured region.
    pub(crate) fn region(&self) -> &str {
        if let Some(region) = &self.request.region {
            return region;
        }
        let set = self.settings.region(self.provider.id);
        set.unwrap_or(self.provider.region)
    }

    /// All parameters by name, from any location.
    pub(crate) fn params_by_name(&self) -> BTreeMap<String, String> {
        params(
            &self.named.path,
            self.request.raw_query(),
            &self.request.headers,
            &self.request.body,
        )
    }

    /// The compression of the body, if any.
    fn content_encoding(&self) -> Option<&str> {
        let encoding = self.request.header(CONTENT_ENCODING)?;
        (!encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
    }

    /// The body as a JSON object: `None` for an empty body, an error for anything but an object.
    pub(crate) fn json_object(&self) -> Result<Option<Map<String, Value>>, NotAnObject> {
        if self.request.body.is_empty() {
            return Ok(None);
        }
        match json::read_as_sent(&self.request.body) {
            Ok(Value::Object(object)) => Ok(Some(object)),
            Ok(_) => Err(NotAnObject(Cow::Borrowed(
                "the body is JSON, but not an object",
            ))),
            Err(cause) => Err(NotAnObject(Cow::Owned(match self.content_encoding() {
                Some(encoding) => format!(
                    "the body is encoded (Content-Encoding: {encoding}), and the service reads it as it comes: send it without"
                ),
                None => cause.to_string(),
            }))),
        }
    }
}

/// The largest number of body members to list by name.
const NAMED: usize = 10_000;

/// All parameters by name: from the path, the query, a form, or the members of a JSON object.
pub(crate) fn params(
    path: &PathParams,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> BTreeMap<String, String> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let mut params: BTreeMap<String, String> = path.iter().map(owned).collect();
    params.extend(Params::decode(query.as_bytes()).iter().map(owned));
    if let Some(members) = json::scalars(body, NAMED) {
        params.extend(members);
    } else if is_form(headers) {
        params.extend(Params::decode(body).iter().map(owned));
    }
    params
}

/// Of several content types, the first that is text counts, as for signatures.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get_all(CONTENT_TYPE)
        .iter()
        .find_map(|value| std::str::from_utf8(value.as_bytes()).ok())
        .is_some_and(signing::is_form)
}

/// Why a body is not a JSON object.
#[derive(Debug)]
pub(crate) struct NotAnObject(pub(crate) Cow<'static, str>);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_keep_order_and_duplicates_and_never_fail() {
        let params = Params::decode(b"b=1&a=%E5%BC%A0+x&b=2&&=empty&c&d=%zz%ff");
        let pairs: Vec<_> = params.iter().collect();
        assert_eq!(
            pairs,
            [
                ("b", "1"),
                ("a", "张 x"),
                ("b", "2"),
                ("", "empty"),
                ("c", ""),
                ("d", "%zz\u{fffd}")
            ]
        );
        assert_eq!(params.first("b"), Some("1"));
        assert_eq!(params.last("b"), Some("2"));
    }

    proptest! {
        /// Whether all of a query is read as text or each part by itself cannot be told.
        #[test]
        fn parameters_that_are_text_read_the_same(raw in "[a&=+%0-9A-F\u{5f20}]{0,24}") {
            let (whole, parts) = (Params::escaped(raw.as_bytes()), Params::mended(raw.as_bytes()));
            prop_assert_eq!(
                whole.iter().collect::<Vec<_>>(),
                parts.iter().collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_character_does_not_go_from_one_parameter_into_the_next() {
        let params = Params::decode(b"a=%E5%BC&%A0=b");
        let pairs: Vec<_> = params.iter().collect();
        assert_eq!(pairs, [("a", "\u{fffd}"), ("\u{fffd}", "b")]);
    }

    /// Whether parameters are kept as they came or decoded one by one cannot be told.
    #[test]
    fn parameters_without_an_escape_read_the_same() {
        for raw in [
            "",
            "&",
            "=",
            "a",
            "a=",
            "=b",
            "&&a=1&",
            "a==1=&b&a=2",
            "a=1&=&\u{5f20}=x",
        ] {
            let (plain, escaped) = (Params::plain(raw), Params::escaped(raw.as_bytes()));
            let pairs: Vec<_> = plain.iter().collect();
            assert_eq!(pairs, escaped.iter().collect::<Vec<_>>(), "{raw}");
        }
    }

    #[test]
    fn a_prefix_is_taken_off_only_whole() {
        let request = |path: &'static str| {
            Request::new(
                Method::GET,
                Uri::from_static(path),
                HeaderMap::new(),
                Bytes::new(),
                None,
            )
        };
        let mut named = request("/aliyun-ehpc/?Action=X");
        assert!(named.strip_prefix("aliyun-ehpc"));
        assert_eq!((named.path(), named.path_as_sent()), ("/", "/aliyun-ehpc/"));
        let mut bare = request("/aliyun-ehpc?Action=X");
        assert!(bare.strip_prefix("aliyun-ehpc"));
        assert_eq!(bare.path(), "/");
        assert!(!request("/aliyun-ehpc2/").strip_prefix("aliyun-ehpc"));
    }
}
