//! What a start needs to know, from flags or `SLUICE_PSP__*`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::SecretString;

/// A payment provider to test against.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "sandbox-psp", version, about)]
pub struct Settings {
    /// Address to listen on.
    #[arg(long, env = "SLUICE_PSP__LISTEN", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,

    /// The append-only ledger file; read again at every start.
    #[arg(long, env = "SLUICE_PSP__LEDGER", default_value = "psp-ledger.jsonl")]
    pub ledger: PathBuf,

    /// The key that callers send as a bearer token.
    #[arg(long, env = "SLUICE_PSP__API_KEY", hide_env_values = true)]
    pub api_key: SecretString,

    /// Where signed callbacks go; without it none are sent.
    #[arg(long, env = "SLUICE_PSP__CALLBACK_URL")]
    pub callback_url: Option<String>,

    /// The secret that callbacks are signed with.
    #[arg(long, env = "SLUICE_PSP__CALLBACK_SECRET", hide_env_values = true)]
    pub callback_secret: SecretString,

    /// How long a hanging card keeps its caller waiting.
    #[arg(long, env = "SLUICE_PSP__HANG_MS", default_value_t = 30_000)]
    pub hang_ms: u64,

    /// When a late card is authorized after all.
    #[arg(long, env = "SLUICE_PSP__LATE_MS", default_value_t = 3_000)]
    pub late_ms: u64,

    /// What is logged, in the syntax of `tracing`'s env filter.
    #[arg(long, env = "SLUICE_PSP__LOG", default_value = "info")]
    pub log: String,
}

impl Settings {
    /// How long a hanging card keeps its caller waiting.
    #[must_use]
    pub fn hang(&self) -> Duration {
        Duration::from_millis(self.hang_ms)
    }

    /// When a late card is authorized after all.
    #[must_use]
    pub fn late(&self) -> Duration {
        Duration::from_millis(self.late_ms)
    }
}
