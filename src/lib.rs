//! rollcall answers the user APIs of five clouds so exactly that the providers' own SDKs cannot tell it from the real
//! service: one port, no account, no network.
//!
//! ```
//! use rollcall::Rollcall;
//!
//! let rollcall = Rollcall::start();
//! println!("point the SDK at {}", rollcall.url());
//! // Dropping it stops it.
//! ```
//!
//! The map: [`Rollcall`] is a running server and [`Options`] how to start one; `emulate` is the corridor that every call
//! walks through; `providers` holds one room per cloud; ARCHITECTURE.md names the rest.

mod app;
mod call;
mod catalogue;
#[doc(hidden)]
pub mod cli;
pub mod clock;
pub mod control;
mod credentials;
mod emulate;
pub mod faults;
mod ids;
mod journal;
mod metrics;
mod namespace;
mod providers;
mod recognise;
mod seed;
mod server;
mod settings;
#[doc(hidden)]
pub mod signing;
mod store;

pub use seed::SeedFileError;
pub use server::{Listen, Options, Rollcall, StartError};
pub use settings::{Auth, Credential, Skew};
