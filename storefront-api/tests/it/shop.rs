//! A storefront of the test's own, with somebody in each role.

mod orders;

use crate::answer::{Answer, text};
use database::{
    people::api_keys::{self, KeyOwner, NewKey, OperatorRole},
    selling::catalogue,
};
use edge::{Readiness, ServeOptions};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    credentials::ApiKey,
    ids::{KeyId, SellerId, ShopperId},
    shutdown::Shutdown,
};
use std::{sync::Arc, time::Duration};
use storefront_api::{App, router};
use tempfile::TempDir;
use testkit::{TestDatabase, TestRedis};
use tokio::net::TcpListener;

/// What everybody may see is seen by then, on a busy machine as well.
pub(crate) const SOON: Duration = Duration::from_secs(60);
pub(crate) const CALLBACK_SECRET: &str = "a secret of the provider";

/// A storefront that is serving; it stops with the test.
pub(crate) struct Shop {
    pub(crate) database: TestDatabase,
    pub(crate) app: App,
    pub(crate) url: String,
    pub(crate) client: Client,
    shutdown: Shutdown,
    _pictures: TempDir,
}

/// The bearer token of whoever asks, if they have one.
#[derive(Clone, Debug)]
pub(crate) struct Who(pub(crate) Option<String>);

/// A seller with a product.
#[derive(Clone, Debug)]
pub(crate) struct TestSeller {
    pub(crate) id: SellerId,
    pub(crate) who: Who,
    pub(crate) product_id: String,
    pub(crate) variant_id: String,
}

pub(crate) const NOBODY: Who = Who(None);

impl Shop {
    pub(crate) async fn open() -> Self {
        let redis = TestRedis::create().await;
        Self::open_with([("SLUICE_REDIS__URL", redis.url().to_owned())]).await
    }

    /// Opens with some settings changed.
    pub(crate) async fn open_with<const N: usize>(changes: [(&str, String); N]) -> Self {
        Self::open_with_all(Vec::from(changes)).await
    }

    /// The same for any number of settings; of those of one name the last one counts.
    pub(crate) async fn open_with_all(changes: Vec<(&str, String)>) -> Self {
        Self::open_on_machine_with(SystemClock, changes).await
    }

    /// The same on a machine with this clock.
    pub(crate) async fn open_on_machine_with(
        clock: impl Clock,
        changes: Vec<(&str, String)>,
    ) -> Self {
        let database = TestDatabase::create().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let pictures = tempfile::tempdir().unwrap();
        let own = [
            ("SLUICE_DATABASE__URL", database.url().to_owned()),
            ("SLUICE_STOREFRONT__PICTURE_DIR", pictures.path().display().to_string()),
            ("SLUICE_STOREFRONT__PUBLIC_URL", url.clone()),
            ("SLUICE_PAYMENTS__CALLBACK_SECRET", CALLBACK_SECRET.to_owned()),
        ];
        let settings = testkit::settings(own.into_iter().chain(changes));
        let app = App::connect_on_machine_with(Arc::new(clock), settings).await.unwrap();
        let shutdown = Shutdown::default();
        let (public, inner) = (router::public(&app, Readiness::needing([])), shutdown.clone());
        tokio::spawn(async move {
            edge::serve(listener, public, ServeOptions::default(), &inner).await;
        });
        Self { database, app, url, client: Client::new(), shutdown, _pictures: pictures }
    }

    pub(crate) fn request(&self, method: Method, path: &str, who: &Who) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match &who.0 {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str, who: &Who) -> Answer {
        Answer::read(self.request(Method::GET, path, who).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, who: &Who, body: &Value) -> Answer {
        let request = self.request(Method::POST, path, who).json(body);
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn post_keyed(
        &self,
        path: &str,
        who: &Who,
        key: &str,
        body: &Value,
    ) -> Answer {
        let request = self.request(Method::POST, path, who).header("idempotency-key", key);
        Answer::read(request.json(body).send().await.unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str, who: &Who) -> Answer {
        Answer::read(self.request(Method::DELETE, path, who).send().await.unwrap()).await
    }

    pub(crate) async fn patch(&self, path: &str, who: &Who, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, path, who).json(body);
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn put(&self, path: &str, who: &Who, body: &Value) -> Answer {
        let request = self.request(Method::PUT, path, who).json(body);
        Answer::read(request.send().await.unwrap()).await
    }

    /// A shopper with a session.
    pub(crate) async fn shopper(&self) -> Who {
        let session = self.post("/v1/session", &NOBODY, &json!({})).await.expect(201);
        Who(Some(text(&session, "token")))
    }

    /// A seller with a product of 1000 units at 12.50 EUR.
    pub(crate) async fn seller(&self) -> TestSeller {
        let seller_id = SellerId::generate();
        catalogue::create_seller(&self.app.pool, seller_id, "Shop").await.unwrap();
        let who = self.key(KeyOwner::Seller { seller_id, name: "test".into() }).await;
        let product = self.post("/v1/seller/products", &who, &product_body()).await.expect(201);
        let variant_id = text(&product["variants"][0], "id");
        TestSeller { id: seller_id, who, product_id: text(&product, "id"), variant_id }
    }

    pub(crate) async fn operator(&self) -> Who {
        self.key(KeyOwner::Operator { role: OperatorRole::Operator, name: "ann".into() }).await
    }

    pub(crate) async fn viewer(&self) -> Who {
        self.key(KeyOwner::Operator { role: OperatorRole::Viewer, name: "screen".into() }).await
    }

    pub(crate) async fn admin(&self) -> Who {
        self.key(KeyOwner::Operator { role: OperatorRole::Admin, name: "eve".into() }).await
    }

    async fn key(&self, owner: KeyOwner) -> Who {
        let key = ApiKey::generate().unwrap();
        let new_key = NewKey { id: KeyId::generate(), hash: &key.hash(), owner: &owner };
        api_keys::store(&self.app.pool, new_key, "test", "a test").await.unwrap();
        Who(Some(key.reveal().to_owned()))
    }

    /// A drop of 100 units that opens in an hour.
    pub(crate) async fn drop_of(&self, seller: &TestSeller) -> String {
        let body = drop_body(seller);
        let made = self.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
        text(&made, "id")
    }

    pub(crate) async fn shopper_id(&self, shopper: &Who) -> ShopperId {
        let session = self.post("/v1/session", shopper, &json!({})).await.expect(200);
        text(&session, "shopper_id").parse().unwrap()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

pub(crate) fn product_body() -> Value {
    json!({
        "name": "Lamp",
        "variants": [{ "name": "Brass", "price_minor": 1250, "currency": "EUR", "stock": 1000 }],
    })
}

pub(crate) fn drop_body(seller: &TestSeller) -> Value {
    json!({
        "product_id": seller.product_id,
        "variants": [{ "variant_id": seller.variant_id, "units": 100 }],
        "title": "Friday drop",
        "opens_at": in_hours(1),
        "closes_at": in_hours(2),
    })
}

/// A moment from now.
pub(crate) fn in_hours(hours: i64) -> String {
    (SystemClock.now() + jiff::SignedDuration::from_hours(hours)).to_string()
}
