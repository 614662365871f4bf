//! The table of addresses and demo keys that `up` ends with.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use stack::{Endpoints, Fleet};

use crate::services::Seed;

/// What of the seed is worth a row, and its title.
const SEED_ROWS: [(&str, &str); 4] = [
    ("page", "demo drop"),
    ("opens_at", "  opens at"),
    ("seller_key", "seller key"),
    ("operator_key", "operator key"),
];

/// Lays out where everything is.
pub(crate) fn addresses(fleet: &Fleet, endpoints: &Endpoints, seed: &Seed) -> String {
    let storefront = fleet.storefront_url();
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    for (name, title) in SEED_ROWS {
        if let Some(text) = seed.get(name).and_then(serde_json::Value::as_str) {
            table.add_row([title, text]);
        }
    }
    table.add_row(["shop", &storefront]);
    table.add_row(["API", &format!("{storefront}/docs  {storefront}/openapi.json")]);
    table.add_row(["admission", &fleet.admission_url()]);
    table.add_row(["payment sandbox", &fleet.psp_url()]);
    table.add_row(["metrics", &metrics(fleet)]);
    table.add_row(["Redis", &endpoints.redis_url]);
    table.add_row(["Postgres", &endpoints.database_url]);
    table.add_row(["Kafka", &kafka(endpoints)]);
    table.add_row(["logs", &fleet.dir.join("logs").display().to_string()]);
    table.to_string()
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
    if endpoints.kafka_mode == "embedded" {
        format!("{brokers}  EMBEDDED: its log is lost when this ends")
    } else {
        brokers.clone()
    }
}
