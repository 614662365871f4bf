//! Shoppers, by the sessions that a storefront would give them.

use shared::{
    credentials::{KeyThumbprint, Session},
    ids::{SellerId, ShopperId},
};
use testkit::{TestDevice, keyring};

pub(crate) struct TestShopper {
    pub(crate) id: ShopperId,
    pub(crate) session: String,
}

impl TestShopper {
    pub(crate) fn new() -> Self {
        Self::with_id(ShopperId::generate(), None)
    }

    /// A member of a seller's.
    pub(crate) fn member_of(seller_id: SellerId) -> Self {
        Self::with_id(ShopperId::generate(), Some(seller_id))
    }

    /// Somebody whose session is bound to the key of a device.
    pub(crate) fn on(device: &TestDevice) -> Self {
        Self::new().moved_to(device)
    }

    /// The same shopper with a session that is bound to the key of another device.
    pub(crate) fn moved_to(&self, device: &TestDevice) -> Self {
        Self::with(self.id, None, Some(device.thumbprint()))
    }

    pub(super) fn with_id(id: ShopperId, member_of: Option<SellerId>) -> Self {
        Self::with(id, member_of, None)
    }

    fn with(id: ShopperId, member_of: Option<SellerId>, key: Option<KeyThumbprint>) -> Self {
        let (began_at_ms, expires_at_ms) = (0, i64::MAX);
        let session = Session { shopper_id: id, began_at_ms, expires_at_ms, member_of, key };
        Self { id, session: session.seal(&keyring()) }
    }
}
