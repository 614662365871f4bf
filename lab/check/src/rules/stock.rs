//! STOCK-1 to STOCK-3.

use std::collections::{BTreeMap, HashMap};

use shared::{
    drops::{CloseReason, DropState},
    ids::{TicketId, VariantId},
};

use super::{holdings::Holdings, journal};
use crate::{
    evidence::{Evidence, InventoryEvidence, MoveEvidence, OrderEvidence},
    lives::{Standing, TicketLife},
    replay::RoomReplay,
    verdict::Verdict,
};

/// STOCK-1: the units that orders hold and have never exceed the total, at any time.
pub(super) fn never_oversold(evidence: &Evidence) -> Verdict {
    let holdings = Holdings::of(evidence);
    let mut violations = too_many_visits(evidence);
    for row in &evidence.inventory {
        if row.available < 0 || row.reserved < 0 || row.sold < 0 {
            violations.push(format!("variant {} has a negative count: {row:?}", row.variant_id));
        }
        let (held, sold) = units_by_orders(evidence, &holdings, row.variant_id);
        if held + sold > i64::from(row.total) {
            violations.push(format!(
                "variant {}: {sold} sold and {held} held of {}",
                row.variant_id, row.total
            ));
        }
        violations.extend(below_zero(evidence, row));
    }
    let n_taken = evidence.orders.iter().filter(|order| holdings.units(order).1 > 0).count();
    let what = if evidence.drop.fulfilment.sells() { "confirmed orders" } else { "visits begun" };
    Verdict::of(violations, n_taken, format!("{n_taken} {what}"))
}

/// Says by how many more visits have begun than the site gives in all, whatever its stock row says.
fn too_many_visits(evidence: &Evidence) -> Vec<String> {
    let Some(most) = evidence.drop.max_visits else { return Vec::new() };
    let n_begun = evidence.visits_begun().len();
    let is_within = i64::try_from(n_begun).is_ok_and(|n_begun| n_begun <= i64::from(most));
    if is_within { Vec::new() } else { vec![format!("{n_begun} visits began, {most} may")] }
}

/// Finds the moments at which the moves had taken more than there was.
fn below_zero(evidence: &Evidence, row: &InventoryEvidence) -> Vec<String> {
    let (mut available, mut found) = (0_i64, Vec::new());
    for change in evidence.moves.iter().filter(|change| change.variant_id == row.variant_id) {
        available += i64::from(change.d_available);
        if available < 0 {
            found.push(format!(
                "variant {}: {available} available after version {}",
                row.variant_id, change.version
            ));
        }
    }
    found
}

/// Sums the units of a variant that orders hold, and those that they have for good.
fn units_by_orders(evidence: &Evidence, holdings: &Holdings, variant_id: VariantId) -> (i64, i64) {
    let of = evidence.orders.iter().filter(|order| order.variant_id == variant_id);
    of.fold((0, 0), |(held, sold), order| {
        let (holds, has) = holdings.units(order);
        (held + holds, sold + has)
    })
}

/// STOCK-2: the row adds up, and equals both the sum of its moves, none of which is missing, and
/// what orders hold and have; each move is what the orders of its transaction come to.
pub(super) fn conserved(evidence: &Evidence) -> Verdict {
    let mut sums: HashMap<VariantId, [i64; 3]> = HashMap::new();
    for MoveEvidence { variant_id, d_available, d_reserved, d_sold, .. } in &evidence.moves {
        let sum = sums.entry(*variant_id).or_default();
        for (sum, change) in sum.iter_mut().zip([d_available, d_reserved, d_sold]) {
            *sum += i64::from(*change);
        }
    }
    let (changes, holdings) = (journal::unit_changes(evidence), Holdings::of(evidence));
    let mut violations = journal::moves_differ(evidence, &changes);
    violations.extend(journal::placed_otherwise(evidence));
    let otherwise = |order| holds_otherwise(&holdings, order);
    violations.extend(evidence.orders.iter().filter_map(otherwise));
    for row in &evidence.inventory {
        let id = row.variant_id;
        violations.extend(broken_chain(evidence, row));
        let counts = [row.available, row.reserved, row.sold].map(i64::from);
        if counts.iter().sum::<i64>() != i64::from(row.total) {
            violations.push(format!("variant {id}: {counts:?} do not add up to {}", row.total));
        }
        let moved = sums.get(&id).copied().unwrap_or_default();
        if moved != counts {
            violations.push(format!("variant {id}: the row says {counts:?}, its moves {moved:?}"));
        }
        let (held, sold) = units_by_orders(evidence, &holdings, id);
        if [held, sold] != [counts[1], counts[2]] {
            violations.push(format!(
                "variant {id}: reserved and sold are {:?}, orders hold {held} and have {sold}",
                &counts[1..]
            ));
        }
    }
    let (n_moves, n_changes) = (evidence.moves.len(), changes.len());
    let over = format!("{n_moves} moves for {n_changes} changes of orders");
    Verdict::of(violations, n_changes, over)
}

/// Says in what the moves of a row do not lead to its version one by one.
fn broken_chain(evidence: &Evidence, row: &InventoryEvidence) -> Option<String> {
    let InventoryEvidence { variant_id, version, .. } = row;
    let moves = evidence.moves.iter().filter(|change| change.variant_id == *variant_id);
    let versions: Vec<i64> = moves.map(|change| change.version).collect();
    let (n, is_dense) = (versions.len(), versions.iter().copied().eq(1..=*version));
    (!is_dense).then(|| {
        format!("variant {variant_id} is at version {version}, but its {n} moves do not lead there")
    })
}

