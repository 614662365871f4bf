//! Whose a key is, and what it allows.

use shared::{ids::SellerId, text_enum};

text_enum! {
    /// What the holder of a key may do.
    KeyRole {
        /// Sells: acts for one tenant.
        Seller = "seller",
        /// Sees how the installation runs, and changes nothing.
        Viewer = "viewer",
        /// Runs the installation.
        Operator = "operator",
        /// Says who else may, too.
        Admin = "admin",
    }
}

text_enum! {
    /// What the installation's own people may do. Each may do what those before it may.
    OperatorRole {
        /// Sees how the installation runs, and changes nothing.
        Viewer = "viewer",
        /// Runs the installation.
        Operator = "operator",
        /// Says who else may: keys, quotas, sessions.
        Admin = "admin",
    }
}

/// Whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyOwner {
    /// One tenant.
    Seller {
        /// The tenant that the key acts for.
        seller_id: SellerId,
        /// What tells the tenant's keys apart.
        name: String,
    },
    /// The installation's own people.
    Operator {
        /// What they may do.
        role: OperatorRole,
        /// The holder's name, as the audit log has it: no two keys that work have the same.
        name: String,
    },
}

impl KeyOwner {
    /// Returns the role that goes with the key.
    #[must_use]
    pub const fn role(&self) -> KeyRole {
        match self {
            Self::Seller { .. } => KeyRole::Seller,
            Self::Operator { role: OperatorRole::Viewer, .. } => KeyRole::Viewer,
            Self::Operator { role: OperatorRole::Operator, .. } => KeyRole::Operator,
            Self::Operator { role: OperatorRole::Admin, .. } => KeyRole::Admin,
        }
    }

    /// Returns the tenant that the key acts for, if it is a seller's.
    #[must_use]
    pub const fn seller_id(&self) -> Option<SellerId> {
        match self {
            Self::Seller { seller_id, .. } => Some(*seller_id),
            Self::Operator { .. } => None,
        }
    }

    /// Returns the name that the key was given.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Seller { name, .. } | Self::Operator { name, .. } => name,
        }
    }

    /// Returns what the audit log calls whoever acts with it.
    #[must_use]
    pub fn actor(&self) -> String {
        match self {
            Self::Seller { seller_id, .. } => format!("seller:{seller_id}"),
            Self::Operator { name, .. } => format!("operator:{name}"),
        }
    }

    /// Puts a row's columns together. The schema has a seller where the role is a seller's; were it
    /// otherwise, the key would change nothing.
    pub(crate) fn of_row(role: KeyRole, seller_id: Option<SellerId>, name: String) -> Self {
        let role = match (role, seller_id) {
            (KeyRole::Seller, Some(seller_id)) => return Self::Seller { seller_id, name },
            (KeyRole::Admin, None) => OperatorRole::Admin,
            (KeyRole::Operator, None) => OperatorRole::Operator,
            (KeyRole::Viewer, _)
            | (KeyRole::Seller, None)
            | (KeyRole::Operator | KeyRole::Admin, Some(_)) => OperatorRole::Viewer,
        };
        Self::Operator { role, name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_what_those_before_it_may() {
        assert!(OperatorRole::Viewer < OperatorRole::Operator);
        assert!(OperatorRole::Operator < OperatorRole::Admin);
    }

    #[test]
    fn a_row_is_whose_it_was_stored_for() {
        let seller_id = SellerId::generate();
        let owners = OperatorRole::ALL
            .iter()
            .map(|role| KeyOwner::Operator { role: *role, name: "ann".into() })
            .chain([KeyOwner::Seller { seller_id, name: "shop".into() }]);
        for owner in owners {
            let row = KeyOwner::of_row(owner.role(), owner.seller_id(), owner.name().to_owned());
            assert_eq!(row, owner);
        }
    }
}
