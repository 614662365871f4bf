//! A type of its own for each kind of id, so that one can never be taken for another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
        pub struct $name(Uuid);

        impl $name {
            /// Creates an id that sorts by its time of creation (UUIDv7).
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// Wraps an id that was stored or received.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the bare UUID, as it is on the wire and in Postgres.
            #[must_use]
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }

            /// Returns the 16 bytes of the id, as they are in Kafka's keys and under a MAC.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

typed_id! {
    /// A flash drop.
    DropId,
    /// A shopper's ticket, from the join to the refund; also the id of its order.
    TicketId,
    /// An order: of a ticket (then the same UUID) or of a cart.
    OrderId,
    /// A shopper's account, guests included.
    ShopperId,
    /// A seller, which is the tenant.
    SellerId,
    /// A product of a seller.
    ProductId,
    /// A variant of a product, the thing that is bought.
    VariantId,
    /// An attempt of ours to take a payment.
    PaymentId,
    /// An API key of a seller or an operator.
    KeyId,
    /// A key with which a seller's own site signs who its members are.
    JoinKeyId,
    /// A run of the load lab.
    LoadRunId,
}

impl From<TicketId> for OrderId {
    fn from(ticket: TicketId) -> Self {
        Self::from_uuid(ticket.as_uuid())
    }
}

impl From<OrderId> for TicketId {
    fn from(order: OrderId) -> Self {
        Self::from_uuid(order.as_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let id = DropId::generate();
        assert_eq!(id.to_string().parse::<DropId>().unwrap(), id);
    }

    #[test]
    fn the_order_of_a_ticket_has_its_id() {
        let ticket = TicketId::generate();
        assert_eq!(TicketId::from(OrderId::from(ticket)), ticket);
    }
}
