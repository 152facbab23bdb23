//! The providers' tables as JSON, as text and as a web page.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::sdks;
use crate::pipeline::outgoing::SchemeVariant;
use crate::provider::error::Source;
use crate::provider::table::Operation;
use crate::provider::{Provider, Records};
use crate::providers::PROVIDERS;

fn source(source: Source) -> Value {
    json!({ "kind": source.kind(), "detail": source.detail() })
}

/// The operations that read and change records of one kind.
fn records(records: &Records) -> Value {
    let parameters: Map<String, Value> = records
        .parameters
        .iter()
        .map(|(name, text)| ((*name).to_owned(), json!(text)))
        .collect();
    json!({
        "kind": records.kind,
        "version": records.version,
        "list": records.list,
        "create": records.create,
        "update": records.update,
        "delete": records.delete,
        "under": records.under,
        "parameters": parameters,
    })
}

/// Snippets that are independent of an SDK: variables and project files.
const COMMON_SNIPPETS: &[(&str, &str)] = &[
    ("Environment", include_str!("snippets/environment.sh")),
    ("compose.yaml", include_str!("snippets/compose.yaml")),
    ("GitHub Actions", include_str!("snippets/workflow.yaml")),
];

/// A provider, summarised for a list.
pub(crate) fn summary(provider: &Provider) -> Value {
    json!({
        "id": provider.id,
        "title": provider.title,
        "hosts": provider.real.hosts,
        "operations": provider.operations.iter().map(|operation| operation.name).collect::<Vec<_>>(),
        "records": provider.records.iter().map(records).collect::<Vec<_>>(),
    })
}

/// Everything about a provider.
pub(crate) fn whole(provider: &'static Provider) -> Value {
    let operations = provider.operations.iter().map(|operation| {
        let parameters = operation.parameters.iter().map(|parameter| {
            json!({
                "name": parameter.name,
                "in": parameter.location.as_str(),
                "type": parameter.kind,
                "required": parameter.required,
                "default": parameter.default,
                "rule": parameter.rule(),
                "bounds": parameter.bounds.map(|bounds| {
                    json!({ "min": bounds.min, "max": bounds.max, "of": bounds.of.as_str() })
                }),
                "source": source(parameter.source),
            })
        });
        json!({
            "name": operation.name,
            "methods": operation.methods,
            "path": operation.path,
            "version": operation.version,
            "summary": operation.summary,
            "parameters": parameters.collect::<Vec<_>>(),
            "source": source(operation.source),
        })
    });
    let limits = provider.limits.iter().map(|bound| {
        json!({ "name": bound.name, "value": bound.value, "about": bound.about, "source": source(bound.source) })
    });
    let quirks = provider.quirks.iter().map(|quirk| {
        json!({ "name": quirk.name, "values": quirk.values, "default": quirk.default(), "about": quirk.about, "source": source(quirk.source) })
    });
    let snippets = provider.snippets.iter().chain(COMMON_SNIPPETS);
    json!({
        "id": provider.id,
        "title": provider.title,
        "region": provider.region,
        "example": provider.example,
        "schemes": SchemeVariant::of(provider).into_iter().map(SchemeVariant::as_str).collect::<Vec<_>>(),
        "operations": operations.collect::<Vec<_>>(),
        "limits": limits.collect::<Vec<_>>(),
        "errors": errors(provider).collect::<Vec<_>>(),
        "quirks": quirks.collect::<Vec<_>>(),
        "sdks": sdks::of(provider).collect::<Vec<_>>(),
        "snippets": snippets.map(|(title, text)| json!({ "title": title, "text": text })).collect::<Vec<_>>(),
    })
}

/// A provider's error table.
pub(crate) fn errors(provider: &'static Provider) -> impl Iterator<Item = Value> {
    provider.errors().map(move |entry| {
        json!({
            "provider": provider.id,
            "name": entry.name,
            "status": entry.status,
            "code": entry.code,
            "number": entry.number,
            "message": entry.message,
            "raised": entry.raised.as_str(),
            "when": entry.about,
            "source": source(entry.source),
        })
    })
}

