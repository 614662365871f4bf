//! Storing a drop that a test has a line of, or one before a site.

use super::{LineOptions, SiteOptions};
use database::selling::{
    drops::{self, NewDrop, NewDropVariant},
    passes::{self, NewSite},
};
use shared::{
    clock::{Clock, SystemClock},
    decide::failure::OnFailure,
    drops::Limits,
    ids::{DropId, ProductId, SellerId, VariantId},
};
use worker::App;

/// Stores an open drop of a seller of its own, and returns its id.
pub(super) async fn store_drop(
    app: &App,
    variants: [VariantId; 2],
    options: &LineOptions,
) -> DropId {
    let seller_id = store_seller(app).await;
    if let Some(site) = options.site {
        return protect(app, seller_id, variants[0], options, site).await;
    }
    let product_id = store_product(app, seller_id, variants).await;
    let units = [Some(options.units), options.second_units];
    let sold = variants
        .into_iter()
        .zip(units)
        .filter_map(|(variant_id, units)| Some(NewDropVariant { variant_id, units: units? }));
    let new_drop = NewDrop {
        id: DropId::generate(),
        seller_id,
        product_id,
        variants: sold.collect(),
        fulfilment: options.fulfilment,
        title: "D".into(),
        description: String::new(),
        opens_at: Some(SystemClock.now()),
        closes_at: None,
        max_units_per_ticket: options.max_units,
        max_units_per_customer: options.max_units,
        members_only: false,
        invite_only: false,
        lanes: options.lanes.clone(),
        presence: options.presence,
        hold_seconds: 60,
        cooldown_seconds: 0,
        limits: Limits {
            admission_rate_per_second: options.rate,
            occupancy_cap: options.occupancy_cap,
            order_rate_per_second: 1000.0,
            line_cap: None,
            no_show_percent: None,
        },
    };
    let limit = app.settings.kafka.partition_limit();
    drops::create(&app.pool, &new_drop, limit, "test").await.unwrap();
    new_drop.id
}

async fn store_seller(app: &App) -> SellerId {
    let seller_id = SellerId::generate();
    sqlx::query("insert into sellers (id, name) values ($1, 'S')")
        .bind(seller_id)
        .execute(&app.pool)
        .await
        .unwrap();
    seller_id
}

async fn store_product(app: &App, seller_id: SellerId, variants: [VariantId; 2]) -> ProductId {
    let product_id = ProductId::generate();
    sqlx::query("insert into products (id, seller_id, name) values ($1, $2, 'P')")
        .bind(product_id)
        .bind(seller_id)
        .execute(&app.pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into variants (id, product_id, seller_id, name, price_minor, currency, stock)
         select id, $2, $3, 'V', 1000, 'EUR', 10000 from unnest($1::uuid[]) v (id)",
    )
    .bind(variants.to_vec())
    .bind(product_id)
    .bind(seller_id)
    .execute(&app.pool)
    .await
    .unwrap();
    product_id
}

async fn protect(
    app: &App,
    seller_id: SellerId,
    variant_id: VariantId,
    options: &LineOptions,
    site: SiteOptions,
) -> DropId {
    let new_site = NewSite {
        drop_id: DropId::generate(),
        product_id: ProductId::generate(),
        variant_id,
        seller_id,
        title: "S".into(),
        site_url: "https://shop.example/".into(),
        return_origins: Vec::new(),
        opens_at: SystemClock.now(),
        closes_at: None,
        per_minute: options.rate * 60.0,
        max_inside: site.max_inside,
        max_visits: site.max_visits,
        pass_seconds: site.pass_seconds,
        members_only: false,
        presence: options.presence && !site.manual,
        manual: site.manual,
        on_failure: OnFailure::Closed,
    };
    let limit = app.settings.kafka.partition_limit();
    passes::protect(&app.pool, &new_site, limit, "test").await.unwrap();
    new_site.drop_id
}
