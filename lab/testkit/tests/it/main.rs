//! The helpers themselves: on the servers that they find, and as people who use a running system.

#![cfg(test)]

mod journey;
mod servers;
