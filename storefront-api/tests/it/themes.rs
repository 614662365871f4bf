//! U5: how a seller has the pages of drops look.

use crate::{
    answer::text,
    images::{put, small},
    shop::{NOBODY, SOON, Shop, drop_body},
};
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, IF_NONE_MATCH};
use serde_json::{Value, json};
use testkit::wait_until;

const THEME: &str = "/v1/seller/theme";

fn theme(accent: &str, tagline: &str) -> Value {
    json!({
        "accent": accent,
        "band": "#ffcc00",
        "tagline": { "en": tagline, "ko": "항구에서 온 램프" },
        "message": { "en": "Made by hand.", "ko": "손으로 만들었어요." },
    })
}

/// Waits for the page of a drop that says this.
async fn page_with(shop: &Shop, drop_id: &str, part: &str) -> String {
    wait_until(part, SOON, async || {
        let page = shop.get(&format!("/drops/{drop_id}"), &NOBODY).await.text;
        page.contains(part).then_some(page)
    })
    .await
}

/// The address of the stylesheet that a page loads after the shop's own.
fn sheet_of(page: &str) -> String {
    let (_, rest) = page.split_once("<link rel=\"stylesheet\" href=\"/theme/").unwrap();
    let address = rest.split('"').next().unwrap();
    format!("/theme/{}", address.replace("&#38;", "&"))
}

#[tokio::test]
async fn a_page_has_the_colours_and_texts_of_its_seller_and_nothing_inline() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let plain = page_with(&shop, &drop_id, "Friday drop").await;
    assert!(!plain.contains("/theme/") && !plain.contains("tagline"), "{plain}");
    assert!(plain.contains("height=\"28\">Sluice</a>"), "{plain}");

    let tagline = "Lamps & <b>more</b>";
    let set = shop.put(THEME, &seller.who, &theme("#0B6670", tagline)).await.expect(200);
    assert_eq!(set["accent"], "#0b6670");
    assert_eq!(set["colours"]["on_band"], "#000000");
    let page = page_with(&shop, &drop_id, "Lamps &#38; &#60;b&#62;more").await;
    for part in ["항구에서 온 램프", "Made by hand.", "손으로 만들었어요."] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<style") && !page.contains("style=\""), "{page}");

    let sheet = shop.get(&sheet_of(&page), &NOBODY).await;
    assert_eq!(sheet.status, 200);
    assert_eq!(sheet.headers["content-type"], "text/css; charset=utf-8");
    assert_eq!(sheet.headers["cache-control"], "public, max-age=31536000, immutable");
    for part in ["--accent:#0b6670", "background:#ffcc00", "prefers-color-scheme:dark"] {
        assert!(sheet.text.contains(part), "{part}: {}", sheet.text);
    }
    let etag = sheet.headers["etag"].clone();
    let again = shop.client.get(format!("{}{}", shop.url, sheet_of(&page)));
    let again = again.header(IF_NONE_MATCH, etag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let unnamed = shop.get(&format!("/theme/{drop_id}.css"), &NOBODY).await;
    assert_eq!(unnamed.headers["cache-control"], "no-cache");
    assert_eq!(unnamed.text, sheet.text);
}

#[tokio::test]
async fn what_a_drop_has_of_its_own_counts_there_and_nowhere_else() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (own, other) = (shop.drop_of(&seller).await, shop.drop_of(&seller).await);
    shop.put(THEME, &seller.who, &theme("#0b6670", "Of all")).await.expect(200);
    let path = format!("/v1/seller/drops/{own}/theme");
    shop.put(&path, &seller.who, &json!({ "accent": "#3b4cca" })).await.expect(200);
    let kept = shop.get(&path, &seller.who).await.expect(200);
    assert_eq!((&kept["accent"], &kept["tagline"]), (&json!("#3b4cca"), &Value::Null));

    for (drop_id, accent) in [(&own, "--accent:#3b4cca"), (&other, "--accent:#0b6670")] {
        let sheet = wait_until("stylesheet", SOON, async || {
            let sheet = shop.get(&format!("/theme/{drop_id}.css"), &NOBODY).await.text;
            sheet.contains(accent).then_some(sheet)
        })
        .await;
        assert!(sheet.contains("background:#ffcc00"), "{sheet}");
        page_with(&shop, drop_id, "Of all").await;
    }
    shop.put(&path, &seller.who, &json!({})).await.expect(200);
    wait_until("the seller's own accent", SOON, async || {
        let sheet = shop.get(&format!("/theme/{own}.css"), &NOBODY).await.text;
        sheet.contains("--accent:#0b6670").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_colour_that_cannot_be_read_is_refused_with_one_that_can() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let refused = shop.put(THEME, &seller.who, &json!({ "accent": "#ffcc00" })).await;
    refused.expect_problem(422, "invalid_fields");
    let error = &refused.json["errors"][0];
    assert_eq!(error["field"], "/accent");
    let detail = text(error, "detail");
    let (_, darker) = detail.split_once('#').unwrap();
    let darker = format!("#{}", &darker[..6]);
    let taken = shop.put(THEME, &seller.who, &json!({ "accent": darker })).await.expect(200);
    assert_eq!(taken["accent"], json!(darker));
    assert_ne!(taken["colours"]["dark"]["accent"], json!(darker), "it is made brighter");

    for (field, value) in [
        ("accent", json!("red")),
        ("accent", json!("#0b6670;}body{display:none")),
        ("band", json!("url(https://evil.example)")),
        ("band", json!(7)),
        ("tagline", json!({ "en": "alone" })),
    ] {
        let refused = shop.put(THEME, &seller.who, &json!({ field: value })).await;
        refused.expect_problem(400, "invalid_body");
    }
    for (field, text) in [("tagline", "x".repeat(81)), ("message", " ".to_owned())] {
        let body = json!({ field: { "en": text, "ko": "램프" } });
        let refused = shop.put(THEME, &seller.who, &body).await;
        refused.expect_problem(422, "invalid_fields");
        assert_eq!(refused.fields(), [format!("/{field}/en")]);
    }
    assert_eq!(shop.get(THEME, &seller.who).await.expect(200)["accent"], json!(darker));
}

#[tokio::test]
async fn a_preview_tells_the_colours_and_keeps_nothing() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let body = json!({ "accent": "#0b6670", "band": "#12262b" });
    let preview = format!("{THEME}/preview");
    let colours = shop.post(&preview, &seller.who, &body).await.expect(200);
    assert_eq!(colours["light"]["accent"], "#0b6670");
    assert_eq!(colours["on_band"], "#ffffff");
    let faint = shop.post(&preview, &seller.who, &json!({ "accent": "#ffcc00" })).await;
    faint.expect_problem(422, "invalid_fields");
    let none = shop.post(&preview, &seller.who, &json!({})).await.expect(200);
    assert_eq!(none, json!({ "light": null, "dark": null, "on_band": null }));
    let n_themes: i64 = shop.database.scalar("select count(*) from themes").await;
    assert_eq!(n_themes, 0);
}

