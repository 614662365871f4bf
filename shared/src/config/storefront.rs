//! `[storefront]`: the service that shows and sells; `config/default.toml` says what each key does.

use super::credentials::{self, KeysError};
use crate::credentials::{PassKeys, SessionTimes};
use secrecy::SecretString;
use serde::Deserialize;
use std::{net::SocketAddr, num::NonZeroU64, path::PathBuf, time::Duration};

/// `[storefront]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorefrontSettings {
    /// Address for shoppers, sellers and operators.
    pub listen: SocketAddr,
    /// Address for health and metrics.
    pub admin_listen: SocketAddr,
    /// Base URL under which people reach it.
    pub public_url: String,
    /// How long a session is valid from its renewal on, seconds.
    pub session_ttl_s: NonZeroU64,
    /// How long a session lasts at most, however often it is renewed, seconds.
    pub session_lifetime_s: NonZeroU64,
    /// Folder of the files of pictures.
    pub picture_dir: PathBuf,
    /// Keys of passes, `id:hex[,id:hex]`; of the storefront alone.
    pub pass_keys: Option<SecretString>,
}

impl StorefrontSettings {
    /// Returns how long sessions last.
    #[must_use]
    pub fn session_times(&self) -> SessionTimes {
        SessionTimes {
            ttl: Duration::from_secs(self.session_ttl_s.get()),
            lifetime: Duration::from_secs(self.session_lifetime_s.get()),
        }
    }

    /// Reads the keys of passes.
    ///
    /// # Errors
    ///
    /// Returns [`KeysError`] when they are missing or malformed.
    pub fn passes(&self) -> Result<PassKeys, KeysError> {
        credentials::read_as("storefront.pass_keys", self.pass_keys.as_ref(), PassKeys::parse)
    }
}
