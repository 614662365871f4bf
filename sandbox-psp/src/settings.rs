//! Flags, each with a variable `SLUICE_PSP__*`.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::SecretString;

/// A payment provider to test against.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "sandbox-psp", version, about)]
pub struct Settings {
    /// Address to listen on.
    #[arg(long, env = "SLUICE_PSP__LISTEN", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,

    /// Append-only ledger file, read again at every start.
    #[arg(long, env = "SLUICE_PSP__LEDGER", default_value = "psp-ledger.jsonl")]
    pub ledger: PathBuf,

    /// API key that callers send as a bearer token.
    #[arg(long, env = "SLUICE_PSP__API_KEY", hide_env_values = true)]
    pub api_key: SecretString,

    /// URL for signed callbacks; without it none are sent.
    #[arg(long, env = "SLUICE_PSP__CALLBACK_URL")]
    pub callback_url: Option<String>,

    /// Secret that callbacks are signed with.
    #[arg(long, env = "SLUICE_PSP__CALLBACK_SECRET", hide_env_values = true)]
    pub callback_secret: SecretString,

    /// How long a hanging card keeps its caller waiting, in milliseconds.
    #[arg(long, env = "SLUICE_PSP__HANG_MS", default_value_t = 30_000)]
    pub hang_ms: u64,

    /// How long after the request a late card is authorized, in milliseconds.
    #[arg(long, env = "SLUICE_PSP__LATE_MS", default_value_t = 3_000)]
    pub late_ms: u64,

    /// Log filter, in the syntax of tracing's EnvFilter.
    #[arg(long, env = "SLUICE_PSP__LOG", default_value = "info")]
    pub log: String,
}

impl Settings {
    pub(crate) fn hang(&self) -> Duration {
        Duration::from_millis(self.hang_ms)
    }

    pub(crate) fn late(&self) -> Duration {
        Duration::from_millis(self.late_ms)
    }
}
