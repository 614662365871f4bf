//! The seed may run any number of times.

use crate::shop::NOBODY;
use serde_json::Value;
use storefront_api::commands::seed::{self, SeedArguments};
use testkit::TestDatabase;

#[tokio::test]
async fn a_demo_is_made_once_and_renewed_when_sold_out() {
    let database = TestDatabase::create().await;
    let settings = testkit::settings([("SLUICE_DATABASE__URL", database.url().to_owned())]);
    let file = std::env::temp_dir().join(format!("seed-{}.json", uuid::Uuid::now_v7()));
    let arguments =
        SeedArguments { state: Some(file.clone()), units: 20, opens_in_s: 5, open_h: 2 };
    let run = async || seed::run(&settings, &arguments).await.unwrap();

    let first = run().await;
    assert_eq!(run().await, first);
    let sold = "with s as (update inventory set available = 0, sold = total)
        update drops set state = 'sold_out'";
    sqlx::query(sold).execute(database.pool()).await.unwrap();
    let renewed = run().await;
    assert_ne!(renewed["drop_id"], first["drop_id"]);
    assert_eq!(renewed["seller_key"], first["seller_key"]);

    // A wiped database has other rows; the file must not be believed.
    let other = TestDatabase::create().await;
    let settings = testkit::settings([("SLUICE_DATABASE__URL", other.url().to_owned())]);
    let anew = seed::run(&settings, &arguments).await.unwrap();
    assert_ne!(anew["seller_key"], first["seller_key"]);
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn what_was_seeded_works() {
    let shop = crate::shop::Shop::open().await;
    let arguments = SeedArguments { state: None, units: 20, opens_in_s: 5, open_h: 2 };
    let seeded = seed::run(&shop.app.settings, &arguments).await.unwrap();
    let who = |field: &str| crate::shop::Who(seeded[field].as_str().map(str::to_owned));
    let drop_id = seeded["drop_id"].as_str().unwrap();
    shop.get(&format!("/v1/seller/drops/{drop_id}"), &who("seller_key")).await.expect(200);
    let path = format!("/v1/operator/drops/{drop_id}/limits");
    shop.get(&path, &who("operator_key")).await.expect(200);
    let seen: Value = shop.get(&format!("/v1/drops/{drop_id}"), &NOBODY).await.expect(200);
    assert_eq!(seen["units_left"], 20);
}
