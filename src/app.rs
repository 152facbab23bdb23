//! What all calls share.

use tokio::sync::watch;

use crate::namespace::Namespaces;
use crate::namespace::fleet::Fleet;
use crate::pipeline::faults::Faults;
use crate::pipeline::journal::Journal;
use crate::pipeline::metrics::Metrics;
use crate::seed::template::TemplatePlan;
use crate::tls::Certificates;

/// The parts that every call and every route of the control plane reaches.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) namespaces: Namespaces,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) metrics: Metrics,
    /// What TLS is spoken with, if it is.
    pub(crate) certificates: Certificates,
    /// Whether requests for the providers' hosts are answered here.
    pub(crate) is_proxy: bool,
    /// What it is called among several, and where each namespace is.
    pub(crate) fleet: Fleet,
    /// What unlocks the control plane, and faults by header where calls are verified.
    pub(crate) admin_token: Option<String>,
    /// How the template is rebuilt when seed files change.
    pub(crate) template: TemplatePlan,
    /// Turns true when the server stops: what waits need not wait any longer.
    pub(crate) stop: watch::Sender<bool>,
}
