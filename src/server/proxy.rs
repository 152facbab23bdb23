//! `--proxy`: answers requests for the providers' hosts, however they resolve.
//!
//! Nothing is forwarded: rollcall opens no connections, and requests for other hosts are refused.

use std::net::IpAddr;
use std::sync::Arc;

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderValue, Request};
use hyper::body::Incoming;

use super::http::Arrival;
use crate::control::ControlAccess;
use crate::pipeline::identify::real_service;

/// The hosts that are served.
#[derive(Debug)]
pub(super) struct Proxy {
    access: ControlAccess,
}

/// The destination of a request.
pub(super) enum Place {
    /// A provider's host, or this server itself.
    Served(Arrival),
    Elsewhere,
}

impl Proxy {
    pub(super) const fn new(access: ControlAccess) -> Self {
        Self { access }
    }

    /// The destination for a host; `port` is the scheme's default if the client names none.
    pub(super) fn place(&self, arrival: &Arrival, authority: &Authority, port: u16) -> Place {
        if let Some(real) = real_place(arrival, authority.host()) {
            return Place::Served(real);
        }
        let port = authority.port_u16().unwrap_or(port);
        if arrival.port == Some(port) && self.is_here(authority.host()) {
            return Place::Served(arrival.to_listener());
        }
        Place::Elsewhere
    }

    /// Whether a host may be a name or address of this machine.
    fn is_here(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host.parse::<IpAddr>().is_ok() || self.access.is_local(host)
    }
}

/// A request to a provider's real host is answered by that provider, in the region that the host names.
pub(super) fn real_place(arrival: &Arrival, host: &str) -> Option<Arrival> {
    let (provider, region) = real_service(host)?;
    Some(Arrival {
        called: Some(provider),
        region: region.map(Arc::from),
        ..*arrival
    })
}

/// The host of the target overrides the header (RFC 9112, 3.2.2). If they agree, the header is kept as it was signed.
pub(super) fn set_host(request: &mut Request<Incoming>, authority: &Authority) {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    let is_same = host
        .and_then(|host| host.parse::<Authority>().ok())
        .is_some_and(|host| host.host().eq_ignore_ascii_case(authority.host()));
    if !is_same && let Ok(host) = HeaderValue::from_str(authority.as_str()) {
        request.headers_mut().insert(HOST, host);
    }
}
