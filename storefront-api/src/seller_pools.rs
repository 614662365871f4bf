//! Connections to Postgres on behalf of one seller each: Postgres keeps what is another's away from
//! them, and a seller who asks for much waits for nobody but itself.

use database::{DatabaseError, PgPool};
use parking_lot::Mutex;
use shared::{config::DatabaseSettings, ids::SellerId};

/// Sellers whose connections are kept; of those beyond, the one that has not asked for the longest
/// time gives its up.
const N_SELLERS: usize = 16;

/// Has a small pool for each seller that has asked lately.
pub(crate) struct SellerPools {
    settings: DatabaseSettings,
    /// The latest to ask comes last.
    pools: Mutex<Vec<(SellerId, PgPool)>>,
}

impl SellerPools {
    /// Begins with none.
    pub(crate) fn new(settings: DatabaseSettings) -> Self {
        Self { settings, pools: Mutex::default() }
    }

    /// Returns the pool of a seller. It connects on first use.
    pub(crate) fn of(&self, seller_id: SellerId) -> Result<PgPool, DatabaseError> {
        let mut pools = self.pools.lock();
        let known = pools.iter().position(|(of, _)| *of == seller_id);
        let pool = match known {
            Some(at) => pools.remove(at).1,
            None => database::connect_for_seller(&self.settings, seller_id)?,
        };
        pools.push((seller_id, pool.clone()));
        if pools.len() > N_SELLERS {
            // Requests that have it still end; its connections go with the last of them.
            pools.remove(0);
        }
        Ok(pool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(pools: &SellerPools) -> Vec<SellerId> {
        pools.pools.lock().iter().map(|(of, _)| *of).collect()
    }

    #[tokio::test]
    async fn the_pools_of_those_who_asked_last_are_kept() {
        let settings = testkit::settings([] as [(&str, &str); 0]).database;
        let pools = SellerPools::new(settings);
        let sellers: Vec<_> = (0..N_SELLERS + 1).map(|_| SellerId::generate()).collect();
        for seller_id in &sellers[..N_SELLERS] {
            pools.of(*seller_id).unwrap();
        }
        pools.of(sellers[0]).unwrap();
        assert_eq!(known(&pools).len(), N_SELLERS);
        pools.of(sellers[N_SELLERS]).unwrap();

        let known = known(&pools);
        assert_eq!(known.len(), N_SELLERS);
        assert!(known.contains(&sellers[0]) && !known.contains(&sellers[1]));
    }
}
