//! Settings of a process, by name.

use std::collections::BTreeMap;

/// Settings by name, such as `SLUICE_REDIS__URL`.
pub type Env = BTreeMap<String, String>;
