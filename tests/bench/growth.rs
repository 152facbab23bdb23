//! The growth table: what each call takes with one user, with a thousand, with a million.

use crate::Bench;
use crate::connection::{Connection, Request};
use crate::filled::Filled;
use crate::load::median;
use crate::rooms::{ROOMS, Room};

/// How many openings a median is taken of.
const OPENINGS: usize = 5;

pub(crate) fn run(bench: &Bench) {
    let sizes = [1, 1000, 10_000, 100_000, 1_000_000];
    println!(
        "Growth, --data: medians of up to {} calls on one connection; of two users or more, no page comes twice",
        bench.effort.calls
    );
    let calls = ["first", "middle", "last", "filtered", "create", "delete"];
    heading("list", "users", calls, ["import", "reopen", "memory"]);
    heading("", "", ["µs"; 6], ["s", "ms", "MiB"]);
    for room in ROOMS {
        for users in sizes.into_iter().filter(|size| *size <= bench.effort.users) {
            row(bench, &Filled::new(bench.folder(), room, users));
        }
    }
    println!(
        "\n- filtered: the list has no filter by a part of a name\n- delete: there is one user alone"
    );
    for room in ROOMS {
        if let Err(reason) = room.create {
            println!("- create, {}: {reason}", room.name);
        }
        if let Some(most) = room.quota {
            println!("- create, {}: the quota is {most} users", room.name);
        }
    }
}

fn heading(list: &str, users: &str, calls: [&str; 6], whole: [&str; 3]) {
    let calls = calls.map(|word| format!(" {word:>9}")).concat();
    let whole = whole.map(|word| format!(" {word:>8}")).concat();
    println!("{list:<24}{users:>8}{calls}{whole}");
}

fn row(bench: &Bench, filled: &Filled) {
    let (room, users, calls) = (filled.room, filled.users, bench.effort.calls);
    let reopen = median((0..OPENINGS).map(|_| filled.opening()));
    let server = filled.open();
    let mut connection = server.connect();
    let page = |offset: u64| Request::get((room.page)(offset / room.step * room.step));
    // Beyond the end: the statements are prepared, and no page that counts is in memory yet.
    connection.ask(&page(users + 10));
    // As many pages as there are without asking for one twice, but one.
    let many = (users / 3 / room.step).clamp(1, calls);
    let [first, middle, last] = connection.medians(
        many,
        [
            &|number| page(number * room.step),
            &|number| page(users / 2 + number * room.step),
            &|number| page(users.saturating_sub((number + 1) * room.step)),
        ],
    );
    let filtered = room.filters.first().map(|filter| {
        let page = |number| Request::get((filter.page)(&(filter.word)(number)));
        let [time] = connection.medians(calls, [&page]);
        time
    });
    let memory = server.resident();
    let create = created(&mut connection, room, users, calls);
    let delete = deleted(&mut connection, room, users, calls);
    println!(
        "{:<24}{users:>8} {first:>9.0} {middle:>9.0} {last:>9.0} {:>9} {:>9} {:>9} {:>8.2} {reopen:>8.1} {memory:>8.1}",
        room.name,
        shown(filtered),
        shown(create),
        shown(delete),
        filled.seconds
    );
}

fn created(connection: &mut Connection, room: &Room, users: u64, calls: u64) -> Option<f64> {
    let create = room.create.ok()?;
    let calls = calls.min(room.quota.map_or(calls, |most| most.saturating_sub(users)));
    (0 < calls).then(|| connection.medians(calls, [&create])[0])
}

/// Deletes users from everywhere in the list, but not the first: it may be one that cannot be deleted.
fn deleted(connection: &mut Connection, room: &Room, users: u64, calls: u64) -> Option<f64> {
    let calls = calls.min(users - 1);
    let delete = |number| (room.delete)(1 + number * (users / calls));
    (0 < calls).then(|| connection.medians(calls, [&delete])[0])
}

fn shown(time: Option<f64>) -> String {
    time.map_or("-".to_owned(), |time| format!("{time:.0}"))
}
