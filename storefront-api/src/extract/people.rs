//! The people whom handlers take.

use crate::ApiError;
use database::people::api_keys::OperatorRole;
use edge::CurrentShopper;
use shared::ids::{KeyId, SellerId};

/// Admits shoppers, guests included, and nobody with an API key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShopperOnly(pub(crate) CurrentShopper);

/// As [`ShopperOnly`]; whose session is bound to a key shows with the request that they have it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProvenShopper(pub(crate) CurrentShopper);

/// The seller who sent the request: the tenant of every query that it leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CurrentSeller {
    pub(crate) id: SellerId,
    /// The key that the request came with, or that its session goes back to.
    pub(super) key_id: Option<KeyId>,
}

/// One of the installation's own people, who may do what the request is about to. A method that is
/// safe changes nothing (RFC 9110), so a viewer may send it; no other.
#[derive(Clone, Debug)]
pub(crate) struct CurrentOperator {
    pub(super) role: OperatorRole,
    /// Name of the API key.
    pub(super) name: String,
    pub(super) key_id: Option<KeyId>,
}

/// One of those who say who else may run the installation.
#[derive(Clone, Debug)]
pub(crate) struct CurrentAdmin(pub(super) CurrentOperator);

/// Who may hand out links into a console: a seller into their own, an admin into any.
#[derive(Clone, Debug)]
pub(crate) enum Inviter {
    Seller(CurrentSeller),
    Admin(CurrentAdmin),
}

impl CurrentSeller {
    /// Returns the name in the audit log.
    pub(crate) fn actor(&self) -> String {
        format!("seller:{}", self.id)
    }
}

impl CurrentOperator {
    /// Returns the name in the audit log.
    pub(crate) fn actor(&self) -> String {
        format!("operator:{}", self.name)
    }

    /// Lets through whoever has this role, or one that may do more.
    pub(super) fn at_least(self, role: OperatorRole) -> Result<Self, ApiError> {
        if self.role >= role { Ok(self) } else { Err(ApiError::RoleTooLow(role)) }
    }
}

impl CurrentAdmin {
    /// Returns the name in the audit log.
    pub(crate) fn actor(&self) -> String {
        self.0.actor()
    }
}

impl Inviter {
    /// Returns the name in the audit log.
    pub(crate) fn actor(&self) -> String {
        match self {
            Self::Seller(seller) => seller.actor(),
            Self::Admin(admin) => admin.actor(),
        }
    }

    /// Returns the key that the request came with, or that its session goes back to.
    pub(crate) fn key_id(&self) -> Option<KeyId> {
        match self {
            Self::Seller(seller) => seller.key_id,
            Self::Admin(admin) => admin.0.key_id,
        }
    }
}
