//! A seller, an operator and shoppers against running services, over HTTP and WebSocket.
//!
//! ```ignore
//! let app = TestApp::start().await;
//! let flash_drop = app.seller().await.flash_drop().units(1).create().await;
//! let shopper = app.shopper().await;
//! shopper.join(&flash_drop).await;
//! shopper.stream(&flash_drop).await.until("held").await;
//! shopper.pay("pm_card_approve").await;
//! shopper.wait_order("confirmed").await;
//! ```

mod api;
mod operator;
mod seller;
mod shopper;
mod stream;

use database::{
    people::api_keys::{self, KeyOwner},
    selling::catalogue,
};
use shared::{credentials::ApiKey, ids::SellerId};

pub use api::{Api, Reply};
pub use operator::Operator;
pub use seller::{DropBuilder, Seller, TestDrop};
pub use shopper::{Joined, Shopper};
pub use stream::Stream;

use crate::{Services, ServicesBuilder};

/// Running services, and a way to be each of the people who use them.
#[derive(Debug)]
pub struct TestApp {
    /// The processes, with database, Redis and topics of their own.
    pub services: Services,
}

impl TestApp {
    /// Starts all services with their default settings on the shared stack.
    pub async fn start() -> Self {
        Self::start_with(Services::builder()).await
    }

    /// Starts all services with other settings or on another stack.
    pub async fn start_with(builder: ServicesBuilder) -> Self {
        Self { services: builder.start().await }
    }

    /// A new seller with a key.
    ///
    /// # Panics
    ///
    /// Panics if the database does not take it.
    pub async fn seller(&self) -> Seller {
        let seller_id = SellerId::generate();
        let pool = self.services.database.pool();
        let made = catalogue::create_seller(pool, seller_id, "Test seller").await;
        made.expect("the database takes a seller");
        let owner = KeyOwner::Seller { seller_id, name: "test".to_owned() };
        Seller::new(self.storefront().with_key(&self.make_key(&owner).await))
    }

    /// An operator with a key.
    pub async fn operator(&self) -> Operator {
        let owner = KeyOwner::Operator { name: "test".to_owned() };
        Operator::new(self.storefront().with_key(&self.make_key(&owner).await))
    }

    /// A new guest.
    pub async fn shopper(&self) -> Shopper {
        Shopper::start(self.storefront(), self.admission()).await
    }

    /// The storefront's API without a credential.
    #[must_use]
    pub fn storefront(&self) -> Api {
        Api::new(self.services.fleet.storefront_url())
    }

    /// The admission API without a credential.
    #[must_use]
    pub fn admission(&self) -> Api {
        Api::new(self.services.fleet.admission_url())
    }

    /// The provider's API with its key.
    #[must_use]
    pub fn psp(&self) -> Api {
        Api::new(self.services.fleet.psp_url()).with_key(self.services.fleet.psp_api_key())
    }

    async fn make_key(&self, owner: &KeyOwner) -> String {
        let key = ApiKey::generate().expect("the system has randomness");
        let stored =
            api_keys::store(self.services.database.pool(), &key.hash(), owner, "test").await;
        stored.expect("the database takes a key");
        key.reveal().to_owned()
    }
}
