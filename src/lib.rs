//! rollcall answers the user APIs of five clouds so exactly that the providers' own SDKs cannot tell it from the real
//! service: one port, no account, no network.
//!
//! # In a test
//!
//! [`Rollcall::start`] serves the demo data on a free port until it is dropped. Point any client at it, with any key; here a
//! plain HTTP request stands for the SDK. Then let the service fail, and look at what was called:
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
//! // An error of the provider's own table twice, then as always. The fault ends with its guard.
//! let outage = rollcall.fail("huawei-rocketmq", "ListUser").with("Internal").times(2).mount();
//! // Checked when it is dropped; a failure shows the calls that come nearest.
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
//! // Back to the demo data: faults, settings and clock start again, too.
//! rollcall.reset()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It works in `#[test]` and in asynchronous tests alike: the server has a thread and a runtime of its own.
//!
//! # The map
//!
//! - [`Rollcall`] is a running server, [`Options`] say how to start one, [`StartError`] why it could not be.
//! - [`control`] steers it: namespaces, resets, seeds, snapshots, faults, the journal, the clock. [`Rollcall`] dereferences to
//!   a [`control::Client`], which does the same for a server elsewhere; `/_rollcall/` is the same over HTTP.
//! - [`faults`] are what should go wrong, [`clock`] is what time it is.
//!
//! Tests that run side by side each take a [namespace](control::Client::namespace) of their own: a world with its own data,
//! faults, settings and clock, made on first use. A client chooses one by its access key: `test-ak~suite7`.

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
