//! The shopper's pages and the API's own.

use crate::shop::{NOBODY, Shop};
use reqwest::header::{HeaderMap, HeaderName};

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let name: HeaderName = name.parse().unwrap();
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn pages_are_strict_about_what_they_load() {
    let shop = Shop::open().await;
    for path in ["/", "/drops/01a1fe5b-ae30-741f-b967-b57518a72e1d", "/orders/7"] {
        let page = shop.get(path, &NOBODY).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.starts_with("<!doctype html>"), "{path}");
        let csp = header(&page.headers, "content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "connect-src 'self' http://127.0.0.1:8081 ws://127.0.0.1:8081",
        ] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(header(&page.headers, "x-content-type-options"), "nosniff");
        assert_eq!(header(&page.headers, "referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn assets_are_asked_for_once() {
    let shop = Shop::open().await;
    let first = shop.get("/assets/app.js", &NOBODY).await;
    assert_eq!((first.status.as_u16(), header(&first.headers, "cache-control")), (200, "no-cache"));
    let etag = header(&first.headers, "etag");
    let url = format!("{}/assets/app.js", shop.url);
    let again = shop.client.get(&url).header("if-none-match", etag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let small = shop.client.get(&url).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(header(small.headers(), "content-encoding"), "gzip");
    assert!(small.bytes().await.unwrap().len() < first.text.len() / 2);
}

#[tokio::test]
async fn the_api_tells_of_itself() {
    let shop = Shop::open().await;
    let document = shop.get("/openapi.json", &NOBODY).await.expect(200);
    assert!(document["paths"]["/v1/drops"].is_object());
    let docs = shop.get("/docs/", &NOBODY).await;
    assert!(docs.text.contains("swagger-ui"));
    let api = shop.get("/v1/drops", &NOBODY).await;
    assert_eq!(header(&api.headers, "cache-control"), "no-store");
    assert!(header(&api.headers, "content-security-policy").contains("default-src 'none'"));
    let config = shop.get("/v1/client-config", &NOBODY).await.expect(200);
    assert_eq!(config["admission_url"], "http://127.0.0.1:8081");
}

#[tokio::test]
async fn a_strangers_page_may_not_read() {
    let shop = Shop::open().await;
    let request = shop.client.get(format!("{}/v1/drops", shop.url));
    let foreign = request.header("origin", "https://evil.example").send().await.unwrap();
    assert!(!foreign.headers().contains_key("access-control-allow-origin"));
}
