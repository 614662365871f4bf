//! The public keys as Sluice has them now.
//!
//! They are fetched again every minute, and when a token names one that is not among them, but never
//! more often than every few seconds, whatever tokens come in. While they cannot be had, the last ones
//! count for an hour: those inside stay inside.

use crate::key_set::KeySet;
use parking_lot::RwLock;
use reqwest::Client;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// When keys are fetched again. Sluice lets them be kept as long.
const MAX_AGE: Duration = Duration::from_secs(60);
/// Least time between two attempts.
const MIN_PAUSE: Duration = Duration::from_secs(2);
/// How long keys count that cannot be had anew.
const MAX_STALE: Duration = Duration::from_secs(3600);

/// Fetches and keeps the public keys.
#[derive(Debug)]
pub(crate) struct RemoteKeys {
    client: Client,
    url: String,
    kept: RwLock<Kept>,
    /// Held by the one who fetches.
    fetching: Mutex<()>,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    keys: Arc<KeySet>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
}

impl RemoteKeys {
    /// Keys at an address; none are fetched yet.
    pub(crate) fn at(client: Client, url: String) -> Self {
        Self { client, url, kept: RwLock::default(), fetching: Mutex::default() }
    }

    /// Returns the keys, fetched anew if they are old or lack this one.
    pub(crate) async fn with(&self, key_id: &str) -> Arc<KeySet> {
        let kept = self.kept();
        if !kept.is_due(key_id) {
            return kept.keys;
        }
        let _fetching = match self.fetching.try_lock() {
            Ok(mine) => mine,
            // Another request sees to it, and what is there will do.
            Err(_) if kept.keys.has(key_id) => return kept.keys,
            Err(_) => self.fetching.lock().await,
        };
        let kept = self.kept();
        if !kept.is_due(key_id) {
            return kept.keys;
        }
        self.fetch().await;
        self.kept().keys
    }

    async fn fetch(&self) {
        let begun = Instant::now();
        self.kept.write().tried_at = Some(begun);
        match self.ask().await {
            Ok(keys) => {
                let mut kept = self.kept.write();
                kept.keys = Arc::new(keys);
                kept.fetched_at = Some(begun);
            }
            Err(error) => {
                tracing::warn!(%error, url = %self.url, "could not get the keys of passes");
            }
        }
    }

    /// Returns why they could not be had as a text: it goes to the log alone.
    async fn ask(&self) -> Result<KeySet, String> {
        let asked = self.client.get(&self.url).send().await;
        let answer = asked.and_then(reqwest::Response::error_for_status);
        let body = match answer {
            Ok(answer) => answer.bytes().await,
            Err(error) => Err(error),
        };
        let body = body.map_err(|error| error.to_string())?;
        KeySet::read(&body).map_err(|error| error.to_string())
    }

    /// What is kept, without keys that are too old.
    fn kept(&self) -> Kept {
        let kept = self.kept.read().clone();
        let is_stale = kept.fetched_at.is_some_and(|at| at.elapsed() >= MAX_STALE);
        if is_stale { Kept { keys: Arc::default(), ..kept } } else { kept }
    }
}

impl Kept {
    fn is_due(&self, key_id: &str) -> bool {
        let is_old = self.fetched_at.is_none_or(|at| at.elapsed() >= MAX_AGE);
        let was_tried = self.tried_at.is_some_and(|at| at.elapsed() < MIN_PAUSE);
        (is_old || !self.keys.has(key_id)) && !was_tried
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(fetched_s: Option<u64>, tried_s: Option<u64>) -> Kept {
        let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds));
        Kept {
            keys: Arc::default(),
            fetched_at: fetched_s.and_then(ago),
            tried_at: tried_s.and_then(ago),
        }
    }

    #[test]
    fn keys_are_fetched_when_they_are_old_or_lack_one_but_not_all_the_time() {
        assert!(kept(None, None).is_due("1"), "none were fetched yet");
        assert!(kept(Some(9), Some(9)).is_due("1"), "one is missing");
        assert!(!kept(Some(1), Some(1)).is_due("1"), "one is missing, as a moment ago");
        assert!(!kept(None, Some(1)).is_due("1"), "they could not be had a moment ago");
    }

    #[test]
    fn keys_that_cannot_be_had_anew_do_not_count_for_ever() {
        let keys = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
        let remote = RemoteKeys::at(Client::new(), String::new());
        remote.kept.write().keys = Arc::new(KeySet::read(keys).unwrap());
        remote.kept.write().fetched_at = Some(Instant::now());
        assert!(remote.kept().keys.has("1"));
        remote.kept.write().fetched_at = Instant::now().checked_sub(MAX_STALE);
        assert!(!remote.kept().keys.has("1"));
    }
}
