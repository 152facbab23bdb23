//! No byte of what is signed can be changed.

use proptest::prelude::*;
use rollcall::signing::doctor::{Case, diagnose};
use rollcall::signing::{Scheme, decode, pairs};

use super::{Request, Vector, vectors, verify};

/// A part of a request that its signature covers.
#[derive(Clone, Debug)]
enum Part {
    Method,
    Path,
    Query,
    HeaderName(usize),
    HeaderValue(usize),
    Body,
}

fn signed_parts(vector: &Vector) -> Vec<Part> {
    let request = &vector.request;
    let header = |name: &str| {
        request
            .headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let form = header("content-type") == Some("application/x-www-form-urlencoded");
    let unsigned_body = ["x-sdk-content-sha256", "x-sdk-content-sm3"]
        .into_iter()
        .any(|name| header(name) == Some("UNSIGNED-PAYLOAD"))
        || pairs(request.query.as_bytes()).any(|pair| *pair.name == *b"X-NotSignBody");
    let mut parts = vec![Part::Method, Part::Path, Part::Query];
    if (vector.scheme != Scheme::AlibabaV1 || form) && !unsigned_body {
        parts.push(Part::Body);
    }
    let authorization = header("authorization").unwrap_or_default();
    let list = match authorization.split("SignedHeaders=").nth(1) {
        Some(rest) => rest.split(',').next().unwrap_or_default().to_owned(),
        None => pairs(request.query.as_bytes())
            .find(|pair| *pair.name == *b"X-SignedHeaders")
            .map(|pair| pair.text().into_owned())
            .unwrap_or_default(),
    };
    for (index, (name, _)) in request.headers.iter().enumerate() {
        if name == "authorization" || list.split(';').any(|one| one == name) {
            parts.extend([Part::HeaderName(index), Part::HeaderValue(index)]);
        }
    }
    parts
}

fn length(request: &Request, part: &Part) -> usize {
    match part {
        Part::Method => request.method.len(),
        Part::Path => request.path.len(),
        Part::Query => request.query.len(),
        Part::HeaderName(index) => request.headers[*index].0.len(),
        Part::HeaderValue(index) => request.headers[*index].1.len(),
        Part::Body => request.body.len(),
    }
}

/// The request with one byte replaced; `None` when the byte is the same or cannot stand there.
fn changed(request: &Request, part: &Part, position: usize, byte: u8) -> Option<Request> {
    let mut request = request.clone();
    let text = match part {
        Part::Body => {
            let old = std::mem::replace(&mut request.body[position], byte);
            return (old != byte).then_some(request);
        }
        Part::Method => &mut request.method,
        Part::Path => &mut request.path,
        Part::Query => &mut request.query,
        Part::HeaderName(index) => &mut request.headers[*index].0,
        Part::HeaderValue(index) => &mut request.headers[*index].1,
    };
    let mut bytes = std::mem::take(text).into_bytes();
    let old = std::mem::replace(&mut bytes[position], byte);
    *text = String::from_utf8(bytes).ok()?;
    let header = matches!(part, Part::HeaderName(_) | Part::HeaderValue(_));
    let fits = if header {
        byte == b' ' || byte.is_ascii_graphic()
    } else {
        byte.is_ascii_graphic()
    };
    (old != byte && fits).then_some(request)
}

/// What a request means: two spellings of one escape, or of one space, are no change.
fn meaning(vector: &Vector, request: &Request) -> impl PartialEq + use<> {
    // Of a presigned request only the listed parameters count, and the signature.
    let listed: Option<Vec<u8>> = pairs(vector.request.query.as_bytes())
        .find(|pair| *pair.name == *b"X-SignedQueries")
        .map(|pair| [&pair.value[..], b";X-Signature"].concat());
    let parameters = |text: &[u8]| {
        let mut all: Vec<(Vec<u8>, Vec<u8>)> = pairs(text)
            .map(|pair| (pair.name.to_vec(), pair.value.to_vec()))
            .filter(|(name, _)| match &listed {
                Some(names) => names.split(|&byte| byte == b';').any(|one| one == name),
                None => true,
            })
            .collect();
        for (name, value) in &mut all {
            if vector.scheme == Scheme::QingCloud && name == b"signature" {
                // Signatures may be encoded once or twice, and an unencoded plus sign arrives as a space.
                *value = decode(value)
                    .iter()
                    .map(|&byte| if byte == b' ' { b'+' } else { byte })
                    .collect();
            }
        }
        all.sort();
        all
    };
    let form = request
        .headers
        .iter()
        .any(|(_, value)| value.split(';').next() == Some("application/x-www-form-urlencoded"));
    let signed_form = form && matches!(vector.scheme, Scheme::AlibabaV1 | Scheme::QingCloud);
    // What the form repeats of the query is not read there, and may not be signed there either.
    let mut in_query = parameters(request.query.as_bytes());
    if form && vector.scheme == Scheme::AlibabaV1 {
        let in_form = parameters(&request.body);
        in_query.retain(|(name, _)| in_form.iter().all(|(other, _)| other != name));
    }
    let headers: Vec<(String, Vec<String>)> = request
        .headers
        .iter()
        .map(|(name, value)| {
            let words = |text: &str| text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            let fields = match name.as_str() {
                "authorization" => value
                    .split(',')
                    .map(|field| field.trim().to_owned())
                    .collect(),
                _ if vector.scheme == Scheme::Volcengine => vec![words(value)],
                _ => vec![value.trim().to_owned()],
            };
            (name.to_ascii_lowercase(), fields)
        })
        .collect();
    (
        request.method.clone(),
        percent_encoding::percent_decode_str(&request.path).collect::<Vec<u8>>(),
        in_query,
        headers,
        if signed_form {
            (parameters(&request.body), Vec::new())
        } else {
            (Vec::new(), request.body.clone())
        },
    )
}

/// Whether a change is refused, or is none.
fn refuses(vector: &Vector, part: &Part, position: usize, byte: u8) -> bool {
    let Some(request) = changed(&vector.request, part, position, byte) else {
        return true;
    };
    verify(vector.scheme, &request, vector.key()).is_err()
        || meaning(vector, &request) == meaning(vector, &vector.request)
}

#[test]
fn the_next_byte_in_any_place_is_refused() {
    for vector in vectors() {
        for part in signed_parts(&vector) {
            for position in 0..length(&vector.request, &part) {
                for flip in [1, 0x20] {
                    let old = match &part {
                        Part::Method => vector.request.method.as_bytes()[position],
                        Part::Path => vector.request.path.as_bytes()[position],
                        Part::Query => vector.request.query.as_bytes()[position],
                        Part::HeaderName(index) => {
                            vector.request.headers[*index].0.as_bytes()[position]
                        }
                        Part::HeaderValue(index) => {
                            vector.request.headers[*index].1.as_bytes()[position]
                        }
                        Part::Body => vector.request.body[position],
                    };
                    assert!(
                        refuses(&vector, &part, position, old ^ flip),
                        "{}: {part:?} may differ at {position}",
                        vector.name
                    );
                }
            }
        }
    }
}

proptest! {
    // Few, because each walks through the doctor's whole table.
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_arrives_makes_it_panic(
        vector in proptest::sample::select(vectors()),
        query in "[ -~é张]{0,40}",
        value in "[ -~é张]{0,60}",
        header in any::<proptest::sample::Index>(),
        body in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut request = vector.request.clone();
        request.query.push_str(&query);
        let header = header.index(request.headers.len());
        request.headers[header].1 = value;
        request.body = body;
        let key = vector.key();
        let _ = verify(vector.scheme, &request, key);
        request.look(|sent| {
            let case = Case { scheme: vector.scheme, request: sent, alternative_paths: &["", "/x"], key: Some(key), keys: &[], port: None, hosts: &[], regions: &[], services: &[] };
            let _ = diagnose(&case);
        });
    }
}
