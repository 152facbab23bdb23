//! What the tests have in common: a server and the clients that call it, signed calls, and the documents in openapi/ that every
//! answer is held against.

pub(crate) mod client;
pub(crate) mod exports;
pub(crate) mod openapi;
pub(crate) mod server;
pub(crate) mod signed;
