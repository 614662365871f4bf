//! The table of addresses, links and demo keys that `up` ends with.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use shared::config::KafkaMode;
use stack::{DemoShop, Endpoints, Fleet};

/// Lays out where everything is.
pub(crate) fn addresses(fleet: &Fleet, endpoints: &Endpoints, shop: &DemoShop) -> String {
    let (storefront, admission) = (fleet.storefront_url(), fleet.admission_url());
    let documents = [
        format!("{storefront}/docs"),
        format!("{storefront}/openapi.json"),
        format!("{admission}/openapi-admission.json"),
    ];
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.add_row(["shop", &shop.shop_url]);
    table.add_row(["  a drop that runs", &shop.page]);
    table.add_row(["seller", &shop.seller_link]);
    table.add_row(["operator", &shop.operator_link]);
    table.add_row(["  these two links", &about_links(shop)]);
    table.add_row(["protected site", &fleet.site_url()]);
    table.add_row(["seller key", &shop.seller_key]);
    table.add_row(["operator key", &shop.operator_key]);
    table.add_row(["API", &documents.join("  ")]);
    table.add_row(["admission", &admission]);
    table.add_row(["payment sandbox", &fleet.psp_url()]);
    table.add_row(["metrics", &metrics(fleet)]);
    table.add_row(["Redis", &endpoints.redis_url]);
    table.add_row(["Postgres", &endpoints.database_url]);
    table.add_row(["Kafka", &kafka(endpoints)]);
    table.add_row(["logs", &fleet.dir.join("logs").display().to_string()]);
    table.to_string()
}

fn about_links(shop: &DemoShop) -> String {
    let (seller, operator) = ("./scripts/sluice link seller", "./scripts/sluice link operator");
    format!(
        "sign one browser in, once, within ten minutes; new ones:\n{seller} --seller-id {}\n\
         {operator} --name demo",
        shop.seller_id
    )
}

fn metrics(fleet: &Fleet) -> String {
    let ports = [
        ("storefront-api", fleet.ports.storefront_admin),
        ("admission", fleet.ports.admission_admin),
        ("worker", fleet.ports.worker_admin),
    ];
    ports.map(|(name, port)| format!("http://127.0.0.1:{port}/metrics  {name}")).join("\n")
}

fn kafka(endpoints: &Endpoints) -> String {
    let brokers = &endpoints.kafka_brokers;
    if endpoints.kafka_mode == Some(KafkaMode::Embedded) {
        format!("{brokers}  EMBEDDED: its log is lost when this ends")
    } else {
        brokers.clone()
    }
}
