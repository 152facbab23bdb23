//! rollcall
pub mod signing;
