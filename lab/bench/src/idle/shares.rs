//! Which instance holds how many drops, as the locks in Postgres tell.

use database::PgPool;
use std::collections::BTreeMap;

/// The roles that have each open drop, or its partition, once.
const ROLES: [&str; 3] = ["log", "drain", "orders"];
/// Sessions that hold nothing are listed too.
const HELD: &str = "
    select a.application_name, count(l.pid)
      from pg_stat_activity a
      left join pg_locks l on l.pid = a.pid and l.locktype = 'advisory' and l.granted
     where a.application_name = any($1)
     group by a.application_name, a.pid";

/// How many locks each session of a role holds.
#[derive(Debug)]
pub(super) struct Shares(BTreeMap<String, Vec<i64>>);

impl Shares {
    pub(super) async fn read(pool: &PgPool) -> sqlx::Result<Self> {
        let names: Vec<String> =
            ROLES.iter().map(|role| format!("sluice locks of {role}")).collect();
        let held: Vec<(String, i64)> = sqlx::query_as(HELD).bind(&names).fetch_all(pool).await?;
        let mut shares: BTreeMap<String, Vec<i64>> =
            names.into_iter().map(|name| (name, Vec::new())).collect();
        for (name, n_held) in held {
            shares.entry(name).or_default().push(n_held);
        }
        Ok(Self(shares))
    }

    /// Whether each role has two instances with half of the drops each, give or take one.
    pub(super) fn are_halves(&self, n_drops: i64) -> bool {
        let is_half = |n_held: &i64| (2 * n_held - n_drops).abs() <= 2;
        self.0.values().all(|held| held.len() == 2 && held.iter().all(is_half))
    }

    /// Whether each role has one instance with all drops.
    pub(super) fn are_of_one(&self, n_drops: i64) -> bool {
        self.0.values().all(|held| held.iter().any(|n_held| *n_held >= n_drops))
    }

    /// The smallest share of any instance, in percent of the drops.
    pub(super) fn smallest_percent(&self, n_drops: i64) -> f64 {
        let smallest = self.0.values().flatten().min().copied().unwrap_or_default();
        100.0 * smallest as f64 / n_drops as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(held: [&[i64]; 2]) -> Shares {
        let roles = ROLES.iter().zip(held);
        Shares(roles.map(|(role, held)| ((*role).to_owned(), held.to_vec())).collect())
    }

    #[test]
    fn halves_are_even_in_every_role() {
        assert!(shares([&[50, 50], &[51, 49]]).are_halves(100));
        assert!(!shares([&[50, 50], &[60, 40]]).are_halves(100));
        assert!(!shares([&[50, 50], &[100]]).are_halves(100));
        assert_eq!(shares([&[50, 50], &[51, 49]]).smallest_percent(100), 49.0);
    }

    #[test]
    fn one_has_all_while_the_other_is_still_listed() {
        assert!(shares([&[100, 0], &[100]]).are_of_one(100));
        assert!(!shares([&[100, 0], &[99, 1]]).are_of_one(100));
    }
}
