//! Finds the mistake behind a signature that does not match.
