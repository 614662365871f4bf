//! Sellers and operators with API keys, stored as the services store them.

use database::{
    PgPool,
    people::api_keys::{self, KeyOwner, NewKey, OperatorRole},
    selling::catalogue,
};
use shared::{
    credentials::ApiKey,
    ids::{KeyId, SellerId},
};

/// Stores a new seller and returns its key.
pub(crate) async fn seller(pool: &PgPool) -> String {
    let seller_id = SellerId::generate();
    let created = catalogue::create_seller(pool, seller_id, "Test seller").await;
    created.expect("the database takes a seller");
    store(pool, &KeyOwner::Seller { seller_id, name: "test".to_owned() }).await
}

/// Returns the key of a new operator; each has a name of its own.
pub(crate) async fn operator(pool: &PgPool) -> String {
    let name = format!("test {}", KeyId::generate());
    store(pool, &KeyOwner::Operator { role: OperatorRole::Operator, name }).await
}

async fn store(pool: &PgPool, owner: &KeyOwner) -> String {
    let key = ApiKey::generate().expect("the system has randomness");
    let new_key = NewKey { id: KeyId::generate(), hash: &key.hash(), owner };
    let stored = api_keys::store(pool, new_key, "test", "a test").await;
    stored.expect("the database takes a key");
    key.reveal().to_owned()
}
