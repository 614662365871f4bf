//! Plans of statements that meet many orders and payments, made once and for any parameters, like
//! those that a service goes on with.

use crate::fixture::{DropOptions, TestDrop, batch, begin, done, wish};
use database::{
    PgPool,
    money::payments::{self, Answer, Conclusion, PayOutcome},
    ordering::order_batch::process,
    selling::{
        orders::{OrderFilter, list_of_drop},
        passes,
    },
};
use shared::ids::{ShopperId, TicketId};
use sqlx::{AssertSqlSafe, postgres::PgPoolOptions};
use std::time::Duration;

/// What a statement does, words of it, the index that finds its orders, and how many columns of the
/// index are compared: fewer would find all orders of the drop.
const FOUND_BY: [(&str, &str, &str, usize); 7] = [
    ("locks orders", "(select id from unnest($2::uuid[]) u (id) order by id) w", "orders_pkey", 2),
    ("stores orders", "update orders o set state = c.state", "orders_pkey", 2),
    ("lists a drop's orders", "id >= $3 and id < $4 and seller_id = $1", "orders_pkey", 1),
    ("knows owners", "drop_id is not distinct from c.drop_id", "one_unit_per_customer", 1),
    ("finds a pass", "o.id = $2 and d.fulfilment = 'pass'", "orders_pkey", 2),
    ("finds a shopper's pass", "drop_id is not distinct from $1", "one_unit_per_customer", 1),
    ("looks at passes", "drop_id = p.drop_id and id = p.id", "orders_pkey", 2),
];

/// Gives a drop so many orders, each with a payment, that reading all of them costs far more than a
/// look into an index.
async fn fill(test_drop: &TestDrop) {
    sqlx::query(
        "insert into orders (id, drop_id, seller_id, shopper_id, variant_id, placed_by, score,
             amount_minor, admitted_at, processed_at, updated_at, units_asked, units_held, lane,
             is_only_one, currency, state)
         select gen_random_uuid(), $1, $2, gen_random_uuid(), gen_random_uuid(), 0, n, 1500, now(),
             now(), now(), 1, 0, 0, true, 'KRW', 'expired'
         from generate_series(1, 20000) n",
    )
    .bind(test_drop.drop_id)
    .bind(test_drop.seller_id)
    .execute(&test_drop.pool)
    .await
    .unwrap();
    let with_payments = "insert into payments (id, order_id, drop_id, kind, amount_minor, currency,
             status)
         select gen_random_uuid(), id, drop_id, 'authorize', amount_minor, currency, 'declined'
         from orders; analyze";
    sqlx::raw_sql(with_payments).execute(&test_drop.pool).await.unwrap();
}

/// Opens a single session, whose plans are made for any parameters.
async fn open_session(test_drop: &TestDrop) -> PgPool {
    let options = (*test_drop.pool.connect_options())
        .clone()
        .options([("plan_cache_mode", "force_generic_plan")]);
    PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

/// Places an order, refuses its customer a second one, and sets money aside for the first.
async fn sell(test_drop: &TestDrop, session: &PgPool) {
    let shopper_id = ShopperId::generate();
    let commands = [1, 1].map(|units| test_drop.command(shopper_id, units));
    let order_id = commands[0].ticket_id.into();
    for ((offset, command), state) in (0..).zip(commands).zip(["reserved", "rejected"]) {
        let processed = process(session, batch(offset, vec![command])).await.unwrap();
        assert_eq!(done(processed).settled[0].state.as_str(), state);
    }
    let wish = wish((order_id, shopper_id));
    let payment_id = wish.id;
    assert_eq!(begin(session, vec![wish]).await, [PayOutcome::Started]);
    let conclusion = Conclusion::Authorized { provider_id: "pay_1".into() };
    let answer = Answer { payment_id, conclusion, ask_again_in: Duration::ZERO };
    payments::settle(session, test_drop.drop_id, vec![answer]).await.unwrap();
    assert_eq!(test_drop.state(order_id).await, "capturing");
}

/// Looks for passes that this drop does not give.
async fn look_for_passes(test_drop: &TestDrop, session: &PgPool) {
    let (drop_id, ticket_id) = (test_drop.drop_id, TicketId::generate());
    assert_eq!(passes::find(session, drop_id, ticket_id).await.unwrap(), None);
    let of_shopper = passes::find_of_shopper(session, drop_id, ShopperId::generate()).await;
    assert_eq!(of_shopper.unwrap(), None);
    assert_eq!(passes::states(session, &[(drop_id, ticket_id)]).await.unwrap(), [None]);
}

/// Returns the statements of a session that name orders or payments, each with its plan.
async fn plans(session: &PgPool) -> Vec<(String, String)> {
    let prepared: Vec<(String, String)> = sqlx::query_as(
        "select statement, format('explain (costs off) execute %I (%s)', name, array_to_string(
             array_fill('null'::text, array[cardinality(parameter_types)]), ', '))
         from pg_prepared_statements where statement ~ $1",
    )
    .bind(r"\m(orders|payments)\M")
    .fetch_all(session)
    .await
    .unwrap();
    let mut plans = Vec::new();
    for (statement, explain) in prepared {
        let lines: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(explain)).fetch_all(session).await.unwrap();
        plans.push((statement, lines.join("\n")));
    }
    plans
}

/// Returns the condition under which a plan looks for orders in an index.
fn condition<'p>(plan: &'p str, index: &str) -> &'p str {
    let scan = format!(" using {index} on orders");
    plan.lines().skip_while(|line| !line.contains(&scan)).nth(1).unwrap_or_default()
}

#[tokio::test]
async fn no_plan_for_any_parameters_reads_all_orders_or_payments() {
    let one_unit = DropOptions { per_ticket: 1, per_customer: 1, ..DropOptions::default() };
    let test_drop = TestDrop::new(one_unit).await;
    fill(&test_drop).await;
    let session = open_session(&test_drop).await;
    sell(&test_drop, &session).await;
    let (seller_id, drop_id) = (test_drop.seller_id, test_drop.drop_id);
    let page = list_of_drop(&session, seller_id, drop_id, OrderFilter::default(), None, 21).await;
    assert_eq!(page.unwrap().len(), 21);
    look_for_passes(&test_drop, &session).await;

    let plans = plans(&session).await;

    for (statement, plan) in &plans {
        let reads_all =
            ["orders", "payments"].map(|table| plan.contains(&format!("Seq Scan on {table}")));
        assert_eq!(reads_all, [false, false], "{statement}\n{plan}");
    }
    for (what, words, index, n_columns) in FOUND_BY {
        let meant = plans.iter().find(|(statement, _)| statement.contains(words));
        let Some((_, plan)) = meant else { panic!("nothing {what}") };
        let n_compared = condition(plan, index).matches(" = ").count();
        assert_eq!(n_compared, n_columns, "what {what}:\n{plan}");
    }
}