/// Says in what an order holds other units than its state calls for.
fn holds_otherwise(holdings: &Holdings, order: &OrderEvidence) -> Option<String> {
    let OrderEvidence { id, state, units_held, .. } = order;
    let (holds, has) = holdings.units(order);
    let due = holds + has;
    (i64::from(*units_held) != due)
        .then(|| format!("order {id} ({state}) holds {units_held}, not {due}"))
}

/// STOCK-3: nobody was turned away for want of units while there were some for them.
pub(super) fn sold_while_wanted(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let n_told = told(room, CloseReason::SoldOut).count();
    if !evidence.has_stock() {
        return never_runs_out(evidence, n_told);
    }
    let (total, left) = (carved(evidence).values().sum::<i64>(), left(evidence));
    let n_units = usize::try_from(total).unwrap_or_default();
    let unsold: BTreeMap<VariantId, i64> =
        left.iter().filter(|(_, n)| **n > 0).map(|(id, n)| (*id, *n)).collect();
    let mut violations = refused_in_vain(evidence, room, &left);
    violations.extend(let_in_for_too_few(evidence, room));
    let n_left: i64 = left.values().sum();
    let n_unsold: i64 = unsold.values().sum();
    if n_unsold > 0 {
        if n_told > 0 {
            violations.push(format!(
                "{n_told} were told it is sold out, but {n_unsold} of {total} are left"
            ));
        }
        if evidence.drop.state == DropState::SoldOut {
            violations
                .push(format!("the drop says it is sold out, but {n_unsold} of {total} are left"));
        }
    }
    let is_admitting = evidence.drop.state == DropState::Open && evidence.drop.mode.admits();
    for (variant_id, n) in &unsold {
        let n_waiting = room.n_waiting_for(*variant_id);
        if n_waiting > 0 && is_admitting {
            violations.push(format!("{n_waiting} wait for {variant_id}, but {n} units are left"));
        }
    }
    let over = match n_left {
        ..=0 => format!("all {total} units sold"),
        _ => format!("{n_left} of {total} left that nobody wants"),
    };
    Verdict::of(violations, n_units, over)
}

/// Finds tickets that were closed since their variant had too few units, although it has enough. Where
/// shoppers choose at their turn, one is.
fn refused_in_vain(
    evidence: &Evidence,
    room: &RoomReplay,
    left: &BTreeMap<VariantId, i64>,
) -> Vec<String> {
    let takes_most = evidence.drop.fulfilment.takes_most();
    let has_enough = |(_, life): &(&TicketId, &TicketLife)| {
        let least = if takes_most { 1 } else { i64::from(life.units) };
        left.get(&life.line.variant_id).is_some_and(|n| *n >= least)
    };
    let in_vain = told(room, CloseReason::NotEnough).filter(has_enough);
    let say = |(id, life): (&TicketId, &TicketLife)| {
        format!("ticket {id} wants {} units and was told that too few are left", life.units)
    };
    in_vain.map(say).collect()
}

/// Finds tickets that were let in for other units than they asked for, although more were free when
/// their orders were placed, or though their drop lets nobody choose.
fn let_in_for_too_few(evidence: &Evidence, room: &RoomReplay) -> Vec<String> {
    let let_in = evidence.units_let_in();
    let takes_most = evidence.drop.fulfilment.takes_most();
    let too_few = |order: &OrderEvidence| {
        let ticket_id = TicketId::from(order.id);
        let (units, asked) = (*let_in.get(&ticket_id)?, room.tickets.get(&ticket_id)?.units);
        let is_rest =
            takes_most && units < asked && free_before(evidence, order) <= i64::from(units);
        (units != asked && !is_rest).then(|| {
            format!("ticket {ticket_id} asked for {asked} units and was let in for {units}")
        })
    };
    evidence.orders.iter().filter_map(too_few).collect()
}

/// Returns the free units of an order's variant just before the transaction that placed it; 0 if that
/// moved none.
fn free_before(evidence: &Evidence, order: &OrderEvidence) -> i64 {
    let of_variant = evidence.moves.iter().filter(|change| change.variant_id == order.variant_id);
    let placing = of_variant.clone().position(|change| change.journal_id == Some(order.placed_by));
    let before = of_variant.take(placing.unwrap_or_default());
    before.map(|change| i64::from(change.d_available)).sum()
}

/// Returns the tickets that were closed for this reason.
fn told(room: &RoomReplay, reason: CloseReason) -> impl Iterator<Item = (&TicketId, &TicketLife)> {
    room.tickets.iter().filter(move |(_, life)| life.standing() == Standing::Closed(reason))
}

/// Returns the units that each variant of the drop was given. Not its row's total: that falls when
/// leftover units go back to the product at the end.
fn carved(evidence: &Evidence) -> BTreeMap<VariantId, i64> {
    let mut carved = BTreeMap::new();
    for change in evidence.moves.iter().filter(|change| change.cause == "carve") {
        *carved.entry(change.variant_id).or_default() += i64::from(change.d_available);
    }
    carved
}

/// Returns the units of each variant that were not sold.
fn left(evidence: &Evidence) -> BTreeMap<VariantId, i64> {
    let mut left = carved(evidence);
    for row in &evidence.inventory {
        *left.entry(row.variant_id).or_default() -= i64::from(row.sold);
    }
    left
}

/// Where units are not what is waited for, nothing is ever sold out.
fn never_runs_out(evidence: &Evidence, n_told: usize) -> Verdict {
    if n_told == 0 && evidence.drop.state != DropState::SoldOut {
        return Verdict::not_applicable("the drop has no stock");
    }
    let state = evidence.drop.state;
    let said = format!("a drop without stock is {state}; {n_told} were told that it is sold out");
    Verdict::of(vec![said], 0, "")
}
