//! Themes: whose they are, and what a drop shows.

use crate::fixture::{DropOptions, TestDrop};
use database::selling::{
    pictures::{self, Picture, PictureOf},
    themes::{self, Theme, ThemeOf, ThemeStyle, Wording},
};
use shared::ids::{DropId, SellerId};

fn style(accent: &str) -> ThemeStyle {
    ThemeStyle { accent: Some(accent.parse().unwrap()), ..ThemeStyle::default() }
}

fn tagline() -> Option<Wording> {
    Some(Wording { en: "Lamps".to_owned(), ko: "램프".to_owned() })
}

async fn set(test_drop: &TestDrop, drop_id: Option<DropId>, style: &ThemeStyle) -> bool {
    let of = ThemeOf { seller_id: test_drop.seller_id, drop_id };
    themes::set(&test_drop.pool, of, style, "a test", "a test").await.unwrap()
}

async fn shown(test_drop: &TestDrop) -> Theme {
    themes::find_shown(&test_drop.pool, test_drop.drop_id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_drop_shows_its_own_theme_and_its_sellers_where_that_leaves_something_open() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    assert_eq!(shown(&test_drop).await, Theme::default());
    let of_all = ThemeStyle { tagline: tagline(), ..style("#0b6670") };
    assert!(set(&test_drop, None, &of_all).await);
    assert_eq!(shown(&test_drop).await.style, of_all);

    assert!(set(&test_drop, Some(test_drop.drop_id), &style("#3b4cca")).await);
    let both = ThemeStyle { tagline: tagline(), ..style("#3b4cca") };
    assert_eq!(shown(&test_drop).await.style, both);
    let of = ThemeOf { seller_id: test_drop.seller_id, drop_id: Some(test_drop.drop_id) };
    let own = themes::find(&test_drop.pool, of).await.unwrap();
    assert_eq!(own.style, style("#3b4cca"));

    assert!(set(&test_drop, None, &ThemeStyle::default()).await);
    assert_eq!(shown(&test_drop).await.style, style("#3b4cca"));
    let audited = "select count(*) from audit_log where action = 'theme.edit'";
    assert_eq!(test_drop.number(audited).await, 3);
}

#[tokio::test]
async fn there_is_one_theme_of_all_drops_however_many_set_it_at_once() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (one, two) = (style("#0b6670"), style("#3b4cca"));
    tokio::join!(set(&test_drop, None, &one), set(&test_drop, None, &two));
    assert_eq!(test_drop.number("select count(*) from themes").await, 1);
}

#[tokio::test]
async fn nobody_sets_the_theme_of_anothers_drop_or_of_no_seller() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let stranger = SellerId::generate();
    for drop_id in [None, Some(test_drop.drop_id)] {
        let of = ThemeOf { seller_id: stranger, drop_id };
        let set = themes::set(&test_drop.pool, of, &style("#0b6670"), "a test", "a test").await;
        assert!(!set.unwrap());
    }
    assert!(!set(&test_drop, Some(DropId::generate()), &style("#0b6670")).await);
    assert_eq!(test_drop.number("select count(*) from themes").await, 0);
}

#[tokio::test]
async fn a_logo_stays_for_as_long_as_a_theme_shows_it() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let logo = Picture { id: "ab".repeat(32), widths: vec![320], height: 100 };
    let places = [PictureOf::Theme(None), PictureOf::Theme(Some(test_drop.drop_id))];
    for of in places {
        assert_eq!(show(&test_drop, of, Some(&logo)).await, None);
        assert_eq!(shown(&test_drop).await.logo.as_ref(), Some(&logo));
    }
    assert_eq!(show(&test_drop, places[1], None).await, None, "the seller's theme shows it");
    assert_eq!(shown(&test_drop).await.logo.as_ref(), Some(&logo));
    assert_eq!(show(&test_drop, places[0], None).await, Some(logo));
    assert_eq!(shown(&test_drop).await.logo, None);
}

/// Has a theme show a logo; returns the one that nothing shows any more.
async fn show(test_drop: &TestDrop, of: PictureOf, logo: Option<&Picture>) -> Option<Picture> {
    let mut held = pictures::hold(&test_drop.pool, test_drop.seller_id).await.unwrap();
    let unused = held.show(of, logo, "a test").await.unwrap();
    held.commit().await.unwrap();
    unused
}
