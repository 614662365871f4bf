//! POS-1.

use std::collections::BTreeMap;

use shared::{messages::EventPoint, tickets::Epoch};

use crate::check::{
    Evidence,
    evidence::{ShopperStory, Shown},
    room::Room,
    verdict::Verdict,
};

/// POS-1: a place that was shown falls, or rises with a label that the log bears out.
pub(super) fn never_rise_unlabelled(evidence: &Evidence, room: &Room) -> Verdict {
    let mut violations = Vec::new();
    let mut n_places = 0;
    for story in &evidence.shoppers {
        n_places += story.shown.iter().filter(|s| matches!(s, Shown::Place { .. })).count();
        violations.extend(rises_of(story, &room.rises));
    }
    Verdict::of(violations, format!("{n_places} places shown"))
}

fn rises_of(story: &ShopperStory, labelled: &BTreeMap<EventPoint, &str>) -> Vec<String> {
    let (mut last, mut let_in, mut violations) = (None::<(EventPoint, u64)>, false, Vec::new());
    for shown in &story.shown {
        let (point, place, rise, by_stream) = match shown {
            Shown::Place { epoch, evn, place, rise, by_stream } => {
                let point = EventPoint { epoch: Epoch(*epoch), evn: *evn };
                (point, *place, rise.as_deref(), *by_stream)
            }
            Shown::LetIn => {
                let_in = true;
                continue;
            }
            Shown::Closed { .. } => continue,
        };
        let process = story.process;
        if let_in {
            violations.push(format!("shopper {process} was let in and then shown {place}"));
        }
        if let Some((before_point, before)) = last.filter(|(_, before)| place > *before) {
            // A poll carries no label; the log must have the event in either case.
            let said = rise.is_some() || !by_stream;
            let borne_out = before_point < point
                && labelled
                    .range((
                        std::ops::Bound::Excluded(before_point),
                        std::ops::Bound::Included(point),
                    ))
                    .next()
                    .is_some();
            if !said || !borne_out {
                let label = rise.unwrap_or("no label");
                violations.push(format!(
                    "shopper {process}: {before} at {before_point}, then {place} at {point} ({label})"
                ));
            }
        }
        last = Some((point, place));
    }
    violations
}
