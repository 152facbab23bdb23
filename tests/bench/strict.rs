//! Each scheme's signatures verified, against bare and against no authentication.
//!
//! The servers' clock stands at the time of the signatures, so a signature is good again and again. Alibaba's nonce may
//! not come twice: there, as many requests are signed as a namespace remembers nonces, and more, and sent in turn.

use std::fs;

use rollcall::signing::qingcloud::Dialect;
use rollcall::signing::{
    AccessKey, Digest, RawRequest, SignedParts, alibaba_acs3, alibaba_v1, huawei, qingcloud,
    volcengine,
};

use crate::connection::Request;
use crate::load::{Requests, medians, round};
use crate::process::Process;
use crate::report::Report;
use crate::rooms::room;
use crate::{Bench, bare, lists};

/// The servers' clock and the time of the signatures; QingCloud's targets name it too.
const CLOCK: &str = "2026-01-02T03:04:05Z";
const TIME: i64 = 1_767_323_045;
/// Of bare's throughput, and of that with nothing checked.
const OF_BARE: f64 = 0.55;
const OF_OFF: f64 = 0.8;
/// More than a namespace remembers, so that the first is forgotten when it comes again.
const NONCES: u32 = 110_000;

const KEY: AccessKey<'static> = AccessKey {
    id: "test-ak",
    secret: "test-sk",
    token: None,
};

struct Scheme {
    name: &'static str,
    provider: &'static str,
    /// Whether the quick mode has it: one scheme of each provider.
    is_first: bool,
    has_nonce: bool,
    sign: fn(&RawRequest<'_>, &str) -> SignedParts,
}

const SCHEMES: &[Scheme] = &[
    Scheme {
        name: "qingcloud-ehpc, EHPC",
        provider: "qingcloud-ehpc",
        is_first: true,
        has_nonce: false,
        sign: |request, _| qingcloud::sign(request, &KEY, TIME, Dialect::Ehpc, Digest::Sha256),
    },
    Scheme {
        name: "qingcloud-ehpc, IaaS",
        provider: "qingcloud-ehpc",
        is_first: false,
        has_nonce: false,
        sign: |request, _| qingcloud::sign(request, &KEY, TIME, Dialect::Iaas, Digest::Sha256),
    },
    Scheme {
        name: "volcengine-bytehouse, header",
        provider: "volcengine-bytehouse",
        is_first: true,
        has_nonce: false,
        sign: |request, _| volcengine::sign(request, &KEY, "cn-beijing", "bytehouse_ce", TIME),
    },
    Scheme {
        name: "volcengine-bytehouse, presigned",
        provider: "volcengine-bytehouse",
        is_first: false,
        has_nonce: false,
        sign: |request, _| volcengine::presign(request, &KEY, "cn-beijing", "bytehouse_ce", TIME),
    },
    Scheme {
        name: "huawei-workspace, SDK-HMAC-SHA256",
        provider: "huawei-workspace",
        is_first: true,
        has_nonce: false,
        sign: |request, _| huawei::sign(request, &KEY, TIME),
    },
    Scheme {
        name: "huawei-rocketmq, SDK-HMAC-SHA256",
        provider: "huawei-rocketmq",
        is_first: true,
        has_nonce: false,
        sign: |request, _| huawei::sign(request, &KEY, TIME),
    },
    Scheme {
        name: "aliyun-ehpc, ACS3",
        provider: "aliyun-ehpc",
        is_first: true,
        has_nonce: true,
        sign: |request, nonce| alibaba_acs3::sign(request, &KEY, TIME, nonce),
    },
    Scheme {
        name: "aliyun-ehpc, RPC V1",
        provider: "aliyun-ehpc",
        is_first: false,
        has_nonce: true,
        sign: |request, nonce| alibaba_v1::sign(request, &KEY, TIME, nonce, Digest::Sha1),
    },
];

impl Scheme {
    /// The target and the headers of a signed request for a page.
    fn signed(&self, nonce: &str) -> (String, Vec<(String, String)>) {
        // A host of its own, so that one signature is good for all servers.
        let host = ("host", "rollcall");
        let target = (room(self.provider).page)(0);
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let request = RawRequest {
            method: "GET",
            path,
            query,
            headers: &[host],
            body: b"",
        };
        let sealed = (self.sign)(&request, nonce);
        let mut headers = vec![("Host".to_owned(), host.1.to_owned())];
        headers.extend(sealed.headers);
        (format!("{path}?{}", sealed.query), headers)
    }

    fn measure(&self, bench: &Bench, strict: &Process, off: &Process, report: &mut Report) {
        let (target, headers) = self.signed("first");
        let bare = bare::start(&bare::answer_of(&off.url(&target), &headers));
        let file = bench.folder().join("signed");
        let requests = if self.has_nonce {
            let signed: String = (0..NONCES)
                .map(|nonce| wire(&self.signed(&nonce.to_string())))
                .collect();
            fs::write(&file, signed).expect("a writable folder");
            Requests::InTurn(&file)
        } else {
            Requests::Same { target, headers }
        };
        let load = |server: &Process| round(&server.address, &requests, bench.effort.seconds);
        let [checked, unchecked, bare] = medians(
            &bench.effort,
            [
                &mut || {
                    // Nonces start again, and so does the file.
                    strict.ask(&Request::new("POST", "/_rollcall/reset"));
                    load(strict)
                },
                &mut || load(off),
                &mut || load(&bare),
            ],
        );
        report.at_least(
            &format!("{}, of bare", self.name),
            checked.rate / bare.rate,
            OF_BARE,
            "x",
            &format!("{:.0} a second, bare {:.0}", checked.rate, bare.rate),
        );
        report.at_least(
            &format!("{}, of off", self.name),
            checked.rate / unchecked.rate,
            OF_OFF,
            "x",
            &format!("off {:.0}", unchecked.rate),
        );
    }
}

/// A request as it goes over the wire.
fn wire((target, headers): &(String, Vec<(String, String)>)) -> String {
    let mut text = format!("GET {target} HTTP/1.1\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n"
}

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    report.theme("The same with strict signatures, against bare and against --auth off");
    let seeds = lists::seeds(bench);
    let arguments = ["--seed", &seeds, "--clock", CLOCK, "--auth"];
    let [strict, off] =
        ["strict", "off"].map(|auth| Process::rollcall(&[&arguments[..], &[auth]].concat()));
    for scheme in SCHEMES {
        if bench.effort.every || scheme.is_first {
            scheme.measure(bench, &strict, &off, report);
        }
    }
}
