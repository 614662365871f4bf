//! `[storefront]`: the service that shows and sells; `config/default.toml` says what each key does.

use super::credentials::{self, KeysError};
use crate::{
    credentials::{AwsKey, PassKeys, SessionTimes},
    load_lab::LoadLabUse,
};
use secrecy::{ExposeSecret, SecretString};
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
    /// Where operators may ask for crowds.
    pub load_lab: LoadLabUse,
    /// Keys of passes, `id:hex[,id:hex]`; of the storefront alone.
    pub pass_keys: Option<SecretString>,
    /// The RSA key of the adapter for the retired waiting room, as PEM; of the storefront alone. Without
    /// it there is no adapter.
    pub aws_key_pem: Option<SecretString>,
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

    /// Reads the key of the adapter; `None` if there is no adapter.
    ///
    /// # Errors
    ///
    /// Returns [`KeysError`] when it is malformed.
    pub fn aws_key(&self) -> Result<Option<AwsKey>, KeysError> {
        let is_given = |pem: &&SecretString| !pem.expose_secret().trim().is_empty();
        let given = self.aws_key_pem.as_ref().filter(is_given);
        let read = |pem| credentials::read_as("storefront.aws_key_pem", Some(pem), AwsKey::parse);
        given.map(read).transpose()
    }
}
