//! Lets waiting tickets in and hands their commands to Kafka.
//!
//! | file | holds |
//! |---|---|
//! | `line` | the loop of one drop: admit, produce, extend |
//! | `rooms` | the rooms of this process, and what each drain waits for |
//! | `wakes` | what wakes a drain: joins, units that came back, changes of the drop |
//! | `pressure` | while the processors are behind or payments fail, fewer are let in, or nobody |
//! | `sight` | what one look has seen, and what that says of each drop |
//! | `handling` | how fast commands are handled, and how many may wait at that pace |
//! | `reading` | what was seen of the pressure, how many it lets in, and why nobody else |
//! | `provider` | how the payment provider does |
//! | `no_shows` | how many of those let in never show up |
//! | `holds` | holds that are too short for it |
//!
//! A drain sleeps until somebody may be let in; how long at most is decided in
//! [`shared::decide::drain`]. One instance has the drain of a drop, which only saves work: any number
//! may run at once, since rate, occupancy and stock are decided in Redis, in one step with the move
//! from waiting to in flight.

mod handling;
mod holds;
mod line;
mod no_shows;
mod pressure;
mod provider;
mod reading;
mod rooms;
mod sight;
mod wakes;

use crate::{app::App, ownership, provider_state::ProviderState};
use rooms::DrainedRooms;
use shared::shutdown::Shutdown;
use tokio::sync::watch;

/// Runs the role until the process stops.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let (rooms, soft) = (DrainedRooms::default(), shutdown.soft());
    // At first all is believed to be well.
    let (known, provider) = watch::channel(ProviderState::Answers);
    let keys = |app: App| async move { app.drops.now().keys().copied().collect() };
    let in_hand = rooms.clone();
    let work = move |app, drop_id, stop| line::run(app, in_hand.enter(drop_id), stop);
    // Side by side in one task: a panic in any of them starts the role again.
    tokio::join!(
        wakes::ring(&app, rooms.bells(), &soft),
        provider::look(&app, &known, &soft),
        pressure::look(&app, &rooms, provider, &soft),
        no_shows::look(&app, &rooms, &soft),
        ownership::run_owned(app.clone(), shutdown, "drain", keys, work),
    );
}
