//! The scripts on a real Redis.

mod server;
mod world;

mod admitting;
mod joining;