#[tokio::test]
async fn a_logo_stands_above_the_pages_until_it_is_taken_away() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let path = format!("{THEME}/logo");
    let shown = put(&shop, &path, &seller.who, "image/png", small()).await.expect(200);
    let logo = text(&shown["logo"]["urls"], "60");
    let page = page_with(&shop, &drop_id, &format!("<img class=\"logo\" src=\"{logo}\"")).await;
    assert!(page.contains("alt=\"Shop\"") && !page.contains(">Sluice</a>"), "{page}");
    assert_eq!(shop.get(&logo, &NOBODY).await.status, 200);

    let bare = shop.delete(&path, &seller.who).await.expect(200);
    assert_eq!(bare["logo"], Value::Null);
    shop.get(&logo, &NOBODY).await.expect_problem(404, "picture_not_found");
    let of_drop = format!("/v1/seller/drops/{drop_id}/theme/logo");
    let own = put(&shop, &of_drop, &seller.who, "image/png", small()).await.expect(200);
    assert!(own["logo"].is_object());
    assert_eq!(shop.get(THEME, &seller.who).await.expect(200)["logo"], Value::Null);
}

#[tokio::test]
async fn nobody_sees_the_look_of_a_draft_or_of_nothing() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    shop.put(THEME, &seller.who, &theme("#0b6670", "Of all")).await.expect(200);
    let mut body = drop_body(&seller);
    for times in ["opens_at", "closes_at"] {
        body.as_object_mut().unwrap().remove(times);
    }
    let draft = shop.post("/v1/seller/drops", &seller.who, &body).await.expect(201);
    assert_eq!(draft["state"], "draft");
    for name in [format!("{}.css", text(&draft, "id")), text(&draft, "id"), "7.css".to_owned()] {
        shop.get(&format!("/theme/{name}"), &NOBODY).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn each_change_of_a_theme_is_written_down_and_nothing_else() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    for _ in 0..2 {
        shop.put(THEME, &seller.who, &theme("#0b6670", "Of all")).await.expect(200);
    }
    let n_written = "select count(*) from audit_log where action = 'theme.edit'
        and new->>'accent' = '#0b6670' and old->>'accent' is null";
    let n_written: i64 = shop.database.scalar(n_written).await;
    assert_eq!(n_written, 1, "what changes nothing is no change");
}

#[tokio::test]
async fn a_fault_of_ours_is_a_page_for_people_and_a_problem_for_programs() {
    let shop = Shop::open().await;
    let drop_id = shop.drop_of(&shop.seller().await).await;
    sqlx::query("alter table themes rename to gone").execute(&shop.app.pool).await.unwrap();
    let path = format!("/theme/{drop_id}.css");
    shop.get(&path, &NOBODY).await.expect_problem(500, "internal");
    for (language, said) in [("ko", "문제가 생겼어요"), ("en", "Something went wrong")] {
        let request = shop.client.get(format!("{}{path}", shop.url));
        let request = request.header(ACCEPT, "text/html").header(ACCEPT_LANGUAGE, language);
        let page = request.send().await.unwrap();
        assert_eq!(page.status(), 500);
        let csp = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(!csp.contains("script-src") && csp.contains("style-src 'self'"), "{csp}");
        let page = page.text().await.unwrap();
        assert!(page.starts_with("<!doctype html>") && page.contains(said), "{page}");
        assert!(!page.contains("<script"), "{page}");
    }
}
