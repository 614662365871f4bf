//! Keys and passwords of an installation.

use std::{
    fmt,
    fs::{self, File},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use rand::{TryRngCore, rngs::OsRng};

use crate::{Env, StackError, managed::make_dir};

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
    /// Returns an error if the file cannot be read or written.
    pub fn load_or_generate(path: &Path) -> Result<Self, StackError> {
        let text = fs::read_to_string(path).unwrap_or_default();
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
        let mut file = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(StackError::file("create", path))?;
        file.write_all(text.as_bytes()).map_err(StackError::file("write", path))
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

    #[test]
    fn secrets_are_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secrets.env");
        let first = Secrets::load_or_generate(&path).unwrap();
        let second = Secrets::load_or_generate(&path).unwrap();
        assert_eq!(first.env(), second.env());
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{first:?}").contains("1:"));
    }

    #[test]
    fn both_sides_of_the_provider_share_their_secrets() {
        let secrets = Secrets::generate().unwrap();
        let env = secrets.env();
        assert_eq!(env["SLUICE_PSP__API_KEY"], env["SLUICE_PAYMENTS__API_KEY"]);
        assert_eq!(env["SLUICE_PSP__CALLBACK_SECRET"], env["SLUICE_PAYMENTS__CALLBACK_SECRET"]);
    }
}
