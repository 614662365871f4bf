//! How drops have done, for the charts of the consoles, and who works on what.

use crate::{
    answer::text,
    line::open_room,
    shop::{Shop, in_hours},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A minute of history that ends now: each second one more joins, two are let in, three units are sold. Every
/// fifth second one leaves.
async fn write_minute(shop: &Shop, drop_id: &str) {
    sqlx::query(
        "insert into drop_history (drop_id, step_s, at, waiting, joined, admitted, left_line, closed,
             wait_p50_ms, wait_p90_ms, placed, confirmed, lost, held, sold, available, revenue_minor,
             admission_rate_per_second, provider_errors, breaker, held_up_by)
         select $1, 1, date_trunc('second', now()) - make_interval(secs => 60 - i), 100 - i, i, 2 * i,
             i / 5, 0, 100 * i, 300 * i, i, i, 0, 0, 3 * i, 0, 0, 50, 1, 0, case when i > 50 then 'stock' end
         from generate_series(1, 60) i",
    )
    .bind(drop_id.parse::<Uuid>().unwrap())
    .execute(&shop.app.pool)
    .await
    .unwrap();
}

fn numbers(column: &Value) -> Vec<i64> {
    column.as_array().unwrap().iter().filter_map(Value::as_i64).collect()
}

#[tokio::test]
async fn a_drops_history_comes_in_columns_to_its_seller_and_to_operators() {
    let shop = Shop::open().await;
    let (seller, other, viewer) = (shop.seller().await, shop.seller().await, shop.viewer().await);
    let drop_id = shop.drop_of(&seller).await;
    write_minute(&shop, &drop_id).await;
    let of_operator = format!("/v1/operator/drops/{drop_id}/history");
    let of_seller = format!("/v1/seller/drops/{drop_id}/history");

    let seen = shop.get(&of_operator, &viewer).await.expect(200);
    assert_eq!(seen["step_s"], 1);
    assert_eq!(numbers(&seen["joined"]), (1..=60).collect::<Vec<_>>());
    assert_eq!(numbers(&seen["wait_p90_ms"]).last(), Some(&18_000));
    assert_eq!(numbers(&seen["left"]).last(), Some(&12));
    for column in
        ["at", "waiting", "admitted", "left", "closed", "wait_p50_ms", "placed", "lost", "sold"]
    {
        assert_eq!(seen[column].as_array().unwrap().len(), 60, "{column}");
    }
    assert_eq!((&seen["held_up_by"][0], &seen["held_up_by"][59]), (&Value::Null, &json!("stock")));
    let span = format!("?from={}&step=10", seen["at"][0].as_str().unwrap());
    let coarse = shop.get(&format!("{of_seller}{span}"), &seller.who).await.expect(200);
    assert_eq!(coarse["step_s"], 10);
    let totals = numbers(&coarse["admitted"]);
    assert!((6..=7).contains(&totals.len()) && totals.last() == Some(&120), "{totals:?}");
    assert_eq!(numbers(&coarse["provider_errors"]).iter().sum::<i64>(), 60);

    shop.get(&of_seller, &other.who).await.expect_problem(404, "drop_not_found");
    let nobodys = format!("/v1/operator/drops/{}/history", Uuid::now_v7());
    shop.get(&nobodys, &viewer).await.expect_problem(404, "drop_not_found");
}

#[tokio::test]
async fn a_history_is_as_long_as_an_answer_may_be_and_no_longer() {
    let shop = Shop::open().await;
    let (seller, viewer) = (shop.seller().await, shop.viewer().await);
    let drop_id = shop.drop_of(&seller).await;
    let ask = async |query: String| {
        shop.get(&format!("/v1/operator/drops/{drop_id}/history{query}"), &viewer).await
    };
    let between = |from: i64, to: i64| format!("?from={}&to={}", in_hours(from), in_hours(to));
    assert_eq!(ask(between(-24, 0)).await.expect(200)["step_s"], 60);
    let empty = ask(between(-24, 0)).await.expect(200);
    assert_eq!((&empty["at"], &empty["waiting"]), (&json!([]), &json!([])));
    for query in [
        between(0, -1),
        between(-24 * 32, 0),
        between(-24, 0) + "&step=1",
        "?step=0".to_owned(),
        "?step=86401".to_owned(),
        "?from=yesterday".to_owned(),
        "?until=now".to_owned(),
    ] {
        ask(query).await.expect_problem(400, "invalid_query");
    }
    let long_ago = "?from=-009999-02-02T00:00:00Z&to=-009999-02-03T00:00:00Z";
    assert_eq!(ask(long_ago.to_owned()).await.expect(200)["at"], json!([]));
}

