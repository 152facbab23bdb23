//! The size of the binary.

use std::fs::File;
use std::io::Read;

use crate::Bench;
use crate::process::binary;
use crate::report::Report;

/// In MB.
const SIZE: f64 = 15.0;
/// How much of the file holds the name of the loader, if it wants one.
const START: u64 = 4096;

pub(crate) fn run(_: &Bench, report: &mut Report) {
    report.theme("The binary");
    let file = File::open(binary()).expect("the binary is a file");
    let size = file.metadata().expect("an open file").len();
    let mut start = Vec::new();
    file.take(START).read_to_end(&mut start).expect("a file");
    let is_dynamic = start.windows(4).any(|part| part == b"/ld-");
    let kind = if is_dynamic {
        "dynamically linked; the image's is static"
    } else {
        "static"
    };
    report.at_most("size", size as f64 / 1e6, SIZE, "MB", kind);
}
