//! The same list with its signature verified and with nothing checked, by a server whose clock stands at the signature's
//! time: signatures without a nonce may come again and again.

use rollcall::signing::{AccessKey, AsSent, huawei, volcengine};

use crate::Server;
use crate::load::{Effort, compare};

/// Both servers' clock, and the time of the signatures: 2024-05-20T08:30:00Z.
const CLOCK: &str = "2024-05-20T08:30:00Z";
const SECONDS: i64 = 1_716_193_800;
/// What strict must keep of the throughput of off.
const BUDGET: f64 = 0.8;

/// Compares strict with off for one list, and prints the row.
fn row(
    provider: &str,
    target: &str,
    seed: &str,
    effort: Effort,
    sign: fn(&AsSent<'_>) -> Vec<(String, String)>,
) {
    let off = Server::start(&["--seed", seed, "--clock", CLOCK]);
    let strict = Server::start(&["--seed", seed, "--clock", CLOCK, "--auth", "strict"]);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // A host of its own, so that one signature is good for both servers.
    let host = ("host", "rollcall");
    let headers = [host];
    let request = AsSent {
        method: "GET",
        path,
        query,
        headers: &headers,
        body: b"",
    };
    let mut signed = sign(&request);
    signed.push(("Host".to_owned(), host.1.to_owned()));
    let url = |server: &Server| format!("http://{}{target}", server.address);
    let (checked, unchecked) = compare(&url(&strict), &url(&off), &signed, effort);
    let ratio = checked.rate / unchecked.rate;
    let verdict = if ratio < BUDGET { "MISS" } else { "PASS" };
    println!(
        "{provider:<22} {:>10.0} {:>10.0} {ratio:>8.2} {verdict:>8}",
        checked.rate, unchecked.rate
    );
}

/// Prints the table.
pub(crate) fn run(seed: &str, lists: &[(&str, &str)], effort: Effort) {
    let target = |provider: &str| {
        let (_, target) = lists
            .iter()
            .find(|(id, _)| *id == provider)
            .expect("it is one of the lists");
        *target
    };
    println!("\nstrict signatures against none, at least {BUDGET} of the throughput");
    println!(
        "{:<22} {:>10} {:>10} {:>8} {:>8}",
        "list", "strict/s", "off/s", "ratio", "budget"
    );
    row(
        "huawei-workspace",
        target("huawei-workspace"),
        seed,
        effort,
        |request| huawei::sign(request, &TEST_KEY, SECONDS).headers,
    );
    row(
        "volcengine-bytehouse",
        target("volcengine-bytehouse"),
        seed,
        effort,
        |request| {
            volcengine::sign(request, &TEST_KEY, "cn-beijing", "bytehouse_ce", SECONDS).headers
        },
    );
}

const TEST_KEY: AccessKey<'static> = AccessKey {
    id: "test-ak",
    secret: "test-sk",
    token: None,
};
