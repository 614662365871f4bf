//! All that changes of orders lead to, in one transaction.

use super::{effects, order_change::OrderChange, outcome::Outcome, rows, voids};
use crate::{
    DatabaseError,
    journal::{self, Moment},
    ordering::{
        counters, customer_usage,
        inventory::{self, MoveCause},
        transitions,
    },
};
use shared::{
    ids::{DropId, TicketId},
    lifecycle::TicketState,
};
use sqlx::PgConnection;

/// Makes changes of a drop's orders, which are locked, at a moment that was drawn under these
/// locks. Several changes of one order follow each other.
///
/// It takes one statement for each kind of row, however many orders there are: others wait for the
/// drop's stock during each.
///
/// # Errors
///
/// Returns [`DatabaseError::InvalidTransition`] when the lifecycle does not have one of the
/// changes; the caller then rolls its transaction back.
pub(crate) async fn apply(
    conn: &mut PgConnection,
    moment: &Moment,
    cause: MoveCause,
    drop_id: DropId,
    changes: &[OrderChange],
) -> Result<Outcome, DatabaseError> {
    for change in changes {
        change.order.state.check_move(change.to)?;
    }
    if changes.is_empty() {
        return Ok(Outcome::default());
    }
    rows::store(conn, changes, moment.at).await?;
    transitions::append(conn, &effects::transitions(changes), moment.at).await?;
    voids::ask(conn, &effects::with_money(changes), moment.at).await?;
    // Whoever changes these rows holds the stock lock of the drop, so nobody waits in a circle
    // although the orders were locked before them.
    customer_usage::give_back(conn, &effects::usage(changes)).await?;
    counters::add(conn, drop_id, &effects::counts(changes)).await?;
    let stock = inventory::change(conn, moment, cause, drop_id, &effects::deltas(changes)).await?;
    let ended = effects::ended(changes, moment.at);
    // A visit that begins moves stock and ends nothing.
    let tells_line = !ended.is_empty() || !stock.is_empty();
    journal::write(conn, moment, drop_id, &effects::entries(changes), tells_line).await?;
    let journal = if tells_line { vec![moment.journal_id] } else { Vec::new() };
    Ok(Outcome { ended, again: again(changes), stock, journal })
}

/// Returns the orders that are reserved again. Nothing reserves a placed order but a card that was
/// declined, and no answer about another card moves the order on from there.
fn again(changes: &[OrderChange]) -> Vec<(DropId, TicketId)> {
    let again = changes.iter().filter(|change| change.to == TicketState::Reserved);
    again.map(|change| (change.order.drop_id, change.order.id.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordering::changes::sample;

    #[test]
    fn only_an_order_that_is_reserved_again_waits_for_another_card() {
        let to = [TicketState::Authorized, TicketState::Reserved, TicketState::PaymentFailed];
        let changes =
            to.map(|to| OrderChange::new(&sample::order(TicketState::Authorizing), to, None));
        let declined = &changes[1].order;
        assert_eq!(again(&changes), [(declined.drop_id, TicketId::from(declined.id))]);
    }
}
