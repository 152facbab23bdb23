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

use crate::bare::Answer;
use crate::connection::Request;
use crate::load::{Requests, medians, round};
use crate::process::Process;
use crate::report::Report;
use crate::rooms::room;
use crate::{Bench, bare, lists};

/// The servers' clock and the time of the signatures; QingCloud's targets name it too.
pub(crate) const CLOCK: &str = "2026-01-02T03:04:05Z";
const TIME: i64 = 1_767_323_045;
/// Of bare's throughput, and of that with nothing checked.
const OF_BARE: f64 = 0.75;
const OF_BARE_PRESIGNED: f64 = 0.7;
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
    of_bare: f64,
    sign: fn(&RawRequest<'_>, &str) -> SignedParts,
}

const SCHEMES: &[Scheme] = &[
    Scheme {
        name: "qingcloud-ehpc, EHPC",
        provider: "qingcloud-ehpc",
        is_first: true,
        has_nonce: false,
        of_bare: OF_BARE,
        sign: |request, _| qingcloud::sign(request, &KEY, TIME, Dialect::Ehpc, Digest::Sha256),
    },
    Scheme {
        name: "qingcloud-ehpc, IaaS",
        provider: "qingcloud-ehpc",
        is_first: false,
        has_nonce: false,
        of_bare: OF_BARE,
        sign: |request, _| qingcloud::sign(request, &KEY, TIME, Dialect::Iaas, Digest::Sha256),
    },
    Scheme {
        name: "volcengine-bytehouse, header",
        provider: "volcengine-bytehouse",
        is_first: true,
        has_nonce: false,
        of_bare: OF_BARE,
        sign: |request, _| volcengine::sign(request, &KEY, "cn-beijing", "bytehouse_ce", TIME),
    },
    Scheme {
        name: "volcengine-bytehouse, presigned",
        provider: "volcengine-bytehouse",
        is_first: false,
        has_nonce: false,
        of_bare: OF_BARE_PRESIGNED,
        sign: |request, _| volcengine::presign(request, &KEY, "cn-beijing", "bytehouse_ce", TIME),
    },
    Scheme {
        name: "huawei-workspace, SDK-HMAC-SHA256",
        provider: "huawei-workspace",
        is_first: true,
        has_nonce: false,
        of_bare: OF_BARE,
        sign: |request, _| huawei::sign(request, &KEY, TIME),
    },
    Scheme {
        name: "huawei-rocketmq, SDK-HMAC-SHA256",
        provider: "huawei-rocketmq",
        is_first: true,
        has_nonce: false,
        of_bare: OF_BARE,
        sign: |request, _| huawei::sign(request, &KEY, TIME),
    },
    Scheme {
        name: "aliyun-ehpc, ACS3",
        provider: "aliyun-ehpc",
        is_first: true,
        has_nonce: true,
        of_bare: OF_BARE,
        sign: |request, nonce| alibaba_acs3::sign(request, &KEY, TIME, nonce),
    },
    Scheme {
        name: "aliyun-ehpc, RPC V1",
        provider: "aliyun-ehpc",
        is_first: false,
        has_nonce: true,
        of_bare: OF_BARE,
        sign: |request, nonce| alibaba_v1::sign(request, &KEY, TIME, nonce, Digest::Sha1),
    },
];

/// A call as a client of the provider signs it, with the first of its schemes.
pub(crate) fn sign(provider: &str, call: &Request, nonce: &str) -> Request {
    let mut schemes = SCHEMES.iter();
    let scheme = schemes.find(|scheme| scheme.provider == provider);
    scheme
        .expect("every provider has a scheme")
        .signed(call, nonce)
}

impl Scheme {
    /// A signed request for a page.
    fn page(&self, nonce: &str) -> Request {
        self.signed(&Request::get((room(self.provider).page)(0)), nonce)
    }

    fn signed(&self, call: &Request, nonce: &str) -> Request {
        // A host of its own, so that one signature is good for all servers.
        let host = ("host", "rollcall");
        let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
        let request = RawRequest {
            method: call.method,
            path,
            query,
            headers: if call.body.is_empty() {
                &[host]
            } else {
                &[host, ("content-type", "application/json")]
            },
            body: call.body.as_bytes(),
        };
        let sealed = (self.sign)(&request, nonce);
        let mut headers = vec![("Host".to_owned(), host.1.to_owned())];
        headers.extend(sealed.headers);
        let mut signed = call.clone().with_headers(&headers);
        signed.target = format!("{path}?{}", sealed.query);
        signed
    }

    fn measure(&self, bench: &Bench, strict: &Process, off: &Process, report: &mut Report) {
        let call = self.page("first");
        let bare = bare::start(Answer::of(off, &call));
        let file = bench.folder().join("signed");
        let requests = if self.has_nonce {
            let signed: String = (0..NONCES)
                .map(|nonce| wire(&self.page(&nonce.to_string())))
                .collect();
            fs::write(&file, signed).expect("a writable folder");
            Requests::InTurn(&file)
        } else {
            Requests::Same {
                target: call.target,
                headers: call.headers,
            }
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
            self.of_bare,
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
fn wire(call: &Request) -> String {
    let mut text = format!("GET {} HTTP/1.1\r\n", call.target);
    for (name, value) in &call.headers {
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
