//! The state shared by all calls.

use tokio::sync::watch;

use crate::namespace::Namespaces;
use crate::namespace::fleet::Fleet;
use crate::pipeline::faults::Faults;
use crate::pipeline::journal::Journal;
use crate::pipeline::metrics::Metrics;
use crate::seed::template::TemplatePlan;
use crate::tls::Certificates;

/// Everything that provider calls and control-plane routes have access to.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) namespaces: Namespaces,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) metrics: Metrics,
    /// The certificates for TLS, if it is on.
    pub(crate) certificates: Certificates,
    /// Whether requests for the providers' hosts are answered here.
    pub(crate) is_proxy: bool,
    /// The name of this replica, and the addresses of namespaces.
    pub(crate) fleet: Fleet,
    /// Access to the control plane and, under strict, to faults by header.
    pub(crate) admin_token: Option<String>,
    /// How the template is rebuilt when seed files change.
    pub(crate) template: TemplatePlan,
    /// Becomes true when the server stops, to end all waiting.
    pub(crate) stop: watch::Sender<bool>,
}
