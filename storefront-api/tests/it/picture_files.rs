//! The files of pictures: what is in them, and how long they may be kept.

use crate::{
    answer::Answer,
    images::{KINDS, of_product, picture, put, small, with_exif},
    shop::{NOBODY, Shop, TestSeller},
};
use image::ImageFormat;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

const SECRET: &str = "taken at 52.5163 N, 13.3777 E";

/// Reads a file, which must be there.
async fn file(shop: &Shop, url: &str) -> (HeaderMap, Vec<u8>) {
    let answer = shop.client.get(format!("{}{url}", shop.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{url}");
    (answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
}

/// Puts a picture on a seller's product; returns it with its addresses, the narrowest first.
async fn shown(
    shop: &Shop,
    seller: &TestSeller,
    media_type: &str,
    bytes: Vec<u8>,
) -> (Value, Vec<(u32, String)>) {
    let product = put(shop, &of_product(seller), &seller.who, media_type, bytes).await.expect(200);
    let picture = product["picture"].clone();
    let urls = picture["urls"].as_object().unwrap().iter();
    let mut urls: Vec<(u32, String)> = urls
        .map(|(width, url)| (width.parse().unwrap(), url.as_str().unwrap().to_owned()))
        .collect();
    urls.sort();
    (picture, urls)
}

#[tokio::test]
async fn a_picture_of_each_kind_is_shown_as_jpeg_in_several_widths() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    for (media_type, format) in KINDS {
        let (shown, urls) = shown(&shop, &seller, media_type, picture(900, 450, format)).await;
        assert_eq!((&shown["width"], &shown["height"]), (&json!(900), &json!(450)), "{media_type}");
        let widths: Vec<u32> = urls.iter().map(|(width, _)| *width).collect();
        assert_eq!(widths, [320, 800, 900], "{media_type}");
        for (width, url) in urls {
            let (_, bytes) = file(&shop, &url).await;
            let jpeg = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap();
            assert_eq!((jpeg.width(), jpeg.height()), (width, width / 2), "{media_type}");
        }
    }
}

#[tokio::test]
async fn nothing_that_was_hidden_in_a_picture_is_shown() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let jpeg = with_exif(&picture(400, 200, ImageFormat::Jpeg), 6, SECRET);
    // Behind its end, a picture may have anything, such as a page.
    let jpeg = [jpeg.as_slice(), b"<script>alert(1)</script>"].concat();
    let (shown, urls) = shown(&shop, &seller, "image/jpeg", jpeg).await;
    assert_eq!((&shown["width"], &shown["height"]), (&json!(200), &json!(400)), "it was lying");
    for (_, url) in urls {
        let (_, bytes) = file(&shop, &url).await;
        for hidden in ["Exif", SECRET, "script"] {
            let is_there = bytes.windows(hidden.len()).any(|part| part == hidden.as_bytes());
            assert!(!is_there, "{hidden} is in {url}");
        }
    }
}

#[tokio::test]
async fn a_file_never_changes_and_may_be_kept_for_ever() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (_, urls) = shown(&shop, &seller, "image/png", small()).await;
    let (_, url) = &urls[0];
    let (headers, first) = file(&shop, url).await;
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    let known = headers["etag"].to_str().unwrap();
    for tags in [known.to_owned(), format!("\"other\", W/{known}")] {
        let request = shop.client.get(format!("{}{url}", shop.url)).header("if-none-match", tags);
        let again = Answer::read(request.send().await.unwrap()).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
        assert_eq!(again.headers["cache-control"], headers["cache-control"]);
    }
    shown(&shop, &seller, "image/png", small()).await;
    assert_eq!(file(&shop, url).await.1, first);
    for other in [url.replace("-60", "-61"), "/v1/pictures/..%2f..%2fetc%2fpasswd".to_owned()] {
        let missing = shop.get(&other, &NOBODY).await;
        missing.expect_problem(404, "picture_not_found");
        assert_eq!(missing.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn a_picture_that_cannot_be_kept_is_not_shown() {
    let no_folder = tempfile::NamedTempFile::new().unwrap();
    let folder = no_folder.path().display().to_string();
    let shop = Shop::open_with([("SLUICE_STOREFRONT__PICTURE_DIR", folder)]).await;
    let seller = shop.seller().await;
    let refused = put(&shop, &of_product(&seller), &seller.who, "image/png", small()).await;
    refused.expect_problem(503, "pictures_unavailable");
    let path = format!("/v1/seller/products/{}", seller.product_id);
    assert_eq!(shop.get(&path, &seller.who).await.expect(200)["picture"], Value::Null);
    let n_pictures: i64 = shop.database.scalar("select count(*) from pictures").await;
    assert_eq!(n_pictures, 0);
}