/// The output format of `rollcall coverage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Table,
    Markdown,
    Json,
}

/// A readable page about one operation: what it does, which SDKs call it, and each parameter with its bounds.
pub(crate) fn operation_page(provider: &Provider, operation: &Operation) -> String {
    let Operation {
        name,
        methods,
        path,
        version,
        summary,
        source,
        ..
    } = operation;
    let version = match *version {
        "" => String::new(),
        version => format!(" (Version {version})"),
    };
    let mut text = format!(
        "{name}{version}\n{} {path}\n{summary}\nsource: {source}\n",
        methods.join("|")
    );
    for sdk in sdks::of(provider) {
        if sdk.operations.iter().any(|driven| driven == name) {
            let sdks::Sdk {
                language,
                sdk,
                version,
                ..
            } = sdk;
            text.push_str(&format!("driven by: {sdk} {version} ({language})\n"));
        }
    }
    for parameter in operation.parameters {
        let presence = match (parameter.required, parameter.default) {
            (true, _) => "required".to_owned(),
            (false, "") => "optional".to_owned(),
            (false, default) => format!("default: {default}"),
        };
        text.push_str(&format!(
            "\n  {}  {}, {}, {presence}\n      {}\n      source: {}\n",
            parameter.name,
            parameter.location.as_str(),
            parameter.kind,
            parameter.rule(),
            parameter.source
        ));
    }
    text
}

/// The operations, limits, errors and quirks with their sources, and the SDKs that call them, of all providers or one.
pub(crate) fn coverage(form: Form, only: Option<&Provider>) -> String {
    let mut text = String::new();
    let wanted = PROVIDERS
        .iter()
        .filter(|provider| only.is_none_or(|only| only.id == provider.id));
    if form == Form::Json {
        let tables: Value = wanted.map(|provider| whole(provider)).collect();
        return format!("{tables:#}\n");
    }
    for provider in wanted {
        heading(
            &mut text,
            form,
            1,
            &format!("{} ({})", provider.title, provider.id),
        );
        let operations = provider.operations.iter().map(|operation| {
            let version = if operation.version.is_empty() {
                String::new()
            } else {
                format!(" {}", operation.version)
            };
            [
                format!("{}{version}", operation.name),
                format!("{} {}", operation.methods.join("/"), operation.path),
                operation.summary.to_owned(),
                operation.source.to_string(),
            ]
        });
        table(
            &mut text,
            form,
            ["operation", "address", "what it does", "source"],
            operations,
        );
        let limits = provider
            .operations
            .iter()
            .flat_map(|operation| {
                operation.parameters.iter().map(move |parameter| {
                    let required = if parameter.required {
                        "required"
                    } else {
                        parameter.default
                    };
                    [
                        format!("{}.{}", operation.name, parameter.name),
                        format!(
                            "{} {} {required}",
                            parameter.location.as_str(),
                            parameter.kind
                        ),
                        parameter.rule().into_owned(),
                        parameter.source.to_string(),
                    ]
                })
            })
            .chain(provider.limits.iter().map(|bound| {
                [
                    bound.name.to_owned(),
                    bound.value.to_owned(),
                    bound.about.to_owned(),
                    bound.source.to_string(),
                ]
            }));
        table(
            &mut text,
            form,
            ["limit", "value", "rule", "source"],
            limits,
        );
        let errors = provider.errors().map(move |entry| {
            let number = entry
                .number
                .map(|number| format!(" {number}"))
                .unwrap_or_default();
            [
                entry.name.to_owned(),
                format!("{} {}{number}", entry.status, entry.code),
                format!("{}: {}", entry.raised.as_str(), entry.about),
                entry.source.to_string(),
            ]
        });
        table(
            &mut text,
            form,
            ["error", "on the wire", "raised by", "source"],
            errors,
        );
        let quirks = provider.quirks.iter().map(|quirk| {
            [
                quirk.name.to_owned(),
                quirk.values.join(" | "),
                quirk.about.to_owned(),
                quirk.source.to_string(),
            ]
        });
        table(
            &mut text,
            form,
            ["quirk", "values, default first", "about", "source"],
            quirks,
        );
        let driven = sdks::of(provider).map(|sdk| {
            [
                sdk.sdk.clone(),
                sdk.version.clone(),
                sdk.language.clone(),
                format!("{}: {}", sdk.operations.len(), sdk.operations.join(", ")),
            ]
        });
        table(
            &mut text,
            form,
            ["driven by", "version", "language", "operations"],
            driven,
        );
    }
    text
}

