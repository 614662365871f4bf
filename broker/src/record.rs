//! A record as it was read.

use aws_lc_rs::digest;

/// SHA-256 of a record, to recognize a log by.
pub type Fingerprint = [u8; 32];

/// A record of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Grows within its partition, from 0.
    pub offset: i64,
    /// Chooses the partition where the sender did not.
    pub key: Option<Vec<u8>>,
    /// A message of [`shared::messages`]; none for a tombstone.
    pub payload: Option<Vec<u8>>,
}

impl Record {
    /// Returns the hash of offset, key and payload; another log has another record there.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&self.offset.to_be_bytes());
        for part in [&self.key, &self.payload] {
            let bytes = part.as_deref().unwrap_or_default();
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }
}
