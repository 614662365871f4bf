//! HMAC-SHA-256 keys for what our own servers alone read.

use super::{CredentialError, key_list::KeyList};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

const VERSION: u8 = 1;
const HEADER: usize = 3;
const TAG: usize = 32;

/// What a MAC is for; part of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Purpose {
    Ticket = 1,
    Session = 2,
    Command = 3,
    RoomEvent = 4,
    LaneGrant = 5,
    Handoff = 6,
    Proof = 7,
}

/// Keys of one kind of credential: the first signs, all verify.
#[derive(Debug)]
pub struct Keyring(KeyList<hmac::Key>);

/// A MAC beside a record: `<key id>.<hex>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mac(pub String);

impl Keyring {
    /// Reads `id:hex[,id:hex][,id:retired]`; ids are 0 to 255, each there once, keys at least 32
    /// bytes.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text, without repeating it.
    pub fn parse(text: &SecretString) -> Result<Self, String> {
        Ok(Self(KeyList::parse(text, parse_key)?))
    }

    /// Creates a token: base64url of version, purpose, key id, payload and MAC.
    #[must_use]
    pub(crate) fn seal(&self, purpose: Purpose, payload: &[u8]) -> String {
        let (kid, key) = self.0.signing();
        let mut token = Vec::with_capacity(HEADER + payload.len() + TAG);
        token.extend_from_slice(&[VERSION, purpose as u8, kid]);
        token.extend_from_slice(payload);
        let tag = hmac::sign(key, &token);
        token.extend_from_slice(tag.as_ref());
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Opens one of our tokens and returns its payload; anything that we did not make for this
    /// purpose is invalid.
    pub(crate) fn open(&self, purpose: Purpose, token: &str) -> Result<Vec<u8>, CredentialError> {
        let mut bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| CredentialError::Invalid)?;
        let split = bytes.len().checked_sub(TAG).filter(|split| *split >= HEADER);
        let split = split.ok_or(CredentialError::Invalid)?;
        let (signed, tag) = bytes.split_at(split);
        if signed[0] != VERSION || signed[1] != purpose as u8 {
            return Err(CredentialError::Invalid);
        }
        self.verify(signed[2], signed, tag)?;
        bytes.truncate(split);
        bytes.drain(..HEADER);
        Ok(bytes)
    }

    /// Reads the payload of a token that says it is for this purpose, whoever has made it.
    pub(crate) fn peek(purpose: Purpose, token: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signed, _) = bytes.split_at_checked(bytes.len().checked_sub(TAG)?)?;
        let (header, payload) = signed.split_at_checked(HEADER)?;
        (header[..2] == [VERSION, purpose as u8]).then(|| payload.to_vec())
    }

    /// Returns the MAC of these bytes with each key, that of the key that signs first: by them it is
    /// found what belongs to the bytes, and nobody without the keys can tell which those were.
    pub(crate) fn tags(&self, purpose: Purpose, bytes: &[u8]) -> Vec<Vec<u8>> {
        let tag = |(_, key): (u8, &hmac::Key)| {
            let mut context = hmac::Context::with_key(key);
            context.update(&[purpose as u8]);
            context.update(bytes);
            context.sign().as_ref().to_vec()
        };
        self.0.iter().map(tag).collect()
    }

    /// Creates a MAC to go beside a record.
    #[must_use]
    pub(crate) fn mac(&self, purpose: Purpose, bytes: &[u8]) -> Mac {
        let (kid, key) = self.0.signing();
        let mut context = hmac::Context::with_key(key);
        context.update(&[purpose as u8]);
        context.update(bytes);
        Mac(format!("{kid}.{}", hex::encode(context.sign())))
    }

    /// Checks a MAC that came beside a record.
    pub(crate) fn check(
        &self,
        purpose: Purpose,
        bytes: &[u8],
        mac: &Mac,
    ) -> Result<(), CredentialError> {
        let (kid, tag) = mac.0.split_once('.').ok_or(CredentialError::Invalid)?;
        let kid = kid.parse().map_err(|_| CredentialError::Invalid)?;
        let tag = hex::decode(tag).map_err(|_| CredentialError::Invalid)?;
        self.verify(kid, &[&[purpose as u8], bytes].concat(), &tag)
    }

    fn verify(&self, kid: u8, bytes: &[u8], tag: &[u8]) -> Result<(), CredentialError> {
        hmac::verify(self.0.find(kid)?, bytes, tag).map_err(|_| CredentialError::Invalid)
    }
}

