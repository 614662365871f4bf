//! Answers of Kafka that tell where brokers are, and how they are changed.

use std::net::SocketAddr;

/// Number of the request for brokers and topics.
pub(crate) const METADATA: i16 = 3;
/// Number of the request for the broker that minds a group.
pub(crate) const FIND_COORDINATOR: i16 = 10;
/// After the correlation id: no delay, error 15, no message, no broker at no host and no port. Ours
/// join no group, and would be told the broker's own address here.
const NO_COORDINATOR: [u8; 18] =
    [0, 0, 0, 0, 0, 15, 255, 255, 255, 255, 255, 255, 0, 0, 255, 255, 255, 255];

/// Changes the answer to a request of this number and version: all brokers are at one address, or
/// there are none.
pub(crate) fn changed(answer: &[u8], asked: (i16, i16), brokers_at: Option<SocketAddr>) -> Vec<u8> {
    match asked {
        (METADATA, 9..=13) => metadata(answer, brokers_at),
        (FIND_COORDINATOR, 1..=2) => [&answer[..4], &NO_COORDINATOR].concat(),
        other => panic!("number and version of a request are {other:?}"),
    }
}

fn metadata(answer: &[u8], brokers_at: Option<SocketAddr>) -> Vec<u8> {
    let mut fields = Fields(answer);
    let _correlation_id = fields.bytes::<4>();
    fields.skip_tags();
    let _throttle_time = fields.bytes::<4>();
    let mut changed = answer[..answer.len() - fields.0.len()].to_vec();
    // A length is written as one more, since 0 is for what is not there.
    let n_brokers = fields.number() - 1;
    let ids: Vec<_> = (0..n_brokers).map(|_| fields.broker_id()).collect();
    let told: Vec<_> = ids.iter().filter_map(|id| Some((id, brokers_at?))).collect();
    changed.push(u8::try_from(told.len() + 1).unwrap());
    for (id, address) in told {
        let host = address.ip().to_string();
        changed.extend(id);
        changed.push(u8::try_from(host.len() + 1).unwrap());
        changed.extend(host.as_bytes());
        changed.extend(i32::from(address.port()).to_be_bytes());
        // No rack, no tags.
        changed.extend([0_u8; 2]);
    }
    changed.extend(fields.0);
    changed
}

/// What is left of a message, read field by field.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl Fields<'_> {
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let (bytes, rest) = self.0.split_first_chunk().unwrap();
        self.0 = rest;
        *bytes
    }

    /// Reads seven bits from each byte, the lowest first.
    fn number(&mut self) -> usize {
        let [byte] = self.bytes();
        let low = usize::from(byte & 0x7f);
        if byte < 0x80 { low } else { low | (self.number() << 7) }
    }

    fn skip(&mut self, length: usize) {
        self.0 = &self.0[length..];
    }

    fn skip_string(&mut self) {
        let length = self.number().saturating_sub(1);
        self.skip(length);
    }

    fn skip_tags(&mut self) {
        for _ in 0..self.number() {
            let _tag = self.number();
            let length = self.number();
            self.skip(length);
        }
    }

    /// Reads a broker and keeps its id.
    fn broker_id(&mut self) -> [u8; 4] {
        let id = self.bytes();
        self.skip_string();
        let _port = self.bytes::<4>();
        self.skip_string();
        self.skip_tags();
        id
    }
}
