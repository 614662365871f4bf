//! `[abuse]`: what a new guest costs; `config/default.toml` says what each key does.

use crate::text_enum;
use ipnet::IpNet;
use serde::Deserialize;
use std::{
    net::IpAddr,
    num::{NonZeroU32, NonZeroU64},
};

/// `[abuse]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbuseSettings {
    /// When new guests have to prove work.
    pub pow_mode: ProofMode,
    /// Guests of one network that one process welcomes in a minute without it.
    pub pow_free_per_network: NonZeroU32,
    /// Guests that one process welcomes in a minute without it, in all.
    pub pow_free_in_all: NonZeroU32,
    /// Least work: the greatest number that may have to be found.
    pub pow_least: NonZeroU32,
    /// Most work, likewise.
    pub pow_most: NonZeroU32,
    /// How long a challenge may take, seconds.
    pub pow_valid_s: NonZeroU64,
    /// Networks whose guests never have to prove any.
    pub pow_exempt: Vec<IpNet>,
}

text_enum! {
    /// When new guests have to prove work.
    ProofMode {
        /// Never.
        Off = "off",
        /// While many come.
        Auto = "auto",
        /// Each time.
        Always = "always",
    }
}

impl AbuseSettings {
    /// Whether a client at this address never has to prove work.
    #[must_use]
    pub fn is_exempt(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.pow_exempt.iter().any(|network| network.contains(&address))
    }
}
