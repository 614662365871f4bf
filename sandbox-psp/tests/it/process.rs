//! Starts, kills and restarts the program.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

/// How often something that must happen is looked for, each 25 ms: half a minute in all.
pub(crate) const N_LOOKS: usize = 1200;

/// A running provider; killed when dropped.
pub(crate) struct Psp {
    child: Child,
    pub(crate) port: u16,
    pub(crate) ledger: PathBuf,
    callback_url: Option<String>,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Psp {
    pub(crate) async fn start() -> Self {
        Self::start_with(None).await
    }

    pub(crate) async fn start_with(callback_url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.jsonl");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = spawn(port, &ledger, callback_url.as_deref());
        let client = reqwest::Client::new();
        let psp = Self { child, port, ledger, callback_url, client, _folder: folder };
        psp.wait_ready().await;
        psp
    }

    pub(crate) fn pid(&self) -> String {
        self.child.id().to_string()
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    pub(crate) async fn restart(&mut self) {
        self.child = spawn(self.port, &self.ledger, self.callback_url.as_deref());
        self.wait_ready().await;
    }

    async fn wait_ready(&self) {
        for _ in 0..N_LOOKS {
            if self.client.get(self.url("/readyz")).send().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the provider did not come up");
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) async fn try_post(
        &self,
        path: &str,
        key: &str,
        body: &Value,
        timeout: Duration,
    ) -> reqwest::Result<Response> {
        let request = self.client.post(self.url(path)).bearer_auth("test-key").timeout(timeout);
        request.header("Idempotency-Key", key).json(body).send().await
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> (StatusCode, Value) {
        let answer = self.try_post(path, key, body, Duration::from_secs(10)).await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    pub(crate) async fn authorize(&self, reference: &str, method: &str) -> (StatusCode, Value) {
        let key = format!("{reference}:auth:1");
        self.post("/v1/payments", &key, &authorization(reference, method)).await
    }

    pub(crate) async fn act(&self, payment: &Value, action: &str) -> (StatusCode, Value) {
        let id = payment["id"].as_str().unwrap();
        let path = format!("/v1/payments/{id}/{action}");
        self.post(&path, &format!("{id}:{action}"), &json!({})).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = self.client.get(self.url(path)).bearer_auth("test-key");
        request.send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn by_reference(&self, reference: &str) -> Vec<Value> {
        let answer = self.get(&format!("/v1/payments?reference={reference}")).await;
        answer["data"].as_array().unwrap().clone()
    }

    /// Waits until the first payment with this reference has this status.
    pub(crate) async fn comes_to(&self, reference: &str, status: &str) {
        for _ in 0..N_LOOKS {
            let payments = self.by_reference(reference).await;
            if payments.first().is_some_and(|payment| payment["status"] == status) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{reference} was never {status}");
    }

    pub(crate) async fn ledger(&self) -> Vec<Value> {
        let request = self.client.get(self.url("/v1/ledger")).bearer_auth("test-key");
        let text = request.send().await.unwrap().text().await.unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) async fn ledger_kinds(&self) -> Vec<String> {
        let entries = self.ledger().await;
        entries.iter().map(|entry| entry["kind"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Psp {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The body of an authorization of 19.90 EUR.
pub(crate) fn authorization(reference: &str, method: &str) -> Value {
    json!({
        "reference": reference, "amount_minor": 1990, "currency": "EUR",
        "payment_method": method, "capture": false,
    })
}

fn spawn(port: u16, ledger: &std::path::Path, callback_url: Option<&str>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox-psp"));
    command
        .env("SLUICE_PSP__LISTEN", format!("127.0.0.1:{port}"))
        .env("SLUICE_PSP__LEDGER", ledger)
        .env("SLUICE_PSP__API_KEY", "test-key")
        .env("SLUICE_PSP__CALLBACK_SECRET", "test-secret")
        .env("SLUICE_PSP__LATE_MS", "400")
        .stderr(Stdio::null());
    if let Some(url) = callback_url {
        command.env("SLUICE_PSP__CALLBACK_URL", url);
    }
    command.spawn().unwrap()
}
