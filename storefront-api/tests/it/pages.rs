//! The shopper's pages and the API's own.

mod api;
mod assets;

use crate::{
    answer::text,
    shop::{NOBODY, SOON, Shop, drop_body},
};
use reqwest::header::{HeaderMap, HeaderName};
use serde_json::json;
use testkit::wait_until;
use uuid::Uuid;

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let name: HeaderName = name.parse().unwrap();
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// Waits for a page that says this. One goes out without what takes too long to read.
async fn page_with(shop: &Shop, path: &str, part: &str) -> String {
    wait_until(part, SOON, async || {
        let page = shop.get(path, &NOBODY).await.text;
        page.contains(part).then_some(page)
    })
    .await
}

#[tokio::test]
async fn pages_are_strict_about_what_they_load() {
    let shop = Shop::open().await;
    let drop_id = shop.drop_of(&shop.seller().await).await;
    for path in ["/", &format!("/drops/{drop_id}"), "/orders/7", "/handoff"] {
        let page = shop.get(path, &NOBODY).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.starts_with("<!doctype html>"), "{path}");
        let csp = header(&page.headers, "content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'; worker-src 'self'",
            "frame-ancestors 'none'",
            "connect-src 'self' http://127.0.0.1:8081 ws://127.0.0.1:8081",
        ] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(header(&page.headers, "x-content-type-options"), "nosniff");
        // A form tells where it comes from, and nothing else.
        let policy = if path.starts_with("/drops/") { "strict-origin" } else { "no-referrer" };
        assert_eq!(header(&page.headers, "referrer-policy"), policy, "{path}");
    }
}

