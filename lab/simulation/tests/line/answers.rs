//! Names of what a line may answer.

use shared::{
    drops::CloseReason,
    line::{AttachOutcome, EventPoint, JoinOutcome, LeaveOutcome, LiveState, RoomEvent},
};
use simulation::line::LineReply;

/// Every answer that the worlds must reach.
pub(crate) const EVERYWHERE: [&str; 51] = [
    "joined",
    "existing waiting",
    "existing in flight",
    "existing occupied",
    "not open yet",
    "ended",
    "stopped",
    "held",
    "draining",
    "maintenance",
    "maintenance until",
    "full",
    "grace",
    "left",
    "not left",
    "attached",
    "known",
    "replaced",
    "refused attach",
    "attach ended",
    "missed",
    "returned",
    "returned by joining",
    "admitted",
    "fewer units",
    "Rate",
    "NotOpen",
    "due",
    "Occupancy",
    "Stock",
    "Paused",
    "Hold",
    "Maintenance",
    "Stopped",
    "Closed",
    "Grace",
    "Empty",
    "all admitted",
    "exhausted",
    "not enough",
    "extended",
    "configured",
    "stale limits",
    "closed some",
    "Missing",
    "Stale",
    "OtherServer",
    "Rebuilding",
    "Open",
    "end",
    "lanes compared",
];

/// Names the answers in a reply.
pub(crate) fn names(reply: &LineReply, events: &[(EventPoint, RoomEvent)]) -> Vec<String> {
    let word = |word: &str| vec![word.to_owned()];
    match reply {
        LineReply::Refused(problem) => vec![format!("{problem:?}")],
        LineReply::Joined(joins) => {
            let back = |event: &RoomEvent| matches!(event, RoomEvent::Returned { .. });
            let back = events.iter().any(|(_, event)| back(event));
            let back = back.then(|| "returned by joining".to_owned());
            joins.outcomes.iter().map(join_name).chain(back).collect()
        }
        LineReply::Left(LeaveOutcome::Left { .. }) => word("left"),
        LineReply::Left(LeaveOutcome::Refused(_)) => word("not left"),
        LineReply::Attached(attached) => attached.outcomes.iter().map(attach_name).collect(),
        LineReply::Admitted(admission) => {
            let (blocked, tickets) = (admission.blocked_by, &admission.tickets);
            let blocked = blocked.map_or("all admitted".to_owned(), |block| format!("{block:?}"));
            let mut names = vec![blocked];
            names.extend((!tickets.is_empty()).then(|| "admitted".to_owned()));
            names.extend(admission.next_due.map(|_| "due".to_owned()));
            names.extend(admission.exhausted.then(|| "exhausted".to_owned()));
            let closed = |event: &RoomEvent| {
                matches!(event, RoomEvent::Closed { reason: CloseReason::NotEnough, .. })
            };
            let hopeless = events.iter().any(|(_, event)| closed(event));
            names.extend(hopeless.then(|| "not enough".to_owned()));
            let missed = |event: &RoomEvent| matches!(event, RoomEvent::Missed { .. });
            let any_missed = events.iter().any(|(_, event)| missed(event));
            names.extend(any_missed.then(|| "missed".to_owned()));
            names
        }
        LineReply::Extended(n) => word(if *n > 0 { "extended" } else { "extended nobody" }),
        LineReply::Configured(change) => {
            word(if change.applied { "configured" } else { "stale limits" })
        }
        LineReply::Ended(_) => word("end"),
        LineReply::Closed(progress) => {
            word(if progress.closed > 0 { "closed some" } else { "closed nobody" })
        }
        LineReply::Done => word("done"),
    }
}

fn join_name(join: &JoinOutcome) -> String {
    let name = match join {
        JoinOutcome::Joined(..) => "joined",
        JoinOutcome::Existing(_, LiveState::InFlight { .. }, _) => "existing in flight",
        JoinOutcome::Existing(_, LiveState::Held, _) => "existing occupied",
        JoinOutcome::Existing(..) => "existing waiting",
        JoinOutcome::NotOpenYet { .. } => "not open yet",
        JoinOutcome::Ended(_) => "ended",
        JoinOutcome::Stopped => "stopped",
        JoinOutcome::Held => "held",
        JoinOutcome::Draining => "draining",
        JoinOutcome::Maintenance { until_us: None } => "maintenance",
        JoinOutcome::Maintenance { until_us: Some(_) } => "maintenance until",
        JoinOutcome::Full => "full",
        JoinOutcome::Cooling { .. } => "cooling",
        JoinOutcome::Grace { .. } => "grace",
    };
    name.to_owned()
}

fn attach_name(attach: &AttachOutcome) -> String {
    let name = match attach {
        AttachOutcome::Attached => "attached",
        AttachOutcome::Returned => "returned",
        AttachOutcome::Known(_) => "known",
        AttachOutcome::Replaced(_) => "replaced",
        AttachOutcome::Refused(_) => "refused attach",
        AttachOutcome::Ended(_) => "attach ended",
        AttachOutcome::Impossible => "impossible",
    };
    name.to_owned()
}
