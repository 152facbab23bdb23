//! Mistakes in the query and the parameters.

use super::encoders::{
    Encoder, as_it_is, encode_uri, encode_uri_component, java_url_encoder, php_urlencode,
    python_quote, respelled, standard,
};
use super::{Examination, MAX_LEFT_OUT, Parameter, Trial, Variants, variant};
use crate::signing::Scheme::AlibabaV1;
use crate::signing::coding::push;
use crate::signing::pairs;

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

/// The query replaced, if that makes a difference.
pub(super) fn with_query(trial: &Trial, particulars: &str, query: String) -> Variants {
    if query == trial.query {
        return Vec::new();
    }
    vec![variant(trial, particulars, |trial| trial.query = query)]
}

/// The right order in another encoding.
pub(super) fn encoded_as(trial: &Trial, encode: impl Fn(&[u8]) -> String) -> Variants {
    with_query(
        trial,
        "",
        requeried(sorted(trial.parameters.iter().collect()), encode),
    )
}

/// A presigned query whose list has lost the token. (Half of Volcengine's SDKs sign a token in the query without listing it,
/// which is right there.)
pub(super) fn token_unlisted(trial: &Trial, examination: &Examination<'_>) -> Variants {
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

pub(super) fn query_unsorted(trial: &Trial, _: &Examination<'_>) -> Variants {
    with_query(
        trial,
        "",
        requeried(trial.parameters.iter().collect(), standard),
    )
}

pub(super) fn query_sorted_ignoring_case(trial: &Trial, _: &Examination<'_>) -> Variants {
    let mut parameters: Vec<&Parameter> = trial.parameters.iter().collect();
    parameters.sort_by_key(|parameter| parameter.name.to_ascii_lowercase());
    with_query(trial, "", requeried(parameters, standard))
}

pub(super) fn query_plus_for_space(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, |bytes| standard(bytes).replace("%20", "+"))
}

pub(super) fn query_encoded_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, |bytes| standard(standard(bytes).as_bytes()))
}

pub(super) fn query_unencoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, as_it_is)
}

/// V1 encodes twice: the parameters and, in the string to sign, their whole once more. A client has one function for both,
/// and some have it for the path too. The other schemes have no second level.
pub(super) fn on_both_levels(trial: &Trial, particulars: &str, encoder: Encoder) -> Variants {
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
pub(super) fn on_one_level_or_both(
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

pub(super) fn query_javascript(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, encode_uri_component)
}

pub(super) fn query_javascript_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
    on_both_levels(trial, "", encode_uri_component)
}

pub(super) fn query_encode_uri(trial: &Trial, examination: &Examination<'_>) -> Variants {
    on_one_level_or_both(trial, examination, "", encode_uri)
}

pub(super) fn query_tilde_encoded(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, |bytes| respelled(bytes, &[("~", "%7E")]))
}

pub(super) fn query_slash_kept(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, python_quote)
}

pub(super) fn query_slash_kept_twice(trial: &Trial, _: &Examination<'_>) -> Variants {
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

pub(super) fn query_form_encoded(trial: &Trial, examination: &Examination<'_>) -> Variants {
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

pub(super) fn query_lower_case_hex(trial: &Trial, _: &Examination<'_>) -> Variants {
    encoded_as(trial, |bytes| {
        let mut text = standard(bytes).into_bytes();
        let escapes: Vec<usize> = (0..text.len()).filter(|&at| text[at] == b'%').collect();
        for at in escapes {
            text[at + 1..at + 3].make_ascii_lowercase();
        }
        String::from_utf8(text).expect("percent-encoding is ASCII")
    })
}

pub(super) fn query_raw(trial: &Trial, _: &Examination<'_>) -> Variants {
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

pub(super) fn query_left_out(trial: &Trial, _: &Examination<'_>) -> Variants {
    with_query(trial, "", String::new())
}

pub(super) fn query_empty_values(trial: &Trial, _: &Examination<'_>) -> Variants {
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

pub(super) fn query_repeats(trial: &Trial, _: &Examination<'_>) -> Variants {
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

pub(super) fn parameter_left_out(trial: &Trial, _: &Examination<'_>) -> Variants {
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

pub(super) fn method(trial: &Trial, _: &Examination<'_>) -> Variants {
    ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]
        .into_iter()
        .map(str::to_owned)
        .chain([trial.method.to_lowercase()])
        .filter(|method| *method != trial.method)
        .map(|method| variant(trial, method.clone(), |trial| trial.method = method))
        .collect()
}
