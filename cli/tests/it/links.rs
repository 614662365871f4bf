//! Links into consoles, and the end of what they lead to.

use crate::command::{env_of, sluice};
use database::people::consoles::{self, ConsoleSession, ConsoleToken};
use serde_json::json;
use shared::ids::SellerId;
use testkit::TestDatabase;

const SHOP: (&str, &str) = ("SLUICE_STOREFRONT__PUBLIC_URL", "https://shop.example/");

/// Signs in with what stands behind `#token=` in a link.
async fn follow(database: &TestDatabase, url: &str) -> Option<ConsoleSession> {
    let (_, link) = url.split_once("#token=").unwrap();
    let link = ConsoleToken::parse(link).unwrap().hash();
    let token = ConsoleToken::generate().unwrap().hash();
    consoles::begin_with_link(database.pool(), &link, &token).await.unwrap()
}

#[tokio::test]
async fn a_link_signs_its_holder_in_once_and_is_written_down() {
    let database = TestDatabase::create().await;
    let mut env = env_of(&database);
    env.insert(SHOP.0.to_owned(), SHOP.1.to_owned());
    let arguments = ["link", "operator", "--name", "ann", "--level", "viewer", "--why", "a look"];
    let made = sluice(&env, &arguments).unwrap();
    assert_eq!((&made["role"], &made["name"]), (&json!("viewer"), &json!("ann")));
    let url = made["url"].as_str().unwrap();
    assert!(url.starts_with("https://shop.example/operator#token=ct_"), "{url}");

    let written: (String, String, String) =
        sqlx::query_as("select actor, action, why from audit_log")
            .fetch_one(database.pool())
            .await
            .unwrap();
    let wanted = ["console", "console.link", "a look"].map(str::to_owned);
    assert_eq!([written.0, written.1, written.2], wanted);
    let session = follow(&database, url).await.unwrap();
    assert_eq!((session.owner.actor().as_str(), session.key_id), ("operator:ann", None));
    assert!(follow(&database, url).await.is_none(), "it was used");
}

#[tokio::test]
async fn a_seller_is_signed_out_everywhere_and_no_other() {
    let database = TestDatabase::create().await;
    let env = env_of(&database);
    let seller = || {
        let made = sluice(&env, &["key", "create", "--role", "seller", "--name", "Shop"]).unwrap();
        made["seller_id"].as_str().unwrap().to_owned()
    };
    let (one, other) = (seller(), seller());
    for seller_id in [&one, &one, &other] {
        let made = sluice(&env, &["link", "seller", "--seller-id", seller_id]).unwrap();
        follow(&database, made["url"].as_str().unwrap()).await.unwrap();
    }
    let unused = sluice(&env, &["link", "seller", "--seller-id", &one]).unwrap();

    let ended = sluice(&env, &["sign-out", "--seller-id", &one, "--why", "a stolen phone"]);
    assert_eq!(ended.unwrap()["n_ended"], 2);
    assert!(follow(&database, unused["url"].as_str().unwrap()).await.is_none());
    let left: i64 = database.scalar("select count(*) from console_sessions").await;
    assert_eq!(left, 1);
    let nobodys = SellerId::generate().to_string();
    assert!(sluice(&env, &["link", "seller", "--seller-id", &nobodys]).is_err());
    assert!(sluice(&env, &["sign-out", "--why", "nobody is named"]).is_err());
}
