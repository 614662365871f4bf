//! The check on handmade evidence: a sound run passes, and each way to break it is named.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod broken;
mod broken_audit;
mod broken_ends;
mod broken_line;
mod broken_liveness;
mod broken_orders;
mod broken_tenants;
mod choices;
mod lanes;
mod late_writes;
mod limited_visits;
mod passes;
mod rebuilt;
mod slots;
mod sound;
mod tenants;
mod variants;
