//! Listeners, and the connections that they accept.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use tokio::sync::watch;

use super::connection::{self, Front};
use super::error::StartError;
use super::options::Listen;
use crate::provider::Provider;

/// The minimum time between warnings about connections that cannot be accepted.
const WARN_TIME: Duration = Duration::from_secs(10);
/// How many connections may wait to be accepted, as in the standard library.
const BACKLOG: i32 = 128;
/// How long open calls may take to finish after a stop.
const DRAIN_TIME: Duration = Duration::from_millis(800);
/// A listener, and the provider that it is dedicated to, if any.
pub(crate) type DedicatedListeners = Vec<(Option<&'static Provider>, TcpListener)>;

pub(crate) fn bind(listen: &[Listen]) -> Result<DedicatedListeners, StartError> {
    let mut listeners: DedicatedListeners = Vec::new();
    for Listen {
        provider,
        address,
        optional,
    } in listen
    {
        let mut address = *address;
        // The second loopback address uses the port that the first one got.
        if *optional && let Some((_, first)) = listeners.first() {
            address.set_port(first.local_addr().map_err(StartError::Machine)?.port());
        }
        match open(address, listen) {
            Ok(listener) => listeners.push((*provider, listener)),
            Err(cause) if cause.kind() == io::ErrorKind::AddrInUse => {
                return Err(StartError::PortInUse(address));
            }
            Err(_) if *optional => tracing::debug!(%address, "there is no such address here"),
            Err(cause) => return Err(StartError::Listen(address, cause)),
        }
    }
    Ok(listeners)
}

/// Listens on an address. The IPv6 wildcard address also serves IPv4 clients, unless there is a separate IPv4 address on the
/// same port.
fn open(address: SocketAddr, all: &[Listen]) -> io::Result<TcpListener> {
    let is_shared = address.is_ipv6()
        && address.ip().is_unspecified()
        && address.port() != 0
        && all
            .iter()
            .any(|other| other.address.is_ipv4() && other.address.port() == address.port());
    if !is_shared {
        return TcpListener::bind(address);
    }
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None)?;
    socket.set_only_v6(true)?;
    // As the standard library does: connections of an earlier run in TIME_WAIT do not matter.
    socket.set_reuse_address(cfg!(unix))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

pub(crate) async fn accept(front: Front, listener: TcpListener, mut stop: watch::Receiver<bool>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(cause) => return tracing::error!(%cause, "a listener cannot be served"),
    };
    let front = Arc::new(front);
    let mut warned: Option<Instant> = None;
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(cause) => {
                    // Most likely out of file handles, which running calls will free. One warning is enough for all that wait.
                    if warned.is_none_or(|warned| WARN_TIME <= warned.elapsed()) {
                        warned = Some(Instant::now());
                        tracing::warn!(%cause, "a connection could not be accepted; it is tried again");
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            _ = stop.changed() => break,
        };
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection is already gone");
        }
        tokio::spawn(connection::serve(Arc::clone(&front), stream, peer));
    }
    drop(listener);
    front.stop.send_replace(true);
    if tokio::time::timeout(DRAIN_TIME, front.stop.closed())
        .await
        .is_err()
    {
        tracing::debug!("connections were still busy at the stop");
    }
}
