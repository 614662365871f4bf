//! A client that is asked, until another one takes its place.
//!
//! A client that is answered may have an old answer in mind all the same, for half a minute, such as
//! that a topic has no partitions. So it is not enough to look whether a client is answered: one that
//! finds nothing for long is replaced as soon as a new one finds what was asked for.

use crate::patience::Patience;
use parking_lot::RwLock;
use std::sync::Arc;

/// The client that is asked now.
pub(crate) struct AskedClient<C> {
    current: RwLock<Arc<C>>,
    patience: Patience,
}

impl<C> AskedClient<C> {
    /// Begins with this client, which may fail for so long.
    pub(crate) fn new(client: C, patience: Patience) -> Self {
        Self { current: RwLock::new(Arc::new(client)), patience }
    }

    /// Asks the client. If there have been failures alone for too long, a new one is created and asked
    /// as well: if that one has an answer, it takes the other's place.
    ///
    /// # Errors
    ///
    /// Returns how the client failed; what a new one says of its own failure is no news.
    pub(crate) fn ask<T, E>(
        &self,
        ask: impl Fn(&C) -> Result<T, E>,
        create: impl FnOnce() -> Option<C>,
    ) -> Result<T, E> {
        // Not under the lock: others ask meanwhile.
        let client = Arc::clone(&self.current.read());
        let answer = ask(&client);
        if answer.is_ok() {
            self.patience.renew();
            return answer;
        }
        if !self.patience.ends() {
            return answer;
        }
        create().and_then(|fresh| self.ask_fresh(fresh, ask)).map_or(answer, Ok)
    }

    fn ask_fresh<T, E>(&self, fresh: C, ask: impl Fn(&C) -> Result<T, E>) -> Option<T> {
        let answer = ask(&fresh).ok()?;
        tracing::warn!("a client does not find what another one finds; going on with that one");
        *self.current.write() = Arc::new(fresh);
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, time::Duration};

    /// What a client knows, or that it finds nothing.
    type Known = Result<u8, &'static str>;

    const NOTHING: Known = Err("no such partition");

    fn asked(client: Known, patience: Duration) -> AskedClient<Known> {
        AskedClient::new(client, Patience::of(patience))
    }

    fn too_soon() -> Option<Known> {
        panic!("another client is asked")
    }

    #[test]
    fn a_new_client_is_asked_for_what_the_old_one_does_not_find_and_takes_its_place() {
        let client = asked(NOTHING, Duration::ZERO);
        assert_eq!(client.ask(|known| *known, || Some(Ok(7))), Ok(7));
        assert_eq!(client.ask(|known| *known, too_soon), Ok(7));
    }

    #[test]
    fn a_new_client_that_finds_no_more_takes_nobodys_place() {
        let client = asked(NOTHING, Duration::ZERO);
        assert_eq!(client.ask(|known| *known, || Some(Err("away"))), NOTHING);
        assert_eq!(client.ask(|known| *known, || None), NOTHING);
        assert_eq!(**client.current.read(), NOTHING);
    }

    #[test]
    fn a_client_that_failed_for_a_moment_is_asked_again() {
        let (client, finds) = (asked(Ok(7), Duration::from_secs(3600)), Cell::new(false));
        let ask = |known: &Known| if finds.get() { *known } else { NOTHING };
        assert_eq!(client.ask(ask, too_soon), NOTHING);
        finds.set(true);
        assert_eq!(client.ask(ask, too_soon), Ok(7));
    }
}
