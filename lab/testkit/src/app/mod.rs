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
mod site;
mod stream;

pub use api::{Api, Reply};
pub use operator::Operator;
pub use reqwest::Method;
pub use seller::{DropBuilder, Seller, TestDrop};
pub use shopper::{Shopper, TestTicket};
pub use site::SiteBuilder;
pub use stream::{TestStream, answer_of_stream};

use crate::{World, WorldOptions, keys};

/// Running services, and a way to be each of the people who use them.
#[derive(Debug)]
pub struct TestApp {
    /// The services, with a database, a Redis and topics of their own.
    pub world: World,
}

impl TestApp {
    /// Starts all services with their default settings on the shared stack.
    ///
    /// # Panics
    ///
    /// Panics with the end of its log if a service does not start.
    pub async fn start() -> Self {
        let started = World::shared(WorldOptions::default()).await;
        Self { world: started.unwrap_or_else(|error| panic!("{error:#}")) }
    }

    /// A new seller.
    pub async fn seller(&self) -> Seller {
        let key = keys::seller(self.world.database.pool()).await;
        Seller::new(self.storefront().with_key(&key))
    }

    /// A new operator.
    pub async fn operator(&self) -> Operator {
        let key = keys::operator(self.world.database.pool()).await;
        Operator::new(self.storefront().with_key(&key), self.admission())
    }

    /// A new guest.
    pub async fn shopper(&self) -> Shopper {
        Shopper::start(self.storefront(), self.admission()).await
    }

    /// The storefront's API without a credential.
    #[must_use]
    pub fn storefront(&self) -> Api {
        Api::new(self.world.fleet.storefront_url())
    }

    /// The admission API without a credential.
    #[must_use]
    pub fn admission(&self) -> Api {
        Api::new(self.world.fleet.admission_url())
    }

    /// The provider's API with its key.
    #[must_use]
    pub fn psp(&self) -> Api {
        let fleet = &self.world.fleet;
        Api::new(fleet.psp_url()).with_key(fleet.psp_api_key())
    }
}
