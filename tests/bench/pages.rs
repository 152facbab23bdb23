//! Deep pages against first ones, with a million users.
//!
//! No page is asked for twice, so that none is answered from memory: the first page stands for the first few, each a row
//! further.

use crate::Bench;
use crate::connection::Request;
use crate::report::Report;

/// Of the first page's time.
const DEEP: f64 = 1.25;

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    let calls = bench.effort.calls;
    report.theme(&format!(
        "A page of 10 out of {} users, --data, at any offset: medians of {calls} calls on one connection",
        bench.effort.users
    ));
    for filled in bench.filled() {
        let server = filled.open();
        let (room, users) = (filled.room, filled.users);
        let page = |offset: u64| Request::get((room.page)(offset / room.step * room.step));
        let span = calls * room.step;
        let [first, anywhere, last] = server.connect().medians(
            calls,
            [
                &|number| page(number * room.step),
                &|number| page(span + (users - 2 * span) / calls * number),
                &|number| page(users - span + number * room.step),
            ],
        );
        for (which, time) in [("anywhere", anywhere), ("the last ones", last)] {
            report.at_most(
                &format!("{}, {which}", room.name),
                time / first,
                DEEP,
                "x",
                &format!("{time:.0} µs, the first ones {first:.0} µs"),
            );
        }
    }
}
