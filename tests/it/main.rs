//! The integration tests, one binary.

mod signing;
