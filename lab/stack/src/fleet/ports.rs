//! Where the services listen.

use crate::{StackError, ports};

/// Ports of the services, all on 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetPorts {
    /// Pages and API.
    pub storefront: u16,
    /// Health and metrics of storefront-api.
    pub storefront_admin: u16,
    /// Joins and streams.
    pub admission: u16,
    /// Health and metrics of admission.
    pub admission_admin: u16,
    /// Health and metrics of worker.
    pub worker_admin: u16,
    /// The payment provider to test against.
    pub psp: u16,
    /// Somebody's own site, with a line before it.
    pub site: u16,
}

impl FleetPorts {
    /// The ports of `./scripts/up`.
    pub const STANDARD: Self = Self {
        storefront: 8080,
        storefront_admin: 9180,
        admission: 8081,
        admission_admin: 9181,
        worker_admin: 9182,
        psp: 8090,
        site: 8082,
    };

    /// Ports that nobody else uses, kept for this process until it ends.
    ///
    /// # Errors
    ///
    /// Returns an error if no free port was found.
    pub fn free() -> Result<Self, StackError> {
        Ok(Self {
            storefront: ports::reserve()?,
            storefront_admin: ports::reserve()?,
            admission: ports::reserve()?,
            admission_admin: ports::reserve()?,
            worker_admin: ports::reserve()?,
            psp: ports::reserve()?,
            site: ports::reserve()?,
        })
    }
}