#[tokio::test]
async fn at_a_glance_operators_see_how_each_room_does() {
    let shop = Shop::open().await;
    let (seller, viewer) = (shop.seller().await, shop.viewer().await);
    let (busy, quiet) = (shop.drop_of(&seller).await, shop.drop_of(&seller).await);
    write_minute(&shop, &busy).await;

    let page = shop.get("/v1/operator/drops", &viewer).await.expect(200);
    let rows = page["data"].as_array().unwrap();
    let of = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    let row = of(&busy);
    assert_eq!((&row["waiting"], &row["held_up_by"]), (&json!(40), &json!("stock")));
    let speed = (&row["admitted_per_second"], &row["sold_per_second"]);
    assert_eq!(speed, (&json!(2.0), &json!(3.0)));
    assert!(row["seen_at"].is_string() && row["units_left"] == 100, "{row}");
    for field in ["waiting", "seen_at", "admitted_per_second", "held_up_by"] {
        assert_eq!(of(&quiet)[field], Value::Null, "{field}");
    }
    let one = shop.get(&format!("/v1/operator/drops/{busy}"), &viewer).await.expect(200);
    assert_eq!(one["waiting"], 40);
}

#[tokio::test]
async fn operators_see_whether_all_that_an_open_room_needs_is_there() {
    let shop = Shop::open().await;
    let (seller, viewer) = (shop.seller().await, shop.viewer().await);
    let drop_id = shop.drop_of(&seller).await;
    let health = async || {
        let page = shop.get("/v1/operator/drops", &viewer).await.expect(200);
        page["data"][0]["health"].clone()
    };
    assert_eq!(health().await, Value::Null, "it is not open yet");
    let open = "update drops set state = 'open'";
    sqlx::query(open).execute(&shop.app.pool).await.unwrap();
    let nothing = json!({
        "drain_alive": false, "orders_alive": false, "line_answers": false, "breaker": null
    });
    assert_eq!(health().await, nothing);

    open_room(&shop, &seller, drop_id.parse().unwrap()).await;
    write_minute(&shop, &drop_id).await;
    for rows in [
        "insert into heartbeats (instance, role, beat_at) values
            ('one', 'drain', now()), ('one', 'orders', now())",
        "insert into owned_work (instance, role, keys)
            select 'one', 'drain', array[id::text] from drops
            union all select 'one', 'orders', array[partition::text] from drops",
        "update drop_history set breaker = 2",
    ] {
        sqlx::query(rows).execute(&shop.app.pool).await.unwrap();
    }
    let all = json!({
        "drain_alive": true, "orders_alive": true, "line_answers": true, "breaker": 2
    });
    assert_eq!(health().await, all);

    let silent = "update heartbeats set beat_at = now() - interval '11 seconds'
        where role = 'orders'";
    sqlx::query(silent).execute(&shop.app.pool).await.unwrap();
    let one = shop.get(&format!("/v1/operator/drops/{drop_id}"), &viewer).await.expect(200);
    let alive = (&one["health"]["drain_alive"], &one["health"]["orders_alive"]);
    assert_eq!(alive, (&json!(true), &json!(false)));
}

