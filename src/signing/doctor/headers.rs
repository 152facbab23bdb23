//! Mistakes in the signed headers.

use super::table::{SIX_PARTS, Variants, deviations, one, variant};
use super::trial::Trial;
use super::{Examination, MAX_LEFT_OUT};

deviations! {
    "host", SIX_PARTS, "signature matches if Host is \"{}\"" => host;
    "content-type", SIX_PARTS, "signature matches if Content-Type is \"{}\"" => content_type;
    "header-values-untrimmed", SIX_PARTS, "signature matches if header values are signed untrimmed, {}" => header_values_untrimmed;
    "header-names-cased", SIX_PARTS, "signature matches if the canonical request writes header names as \"{}\"" => header_names_cased;
    "header-lines-sorted", SIX_PARTS, "signature matches if the canonical header lines are sorted by name, unlike SignedHeaders"
        => header_lines_sorted;
    "blank-line-missing", SIX_PARTS, "signature matches if the canonical request has no empty line before SignedHeaders"
        => |trial, _| one(trial, |trial| trial.gap = false);
    "header-not-listed", SIX_PARTS, "signature matches if the header {} is signed, but SignedHeaders does not list it"
        => header_not_listed;
}

/// One header's value replaced by each of the others.
fn header_value(trial: &Trial, name: &str, others: impl IntoIterator<Item = String>) -> Variants {
    let Some(position) = trial.headers.iter().position(|(key, _)| key == name) else {
        return Vec::new();
    };
    others
        .into_iter()
        .filter(|other| *other != trial.headers[position].1)
        .map(|other| {
            variant(trial, other.clone(), |trial| {
                trial.headers[position].1 = other
            })
        })
        .collect()
}

fn host(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let request = examination.case.request;
    let sent = request.header("host").unwrap_or_default();
    let (name, port) = match sent.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (sent, None),
    };
    let came_to = examination.case.port.map(|port| port.to_string());
    let mut ports: Vec<&str> = port.into_iter().chain(came_to.as_deref()).collect();
    ports.dedup();
    ports.extend(["80", "443"]);
    let named = |name: &str| {
        let with_ports = ports.iter().map(|port| format!("{name}:{port}"));
        [name.to_owned()].into_iter().chain(with_ports).collect()
    };
    let mut others: Vec<String> = named(name);
    others.push(String::new());
    let forwarded = request.header_values("x-forwarded-host");
    for other in ["localhost", "127.0.0.1", "[::1]", "host.docker.internal"]
        .into_iter()
        .chain(forwarded)
        .chain(examination.case.hosts.iter().copied())
    {
        others.extend(named(other));
    }
    header_value(trial, "host", others)
}

fn content_type(trial: &Trial, _: &Examination<'_>) -> Variants {
    let usual = [
        "application/json",
        "application/json; charset=utf-8",
        "application/json; charset=UTF-8",
        "application/json;charset=utf-8",
        "application/json;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "text/plain",
        "text/plain;charset=UTF-8",
        "",
    ];
    header_value(trial, "content-type", usual.map(str::to_owned))
}

fn header_values_untrimmed(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let request = examination.case.request;
    // The server's own parser has trimmed the values, so the usual blanks are put back.
    vec![
        variant(trial, "with the space after the colon", |trial| {
            trial
                .headers
                .iter_mut()
                .for_each(|(_, value)| value.insert(0, ' '));
        }),
        variant(trial, "with a trailing space", |trial| {
            trial
                .headers
                .iter_mut()
                .for_each(|(_, value)| value.push(' '));
        }),
        variant(trial, "as they were sent", |trial| {
            for (name, value) in &mut trial.headers {
                request.header(name).unwrap_or_default().clone_into(value);
            }
        }),
    ]
}

fn header_names_cased(trial: &Trial, _: &Examination<'_>) -> Variants {
    let title = |name: &str| {
        let mut start = true;
        name.chars()
            .map(|letter| {
                let cased = if start {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                };
                start = letter == '-';
                cased
            })
            .collect::<String>()
    };
    let listed = trial.signed_headers.clone();
    let as_listed = |name: &str| {
        let found = listed.split(';').find(|one| one.eq_ignore_ascii_case(name));
        found.unwrap_or(name).to_owned()
    };
    let cased = |change: &dyn Fn(&str) -> String| {
        let example = change("x-date");
        variant(trial, example, |trial| {
            trial
                .headers
                .iter_mut()
                .for_each(|(name, _)| *name = change(name));
        })
    };
    vec![
        cased(&as_listed),
        cased(&title),
        cased(&str::to_ascii_uppercase),
    ]
}

fn header_lines_sorted(trial: &Trial, _: &Examination<'_>) -> Variants {
    let sorted_list = |list: &str| {
        let mut names: Vec<String> = list.split(';').map(str::to_ascii_lowercase).collect();
        names.sort();
        names.join(";")
    };
    let lines = |trial: &mut Trial| trial.headers.sort_by(|(a, _), (b, _)| a.cmp(b));
    vec![
        variant(trial, "", lines),
        variant(trial, "", |trial| {
            lines(trial);
            trial.signed_headers = sorted_list(&trial.signed_headers);
        }),
    ]
}

/// Usually a token that was added after the list was made.
fn header_not_listed(trial: &Trial, examination: &Examination<'_>) -> Variants {
    let is_listed = |name: &str| {
        trial
            .signed_headers
            .split(';')
            .any(|listed| listed.eq_ignore_ascii_case(name))
    };
    let request = examination.case.request;
    let mut names: Vec<&str> = request
        .headers
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| *name != "authorization" && !is_listed(name))
        .collect();
    names.sort_by_key(|name| !name.contains("token"));
    names.dedup();
    let mut variants = Vec::new();
    for name in names.into_iter().take(MAX_LEFT_OUT) {
        let value = request.header(name).unwrap_or_default().trim().to_owned();
        let with_line = |trial: &mut Trial| {
            trial.headers.push((name.to_owned(), value.clone()));
            trial.headers.sort();
        };
        variants.push(variant(trial, name, with_line));
        let everywhere = format!("{name}, in its list too,");
        variants.push(variant(trial, everywhere, |trial| {
            with_line(trial);
            let mut list: Vec<&str> = trial.signed_headers.split(';').chain([name]).collect();
            list.sort_unstable();
            trial.signed_headers = list.join(";");
        }));
    }
    variants
}
