//! Seeded crowds on the model alone: it is fast, so there are many of them.

mod answers;

use answers::{EVERYWHERE, names};
use shared::line::{JoinOutcome, Lane, LiveState, TicketKey};
use simulation::{
    check::{
        RateLog, nobody_gets_too_few, nobody_is_lost, nobody_is_passed_over, one_live_ticket_each,
    },
    line::{LineCommand, LineModel, LineReply},
    shares::LaneLog,
    world::{Crowd, RedisFault, SeededWorld, Step},
};
use std::collections::BTreeMap;

const START_US: i64 = 1_700_000_000_000_000;
const STEP_US: i64 = 100;
const LANES: [Lane; 3] = [Lane::NORMAL, Lane(1), Lane(2)];
/// So many make a long line.
const LONG: usize = 1_000;

#[test]
fn the_promises_hold_in_every_world() {
    let mut seen = BTreeMap::new();
    for seed in 0..3_000 {
        let lanes = if seed % 2 == 0 { &LANES[..1] } else { &LANES[..] };
        play(seed, Crowd::small(lanes, START_US, STEP_US), 80, &mut seen);
    }
    // A promise that nothing tests is worth nothing: the worlds must reach every answer.
    for answer in EVERYWHERE {
        let times = seen.get(answer).copied().unwrap_or_default();
        assert!(times >= 5, "{answer} was seen {times} times; {seen:#?}");
    }
}

#[test]
fn the_promises_hold_in_long_lines() {
    let mut seen = BTreeMap::new();
    for seed in 10_000..10_012 {
        play(seed, Crowd::large(&LANES, START_US, STEP_US), 200, &mut seen);
    }
    let wanted = [
        "joined",
        "admitted",
        "attached",
        "missed",
        "closed some",
        "Rate",
        "long line",
        "lanes compared",
    ];
    for answer in wanted {
        assert!(seen.contains_key(answer), "{answer} was never seen; {seen:#?}");
    }
}

/// Plays one world; a failure names its seed.
fn play(seed: u64, crowd: Crowd, steps: usize, seen: &mut BTreeMap<String, u32>) {
    let mut world = SeededWorld::new(seed, crowd);
    let (mut line, mut synced) = (LineModel::default(), LineModel::default());
    let (mut rates, mut lanes, mut now_us) = (RateLog::default(), LaneLog::default(), START_US);
    for n in 0..steps {
        now_us += STEP_US;
        match world.next(&line) {
            Step::Synced => synced = line.clone(),
            Step::Fault(fault) => {
                match fault {
                    RedisFault::Restarts => {}
                    RedisFault::LosesItsTail => line = synced.clone(),
                    RedisFault::Wiped => line = LineModel::default(),
                }
                if let Some(room) = &mut line.room {
                    room.trusted = false;
                }
                synced = line.clone();
            }
            Step::Command(epoch, command) => {
                let before = line.clone();
                let reply = line.step(epoch, now_us, &command);
                world.observe(epoch, now_us, &command, &reply);
                places_are_true(&line, &reply).unwrap_or_else(|ticket| {
                    panic!("seed {seed}, step {n}: {ticket:?} was told a wrong position")
                });
                let new = line.events.get(before.events.len()..).unwrap_or_default();
                for name in names(&reply, new) {
                    *seen.entry(name).or_default() += 1;
                }
                if let (LineCommand::Open { .. }, LineReply::Done) = (&command, &reply) {
                    let logged = world.logged_in_line().into_iter();
                    nobody_is_lost(logged.map(|ticket| (ticket, line.state_of(ticket))))
                        .unwrap_or_else(|error| panic!("seed {seed}, step {n}: {error}"));
                }
                if let LineCommand::Begin = command {
                    synced = line.clone();
                }
                if let Some(config) = &line.config
                    && matches!(command, LineCommand::Open { .. } | LineCommand::Configure(_))
                {
                    rates.rate(now_us, config.admission_rate_per_second);
                }
                if let LineCommand::Admit { request, .. } = &command
                    && let LineReply::Admitted(admission) = &reply
                    && !before.remembers(*request)
                {
                    if admission.tickets.iter().any(|one| before.gets_fewer(&one.ticket)) {
                        *seen.entry("fewer units".to_owned()).or_default() += 1;
                    }
                    // Where numbers are served, there is no rate to keep.
                    if !before.is_manual() {
                        rates.admitted(now_us, admission.tickets.len());
                    }
                    nobody_is_passed_over(&before, &line, admission)
                        .and_then(|()| nobody_gets_too_few(&before, admission))
                        .and_then(|()| lanes.admitted(&before, &line, &admission.tickets))
                        .unwrap_or_else(|error| panic!("seed {seed}, step {n}: {error}"));
                }
            }
        }
        if line.waiting().len() >= LONG {
            *seen.entry("long line".to_owned()).or_default() += 1;
        }
        one_live_ticket_each(&line)
            .unwrap_or_else(|error| panic!("seed {seed}, step {n}: {error}"));
    }
    if lanes.n_compared() > 0 {
        *seen.entry("lanes compared".to_owned()).or_default() += 1;
    }
    rates.check().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
}

/// Counts those ahead of everybody who was told a position. Returns one whose position is wrong.
fn places_are_true(line: &LineModel, reply: &LineReply) -> Result<(), TicketKey> {
    let LineReply::Joined(joins) = reply else { return Ok(()) };
    let waiting = line.waiting();
    for outcome in &joins.outcomes {
        let (JoinOutcome::Joined(ticket, position)
        | JoinOutcome::Existing(ticket, LiveState::Waiting, Some(position))) = outcome
        else {
            continue;
        };
        let of_line = waiting.iter().filter(|other| {
            other.lane == ticket.lane && other.intent.variant_id == ticket.intent.variant_id
        });
        let ahead = of_line.clone().filter(|other| other.score < ticket.score).count() as u64;
        let waiting = of_line.count() as u64;
        if (position.position, position.waiting, position.evn) != (ahead + 1, waiting, joins.evn) {
            return Err(ticket.key());
        }
    }
    Ok(())
}
