//! Mistakes in the query and the parameters.

use super::encoders::{
    Encoder, as_it_is, encode_uri, encode_uri_component, java_url_encoder, php_urlencode,
    python_quote, respelled, standard,
};
use super::table::{ALL, SIX_PARTS, Variants, deviations, variant};
use super::trial::{Parameter, Trial};
use super::{Examination, MAX_LEFT_OUT};
use crate::signing::Scheme::{AlibabaV1, Volcengine};
use crate::signing::coding::push;
use crate::signing::pairs;

deviations! {
    "token-unlisted", [Volcengine], "signature matches if the session token is signed, but X-SignedQueries does not list it"
        => token_unlisted;
    "query-unsorted", ALL, "signature matches if the parameters are not sorted" => query_unsorted;
    "query-sorted-ignoring-case", ALL, "signature matches if the parameters are sorted regardless of case"
        => query_sorted_ignoring_case;
    "query-plus-for-space", ALL, "signature matches if a space in the parameters is encoded as + instead of %20"
        => |trial, _| encoded_as(trial, |bytes| standard(bytes).replace("%20", "+"));
    "query-encoded-twice", ALL, "signature matches if the parameters are encoded twice"
        => |trial, _| encoded_as(trial, |bytes| standard(standard(bytes).as_bytes()));
    "query-unencoded", ALL, "signature matches if the parameters are signed without percent-encoding"
        => |trial, _| encoded_as(trial, as_it_is);
    "query-javascript", ALL, "signature matches if !'()* in the parameters stay unencoded, as encodeURIComponent leaves them"
        => |trial, _| encoded_as(trial, encode_uri_component);
    "query-javascript-twice", [AlibabaV1], "signature matches if !'()* in the parameters stay unencoded on both levels, as encodeURIComponent leaves them"
        => |trial, _| on_both_levels(trial, "", encode_uri_component);
    "query-encode-uri", ALL, "signature matches if the parameters are encoded with encodeURI, which leaves ;,/?:@&=+$#!'()* unencoded{}"
        => |trial, _| on_one_level_or_both(trial, "", encode_uri);
    "query-tilde-encoded", ALL, "signature matches if ~ in the parameters is encoded"
        => |trial, _| encoded_as(trial, |bytes| respelled(bytes, &[("~", "%7E")]));
    "query-slash-kept", ALL, "signature matches if / in the parameters stays unencoded"
        => |trial, _| encoded_as(trial, python_quote);
    "query-slash-kept-twice", [AlibabaV1], "signature matches if / stays unencoded on both levels, as Python's quote leaves it{}"
        => query_slash_kept_twice;
    "query-form-encoded", ALL, "signature matches if the parameters are encoded with {}" => query_form_encoded;
    "query-lower-case-hex", ALL, "signature matches if the parameters are encoded with lower-case hex" => query_lower_case_hex;
    "query-raw", ALL, "signature matches if the parameters are signed with the encoding they were sent in, {}" => query_raw;
    "query-left-out", SIX_PARTS, "signature matches if the query is left out"
        => |trial, _| with_query(trial, "", String::new());
    "query-empty-values", ALL, "signature matches if parameters without a value are {}" => query_empty_values;
    "query-repeats", ALL, "signature matches if only the {} value of a repeated parameter is signed" => query_repeats;
    "parameter-left-out", ALL, "signature matches if the parameter \"{}\" is left out" => parameter_left_out;
    "method", ALL, "signature matches if the method is {}" => method;
}

pub(super) fn sorted(mut parameters: Vec<&Parameter>) -> Vec<&Parameter> {
    parameters.sort_by(|a, b| (&a.name, &a.value).cmp(&(&b.name, &b.value)));
    parameters
}

pub(super) fn requeried(parameters: Vec<&Parameter>, encode: impl Fn(&[u8]) -> String) -> String {
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

/// Replaces the query, if that makes a difference.
fn with_query(trial: &Trial, particulars: &str, query: String) -> Variants {
    if query == trial.query {
        return Vec::new();
    }
    vec![variant(trial, particulars, |trial| trial.query = query)]
}

/// The correct order in a different encoding.
fn encoded_as(trial: &Trial, encode: impl Fn(&[u8]) -> String) -> Variants {
    with_query(
        trial,
        "",
        requeried(sorted(trial.parameters.iter().collect()), encode),
    )
}

/// A presigned query whose list lacks the token. (Half of Volcengine's SDKs leave the token out of the list and the signature
/// alike, which is valid.)
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

/// V1 encodes twice: the parameters and, in the string to sign, the whole query again. Clients use one function for both, and some
/// use it for the path too. The other schemes have no second level.
fn on_both_levels(trial: &Trial, particulars: &str, encoder: Encoder) -> Variants {
    let query = requeried(sorted(trial.parameters.iter().collect()), encoder);
    if query == trial.query && encoder(query.as_bytes()) == standard(query.as_bytes()) {
        return Vec::new();
    }
    vec![variant(trial, particulars, |trial| {
        trial.query = query;
        trial.second_encoder = Some(encoder);
    })]
}

/// An encoder for the parameters and, if the scheme encodes twice, for both levels.
fn on_one_level_or_both(trial: &Trial, particulars: &str, encoder: Encoder) -> Variants {
    let query = requeried(sorted(trial.parameters.iter().collect()), encoder);
    let mut variants = with_query(trial, particulars, query);
    if trial.second_encoder.is_some() {
        let both = format!("{particulars} on both levels");
        variants.extend(on_both_levels(trial, &both, encoder));
    }
    variants
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

fn query_form_encoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    let encoders: [(&str, Encoder); 2] = [
        (
            "java.net.URLEncoder or URLSearchParams (+ for a space, * unencoded, ~ encoded)",
            java_url_encoder,
        ),
        ("PHP's urlencode (+ for a space, ~ encoded)", php_urlencode),
    ];
    encoders
        .into_iter()
        .flat_map(|(name, encoder)| on_one_level_or_both(trial, name, encoder))
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

fn method(trial: &Trial, _: &Examination<'_>) -> Variants {
    ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]
        .into_iter()
        .map(str::to_owned)
        .chain([trial.method.to_lowercase()])
        .filter(|method| *method != trial.method)
        .map(|method| variant(trial, method.clone(), |trial| trial.method = method))
        .collect()
}
