//! Keys and passwords of an installation.

use std::{fmt, path::Path};

use rand::{TryRngCore, rngs::OsRng};

use crate::{
    Env, StackError,
    private_files::{make_dir, read_secret, write_secret},
};

/// Keys and passwords of an installation, as settings.
#[derive(Clone)]
pub struct Secrets(Env);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secrets").field(&self.0.keys()).finish()
    }
}

impl Secrets {
    /// Makes new ones from the system's randomness.
    ///
    /// # Errors
    ///
    /// Returns an error if the system has no randomness to give.
    pub fn generate() -> Result<Self, StackError> {
        let mut secrets = Env::new();
        for name in ["TICKET_KEYS", "SESSION_KEYS", "COMMAND_KEYS", "LOG_KEYS"] {
            secrets.insert(format!("SLUICE_CREDENTIALS__{name}"), format!("1:{}", random_hex()?));
        }
        let pass_keys = format!("1:{}", random_hex()?);
        secrets.insert("SLUICE_STOREFRONT__PASS_KEYS".to_owned(), pass_keys);
        let (api_key, callback_secret) = (random_hex()?, random_hex()?);
        secrets.insert("SLUICE_PSP__API_KEY".to_owned(), api_key.clone());
        secrets.insert("SLUICE_PAYMENTS__API_KEY".to_owned(), api_key);
        secrets.insert("SLUICE_PSP__CALLBACK_SECRET".to_owned(), callback_secret.clone());
        secrets.insert("SLUICE_PAYMENTS__CALLBACK_SECRET".to_owned(), callback_secret);
        Ok(Self(secrets))
    }

    /// Reads the secrets of an installation, and adds those that are not there yet.
    ///
    /// # Errors
    ///
    /// Returns an error if the file is there and cannot be read, or cannot be written.
    pub fn load_or_generate(path: &Path) -> Result<Self, StackError> {
        let text = read_secret(path)?.unwrap_or_default();
        let stored: Env = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut secrets = Self::generate()?;
        let complete = secrets.0.keys().all(|name| stored.contains_key(name));
        secrets.0.extend(stored);
        if !complete {
            secrets.write(path)?;
        }
        Ok(secrets)
    }

    /// The secrets as settings.
    pub fn env(&self) -> &Env {
        &self.0
    }

    fn write(&self, path: &Path) -> Result<(), StackError> {
        make_dir(path.parent().unwrap_or(path))?;
        let text: String = self.0.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        write_secret(path, text.as_bytes())
    }
}

/// Returns 32 random bytes in hex.
pub(crate) fn random_hex() -> Result<String, StackError> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| StackError::Command {
        command: "read the system's randomness".to_owned(),
        detail: error.to_string(),
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    #[test]
    fn secrets_are_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.env");
        let first = Secrets::load_or_generate(&path).unwrap();
        let second = Secrets::load_or_generate(&path).unwrap();
        assert_eq!(first.env(), second.env());
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{first:?}").contains("1:"));
    }

    #[test]
    fn secrets_that_cannot_be_read_are_kept_and_not_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.env");
        let stored = b"SLUICE_CREDENTIALS__LOG_KEYS=1:\xff";
        fs::write(&path, stored).unwrap();
        let refusal = Secrets::load_or_generate(&path).unwrap_err().to_string();
        assert!(refusal.contains("make the file readable"), "{refusal}");
        assert_eq!(fs::read(&path).unwrap(), stored);
    }

    #[test]
    fn both_sides_of_the_provider_share_their_secrets() {
        let secrets = Secrets::generate().unwrap();
        let env = secrets.env();
        assert_eq!(env["SLUICE_PSP__API_KEY"], env["SLUICE_PAYMENTS__API_KEY"]);
        assert_eq!(env["SLUICE_PSP__CALLBACK_SECRET"], env["SLUICE_PAYMENTS__CALLBACK_SECRET"]);
    }
}
