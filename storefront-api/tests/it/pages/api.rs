//! The page of the API.

use super::header;
use crate::shop::{NOBODY, Shop};

#[tokio::test]
async fn the_api_tells_of_itself() {
    let shop = Shop::open().await;
    let document = shop.get("/openapi.json", &NOBODY).await.expect(200);
    assert!(document["paths"]["/v1/drops"].is_object());
    let docs = shop.get("/docs/", &NOBODY).await;
    assert!(docs.text.contains("<title>Sluice API</title>"));
    let start = shop.get("/docs/start.js", &NOBODY).await;
    for document in ["/openapi.json", "/openapi-admission.json"] {
        assert!(start.text.contains(document), "{}", start.text);
    }
    let csp = header(&docs.headers, "content-security-policy");
    assert!(csp.contains("connect-src 'self' http://127.0.0.1:8081 "), "{csp}");
    let api = shop.get("/v1/drops", &NOBODY).await;
    assert_eq!(header(&api.headers, "cache-control"), "no-store");
    assert!(header(&api.headers, "content-security-policy").contains("default-src 'none'"));
    let config = shop.get("/v1/client-config", &NOBODY).await.expect(200);
    assert_eq!(config["admission_url"], "http://127.0.0.1:8081");
}

#[tokio::test]
async fn the_page_of_the_api_is_sent_compressed() {
    let shop = Shop::open().await;
    let mut n_bytes = 0;
    for path in [
        "/openapi.json",
        "/docs/index.css",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/swagger-ui-standalone-preset.js",
    ] {
        let request = shop.client.get(format!("{}{path}", shop.url));
        let answer = request.header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(answer.headers(), "content-encoding"), "gzip", "{path}");
        n_bytes += answer.bytes().await.unwrap().len();
    }
    assert!((100_000..800_000).contains(&n_bytes), "{n_bytes}");
    shop.get("/docs/index.html", &NOBODY).await.expect_problem(404, "not_found");
}
