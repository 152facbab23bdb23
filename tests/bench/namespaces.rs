//! The price of a namespace from the built-in template, and of a thousand that were used.

use serde_json::json;

use crate::Bench;
use crate::connection::Request;
use crate::process::Process;
use crate::report::Report;
use crate::rooms::room;

/// In milliseconds; in MiB.
const ONE: f64 = 1.0;
const THOUSAND: f64 = 384.0;

pub(crate) fn run(_: &Bench, report: &mut Report) {
    report.theme("Namespaces from the built-in template");
    let server = Process::rollcall(&[]);
    let mut connection = server.connect();
    let name = |number: u64| format!("bench-{number}");
    let [made, call] = connection.medians(
        1000,
        [
            &|number| {
                let target = format!("/_rollcall/namespaces/{}", name(number));
                Request::new("PUT", target).with(&json!({ "from": "template" }))
            },
            &|_| Request::get("/_rollcall/health"),
        ],
    );
    report.at_most(
        "one, with the call that asks for it",
        made / 1e3,
        ONE,
        "ms",
        &format!(
            "median of 1,000; a call that does nothing {:.2} ms",
            call / 1e3
        ),
    );
    let workspace = room("huawei-workspace");
    let create = workspace.create.expect("Workspace creates users");
    let [list, write] = connection.medians(
        1000,
        [
            &|number| Request::get((workspace.page)(0)).within(&name(number)),
            &|number| create(number).within(&name(number)),
        ],
    );
    report.at_most(
        "memory with 1,000 of them",
        server.resident(),
        THOUSAND,
        "MiB",
        "after a list and a write in each",
    );
    report.only("the first list in one", list / 1e3, "ms", "");
    report.only("the first write in one", write / 1e3, "ms", "");
}
