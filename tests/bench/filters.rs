//! Filtered pages against unfiltered ones, with a million users.

use crate::Bench;
use crate::connection::Request;
use crate::report::Report;

/// Of the unfiltered first page's time.
const FILTERED: f64 = 10.0;

pub(crate) fn run(bench: &Bench, report: &mut Report) {
    report.theme(&format!(
        "The first page of those that a word picks out of {} users, --data; another word each time",
        bench.effort.users
    ));
    for filled in bench.filled() {
        let server = filled.open();
        let mut connection = server.connect();
        let room = filled.room;
        for filter in room.filters {
            let page = |word: &str| Request::get((filter.page)(word));
            let [first, three] = connection.medians(
                bench.effort.calls,
                [
                    &|number| Request::get((room.page)(number * room.step)),
                    &|number| page(&(filter.word)(number)),
                ],
            );
            let [two] = connection.medians(90, [&|number| page(&(10 + number).to_string())]);
            let [one] = connection.medians(10, [&|number| page(&number.to_string())]);
            let what = format!("{}, {}", room.name, filter.name);
            report.at_most(
                &format!("{what}, three characters"),
                three / first,
                FILTERED,
                "x",
                &format!("{three:.0} µs, unfiltered {first:.0} µs"),
            );
            report.only(
                &format!("{what}, two characters"),
                two / first,
                "x",
                &format!("{two:.0} µs"),
            );
            report.only(
                &format!("{what}, one character"),
                one / first,
                "x",
                &format!("{one:.0} µs"),
            );
        }
    }
}
