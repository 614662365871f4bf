//! A drop that stands before a site, made in one step.

use crate::fixture::assert_invariants;
use database::selling::{
    catalogue,
    drops::{self, CreateDropError},
    passes::{self, NewSite, aws},
    scheduling,
};
use jiff::Timestamp;
use shared::{
    clock::{Clock as _, SystemClock},
    decide::failure::OnFailure,
    drops::{DropState, Fulfilment},
    ids::{DropId, ProductId, SellerId, VariantId},
    line::ServedNumbers,
};
use testkit::TestDatabase;

fn site(seller_id: SellerId, opens_at: Timestamp) -> NewSite {
    NewSite {
        drop_id: DropId::generate(),
        product_id: ProductId::generate(),
        variant_id: VariantId::generate(),
        seller_id,
        title: "The shop".to_owned(),
        site_url: "https://shop.example/".to_owned(),
        return_origins: vec!["https://pay.example".to_owned()],
        opens_at,
        closes_at: None,
        per_minute: 30.0,
        max_inside: 50,
        max_visits: None,
        pass_seconds: 1200,
        members_only: false,
        presence: false,
        manual: false,
        on_failure: OnFailure::Hold,
    }
}

/// A seller, with the connection on which its requests are served.
async fn seller(database: &TestDatabase) -> (SellerId, database::PgPool) {
    let seller_id = SellerId::generate();
    catalogue::create_seller(database.pool(), seller_id, "A seller").await.unwrap();
    let settings = testkit::settings([("SLUICE_DATABASE__URL", database.url())]);
    (seller_id, database::connect_for_seller(&settings.database, seller_id).unwrap())
}

#[tokio::test]
async fn one_call_puts_a_drop_before_a_site_and_a_repeat_changes_nothing() {
    let database = TestDatabase::create().await;
    let (seller_id, pool) = seller(&database).await;
    let site = site(seller_id, SystemClock.now());

    passes::protect(&pool, &site, 4, "a test").await.unwrap();
    // The drop's id follows from the key of the request; those of what is made for it may not.
    let again = NewSite {
        product_id: ProductId::generate(),
        variant_id: VariantId::generate(),
        ..site.clone()
    };
    for repeat in [&site, &again] {
        passes::protect(&pool, repeat, 4, "a test").await.unwrap();
    }

    let found = drops::find_of_seller(&pool, seller_id, site.drop_id).await.unwrap().unwrap();
    assert_eq!((found.fulfilment, found.state), (Fulfilment::Pass, DropState::Scheduled));
    assert_eq!(found.site_url.as_deref(), Some("https://shop.example/"));
    assert_eq!(found.return_origins, ["https://pay.example"]);
    assert_eq!((found.product_name.as_str(), found.units_offered()), ("Visits to The shop", 0));
    assert!((found.limits.admission_rate_per_second - 0.5).abs() < f64::EPSILON);
    assert_eq!((found.limits.occupancy_cap, found.hold_seconds), (50, 1200));
    assert_eq!(found.on_failure, OnFailure::Hold);
    let n_audited: i64 =
        database.scalar("select count(*) from audit_log where action = 'drop.create'").await;
    assert_eq!(n_audited, 1);
    assert_eq!(database.scalar::<i64>("select count(*) from products").await, 1);

    // From here on it goes its way like any other drop.
    scheduling::prepare(database.pool(), &[site.drop_id]).await.unwrap();
    assert_eq!(scheduling::open_due(database.pool()).await.unwrap(), [site.drop_id]);
    let live = scheduling::live_drop(database.pool(), site.drop_id).await.unwrap().unwrap();
    assert_eq!((live.fulfilment, live.variants), (Fulfilment::Pass, vec![site.variant_id]));
    assert!(scheduling::end_due(database.pool()).await.unwrap().is_empty());
    assert_invariants(database.pool()).await;
}

#[tokio::test]
async fn a_long_title_still_makes_a_product_and_no_partition_makes_nothing() {
    let database = TestDatabase::create().await;
    let (seller_id, pool) = seller(&database).await;
    let mut site = site(seller_id, SystemClock.now());
    site.title = "T".repeat(200);

    let refused = passes::protect(&pool, &site, 0, "a test").await.unwrap_err();
    assert!(matches!(refused, CreateDropError::NoPartition { limit: 0 }), "{refused}");
    let n_products: i64 = database.scalar("select count(*) from products").await;
    assert_eq!(n_products, 0);

    passes::protect(&pool, &site, 1, "a test").await.unwrap();
    let length: i32 = database.scalar("select length(name) from products").await;
    assert_eq!(length, 200);
}

#[tokio::test]
async fn a_site_that_gives_so_many_visits_has_as_many_units() {
    let database = TestDatabase::create().await;
    let (seller_id, pool) = seller(&database).await;
    let site = NewSite {
        max_visits: Some(500),
        on_failure: OnFailure::Closed,
        ..site(seller_id, SystemClock.now())
    };
    passes::protect(&pool, &site, 4, "a test").await.unwrap();
    passes::protect(&pool, &site, 4, "a test").await.unwrap();

    let found = drops::find_of_seller(&pool, seller_id, site.drop_id).await.unwrap().unwrap();
    assert_eq!((found.max_visits, found.has_stock()), (Some(500), true));
    assert_eq!((found.units_offered(), found.units_available()), (500, 500));
    scheduling::prepare(database.pool(), &[site.drop_id]).await.unwrap();
    let live = scheduling::live_drop(database.pool(), site.drop_id).await.unwrap().unwrap();
    assert!(live.has_stock);
    assert_invariants(database.pool()).await;

    for refused in [
        "update drops set manual = true, presence = false",
        "update drops set failure_policy = 'open', failure_per_minute = 5",
        "update drops set max_visits = 0",
    ] {
        assert!(sqlx::query(refused).execute(database.pool()).await.is_err(), "{refused}");
    }
}

#[tokio::test]
async fn a_site_whose_seller_counts_people_in_begins_with_nobody() {
    let database = TestDatabase::create().await;
    let (seller_id, pool) = seller(&database).await;
    let by_rate = site(seller_id, SystemClock.now());
    let manual = NewSite { manual: true, ..site(seller_id, SystemClock.now()) };
    for new_site in [&by_rate, &manual, &manual] {
        passes::protect(&pool, new_site, 4, "a test").await.unwrap();
    }

    let found = async |drop_id| aws::find(database.pool(), drop_id).await.unwrap();
    assert_eq!(found(by_rate.drop_id).await, None);
    let room = found(manual.drop_id).await.unwrap();
    assert_eq!((room.serving_counter, room.reset_number), (0, 0));
    assert_eq!((room.seller_id, room.variant_id), (seller_id, manual.variant_id));
    let shown = drops::find_of_seller(&pool, seller_id, manual.drop_id).await.unwrap().unwrap();
    assert!(shown.manual);

    let ids = [by_rate.drop_id, manual.drop_id];
    scheduling::prepare(database.pool(), &ids).await.unwrap();
    let served = async |drop_id| {
        let live = scheduling::live_drop(database.pool(), drop_id).await.unwrap();
        live.unwrap().served
    };
    assert_eq!(served(by_rate.drop_id).await, None);
    assert_eq!(served(manual.drop_id).await, Some(ServedNumbers { after: 0, up_to: 0 }));
    assert_invariants(database.pool()).await;
}
