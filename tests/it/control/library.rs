//! The library face: in ordinary tests and in asynchronous ones, in this process and against another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use rollcall::clock::Time;
use rollcall::control::{Client, ClientError};
use rollcall::faults::{Effect, Match, Rule};
use rollcall::{Options, Rollcall};
use serde_json::{Value, json};

use crate::exports::assert_same;

use super::{ROCKETMQ, USERS, users};

/// The status of a list, by an HTTP client that knows nothing of rollcall.
fn status(rollcall: &Rollcall) -> u16 {
    let client = reqwest::blocking::Client::builder().no_proxy().build();
    let url = format!("{}{USERS}?limit=1", rollcall.url());
    let answer = client.expect("a client").get(url).send();
    answer.expect("an answer").status().as_u16()
}

/// The same inside of a runtime.
async fn awaited_status(rollcall: &Rollcall) -> u16 {
    let client = reqwest::Client::builder().no_proxy().build();
    let url = format!("{}{USERS}?limit=1", rollcall.url());
    let answer = client.expect("a client").get(url).send().await;
    answer.expect("an answer").status().as_u16()
}

/// The message that a closure panics with.
fn panic_of(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("it does not panic");
    panic.downcast_ref::<String>().cloned().unwrap_or_else(|| {
        let text: &&str = panic.downcast_ref().expect("a message");
        (*text).to_owned()
    })
}

#[test]
fn an_outage_ends_with_its_guard() -> Result<(), ClientError> {
    let rollcall = Rollcall::start();
    let outage = rollcall
        .fail(ROCKETMQ, "ListUser")
        .with("Internal")
        .times(2)
        .mount();
    assert_eq!(
        (status(&rollcall), status(&rollcall), status(&rollcall)),
        (500, 500, 200)
    );
    drop(outage);
    assert!(rollcall.faults()?.is_empty());
    {
        let _later = rollcall
            .fail(ROCKETMQ, "*")
            .effect(Effect::Hang)
            .after(9)
            .mount();
        let _limited = rollcall
            .fail(ROCKETMQ, "*")
            .param("limit", "1")
            .with("TooFrequent")
            .mount();
        assert_eq!(status(&rollcall), 404);
        assert_eq!(rollcall.faults()?.len(), 2);
    }
    assert_eq!(status(&rollcall), 200);
    let _late = rollcall
        .fail(ROCKETMQ, "*")
        .delayed(Duration::from_millis(1))
        .mount();
    assert_eq!(status(&rollcall), 200);
    assert_eq!(rollcall.journal()?[0].delivery, "");
    let rule = Rule::new(Match::default(), Effect::Truncate);
    assert_eq!(
        rollcall
            .namespace("a")
            .add_fault(&rule)?
            .matches
            .namespace
            .as_deref(),
        Some("a")
    );
    Ok(())
}

#[test]
fn a_plan_that_cannot_be_meant_says_where_to_look() {
    let rollcall = Rollcall::start();
    let message = panic_of(|| drop(rollcall.fail(ROCKETMQ, "ListUser").with("Nonsense").mount()));
    assert!(
        message.contains("is not an error of huawei-rocketmq")
            && message.contains("/_rollcall/errors"),
        "{message}"
    );
    let message = panic_of(|| drop(rollcall.fail("nobody", "*").with("Internal").mount()));
    assert!(message.contains("unknown provider \"nobody\""), "{message}");
    let message = panic_of(|| drop(rollcall.fail(ROCKETMQ, "ListUser").times(2).mount()));
    assert!(message.contains("the fault has no effect"), "{message}");
}

#[test]
fn an_expectation_that_fails_shows_the_nearest_call() {
    let rollcall = Rollcall::start();
    status(&rollcall);
    let once = rollcall.expect(ROCKETMQ, "ListUser", 1);
    status(&rollcall);
    once.verify(Duration::ZERO).expect("there was one");
    drop(once);
    let message = panic_of(|| {
        let _other = rollcall.expect(ROCKETMQ, "ShowInstance", 1..);
        status(&rollcall);
    });
    for part in [
        "at least 1 calls of huawei-rocketmq ShowInstance",
        "found 0 such calls",
        "operation is \\\"ListUser\\\", not \\\"ShowInstance\\\"",
        USERS,
    ] {
        assert!(message.contains(part), "no {part} in {message}");
    }
    // A test that fails already is not torn down twice.
    let message = panic_of(|| {
        let _never = rollcall.expect(ROCKETMQ, "ShowInstance", 7);
        panic!("the first panic");
    });
    assert_eq!(message, "the first panic");
}

