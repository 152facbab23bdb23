//! Parse, run, exit code; and the allocator, which is the binary's choice and not the library's.

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    rollcall::cli::run()
}
