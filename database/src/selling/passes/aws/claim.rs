//! Tokens of those who were let in. Asking for them redeems the pass; whoever asks again gets the same.

use super::room::NUMBER;
use crate::{
    DatabaseError, Doing, journal,
    ordering::{
        changes::{self, OrderChange},
        inventory::MoveCause,
        order::Order,
        orders,
    },
    run_to_completion,
    selling::passes::redeem::refusal,
};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use sqlx::{PgConnection, PgExecutor, PgPool};

/// What the tokens of a request say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsToken {
    /// Its queue number, counted from the last reset.
    pub queue_number: i64,
    /// Who is said to have made them.
    pub issuer: String,
    /// When they were made, to the second.
    pub issued_at: Timestamp,
    /// When they end, to the second.
    pub expires_at: Timestamp,
}

/// What tokens are to say that are made now.
#[derive(Clone, Debug)]
pub struct TokenWish {
    /// 1 to 500 characters.
    pub issuer: String,
    /// How long they are good, seconds; at least 1.
    pub validity_s: u32,
}

/// What came of a wish for tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// These they are, by this call or an earlier one.
    Given(AwsToken),
    /// No pass was given yet, as far as Postgres knows.
    NotLetIn,
    /// The request is from before the last reset.
    BeforeReset,
    /// The pass or the session is over.
    Over,
}

/// Tokens that are there already.
pub(super) struct KnownToken {
    token: AwsToken,
    /// Whether the site has said nothing of the session yet.
    pub(super) goes_on: bool,
    state: TicketState,
}

impl KnownToken {
    /// Tokens that have just run out are still the same ones; any other end takes them away.
    fn outcome(self) -> ClaimOutcome {
        let is_good = self.state.is_pass() || self.state == TicketState::Expired;
        if self.goes_on && is_good { ClaimOutcome::Given(self.token) } else { ClaimOutcome::Over }
    }
}

/// Returns the tokens of a request. If it has none and was let in, its pass is redeemed and lasts as long
/// as they do; of any number of calls at once one does that, and all get the same.
///
/// # Errors
///
/// Returns [`DatabaseError`]; nothing is changed then, unless the commit's own reply was lost.
pub async fn claim(
    pool: &PgPool,
    drop_id: DropId,
    request_id: TicketId,
    wish: &TokenWish,
) -> Result<ClaimOutcome, DatabaseError> {
    if let Some(known) = find(pool, drop_id, request_id).await? {
        return Ok(known.outcome());
    }
    let (pool, wish) = (pool.clone(), wish.clone());
    run_to_completion(async move {
        let mut tx = pool.begin().await.doing("begin to make tokens")?;
        let outcome = make(&mut tx, drop_id, request_id, &wish).await?;
        tx.commit().await.doing("commit tokens")?;
        Ok(outcome)
    })
    .await
}

async fn make(
    conn: &mut PgConnection,
    drop_id: DropId,
    request_id: TicketId,
    wish: &TokenWish,
) -> Result<ClaimOutcome, DatabaseError> {
    // Before the order, as a reset takes its locks, which forgets all tokens.
    let Some(reset_number) = lock_room(conn, drop_id).await? else {
        return Ok(ClaimOutcome::NotLetIn);
    };
    let locked = orders::lock(conn, drop_id, &[request_id.into()]).await?;
    let Some(order) = locked.first().filter(|order| is_of_adapter(order)) else {
        return Ok(ClaimOutcome::NotLetIn);
    };
    let queue_number = (order.score & NUMBER) - reset_number;
    if queue_number <= 0 {
        return Ok(ClaimOutcome::BeforeReset);
    }
    // Another call may have made them since they were looked for.
    if let Some(known) = find(&mut *conn, drop_id, request_id).await? {
        return Ok(known.outcome());
    }
    let moment = journal::moment(conn).await?;
    if refusal(order, moment.at).is_some() {
        return Ok(ClaimOutcome::Over);
    }
    let token = AwsToken::new(queue_number, wish, moment.at);
    let redeemed = OrderChange::new(order, TicketState::Redeemed, None);
    changes::apply(conn, &moment, MoveCause::Visit, drop_id, &[redeemed]).await?;
    keep(conn, drop_id, request_id, &token).await?;
    Ok(ClaimOutcome::Given(token))
}

impl AwsToken {
    fn new(queue_number: i64, wish: &TokenWish, now: Timestamp) -> Self {
        let issued_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let validity = SignedDuration::from_secs(wish.validity_s.into());
        Self {
            queue_number,
            issuer: wish.issuer.clone(),
            issued_at,
            expires_at: issued_at + validity,
        }
    }
}

/// Whether an order is that of a request; any other shopper's pass has its own way in.
fn is_of_adapter(order: &Order) -> bool {
    order.shopper_id.as_uuid() == order.id.as_uuid()
}

/// Keeps resets away, and returns the last number from before the last one.
async fn lock_room(conn: &mut PgConnection, drop_id: DropId) -> Result<Option<i64>, DatabaseError> {
    sqlx::query_scalar!(
        "select reset_number from aws_rooms where drop_id = $1 for share",
        drop_id as DropId,
    )
    .fetch_optional(conn)
    .await
    .doing("look at the last reset of a room")
}

/// Finds the tokens of a request.
pub(super) async fn find(
    executor: impl PgExecutor<'_>,
    drop_id: DropId,
    request_id: TicketId,
) -> Result<Option<KnownToken>, DatabaseError> {
    sqlx::query!(
        "select t.queue_number, t.issuer, t.issued_at, t.expires_at, t.status, o.state
         from aws_tokens t join orders o on o.drop_id = t.drop_id and o.id = t.request_id
         where t.drop_id = $1 and t.request_id = $2",
        drop_id as DropId,
        request_id as TicketId,
    )
    .map(|row| KnownToken {
        token: AwsToken {
            queue_number: row.queue_number,
            issuer: row.issuer,
            issued_at: row.issued_at.to_jiff(),
            expires_at: row.expires_at.to_jiff(),
        },
        goes_on: row.status == 0,
        state: row.state,
    })
    .fetch_optional(executor)
    .await
    .doing("find tokens")
}

/// Stores the tokens, and has the pass last as long.
async fn keep(
    conn: &mut PgConnection,
    drop_id: DropId,
    request_id: TicketId,
    token: &AwsToken,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "with lasting as (
             update orders set hold_expires_at = $6 where drop_id = $1 and id = $2)
         insert into aws_tokens
             (drop_id, request_id, queue_number, issuer, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        drop_id as DropId,
        request_id as TicketId,
        token.queue_number,
        token.issuer,
        token.issued_at.to_sqlx(),
        token.expires_at.to_sqlx(),
    )
    .execute(conn)
    .await
    .doing("store tokens")?;
    Ok(())
}
