//! Whose hand it was.

/// What the audit log calls whoever uses this command.
pub(crate) const CONSOLE: &str = "console";
