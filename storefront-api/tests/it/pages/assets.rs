//! What pages load, and for how long it is kept.

use super::header;
use crate::shop::{NOBODY, Shop};

#[tokio::test]
async fn assets_are_asked_for_once() {
    let shop = Shop::open().await;
    for path in ["/", "/orders/7", "/handoff", "/drops/7"] {
        let page = shop.get(path, &NOBODY).await;
        assert_eq!(header(&page.headers, "cache-control"), "no-cache", "{path}");
        let named = page.text.split('"').filter(|part| part.starts_with("/assets/"));
        let named: Vec<_> = named.filter(|part| !part.ends_with(".svg")).collect();
        assert!(named.len() >= 4, "{path} loads {named:?}");
        for asset in named {
            let whole = shop.get(asset, &NOBODY).await;
            let kept = header(&whole.headers, "cache-control");
            assert_eq!((whole.status.as_u16(), kept), (200, "max-age=31536000, immutable"));
            let request = shop.client.get(format!("{}{asset}", shop.url));
            let small = request.header("accept-encoding", "gzip").send().await.unwrap();
            assert_eq!(header(small.headers(), "content-encoding"), "gzip", "{asset}");
            assert!(small.bytes().await.unwrap().len() < whole.text.len() * 3 / 4, "{asset}");
        }
    }
}

#[tokio::test]
async fn icons_are_asked_for_once_a_day_since_their_names_stay() {
    let shop = Shop::open().await;
    for path in ["/assets/icon.svg", "/assets/turn.svg"] {
        let icon = shop.get(path, &NOBODY).await;
        assert_eq!(
            (icon.status.as_u16(), header(&icon.headers, "content-type")),
            (200, "image/svg+xml")
        );
        assert_eq!(header(&icon.headers, "cache-control"), "public, max-age=86400");
        assert!(icon.text.starts_with("<svg"), "{}", icon.text);
    }
}

#[tokio::test]
async fn a_file_of_another_version_is_not_there_and_is_not_kept() {
    let shop = Shop::open().await;
    let answer = shop.get("/assets/app-OTHER000.js", &NOBODY).await;
    assert!(!header(&answer.headers, "cache-control").contains("immutable"));
    answer.expect_problem(404, "not_found");
}
