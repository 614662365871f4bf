//! Each of our services with the settings of a fleet, ready to be started.

use super::{Fleet, local_url};
use crate::{ServiceOptions, StackError};

impl Fleet {
    /// The payment provider.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn sandbox_psp(&self) -> Result<ServiceOptions, StackError> {
        let callback_url = format!("{}/v1/provider/callbacks", self.storefront_url());
        let given = self.env.iter().filter(|(name, _)| name.starts_with("SLUICE_PSP__"));
        let defaults = [
            ("SLUICE_PSP__LISTEN".to_owned(), format!("127.0.0.1:{}", self.ports.psp)),
            ("SLUICE_PSP__LEDGER".to_owned(), self.psp_ledger().display().to_string()),
            ("SLUICE_PSP__CALLBACK_URL".to_owned(), callback_url),
        ];
        let options = ServiceOptions::built("sandbox-psp", &self.dir)?
            .env(defaults)
            .env(given.map(|(name, value)| (name.clone(), value.clone())))
            .ready_url(format!("{}/readyz", self.psp_url()));
        Ok(options)
    }

    /// The worker, with all its roles unless the settings say otherwise.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn worker(&self) -> Result<ServiceOptions, StackError> {
        self.ours("worker", self.ports.worker_admin)
    }

    /// The service that keeps the line.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn admission(&self) -> Result<ServiceOptions, StackError> {
        self.ours("admission", self.ports.admission_admin)
    }

    /// The service that shows and sells.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn storefront_api(&self) -> Result<ServiceOptions, StackError> {
        self.ours("storefront-api", self.ports.storefront_admin)
    }

    /// Somebody's own site, with the line of this drop before it.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn sample_site(
        &self,
        drop_id: &str,
        seller_key: &str,
    ) -> Result<ServiceOptions, StackError> {
        let public_url = self.env.get("SLUICE_STOREFRONT__PUBLIC_URL").cloned();
        let env = [
            ("SAMPLE_SITE_LISTEN", format!("127.0.0.1:{}", self.ports.site)),
            ("SAMPLE_SITE_SLUICE", public_url.unwrap_or_else(|| self.storefront_url())),
            ("SAMPLE_SITE_DROP", drop_id.to_owned()),
            ("SAMPLE_SITE_SELLER_KEY", seller_key.to_owned()),
        ];
        let ready_url = format!("{}/readyz", self.site_url());
        Ok(ServiceOptions::built("sample-site", &self.dir)?.env(env).ready_url(ready_url))
    }

    /// The agent of the load lab: sends the crowds that operators ask for, through drops of this seller.
    ///
    /// # Errors
    ///
    /// Returns [`StackError::BinaryMissing`] if it was not built.
    pub fn load_agent(
        &self,
        operator_key: &str,
        seller_key: &str,
    ) -> Result<ServiceOptions, StackError> {
        let servers = ["REDIS__URL", "DATABASE__URL", "KAFKA__BROKERS", "KAFKA__TOPIC_PREFIX"];
        let is_server = |name: &str| servers.iter().any(|key| name == format!("SLUICE_{key}"));
        let given = self.env.iter().filter(|(name, _)| is_server(name));
        let own = [
            ("OPERATOR_KEY", operator_key.to_owned()),
            ("SELLER_KEY", seller_key.to_owned()),
            ("STOREFRONT", self.storefront_url()),
            ("ADMISSION", self.admission_url()),
            ("PSP_LEDGER", self.psp_url()),
            ("PSP_API_KEY", self.psp_api_key().to_owned()),
        ];
        let mut options = ServiceOptions::built("crowd", &self.dir)?
            .name("load-agent")
            .env(given.map(|(name, value)| (name.clone(), value.clone())))
            .env(own.map(|(name, value)| (format!("SLUICE_CROWD__{name}"), value)));
        options.args = vec!["agent".to_owned()];
        Ok(options)
    }

    fn ours(&self, binary: &str, admin_port: u16) -> Result<ServiceOptions, StackError> {
        let options = ServiceOptions::built(binary, &self.dir)?;
        let ready_url = format!("{}/readyz", local_url(admin_port));
        Ok(options.env(self.env_of(binary)).ready_url(ready_url))
    }
}
