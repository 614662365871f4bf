//! The names of what must always hold, the same in tests, the checker, the model and assertions.

/// Declares the invariants with their names and one line each.
macro_rules! invariants {
    ($($variant:ident = $name:literal : $meaning:literal),+ $(,)?) => {
        /// A promise that Sluice keeps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Invariant {
            $(#[doc = $meaning] $variant,)+
        }

        impl Invariant {
            /// All of them, in the order in which reports list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name, such as `STOCK-1`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns what it says, in one line.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

invariants! {
    Stock1 = "STOCK-1": "never oversold",
    Stock2 = "STOCK-2": "available + reserved + sold = total",
    Stock3 = "STOCK-3": "nothing left unsold while demand covers the stock",
    Order1 = "ORDER-1": "at most one order per ticket",
    Order2 = "ORDER-2": "every admitted ticket ends in exactly one terminal state",
    Order3 = "ORDER-3": "no acknowledged command is lost",
    Limit1 = "LIMIT-1": "units per customer stay within the limit",
    Queue1 = "QUEUE-1": "an admission never skips a lower number that waits, is present and whose units were free",
    Queue2 = "QUEUE-2": "joined = waiting + missed + in flight + finished",
    Queue3 = "QUEUE-3": "one live ticket per drop and account",
    Lane1 = "LANE-1": "each lane with fitting people gets its published share of the admissions",
    Rate1 = "RATE-1": "admissions stay within rate and burst in every window",
    Rate2 = "RATE-2": "processed commands stay within rate and burst in every window",
    Pos1 = "POS-1": "a shown position is true, and never rises without a labelled event",
    Pay1 = "PAY-1": "at most one capture per order",
    Pay2 = "PAY-2": "money is conserved and our ledger matches the provider's",
    Pass1 = "PASS-1": "a pass is redeemed at most once",
    Tenant1 = "TENANT-1": "nothing of one tenant reaches another",
    Audit1 = "AUDIT-1": "every limit, mode and stock change has one audit row",
    Idem1 = "IDEM-1": "same key and body, same answer",
    Rest1 = "REST-1": "at rest Redis keeps no slot, lease, intent or account of ended tickets",
    End1 = "END-1": "connected waiters hear the end in 2 s, expired units are back on sale in 5 s",
    Live1 = "LIVE-1": "an open line with people and units moves at its rate",
    Live2 = "LIVE-2": "everything is settled within 120 s of the last fault healing",
}

impl std::fmt::Display for Invariant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
