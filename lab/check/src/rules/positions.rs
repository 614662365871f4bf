//! POS-1.

use std::{
    collections::BTreeSet,
    ops::Bound::{Excluded, Included},
};

use shared::line::{Epoch, EventPoint};

use crate::{
    evidence::{Evidence, ShopperStory, Shown},
    replay::RoomReplay,
    verdict::Verdict,
};

/// POS-1: a shown position falls, or rises with a label that the log confirms.
pub(super) fn never_rise_unlabelled(evidence: &Evidence, room: &RoomReplay) -> Verdict {
    let mut violations = Vec::new();
    let mut n_positions = 0;
    for story in &evidence.shoppers {
        n_positions += story.shown.iter().filter(|s| matches!(s, Shown::Position { .. })).count();
        violations.extend(rises_of(story, &room.rises));
    }
    Verdict::of(violations, format!("{n_positions} positions shown"))
}

fn rises_of(story: &ShopperStory, allowed: &BTreeSet<EventPoint>) -> Vec<String> {
    let (mut last, mut admitted, mut violations) = (None::<(EventPoint, u64)>, false, Vec::new());
    let process = story.process;
    for shown in &story.shown {
        let (point, position, rise, by_stream) = match shown {
            Shown::Position { epoch, evn, position, rise, by_stream } => {
                let point = EventPoint { epoch: Epoch(*epoch), evn: *evn };
                (point, *position, rise.as_deref(), *by_stream)
            }
            Shown::Admitted => {
                admitted = true;
                continue;
            }
            Shown::Closed => continue,
        };
        if admitted {
            violations.push(format!("shopper {process} was admitted and then shown {position}"));
        }
        if let Some((before_point, before)) = last.filter(|(_, before)| position > *before) {
            // A poll carries no label; the log must have the event in either case.
            let is_labelled = rise.is_some() || !by_stream;
            let is_logged = before_point < point
                && allowed.range((Excluded(before_point), Included(point))).next().is_some();
            if !is_labelled || !is_logged {
                let label = rise.unwrap_or("no label");
                violations.push(format!(
                    "shopper {process}: {before} at {before_point}, then {position} at {point} \
                     ({label})"
                ));
            }
        }
        last = Some((point, position));
    }
    violations
}