#[tokio::test]
async fn operators_find_a_room_by_a_part_of_its_name() {
    let shop = Shop::open().await;
    let (seller, viewer) = (shop.seller().await, shop.viewer().await);
    let (one, _) = (shop.drop_of(&seller).await, shop.drop_of(&seller).await);
    let renamed = json!({ "title": "100% Brass_lamps" });
    let path = format!("/v1/seller/drops/{one}");
    shop.patch(&path, &seller.who, &renamed).await.expect(200);
    let found = async |q: &str| {
        let path = format!("/v1/operator/drops?q={q}");
        let page = shop.get(&path, &viewer).await.expect(200);
        page["data"].as_array().unwrap().iter().map(|row| text(row, "id")).collect::<Vec<_>>()
    };
    for q in ["brass", "BRASS_L", "100%25", &one] {
        assert_eq!(found(q).await, std::slice::from_ref(&one), "{q}");
    }
    assert_eq!(found("shop").await.len(), 2, "both are the seller's");
    assert_eq!(found("").await.len(), 2);
    assert!(found("brass%25lamps").await.is_empty(), "what is no part of a name is no pattern");
}

#[tokio::test]
async fn operators_see_streams_and_memory_of_each_process_that_keeps_lines() {
    let shop = Shop::open().await;
    let (seller, viewer) = (shop.seller().await, shop.viewer().await);
    let rows =
        "insert into admission_history (instance, step_s, at, sockets, waiting, memory_bytes)
        select instance, 1, date_trunc('second', now()) - make_interval(secs => 30 - i), i, 2 * i,
            case instance when '0199c0de000070008000000000000001' then 1000 + i end
        from (values ('0199c0de000070008000000000000001'), ('other')) instances (instance)
        cross join generate_series(1, 20) i where instance <> 'other' or i > 15";
    sqlx::query(rows).execute(&shop.app.pool).await.unwrap();
    let path = "/v1/operator/admission/history";

    let seen = shop.get(path, &viewer).await.expect(200);
    assert_eq!((&seen["step_s"], seen["at"].as_array().unwrap().len()), (&json!(1), 20));
    let [one, other] = seen["instances"].as_array().unwrap().as_slice() else { panic!("{seen}") };
    assert!(one["started_at"].is_string() && other["started_at"].is_null(), "{seen}");
    assert_eq!(numbers(&one["sockets"]), (1..=20).collect::<Vec<_>>());
    assert_eq!(numbers(&one["memory_bytes"]), (1001..=1020).collect::<Vec<_>>());
    assert_eq!((&other["sockets"][14], &other["sockets"][15]), (&Value::Null, &json!(16)));
    assert_eq!((&other["waiting"][19], &other["memory_bytes"][19]), (&json!(40), &Value::Null));

    let before = format!("{path}?from={}&to={}", in_hours(-2), in_hours(-1));
    let nothing = shop.get(&before, &viewer).await.expect(200);
    assert_eq!((&nothing["at"], &nothing["instances"]), (&json!([]), &json!([])));
    let wrong = format!("{path}?step=0");
    shop.get(&wrong, &viewer).await.expect_problem(400, "invalid_query");
    shop.get(path, &seller.who).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn operators_see_which_worker_has_which_drops() {
    let shop = Shop::open().await;
    let (seller, viewer) = (shop.seller().await, shop.viewer().await);
    let drop_id = shop.drop_of(&seller).await;
    let rows = "insert into heartbeats (instance, role, beat_at) values
        ('0199c0de000070008000000000000001', 'drain', now()),
        ('0199c0de000070008000000000000001', 'relay', now()),
        ('worker-2', 'drain', now() - interval '1 minute')";
    sqlx::query(rows).execute(&shop.app.pool).await.unwrap();
    let owned = "insert into owned_work (instance, role, keys) values
        ('0199c0de000070008000000000000001', 'drain', array[$1::text])";
    sqlx::query(owned).bind(&drop_id).execute(&shop.app.pool).await.unwrap();

    let seen = shop.get("/v1/operator/instances", &viewer).await.expect(200);
    let [one, other] = seen["data"].as_array().unwrap().as_slice() else { panic!("{seen}") };
    assert_eq!((&one["alive"], &other["alive"]), (&json!(true), &json!(false)));
    assert_eq!(one["roles"][0]["drops"], json!([drop_id]));
    let relay = &one["roles"][1];
    assert_eq!((&relay["role"], &relay["drops"]), (&json!("relay"), &json!([])));
    assert!(one["started_at"].is_string() && other["started_at"].is_null(), "{seen}");
}
