//! Which pieces of work this process has in hand, role by role, for the operators' view.

use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc};

/// The keys of the work in hand, by role.
type InHand = BTreeMap<&'static str, Vec<String>>;

/// What this process has in hand; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnedWork(Arc<Mutex<InHand>>);

impl OwnedWork {
    /// Notes what is in hand of a role now, in place of what was before.
    pub(crate) fn note(&self, role: &'static str, mut keys: Vec<String>) {
        keys.sort_unstable();
        self.0.lock().insert(role, keys);
    }

    /// Returns what is in hand of each role that divides its work.
    pub(crate) fn now(&self) -> InHand {
        self.0.lock().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_of_a_role_takes_the_place_of_what_was() {
        let (work, keys) = (OwnedWork::default(), |keys: &[&str]| {
            keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>()
        });
        work.note("drain", keys(&["b", "a"]));
        work.note("orders", keys(&["0"]));
        work.note("orders", Vec::new());
        let wanted = InHand::from([("drain", keys(&["a", "b"])), ("orders", Vec::new())]);
        assert_eq!(work.clone().now(), wanted);
    }
}
