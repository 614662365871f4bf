//! What operators look at has a listener of its own.

use crate::shop::{NOBODY, Shop};

#[tokio::test]
async fn metrics_are_not_on_the_public_listener() {
    let shop = Shop::open().await;
    for path in ["/metrics", "/metrics/", "//metrics", "/v1/metrics", "/readyz/metrics"] {
        let answer = shop.get(path, &NOBODY).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (404, "not_found"), "{path}");
    }
}
