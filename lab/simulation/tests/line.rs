//! Seeded crowds on the model alone: fast, so many.

use shared::{
    drops::CloseReason,
    messages::{EventPoint, RoomEvent},
};
use simulation::{
    check::{RateLog, nobody_is_lost, nobody_is_passed_over, one_live_ticket_each},
    line::{Attach, Command, Join, Line, Place, Reply},
    world::{Fault, Step, World},
};
use std::collections::BTreeMap;

#[test]
fn the_promises_hold_in_every_world() {
    let mut seen = BTreeMap::new();
    for seed in 0..3_000 {
        play(seed, 80, &mut seen);
    }
    // A promise that nothing puts to the test is worth nothing: the worlds must go everywhere.
    for answer in EVERYWHERE {
        let times = seen.get(answer).copied().unwrap_or_default();
        assert!(times >= 5, "{answer} was seen {times} times; {seen:#?}");
    }
}

const EVERYWHERE: [&str; 37] = [
    "joined",
    "existing waiting",
    "existing in flight",
    "existing occupied",
    "ended",
    "stopped",
    "full",
    "grace",
    "left",
    "not left",
    "attached",
    "known",
    "replaced",
    "refused attach",
    "attach ended",
    "admitted",
    "Rate",
    "Occupancy",
    "Stock",
    "Paused",
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
];

/// Names what an answer says.
fn names(reply: &Reply, events: &[(EventPoint, RoomEvent)]) -> Vec<String> {
    let word = |word: &str| vec![word.to_owned()];
    match reply {
        Reply::Refused(problem) => vec![format!("{problem:?}")],
        Reply::Joins { outcomes, .. } => outcomes.iter().map(join_name).collect(),
        Reply::Left => word("left"),
        Reply::NotLeft(_) => word("not left"),
        Reply::Attachments { outcomes, .. } => outcomes.iter().map(attach_name).collect(),
        Reply::Admission { tickets, blocked, exhausted, .. } => {
            let blocked = blocked.map_or("all admitted".to_owned(), |block| format!("{block:?}"));
            let mut names = vec![blocked];
            names.extend((!tickets.is_empty()).then(|| "admitted".to_owned()));
            names.extend(exhausted.then(|| "exhausted".to_owned()));
            let closed = |event: &RoomEvent| {
                matches!(event, RoomEvent::Closed { reason: CloseReason::NotEnough, .. })
            };
            let hopeless = events.iter().any(|(_, event)| closed(event));
            names.extend(hopeless.then(|| "not enough".to_owned()));
            names
        }
        Reply::Extended(n) => word(if *n > 0 { "extended" } else { "extended nobody" }),
        Reply::Configured { applied, .. } => {
            word(if *applied { "configured" } else { "stale limits" })
        }
        Reply::Ended(_) => word("end"),
        Reply::Closed { closed, .. } => {
            word(if *closed > 0 { "closed some" } else { "closed nobody" })
        }
        Reply::Done => word("done"),
    }
}

fn join_name(join: &Join) -> String {
    let name = match join {
        Join::Joined(_) => "joined",
        Join::Existing(_, Place::InFlight { .. }) => "existing in flight",
        Join::Existing(_, Place::Occupied) => "existing occupied",
        Join::Existing(..) => "existing waiting",
        Join::NotOpenYet => "not open yet",
        Join::Ended(_) => "ended",
        Join::Stopped => "stopped",
        Join::Full => "full",
        Join::Grace => "grace",
    };
    name.to_owned()
}

fn attach_name(attach: &Attach) -> String {
    let name = match attach {
        Attach::Attached => "attached",
        Attach::Known(_) => "known",
        Attach::Replaced(_) => "replaced",
        Attach::Refused(_) => "refused attach",
        Attach::Ended(_) => "attach ended",
        Attach::Impossible => "impossible",
    };
    name.to_owned()
}

/// Plays one world; a failure names its seed.
fn play(seed: u64, steps: usize, seen: &mut BTreeMap<String, u32>) {
    let mut world = World::new(seed);
    let (mut line, mut synced) = (Line::default(), Line::default());
    let (mut rates, mut now_us) = (RateLog::default(), 1_700_000_000_000_000);
    for n in 0..steps {
        now_us += 100;
        match world.next(&line) {
            Step::Synced => synced = line.clone(),
            Step::Fault(fault) => {
                match fault {
                    Fault::Restarts => {}
                    Fault::LosesItsTail => line = synced.clone(),
                    Fault::Wiped => line = Line::default(),
                }
                if let Some(room) = &mut line.room {
                    room.trusted = false;
                }
                synced = line.clone();
            }
            Step::Command(epoch, command) => {
                let before = line.clone();
                let reply = line.step(epoch, now_us, &command);
                world.observe(epoch, &command, &reply);
                let new = line.events.get(before.events.len()..).unwrap_or_default();
                for name in names(&reply, new) {
                    *seen.entry(name).or_default() += 1;
                }
                if let (Command::Open { .. }, Reply::Done) = (&command, &reply) {
                    nobody_is_lost(&line, &world.logged_in_line())
                        .unwrap_or_else(|error| panic!("seed {seed}, step {n}: {error}"));
                }
                if let Command::Begin = command {
                    synced = line.clone();
                }
                if let Some(config) = &line.config
                    && matches!(command, Command::Open { .. } | Command::Configure(_))
                {
                    rates.rate(now_us, config.admission_rate_per_second);
                }
                if let Reply::Admission { at_us, tickets, .. } = &reply
                    && *at_us == now_us
                {
                    rates.admitted(now_us, tickets.len());
                    nobody_is_passed_over(&before, tickets)
                        .unwrap_or_else(|error| panic!("seed {seed}, step {n}: {error}"));
                }
            }
        }
        one_live_ticket_each(&line)
            .unwrap_or_else(|error| panic!("seed {seed}, step {n}: {error}"));
    }
    rates.check().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
}
