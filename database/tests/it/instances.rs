//! The processes of the workers, and what each has in hand.

use crate::fixture::{DropOptions, TestDrop};
use database::workers::{
    heartbeats,
    instances::{self, AtWork},
    owned_work,
};
use shared::ids::DropId;

#[tokio::test]
async fn an_instance_is_listed_with_the_drops_that_it_has_in_hand() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let (pool, drop_id) = (&test_drop.pool, test_drop.drop_id);
    for role in ["drain", "orders", "relay"] {
        heartbeats::beat(pool, "one", role).await.unwrap();
    }
    for role in ["drain", "payments", "provider_tried"] {
        heartbeats::beat(pool, "two", role).await.unwrap();
    }
    for (instance, role, keys) in [
        ("one", "drain", vec![drop_id.to_string()]),
        ("one", "orders", vec!["0".to_owned(), "7".to_owned()]),
        ("one", "relay", vec!["journal".to_owned()]),
        ("two", "drain", vec![drop_id.to_string()]),
    ] {
        owned_work::note(pool, instance, role, &keys).await.unwrap();
    }
    owned_work::note(pool, "two", "drain", &[]).await.unwrap();

    let listed = instances::list(pool).await.unwrap();
    let seen: Vec<_> = listed
        .iter()
        .map(|one| (one.instance.as_str(), one.role.as_str(), one.n_pieces, one.drops.as_slice()))
        .collect();
    let (own, none) = ([drop_id], []);
    let wanted = [
        ("one", "drain", 1, &own[..]),
        ("one", "orders", 2, &own[..]),
        ("one", "relay", 1, &none[..]),
        ("two", "drain", 0, &none[..]),
        ("two", "payments", 0, &none[..]),
    ];
    assert_eq!(seen, wanted);
    let at_work = instances::at_work(pool, &[drop_id, DropId::generate()]).await.unwrap();
    let both = AtWork { drain: true, orders: true };
    assert_eq!(at_work.into_iter().collect::<Vec<_>>(), [(drop_id, both)]);
}

#[tokio::test]
async fn who_is_silent_has_nothing_in_hand_and_is_forgotten_one_day() {
    let test_drop = TestDrop::new(DropOptions::default()).await;
    let pool = &test_drop.pool;
    heartbeats::beat(pool, "one", "drain").await.unwrap();
    owned_work::note(pool, "one", "drain", &[test_drop.drop_id.to_string()]).await.unwrap();
    let silent_for = async |time: &str| {
        sqlx::query("update heartbeats set beat_at = now() - $1::text::interval")
            .bind(time)
            .execute(pool)
            .await
            .unwrap();
    };

    silent_for("11 seconds").await;
    let listed = instances::list(pool).await.unwrap();
    assert_eq!((listed[0].n_pieces, listed[0].drops.as_slice()), (0, &[][..]));
    let at_work = instances::at_work(pool, &[test_drop.drop_id]).await.unwrap();
    assert_eq!(at_work[&test_drop.drop_id], AtWork::default());
    assert_eq!(owned_work::forget_old(pool).await.unwrap(), 0);

    silent_for("25 hours").await;
    heartbeats::forget_old(pool).await.unwrap();
    assert_eq!(owned_work::forget_old(pool).await.unwrap(), 1);
}
