//! Pictures: what may be uploaded, who shows which, and when one goes.

use crate::{
    answer::text,
    images::{KINDS, bomb, of_product, picture, put, small},
    shop::{NOBODY, SOON, Shop},
};
use image::ImageFormat;
use serde_json::{Value, json};
use testkit::wait_until;

/// The address of the widest file of a picture.
fn widest(picture: &Value) -> String {
    text(&picture["urls"], &picture["width"].to_string())
}

#[tokio::test]
async fn a_picture_is_what_its_bytes_say_and_no_svg_is_taken() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = of_product(&seller);
    let svg = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\">\
        <script>alert(1)</script></svg>";
    let html = b"<!doctype html><script>alert(1)</script>";
    for (media_type, bytes) in [
        ("image/svg+xml", svg.to_vec()),
        ("image/png", svg.to_vec()),
        ("image/jpeg", html.to_vec()),
        ("image/webp", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
        ("image/png", Vec::new()),
        ("image/gif", small()),
        ("application/octet-stream", small()),
    ] {
        let refused = put(&shop, &path, &seller.who, media_type, bytes).await;
        refused.expect_problem(415, "unsupported_media_type");
    }
    let jpeg = picture(60, 40, ImageFormat::Jpeg);
    let taken = put(&shop, &path, &seller.who, "image/png", jpeg).await.expect(200);
    assert_eq!(taken["picture"]["height"], 40);
}

#[tokio::test]
async fn a_bomb_is_refused_before_it_goes_off() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = of_product(&seller);
    for side in [6_400, 10_000, 60_000, i32::MAX.unsigned_abs()] {
        let bomb = bomb(side);
        assert!(bomb.len() < 1000, "{}", bomb.len());
        let refused = put(&shop, &path, &seller.who, "image/png", bomb).await;
        assert_eq!(refused.status, 422, "{side}: {}", refused.text);
    }
    let refused = put(&shop, &path, &seller.who, "image/png", bomb(6_400)).await;
    refused.expect_problem(422, "picture_too_large");
    let too_long = vec![0; (8 << 20) + 1];
    let refused = put(&shop, &path, &seller.who, "image/png", too_long).await;
    refused.expect_problem(413, "body_too_large");
}

#[tokio::test]
async fn a_picture_that_is_cut_off_is_refused() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = of_product(&seller);
    for (media_type, format) in KINDS {
        let whole = picture(60, 40, format);
        for length in [20, whole.len() / 2, whole.len() - whole.len() / 8] {
            let bytes = whole[..length].to_vec();
            let refused = put(&shop, &path, &seller.who, media_type, bytes).await;
            refused.expect_problem(422, "picture_broken");
        }
    }
    let product = format!("/v1/seller/products/{}", seller.product_id);
    assert_eq!(shop.get(&product, &seller.who).await.expect(200)["picture"], Value::Null);
}

#[tokio::test]
async fn a_strangers_product_gets_no_picture() {
    let shop = Shop::open().await;
    let (owner, stranger) = (shop.seller().await, shop.seller().await);
    let of_drop = format!("/v1/seller/drops/{}/picture", shop.drop_of(&owner).await);
    for (path, code) in [(of_product(&owner), "product_not_found"), (of_drop, "drop_not_found")] {
        put(&shop, &path, &owner.who, "image/png", small()).await.expect(200);
        let refused = put(&shop, &path, &stranger.who, "image/png", small()).await;
        refused.expect_problem(404, code);
        shop.delete(&path, &stranger.who).await.expect_problem(404, code);
        put(&shop, &path, &NOBODY, "image/png", small())
            .await
            .expect_problem(401, "api_key_required");
    }
    let own = put(&shop, &of_product(&stranger), &stranger.who, "image/png", small()).await;
    let theirs = shop.get(&format!("/v1/seller/products/{}", owner.product_id), &owner.who).await;
    let (own, theirs) = (own.expect(200), theirs.expect(200));
    assert_ne!(own["picture"]["urls"], theirs["picture"]["urls"], "one tells of the other");
}

