//! What floods are made of: all that one can ask for without being anybody, in the dearest way that
//! there is.

use super::joins::of_client;
use crate::installation::Installation;
use anyhow::Context as _;
use shared::{
    credentials::{ApiKey, Keyring, TicketClaims},
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Epoch, Intent, JoinedTicket, Lane, Score},
};
use std::net::{Ipv4Addr, SocketAddr};

/// Different requests of a flood; it sends them again and again.
const N_REQUESTS: usize = 20_000;
/// Where a flood comes from.
const CLIENT: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 9);
/// The key of a forger, under an id that is known.
const FORGED_KEY: &str = "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flood {
    /// Rooms, every second one of a drop that there is not.
    Rooms,
    /// New sessions.
    Sessions,
    /// What operators may see, with keys that are nobody's.
    Keys,
    /// Positions, with forged tickets.
    Tickets,
}

impl Flood {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Rooms, Self::Sessions, Self::Keys, Self::Tickets];

    /// What the report calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Rooms => "GET flood",
            Self::Sessions => "session flood",
            Self::Keys => "key flood",
            Self::Tickets => "ticket flood",
        }
    }

    /// Where it goes.
    pub(super) fn target(self, installation: &Installation) -> SocketAddr {
        let ports = installation.fleet().ports;
        let port = match self {
            Self::Rooms | Self::Tickets => ports.admission,
            Self::Sessions | Self::Keys => ports.storefront,
        };
        ([127, 0, 0, 1], port).into()
    }

    /// Its requests, against this drop where it is against one.
    pub(super) fn requests(
        self,
        installation: &Installation,
        drop_id: DropId,
    ) -> anyhow::Result<Vec<String>> {
        let forger = forger(installation)?;
        let request = |index: usize| -> anyhow::Result<String> {
            let text = match self {
                Self::Rooms if index.is_multiple_of(2) => ask(&room(drop_id), ""),
                Self::Rooms => ask(&room(DropId::generate()), ""),
                Self::Sessions => ask("POST /v1/session", "Content-Length: 0\r\n"),
                Self::Keys => {
                    let key = ApiKey::generate()?;
                    let header = format!("Authorization: Bearer {}\r\n", key.reveal());
                    ask("GET /v1/operator/health", &header)
                }
                Self::Tickets => {
                    let token = ticket(drop_id).seal(&forger);
                    let header = format!("Sluice-Ticket: {token}\r\n");
                    ask(&format!("GET /v1/drops/{drop_id}/ticket"), &header)
                }
            };
            Ok(String::from_utf8(of_client(text.as_bytes(), CLIENT))?)
        };
        (0..N_REQUESTS).map(request).collect()
    }
}

fn ask(what: &str, headers: &str) -> String {
    format!("{what} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n")
}

fn room(drop_id: DropId) -> String {
    format!("GET /v1/drops/{drop_id}/room")
}

/// Signs as somebody who knows the id of our key and not the key.
fn forger(installation: &Installation) -> anyhow::Result<Keyring> {
    let keys = installation.fleet().env.get("SLUICE_CREDENTIALS__TICKET_KEYS");
    let keys = keys.context("an installation has keys for tickets")?;
    let (id, _) = keys.split_once(':').context("a key has an id")?;
    Keyring::parse(&format!("{id}:{FORGED_KEY}").into()).map_err(anyhow::Error::msg)
}

/// A ticket that nobody gave.
fn ticket(drop_id: DropId) -> TicketClaims {
    let ticket = JoinedTicket {
        ticket_id: TicketId::generate(),
        shopper_id: ShopperId::generate(),
        lane: Lane(0),
        score: Score::new(Epoch(1), 1),
        intent: Intent { variant_id: VariantId::generate(), units: 1 },
        joined_at_ms: 0,
    };
    TicketClaims { drop_id, ticket, expires_at_ms: i64::MAX, key: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::credentials::CredentialError;

    #[test]
    fn a_request_is_complete() {
        let expected = "GET /v1/drops HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\r\n\r\n";
        assert_eq!(ask("GET /v1/drops", "A: b\r\n"), expected);
    }

    #[test]
    fn a_forged_ticket_has_the_form_of_a_real_one() {
        let keyring = |key: &str| Keyring::parse(&format!("1:{key}").into()).unwrap();
        let (forger, ours) = (keyring(FORGED_KEY), testkit::keyring());
        let token = ticket(DropId::generate()).seal(&forger);
        assert!(TicketClaims::open(&forger, &token, 0).is_ok());
        assert_eq!(TicketClaims::open(&ours, &token, 0), Err(CredentialError::Invalid));
    }
}
