//! What stands between the public and the listeners; `config/default.toml` says what each key does.

use ipnet::IpNet;
use serde::Deserialize;
use std::{
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

/// `[edge]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeSettings {
    /// Networks of the proxies that are believed about whom they ask for.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether these proxies begin each connection with a PROXY header, version 2.
    pub proxy_protocol: bool,
    /// Connections and sockets of one client's address at one time, at most.
    pub max_connections_per_ip: NonZeroU32,
    /// Sockets of one admission whose tickets are not valid, at most.
    pub max_unauthenticated_sockets: NonZeroU32,
    /// How long a client may take nothing of what is written to it, milliseconds.
    pub write_timeout_ms: NonZeroU64,
    /// How long a process that was told to stop goes on serving, milliseconds.
    pub lame_duck_ms: u64,
}

impl EdgeSettings {
    /// Returns how long a client may take nothing of what is written to it.
    #[must_use]
    pub fn write_timeout(&self) -> Duration {
        Duration::from_millis(self.write_timeout_ms.get())
    }

    /// Returns how long a process that was told to stop goes on serving.
    #[must_use]
    pub fn lame_duck(&self) -> Duration {
        Duration::from_millis(self.lame_duck_ms)
    }
}
