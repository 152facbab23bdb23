//! Faults in tests: planned, mounted, and removed by their guard.

use std::time::Duration;

use super::Client;
use crate::pipeline::faults::{Delay, Effect, Rule};

/// A fault that is not active yet: choose its effect and calls, then [`mount`](FaultPlan::mount) it.
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
    /// Whether an effect was chosen.
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

    /// Delays the answer.
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

    /// Affects that many calls, then no more.
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

    /// Activates the fault until the guard is dropped.
    ///
    /// # Panics
    /// When no effect was chosen, or the provider, operation or error does not exist. The message says where to look.
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
            "the fault has no effect; call with(error), delayed(time) or effect(…) before mount()"
        );
        let added = self.client.add_fault(&self.rule);
        let rule = added.unwrap_or_else(|cause| panic!("cannot add the fault: {cause}"));
        FaultGuard {
            client: self.client,
            id: rule.id,
        }
    }
}

/// An active fault, which ends when this is dropped.
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
        // A reset may have removed it, or the server may be gone: either way the fault has ended.
        let _ = self
            .client
            .call("DELETE", &format!("/faults/{}", self.id), Vec::new());
    }
}
