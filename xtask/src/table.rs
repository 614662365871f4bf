//! The table of addresses and demo keys that `up` ends with.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use serde_json::{Map, Value};
use stack::{Endpoints, Fleet};

/// What the seed said: one JSON object a line; other lines are its log.
pub(crate) fn parse_seed(output: &str) -> Vec<Map<String, Value>> {
    let objects = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    objects.filter_map(|value| value.as_object().cloned()).collect()
}

/// Lays out where everything is.
pub(crate) fn addresses(
    fleet: &Fleet,
    endpoints: &Endpoints,
    seed: &[Map<String, Value>],
) -> String {
    let storefront = fleet.storefront_url();
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.add_row(["shop", &storefront]);
    table.add_row(["API and its page", &format!("{storefront}/openapi.json  {storefront}/docs")]);
    table.add_row(["admission", &fleet.admission_url()]);
    table.add_row(["payment sandbox", &fleet.psp_url()]);
    let admin = |port: u16| format!("http://127.0.0.1:{port}/metrics");
    let ports = fleet.ports;
    table.add_row([
        "metrics".to_owned(),
        [ports.storefront_admin, ports.admission_admin, ports.worker_admin].map(admin).join("\n"),
    ]);
    let kafka = if endpoints.kafka_mode == "embedded" {
        format!("{}  EMBEDDED: its log is lost when this ends", endpoints.kafka_brokers)
    } else {
        endpoints.kafka_brokers.clone()
    };
    table.add_row(["Redis", &endpoints.redis_url]);
    table.add_row(["Postgres", &endpoints.database_url]);
    table.add_row(["Kafka", &kafka]);
    for object in seed {
        let (title, text) = seed_row(object, &storefront);
        table.add_row([title, text]);
    }
    table.add_row(["logs".to_owned(), fleet.dir.join("logs").display().to_string()]);
    table.to_string()
}

/// `{"kind":"seller_key","key":"sk_…"}` becomes a row titled by its kind.
fn seed_row(object: &Map<String, Value>, storefront: &str) -> (String, String) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let title = object.get("kind").map_or_else(|| "seed".to_owned(), text);
    let mut lines: Vec<String> = object
        .iter()
        .filter(|(name, value)| name.as_str() != "kind" && !value.is_null())
        .map(|(name, value)| format!("{name}: {}", text(value)))
        .collect();
    if title.contains("drop")
        && let Some(id) = object.get("id").or_else(|| object.get("drop_id"))
    {
        lines.push(format!("{storefront}/drops/{}", text(id)));
    }
    (title.replace('_', " "), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_no_objects_are_passed_over() {
        let seed = parse_seed("starting\n{\"kind\":\"seller_key\",\"key\":\"sk_1\"}\n\"word\"\n");
        assert_eq!(seed.len(), 1);
        let (title, text) = seed_row(&seed[0], "http://127.0.0.1:8080");
        assert_eq!((title.as_str(), text.as_str()), ("seller key", "key: sk_1"));
    }

    #[test]
    fn a_drop_is_shown_with_its_page() {
        let seed = parse_seed("{\"kind\":\"demo_drop\",\"id\":\"7\"}");
        assert!(seed_row(&seed[0], "http://shop").1.contains("http://shop/drops/7"));
    }
}
