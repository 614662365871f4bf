//! sandbox-psp.
