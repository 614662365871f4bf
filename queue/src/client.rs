//! What all clients of Redis have in common: how much waits to be sent, and who vouches for servers
//! that are met over TLS.

use redis::{Client, IntoConnectionInfo, RedisResult, TlsCertificates};
use shared::config::RedisSettings;

/// Calls that may wait to be sent.
pub(crate) const BUFFER: usize = 1024;

/// The certificates of the authorities to trust; `None` for those of the system.
pub(crate) struct Authorities(Option<TlsCertificates>);

impl Authorities {
    /// Reads the file that the settings name.
    ///
    /// # Errors
    ///
    /// Returns an error when it cannot be read.
    pub(crate) fn read(settings: &RedisSettings) -> RedisResult<Self> {
        if settings.ca_file.is_empty() {
            return Ok(Self(None));
        }
        let root_cert = Some(std::fs::read(&settings.ca_file)?);
        Ok(Self(Some(TlsCertificates { client_tls: None, root_cert })))
    }

    /// Prepares a client. The address says whether it talks over TLS, and as whom.
    ///
    /// # Errors
    ///
    /// Returns an error when the address cannot be parsed, when the certificates cannot be
    /// understood, and when there are some for an address without TLS.
    pub(crate) fn client(&self, address: impl IntoConnectionInfo) -> RedisResult<Client> {
        match &self.0 {
            Some(certificates) => Client::build_with_tls(address, certificates.clone()),
            None => Client::open(address),
        }
    }

    /// Returns the certificates, for those who make clients themselves.
    pub(crate) fn certificates(&self) -> Option<TlsCertificates> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorities(ca_file: &str) -> RedisResult<Authorities> {
        Authorities::read(&testkit::settings([("SLUICE_REDIS__CA_FILE", ca_file)]).redis)
    }

    #[test]
    fn authorities_for_an_address_without_tls_are_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let authorities = authorities(file.path().to_str().unwrap()).unwrap();
        assert!(authorities.client("rediss://127.0.0.1:6379").is_ok());
        assert!(authorities.client("redis://127.0.0.1:6379").is_err());
    }

    #[test]
    fn authorities_that_are_not_there_are_noticed_at_once() {
        assert!(authorities("/nowhere/ca.pem").is_err());
    }
}