fn heading(text: &mut String, form: Form, level: usize, title: &str) {
    let line = match form {
        Form::Markdown => format!("{} {title}", "#".repeat(level + 1)),
        Form::Table | Form::Json => format!("{title}\n{}", "=".repeat(title.chars().count())),
    };
    text.push_str(&line);
    text.push_str("\n\n");
}

fn table(text: &mut String, form: Form, head: [&str; 4], rows: impl Iterator<Item = [String; 4]>) {
    let rows: Vec<[String; 4]> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let head = head.map(str::to_owned);
    match form {
        Form::Markdown => {
            let line = |cells: &[String; 4]| {
                format!(
                    "| {} |\n",
                    cells
                        .clone()
                        .map(|cell| cell.replace('|', "\\|").replace('\n', " "))
                        .join(" | ")
                )
            };
            text.push_str(&line(&head));
            text.push_str("| --- | --- | --- | --- |\n");
            rows.iter().for_each(|row| text.push_str(&line(row)));
        }
        Form::Table | Form::Json => {
            let width = |column: usize| {
                rows.iter()
                    .chain([&head])
                    .map(|row| row[column].chars().count())
                    .max()
                    .unwrap_or_default()
            };
            let widths: [usize; 3] = std::array::from_fn(width);
            for row in [&head].into_iter().chain(&rows) {
                for (cell, width) in row.iter().zip(widths) {
                    // Writing to a String cannot fail.
                    let _ = write!(text, "{cell:width$}  ");
                }
                text.push_str(&row[3]);
                text.push('\n');
            }
        }
    }
    text.push('\n');
}

/// The landing page for browsers: every operation, with calls to copy. `host` is the browser's `Host`.
pub(crate) fn landing_page(host: &str) -> String {
    // It goes into HTML and into a shell command.
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".:[]-_".contains(letter);
    let host = if !host.is_empty() && host.chars().all(is_plain) {
        host
    } else {
        "127.0.0.1:4700"
    };
    let mut rows = String::new();
    for provider in PROVIDERS {
        let _ = write!(
            rows,
            "<h2>{}</h2><p><a href=\"_rollcall/openapi/{id}.yaml\">OpenAPI</a> · <a href=\"_rollcall/providers/{id}\">tables</a></p>",
            provider.title,
            id = provider.id
        );
        let target = provider.example.replace('&', "&amp;");
        let _ = write!(
            rows,
            "<pre>curl 'http://{host}{target}'</pre><p><a href=\"{target}\">open it</a></p><ul>"
        );
        for operation in provider.operations {
            let query = if operation.version.is_empty() {
                String::new()
            } else {
                format!(
                    "?Action={}&amp;Version={}",
                    operation.name, operation.version
                )
            };
            let _ = write!(
                rows,
                "<li><code>{} {}{query}</code> {}</li>",
                operation.methods[0], operation.path, operation.summary
            );
        }
        rows.push_str("</ul>");
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>rollcall</title><link rel=\"icon\" href=\"data:,\">\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}code,pre{{background:#eee;padding:.1em .3em;overflow-x:auto}}</style>\
         <h1>rollcall</h1><p>A mock server for five clouds' user APIs. <a href=\"_rollcall/console/\">Console</a> · <a href=\"_rollcall/journal\">Journal</a> · <a href=\"_rollcall/\">Control plane</a></p>{rows}</html>"
    )
}
