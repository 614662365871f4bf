//! The service on a real Redis, over real HTTP and WebSockets.

#![expect(clippy::unwrap_used, reason = "a test has no better answer")]

mod admin_listener;
mod at_rest;
mod bad_input;
mod clock;
mod document;
mod edge_limits;
mod fresh_instance;
mod harness;
mod history;
mod identities;
mod joining;
mod lanes;
mod limits;
mod line_page;
mod lost_line;
mod missed_events;
mod overload;
mod paying;
mod polling;
mod positions;
mod possession;
mod postgres_away;
mod presence;
mod removed_room;
mod several_rooms;
mod silent_postgres;
mod stream;
mod unread;
mod unreadable_events;
mod without_room;
