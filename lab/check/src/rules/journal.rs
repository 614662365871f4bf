//! What the journal says of orders: every change once, and what it does to the stock.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared::{
    ids::{OrderId, VariantId},
    lifecycle::TicketState,
};

use crate::evidence::{CommandRecord, Evidence, JournalEvidence, OrderEvidence};

/// Changes of available, reserved and sold units.
type Deltas = [i64; 3];
/// An order, the number of its change, and the state reached.
type OrderChange = (OrderId, i32, TicketState);

/// A change of an order that moves its units.
pub(super) struct UnitChange {
    journal_id: i64,
    variant_id: VariantId,
    deltas: Deltas,
}

/// Finds changes of orders that the journal does not have, has twice, or has otherwise.
pub(super) fn gaps(evidence: &Evidence) -> Vec<String> {
    let mut violations = Vec::new();
    let mut written: HashMap<(OrderId, i32), (i64, TicketState)> = HashMap::new();
    for row in &evidence.journal {
        let JournalEvidence { id, orders, sequences, states, .. } = row;
        if orders.len() != sequences.len() || orders.len() != states.len() {
            violations.push(format!("the lists of journal row {id} differ in length"));
        }
        for (order, sequence, state) in row.changes() {
            if written.insert((order, sequence), (*id, state)).is_some() {
                violations.push(format!("change {sequence} of order {order} is written twice"));
            }
        }
    }
    let placed_by: HashMap<OrderId, i64> =
        evidence.orders.iter().map(|order| (order.id, order.placed_by)).collect();
    for transition in &evidence.transitions {
        let (order, sequence) = (transition.order_id, transition.sequence);
        match written.remove(&(order, sequence)) {
            None => violations.push(format!("change {sequence} of order {order} is not written")),
            Some((_, state)) if state != transition.to_state => violations.push(format!(
                "change {sequence} of order {order} led to {}, the journal says {state}",
                transition.to_state
            )),
            Some((id, _)) if sequence == 1 && placed_by.get(&order) != Some(&id) => {
                violations.push(format!("order {order} was not placed by journal row {id}"));
            }
            Some(_) => {}
        }
    }
    let unknown = written.into_keys();
    violations.extend(unknown.map(|(order, sequence)| {
        format!("the journal has change {sequence} of order {order}, which was never made")
    }));
    violations
}

/// Returns the changes that move units, with the journal row that each is in.
pub(super) fn unit_changes(evidence: &Evidence) -> Vec<UnitChange> {
    let (orders, states, choices) = (orders(evidence), states(evidence), Choices::of(evidence));
    let passes_hold = evidence.drop.max_visits.is_some();
    let moved = changes(evidence).filter_map(|(journal_id, (id, sequence, to))| {
        let OrderEvidence { variant_id, units_asked, .. } = **orders.get(&id)?;
        if let Some(back) = choices.0.get(&(id, sequence)) {
            return Some(UnitChange { journal_id, variant_id, deltas: [*back, -back, 0] });
        }
        let from = states.get(&(id, sequence - 1)).copied().unwrap_or(TicketState::Admitted);
        // What was given back later was still held then.
        let units = i64::from(units_asked) + choices.after(id, sequence);
        let deltas = signs(from, to, passes_hold)?.map(|sign| sign * units);
        Some(UnitChange { journal_id, variant_id, deltas })
    });
    moved.collect()
}

/// Finds orders that were placed for other units than their commands asked for.
pub(super) fn placed_otherwise(evidence: &Evidence) -> Vec<String> {
    let (orders, choices) = (orders(evidence), Choices::of(evidence));
    let differs = |command: &CommandRecord| {
        let (id, asked) = (OrderId::from(command.order.ticket_id), command.order.units);
        let placed = i64::from(orders.get(&id)?.units_asked) + choices.after(id, 0);
        (placed != i64::from(asked))
            .then(|| format!("order {id} was placed for {placed} units, {asked} were asked for"))
    };
    evidence.counting_commands().filter_map(differs).collect()
}

/// Units that shoppers gave back while they were held, by order and the number of the change.
struct Choices(BTreeMap<(OrderId, i32), i64>);

