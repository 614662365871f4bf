//! Pictures: whose they are, and when one is deleted.

use database::{
    PgPool,
    selling::{
        catalogue::{self, NewProduct, NewVariant},
        pictures::{self, ChangePictureError, MAX_PICTURES, Picture, PictureOf},
    },
};
use shared::ids::{ProductId, SellerId};
use std::time::Duration;
use testkit::TestDatabase;

/// A seller of its own.
async fn seller(pool: &PgPool) -> SellerId {
    let seller_id = SellerId::generate();
    catalogue::create_seller(pool, seller_id, "Shop").await.unwrap();
    seller_id
}

async fn product(pool: &PgPool, seller_id: SellerId) -> ProductId {
    let id = ProductId::generate();
    let variant = NewVariant {
        name: "One size".to_owned(),
        price_minor: 100,
        currency: "EUR".to_owned(),
        stock: 10,
    };
    let product = NewProduct {
        id,
        seller_id,
        name: "A thing".to_owned(),
        description: String::new(),
        variants: vec![variant],
    };
    catalogue::create_product(pool, &product, "test").await.unwrap();
    id
}

fn picture(n: u8) -> Picture {
    Picture { id: format!("{n:064x}"), widths: vec![320, 640], height: 480 }
}

/// Has a product show a picture; returns the one that nothing shows any more.
async fn show(
    pool: &PgPool,
    seller_id: SellerId,
    product_id: ProductId,
    picture: Option<&Picture>,
) -> Result<Option<Picture>, ChangePictureError> {
    let mut held = pictures::hold(pool, seller_id).await?;
    let unused = held.show(PictureOf::Product(product_id), picture, "test").await?;
    held.commit().await?;
    Ok(unused)
}

#[tokio::test]
async fn a_picture_is_deleted_when_nothing_shows_it_any_more() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let seller_id = seller(pool).await;
    let (one, two) = (product(pool, seller_id).await, product(pool, seller_id).await);
    let (old, new) = (picture(1), picture(2));
    for product_id in [one, two, one] {
        assert_eq!(show(pool, seller_id, product_id, Some(&old)).await.unwrap(), None);
    }
    let found = catalogue::find_product(pool, seller_id, one).await.unwrap().unwrap();
    assert_eq!(found.picture.as_ref(), Some(&old));

    assert_eq!(show(pool, seller_id, one, Some(&new)).await.unwrap(), None, "two shows it");
    assert_eq!(show(pool, seller_id, two, None).await.unwrap(), Some(old));
    assert_eq!(show(pool, seller_id, two, None).await.unwrap(), None, "there was none");
    let ids: Vec<String> = database.scalar("select array_agg(id) from pictures").await;
    assert_eq!(ids, [new.id]);
}

#[tokio::test]
async fn no_product_shows_a_picture_of_another_seller() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let (one, other) = (seller(pool).await, seller(pool).await);
    let (own, foreign) = (product(pool, one).await, product(pool, other).await);
    show(pool, other, foreign, Some(&picture(1))).await.unwrap();

    let refused = show(pool, one, foreign, None).await.unwrap_err();
    assert!(matches!(refused, ChangePictureError::ProductNotFound), "{refused}");
    let refused = show(pool, one, own, Some(&picture(1))).await.unwrap_err();
    let ChangePictureError::Database(error) = &refused else { panic!("{refused}") };
    assert_eq!(error.constraint(), Some("product_picture_is_own"));
    let settings = testkit::settings([("SLUICE_DATABASE__URL", database.url())]);
    let as_one = database::connect_for_seller(&settings.database, one).unwrap();
    let counting = sqlx::query_scalar("select count(*) from pictures");
    let n_seen: i64 = counting.fetch_one(&as_one).await.unwrap();
    assert_eq!(n_seen, 0);
}

#[tokio::test]
async fn a_seller_has_so_many_pictures_and_may_still_change_one() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let seller_id = seller(pool).await;
    let (full, bare) = (product(pool, seller_id).await, product(pool, seller_id).await);
    show(pool, seller_id, full, Some(&picture(0))).await.unwrap();
    sqlx::query(
        "insert into pictures (id, seller_id, widths, height)
         select encode(sha256(n::text::bytea), 'hex'), $1, '{320}', 240 from generate_series(2, $2) n",
    )
    .bind(seller_id)
    .bind(MAX_PICTURES)
    .execute(pool)
    .await
    .unwrap();

    let refused = show(pool, seller_id, bare, Some(&picture(1))).await.unwrap_err();
    assert!(matches!(refused, ChangePictureError::TooMany { limit: MAX_PICTURES }), "{refused}");
    let replaced = show(pool, seller_id, full, Some(&picture(1))).await.unwrap();
    assert_eq!(replaced, Some(picture(0)));
    show(pool, seller_id, bare, Some(&picture(1))).await.unwrap();
}

#[tokio::test]
async fn whoever_holds_the_pictures_of_a_seller_meets_nobody_else() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let (one, other) = (seller(pool).await, seller(pool).await);
    let mut held = pictures::hold(pool, one).await.unwrap();
    assert!(!held.has(&picture(1).id).await.unwrap());
    pictures::hold(pool, other).await.unwrap().commit().await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(300), pictures::hold(pool, one)).await;
    assert!(waiting.is_err(), "two hold them");
    held.commit().await.unwrap();
    pictures::hold(pool, one).await.unwrap();
}
