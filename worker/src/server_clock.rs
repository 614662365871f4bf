//! The time as Postgres has it, told by this machine's clock and how far that is off.
//!
//! What a worker compares the time with was written by Postgres or Redis: when a call was made, a ticket
//! admitted, a hold ended. So a machine whose clock is an hour off must not count the hour.

use database::{DatabaseError, PgPool, workers::database_time};
use jiff::{SignedDuration, Timestamp};
use parking_lot::RwLock;
use shared::clock::Clock;
use std::sync::Arc;

/// How far off a clock is before it is worth a word: more than answers take.
const FAR_OFF: SignedDuration = SignedDuration::from_secs(5);

/// An answer that took longer says little: what is known stays, unless that cannot be.
const SLOW: SignedDuration = SignedDuration::from_millis(500);

/// Follows the clock of Postgres; clones are the same clock. Until it was asked for the first time, it is
/// that of the machine.
#[derive(Clone)]
pub(crate) struct ServerClock {
    machine: Arc<dyn Clock>,
    behind: Arc<RwLock<SignedDuration>>,
}

impl ServerClock {
    pub(crate) fn new(machine: Arc<dyn Clock>) -> Self {
        Self { machine, behind: Arc::default() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.machine.now().saturating_add(*self.behind.read()).unwrap_or(Timestamp::MAX)
    }

    /// Asks Postgres for the time.
    pub(crate) async fn follow(&self, pool: &PgPool) -> Result<(), DatabaseError> {
        let asked_at = self.machine.now();
        let theirs = database_time(pool).await?;
        self.set(asked_at, theirs, self.machine.now());
        Ok(())
    }

    /// Sets it to what the server said between the two moments of the machine.
    fn set(&self, asked_at: Timestamp, theirs: Timestamp, answered_at: Timestamp) {
        let took = answered_at.duration_since(asked_at);
        let (least, most) = (theirs.duration_since(answered_at), theirs.duration_since(asked_at));
        let before = *self.behind.read();
        if took > SLOW && (least..=most).contains(&before) {
            return;
        }
        let behind = most - took / 2;
        *self.behind.write() = behind;
        if behind.abs() > FAR_OFF && before.abs() <= FAR_OFF {
            let seconds = behind.as_secs();
            tracing::warn!(
                seconds,
                "the clock of this machine is {seconds} s behind that of Postgres, which counts; set it \
                 right, since log lines have its time"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::MockClock;

    #[test]
    fn a_machine_that_is_off_either_way_tells_the_time_of_the_server() {
        let theirs = Timestamp::constant(1_800_000_000, 0);
        let machine = MockClock::default();
        let clock = ServerClock::new(Arc::new(machine.clone()));
        for off in [-3600, -7, 0, 7, 3600] {
            machine.set(theirs + SignedDuration::from_secs(off));
            let asked_at = machine.now();
            machine.advance(SignedDuration::from_millis(20));
            clock.set(asked_at, theirs + SignedDuration::from_millis(10), machine.now());
            assert_eq!(clock.now(), theirs + SignedDuration::from_millis(20), "{off} s");
            machine.advance(SignedDuration::from_secs(1));
            assert_eq!(clock.clone().now(), theirs + SignedDuration::from_millis(1020), "{off} s");
        }
    }

    #[test]
    fn an_answer_that_took_long_moves_no_clock_that_may_be_right() {
        let theirs = Timestamp::constant(1_800_000_000, 0);
        let machine = MockClock::at(theirs);
        let clock = ServerClock::new(Arc::new(machine.clone()));
        clock.set(theirs, theirs, theirs);
        // Postgres hung for a quarter of a minute and answered at its end.
        let answered_at = theirs + SignedDuration::from_secs(15);
        machine.set(answered_at);
        clock.set(theirs, answered_at, answered_at);
        assert_eq!(clock.now(), answered_at);
        // The machine's clock was set an hour ahead, and it hangs again.
        let (asked_at, hour) = (answered_at, SignedDuration::from_hours(1));
        let ahead = answered_at + hour;
        machine.set(ahead);
        clock.set(asked_at + hour - SignedDuration::from_secs(2), answered_at, ahead);
        assert_eq!(clock.now(), answered_at + SignedDuration::from_secs(1), "half of what it took");
    }
}
