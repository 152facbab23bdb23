//! A further provider, for unit tests only: this module and a line in the registry are all that a provider needs.

use std::sync::LazyLock;

use rusqlite::Connection;
use serde::Serialize;

use super::huawei::{self, authentication::authenticate};
use super::routes::Routes;
use crate::provider::call::{Call, Reply};
use crate::provider::error::{ApiError, Source, catalogue};
use crate::provider::table::{limits, operations, parameters, quirks};
use crate::provider::{Data, Gateway, Provider, Real};

const DOCUMENT: Source = Source::Docs("the ledger's manual");

catalogue! {
    /// the ledger is being written to
    BUSY: LedgerBusy = 423 "LDG.0001" "The ledger is busy." Fault DOCUMENT;
    /// the limit is not 1 to 3
    LIMIT_INVALID: LimitInvalid = 400 "LDG.0002" "The limit is invalid." Condition DOCUMENT;
}

parameters! {
    LIMIT = query "limit": "integer" = "2", "{}; else 400 LDG.0002" 1..=3 value, DOCUMENT;
}

operations! {
    /// Lists the books of the ledger
    ListBooks: GET "/ledger/v1/books" reads DOCUMENT => list_books [LIMIT];
}

quirks! {
    /// how titles are written
    "titles" = "plain" | "upper", DOCUMENT;
}

limits! {
    /// there is no way to add one
    "books of the ledger" = "3", DOCUMENT;
}

static ROUTES: LazyLock<Routes> = LazyLock::new(|| Routes::new(OPERATIONS));

pub(crate) static PROVIDER: Provider = Provider {
    id: "test-ledger",
    title: "A ledger",
    region: "cn-north-4",
    operations: OPERATIONS,
    errors: &[CATALOGUE, huawei::CATALOGUE],
    quirks: QUIRKS,
    common_parameters: &[],
    limits: LIMITS,
    schema: &[],
    openapi: "openapi: 3.1.0",
    #[cfg(any(test, fuzzing))]
    demo: "{}",
    example: "/ledger/v1/books",
    records: &[],
    snippets: &[],
    real: Real {
        hosts: &["ledger.*.myhuaweicloud.*"],
        paths: &["/ledger/v1"],
        ..huawei::REAL
    },
    gateway: Gateway {
        route: |request| ROUTES.name(request, request.path()),
        admit,
        ..huawei::GATEWAY
    },
    data: Data {
        seed: |_, _, _| Ok(0),
        export: |_, _| Ok(()),
        generate: |_, _, _| (),
        counts: |_: &Connection| Ok(Vec::new()),
        contradictions: &[],
        contains: |_, _| Ok(false),
    },
};

fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    if call.operation().is_none() {
        return Err(huawei::API_NOT_FOUND.raise());
    }
    authenticate(call, None).map(drop)
}

#[derive(Serialize)]
struct Books {
    books: Vec<&'static str>,
}

fn list_books(call: &Call<'_>) -> Result<Reply, ApiError> {
    let limit = call.query().first("limit").unwrap_or("2").parse();
    match limit {
        Ok(limit @ 1..=3_usize) => {
            let books = ["Trade", "Stock", "Wages"][..limit].to_vec();
            Reply::json(huawei::JSON, &Books { books })
        }
        _ => Err(LIMIT_INVALID.raise()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use crate::control::{Form, coverage};
    use crate::namespace::clock::{Clock, Setting};
    use crate::signing::{AccessKey, RawRequest, huawei};
    use crate::{Options, Rollcall};

    /// The status line and body of a list, signed with this secret.
    fn list_books(rollcall: &Rollcall, secret: &str) -> (String, String) {
        let url = rollcall.url();
        let host = url.trim_start_matches("http://");
        let key = AccessKey {
            id: "test-ak~books",
            secret,
            token: None,
        };
        let request = RawRequest {
            method: "GET",
            path: "/ledger/v1/books",
            query: "limit=3",
            headers: &[("host", host)],
            body: b"",
        };
        let now = Clock::new(Setting::Real).now().seconds();
        let signed = huawei::sign(&request, &key, now);
        let mut head = format!("GET /ledger/v1/books?limit=3 HTTP/1.1\r\nhost: {host}\r\n");
        for (name, value) in &signed.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(host).expect("it listens");
        let sent = stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes());
        sent.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.lines().next().unwrap_or_default();
        (status.to_owned(), body.to_owned())
    }

    #[test]
    fn a_module_and_a_line_in_the_registry_are_a_provider() {
        let options = Options::default().auth("strict").expect("a mode");
        let rollcall = Rollcall::start_with(&options).expect("a free port");

        let (status, body) = list_books(&rollcall, "test-sk");
        assert_eq!(status, "HTTP/1.1 200 OK", "{body}");
        assert_eq!(body, r#"{"books":["Trade","Stock","Wages"]}"#);
        let (status, body) = list_books(&rollcall, "wrong");
        assert_eq!(status, "HTTP/1.1 401 Unauthorized", "{body}");
        assert!(body.contains("APIGW.0301"), "{body}");

        let books = rollcall.namespace("books");
        let busy = books.fail("test-ledger", "ListBooks").with("LedgerBusy");
        let fault = busy.times(1).mount();
        let (status, body) = list_books(&rollcall, "test-sk");
        assert_eq!(status, "HTTP/1.1 423 Locked", "{body}");
        assert!(body.contains("LDG.0001"), "{body}");
        drop(fault);

        let calls = books.journal().expect("it can be reached");
        let seen: Vec<_> = calls
            .iter()
            .map(|call| (call.provider.as_str(), call.operation.as_str(), call.status))
            .collect();
        let list = |status| ("test-ledger", "ListBooks", status);
        assert_eq!(seen, [list(200), list(401), list(423)]);
        assert_eq!(calls[2].error, "LedgerBusy");

        let table = coverage(Form::Table, None);
        for row in ["ListBooks.limit", "1 to 3; else 400 LDG.0002", "LedgerBusy"] {
            assert!(table.contains(row), "the coverage table lacks {row}");
        }
    }
}