impl Choices {
    /// Reads them from the moves, which have to fit in with what was placed and what is left. Where
    /// units are fixed at the join there are none.
    fn of(evidence: &Evidence) -> Self {
        if !evidence.drop.fulfilment.takes_most() {
            return Self(BTreeMap::new());
        }
        let (orders, states) = (orders(evidence), states(evidence));
        let chosen: HashMap<(i64, VariantId), i64> = evidence
            .moves
            .iter()
            .filter(|change| change.cause == "choose")
            .filter_map(|change| {
                Some(((change.journal_id?, change.variant_id), i64::from(change.d_available)))
            })
            .collect();
        let choice = |(journal_id, (id, sequence, to)): (i64, OrderChange)| {
            let from = states.get(&(id, sequence - 1))?;
            let is_choice = (*from, to) == (TicketState::Reserved, TicketState::Reserved);
            let variant_id = orders.get(&id).filter(|_| is_choice)?.variant_id;
            let back = chosen.get(&(journal_id, variant_id)).copied().unwrap_or_default();
            Some(((id, sequence), back))
        };
        Self(changes(evidence).filter_map(choice).collect())
    }

    /// Returns how many units an order gave back after a change.
    fn after(&self, id: OrderId, sequence: i32) -> i64 {
        self.0.range((id, sequence + 1)..=(id, i32::MAX)).map(|(_, back)| back).sum()
    }
}

fn orders(evidence: &Evidence) -> HashMap<OrderId, &OrderEvidence> {
    evidence.orders.iter().map(|order| (order.id, order)).collect()
}

/// Returns every change that the journal has, with its row.
fn changes(evidence: &Evidence) -> impl Iterator<Item = (i64, OrderChange)> {
    let rows = evidence.journal.iter();
    rows.flat_map(|row| row.changes().map(move |change| (row.id, change)))
}

/// Returns the state that each change led to.
fn states(evidence: &Evidence) -> HashMap<(OrderId, i32), TicketState> {
    changes(evidence).map(|(_, (order, sequence, state))| ((order, sequence), state)).collect()
}

/// Finds moves that are not what the changes of their transaction come to, and transactions
/// without the moves that their changes call for.
pub(super) fn moves_differ(evidence: &Evidence, changes: &[UnitChange]) -> Vec<String> {
    let (mut violations, mut due) = (Vec::new(), BTreeMap::new());
    for UnitChange { journal_id, variant_id, deltas } in changes {
        add(&mut due, (*journal_id, *variant_id), *deltas);
    }
    for change in &evidence.moves {
        let deltas = [change.d_available, change.d_reserved, change.d_sold].map(i64::from);
        // Units come from the product and go back to it without an order.
        let is_without_order = matches!(change.cause.as_str(), "carve" | "give_back");
        match change.journal_id {
            Some(journal_id) if !is_without_order => {
                add(&mut due, (journal_id, change.variant_id), deltas.map(|delta| -delta));
            }
            None if is_without_order && deltas[1..] == [0, 0] => {}
            _ => violations.push(format!("nothing explains the move {change:?}")),
        }
    }
    let off = due.into_iter().filter(|(_, left)| *left != [0; 3]);
    violations.extend(off.map(|((journal_id, variant_id), left)| {
        format!("journal row {journal_id}: the moves of variant {variant_id} are off by {left:?}")
    }));
    violations
}

fn add(sums: &mut BTreeMap<(i64, VariantId), Deltas>, key: (i64, VariantId), deltas: Deltas) {
    let sum = sums.entry(key).or_default();
    for (sum, delta) in sum.iter_mut().zip(deltas) {
        *sum += delta;
    }
}

/// Returns which way a unit goes: available, reserved, sold. `None` if it stays where it is. Where there
/// are only so many visits, a pass holds one until that begins.
fn signs(from: TicketState, to: TicketState, passes_hold: bool) -> Option<Deltas> {
    let holds =
        |state: TicketState| state.holds_units() || (passes_hold && state == TicketState::Passed);
    match (holds(from), holds(to), to) {
        (false, true, _) => Some([-1, 1, 0]),
        (true, false, TicketState::Confirmed | TicketState::Redeemed | TicketState::Visited) => {
            Some([0, -1, 1])
        }
        (true, false, _) => Some([1, -1, 0]),
        (true, true, _) | (false, false, _) => None,
    }
}

/// Returns the variants whose free units each journal row raised.
pub(super) fn gave_back(evidence: &Evidence) -> HashSet<(i64, VariantId)> {
    let raised = evidence.moves.iter().filter(|change| change.d_available > 0);
    raised.filter_map(|change| Some((change.journal_id?, change.variant_id))).collect()
}
