//! Sessions that were ended before their time, as each process knows them.
//!
//! A session is verified without a database, so what ends it early has to be known beforehand: a
//! moment for each shopper, up to which all that began is over. Few end theirs, and an entry goes
//! when the sessions that it is about have expired by themselves.

use super::Session;
use crate::ids::ShopperId;
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

/// Which sessions are over. Shared between those who ask and the one who keeps it up to date.
#[derive(Debug, Default)]
pub struct EndedSessions(RwLock<HashMap<ShopperId, i64>>);

impl EndedSessions {
    /// Notes that the sessions of a shopper that began at `began_until_ms` or before are over.
    pub fn end(&self, shopper_id: ShopperId, began_until_ms: i64) {
        let mut ended = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let until = ended.entry(shopper_id).or_insert(began_until_ms);
        *until = began_until_ms.max(*until);
    }

    /// Whether a session was ended.
    #[must_use]
    pub fn has(&self, session: &Session) -> bool {
        let ended = self.0.read().unwrap_or_else(PoisonError::into_inner);
        ended.get(&session.shopper_id).is_some_and(|until| session.began_at_ms <= *until)
    }

    /// Forgets what is about sessions that began before `began_before_ms`: they have expired.
    pub fn forget(&self, began_before_ms: i64) {
        let mut ended = self.0.write().unwrap_or_else(PoisonError::into_inner);
        ended.retain(|_, until| *until >= began_before_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn began(shopper_id: ShopperId, began_at_ms: i64) -> Session {
        Session { shopper_id, began_at_ms, expires_at_ms: i64::MAX, member_of: None, key: None }
    }

    #[test]
    fn what_began_later_goes_on_and_nobody_elses_ends() {
        let (ended, shopper_id) = (EndedSessions::default(), ShopperId::generate());
        ended.end(shopper_id, 10);
        ended.end(shopper_id, 5);
        assert!(ended.has(&began(shopper_id, 10)), "an older end takes nothing back");
        assert!(!ended.has(&began(shopper_id, 11)));
        assert!(!ended.has(&began(ShopperId::generate(), 10)));
        ended.forget(10);
        assert!(ended.has(&began(shopper_id, 10)));
        ended.forget(11);
        assert!(!ended.has(&began(shopper_id, 10)));
    }
}