fn parse_key(key: &[u8]) -> Result<hmac::Key, String> {
    if key.len() < 32 {
        return Err("a key needs at least 32 bytes (64 hex digits)".into());
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(text: String) -> Keyring {
        Keyring::parse(&text.into()).unwrap()
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let keys = keyring(format!("1:{}", "ab".repeat(32)));
        let token = keys.seal(Purpose::Ticket, b"ticket 42");
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut forged = bytes.clone();
            forged[bit / 8] ^= 1 << (bit % 8);
            let forged = URL_SAFE_NO_PAD.encode(forged);
            // The third byte names the key.
            let is_key_id = bit / 8 == 2;
            let refusal =
                if is_key_id { CredentialError::UnknownKey } else { CredentialError::Invalid };
            assert_eq!(keys.open(Purpose::Ticket, &forged), Err(refusal), "bit {bit}");
        }
        assert_eq!(keys.open(Purpose::Ticket, &token).unwrap(), b"ticket 42");
    }

    #[test]
    fn one_purpose_never_stands_for_another() {
        let keys = keyring(format!("1:{}", "ab".repeat(32)));
        let token = keys.seal(Purpose::Session, b"me");
        assert!(keys.open(Purpose::Ticket, &token).is_err());
    }

    #[test]
    fn a_rotation_that_verifies_first_is_understood_at_every_step() {
        let (old, new) = ("ab".repeat(32), "cd".repeat(32));
        let steps = [
            keyring(format!("1:{old}")),
            keyring(format!("1:{old},2:{new}")),
            keyring(format!("2:{new},1:{old}")),
            keyring(format!("2:{new}")),
        ];
        // While a step is rolled out, processes of it and of the one before run side by side. The
        // last waits until what the old key signed has expired.
        for pair in steps[..3].windows(2) {
            for (signer, reader) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
                let token = signer.seal(Purpose::Session, b"me");
                assert_eq!(reader.open(Purpose::Session, &token).unwrap(), b"me");
            }
        }
        let token = steps[2].seal(Purpose::Session, b"me");
        assert!(steps[3].open(Purpose::Session, &token).is_ok());
    }

    #[test]
    fn an_unknown_key_is_not_taken_for_a_forgery_and_a_retired_one_is() {
        let (old, new) = ("ab".repeat(32), "cd".repeat(32));
        let token = keyring(format!("2:{new}")).seal(Purpose::Session, b"me");
        let opened = |keys: String| keyring(keys).open(Purpose::Session, &token);
        assert_eq!(opened(format!("1:{old}")), Err(CredentialError::UnknownKey));
        assert_eq!(opened(format!("1:{old},2:retired")), Err(CredentialError::Invalid));
        assert_eq!(opened(format!("1:{old},2:{old}")), Err(CredentialError::Invalid));
    }

    #[test]
    fn keyrings_that_cannot_work_are_refused() {
        let key = "ab".repeat(32);
        for text in [String::new(), "1:abcd".into(), "1:retired".into(), format!("1:{key},1:{key}")]
        {
            assert!(Keyring::parse(&text.clone().into()).is_err(), "{text}");
        }
        let error = Keyring::parse(&format!("1:{key},1:retired").into()).unwrap_err();
        assert!(error.contains("twice"), "{error}");
    }
}
