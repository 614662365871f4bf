//! Sellers and operators with API keys, stored as the services store them.

use database::{
    PgPool,
    people::api_keys::{self, KeyOwner},
    selling::catalogue,
};
use shared::{credentials::ApiKey, ids::SellerId};

/// Stores a new seller and returns its key.
pub(crate) async fn seller(pool: &PgPool) -> String {
    let seller_id = SellerId::generate();
    let created = catalogue::create_seller(pool, seller_id, "Test seller").await;
    created.expect("the database takes a seller");
    store(pool, &KeyOwner::Seller { seller_id, name: "test".to_owned() }).await
}

/// Returns the key of a new operator.
pub(crate) async fn operator(pool: &PgPool) -> String {
    store(pool, &KeyOwner::Operator { name: "test".to_owned() }).await
}

async fn store(pool: &PgPool, owner: &KeyOwner) -> String {
    let key = ApiKey::generate().expect("the system has randomness");
    let stored = api_keys::store(pool, &key.hash(), owner, "test").await;
    stored.expect("the database takes a key");
    key.reveal().to_owned()
}
