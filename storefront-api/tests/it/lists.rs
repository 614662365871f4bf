//! Lists come in pages that neither repeat nor leave out.

use crate::shop::{NOBODY, Shop, Who, drop_body};
use serde_json::json;
use std::collections::HashSet;

async fn walk(shop: &Shop, path: &str, who: &Who) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.get(&format!("{path}?limit=3{cursor}"), who).await.expect(200);
        let rows = page["data"].as_array().unwrap();
        assert!(rows.len() <= 3);
        ids.extend(rows.iter().map(|row| row["id"].to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => {
                assert_eq!(page["has_more"], false);
                return ids;
            }
        }
    }
}

#[tokio::test]
async fn every_row_comes_once_newest_first() {
    let shop = Shop::open().await;
    let (seller, operator) = (shop.seller().await, shop.operator().await);
    let mut body = drop_body(&seller);
    body["variants"][0]["units"] = json!(1);
    for _ in 0..7 {
        shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    }
    for (path, who, n_rows) in [
        ("/v1/drops", &NOBODY, 7),
        ("/v1/seller/drops", &seller.who, 7),
        ("/v1/seller/products", &seller.who, 1),
        ("/v1/operator/audit", &operator, 10),
        ("/v1/operator/drops", &operator, 7),
    ] {
        let ids = walk(&shop, path, who).await;
        assert_eq!(ids.len(), n_rows, "{path}");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), n_rows, "{path}");
    }
    let ids = walk(&shop, "/v1/drops", &NOBODY).await;
    assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
}
