//! The service on a real Redis, over real HTTP and WebSockets.

mod bad_input;
mod joining;
mod lost_line;
mod places;
mod stream;
mod without_room;
mod world;