#[tokio::test]
async fn a_page_says_without_its_script_what_there_is() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let mut body = drop_body(&seller);
    body["title"] = json!("Lamps & <b>more</b> {{price}}");
    let made = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    let path = format!("/drops/{}", text(&made, "id"));
    let title = "Lamps &#38; &#60;b&#62;more&#60;/b&#62; {{price}}";
    let page = page_with(&shop, &path, &format!("<h1 id=\"title\">{title}</h1>")).await;
    for part in ["by Shop", "€12.50", "100 of 100 left", "Not open yet"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    for part in ["Sold out", "The line is open", "One moment"] {
        assert!(!page.contains(part), "{part}: {page}");
    }
    let home = page_with(&shop, "/", title).await;
    let calendar = format!("href=\"/v1{path}/calendar.ics\"");
    for part in [format!("href=\"{path}\""), calendar, "<p class=\"names\">Brass</p>".to_owned()] {
        assert!(home.contains(&part), "{part}: {home}");
    }

    sqlx::query("update drops set state = 'cancelled', end_reason = 'a <scratch>'")
        .execute(&shop.app.pool)
        .await
        .unwrap();
    wait_until("cancelled page", SOON, async || {
        let page = shop.get(&path, &NOBODY).await.text;
        (page.contains("This drop was cancelled") && page.contains("a &#60;scratch&#62;"))
            .then_some(())
    })
    .await;
    wait_until("nothing to come", SOON, async || {
        let home = shop.get("/", &NOBODY).await.text;
        (home.contains(title) && !home.contains("calendar.ics")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_page_of_a_drop_says_how_places_are_given_while_one_may_still_get_one() {
    let shop = Shop::open().await;
    let drop_id = shop.drop_of(&shop.seller().await).await;
    let path = format!("/drops/{drop_id}");
    let page = page_with(&shop, &path, "An unused turn goes to the next in line.").await;
    for part in ["Your place depends on when you join", "opening more tabs doesn't change it"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    sqlx::query("update drops set state = 'closed'").execute(&shop.app.pool).await.unwrap();
    let page = page_with(&shop, &path, "This drop has closed").await;
    assert!(!page.contains("Your place depends"), "{page}");

    let missing = shop.get("/drops/7", &NOBODY).await.text;
    assert!(missing.contains("class=\"about\" hidden>"), "{missing}");
}

#[tokio::test]
async fn the_page_of_a_site_has_its_name_and_neither_price_nor_units() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let body = json!({
        "title": "Tidewater",
        "site_url": "https://shop.example/",
        "visitors_per_minute": 60,
        "max_inside": 50,
    });
    let made = shop.post("/v1/seller/sites", &seller.who, &body).await.expect(201);
    let path = format!("/drops/{}", text(&made, "id"));
    for (state, said) in [("open", "Enter shop.example"), ("closed", "This line has closed")] {
        sqlx::query("update drops set state = $1")
            .bind(state)
            .execute(&shop.app.pool)
            .await
            .unwrap();
        let page = wait_until("page of that state", SOON, async || {
            let page = shop.get(&path, &NOBODY).await.text;
            page.contains(said).then_some(page)
        })
        .await;
        for part in ["¤", "XXX", "0 of 0", "0 offered", "One moment"] {
            assert!(!page.contains(part), "{state}: {part}: {page}");
        }
    }
    let home = shop.get("/", &NOBODY).await.text;
    assert!(home.contains("shop.example") && !home.contains("¤"), "{home}");
    assert!(!home.contains("class=\"names\""), "{home}");
}

#[tokio::test]
async fn a_page_is_in_the_language_of_its_reader_before_its_script_runs() {
    let shop = Shop::open().await;
    for (path, accepted, lang) in
        [("/", "ko-KR,en;q=0.5", "ko"), ("/", "ja", "en"), ("/?lang=en", "ko", "en")]
    {
        let request = shop.client.get(format!("{}{path}", shop.url));
        let page = request.header("accept-language", accepted).send().await.unwrap();
        assert_eq!(header(page.headers(), "vary"), "accept-language");
        let page = page.text().await.unwrap();
        assert!(page.contains(&format!("<html lang=\"{lang}\">")), "{path} for {accepted}");
        assert_eq!(page.contains("본문으로 건너뛰기"), lang == "ko", "{path} for {accepted}");
    }
}

#[tokio::test]
async fn where_nothing_is_people_get_a_page_and_programs_a_problem() {
    let shop = Shop::open().await;
    let missing = format!("/drops/{}", Uuid::now_v7());
    for path in ["/nope", "/drops", "/orders", "/drops/7", &missing, "/v1/nothing"] {
        // A page goes out as if there might be something while that takes too long to find out.
        let page = wait_until(path, SOON, async || {
            let request = shop.client.get(format!("{}{path}", shop.url));
            let page = request.header("accept", "text/html,*/*;q=0.8").send().await.unwrap();
            (page.status() == 404).then_some(page)
        });
        let page = page.await.text().await.unwrap();
        assert!(page.starts_with("<!doctype html>"), "{path}: {page}");
        assert!(page.contains("href=\"/\""), "{path}: {page}");
    }
    shop.get("/nope", &NOBODY).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn consoles_are_stricter_still_and_load_what_never_changes_under_its_name() {
    let shop = Shop::open().await;
    for path in ["/operator", "/seller"] {
        let page = shop.get(path, &NOBODY).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(header(&page.headers, "cache-control"), "no-cache", "{path}");
        assert!(page.text.starts_with("<!doctype html>"), "{path}: {}", page.text);
        let csp = header(&page.headers, "content-security-policy");
        for part in ["default-src 'none'", "connect-src 'self';", "form-action 'none'"] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(header(&page.headers, "referrer-policy"), "no-referrer");
        let named = page.text.split('"').filter(|part| part.starts_with("/console/assets/"));
        let named: Vec<_> = named.collect();
        assert!(named.len() >= 2, "{path} loads {named:?}");
        for asset in named {
            let asset = shop.get(asset, &NOBODY).await;
            assert_eq!(asset.status, 200, "{path}");
            let kept = header(&asset.headers, "cache-control");
            assert_eq!(kept, "max-age=31536000, immutable", "{path}");
        }
    }
}

#[tokio::test]
async fn a_strangers_page_may_not_read() {
    let shop = Shop::open().await;
    let request = shop.client.get(format!("{}/v1/drops", shop.url));
    let foreign = request.header("origin", "https://evil.example").send().await.unwrap();
    assert!(!foreign.headers().contains_key("access-control-allow-origin"));
}
