//! Faults from a test: planned, mounted, taken away again by their guard.

use std::time::Duration;

use super::Client;
use crate::pipeline::faults::{Delay, Effect, Rule};

/// A fault in the making: say what should happen, to which calls, and [`mount`](FaultPlan::mount) it.
///
/// ```
/// let rollcall = rollcall::Rollcall::start();
/// let plan = rollcall.fail("huawei-rocketmq", "ListUser");
/// let _outage = plan.with("Internal").after(1).times(2).mount();
/// ```
#[derive(Debug)]
#[must_use = "nothing fails until the plan is mounted"]
pub struct FaultPlan {
    pub(super) client: Client,
    pub(super) rule: Rule,
    /// Whether it says what happens.
    pub(super) is_whole: bool,
}

impl FaultPlan {
    /// Fails with an error of the provider's table, by its name.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let _fault = rollcall.fail("huawei-rocketmq", "*").with("Internal").mount();
    /// ```
    pub fn with(self, error: &str) -> Self {
        self.effect(Effect::Error {
            error: error.to_owned(),
            detail: None,
        })
    }

    /// Answers late.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let rollcall = rollcall::Rollcall::start();
    /// let _fault = rollcall.fail("huawei-rocketmq", "*").delayed(Duration::from_secs(2)).mount();
    /// ```
    pub fn delayed(self, delay: Duration) -> Self {
        self.effect(Effect::Delay {
            delay: Delay::Fixed(format!("{}ms", delay.as_millis())),
        })
    }

    /// Any other effect.
    ///
    /// ```
    /// use rollcall::faults::Effect;
    ///
    /// let rollcall = rollcall::Rollcall::start();
    /// let _fault = rollcall.fail("huawei-rocketmq", "*").effect(Effect::Reset).mount();
    /// ```
    pub fn effect(mut self, effect: Effect) -> Self {
        self.rule.effect = effect;
        self.is_whole = true;
        self
    }

    /// Happens to that many calls, then no more.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let _fault = rollcall.fail("huawei-rocketmq", "*").with("Internal").times(2).mount();
    /// ```
    pub const fn times(mut self, times: u64) -> Self {
        self.rule.times = Some(times);
        self
    }

    /// Lets that many calls pass first.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let _fault = rollcall.fail("huawei-rocketmq", "*").with("Internal").after(1).mount();
    /// ```
    pub const fn after(mut self, calls: u64) -> Self {
        self.rule.after = calls;
        self
    }

    /// Only for calls with that parameter, of the path, the query or the body.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let _fault = rollcall.fail("huawei-rocketmq", "ListUser").param("limit", "50").with("Internal").mount();
    /// ```
    pub fn param(mut self, name: &str, value: &str) -> Self {
        let params = &mut self.rule.matches.params;
        params.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Sets it up, until the guard is dropped.
    ///
    /// # Panics
    /// When no effect was given, and when there is no such provider, operation or error: with a sentence that says
    /// where to look.
    ///
    /// ```
    /// let rollcall = rollcall::Rollcall::start();
    /// let fault = rollcall.fail("huawei-rocketmq", "*").with("Internal").mount();
    /// drop(fault);
    /// assert!(rollcall.faults()?.is_empty());
    /// # Ok::<(), rollcall::control::ClientError>(())
    /// ```
    #[track_caller]
    pub fn mount(self) -> FaultGuard {
        assert!(
            self.is_whole,
            "the fault has no effect: say with(error), delayed(time) or effect(…) before mount()"
        );
        let added = self.client.add_fault(&self.rule);
        let rule = added.unwrap_or_else(|cause| panic!("the fault cannot be set up: {cause}"));
        FaultGuard {
            client: self.client,
            id: rule.id,
        }
    }
}

/// A fault that ends when this is dropped.
///
/// ```
/// use rollcall::control::FaultGuard;
///
/// let rollcall = rollcall::Rollcall::start();
/// let outage: FaultGuard = rollcall.fail("huawei-rocketmq", "*").with("Internal").mount();
/// ```
#[derive(Debug)]
#[must_use = "the fault ends when its guard is dropped"]
pub struct FaultGuard {
    pub(super) client: Client,
    pub(super) id: u64,
}

impl Drop for FaultGuard {
    fn drop(&mut self) {
        // A reset may have removed it, and the server may be gone: either way it has ended.
        let _ = self
            .client
            .call("DELETE", &format!("/faults/{}", self.id), Vec::new());
    }
}
