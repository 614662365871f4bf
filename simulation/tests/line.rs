//! Seeded crowds on the model alone: fast, so many.

use simulation::{
    check::{RateLog, nobody_is_passed_over, one_live_ticket_each},
    line::{Command, Line, Reply},
    world::{Fault, Step, World},
};

#[test]
fn the_promises_hold_in_every_world() {
    for seed in 0..1_000 {
        play(seed, 80);
    }
}

/// Plays one world; a failure names its seed.
fn play(seed: u64, steps: usize) {
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
