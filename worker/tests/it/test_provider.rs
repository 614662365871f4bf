//! The sandbox provider, in the test's own process.

use crate::SOON;
use sandbox_psp::settings::Settings as PspSettings;
use serde_json::Value;
use std::path::PathBuf;
use testkit::wait_until;
use tokio_util::sync::CancellationToken;

pub(crate) const API_KEY: &str = "key-of-the-tests";

/// A provider that can stop and start again; its ledger stays.
pub(crate) struct TestProvider {
    pub(crate) url: String,
    port: u16,
    ledger: PathBuf,
    late_ms: u64,
    stop: CancellationToken,
    _dir: tempfile::TempDir,
}

impl TestProvider {
    /// Prepares a provider whose late cards take so long; it does not answer yet.
    pub(crate) fn new(late_ms: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = stack::ports::reserve().unwrap();
        Self {
            url: format!("http://127.0.0.1:{port}"),
            port,
            ledger: dir.path().join("ledger.jsonl"),
            late_ms,
            stop: CancellationToken::new(),
            _dir: dir,
        }
    }

    /// Starts it and waits until it answers.
    pub(crate) async fn start(&mut self) {
        self.stop = CancellationToken::new();
        let settings = PspSettings {
            listen: ([127, 0, 0, 1], self.port).into(),
            ledger: self.ledger.clone(),
            api_key: API_KEY.into(),
            callback_url: None,
            callback_secret: "secret".into(),
            hang_ms: 5000,
            late_ms: self.late_ms,
            log: "off".into(),
        };
        tokio::spawn(sandbox_psp::run(settings, self.stop.clone()));
        let url = format!("{}/readyz", self.url);
        wait_until("provider", SOON, || async { reqwest::get(&url).await.ok().map(|_| ()) }).await;
    }

    /// How often its ledger says that a payment came to this.
    pub(crate) async fn happened(&self, kind: &str) -> usize {
        let lines = reqwest::Client::new()
            .get(format!("{}/v1/ledger", self.url))
            .bearer_auth(API_KEY)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        let entries = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        entries.filter(|entry| entry["kind"] == kind).count()
    }
}

impl Drop for TestProvider {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
