//! A mock server for the user-management APIs of five clouds, exact enough that the providers' own SDKs cannot tell it from the
//! real service. One port, no account, no network.
//!
//! # In a test
//!
//! [`Rollcall::start`] serves the demo data on a free port until it is dropped. Point any client at it, with any key; here, a
//! plain HTTP request stands in for the SDK. Then make the service fail, and check what was called:
//!
//! ```
//! use rollcall::Rollcall;
//!
//! /// The status that a client gets for a list of users.
//! fn list_users(rollcall: &Rollcall) -> Result<u16, reqwest::Error> {
//!     const USERS: &str =
//!         "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";
//!     // A proxy that the environment names does not know this server.
//!     let client = reqwest::blocking::Client::builder().no_proxy().build()?;
//!     let answer = client.get(format!("{}{USERS}", rollcall.url())).send()?;
//!     Ok(answer.status().as_u16())
//! }
//!
//! let rollcall = Rollcall::start();
//!
//! // Fails twice with an error of the provider, then works again. The fault ends with its guard.
//! let outage = rollcall.fail("huawei-rocketmq", "ListUser").with("Internal").times(2).mount();
//! // Checked when dropped; a failure shows the closest calls.
//! let three = rollcall.expect("huawei-rocketmq", "ListUser", 3);
//! assert_eq!(list_users(&rollcall)?, 500);
//! assert_eq!(list_users(&rollcall)?, 500);
//! assert_eq!(list_users(&rollcall)?, 200);
//! drop((outage, three));
//!
//! let calls = rollcall.journal()?;
//! assert_eq!((calls[0].stage.as_str(), calls[0].error.as_str()), ("fault", "Internal"));
//! assert_eq!((calls[2].stage.as_str(), calls[2].status), ("answered", 200));
//!
//! // Restores the demo data; faults, settings and clock are reset, too.
//! rollcall.reset()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This works in both `#[test]` and asynchronous tests: the server has its own thread and runtime.
//!
//! # Overview
//!
//! - [`Rollcall`] is a running server, [`Options`] configures one, and [`StartError`] says why it could not start.
//! - [`control`] controls it: namespaces, resets, seeds, snapshots, faults, the journal, the clock. [`Rollcall`] dereferences to
//!   a [`control::Client`], which does the same for a remote server; `/_rollcall/` is the same over HTTP.
//! - [`faults`] describes failures to inject, [`clock`] the time that a namespace shows.
//!
//! Give each parallel test its own [namespace](control::Client::namespace), with separate data, faults, settings and clock,
//! created on first use. A client selects it with its access key: `test-ak~suite7`.

mod app;
#[doc(hidden)]
pub mod cli;
pub mod control;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod namespace;
mod pipeline;
mod provider;
mod providers;
mod seed;
mod server;
#[doc(hidden)]
pub mod signing;
mod store;
mod tls;

pub use namespace::clock;
pub use namespace::settings::{Auth, Credential, Skew};
pub use pipeline::faults;
pub use seed::SeedFileError;
pub use server::options::{Listen, Options};
pub use server::{Rollcall, StartError};
pub use tls::Tls;
