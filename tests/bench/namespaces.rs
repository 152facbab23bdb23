//! The price of a namespace from the built-in template, and of a thousand that were used.

use std::time::Duration;

use serde_json::json;

use crate::Bench;
use crate::connection::Request;
use crate::process::Process;
use crate::report::Report;
use crate::rooms::room;

/// In milliseconds, for medians of a thousand; in MiB.
const ONE: f64 = 0.35;
const THOUSAND: f64 = 192.0;

pub(crate) fn run(_: &Bench, report: &mut Report) {
    report.theme("Namespaces from the built-in template");
    let server = Process::rollcall(&[]);
    let mut connection = server.connect();
    let name = |number: u64| format!("bench-{number}");
    let [made, call] = connection.medians_within(
        Duration::MAX,
        1000,
        [
            &|number| {
                let target = format!("/_rollcall/namespaces/{}", name(number));
                Request::new("PUT", target).with(&json!({ "from": "template" }))
            },
            &|_| Request::get("/_rollcall/health"),
        ],
    );
    let workspace = room("huawei-workspace");
    let create = workspace.create.expect("Workspace creates users");
    let [list, write] = connection.medians_within(
        Duration::MAX,
        1000,
        [
            &|number| Request::get((workspace.page)(0)).within(&name(number)),
            &|number| create(number).within(&name(number)),
        ],
    );
    // The template may be copied as late as that, so a namespace has its price only then.
    report.at_most(
        "one, made and first written to",
        (made + write) / 1e3,
        ONE,
        "ms",
        &format!(
            "made {:.2}, the write {:.2}; a call that does nothing {:.2} ms",
            made / 1e3,
            write / 1e3,
            call / 1e3
        ),
    );
    report.at_most(
        "memory with 1,000 of them",
        server.resident(),
        THOUSAND,
        "MiB",
        "after a list and a write in each",
    );
    report.only("the first list in one", list / 1e3, "ms", "");
}
