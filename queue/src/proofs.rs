//! Proofs of work that were accepted. They have nothing to do with any line; they are here because all
//! storefronts meet here, and each proof may be accepted once.

use crate::{Queue, QueueError, keys};
use std::time::Duration;

impl Queue {
    /// Accepts a proof, which is remembered for as long as it could be sent again. Returns `false` if
    /// it was accepted before.
    ///
    /// # Errors
    ///
    /// Returns [`QueueError`] when Redis does not answer. The proof may be remembered then.
    pub async fn take_proof(&self, id: &str, remember: Duration) -> Result<bool, QueueError> {
        let mut command = redis::cmd("SET");
        let remember_ms = u64::try_from(remember.as_millis()).unwrap_or(u64::MAX).max(1);
        command.arg(keys::proof(id)).arg("").arg("NX").arg("PX").arg(remember_ms);
        self.command("take a proof", &command).await
    }
}
