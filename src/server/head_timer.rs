//! Limits how long a client may take to send a request's head, with one timer per connection.
//!
//! hyper creates a timer before each head and drops it afterwards. The runtime keeps timers in a wheel that its threads share under
//! a lock, and these hardly ever fire. So each connection keeps a single timer, which is reset only when it fires too early: the
//! limit stays the same, and a call takes no lock.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// The timer of a connection. Its deadlines only ever move forward.
#[derive(Debug, Default)]
pub(super) struct HeadTimer {
    running: Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Deadline {
            deadline,
            running: Arc::clone(&self.running),
        })
    }
}

/// The deadline of a head.
struct Deadline {
    deadline: Instant,
    running: Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>,
}

impl Future for Deadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline.into();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let timer = running.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        loop {
            ready!(timer.as_mut().poll(context));
            if deadline <= timer.deadline() {
                return Poll::Ready(());
            }
            // It was set for an earlier head.
            timer.as_mut().reset(deadline);
        }
    }
}

impl Sleep for Deadline {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_deadline_outlasts_the_timer_of_an_earlier_one() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let timer = HeadTimer::default();
            let began = Instant::now();
            let mut first = timer.sleep(Duration::from_millis(20));
            let is_waiting = std::future::poll_fn(|context| {
                Poll::Ready(first.as_mut().poll(context).is_pending())
            });
            assert!(is_waiting.await, "it has only begun");
            drop(first);
            let later = Duration::from_millis(60);
            timer.sleep_until(began + later).await;
            assert!(later <= began.elapsed());
            timer.sleep(later).await;
            assert!(
                2 * later <= began.elapsed(),
                "it can be set again after it ran down"
            );
        });
    }
}