#[test]
fn the_journal_is_typed() -> Result<(), ClientError> {
    let rollcall = Rollcall::start();
    status(&rollcall);
    let _outage = rollcall.fail(ROCKETMQ, "*").with("Internal").mount();
    status(&rollcall);
    let calls = rollcall.journal()?;
    let shown: Vec<_> = calls
        .iter()
        .map(|call| {
            (
                call.operation.as_str(),
                call.stage.as_str(),
                call.status,
                call.error.as_str(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("ListUser", "answered", 200, ""),
            ("ListUser", "fault", 500, "Internal")
        ]
    );
    assert!(rollcall.namespace("other").journal()?.is_empty());
    rollcall.clear_journal()?;
    assert!(rollcall.journal()?.is_empty());
    Ok(())
}

#[test]
fn data_settings_and_clock_are_set_and_put_back() -> Result<(), ClientError> {
    let rollcall = Rollcall::start();
    let before = rollcall.export()?;
    rollcall.seed(&users(&["mine"]))?;
    assert_eq!(rollcall.diff("default")?, "");
    rollcall.namespace("other").reset()?;
    assert!(rollcall.diff("other")?.contains("mine"));
    let snapshot = rollcall.snapshot()?;
    assert_eq!(rollcall.clear()?["counts"][ROCKETMQ]["users"], 0);
    rollcall.restore(&snapshot)?;
    assert!(rollcall.export()?.contains("mine"));
    rollcall.import(&before)?;
    assert_same(&rollcall.export()?, &before, "imported");
    rollcall.change_settings(&json!({ "async_polls": 3 }))?;
    rollcall.freeze_clock(Time::parse_rfc3339("2024-05-20T08:30:00Z").expect("a time"))?;
    assert_eq!(
        rollcall.advance_clock(Duration::from_secs(60))?["now"],
        "2024-05-20T08:31:00.000Z"
    );
    rollcall.reset()?;
    assert_eq!(rollcall.json("GET", "/clock", Value::Null)?["mode"], "real");
    assert_eq!(rollcall.namespaces()?.len(), 2);
    rollcall.namespace("other").drop_namespace()?;
    assert_eq!(rollcall.namespaces()?.len(), 1);
    Ok(())
}

#[test]
fn a_remote_twin_has_the_same_methods_and_says_what_is_wrong() {
    let rollcall =
        Rollcall::start_with(&Options::default().admin_token("t")).expect("the options are good");
    rollcall.reset().expect("it knows its own token");
    let remote = Client::new(rollcall.url() + "/");
    remote.health().expect("health is open");
    let refused = remote.reset().expect_err("it is locked");
    assert!(
        matches!(refused, ClientError::Refused { status: 401, .. }),
        "{refused}"
    );
    let remote = remote.with_token("t");
    remote.reset().expect("it is unlocked");
    let refused = remote.namespace("a/b c").reset().expect_err("no such name");
    assert!(
        refused
            .to_string()
            .contains("invalid namespace name \"a/b c\""),
        "{refused}"
    );
    let refused = remote
        .seed(&json!({ "nobody": {} }))
        .expect_err("no such provider");
    assert!(refused.to_string().ends_with("(at /nobody)"), "{refused}");
    drop(rollcall);
    let gone = remote.reset().expect_err("it is gone");
    assert!(
        gone.to_string()
            .contains("start one, or name another with --url"),
        "{gone}"
    );
}

#[test]
fn it_works_inside_of_an_asynchronous_test() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let rollcall = Rollcall::start();
        let _outage = rollcall
            .fail(ROCKETMQ, "ListUser")
            .with("Internal")
            .times(1)
            .mount();
        let once = rollcall.expect(ROCKETMQ, "ListUser", 2);
        assert_eq!(awaited_status(&rollcall).await, 500);
        assert_eq!(awaited_status(&rollcall).await, 200);
        drop(once);
        rollcall.reset().expect("it answers");
    });
}

#[test]
fn many_servers_live_side_by_side() {
    let servers: Vec<Rollcall> = (0..4).map(|_| Rollcall::start()).collect();
    servers[0].clear().expect("it answers");
    assert_eq!(status(&servers[0]), 404);
    assert_eq!(status(&servers[3]), 200);
}