#[tokio::test]
async fn a_drop_shows_its_own_picture_or_that_of_its_product() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let seen_by_seller = format!("/v1/seller/drops/{drop_id}");
    let of_drop = format!("{seen_by_seller}/picture");
    let none = shop.get(&seen_by_seller, &seller.who).await.expect(200);
    assert_eq!(none["picture"], Value::Null);

    let bytes = picture(60, 40, ImageFormat::Png);
    let product = put(&shop, &of_product(&seller), &seller.who, "image/png", bytes).await;
    let of_product = product.expect(200)["picture"].clone();
    let shown = shop.get(&seen_by_seller, &seller.who).await.expect(200);
    assert_eq!(shown["picture"], of_product);
    let bytes = picture(40, 60, ImageFormat::Png);
    let own = put(&shop, &of_drop, &seller.who, "image/png", bytes).await.expect(200);
    assert_eq!((&own["picture"]["width"], &own["picture"]["height"]), (&json!(40), &json!(60)));
    let image = format!("<img class=\"picture\" src=\"{}\"", widest(&own["picture"]));
    for path in ["/".to_owned(), format!("/drops/{drop_id}")] {
        wait_until("page with the picture", SOON, async || {
            let page = shop.get(&path, &NOBODY).await.text;
            let says_all = page.contains("width=\"40\" height=\"60\" alt=\"Friday drop\"");
            (page.contains(&image) && says_all).then_some(())
        })
        .await;
    }

    let bare = shop.delete(&of_drop, &seller.who).await.expect(200);
    assert_eq!(bare["picture"], of_product);
}

#[tokio::test]
async fn a_drop_that_is_over_gets_no_other_picture_and_may_lose_its_own() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let of_drop = format!("/v1/seller/drops/{}/picture", shop.drop_of(&seller).await);
    put(&shop, &of_drop, &seller.who, "image/png", small()).await.expect(200);
    let over = "update drops set state = 'closed', ended_at = now()";
    sqlx::query(over).execute(&shop.app.pool).await.unwrap();
    let other = picture(40, 60, ImageFormat::Png);
    let late = put(&shop, &of_drop, &seller.who, "image/png", other).await;
    late.expect_problem(409, "drop_wrong_state");
    assert_eq!(shop.delete(&of_drop, &seller.who).await.expect(200)["picture"], Value::Null);
}

#[tokio::test]
async fn a_picture_goes_when_nothing_shows_it_any_more() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let of_drop = format!("/v1/seller/drops/{}/picture", shop.drop_of(&seller).await);
    let paths = [of_product(&seller), of_drop];
    let mut url = String::new();
    for path in &paths {
        let shown = put(&shop, path, &seller.who, "image/png", small()).await.expect(200);
        url = widest(&shown["picture"]);
    }
    shop.delete(&paths[0], &seller.who).await.expect(200);
    assert_eq!(shop.get(&url, &NOBODY).await.status, 200, "the drop shows it");
    let other = picture(40, 60, ImageFormat::Png);
    put(&shop, &paths[1], &seller.who, "image/png", other).await.expect(200);
    shop.get(&url, &NOBODY).await.expect_problem(404, "picture_not_found");
    let n_pictures: i64 = shop.database.scalar("select count(*) from pictures").await;
    assert_eq!(n_pictures, 1);

    let again = put(&shop, &paths[0], &seller.who, "image/png", small()).await.expect(200);
    assert_eq!(widest(&again["picture"]), url);
    assert_eq!(shop.get(&url, &NOBODY).await.status, 200);
}

#[tokio::test]
async fn each_change_of_a_picture_is_written_down_and_nothing_else() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let drop_id = shop.drop_of(&seller).await;
    let of_drop = format!("/v1/seller/drops/{drop_id}/picture");
    for _ in 0..2 {
        put(&shop, &of_drop, &seller.who, "image/png", small()).await.expect(200);
    }
    for _ in 0..2 {
        shop.delete(&of_drop, &seller.who).await.expect(200);
    }
    let path = format!("/v1/operator/audit?drop_id={drop_id}");
    let page = shop.get(&path, &shop.viewer().await).await.expect(200);
    let rows = page["data"].as_array().unwrap().iter();
    let rows: Vec<&Value> = rows.filter(|row| row["action"] == "drop.picture").collect();
    assert_eq!(rows.len(), 2, "what changes nothing is no change");
    assert_eq!((&rows[1]["old"], &rows[0]["new"]), (&Value::Null, &Value::Null));
    assert_eq!(rows[0]["old"], rows[1]["new"]);
    assert!(text(rows[0], "actor").starts_with("seller:"));
}

#[tokio::test]
async fn a_seller_who_has_all_pictures_that_may_be_hears_so() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sqlx::query(
        "insert into pictures (id, seller_id, widths, height)
         select encode(sha256(n::text::bytea), 'hex'), $1, '{320}', 240 from generate_series(1, 200) n",
    )
    .bind(seller.id)
    .execute(&shop.app.pool)
    .await
    .unwrap();
    let refused = put(&shop, &of_product(&seller), &seller.who, "image/png", small()).await;
    refused.expect_problem(409, "too_many_pictures");
}
